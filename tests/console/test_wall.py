"""The wall of a drill in a real browser: three nations, hub, truth, captions; EXERCISE whatever comes."""

from __future__ import annotations

import asyncio
import queue
import re
from collections.abc import AsyncIterator, Iterator
from math import radians
from pathlib import Path

import msgspec
import pytest

from bongsu.console import wall
from bongsu.console.api.sections import PictureBoard
from bongsu.console.api.stream import Streams
from bongsu.console.wall import TruthFlight, TruthPoint, WallFrame
from bongsu.model.alarm import AlarmState
from bongsu.model.health import Health
from bongsu.model.hold import Hold, HoldState
from tests.console.conftest import Watched, until
from tests.console.node import Node, Served, served
from tests.console.test_access_for_all import findings
from tests.views.items import alarm, alert, assessment, at, calm, estimate, event, now, path

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("browser")]
WAY = tuple(
    TruthPoint(
        at(s), radians(39.1 + 4.0 * s / 4491), radians(126.0 + 10.6 * s / 4491), 26.4e6 * (s / 4491) * (1 - s / 4491)
    )
    for s in range(0, 4_491, 45)
)


class Runner:
    """A drill that gives frames when the test says so."""

    def __init__(self) -> None:
        self._frames: queue.Queue[WallFrame | None] = queue.Queue()
        self.calm, self.warned = Node(60), Node(60)
        for node in (self.calm, self.warned):
            node.feed.push(calm(node.teller, 60))

    def show(self, frame: WallFrame | None) -> None:
        self._frames.put(frame)

    async def frames(self) -> AsyncIterator[WallFrame]:
        while (frame := await asyncio.to_thread(self._frames.get)) is not None:
            yield frame

    def frame(self, seconds: float, *captions: str, **changes: object) -> WallFrame:
        pictures = {name: picture(self.calm if name == "jp" else self.warned) for name in ("kr", "us", "jp")}
        plain = WallFrame(
            act="Act 1 of 3: hwasong-18-2023-07-12",
            exercise="drill-1",
            now=now(seconds),
            speed=150.0,
            launch_ns=at(0),
            nodes=pictures,
            names={"kr": "Korea", "us": "United States", "jp": "Japan"},
            hub=(Health(part="kr-hub", state="up"), Health(part="jp-hub", state="down", text="cut")),
            truth=(TruthFlight(launch="L1", points=WAY, now=WAY[10]),),
            captions=captions,
        )
        return msgspec.structs.replace(plain, **changes)


def picture(node: Node) -> bytes:
    """A node's answer to `GET /api/picture`."""
    return Streams(PictureBoard(node.feed)).whole()


@pytest.fixture
def runner() -> Runner:
    return Runner()


@pytest.fixture
def serving(runner: Runner) -> Iterator[Served]:
    with served(wall.create(runner.frames())) as made:
        yield made
        runner.show(None)


