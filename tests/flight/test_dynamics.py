import math

import numpy as np
import pytest
from numba import njit
from scipy.integrate import solve_ivp

from bongsu.flight import atmosphere, dynamics
from bongsu.flight.batch import carry_state
from bongsu.geo.frames import geodetic_to_ecef

MU, J2, RE, RATE = 3.986004418e14, 1.08262982e-3, 6378137.0, 7.292115e-5


@njit
def rho(h):
    return atmosphere.density(h)[0]


def plain(t, y, beta):
    """The same motion, written down anew with vectors."""
    r, v = y[:3], y[3:6]
    radius = np.linalg.norm(r)
    k = 1.5 * J2 * (RE / radius) ** 2
    s = 5 * (r[2] / radius) ** 2
    gravity = -MU / radius**3 * r * np.array([1 + k * (1 - s), 1 + k * (1 - s), 1 + k * (3 - s)])
    spin = np.array([0, 0, RATE])
    a = gravity - 2 * np.cross(spin, v) - np.cross(spin, np.cross(spin, r))
    if math.isfinite(beta):
        latitude = math.atan2(r[2], math.hypot(r[0], r[1]) * (1 - 6.69437999014e-3))
        n = RE / math.sqrt(1 - 6.69437999014e-3 * math.sin(latitude) ** 2)
        h = math.hypot(r[0], r[1]) / math.cos(latitude) - n
        a = a - 0.5 * rho(h) * np.linalg.norm(v) / beta * v
    return np.concatenate([v, a])


def state(altitude_m, speed, climb_deg):
    r = geodetic_to_ecef(0.7, 2.2, altitude_m)
    up = r / np.linalg.norm(r)
    east = np.array([-up[1], up[0], 0]) / math.hypot(up[0], up[1])
    climb = math.radians(climb_deg)
    return np.concatenate([r, speed * (math.sin(climb) * up + math.cos(climb) * east), [math.log(4000.0)]])


@pytest.mark.parametrize(
    ("altitude", "speed", "climb", "time"), [(2e5, 5500, 40, 900), (5e5, 7000, 80, 3000), (4e5, 3000, -30, 90)]
)
def test_long_coasts_against_dop853(altitude, speed, climb, time):
    x = state(altitude, speed, climb)
    answer = solve_ivp(plain, (0, time), x[:6], args=(math.inf,), method="DOP853", rtol=1e-12, atol=1e-6).y[:, -1]
    carry_state(x, np.zeros((7, 7)), float(time))
    assert np.linalg.norm(x[:3] - answer[:3]) < 2.0
    assert np.linalg.norm(x[3:6] - answer[3:]) < 0.01


def test_a_fall_through_the_air_against_dop853():
    x = state(110e3, 5500, -40)
    answer = solve_ivp(plain, (0, 25), x[:6], args=(4000.0,), method="DOP853", rtol=1e-10, atol=1e-4, max_step=0.2)
    carry_state(x, np.zeros((7, 7)), 25.0)
    assert np.linalg.norm(x[:3] - answer.y[:3, -1]) < 15.0


def test_there_and_back_again():
    x = state(2e5, 6000, 30)
    before = x.copy()
    p = np.diag([1e4] * 3 + [1e2] * 3 + [0.5])
    cov = p.copy()
    carry_state(x, cov, 600.0)
    carry_state(x, cov, -600.0)
    assert np.linalg.norm(x - before) < 0.1
    np.testing.assert_allclose(cov, p, rtol=2e-3, atol=20.0)


def test_transition_is_the_derivative():
    x0 = state(150e3, 5000, -20)
    time = 60.0
    columns = []
    for j, h in enumerate([10.0] * 3 + [0.05] * 3 + [1e-3]):
        ends = []
        for sign in (1, -1):
            x = x0.copy()
            x[j] += sign * h
            carry_state(x, np.zeros((7, 7)), time)
            ends.append(x)
        columns.append((ends[0] - ends[1]) / (2 * h))
    slope = np.array(columns).T
    p = np.diag([1e4] * 3 + [1e2] * 3 + [0.5])
    cov = p.copy()
    carry_state(x0.copy(), cov, time)
    want = slope @ p @ slope.T
    scale = np.sqrt(np.diag(want))
    np.testing.assert_allclose(cov / np.outer(scale, scale), want / np.outer(scale, scale), atol=0.02)


def test_density_at_known_heights():
    # Layer bases of the standard, at their geometric heights.
    for altitude, density in ((0, 1.225), (11_019, 0.3639), (32_162, 0.01322), (47_350, 1.4275e-3), (71_802, 6.42e-5)):
        assert abs(rho(float(altitude)) / density - 1) < 0.06
    assert rho(2e5) == 0.0
    assert dynamics.EARTH_RADIUS_M == RE
