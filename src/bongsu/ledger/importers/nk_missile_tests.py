"""nk-missile-tests JSON (nagix/nk-missile-tests on GitHub): `{"timeBins": [{"data": [row, ...]}]}`.

Row: date (YYYY-MM-DD, said to be UTC), time ("HH:MM (UTC)" or "unknown"), series (number within a salvo, or absent), missile, facility, landing, apogee and
distance (kilometres, "unknown" or "na"), bearing (degrees), outcome, description, glide. Left out: `landing`, which is a sea.
"""

from __future__ import annotations

from typing import Any

import msgspec

from bongsu.base.errors import BadInput, BadValue
from bongsu.ledger.importers.rows import Row, checked_day, clock_of, degrees_of, kilometres_of, kind_of

REPORTER = "nk-missile-tests"
SOURCE = "https://github.com/nagix/nk-missile-tests"


class _Bin(msgspec.Struct):
    data: list[dict[str, Any]]


class _File(msgspec.Struct, rename="camel"):
    time_bins: list[_Bin]


def read(content: bytes, place: str) -> list[Row]:
    """Rows of a file. Raises `BadInput`."""
    try:
        file = msgspec.json.decode(content, type=_File)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadInput(f"not the JSON of nk-missile-tests ({error})", "give the file as published", place) from None
    rows = []
    for number, cells in enumerate((row for one in file.time_bins for row in one.data), 1):
        where = f"{place}: row {number}"
        try:
            rows.append(_row(cells, where))
        except BadValue as error:
            raise BadInput(error.fault, error.remedy, where) from None
    return rows


def _row(cells: dict[str, Any], where: str) -> Row:
    def text(name: str) -> str:
        value = cells.get(name)
        return "" if value is None else str(value)

    series = text("series")
    if series and not series.isdecimal():
        raise BadValue(f"series {series!r} is not a number", "give 1, 2, 3")
    name = text("missile")
    return Row(
        place=where,
        day=checked_day(text("date")),
        clock=clock_of(text("time")),
        name=name,
        kind=kind_of(name, "glide" if cells.get("glide") else ""),
        series=int(series) if series else None,
        site=text("facility"),
        latitude_deg=None,
        longitude_deg=None,
        apogee_km=kilometres_of(text("apogee")),
        range_km=kilometres_of(text("distance")),
        bearing_deg=degrees_of(text("bearing")),
        outcome=text("outcome"),
        text=text("description"),
        entered="",
    )
