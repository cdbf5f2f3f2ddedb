"""The watch: sound armed at the start of a shift, who has it, the hand-over sheet, alarms set aside, and confirmations of drill and real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser

from bongsu.console.app import create
from bongsu.model.alarm import AlarmState
from bongsu.model.command import Approved
from bongsu.model.configuration import Role
from bongsu.model.freshness import FreshnessState
from bongsu.model.hold import Hold, HoldState
from tests.console.conftest import Watched, until, watching
from tests.console.node import Node, served
from tests.console.test_page import opened, wait
from tests.views.items import CONFIGURATION, alarm, assessment, at, calm, event, freshness

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("browser")]


class Attendance:
    """What the node hears of it."""

    def __init__(self) -> None:
        self.said: list[bool] = []


@pytest.fixture
def node() -> Node:
    made = Node(60)
    made.feed.push(calm(made.teller, 60))
    made.desk.on_command = lambda command: made.tell(Approved(command=command, time_ns=at(made.seconds)))
    return made


@pytest.fixture
def attendance() -> Attendance:
    return Attendance()


@pytest.fixture
def address(node: Node, attendance: Attendance) -> Iterator[str]:
    app = create(node.feed, node.desk, "kr-1", on_attended=attendance.said.append)
    with served(app) as serving:
        yield serving.address


def test_the_sound_is_off_until_the_shift_is_started(
    watched: Watched, node: Node, address: str, attendance: Attendance
) -> None:
    page = opened(watched, address)
    assert page.inner_text("#sound").startswith("SOUND OFF")
    assert page.inner_text("#watch") == "Nobody has taken the watch here"
    assert attendance.said == []
    page.fill("#operator-name", "kim")
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    until(page, "document.getElementById('sound').dataset.sound === 'on'")
    wait(lambda: attendance.said == [True])
    until(page, "document.getElementById('watch').textContent.startsWith('kim has the watch since')")
    page.keyboard.press("m")
    until(page, "document.getElementById('sound').textContent.startsWith('MUTED for')")
    assert [command.actor for command in node.desk.of("take_over")] == ["kim"]
    assert (watched.errors, watched.foreign) == ([], [])


def test_an_alarm_is_set_aside_and_a_latched_one_is_reset_by_key(watched: Watched, node: Node, address: str) -> None:
    page = opened(watched, address)
    node.tell(event(assessment("kr")), alarm(AlarmState.ACTIVE_ACKNOWLEDGED))
    until(page, "document.querySelector('[data-key=shelve-E1]')")
    page.keyboard.press("j")
    page.keyboard.press("s")
    wait(lambda: len(node.desk.of("shelve")) == 1)
    assert node.desk.of("shelve")[0].arguments == {"seconds": "300"}
    node.tell(replace(alarm(AlarmState.SHELVED), until_ns=at(400), by="kim"))
    until(page, "document.querySelector('[data-key=unshelve-E1]')")
    assert "Alarm shelved" in page.inner_text("[data-event=E1]")
    node.tell(alarm(AlarmState.LATCHED))
    until(page, "document.querySelector('[data-key=reset-E1]')")
    page.keyboard.press("r")
    wait(lambda: len(node.desk.of("reset")) == 1)


LEVELS = (
    Role("watch", ("acknowledge",)),
    Role("duty", ("acknowledge",), called=1),
    Role("observe", (), called=2),
)
"""The watch at once, the duty officer when nobody answers, everybody at last."""


def sounding(page: Any, role: str) -> None:
    """A page on shift in a role, which counts the tones that it gives."""
    until(page, f"[...document.getElementById('operator-role').options].some((one) => one.value === '{role}')")
    page.select_option("#operator-role", role)
    page.evaluate("""() => {
        window.tones = 0;
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
    }""")
    page.keyboard.press("w")
    until(page, "document.getElementById('sound').dataset.sound === 'on' && window.tones === 1")


def test_an_alarm_goes_to_the_roles_that_policy_names_and_on_when_nobody_answers(
    browser: Browser, node: Node, address: str
) -> None:
    with watching(browser) as first, watching(browser) as second:
        watch, duty = opened(first, address), opened(second, address)
        node.tell(replace(CONFIGURATION, roles=LEVELS))
        sounding(watch, "watch")
        sounding(duty, "duty")
        node.tell(event(assessment("kr")), alarm(AlarmState.ACTIVE_UNACKNOWLEDGED))
        until(watch, "window.tones > 1 && document.querySelector('.calling') && !document.querySelector('.elsewhere')")
        until(duty, "document.querySelector('.calling.elsewhere')")
        assert "calls watch first; comes here if nobody answers" in duty.inner_text("[data-event=E1]")
        assert duty.evaluate("window.tones") == 1, "seen, and not heard"
        node.tell(replace(alarm(AlarmState.ACTIVE_UNACKNOWLEDGED), level=1))
        until(duty, "window.tones > 1 && !document.querySelector('.elsewhere')")
        until(duty, "document.querySelector('.escalated').textContent.includes('passed on to watch, duty officer')")
        node.tell(replace(alarm(AlarmState.ACTIVE_UNACKNOWLEDGED), level=2))
        until(duty, "document.querySelector('.escalated')?.textContent.includes('partners are told')")


def test_the_live_lamp_is_lit_by_a_hold_alone(watched: Watched, node: Node, address: str) -> None:
    page = opened(watched, address)
    until(page, "document.getElementById('live').dataset.lit === 'false'")
    assert page.inner_text("#live") == "○ LIVE lamp dark: nothing real is known"
    node.tell(Hold(hold="us-hold-1", version=1, state=HoldState.STANDING, begun_ns=at(61)), origin="us")
    until(page, "document.getElementById('live').dataset.lit === 'true'")
    assert page.inner_text("#live") == "● LIVE: something real – exercise holds"


def test_the_hand_over_sheet_names_what_is_open_and_who_takes_over(
    watched: Watched, node: Node, address: str, tmp_path: Path
) -> None:
    page = opened(watched, address)
    node.tell(event(assessment("kr")), alarm(AlarmState.ACTIVE_UNACKNOWLEDGED))
    node.tell(event(assessment("kr"), name="E2", open_=False), alarm(AlarmState.LATCHED, name="E2"))
    node.tell(event(assessment("kr"), name="E3"), replace(alarm(AlarmState.SHELVED, name="E3"), until_ns=at(300)))
    node.tell(freshness("jp", FreshnessState.STALE, 40))
    until(page, "document.querySelector('[data-event=E2]')")
    page.keyboard.press("h")
    sheet = page.inner_text("#handover")
    for text in ("Alarms not acknowledged: 1", "Shelved: 1", "Latched, to be reset: 1", "jp STALE", "EXERCISE"):
        assert text in sheet
    page.fill("#handover-note", "jp is being repaired")
    page.screenshot(path=tmp_path / "handover.png")
    page.click("[data-key=take-over]")
    assert node.desk.of("take_over") == []
    page.click("[data-key=take-over]")
    until(page, "!document.getElementById('handover').open")
    (command,) = node.desk.of("take_over")
    assert command.arguments == {"note": "jp is being repaired"}
    until(page, "document.getElementById('watch').textContent.includes('has the watch')")
    page.keyboard.press("h")
    assert "jp is being repaired" in page.inner_text("#handover")
    page.keyboard.press("Escape")
    assert not page.is_visible("#handover")


def test_a_live_confirmation_is_another_gesture_than_a_drill_s(watched: Watched, address: str, node: Node) -> None:
    """Two presses take back a drill's warning; a real one only its name, typed."""
    page = opened(watched, address)
    node.tell(event(assessment("kr")))
    until(page, "document.querySelector('[data-key=retract-E1]')")
    page.click("[data-key=retract-E1]")
    drill = page.inner_text("[data-key=retract-E1]")
    colour = page.evaluate("getComputedStyle(document.querySelector('[data-key=retract-E1]')).backgroundColor")
    assert drill.startswith("DRILL: ")
    page.evaluate("document.body.dataset.mode = 'real'")
    page.click("[data-key=retract-E1]")
    assert page.inner_text("#confirm h2") == "REAL – this is not a drill"
    assert page.evaluate("getComputedStyle(document.querySelector('#confirm .live-yes')).backgroundColor") != colour
    assert page.is_disabled("#confirm .live-yes")
    page.keyboard.type("E2")
    page.keyboard.press("Enter")
    assert node.desk.of("retract") == [], "another name confirms nothing"
    page.fill("#confirm input", "E1")
    page.keyboard.press("Enter")
    wait(lambda: len(node.desk.of("retract")) == 1)
    assert not page.is_visible("#confirm")
