"""Many runs of one scenario: the figures that each gives, and their distributions."""

import statistics
from collections.abc import Callable, Iterable, Sequence

import msgspec

from bongsu.views.review import AtNode, Review

_SEEDS_NAMED = 5


class AtLaunch(msgspec.Struct, frozen=True, kw_only=True):
    """What one nation had of one launch in one run. `_s` from launch; None: never, or nothing flew. Areas: rightly alerted, missed, beyond need."""

    launch: str
    node: str
    real: bool
    warned_s: float | None
    own_warning_s: float | None
    launch_error_km: float | None
    impact_error_km: float | None
    impact_d2: float | None
    areas_hit: int
    areas_missed: int
    areas_extra: int
    final_status: str | None
    areas_s: float | None = None


class Bought(msgspec.Struct, frozen=True, kw_only=True):
    """What sharing bought one nation in one run."""

    node: str
    seconds_gained: float | None
    ellipse_shrink: float | None


class RunFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one run. `not_met`: the expectations that were not."""

    seed: int
    outcome_digest: str
    at: list[AtLaunch]
    bought: list[Bought]
    met: int
    not_met: list[str]
    completeness: float | None
    spurious: float | None


class FailedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run that gave no figures, and why."""

    seed: int
    reason: str


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution: how many values, how many times there was none, and where they lie (None without values). Quantiles by linear interpolation."""

    count: int
    never: int
    least: float | None
    p10: float | None
    p50: float | None
    p90: float | None
    most: float | None


class NodeSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One nation over all runs and launches. Area counts are of all runs together; `misses_runs` had at least one missed area."""

    node: str
    warned_s: Spread
    own_warning_s: Spread
    launch_error_km: Spread
    impact_error_km: Spread
    seconds_gained: Spread
    ellipse_shrink: Spread
    inside_95: float | None
    areas_hit: int
    areas_missed: int
    areas_extra: int
    misses_runs: int


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A whole campaign. It holds nothing of where and how fast it ran: the same scenario and seeds give the same, on one machine or on a cluster."""

    kind: str = "bongsu drill campaign"
    scenario: str
    title: str
    mode: str
    first_seed: int
    runs: int
    failed: list[FailedRun]
    nodes: list[NodeSummary]
    not_met: dict[str, int]
    outcomes: int
    figures: list[RunFigures]


def figures(review: Review) -> RunFigures:
    """What a campaign counts of one review."""
    return RunFigures(
        seed=review.seed,
        outcome_digest=review.outcome_digest,
        at=[
            _at_launch(launch.id, launch.truth is not None, node, at)
            for launch in review.launches
            for node, at in sorted(launch.nodes.items())
        ],
        bought=[
            Bought(node=node, seconds_gained=gain.seconds_gained, ellipse_shrink=gain.ellipse_shrink)
            for node, gain in sorted(review.sharing.items())
        ],
        met=sum(verdict.met for verdict in review.expectations),
        not_met=[verdict.text for verdict in review.expectations if not verdict.met],
        completeness=review.siap["completeness"],
        spurious=review.siap["spurious"],
    )


def summary(
    scenario: str, title: str, mode: str, seeds: Sequence[int], told: Iterable[RunFigures], failed: Iterable[FailedRun]
) -> Campaign:
    """Distributions over all runs, whatever order they ended in."""
    runs = sorted(told, key=lambda one: one.seed)
    nodes = sorted({at.node for run in runs for at in run.at} | {one.node for run in runs for one in run.bought})
    missed: dict[str, int] = {}
    for run in runs:
        for text in run.not_met:
            missed[text] = missed.get(text, 0) + 1
    return Campaign(
        scenario=scenario,
        title=title,
        mode=mode,
        first_seed=seeds[0],
        runs=len(seeds),
        failed=sorted(failed, key=lambda one: one.seed),
        nodes=[_node(node, runs) for node in nodes],
        not_met=dict(sorted(missed.items(), key=lambda row: (-row[1], row[0]))),
        outcomes=len({run.outcome_digest for run in runs}),
        figures=runs,
    )


def spread(values: Iterable[float | None]) -> Spread:
    """The distribution of some values, None counted as never."""
    given = list(values)
    known = sorted(value for value in given if value is not None)
    return Spread(
        count=len(known),
        never=len(given) - len(known),
        least=known[0] if known else None,
        p10=_quantile(known, 0.1),
        p50=_quantile(known, 0.5),
        p90=_quantile(known, 0.9),
        most=known[-1] if known else None,
    )


_INSIDE_D2 = 5.991
"""95 % of a plane Gaussian."""


def _node(node: str, runs: list[RunFigures]) -> NodeSummary:
    rows = [at for run in runs for at in run.at if at.node == node]
    real = [at for at in rows if at.real]
    bought = [one for run in runs for one in run.bought if one.node == node]
    judged = [at.impact_d2 for at in real if at.impact_d2 is not None]

    def of(chosen: list[AtLaunch], value: Callable[[AtLaunch], float | None]) -> Spread:
        return spread(value(at) for at in chosen)

    return NodeSummary(
        node=node,
        warned_s=of(rows, lambda at: at.warned_s),
        own_warning_s=of(rows, lambda at: at.own_warning_s),
        launch_error_km=of(real, lambda at: at.launch_error_km),
        impact_error_km=of(real, lambda at: at.impact_error_km),
        seconds_gained=spread(one.seconds_gained for one in bought),
        ellipse_shrink=spread(one.ellipse_shrink for one in bought),
        inside_95=round(statistics.fmean(d2 <= _INSIDE_D2 for d2 in judged), 4) if judged else None,
        areas_hit=sum(at.areas_hit for at in rows),
        areas_missed=sum(at.areas_missed for at in rows),
        areas_extra=sum(at.areas_extra for at in rows),
        misses_runs=sum(any(at.areas_missed for at in run.at if at.node == node) for run in runs),
    )


def _quantile(ordered: list[float], share: float) -> float | None:
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (place - low) * (ordered[high] - ordered[low]), 4)


def _at_launch(launch: str, real: bool, node: str, at: AtNode) -> AtLaunch:
    first = [one for one in (at.first_own_warning_s, at.first_partner_warning_s) if one is not None]
    hit = sum(area in at.areas_at_risk for area in at.areas_alerted)
    return AtLaunch(
        launch=launch,
        node=node,
        real=real,
        warned_s=min(first, default=None),
        own_warning_s=at.first_own_warning_s,
        launch_error_km=at.launch_error_km,
        impact_error_km=at.impact_error_km[-1][1] if at.impact_error_km else None,
        impact_d2=at.impact_d2,
        areas_hit=hit,
        areas_missed=len(at.areas_at_risk) - hit,
        areas_extra=len(at.areas_alerted) - hit,
        final_status=at.final_status,
        areas_s=at.first_alert_s,
    )


def seeds_of(campaign: Campaign, text: str) -> str:
    """The first seeds under which an expectation was not met: any of them can be played again."""
    seeds = sorted(run.seed for run in campaign.figures if text in run.not_met)
    more = ", ..." if len(seeds) > _SEEDS_NAMED else ""
    return ", ".join(map(str, seeds[:_SEEDS_NAMED])) + more
