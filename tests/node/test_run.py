"""Nodes as processes over real servers: they tell each other, survive SIGKILL, and end with their parent."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bongsu.adapters.store import RecordReader
from bongsu.core.rooms import build_pipeline
from bongsu.flight import kernels
from bongsu.model.warning import Warning
from bongsu.record.compare import compare
from bongsu.record.entry import item_of
from bongsu.record.replay import replay
from bongsu.record.verify import verify
from tests.node.processes import PARTNERS, Nations

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("nats"), pytest.mark.timeout(240)]
SPEED = 15.0


@pytest.fixture(scope="module")
def nations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nations]:
    kernels.warm()  # else three nodes would compile the same at once after each change
    data = Path(__file__).resolve().parents[1] / "data" / "flights"
    nations = Nations(tmp_path_factory.mktemp("nations"), data / "lofted.detections.jsonl")
    yield nations
    nations.close()


@pytest.fixture(scope="module")
def played(nations: Nations) -> Nations:
    """A drill in which kr's node is ended by force and comes back; then all end in order."""
    for code in PARTNERS:
        nations.launch(code)
    ready = {code: nations.ready(code) for code in PARTNERS}
    order = nations.order("startex", SPEED)
    place = nations.play(8.0, order)
    with urllib.request.urlopen(ready["jp"]["console"] + "api/picture", timeout=10) as answer:
        assert json.load(answer)
    nations.nodes["kr"].kill()
    place = nations.play(2.0, order, place)
    back = nations.start("kr")
    assert back["epoch"] == 1
    assert back["restart"]["inputs"] > 0
    nations.play(5.0, order, place)
    for code in PARTNERS:
        stopped = nations.nodes[code].stop()
        assert stopped["code"] == 0
    assert nations.errors() == ""
    return nations


@pytest.mark.parametrize("code", PARTNERS)
def test_each_record_holds_and_replays(played: Nations, code: str) -> None:
    with RecordReader(played.record(code)) as reader:
        verdict = verify(reader.entries(), reader.end())
        again = replay(reader.entries(), build_pipeline)
    assert verdict.broken is None
    assert verdict.closed
    assert verdict.signed > 0
    assert again.difference is None
    assert again.digest == verdict.digest


@pytest.mark.parametrize("code", PARTNERS)
def test_each_nation_holds_its_own_warnings_and_those_of_both_partners(played: Nations, code: str) -> None:
    with RecordReader(played.record(code)) as reader:
        items = [item_of(entry) for entry in reader.entries(types=("warning",))]
    assert all(isinstance(item.body, Warning) for item in items)
    assert {item.head.origin for item in items} == set(PARTNERS)
    assert {item.head.mode.value for item in items} == {"exercise"}


@pytest.mark.parametrize(("one", "other"), [("kr", "jp"), ("kr", "us"), ("us", "jp")])
def test_records_of_partners_tell_the_same(played: Nations, one: str, other: str) -> None:
    with RecordReader(played.record(one)) as ours, RecordReader(played.record(other)) as theirs:
        directions = compare(ours.entries(), theirs.entries())
    for direction in directions:
        assert direction.got > 10
        assert not direction.unknown
        assert not direction.altered
        # A node that ended first did not hear the last words of the others.
        assert len(direction.missing) <= 5


def test_a_node_ends_when_its_parent_is_gone(played: Nations) -> None:
    played.start("us")
    node = played.nodes["us"]
    assert node.process.stdin is not None
    began_s = time.monotonic()
    node.process.stdin.close()
    assert node.process.wait(10) == 0
    assert time.monotonic() - began_s < 10.0, "2 s on a machine that is not shared"
    node.close()
