"""Better figures leave by the clock, other news at once; nothing old follows what is newer, and a retraction never waits."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bongsu.base.limits_release import LOST_AFTER_S
from bongsu.base.time import parse_time
from bongsu.base.units import seconds_to_ns
from bongsu.model.delivery import Delivery
from bongsu.model.head import Now
from bongsu.model.tick import Tick
from bongsu.model.track import TrackStatus
from bongsu.model.warning import Warning, WarningStatus
from tests.core.exchange.test_release import DEFAULT
from tests.core.harness import Node, at, estimate, outgoing_of, point
from tests.core.inform.test_course import track


def begun() -> Node:
    """A warning with an impact, said and released."""
    kr = Node("kr", policy=DEFAULT)
    assert versions(kr.say(at(10), estimate(10, impact=point(41.0, 139.0, 900.0, 200_000.0)))) == [1]
    return kr


def versions(bodies: list[Any]) -> list[int]:
    """Versions that left for jp."""
    return [json.loads(one.body)["version"] for one in outgoing_of(bodies, "jp", "warning")]


def finer(seconds: float, semi_m: float) -> Any:
    return estimate(seconds, impact=point(41.0, 139.0, 900.0, semi_m))


def later(kr: Node, until_s: float) -> list[tuple[int, list[int]]]:
    """What leaves by the clock until then: when, and which versions."""
    told = []
    while (due_ns := kr.pipeline.due().exercise_ns) is not None and due_ns <= at(until_s).exercise_ns:
        left = versions(kr.step(Now(due_ns, due_ns), Tick()))
        if left:
            told.append((due_ns, left))
    return told


@given(st.lists(st.floats(0.01, 0.9), min_size=2, max_size=6))
def test_the_moment_tells_nothing_of_the_looks(shifts: list[float]) -> None:
    moments = set()
    for shift in shifts:
        kr = begun()
        assert versions(kr.say(at(20 + shift), finer(20 + shift, 90_000.0))) == []
        ((due_ns, left),) = later(kr, 22)
        assert left == [2]
        moments.add((due_ns - at(0).exercise_ns) % seconds_to_ns(1.0))
    assert len(moments) == 1


def test_only_the_newest_of_what_waits_leaves() -> None:
    kr = begun()
    kr.say(at(20.10), finer(20.10, 90_000.0))
    kr.say(at(22.11), finer(22.11, 40_000.0))
    kr.say(at(24.12), finer(24.12, 20_000.0))
    left = [version for _, several in later(kr, 26) for version in several]
    assert left == sorted(left) and left[-1] == 4


def test_other_news_goes_at_once_and_nothing_older_after_it() -> None:
    kr = begun()
    kr.say(at(20.0), finer(20.0, 90_000.0))
    assert versions(kr.command(at(20.01), "retract", "kr-E1", reason="wrong")) == [3]
    assert later(kr, 23) == [], "the better figures of what was taken back never leave"


def test_a_held_version_is_followed_at_its_recipients() -> None:
    kr = begun()
    kr.say(at(20.0), finer(20.0, 90_000.0))
    later(kr, 22)
    sent = [one.body for one in kr.items if isinstance(one.body, Delivery)]
    assert {(one.version, one.recipient) for one in sent} == {(1, "jp"), (1, "us"), (2, "jp"), (2, "us")}


def test_what_waits_outlives_a_restart() -> None:
    kr = begun()
    kr.say(at(20.0), finer(20.0, 90_000.0))
    kr.restart()
    assert [several for _, several in later(kr, 22)] == [[2]]


def test_figures_without_an_impact_leave_in_the_first_minute_only() -> None:
    kr = Node("kr", policy=DEFAULT)
    assert versions(kr.say(at(10), estimate(10, launch=point(39.0, 127.0, 5.0, 90_000.0)))) == [1]
    assert versions(kr.say(at(20), estimate(20, launch=point(39.2, 127.0, 5.0, 40_000.0)))) == []
    assert [left for _, left in later(kr, 22)] == [[2]]
    kr.say(at(75), estimate(75, launch=point(39.4, 127.0, 5.0, 9_000.0)))
    assert later(kr, 200) == [], "that they cease would tell where coverage ends"
    assert versions(kr.say(at(201), finer(201, 90_000.0))) == [4], "an impact goes at once"


def test_that_an_object_is_lost_leaves_when_its_path_is_over_and_says_no_other_moment() -> None:
    kr = Node("kr", policy=DEFAULT)
    kr.say(at(10), estimate(10), track(10, up_m_s=200.0))
    assert versions(kr.say(at(40), track(40, up_m_s=-100.0, status=TrackStatus.ENDED))) == []
    assert [one.body.status for one in kr.items if isinstance(one.body, Warning)][-1] is WarningStatus.LOST
    left = [(due_ns, several) for due_ns, several in later(kr, 900) if several]
    bodies = [one.body for one in kr.items]
    over_ns = max(parse_time(json.loads(one.body)["time"]) for one in outgoing_of(bodies, "jp", "path"))
    told = json.loads(outgoing_of(bodies, "jp", "warning")[-1].body)
    assert over_ns > at(200).exercise_ns, "the path goes on to the ground"
    ((due_ns, several),) = left
    assert (several, told["status"], due_ns - over_ns) == ([2], "lost", seconds_to_ns(LOST_AFTER_S))
    assert abs(parse_time(told["time"]) - due_ns) <= seconds_to_ns(1.0)


def test_an_object_that_is_found_again_was_never_told_as_lost() -> None:
    kr = Node("kr", policy=DEFAULT)
    kr.say(at(10), estimate(10), track(10, up_m_s=200.0))
    kr.say(at(40), track(40, up_m_s=-100.0, status=TrackStatus.ENDED))
    kr.say(at(45), finer(45, 90_000.0))
    later(kr, 950)
    told = [json.loads(one.body)["status"] for one in outgoing_of([one.body for one in kr.items], "jp", "warning")]
    assert told == ["initial", "update", "impacted"]


def test_figures_that_the_floor_hides_do_not_leave() -> None:
    """An impact that is known to 2 km and then to 1 km is told as 5 km both times: only that we still look would be news."""
    kr = Node("kr", policy=DEFAULT)
    kr.say(at(10), estimate(10, impact=point(41.0, 139.0, 900.0, 2_000.0)))
    kr.say(at(20), estimate(20, impact=point(41.005, 139.0, 901.0, 1_000.0)))
    assert later(kr, 30) == []
    kr.say(at(40), estimate(40, impact=point(41.1, 139.0, 901.0, 1_000.0)))
    assert [left for _, left in later(kr, 42)] == [[3]], "an impact that is elsewhere leaves"
