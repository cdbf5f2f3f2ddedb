import asyncio
import json
import socket
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bongsu.adapters.feeds import Fed, Intake, UdpFeed, feed_file, feed_stream
from bongsu.base.errors import Busy
from bongsu.base.limits import FEED_REFUSALS_COUNT, LINE_BYTES
from bongsu.model.health import Dropped
from bongsu.model.refusal import Refusal
from bongsu.model.scan import RawScan
from bongsu.model.sensor import Sensor, SensorStatus
from bongsu.wire.detections import LineParser

SENSOR = {
    "type": "sensor", "id": "kr-ship-1", "owner": "kr", "kind": "radar", "latitude_deg": 37.0, "longitude_deg": 130.0,
    "altitude_m": 20.0, "sigma_range_m": 50.0, "sigma_azimuth_deg": 0.03, "sigma_elevation_deg": 0.03, "rate_hz": 1.0,
    "min_elevation_deg": 2.0, "max_range_m": 3000000.0,
}  # fmt: skip


def plot(second: float, scan: int | None = None, sensor: str = "kr-ship-1", **more: object) -> bytes:
    line = {
        "type": "detection",
        "time": f"2026-05-01T00:00:{second:09.6f}Z",
        "sensor": sensor,
        "range_m": 812345.6,
        "azimuth_deg": 331.2,
        "elevation_deg": 8.41,
        **({} if scan is None else {"scan": scan}),
        **more,
    }
    return json.dumps(line).encode()


class Taken(list[Fed]):
    """What an intake gave, and the intake."""

    def __init__(self) -> None:
        parsed = LineParser().parse(json.dumps(SENSOR).encode())
        assert isinstance(parsed, Sensor)
        self.link_ns = 0
        self.intake = Intake([parsed], self.append, lambda: self.link_ns)

    def scans(self) -> list[RawScan]:
        return [body for body in self if isinstance(body, RawScan)]

    def refusals(self) -> list[Refusal]:
        return [body for body in self if isinstance(body, Refusal)]


def test_lines_become_looks_in_si_units() -> None:
    taken = Taken()
    status = b'{"type":"status","time":"2026-05-01T00:00:13.000000Z","sensor":"kr-ship-1","state":"up"}'
    taken.intake.take([plot(12.3, 12), plot(12.31, 12), b"", status, plot(13.3, 13)])
    assert [type(body) for body in taken] == [RawScan, SensorStatus, RawScan]
    first, second = taken.scans()
    assert first.number == 12
    assert len(first.time_ns) == 2
    assert first.time_ns[0] == 1_777_593_612_300_000_000
    assert first.azimuth_rad[0] == pytest.approx(np.radians(331.2))
    assert np.isnan(first.range_rate_m_s).all()
    assert first.lines.tolist() == [1, 2]
    assert second.number == 13


def test_looks_without_numbers_are_parted_by_time() -> None:
    taken = Taken()
    taken.intake.take([plot(1.0), plot(1.04), plot(1.2), plot(1.21, sensor="kr-ship-2")])
    assert [len(scan.time_ns) for scan in taken.scans()] == [2, 1, 1]


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"[]",
        b"12",
        b'{"type":"detection"}',
        b'{"type":"warning","time":"2026-05-01T00:00:12Z"}',
        plot(1, range_m="812"),
        plot(1).replace(b"812345.6", b"NaN"),
        plot(1).replace(b"812345.6", b"1e999"),
        plot(1).replace(b"2026-05-01", b"2026-02-30"),
        plot(1).replace(b"Z", b""),
        b"\xff\xfe",
        b"[" * 4000,
        plot(1, note="x" * LINE_BYTES),
        plot(1, scan=1).replace(b'"scan": 1', b'"scan": 1.5'),
        json.dumps(SENSOR | {"id": "kr-ship-9"}).encode(),
        json.dumps(SENSOR | {"rate_hz": 0}).encode(),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_and_the_feed_goes_on(line: bytes) -> None:
    taken = Taken()
    taken.intake.take([plot(1, 1), line, plot(2, 2)])
    assert len(taken.refusals()) == 1
    assert taken.refusals()[0].line == 2
    assert [scan.number for scan in taken.scans()] == [1, 2]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_intake(data: bytes) -> None:
    taken = Taken()
    taken.intake.take([data, plot(1, 1)])
    assert taken.scans()[-1].number == 1


def test_a_sensor_line_that_says_the_same_is_nothing_new() -> None:
    taken = Taken()
    taken.intake.take([json.dumps(SENSOR).encode()])
    assert list(taken) == []


