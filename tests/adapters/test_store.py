import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bongsu.adapters.store import RecordReader, Store, read_record
from bongsu.base.errors import BadInput, RecordError
from bongsu.node.engine import open_engine
from bongsu.record.chain import Chain
from bongsu.record.replay import replay
from bongsu.record.verify import verify
from tests.record.toy import BEGIN, build, configuration, inputs

WAIT_S = 20.0


def entries_of(count: int) -> tuple[Chain, list[list]]:  # type: ignore[type-arg]
    chain, pipeline = Chain(), build(configuration())
    return chain, [chain.step(pipeline.step(now, body)) for now, body in inputs(count)]


@pytest.mark.parametrize("after_lines", [1, 5, 20])
def test_what_was_called_durable_survives_sigkill(tmp_path: Path, root: Path, after_lines: int) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.adapters.crash_child", str(tmp_path)], cwd=root, stdout=subprocess.PIPE
    )
    durable = 0
    try:
        assert child.stdout is not None
        for _ in range(after_lines):
            durable = int(child.stdout.readline().split()[1])
    finally:
        child.kill()
        child.wait(WAIT_S)
    with child.stdout as rest:
        for line in rest.read().splitlines():
            durable = int(line.split()[1])
    with RecordReader(tmp_path) as reader:
        verdict = verify(reader.entries(), reader.end())
        again = replay(reader.entries(), build)
    assert verdict.broken is None
    assert verdict.entries >= durable > 0
    assert again.difference is None, "a step is in the record whole or not at all"
    engine = open_engine(tmp_path, configuration(), build, BEGIN)
    engine.close()


def test_urgent_entries_are_committed_at_once_and_the_rest_soon(tmp_path: Path) -> None:
    chain, steps = entries_of(3)
    told: list[int] = []
    some, all_ = threading.Event(), threading.Event()
    store = Store(tmp_path)

    def on_durable(number: int) -> None:
        told.append(number)
        some.set()
        if number == chain.number:
            all_.set()

    store.on_durable = on_durable
    for entries in steps[:-1]:
        store.append(entries, chain.end, [], urgent=False)
    store.append(steps[-1], chain.end, [], urgent=True)
    assert all_.wait(WAIT_S)
    assert told[-1] == chain.number
    store.close()
    assert len(list(read_record(tmp_path))) == chain.number


def test_entries_nobody_waits_for_come_to_disk_by_themselves(tmp_path: Path) -> None:
    chain, steps = entries_of(2)
    store, done = Store(tmp_path), threading.Event()
    store.on_durable = lambda _: done.set()
    store.append(steps[0] + steps[1], chain.end, [], urgent=False)
    assert done.wait(WAIT_S)
    store.close()


def test_a_failing_disk_is_announced_and_nothing_is_lost_when_it_heals(tmp_path: Path) -> None:
    chain, steps = entries_of(6)
    failed, healed = threading.Event(), threading.Event()
    told: list[str | None] = []
    store = Store(tmp_path)

    def on_failure(text: str | None) -> None:
        told.append(text)
        (failed if text else healed).set()

    store.on_failure = on_failure
    locker = sqlite3.connect(tmp_path / "record.db", isolation_level=None)
    store._connection.exec_driver_sql("PRAGMA busy_timeout=10")
    store._connection.rollback()
    locker.execute("BEGIN IMMEDIATE")
    store.append(steps[0], chain.end, [], urgent=True)
    assert failed.wait(WAIT_S)
    for entries in steps[1:]:
        store.append(entries, chain.end, [], urgent=True)
    locker.execute("COMMIT")
    locker.close()
    assert healed.wait(WAIT_S)
    store.close()
    assert told[0] is not None
    assert "locked" in told[0]
    assert told[-1] is None
    with RecordReader(tmp_path) as reader:
        assert verify(reader.entries(), reader.end()).broken is None


def test_a_folder_without_a_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no record here"):
        RecordReader(tmp_path)


def test_a_file_that_is_no_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "record.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(RecordError), RecordReader(tmp_path) as reader:
        reader.end()
    with pytest.raises(BadInput, match="cannot be written"):
        Store(tmp_path)


def test_a_reader_sees_what_a_running_node_has_written(tmp_path: Path) -> None:
    engine = open_engine(tmp_path, configuration(), build, BEGIN)
    done = threading.Event()
    engine.store.on_durable = lambda number: done.set() if number >= engine.number else None
    for now, body in inputs(30):
        engine.step(now, body)
    assert done.wait(WAIT_S)
    with RecordReader(tmp_path) as reader:
        scans = list(reader.entries(types=("raw_scan",)))
        assert len(scans) > 10
        assert [entry.number for entry in reader.entries(first=5, last=8)] == [5, 6, 7, 8]
    engine.close()
