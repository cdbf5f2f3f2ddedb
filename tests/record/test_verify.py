import sqlite3
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bongsu.adapters.store import Durability, RecordReader
from bongsu.base.errors import BadInput, RecordError
from bongsu.node.engine import open_engine
from bongsu.record import chain
from bongsu.record.entry import Entry
from bongsu.record.verify import Verdict, verify
from tests.record.toy import BEGIN, build, configuration, inputs

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
COLUMNS = [name for name in Entry.__struct_fields__ if name != "number"]


def sign(data: bytes) -> tuple[str, bytes]:
    return "kr-1", KEY.sign(data)


def write(folder: Path, count: int = 40) -> None:
    settings_ = configuration(public=KEY.public_key().public_bytes_raw())
    engine = open_engine(folder, settings_, build, BEGIN, sign, Durability.MEMORY_SPEED)
    for now, body in inputs(count):
        engine.step(now, body)
    engine.close()


def verdict_of(folder: Path) -> Verdict:
    with RecordReader(folder) as reader:
        return verify(reader.entries(), reader.end())


def tamper(folder: Path, *statements: str) -> None:
    connection = sqlite3.connect(folder / "record.db")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("record")
    write(folder)
    return folder


@pytest.fixture
def copy(record: Path, tmp_path: Path) -> Path:
    (tmp_path / "record.db").write_bytes((record / "record.db").read_bytes())
    return tmp_path


def test_whole_record_verifies(record: Path) -> None:
    verdict = verdict_of(record)
    assert verdict.broken is None
    assert verdict.closed
    assert verdict.node == "kr"
    assert verdict.signed == 1
    assert verdict.entries > 80


def test_checkpoints_are_signed_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "CHECKPOINT_ENTRIES", 10)
    write(tmp_path)
    verdict = verdict_of(tmp_path)
    assert verdict.broken is None
    assert verdict.signed >= 5


def test_same_run_gives_the_same_digest_and_hash(record: Path, tmp_path: Path) -> None:
    write(tmp_path)
    assert verdict_of(tmp_path) == verdict_of(record)


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_byte_of_any_column_is_found(record: Path, tmp_path: Path, data: st.DataObject) -> None:
    with RecordReader(record) as reader:
        last = reader.end().number
        number = data.draw(st.integers(1, last))
        column = data.draw(st.sampled_from(COLUMNS))
        (entry,) = reader.entries(first=number, last=number)
    value = getattr(entry, column)
    changed: object
    if isinstance(value, int):
        changed = value ^ (1 << data.draw(st.integers(0, 61)))
    else:
        raw = bytearray(value.encode() if isinstance(value, str) else value)
        if not raw:
            raw = bytearray(b"\0")
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] ^= 1 << data.draw(st.integers(0, 7))
        changed = bytes(raw)
    path = tmp_path / "record.db"
    path.write_bytes((record / "record.db").read_bytes())
    connection = sqlite3.connect(path)
    cast = "CAST(? AS TEXT)" if isinstance(value, str) else "?"
    connection.execute(f"UPDATE entries SET {column} = {cast} WHERE number = ?", (changed, number))
    connection.commit()
    connection.close()
    broken = verdict_of(tmp_path).broken
    assert broken is not None
    assert broken.entry == number
    assert broken.why in ("changed", "reordered")


def test_a_missing_entry_is_named(copy: Path) -> None:
    tamper(copy, "DELETE FROM entries WHERE number = 17")
    broken = verdict_of(copy).broken
    assert broken is not None
    assert (broken.entry, broken.why) == (17, "missing")


def test_two_entries_in_each_others_place_are_named(copy: Path) -> None:
    tamper(
        copy,
        "UPDATE entries SET number = -1 WHERE number = 12",
        "UPDATE entries SET number = 12 WHERE number = 20",
        "UPDATE entries SET number = 20 WHERE number = -1",
    )
    broken = verdict_of(copy).broken
    assert broken is not None
    assert (broken.entry, broken.why) == (12, "reordered")


def test_a_cut_off_end_is_named(copy: Path) -> None:
    tamper(copy, "DELETE FROM entries WHERE number > 30")
    broken = verdict_of(copy).broken
    assert broken is not None
    assert (broken.entry, broken.why) == (31, "truncated")


def test_a_record_written_anew_by_somebody_else_fails_against_a_known_key(record: Path) -> None:
    with RecordReader(record) as reader:
        verdict = verify(reader.entries(), reader.end(), {"kr-1": bytes(32)})
    assert verdict.broken is not None
    assert verdict.broken.why == "unsigned"


def test_a_record_without_its_closing_checkpoint_is_whole_but_not_closed(tmp_path: Path) -> None:
    engine = open_engine(tmp_path, configuration(), build, BEGIN)
    for now, body in inputs(10):
        engine.step(now, body)
    engine.store.close()
    verdict = verdict_of(tmp_path)
    assert verdict.broken is None
    assert not verdict.closed


def content_of_file(path: Path) -> object:
    """Every column of every entry, and the noted end, as the bytes of the file give them; the error where they give none."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        connection.text_factory = bytes
        try:
            return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in ("entries", "ends")]
        finally:
            connection.close()
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return "unreadable"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0.0, 1.0, exclude_max=True), flip=st.integers(1, 255))
def test_any_changed_byte_of_the_file_that_changes_the_record_is_found(
    record: Path, tmp_path: Path, place: float, flip: int
) -> None:
    """Not a part of the record: free space, SQLite's counters and indices, and the tables `outbox` and `snapshots`."""
    whole = (record / "record.db").read_bytes()
    offset = int(place * len(whole))
    changed = tmp_path / "record.db"
    changed.write_bytes(whole[:offset] + bytes([whole[offset] ^ flip]) + whole[offset + 1 :])
    if content_of_file(changed) == content_of_file(record / "record.db"):
        return
    try:
        verdict = verdict_of(tmp_path)
    except (RecordError, BadInput):
        return
    assert verdict.broken is not None, f"byte {offset} ^ {flip}"
