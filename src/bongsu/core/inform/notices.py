"""Notices to ships and aircraft: where an object will fall into the sea, drafted for the authority that issues them.

Takes: `Event`; `Carried` from the epoch before.
Gives: `SeaNotice` when an impact at sea is known well enough, again when its area or time has clearly moved, and cancelled when it ends: the object has
    come down, the warning is withdrawn, or nothing falls there any more. It never just runs out.
Remembers: for each event the notice that stands, and the newest word about it that was not weighed yet.
Bounds: EVENTS_COUNT events; NOTICE_LEAST_S between versions of one notice.
Sources: DOMAIN.md sections 3 and 5. The area is the box around the 95 % ellipse and NOTICE_GUARD_M. Weighing waits for the next tick, so that no warning to
    a partner waits for it.
"""

import math
from typing import Any

import msgspec
import numpy as np

from bongsu.base.limits import EVENTS_COUNT
from bongsu.base.limits_alerts import (
    ALERT_UNKNOWN_ELLIPSE_M,
    NOTICE_AFTER_S,
    NOTICE_BEFORE_S,
    NOTICE_GUARD_M,
    NOTICE_LEAST_S,
    NOTICE_SEA_SHARE,
    NOTICE_WIDEST_M,
)
from bongsu.base.units import seconds_to_ns
from bongsu.core.inform.alert_chances import LEVELS, half_axes_m, offsets_m
from bongsu.core.room import Due, Given
from bongsu.geo.areas import load
from bongsu.geo.areas.areaset import GAUSSIAN_POINTS, NINETY_FIVE_PERCENT
from bongsu.geo.areas.local import EARTH_RADIUS_M, from_axes, to_axes
from bongsu.model.carried import Carried
from bongsu.model.configuration import Configuration
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.event import Event
from bongsu.model.head import Item, Now
from bongsu.model.mode import Mode
from bongsu.model.sea_notice import SeaNotice
from bongsu.model.warning import WarningStatus
from bongsu.wire.cap12_rules import STATUSES
from bongsu.words import notice_text
from bongsu.words.notice_text import NoticeFacts

_LEAST_NS = seconds_to_ns(NOTICE_LEAST_S)
_MINUTE_NS = seconds_to_ns(60.0)
_SIGNS = np.array([(1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)])
_SMALLER = 0.25
"""An area that has shrunk to less than this part of the one that stands is worth a new version: a half in each direction."""


class _Box(msgspec.Struct, frozen=True):
    """The box around an ellipse: its middle, half-sides along and across the bearing, and the time of danger."""

    latitude_rad: float
    longitude_rad: float
    along_m: float
    across_m: float
    bearing_rad: float
    from_ns: int
    until_ns: int

    def corners_rad(self) -> tuple[tuple[float, float], ...]:
        """In order round it."""
        east_north_m = from_axes(_SIGNS * np.array([self.along_m, self.across_m]), self.bearing_rad)
        cosine = max(math.cos(self.latitude_rad), 0.01)
        return tuple(
            (
                self.latitude_rad + float(north_m) / EARTH_RADIUS_M,
                math.remainder(self.longitude_rad + float(east_m) / (EARTH_RADIUS_M * cosine), math.tau),
            )
            for east_m, north_m in east_north_m
        )

    def holds(self, other: "_Box") -> bool:
        """Whether the other's ellipse (its box less the guard) and time lie inside, and it is not much smaller."""
        if other.from_ns < self.from_ns - _MINUTE_NS or other.until_ns > self.until_ns + _MINUTE_NS:
            return False
        east_m = EARTH_RADIUS_M * math.cos(self.latitude_rad)
        middle_m = np.array(
            [
                math.remainder(other.longitude_rad - self.longitude_rad, math.tau) * east_m,
                (other.latitude_rad - self.latitude_rad) * EARTH_RADIUS_M,
            ]
        )
        sides_m = np.array([other.along_m, other.across_m]) - NOTICE_GUARD_M
        ends_m = middle_m + from_axes(np.array([(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)]) * sides_m, other.bearing_rad)  # fmt: skip
        turned_m = np.abs(to_axes(ends_m, self.bearing_rad))
        inside = bool((turned_m <= np.array([self.along_m, self.across_m])).all())
        return inside and other.along_m * other.across_m >= _SMALLER * self.along_m * self.across_m


class _Held(msgspec.Struct):
    event: str
    pending: Estimate | None = None
    notice: SeaNotice | None = None
    box: _Box | None = None
    over: bool = False


