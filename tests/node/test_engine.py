from pathlib import Path

import pytest

from bongsu.adapters.store import RecordReader, place_of
from bongsu.base.limits import DISK_PATIENCE_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.pipeline import Pipeline
from bongsu.model.head import Item, Now
from bongsu.model.message import Lane, Outgoing
from bongsu.node.engine import is_ahead, open_engine
from bongsu.node.outbox import Outbox
from bongsu.record.replay import replay
from bongsu.record.verify import verify
from tests.record.toy import BEGIN, build, configuration, inputs


def state_of(pipeline: Pipeline) -> object:
    return pipeline.snapshot()


@pytest.mark.parametrize("snapshot_after", [0, 1, 17, 30])
def test_snapshot_and_tail_equal_an_unbroken_run(tmp_path: Path, snapshot_after: int) -> None:
    run = inputs(60)
    whole = open_engine(tmp_path / "whole", configuration(), build, BEGIN)
    for now, body in run:
        whole.step(now, body)
    broken = open_engine(tmp_path / "broken", configuration(), build, BEGIN)
    for place, (now, body) in enumerate(run[:30]):
        broken.step(now, body)
        if snapshot_after and place + 1 == snapshot_after:
            broken.snapshot()
    broken.store.close()
    broken = open_engine(tmp_path / "broken", configuration(), build, BEGIN)
    assert (broken.restart.from_entry > 0) == (snapshot_after > 0)
    assert broken.restart.inputs == (30 - snapshot_after if snapshot_after else 31)
    for now, body in run[30:]:
        broken.step(now, body)
    assert broken.end.digest == whole.end.digest
    assert state_of(broken.pipeline) == state_of(whole.pipeline)
    whole.close()
    broken.close()
    with RecordReader(tmp_path / "broken") as reader:
        assert verify(reader.entries(), reader.end()).broken is None
        assert replay(reader.entries(), build).difference is None


def test_a_changed_snapshot_is_not_taken_up(tmp_path: Path) -> None:
    engine = open_engine(tmp_path, configuration(), build, BEGIN)
    for now, body in inputs(20):
        engine.step(now, body)
    engine.snapshot()
    engine.store.close()
    import sqlite3

    connection = sqlite3.connect(tmp_path / "record.db")
    connection.execute("UPDATE snapshots SET content = CAST(content || x'00' AS BLOB)")
    connection.commit()
    connection.close()
    again = open_engine(tmp_path, configuration(), build, BEGIN)
    assert again.restart.from_entry == 0
    assert again.restart.inputs == 21
    again.close()


def test_messages_that_no_broker_took_are_offered_again(tmp_path: Path) -> None:
    engine = open_engine(tmp_path, configuration(), build, BEGIN)
    sent: list[Outgoing] = []
    for now, body in inputs(40):
        sent += [item.body for item in engine.step(now, body) if isinstance(item.body, Outgoing)]
    prompt = [message for message in sent if message.lane is Lane.PROMPT]
    latest = [message for message in sent if message.lane is Lane.LATEST]
    assert len(prompt) > 5
    assert len(latest) > 5
    for message in prompt[:3]:
        engine.store.mark_sent(message.message)
    engine.store.close()
    again = open_engine(tmp_path, configuration(), build, BEGIN)
    again.close()
    assert [message for message in again.restart.unsent if message.lane is Lane.PROMPT] == prompt[3:]
    assert [message for message in again.restart.unsent if message.lane is Lane.LATEST] == latest[-1:]


def test_another_commit_begins_a_new_epoch_and_keeps_the_old_record(tmp_path: Path) -> None:
    engine = open_engine(tmp_path, configuration(), build, BEGIN)
    engine.close()
    other = open_engine(tmp_path, configuration(commit="next"), build, BEGIN)
    items = other.step(*inputs(1)[0])
    other.close()
    assert other.configuration.epoch == 2
    assert items[0].head.id.startswith("kr.2-")
    assert (tmp_path / "record-epoch-1.db").is_file()
    again = open_engine(tmp_path, configuration(commit="next"), build, BEGIN)
    again.close()
    assert again.configuration.epoch == 2


