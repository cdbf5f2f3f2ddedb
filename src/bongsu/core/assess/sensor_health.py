"""Which sensor is off, by how much, and how its plots are taken since: so that one object stays one track.

A sensor that is a kilometre off in range, points wrong or has a wrong clock shows one object in two places. It is found at two moments: when a track would
be confirmed beside another that no look saw together with it (each sensor sees one object, and not the same one), and every `_WATCH_S` where several
sensors see one free flight. Then all plots of both are solved together with one error of one sensor (`flight.offsets`). If an error explains them and
nothing else does, the sensor is flagged, its plots are shifted by the estimate and widened by what the estimate leaves open, and the second track is taken
into the first. Until that is clear a new track is held back, `_HOLD_S` at most.

A sensor that is off and alone cannot be found: every path agrees with itself. Of two alone it is often open which one is off (`certain` false, `others`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec
import numpy as np

from bongsu.base.units import seconds_to_ns
from bongsu.core.assess import freeflight, stitch
from bongsu.core.assess.sensors import Watcher
from bongsu.core.assess.tracks import Memory, Store
from bongsu.core.room import Caused, Given
from bongsu.flight import offsets, tables
from bongsu.geo import frames
from bongsu.model.noun import Floats
from bongsu.model.sensor import SensorFault

_HOLD_S = 12.0
_HOLD_PLOTS = 10
_WATCH_S = 10.0
_WINDOW_FREE_S = 40.0
_WINDOW_POWERED_S = 12.0
_ROWS_COUNT = 80
_HIGH_M = 85_000.0  # above it drag bends no path
_SAVED = 30.0  # cost that an error of a sensor must save to be believed
_SURE_SIGMAS = 5.0
_APART = 9.0  # cost by which another sensor's error must explain less
_OTHER_TRACK = 15.0
_STANDS = 50.0  # and what is certain stands until something explains so much more
_PLAIN_SIGMAS = 2.0  # plots that agree so well are not looked into
_CLEAR_PLOTS = 8
_CLEAR = 1.5  # cost over degrees of freedom
_RANGE_LARGEST_M = 10_000.0
_CLOCK_LARGEST_S = 15.0
_POINTING_LARGEST_RAD = 0.02
_LARGEST = {"range": _RANGE_LARGEST_M, "clock": _CLOCK_LARGEST_S, "pointing": _POINTING_LARGEST_RAD}
_SLACK_M = 10_000.0
_OPEN = 3.0  # what an estimate leaves open stays the same from look to look: it is taken wider than one look's noise
_FORCE_SIGMA_M_S2 = 8.0
_RAW_COUNT = 2048
_SLOWED_M_S = 4_000.0  # speed that drag may take from a body while a wrong clock runs


class Flag(msgspec.Struct):
    """A sensor that is off. Times in seconds from the tracker's zero; `kind`, `size` and `sigma` as in `offsets.Fault`."""

    number: int
    kind: offsets.Kind
    size: tuple[float, ...]
    sigma: tuple[float, ...]
    since_s: float
    certain: bool
    others: tuple[int, ...] = ()
    cleared: bool = False
    told_size: tuple[float, ...] = ()
    told_sigma: tuple[float, ...] = ()


class Kept(msgspec.Struct):
    """What is remembered: flags by sensor, plots of flagged sensors as they came, when tracks were last watched."""

    flags: dict[int, Flag] = {}
    raw: dict[str, Floats] = {}
    watched_s: dict[str, float] = {}
    ended: list[Floats] = []


class Verdict(msgspec.Struct):
    """Of a track about to be confirmed: `hold` it back, or it is `same` as another one; neither: nothing is to be said."""

    hold: bool = False
    same: Memory | None = None
    fault: offsets.Fault | None = None
    others: tuple[int, ...] = ()


