"""Server-sent events: a page that connects gets the whole state, then what changes, joined to at most ten messages a second, and a beat each second."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator

from starlette.responses import JSONResponse, Response, StreamingResponse

from bongsu.base.limits import STREAM_BEAT_S, STREAM_CLIENTS_COUNT, STREAM_S
from bongsu.console.api.sections import Encoder, Sections, message
from bongsu.console.ports import PictureSource

KEPT_STATES = 32
"""States from which a page that comes back (`Last-Event-ID`) is sent only the difference; from older ones it gets the whole."""
EVENT_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Streams:
    """All pages' streams of one picture: it is encoded once for all of them."""

    def __init__(self, source: PictureSource) -> None:
        self._source = source
        self._encoder = Encoder()
        self._instance = secrets.token_hex(4)
        self._states: OrderedDict[int, Sections] = OrderedDict()
        self._clients_count = 0

    def state(self) -> tuple[int, Sections]:
        """Number and pieces of the picture now, the clock among them."""
        view = self._source.view()
        if view.sequence not in self._states:
            self._states[view.sequence] = self._encoder.sections(view)
            if len(self._states) > KEPT_STATES:
                self._states.popitem(last=False)
        return view.sequence, {**self._states[view.sequence], "clock": self._encoder.clock(view, self._source.now())}

    def whole(self) -> bytes:
        """The message that gives all."""
        sequence, after = self.state()
        return message(sequence, {}, after)

    def respond(self, last_event_id: str | None) -> Response:
        """A page's stream; refused beyond the bound."""
        if self._clients_count >= STREAM_CLIENTS_COUNT:
            return JSONResponse({"reason": "too_many_pages"}, status_code=503)
        return StreamingResponse(
            self._messages(self._known(last_event_id)), media_type="text/event-stream", headers=EVENT_STREAM_HEADERS
        )

    def _known(self, last_event_id: str | None) -> Sections:
        instance, _, sequence = (last_event_id or "").partition("-")
        if instance != self._instance or not sequence.isdecimal():
            return {}
        return self._states.get(int(sequence), {})

    async def _messages(self, before: Sections) -> AsyncIterator[bytes]:
        self._clients_count += 1
        changes = self._source.changes()
        pending = asyncio.ensure_future(anext(changes, True))
        try:
            while True:
                sequence, after = self.state()
                yield b"id: %s-%d\ndata: %s\n\n" % (
                    self._instance.encode(),
                    sequence,
                    message(sequence, before, after),
                )
                before = after
                await asyncio.sleep(STREAM_S)
                await asyncio.wait({pending}, timeout=STREAM_BEAT_S - STREAM_S)
                if pending.done():
                    if pending.result() is not None:
                        return
                    pending = asyncio.ensure_future(anext(changes, True))
        finally:
            self._clients_count -= 1
            pending.cancel()
