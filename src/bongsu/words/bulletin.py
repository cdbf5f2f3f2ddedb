"""An adopted joint statement as a bulletin in the form of a wire dispatch: slug, revision mark, headline, dateline, paragraphs, end mark.

`bongsu ledger ingest` reads the English form back. Outside of reality the mark stands in the slug, the headline and each paragraph.
"""

from bongsu.base.errors import BadValue
from bongsu.base.time import format_time
from bongsu.model.circle import Circle
from bongsu.model.mode import Mode
from bongsu.model.statement import JointStatement
from bongsu.words.catalogue import catalogue
from bongsu.words.statement_text import marked

_MONTHS = ("Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")


def bulletin(joint: JointStatement, circle: Circle | None, mode: Mode, exercise: str, language: str) -> str:
    """The bulletin in one language. Raises `BadValue` for a statement that is not adopted: nothing else is published."""
    if joint.adopted_ns is None:
        missing = ", ".join(joint.missing)
        raise BadValue(f"{joint.statement.statement} is not adopted", f"wait until these have signed: {missing}")
    words = catalogue("statements", language)
    mark = marked(mode, exercise, language)
    title = joint.statement.circle if circle is None else circle.title
    who = ", ".join(member.upper() for member in joint.members)
    time = f"{format_time(joint.adopted_ns, 0)[:16].replace('T', ' ')} UTC"
    revised = joint.adopted_before > 0
    first = words["bulletin.adopted"].format(circle=title, who=who, time=time)
    opening = f"{_dateline(joint, language)}{mark}{first} {words['bulletin.text']}"
    text = dict(joint.statement.texts)[language].split("\n")
    lines = [
        _slug(joint, mode),
        f"{_lead(joint)}{mark}{words['bulletin.headline'].format(circle=title)}",
        *(["(ATTN: UPDATES throughout)"] if revised else []),
        opening,
        *text,
        *([f"{mark}{words['bulletin.revised']}"] if revised else []),
        words["bulletin.end"],
    ]
    return "\n\n".join(lines) + "\n"


def _slug(joint: JointStatement, mode: Mode) -> str:
    first = "" if mode is Mode.REAL else f"{mode.value.upper()}-"
    return f"{first}JOINT STATEMENT-{joint.statement.circle.upper()}-{joint.statement.statement.upper()}"


def _lead(joint: JointStatement) -> str:
    """`(LEAD)` at the first revision that was adopted, then numbered by the text's version."""
    if not joint.adopted_before:
        return ""
    return "(LEAD) " if joint.statement.version == 2 else f"({_ordinal(joint.statement.version - 1)} LEAD) "


def _ordinal(number: int) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    end = "th" if number % 100 in (11, 12, 13) else ends.get(number % 10, "th")
    return f"{number}{end}"


def _dateline(joint: JointStatement, language: str) -> str:
    assert joint.adopted_ns is not None
    day = format_time(joint.adopted_ns, 0)[:10]
    place = joint.drafter.upper()
    by = catalogue("statements", language)["bulletin.by"]
    if language != "en":
        return f"{place}, {day} ({by}) -- "
    return f"{place}, {_MONTHS[int(day[5:7]) - 1]} {int(day[8:])}, {day[:4]} ({by}) -- "
