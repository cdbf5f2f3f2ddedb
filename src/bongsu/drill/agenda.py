"""What is to happen when, in virtual time: one queue for a whole drill. Things of one moment happen in the order in which they were entered."""

import heapq
from collections.abc import Callable

Action = Callable[[], None]


class Agenda:
    """A queue of (time, action); `now_ns` is the time of the action that runs, or ran last."""

    def __init__(self, now_ns: int) -> None:
        self.now_ns = now_ns
        self._entries: list[tuple[int, int, Action]] = []
        self._count = 0

    def at(self, time_ns: int, action: Action) -> None:
        """Enter an action; what should have happened before happens now."""
        self._count += 1
        heapq.heappush(self._entries, (max(time_ns, self.now_ns), self._count, action))

    @property
    def next_ns(self) -> int | None:
        """When the next action is; None: nothing is entered."""
        return self._entries[0][0] if self._entries else None

    def step(self) -> None:
        """Go to the next action and do it."""
        self.now_ns, _, action = heapq.heappop(self._entries)
        action()
