"""What a node asks of the world outside its core. Adapters and the drill's simulated network meet the same tests."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from bongsu.model.health import Health
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
    """Bytes from the network. `stored` is to be called once they are safe in the record: only then may the sender's copy be let go."""

    claimed: str
    lane: Lane
    envelope: bytes
    stored: Callable[[], None]


class Network(Protocol):
    """Carries parcels: per recipient, at least once, may delay, reorder, repeat; says when it has accepted durably.

    Callbacks are called on the thread that the network was opened on.
    """

    def open(self, arrived: Callable[[Arrival], None], health: Callable[[Health], None]) -> None:
        """Begin; from now on what arrives goes to `arrived` and the state of the links to `health`."""
        ...

    def offer(self, parcel: Parcel, accepted: Callable[[str], None]) -> None:
        """Take a parcel; `accepted(message)` follows once it is durable (prompt) or replaced or sent (latest). Never blocks; retries until closed."""
        ...
