"""Release: the only way out. Default deny, by recipient, kind and field; every decision is recorded with its rule and reasons.

Takes: our own warnings, paths, stances, `Shown`, `Acknowledged`, `Refused`; link control (`Receipt`, `GapRequest`).
Gives: a `Decision` for each item and recipient, and a `Release` (exact bytes for one recipient) where it is allowed.
Remembers: who was given which warning (a retraction goes to every holder whatever today's policy), when each path was last released, and the grid
    cell held for each event and recipient.
Bounds: EVENTS_COUNT warnings.
Sources: DESIGN.md section 2 ("release is the only way out"). Link control carries numbers only and is allowed by membership.
"""

from typing import Any

import msgspec

from bongsu.base.limits import EVENTS_COUNT
from bongsu.base.units import seconds_to_ns
from bongsu.core.exchange.coarsen import coarsened_number, coarsened_point
from bongsu.core.exchange.policy import decide
from bongsu.core.room import Given, Memoryless
from bongsu.model.configuration import Configuration, Rule
from bongsu.model.decision import Decision
from bongsu.model.head import Item, Now
from bongsu.model.message import Lane, Release
from bongsu.model.receipt import Acknowledged, GapRequest, Receipt, Shown
from bongsu.model.refusal import Refused
from bongsu.model.stance import Stance
from bongsu.model.warning import Path, Warning, WarningStatus
from bongsu.wire import payloads_v1

IDENTITY = frozenset({"warning", "version", "status", "time", "superseded_by"})
"""Members that say which message it is: they leave with the kind, and alone when a retraction must reach a holder against today's policy."""

RETRACTING = frozenset({WarningStatus.RETRACTED, WarningStatus.SUPERSEDED})
"""Statuses that take back what was given."""


class _Given(msgspec.Struct):
    """What is remembered of one warning: its holders, when its path last went to each, and the cells held for each."""

    warning: str
    holders: list[str] = []
    path_ns: dict[str, int] = {}
    cells: dict[str, tuple[float, float]] = {}


