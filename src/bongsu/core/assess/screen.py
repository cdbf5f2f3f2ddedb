"""Screen: from plots as received to looks that the tracker may trust, and refusals of what cannot be.

Takes: `RawScan` (plots of one look or part of one, unchecked).
Gives: `Scan` for each closed look, also for looks without plots (they follow from skipped numbers and from the sensor's rate), and `Refusal`.
Remembers: each sensor's open look, the number and time of its last one, the plots of the last minute (to know duplicates), the newest time.
Bounds: plots in a look (`PLOTS_PER_SCAN`), how far out of order a plot may be (`OUT_OF_ORDER_S`), plots remembered (`_KNOWN_COUNT`).
Sources: DESIGN.md section 4 (a look closes with the next number or 50 ms after its last plot; the four reasons).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from bongsu.base.limits import OUT_OF_ORDER_S, PLOTS_PER_SCAN, SCAN_CLOSE_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.assess.memory import pack, unpack
from bongsu.core.room import Caused, Due, Given
from bongsu.model.head import Item, Now
from bongsu.model.refusal import Refusal
from bongsu.model.scan import RawScan, Scan
from bongsu.model.sensor import Sensor, SensorKind

_CLOSE_NS = seconds_to_ns(SCAN_CLOSE_S)
_OUT_OF_ORDER_NS = seconds_to_ns(OUT_OF_ORDER_S)
_FUTURE_NS = seconds_to_ns(5.0)
_KNOWN_COUNT = 8192  # plots remembered for one sensor: a minute of 100 plots a second
_FARTHEST_M = 1.0e8  # beyond any orbit that a sensor of ours watches
_RANGE_MARGIN = 1.5  # a plot this far beyond a sensor's stated reach is no plot of it
_RUN_COUNT = 100_000  # empty looks counted at once: a day at 1 Hz

Plot = tuple[int, float, float, float, float]


class _Look(msgspec.Struct):
    """What is remembered of one sensor: the open look's plots, the last closed look, recent plots (insertion order is age)."""

    plots: list[Plot] = []
    number: int | None = None
    open: bool = False
    last_number: int | None = None
    last_ns: int | None = None
    emptied: int = 0
    known: dict[str, int] = {}


class _State(msgspec.Struct):
    newest_ns: int | None
    looks: dict[str, _Look]


