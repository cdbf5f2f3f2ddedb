"""When a track is believed to fly freely, and the start in batch that its filter gets then.

The IMM says when the powered model is no longer needed; then all looks since are solved together with nothing assumed but that the place lies within
100 km and the velocity within 4 km/s of the guess. That solution replaces the filter's state, at first again and again (each time a
third more looks are in), so that what the first updates linearised badly is mended; after some minutes the filter goes on alone.
"""

from __future__ import annotations

import math

import numpy as np

from bongsu.core.assess import steering, unranged
from bongsu.core.assess.tracks import Memory, Store, put_free
from bongsu.flight import batch, filters, fusion, tables
from bongsu.geo import frames
from bongsu.model.noun import Floats

FREE_ENOUGH = 0.95
_FREE_FIRST = 0.8
_FREE_NO_MORE = 0.3
_FREE_AGAIN = 0.98
_WAIT_S = 5.0  # burnout is believed this long after the powered model became unlikely
_LOOKS_LEAST = 4
_LOOKS_RANGED = (
    6  # ranged looks from which a batch is worth more than the filter's own prior, in a track that was lost at burnout
)
_SOLVE_LAST_S = 180.0
_SOLVE_LOOKS = 400
_FLAT = 0.05  # sagitta of the arc of equal range over one sigma across, in sigmas of range: the lens is flat
_LONG_S = 120.0
_RETRY_SHARE = 0.15  # of the looks must be new before burnout is tried again
_TRIED_M_S2 = 20.0
_LEAST_THRUST_M_S2 = 9.0  # less than any powered phase has, drag taken off
_DARK_S = 4.0
_SURPRISED = 4.0  # mean of d2 over its count, about 1 in free flight
_STEERED_AFTER_S = 90.0
_STEERED_BELOW_M = 90_000.0
_LOOSEN_M = 150.0
_LOOSEN_M_S = 100.0
_PRIOR_WIDER = 1.5  # the templates' word counts for less once the object has been ranged
_AIR_M = 75_000.0
_AIR_LOOKS = 8
_UNSEEN_LOOKS = 3.2  # and for so many looks, for one or two are missed now and then
_UNSEEN_S = 15.0  # nobody saw it burn for this long: it is taken to fly freely


def prior_information() -> Floats:
    """Information (7, 7) of the diffuse prior."""
    information = np.zeros((7, 7))
    information[[0, 1, 2], [0, 1, 2]] = 1.0 / 1.0e5**2
    information[[3, 4, 5], [3, 4, 5]] = 1.0 / 4.0e3**2
    information[6, 6] = 1.0 / filters.LN_BETA_SIGMA**2
    return information


_PRIOR = prior_information()


def quiet(memory: Memory) -> bool:
    """Whether nothing is to be considered of a track that flies freely."""
    return memory.surprise <= _SURPRISED and not (
        memory.solve_next and len(memory.rows) - memory.solved >= memory.solve_next
    )


def consider(memory: Memory, store: Store, now_s: float, period_s: float) -> None:
    """After an update or a miss: move a track towards free flight, or solve it again in batch."""
    slot = memory.slot
    if memory.locked:
        if store.mode[slot] == tables.BOTH:
            _doubted(memory, store, now_s, period_s)
        elif memory.surprise > _SURPRISED:
            _unlock(memory, store, now_s)
        elif memory.solve_next and len(memory.rows) - memory.solved >= memory.solve_next:
            _solve_again(memory, store)
        return
    if store.mode[slot] != tables.BOTH:
        return
    free = float(store.free[slot])
    if free < _FREE_NO_MORE:
        memory.free_since_s = None
    elif free > _FREE_FIRST and memory.free_since_s is None:
        memory.free_since_s = now_s
    unseen_s = now_s - memory.last_s
    dark = not memory.ranged and free > FREE_ENOUGH and unseen_s > max(3.0 * period_s, _DARK_S)
    if dark or unseen_s > max(_UNSEEN_S + period_s, _UNSEEN_LOOKS * period_s):
        _lock_unseen(memory, store, now_s, period_s)
    elif (
        not memory.steered
        and memory.free_since_s is not None
        and free > FREE_ENOUGH
        and now_s - memory.free_since_s >= _WAIT_S
    ):
        if len(memory.rows) - memory.tried < _RETRY_SHARE * memory.tried_looks:
            return
        _lock(memory, store, now_s, period_s)


