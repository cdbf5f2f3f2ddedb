"""Alarms call a person: one an event, after ISA-18.2. The table of states is `alarm_table.py`.

Takes: `Event`; `Alert` (so this room stands right of *alert*); `Approved` commands (acknowledge, shown, shelve, unshelve, reset).
Gives: `Alarm` at each change of state and each escalation; `Acknowledged` and `Shown` for each partner whose warning stands in the event.
Remembers: the alarm of each event, and what of it was called worse: areas at risk and their earliest time, the earliest impact.
Bounds: EVENTS_COUNT alarms; an ended and acknowledged one leaves first. A shelf lasts SHELVE_S at most.
Sources: ISA-18.2 / IEC 62682 states as OPC UA part 9 gives them. It calls again only when worse: an impact first predicted, an area added, a time
    earlier by REALARM_EARLIER_S. What nobody answers is passed on after ESCALATE_S. A withdrawn warning stays until a person has acknowledged that.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from bongsu.base.limits import ALARM_LEVELS_COUNT, ESCALATE_S, EVENTS_COUNT, REALARM_EARLIER_S, SHELVE_S
from bongsu.base.units import NANOSECONDS_PER_SECOND, seconds_to_ns
from bongsu.core.inform.alarm_table import CALLING, MOVES
from bongsu.core.inform.desk import refused
from bongsu.core.room import Due, Given
from bongsu.model.alarm import Alarm
from bongsu.model.alarm import AlarmReason as R
from bongsu.model.alarm import AlarmState as S
from bongsu.model.alert import Alert
from bongsu.model.command import Approved, Command
from bongsu.model.configuration import Configuration
from bongsu.model.event import Event
from bongsu.model.head import Item, Now
from bongsu.model.receipt import Acknowledged, Shown
from bongsu.model.warning import WarningStatus

VERSIONS_COUNT = 64
"""Versions of one event that a person may still speak of: some minutes of updates; older ones no screen shows."""

_ESCALATE_NS = seconds_to_ns(ESCALATE_S)
_EARLIER_NS = seconds_to_ns(REALARM_EARLIER_S)
_CLOSED = frozenset({"passed", "withdrawn", "all_clear", "corrected"})
"""Statuses of an alert that add no area."""
_OUT = frozenset({WarningStatus.RETRACTED, WarningStatus.SUPERSEDED})
_TRIGGERS = {"acknowledge": "acknowledged", "shelve": "shelved", "unshelve": "unshelved", "reset": "reset"}
_REASONS = {"shelve": R.SHELVED, "unshelve": R.UNSHELVED, "reset": R.RESET}


class _Held(msgspec.Struct):
    """`seen` holds, by event version, the partners' words that stood in it: (originator, warning, version). Times are of what was last called."""

    alarm: Alarm
    event: Event
    seen: dict[int, list[tuple[str, str, int]]] = {}
    impact_ns: int | None = None
    impact_known: bool = False
    areas: list[str] = []
    area_ns: int | None = None
    withdrawn: int = 0


