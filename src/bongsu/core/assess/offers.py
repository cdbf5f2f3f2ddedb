"""What one look offers to a group of tracks: which plots may be of which, what each pair gains over "false plot", and which tracks take none."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.core.assess import clutter
from bongsu.core.assess.sensors import Watcher
from bongsu.core.assess.tracks import Memory, Store, candidates, slots_of
from bongsu.flight import tables
from bongsu.model.noun import Floats, Integers

GATE_D2 = 30.0  # four measured numbers at most: a true plot falls outside once in 200,000
DETECTED = 0.85  # chance that a covering look sees an object, as assumed for the score
_WIDE_M = 15_000.0  # a track less sure of its place than this takes no single plot in clutter: a new track must form and join it
_COARSE = 3.0  # nor less sure than so many sigmas of the sensor: a coarse one leaves every track wide
_STAGING_S = 20.0
_RATE_CLUTTERED = 0.2  # false plots a look from which on a single plot far off is not to be trusted


class Look:
    """One look as it is worked through: its plots, which are still open, and how thick false ones are at each (worked out when asked for)."""

    def __init__(self, watcher: Watcher, rows: Floats, tracks_ecef_m: Floats, now_s: float) -> None:
        self.watcher, self.rows, self.now_s = watcher, rows, now_s
        self.open_rows: Integers = np.arange(len(rows))
        self._tracks = watcher.tracks_at(tracks_ecef_m)
        self._log_densities = watcher.even_log_densities(rows)
        self._local = np.zeros(len(rows), bool)

    @property
    def offered(self) -> Floats:
        """The open plots."""
        return self.rows if len(self.open_rows) == len(self.rows) else np.ascontiguousarray(self.rows[self.open_rows])

    def seen(self, which: Integers) -> Floats:
        """Places of some plots as seen from the nearest confirmed track."""
        return clutter.beside(self.watcher.points(self.rows[which]), self._tracks)

    def log_densities(self, which: Integers, *, local: bool) -> Floats:
        """Log density of false plots at the places of some plots; with `local`, as late looks had them there."""
        if local:
            fresh = which[~self._local[which]]
            if len(fresh):
                rows = self.rows[fresh]
                self._log_densities[fresh] = self.watcher.log_densities(rows, self.seen(fresh))
                self._local[fresh] = True
        return self._log_densities[which]


def possible(
    store: Store, group: list[Memory], look: Look, watchers: dict[str, Watcher], least: float, plain: float
) -> tuple[Integers, Integers, Floats]:
    """Pairs of a track of the group and an open plot within the gate, and what each gains over "false plot", if more than `least`.

    A pair that gains more than `plain` over a false plot of the sensor's mean rate is not looked into further.
    """
    watcher = look.watcher
    slots = slots_of(group)
    tracks, plots, gain = candidates(store, slots, look.offered, GATE_D2)
    found = gain + math.log(DETECTED)
    gain = found - look.log_densities(look.open_rows, local=False)[plots]
    doubtful = np.flatnonzero(gain < plain)
    if len(doubtful):
        own = look.open_rows[plots[doubtful]]
        look.log_densities(np.unique(own), local=True)
        gain[doubtful] = found[doubtful] - look.log_densities(own, local=False)
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
    spread2 = p[slots, model, 0, 0] + p[slots, model, 1, 1] + p[slots, model, 2, 2]
    away = np.linalg.norm(store.x[slots, model, :3] - watcher.place, axis=1)
    wide = spread2 > np.maximum(_WIDE_M, _COARSE * float(watcher.sigmas[1:3].max()) * away) ** 2
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
