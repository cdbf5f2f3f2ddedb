"""Lines between nations and hubs that are slow, or that swallow what passes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bongsu.base import limits
from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from tests.adapters.nats_world import NatsWorld, Servers
from tests.adapters.slow_line import Lines
from tests.node.port_contract import Ends

ROUND_TRIP_S = 0.15
PROMPT_COUNT = 400
PROMPT_HZ = 50.0

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("nats")]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[NatsWorld]:
    """Three nations, two hubs, six lines."""
    lines = Lines()
    servers = Servers(tmp_path, (Mode.EXERCISE,), hubs=2, lines=lines)
    world = NatsWorld(servers)
    yield world
    world.close()
    servers.stop()
    lines.stop()


def test_a_cross_cut_is_shown_within_two_seconds_and_heals_without_loss(world: NatsWorld) -> None:
    """KR loses one hub and JP the other: each hub still reaches one of them, none reaches both; US reaches both all the time."""
    ends, lines = Ends(world), world.servers.lines
    world.run_until(lambda: all(ends.paths_up(node) for node in ends.got))
    lines["kr", "hub1"].hole = lines["jp", "hub2"].hole = True
    cut_s = time.monotonic()
    world.run_until(lambda: last_path(ends, "jp", "kr") == last_path(ends, "kr", "jp") == "down")
    assert time.monotonic() - cut_s <= limits.FRESH_S
    texts = [str(number) for number in range(100)]
    for text in texts:
        ends.offer("kr", "jp", text)
        ends.offer("us", "jp", text)
        ends.offer("kr", "us", text)
    world.run_until(lambda: set(ends.texts("us")) == set(ends.texts("jp", claimed="us")) == set(texts), 4.0)
    assert ends.texts("jp", claimed="kr") == []
    lines["kr", "hub1"].hole = lines["jp", "hub2"].hole = False
    healed_s = time.monotonic()
    world.run_until(lambda: set(ends.texts("jp", claimed="kr")) == set(texts))
    assert time.monotonic() - healed_s <= 10.0, "3 s on a machine that is not shared"


def last_path(ends: Ends, node: str, issuer: str) -> str:
    return [health.state for health in ends.health[node] if health.part == f"path.{issuer}"][-1]


@pytest.mark.parametrize(("kr_s", "jp_s"), [(0.04, 0.01), (0.1, 0.05)])
def test_an_ocean_between_costs_the_crossing_and_no_round_trip(world: NatsWorld, kr_s: float, jp_s: float) -> None:
    """One way from KR to JP is 50 ms, or 150, and what is released arrives in little more, also many in a burst."""
    one_way_ms = 1e3 * (kr_s + jp_s)
    ends, lines = Ends(world), world.servers.lines
    for hub in ("hub1", "hub2"):
        lines["kr", hub].delay_s, lines["jp", hub].delay_s = kr_s, jp_s
    world.run_until(lambda: all(ends.paths_up(node) for node in ends.got))
    taken_ms = []
    for number in range(20):
        begun_s = time.monotonic()
        ends.offer("kr", "jp", str(number))
        world.run_until(lambda number=number: len(ends.texts("jp")) > number)
        taken_ms.append(1e3 * (time.monotonic() - begun_s))
    assert one_way_ms <= sorted(taken_ms)[10] < 3.0 * one_way_ms, (
        "a further round trip would make it three times as long"
    )
    begun_s = time.monotonic()
    for number in range(2_000):
        ends.offer("kr", "jp", f"t{number}", Lane.LATEST, f"t{number}")
    world.run_until(lambda: len(ends.texts("jp", Lane.LATEST)) == 2_000)
    assert time.monotonic() - begun_s < 10.0, "one after the other they would take 100 s and more"


def test_losses_on_an_ocean_link_cost_their_resending_and_nothing_else(world: NatsWorld) -> None:
    """Round trip of 150 ms from KR to JP, one chunk of a hundred lost on each link, paths and prompt messages together: all prompt messages, each once.

    In order by the receiver's rule (a message counts when all before it are there): the median comes in little more than one crossing.
    """
    ends, lines = Ends(world), world.servers.lines
    every = [lines[code, hub] for code in ("kr", "jp") for hub in ("hub1", "hub2")]
    for line in every:
        line.delay_s, line.lost = ROUND_TRIP_S / 4.0, 0.01
    world.run_until(lambda: all(ends.paths_up(node) for node in ends.got))
    offered_s: list[float] = []
    arrived_s: dict[str, float] = {}

    def until_s(moment_s: float) -> bool:
        for text in ends.texts("jp")[len(arrived_s) :]:
            arrived_s.setdefault(text, time.monotonic())
        return time.monotonic() >= moment_s

    begun_s = time.monotonic()
    for number in range(PROMPT_COUNT):
        world.run_until(lambda number=number: until_s(begun_s + number / PROMPT_HZ), 30.0)
        offered_s.append(time.monotonic())
        ends.offer("kr", "jp", str(number))
        for track in range(5):
            ends.offer("kr", "jp", f"{number}-{track}", Lane.LATEST, f"t{track}")
    world.run_until(lambda: until_s(0.0) and len(arrived_s) == PROMPT_COUNT, 20.0)
    texts = ends.texts("jp")
    assert len(texts) == len(set(texts)) == PROMPT_COUNT, "whole, and each once"
    whole_s = itertools.accumulate((arrived_s[str(number)] for number in range(PROMPT_COUNT)), max)
    taken_ms = sorted(1e3 * (whole - offered) for whole, offered in zip(whole_s, offered_s, strict=True))
    p50_ms, p99_ms = taken_ms[PROMPT_COUNT // 2], taken_ms[round(0.99 * PROMPT_COUNT)]
    lost = sum(line.lost_count for line in every)
    print(
        f"{PROMPT_COUNT} prompt messages, {lost} chunks lost: p50 {p50_ms:.0f} ms, p99 {p99_ms:.0f} ms, most {taken_ms[-1]:.0f} ms"
    )
    assert lost > 0
    assert 0.5e3 * ROUND_TRIP_S <= p50_ms < 2e3 * ROUND_TRIP_S, "one crossing is half of a round trip"
    assert p99_ms < 2e3, "a loss costs a resending on its link, not a wait for the message to be given out again"
