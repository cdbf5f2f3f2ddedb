"""Public alerts through the rooms: drafts, two persons, documents, deadlines, endings."""

import itertools
from typing import Any

import pytest
from msgspec.structs import replace

from bongsu.base.limits_alerts import ALERT_CLEAR_S, ALERT_RELEASE_S
from bongsu.model.alert_draft import AlertDocument, AlertDraft, DraftState, OutletReport
from bongsu.model.command import Command
from bongsu.model.decision import Decision
from bongsu.model.message import Release
from bongsu.model.mode import Mode
from bongsu.model.wording import AlertStage
from bongsu.wire import cap12_rules
from bongsu.wire.cap12_table import sounds_alarm, stage_of
from bongsu.wire.cap12_types import MessageType, ResponseType, Scope, Status
from tests.core.harness import at, estimate, point
from tests.core.inform.alert_world import AOMORI, NEAR_SEA, POLICY, World, reasons

S = AlertStage


def test_an_alert_goes_out_when_two_persons_have_approved_its_very_words() -> None:
    world = World()
    world.predict(100)
    draft = world.draft()
    assert (draft.stage, draft.state, draft.needed) == (S.ALERT, DraftState.PROPOSED, 2)
    assert "JP-02" in {risk.area for risk in draft.areas}
    assert {one.language for one in draft.wordings} == {"en", "ko", "ja"}
    assert not world.documents()
    world.approve(110, "aoki")
    assert world.draft().state is DraftState.PARTLY and not world.documents()
    given = world.approve(115, "baba")
    assert world.draft().state is DraftState.ISSUED
    document = world.documents()[0]
    assert document.persons == ("Aoki", "Baba") and document.confirmed
    released = [one.recipient for one in given if isinstance(one, Release) and one.kind == "alert_document"]
    assert released == ["public", "file"]
    decided = [one for one in given if isinstance(one, Decision) and one.kind == "alert_document"]
    assert [one.allowed for one in decided] == [True, True]
    read = world.read(document)
    assert (read.message_type, read.status, read.scope) == (MessageType.ALERT, Status.EXERCISE, Scope.RESTRICTED)
    assert world.node.configuration.exercise in read.note
    assert not list(cap12_rules.faults(read))
    assert read.infos[0].areas[0].polygons_deg, "a few areas are drawn"


def test_the_endings_are_ready_before_the_alert_goes_out() -> None:
    world = World()
    world.predict(100)
    draft = world.draft()
    assert {one.stage for one in draft.corrected} == {S.CORRECTED} and {one.stage for one in draft.passed} == {S.PASSED}
    assert {one.language for one in draft.corrected} == {"en", "ko", "ja"}


def test_a_retraction_puts_the_correction_before_the_officer_in_the_same_step() -> None:
    world = World().alerted()
    given = world.command(130, "retract", "aoki", about="jp-V1")
    drafts = [one for one in given if isinstance(one, AlertDraft) and one.kind == "impact"]
    assert [(one.stage, one.state, one.needed) for one in drafts] == [(S.CORRECTED, DraftState.PROPOSED, 1)]
    assert drafts[0].time_ns == at(130).exercise_ns, "within a second: at once"
    world.approve(133, "doi")
    cancel = world.read(world.documents()[-1])
    assert cancel.message_type is MessageType.CANCEL
    assert [one.identifier for one in cancel.references] == [world.documents()[0].document]
    assert {area.description for info in cancel.infos for area in info.areas} >= {
        area.description for area in world.read(world.documents()[0]).infos[0].areas
    }


def test_what_a_better_estimate_refutes_is_corrected_and_no_land_stays_alerted() -> None:
    world = World().alerted()
    world.node.say(at(120), estimate(120, impact=NEAR_SEA))
    world.node.tick(at(120 + ALERT_RELEASE_S))
    assert world.draft().stage is S.CORRECTED
    world.approve(145, "aoki")
    assert stage_of(world.read(world.documents()[-1])) is S.CORRECTED


