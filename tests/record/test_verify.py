import sqlite3
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bongsu.adapters.store import Durability, RecordReader, file_seal, place_of
from bongsu.adapters.store.beside import beside_the_chain
from bongsu.base.errors import BadInput, RecordError
from bongsu.node.engine import open_engine
from bongsu.record import chain
from bongsu.record.entry import Entry
from bongsu.record.verify import Broken, Verdict, verify
from tests.record.toy import BEGIN, build, configuration, inputs

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FLIPS = st.integers(1, 255)
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


def test_an_entry_beyond_the_noted_end_is_named(copy: Path) -> None:
    tamper(
        copy,
        "INSERT INTO entries SELECT number + 1000, kind, item, type, event_ns, receipt_ns, link_ns, origin, mode, "
        "exercise, head, body, hash FROM entries WHERE number = 30",
    )
    broken = found(copy)
    assert broken is not None
    assert (broken.entry, broken.why) == (1030, "changed")


def test_a_record_that_is_written_on_meanwhile_is_whole_up_to_where_it_was(tmp_path: Path) -> None:
    settings_ = configuration(public=KEY.public_key().public_bytes_raw())
    engine = open_engine(tmp_path, settings_, build, BEGIN, sign, Durability.MEMORY_SPEED)
    run = inputs(40)
    for now, body in run[:20]:
        engine.step(now, body)
    engine.store._flush()
    with RecordReader(tmp_path) as reader:
        end = reader.end()
        for now, body in run[20:]:
            engine.step(now, body)
        engine.store._flush()
        assert verify(reader.entries(last=end.number), end).broken is None
        assert beside_the_chain(reader, end) is None
    engine.close()


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


def found(folder: Path) -> Broken | None:
    """What `bongsu record verify` finds: in the chain, beside it, or in the file."""
    with RecordReader(folder) as reader:
        end = reader.end()
        verdict = verify(reader.entries(last=end.number), end, None, reader.base)
        return verdict.broken or beside_the_chain(reader, end)


def flipped(path: Path, place: float, flip: int, start: int = 0) -> bytes:
    whole = path.read_bytes()
    offset = start + int(place * (len(whole) - start))
    return whole[:offset] + bytes([whole[offset] ^ flip]) + whole[offset + 1 :]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["record.db", "record.db.seal"]), place=st.floats(0.0, 1.0, exclude_max=True), flip=FLIPS)
def test_any_changed_byte_of_any_file_of_a_closed_record_is_found(
    record: Path, tmp_path: Path, name: str, place: float, flip: int
) -> None:
    """Every byte, also of free space, counters, indices, the outbox and snapshots."""
    for file in ("record.db", "record.db.seal"):
        (tmp_path / file).write_bytes((record / file).read_bytes())
    assert (tmp_path / "record.db").stat().st_size > 0
    (tmp_path / name).write_bytes(flipped(record / name, place, flip))
    try:
        assert found(tmp_path) is not None
    except (RecordError, BadInput):
        return


def test_the_same_holds_for_snapshots_and_for_a_record_without_a_key(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "live", configuration(), build, BEGIN)
    for now, body in inputs(60):
        engine.step(now, body)
    engine.snapshot()
    engine.close()
    folder = tmp_path / "copy"
    folder.mkdir()
    assert found(tmp_path / "live") is None
    size = (tmp_path / "live" / "record.db").stat().st_size
    for place in range(0, size, size // 60):
        for file in ("record.db", "record.db.seal"):
            (folder / file).write_bytes((tmp_path / "live" / file).read_bytes())
        (folder / "record.db").write_bytes(flipped(tmp_path / "live" / "record.db", place / size, 1))
        try:
            assert found(folder) is not None, place
        except (RecordError, BadInput):
            continue


def test_a_seal_goes_when_the_record_is_written_to_and_comes_back_when_it_is_closed(tmp_path: Path) -> None:
    write(tmp_path)
    seal = (tmp_path / "record.db.seal").read_bytes()
    assert b"kr-1" in seal
    settings_ = configuration(public=KEY.public_key().public_bytes_raw())
    engine = open_engine(tmp_path, settings_, build, BEGIN, sign, Durability.MEMORY_SPEED)
    assert not (tmp_path / "record.db.seal").exists()
    engine.close()
    assert (tmp_path / "record.db.seal").read_bytes() != seal
    assert found(tmp_path) is None


def test_an_unsigned_seal_does_not_stand_for_a_signed_one(record: Path, tmp_path: Path) -> None:
    (tmp_path / "record.db").write_bytes((record / "record.db").read_bytes())
    connection = sqlite3.connect(tmp_path / "record.db")
    connection.execute("VACUUM")
    connection.close()
    assert found(tmp_path) is None, "a copy without its seal is whole by its chain"
    assert file_seal.write(place_of(tmp_path), None)
    broken = found(tmp_path)
    assert broken is not None
    assert broken.why == "unsigned"


def content_of_file(path: Path) -> object:
    """Every column of every row that means something, as the bytes of the file give them; the error where they give none."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        connection.text_factory = bytes
        try:
            return [
                connection.execute(f"SELECT * FROM {table}").fetchall() for table in ("entries", "ends", "snapshots")
            ]
        finally:
            connection.close()
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return "unreadable"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0.0, 1.0, exclude_max=True), flip=FLIPS)
def test_without_a_seal_any_changed_byte_that_changes_the_record_is_found(
    record: Path, tmp_path: Path, place: float, flip: int
) -> None:
    """A record that its node still writes has no seal. What remains are free space, SQLite's counters and its indices, which say nothing of what happened."""
    changed = tmp_path / "record.db"
    changed.write_bytes(flipped(record / "record.db", place, flip))
    if content_of_file(changed) == content_of_file(record / "record.db"):
        return
    try:
        assert found(tmp_path) is not None
    except (RecordError, BadInput):
        return
