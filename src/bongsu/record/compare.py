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
    epoch: int
    sequence: int


class Side(msgspec.Struct, frozen=True):
    """What one record says of messages: `sent` by recipient, `got` by issuer, by message id. `repeats` counts arrivals of the same message again.

    `cut`: its oldest entries were removed.
    """

    node: str
    sent: dict[str, dict[str, Carried]]
    got: dict[str, dict[str, Carried]]
    repeats: int
    unreadable: int
    cut: bool = False


class Direction(msgspec.Struct, frozen=True):
    """One direction: `missing` prompt messages never arrived; `unknown` arrived but were never sent; `altered` arrived with another body.

    `removed` messages are known to one side only, from before the entries that the other still has: nothing can be said of them.
    """

    issuer: str
    recipient: str
    sent: int
    got: int
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    altered: tuple[str, ...]
    removed: int = 0

    @property
    def agrees(self) -> bool:
        """Whether the two records tell the same."""
        return not (self.missing or self.unknown or self.altered)


def side_of(entries: Iterable[Entry], cut: bool = False) -> Side:
    """Gather what a record says of messages; `cut`: its oldest entries were removed."""
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
            content = sha256(body.body).hexdigest()
            carried = Carried(body.message, body.lane.value, body.kind, content, body.epoch, body.sequence)
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
                envelope.message,
                envelope.lane.value,
                envelope.kind,
                sha256(envelope.body).hexdigest(),
                envelope.epoch,
                envelope.sequence,
            )
    return Side(node, sent, got, repeats, unreadable, cut)


def compare(
    ours: Iterable[Entry], theirs: Iterable[Entry], ours_cut: bool = False, theirs_cut: bool = False
) -> tuple[Direction, Direction]:
    """Both directions between two records; `cut`: its oldest entries were removed."""
    one, other = side_of(ours, ours_cut), side_of(theirs, theirs_cut)
    return _direction(one, other), _direction(other, one)


def _direction(issuer: Side, recipient: Side) -> Direction:
    sent = issuer.sent.get(recipient.node, {})
    got = recipient.got.get(issuer.node, {})
    told = len(sent), len(got)
    sent, before_sent = _since(sent, got, recipient.cut)
    got, before_got = _since(got, sent, issuer.cut)
    missing = tuple(name for name, carried in sent.items() if carried.lane == Lane.PROMPT and name not in got)
    unknown = tuple(name for name in got if name not in sent)
    altered = tuple(name for name, carried in got.items() if name in sent and sent[name] != carried)
    return Direction(issuer.node, recipient.node, *told, missing, unknown, altered, before_sent + before_got)


def _since(ours: dict[str, Carried], theirs: dict[str, Carried], cut: bool) -> tuple[dict[str, Carried], int]:
    """Messages that are not from before the oldest that the other side, which lost older ones, still has of their lane; and how many are."""
    if not cut:
        return ours, 0
    oldest: dict[str, tuple[int, int]] = {}
    for one in theirs.values():
        place = (one.epoch, one.sequence)
        oldest[one.lane] = min(oldest.get(one.lane, place), place)
    kept = {
        name: one for name, one in ours.items() if one.lane in oldest and (one.epoch, one.sequence) >= oldest[one.lane]
    }
    return kept, len(ours) - len(kept)
