"""Release: the only way out. Default deny, by recipient, kind and field; every decision is recorded with its rule and reasons.

Takes: our own warnings, paths, stances, statements, signatures, HOLDs, `Shown`, `Acknowledged`, `Refused`, `AlertDocument`; link control (`Receipt`,
    `GapRequest`); `Carried` from the epoch before; `Approved` commands (release, withhold).
Gives: a `Decision` for each item and recipient, partner or exit (`exits.py`), a `Release` (exact bytes for one recipient) where it is allowed, and a
    `Pending` at each step of what waits for its time or for a person (`waiting.py`).
Remembers: who was given which warning (a retraction goes to every holder whatever today's policy), when each path was last released, the grid
    cell held for each event and recipient, better figures that wait for their moment, and what else waits.
Bounds: EVENTS_COUNT warnings; PENDING_COUNT and DELAYED_COUNT of what waits.
Sources: DESIGN.md section 2 ("release is the only way out"). Link control carries numbers only and is allowed by membership.
"""

import zlib
from typing import Any

import msgspec

from bongsu.base.ids import epoch_name
from bongsu.base.limits import EVENTS_COUNT
from bongsu.base.limits_release import LOST_AFTER_S, NEWS_YOUNG_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.exchange.coarsen import Cells
from bongsu.core.exchange.exits import EXITS, TO_EXITS
from bongsu.core.exchange.gate import Answer, Gate, Question, question
from bongsu.core.exchange.waiting import Wait, Waiting, WaitingState, subject_of
from bongsu.core.inform.course import next_moment_ns
from bongsu.core.inform.desk import refused
from bongsu.core.inform.own import tells_a_partner
from bongsu.core.room import Due, Given
from bongsu.model.alert_draft import AlertDocument
from bongsu.model.carried import Carried
from bongsu.model.command import Approved, Command
from bongsu.model.configuration import Configuration
from bongsu.model.head import Head, Item, Now
from bongsu.model.hold import Hold
from bongsu.model.message import Lane, Release
from bongsu.model.pending import PendingState
from bongsu.model.receipt import Acknowledged, GapRequest, Receipt, Shown
from bongsu.model.refusal import Refused
from bongsu.model.sea_notice import SeaNotice
from bongsu.model.stance import Stance
from bongsu.model.statement import Signature, Statement
from bongsu.model.warning import Path, Warning, WarningStatus
from bongsu.wire import payloads_v1

RETRACTING = frozenset({WarningStatus.RETRACTED, WarningStatus.SUPERSEDED})
"""Statuses that take back what was given."""

COMMANDS = frozenset({"release", "withhold"})
"""What a person may say of something that waits; `about` is its id, `reason` an argument."""


_LOST_NS = seconds_to_ns(LOST_AFTER_S)
_UNSEEN = frozenset({WarningStatus.LOST, WarningStatus.PASSED})
"""Statuses that say that a track has ended while its object may be on its way."""


class _Waiting(msgspec.Struct, frozen=True):
    """What leaves for a recipient at a later moment: better figures by the clock, that an object is lost when its path is over."""

    head: Head
    warning: Warning
    due_ns: int


class _Given(msgspec.Struct):
    """What is remembered of one warning: when it first came, when its path was last told; by recipient: who holds it, when its path last went there, the
    cells held, what was last told, and what waits."""

    warning: str
    begun_ns: int = 0
    course_ns: int = 0
    holders: list[str] = []
    path_ns: dict[str, int] = {}
    cells: Cells = {}
    said: dict[str, Warning] = {}
    waiting: dict[str, _Waiting] = {}


class _State(msgspec.Struct):
    given: list[_Given]
    pending: WaitingState


