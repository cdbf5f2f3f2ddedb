"""What differs is named; what agrees within rounding and uncertainty is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bongsu.model.estimate import Estimate
from bongsu.model.warning import WarningStatus
from bongsu.views.difference import differences
from tests.views.items import assessment, estimate


def fields(one: Estimate, other: Estimate) -> list[str]:
    return [
        found.field for found in differences([assessment("kr", conclusion=one), assessment("us", conclusion=other)])
    ]


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (estimate(), []),
        (estimate(range_km=1_015.0), []),
        (estimate(range_km=1_060.0), ["range_m"]),
        (estimate(range_km=500.0), ["range_m"]),
        (estimate(apogee_km=6_300.0), []),
        (estimate(apogee_km=6_000.0), ["apogee_m"]),
        (estimate(impact_s=4_515.0), []),
        (estimate(impact_s=4_440.0), ["impact_time"]),
        (estimate(east_deg=1.0), []),
        (estimate(east_deg=3.0), ["impact_point"]),
    ],
)
def test_named_fields(other: Estimate, named: list[str]) -> None:
    assert fields(estimate(), other) == named


def test_a_retracted_word_differs_by_its_status_and_no_more_by_its_figures() -> None:
    found = differences(
        [assessment("kr"), assessment("us", status=WarningStatus.RETRACTED, conclusion=estimate(range_km=100.0))]
    )
    assert [(one.field, one.values) for one in found] == [("status", (("kr", "initial"), ("us", "retracted")))]


def test_a_superseded_word_no_longer_speaks() -> None:
    old = assessment("us", status=WarningStatus.SUPERSEDED, conclusion=estimate(range_km=100.0))
    assert differences([assessment("kr"), old]) == ()


def test_one_alone_differs_from_nobody() -> None:
    assert differences([assessment("kr")]) == ()
    assert differences([]) == ()


@given(
    st.lists(st.floats(1.0, 15_000.0), min_size=2, max_size=5),
    st.floats(-10.0, 10.0),
)
def test_the_order_of_reporters_changes_nothing_but_the_order(ranges_km: list[float], east_deg: float) -> None:
    said = [
        assessment(f"p{place}", conclusion=estimate(range_km=range_km, east_deg=east_deg * place))
        for place, range_km in enumerate(ranges_km)
    ]
    forward, backward = differences(said), differences(said[::-1])
    assert [one.field for one in forward] == [one.field for one in backward]
    assert [one.spread for one in forward] == pytest.approx([one.spread for one in backward])
    assert [sorted(one.values) for one in forward] == [sorted(one.values) for one in backward]
