"""The exchange: counts that add up, and each way in which something can be lost, doubled or leaked."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from bongsu.model.decision import Decision
from bongsu.model.message import Lane, Outgoing, Received, Release
from bongsu.model.mode import Mode
from bongsu.model.receipt import Heartbeat
from bongsu.model.refusal import Refusal
from bongsu.views.measures_exchange import exchange, traffic
from bongsu.views.review import Exchange
from bongsu.wire import payloads_v1
from bongsu.wire.envelope_v1 import seal
from tests.views.builders import Record, at_ns, warning
from tests.views.test_measures import settings

BODY = payloads_v1.encode(payloads_v1.payload_of(warning("kr-E1"))[1])
FIELDS = tuple(sorted(msgspec.json.decode(BODY)))


def outgoing(sequence: int = 1, recipient: str = "jp", kind: str = "warning", body: bytes = BODY) -> Outgoing:
    return Outgoing(
        message=f"kr-{recipient}-e1-p{sequence}",
        recipient=recipient,
        lane=Lane.PROMPT,
        epoch=1,
        sequence=sequence,
        kind=kind,
        subject=kind,
        body=body,
        issued_ns=at_ns(30.0),
    )


def envelope(message: Outgoing) -> Received:
    sealed = seal(
        message, federation="test", mode=Mode.EXERCISE, exercise="TEST", issuer="kr", key="k", sign=lambda _: b"s" * 64
    )
    return Received(claimed="kr", lane=message.lane, envelope=sealed)


class Pair:
    """kr and jp; by default one warning goes over whole and decided."""

    def __init__(self) -> None:
        self.kr, self.jp = Record("kr"), Record("jp")
        self.kr.add(settings("kr"))
        self.jp.add(settings("jp"))

    def decide(self, allowed: bool = True, fields: tuple[str, ...] = FIELDS) -> None:
        decision = Decision(item="kr-9", recipient="jp", kind="warning", allowed=allowed, rule="r", fields=fields)
        self.kr.add(decision)

    def release(self, body: bytes = BODY) -> None:
        release = Release(recipient="jp", lane=Lane.PROMPT, kind="warning", subject="warning", body=body, item="kr-9")
        self.kr.add(release)

    def send(self, message: Outgoing | None = None) -> None:
        self.kr.add(message or outgoing())

    def hear(self, message: Outgoing | None = None) -> None:
        self.jp.add(envelope(message or outgoing()))

    def apply(self) -> None:
        said = payloads_v1.decode("warning", BODY, issuer="kr", issued_ns=at_ns(30.0))
        self.jp.add(said, origin="kr")

    def whole(self) -> Pair:
        self.decide()
        self.release()
        self.send()
        self.hear()
        self.apply()
        return self

    def told(self) -> Exchange:
        return exchange([traffic("kr", self.kr.items), traffic("jp", self.jp.items)], None)


def test_a_message_that_goes_over_whole() -> None:
    found = Pair().whole().told()
    assert (found.sent, found.delivered, found.lost, found.applied_twice, found.leaked) == (1, 1, 0, 0, 0)
    assert found.latency_ms is None


def test_a_repetition_under_the_same_id_is_one_message() -> None:
    pair = Pair().whole()
    pair.send()
    pair.hear()
    found = pair.told()
    assert (found.sent, found.delivered, found.leaked) == (1, 1, 0)


def test_what_is_never_applied_is_lost() -> None:
    pair = Pair()
    pair.decide()
    pair.release()
    pair.send()
    found = pair.told()
    assert (found.sent, found.delivered, found.lost) == (1, 0, 1)


def test_what_is_applied_again_is_counted() -> None:
    pair = Pair().whole()
    pair.apply()
    assert pair.told().applied_twice == 1


def _no_release(pair: Pair) -> None:
    pair.decide()
    pair.send()


def _no_decision(pair: Pair) -> None:
    pair.release()
    pair.send()


def _denied(pair: Pair) -> None:
    pair.decide(allowed=False)
    pair.release()
    pair.send()


def _a_field_too_many(pair: Pair) -> None:
    pair.decide(fields=("warning", "version"))
    pair.release()
    pair.send()


def _other_bytes(pair: Pair) -> None:
    pair.decide()
    pair.release()
    pair.send(outgoing(body=BODY.replace(b"kr-E1", b"kr-E2")))


def _other_recipient(pair: Pair) -> None:
    pair.decide()
    pair.release()
    pair.send(outgoing(recipient="us"))


def _a_stranger(pair: Pair) -> None:
    beat = Heartbeat(issued_ns=0, epoch=1, prompt_sequence=0, received_epoch=1, received_up_to=0)
    pair.send(outgoing(recipient="xx", kind="heartbeat", body=payloads_v1.encode(payloads_v1.payload_of(beat)[1])))


def _never_made(pair: Pair) -> None:
    pair.hear()


def _made_for_another(pair: Pair) -> None:
    pair.whole()
    pair.kr.add(Decision(item="kr-9", recipient="us", kind="warning", allowed=True, rule="r", fields=FIELDS))
    release = Release(recipient="us", lane=Lane.PROMPT, kind="warning", subject="warning", body=BODY, item="kr-9")
    pair.kr.add(release)
    pair.send(outgoing(recipient="us"))
    pair.hear(outgoing(recipient="us"))


@pytest.mark.parametrize(
    "leak",
    [
        _no_release,
        _no_decision,
        _denied,
        _a_field_too_many,
        _other_bytes,
        _other_recipient,
        _a_stranger,
        _never_made,
        _made_for_another,
    ],
)
def test_each_leak_is_found(leak: Callable[[Pair], None]) -> None:
    pair = Pair()
    leak(pair)
    assert pair.told().leaked == 1


def test_link_control_needs_membership_alone() -> None:
    pair = Pair()
    beat = Heartbeat(issued_ns=0, epoch=1, prompt_sequence=0, received_epoch=1, received_up_to=0)
    body = payloads_v1.encode(payloads_v1.payload_of(beat)[1])
    message = msgspec.structs.replace(outgoing(kind="heartbeat", body=body), lane=Lane.LATEST)
    pair.send(message)
    pair.hear(message)
    found = pair.told()
    assert (found.sent, found.leaked) == (0, 0)


def test_refusals_at_the_link_are_counted_and_those_of_other_doors_are_not() -> None:
    pair = Pair()
    for door in ("link", "screen", "desk"):
        pair.jp.add(Refusal(door=door, reason="x", source="kr"))
    assert pair.told().refused == 1
