"""Which launches and meetings of the ledger a dispatch names, as proposals for a person to confirm. Nothing is recorded before that.

A launch is proposed when its kind, its name where one is given, and its local date (Korea, Japan: UTC+9) fit, it lies before the dateline, and as many
fit as the text counts. Fewer or more: the proposal stays open, with the candidates. A claim says only that this source told of the launch, and its
figures where the sentence is of one launch alone.
"""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

from bongsu.base.errors import BadInput
from bongsu.base.time import format_time
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.ledger import packaged
from bongsu.ledger.book import Book, Entry
from bongsu.ledger.dispatches import events
from bongsu.ledger.dispatches.article import UNKNOWN, Dispatch, Named, When
from bongsu.ledger.dispatches.dates import EAST_HOURS
from bongsu.ledger.dispatches.feeds import local_day
from bongsu.ledger.fields import FIELDS, read_value
from bongsu.ledger.importers.intake import added
from bongsu.ledger.importers.traps import KOREA_S
from bongsu.ledger.launches import Kind, Launch
from bongsu.model.claim import Bound, Claim

_KINDS = {events.SATELLITE: (Kind.SATELLITE,), events.LAUNCH: (Kind.BALLISTIC, Kind.MANOEUVRING)}
_BOUNDS = {
    "about": Bound.ABOUT,
    "some": Bound.ABOUT,
    "around": Bound.ABOUT,
    "over": Bound.AT_LEAST,
    "more than": Bound.AT_LEAST,
    "at least": Bound.AT_LEAST,
}
_HOW = r"(?:(about|some|around|over|more than|at least) )?"
_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
_KM = r" ?(?:km|kilomet(?:er|re)s?)\b"
_FIGURES = (
    (
        "range",
        "km",
        re.compile(rf"\b(?:flew|flying|travel\w*|covering|covered) (?:a distance of )?{_HOW}{_NUMBER}{_KM}"),
    ),
    ("apogee", "km", re.compile(rf"\b(?:altitude|apogee|height) of {_HOW}{_NUMBER}{_KM}")),
    ("flight", "s", re.compile(rf"\bfor {_HOW}{_NUMBER} seconds\b")),
    ("flight", "min", re.compile(rf"\bfor {_HOW}{_NUMBER} minutes\b")),
)
# Where wires write local times of UTC+9.
_EAST = ("SEOUL", "TOKYO", "PYONGYANG")
_UTC_CLOCK = re.compile(r"\b([01]?\d|2[0-3]):?([0-5]\d) (?:GMT|UTC)\b")
_CLOCK = re.compile(r"\bat (?:about |around )?(\d{1,2}):(\d\d) ([ap])\.m\.", re.IGNORECASE)


class Proposal(NamedTuple):
    """What a sentence names, the entries that it may be, and the claims that would follow; open (`sure` false) with a reason when it is not settled."""

    named: Named
    when: When
    entries: tuple[str, ...]
    sure: bool
    reason: str
    claims: tuple[Claim, ...]


def propose(book: Book, dispatch: Dispatch, recorded_ns: int) -> list[Proposal]:
    """Proposals in the order of the text."""
    proposals = []
    for named in events.named(dispatch):
        if named.kind == events.MEETING:
            proposals += [_meeting(named, when) for when in named.when]
            continue
        shared = named.number is not None and named.number == len(named.when) and len(named.when) > 1
        for when in named.when:
            proposals.append(_launch(book, dispatch, named, when, 1 if shared else named.number, recorded_ns))
    return proposals


def _meeting(named: Named, when: When) -> Proposal:
    found = tuple(
        one.id for one in packaged.meetings() if one.kind == named.what and when.day and one.day.startswith(when.day)
    )
    if when.day is None:
        return Proposal(named, when, (), False, f"{UNKNOWN}: {when.how}", ())
    reason = (
        "kind and day fit"
        if len(found) == 1
        else "no such meeting in the ledger"
        if not found
        else "more than one meeting fits"
    )
    return Proposal(named, when, found, len(found) == 1, reason, ())


def _launch(book: Book, dispatch: Dispatch, named: Named, when: When, count: int | None, recorded_ns: int) -> Proposal:
    if when.day is None:
        return Proposal(named, when, (), False, f"{UNKNOWN}: {when.how}", ())
    before = local_day(dispatch) or "9999"
    fitting = [
        launch
        for launch in book.all_launches()
        if launch.kind in _KINDS[named.kind]
        and _fits_day(book, launch, when.day, before)
        and _fits_name(book, launch, named.what)
    ]
    ids = tuple(launch.id for launch in fitting)
    if not fitting:
        return Proposal(named, when, (), False, "no such launch in the ledger", ())
    expected = count if count is not None else (1 if len(when.day) == 10 and len(fitting) == 1 else None)
    if expected != len(fitting):
        told = "does not say how many" if count is None else f"counts {count}"
        return Proposal(named, when, ids, False, f"{len(fitting)} launches fit, the text {told}", ())
    claims = tuple(
        claim for launch in fitting for claim in _claims(dispatch, named, when, launch, len(fitting), recorded_ns)
    )
    return Proposal(named, when, ids, True, "kind, name, day and count fit", claims)


