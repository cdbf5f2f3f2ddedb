"""A drill in virtual time: the cores of all nodes in one process over the simulated network, no clock but what is entered.

Sensors' lines take the same way as a live feed's; operators are scripted. Link time runs without end; each nation's exercise time, and exercise
control's own, follows it, or stands: paused, or held. The same scenario and seed give the same records, byte for byte.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import msgspec

from bongsu.adapters.identity import Signer, drill_signer
from bongsu.adapters.store import Durability
from bongsu.base.limits import DRILL_HELD_S, DRILL_SETTLE_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.room import Due
from bongsu.core.rooms import build_pipeline
from bongsu.drill import detections, virtual_injects
from bongsu.drill.network import Line, SimulatedNetwork
from bongsu.drill.operators import Operators, StandsOn
from bongsu.drill.program import Occasion, Program
from bongsu.drill.scenario import Scenario
from bongsu.drill.settings import configuration
from bongsu.drill.timelines import ExerciseClock, Timeline
from bongsu.drill.truth import Flight
from bongsu.drill.virtual_nation import Nation
from bongsu.model.bodies import Input
from bongsu.model.configuration import Configuration
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.head import Item, Now
from bongsu.model.mode import Mode
from bongsu.node.engine import open_engine

_SETTLE_STEP_NS = seconds_to_ns(1.0)
"""Spacing of the looks at whether everything has settled."""

Progress = Callable[[int, int], None]
"""Hears of exercise time now, and of when it ends."""


class Core(Protocol):
    """A node's core, with or without a record behind it."""

    def step(self, now: Now, body: Input) -> list[Item[Any]]:
        """Handle one input; its own item comes first."""
        ...

    def due(self) -> Due:
        """When it next needs a tick."""
        ...

    def close(self) -> None:
        """The end."""
        ...


OpenCore = Callable[[Configuration, Signer, Now], Core]
"""Makes the core of a node, or takes it up again where it ended."""


def recorded(folder: Path) -> OpenCore:
    """Cores whose records are written to `folder/NODE`, fast: a run in virtual time can be played again."""

    def open_(settings: Configuration, signer: Signer, now: Now) -> Core:
        return open_engine(
            folder / settings.node,
            settings,
            build_pipeline,
            now,
            lambda content: (signer.key, signer.sign(content)),
            Durability.MEMORY_SPEED,
        )

    return open_


