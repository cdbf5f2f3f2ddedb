"""The tracker's memory: one Struct a track, and the arrays that hold all their states for the kernels."""

from __future__ import annotations

import msgspec
import numpy as np

from bongsu.flight import crowd, tables
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
    lifted: Floats | None = None  # the comparison of `steering`, and its two states
    lift_state: Floats = msgspec.field(default_factory=lambda: np.zeros((2, 9)))
    lift_covariance: Floats = msgspec.field(default_factory=lambda: np.zeros((2, 9, 9)))
    asleep: bool = False
    ranged: int = 0
    fitted: int = 0
    thetas: Floats | None = None
    reference: tuple[float, float] = (0.0, 0.0)
    twin: bool = False  # begun where several pairs of first plots were possible

    @property
    def believed(self) -> bool:
        """Whether the track is confirmed (and not ended)."""
        return self.status is TrackStatus.CONFIRMED or self.status is TrackStatus.COASTING

    def take(self, row: Floats, gain: float, now_s: float, sensor: int, ranged: int) -> None:
        """Count one plot of the sensor of that number as the track's own."""
        self.score = score = self.score + gain
        if score > self.top_score:
            self.top_score = score
        self.plots += 1
        if now_s > self.last_s:
            self.last_s = now_s
        self.missed = 0.0
        self.seen[sensor] = now_s
        self.ranged += ranged
        self.remember(row)

    def let_go(self) -> None:
        """It flies freely no longer: what was solved for its free flight is forgotten."""
        self.locked, self.surprise, self.free_since_s, self.solve_next = False, 0.0, None, 0
        self.anchor_s = self.anchor_state = self.anchor_covariance = None
        self.prior_state = self.prior_covariance = None

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


def candidates(store: Store, slots: Integers, rows: Floats, gate_d2: float) -> tuple[Integers, Integers, Floats]:
    """Which of the plots of one look may be of which of the tracks in `slots`: places in both (K,), by track, and the log likelihood (K,)."""
    order = np.argsort(rows[:, 1], kind="stable")
    room = 4 * (len(slots) + len(rows)) + 64
    while True:
        pairs, likelihood = np.empty((room, 2), np.int64), np.empty(room)
        count = crowd.candidates(
            store.x, store.p, store.free, store.time_s, store.mode, slots, rows, order, gate_d2, pairs, likelihood
        )
        if count <= room:
            return pairs[:count, 0], pairs[:count, 1], likelihood[:count]
        room = count


def slots_of(memories: list[Memory]) -> Integers:
    """The slots of some tracks."""
    return np.array([memory.slot for memory in memories], np.int64)


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
