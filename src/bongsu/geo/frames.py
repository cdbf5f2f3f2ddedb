"""Frames of the Earth: geodetic (WGS-84), earth-centred earth-fixed (ECEF), and a sensor's range, azimuth and elevation.

Angles in radians, lengths in metres, float64. Valid from 0.1 Earth radii outward; accuracy about 1e-14 rad and 1e-8 m from the ground to
beyond the geostationary ring (tests/geo/test_frames.py compares with pyproj and pymap3d).
Sources: WGS-84 (NIMA TR8350.2) for the ellipsoid; Bowring 1976 (reduced latitude) for the inverse, iterated to the rounding error.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.geo.kernels import njit

EARTH_SEMI_MAJOR_M = 6378137.0
EARTH_FLATTENING = 1.0 / 298.257223563
EARTH_SEMI_MINOR_M = EARTH_SEMI_MAJOR_M * (1.0 - EARTH_FLATTENING)
_E2 = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
_EP2 = _E2 / (1.0 - _E2)

Array = NDArray[np.float64]


@njit("float64[::1](float64,float64,float64)")
def geodetic_to_ecef(latitude: float, longitude: float, altitude_m: float) -> Array:
    """Position (3,) in ECEF metres of a geodetic point (radians, metres above the ellipsoid)."""
    s = math.sin(latitude)
    c = math.cos(latitude)
    n = EARTH_SEMI_MAJOR_M / math.sqrt(1.0 - _E2 * s * s)
    out = np.empty(3)
    out[0] = (n + altitude_m) * c * math.cos(longitude)
    out[1] = (n + altitude_m) * c * math.sin(longitude)
    out[2] = (n * (1.0 - _E2) + altitude_m) * s
    return out


@njit("UniTuple(float64,3)(float64,float64,float64)")
def geodetic_of(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Latitude, longitude (radians), altitude (m) of an ECEF point; the callee that other kernels use."""
    p = math.sqrt(x * x + y * y)
    longitude = math.atan2(y, x)
    beta = math.atan2(z * EARTH_SEMI_MAJOR_M, p * EARTH_SEMI_MINOR_M)
    latitude = 0.0
    for _ in range(3):
        sb = math.sin(beta)
        cb = math.cos(beta)
        latitude = math.atan2(z + _EP2 * EARTH_SEMI_MINOR_M * sb * sb * sb, p - _E2 * EARTH_SEMI_MAJOR_M * cb * cb * cb)
        beta = math.atan2(EARTH_SEMI_MINOR_M * math.sin(latitude), EARTH_SEMI_MAJOR_M * math.cos(latitude))
    s = math.sin(latitude)
    altitude = p * math.cos(latitude) + z * s - EARTH_SEMI_MAJOR_M * math.sqrt(1.0 - _E2 * s * s)
    return latitude, longitude, altitude


@njit("float64(float64,float64,float64)")
def altitude_of(x: float, y: float, z: float) -> float:
    """Altitude (m) of an ECEF point, one Bowring step: within 1 mm up to 10,000 km; for dynamics and ground tests."""
    p = math.sqrt(x * x + y * y)
    t = z * EARTH_SEMI_MAJOR_M
    u = p * EARTH_SEMI_MINOR_M
    n = math.sqrt(t * t + u * u)
    sb = t / n
    cb = u / n
    a = z + _EP2 * EARTH_SEMI_MINOR_M * sb * sb * sb
    b = p - _E2 * EARTH_SEMI_MAJOR_M * cb * cb * cb
    m = math.sqrt(a * a + b * b)
    s = a / m
    c = b / m
    return p * c + z * s - EARTH_SEMI_MAJOR_M * math.sqrt(1.0 - _E2 * s * s)


@njit("UniTuple(float64,3)(float64[::1])")
def ecef_to_geodetic(position_ecef_m: Array) -> tuple[float, float, float]:
    """Latitude, longitude (radians) and altitude (m) of an ECEF position (3,)."""
    return geodetic_of(position_ecef_m[0], position_ecef_m[1], position_ecef_m[2])


