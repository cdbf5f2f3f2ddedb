"""Send: what was released gets its place in the lane of its recipient; how far each warning has come is kept here.

Takes: `Release`; `Alarm` and `Health` (does a person attend?); what partners say of our messages (`Receipt`, `Shown`, `Acknowledged`, `GapRequest`);
    our own `Receipt` (for the heartbeat); our own `Freshness` and a partner's `Heartbeat` (who is back asks for a heartbeat, and is answered, at once; a
    receipt that was lost is asked for).
Gives: `Outgoing` (the shell seals and carries it), `Delivery` on each step of a warning.
Remembers: per recipient both lanes' sequences, what waits on the latest lane, prompt messages for a gap request, deliveries of open warnings.
Bounds: RESEND_COUNT prompt messages a recipient, EVENTS_COUNT waiting subjects and deliveries.
Sources: DESIGN.md section 2 (two lanes; heartbeats are never queued: they carry numbers only and are allowed by membership).
"""

from typing import Any

import msgspec

from bongsu.base.limits import ALARM_LEVELS_COUNT, EVENTS_COUNT, HEARTBEAT_S, LATEST_S, RESEND_COUNT, RESEND_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.exchange.delivery import Deliveries
from bongsu.core.exchange.exits import EXITS
from bongsu.core.room import Due, Given
from bongsu.model.alarm import Alarm
from bongsu.model.configuration import Configuration
from bongsu.model.delivery import Delivery
from bongsu.model.freshness import Freshness, FreshnessState
from bongsu.model.head import Item, Now
from bongsu.model.health import CONSOLES_PART, DISK_PART, Health
from bongsu.model.message import Lane, Outgoing, Release
from bongsu.model.receipt import Acknowledged, GapRequest, Heartbeat, Receipt, Shown
from bongsu.wire import payloads_v1

_LATEST_NS = seconds_to_ns(LATEST_S)
_HEARTBEAT_NS = seconds_to_ns(HEARTBEAT_S)
_RESEND_NS = seconds_to_ns(RESEND_S)


class _Version(msgspec.Struct):
    """Which version of which warning a released body is: these members leave with every one."""

    warning: str
    version: int
    status: str


_version_decoder = msgspec.json.Decoder(_Version)


class _Lanes(msgspec.Struct):
    """Both lanes to one recipient. `waiting` and `latest_ns` are by subject; `kept` are prompt messages by sequence."""

    recipient: str
    prompt_sequence: int = 0
    latest_sequence: int = 0
    waiting: dict[str, Release] = {}
    latest_ns: dict[str, int] = {}
    kept: dict[int, Outgoing] = {}
    received_epoch: int = 1
    received_up_to: int = 0
    resent_ns: int | None = None
    answered_ns: int | None = None
    receipt_asked_ns: int | None = None


class _State(msgspec.Struct):
    lanes: list[_Lanes]
    deliveries: list[Delivery]
    heartbeat_ns: int | None
    attended: bool | None = None
    unanswered: list[str] = []
    recorded: bool = True


