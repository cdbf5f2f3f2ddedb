"""Track: which plots are of one object, and where that object is.

Takes: `Scan` (screened looks, also empty ones), `SensorStatus`.
Gives: `Track` of each confirmed track at each of its updates, while it coasts, and once when it has ended.
Remembers: the states of all tracks (two models each: free flight, and powered or steered), their looks, each sensor's rate of false plots.
Bounds: `TRACKS_COUNT`; looks remembered of a track (`tracks.ROWS_COUNT`); life without a look (`_UNSEEN_S`).
Sources: DESIGN.md sections 2 and 4; Blackman's score for existence; IMM of Blom and Bar-Shalom; docs/explain/estimation.md.

A plot goes to the confirmed track that explains it best (log odds over "false plot" above zero), then to tentative ones, else it begins one. A
tentative track is confirmed when the odds that it exists, against false plots at the sensor's own rate, pass e^12 with three plots; it is
dropped when looks that should have seen it did not. A confirmed track in free flight is never dropped for being out of sight: it coasts
until it is seen again or has come down.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from bongsu.base.limits import TRACKS_COUNT
from bongsu.base.units import NANOSECONDS_PER_SECOND, seconds_to_ns
from bongsu.core.assess import association, freeflight, late, stitch, unranged
from bongsu.core.assess.memory import pack, unpack
from bongsu.core.assess.sensors import Watcher
from bongsu.core.assess.tracks import Memory, Store, grown, new_store
from bongsu.core.room import Caused, Due, Given
from bongsu.flight import looks, tables
from bongsu.geo import frames
from bongsu.model.head import Item, Now
from bongsu.model.noun import Floats, Integers
from bongsu.model.scan import Scan
from bongsu.model.sensor import Sensor, SensorState, SensorStatus
from bongsu.model.track import Phase, Track, TrackStatus

_GATE_D2 = 30.0  # four measured numbers at most: a true plot falls outside once in 200,000
_DETECTED = 0.85  # chance that a covering look sees an object, as assumed for the score
_BIRTH = -8.0  # log odds that a plot which nothing explains is a new object and not a false plot
_CONFIRM = 12.0
_DROP_BELOW_TOP = 6.5
_DROP = -13.0
_LATE_S = (
    1.0  # a look that comes later than this takes the way of `late`; a smaller delay is bridged along the velocity
)
_SPEED_SIGMA_M_S = 4000.0
_INFRARED_SPEED_SIGMA_M_S = 1500.0
_INFRARED_ALTITUDE_M = 12_000.0
_INFRARED_ALTITUDE_SIGMA_M = 15_000.0
_WIDE_M = 15_000.0  # a track less sure of its place than this takes no single plot in clutter: a new track must form and join it
_SURPRISE_SHARE = 0.15
_RATE_CLUTTERED = 0.2  # false plots a look from which on a single plot far off is not to be trusted
_COASTING_S = 4.0
_PUBLISH_S = 5.0
_LOST_M = 100_000.0
_LONGEST_FLIGHT_S = 5400.0
_UNSEEN_S = 6.0 * 3600.0
_FASTEST_M_S = 11_000.0


class _State(msgspec.Struct):
    zero_ns: int | None
    clock_s: float
    count: int
    memories: list[Memory]
    store: Store
    rates: list[float]
    states: dict[str, SensorState]


class Tracker:
    """The tracking room. See the module's head."""

    name = "track"
    takes: tuple[type, ...] = (Scan, SensorStatus)

    def __init__(self, sensors: Sequence[Sensor]) -> None:
        self._watchers = {sensor.id: Watcher(sensor, number) for number, sensor in enumerate(sensors)}
        self._states: dict[str, SensorState] = {}
        self._memories: list[Memory] = []
        self._store = new_store(32)
        self._zero_ns: int | None = None
        self._clock_s = 0.0
        self._count = 0

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """Take one look, or what a sensor says of itself."""
        body = item.body
        if isinstance(body, SensorStatus):
            if body.sensor in self._watchers:
                self._states[body.sensor] = body.state
            return []
        watcher = self._watchers.get(body.sensor)
        if watcher is None:
            return []
        if self._zero_ns is None:
            self._zero_ns = body.start_ns // NANOSECONDS_PER_SECOND * NANOSECONDS_PER_SECOND
        now_s = (body.end_ns - self._zero_ns) / NANOSECONDS_PER_SECOND
        self._clock_s = max(self._clock_s, now_s)
        if len(body.time_ns) == 0:
            awake = [memory for memory in self._memories if not memory.asleep]
            self._unseen(awake, watcher, now_s, body.looks)
            return self._settle(now_s)
        rows = looks.rows_of(
            (body.time_ns - self._zero_ns) / NANOSECONDS_PER_SECOND, body.range_m, body.azimuth_rad, body.elevation_rad,
            body.range_rate_m_s, watcher.place, watcher.axes, watcher.sigmas, float(watcher.number),
        )  # fmt: skip
        if now_s < self._clock_s - _LATE_S:
            late.take(self._memories, self._store, watcher, rows, now_s, _GATE_D2)
            return []
        return self._look(watcher, rows, now_s)

    def due(self) -> Due:
        """When a coasting track is next shown, or has come down."""
        if self._zero_ns is None:
            return Due()
        times = [memory.published_s + _PUBLISH_S for memory in self._memories if memory.believed]
        return Due(self._zero_ns + seconds_to_ns(min(times))) if times else Due()

    def tick(self, now: Now) -> list[Given]:
        """Carry the unseen tracks on."""
        if self._zero_ns is None:
            return []
        now_s = (now.exercise_ns - self._zero_ns) / NANOSECONDS_PER_SECOND
        self._clock_s = max(self._clock_s, now_s)
        return self._settle(now_s)

    def state(self) -> bytes:
        """All tracks and their looks."""
        rates = [watcher.rate for watcher in self._watchers.values()]
        return pack(_State(self._zero_ns, self._clock_s, self._count, self._memories, self._store, rates, self._states))

    def restore(self, state: bytes) -> None:
        """Take up a snapshot."""
        known = unpack(state, _State)
        self._zero_ns, self._clock_s, self._count = known.zero_ns, known.clock_s, known.count
        self._memories, self._store, self._states = known.memories, known.store, known.states
        for watcher, rate in zip(self._watchers.values(), known.rates, strict=True):
            watcher.rate = rate

    # One look with plots.

    def _look(self, watcher: Watcher, rows: Floats, now_s: float) -> list[Given]:
        store = self._store
        memories = [memory for memory in self._memories if not memory.asleep]
        tables.advance(store.x, store.p, store.free, store.time_s, store.mode, _slots(memories), now_s)
        believed = [m for m in memories if m.believed]
        open_rows = np.arange(len(rows))
        updated: list[Memory] = []
        explained = 0
        for group in (believed, [m for m in memories if not m.believed]):
            if len(open_rows) == 0 or not group:
                continue
            taken = self._associate(group, watcher, rows, open_rows, now_s)
            updated += [memory for memory, _ in taken]
            explained += sum(1 for memory, _ in taken if memory.believed or memory.plots > 3)
            used = [row for _, row in taken]
            if used:
                open_rows = np.delete(open_rows, np.searchsorted(open_rows, used))
        seen = {memory.slot: None for memory in updated}
        self._unseen([memory for memory in memories if memory.slot not in seen], watcher, now_s, 1)
        watcher.learn(len(rows) - explained)
        for k in open_rows.tolist():
            self._begin(watcher, rows[k])
        given: list[Given] = []
        for memory in updated:
            given += self._after_update(memory, watcher, now_s)
        return given + self._settle(now_s)

    def _associate(
        self, group: list[Memory], watcher: Watcher, rows: Floats, open_rows: Integers, now_s: float
    ) -> list[tuple[Memory, int]]:
        """Give the open plots to the tracks of a group, best total first, and update these; the pairs taken."""
        store = self._store
        slots = _slots(group)
        offered = rows if len(open_rows) == len(rows) else np.ascontiguousarray(rows[open_rows])
        gain = np.empty((len(group), len(offered)))
        distance = np.empty_like(gain)
        tables.gate(store.x, store.p, store.free, store.time_s, store.mode, slots, offered, _GATE_D2, gain, distance)
        gain -= watcher.log_densities(offered) - math.log(_DETECTED)
        if watcher.infrared or watcher.rate >= _RATE_CLUTTERED:
            gain[self._wide(group, slots, watcher)] = -np.inf
        pairs = association.assign(gain)
        if not pairs:
            return []
        which = np.array([slots[a] for a, _ in pairs])
        chosen = np.ascontiguousarray(offered[[b for _, b in pairs]])
        told = np.empty((len(pairs), 3))
        tables.take(store.x, store.p, store.free, store.time_s, store.mode, which, chosen, told)
        taken = []
        for (a, b), row, (_, free_d2, count) in zip(pairs, chosen, told.tolist(), strict=True):
            memory = group[a]
            if memory.locked:
                memory.surprise += _SURPRISE_SHARE * (free_d2 / count - memory.surprise)
            memory.score += gain[a, b]
            memory.top_score = max(memory.top_score, memory.score)
            memory.plots += 1
            memory.last_s = max(memory.last_s, now_s)
            memory.missed = 0.0
            memory.seen[watcher.number] = now_s
            memory.remember(row.copy())
            memory.ranged += 0 if watcher.infrared else 1
            if store.mode[memory.slot] == tables.POWERED:
                store.mode[memory.slot] = tables.BOTH
                store.x[memory.slot, 0, :6] = store.x[memory.slot, 1, :6]
                store.p[memory.slot, 0, :6, :6] = store.p[memory.slot, 1, :6, :6]
                store.free[memory.slot] = 0.5
            taken.append((memory, int(open_rows[b])))
        return taken

    def _wide(self, group: list[Memory], slots: Integers, watcher: Watcher) -> list[bool]:
        """Which tracks are too unsure of their place to take a single plot of this sensor."""
        model = np.where(self._store.mode[slots] == tables.FREE, 0, 1)
        spread2 = sum(self._store.p[slots, model, i, i] for i in range(3))
        return [
            memory.believed and spread > _WIDE_M**2 and not (watcher.infrared and watcher.number in memory.seen)
            for memory, spread in zip(group, np.asarray(spread2).tolist(), strict=True)
        ]

    def _begin(self, watcher: Watcher, row: Floats) -> None:
        """A plot that nothing explains begins a tentative track."""
        if len(self._memories) >= TRACKS_COUNT:
            return
        if not self._store.vacant:
            self._store = grown(self._store)
        store = self._store
        slot = store.vacant.pop()
        sigma = _INFRARED_SPEED_SIGMA_M_S if watcher.infrared else _SPEED_SIGMA_M_S
        tables.begin(store.x, store.p, slot, row, sigma, _INFRARED_ALTITUDE_M, _INFRARED_ALTITUDE_SIGMA_M)
        time_s = float(row[0])
        store.mode[slot], store.free[slot], store.time_s[slot] = tables.POWERED, 0.5, time_s
        memory = Memory(slot=slot, score=_BIRTH, top_score=_BIRTH, first_s=time_s, last_s=time_s)
        memory.seen[watcher.number] = time_s
        memory.rows.append(row.copy())
        memory.ranged = 0 if watcher.infrared else 1
        self._memories.append(memory)

    # What follows from having been seen, or not.

    def _unseen(self, missed: list[Memory], watcher: Watcher, now_s: float, count: int) -> None:
        """Looks of a sensor that saw nothing of these tracks: evidence against those that it should have seen."""
        if not missed or self._states.get(watcher.sensor.id, SensorState.UP) in (SensorState.DOWN, SensorState.UNKNOWN):
            return
        store = self._store
        chance = np.empty(len(missed))
        slots = _slots(missed)
        tables.covered(
            store.x, store.p, store.free, store.mode, slots, watcher.place, watcher.up, watcher.min_sine,
            watcher.reach_m, chance,
        )  # fmt: skip
        loss = math.log(1.0 - _DETECTED)
        for memory, sure in zip(missed, chance.tolist(), strict=True):
            if sure == 0.0 or now_s <= memory.last_s - 0.5:
                continue
            own = watcher.number in memory.seen
            if watcher.infrared:
                if own and store.mode[memory.slot] == tables.BOTH:
                    odds = (1.0 - store.free[memory.slot]) * (0.12 / 0.95) ** min(count, 3)
                    store.free[memory.slot] = store.free[memory.slot] / (store.free[memory.slot] + odds)
                if not own or (memory.believed and store.free[memory.slot] > 0.5):
                    continue
            if not memory.believed:
                memory.score += loss * count * sure * (1.0 if own else 0.3)
            elif sure == 1.0 and own:
                memory.missed -= loss * count

    def _after_update(self, memory: Memory, watcher: Watcher, now_s: float) -> list[Given]:
        """Confirm, move to free flight, tell."""
        fresh = not memory.believed
        if fresh:
            if memory.plots < 3 or memory.score < _CONFIRM or not self._sensible(memory):
                return []
            unranged.follow(memory, self._store)
            known = stitch.partner(memory, self._memories, self._store, watcher, now_s)
            if known is not None:
                stitch.join(known, memory, self._store, now_s)
                self._drop(memory)
                memory = known
            else:
                self._count += 1
                memory.name = f"T{self._count}"
        memory.status = TrackStatus.CONFIRMED
        if not memory.ranged and not memory.locked and self._store.free[memory.slot] < 0.5:
            unranged.follow(memory, self._store)
        freeflight.consider(memory, self._store, now_s, self._period(memory))
        told = memory.rows if fresh else memory.rows[-1:]
        return [self._tell(memory, now_s, np.array(told))]

    def _sensible(self, memory: Memory) -> bool:
        """Whether a tentative track moves like something that flies."""
        store = self._store
        m = 1 if store.free[memory.slot] < 0.5 else 0
        x, p = store.x[memory.slot, m], store.p[memory.slot, m]
        speed = float(np.linalg.norm(x[3:6]))
        sigma = math.sqrt(float(np.trace(p[3:6, 3:6])))
        altitude = frames.altitude_of(x[0], x[1], x[2])
        below = math.sqrt(float(np.trace(p[:3, :3])))
        return speed - 2.0 * sigma < _FASTEST_M_S and altitude > -1000.0 - 3.0 * below

    def _settle(self, now_s: float) -> list[Given]:
        """Drop what should have been seen, end what has come down, show what coasts."""
        given: list[Given] = []
        for memory in list(self._memories):
            if not memory.believed:
                if self._hopeless(memory, now_s):
                    self._drop(memory)
                continue
            if memory.asleep:
                memory.published_s = now_s
                if now_s - memory.first_s > _LONGEST_FLIGHT_S:
                    given.append(self._end(memory, now_s))
                continue
            unseen_s = now_s - memory.last_s
            due = now_s - memory.published_s >= _PUBLISH_S - 1e-6
            if unseen_s > _COASTING_S:
                self._advance(memory, now_s)
                freeflight.consider(memory, self._store, now_s, self._period(memory))
                if self._ended(memory, now_s):
                    given.append(self._end(memory, now_s))
                    continue
                if self._lost_under_ground(memory):
                    memory.asleep, memory.published_s = True, now_s
                    continue
                lost = memory.status is TrackStatus.CONFIRMED and unseen_s > max(
                    _COASTING_S, 3.0 * self._period(memory)
                )
                if lost:
                    memory.status = TrackStatus.COASTING
                if lost or (due and memory.status is TrackStatus.COASTING):
                    given.append(self._tell(memory, now_s, None))
            if due:
                memory.published_s = now_s
        return given

    def _end(self, memory: Memory, now_s: float) -> Given:
        memory.status = TrackStatus.ENDED
        told = self._tell(memory, now_s, None)
        self._drop(memory)
        return told

    def _period(self, memory: Memory) -> float:
        """The longest time between looks of the sensors that saw a track lately."""
        periods = [
            w.period_s for w in self._watchers.values() if memory.seen.get(w.number, -1e9) > memory.last_s - 30.0
        ]
        return max(periods, default=1.0)

    def _hopeless(self, memory: Memory, now_s: float) -> bool:
        waited = now_s - memory.last_s
        if memory.score < memory.top_score - _DROP_BELOW_TOP or memory.score < _DROP:
            return True
        return waited > 6.0 * self._period(memory) + 2.0

    def _ended(self, memory: Memory, now_s: float) -> bool:
        """Come down, never believed to fly freely and missed too often, or unseen beyond all flights."""
        if now_s - memory.last_s > _UNSEEN_S:
            return True
        if not memory.locked:
            return memory.missed > 12.0 + 2.0 * min(memory.plots, 10)
        x = self._store.x[memory.slot, 0]
        if float(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) > 6.4e6**2:
            return False
        return frames.altitude_of(x[0], x[1], x[2]) < 0.0 and not self._lost_under_ground(memory)

    def _lost_under_ground(self, memory: Memory) -> bool:
        """Whether a track's computed path has come down, but is so unsure that this says nothing: it may well come back."""
        if memory.ranged or not memory.locked:
            return False
        x, p = self._store.x[memory.slot, 0], self._store.p[memory.slot, 0]
        return frames.altitude_of(x[0], x[1], x[2]) < 0.0 and float(np.trace(p[:3, :3])) > _LOST_M**2

    def _advance(self, memory: Memory, now_s: float) -> None:
        store = self._store
        tables.advance(store.x, store.p, store.free, store.time_s, store.mode, np.array([memory.slot]), now_s)

    def _drop(self, memory: Memory) -> None:
        self._store.vacant.append(memory.slot)
        self._memories.remove(memory)

    # What is told.

    def _tell(self, memory: Memory, now_s: float, rows: Floats | None) -> Given:
        assert self._zero_ns is not None
        store = self._store
        slot = memory.slot
        drag: Floats | None = None
        if memory.locked:
            mean, cov = store.x[slot, 0, :6].copy(), store.p[slot, 0, :6, :6].copy()
            drag = np.concatenate((store.x[slot, 0, 6:7], store.p[slot, 0, 6, :7]))
        else:
            means, covs = np.empty((1, 6)), np.empty((1, 6, 6))
            tables.moments(store.x, store.p, store.free, store.mode, np.array([slot]), means, covs)
            mean, cov = means[0], covs[0]
        anchored = memory.anchor_s is not None and not memory.anchor_told
        memory.anchor_told = memory.anchor_told or anchored
        memory.published_s = now_s
        time_ns = self._zero_ns + seconds_to_ns(float(store.time_s[slot]))
        track = Track(
            track=memory.name,
            time_ns=time_ns,
            phase=self._phase(memory, mean),
            status=memory.status,
            position_ecef_m=mean[:3],
            velocity_ecef_m_s=mean[3:],
            covariance=cov,
            existence=1.0 / (1.0 + math.exp(-min(memory.score - min(memory.missed, 30.0), 30.0))),
            updated_ns=self._zero_ns + seconds_to_ns(memory.last_s),
            looks=rows,
            looks_zero_ns=self._zero_ns,
            drag=drag,
            anchor_s=memory.anchor_s if anchored else None,
            anchor_state=memory.anchor_state if anchored else None,
            anchor_covariance=memory.anchor_covariance if anchored else None,
            steered=memory.steered,
        )
        return Caused(track, event_ns=time_ns)

    def _phase(self, memory: Memory, mean: Floats) -> Phase:
        if not memory.locked:
            return Phase.BOOST if self._store.free[memory.slot] < 0.9 else Phase.COAST
        falling = float(mean[:3] @ mean[3:]) < 0.0
        if falling and float(mean[:3] @ mean[:3]) < 6.5e6**2:
            _, _, altitude = frames.ecef_to_geodetic(mean[:3].copy())
            if altitude < 100_000.0:
                return Phase.REENTRY
        return Phase.COAST


def _slots(memories: list[Memory]) -> Integers:
    return np.array([memory.slot for memory in memories], np.int64)
