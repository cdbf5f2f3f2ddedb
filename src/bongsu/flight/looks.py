"""One plot as a row of numbers for the kernels, and its residual against a position.

A row (20,): 0 time (s), 1 range (m, NaN if not measured), 2 range rate (m/s, NaN if not measured), 3-5 sensor position, 6-8 unit vector of the
measured direction, 9-11 and 12-14 the unit vectors of rising azimuth and rising elevation there, 15 sigma of range (m), 16 and 17 sigma of the
two angles across (rad), 18 sigma of range rate (m/s), 19 number of the sensor.

Angles are compared in the plane that touches the measured direction: nu = -(t . d) / (u . d) for the line of sight d. Unlike azimuth and
elevation this has no pole (a satellite looks down, a ship looks up), costs no trigonometry, and is nearly linear over a gate.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.geo.kernels import njit

ROW = 20
Array = NDArray[np.float64]


@njit(
    "float64[:,::1](float64[::1],float64[::1],float64[::1],float64[::1],float64[::1],"
    "float64[::1],float64[:,::1],float64[::1],float64)"
)
def rows_of(
    time_s: Array,
    range_m: Array,
    azimuth: Array,
    elevation: Array,
    range_rate_m_s: Array,
    sensor_ecef_m: Array,
    sensor_axes: Array,
    sigmas: Array,
    number: float,
) -> Array:
    """Rows (N, 20) of the plots of one sensor. `sigmas`: range (m), azimuth, elevation (rad), range rate (m/s)."""
    n = len(time_s)
    rows = np.empty((n, 20))
    for k in range(n):
        sa, ca = math.sin(azimuth[k]), math.cos(azimuth[k])
        se, ce = math.sin(elevation[k]), math.cos(elevation[k])
        row = rows[k]
        row[0] = time_s[k]
        row[1] = range_m[k]
        row[2] = range_rate_m_s[k]
        for i in range(3):
            east, north, up = sensor_axes[0, i], sensor_axes[1, i], sensor_axes[2, i]
            row[3 + i] = sensor_ecef_m[i]
            row[6 + i] = ce * sa * east + ce * ca * north + se * up
            row[9 + i] = ca * east - sa * north
            row[12 + i] = -se * sa * east - se * ca * north + ce * up
        row[15] = sigmas[0]
        row[16] = sigmas[1] * max(abs(ce), sigmas[2])
        row[17] = sigmas[2]
        row[18] = sigmas[3]
        row[19] = number
    return rows


@njit()
def residual(row: Array, r: Array, v: Array, h: Array, nu: Array, var: Array) -> int:
    """Residuals `nu`, variances `var` and derivatives `h` (4, 6) of a row against position `r` and velocity `v`; gives their count.

    An object behind the sensor's measured direction gives residuals so large that no gate lets it pass.
    """
    d0, d1, d2 = r[0] - row[3], r[1] - row[4], r[2] - row[5]
    along = row[6] * d0 + row[7] * d1 + row[8] * d2
    if along < 1.0:
        along = 1.0
    m = 0
    for a in range(2):
        o = 9 + 3 * a
        t = (row[o] * d0 + row[o + 1] * d1 + row[o + 2] * d2) / along
        for i in range(3):
            h[m, i] = (row[o + i] - t * row[6 + i]) / along
            h[m, 3 + i] = 0.0
        nu[m] = -t
        var[m] = row[16 + a] * row[16 + a]
        m += 1
    if not math.isnan(row[1]):
        distance = math.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
        h[m, 0], h[m, 1], h[m, 2] = d0 / distance, d1 / distance, d2 / distance
        h[m, 3] = h[m, 4] = h[m, 5] = 0.0
        nu[m] = row[1] - distance
        var[m] = row[15] * row[15]
        m += 1
        if not math.isnan(row[2]) and row[18] > 0.0:
            rate = (d0 * v[0] + d1 * v[1] + d2 * v[2]) / distance
            for i in range(3):
                unit = (r[i] - row[3 + i]) / distance
                h[m, i] = (v[i] - rate * unit) / distance
                h[m, 3 + i] = unit
            nu[m] = row[2] - rate
            var[m] = row[18] * row[18]
            m += 1
    return m
