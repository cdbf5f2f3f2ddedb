"""Exits that are no partners: nothing is opened to them unnamed, alerts reach the public, a partner's word only by its terms."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bongsu.base.errors import BadInput
from bongsu.cli.release import release
from bongsu.core.exchange.exits import EXITS, kinds
from bongsu.core.exchange.gate import Gate, question
from bongsu.core.exchange.policy import ACTIONS, decide, parse
from bongsu.core.exchange.release import ReleaseRoom
from bongsu.model.alert import Alert
from bongsu.model.alert_draft import AlertDocument
from bongsu.model.configuration import Rule
from bongsu.model.decision import Decision
from bongsu.model.head import Head, Item
from bongsu.model.label import Label, join
from bongsu.model.message import Outgoing, Release
from bongsu.model.mode import Mode
from bongsu.model.warning import Path as Way
from bongsu.model.wording import AlertStage
from tests.core.exchange.test_release import DEFAULT
from tests.core.harness import EXERCISE, PARTNERS, Node, at, configuration, estimate

NOW = at(100)
ALERT = AlertDocument(
    document="kr.exercise.1",
    chain="kr-V1-A-impact",
    event="kr-V1",
    number=1,
    stage=AlertStage.ALERT,
    kind="impact",
    audience="public",
    confirmed=True,
    time_ns=NOW.exercise_ns,
    areas=("KR-11",),
    content="<alert>경보</alert>".encode(),
    persons=("One", "Two"),
)
PLACE = Way(
    warning="us-E1", time_ns=NOW.exercise_ns, latitude_rad=0.7, longitude_rad=2.2, altitude_m=1e5, phase="coast"
)


def item(body: Any, origin: str = "kr", label: Label | None = None, mode: Mode = Mode.EXERCISE) -> Item[Any]:
    return Item(
        Head(
            id=f"{origin}-7",
            event_ns=0,
            receipt_ns=NOW.exercise_ns,
            link_ns=NOW.link_ns,
            origin=origin,
            mode=mode,
            exercise=EXERCISE,
            causes=(),
            label=label or Label(releasable_to=PARTNERS),
        ),
        body,
    )


def test_an_alert_reaches_the_public_without_who_approved_it() -> None:
    given_bodies = ReleaseRoom(configuration("kr", policy=DEFAULT)).handle(item(ALERT), NOW)
    released = {one.recipient: json.loads(one.body) for one in given_bodies if isinstance(one, Release)}
    assert set(released) == {"public", "file"}
    assert "persons" not in released["public"] and released["file"]["persons"] == ["One", "Two"]
    again = msgspec.convert({"type": "alert_document", **released["public"]}, AlertDocument, builtin_types=())
    assert again == msgspec.structs.replace(ALERT, persons=()), "an outlet can build its document from what may leave"
    decided = {one.recipient: one for one in given_bodies if isinstance(one, Decision)}
    assert decided["public"].rule == "alerts-to-the-public"
    assert any("who-approved" in reason for reason in decided["public"].reasons)


def test_what_is_for_authorities_never_reaches_the_public_and_the_machines_areas_reach_nobody() -> None:
    room = ReleaseRoom(configuration("kr", policy=DEFAULT))
    unconfirmed = msgspec.structs.replace(ALERT, audience="authorities", confirmed=False)
    released = [one.recipient for one in room.handle(item(unconfirmed), NOW) if isinstance(one, Release)]
    assert released == ["authorities", "file"]
    assert Alert not in ReleaseRoom.takes


def test_what_leaves_by_an_exit_is_in_no_partners_lane() -> None:
    kr = Node("kr", policy=DEFAULT)
    said = kr.say(at(10), ALERT)
    assert [one.recipient for one in said if isinstance(one, Release)] == ["public", "file"]
    assert not [one for one in said if isinstance(one, Outgoing)]


def test_a_policy_without_a_word_of_the_public_keeps_the_alert_and_says_so() -> None:
    given_bodies = ReleaseRoom(configuration("kr")).handle(item(ALERT), NOW)
    assert not [one for one in given_bodies if isinstance(one, Release)]
    assert {(one.recipient, one.allowed, one.rule) for one in given_bodies if isinstance(one, Decision)} == {
        ("public", False, "default-deny"),
        ("file", False, "default-deny"),
    }


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("exit_", sorted(EXITS))
@pytest.mark.parametrize("kind", kinds())
def test_the_shipped_default_at_every_exit(mode: Mode, exit_: str, kind: str) -> None:
    rules = parse(DEFAULT, "shipped")
    chosen = decide(rules, exit_, frozenset(), kind, "", mode.value)
    allowed = chosen is not None and chosen.action != "deny"
    exercise = exit_ in ("review", "file") and mode is Mode.EXERCISE
    alert = exit_ in ("public", "file", "authorities") and kind == "alert_document"
    notice = exit_ in ("file", "authorities") and kind == "sea_notice"
    bulletin = kind == "joint_statement" and (exit_ == "file" or (exit_ == "public" and mode is Mode.REAL))
    assert allowed == (exercise or alert or notice or bulletin)


@given(
    st.lists(
        st.builds(
            Rule,
            rule=st.text(min_size=1, max_size=3),
            action=st.sampled_from(sorted(ACTIONS)),
            circle=st.sampled_from(["", "c"]),
            kind=st.sampled_from(["", *kinds()]),
            mode=st.sampled_from(["", "exercise"]),
            field=st.sampled_from(["", "launch"]),
        ),
        max_size=8,
    ),
    st.sampled_from(sorted(EXITS)),
    st.sampled_from(kinds()),
)
def test_no_rule_opens_an_exit_that_it_does_not_name(rules: list[Rule], exit_: str, kind: str) -> None:
    chosen = decide(rules, exit_, frozenset(), kind, "", "exercise")
    assert chosen is None or chosen.action == "deny"


def test_a_partners_word_is_passed_on_by_its_terms_alone() -> None:
    gate = Gate(configuration("kr", policy=DEFAULT))
    silent = gate.ask(question(item(PLACE, origin="us"), "review"), NOW.exercise_ns)
    assert silent.members is None and "consent of us" in silent.decision.reasons[0]
    terms = Label(releasable_to=PARTNERS, onward=("review",))
    answer = gate.ask(question(item(PLACE, origin="us", label=terms), "review"), NOW.exercise_ns)
    assert answer.members is not None and answer.members["altitude_m"] == 100_000
    assert gate.ask(question(item(PLACE, origin="us", label=terms), "file"), NOW.exercise_ns).members is None
    made_of_it = item(estimate(10), label=terms)
    assert gate.ask(question(made_of_it, "file"), NOW.exercise_ns).members is None, "what was made of it neither"
    assert gate.ask(question(item(estimate(10)), "file"), NOW.exercise_ns).members is not None


def test_terms_narrow_where_labels_meet() -> None:
    one, other, ours = Label(onward=("file", "review")), Label(onward=("review",)), Label()
    joined = join([one, other, ours])
    assert joined is not None and joined.onward == ("review",)
    plain = join([ours, Label(classification="OPEN")])
    assert plain is not None and plain.onward is None


def test_no_partner_may_have_an_exits_name() -> None:
    with pytest.raises(AssertionError, match="exit's name"):
        ReleaseRoom(msgspec.structs.replace(configuration("kr"), partners=("kr", "tak")))


def test_a_rule_for_what_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match="no kind 'warnings'"):
        parse("[[rules]]\nname='a'\naction='allow'\nkind='warnings'", "policy.toml")
    with pytest.raises(BadInput, match="no mode 'drill'"):
        parse("[[rules]]\nname='a'\naction='allow'\nmode='drill'", "policy.toml")


def test_explained_for_an_item_that_does_not_exist(tmp_path: Path) -> None:
    file = tmp_path / "warning.json"
    file.write_text(
        '{"warning":"kr-E1","version":1,"status":"initial","time":"2026-05-01T00:00:10Z","apogee_m":901234.0}'
    )
    asked = ["explain", "--kind", "warning", "--item", str(file), "--json", "--recipient"]
    told = json.loads(CliRunner().invoke(release, [*asked, "jp"]).output)
    assert told["released"]["apogee_m"] == 900_000 and told["decision"]["allowed"]
    refused = json.loads(CliRunner().invoke(release, [*asked, "public"]).output)
    assert refused["released"] is None and refused["decision"]["rule"] == "default-deny"
    without = CliRunner().invoke(
        release, ["explain", "--recipient", "review", "--kind", "path", "--mode", "exercise", "--onward", "file"]
    )
    assert "needs the consent of a partner" in without.output
