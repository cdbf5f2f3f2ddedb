"""Carries a picture from the core's thread to the pages' event loop: the one place where the two meet."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from bongsu.model.configuration import Configuration
from bongsu.model.head import Item, Now
from bongsu.views.picture import Picture
from bongsu.views.shape import PictureView


class PictureFeed:
    """A `PictureSource` that the core's thread fills.

    `push` may be called on any one thread and costs it the fold alone; `view`, `now`, `changes` and `close` belong to the event loop
    (`close` to any thread). `clock` gives the node's times, `configuration` is what it knows of itself before its first item.
    """

    def __init__(self, clock: Callable[[], Now], configuration: Configuration | None = None) -> None:
        self._clock = clock
        self._picture = Picture(configuration)
        self._lock = threading.Lock()
        self._waiters: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._closed = False

    def push(self, items: Iterable[Item[Any]]) -> None:
        """Fold what the core has just made."""
        with self._lock:
            for item in items:
                self._picture.apply(item)
        self._wake()

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
