"""Faults under load for a minute; `make chaos` runs half an hour."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.chaos import WHOLE_WITHIN_S, Chaos
from tests.live.chaos_nodes import NodeChaos


@pytest.mark.long
@pytest.mark.live
@pytest.mark.xdist_group("nats")
@pytest.mark.parametrize(("seed", "hubs"), [(1, 1), (2, 2)])
def test_nothing_is_lost_whatever_server_dies(tmp_path: Path, seed: int, hubs: int) -> None:
    counts = Chaos(tmp_path, seed, hubs).run(25.0)
    assert counts["lost"] == 0
    assert counts["leaked"] == 0
    assert counts["accepted_twice"] == 0
    assert isinstance(counts["whole_after_s"], float)
    assert counts["whole_after_s"] <= WHOLE_WITHIN_S


@pytest.mark.long
@pytest.mark.live
@pytest.mark.xdist_group("nats")
def test_nothing_is_lost_whatever_node_or_server_dies_and_nothing_taken_for_real(tmp_path: Path) -> None:
    counts = NodeChaos(tmp_path, seed=3, seconds=45.0, speed=8.0).run()
    assert counts["prompt_sent"] > 0 and counts["faults_count"] > 0, counts
    wrong = ("lost", "applied_twice", "leaked", "out_of_order", "taken_for_real", "late")
    assert {name: counts[name] for name in wrong} == dict.fromkeys(wrong, 0), counts
    assert counts["offered"]["real_subject"] == counts["refused_by_servers"] > 0, counts
    assert counts["refused_by_nodes"].get("mode", 0) >= counts["offered"]["real_envelope"] > 0, counts
