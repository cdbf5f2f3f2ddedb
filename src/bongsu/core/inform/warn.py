"""Warnings and events: our own statements from our own estimates, and the join of everybody's.

Takes: our `Track` and `Estimate`; partners' `Warning`; `Approved` commands (retract, split, merge); `Carried` from the epoch before.
Gives: our own `Warning` and `Path`; a new version of an `Event` at each change; a `Refusal` for a command that came too late.
Remembers: our warnings by track, events (`events.py`).
Bounds: TRACKS_COUNT own warnings, EVENTS_COUNT events. A partner's older or repeated version changes nothing; a retraction is final.
Sources: DESIGN.md section 4 (statuses), `lifecycle.py` (the table). Only the originator retracts: a partner's retraction leaves ours standing.
"""

import math
from typing import Any

import msgspec
from msgspec.structs import replace

from bongsu.base.ids import epoch_name
from bongsu.base.limits import EVENTS_COUNT, PATH_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.inform.desk import refused
from bongsu.core.inform.events import Events, Joined
from bongsu.core.inform.joining import fit
from bongsu.core.inform.lifecycle import OPEN, may_follow
from bongsu.core.inform.own import Own, after_end, over_ns, tells_something_new
from bongsu.core.room import Caused, Due, Given
from bongsu.geo.frames import ecef_to_geodetic, enu_axes
from bongsu.model.carried import Carried, CarriedWarning
from bongsu.model.command import Approved, Command
from bongsu.model.configuration import Configuration
from bongsu.model.estimate import Estimate
from bongsu.model.head import Head, Item, Now
from bongsu.model.track import Track, TrackStatus
from bongsu.model.warning import Path, Warning, WarningStatus

_PATH_NS = seconds_to_ns(PATH_S)
_CARRIED = "carried "
"""Stands before the name of a warning whose track ended with its epoch; no track has a space in its name."""


class _State(msgspec.Struct):
    count: int
    own: dict[str, Own]
    newest: dict[str, tuple[int, WarningStatus]]
    events_count: int
    events: list[Joined]


