"""The wall of a drill: what three nations know side by side, the hub between them, and the truth that none of them sees.

Only a drill has a truth, and only a drill serves this page: a node cannot. The runner gives frames; whatever it gives, the page says EXERCISE.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware

from bongsu.base.time import format_time
from bongsu.base.units import METRES_PER_KILOMETRE, degrees, ns_to_seconds, seconds_to_ns
from bongsu.console.api import present
from bongsu.console.api.gate import Gate
from bongsu.console.api.sections import Sections
from bongsu.console.api.stream import Streams
from bongsu.console.app import page, shared_routes, stream_routes
from bongsu.model.head import Now
from bongsu.model.health import Health


class TruthPoint(msgspec.Struct, frozen=True):
    """A true place of a flight: geodetic, WGS-84."""

    time_ns: int
    latitude_rad: float
    longitude_rad: float
    altitude_m: float


class TruthFlight(msgspec.Struct, frozen=True, kw_only=True):
    """One true flight: its whole way (some 200 points are plenty), and where the object is now (None: on the ground)."""

    launch: str
    points: tuple[TruthPoint, ...]
    now: TruthPoint | None = None


class WallFrame(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of the wall.

    `nodes` holds, by code, each node's answer to `GET /api/picture` (JSON bytes as they came; leave a node out while it does not answer).
    `hub` is the state of the hub's parts, `captions` are the plain sentences of the act, newest last. `launch_ns` is the first launch, for
    the time since. `ended`: the act is over, and this is its last moment.
    """

    act: str
    exercise: str
    now: Now
    speed: float = 1.0
    paused: bool = False
    launch_ns: int | None = None
    nodes: dict[str, bytes] = {}
    names: dict[str, str] = {}
    hub: tuple[Health, ...] = ()
    truth: tuple[TruthFlight, ...] = ()
    captions: tuple[str, ...] = ()
    ended: bool = False


def _place(point: TruthPoint) -> list[float]:
    """Longitude and latitude in degrees, altitude in km."""
    return [
        round(degrees(point.longitude_rad), 4),
        round(degrees(point.latitude_rad), 4),
        round(point.altitude_m / METRES_PER_KILOMETRE, 3),
    ]


def _track(flight: TruthFlight) -> dict[str, Any]:
    """The whole way; times in seconds from its first point."""
    first_ns = flight.points[0].time_ns if flight.points else 0
    points = [[*_place(point), round(ns_to_seconds(point.time_ns - first_ns), 1)] for point in flight.points]
    return {"launch": flight.launch, "time": format_time(first_ns, 3), "points": points}


def _act(frame: WallFrame) -> dict[str, Any]:
    return {
        "act": frame.act,
        "exercise": frame.exercise,
        "launch": present.time_text(frame.launch_ns),
        "names": frame.names,
        "captions": list(frame.captions),
        "ended": frame.ended,
    }


def sections(frame: WallFrame) -> Sections:
    """The frame in pieces for the stream: `act`, `hub`, `truth`, `now`, `nodes/CODE`."""
    encode = msgspec.json.encode
    now = {flight.launch: None if flight.now is None else _place(flight.now) for flight in frame.truth}
    pieces = {
        "act": encode(_act(frame)),
        "hub": encode([{"part": body.part, "state": body.state, "text": body.text} for body in frame.hub]),
        "truth": encode([_track(flight) for flight in frame.truth]),
        "now": encode(now),
    }
    return pieces | {f"nodes/{node}": picture for node, picture in frame.nodes.items()}


class FrameBoard:
    """The newest frame as a `Board`. `clock` tells monotonic seconds, to show when frames stop coming."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._frame: WallFrame | None = None
        self._sequence = 0
        self._came_s = 0.0
        self._pieces: Sections = {}
        self._waiters: list[asyncio.Event] = []

    def show(self, frame: WallFrame) -> None:
        """Take a frame in place of the one before."""
        self._frame = frame
        self._sequence += 1
        self._came_s = self._clock()
        self._pieces = sections(frame)
        for changed in self._waiters:
            changed.set()

    def state(self) -> tuple[int, Sections]:
        """Number and pieces of the newest frame."""
        return self._sequence, self._pieces

    def clock(self) -> bytes:
        """Exercise time of the frame, and how long ago it came."""
        if self._frame is None:
            return b"null"
        now, waited_ns = self._frame.now, seconds_to_ns(self._clock() - self._came_s)
        since = Now(now.exercise_ns, now.link_ns + (0 if self._frame.ended else waited_ns))
        stopped = self._frame.paused or self._frame.ended
        return msgspec.json.encode(present.clock(since, now, self._frame.speed, stopped))

    async def changes(self) -> AsyncIterator[None]:
        """One entry for each frame or several."""
        changed = asyncio.Event()
        self._waiters.append(changed)
        try:
            while True:
                await changed.wait()
                changed.clear()
                yield
        finally:
            self._waiters.remove(changed)


def create(frames: AsyncIterator[WallFrame]) -> Starlette:
    """The wall's application; it takes frames from its start on, and keeps showing the last one when they end."""
    board = FrameBoard(lambda: asyncio.get_running_loop().time())
    streams = Streams(board)

    async def pump() -> None:
        async for frame in frames:
            board.show(frame)

    @asynccontextmanager
    async def taking_frames(app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(pump())
        task.add_done_callback(_fail_loudly)
        try:
            yield
        finally:
            task.cancel()

    routes = [page("wall.html"), *stream_routes(streams, "/api/wall"), *shared_routes()]
    app = Starlette(routes=routes, middleware=[Middleware(Gate)], lifespan=taking_frames)
    app.state.streams = streams
    return app


def _fail_loudly(task: "asyncio.Task[None]") -> None:
    """A fault in the giver of frames goes to the loop's exception handler instead of vanishing with the task."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        asyncio.get_running_loop().call_exception_handler(
            {"message": "the wall's frames ended in a fault", "exception": fault}
        )
