"""What of the reported figures cannot be, or cannot all be: each finding shows its computation, and changes nothing.

* `drag-free`: a flight time below that of the path without air and powered phase that has the reported apogee and range. Nothing is quicker.
* `orbit`: the apogee of a satellite launch is the height of an orbit, not the top of a path that comes down.
* `slip-12h`: two launch times half a day apart. `local-date`: two a day apart, one of which joins a local date with a UTC time.
* `reporters`: two reporters' flight times further apart than their precision. `figures`: the same for times and lengths of other fields.

Precision is the half width of rounding: 30 s for a time told in minutes. "At least" and "at most" are open to one side.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

from bongsu.base.errors import BadValue
from bongsu.base.units import METRES_PER_KILOMETRE, NANOSECONDS_PER_SECOND, degrees
from bongsu.ledger.book import Book
from bongsu.ledger.fields import BY_KEY, told
from bongsu.ledger.launches import Kind, Launch
from bongsu.model.claim import Bound, Claim

CHECKS = ("drag-free", "orbit", "slip-12h", "local-date", "reporters", "figures")
COMPARED = ("flight_s", "launch_time_ns", "impact_time_ns", "apogee_m", "range_m")
_HALF_DAY_S = 43_200.0
_DAY_S = 86_400.0
_NEAR_S = 1_800.0
_MU = 3.986004418e14
_RADIUS_M = 6_371_000.0
LOWEST_ORBIT_M = 150_000.0
"""No body keeps an orbit lower than this for a round: the air takes it down."""
_NUMBERED = (Kind.BALLISTIC, Kind.MANOEUVRING)


class Flag(NamedTuple):
    """One finding: the claims at odds, and the computation in words and in figures (SI, named with their units)."""

    check: str
    launch: str
    claims: tuple[str, ...]
    computation: str
    figures: dict[str, float]


class Skipped(NamedTuple):
    """A check that could not be made, and why."""

    check: str
    launch: str
    reason: str


class Findings(NamedTuple):
    """All flags and all that could not be checked."""

    flags: list[Flag]
    skipped: list[Skipped]


def check(book: Book, launches: list[Launch]) -> Findings:
    """Every check on each of the launches, in the order of `CHECKS`."""
    flags: list[Flag] = []
    skipped: list[Skipped] = []
    for launch in launches:
        if launch.kind in _NUMBERED:
            found = drag_free(book, launch)
            flags += found.flags
            skipped += found.skipped
        flags += orbits(book, launch)
        flags += half_days(book, launch)
        flags += apart(book, launch)
    return Findings(flags, skipped)


def number_of(claim: Claim) -> float:
    """The value of a claim on a number or a time."""
    assert not isinstance(claim.value, str), claim
    return float(claim.value)


def interval(claim: Claim) -> tuple[float, float] | None:
    """What a claim allows, in its unit; None when its precision is not known."""
    if isinstance(claim.value, str) or claim.precision is None:
        return None
    low, high = claim.value - claim.precision, claim.value + claim.precision
    if claim.bound is Bound.AT_LEAST:
        return low, math.inf
    return (-math.inf, high) if claim.bound is Bound.AT_MOST else (low, high)


class DragFree(NamedTuple):
    """The least drag-free time over what the claims allow, and from which figures it follows."""

    seconds: float
    apogee: Claim
    range_: Claim
    latitude_rad: float
    longitude_rad: float
    bearing_rad: float


def drag_free(book: Book, launch: Launch) -> Findings:
    """Flight times of a launch against the drag-free time."""
    flags: list[Flag] = []
    skipped: list[Skipped] = []
    for claim in book.standing(launch.id, "flight_s"):
        least = least_drag_free(book, launch, claim)
        if isinstance(least, Skipped):
            skipped.append(least)
            continue
        most_s = number_of(claim) + (claim.precision or 0.0)
        if claim.bound is Bound.AT_LEAST or most_s >= least.seconds:
            continue
        flags.append(
            Flag(
                "drag-free",
                launch.id,
                (claim.id, least.apogee.id, least.range_.id),
                f"{claim.reporter}: {number_of(claim):.0f} s is below {least.seconds:.0f} s, the time of the drag-free path with "
                f"apogee {told(least.apogee)} and range {told(least.range_)} from {degrees(least.latitude_rad):.1f} N "
                f"{degrees(least.longitude_rad):.1f} E on {degrees(least.bearing_rad):.0f} degrees: {least.seconds - most_s:.0f} s too short",
                {"reported_s": number_of(claim), "drag_free_s": least.seconds, "short_by_s": least.seconds - most_s},
            )
        )
    return Findings(flags, skipped)


def least_drag_free(book: Book, launch: Launch, claim: Claim) -> DragFree | Skipped:
    """The least drag-free time for the reporter's own apogee and range; where he gave none, for those of the others."""
    place = [first(book, launch.id, key) for key in ("site_latitude_rad", "site_longitude_rad", "bearing_rad")]
    apogees, ranges = (_figures(book, launch, key, claim.reporter) for key in ("apogee_m", "range_m"))
    if None in place or not apogees or not ranges:
        missing = [name for name, value in zip(("site", "site", "bearing"), place, strict=True) if value is None]
        missing += [name for name, found in (("apogee", apogees), ("range", ranges)) if not found]
        return Skipped(
            "drag-free",
            launch.id,
            f"{claim.reporter}'s flight time: no {' and no '.join(dict.fromkeys(missing))} is known",
        )
    latitude, longitude, bearing = (value for value in place if value is not None)
    from bongsu.flight import reconstruct  # compiled kernels: only where a path is computed

    found: list[DragFree] = []
    for apogee, range_ in itertools.product(apogees, ranges):
        for apogee_m, range_m in itertools.product(_ends(apogee), _ends(range_)):
            try:
                flight = reconstruct.drag_free(latitude, longitude, bearing, apogee_m, range_m)
            except BadValue:
                continue
            found.append(DragFree(flight.flight_s, apogee, range_, latitude, longitude, bearing))
    if not found:
        return Skipped(
            "drag-free", launch.id, f"{claim.reporter}'s flight time: no path has the reported apogee and range"
        )
    return min(found, key=lambda one: one.seconds)


