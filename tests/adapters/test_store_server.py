"""What a record on a PostgreSQL server needs beside: its address, its password, its outages."""

from __future__ import annotations

import itertools
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bongsu.adapters.store import RecordReader, Store, place_of
from bongsu.base.errors import BadInput
from bongsu.node.engine import open_engine
from bongsu.record.verify import verify
from tests.adapters.postgres import Postgres, started
from tests.record.toy import BEGIN, build, configuration, inputs

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("postgresql")]
WAIT_S = 20.0
_names = itertools.count(1)


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    """One that a test may stop."""
    with started() as server:
        yield server


def test_an_outage_is_announced_and_everything_is_there_afterwards(own_server: Postgres, tmp_path: Path) -> None:
    place = place_of(own_server.url("kr"))
    engine = open_engine(tmp_path, configuration(), build, BEGIN, place=place)
    failed, healed, durable = threading.Event(), threading.Event(), threading.Event()
    engine.store.on_failure = lambda text: (failed if text else healed).set()
    engine.store.on_durable = lambda number: durable.set() if number >= 20 else None
    run = inputs(60)
    for now, body in run[:20]:
        engine.step(now, body)
    assert durable.wait(WAIT_S)
    own_server.stop()
    for now, body in run[20:40]:
        engine.step(now, body)
    assert failed.wait(WAIT_S)
    assert engine.keep_numbers(False) == "", "the mark is not the server's"
    assert not (tmp_path / "numbers-kept").exists()
    own_server.start()
    assert healed.wait(WAIT_S)
    for now, body in run[40:]:
        engine.step(now, body)
    engine.close()
    with RecordReader(place) as reader:
        verdict = verify(reader.entries(), reader.end())
    assert verdict.broken is None
    assert verdict.entries == engine.number


def test_a_password_is_asked_for_and_never_told(
    postgres: Postgres, tmp_path: Path, bongsu: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    schema = f"password_{next(_names)}"
    place = place_of(postgres.url_with_password(schema))
    assert "of the tests" not in place.shown
    assert "tests@" not in place.shown
    engine = open_engine(tmp_path, configuration(), build, BEGIN, place=place)
    for now, body in inputs(20):
        engine.step(now, body)
    engine.close()
    told = bongsu("record", "verify", postgres.url_with_password(schema), "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["broken"] is None
    wrong = bongsu("record", "show", postgres.url_with_password(schema, "secret-and-wrong"))
    assert wrong.returncode == 2
    assert "password authentication failed" in wrong.stderr
    assert "secret-and-wrong" not in wrong.stderr + wrong.stdout
    assert "Traceback" not in wrong.stderr


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not answer"):
        RecordReader(f"postgresql://kr@/records?host={tmp_path}")
    with pytest.raises(BadInput, match="does not answer"):
        open_engine(tmp_path, configuration(), build, BEGIN, place=place_of("postgresql://kr@127.0.0.1:1/records"))


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("postgresql://kr@host/records?schema=Kr%22;drop", "not a schema"),
        ("postgresql://kr@host/records?colour=red", "unknown parameter"),
        ("postgresql://kr@host/", "no database"),
        ("postgresql://kr@host/records?sslmode=prefer", "sslmode"),
        ("postgresql://kr:p@host:port/records", "not an address"),
    ],
)
def test_a_bad_address_is_refused(url: str, fault: str) -> None:
    with pytest.raises(BadInput, match=fault) as told:
        place_of(url)
    assert ":p@" not in str(told.value)


def test_a_server_that_does_not_write_to_its_disk_is_refused(own_server: Postgres) -> None:
    (own_server.folder / "data" / "postgresql.auto.conf").open("a").write("fsync = off\n")
    own_server.stop()
    own_server.start()
    with pytest.raises(BadInput, match="fsync is off"):
        Store(place_of(own_server.url("kr")))