class SensorHealth:
    """Flags of one nation's sensors. Deterministic; remembers `kept`."""

    def __init__(self, watchers: Iterable[Watcher]) -> None:
        self._watchers = {watcher.number: watcher for watcher in watchers}
        self._ups = {number: watcher.up for number, watcher in self._watchers.items()}
        self.kept = Kept()
        self._news: list[Flag] = []

    def look(self, updated: list[Memory], store: Store, zero_ns: int, now_s: float) -> list[Given]:
        """After a look: see whether a sensor is off, by tracks that were updated, and say what was found since."""
        if len(self._watchers) < 2:
            return []
        for memory in updated:
            if memory.believed and len(memory.seen) > 1 and self._watch(memory, store, now_s):
                self._mend(memory)
                if memory.locked:
                    freeflight.rebuild(memory, store)
        news, self._news = self._news, []
        return [self._told(flag, zero_ns, now_s) for flag in news]

    def _told(self, flag: Flag, zero_ns: int, now_s: float) -> Given:
        now_ns = zero_ns + seconds_to_ns(now_s)
        fault = SensorFault(
            sensor=self._watchers[flag.number].sensor.id, time_ns=now_ns, kind=flag.kind, size=flag.size, sigma=flag.sigma,
            since_ns=zero_ns + seconds_to_ns(flag.since_s), certain=flag.certain,
            others=tuple(self._watchers[number].sensor.id for number in flag.others), cleared=flag.cleared,
        )  # fmt: skip
        return Caused(fault, event_ns=now_ns)

    def join(self, verdict: Verdict, known: Memory, fresh: Memory, store: Store, now_s: float) -> None:
        """Take the error of a verdict for true, and make one of the two tracks of one object; `fresh` is to be dropped."""
        assert verdict.fault is not None
        self._flag(verdict, [*known.rows[-20:], *fresh.rows], now_s)
        if stitch.off(known, fresh, store, verdict.fault.sensor):
            self._mend(known)

    # Plots of flagged sensors.

    def corrected(self, watcher: Watcher, rows: Floats, store: Store, believed: list[Memory]) -> Floats:
        """The plots (N, 20) of one look, shifted and widened if their sensor is flagged."""
        flag = self.kept.flags.get(watcher.number)
        if flag is None or len(rows) == 0:
            return rows
        if flag.kind == "clock":
            pairs = [(_carried(row, flag, store, believed, self.kept.ended), row) for row in rows]
            rows = np.array([row for moved, row in pairs if moved is not None]).reshape(-1, rows.shape[1])
            shifted = np.array([moved for moved, _ in pairs if moved is not None]).reshape(rows.shape)
        else:
            shifted = self._shifted(rows, flag)
        for row, raw in zip(shifted, rows, strict=True):
            self.kept.raw[_key(row)] = raw.copy()
        while len(self.kept.raw) > _RAW_COUNT:
            del self.kept.raw[next(iter(self.kept.raw))]
        return shifted

    def _shifted(self, rows: Floats, flag: Flag) -> Floats:
        """Plots without the error of range or of pointing, which the same one look after the other leaves open."""
        out = rows.copy()
        open_ = _OPEN * np.array(flag.sigma)
        if flag.kind == "range":
            out[:, 1] -= flag.size[0]
            out[:, 15] = np.hypot(out[:, 15], open_[0])
            return out
        sine = rows[:, 6:9] @ self._ups[flag.number]
        level = np.sqrt(np.maximum(1.0 - sine * sine, 0.0))
        across = rows[:, 6:9] - (flag.size[0] * level)[:, None] * rows[:, 9:12] - flag.size[1] * rows[:, 12:15]
        out[:, 6:9] = across / np.linalg.norm(across, axis=1)[:, None]
        for o in (9, 12):
            tangent = rows[:, o : o + 3] - np.einsum("ni,ni->n", rows[:, o : o + 3], out[:, 6:9])[:, None] * out[:, 6:9]
            out[:, o : o + 3] = tangent / np.linalg.norm(tangent, axis=1)[:, None]
        out[:, 16] = np.hypot(out[:, 16], open_[0] * level)
        out[:, 17] = np.hypot(out[:, 17], open_[1])
        return out

    def _raw(self, rows: list[Floats]) -> list[Floats]:
        """The same plots as they came."""
        if not self.kept.raw:
            return rows
        return [self.kept.raw.get(_key(row), row) for row in rows]

    # A track about to be confirmed.

    def judge(self, fresh: Memory, memories: list[Memory], store: Store, now_s: float) -> Verdict:
        """Whether a track about to be confirmed is another one's object, seen by a sensor that is off."""
        if len(self._watchers) < 2:
            return Verdict()
        found: list[tuple[offsets.Fault, Memory, tuple[int, ...]]] = []
        doubtful = False
        for known in memories:
            if not self._beside(fresh, known, store, now_s):
                continue
            rows, powered = self._together(fresh, known, store, now_s)
            plain, faults = offsets.explain(rows, _guess(fresh, known, store), now_s, self._ups, powered=powered)
            if offsets.acceptable(plain.cost, plain.degrees):
                return Verdict()
            doubtful = True
            faults = [fault for fault in faults if _credible(fault, plain)]
            if faults:
                found.append((faults[0], known, _others(faults)))
        found.sort(key=lambda one: one[0].weight)
        clear = found and (len(found) == 1 or found[1][0].weight > found[0][0].weight + _OTHER_TRACK)
        if clear:
            return Verdict(same=found[0][1], fault=found[0][0], others=found[0][2])
        young = fresh.plots <= _HOLD_PLOTS and now_s - fresh.first_s <= _HOLD_S
        return Verdict(hold=doubtful and young)

    def _beside(self, fresh: Memory, known: Memory, store: Store, now_s: float) -> bool:
        """Whether two tracks may be one object: near, seen at the same time, by different sensors, and never by one look."""
        if not known.believed or known.asleep or now_s - known.last_s > max(4.0, 2.5 * self._period(known)):
            return False
        apart = _position(store, fresh) - _position(store, known)
        speed = float(np.linalg.norm(store.x[known.slot, _model(store, known), 3:6]))
        spread = sum(
            math.sqrt(float(np.trace(store.p[m.slot, _model(store, m), :3, :3]))) for m in (fresh, known)
        )  # fmt: skip
        if float(np.linalg.norm(apart)) > _SLACK_M + _CLOCK_LARGEST_S * speed + 3.0 * spread:
            return False
        own = {(float(row[19]), float(row[0])) for row in fresh.rows}
        since_s = min(fresh.first_s, now_s - 4.0)
        theirs = {(float(row[19]), float(row[0])) for row in known.rows if row[0] >= since_s}
        if own & theirs or len(theirs) < 2:
            return False
        numbers = {number for number, _ in own | theirs}
        if len(numbers) < 2 or all(self._watchers[int(number)].infrared for number in numbers):
            return False
        return all(
            self._must_see(self._watchers[int(number)], other, store)
            for pairs, other in ((own, known), (theirs, fresh))
            for number, _ in sorted(pairs)
        )

    def _must_see(self, watcher: Watcher, memory: Memory, store: Store) -> bool:
        """Whether a track lies in a sensor's cover, or comes there or leaves it within what a wrong clock may hide."""
        if watcher.infrared:
            return True
        x = store.x[memory.slot, _model(store, memory)]
        for shift_s in (0.0, -_CLOCK_LARGEST_S, _CLOCK_LARGEST_S):
            line = x[0:3] + shift_s * x[3:6] - watcher.place
            distance = float(np.linalg.norm(line))
            if float(line @ watcher.up) > watcher.min_sine * distance and distance < watcher.reach_m:
                return True
        return False

    def _together(self, fresh: Memory, known: Memory, store: Store, now_s: float) -> tuple[Floats, bool]:
        """The late plots of both as they came, in time order, and whether their path is to be taken as a powered one."""
        powered = not (known.locked and _high(store, known)) and not (fresh.locked and _high(store, fresh))
        since_s = now_s - (_WINDOW_POWERED_S if powered else _WINDOW_FREE_S)
        rows = self._raw([row for memory in (known, fresh) for row in memory.rows if row[0] >= since_s])
        return _ordered(rows), powered

    def _period(self, memory: Memory) -> float:
        return max((self._watchers[number].period_s for number in memory.seen), default=1.0)

    # What follows.

    def _flag(self, verdict: Verdict, rows_of: Iterable[Floats], now_s: float) -> None:
        """Take the error of a verdict for true, found among plots of some sensors; of those no other is off then."""
        fault = verdict.fault
        assert fault is not None
        for number in sorted({int(row[19]) for row in rows_of}):
            if number != fault.sensor and number in self.kept.flags:
                self._clear(number)
        others = verdict.others
        self._set(Flag(fault.sensor, fault.kind, fault.size, fault.sigma, now_s, not others, others))

    def _set(self, flag: Flag) -> None:
        known = self.kept.flags.get(flag.number)
        self.kept.flags[flag.number] = flag
        if known is not None and known.kind == flag.kind:
            flag.since_s = known.since_s
            flag.told_size, flag.told_sigma = known.told_size, known.told_sigma
            surer = any(now < 0.5 * told for now, told in zip(flag.sigma, flag.told_sigma, strict=True))
            other = any(
                abs(now - told) > 4.0 * s
                for now, told, s in zip(flag.size, flag.told_size, flag.told_sigma, strict=True)
            )
            if not (surer or other or known.certain != flag.certain):
                return
        flag.told_size, flag.told_sigma = flag.size, flag.sigma
        self._news.append(flag)

    def _clear(self, number: int) -> None:
        """The sensor is no longer off, or never was."""
        flag = self.kept.flags.pop(number)
        flag.cleared = True
        self._news.append(flag)

    def _watch(self, memory: Memory, store: Store, now_s: float) -> bool:
        """Look again, now and then, at what is believed to fly freely and several sensors see; whether its state rests on plots that were not right."""
        begun_s = memory.window_s if memory.locked else memory.free_since_s
        if begun_s is None or now_s - max(begun_s, self.kept.watched_s.get(memory.name, -math.inf)) < _WATCH_S:
            return False
        recent = sum(now_s - seen_s < _WATCH_S for seen_s in memory.seen.values())
        if recent < 2 or not _high(store, memory):
            return False
        self.kept.watched_s[memory.name] = now_s
        rows = _ordered(self._raw([row for row in memory.rows if row[0] >= max(now_s - _WINDOW_FREE_S, begun_s)]))
        if len(rows) < 8 or not np.isfinite(rows[:, 1]).any():
            return False
        present = {int(row[19]): None for row in rows}
        flagged = [self.kept.flags[number] for number in present if number in self.kept.flags]
        guess = _guess(memory, memory, store)
        plain = offsets.agree(rows, guess, now_s, powered=False)
        if plain.cost < plain.degrees + _PLAIN_SIGMAS * math.sqrt(2.0 * max(plain.degrees, 1)):
            for flag in flagged:
                if int((rows[:, 19] == flag.number).sum()) >= _CLEAR_PLOTS and plain.cost < _CLEAR * plain.degrees:
                    self._clear(flag.number)
            return False
        faults = [f for f in offsets.explain(rows, guess, now_s, self._ups, powered=False)[1] if _credible(f, plain)]
        if not faults:
            return False
        best, others = faults[0], _others(faults)
        for flag in flagged:
            same = next((f for f in faults if (f.sensor, f.kind) == (flag.number, flag.kind)), None)
            if same is not None and same.weight < best.weight + (_STANDS if flag.certain else _APART):
                surer = same.sigma[0] < 1.5 * flag.sigma[0]
                size, sigma = (same.size, same.sigma) if surer else (flag.size, flag.sigma)
                certain = flag.certain or not others
                self._set(
                    Flag(
                        flag.number,
                        flag.kind,
                        size,
                        sigma,
                        now_s,
                        certain,
                        () if certain else _besides(others, best, flag.number),
                    )
                )
                return False
            if flag.certain and self._stands(memory, guess, begun_s, now_s):
                return False
        for flag in flagged:
            if flag.number != best.sensor:
                self._clear(flag.number)
        self._set(Flag(best.sensor, best.kind, best.size, best.sigma, now_s, not others, others))
        return True

    def _stands(self, memory: Memory, guess: Floats, begun_s: float, now_s: float) -> bool:
        """Whether late plots agree as they were taken, with what is flagged taken off."""
        rows = _ordered([row for row in memory.rows if row[0] >= max(now_s - _WINDOW_FREE_S, begun_s)])
        plain = offsets.agree(rows, guess, now_s, powered=False)
        return offsets.acceptable(plain.cost, plain.degrees)

    def ended(self, memory: Memory, store: Store) -> None:
        """A track has come down: a sensor whose clock is ahead still shows it for a while."""
        state = store.x[memory.slot, _model(store, memory), :6]
        self.kept.ended = [*self.kept.ended[-15:], np.append(state, store.time_s[memory.slot])]

    def _mend(self, memory: Memory) -> None:
        """Give a track its plots as the flags of now would have them; those of a wrong clock are left out."""
        out = []
        for row, raw in zip(memory.rows, self._raw(memory.rows), strict=True):
            flag = self.kept.flags.get(int(row[19]))
            if flag is None:
                out.append(raw)
            elif flag.kind != "clock":
                out.append(self._shifted(raw[None], flag)[0])
        memory.rows = out
        memory.solved, memory.tried, memory.fitted = (
            min(n, len(out)) for n in (memory.solved, memory.tried, memory.fitted)
        )


