"""One issuer's and one receiver's core without a network: for the latency of the whole way, and how many envelopes a core lets in a second.

python benchmarks/share_core.py [--count 5000]
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterable
from importlib import resources

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.core.exchange.link import Link
from bongsu.core.exchange.policy import parse
from bongsu.core.exchange.release import ReleaseRoom
from bongsu.core.exchange.send import Send
from bongsu.core.pipeline import Pipeline
from bongsu.core.room import Given, Memoryless
from bongsu.model.circle import Circle, Membership
from bongsu.model.configuration import Configuration, PublicKey
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.head import Item, Now
from bongsu.model.health import Health
from bongsu.model.label import Label
from bongsu.model.message import Lane, Outgoing, Received
from bongsu.model.mode import Mode
from bongsu.model.refusal import Refusal
from bongsu.model.warning import Warning, WarningStatus
from bongsu.wire.envelope_v1 import seal

PARTNERS = ("jp", "kr", "us")
FEDERATION = "bench"
KEY = "kr-bench"
SECRET = Ed25519PrivateKey.from_private_bytes(b"a key of a benchmark, no secret.")


def settings_of(node: str, partners: tuple[str, ...] = PARTNERS) -> Configuration:
    """A nation's settings with the shipped release policy."""
    policy = resources.files("bongsu.core.exchange").joinpath("default_policy.toml").read_text(encoding="utf-8")
    public = SECRET.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    members = tuple(Membership(partner=partner, from_ns=0) for partner in partners)
    return Configuration(
        node=node,
        federation=FEDERATION,
        mode=Mode.EXERCISE,
        exercise="BENCH",
        epoch=1,
        partners=partners,
        sensors=(),
        public_keys=(PublicKey(partner="kr", mode=Mode.EXERCISE, key=KEY, public=public),),
        circles=(Circle(circle="trilateral", title="The three", members=members),),
        rules=parse(policy, "shipped policy"),
        roles=(),
        label=Label(releasable_to=partners),
        area_set="",
        country="",
    )


def warning(version: int, time_ns: int) -> Warning:
    """A full warning: launch, impact, all figures; a first word, which never waits for its moment."""
    places = [
        PointEstimate(
            latitude_rad=math.radians(latitude_deg),
            longitude_rad=math.radians(longitude_deg),
            time_ns=time_ns,
            sigma_time_s=2.0,
            semi_major_m=9_000.0,
            semi_minor_m=4_000.0,
            bearing_rad=0.4,
        )
        for latitude_deg, longitude_deg in ((39.1, 125.9), (41.2, 139.4))
    ]
    estimate = Estimate(
        track="T1",
        time_ns=time_ns,
        launch=places[0],
        impact=places[1],
        apogee_m=900_000.0,
        range_m=1_000_000.0,
        bearing_rad=1.1,
        ballistic=True,
    )
    return Warning(
        warning="kr-E1", version=version, status=WarningStatus.INITIAL, time_ns=time_ns, track="T1", estimate=estimate
    )


class _Analysis(Memoryless):
    """Says one more version of a warning at each input."""

    name = "analysis"
    takes = (Health,)

    def __init__(self) -> None:
        self._version = 0

    def handle(self, item: Item[Health], now: Now) -> list[Given]:
        self._version += 1
        return [warning(self._version, now.exercise_ns)]


class Issuer:
    """Release and send of kr, and its seal."""

    def __init__(self) -> None:
        settings = settings_of("kr")
        self._pipeline = Pipeline(settings, [_Analysis(), ReleaseRoom(settings), Send(settings)])

    def say(self, time_ns: int) -> tuple[Outgoing, bytes]:
        """The next version for jp: released, numbered, sealed; `issued` is the time given."""
        items = self._pipeline.step(Now(time_ns, time_ns), Health(part="bench", state="up", text=""))
        outgoing = next(one.body for one in items if isinstance(one.body, Outgoing) and one.body.recipient == "jp")
        envelope = seal(
            outgoing,
            federation=FEDERATION,
            mode=Mode.EXERCISE,
            exercise="BENCH",
            issuer="kr",
            key=KEY,
            sign=SECRET.sign,
        )
        return outgoing, envelope


class Receiver:
    """The door of jp."""

    def __init__(self) -> None:
        settings = settings_of("jp")
        self._pipeline = Pipeline(settings, [Link(settings)])

    def take(self, envelope: bytes) -> list[Warning]:
        """Parse, verify, order, decode, mint: the warnings that were let in; none for a repetition, or for one that waits for those before it."""
        now_ns = time.time_ns()
        items = self._pipeline.step(Now(now_ns, now_ns), Received(claimed="kr", lane=Lane.PROMPT, envelope=envelope))
        refused = [one.body for one in items if isinstance(one.body, Refusal)]
        assert not refused, refused
        return [one.body for one in items if isinstance(one.body, Warning)]


def figures(taken_ms: Iterable[float]) -> dict[str, float]:
    """Count, median, 99th percentile and largest."""
    ordered = sorted(taken_ms)
    p50_ms, p99_ms = (ordered[min(int(part * len(ordered)), len(ordered) - 1)] for part in (0.5, 0.99))
    return {
        "count": len(ordered),
        "p50_ms": round(p50_ms, 3),
        "p99_ms": round(p99_ms, 3),
        "max_ms": round(ordered[-1], 3),
    }


def measure(count: int) -> dict[str, float]:
    """Envelopes that a core lets in, and messages that it releases and seals, a second of computing time."""
    issuer, receiver = Issuer(), Receiver()
    begun_s = time.process_time()
    envelopes = [issuer.say(time.time_ns())[1] for _ in range(count)]
    sealed_s = time.process_time() - begun_s
    begun_s = time.process_time()
    let_in = sum(len(receiver.take(envelope)) for envelope in envelopes)
    verified_s = time.process_time() - begun_s
    assert let_in == count
    return {
        "verified_per_s": round(count / verified_s),
        "released_and_sealed_per_s": round(count / sealed_s),
        "envelope_bytes": len(envelopes[-1]),
        "seconds": round((sealed_s + verified_s) * NANOSECONDS_PER_SECOND) / NANOSECONDS_PER_SECOND,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Envelopes let in, and sealed, a second on one core.")
    parser.add_argument("--count", type=int, default=5_000)
    print(json.dumps(measure(parser.parse_args().count)))
