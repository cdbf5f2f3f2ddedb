"""Messages between nodes, on the inside of the seal."""

from enum import StrEnum

from bongsu.model.noun import Noun


class Lane(StrEnum):
    """`prompt`: each arrives, in order. `latest`: newer replaces older."""

    PROMPT = "prompt"
    LATEST = "latest"


class Release(Noun, frozen=True):
    """A body that may leave: exact bytes for one recipient. `subject` names what a newer one replaces on the latest lane."""

    recipient: str
    lane: Lane
    kind: str
    subject: str
    body: bytes
    item: str
    issued_ns: int | None = None


class Outgoing(Noun, frozen=True):
    """A released body with its place in the lane's sequence, ready to be sealed and carried. `message` is its id for ever (resent under the same)."""

    message: str
    recipient: str
    lane: Lane
    epoch: int
    sequence: int
    kind: str
    subject: str
    body: bytes
    issued_ns: int


class Received(Noun, frozen=True):
    """Bytes that came from the network, unchecked, and over which issuer's outbox and lane they came."""

    claimed: str
    lane: Lane
    envelope: bytes


class Unreadable(Noun, frozen=True):
    """A verified message of a kind or status that this node does not know: kept, and shown as unreadable from its sender."""

    issuer: str
    kind: str
    message: str
    body: bytes
