"""Track: which plots are of one object, and where that object is.

Takes: `Scan` (screened looks, also empty ones), `SensorStatus`.
Gives: `Track` of each confirmed track at each of its updates, while it coasts, and once when it has ended; `SensorFault` when a sensor was found to be off.
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
from bongsu.core.assess import association, clutter, freeflight, late, steering, stitch, unranged
from bongsu.core.assess.memory import pack, unpack
from bongsu.core.assess.offers import DETECTED, GATE_D2, Look, places, possible
from bongsu.core.assess.sensor_health import Kept, SensorHealth
from bongsu.core.assess.sensors import Watcher
from bongsu.core.assess.tracks import Memory, Store, grown, new_store, slots_of
from bongsu.core.room import Caused, Due, Given
from bongsu.flight import crowd, looks, tables
from bongsu.geo import frames
from bongsu.model.head import Item, Now
from bongsu.model.noun import Floats, Integers
from bongsu.model.scan import Scan
from bongsu.model.sensor import Sensor, SensorState, SensorStatus
from bongsu.model.track import Phase, Track, TrackStatus

_BIRTH = -8.0  # log odds that a plot which nothing explains is a new object and not a false plot
CONFIRM = 12.0
_PLAIN = 14.0  # log odds that no crowd of false plots undoes
_PAIR_LEAST = -6.0  # among many objects a second plot says little: the third tells the pairs apart
_PAIRS_COUNT = 300
_PLOTS = 3
_PLOTS_TWIN = 5  # where several first pairs were possible
_AHEAD = 6.0  # a track is confirmed when no other telling of its plots comes so near in log odds
_SETTLED = 8  # plots after which both stand
_LIKELY = 4.0  # a tentative track of this score explains its plots: they are no false ones
_DROP_BELOW_TOP = 6.5
_DROP = -18.0
_LATE_S = 1.0  # a look that comes later takes the way of `late`; a smaller delay is bridged along the velocity
_SPEED_SIGMA_M_S = 4000.0
_INFRARED_SPEED_SIGMA_M_S = 1500.0
_INFRARED_ALTITUDE_M = 12_000.0
_INFRARED_ALTITUDE_SIGMA_M = 15_000.0
_SURPRISE_SHARE = 0.15
_COASTING_S = 4.0
_PUBLISH_S = 5.0
_LOST_M = 100_000.0
_GONE = -1
_LONGEST_FLIGHT_S = 5400.0
_UNSEEN_S = 6.0 * 3600.0
_FASTEST_M_S = 11_000.0
_PHASES = {crowd.BOOST: Phase.BOOST, crowd.COAST: Phase.COAST, crowd.REENTRY: Phase.REENTRY}


class _State(msgspec.Struct):
    zero_ns: int | None
    clock_s: float
    count: int
    memories: list[Memory]
    store: Store
    rates: list[float]
    nearby: list[clutter.Nearby]
    states: dict[str, SensorState]
    health: Kept


class Tracker:
    """The tracking room. See the module's head."""

    name = "track"
    takes: tuple[type, ...] = (Scan, SensorStatus)

    def __init__(self, sensors: Sequence[Sensor]) -> None:
        self._watchers = {sensor.id: Watcher(sensor, number) for number, sensor in enumerate(sensors)}
        self._health = SensorHealth(self._watchers.values())
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
            watcher.learn(np.empty((0, looks.ROW)), np.empty((0, 3)), body.looks)
            awake = [memory for memory in self._memories if not memory.asleep]
            self._unseen(awake, watcher, now_s, body.looks)
            return self._settle(now_s)
        rows = looks.rows_of(
            (body.time_ns - self._zero_ns) / NANOSECONDS_PER_SECOND, body.range_m, body.azimuth_rad, body.elevation_rad,
            body.range_rate_m_s, watcher.place, watcher.axes, watcher.sigmas, float(watcher.number),
        )  # fmt: skip
        if now_s < self._clock_s - _LATE_S:
            late.take(self._memories, self._store, watcher, rows, now_s, GATE_D2)
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
        nearby = [watcher.nearby for watcher in self._watchers.values()]
        return pack(
            _State(
                self._zero_ns, self._clock_s, self._count, self._memories, self._store, rates, nearby, self._states,
                self._health.kept,
            )
        )  # fmt: skip

    def restore(self, state: bytes) -> None:
        """Take up a snapshot."""
        known = unpack(state, _State)
        self._zero_ns, self._clock_s, self._count = known.zero_ns, known.clock_s, known.count
        self._memories, self._store, self._states = known.memories, known.store, known.states
        self._health.kept = known.health
        for watcher, rate, nearby in zip(self._watchers.values(), known.rates, known.nearby, strict=True):
            watcher.rate, watcher.nearby = rate, nearby

    # One look with plots.

    def _look(self, watcher: Watcher, rows: Floats, now_s: float) -> list[Given]:
        assert self._zero_ns is not None
        store, zero_ns = self._store, self._zero_ns
        memories = [memory for memory in self._memories if not memory.asleep]
        tables.advance(store.x, store.p, store.free, store.time_s, store.mode, slots_of(memories), now_s)
        believed, tentative = _parted(memories)
        rows = self._health.corrected(watcher, rows, store, believed)
        look = Look(watcher, rows, places(self._store, believed), now_s)
        older = [memory for memory in tentative if memory.plots > 1]
        young = [memory for memory in tentative if memory.plots == 1]
        explained = np.zeros(len(rows), bool)
        updated: list[Memory] = []
        for group, give in ((believed, self._associate), (older, self._associate), (young, self._pair)):
            if len(look.open_rows) == 0 or not group:
                continue
            taken = give(group, look)
            for memory, row in taken:
                updated.append(memory)
                explained[row] |= memory.believed or (memory.plots > 3 and memory.score > _LIKELY)
            look.open_rows = np.setdiff1d(look.open_rows, np.array([row for _, row in taken], np.int64))
        slots_seen = {memory.slot: None for memory in updated}
        self._unseen([memory for memory in memories if memory.slot not in slots_seen], watcher, now_s, 1)
        unexplained = np.flatnonzero(~explained)
        watcher.learn(rows[unexplained], look.seen(unexplained))
        for k in unexplained.tolist():  # also one that a young track took, for it may be another's
            self._begin(watcher, rows[k])
        told: list[tuple[Memory, Floats | None]] = []
        for memory, high in zip(updated, steering.above_air(self._store, slots_of(updated)), strict=True):
            if memory.slot == _GONE:  # a rival was confirmed
                continue
            if high and memory.locked and memory.status is TrackStatus.CONFIRMED and freeflight.quiet(memory):
                told.append((memory, memory.rows[-1][None]))
            else:
                told += self._after_update(memory, watcher, now_s)
        return self._tell(told, now_s) + self._settle(now_s) + self._health.look(updated, store, zero_ns, now_s)

    def _associate(self, group: list[Memory], look: Look) -> list[tuple[Memory, int]]:
        """Give the open plots to the tracks of a group, best total first, and update these; the pairs taken."""
        tracks, plots, gain = possible(
            self._store, group, look, self._watchers, 0.0, _PLAIN if group[0].believed else math.inf
        )
        taken = association.assign_pairs(tracks, plots, gain, len(group), len(look.open_rows))
        return self._update([group[a] for a in tracks[taken].tolist()], plots[taken], gain[taken], look)

    def _pair(self, group: list[Memory], look: Look) -> list[tuple[Memory, int]]:
        """Second plots of tracks that have one: where more than one pair is possible each is followed up, for nothing tells yet which is true."""
        tracks, plots, gain = possible(self._store, group, look, self._watchers, _PAIR_LEAST, math.inf)
        if len(tracks) == 0:
            return []
        alone = (np.bincount(tracks)[tracks] == 1) & (np.bincount(plots)[plots] == 1) & (gain > 0.0)
        best = np.argsort(-gain, kind="stable")
        chosen = np.sort(best[:_PAIRS_COUNT])
        pairs: list[Memory] = []
        kept: list[int] = []
        for k in chosen.tolist():
            memory = group[tracks[k]] if alone[k] else self._twin(group[tracks[k]])
            if memory is not None:
                pairs.append(memory)
                kept.append(k)
        return self._update(pairs, plots[kept], gain[kept], look)

    def _twin(self, memory: Memory) -> Memory | None:
        """A second track with the same past; None when there is no room."""
        if len(self._memories) >= TRACKS_COUNT:
            return None
        slot = self._slot()
        for array in (self._store.x, self._store.p, self._store.free, self._store.time_s, self._store.mode):
            array[slot] = array[memory.slot]
        twin = msgspec.structs.replace(memory, slot=slot, seen=dict(memory.seen), rows=list(memory.rows), twin=True)
        self._memories.append(twin)
        return twin

    def _slot(self) -> int:
        if not self._store.vacant:
            self._store = grown(self._store)
        return self._store.vacant.pop()

    def _update(self, updated: list[Memory], plots: Integers, gain: Floats, look: Look) -> list[tuple[Memory, int]]:
        """Update tracks with one open plot each; the pairs of track and row."""
        if not updated:
            return []
        store, watcher = self._store, look.watcher
        taken = look.open_rows[plots]
        which, chosen = slots_of(updated), look.rows[taken]
        told = np.empty((len(updated), 3))
        tables.take(store.x, store.p, store.free, store.time_s, store.mode, which, chosen, told)
        for slot in which[store.mode[which] == tables.POWERED].tolist():
            store.mode[slot] = tables.BOTH
            store.x[slot, 0, :6] = store.x[slot, 1, :6]
            store.p[slot, 0, :6, :6] = store.p[slot, 1, :6, :6]
            store.free[slot] = 0.5
        number, ranged = watcher.number, 0 if watcher.infrared else 1
        surprises = (told[:, 1] / told[:, 2]).tolist()
        for memory, gained, row, surprise in zip(updated, gain.tolist(), chosen, surprises, strict=True):
            memory.take(row, gained, look.now_s, number, ranged)
            if memory.locked:
                memory.surprise += _SURPRISE_SHARE * (surprise - memory.surprise)
        return list(zip(updated, taken.tolist(), strict=True))

    def _begin(self, watcher: Watcher, row: Floats) -> None:
        """A plot that nothing explains begins a tentative track."""
        if len(self._memories) >= TRACKS_COUNT:
            return
        slot = self._slot()
        store = self._store
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
        slots = slots_of(missed)
        tables.covered(
            store.x, store.p, store.free, store.mode, slots, watcher.place, watcher.up, watcher.min_sine,
            watcher.reach_m, chance,
        )  # fmt: skip
        loss = math.log(1.0 - DETECTED)
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
                steering.missed(memory, store)

    def _after_update(self, memory: Memory, watcher: Watcher, now_s: float) -> list[tuple[Memory, Floats | None]]:
        """Confirm, move to free flight; what is to be told of, with its looks."""
        fresh = not memory.believed
        if fresh:
            least = _PLOTS_TWIN if memory.twin else _PLOTS
            if memory.plots < least or memory.score < CONFIRM or not self._sensible(memory):
                return []
            rivals = stitch.rivals(memory, self._memories)
            if memory.plots < _SETTLED and any(rival.score > memory.score - _AHEAD for rival in rivals):
                return []
            for rival in rivals:
                self._drop(rival)
            unranged.follow(memory, self._store)
            verdict = self._health.judge(memory, self._memories, self._store, now_s)
            if verdict.hold:
                return []
            known = verdict.same or stitch.partner(memory, self._memories, self._store, watcher, now_s)
            if verdict.fault is not None and known is not None:
                self._health.join(verdict, known, memory, self._store, now_s)
                self._drop(memory)
                memory, fresh = known, False
            elif known is not None:
                stitch.join(known, memory, self._store, now_s)
                self._drop(memory)
                memory = known
            else:
                self._count += 1
                memory.name = f"T{self._count}"
            self._explain(memory)
        memory.status = TrackStatus.CONFIRMED
        if not memory.ranged and not memory.locked and self._store.free[memory.slot] < 0.5:
            unranged.follow(memory, self._store)
        steering.watch(memory, self._store)
        freeflight.consider(memory, self._store, now_s, self._period(memory))
        return [(memory, np.array(memory.rows if fresh else memory.rows[-1:]) if memory.rows else None)]

    def _explain(self, memory: Memory) -> None:
        """The plots of a new track were no false ones."""
        rows = np.array(memory.rows).reshape(-1, looks.ROW)
        for watcher in self._watchers.values():
            clutter.forget(watcher.nearby, watcher.points(rows[rows[:, 19] == watcher.number]))

    def _sensible(self, memory: Memory) -> bool:
        """Whether a tentative track moves like something that flies."""
        store = self._store
        m = 1 if store.free[memory.slot] < 0.5 else 0
        x, p = store.x[memory.slot, m], store.p[memory.slot, m]
        if not (np.isfinite(x[:6]).all() and np.isfinite(p[:6, :6]).all() and (np.diag(p)[:6] > 0.0).all()):
            return False
        speed = float(np.linalg.norm(x[3:6]))
        sigma = math.sqrt(float(np.trace(p[3:6, 3:6])))
        altitude = frames.altitude_of(x[0], x[1], x[2])
        below = math.sqrt(float(np.trace(p[:3, :3])))
        return speed - 2.0 * sigma < _FASTEST_M_S and altitude > -1000.0 - 3.0 * below

    def _settle(self, now_s: float) -> list[Given]:
        """Drop what should have been seen, end what has come down, show what coasts."""
        given: list[Given] = []
        recent_s, due_s = now_s - _COASTING_S, now_s - _PUBLISH_S + 1e-6
        for memory in list(self._memories):
            if not memory.believed:
                if self._hopeless(memory, now_s):
                    self._drop(memory)
            elif memory.asleep:
                memory.published_s = now_s
                if now_s - memory.first_s > _LONGEST_FLIGHT_S:
                    given += self._end(memory, now_s)
            elif memory.last_s < recent_s:
                given += self._carry_on(memory, now_s)
            elif memory.published_s <= due_s:
                memory.published_s = now_s
        return given

    def _carry_on(self, memory: Memory, now_s: float) -> list[Given]:
        """A confirmed track that was not seen for a while: carry it on, end it, or show that it coasts."""
        self._advance(memory, now_s)
        freeflight.consider(memory, self._store, now_s, self._period(memory))
        if self._ended(memory, now_s):
            return self._end(memory, now_s)
        if self._lost_under_ground(memory):
            memory.asleep, memory.published_s = True, now_s
            return []
        due = now_s - memory.published_s >= _PUBLISH_S - 1e-6
        lost = memory.status is TrackStatus.CONFIRMED and now_s - memory.last_s > max(
            _COASTING_S, 3.0 * self._period(memory)
        )
        if lost:
            memory.status = TrackStatus.COASTING
        if lost or (due and memory.status is TrackStatus.COASTING):
            return self._tell([(memory, None)], now_s)
        if due:
            memory.published_s = now_s
        return []

    def _end(self, memory: Memory, now_s: float) -> list[Given]:
        memory.status = TrackStatus.ENDED
        self._health.ended(memory, self._store)
        told = self._tell([(memory, None)], now_s)
        self._drop(memory)
        return told

    def _period(self, memory: Memory) -> float:
        """The longest time between looks of the sensors that saw a track lately."""
        periods = [
            w.period_s for w in self._watchers.values() if memory.seen.get(w.number, -1e9) > memory.last_s - 30.0
        ]
        return max(periods, default=1.0)

    def _hopeless(self, memory: Memory, now_s: float) -> bool:
        if memory.score < memory.top_score - _DROP_BELOW_TOP or memory.score < _DROP:
            return True
        waited = now_s - memory.last_s
        return waited > 2.0 and waited > 6.0 * self._period(memory) + 2.0

    def _ended(self, memory: Memory, now_s: float) -> bool:
        """Come down, never believed to fly freely and missed too often, or unseen beyond all flights."""
        if now_s - memory.last_s > _UNSEEN_S:
            return True
        if not memory.locked:
            waited = now_s - memory.last_s > stitch.STRAYED_S  # a new track may turn out to be this one
            return waited and memory.missed > 12.0 + 2.0 * min(memory.plots, 10)
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
        memory.slot = _GONE

    # What is told.

    def _tell(self, told: Sequence[tuple[Memory, Floats | None]], now_s: float) -> list[Given]:
        """The lines of some tracks, with the looks that went into them."""
        if not told:
            return []
        assert self._zero_ns is not None
        store, zero_ns, count = self._store, self._zero_ns, len(told)
        slots = slots_of([memory for memory, _ in told])
        locked = np.array([memory.locked for memory, _ in told])
        mean, cov, drag = np.empty((count, 2, 3)), np.empty((count, 6, 6)), np.empty((count, 8))
        phase = np.empty(count, np.int64)
        crowd.told(store.x, store.p, store.free, store.mode, locked, slots, mean, cov, drag, phase)
        given: list[Given] = []
        for (memory, rows), time_s, (position, velocity), own_cov, own_drag, number in zip(
            told, store.time_s[slots].tolist(), mean, cov, drag, phase.tolist(), strict=True
        ):
            anchored = memory.anchor_s is not None and not memory.anchor_told
            memory.anchor_told = memory.anchor_told or anchored
            memory.published_s = now_s
            time_ns = zero_ns + seconds_to_ns(time_s)
            odds = min(memory.score - min(memory.missed, 30.0), 30.0)
            track = Track(
                track=memory.name,
                time_ns=time_ns,
                phase=_PHASES[number],
                status=memory.status,
                position_ecef_m=position,
                velocity_ecef_m_s=velocity,
                covariance=own_cov,
                existence=1.0 / (1.0 + math.exp(-odds)),
                updated_ns=time_ns if memory.last_s == time_s else zero_ns + seconds_to_ns(memory.last_s),
                looks=rows,
                looks_zero_ns=zero_ns,
                drag=own_drag if memory.locked else None,
                anchor_s=memory.anchor_s if anchored else None,
                anchor_state=memory.anchor_state if anchored else None,
                anchor_covariance=memory.anchor_covariance if anchored else None,
                steered=memory.steered,
            )
            given.append(Caused(track, event_ns=time_ns))
        return given


def _parted(memories: list[Memory]) -> tuple[list[Memory], list[Memory]]:
    """The confirmed ones and the others."""
    believed: list[Memory] = []
    others: list[Memory] = []
    for memory in memories:
        (believed if memory.believed else others).append(memory)
    return believed, others
