"""Exercise time over link time in virtual time: a clock that may stand still, and what is to happen by it.

Link time always runs; each nation, and exercise control, has an exercise time of its own, for a node that hears of a real
event stands still while another still plays. What is entered by exercise time waits for as long as that stands.
"""

from bongsu.drill.agenda import Action, Agenda


class ExerciseClock:
    """Exercise time runs with link time from the last change on, or stands."""

    def __init__(self, link_ns: int, exercise_ns: int) -> None:
        self._link_ns = link_ns
        self._exercise_ns = exercise_ns
        self.running = True

    def exercise_ns_at(self, link_ns: int) -> int:
        """Exercise time at a link time, which is not before the last change."""
        return self._exercise_ns + (max(link_ns - self._link_ns, 0) if self.running else 0)

    def link_ns_of(self, exercise_ns: int) -> int | None:
        """When exercise time comes to this; None: not while it stands."""
        if exercise_ns <= self._exercise_ns:
            return self._link_ns
        return self._link_ns + exercise_ns - self._exercise_ns if self.running else None

    def set(self, link_ns: int, exercise_ns: int, running: bool) -> None:
        """From this link time on; exercise time never runs backwards."""
        self._exercise_ns = max(exercise_ns, self.exercise_ns_at(link_ns))
        self._link_ns = link_ns
        self.running = running


class Timeline:
    """What is to happen by one exercise clock; without a clock, by link time."""

    def __init__(self, start_ns: int, clock: ExerciseClock | None = None) -> None:
        self.agenda = Agenda(start_ns)
        self.clock = clock

    def at(self, time_ns: int, action: Action) -> None:
        """Enter an action by this timeline's own time."""
        self.agenda.at(time_ns, action)

    def next_link_ns(self, link_ns: int) -> int | None:
        """Link time of the next action, not before now; None: nothing is entered, or its time stands still."""
        next_ns = self.agenda.next_ns
        if next_ns is not None and self.clock is not None:
            next_ns = self.clock.link_ns_of(next_ns)
        return None if next_ns is None else max(next_ns, link_ns)
