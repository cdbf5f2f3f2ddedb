"""Ways of objects: whole in shape, bounded in memory."""

from __future__ import annotations

from msgspec.structs import replace

from bongsu.base.limits import PICTURE_PATH_POINTS_COUNT, PICTURE_PATHS_COUNT
from bongsu.views.trails import RECENT_COUNT, Trails
from tests.views.items import at, path


def test_a_long_way_is_thinned_but_keeps_its_start_and_its_newest() -> None:
    trails = Trails()
    for second in range(4_491):
        assert trails.add("kr", path(second))
    view = trails.views()["kr.kr-E1"]
    assert len(view.points) <= PICTURE_PATH_POINTS_COUNT
    assert view.points[0].time_ns == at(0)
    assert [point.time_ns for point in view.points[-RECENT_COUNT:]] == [
        at(s) for s in range(4_491 - RECENT_COUNT, 4_491)
    ]
    times = [point.time_ns for point in view.points]
    assert times == sorted(times)


def test_a_late_point_is_left_out() -> None:
    trails = Trails()
    assert trails.add("us", path(10, "us"))
    before = trails.views()["us.us-E1"]
    assert not trails.add("us", path(10, "us"))
    assert not trails.add("us", path(9, "us"))
    assert trails.views()["us.us-E1"] is before


def test_two_originators_with_the_same_name_are_apart() -> None:
    trails = Trails()
    trails.add("us", path(10, "kr"))
    trails.add("kr", path(9, "kr"))
    assert sorted(trails.views()) == ["kr.kr-E1", "us.kr-E1"]


def test_the_longest_silent_way_leaves_first() -> None:
    trails = Trails()
    for number in range(PICTURE_PATHS_COUNT + 2):
        trails.add("kr", replace(path(number), warning=f"kr-E{number}"))
    names = list(trails.views())
    assert len(names) == PICTURE_PATHS_COUNT
    assert names[0] == "kr.kr-E2"
