"""A stated attacker: from what a nation sent to one partner he tries to place that nation's sensors.

What he has: every message with its signed time of issue, the true flights (better than any partner's own), the policy (so the rounding of what he
reads), and how the nation's sensors are built (least elevation, greatest range, time from first look to first word). What he looks for are **edges of
coverage**: moments at which an object passed a sensor's least elevation or greatest range. He finds them

* in the first word of an object, less the time that a first word takes;
* where the noise of the path begins or ends: a seen object's path jumps with each look, an unseen one's follows free flight exactly;
* where the spacing of the path's points changes, or the path ends, before the object has come down;
* in the fraction of the second of what was issued or timed: it is that of one sensor's scan, so messages of one fraction are of one sensor, and
  its first and last message are edges;
* where news ceases for long and comes again, and where the size of an ellipse begins to shrink again.

Each edge gives two rings of places: from which the object stood at the least elevation at that moment, or at the greatest range. He believes in a
place as the product over the edges that he lays to one sensor, and tries several ways of laying: all first sights to one sensor; two, or three, edges of one
object to one sensor; all edges of one fraction of the second to one sensor. Over the choices within a way he averages, by how well each explains
what he saw.

He has *placed* a sensor if half of his belief, in any of these ways, lies within 100 km of it.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bongsu.geo.frames import geodetic_to_ecef

Floats = npt.NDArray[np.float64]
Place = Callable[[float], Floats | None]
"""Seconds to the object's ECEF place; None before launch and after impact."""

PLACED_M = 100_000.0
BELIEF = 0.5
_STEP_DEG = 0.25
_LATITUDES_DEG = np.arange(20.0, 60.0, _STEP_DEG)
_LONGITUDES_DEG = np.arange(105.0, 175.0, _STEP_DEG)
_FIRST_WORD_S = (4.0, 2.0)
"""Time from the first look of a sensor to its nation's first word: as a rule, and its spread."""
_QUIET_S = 60.0
_SHIFTS = np.linspace(-2.0, 2.0, 9)
_ELEVATION_RAD = math.radians(0.15)
_RANGE_M = 10_000.0
_MU_M3_S2 = 3.986004418e14
_RATE_RAD_S = 7.292115e-5


class Message(NamedTuple):
    """One message as it was read: seconds of its signed issue, kind, members; `time_s` is that of the body."""

    issued_s: float
    kind: str
    warning: str
    time_s: float
    members: dict[str, Any]


class Edge(NamedTuple):
    """An object of `warning` came into (or went out of) a sensor's coverage at about that moment. `fraction`: of the second, where it tells a sensor."""

    warning: str
    time_s: float
    sigma_s: float
    rising: bool
    fraction: int | None = None


class Sensor(NamedTuple):
    """What is known of a sensor's make, and where it truly is."""

    latitude_deg: float
    longitude_deg: float
    min_elevation_rad: float
    max_range_m: float


def edges(messages: Sequence[Message], resolution_m: float, truth: dict[str, Place]) -> list[Edge]:
    """All edges that he finds in one nation's messages, in order of time."""
    found: list[Edge] = []
    for warning in sorted({message.warning for message in messages}):
        if warning not in truth:
            continue
        mine = [message for message in messages if message.warning == warning]
        found += _of_news([message for message in mine if message.kind == "warning"])
        found += _of_path([message for message in mine if message.kind == "path"], resolution_m, truth[warning])
        found += _of_fractions(mine)
    return sorted(found, key=lambda edge: edge.time_s)


def _of_news(news: list[Message]) -> list[Edge]:
    found: list[Edge] = []
    if news:
        found.append(Edge(news[0].warning, news[0].issued_s - _FIRST_WORD_S[0], _FIRST_WORD_S[1], True))
    for before, after in itertools.pairwise(news):
        if after.issued_s - before.issued_s > _QUIET_S and after.members["status"] == "update":
            found.append(Edge(after.warning, after.issued_s - 4.0, 4.0, True))
    ends = [message for message in news if message.members["status"] in ("lost", "passed")]
    return found + [Edge(message.warning, message.issued_s - 6.0, 5.0, False) for message in ends]


