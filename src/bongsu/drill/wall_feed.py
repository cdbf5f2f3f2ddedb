"""The wall of a live drill: one page for all acts, fed with each node's own picture, the hub's state, the truth and the captions."""

import asyncio
import contextlib
import os
import socket
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import AsyncIterator

import numpy as np

from bongsu.base.limits import WALL_FRAME_S
from bongsu.base.units import ns_to_seconds, seconds_to_ns
from bongsu.console import serve, wall
from bongsu.drill.pacing import Pace
from bongsu.drill.processes import Cast
from bongsu.drill.truth import Flight
from bongsu.drill.watch import Watch
from bongsu.geo.frames import ecef_to_geodetic
from bongsu.model.health import Health

_POINTS_COUNT = 200
_ANSWER_S = 1.0


class Scene:
    """What the wall shows of one drill while it runs, and its last moment after that."""

    def __init__(self, watch: Watch, flights: dict[str, Flight], pace: Pace, cast: Cast) -> None:
        self._watch = watch
        self._flights = flights
        self._pace = pace
        self._cast = cast
        self._pictures: dict[str, bytes] = {}
        self._ways = {name: _way(flight) for name, flight in flights.items()}
        self._ended = False

    async def frame(self) -> wall.WallFrame:
        """This moment. A node that does not answer is left out."""
        if not self._ended:
            codes = list(self._cast.nodes)
            answers = await asyncio.gather(*(asyncio.to_thread(_picture, self._console_port(code)) for code in codes))
            self._pictures = {code: answer for code, answer in zip(codes, answers, strict=True) if answer is not None}
        return self._frame()

    async def end(self) -> None:
        """Keep the last moment: the nodes are about to end."""
        await self.frame()
        self._ended = True

    def _frame(self) -> wall.WallFrame:
        scenario, now = self._watch.scenario, self._pace.now()
        launches = [flight.launch_ns for flight in self._flights.values()]
        return wall.WallFrame(
            act=scenario.title,
            exercise=scenario.exercise,
            now=now,
            speed=self._pace.speed(),
            launch_ns=min(launches, default=None),
            nodes=self._pictures,
            names={code: node.name for code, node in self._watch.nodes.items()},
            hub=hub_health(self._cast),
            truth=tuple(
                wall.TruthFlight(launch=name, points=self._ways[name], now=_place(flight, now.exercise_ns))
                for name, flight in self._flights.items()
            ),
            captions=tuple(self._watch.captions),
            ended=self._ended,
        )

    def _console_port(self, code: str) -> int | None:
        node = self._cast.nodes[code]
        return node.said.console_port if node.said is not None and node.ready.is_set() else None


class Wall:
    """The page. `show` changes what it shows; its port is bound from the beginning, so that a busy one is known at once (`Busy`)."""

    def __init__(self, port: int | None) -> None:
        self._socket: socket.socket = serve.bind(port or 0)
        self._scene: Scene | None = None
        self._server: serve.PageServer | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """Where it is served."""
        return int(self._socket.getsockname()[1])

    @property
    def address(self) -> str:
        """For a browser."""
        return f"http://{serve.LOOPBACK}:{self.port}/"

    def show(self, scene: Scene) -> None:
        """From now on."""
        self._scene = scene

    async def open(self) -> None:
        """Serve it, and open it in a browser where there is a display."""
        self._server = serve.server(wall.create(self._frames()))
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        if _has_display():
            await asyncio.to_thread(_browse, self.address)

    async def close(self) -> None:
        """Cease to serve."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
        self._socket.close()

    async def _frames(self) -> AsyncIterator[wall.WallFrame]:
        while True:
            begun_s = time.monotonic()
            if self._scene is not None:
                yield await self._scene.frame()
            await asyncio.sleep(max(WALL_FRAME_S - (time.monotonic() - begun_s), WALL_FRAME_S / 2))


def hub_health(cast: Cast) -> tuple[Health, ...]:
    """The state of every server: the hub first, then the nations' own."""
    return tuple(
        Health(
            part=one.server.name if "leaf" in one.ports else f"server of {one.server.name}",
            state="up" if one.server.running else "down",
        )
        for one in cast.servers
    )


def _picture(port: int | None) -> bytes | None:
    if port is None:
        return None
    try:
        with urllib.request.urlopen(f"http://{serve.LOOPBACK}:{port}/api/picture", timeout=_ANSWER_S) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, OSError):
        return None


def _way(flight: Flight) -> tuple[wall.TruthPoint, ...]:
    return tuple(_at(flight, time_s) for time_s in np.linspace(0.0, flight.flight_s, _POINTS_COUNT).tolist())


def _place(flight: Flight, exercise_ns: int) -> wall.TruthPoint | None:
    """None while it is on the ground."""
    if not flight.launch_ns <= exercise_ns <= flight.impact_ns:
        return None
    return _at(flight, ns_to_seconds(exercise_ns - flight.launch_ns))


def _at(flight: Flight, time_s: float) -> wall.TruthPoint:
    latitude, longitude, altitude_m = ecef_to_geodetic(np.ascontiguousarray(flight.at(np.array([time_s]))[0][0]))
    return wall.TruthPoint(flight.launch_ns + seconds_to_ns(time_s), latitude, longitude, max(altitude_m, 0.0))


def _has_display() -> bool:
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _browse(address: str) -> None:
    """A drill never fails for want of a browser: the address is printed as well."""
    with contextlib.suppress(webbrowser.Error, OSError):
        webbrowser.open(address)
