"""The console in a real browser: true, usable, and alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from bongsu.console.app import create
from bongsu.model.alarm import AlarmState
from bongsu.model.command import Command
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.freshness import FreshnessState
from bongsu.model.health import Health
from bongsu.model.hold import Hold, HoldState
from bongsu.model.mode import Mode
from bongsu.model.receipt import Heartbeat, Shown
from bongsu.model.refusal import Refusal
from bongsu.model.stance import Position
from bongsu.model.warning import WarningStatus
from bongsu.words.catalogue import catalogue
from tests.console.conftest import Watched, until
from tests.console.node import Node, Served, served
from tests.views.items import (
    CONFIGURATION,
    alarm,
    alert,
    assessment,
    at,
    consultation,
    delivery,
    estimate,
    event,
    freshness,
    path,
    stance,
    up,
)

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("browser")]


@pytest.fixture
def address(console: Served) -> str:
    return console.address


def opened(watched: Watched, address: str) -> Any:
    """The page, once it shows the node's picture."""
    watched.page.goto(address)
    until(watched.page, "document.body.dataset.link === 'up' && document.body.dataset.mode !== 'none'")
    return watched.page


def launch(node: Node) -> None:
    """Two warn, one has taken its word back; the alarm calls."""
    for second in range(20, 600, 20):
        node.tell(path(second))
        node.tell(path(second, "us"), origin="us")
    us = assessment("us", 2, conclusion=estimate(500.0, 4_300.0, east_deg=1.2))
    jp = assessment("jp", 2, WarningStatus.RETRACTED, reason="false plots")
    node.tell(event(assessment("kr", 3, WarningStatus.UPDATE), us, jp, version=4, fused=estimate(990.0)))
    node.tell(alarm(AlarmState.ACTIVE_UNACKNOWLEDGED, 4, reason="launch_reported"))
    node.tell(alert(("JP-01", "impact"), ("KR-42", "overflight")))
    node.tell(
        delivery("us", 2, received=62, shown=63, acknowledged=63.5),
        delivery("us", 3, received=64, shown=65),
        delivery("jp", 2, received=63, shown=64),
        delivery("jp", 3, received=66),
    )
    node.tell(consultation(stance("us", "kr", Position.CONCUR), stance("jp", "kr", Position.UNKNOWN)))


def test_an_event_with_all_that_is_said_of_it(watched: Watched, node: Node, address: str, tmp_path: Path) -> None:
    page = opened(watched, address)
    assert page.inner_text("#situation") == "No warning – all sources fresh"
    launch(node)
    node.tell(freshness("jp", FreshnessState.STALE, 55), Refusal(door="screen", reason="unknown_sensor", source="x9"))
    node.tell(Health(part="hub", state="degraded", text="reconnecting"))
    until(
        page,
        "document.querySelector('[data-source=jp]')?.dataset.state === 'stale' && document.querySelector('[data-event=E1]')",
    )
    card = page.inner_text("[data-event=E1]")
    for text in (
        "ALARM – not acknowledged",
        "RETRACTED",
        "false plots",
        "Range: KR 1,000 km, US 500 km (500 km apart)",
    ):
        assert text in card
    for text in (
        "Hokkaido (Japan)",
        "Gangwon State (South Korea)",
        "JP still shows version 2, newest is 3",
        "US shows version 3 · has acknowledged version 2",
    ):
        assert text in card
    assert "US on KR: concurs" in card
    assert "JP on KR: not known" in card
    assert page.inner_text("#situation") == "WARNING · not heard of: JP"
    assert "unknown sensor, from x9" in page.inner_text("#doors")
    assert "hub: degraded reconnecting" in page.inner_text("#doors")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.figures th.gone')).textDecorationLine")
        == "line-through"
    )
    assert page.evaluate("getComputedStyle(document.querySelector('.calling .alarm')).animationName") == "call"
    assert "E1" in page.inner_text("#announcer")
    page.screenshot(path=tmp_path / "dark.png")
    assert (watched.errors, watched.foreign) == ([], [])


