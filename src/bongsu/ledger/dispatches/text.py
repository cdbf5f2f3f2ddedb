"""A dispatch as plain text, in the form of the wires.

Lines, in this order, all but the dateline optional: a slug (`SLUG: ...`, or capitals joined by hyphens or slashes); the headline after its revision
mark (`(LEAD)`, `(2nd LD)`, `(URGENT)`, `UPDATE 2-`); `(ATTN: UPDATES throughout; ADDS byline)`; a stamp such as `07:37 May 31, 2023`; `By NAME and NAME`; the
dateline (`SEOUL, Nov. 12 (Agency) --`, `SEOUL, July 13. /Agency/.`) and the first paragraph; paragraphs; the writer's address; an end mark: `(END)`,
`-30-`, `###`. What follows the end mark is boilerplate; so are rights and addresses before it.
"""

from __future__ import annotations

import re

from bongsu.base.time import parse_time
from bongsu.ledger.dispatches.article import Dateline, Dispatch, Revision
from bongsu.ledger.dispatches.dates import MONTHS, day_text, month_number

_REVISION = re.compile(
    r"^\((?:(?P<number>\d{1,2})(?:st|nd|rd|th) )?(?P<mark>LEAD|LD|URGENT|UPDATE|CORRECTED|RECAST)\)\s*|^(?P<update>UPDATE) ?(?P<count>\d{1,2})[-:] ?"
)
_ATTN = re.compile(r"^\(ATTN: ?(?P<notes>.*)\)$", re.IGNORECASE)
_SLUG = re.compile(
    r"^(?:SLUG|Slug):\s*(?P<named>\S.*)$|^(?P<plain>[A-Z0-9][A-Z0-9.&' ]*(?:[-/][A-Z0-9.&' ]+)+(?:,.*)?)$"
)
_SLUG_LIKE = re.compile(r"^[\w.&']+(?:[-/][\w.&']+)+(?: \w+){0,3}$")
"""A slug in small letters, of which only a headline below it tells that it is none itself."""
_STAMP = re.compile(
    r"^(?:(?P<hour>\d{1,2}):(?P<minute>\d\d) )?(?P<month>[A-Z][a-z]+)\.? (?P<day>\d{1,2}), (?P<year>\d{4})$"
)
_BYLINE = re.compile(r"^By (?P<names>[^.]+)$")
_MONTH = r"(?P<month>Jan|Feb|March|Mar|April|Apr|May|June|Jun|July|Jul|Aug|Sept|Sep|Oct|Nov|Dec)[a-z]*\.?"
_PLACE = r"(?P<place>[A-Z][A-Za-z.'\u2019]*(?:[ /-][A-Z][A-Za-z.'\u2019]*)*)"
_DATELINES = (
    re.compile(
        rf"^{_PLACE}(?:, (?!{_MONTH.replace('?P<month>', '?:')} \d)[A-Z][A-Za-z. ]+)?(?:, {_MONTH} (?P<day>\d{{1,2}}))?"
        r"(?:, (?P<year>\d{4}))? \((?P<agency>[^)]{2,40})\) ?(?:--|\u2014|\u2013|-) ?"
    ),
    re.compile(rf"^{_PLACE}, {_MONTH} (?P<day>\d{{1,2}})\. /(?P<agency>[^/]{{2,40}})/\. "),
)
_END = re.compile(r"^(?:\(END\)|\(end\)|-30-|-0-|###|\(?MORE\)?)$")
_RIGHTS = re.compile(r"copyright|all rights reserved|\u00a9|\(C\) |no redistribution", re.IGNORECASE)
_ADDRESS = re.compile(r"^\S+@\S+\.\S+$")


