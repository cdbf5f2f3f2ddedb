"""The door for partners: bytes become verified items of their originator, in order, or a recorded refusal.

Takes: `Received`; `Health` of the paths to partners.
Gives: the originator's warnings, paths, stances, receipts and the rest, under its name; `Freshness` when it changes; our `Receipt` and `GapRequest`;
    `Refusal`, and `Refused` for the sender when its signature was good; `Unreadable` for a kind or status that we do not know.
Remembers: per partner the prompt lane's order, newest of each subject of the latest lane, the last heartbeat (`peer.py`).
Bounds: REORDER_COUNT waiting messages and REORDER_BYTES of them, EVENTS_COUNT subjects a partner; a partner that is not configured is refused.
Sources: DESIGN.md section 2 ("freshness follows the signed issue time"); requirement numbers in docs/reference/exchange.md.
"""

from typing import Any

import msgspec

from bongsu.base.errors import WireError
from bongsu.base.limits import REFUSAL_TEXT_CHARACTERS
from bongsu.core.exchange.peer import Peer
from bongsu.core.exchange.terms import label_of, unmarked
from bongsu.core.room import Caused, Due, Given
from bongsu.model.configuration import Configuration, PublicKey
from bongsu.model.freshness import FreshnessState
from bongsu.model.head import Item, Now
from bongsu.model.health import PATH_PART, Health
from bongsu.model.label import Label
from bongsu.model.message import Lane, Received, Unreadable
from bongsu.model.receipt import Heartbeat, Receipt
from bongsu.model.refusal import Refusal, Refused
from bongsu.model.warning import Path
from bongsu.wire import payloads_v1
from bongsu.wire.envelope_v1 import Envelope, parse, verify
from bongsu.wire.marks_v1 import marks_of

_Opened = tuple[payloads_v1.Payload | None, Label]
"""A body (None: of a kind or status that we do not know) and the label that came with it."""


