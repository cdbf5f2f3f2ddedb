"""The scoreboard: historic cases replayed on simulated sensors; machine seconds, the whole with a stated human delay, and published times beside it.

It never says that this is faster than a real service, and cannot: what was sensed is invented. What it shows is where the time goes.
"""

import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import msgspec

from bongsu.drill import scenario as scenarios
from bongsu.drill.campaign_pool import run_here
from bongsu.views.campaign import FailedRun, RunFigures

DELAYS_S = (0, 30, 60, 120)
"""Assumed human seconds for each decision."""
DECISIONS = 2
"""Decisions between areas at risk and a public alert: acknowledge, approve."""
CANNOT = (
    "Sensors are simulated and invented, the flights rebuilt from reported figures: these seconds say nothing about any real service, and are not to be "
    "compared with one as faster or slower. Published times are a service's whole chain, from launch to alert, as reported."
)
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
PublishedAt = Callable[[int], list[tuple[str, float, str]]]
"""Published alerts of the launch at about that moment (nanoseconds UTC): reporter, seconds from launch, source."""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One case and nation: seconds from launch to the first warning and to the areas at risk, and to an alert by assumed delay. None: never."""

    scenario: str
    nation: str
    warning_s: float | None
    areas_s: float | None
    alert_s: dict[str, float | None]


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """All cases; `published`: seconds from launch to each published alert, with its reporter and source."""

    cannot: str
    decisions: int
    scores: list[Score]
    published: dict[str, list[tuple[str, float, str]]]
    failed: dict[str, str]


def historic() -> list[str]:
    """Names of the packaged scenarios that are named by a date."""
    return [name for name in scenarios.names() if _DATED.search(name)]


def score(names: Iterable[str], workers: int, step: Callable[[str], None], published_at: PublishedAt) -> Board:
    """Play each case once and set beside it what `published_at` tells for its launch: a drill knows no ledger."""
    chosen = list(names)
    scores: list[Score] = []
    failed: dict[str, str] = {}
    with ThreadPoolExecutor(workers) as crew:
        for name, ended in zip(chosen, crew.map(_played, chosen), strict=True):
            step(name)
            if isinstance(ended, FailedRun):
                failed[name] = ended.reason
            else:
                scores += scored(name, ended)
    published = {name: told for name in chosen if (told := published_at(launched_ns(name)))}
    return Board(cannot=CANNOT, decisions=DECISIONS, scores=scores, published=published, failed=failed)


def scored(name: str, run: RunFigures) -> list[Score]:
    """The rows of one case: the first launch's warning and areas at each nation."""
    rows: dict[str, Score] = {}
    for at in run.at:
        if at.real and at.node not in rows:
            alerts = {str(delay): None if at.areas_s is None else at.areas_s + DECISIONS * delay for delay in DELAYS_S}
            rows[at.node] = Score(
                scenario=name, nation=at.node, warning_s=at.warned_s, areas_s=at.areas_s, alert_s=alerts
            )
    return list(rows.values())


def launched_ns(name: str) -> int:
    """When the first launch of a scenario begins, nanoseconds UTC."""
    scenario = scenarios.load(name)
    return scenario.time_ns(min(launch.at_s for launch in scenario.launches))


def _played(name: str) -> RunFigures | FailedRun:
    content = (scenarios.PACKAGED / f"{name}.toml").read_bytes()
    (ended,) = run_here(content, f"{name}.toml", [1], 1)
    return ended
