"""Scripted persons who speak to the public in a drill: the console shows a draft, one person opens it, two approve it, one after the other.

Pure. A scenario may script them itself (`approve_alert`); what nobody answers goes the way of the deadline. Each command is looked up when it is due: a draft
that was replaced meanwhile is left to the reaction to its successor.
"""

from collections.abc import Callable, Sequence

from bongsu.base.units import seconds_to_ns
from bongsu.drill import scripted
from bongsu.drill.roles import ALERT_ROLE
from bongsu.drill.scenario_schema import ApproveAlert, Operator
from bongsu.drill.scripted import Add
from bongsu.model.alert_draft import AlertDraft, DraftState
from bongsu.model.command import Command

SHOWN_S = 1.0
OPENED_S = 4.0
APPROVED_S = (10.0, 18.0)
"""Seconds from a draft to the console's word, to a person's look, and to each approval, where a scenario says nothing else."""

_OPEN = frozenset({DraftState.PROPOSED, DraftState.PARTLY, DraftState.UNCONFIRMED})


class AlertOfficers:
    """All scripted persons of one node who concern themselves with public alerts."""

    def __init__(self, node: str, operators: Sequence[Operator], add: Add, next_id: Callable[[], str]) -> None:
        self._node = node
        self._add = add
        self._next_id = next_id
        self._newest: dict[str, AlertDraft] = {}
        self._seen: dict[tuple[str, int], bool] = {}
        scripted = [
            (operator.name, operator.role, action.after_s)
            for operator in operators
            for action in operator.actions
            if isinstance(action, ApproveAlert)
        ]
        self._persons = scripted or [
            (f"{node}-alert-{number}", ALERT_ROLE, after_s) for number, after_s in enumerate(APPROVED_S, start=1)
        ]

    def see(self, draft: AlertDraft, now_ns: int) -> None:
        """A draft in a new state; the first time, reactions to it are entered."""
        self._newest[draft.chain] = draft
        key = (draft.chain, draft.number)
        if key in self._seen or draft.state not in _OPEN:
            return
        self._seen[key] = True
        first = self._persons[0]
        self._enter(now_ns, SHOWN_S, "alert_shown", (f"{self._node}-console", first[1]), draft)
        self._enter(now_ns, OPENED_S, "alert_opened", first[:2], draft)
        for person in self._persons:
            self._enter(now_ns, person[2], "alert_approve", person[:2], draft)

    def _enter(self, now_ns: int, after_s: float, kind: str, person: tuple[str, str], draft: AlertDraft) -> None:
        def make() -> Command | None:
            newest = self._newest[draft.chain]
            if newest.number != draft.number or newest.state not in _OPEN:
                return None
            arguments = {"digest": draft.digest} if kind == "alert_approve" else {}
            name = self._next_id()
            return scripted.command(self._node, name, kind, person, draft.chain, draft.number, arguments)

        self._add(now_ns + seconds_to_ns(after_s), make, person[0])
