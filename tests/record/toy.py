"""A small core with rooms of its own, so that tests of the record do not stand on the real ones."""

import msgspec
import numpy as np

from bongsu.core.pipeline import Pipeline
from bongsu.core.room import Due, Given
from bongsu.model.configuration import Configuration, PublicKey
from bongsu.model.head import Item, Now
from bongsu.model.health import Health
from bongsu.model.label import Label
from bongsu.model.message import Lane, Outgoing
from bongsu.model.mode import Mode
from bongsu.model.receipt import Heartbeat
from bongsu.model.refusal import Refusal
from bongsu.model.scan import RawScan, Scan
from bongsu.model.tick import Tick

START_NS = 1_777_593_600_000_000_000
SECOND_NS = 1_000_000_000
BEGIN = Now(START_NS, START_NS // 2)


class Counting:
    """Turns raw scans into scans and counts them; breaks on a sensor named `bad`."""

    name = "counting"
    takes = (RawScan,)

    def __init__(self) -> None:
        self.count = 0

    def handle(self, item: Item[RawScan], now: Now) -> list[Given]:
        raw = item.body
        assert raw.sensor != "bad", "the room breaks"
        self.count += 1
        return [
            Scan(
                sensor=raw.sensor,
                number=self.count,
                start_ns=now.exercise_ns,
                end_ns=now.exercise_ns,
                time_ns=raw.time_ns,
                range_m=raw.range_m * 2.0,
                azimuth_rad=raw.azimuth_rad,
                elevation_rad=raw.elevation_rad,
                range_rate_m_s=raw.range_rate_m_s,
            )
        ]

    def due(self) -> Due:
        return Due()

    def tick(self, now: Now) -> list[Given]:
        return []

    def state(self) -> bytes:
        return msgspec.json.encode(self.count)

    def restore(self, state: bytes) -> None:
        self.count = msgspec.json.decode(state, type=int)


class Sending:
    """Sends a prompt message for each third scan and a latest one a second; refuses what is called `refuse`."""

    name = "sending"
    takes = (Scan, Health)

    def __init__(self) -> None:
        self.sequences = {Lane.PROMPT: 0, Lane.LATEST: 0}
        self.next_ns = 0

    def handle(self, item: Item[Scan | Health], now: Now) -> list[Given]:
        if isinstance(item.body, Health):
            return [Refusal(door="desk", reason="noted", source=item.body.part, text=item.body.text)]
        return [self._message(Lane.PROMPT, now)] if (item.body.number or 0) % 3 == 0 else []

    def due(self) -> Due:
        return Due(link_ns=self.next_ns)

    def tick(self, now: Now) -> list[Given]:
        self.next_ns = now.link_ns + SECOND_NS
        beat = Heartbeat(issued_ns=now.link_ns, epoch=1, prompt_sequence=0, received_epoch=1, received_up_to=0)
        return [beat, self._message(Lane.LATEST, now)]

    def state(self) -> bytes:
        return msgspec.json.encode((self.sequences[Lane.PROMPT], self.sequences[Lane.LATEST], self.next_ns))

    def restore(self, state: bytes) -> None:
        prompt, latest, self.next_ns = msgspec.json.decode(state, type=tuple[int, int, int])
        self.sequences = {Lane.PROMPT: prompt, Lane.LATEST: latest}

    def _message(self, lane: Lane, now: Now) -> Outgoing:
        self.sequences[lane] += 1
        return Outgoing(
            message=f"kr-jp-{lane.value}-{self.sequences[lane]}",
            recipient="jp",
            lane=lane,
            epoch=1,
            sequence=self.sequences[lane],
            kind="warning" if lane is Lane.PROMPT else "heartbeat",
            subject="w" if lane is Lane.PROMPT else "heartbeat",
            body=b'{"fact":1}',
            issued_ns=now.link_ns,
        )


def configuration(node: str = "kr", public: bytes | None = None, commit: str = "toy") -> Configuration:
    keys = () if public is None else (PublicKey(partner=node, mode=Mode.TEST, key=f"{node}-1", public=public),)
    return Configuration(
        node=node,
        federation="toy",
        mode=Mode.TEST,
        exercise="toy-1",
        epoch=1,
        partners=("jp",),
        sensors=(),
        public_keys=keys,
        circles=(),
        rules=(),
        roles=(),
        label=Label(releasable_to=("jp",)),
        area_set="",
        country="KR",
        commit=commit,
    )


def build(settings: Configuration) -> Pipeline:
    return Pipeline(settings, [Counting(), Sending()])


def raw_scan(number: int, sensor: str = "kr-ship-1") -> RawScan:
    return RawScan(
        sensor=sensor,
        number=number,
        time_ns=np.array([START_NS + number * SECOND_NS, START_NS + number * SECOND_NS + 7], dtype=np.int64),
        range_m=np.array([812_345.6 + number / 3, np.nan]),
        azimuth_rad=np.array([0.1, -0.0]),
        elevation_rad=np.array([0.3, 1e-17]),
        range_rate_m_s=np.array([np.nan, np.nan]),
        lines=np.array([number, 0], dtype=np.int64),
    )


def inputs(count: int, first: int = 1) -> list[tuple[Now, RawScan | Tick | Health]]:
    """A mixed run: scans, now and then a tick or a health report."""
    run: list[tuple[Now, RawScan | Tick | Health]] = []
    for number in range(first, first + count):
        now = Now(START_NS + number * SECOND_NS, (START_NS + number * SECOND_NS) // 2)
        body: RawScan | Tick | Health = raw_scan(number)
        if number % 5 == 0:
            body = Tick(rooms=("sending",))
        elif number % 7 == 0:
            body = Health(part="feed", state="degraded", text="경고 \n a line")
        run.append((now, body))
    return run
