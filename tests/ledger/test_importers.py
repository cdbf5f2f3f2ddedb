"""Every trap of public data sets, each in a file of our own writing; and the real file, where it is at hand."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bongsu.base.errors import BadInput
from bongsu.base.time import parse_time
from bongsu.ledger import packaged
from bongsu.ledger.book import Book
from bongsu.ledger.fields import told
from bongsu.ledger.importers import cns_csv, nk_missile_tests, traps
from bongsu.ledger.importers.intake import Imported, take
from bongsu.ledger.importers.rows import kilometres_of, kind_of
from bongsu.ledger.launches import Kind, Launch
from bongsu.ledger.plausibility import half_days
from bongsu.model.claim import Claim

NOW = parse_time("2026-11-24T00:00:00Z")
EXTERNAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "external" / "nk-missile-tests.json"


def row(**cells: Any) -> dict[str, Any]:
    plain = {"date": "2021-05-01", "time": "03:00 (UTC)", "missile": "test-1", "facility": "east", "landing": "sea"}
    return {**plain, "apogee": 100, "distance": 400, "bearing": 90, "outcome": "success", "description": "", **cells}


def taken(*rows: dict[str, Any], book: Book | None = None) -> Imported:
    content = json.dumps({"timeBins": [{"year": 2021, "data": list(rows)}]}).encode()
    read = nk_missile_tests.read(content, "set.json")
    return take(packaged.book() if book is None else book, read, "set", "here", NOW)


def found(*rows: dict[str, Any]) -> list[str]:
    return [trap.name for trap in taken(*rows).traps]


def test_a_plain_row_is_a_new_launch_with_claims_and_no_trap() -> None:
    imported = taken(row(description="Flew well."))
    assert imported.traps == [] and (imported.rows, imported.recognised) == (1, 0)
    launch, *claims = imported.entries
    assert isinstance(launch, Launch) and (launch.id, launch.kind) == ("2021-05-01-set-1", Kind.BALLISTIC)
    said = {claim.field: told(claim) for claim in claims if isinstance(claim, Claim)}
    assert said == {
        "launch_time_ns": "2021-05-01T03:00:00Z",
        "apogee_m": "100 km",
        "range_m": "400 km",
        "bearing_rad": "90 deg",
        "name": "test-1",
        "site": "east",
        "outcome": "success",
    }


def test_a_known_launch_is_recognised_and_its_claims_stay_apart() -> None:
    imported = taken(row(date="2023-07-12", time="00:59 (UTC)", missile="hwasong-18", apogee=6648, distance=1001))
    assert imported.recognised == 1
    assert all(isinstance(entry, Claim) and entry.launch == "2023-07-12-1" for entry in imported.entries)
    book = packaged.book()
    before = len(book.claims("2023-07-12-1"))
    for entry in imported.entries:
        book.add(entry)
    assert len(book.claims("2023-07-12-1")) == before + len(imported.entries)
    assert "6648.4 km" in [told(claim) for claim in book.claims("2023-07-12-1", "apogee_m")]


def test_half_a_day_against_the_ledger() -> None:
    imported = taken(row(date="2017-07-04", time="12:40 (UTC)", missile="hwasong-14", apogee=2802, distance=933))
    (trap,) = imported.traps
    assert (trap.name, trap.place) == ("slip-12h", "set.json: row 1")
    assert "2017-07-04T12:40Z, but 2017-07-04-1 was at 2017-07-04T00:40Z" in trap.said
    book = packaged.book()
    for entry in imported.entries:
        book.add(entry)
    assert [flag.check for flag in half_days(book, book.launch("2017-07-04-1"))] == ["slip-12h"]


def test_half_a_day_against_its_own_text() -> None:
    text = "Launched two missiles, detected at 6:10 AM local time."
    assert "slip-12h" in found(row(time="09:10 (UTC)", description=text))
    assert "slip-12h" not in found(row(time="21:10 (UTC)", description=text))
    assert "slip-12h" not in found(row(time="09:10 (UTC)", description="It was 6:10 AM UTC, and 6:12 PM local."))


def test_a_local_date_with_universal_time_against_the_ledger() -> None:
    imported = taken(row(date="2017-05-14", time="20:28 (UTC)", missile="hwasong-12", apogee=2111.5, distance=787))
    assert [trap.name for trap in imported.traps] == ["local-date"]
    assert imported.recognised == 1


def test_a_local_date_against_its_own_text() -> None:
    text = "On May 2, 2021 (local time), a missile flew."
    assert found(row(date="2021-05-02", time="22:00 (UTC)", description=text)) == ["local-date"]
    assert found(row(date="2021-05-01", time="22:00 (UTC)", description=text)) == []
    assert found(row(date="2021-05-02", time="03:00 (UTC)", description=text)) == []


def test_times_a_day_apart_with_other_figures_are_other_launches() -> None:
    imported = taken(row(date="2017-05-14", time="20:28 (UTC)", missile="x", apogee=50, distance=300))
    assert imported.recognised == 0 and imported.traps == []


def test_an_orbit_listed_as_an_apogee() -> None:
    assert found(row(missile="unha-3", apogee=581)) == ["orbit"]
    assert found(row(missile="unha-3", apogee=40)) == []
    assert found(row(missile="hwasong-18", apogee=581)) == []


def test_one_salvo_counted_as_several() -> None:
    (trap,) = taken(*(row(series=n, description=f"Fired from the east. ({n} of 3)") for n in (1, 2, 3))).traps
    assert trap.name == "salvo" and "3 rows of 2021-05-01 repeat one time and one set of figures" in trap.said


def test_several_launches_counted_as_one() -> None:
    (trap,) = taken(row(description="The North launched two short-range ballistic missiles.")).traps
    assert trap.name == "salvo" and "1 row(s) for what the text counts as 2" in trap.said


def test_reporters_who_count_differently() -> None:
    text = "Korea says that 8 missiles were launched. The Japanese government lists six launches."
    rows = [row(series=n, time=f"03:{n:02d} (UTC)", description=f"{text} ({n} of 8)") for n in range(1, 9)]
    (trap,) = taken(*rows).traps
    assert trap.name == "salvo" and "the text counts 6 and 8" in trap.said


def test_two_reporters_figures_overwritten_by_each_other() -> None:
    text = (
        "According to the South Korean Joint Chiefs of Staff, it reached a range of 4500 km and an apogee of 970 km. "
        "According to the Japanese government, it flew approximately 4600 km with an apogee of about 1,000 km."
    )
    first, second = taken(row(apogee=970, distance=4500, description=text)).traps
    assert "apogee in km: korea 970; japan 1000; the row keeps 970 and does not say whose" in first.said
    assert "range in km: korea 4500; japan 4600" in second.said
    agreeing = text.replace("4600", "4500").replace("1,000", "970")
    assert found(row(apogee=970, distance=4500, description=agreeing)) == []


def test_a_second_reading_adds_nothing_and_a_newer_edition_corrects() -> None:
    book = packaged.book()
    for entry in taken(row(), book=book).entries:
        book.add(entry)
    assert taken(row(), book=book).entries == []
    (correction,) = taken(row(apogee=110), book=book).entries
    assert isinstance(correction, Claim) and correction.id == "2021-05-01-set-1/set/apogee/2"
    assert correction.corrects == "2021-05-01-set-1/set/apogee"
    book.add(correction)
    assert [told(claim) for claim in book.standing("2021-05-01-set-1", "apogee_m")] == ["110 km"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"date": "May 2021"}, "row 1: 'May 2021' is not a date"),
        ({"time": "25:00"}, "row 1: '25:00' is not a time of day"),
        ({"apogee": "high"}, "row 1: 'high' is not a length"),
        ({"series": "first"}, "row 1: 'first' is not an integer"),
    ],
)
def test_a_broken_row_is_named(cells: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput) as refused:
        taken(row(**cells))
    assert words.replace("'first' is not an integer", "series 'first' is not a number") in str(refused.value)


def test_what_is_no_such_file_is_said() -> None:
    with pytest.raises(BadInput, match="not the JSON of nk-missile-tests"):
        nk_missile_tests.read(b"[]", "set.json")


HEAD = (
    "F1,Date,Date Entered/Updated,Launch Time (UTC),Missile Name,Missile Type,Launch Agency/Authority,Facility Name,Facility Location,"
    "Other Name,Facility Latitude,Facility Longitude,Landing Location,Apogee,Distance Travelled,Confirmation Status,Test Outcome,"
    "Additional Information,Source(s)\n"
)
LINE = '1,2017-05-14,2017-05-20,20:28:00,Hwasong-12,IRBM,Unknown,North Kusong,Kusong,N/A,40.1,125.2,Sea,"2,111.5 km",787 km,Confirmed,Success,,x\n'


def test_the_layout_of_cns() -> None:
    (one,) = cns_csv.read((HEAD + LINE).encode(), "cns.csv")
    assert (one.day, one.clock, one.name, one.apogee_km, one.range_km) == (
        "2017-05-14",
        (20, 28),
        "Hwasong-12",
        2111.5,
        787.0,
    )
    assert (one.latitude_deg, one.longitude_deg, one.site, one.place) == (40.1, 125.2, "North Kusong", "cns.csv:2")
    imported = take(packaged.book(), [one], cns_csv.REPORTER, cns_csv.SOURCE, NOW)
    assert [trap.name for trap in imported.traps] == ["local-date"]
    (time,) = [entry for entry in imported.entries if isinstance(entry, Claim) and entry.field == "launch_time_ns"]
    assert told(time) == "2017-05-14T20:28:00Z" and time.said_ns == parse_time("2017-05-20T00:00:00Z")


def test_earlier_editions_and_other_spreadsheets() -> None:
    head = "EventID;DateOccurred;LaunchTime;MissileName;Apogee;DistanceTravelled;TestOutcome;AdditionalInformation\n"
    (one,) = cns_csv.read(
        (head + "1;5/14/2017;Unknown;Hwasong-12;2111,5 km;787 km;Success;na\u00efve\n").encode("cp1252"), "old.csv"
    )
    assert (one.day, one.clock, one.apogee_km, one.text) == ("2017-05-14", None, 2111.5, "na\u00efve")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("14-May-17", "2017-05-14"),
        ("9-Apr-84", "1984-04-09"),
        ("14 May 2017", "2017-05-14"),
        ("May 14, 2017", "2017-05-14"),
        ("2017-05-14 00:00:00", "2017-05-14"),
    ],
)
def test_dates_as_spreadsheets_show_them(text: str, day: str) -> None:
    line = LINE.replace("2017-05-14,", f'"{text}",').replace("2017-05-20", "20-May-17")
    (one,) = cns_csv.read((HEAD + line).encode(), "cns.csv")
    assert (one.day, one.entered) == (day, "2017-05-20")
    for wrong in ("31-Feb-17", "14-Mayo-17x", "14-Foo-17"):
        with pytest.raises(BadInput, match=r"cns\.csv:2: .* is not a date"):
            cns_csv.read((HEAD + LINE.replace("2017-05-14,", f'"{wrong}",')).encode(), "cns.csv")


def test_a_sheet_without_its_columns_is_refused() -> None:
    with pytest.raises(BadInput, match=r"cns\.csv:1: no column launchtimeutc, missilename"):
        cns_csv.read(b"Date,Apogee,Distance Travelled\n", "cns.csv")
    with pytest.raises(BadInput, match=r"cns\.csv:2: '20\.28' is not a time of day"):
        cns_csv.read((HEAD + LINE.replace("20:28:00", "20.28")).encode(), "cns.csv")


def test_names_say_what_was_launched() -> None:
    assert [kind_of(name) for name in ("Chollima-1", "Hwasal-2", "hwasong-11a", "Hwasong-18")] == [
        Kind.SATELLITE,
        Kind.CRUISE,
        Kind.MANOEUVRING,
        Kind.BALLISTIC,
    ]
    assert kilometres_of("Unknown") is None and kilometres_of("1,001.2 km") == 1001.2


def test_the_public_file() -> None:
    if not EXTERNAL.exists():
        pytest.skip("the data set of nk-missile-tests is not at hand")
    rows = nk_missile_tests.read(EXTERNAL.read_bytes(), "nk-missile-tests.json")
    imported = take(packaged.book(), rows, nk_missile_tests.REPORTER, nk_missile_tests.SOURCE, NOW)
    assert (imported.rows, imported.recognised) == (339, 20)
    counted = Counter(trap.name for trap in imported.traps)
    assert set(counted) == set(traps.TRAPS)
    slips = {trap.said[:17] for trap in imported.traps if trap.name == "slip-12h" and trap.said.startswith("20")}
    assert slips == {"2016-02-07T12:29Z", "2017-07-04T12:40Z"}
    assert [trap.said[:17] for trap in imported.traps if trap.name == "local-date"] == ["2017-05-14T20:28Z"]