def read(
    text: str, source: str, form: str = "text", issued_ns: int | None = None, issued_day: str | None = None
) -> Dispatch:
    """A dispatch from its text; `issued_day` is the local day of issue where something outside the text tells it."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    body, end_mark, boilerplate = _divide(lines)
    start = next((i for i, line in enumerate(body) if _dateline_match(line)), None)
    head = body if start is None else body[:start]
    slug, revision, headline, byline, stamp = _head([line for line in head if line], full=start is None)
    day = stamp or issued_day
    match = None if start is None else _dateline_match(body[start])
    paragraphs = [] if start is None or match is None else [body[start][match.end() :], *body[start + 1 :]]
    tail = [line for line in paragraphs if _RIGHTS.search(line) or _ADDRESS.match(line)]
    return Dispatch(
        form=form,
        slug=slug,
        headline=headline,
        revision=revision,
        dateline=None if match is None else _dateline(match, day),
        byline=byline,
        issued_ns=issued_ns if issued_ns is not None else (None if stamp is None else parse_time(f"{stamp}T00:00:00Z")),
        body=tuple(line for line in paragraphs if line and line not in tail),
        end_mark=end_mark,
        boilerplate=(*tail, *boilerplate),
        source=source,
    )


def _divide(lines: list[str]) -> tuple[list[str], str | None, list[str]]:
    """Lines before the end mark, the mark, and what is below it."""
    for i, line in enumerate(lines):
        if _END.match(line):
            return lines[:i], line, [rest for rest in lines[i + 1 :] if rest]
    return lines, None, []


def _dateline_match(line: str) -> re.Match[str] | None:
    return next((match for pattern in _DATELINES if (match := pattern.match(line))), None)


def _dateline(match: re.Match[str], issued_day: str | None) -> Dateline:
    parts = match.groupdict()
    if not parts["month"] or not parts["day"]:
        return Dateline(parts["place"], parts["agency"], None, issued_day)
    month, day = month_number(parts["month"]), int(parts["day"])
    year = parts.get("year") or (issued_day[:4] if issued_day else None)
    resolved = None if year is None else day_text(int(year), month, day)
    return Dateline(parts["place"], parts["agency"], (month, day), resolved)


def _head(lines: list[str], full: bool) -> tuple[str | None, Revision, str | None, tuple[str, ...], str | None]:
    """Slug, revision, headline, byline and the day of the stamp, from the lines above the dateline (`full`: there is none)."""
    slug: str | None = None
    headline: str | None = None
    stamp: str | None = None
    byline: tuple[str, ...] = ()
    revision = Revision(None, None)
    for line in lines[:12] if full else lines:
        notes, named, dated, signed = _ATTN.match(line), _SLUG.match(line), _STAMP.match(line), _BYLINE.match(line)
        if notes:
            changes = tuple(part.strip() for part in re.split(r"[;,] ?(?=[A-Z]{4,})", notes["notes"]) if part.strip())
            revision = revision._replace(changes=changes)
        elif signed:
            byline = tuple(name.strip() for name in re.split(r",? and |, ", signed["names"]) if name.strip())
        elif dated:
            stamp = (
                day_text(int(dated["year"]), month_number(dated["month"]), int(dated["day"]))
                if _is_month(dated["month"])
                else None
            )
        elif named and headline is None and slug is None:
            slug = named["named"] or named["plain"]
        elif headline is None:
            revision, headline = _headline(line, revision)
        elif slug is None and revision.mark is not None and _SLUG_LIKE.match(headline):
            slug, headline = headline, line
    return slug, revision, headline, byline, stamp


def _is_month(text: str) -> bool:
    return text[:3].lower() in MONTHS


def _headline(line: str, revision: Revision) -> tuple[Revision, str | None]:
    mark, number, rest = revision_of(line)
    return Revision(mark, number, revision.changes), rest or None


def revision_of(line: str) -> tuple[str | None, int | None, str]:
    """Mark and number of a headline, and the headline without them: `(2nd LD) Three agree` is LEAD, 2, `Three agree`."""
    match = _REVISION.match(line)
    if match is None:
        return None, None, line
    mark = "LEAD" if match["mark"] == "LD" else match["mark"] or match["update"]
    number = match["number"] or match["count"]
    return mark, int(number) if number else (1 if mark == "LEAD" else None), line[match.end() :]
