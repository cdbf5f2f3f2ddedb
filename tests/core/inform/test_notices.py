"""Notices to ships and aircraft: where, when, in whose words, and how they end."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bongsu.base.limits_alerts import NOTICE_BEFORE_S, NOTICE_LEAST_S, NOTICE_WIDEST_M
from bongsu.core.inform.notices import _box
from bongsu.geo.ellipses import Ellipse, contains
from bongsu.geo.frames import great_circle
from bongsu.model.command import Command
from bongsu.model.message import Release
from bongsu.model.mode import Mode
from bongsu.model.sea_notice import SeaNotice
from bongsu.wire.cap12_rules import STATUSES
from bongsu.words import notice_text
from tests.core.harness import at, estimate, point
from tests.core.inform.alert_world import AOMORI, NEAR_SEA, World

OCEAN = point(38.0, 175.0, 1300.0, 30_000.0)


def notices(world: World) -> list[SeaNotice]:
    return [item.body for item in world.node.items if isinstance(item.body, SeaNotice)]


def predicted(impact: Any, seconds: float = 100.0, world: World | None = None) -> World:
    world = world or World()
    world.node.say(at(seconds), estimate(seconds, impact=impact))
    world.node.tick(at(seconds))
    return world


def test_an_impact_at_sea_is_drafted_for_the_coordinator_in_three_languages() -> None:
    world = predicted(OCEAN)
    (notice,) = notices(world)
    assert (notice.status, notice.version, notice.to["en"]) == ("draft", 1, "NAVAREA XI")
    assert set(notice.texts) == {"en", "ko", "ja"} and set(notice.forms) == {"navarea", "notam"}
    exercise = world.node.configuration.exercise
    for text in (*notice.texts.values(), *notice.forms.values()):
        assert all(exercise in line for line in text.splitlines()), "each paragraph is marked"
    assert notice.from_ns <= at(1300 - NOTICE_BEFORE_S).exercise_ns < at(1300).exercise_ns < notice.until_ns
    released = [
        item.body for item in world.node.items if isinstance(item.body, Release) and item.body.kind == "sea_notice"
    ]
    assert [one.recipient for one in released] == ["authorities", "file"]
    assert json.loads(released[0].body)["texts"] == notice.texts


def test_an_impact_on_land_needs_no_notice_and_one_by_the_coast_needs_both() -> None:
    assert not notices(predicted(point(43.5, 142.8, 600.0, 8_000.0)))
    world = World()
    world.predict(100, AOMORI)
    assert world.draft().kind == "impact"
    assert len(notices(predicted(NEAR_SEA))) == 1


def test_a_word_that_changes_little_makes_no_version_and_one_that_moves_the_area_waits_for_the_reader() -> None:
    world = predicted(OCEAN)
    predicted(point(38.02, 175.02, 1301.0, 28_000.0), 140, world)
    assert len(notices(world)) == 1
    predicted(point(39.5, 175.0, 1300.0, 30_000.0), 150, world)
    assert [one.version for one in notices(world)] == [1, 2]
    predicted(point(41.0, 175.0, 1300.0, 30_000.0), 150 + NOTICE_LEAST_S - 1, world)
    assert len(notices(world)) == 2
    world.node.tick(at(150 + NOTICE_LEAST_S))
    assert [one.version for one in notices(world)] == [1, 2, 3]


def test_a_vague_or_timeless_word_closes_no_sea() -> None:
    assert not notices(predicted(point(38.0, 175.0, 1300.0, NOTICE_WIDEST_M + 1.0)))
    assert _box(point(38.0, 175.0, 1300.0)) is not None
    assert not notices(predicted(OCEAN, 5000.0)), "the danger is over before it is said"


def test_it_ends_by_a_message_when_the_danger_is_over() -> None:
    world = predicted(OCEAN)
    until_s = (notices(world)[0].until_ns - at(0).exercise_ns) / 1e9
    world.node.tick(at(until_s - 1))
    assert len(notices(world)) == 1
    world.node.tick(at(until_s))
    ended = notices(world)[-1]
    assert (ended.status, ended.reason, ended.version) == ("cancelled", "over", 2)
    world.node.tick(at(until_s + 100))
    assert len(notices(world)) == 2


def test_a_withdrawn_warning_cancels_it_in_the_same_step_and_lastingly() -> None:
    world = predicted(OCEAN)
    command = Command(command="c", kind="retract", actor="An Officer", role="watch", about="jp-V1")
    given = world.node.step(at(130), command)
    (ended,) = [one for one in given if isinstance(one, SeaNotice)]
    assert (ended.status, ended.reason) == ("cancelled", "withdrawn")
    assert "CANCELLED" in ended.texts["en"] and "CANCEL" in ended.forms["navarea"]


def test_one_that_moves_to_land_is_cancelled_and_may_come_back() -> None:
    world = predicted(OCEAN)
    predicted(point(43.5, 142.8, 600.0, 8_000.0), 140, world)
    assert (notices(world)[-1].status, notices(world)[-1].reason) == ("cancelled", "not_at_sea")
    predicted(OCEAN, 180, world)
    assert notices(world)[-1].status == "draft"


@pytest.mark.parametrize("mode", Mode)
def test_modes_without_documents_have_no_notices_and_only_real_is_unmarked(mode: Mode) -> None:
    found = notices(predicted(OCEAN, world=World(mode)))
    assert bool(found) == (mode in STATUSES)
    if found:
        assert found[0].texts["en"].startswith({Mode.REAL: "To ", Mode.EXERCISE: "EXERCISE", Mode.TEST: "TEST"}[mode])


def test_it_survives_a_restart() -> None:
    world = predicted(OCEAN)
    world.node.restart()
    world.node.tick(at(10_000))
    assert [one.status for one in notices(world)] == ["draft", "cancelled"]


@given(
    st.floats(-60, 60), st.floats(-179.9, 179.9), st.floats(1_000, 200_000), st.floats(0.1, 1.0), st.floats(0, math.pi)
)
def test_the_box_holds_the_ellipse_round_the_globe(
    latitude_deg: float, longitude_deg: float, major_m: float, ratio: float, bearing_rad: float
) -> None:
    impact = point(latitude_deg, longitude_deg, 600.0, major_m)
    box = _box(impact)
    assert box is not None and box.holds(box)
    corners = box.corners_rad()
    assert all(-math.pi <= longitude_rad <= math.pi for _, longitude_rad in corners)
    ellipse = Ellipse(major_m, major_m / 2, 0.5)
    for latitude_rad, longitude_rad in corners:
        distance_m, bearing = great_circle(impact.latitude_rad, impact.longitude_rad, latitude_rad, longitude_rad)
        assert not contains(ellipse, distance_m * math.sin(bearing), distance_m * math.cos(bearing))


def test_coordinates_and_times_as_ships_and_airmen_write_them() -> None:
    corner = (math.radians(-38.2066), math.radians(-171.99999))
    assert notice_text.minutes_text([corner]) == "38-12.4S 172-00.0W"
    facts = notice_text.NoticeFacts(
        notice="jp-V1-N", version=1, to={"en": "NAVAREA XI"}, corners_rad=(corner,), launched_ns=None,
        from_ns=at(0).exercise_ns, until_ns=at(60).exercise_ns, mode=Mode.REAL, exercise="",
    )  # fmt: skip
    assert "381224S1720000W" in notice_text.forms(facts)["notam"]
