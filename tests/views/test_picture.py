"""The fold: hand-made items in, the picture out."""

from __future__ import annotations

from msgspec.structs import replace

from bongsu.base.limits import EVENTS_COUNT, PICTURE_LINES_COUNT, PICTURE_REFUSALS_COUNT
from bongsu.model.alarm import AlarmState
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.freshness import FreshnessState
from bongsu.model.health import Dropped, Health
from bongsu.model.hold import Hold, HoldState
from bongsu.model.message import Unreadable
from bongsu.model.mode import Mode
from bongsu.model.refusal import Refusal
from bongsu.model.sensor import SensorState, SensorStatus
from bongsu.model.stance import Position
from bongsu.model.warning import WarningStatus
from bongsu.views.picture import Picture, picture_at
from bongsu.views.shape import Situation
from tests.views.items import (
    CONFIGURATION,
    Teller,
    alarm,
    alert,
    assessment,
    at,
    calm,
    consultation,
    delivery,
    estimate,
    event,
    freshness,
    path,
    stance,
    up,
)


def folded(*items: object) -> Picture:
    picture = Picture()
    for item in items:
        picture.apply(item)  # type: ignore[arg-type]
    return picture


def story() -> list[object]:
    """A launch seen by two, retracted by one, acknowledged."""
    teller = Teller()
    return [
        *calm(teller),
        teller.item(60, event(assessment("kr"))),
        teller.item(61, alarm(AlarmState.ACTIVE_UNACKNOWLEDGED)),
        teller.item(62, path(61)),
        teller.item(63, delivery("jp", 1)),
        teller.item(64, event(assessment("kr"), assessment("us", conclusion=estimate(500.0)), version=2)),
        teller.item(70, event(assessment("kr", 2, WarningStatus.RETRACTED), version=3, open_=False)),
        teller.item(71, alarm(AlarmState.ENDED_UNACKNOWLEDGED, 3)),
        teller.item(80, alarm(AlarmState.NORMAL, 3, by="watch-1")),
    ]


def test_nothing_known_is_unknown_and_never_calm() -> None:
    assert Picture().view().situation is Situation.UNKNOWN
    picture = folded(Teller().item(0, CONFIGURATION))
    assert picture.view().situation is Situation.UNKNOWN
    assert picture.view().unproved == ("us", "jp", "kr-ship-1")


def test_a_node_knows_its_configuration_before_its_first_item() -> None:
    view = Picture(CONFIGURATION).view()
    assert (view.node, view.roles, view.partners) == ("kr", ("watch", "observe"), ("us", "jp"))
    assert view.mode is None, "the mode comes from items alone"
    assert view.situation is Situation.UNKNOWN


def test_no_warning_only_while_all_are_fresh() -> None:
    teller = Teller()
    picture = folded(*calm(teller))
    assert picture.view().situation is Situation.NO_WARNING
    for state in (FreshnessState.STALE, FreshnessState.CATCHING_UP, FreshnessState.UNKNOWN):
        picture.apply(teller.item(2, freshness("jp", state)))
        assert picture.view().situation is Situation.UNKNOWN
        assert picture.view().unproved == ("jp",)
    picture.apply(teller.item(3, freshness("jp")))
    assert picture.view().situation is Situation.NO_WARNING


def test_a_silent_or_faulty_sensor_is_not_calm() -> None:
    teller = Teller()
    picture = folded(*calm(teller), teller.item(11, up(11)), teller.item(21, up(21)))
    assert picture.view().situation is Situation.NO_WARNING
    picture.apply(teller.item(52, freshness("us")))
    assert picture.view().unproved == ("kr-ship-1",), "silent for more than three intervals of 10 s"
    picture.apply(teller.item(53, up(53)))
    assert picture.view().situation is Situation.NO_WARNING
    picture.apply(teller.item(54, SensorStatus(sensor="kr-ship-1", time_ns=at(54), state=SensorState.DOWN)))
    assert picture.view().unproved == ("kr-ship-1",)