def test_an_alert_ends_by_an_update_with_all_clear() -> None:
    world = World().alerted()
    world.node.tick(at(700))
    draft = world.draft()
    assert (draft.stage, draft.needed) == (S.PASSED, 1)
    world.approve(705, "aoki")
    read = world.read(world.documents()[-1])
    assert read.message_type is MessageType.UPDATE and read.infos[0].response_types == (ResponseType.ALL_CLEAR,)
    assert [one.identifier for one in read.references] == [world.documents()[0].document]


def test_an_overflight_ends_soon_after_the_last_area_and_not_with_the_flight() -> None:
    world = World()
    world.node.say(at(200), estimate(200, launch=point(40.6, 126.4, 0.0), impact=point(38.0, 175.0, 1300.0, 30_000.0)))
    world.node.tick(at(206))
    assert world.draft().kind == "overflight"
    world.approve(210, "aoki")
    world.approve(212, "baba")
    moments = [risk.time_ns for risk in world.draft().areas]
    over_s = (max(moment for moment in moments if moment) - at(0).exercise_ns) / 1e9 + ALERT_CLEAR_S
    world.node.tick(at(over_s - 1))
    assert world.draft().stage is S.ALERT
    world.node.tick(at(over_s + 1))
    assert world.draft().stage is S.PASSED and over_s < 700


def test_a_pre_alert_sounds_no_alarm_and_is_followed_by_the_alert() -> None:
    world = World()
    site = point(40.6, 126.4, 0.0)
    world.node.say(at(100), estimate(100, launch=site, impact=point(50.0, 175.0, 1300.0, 600_000.0)))
    world.node.tick(at(106))
    assert world.draft().stage is S.PRE_ALERT
    world.approve(107, "aoki")
    world.approve(108, "baba")
    assert not any(sounds_alarm(info) for info in world.read(world.documents()[0]).infos)
    world.node.say(at(109), estimate(109, launch=site, impact=point(44.0, 175.0, 1300.0, 60_000.0)))
    world.node.tick(at(115))
    assert world.draft().stage is S.ALERT
    world.approve(116, "aoki")
    world.approve(117, "baba")
    update = world.read(world.documents()[1])
    assert update.message_type is MessageType.UPDATE and all(sounds_alarm(info) for info in update.infos)


# -- persons


def test_one_person_with_two_accounts_or_sessions_is_one_person() -> None:
    world = World()
    world.predict(100)
    world.approve(110, "aoki")
    assert reasons(world.approve(111, "aoki")) == ["same_person"]
    assert reasons(world.approve(112, "aoki.admin")) == ["same_person"]
    assert not world.documents()


@pytest.mark.parametrize(("actor", "reason"), [("chiba", "expired_approver"), ("nobody", "not_an_approver")])
def test_who_may_not_approve(actor: str, reason: str) -> None:
    world = World()
    world.predict(100)
    assert reasons(world.approve(110, actor)) == [reason]
    assert world.draft().state is DraftState.PROPOSED


def test_without_a_list_each_account_is_a_person() -> None:
    world = World(approvers=())
    world.predict(100)
    world.approve(110, "x")
    assert reasons(world.approve(111, "x")) == ["same_person"]
    world.approve(112, "y")
    assert len(world.documents()) == 1


def test_a_revoked_approver_does_not_count_nor_does_what_they_approved_before() -> None:
    world = World()
    world.predict(100)
    world.approve(110, "aoki")
    chain, number = world.draft().chain, world.draft().number
    assert reasons(world.command(111, "approver_revoke", "doi", about="aoki.admin")) == ["second_person"]
    assert reasons(world.command(111, "approver_revoke", "doi", about="aoki.admin")) == ["second_person"]
    assert world.draft().approvals, "one person alone revokes nobody"
    world.command(112, "approver_revoke", "baba", about="aoki.admin")
    assert world.draft().approvals == () and world.draft().state is DraftState.PROPOSED
    assert reasons(world.approve(113, "aoki")) == ["revoked_approver"]
    world.approve(114, "baba")
    assert not world.documents(), "one person is left"
    world.approve(115, "doi", about=chain, version=number)
    assert world.documents()[0].persons == ("Baba", "Doi")


