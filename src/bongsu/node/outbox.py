"""When may what follows from a step leave: messages, acknowledgements, confirmations.

Messages of the latest lane leave at once; prompt ones, what leaves by an exit, and receipts, when the record holds them on disk: a receipt says
"stored". A partner's message is acknowledged and a command confirmed when its own entry is on disk. While the disk fails, or does not answer,
warnings leave all the same, and the world is told (`Health`); nothing is acknowledged.
"""

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from time import monotonic
from typing import Any

from bongsu.base.limits import DISK_PATIENCE_S
from bongsu.core.exchange.exits import EXITS
from bongsu.model.head import Item
from bongsu.model.message import Lane, Outgoing, Release

Then = Callable[[], None]


class Outbox:
    """Lives on one thread, that of the node's loop. `leave` takes each message exactly once; `now_s` tells how long one has waited."""

    def __init__(self, leave: Callable[[Outgoing | Release], None], now_s: Callable[[], float] = monotonic) -> None:
        self._leave = leave
        self._now_s = now_s
        self._durable = 0
        self._failing = False
        self.unrecorded_count = 0
        self._messages: deque[tuple[int, float, Outgoing | Release]] = deque()
        self._thens: deque[tuple[int, Then]] = deque()

    @property
    def waiting_count(self) -> int:
        """Messages and callers that wait for the disk."""
        return len(self._messages) + len(self._thens)

    @property
    def is_late(self) -> bool:
        """Whether a message has waited longer for the disk than a warning may."""
        return bool(self._messages) and self._now_s() - self._messages[0][1] > DISK_PATIENCE_S

    def stepped(self, number: int, items: Iterable[Item[Any]], then: Then | None = None) -> None:
        """A step has ended with entry `number`; `then` is called once that is on disk."""
        for item in items:
            if isinstance(item.body, Outgoing):
                if item.body.kind == "receipt":
                    self._thens.append((number, partial(self._leave, item.body)))
                elif item.body.lane is Lane.LATEST:
                    self._leave(item.body)
                else:
                    self._messages.append((number, self._now_s(), item.body))
            elif isinstance(item.body, Release) and item.body.recipient in EXITS:
                self._messages.append((number, self._now_s(), item.body))
        if then is not None:
            self._thens.append((number, then))
        self._release()

    def durable(self, number: int) -> None:
        """Everything up to entry `number` is on disk."""
        self._durable = max(self._durable, number)
        self._release()

    def disk(self, failing: bool) -> None:
        """The disk has begun or ceased to fail. `unrecorded_count` tells how many messages have left since the start without being on it."""
        self._failing = failing
        self._release()

    def _release(self) -> None:
        while self._messages and (self._failing or self._messages[0][0] <= self._durable):
            self.unrecorded_count += self._messages[0][0] > self._durable
            self._leave(self._messages.popleft()[2])
        while self._thens and self._thens[0][0] <= self._durable:
            self._thens.popleft()[1]()
