"""A client that tries everything, and what KR's own operator sees of its outboxes: for the tests of who can reach what."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from nats.aio.client import Client

from bongsu.adapters.federation.server_files import admin_user
from bongsu.model.mode import Mode
from tests.adapters.nats_world import Servers

NO_WAIT = b'{"batch":1,"no_wait":true}'
CALLS = (
    "STREAM.NAMES",
    "STREAM.LIST",
    "STREAM.INFO.PROMPT_US",
    "STREAM.PURGE.PROMPT_US",
    "STREAM.DELETE.PROMPT_US",
    "STREAM.UPDATE.PROMPT_US",
    "STREAM.CREATE.OTHER",
    "STREAM.MSG.GET.PROMPT_US",
    "STREAM.MSG.DELETE.PROMPT_US",
    "DIRECT.GET.PROMPT_US",
    "CONSUMER.NAMES.PROMPT_US",
    "CONSUMER.CREATE.PROMPT_US",
    "CONSUMER.CREATE.PROMPT_US.KR_R-JP_R",
    "CONSUMER.DURABLE.CREATE.PROMPT_US.other",
    "CONSUMER.INFO.PROMPT_US.KR_R-US_R",
    "CONSUMER.DELETE.PROMPT_US.KR_R-US_R",
    "CONSUMER.PAUSE.PROMPT_US.KR_R-US_R",
    "CONSUMER.MSG.NEXT.PROMPT_US.KR_R-US_R",
    "ACCOUNT.INFO",
)
NO_STREAMS = b'"error":{"code":503,"err_code":10039,"description":"JetStream not enabled for account"}'
"""What a nation's server says of the link account: there is nothing in it."""


class Prober:
    """A client that sends anything with a reply address, and keeps every answer and every refusal of a permission."""

    def __init__(self) -> None:
        self.client = Client()
        self.answers: dict[int, list[tuple[bytes, dict[str, str]]]] = {}
        self.errors: list[str] = []
        self.asked: list[str] = []

    async def connect(self, port: int, user: str, password: str) -> None:
        async def keep(error: Exception) -> None:
            self.errors.append(str(error))

        await self.client.connect(f"nats://127.0.0.1:{port}", user=user, password=password, error_cb=keep)
        self._inbox = self.client.new_inbox()

        for number in range(400):
            self.answers[number] = []
        await self.client.subscribe(f"{self._inbox}.*", cb=self._keep_of_calls)

    async def _keep_of_calls(self, message: Any) -> None:
        self.answers[int(message.subject.rpartition(".")[2])].append((message.data, dict(message.headers or {})))

    async def ask(self, subject: str, payload: bytes = b"") -> int:
        """Send; messages pulled keep their own subject, so each question that may bring one has an inbox to itself."""
        number = len(self.asked)
        self.asked.append(subject)
        reply = f"{self._inbox}.{number}"
        if ".NEXT." in subject or subject.startswith("PULL"):
            reply = self.client.new_inbox()

            async def keep(message: Any) -> None:
                self.answers[number].append((message.data, dict(message.headers or {})))

            await self.client.subscribe(reply, cb=keep)
        await self.client.publish(subject, payload, reply=reply)
        return number

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 - the client calls back into many places
                await asyncio.sleep(0.002)

    def nobody_answered(self, numbers: list[int]) -> None:
        """Each question was answered by nobody, or by the word that nobody is there."""
        for number in numbers:
            for data, headers in self.answers[number]:
                told = f"{self.asked[number]} was answered: {headers} {data[:200]!r}"
                assert headers.get("Status") == "503" or NO_STREAMS in data, told


@asynccontextmanager
async def prober(servers: Servers, name: str, user: str) -> AsyncIterator[Prober]:
    one = Prober()
    port = next(p.client_port for p in (*servers.federation.partner, *servers.federation.hub) if name_of(p) == name)
    await one.connect(port, user, servers.passwords[name, user])
    try:
        yield one
    finally:
        await one.client.close()


def name_of(server: Any) -> str:
    return str(getattr(server, "code", None) or server.name)


async def kr_says(servers: Servers, mode: Mode = Mode.REAL) -> dict[str, Any]:
    """State of all of KR's outboxes and reading positions in a mode, by its own operator."""
    found: dict[str, Any] = {}
    async with prober(servers, "kr", admin_user("kr", mode)) as one:
        names = json.loads((await one.client.request("$JS.API.STREAM.NAMES", b"")).data)["streams"]
        for name in sorted(names):
            info = json.loads((await one.client.request(f"$JS.API.STREAM.INFO.{name}", b"")).data)
            readers = json.loads((await one.client.request(f"$JS.API.CONSUMER.LIST.{name}", b"")).data)["consumers"]
            keys = ("name", "delivered", "ack_floor", "num_ack_pending", "paused")
            state = {key: info["state"][key] for key in ("messages", "first_seq", "last_seq")}
            position = [{key: _plain(reader.get(key)) for key in keys} for reader in readers]
            found[name] = (state, position, info["config"]["subjects"])
    return found


def _plain(value: object) -> object:
    return {key: part for key, part in value.items() if key.endswith("_seq")} if isinstance(value, dict) else value


async def control(one: Prober, issuer: str = "KR_R", recipient: str = "JP_R") -> None:
    """An allowed pull over the same path is answered; it asks for less than a byte, so nothing is taken."""
    stream = f"LATEST_{recipient[:2]}"
    async with asyncio.timeout(5):
        while True:
            number = await one.ask(f"PULL.{issuer}.{recipient}.{stream}", b'{"batch":1,"no_wait":true,"max_bytes":1}')
            await one.client.flush()
            for _ in range(50):
                if any(headers.get("Status") != "503" for _, headers in one.answers[number]):
                    return
                await asyncio.sleep(0.002)
