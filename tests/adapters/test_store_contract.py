"""What holds for a record wherever it lies: the same tests for a file and for a real PostgreSQL server."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text, update

from bongsu.adapters.store import Durability, Place, RecordReader, Store
from bongsu.adapters.store.schema import migrate, prepare
from bongsu.adapters.store.tables import HEAD, ends, entries, meta, outbox, version
from bongsu.base.errors import BadInput
from bongsu.model.carried import Carried
from bongsu.node.engine import Engine, open_engine
from bongsu.record.chain import Chain
from bongsu.record.entry import body_of
from bongsu.record.replay import replay
from bongsu.record.verify import Verdict, verify
from tests.record.toy import BEGIN, build, configuration, inputs

WAIT_S = 20.0


def opened(place: Place, folder: Path, commit: str = "toy", durability: Durability = Durability.DISK) -> Engine:
    return open_engine(folder / "node", configuration(commit=commit), build, BEGIN, durability=durability, place=place)


def played(engine: Engine, count: int = 40, first: int = 1) -> Engine:
    for now, body in inputs(count, first):
        engine.step(now, body)
    return engine


def verdict_of(place: Place) -> Verdict:
    with RecordReader(place) as reader:
        return verify(reader.entries(), reader.end())


def tampered(place: Place, change: object) -> None:
    engine = place.engine(Durability.DISK)
    with engine.begin() as connection:
        connection.execute(change)  # type: ignore[call-overload]
    engine.dispose()


@pytest.mark.parametrize("durability", Durability)
def test_a_record_verifies_and_replays_to_the_digest_of_any_other_place(
    place: Place, tmp_path: Path, durability: Durability
) -> None:
    engine = played(opened(place, tmp_path, durability=durability), 300)
    engine.close()
    other = played(open_engine(tmp_path / "other", configuration(), build, BEGIN), 300)
    other.close()
    verdict = verdict_of(place)
    assert verdict.broken is None
    assert verdict.closed
    assert verdict.digest == other.end.digest.hex()
    with RecordReader(place) as reader:
        again = replay(reader.entries(), build)
    assert again.difference is None
    assert again.digest == verdict.digest


def test_a_restart_takes_up_from_a_snapshot_and_offers_what_was_not_sent(place: Place, tmp_path: Path) -> None:
    engine = played(opened(place, tmp_path), 20)
    engine.snapshot()
    played(engine, 12, 21)
    engine.store.mark_sent("kr-jp-prompt-1")
    engine.store.close()
    again = opened(place, tmp_path)
    assert again.restart.from_entry > 20
    assert 0 < again.restart.inputs < 32
    assert again.number == engine.number
    offered = [message.message for message in again.restart.unsent]
    assert "kr-jp-prompt-2" in offered
    assert "kr-jp-prompt-1" not in offered
    played(again, 8, 33).close()
    assert verdict_of(place).broken is None


def test_another_core_sets_the_record_aside_and_takes_over(place: Place, tmp_path: Path) -> None:
    played(opened(place, tmp_path)).close()
    assert place.epochs() == []
    second = opened(place, tmp_path, commit="another")
    assert second.configuration.epoch == 2
    second.close()
    third = opened(place, tmp_path, commit="a third")
    assert third.configuration.epoch == 3
    third.close()
    assert place.epochs() == [1, 2]
    for one in (place, place.epoch(1), place.epoch(2)):
        assert verdict_of(one).broken is None
    with RecordReader(place) as reader:
        (carried,) = (body_of(entry) for entry in reader.entries(types=("carried",)))
    assert isinstance(carried, Carried)
    assert carried.epoch == 2


def test_a_commit_whose_confirmation_is_lost_is_not_written_twice(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, pipeline = Chain(), build(configuration())
    steps = [(chain.step(pipeline.step(now, body)), chain.end) for now, body in inputs(9)]
    failed, healed = threading.Event(), threading.Event()
    store = Store(place, on_failure=lambda text: (failed if text else healed).set())
    write, lost = Store._write, [True]

    def commit_and_say_nothing(self: Store, batch: object) -> None:
        if lost:
            lost.clear()
            with self._engine.begin() as aside:
                mine, self._connection = self._connection, aside
                try:
                    write(self, batch)  # type: ignore[arg-type]
                finally:
                    self._connection = mine
            raise OSError("the line is cut")
        write(self, batch)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "_write", commit_and_say_nothing)
    first, end = steps[0]
    numbers = [(entry.number, f"m-{entry.number}") for entry in first]
    store.append(first, end, numbers, urgent=True)
    assert failed.wait(WAIT_S)
    for step, end in steps[1:]:
        store.append(step, end, [], urgent=True)
    assert healed.wait(WAIT_S)
    store.close()
    verdict = verdict_of(place)
    assert verdict.broken is None
    assert verdict.entries == chain.number
    with RecordReader(place) as reader:
        assert [entry.number for entry in reader.unsent()] == [number for number, _ in numbers]


def test_what_somebody_changed_or_took_out_is_found(place: Place, tmp_path: Path) -> None:
    played(opened(place, tmp_path)).close()
    tampered(place, update(entries).where(entries.c.number == 23).values(origin="us"))
    broken = verdict_of(place).broken
    assert broken is not None
    assert (broken.entry, broken.why) == (23, "changed")
    tampered(place, entries.delete().where(entries.c.number == 11))
    broken = verdict_of(place).broken
    assert broken is not None
    assert (broken.entry, broken.why) == (11, "missing")


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"include_name": lambda name, *_: name != version.name})
    return list(compare_metadata(context, meta))


def test_migrations_come_to_the_tables_of_a_new_record(place: Place) -> None:
    engine = place.engine(Durability.DISK)
    with engine.begin() as connection:
        place.begin(connection)
        migrate(connection, place)
        assert connection.execute(select(version.c.version_num)).scalar_one() == HEAD
        assert differences(connection) == []
    engine.dispose()


def test_a_record_of_before_versions_is_brought_up_to_date(place: Place, tmp_path: Path) -> None:
    played(opened(place, tmp_path)).close()
    engine = place.engine(Durability.DISK)
    with engine.begin() as connection:
        place.begin(connection)
        meta.drop_all(connection, [table for table in meta.sorted_tables if table.name not in OLD])
        version.drop(connection)
        connection.execute(text("ALTER TABLE snapshots DROP COLUMN cut"))
    engine.dispose()
    assert verdict_of(place).broken is None, "readable as it is"
    again = opened(place, tmp_path)
    assert again.restart.from_entry > 0
    again.close()
    with prepare(place.engine(Durability.DISK), place) as connection:
        assert connection.execute(select(version.c.version_num)).scalar_one() == HEAD
        assert differences(connection) == []


OLD = {entries.name, ends.name, outbox.name, "snapshots"}


def test_a_record_of_a_newer_bongsu_is_refused(place: Place, tmp_path: Path) -> None:
    played(opened(place, tmp_path)).close()
    tampered(place, update(version).values(version_num="9999"))
    with pytest.raises(BadInput, match="not of this version"):
        Store(place)


def test_two_writers_of_one_record_do_not_mix(place: Place, tmp_path: Path) -> None:
    engine = played(opened(place, tmp_path), 10)
    engine.store.close()
    told = threading.Event()
    store = Store(place, on_failure=lambda text: told.set() if text else None)
    chain, pipeline = Chain(), build(configuration("kr", commit="somebody else"))
    store.append(chain.step(pipeline.step(*inputs(1)[0])), chain.end, [], urgent=True)
    assert told.wait(WAIT_S)
    with pytest.raises(Exception, match="could not be written"):
        store.close()
    verdict = verdict_of(place)
    assert verdict.broken is None
    assert verdict.entries == engine.number
