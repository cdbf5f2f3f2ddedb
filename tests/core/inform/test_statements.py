"""Joint statements through the rooms: drafted from what is agreed, signed exactly, adopted when nobody is missing."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bongsu.model.circle import Circle, Membership
from bongsu.model.command import Command
from bongsu.model.configuration import Terms
from bongsu.model.consultation import Consultation
from bongsu.model.label import Label
from bongsu.model.refusal import Refusal
from bongsu.model.register import Register
from bongsu.model.stance import Stance
from bongsu.model.statement import JointStatement, Signature, Statement, StatementStatus, Vote
from bongsu.node.signing import signed
from tests.core.harness import PARTNERS, SECRETS, Node, at, estimate, outgoing_of, point

SEA = point(41.0, 139.0, 700.0)


class World:
    """The three, and what each has said to whom but is not yet delivered."""

    def __init__(self, **changes: Any) -> None:
        self.nodes = {code: Node(code, **changes) for code in PARTNERS}
        self.seconds = 10.0
        self.cut: list[str] = []
        self.waiting: list[tuple[str, str, Any]] = []

    def do(self, code: str, bodies: list[Any]) -> list[Any]:
        for recipient in PARTNERS:
            self.waiting += [(code, recipient, one) for one in outgoing_of(bodies, recipient)]
        self.deliver()
        return bodies

    def deliver(self) -> None:
        while ready := next((one for one in self.waiting if not {one[0], one[1]} & set(self.cut)), None):
            self.waiting.remove(ready)
            sender, recipient, outgoing = ready
            self.seconds += 0.01
            bodies = self.nodes[recipient].hear(at(self.seconds), self.nodes[sender], outgoing)
            for other in PARTNERS:
                self.waiting += [(recipient, other, one) for one in outgoing_of(bodies, other)]

    def warn(self, code: str, **changes: Any) -> None:
        self.seconds += 1.0
        self.do(code, self.nodes[code].say(at(self.seconds), replace(estimate(self.seconds, impact=SEA), **changes)))

    def command(self, code: str, kind: str, about: str, version: int = 0, **arguments: str) -> list[Any]:
        self.seconds += 1.0
        node = self.nodes[code]
        command = Command(
            command=f"{kind}-{self.seconds}",
            kind=kind,
            actor="An Officer",
            role="watch",
            about=about,
            version=version,
            arguments=arguments,
        )
        if kind == "sign":
            command = signed(command, node.configuration, lambda content: (f"{code}-key", SECRETS[code].sign(content)))
        return self.do(code, node.step(at(self.seconds), command))

    def joint(self, code: str) -> JointStatement:
        return self.nodes[code].last(JointStatement)

    def vote(self, code: str, kind: str = "sign", **arguments: str) -> list[Any]:
        joint = self.joint(code)
        what = {"digest": joint.digest, "circle": joint.statement.circle, "reason": "not our reading"} | arguments
        return self.command(code, kind, joint.statement.statement, joint.statement.version, **what)


def warned(**changes: Any) -> World:
    world = World(**changes)
    for code in ("kr", "jp"):
        world.warn(code)
    return world


def drafted() -> World:
    world = warned()
    world.command("kr", "draft", "kr-V1", circle="trilateral")
    return world


def test_only_agreed_figures_are_drafted() -> None:
    world = warned()
    world.warn("us", apogee_m=2_000_000.0)
    register = world.nodes["kr"].last(Register)
    figures = {figure.field: figure for figure in register.figures}
    assert not figures["apogee_m"].agreed and figures["apogee_m"].reporters == ("jp", "kr", "us")
    assert figures["range_m"].agreed
    world.command("kr", "draft", "kr-V1", circle="trilateral", note="We consult again at noon.")
    for code in PARTNERS:
        english = dict(world.joint(code).statement.texts)["en"]
        assert "about 1,000 km" in english and "rose to" not in english
        assert all(line.startswith("EXERCISE TEST-EXERCISE: ") for line in english.split("\n"))
        assert "We consult again at noon." in english


def test_one_nation_alone_agrees_with_nobody() -> None:
    world = World()
    world.warn("kr")
    assert not any(figure.agreed for figure in world.nodes["kr"].last(Register).figures)
    world.command("kr", "draft", "kr-V1", circle="trilateral")
    assert "not agreed on any figure" in dict(world.joint("us").statement.texts)["en"]


def test_a_claim_names_the_one_that_it_corrects() -> None:
    world = warned()
    before = world.nodes["us"].last(Register)
    world.seconds += 5.0
    world.warn("jp", apogee_m=1_400_000.0, impact=point(41.0, 139.0, 700.0, semi_m=2_000.0))
    after = world.nodes["us"].last(Register)
    corrected = [claim for claim in after.claims if claim.corrects is not None and claim.field == "apogee_m"]
    assert [claim.reporter for claim in corrected] == ["jp"]
    assert corrected[0].corrects in {claim.id for claim in before.claims}


def test_it_is_adopted_everywhere_when_the_last_has_signed() -> None:
    world = drafted()
    assert world.joint("us").missing == PARTNERS
    for count, code in enumerate(("us", "kr", "jp"), 1):
        world.vote(code)
        assert all(len(world.joint(other).votes) == count for other in PARTNERS)
        assert all((world.joint(other).adopted_ns is not None) == (count == 3) for other in PARTNERS)
    assert all(
        world.joint(code).event == world.nodes[code].code + "-V1" or world.joint(code).event for code in PARTNERS
    )


def test_a_member_who_was_cut_off_is_missing_by_name_and_completes_it_on_return() -> None:
    world = warned()
    world.cut = ["jp"]
    world.command("kr", "draft", "kr-V1", circle="trilateral")
    world.vote("kr")
    world.vote("us")
    assert world.joint("kr").missing == ("jp",) and world.joint("kr").adopted_ns is None
    assert world.nodes["jp"].last(JointStatement) is None
    world.cut = []
    world.deliver()
    assert world.joint("jp").missing == ("jp",)
    world.vote("jp")
    assert all(world.joint(code).adopted_ns is not None for code in PARTNERS)


def test_a_refusal_is_seen_and_a_later_signature_takes_its_place() -> None:
    world = drafted()
    world.vote("jp", "refuse")
    assert [(vote.partner, vote.vote, vote.reason) for vote in world.joint("kr").votes] == [
        ("jp", Vote.REFUSE, "not our reading")
    ]
    world.vote("jp")
    assert [vote.vote for vote in world.joint("kr").votes] == [Vote.SIGN]
    assert [b.reason for b in world.vote("jp", "refuse") if isinstance(b, Refusal)] == ["too_late"]


def test_a_new_version_voids_every_signature_and_the_adopted_one_stands_until_then() -> None:
    world = drafted()
    for code in PARTNERS:
        world.vote(code)
    world.command("kr", "draft", "kr-V1", circle="trilateral", revises="kr-S1", note="Corrected.")
    assert all(world.joint(code).missing == PARTNERS for code in PARTNERS)
    assert {world.joint(code).adopted_before for code in PARTNERS} == {1}
    for code in PARTNERS:
        world.vote(code)
    assert {world.joint(code).statement.version for code in PARTNERS} == {2}
    assert all(world.joint(code).adopted_ns is not None for code in PARTNERS)


def test_a_withdrawn_statement_takes_no_signature_and_an_adopted_one_is_not_withdrawn() -> None:
    world = drafted()
    world.command("kr", "withdraw", "kr-S1")
    assert {world.joint(code).statement.status for code in PARTNERS} == {StatementStatus.WITHDRAWN}
    assert [b.reason for b in world.vote("us") if isinstance(b, Refusal)] == ["signature"]
    world.command("kr", "draft", "kr-V1", circle="trilateral")
    for code in PARTNERS:
        world.vote(code)
    assert [b.reason for b in world.command("kr", "withdraw", "kr-S2") if isinstance(b, Refusal)] == ["too_late"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"digest": "0" * 64}, "another text"),
        ({"signature": "00" * 64}, "not under these bytes"),
        ({"signature": "no hex"}, "not under these bytes"),
        ({"key": "us-key"}, "no key"),
        ({"circle": "other"}, "no member"),
        ({"partner": "au"}, "no member"),
    ],
)
def test_a_signature_that_is_not_under_this_text_does_not_count(change: dict[str, str], fault: str) -> None:
    world = drafted()
    world.cut = ["us"]
    vote = next(b for b in world.vote("jp") if isinstance(b, Signature))
    before = world.joint("us")
    given = world.nodes["us"].say(at(500), replace(vote, **change))
    told = [b for b in given if isinstance(b, Refusal)]
    assert len(told) == 1 and fault in told[0].text
    assert world.joint("us") == before


def test_only_the_drafter_revises_and_withdraws() -> None:
    world = drafted()
    event = world.joint("jp").event
    assert event
    faults = [
        world.command("jp", "draft", event, circle="trilateral", revises="kr-S1"),
        world.command("jp", "withdraw", "kr-S1"),
    ]
    assert [[b.reason for b in fault if isinstance(b, Refusal)] for fault in faults] == [["not_ours"], ["not_ours"]]
    forged = replace(world.joint("us").statement, version=9)
    given = world.nodes["us"].say(at(500), forged)
    assert [b.reason for b in given if isinstance(b, Refusal)] == ["statement"], "its id is of another's"


@pytest.mark.parametrize(
    ("kind", "about", "arguments", "reason"),
    [
        ("draft", "kr-V9", {"circle": "trilateral"}, "unknown_event"),
        ("draft", "kr-V1", {"circle": "nowhere"}, "incomplete"),
        ("draft", "kr-V1", {"circle": "trilateral", "note": "x" * 401}, "incomplete"),
        ("sign", "kr-S9", {"digest": ""}, "unknown_statement"),
        ("sign", "kr-S1", {"digest": "0" * 64, "circle": "trilateral"}, "stale_version"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(
    kind: str, about: str, arguments: dict[str, str], reason: str
) -> None:
    world = drafted()
    given = world.command("kr", kind, about, 1, **arguments)
    assert [b.reason for b in given if isinstance(b, Refusal)] == [reason]


def test_a_circle_is_asked_as_it_was_that_day_and_nobody_else_hears() -> None:
    day = at(0).exercise_ns
    pair = Circle(
        circle="kr-us",
        title="The two",
        members=(
            Membership(partner="kr", from_ns=0),
            Membership(partner="us", from_ns=0),
            Membership(partner="jp", from_ns=0, until_ns=day),
        ),
    )
    all_three = tuple(Membership(partner=code, from_ns=0) for code in PARTNERS)
    world = warned(circles=(Circle(circle="trilateral", title="The three", members=all_three), pair))
    assert any(figure.agreed for figure in world.nodes["kr"].last(Register).figures)
    world.command("kr", "draft", "kr-V1", circle="kr-us")
    assert world.joint("us").members == ("kr", "us")
    assert world.nodes["jp"].last(JointStatement) is None
    assert world.joint("us").statement.about == ("kr-E1",)
    assert "not agreed on any figure" in dict(world.joint("us").statement.texts)["en"], "Japan's figures stay out"
    world.vote("kr")
    world.vote("us")
    assert world.joint("kr").adopted_ns is not None


def test_what_is_said_carries_the_label_of_what_it_is_about() -> None:
    world = World(label=Label(classification="NATIONAL", releasable_to=("jp", "kr")))
    world.warn("kr")
    world.warn("jp")
    world.command("kr", "draft", "kr-V1", circle="trilateral")
    world.command("jp", "stance", "jp-V1", origin="kr", position="concur")
    heads = [i.head for code in ("kr", "jp") for i in world.nodes[code].items if isinstance(i.body, Statement | Stance)]
    assert heads and all(head.label.releasable_to == ("jp", "kr") for head in heads)
    assert world.nodes["us"].last(JointStatement) is None


def consenting(**onward: tuple[str, ...]) -> World:
    """Each nation consents that its words are passed on to these exits."""
    world = World()
    for code, exits in onward.items():
        world.nodes[code] = Node(code, terms=(Terms(terms="t", onward=exits, reason="test"),))
    for code in ("kr", "jp"):
        world.warn(code)
    return world


@pytest.mark.parametrize("order", [("kr", "jp", "us"), ("us", "jp", "kr"), ("jp", "us", "kr")])
def test_what_is_made_of_several_nations_words_is_bound_by_the_terms_of_each(order: tuple[str, ...]) -> None:
    world = consenting(kr=("review",), jp=("file", "review"), us=("file", "review"))
    world.command("kr", "draft", "kr-V1", circle="trilateral")
    for code in order:
        world.vote(code)
    joint = [i for i in world.nodes["us"].items if isinstance(i.body, JointStatement)]
    assert len(joint) == 4
    assert {i.head.label.onward for i in joint} == {("review",)}


@pytest.mark.parametrize(
    ("order", "onward"),
    [(("kr", "us"), [("review",), ("review",)]), (("us", "kr"), [("file", "review"), ("review",)])],
)
def test_a_consultation_is_bound_by_the_terms_of_each_whose_stance_is_in_it(
    order: tuple[str, ...], onward: list[tuple[str, ...]]
) -> None:
    both = Terms(terms="all", onward=("file", "review"), reason="test")
    world = World(terms=(both,))
    world.nodes["kr"] = Node("kr", terms=(both, Terms(terms="s", kind="stance", onward=("review",), reason="test")))
    for code in ("kr", "jp"):
        world.warn(code)
    for code in order:
        world.command(code, "stance", f"{code}-V1", origin="jp", position="concur")
    told = [i for i in world.nodes["us"].items if isinstance(i.body, Consultation)]
    assert [i.head.label.onward for i in told if any(one.version for one in i.body.stances)] == onward


def test_a_restart_forgets_nothing() -> None:
    world = drafted()
    world.vote("us")
    for node in world.nodes.values():
        node.restart()
    world.vote("kr")
    world.vote("jp")
    assert all(world.joint(code).adopted_ns is not None for code in PARTNERS)


@settings(max_examples=40, deadline=None)
@given(
    st.permutations(PARTNERS),
    st.lists(st.sampled_from(PARTNERS), max_size=4),
    st.lists(st.booleans(), min_size=3, max_size=3),
)
def test_adopted_means_that_each_member_signed_whatever_the_order(
    order: list[str], cuts: list[str], signs: list[bool]
) -> None:
    world = drafted()
    for code, does in zip(order, signs, strict=True):
        world.cut = cuts[:1]
        cuts = cuts[1:]
        if does:
            world.vote(code)
        else:
            world.vote(code, "refuse")
        for other in PARTNERS:
            joint = world.joint(other)
            signed_by = {vote.partner for vote in joint.votes if vote.vote is Vote.SIGN}
            assert (joint.adopted_ns is not None) == (signed_by == set(PARTNERS))
            assert set(joint.missing) == set(PARTNERS) - signed_by
    world.cut = []
    world.deliver()
    assert {world.joint(code).adopted_ns is not None for code in PARTNERS} == {all(signs)}


def test_a_launch_opens_a_consultation_only_where_the_circle_says_so() -> None:
    all_three = tuple(Membership(partner=code, from_ns=0) for code in PARTNERS)
    quiet = Circle(circle="quiet", title="Quiet", members=all_three, consults=False)
    world = warned(circles=(Circle(circle="trilateral", title="The three", members=all_three), quiet))
    opened = {i.body.circle for i in world.nodes["kr"].items if isinstance(i.body, Consultation)}
    assert opened == {"trilateral"}
    world.command("kr", "draft", "kr-V1", circle="quiet")
    assert world.joint("us").statement.circle == "quiet"


def test_a_new_epoch_never_uses_a_statements_name_again() -> None:
    """What partners hold of the epoch before would swallow a draft under the same name as an old version."""
    names = [warned(epoch=epoch).command("kr", "draft", "kr-V1", circle="trilateral") for epoch in (1, 2)]
    told = [[body.statement for body in bodies if isinstance(body, Statement)] for bodies in names]
    assert told[0] == ["kr-S1"] and told[1] == ["kr.2-S1"]
    world = warned(epoch=2)
    world.command("kr", "draft", "kr-V1", circle="trilateral")
    assert {world.joint(code).statement.statement for code in PARTNERS} == {"kr.2-S1"}
