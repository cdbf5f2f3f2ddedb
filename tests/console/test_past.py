"""The scrub bar in a real browser: a past moment as it stood, unmistakably past, with nothing to confirm; alarms of now are heard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from bongsu.base.time import format_time
from bongsu.model.alarm import AlarmState
from bongsu.model.warning import WarningStatus
from tests.console.conftest import Watched, until
from tests.console.node import Node, Served
from tests.console.test_page import opened
from tests.views.items import alarm, assessment, at, estimate, event, path

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("browser")]


def told(node: Node, seconds: float, *bodies: Any) -> None:
    """What the core said at a moment of the story."""
    node.feed.push([node.teller.item(seconds, body) for body in bodies])


def story(node: Node) -> None:
    """First a range of 1,000 km, a minute later 500 km, then retracted: three moments that look different."""
    told(node, 70, event(assessment("kr", 1)), alarm(AlarmState.ACTIVE_UNACKNOWLEDGED))
    for second in range(71, 130):
        told(node, second, path(second))
    told(node, 130, event(assessment("kr", 2, WarningStatus.UPDATE, conclusion=estimate(500.0)), version=2))
    told(node, 150, alarm(AlarmState.ACTIVE_ACKNOWLEDGED, 2, by="kim"))
    told(node, 200, event(assessment("kr", 3, WarningStatus.RETRACTED), version=3, open_=False))
    told(node, 201, alarm(AlarmState.NORMAL, 3, by="kim"))
    node.ahead(142)


def scrubbed(page: Any, seconds: float) -> None:
    page.evaluate(f"""() => {{
        const bar = document.getElementById('scrub');
        bar.value = '{at(seconds) // 1_000_000}';
        bar.dispatchEvent(new Event('input'));
    }}""")


def test_a_past_moment_as_it_stood(watched: Watched, node: Node, console: Served, tmp_path: Path) -> None:
    story(node)
    page = opened(watched, console.address)
    until(page, "document.querySelector('.card-retracted') && !document.getElementById('scrub').disabled")
    scrubbed(page, 100)
    until(page, "document.body.dataset.time === 'past' && document.querySelector('.calling')")
    card = page.inner_text("[data-event=E1]")
    assert "1,000 km" in card and "RETRACTED" not in card and "not acknowledged" in card
    assert page.inner_text("#past").startswith("PAST – 2023-07-11 16:00:40 UTC – this is not now")
    assert "Now: no alarm calls" in page.inner_text("#past")
    assert page.title().startswith("PAST")
    assert page.inner_text("#mode").startswith("PAST · EXERCISE")
    assert page.inner_text("#clock-utc") == "2023-07-11 16:00:40"
    assert "at=2023-07-11T16" in page.url
    page.screenshot(path=tmp_path / "past.png")
    scrubbed(page, 140)
    until(page, "document.querySelector('[data-event=E1]').textContent.includes('500 km')")
    page.keyboard.press(",")
    until(page, "document.getElementById('clock-utc').textContent.endsWith('16:01:10')")
    page.keyboard.press("p")
    until(page, "document.querySelector('[data-event=E1]').textContent.includes('by kim')")
    page.keyboard.press("n")
    until(page, "!document.body.dataset.time && document.querySelector('.card-retracted')")
    assert not page.is_visible("#past")
    assert "at=" not in page.url
    assert (watched.errors, watched.foreign) == ([], [])


def test_nothing_can_be_confirmed_in_the_past_and_the_alarm_of_now_is_heard(
    watched: Watched, node: Node, console: Served
) -> None:
    story(node)
    page = opened(watched, console.address)
    page.keyboard.press("w")
    until(page, "document.getElementById('sound').dataset.sound === 'on'")
    scrubbed(page, 100)
    until(page, "document.body.dataset.time === 'past' && document.querySelector('.calling')")
    before = len(node.desk.commands)
    assert page.locator("main .buttons button:visible").count() == 0
    page.keyboard.press("a")
    until(page, "document.getElementById('outcome').textContent.includes('the page shows the past')")
    page.evaluate("""() => {
        window.tones = 0;
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
    }""")
    node.tell(event(assessment("us"), name="E2"), alarm(AlarmState.ACTIVE_UNACKNOWLEDGED, name="E2"))
    until(page, "document.getElementById('past').classList.contains('past-calls') && window.tones > 0")
    assert "NOW: 1 alarm(s) not acknowledged" in page.inner_text("#past")
    assert page.locator("[data-event=E2]").count() == 0, "it was not there then"
    assert "E2" in page.inner_text("#announcer")
    assert [one.kind for one in node.desk.commands[before:]] == [], "neither confirmed nor told as shown"
    page.keyboard.press("n")
    until(page, "document.querySelector('[data-event=E2].calling') && !document.body.dataset.time")


def test_the_moment_stands_in_the_address(watched: Watched, node: Node, console: Served) -> None:
    story(node)
    page = watched.page
    page.goto(f"{console.address}/?at={format_time(at(100), 3)}")
    until(page, "document.body.dataset.time === 'past' && document.querySelector('.calling')")
    assert "1,000 km" in page.inner_text("[data-event=E1]")


def test_what_cannot_be_shown_is_said(node: Node, console: Served) -> None:
    story(node)
    reach = httpx.get(f"{console.address}/api/past").json()
    assert reach == {"from": format_time(at(60), 3), "to": format_time(at(201), 3)}
    answer = httpx.get(f"{console.address}/api/past", params={"at": "yesterday"})
    assert (answer.status_code, answer.json()["reason"]) == (400, "malformed")
    earliest = httpx.get(f"{console.address}/api/past", params={"at": "2000-01-01T00:00:00Z"}).json()
    assert earliest["set"]["clock"]["exercise"] == reach["from"]


def test_a_moment_still_on_its_way_does_not_take_the_page_back(watched: Watched, node: Node, console: Served) -> None:
    story(node)
    page = opened(watched, console.address)
    until(page, "document.querySelector('.card-retracted') && !document.getElementById('scrub').disabled")
    scrubbed(page, 100)
    until(page, "document.body.dataset.time === 'past'")
    held: list[Any] = []
    page.route("**/api/past?at=*", lambda route: held.append(route))
    page.keyboard.press(",")
    page.keyboard.press(",")
    while not held:
        page.wait_for_timeout(20)
    page.keyboard.press("n")
    until(page, "!document.body.dataset.time")
    with page.expect_response("**/api/past?at=*") as answered:
        for route in held:
            route.continue_()
    answered.value.finished()
    page.evaluate("fetch('/api/past').then((answer) => answer.text())")
    assert not page.evaluate("document.body.dataset.time")
    assert "at=" not in page.url
    assert (watched.errors, watched.foreign) == ([], [])


def test_steps_add_up_while_a_moment_is_fetched(watched: Watched, node: Node, console: Served) -> None:
    story(node)
    page = opened(watched, console.address)
    until(page, "document.querySelector('.card-retracted') && !document.getElementById('scrub').disabled")
    scrubbed(page, 140)
    until(page, "document.getElementById('clock-utc').textContent.endsWith('16:01:20')")
    for _ in range(3):
        page.keyboard.press(",")
    until(page, "document.getElementById('clock-utc').textContent.endsWith('16:00:50')")
