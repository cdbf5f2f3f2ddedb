"""Joining a new track to an older one: after a gap the old one is where the new one is, within what an hour of free flight leaves open."""

from __future__ import annotations

import numpy as np

from bongsu.core.assess import freeflight
from bongsu.core.assess.sensors import Watcher
from bongsu.core.assess.tracks import Memory, Store, put_free
from bongsu.flight import batch, fusion, tables
from bongsu.geo import frames
from bongsu.model.noun import Floats

_WIDER = 3.0  # sigmas of the older track are taken this much wider: its path may have been bent
_SLACK_M = 1500.0
_SLACK_M_S = 30.0
_GATE_D2 = 25.0  # six numbers
_MISSED = 4.5  # more than two looks that should have seen it, in log odds: a track that took false plots and strayed
STRAYED_S = 40.0
_STRAYED_M = 8_000.0
_STRAYED_M_S = 250.0
_STRAYED_D2 = 16.0
_LOST_S = 10.0
_LOST_M = 20_000.0
_LOST_M_S = 200.0
_LOST_D2 = 400.0
_HIGH_M = 100_000.0  # an object seen here first was launched a minute or more ago
_NO_STAGE_M = (
    50_000.0  # what infrared sees burn below this is a new launch, and no upper stage of an object that had gone dark
)
_BESIDE_LOOKS = 2.5  # a track that the same sensor saw within so many looks is another object


def partner(fresh: Memory, memories: list[Memory], store: Store, watcher: Watcher, now_s: float) -> Memory | None:
    """The confirmed track that a newly confirmed one continues, or None."""
    rising = not fresh.ranged and _altitude(fresh, store) < _NO_STAGE_M
    candidates = [
        memory
        for memory in memories
        if memory.believed
        and not memory.asleep
        and not (rising and memory.locked)
        and now_s - memory.seen.get(watcher.number, -1e9) > _BESIDE_LOOKS * watcher.period_s
    ]
    if not candidates:
        return _lost_one(fresh, memories, store, now_s)
    near = _nearest(fresh, candidates, store, now_s, (_SLACK_M, _SLACK_M_S), _GATE_D2)
    if near is None:
        strayed = [memory for memory in candidates if memory.missed > _MISSED and now_s - memory.last_s < STRAYED_S]
        near = _nearest(fresh, strayed, store, now_s, (_STRAYED_M, _STRAYED_M_S), _STRAYED_D2)
    return near if near is not None else _lost_one(fresh, memories, store, now_s)


def _nearest(
    fresh: Memory, candidates: list[Memory], store: Store, now_s: float, slack: tuple[float, float], gate_d2: float
) -> Memory | None:
    """The candidate whose path lies nearest to the fresh track's, by place and velocity, within a gate."""
    if not candidates:
        return None
    which = np.array([fresh.slot, *[memory.slot for memory in candidates]])
    mean, cov = np.empty((len(which), 6)), np.empty((len(which), 6, 6))
    tables.advance(store.x, store.p, store.free, store.time_s, store.mode, which, now_s)
    tables.moments(store.x, store.p, store.free, store.mode, which, mean, cov)
    loose = np.diag([slack[0] ** 2] * 3 + [slack[1] ** 2] * 3)
    best, chosen = gate_d2, None
    for k, memory in enumerate(candidates, start=1):
        difference = mean[k] - mean[0]
        total = cov[0] + _WIDER**2 * cov[k] + loose
        d2 = float(difference @ np.linalg.solve(total, difference))
        if d2 < best:
            best, chosen = d2, memory
    return chosen


def _lost_one(fresh: Memory, memories: list[Memory], store: Store, now_s: float) -> Memory | None:
    """Of the tracks that infrared alone saw and lost the nearest, for an object that appears where no launch begins: high up.

    Such an object is one of those that were seen to be launched. What infrared alone says of a path may be far off, so one lost track is taken as it is.
    """
    if _altitude(fresh, store) < _HIGH_M:
        return None
    lost = [m for m in memories if m.believed and m.locked and not m.ranged and now_s - m.last_s > _LOST_S]
    if len(lost) > 1:
        return _nearest(fresh, lost, store, now_s, (_LOST_M, _LOST_M_S), _LOST_D2)
    return lost[0] if lost else None