@njit("float64[:,::1](float64,float64)")
def enu_axes(latitude: float, longitude: float) -> Array:
    """Axes (3, 3) at a point: rows east, north, up, each a unit vector in ECEF."""
    sl = math.sin(latitude)
    cl = math.cos(latitude)
    so = math.sin(longitude)
    co = math.cos(longitude)
    out = np.empty((3, 3))
    out[0, 0] = -so
    out[0, 1] = co
    out[0, 2] = 0.0
    out[1, 0] = -sl * co
    out[1, 1] = -sl * so
    out[1, 2] = cl
    out[2, 0] = cl * co
    out[2, 1] = cl * so
    out[2, 2] = sl
    return out


@njit("UniTuple(float64,3)(float64[::1],float64[:,::1],float64[::1])")
def ecef_to_range_azimuth_elevation(
    sensor_ecef_m: Array, sensor_axes: Array, position_ecef_m: Array
) -> tuple[float, float, float]:
    """Range (m), azimuth (clockwise from north, 0 to 2 pi) and elevation (radians) of an ECEF position seen from a sensor.

    `sensor_ecef_m` (3,) and `sensor_axes` (3, 3) come from `geodetic_to_ecef` and `enu_axes` of the sensor's place.
    """
    d0 = position_ecef_m[0] - sensor_ecef_m[0]
    d1 = position_ecef_m[1] - sensor_ecef_m[1]
    d2 = position_ecef_m[2] - sensor_ecef_m[2]
    e = sensor_axes[0, 0] * d0 + sensor_axes[0, 1] * d1 + sensor_axes[0, 2] * d2
    n = sensor_axes[1, 0] * d0 + sensor_axes[1, 1] * d1 + sensor_axes[1, 2] * d2
    u = sensor_axes[2, 0] * d0 + sensor_axes[2, 1] * d1 + sensor_axes[2, 2] * d2
    horizontal = math.sqrt(e * e + n * n)
    azimuth = math.atan2(e, n)
    if azimuth < 0.0:
        azimuth += 2.0 * math.pi
    return math.sqrt(horizontal * horizontal + u * u), azimuth, math.atan2(u, horizontal)


@njit("float64[::1](float64[::1],float64[:,::1],float64,float64,float64)")
def range_azimuth_elevation_to_ecef(
    sensor_ecef_m: Array, sensor_axes: Array, range_m: float, azimuth: float, elevation: float
) -> Array:
    """ECEF position (3,) of a point given by range (m), azimuth and elevation (radians) from a sensor."""
    ce = math.cos(elevation)
    e = range_m * ce * math.sin(azimuth)
    n = range_m * ce * math.cos(azimuth)
    u = range_m * math.sin(elevation)
    out = np.empty(3)
    for i in range(3):
        out[i] = sensor_ecef_m[i] + sensor_axes[0, i] * e + sensor_axes[1, i] * n + sensor_axes[2, i] * u
    return out


@njit("UniTuple(float64,2)(float64,float64,float64,float64)")
def great_circle(latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float) -> tuple[float, float]:
    """Distance (m, mean sphere: within 0.6 %) and bearing (radians, clockwise from north) from point 1 to point 2.

    For gates and quick looks; `geodesic` is the exact one.
    """
    dl = longitude_2 - longitude_1
    s1, c1 = math.sin(latitude_1), math.cos(latitude_1)
    s2, c2 = math.sin(latitude_2), math.cos(latitude_2)
    y = math.sin(dl) * c2
    x = c1 * s2 - s1 * c2 * math.cos(dl)
    angle = math.atan2(math.sqrt(x * x + y * y), s1 * s2 + c1 * c2 * math.cos(dl))
    bearing = math.atan2(y, x)
    if bearing < 0.0:
        bearing += 2.0 * math.pi
    return angle * 6371008.8, bearing
