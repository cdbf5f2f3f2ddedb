"""What waits before it may leave, on the page: an officer sees until when, says yes or no, and sees who said so."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bongsu.model.pending import Pending, PendingState
from tests.console.conftest import Watched, until
from tests.console.node import Node, Served
from tests.core.harness import at

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("browser")]

ASKED = Pending(
    pending="kr-W1",
    state=PendingState.WAITING,
    action="ask",
    rule="jp-asks-for-impact",
    recipient="jp",
    kind="warning",
    subject="kr-E1",
    item="kr-7",
    since_ns=at(10).exercise_ns,
    due_ns=at(70).exercise_ns,
    field="impact",
    version=2,
    reason="we <b>look</b> first",
)


def test_a_question_is_seen_answered_and_its_answer_shown(
    watched: Watched, node: Node, console: Served, tmp_path: Path
) -> None:
    page = watched.page
    page.goto(console.address)
    until(page, "document.body.dataset.link === 'up' && document.body.dataset.mode !== 'none'")
    assert page.evaluate("document.getElementById('waiting-panel').hidden")
    node.tell(ASKED)
    until(page, "document.querySelector('[data-waiting=\"kr-W1\"]')")
    card = page.inner_text("[data-waiting='kr-W1']")
    for word in ("kr-E1 v2, impact", "JP", "asks you until", "jp-asks-for-impact", "we <b>look</b> first"):
        assert word in card, card
    page.screenshot(path=tmp_path / "waiting.png")
    page.fill("[data-key='why-kr-W1']", "agreed by telephone")
    page.click("[data-key='release-kr-W1']")
    until(page, "document.getElementById('outcome').textContent.includes('Release')")
    said = node.desk.of("release")[0]
    assert (said.about, said.arguments) == ("kr-W1", {"reason": "agreed by telephone"})
    page.fill("[data-key='why-kr-W1']", "")
    decided = msgspec.structs.replace(
        ASKED, state=PendingState.RELEASED, by="An Officer", role="duty", decided_ns=at(30).exercise_ns, note="agreed"
    )
    node.tell(decided)
    until(page, "document.querySelector('.waiting-released')")
    assert page.query_selector("[data-key='release-kr-W1']") is None
    assert "An Officer: agreed" in page.inner_text("[data-waiting='kr-W1']")
    page.select_option("#language", "ja")
    until(page, "document.querySelector('[data-waiting=\"kr-W1\"]').textContent.includes('提供済み')")
    assert (watched.errors, watched.foreign) == ([], [])
