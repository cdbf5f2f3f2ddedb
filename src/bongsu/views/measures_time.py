"""Machine and human time apart: how long the system took at each step, and how long persons did (scripted ones in a drill, which the review says).

Machine: from the node's own first look to its own warning, from the first warning (own or a partner's) to the alarm and to the areas at risk, from a
partner's issue to receipt here. Human: from the alarm to its acknowledgement, from a partner's warning to a stance on it, from an own warning to its
retraction where a person took it back. All in exercise time, in which the scripts' reaction times are counted.
"""

import statistics
from collections.abc import Iterable, Sequence

from bongsu.base.units import NANOSECONDS_PER_SECOND, ns_to_seconds
from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.freshness import FreshnessState
from bongsu.model.stance import Position
from bongsu.model.warning import WarningStatus
from bongsu.views.folded import Folded, Said, event_subject
from bongsu.views.measures import first_detection_s
from bongsu.views.review import Stanced, Times
from bongsu.views.truth import Truth

Subjects = dict[tuple[str, str], str]


def times(folded: Folded, truth: Truth, known: Subjects, issued_ns: dict[tuple[str, str, int], int]) -> Times:
    """Machine and human times of one node and one launch. `issued_ns`: when each version of each originator's warning was made."""
    said = [one for one in folded.said if known.get((one.origin, one.warning.warning)) == truth.id]
    own = [one for one in said if one.origin == folded.node]
    events = [
        versions[-1].event for versions in folded.events.values() if event_subject(versions[-1], known) == truth.id
    ]
    first_ns = min((one.time_ns for one in said), default=None)
    looked_s = first_detection_s(folded, truth)
    alarms = [alarm for alarm in folded.alarms if alarm.event in events]
    raised_ns = min((one.raised_ns for one in alarms), default=None)
    quiet = [one for one in alarms if one.acknowledged_by]
    answered = min(quiet, key=lambda one: one.time_ns, default=None)
    alerts = [one.time_ns for one in folded.alerts if one.event in events and one.status == "alert"]
    passed = [
        one.time_ns - issued_ns[place]
        for one in said
        if (place := (one.origin, one.warning.warning, one.warning.version)) in issued_ns and one.origin != folded.node
    ]
    return Times(
        launch=truth.id,
        node=folded.node,
        look_to_warning_s=_less(truth.seconds(own[0].time_ns), looked_s) if own else None,
        issue_to_receipt_s=round(statistics.median(passed) / NANOSECONDS_PER_SECOND, 3) if passed else None,
        warning_to_alarm_s=_between(first_ns, raised_ns),
        warning_to_areas_s=_between(first_ns, min(alerts, default=None)),
        alarm_to_acknowledged_s=_between(raised_ns, answered.time_ns if answered else None),
        warning_to_stance_s=_stance_s(folded, truth, known),
        warning_to_retraction_s=_retraction_s(own),
        acknowledged_by=answered.acknowledged_by if answered else "",
        scripted=answered.scripted if answered else None,
        unacknowledged=any(_last(alarms, event) in _UNQUIET for event in events),
    )


_UNQUIET = (AlarmState.ACTIVE_UNACKNOWLEDGED, AlarmState.ENDED_UNACKNOWLEDGED)


def issued(folds: Iterable[Folded]) -> dict[tuple[str, str, int], int]:
    """When each version of each warning was made, by originator, warning and version."""
    return {
        (folded.node, one.warning.warning, one.warning.version): one.time_ns for folded in folds for one in folded.own()
    }


def stances(folds: Iterable[Folded], truths: Sequence[Truth], known: Subjects) -> list[Stanced]:
    """The first and the last position of each nation on each other's warning that was not `unknown`, from the nation's own record."""
    by_id = {truth.id: truth for truth in truths}
    found: list[Stanced] = []
    for folded in folds:
        newest: dict[tuple[str, str], Stanced] = {}
        for stance, time_ns in zip(folded.stances, folded.stanced_ns, strict=True):
            truth = by_id.get(known.get((stance.about, stance.warning), ""))
            if stance.partner != folded.node or stance.position is Position.UNKNOWN or truth is None:
                continue
            newest[stance.about, stance.warning] = Stanced(
                launch=truth.id,
                by=stance.partner,
                about=stance.about,
                warning=stance.warning,
                version=stance.version,
                position=stance.position.value,
                fields=list(stance.fields),
                at_s=truth.seconds(time_ns),
            )
        found += newest.values()
    return found


def freshness(folded: Folded) -> dict[str, dict[str, float]]:
    """For each partner, the share of the session (link time, from its first word on) in which it stood in each state here."""
    shares: dict[str, dict[str, float]] = {}
    by_partner: dict[str, list[tuple[int, str]]] = {}
    for link_ns, body in folded.freshness:
        if body.kind == "partner":
            by_partner.setdefault(body.source, []).append((link_ns, body.state.value))
    for partner, changes in sorted(by_partner.items()):
        spans = dict.fromkeys((state.value for state in FreshnessState), 0)
        heard = [number for number, (_, state) in enumerate(changes) if state == FreshnessState.FRESH]
        changes = changes[heard[0] :] if heard else changes
        ends = [*(link_ns for link_ns, _ in changes[1:]), max(folded.last_ns, changes[-1][0])]
        for (begin_ns, state), end_ns in zip(changes, ends, strict=True):
            spans[state] += end_ns - begin_ns
        total = sum(spans.values())
        if total:
            shares[partner] = {state: round(span / total, 4) for state, span in spans.items()}
    return shares


def _last(alarms: list[Alarm], event: str) -> AlarmState | None:
    states = [alarm.state for alarm in alarms if alarm.event == event]
    return states[-1] if states else None


def _stance_s(folded: Folded, truth: Truth, known: Subjects) -> float | None:
    """From a partner's first word on the launch to the node's first stance on it."""
    heard: dict[tuple[str, str], int] = {}
    for one in folded.said:
        if one.origin != folded.node:
            heard.setdefault((one.origin, one.warning.warning), one.time_ns)
    for stance, time_ns in zip(folded.stances, folded.stanced_ns, strict=True):
        place = (stance.about, stance.warning)
        if stance.partner == folded.node and stance.position is not Position.UNKNOWN and known.get(place) == truth.id:
            return _between(heard.get(place), time_ns)
    return None


def _retraction_s(own: list[Said]) -> float | None:
    """From a warning's first version to its retraction by a person (one that a room gave back has no human time)."""
    for one in own:
        if one.warning.status is WarningStatus.RETRACTED:
            first = next(other for other in own if other.warning.warning == one.warning.warning)
            return _between(first.time_ns, one.time_ns)
    return None


def _between(begin_ns: int | None, end_ns: int | None) -> float | None:
    return None if begin_ns is None or end_ns is None else round(ns_to_seconds(end_ns - begin_ns), 3)


def _less(end_s: float, begin_s: float | None) -> float | None:
    return None if begin_s is None else round(end_s - begin_s, 3)
