"""From rows of a public data set to entries of the ledger: launches it knows are recognised, others are added; all figures become claims of that set.

A row is recognised by its launch time: within five minutes of a launch of the ledger, each launch once; or half a day or a day off, when apogee or
range agree to a tenth: then the slip is reported. What the set says is kept as it says it. A second reading of a newer edition adds corrections.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.ledger.book import Book, Entry
from bongsu.ledger.fields import FIELDS, read_day, read_value, write_time
from bongsu.ledger.importers import traps as finding
from bongsu.ledger.importers.rows import Row
from bongsu.ledger.importers.traps import Trap
from bongsu.ledger.launches import Kind, Launch
from bongsu.ledger.plausibility import number_of
from bongsu.model.claim import Bound, Claim

_SAME_S = 300.0
_NEAR_S = 1_800.0
_SLIPS_S = {"slip-12h": 43_200.0, "local-date": 86_400.0}
_ALIKE = 0.1


class Imported(NamedTuple):
    """Entries that the ledger does not hold yet, the traps, and how many rows were recognised and how many are new."""

    entries: list[Entry]
    traps: list[Trap]
    rows: int
    recognised: int


class Match(NamedTuple):
    """A row that is a launch of the ledger; `slip` names the trap by which it is off, or is empty."""

    launch: str
    slip: str


def take(book: Book, rows: list[Row], reporter: str, source: str, recorded_ns: int) -> Imported:
    """What the rows add to the book, which is left as it is."""
    matches = _match(book, rows, reporter)
    trial = Book(book.entries())
    entries: list[Entry] = []
    traps = [trap for row in rows for trap in finding.in_row(row)]
    traps += [trap for day in _days(rows) for trap in finding.in_day(day)]
    numbers: dict[str, int] = {}
    for i, row in enumerate(rows):
        numbers[row.day] = numbers.get(row.day, 0) + 1
        match = matches.get(i)
        if match is None:
            launch = Launch(
                f"{row.day}-{reporter}-{numbers[row.day]}",
                row.kind,
                row.name or "unknown",
                "" if row.series is None else f"{row.day}-{reporter}",
            )
            if launch.id not in trial.launches and trial.add(launch):
                entries.append(launch)
            name = launch.id
        else:
            name = match.launch
            traps += _slipped(book, row, match)
        for claim in _claims(row, name, reporter, source, recorded_ns):
            entries += added(trial, claim)
    order = {row.place: i for i, row in enumerate(rows)}
    traps.sort(key=lambda trap: order[trap.place])
    return Imported(entries, traps, len(rows), len(matches))


def _days(rows: list[Row]) -> list[list[Row]]:
    days: dict[str, list[Row]] = {}
    for row in rows:
        days.setdefault(row.day, []).append(row)
    return list(days.values())


def _match(book: Book, rows: list[Row], reporter: str) -> dict[int, Match]:
    """Row number to launch: nearest first, each launch and each row once; slips after those in time.

    Launches that an earlier reading of the same set added are known by their ids, not by their times.
    """
    times = {
        launch.id: book.launch_time_ns(launch.id) for launch in book.all_launches() if f"-{reporter}-" not in launch.id
    }
    pairs = []
    for i, row in enumerate(rows):
        if row.time_ns is None:
            continue
        for name, time_ns in times.items():
            if time_ns is None:
                continue
            off_s = abs(row.time_ns - time_ns) / NANOSECONDS_PER_SECOND
            if off_s <= _SAME_S:
                pairs.append((0, off_s, i, Match(name, "")))
            for slip, length_s in _SLIPS_S.items():
                if abs(off_s - length_s) <= _NEAR_S and _alike(book, row, name):
                    pairs.append((1, abs(off_s - length_s), i, Match(name, slip)))
    found: dict[int, Match] = {}
    for _, _, i, match in sorted(pairs):
        if i not in found and match.launch not in {one.launch for one in found.values()}:
            found[i] = match
    return found


def _alike(book: Book, row: Row, launch: str) -> bool:
    """Whether apogee or range agree with a claim to a tenth, and neither disagrees; satellite launches are rare enough to need no figures."""
    agreed = row.kind is Kind.SATELLITE and book.launches[launch].kind is Kind.SATELLITE
    for key, value_km in (("apogee_m", row.apogee_km), ("range_m", row.range_km)):
        known = [number_of(claim) / 1000.0 for claim in book.standing(launch, key)]
        if value_km is None or not known:
            continue
        if not any(math.isclose(value_km, one, rel_tol=_ALIKE) for one in known):
            return False
        agreed = True
    return agreed


def _slipped(book: Book, row: Row, match: Match) -> list[Trap]:
    time_ns = book.launch_time_ns(match.launch)
    if not match.slip or time_ns is None or row.time_ns is None:
        return []
    why = "half a day off" if match.slip == "slip-12h" else "the local date with the UTC time"
    said = f"{write_time(row.time_ns)[:16]}Z, but {match.launch} was at {write_time(time_ns)[:16]}Z by other reporters: {why}"
    return [Trap(match.slip, row.place, said)]


def _claims(row: Row, launch: str, reporter: str, source: str, recorded_ns: int) -> list[Claim]:
    """What a row says, field by field. The precision of its figures is not known: it does not say whose they are."""
    figures = [
        ("launch_time", "" if row.time_ns is None else write_time(row.time_ns), "time", "30"),
        ("apogee", _text(row.apogee_km), "km", ""),
        ("range", _text(row.range_km), "km", ""),
        ("bearing", _text(row.bearing_deg), "deg", ""),
        ("site_latitude", _text(row.latitude_deg), "deg", ""),
        ("site_longitude", _text(row.longitude_deg), "deg", ""),
        ("name", row.name, "", ""),
        ("site", row.site, "", ""),
        ("outcome", row.outcome, "", ""),
    ]
    note = "the height of an orbit" if row.kind is Kind.SATELLITE else ""
    claims = []
    for name, text, unit, precision in figures:
        if not text or text.lower() == "unknown":
            continue
        value = read_value(FIELDS[name], text, unit, precision)
        claims.append(
            Claim(
                id=f"{launch}/{reporter}/{name}",
                launch=launch,
                reporter=reporter,
                field=FIELDS[name].key,
                value=value.value,
                bound=Bound.EXACT,
                source=source,
                recorded_ns=recorded_ns,
                said_ns=_entered_ns(row.entered),
                precision=value.precision,
                zone=value.zone,
                note=note if name == "apogee" else "",
            )
        )
    return claims


def _text(value: float | None) -> str:
    return "" if value is None else repr(value)


def _entered_ns(text: str) -> int | None:
    return read_day(text[:10]) if len(text) >= 10 and text[4:5] == "-" else None


def added(trial: Book, claim: Claim) -> list[Claim]:
    """The claim, if it says something new: what the same reporter said before is corrected, not overwritten."""
    former = [one for one in trial.standing(claim.launch, claim.field) if one.reporter == claim.reporter]
    if any(one.value == claim.value for one in former):
        return []
    if former:
        count = sum(one.reporter == claim.reporter for one in trial.claims(claim.launch, claim.field))
        values = {name: getattr(claim, name) for name in claim.__struct_fields__}
        claim = Claim(**{**values, "id": f"{claim.id}/{count + 1}", "corrects": former[-1].id})
    trial.add(claim)
    return [claim]
