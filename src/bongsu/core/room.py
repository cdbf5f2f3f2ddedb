"""What a room of the core is, and what it gives back."""

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from bongsu.model.bodies import Body
from bongsu.model.head import Head, Item, Now
from bongsu.model.label import Label


class Caused(msgspec.Struct, frozen=True):
    """A body with more to say of its head than the item being handled does: further causes, another originator, the time that it speaks of, and,
    for a partner's word alone, the label that came with it instead of one joined from its causes."""

    body: Body
    causes: tuple[Head, ...] = ()
    origin: str | None = None
    event_ns: int | None = None
    label: Label | None = None


Given = Body | Caused
"""What a room returns; the pipeline mints the heads."""


class Due(msgspec.Struct, frozen=True):
    """The next times at which a room must be ticked although nothing arrives; None: never."""

    exercise_ns: int | None = None
    link_ns: int | None = None

    def reached(self, now: Now) -> bool:
        """Whether either clock has come to it."""
        return (self.exercise_ns is not None and now.exercise_ns >= self.exercise_ns) or (
            self.link_ns is not None and now.link_ns >= self.link_ns
        )


def earliest(dues: Iterable[Due]) -> Due:
    """The earlier of each clock's times."""
    exercise_ns: int | None = None
    link_ns: int | None = None
    for due in dues:
        if due.exercise_ns is not None and (exercise_ns is None or due.exercise_ns < exercise_ns):
            exercise_ns = due.exercise_ns
        if due.link_ns is not None and (link_ns is None or due.link_ns < link_ns):
            link_ns = due.link_ns
    return Due(exercise_ns, link_ns)


class Room(Protocol):
    """One step of the pipeline. It sees each item of the types it takes, its own output excluded, and returns bodies, which go right only."""

    name: str

    @property
    def takes(self) -> tuple[type, ...]:
        """Types of the bodies that it sees."""
        ...

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """What follows from one item."""
        ...

    def due(self) -> Due:
        """When the room next needs a tick."""
        ...

    def tick(self, now: Now) -> list[Given]:
        """What follows from the passing of time; called when `due()` is reached."""
        ...

    def state(self) -> bytes:
        """All that the room remembers, for a snapshot; no pickle."""
        ...

    def restore(self, state: bytes) -> None:
        """Take up a snapshot of the same commit."""
        ...


class Memoryless:
    """The parts of `Room` that a room without memory or dates shares."""

    def due(self) -> Due:
        """Never."""
        return Due()

    def tick(self, now: Now) -> list[Given]:
        """Nothing follows from time alone."""
        return []

    def state(self) -> bytes:
        """Nothing is remembered."""
        return b""

    def restore(self, state: bytes) -> None:
        """Nothing to take up."""
        assert state == b""