def _doubted(memory: Memory, store: Store, now_s: float, period_s: float) -> None:
    """A free flight that was missed in the air (`steering.missed`) and has come back on its path, or off it, or not at all."""
    slot = memory.slot
    if store.free[slot] < _FREE_NO_MORE:
        memory.let_go()  # `steering` tells whether it was lift
    elif store.free[slot] > _FREE_AGAIN or now_s - memory.last_s > max(_UNSEEN_LOOKS * period_s, _DARK_S):
        store.mode[slot], store.free[slot] = tables.FREE, 1.0


def _unlock(memory: Memory, store: Store, now_s: float) -> None:
    """The looks do not follow free flight any more: it burns again, or it is steered. Below the air's top after a long fall it is steered."""
    slot = memory.slot
    altitude = frames.altitude_of(*store.x[slot, 0, :3].tolist())
    if now_s - memory.window_s > _STEERED_AFTER_S:
        if altitude < _STEERED_BELOW_M:
            memory.steered = True
        elif altitude > tables.BURNS_TO_M:
            memory.surprise = 0.0  # nothing burns there: a bad look or two
            return
    memory.let_go()
    store.mode[slot], store.free[slot] = tables.BOTH, 0.3
    store.x[slot, 1, :6], store.x[slot, 1, 6:] = store.x[slot, 0, :6], 0.0
    store.p[slot, 1] = 0.0
    store.p[slot, 1, :6, :6] = store.p[slot, 0, :6, :6] + np.diag([_LOOSEN_M**2] * 3 + [_LOOSEN_M_S**2] * 3)
    store.p[slot, 1, [6, 7, 8], [6, 7, 8]] = filters.FORCE_SIGMA_M_S2**2


def window(memory: Memory, start_s: float) -> Floats:
    """The remembered looks since `start_s`, in time order (N, 20)."""
    rows = [row for row in memory.rows if row[0] >= start_s]
    rows.sort(key=lambda row: float(row[0]))
    return np.array(rows) if rows else np.empty((0, 20))


def solve(
    rows: Floats, guess: Floats, guess_s: float, push_m_s2: float = 0.0, memory: Memory | None = None
) -> tuple[float, Floats, Floats, Floats, Floats]:
    """Batch solution of free flight over `rows` from a guess (7,) at `guess_s`: chi-squared, state and covariance at the first and last look.

    The prior is diffuse, or what a `memory` kept from before it was lost.
    """
    start_s = float(rows[0, 0])
    middle = guess.copy()
    middle[6] = min(max(middle[6], filters.LN_BETA_MEAN - 2.0), filters.LN_BETA_MEAN + 2.0)
    batch.carry_state(middle, np.zeros((7, 7)), start_s - guess_s)
    prior, information = middle.copy(), _PRIOR
    prior[6] = filters.LN_BETA_MEAN
    if memory is not None and memory.prior_state is not None and memory.prior_covariance is not None:
        prior, cov = memory.prior_state.copy(), memory.prior_covariance.copy()
        batch.carry_state(prior, cov, start_s - memory.prior_s)
        information = fusion.inverse(cov)
    x0, p0, x1, p1 = np.empty(7), np.empty((7, 7)), np.empty(7), np.empty((7, 7))
    cost = batch.batch_start(rows, start_s, prior, information, middle, x0, p0, x1, p1, 12, push_m_s2)
    return cost, x0, p0, x1, p1


def degrees(rows: Floats) -> int:
    """Measured numbers in the looks beyond the six that a path needs."""
    return int(2 * len(rows) + np.isfinite(rows[:, 1]).sum() + np.isfinite(rows[:, 2]).sum()) - 6


def acceptable(cost: float, rows: Floats) -> bool:
    """Whether the looks agree with one free flight (a chance of error of about 1e-5)."""
    free = max(degrees(rows), 1)
    return cost < free + 4.5 * math.sqrt(2.0 * free) + 8.0


