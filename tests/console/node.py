"""A stand-in for a node behind the console's ports, and real servers for it: tests tell it what the core would have given."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
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
        self.noted: list[Refusal] = []
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

    def note(self, refusal: Refusal) -> None:
        self.noted.append(refusal)

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

    def ahead(self, seconds: float) -> None:
        """Let the node's clocks jump, with nothing from the core."""
        self._zero_s -= seconds

    def tell(self, *bodies: Any, origin: str | None = None) -> None:
        self.feed.push([self.teller.item(self.seconds, body, origin) for body in bodies])


@dataclass
class Served:
    """A real server on loopback."""

    address: str
    port: int
    stop: Callable[[], None]
    freeze: Callable[[float], None]
    """Holds the server's loop for so many seconds: connections stay, nothing is sent, as when the process is stopped."""


@contextmanager
def served(app: Starlette, port: int = 0, certificate: Path | None = None, key: Path | None = None) -> Iterator[Served]:
    """Serve an application in a thread of its own until the end of the block, or until `stop`."""
    socket = bind(port)
    serving = server(app, certificate, key)
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await serving.serve(sockets=[socket])

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()

    def stop() -> None:
        serving.should_exit = True
        thread.join(timeout=20)

    bound = socket.getsockname()[1]
    try:
        yield Served(
            f"{'https' if certificate else 'http'}://127.0.0.1:{bound}",
            bound,
            stop,
            lambda seconds: held(loops[0], seconds),
        )
    finally:
        stop()
        assert not thread.is_alive()


def held(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    loop.call_soon_threadsafe(time.sleep, seconds)
