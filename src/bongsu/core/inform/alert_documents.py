"""Words and documents of a public alert: from areas and a stage to texts in three languages, their digest, and the CAP document. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from bongsu.base.errors import BadValue
from bongsu.base.limits_alerts import ALERT_EXPIRES_S, ALERT_OUTLINED_COUNT
from bongsu.base.units import seconds_to_ns
from bongsu.geo.areas import AreaSet
from bongsu.model.alert import AreaRisk
from bongsu.model.alert_draft import AlertDraft
from bongsu.model.alert_policy import AlertPolicy
from bongsu.model.configuration import Configuration
from bongsu.model.mode import Mode
from bongsu.model.wording import AlertStage, Wording
from bongsu.wire import cap12, cap12_build
from bongsu.wire.cap12_build import LANGUAGE_TAGS, AlertedArea, Draft, Issuer
from bongsu.wire.cap12_rules import STATUSES
from bongsu.wire.cap12_types import CapAlert
from bongsu.words import alert_text
from bongsu.words.alert_text import AlertFacts, Authority

BEGINNINGS = (AlertStage.PRE_ALERT, AlertStage.ALERT)
"""Stages that begin an alert or go on with it; the others end it."""


class Made(msgspec.Struct, frozen=True):
    """A document: how later ones name it, its identifier and its bytes."""

    known: CapAlert
    identifier: str
    content: bytes


class Desk:
    """What a nation's documents are made with. `has_documents` is False in modes that have none, and where no authority is configured."""

    def __init__(self, configuration: Configuration, areas: AreaSet) -> None:
        self._mode, self._exercise = configuration.mode, configuration.exercise
        if configuration.mode is not Mode.EXERCISE:
            self._exercise = ""
        self._areas = areas
        policy = configuration.alerting
        self.has_documents = policy is not None and configuration.mode in STATUSES
        if policy is None:
            return
        self._authority = authority_of(policy)
        self._issuer = issuer_of(policy, configuration.node)

    def wordings(
        self,
        stage: AlertStage,
        kind: str,
        risks: Sequence[AreaRisk],
        sent_ns: int,
        unconfirmed: bool = False,
    ) -> tuple[Wording, ...]:
        """One stage in every language; `sent_ns` is when the alert goes (or went) out. Raises `BadValue` for what cannot be said."""
        times = [risk.time_ns for risk in risks if risk.time_ns is not None]
        facts = AlertFacts(
            stage=stage if stage in BEGINNINGS else AlertStage.ALERT,
            kind=kind,
            areas=tuple(alert_text.area_name(self._areas, risk.area) for risk in risks),
            time_ns=min(times, default=None),
            sent_ns=sent_ns,
            unconfirmed=unconfirmed,
        )
        return alert_text.wordings(facts, stage, self._authority, self._mode)

    def document(
        self,
        chain: str,
        number: int,
        stage: AlertStage,
        kind: str,
        risks: Sequence[AreaRisk],
        wordings: tuple[Wording, ...],
        sent_ns: int,
        earlier: Sequence[CapAlert],
        addresses: tuple[str, ...] = (),
        unconfirmed: bool = False,
    ) -> Made:
        """The CAP document, encoded. Raises `CapError` for what may not be written."""
        times = [risk.time_ns for risk in risks if risk.time_ns is not None and risk.time_ns > sent_ns]
        draft = Draft(
            alert=chain,
            version=number,
            stage=stage,
            kind=kind,
            sent_ns=sent_ns,
            expires_ns=sent_ns + seconds_to_ns(ALERT_EXPIRES_S),
            onset_ns=min(times, default=None) if stage in BEGINNINGS else None,
            areas=self._alerted(risks),
            wordings=wordings,
            addresses=addresses,
            unconfirmed=unconfirmed,
        )
        made = cap12_build.document(draft, self._issuer, self._mode, self._exercise, earlier)
        return Made(known(made), made.identifier, cap12.encode(made, self._mode, self._exercise))

    def _alerted(self, risks: Sequence[AreaRisk]) -> tuple[AlertedArea, ...]:
        """The areas with names; a few also with outlines (many would make the document too large for a gateway: their codes say where)."""
        outlined = len(risks) <= ALERT_OUTLINED_COUNT
        return tuple(
            AlertedArea(
                area=risk.area,
                area_set=self._areas.version,
                descriptions={language: self._areas.label(risk.area, language) for language in LANGUAGE_TAGS},
                polygons_deg=self._areas.outline_deg(risk.area) if outlined else (),
            )
            for risk in risks
        )


def authority_of(policy: AlertPolicy) -> Authority:
    """Who speaks."""
    return Authority(
        names=policy.names,
        short_names=policy.short_names,
        more=policy.more,
        offset_minutes=policy.offset_minutes,
        zones=policy.zones,
    )


def issuer_of(policy: AlertPolicy, node: str) -> Issuer:
    """Who sends."""
    return Issuer(
        node=node,
        sender=policy.sender,
        profile=policy.profile,
        offset_minutes=policy.offset_minutes,
        web=policy.web,
        contact=policy.contact,
    )


def digest_of(draft: AlertDraft) -> str:
    """SHA-256 over all that people would be told: chain, number, stage, kind, areas and every word. Not over times that no text says."""
    areas = [risk.area for risk in draft.areas]
    told = [
        draft.chain,
        draft.number,
        draft.stage,
        draft.kind,
        draft.area_set,
        areas,
        msgspec.to_builtins(draft.wordings),
    ]
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()


def ordered(risks: Sequence[AreaRisk]) -> tuple[AreaRisk, ...]:
    """Soonest first; what has no time comes last."""
    return tuple(sorted(risks, key=lambda risk: (risk.time_ns is None, risk.time_ns or 0, risk.area)))


def known(made: CapAlert) -> CapAlert:
    """What later documents need of one: how to name it, and its stage; no texts or areas."""
    return replace(
        made, infos=tuple(replace(info, areas=(), description="", instruction="") for info in made.infos[:1])
    )


def try_out(policy: AlertPolicy, node: str, mode: Mode, exercise: str, country: str, areas: AreaSet) -> None:
    """Say every stage of every kind once, so that nothing of the policy fails later. Raises `BadValue` or `CapError`; modes without documents say nothing."""
    if mode not in STATUSES:
        return
    authority, issuer = authority_of(policy), issuer_of(policy, node)
    area = next((one for one in areas.areas if one.country == country), None)
    if area is None:
        raise BadValue(f"area set {areas.version} has no area of {country!r}", "check `country` and `area_set`")
    name = alert_text.area_name(areas, area.id)
    alerted = AlertedArea(
        area=area.id,
        area_set=areas.version,
        descriptions={language: areas.label(area.id, language) for language in LANGUAGE_TAGS},
    )
    for kind in alert_text.KINDS:
        for unconfirmed in (False, True):
            facts = AlertFacts(
                stage=AlertStage.ALERT, kind=kind, areas=(name,), time_ns=0, sent_ns=0, unconfirmed=unconfirmed
            )
            ready = [alert_text.wordings(facts, stage, authority, mode) for stage in AlertStage]
            draft = Draft(
                alert="trial", version=1, stage=AlertStage.ALERT, kind=kind, sent_ns=0, expires_ns=10**9,
                areas=(alerted,), wordings=ready[1],
            )  # fmt: skip
            made = cap12_build.document(draft, issuer, mode, exercise if mode is Mode.EXERCISE else "")
            cap12.encode(made, mode, exercise if mode is Mode.EXERCISE else "")
