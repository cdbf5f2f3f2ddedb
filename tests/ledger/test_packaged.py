"""The ledger that ships: complete, sourced, readable, and cited."""

from __future__ import annotations

import pytest

from bongsu.base.errors import BadInput
from bongsu.base.time import parse_time
from bongsu.ledger import packaged
from bongsu.ledger.alerts import alerted
from bongsu.ledger.fields import told
from bongsu.ledger.launches import Kind
from bongsu.ledger.law import falls_under
from bongsu.ledger.notices import Timing, compare, span
from bongsu.model.claim import Bound

# The table of reported flights: apogee km, range km, and each reporter's time in seconds.
TABLE = {
    "2017-05-13-1": ("2017-05-13T20:28", 2111.5, 787, {"japan": 1800}),
    "2017-07-28-1": ("2017-07-28T14:42", 3724.9, 998, {"kcna": 2832, "japan": 2700}),
    "2017-08-28-1": ("2017-08-28T20:58", 550, 2700, {"japan": 840}),
    "2017-11-28-1": ("2017-11-28T18:18", 4475, 950, {"kcna": 3180, "japan": 3180}),
    "2022-03-24-1": ("2022-03-24T05:33", 6248.5, 1090, {"kcna": 4052, "japan": 4260}),
    "2022-10-03-1": ("2022-10-03T22:22", 970, 4500, {"japan": 1320}),
    "2022-11-18-1": ("2022-11-18T01:14", 6040.9, 999.2, {"kcna": 4135, "japan": 4140}),
    "2023-02-18-1": ("2023-02-18T08:21", 5768.5, 989, {"kcna": 4015, "japan": 3960}),
    "2023-07-12-1": ("2023-07-12T00:59", 6648.4, 1001.2, {"kcna": 4491, "japan": 4440}),
    "2023-12-17-1": ("2023-12-17T23:24", 6518.2, 1002.3, {"kcna": 4415, "japan": 4380}),
}


@pytest.mark.parametrize("name", TABLE)
def test_each_flight_of_the_table_is_there(name: str) -> None:
    time, apogee_km, range_km, flights = TABLE[name]
    book = packaged.book()
    assert book.launch_time_ns(name) == parse_time(f"{time}:00Z")
    assert {claim.reporter: claim.value for claim in book.claims(name, "flight_s")} == flights
    assert apogee_km * 1000 in [claim.value for claim in book.claims(name, "apogee_m")]
    assert range_km * 1000 in [claim.value for claim in book.claims(name, "range_m")]
    assert book.claims(name, "bearing_rad") and book.claims(name, "site_latitude_rad")


def test_every_claim_has_a_source_and_a_described_reporter() -> None:
    book = packaged.book()
    claims = [claim for launch in book.all_launches() for claim in book.claims(launch.id)]
    assert len(claims) > 150
    for claim in claims:
        assert claim.source.startswith("http") or claim.source == packaged.NOT_CHECKED, claim.id
        assert claim.reporter in packaged.reporters(), claim.id
        assert isinstance(claim.value, str) or claim.precision is not None, claim.id
    unchecked = [claim for claim in claims if claim.source == packaged.NOT_CHECKED]
    assert 0 < len(unchecked) < len(claims) / 10


def test_a_correction_is_linked_and_the_first_claim_stays() -> None:
    book = packaged.book()
    first, second = book.claims("2022-11-02-1", "passed_over_japan")
    assert (first.value, second.value, second.corrects) == ("yes", "no", first.id)
    assert book.standing("2022-11-02-1", "passed_over_japan") == [second]
    assert book.correction_of(first) == second


def test_alerts_of_the_cases_are_claims() -> None:
    book = packaged.book()
    minutes = {
        launch.id: [round(one.after_launch_s / 60) for one in found if one.after_launch_s is not None]
        for launch in book.all_launches()
        if (found := alerted(book, launch)) and launch.kind is not Kind.NONE
    }
    assert minutes == {
        "2012-12-12-1": [9],
        "2017-08-28-1": [4],
        "2022-10-03-1": [5, 7],
        "2022-11-02-1": [11],
        "2023-04-12-1": [33],
        "2023-05-30-1": [13],
        "2023-08-23-1": [3],
        "2023-11-21-1": [3],
    }
    (alert,) = book.claims("2018-01-13-hawaii", "alert_time_ns")
    assert alert.zone == "-10:00" and told(alert) == "2018-01-13T08:07:00-10:00"


