"""Clocks: link time is the wall clock, exercise time runs piecewise linearly over it; neither ever runs backwards.

The wall clock may be set while a node runs, so link time follows the monotonic clock from one reading of the wall clock on and is drawn towards
the wall clock by at most 500 parts in a million (as time daemons slew); a jump of more than a second forwards is taken at once, a backward one
never.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from bongsu.base.errors import BadInput
from bongsu.base.limits import EXERCISE_SPEED
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.head import Now

_JUMP_NS = NANOSECONDS_PER_SECOND
_SLEW_PER_NS = 5.0e-4

_ANCHORS_COUNT = 64  # a drill of three acts orders a dozen paces; older ones are over
_TIMED = frozenset({"startex", "pace", "pause", "resume", "hold", "jump", "endex"})
_FROZEN = frozenset({"pause", "hold", "endex"})


class Clock(Protocol):
    """Both clocks of a node."""

    def now(self) -> Now:
        """The times now."""
        ...

    def link_ns_of(self, exercise_ns: int) -> int | None:
        """When exercise time will come to this, in link time, as things stand; None: not while the exercise is paused."""
        ...


class LinkClock:
    """Nanoseconds UTC that never run backwards. See the head of this file."""

    def __init__(
        self, wall_ns: Callable[[], int] = time.time_ns, steady_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._wall_ns = wall_ns
        self._steady_ns = steady_ns
        self._lock = threading.Lock()
        self._steady_last = steady_ns()
        self._last = wall_ns()

    def shifted(self, shift_ns: Callable[[], int]) -> LinkClock:
        """Another over the same machine, whose wall clock is wrong by what `shift_ns` says at the time."""
        return LinkClock(lambda: self._wall_ns() + shift_ns(), self._steady_ns)

    def now_ns(self) -> int:
        """Link time; callable from any thread."""
        with self._lock:
            return self._read()

    def _read(self) -> int:
        steady = self._steady_ns()
        passed = max(steady - self._steady_last, 0)
        self._steady_last = steady
        expected = self._last + passed
        ahead = self._wall_ns() - expected
        if ahead <= _JUMP_NS:
            slew = int(passed * _SLEW_PER_NS)
            ahead = max(-slew, min(slew, ahead))
        self._last = max(expected + ahead, self._last)
        return self._last


class SystemClock:
    """Real time: both clocks are link time."""

    def __init__(self, link: LinkClock | None = None) -> None:
        self._link = link or LinkClock()

    def now(self) -> Now:
        """The times now."""
        link_ns = self._link.now_ns()
        return Now(link_ns, link_ns)

    def link_ns_of(self, exercise_ns: int) -> int | None:
        """The same."""
        return exercise_ns


class ScaledClock:
    """Exercise time as exercise control orders it: from each order's link time on it runs from the order's exercise time at its speed.

    An order whose link time is still to come takes effect then. Before the first order exercise time stands at its `exercise_ns`.
    `pause`, `hold` and `endex` stop it whatever their speed. An order that would set it back lets it stand until it is caught up.

    While it stands by itself (`stand`: HOLD) orders are noted and take effect when it goes on. A clock that is wrong on purpose (`set_wrong`) is wrong
    in the link time that it tells, as that of a node whose wall clock is set so, not in its exercise time. An order of another kind, such as a word to
    the players, changes nothing.

    A feed that says how far it has told everything (`hold_at`) holds exercise time there: a line that comes some milliseconds late, seconds of
    the exercise at 120 x, must not make its sensor seem silent.
    """

    def __init__(self, exercise_ns: int, link: LinkClock | None = None, offset_ns: int = 0) -> None:
        self._link = link or LinkClock()
        self._wrong_by_ns = offset_ns
        self._told = self._link.shifted(lambda: self._wrong_by_ns)
        self._standing_ns: int | None = None
        self._lock = threading.RLock()
        self._anchors: list[tuple[int, int, float]] = []
        self._start_ns = exercise_ns
        self._newest_ns = exercise_ns
        self._held_ns: int | None = None

    def hold_at(self, exercise_ns: int) -> None:
        """Exercise time does not pass this until a later one is told; an earlier one changes nothing."""
        with self._lock:
            self._held_ns = exercise_ns if self._held_ns is None else max(self._held_ns, exercise_ns)

    def order(self, order: ExerciseOrder) -> None:
        """Take an order of exercise control. Raises `BadInput` for a speed outside its range."""
        check_speed(order.speed)
        if order.order not in _TIMED:
            return
        speed = 0.0 if order.order in _FROZEN else order.speed
        with self._lock:
            self._anchors = [anchor for anchor in self._anchors if anchor[0] < order.link_ns][-_ANCHORS_COUNT:]
            self._anchors.append((order.link_ns, order.exercise_ns, speed))

    def now(self) -> Now:
        """The times now."""
        with self._lock:
            link_ns = self._link.now_ns()
            exercise_ns = self.exercise_ns_at(link_ns)
            if self._held_ns is not None:
                exercise_ns = min(exercise_ns, self._held_ns)
            if self._standing_ns is not None:
                exercise_ns = min(exercise_ns, self._standing_ns)
            self._newest_ns = max(self._newest_ns, exercise_ns)
            return Now(self._newest_ns, self._told.now_ns())

    def set_wrong(self, offset_ns: int) -> None:
        """The wall clock is wrong by this from now on."""
        with self._lock:
            self._wrong_by_ns = offset_ns

    def stand(self, standing: bool) -> None:
        """HOLD: exercise time stands from now on, or goes on with the orders as they are then."""
        with self._lock:
            self._standing_ns = self.now().exercise_ns if standing else None

    def exercise_ns_at(self, link_ns: int) -> int:
        """Exercise time at a link time by the orders known now."""
        past = [anchor for anchor in self._anchors if anchor[0] <= link_ns]
        if not past:
            return self._start_ns
        begun_ns, exercise_ns, speed = past[-1]
        return exercise_ns + int((link_ns - begun_ns) * speed)

    def link_ns_of(self, exercise_ns: int) -> int | None:
        """When exercise time comes to `exercise_ns` as ordered now; None: never while it stands still."""
        with self._lock:
            link_ns = self._link_ns_of(exercise_ns)
            return None if link_ns is None else link_ns + self._told.now_ns() - self._link.now_ns()

    def _link_ns_of(self, exercise_ns: int) -> int | None:
        link_ns = self._link.now_ns()
        if exercise_ns <= self._newest_ns:
            return link_ns
        limits = (self._held_ns, self._standing_ns)
        if any(limit_ns is not None and exercise_ns > limit_ns for limit_ns in limits):
            return None
        place = max((k for k, anchor in enumerate(self._anchors) if anchor[0] <= link_ns), default=0)
        for k in range(place, len(self._anchors)):
            begun_ns, from_ns, speed = self._anchors[k]
            if speed <= 0.0:
                continue
            comes_ns = max(begun_ns + int((exercise_ns - from_ns) / speed), begun_ns, link_ns)
            if k + 1 == len(self._anchors) or comes_ns < self._anchors[k + 1][0]:
                return comes_ns
        return None


class VirtualClock:
    """A clock that stands where it is put: for tests, and for runs in virtual time. Link time equals exercise time."""

    def __init__(self, time_ns: int) -> None:
        self._now = Now(time_ns, time_ns)

    def now(self) -> Now:
        """The times now."""
        return self._now

    def link_ns_of(self, exercise_ns: int) -> int | None:
        """The same."""
        return exercise_ns

    def advance_to(self, time_ns: int) -> None:
        """Go forward to a time; an earlier one is our fault."""
        assert time_ns >= self._now.link_ns, "time does not run backwards"
        self._now = Now(time_ns, time_ns)


def check_speed(speed: float) -> None:
    """Raises `BadInput` for a speed that no exercise may have."""
    if not 0.0 <= speed <= EXERCISE_SPEED:
        raise BadInput(f"an exercise cannot run at speed {speed}", f"give 0 to {EXERCISE_SPEED:g}", "speed")
