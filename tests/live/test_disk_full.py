"""A node whose disk is full warns on, says so to its people and its partners, and never uses a message number twice."""

from __future__ import annotations

import base64
import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bongsu.adapters.store import RecordReader
from bongsu.flight import kernels
from bongsu.model.exercise import ExerciseOrder
from bongsu.record.verify import verify
from bongsu.wire import envelope_v1
from tests.adapters.small_disk import NoSmallDisk, SmallDisk
from tests.live.watching import until
from tests.node.processes import PARTNERS, Nations

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.xdist_group("nats"), pytest.mark.timeout(240)]
SPEED = 15.0
WAIT_S = 30.0


@pytest.fixture
def nations(tmp_path: Path) -> Iterator[Nations]:
    kernels.warm()
    data = Path(__file__).resolve().parents[1] / "data" / "flights"
    nations = Nations(tmp_path, data / "lofted.detections.jsonl")
    yield nations
    nations.close()


@pytest.fixture
def disk(nations: Nations) -> Iterator[SmallDisk]:
    try:
        disk = SmallDisk(nations.record("kr"))
    except NoSmallDisk as error:
        pytest.skip(str(error))
    yield disk
    nations.close()
    disk.close()


def test_a_full_disk_is_told_warnings_go_on_and_numbers_are_never_used_twice(nations: Nations, disk: SmallDisk) -> None:
    for code in PARTNERS:
        nations.launch(code)
    ready = {code: nations.ready(code) for code in PARTNERS}
    order = nations.order("startex", SPEED)
    place = nations.play(3.0, order)

    disk.fill()
    place, told = play_until(nations, order, place, "disk")
    assert told["state"] == "down"
    full_ns = time.time_ns()
    place = nations.play(3.0, order, place)
    until("jp hears that kr has no record", lambda: source(ready["jp"], "kr")["recorded"] is False, WAIT_S)
    assert any(
        health["part"] == "disk" and health["state"] == "down"
        for health in picture(ready["kr"])["set"]["doors"]["health"]
    )
    assert warnings_of_kr(nations, full_ns) > 0, "warned on without a record"

    disk.free()
    told = nations.nodes["kr"].wait("disk")
    assert told["state"] == "up"
    assert "left unrecorded" in told["text"]
    until("jp hears that kr has it again", lambda: source(ready["jp"], "kr")["recorded"] is True, WAIT_S)

    disk.fill()
    place, told = play_until(nations, order, place, "disk")
    assert told["state"] == "down"
    place = nations.play(1.0, order, place)
    nations.nodes["kr"].kill()
    disk.free()
    back = nations.start("kr")
    assert back["epoch"] == 2, "what left unrecorded has used numbers of epoch 1"
    nations.play(1.0, order, place)
    until("kr is fresh at jp", lambda: source(ready["jp"], "kr")["state"] == "fresh", WAIT_S)
    for code in PARTNERS:
        nations.nodes[code].stop()
    for name in ("record.db", "record-epoch-1.db"):
        with RecordReader(nations.record("kr"), name) as reader:
            assert verify(reader.entries(), reader.end()).broken is None
    with RecordReader(nations.record("jp")) as reader:
        refused = [entry for entry in reader.entries(types=("refusal",)) if b'"door":"link"' in entry.body]
    assert refused == []


def play_until(nations: Nations, order: ExerciseOrder, place: int, what: str) -> tuple[int, dict[str, Any]]:
    """Play on until kr's node says that."""
    place = nations.play(1.0, order, place)
    return place, nations.nodes["kr"].wait(what)


def picture(ready: dict[str, Any]) -> dict[str, Any]:
    with urllib.request.urlopen(ready["console"] + "api/picture", timeout=10) as answer:
        return dict(json.load(answer))


def source(ready: dict[str, Any], name: str) -> dict[str, Any]:
    """What a node's console shows of a partner."""
    return next(one for one in picture(ready)["set"]["sources"] if one["source"] == name)


def warnings_of_kr(nations: Nations, since_ns: int) -> int:
    """Warnings and paths that jp has had from kr since then."""
    with RecordReader(nations.record("jp")) as reader:
        entries = [json.loads(entry.body) for entry in reader.entries(types=("received",)) if entry.link_ns > since_ns]
    kinds = [envelope_v1.parse(base64.b64decode(body["envelope"])).kind for body in entries if body["claimed"] == "kr"]
    return sum(kind in ("warning", "path") for kind in kinds)
