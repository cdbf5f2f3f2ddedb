"""One chain of public alert: all that is told of one alert and one kind of risk, from its beginning to its ending.

Data and rules; `alert_issue.py` is the room.

What is due follows from what was told and what is known (`alert_ladder.LADDER`). A draft that a person has approved or edited is not replaced because
the machine has thought further, unless by an ending or a higher stage: the newer areas follow as an update.
"""

from collections.abc import Sequence

import msgspec

from bongsu.base.limits_alerts import ALERT_CLEAR_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.inform.alert_documents import BEGINNINGS, ordered
from bongsu.core.inform.alert_ladder import LADDER, Situation, Step
from bongsu.model.alert import Alert, AreaRisk, Rung
from bongsu.model.alert_draft import AlertDraft, AlertTimes, DraftState
from bongsu.model.alert_policy import AlertPolicy
from bongsu.model.wording import AlertStage
from bongsu.wire.cap12_types import CapAlert

_CLEAR_NS = seconds_to_ns(ALERT_CLEAR_S)
_MINUTE_NS = seconds_to_ns(60.0)
OPEN = (DraftState.PROPOSED, DraftState.PARTLY, DraftState.UNCONFIRMED)
"""States of a draft that may still be approved."""

_OVER = {"withdrawn": Situation.REFUTED, "passed": Situation.OVER, "stood_down": Situation.HOLD}
_RANK = {AlertStage.PRE_ALERT: 0, AlertStage.ALERT: 1, AlertStage.PASSED: 2, AlertStage.CORRECTED: 3}


class Told(msgspec.Struct):
    """What one audience has been told: the newest stage, and the documents that later ones refer to."""

    stage: AlertStage | None = None
    documents: list[CapAlert] = []

    def is_open(self) -> bool:
        """Whether something was told that has not ended."""
        return self.stage in BEGINNINGS


class Chain(msgspec.Struct):
    """See the head of this file. `standing` are the areas that the public was told last, `ever` all that it was told; `sent_ns` when it first was."""

    chain: str
    alert: Alert
    kind: str
    public: Told = msgspec.field(default_factory=Told)
    authorities: Told = msgspec.field(default_factory=Told)
    standing: list[AreaRisk] = []
    ever: dict[str, AreaRisk] = {}
    sent_ns: int | None = None
    drafts_count: int = 0
    documents_count: int = 0
    draft: AlertDraft | None = None
    rejected: tuple[AlertStage, tuple[str, ...]] | None = None
    times: AlertTimes = AlertTimes()

    def open_draft(self) -> AlertDraft | None:
        """The draft that may still be approved."""
        return self.draft if self.draft is not None and self.draft.state in OPEN else None


def risks_of(chain: Chain, chains: Sequence[Chain]) -> tuple[AreaRisk, ...]:
    """The areas of its alert that this chain speaks of: those of its kind that no other chain tells people of already, and those that it has told."""
    elsewhere = _spoken_for(chain, chains)
    mine = {risk.area for risk in chain.standing}
    return ordered(
        [
            risk
            for risk in chain.alert.areas
            if risk.area in mine
            or (risk.kind == chain.kind and elsewhere.get(risk.area, -1) < (risk.rung is Rung.ALERT))
        ]
    )


def _spoken_for(chain: Chain, chains: Sequence[Chain]) -> dict[str, int]:
    """Areas that other chains tell people of, with the rank of what they tell, so that nobody is told the same twice: by an impact of the same launch, or
    by the same kind of danger of another (pieces of one launch, a salvo). A draft counts where its chain is the elder."""
    found: dict[str, int] = {}
    elder = True
    for other in chains:
        if other is chain:
            elder = False
            continue
        if other.alert.alert == chain.alert.alert:
            told = [(risk.area, 1) for risk in other.standing if other.kind == "impact"]
        elif other.kind == chain.kind or other.kind == "impact":
            told = [(risk.area, _RANK[other.public.stage]) for risk in other.standing if other.public.stage is not None]
            draft = other.open_draft() if elder else None
            if draft is not None and draft.stage in BEGINNINGS:
                told += [(risk.area, _RANK[draft.stage]) for risk in draft.areas]
        else:
            told = []
        for area, rank in told:
            found[area] = max(rank, found.get(area, -1))
    return found


