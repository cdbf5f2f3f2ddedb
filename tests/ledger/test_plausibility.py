"""The findings: what must be flagged is, and nothing else."""

from __future__ import annotations

import pytest

from bongsu.base.time import parse_time
from bongsu.ledger import packaged
from bongsu.ledger.book import Book
from bongsu.ledger.launches import Kind, Launch
from bongsu.ledger.plausibility import Findings, apart, check, half_days, interval, least_drag_free, orbits
from bongsu.model.claim import Bound, Claim
from tests.ledger.test_packaged import TABLE

# Independent figures: the drag-free ellipse over the rotating Earth, computed apart from this code.
DRAG_FREE_S = {
    "2017-05-13-1": 1686,
    "2017-07-28-1": 2605,
    "2017-08-28-1": 825,
    "2017-11-28-1": 3040,
    "2022-03-24-1": 4111,
    "2022-11-18-1": 3979,
    "2023-02-18-1": 3813,
    "2023-07-12-1": 4355,
    "2023-12-17-1": 4273,
}


@pytest.fixture(scope="module")
def found() -> Findings:
    book = packaged.book()
    return check(book, book.all_launches())


def test_the_drag_free_check_flags_one_time_and_no_other(found: Findings) -> None:
    (flag,) = [one for one in found.flags if one.check == "drag-free"]
    assert (flag.launch, flag.claims[0]) == ("2022-03-24-1", "2022-03-24-1/kcna/flight")
    assert flag.figures["reported_s"] == 4052
    assert flag.figures["drag_free_s"] == pytest.approx(4111, abs=3)
    assert "4052 s is below 4110 s" in flag.computation and "6248.5 km" in flag.computation
    checked = set(TABLE) - {one.launch for one in found.skipped}
    assert checked == set(TABLE)


def test_the_drag_free_times_are_those_of_the_table() -> None:
    book = packaged.book()
    for name, expected_s in DRAG_FREE_S.items():
        exact = [one for one in book.claims(name, "flight_s") if one.reporter == "kcna"] or book.claims(
            name, "flight_s"
        )
        least = least_drag_free(book, book.launch(name), exact[0])
        assert not hasattr(least, "reason")
        assert least.seconds == pytest.approx(expected_s, abs=3 if exact[0].reporter == "kcna" else 12), name


def test_the_reporters_check_flags_the_flights_that_differ_by_more_than_rounding(found: Findings) -> None:
    flagged = {one.launch: one.figures["difference_s"] for one in found.flags if one.check == "reporters"}
    assert flagged == {
        "2017-07-28-1": 132,
        "2022-03-24-1": 208,
        "2023-02-18-1": 55,
        "2023-07-12-1": 51,
        "2023-12-17-1": 35,
    }
    assert all("rounding explains 30.5 s" in one.computation for one in found.flags if one.check == "reporters")
    noted = {one.launch for one in found.flags if "cut off" in one.computation}
    assert noted == {"2023-02-18-1", "2023-07-12-1", "2023-12-17-1"}


def test_figures_apart_are_told_with_their_difference(found: Findings) -> None:
    told = [(one.launch, one.claims) for one in found.flags if one.check == "figures"]
    assert ("2022-11-18-1", ("2022-11-18-1/korea/apogee", "2022-11-18-1/kcna/apogee")) in told


def test_what_cannot_be_checked_is_said(found: Findings) -> None:
    assert {one.launch for one in found.skipped} == {"2023-06-15-1", "2023-06-15-2"}
    assert "no site and no bearing" in found.skipped[0].reason


def claim(
    reporter: str, field: str, value: float | int, bound: Bound = Bound.EXACT, precision: float | None = 0.5
) -> Claim:
    name = f"{reporter}/{field}"
    return Claim(name, "L", reporter, field, value, bound, "here", 0, precision=precision)  # type: ignore[misc]


def book_of(kind: Kind, *claims: Claim) -> tuple[Book, Launch]:
    launch = Launch("L", kind, "a launch")
    return Book([launch, *claims]), launch


