"""A stand-in for a node behind the console's ports, and real servers for it: tests tell it what the core would have given."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette

from bongsu.base.units import seconds_to_ns
from bongsu.console.feed import PictureFeed
from bongsu.console.ports import Outcome
from bongsu.console.serve import bind, server
from bongsu.model.command import Approved, Command
from bongsu.model.head import Now
from bongsu.model.refusal import Refusal
from tests.views.items import ZERO_NS, Teller


class Desk:
    """Answers as a desk would, and keeps what came."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.on_command: Callable[[Command], None] | None = None
        self.silent = False

    async def submit(self, command: Command) -> Outcome:
        self.commands.append(command)
        if self.silent:
            await asyncio.Event().wait()
        if command.role == "observe":
            return Refusal(door="desk", reason="not_allowed", source=command.actor, requirement=command.command)
        if self.on_command is not None:
            self.on_command(command)
        return Approved(command=command, time_ns=ZERO_NS)

    def of(self, kind: str) -> list[Command]:
        return [command for command in self.commands if command.kind == kind]


class Node:
    """A node whose exercise clock runs on from a moment of the story."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.teller = Teller()
        self.desk = Desk()
        self._zero_s = time.monotonic() - seconds
        self.feed = PictureFeed(self.now)

    def now(self) -> Now:
        reached_ns = ZERO_NS + seconds_to_ns(time.monotonic() - self._zero_s)
        return Now(reached_ns, reached_ns)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._zero_s

    def tell(self, *bodies: Any, origin: str | None = None) -> None:
        self.feed.push([self.teller.item(self.seconds, body, origin) for body in bodies])


@contextmanager
def served(app: Starlette, port: int = 0) -> Iterator[tuple[str, Callable[[], None]]]:
    """A real server on loopback: its address, and what cuts it off."""
    socket = bind(port)
    serving = server(app)
    thread = threading.Thread(target=lambda: asyncio.run(serving.serve(sockets=[socket])), daemon=True)
    thread.start()

    def stop() -> None:
        serving.should_exit = True
        thread.join(timeout=20)

    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}", stop
    finally:
        stop()
        assert not thread.is_alive()
