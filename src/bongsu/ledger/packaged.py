"""The ledger that ships: CSV files beside this reader, facts with their source addresses, under their own licence.

Columns and units stand in docs/reference/ledger.md. A broken row is `BadInput` with file and line; so the files can be edited by hand.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Callable, Iterator
from importlib import resources
from typing import TypeVar

from bongsu.base.errors import BadInput, BadValue
from bongsu.ledger.book import Book
from bongsu.ledger.fields import field_named, number, read_day, read_value
from bongsu.ledger.launches import Kind, Launch, Meeting
from bongsu.ledger.law import Law, NotCovered, Resolution, Statement
from bongsu.ledger.notices import Notice, Zone
from bongsu.model.claim import Bound, Claim

VERSION = "2026.11"
FILES = ("launches", "claims", "reporters", "statements", "resolutions", "not_covered", "notices", "meetings")
CLAIM_COLUMNS = (
    "id",
    "launch",
    "reporter",
    "field",
    "value",
    "unit",
    "bound",
    "precision",
    "said",
    "recorded",
    "corrects",
    "source",
    "note",
)
NOT_CHECKED = "general knowledge, not checked"

Made = TypeVar("Made")
Row = dict[str, str]


def text_of(name: str) -> str:
    """A packaged file as text."""
    return resources.files("bongsu.ledger").joinpath("data", name).read_text(encoding="utf-8")


def rows_of(text: str, place: str) -> Iterator[tuple[int, Row]]:
    """Line number and columns of each row of a CSV text with a header. Raises `BadInput`."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise BadInput("more or fewer columns than the header", "quote commas", f"{place}:{reader.line_num}")
            yield reader.line_num, row
    except csv.Error as error:
        raise BadInput(f"not CSV ({error})", "correct the quotes", f"{place}:{reader.line_num}") from None


def _made(text: str, place: str, make: Callable[[Row], Made]) -> list[Made]:
    made = []
    for line, row in rows_of(text, place):
        try:
            made.append(make(row))
        except BadValue as error:
            raise BadInput(error.fault, error.remedy, f"{place}:{line}") from None
    return made


def _choice(kinds: type[Kind] | type[Bound], text: str) -> str:
    if text not in [one.value for one in kinds]:
        raise BadValue(f"{text!r} is not known", f"use one of {', '.join(kinds)}")
    return text


def launch_of(row: Row) -> Launch:
    """A row of launches.csv."""
    return Launch(row["id"], Kind(_choice(Kind, row["kind"])), row["title"], row["salvo"], row["note"])


def claim_of(row: Row) -> Claim:
    """A row of claims.csv."""
    field = field_named(row["field"])
    value = read_value(field, row["value"], row["unit"], row["precision"])
    recorded_ns = read_day(row["recorded"])
    if recorded_ns is None:
        raise BadValue("recorded is empty", "say when the claim was taken in")
    return Claim(
        id=row["id"],
        launch=row["launch"],
        reporter=row["reporter"],
        field=field.key,
        value=value.value,
        bound=Bound(_choice(Bound, row["bound"])),
        source=row["source"],
        recorded_ns=recorded_ns,
        said_ns=read_day(row["said"]),
        precision=value.precision,
        zone=value.zone,
        corrects=row["corrects"] or None,
        note=row["note"],
    )


def claims_from(text: str, place: str) -> list[Claim]:
    """Claims of a CSV text in the packaged form. Raises `BadInput`."""
    missing = [name for name in CLAIM_COLUMNS if name not in text.partition("\n")[0].strip().split(",")]
    if missing:
        raise BadInput(
            f"no column {', '.join(missing)}", "begin with the header of the packaged claims.csv", f"{place}:1"
        )
    return _made(text, place, claim_of)


def book() -> Book:
    """A fresh copy of the packaged ledger, to which own entries may be added."""
    launches = _made(text_of("launches.csv"), "launches.csv", launch_of)
    return Book([*launches, *claims_from(text_of("claims.csv"), "claims.csv"), *notices()])


@functools.cache
def reporters() -> dict[str, str]:
    """Full name of each reporter by its code."""
    return {row["code"]: row["name"] for _, row in rows_of(text_of("reporters.csv"), "reporters.csv")}


@functools.cache
def law() -> Law:
    """Resolutions, statements, and what is not covered."""
    return Law(
        resolutions=tuple(
            _made(
                text_of("resolutions.csv"),
                "resolutions.csv",
                lambda row: Resolution(row["number"], row["date"], row["on"], row["source"]),
            )
        ),
        statements=tuple(_made(text_of("statements.csv"), "statements.csv", _statement_of)),
        not_covered=tuple(
            _made(
                text_of("not_covered.csv"),
                "not_covered.csv",
                lambda row: NotCovered(Kind(_choice(Kind, row["kind"])), row["reason"], row["by"], row["source"]),
            )
        ),
    )


def _statement_of(row: Row) -> Statement:
    kinds = tuple(Kind(_choice(Kind, kind)) for kind in row["kinds"].split())
    return Statement(
        row["id"],
        row["body"],
        row["date"],
        row["says"],
        kinds,
        tuple(row["launches"].split()),
        tuple(row["resolutions"].split()),
        row["source"],
        row["note"],
    )


@functools.cache
def notices() -> tuple[Notice, ...]:
    """Notices of launches."""
    return tuple(_made(text_of("notices.csv"), "notices.csv", _notice_of))


def _notice_of(row: Row) -> Notice:
    from_ns, until_ns = read_day(row["from"]), read_day(row["until"])
    if from_ns is None or until_ns is None or until_ns <= from_ns:
        raise BadValue("a window that does not end after it begins", "give from and until")
    zones = tuple(_zone_of(zone) for zone in row["zones"].split("|") if zone.strip())
    return Notice(
        row["id"], row["launch"], row["issuer"], row["kind"], from_ns, until_ns, zones, row["source"], row["note"]
    )


def _zone_of(text: str) -> Zone:
    corners = [corner.split() for corner in text.split(";")]
    if len(corners) < 3 or any(len(corner) != 2 for corner in corners):
        raise BadValue(f"{text!r} is not a zone", "give three or more corners as `LAT LON; LAT LON; ...`")
    return Zone.of_degrees([(number(latitude), number(longitude)) for latitude, longitude in corners])


@functools.cache
def meetings() -> tuple[Meeting, ...]:
    """Meetings that dispatches name."""
    return tuple(
        _made(
            text_of("meetings.csv"),
            "meetings.csv",
            lambda row: Meeting(row["id"], row["date"], row["kind"], row["title"], row["source"]),
        )
    )
