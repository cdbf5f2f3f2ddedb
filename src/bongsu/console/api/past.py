"""The route of the scrub bar: the picture of a past moment as the same message that the stream gives, folded off the event loop, one at a time."""

import asyncio

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bongsu.base.errors import BadValue
from bongsu.base.limits_console import PAST_ANSWER_S
from bongsu.base.time import parse_time
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.console.api import present
from bongsu.console.api.access import Doorman
from bongsu.console.api.sections import Encoder, message
from bongsu.console.ports import PastSource
from bongsu.model.head import Now

NO_STORE = {"Cache-Control": "no-store"}


class PastRoute:
    """`GET /api/past`: how far back; with `?at=`, an RFC 3339 time of the exercise, the picture as it stood then."""

    def __init__(self, source: PastSource, doorman: Doorman) -> None:
        self._source = source
        self._doorman = doorman
        self._encoder = Encoder()
        self._one_at_a_time = asyncio.Lock()

    async def get(self, request: Request) -> Response:
        """Answer for those whom the doorman knows."""
        if self._doorman.person(request.cookies) is None:
            return JSONResponse({"reason": "log_in"}, status_code=401)
        asked = request.query_params.get("at")
        try:
            at_ns = None if asked is None else parse_time(asked)
        except BadValue as error:
            return JSONResponse({"reason": "malformed", "text": str(error)}, status_code=400)
        try:
            async with asyncio.timeout(PAST_ANSWER_S), self._one_at_a_time:
                content = await asyncio.to_thread(self._answer, at_ns)
        except TimeoutError:
            return JSONResponse({"reason": "no_answer"}, status_code=504)
        if content is None:
            return JSONResponse({"reason": "no_past"}, status_code=404)
        return Response(content, media_type="application/json", headers=NO_STORE)

    def _answer(self, at_ns: int | None) -> bytes | None:
        reach = self._source.reach()
        if reach is None:
            return None
        if at_ns is None:
            return msgspec.json.encode({"from": present.time_text(reach[0]), "to": present.time_text(reach[1])})
        at_ns = min(max(at_ns, reach[0]), reach[1])
        view = self._source.past(at_ns)
        paced_ns = 0 if view.paused or view.speed <= 0 else int((at_ns - view.now.exercise_ns) / view.speed)
        # No further than the beat: beyond it the node would have said something.
        then = Now(at_ns, view.now.link_ns + min(max(paced_ns, 0), NANOSECONDS_PER_SECOND))
        clock = msgspec.json.encode(present.clock(then, view.now, view.speed, paused=True))
        return message(view.sequence, {}, {**self._encoder.sections(view), "clock": clock})
