"""Lift found where a body is steered and nowhere else: paths of the independent simulator, looks of one radar."""

import math

import numpy as np
import pytest

from bongsu.flight import lift
from bongsu.flight.batch import batch_start, carry_state
from bongsu.flight.filters import LN_BETA_MEAN, LN_BETA_SIGMA
from bongsu.flight.looks import rows_of
from bongsu.geo.frames import ecef_to_range_azimuth_elevation, enu_axes, geodetic_to_ecef
from tests.flight.test_dynamics import state
from tests.oracles import wide

SIGMAS = np.array([30.0, 1e-3, 1e-3, 0.0])


def looks(rng, path, times):
    """Rows of a radar 150 km beside the last of the places."""
    end = path(times[-1])
    latitude = math.asin(end[2] / np.linalg.norm(end)) + 150e3 / 6.37e6
    longitude = math.atan2(end[1], end[0])
    site, axes = geodetic_to_ecef(latitude, longitude, 0.0), enu_axes(latitude, longitude)
    seen = np.array([ecef_to_range_azimuth_elevation(site, axes, path(t)) for t in times])
    seen += rng.normal(size=seen.shape) * SIGMAS[:3]
    columns = (np.ascontiguousarray(column) for column in seen.T)
    return rows_of(np.array(times, float), *columns, np.full(len(times), np.nan), site, axes, SIGMAS, 0.0)


def compared(seed, steering):
    """Log odds of lift, lift over drag and its sigma, from 70 km down to 12 km."""
    rng = np.random.default_rng(seed)
    flight = wide.random_wide(rng, "short", steering)
    height = np.array([np.linalg.norm(r) - 6.37e6 for r in flight.r])
    fell = flight.t[(flight.t > flight.vehicle.burnout_s + 3.0) & (height < 70e3)]
    low = flight.t[(flight.t > fell[0]) & (height < 12e3)]
    times = np.arange(fell[0], min(low[0], fell[0] + 200.0), 1.0)
    rows = looks(rng, lambda t: flight.state(t)[0].copy(), times)
    x, p = np.zeros((2, 9)), np.zeros((2, 9, 9))
    r, v = flight.state(times[0])
    for k, sigma in enumerate([100.0] * 3 + [5.0] * 3 + [LN_BETA_SIGMA]):
        p[:, k, k] = sigma**2
    x[:, :3], x[:, 3:6], x[:, 6] = r, v, LN_BETA_MEAN
    lift.begin_steered(x, p)
    told, most = np.array([times[0], 0.0, 0.0, 0.0]), 0.0
    for row in rows[1:]:
        lift.compare(x, p, row, told)
        most = max(most, told[1])
    return most


@pytest.mark.parametrize("seed", range(6))
def test_a_ballistic_body_shows_no_lift(seed):
    assert compared(seed, None) < 10.0


@pytest.mark.parametrize("steering", ["pull-up", "skip", "glide"])
def test_a_steered_body_shows_it(steering):
    assert sum(compared(seed, steering) > 20.0 for seed in range(40, 46)) >= 4


def test_without_lift_it_is_free_flight():
    x = np.zeros(9)
    x[:7] = state(60e3, 2500, -30)
    x[6] = 7.5
    p = np.diag([100.0] * 3 + [1.0] * 3 + [0.1, 0.0, 0.0])
    free, spread = x[:7].copy(), p[:7, :7].copy()
    carry_state(free, spread, 10.0)
    lift.predict_lifted(x, p, 10.0, 0.0)
    np.testing.assert_allclose(x[:7], free, rtol=1e-9)
    grown = np.diag(p)[:6] / np.diag(spread)[:6]
    assert (grown > 0.999).all()
    assert (grown < 1.5).all()  # what air and wind add


def test_a_constant_push_across_is_measured():
    x = state(40e3, 2000, -10)
    x[6] = LN_BETA_MEAN
    axes, still = np.empty((2, 3)), np.zeros((7, 7))
    lift.lift_axes(np.append(x, [0.0, 0.0]), axes)

    def pushed(t):
        y = x.copy()
        carry_state(y, still, t)
        return y[:3] + 0.5 * t * t * (8.0 * axes[0] - 5.0 * axes[1])

    rows = looks(np.random.default_rng(3), pushed, np.arange(40.0))
    information = np.diag([1e-10] * 3 + [1 / 4000.0**2] * 3 + [1 / LN_BETA_SIGMA**2])
    x0, p0, x1, p1 = np.empty(7), np.empty((7, 7)), np.empty(7), np.empty((7, 7))
    batch_start(rows, 0.0, x, information, x, x0, p0, x1, p1, 12, 0.0)
    force, cov = np.empty(2), np.empty((2, 2))
    assert lift.across(rows, x0, information, force, cov)
    assert np.abs(force - [8.0, -5.0]).max() < 1.5
    assert (np.sqrt(np.diag(cov)) < 1.0).all()
