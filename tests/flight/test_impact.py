import math

import numpy as np
import pytest

from bongsu.flight.impact import predict_impact
from bongsu.geo.ellipses import FACTOR_95
from tests.flight.test_dynamics import state

SIGMAS = [300.0] * 3 + [1.5] * 3


def predict(x, p):
    out, end, jacobian = np.empty(12), np.empty(7), np.empty((4, 7))
    assert predict_impact(x, p, out, end, jacobian)
    return out, jacobian


def nowhere_uncertain(x):
    return predict(x, np.zeros((7, 7)))[0]


def offset(out, base):
    return np.array(
        [
            (out[1] - base[1]) * 6.378e6 * math.cos(base[0]),
            (out[0] - base[0]) * 6.36e6,
            out[2] - base[2],
            out[7] - base[7],
        ]
    )


@pytest.mark.parametrize("figures", [(2e5, 5000, 40), (3e5, 6800, 80), (60e3, 1900, 25)])
def test_jacobian_against_differences(figures):
    x = state(*figures)
    base, jacobian = predict(x, np.zeros((7, 7)))
    for j, h in enumerate([50.0] * 3 + [0.2] * 3 + [0.02]):
        up, down = x.copy(), x.copy()
        up[j] += h
        down[j] -= h
        slope = (offset(nowhere_uncertain(up), base) - offset(nowhere_uncertain(down), base)) / (2 * h)
        np.testing.assert_allclose(jacobian[:, j], slope, rtol=0.03, atol=0.02 * np.abs(jacobian[:, j]).max() + 1e-3)


@pytest.mark.parametrize("figures", [(2e5, 5000, 40), (60e3, 1900, 25)])
def test_spread_against_monte_carlo(figures):
    """The published ellipse holds about 95 % of impacts with unknown beta; its walk on the way down makes it a little wider."""
    x = state(*figures)
    p = np.diag([s * s for s in SIGMAS] + [0.7**2])
    out, _ = predict(x, p)
    cov = np.array([[out[4], out[5]], [out[5], out[6]]])
    rng = np.random.default_rng(4)
    inside, times = 0, []
    for _ in range(500):
        drawn = nowhere_uncertain(x + rng.normal(size=7) * np.sqrt(np.diag(p)))
        error = offset(drawn, out)
        inside += float(error[:2] @ np.linalg.solve(cov, error[:2])) < FACTOR_95**2
        times.append(error[2])
    assert 0.93 <= inside / 500 <= 1.0
    assert 0.7 < out[3] / np.std(times) < 1.6


def test_vacuum_covariance_would_be_overconfident():
    x = state(2e5, 5000, 40)
    p = np.diag([100.0] * 3 + [0.01] * 3 + [0.7**2])
    sure = p.copy()
    sure[6, 6] = 0.0
    wide, narrow = predict(x, p)[0], predict(x, sure)[0]
    assert wide[4] + wide[6] > 4 * (narrow[4] + narrow[6])
    assert wide[3] > 2 * narrow[3]


def test_an_orbit_does_not_come_down():
    out, end, jacobian = np.empty(12), np.empty(7), np.empty((4, 7))
    assert not predict_impact(state(5e5, 7300, 0), np.zeros((7, 7)), out, end, jacobian)
