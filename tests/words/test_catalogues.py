"""The three catalogues are complete: same keys, same parameters, a word for every state that a page can show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from bongsu.base.errors import BadValue
from bongsu.model.alarm import AlarmReason, AlarmState
from bongsu.model.alert_draft import DraftState
from bongsu.model.freshness import FreshnessState
from bongsu.model.mode import Mode
from bongsu.model.sensor import SensorState
from bongsu.model.stance import Position
from bongsu.model.warning import WarningStatus
from bongsu.model.wording import AlertStage
from bongsu.views.shape import Situation
from bongsu.words.catalogue import LANGUAGES, catalogue, catalogue_bytes

SCRIPTS = sorted((Path(__file__).parents[2] / "src/bongsu/console/static/js").glob("*.js"))
PAGES = sorted((Path(__file__).parents[2] / "src/bongsu/console/static").glob("*.html"))
FAMILIES: dict[str, type[StrEnum]] = {
    "alarm": AlarmState,
    "alarm_reason": AlarmReason,
    "alert_stage": AlertStage,
    "banner": Mode,
    "draft_state": DraftState,
    "empty": Situation,
    "freshness": FreshnessState,
    "mode": Mode,
    "position": Position,
    "reported": SensorState,
    "situation": Situation,
    "status": WarningStatus,
}
REFUSALS = re.compile(r'refused\((?:command|\d+), "(\w+)"|(?:WireError|NotCounted)\(\s*"(\w+)"')


def parameters(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{(\w+)\}", text)))


def used_keys() -> Iterator[tuple[str, str]]:
    """Every key that a script or page names as a whole."""
    for path in SCRIPTS:
        for found in re.finditer(r'\bsay\("([\w.]+)"|"((?:row|wall)\.\w+)"', path.read_text(encoding="utf-8")):
            yield path.name, found.group(1) or found.group(2)
    for path in PAGES:
        for key in re.findall(r'data-say(?:-label)?="([\w.]+)"', path.read_text(encoding="utf-8")):
            yield path.name, key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["console", "review", "notices"])
def test_same_keys_and_parameters(name: str, language: str) -> None:
    english, other = catalogue(name, "en"), catalogue(name, language)
    assert list(other) == list(english)
    for key, text in english.items():
        assert other[key].strip(), key
        assert parameters(other[key]) == parameters(text), key


@pytest.mark.parametrize("language", ["ko", "ja"])
@pytest.mark.parametrize("name", ["console", "review", "notices"])
def test_translated(name: str, language: str) -> None:
    script = {"ko": r"[가-힣]", "ja": r"[぀-ヿ一-鿿]"}[language]
    wordless = {
        key
        for key, text in catalogue(name, language).items()
        if re.search(r"[^\W\d]{2}", re.sub(r"\{\w+\}|km", "", text)) and not re.search(script, text)
    }
    assert wordless == set()


def test_every_key_that_is_used_is_there() -> None:
    keys = catalogue("console", "en")
    used = list(used_keys())
    assert len(used) > 90
    assert [(name, key) for name, key in used if key not in keys] == []


def test_every_state_has_a_word() -> None:
    keys = catalogue("console", "en")
    assert [
        f"{family}.{state}"
        for family, states in FAMILIES.items()
        for state in states
        if state
        if f"{family}.{state}" not in keys
    ] == []


def test_every_reason_of_a_refusal_has_words() -> None:
    source = Path(__file__).parents[2] / "src/bongsu"
    files = [path for name in ("core", "wire", "console") for path in (source / name).rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in files]
    reasons = {one or other for text in texts for one, other in REFUSALS.findall(text)}
    assert {"not_allowed", "signature", "no_answer"} <= reasons
    keys = catalogue("console", "en")
    assert sorted(reason for reason in reasons if f"refusal.{reason}" not in keys) == []


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(BadValue):
        catalogue_bytes("console", "../en")


def test_every_key_of_a_report_is_there_and_used() -> None:
    source = Path(__file__).parents[2] / "src/bongsu"
    texts = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("reports", "reports/templates")
        for path in sorted((source / folder).glob("*.*"))
    )
    keys = {**catalogue("review", "en"), **catalogue("console", "en")}
    named = set(re.findall(r'\bsay\(\s*["\']([a-z_]+\.[\w.]+)["\']', texts))
    assert len(named) > 80
    assert sorted(named - set(keys)) == []
