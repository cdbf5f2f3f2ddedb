"""A record within bounds: its oldest entries go, a signed statement stands for them, and the rest proves itself. For both stores."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from bongsu.adapters.store import Durability, Place, RecordReader, place_of, unsealed
from bongsu.adapters.store.tables import bases, entries, snapshots
from bongsu.base.errors import RecordError
from bongsu.model.head import Now
from bongsu.model.message import Outgoing
from bongsu.node import retention
from bongsu.node.engine import open_engine, restore
from bongsu.node.retention import Removed, Retention, look
from bongsu.record.base import decode_base
from bongsu.record.codec import encode
from bongsu.record.replay import replay
from bongsu.record.verify import Verdict, verify
from tests.record.toy import BEGIN, SECOND_NS, build, configuration, inputs

WAIT_S = 20.0
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SPAN_S = 160.0
BOUNDS = Retention(days=SPAN_S / 86_400.0)
"""Cuts every ten seconds of link time, which is twenty inputs of the toy."""


def sign(data: bytes) -> tuple[str, bytes]:
    return "kr-1", KEY.sign(data)


def settings_of(commit: str = "toy") -> object:
    return configuration(public=KEY.public_key().public_bytes_raw(), commit=commit)


class Kr:
    """A node's engine, fed second by second, that keeps a snapshot each ten inputs and looks at its bounds when told."""

    def __init__(self, place: Place, folder: Path, bounds: Retention = BOUNDS) -> None:
        self.place, self.folder, self.bounds = place, folder / "node", bounds
        self.count = 0
        self.open()

    def open(self, commit: str = "toy") -> None:
        self.engine = open_engine(
            self.folder,
            settings_of(commit),  # type: ignore[arg-type]
            build,
            Now(BEGIN.exercise_ns + self.count * SECOND_NS, BEGIN.link_ns + self.count * SECOND_NS // 2),
            sign,
            place=self.place,
            retention=self.bounds,
        )

    def play(self, count: int) -> None:
        for now, body in inputs(count, self.count + 1):
            items = self.engine.step(now, body)
            for item in items:
                if isinstance(item.body, Outgoing):
                    self.engine.store.mark_sent(item.body.message)
            self.count += 1
            if self.count % 10 == 0:
                self.engine.snapshot()
        self.flushed()

    def flushed(self) -> None:
        """Until everything is written, and every row that was to go is gone."""
        done = threading.Event()
        number = self.engine.number
        self.engine.store.on_durable = lambda durable: done.set() if durable >= number else None
        self.engine.store.append([], self.engine.end, [], urgent=True)
        self.engine.store.mark_sent("nothing")
        assert done.wait(WAIT_S)

    def look(self) -> list[Removed]:
        link_ns = self.engine.pipeline.now.link_ns
        return look(self.place, self.bounds, link_ns, sign, self.engine.remove_before)


def verdict_of(place: Place, keys: dict[str, bytes] | None = None) -> Verdict:
    with RecordReader(place) as reader:
        return verify(reader.entries(), reader.end(), keys, reader.base)


def replayed(place: Place) -> str:
    with RecordReader(place) as reader:

        def core(told: object) -> object:
            pipeline = build(told)  # type: ignore[arg-type]
            if reader.base is not None:
                restore(pipeline, reader, told, oldest=True)  # type: ignore[arg-type]
            return pipeline

        outcome = replay(reader.entries(), core, reader.base)  # type: ignore[arg-type]
        assert outcome.difference is None
        assert outcome.digest == reader.end().digest.hex()
        return outcome.digest


@pytest.fixture
def kr(place: Place, tmp_path: Path) -> Kr:
    return Kr(place, tmp_path)


def test_what_is_too_old_goes_and_the_rest_proves_and_replays_itself(kr: Kr, tmp_path: Path) -> None:
    kr.play(300)
    assert kr.look() == [], "150 s are within the bounds"
    kr.play(200)
    (removed,) = kr.look()
    assert removed.epoch == 0
    assert kr.engine.removing
    kr.play(20)
    kr.engine.close()
    whole = open_engine(tmp_path / "whole", settings_of(), build, BEGIN, sign)  # type: ignore[arg-type]
    for now, body in inputs(520):
        whole.step(now, body)
    whole.close()
    verdict = verdict_of(kr.place, {"kr-1": KEY.public_key().public_bytes_raw()})
    assert verdict.broken is None
    assert verdict.removed == removed.entries > 100
    assert verdict.digest == whole.end.digest.hex() == replayed(kr.place)
    with RecordReader(kr.place) as reader:
        kept = [entry.number for entry in reader.entries()]
        oldest_ns = min(entry.link_ns for entry in reader.entries(first=2))
    assert kept == [1, *range(removed.entries + 2, verdict.entries + 1)]
    assert kr.engine.pipeline.now.link_ns - oldest_ns <= (SPAN_S * (1 + 1 / 16) + 15) * SECOND_NS
    engine = kr.place.engine(Durability.DISK, read_only=True)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(entries)).scalar_one() == len(kept), "rows are gone"
    engine.dispose()


def test_it_is_removed_again_and_a_restart_goes_on_from_what_is_left(kr: Kr) -> None:
    for _ in range(2):
        kr.play(420)
        assert kr.look()
        kr.play(1)
    before = kr.engine.number
    kr.engine.store.close()
    kr.open()
    assert kr.engine.number == before
    kr.play(420)
    assert kr.look()
    kr.play(10)
    kr.engine.close()
    verdict = verdict_of(kr.place)
    assert verdict.broken is None
    assert verdict.removed > 2_000
    replayed(kr.place)


