"""A body that pulls up loses its predicted impact, for good; one that falls keeps it. Through the same door as `bongsu track`."""

import numpy as np
import pytest

from bongsu.base.time import parse_time
from bongsu.cli.track import tracked
from tests.oracles import flights as oracle
from tests.oracles import wide


def estimates(steering, seed=43):
    """Estimates of a short flight that one radar sees well, with their times since launch, and the flight."""
    rng = np.random.default_rng(seed)
    flight = wide.random_wide(rng, "short", steering)
    sensors = wide.wide_sensors(rng, flight, 0, 1, 30.0, 0.5, 1.0, seen=0.8)
    lines = oracle.detections(rng, [flight], sensors)
    rows = [row for row in tracked(lines, warn=print) if row["type"] == "estimate"]
    return [(parse_time(row["time"]) / 1e9 - oracle.T0_S, row) for row in rows], flight


@pytest.mark.parametrize("seed", [40, 41])
def test_a_body_that_pulls_up_is_not_ballistic_and_never_again(seed):
    told, _ = estimates("pull-up", seed)
    words = [row["ballistic"] for _, row in told]
    assert False in words
    first = words.index(False)
    assert not any(words[first:])
    assert all(row["impact"] is None for _, row in told[first:])


def test_a_body_that_falls_is_ballistic_to_the_end():
    told, flight = estimates(None)
    assert False not in [row["ballistic"] for _, row in told]
    assert told[-1][1]["ballistic"] is True
    assert told[-1][0] > 0.8 * flight.flight_s
