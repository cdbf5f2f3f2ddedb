"""How `bongsu ledger` tells people what it found."""

from __future__ import annotations

from typing import Any

from bongsu.base.errors import BadInput, BadValue
from bongsu.base.time import format_time
from bongsu.ledger import law as laws
from bongsu.ledger import packaged
from bongsu.ledger.alerts import alerted
from bongsu.ledger.book import Book
from bongsu.ledger.dispatches.article import UNKNOWN, Dispatch
from bongsu.ledger.dispatches.matching import Proposal
from bongsu.ledger.fields import BY_KEY, read_day, told
from bongsu.ledger.launches import Launch
from bongsu.ledger.notices import Timing, span
from bongsu.ledger.plausibility import Flag
from bongsu.ledger.rows import day_of, launch_row, notice_rows
from bongsu.model.claim import Claim


def list_lines(book: Book, launches: list[Launch]) -> list[str]:
    """A table of launches."""
    width = max((len(launch.id) for launch in launches), default=0)
    lines = []
    for launch in launches:
        row = launch_row(book, launch)
        time = "no launch time" if row["time"] is None else row["time"][:16] + "Z"
        lines.append(
            f"{launch.id:<{width}}  {time:<17}  {launch.kind.value:<11}  {row['claims']:>3} claims  {launch.title}"
        )
    return lines


def show_lines(book: Book, launch: Launch, claims: list[Claim], flags: list[Flag]) -> list[str]:
    """A launch as a page for people."""
    names = packaged.reporters()
    lines = [f"{launch.id}  {launch.title} ({launch.kind.value})"]
    if launch.note:
        lines.append(launch.note)
    lines += ["", "Claims"]
    for claim in claims:
        field = BY_KEY[claim.field].name if claim.field in BY_KEY else claim.field
        correction = book.correction_of(claim)
        mark = "" if correction is None else f"  [corrected by {correction.id}]"
        note = f"  ({claim.note})" if claim.note else ""
        lines.append(f"  {field:<18} {claim.reporter:<17} {told(claim)}{note}{mark}")
        lines.append(f"  {'':<18} {'':<17} {claim.source}")
    lines += ["", "Reporters"]
    lines += [
        f"  {code:<17} {names.get(code, 'not described')}" for code in sorted({claim.reporter for claim in claims})
    ]
    lines += ["", *(["Findings"] if flags else ["Nothing to flag."])]
    lines += [f"  {flag.check}: {flag.computation}" for flag in flags]
    lines += ["", *alert_lines(book, launch), *law_lines(book, launch), *notice_lines(book, launch)]
    return [*lines, *link_lines(book, launch)]


def alert_lines(book: Book, launch: Launch) -> list[str]:
    """How long after the launch public alerts went out."""
    lines = []
    for one in alerted(book, launch):
        after = "without a launch" if one.after_launch_s is None else f"{span(one.after_launch_s)} after the launch"
        lifted = "" if one.lifted_after_s is None else f", lifted {span(one.lifted_after_s)} later"
        lines.append(f"Alerted by {one.claim.reporter} {after}{lifted}")
    return lines


def law_lines(book: Book, launch: Launch) -> list[str]:
    """Which resolutions, by whose statement."""
    finding = laws.falls_under(packaged.law(), launch, day_of(book, launch))
    if not finding.statements:
        by = f" (by {finding.by}; {finding.source})" if finding.by else ""
        return [f"Falls under no resolution of the Security Council: {finding.reason}{by}"]
    lines = ["Falls under, by whose statement"]
    for one in finding.statements:
        numbers = " ".join(one.resolutions) or "names no number"
        lines.append(f"  {one.day}  {one.body}: {one.says} [{numbers}]")
        lines.append(f"  {'':<10}  {one.source}")
    return lines


def notice_lines(book: Book, launch: Launch) -> list[str]:
    """In, early or late, by which notice."""
    rows = notice_rows(book, launch)
    if not rows:
        return ["No notice is known to this ledger."]
    return ["Notices, each on its own", *(line for row in rows for line in lines_of_notice(row))]


def lines_of_notice(row: dict[str, Any]) -> list[str]:
    """A row of `notice_row` for people."""
    if row["timing"] is None:
        where = "no launch time to compare"
    elif row["timing"] == Timing.IN:
        where = "in the window"
    else:
        where = f"{span(row['off_s'])} {'before' if row['timing'] == Timing.EARLY else 'after'} the window"
    zones = f"{row['zones']} zone(s) with corners" if row["zones"] else "no corners given"
    lines = [f"  {row['id']} ({row['issuer']}, {row['kind']}): {where} {row['from']} to {row['until']}; {zones}"]
    for impact in row["impacts"]:
        place = {None: "no zone to compare", 0: "outside every zone"}.get(impact["zone"], f"in zone {impact['zone']}")
        lines.append(f"    impact by {impact['reporter']}: {place}")
    return [*lines, *([f"    {row['note']}"] if row["note"] else [])]