def test_assessments_stand_side_by_side_and_what_differs_is_named() -> None:
    event_view = folded(*story()[:9]).view().events["E1"]
    assert [one.origin for one in event_view.assessments] == ["kr", "us"]
    difference = next(one for one in event_view.differences if one.field == "range_m")
    assert difference.values == (("kr", 1_000_000.0), ("us", 500_000.0))
    assert difference.spread == 500_000.0


def test_a_retracted_warning_calls_until_it_is_acknowledged() -> None:
    items = story()
    before = folded(*items[:-1]).view()
    assert not before.events["E1"].live
    assert before.situation is Situation.WARNING
    after = folded(*items).view()
    assert after.events["E1"].alarm is not None
    assert after.events["E1"].alarm.acknowledged_by == "watch-1"
    assert after.events["E1"].assessments[0].warning.status is WarningStatus.RETRACTED
    assert after.situation is Situation.NO_WARNING


def test_who_still_shows_the_old_version() -> None:
    teller = Teller()
    picture = folded(
        teller.item(60, event(assessment("kr"))),
        teller.item(61, delivery("jp", 1, received=62, shown=63)),
        teller.item(64, delivery("jp", 2, received=65)),
        teller.item(66, delivery("us", 2)),
        teller.item(67, delivery("us", 1, received=67)),
    )
    jp, us = picture.view().events["E1"].deliveries
    assert (jp.recipient, jp.version, jp.received_version, jp.shown_version) == ("jp", 2, 2, 1)
    assert (us.recipient, us.version, us.received_version, us.shown_version) == ("us", 2, 1, None)


def test_a_delivery_of_a_partners_like_named_warning_is_not_ours() -> None:
    teller = Teller()
    stolen = replace(assessment("us"), warning=replace(assessment("us").warning, warning="kr-E1"))
    picture = folded(
        teller.item(60, event(assessment("kr"))),
        teller.item(61, event(stolen, name="E2")),
        teller.item(62, delivery("jp", 1)),
    )
    assert [len(picture.view().events[name].deliveries) for name in ("E1", "E2")] == [1, 0]


def test_areas_and_stances_join_their_event() -> None:
    teller = Teller()
    picture = folded(
        teller.item(60, event(assessment("kr"), assessment("us"))),
        teller.item(62, alert(("JP-01", "impact"))),
        teller.item(70, consultation(stance("us", "kr", Position.CONCUR), stance("jp", "kr", Position.UNKNOWN))),
        teller.item(71, alert(("JP-01", "impact"), name="E9")),
    )
    view = picture.view().events["E1"]
    assert view.alert is not None
    assert [risk.area for risk in view.alert.areas] == ["JP-01"]
    assert [one.position for one in view.consultations[0].stances] == [Position.CONCUR, Position.UNKNOWN]


def test_the_mode_comes_from_the_items_and_a_mixture_shows() -> None:
    teller, other = Teller(), Teller(mode=Mode.REAL)
    picture = folded(*calm(teller))
    assert (picture.view().mode, picture.view().modes) == (Mode.EXERCISE, (Mode.EXERCISE,))
    picture.apply(other.item(5, up(5)))
    assert picture.view().modes == (Mode.EXERCISE, Mode.REAL)


def test_the_pace_of_a_drill() -> None:
    teller = Teller()
    order = ExerciseOrder(order="pace", exercise="hand-made", exercise_ns=at(40), link_ns=at(40), speed=150.0)
    assert folded(teller.item(40, order)).view().speed == 150.0
    assert folded(teller.item(41, replace(order, order="pause"))).view().paused


def test_a_hold_by_exercise_control_stands_until_it_resumes_and_a_nations_own_goes_before_it() -> None:
    teller = Teller()
    order = ExerciseOrder(order="hold", exercise="hand-made", exercise_ns=at(40), link_ns=at(40), speed=0.0)
    standing = Hold(hold="kr-H1", version=1, state=HoldState.STANDING, begun_ns=at(41))
    picture = folded(teller.item(40, order))
    assert [one.origin for one in picture.view().holds] == ["excon"]
    picture.apply(teller.item(40, replace(order, order="message", text="Stay where you are.")))
    assert [one.origin for one in picture.view().holds] == ["excon"], "a word changes nothing"
    picture.apply(teller.item(41, standing, origin="kr"))
    assert [one.origin for one in picture.view().holds] == ["kr"]
    picture.apply(teller.item(45, replace(standing, version=2, state=HoldState.LIFTED), origin="kr"))
    assert picture.view().holds
    assert picture.view().paused
    picture.apply(teller.item(46, replace(order, order="resume", speed=1.0)))
    assert not picture.view().holds
    assert not picture.view().paused


