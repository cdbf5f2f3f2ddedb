"""Scripted operators: persons of a scenario who react to what their node concludes, through the same commands as real ones.

Pure: takes the items of one node, gives commands and when they are due (exercise time). Each command is marked `scripted`. A console at each node
also says what it shows, one second after it changed. What a command is about is looked up when it is due, as a person would.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from bongsu.base.units import seconds_to_ns
from bongsu.drill import scripted
from bongsu.drill.alert_officers import AlertOfficers
from bongsu.drill.consultants import Consultants
from bongsu.drill.scenario import Scenario
from bongsu.drill.scenario_schema import Acknowledge, Operator, OperatorAbsent, Retract, TakeStance
from bongsu.drill.scripted import Make
from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.alert_draft import AlertDraft
from bongsu.model.command import Command
from bongsu.model.estimate import Estimate
from bongsu.model.event import Assessment, Event
from bongsu.model.head import Item
from bongsu.model.statement import JointStatement

SHOWN_S = 1.0
"""Seconds from a change to the console's word that it is shown."""

_CALLING = frozenset({AlarmState.ACTIVE_UNACKNOWLEDGED, AlarmState.ENDED_UNACKNOWLEDGED})

StandsOn = Callable[[Estimate], str | None]
"""Which launch or false alarm an estimate is of, by the exercise's own knowledge; None: of none."""


class _Due(msgspec.Struct):
    time_ns: int
    make: Make
    who: str = ""


