"""The search for the flight that has the asked figures: Newton's method over kick and push, on our own dynamics."""

import math

import numpy as np

from bongsu.base.limits import FLIGHT_ROWS_COUNT, TRUTH_ROUNDS_COUNT
from bongsu.drill import dynamics
from bongsu.drill.truth_flight import Asked, Floats, measure
from bongsu.geo.frames import enu_axes, geodetic_to_ecef

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


class Attempt:
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

    def plan(self, unknowns: Floats, lift: tuple[float, float] = (0.0, 0.0)) -> Floats:
        """The plan (12,) of `dynamics.fly`; `lift` is its ratio to drag, and the height below which it pulls up."""
        kick = unknowns[0] * self.east + unknowns[1] * self.north
        return np.concatenate([self.up, kick, self.pitch_s, [RISING_KG_M2, FALLING_KG_M2], lift])

    def rows(self, unknowns: Floats, coasts: bool, lift: tuple[float, float] = (0.0, 0.0)) -> Floats | None:
        """Rows (N, 7) of the flight of these unknowns; None when it does not come down in time."""
        return self.fly(unknowns, self.segments(float(unknowns[2])), coasts, lift)

    def fly(
        self, unknowns: Floats, segments: Floats, coasts: bool, lift: tuple[float, float] = (0.0, 0.0)
    ) -> Floats | None:
        """The same with a powered phase of one's own."""
        count, end = dynamics.fly(self.site_m, self.plan(unknowns, lift), segments, coasts, self.buffer)
        return None if end != dynamics.FLEW_TO_GROUND else self.buffer[:count].copy()

    def segments(self, scale: float) -> Floats:
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
        flight = measure(rows, self.asked, 0, self.burnout_s)
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
