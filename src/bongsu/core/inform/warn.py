"""Warnings and events: our own statements from our own estimates, and the join of everybody's.

Takes: our `Track` and `Estimate`; partners' `Warning`; `Approved` commands (retract, split, merge); `Carried` from the epoch before.
Gives: our own `Warning` and `Path`; a new version of an `Event` at each change; a `Refusal` for a command that came too late.
Remembers: our warnings by track, events (`events.py`).
Bounds: TRACKS_COUNT own warnings, EVENTS_COUNT events. A partner's older or repeated version changes nothing, the same
    version with fields that were held back before does; a retraction is final.
Sources: DESIGN.md section 4 (statuses), `lifecycle.py` (the table). Only the originator retracts: a partner's retraction leaves ours standing.
"""

import math
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from bongsu.base.ids import epoch_name
from bongsu.base.limits import EVENTS_COUNT
from bongsu.core.inform.course import carried_on, course_of, next_point_ns
from bongsu.core.inform.desk import refused
from bongsu.core.inform.events import Events, Joined
from bongsu.core.inform.joining import fit
from bongsu.core.inform.lifecycle import OPEN, may_follow
from bongsu.core.inform.own import Own, after_end, over_ns, path_until_ns, tells_something_new
from bongsu.core.room import Caused, Due, Given
from bongsu.geo.frames import ecef_to_geodetic, enu_axes
from bongsu.model.carried import Carried, CarriedWarning
from bongsu.model.command import Approved, Command
from bongsu.model.configuration import Configuration
from bongsu.model.estimate import Estimate
from bongsu.model.head import Head, Item, Now
from bongsu.model.track import Track, TrackStatus
from bongsu.model.warning import Path, Warning, WarningStatus

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
        self._dues: dict[str, int] = {}
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
        """When the next of our objects must have come down, or the next point of a path is told."""
        return Due(exercise_ns=min(self._dues.values(), default=None))

    def tick(self, now: Now) -> list[Given]:
        """Close what must be over by our own estimate, and tell where the others are."""
        given: list[Given] = []
        for track in [track for track, due_ns in self._dues.items() if now.exercise_ns >= due_ns]:
            own = self._own[track]
            time_ns = over_ns(own)
            if not own.tells:
                pass  # a person has closed it since
            elif own.warning.status in OPEN and time_ns is not None and now.exercise_ns >= time_ns:
                said = "the computed time of impact has passed"
                given += self._say(own, WarningStatus.IMPACTED, time_ns, said, None, now)
            elif own.point_ns is not None and now.exercise_ns >= own.point_ns:
                given += self._point(own, now)
            self._plan(track)
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
        self._dues = {}
        for track in self._own:
            self._plan(track)

    def _plan(self, track: str) -> None:
        """When something of this object is due."""
        own = self._own.get(track)
        self._dues.pop(track, None)
        if own is None or not own.tells:
            return
        over = over_ns(own) if own.warning.status in OPEN else None
        times = [time_ns for time_ns in (over, own.point_ns) if time_ns is not None]
        if times:
            self._dues[track] = min(times)

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
            own = self._own[estimate.track] = Own(first, estimate.time_ns, estimate, number=self._count)
            self._trim()
            self._plan(estimate.track)
            return self._say(own, WarningStatus.INITIAL, estimate.time_ns, "", head, now)
        own.estimate = estimate
        self._plan(estimate.track)
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
            ending = after_end(own, track)
            given = [] if ending is None else self._say(own, ending[0], track.time_ns, ending[1], head, now)
            if own.warning.status is WarningStatus.PASSED:
                own.until_ns = path_until_ns(own, now.exercise_ns)
        else:
            own.course = course_of(track)
            if own.point_ns is None:
                own.point_ns = self._next_point_ns(own, now.exercise_ns)
            given = []
        self._plan(track.track)
        return given

    def _next_point_ns(self, own: Own, after_ns: int) -> int:
        return next_point_ns(after_ns, own.number, own.opened_ns, over_ns(own))

    def _point(self, own: Own, now: Now) -> list[Given]:
        """Where the object is at the moment that was due; after it has come down there is nothing more to tell."""
        assert own.course is not None
        assert own.point_ns is not None
        # A node that was away does not tell what is old.
        late = self._next_point_ns(own, own.point_ns) <= now.exercise_ns
        time_ns, own.point_ns = now.exercise_ns if late else own.point_ns, self._next_point_ns(own, now.exercise_ns)
        course = own.course = carried_on(own.course, time_ns)
        if course.altitude_m <= 0.0 or (own.until_ns is not None and time_ns >= own.until_ns):
            own.point_ns = None
            return []
        position = np.array(course.position_ecef_m)
        latitude_rad, longitude_rad, altitude_m = ecef_to_geodetic(position)
        axes = enu_axes(latitude_rad, longitude_rad)
        east_m_s, north_m_s, up_m_s = axes @ np.array(course.velocity_ecef_m_s)
        return [
            Path(
                warning=own.warning.warning,
                time_ns=time_ns,
                latitude_rad=latitude_rad,
                longitude_rad=math.remainder(longitude_rad, 2.0 * math.pi),
                altitude_m=altitude_m,
                velocity_east_m_s=float(east_m_s),
                velocity_north_m_s=float(north_m_s),
                velocity_up_m_s=float(up_m_s),
                phase=course.phase,
            )
        ]

    def _partner(self, warning: Warning, head: Head, now: Now) -> list[Given]:
        if head.origin == self._node:
            return []
        place = f"{head.origin}.{warning.warning}"
        version, status = self._newest.get(place, (0, None))
        if warning.version < version or status is WarningStatus.RETRACTED:
            return []
        if warning.version == version and not self._events.tells_more(warning, head.origin):
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
                self._plan(f"{_CARRIED}{one.warning.warning}")
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
        self._dues.pop(best[1], None)
        own.warning = replace(own.warning, track=estimate.track)
        return own

    def _given(self, changed: list[Joined]) -> list[Given]:
        return [Caused(joined.event, causes=tuple(joined.heads.values())) for joined in changed]

    def _trim(self) -> None:
        if len(self._own) > EVENTS_COUNT:
            closed = next((track for track, own in self._own.items() if own.warning.status not in OPEN), None)
            gone = closed if closed is not None else next(iter(self._own))
            del self._own[gone]
            self._dues.pop(gone, None)


def _own_of(carried: CarriedWarning) -> Own:
    warning = carried.warning
    estimate = warning.estimate or Estimate(track="", time_ns=warning.time_ns)
    return Own(warning, warning.time_ns, estimate)
