"""The review of an exercise is an exit: what enters it of each nation's record, and by whose terms."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from bongsu.core.exchange.exits import words_of
from bongsu.drill.reviewing import Admission, reviewed
from bongsu.drill.settings import configuration
from bongsu.model.configuration import Configuration
from bongsu.model.event import Event
from bongsu.model.head import Item
from bongsu.model.warning import Warning
from tests.core.harness import Node, at, estimate, outgoing_of, point
from tests.drill.quiet import scenario

SHIPPED = files("bongsu.core.exchange").joinpath("default_policy.toml").read_text(encoding="utf-8")


def jp_heard(kr: Node) -> list[Item[Any]]:
    jp = Node("jp", policy=SHIPPED)
    first = jp.pipeline.step(at(0), jp.configuration)
    for one in outgoing_of(kr.say(at(10), estimate(10, impact=point(44, 137, 900))), "jp"):
        jp.hear(at(10.1), kr, one)
    jp.say(at(14), estimate(14, track="T9", impact=point(44, 137, 900)))
    return [*first, *jp.items]


def test_an_exercise_is_reviewed_together_by_the_shipped_terms() -> None:
    items = jp_heard(Node("kr", policy=SHIPPED))
    admission = Admission()
    entered = [item for item in reviewed(items, admission) if item.head.origin == "kr"]
    assert any(isinstance(item.body, Warning) for item in entered)
    of_kr = [one for one in admission.entered() if one.origin == "kr" and one.kind == "warning"]
    assert [(one.node, one.allowed, one.onward) for one in of_kr] == [("jp", True, ["file", "review"])]


def test_what_a_nation_does_not_consent_to_stays_out_of_the_others_review() -> None:
    items = jp_heard(Node("kr", policy=SHIPPED, terms=()))
    admission = Admission()
    entered = list(reviewed(items, admission))
    assert isinstance(entered[0].body, Configuration)
    assert not [item for item in entered if "kr" in (item.head.origin, *words_of(item.body))]
    assert [item for item in entered if isinstance(item.body, Warning)], "JP's own warning is there"
    refused = {one.kind: one.reason for one in admission.entered() if not one.allowed}
    assert refused.keys() >= {"warning", "event"} and "consent of kr" in refused["warning"]
    assert [item for item in items if isinstance(item.body, Event)], "and JP itself knew"


def test_a_rule_that_holds_back_a_field_keeps_the_whole_item_out() -> None:
    stricter = SHIPPED + (
        '[[rules]]\nname = "no-apogee"\naction = "deny"\nrecipient = "review"\nkind = "warning"\nfield = "apogee_m"\n'
    )
    kr = Node("kr", policy=stricter)
    kr.say(at(10), estimate(10))
    admission = Admission()
    entered = list(reviewed([*kr.pipeline.step(at(0), kr.configuration)[:1], *kr.items], admission))
    assert not [item for item in entered if isinstance(item.body, Warning)]
    assert any("apogee_m: no-apogee" in one.reason for one in admission.entered() if not one.allowed)


def test_a_scenario_states_the_terms_of_each_nation() -> None:
    told = scenario(old='code = "kr"\n', new='code = "kr"\nonward = ["review"]\n')
    kr, us = (configuration(told, code, ()) for code in ("kr", "us"))
    assert [(one.terms, one.onward) for one in kr.terms] == [("of-the-scenario", ("review",))]
    assert [(one.terms, one.onward) for one in us.terms] == [("an-exercise-is-reviewed-together", ("file", "review"))]


def test_a_consent_that_has_ended_when_the_review_is_made_lets_nothing_in() -> None:
    items = jp_heard(
        Node("kr", policy=SHIPPED.replace('onward = ["file", "review"]', 'onward = ["review"]\nfor_s = 60'))
    )
    at_once = [one for one in reviewed(items, None) if isinstance(one.body, Warning) and one.head.origin == "kr"]
    late = [one for one in reviewed(items, None, at(80).link_ns) if one.head.origin == "kr"]
    assert at_once and not late
