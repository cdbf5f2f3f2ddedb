"""A nation's sensor: never released to anybody. Drill sensors are invented."""

import math
from enum import StrEnum

from bongsu.model.noun import Noun


class SensorKind(StrEnum):
    """What a sensor measures: range and angles, or angles alone."""

    RADAR = "radar"
    INFRARED = "infrared"


class SensorState(StrEnum):
    """What a sensor says of itself; `unknown` is what the node says of one that fell silent."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


class Sensor(Noun, frozen=True):
    """Place (WGS-84 geodetic), noise and reach of one sensor. An infrared one has no range, so no `sigma_range_m` and no `max_range_m`."""

    id: str
    owner: str
    kind: SensorKind
    latitude_rad: float
    longitude_rad: float
    altitude_m: float
    sigma_azimuth_rad: float
    sigma_elevation_rad: float
    rate_hz: float
    sigma_range_m: float | None = None
    sigma_range_rate_m_s: float | None = None
    min_elevation_rad: float = -math.pi / 2
    max_range_m: float | None = None


class SensorStatus(Noun, frozen=True):
    """What a sensor reported of itself at `time_ns`."""

    sensor: str
    time_ns: int
    state: SensorState


class SensorFault(Noun, frozen=True):
    """A sensor of our own that was found to be off, against plots of the same object by `others` or by several sensors. Never released.

    `kind` is range (m), clock (s, ahead: positive) or pointing (azimuth and elevation, rad); `size` and `sigma` have one number each, pointing two.
    `certain` is false where it may be one of `others` instead. `cleared`: it is no longer off.
    """

    sensor: str
    time_ns: int
    kind: str
    size: tuple[float, ...]
    sigma: tuple[float, ...]
    since_ns: int
    certain: bool
    others: tuple[str, ...] = ()
    cleared: bool = False