def _lock(memory: Memory, store: Store, now_s: float, period_s: float) -> None:
    """Believe free flight if the looks since burnout agree with it."""
    assert memory.free_since_s is not None
    start_s = memory.free_since_s
    for _ in range(3):
        rows = window(memory, start_s)
        ranged = int(np.isfinite(rows[:, 1]).sum())
        if ranged < _LOOKS_LEAST or float(rows[-1, 0] - rows[0, 0]) < 2.0:
            break
        cost, x0, p0, x1, p1 = solve(rows, store.x[memory.slot, 0, :7], float(store.time_s[memory.slot]))
        if acceptable(cost, rows):
            if not (_unpowered(cost, rows, x1) and _unlifted(rows, x0)):
                memory.tried, memory.tried_looks = len(memory.rows), len(rows)
                return
            memory.window_s = float(rows[0, 0])
            _settle(memory, store, x0, p0, x1, p1, rows)
            memory.locked, memory.surprise = True, 1.0
            return
        start_s += 0.34 * (now_s - start_s)
    else:
        memory.free_since_s = start_s
        return
    if now_s - memory.last_s > 3.0 * _WAIT_S:
        _lock_unseen(memory, store, now_s, period_s)


def _unpowered(cost: float, rows: Floats, x1: Floats) -> bool:
    """Whether the looks leave no room for a thrust along the path; poor sensors are given up on after `_LONG_S`.

    The cost as a function of a constant thrust is a parabola; its lowest point and its width say how much thrust the looks allow.
    """
    if float(rows[-1, 0] - rows[0, 0]) > _LONG_S:
        return True
    tried_m_s2 = _TRIED_M_S2
    for _ in range(3):  # far from its lowest point the cost is no parabola: come nearer until three sigmas are tried
        more = solve(rows, x1, float(rows[-1, 0]), tried_m_s2)[0]
        less = solve(rows, x1, float(rows[-1, 0]), -tried_m_s2)[0]
        bend = (more + less - 2.0 * cost) / tried_m_s2**2
        if not 0.0 < bend < math.inf:
            return False
        thrust = (less - more) / (2.0 * tried_m_s2) / bend
        sigma = math.sqrt(2.0 / bend)
        if sigma > 0.2 * tried_m_s2:
            break
        tried_m_s2 = max(3.0 * sigma, 0.3)
    return sigma < 0.5 * _LEAST_THRUST_M_S2 and thrust + 2.0 * sigma < _LEAST_THRUST_M_S2


def _unlifted(rows: Floats, x0: Floats) -> bool:
    """Whether the looks leave no room for lift; poor sensors are given up on after `_LONG_S`."""
    return float(rows[-1, 0] - rows[0, 0]) > _LONG_S or steering.leaves_no_room(rows, x0, _PRIOR)