class AlarmRoom:
    """See the head of this file."""

    name = "alarm"
    takes = (Event, Alert, Approved)

    def __init__(self, configuration: Configuration) -> None:
        self._node = configuration.node
        self._held: dict[str, _Held] = {}

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """An event's new version, its areas, or a person's word."""
        if isinstance(item.body, Event):
            return self._event(item.body, now)
        if isinstance(item.body, Alert):
            return self._alert(item.body, now)
        command = item.body.command
        if command.kind != "shown" and command.kind not in _TRIGGERS:
            return []
        held = self._held.get(command.about)
        if held is None:
            return [refused(command, "unknown_event", f"no event {command.about!r} here")]
        return self._command(held, command, now)

    def due(self) -> Due:
        """When an alarm is passed on, or a shelf's time is up."""
        times = [time_ns for held in self._held.values() if (time_ns := _due_ns(held.alarm)) is not None]
        return Due(exercise_ns=min(times, default=None))

    def tick(self, now: Now) -> list[Given]:
        """Pass on what nobody has answered; bring back what was shelved."""
        given: list[Given] = []
        for held in self._held.values():
            due_ns = _due_ns(held.alarm)
            if due_ns is None or now.exercise_ns < due_ns:
                continue
            if held.alarm.state is S.SHELVED:
                given += self._move(held, "expired", R.SHELF_EXPIRED, now)
            else:
                given += self._move(held, "escalated", R.ESCALATED, now)
        return given

    def state(self) -> bytes:
        """The alarms."""
        return msgspec.msgpack.encode(self._held)

    def restore(self, state: bytes) -> None:
        """The alarms."""
        self._held = msgspec.msgpack.decode(state, type=dict[str, _Held])

    def _event(self, event: Event, now: Now) -> list[Given]:
        held = self._held.get(event.event)
        if held is None:
            blank = Alarm(
                event=event.event,
                event_version=event.version,
                state=S.NORMAL,
                time_ns=now.exercise_ns,
                raised_ns=now.exercise_ns,
                reason=R.NONE,
            )
            held = self._held[event.event] = _Held(blank, event)
            self._trim()
        trigger, reason = _trigger(held, event)
        held.event = event
        held.seen[event.version] = _partners(event)
        if len(held.seen) > VERSIONS_COUNT:
            del held.seen[next(iter(held.seen))]
        return self._move(held, trigger, reason, now, changed_by=event.changed_by) if trigger else []

    def _alert(self, alert: Alert, now: Now) -> list[Given]:
        """Worse is an area more, or a time earlier than the one that was called."""
        held = self._held.get(alert.event)
        if held is None or alert.status in _CLOSED:
            return []
        added = [risk.area for risk in alert.areas if risk.area not in held.areas]
        times = [risk.time_ns for risk in alert.areas if risk.time_ns is not None]
        before_ns, now_ns = held.area_ns, min(times, default=None)
        held.areas += added
        if added:
            held.area_ns = now_ns
            return self._move(held, "worsened", R.AREA_ADDED, now)
        if before_ns is not None and now_ns is not None and now_ns <= before_ns - _EARLIER_NS:
            held.area_ns = now_ns
            return self._move(held, "worsened", R.AREA_EARLIER, now)
        return []

    def _command(self, held: _Held, command: Command, now: Now) -> list[Given]:
        seen = held.seen.get(command.version or held.event.version)
        if seen is None:
            return [refused(command, "stale_version", f"no screen shows version {command.version} of {command.about}")]
        if command.kind == "shown":
            return [_shown(one, command, now) for one in seen]
        if (command.version or held.event.version) < held.alarm.event_version:
            text = f"the alarm has called again since version {command.version}"
            return [refused(command, "stale_version", text)]
        if command.kind == "acknowledge":
            return self._acknowledge(held, seen, command, now)
        until_ns = None
        if command.kind == "shelve":
            span_s = _shelf_s(command.arguments.get("seconds", ""))
            if span_s is None:
                return [refused(command, "not_possible", f"`seconds` is a whole number from 1 to {SHELVE_S:g}")]
            until_ns = now.exercise_ns + span_s * NANOSECONDS_PER_SECOND
        moved = self._move(held, _TRIGGERS[command.kind], _REASONS[command.kind], now, by=command, until_ns=until_ns)
        return moved or [refused(command, "too_late", f"the alarm of {command.about} is {held.alarm.state.value}")]

    def _acknowledge(self, held: _Held, seen: list[tuple[str, str, int]], command: Command, now: Now) -> list[Given]:
        moved = self._move(held, "acknowledged", R.ACKNOWLEDGED, now, by=command)
        told: list[Given] = [
            Acknowledged(
                partner=origin,
                warning=warning,
                version=version,
                time_ns=now.exercise_ns,
                role=command.role,
                scripted=command.scripted,
            )
            for origin, warning, version in seen
        ]
        return moved + told

    def _move(
        self,
        held: _Held,
        trigger: str,
        reason: R,
        now: Now,
        changed_by: str = "",
        by: Command | None = None,
        until_ns: int | None = None,
    ) -> list[Given]:
        before = held.alarm
        state = MOVES.get((before.state, trigger))
        if state is None:
            return []
        called = trigger in ("raised", "worsened", "withdrawn", "expired")
        held.alarm = replace(
            before,
            event_version=held.event.version,
            state=state,
            time_ns=now.exercise_ns,
            raised_ns=now.exercise_ns if called else before.raised_ns,
            reason=reason,
            acknowledged_by=by.actor if by is not None and trigger == "acknowledged" else "",
            scripted=by is not None and by.scripted,
            changed_by=changed_by,
            by="" if by is None else by.actor,
            level=before.level + 1 if trigger == "escalated" else 0 if called else before.level,
            until_ns=until_ns,
        )
        return [held.alarm]

    def _trim(self) -> None:
        if len(self._held) > EVENTS_COUNT:
            quiet = (name for name, held in self._held.items() if held.alarm.state is S.NORMAL)
            del self._held[next(quiet, next(iter(self._held)))]


