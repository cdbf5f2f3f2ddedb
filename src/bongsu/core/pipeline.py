"""The order of the rooms and the one loop that drives them.

An input item enters at its door and goes right: each room sees, in order, every item made so far of the types that it takes, and what it
returns is seen only by the rooms right of it. Heads are minted here and nowhere else.

    screen > track > estimate > link (receive) > desk > warn > alert > issue > notices > alarm > consult > statements > release > send
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from bongsu.base.ids import IdCounter
from bongsu.base.limits import CAUSES_COUNT
from bongsu.core.room import Caused, Due, Given, Memoryless, Room, earliest
from bongsu.model.bodies import Body, Input
from bongsu.model.configuration import Configuration
from bongsu.model.head import Head, Item, Now
from bongsu.model.label import Label, join
from bongsu.model.tick import Tick


class Snapshot(msgspec.Struct, frozen=True):
    """What a pipeline and its rooms remember after input number `count`."""

    count: int
    now: Now
    rooms: dict[str, bytes]


class Pipeline:
    """The rooms of one node in their order, deterministic: the same configuration and inputs give the same items."""

    def __init__(self, configuration: Configuration, rooms: Sequence[Room]) -> None:
        self._configuration = configuration
        self._rooms = tuple(rooms)
        # Nouns have no subclasses, so a look into a set tells what a room takes.
        self._doors = tuple((room, frozenset(room.takes), _has_dates(room)) for room in rooms)
        self._dated = tuple(room for room, _, dated in self._doors if dated)
        self._ids = IdCounter(configuration.node, configuration.epoch)
        self._now = Now(0, 0)

    @property
    def now(self) -> Now:
        """The times of the newest input; neither clock ever runs backwards here."""
        return self._now

    def step(self, now: Now, body: Input) -> list[Item[Any]]:
        """Handle one input at `now`; the input's own item comes first, then what follows, in order of making.

        Neither clock runs backwards for the rooms. An input that others have overtaken keeps its own link time in its head, so that the record tells
        how long it waited.
        """
        entered_ns = now.link_ns
        self._now = now = Now(max(now.exercise_ns, self._now.exercise_ns), max(entered_ns, self._now.link_ns))
        items = [self._mint(body, (), Now(now.exercise_ns, entered_ns))]
        ticking = isinstance(body, Tick)
        for room, takes, dated in self._doors:
            fresh: list[Item[Any]] = []
            for item in items:
                if type(item.body) in takes:
                    fresh += [self._mint(given, (item.head,), now) for given in room.handle(item, now)]
            if ticking and dated and room.due().reached(now):
                fresh += [self._mint(given, (items[0].head,), now) for given in room.tick(now)]
            items += fresh
        return items

    def due(self) -> Due:
        """The earliest time at which some room needs a tick."""
        return earliest(room.due() for room in self._dated)

    def snapshot(self) -> Snapshot:
        """Everything remembered, for a restart from here."""
        return Snapshot(self._ids.count, self._now, {room.name: room.state() for room in self._rooms})

    def restore(self, snapshot: Snapshot) -> None:
        """Take up a snapshot of the same commit and configuration."""
        self._ids.count = snapshot.count
        self._now = snapshot.now
        for room in self._rooms:
            room.restore(snapshot.rooms[room.name])

    def _mint(self, given: Given, causes: tuple[Head, ...], now: Now) -> Item[Any]:
        origin = self._configuration.node
        event_ns: int | None = None
        label: Label | None = None
        body: Body
        if isinstance(given, Caused):
            causes = causes + given.causes
            origin = given.origin or origin
            event_ns, label = given.event_ns, given.label
            body = given.body
        else:
            body = given
        if event_ns is None:
            spoken_of = getattr(body, "time_ns", None)
            event_ns = spoken_of if isinstance(spoken_of, int) else now.exercise_ns
        if label is None and causes:
            label = join(cause.label for cause in causes)
        head = Head(
            id=self._ids.mint(),
            event_ns=event_ns,
            receipt_ns=now.exercise_ns,
            link_ns=now.link_ns,
            origin=origin,
            mode=self._configuration.mode,
            exercise=self._configuration.exercise,
            causes=tuple(dict.fromkeys(cause.id for cause in causes))[-CAUSES_COUNT:],
            label=label if label is not None else self._configuration.label,
        )
        return Item(head, body)


def _has_dates(room: Room) -> bool:
    """Whether a room can ever be due: asking the others at each step would only cost time."""
    due: object = type(room).due
    return due is not Memoryless.due
