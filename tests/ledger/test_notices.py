"""Windows and zones, and NOTAMs of our own writing in every shape that issuers give them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bongsu.base.errors import BadInput, BadValue
from bongsu.base.time import format_time, parse_time
from bongsu.base.units import radians
from bongsu.ledger import entries, notams, packaged
from bongsu.ledger.notices import Notice, Timing, Zone, compare, span, zone_of

EXTERNAL = (
    Path(__file__).resolve().parents[2].parent
    / "shared"
    / "data"
    / "standards"
    / "notam"
    / "launch-notams-2023-11.json"
)
NOTAM = """B4525/23 NOTAMN
Q) RPHI/QRALW/IV/NBO/W /000/999/1311N12917E114
A) RPHI B) 2311220000 C) 2311302359
E) SPECIAL OPS WILL TAKE PLACE WI:
145410N 1284006E - 150142N 1292403E - 112649N 1295408E - 111918N 1291050E - 145410N 1284006E.
F) SFC G) UNL
"""


def read(text: str) -> Notice:
    (notice,) = notams.read(text, "2023-11-21-1", "here", "n.txt")
    return notice


def holds(zone: Zone, latitude_deg: float, longitude_deg: float) -> bool:
    return zone.holds(radians(latitude_deg), radians(longitude_deg))


def test_a_notam_is_the_packaged_notice() -> None:
    notice, packaged_one = read(NOTAM), next(one for one in packaged.notices() if one.id == "B4525/23")
    assert (notice.id, notice.from_ns, notice.until_ns) == (
        packaged_one.id,
        packaged_one.from_ns,
        packaged_one.until_ns,
    )
    (zone,), (expected,) = notice.zones, packaged_one.zones
    for corner, other in zip(zone.corners_rad, expected.corners_rad, strict=True):
        assert corner == pytest.approx(other, abs=2e-6)


def test_in_a_zone_or_outside() -> None:
    notice = read(NOTAM)
    inside, outside = (radians(13.2), radians(129.3)), (radians(13.2), radians(131.0))
    assert (zone_of(notice, *inside), zone_of(notice, *outside)) == (1, 0)
    without = next(one for one in packaged.notices() if one.id == "jcg-2023-11-21")
    assert zone_of(without, *inside) is None


@pytest.mark.parametrize(
    "corners",
    [
        "N1200 E12900 N1200 E13000 N1100 E13000 N1100 E12900",
        "N12 00 E129 00 / N12 00 E130 00 / N11 00 E130 00 / N11 00 E129 00",
        "1200N 12900E 1200N 13000E 1100N 13000E 1100N 12900E 1200N 12900E",
        "N1200E12900-N1200E130\n00-N1100E13000-N1100E12900 BACK TO START.",
        "120000N1290000E-120000N1300000E-110000N1300000E-110000N1290000E",
    ],
)
def test_shapes_of_corners(corners: str) -> None:
    (zone,) = notams.zones_of(corners)
    assert len(zone.corners_rad) == 4
    assert holds(zone, 11.5, 129.5) and not holds(zone, 12.5, 129.5) and not holds(zone, 11.5, 130.5)


def test_two_zones_in_one_notam() -> None:
    ring = "1200N 12900E 1200N 13000E 1100N 13000E 1200N 12900E"
    assert len(notams.zones_of(f"A: {ring} B: {ring.replace('129', '139').replace('130', '140')}")) == 2


def test_southern_and_western_corners() -> None:
    (zone,) = notams.zones_of("S1000W17000 S1000W16900 S1100W16900")
    assert holds(zone, -10.2, -169.2) and not holds(zone, -10.9, -169.9)


def test_a_zone_across_the_date_line() -> None:
    zone = Zone.of_degrees([(10.0, 179.0), (10.0, -179.0), (8.0, -179.0), (8.0, 179.0)])
    assert holds(zone, 9.0, 180.0) and holds(zone, 9.0, -179.5) and holds(zone, 9.0, 179.5)
    assert not holds(zone, 9.0, 178.5) and not holds(zone, 9.0, 0.0)


def test_corners_listed_crosswise_are_put_in_order() -> None:
    crossed = Zone.of_degrees([(35.0, 124.0), (35.0, 125.0), (34.0, 124.0), (34.0, 125.0)])
    assert holds(crossed, 34.5, 124.1) and holds(crossed, 34.5, 124.9)
    with pytest.raises(BadValue, match="not on Earth"):
        Zone.of_degrees([(95.0, 0.0), (0.0, 0.0), (0.0, 1.0)])


@pytest.mark.parametrize(
    ("time", "timing", "off_s"),
    [
        ("2023-11-21T13:43:00Z", Timing.EARLY, 37_020.0),
        ("2023-11-22T00:00:00Z", Timing.IN, 0.0),
        ("2023-11-30T23:59:00Z", Timing.IN, 0.0),
        ("2023-12-01T00:00:00Z", Timing.LATE, 60.0),
    ],
)
def test_early_in_or_late(time: str, timing: Timing, off_s: float) -> None:
    assert compare(read(NOTAM), parse_time(time))[1:] == (timing, off_s)
    assert span(37_020.0) == "10 h 17 min" and span(4_620.0) == "77 min"


def test_a_schedule_is_named() -> None:
    assert read(NOTAM.replace("E) SPECIAL", "D) DAILY 1000-1500\nE) SPECIAL")).note == "only at DAILY 1000-1500"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no such thing", "n.txt: no NOTAM"),
        (NOTAM.replace("NOTAMN", "NOTAMC"), "n.txt: B4525/23: a NOTAM that cancels"),
        (NOTAM.replace("2311302359", "PERM"), "'PERM' is no end or begin of a window"),
        (NOTAM.replace("2311302359", "2311132359"), "ends before it begins"),
        (NOTAM.replace("2311220000", "2313220000"), "not a time that exists"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text)
    assert words in str(refused.value)


def test_a_notice_of_ones_own_is_an_entry() -> None:
    notice = read(NOTAM.replace("B4525/23", "B9999/23"))
    book = entries.read(entries.encode([notice]), "own.jsonl")
    assert [one.id for one in book.notices_of("2023-11-21-1")] == ["jcg-2023-11-21", "B4525/23", "B9999/23"]
    assert book.notices_of("2023-11-21-1")[-1] == notice


def test_the_public_notams() -> None:
    if not EXTERNAL.exists():
        pytest.skip("the collection of NOTAMs is not at hand")
    listed = json.loads(EXTERNAL.read_text(encoding="utf-8"))
    for code, raw, corners, window in zip(
        listed["CODE"], listed["RAWMESSAGE"], listed["COORDINATES"], listed["TIME"], strict=True
    ):
        notice = read(raw)
        (zone,) = notice.zones
        given = corners.split("-")
        count = len(given) - (given[0] == given[-1])
        assert (notice.id, len(zone.corners_rad)) == (code, count)
        begin = format_time(notice.from_ns, 0)
        assert window.startswith(f"{begin[8:10]} NOV {begin[11:16]} 2023"), code