class Screen:
    """The door for sensors. See the module's head."""

    name = "screen"
    takes: tuple[type, ...] = (RawScan,)

    def __init__(self, sensors: Sequence[Sensor]) -> None:
        self._sensors = {sensor.id: sensor for sensor in sensors}
        self._looks = {sensor.id: _Look() for sensor in sensors}
        self._period_ns = {sensor.id: seconds_to_ns(1.0 / sensor.rate_hz) for sensor in sensors}
        self._newest_ns: int | None = None

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """Let a raw look in, close what is due, and say which looks were empty."""
        raw: RawScan = item.body
        given: list[Given] = []
        look = self._looks.get(raw.sensor)
        if look is None:
            return [self._refuse("unknown_sensor", raw, k) for k in range(len(raw.time_ns))]
        if look.open and raw.number is not None and look.number is not None and raw.number > look.number:
            given += self._close(raw.sensor, look)
        for k in range(len(raw.time_ns)):
            reason = self._fault(raw, k, look, now)
            if reason:
                given.append(self._refuse(reason, raw, k))
                continue
            time_ns = int(raw.time_ns[k])
            if look.open and raw.number != look.number:
                given += self._close(raw.sensor, look)
            if look.open and raw.number is None and time_ns > look.plots[-1][0] + _CLOSE_NS:
                given += self._close(raw.sensor, look)
            self._newest_ns = time_ns if self._newest_ns is None else max(self._newest_ns, time_ns)
            look.open = True
            look.number = raw.number
            if len(look.plots) < PLOTS_PER_SCAN:
                look.plots.append(
                    (time_ns, float(raw.range_m[k]), float(raw.azimuth_rad[k]), float(raw.elevation_rad[k]),
                     float(raw.range_rate_m_s[k]))
                )  # fmt: skip
            else:
                given.append(self._refuse("impossible_value", raw, k))
        return given + self._overdue(now.exercise_ns)

    def due(self) -> Due:
        """When the first open look closes."""
        times = [look.plots[-1][0] + _CLOSE_NS for look in self._looks.values() if look.open]
        return Due(min(times)) if times else Due()

    def tick(self, now: Now) -> list[Given]:
        """Close the looks that are due."""
        return self._overdue(now.exercise_ns)

    def state(self) -> bytes:
        """Open looks and recent plots."""
        return pack(_State(self._newest_ns, self._looks))

    def restore(self, state: bytes) -> None:
        """Take up a snapshot."""
        known = unpack(state, _State)
        self._newest_ns = known.newest_ns
        self._looks.update(known.looks)

    def _fault(self, raw: RawScan, k: int, look: _Look, now: Now) -> str:
        """Why plot `k` cannot be let in, or nothing."""
        sensor = self._sensors[raw.sensor]
        time_ns = int(raw.time_ns[k])
        azimuth, elevation = float(raw.azimuth_rad[k]), float(raw.elevation_rad[k])
        if not (abs(azimuth) <= 2.0 * math.pi + 1e-9 and abs(elevation) <= math.pi / 2 + 1e-9):
            return "impossible_value"
        range_m = float(raw.range_m[k])
        if sensor.kind is SensorKind.RADAR:
            reach = _FARTHEST_M if sensor.max_range_m is None else min(sensor.max_range_m * _RANGE_MARGIN, _FARTHEST_M)
            if not 0.0 < range_m <= reach:
                return "impossible_value"
            rate = float(raw.range_rate_m_s[k])
            if not math.isnan(rate) and abs(rate) > 15_000.0:
                return "impossible_value"
        if time_ns > now.exercise_ns + _FUTURE_NS:
            return "impossible_value"
        if self._newest_ns is not None and time_ns < self._newest_ns - _OUT_OF_ORDER_NS:
            return "out_of_order"
        key = f"{time_ns} {range_m!r} {azimuth!r} {elevation!r}"
        if key in look.known:
            return "duplicate"
        look.known[key] = time_ns
        if len(look.known) > _KNOWN_COUNT or (len(look.known) & 63) == 0:
            self._forget(look)
        return ""

    def _forget(self, look: _Look) -> None:
        """Drop remembered plots that are too old to come again, or too many."""
        oldest = (self._newest_ns or 0) - _OUT_OF_ORDER_NS
        for key in [key for key, time_ns in look.known.items() if time_ns < oldest]:
            del look.known[key]
        while len(look.known) > _KNOWN_COUNT:
            del look.known[next(iter(look.known))]

    def _refuse(self, reason: str, raw: RawScan, k: int) -> Refusal:
        return Refusal(
            door="screen", reason=reason, source=raw.sensor, time_ns=int(raw.time_ns[k]), line=int(raw.lines[k]) or None
        )

    def _overdue(self, now_ns: int) -> list[Given]:
        """Close every look that is due, the earliest first, then count the looks that silent sensors must have made."""
        given: list[Given] = []
        ready = [
            (look.plots[-1][0], name)
            for name, look in self._looks.items()
            if look.open and now_ns >= look.plots[-1][0] + _CLOSE_NS
        ]
        for _, name in sorted(ready):
            given += self._close(name, self._looks[name])
        for name, look in self._looks.items():
            if look.open or look.last_ns is None:
                continue
            period_ns = self._period_ns[name]
            missed = int((now_ns - look.last_ns - period_ns // 2) // period_ns) - look.emptied
            if missed > 0 and (period_ns >= 500_000_000 or missed * period_ns >= 500_000_000):
                given.append(self._empty(name, look, missed))
        return given

    def _empty(self, name: str, look: _Look, count: int) -> Given:
        """A run of `count` looks without plots, after the last look or the last run."""
        assert look.last_ns is not None
        period_ns = self._period_ns[name]
        start_ns = look.last_ns + (look.emptied + 1) * period_ns
        end_ns = start_ns + (count - 1) * period_ns
        look.emptied += count
        nothing = np.empty(0)
        scan = Scan(
            sensor=name, number=None, start_ns=start_ns, end_ns=end_ns, time_ns=np.empty(0, np.int64), range_m=nothing,
            azimuth_rad=nothing, elevation_rad=nothing, range_rate_m_s=nothing, looks=count,
        )  # fmt: skip
        return Caused(scan, event_ns=end_ns)

    def _close(self, name: str, look: _Look) -> list[Given]:
        """End a look: the empty ones before it, if any are left to tell, then itself."""
        plots = sorted(look.plots)
        start_ns, end_ns = plots[0][0], plots[-1][0]
        period_ns = self._period_ns[name]
        given: list[Given] = []
        skipped = 0
        if look.number is not None and look.last_number is not None:
            skipped = look.number - look.last_number - 1
        elif look.number is not None and look.last_ns is None:
            skipped = look.number
            look.last_ns = start_ns - (skipped + 1) * period_ns
        elif look.last_ns is not None:
            skipped = round((start_ns - look.last_ns) / period_ns) - 1
        skipped = min(skipped - look.emptied, _RUN_COUNT)
        if skipped > 0:
            given.append(self._empty(name, look, skipped))
        scan = Scan(
            sensor=name,
            number=look.number,
            start_ns=start_ns,
            end_ns=end_ns,
            time_ns=np.array([plot[0] for plot in plots], np.int64),
            range_m=np.array([plot[1] for plot in plots]),
            azimuth_rad=np.array([plot[2] for plot in plots]),
            elevation_rad=np.array([plot[3] for plot in plots]),
            range_rate_m_s=np.array([plot[4] for plot in plots]),
        )
        given.append(Caused(scan, event_ns=end_ns))
        look.last_number, look.last_ns, look.emptied = look.number, end_ns, 0
        look.plots, look.open = [], False
        return given
