"""The door for operators: a command becomes `Approved`, or a recorded refusal.

Takes: `Command`.
Gives: `Approved`, or a `Refusal` with the reason.
Remembers: nothing. The version that the person saw travels inside the command; the room that owns the thing checks it.
Bounds: a command's arguments are short texts, checked at the console's edge.
Sources: DESIGN.md section 2 (three doors).
"""

from bongsu.core.room import Given, Memoryless
from bongsu.model.command import Approved, Command
from bongsu.model.configuration import Configuration
from bongsu.model.head import Item, Now
from bongsu.model.refusal import Refusal

_ANYBODY = ("log_in", "log_out")
"""What every role may do; it stands in the record like any command."""


class Desk(Memoryless):
    """See the head of this file."""

    name = "desk"
    takes = (Command,)

    def __init__(self, configuration: Configuration) -> None:
        self._kinds = {role.role: role.kinds for role in configuration.roles}

    def handle(self, item: Item[Command], now: Now) -> list[Given]:
        """Pass what the role may command."""
        command = item.body
        if command.role not in self._kinds:
            return [refused(command, "unknown_role", f"no role {command.role!r} here")]
        if command.kind not in (*self._kinds[command.role], *_ANYBODY):
            return [refused(command, "not_allowed", f"the role {command.role} may not command {command.kind}")]
        if not command.actor or not command.about:
            return [refused(command, "incomplete", "a command names its actor and what it is about")]
        return [Approved(command=command, time_ns=now.exercise_ns)]


def refused(command: Command, reason: str, text: str) -> Refusal:
    """The refusal of a command."""
    return Refusal(door="desk", reason=reason, source=command.actor or "nobody", requirement=command.command, text=text)
