"""What comes late, twice or in the wrong order: the page shows the newest, and no press of an officer is lost to a redraw."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from bongsu.console.app import create
from bongsu.model.alarm import AlarmState
from bongsu.model.warning import WarningStatus
from tests.console.conftest import Watched, until
from tests.console.node import Node, Served, served
from tests.console.test_page import launch, opened, wait
from tests.views.items import alarm, assessment, event, up

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("browser")]


def test_the_newest_choice_of_a_language_wins(watched: Watched, node: Node, console: Served) -> None:
    page = opened(watched, console.address)
    held: list[Any] = []
    page.route("**/words/ko.json", lambda route: held.append(route))
    page.select_option("#language", "ko")
    page.select_option("#language", "ja")
    until(page, "document.documentElement.lang === 'ja'")
    with page.expect_response("**/words/ko.json"):
        held[0].continue_()
    page.wait_for_timeout(150)
    assert page.evaluate("document.documentElement.lang") == "ja"
    assert page.input_value("#language") == "ja"
    assert page.inner_text("#events-title") == "事象"


@pytest.mark.parametrize(("language", "off"), [("ja", "音なし"), ("ko", "소리")])
def test_all_that_stands_changes_its_language(
    watched: Watched, node: Node, console: Served, language: str, off: str
) -> None:
    """Also what changes only when its state does: the sound, and the outcome of the last command; amid an alarm."""
    page = opened(watched, console.address)
    launch(node)
    until(page, "document.querySelector('.calling')")
    page.keyboard.press("a")
    until(page, "document.getElementById('outcome').dataset.outcome === 'approved'")
    english = page.inner_text("#outcome")
    assert page.inner_text("#sound").startswith("SOUND OFF")
    page.select_option("#language", language)
    until(page, f"document.documentElement.lang === '{language}'")
    until(page, f"document.getElementById('sound').textContent.startsWith('{off}')")
    assert page.inner_text("#outcome") != english
    until(page, "!document.getElementById('events').textContent.includes('ALARM')")
    assert (watched.errors, watched.foreign) == ([], [])


def retold(node: Node, version: int) -> None:
    """A new version of the event, as a flight gives several each second: its card is drawn anew."""
    node.tell(event(assessment("kr", version, WarningStatus.UPDATE), version=version))


def test_a_first_press_outlives_new_versions(watched: Watched, node: Node, console: Served) -> None:
    page = opened(watched, console.address)
    launch(node)
    until(page, "document.querySelector('[data-key=retract-E1]')")
    page.click("[data-key=retract-E1]")
    for version in range(5, 9):
        retold(node, version)
        until(page, f"document.querySelector('[data-event=E1]').dataset.version === '{version}'")
    assert page.evaluate("document.querySelector('[data-key=retract-E1]').dataset.armed") == "1"
    page.click("[data-key=retract-E1]")
    wait(lambda: len(node.desk.of("retract")) == 1)
    assert page.evaluate("document.querySelector('[data-key=retract-E1]').dataset.armed") is None


def test_a_press_that_lasts_over_a_new_version_counts(watched: Watched, node: Node, console: Served) -> None:
    page = opened(watched, console.address)
    launch(node)
    until(page, "document.querySelector('[data-key=acknowledge-E1]')")
    box = page.locator("[data-key=acknowledge-E1]").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    retold(node, 5)
    page.wait_for_timeout(300)
    page.mouse.up()
    wait(lambda: len(node.desk.of("acknowledge")) == 1)
    until(page, "document.querySelector('[data-event=E1]').dataset.version === '5'")


def test_a_press_that_never_ends_does_not_hold_the_page(watched: Watched, node: Node, console: Served) -> None:
    page = opened(watched, console.address)
    launch(node)
    until(page, "document.querySelector('[data-key=acknowledge-E1]')")
    page.hover("[data-key=acknowledge-E1]")
    page.mouse.down()
    retold(node, 5)
    until(page, "document.querySelector('[data-event=E1]').dataset.version === '5'", 5)
    page.mouse.up()


def test_a_past_moment_that_nobody_waits_for_is_no_fault(watched: Watched, node: Node, console: Served) -> None:
    page = opened(watched, console.address)
    launch(node)
    until(page, "document.querySelector('.calling') && !document.getElementById('scrub').disabled")
    held: list[Any] = []
    page.route("**/api/past?at=*", lambda route: held.append(route))
    page.keyboard.press(",")
    wait(lambda: page.wait_for_timeout(20) or len(held) == 1)
    page.keyboard.press("n")
    held[0].abort()
    page.unroute("**/api/past?at=*")
    page.wait_for_timeout(150)
    assert page.inner_text("#scrub-fault") == ""
    assert page.evaluate("document.body.dataset.time") is None
    page.keyboard.press(",")
    until(page, "document.body.dataset.time === 'past'")


def test_a_failed_moment_does_not_take_a_later_wish_with_it(watched: Watched, node: Node, console: Served) -> None:
    page = opened(watched, console.address)
    launch(node)
    until(page, "document.querySelector('.calling') && !document.getElementById('scrub').disabled")
    held: list[Any] = []
    page.route("**/api/past?at=*", lambda route: route.continue_() if held else held.append(route))
    page.keyboard.press(",")
    wait(lambda: page.wait_for_timeout(20) or len(held) == 1)
    page.keyboard.press(",")
    held[0].abort()
    until(page, "document.body.dataset.time === 'past'")
    assert page.inner_text("#scrub-fault") == ""


def test_nothing_is_pressed_in_the_past(watched: Watched, node: Node, console: Served) -> None:
    page = opened(watched, console.address)
    launch(node)
    until(page, "document.querySelector('[data-key=acknowledge-E1]')")
    page.keyboard.press(",")
    until(page, "document.body.dataset.time === 'past'")
    assert page.evaluate("[...document.querySelectorAll('.left button:not(.card-head)')].filter((one) => one.getClientRects().length).length") == 0  # fmt: skip


def test_another_node_s_picture_leaves_nothing_of_the_old_one(watched: Watched, node: Node) -> None:
    """A node that comes back without an event: its card goes, nothing of before stands as if it were still so, and no alarm is told twice."""
    with served(create(node.feed, node.desk, "kr-1")) as console:
        page = opened(watched, console.address)
        launch(node)
        until(page, "document.querySelector('.calling')")
        page.evaluate("""() => { window.told = []; new MutationObserver(() => window.told.push(document.getElementById('announcer').textContent))
            .observe(document.getElementById('announcer'), { childList: true }); }""")
        port = console.port
        console.stop()
        until(page, "document.body.dataset.link === 'lost'")
    fresh = Node(60)
    fresh.tell(up(60))
    with served(create(fresh.feed, fresh.desk, "kr-1"), port=port):
        until(page, "document.body.dataset.link === 'up' && !document.querySelector('.card')", 5)
        assert page.inner_text("#situation") != "No warning – all sources fresh"
        launch(fresh)
        until(page, "document.querySelector('.calling')")
        assert page.evaluate("window.told") == [], "the same word of the same warning is announced once"


def test_a_page_that_nobody_sees_calls_at_once(watched: Watched, node: Node, console: Served) -> None:
    """Timers of a hidden page may run once a minute: here they do not run at all."""
    page = opened(watched, console.address)
    page.keyboard.press("w")
    until(page, "document.getElementById('sound').dataset.sound === 'on'")
    page.evaluate("""() => {
        window.tones = 0;
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
        for (let timer = 0; timer < 1000; timer += 1) clearInterval(timer);
        Object.defineProperty(document, 'hidden', { value: true });
    }""")
    node.tell(event(assessment("kr")), replace(alarm(AlarmState.ACTIVE_UNACKNOWLEDGED), level=0))
    until(page, "window.tones > 0", 5)


def test_a_page_that_stood_still_does_not_call_the_link_lost(watched: Watched, node: Node, console: Served) -> None:
    page = opened(watched, console.address)
    page.evaluate("""() => {
        window.said = [];
        new MutationObserver(() => window.said.push(document.body.dataset.link)).observe(document.body, { attributes: true, attributeFilter: ['data-link'] });
        const end = performance.now() + 2500;
        while (performance.now() < end);
    }""")
    page.wait_for_timeout(600)
    assert "lost" not in page.evaluate("window.said")


def test_a_dead_connection_is_begun_anew(watched: Watched, node: Node, console: Served) -> None:
    """The other end is gone without a word, as when a cable is cut: the browser itself would wait for ever."""
    page = watched.page
    page.add_init_script(
        """const Real = EventSource; window.made = 0;
        window.EventSource = class extends Real { constructor(...all) { super(...all); window.made += 1; window.newest = this; } };"""
    )
    page.goto(console.address)
    until(page, "document.body.dataset.link !== 'connecting'")
    assert page.evaluate("window.made") == 1
    page.evaluate("window.newest.onmessage = null")
    until(page, "document.body.dataset.link === 'lost'")
    until(page, "window.made === 2 && document.body.dataset.link !== 'lost'", 10)