def test_what_stood_at_the_doors() -> None:
    teller = Teller()
    refusal = Refusal(door="screen", reason="unknown_sensor", source="x9")
    view = folded(
        teller.item(1, refusal),
        teller.item(2, refusal),
        teller.item(3, Dropped(what="detections", count=7)),
        teller.item(4, Dropped(what="detections", count=1)),
        teller.item(5, Health(part="hub", state="down")),
        teller.item(6, Unreadable(issuer="us", kind="forecast", message="us-1", body=b"{}")),
    ).view()
    assert view.refused_count == 2
    assert [(row.reason, row.count) for row in view.refusals] == [("unknown_sensor", 2)]
    assert view.dropped == {"detections": 8}
    assert [(body.part, body.state) for body in view.health] == [("hub", "down")]
    assert view.unreadable == (("us", "forecast", at(6)),)


def test_everything_is_bounded() -> None:
    teller = Teller()
    picture = folded(teller.item(0, event(assessment("kr"), name="E0")))
    picture.apply(teller.item(0, alarm(AlarmState.ENDED_UNACKNOWLEDGED, name="E0")))
    for number in range(1, EVENTS_COUNT + 10):
        picture.apply(teller.item(number, event(assessment("kr"), name=f"E{number}", open_=number % 2 == 0)))
    for number in range(PICTURE_REFUSALS_COUNT + PICTURE_LINES_COUNT):
        picture.apply(teller.item(2000, Refusal(door="link", reason="signature", source=f"s{number}")))
    view = picture.view()
    assert len(view.events) == EVENTS_COUNT
    assert "E0" in view.events, "what calls a person is not the first to go"
    assert "E1" not in view.events
    assert len(view.refusals) == PICTURE_REFUSALS_COUNT
    assert view.refused_count == PICTURE_REFUSALS_COUNT + PICTURE_LINES_COUNT
    assert len(view.lines) == PICTURE_LINES_COUNT


def test_only_what_was_touched_is_made_anew() -> None:
    teller = Teller()
    picture = folded(
        teller.item(1, event(assessment("kr"), name="E1")), teller.item(2, event(assessment("us"), name="E2"))
    )
    before = picture.view()
    picture.apply(teller.item(3, alarm(AlarmState.ACTIVE_UNACKNOWLEDGED, name="E2")))
    after = picture.view()
    assert after.events["E1"] is before.events["E1"]
    assert after.events["E2"] is not before.events["E2"]


def test_a_past_moment_shows_as_it_was() -> None:
    items = story()
    live = Picture()
    seen = {}
    for item in items:
        live.apply(item)  # type: ignore[arg-type]
        seen[item.head.receipt_ns] = live.view()  # type: ignore[attr-defined]
    for time_ns, view in seen.items():
        assert picture_at(items, time_ns) == view  # type: ignore[arg-type]
        assert picture_at(items, time_ns + 1) == view  # type: ignore[arg-type]


def test_the_watch_log_says_each_change_once() -> None:
    items = story()
    teller = Teller()
    repeated = [teller.item(90, freshness("us")), teller.item(91, freshness("us", FreshnessState.STALE))]
    lines = folded(*items, *repeated).view().lines
    assert [(line.key, line.about, line.state) for line in lines] == [
        ("freshness", "us", "fresh"),
        ("freshness", "jp", "fresh"),
        ("alarm", "E1", "active_unacknowledged"),
        ("delivery", "kr-E1", "sent"),
        ("alarm", "E1", "ended_unacknowledged"),
        ("alarm", "E1", "normal"),
        ("freshness", "us", "stale"),
    ]
