"""A record without a seal, as its node leaves it when it ends by force: which changed bytes are found, and that looking changes none."""

from __future__ import annotations

import shutil
import sqlite3
import struct
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bongsu.adapters.store import Durability, RecordReader, place_of, unsealed, wal
from bongsu.base.errors import BadInput, RecordError
from bongsu.node.engine import open_engine
from tests.record.test_verify import FLIPS, KEY, found, sign
from tests.record.toy import BEGIN, build, configuration, inputs

PAGE = 4096
WAIT_S = 20.0


def crashed(folder: Path, copy: Path, count: int = 150) -> None:
    """The files of a node that was ended in the middle of its work."""
    settings_ = configuration(public=KEY.public_key().public_bytes_raw())
    engine = open_engine(folder, settings_, build, BEGIN, sign, Durability.DISK)
    written = threading.Event()
    for now, body in inputs(count):
        engine.step(now, body)
    engine.snapshot()
    last = engine._chain.end.number + 1
    engine.store.on_durable = lambda number: written.set() if number >= last else None
    engine.step(*next(iter(inputs(1, count + 1))))
    assert written.wait(WAIT_S)
    copy.mkdir()
    for name in ("record.db", "record.db-wal"):
        shutil.copy(folder / name, copy / name)
    engine.close()


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files: what was committed stands in the second."""
    folder = tmp_path_factory.mktemp("ended")
    crashed(folder / "live", folder / "copy")
    return folder / "copy"


@pytest.fixture(scope="module")
def merged(ended: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file without a seal."""
    folder = tmp_path_factory.mktemp("merged")
    for file in ended.iterdir():
        shutil.copy(file, folder / file.name)
    connection = sqlite3.connect(folder / "record.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert [file.name for file in folder.iterdir()] == ["record.db"]
    return folder


def is_found(folder: Path) -> bool:
    try:
        return found(folder) is not None
    except (RecordError, BadInput):
        return True


def test_looking_at_what_ended_by_force_changes_none_of_its_bytes(ended: Path, tmp_path: Path) -> None:
    for file in ended.iterdir():
        shutil.copy(file, tmp_path / file.name)
    before = {name: (tmp_path / name).read_bytes() for name in ("record.db", "record.db-wal")}
    assert len(before["record.db-wal"]) > 20 * PAGE
    assert found(tmp_path) is None
    with RecordReader(tmp_path) as reader:
        assert reader.end().number > 100
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0.0, 1.0, exclude_max=True), flip=FLIPS)
def test_any_changed_byte_of_the_wal_is_found(ended: Path, tmp_path: Path, place: float, flip: int) -> None:
    for file in tmp_path.iterdir():
        file.unlink()
    shutil.copy(ended / "record.db", tmp_path / "record.db")
    whole = bytearray((ended / "record.db-wal").read_bytes())
    whole[int(place * len(whole))] ^= flip
    (tmp_path / "record.db-wal").write_bytes(whole)
    assert is_found(tmp_path)


@pytest.mark.parametrize("back", range(0, 24, 3))
def test_so_is_one_in_the_head_of_the_last_frame(ended: Path, tmp_path: Path, back: int) -> None:
    """Were the salts of the last commit changed, SQLite would take it for what was left over from before."""
    shutil.copy(ended / "record.db", tmp_path / "record.db")
    whole = bytearray((ended / "record.db-wal").read_bytes())
    whole[len(whole) - PAGE - 24 + back] ^= 1
    (tmp_path / "record.db-wal").write_bytes(whole)
    assert is_found(tmp_path)


def test_frames_left_over_from_before_and_of_no_commit_are_no_fault(ended: Path, tmp_path: Path) -> None:
    """A file begins anew with other salts over what it held; and a node may end before a commit."""
    whole = (ended / "record.db-wal").read_bytes()
    _, _, size, _, salt, other, *_ = struct.unpack_from(">8I", whole)
    frame = whole[32 : 32 + 24 + size]
    foreign = frame[:8] + struct.pack(">2I", salt - 1, other ^ 5) + frame[16:]
    (tmp_path / "wal").write_bytes(whole + foreign)
    log, before = wal.read(tmp_path / "wal"), wal.read(ended / "record.db-wal")
    assert log == before and log is not None and log.fault == ""
    (tmp_path / "wal").write_bytes(whole[: -(24 + size)])
    shorter = wal.read(tmp_path / "wal")
    assert shorter is not None and shorter.fault == ""
    (tmp_path / "wal").write_bytes(b"")
    assert wal.read(tmp_path / "wal") is None


