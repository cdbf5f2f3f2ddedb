"""The one thread on which a live node's core runs.

Inputs come in with the times at which they were put there; what follows is handed to `stepped` on this thread. When nothing comes the thread
sleeps until a room is next due; what is due in link time goes before waiting inputs, so that no burst of plots can stop a heartbeat.

Two queues: what sensors and exercise control say, in its order; and before it all else, as a retraction or a partner's warning must not wait for
estimates: at most for the one step that has begun. Exercise time follows the first queue: neither a tick nor what overtakes comes from beyond what
still waits there. On overload the oldest looks are dropped, counted and told as `Dropped`; commands and partners' bytes never.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Any

import msgspec

from bongsu.adapters.clock import Clock
from bongsu.base.limits import DROPPED_TOLD_S, QUEUE_COUNT, TICK_LEAST_S
from bongsu.base.units import ns_to_seconds, seconds_to_ns
from bongsu.model.bodies import Input
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.head import Item, Now
from bongsu.model.health import Dropped
from bongsu.model.scan import RawScan
from bongsu.model.sensor import SensorStatus
from bongsu.model.tick import Tick
from bongsu.node.engine import Engine

_TICK_LEAST_NS = seconds_to_ns(TICK_LEAST_S)
_DROPPED_TOLD_NS = seconds_to_ns(DROPPED_TOLD_S)

_IN_TURN = (RawScan, SensorStatus, ExerciseOrder, Dropped)
"""What keeps its order among itself and is overtaken by all else."""

Then = Callable[[list[Item[Any]]], None]
"""Called with the items of its step once they are on disk."""


class Stepped(msgspec.Struct, frozen=True):
    """One step: what was made, the number of its last entry, who waits for that to be on disk."""

    items: list[Item[Any]]
    number: int
    then: Then | None


class Counters(msgspec.Struct):
    """What the core has done: for status lines and measurements."""

    steps: int = 0
    ticks: int = 0
    dropped: int = 0
    queue_most: int = 0
    step_longest_ms: float = 0.0
    work_s: float = 0.0


class CoreThread:
    """See the head of this file. `failed` is called on this thread, with the error, when the core breaks: then the node must end."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        stepped: Callable[[Stepped], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self.counters = Counters()
        self._engine = engine
        self._clock = clock
        self._stepped = stepped
        self._failed = failed
        self._first: deque[tuple[Now, Input, Then | None]] = deque()
        self._queue: deque[tuple[Now, Input, Then | None]] = deque()
        self._lock = threading.Condition()
        self._ending = False
        self._dropped = 0
        self._dropped_told_ns = 0
        self._ticked_ns = 0
        self._thread = threading.Thread(target=self._run, name="core", daemon=True)

    def start(self) -> None:
        """Begin to step."""
        self._thread.start()

    def put(self, body: Input, then: Then | None = None) -> None:
        """Enter an input; callable from any thread, never waits."""
        with self._lock:
            queue = self._queue if isinstance(body, _IN_TURN) else self._first
            queue.append((self._clock.now(), body, then))
            waiting = len(self._first) + len(self._queue)
            if waiting > QUEUE_COUNT:
                self._drop_oldest_look()
            self.counters.queue_most = max(self.counters.queue_most, waiting)
            self._lock.notify()

    def wake(self) -> None:
        """The clock has been told otherwise: see again when the next tick is due."""
        with self._lock:
            self._lock.notify()

    def end(self) -> None:
        """Step what waits, seal the record, and return when it is written."""
        with self._lock:
            self._ending = True
            self._lock.notify()
        self._thread.join()

    def _drop_oldest_look(self) -> None:
        for place, (_, body, _) in enumerate(self._queue):
            if isinstance(body, RawScan):
                del self._queue[place]
                self._dropped += 1
                self.counters.dropped += 1
                return

    def _run(self) -> None:
        sys.setswitchinterval(0.001)  # the loop's thread must not wait 5 ms for the interpreter while rooms compute
        try:
            while self._once():
                pass
            self._engine.close()
        except BaseException as error:
            self._failed(error)

    def _once(self) -> bool:
        """Sleep until there is something to do, and do one step. False: the end."""
        with self._lock:
            while not self._waits() and not self._ending:
                wait_s = self._wait_s()
                if wait_s is not None and wait_s <= 0.0:
                    break
                self._lock.wait(wait_s)
            if self._ending and not self._waits():
                return False
        now = self._now()
        if self._is_due(now):
            self._ticked_ns = now.link_ns
            self.counters.ticks += 1
            self._step(now, Tick(), None)
        elif self._dropped and now.link_ns - self._dropped_told_ns >= _DROPPED_TOLD_NS:
            with self._lock:
                count, self._dropped = self._dropped, 0
            self._dropped_told_ns = now.link_ns
            self._step(now, Dropped(what="looks", count=count), None)
        else:
            entered = self._next()
            if entered is not None:
                self._step(*entered)
        return True

    def _waits(self) -> bool:
        return bool(self._first or self._queue)

    def _next(self) -> tuple[Now, Input, Then | None] | None:
        with self._lock:
            if not self._first:
                return self._queue.popleft() if self._queue else None
            now, body, then = self._first.popleft()
            exercise_ns = min(now.exercise_ns, self._queue[0][0].exercise_ns) if self._queue else now.exercise_ns
            return Now(exercise_ns, now.link_ns), body, then

    def _now(self) -> Now:
        """Link time as it is; exercise time as of the oldest look that waits."""
        with self._lock:
            now = self._clock.now()
            return Now(self._queue[0][0].exercise_ns, now.link_ns) if self._queue else now

    def _step(self, now: Now, body: Input, then: Then | None) -> None:
        begun_s = perf_counter()
        items = self._engine.step(now, body)
        took_s = perf_counter() - begun_s
        counters = self.counters
        counters.steps += 1
        counters.work_s += took_s
        counters.step_longest_ms = max(counters.step_longest_ms, took_s * 1e3)
        self._stepped(Stepped(items, self._engine.number, then))

    def _is_due(self, now: Now) -> bool:
        """A room that is due again at once cannot hold time still: ticks keep a least distance."""
        return now.link_ns - self._ticked_ns >= _TICK_LEAST_NS and self._engine.due().reached(now)

    def _wait_s(self) -> float | None:
        """Seconds until a tick is due; None: until something comes."""
        due = self._engine.due()
        times = [] if due.link_ns is None else [due.link_ns]
        if due.exercise_ns is not None:
            comes_ns = self._clock.link_ns_of(due.exercise_ns)
            if comes_ns is not None:
                times.append(comes_ns)
        if not times:
            return None
        now = self._clock.now()  # read last: what has come must not lie ahead of it, or this thread would spin
        return max(ns_to_seconds(max(min(times), self._ticked_ns + _TICK_LEAST_NS) - now.link_ns), 0.0)
