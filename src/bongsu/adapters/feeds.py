"""Feeds: detections of DESIGN.md section 4 from a file, from standard input, or from UDP datagrams on this machine.

A drill's feed also says how far it has told everything, so that the node's exercise time never runs ahead of its own sensors:

    {"type":"time","time_ns":1777604412300000000}

A live feed refuses a line that it cannot read (`Refusal`, a few a second, the rest counted as `Dropped`) and goes on. Plots are handed on at once;
closing a look is the screen's business. Sensors stand in the node's settings: a `sensor` line in a live feed is ignored if it says the same.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path

import msgspec

from bongsu.base.errors import BadInput, BadValue, Busy
from bongsu.base.limits import FEED_BUFFER_BYTES, FEED_REFUSALS_COUNT, LINE_BYTES
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.model.health import Dropped
from bongsu.model.refusal import Refusal
from bongsu.model.scan import RawScan
from bongsu.model.sensor import Sensor, SensorStatus
from bongsu.wire.detections import LineParser, Plot, scans_of

Fed = RawScan | SensorStatus | Refusal | Dropped
"""What a feed gives to the core."""


class TimeLine(msgspec.Struct, frozen=True, tag_field="type", tag="time"):
    """Everything until `time_ns` (exercise time) has been told."""

    time_ns: int


_TIME_PREFIX = b'{"type":"time"'
_time_decoder = msgspec.json.Decoder(TimeLine)
_DATAGRAMS_AT_ONCE = 256
_DATAGRAM_BYTES = 65_535
_SO_RXQ_OVFL = 40  # Linux: the kernel tells with each datagram how many it has dropped
_LOOPBACK = "127.0.0.1"


class Intake:
    """Lines to bodies, for all kinds of feeds. `give` takes them in order; `link_ns` tells the time for the limit on refusals.

    `told` hears, where the feed keeps exercise time (a drill's does), how far it has been told: before each body and after each datagram.
    """

    def __init__(
        self,
        sensors: Iterable[Sensor],
        give: Callable[[Fed], None],
        link_ns: Callable[[], int],
        told: Callable[[int], None] | None = None,
    ) -> None:
        self._sensors = {sensor.id: sensor for sensor in sensors}
        self._give = give
        self._told = told
        self._keeps_time = False
        self._link_ns = link_ns
        self._parser = LineParser()
        self._second = 0
        self._refused = 0
        self._unsaid = 0
        self.lines = 0

    def take(self, lines: Iterable[bytes]) -> None:
        """Lines that came together; empty ones are nothing."""
        plots: list[Plot] = []
        for data in lines:
            if not data.strip():
                continue
            self.lines += 1
            if self._told is not None and data.startswith(_TIME_PREFIX):
                self._give_scans(plots)
                self._hear_time(data)
                continue
            try:
                parsed = self._parser.parse(data, self.lines)
            except BadValue as error:
                self._refuse("malformed", error.fault)
                continue
            if isinstance(parsed, Plot):
                plots.append(parsed)
                continue
            self._give_scans(plots)
            if isinstance(parsed, SensorStatus):
                self._tell(parsed.time_ns)
                self._give(parsed)
            elif self._sensors.get(parsed.id) != parsed:
                self._refuse("unknown_sensor", f"sensor {parsed.id} does not stand so in the settings")
        self._give_scans(plots)

    def dropped(self, what: str, count: int) -> None:
        """Something was lost before it could be read."""
        self._give(Dropped(what=what, count=count))

    def _give_scans(self, plots: list[Plot]) -> None:
        for scan in scans_of(plots):
            self._tell(int(scan.time_ns.max()))
            self._give(scan)
        plots.clear()

    def _hear_time(self, data: bytes) -> None:
        try:
            line = _time_decoder.decode(data)
        except msgspec.MsgspecError as error:
            self._refuse("malformed", str(error))
            return
        self._keeps_time = True
        self._tell(line.time_ns)

    def _tell(self, time_ns: int) -> None:
        if self._keeps_time and self._told is not None:
            self._told(time_ns)

    def _refuse(self, reason: str, text: str) -> None:
        second = self._link_ns() // NANOSECONDS_PER_SECOND
        if second != self._second:
            self._second, self._refused = second, 0
            if self._unsaid:
                self.dropped("refused lines", self._unsaid)
                self._unsaid = 0
        self._refused += 1
        if self._refused > FEED_REFUSALS_COUNT:
            self._unsaid += 1
            return
        self._give(Refusal(door="screen", reason=reason, source="feed", line=self.lines, text=text[:200]))


class UdpFeed:
    """Datagrams of one or several lines on 127.0.0.1. `port` 0 takes a free one; the port in use is `port`."""

    def __init__(self, intake: Intake, port: int = 0) -> None:
        self._intake = intake
        self._lost = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, FEED_BUFFER_BYTES)
        if sys.platform == "linux":
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
        try:
            self._socket.bind((_LOOPBACK, port))
        except OSError as error:
            self._socket.close()
            raise Busy(
                f"UDP port {port} cannot be used ({error.strerror})", "give another `feed_port`", "feed"
            ) from None
        self.port: int = self._socket.getsockname()[1]

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to read."""
        loop.add_reader(self._socket.fileno(), self._read)

    def close(self, loop: asyncio.AbstractEventLoop) -> None:
        """Cease to read."""
        loop.remove_reader(self._socket.fileno())
        self._socket.close()

    def _read(self) -> None:
        """All that waits, up to a bound: the loop has other things to do as well."""
        lines: list[bytes] = []
        for _ in range(_DATAGRAMS_AT_ONCE):
            try:
                data, ancillary, _, _ = self._socket.recvmsg(_DATAGRAM_BYTES, 64)
            except (BlockingIOError, InterruptedError):
                break
            lines += data.split(b"\n")
            self._count_lost(ancillary)
        self._intake.take(lines)

    def _count_lost(self, ancillary: list[tuple[int, int, bytes]]) -> None:
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL:
                (lost,) = struct.unpack("=I", data[:4])
                if lost > self._lost:
                    self._intake.dropped("datagrams", lost - self._lost)
                    self._lost = lost


async def feed_stream(intake: Intake, reader: asyncio.StreamReader) -> None:
    """Lines from a stream until it ends. Over-long ones are refused."""
    async for lines in _batches(reader):
        intake.take(lines)


async def _batches(reader: asyncio.StreamReader) -> AsyncIterator[list[bytes]]:
    """Whole lines, as many as came together; a line without an end is cut at the bound and refused by its length."""
    rest = b""
    while data := await reader.read(LINE_BYTES * 16):
        *lines, rest = (rest + data).split(b"\n")
        if len(rest) > LINE_BYTES:
            lines, rest = [*lines, rest], b""
        yield lines
    yield [rest]


async def feed_file(intake: Intake, path: Path, wait_until: Callable[[int], Awaitable[None]]) -> None:
    """Lines of a file, each when exercise time comes to it: `wait_until(time_ns)` is awaited. Raises `BadInput` if it cannot be read."""
    parser = LineParser()
    for data in _lines_of(path):
        time_ns = _time_of(parser, data)
        if time_ns is not None:
            await wait_until(time_ns)
        intake.take([data])


def _lines_of(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\n")
    except OSError as error:
        raise BadInput(f"cannot be read ({error.strerror})", "check the path", str(path)) from None


def _time_of(parser: LineParser, data: bytes) -> int | None:
    try:
        parsed = parser.parse(data)
    except BadValue:
        return None  # the intake refuses it
    return None if isinstance(parsed, Sensor) else parsed.time_ns
