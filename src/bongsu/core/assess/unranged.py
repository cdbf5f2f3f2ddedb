"""Tracks that nobody has ranged yet: infrared sensors see where an object stands in the sky, not how far it is.

A filter of positions cannot be honest about such a track: depth follows only from how rockets rise. So its state is the launch fit's (`flight.launch`:
ground, time, templates), taken over from time to time while it burns and once when it has gone dark. The first ranged looks then fall
where they should, and the free flight after burnout has a true, wide covariance.
"""

from __future__ import annotations

import numpy as np

from bongsu.core.assess.tracks import Memory, Store
from bongsu.flight import filters, launch, tables
from bongsu.geo import frames
from bongsu.model.noun import Floats

_LOOKS_LEAST = 3
_LOOKS_COUNT = 40
_SHARE = 0.08  # of the looks so far must be new before the next fit
_COLD_ROUNDS = 25
_WARM_ROUNDS = 6
_WIDEN = 1.6**2  # one sensor leaves depth to the templates, and true thrust is none of them
_EXTRA_M = 500.0
_EXTRA_M_S = 30.0
_FORCE_SIGMA_M_S2 = 25.0
_FASTEST_M_S = (
    11_000.0  # faster it would leave the Earth for ever: looks of two objects taken for one give fits of 50 km/s
)
_HIGHEST_M = 1.0e6  # nothing burns above 700 km (`tables.BURNS_TO_M`), and a fit is asked for at most half a minute after burnout
_DEEPEST_M = 5_000.0


def follow(memory: Memory, store: Store) -> None:
    """After an update while it burns: take over the fit's state, when enough new looks are in."""
    if memory.ranged or len(memory.rows) < max(_LOOKS_LEAST, memory.fitted * (1.0 + _SHARE)):
        return
    now_s = float(store.time_s[memory.slot])
    fitted = _fit(memory, store, now_s, 0.0, 0.0)
    if fitted is None:
        return
    state, cov = fitted
    slot = memory.slot
    store.x[slot, 0, :6] = state
    store.x[slot, 1, :6] = state
    store.p[slot, 0, :6, :6] = cov
    store.p[slot, 1] = 0.0
    store.p[slot, 1, :6, :6] = cov
    store.p[slot, 1, [6, 7, 8], [6, 7, 8]] = _FORCE_SIGMA_M_S2**2
    store.p[slot, 0, 6, :6] = store.p[slot, 0, :6, 6] = 0.0
    store.x[slot, 0, 6], store.p[slot, 0, 6, 6] = filters.LN_BETA_MEAN, filters.LN_BETA_SIGMA**2
    speed = float(np.linalg.norm(state[3:]))
    along = float(store.x[slot, 1, 6:9] @ state[3:]) / max(speed, 1.0)
    store.x[slot, 1, 6:9] = max(along, 15.0) * state[3:] / max(speed, 1.0)


def gone_dark(memory: Memory, store: Store, period_s: float, now_s: float) -> tuple[Floats, Floats] | None:
    """State and covariance (6,) at `now_s` of a track whose burning ended between its last look and the next; None without a fit."""
    if memory.ranged or len(memory.rows) < _LOOKS_LEAST:
        return None
    return _fit(memory, store, now_s, memory.last_s + 0.6 * period_s, 0.6 * period_s + 0.5)


def _fit(memory: Memory, store: Store, now_s: float, burnout_s: float, sigma_s: float) -> tuple[Floats, Floats] | None:
    rows = np.array(sorted(memory.rows, key=lambda row: (float(row[0]), float(row[19]))))
    if len(rows) > _LOOKS_COUNT:
        rows = np.ascontiguousarray(rows[np.linspace(0, len(rows) - 1, _LOOKS_COUNT).round().astype(np.int64)])
    memory.fitted = len(memory.rows)
    slot = memory.slot
    moments = np.array([burnout_s, sigma_s, now_s])
    out, state, cov = np.empty(11), np.empty(6), np.empty((6, 6))
    for cold in (False, True):
        if memory.thetas is None or cold:
            x = store.x[slot, 1 if store.mode[slot] != tables.FREE else 0]
            latitude, longitude, thetas = launch.first_guess(x[:3].copy(), x[3:6].copy(), float(store.time_s[slot]))
            memory.reference, memory.thetas = (latitude, longitude), thetas
            cold = True
        count = launch.fit_launch(
            memory.thetas, *memory.reference, rows, -1e18, np.zeros(6), np.eye(6), moments, launch.PRIOR_MEANS,
            launch.PRIOR_INFORMATION, launch.PRIOR_LOG_DETERMINANT, memory.thetas[0, :3].copy(),
            _COLD_ROUNDS if cold else _WARM_ROUNDS, out, state, cov,
        )  # fmt: skip
        if count and out[9] < launch.credible_cost(out[10]):
            cov = _WIDEN * max(1.0, out[9] / out[10]) * cov + np.diag([_EXTRA_M**2] * 3 + [_EXTRA_M_S**2] * 3)
            # A fit of looks that hardly bend can have no covariance at all: then there is no fit.
            if _flies(state) and np.isfinite(cov).all() and np.linalg.eigvalsh(cov)[0] > 0.0:
                return state, cov
        if cold:
            break
    memory.thetas = None
    return None


def _flies(state: Floats) -> bool:
    """Whether a state (6,) is one that a launch from the Earth may have."""
    if not (np.isfinite(state).all() and float(state[3:] @ state[3:]) < _FASTEST_M_S**2):
        return False
    return -_DEEPEST_M < frames.altitude_of(state[0], state[1], state[2]) < _HIGHEST_M
