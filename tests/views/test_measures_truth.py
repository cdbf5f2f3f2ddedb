"""Which launch is whose: errors against the truth, and the assignment of warnings to truths."""

import math

import pytest

from bongsu.views.folded import event_subject, fold, subjects
from bongsu.views.truth import assign, d2_of, error_m, nearest
from tests.views.builders import Record, at_ns, estimate, event, point, truth, warning

FIRST = truth("first", (39.0, 126.0), (42.0, 137.0))
SECOND = truth("second", (39.1, 126.1), (40.0, 132.0), launch_s=20.0)


def test_an_error_has_length_and_direction() -> None:
    distance_m, east_m, north_m = error_m(point(39.0, 126.0, 0.0), (math.radians(39.1), math.radians(126.0)))
    assert distance_m == pytest.approx(11_100, rel=0.01)
    assert east_m == pytest.approx(0.0, abs=1.0)
    assert north_m == pytest.approx(11_100, rel=0.01)


def test_d2_is_in_sigmas_of_the_ellipse() -> None:
    place = math.radians(39.0 + 5_000.0 / 111_020.0), math.radians(126.0)
    assert d2_of(point(39.0, 126.0, 0.0), place) == pytest.approx(5.991, rel=0.02)
    assert d2_of(point(39.0, 126.0, 0.0, None), place) is None


def test_an_estimate_is_of_the_nearest_launch_in_time_and_place() -> None:
    assert nearest(estimate(30.0, point(39.05, 126.05, 1.0)), [FIRST, SECOND]) == "first"
    assert nearest(estimate(30.0, point(39.05, 126.05, 19.0)), [FIRST, SECOND]) == "second"


@pytest.mark.parametrize("launch", [point(30.0, 126.0, 0.0), point(39.0, 126.0, 400.0)])
def test_an_estimate_far_from_every_launch_is_of_none(launch: object) -> None:
    assert nearest(estimate(30.0, launch), [FIRST, SECOND]) is None  # type: ignore[arg-type]


def test_two_warnings_of_one_nation_are_of_two_launches_where_they_can_be() -> None:
    told = {"kr-E1": estimate(30.0, point(39.0, 126.0, 2.0)), "kr-E2": estimate(40.0, point(39.05, 126.0, 8.0))}
    assert assign(told, [FIRST, SECOND]) == {"kr-E1": "first", "kr-E2": "second"}


def test_a_third_warning_is_counted_with_the_launch_that_it_fits_best() -> None:
    told = {
        "kr-E1": estimate(30.0, point(39.0, 126.0, 0.0)),
        "kr-E2": estimate(40.0, point(39.1, 126.1, 20.0)),
        "kr-E3": estimate(40.0, point(39.02, 126.0, 1.0)),
    }
    assert assign(told, [FIRST, SECOND])["kr-E3"] == "first"


def test_the_impact_tells_two_launches_of_one_place_and_time_apart() -> None:
    twin = truth("twin", (39.0, 126.0), (40.0, 132.0))
    assert nearest(estimate(300.0, point(39.0, 126.0, 0.0), point(40.0, 132.0, 600.0)), [FIRST, twin]) == "twin"
    assert nearest(estimate(300.0, point(39.0, 126.0, 0.0), point(42.0, 137.0, 600.0)), [FIRST, twin]) == "first"


def test_an_event_is_of_the_launch_that_most_of_its_statements_are_of() -> None:
    kr, jp = Record("kr"), Record("jp")
    kr.add(warning("kr-E1", told=estimate(30.0, point(39.0, 126.0, 0.0))), 30.0)
    jp.add(warning("jp-E1", told=estimate(60.0, point(39.1, 126.1, 20.0))), 60.0)
    known = subjects([fold("kr", kr.items), fold("jp", jp.items)], [FIRST, SECOND])
    assert known == {("kr", "kr-E1"): "first", ("jp", "jp-E1"): "second"}
    assert event_subject(event("kr-V1", 70.0, ("kr", warning("kr-E1"))), known) == "first"
    assert event_subject(event("kr-V2", 70.0, ("us", warning("us-E9"))), known) is None


def test_positions_of_the_truth_lie_on_its_path() -> None:
    import numpy as np

    found = FIRST.positions(np.array([at_ns(0.0), at_ns(600.0)]))
    assert np.allclose(found, FIRST.path_ecef_m[[0, -1]])
