"""The plots of the ledger: each point a claim, the computed times those of the reconstruction, the mark inside."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from bongsu.ledger import packaged
from bongsu.ledger.book import Book
from bongsu.ledger.launches import Kind
from bongsu.ledger.plausibility import Findings, check
from bongsu.ledger.series import computed, months, told_apart
from bongsu.reports import ledger_charts
from bongsu.reports.ledger_charts import MARK, _places, charts


@pytest.fixture(scope="module")
def found() -> Findings:
    book = packaged.book()
    return check(book, book.all_launches())


def test_four_marked_plots(found: Findings) -> None:
    drawn = charts(packaged.book(), found)
    assert list(drawn) == ["launches-per-month", "apogee-against-range", "flight-times", "reporters-differences"]
    for picture in drawn.values():
        assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"
        assert MARK in picture


def test_launches_of_each_month() -> None:
    counted = months(packaged.book())
    assert counted["2023-06"] == {Kind.MANOEUVRING: 2}
    assert counted["2023-11"] == {Kind.SATELLITE: 1}
    assert "2018-01" not in counted
    assert list(counted) == sorted(counted)


def test_computed_times_stand_beside_the_reported_ones() -> None:
    rows = {(row.launch, row.reporter): row for row in computed(packaged.book())}
    assert len({launch for launch, _ in rows}) == 10
    impossible = [key for key, row in rows.items() if row.reported_s < row.drag_free_s]
    assert impossible == [("2022-03-24-1", "kcna")]
    lofted = rows["2023-07-12-1", "kcna"]
    assert lofted.drag_free_s == pytest.approx(4355, abs=3)
    assert lofted.flight_s - lofted.drag_free_s == pytest.approx(150, abs=60)


def test_months_that_are_left_out_leave_a_gap() -> None:
    steps = _places(["2022-11", "2022-12", "2023-01", "2023-03"])
    assert steps[1] - steps[0] == steps[2] - steps[1] < steps[3] - steps[2]


def test_every_two_reporters_are_drawn_and_those_beyond_rounding_are_marked(found: Findings) -> None:
    rows = told_apart(packaged.book(), found)
    assert [row.launch for row in rows if row.flagged] == [
        "2017-07-28-1",
        "2022-03-24-1",
        "2023-02-18-1",
        "2023-07-12-1",
        "2023-12-17-1",
    ]
    for row in rows:
        assert row.flagged == (row.difference_s > row.allowed_s), row
    assert any(row.launch == "2022-11-18-1" and not row.flagged for row in rows)


def test_many_pairs_of_reporters_have_room_for_their_words(found: Findings, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = told_apart(packaged.book(), found) * 5
    monkeypatch.setattr(ledger_charts, "told_apart", lambda *_: pairs)
    picture = ET.fromstring(charts(packaged.book(), found)["reporters-differences"])
    assert float(str(picture.get("height")).removesuffix("pt")) / 72.0 > 0.25 * len(pairs)


def test_an_empty_ledger_draws_empty_plots() -> None:
    assert len(charts(Book(), Findings([], []))) == 4
