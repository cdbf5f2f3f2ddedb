"""What one look offers to a group of tracks: which plots may be of which, what each pair gains over "false plot", and which tracks take none."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.core.assess.sensors import Watcher
from bongsu.core.assess.tracks import Memory, Store, candidates, slots_of
from bongsu.flight import tables
from bongsu.model.noun import Floats, Integers

GATE_D2 = 30.0  # four measured numbers at most: a true plot falls outside once in 200,000
DETECTED = 0.85  # chance that a covering look sees an object, as assumed for the score
_WIDE_M = 15_000.0  # a track less sure of its place than this takes no single plot in clutter: a new track must form and join it
_STAGING_S = 20.0
_RATE_CLUTTERED = 0.2  # false plots a look from which on a single plot far off is not to be trusted


class Look:
    """One look as it is worked through: its plots, how thick false ones are at each, and which are still open."""

    def __init__(self, watcher: Watcher, rows: Floats, log_densities: Floats, now_s: float) -> None:
        self.watcher, self.rows, self.log_densities, self.now_s = watcher, rows, log_densities, now_s
        self.open_rows: Integers = np.arange(len(rows))

    @property
    def offered(self) -> Floats:
        """The open plots."""
        return self.rows if len(self.open_rows) == len(self.rows) else np.ascontiguousarray(self.rows[self.open_rows])


def possible(
    store: Store, group: list[Memory], look: Look, watchers: dict[str, Watcher], least: float
) -> tuple[Integers, Integers, Floats]:
    """Pairs of a track of the group and an open plot within the gate, and what each gains over "false plot", if more than `least`."""
    watcher = look.watcher
    slots = slots_of(group)
    tracks, plots, gain = candidates(store, slots, look.offered, GATE_D2)
    gain = gain - look.log_densities[look.open_rows][plots] + math.log(DETECTED)
    keep = gain > least
    if watcher.infrared or watcher.rate >= _RATE_CLUTTERED:
        closed = _closed(store, group, slots, watcher, watchers, look.now_s)
        if closed is not None:
            keep &= ~closed[tracks]
    return tracks[keep], plots[keep], gain[keep]


def places(store: Store, believed: list[Memory]) -> Floats:
    """Positions (T, 3) of confirmed tracks, of the model that is the likelier."""
    slots = slots_of(believed)
    model = np.where((store.mode[slots] == tables.FREE) | (store.free[slots] >= 0.5), 0, 1)
    return store.x[slots, model, :3]


def _closed(
    store: Store, group: list[Memory], slots: Integers, watcher: Watcher, watchers: dict[str, Watcher], now_s: float
) -> NDArray[np.bool_] | None:
    """Which confirmed tracks take no single plot of this sensor, for they are too unsure of their place, or have gone dark; None if none is.

    Such a track takes the plots as a new one that is joined to it once confirmed (`stitch`), if they are of the same object.
    """
    model = np.where(store.mode[slots] == tables.FREE, 0, 1)
    p = store.p
    wide = p[slots, model, 0, 0] + p[slots, model, 1, 1] + p[slots, model, 2, 2] > _WIDE_M**2
    if not (watcher.infrared or wide.any()):
        return None
    closed = np.zeros(len(group), bool)
    for a, memory in enumerate(group):
        if not memory.believed:
            continue
        if watcher.infrared:
            closed[a] = (wide[a] and watcher.number not in memory.seen) or _dark(memory, watchers, now_s)
        else:
            closed[a] = wide[a]
    return closed


def _dark(memory: Memory, watchers: dict[str, Watcher], now_s: float) -> bool:
    """Whether infrared would have seen a track burn since, for longer than between two stages, and did not."""
    if not memory.locked:
        return False
    for watcher in watchers.values():
        seen_s = memory.seen.get(watcher.number, -math.inf) if watcher.infrared else -math.inf
        if now_s - seen_s < max(_STAGING_S, 3.0 * watcher.period_s):
            return False
    return True
