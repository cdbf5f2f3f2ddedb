"""Leak hunt at the exits that are no partners (public, file, tak, review, authorities, and so each export and feed that asks for one of them).

By the same reference as for partners (`test_leaks.py`), with the one difference that an exit must be named: exhaustive over all policies of up to two
rules of a small lattice, at every exit, for what leaves field by field (`Gate.ask`) and for what leaves only whole (`Gate.whole`: exports, the review).
"""

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bongsu.core.exchange.exits import EXITS, fields_of, identity_of, kind_of, kinds, members_of
from bongsu.core.exchange.gate import Gate, question
from bongsu.model.configuration import Rule
from bongsu.model.head import Item
from bongsu.model.statement import JointStatement, Statement, StatementStatus
from tests.core.exchange.test_exits import ALERT, item
from tests.core.exchange.test_leaks import BODIES, WAIT_OR_STAY, leaves, naive, rule
from tests.core.harness import at, configuration

NOW_NS = at(100).exercise_ns
STATEMENT = Statement(
    statement="kr-S1",
    version=1,
    status=StatementStatus.OPEN,
    circle="pair",
    time_ns=NOW_NS,
    about=("kr-E1",),
    texts=(("en", "Agreed."), ("ja", "合意。"), ("ko", "합의.")),
)
ADOPTED = JointStatement(
    statement=STATEMENT,
    drafter="kr",
    digest="d",
    event="kr-V1",
    revision=1,
    time_ns=NOW_NS,
    members=("jp", "kr"),
    votes=tuple(msgspec.structs.replace(BODIES["signature"], partner=code) for code in ("jp", "kr")),
    adopted_ns=NOW_NS,
)
ALL: dict[str, Any] = BODIES | {"alert_document": ALERT, "joint_statement": ADOPTED}


def named(rules: list[Rule], exit_: str) -> list[Rule]:
    """Rules that may speak of an exit: those that name it, and refusals of everybody."""
    return [one for one in rules if one.recipient == exit_ or (one.recipient == "" and one.action == "deny")]


def may_leave(rules: list[Rule], exit_: str, kind: str, way: tuple[str, ...]) -> str:
    """By the reference: allow, coarsen or deny for one figure at an exit."""
    heard = named(rules, exit_)
    if naive(heard, exit_, kind, []) in WAIT_OR_STAY:
        return "deny"
    if way[0] in identity_of(kind):
        return "allow"
    steps = [naive(heard, exit_, kind, list(way[: depth + 1])) for depth in range(len(way))]
    return "deny" if WAIT_OR_STAY & set(steps) else steps[-1]


def hunt(rules: list[Rule], exit_: str, kind: str) -> int:
    """What leaves field by field, and whether it would leave whole, against the reference; gives how many figures left."""
    asked: Item[Any] = item(ALL[kind])
    gate = Gate(msgspec.structs.replace(configuration("kr"), rules=tuple(rules)))
    answer = gate.ask(question(asked, exit_), NOW_NS)
    exact, gone = leaves(members_of(ALL[kind])), leaves(answer.members or {})
    assert answer.decision.allowed == (answer.members is not None)
    for way, value in gone.items():
        verdict = may_leave(rules, exit_, kind, way)
        assert verdict != "deny", f"{'.'.join(way)} left by {exit_} under {rules}"
        if verdict == "coarsen" and isinstance(exact[way], float):
            assert value != exact[way], f"{'.'.join(way)} left as it is by {exit_} under {rules}"
    if gate.whole(question(asked, exit_), NOW_NS).allowed:
        verdicts = {field: may_leave(rules, exit_, kind, tuple(field.split("."))) for field in fields_of(kind)}
        assert set(verdicts.values()) <= {"allow"}, f"{exit_} would get all of {kind} under {rules}: {verdicts}"
    return len(gone)


def lattice(exit_: str, kind: str, fields: tuple[str, ...]) -> list[Rule]:
    return [
        rule(number, *parts)
        for number, parts in enumerate(
            itertools.product(
                ("", exit_, "jp"),
                ("", "pair"),
                ("", kind),
                ("", *fields),
                ("allow", "coarsen", "deny"),
            )
        )
    ]


@pytest.mark.parametrize(
    ("exit_", "kind", "fields"),
    [
        ("public", "alert_document", ("content",)),
        ("review", "warning", ("launch.time",)),
        ("file", "path", ("altitude_m",)),
        ("tak", "path", ("phase",)),
        ("authorities", "joint_statement", ("votes",)),
    ],
)
def test_every_policy_of_up_to_two_rules_at_an_exit(exit_: str, kind: str, fields: tuple[str, ...]) -> None:
    assert hunt([], exit_, kind) == 0, "default deny"
    rules = lattice(exit_, kind, fields)
    count = sum(hunt([one, other], exit_, kind) for one, other in itertools.combinations_with_replacement(rules, 2))
    assert count > 1_000, "the lattice must also let something out"


@pytest.mark.parametrize("exit_", sorted(EXITS))
@pytest.mark.parametrize("kind", sorted(ALL))
def test_every_field_alone_at_every_exit(exit_: str, kind: str) -> None:
    whole = rule(0, exit_, "", kind, "", "allow")
    for field, action in itertools.product(("", *fields_of(kind)), ("allow", "coarsen", "delay", "ask", "deny")):
        only = rule(1, exit_, "", kind, field, action)
        hunt([only], exit_, kind)
        hunt([whole, only], exit_, kind)
        assert hunt([rule(0, "", "", kind, "", "allow"), rule(1, "", "", kind, field, action)], exit_, kind) == 0


RULES = st.builds(
    rule,
    st.integers(0, 99),
    st.sampled_from(("", *sorted(EXITS), "jp")),
    st.sampled_from(("", "pair")),
    st.sampled_from(("", *sorted(ALL))),
    st.sampled_from(("", "launch", "impact.semi_major_m", "phase", "content", "statement", "votes", "altitude_m")),
    st.sampled_from(("allow", "coarsen", "delay", "ask", "deny")),
)


@settings(max_examples=150)
@given(st.lists(RULES, max_size=7), st.sampled_from(sorted(EXITS)), st.sampled_from(sorted(ALL)))
def test_larger_policies_at_an_exit(rules: list[Rule], exit_: str, kind: str) -> None:
    hunt(rules, exit_, kind)


def test_every_kind_of_the_record_stays_without_a_rule_that_names_the_exit() -> None:
    everything = [rule(0, "", "", "", "", "allow"), rule(1, "jp", "", "", "", "allow")]
    gate = Gate(msgspec.structs.replace(configuration("kr"), rules=tuple(everything)))
    for exit_, kind in itertools.product(sorted(EXITS), kinds()):
        assert gate.rule(exit_, kind, "", NOW_NS) is None, (exit_, kind)
    assert {kind_of(body) for body in ALL.values()} == set(ALL)
