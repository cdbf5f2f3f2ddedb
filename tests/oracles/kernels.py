"""The kernels' equations once more, in plain NumPy: written from the equations, with vectors and matrices, no numba, nothing of `bongsu.flight`.

Free flight in the frame that turns with the Earth: two bodies, J2, the turning (as cross products), drag against the air that turns along. Steps by
Runge-Kutta of the fourth order. A plot is range, range rate and two angles in the plane that touches its direction. The Kalman filter takes a plot's
numbers all at once.
Rows of plots have the columns of `bongsu.flight.looks`. SI, radians, ECEF.
Sources: WGS-84; Vallado for J2; U.S. Standard Atmosphere 1976; Bar-Shalom, Li and Kirubarajan for filter and fusion.
"""

from __future__ import annotations

import numpy as np

MU, J2, RE, RATE = 3.986004418e14, 1.08262982e-3, 6378137.0, 7.292115e-5
FLATTENING = 1 / 298.257223563
SPIN = np.array([0.0, 0.0, RATE])
TOP_M = 150e3
DENSITIES = np.array(
    [
        1.225, 0.7364, 0.4135, 0.1948, 8.891e-2, 4.008e-2, 1.841e-2, 8.463e-3, 3.996e-3, 1.966e-3, 1.027e-3,
        5.681e-4, 3.097e-4, 1.632e-4, 8.283e-5, 3.992e-5, 1.846e-5, 8.220e-6, 3.416e-6, 1.393e-6, 5.604e-7,
        2.325e-7, 9.708e-8, 4.289e-8, 2.222e-8, 1.291e-8, 8.152e-9, 5.465e-9, 3.831e-9, 2.781e-9, 2.076e-9,
    ]
)  # fmt: skip


def altitude(r):
    """Height above the ellipsoid (m), by iteration on the latitude."""
    e2 = FLATTENING * (2 - FLATTENING)
    p = np.hypot(r[0], r[1])
    latitude = np.arctan2(r[2], p * (1 - e2))
    for _ in range(8):
        n = RE / np.sqrt(1 - e2 * np.sin(latitude) ** 2)
        latitude = np.arctan2(r[2] + n * e2 * np.sin(latitude), p)
    n = RE / np.sqrt(1 - e2 * np.sin(latitude) ** 2)
    return p * np.cos(latitude) + r[2] * np.sin(latitude) - RE * RE / n


def density(h):
    """Density (kg/m3): straight in the logarithm between knots every 5 km, nothing above the table."""
    if h >= TOP_M:
        return 0.0
    knots = np.arange(len(DENSITIES)) * 5e3
    logs = np.log(DENSITIES)
    if h < 0.0:
        h = max(h, -5e3)
        return float(np.exp(logs[0] + (logs[1] - logs[0]) / 5e3 * h))
    return float(np.exp(np.interp(h, knots, logs)))


def acceleration(r, v, ln_beta=None, force=None):
    """Earth-fixed acceleration (3,); no drag without `ln_beta`."""
    radius = np.linalg.norm(r)
    k = 1.5 * J2 * (RE / radius) ** 2
    s = 5 * (r[2] / radius) ** 2
    a = -MU / radius**3 * (np.array([1 + k * (1 - s), 1 + k * (1 - s), 1 + k * (3 - s)]) * r)
    a = a - 2 * np.cross(SPIN, v) - np.cross(SPIN, np.cross(SPIN, r))
    if ln_beta is not None:
        a = a - 0.5 * density(altitude(r)) * np.exp(-ln_beta) * np.linalg.norm(v) * v
    return a if force is None else a + force


def step(r, v, dt, ln_beta=None, force=None):
    """One Runge-Kutta step of the fourth order: (r, v) after `dt` seconds."""
    y = np.concatenate([r, v])

    def slope(y):
        return np.concatenate([y[3:], acceleration(y[:3], y[3:], ln_beta, force)])

    a = slope(y)
    b = slope(y + dt / 2 * a)
    c = slope(y + dt / 2 * b)
    d = slope(y + dt * c)
    y = y + dt / 6 * (a + 2 * b + 2 * c + d)
    return y[:3], y[3:]


