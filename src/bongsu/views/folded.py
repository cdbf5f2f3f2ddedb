"""One fold over a node's items that gathers what measures ask for: statements heard and made, events, alarms, alerts, stances, deliveries."""

from collections.abc import Iterable
from typing import Any

import msgspec

from bongsu.model.alarm import Alarm
from bongsu.model.alert import Alert
from bongsu.model.configuration import Configuration
from bongsu.model.delivery import Delivery
from bongsu.model.estimate import Estimate
from bongsu.model.event import Event
from bongsu.model.freshness import Freshness
from bongsu.model.head import Item
from bongsu.model.hold import Hold, HoldState
from bongsu.model.noun import tag_of
from bongsu.model.scan import RawScan
from bongsu.model.sensor import Sensor
from bongsu.model.stance import Stance
from bongsu.model.statement import JointStatement
from bongsu.model.warning import Path, Warning, WarningStatus
from bongsu.views import takebacks
from bongsu.views.truth import Truth, assign

_TAKES = tuple(
    tag_of(kind.__name__)
    for kind in (
        Configuration,
        RawScan,
        Estimate,
        Warning,
        Path,
        Event,
        Alarm,
        Alert,
        Stance,
        Delivery,
        Freshness,
        Hold,
        JointStatement,
    )
)
TAKES = tuple(dict.fromkeys((*_TAKES, *takebacks.TAKES)))
"""Names of the bodies that the fold takes; others pass it by."""


class Said(msgspec.Struct, frozen=True):
    """One version of a warning as the node had it, and when (exercise time)."""

    origin: str
    warning: Warning
    time_ns: int


class Held(msgspec.Struct, frozen=True):
    """A word on a HOLD as the node had it: whose, whether it stands, and when, by both clocks."""

    origin: str
    standing: bool
    exercise_ns: int
    link_ns: int


class Folded(msgspec.Struct, eq=False):
    """What one node made, heard and showed. `stanced_ns` runs in step with `stances`; `last_ns` and the times of `freshness` are link time; those of
    `sources` (when each came into which state) and of `joint` (how far each statement had come) are exercise time."""

    node: str
    sensors: dict[str, Sensor] = {}
    scans: list[RawScan] = []
    estimates: dict[str, list[Estimate]] = {}
    said: list[Said] = []
    paths: dict[tuple[str, str], list[Path]] = {}
    events: dict[str, list[Event]] = {}
    alarms: list[Alarm] = []
    alerts: list[Alert] = []
    stances: list[Stance] = []
    stanced_ns: list[int] = []
    joint: dict[str, list[tuple[int, JointStatement]]] = {}
    freshness: list[tuple[int, Freshness]] = []
    sources: dict[str, list[tuple[int, str]]] = {}
    holds: list[Held] = []
    last_ns: int = 0
    deliveries: dict[tuple[str, int, str], Delivery] = {}
    taken_back: takebacks.TakeBacks = msgspec.field(default_factory=takebacks.TakeBacks)

    def own(self) -> list[Said]:
        """The node's own statements."""
        return [one for one in self.said if one.origin == self.node]

    def final_events(self) -> list[Event]:
        """The newest version of each event that still holds a statement."""
        return [versions[-1] for versions in self.events.values() if versions[-1].assessments]


def fold(node: str, items: Iterable[Item[Any]]) -> Folded:
    """Gather from a node's items, in order."""
    folded = Folded(node)
    folded.taken_back.node = node
    for item in items:
        body = item.body
        folded.last_ns = item.head.link_ns
        if isinstance(body, takebacks.BODIES):
            folded.taken_back.take(item.head, body)
        match body:
            case Configuration():
                folded.sensors = {sensor.id: sensor for sensor in body.sensors}
            case RawScan():
                folded.scans.append(body)
            case Estimate():
                folded.estimates.setdefault(body.track, []).append(body)
            case Warning():
                folded.said.append(Said(item.head.origin, body, item.head.receipt_ns))
            case Path():
                folded.paths.setdefault((item.head.origin, body.warning), []).append(body)
            case Event():
                folded.events.setdefault(body.event, []).append(body)
            case Alarm():
                folded.alarms.append(body)
            case Alert():
                folded.alerts.append(body)
            case Stance():
                folded.stances.append(body)
                folded.stanced_ns.append(item.head.receipt_ns)
            case JointStatement():
                folded.joint.setdefault(body.statement.statement, []).append((item.head.receipt_ns, body))
            case Freshness():
                folded.freshness.append((item.head.link_ns, body))
                folded.sources.setdefault(body.source, []).append((item.head.receipt_ns, body.state.value))
            case Hold():
                standing = body.state is HoldState.STANDING
                folded.holds.append(Held(item.head.origin, standing, item.head.receipt_ns, item.head.link_ns))
            case Delivery():
                folded.deliveries[body.warning, body.version, body.recipient] = body
            case _:
                pass
    return folded


def subjects(folds: Iterable[Folded], truths: list[Truth]) -> dict[tuple[str, str], str]:
    """Which truth each warning, by originator and id, is of: by its originator's own newest figures."""
    found: dict[tuple[str, str], str] = {}
    for folded in folds:
        newest: dict[str, Estimate] = {}
        for one in folded.own():
            estimate = one.warning.estimate
            if estimate is not None and estimate.launch is not None and one.warning.status is not WarningStatus.LOST:
                newest[one.warning.warning] = estimate
        for warning, truth in assign(newest, truths).items():
            found[folded.node, warning] = truth
    return found


def event_subject(event: Event, known: dict[tuple[str, str], str]) -> str | None:
    """The truth that most statements of an event are of; None when none is of any."""
    votes = [known[place] for one in event.assessments if (place := (one.origin, one.warning.warning)) in known]
    return max(sorted(dict.fromkeys(votes)), key=votes.count) if votes else None
