"""Release: the only way out. Default deny, by recipient, kind and field; every decision is recorded with its rule and reasons.

Takes: our own warnings, paths, stances, statements, signatures, `Shown`, `Acknowledged`, `Refused`, `AlertDocument`; link control (`Receipt`,
    `GapRequest`); `Carried` from the epoch before.
Gives: a `Decision` for each item and recipient, partner or exit (`exits.py`), and a `Release` (exact bytes for one recipient) where it is allowed.
Remembers: who was given which warning (a retraction goes to every holder whatever today's policy), when each path was last released, and the grid
    cell held for each event and recipient.
Bounds: EVENTS_COUNT warnings.
Sources: DESIGN.md section 2 ("release is the only way out"). Link control carries numbers only and is allowed by membership.
"""

from typing import Any

import msgspec

from bongsu.base.limits import EVENTS_COUNT
from bongsu.base.units import seconds_to_ns
from bongsu.core.exchange.exits import EXITS, TO_EXITS
from bongsu.core.exchange.gate import Answer, Cells, Gate, question
from bongsu.core.room import Given, Memoryless
from bongsu.model.alert_draft import AlertDocument
from bongsu.model.carried import Carried
from bongsu.model.configuration import Configuration
from bongsu.model.head import Item, Now
from bongsu.model.message import Lane, Release
from bongsu.model.receipt import Acknowledged, GapRequest, Receipt, Shown
from bongsu.model.refusal import Refused
from bongsu.model.sea_notice import SeaNotice
from bongsu.model.stance import Stance
from bongsu.model.statement import Signature, Statement
from bongsu.model.warning import Path, Warning, WarningStatus
from bongsu.wire import payloads_v1

RETRACTING = frozenset({WarningStatus.RETRACTED, WarningStatus.SUPERSEDED})
"""Statuses that take back what was given."""


class _Given(msgspec.Struct):
    """What is remembered of one warning: its holders, when its path last went to each, and the cells held for each."""

    warning: str
    holders: list[str] = []
    path_ns: dict[str, int] = {}
    cells: Cells = {}


class ReleaseRoom(Memoryless):
    """See the head of this file."""

    name = "release"
    takes = (
        Warning,
        Path,
        Stance,
        Statement,
        Signature,
        Shown,
        Acknowledged,
        Refused,
        AlertDocument,
        SeaNotice,
        Receipt,
        GapRequest,
        Carried,
    )

    def __init__(self, configuration: Configuration) -> None:
        assert not EXITS.keys() & set(configuration.partners), "no partner has an exit's name"
        self._configuration = configuration
        self._gate = Gate(configuration)
        self._others = tuple(sorted(partner for partner in configuration.partners if partner != configuration.node))
        self._given: dict[str, _Given] = {}

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """Decide for each recipient that the item may concern."""
        if item.head.origin != self._configuration.node:
            return []
        body = item.body
        if isinstance(body, Receipt | GapRequest):
            return self._link_control(item)
        if isinstance(body, Path):
            return self._path(item, now)
        if isinstance(body, Carried):
            return self._take_over(body, now)
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
        if isinstance(body, SeaNotice):
            return TO_EXITS["sea_notice"]
        if isinstance(body, AlertDocument):
            return TO_EXITS["alert_document" if body.audience == "public" else "alert_document.authorities"]
        if isinstance(body, Stance | Statement | Signature):
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
            rule = self._gate.rule(recipient, "path", "", now.exercise_ns)
            period_s = 0.0 if rule is None else rule.parameters.get("period_s", 0.0)
            last_ns = memory.path_ns.get(recipient)
            if last_ns is not None and path.time_ns < last_ns + seconds_to_ns(period_s):
                continue
            memory.path_ns[recipient] = path.time_ns
            given += self._offer(item, recipient, Lane.LATEST, now)
        return given

    def _take_over(self, carried: Carried, now: Now) -> list[Given]:
        """Holders of the epoch before stay holders. What is open or was not confirmed is offered again: its messages ended with their epoch."""
        given: list[Given] = []
        for one in carried.warnings:
            if one.head.origin != self._configuration.node:
                continue
            memory = self._memory(one.warning.warning)
            memory.holders, memory.cells = list(one.holders), dict(one.cells)
            for recipient in self._others if one.again else ():
                given += self._offer(Item(one.head, one.warning), recipient, Lane.PROMPT, now)
        return given

    def _offer(self, item: Item[Any], recipient: str, lane: Lane, now: Now) -> list[Given]:
        body = item.body
        asked = question(item, recipient)
        cells = self._memory(body.warning).cells if isinstance(body, Warning | Path) else None
        answer = self._gate.ask(asked, now.exercise_ns, cells, now.link_ns)
        if isinstance(body, Warning):
            holds = recipient in self._holders(body)
            if answer.members is None and holds and body.status in RETRACTING:
                answer = self._gate.taken_back(asked, answer, now.exercise_ns, now.link_ns)
            if answer.members is not None and not holds:
                self._memory(body.warning).holders.append(recipient)
        subject = f"path.{body.warning}" if isinstance(body, Path) else asked.kind
        return _given(answer, lane, subject)

    def _holders(self, warning: Warning) -> list[str]:
        return self._given[warning.warning].holders if warning.warning in self._given else []

    def _memory(self, warning: str) -> _Given:
        memory = self._given.setdefault(warning, _Given(warning))
        if len(self._given) > EVENTS_COUNT:
            del self._given[next(iter(self._given))]
        return memory


def _given(answer: Answer, lane: Lane, subject: str) -> list[Given]:
    """The decision, and the bytes where something may leave."""
    decision = answer.decision
    if answer.members is None:
        return [decision]
    return [
        decision,
        Release(
            recipient=decision.recipient,
            lane=lane,
            kind=decision.kind,
            subject=subject,
            body=msgspec.json.encode(answer.members),
            item=decision.item,
        ),
    ]
