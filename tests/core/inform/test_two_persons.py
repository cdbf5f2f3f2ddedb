"""Two persons at the desk: who is one person, and for how long a first request waits."""

from typing import Any

import pytest

from bongsu.base.limits import TWO_PERSONS_S
from bongsu.core.inform.desk import TWO_PERSONS
from bongsu.model.command import Approved, Command
from bongsu.model.configuration import Role
from tests.core.harness import Node, at
from tests.core.inform.alert_world import POLICY, reasons

ROLES = (Role(role="watch", kinds=tuple(sorted(TWO_PERSONS))),)


def node() -> Node:
    return Node("jp", alerting=POLICY, roles=ROLES)


def ask(made: Node, seconds: float, actor: str, kind: str = "policy_change", about: str = "abc") -> list[Any]:
    name = f"{actor}-{seconds}-{kind}-{about}"
    console = f"console-of-{actor}"
    return made.step(
        at(seconds), Command(command=name, kind=kind, actor=actor, role="watch", about=about, console=console)
    )


def approved(bodies: list[Any]) -> bool:
    return any(isinstance(one, Approved) for one in bodies)


@pytest.mark.parametrize("kind", sorted(TWO_PERSONS))
def test_the_second_person_decides_and_the_same_person_never_does(kind: str) -> None:
    made = node()
    for actor in ("aoki", "aoki", "aoki.admin"):
        assert reasons(ask(made, 10, actor, kind)) == ["second_person"]
    assert approved(ask(made, 11, "baba", kind))
    assert reasons(ask(made, 12, "baba", kind)) == ["second_person"], "what was done is done once"


def test_two_persons_who_ask_for_different_things_ask_for_nothing() -> None:
    made = node()
    assert reasons(ask(made, 10, "aoki", about="one")) == ["second_person"]
    assert reasons(ask(made, 11, "baba", about="two")) == ["second_person"]
    assert reasons(ask(made, 12, "baba", kind="lift_hold", about="one")) == ["second_person"]


def test_a_first_request_grows_stale_and_outlives_a_restart() -> None:
    made = node()
    ask(made, 10, "aoki")
    assert reasons(ask(made, 11 + TWO_PERSONS_S, "baba")) == ["second_person"]
    made.restart()
    assert approved(ask(made, 12 + TWO_PERSONS_S, "aoki.admin"))


def test_who_was_revoked_neither_asks_nor_has_asked() -> None:
    made = node()
    ask(made, 10, "aoki")
    ask(made, 11, "baba", "approver_revoke", "aoki.admin")
    assert approved(ask(made, 12, "doi", "approver_revoke", "aoki.admin"))
    assert reasons(ask(made, 13, "aoki")) == ["revoked_approver"]
    assert reasons(ask(made, 14, "baba")) == ["second_person"], "the revoked person's request is gone"
    made.restart()
    assert reasons(ask(made, 15, "aoki.admin")) == ["revoked_approver"]
    assert approved(ask(made, 16, "doi"))


def test_halves_on_both_sides_of_a_partition_never_make_two() -> None:
    """Each node counts the persons at its own desk; nothing of a first request crosses a link."""
    here, there = node(), Node("kr", alerting=POLICY, roles=ROLES)
    assert reasons(ask(here, 10, "aoki")) == ["second_person"]
    assert reasons(ask(there, 10, "baba")) == ["second_person"]
    assert not any(
        type(item.body).__name__ == "Outgoing" and item.body.kind not in ("heartbeat", "receipt") for item in here.items
    )
