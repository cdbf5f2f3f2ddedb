"""Single integrated air picture: how whole, single, true and steady each nation's picture was, and how much partners saw the same.

Against the truth, for each node; every `_SAMPLE_NS` from launch to impact counts once:

* `completeness`: launches that an event holds at the end. `time_completeness`: share of flight time in which one did.
* `ambiguity`: events for each held launch at the end, at best 1. `time_ambiguity`: the same over flight time.
* `spurious`: share of events at the end that are of no real launch. `spurious_s`: how long such events stood open, in all.
* `position_error_m`, `velocity_error_m_s`: root mean square of own paths (of partners' where the node had none) against the true flight.
* `continuity`: longest time under one event's id as a share of the time held. `id_changes`: how often the id changed.

Between partners, for each pair: `common` and `time_common` (launches, and flight time, that both held, of those that either did), `status_agree` (of
common time and statements, the share with equal status), `position_apart_m` (median between the two own paths at the same moment),
`launch_apart_km` and `impact_apart_km` (medians between last own estimates), `lag_s` (median and longest time by which one had the other's word late).

Who an object belongs to is not measured: nothing here holds such a thing.
"""

import bisect
import itertools
import math
import statistics
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from bongsu.base.units import METRES_PER_KILOMETRE, ns_to_seconds, seconds_to_ns
from bongsu.geo.frames import enu_axes, geodetic_to_ecef, great_circle
from bongsu.model.estimate import PointEstimate
from bongsu.model.event import Event
from bongsu.model.warning import Path
from bongsu.views.folded import Folded, event_subject
from bongsu.views.truth import Truth

Subjects = dict[tuple[str, str], str]
Statuses = dict[tuple[str, str], str]
Floats = NDArray[np.float64]

_SAMPLE_NS = seconds_to_ns(5.0)
_HALF_NS = seconds_to_ns(0.5)
_MEANS = (
    "completeness",
    "ambiguity",
    "spurious",
    "time_completeness",
    "time_ambiguity",
    "spurious_s",
    "position_error_m",
    "velocity_error_m_s",
    "continuity",
    "id_changes",
)


class _History(msgspec.Struct, eq=False):
    """One event over time: when it changed, and its subject, statuses and whether it was open from then on."""

    times_ns: list[int]
    states: list[tuple[str | None, Statuses, bool]]

    def at(self, time_ns: int) -> tuple[str | None, Statuses, bool]:
        """As it stood at a time."""
        number = bisect.bisect_right(self.times_ns, time_ns)
        return self.states[number - 1] if number else (None, {}, False)


class _Picture(msgspec.Struct, eq=False):
    """One node's picture over time."""

    folded: Folded
    known: Subjects
    histories: list[_History]

    def holding(self, time_ns: int, truth: str) -> list[int]:
        """Numbers of the events that hold a launch at a time."""
        return [number for number, history in enumerate(self.histories) if history.at(time_ns)[0] == truth]

    def statuses(self, time_ns: int, truth: str) -> Statuses:
        """Status of each statement of a launch in the picture at a time."""
        found: Statuses = {}
        for number in self.holding(time_ns, truth):
            found |= self.histories[number].at(time_ns)[1]
        return found

    def last_point(self, truth: str, name: str) -> PointEstimate | None:
        """The node's own last launch or impact point of a launch."""
        points = [
            point
            for one in self.folded.own()
            if self.known.get((one.origin, one.warning.warning)) == truth
            and one.warning.estimate is not None
            and (point := getattr(one.warning.estimate, name)) is not None
        ]
        return points[-1] if points else None

    def paths(self, truth: str, own: bool) -> list[Path]:
        """Points of path of a launch: the node's own, or its partners'."""
        return [
            path
            for (origin, name), points in self.folded.paths.items()
            if (origin == self.folded.node) is own and self.known.get((origin, name)) == truth
            for path in points
        ]


