"""Public alerts on the page: nobody approves what was not opened, two persons do, and the words are the chosen language's."""

from __future__ import annotations

from pathlib import Path

import pytest

from bongsu.model.command import Command
from tests.console.conftest import Watched, until
from tests.console.node import Node, Served
from tests.core.harness import at, point
from tests.core.inform.alert_world import World

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("browser")]

CHAIN = "jp-V1-A-impact"
CARD = f"[data-chain='{CHAIN}']"


class Core:
    """Japan's rooms behind the page: what the page commands goes through them, and what they give is told to it."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.world = World(approvers=())
        self.count = 0
        node.desk.on_command = self.command
        self.world.predict(100)
        self.tell()

    def tell(self) -> None:
        fresh = self.world.node.items[self.count :]
        self.count = len(self.world.node.items)
        self.node.tell(*(item.body for item in fresh if type(item.body).__name__ in ("AlertDraft", "SeaNotice")))

    def command(self, command: Command) -> None:
        if command.kind.startswith("alert_"):
            self.world.node.step(at(100 + self.count % 50), command)
            self.tell()


def test_two_persons_read_and_approve_an_alert_and_a_notice_is_shown(
    watched: Watched, node: Node, console: Served, tmp_path: Path
) -> None:
    page = watched.page
    page.goto(console.address)
    until(page, "document.body.dataset.link === 'up' && document.body.dataset.mode !== 'none'")
    assert page.evaluate("document.getElementById('alerts-panel').hidden")
    core = Core(node)
    until(page, f'document.querySelector("{CARD}")')
    assert "0 of 2 persons have approved" in page.inner_text(CARD)
    assert page.is_disabled(f"[data-key^='approve-{CHAIN}/']"), "not opened yet"
    page.click(f"{CARD} summary[data-key='open-{CHAIN}/1']")
    until(page, f"!document.querySelector(\"[data-key^='approve-{CHAIN}/']\").disabled")
    shown = page.inner_text(CARD)
    assert "EXERCISE: Missile alert" in shown and "Aomori" in shown
    approve(page, "First Officer")
    until(page, f"document.querySelector(\"{CARD}\").textContent.includes('1 of 2 persons')")
    page.screenshot(path=tmp_path / "alert-partly.png")
    approve(page, "First Officer")
    until(page, f"document.querySelector(\"{CARD}\").textContent.includes('1 of 2 persons')")
    approve(page, "Second Officer")
    until(page, "document.querySelector('.alert-issued')")
    given = node.desk.of("alert_approve")
    assert {one.arguments["digest"] for one in given} == {core.world.draft().digest}
    assert [one.kind for one in node.desk.commands if one.kind in ("alert_shown", "alert_opened")].count(
        "alert_opened"
    ) == 1
    assert core.world.documents()[0].persons == ("First Officer", "Second Officer")
    core.world.predict(160, point(38.0, 137.0, 900.0, 30_000.0))
    core.tell()
    until(page, "document.querySelector('[data-notice]')")
    for language, word in (("ko", "선박"), ("ja", "船舶")):
        page.select_option("#language", language)
        until(page, f"document.querySelector('[data-notice]').textContent.includes('{word}')")
    page.screenshot(path=tmp_path / "alert-issued-ja.png")
    assert (watched.errors, watched.foreign) == ([], [])


def test_an_edit_voids_the_approval_and_a_withdrawal_needs_one_person(
    watched: Watched, node: Node, console: Served
) -> None:
    page = watched.page
    page.goto(console.address)
    until(page, "document.body.dataset.link === 'up' && document.body.dataset.mode !== 'none'")
    core = Core(node)
    until(page, f'document.querySelector("{CARD}")')
    page.click(f"{CARD} summary[data-key='open-{CHAIN}/1']")
    approve(page, "First Officer")
    until(page, f"document.querySelector(\"{CARD}\").textContent.includes('1 of 2 persons')")
    page.fill(f"[data-key='areas-{CHAIN}']", "JP-02")
    page.click(f"[data-key='edit-{CHAIN}']")
    until(page, f"document.querySelector(\"{CARD}\").textContent.includes('0 of 2 persons')")
    until(page, f"document.querySelector(\"[data-key^='approve-{CHAIN}/']\").disabled")  # new words are read anew
    page.click(f"[data-key^='withdraw-{CHAIN}/']")
    page.click(f"[data-key^='withdraw-{CHAIN}/']")
    until(page, "document.querySelector('.alert-void')")
    assert not core.world.documents()
    assert (watched.errors, watched.foreign) == ([], [])


def approve(page: object, who: str) -> None:
    page.fill("#operator-name", who)  # type: ignore[attr-defined]
    page.click(f"[data-key^='approve-{CHAIN}/']")  # type: ignore[attr-defined]
    page.click(f"[data-key^='approve-{CHAIN}/']")  # type: ignore[attr-defined]
