"""Machine time, human time, stances, freshness and rated objectives."""

from __future__ import annotations

from typing import Any

import pytest

from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.freshness import Freshness, FreshnessState
from bongsu.model.stance import Position, Stance
from bongsu.model.warning import WarningStatus
from bongsu.views import measures_time
from bongsu.views.folded import fold
from bongsu.views.objectives import OBJECTIVES, objective_of, rate
from bongsu.views.review import Judged, Times
from tests.views.builders import Record, at_ns, event, truth, warning

TRUTH = truth("one")
KNOWN = {("kr", "kr-E1"): "one", ("us", "us-E1"): "one"}


def alarm(seconds: float, state: AlarmState, by: str = "", scripted: bool = False) -> Alarm:
    return Alarm(
        event="kr-V1",
        event_version=1,
        state=state,
        time_ns=at_ns(seconds),
        raised_ns=at_ns(31.0),
        reason="new",
        acknowledged_by=by,
        scripted=scripted,
    )


def session(*alarms: Alarm) -> Record:
    record = Record("kr")
    record.add(warning("us-E1"), 30.5, origin="us")
    record.add(event("kr-V1", 30.5, ("us", warning("us-E1"))), 30.5)
    for one in alarms:
        record.add(one, 31.0)
    return record


def times(record: Record, **issued: float) -> Times:
    known = {("us", "us-E1", 1): at_ns(issued["us"])} if issued else {}
    return measures_time.times(fold("kr", record.items), TRUTH, KNOWN, known)


def test_machine_and_human_seconds_stand_apart() -> None:
    told = times(
        session(
            alarm(31.0, AlarmState.ACTIVE_UNACKNOWLEDGED),
            alarm(39.0, AlarmState.ACTIVE_ACKNOWLEDGED, "An Officer", scripted=True),
        ),
        us=30.0,
    )
    assert (told.issue_to_receipt_s, told.warning_to_alarm_s, told.alarm_to_acknowledged_s) == (0.5, 0.5, 8.0)
    assert (told.acknowledged_by, told.scripted, told.unacknowledged) == ("An Officer", True, False)
    assert (told.look_to_warning_s, told.warning_to_areas_s, told.warning_to_stance_s) == (None, None, None)


def test_an_alarm_without_an_answer_is_told() -> None:
    told = times(session(alarm(31.0, AlarmState.ACTIVE_UNACKNOWLEDGED), alarm(90.0, AlarmState.ENDED_UNACKNOWLEDGED)))
    assert told.unacknowledged
    assert told.alarm_to_acknowledged_s is None


def stance(position: Position, partner: str = "kr") -> Stance:
    return Stance(
        circle="c", about="us", warning="us-E1", version=1, partner=partner, position=position, time_ns=at_ns(0.0)
    )


def test_the_last_position_of_each_nation_stands() -> None:
    record = session()
    record.add(stance(Position.UNKNOWN), 31.0)
    record.add(stance(Position.CONCUR), 45.0)
    record.add(stance(Position.DIFFER), 60.0)
    record.add(stance(Position.CONCUR, "jp"), 61.0, origin="jp")
    folded = fold("kr", record.items)
    (told,) = measures_time.stances([folded], [TRUTH], KNOWN)
    assert (told.by, told.about, told.position, told.at_s) == ("kr", "us", "differ", 60.0)
    assert times(record).warning_to_stance_s == 14.5


def test_the_time_to_a_retraction_counts_from_the_first_version() -> None:
    record = Record("kr")
    record.add(warning("kr-E1"), 30.0)
    record.add(warning("kr-E1", 2, WarningStatus.RETRACTED), 120.0)
    assert times(record).warning_to_retraction_s == 90.0


def test_freshness_is_a_share_of_the_session() -> None:
    record = Record("kr")
    for seconds, state in ((0.0, "unknown"), (10.0, "fresh"), (70.0, "stale"), (90.0, "fresh")):
        record.add(Freshness(source="us", kind="partner", state=FreshnessState(state), last_ns=None), seconds)
    record.add(warning("kr-E1"), 110.0)
    told: dict[str, Any] = measures_time.freshness(fold("kr", record.items))["us"]
    assert (told["fresh"], told["stale"], told["unknown"]) == (0.8, 0.2, 0.0)


@pytest.mark.parametrize(
    ("met", "rating"), [([True, True], "P"), ([True, True, False], "S"), ([True, False], "M"), ([False], "U")]
)
def test_ratings(met: list[bool], rating: str) -> None:
    told = {one.objective: one for one in rate(Judged(text="x", met=one, kind="warned") for one in met)}
    assert told["warn"].rating == rating
    assert told["areas"].rating is None


def test_every_kind_that_an_objective_names_can_be_expected() -> None:
    from typing import get_args

    from bongsu.drill.expectations import Expectation

    kinds = {str(kind.__struct_config__.tag) for kind in get_args(Expectation)}
    assert [kind for named in OBJECTIVES.values() for kind in named if kind not in kinds] == []
    assert objective_of("something new") == "other"


def test_objectives_that_a_scenario_states_come_first_and_hold_what_is_filed_under_them() -> None:
    verdicts = [
        Judged(text="a", met=True, kind="warned", objective="quick"),
        Judged(text="b", met=False, kind="stance"),
    ]
    told = [
        (one.objective, one.text, one.rating) for one in rate(verdicts, [("quick", "Be quick"), ("calm", "Be calm")])
    ]
    assert told == [("quick", "Be quick", "P"), ("calm", "Be calm", None), ("consult", "", "U")]
