"""Error ellipses on the ground: from a 2x2 east-north covariance to 95 % half-axes and back, and how far a point lies from the middle.

The factor is the square root of the 95 % quantile of chi-squared with two degrees of freedom (5.991): 2.448. Bearings are those of the
major axis, radians clockwise from north, in [0, pi). Tested by round trip and against numpy's eigenvalues (tests/geo/test_ellipses.py).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FACTOR_95 = math.sqrt(5.991464547107979)


class Ellipse(NamedTuple):
    """A 95 % ellipse on the ground: half-axes in metres, bearing of the major axis in radians clockwise from north."""

    semi_major_m: float
    semi_minor_m: float
    bearing: float


def ellipse_of_covariance(cov_east_north_m2: NDArray[np.float64]) -> Ellipse:
    """95 % ellipse of a symmetric 2x2 covariance whose first axis is east and second north (m2)."""
    ee = float(cov_east_north_m2[0, 0])
    en = 0.5 * (float(cov_east_north_m2[0, 1]) + float(cov_east_north_m2[1, 0]))
    nn = float(cov_east_north_m2[1, 1])
    middle = 0.5 * (ee + nn)
    spread = math.hypot(0.5 * (nn - ee), en)
    major = FACTOR_95 * math.sqrt(max(middle + spread, 0.0))
    minor = FACTOR_95 * math.sqrt(max(middle - spread, 0.0))
    bearing = 0.5 * math.atan2(2.0 * en, nn - ee)
    return Ellipse(major, minor, bearing % math.pi)


def covariance_of_ellipse(semi_major_m: float, semi_minor_m: float, bearing: float) -> NDArray[np.float64]:
    """2x2 east-north covariance (m2) of a 95 % ellipse; the inverse of `ellipse_of_covariance`."""
    a = (semi_major_m / FACTOR_95) ** 2
    b = (semi_minor_m / FACTOR_95) ** 2
    s, c = math.sin(bearing), math.cos(bearing)
    en = (a - b) * s * c
    return np.array([[a * s * s + b * c * c, en], [en, a * c * c + b * s * s]])


def distance_squared(ellipse: Ellipse, east_m: float, north_m: float) -> float:
    """d2 = e' C^-1 e of an east-north error, C being the ellipse's 1-sigma covariance; 5.99 lies on the 95 % ellipse.

    Infinite when a half-axis is zero and the error is not along the other one.
    """
    s, c = math.sin(ellipse.bearing), math.cos(ellipse.bearing)
    along = (east_m * s + north_m * c) * FACTOR_95
    across = (east_m * c - north_m * s) * FACTOR_95
    total = 0.0
    for error, half_axis in ((along, ellipse.semi_major_m), (across, ellipse.semi_minor_m)):
        if error != 0.0:
            total += (error / half_axis) ** 2 if half_axis > 0.0 else math.inf
    return total


def contains(ellipse: Ellipse, east_m: float, north_m: float) -> bool:
    """Whether an east-north offset (m) from the middle lies in the 95 % ellipse."""
    return distance_squared(ellipse, east_m, north_m) <= FACTOR_95**2