def test_the_mode_frame_comes_from_the_items(watched: Watched, node: Node, address: str) -> None:
    page = opened(watched, address)
    assert page.inner_text("#mode") == "EXERCISE – SIMULATED SENSORS · hand-made"
    assert page.title().startswith("EXERCISE")
    exercise = page.evaluate("getComputedStyle(document.body).borderTopColor")
    node.teller.mode = Mode.REAL
    node.tell(up(61))
    until(page, "document.body.dataset.mode === 'mixed'")
    assert "TRUST NOTHING HERE" in page.inner_text("#mode")
    assert page.evaluate("getComputedStyle(document.body).borderTopColor") != exercise


def test_no_warning_is_said_only_while_all_are_fresh(watched: Watched, node: Node, address: str) -> None:
    page = opened(watched, address)
    assert "No warning." in page.inner_text("#events")
    node.tell(freshness("us", FreshnessState.UNKNOWN, 50))
    until(page, "document.getElementById('situation').dataset.situation === 'unknown'")
    assert "it is not known" in page.inner_text("#events")
    assert page.inner_text("#situation") == "NOT KNOWN – nothing heard of: US"


def test_acknowledge_by_key(watched: Watched, node: Node, address: str) -> None:
    def answer(command: Command) -> None:
        if command.kind == "acknowledge":
            node.tell(alarm(AlarmState.ACTIVE_ACKNOWLEDGED, 4, by=command.actor))

    node.desk.on_command = answer
    page = opened(watched, address)
    page.fill("#operator-name", "officer-7")
    page.keyboard.press("a")
    assert node.desk.of("acknowledge") == [], "a letter in a field is a letter"
    page.fill("#operator-name", "officer-7")
    page.keyboard.press("Escape")
    launch(node)
    until(page, "document.querySelector('.calling')")
    page.keyboard.press("a")
    until(page, "document.querySelector('[data-event=E1]') && !document.querySelector('.calling')")
    (command,) = node.desk.of("acknowledge")
    assert (command.about, command.version, command.actor, command.role) == ("E1", 4, "officer-7", "watch")
    assert "by officer-7" in page.inner_text("[data-event=E1]")
    until(page, "document.querySelector('#outcome').innerText === 'Acknowledge: done'")


def test_a_refusal_is_shown_in_words(watched: Watched, node: Node, address: str) -> None:
    page = opened(watched, address)
    page.select_option("#operator-role", "observe")
    launch(node)
    until(page, "document.querySelector('.calling')")
    page.click("[data-key=acknowledge-E1]")
    until(page, "document.getElementById('outcome').dataset.outcome === 'refused'")
    assert page.inner_text("#outcome") == "Acknowledge: refused – this role may not do that"
    assert page.locator(".calling").count() == 1


def test_what_stands_on_the_page_is_told_to_its_originator_once_a_version(
    watched: Watched, node: Node, address: str
) -> None:
    page = opened(watched, address)
    node.tell(event(assessment("kr"), version=1))
    until(page, "document.querySelector('[data-event=E1]')")
    node.tell(event(assessment("kr"), assessment("us", 1), version=2))
    wait(lambda: len(node.desk.of("shown")) == 1)
    node.tell(event(assessment("kr", 2), assessment("us", 1), version=3))
    node.tell(event(assessment("kr", 2), assessment("us", 2), version=4))
    wait(lambda: len(node.desk.of("shown")) == 2)
    assert [(command.about, command.version) for command in node.desk.of("shown")] == [("E1", 2), ("E1", 4)]


def test_to_retract_takes_two_presses(watched: Watched, node: Node, address: str) -> None:
    page = opened(watched, address)
    node.tell(event(assessment("kr")))
    until(page, "document.querySelector('[data-key=retract-E1]')")
    page.click("[data-key=retract-E1]")
    assert node.desk.of("retract") == []
    assert page.inner_text("[data-key=retract-E1]") == "DRILL: press again – Retract our warning"
    page.click("[data-key=retract-E1]")
    wait(lambda: len(node.desk.of("retract")) == 1)
    node.tell(event(assessment("kr", 2, WarningStatus.RETRACTED), version=2, open_=False))
    node.tell(alarm(AlarmState.ENDED_UNACKNOWLEDGED, 2))
    until(page, "document.querySelector('.card-retracted.calling')")
    assert "RETRACTED" in page.inner_text("[data-event=E1] .card-head")
    assert page.evaluate("getComputedStyle(document.querySelector('.card-id')).textDecorationLine") == "line-through"


