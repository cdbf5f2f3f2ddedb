"""A public alert across an epoch: it goes on under its name, its ending refers to what was told, and a half-approved draft stays so."""

from typing import Any

from msgspec.structs import replace

from bongsu.core.inform.alert_carried import taken_over
from bongsu.core.pipeline import Pipeline
from bongsu.model.alert_draft import AlertDocument, AlertDraft, DraftState
from bongsu.model.refusal import Refusal
from bongsu.model.wording import AlertStage
from bongsu.record.carry import TYPES, carry
from bongsu.record.chain import Chain
from bongsu.wire.cap12_table import stage_of
from tests.core.harness import at
from tests.core.inform.alert_world import World


def next_epoch(world: World, seconds: float, **policy: Any) -> World:
    """The same nation with a new record that began with what the old one carries over."""
    entries = [entry for item in world.node.items for entry in Chain().step([item])]
    carried = carry(entry for entry in entries if entry.type in TYPES)
    fresh = World(**policy)
    fresh.node.configuration = replace(fresh.node.configuration, epoch=2)
    fresh.node.pipeline = Pipeline(fresh.node.configuration, [fresh.node.script, *fresh.node.rooms()])
    fresh.count = 1000
    fresh.node.step(at(seconds), carried)
    return fresh


def begun() -> World:
    world = World()
    world.node.step(at(0), world.node.configuration)
    return world


def test_what_the_public_was_told_ends_in_the_next_epoch_under_its_name() -> None:
    world = begun().alerted()
    first = world.documents()[0]
    fresh = next_epoch(world, 200)
    states = {one.chain: one.state for one in bodies(fresh, AlertDraft)}
    assert states[first.chain] is DraftState.ISSUED
    assert not [one for one in bodies(fresh, AlertDocument) if one.chain == first.chain], "nothing is told twice"
    fresh.node.tick(at(700))
    assert fresh.draft().stage is AlertStage.PASSED
    fresh.approve(705, "aoki")
    read = fresh.read(fresh.documents()[0])
    assert stage_of(read) is AlertStage.PASSED
    assert [one.identifier for one in read.references] == [first.document]


def test_one_person_withdraws_what_the_epoch_before_told() -> None:
    fresh = next_epoch(begun().alerted(), 200)
    fresh.command(210, "alert_withdraw", "doi")
    assert stage_of(fresh.read(fresh.documents()[0])) is AlertStage.CORRECTED


def test_a_half_approved_draft_needs_one_more_and_another_person() -> None:
    world = begun()
    world.predict(100)
    world.approve(110, "aoki")
    fresh = next_epoch(world, 120)
    assert fresh.draft().state is DraftState.PARTLY
    fresh.approve(125, "aoki.admin")
    assert not fresh.documents()
    fresh.approve(126, "baba")
    assert fresh.documents()[0].persons == ("Aoki", "Baba")


def test_what_ended_is_left_behind_and_another_sender_cannot_go_on() -> None:
    world = begun().alerted()
    fresh = next_epoch(world, 200, sender="others@example.jp")
    (refusal,) = bodies(fresh, Refusal)
    assert refusal.reason == "not_possible" and "another sender" in refusal.text
    world.node.tick(at(700))
    world.approve(705, "aoki")
    assert not bodies(next_epoch(world, 800), AlertDraft)


def test_without_anything_carried_nothing_is_taken_over() -> None:
    entries = [entry for item in begun().node.items for entry in Chain().step([item])]
    assert taken_over(carry(one for one in entries if one.type == "configuration"), "x") == ([], [])


def bodies(world: World, kind: type) -> list[Any]:
    return [item.body for item in world.node.items if isinstance(item.body, kind)]
