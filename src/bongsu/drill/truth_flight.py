"""A true flight: what is asked of one, its path in small steps, and the figures that are measured from the path.

Frames: earth-fixed WGS-84 (ECEF), metres, metres per second; seconds count from launch.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from bongsu.base.units import seconds_to_ns
from bongsu.geo.frames import ecef_to_geodetic

Floats = npt.NDArray[np.float64]

_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class PullUp:
    """A body that glides on its way down: below this height, with this ratio of lift to drag."""

    height_m: float
    lift_to_drag: float


@dataclass(frozen=True)
class BreakUp:
    """A flight that fails: when, into how many pieces, and how fast they part."""

    at_s: float
    pieces: int
    spread_m_s: float


@dataclass(frozen=True)
class Asked:
    """The figures that a flight shall have.

    Geodetic site on the ground, bearing from launch to impact, apogee over WGS-84, geodesic range.

    `burn_s` fixes the powered phase; without it, it follows from the speed that is needed. `spent_stages`: each stage
    but the last falls by itself after it has burnt out. The rest belongs to single kinds of truth.
    """

    latitude_rad: float
    longitude_rad: float
    bearing_rad: float
    apogee_m: float
    range_m: float
    burn_s: float | None = None
    spent_stages: bool = False
    pull_up: PullUp | None = None
    break_up: BreakUp | None = None
    orbit_burn_s: float | None = None


@dataclass(frozen=True, eq=False)
class Piece:
    """What falls by itself from a moment of a flight on, such as a spent stage; it counts its time from the launch."""

    name: str
    from_s: float
    flight: "Flight"


@dataclass(frozen=True, eq=False)
class Flight:
    """A solved flight.

    `time_s` (N,), `position_ecef_m` and `velocity_ecef_m_s` (N, 3) from launch (time 0) to the ground; figures are
    measured from them. One that stays `in_orbit` ends in flight: its range is to where it reached the orbit. `burns_s`:
    when it burns; `pieces`: what parts from it.
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
    in_orbit: bool = False
    burns_s: tuple[tuple[float, float], ...] = ()
    pieces: tuple[Piece, ...] = ()

    @property
    def impact_ns(self) -> int:
        """Time of impact; of one in orbit, the end of what is known."""
        return self.launch_ns + seconds_to_ns(self.flight_s)

    @property
    def landing_deg(self) -> tuple[float, float]:
        """Latitude and longitude of the impact, in degrees, longitude within -180 to 180."""
        turned = math.remainder(self.impact_longitude_rad, 2.0 * math.pi)
        return math.degrees(self.impact_latitude_rad), math.degrees(turned)

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


def measure(rows: Floats, asked: Asked, launch_ns: int, burnout_s: float) -> Flight:
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
        burns_s=((0.0, burnout_s),),
    )


def _geodetic(position_ecef_m: Floats) -> tuple[float, float, float]:
    """Latitude, longitude (radians) and height (metres) of one position (3,)."""
    latitude_rad, longitude_rad, height_m = ecef_to_geodetic(np.ascontiguousarray(position_ecef_m))
    return float(latitude_rad), float(longitude_rad), float(height_m)


def _peak(time_s: Floats, height_m: Floats) -> tuple[float, float]:
    """Time and height of the top of the parabola through three points."""
    a, b, c = np.polyfit(time_s - time_s[1], height_m, 2)
    return float(time_s[1] - b / (2.0 * a)), float(c - b * b / (4.0 * a))
