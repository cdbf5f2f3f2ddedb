"""The template unit is complete: every text in three languages, with the same placeholders; a unit that is not is refused as a whole."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from importlib.resources import files
from typing import Any

import pytest

from bongsu.base.errors import BadValue
from bongsu.words.alert_unit import PARTS, STAGES, placeholders, read, unit
from bongsu.words.catalogue import LANGUAGES

PACKAGED: dict[str, Any] = json.loads((files("bongsu.words") / "alerts" / "unit.json").read_text(encoding="utf-8"))
SCRIPTS = {"en": r"[A-Za-z]", "ko": r"[가-힣]", "ja": r"[぀-ヿ一-鿿]"}


def test_the_packaged_unit_reads() -> None:
    assert re.fullmatch(r"\d{4}\.\d{2}(\.\d+)?", unit().version)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("part", PARTS)
def test_each_text_is_there_in_each_language_with_the_same_placeholders(stage: str, part: str) -> None:
    texts = PACKAGED["stages"][stage][part]
    assert list(texts) == list(LANGUAGES)
    assert len({placeholders(text) for text in texts.values()}) == 1
    for language, text in texts.items():
        assert re.search(SCRIPTS[language], re.sub(r"\{\w+\}", "", text)), (language, text)


@pytest.mark.parametrize("stage", STAGES)
def test_the_text_for_phones_says_who_what_where_when_and_where_to_learn_more(stage: str) -> None:
    broadcast = placeholders(PACKAGED["stages"][stage]["broadcast"]["en"])
    when = "sent" if stage in ("passed", "corrected") else "time"
    assert broadcast == {"authority", "areas", "more", when}
    assert placeholders(PACKAGED["stages"][stage]["short"]["en"]) == {"authority", "areas", when}


def test_no_text_denies_that_it_is_a_drill_nor_claims_it() -> None:
    """A drill never says that it is not one; the mark, and nothing else, says that it is one."""
    spoken = json.dumps([PACKAGED["stages"], PACKAGED["phrases"]], ensure_ascii=False)
    assert not re.search(r"drill|exercise|test|훈련|시험|실제|訓練|テスト|実際", spoken, re.IGNORECASE)


def test_endings_of_one_alert_are_the_same_unit_for_both_kinds() -> None:
    assert set(STAGES) == {"pre_alert", "alert_impact", "alert_overflight", "passed", "corrected"}


def broken(change: str) -> dict[str, Any]:
    """The packaged unit with one thing wrong."""
    made = copy.deepcopy(PACKAGED)
    alert = made["stages"]["alert_impact"]
    changes: dict[str, Any] = {
        "no version": lambda: made.update(version=""),
        "key too many": lambda: made.update(more={}),
        "stage missing": lambda: made["stages"].pop("corrected"),
        "part missing": lambda: alert.pop("do"),
        "language missing": lambda: alert["do"].pop("ja"),
        "language too many": lambda: alert["do"].update(fr="Abritez-vous."),
        "empty": lambda: alert["do"].update(ko=" "),
        "not a text": lambda: alert["do"].update(ko=3),
        "two lines": lambda: alert["do"].update(ko="하나\n둘"),
        "placeholder lacks": lambda: alert["where"].update(ko="지역"),
        "placeholder more": lambda: alert["do"].update(ja="{time}避難"),
        "placeholder unknown": lambda: alert["do"].update(en="{x}", ko="{x}", ja="{x}"),
        "placeholder reaches in": lambda: alert["do"].update(en="{areas.a}", ko="{areas.a}", ja="{areas.a}"),
        "placeholder nameless": lambda: alert["do"].update(en="{}", ko="{}", ja="{}"),
        "brace open": lambda: alert["do"].update(en="{", ko="{", ja="{"),
        "phrase missing": lambda: made["phrases"].pop("areas_here"),
        "phrase lacks": lambda: made["phrases"]["time_known"].update(en="soon", ko="곧", ja="まもなく"),
        "real marked": lambda: made["marks"]["real"].update(en="REAL:"),
        "exercise unmarked": lambda: made["marks"]["exercise"].update(ja=""),
        "replay marked": lambda: made["marks"].update(replay={"en": "R", "ko": "R", "ja": "R"}),
    }
    changes[change]()
    return made


@pytest.mark.parametrize(
    "change",
    [
        "no version",
        "key too many",
        "stage missing",
        "part missing",
        "language missing",
        "language too many",
        "empty",
        "not a text",
        "two lines",
        "placeholder lacks",
        "placeholder more",
        "placeholder unknown",
        "placeholder reaches in",
        "placeholder nameless",
        "brace open",
        "phrase missing",
        "phrase lacks",
        "real marked",
        "exercise unmarked",
        "replay marked",
    ],
)
def test_a_unit_that_is_not_whole_is_refused(change: str) -> None:
    with pytest.raises(BadValue):
        read(json.dumps(broken(change)).encode())


@pytest.mark.parametrize("document", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_unit_is_refused(document: bytes) -> None:
    with pytest.raises(BadValue):
        read(document)


def test_a_further_version_is_read_as_the_packaged_one_is() -> None:
    made = copy.deepcopy(PACKAGED)
    made["version"] = "2027.01"
    assert read(json.dumps(made).encode()).version == "2027.01"


DIGESTS = {
    "2026.11": "fc927c1ceae63707d0a0c5198af303f438a9421a456d9cc8b5142c9bd908fc2f",
    "2026.12": "342e9a6b1f592cb9913c2b74db6df67603594054fe9cbe73b32b97efcff173a8",
}
"""What each version says. A changed text is a new version, with a row of its own: documents name the version that they speak."""


def test_a_changed_text_is_a_new_version() -> None:
    said = {key: value for key, value in PACKAGED.items() if key != "version"}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    assert DIGESTS[unit().version] == digest
