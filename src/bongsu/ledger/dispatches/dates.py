"""Dates of a dispatch, resolved against its dateline, by the rules of wire writing; what breaks a rule is unknown, never guessed.

* A weekday is within six days of the dateline: the last such day, or the next when a word like "will" or "scheduled" stands before it.
* A month and day without a year are of the dateline's year. A month alone, after "in", is the last such month by the dateline.
* "this year", "last year", "this month", "last month" count from the dateline.
* A day behind a time of GMT or UTC ("at 2324 GMT on Sunday") is the day there; what is told is the day in Korea and Japan, as of all others. In brackets,
  behind another date, it says the same moment once more and is no second date.
"""

from __future__ import annotations

import datetime
import re

from bongsu.ledger.dispatches.article import When

EAST_HOURS = 9
"""Korea's and Japan's clocks are so far ahead of UTC."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?"
    r"|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_FUTURE = re.compile(
    r"\b(?:will|would|scheduled|slated|set|due|plans?|planned|to be held|to begin|starting|beginning|next)\b[^.;,]*$"
)

_UTC = (
    r"(?P<bracket>\()?\b(?P<hour>[01]?\d|2[0-3]):?(?P<minute>[0-5]\d) (?:GMT|UTC)\b"
    rf"(?:,? (?:on )?(?:(?P<weekday6>{_WEEKDAY})\b|(?P<month6>{_MONTH}) (?P<day6>\d{{1,2}})(?!\d)(?:, (?P<year6>\d{{4}}))?))?"
)
FOUND = re.compile(
    rf"(?P<utc>{_UTC})"
    rf"|(?P<both>(?P<weekday1>{_WEEKDAY}), (?P<month1>{_MONTH}) (?P<day1>\d{{1,2}})(?!\d)(?P<ordinal1>st|nd|rd|th)?(?:, (?P<year1>\d{{4}}))?)"
    rf"|(?P<date>\b(?P<month2>{_MONTH}) (?P<day2>\d{{1,2}}(?!\d)|<>)(?P<ordinal2>st|nd|rd|th)?(?:, (?P<year2>\d{{4}}))?)"
    rf"|(?P<broken>\b\d{{1,2}}(?:st|nd|rd|th)\b)"
    rf"|(?P<relative>\b(?:(?P<which>[Ll]ast|[Nn]ext) )?(?P<weekday3>{_WEEKDAY})\b)"
    r"|(?P<span>\b(?:[Ee]arlier )?(?:[Tt]his|[Ll]ast) (?:year|month)\b)"
    rf"|(?P<months>\b(?:[Ii]n|[Ll]ast) (?P<month4>{_MONTH})(?! \d{{1,2}}(?!\d))(?: and (?P<month5>{_MONTH})(?! \d{{1,2}}(?!\d)))?(?: (?P<year4>\d{{4}}))?)"
)


def month_number(text: str) -> int:
    """1 for `Jan.`, `January`."""
    return MONTHS.index(text[:3].lower()) + 1


def day_text(year: int, month: int, day: int) -> str | None:
    """A date that exists, as `YYYY-MM-DD`."""
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


def find(sentence: str, dateline_day: str | None) -> tuple[When, ...]:
    """Every date of a sentence, in order."""
    found: list[When] = []
    for match in FOUND.finditer(sentence):
        if match["utc"] and match["bracket"] and found:
            continue
        found += [when._replace(at=match.start()) for when in _resolve(match, sentence, dateline_day)]
    return tuple(found)


def _resolve(match: re.Match[str], sentence: str, dateline_day: str | None) -> list[When]:
    text = match.group().lstrip("(")
    base = None if dateline_day is None else datetime.date.fromisoformat(dateline_day)
    if match["utc"]:
        return [_utc(match, text, base)] if match["weekday6"] or match["month6"] else []
    if match["broken"]:
        return [When(text, None, "a day without its month")]
    if match["both"] or match["date"]:
        return [_date(match, text, base)]
    if base is None:
        return [When(text, None, "the dateline's day is not known")]
    if match["relative"]:
        return [_weekday(match, text, sentence, base)]
    if match["span"]:
        return [_span(text, base)]
    months = [match["month4"], match["month5"]]
    return [_month(text, name, match["year4"], base) for name in months if name]


def _date(match: re.Match[str], text: str, base: datetime.date | None) -> When:
    kind = "1" if match["both"] else "2"
    month, day, ordinal, year = (match[name + kind] for name in ("month", "day", "ordinal", "year"))
    if day == "<>":
        return When(text, None, "the day is damaged")
    if ordinal and ordinal != ordinal_of(int(day)):
        return When(text, None, f"{day}{ordinal} is no ordinal: the text is damaged")
    if year is None and base is None:
        return When(text, None, "no year, and the dateline's is not known")
    resolved = day_text(int(year) if year else base.year if base else 0, month_number(month), int(day))
    if resolved is None:
        return When(text, None, "no such day")
    if match["both"]:
        named = _WEEKDAYS[datetime.date.fromisoformat(resolved).weekday()]
        if named != match["weekday1"].lower():
            return When(text, None, f"{resolved} was a {named.title()}")
    return When(text, resolved, "as written" if year else "the dateline's year")


def ordinal_of(number: int) -> str:
    """`st`, `nd`, `rd` or `th`."""
    return "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _weekday(match: re.Match[str], text: str, sentence: str, base: datetime.date) -> When:
    steps = (base.weekday() - _WEEKDAYS.index(match["weekday3"].lower())) % 7
    which = match["which"] and match["which"].lower()
    ahead = which == "next" or (which is None and bool(_FUTURE.search(sentence[: match.start()])))
    if which == "last" and steps == 0:
        steps = 7
    if ahead:
        forward = (7 - steps) % 7 or (7 if which == "next" else 0)
        return When(text, (base + datetime.timedelta(days=forward)).isoformat(), "the next such day from the dateline")
    how = "the dateline's day" if steps == 0 else "the last such day before the dateline"
    return When(text, (base - datetime.timedelta(days=steps)).isoformat(), how)


def _utc(match: re.Match[str], text: str, base: datetime.date | None) -> When:
    """A day behind a time of UTC: the day in Korea and Japan at that moment. A weekday there may be the dateline's, or one of the six before."""
    year = match["year6"] or (str(base.year) if base else None)
    if year is None:
        return When(text, None, "no year, and the dateline's is not known")
    if match["month6"]:
        resolved = day_text(int(year), month_number(match["month6"]), int(match["day6"]))
        if resolved is None:
            return When(text, None, "no such day")
        day = datetime.date.fromisoformat(resolved)
    elif base is None:
        return When(text, None, "the dateline's day is not known")
    else:
        day = base - datetime.timedelta(days=(base.weekday() - _WEEKDAYS.index(match["weekday6"].lower())) % 7)
    moment = datetime.datetime.combine(day, datetime.time(int(match["hour"]), int(match["minute"])), datetime.UTC)
    local = moment + datetime.timedelta(hours=EAST_HOURS)
    return When(text, local.date().isoformat(), f"{moment:%H:%M} UTC of {day} is {local:%H:%M} in Korea and Japan")


def _span(text: str, base: datetime.date) -> When:
    last = "last" in text.lower()
    if "year" in text:
        return When(text, str(base.year - last), "counted from the dateline")
    first = base.replace(day=1)
    month = first - datetime.timedelta(days=1) if last else first
    return When(text, month.isoformat()[:7], "counted from the dateline")


def _month(text: str, name: str, year: str | None, base: datetime.date) -> When:
    month = month_number(name)
    if year:
        return When(text, f"{year}-{month:02d}", "as written")
    return When(text, f"{base.year - (month > base.month)}-{month:02d}", "the last such month by the dateline")
