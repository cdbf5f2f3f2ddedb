"""From an alert's draft to its document: marks, scope, references, exact times, profiles."""

from __future__ import annotations

import re
from itertools import product

import pytest
from lxml import etree
from msgspec.structs import replace

from bongsu.base.errors import BadValue
from bongsu.geo.areas import load
from bongsu.model.alert import Alert, AreaRisk
from bongsu.model.mode import Mode
from bongsu.model.wording import STAGES, AlertStage
from bongsu.wire import cap12
from bongsu.wire.cap12_build import areas_of, document, references_to
from bongsu.wire.cap12_profiles import PROFILES, geocodes, korean_legal_code
from bongsu.wire.cap12_types import CapAlert, CapError, MessageType, Reference, ResponseType, Scope, Status
from bongsu.words.alert_text import facts_of, prepare
from tests.wire.cap12_samples import EXERCISE, ISSUER, KOREA, NAMES, SECOND_NS, SENT_NS, alert, draft, schema, texts

MADE = (Mode.REAL, Mode.EXERCISE, Mode.TEST)


def parameters(made: CapAlert, info: int = 0) -> dict[str, str]:
    return {one.name: one.value for one in made.infos[info].parameters}


def test_a_chain_refers_to_all_that_went_before_exactly() -> None:
    sent: list[CapAlert] = []
    stages = (AlertStage.PRE_ALERT, AlertStage.ALERT, AlertStage.ALERT, AlertStage.PASSED)
    for version, stage in enumerate(stages, start=1):
        made = draft(stage, version=version, later_s=version * 10)
        sent.append(document(made, ISSUER, Mode.EXERCISE, EXERCISE, sent))
    kinds = [MessageType.ALERT, MessageType.UPDATE, MessageType.UPDATE, MessageType.UPDATE]
    assert [one.message_type for one in sent] == kinds
    assert sent[0].references == ()
    for number, one in enumerate(sent):
        read = cap12.decode(cap12.encode(one, Mode.EXERCISE, EXERCISE)).alert
        assert read.references == tuple(Reference(past.sender, past.identifier, past.sent) for past in sent[:number])
    assert sent[-1].infos[0].response_types == (ResponseType.ALL_CLEAR,)
    assert len({one.identifier for one in sent}) == len(sent)


def test_only_a_wrong_alert_is_cancelled() -> None:
    first = alert()
    wrong = document(draft(AlertStage.CORRECTED, version=2, later_s=30), ISSUER, Mode.EXERCISE, EXERCISE, [first])
    assert wrong.message_type is MessageType.CANCEL
    assert wrong.references == (first.reference(),)
    assert b"kr.exercise.20260430T234712Z.E1-A.1,2026-05-01T08:47:12+09:00</references>" in cap12.encode(
        wrong, Mode.EXERCISE, EXERCISE
    )


@pytest.mark.parametrize("stage", [AlertStage.PASSED, AlertStage.CORRECTED])
def test_nothing_ends_what_never_began(stage: AlertStage) -> None:
    with pytest.raises(CapError, match="there is none before it"):
        document(draft(stage), ISSUER, Mode.EXERCISE, EXERCISE)


def test_after_an_ending_a_danger_that_returns_is_a_new_alert() -> None:
    first, over = alert(), alert(stage=AlertStage.PASSED)
    again = draft(AlertStage.ALERT, version=3, later_s=900)
    with pytest.raises(CapError) as caught:
        document(again, ISSUER, Mode.EXERCISE, EXERCISE, [first, over])
    assert caught.value.code == "ladder"
    assert document(again, ISSUER, Mode.EXERCISE, EXERCISE).message_type is MessageType.ALERT


def test_documents_of_one_second_stay_in_order() -> None:
    first = alert()
    second = document(draft(version=2), ISSUER, Mode.EXERCISE, EXERCISE, [first])
    third = document(draft(version=10), ISSUER, Mode.EXERCISE, EXERCISE, [second, first])
    assert third.references == (first.reference(), second.reference())


RISKS = (
    AreaRisk(area="KR-11", kind="impact", time_ns=None),
    AreaRisk(area="KR-26", kind="impact", time_ns=SENT_NS + 20),
    AreaRisk(area="KR-42", kind="overflight", time_ns=SENT_NS),
    AreaRisk(area="KR-47", kind="impact", time_ns=SENT_NS + 10),
)


def of_the_core(area_set: str) -> Alert:
    return Alert(alert="E1-A", event="E1", version=1, status="alert", time_ns=SENT_NS, area_set=area_set, areas=RISKS)


def test_areas_of_an_alert_of_the_core_soonest_first_and_kinds_apart() -> None:
    made = of_the_core(load().version)
    assert [area.area for area in areas_of(made, "impact", load())] == ["KR-47", "KR-26", "KR-11"]
    assert areas_of(made, "overflight", load())[0].descriptions == {
        "en": "Gangwon State, South Korea",
        "ko": "대한민국 강원특별자치도",
        "ja": "韓国 江原特別自治道",
    }
    with pytest.raises(CapError) as caught:
        areas_of(of_the_core("1999.01"), "impact", load())
    assert caught.value.code == "area"