class Operators:
    """All scripted persons of one node, and its console. `see` each item, then `take` what is due."""

    def __init__(self, scenario: Scenario, node: str, stands_on: StandsOn) -> None:
        self._node = node
        self._operators = [operator for operator in scenario.operators if operator.node == node]
        self._stands_on = stands_on
        self._dues: list[_Due] = []
        self._events: dict[str, Event] = {}
        self._event_of: dict[str, str] = {}
        self._alarms: dict[str, Alarm] = {}
        self._pending: dict[tuple[str, str], bool] = {}
        self._told: dict[tuple[str, str, str], bool] = {}
        self._count = 0
        self._alerts = AlertOfficers(node, self._operators, self._add, self._next_id)
        self._consultants = Consultants(node, self._operators, self._add, self._next_id)
        self._away = [
            (inject.name, scenario.time_ns(inject.at_s), scenario.time_ns(inject.until_s))
            for inject in scenario.injects
            if isinstance(inject, OperatorAbsent) and inject.node == node
        ]

    def away(self, name: str, from_ns: int, until_ns: int) -> None:
        """A person leaves, and comes back: what is due meanwhile waits."""
        self._away.append((name, from_ns, until_ns))
        for due in self._dues:
            due.time_ns = self._present_ns(due.who, due.time_ns)

    def see(self, items: Iterable[Item[Any]]) -> None:
        """Note what concerns a person; reactions are entered."""
        for item in items:
            if isinstance(item.body, AlertDraft):
                self._alerts.see(item.body, item.head.receipt_ns)
            elif isinstance(item.body, Event):
                self._event(item.body, item.head.receipt_ns)
            elif isinstance(item.body, Alarm):
                self._alarm(item.body, item.head.receipt_ns)
            elif isinstance(item.body, JointStatement):
                self._consultants.see_statement(item.body, item.head.receipt_ns)

    def next_ns(self) -> int | None:
        """Exercise time at which the next command is due."""
        return min((due.time_ns for due in self._dues), default=None)

    def take(self, exercise_ns: int) -> list[Command]:
        """The commands due by now, in the order of their times."""
        ripe = sorted((due for due in self._dues if due.time_ns <= exercise_ns), key=lambda due: due.time_ns)
        self._dues = [due for due in self._dues if due.time_ns > exercise_ns]
        return [command for due in ripe if (command := due.make()) is not None]

    def _event(self, event: Event, now_ns: int) -> None:
        self._events[event.event] = event
        self._consultants.see_event(event, now_ns)
        changed = False
        for one in event.assessments:
            self._event_of[_place(one)] = event.event
            changed |= self._first(f"{_place(one)} {one.warning.version}", "shown", "") and one.basis == "partner"
            self._stances(one, now_ns)
            self._retractions(one, now_ns)
        if changed:
            self._show(event.event, now_ns)

    def _alarm(self, alarm: Alarm, now_ns: int) -> None:
        self._alarms[alarm.event] = alarm
        if alarm.state not in _CALLING:
            return
        self._show(alarm.event, now_ns)
        for operator in self._operators:
            for action in operator.actions:
                if isinstance(action, Acknowledge):
                    self._enter(
                        now_ns + seconds_to_ns(action.after_s),
                        (operator.name, alarm.event),
                        self._acknowledging(operator, alarm.event),
                    )

    def _show(self, event: str, now_ns: int) -> None:
        self._enter(now_ns + seconds_to_ns(SHOWN_S), ("console", event), self._showing(event))

    def _stances(self, one: Assessment, now_ns: int) -> None:
        if one.basis != "partner":
            return
        for operator in self._operators:
            for action in operator.actions:
                wanted = isinstance(action, TakeStance) and action.about in (None, one.origin)
                if wanted and self._first(_place(one), "stance", operator.name):
                    assert isinstance(action, TakeStance)
                    due_ns = now_ns + seconds_to_ns(action.after_s)
                    self._add(due_ns, self._taking_stance(operator, action, one), operator.name)

    def _retractions(self, one: Assessment, now_ns: int) -> None:
        if one.basis != "own" or one.warning.estimate is None:
            return
        for operator in self._operators:
            for action in operator.actions:
                if not isinstance(action, Retract) or self._stands_on(one.warning.estimate) != action.false_alarm:
                    continue
                if self._first(_place(one), "retract", operator.name):
                    due_ns = now_ns + seconds_to_ns(action.after_s)
                    self._add(due_ns, self._retracting(operator, action, one), operator.name)

    def _first(self, subject: str, what: str, who: str) -> bool:
        """Whether this is the first time that it is seen."""
        key = (subject, what, who)
        first = key not in self._told
        self._told[key] = True
        return first

    def _enter(self, due_ns: int, key: tuple[str, str], make: Make) -> None:
        """One reaction at a time of one person to one event."""
        if key in self._pending:
            return
        self._pending[key] = True

        def made() -> Command | None:
            del self._pending[key]
            return make()

        self._add(due_ns, made, key[0])

    def _add(self, due_ns: int, make: Make, who: str) -> None:
        self._dues.append(_Due(self._present_ns(who, due_ns), make, who))

    def _present_ns(self, who: str, time_ns: int) -> int:
        """The time, or when that person is back."""
        for name, from_ns, until_ns in sorted(self._away, key=lambda one: one[1]):
            if name == who and from_ns <= time_ns < until_ns:
                time_ns = until_ns
        return time_ns

    def _acknowledging(self, operator: Operator, event: str) -> Make:
        def make() -> Command | None:
            if self._alarms[event].state not in _CALLING:
                return None
            return self._command("acknowledge", operator.name, operator.role, event, {})

        return make

    def _showing(self, event: str) -> Make:
        role = self._operators[0].role if self._operators else "watch"
        return lambda: self._command("shown", f"{self._node}-console", role, event, {})

    def _taking_stance(self, operator: Operator, action: TakeStance, one: Assessment) -> Make:
        arguments = {
            "origin": one.origin,
            "position": action.position,
            "fields": ",".join(action.fields),
            "reason": action.reason,
        }
        return lambda: self._command("stance", operator.name, operator.role, self._event_of[_place(one)], arguments)

    def _retracting(self, operator: Operator, action: Retract, one: Assessment) -> Make:
        arguments = {"reason": action.reason}
        return lambda: self._command("retract", operator.name, operator.role, self._event_of[_place(one)], arguments)

    def _next_id(self) -> str:
        self._count += 1
        return f"{self._node}-script-{self._count}"

    def _command(self, kind: str, actor: str, role: str, event: str, arguments: dict[str, str]) -> Command:
        version = self._events[event].version
        return scripted.command(self._node, self._next_id(), kind, (actor, role), event, version, arguments)


def _place(one: Assessment) -> str:
    return f"{one.origin}.{one.warning.warning}"
