"""The wording of alerts: complete, marked, short enough for phones, and with its correction ready before it goes out."""

from __future__ import annotations

import re
from itertools import product

import pytest
from msgspec.structs import replace

from bongsu.base.errors import BadValue
from bongsu.base.limits_alerts import ALERT_BROADCAST_CHARACTERS, ALERT_HEADLINE_CHARACTERS, ALERT_SHORT_CHARACTERS
from bongsu.geo.areas import load
from bongsu.model.alert import Alert, AreaRisk
from bongsu.model.area import Area
from bongsu.model.mode import Mode
from bongsu.model.wording import AlertStage, Wording
from bongsu.words.alert_text import AlertFacts, AreaName, Authority, area_name, characters, facts_of, prepare, wordings
from bongsu.words.alert_unit import unit
from bongsu.words.catalogue import LANGUAGES

SECOND_NS = 1_000_000_000
SENT_NS = 1_777_592_832 * SECOND_NS
MADE = (Mode.REAL, Mode.EXERCISE, Mode.TEST)
BEGUN = (AlertStage.PRE_ALERT, AlertStage.ALERT)
OURS: list[Area] = [area for area in load().areas if area.country in ("KR", "JP", "US")]

JAPAN = Authority(
    names={
        "en": "Fire and Disaster Management Agency",
        "ko": "일본 총무성 소방청 국민보호실",
        "ja": "総務省消防庁国民保護室",
    },
    short_names={"en": "FDMA", "ko": "일본 소방청", "ja": "消防庁"},
    more={"en": "www.kokuminhogo.example", "ko": "TV, 라디오, 국민보호포털", "ja": "テレビ、ラジオ、国民保護ポータル"},
    offset_minutes=540,
    zones={"en": "JST", "ko": "", "ja": ""},
)


def about(
    *ids: str, stage: AlertStage = AlertStage.ALERT, kind: str = "impact", in_s: float | None = 300.0
) -> AlertFacts:
    areas = tuple(area_name(load(), area) for area in ids)
    time_ns = None if in_s is None else SENT_NS + int(in_s * SECOND_NS)
    return AlertFacts(stage=stage, kind=kind, areas=areas, time_ns=time_ns, sent_ns=SENT_NS)


def by_language(texts: tuple[Wording, ...]) -> dict[str, Wording]:
    assert [wording.language for wording in texts] == list(LANGUAGES)
    return {wording.language: wording for wording in texts}


def every_stage(facts: AlertFacts, mode: Mode) -> list[Wording]:
    prepared = prepare(facts, JAPAN, mode)
    return [*prepared.alert, *prepared.passed, *prepared.corrected]


def test_the_alert_and_both_endings_are_ready_at_once() -> None:
    prepared = prepare(about("JP-02", "JP-03"), JAPAN, Mode.REAL)
    english = {name: by_language(getattr(prepared, name))["en"] for name in ("alert", "passed", "corrected")}
    assert [text.stage for text in english.values()] == [AlertStage.ALERT, AlertStage.PASSED, AlertStage.CORRECTED]
    assert english["alert"].broadcast == (
        "FDMA: MISSILE ALERT. A missile may fall in or near Aomori Prefecture; Iwate Prefecture (Japan) at about 08:52 JST."
        " Take cover now: go into a strong building or underground, away from windows. Outdoors, lie down behind something"
        " solid. More: www.kokuminhogo.example"
    )
    assert english["corrected"].broadcast == (
        "FDMA: CORRECTION. The missile alert of 08:47 JST for Aomori Prefecture; Iwate Prefecture (Japan) was wrong and is"
        " withdrawn. You need not take cover. We apologise. More: www.kokuminhogo.example"
    )
    assert {text.unit for text in english.values()} == {unit().version}


def test_the_endings_name_the_areas_of_the_alert() -> None:
    prepared = prepare(about("JP-02", "JP-13-izu"), JAPAN, Mode.REAL)
    for texts in (prepared.alert, prepared.passed, prepared.corrected):
        for wording in texts:
            for area in ("JP-02", "JP-13-izu"):
                assert area_name(load(), area).names[wording.language] in wording.description


