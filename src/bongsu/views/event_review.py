"""The same measures as of a drill, of a real event: no truth is known of it, nothing was expected, and it cannot be flown again with the links cut.

Errors are held against a reference, the last estimate of the nation that held the longest path: how a first word differed from the last, not how right it
was. What only a truth can tell is left out, and the report says so where it would stand.
"""

import hashlib
import math
from typing import Any

import msgspec
import numpy as np

from bongsu.base.time import format_time
from bongsu.base.units import ns_to_seconds
from bongsu.geo.areas import AreaSet
from bongsu.geo.frames import geodetic_to_ecef
from bongsu.model.estimate import Estimate
from bongsu.model.warning import Path, WarningStatus
from bongsu.views import measures, measures_latency, measures_sharing, measures_siap, measures_time
from bongsu.views.folded import Folded
from bongsu.views.measures_exchange import Traffic, exchange
from bongsu.views.objects import Known, objects_of
from bongsu.views.review import Entered, Launch, Review
from bongsu.views.truth import Truth

REFERENCE = "estimate"
"""What stands in `reference` of such a review: accuracy is held against an estimate."""


class Session(msgspec.Struct, frozen=True, eq=False):
    """What several nations' records of one event tell: in step, their folds and their traffic; latencies of messages, and of those that waited."""

    mode: str
    title: str
    folds: list[Folded]
    traffic: list[Traffic]
    latencies_ms: list[float]
    waited_ms: list[float]
    digests: dict[str, str]
    admitted: list[Entered]


def review_of(session: Session, areas: AreaSet) -> tuple[Review, list[Known]]:
    """The review of an event, and the objects that its launches are."""
    objects = objects_of(session.folds)
    references = [reference(known) for known in objects]
    told = [truth for truth in references if truth is not None]
    known = {
        warning: one.name
        for one, truth in zip(objects, references, strict=True)
        if truth is not None
        for warning in one.warnings
    }
    folds = session.folds
    facts = {
        truth.id: {one.node: measures.facts(one, truth, known, areas, one.node.upper()) for one in folds}
        for truth in told
    }
    issued = measures_time.issued(folds)
    return Review(
        scenario=session.title,
        seed=0,
        mode=session.mode,
        digest=_digest(session.digests),
        speed=1.0,
        outcome_digest=_outcome(facts),
        launches=[
            Launch(id=truth.id, truth=truth.figures, nodes={node: one.at for node, one in facts[truth.id].items()})
            for truth in told
        ],
        exchange=exchange(
            session.traffic,
            measures_latency.latency(session.latencies_ms),
            measures_latency.latency(session.waited_ms),
        ),
        sharing={},
        retractions=[retraction for _, retraction in measures_sharing.retractions(folds, told, known)],
        siap={"partners": measures_siap.siap(folds, told, known).get("partners", {})},
        expectations=[],
        times=[measures_time.times(one, truth, known, issued) for truth in told for one in folds],
        stances=measures_time.stances(folds, told, known),
        freshness={one.node: measures_time.freshness(one) for one in folds},
        reference=REFERENCE,
        admitted=session.admitted,
    ), objects


def reference(known: Known) -> Truth | None:
    """What stands for the truth of an object; None where nobody gave a place and time of launch."""
    best = _longest(known)
    if best is None or best.launch is None or best.launch.time_ns is None:
        return None
    launch = (best.launch.latitude_rad, best.launch.longitude_rad)
    path = _path(known, launch, best)
    taken_back = known.retracted
    impact = None if best.impact is None else (best.impact.latitude_rad, best.impact.longitude_rad)
    impact_ns = best.launch.time_ns + round(float(path[0][-1]) * 1e9)
    said = [time_ns for versions in known.said.values() for time_ns, _ in versions]
    return Truth(
        id=known.name,
        from_ns=min(said) if taken_back else best.launch.time_ns,
        launch_ns=best.launch.time_ns,
        launch_rad=launch,
        impact_ns=impact_ns,
        impact_rad=impact,
        path_s=path[0],
        path_ecef_m=path[1],
        seen_from_ns=best.launch.time_ns,
        seen_until_ns=impact_ns,
        figures=None if taken_back else _figures(best, impact_ns),
    )


def _longest(known: Known) -> Estimate | None:
    """The last estimate of whoever held the longest path."""
    held: dict[str, Estimate] = {}
    for origin, versions in known.said.items():
        for _, warning in versions:
            estimate = warning.estimate
            if estimate is not None and estimate.launch is not None and warning.status is not WarningStatus.LOST:
                held[origin] = estimate

    def span_ns(origin: str) -> tuple[int, str]:
        points = known.paths.get(origin, [])
        return (points[-1].time_ns - points[0].time_ns if points else 0, origin)

    return held[max(held, key=span_ns)] if held else None


def _path(
    known: Known, launch: tuple[float, float], best: Estimate
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Seconds from launch (N,) and earth-fixed positions (N, 3): from launch over all that was held to impact."""
    assert best.launch is not None
    assert best.launch.time_ns is not None
    begun_ns = best.launch.time_ns
    points: list[Path] = max(known.paths.values(), key=len, default=[])
    rows = {0.0: geodetic_to_ecef(*launch, 0.0)}
    for point in points:
        since_s = ns_to_seconds(point.time_ns - begun_ns)
        if since_s > max(rows):
            rows[since_s] = geodetic_to_ecef(point.latitude_rad, point.longitude_rad, point.altitude_m)
    if best.impact is not None and best.impact.time_ns is not None:
        ended_s = ns_to_seconds(best.impact.time_ns - begun_ns)
        rows = {at_s: row for at_s, row in rows.items() if at_s < ended_s or at_s == 0.0}
        rows[max(ended_s, 1.0)] = geodetic_to_ecef(best.impact.latitude_rad, best.impact.longitude_rad, 0.0)
    if len(rows) < 2:
        rows[1.0] = rows[0.0]
    return np.array(list(rows)), np.array(list(rows.values()))


def _figures(best: Estimate, impact_ns: int) -> dict[str, Any]:
    """In the form of a truth's, as the review tells them."""
    assert best.launch is not None
    assert best.launch.time_ns is not None
    impact = best.impact
    return {
        "time": format_time(best.launch.time_ns),
        "latitude_deg": round(math.degrees(best.launch.latitude_rad), 4),
        "longitude_deg": round(math.degrees(best.launch.longitude_rad), 4),
        "apogee_m": None if best.apogee_m is None else round(best.apogee_m, 1),
        "range_m": None if best.range_m is None else round(best.range_m, 1),
        "bearing_deg": None if best.bearing_rad is None else round(math.degrees(best.bearing_rad), 2),
        "flight_s": None
        if impact is None or impact.time_ns is None
        else round(ns_to_seconds(impact_ns - best.launch.time_ns), 1),
        "impact": None
        if impact is None
        else {
            "time": None if impact.time_ns is None else format_time(impact.time_ns),
            "latitude_deg": round(math.degrees(impact.latitude_rad), 4),
            "longitude_deg": round(math.degrees(impact.longitude_rad), 4),
        },
    }


def _digest(digests: dict[str, str]) -> str:
    """One over those of the records, by node."""
    total = hashlib.sha256()
    for node in sorted(digests):
        total.update(node.encode() + b"\0" + bytes.fromhex(digests[node]))
    return total.hexdigest()


def _outcome(facts: dict[str, dict[str, measures.Facts]]) -> str:
    told = {
        name: {
            node: [one.at.final_status, sorted(one.at.areas_alerted), sorted(one.at.partners_heard)]
            for node, one in nodes.items()
        }
        for name, nodes in facts.items()
    }
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()
