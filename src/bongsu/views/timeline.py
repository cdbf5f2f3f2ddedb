"""The watch log: one line for each thing that an officer would write down, in the order of receipt, the newest kept."""

from collections import deque
from typing import Any

from bongsu.base.limits import PICTURE_LINES_COUNT
from bongsu.model.alarm import Alarm
from bongsu.model.alert import Alert
from bongsu.model.command import Approved
from bongsu.model.delivery import Delivery
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.freshness import Freshness
from bongsu.model.head import Item
from bongsu.model.health import Dropped, Health
from bongsu.model.hold import Hold
from bongsu.model.message import Unreadable
from bongsu.model.refusal import Refusal
from bongsu.model.stance import Stance
from bongsu.model.warning import Warning
from bongsu.views.shape import Line


class Timeline:
    """Folds items into lines. A repeated state (a freshness or health that did not change) makes no line."""

    def __init__(self) -> None:
        self._lines: deque[Line] = deque(maxlen=PICTURE_LINES_COUNT)
        self._states: dict[tuple[str, str], str] = {}

    def fork(self) -> "Timeline":
        """The same, to go its own way."""
        other = Timeline()
        other._lines.extend(self._lines)
        other._states.update(self._states)
        return other

    def apply(self, item: Item[Any]) -> None:
        """Add what this item says, if it says anything new."""
        line = self._line(item)
        if line is not None:
            self._lines.append(line)

    def view(self) -> tuple[Line, ...]:
        """The lines, oldest first."""
        return tuple(self._lines)

    def _line(self, item: Item[Any]) -> Line | None:
        head, body = item.head, item.body
        fields = _fields(body)
        if fields is None:
            return None
        if isinstance(body, Freshness | Health) and not self._changed(fields["key"], fields["about"], fields["state"]):
            return None
        return Line(time_ns=head.receipt_ns, link_ns=head.link_ns, **{"origin": head.origin, **fields})

    def _changed(self, key: str, about: str, state: str) -> bool:
        before = self._states.get((key, about))
        self._states[key, about] = state
        return before != state


def _fields(body: Any) -> dict[str, Any] | None:
    """What a body contributes to a line; None where it makes none."""
    match body:
        case Warning():
            return {"key": "warning", "about": body.warning, "version": body.version, "state": body.status.value,
                    "text": body.reason}  # fmt: skip
        case Alarm():
            return {"key": "alarm", "about": body.event, "version": body.event_version, "state": body.state.value,
                    "reason": body.reason, "text": body.by or body.acknowledged_by}  # fmt: skip
        case Alert():
            return {"key": "alert", "about": body.event, "version": body.version, "state": body.status,
                    "text": str(len(body.areas))}  # fmt: skip
        case Delivery():
            return _delivered(body)
        case Stance():
            return {"key": "stance", "about": body.warning, "version": body.version, "state": body.position.value,
                    "origin": body.partner, "text": ", ".join(body.fields)}  # fmt: skip
        case Freshness() | Health():
            name = body.source if isinstance(body, Freshness) else body.part
            return {"key": type(body).__name__.lower(), "about": name, "state": body.state}
        case ExerciseOrder():
            return {"key": "exercise", "about": body.exercise, "state": body.order, "text": body.text}
        case Hold():
            return {"key": "hold", "about": body.hold, "version": body.version, "state": body.state.value}
        case Refusal():
            return {"key": "refusal", "about": body.source, "state": body.reason, "text": body.door}
        case Dropped():
            return {"key": "dropped", "about": body.what, "text": str(body.count)}
        case Unreadable():
            return {"key": "unreadable", "about": body.kind, "origin": body.issuer}
        case Approved():
            command = body.command
            return {"key": "command", "about": command.about, "version": command.version, "state": command.kind,
                    "text": command.role}  # fmt: skip
    return None


def _delivered(body: Delivery) -> dict[str, Any]:
    """The furthest that this version has come at its recipient."""
    reached = "sent"
    for state in ("received", "shown", "acknowledged"):
        if getattr(body, f"{state}_ns") is not None:
            reached = state
    return {"key": "delivery", "about": body.warning, "version": body.version, "state": reached, "text": body.recipient}
