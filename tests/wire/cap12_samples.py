"""What the tests of public alert documents share: an authority, areas, drafts and the schema."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from bongsu.geo.areas import load
from bongsu.model.mode import Mode
from bongsu.model.wording import AlertStage, Wording
from bongsu.wire import cap12
from bongsu.wire.cap12_build import AlertedArea, Draft, Issuer, document
from bongsu.wire.cap12_types import CapAlert, CapCircle
from bongsu.words.alert_text import AlertFacts, Authority, area_name, wordings
from bongsu.words.catalogue import LANGUAGES

ROOT = Path(__file__).parents[2]
OTHERS = ROOT.parent / "shared" / "data" / "standards" / "cap"
GOLDEN = ROOT / "tests" / "data" / "cap12"
SECOND_NS = 1_000_000_000
SENT_NS = 1_777_592_832_123_456_789
EXERCISE = "Lofted Dawn"
NAMES = {Mode.REAL: "", Mode.EXERCISE: EXERCISE, Mode.TEST: ""}
AREA_IDS = ("KR-42", "KR-28-baengnyeong", "KR-11110")

KOREA = Authority(
    names={"en": "National Alert Centre", "ko": "국가경보센터", "ja": "国家警報センター"},
    short_names={"en": "NAC", "ko": "국가경보센터", "ja": "国家警報センター"},
    more={"en": "TV and radio", "ko": "TV, 라디오", "ja": "テレビ、ラジオ"},
    offset_minutes=540,
    zones={"en": "KST", "ko": "", "ja": ""},
)
ISSUER = Issuer(
    node="kr", sender="alerts@kr.example", profile="kr", offset_minutes=540, web="https://kr.example/alerts"
)


def facts(stage: AlertStage = AlertStage.ALERT, kind: str = "impact", ids: tuple[str, ...] = AREA_IDS) -> AlertFacts:
    """An alert for three kinds of area, due five minutes after it is sent."""
    areas = tuple(area_name(load(), area) for area in ids)
    return AlertFacts(stage=stage, kind=kind, areas=areas, time_ns=SENT_NS + 300 * SECOND_NS, sent_ns=SENT_NS)


def texts(stage: AlertStage, mode: Mode, kind: str = "impact") -> tuple[Wording, ...]:
    begun = stage if stage in (AlertStage.PRE_ALERT, AlertStage.ALERT) else AlertStage.ALERT
    return wordings(facts(begun, kind), stage, KOREA, mode)


def draft(
    stage: AlertStage = AlertStage.ALERT,
    mode: Mode = Mode.EXERCISE,
    kind: str = "impact",
    version: int = 1,
    later_s: int = 0,
    addresses: tuple[str, ...] = (),
) -> Draft:
    areas = tuple(
        AlertedArea(
            area=area,
            area_set=load().version,
            descriptions={language: load().label(area, language) for language in LANGUAGES},
            polygons_deg=(((37.0, 127.0), (38.25, 127.0), (38.25, 128.5), (37.0, 127.0)),) if area == "KR-42" else (),
            circles=(CapCircle(37.95, 124.67, 25.0),) if area == "KR-28-baengnyeong" else (),
        )
        for area in AREA_IDS
    )
    return Draft(
        alert="E1-A",
        version=version,
        stage=stage,
        kind=kind,
        sent_ns=SENT_NS + later_s * SECOND_NS,
        onset_ns=SENT_NS + 300 * SECOND_NS,
        expires_ns=SENT_NS + (3600 + later_s) * SECOND_NS,
        areas=areas,
        wordings=texts(stage, mode, kind),
        addresses=addresses,
    )


def alert(mode: Mode = Mode.EXERCISE, stage: AlertStage = AlertStage.ALERT, kind: str = "impact") -> CapAlert:
    """A document of a stage; an ending follows a first alert."""
    ends = stage in (AlertStage.PASSED, AlertStage.CORRECTED)
    earlier = (document(draft(mode=mode, kind=kind), ISSUER, mode, NAMES[mode]),) if ends else ()
    version, later_s = (2, 600) if ends else (1, 0)
    made = draft(stage, mode, kind, version=version, later_s=later_s)
    return document(made, ISSUER, mode, NAMES[mode], earlier)


def encoded(mode: Mode = Mode.EXERCISE, stage: AlertStage = AlertStage.ALERT) -> bytes:
    return cap12.encode(alert(mode, stage), mode, NAMES[mode])


@cache
def schema() -> etree.XMLSchema:
    """The schema of OASIS, read where the standards lie; without it the test is skipped and says so."""
    path = OTHERS / "CAP-v1.2.xsd"
    if not path.is_file():
        pytest.skip("the CAP schema of OASIS is not beside this project")
    return etree.XMLSchema(etree.parse(str(path)))


def others() -> list[Path]:
    """CAP files made by others; empty when they are not there."""
    return sorted(path for path in OTHERS.glob("testdata__*") if path.suffix in (".cap", ".atom"))