@pytest.mark.parametrize(("mode", "stage", "kind"), list(product(MADE, BEGUN, ("impact", "overflight"))))
def test_each_paragraph_carries_the_mark_and_reality_has_none(mode: Mode, stage: AlertStage, kind: str) -> None:
    for wording in every_stage(about("JP-02", stage=stage, kind=kind), mode):
        mark = unit().marks[mode.value][wording.language]
        assert wording.mark == mark
        assert wording.mode is mode
        assert len(wording.paragraphs()) >= 10
        for line in wording.paragraphs():
            assert line.startswith(f"{mark} ") if mark else not re.search("EXERCISE|TEST|훈련|시험|訓練|テスト", line)


@pytest.mark.parametrize(("stage", "kind"), list(product(BEGUN, ("impact", "overflight"))))
def test_every_area_fits_a_phone_in_every_language(stage: AlertStage, kind: str) -> None:
    """One area alone is always named in the longer text, also in an exercise; the headline and the short text fit too."""
    assert len(OURS) > 300
    for area in OURS:
        for wording in every_stage(about(area.id, stage=stage, kind=kind), Mode.EXERCISE):
            assert characters(wording.broadcast) <= ALERT_BROADCAST_CHARACTERS[wording.language]
            assert characters(wording.short) <= ALERT_SHORT_CHARACTERS
            assert characters(wording.headline) <= ALERT_HEADLINE_CHARACTERS
            assert area.names[wording.language] in wording.broadcast, wording
            assert area.country_names[wording.language] in wording.broadcast, wording


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9, 47])
def test_many_areas_are_counted_where_they_do_not_fit_and_named_in_full_below(count: int) -> None:
    ids = tuple(area.id for area in OURS if area.country == "JP" and area.level == "province")[:count]
    for wording in every_stage(about(*ids), Mode.EXERCISE):
        names = [area_name(load(), area).names[wording.language] for area in ids]
        assert characters(wording.broadcast) <= ALERT_BROADCAST_CHARACTERS[wording.language]
        assert all(name in wording.description for name in names)
        named = sum(name in wording.broadcast for name in names)
        left = re.search(r"\+(\d+) more|외 (\d+)곳|ほか(\d+)地域", wording.broadcast)
        told = int(next(group for group in left.groups() if group)) if left else 0
        assert named + told == count


def test_where_no_name_fits_the_place_is_where_the_phone_is() -> None:
    long = dict.fromkeys(LANGUAGES, "x" * 80)
    area = AreaName(long, {"en": "Japan", "ko": "일본", "ja": "日本"})
    facts = replace(about("JP-02"), areas=(area,))
    short = {wording.language: wording.short for wording in wordings(facts, AlertStage.ALERT, JAPAN, Mode.REAL)}
    assert "your area" in short["en"]
    assert "이 지역" in short["ko"]
    assert "この地域" in short["ja"]


def test_what_cannot_fit_is_refused_before_anything_is_said() -> None:
    wordy = replace(JAPAN, short_names={**JAPAN.short_names, "ko": "가" * 90})
    with pytest.raises(BadValue, match="too long for a phone"):
        prepare(about("JP-02"), wordy, Mode.REAL)
    wordy = replace(JAPAN, more={**JAPAN.more, "ja": "情" * 150})
    with pytest.raises(BadValue, match="too long for a phone"):
        prepare(about("JP-02"), wordy, Mode.REAL)


def test_english_keeps_to_the_alphabet_of_phones() -> None:
    with pytest.raises(BadValue, match="alphabet"):
        prepare(about("JP-02"), replace(JAPAN, short_names={**JAPAN.short_names, "en": "Tōkyō"}), Mode.REAL)


def test_an_unknown_time_is_said_as_such() -> None:
    texts = by_language(wordings(about("JP-02", in_s=None), AlertStage.ALERT, JAPAN, Mode.REAL))
    assert "at any moment" in texts["en"].broadcast
    assert "곧 " in texts["ko"].broadcast
    assert "まもなく" in texts["ja"].broadcast


