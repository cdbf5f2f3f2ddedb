"""Alarms call a person: one an event, active or ended, unacknowledged or acknowledged.

Takes: `Event`; `Approved` commands (acknowledge, shown).
Gives: `Alarm` at each change of state; `Acknowledged` and `Shown` for each partner whose warning stands in the event.
Remembers: the alarm of each event, and what of it was called worse.
Bounds: EVENTS_COUNT alarms; an ended and acknowledged one leaves first.
Sources: ISA-18.2 / IEC 62682 states as OPC UA part 9 gives them. A withdrawn warning stays until a person has acknowledged that.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from bongsu.base.limits import EVENTS_COUNT
from bongsu.core.inform.desk import refused
from bongsu.core.room import Given, Memoryless
from bongsu.model.alarm import Alarm
from bongsu.model.alarm import AlarmState as S
from bongsu.model.command import Approved, Command
from bongsu.model.configuration import Configuration
from bongsu.model.event import Event
from bongsu.model.head import Item, Now
from bongsu.model.receipt import Acknowledged, Shown
from bongsu.model.warning import WarningStatus

TRIGGERS = ("raised", "worsened", "ended", "withdrawn", "acknowledged")
"""What can happen to an alarm."""

MOVES: dict[tuple[S, str], S] = {
    (S.NORMAL, "raised"): S.ACTIVE_UNACKNOWLEDGED,
    (S.NORMAL, "withdrawn"): S.ENDED_UNACKNOWLEDGED,
    (S.ACTIVE_UNACKNOWLEDGED, "worsened"): S.ACTIVE_UNACKNOWLEDGED,
    (S.ACTIVE_UNACKNOWLEDGED, "ended"): S.ENDED_UNACKNOWLEDGED,
    (S.ACTIVE_UNACKNOWLEDGED, "withdrawn"): S.ENDED_UNACKNOWLEDGED,
    (S.ACTIVE_UNACKNOWLEDGED, "acknowledged"): S.ACTIVE_ACKNOWLEDGED,
    (S.ACTIVE_ACKNOWLEDGED, "worsened"): S.ACTIVE_UNACKNOWLEDGED,
    (S.ACTIVE_ACKNOWLEDGED, "ended"): S.NORMAL,
    (S.ACTIVE_ACKNOWLEDGED, "withdrawn"): S.ENDED_UNACKNOWLEDGED,
    (S.ENDED_UNACKNOWLEDGED, "raised"): S.ACTIVE_UNACKNOWLEDGED,
    (S.ENDED_UNACKNOWLEDGED, "acknowledged"): S.NORMAL,
}
"""State and trigger to the next state; a pair that is not here changes nothing."""


VERSIONS_COUNT = 64
"""Versions of one event that a person may still speak of: some minutes of updates; older ones no screen shows."""


class _Held(msgspec.Struct):
    """`seen` holds, by event version, the partners' words that stood in it: (originator, warning, version)."""

    alarm: Alarm
    event: Event
    seen: dict[int, list[tuple[str, str, int]]] = {}
    impact_known: bool = False
    withdrawn: int = 0


class AlarmRoom(Memoryless):
    """See the head of this file."""

    name = "alarm"
    takes = (Event, Approved)

    def __init__(self, configuration: Configuration) -> None:
        self._node = configuration.node
        self._held: dict[str, _Held] = {}

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """An event's new version, or a person's word."""
        if isinstance(item.body, Event):
            return self._event(item.body, now)
        command = item.body.command
        if command.kind not in ("acknowledge", "shown"):
            return []
        held = self._held.get(command.about)
        if held is None:
            return [refused(command, "unknown_event", f"no event {command.about!r} here")]
        seen = held.seen.get(command.version or held.event.version)
        if seen is None:
            return [refused(command, "stale_version", f"no screen shows version {command.version} of {command.about}")]
        if command.kind == "shown":
            return [_shown(one, command, now) for one in seen]
        if (command.version or held.event.version) < held.alarm.event_version:
            text = f"the alarm has called again since version {command.version}"
            return [refused(command, "stale_version", text)]
        return self._acknowledge(held, seen, command, now)

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
                reason="",
            )
            held = self._held[event.event] = _Held(blank, event)
            self._trim()
        trigger, reason = self._trigger(held, event)
        held.event = event
        held.seen[event.version] = _partners(event)
        if len(held.seen) > VERSIONS_COUNT:
            del held.seen[next(iter(held.seen))]
        return self._move(held, trigger, reason, now) if trigger else []

    def _trigger(self, held: _Held, event: Event) -> tuple[str, str]:
        """What a new version of the event means for its alarm."""
        withdrawn = sum(one.warning.status is WarningStatus.RETRACTED for one in event.assessments)
        impact_known = any(one.warning.estimate and one.warning.estimate.impact for one in event.assessments)
        newly_withdrawn, held.withdrawn = withdrawn > held.withdrawn, withdrawn
        newly_known, held.impact_known = impact_known and not held.impact_known, impact_known or held.impact_known
        if newly_withdrawn and not event.open:
            return "withdrawn", f"retracted by {event.changed_by}"
        if not event.open:
            return "ended", event.reason or "over"
        if held.alarm.state in (S.NORMAL, S.ENDED_UNACKNOWLEDGED):
            # An event that was acknowledged to its end and is open again is a new call.
            return "raised", f"launch reported by {event.changed_by}"
        if newly_known:
            return "worsened", f"impact predicted by {event.changed_by}"
        return "", ""

    def _move(
        self, held: _Held, trigger: str, reason: str, now: Now, by: str = "", scripted: bool = False
    ) -> list[Given]:
        before = held.alarm
        state = MOVES.get((before.state, trigger))
        if state is None:
            return []
        held.alarm = replace(
            before,
            event_version=held.event.version,
            state=state,
            time_ns=now.exercise_ns,
            raised_ns=now.exercise_ns if trigger in ("raised", "worsened", "withdrawn") else before.raised_ns,
            reason=reason,
            acknowledged_by=by,
            scripted=scripted,
        )
        return [held.alarm]

    def _acknowledge(self, held: _Held, seen: list[tuple[str, str, int]], command: Command, now: Now) -> list[Given]:
        moved = self._move(held, "acknowledged", "acknowledged", now, command.actor, command.scripted)
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

    def _trim(self) -> None:
        if len(self._held) > EVENTS_COUNT:
            quiet = (name for name, held in self._held.items() if held.alarm.state is S.NORMAL)
            del self._held[next(quiet, next(iter(self._held)))]


def _shown(one: tuple[str, str, int], command: Command, now: Now) -> Shown:
    origin, warning, version = one
    console = command.console or "console"
    return Shown(partner=origin, warning=warning, version=version, time_ns=now.exercise_ns, console=console)


def _partners(event: Event) -> list[tuple[str, str, int]]:
    """Originator, warning and version of each partner's word in an event."""
    return [
        (one.origin, one.warning.warning, one.warning.version) for one in event.assessments if one.basis == "partner"
    ]