def test_an_edit_voids_what_was_approved() -> None:
    world = World()
    world.predict(100)
    world.approve(110, "aoki")
    before = world.draft()
    world.command(112, "alert_edit", "baba", areas="JP-02")
    edited = world.draft()
    assert edited.number == before.number + 1 and edited.approvals == () and edited.digest != before.digest
    assert [risk.area for risk in edited.areas] == ["JP-02"]
    assert reasons(world.approve(113, "baba", version=before.number, digest=before.digest)) == ["stale_draft"]
    assert reasons(world.approve(114, "baba", digest=before.digest)) == ["stale_draft"]
    world.approve(115, "baba")
    world.approve(116, "aoki")
    assert world.documents()[0].areas == ("JP-02",)


@pytest.mark.parametrize("areas", ["", "KR-11", "JP-99", "JP-02 KP-07"])
def test_an_edit_names_areas_of_ours(areas: str) -> None:
    world = World()
    world.predict(100)
    before = world.draft()
    assert reasons(world.command(110, "alert_edit", "aoki", areas=areas)) == ["unknown_area"]
    assert world.draft() == before


def test_a_replayed_command_counts_once_and_a_late_third_approval_nothing() -> None:
    world = World()
    world.predict(100)
    world.approve(110, "aoki", name="same")
    assert reasons(world.approve(111, "baba", name="same")) == ["replayed"]
    assert not world.documents()
    world.approve(112, "baba")
    assert reasons(world.approve(112, "doi")) == ["closed_draft"]
    assert len(world.documents()) == 1


def test_simultaneous_approvals_issue_one_document() -> None:
    world = World()
    world.predict(100)
    draft = world.draft()
    for actor in ("aoki", "baba", "doi"):
        world.approve(110, actor, version=draft.number, digest=draft.digest, about=draft.chain)
    assert len(world.documents()) == 1


def test_approvals_outlive_a_restart_between_them() -> None:
    world = World()
    world.predict(100)
    world.approve(110, "aoki", name="first")
    world.node.restart()
    assert reasons(world.approve(111, "aoki", name="first")) == ["replayed"]
    assert reasons(world.approve(112, "aoki.admin")) == ["same_person"]
    world.approve(113, "baba")
    world.node.restart()
    world.node.tick(at(700))
    world.approve(705, "doi")
    assert [stage_of(world.read(one)) for one in world.documents()] == [S.ALERT, S.PASSED]


def test_a_role_without_the_command_does_nothing() -> None:
    world = World()
    world.predict(100)
    draft = world.draft()
    given = world.node.command(at(110), "alert_approve", draft.chain, digest=draft.digest)
    assert reasons(given) == ["stale_draft"], "no version was named"
    for kind in ("alert_approve", "alert_withdraw"):
        command = next(item.body for item in reversed(world.node.items) if isinstance(item.body, Command))
        observed = replace(command, kind=kind, role="observe", command=f"o-{kind}")
        assert reasons(world.node.step(at(111), observed)) == ["not_allowed"]


def test_one_person_always_withdraws_even_one_who_may_not_approve() -> None:
    world = World().alerted()
    given = world.command(120, "alert_withdraw", "chiba", reason="it was a test signal")
    assert [one.stage for one in given if isinstance(one, AlertDocument)] == [S.CORRECTED]
    read = world.read(world.documents()[-1])
    assert read.message_type is MessageType.CANCEL
    world.node.say(at(122), estimate(122, impact=AOMORI))
    world.node.tick(at(140))
    assert world.draft().stage is S.CORRECTED, "what a person withdrew is not proposed again"