def time_of(reporter: str, text: str) -> Claim:
    return claim(reporter, "launch_time_ns", parse_time(text), precision=30e9)


def test_a_slip_of_half_a_day() -> None:
    book, launch = book_of(Kind.BALLISTIC, time_of("a", "2017-07-04T00:40:00Z"), time_of("b", "2017-07-04T12:40:00Z"))
    (flag,) = half_days(book, launch)
    assert flag.check == "slip-12h" and flag.figures == {"apart_s": 43_200} and "12.00 h apart" in flag.computation
    assert apart(book, launch) == []


def test_a_local_date_with_universal_time() -> None:
    book, launch = book_of(Kind.BALLISTIC, time_of("a", "2017-05-13T20:28:00Z"), time_of("b", "2017-05-14T20:28:00Z"))
    (flag,) = half_days(book, launch)
    assert flag.check == "local-date" and "joins the local date" in flag.computation


def test_times_an_hour_apart_are_neither() -> None:
    book, launch = book_of(Kind.BALLISTIC, time_of("a", "2017-05-13T20:28:00Z"), time_of("b", "2017-05-13T21:28:00Z"))
    assert half_days(book, launch) == []
    assert [one.check for one in apart(book, launch)] == ["figures"]


def test_the_height_of_an_orbit_is_no_apogee_of_a_fall() -> None:
    book, launch = book_of(Kind.SATELLITE, claim("set", "apogee_m", 581_000.0))
    (flag,) = orbits(book, launch)
    assert flag.check == "orbit" and flag.figures["circular_speed_m_s"] == pytest.approx(7571, abs=2)
    assert "96 min" in flag.computation
    assert orbits(*book_of(Kind.BALLISTIC, claim("set", "apogee_m", 581_000.0))) == []


@pytest.mark.parametrize(
    ("one", "other", "flagged"),
    [
        ((1000.0, Bound.EXACT, 0.5), (1001.0, Bound.EXACT, 0.5), False),
        ((1000.0, Bound.EXACT, 0.5), (1001.1, Bound.EXACT, 0.5), True),
        ((1000.0, Bound.ABOUT, 50.0), (500.0, Bound.AT_LEAST, 5.0), False),
        ((400.0, Bound.ABOUT, 50.0), (500.0, Bound.AT_LEAST, 5.0), True),
        ((600.0, Bound.EXACT, 5.0), (500.0, Bound.AT_MOST, 5.0), True),
        ((600.0, Bound.EXACT, None), (500.0, Bound.EXACT, 5.0), False),
    ],
)
def test_bounds_and_precision_decide(
    one: tuple[float, Bound, float | None], other: tuple[float, Bound, float | None], flagged: bool
) -> None:
    book, launch = book_of(Kind.BALLISTIC, claim("a", "range_m", *one), claim("b", "range_m", *other))
    assert bool(apart(book, launch)) is flagged


def test_a_reporter_is_not_held_against_himself() -> None:
    first, second = claim("a", "range_m", 100.0), claim("a", "range_m", 900.0)
    book, launch = book_of(
        Kind.BALLISTIC, first, Claim(**{**{n: getattr(second, n) for n in second.__struct_fields__}, "id": "2"})
    )
    assert apart(book, launch) == []


def test_the_interval_of_a_claim() -> None:
    assert interval(claim("a", "range_m", 10.0)) == (9.5, 10.5)
    assert interval(claim("a", "range_m", 10.0, Bound.AT_LEAST)) == (9.5, float("inf"))
    assert interval(claim("a", "range_m", 10.0, Bound.AT_MOST)) == (float("-inf"), 10.5)
    assert interval(claim("a", "range_m", 10.0, precision=None)) is None


def test_a_time_without_any_figures_is_not_judged() -> None:
    book, launch = book_of(Kind.BALLISTIC, claim("a", "flight_s", 10.0))
    found = check(book, [launch])
    assert found.flags == [] and "no apogee and no range" in found.skipped[0].reason