def siap(folds: Iterable[Folded], truths: Sequence[Truth], known: Subjects) -> dict[str, object]:
    """All measures: means over nodes, each node, each pair of partners."""
    pictures = [_picture(folded, known) for folded in folds]
    real = [truth for truth in truths if truth.real]
    nodes = {picture.folded.node: _node(picture, real) for picture in pictures}
    means: dict[str, object] = {name: _mean([node[name] for node in nodes.values()]) for name in _MEANS}
    partners = {
        f"{one.folded.node}-{other.folded.node}": _pair(one, other, real)
        for one, other in itertools.combinations(pictures, 2)
    }
    return means | {"nodes": nodes, "partners": partners}


def _picture(folded: Folded, known: Subjects) -> _Picture:
    histories = [_history(versions, known) for versions in folded.events.values()]
    return _Picture(folded, known, histories)


def _history(versions: list[Event], known: Subjects) -> _History:
    states: list[tuple[str | None, Statuses, bool]] = []
    for event in versions:
        told = {(one.origin, one.warning.warning): one.warning.status.value for one in event.assessments}
        states.append((event_subject(event, known), told, event.open and bool(event.assessments)))
    return _History([event.time_ns for event in versions], states)


def _samples(truth: Truth) -> list[int]:
    return list(range(truth.launch_ns, truth.impact_ns, _SAMPLE_NS))


def _node(picture: _Picture, real: list[Truth]) -> dict[str, float | None]:
    names = [truth.id for truth in real]
    found = [event_subject(event, picture.known) for event in picture.folded.final_events()]
    held = [name for name in names if name in found]
    of_real = sum(subject in names for subject in found)
    holding = {truth.id: [picture.holding(time_ns, truth.id) for time_ns in _samples(truth)] for truth in real}
    flown = [numbers for rows in holding.values() for numbers in rows]
    seen = [numbers for numbers in flown if numbers]
    errors = [_errors(picture, truth) for truth in real]
    runs = [run for rows in holding.values() if (run := _run_of(rows)) is not None]
    return {
        "completeness": _ratio(len(held), len(real)),
        "ambiguity": _ratio(of_real, len(held)),
        "spurious": round((len(found) - of_real) / len(found), 4) if found else 0.0,
        "time_completeness": _ratio(len(seen), len(flown)),
        "time_ambiguity": _ratio(sum(map(len, seen)), len(seen)),
        "spurious_s": _spurious_s(picture, names),
        "position_error_m": _rms([value for position, _ in errors for value in position]),
        "velocity_error_m_s": _rms([value for _, velocity in errors for value in velocity]),
        "continuity": _mean([longest for longest, _ in runs]),
        "id_changes": float(sum(changes for _, changes in runs)) if runs else None,
    }


def _run_of(rows: list[list[int]]) -> tuple[float, int] | None:
    """Longest run under one id as a share of the samples held, and the changes of the id; None where never held."""
    ids = [numbers[0] for numbers in rows if numbers]
    if not ids:
        return None
    runs = [len(list(group)) for _, group in itertools.groupby(ids)]
    return max(runs) / len(ids), len(runs) - 1


def _spurious_s(picture: _Picture, names: list[str]) -> float:
    total_ns = 0
    for history in picture.histories:
        ends = [*history.times_ns[1:], history.times_ns[-1]]
        for begin_ns, end_ns, (subject, _, is_open) in zip(history.times_ns, ends, history.states, strict=True):
            if is_open and subject not in names:
                total_ns += end_ns - begin_ns
    return round(ns_to_seconds(total_ns), 3)


def _errors(picture: _Picture, truth: Truth) -> tuple[list[float], list[float]]:
    """Errors of position (m) and velocity (m/s) of the points of path while the object flew."""
    paths = picture.paths(truth.id, True) or picture.paths(truth.id, False)
    paths = [path for path in paths if truth.launch_ns < path.time_ns < truth.impact_ns]
    if not paths:
        return [], []
    times_ns = np.array([path.time_ns for path in paths], dtype=np.int64)
    offsets = np.linalg.norm(_positions(paths) - truth.positions(times_ns), axis=1)
    true_m_s = truth.positions(times_ns + _HALF_NS) - truth.positions(times_ns - _HALF_NS)
    speeds = [
        float(np.linalg.norm(velocity - true))
        for path, true in zip(paths, true_m_s, strict=True)
        if (velocity := _velocity_m_s(path)) is not None
    ]
    return [float(value) for value in offsets], speeds


