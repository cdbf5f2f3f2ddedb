"""The life cycle of an alarm as one table, and the diagram that is drawn from it.

Sources: ISA-18.2 / IEC 62682 as OPC UA part 9 gives them: active or ended, unacknowledged or acknowledged; latched; shelved for a limited time.
"""

from bongsu.model.alarm import AlarmState as S

TRIGGERS = (
    "raised",
    "worsened",
    "ended",
    "ended_at_risk",
    "withdrawn",
    "acknowledged",
    "shelved",
    "unshelved",
    "expired",
    "reset",
    "escalated",
)
"""What can happen to an alarm. `ended_at_risk`: it is over, and an area of ours was at risk; `expired`: the shelf's time is up."""

MOVES: dict[tuple[S, str], S] = {
    (S.NORMAL, "raised"): S.ACTIVE_UNACKNOWLEDGED,
    (S.NORMAL, "withdrawn"): S.ENDED_UNACKNOWLEDGED,
    (S.ACTIVE_UNACKNOWLEDGED, "worsened"): S.ACTIVE_UNACKNOWLEDGED,
    (S.ACTIVE_UNACKNOWLEDGED, "ended"): S.ENDED_UNACKNOWLEDGED,
    (S.ACTIVE_UNACKNOWLEDGED, "ended_at_risk"): S.ENDED_UNACKNOWLEDGED,
    (S.ACTIVE_UNACKNOWLEDGED, "withdrawn"): S.ENDED_UNACKNOWLEDGED,
    (S.ACTIVE_UNACKNOWLEDGED, "acknowledged"): S.ACTIVE_ACKNOWLEDGED,
    (S.ACTIVE_UNACKNOWLEDGED, "escalated"): S.ACTIVE_UNACKNOWLEDGED,
    (S.ACTIVE_ACKNOWLEDGED, "worsened"): S.ACTIVE_UNACKNOWLEDGED,
    (S.ACTIVE_ACKNOWLEDGED, "ended"): S.NORMAL,
    (S.ACTIVE_ACKNOWLEDGED, "ended_at_risk"): S.LATCHED,
    (S.ACTIVE_ACKNOWLEDGED, "withdrawn"): S.ENDED_UNACKNOWLEDGED,
    (S.ACTIVE_ACKNOWLEDGED, "shelved"): S.SHELVED,
    (S.ENDED_UNACKNOWLEDGED, "raised"): S.ACTIVE_UNACKNOWLEDGED,
    (S.ENDED_UNACKNOWLEDGED, "acknowledged"): S.NORMAL,
    (S.ENDED_UNACKNOWLEDGED, "escalated"): S.ENDED_UNACKNOWLEDGED,
    (S.LATCHED, "raised"): S.ACTIVE_UNACKNOWLEDGED,
    (S.LATCHED, "withdrawn"): S.ENDED_UNACKNOWLEDGED,
    (S.LATCHED, "reset"): S.NORMAL,
    # A shelf hides what is known, never what is new: whatever is worse, or taken back, comes out.
    (S.SHELVED, "worsened"): S.ACTIVE_UNACKNOWLEDGED,
    (S.SHELVED, "ended"): S.NORMAL,
    (S.SHELVED, "ended_at_risk"): S.LATCHED,
    (S.SHELVED, "withdrawn"): S.ENDED_UNACKNOWLEDGED,
    (S.SHELVED, "unshelved"): S.ACTIVE_ACKNOWLEDGED,
    (S.SHELVED, "expired"): S.ACTIVE_UNACKNOWLEDGED,
}
"""State and trigger to the next state; a pair that is not here changes nothing, and a person who asks for it is refused."""

CALLING = frozenset({S.ACTIVE_UNACKNOWLEDGED, S.ENDED_UNACKNOWLEDGED})
"""States in which a person must answer: they escalate."""


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    arrows: dict[tuple[S, S], list[str]] = {}
    for (before, trigger), after in MOVES.items():
        arrows.setdefault((before, after), []).append(trigger)
    lines = [f"    {before.value} --> {after.value} : {', '.join(names)}" for (before, after), names in arrows.items()]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {S.NORMAL.value}", *lines])


def page() -> str:
    """The reference page of alarms: diagram and table of all pairs."""
    head = "| state | " + " | ".join(trigger.replace("_", " ") for trigger in TRIGGERS) + " |"
    rule = "| --- |" + " --- |" * len(TRIGGERS)
    rows = [
        f"| {state.value} | "
        + " | ".join(MOVES[state, trigger].value if (state, trigger) in MOVES else "-" for trigger in TRIGGERS)
        + " |"
        for state in S
    ]
    text = [
        "# Alarms",
        "",
        "The life cycle of an alarm after ISA-18.2 / IEC 62682, from `core/inform/alarm_table.py`. A pair without an arrow changes nothing.",
        "",
        "```mermaid",
        diagram(),
        "```",
        "",
        head,
        rule,
        *rows,
    ]
    return "\n".join(text) + "\n"
