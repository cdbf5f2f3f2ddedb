"""A second, labelled assessment of an event: the nations' impact and launch points by fast covariance intersection. Never released as our own.

Fast covariance intersection (`flight.fusion`): the result is never smaller than what unknown correlation allows, so it is safe when partners have heard each
other. Points too far apart to be of one place are not joined, nor is an impact told where one nation holds the flight to be steered: the nations differ,
and that is for consultation.
"""

import math
from collections.abc import Sequence

import numpy as np

from bongsu.flight import fusion
from bongsu.geo.ellipses import covariance_of_ellipse, ellipse_of_covariance
from bongsu.geo.frames import great_circle
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.noun import Floats

_EARTH_RADIUS_M = 6_371_008.8
_APART_D2 = 16.0
"""Two points further apart than four sigmas, however their errors hang together, are not of one place."""


def fuse_points(points: Sequence[PointEstimate]) -> PointEstimate | None:
    """The intersection of two or more points that have ellipses; None for fewer."""
    usable = [point for point in points if point.semi_major_m and point.semi_minor_m and point.bearing_rad is not None]
    if len(usable) < 2:
        return None
    middle = usable[0]
    places = [_east_north_m(middle, point) for point in usable]
    covariances: list[Floats] = [
        covariance_of_ellipse(point.semi_major_m or 0.0, point.semi_minor_m or 0.0, point.bearing_rad or 0.0)
        for point in usable
    ]
    if fusion.apart(places, covariances) > _APART_D2:
        return None
    place, fused_covariance = fusion.intersection(places, covariances)
    east_m, north_m = place.tolist()
    ellipse = ellipse_of_covariance(fused_covariance)
    time_ns, sigma_s = _fused_time(usable)
    return PointEstimate(
        latitude_rad=middle.latitude_rad + north_m / _EARTH_RADIUS_M,
        longitude_rad=middle.longitude_rad + east_m / (_EARTH_RADIUS_M * math.cos(middle.latitude_rad)),
        time_ns=time_ns,
        sigma_time_s=sigma_s,
        semi_major_m=float(ellipse.semi_major_m),
        semi_minor_m=float(ellipse.semi_minor_m),
        bearing_rad=float(ellipse.bearing),
    )


def fuse_estimates(estimates: Sequence[Estimate], time_ns: int) -> Estimate | None:
    """The fused launch and impact of one event; None where nothing can be fused."""
    launch = fuse_points([one.launch for one in estimates if one.launch is not None])
    steered = any(one.ballistic is False for one in estimates)
    impact = None if steered else fuse_points([one.impact for one in estimates if one.impact is not None])
    if launch is None and impact is None:
        return None
    return Estimate(
        track="", time_ns=time_ns, launch=launch, impact=impact, ballistic=True if impact is not None else None
    )


def _east_north_m(origin: PointEstimate, point: PointEstimate) -> Floats:
    distance_m, bearing_rad = great_circle(
        origin.latitude_rad, origin.longitude_rad, point.latitude_rad, point.longitude_rad
    )
    return np.array([distance_m * math.sin(bearing_rad), distance_m * math.cos(bearing_rad)])


def _fused_time(points: Sequence[PointEstimate]) -> tuple[int | None, float | None]:
    timed = [
        (point.time_ns, point.sigma_time_s) for point in points if point.time_ns is not None and point.sigma_time_s
    ]
    if not timed:
        return None, None
    time_ns, sigma_s = min(timed, key=lambda pair: pair[1] or math.inf)
    return time_ns, sigma_s