def _credible(fault: offsets.Fault, plain: offsets.Fault) -> bool:
    """Whether an error explains the plots, is needed, is known to be there, and is no larger than errors are."""
    return (
        offsets.acceptable(fault.cost, fault.degrees)
        and plain.cost - fault.cost > _SAVED
        and fault.significance > _SURE_SIGMAS
        and max(abs(size) for size in fault.size) < _LARGEST[fault.kind]
    )


def _carried(row: Floats, flag: Flag, store: Store, believed: list[Memory], ended: list[Floats]) -> Floats | None:
    """A plot of a sensor with a wrong clock, carried along the path of the track that it fits best to where the object was at the plot's stated time.

    None for one of a free flight in the air, where drag bends the path too much for that, or of one that had come down by then: the plot is left out.
    """
    best, chosen = math.inf, None
    for memory in believed:
        m = _model(store, memory)
        r, v = store.x[memory.slot, m, 0:3], store.x[memory.slot, m, 3:6]
        a = offsets.gravity(r, v) + (store.x[memory.slot, 1, 6:9] if m == 1 else 0.0)
        shift = flag.size[0] * v - 0.5 * flag.size[0] ** 2 * a
        then = r - shift - row[3:6]
        away = float(np.linalg.norm(then))
        miss = float(np.linalg.norm(then / away - row[6:9])) * away
        if row[1] > 0.0:
            miss = math.hypot(miss, away - float(row[1]))
        spread = 4.0 * math.sqrt(float(np.trace(store.p[memory.slot, m, :3, :3]))) + _SLACK_M
        falls = m == 0 and not _high(store, memory)
        if falls:
            spread += _SLOWED_M_S * abs(flag.size[0])
        if miss < min(best, spread):
            best, chosen = miss, (shift, v, away, m, falls)
    if chosen is None:
        return None if any(_came_down(row, flag, one) for one in ended) else row
    shift, v, away, m, held = chosen
    if held:
        return None
    distance = float(row[1]) if row[1] > 0.0 else away
    place = distance * row[6:9] + shift
    out = row.copy()
    length = float(np.linalg.norm(place))
    out[6:9] = place / length
    for o in (9, 12):
        tangent = row[o : o + 3] - float(row[o : o + 3] @ out[6:9]) * out[6:9]
        out[o : o + 3] = tangent / np.linalg.norm(tangent)
    open_s = _OPEN * flag.sigma[0]
    bend_m = 0.5 * flag.size[0] ** 2 * (_FORCE_SIGMA_M_S2 if m == 1 else 0.0)
    if row[1] > 0.0:
        out[1] = length
        out[15] = math.sqrt(row[15] ** 2 + (open_s * float(v @ out[6:9])) ** 2 + bend_m**2)
    for k, o in ((16, 9), (17, 12)):
        out[k] = math.sqrt(row[k] ** 2 + ((open_s * float(v @ out[o : o + 3])) ** 2 + bend_m**2) / length**2)
    return out


