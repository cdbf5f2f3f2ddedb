from collections.abc import Callable

import msgspec

from bongsu.model.head import Now
from bongsu.model.message import Lane, Outgoing, Received
from bongsu.model.mode import Mode
from bongsu.record.chain import Chain
from bongsu.record.compare import compare
from bongsu.record.entry import Entry
from bongsu.wire.envelope_v1 import seal
from tests.record.toy import BEGIN, build, configuration, inputs


def sent_and_got(keep: Callable[[Outgoing], Outgoing | None]) -> tuple[list[Entry], list[Entry]]:
    """kr's record, and jp's of what `keep` let through on the way."""
    chain, pipeline, entries = Chain(), build(configuration("kr")), []
    entries += chain.step(pipeline.step(BEGIN, configuration("kr")))
    theirs, partner, got = Chain(), build(configuration("jp")), []
    got += theirs.step(partner.step(BEGIN, configuration("jp")))
    for now, body in inputs(40):
        items = pipeline.step(now, body)
        entries += chain.step(items)
        for item in items:
            if isinstance(item.body, Outgoing) and (kept := keep(item.body)) is not None:
                got += theirs.step(partner.step(now, arrived(kept, now)))
    return entries, got


def arrived(message: Outgoing, now: Now) -> Received:
    envelope = seal(
        message, federation="toy", mode=Mode.TEST, exercise="toy-1", issuer="kr", key="k", sign=lambda _: bytes(64)
    )
    return Received(claimed="kr", lane=message.lane, envelope=envelope)


def test_records_that_tell_the_same_agree() -> None:
    out, back = compare(*sent_and_got(lambda message: message))
    assert out.agrees
    assert back.agrees
    assert (out.issuer, out.recipient) == ("kr", "jp")
    assert out.sent == out.got > 10


def test_a_lost_prompt_message_is_missing_and_a_replaced_latest_one_is_not() -> None:
    out, _ = compare(*sent_and_got(lambda message: None if message.sequence == 2 else message))
    assert out.missing == ("kr-jp-prompt-2",)
    assert out.got == out.sent - 2
    assert not out.altered


def test_another_body_is_altered() -> None:
    def alter(message: Outgoing) -> Outgoing:
        changed = message.lane is Lane.PROMPT and message.sequence == 3
        return msgspec.structs.replace(message, body=b'{"fact":2}') if changed else message

    out, _ = compare(*sent_and_got(alter))
    assert out.altered == ("kr-jp-prompt-3",)


def test_a_message_that_was_never_sent_is_unknown() -> None:
    def forge(message: Outgoing) -> Outgoing:
        return msgspec.structs.replace(message, message="forged") if message.sequence == 1 else message

    out, _ = compare(*sent_and_got(forge))
    assert out.unknown == ("forged",)
    assert not out.agrees


def test_messages_of_removed_entries_are_counted_and_the_rest_still_compared() -> None:
    def lose(message: Outgoing) -> Outgoing | None:
        return None if message.lane is Lane.PROMPT and message.sequence == 8 else message

    sent, got = sent_and_got(lose)
    for ours, theirs, cut in ((sent[:1] + sent[40:], got, (True, False)), (sent, got[:1] + got[8:], (False, True))):
        unaware, _ = compare(ours, theirs)
        assert unaware.unknown or len(unaware.missing) > 1
        out, back = compare(ours, theirs, *cut)
        assert out.missing == ("kr-jp-prompt-8",)
        assert not (out.unknown or out.altered)
        assert out.removed > 3
        assert back.agrees
