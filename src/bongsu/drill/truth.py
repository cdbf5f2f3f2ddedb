"""The truth of a drill: flights solved so that the asked figures come out, from our own dynamics (`dynamics.py`).

What players see is the path as sensors plot it, never this. Kinds of truth are the table `KINDS`.
Frames: earth-fixed WGS-84 (ECEF), metres, metres per second; seconds count from launch.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from bongsu.base.errors import BadInput
from bongsu.base.limits import FLIGHT_ROWS_COUNT, TRUTH_ROUNDS_COUNT
from bongsu.base.units import METRES_PER_KILOMETRE, ns_to_seconds, seconds_to_ns
from bongsu.drill import dynamics
from bongsu.geo.frames import ecef_to_geodetic, enu_axes, geodetic_to_ecef

Floats = npt.NDArray[np.float64]

BEARING_TOLERANCE_RAD = math.radians(3.0)
"""A truth whose bearing from launch to impact is further than this from the asked one is refused (it has landed on
the wrong side before).
"""

FIGURE_TOLERANCE = 0.01
"""Share by which apogee and range may differ from the asked figures."""

SOLVED_M = 1.0
"""Rounds end when apogee and landing point are this near."""

ACCEPTED_M = 100.0
"""Where rounding ends the rounds earlier, this much is still the asked flight: under 1 % of the shortest range."""

RISING_KG_M2, FALLING_KG_M2 = 12_000.0, 7_000.0
"""Mass per area over drag coefficient, going up and coming down: round figures of a slender body."""

STAGES: tuple[tuple[float, tuple[float, ...]], ...] = (
    # highest speed at burnout (m/s); push of each stage at its ignition (m/s2); each burns FRACTION of its mass
    (2_700.0, (27.0,)),
    (5_600.0, (27.0, 30.0)),
    (math.inf, (27.0, 30.0, 32.0)),
)
FRACTION = 0.65
STAGE_LONGEST_S = 120.0

_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Asked:
    """The figures that a flight shall have.

    Geodetic site on the ground, bearing from launch to impact, apogee over WGS-84, geodesic range.

    `burn_s` fixes the powered phase; without it, it follows from the speed that is needed.
    """

    latitude_rad: float
    longitude_rad: float
    bearing_rad: float
    apogee_m: float
    range_m: float
    burn_s: float | None = None


@dataclass(frozen=True, eq=False)
class Flight:
    """A solved flight.

    `time_s` (N,), `position_ecef_m` and `velocity_ecef_m_s` (N, 3) from launch (time 0) to the ground; figures are
    measured from them.
    """

    launch_ns: int
    latitude_rad: float
    longitude_rad: float
    time_s: Floats
    position_ecef_m: Floats
    velocity_ecef_m_s: Floats
    burnout_s: float
    flight_s: float
    apogee_m: float
    apogee_s: float
    range_m: float
    bearing_rad: float
    impact_latitude_rad: float
    impact_longitude_rad: float

    @property
    def impact_ns(self) -> int:
        """Time of impact."""
        return self.launch_ns + seconds_to_ns(self.flight_s)

    def at(self, time_s: Floats) -> tuple[Floats, Floats]:
        """Earth-fixed position and velocity (N, 3) at times from launch (N,), by cubic Hermite pieces (under 1 mm).

        Clamped to the flight.
        """
        inside = np.clip(np.asarray(time_s, dtype=np.float64), 0.0, self.flight_s)
        left = np.clip(np.searchsorted(self.time_s, inside, side="right") - 1, 0, self.time_s.size - 2)
        span = (self.time_s[left + 1] - self.time_s[left])[:, None]
        part = (inside - self.time_s[left])[:, None] / span
        p0, p1 = self.position_ecef_m[left], self.position_ecef_m[left + 1]
        v0, v1 = self.velocity_ecef_m_s[left] * span, self.velocity_ecef_m_s[left + 1] * span
        bend, turn = 2.0 * (p0 - p1) + v0 + v1, 3.0 * (p1 - p0) - 2.0 * v0 - v1
        position = p0 + part * (v0 + part * (turn + part * bend))
        velocity = (v0 + part * (2.0 * turn + 3.0 * part * bend)) / span
        return position, velocity

    def at_ns(self, time_ns: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
        """`at` for times in nanoseconds UTC."""
        return self.at((time_ns - self.launch_ns) / 1e9)

    def geodetic(self, time_s: float) -> tuple[float, float, float]:
        """Latitude, longitude (radians) and height over WGS-84 (metres) at a time from launch."""
        return _geodetic(self.at(np.array([time_s]))[0][0])


def fly(asked: Asked, launch_ns: int, place: str) -> Flight:
    """Solves a flight of the asked figures and measures it.

    Raises `BadInput` naming `place` when no such flight exists.
    """
    attempt = _Attempt(asked)
    unknowns = attempt.solve()
    rows = attempt.rows(unknowns, True) if unknowns is not None else None
    if rows is None:
        raise BadInput(
            f"no flight from there reaches an apogee of {asked.apogee_m / METRES_PER_KILOMETRE:g} km and a range of "
            f"{asked.range_m / METRES_PER_KILOMETRE:g} km at bearing {math.degrees(asked.bearing_rad):g}",
            "ask for a higher apogee, a shorter range, or another burn_s",
            place,
        )
    flight = _measure(rows, asked, launch_ns, attempt.burnout_s)
    refuse_wrong(flight, asked, place)
    return flight


KINDS: dict[str, Callable[[Asked, int, str], Flight]] = {"ballistic": fly}
"""Kinds of truth by the word that a scenario uses."""


def refuse_wrong(flight: Flight, asked: Asked, place: str) -> None:
    """Raises `BadInput` when the measured figures are not the asked ones: the check is independent of the solver."""
    turn = math.remainder(flight.bearing_rad - asked.bearing_rad, 2.0 * math.pi)
    if abs(turn) > BEARING_TOLERANCE_RAD:
        raise BadInput(
            f"the truth lands {math.degrees(turn):+.1f} degrees off the asked bearing", "change its figures", place
        )
    for name, got, wanted in (("apogee", flight.apogee_m, asked.apogee_m), ("range", flight.range_m, asked.range_m)):
        if abs(got - wanted) > FIGURE_TOLERANCE * wanted:
            raise BadInput(
                f"the truth's {name} is {got / METRES_PER_KILOMETRE:.1f} km, not {wanted / METRES_PER_KILOMETRE:g}",
                "change its figures",
                place,
            )


def _measure(rows: Floats, asked: Asked, launch_ns: int, burnout_s: float) -> Flight:
    """Figures of a flight from its rows (N, 7): time, position, velocity."""
    time_s, position, velocity = rows[:, 0].copy(), rows[:, 1:4].copy(), rows[:, 4:7].copy()
    top = int(np.clip(np.argmax(np.linalg.norm(position, axis=1)), 1, time_s.size - 2))
    near = slice(top - 1, top + 2)
    apogee_s, apogee_m = _peak(time_s[near], np.array([_geodetic(place)[2] for place in position[near]]))
    latitude_rad, longitude_rad, _ = _geodetic(position[-1])
    site_deg = math.degrees(asked.longitude_rad), math.degrees(asked.latitude_rad)
    bearing_deg, _, range_m = _GEOD.inv(*site_deg, math.degrees(longitude_rad), math.degrees(latitude_rad))
    return Flight(
        launch_ns=launch_ns,
        latitude_rad=asked.latitude_rad,
        longitude_rad=asked.longitude_rad,
        time_s=time_s,
        position_ecef_m=position,
        velocity_ecef_m_s=velocity,
        burnout_s=burnout_s,
        flight_s=float(time_s[-1]),
        apogee_m=apogee_m,
        apogee_s=apogee_s,
        range_m=float(range_m),
        bearing_rad=math.radians(bearing_deg) % (2.0 * math.pi),
        impact_latitude_rad=latitude_rad,
        impact_longitude_rad=longitude_rad,
    )


def _geodetic(position_ecef_m: Floats) -> tuple[float, float, float]:
    """Latitude, longitude (radians) and height (metres) of one position (3,)."""
    latitude_rad, longitude_rad, height_m = ecef_to_geodetic(np.ascontiguousarray(position_ecef_m))
    return float(latitude_rad), float(longitude_rad), float(height_m)


def _peak(time_s: Floats, height_m: Floats) -> tuple[float, float]:
    """Time and height of the top of the parabola through three points."""
    a, b, c = np.polyfit(time_s - time_s[1], height_m, 2)
    return float(time_s[1] - b / (2.0 * a)), float(c - b * b / (4.0 * a))


class _Attempt:
    """The search for one flight.

    Unknowns (3,): kick east, kick north (tangents of the lean), and the scale of every stage's push.

    Residuals (3,) in metres: landing point along and across the asked bearing, and apogee. Damped Newton steps with
    finite differences.
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.site_m = geodetic_to_ecef(asked.latitude_rad, asked.longitude_rad, 0.0)
        self.east, self.north, self.up = enu_axes(asked.latitude_rad, asked.longitude_rad)
        self.speed_m_s, self.climb_rad = _needed(asked)
        self.stages, self.stage_s = _staging(self.speed_m_s, self.climb_rad, asked.burn_s)
        self.burnout_s = self.stage_s * len(self.stages)
        self.pitch_s = (0.06 * self.burnout_s, 0.25 * self.burnout_s)
        self.buffer = np.empty((FLIGHT_ROWS_COUNT, 7))

    def rows(self, unknowns: Floats, coasts: bool) -> Floats | None:
        """Rows (N, 7) of the flight of these unknowns; None when it does not come down in time."""
        kick = unknowns[0] * self.east + unknowns[1] * self.north
        plan = np.concatenate([self.up, kick, self.pitch_s, [RISING_KG_M2, FALLING_KG_M2]])
        count, end = dynamics.fly(self.site_m, plan, self._segments(float(unknowns[2])), coasts, self.buffer)
        return None if end != dynamics.FLEW_TO_GROUND else self.buffer[:count].copy()

    def _segments(self, scale: float) -> Floats:
        """The powered phase as rows (S, 6) of push and end, cut where a stage or the lean ends."""
        cuts = sorted({*self.pitch_s, *(self.stage_s * (number + 1) for number in range(len(self.stages)))})
        segments = []
        for begin_s, end_s in zip([0.0, *cuts], cuts, strict=False):
            number = min(int((begin_s + end_s) / 2.0 / self.stage_s), len(self.stages) - 1)
            mode = dynamics.PUSH_UPRIGHT if end_s <= self.pitch_s[0] else dynamics.PUSH_LEANING
            mode = dynamics.PUSH_ALONG if begin_s >= self.pitch_s[1] else mode
            segments.append([mode, number * self.stage_s, self.stage_s, scale * self.stages[number], FRACTION, end_s])
        return np.array(segments)

    def residuals(self, unknowns: Floats) -> Floats | None:
        """Metres by which the landing point (along, across the asked bearing) and the apogee miss.

        None when it does not come down.
        """
        rows = self.rows(unknowns, True)
        if rows is None:
            return None
        flight = _measure(rows, self.asked, 0, self.burnout_s)
        turn = flight.bearing_rad - self.asked.bearing_rad
        along, across = flight.range_m * math.cos(turn), flight.range_m * math.sin(turn)
        return np.array([along - self.asked.range_m, across, flight.apogee_m - self.asked.apogee_m])

    def first(self) -> Floats:
        """A first guess.

        The kick along the bearing for which the climb at burnout is the needed one, by bisection over boosts alone.
        """
        heading = np.array([math.sin(self.asked.bearing_rad), math.cos(self.asked.bearing_rad)])
        low, high = 0.0, 3.0
        for _ in range(20):
            middle = 0.5 * (low + high)
            rows = self.rows(np.array([*(middle * heading), 1.0]), False)
            assert rows is not None
            velocity = rows[-1, 4:7]
            climb_rad = math.asin(
                float(velocity @ rows[-1, 1:4]) / np.linalg.norm(velocity) / np.linalg.norm(rows[-1, 1:4])
            )
            low, high = (middle, high) if climb_rad > self.climb_rad else (low, middle)
        return np.array([*(low * heading), 1.0])

    def solve(self) -> Floats | None:
        """The unknowns for which every residual is under `SOLVED_M`, or None."""
        unknowns = self.first()
        missed = self.residuals(unknowns)
        if missed is None:
            return None
        for _ in range(TRUTH_ROUNDS_COUNT):
            if np.abs(missed).max() < SOLVED_M:
                break
            nearer = self._damped(unknowns, missed, self._newton(unknowns, missed))
            if nearer is None:
                break
            unknowns, missed = nearer
        return unknowns if np.abs(missed).max() < ACCEPTED_M else None

    def _newton(self, unknowns: Floats, missed: Floats) -> Floats:
        """The Newton step from finite differences; no step where a difference cannot be flown."""
        slope = np.empty((3, 3))
        for column, nudge in enumerate((1e-5, 1e-5, 1e-6)):
            moved = unknowns.copy()
            moved[column] += nudge
            there = self.residuals(moved)
            if there is None:
                return np.zeros(3)
            slope[:, column] = (there - missed) / nudge
        try:
            step = np.linalg.solve(slope, -missed).astype(np.float64)
        except np.linalg.LinAlgError:
            return np.zeros(3)
        longest = np.array([0.3, 0.3, 0.2])
        shorter: Floats = step * min(1.0, float((longest / np.maximum(np.abs(step), 1e-12)).min()))
        return shorter

    def _damped(self, unknowns: Floats, missed: Floats, step: Floats) -> tuple[Floats, Floats] | None:
        """The first of the halved steps that comes nearer, and how far it misses; None when none does."""
        scale = np.array([self.asked.range_m, self.asked.range_m, self.asked.apogee_m])
        for _ in range(12):
            there = self.residuals(unknowns + step)
            if there is not None and np.linalg.norm(there / scale) < np.linalg.norm(missed / scale):
                return unknowns + step, there
            step = 0.5 * step
        return None


