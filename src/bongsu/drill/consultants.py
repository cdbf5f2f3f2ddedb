"""Scripted persons who consult for their nation in a drill: they draft joint statements, sign them, or refuse to.

Pure. A text is signed as it was read: when a newer version has come meanwhile, or it was withdrawn, the reaction to it lapses.
"""

from collections.abc import Callable, Sequence

from bongsu.base.units import seconds_to_ns
from bongsu.drill import scripted
from bongsu.drill.scenario_schema import Draft, Operator, Refuse, Sign
from bongsu.drill.scripted import Add, Make
from bongsu.drill.settings import CIRCLE
from bongsu.model.command import Command
from bongsu.model.event import Event
from bongsu.model.statement import JointStatement, StatementStatus


class Consultants:
    """All scripted persons of one node who concern themselves with joint statements."""

    def __init__(self, node: str, operators: Sequence[Operator], add: Add, next_id: Callable[[], str]) -> None:
        self._node = node
        self._add = add
        self._next_id = next_id
        self._events: dict[str, Event] = {}
        self._newest: dict[str, JointStatement] = {}
        self._read: dict[tuple[str, int], bool] = {}
        self._drafters = [(one, action) for one in operators for action in one.actions if isinstance(action, Draft)]
        self._voters = [
            (one, action) for one in operators for action in one.actions if isinstance(action, Sign | Refuse)
        ]

    def see_event(self, event: Event, now_ns: int) -> None:
        """An event; the first time, drafts about it are entered."""
        new = event.event not in self._events
        self._events[event.event] = event
        for operator, action in self._drafters if new else ():
            self._add(
                now_ns + seconds_to_ns(action.after_s), self._drafting(operator, action, event.event), operator.name
            )

    def see_statement(self, joint: JointStatement, now_ns: int) -> None:
        """How far a statement has come; the first time that a version is seen, this nation's word on it is entered."""
        statement = joint.statement
        self._newest[statement.statement] = joint
        key = (statement.statement, statement.version)
        if key in self._read or statement.status is not StatementStatus.OPEN:
            return
        self._read[key] = True
        for operator, action in self._voters:
            self._add(now_ns + seconds_to_ns(action.after_s), self._voting(operator, action, joint), operator.name)

    def _drafting(self, operator: Operator, action: Draft, event: str) -> Make:
        def make() -> Command | None:
            arguments = {"circle": CIRCLE, "note": action.note}
            return self._command("draft", operator, event, self._events[event].version, arguments)

        return make

    def _voting(self, operator: Operator, action: Sign | Refuse, read: JointStatement) -> Make:
        kind, reason = ("refuse", {"reason": action.reason}) if isinstance(action, Refuse) else ("sign", {})
        statement = read.statement

        def make() -> Command | None:
            newest = self._newest[statement.statement].statement
            if newest.version != statement.version or newest.status is not StatementStatus.OPEN:
                return None
            arguments = {"circle": statement.circle, "digest": read.digest, **reason}
            return self._command(kind, operator, statement.statement, statement.version, arguments)

        return make

    def _command(self, kind: str, operator: Operator, about: str, version: int, arguments: dict[str, str]) -> Command:
        who = operator.name, operator.role
        return scripted.command(self._node, self._next_id(), kind, who, about, version, arguments)
