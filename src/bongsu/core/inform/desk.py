"""The door for operators: a command becomes `Approved`, or a recorded refusal.

Takes: `Command`.
Gives: `Approved`, or a `Refusal` with the reason; of a command that needs two persons, the first is told that it waits for the second.
Remembers: who asked first for what needs two persons, for TWO_PERSONS_S, and the persons who were revoked; otherwise nothing: the version that
    the person saw travels inside the command, and the room that owns the thing checks it.
Bounds: TWO_PERSONS_COUNT first requests; a command's arguments are short texts, checked at the console's edge.
Sources: DESIGN.md section 2 (three doors).
"""

import msgspec

from bongsu.base.limits import TWO_PERSONS_COUNT, TWO_PERSONS_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.inform import two_persons
from bongsu.core.room import Given, Memoryless
from bongsu.model.command import Approved, Command
from bongsu.model.configuration import Configuration
from bongsu.model.head import Item, Now
from bongsu.model.refusal import Refusal

_ANYBODY = ("log_in", "log_out")
"""What every role may do; it stands in the record like any command."""


TWO_PERSONS = frozenset({"lift_hold", "approver_revoke", "policy_change"})
"""What two different persons must ask for, each at a desk of this node; two accounts or consoles of one person are one person."""


class _First(msgspec.Struct):
    """Who asked first, and when (link time)."""

    kind: str
    about: str
    person: str
    link_ns: int


class _Kept(msgspec.Struct):
    first: list[_First] = []
    revoked: list[str] = []


class Desk(Memoryless):
    """See the head of this file."""

    name = "desk"
    takes = (Command,)

    def __init__(self, configuration: Configuration) -> None:
        self._kinds = {role.role: role.kinds for role in configuration.roles}
        self._approvers = configuration.alerting.approvers if configuration.alerting is not None else ()
        self._kept = _Kept()

    def handle(self, item: Item[Command], now: Now) -> list[Given]:
        """Pass what the role may command."""
        command = item.body
        if command.role not in self._kinds:
            return [refused(command, "unknown_role", f"no role {command.role!r} here")]
        if command.kind not in (*self._kinds[command.role], *_ANYBODY):
            return [refused(command, "not_allowed", f"the role {command.role} may not command {command.kind}")]
        if not command.actor or not command.about:
            return [refused(command, "incomplete", "a command names its actor and what it is about")]
        if command.kind in TWO_PERSONS:
            person = two_persons.identity(self._approvers, command.actor)
            if person in self._kept.revoked:
                return [refused(command, "revoked_approver", f"{command.actor} was revoked")]
            if not self._seconded(command, person, now):
                return [refused(command, "second_person", "waits for a second person to ask for the same")]
        if command.kind == "approver_revoke":
            revoked = two_persons.identity(self._approvers, command.about)
            self._kept.revoked = sorted({*self._kept.revoked, revoked})
            self._kept.first = [one for one in self._kept.first if one.person != revoked]
        return [Approved(command=command, time_ns=now.exercise_ns)]

    def state(self) -> bytes:
        """Who asked first, and who was revoked."""
        return msgspec.msgpack.encode(self._kept)

    def restore(self, state: bytes) -> None:
        """Who asked first, and who was revoked."""
        self._kept = msgspec.msgpack.decode(state, type=_Kept)

    def _seconded(self, command: Command, person: str, now: Now) -> bool:
        """Whether another person has asked for the same lately; if so both are done with."""
        since_ns = now.link_ns - seconds_to_ns(TWO_PERSONS_S)
        first = [one for one in self._kept.first if one.link_ns >= since_ns][-TWO_PERSONS_COUNT:]
        same = [one for one in first if (one.kind, one.about) == (command.kind, command.about)]
        seconded = any(one.person != person for one in same)
        if seconded:
            first = [one for one in first if one not in same]
        elif not same:
            first.append(_First(command.kind, command.about, person, now.link_ns))
        self._kept.first = first
        return seconded


def refused(command: Command, reason: str, text: str) -> Refusal:
    """The refusal of a command."""
    return Refusal(door="desk", reason=reason, source=command.actor or "nobody", requirement=command.command, text=text)