class VirtualDrill:
    """One scenario, from its start until everything has settled. Lines that are not `ordered` let one parcel overtake another.

    `link` is the timeline of link time, `control` that of exercise control: plots, injects and scripted control are entered there.
    """

    def __init__(
        self,
        scenario: Scenario,
        flights: dict[str, Flight],
        seed: int,
        open_core: OpenCore,
        stands_on: StandsOn,
        links_cut: bool = False,
        ordered: bool = True,
    ) -> None:
        self.program = Program(scenario, flights)
        self.link = Timeline(scenario.start_ns)
        self.clock = ExerciseClock(scenario.start_ns, scenario.start_ns)
        self.control = Timeline(scenario.start_ns, self.clock)
        lines = {code: _line(scenario, code, ordered) for code in scenario.codes}
        self.network = SimulatedNetwork(self.link.agenda, lines, seed)
        self.open_core = open_core
        self.ended_ns: int | None = None
        self._seed = seed
        self._encoder = msgspec.json.Encoder()
        self._entered = 0
        signers = {code: drill_signer(seed, code, Mode.EXERCISE) for code in scenario.codes}
        keys = virtual_injects.keys(scenario, signers)
        self.nations = {
            code: Nation(self, configuration(scenario, code, keys), signers[code], Operators(scenario, code, stands_on))
            for code in scenario.codes
        }
        self._timelines = (self.control, *(nation.timeline for nation in self.nations.values()), self.link)
        if links_cut:
            for code in scenario.codes:
                self.network.cut(code)

    @property
    def now_ns(self) -> int:
        """Link time."""
        return self.link.agenda.now_ns

    @property
    def exercise_ns(self) -> int:
        """Exercise control's exercise time."""
        return self.clock.exercise_ns_at(self.now_ns)

    def run(self, progress: Progress) -> None:
        """Play it."""
        for nation in self.nations.values():
            virtual_injects.set_clock(self, nation)
            nation.start()
        self.enter()
        look_ns = self._end_ns
        stood_ns = self.now_ns
        while (chosen := self._next()) is not None:
            time_ns, timeline = chosen
            stood_ns = time_ns if self.clock.running else stood_ns
            exercise_ns = self.clock.exercise_ns_at(time_ns)
            if exercise_ns > self._end_ns + seconds_to_ns(DRILL_SETTLE_S) or time_ns - stood_ns > seconds_to_ns(
                DRILL_HELD_S
            ):
                break
            if exercise_ns > max(look_ns, self._end_ns):
                if self._settled():
                    break
                look_ns = max(look_ns, self._end_ns) + _SETTLE_STEP_NS
            progress(exercise_ns, self._end_ns)
            self.link.agenda.now_ns = time_ns
            timeline.agenda.step()
        for nation in self.nations.values():
            nation.close()

    def enter(self) -> None:
        """Enter what is still to come: at first, and again when the program has changed."""
        self._entered += 1
        entered = self._entered
        for occasion in self.program.occasions(self.exercise_ns if entered > 1 else None):
            self.control.at(occasion.time_ns, partial(self._happens, occasion, entered))
        self._enter_lines(detections.stream(self.program.scenario, self.program.flights, self._seed), entered)

    def held(self) -> None:
        """A nation stands still, or goes on: exercise control stands when all do, and resumes when none does any more."""
        standing = [nation.stands for nation in self.nations.values()]
        if all(standing) and self.clock.running:
            self.link.at(self.now_ns, lambda: self.order("hold", running=False))
        elif not any(standing) and not self.clock.running:
            self.link.at(self.now_ns, lambda: self.order("resume", running=True))
        elif self.clock.running:
            for nation in self.nations.values():
                if not nation.stands and nation.clock.exercise_ns_at(self.now_ns) < self.exercise_ns:
                    nation.clock.set(self.now_ns, self.exercise_ns, True)

    def endex(self) -> None:
        """Nothing that is still to come happens."""
        self.ended_ns = self.exercise_ns
        self._entered += 1

    def order(
        self,
        order: str,
        text: str = "",
        running: bool | None = None,
        exercise_ns: int | None = None,
        only: str | None = None,
    ) -> None:
        """An order of exercise control to every nation or `only` one, which may stop or start exercise time, or set it forward."""
        now_ns = self.now_ns
        told_ns = self.exercise_ns if exercise_ns is None else exercise_ns
        if running is not None:
            for clock in (self.clock, *(nation.clock for nation in self.nations.values())):
                clock.set(now_ns, told_ns, running)
        for code, nation in self.nations.items():
            if only not in (None, code):
                continue
            nation.order(
                ExerciseOrder(
                    order=order,
                    exercise=self.program.scenario.exercise,
                    exercise_ns=told_ns,
                    link_ns=now_ns,
                    speed=1.0 if self.clock.running else 0.0,
                    text=text,
                )
            )

    def _happens(self, occasion: Occasion, entered: int) -> None:
        if entered == self._entered:
            virtual_injects.happens(self, occasion)

    @property
    def _end_ns(self) -> int:
        return self.program.end_ns if self.ended_ns is None else self.ended_ns

    def _next(self) -> tuple[int, Timeline] | None:
        """Link time and timeline of what happens next; exercise control goes first, link time last."""
        chosen: tuple[int, Timeline] | None = None
        for timeline in self._timelines:
            time_ns = timeline.next_link_ns(self.now_ns)
            if time_ns is not None and (chosen is None or time_ns < chosen[0]):
                chosen = (time_ns, timeline)
        return chosen

    def _settled(self) -> bool:
        return self.network.prompt_waiting_count() == 0 and all(nation.settled() for nation in self.nations.values())

    def _enter_lines(self, stream: Iterator[detections.Sent], entered: int) -> None:
        """Hand each nation the lines of one moment together, as one datagram would bring them; lines of the past are seen by nobody."""
        begun_ns = self.exercise_ns if entered > 1 else self.program.scenario.start_ns - 1
        waiting = next(stream, None)

        def enter() -> None:
            nonlocal waiting
            past_ns = max(begun_ns, self.exercise_ns - 1)
            while waiting is not None and waiting.time_ns <= past_ns:
                waiting = next(stream, None)
            if waiting is None:
                return
            first, lines = waiting, []
            while waiting is not None and (waiting.time_ns, waiting.owner) == (first.time_ns, first.owner):
                lines.append(self._encoder.encode(waiting.line))
                waiting = next(stream, None)
            self.control.at(first.time_ns, lambda: deliver(first.owner, lines))

        def deliver(owner: str, lines: list[bytes]) -> None:
            if entered == self._entered:
                self.nations[owner].feed(lines)
                enter()

        enter()


def _line(scenario: Scenario, code: str, ordered: bool) -> Line:
    link = scenario.link(code)
    return Line(seconds_to_ns(link.delay_s), seconds_to_ns(link.jitter_s), link.loss, link.repeat, ordered)
