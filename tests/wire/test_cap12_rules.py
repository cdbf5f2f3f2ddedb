"""The gate before a document is written, and the tables of codes."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from bongsu.model.mode import Mode
from bongsu.model.wording import LADDER, AlertStage
from bongsu.wire import cap12
from bongsu.wire.cap12_rules import faults, status_of
from bongsu.wire.cap12_table import TABLE, check_ladder, codes_of, message_type_of, sounds_alarm, stage_of
from bongsu.wire.cap12_types import (
    CapError,
    Certainty,
    MessageType,
    Reference,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from tests.wire.cap12_samples import EXERCISE, NAMES, alert

MADE = (Mode.REAL, Mode.EXERCISE, Mode.TEST)
BEGUN = (AlertStage.PRE_ALERT, AlertStage.ALERT)


def test_each_mode_has_its_status_or_none() -> None:
    assert {mode: status_of(mode) for mode in MADE} == {
        Mode.REAL: Status.ACTUAL,
        Mode.EXERCISE: Status.EXERCISE,
        Mode.TEST: Status.TEST,
    }


@pytest.mark.parametrize("mode", [Mode.REPLAY, Mode.SIMULATION])
@pytest.mark.parametrize("made", MADE)
def test_replay_and_simulation_never_become_a_document(mode: Mode, made: Mode) -> None:
    with pytest.raises(CapError, match="never becomes a public alert document"):
        cap12.encode(alert(made), mode, NAMES[made])


@pytest.mark.parametrize(("mode", "status"), list(product(Mode, Status)))
def test_only_the_status_of_the_mode_is_written(mode: Mode, status: Status) -> None:
    """All pairs: `Actual` comes from real and nothing else."""
    allowed = {(Mode.REAL, Status.ACTUAL), (Mode.EXERCISE, Status.EXERCISE), (Mode.TEST, Status.TEST)}
    made = replace(alert(mode if mode in MADE else Mode.TEST), status=status)
    if (mode, status) in allowed:
        assert cap12.decode(cap12.encode(made, mode, NAMES[mode])).alert.status is status
        return
    with pytest.raises(CapError) as caught:
        cap12.encode(made, mode, NAMES.get(mode, ""))
    assert caught.value.code == "mode"


@pytest.mark.parametrize("exercise", ["", "  ", "Another Exercise"])
def test_an_exercise_is_named_in_its_note(exercise: str) -> None:
    with pytest.raises(CapError) as caught:
        cap12.encode(alert(), Mode.EXERCISE, exercise)
    assert caught.value.code == "exercise"


def test_what_is_no_exercise_names_none() -> None:
    with pytest.raises(CapError) as caught:
        cap12.encode(alert(Mode.REAL), Mode.REAL, EXERCISE)
    assert caught.value.code == "exercise"


OTHER = Reference("other@kr.example", "other", alert().sent)
CLEAR = (ResponseType.ALL_CLEAR,)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("name", {"identifier": ""}),
        ("name", {"identifier": "a b"}),
        ("name", {"identifier": "a,b"}),
        ("name", {"sender": "a<b"}),
        ("name", {"sender": "a&b"}),
        ("scope", {"scope": Scope.PUBLIC, "restriction": ""}),
        ("scope", {"restriction": ""}),
        ("scope", {"scope": Scope.PRIVATE, "restriction": "", "addresses": ()}),
        ("scope", {"scope": Scope.PRIVATE, "addresses": ("a@kr.example",)}),
        ("references", {"references": (OTHER,)}),
        ("references", {"message_type": MessageType.UPDATE}),
        ("references", {"message_type": MessageType.CANCEL}),
        ("references", {"message_type": MessageType.UPDATE, "references": (alert().reference(),)}),
        ("references", {"message_type": MessageType.UPDATE, "references": (replace(OTHER, identifier="a b"),)}),
        ("info", {"infos": ()}),
        ("language", {"infos": alert().infos[:1] * 2}),
        ("character", {"note": f"{EXERCISE} \x07"}),
        ("character", {"note": f"{EXERCISE} \ud800"}),
        ("character", {"note": f"{EXERCISE}\rx"}),
        ("blank", {"note": f" {EXERCISE}"}),
    ],
)
def test_a_document_that_breaks_a_rule_is_not_written(code: str, changes: dict[str, Any]) -> None:
    made = replace(alert(), **changes)
    assert code in [fault[0] for fault in faults(made)]
    with pytest.raises(CapError):
        cap12.encode(made, Mode.EXERCISE, EXERCISE)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("language", {"language": ""}),
        ("language", {"language": "english language"}),
        ("info", {"categories": ()}),
        ("info", {"event": ""}),
        ("all_clear", {"response_types": CLEAR}),
        ("expires", {"expires": alert().sent}),
        ("area", {"areas": (replace(alert().infos[0].areas[0], description=""),)}),
        ("character", {"description": "a\x00b"}),
        ("blank", {"headline": "a "}),
    ],
)
def test_an_info_that_breaks_a_rule_is_not_written(code: str, changes: dict[str, Any]) -> None:
    made = replace(alert(), infos=(replace(alert().infos[0], **changes),))
    assert [fault[0] for fault in faults(made)] == [code]
    with pytest.raises(CapError):
        cap12.encode(made, Mode.EXERCISE, EXERCISE)


def test_an_all_clear_asks_for_nothing_else() -> None:
    made = alert(stage=AlertStage.PASSED)
    info = replace(made.infos[0], response_types=(ResponseType.ALL_CLEAR, ResponseType.SHELTER))
    assert [fault[0] for fault in faults(replace(made, infos=(info,)))] == ["all_clear"]


@pytest.mark.parametrize(("stage", "kind"), list(product(AlertStage, ("impact", "overflight"))))
def test_every_stage_and_kind_has_codes(stage: AlertStage, kind: str) -> None:
    assert TABLE[stage, kind] == codes_of(stage, kind)


def test_only_an_alert_sounds_the_alarm() -> None:
    sounds = {(stage, kind): sounds_alarm(alert(Mode.REAL, stage, kind).infos[0]) for stage, kind in TABLE}
    assert {key for key, sounding in sounds.items() if sounding} == {
        (AlertStage.ALERT, "impact"),
        (AlertStage.ALERT, "overflight"),
    }


def test_the_table() -> None:
    seen = {
        stage: (codes.urgency, codes.severity, codes.certainty, codes.response_types)
        for (stage, kind), codes in TABLE.items()
        if kind == "impact"
    }
    assert seen == {
        AlertStage.PRE_ALERT: (
            Urgency.EXPECTED,
            Severity.SEVERE,
            Certainty.POSSIBLE,
            (ResponseType.PREPARE, ResponseType.MONITOR),
        ),
        AlertStage.ALERT: (Urgency.IMMEDIATE, Severity.EXTREME, Certainty.LIKELY, (ResponseType.SHELTER,)),
        AlertStage.PASSED: (Urgency.PAST, Severity.MINOR, Certainty.OBSERVED, CLEAR),
        AlertStage.CORRECTED: (Urgency.PAST, Severity.MINOR, Certainty.UNLIKELY, (ResponseType.NONE,)),
    }
    assert codes_of(AlertStage.ALERT, "overflight").severity is Severity.SEVERE


def test_another_kind_is_refused() -> None:
    with pytest.raises(CapError) as caught:
        codes_of(AlertStage.ALERT, "nearby")
    assert caught.value.code == "kind"


@pytest.mark.parametrize(
    ("stage", "first", "later"),
    [
        (AlertStage.PRE_ALERT, MessageType.ALERT, MessageType.UPDATE),
        (AlertStage.ALERT, MessageType.ALERT, MessageType.UPDATE),
        (AlertStage.PASSED, None, MessageType.UPDATE),
        (AlertStage.CORRECTED, None, MessageType.CANCEL),
    ],
)
def test_the_message_type_follows_the_stage(stage: AlertStage, first: MessageType | None, later: MessageType) -> None:
    assert message_type_of(stage, follows=True) is later
    if first is not None:
        assert message_type_of(stage, follows=False) is first
        return
    with pytest.raises(CapError) as caught:
        message_type_of(stage, follows=False)
    assert caught.value.code == "references"


@pytest.mark.parametrize(("before", "after"), list(product(AlertStage, AlertStage)))
def test_only_the_moves_of_the_ladder_are_written(before: AlertStage, after: AlertStage) -> None:
    if after in LADDER[before]:
        check_ladder(alert(stage=before), after)
        return
    with pytest.raises(CapError) as caught:
        check_ladder(alert(stage=before), after)
    assert caught.value.code == "ladder"


def test_the_ladder() -> None:
    moves = [(before, after) for before, afters in LADDER.items() for after in afters]
    assert set(LADDER) == {None, *AlertStage}
    assert not any(before in (AlertStage.PASSED, AlertStage.CORRECTED) and after in BEGUN for before, after in moves)
    assert (AlertStage.ALERT, AlertStage.PRE_ALERT) not in moves
    assert LADDER[None] == BEGUN
    for begun in BEGUN:
        assert {AlertStage.PASSED, AlertStage.CORRECTED} <= set(LADDER[begun])


@pytest.mark.parametrize(("mode", "stage", "kind"), list(product(MADE, AlertStage, ("impact", "overflight"))))
def test_a_document_tells_its_stage(mode: Mode, stage: AlertStage, kind: str) -> None:
    assert stage_of(alert(mode, stage, kind)) is stage


def test_a_document_of_no_stage() -> None:
    for made in (replace(alert(), infos=()), replace(alert(), message_type=MessageType.ACK)):
        with pytest.raises(CapError) as caught:
            stage_of(made)
        assert caught.value.code == "ladder"