def _local(book: Book, launch: Launch) -> str | None:
    """The local date of a launch."""
    time_ns = book.launch_time_ns(launch.id)
    return None if time_ns is None else format_time(time_ns + KOREA_S * NANOSECONDS_PER_SECOND, 0)[:10]


def _fits_day(book: Book, launch: Launch, day: str, before: str) -> bool:
    local = _local(book, launch)
    return local is not None and local.startswith(day) and local <= before


def _fits_name(book: Book, launch: Launch, what: str) -> bool:
    """A given name must be one that somebody gave the launch; a mere kind fits all."""
    if not re.search(r"-\d", what):
        return True
    names = [str(claim.value).lower().replace("pho-", "-") for claim in book.claims(launch.id, "name")]
    return what.lower() in names or what.lower() in launch.title.lower()


def reporter_of(dispatch: Dispatch) -> str:
    """The agency as a reporter's code; where none is named, the source itself, so that two unknown ones are never taken for one."""
    if dispatch.dateline is None:
        return f"{UNKNOWN}-{_code(dispatch.source)[-40:]}"
    return _code(dispatch.dateline.agency) or UNKNOWN


def _code(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _claims(dispatch: Dispatch, named: Named, when: When, launch: Launch, of: int, recorded_ns: int) -> list[Claim]:
    reporter = reporter_of(dispatch)
    day = local_day(dispatch) or UNKNOWN

    def claim(field: str, text: str, unit: str, bound: Bound, precision: str) -> Claim:
        value = read_value(FIELDS[field], text, unit, precision)
        return Claim(
            id=f"{launch.id}/{reporter}-{day}/{field}",
            launch=launch.id,
            reporter=reporter,
            field=FIELDS[field].key,
            value=value.value,
            bound=bound,
            source=dispatch.source,
            recorded_ns=recorded_ns,
            said_ns=dispatch.issued_ns,
            precision=value.precision,
            zone=value.zone,
        )

    told = f"{named.what}, {when.day}" + (f", one of {of}" if of > 1 else "")
    claims = [claim("told", told, "", Bound.EXACT, "")]
    if of != 1 or len(named.when) != 1:
        return claims
    said: dict[str, dict[tuple[str, str, str], None]] = {}
    for sentence in (named.sentence, *named.follows):
        for field, unit, pattern in _FIGURES:
            for match in pattern.finditer(sentence):
                said.setdefault(field, {})[match[2].replace(",", ""), unit, match[1] or ""] = None
    for field, figures in said.items():
        if len(figures) == 1:  # two figures of one field are of two who spoke: whose is whose is not guessed
            ((number, unit, how),) = figures
            claims.append(claim(field, number, unit, _BOUNDS.get(how, Bound.EXACT), _half_width(number, unit)))
    time = _time(dispatch, named, when)
    return claims if time is None else [*claims, claim("launch_time", time, "time", Bound.EXACT, "30")]


def _half_width(number: str, unit: str) -> str:
    """Half of the last digit given; of whole kilometres it is not known how they were rounded."""
    _, dot, decimals = number.partition(".")
    if dot:
        return repr(0.5 * 10.0 ** -len(decimals))
    return "" if unit == "km" else "0.5"


def _time(dispatch: Dispatch, named: Named, when: When) -> str | None:
    """A launch time told in local time, where the dateline stands for the zone; or in UTC."""
    if when.day is None or len(when.day) != 10 or not re.search(r"\b(?:launch|fir|lift)\w*", named.sentence):
        return None
    match = _CLOCK.search(named.sentence)
    if match is None or dispatch.dateline is None or not dispatch.dateline.place.upper().startswith(_EAST):
        return _utc_time(named.sentence, when.day)
    hour = int(match[1]) % 12 + (12 if match[3] in "pP" else 0)
    return f"{when.day}T{hour:02d}:{match[2]}+09:00"


def _utc_time(sentence: str, local_day: str) -> str | None:
    """A time told once in GMT or UTC, of a launch on this day in Korea and Japan."""
    told = _UTC_CLOCK.findall(sentence)
    if len(told) != 1:
        return None
    ((hour, minute),) = told
    day = datetime.date.fromisoformat(local_day) - datetime.timedelta(days=int(hour) + EAST_HOURS >= 24)
    return f"{day}T{int(hour):02d}:{minute}Z"


def _told_already(book: Book, claim: Claim) -> bool:
    """Whether this dispatch is on record as having told of the launch: once is enough."""
    return any(
        (one.reporter, one.source) == (claim.reporter, claim.source) for one in book.claims(claim.launch, claim.field)
    )


def confirmed(book: Book, proposals: list[Proposal], chosen: list[int], person: str) -> list[Entry]:
    """The claims of the chosen proposals, marked with who confirmed them; an open proposal has none to take. Raises `BadInput`."""
    trial = Book(book.entries())
    entries: list[Entry] = []
    for i in chosen:
        if not proposals[i].sure:
            raise BadInput(
                f"proposal {i + 1} is open ({proposals[i].reason})", "confirm only settled ones", "--confirm"
            )
        for claim in proposals[i].claims:
            if claim.field == "told" and _told_already(trial, claim):
                continue
            values = {name: getattr(claim, name) for name in claim.__struct_fields__}
            entries += added(trial, Claim(**{**values, "note": f"confirmed by {person}"}))
    return entries
