"""A federation of three nations and a hub on real servers, and the nodes' ends of it, for tests."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop
from nats.aio.client import Client

from bongsu.adapters.federation.access import read_access
from bongsu.adapters.federation.description import one_machine, ports_needed
from bongsu.adapters.federation.folder import create_folder, read_passwords, servers_of
from bongsu.adapters.federation.server_files import admin_user
from bongsu.adapters.nats import NatsNetwork
from bongsu.adapters.servers import Server, free_ports, start_all, stop_all
from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from bongsu.wire.subjects import consumer, outbox
from tests.adapters.slow_line import Line, Lines

PARTNERS = {"kr": "Korea", "us": "United States", "jp": "Japan"}


class Servers:
    """Real servers of one federation; every one runs again when a test is over."""

    def __init__(
        self,
        root: Path,
        modes: tuple[Mode, ...] = (Mode.REAL, Mode.EXERCISE),
        hubs: int = 1,
        lines: Lines | None = None,
    ) -> None:
        ports = free_ports(ports_needed(len(PARTNERS), hubs))
        self.federation = one_machine("trial", PARTNERS, modes, ports, hubs)
        self.folder = create_folder(root / "federation", self.federation)
        self.passwords = read_passwords(self.folder)
        self.all = {server.name: server for server in servers_of(self.folder, self.federation)}
        self.lines: dict[tuple[str, str], Line] = {}
        if lines is not None:
            self._put_lines_between(lines)
        start_all(self.all.values())

    def _put_lines_between(self, lines: Lines) -> None:
        """Each nation reaches each hub over a line of its own."""
        for code in self.federation.codes:
            file = self.folder.server(code)
            for hub in self.federation.hub:
                line = self.lines[code, hub.name] = Line(lines, hub.leaf_port)
                file.write_text(file.read_text().replace(f':{hub.leaf_port}"', f':{line.port}"'))

    def __getitem__(self, name: str) -> Server:
        return self.all[name]

    async def client(self, name: str, user: str) -> Client:
        """A connection to a server as one of its users, that says nothing about errors."""

        async def quiet(_: Exception) -> None: ...

        client, server = Client(), self.federation.partner_of(name)
        address = f"nats://127.0.0.1:{server.client_port}"
        await client.connect(address, user=user, password=self.passwords[name, user], error_cb=quiet)
        return client

    def mend(self) -> None:
        """Start what a test left dead."""
        for server in self.all.values():
            if not server.running:
                server.restart()

    def stop(self) -> None:
        """End all."""
        stop_all(self.all.values())


def is_of_client(context: dict[str, Any]) -> bool:
    """Whether it is the client's own writer that found its line broken while it closed: the session is over then, and another begins."""
    task = context.get("future")
    writes = getattr(getattr(task, "get_coro", lambda: None)(), "__qualname__", "") == "Client._flusher"
    return writes and isinstance(context.get("exception"), RuntimeError)


class NatsWorld:
    """The `World` of the port's tests over real servers: the hub is killed to cut, and started again to heal."""

    def __init__(self, servers: Servers, mode: Mode = Mode.EXERCISE) -> None:
        self.servers = servers
        self.mode = mode
        self.loop = uvloop.new_event_loop()
        self.faults: list[object] = []
        self.loop.set_exception_handler(
            lambda _, context: None if is_of_client(context) else self.faults.append(context)
        )
        self.networks = {
            code: NatsNetwork(read_access(servers.folder.access(code, mode))) for code in servers.federation.codes
        }
        for network in self.networks.values():
            self.loop.run_until_complete(network.start())

    def network(self, node: str) -> NatsNetwork:
        return self.networks[node]

    def run_until(self, condition: Callable[[], bool], within_s: float = 8.0) -> None:
        async def watch() -> None:
            deadline_s = time.monotonic() + within_s
            while not condition():
                assert time.monotonic() < deadline_s, f"not within {within_s} s"
                await asyncio.sleep(0.002)

        self.loop.run_until_complete(watch())

    def cut(self) -> None:
        """Pulls that wait at an issuer's server would swallow what comes next, so they are let lapse."""
        for hub in self.servers.federation.hub:
            self.servers[hub.name].kill()
        for code in self.networks:
            for other in self.networks[code].access.recipients:
                for lane in Lane:
                    self.until_no_pull_waits(code, other, lane)

    def until_no_pull_waits(self, issuer: str, recipient: str, lane: Lane = Lane.PROMPT) -> None:
        """Let the pulls lapse of a recipient that is gone."""
        deadline_s = time.monotonic() + 3.0
        while self.reader(issuer, recipient, lane)["num_waiting"]:
            assert time.monotonic() < deadline_s

    def reader(self, issuer: str, recipient: str, lane: Lane = Lane.PROMPT) -> dict[str, Any]:
        """What the issuer's server says of a recipient's reading position."""
        mode = self.mode
        subject = f"$JS.API.CONSUMER.INFO.{outbox(recipient, lane)}.{consumer(issuer, recipient, mode)}"
        return self.loop.run_until_complete(self._asked_as_admin(issuer, subject))

    async def _asked_as_admin(self, issuer: str, subject: str) -> dict[str, Any]:
        client = await self.servers.client(issuer, admin_user(issuer, self.mode))
        answer = await client.request(subject, b"", timeout=2)
        await client.close()
        return dict(json.loads(answer.data))

    def heal(self) -> None:
        for hub in self.servers.federation.hub:
            self.servers[hub.name].restart()

    def close(self) -> None:
        for network in self.networks.values():
            self.loop.run_until_complete(network.close())
        self.loop.close()
        assert not self.faults, self.faults
