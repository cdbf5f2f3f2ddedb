"""What waits for its time or for a person before it leaves. Rules only; `release.py` is the room.

A rule for a kind as a whole with `delay` holds each item for its time, in order. A rule with `ask`, and one with `delay` for a field, holds a subject
(a warning, a document): it is asked or timed once, and what is decided counts for the subject's later versions too.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from bongsu.base.limits_release import DELAYED_COUNT, PENDING_COUNT
from bongsu.base.units import seconds_to_ns
from bongsu.model.alert_draft import AlertDocument
from bongsu.model.command import Command
from bongsu.model.configuration import Rule
from bongsu.model.head import Head, Item
from bongsu.model.hold import Hold
from bongsu.model.pending import Pending, PendingState
from bongsu.model.receipt import Acknowledged, Shown
from bongsu.model.refusal import Refused
from bongsu.model.sea_notice import SeaNotice
from bongsu.model.stance import Stance
from bongsu.model.statement import Signature, Statement
from bongsu.model.warning import Path, Warning

Offered = (
    Warning | Path | Stance | Statement | Signature | Shown | Acknowledged | Refused | AlertDocument | SeaNotice | Hold
)
"""Bodies that can wait."""

_NAMES = ("warning", "document", "notice", "statement", "message")


def subject_of(body: Any) -> str:
    """What a person is asked about: the warning, document, notice, statement or message that a body is of."""
    return next((str(getattr(body, name)) for name in _NAMES if hasattr(body, name)), "")


class Wait(msgspec.Struct):
    """One thing that waits, with the newest item of it."""

    pending: Pending
    head: Head
    body: Offered

    @property
    def item(self) -> Item[Any]:
        """The item as it was offered."""
        return Item(self.head, self.body)


class WaitingState(msgspec.Struct):
    """For a snapshot."""

    count: int
    asked: list[Wait]
    delayed: list[Wait]


class Waiting:
    """The queue. Bounded: PENDING_COUNT subjects (decided ones leave first), DELAYED_COUNT delayed items (the oldest leaves the queue, unreleased)."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._count = 0
        self._asked: dict[tuple[str, str, str, str], Wait] = {}
        self._delayed: list[Wait] = []

    def granted(self, recipient: str, kind: str, subject: str) -> frozenset[str]:
        """The rules whose time has come, or to which a person has said yes, for a subject and recipient."""
        return frozenset(
            rule
            for (to, rule, of, about), wait in self._asked.items()
            if (to, of, about) == (recipient, kind, subject) and wait.pending.state is PendingState.RELEASED
        )

    def hold(self, item: Item[Any], recipient: str, kind: str, rule: Rule, now_ns: int) -> list[Pending]:
        """Let an item wait by a rule; gives what is new of it."""
        if rule.action == "delay" and rule.field == "":
            return self._delay(item, recipient, kind, rule, now_ns)
        if rule.action == "delay" and isinstance(item.body, Path):
            return []  # of a point that is over, a field alone is of no use to anybody
        subject = subject_of(item.body)
        place = (recipient, rule.rule, kind, subject)
        wait = self._asked.get(place)
        if wait is None or wait.pending.state is PendingState.EXPIRED:
            self._asked.pop(place, None)
            fresh = self._wait(item, recipient, kind, rule, now_ns)
            self._asked[place] = fresh
            return [fresh.pending, *self._trim()]
        wait.head, wait.body = item.head, item.body
        version = getattr(item.body, "version", 0)
        if wait.pending.state is not PendingState.WAITING or version == wait.pending.version:
            return []
        wait.pending = replace(wait.pending, item=item.head.id, version=version)
        return [wait.pending]

    def drop(self, recipient: str, subject: str, now_ns: int, note: str) -> list[Pending]:
        """What waits of a subject that is taken back never leaves."""
        told: list[Pending] = []
        for wait in [*self._asked.values(), *self._delayed]:
            known = wait.pending
            if (known.recipient, known.subject) == (recipient, subject) and known.state is PendingState.WAITING:
                wait.pending = replace(known, state=PendingState.DROPPED, decided_ns=now_ns, note=note)
                told.append(wait.pending)
        self._delayed = [wait for wait in self._delayed if wait.pending.state is PendingState.WAITING]
        return told

    def decide(self, command: Command, now_ns: int) -> Wait | str:
        """A person says yes or no; the thing decided, or why that is not possible."""
        wait = next((one for one in self._asked.values() if one.pending.pending == command.about), None)
        if wait is None:
            wait = next((one for one in self._delayed if one.pending.pending == command.about), None)
        if wait is None:
            return f"nothing called {command.about!r} waits here"
        state = PendingState.RELEASED if command.kind == "release" else PendingState.WITHHELD
        if wait.pending.state in (state, PendingState.DROPPED):
            return f"{command.about} is {wait.pending.state.value}"
        wait.pending = replace(
            wait.pending,
            state=state,
            by=command.actor,
            role=command.role,
            decided_ns=now_ns,
            note=command.arguments.get("reason", ""),
        )
        self._delayed = [one for one in self._delayed if one is not wait]
        return wait

    def ripe(self, now_ns: int) -> list[Wait]:
        """What time decides at that moment: delays that are over are released, questions that nobody answered expire."""
        due = [wait for wait in self._delayed if wait.pending.due_ns <= now_ns]
        self._delayed = [wait for wait in self._delayed if wait.pending.due_ns > now_ns]
        due += [
            wait
            for wait in self._asked.values()
            if wait.pending.state is PendingState.WAITING and wait.pending.due_ns <= now_ns
        ]
        for wait in due:
            over = PendingState.EXPIRED if wait.pending.action == "ask" else PendingState.RELEASED
            wait.pending = replace(wait.pending, state=over, decided_ns=now_ns)
        return due

    def due_ns(self) -> int | None:
        """When time next decides something."""
        asked = [one.pending.due_ns for one in self._asked.values() if one.pending.state is PendingState.WAITING]
        return min([*asked, *(one.pending.due_ns for one in self._delayed)], default=None)

    def dump(self) -> WaitingState:
        """For a snapshot."""
        return WaitingState(self._count, list(self._asked.values()), self._delayed)

    def load(self, state: WaitingState) -> None:
        """From a snapshot."""
        self._count, self._delayed = state.count, state.delayed
        self._asked = {
            (wait.pending.recipient, wait.pending.rule, wait.pending.kind, wait.pending.subject): wait
            for wait in state.asked
        }

    def _delay(self, item: Item[Any], recipient: str, kind: str, rule: Rule, now_ns: int) -> list[Pending]:
        wait = self._wait(item, recipient, kind, rule, now_ns)
        self._delayed.append(wait)
        told = [wait.pending]
        if len(self._delayed) > DELAYED_COUNT:
            oldest = self._delayed.pop(0)
            told.append(
                replace(oldest.pending, state=PendingState.DROPPED, decided_ns=now_ns, note="the queue is full")
            )
        return told

    def _wait(self, item: Item[Any], recipient: str, kind: str, rule: Rule, now_ns: int) -> Wait:
        self._count += 1
        wait_s = rule.parameters["delay_s" if rule.action == "delay" else "within_s"]
        pending = Pending(
            pending=f"{self._prefix}{self._count}",
            state=PendingState.WAITING,
            action=rule.action,
            rule=rule.rule,
            recipient=recipient,
            kind=kind,
            subject=subject_of(item.body),
            item=item.head.id,
            since_ns=now_ns,
            due_ns=now_ns + seconds_to_ns(wait_s),
            field=rule.field,
            version=getattr(item.body, "version", 0),
            reason=rule.reason,
        )
        return Wait(pending, item.head, item.body)

    def _trim(self) -> list[Pending]:
        if len(self._asked) <= PENDING_COUNT:
            return []
        decided = (place for place, one in self._asked.items() if one.pending.state is not PendingState.WAITING)
        oldest = self._asked.pop(next(decided, next(iter(self._asked)))).pending
        if oldest.state is not PendingState.WAITING:
            return []
        return [replace(oldest, state=PendingState.DROPPED, note="the queue is full")]
