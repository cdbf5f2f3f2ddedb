"""Hostile bytes for the door of the exchange, led by coverage: envelopes, bodies of every kind, and signed bodies at a receiver's link.

    make fuzz                                (a minute)
    PYTHONPATH=.fuzz .venv/bin/python fuzz/exchange.py -max_total_time=3600 -rss_limit_mb=1024

Whatever comes is let in or refused with a `WireError`; any other exception, a hang of ten seconds or a gigabyte of memory is a finding, and its input
lies in the working folder as `crash-...`. Linux only (atheris has no other wheels).
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
with atheris.instrument_imports(include=["bongsu.wire", "bongsu.core.exchange"]):
    from bongsu.base.errors import WireError
    from bongsu.core.exchange.link import Link
    from bongsu.core.pipeline import Pipeline
    from bongsu.model.head import Now
    from bongsu.model.message import Lane, Outgoing, Received
    from bongsu.model.mode import Mode
    from bongsu.wire import payloads_v1
    from bongsu.wire.envelope_v1 import parse, seal

from share_core import FEDERATION, KEY, SECRET, settings_of

KINDS = (*payloads_v1.PAYLOADS, "unheard_of")
TIME_NS = 1_800_000_000_000_000_000
FEWEST_BYTES = 2


def envelope(data: bytes) -> None:
    """Bytes as an envelope."""
    try:
        parse(data)
    except WireError:
        return


def body(kind: str, data: bytes) -> None:
    """Bytes as a body."""
    try:
        payloads_v1.decode(kind, data, issuer="kr", issued_ns=TIME_NS)
    except WireError:
        return


def signed(kind: str, sequence: int, data: bytes) -> None:
    """Bytes as a body with a good signature, at a receiver: something is made of it, or a refusal."""
    settings = settings_of("jp")
    lane = payloads_v1.LANES.get(kind, Lane.PROMPT)
    outgoing = Outgoing(
        message="kr-jp-e1-p1",
        recipient="jp",
        lane=lane,
        epoch=1,
        sequence=sequence,
        kind=kind,
        subject=kind,
        body=data,
        issued_ns=TIME_NS,
    )
    sealed = seal(
        outgoing, federation=FEDERATION, mode=Mode.EXERCISE, exercise="BENCH", issuer="kr", key=KEY, sign=SECRET.sign
    )
    now = Now(TIME_NS, TIME_NS)
    Pipeline(settings, [Link(settings)]).step(now, Received(claimed="kr", lane=lane, envelope=sealed))


def one_input(data: bytes) -> None:
    """The first two bytes choose, the rest is the content."""
    if len(data) < FEWEST_BYTES:
        return
    kind, rest = KINDS[data[0] % len(KINDS)], bytes(data[2:])
    match data[1] % 3:
        case 0:
            envelope(rest)
        case 1:
            body(kind, rest)
        case _:
            signed(kind, 1 + data[1] % 2, rest)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
