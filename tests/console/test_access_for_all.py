"""Every view for everybody: axe-core finds nothing serious, in three languages, dark and light; and the keyboard alone reaches all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bongsu.console.app import Doors, create
from bongsu.model.alarm import AlarmState
from bongsu.model.freshness import FreshnessState
from bongsu.model.health import Health
from bongsu.model.refusal import Refusal
from tests.console.conftest import Watched, until
from tests.console.node import Node, Served, served
from tests.console.test_page import launch, opened, wait
from tests.views.items import alarm, assessment, event, freshness

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("browser")]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
GRAVE = {"serious", "critical"}


def findings(page: Any) -> list[str]:
    """What axe-core finds on the page as it stands, but for minor and moderate."""
    page.evaluate(AXE)
    said = page.evaluate(
        "async () => JSON.stringify((await axe.run(document, { resultTypes: ['violations'] })).violations)"
    )
    return [
        f"{one['impact']} {one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in json.loads(said)
        if one["impact"] in GRAVE
    ]


def busy(node: Node) -> None:
    """All that a page can show at once: alarms of each kind, faults, a salvo."""
    launch(node)
    for name in ("E2", "E3"):
        node.tell(event(assessment("kr"), name=name), alarm(AlarmState.ACTIVE_UNACKNOWLEDGED, name=name))
    node.tell(event(assessment("kr"), name="E4"), alarm(AlarmState.SHELVED, name="E4"))
    node.tell(event(assessment("kr"), name="E5"), alarm(AlarmState.LATCHED, name="E5"))
    node.tell(freshness("jp", FreshnessState.STALE, 55), Refusal(door="screen", reason="unknown_sensor", source="x9"))
    node.tell(Health(part="hub", state="degraded", text="reconnecting"))


VIEWS = (("help", "?", "Escape"), ("hand-over", "h", "Escape"), ("globe", "g", "g"), ("past", ",", "n"))
"""The keys that open and leave each view."""


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_nothing_serious_on_any_view(watched: Watched, node: Node, console: Served, theme: str) -> None:
    busy(node)
    page = opened(watched, f"{console.address}/?theme={theme}&event=E1")
    until(page, "document.querySelectorAll('.card').length >= 5")
    found = {"events": findings(page)}
    for view, key, leave in VIEWS:
        page.keyboard.press(key)
        if view == "past":
            until(page, "document.body.dataset.time === 'past'")
        page.wait_for_timeout(50)
        found[view] = findings(page)
        page.keyboard.press(leave)
    assert not any(found.values()), found


@pytest.mark.parametrize("language", ["ko", "ja"])
def test_nothing_serious_in_the_other_languages(watched: Watched, node: Node, console: Served, language: str) -> None:
    busy(node)
    page = opened(watched, f"{console.address}/?lang={language}&event=E1")
    until(page, "document.querySelectorAll('.card').length >= 5")
    assert findings(page) == []


def test_nothing_serious_at_the_log_in(watched: Watched, node: Node) -> None:
    class Nobody:
        def roles(self, name: str) -> None:
            return None

        def check(self, name: str, password: str) -> None:
            return None

    with served(create(node.feed, node.desk, "kr-1", Doors(Nobody()))) as console:
        watched.page.goto(console.address)
        until(
            watched.page,
            "!document.getElementById('login').hidden && document.getElementById('login-title').textContent",
        )
        assert findings(watched.page) == []


STOPS = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex]')].filter((one) =>
  one.tabIndex >= 0 && !one.disabled && one.getClientRects().length && getComputedStyle(one).visibility !== 'hidden').length"""


def test_tab_reaches_everything_and_is_never_caught(watched: Watched, node: Node, console: Served) -> None:
    busy(node)
    page = opened(watched, f"{console.address}/?event=E1")
    until(page, "document.querySelectorAll('.card').length >= 5")
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    stops, reached = page.evaluate(STOPS), 0
    page.evaluate("window.reached = new Set()")
    for _ in range(stops + 5):
        page.keyboard.press("Tab")
        reached = page.evaluate(
            "() => { const one = document.activeElement; if (one !== document.body) window.reached.add(one.id || one.dataset.key || one.outerHTML);"
            " return window.reached.size; }"
        )
        visible = page.evaluate(
            "() => document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== 'none'"
        )
        assert visible, page.evaluate("document.activeElement.outerHTML")
    assert reached >= stops


def test_a_whole_watch_by_keys_alone(watched: Watched, node: Node, console: Served) -> None:
    """Shift, an alarm, what is said of it, hand-over, the past, the globe: the mouse is never touched."""
    page = opened(watched, console.address)
    page.keyboard.press("w")
    until(page, "document.getElementById('sound').dataset.sound === 'on'")
    launch(node)
    until(page, "document.querySelector('.calling')")
    page.keyboard.press("a")
    node.tell(alarm(AlarmState.ACTIVE_ACKNOWLEDGED, 4, by="local-operator"))
    until(page, "!document.querySelector('.calling')")
    page.keyboard.press("j")
    until(page, "document.activeElement.dataset.key === 'head-E1'")
    page.keyboard.press("s")
    wait(lambda: bool(node.desk.of("shelve")))
    while page.evaluate("document.activeElement.dataset.key") != "concur-us-E1":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait(lambda: bool(node.desk.of("stance")))
    while page.evaluate("document.activeElement.dataset.key") != "retract-E1":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.dataset.armed")
    page.keyboard.press("Enter")
    wait(lambda: bool(node.desk.of("retract")))
    page.keyboard.press("h")
    until(page, "document.getElementById('handover').open")
    page.keyboard.press("Escape")
    until(page, "!document.getElementById('handover').open")
    page.keyboard.press("g")
    until(page, "!document.getElementById('globe-box').hidden")
    page.keyboard.press(",")
    until(page, "document.body.dataset.time === 'past'")
    page.keyboard.press("n")
    until(page, "!document.body.dataset.time")
    assert [one.kind for one in node.desk.commands if one.kind != "shown"] == [
        "take_over", "acknowledge", "shelve", "stance", "retract",
    ]  # fmt: skip
