"""Whole drills on bad lines, through the production rooms: what was released arrives, once, in order, and a retraction reaches every holder."""

from __future__ import annotations

from typing import Any

import pytest

from bongsu.drill import scenario as scenarios
from bongsu.drill.scenario_schema import Inject, LinkCut, NodeCrash
from bongsu.model.event import Event
from bongsu.model.freshness import Freshness, FreshnessState
from bongsu.model.head import Item
from bongsu.model.warning import Warning, WarningStatus
from bongsu.views.folded import fold
from bongsu.views.measures_exchange import exchange, traffic
from tests.sim.worlds import play

CUTS = (LinkCut(node="jp", at_s=20.0, until_s=70.0), LinkCut(node="us", at_s=45.0, until_s=55.0))


@pytest.mark.parametrize(
    ("seed", "loss", "repeat", "jitter_s", "injects"),
    [
        (1, 0.0, 0.0, 0.5, ()),
        (2, 0.2, 0.0, 0.01, ()),
        (3, 0.0, 0.3, 0.3, ()),
        (4, 0.0, 0.0, 0.01, CUTS),
        (5, 0.2, 0.2, 0.3, CUTS),
        *((seed, 0.3, 0.3, 1.0, CUTS) for seed in range(7, 11)),
        (6, 0.1, 0.1, 0.1, (NodeCrash(node="jp", at_s=48.0), NodeCrash(node="kr", at_s=20.0))),
    ],
)
def test_every_message_is_applied_once_and_a_retraction_reaches_every_holder(
    seed: int, loss: float, repeat: float, jitter_s: float, injects: tuple[Inject, ...]
) -> None:
    items = play(seed, loss, repeat, jitter_s, injects)
    found = exchange([traffic(node, told) for node, told in items.items()], None)
    assert found.sent >= 10
    assert (found.lost, found.applied_twice, found.leaked) == (0, 0, 0)
    for node, told in items.items():
        assert_in_order(told)
        event = [item.body for item in told if isinstance(item.body, Event) and item.body.assessments][-1]
        statuses = {one.origin: one.warning.status for one in event.assessments}
        assert statuses["kr"] is WarningStatus.RETRACTED, node


def assert_in_order(told: list[Item[Any]]) -> None:
    """Each originator's versions only rise; a partner gets none of those that its policy's floor hides, so numbers may be skipped."""
    newest: dict[tuple[str, str], int] = {}
    for item in told:
        if isinstance(item.body, Warning):
            place = (item.head.origin, item.body.warning)
            assert item.body.version > newest.get(place, 0)
            newest[place] = item.body.version


def test_a_cut_link_is_seen_and_mended() -> None:
    items = play(1, injects=(LinkCut(node="jp", at_s=20.0, until_s=70.0),))
    at_kr = [
        (item.head.link_ns, item.body.state)
        for item in items["kr"]
        if isinstance(item.body, Freshness) and (item.body.kind, item.body.source) == ("partner", "jp")
    ]
    states = [state for _, state in at_kr]
    assert states[0] is FreshnessState.FRESH
    assert FreshnessState.STALE in states
    assert FreshnessState.UNKNOWN in states
    assert states[-1] is FreshnessState.FRESH
    begun_ns = items["kr"][0].head.link_ns
    stale_ns = next(time_ns for time_ns, state in at_kr if state is FreshnessState.STALE)
    assert 20.0 <= (stale_ns - begun_ns) / 1e9 <= 23.1


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_three_launches_on_bad_lines_are_three_events_everywhere(seed: int) -> None:
    scenario = scenarios.load("salvo")
    cuts = (LinkCut(node="jp", at_s=60.0, until_s=150.0), LinkCut(node="kr", at_s=100.0, until_s=200.0))
    items = play(seed, 0.2, 0.2, 0.5, cuts, scenario)
    found = exchange([traffic(node, told) for node, told in items.items()], None)
    assert found.sent > 100
    assert (found.lost, found.applied_twice, found.leaked) == (0, 0, 0)
    for node, told in items.items():
        assert_in_order(told)
        events = fold(node, told).final_events()
        assert sorted(len(event.assessments) for event in events) == [3, 3, 3], node
