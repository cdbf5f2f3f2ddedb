"""What a partner that leaves takes with it, from our own record."""

from __future__ import annotations

from importlib.resources import files

from bongsu.views.held import held
from tests.core.harness import Node, at, estimate, outgoing_of, point

SHIPPED = files("bongsu.core.exchange").joinpath("default_policy.toml").read_text(encoding="utf-8")


def test_all_that_was_given_is_listed_with_how_far_it_came_and_under_which_terms() -> None:
    kr, jp = Node("kr", policy=SHIPPED), Node("jp", policy=SHIPPED)
    for one in outgoing_of(kr.say(at(10), estimate(10, impact=point(44, 137, 900))), "jp"):
        jp.hear(at(10.1), kr, one)
    kr.say(at(11), estimate(11, track="T2"))
    shown = jp.command(at(12), "shown", "jp-V1")
    for one in outgoing_of([*jp.tick(at(12)), *shown], "kr"):
        kr.hear(at(12.1), jp, one)
    kr.command(at(20), "retract", "kr-V2", reason="a test")
    found = held(kr.items, "jp")
    assert [(one.kind, one.subject, one.version, one.status, one.taken_back) for one in found] == [
        ("warning", "kr-E1", 1, "initial", False),
        ("warning", "kr-E2", 2, "retracted", True),
    ]
    assert found[0].onward == ["file", "review"] and found[0].received_version == 1
    assert held(kr.items, "au") == []
