"""The way of a command to the desk and of the desk's word back, once it is on record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bongsu.model.bodies import Input
from bongsu.model.command import Approved, Command
from bongsu.model.head import Item
from bongsu.model.refusal import Refusal
from bongsu.node.core_thread import Then


class CommandDesk:
    """The `CommandPort` of the console; on the loop's thread. `put` enters an input into the core."""

    def __init__(self, put: Callable[[Input, Then | None], None]) -> None:
        self._put = put

    async def submit(self, command: Command) -> Approved | Refusal:
        """Enter the command; what the desk made of it follows when it is on disk."""
        answered: asyncio.Future[Approved | Refusal] = asyncio.get_running_loop().create_future()

        def then(items: list[Item[Any]]) -> None:
            if not answered.done():
                answered.set_result(outcome_of(command, items))

        self._put(command, then)
        return await answered

    def note(self, refusal: Refusal) -> None:
        """Enter a refusal of the page's own door: it is recorded, nobody waits."""
        self._put(refusal, None)


def outcome_of(command: Command, items: list[Item[Any]]) -> Approved | Refusal:
    """What the desk, or the room behind it that the command is for, made of it in the step that handled it: a refusal outweighs an approval."""
    for item in items:
        body = item.body
        if isinstance(body, Refusal) and body.requirement == command.command:
            return body
    for item in items:
        body = item.body
        if isinstance(body, Approved) or (isinstance(body, Refusal) and body.door == "desk"):
            return body
    raise AssertionError(f"the desk said nothing of command {command.command}")