class Link:
    """See the head of this file."""

    name = "link"
    takes = (Received, Health)

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        others = (partner for partner in configuration.partners if partner != configuration.node)
        self._peers = {partner: Peer(partner) for partner in others}

    def handle(self, item: Item[Received | Health], now: Now) -> list[Given]:
        """Check one envelope and give what it makes readable, in order; or hear that nobody answers at a partner's, or somebody again."""
        if isinstance(item.body, Health):
            return self._path(item.body, now)
        received = item.body
        try:
            envelope = parse(received.envelope)
            self._admit(envelope, received, now)
        except WireError as error:
            return [self._refusal(error, received.claimed, received.lane)]
        peer = self._peers[envelope.issuer]
        peer.heard(now.link_ns)
        if envelope.lane is Lane.LATEST:
            return self._latest(peer, envelope, now)
        return self._prompt(peer, envelope, received.envelope, now)

    def due(self) -> Due:
        """When a receipt, a gap request or a change of freshness is due at some partner."""
        dues = [due_ns for peer in self._peers.values() if (due_ns := peer.due_ns()) is not None]
        return Due(link_ns=min(dues, default=None))

    def tick(self, now: Now) -> list[Given]:
        """Receipts, gap requests, freshness."""
        given: list[Given] = []
        for peer in self._peers.values():
            if peer.receipt_due_ns is not None and now.link_ns >= peer.receipt_due_ns:
                peer.receipt_due_ns = None
                given.append(self._receipt(peer))
            request = peer.gap_request(now.link_ns)
            if request is not None:
                given.append(request)
            given += self._judge(peer, now)
        return given

    def state(self) -> bytes:
        """The peers."""
        return msgspec.msgpack.encode(list(self._peers.values()))

    def restore(self, state: bytes) -> None:
        """The peers; whoever is not configured any more is left out. Their freshness is unknown until they speak again."""
        for peer in msgspec.msgpack.decode(state, type=list[Peer]):
            if peer.partner in self._peers:
                self._peers[peer.partner] = peer

    def _admit(self, envelope: Envelope, received: Received, now: Now) -> None:
        """All that must hold before a word of the body is read. Raises `WireError`."""
        ours = self._configuration
        if envelope.federation != ours.federation:
            raise WireError("federation", "R4", f"of federation {envelope.federation!r}")
        if envelope.mode is not ours.mode or envelope.exercise != ours.exercise:
            raise WireError(
                "mode", "R5", f"mode {envelope.mode.value} {envelope.exercise!r} at a node in {ours.mode.value}"
            )
        if envelope.recipient != ours.node:
            raise WireError("recipient", "R6", f"addressed to {envelope.recipient!r}")
        if (
            envelope.issuer not in self._peers
            or envelope.issuer != received.claimed
            or envelope.lane is not received.lane
        ):
            raise WireError(
                "issuer", "R7", f"from {envelope.issuer!r} over {received.claimed}'s {received.lane.value} lane"
            )
        verify(envelope, self._key(envelope, now).public)

    def _key(self, envelope: Envelope, now: Now) -> PublicKey:
        for known in self._configuration.public_keys:
            if (known.partner, known.mode, known.key) != (envelope.issuer, envelope.mode, envelope.key):
                continue
            begun = known.from_ns is None or known.from_ns <= envelope.issued_ns
            ended = known.until_ns is not None and max(envelope.issued_ns, now.link_ns) >= known.until_ns
            if begun and not ended:
                return known
            raise WireError("key_expired", "R9", f"key {envelope.key} is not valid at {envelope.issued}")
        raise WireError("key", "R8", f"no key {envelope.key!r} of {envelope.issuer}")

    def _prompt(self, peer: Peer, envelope: Envelope, data: bytes, now: Now) -> list[Given]:
        ready = peer.order.take(envelope.epoch, envelope.sequence, data)
        if ready is None:
            error = WireError("epoch", "R11", f"epoch {envelope.epoch} is over")
            return [self._refusal(error, peer.partner, Lane.PROMPT, envelope.sequence)]
        peer.progress(now.link_ns)
        given: list[Given] = []
        for waiting in ready:
            given += self._read(envelope if waiting is data else parse(waiting))
        peer.note_gap(now.link_ns)
        return given + self._judge(peer, now)

    def _latest(self, peer: Peer, envelope: Envelope, now: Now) -> list[Given]:
        try:
            opened = self._decode(envelope)
        except WireError as error:
            return self._refused(error, envelope)
        payload = opened[0]
        subject = f"{envelope.kind}.{payload.warning}" if isinstance(payload, Path) else envelope.kind
        if not peer.is_newer(subject, (envelope.epoch, envelope.issued_ns, envelope.sequence)):
            return []
        if isinstance(payload, Heartbeat):
            peer.beat(payload, now.link_ns)
            if payload.answer and peer.order.up_to:
                peer.progress(now.link_ns)  # our receipt may be what it lacks
            return [*self._given(envelope, opened), *self._judge(peer, now)]
        return self._given(envelope, opened)

    def _read(self, envelope: Envelope) -> list[Given]:
        try:
            return self._given(envelope, self._decode(envelope))
        except WireError as error:
            return self._refused(error, envelope)

    def _decode(self, envelope: Envelope) -> _Opened:
        if payloads_v1.LANES.get(envelope.kind, envelope.lane) is not envelope.lane:
            raise WireError("lane", "R12", f"a {envelope.kind} on the {envelope.lane.value} lane")
        payload = payloads_v1.decode(envelope.kind, envelope.body, issuer=envelope.issuer, issued_ns=envelope.issued_ns)
        if envelope.kind in payloads_v1.LINK_CONTROL:
            return payload, self._configuration.label  # numbers only
        if payload is None:
            return None, unmarked(self._configuration.label)
        return payload, label_of(marks_of(envelope.body), envelope.issuer, self._configuration)

    def _given(self, envelope: Envelope, opened: _Opened) -> list[Given]:
        """The body under its sender's name, label and terms."""
        payload, label = opened
        if payload is None:
            payload_or_bytes: Any = Unreadable(
                issuer=envelope.issuer, kind=envelope.kind, message=envelope.message, body=envelope.body
            )
        else:
            payload_or_bytes = payload
        return [Caused(payload_or_bytes, origin=envelope.issuer, label=label)]

    def _path(self, health: Health, now: Now) -> list[Given]:
        peer = self._peers.get(health.part.removeprefix(PATH_PART)) if health.part.startswith(PATH_PART) else None
        if peer is None:
            return []
        peer.unreachable = health.state == "down"
        return self._judge(peer, now)

    def _judge(self, peer: Peer, now: Now) -> list[Given]:
        state = peer.judge(now.link_ns)
        peer.away = peer.away or (
            peer.heartbeat is not None and state in (FreshnessState.STALE, FreshnessState.UNKNOWN)
        )
        if state is peer.state and not peer.clock_has_moved():
            return []
        peer.state = state
        return [peer.freshness()]

    def _receipt(self, peer: Peer) -> Receipt:
        return Receipt(partner=peer.partner, lane=Lane.PROMPT, epoch=max(peer.order.epoch, 1), up_to=peer.order.up_to)

    def _refused(self, error: WireError, envelope: Envelope) -> list[Given]:
        """A refusal of a message whose signature is good: its sender is told."""
        told = Refused(
            partner=envelope.issuer, message=envelope.message, reason=error.code, requirement=error.requirement
        )
        return [self._refusal(error, envelope.issuer, envelope.lane, envelope.sequence), told]

    def _refusal(self, error: WireError, source: str, lane: Lane, sequence: int | None = None) -> Refusal:
        return Refusal(
            door="link",
            reason=error.code,
            source=source,
            requirement=error.requirement,
            text=error.fault[:REFUSAL_TEXT_CHARACTERS],
            lane=lane.value,
            sequence=sequence,
        )
