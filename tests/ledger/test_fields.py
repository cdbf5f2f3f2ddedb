"""Values with their units, and times in the reporter's own offset."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bongsu.base.errors import BadValue
from bongsu.base.time import parse_time
from bongsu.ledger.fields import FIELDS, field_named, read_day, read_time, read_value, told, write_time
from bongsu.model.claim import Bound, Claim


@given(st.integers(0, 4_000_000_000), st.sampled_from(["Z", "+09:00", "+08:30", "-10:00", "+00:00"]))
def test_a_time_comes_back_in_its_own_offset(second: int, zone: str) -> None:
    text = write_time(second * 10**9, zone)
    assert read_time(text) == (second * 10**9, zone)


def test_times_to_the_minute_and_days() -> None:
    assert read_time("2023-07-12T09:59+09:00") == (parse_time("2023-07-12T00:59:00Z"), "+09:00")
    assert read_day("") is None and read_day("2023-07-12") == parse_time("2023-07-12T00:00:00Z")
    assert write_time(parse_time("2018-01-13T18:07:00Z"), "-10:00") == "2018-01-13T08:07:00-10:00"


@pytest.mark.parametrize(
    ("name", "text", "unit", "precision", "value", "half"),
    [
        ("apogee", "6648.4", "km", "0.05", 6_648_400.0, 50.0),
        ("flight", "74", "min", "0.5", 4_440.0, 30.0),
        ("flight", "4491", "s", "", 4_491.0, None),
        ("bearing", "90", "deg", "0.5", math.pi / 2, math.radians(0.5)),
        ("site_longitude", "-170", "deg", "", math.radians(-170), None),
        ("name", "Hwasong-18", "", "", "Hwasong-18", None),
    ],
)
def test_values_are_read_in_their_unit(
    name: str, text: str, unit: str, precision: str, value: float | str, half: float | None
) -> None:
    read = read_value(FIELDS[name], text, unit, precision)
    assert read.value == (value if isinstance(value, str) else pytest.approx(value))
    assert read.precision == (None if half is None else pytest.approx(half))


@pytest.mark.parametrize(
    ("name", "text", "unit"),
    [
        ("apogee", "10", ""),
        ("apogee", "nan", "km"),
        ("flight", "0", "s"),
        ("bearing", "400", "deg"),
        ("site_latitude", "91", "deg"),
        ("name", " ", ""),
        ("launch_time", "2023-07-12T09:59", "time"),
    ],
)
def test_impossible_values_are_refused(name: str, text: str, unit: str) -> None:
    with pytest.raises(BadValue):
        read_value(field_named(name), text, unit, "")


@pytest.mark.parametrize(
    ("field", "value", "bound", "words"),
    [
        ("range_m", 500_000.0, Bound.AT_LEAST, "at least 500 km"),
        ("apogee_m", 3_000_000.0, Bound.AT_MOST, "at most 3000 km"),
        ("flight_s", 4_440.0, Bound.ABOUT, "about 4440 s"),
        ("bearing_rad", math.radians(62), Bound.EXACT, "62 deg"),
        ("outcome", "in orbit", Bound.EXACT, "in orbit"),
        ("of_later_versions", 7, Bound.EXACT, "7"),
    ],
)
def test_how_a_claim_is_told(field: str, value: float | str, bound: Bound, words: str) -> None:
    assert told(Claim("c", "L", "r", field, value, bound, "here", 0)) == words
