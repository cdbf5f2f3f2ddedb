"""A national policy held against the shipped one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from bongsu.cli.release import release
from bongsu.core.exchange.lint import check
from bongsu.core.exchange.policy import ACTIONS, decide, parse, shipped, specificity
from bongsu.model.configuration import Rule

SHIPPED = shipped().rules
AMONG = ("trilateral",)


JP_ASKS = """name="jp-asks"
action="ask"
recipient="jp"
circle="trilateral"
kind="warning"
field="impact"
within_s=60
reason="why"
"""


def added(text: str) -> tuple[Rule, ...]:
    return (*SHIPPED, *parse("[[rules]]\n" + text, "national.toml"))


def test_the_shipped_policy_is_as_shipped() -> None:
    checked = check(SHIPPED, SHIPPED, AMONG)
    assert not checked.differences


def test_a_named_rule_with_a_reason_may_tell_less() -> None:
    told = check(added(JP_ASKS), SHIPPED, AMONG).differences
    assert [(one.recipient, one.kind, one.field, one.tighter, one.fault) for one in told] == [
        ("jp", "warning", "impact", True, "")
    ]


@pytest.mark.parametrize(
    ("national", "fault"),
    [
        (tuple(rule for rule in SHIPPED if rule.kind != "path"), "by leaving a rule out"),
        (added('name="x"\naction="deny"\nrecipient="jp"\ncircle="trilateral"\nkind="path"'), "no reason"),
        (
            added(
                'name="partners-get-the-path"\naction="deny"\nrecipient="jp"\ncircle="trilateral"\nkind="path"\nreason="y"'
            ),
            "under the shipped name",
        ),
        (added('name="w"\naction="allow"\nrecipient="tak"\nkind="path"'), "no reason"),
    ],
)
def test_what_no_named_rule_with_a_reason_says_is_a_fault(national: tuple[Rule, ...], fault: str) -> None:
    assert any(fault in one.fault for one in check(national, SHIPPED, AMONG).faults)


def test_a_rule_that_never_speaks_is_named() -> None:
    told = check(
        added('name="mute"\naction="allow"\ncircle="trilateral"\nkind="path"\nfield="phase"\nreason="never"'),
        SHIPPED,
        AMONG,
    )
    assert "mute" in told.silent


def test_the_command_says_so_and_exits_1(tmp_path: Path) -> None:
    file = tmp_path / "national.toml"
    file.write_text('[[rules]]\nname = "all"\naction = "allow"\n', encoding="utf-8")
    done = CliRunner().invoke(release, ["check", str(file)], standalone_mode=False)
    assert done.return_value == 1 and "FAULT" in done.output and "wider than" in done.output


RULES = st.builds(
    Rule,
    rule=st.sampled_from("abcdef"),
    action=st.sampled_from(sorted(ACTIONS)),
    recipient=st.sampled_from(("", "jp")),
    circle=st.sampled_from(("", "c")),
    kind=st.sampled_from(("", "warning")),
    mode=st.sampled_from(("", "real")),
    field=st.sampled_from(("", "launch", "launch.time")),
)


@settings(max_examples=200)
@given(st.lists(RULES, max_size=8), st.randoms(use_true_random=False))
def test_the_most_specific_wins_and_the_stricter_wins_a_tie(rules: list[Rule], order: object) -> None:
    chosen = decide(rules, "jp", frozenset({"c"}), "warning", "launch.time", "real")
    shuffled = list(rules)
    order.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis gives a Random
    again = decide(shuffled, "jp", frozenset({"c"}), "warning", "launch.time", "real")
    assert (chosen is None) == (not rules) and (chosen is None or again is not None)
    if chosen is not None and again is not None:
        assert (specificity(chosen), chosen.action) == (specificity(again), again.action), (
            "whatever the order of the file"
        )
        for rule in rules:
            assert (specificity(rule), ACTIONS[rule.action]) <= (specificity(chosen), ACTIONS[chosen.action])