class ReleaseRoom(Memoryless):
    """See the head of this file."""

    name = "release"
    takes = (Warning, Path, Stance, Shown, Acknowledged, Refused, Receipt, GapRequest)

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._others = tuple(sorted(partner for partner in configuration.partners if partner != configuration.node))
        self._given: dict[str, _Given] = {}
        self._decided: dict[tuple[str, frozenset[str], str, str], Rule | None] = {}
        self._shared: tuple[int, dict[str, frozenset[str]]] = (-1, {})

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """Decide for each recipient that the item may concern."""
        if item.head.origin != self._configuration.node:
            return []
        body = item.body
        if isinstance(body, Receipt | GapRequest):
            return self._link_control(item)
        if isinstance(body, Path):
            return self._path(item, now)
        given: list[Given] = []
        for recipient in self._recipients(body, now):
            given += self._offer(item, recipient, Lane.PROMPT, now)
        return given

    def state(self) -> bytes:
        """What was given to whom."""
        return msgspec.msgpack.encode(list(self._given.values()))

    def restore(self, state: bytes) -> None:
        """What was given to whom."""
        self._given = {one.warning: one for one in msgspec.msgpack.decode(state, type=list[_Given])}

    def _recipients(self, body: Any, now: Now) -> tuple[str, ...]:
        if isinstance(body, Warning):
            return self._others
        if isinstance(body, Stance):
            members = {
                member
                for circle in self._configuration.circles
                if circle.circle == body.circle
                for member in circle.members_at(now.exercise_ns)
            }
            return tuple(other for other in self._others if other in members)
        return (body.partner,) if body.partner in self._others else ()

    def _link_control(self, item: Item[Any]) -> list[Given]:
        kind, payload = payloads_v1.payload_of(item.body)
        if item.body.partner not in self._others:
            return []
        subject = f"{kind}.{item.body.lane.value}" if isinstance(item.body, Receipt) else kind
        return [
            Release(
                recipient=item.body.partner,
                lane=Lane.LATEST,
                kind=kind,
                subject=subject,
                body=payloads_v1.encode(payload),
                item=item.head.id,
            )
        ]

    def _path(self, item: Item[Path], now: Now) -> list[Given]:
        given: list[Given] = []
        path = item.body
        memory = self._memory(path.warning)
        for recipient in self._others:
            rule = self._rule(recipient, "path", "", now)
            period_s = 0.0 if rule is None else rule.parameters.get("period_s", 0.0)
            last_ns = memory.path_ns.get(recipient)
            if last_ns is not None and path.time_ns < last_ns + seconds_to_ns(period_s):
                continue
            memory.path_ns[recipient] = path.time_ns
            given += self._offer(item, recipient, Lane.LATEST, now)
        return given

    def _offer(self, item: Item[Any], recipient: str, lane: Lane, now: Now) -> list[Given]:
        body = item.body
        kind, payload = payloads_v1.payload_of(body)
        members: dict[str, Any] = msgspec.to_builtins(payload)
        rule = self._rule(recipient, kind, "", now)
        refusal = self._refusal(item, recipient, rule)
        memory = self._memory(body.warning) if isinstance(body, Warning | Path) else None
        if refusal is not None:
            taken_back = isinstance(body, Warning) and body.status in RETRACTING and recipient in self._holders(body)
            if not taken_back:
                return [_decision(item, recipient, kind, None, rule, (refusal,))]
            released = {name: value for name, value in members.items() if name in IDENTITY}
            reasons: tuple[str, ...] = (f"holder: a retraction goes to every holder ({refusal})",)
        else:
            released, reasons = self._filtered(members, recipient, kind, memory, now)
        if isinstance(body, Warning) and recipient not in self._holders(body):
            self._memory(body.warning).holders.append(recipient)
        subject = f"path.{body.warning}" if isinstance(body, Path) else kind
        return [
            _decision(item, recipient, kind, tuple(sorted(released)), rule, reasons),
            Release(
                recipient=recipient,
                lane=lane,
                kind=kind,
                subject=subject,
                body=msgspec.json.encode(released),
                item=item.head.id,
            ),
        ]

    def _refusal(self, item: Item[Any], recipient: str, rule: Rule | None) -> str | None:
        """Why the kind as a whole may not go there; None if it may."""
        if rule is None:
            return "no rule allows it"
        if rule.action == "deny":
            return rule.reason or rule.rule
        if recipient not in item.head.label.releasable_to:
            return f"the label is not releasable to {recipient}"
        return None

    def _filtered(
        self, members: dict[str, Any], recipient: str, kind: str, memory: _Given | None, now: Now
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The members that may leave, coarsened where a rule says so, and the reasons for what was held back or changed."""
        released: dict[str, Any] = {}
        reasons: list[str] = []
        for name, value in members.items():
            if name in IDENTITY:
                released[name] = value
                continue
            rule = self._rule(recipient, kind, name, now)
            if rule is None or rule.action == "deny":
                reasons.append(f"{name}: {rule.rule if rule else 'no rule'}")
                continue
            if isinstance(value, dict):
                value = self._filtered_point(value, name, recipient, kind, memory, now)
            elif rule.action == "coarsen" and isinstance(value, int | float) and not isinstance(value, bool):
                value = coarsened_number(name, value, rule.parameters)
            elif rule.action == "coarsen" and rule.field:
                reasons.append(f"{name}: {rule.rule} (cannot be coarsened, so it stays)")
                continue
            if rule.action == "coarsen":
                reasons.append(f"{name}: {rule.rule}")
            released[name] = value
        return released, tuple(reasons)

    def _filtered_point(
        self, point: dict[str, Any], name: str, recipient: str, kind: str, memory: _Given | None, now: Now
    ) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        parameters: dict[str, dict[str, float]] = {}
        for member, value in point.items():
            rule = self._rule(recipient, kind, f"{name}.{member}", now)
            if rule is None or rule.action == "deny":
                continue
            kept[member] = value
            if rule.action == "coarsen":
                parameters[member] = rule.parameters
        if not parameters:
            return kept
        place = f"{recipient}.{name}"
        held = memory.cells.get(place) if memory else None
        coarse, cell = coarsened_point(kept, parameters, held)
        if memory is not None and cell is not None:
            memory.cells[place] = cell
        return coarse

    def _rule(self, recipient: str, kind: str, field: str, now: Now) -> Rule | None:
        circles = self._circles(recipient, now)
        asked = (recipient, circles, kind, field)
        if asked not in self._decided:
            self._decided[asked] = decide(self._configuration.rules, recipient, circles, kind, field)
        return self._decided[asked]

    def _circles(self, recipient: str, now: Now) -> frozenset[str]:
        """The circles that both are in now; worked out anew only at another moment."""
        moment_ns, known = self._shared
        if moment_ns != now.exercise_ns:
            self._shared = now.exercise_ns, (known := {})
        if recipient not in known:
            known[recipient] = frozenset(
                circle.circle
                for circle in self._configuration.circles
                if {recipient, self._configuration.node} <= set(circle.members_at(now.exercise_ns))
            )
        return known[recipient]

    def _holders(self, warning: Warning) -> list[str]:
        return self._given[warning.warning].holders if warning.warning in self._given else []

    def _memory(self, warning: str) -> _Given:
        memory = self._given.setdefault(warning, _Given(warning))
        if len(self._given) > EVENTS_COUNT:
            del self._given[next(iter(self._given))]
        return memory


def _decision(
    item: Item[Any],
    recipient: str,
    kind: str,
    fields: tuple[str, ...] | None,
    rule: Rule | None,
    reasons: tuple[str, ...],
) -> Decision:
    return Decision(
        item=item.head.id,
        recipient=recipient,
        kind=kind,
        allowed=fields is not None,
        rule=rule.rule if rule else "default-deny",
        reasons=reasons,
        fields=fields or (),
    )
