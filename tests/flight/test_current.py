"""An impact kept current against the full prediction of the same state, over whole flights tracked by a filter."""

import math

import numpy as np
import pytest
from pyproj import Geod

from bongsu.flight import current, tables
from bongsu.flight.batch import carry_state
from bongsu.flight.filters import LN_BETA_MEAN
from bongsu.flight.impact import predict_impact
from bongsu.geo.ellipses import covariance_of_ellipse
from tests.flight.test_filters import looks, solve


def full(x, p, now_s):
    """The figures of a prediction that knows nothing of what was said before: place, ellipse covariance, time and sigma."""
    out = np.empty(12)
    assert predict_impact(x[:7].copy(), p[:7, :7].copy(), out, np.empty(7), np.empty((4, 7)))
    cov = np.array([[out[4], out[5]], [out[5], out[6]]]) + np.eye(2) * current.WIND_SIGMA_M**2
    return out[0], out[1], cov, now_s + out[2], out[3], out[7]


def kept(record, x, p, now_s):
    out = np.empty(12)
    drag = np.concatenate((x[6:7], p[6, :7]))
    done = current.keep_current(record, x[:3], x[3:6], p[:6, :6].copy(), drag, now_s, 0.65, 2.2, out)
    return done, out


@pytest.mark.parametrize(("sigma_range", "sigma_angle"), [(30.0, 1e-3), (3.0, 2e-3), (300.0, 3e-3)])
def test_what_is_carried_is_what_would_be_predicted(sigma_range, sigma_angle):
    """At every update of 5 minutes: the middle within a sixth of a sigma of a full prediction's, the covariance within 5 % (2.5 % of an axis)."""
    rows, _ = looks(np.random.default_rng(21), sigma_range, sigma_angle, count=300)
    x7, p7 = solve(rows[:12])
    x, p = np.zeros(9), np.zeros((9, 9))
    x[:7], p[:7, :7] = x7, p7
    record = current.new_record()
    now_s, carried, rising = float(rows[11, 0]), 0, 0
    for row in rows[12:]:
        tables.update_free(x, p, row, now_s)
        now_s = float(row[0])
        done, out = kept(record, x, p, now_s)
        latitude, longitude, cov, time_s, sigma_s, top_m = full(x, p, now_s)
        carried += done == current.CARRIED
        error = np.array([(out[1] - longitude) * 6.378e6 * math.cos(latitude), (out[0] - latitude) * 6.36e6])
        assert error @ np.linalg.solve(cov, error) < (1 / 6) ** 2
        told = covariance_of_ellipse(out[4], out[5], out[6])
        ratio = np.linalg.eigvals(np.linalg.solve(cov, told))
        assert ratio.real.min() > 0.95
        assert ratio.real.max() < 1.05
        assert abs(out[2] - time_s) < 0.1 * sigma_s + 0.02
        assert abs(out[3] / sigma_s - 1.0) < 0.05
        if out[11] > 0.0:  # once it lies behind, a full prediction knows only where it is now
            rising += 1
            assert abs(out[7] - top_m) < 0.2 * out[8] + 20.0
    assert carried > 200
    assert rising > 150


def test_a_state_that_jumps_is_predicted_anew():
    rows, _ = looks(np.random.default_rng(5), 30.0, 1e-3, count=60)
    x, p = solve(rows)
    record = current.new_record()
    assert kept(record, x, p, 60.0)[0] == current.PREDICTED
    carry_state(x, np.zeros((7, 7)), 1.0)
    assert kept(record, x, p, 61.0)[0] == current.CARRIED
    x[3:6] += 60.0
    done, out = kept(record, x, p, 61.0)
    assert done == current.PREDICTED
    assert np.isclose(out[0], full(x, p, 61.0)[0], atol=1e-12)
    assert kept(record, x, p, 40.0)[0] == current.PREDICTED  # an older state than the reference


def test_what_does_not_come_down_says_so_and_forgets_what_it_knew():
    rows, _ = looks(np.random.default_rng(6), 30.0, 1e-3, count=60)
    x, p = solve(rows)
    record = current.new_record()
    assert kept(record, x, p, 60.0)[0] == current.PREDICTED
    x[3:6] *= 12_000.0 / np.linalg.norm(x[3:6])
    assert kept(record, x, p, 500.0)[0] == current.NOTHING
    assert math.isnan(record[0])
    assert LN_BETA_MEAN - 3 < x[6] < LN_BETA_MEAN + 3


def test_range_and_bearing_are_those_of_the_told_place():
    rows, _ = looks(np.random.default_rng(7), 30.0, 1e-3, count=60)
    x, p = solve(rows)
    _, out = kept(current.new_record(), x, p, 60.0)
    bearing, _, length = Geod(ellps="WGS84").inv(2.2, 0.65, out[1], out[0], radians=True)
    assert abs(out[9] - length) < 1e-2
    assert abs(math.remainder(out[10] - bearing, 2 * math.pi)) < 1e-8
