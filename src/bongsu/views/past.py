"""What a picture was: snapshots of it, and the items between them, in bounded memory."""

from collections.abc import Iterable
from typing import Any

import msgspec

from bongsu.base.limits_console import (
    PAST_ITEMS_COUNT,
    PAST_SNAPSHOT_ITEMS_COUNT,
    PAST_SNAPSHOT_S,
    PAST_SNAPSHOTS_COUNT,
)
from bongsu.base.units import seconds_to_ns
from bongsu.model.head import Item
from bongsu.views.picture import TAKEN, Picture


class Stretch(msgspec.Struct):
    """A picture as it was after entry `number` of the record, and what followed until the next one.

    `items` None: no longer in memory; the record has them.
    """

    picture: Picture
    number: int
    items: list[Item[Any]] | None

    @property
    def begin_ns(self) -> int:
        """Exercise time of the picture."""
        return self.picture.now.exercise_ns


class Past:
    """Takes every item before the picture takes it up. Gives the stretch in which a moment lies.

    Remembers snapshots PAST_SNAPSHOT_S of link time apart (sooner where much is said) and the items after each. Bounds: on too many items the
    oldest stretches keep only their snapshot, on too many of those every other one goes: the further back, the longer the record has to be read.
    """

    def __init__(self) -> None:
        self._stretches: list[Stretch] = []
        self._items_count = 0
        self._begun_link_ns = 0
        self.begin_ns: int | None = None
        """Exercise time of the first item; None before it."""

    def note(self, picture: Picture, item: Item[Any], number: int) -> None:
        """`picture` is about to take `item` up; `number` is the newest entry of the record before the step that made it."""
        if self.begin_ns is None:
            self.begin_ns = item.head.receipt_ns
        newest = self._stretches[-1] if self._stretches else None
        # Only between steps: a stretch begins after an entry whose whole step the picture holds.
        if newest is None or (number != newest.number and self._is_full(newest, item)):
            self._begun_link_ns = item.head.link_ns
            newest = Stretch(picture.fork(), number, [])
            self._stretches.append(newest)
            self._keep_within()
        if isinstance(item.body, TAKEN) and newest.items is not None:
            newest.items.append(item)
            self._items_count += 1

    def _is_full(self, stretch: Stretch, item: Item[Any]) -> bool:
        late = item.head.link_ns - self._begun_link_ns >= seconds_to_ns(PAST_SNAPSHOT_S)
        return late or stretch.items is None or len(stretch.items) >= PAST_SNAPSHOT_ITEMS_COUNT

    def stretch(self, exercise_ns: int) -> Stretch | None:
        """The last stretch that begins no later; None: before the first."""
        for stretch in reversed(self._stretches):
            if stretch.begin_ns <= exercise_ns:
                return stretch
        return None

    def _keep_within(self) -> None:
        whole = [stretch for stretch in self._stretches if stretch.items is not None]
        while len(whole) > 1 and (self._items_count > PAST_ITEMS_COUNT or len(whole) > PAST_SNAPSHOTS_COUNT):
            oldest = whole.pop(0)
            self._items_count -= len(oldest.items or ())
            oldest.items = None
        bare = len(self._stretches) - len(whole)
        if bare > PAST_SNAPSHOTS_COUNT:
            self._stretches = self._stretches[:bare:2] + self._stretches[bare:]


def replayed(picture: Picture, items: Iterable[Item[Any]], until_ns: int) -> Picture:
    """The picture, which is changed, after all items that were received no later than exercise time `until_ns`."""
    for item in items:
        if item.head.receipt_ns > until_ns:
            break
        picture.apply(item)
    return picture
