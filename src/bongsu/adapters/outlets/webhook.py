"""A webhook: each sealed document is POSTed to one address, over TLS unless it is on this machine.

HTTP/1.1 on a connection of its own for each try, of which only the status line is read: 2xx is taken, anything else is not. No redirect is followed and no
proxy asked. The whole try ends within OUTLET_ANSWER_S whatever the other side does. `Idempotency-Key` is the document's identifier, since a try whose
answer was lost is made again.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from urllib.parse import SplitResult, urlsplit

from bongsu.adapters.outlets.world import OutletError, Published, World
from bongsu.base.errors import BadInput
from bongsu.base.limits_alerts import OUTLET_ANSWER_S

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: [^\r\n]{0,200})?\r?\n")
_REMEDY = "look after its receiver; it is tried again"


class Webhook:
    """See the head of this file. Raises `BadInput` for an address that is not safe."""

    def __init__(self, name: str, recipient: str, world: World, url: str, answer_s: float = OUTLET_ANSWER_S) -> None:
        self.name = name
        self.recipient = recipient
        self._world = world
        self._url = checked(url)
        self._answer_s = answer_s

    async def put(self, document: Published, sealed: bytes | None = None) -> None:
        """POST it. Raises `CapError`, `OutletError`."""
        self._world.admit(document)
        try:
            async with asyncio.timeout(self._answer_s):
                status = await self._post(document, sealed or document.content)
        except TimeoutError:
            raise OutletError(f"{self.name}: no answer within {self._answer_s:g} s", _REMEDY) from None
        except (OSError, ssl.SSLError, asyncio.LimitOverrunError, ValueError) as error:
            raise OutletError(f"{self.name}: {str(error) or type(error).__name__}", _REMEDY) from None
        if not 200 <= status < 300:
            raise OutletError(f"{self.name}: answered {status}", _REMEDY)

    async def _post(self, document: Published, content: bytes) -> int:
        url, tls = self._url, self._url.scheme == "https"
        context = ssl.create_default_context() if tls else None
        reader, writer = await asyncio.open_connection(
            url.hostname, url.port or (443 if tls else 80), ssl=context, limit=4096
        )
        try:
            path = (url.path or "/") + (f"?{url.query}" if url.query else "")
            head = [
                f"POST {path} HTTP/1.1",
                f"Host: {url.netloc}",
                f"Content-Type: {document.media}",
                f"Content-Length: {len(content)}",
                f"Idempotency-Key: {document.document}",
                "Connection: close",
            ]
            writer.write("\r\n".join([*head, "", ""]).encode("ascii") + content)
            await writer.drain()
            line = await reader.readline()
        finally:
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):
                await writer.wait_closed()
        found = _STATUS.fullmatch(line)
        if found is None:
            raise OSError("the answer is not HTTP")
        return int(found.group(1))


def checked(url: str) -> SplitResult:
    """The address, if a document may be sent there. Raises `BadInput`."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
        url.encode("ascii")
    except ValueError:
        raise BadInput("is not an address", "write it like https://gateway.example/alerts", "url") from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not parts.hostname or not safe or any(letter.isspace() for letter in url) or "@" in parts.netloc:
        raise BadInput("is not a safe address", "use https, or http on this machine alone, without a password", "url")
    return parts