class ReleaseRoom:
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
        Hold,
        Receipt,
        GapRequest,
        Carried,
        Approved,
    )

    def __init__(self, configuration: Configuration) -> None:
        assert not EXITS.keys() & set(configuration.partners), "no partner has an exit's name"
        self._configuration = configuration
        self._gate = Gate(configuration)
        self._others = tuple(sorted(partner for partner in configuration.partners if partner != configuration.node))
        self._given: dict[str, _Given] = {}
        self._dues: dict[str, int] = {}
        self._pending = Waiting(f"{epoch_name(configuration.node, configuration.epoch)}-W")

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
        if isinstance(body, Approved):
            return self._command(body.command, now)
        given: list[Given] = []
        for recipient in self._recipients(body, now):
            if isinstance(body, Warning) and self._waits(item, recipient, now):
                continue
            given += self._offer(item, recipient, now)
        return given

    def due(self) -> Due:
        """When better figures next leave, or something has waited long enough."""
        pending_ns = self._pending.due_ns()
        dues = [*self._dues.values(), *(() if pending_ns is None else (pending_ns,))]
        return Due(exercise_ns=min(dues, default=None))

    def tick(self, now: Now) -> list[Given]:
        """Better figures whose moment has come; what has waited for its time; questions that nobody answered expire."""
        given: list[Given] = []
        for wait in self._pending.ripe(now.exercise_ns):
            given += self._decided(wait, now)
        for name in [name for name, due_ns in self._dues.items() if now.exercise_ns >= due_ns]:
            memory = self._given[name]
            self._hold_back_unseen(memory, now)
            ripe = [one for one, what in memory.waiting.items() if now.exercise_ns >= what.due_ns]
            for recipient in ripe:
                what = memory.waiting.pop(recipient)
                warning = what.warning
                if warning.status in _UNSEEN:  # since when is what must not be told
                    warning = msgspec.structs.replace(warning, time_ns=now.exercise_ns)
                given += self._offer(Item(what.head, warning), recipient, now)
            self._plan(memory)
        return given

    def state(self) -> bytes:
        """What was given to whom, and what waits."""
        return msgspec.msgpack.encode(_State(list(self._given.values()), self._pending.dump()))

    def restore(self, state: bytes) -> None:
        """What was given to whom, and what waits."""
        stored = msgspec.msgpack.decode(state, type=_State)
        self._pending.load(stored.pending)
        self._given = {one.warning: one for one in stored.given}
        self._dues = {}
        for memory in self._given.values():
            self._plan(memory)

    def _command(self, command: Command, now: Now) -> list[Given]:
        if command.kind not in COMMANDS:
            return []
        decided = self._pending.decide(command, now.exercise_ns)
        if isinstance(decided, str):
            return [refused(command, "not_possible", decided)]
        return self._decided(decided, now)

    def _decided(self, wait: Wait, now: Now) -> list[Given]:
        """What follows when time or a person has decided about something that waited."""
        pending = wait.pending
        if pending.state is not PendingState.RELEASED or (isinstance(wait.body, Path) and pending.action == "ask"):
            return [pending]  # the next point of a path is a second away
        return [pending, *self._offer(wait.item, pending.recipient, now, frozenset({pending.rule}))]

    def _hold_back_unseen(self, memory: _Given, now: Now) -> None:
        """That an object is lost, or out of sight, leaves when its path is over: before, it would tell where coverage ends."""
        over_ns = memory.course_ns + _LOST_NS
        for recipient, what in memory.waiting.items():
            if what.warning.status in _UNSEEN and now.exercise_ns < over_ns:
                memory.waiting[recipient] = msgspec.structs.replace(what, due_ns=over_ns)

    def _plan(self, memory: _Given) -> None:
        """When something of this warning is next due."""
        due_ns = min((what.due_ns for what in memory.waiting.values()), default=None)
        self._dues.pop(memory.warning, None)
        if due_ns is not None:
            self._dues[memory.warning] = due_ns

    def _waits(self, item: Item[Warning], recipient: str, now: Now) -> bool:
        """Whether this version does not leave at this moment, where policy lets better figures leave by the clock: its moment would tell which sensor's
        look gave it, or when none saw the object any more. Whatever else is said goes at once, and nothing older after it."""
        warning, memory = item.body, self._memory(item.body.warning)
        before, known = memory.said.get(recipient), memory.waiting.pop(recipient, None)
        if not memory.said:
            memory.begun_ns = now.exercise_ns
        rule = self._gate.rule(recipient, "warning", "", now.exercise_ns)
        period_s = 0.0 if rule is None else rule.parameters.get("period_s", 0.0)
        if not period_s or before is None:
            waits, due_ns = False, None
        elif warning.status in _UNSEEN:
            waits, due_ns = True, now.exercise_ns + _LOST_NS
        elif _another_thing(before, warning):
            waits, due_ns = False, None
        elif not _predicts(warning) and now.exercise_ns >= memory.begun_ns + seconds_to_ns(NEWS_YOUNG_S):
            waits, due_ns = True, None
        elif not self._is_news(before, warning, recipient, now):
            waits, due_ns = True, None
            if known is not None and known.warning.status not in _UNSEEN:
                memory.waiting[recipient] = known
        else:
            next_ns = next_moment_ns(now.exercise_ns, seconds_to_ns(period_s), zlib.crc32(warning.warning.encode()))
            waits, due_ns = True, next_ns if known is None else min(known.due_ns, next_ns)
        if due_ns is not None:
            memory.waiting[recipient] = _Waiting(item.head, warning, due_ns)
        self._plan(memory)
        return waits

    def _is_news(self, before: Warning, after: Warning, recipient: str, now: Now) -> bool:
        """Whether better figures would look better to the recipient too, through the floor of the ellipses that it is told."""
        if before.estimate is None or after.estimate is None:
            return True
        rule = self._gate.rule(recipient, "warning", "impact.semi_major_m", now.exercise_ns)
        floor_m = 0.0 if rule is None else rule.parameters.get("floor_m", 0.0)
        return tells_a_partner(before.estimate, after.estimate, floor_m)

    def _recipients(self, body: Any, now: Now) -> tuple[str, ...]:
        if isinstance(body, Warning):
            return self._others
        if isinstance(body, SeaNotice):
            return TO_EXITS["sea_notice"]
        if isinstance(body, AlertDocument):
            return TO_EXITS["alert_document" if body.audience == "public" else "alert_document.authorities"]
        if isinstance(body, Hold):
            return self._others if body.shared else ()
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
        memory.course_ns = path.time_ns
        for recipient in self._others:
            rule = self._gate.rule(recipient, "path", "", now.exercise_ns)
            period_s = 0.0 if rule is None else rule.parameters.get("period_s", 0.0)
            last_ns = memory.path_ns.get(recipient)
            if last_ns is not None and path.time_ns < last_ns + seconds_to_ns(period_s):
                continue
            memory.path_ns[recipient] = path.time_ns
            given += self._offer(item, recipient, now)
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
                given += self._offer(Item(one.head, one.warning), recipient, now)
        return given

    def _offer(self, item: Item[Any], recipient: str, now: Now, ripe: frozenset[str] = frozenset()) -> list[Given]:
        """Decide, and let go, hold or refuse. `ripe` are rules by which it has waited long enough."""
        body = item.body
        asked = question(item, recipient)
        cells = self._memory(body.warning).cells if isinstance(body, Warning | Path) else None
        granted = ripe | self._pending.granted(recipient, asked.kind, subject_of(body))
        answer = self._gate.ask(asked, now.exercise_ns, cells, now.link_ns, granted)
        if isinstance(body, Warning):
            self._memory(body.warning).said[recipient] = body
            if body.status in RETRACTING:
                return self._take_back(item, asked, answer, now)
        given: list[Given] = []
        for rule in answer.held:
            given += self._pending.hold(item, recipient, asked.kind, rule, now.exercise_ns)
        if isinstance(body, Warning) and answer.members is not None:
            self._hold(body.warning, recipient)
        return [*_given(answer, body), *given]

    def _take_back(self, item: Item[Warning], asked: Question, answer: Answer, now: Now) -> list[Given]:
        """A retraction waits for nobody: who holds the warning gets it at once, who was to get it later gets neither."""
        recipient, warning = asked.recipient, item.body.warning
        dropped = self._pending.drop(recipient, warning, now.exercise_ns, f"{warning} is {item.body.status.value}")
        if answer.members is None and recipient in self._holders(warning):
            answer = self._gate.taken_back(asked, answer, now.exercise_ns, now.link_ns)
        if answer.members is not None:
            self._hold(warning, recipient)
        return [*dropped, *_given(answer, item.body)]

    def _hold(self, warning: str, recipient: str) -> None:
        if recipient not in self._holders(warning):
            self._memory(warning).holders.append(recipient)

    def _holders(self, warning: str) -> list[str]:
        return self._given[warning].holders if warning in self._given else []

    def _memory(self, warning: str) -> _Given:
        memory = self._given.setdefault(warning, _Given(warning))
        if len(self._given) > EVENTS_COUNT:
            gone = next(iter(self._given))
            del self._given[gone]
            self._dues.pop(gone, None)
        return memory


def _predicts(warning: Warning) -> bool:
    return warning.estimate is not None and warning.estimate.impact is not None


def _another_thing(before: Warning, after: Warning) -> bool:
    """Whether a version says something of another kind than better figures: a status, an impact where there was none, another sort of flight."""
    if after.status is not WarningStatus.UPDATE or before.status is WarningStatus.LOST:
        return True
    known, newest = before.estimate, after.estimate
    if known is None or newest is None:
        return known is not newest
    return (known.impact is None) != (newest.impact is None) or known.ballistic != newest.ballistic


def _given(answer: Answer, body: Any) -> list[Given]:
    """The decision, and the bytes where something may leave."""
    decision = answer.decision
    if answer.members is None:
        return [decision]
    return [
        decision,
        Release(
            recipient=decision.recipient,
            lane=Lane.LATEST if isinstance(body, Path) else Lane.PROMPT,
            kind=decision.kind,
            subject=f"path.{body.warning}" if isinstance(body, Path) else decision.kind,
            body=msgspec.json.encode(answer.members),
            item=decision.item,
        ),
    ]
