"""Makes a CAP document of an alert: codes by table, texts from the wording, references from what was sent before.

Everything that may differ between the languages is text; codes, times and areas are the same in each. Identifiers are made of what the document is, not
drawn: sender's node, mode, time, alert and version. Times that the schema cuts to seconds stand whole in parameters.
"""

from collections.abc import Sequence

import msgspec

from bongsu.base.errors import BadValue
from bongsu.base.time import format_time
from bongsu.geo.areas import AreaSet
from bongsu.model.alert import Alert
from bongsu.model.mode import Mode
from bongsu.model.wording import AlertStage, Wording, at_risk
from bongsu.wire import cap12_profiles, cap12_table
from bongsu.wire.cap12_rules import status_of
from bongsu.wire.cap12_types import (
    NANOSECONDS_PER_SECOND,
    CapAlert,
    CapArea,
    CapCircle,
    CapError,
    CapInfo,
    CapTime,
    Category,
    Named,
    Polygon,
    Reference,
    Scope,
    Status,
)

LANGUAGE_TAGS = {"en": "en-US", "ko": "ko-KR", "ja": "ja-JP"}
UNCONFIRMED = "UNCONFIRMED: no person has approved this"
"""In the note of a document that a deadline sent."""
EXACT = "bongsu.exact."
"""Begins the name of a parameter that holds a time with all its digits: `bongsu.exact.sent`."""


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends: `sender` as in CAP (an address of the authority), `profile` one of `cap12_profiles.PROFILES`."""

    node: str
    sender: str
    profile: str = ""
    offset_minutes: int = 0
    web: str = ""
    contact: str = ""


class AlertedArea(msgspec.Struct, frozen=True, kw_only=True):
    """One area: names by language, always with the country's; outlines are optional."""

    area: str
    area_set: str
    descriptions: dict[str, str]
    polygons_deg: tuple[Polygon, ...] = ()
    circles: tuple[CapCircle, ...] = ()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a document is to say. `addresses` make it private; an exercise or test without them is restricted to its participants.

    `unconfirmed`: it goes out though no person has approved it; the note says so, as the texts must.
    """

    alert: str
    version: int
    stage: AlertStage
    kind: str
    sent_ns: int
    expires_ns: int
    onset_ns: int | None = None
    areas: tuple[AlertedArea, ...]
    wordings: tuple[Wording, ...]
    addresses: tuple[str, ...] = ()
    unconfirmed: bool = False


def document(
    draft: Draft, issuer: Issuer, mode: Mode, exercise: str = "", earlier: Sequence[CapAlert] = ()
) -> CapAlert:
    """The document of a draft. `earlier` is every document sent for this alert so far. Raises `CapError` for what may not be said."""
    check_issuer(issuer)
    status = status_of(mode)
    if not draft.areas:
        raise CapError("area", "alert/info/area", "an alert concerns an area")
    _check_wordings(draft, mode)
    wordings = sorted(draft.wordings, key=lambda wording: list(LANGUAGE_TAGS).index(wording.language))
    mark = wordings[0].mark
    references = references_to(earlier, issuer, status)
    if earlier:
        cap12_table.check_ladder(max(earlier, key=_order), draft.stage)
    scope, restriction = _scope(draft, status, exercise)
    return CapAlert(
        identifier=identifier(draft, issuer, mode),
        sender=issuer.sender,
        sent=_moment(draft.sent_ns, issuer),
        status=status,
        message_type=cap12_table.message_type_of(draft.stage, follows=bool(earlier)),
        source=mark.strip(":"),
        scope=scope,
        restriction=restriction,
        addresses=draft.addresses,
        codes=cap12_profiles.PROFILES[issuer.profile].codes,
        note=" ".join(part for part in (mark, exercise, UNCONFIRMED if draft.unconfirmed else "") if part),
        references=references,
        incidents=(draft.alert,),
        infos=tuple(_info(draft, wording, issuer, status) for wording in wordings),
    )


def areas_of(alert: Alert, kind: str, areas: AreaSet) -> tuple[AlertedArea, ...]:
    """The areas of an alert that run one kind of risk, soonest first, with their names. Raises `CapError` for one that the set has not."""
    found = []
    for risk in at_risk(alert, kind):
        if areas.version != alert.area_set or areas.get(risk.area) is None:
            raise CapError("area", "alert/info/area", f"{risk.area} of set {alert.area_set} is not in {areas.version}")
        names = {language: areas.label(risk.area, language) for language in LANGUAGE_TAGS}
        found.append(AlertedArea(area=risk.area, area_set=areas.version, descriptions=names))
    return tuple(found)


def identifier(draft: Draft, issuer: Issuer, mode: Mode) -> str:
    """Unique for the sender: node, mode, second, alert and version; the same draft gives the same."""
    moment = format_time(draft.sent_ns, digits=0).translate(str.maketrans("", "", "-:"))
    return f"{issuer.node}.{mode.value}.{moment}.{draft.alert}.{draft.version}"


def references_to(earlier: Sequence[CapAlert], issuer: Issuer, status: Status) -> tuple[Reference, ...]:
    """Names all earlier documents, oldest first. Raises `CapError` when one is of another sender or status: a drill never follows the real thing."""
    for one in earlier:
        if one.sender != issuer.sender or one.status is not status:
            fault = (
                f"{one.identifier} is of {one.sender} and status {one.status.value}, this one of status {status.value}"
            )
            raise CapError("references", "alert/references", fault)
    return tuple(one.reference() for one in sorted(earlier, key=_order))


def _order(one: CapAlert) -> tuple[int, int, str]:
    """By time; documents of one second by how many they follow."""
    return one.sent.time_ns, len(one.references), one.identifier


def _check_wordings(draft: Draft, mode: Mode) -> None:
    """Three languages of one unit and stage; marked in every paragraph, unless it is real: then nowhere."""
    wordings = draft.wordings
    if sorted(wording.language for wording in wordings) != sorted(LANGUAGE_TAGS):
        raise CapError("language", "alert/info", f"an alert speaks {', '.join(LANGUAGE_TAGS)}, each once")
    if len({wording.unit for wording in wordings}) != 1 or {wording.stage for wording in wordings} != {draft.stage}:
        raise CapError("wording", "alert/info", "all languages are of one template unit and of the draft's stage")
    for wording in wordings:
        if wording.mode is not mode or (mode is Mode.REAL) == bool(wording.mark):
            fault = f"texts of mode {wording.mode.value}, marked {wording.mark!r}, in a document of mode {mode.value}"
            raise CapError("mark", "alert/info", fault)
        if not all(line.startswith(wording.mark) for line in wording.paragraphs()):
            raise CapError("mark", "alert/info", f"a paragraph in {wording.language} lacks its mark {wording.mark!r}")


def _scope(draft: Draft, status: Status, exercise: str) -> tuple[Scope, str]:
    if draft.addresses:
        return Scope.PRIVATE, ""
    if status is Status.ACTUAL:
        return Scope.PUBLIC, ""
    return Scope.RESTRICTED, f"Participants of the exercise {exercise}" if exercise else "Participants of the test"


def _info(draft: Draft, wording: Wording, issuer: Issuer, status: Status) -> CapInfo:
    codes = cap12_table.codes_of(draft.stage, draft.kind)
    onset = None if draft.onset_ns is None else _moment(draft.onset_ns, issuer)
    return CapInfo(
        language=LANGUAGE_TAGS[wording.language],
        categories=(Category.SECURITY,),
        event=wording.event,
        response_types=codes.response_types,
        urgency=codes.urgency,
        severity=codes.severity,
        certainty=codes.certainty,
        event_codes=cap12_profiles.event_codes(issuer.profile, draft.stage, status),
        effective=_moment(draft.sent_ns, issuer),
        onset=onset,
        expires=_moment(draft.expires_ns, issuer),
        sender_name=wording.sender,
        headline=wording.headline,
        description=wording.description,
        instruction=wording.instruction,
        web=issuer.web,
        contact=issuer.contact,
        parameters=(*cap12_profiles.text_parameters(issuer.profile, wording), *_exact(draft, wording)),
        areas=tuple(_area(area, wording.language, issuer) for area in draft.areas),
    )


def _area(area: AlertedArea, language: str, issuer: Issuer) -> CapArea:
    if language not in area.descriptions:
        raise CapError("area", "alert/info/area", f"{area.area} has no name in {language}")
    return CapArea(
        description=area.descriptions[language],
        polygons_deg=area.polygons_deg,
        circles=area.circles,
        geocodes=cap12_profiles.geocodes(issuer.profile, area.area, area.area_set),
    )


def _exact(draft: Draft, wording: Wording) -> tuple[Named, ...]:
    """Times with all their digits, and the version of the wording."""
    moments = (("sent", draft.sent_ns), ("onset", draft.onset_ns), ("expires", draft.expires_ns))
    times = [Named(EXACT + name, format_time(time_ns, digits=9)) for name, time_ns in moments if time_ns is not None]
    return (*times, Named("bongsu.words", wording.unit))


def _moment(time_ns: int, issuer: Issuer) -> CapTime:
    """The second that has begun: a moment is never said later than it is."""
    return CapTime(time_ns // NANOSECONDS_PER_SECOND * NANOSECONDS_PER_SECOND, issuer.offset_minutes)


def check_issuer(issuer: Issuer) -> None:
    """Raises `BadValue` for settings that no document could be made with."""
    if issuer.profile not in cap12_profiles.PROFILES:
        known = ", ".join(repr(name) for name in cap12_profiles.PROFILES)
        raise BadValue(f"{issuer.profile!r} is not a CAP profile", f"use one of {known}")
