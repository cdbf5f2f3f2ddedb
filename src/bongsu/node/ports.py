"""What a node asks of the world outside its core. Adapters and the drill's simulated network meet the same tests."""

from collections.abc import Callable
from typing import Protocol

from bongsu.model.health import Health
from bongsu.model.parcel import Arrival, Parcel

__all__ = ["Arrival", "Network", "Parcel"]


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
