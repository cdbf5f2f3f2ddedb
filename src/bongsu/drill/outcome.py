"""What came of a drill, from its records: the review, and its digests.

`outcome_digest` is over robust facts alone, so that it is the same in virtual time, with real servers at any speed, and on every machine: for each
node and launch (or false alarm) the final status, the set of areas alerted and the partners heard; and the verdicts.
"""

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from bongsu.drill import expect, records
from bongsu.drill.reviewing import Admission, Items, through_the_gate
from bongsu.drill.scenario import Scenario
from bongsu.drill.truth import Flight
from bongsu.geo import areas
from bongsu.model.mode import Mode
from bongsu.views import (
    folded,
    measures,
    measures_exchange,
    measures_latency,
    measures_sharing,
    measures_siap,
    measures_time,
    objectives,
)
from bongsu.views.measures_sharing import Holding
from bongsu.views.review import Judged, Launch, Review, Sharing

Held = dict[str, list[Holding]]
"""What each node held of the launches, by node."""
HELD_TAKES = ("configuration", "warning", "event")
"""Bodies that tell what a node held."""
JUDGED_TAKES = (*folded.TAKES, *measures_exchange.TAKES)
"""Bodies that a run in virtual time is judged by."""


class Twin(msgspec.Struct, frozen=True):
    """What sharing is measured by: what each nation held in virtual time, with links and with links cut.

    `linked` None: the records that are judged are those of the run with links.
    """

    linked: Held | None
    cut: Held


class Judgement(msgspec.Struct, frozen=True):
    """The review, and how long each warning and path took to its recipient (none in virtual time)."""

    review: Review
    latencies_ms: list[float]


def review_of(
    scenario: Scenario, flights: dict[str, Flight], seed: int, speed: float | None, folder: Path, twin: Twin
) -> Judgement:
    """Judge a drill whose records lie in `folder/NODE`. `speed` None: it ran in virtual time."""
    digest = records.digest(folder, scenario.codes)
    return judge(scenario, flights, seed, speed, partial(records.items, folder), digest, twin)


def judge(
    scenario: Scenario,
    flights: dict[str, Flight],
    seed: int,
    speed: float | None,
    items: Items,
    digest: str,
    twin: Twin,
) -> Judgement:
    """Judge a drill by its nodes' items, wherever they are kept; `digest` is that of the records."""
    admission = Admission()
    admitted = through_the_gate(items, admission)
    truths = records.truths(scenario, flights)
    folds = {code: folded.fold(code, admitted(code, folded.TAKES)) for code in scenario.codes}
    known = folded.subjects(folds.values(), truths)
    area_set = areas.load()
    facts = {
        truth.id: {code: measures.facts(folds[code], truth, known, area_set, code.upper()) for code in scenario.codes}
        for truth in truths
    }
    traffic = [measures_exchange.traffic(code, items(code, measures_exchange.TAKES)) for code in scenario.codes]
    latencies_ms, waited_ms = ([], []) if speed is None else _latencies_ms(scenario, items)
    exchange = measures_exchange.exchange(
        traffic, measures_latency.latency(latencies_ms), measures_latency.latency(waited_ms)
    )
    linked = twin.linked
    if linked is None:
        linked = {code: measures_sharing.holdings(folds[code], known) for code in scenario.codes}
    sharing = sharing_of(linked, twin.cut, scenario.codes)
    taken_back = measures_sharing.retractions(folds.values(), truths, known)
    findings = expect.Findings(scenario, flights, folds, known, facts, exchange, sharing, taken_back)
    verdicts = expect.judge(findings)
    issued = measures_time.issued(folds.values())
    launches = [
        Launch(id=truth.id, truth=truth.figures, nodes={code: found.at for code, found in facts[truth.id].items()})
        for truth in truths
    ]
    review = Review(
        scenario=scenario.name,
        seed=seed,
        mode=Mode.EXERCISE.value,
        digest=digest,
        speed="max" if speed is None else speed,
        outcome_digest=outcome_digest(launches, verdicts),
        launches=launches,
        exchange=exchange,
        sharing=sharing,
        retractions=[retraction for _, retraction in taken_back],
        siap=measures_siap.siap(folds.values(), truths, known),
        expectations=verdicts,
        objectives=objectives.rate(verdicts, [(one.id, one.text) for one in scenario.objectives]),
        times=[measures_time.times(one, truth, known, issued) for truth in truths for one in folds.values()],
        stances=measures_time.stances(folds.values(), truths, known),
        freshness={code: measures_time.freshness(one) for code, one in folds.items()},
        admitted=admission.entered(),
    )
    return Judgement(review, latencies_ms)


def _latencies_ms(scenario: Scenario, items: Items) -> tuple[list[float], list[float]]:
    """Of what left at once, and of what waited for its moment."""
    news = [measures_latency.news(items(code, measures_latency.TAKES)) for code in scenario.codes]
    return measures_latency.latencies_ms(news), measures_latency.latencies_ms(news, waited=True)


def held_in(scenario: Scenario, flights: dict[str, Flight], folds: dict[str, folded.Folded]) -> Held:
    """What each node held, for the comparison with a run without links."""
    known = folded.subjects(folds.values(), records.truths(scenario, flights))
    return {code: measures_sharing.holdings(folds[code], known) for code in scenario.codes}


def held_by_records(scenario: Scenario, flights: dict[str, Flight], folder: Path) -> Held:
    """The same from the records under `folder`."""
    admitted = through_the_gate(partial(records.items, folder))
    folds = {code: folded.fold(code, admitted(code, HELD_TAKES)) for code in scenario.codes}
    return held_in(scenario, flights, folds)


def sharing_of(linked: Held, cut: Held, nodes: tuple[str, ...]) -> dict[str, Sharing]:
    """What sharing bought each nation."""
    return {node: measures_sharing.sharing(linked[node], cut[node]) for node in nodes}


def outcome_digest(launches: list[Launch], verdicts: list[Judged]) -> str:
    """SHA-256 of the robust facts, as JSON with sorted keys."""
    told: dict[str, Any] = {
        "launches": {
            launch.id: {
                node: [at.final_status, sorted(at.areas_alerted), sorted(at.partners_heard)]
                for node, at in launch.nodes.items()
            }
            for launch in launches
        },
        "verdicts": [verdict.met for verdict in verdicts],
    }
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()
