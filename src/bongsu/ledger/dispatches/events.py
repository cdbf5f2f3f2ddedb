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
_ACT = re.compile(r"\b(?:launch|fir|test|attempt|lift|flew|fly)\w*", re.IGNORECASE)
_NAMED = re.compile(r"\b(Hwasong(?:pho)?-\d+\w*|Pukguksong-\d+|Chollima-\d|Malligyong-\d|Unha-\d|Kwangmyongsong-\d)\b")
_SATELLITE = re.compile(r"\bsatellites?\b", re.IGNORECASE)
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
    for paragraph in dispatch.body:
        for sentence in sentences(paragraph):
            if len(sentence) > SENTENCE_CHARACTERS:
                continue
            found += _meetings(sentence, day)
            found += _launches(sentence, day)
    return found


def _meetings(sentence: str, day: str | None) -> list[Named]:
    """Each meeting with the first date after its name; without one, the last before it."""
    when = dates.find(sentence, day)
    found = []
    for kind, pattern in _MEETINGS:
        match = re.search(pattern, sentence, re.IGNORECASE)
        if match is None:
            continue
        after = [one for one in when if one.at >= match.start()]
        chosen = after[:1] or list(when[-1:]) or [When("", None, "the sentence gives no date")]
        found.append(Named(MEETING, kind, None, tuple(chosen), sentence))
    return found


def _launches(sentence: str, day: str | None) -> list[Named]:
    """One entry for each clause that speaks of launches that have been: a satellite's, a named missile's, any missile's."""
    found = []
    for clause in re.split(r"\b(?:and is|and are|while|but|following|after|, which)\b", sentence):
        if not _ACT.search(clause) and not _SATELLITE.search(sentence):
            continue
        kind, what = _kind(clause, sentence)
        if what is None or not _ACT.search(clause):
            continue
        when = dates.find(clause, day)
        if not when and _PLANNED.search(clause):
            continue
        found.append(
            Named(kind, what, _count(clause, when), when or (When("", None, "the clause gives no date"),), sentence)
        )
    return found


def _kind(clause: str, sentence: str) -> tuple[str, str | None]:
    name = _NAMED.search(clause)
    if name is not None:
        what = name[1].replace("pho", "")
        return (LAUNCH if what.startswith(("Hwasong", "Pukguksong")) else SATELLITE), what
    if _SATELLITE.search(clause) or (re.search(r"\battempts?\b", clause) and _SATELLITE.search(sentence)):
        return SATELLITE, "satellite"
    missile = _MISSILE.search(clause)
    return LAUNCH, missile.group() if missile else None


def _count(clause: str, when: tuple[When, ...]) -> int | None:
    match = _COUNT.search(clause)
    if match is not None:
        return _COUNTS[match.group().lower()]
    if len(when) > 1:
        return len(when)
    return (
        1 if re.search(r"\b(?:an?|its|the) (?:\w+[- ]){0,5}(?:launch|test|ICBM|missile|satellite)\b", clause) else None
    )