def test_an_alert_of_the_core_becomes_a_document_of_each_kind() -> None:
    made = of_the_core(load().version)
    for kind in ("impact", "overflight"):
        facts = facts_of(made, kind, load(), STAGES[made.status], SENT_NS)
        chosen = areas_of(made, kind, load())
        said = prepare(facts, KOREA, Mode.EXERCISE).alert
        whole = replace(draft(kind=kind), areas=chosen, wordings=said, onset_ns=facts.time_ns)
        document_of_kind = document(whole, ISSUER, Mode.EXERCISE, EXERCISE)
        schema().assertValid(etree.fromstring(cap12.encode(document_of_kind, Mode.EXERCISE, EXERCISE)))
        assert len(document_of_kind.infos[0].areas) == len(chosen)


def test_a_drill_never_follows_the_real_thing_nor_the_reverse() -> None:
    with pytest.raises(CapError) as caught:
        document(draft(AlertStage.PASSED), ISSUER, Mode.EXERCISE, EXERCISE, [alert(Mode.REAL)])
    assert caught.value.code == "references"
    with pytest.raises(CapError):
        references_to([alert()], ISSUER, Status.ACTUAL)
    with pytest.raises(CapError):
        references_to([alert()], replace(ISSUER, sender="other@kr.example"), Status.EXERCISE)


@pytest.mark.parametrize(("mode", "stage"), list(product(MADE, AlertStage)))
def test_only_the_real_thing_is_public_and_unmarked(mode: Mode, stage: AlertStage) -> None:
    made = alert(mode, stage)
    assert (made.scope is Scope.PUBLIC) == (mode is Mode.REAL)
    assert (made.note == "") == (mode is Mode.REAL)
    marks = {
        Mode.REAL: {""},
        Mode.EXERCISE: {"EXERCISE:", "[훈련]", "【訓練】"},
        Mode.TEST: {"TEST:", "[시험]", "【テスト】"},
    }
    for info in made.infos:
        spoken = [info.event, info.headline, info.description, info.instruction]
        spoken += [one.value for one in info.parameters if one.name in ("bongsu.broadcast", "bongsu.short", "CBSText")]
        first = {line.split(" ")[0] for text in spoken for line in text.split("\n")}
        assert mode is Mode.REAL or (len(first) == 1 and first <= marks[mode])
        assert mode is not Mode.REAL or not re.search("EXERCISE|TEST|훈련|시험|訓練|テスト", "".join(spoken))
    assert mode is not Mode.EXERCISE or EXERCISE in made.note


@pytest.mark.parametrize("mode", [Mode.REPLAY, Mode.SIMULATION])
def test_replay_and_simulation_have_no_document(mode: Mode) -> None:
    with pytest.raises(CapError) as caught:
        document(draft(), ISSUER, mode, EXERCISE)
    assert caught.value.code == "mode"


@pytest.mark.parametrize(("words", "mode"), [(one, other) for one, other in product(MADE, MADE) if one is not other])
def test_texts_of_one_mode_never_enter_a_document_of_another(words: Mode, mode: Mode) -> None:
    with pytest.raises(CapError) as caught:
        document(draft(mode=words), ISSUER, mode, NAMES[mode])
    assert caught.value.code == "mark"


@pytest.mark.parametrize("mode", MADE)
def test_a_mark_that_is_missing_or_too_much_stops_the_document(mode: Mode) -> None:
    made = draft(mode=mode)
    wrong = tuple(replace(one, mark="" if mode is not Mode.REAL else "EXERCISE:") for one in made.wordings)
    with pytest.raises(CapError) as caught:
        document(replace(made, wordings=wrong), ISSUER, mode, NAMES[mode])
    assert caught.value.code == "mark"


def test_a_paragraph_without_its_mark_stops_the_document() -> None:
    made = draft()
    lost = replace(made.wordings[1], description=made.wordings[1].description + "\n사실입니다.")
    with pytest.raises(CapError, match="lacks its mark"):
        document(replace(made, wordings=(made.wordings[0], lost, made.wordings[2])), ISSUER, Mode.EXERCISE, EXERCISE)


def test_three_languages_of_one_unit_and_stage() -> None:
    made = draft()
    mixed = (*made.wordings[:2], replace(made.wordings[2], unit="2025.1"))
    other = (*made.wordings[:2], texts(AlertStage.PASSED, Mode.EXERCISE)[2])
    for wordings in (made.wordings[:2], made.wordings[:1] * 3, mixed, other):
        with pytest.raises(CapError):
            document(replace(made, wordings=wordings), ISSUER, Mode.EXERCISE, EXERCISE)