def _of_path(path: list[Message], resolution_m: float, truth: Place) -> list[Edge]:
    """Where noise or spacing changes, and where it ends. Of points of one moment (a repetition, a correction) the last that he read counts."""
    path = list(
        {message.time_s: message for message in sorted(path, key=lambda one: (one.time_s, one.issued_s))}.values()
    )
    if len(path) < 20:
        return []
    times_s = np.array([message.time_s for message in path])
    places = np.array(
        [
            geodetic_to_ecef(
                math.radians(message.members["latitude_deg"]),
                math.radians(message.members["longitude_deg"]),
                message.members["altitude_m"],
            )
            for message in path
        ]
    )
    seen = _seen(times_s, places, resolution_m)
    changes = [index for index in range(1, len(seen)) if seen[index] != seen[index - 1]]
    found = [
        Edge(path[0].warning, float(times_s[min(index + 1, len(seen) - 1)]), 4.0, bool(seen[index]))
        for index in changes
    ]
    if truth(float(times_s[-1]) + 30.0) is not None and seen[-1]:
        found.append(Edge(path[0].warning, float(times_s[-1]), 4.0, False))
    return found


def _seen(times_s: Floats, places: Floats, resolution_m: float) -> npt.NDArray[np.bool_]:
    """Whether each point but the ends stands among points that free flight does not explain; short changes are passed over."""
    before_s, after_s = np.diff(times_s)[:-1], np.diff(times_s)[1:]
    velocity = (places[1:-1] - places[:-2]) / before_s[:, None]
    middle = places[1:-1]
    pull = -_MU_M3_S2 * middle / np.linalg.norm(middle, axis=1)[:, None] ** 3
    turning = np.stack(
        [
            2.0 * _RATE_RAD_S * velocity[:, 1] + _RATE_RAD_S**2 * middle[:, 0],
            -2.0 * _RATE_RAD_S * velocity[:, 0] + _RATE_RAD_S**2 * middle[:, 1],
            np.zeros(len(middle)),
        ],
        axis=1,
    )
    expected = middle + velocity * after_s[:, None] + (pull + turning) * (after_s * (before_s + after_s) / 2.0)[:, None]
    apart = places[2:] - expected
    up = middle / np.linalg.norm(middle, axis=1)[:, None]
    level = apart - (apart * up).sum(axis=1)[:, None] * up
    rough = np.linalg.norm(level, axis=1)
    high = np.linalg.norm(middle, axis=1) > 6_371_000.0 + 120_000.0
    steady = after_s < 1.5 * np.median(after_s[: max(10, len(after_s) // 20)])
    window = 9
    padded = np.pad(rough, window // 2, mode="edge")
    smooth = np.array([np.median(padded[place : place + window]) for place in range(len(rough))])
    noisy = (smooth > 2.0 * resolution_m) & steady & high
    return _without_short(np.concatenate([[noisy[0]], noisy, [noisy[-1]]]), 12)


def _without_short(seen: npt.NDArray[np.bool_], least: int) -> npt.NDArray[np.bool_]:
    cleaned = seen.copy()
    begin = 0
    for index in range(1, len(seen) + 1):
        if index == len(seen) or seen[index] != seen[begin]:
            if index - begin < least and begin > 0:
                cleaned[begin:index] = cleaned[begin - 1]
            begin = index
    return cleaned


def _of_fractions(messages: list[Message]) -> list[Edge]:
    """First and last message of each fraction of the second that comes often: one sensor's scan."""
    groups: dict[int, list[float]] = {}
    for message in messages:
        if message.kind == "path" and message.time_s == message.issued_s:
            continue  # told by the clock, not by a look
        groups.setdefault(round(message.issued_s % 1.0 * 50.0) % 50, []).append(message.issued_s)
    found: list[Edge] = []
    for fraction, times_s in groups.items():
        if len(times_s) >= 4:
            spacing_s = max(2.0, float(np.median(np.diff(times_s))))
            found.append(Edge(messages[0].warning, min(times_s) - spacing_s / 2.0, spacing_s, True, fraction))
            found.append(Edge(messages[0].warning, max(times_s) + spacing_s / 2.0, spacing_s, False, fraction))
    return found


Make = tuple[float, float]
"""Least elevation (radians) and greatest range (metres) of a sensor."""


class Rings:
    """Belief over a grid of places. `makes` are those of the nation's sensors."""

    def __init__(self, makes: Iterable[Make], truth: dict[str, Place]) -> None:
        latitude, longitude = np.meshgrid(np.radians(_LATITUDES_DEG), np.radians(_LONGITUDES_DEG), indexing="ij")
        places = zip(latitude.ravel(), longitude.ravel(), strict=True)
        self._grid = np.array([geodetic_to_ecef(north, east, 0.0) for north, east in places])
        self._up = self._grid / np.linalg.norm(self._grid, axis=1)[:, None]
        self._area = np.cos(latitude.ravel())
        self._makes = sorted(set(makes))
        self._truth = truth
        self._known: dict[tuple[Edge, Make], Floats | None] = {}

    def belief(self, ways: Iterable[Sequence[Edge]]) -> Floats | None:
        """Averaged over the ways of laying edges to one sensor and its makes, each by how well it explains them; None where none does."""
        total = np.zeros(len(self._grid))
        for way, make in itertools.product(ways, self._makes):
            rings = [self._ring(edge, make) for edge in way]
            known = [ring for ring in rings if ring is not None]
            if known and len(known) == len(rings):
                total += self._area * np.exp(np.sum(known, axis=0))
        return total / total.sum() if total.sum() > 1e-6 else None

    def within(self, belief: Floats, sensor: Sensor) -> float:
        """How much of a belief lies within 100 km of a sensor."""
        place = geodetic_to_ecef(math.radians(sensor.latitude_deg), math.radians(sensor.longitude_deg), 0.0)
        return float(belief[np.linalg.norm(self._grid - place, axis=1) <= PLACED_M].sum())

    def _ring(self, edge: Edge, make: Make) -> Floats | None:
        key = (edge, make)
        if key not in self._known:
            self._known[key] = self._new_ring(edge, make)
        return self._known[key]

    def _new_ring(self, edge: Edge, make: Make) -> Floats | None:
        """Logarithm of the likelihood of each place: a mean over moments around the edge's."""
        least_rad, most_m = make
        total = np.zeros(len(self._grid))
        for shift in _SHIFTS:
            place = self._truth[edge.warning](edge.time_s + shift * edge.sigma_s)
            if place is None:
                continue
            line = place[None, :] - self._grid
            range_m = np.linalg.norm(line, axis=1)
            elevation_rad = np.arcsin(np.clip((line * self._up).sum(axis=1) / range_m, -1.0, 1.0))
            low = (elevation_rad - least_rad) / _ELEVATION_RAD
            far = (range_m - most_m) / _RANGE_M
            low[range_m > most_m] = far[elevation_rad < least_rad] = np.inf
            total += math.exp(-0.5 * shift * shift) * (np.exp(-0.5 * low * low) + np.exp(-0.5 * far * far))
        if not total.any():
            return None
        logarithm: Floats = np.log(total + 1e-9)
        return logarithm


def attack(
    messages: Sequence[Message], sensors: Sequence[Sensor], truth: dict[str, Place], resolution_m: float
) -> dict[str, float]:
    """For each way of laying edges to a sensor, the most of his belief that lies within 100 km of any of the nation's sensors."""
    found = edges(messages, resolution_m, truth)
    rings = Rings(((sensor.min_elevation_rad, sensor.max_range_m) for sensor in sensors), truth)
    plain = [edge for edge in found if edge.fraction is None]
    firsts = {edge.warning: edge for edge in reversed(plain) if edge.rising}
    ways: dict[str, list[Sequence[Edge]]] = {"first sights": [list(firsts.values())]}
    for name, count in (("two edges", 2), ("three edges", 3)):
        ways[name] = [
            chosen for chosen in itertools.combinations(plain, count) if len({edge.warning for edge in chosen}) == 1
        ]
    for edge in found:
        if edge.fraction is not None:
            ways.setdefault(f"fraction {edge.fraction / 50:.2f}", [[]])[0].append(edge)  # type: ignore[attr-defined]
    placed: dict[str, float] = {}
    for name, laid in ways.items():
        belief = rings.belief(laid)
        if belief is not None:
            placed[name] = max((rings.within(belief, sensor) for sensor in sensors), default=0.0)
    return placed
