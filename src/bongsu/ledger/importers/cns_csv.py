"""The CSV layout of the CNS North Korea Missile Test Database (James Martin Center for Nonproliferation Studies, published by NTI).

Columns (the sheet "Missile Tests" saved as CSV): F1, Date, Date Entered/Updated, Launch Time (UTC), Missile Name, Missile Type, Launch
Agency/Authority, Facility Name, Facility Location, Other Name, Facility Latitude, Facility Longitude, Landing Location, Apogee, Distance Travelled,
Confirmation Status, Test Outcome, Additional Information, Source(s). Earlier editions write some without spaces; a semicolon as separator comes
with decimal commas. Dates are `YYYY-MM-DD`, month/day/year, or as spreadsheets show them: `12-Jul-23`, `12 July 2023`, `July 12, 2023`; lengths carry
"km". Left out: agency, landing location, confirmation.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from bongsu.base.errors import BadInput, BadValue
from bongsu.ledger.dispatches.dates import MONTHS, month_number
from bongsu.ledger.importers.rows import NOTHING, Row, checked_day, clock_of, degrees_of, kilometres_of, kind_of

REPORTER = "cns"
SOURCE = "https://www.nti.org/analysis/articles/cns-north-korea-missile-test-database/"

# Names of earlier editions, reduced to letters.
_ALIASES = {
    "eventid": "f1",
    "dateoccurred": "date",
    "timeoftest": "launchtimeutc",
    "launchtime": "launchtimeutc",
    "missilefamily": "missiletype",
    "dateentered": "dateenteredupdated",
    "source": "sources",
}
NEEDED = ("date", "launchtimeutc", "missilename", "apogee", "distancetravelled")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[- ](?P<month>[A-Za-z]{3,9})[- ](?P<year>\d{4}|\d\d)", re.ASCII)
_MONTH_FIRST = re.compile(r"(?P<month>[A-Za-z]{3,9}) (?P<day>\d{1,2}), (?P<year>\d{4})", re.ASCII)
_FIRST_YEAR = 1984
"""The database begins here: a year of two digits is none before it."""


def column(name: str) -> str:
    """A column's name reduced to letters and digits: `Launch Time (UTC)` and `LaunchTimeUTC` are one."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return _ALIASES.get(plain, plain)


def text_of(content: bytes) -> str:
    """The text of a saved sheet: UTF-8, or what older spreadsheets write."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read(content: bytes, place: str) -> list[Row]:
    """Rows of a file. Raises `BadInput`."""
    text = text_of(content)
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    lines = list(_lines(text, separator, place))
    columns = [column(name) for name in lines[0][1]] if lines else []
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise BadInput(f"no column {', '.join(missing)}", "save the sheet with its header as CSV", f"{place}:1")
    rows = []
    for number, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{place}:{number}"
        try:
            rows.append(_row(dict(zip(columns, cells, strict=False)), where, separator == ";"))
        except BadValue as error:
            raise BadInput(error.fault, error.remedy, where) from None
    return rows


def _lines(text: str, separator: str, place: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each record. Raises `BadInput`."""
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise BadInput(f"not CSV ({error})", "save the sheet as CSV again", f"{place}:{reader.line_num}") from None


def _row(cells: dict[str, str], where: str, decimal_comma: bool) -> Row:
    def text(name: str) -> str:
        value = cells.get(name, "").strip()
        return "" if value.lower() in NOTHING else value

    name = text("missilename")
    return Row(
        place=where,
        day=day_of(text("date")),
        clock=clock_of(text("launchtimeutc")),
        name=name,
        kind=kind_of(name, text("missiletype")),
        series=None,
        site=text("facilityname"),
        latitude_deg=degrees_of(text("facilitylatitude")),
        longitude_deg=degrees_of(text("facilitylongitude")),
        apogee_km=kilometres_of(text("apogee"), decimal_comma),
        range_km=kilometres_of(text("distancetravelled"), decimal_comma),
        bearing_deg=None,
        outcome=text("testoutcome"),
        text=text("additionalinformation"),
        entered=_entered(text("dateenteredupdated")),
    )


def day_of(text: str) -> str:
    """`2017-05-14`, with or without a midnight, `5/14/2017` (month first, as this database writes it), or with the month's name. Raises `BadValue`."""
    slashed = _SLASHED.fullmatch(text)
    if slashed:
        return checked_day(f"{slashed[3]}-{int(slashed[1]):02d}-{int(slashed[2]):02d}")
    named = _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text)
    if named is None or named["month"][:3].lower() not in MONTHS:
        return checked_day(text[:10])
    year = int(named["year"])
    if len(named["year"]) == 2:
        year += 1900 if year >= _FIRST_YEAR % 100 else 2000
    return checked_day(f"{year}-{month_number(named['month']):02d}-{int(named['day']):02d}")


def _entered(text: str) -> str:
    """When the row was entered; one that cannot be read is not known: it is no figure of the launch."""
    try:
        return day_of(text)
    except BadValue:
        return ""
