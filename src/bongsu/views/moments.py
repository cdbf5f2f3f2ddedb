"""The moments of a session that a reviewer looks for, from one node's record: keys and parameters, so that a report words them in its language."""

from collections.abc import Iterable
from typing import Any

import msgspec

from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.alert import Alert
from bongsu.model.freshness import Freshness
from bongsu.model.head import Item
from bongsu.model.stance import Position, Stance
from bongsu.model.warning import Warning, WarningStatus

KINDS = ("own_warning", "partner_warning", "retraction", "alarm", "acknowledged", "alert", "stance", "link")
"""Kinds of moments, in the order of the time line's legend."""


class Moment(msgspec.Struct, frozen=True):
    """Something that happened at a node, in exercise time: `key` names its sentence, `given` what the sentence speaks of."""

    time_ns: int
    node: str
    kind: str
    key: str
    given: dict[str, str]


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


def _tell(item: Item[Any], node: str) -> tuple[str, str, dict[str, str]] | None:
    body, origin = item.body, item.head.origin
    match body:
        case Warning() if body.status is WarningStatus.UPDATE:
            return None
        case Warning():
            key = "own_warning" if origin == node else "partner_warning"
            kind = "retraction" if body.status is WarningStatus.RETRACTED else key
            given = {"about": body.warning, "origin": origin, "state": body.status.value, "reason": body.reason}
            return kind, key, given
        case Alarm(state=AlarmState.ACTIVE_UNACKNOWLEDGED):
            given = {"about": body.event, "reason": body.reason, "by": body.changed_by}
            return "alarm", "alarm", given
        case Alarm() if body.acknowledged_by:
            key = "acknowledged_scripted" if body.scripted else "acknowledged"
            return "acknowledged", key, {"by": body.acknowledged_by}
        case Alert():
            areas = ", ".join(risk.area for risk in body.areas)
            return "alert", "alert", {"state": body.status, "areas": areas}
        case Stance() if body.position is not Position.UNKNOWN:
            given = {"by": body.partner, "state": body.position.value, "origin": body.about, "about": body.warning}
            return "stance", "stance", given
        case Freshness(kind="partner"):
            return "link", "link", {"about": body.source, "state": body.state.value}
    return None