class Send:
    """See the head of this file."""

    name = "send"
    takes = (Release, Receipt, GapRequest, Shown, Acknowledged, Alarm, Health, Freshness, Heartbeat)

    def __init__(self, configuration: Configuration) -> None:
        self._node = configuration.node
        self._mode = configuration.mode
        self._epoch = configuration.epoch
        others = sorted(partner for partner in configuration.partners if partner != configuration.node)
        self._lanes = {partner: _Lanes(partner) for partner in others}
        self._deliveries = Deliveries()
        self._heartbeat_ns: int | None = None
        self._attended: bool | None = None
        self._unanswered: list[str] = []
        self._recorded = True

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """Place a release in its lane, or note how far a warning has come."""
        body = item.body
        ours = item.head.origin == self._node
        if isinstance(body, Release):
            return self._release(body, now)
        if isinstance(body, Alarm | Health):
            self._note_attendance(body)
            return []
        if isinstance(body, Receipt) and ours:
            lanes = self._lanes.get(body.partner)
            if lanes is not None:
                lanes.received_epoch, lanes.received_up_to = body.epoch, body.up_to
            return []
        if isinstance(body, Freshness):
            return self._ask(body, now) if ours else []
        if ours:
            return []
        if isinstance(body, Heartbeat):
            return [*self._answer(body, now), *self._ask_for_receipt(body, now)]
        if isinstance(body, GapRequest):
            return self._again(body, now)
        return list(self._deliveries.note(body, self._epoch, now))

    def due(self) -> Due:
        """The next heartbeat, or the next waiting message of a latest lane."""
        dues = [0 if self._heartbeat_ns is None else self._heartbeat_ns + _HEARTBEAT_NS] if self._lanes else []
        for lanes in self._lanes.values():
            dues += [lanes.latest_ns[subject] + _LATEST_NS for subject in lanes.waiting]
        return Due(link_ns=min(dues, default=None))

    def tick(self, now: Now) -> list[Given]:
        """Heartbeats, and what waited on the latest lanes."""
        given: list[Given] = []
        beat = self._heartbeat_ns is None or now.link_ns >= self._heartbeat_ns + _HEARTBEAT_NS
        if beat:
            on_time = self._heartbeat_ns is not None and now.link_ns < self._heartbeat_ns + 2 * _HEARTBEAT_NS
            self._heartbeat_ns = self._heartbeat_ns + _HEARTBEAT_NS if on_time and self._heartbeat_ns else now.link_ns
        for lanes in self._lanes.values():
            if beat:
                given.append(self._heartbeat(lanes, now))
            ripe = [one for one in lanes.waiting if now.link_ns >= lanes.latest_ns[one] + _LATEST_NS]
            given.extend(self._latest(lanes, lanes.waiting.pop(subject), now) for subject in ripe)
        return given

    def state(self) -> bytes:
        """Lanes, deliveries and the beat."""
        return msgspec.msgpack.encode(
            _State(
                list(self._lanes.values()),
                self._deliveries.all(),
                self._heartbeat_ns,
                self._attended,
                self._unanswered,
                self._recorded,
            )
        )

    def restore(self, state: bytes) -> None:
        """Lanes, deliveries and the beat."""
        stored = msgspec.msgpack.decode(state, type=_State)
        self._lanes |= {lanes.recipient: lanes for lanes in stored.lanes if lanes.recipient in self._lanes}
        self._deliveries.restore(stored.deliveries)
        self._heartbeat_ns = stored.heartbeat_ns
        self._attended, self._unanswered = stored.attended, stored.unanswered
        self._recorded = stored.recorded

    def _note_attendance(self, body: Alarm | Health) -> None:
        """For the heartbeat: partners are told of a node that nobody attends, whose alarm nobody answers, or whose record cannot be written."""
        if isinstance(body, Alarm):
            known = [event for event in self._unanswered if event != body.event]
            last = body.level >= ALARM_LEVELS_COUNT - 1 and body.state.value.endswith("unacknowledged")
            self._unanswered = [*known, body.event][-EVENTS_COUNT:] if last else known
        elif body.part == CONSOLES_PART:
            self._attended = body.state == "up"
        elif body.part == DISK_PART:
            self._recorded = body.state == "up"

    def _release(self, release: Release, now: Now) -> list[Given]:
        if release.recipient in EXITS:
            return []  # it leaves by the outlet of that name, not by a lane
        lanes = self._lanes[release.recipient]
        if release.lane is Lane.PROMPT:
            return self._prompt(lanes, release, now)
        last_ns = lanes.latest_ns.get(release.subject)
        if release.subject in lanes.waiting or (last_ns is not None and now.link_ns < last_ns + _LATEST_NS):
            lanes.waiting[release.subject] = release
            return []
        return [self._latest(lanes, release, now)]

    def _prompt(self, lanes: _Lanes, release: Release, now: Now) -> list[Given]:
        lanes.prompt_sequence += 1
        outgoing = self._outgoing(lanes, release, lanes.prompt_sequence, now)
        lanes.kept[outgoing.sequence] = outgoing
        if len(lanes.kept) > RESEND_COUNT:
            del lanes.kept[next(iter(lanes.kept))]
        given: list[Given] = [outgoing]
        warning = _version_decoder.decode(release.body) if release.kind == "warning" else None
        if warning is not None:
            given.append(
                self._deliveries.sent(
                    warning.warning, warning.version, warning.status, release.recipient, outgoing.sequence, now
                )
            )
        return given

    def _latest(self, lanes: _Lanes, release: Release, now: Now) -> Outgoing:
        lanes.latest_sequence += 1
        lanes.latest_ns.pop(release.subject, None)
        lanes.latest_ns[release.subject] = now.link_ns
        oldest = next(iter(lanes.latest_ns))
        if len(lanes.latest_ns) > EVENTS_COUNT and oldest not in lanes.waiting:
            del lanes.latest_ns[oldest]
        return self._outgoing(lanes, release, lanes.latest_sequence, now)

    def _outgoing(self, lanes: _Lanes, release: Release, sequence: int, now: Now) -> Outgoing:
        return Outgoing(
            message=f"{self._node}-{lanes.recipient}-{self._mode.value[0]}{self._epoch}-{release.lane.value[0]}{sequence}",
            recipient=lanes.recipient,
            lane=release.lane,
            epoch=self._epoch,
            sequence=sequence,
            kind=release.kind,
            subject=release.subject,
            body=release.body,
            issued_ns=now.link_ns,
        )

    def _ask(self, freshness: Freshness, now: Now) -> list[Given]:
        """A partner that is catching up is asked how far its prompt lane is; with the answer it may be fresh, without waiting for its next beat."""
        lanes = self._lanes.get(freshness.source) if freshness.kind == "partner" else None
        if lanes is None or freshness.state is not FreshnessState.CATCHING_UP:
            return []
        return [self._heartbeat(lanes, now, answer=True)]

    def _answer(self, heartbeat: Heartbeat, now: Now) -> list[Given]:
        lanes = self._lanes.get(heartbeat.partner)
        if lanes is None or not heartbeat.answer:
            return []
        if lanes.answered_ns is not None and now.link_ns < lanes.answered_ns + _LATEST_NS:
            return []
        lanes.answered_ns = now.link_ns
        return [self._heartbeat(lanes, now)]

    def _ask_for_receipt(self, heartbeat: Heartbeat, now: Now) -> list[Given]:
        """By its heartbeat a partner has what no receipt of it confirms: the receipt was lost, and is asked for. The heartbeat itself confirms
        nothing, as it does not wait for the partner's disk."""
        lanes = self._lanes.get(heartbeat.partner)
        if lanes is None or heartbeat.received_epoch != self._epoch:
            return []
        if lanes.receipt_asked_ns is not None and now.link_ns < lanes.receipt_asked_ns + _HEARTBEAT_NS:
            return []
        sent_before_ns = now.link_ns - 2 * _HEARTBEAT_NS
        if not self._deliveries.unconfirmed(heartbeat.partner, heartbeat.received_up_to, sent_before_ns):
            return []
        lanes.receipt_asked_ns = now.link_ns
        return [self._heartbeat(lanes, now, answer=True)]

    def _heartbeat(self, lanes: _Lanes, now: Now, answer: bool = False) -> Outgoing:
        beat = Heartbeat(
            partner=lanes.recipient,
            issued_ns=now.link_ns,
            epoch=self._epoch,
            prompt_sequence=lanes.prompt_sequence,
            received_epoch=lanes.received_epoch,
            received_up_to=lanes.received_up_to,
            attended=False if self._unanswered else self._attended,
            recorded=self._recorded,
            answer=answer,
        )
        kind, payload = payloads_v1.payload_of(beat)
        release = Release(
            recipient=lanes.recipient,
            lane=Lane.LATEST,
            kind=kind,
            subject=kind,
            body=payloads_v1.encode(payload),
            item="",
        )
        return self._latest(lanes, release, now)

    def _again(self, request: GapRequest, now: Now) -> list[Given]:
        lanes = self._lanes.get(request.partner)
        if lanes is None or request.epoch != self._epoch:
            return []
        if lanes.resent_ns is not None and now.link_ns < lanes.resent_ns + _RESEND_NS:
            return []
        lanes.resent_ns = now.link_ns
        wanted = range(request.first, min(request.last, request.first + RESEND_COUNT) + 1)
        return [lanes.kept[sequence] for sequence in wanted if sequence in lanes.kept]
