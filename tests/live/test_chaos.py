"""Faults under load for a minute; `make chaos` runs half an hour."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.chaos import WHOLE_WITHIN_S, Chaos


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
