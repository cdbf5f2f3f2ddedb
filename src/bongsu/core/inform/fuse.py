"""A second, labelled assessment of an event: the nations' impact and launch points by fast covariance intersection. Never released as our own.

Fast covariance intersection weighs each point by the inverse of its covariance's trace; the result is never smaller than what unknown
correlation allows, so it is safe when partners have heard each other (notes on tracking, section 4b).
"""

import math
from collections.abc import Sequence

import numpy as np

from bongsu.geo.ellipses import covariance_of_ellipse, ellipse_of_covariance
from bongsu.geo.frames import great_circle
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.noun import Floats

_EARTH_RADIUS_M = 6_371_008.8


def fuse_points(points: Sequence[PointEstimate]) -> PointEstimate | None:
    """The intersection of two or more points that have ellipses; None for fewer."""
    usable = [point for point in points if point.semi_major_m and point.semi_minor_m and point.bearing_rad is not None]
    if len(usable) < 2:
        return None
    middle = usable[0]
    information = np.zeros((2, 2))
    weighted_m = np.zeros(2)
    covariances = [
        covariance_of_ellipse(point.semi_major_m or 0.0, point.semi_minor_m or 0.0, point.bearing_rad or 0.0)
        for point in usable
    ]
    weights = np.array([1.0 / np.trace(covariance) for covariance in covariances])
    weights /= weights.sum()
    for weight, point, covariance in zip(weights, usable, covariances, strict=True):
        inverse = np.linalg.inv(covariance)
        information += weight * inverse
        weighted_m += weight * inverse @ _east_north_m(middle, point)
    fused_covariance = np.linalg.inv(information).astype(np.float64)
    east_m, north_m = (float(part) for part in fused_covariance @ weighted_m)
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
    impact = fuse_points([one.impact for one in estimates if one.impact is not None])
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
