"""Server-sent events: a page that connects gets the whole state, then what changes, joined to at most ten messages a second, and a beat in between."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from starlette.responses import JSONResponse, Response, StreamingResponse

from bongsu.base.limits import STREAM_BEAT_S, STREAM_CLIENTS_COUNT, STREAM_S, UNATTENDED_S
from bongsu.console.api.sections import Sections, message

KEPT_STATES = 32
"""States from which a page that comes back (`Last-Event-ID`) is sent only the difference; from older ones it gets the whole."""
EVENT_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Board(Protocol):
    """What is shown: numbered states in pieces."""

    def state(self) -> tuple[int, Sections]:
        """Number and pieces of the state now, all but the clock."""
        ...

    def clock(self) -> bytes:
        """The piece that changes by itself."""
        ...

    def changes(self) -> AsyncIterator[None]:
        """Yields soon after a change; ends when nothing more will come."""
        ...


class Streams:
    """All pages' streams of one board. `close` ends them, so that a server can stop."""

    def __init__(self, board: Board, on_attended: Callable[[bool], None] | None = None) -> None:
        self._board = board
        self._on_attended = on_attended
        self._armed_count = 0
        self._attended: bool | None = None
        self._instance = secrets.token_hex(4)
        self._sent: OrderedDict[int, Sections] = OrderedDict()
        self._clients_count = 0
        self._closing = asyncio.Event()

    def close(self) -> None:
        """End all streams soon."""
        self._closing.set()

    def whole(self) -> bytes:
        """The message that gives all."""
        sequence, after = self._board.state()
        return message(sequence, {}, {**after, "clock": self._board.clock()})

    def respond(
        self, last_event_id: str | None, armed: bool = False, still_known: Callable[[], bool] = lambda: True
    ) -> Response:
        """A page's stream; refused beyond the bound. `armed`: a person is on shift there. It ends when its person is no longer `still_known`."""
        if self._clients_count >= STREAM_CLIENTS_COUNT:
            return JSONResponse({"reason": "too_many_pages"}, status_code=503)
        return StreamingResponse(
            self._messages(self._known(last_event_id), armed, still_known),
            media_type="text/event-stream",
            headers=EVENT_STREAM_HEADERS,
        )

    def _known(self, last_event_id: str | None) -> Sections:
        instance, _, sequence = (last_event_id or "").partition("-")
        if instance != self._instance or not sequence.isdecimal():
            return {}
        return self._sent.get(int(sequence), {})

    def _state(self) -> tuple[int, Sections]:
        sequence, pieces = self._board.state()
        if sequence not in self._sent:
            self._sent[sequence] = pieces
            if len(self._sent) > KEPT_STATES:
                self._sent.popitem(last=False)
        return sequence, {**pieces, "clock": self._board.clock()}

    def _arm(self, by: int) -> None:
        """One armed page more or less. A page that is loaded again is gone for a moment: nobody is told of that."""
        self._armed_count += by
        asyncio.get_running_loop().call_later(0 if self._armed_count else UNATTENDED_S, self._tell_attended)

    def _tell_attended(self) -> None:
        attended = self._armed_count > 0
        if self._on_attended is not None and attended != self._attended:
            self._attended = attended
            self._on_attended(attended)

    async def _messages(self, before: Sections, armed: bool, still_known: Callable[[], bool]) -> AsyncIterator[bytes]:
        self._clients_count += 1
        if armed:
            self._arm(1)
        changes = self._board.changes()
        changed = asyncio.ensure_future(anext(changes, True))
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            yield b"retry: 1000\n\n"
            while not closing.done() and still_known():
                sequence, after = self._state()
                event_id = f"{self._instance}-{sequence}".encode()
                yield b"id: %s\ndata: %s\n\n" % (event_id, message(sequence, before, after))
                before = after
                await asyncio.wait({closing}, timeout=STREAM_S)
                await asyncio.wait(
                    {changed, closing}, timeout=STREAM_BEAT_S - STREAM_S, return_when=asyncio.FIRST_COMPLETED
                )
                if changed.done():
                    if changed.result() is not None:
                        return
                    changed = asyncio.ensure_future(anext(changes, True))
        finally:
            self._clients_count -= 1
            if armed:
                self._arm(-1)
            changed.cancel()
            closing.cancel()
