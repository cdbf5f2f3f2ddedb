from pathlib import Path

import pytest

from bongsu.adapters.store import Durability, RecordReader
from bongsu.base.errors import RecordError
from bongsu.core.pipeline import Pipeline
from bongsu.model.configuration import Configuration
from bongsu.node.engine import open_engine
from bongsu.record.replay import replay
from tests.record.toy import BEGIN, Counting, Sending, build, configuration, inputs, raw_scan


def write(folder: Path) -> str:
    engine = open_engine(folder, configuration(), build, BEGIN, durability=Durability.MEMORY_SPEED)
    for now, body in inputs(50):
        engine.step(now, body)
    engine.close()
    return engine.end.digest.hex()


def test_a_replay_gives_the_same_digest(tmp_path: Path) -> None:
    digest = write(tmp_path)
    with RecordReader(tmp_path) as reader:
        again = replay(reader.entries(), build)
    assert again.difference is None
    assert again.digest == digest
    assert (again.node, again.inputs) == ("kr", 51)
    assert again.outputs > 40


def test_a_core_that_behaves_otherwise_is_found_out(tmp_path: Path) -> None:
    write(tmp_path)

    class Otherwise(Counting):
        def handle(self, item, now):  # type: ignore[no-untyped-def]
            self.count += self.count == 9
            return super().handle(item, now)

    def other(settings: Configuration) -> Pipeline:
        return Pipeline(settings, [Otherwise(), Sending()])

    with RecordReader(tmp_path) as reader:
        again = replay(reader.entries(), other)
    assert again.difference is not None
    assert "scan" in again.difference.text


def test_an_input_that_broke_the_core_is_recorded_and_passed_over(tmp_path: Path) -> None:
    engine = open_engine(tmp_path, configuration(), build, BEGIN)
    run = inputs(20)
    for now, body in run[:10]:
        engine.step(now, body)
    with pytest.raises(AssertionError, match="the room breaks"):
        engine.step(run[10][0], raw_scan(11, sensor="bad"))
    engine.store.close()
    engine = open_engine(tmp_path, configuration(), build, BEGIN)
    for now, body in run[11:]:
        engine.step(now, body)
    engine.close()
    with RecordReader(tmp_path) as reader:
        assert [entry.type for entry in reader.entries(kinds=("fault",))] == ["raw_scan"]
        again = replay(reader.entries(), build)
    assert again.difference is None
    assert again.digest == engine.end.digest.hex()


def test_a_record_that_begins_elsewhere_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    with RecordReader(tmp_path) as reader, pytest.raises(RecordError, match="configuration"):
        replay(reader.entries(first=4), build)