def test_a_draft_is_withdrawn_before_anybody_is_told() -> None:
    world = World()
    world.predict(100)
    world.approve(110, "aoki")
    world.command(111, "alert_withdraw", "baba")
    assert world.draft().state is DraftState.VOID and not world.documents() and not world.documents("authorities")
    assert reasons(world.command(112, "alert_withdraw", "baba")) == ["nothing_told"]


def test_a_rejected_draft_comes_back_only_with_other_areas() -> None:
    world = World()
    world.predict(100)
    world.command(110, "alert_reject", "baba", reason="a satellite launch")
    assert world.draft().state is DraftState.REJECTED
    number = world.draft().number
    world.node.say(at(115), estimate(115, impact=AOMORI))
    world.node.tick(at(125))
    assert world.draft().number == number
    world.predict(130, point(39.6, 141.0, 600.0, 20_000.0))
    assert world.draft().number > number


def test_newer_thoughts_of_the_machine_do_not_void_a_given_approval() -> None:
    world = World()
    world.predict(100)
    world.approve(110, "aoki")
    number = world.draft().number
    world.predict(111, point(40.2, 140.9, 600.0, 22_000.0))
    assert world.draft().number == number
    world.approve(118, "baba")
    assert world.documents()[0].persons == ("Aoki", "Baba")
    assert world.draft().number == number + 1 and world.draft().state is DraftState.PROPOSED, "an update follows"


# -- deadline


def test_at_the_deadline_the_authorities_are_told_unconfirmed_and_the_public_is_not() -> None:
    world = World()
    world.predict(100)
    world.approve(110, "aoki")
    given = world.node.tick(at(106 + POLICY.deadline_s))
    assert world.draft().state is DraftState.UNCONFIRMED
    assert not world.documents("public")
    document = world.documents("authorities")[0]
    assert not document.confirmed
    read = world.read(document)
    assert read.scope is Scope.PRIVATE and read.addresses == POLICY.authorities and "UNCONFIRMED" in read.note
    assert all("UNCONFIRMED" in info.headline for info in read.infos if info.language == "en-US")
    released = [one.recipient for one in given if isinstance(one, Release)]
    assert released == ["authorities", "file"] * 2, "impact and overflight are told apart"
    world.approve(170, "baba")
    assert [one.confirmed for one in world.documents("public")] == [True]
    confirmed = world.read(world.documents("authorities")[1])
    assert confirmed.message_type is MessageType.UPDATE and "UNCONFIRMED" not in confirmed.note


def test_the_public_hears_the_unconfirmed_only_where_the_nation_says_automatic() -> None:
    world = World(automatic=True)
    world.predict(100)
    world.node.tick(at(166))
    document = world.documents("public")[0]
    read = world.read(document)
    assert not document.confirmed and document.persons == ()
    english = next(info for info in read.infos if info.language == "en-US")
    assert all("UNCONFIRMED" in line for line in english.description.split("\n"))
    world.node.tick(at(700))
    world.approve(705, "aoki")
    assert [stage_of(world.read(one)) for one in world.documents("public")] == [S.ALERT, S.PASSED]


def test_authorities_who_heard_the_unconfirmed_hear_that_it_is_void() -> None:
    world = World()
    world.predict(100)
    world.node.tick(at(166))
    world.command(170, "alert_reject", "aoki")
    assert [one.stage for one in world.documents("authorities")] == [S.ALERT, S.CORRECTED]
    assert not world.documents("public")


def test_nobody_is_alerted_after_the_passage() -> None:
    world = World(deadline_s=10_000.0)
    world.predict(100, point(40.8, 140.8, 130.0, 20_000.0))
    assert world.draft().state is DraftState.PROPOSED
    world.node.tick(at(131))
    assert world.draft().state is DraftState.VOID
    assert reasons(world.approve(132, "aoki")) == ["closed_draft"]


# -- modes, times, outlets