def _came_down(row: Floats, flag: Flag, state: Floats) -> bool:
    """Whether a plot of a wrong clock shows a track that ended at a `state` (7,: with its time) before it did."""
    before_s = float(state[6]) - (float(row[0]) - flag.size[0])
    line = state[0:3] - before_s * state[3:6] - row[3:6]
    away = float(np.linalg.norm(line))
    miss = float(np.linalg.norm(line / away - row[6:9])) * away
    return abs(before_s) < 2.0 * _CLOCK_LARGEST_S and miss < 2.0 * _SLACK_M


def _others(faults: list[offsets.Fault]) -> tuple[int, ...]:
    """Sensors that may be off instead of the best fault's, for their error explains as much."""
    best = faults[0]
    return tuple(sorted({f.sensor for f in faults if f.sensor != best.sensor and f.weight < best.weight + _APART}))


def _besides(others: tuple[int, ...], best: offsets.Fault, number: int) -> tuple[int, ...]:
    return tuple(sorted({best.sensor, *others} - {number}))


def _key(row: Floats) -> str:
    return f"{int(row[19])} {float(row[0])!r} {float(row[6])!r}"


def _ordered(rows: list[Floats]) -> Floats:
    """Rows in time order, thinned evenly to `_ROWS_COUNT`."""
    kept = sorted(rows, key=lambda row: (float(row[0]), float(row[19])))
    if len(kept) > _ROWS_COUNT:
        kept = [kept[round(k)] for k in np.linspace(0, len(kept) - 1, _ROWS_COUNT).tolist()]
    return np.array(kept) if kept else np.empty((0, 20))


def _model(store: Store, memory: Memory) -> int:
    mode = store.mode[memory.slot]
    return 0 if mode == tables.FREE or (mode == tables.BOTH and store.free[memory.slot] >= 0.5) else 1


def _position(store: Store, memory: Memory) -> Floats:
    place: Floats = store.x[memory.slot, _model(store, memory), 0:3]
    return place


def _high(store: Store, memory: Memory) -> bool:
    return frames.altitude_of(*_position(store, memory).tolist()) > _HIGH_M


def _guess(fresh: Memory, known: Memory, store: Store) -> Floats:
    """Place, velocity and acceleration (9,) of the one of two tracks that is known better."""
    memory = known if known.ranged or not fresh.ranged else fresh
    m = _model(store, memory)
    state = store.x[memory.slot, m]
    a = offsets.gravity(state[0:3], state[3:6])
    return np.concatenate([state[0:6], a + state[6:9] if m == 1 else a])
