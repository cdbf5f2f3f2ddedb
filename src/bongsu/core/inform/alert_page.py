"""The reference page of public alerts, drawn from the tables that the rooms use."""

from __future__ import annotations

import math

from bongsu.core.inform.alert_decision import SINK, TABLE, Row
from bongsu.core.inform.alert_ladder import DRAFT, DRAFT_EVENTS, LADDER, Situation, Step
from bongsu.model.alert_draft import AlertTimes, DraftState
from bongsu.model.wording import AlertStage
from bongsu.wire import cap12_table
from bongsu.words.alert_text import KINDS

MACHINE = ("first_look_ns", "own_estimate_ns", "partner_warning_ns", "decided_ns", "drafted_ns")
"""Times that the machine needs; all others are persons' or an outlet's."""

_TIMES = {
    "first_look_ns": "an own sensor first saw the object",
    "own_estimate_ns": "the first own warning",
    "partner_warning_ns": "the first warning of a partner",
    "decided_ns": "an area first asked for the alert",
    "drafted_ns": "the words stood ready, with both endings",
    "shown_ns": "a console showed the draft",
    "opened_ns": "a person opened it",
    "first_approval_ns": "the first person approved",
    "second_approval_ns": "the second person approved",
    "issued_ns": "the document left the officers' hands",
    "delivered_ns": "an outlet took it",
}


def page() -> str:
    """The page without the keys of a nation's file."""
    parts = [
        "# Public alerts",
        "",
        "From areas at risk to documents that persons have approved. Tables and diagrams are those that the rooms use (`core/inform/alert_*.py`).",
        "",
        *_decision(),
        *_ladder(),
        *_draft(),
        *_codes(),
        *_times(),
    ]
    return "\n".join(parts) + "\n"


def _decision() -> list[str]:
    rows = [f"| {row.kind} | {_left(row)} | {row.pre_alert:g} | {row.alert:g} |" for row in TABLE]
    return [
        "## When an area is alerted",
        "",
        "Least probabilities that an area is hit or overflown, by the time left. What is over, or never was at risk, is held.",
        f"An area that stands on a rung keeps it down to {SINK:g} of its probability; one that the object has certainly passed leaves it.",
        "",
        "| kind of risk | time left | pre-alert from | alert from |",
        "| --- | --- | --- | --- |",
        *rows,
        "",
    ]


def _left(row: Row) -> str:
    return "more" if math.isinf(row.most_left_s) else f"at most {row.most_left_s / 60:g} min"


def _ladder() -> list[str]:
    names = {None: "untold"} | {stage: stage.value for stage in AlertStage}
    arrows = [
        f"    {names[told]} --> {names[step.stage]}: {situation.value}{' (new chain)' if step.anew else ''}"
        for (told, situation), step in LADDER.items()
        if step.stage is not None
    ]
    rows = [
        f"| {names[told]} | " + " | ".join(_step(LADDER[told, situation]) for situation in Situation) + " |"
        for told in names
    ]
    return [
        "## The ladder",
        "",
        "What the public has been told so far, and what is known now, to the draft that is due. A pre-alert sounds no alarm. Each alert ends by a message:",
        "`passed` is an Update with AllClear, `corrected` a Cancel for what was wrong. That a document expires is no all-clear.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> untold",
        *arrows,
        "```",
        "",
        "| told so far | " + " | ".join(situation.value.replace("_", " ") for situation in Situation) + " |",
        "| --- |" + " --- |" * len(Situation),
        *rows,
        "",
    ]


def _step(step: Step) -> str:
    return "-" if step.stage is None else step.stage.value + (" (new chain)" if step.anew else "")


def _draft() -> list[str]:
    arrows = [f"    {state.value} --> {after.value}: {event}" for (state, event), after in DRAFT.items() if after]
    rows = [
        f"| {state.value} | "
        + " | ".join(after.value if (after := DRAFT[state, event]) else "-" for event in DRAFT_EVENTS)
        + " |"
        for state in DraftState
    ]
    return [
        "## The life of a draft",
        "",
        "An approval binds the digest of the very words and areas; a draft that is edited is another draft. `unconfirmed`: the deadline has passed; the",
        "authorities have been told, and the public only where the policy says `automatic`. Withdrawing needs one person, at any time.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {DraftState.PROPOSED.value}",
        *arrows,
        "```",
        "",
        "| state | " + " | ".join(event.replace("_", " ") for event in DRAFT_EVENTS) + " |",
        "| --- |" + " --- |" * len(DRAFT_EVENTS),
        *rows,
        "",
    ]


def _codes() -> list[str]:
    rows = []
    for stage in AlertStage:
        for kind in KINDS:
            codes = cap12_table.codes_of(stage, kind)
            responses = ", ".join(one.value for one in codes.response_types)
            row = (stage.value, kind, responses, codes.urgency.value, codes.severity.value, codes.certainty.value)
            rows.append(f"| {' | '.join(row)} |")
    return [
        "## Codes in CAP",
        "",
        "| stage | kind | responseType | urgency | severity | certainty |",
        "| --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
    ]


def _times() -> list[str]:
    rows = [
        f"| `{name}` | {'machine' if name in MACHINE else 'outlet' if name == 'delivered_ns' else 'persons'} | {_TIMES[name]} |"
        for name in AlertTimes.__struct_fields__
    ]
    return [
        "## Times of each alert",
        "",
        "Kept apart in every draft, in exercise time; `bongsu alert list` prints them in seconds after the first that is known.",
        "",
        "| time | whose | when |",
        "| --- | --- | --- |",
        *rows,
        "",
    ]
