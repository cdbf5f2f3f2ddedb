"""Objectives of an exercise with HSEEP's four ratings, from the verdicts on what was expected.

Each kind of expectation belongs to one objective. P: every expectation met. S: more met than not. M: some met, not more than the rest. U: none met. An
objective of which nothing was asked is not rated.
"""

from collections.abc import Iterable

from bongsu.views.review import Judged, Objective

OBJECTIVES: dict[str, tuple[str, ...]] = {
    "warn": ("warned", "hears", "knows_before_own", "seconds_gained"),
    "assess": (
        "impact_d2",
        "launch_d2",
        "launch_error",
        "truth_flight_time",
        "events",
        "final_status",
        "had_status",
        "irregular",
        "no_impact",
        "falls_in_zone",
    ),
    "areas": ("areas_alerted",),
    "exchange": ("exchange", "never_hears", "source_state"),
    "retract": ("retracted",),
    "consult": ("acknowledged", "stance"),
}
"""Objectives in the order of the review, with the kinds of expectations that they are judged by."""
OTHER = "other"
"""Kinds of expectations that stand in no row above."""


def objective_of(kind: str) -> str:
    """The objective that a kind of expectation belongs to."""
    return next((name for name, kinds in OBJECTIVES.items() if kind in kinds), OTHER)


def rate(verdicts: Iterable[Judged]) -> list[Objective]:
    """Every objective, rated by its verdicts."""
    asked: dict[str, list[bool]] = {name: [] for name in (*OBJECTIVES, OTHER)}
    for verdict in verdicts:
        asked[objective_of(verdict.kind)].append(verdict.met)
    return [
        Objective(objective=name, rating=_rating(met), met=sum(met), asked=len(met))
        for name, met in asked.items()
        if met or name != OTHER
    ]


def _rating(met: list[bool]) -> str | None:
    if not met:
        return None
    if all(met):
        return "P"
    if not any(met):
        return "U"
    return "S" if 2 * sum(met) > len(met) else "M"
