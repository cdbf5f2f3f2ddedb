"""The door of exercise control: one JSON object a line over a loopback port, with the token that lies beside the run.

    {"token":"...","do":"pause"}                                 ->  {"ok":true,"state":"pause",...}
    {"token":"...","do":"inject","kind":"link_cut","figures":["node=kr","lasts_s=20"]}
    {"token":"...","do":"jump","seconds":600.0}                  ->  {"ok":false,"error":"..."}

DIR/control.json (0600) holds port and token. Bounds: CONTROL_LINE_BYTES a line, CONTROL_CONNECTIONS_COUNT connections.
"""

import asyncio
import hmac
import secrets
from pathlib import Path
from typing import Any

import msgspec

from bongsu.adapters.secret_files import write_secret
from bongsu.base.errors import BadInput, BongsuError
from bongsu.base.limits import CONTROL_CONNECTIONS_COUNT, CONTROL_LINE_BYTES
from bongsu.drill.director import Director

FILE = "control.json"
_LOOPBACK = "127.0.0.1"


class Door(msgspec.Struct, frozen=True):
    """The content of `control.json`."""

    port: int
    token: str


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One order."""

    token: str
    do: str
    seconds: float | None = None
    speed: float | None = None
    kind: str = ""
    figures: tuple[str, ...] = ()
    text: str = ""
    node: str = ""


class ControlDoor:
    """Listens until closed, and does what a director may."""

    def __init__(self, director: Director, out: Path) -> None:
        self._director = director
        self._file = out / FILE
        self._token = secrets.token_urlsafe(24)
        self._server: asyncio.Server | None = None
        self._open_count = 0

    async def open(self) -> None:
        """Begin, and write where."""
        self._server = await asyncio.start_server(self._serve, _LOOPBACK, 0, limit=CONTROL_LINE_BYTES)
        port = self._server.sockets[0].getsockname()[1]
        write_secret(self._file, msgspec.json.encode(Door(port=port, token=self._token)) + b"\n")

    async def close(self) -> None:
        """The end."""
        self._file.unlink(missing_ok=True)
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open_count >= CONTROL_CONNECTIONS_COUNT:
            writer.close()
            return
        self._open_count += 1
        try:
            while line := await reader.readline():
                writer.write(msgspec.json.encode(await self._answer(line)) + b"\n")
                await writer.drain()
        except (ValueError, ConnectionError):
            pass  # a line beyond the bound, or a console that is gone: its connection ends
        finally:
            self._open_count -= 1
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = msgspec.json.decode(line, type=Asked)
            if not hmac.compare_digest(asked.token.encode(), self._token.encode()):
                raise BadInput("the token is not that of this drill", f"read it anew from {FILE}", "control")
            told = self._do(asked)
            if asked.do in _OF_PACE:
                await self._director.takes_effect()
        except (BongsuError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            return {"ok": False, "error": str(error)}
        return {"ok": True, **told, **self._director.status()}

    def _do(self, asked: Asked) -> dict[str, Any]:
        director = self._director
        match asked.do:
            case "status":
                return {}
            case "startex":
                director.start()
            case "pause":
                director.pause(asked.text)
            case "hold":
                director.hold(asked.text)
            case "resume":
                return {"stood_s": director.resume(asked.text)}
            case "speed":
                director.set_speed(_needed(asked.speed, "speed"))
            case "jump":
                director.jump(_needed(asked.seconds, "jump"))
            case "postpone":
                director.postpone(_needed(asked.seconds, "postpone"))
            case "inject":
                director.inject(asked.kind, asked.figures)
            case "say":
                director.tell(asked.node or None, "message", asked.text)
            case "endex":
                director.end()
            case _:
                raise BadInput(f"no order {asked.do!r}", f"use one of {', '.join(ORDERS)}", "control")
        return {}


ORDERS = ("status", "startex", "pause", "resume", "postpone", "speed", "jump", "inject", "say", "hold", "endex")
"""All that control may order."""
_OF_PACE = frozenset({"pause", "resume", "hold", "speed", "jump"})
"""Orders that take effect at every node at the same moment, a little later: the answer tells where the drill stands then."""


def _needed(value: float | None, what: str) -> float:
    if value is None:
        raise BadInput("a number is missing", "give it after the order", what)
    return value
