"""Paths by the clock: their moments follow from the warning alone, and they go on through coasting until the ground."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bongsu.base.units import seconds_to_ns
from bongsu.core.inform.course import carried_on, course_of, next_point_ns
from bongsu.geo.frames import enu_axes, geodetic_to_ecef
from bongsu.model.head import Now
from bongsu.model.tick import Tick
from bongsu.model.track import Phase, Track, TrackStatus
from bongsu.model.warning import Path, Warning, WarningStatus
from tests.core.harness import Node, at, estimate, point


def track(seconds: float, up_m_s: float, status: TrackStatus = TrackStatus.CONFIRMED, altitude_m: float = 2e5) -> Track:
    """An object over the sea at that moment."""
    latitude_rad, longitude_rad = math.radians(40.0), math.radians(131.0)
    return Track(
        track="T1",
        time_ns=at(seconds).exercise_ns,
        phase=Phase.COAST,
        status=status,
        position_ecef_m=np.array(geodetic_to_ecef(latitude_rad, longitude_rad, altitude_m)),
        velocity_ecef_m_s=np.array([1500.0, 0.0, up_m_s]) @ enu_axes(latitude_rad, longitude_rad),
        covariance=np.eye(6),
    )


@given(st.integers(0, 10**13), st.integers(0, 2**32), st.booleans())
def test_moments_are_a_period_apart_whatever_was_seen(after_ns: int, number: int, young: bool) -> None:
    opened_ns = 0 if not young else after_ns
    first = next_point_ns(after_ns, number, opened_ns, None)
    second = next_point_ns(first, number, opened_ns if not young else first, None)
    period_ns = seconds_to_ns(1.0) if after_ns < opened_ns + seconds_to_ns(600.0) else seconds_to_ns(5.0)
    assert 0 < first - after_ns <= period_ns
    assert second - first in (seconds_to_ns(1.0), seconds_to_ns(5.0))


def test_a_path_goes_on_unmarked_after_its_track_was_last_seen() -> None:
    """One look, then nothing: points go on once a second in free flight, and end at the ground."""
    kr = Node("kr")
    kr.say(at(10.0), estimate(10.0, impact=point(41.0, 139.0, 400.0)), track(10.0, up_m_s=200.0))
    points: list[Path] = []
    while (due_ns := kr.pipeline.due().exercise_ns) is not None and due_ns < at(460.0).exercise_ns:
        moment = Now(due_ns, due_ns)
        points += [one for one in kr.step(moment, Tick()) if isinstance(one, Path)]
    spacing = set(np.diff([one.time_ns for one in points]).tolist())
    assert spacing == {seconds_to_ns(1.0)}
    assert len(points) > 200 and points[-1].altitude_m < 3_000.0
    course = course_of(track(10.0, up_m_s=200.0))
    straight = carried_on(course, points[100].time_ns)
    assert abs(straight.altitude_m - points[100].altitude_m) < 1.0, "step by step is the same as in one go"


def test_an_object_seen_to_its_end_is_told_as_over_no_sooner_than_one_that_was_not() -> None:
    kr = Node("kr")
    kr.say(at(10.0), estimate(10.0, impact=point(41.0, 139.0, 100.0)), track(10.0, up_m_s=-900.0, altitude_m=9e3))
    said = kr.say(at(99.0), track(99.0, up_m_s=-900.0, status=TrackStatus.ENDED, altitude_m=100.0))
    assert not [one for one in said if isinstance(one, Warning)]
    over = [one for one in kr.tick(at(106.0)) if isinstance(one, Warning)]
    assert [one.status for one in over] == [WarningStatus.IMPACTED]