def test_a_stance_names_the_fields(watched: Watched, node: Node, address: str) -> None:
    page = opened(watched, address)
    launch(node)
    until(page, "document.querySelector('[data-key=differ-us-E1]')")
    page.click("[data-key=differ-us-E1]")
    wait(lambda: len(node.desk.of("stance")) == 1)
    assert node.desk.of("stance")[0].arguments == {
        "origin": "us",
        "position": "differ",
        "fields": "status,range_km,impact_time",
    }


NO_LINK_MS = 2_000


def test_no_link_when_the_node_freezes(watched: Watched, node: Node, console: Served) -> None:
    """The connection stays open, but nothing comes: only the page's own clock can tell."""
    page = opened(watched, console.address)
    watch_link(page)
    frozen_ms = time.time() * 1_000
    console.freeze(4.0)
    until(page, "document.body.dataset.link === 'lost'")
    assert page.evaluate("window.lostAt") - frozen_ms <= NO_LINK_MS
    assert "NO LINK" in page.inner_text("#no-link")
    assert "grayscale" in page.evaluate("getComputedStyle(document.querySelector('main')).filter")
    node.tell(up(70))
    until(page, "document.body.dataset.link === 'up'")
    assert not page.is_visible("#no-link")


def test_no_link_when_the_stream_is_cut_and_a_command_is_not_lost_unseen(
    watched: Watched, node: Node, console: Served
) -> None:
    page = opened(watched, console.address)
    launch(node)
    until(page, "document.querySelector('.calling')")
    watch_link(page)
    cut_ms = time.time() * 1_000
    console.stop()
    until(page, "document.body.dataset.link === 'lost'")
    assert page.evaluate("window.lostAt") - cut_ms <= NO_LINK_MS
    page.keyboard.press("a")
    until(page, "document.getElementById('outcome').dataset.outcome === 'failed'")
    assert "NOT entered" in page.inner_text("#outcome")
    with served(create(node.feed, node.desk, "kr-1"), port=console.port):
        node.tell(up(70))
        until(page, "document.body.dataset.link === 'up'")
        assert page.locator(".calling").count() == 1


def test_a_core_that_says_nothing_is_not_calm(watched: Watched, node: Node, address: str) -> None:
    page = opened(watched, address)
    node.ahead(30.0)
    until(page, "document.body.dataset.link === 'core_silent'")
    assert "NOTHING NEW" in page.inner_text("#no-link")
    node.tell(up(95))
    until(page, "document.body.dataset.link === 'up'")


@pytest.mark.parametrize("language", ["en", "ko", "ja"])
def test_three_languages(watched: Watched, node: Node, address: str, language: str) -> None:
    words = catalogue("console", language)
    page = opened(watched, address)
    launch(node)
    until(page, "document.querySelector('.calling')")
    page.select_option("#language", language)
    until(
        page,
        f"document.documentElement.lang === '{language}' && document.getElementById('events-title').textContent === {words['events.title']!r}",
    )
    until(page, f"document.getElementById('mode').textContent.startsWith({words['banner.exercise']!r})")
    text = page.inner_text("body")
    for key in (
        "alarm.active_unacknowledged",
        "status.retracted",
        "row.apogee",
        "freshness.fresh",
        "command.acknowledge",
    ):
        assert words[key] in text
    assert {"en": "Hokkaido (Japan)", "ko": "홋카이도 (일본)", "ja": "北海道 (日本)"}[language] in text
    assert [key for key in words if "." in key and f" {key} " in f" {text} "] == []
    assert (watched.errors, watched.foreign) == ([], [])


