"""Launch point, path figures and predicted impact of one track."""

from bongsu.model.noun import Noun


class PointEstimate(Noun, frozen=True):
    """A place and time on the ground with a 95 % ellipse: half-axes in metres, `bearing_rad` of the major axis clockwise from north.

    A field that the originator did not release is None.
    """

    latitude_rad: float
    longitude_rad: float
    time_ns: int | None = None
    sigma_time_s: float | None = None
    semi_major_m: float | None = None
    semi_minor_m: float | None = None
    bearing_rad: float | None = None


class Estimate(Noun, frozen=True):
    """What is concluded of a flight at `time_ns`. Unknown is None; `impact` is None unless `ballistic` is True.

    `apogee_m` over WGS-84; `range_m` is geodesic from launch to impact; `bearing_rad` from launch to impact, clockwise from north.
    """

    track: str
    time_ns: int
    launch: PointEstimate | None = None
    impact: PointEstimate | None = None
    apogee_m: float | None = None
    sigma_apogee_m: float | None = None
    range_m: float | None = None
    bearing_rad: float | None = None
    ballistic: bool | None = None
