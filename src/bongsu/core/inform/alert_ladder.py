"""The ladder of a public alert and the life of a draft, as two total tables; docs/reference/alerts.md draws them.

`LADDER`: what the public has been told so far and what is known now, to the draft that is due. `DRAFT`: state of a draft and what happens to it.
A pre-alert is never sunk to, an ending is never skipped, and a danger that returns after an ending begins a new chain.
"""

from enum import StrEnum
from typing import NamedTuple

from bongsu.model.alert_draft import DraftState as D
from bongsu.model.wording import AlertStage as S


class Situation(StrEnum):
    """What is known now of the areas of one kind: nothing asks for telling, be ready, take cover, it is over, or it was never so."""

    HOLD = "hold"
    PRE_ALERT = "pre_alert"
    ALERT = "alert"
    OVER = "over"
    REFUTED = "refuted"


class Step(NamedTuple):
    """The stage to draft (None: nothing), and whether in a new chain."""

    stage: S | None = None
    anew: bool = False


_NOTHING = Step()

LADDER: dict[tuple[S | None, Situation], Step] = {
    (None, Situation.HOLD): _NOTHING,
    (None, Situation.PRE_ALERT): Step(S.PRE_ALERT),
    (None, Situation.ALERT): Step(S.ALERT),
    (None, Situation.OVER): _NOTHING,
    (None, Situation.REFUTED): _NOTHING,
    (S.PRE_ALERT, Situation.HOLD): Step(S.PASSED),
    (S.PRE_ALERT, Situation.PRE_ALERT): Step(S.PRE_ALERT),
    (S.PRE_ALERT, Situation.ALERT): Step(S.ALERT),
    (S.PRE_ALERT, Situation.OVER): Step(S.PASSED),
    (S.PRE_ALERT, Situation.REFUTED): Step(S.CORRECTED),
    (S.ALERT, Situation.HOLD): Step(S.CORRECTED),
    (S.ALERT, Situation.PRE_ALERT): _NOTHING,
    (S.ALERT, Situation.ALERT): Step(S.ALERT),
    (S.ALERT, Situation.OVER): Step(S.PASSED),
    (S.ALERT, Situation.REFUTED): Step(S.CORRECTED),
    (S.PASSED, Situation.HOLD): _NOTHING,
    (S.PASSED, Situation.PRE_ALERT): Step(S.PRE_ALERT, anew=True),
    (S.PASSED, Situation.ALERT): Step(S.ALERT, anew=True),
    (S.PASSED, Situation.OVER): _NOTHING,
    (S.PASSED, Situation.REFUTED): Step(S.CORRECTED),
    (S.CORRECTED, Situation.HOLD): _NOTHING,
    (S.CORRECTED, Situation.PRE_ALERT): Step(S.PRE_ALERT, anew=True),
    (S.CORRECTED, Situation.ALERT): Step(S.ALERT, anew=True),
    (S.CORRECTED, Situation.OVER): _NOTHING,
    (S.CORRECTED, Situation.REFUTED): _NOTHING,
}
"""Told so far and situation to what is due. A step to the stage that stands is an update, drafted only when its areas or times change."""

DRAFT_EVENTS = ("approved_in_part", "approved", "edited", "rejected", "superseded", "deadline", "withdrawn")
"""What can happen to a draft."""

_OPEN = {
    "approved": D.ISSUED,
    "edited": D.VOID,
    "rejected": D.REJECTED,
    "superseded": D.VOID,
    "withdrawn": D.VOID,
}
_MOVES: dict[D, dict[str, D]] = {
    D.PROPOSED: {**_OPEN, "approved_in_part": D.PARTLY, "deadline": D.UNCONFIRMED},
    D.PARTLY: {**_OPEN, "approved_in_part": D.PARTLY, "deadline": D.UNCONFIRMED},
    D.UNCONFIRMED: {**_OPEN, "approved_in_part": D.UNCONFIRMED},
    D.ISSUED: {},
    D.VOID: {},
    D.REJECTED: {},
}
DRAFT: dict[tuple[D, str], D | None] = {
    (state, event): _MOVES[state].get(event) for state in D for event in DRAFT_EVENTS
}
"""State and event to the next state; None: refused. What was issued, voided or rejected never moves again."""
