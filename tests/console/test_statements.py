"""Joint statements on the page: the exact text in the officer's language, whose word is missing, and the officer's own."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bongsu.model.statement import JointStatement, Signature, Vote
from tests.console.conftest import Watched, until
from tests.console.node import Node, Served
from tests.core.harness import Node as CoreNode
from tests.core.harness import at, estimate, point

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("browser")]


def drafted() -> JointStatement:
    """Korea's draft, as its own node first tells it."""
    core = CoreNode("kr")
    core.say(at(10), estimate(10, impact=point(41.0, 139.0, 700.0)))
    core.command(at(11), "draft", "kr-V1", circle="trilateral", note="<b>We meet at noon.</b>")
    joint: JointStatement = core.last(JointStatement)
    return joint


def voted(joint: JointStatement, partner: str, vote: Vote, reason: str = "") -> JointStatement:
    said = Signature(
        statement=joint.statement.statement,
        version=joint.statement.version,
        digest=joint.digest,
        circle=joint.statement.circle,
        partner=partner,
        vote=vote,
        time_ns=at(20).exercise_ns,
        reason=reason,
    )
    missing = tuple(member for member in joint.missing if member != partner or vote is Vote.REFUSE)
    adopted_ns = None if missing else at(21).exercise_ns
    return msgspec.structs.replace(joint, votes=(*joint.votes, said), missing=missing, adopted_ns=adopted_ns)


def test_a_statement_is_read_refused_and_signed(watched: Watched, node: Node, console: Served, tmp_path: Path) -> None:
    page = watched.page
    page.goto(console.address)
    until(page, "document.body.dataset.link === 'up' && document.body.dataset.mode !== 'none'")
    assert page.evaluate("document.getElementById('statements-panel').hidden")
    joint = voted(drafted(), "us", Vote.REFUSE, "we read another range")
    node.tell(joint)
    until(page, "document.querySelector('[data-statement=\"kr-S1\"]')")
    card = page.inner_text("[data-statement='kr-S1']")
    assert "open to signature" in card
    assert "US refused to sign" in card and "we read another range" in card
    assert "not heard from: JP, KR" in card
    assert "<b>We meet at noon.</b>" in card, "text stays text"
    page.screenshot(path=tmp_path / "statement.png")
    page.fill("[data-key='reason-kr-S1']", "wait for noon")
    node.tell(joint)
    assert page.input_value("[data-key='reason-kr-S1']") == "wait for noon", "what is being typed stays"
    page.click("[data-key='refuse-kr-S1']")
    page.fill("[data-key='reason-kr-S1']", "")
    page.focus("[data-key='sign-kr-S1']")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('outcome').textContent.includes('Sign this text')")
    refuse, sign = node.desk.of("refuse")[0], node.desk.of("sign")[0]
    assert refuse.arguments == {"circle": "trilateral", "digest": joint.digest, "reason": "wait for noon"}
    assert (sign.about, sign.version, sign.arguments) == ("kr-S1", 1, {"circle": "trilateral", "digest": joint.digest})
    for partner in ("us", "jp", "kr"):
        joint = voted(joint, partner, Vote.SIGN)
    node.tell(joint)
    until(page, "document.querySelector('.statement-adopted')")
    assert page.query_selector("[data-key='sign-kr-S1']") is None
    page.select_option("#language", "ko")
    until(page, "document.querySelector('[data-statement=\"kr-S1\"]').textContent.includes('채택됨')")
    assert "협의체 공동성명" in page.inner_text("[data-statement='kr-S1']")
    assert (watched.errors, watched.foreign) == ([], [])
