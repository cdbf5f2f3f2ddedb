"""The plots of the ledger: each point a claim, the computed times those of the reconstruction, the mark inside."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from bongsu.ledger import packaged
from bongsu.ledger.book import Book
from bongsu.ledger.launches import Kind
from bongsu.ledger.plausibility import Findings, check
from bongsu.reports.ledger_charts import MARK, charts, computed, months


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


def test_an_empty_ledger_draws_empty_plots() -> None:
    assert len(charts(Book(), Findings([], []))) == 4