def link_lines(book: Book, launch: Launch) -> list[str]:
    """Our own events and statements."""
    return [f"Linked to {link.to} {link.reference} by {link.by}" for link in book.links_of(launch.id)]


def moment(text: str | None, option: str) -> int | None:
    """A date or time of an option; a date is taken to its last nanosecond, for it says "until"."""
    if text is None:
        return None
    try:
        time_ns = read_day(text)
    except BadValue as error:
        raise BadInput(error.fault, error.remedy, option) from None
    if time_ns is None:
        raise BadInput("empty", "give a date like 2023-07-12 or a time", option)
    return time_ns + 86_400_000_000_000 - 1 if len(text) == 10 else time_ns


def dispatch_rows(proposals: list[tuple[Dispatch, list[Proposal]]], taken: int) -> dict[str, Any]:
    """Dispatches and proposals as programs read them; what could not be read is "unknown"."""
    number = 0
    rows = []
    for dispatch, found in proposals:
        listed = []
        for proposal in found:
            number += 1
            listed.append(
                {
                    "number": number,
                    "kind": proposal.named.kind,
                    "what": proposal.named.what,
                    "count": proposal.named.number or UNKNOWN,
                    "when": {"text": proposal.when.text, "day": proposal.when.day or UNKNOWN, "how": proposal.when.how},
                    "entries": list(proposal.entries),
                    "settled": proposal.sure,
                    "reason": proposal.reason,
                    "claims": [
                        {"id": claim.id, "field": claim.field, "told": told(claim)} for claim in proposal.claims
                    ],
                }
            )
        rows.append({**_form_row(dispatch), "proposals": listed})
    return {"dispatches": rows, "claims_added": taken}


def _form_row(dispatch: Dispatch) -> dict[str, Any]:
    line = dispatch.dateline
    return {
        "form": dispatch.form,
        "source": dispatch.source,
        "slug": dispatch.slug or UNKNOWN,
        "headline": dispatch.headline or UNKNOWN,
        "revision": {
            "mark": dispatch.revision.mark or UNKNOWN,
            "number": dispatch.revision.number or UNKNOWN,
            "changes": list(dispatch.revision.changes),
        },
        "dateline": {
            "place": UNKNOWN if line is None else line.place,
            "agency": UNKNOWN if line is None else line.agency,
            "day": UNKNOWN if line is None or line.day is None else line.day,
        },
        "byline": list(dispatch.byline) or UNKNOWN,
        "issued": UNKNOWN if dispatch.issued_ns is None else format_time(dispatch.issued_ns, 0),
        "paragraphs": len(dispatch.body),
        "end_mark": dispatch.end_mark or UNKNOWN,
        "boilerplate": list(dispatch.boilerplate),
    }


def dispatch_lines(proposals: list[tuple[Dispatch, list[Proposal]]]) -> list[str]:
    """Dispatches and proposals as people read them."""
    lines: list[str] = []
    document = dispatch_rows(proposals, 0)
    for row in document["dispatches"]:
        revision, line = row["revision"], row["dateline"]
        lines += [
            f"headline   {row['headline']}",
            f"slug       {row['slug']}; revision {_revision(revision)}"
            + (f"; {'; '.join(revision['changes'])}" if revision["changes"] else ""),
            f"dateline   {line['place']}, {line['day']} ({line['agency']}); byline {_listed(row['byline'])}",
            f"body       {row['paragraphs']} paragraphs; end mark {row['end_mark']}; {len(row['boilerplate'])} lines of boilerplate",
        ]
        for one in row["proposals"]:
            mark = "settled" if one["settled"] else "open"
            lines.append(
                f"  {one['number']:>2} {mark:<7} {one['kind']} {one['what']}, {one['when']['text'] or 'no date'} = {one['when']['day']}: "
                f"{' '.join(one['entries']) or 'no entry'} ({one['reason']})"
            )
            lines += [f"       {claim['field']}: {claim['told']}" for claim in one["claims"]]
        if not row["proposals"]:
            lines.append("  names no launch and no meeting that could be read")
    if any(one.dateline is not None and one.dateline.day is None for one, _ in proposals):
        lines.append(
            "the year of a dateline stands nowhere: say the local day of issue with --issued, such as --issued 2023-11-12"
        )
    return lines


def _revision(revision: dict[str, Any]) -> str:
    """`LEAD 2`, `URGENT`, or unknown."""
    parts = [str(part) for part in (revision["mark"], revision["number"]) if part != UNKNOWN]
    return " ".join(parts) or UNKNOWN


def _listed(byline: list[str] | str) -> str:
    return byline if isinstance(byline, str) else ", ".join(byline)
