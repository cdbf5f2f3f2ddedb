"""The tracker's memory: one Struct a track, and the arrays that hold all their states for the kernels."""

from __future__ import annotations

import msgspec
import numpy as np

from bongsu.flight import tables
from bongsu.model.noun import Floats, Integers
from bongsu.model.track import TrackStatus

ROWS_COUNT = 1024  # looks remembered of one track: five minutes of three sensors at 1 Hz


class Memory(msgspec.Struct):
    """One track. Times in seconds from the tracker's zero; `score` is the log odds that it exists."""

    slot: int
    score: float
    first_s: float
    last_s: float
    name: str = ""
    status: TrackStatus = TrackStatus.TENTATIVE
    top_score: float = 0.0
    plots: int = 1
    missed: float = 0.0
    seen: dict[int, float] = {}
    rows: list[Floats] = []
    free_since_s: float | None = None
    locked: bool = False
    window_s: float = 0.0
    solved: int = 0
    solve_next: int = 0
    tried: int = 0
    tried_looks: int = 0
    prior_s: float = 0.0
    prior_state: Floats | None = None
    prior_covariance: Floats | None = None
    anchor_s: float | None = None
    anchor_state: Floats | None = None
    anchor_covariance: Floats | None = None
    anchor_told: bool = True
    published_s: float = 0.0
    surprise: float = 0.0
    steered: bool = False
    asleep: bool = False
    ranged: int = 0
    fitted: int = 0
    thetas: Floats | None = None
    reference: tuple[float, float] = (0.0, 0.0)

    @property
    def believed(self) -> bool:
        """Whether the track is confirmed (and not ended)."""
        return self.status in (TrackStatus.CONFIRMED, TrackStatus.COASTING)

    def remember(self, row: Floats) -> None:
        """Keep a look; the oldest leave first."""
        self.rows.append(row)
        if len(self.rows) > ROWS_COUNT:
            del self.rows[: ROWS_COUNT // 4]


class Store(msgspec.Struct):
    """The arrays over slots, as `flight.tables` takes them."""

    x: Floats
    p: Floats
    free: Floats
    time_s: Floats
    mode: Integers
    vacant: list[int]


def new_store(capacity: int) -> Store:
    """An empty store."""
    return Store(
        x=np.zeros((capacity, 2, 9)),
        p=np.zeros((capacity, 2, 9, 9)),
        free=np.zeros(capacity),
        time_s=np.zeros(capacity),
        mode=np.zeros(capacity, np.int64),
        vacant=list(range(capacity - 1, -1, -1)),
    )


def grown(store: Store) -> Store:
    """The same with twice the room."""
    old = len(store.free)
    bigger = new_store(2 * old)
    bigger.x[:old], bigger.p[:old] = store.x, store.p
    bigger.free[:old], bigger.time_s[:old], bigger.mode[:old] = store.free, store.time_s, store.mode
    bigger.vacant = list(range(2 * old - 1, old - 1, -1)) + store.vacant
    return bigger


def put_free(store: Store, slot: int, x: Floats, p: Floats, time_s: float) -> None:
    """Give a slot a state of free flight (7,), (7, 7)."""
    store.x[slot, 0] = 0.0
    store.p[slot, 0] = 0.0
    store.x[slot, 0, :7] = x
    store.p[slot, 0, :7, :7] = p
    store.time_s[slot] = time_s
    store.mode[slot] = tables.FREE
    store.free[slot] = 1.0
