"""Looks that arrive late: a free flight is carried back to the look's time, updated there and carried forward again.

Free flight has next to no process noise, so this is the same as having taken the look in its turn. A powered track would need its whole
buffer filtered again: it leaves a late look out.
"""

from __future__ import annotations

import math

import numpy as np

from bongsu.core.assess import association
from bongsu.core.assess.offers import DETECTED
from bongsu.core.assess.sensors import Watcher
from bongsu.core.assess.tracks import Memory, Store
from bongsu.flight import batch, tables
from bongsu.model.noun import Floats


def take(memories: list[Memory], store: Store, watcher: Watcher, rows: Floats, now_s: float, gate_d2: float) -> None:
    """Give the plots of a late look to the free flights that explain them."""
    group = [m for m in memories if m.believed and not m.asleep and store.mode[m.slot] == tables.FREE]
    if not group:
        return
    count = len(group)
    x, p = np.zeros((count, 2, 9)), np.zeros((count, 2, 9, 9))
    for k, memory in enumerate(group):
        state, cov = store.x[memory.slot, 0, :7].copy(), store.p[memory.slot, 0, :7, :7].copy()
        batch.carry_state(state, cov, now_s - float(store.time_s[memory.slot]))
        x[k, 0, :7], p[k, 0, :7, :7] = state, cov
    every = np.arange(count)
    gain = np.empty((count, len(rows)))
    time_s, free, mode = np.full(count, now_s), np.ones(count), np.full(count, tables.FREE)
    tables.gate(x, p, free, time_s, mode, every, rows, gate_d2, gain)
    gain -= watcher.log_densities(rows) - math.log(DETECTED)
    for k, n in association.assign(gain):
        memory = group[k]
        tables.update_free(x[k, 0], p[k, 0], rows[n], now_s)
        state, cov = x[k, 0, :7].copy(), p[k, 0, :7, :7].copy()
        batch.carry_state(state, cov, float(store.time_s[memory.slot]) - now_s)
        store.x[memory.slot, 0, :7], store.p[memory.slot, 0, :7, :7] = state, cov
        memory.remember(rows[n].copy())
        memory.plots += 1
