"""Snapshot + tail = replay, with the real rooms."""

from pathlib import Path

import pytest

from bongsu.adapters.store import RecordReader
from bongsu.core.rooms import build_pipeline
from bongsu.model.warning import Warning
from bongsu.node.engine import open_engine
from bongsu.record.replay import replay
from bongsu.record.verify import verify
from tests.node.real_core import configuration_of, schedule

SECONDS = 150.0


@pytest.mark.parametrize(("flight", "owner"), [("salvo", "kr"), ("lofted", "us")])
def test_snapshot_and_tail_equal_replay(tmp_path: Path, data: Path, flight: str, owner: str) -> None:
    path = data / "flights" / f"{flight}.detections.jsonl"
    settings = configuration_of(path, owner)
    run = schedule(path, settings, SECONDS)
    half = len(run) // 2
    whole = open_engine(tmp_path / "whole", settings, build_pipeline, run[0][0])
    items = [item for now, body in run for item in whole.step(now, body)]
    assert any(isinstance(item.body, Warning) for item in items)
    broken = open_engine(tmp_path / "broken", settings, build_pipeline, run[0][0])
    for place, (now, body) in enumerate(run[:half]):
        broken.step(now, body)
        if place == half // 2:
            broken.snapshot()
    broken.store.close()
    broken = open_engine(tmp_path / "broken", settings, build_pipeline, run[0][0])
    assert broken.restart.from_entry > 0
    for now, body in run[half:]:
        broken.step(now, body)
    assert broken.end.digest == whole.end.digest
    assert broken.pipeline.snapshot() == whole.pipeline.snapshot()
    whole.close()
    broken.close()
    with RecordReader(tmp_path / "broken") as reader:
        assert verify(reader.entries(), reader.end()).broken is None
        again = replay(reader.entries(), build_pipeline)
    assert again.difference is None
    assert again.digest == whole.end.digest.hex()