def row_of(time_s, site, axes, range_m, azimuth, elevation, sigmas, rate=np.nan, number=0):
    """A plot's row (20,) from what was measured: east, north, up at the site as rows of `axes`."""
    u = np.array([np.sin(azimuth) * np.cos(elevation), np.cos(azimuth) * np.cos(elevation), np.sin(elevation)]) @ axes
    az = np.array([np.cos(azimuth), -np.sin(azimuth), 0.0]) @ axes
    el = np.cross(az, u) * np.sign(np.cross(az, u) @ axes[2] + 1e-300)
    spread = [sigmas[0], sigmas[1] * max(abs(np.cos(elevation)), sigmas[2]), sigmas[2], sigmas[3]]
    return np.concatenate([[time_s, range_m, rate], site, u, az, el, spread, [number]])


def predicted(row, r, v):
    """What a plot of this direction would read of an object at (r, v): angles across, then range and range rate where the row has them."""
    d = r - row[3:6]
    along = row[6:9] @ d
    found = [row[9:12] @ d / along, row[12:15] @ d / along]
    if not np.isnan(row[1]):
        found.append(np.linalg.norm(d))
        if not np.isnan(row[2]) and row[18] > 0:
            found.append(d @ v / np.linalg.norm(d))
    return np.array(found)


def measured(row):
    """What it did read, in the same numbers, and their variances."""
    z, var = [0.0, 0.0], [row[16] ** 2, row[17] ** 2]
    if not np.isnan(row[1]):
        z, var = [*z, row[1]], [*var, row[15] ** 2]
        if not np.isnan(row[2]) and row[18] > 0:
            z, var = [*z, row[2]], [*var, row[18] ** 2]
    return np.array(z), np.array(var)


def jacobian(row, r, v):
    """Derivatives of `predicted` by position and velocity (m, 6), by central differences."""
    columns = []
    for j, h in enumerate([1.0] * 3 + [0.01] * 3):
        shift = np.zeros(6)
        shift[j] = h
        ahead, behind = (predicted(row, r + s * shift[:3], v + s * shift[3:]) for s in (1, -1))
        columns.append((ahead - behind) / (2 * h))
    return np.array(columns).T


def transition(r, v, ln_beta, dt, steps=4):
    """Derivatives of the state (7,) after `dt` by the state before (7, 7), by central differences of many small steps."""

    def carried(x):
        r, v = x[:3], x[3:6]
        for _ in range(steps):
            r, v = step(r, v, dt / steps, x[6])
        return np.concatenate([r, v, x[6:]])

    x = np.concatenate([r, v, [ln_beta]])
    columns = []
    for j, h in enumerate([20.0] * 3 + [0.1] * 3 + [1e-3]):
        shift = np.zeros(7)
        shift[j] = h
        columns.append((carried(x + shift) - carried(x - shift)) / (2 * h))
    return np.array(columns).T


def updated(x, p, row):
    """State, covariance, log likelihood and d2 after one plot taken at the state's own time: the Kalman update in one piece (Joseph's form)."""
    n = len(x)
    z, var = measured(row)
    h = np.zeros((len(z), n))
    h[:, :6] = jacobian(row, x[:3], x[3:6])
    nu = z - predicted(row, x[:3], x[3:6])
    s = h @ p @ h.T + np.diag(var)
    gain = p @ h.T @ np.linalg.inv(s)
    keep = np.eye(n) - gain @ h
    d2 = float(nu @ np.linalg.solve(s, nu))
    likelihood = -0.5 * (d2 + np.linalg.slogdet(2 * np.pi * s)[1])
    return x + gain @ nu, keep @ p @ keep.T + gain @ np.diag(var) @ gain.T, likelihood, d2


def intersected(means, covariances, weights):
    """Covariance intersection: information weighted by numbers that sum to one."""
    information = sum(w * np.linalg.inv(p) for w, p in zip(weights, covariances, strict=True))
    cov = np.linalg.inv(information)
    return cov @ sum(w * np.linalg.inv(p) @ x for w, x, p in zip(weights, means, covariances, strict=True)), cov
