"""Scripted control in virtual time: pause, postpone, jump, HOLD, ENDEX."""

from __future__ import annotations

from pathlib import Path

import pytest

from bongsu.base.units import seconds_to_ns
from tests.drill.quiet import items, play, scenario

CUT = """
[[injects]]
inject = "link_cut"
node = "kr"
at_s = 50.0
until_s = 60.0
"""
PAUSE = """
[[control]]
do = "pause"
at_s = 20.0
for_s = 37.0
"""

S = seconds_to_ns(1.0)


def downs(folder: Path) -> list[tuple[int, int]]:
    """Exercise and link time of each word on the hub at kr's node."""
    start_ns = scenario().start_ns
    return [
        (item.head.receipt_ns - start_ns, item.head.link_ns - start_ns)
        for item in items(folder, "kr", "health")
        if item.body.part == "hub"
    ]


def test_a_pause_of_37_s_shifts_every_later_inject_by_exactly_that(tmp_path: Path) -> None:
    play(tmp_path / "plain", CUT)
    play(tmp_path / "paused", CUT + PAUSE)
    plain, paused = downs(tmp_path / "plain"), downs(tmp_path / "paused")
    assert [exercise for exercise, _ in plain] == [50 * S, 60 * S]
    assert [(exercise, link - 37 * S) for exercise, link in paused] == plain


def test_two_pauses_add_up_and_an_earlier_inject_does_not_move(tmp_path: Path) -> None:
    play(tmp_path, CUT + PAUSE + PAUSE.replace("20.0", "55.0"))
    assert downs(tmp_path) == [(50 * S, 87 * S), (60 * S, 134 * S)]


def test_links_stay_fresh_while_exercise_time_stands(tmp_path: Path) -> None:
    play(tmp_path, PAUSE)
    states = [(item.head.link_ns, item.body.state) for item in items(tmp_path, "us", "freshness")]
    assert [state for _, state in states][1:] == [], f"nothing but the first word: {states}"
    orders = [(item.body.order, item.head.receipt_ns) for item in items(tmp_path, "us", "exercise_order")]
    begun_ns = scenario().time_ns(20.0)
    assert orders == [("pause", begun_ns), ("resume", begun_ns)]


def test_postponing_keeps_the_spacing_of_what_is_still_to_come(tmp_path: Path) -> None:
    late = '[[control]]\ndo = "postpone"\nat_s = 20.0\nby_s = 15.0\n'
    drill = play(tmp_path, CUT + late)
    assert [exercise for exercise, _ in downs(tmp_path)] == [65 * S, 75 * S]
    assert drill.program.scenario.duration_s == pytest.approx(115.0)


def test_what_has_begun_is_not_postponed() -> None:
    from bongsu.base.errors import BadInput
    from bongsu.drill.program import Program

    written = scenario(CUT)
    program = Program(written, {})
    with pytest.raises(BadInput, match="link_cut that has begun cannot be postponed"):
        program.postpone(written.time_ns(55.0), 10.0)
    program.postpone(written.time_ns(60.0), 10.0)
    assert program.scenario.injects == written.injects, "what is over stays where it was"


def test_a_jump_does_at_once_what_lies_between(tmp_path: Path) -> None:
    play(tmp_path, CUT + '[[control]]\ndo = "jump"\nat_s = 20.0\nto_s = 90.0\n')
    assert [link for _, link in downs(tmp_path)] == [20 * S, 20 * S]
    assert {exercise for exercise, _ in downs(tmp_path)} == {90 * S}


def test_hold_stands_still_and_endex_ends(tmp_path: Path) -> None:
    text = '[[control]]\ndo = "hold"\nat_s = 20.0\nfor_s = 10.0\n[[control]]\ndo = "endex"\nat_s = 40.0\n'
    play(tmp_path, CUT + text)
    assert downs(tmp_path) == [], "the cut at 50 s never comes"
    orders = [item.body.order for item in items(tmp_path, "kr", "exercise_order")]
    assert orders == ["hold", "resume"]


def test_the_same_seed_gives_the_same_records_whatever_control_does(tmp_path: Path) -> None:
    from bongsu.drill import records

    more = CUT + PAUSE
    digests = []
    for name in ("a", "b"):
        play(tmp_path / name, more)
        digests.append(records.digest(tmp_path / name, ("kr", "us")))
    assert digests[0] == digests[1]