def first(book: Book, launch: str, key: str) -> float | None:
    """The first standing value of a field."""
    return next((number_of(claim) for claim in book.standing(launch, key)), None)


def _figures(book: Book, launch: Launch, key: str, reporter: str) -> list[Claim]:
    """A reporter's own figures, else those of all others; "at most" bounds nothing from below."""
    usable = [claim for claim in book.standing(launch.id, key) if claim.bound is not Bound.AT_MOST]
    return [claim for claim in usable if claim.reporter == reporter] or usable


def _ends(claim: Claim) -> tuple[float, ...]:
    bounds = interval(claim)
    if bounds is None:
        return (number_of(claim),)
    return tuple(end for end in bounds if math.isfinite(end) and end > 0.0)


def orbits(book: Book, launch: Launch) -> list[Flag]:
    """Apogees of a satellite launch: heights of an orbit, planned or reached."""
    if launch.kind is not Kind.SATELLITE:
        return []
    flags = []
    for claim in book.standing(launch.id, "apogee_m"):
        if number_of(claim) < LOWEST_ORBIT_M:
            continue
        radius_m = _RADIUS_M + number_of(claim)
        speed_m_s = math.sqrt(_MU / radius_m)
        period_s = 2.0 * math.pi * radius_m / speed_m_s
        flags.append(
            Flag(
                "orbit",
                launch.id,
                (claim.id,),
                f"{claim.reporter}: {told(claim)} is given as the apogee of a satellite launch: it is the height of an orbit (there a body at "
                f"{speed_m_s:.0f} m/s goes round in {period_s / 60.0:.0f} min and does not come down), not the top of a path to an impact",
                {"height_m": number_of(claim), "circular_speed_m_s": speed_m_s, "period_s": period_s},
            )
        )
    return flags