def _trigger(held: _Held, event: Event) -> tuple[str, R]:
    """What a new version of the event means for its alarm."""
    withdrawn = sum(one.warning.status is WarningStatus.RETRACTED for one in event.assessments)
    newly_withdrawn, held.withdrawn = withdrawn > held.withdrawn, withdrawn
    worse = _worse(held, event)
    if newly_withdrawn and not event.open:
        return "withdrawn", R.RETRACTED
    if not event.open:
        return "ended_at_risk" if held.areas else "ended", R.OVER
    if held.alarm.state in (S.NORMAL, S.ENDED_UNACKNOWLEDGED, S.LATCHED):
        # An event that was acknowledged to its end and is open again is a new call.
        return "raised", R.LAUNCH_REPORTED
    return ("worsened", worse) if worse is not R.NONE else ("", R.NONE)


def _worse(held: _Held, event: Event) -> R:
    """An impact where none was predicted, or one that comes earlier than what was last called. A later one is noted only with the next call."""
    impacts = [
        one.warning.estimate.impact
        for one in event.assessments
        if one.warning.estimate is not None and one.warning.estimate.impact is not None
        if one.warning.status not in _OUT
    ]
    earliest_ns = min((impact.time_ns for impact in impacts if impact.time_ns is not None), default=None)
    if impacts and not held.impact_known:
        held.impact_known, held.impact_ns = True, earliest_ns
        return R.IMPACT_PREDICTED
    if earliest_ns is None:
        return R.NONE
    if held.impact_ns is None:
        held.impact_ns = earliest_ns
    elif earliest_ns <= held.impact_ns - _EARLIER_NS:
        held.impact_ns = earliest_ns
        return R.IMPACT_EARLIER
    return R.NONE


def _due_ns(alarm: Alarm) -> int | None:
    if alarm.state is S.SHELVED:
        return alarm.until_ns
    if alarm.state in CALLING and alarm.level < ALARM_LEVELS_COUNT - 1:
        return alarm.raised_ns + (alarm.level + 1) * _ESCALATE_NS
    return None


def _shelf_s(text: str) -> int | None:
    """The length of a shelf as a person gave it; None where it is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        return None
    return int(text) if 1 <= int(text) <= SHELVE_S else None


def _shown(one: tuple[str, str, int], command: Command, now: Now) -> Shown:
    origin, warning, version = one
    console = command.console or "console"
    return Shown(partner=origin, warning=warning, version=version, time_ns=now.exercise_ns, console=console)


def _partners(event: Event) -> list[tuple[str, str, int]]:
    """Originator, warning and version of each partner's word in an event."""
    return [
        (one.origin, one.warning.warning, one.warning.version) for one in event.assessments if one.basis == "partner"
    ]