def covered(chain: Chain, chains: Sequence[Chain], now_ns: int) -> tuple[AreaRisk, ...]:
    """Areas that this chain has told and that another launch still endangers in the same way, with its last moment: their alert does not end yet."""
    mine = {risk.area for risk in chain.standing}
    found: dict[str, AreaRisk] = {}
    if not mine:
        return ()
    for other in chains:
        if other.alert.alert == chain.alert.alert or other.alert.status not in ("alert", "pre_alert"):
            continue
        left = mine - {risk.area for risk in other.standing}
        if not left:
            continue
        for risk in other.alert.areas:
            if risk.kind != chain.kind or risk.area not in left:
                continue
            if risk.time_ns is None or risk.time_ns + _CLEAR_NS > now_ns:
                known = found.get(risk.area)
                if known is None or (known.time_ns is not None and (risk.time_ns or known.time_ns + 1) > known.time_ns):
                    found[risk.area] = risk
    return ordered(tuple(found.values()))


def situation(
    chain: Chain, risks: Sequence[AreaRisk], still: tuple[AreaRisk, ...], now_ns: int
) -> tuple[Situation, tuple[AreaRisk, ...]]:
    """What is known now, and the areas that it is about; `still` are those that another launch endangers (`covered`)."""
    found, named = _own_situation(chain, risks, now_ns)
    if still and found in (Situation.HOLD, Situation.OVER, Situation.REFUTED):
        return (Situation.ALERT if chain.public.stage is AlertStage.ALERT else Situation.PRE_ALERT), still
    return found, named


def _own_situation(chain: Chain, risks: Sequence[AreaRisk], now_ns: int) -> tuple[Situation, tuple[AreaRisk, ...]]:
    ended = _OVER.get(chain.alert.status)
    if ended is not None:
        return ended, ()
    over_ns = passed_ns(chain)
    if over_ns is not None and now_ns >= over_ns:
        return Situation.OVER, ()
    for rung, found in ((Rung.ALERT, Situation.ALERT), (Rung.PRE_ALERT, Situation.PRE_ALERT)):
        chosen = tuple(risk for risk in risks if risk.rung is rung)
        if chosen:
            return found, chosen
    return Situation.HOLD, ()


def passed_ns(chain: Chain) -> int | None:
    """When the danger is over at every area that was told; None while nothing is told or a time is not known."""
    newest = {risk.area: risk for risk in chain.alert.areas}
    times = [newest.get(risk.area, risk).time_ns for risk in chain.standing]
    known = [time_ns for time_ns in times if time_ns is not None]
    if not chain.public.is_open() or not known or len(known) < len(times):
        return None
    return max(known) + _CLEAR_NS


def due_step(
    chain: Chain, risks: Sequence[AreaRisk], still: tuple[AreaRisk, ...], now_ns: int
) -> tuple[Step, tuple[AreaRisk, ...]]:
    """The step of the ladder, and the areas that its draft would name."""
    found, named = situation(chain, risks, still, now_ns)
    step = LADDER[chain.public.stage, found]
    if step.stage in (AlertStage.PASSED, AlertStage.CORRECTED):
        return step, ordered(tuple(chain.ever.values()))
    if step.stage is chain.public.stage:
        gone = [risk for risk in chain.standing if risk.time_ns is not None and risk.time_ns + _CLEAR_NS <= now_ns]
        told = {risk.area for risk in named}
        named = ordered(
            [*named, *(risk for risk in gone if risk.area not in told)]
        )  # they hear of the end with the last one
        if not _is_news(chain.standing, named):
            return Step(), ()
    return step, named


def replaces(chain: Chain, stage: AlertStage, risks: Sequence[AreaRisk]) -> bool:
    """Whether a newly due stage and areas take the place of the draft that is open."""
    draft = chain.open_draft()
    if draft is None:
        return chain.rejected != named_as(stage, risks)
    if _RANK[stage] > _RANK[draft.stage]:
        return True
    if draft.approvals or draft.edited_by or draft.state is DraftState.UNCONFIRMED:
        return False
    return stage is not draft.stage or _is_news(draft.areas, risks)


