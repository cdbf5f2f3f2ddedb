"""Release by rule: properties of the decision, the shipped policy, and coarsening that averaging does not undo."""

import json
import math
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bongsu.base.errors import BadInput
from bongsu.core.exchange.coarsen import coarsened_point, held_cell
from bongsu.core.exchange.policy import ACTIONS, applies, decide, parse, specificity
from bongsu.model.configuration import Rule
from tests.core.harness import Node, at, estimate, outgoing_of, point

DEFAULT = resources.files("bongsu.core.exchange").joinpath("default_policy.toml").read_text(encoding="utf-8")

NAMES = st.sampled_from(["", "us", "jp"])
KINDS = st.sampled_from(["", "warning", "path"])
FIELDS = st.sampled_from(["", "launch", "launch.time", "impact"])
RULES = st.builds(
    Rule,
    rule=st.text(min_size=1, max_size=3),
    action=st.sampled_from(sorted(ACTIONS)),
    recipient=NAMES,
    circle=st.sampled_from(["", "c"]),
    kind=KINDS,
    field=FIELDS,
    parameters=st.sampled_from([{}, {"grid_deg": 0.1}, {"grid_deg": 1.0, "round_s": 60.0}]),
)


@given(st.lists(RULES, max_size=8), st.sampled_from(["us", "jp"]), st.sampled_from(["warning", "path"]), FIELDS)
def test_the_most_specific_rule_wins_and_the_stricter_a_tie(
    rules: list[Rule], recipient: str, kind: str, field: str
) -> None:
    chosen = decide(rules, recipient, frozenset({"c"}), kind, field)
    fitting = [rule for rule in rules if applies(rule, recipient, frozenset({"c"}), kind, field)]
    if chosen is None:
        assert fitting == []
        return
    assert all(specificity(rule) <= specificity(chosen) for rule in fitting)
    rivals = [rule for rule in fitting if specificity(rule) == specificity(chosen)]
    assert ACTIONS[chosen.action] == max(ACTIONS[rule.action] for rule in rivals)


@given(st.lists(RULES, max_size=8), st.permutations(range(8)))
def test_the_order_of_rules_does_not_matter(rules: list[Rule], order: list[int]) -> None:
    shuffled = [rules[place] for place in order if place < len(rules)]
    one, other = (decide(some, "us", frozenset({"c"}), "warning", "launch") for some in (rules, shuffled))
    assert (one and (one.action, one.parameters)) == (other and (other.action, other.parameters))


def test_rules_that_tie_hold_together() -> None:
    """The larger step of each, whichever stands first; none that ties loosens another."""
    near = Rule(rule="b", action="coarsen", recipient="us", kind="warning", parameters={"grid_deg": 0.1, "round_s": 60})
    wide = Rule(rule="a", action="coarsen", circle="c", kind="warning", parameters={"grid_deg": 1.0})
    for rules in ([near, wide], [wide, near]):
        chosen = decide(rules, "us", frozenset({"c"}), "warning", "impact")
        assert chosen is not None
        assert (chosen.rule, chosen.parameters) == ("a and b", {"grid_deg": 1.0, "round_s": 60})
    soon, late = (
        Rule(rule=name, action="ask", recipient="us", circle=name, parameters={"within_s": within_s})
        for name, within_s in (("c", 60.0), ("d", 600.0))
    )
    asked = decide([late, soon], "us", frozenset({"c", "d"}), "warning", "")
    assert asked is not None and asked.parameters == {"within_s": 60.0}