def half_days(book: Book, launch: Launch) -> list[Flag]:
    """Launch times half a day or a day apart."""
    flags = []
    for one, other in itertools.combinations(book.standing(launch.id, "launch_time_ns"), 2):
        name = slip_of(one, other)
        if name is None:
            continue
        apart_s = abs(number_of(one) - number_of(other)) / NANOSECONDS_PER_SECOND
        why = (
            "one of them is half a day off"
            if name == "slip-12h"
            else "one of them joins the local date (UTC+9) with the UTC time"
        )
        flags.append(
            Flag(
                name,
                launch.id,
                (one.id, other.id),
                f"{one.reporter} says {told(one)}, {other.reporter} says {told(other)}: {apart_s / 3600.0:.2f} h apart; {why}",
                {"apart_s": apart_s},
            )
        )
    return flags


def slip_of(one: Claim, other: Claim) -> str | None:
    """Whether two launch times are half a day (`slip-12h`) or a day (`local-date`) apart, to half an hour."""
    apart_s = abs(number_of(one) - number_of(other)) / NANOSECONDS_PER_SECOND
    if abs(apart_s - _HALF_DAY_S) <= _NEAR_S:
        return "slip-12h"
    return "local-date" if abs(apart_s - _DAY_S) <= _NEAR_S else None


def apart(book: Book, launch: Launch) -> list[Flag]:
    """Two reporters on one field, further apart than their precision."""
    flags = []
    for key in COMPARED:
        for one, other in itertools.combinations(book.standing(launch.id, key), 2):
            slipped = key == "launch_time_ns" and slip_of(one, other) is not None
            if one.reporter != other.reporter and not slipped:
                flag = _apart(launch, one, other)
                flags += [flag] if flag is not None else []
    return flags


def _apart(launch: Launch, one: Claim, other: Claim) -> Flag | None:
    bounds = interval(one), interval(other)
    if bounds[0] is None or bounds[1] is None:
        return None
    (low, high), (other_low, other_high) = bounds[0], bounds[1]
    # Decimal figures are not exact in binary: a thousandth of the smaller precision is no difference.
    slack = 1e-3 * min(one.precision or 0.0, other.precision or 0.0)
    if max(low, other_low) <= min(high, other_high) + slack:
        return None
    unit = {"s": 1.0, "time": float(NANOSECONDS_PER_SECOND), "m": METRES_PER_KILOMETRE}[BY_KEY[one.field].unit]
    shown = "km" if unit == METRES_PER_KILOMETRE else "s"
    difference = abs(number_of(one) - number_of(other)) / unit
    allowed = ((one.precision or 0.0) + (other.precision or 0.0)) / unit
    computation = (
        f"{BY_KEY[one.field].name}: {one.reporter} says {told(one)}, {other.reporter} says {told(other)}: "
        f"{difference:g} {shown} apart, rounding explains {allowed:g} {shown}"
    )
    if one.field == "flight_s" and _cut_off(one, other):
        computation += " (they would agree if the minutes were cut off, not rounded)"
    return Flag(
        "reporters" if one.field == "flight_s" else "figures",
        launch.id,
        (one.id, other.id),
        computation,
        {f"difference_{shown}": difference, f"allowed_{shown}": allowed},
    )


def _cut_off(one: Claim, other: Claim) -> bool:
    """Whether a time in whole minutes is the other's, its seconds cut off."""
    coarse, fine = (one, other) if (one.precision or 0.0) > (other.precision or 0.0) else (other, one)
    width = 2.0 * (coarse.precision or 0.0)
    return 0.0 <= number_of(fine) - number_of(coarse) < width