def _altitude(fresh: Memory, store: Store) -> float:
    x = store.x[fresh.slot, 1 if store.free[fresh.slot] < 0.5 else 0]
    return float(frames.altitude_of(x[0], x[1], x[2]))


def join(known: Memory, fresh: Memory, store: Store, now_s: float) -> None:
    """Give the older track the newer one's looks and what follows of them; the newer one is to be dropped."""
    slot = known.slot
    if known.locked:
        rows = np.array(sorted(fresh.rows, key=lambda row: float(row[0])))
        state = _fused(store.x[slot, 0, :7], store.p[slot, 0, :7, :7], rows, now_s)
        if state is None:
            put_free(store, slot, store.x[fresh.slot, 0, :7], store.p[fresh.slot, 0, :7, :7], now_s)
            known.window_s = float(rows[0, 0])
        else:
            put_free(store, slot, state[0], state[1], float(rows[-1, 0]))
            known.window_s = float(rows[0, 0])
        known.solved, known.solve_next = len(known.rows) + len(rows), 6
    else:
        for array in (store.x, store.p, store.free, store.time_s, store.mode):
            array[slot] = array[fresh.slot]
        known.free_since_s = fresh.free_since_s
    for row in fresh.rows:
        known.remember(row)
    for number, time_s in fresh.seen.items():
        known.seen[number] = max(time_s, known.seen.get(number, time_s))
    known.last_s = max(known.last_s, fresh.last_s)
    known.plots += fresh.plots
    known.ranged += fresh.ranged
    known.missed, known.asleep = 0.0, False


def off(known: Memory, fresh: Memory, store: Store, sensor: int) -> bool:
    """Of two tracks of one object keep the state of that which a sensor that is off did not spoil, under the older name; whether it is the newer one's.

    The newer one is to be dropped.
    """
    if any(int(row[19]) == sensor for row in fresh.rows):
        return False
    if known.locked:
        known.let_go()
    for array in (store.x, store.p, store.free, store.time_s, store.mode):
        array[known.slot] = array[fresh.slot]
    known.free_since_s = fresh.free_since_s
    for row in fresh.rows:
        known.remember(row)
    known.seen.update(fresh.seen)
    known.last_s = max(known.last_s, fresh.last_s)
    known.plots += fresh.plots
    known.ranged += fresh.ranged
    known.missed = 0.0
    return True


def _fused(x: Floats, p: Floats, rows: Floats, now_s: float) -> tuple[Floats, Floats] | None:
    """The older state at `now_s`, with the newer looks as its evidence; None when they do not agree."""
    wide = p * _WIDER**2
    wide[6, 6] = p[6, 6]
    wide[6, :6] = wide[:6, 6] = 0.0
    information = fusion.inverse(wide)
    x0, p0, x1, p1 = np.empty(7), np.empty((7, 7)), np.empty(7), np.empty((7, 7))
    cost = batch.batch_start(rows, now_s, x.copy(), information, x.copy(), x0, p0, x1, p1, 15, 0.0)
    if not cost < 40.0 + 3.0 * max(freeflight.degrees(rows), 1):
        return None
    return x1, p1


def rivals(memory: Memory, memories: list[Memory]) -> list[Memory]:
    """Tentative tracks of more than one plot that claim a plot which `memory` has, too: other tellings of the same looks."""
    own = {(float(row[0]), float(row[6])) for row in memory.rows}
    return [
        other
        for other in memories
        if other is not memory
        and not other.believed
        and other.plots > 1
        and any((float(row[0]), float(row[6])) in own for row in other.rows)
    ]