def named_as(stage: AlertStage, risks: Sequence[AreaRisk]) -> tuple[AlertStage, tuple[str, ...]]:
    """A stage with its areas, whatever their order: what a person rejected is not proposed again."""
    return stage, tuple(sorted(risk.area for risk in risks))


def too_late(chain: Chain, now_ns: int) -> bool:
    """Whether the open draft of a beginning would come after the passage."""
    moment_ns = late_ns(chain)
    return moment_ns is not None and now_ns >= moment_ns


def late_ns(chain: Chain) -> int | None:
    """When the open draft of a beginning loses its sense: all its areas' moments have come."""
    draft = chain.open_draft()
    if draft is None or draft.stage not in BEGINNINGS:
        return None
    times = [risk.time_ns for risk in draft.areas]
    known = [time_ns for time_ns in times if time_ns is not None]
    return max(known) + 1 if known and len(known) == len(times) else None


def _is_news(said: Sequence[AreaRisk], risks: Sequence[AreaRisk]) -> bool:
    """Other areas, or the soonest moment has moved by a minute or more, as texts say minutes."""
    if sorted(risk.area for risk in said) != sorted(risk.area for risk in risks):
        return True
    before, after = (
        min((risk.time_ns for risk in some if risk.time_ns is not None), default=None) for some in (said, risks)
    )
    if before is None or after is None:
        return before is not after
    return abs(after - before) >= _MINUTE_NS


def persons_needed(policy: AlertPolicy, stage: AlertStage) -> int:
    """How many persons must approve a stage."""
    needed = {
        AlertStage.PRE_ALERT: policy.persons_pre_alert,
        AlertStage.ALERT: policy.persons_alert,
        AlertStage.PASSED: policy.persons_passed,
        AlertStage.CORRECTED: 1,
    }
    return needed[stage]


def machine_times(times: AlertTimes) -> AlertTimes:
    """The machine's times of a chain; a new draft's persons begin anew."""
    return AlertTimes(
        first_look_ns=times.first_look_ns,
        own_estimate_ns=times.own_estimate_ns,
        partner_warning_ns=times.partner_warning_ns,
        decided_ns=times.decided_ns,
    )


def deadline_ns(chain: Chain) -> int | None:
    """When the open draft goes to the authorities unconfirmed."""
    draft = chain.draft
    waits = draft is not None and draft.state in (DraftState.PROPOSED, DraftState.PARTLY)
    return draft.deadline_ns if draft is not None and waits else None


def over_ns(chain: Chain, still: tuple[AreaRisk, ...]) -> int | None:
    """When the ending falls due, unless it is drafted or was rejected; None also while another launch endangers the same areas without a known end."""
    draft = chain.open_draft()
    if draft is not None and draft.stage not in BEGINNINGS:
        return None
    own_ns = passed_ns(chain)
    if own_ns is None or (chain.rejected and chain.rejected[0] is AlertStage.PASSED):
        return None
    later = [None if risk.time_ns is None else risk.time_ns + _CLEAR_NS for risk in still]
    return None if None in later else max([own_ns, *(time_ns for time_ns in later if time_ns is not None)])


def is_live(chain: Chain) -> bool:
    """Whether anybody holds something that has not ended, or a draft is open."""
    return chain.public.is_open() or chain.authorities.is_open() or chain.open_draft() is not None


def is_moot(chain: Chain, risks: Sequence[AreaRisk], still: tuple[AreaRisk, ...], now_ns: int) -> bool:
    """Whether nothing asks for the open draft any more: a beginning without areas, an update to what stands, an ending of a danger that is back."""
    found, named = situation(chain, risks, still, now_ns)
    draft = chain.open_draft()
    assert draft is not None
    if draft.stage not in BEGINNINGS:
        return bool(named)
    return not named or found.value != draft.stage.value or chain.public.is_open()
