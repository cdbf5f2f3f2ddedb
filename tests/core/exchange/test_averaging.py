"""Averaging many updates does not undo a coarsening: an attacker who knows the policy, the noise and its size learns no more from a thousand versions
than from a few. What he averages is read off the wire."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bongsu.base.time import parse_time
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.core.exchange.coarsen import held_number
from bongsu.core.exchange.gate import Gate, question
from bongsu.model.warning import Warning, WarningStatus
from tests.core.exchange.test_exits import item
from tests.core.exchange.test_release import DEFAULT
from tests.core.harness import START_NS, at, configuration, estimate, point

VERSIONS = 200
STEPS = {"launch.latitude_deg": 0.1, "launch.longitude_deg": 0.1, "launch.time": 1.0, "apogee_m": 5_000.0}
STEPS |= {"range_m": 10_000.0, "bearing_deg": 1.0}


def version(number: int, truth: dict[str, float], noise: np.random.Generator, size: float) -> Warning:
    """One version of a warning whose every figure is the truth and noise of `size` steps (one sigma)."""
    seen = {name: value + noise.normal(0.0, size * STEPS[name]) for name, value in truth.items()}
    said = estimate(
        number,
        launch=point(seen["launch.latitude_deg"], seen["launch.longitude_deg"], seen["launch.time"]),
        impact=point(41.0, 139.0, 900.0),
    )
    said = type(said)(
        **{name: getattr(said, name) for name in said.__struct_fields__}
        | {
            "apogee_m": seen["apogee_m"],
            "range_m": seen["range_m"],
            "bearing_rad": math.radians(seen["bearing_deg"]) % (2.0 * math.pi),
        }
    )
    return Warning(
        warning="kr-E1", version=number, status=WarningStatus.UPDATE, time_ns=at(number).exercise_ns, estimate=said
    )


def read(members: dict[str, Any], name: str) -> float:
    value: Any = members
    for part in name.split("."):
        value = value[part]
    return (parse_time(value) - START_NS) / NANOSECONDS_PER_SECOND if name.endswith("time") else float(value)


def told(truth: dict[str, float], size: float, seed: int) -> dict[str, list[float]]:
    """What a partner reads of each figure, version by version, through the shipped policy."""
    gate, noise, cells = Gate(configuration("kr", policy=DEFAULT)), np.random.default_rng(seed), {}
    found: dict[str, list[float]] = {name: [] for name in truth}
    for number in range(1, VERSIONS + 1):
        asked = question(item(version(number, truth, noise, size)), "jp")
        members = gate.ask(asked, at(number).exercise_ns, cells).members
        assert members is not None
        wire = json.loads(json.dumps(members))
        for name, values in found.items():
            values.append(read(wire, name))
    return found


@settings(max_examples=15, deadline=None)
@given(st.tuples(*(st.floats(0.0, 1.0) for _ in STEPS)), st.integers(0, 2**32 - 1))
def test_an_average_of_many_versions_tells_no_more_than_the_first(shares: tuple[float, ...], seed: int) -> None:
    """Noise well below a step, the truth anywhere in a cell: all versions say the same, so there is nothing to average."""
    base = {"launch.latitude_deg": 39.1, "launch.longitude_deg": 126.0, "launch.time": 5.0, "apogee_m": 900_000.0}
    base |= {"range_m": 1_000_000.0, "bearing_deg": 63.0}
    truth = {name: value + share * STEPS[name] for (name, value), share in zip(base.items(), shares, strict=True)}
    for name, values in told(truth, 0.08, seed).items():
        assert len(set(values)) == 1, f"{name} moves with the noise: {sorted(set(values))}"
        assert abs(values[0] - truth[name]) <= 1.5 * STEPS[name], name


@pytest.mark.parametrize("name", sorted(STEPS))
def test_the_average_does_not_close_in_on_the_truth_where_the_noise_is_as_wide_as_a_step(name: str) -> None:
    """The worst for rounding: each version rounded anew would average out to a fiftieth of a step. Judged over truths all over a cell."""
    errors, anew = [], []
    noise = np.random.default_rng(7)
    step = STEPS[name]
    for share in np.linspace(-0.5, 0.5, 21):
        held, values, fresh = None, [], []
        for seen in share * step + noise.normal(0.0, 0.4 * step, 400):
            held = held_number(held, float(seen), step)
            values.append(held)
            fresh.append(held_number(None, float(seen), step))
        errors.append((np.mean(values) - share * step) / step)
        anew.append((np.mean(fresh) - share * step) / step)
    assert np.sqrt(np.mean(np.square(anew))) < 0.06, "rounded anew it would be undone"
    assert np.sqrt(np.mean(np.square(errors))) > 3.0 * np.sqrt(np.mean(np.square(anew)))


@given(st.floats(-1e6, 1e6), st.lists(st.floats(-0.49, 0.49), min_size=1, max_size=30), st.floats(1e-3, 1e5))
def test_a_held_figure_moves_only_by_more_than_a_step(value: float, shifts: list[float], step: float) -> None:
    held = held_number(None, value, step)
    assert abs(held - value) <= 0.5000001 * step + 1e-8
    for shift in shifts:
        assert held_number(held, held + shift * step, step) == held
    assert held_number(held, held + 1.6 * step, step) != held


def test_north_is_not_far_from_north() -> None:
    assert held_number(360.0, 0.4, 1.0, 360.0) == 360.0
    assert held_number(0.0, 359.8, 1.0, 360.0) == 0.0