@pytest.mark.parametrize("mode", list(Mode))
def test_only_modes_with_documents_draft_anything_and_actual_comes_from_real_alone(mode: Mode) -> None:
    world = World(mode=mode)
    world.predict(100)
    if mode in (Mode.REPLAY, Mode.SIMULATION):
        assert world.node.last(AlertDraft) is None
        return
    world.approve(110, "aoki")
    world.approve(111, "baba")
    read = world.read(world.documents()[0])
    assert (read.status is Status.ACTUAL) == (mode is Mode.REAL) == (read.scope is Scope.PUBLIC)


def test_without_an_authority_nothing_is_drafted() -> None:
    world = World(policy=None)
    world.predict(100)
    assert world.node.last(AlertDraft) is None


def test_times_of_machine_and_persons_are_kept_apart() -> None:
    world = World()
    world.predict(100)
    world.command(107, "alert_shown", "console")
    world.command(109, "alert_opened", "aoki")
    world.command(109.5, "alert_opened", "baba")
    world.approve(112, "aoki")
    world.approve(118, "baba")
    document = world.documents()[0].document
    world.node.step(at(119), OutletReport(outlet="feed", document=document, state="accepted"))
    times = world.draft().times
    named = {name: getattr(times, name) for name in times.__struct_fields__}
    seconds = {name: None if value is None else (value - at(0).exercise_ns) / 1e9 for name, value in named.items()}
    assert seconds == {
        "first_look_ns": None, "own_estimate_ns": 100.0, "partner_warning_ns": None, "decided_ns": 105.0,
        "drafted_ns": 105.0, "shown_ns": 107.0, "opened_ns": 109.0, "first_approval_ns": 112.0,
        "second_approval_ns": 118.0, "issued_ns": 118.0, "delivered_ns": 119.0,
    }  # fmt: skip


@pytest.mark.parametrize(("state", "delivered"), [("failed", False), ("refused", False), ("accepted", True)])
def test_only_an_outlet_that_accepted_has_delivered(state: str, delivered: bool) -> None:
    world = World().alerted()
    world.node.step(at(119), OutletReport(outlet="feed", document=world.documents()[0].document, state=state))
    assert (world.draft().times.delivered_ns is not None) == delivered


def test_identifiers_differ_and_references_grow() -> None:
    world = World().alerted()
    world.predict(130, point(40.2, 140.9, 600.0, 22_000.0))
    world.approve(140, "aoki")
    world.approve(140, "baba")
    world.node.tick(at(700))
    world.approve(705, "aoki")
    reads = [world.read(one) for one in world.documents()]
    assert len({one.identifier for one in reads}) == len(reads) >= 3
    for number, read in enumerate(reads):
        assert [one.identifier for one in read.references] == [one.identifier for one in reads[:number]]


def test_a_danger_that_returns_is_a_new_alert() -> None:
    world = World().alerted()
    world.node.say(at(120), estimate(120, impact=NEAR_SEA))
    world.node.tick(at(141))
    world.approve(145, "aoki")
    world.predict(200)
    draft = world.draft()
    assert draft.stage is S.ALERT and draft.chain.endswith("-2")
    world.approve(210, "aoki")
    world.approve(211, "baba")
    assert world.read(world.documents()[-1]).references == ()


def test_no_order_of_commands_issues_an_alert_without_two_persons() -> None:
    """Every order of six commands at one draft: a public beginning always carries two different persons."""
    acts: list[tuple[str, str]] = [
        ("alert_approve", "aoki"), ("alert_approve", "aoki.admin"), ("alert_approve", "baba"),
        ("alert_edit", "doi"), ("approver_revoke", "doi"), ("approver_revoke", "aoki"), ("alert_approve", "doi"),
    ]  # fmt: skip
    for order in itertools.permutations(acts, 4):
        world = World()
        world.predict(100)
        for number, (kind, actor) in enumerate(order):
            words: dict[str, Any] = {"digest": world.draft().digest} if kind == "alert_approve" else {}
            if kind == "alert_edit":
                words = {"areas": "JP-02"}
            if kind == "approver_revoke":
                words = {"about": "baba"}
            world.command(110 + number, kind, actor, **words)
        for document in world.documents():
            assert len(set(document.persons)) == 2 and document.confirmed
