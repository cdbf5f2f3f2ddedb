"""Batch start and filter against truth: errors as large as they say, over a grid of sensors with precise range and poor angles."""

import math

import numpy as np
import pytest

from bongsu.flight import batch, filters, tables
from bongsu.flight.filters import LN_BETA_MEAN
from bongsu.flight.looks import rows_of
from bongsu.geo.frames import ecef_to_range_azimuth_elevation, enu_axes, geodetic_to_ecef
from tests.flight.test_dynamics import state

GRID = [(30.0, 1e-3), (3.0, 2e-3), (1.0, 5e-3)]


def looks(rng, sigma_range, sigma_angle, count=60, dt=1.0):
    """Looks at a coasting object, and the truth at the last one."""
    x = state(150e3, 3500, 35)
    x[6] = LN_BETA_MEAN
    site, axes = geodetic_to_ecef(0.72, 2.32, 0.0), enu_axes(0.72, 2.32)
    times, plots = [], []
    for k in range(count):
        if k:
            batch.carry_state(x, np.zeros((7, 7)), dt)
        range_m, azimuth, elevation = ecef_to_range_azimuth_elevation(site, axes, x[:3].copy())
        noise = rng.normal(size=3)
        times.append(k * dt)
        plots.append(
            (
                range_m + sigma_range * noise[0],
                azimuth + sigma_angle / math.cos(elevation) * noise[1],
                elevation + sigma_angle * noise[2],
            )
        )
    ranges, azimuths, elevations = (np.array(column) for column in zip(*plots, strict=True))
    rows = [
        rows_of(
            np.array([t]), ranges[k : k + 1], azimuths[k : k + 1], elevations[k : k + 1], np.array([np.nan]), site, axes,
            np.array([sigma_range, sigma_angle / math.cos(elevations[k]), sigma_angle, 0.0]), 0.0,
        )[0]
        for k, t in enumerate(times)
    ]  # fmt: skip
    return np.array(rows), x


def solve(rows):
    """The batch with a diffuse prior: first look, velocity 0 +- 4 km/s."""
    guess = np.zeros(7)
    guess[:3] = rows[0, 3:6] + rows[0, 1] * rows[0, 6:9]
    last = rows[-1, 3:6] + rows[-1, 1] * rows[-1, 6:9]
    guess[3:6] = (last - guess[:3]) / (rows[-1, 0] - rows[0, 0])
    guess[6] = LN_BETA_MEAN
    information = np.diag([1e-12] * 3 + [1 / 4000.0**2] * 3 + [1 / 0.49])
    prior = guess.copy()
    prior[3:6] = 0.0
    x0, p0, x1, p1 = np.empty(7), np.empty((7, 7)), np.empty(7), np.empty((7, 7))
    cost = batch.batch_start(rows, 0.0, prior, information, guess, x0, p0, x1, p1, 30, 0.0)
    assert np.isfinite(cost)
    return x1, p1


@pytest.mark.parametrize(("sigma_range", "sigma_angle"), GRID)
def test_batch_errors_are_as_large_as_they_say(sigma_range, sigma_angle):
    rng = np.random.default_rng(11)
    scores = []
    for _ in range(120):
        rows, truth = looks(rng, sigma_range, sigma_angle)
        x, p = solve(rows)
        error = (x - truth)[:6]
        scores.append(float(error @ np.linalg.solve(p[:6, :6], error)) / 6)
    assert 0.85 < np.mean(scores) < 1.17  # four sigmas of the mean of 120 runs


def test_filter_goes_on_from_the_batch():
    rng = np.random.default_rng(12)
    scores = []
    for _ in range(60):
        rows, truth = looks(rng, 30.0, 1e-3, count=120)
        x7, p7 = solve(rows[:20])
        x, p = np.zeros(9), np.zeros((9, 9))
        x[:7], p[:7, :7] = x7, p7
        now = float(rows[19, 0])
        for row in rows[20:]:
            tables.update_free(x, p, row, now)
            now = float(row[0])
        error = (x[:7] - truth)[:6]
        scores.append(float(error @ np.linalg.solve(p[:6, :6], error)) / 6)
    assert 0.8 < np.mean(scores) < 1.25


def test_a_track_of_two_models_tells_thrust_from_free_flight():
    rng = np.random.default_rng(13)
    rows, _ = looks(rng, 30.0, 3e-4, count=40)
    x, p = np.zeros((1, 2, 9)), np.zeros((1, 2, 9, 9))
    free, time_s, mode, which = np.array([0.5]), np.zeros(1), np.array([tables.BOTH]), np.array([0])
    tables.begin(x, p, 0, rows[0], 4000.0, 1e4, 1e4)
    for row in rows[1:]:
        tables.advance(x, p, free, time_s, mode, which, float(row[0]))
        tables.take(x, p, free, time_s, mode, which, row[None].copy(), np.empty((1, 3)))
    assert free[0] > 0.95
    push = np.array([25.0, 10.0, 15.0])
    free[0] = 0.5
    tables.begin(x, p, 0, rows[0], 4000.0, 1e4, 1e4)
    time_s[0] = 0.0
    for row in rows[1:]:
        moved = row.copy()
        moved[3:6] += 0.5 * push * row[0] ** 2  # the sensor moves instead of the object
        tables.advance(x, p, free, time_s, mode, which, float(row[0]))
        tables.take(x, p, free, time_s, mode, which, moved[None].copy(), np.empty((1, 3)))
    assert free[0] < 0.1


@pytest.mark.parametrize(
    ("altitude_m", "speed_m_s", "ln_beta"), [(500.0, 600.0, 5.9), (0.0, 300.0, 4.5), (2e4, 7000.0, 3.0)]
)
def test_drag_that_would_stop_a_body_within_a_step_breaks_neither_state_nor_covariance(
    altitude_m: float, speed_m_s: float, ln_beta: float
) -> None:
    x, p = np.zeros(9), np.zeros((9, 9))
    x[0], x[4], x[6] = 6_378_137.0 + altitude_m, speed_m_s, ln_beta
    p[:7, :7] = np.diag([1e6, 1e6, 1e6, 1e4, 1e4, 1e4, 0.64])
    begun = x[:3].copy()
    filters.predict(x, p, False, 5.0, 1.0)
    assert np.linalg.eigvalsh(p[:7, :7])[0] > 0.0
    assert np.linalg.norm(x[:3] - begun) < 5.0 * speed_m_s + 150.0
