"""The moments of a session that a reviewer looks for, from one node's record."""

from collections.abc import Iterable
from typing import Any

import msgspec

from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.alert import Alert
from bongsu.model.freshness import Freshness
from bongsu.model.head import Item
from bongsu.model.stance import Position, Stance
from bongsu.model.warning import Warning, WarningStatus

KINDS = ("own warning", "partner's warning", "retraction", "alarm", "acknowledged", "alert", "stance", "link")
"""Kinds of moments, in the order of the time line's legend."""


class Moment(msgspec.Struct, frozen=True):
    """Something that happened at a node, in exercise time."""

    time_ns: int
    node: str
    kind: str
    text: str


def moments(items: Iterable[Item[Any]], node: str) -> list[Moment]:
    """All moments of a record in order. Updates of a warning that change nothing but figures are left out."""
    found: list[Moment] = []
    started = False
    for item in items:
        told = _tell(item, node)
        if told is None or (told[0] == "link" and not started):
            continue
        started = True
        found.append(Moment(item.head.receipt_ns, node, *told))
    return found


def _tell(item: Item[Any], node: str) -> tuple[str, str] | None:
    body, origin = item.body, item.head.origin
    match body:
        case Warning() if body.status is WarningStatus.UPDATE:
            return None
        case Warning():
            who = "own" if origin == node else f"{origin}'s"
            kind = "own warning" if origin == node else "partner's warning"
            if body.status is WarningStatus.RETRACTED:
                kind = "retraction"
            why = f" ({body.reason})" if body.reason else ""
            return kind, f"{who} warning {body.warning}: {body.status.value}{why}"
        case Alarm(state=AlarmState.ACTIVE_UNACKNOWLEDGED):
            by = f" by {body.changed_by}" if body.changed_by else ""
            return "alarm", f"alarm: {body.reason.replace('_', ' ')}{by}"
        case Alarm() if body.acknowledged_by:
            scripted = ", scripted" if body.scripted else ""
            return "acknowledged", f"acknowledged by {body.acknowledged_by}{scripted}"
        case Alert():
            return "alert", f"areas {body.status}: {', '.join(risk.area for risk in body.areas)}"
        case Stance() if body.position is not Position.UNKNOWN:
            return "stance", f"{body.partner} {body.position.value}s with {body.about}'s {body.warning}"
        case Freshness(kind="partner"):
            return "link", f"{body.source} is {body.state.value.replace('_', ' ')}"
    return None
