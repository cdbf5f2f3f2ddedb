"""One nation's node in virtual time: what comes in, what leaves, when it needs a tick, and its scripted persons."""

from functools import partial
from typing import TYPE_CHECKING, Any

from bongsu.adapters.feeds import Fed, Intake
from bongsu.adapters.identity import Signer
from bongsu.base.units import seconds_to_ns
from bongsu.core.inform.lifecycle import OPEN
from bongsu.core.room import Due
from bongsu.drill.lifters import Lifters
from bongsu.drill.operators import Operators
from bongsu.drill.timelines import ExerciseClock, Timeline
from bongsu.model.bodies import Input
from bongsu.model.configuration import Configuration
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.head import Item, Now
from bongsu.model.health import Health
from bongsu.model.hold import Hold
from bongsu.model.message import Outgoing, Received
from bongsu.model.parcel import Arrival
from bongsu.model.tick import Tick
from bongsu.model.warning import Warning
from bongsu.node.signing import parcel_of

if TYPE_CHECKING:
    from bongsu.drill.virtual import Core, VirtualDrill

_LEAST_NS = 1_000
"""Least time between two ticks of a node: a room that is due again at once cannot hold time still."""


class Nation:
    """See the head of this file. Its `timeline` runs by its own exercise time, which may stand; `offset_ns` is by how much its clock is wrong."""

    def __init__(self, drill: "VirtualDrill", settings: Configuration, signer: Signer, operators: Operators) -> None:
        self.settings = settings
        self.open_warnings: dict[str, bool] = {}
        self.operators = operators
        self.offset_ns = 0
        start_ns = drill.link.agenda.now_ns
        self.clock = ExerciseClock(start_ns, start_ns)
        self.timeline = Timeline(start_ns, self.clock)
        self._drill = drill
        self._signer = signer
        self._end = drill.network.end(settings.node)
        self._intake = Intake(settings.sensors, self._fed, lambda: self._now().link_ns)
        self._due_ns: dict[str, int | None] = {}
        self._ticked = Now(0, 0)
        self._due = Due()
        self._core: Core | None = None
        self._lifters = Lifters(drill.program.scenario, settings.node)

    def start(self) -> None:
        """Come up, at first or again."""
        self._core = self._drill.open_core(self.settings, self._signer, self._now())
        self._due_ns = {}
        self._end.open(self._arrived, self._health)
        self._plan()

    def crash(self) -> None:
        """Die without a word; what is in the record stays."""
        if self._core is not None:
            self._core.close()
            self._core = None
            self._end.close()

    def feed(self, lines: list[bytes]) -> None:
        """Lines of the nation's sensors; while the node is down nobody listens."""
        if self._core is not None:
            self._intake.take(lines)

    def order(self, order: ExerciseOrder) -> None:
        """An order of exercise control, recorded by the node as in a live drill."""
        if self._core is not None:
            self._step(order)

    def put(self, body: Input) -> None:
        """Any other input from outside; a node that is down takes none."""
        if self._core is not None:
            self._step(body)

    def close(self) -> None:
        """Seal the record."""
        if self._core is not None:
            self._core.close()

    def settled(self) -> bool:
        """Whether none of its warnings is open and no scripted person is about to act."""
        return not self.open_warnings and self.operators.next_ns() is None

    def _now(self) -> Now:
        link_ns = self._drill.now_ns
        return Now(self.clock.exercise_ns_at(link_ns), link_ns + self.offset_ns)

    def _fed(self, body: Fed) -> None:
        self._step(body)

    def _health(self, health: Health) -> None:
        self._step(health)

    def _arrived(self, arrival: Arrival) -> None:
        self._step(Received(claimed=arrival.claimed, lane=arrival.lane, envelope=arrival.envelope))
        arrival.stored()

    def _step(self, body: Input) -> None:
        assert self._core is not None
        items = self._core.step(self._now(), body)
        for item in items:
            made: Any = item.body
            if isinstance(made, Outgoing):
                self._send(made)
            elif isinstance(made, Hold):
                self._hold(item)
            elif isinstance(made, Warning) and item.head.origin == self.settings.node:
                self._note(made)
        self.operators.see(items)
        self._plan()

    @property
    def stands(self) -> bool:
        """Whether a HOLD stands here, ours or a partner's."""
        return self._lifters.stands

    def _hold(self, item: Item[Hold]) -> None:
        """Exercise time stands here while a HOLD stands, ours or a partner's."""
        follows = self._lifters.see(item)
        now_ns = self._drill.now_ns
        running = not self.stands and self._drill.clock.running
        self.clock.set(now_ns, self.clock.exercise_ns_at(now_ns), running=running)
        for delay_s, command in follows:
            self._drill.link.at(now_ns + seconds_to_ns(delay_s), partial(self.put, command))
        self._drill.held()

    def _send(self, outgoing: Outgoing) -> None:
        self._end.offer(parcel_of(outgoing, self.settings, self._signer), lambda _message: None)

    def _note(self, warning: Warning) -> None:
        if warning.status in OPEN:
            self.open_warnings[warning.warning] = True
        else:
            self.open_warnings.pop(warning.warning, None)

    def _plan(self) -> None:
        """Enter the next tick by either clock, and the next act of a scripted person, if they come sooner than what is entered."""
        if self._core is None:
            return
        due = self._due = self._core.due()
        if due.exercise_ns is not None:
            self._enter("exercise", max(due.exercise_ns, self._ticked.exercise_ns + _LEAST_NS), self.timeline)
        if due.link_ns is not None:
            time_ns = max(due.link_ns, self._ticked.link_ns + _LEAST_NS) - self.offset_ns
            self._enter("link", time_ns, self._drill.link)
        act_ns = self.operators.next_ns()
        if act_ns is not None:
            self._enter("act", act_ns, self.timeline)

    def _enter(self, what: str, time_ns: int, timeline: Timeline) -> None:
        entered_ns = self._due_ns.get(what)
        if entered_ns is None or time_ns < entered_ns:
            self._due_ns[what] = time_ns
            timeline.at(time_ns, lambda: self._happens(what, time_ns))

    def _happens(self, what: str, time_ns: int) -> None:
        if self._due_ns.get(what) != time_ns or self._core is None:
            return
        self._due_ns[what] = None
        if what == "act":
            for command in self.operators.take(self._now().exercise_ns):
                self._step(command)
        # Whatever changes what is due is a step, and each step plans anew.
        elif self._due.reached(self._now()):
            self._ticked = self._now()
            self._step(Tick())
        self._plan()


def clock_ns(offset_s: float) -> int:
    """An offset in nanoseconds, of either sign."""
    return seconds_to_ns(abs(offset_s)) * (1 if offset_s >= 0.0 else -1)