def test_a_node_that_ended_in_the_middle_of_dropping_rows_goes_on_with_it(
    kr: Kr, monkeypatch: pytest.MonkeyPatch
) -> None:
    kr.play(420)
    monkeypatch.setattr(type(kr.engine.store), "_drop_some", lambda _self: None)
    assert kr.look()
    kr.play(1)
    kr.engine.store.close()
    monkeypatch.undo()
    assert verdict_of(kr.place).removed > 0
    replayed(kr.place)
    kr.open()
    kr.play(1)
    kr.engine.close()
    verdict = verdict_of(kr.place)
    assert verdict.broken is None
    engine = kr.place.engine(Durability.DISK, read_only=True)
    with engine.connect() as connection:
        rows = connection.execute(select(func.count()).select_from(entries)).scalar_one()
    engine.dispose()
    assert rows == verdict.entries - verdict.removed


def test_what_no_broker_has_taken_stays(kr: Kr) -> None:
    kr.play(30)
    for now, body in inputs(10, 31):  # nobody marks these as sent
        kr.engine.step(now, body)
    kr.count += 10
    kr.play(400)
    kr.look()
    kr.play(1)
    with RecordReader(kr.place) as reader:
        assert (0 if reader.base is None else reader.base.entry) < (reader.oldest_unsent() or 0)
        assert reader.unsent()
    kr.engine.close()
    assert verdict_of(kr.place).broken is None


def test_a_new_epoch_takes_over_what_stood_in_removed_entries_and_old_epochs_shrink(kr: Kr) -> None:
    kr.play(420)
    kr.look()
    kr.play(10)
    kr.engine.close()
    kr.open("another")
    assert kr.engine.configuration.epoch == 2
    kr.play(400)
    told = kr.look()
    assert [one.epoch for one in told] == [1, 0]
    kr.play(2)
    assert [one.epoch for one in kr.look()] == [], "nothing is removed twice"
    kr.engine.close()
    old = verdict_of(kr.place.epoch(1))
    assert old.broken is None
    assert old.entries - old.removed == 3
    assert verdict_of(kr.place).broken is None
    kr.open("another")
    assert kr.engine.configuration.epoch == 2, "no number is used again"
    kr.engine.close()


def test_a_bound_of_size_removes_the_oldest_part(place: Place, tmp_path: Path) -> None:
    kr = Kr(place, tmp_path, Retention(size_mb=0.2))
    kr.play(200)
    with RecordReader(place) as reader:
        estimated = reader.size_bytes()
        exact = sum(len(entry.head) + len(entry.body) + 160 for entry in reader.entries())
        held = sum(len(snapshot.content) for snapshot in reader.snapshots())
    assert estimated == pytest.approx(exact + held, rel=0.1)
    assert estimated > 200_000
    for _ in range(20):
        if not kr.look():
            break
        kr.play(1)
    with RecordReader(place) as reader:
        assert reader.size_bytes() < 200_000
        assert reader.size_bytes() > 120_000, "no more than must go"
    kr.engine.close()
    assert verdict_of(place).broken is None
    replayed(place)


@pytest.fixture(scope="module")
def reduced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reduced")
    kr = Kr(place_of(folder), folder)
    kr.play(420)
    assert kr.look()
    kr.play(2)
    kr.engine.close()
    return folder / "record.db"


@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_byte_of_the_statement_is_found(reduced: Path, tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "record.db"
    path.write_bytes(reduced.read_bytes())
    engine = place_of(path).engine(Durability.DISK)
    with engine.begin() as connection:
        body = connection.execute(select(bases.c.body)).scalar_one()
        changed = bytearray(body)
        changed[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
        connection.execute(update(bases).values(body=bytes(changed)))
    engine.dispose()
    try:
        verdict = verdict_of(place_of(path))
    except RecordError:
        return
    assert verdict.broken is not None


def test_what_removing_leaves_in_the_file_is_no_fault(tmp_path: Path) -> None:
    """Pages are joined and given free: neither while the node writes on nor after it has ended does that look like a change."""
    kr = Kr(place_of(tmp_path), tmp_path)
    for _ in range(3):
        kr.play(420)
        assert kr.look()
        assert unsealed.check(kr.place) is None
    kr.engine.close()
    (tmp_path / "record.db.seal").unlink()
    assert unsealed.check(kr.place) is None


def test_a_statement_that_somebody_else_wrote_is_found(reduced: Path, tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    path.write_bytes(reduced.read_bytes())
    engine = place_of(path).engine(Durability.DISK)
    with engine.begin() as connection:
        base = decode_base(connection.execute(select(bases.c.body)).scalar_one())
        other = retention._signed(
            msgspec.structs.replace(base, until_ns=base.until_ns - 1),
            lambda text: ("kr-1", Ed25519PrivateKey.generate().sign(text)),
        )
        connection.execute(update(bases).values(body=encode(other)))
    engine.dispose()
    broken = verdict_of(place_of(path)).broken
    assert broken is not None
    assert broken.why == "unsigned"


def test_rows_removed_by_hand_are_missing_and_a_lost_state_is_told(reduced: Path, tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    path.write_bytes(reduced.read_bytes())
    engine = place_of(path).engine(Durability.DISK)
    with engine.begin() as connection:
        entry = connection.execute(select(bases.c.entry)).scalar_one()
        connection.execute(snapshots.delete())
    with pytest.raises(RecordError, match="is not kept whole"):
        replayed(place_of(path))
    with engine.begin() as connection:
        connection.execute(entries.delete().where(entries.c.number == entry + 1))
    engine.dispose()
    broken = verdict_of(place_of(path)).broken
    assert broken is not None
    assert (broken.entry, broken.why) == (entry + 1, "missing")