def test_three_nations_the_hub_and_the_truth(watched: Watched, runner: Runner, serving: Served, tmp_path: Path) -> None:
    page = watched.page
    page.goto(serving.address)
    assert page.inner_text("#mode").startswith("EXERCISE")
    for second in range(20, 600, 20):
        runner.warned.tell(path(second))
    runner.warned.tell(event(assessment("kr", 3), assessment("us", 2, conclusion=estimate(500.0)), version=4))
    runner.warned.tell(alarm(AlarmState.ACTIVE_UNACKNOWLEDGED), alert(("JP-01", "impact")))
    said = "Korea sees it; the hub passes it; Japan knows 41 s before its own radar."
    runner.show(runner.frame(600, "All three nations watch.", said))
    until(
        page, "document.querySelectorAll('.nation').length === 3 && document.querySelector('[data-node=kr] tbody tr')"
    )
    assert page.inner_text("#caption") == said
    assert "All three nations watch." in page.inner_text("#captions")
    assert page.inner_text("#mode") == "EXERCISE – SIMULATED SENSORS · drill-1"
    korea, japan = page.inner_text("[data-node=kr]"), page.inner_text("[data-node=jp]")
    for text in (
        "Korea",
        "WARNING",
        "ALARM – not acknowledged",
        "6,600 km",
        "Hokkaido (Japan)",
        "own radar or satellite",
    ):
        assert text in korea
    assert "no event" in japan
    assert "WARNING" not in japan
    assert "jp-hub DOWN cut" in page.inner_text("#hub")
    assert page.inner_text("#pace") == "150 ×"
    # The page goes on by itself at 150 x: a slow machine reads it some minutes of exercise time later.
    minutes = re.match(r"T\+(\d+):\d\d since launch", page.inner_text("#since"))
    assert minutes is not None and 10 <= int(minutes[1]) < 59
    assert page.evaluate("document.getElementById('altitude').width") > 100
    page.screenshot(path=tmp_path / "wall.png")
    assert (watched.errors, watched.foreign) == ([], [])


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_nothing_serious_for_those_who_see_otherwise(
    watched: Watched, runner: Runner, serving: Served, theme: str
) -> None:
    page = watched.page
    page.goto(f"{serving.address}/?theme={theme}")
    runner.warned.tell(event(assessment("kr", 3), assessment("us", 2), version=4))
    runner.warned.tell(alarm(AlarmState.ACTIVE_UNACKNOWLEDGED, 4), alert(("JP-01", "impact")))
    runner.show(runner.frame(60, "Korea sees a launch."))
    until(
        page,
        "document.querySelectorAll('.nation').length === 3 && document.querySelector('.alarm-active_unacknowledged')",
    )
    assert findings(page) == []


def test_a_nation_that_does_not_answer_is_not_shown_as_calm(watched: Watched, runner: Runner, serving: Served) -> None:
    page = watched.page
    page.goto(serving.address)
    whole = runner.frame(600)
    runner.show(whole)
    until(page, "document.querySelectorAll('.nation').length === 3")
    runner.show(msgspec.structs.replace(whole, nodes={name: one for name, one in whole.nodes.items() if name != "jp"}))
    until(page, "document.querySelector('[data-node=jp] .nation-alarm').textContent === 'nothing from this node'")
    assert page.inner_text("[data-node=jp] .nation-head").split() == ["Japan", "UNKNOWN"]


def test_no_duff_of_one_nation_stands_over_the_wall(watched: Watched, runner: Runner, serving: Served) -> None:
    page = watched.page
    page.goto(serving.address)
    runner.show(runner.frame(600))
    until(page, "document.querySelectorAll('.nation').length === 3")
    assert not page.is_visible("#hold")
    runner.warned.tell(Hold(hold="kr-H1", version=1, state=HoldState.STANDING, begun_ns=at(600)), origin="kr")
    runner.show(runner.frame(601, speed=0.0))
    until(page, "document.getElementById('hold').textContent.includes('NO DUFF – REAL WORLD')")
    assert page.inner_text("#hold").count("KR") == 1, "told by two nodes, it is one"
    assert page.locator("#hold button").count() == 0


def test_the_end_of_an_act_and_the_end_of_the_server(watched: Watched, runner: Runner, serving: Served) -> None:
    page = watched.page
    page.goto(serving.address)
    runner.show(runner.frame(600, "The drill is over.", ended=True))
    until(page, "document.getElementById('no-link').textContent.startsWith('The drill has ended')")
    runner.show(None)
    serving.stop()
    until(page, "document.body.dataset.link === 'lost'")
    assert "NO LINK" in page.inner_text("#no-link")


def test_frames_that_stop_are_said_to_be_old(watched: Watched, runner: Runner, serving: Served) -> None:
    page = watched.page
    page.goto(serving.address)
    runner.show(runner.frame(600))
    until(page, "document.body.dataset.link === 'core_silent'")
    assert "NO LINK to the drill" in page.inner_text("#no-link")
