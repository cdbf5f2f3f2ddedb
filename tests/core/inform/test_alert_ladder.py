"""Both tables of public alerts over all pairs."""

import itertools

import pytest

from bongsu.core.inform.alert_ladder import DRAFT, DRAFT_EVENTS, LADDER, Situation, Step
from bongsu.core.inform.alert_page import page
from bongsu.model.alert_draft import DraftState as D
from bongsu.model.wording import LADDER as FOLLOWS
from bongsu.model.wording import AlertStage as S

BEGINNINGS = (S.PRE_ALERT, S.ALERT)
ENDINGS = (S.PASSED, S.CORRECTED)


def test_the_ladder_is_total() -> None:
    assert set(LADDER) == set(itertools.product([None, *S], Situation))


@pytest.mark.parametrize(("told", "situation"), list(itertools.product([None, *S], Situation)))
def test_each_step_of_the_ladder(told: S | None, situation: Situation) -> None:
    step = LADDER[told, situation]
    danger = situation in (Situation.PRE_ALERT, Situation.ALERT)
    if step.anew:
        assert told in ENDINGS and danger, "only a danger that returns after an ending begins a new chain"
        assert step.stage in FOLLOWS[None]
    elif step.stage is not None:
        assert step.stage in FOLLOWS[told], "the documents allow it"
    if told is None or told in ENDINGS:
        assert (step.stage is not None) == (danger or (told is S.PASSED and situation is Situation.REFUTED))
    if told in BEGINNINGS:
        assert (step.stage in ENDINGS) == (not danger), "what was told ends by a message, and by nothing else"
        assert situation is not Situation.REFUTED or step.stage is S.CORRECTED
        assert situation is not Situation.OVER or step.stage is S.PASSED
    if told is S.ALERT:
        assert step.stage is not S.PRE_ALERT, "an alert never sinks back"


def test_a_correction_is_the_end() -> None:
    for situation in Situation:
        step = LADDER[S.CORRECTED, situation]
        assert step == Step() or step.anew


def test_the_draft_table_is_total() -> None:
    assert set(DRAFT) == set(itertools.product(D, DRAFT_EVENTS))


@pytest.mark.parametrize(("state", "event"), list(itertools.product(D, DRAFT_EVENTS)))
def test_each_move_of_a_draft(state: D, event: str) -> None:
    following = DRAFT[state, event]
    if state in (D.ISSUED, D.VOID, D.REJECTED):
        assert following is None, "what is done is done"
        return
    ends = {
        "approved": D.ISSUED, "edited": D.VOID, "rejected": D.REJECTED, "superseded": D.VOID, "withdrawn": D.VOID
    }  # fmt: skip
    if event in ends:
        assert following is ends[event]
    elif event == "deadline":
        assert following is (None if state is D.UNCONFIRMED else D.UNCONFIRMED)
    else:
        assert following is (D.UNCONFIRMED if state is D.UNCONFIRMED else D.PARTLY)


def test_the_diagrams_show_every_move() -> None:
    drawn = page()
    assert drawn.count("-->") == 2 + sum(step.stage is not None for step in LADDER.values()) + sum(
        state is not None for state in DRAFT.values()
    )