def test_what_left_without_being_on_record_begins_a_new_epoch_unless_the_disk_has_it_by_then(tmp_path: Path) -> None:
    epochs = []
    for kept in (True, False, True):
        engine = open_engine(tmp_path, configuration(), build, BEGIN)
        epochs.append(engine.configuration.epoch)
        assert engine.keep_numbers(False) == ""
        assert engine.keep_numbers(kept) == ""
        engine.store.close()
    again = open_engine(tmp_path, configuration(), build, BEGIN)
    again.close()
    assert [*epochs, again.configuration.epoch] == [1, 1, 2, 2]


def test_what_may_leave_when() -> None:
    engine_out: list[str] = []
    outbox = Outbox(lambda message: engine_out.append(message.message))
    called: list[int] = []
    pipeline = build(configuration())
    number = 0
    for now, body in inputs(12):
        items = pipeline.step(now, body)
        number += len(items)
        outbox.stepped(number, items, lambda number=number: called.append(number))
    assert engine_out == ["kr-jp-latest-1", "kr-jp-latest-2"]
    assert called == []
    outbox.durable(number - 1)
    assert "kr-jp-prompt-1" in engine_out
    assert called
    assert number not in called
    outbox.disk(failing=True)
    assert number not in called
    outbox.durable(number)
    assert called[-1] == number
    assert outbox.waiting_count == 0


def test_a_disk_that_does_not_answer_is_late_but_only_for_messages() -> None:
    out: list[str] = []
    time_s = [0.0]
    outbox = Outbox(lambda message: out.append(message.message), lambda: time_s[0])
    pipeline = build(configuration())
    number = 0
    for now, body in inputs(3):
        items = pipeline.step(now, body)
        number += len(items)
        outbox.stepped(number, items, lambda: None)
    time_s[0] = DISK_PATIENCE_S + 0.1
    assert outbox.is_late
    outbox.disk(failing=True)
    assert "kr-jp-prompt-1" in out
    assert not outbox.is_late
    assert outbox.waiting_count == 3


def test_a_receipt_waits_for_the_disk_even_while_it_fails() -> None:
    out: list[str] = []
    outbox = Outbox(lambda message: out.append(message.kind))
    receipt, beat = (
        Outgoing(
            message=f"kr-jp-{kind}",
            recipient="jp",
            lane=Lane.LATEST,
            epoch=1,
            sequence=1,
            kind=kind,
            subject=kind,
            body=b"",
            issued_ns=0,
        )
        for kind in ("receipt", "heartbeat")
    )
    head = build(configuration()).step(*inputs(1)[0])[0].head
    outbox.stepped(2, [Item(head, receipt), Item(head, beat)])
    outbox.disk(failing=True)
    before = list(out)
    outbox.durable(2)
    assert (before, out) == (["heartbeat"], ["heartbeat", "receipt"])


def test_a_record_that_a_wrong_clock_wrote_ahead_is_set_aside_so_that_nobody_waits(tmp_path: Path) -> None:
    engine = open_engine(tmp_path, configuration(), build, BEGIN)
    for now, body in inputs(30):
        engine.step(now, body)
    last = engine.pipeline.now
    engine.store.close()
    place = place_of(tmp_path)
    assert not is_ahead(place, Now(last.exercise_ns, last.link_ns - seconds_to_ns(1.9)))
    set_right = Now(last.exercise_ns, last.link_ns - seconds_to_ns(2.1))
    assert is_ahead(place, set_right) and not is_ahead(place_of(tmp_path / "none"), set_right)
    again = open_engine(tmp_path, configuration(), build, set_right, anew=True)
    assert again.configuration.epoch == 2 and again.pipeline.now == set_right
    again.close()
