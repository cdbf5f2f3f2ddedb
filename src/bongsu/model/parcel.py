"""What crosses the edge between a node and its network: sealed bytes on their way out, and bytes that came in."""

from collections.abc import Callable

import msgspec

from bongsu.model.message import Lane


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed envelope on its way. `message` is its id for ever: offering the same one again is harmless."""

    message: str
    issuer: str
    recipient: str
    lane: Lane
    subject: str
    envelope: bytes


class Arrival(msgspec.Struct, frozen=True):
    """Bytes from the network. `stored` is to be called, on any thread, once they are safe in the record: only then is the sender's copy let go."""

    claimed: str
    lane: Lane
    envelope: bytes
    stored: Callable[[], None]