def says_nothing(data: bytes, entries: set[int], at: int) -> bool:
    """What docs/reference/record.md names as left: the schema's cookie, the library's version, blanks of the tables' wording, and gaps of divided pages."""
    page, within = divmod(at, PAGE)
    head = 100 if page == 0 else 0
    if page == 0 and (40 <= at < 44 or 96 <= at < 100 or chr(data[at]).isspace()):
        return True
    if page + 1 in entries and data[page * PAGE + head] == 13:
        return False
    begin = page * PAGE + head
    pointers = head + (8 if data[begin] in (10, 13) else 12) + 2 * int.from_bytes(data[begin + 3 : begin + 5], "big")
    return pointers <= within < int.from_bytes(data[begin + 5 : begin + 7], "big")


def pages_of_entries(file: Path) -> set[int]:
    data = file.read_bytes()
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'entries'").fetchone()
    connection.close()
    pages, waiting = set(), [root]
    while waiting:
        number = waiting.pop()
        pages.add(number)
        begin = (number - 1) * PAGE
        if data[begin] == 5:
            waiting.append(int.from_bytes(data[begin + 8 : begin + 12], "big"))
            for i in range(int.from_bytes(data[begin + 3 : begin + 5], "big")):
                cell = begin + int.from_bytes(data[begin + 12 + 2 * i : begin + 14 + 2 * i], "big")
                waiting.append(int.from_bytes(data[cell : cell + 4], "big"))
    return pages


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.one_of(st.floats(0.0, 1.0, exclude_max=True), st.floats(0.0, 0.002)), flip=FLIPS)
def test_any_changed_byte_of_a_file_without_a_seal_is_found_but_for_what_is_named(
    merged: Path, tmp_path: Path, place: float, flip: int
) -> None:
    data = (merged / "record.db").read_bytes()
    entries = pages_of_entries(merged / "record.db")
    assert len(entries) > 0.8 * len(data) / PAGE, "nearly all of the file"
    at = int(place * len(data))
    if says_nothing(data, entries, at):
        return
    (tmp_path / "record.db").write_bytes(data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :])
    assert is_found(tmp_path), at


def test_of_a_file_that_was_not_written_so_unused_bytes_say_nothing(merged: Path, tmp_path: Path) -> None:
    """One of an earlier version, or whose tables were brought up to date: what stood in its unused bytes is not known."""
    data = bytearray((merged / "record.db").read_bytes())
    begins = ((number - 1) * PAGE for number in sorted(pages_of_entries(merged / "record.db")))
    leaf = next(begin for begin in begins if data[begin] == 13)
    unused = leaf + 8 + 2 * int.from_bytes(data[leaf + 3 : leaf + 5], "big") + 10
    assert data[unused] == 0
    data[unused] = 1
    (tmp_path / "record.db").write_bytes(data)
    assert is_found(tmp_path)
    data[68:72] = bytes(4)
    (tmp_path / "record.db").write_bytes(data)
    assert found(tmp_path) is None
    data[68] ^= 1
    (tmp_path / "record.db").write_bytes(data)
    assert is_found(tmp_path)


def test_a_record_that_is_written_meanwhile_is_whole(tmp_path: Path) -> None:
    engine = open_engine(tmp_path, configuration(), build, BEGIN, durability=Durability.DISK)
    stop = threading.Event()
    faults: list[object] = []

    def look() -> None:
        while not stop.is_set():
            faults.append(unsealed.check(place_of(tmp_path)))

    watcher = threading.Thread(target=look)
    watcher.start()
    for now, body in inputs(400):
        engine.step(now, body)
    stop.set()
    watcher.join(WAIT_S)
    engine.close()
    assert faults and not any(faults)
    assert found(tmp_path) is None