def test_no_duff_stands_over_everything_in_each_language(
    watched: Watched, node: Node, address: str, tmp_path: Path
) -> None:
    page = opened(watched, address)
    assert not page.is_visible("#hold")
    standing = Hold(hold="us-H1", version=1, state=HoldState.STANDING, begun_ns=node.now().link_ns)
    node.tell(standing, origin="us")
    for language in ("en", "ko", "ja"):
        page.select_option("#language", language)
        said = catalogue("console", language)["hold.banner"].replace("{who}", "US")
        assert "NO DUFF" in said
        until(page, f"document.getElementById('hold').textContent === {said!r}")
        assert page.is_visible("#hold")
        page.screenshot(path=tmp_path / f"{language}.png")
    assert page.locator("#hold button").count() == 0, "a partner's is not ours to lift"
    node.tell(replace(standing, version=2, state=HoldState.LIFTED), origin="us")
    until(page, "document.getElementById('hold').hidden")
    node.tell(replace(standing, hold="kr-H1"), origin="kr")
    until(page, "document.querySelectorAll('#hold button').length === 1")
    page.click("#hold button")
    while not node.desk.of("lift_hold"):
        page.wait_for_timeout(20)
    (command,) = node.desk.of("lift_hold")
    assert (command.about, command.version) == ("kr-H1", 1)
    assert (watched.errors, watched.foreign) == ([], [])


def test_no_duff_by_exercise_control(watched: Watched, node: Node, address: str) -> None:
    page = opened(watched, address)
    now = node.now()
    order = ExerciseOrder(
        order="hold", exercise="hand-made", exercise_ns=now.exercise_ns, link_ns=now.link_ns, speed=0.0
    )
    node.tell(order)
    until(page, "document.getElementById('hold').textContent.includes('NO DUFF – REAL WORLD')")
    assert "EXCON" in page.inner_text("#hold")
    assert page.locator("#hold button").count() == 0
    node.tell(replace(order, order="resume", speed=1.0))
    until(page, "document.getElementById('hold').hidden")


def test_keyboard_alone(watched: Watched, node: Node, address: str) -> None:
    page = opened(watched, address)
    for name in ("E1", "E2"):
        node.tell(event(assessment("us"), name=name))
    until(page, "document.querySelectorAll('.card').length === 2")
    page.keyboard.press("j")
    until(page, "document.querySelector('.chosen .card-head') === document.activeElement")
    first = page.evaluate("document.querySelector('.chosen').dataset.event")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("j")
    until(page, f"document.querySelector('.chosen').dataset.event !== '{first}'")
    page.keyboard.press("t")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.keyboard.press("?")
    assert page.is_visible("#help")
    page.keyboard.press("Escape")
    assert not page.is_visible("#help")
    second = page.evaluate("document.querySelector('.chosen').dataset.event")
    assert f"event={second}" in page.url, "what is looked at stands in the address"
    node.tell(event(assessment("us", 2), name=second, version=2))
    until(page, f"document.querySelector('[data-event={second}]').textContent.includes('version 2')")
    until(page, "document.activeElement.dataset.key?.startsWith('head-')")


def test_a_salvo_is_one_call_with_a_count(watched: Watched, node: Node, address: str, tmp_path: Path) -> None:
    page = opened(watched, address)
    for name in ("E1", "E2", "E3"):
        node.tell(event(assessment("kr"), name=name), alarm(AlarmState.ACTIVE_UNACKNOWLEDGED, name=name))
    until(page, "document.querySelector('.salvo')?.textContent.includes('SALVO of 3')")
    assert "3 not acknowledged" in page.inner_text(".salvo")
    assert page.locator(".salvo .card").count() == 3
    page.keyboard.press("a")
    wait(lambda: len(node.desk.of("acknowledge")) == 3)
    assert sorted(command.about for command in node.desk.of("acknowledge")) == ["E1", "E2", "E3"]
    page.screenshot(path=tmp_path / "salvo.png")


