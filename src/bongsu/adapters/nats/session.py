"""One connection to the own server, from its opening until it is lost.

The client's own reconnection is not used: it sends again from a buffer, out of order with what was lost on the way. A lost session is
over, the next one begins with everything that is not confirmed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.subscription import Subscription

from bongsu.adapters.federation.access import Access
from bongsu.adapters.servers import Varz, check_fit
from bongsu.base import limits
from bongsu.base.errors import BongsuError, NotReady

CONNECT_S = 2
CALL_S = 2.0
NOBODY = "503"
_STREAM_IS_OTHERWISE = 10058
_CONSUMER_EXISTS = 10148
_VIOLATION = re.compile(r'permissions violation for publish to "([^"]*)"', re.IGNORECASE)
_REPORT_BYTES = 4_194_304

World = (OSError, nats.errors.Error, TimeoutError)
"""What the world may do to a connection: the caller tries again."""


class Message(Protocol):
    """What we use of a message of the client."""

    subject: str
    reply: str
    data: bytes

    @property
    def headers(self) -> dict[str, str] | None:
        """Its headers; a status has `Status`."""


class CallFault(msgspec.Struct):
    """The server's own words on a call that it refused."""

    code: int = 0
    err_code: int = 0
    description: str = ""


class Answer(msgspec.Struct):
    """Answer to a call of the server, or its confirmation that a message is stored."""

    error: CallFault | None = None
    duplicate: bool = False


class CallRefused(BongsuError):
    """The own server refused a call: its file is not the one that `bongsu federation` writes."""


class Session:
    """A connection as the node's user. `lost` is set when it is over, for whatever reason."""

    def __init__(self, client: Client, refused: Callable[[str], None], ours: Callable[[Exception], None]) -> None:
        self._client = client
        self._refused = refused
        self._ours = ours
        self._subscriptions: list[Subscription] = []
        self._calls: dict[str, asyncio.Future[None]] = {}
        self.lost = asyncio.Event()
        self.inbox = ""

    @classmethod
    async def begin(cls, access: Access, refused: Callable[[str], None], ours: Callable[[Exception], None]) -> Session:
        """Connect and check that the server is fit. Raises `NotReady` if it is not, one of `World` if it is not there.

        `refused` gets the subjects (in small letters) that the server does not let this user publish; `ours` what our own code raised
        while it handled a message.
        """
        check_fit(msgspec.json.decode(await report(access.monitor_port, "varz"), type=Varz))
        session = cls(Client(), refused, ours)
        await session._client.connect(
            f"nats://127.0.0.1:{access.client_port}",
            name=f"bongsu {access.node} {access.mode.value}",
            user=access.user,
            password=access.password,
            allow_reconnect=False,
            connect_timeout=CONNECT_S,
            ping_interval=round(limits.PING_S),
            max_outstanding_pings=2,
            error_cb=session._on_error,
            disconnected_cb=session._on_end,
            closed_cb=session._on_end,
        )
        session.inbox = session._client.new_inbox()
        return session

    async def _on_end(self) -> None:
        self.lost.set()

    async def _on_error(self, error: Exception) -> None:
        """Errors that no call of ours raises: a subject that is refused, a fault of our own handlers; the rest ends the connection."""
        violation = _VIOLATION.search(str(error))
        if violation:
            call = self._calls.get(violation[1])
            if call is not None and not call.done():
                call.set_result(None)
            self._refused(violation[1])
        elif not isinstance(error, World):
            self._ours(error)

    async def publish(
        self, subject: str, payload: bytes, reply: str = "", headers: dict[str, str] | None = None
    ) -> None:
        """Send; on a lost connection nothing happens, as the next session begins with all that is not confirmed."""
        try:
            await self._client.publish(subject, payload, reply=reply, headers=headers)
        except World:
            self.lost.set()

    async def subscribe(self, subject: str, handler: Callable[[Any], Awaitable[None]]) -> None:
        """Have a handler called with each message, one after the other."""
        self._subscriptions.append(await self._client.subscribe(subject, cb=handler))

    async def call(self, subject: str, content: object) -> Answer:
        """Call the server's stream interface and give its answer, refusals included; one of `World` if there is none."""
        refused = self._calls[subject.lower()] = asyncio.get_running_loop().create_future()
        asked = asyncio.ensure_future(self._client.request(subject, msgspec.json.encode(content), timeout=CALL_S))
        try:
            await asyncio.wait({asked, refused}, return_when=asyncio.FIRST_COMPLETED)
            if refused.done() and not asked.done():
                return Answer(error=CallFault(403, 0, f"this node may not call {subject}"))
            return msgspec.json.decode((await asked).data, type=Answer)
        finally:
            del self._calls[subject.lower()]
            asked.cancel()

    async def make_stream(self, name: str, settings: dict[str, object]) -> None:
        """Make a stream, or bring it to these settings. Raises `CallRefused`."""
        content = {"name": name, **settings}
        answer = await self.call(f"$JS.API.STREAM.CREATE.{name}", content)
        if answer.error is not None and answer.error.err_code == _STREAM_IS_OTHERWISE:
            answer = await self.call(f"$JS.API.STREAM.UPDATE.{name}", content)
        self._check(answer, f"outbox {name}")

    async def make_consumer(self, stream: str, name: str, settings: dict[str, object]) -> None:
        """Make a reading position unless it is there: one that exists is left as it is, so a paused one stays paused."""
        config = {"name": name, "durable_name": name, **settings}
        content = {"stream_name": stream, "config": config, "action": "create"}
        answer = await self.call(f"$JS.API.CONSUMER.CREATE.{stream}.{name}", content)
        if answer.error is None or answer.error.err_code != _CONSUMER_EXISTS:
            self._check(answer, f"reader {name} of {stream}")

    async def flush(self) -> None:
        """Wait until the server has seen all that was sent."""
        await self._client.flush()

    async def end(self) -> None:
        """Close the connection; harmless when it is lost."""
        self.lost.set()
        with suppress(RuntimeError):  # the client wrote its last bytes to a line that was closed already
            await self._client.close()
        for subscription in self._subscriptions:
            # A client whose line broke while it was being closed leaves them waiting for ever.
            subscription._stop_processing()
        self._subscriptions.clear()

    def _check(self, answer: Answer, what: str) -> None:
        if answer.error is not None:
            remedy = "let `bongsu federation` write its file anew and restart it"
            raise CallRefused(f"the own server refuses {what} ({answer.error.description})", remedy)


def status_of(message: Message) -> str:
    """The status that a message without content carries (`404`, `408`, `409`, `503`), or the empty text."""
    return (message.headers or {}).get("Status", "")


async def report(monitor_port: int, page: str) -> bytes:
    """A page of the own server's monitor. Raises one of `World`, or `NotReady` when it is no such page."""
    async with asyncio.timeout(CONNECT_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", monitor_port, limit=_REPORT_BYTES)
        try:
            writer.write(f"GET /{page} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            answer = await reader.read(_REPORT_BYTES)
            while not reader.at_eof():
                answer += await reader.read(_REPORT_BYTES)
        finally:
            writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise NotReady(f"port {monitor_port} does not report {page}", "start the server that belongs there")
    return body