def test_languages_differ_in_words_alone() -> None:
    infos = alert().infos
    assert [info.language for info in infos] == ["en-US", "ko-KR", "ja-JP"]
    for info in infos[1:]:
        names = ("categories", "response_types", "urgency", "severity", "certainty", "event_codes")
        names += ("effective", "onset", "expires", "web")
        assert all(getattr(info, name) == getattr(infos[0], name) for name in names)
        assert [area.geocodes for area in info.areas] == [area.geocodes for area in infos[0].areas]
        assert [area.polygons_deg for area in info.areas] == [area.polygons_deg for area in infos[0].areas]
        assert info.areas[0].description != infos[0].areas[0].description


def test_the_exact_times_stand_in_parameters() -> None:
    made = alert()
    assert made.sent.time_ns == SENT_NS // SECOND_NS * SECOND_NS
    assert parameters(made)["bongsu.exact.sent"] == "2026-04-30T23:47:12.123456789Z"
    assert parameters(made)["bongsu.exact.onset"] == "2026-04-30T23:52:12.123456789Z"
    unknown = document(replace(draft(), onset_ns=None), ISSUER, Mode.EXERCISE, EXERCISE)
    assert "bongsu.exact.onset" not in parameters(unknown)
    assert unknown.infos[0].onset is None


def test_addresses_make_it_private() -> None:
    made = document(draft(addresses=("a@kr.example", "the second desk")), ISSUER, Mode.EXERCISE, EXERCISE)
    assert made.scope is Scope.PRIVATE
    assert b'<addresses>a@kr.example "the second desk"</addresses>' in cap12.encode(made, Mode.EXERCISE, EXERCISE)
    assert cap12.decode(cap12.encode(made, Mode.EXERCISE, EXERCISE)).alert == made


def test_an_alert_concerns_areas_with_names_in_each_language() -> None:
    made = draft()
    nameless = replace(made.areas[0], descriptions={"en": "Gangwon"})
    for areas in ((), (nameless,)):
        with pytest.raises(CapError) as caught:
            document(replace(made, areas=areas), ISSUER, Mode.EXERCISE, EXERCISE)
        assert caught.value.code == "area"


@pytest.mark.parametrize(
    ("mode", "stage", "code"),
    [
        (Mode.REAL, AlertStage.PRE_ALERT, "AL2"),
        (Mode.REAL, AlertStage.ALERT, "AL1"),
        (Mode.REAL, AlertStage.PASSED, "CLR"),
        (Mode.REAL, AlertStage.CORRECTED, "CLR"),
        *((Mode.EXERCISE, stage, "DMO") for stage in AlertStage),
        *((Mode.TEST, stage, "NPT") for stage in AlertStage),
    ],
)
def test_korean_event_codes_never_sound_a_siren_in_a_drill(mode: Mode, stage: AlertStage, code: str) -> None:
    made = alert(mode, stage)
    assert made.codes == ("대한민국정부1.0",)
    assert [one.value for info in made.infos for one in info.event_codes] == [code] * 3


def test_the_korean_broadcast_text_is_the_short_one() -> None:
    made = alert()
    assert parameters(made, 1)["CBSText"] == texts(AlertStage.ALERT, Mode.EXERCISE)[1].short
    assert "CBSText" not in parameters(made, 0)


def test_the_american_profile_has_both_lengths() -> None:
    made = document(draft(), replace(ISSUER, profile="us"), Mode.EXERCISE, EXERCISE)
    english = texts(AlertStage.ALERT, Mode.EXERCISE)[0]
    assert parameters(made)["CMAMtext"] == english.short
    assert parameters(made)["CMAMlongtext"] == english.broadcast
    assert made.infos[0].event_codes == ()


def test_every_korean_area_has_a_legal_code_and_no_other_has() -> None:
    codes = {area.id: korean_legal_code(area.id) for area in load().areas}
    korean = {area.id for area in load().areas if area.country == "KR"}
    assert {area for area, code in codes.items() if code} == korean
    assert all(re.fullmatch(r"\d{10}", codes[area]) for area in korean)
    provinces = {area.id for area in load().areas if area.country == "KR" and area.level == "province"}
    assert len({codes[area] for area in provinces}) == 17


def test_a_district_lies_in_the_province_of_its_legal_code() -> None:
    """Two tables, one truth: the first two digits of every district are those of its province."""
    districts = [area for area in load().areas if area.country == "KR" and area.level == "sigungu"]
    assert len(districts) > 250
    wrong = [area.id for area in districts if area.parent and korean_legal_code(area.parent)[:2] != area.id[3:5]]
    assert wrong == []


def test_geocodes_of_japan() -> None:
    assert [(one.name, one.value) for one in geocodes("", "JP-13-izu", "2026.11")] == [
        ("urn:bongsu:areas:2026.11", "JP-13-izu")
    ]
    assert [one.value for one in geocodes("", "JP-13", "2026.11")] == ["JP-13", "JP-13"]


def test_an_unknown_profile_is_refused() -> None:
    assert set(PROFILES) == {"", "kr", "us"}
    with pytest.raises(BadValue):
        document(draft(), replace(ISSUER, profile="xx"), Mode.EXERCISE, EXERCISE)
