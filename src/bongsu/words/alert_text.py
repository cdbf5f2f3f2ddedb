"""The wording of public alerts in three languages, from one template unit: who, what, where, when, what to do, where to learn more.

`prepare` gives the alert **and** both its endings at once: the all-clear and the correction stand ready before the alert goes out. Texts for phones fit
cell broadcast: what does not fit loses names of areas, last first, with a count of what was left out, and in the end says "your area" (a broadcast
reaches only those who are there); it is never cut. A short text leaves out at last who speaks, which
the phone shows. The description always names every area. Outside of reality each paragraph begins with its mark.
"""

from collections.abc import Sequence

import msgspec

from bongsu.base.errors import BadValue
from bongsu.base.limits_alerts import ALERT_BROADCAST_CHARACTERS, ALERT_HEADLINE_CHARACTERS, ALERT_SHORT_CHARACTERS
from bongsu.base.time import format_time
from bongsu.geo.areas import AreaSet
from bongsu.model.alert import Alert
from bongsu.model.mode import Mode
from bongsu.model.wording import AlertStage, Wording, at_risk
from bongsu.words.alert_unit import Texts, Unit, unit
from bongsu.words.catalogue import LANGUAGES

KINDS = ("impact", "overflight")
_NANOSECONDS_PER_MINUTE = 60_000_000_000
_GSM_7_BIT = frozenset(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Characters of one septet (3GPP TS 23.038, default alphabet); with any other a page holds 40 characters instead of 93."""


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """Who speaks: full and short names, where to learn more, and the zone's name (may be empty), by language; local time by its offset."""

    names: Texts
    short_names: Texts
    more: Texts
    offset_minutes: int
    zones: Texts


class AreaName(msgspec.Struct, frozen=True):
    """An area's name (a district's with its province) and its country's, by language."""

    names: Texts
    country_names: Texts


class AlertFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert is about: `stage` `pre_alert` or `alert`, `kind` `impact` or `overflight`, when it may arrive (None: not known), when it is sent.

    `unconfirmed`: no person has approved it; every paragraph says so.
    """

    stage: AlertStage
    kind: str
    areas: tuple[AreaName, ...]
    time_ns: int | None
    sent_ns: int
    unconfirmed: bool = False


class Prepared(msgspec.Struct, frozen=True):
    """An alert's wording and, ready before it goes out, that of both its endings; each in every language."""

    alert: tuple[Wording, ...]
    passed: tuple[Wording, ...]
    corrected: tuple[Wording, ...]


def prepare(facts: AlertFacts, authority: Authority, mode: Mode, texts: Unit | None = None) -> Prepared:
    """The wording of an alert, its all-clear and its correction. Raises `BadValue` for what cannot be said, before anything is."""
    return Prepared(
        alert=wordings(facts, facts.stage, authority, mode, texts),
        passed=wordings(facts, AlertStage.PASSED, authority, mode, texts),
        corrected=wordings(facts, AlertStage.CORRECTED, authority, mode, texts),
    )


def wordings(
    facts: AlertFacts, stage: AlertStage, authority: Authority, mode: Mode, texts: Unit | None = None
) -> tuple[Wording, ...]:
    """One stage in every language."""
    used = texts or unit()
    _check(facts, mode, used)
    _check_names(facts, authority)
    return tuple(_Writer(used, facts, authority, mode, language).wording(stage) for language in LANGUAGES)


def facts_of(alert: Alert, kind: str, areas: AreaSet, stage: AlertStage, sent_ns: int) -> AlertFacts:
    """What an alert of the core is about, for the areas of one kind of risk, soonest first. `sent_ns` is when the alert goes (or went) out."""
    risks = at_risk(alert, kind)
    times = [risk.time_ns for risk in risks if risk.time_ns is not None]
    names = tuple(area_name(areas, risk.area) for risk in risks)
    return AlertFacts(stage=stage, kind=kind, areas=names, time_ns=min(times, default=None), sent_ns=sent_ns)


def area_name(areas: AreaSet, area_id: str) -> AreaName:
    """The name of an area of a set. Raises `BadValue` for an id that it has not."""
    area = areas.get(area_id)
    if area is None:
        raise BadValue(f"area {area_id!r} is not in area set {areas.version}", "use an id of this set")
    province = areas.get(area.parent) if area.parent is not None and area.level == "sigungu" else None
    names = area.names
    if province is not None:
        names = {
            language: unit().phrase(
                "area_in_province", language, area=area.names[language], province=province.names[language]
            )
            for language in LANGUAGES
        }
    return AreaName(names, area.country_names)


def characters(text: str) -> int:
    """Length in UTF-16 units, as cell broadcast counts Korean and Japanese; the same as characters for all our texts."""
    return len(text.encode("utf-16-le")) // 2


class _Writer:
    """One language of one alert."""

    def __init__(self, texts: Unit, facts: AlertFacts, authority: Authority, mode: Mode, language: str) -> None:
        self._unit = texts
        self._facts = facts
        self._language = language
        self._authority = authority
        self._mode = mode
        self._mark = texts.marks[mode.value][language]
        self._unconfirmed = texts.phrases["unconfirmed"][language] if facts.unconfirmed else ""
        known = facts.time_ns is not None
        time = texts.phrase("time_known" if known else "time_unknown", language, clock=self._clock(facts.time_ns or 0))
        self._values = {"time": time, "sent": self._clock(facts.sent_ns), "more": authority.more[language]}

    def wording(self, stage: AlertStage) -> Wording:
        """All texts of a stage."""
        name = f"alert_{self._facts.kind}" if stage is AlertStage.ALERT else stage.value
        broadcast, short = ALERT_BROADCAST_CHARACTERS[self._language], ALERT_SHORT_CHARACTERS
        return Wording(
            language=self._language,
            stage=stage,
            mode=self._mode,
            unit=self._unit.version,
            mark=self._mark,
            sender=self._authority.names[self._language],
            event=self._paragraph(name, "event"),
            headline=self._fitting(name, "headline", ALERT_HEADLINE_CHARACTERS),
            description="\n".join(self._paragraph(name, part) for part in ("who", "what", "where", "when")),
            instruction="\n".join(self._paragraph(name, part) for part in ("do", "learn")),
            broadcast=self._broadcast(name, "broadcast", broadcast),
            short=self._broadcast(name, "short", short),
        )

    def _paragraph(self, stage: str, part: str) -> str:
        return self._filled(stage, part, self._areas(len(self._facts.areas)), self._authority.names)

    def _filled(self, stage: str, part: str, areas: str, names: Texts) -> str:
        text = self._unit.text(stage, part, self._language)
        filled = text.format_map({**self._values, "areas": areas, "authority": names[self._language]}).lstrip(": ")
        return " ".join(part for part in (self._mark, self._unconfirmed, filled) if part)

    def _broadcast(self, stage: str, part: str, limit: int) -> str:
        text = self._fitting(stage, part, limit)
        strange = sorted({letter for letter in text if letter not in _GSM_7_BIT}) if self._language == "en" else []
        if strange:
            fault = f"{''.join(strange)!r} is not in the alphabet of English cell broadcast"
            raise BadValue(fault, "write the authority's English texts with plain letters")
        return text

    def _fitting(self, stage: str, part: str, limit: int) -> str:
        """The text with as many areas named as fit. Marks leave less room: where nothing fits there, the authority is not named."""
        texts = [self._authority.names if part == "headline" else self._authority.short_names]
        if (self._mark or self._unconfirmed) and part == "short":
            texts.append(dict.fromkeys(LANGUAGES, ""))
        for names in texts:
            for count in range(len(self._facts.areas), -1, -1):
                text = self._filled(stage, part, self._areas(count), names)
                if characters(text) <= limit:
                    return text
        over = characters(text) - limit
        fault = f"the {part} text of {stage} in {self._language} is {over} characters too long for a phone"
        raise BadValue(fault, "shorten the authority's short name and where to learn more")

    def _areas(self, count: int) -> str:
        """The first `count` areas by name, and how many more there are."""
        if count == 0:
            return self._unit.phrase("areas_here", self._language)
        between = self._unit.phrases["areas_between"][self._language]
        names = between.join(area.names[self._language] for area in self._facts.areas[:count])
        country = self._facts.areas[0].country_names[self._language]
        left = len(self._facts.areas) - count
        if left:
            return self._unit.phrase("areas_more", self._language, names=names, country=country, count=str(left))
        return self._unit.phrase("areas", self._language, names=names, country=country)

    def _clock(self, time_ns: int) -> str:
        local = format_time(time_ns + self._authority.offset_minutes * _NANOSECONDS_PER_MINUTE, digits=0)
        return f"{local[11:16]} {self._authority.zones[self._language]}".rstrip()


def _check(facts: AlertFacts, mode: Mode, texts: Unit) -> None:
    if mode.value not in texts.marks:
        raise BadValue(f"mode {mode.value} has no public alerts", "only real, exercise and test have")
    if facts.stage not in (AlertStage.PRE_ALERT, AlertStage.ALERT):
        raise BadValue(f"stage {facts.stage.value} begins no alert", "prepare a pre-alert or an alert")
    if facts.kind not in KINDS:
        raise BadValue(f"{facts.kind!r} is no kind of risk", f"use one of {', '.join(KINDS)}")
    if not facts.areas:
        raise BadValue("an alert without an area", "name one at least")
    if len(_countries(facts.areas)) != 1:
        raise BadValue("an alert for areas of two countries", "each nation alerts its own areas")


def _check_names(facts: AlertFacts, authority: Authority) -> None:
    """Every name is one line in each language: a second line would be a paragraph without its mark."""
    families = [authority.names, authority.short_names, authority.more]
    families += [texts for area in facts.areas for texts in (area.names, area.country_names)]
    for texts in families:
        for language in LANGUAGES:
            text = texts.get(language, "")
            if not text.strip() or len(text.splitlines()) != 1:
                raise BadValue(f"{text[:40]!r} is no name in {language}", "give one line of text in each language")
    if not all(language in authority.zones for language in LANGUAGES):
        raise BadValue("the name of the zone of time is missing in a language", "give it for each, empty if need be")


def _countries(areas: Sequence[AreaName]) -> list[str]:
    return sorted({area.country_names["en"] for area in areas})
