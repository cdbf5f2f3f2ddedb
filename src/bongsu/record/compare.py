"""Two partners' records side by side: what one says it sent and what the other says it got, by message id.

Only what both can know is compared: exact bodies. Messages of the latest lane may be replaced on the way, so a missing one is no fault there;
a prompt one that is missing may still be under way when a record was cut short.
"""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from bongsu.base.errors import WireError
from bongsu.model.configuration import Configuration
from bongsu.model.message import Lane, Outgoing, Received
from bongsu.record.entry import Entry, body_of
from bongsu.wire import envelope_v1

_READ = {"configuration", "outgoing", "received"}


class Carried(msgspec.Struct, frozen=True):
    """One message as one side knows it."""

    message: str
    lane: str
    kind: str
    content: str


class Side(msgspec.Struct, frozen=True):
    """What one record says of messages: `sent` by recipient, `got` by issuer, by message id. `repeats` counts arrivals of the same message again."""

    node: str
    sent: dict[str, dict[str, Carried]]
    got: dict[str, dict[str, Carried]]
    repeats: int
    unreadable: int


class Direction(msgspec.Struct, frozen=True):
    """One direction: `missing` prompt messages never arrived; `unknown` arrived but were never sent; `altered` arrived with another body."""

    issuer: str
    recipient: str
    sent: int
    got: int
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    altered: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether the two records tell the same."""
        return not (self.missing or self.unknown or self.altered)


def side_of(entries: Iterable[Entry]) -> Side:
    """Gather what a record says of messages."""
    node, repeats, unreadable = "", 0, 0
    sent: dict[str, dict[str, Carried]] = {}
    got: dict[str, dict[str, Carried]] = {}
    for entry in entries:
        if entry.type not in _READ:
            continue
        body = body_of(entry)
        if isinstance(body, Configuration):
            node = body.node
        elif isinstance(body, Outgoing):
            carried = Carried(body.message, body.lane.value, body.kind, sha256(body.body).hexdigest())
            sent.setdefault(body.recipient, {})[body.message] = carried
        elif isinstance(body, Received):
            try:
                envelope = envelope_v1.parse(body.envelope)
            except WireError:
                unreadable += 1
                continue
            known = got.setdefault(envelope.issuer, {})
            repeats += envelope.message in known
            known[envelope.message] = Carried(
                envelope.message, envelope.lane.value, envelope.kind, sha256(envelope.body).hexdigest()
            )
    return Side(node, sent, got, repeats, unreadable)


def compare(ours: Iterable[Entry], theirs: Iterable[Entry]) -> tuple[Direction, Direction]:
    """Both directions between two records."""
    one, other = side_of(ours), side_of(theirs)
    return _direction(one, other), _direction(other, one)


def _direction(issuer: Side, recipient: Side) -> Direction:
    sent = issuer.sent.get(recipient.node, {})
    got = recipient.got.get(issuer.node, {})
    missing = tuple(name for name, carried in sent.items() if carried.lane == Lane.PROMPT and name not in got)
    unknown = tuple(name for name in got if name not in sent)
    altered = tuple(name for name, carried in got.items() if name in sent and sent[name] != carried)
    return Direction(issuer.node, recipient.node, len(sent), len(got), missing, unknown, altered)
