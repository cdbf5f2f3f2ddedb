"""Carries a picture from the core's thread to the pages' event loop: the one place where the two meet."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any

from bongsu.model.configuration import Configuration
from bongsu.model.head import Item, Now
from bongsu.views.past import Past, replayed
from bongsu.views.picture import Picture
from bongsu.views.shape import PictureView


class PictureFeed:
    """A `Source` that the core's thread fills.

    `push` may be called on any one thread and costs it the fold alone; `view`, `now`, `changes` and `close` belong to the event loop
    (`close` to any thread). `clock` gives the node's times, `configuration` is what it knows of itself before its first item. `recorded` gives the
    items of the record after an entry: what is no longer in memory is read there; without it the past reaches back as far as memory.
    """

    def __init__(
        self,
        clock: Callable[[], Now],
        configuration: Configuration | None = None,
        recorded: Callable[[int], Iterator[Item[Any]]] | None = None,
    ) -> None:
        self._clock = clock
        self._configuration = configuration
        self._picture = Picture(configuration)
        self._past = Past()
        self._recorded = recorded
        self._first_ns: int | None = None
        self._number = 0
        self._lock = threading.Lock()
        self._waiters: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._closed = False

    def push(self, items: Iterable[Item[Any]], number: int | None = None) -> None:
        """Fold what the core has just made, in a step that ended with entry `number` of the record."""
        with self._lock:
            for item in items:
                self._past.note(self._picture, item, self._number)
                self._picture.apply(item)
            self._number = self._number + 1 if number is None else number
        self._wake()

    def restore(self, items: Iterable[Item[Any]], number: int) -> None:
        """After a restart, before the first `push`: the newest items of a record that ends with entry `number`. The past before is the record's."""
        with self._lock:
            for item in items:
                self._picture.apply(item)
            self._number = number
        self._wake()

    def reach(self) -> tuple[int, int] | None:
        """From the record's first item, where there is a record, until now."""
        with self._lock:
            begin_ns, end_ns = self._past.begin_ns, self._picture.now.exercise_ns
        if self._recorded is not None and self._first_ns is None:
            self._first_ns = next((item.head.receipt_ns for item in self._recorded(0)), None)
        first_ns = begin_ns if self._first_ns is None else self._first_ns
        return None if first_ns is None else (first_ns, max(end_ns, first_ns))

    def past(self, exercise_ns: int) -> PictureView:
        """From the nearest snapshot on; the items after it from memory, else from the record."""
        with self._lock:
            stretch = self._past.stretch(exercise_ns)
            items = None if stretch is None or stretch.items is None else list(stretch.items)
        picture = Picture(self._configuration) if stretch is None else stretch.picture.fork()
        if items is None and self._recorded is not None:
            return replayed(picture, self._recorded(0 if stretch is None else stretch.number), exercise_ns).view()
        return replayed(picture, items or (), exercise_ns).view()

    def view(self) -> PictureView:
        """The picture as it stands."""
        with self._lock:
            return self._picture.view()

    def now(self) -> Now:
        """The node's clocks."""
        return self._clock()

    def close(self) -> None:
        """End all streams: the node goes down."""
        self._closed = True
        self._wake()

    async def changes(self) -> AsyncIterator[None]:
        """One entry for each change or several."""
        changed = asyncio.Event()
        self._waiters[changed] = asyncio.get_running_loop()
        try:
            while not self._closed:
                await changed.wait()
                changed.clear()
                if not self._closed:
                    yield
        finally:
            del self._waiters[changed]

    def _wake(self) -> None:
        for changed, loop in list(self._waiters.items()):
            if not loop.is_closed():
                loop.call_soon_threadsafe(changed.set)