class Notices:
    """See the head of this file."""

    name = "notices"
    takes = (Event, Carried)

    def __init__(self, configuration: Configuration) -> None:
        policy, mode = configuration.alerting, configuration.mode
        self._to = policy.coordinator if policy is not None and mode in STATUSES else {}
        self._mode = mode
        self._exercise = configuration.exercise if mode is Mode.EXERCISE else ""
        self._areas = load(configuration.area_set)
        self._held: dict[str, _Held] = {}

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """What an event says now: an ending at once, anything else at the next tick."""
        if not self._to:
            return []
        if isinstance(item.body, Carried):
            for notice in item.body.notices:
                self._held[notice.event] = _Held(notice.event, notice=notice, over=notice.status == "cancelled")
            return []
        event: Event = item.body
        held = self._held.setdefault(event.event, _Held(event.event))
        if len(self._held) > EVENTS_COUNT:
            del self._held[next(iter(self._held))]
        standing = [one for one in event.assessments if one.warning.status is not WarningStatus.RETRACTED]
        if not standing:
            return self._cancel(held, "withdrawn", now)
        if not event.open:  # what has come down leaves pieces in the air: the notice stands for its time
            held.pending = None
            return []
        estimates = [(one.basis, one.warning.estimate) for one in standing if one.warning.estimate is not None]
        known = [(basis, one) for basis, one in estimates if one.impact is not None]
        own = [one for basis, one in known if basis == "own"] or [one for _, one in known]
        held.pending = min(own, key=_width_m) if own else None
        return []

    def due(self) -> Due:
        """When a word waits to be weighed, or a danger is over."""
        times = [due_ns for held in self._held.values() if (due_ns := _due_ns(held)) is not None]
        return Due(exercise_ns=min(times, default=None))

    def tick(self, now: Now) -> list[Given]:
        """Weigh what waits; end what is over."""
        given: list[Given] = []
        for held in self._held.values():
            due_ns = _due_ns(held)
            if due_ns is None or due_ns > now.exercise_ns:
                continue
            if held.pending is not None and not held.over:
                given += self._weigh(held, now)
            if held.notice is not None and now.exercise_ns >= held.notice.until_ns:
                given += self._cancel(held, "over", now)
        return given

    def state(self) -> bytes:
        """The notices."""
        return msgspec.msgpack.encode(list(self._held.values()))

    def restore(self, state: bytes) -> None:
        """The notices."""
        self._held = {one.event: one for one in msgspec.msgpack.decode(state, type=list[_Held])}

    def _weigh(self, held: _Held, now: Now) -> list[Given]:
        estimate, held.pending = held.pending, None
        assert estimate is not None
        assert estimate.impact is not None
        impact = estimate.impact
        box = _box(impact)
        if box is None or box.along_m > NOTICE_WIDEST_M + NOTICE_GUARD_M or box.until_ns <= now.exercise_ns:
            return []
        if held.box is not None and held.notice is not None and held.box.holds(box):
            return []
        if self._sea_share(impact) < NOTICE_SEA_SHARE:
            return self._cancel(held, "not_at_sea", now, over=False)
        held.box = box
        launched_ns = estimate.launch.time_ns if estimate.launch is not None else None
        return [self._notice(held, box.corners_rad(), (box.from_ns, box.until_ns), launched_ns, "", now)]

    def _sea_share(self, impact: PointEstimate) -> float:
        """How much of the ellipse lies on no land that the area set knows."""
        places = offsets_m(impact, GAUSSIAN_POINTS)
        shares = self._areas.shares_near(impact.latitude_rad, impact.longitude_rad, places, 0.0, LEVELS)
        return 1.0 - min(1.0, sum(share for _, share in shares))

    def _cancel(self, held: _Held, reason: str, now: Now, over: bool = True) -> list[Given]:
        notice, held.pending, held.box = held.notice, None, None
        held.over = held.over or over
        if notice is None or notice.status == "cancelled":
            return []
        times = (notice.from_ns, notice.until_ns)
        return [self._notice(held, notice.corners_rad, times, notice.launched_ns, reason, now)]

    def _notice(
        self,
        held: _Held,
        corners_rad: tuple[tuple[float, float], ...],
        times: tuple[int, int],
        launched_ns: int | None,
        reason: str,
        now: Now,
    ) -> SeaNotice:
        facts = NoticeFacts(
            notice=f"{held.event}-N",
            version=1 if held.notice is None else held.notice.version + (not reason),
            to=self._to,
            corners_rad=corners_rad,
            launched_ns=launched_ns,
            from_ns=times[0],
            until_ns=times[1],
            mode=self._mode,
            exercise=self._exercise,
            reason=reason,
        )
        held.notice = SeaNotice(
            notice=facts.notice,
            event=held.event,
            version=1 if held.notice is None else held.notice.version + 1,
            status="cancelled" if reason else "draft",
            time_ns=now.exercise_ns,
            corners_rad=corners_rad,
            from_ns=times[0],
            until_ns=times[1],
            texts=notice_text.texts(facts),
            to=self._to,
            forms=notice_text.forms(facts),
            reason=reason,
            launched_ns=launched_ns,
        )
        return held.notice


def _due_ns(held: _Held) -> int | None:
    """A word is weighed at once, yet not sooner than the standing version may be replaced; a standing notice ends with its danger."""
    notice = held.notice if held.notice is not None and held.notice.status == "draft" else None
    times = [] if notice is None else [notice.until_ns]
    if held.pending is not None and not held.over:
        times.append(0 if notice is None else notice.time_ns + _LEAST_NS)
    return min(times, default=None)


def _width_m(estimate: Estimate) -> float:
    return (estimate.impact.semi_major_m if estimate.impact is not None else None) or ALERT_UNKNOWN_ELLIPSE_M


def _box(impact: PointEstimate) -> _Box | None:
    """None where the time is not known: a danger without a time clears no sea."""
    if impact.time_ns is None:
        return None
    major_m, minor_m = half_axes_m(impact)
    sigma_ns = seconds_to_ns(NINETY_FIVE_PERCENT * (impact.sigma_time_s or 0.0))
    begin_ns = impact.time_ns - sigma_ns - seconds_to_ns(NOTICE_BEFORE_S)
    end_ns = impact.time_ns + sigma_ns + seconds_to_ns(NOTICE_AFTER_S)
    return _Box(
        impact.latitude_rad,
        impact.longitude_rad,
        major_m + NOTICE_GUARD_M,
        minor_m + NOTICE_GUARD_M,
        impact.bearing_rad or 0.0,
        begin_ns // _MINUTE_NS * _MINUTE_NS,
        -(-end_ns // _MINUTE_NS) * _MINUTE_NS,
    )