def _needed(asked: Asked) -> tuple[float, float]:
    """Speed (m/s) and climb (radians over the horizon) at burnout of the drag-free ellipse through site, apogee and
    impact on a round Earth at rest.
    """
    radius_m = 6_371_000.0
    half = 0.5 * asked.range_m / radius_m
    top_m = radius_m + asked.apogee_m
    eccentricity = asked.apogee_m / (top_m - radius_m * math.cos(half))
    focal_m = top_m * (1.0 - eccentricity)
    momentum = math.sqrt(dynamics.GRAVITATION_M3_S2 * focal_m)
    speed_m_s = math.sqrt(dynamics.GRAVITATION_M3_S2 * (2.0 / radius_m - (1.0 - eccentricity**2) / focal_m))
    return speed_m_s, math.acos(min(1.0, momentum / (radius_m * speed_m_s)))


def _staging(speed_m_s: float, climb_rad: float, burn_s: float | None) -> tuple[tuple[float, ...], float]:
    """Push at ignition of each stage in m/s2, and how long each burns."""
    stages = next(stages for most_m_s, stages in STAGES if speed_m_s <= most_m_s)
    gain = math.log(1.0 / (1.0 - FRACTION)) / FRACTION
    loss_m_s2 = 7.0 * (0.3 + 0.7 * math.sin(climb_rad))
    needed_s = speed_m_s / (sum(stages) * gain - loss_m_s2 * len(stages))
    stage_s = burn_s / len(stages) if burn_s is not None else round(min(needed_s, STAGE_LONGEST_S), 1)
    if burn_s is not None:
        stages = tuple(push * needed_s / stage_s for push in stages)
    return stages, stage_s


def burning(flight: Flight, time_ns: npt.NDArray[np.int64], after_s: float = 0.0) -> npt.NDArray[np.bool_]:
    """Whether the plume glows at each time, `after_s` of afterglow included."""
    since_s = (time_ns - flight.launch_ns) / 1e9
    glowing: npt.NDArray[np.bool_] = (since_s >= 0.0) & (since_s <= flight.burnout_s + after_s)
    return glowing


def duration_s(flights: tuple[Flight, ...], start_ns: int) -> float:
    """Seconds from `start_ns` to the last impact; 0 without flights."""
    return max((ns_to_seconds(flight.impact_ns - start_ns) for flight in flights), default=0.0)
