"""Length and first bearing of the geodesic between two points of the ellipsoid, compiled, for figures that are told many times a second.

Source: Vincenty 1975, Survey Review XXIII 176 (inverse formula). Accuracy: 1 mm and 1e-9 rad wherever it converges, which it does not
within about half a degree of the antipode: then both are NaN. Test: tests/geo/test_geodesic.py (against pyproj).
"""

from __future__ import annotations

import math

from bongsu.geo.frames import EARTH_FLATTENING, EARTH_SEMI_MAJOR_M, EARTH_SEMI_MINOR_M
from bongsu.geo.kernels import njit

_ROUNDS = 60


@njit("UniTuple(float64,2)(float64,float64,float64,float64)")
def geodesic_inverse(
    latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float
) -> tuple[float, float]:
    """Length (m) and bearing at the first point (radians clockwise from north, 0 to 2 pi) of the way from point 1 to point 2 (radians)."""
    f = EARTH_FLATTENING
    u1, u2 = math.atan((1.0 - f) * math.tan(latitude_1)), math.atan((1.0 - f) * math.tan(latitude_2))
    s1, c1, s2, c2 = math.sin(u1), math.cos(u1), math.sin(u2), math.cos(u2)
    difference = (longitude_2 - longitude_1 + math.pi) % (2.0 * math.pi) - math.pi
    lam = difference
    for _ in range(_ROUNDS):
        sl, cl = math.sin(lam), math.cos(lam)
        sine = math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl)
        if sine == 0.0:
            return 0.0, 0.0
        cosine = s1 * s2 + c1 * c2 * cl
        sigma = math.atan2(sine, cosine)
        alpha = c1 * c2 * sl / sine
        square = 1.0 - alpha * alpha
        middle = cosine - 2.0 * s1 * s2 / square if square > 1e-14 else 0.0
        c = f / 16.0 * square * (4.0 + f * (4.0 - 3.0 * square))
        before = lam
        lam = difference + (1.0 - c) * f * alpha * (
            sigma + c * sine * (middle + c * cosine * (2.0 * middle * middle - 1.0))
        )
        if abs(lam - before) < 1e-12:
            k = square * (EARTH_SEMI_MAJOR_M**2 / EARTH_SEMI_MINOR_M**2 - 1.0)
            a = 1.0 + k / 16384.0 * (4096.0 + k * (-768.0 + k * (320.0 - 175.0 * k)))
            b = k / 1024.0 * (256.0 + k * (-128.0 + k * (74.0 - 47.0 * k)))
            rest = b / 6.0 * middle * (4.0 * sine * sine - 3.0) * (4.0 * middle * middle - 3.0)
            rest = b * sine * (middle + b / 4.0 * (cosine * (2.0 * middle * middle - 1.0) - rest))
            bearing = math.atan2(c2 * math.sin(lam), c1 * s2 - s1 * c2 * math.cos(lam))
            return EARTH_SEMI_MINOR_M * a * (sigma - rest), bearing % (2.0 * math.pi)
    return math.nan, math.nan