class Warn:
    """See the head of this file."""

    name = "warn"
    takes = (Track, Estimate, Warning, Approved, Carried)

    def __init__(self, configuration: Configuration) -> None:
        self._node = configuration.node
        # Partners still hold what an earlier epoch said under its numbers: a new one must not be taken for an old repetition.
        self._prefix = f"{epoch_name(configuration.node, configuration.epoch)}-E"
        self._own: dict[str, Own] = {}
        self._count = 0
        self._newest: dict[str, tuple[int, WarningStatus]] = {}
        self._events = Events(configuration.node)

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """What an estimate, a track's end, a partner's word or a person's command changes."""
        body = item.body
        if isinstance(body, Estimate):
            return self._estimate(body, item.head, now)
        if isinstance(body, Track):
            return self._track(body, item.head, now)
        if isinstance(body, Warning):
            return self._partner(body, item.head, now)
        if isinstance(body, Carried):
            return self._take_over(body, now)
        return self._command(body.command, item.head, now)

    def due(self) -> Due:
        """When the next of our objects must have come down."""
        times = [time_ns for own in self._own.values() if own.warning.status in OPEN and (time_ns := over_ns(own))]
        return Due(exercise_ns=min(times, default=None))

    def tick(self, now: Now) -> list[Given]:
        """Close what must be over by our own estimate."""
        given: list[Given] = []
        for own in list(self._own.values()):
            time_ns = over_ns(own)
            if own.warning.status in OPEN and time_ns is not None and now.exercise_ns >= time_ns:
                said = "the computed time of impact has passed"
                given += self._say(own, WarningStatus.IMPACTED, now.exercise_ns, said, None, now)
        return given

    def state(self) -> bytes:
        """Warnings and events."""
        count, joined = self._events.dump()
        return msgspec.msgpack.encode(_State(self._count, self._own, self._newest, count, joined))

    def restore(self, state: bytes) -> None:
        """Warnings and events."""
        stored = msgspec.msgpack.decode(state, type=_State)
        self._count, self._own, self._newest = stored.count, stored.own, stored.newest
        self._events.load(stored.events_count, stored.events)

    def _estimate(self, estimate: Estimate, head: Head, now: Now) -> list[Given]:
        own = self._own.get(estimate.track) or self._adopted(estimate)
        if own is None:
            self._count += 1
            first = Warning(
                warning=f"{self._prefix}{self._count}",
                version=0,
                status=WarningStatus.INITIAL,
                time_ns=estimate.time_ns,
                track=estimate.track,
            )
            own = self._own[estimate.track] = Own(first, estimate.time_ns, estimate)
            self._trim()
            return self._say(own, WarningStatus.INITIAL, estimate.time_ns, "", head, now)
        own.estimate = estimate
        if own.warning.status not in OPEN or not tells_something_new(own.warning, estimate):
            return []
        return self._say(own, WarningStatus.UPDATE, estimate.time_ns, "", head, now)

    def _track(self, track: Track, head: Head, now: Now) -> list[Given]:
        own = self._own.get(track.track)
        if own is None or own.warning.status not in OPEN:
            return []
        if track.status is TrackStatus.ENDED:
            if own.warning.status is WarningStatus.LOST:
                return []
            status, reason = after_end(own, track)
            return self._say(own, status, track.time_ns, reason, head, now)
        latitude_rad, longitude_rad, altitude_m = ecef_to_geodetic(track.position_ecef_m)
        own.altitude_m = altitude_m
        if track.time_ns < own.path_ns + _PATH_NS:
            return []
        own.path_ns = track.time_ns
        east_m_s, north_m_s, up_m_s = enu_axes(latitude_rad, longitude_rad) @ track.velocity_ecef_m_s
        return [
            Path(
                warning=own.warning.warning,
                time_ns=track.time_ns,
                latitude_rad=latitude_rad,
                longitude_rad=math.remainder(longitude_rad, 2.0 * math.pi),
                altitude_m=altitude_m,
                velocity_east_m_s=float(east_m_s),
                velocity_north_m_s=float(north_m_s),
                velocity_up_m_s=float(up_m_s),
                phase=track.phase.value,
            )
        ]

    def _partner(self, warning: Warning, head: Head, now: Now) -> list[Given]:
        if head.origin == self._node:
            return []
        place = f"{head.origin}.{warning.warning}"
        version, status = self._newest.get(place, (0, None))
        if warning.version <= version or status is WarningStatus.RETRACTED:
            return []
        self._newest[place] = (warning.version, warning.status)
        if len(self._newest) > EVENTS_COUNT:
            del self._newest[next(iter(self._newest))]
        return self._given(self._events.take(warning, head, now))

    def _say(
        self, own: Own, status: WarningStatus, time_ns: int, reason: str, head: Head | None, now: Now
    ) -> list[Given]:
        """The next version of one of our warnings, and the event that it stands in."""
        before = own.warning
        assert before.version == 0 or may_follow(before.status, status), (before.status, status)
        own.warning = replace(
            before, version=before.version + 1, status=status, time_ns=time_ns, estimate=own.estimate, reason=reason
        )
        # The event's assessment names the warning's own item only by its version: its head is minted after this room returns.
        stand_in = head if head is not None else self._stand_in(own, now)
        return [own.warning, *self._given(self._events.take(own.warning, stand_in, now))]

    def _stand_in(self, own: Own, now: Now) -> Head:
        joined = self._events.of_warning(self._node, own.warning.warning)
        assert joined is not None, "a warning that has been said stands in an event"
        return joined.heads[self._node]

    def _command(self, command: Command, head: Head, now: Now) -> list[Given]:
        match command.kind:
            case "retract":
                return self._retract(command, head, now)
            case "split":
                changed = self._events.split(command.about, command.arguments.get("origin", ""), now)
            case "merge":
                changed = self._events.merge(command.about, command.arguments.get("into", ""), now)
            case _:
                return []
        if changed is None:
            return [refused(command, "not_possible", f"{command.kind} of {command.about} is not possible as asked")]
        return self._given(changed)

    def _retract(self, command: Command, head: Head, now: Now) -> list[Given]:
        joined = self._events.get(command.about)
        ours = None if joined is None else joined.event
        named = {one.warning.warning for one in ours.assessments if one.basis == "own"} if ours else {command.about}
        own = next((one for one in self._own.values() if one.warning.warning in named), None)
        if own is None:
            return [
                refused(command, "not_ours", f"no warning of ours in {command.about}: only its originator retracts")
            ]
        if not may_follow(own.warning.status, WarningStatus.RETRACTED):
            return [refused(command, "too_late", f"{own.warning.warning} is {own.warning.status.value}")]
        reason = command.arguments.get("reason", "")
        return self._say(own, WarningStatus.RETRACTED, now.exercise_ns, reason, head, now)

    def _take_over(self, carried: Carried, now: Now) -> list[Given]:
        """Warnings and events of the epoch before go on under their old names; open events are told again, so that every room knows them."""
        heads = {(one.head.origin, one.warning.warning): one.head for one in carried.warnings}
        for one in carried.warnings:
            if one.head.origin == self._node:
                self._own[f"{_CARRIED}{one.warning.warning}"] = _own_of(one)
            else:
                place = f"{one.head.origin}.{one.warning.warning}"
                self._newest[place] = (one.warning.version, one.warning.status)
        return self._given(self._events.take_over(carried.events, heads, carried.events_count, carried.epoch, now))

    def _adopted(self, estimate: Estimate) -> Own | None:
        """The warning of the epoch before whose object this is: it goes on, instead of a second one of the same launch."""
        best: tuple[float, str] | None = None
        for track, own in self._own.items():
            if not track.startswith(_CARRIED) or own.warning.status not in OPEN:
                continue
            found = fit(own.estimate, estimate)
            if found is not None and found.joined and (best is None or found.cost < best[0]):
                best = (found.cost, track)
        if best is None:
            return None
        own = self._own[estimate.track] = self._own.pop(best[1])
        own.warning = replace(own.warning, track=estimate.track)
        return own

    def _given(self, changed: list[Joined]) -> list[Given]:
        return [Caused(joined.event, causes=tuple(joined.heads.values())) for joined in changed]

    def _trim(self) -> None:
        if len(self._own) > EVENTS_COUNT:
            closed = next((track for track, own in self._own.items() if own.warning.status not in OPEN), None)
            del self._own[closed if closed is not None else next(iter(self._own))]


def _own_of(carried: CarriedWarning) -> Own:
    warning = carried.warning
    estimate = warning.estimate or Estimate(track="", time_ns=warning.time_ns)
    return Own(warning, warning.time_ns, estimate)