def test_no_rule_means_no() -> None:
    assert decide([], "us", frozenset(), "warning", "") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[rules]]\nname='a'\naction='maybe'", "no action 'maybe'"),
        ("[[rules]]\nname='a'\naction='deny'\ngrid_deg=1", "grid_deg"),
        ("[[rules]]\nname='a'\naction='allow'\nrecipent='us'", "recipent"),
        ("[[rules]\n", "not TOML"),
        ("[[rules]]\nname='a'\naction='allow'\n[[rules]]\naction='deny'", "rules table 2: no key `name`"),
        ("[[rules]]\nname='a'\naction='allow'\n[[rules]]\nname='a'\naction='deny'", "rule 'a' stands more than once"),
        ("[[rules]]\nname='a'\naction='deny'\nkind='warning'\nfield='lanuch'", "perhaps launch"),
        ("[[rules]]\nname='a'\naction='deny'\nfield='nothing.such'", "no field 'nothing.such' in any kind"),
        ("[[rules]]\nname='a'\naction='deny'\nrecipient='JP'", "'JP' is not a partner's code"),
        ("[[rules]]\nname='a'\naction='coarsen'\ngrid_deg=inf", "grid_deg = inf"),
        ("[[rules]]\nname='a'\naction='coarsen'\ngrid_deg='x'", "rules table 1, grid_deg: Expected"),
        ("", "no key `rules`"),
    ],
)
def test_a_faulty_policy_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=r"policy\.toml") as refusal:
        parse(text, "policy.toml")
    assert says in str(refusal.value)


def released(policy: str, **changes: float) -> dict[str, object]:
    kr = Node("kr", policy=policy)
    said = kr.say(at(10), estimate(10, impact=point(41.987654, 139.123456, 900.0, 400.0)))
    document: dict[str, object] = json.loads(outgoing_of(said, "jp", "warning")[0].body)
    return document


def test_the_shipped_policy_gives_what_it_promises() -> None:
    body = released(DEFAULT)
    launch, impact = body["launch"], body["impact"]
    assert isinstance(launch, dict) and isinstance(impact, dict)
    assert (launch["latitude_deg"], launch["longitude_deg"]) == (39.1, 126.0)
    assert launch["semi_major_m"] >= 10_000 and launch["semi_major_m"] % 5_000 == 0
    assert impact["semi_major_m"] == 5_000 and impact["semi_minor_m"] == 5_000
    assert body["range_m"] == 1_000_000 and body["apogee_m"] == 900_000 and body["bearing_deg"] == 63.0
    assert "covariance" not in json.dumps(body) and "track" not in body


def test_the_phase_stays_home() -> None:
    from bongsu.model.warning import Path

    kr = Node("kr", policy=DEFAULT)
    kr.say(at(10), estimate(10))
    place = Path(
        warning="kr-E1", time_ns=at(11).exercise_ns, latitude_rad=0.7, longitude_rad=2.2, altitude_m=1e5, phase="coast"
    )
    body = json.loads(outgoing_of(kr.say(at(11), place), "jp", "path")[0].body)
    assert "phase" not in body and body["altitude_m"] == 100_000


@given(st.lists(st.tuples(st.floats(-0.04, 0.04), st.floats(-0.04, 0.04)), min_size=1, max_size=40))
def test_noise_within_a_cell_never_moves_the_released_point(noise: list[tuple[float, float]]) -> None:
    held = None
    seen = set()
    for north, east in noise:
        held = held_cell(held, 39.15 + north, 126.05 + east, 0.1)
        seen.add(held)
    assert len(seen) == 1, "an average over updates must not tell more than one does"


@given(st.floats(-89, 89), st.floats(-180, 180), st.floats(100, 50_000))
def test_a_coarsened_ellipse_still_holds_the_point(latitude: float, longitude: float, semi_m: float) -> None:
    place = {"latitude_deg": latitude, "longitude_deg": longitude, "semi_major_m": semi_m, "semi_minor_m": semi_m}
    how = {"grid_deg": 0.1, "floor_m": 1000.0, "round_m": 500.0}
    coarse, _ = coarsened_point(place, dict.fromkeys(place, how), None)
    north_m = (coarse["latitude_deg"] - latitude) * 111_320
    east_m = (coarse["longitude_deg"] - longitude) * 111_320 * math.cos(math.radians(latitude))
    assert math.hypot(north_m, east_m) <= coarse["semi_major_m"]
    assert coarse["semi_major_m"] % 500 == 0


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0.001, 120))
def test_no_grid_leaves_the_earth(latitude: float, longitude: float, grid_deg: float) -> None:
    """A receiver refuses a place beyond the pole or the 180th meridian: it would lose the warning."""
    north_deg, east_deg = held_cell(None, latitude, longitude, grid_deg)
    assert -90.0 <= north_deg <= 90.0 and -180.0 <= east_deg <= 180.0
