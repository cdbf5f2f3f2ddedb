"""What the body of a dispatch names: launches and meetings, with their dates and counts. A sentence that names neither gives nothing."""

from __future__ import annotations

import re

from bongsu.base.limits import SENTENCE_CHARACTERS
from bongsu.ledger.dispatches import dates
from bongsu.ledger.dispatches.article import Dispatch, Named, When
from bongsu.ledger.dispatches.feeds import local_day

LAUNCH, SATELLITE, MEETING = "launch", "satellite", "meeting"

_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "twice": 2}
_COUNT = re.compile(
    r"\b(one|two|three|four|five|twice)\b(?= (?:\w+[ -]){0,3}(?:test|launch|attempt|failed|firing|satellite|missile|ballistic))|\btwice\b",
    re.IGNORECASE,
)
_ACT = re.compile(r"\b(?:launch|fir|test|attempt|lift|flew|fly|fail)\w*", re.IGNORECASE)
_NAMED = re.compile(r"\b(Hwasong(?:pho)?-\d+\w*|Pukguksong-\d+|Chollima-\d|Malligyong-\d|Unha-\d|Kwangmyongsong-\d)\b")
_SATELLITE = re.compile(r"\bsatellites?\b|\b(?:space|carrier) rockets?\b|\bspace launch vehicles?\b", re.IGNORECASE)
_MISSILE = re.compile(
    r"\b(?:ballistic missiles?|ICBMs?|intercontinental ballistic missiles?|cruise missiles?)\b", re.IGNORECASE
)
_PLANNED = re.compile(
    r"\b(?:preparing|prepare|preparations|plans?|planned|may|could|would|will|expected|believed to be)\b", re.IGNORECASE
)
_UNC = r"(?:U\.?N\.? Command|United Nations Command|\bUNC\b)"
_MET = r"\b(?:meeting|ministerial|talks|session)\b"
_MEETINGS = (
    ("scm", r"Security Consultative Meeting|\bSCM\b|annual (?:bilateral )?security (?:talks|dialogue)"),
    ("ncg", r"Nuclear Consultative Group|\bNCG\b"),
    ("unc", rf"{_UNC}.*{_MET}|{_MET}.*{_UNC}"),
    (
        "trilateral",
        r"trilateral (?:session|talks|meeting|defen[cs]e)|defen[cs]e (?:chiefs|ministers) of the three"
        r"|three(?:-way| countries'| nations').*(?:meeting|talks|session)",
    ),
    ("summit", r"Camp David"),
)
_SAID = re.compile(
    r"\b(?:said|told|announced|reported|stated|added|according)\b(?: \w+){0,4} ?(?:on )?$", re.IGNORECASE
)
_OF_IT = re.compile(
    r"^(?:It|The (?:missile|ICBM|rocket|projectile))\b|\b(?:said|saying) (?:that )?(?:it|the (?:missile|ICBM|rocket|projectile))\b"
)
"""How wires go on about the launch that the sentence before named."""
_SENTENCE = re.compile(r"(?<=[a-z\d\)\"\u201d%])[.!?][\"\u201d]? +(?=[\"\u201cA-Z])")


def sentences(paragraph: str) -> list[str]:
    """Sentences of a paragraph; `Nov. 12` and `a.m.` do not end one."""
    held = re.sub(
        r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Gen|Mr|Ms|Dr|U\.S|U\.N|a\.m|p\.m)\. ",
        lambda match: match[1] + ".\u00a0",
        paragraph,
    )
    return [part.replace("\u00a0", " ").strip() for part in _SENTENCE.split(held) if part.strip()]


def named(dispatch: Dispatch) -> list[Named]:
    """Launches and meetings in the order in which the body names them."""
    day = local_day(dispatch)
    found: list[Named] = []
    alone: int | None = None  # which of them the sentences now speak of, where it is one launch
    for paragraph in dispatch.body:
        for sentence in sentences(paragraph):
            if len(sentence) > SENTENCE_CHARACTERS:
                continue
            meetings, launches = _meetings(sentence, day), _launches(sentence, day)
            found += [*meetings, *launches]
            if launches or meetings:
                alone = len(found) - 1 if len(launches) == 1 and not meetings and len(launches[0].when) == 1 else None
            elif alone is not None and _OF_IT.search(sentence) and not _dates(sentence, day):
                found[alone] = found[alone]._replace(follows=(*found[alone].follows, sentence))
    return found


def _dates(sentence: str, day: str | None) -> list[When]:
    """Dates of a sentence that are not merely those on which somebody said it."""
    return [one for one in dates.find(sentence, day) if not _SAID.search(sentence[: one.at])]


def _meetings(sentence: str, day: str | None) -> list[Named]:
    """Each meeting with the first date between its name and the next meeting's; the first of them else with the last date before it."""
    when = _dates(sentence, day)
    named = sorted(
        (match.start(), kind)
        for kind, pattern in _MEETINGS
        if (match := re.search(pattern, sentence, re.IGNORECASE)) is not None
    )
    found = []
    for i, (start, kind) in enumerate(named):
        end = named[i + 1][0] if i + 1 < len(named) else len(sentence)
        chosen = [one for one in when if start <= one.at < end][:1]
        if not chosen and i == 0:
            chosen = [one for one in when if one.at < start][-1:]
        found.append(
            Named(MEETING, kind, None, tuple(chosen) or (When("", None, "the sentence gives it no date"),), sentence)
        )
    return found


def _launches(sentence: str, day: str | None) -> list[Named]:
    """One entry for each clause that speaks of launches that have been: a satellite's, a named missile's, any missile's."""
    found = []
    for clause in _CLAUSES.split(sentence):
        kind, what = _kind(clause, sentence)
        if what is None or not _ACT.search(clause):
            continue
        when = tuple(_dates(clause, day))
        number = _number(clause, when)
        if not when and (_PLANNED.search(clause) or (number is None and not _NAMED.search(clause))):
            continue
        found.append(Named(kind, what, number, when or (When("", None, "the clause gives no date"),), sentence))
    return found


_CLAUSES = re.compile(
    r"\b(?:and is|and are|while|but|following|after|, which)\b"
    r"|,? and (?=(?:then |later )?(?:failed|fired|launched|tested|tried|attempted|conducted|sent|put)\b)"
)


def _kind(clause: str, sentence: str) -> tuple[str, str | None]:
    name = _NAMED.search(clause)
    if name is not None:
        what = name[1].replace("pho", "")
        return (LAUNCH if what.startswith(("Hwasong", "Pukguksong")) else SATELLITE), what
    if _SATELLITE.search(clause) or (re.search(r"\battempts?\b", clause) and _SATELLITE.search(sentence)):
        return SATELLITE, "satellite"
    missile = _MISSILE.search(clause)
    return LAUNCH, missile.group() if missile else None


def _number(clause: str, when: tuple[When, ...]) -> int | None:
    match = _COUNT.search(clause)
    if match is not None:
        return _COUNTS[match.group().lower()]
    if len(when) > 1:
        return len(when)
    return (
        1
        if re.search(
            r"\b(?:an?|its|the) (?:\w+[- ]){0,5}(?:launch|test|ICBM|missile|satellite)\b(?! (?:warning|data|defen|program))",
            clause,
        )
        else None
    )