def test_both_were_right_by_their_own_sensors() -> None:
    korea, japan = sorted(packaged.book().claims("2024-01-14-1", "range_m"), key=lambda claim: -float(claim.value))
    assert (korea.value, korea.bound) == (1_000_000.0, Bound.ABOUT)
    assert (japan.value, japan.bound, told(japan)) == (500_000.0, Bound.AT_LEAST, "at least 500 km")


def test_two_notices_of_one_launch_are_two_claims() -> None:
    book = packaged.book()
    time_ns = book.launch_time_ns("2023-11-21-1")
    assert time_ns is not None
    found = {one.id: compare(one, time_ns) for one in packaged.notices() if one.launch == "2023-11-21-1"}
    assert {name: (one.timing, span(one.off_s)) for name, one in found.items()} == {
        "jcg-2023-11-21": (Timing.EARLY, "77 min"),
        "B4525/23": (Timing.EARLY, "10 h 17 min"),
    }


@pytest.mark.parametrize("name", ["2023-05-30-1", "2023-08-23-1"])
def test_a_launch_may_be_in_one_window_and_before_the_other(name: str) -> None:
    time_ns = packaged.book().launch_time_ns(name)
    assert time_ns is not None
    timings = {one.issuer: compare(one, time_ns).timing for one in packaged.notices() if one.launch == name}
    assert timings == {"Japan Coast Guard": Timing.IN, "Manila": Timing.EARLY}


def test_what_falls_under_which_resolution_by_whose_statement() -> None:
    law, book = packaged.law(), packaged.book()
    found = falls_under(law, book.launch("2023-11-21-1"), "2023-11-21")
    assert {one.id for one in found.statements} == {"sg-22042", "res-1874", "prst-2012-13"}
    assert found.resolutions == ("1718", "1874")
    ballistic = falls_under(law, book.launch("2023-07-12-1"), "2023-07-12")
    assert "us-2023-07-13" in [one.id for one in ballistic.statements]
    assert "2094" in ballistic.resolutions
    assert [one.number for one in law.resolutions] == [
        "1695",
        "1718",
        "1874",
        "2087",
        "2094",
        "2270",
        "2321",
        "2356",
        "2371",
        "2375",
        "2397",
    ]
    assert all(one.source for one in law.statements)


@pytest.mark.parametrize(("kind", "words"), [(Kind.CRUISE, "cruise missile"), (Kind.ARTILLERY, "artillery")])
def test_what_is_not_covered_says_why(kind: Kind, words: str) -> None:
    from bongsu.ledger.launches import Launch

    found = falls_under(packaged.law(), Launch("x", kind, "test"), "2024-01-30")
    assert found.statements == () and found.resolutions == ()
    assert words in found.reason and found.by and found.source.startswith("http")


def test_a_launch_before_every_statement_falls_under_none() -> None:
    from bongsu.ledger.launches import Launch

    found = falls_under(packaged.law(), Launch("x", Kind.SATELLITE, "1998"), "1998-08-31")
    assert found.statements == () and "no statement by that day" in found.reason
    assert "unknown" in falls_under(packaged.law(), Launch("x", Kind.UNKNOWN, ""), None).reason


def test_licence_and_citation_lie_beside_the_data() -> None:
    assert "CC BY 4.0" in packaged.text_of("LICENCE.md")
    assert f'version: "{packaged.VERSION}"' in packaged.text_of("CITATION.cff")


HEAD = "id,launch,reporter,field,value,unit,bound,precision,said,recorded,corrects,source,note\n"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,l,r,apogee,ten,km,exact,,,2026-01-01,,s,\n", "own.csv:2: 'ten' is not a number"),
        ("a,l,r,apogee,10,miles,exact,,,2026-01-01,,s,\n", "apogee is in 'miles'; use m or km"),
        ("a,l,r,height,10,km,exact,,,2026-01-01,,s,\n", "there is no field 'height'"),
        ("a,l,r,apogee,10,km,roughly,,,2026-01-01,,s,\n", "'roughly' is not known; use one of exact, about"),
        ("a,l,r,launch_time,2023-07-12,time,exact,,,2026-01-01,,s,\n", "'2023-07-12' is not an RFC 3339 time"),
        ("a,l,r,apogee,-3,km,exact,,,2026-01-01,,s,\n", "-3 km is impossible for apogee"),
        ("a,l,r,apogee,10,km,exact,,,,,s,\n", "recorded is empty"),
        ("a,l\n", "more or fewer columns"),
    ],
)
def test_a_broken_row_names_its_line(row: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        packaged.claims_from(HEAD + row, "own.csv")
    assert words in str(refused.value)
