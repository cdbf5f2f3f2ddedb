"""What is well written and cannot be is refused with its path; what may surprise is remarked."""

from __future__ import annotations

import pytest

from bongsu.base.errors import BadInput
from bongsu.drill import scenario as scenarios
from bongsu.drill.scenario_remarks import remarks
from tests.drill.quiet import scenario


def person(role: str = "watch", name: str = "kr-1", actions: str = "") -> str:
    return f'\n[[operators]]\nnode = "kr"\nname = "{name}"\nrole = "{role}"\nactions = [{actions}]\n'


LIFTS = '{ do = "lift_hold", after_s = 5.0 }'
REAL = '\n[[injects]]\ninject = "real_event"\nnode = "kr"\nat_s = 30.0\n'
HELD = '\n[[expectations]]\nexpect = "held"\norigin = "kr"\nnodes = ["us"]\nwithin_s = 1.0\n'
NOT_HELD = '\n[[expectations]]\nexpect = "not_held"\norigin = "kr"\nnodes = ["us"]\n'


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (person() + person(), "operators[1].name: 'kr-1' stands twice at kr"),
        (HELD, "expectations[1].origin: no real event comes up in kr; add an inject real_event there"),
        (REAL + NOT_HELD, "expectations[1].nodes: kr gives its HOLD to the partners; let its hold be deny"),
        (
            '\n[[expectations]]\nexpect = "source_state"\nnode = "kr"\nsource = "us"\nstate = "stale"\nfrom_s = 9.0\nuntil_s = 9.0\n',
            "expectations[1].until_s: it ends before it begins",
        ),
        (
            '\n[[expectations]]\nexpect = "evens"\nnode = "kr"\ncount = 1\n',
            "expectations[1].expect: 'evens' is none of its kinds; did you mean events; use one of acknowledged, areas_alerted, ",
        ),
        (
            '\n[[injects]]\ninject = "earthquake"\nat_s = 1.0\n',
            "injects[0].inject: 'earthquake' is none of its kinds; use one of broker_crash, ",
        ),
        (
            '\n[[control]]\ndo = "rewind"\nat_s = 1.0\n',
            "control[0].do: 'rewind' is none of its kinds; use one of endex, hold, jump, pause, postpone, speed",
        ),
        (
            '\n[[injects]]\ninject = "clutter"\nsensor = "kr-ship-1"\nat_s = 1.0\nuntil_s = 2.0\nfalse_plots = 1.0\n',
            "injects[0].sensor: 'kr-ship-1' is not a sensor of this scenario; there is none: add it, or remove what names it",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_path(more: str, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        scenario(more)
    assert says in str(caught.value)
    assert str(caught.value).startswith("quiet.toml: ")


def test_a_hold_that_is_kept_at_home_cannot_be_expected_elsewhere() -> None:
    denied = 'name = "Republic of Korea"\nhold = "deny"'
    with pytest.raises(BadInput, match=r"expectations\[1\].nodes: kr keeps its HOLD at home"):
        scenario(REAL + HELD, 'name = "Republic of Korea"', denied)
    assert scenario(REAL + NOT_HELD, 'name = "Republic of Korea"', denied).expectations


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (REAL + person(actions=LIFTS), "injects[0]: two scripted persons of kr must lift its HOLD, and there are 1"),
        (
            '\n[[captions]]\nat_s = 101.0\ntext = "Late."\n',
            "captions[0].at_s: 101 s is after the end (100 s): it may never happen",
        ),
        (
            '\n[[injects]]\ninject = "key_revoked"\nnode = "kr"\nat_s = 5.0\n',
            "injects[0]: a key with an end is written before",
        ),
        ('\n[[control]]\ndo = "speed"\nat_s = 5.0\nspeed = 2.0\n', "control[0]: virtual time has no speed"),
    ],
)
def test_what_may_surprise_is_remarked(more: str, says: str) -> None:
    (line,) = remarks(scenario(more), {})
    assert line.startswith(says)


def test_who_acknowledges_must_be_scripted_or_there() -> None:
    drill = scenarios.load("false-alarm")
    assert remarks(drill, scenarios.solve(drill)) == []


def test_two_who_lift_it_are_no_surprise() -> None:
    more = REAL + person(actions=LIFTS) + person(name="kr-2", actions=LIFTS)
    assert remarks(scenario(more), {}) == []
    asks = scenario(more, 'name = "Republic of Korea"', 'name = "Republic of Korea"\nhold = "ask"')
    assert remarks(asks, {}) == ["injects[0]: no scripted person of kr gives its HOLD to the partners (share_hold)"]
