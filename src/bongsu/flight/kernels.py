"""All compiled entry points in one place: `warm()` makes them ready, so that no detection ever waits for a compiler."""

from __future__ import annotations

import numpy as np

from bongsu.flight import batch, crowd, current, impact, launch, lift, looks, tables
from bongsu.geo import frames


def warm() -> None:
    """Touch every entry point once. Importing them compiled or loaded them already; one call each proves that they run."""
    site = frames.geodetic_to_ecef(0.65, 2.27, 20.0)
    axes = frames.enu_axes(0.65, 2.27)
    one = np.array([1.0])
    rows = looks.rows_of(
        one, np.array([8.0e5]), np.array([5.6]), np.array([0.5]), np.array([np.nan]), site, axes,
        np.array([50.0, 5e-4, 5e-4, 0.0]), 0.0,
    )  # fmt: skip
    x, p = np.zeros((1, 2, 9)), np.zeros((1, 2, 9, 9))
    free, time_s, mode, which = np.array([0.5]), one.copy(), np.array([tables.BOTH]), np.array([0])
    tables.begin(x, p, 0, rows[0], 4000.0, 1.0e4, 1.0e4)
    tables.advance(x, p, free, time_s, mode, which, 2.0)
    tables.gate(x, p, free, time_s, mode, which, rows, 25.0, np.empty((1, 1)))
    crowd.candidates(
        x, p, free, time_s, mode, which, rows, np.zeros(1, np.int64), 25.0, np.empty((1, 2), np.int64), np.empty(1)
    )
    crowd.told(
        x,
        p,
        free,
        mode,
        np.array([False]),
        which,
        np.empty((1, 2, 3)),
        np.empty((1, 6, 6)),
        np.empty((1, 8)),
        mode.copy(),
    )
    tables.take(x, p, free, time_s, mode, which, rows, np.empty((1, 3)))
    tables.moments(x, p, free, mode, which, np.empty((1, 6)), np.empty((1, 6, 6)))
    tables.covered(x, p, free, mode, which, site, axes[2].copy(), 0.0, 3e6, np.empty(1))
    state, cov = x[0, 0, :7].copy(), p[0, 0, :7, :7].copy()
    state[6] = 8.0
    batch.batch_start(
        rows, 1.0, state, np.eye(7), state, np.empty(7), np.empty((7, 7)), np.empty(7), np.empty((7, 7)), 1, 0.0
    )
    impact.predict_impact(state, cov, np.empty(12), np.empty(7), np.empty((4, 7)))
    current.keep_current(
        current.new_record(), state[:3], state[3:6], cov[:6, :6].copy(), np.zeros(8), 1.0, 0.6, 2.2, np.empty(12)
    )
    lift.begin_steered(x[0], p[0])
    lift.compare(x[0], p[0], rows[0], np.zeros(4))
    lift.across(rows, state, np.eye(7), np.empty(2), np.empty((2, 2)))
    latitude, longitude, thetas = launch.first_guess(state[:3], state[3:6], 1.0)
    launch.fit_launch(
        thetas, latitude, longitude, rows, -1e18, np.zeros(6), np.eye(6), np.zeros(3), launch.PRIOR_MEANS,
        launch.PRIOR_INFORMATION, launch.PRIOR_LOG_DETERMINANT, thetas[0, :3].copy(), 1, np.empty(11), np.empty(6),
        np.empty((6, 6)),
    )  # fmt: skip