def test_unknown_keys_are_ignored_with_one_warning_each() -> None:
    told: list[str] = []
    parser = LineParser(told.append)
    for _ in range(3):
        parser.parse(plot(1, colour="red", size=3))
    assert told == ["colour", "size"]


def test_a_flood_of_bad_lines_is_counted() -> None:
    taken = Taken()
    taken.intake.take([b"bad"] * 500)
    assert len(taken.refusals()) == FEED_REFUSALS_COUNT
    taken.link_ns = 1_500_000_000
    taken.intake.take([b"bad"])
    assert taken[-2] == Dropped(what="refused lines", count=490)


def test_datagrams_of_several_lines(tmp_path: Path) -> None:
    async def run() -> Taken:
        taken, done = Taken(), asyncio.Event()
        give = taken.append

        def watch(body: Fed) -> None:
            give(body)
            if len(taken) == 40:
                done.set()

        taken.intake._give = watch
        feed = UdpFeed(taken.intake)
        loop = asyncio.get_running_loop()
        feed.open(loop)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for scan in range(0, 40, 2):
                sender.sendto(plot(1, scan) + b"\n" + plot(2, scan + 1) + b"\n", ("127.0.0.1", feed.port))
        await asyncio.wait_for(done.wait(), 10)
        with pytest.raises(Busy, match="feed_port"):
            UdpFeed(taken.intake, feed.port)
        feed.close(loop)
        return taken

    assert [scan.number for scan in asyncio.run(run()).scans()] == list(range(40))


def test_lost_datagrams_are_counted() -> None:
    taken = Taken()
    feed = UdpFeed(taken.intake)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        data = b"\n".join([plot(1, 1)] * 300)
        for _ in range(1_000):
            sender.sendto(data, ("127.0.0.1", feed.port))
    for _ in range(20):
        feed._read()
    # The kernel tells of its losses with the next datagram that it lets in.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(plot(2, 2), ("127.0.0.1", feed.port))
    feed._read()
    lost = sum(body.count for body in taken if isinstance(body, Dropped) and body.what == "datagrams")
    plots = sum(len(scan.time_ns) for scan in taken.scans())
    assert plots + lost * 300 == 300_001


def test_a_stream_in_pieces(tmp_path: Path) -> None:
    async def run() -> Taken:
        taken = Taken()
        reader = asyncio.StreamReader()
        data = b"\n".join([plot(1, 1), b"x" * (LINE_BYTES * 2), plot(2, 2)])
        for begin in range(0, len(data), 700):
            reader.feed_data(data[begin : begin + 700])
        reader.feed_eof()
        await feed_stream(taken.intake, reader)
        return taken

    taken = asyncio.run(run())
    assert [scan.number for scan in taken.scans()] == [1, 2]
    assert len(taken.refusals()) >= 1


def test_a_file_is_played_in_time(tmp_path: Path) -> None:
    path = tmp_path / "flight.jsonl"
    path.write_bytes(b"\n".join([json.dumps(SENSOR).encode(), plot(1, 1), b"bad", plot(5, 5)]))
    taken = Taken()
    waited: list[tuple[int, int]] = []

    async def wait_until(time_ns: int) -> None:
        waited.append((time_ns % 60_000_000_000 // 1_000_000_000, len(taken)))

    asyncio.run(feed_file(taken.intake, path, wait_until))
    assert waited == [(1, 0), (5, 2)]
    assert len(taken.scans()) == 2


def test_a_feed_that_keeps_time_says_how_far_before_each_body_and_after_all() -> None:
    """Only once it has begun to: a feed that never does leaves exercise time to the clock. A broken word is refused."""
    order: list[object] = []
    sensor = LineParser().parse(json.dumps(SENSOR).encode())
    assert isinstance(sensor, Sensor)
    intake = Intake([sensor], lambda body: order.append(type(body).__name__), lambda: 0, order.append)
    intake.take([plot(1.0, 1)])
    assert order == ["RawScan"]
    intake.take([b'{"type":"time","time_ns":5}', plot(2.0, 2), plot(3.0, 3), b'{"type":"time","time_ns":9}'])
    times = [entry for entry in order if isinstance(entry, int)]
    assert [type(entry).__name__ for entry in order[1:]] == ["int", "int", "str", "int", "str", "int"]
    assert (times[0], times[2] - times[1], times[3]) == (5, 1_000_000_000, 9)
    intake.take([b'{"type":"time","time_ns":"soon"}'])
    assert order[-1] == "Refusal"
