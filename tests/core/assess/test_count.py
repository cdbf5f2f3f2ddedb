"""How many objects: salvos of many geometries and mixes of sensors (tests/oracles/salvos.py), false plots spread widely and packed near the objects."""

import numpy as np
import pytest

from bongsu.cli.track import tracked
from bongsu.core.assess import clutter
from tests.oracles import salvos


def judged(seed, mix=None, clutter=None):
    """Each flight one track, each track a flight's: by places, so that a false track does not make up for a missed flight."""
    flights, _, lines, _ = salvos.drawn(seed, mix=mix, clutter=clutter)
    return salvos.judged(flights, tracked(lines))


@pytest.mark.parametrize(
    ("seed", "what"),
    [
        (1, "one object, two infrared sensors, false plots packed around it"),
        (3, "two lofted flights, one radar, false plots spread"),
        (236, "seven medium flights, infrared and a radar, false plots spread"),
        (235, "three lofted flights as close together as the one infrared sensor can tell"),
        (8, "two lofted flights, two radars, false plots packed around them"),
        (11, "six low flights, one radar that looks every five seconds"),
    ],
)
def test_a_salvo_is_counted_right(seed, what):
    assert salvos.right(found := judged(seed)), (what, found)


@pytest.mark.long
@pytest.mark.parametrize("clutter_kind", ["spread", "packed"])
@pytest.mark.parametrize(
    "mix",
    [
        "two radars",
        pytest.param(
            "all", marks=pytest.mark.xfail(strict=True, reason="known fault: four or five of ten are counted wrong")
        ),
    ],
)
def test_most_salvos_are_counted_right(mix, clutter_kind):
    """Ten salvos of each: no more than two wrong (docs/explain/estimation.md states the rate over many)."""
    found = {seed: judged(seed, mix, clutter_kind) for seed in range(900, 910)}
    wrong = {seed: told for seed, told in found.items() if not salvos.right(told)}
    assert len(wrong) <= 2, wrong


def test_false_plots_are_thick_where_late_looks_had_them():
    rng = np.random.default_rng(2)
    nearby = clutter.Nearby()
    middle = np.array([5e5, 0.0, 0.0])
    for _ in range(40):
        points = middle + rng.uniform(-30e3, 30e3, size=(5, 3))
        clutter.learn(nearby, points, np.full((5, 3), np.nan), 1, 1.0)
    here = np.stack((middle, middle + np.array([200e3, 0.0, 0.0])))
    found = clutter.density(nearby, here, np.full((2, 3), np.nan), np.full(2, 100.0), False)
    true = 5.0 / 60e3**3
    assert 0.5 * true < found[0] < 4.0 * true  # the largest of four balls: never far too thin
    assert found[1] == 0.0


def test_false_plots_that_go_along_with_a_track_are_found_beside_it():
    rng = np.random.default_rng(3)
    nearby = clutter.Nearby()
    for look in range(12):
        track = np.array([[5e5 + 50e3 * look, 0.0, 0.0]])
        points = track + rng.normal(scale=20e3, size=(2, 3))
        clutter.learn(nearby, points, clutter.beside(points, track), 1, 10.0)
    ahead = np.array([[5e5 + 50e3 * 30, 0.0, 0.0]])
    assert clutter.density(nearby, ahead + 1e3, np.full((1, 3), np.nan), np.full(1, 100.0), False)[0] == 0.0
    assert clutter.density(nearby, ahead + 1e3, clutter.beside(ahead + 1e3, ahead), np.full(1, 100.0), False)[0] > 1e-15


def test_plots_that_a_track_explains_after_all_are_forgotten_and_old_ones_too():
    nearby = clutter.Nearby()
    point, unseen = np.array([[1e5, 2e5, 3e5]]), np.full((1, 3), np.nan)
    clutter.learn(nearby, point, unseen, 1, 1.0)
    clutter.forget(nearby, point + 0.1)
    assert len(nearby.plots) == 0
    clutter.learn(nearby, point, unseen, 1, 1.0)
    clutter.learn(nearby, np.empty((0, 3)), np.empty((0, 3)), clutter.window(1.0), 1.0)
    assert len(nearby.plots) == 0
