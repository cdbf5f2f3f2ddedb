"""The series that the ledger's plots show, for reports and pages alike: every figure is a claim, or is computed from claims and says so."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from bongsu.base.errors import BadValue
from bongsu.base.time import format_time
from bongsu.ledger.book import Book
from bongsu.ledger.fields import told
from bongsu.ledger.launches import Kind, Launch
from bongsu.ledger.plausibility import Findings, first, number_of
from bongsu.model.claim import Bound, Claim


def months(book: Book) -> dict[str, dict[Kind, int]]:
    """Launches of each month that has any, by kind (UTC)."""
    counted: dict[str, dict[Kind, int]] = {}
    for launch in book.all_launches():
        time_ns = book.launch_time_ns(launch.id)
        if launch.kind is Kind.NONE:
            continue
        month = format_time(time_ns, 0)[:7] if time_ns is not None else launch.id[:7]
        counts = counted.setdefault(month, {})
        counts[launch.kind] = counts.get(launch.kind, 0) + 1
    return dict(sorted(counted.items()))


class HighAndFar(NamedTuple):
    """Apogee and range of one launch as one reporter gave both (metres)."""

    launch: Launch
    apogee: Claim
    range: Claim


def pairs(book: Book) -> list[HighAndFar]:
    """A row for each reporter who gave both figures; of a satellite launch they are no top and no end of a path."""
    rows = []
    for launch in book.all_launches():
        if launch.kind is Kind.SATELLITE:
            continue
        ranges = {claim.reporter: claim for claim in book.standing(launch.id, "range_m")}
        apogees = book.standing(launch.id, "apogee_m")
        rows += [HighAndFar(launch, one, ranges[one.reporter]) for one in apogees if one.reporter in ranges]
    return rows


class Timed(NamedTuple):
    """A reported flight time beside the computed ones (seconds)."""

    launch: str
    reporter: str
    reported_s: float
    flight_s: float
    drag_free_s: float


def computed(book: Book) -> list[Timed]:
    """Reported times of ballistic launches with a known site, beside the flight that the most precise apogee and range give."""
    from bongsu.flight import reconstruct

    rows = []
    for launch in book.all_launches():
        times = book.standing(launch.id, "flight_s")
        place = [first(book, launch.id, key) for key in ("site_latitude_rad", "site_longitude_rad", "bearing_rad")]
        apogee, range_ = (_most_precise(book, launch.id, key) for key in ("apogee_m", "range_m"))
        if launch.kind is not Kind.BALLISTIC or not times or None in place or apogee is None or range_ is None:
            continue
        latitude, longitude, bearing = (value for value in place if value is not None)
        figures = (latitude, longitude, bearing, number_of(apogee), number_of(range_))
        try:
            flight_s, free_s = reconstruct.powered(*figures).flight_s, reconstruct.drag_free(*figures).flight_s
        except BadValue:
            continue
        rows += [Timed(launch.id, claim.reporter, number_of(claim), flight_s, free_s) for claim in times]
    return rows


def _most_precise(book: Book, launch: str, key: str) -> Claim | None:
    usable = [claim for claim in book.standing(launch, key) if claim.bound in (Bound.EXACT, Bound.ABOUT)]
    return min(usable, key=lambda claim: (claim.precision is None, claim.precision or 0.0), default=None)


class Apart(NamedTuple):
    """Two reporters' flight times of one launch (seconds): how far apart, what their rounding explains, and whether that is a finding."""

    launch: str
    said: str
    difference_s: float
    allowed_s: float
    flagged: bool


def told_apart(book: Book, findings: Findings) -> list[Apart]:
    """Every two reporters who gave flight times of one launch, in order."""
    flagged = {frozenset(flag.claims) for flag in findings.flags if flag.check == "reporters"}
    rows = []
    for launch in book.all_launches():
        for one, other in itertools.combinations(book.standing(launch.id, "flight_s"), 2):
            if one.reporter == other.reporter:
                continue
            said = f"{one.reporter} {told(one)}, {other.reporter} {told(other)}"
            apart_s = abs(number_of(one) - number_of(other))
            allowed_s = (one.precision or 0.0) + (other.precision or 0.0)
            rows.append(Apart(launch.id, said, apart_s, allowed_s, frozenset((one.id, other.id)) in flagged))
    return rows
