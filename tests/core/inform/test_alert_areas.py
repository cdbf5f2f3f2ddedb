"""Areas that were passed over, several objects over the same areas, and what is weighed when."""

from bongsu.base.limits_alerts import ALERT_CLEAR_S
from bongsu.model.alert import Alert
from bongsu.model.alert_draft import AlertDraft
from bongsu.model.health import Health
from bongsu.model.message import Outgoing
from bongsu.model.tick import Tick
from bongsu.model.warning import Warning
from bongsu.model.wording import AlertStage
from bongsu.wire.cap12_table import stage_of
from tests.core.harness import at, estimate, point
from tests.core.inform.alert_world import AOMORI, World

S = AlertStage
OVER_JAPAN = point(35.0, 170.0, 1300.0, 30_000.0)
SITE = point(40.6, 126.4, 0.0)


def test_an_overflown_area_is_passed_when_the_object_has_passed_it_and_not_when_the_flight_ends() -> None:
    world = World()
    world.node.say(at(200), estimate(200, launch=SITE, impact=OVER_JAPAN))
    world.node.tick(at(206))
    world.approve(210, "aoki")
    world.approve(212, "baba")
    first = world.node.last(Alert)
    moments = sorted(risk.time_ns for risk in first.areas)
    assert len(moments) > 1
    last_s = (moments[-1] - at(0).exercise_ns) / 1e9 + ALERT_CLEAR_S
    told = world.node.tick(at((moments[0] - at(0).exercise_ns) / 1e9 + ALERT_CLEAR_S))
    assert [one.status for one in told if isinstance(one, Alert)] == ["alert"]
    assert len(world.node.last(Alert).areas) == len(first.areas) - 1
    assert not [one for one in told if isinstance(one, AlertDraft)], (
        "the first to be passed hears of the end with the last"
    )
    world.node.tick(at(last_s))
    assert world.node.last(Alert).status == "passed" and last_s < 600
    assert world.draft().stage is S.PASSED
    count = len([item for item in world.node.items if isinstance(item.body, Alert)])
    world.node.say(at(last_s + 10), estimate(last_s + 10, launch=SITE, impact=OVER_JAPAN))
    world.node.tick(at(last_s + 30))
    assert len([item for item in world.node.items if isinstance(item.body, Alert)]) == count, "it stays passed"


def test_a_warning_leaves_before_its_areas_are_weighed() -> None:
    world = World()
    world.node.script.bodies["x"] = [estimate(100, impact=AOMORI)]
    items = world.node.pipeline.step(at(100), Health(part="test", state="up", text="x"))
    kinds = [type(item.body) for item in items]
    assert Outgoing in kinds and Warning in kinds
    assert world.node.pipeline.due().reached(at(100)), "it is weighed at once after"
    assert Alert not in kinds
    world.node.pipeline.step(at(100), Tick())
    told = world.node.pipeline.step(at(106), Tick())
    assert Alert in [type(item.body) for item in told]


def two_launches(seconds: float = 200.0, apart: float = 20.0) -> World:
    """Two objects over the same areas, so many seconds apart."""
    world = World()
    for number in range(2):
        late = number * apart
        first = estimate(
            seconds + late,
            f"T{number}",
            launch=point(40.6, 126.4, late),
            impact=point(36.0, 175.0, 1300.0 + late, 30_000.0),
        )
        world.node.say(at(seconds + late), first)
        world.node.tick(at(seconds + late + 6))
    return world


def stages(world: World) -> list[tuple[str, AlertStage]]:
    return [(one.chain, stage_of(world.read(one))) for one in world.documents(kind="overflight")]


def test_pieces_of_one_launch_tell_the_same_people_once_and_end_once() -> None:
    world = two_launches()
    drafts = {item.body.chain for item in world.node.items if isinstance(item.body, AlertDraft)}
    assert drafts == {"jp-V1-A-overflight"}, "the second object's areas are spoken for"
    alerts = {item.body.alert: item.body for item in world.node.items if isinstance(item.body, Alert)}
    assert len(alerts) == 2
    world.approve(240, "aoki")
    world.approve(241, "baba")
    over = {name: max(risk.time_ns or 0 for risk in one.areas) for name, one in alerts.items()}
    first_s, second_s = (sorted(over.values())[n] / 1e9 - at(0).exercise_ns / 1e9 + ALERT_CLEAR_S for n in (0, 1))
    assert second_s > first_s + 5
    world.node.tick(at(first_s + 1))
    assert world.draft().stage is S.ALERT, "the second object is still to come over them"
    world.node.tick(at(second_s + 1))
    assert world.draft().stage is S.PASSED
    world.approve(second_s + 2, "aoki")
    assert stages(world) == [("jp-V1-A-overflight", S.ALERT), ("jp-V1-A-overflight", S.PASSED)]


def test_what_is_withdrawn_of_one_launch_stands_while_another_endangers_the_same_people() -> None:
    world = two_launches(apart=100.0)
    world.approve(310, "aoki")
    world.approve(311, "baba")
    world.command(320, "retract", "aoki", about="jp-V1")
    assert world.draft().stage is not S.CORRECTED, "they are not told that there was no danger"
    world.command(330, "retract", "aoki", about="jp-V2")
    assert world.draft().stage is S.CORRECTED


def test_an_impact_is_told_also_where_an_overflight_was() -> None:
    world = two_launches()
    world.approve(240, "aoki")
    world.approve(241, "baba")
    world.node.say(
        at(250), estimate(250, "T9", launch=point(40.0, 125.0, 150.0), impact=point(40.8, 140.8, 700.0, 20_000.0))
    )
    world.node.tick(at(256))
    assert world.draft("impact").stage is S.ALERT
