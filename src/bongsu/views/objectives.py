"""Objectives of an exercise with HSEEP's four ratings, from the verdicts on what was expected.

An expectation belongs to the objective that the scenario files it under, else to the usual one of its kind. P: every expectation met. S: more met than
not. M: some met, not more than the rest. U: none met. An objective of which nothing was asked is not rated.
"""

from collections.abc import Iterable, Sequence

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
    "exchange": ("exchange", "never_hears", "source_state", "held", "not_held"),
    "retract": ("retracted",),
    "consult": ("acknowledged", "stance"),
}
"""Objectives in the order of the review, with the kinds of expectations that they are judged by."""
OTHER = "other"
"""Kinds of expectations that stand in no row above."""


def objective_of(kind: str) -> str:
    """The objective that a kind of expectation belongs to."""
    return next((name for name, kinds in OBJECTIVES.items() if kind in kinds), OTHER)


def rate(verdicts: Iterable[Judged], named: Sequence[tuple[str, str]] = ()) -> list[Objective]:
    """Every objective, rated by its verdicts. `named`: id and text of those that the scenario states itself; they come first, and with them
    the usual ones stand only where something is filed under them."""
    texts = dict(named)
    asked: dict[str, list[bool]] = {name: [] for name in (*texts, *OBJECTIVES, OTHER)}
    for verdict in verdicts:
        asked[verdict.objective or objective_of(verdict.kind)].append(verdict.met)
    return [
        Objective(objective=name, rating=_rating(met), met=sum(met), asked=len(met), text=texts.get(name, ""))
        for name, met in asked.items()
        if met or name in texts or (not texts and name != OTHER)
    ]


def _rating(met: list[bool]) -> str | None:
    if not met:
        return None
    if all(met):
        return "P"
    if not any(met):
        return "U"
    return "S" if 2 * sum(met) > len(met) else "M"