def test_countdown_at_a_place_and_what_a_path_alone_proves(
    watched: Watched, node: Node, address: str, tmp_path: Path
) -> None:
    page = opened(watched, address)
    for second in range(20, 600, 20):
        node.tell(path(second, "us"), origin="us")
    blind = msgspec.structs.replace(estimate(), impact=None, range_m=None, apogee_m=None, ballistic=False)
    node.tell(event(assessment("kr"), assessment("us", conclusion=blind)), alert(("JP-01", "impact")))
    until(page, "document.querySelector('[data-event=E1]')")
    page.fill("#place", "Hokkaido (Japan)")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.at-place')")
    assert page.inner_text(".at-place").startswith("Predicted impact at Hokkaido (Japan): ")
    assert "place=JP-01" in page.url
    page.fill("#place", "Seoul (South Korea)")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.at-place').textContent.startsWith('Nearest to Seoul')")
    card = page.inner_text("[data-event=E1]")
    assert "irregular: does not fly as gravity alone would have it" in card
    assert "Range: KR 1,000 km, US at least " in card
    page.screenshot(path=tmp_path / "place.png")
    page.reload()
    until(page, "document.querySelector('.at-place')")
    assert page.input_value("#place") == "Seoul (South Korea)"
    assert watched.errors == []


def test_ages_keep_counting_on_fresh_chips_too(watched: Watched, node: Node, address: str) -> None:
    page = opened(watched, address)
    beat = Heartbeat(issued_ns=at(60), epoch=1, prompt_sequence=0, received_epoch=1, received_up_to=0, attended=False)
    node.tell(beat, origin="us")
    until(page, "document.querySelector('[data-source=us]').textContent.includes('nobody at the console')")
    age = "parseInt(document.querySelector('[data-source=us] [data-link-age]').textContent)"
    first = page.evaluate(age)
    until(page, f"{age} > {first}")
    assert page.get_attribute("[data-source=us]", "data-state") == "fresh"


def test_text_of_a_partner_never_becomes_markup(watched: Watched, node: Node, address: str) -> None:
    page = opened(watched, address)
    evil = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    node.tell(event(assessment("us", reason=evil), reason=evil))
    node.tell(alarm(AlarmState.ACTIVE_UNACKNOWLEDGED, reason=evil), Health(part="hub", state="down", text=evil))
    until(page, "document.querySelector('.calling')")
    assert evil in page.inner_text("[data-event=E1]")
    assert page.locator("#events img, #events script, #doors img").count() == 0
    assert "taken" not in page.title()
    assert watched.errors == []


def watch_link(page: Any) -> None:
    """Notes on the page itself when it says NO LINK: the test's own waiting does not count."""
    page.evaluate(
        """() => new MutationObserver(() => {
          if (document.body.dataset.link === 'lost') window.lostAt ??= Date.now();
        }).observe(document.body, { attributes: true, attributeFilter: ['data-link'] })"""
    )


def wait(reached: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something outside the page."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_was_taken_back_stands_open_until_the_last_console_shows_it(
    watched: Watched, node: Node, address: str
) -> None:
    page = opened(watched, address)
    first, taken = assessment("kr"), assessment("kr", 2, WarningStatus.RETRACTED)
    node.tell(CONFIGURATION, first.warning, event(first), delivery("jp", 1))
    for console in ("tokyo-1", "tokyo-2"):
        node.tell(Shown(partner="jp", warning="kr-E1", version=1, time_ns=at(61), console=console), origin="jp")
    node.tell(taken.warning, event(taken, version=2, open_=False), delivery("jp", 2))
    node.tell(Shown(partner="jp", warning="kr-E1", version=2, time_ns=at(70), console="tokyo-1"), origin="jp")
    until(page, "document.querySelector('.takeback.open li')?.innerText.includes('tokyo-2')")
    assert "still shows version 1" in page.inner_text(".takeback.open")
    node.tell(Shown(partner="jp", warning="kr-E1", version=2, time_ns=at(75), console="tokyo-2"), origin="jp")
    until(page, "!document.querySelector('.takeback.open')")
    page.click("[data-key=head-E1]")
    until(page, "document.querySelector('.takeback')?.innerText.includes('JP has confirmed')")