def test_times_are_local_and_their_zone_is_named() -> None:
    guam = replace(JAPAN, offset_minutes=600, zones={"en": "ChST", "ko": "ChST", "ja": "ChST"})
    texts = by_language(wordings(about("GU"), AlertStage.ALERT, guam, Mode.REAL))
    assert "at about 09:52 ChST" in texts["en"].broadcast
    assert "09:52 ChST경" in texts["ko"].broadcast


def test_both_koreas_have_a_kangwon() -> None:
    south, north = area_name(load(), "KR-42"), area_name(load(), "KP-07")
    assert south.country_names["ko"] != north.country_names["ko"]
    facts = replace(about("JP-02"), areas=(south,))
    assert "대한민국 강원특별자치도" in by_language(wordings(facts, AlertStage.ALERT, JAPAN, Mode.REAL))["ko"].broadcast


def test_a_district_is_named_with_its_province() -> None:
    assert area_name(load(), "KR-11140").names == {
        "en": "Jung-gu, Seoul",
        "ko": "서울특별시 중구",
        "ja": "ソウル特別市中区",
    }
    with pytest.raises(BadValue):
        area_name(load(), "KR-99999")


def test_values_are_words_never_templates() -> None:
    odd = replace(JAPAN, more={**JAPAN.more, "ko": "{areas} {0} %s"})
    korean = by_language(wordings(about("JP-02"), AlertStage.ALERT, odd, Mode.REAL))["ko"]
    assert korean.broadcast.endswith("안내: {areas} {0} %s")


@pytest.mark.parametrize("mode", [Mode.REPLAY, Mode.SIMULATION])
def test_replay_and_simulation_say_nothing(mode: Mode) -> None:
    with pytest.raises(BadValue, match="no public alerts"):
        prepare(about("JP-02"), JAPAN, mode)


@pytest.mark.parametrize(
    "facts",
    [
        replace(about("JP-02"), areas=()),
        replace(about("JP-02"), kind="nearby"),
        about("JP-02", stage=AlertStage.PASSED),
        about("JP-02", stage=AlertStage.CORRECTED),
        about("JP-02", "KR-42"),
    ],
)
def test_an_alert_that_makes_no_sense_is_refused(facts: AlertFacts) -> None:
    with pytest.raises(BadValue):
        prepare(facts, JAPAN, Mode.REAL)


@pytest.mark.parametrize(
    "authority",
    [
        replace(JAPAN, names={"en": "FDMA"}),
        replace(JAPAN, more={**JAPAN.more, "ko": "하나\n둘"}),
        replace(JAPAN, more={**JAPAN.more, "ko": "하나\u2028둘"}),
        replace(JAPAN, short_names={**JAPAN.short_names, "ja": " "}),
        replace(JAPAN, zones={"en": "JST"}),
    ],
)
def test_an_authority_without_all_its_names_is_refused(authority: Authority) -> None:
    with pytest.raises(BadValue):
        prepare(about("JP-02"), authority, Mode.EXERCISE)


def test_facts_of_an_alert_of_the_core() -> None:
    risks = (
        AreaRisk(area="JP-02", kind="overflight", time_ns=SENT_NS + 2),
        AreaRisk(area="JP-03", kind="impact", time_ns=None),
        AreaRisk(area="JP-05", kind="overflight", time_ns=SENT_NS + 1),
    )
    made = Alert(
        alert="E1-A", event="E1", version=1, status="alert", time_ns=SENT_NS, area_set=load().version, areas=risks
    )
    over = facts_of(made, "overflight", load(), AlertStage.ALERT, SENT_NS)
    assert [area.names["en"] for area in over.areas] == ["Akita Prefecture", "Aomori Prefecture"]
    assert over.time_ns == SENT_NS + 1
    assert facts_of(made, "impact", load(), AlertStage.ALERT, SENT_NS).time_ns is None