def _through_air(
    memory: Memory | None, rows: Floats, x0: Floats, p0: Floats, x1: Floats, p1: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Where the path lies in the air, the batch of the first looks only, and the filter through the rest.

    A batch has no process noise: it takes one beta and no wind for all of its looks, and in the air it is soon surer than it may be.
    """
    count = max(_AIR_LOOKS, len(rows) // 4)
    if count >= len(rows) or min(frames.altitude_of(*x0[:3].tolist()), frames.altitude_of(*x1[:3].tolist())) > _AIR_M:
        return x0, p0, x1, p1
    first = rows[:count]
    cost, y0, c0, y1, c1 = solve(first, x0, float(rows[0, 0]), memory=memory)
    if not cost < math.inf:
        return x0, p0, x1, p1
    x, p = np.zeros(9), np.zeros((9, 9))
    x[:7], p[:7, :7] = y1, c1
    now_s = float(first[-1, 0])
    for row in rows[count:]:
        tables.update_free(x, p, row, now_s)
        now_s = max(now_s, float(row[0]))
    return y0, c0, x[:7].copy(), p[:7, :7].copy()


def _settle(memory: Memory, store: Store, x0: Floats, p0: Floats, x1: Floats, p1: Floats, rows: Floats) -> None:
    x0, p0, x1, p1 = _through_air(memory, rows, x0, p0, x1, p1)
    put_free(store, memory.slot, x1, p1, float(rows[-1, 0]))
    memory.anchor_s, memory.anchor_state, memory.anchor_covariance = float(rows[0, 0]), x0[:6].copy(), p0[:6, :6].copy()
    memory.anchor_told = False
    memory.solved = len(memory.rows)
    memory.solve_next = max(2, len(rows) // 3)


def _solve_again(memory: Memory, store: Store) -> None:
    """The batch once more with the looks that came since; given up when it is long enough or no longer agrees.

    Where the filter is as good (`_flat`), its own state carried back does for the start of free flight.
    """
    slot = memory.slot
    now_s = float(store.time_s[slot])
    if memory.anchor_s is not None and _flat(memory.rows[-1], store.x[slot, 0], store.p[slot, 0]):
        if now_s - memory.window_s > _SOLVE_LAST_S:
            memory.solve_next = 0
            return
        x, p = store.x[slot, 0, :7].copy(), store.p[slot, 0, :7, :7].copy()
        batch.carry_state(x, p, memory.anchor_s - now_s)
        memory.anchor_state, memory.anchor_covariance, memory.anchor_told = x[:6].copy(), p[:6, :6].copy(), False
        memory.solved, memory.solve_next = len(memory.rows), max(2, memory.solve_next * 4 // 3 + 1)
        return
    rows = window(memory, memory.window_s)
    if len(rows) > _SOLVE_LOOKS or len(rows) < 2 or rows[-1, 0] - rows[0, 0] > _SOLVE_LAST_S:
        memory.solve_next = 0
        return
    if int(np.isfinite(rows[:, 1]).sum()) < _LOOKS_RANGED:
        return
    cost, x0, p0, x1, p1 = solve(rows, store.x[slot, 0, :7], float(store.time_s[slot]), memory=memory)
    if acceptable(cost, rows):
        _settle(memory, store, x0, p0, x1, p1, rows)
        _carry_to(store, slot, now_s)
    else:
        memory.solved = len(memory.rows)
        memory.solve_next = max(4, len(rows) // 2)


def rebuild(memory: Memory, store: Store) -> None:
    """A free flight's state anew from its late looks, after some of them turned out to be those of a sensor that is off."""
    now_s = float(store.time_s[memory.slot])
    rows = window(memory, max(memory.window_s, now_s - _SOLVE_LAST_S))[-_SOLVE_LOOKS:]
    if int(np.isfinite(rows[:, 1]).sum()) < _LOOKS_RANGED:
        return
    cost, x0, p0, x1, p1 = solve(rows, store.x[memory.slot, 0, :7], now_s)
    if acceptable(cost, rows):
        _settle(memory, store, x0, p0, x1, p1, rows)
        _carry_to(store, memory.slot, now_s)


def _flat(row: Floats, x: Floats, p: Floats) -> bool:
    """Whether a sensor's arc of equal range bends little across a state's spread, against its noise of range: then one pass is as good as a batch."""
    if not row[1] > 0.0:
        return False
    line = x[:3] - row[3:6]
    distance2 = float(line @ line)
    across2 = float(np.trace(p[:3, :3])) - float(line @ p[:3, :3] @ line) / distance2
    return across2 / (2.0 * math.sqrt(distance2)) < _FLAT * float(row[15])


def _carry_to(store: Store, slot: int, now_s: float) -> None:
    tables.advance(store.x, store.p, store.free, store.time_s, store.mode, np.array([slot]), now_s)


def _lock_unseen(memory: Memory, store: Store, now_s: float, period_s: float) -> None:
    """Nobody sees it: from here on it is taken to fly freely, from what both models say together."""
    mean, cov = np.empty((1, 6)), np.empty((1, 6, 6))
    slot = memory.slot
    tables.moments(store.x, store.p, store.free, store.mode, np.array([slot]), mean, cov)
    x, p = np.empty(7), np.zeros((7, 7))
    x[:6], p[:6, :6] = mean[0], cov[0]
    x[6], p[6, 6] = filters.LN_BETA_MEAN, filters.LN_BETA_SIGMA**2
    dark = unranged.gone_dark(memory, store, period_s, float(store.time_s[slot]))
    if dark is not None:
        x[:6], p[:6, :6] = dark
    put_free(store, slot, x, p, float(store.time_s[slot]))
    memory.locked, memory.surprise = True, 1.0
    memory.window_s = now_s
    memory.prior_s, memory.prior_state = float(store.time_s[slot]), x
    memory.prior_covariance = p * _PRIOR_WIDER**2 if dark is not None else p
    memory.solved = len(memory.rows)
    memory.solve_next = _LOOKS_RANGED
