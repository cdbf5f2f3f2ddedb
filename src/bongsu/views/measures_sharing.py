"""What sharing bought: a run against the same one with the links cut, and how retractions reached their holders.

`seconds_gained`: first own warning with links cut minus first warning, own or a partner's, with links. `ellipse_shrink`: square root of the ratio of
the impact ellipses' areas, best held without and with partners, 60 s after the first warning; when no impact is predicted by then (a long boost),
60 s after the first warning that predicts one. Both are of the launch that the nation was first warned of.
"""

import math
from collections.abc import Iterable
from typing import Any

import msgspec

from bongsu.base.units import ns_to_seconds, seconds_to_ns
from bongsu.model.estimate import Estimate
from bongsu.model.event import Event
from bongsu.model.warning import Warning, WarningStatus
from bongsu.views.folded import Folded, event_subject
from bongsu.views.review import Retraction, RetractionHolder, Sharing
from bongsu.views.takebacks import TakeBackView, confirmed_s
from bongsu.views.truth import Truth

_AFTER_NS = seconds_to_ns(60.0)


class Holding(msgspec.Struct, frozen=True):
    """From `time_ns` on a node held a statement of launch `subject`: by `source` (`own`, or a partner's code, or `fused`), with that impact ellipse (m2)."""

    time_ns: int
    subject: str
    source: str
    area_m2: float | None


def holdings(folded: Folded, known: dict[tuple[str, str], str]) -> list[Holding]:
    """All that a node held of the launches, in time order."""
    held: list[Holding] = []
    for one in folded.said:
        subject = known.get((one.origin, one.warning.warning))
        if subject is not None:
            source = "own" if one.origin == folded.node else one.origin
            held.append(Holding(one.time_ns, subject, source, _standing_area(one.warning)))
    for event in (version for versions in folded.events.values() for version in versions):
        subject = event_subject(event, known)
        if subject is not None and event.fused is not None:
            held.append(Holding(event.time_ns, subject, "fused", _area(event.fused)))
    return sorted(held, key=lambda one: (one.time_ns, one.source))


def sharing(linked: list[Holding], cut: list[Holding]) -> Sharing:
    """What sharing bought the nation that held these."""
    warned = [one for one in linked if one.source != "fused"]
    if not warned:
        return Sharing(seconds_gained=None, ellipse_shrink=None)
    first = warned[0]
    alone = [one for one in cut if one.subject == first.subject and one.source == "own"]
    together = [one for one in linked if one.subject == first.subject]
    gained_s = round(ns_to_seconds(alone[0].time_ns - first.time_ns), 3) if alone else None
    return Sharing(seconds_gained=gained_s, ellipse_shrink=_shrink(together, alone))


def _shrink(together: list[Holding], alone: list[Holding]) -> float | None:
    moments = [together[0].time_ns, *(one.time_ns for one in together if one.area_m2 is not None)][:2]
    for moment_ns in moments:
        shared_m2 = _best_m2(together, moment_ns + _AFTER_NS)
        if shared_m2 is not None:
            own_m2 = _best_m2(alone, moment_ns + _AFTER_NS)
            return None if own_m2 is None else round(math.sqrt(own_m2 / shared_m2), 4)
    return None


def _best_m2(held: list[Holding], time_ns: int) -> float | None:
    """The smallest ellipse among each source's newest word at a time."""
    newest = {one.source: one.area_m2 for one in held if one.time_ns <= time_ns}
    return min((area for area in newest.values() if area is not None), default=None)


def _standing_area(warning: Warning) -> float | None:
    retracted = warning.status is WarningStatus.RETRACTED
    return None if warning.estimate is None or retracted else _area(warning.estimate)


def _area(estimate: Estimate) -> float | None:
    impact = estimate.impact
    if impact is None or not impact.semi_major_m or not impact.semi_minor_m:
        return None
    return math.pi * impact.semi_major_m * impact.semi_minor_m


def retractions(
    folds: Iterable[Folded], truths: list[Truth], known: dict[tuple[str, str], str]
) -> list[tuple[str | None, Retraction]]:
    """Every retraction with the launch or false alarm that it is of. Confirmed: a partner's console shows it, or a person there has acknowledged it."""
    by_id = {truth.id: truth for truth in truths}
    found: list[tuple[str | None, Retraction]] = []
    for folded in folds:
        for one in folded.own():
            if one.warning.status is WarningStatus.RETRACTED:
                subject = known.get((folded.node, one.warning.warning))
                truth = by_id.get(subject or "")
                since = truth.from_ns if truth is not None else min(other.time_ns for other in folded.own())
                found.append((subject, _retraction(folded, one.warning, one.time_ns, since)))
    return found


def _retraction(folded: Folded, warning: Warning, time_ns: int, since_ns: int) -> Retraction:
    deliveries = [
        delivery
        for (name, version, _), delivery in folded.deliveries.items()
        if (name, version) == (warning.warning, warning.version)
    ]
    seen = [min(filter(None, (one.shown_ns, one.acknowledged_ns)), default=None) for one in deliveries]
    took_s = sorted(ns_to_seconds(moment_ns - time_ns) for moment_ns in seen if moment_ns is not None)
    return Retraction(
        event=_event_of(folded, warning),
        origin=folded.node,
        retracted_s=round(ns_to_seconds(time_ns - since_ns), 3),
        holders=len(deliveries),
        confirmed=len(took_s),
        p50_s=confirmed_s(took_s, len(deliveries), 0.5),
        p95_s=confirmed_s(took_s, len(deliveries), 0.95),
        p100_s=confirmed_s(took_s, len(deliveries), 1.0),
        **_at_each(folded.taken_back.view(warning.warning)),
    )


def _at_each(view: TakeBackView | None) -> dict[str, Any]:
    """How it went at each holder and each of its consoles, and who cannot tell."""
    if view is None:
        return {}

    def after_s(moment_ns: int | None) -> float | None:
        return None if moment_ns is None else round(ns_to_seconds(moment_ns - view.time_ns), 3)

    return {
        "consoles": len(view.console_ns),
        "consoles_confirmed": sum(one is not None for one in view.console_ns),
        **{name: value for name, value in view.shares_s.items() if name.startswith("consoles_")},
        "recipients": [
            RetractionHolder(
                recipient=one.recipient,
                received_s=after_s(one.received_ns),
                confirmed_s=after_s(one.confirmed_ns),
                consoles={screen.console: after_s(screen.confirmed_ns) for screen in one.consoles},
            )
            for one in view.holders
        ],
        "apart": list(view.apart),
        "onward": list(view.onward),
    }


def _event_of(folded: Folded, warning: Warning) -> str:
    """The node's event in which its warning stands; the warning's own id when it stands in none any more."""
    for event in folded.final_events():
        if _holds(event, folded.node, warning.warning):
            return event.event
    return warning.warning


def _holds(event: Event, origin: str, warning: str) -> bool:
    return any((one.origin, one.warning.warning) == (origin, warning) for one in event.assessments)
