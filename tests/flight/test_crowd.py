"""Candidates found by order of range against every pair tried; what is told of tracks against the models themselves."""

import numpy as np

from bongsu.core.assess.tracks import candidates, new_store
from bongsu.flight import crowd, tables
from bongsu.flight.looks import rows_of
from bongsu.geo.frames import ecef_to_range_azimuth_elevation, enu_axes, geodetic_to_ecef
from tests.flight.test_dynamics import state

SITE, AXES = geodetic_to_ecef(0.72, 2.32, 0.0), enu_axes(0.72, 2.32)


def crowded(rng, count, ranged=True):
    """A store of tracks of all modes near one another, and a look with plots of them and of nothing."""
    store = new_store(count)
    plots = []
    for t in range(count):
        x = state(150e3, 3500, 35)
        x[:3] += rng.uniform(-40e3, 40e3, 3)
        store.x[t, :, :6] = x[:6]
        store.x[t, 0, 6] = 8.0
        for i, sigma in enumerate([500.0] * 3 + [50.0] * 3 + [8.0] * 3):
            store.p[t, :, i, i] = sigma**2 * rng.uniform(0.2, 4.0)
        store.mode[t], store.free[t] = rng.integers(3), rng.uniform(0.01, 0.99)
        plots.append(ecef_to_range_azimuth_elevation(SITE, AXES, x[:3] + rng.normal(size=3) * 400.0))
        plots.append(ecef_to_range_azimuth_elevation(SITE, AXES, x[:3] + rng.uniform(-40e3, 40e3, 3)))
    seen = np.array(plots)[rng.permutation(2 * count)]
    n = len(seen)
    rows = rows_of(
        rng.uniform(-0.2, 0.2, n), seen[:, 0].copy() if ranged else np.full(n, np.nan), seen[:, 1].copy(),
        seen[:, 2].copy(), np.full(n, np.nan), SITE, AXES, np.array([30.0, 1e-3, 1e-3, 0.0]), 0.0,
    )  # fmt: skip
    return store, rows


def every_pair(store, rows, slots):
    likelihood = np.empty((len(slots), len(rows)))
    tables.gate(store.x, store.p, store.free, store.time_s, store.mode, slots, rows, 30.0, likelihood)
    tracks, plots = np.nonzero(likelihood > -np.inf)
    return tracks, plots, likelihood[tracks, plots]


def test_candidates_are_those_of_every_pair_tried():
    rng = np.random.default_rng(2)
    found = 0
    for ranged in (True, False, True):
        store, rows = crowded(rng, 40, ranged)
        slots = np.array([t for t in range(40) if t % 7])
        tracks, plots, likelihood = candidates(store, slots, rows, 30.0)
        expected = every_pair(store, rows, slots)
        np.testing.assert_array_equal(tracks, expected[0])
        np.testing.assert_array_equal(plots, expected[1])
        np.testing.assert_array_equal(likelihood, expected[2])
        found += len(tracks)
    assert found > 100


def test_more_candidates_than_there_was_room_for_are_asked_for_again():
    rng = np.random.default_rng(3)
    store, rows = crowded(rng, 20)
    store.x[:] = store.x[0]
    store.p[:, :, range(3), range(3)] = 1e12
    tracks, _, _ = candidates(store, np.arange(20), rows, 1e9)
    assert len(tracks) == 20 * 40 > 4 * 60 + 64


def test_what_is_told_is_the_moments_of_the_models():
    store, _ = crowded(np.random.default_rng(4), 30)
    store.mode[:10] = tables.FREE
    slots = np.arange(30)
    locked = store.mode == tables.FREE
    mean, cov, drag = np.empty((30, 2, 3)), np.empty((30, 6, 6)), np.empty((30, 8))
    phase = np.empty(30, np.int64)
    crowd.told(store.x, store.p, store.free, store.mode, locked, slots, mean, cov, drag, phase)
    means, covs = np.empty((30, 6)), np.empty((30, 6, 6))
    tables.moments(store.x, store.p, store.free, store.mode, slots, means, covs)
    np.testing.assert_array_equal(mean.reshape(30, 6), means)
    np.testing.assert_array_equal(cov, covs)
    np.testing.assert_array_equal(drag[:, 0], store.x[:, 0, 6])
    np.testing.assert_array_equal(drag[:, 1:], store.p[:, 0, 6, :7])
    assert all(p == crowd.COAST for p in phase[locked])
    burning = ~locked & (store.free < 0.5)
    assert burning.any() and all(p == crowd.BOOST for p in phase[burning])


def test_a_falling_body_near_the_air_is_re_entering():
    store = new_store(1)
    store.x[0, 0, :6] = state(90e3, 3500, -35)[:6]
    phase = np.empty(1, np.int64)
    crowd.told(
        store.x, store.p, store.free, store.mode, np.array([True]), np.array([0]), np.empty((1, 2, 3)),
        np.empty((1, 6, 6)), np.empty((1, 8)), phase,
    )  # fmt: skip
    assert phase[0] == crowd.REENTRY
