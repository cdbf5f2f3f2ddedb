"""SIAP measures against the truth and between partners: each able to say that a picture is poor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bongsu.geo.frames import ecef_to_geodetic
from bongsu.model.warning import Path, WarningStatus
from bongsu.views import measures_siap
from bongsu.views.folded import Folded, fold
from tests.views.builders import Record, at_ns, event, truth, warning

TRUTH = truth("one", flight_s=600.0)
KNOWN = {("kr", "kr-E1"): "one", ("us", "us-E1"): "one"}


def path(name: str, seconds: float, above_m: float = 0.0) -> Path:
    place = TRUTH.positions(np.array([at_ns(seconds)]))[0]
    latitude_rad, longitude_rad, altitude_m = ecef_to_geodetic(np.ascontiguousarray(place))
    return Path(
        warning=name,
        time_ns=at_ns(seconds),
        latitude_rad=latitude_rad,
        longitude_rad=longitude_rad,
        altitude_m=altitude_m + above_m,
    )


def node(name: str, *events: tuple[float, Any], paths: tuple[Path, ...] = (), said: tuple[Any, ...] = ()) -> Folded:
    record = Record(name)
    for seconds, origin, one in said:
        record.add(one, seconds, origin=origin)
    for seconds, one in events:
        record.add(one, seconds)
    for one in paths:
        record.add(one, 0.0, origin=one.warning[:2])
    return fold(name, record.items)


def measured(*folds: Folded) -> dict[str, Any]:
    return measures_siap.siap(folds, [TRUTH], KNOWN)  # type: ignore[return-value]


def test_half_of_the_flight_held_is_half_complete() -> None:
    told = measured(node("kr", (300.0, event("kr-V1", 300.0, ("kr", warning("kr-E1"))))))["nodes"]["kr"]
    assert told["completeness"] == 1.0
    assert told["time_completeness"] == pytest.approx(0.5, abs=0.01)
    assert (told["continuity"], told["id_changes"]) == (1.0, 0.0)


def test_an_object_that_changes_its_event_is_not_continuous() -> None:
    first = event("kr-V1", 0.0, ("kr", warning("kr-E1")))
    ended = event("kr-V1", 300.0, version=2)
    second = event("kr-V2", 300.0, ("us", warning("us-E1")))
    told = measured(node("kr", (0.0, first), (300.0, ended), (300.0, second)))["nodes"]["kr"]
    assert told["id_changes"] == 1.0
    assert told["continuity"] == pytest.approx(0.5, abs=0.01)
    assert told["ambiguity"] == 1.0


def test_two_events_of_one_launch_are_ambiguous_while_both_stand() -> None:
    first = event("kr-V1", 0.0, ("kr", warning("kr-E1")))
    second = event("kr-V2", 300.0, ("us", warning("us-E1")))
    told = measured(node("kr", (0.0, first), (300.0, second)))["nodes"]["kr"]
    assert told["ambiguity"] == 2.0
    assert told["time_ambiguity"] == pytest.approx(1.5, abs=0.01)


def test_an_event_of_nothing_counts_in_seconds() -> None:
    ghost = event("kr-V9", 100.0, ("kr", warning("kr-E9")))
    gone = event("kr-V9", 160.0, version=2)
    told = measured(node("kr", (100.0, ghost), (160.0, gone)))["nodes"]["kr"]
    assert told["spurious_s"] == 60.0


def test_the_error_of_a_path_is_its_distance_from_the_true_flight() -> None:
    own = tuple(path("kr-E1", seconds, 300.0) for seconds in range(100, 500, 10))
    told = measured(node("kr", paths=own))["nodes"]["kr"]
    assert told["position_error_m"] == pytest.approx(300.0, abs=1.0)
    assert told["velocity_error_m_s"] is None, "no velocity was told"


def test_partners_that_see_the_same_agree() -> None:
    one = node("kr", (0.0, event("kr-V1", 0.0, ("kr", warning("kr-E1")))), said=((30.0, "kr", warning("kr-E1")),))
    heard = ((30.5, "kr", warning("kr-E1")),)
    other = node("us", (0.0, event("us-V1", 0.0, ("kr", warning("kr-E1")), node="us")), said=heard)
    told = measured(one, other)["partners"]["kr-us"]
    assert (told["common"], told["time_common"], told["status_agree"]) == (1.0, 1.0, 1.0)
    assert told["lag_s"] == {"p50": 0.5, "max": 0.5}


def test_partners_that_differ_do_not() -> None:
    one = node("kr", (0.0, event("kr-V1", 0.0, ("kr", warning("kr-E1", 2, WarningStatus.RETRACTED)))))
    other = node("us", (300.0, event("us-V1", 300.0, ("kr", warning("kr-E1")), node="us")))
    told = measured(one, other)["partners"]["kr-us"]
    assert told["time_common"] == pytest.approx(0.5, abs=0.01)
    assert told["status_agree"] == 0.0
    assert told["position_apart_m"] is None


def test_own_paths_are_compared_at_the_same_moment() -> None:
    mine = tuple(path("kr-E1", seconds) for seconds in range(100, 500, 10))
    theirs = tuple(path("us-E1", seconds, 120.0) for seconds in range(100, 500, 10))
    told = measured(node("kr", paths=mine), node("us", paths=theirs))["partners"]["kr-us"]
    assert told["position_apart_m"] == pytest.approx(120.0, abs=1.0)
