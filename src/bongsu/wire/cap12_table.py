"""What each stage of an alert says in CAP's codes: one table for urgency, severity, certainty, response and message type.

Phones sound the alarm for urgency Immediate or Expected, severity Extreme or Severe, and certainty Observed or Likely together (47 CFR 10.400 (b)): a
pre-alert is `Possible`, so it sounds none. Passed is an Update with AllClear; only a wrong alert is cancelled.
"""

import msgspec

from bongsu.model.wording import LADDER, AlertStage
from bongsu.wire.cap12_types import CapAlert, CapError, CapInfo, Certainty, MessageType, ResponseType, Severity, Urgency

IMPACT = "impact"
OVERFLIGHT = "overflight"
KINDS = (IMPACT, OVERFLIGHT)


class Codes(msgspec.Struct, frozen=True):
    """The codes of one stage: the message type when something was sent before (`None`: only a first message is possible without it)."""

    first: MessageType | None
    later: MessageType
    response_types: tuple[ResponseType, ...]
    urgency: Urgency
    severity: Severity
    certainty: Certainty


_PRE_ALERT = Codes(
    MessageType.ALERT,
    MessageType.UPDATE,
    (ResponseType.PREPARE, ResponseType.MONITOR),
    Urgency.EXPECTED,
    Severity.SEVERE,
    Certainty.POSSIBLE,
)
_OVER = Codes(None, MessageType.UPDATE, (ResponseType.ALL_CLEAR,), Urgency.PAST, Severity.MINOR, Certainty.OBSERVED)
_WRONG = Codes(None, MessageType.CANCEL, (ResponseType.NONE,), Urgency.PAST, Severity.MINOR, Certainty.UNLIKELY)


def _shelter(severity: Severity) -> Codes:
    shelter = (ResponseType.SHELTER,)
    return Codes(MessageType.ALERT, MessageType.UPDATE, shelter, Urgency.IMMEDIATE, severity, Certainty.LIKELY)


TABLE: dict[tuple[AlertStage, str], Codes] = {
    (AlertStage.PRE_ALERT, IMPACT): _PRE_ALERT,
    (AlertStage.PRE_ALERT, OVERFLIGHT): _PRE_ALERT,
    (AlertStage.ALERT, IMPACT): _shelter(Severity.EXTREME),
    (AlertStage.ALERT, OVERFLIGHT): _shelter(Severity.SEVERE),
    (AlertStage.PASSED, IMPACT): _OVER,
    (AlertStage.PASSED, OVERFLIGHT): _OVER,
    (AlertStage.CORRECTED, IMPACT): _WRONG,
    (AlertStage.CORRECTED, OVERFLIGHT): _WRONG,
}


def codes_of(stage: AlertStage, kind: str) -> Codes:
    """The codes of a stage for areas that may be hit (`impact`) or passed over (`overflight`). Raises `CapError` for another kind."""
    codes = TABLE.get((stage, kind))
    if codes is None:
        raise CapError("kind", "alert/info", f"{kind!r} is no kind of risk", f"use one of {', '.join(KINDS)}")
    return codes


def message_type_of(stage: AlertStage, follows: bool) -> MessageType:
    """`Alert` for a first message; what the stage says for one that follows. Raises `CapError` for an ending without a beginning."""
    codes = TABLE[stage, IMPACT]
    chosen = codes.later if follows else codes.first
    if chosen is None:
        raise CapError("references", "alert/references", f"{stage.value} ends an alert, and there is none before it")
    return chosen


def stage_of(alert: CapAlert) -> AlertStage:
    """The stage of one of our own documents, from its codes. Raises `CapError` for a document that says something else."""
    asked = alert.infos[0].response_types if alert.infos else ()
    for (stage, _), codes in TABLE.items():
        if codes.response_types == asked and alert.message_type in (codes.first, codes.later):
            return stage
    raise CapError("ladder", "alert/info/responseType", f"{alert.identifier} is of no stage of an alert")


def check_ladder(before: CapAlert, stage: AlertStage) -> None:
    """Raises `CapError` unless the stage may follow the newest document before it."""
    known = stage_of(before)
    if stage not in LADDER[known]:
        fault = f"{stage.value} may not follow {known.value} ({before.identifier})"
        raise CapError("ladder", "alert/references", fault, "begin a new alert")


def sounds_alarm(info: CapInfo) -> bool:
    """Whether phones would sound for these codes (47 CFR 10.400 (b))."""
    return (
        info.urgency in (Urgency.IMMEDIATE, Urgency.EXPECTED)
        and info.severity in (Severity.EXTREME, Severity.SEVERE)
        and info.certainty in (Certainty.OBSERVED, Certainty.LIKELY)
    )