def _positions(paths: list[Path]) -> Floats:
    return np.array([geodetic_to_ecef(path.latitude_rad, path.longitude_rad, path.altitude_m) for path in paths])


def _velocity_m_s(path: Path) -> Floats | None:
    """Earth-fixed velocity of a path's point; None where it was not released."""
    told = (path.velocity_east_m_s, path.velocity_north_m_s, path.velocity_up_m_s)
    if any(part is None for part in told):
        return None
    velocity: Floats = np.array(told, dtype=np.float64) @ enu_axes(path.latitude_rad, path.longitude_rad)
    return velocity


def _pair(one: _Picture, other: _Picture, real: list[Truth]) -> dict[str, object]:
    either = both = 0
    either_s = both_s = 0
    agree: list[bool] = []
    apart: dict[str, list[float]] = {"launch": [], "impact": [], "position": []}
    for truth in real:
        rows = [(one.holding(at, truth.id), other.holding(at, truth.id), at) for at in _samples(truth)]
        either += any(a or b for a, b, _ in rows)
        both += any(a for a, _, _ in rows) and any(b for _, b, _ in rows)
        either_s += sum(bool(a or b) for a, b, _ in rows)
        common = [at for a, b, at in rows if a and b]
        both_s += len(common)
        for at in common:
            mine, theirs = one.statuses(at, truth.id), other.statuses(at, truth.id)
            agree += [mine[name] == theirs[name] for name in mine if name in theirs]
        for name in ("launch", "impact"):
            apart[name] += _points_apart_km(one.last_point(truth.id, name), other.last_point(truth.id, name))
        apart["position"] += _paths_apart_m(one.paths(truth.id, True), other.paths(truth.id, True))
    lags = _lags_s(one.folded, other.folded) + _lags_s(other.folded, one.folded)
    return {
        "common": _ratio(both, either),
        "time_common": _ratio(both_s, either_s),
        "status_agree": _ratio(sum(agree), len(agree)),
        "position_apart_m": _median(apart["position"], 1),
        "launch_apart_km": _median(apart["launch"]),
        "impact_apart_km": _median(apart["impact"]),
        "lag_s": {"p50": _median(lags), "max": round(max(lags), 3) if lags else None},
    }


def _points_apart_km(one: PointEstimate | None, other: PointEstimate | None) -> list[float]:
    if one is None or other is None:
        return []
    distance_m, _ = great_circle(one.latitude_rad, one.longitude_rad, other.latitude_rad, other.longitude_rad)
    return [distance_m / METRES_PER_KILOMETRE]


def _paths_apart_m(one: list[Path], other: list[Path]) -> list[float]:
    """Distances at the times of `one` at which `other` has a path too, linear between its points."""
    if len(one) < 2 or len(other) < 2:
        return []
    times_ns = np.array([path.time_ns for path in other], dtype=np.float64)
    places = _positions(other)
    inside = [path for path in one if times_ns[0] <= path.time_ns <= times_ns[-1]]
    if not inside:
        return []
    asked = np.array([path.time_ns for path in inside], dtype=np.float64)
    near = np.stack([np.interp(asked, times_ns, places[:, axis]) for axis in range(3)], axis=1)
    distances: list[float] = np.linalg.norm(_positions(inside) - near, axis=1).tolist()
    return distances


def _lags_s(issuer: Folded, hearer: Folded) -> list[float]:
    """How long after the issuer each version of its warnings was heard."""
    issued = {(one.warning.warning, one.warning.version): one.time_ns for one in issuer.own()}
    return [
        ns_to_seconds(one.time_ns - issued[place])
        for one in hearer.said
        if one.origin == issuer.node and (place := (one.warning.warning, one.warning.version)) in issued
    ]


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _rms(values: list[float]) -> float | None:
    return round(math.sqrt(sum(value * value for value in values) / len(values)), 3) if values else None


def _median(values: list[float], digits: int = 3) -> float | None:
    return round(statistics.median(values), digits) if values else None


def _mean(values: list[float | None]) -> float | None:
    given = [value for value in values if value is not None]
    return round(sum(given) / len(given), 4) if given else None
