"""A drill in virtual time: the cores of all nodes in one process over the simulated network, one queue of things to happen, no clock.

Sensors' lines take the same way as a live feed's; operators are scripted; link time equals exercise time. The same scenario and seed give the same
records, byte for byte.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import msgspec

from bongsu.adapters.feeds import Fed, Intake
from bongsu.adapters.identity import Signer, drill_signer
from bongsu.adapters.store import Durability
from bongsu.base.limits import DRILL_SETTLE_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.inform.lifecycle import OPEN
from bongsu.core.room import Due
from bongsu.core.rooms import build_pipeline
from bongsu.drill import detections
from bongsu.drill.agenda import Agenda
from bongsu.drill.network import End, Line, SimulatedNetwork
from bongsu.drill.operators import Operators, StandsOn
from bongsu.drill.scenario import Scenario
from bongsu.drill.scenario_schema import LinkCut, NodeCrash
from bongsu.drill.settings import configuration
from bongsu.drill.truth import Flight
from bongsu.model.bodies import Input
from bongsu.model.configuration import Configuration
from bongsu.model.head import Item, Now
from bongsu.model.health import Health
from bongsu.model.message import Outgoing, Received
from bongsu.model.mode import Mode
from bongsu.model.parcel import Arrival, Parcel
from bongsu.model.tick import Tick
from bongsu.model.warning import Warning
from bongsu.node.engine import open_engine
from bongsu.wire.envelope_v1 import seal

_RESTART_NS = seconds_to_ns(1.0)
"""A dead node is started again after a second (DESIGN.md section 4)."""
_LEAST_NS = 1_000
"""Least time between two ticks of a node: a room that is due again at once cannot hold time still."""
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


class Nation:
    """One nation's node in virtual time: what comes in, what leaves, when it needs a tick, and its scripted persons."""

    def __init__(self, drill: "VirtualDrill", settings: Configuration, signer: Signer, operators: Operators) -> None:
        self.settings = settings
        self.open_warnings: dict[str, bool] = {}
        self.operators = operators
        self._drill = drill
        self._agenda = drill.agenda
        self._signer = signer
        self._end: End = drill.network.end(settings.node)
        self._intake = Intake(settings.sensors, self._fed, lambda: self._agenda.now_ns)
        self._tick_ns: int | None = None
        self._ticked_ns = 0
        self._act_ns: int | None = None
        self._due = Due()
        self._core: Core | None = None

    def start(self) -> None:
        """Come up, at first or again."""
        self._core = self._drill.open_core(self.settings, self._signer, self._now())
        self._tick_ns = self._act_ns = None
        self._end.open(self._arrived, self._health)
        self._plan()

    def crash(self) -> None:
        """Die without a word; what is in the record stays."""
        assert self._core is not None
        self._core.close()
        self._core = None
        self._end.close()

    def feed(self, lines: list[bytes]) -> None:
        """Lines of the nation's sensors; while the node is down nobody listens."""
        if self._core is not None:
            self._intake.take(lines)

    def close(self) -> None:
        """Seal the record."""
        if self._core is not None:
            self._core.close()

    def settled(self) -> bool:
        """Whether none of its warnings is open and no scripted person is about to act."""
        return not self.open_warnings and self.operators.next_ns() is None

    def _now(self) -> Now:
        return Now(self._agenda.now_ns, self._agenda.now_ns)

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
            made = item.body
            if isinstance(made, Outgoing):
                self._send(made)
            elif isinstance(made, Warning) and item.head.origin == self.settings.node:
                self._note(made)
        self.operators.see(items)
        self._plan()

    def _send(self, outgoing: Outgoing) -> None:
        settings = self.settings
        envelope = seal(
            outgoing,
            federation=settings.federation,
            mode=settings.mode,
            exercise=settings.exercise,
            issuer=settings.node,
            key=self._signer.key,
            sign=self._signer.sign,
        )
        parcel = Parcel(
            message=outgoing.message,
            issuer=settings.node,
            recipient=outgoing.recipient,
            lane=outgoing.lane,
            subject=outgoing.subject,
            envelope=envelope,
        )
        self._end.offer(parcel, lambda _message: None)

    def _note(self, warning: Warning) -> None:
        if warning.status in OPEN:
            self.open_warnings[warning.warning] = True
        else:
            self.open_warnings.pop(warning.warning, None)

    def _plan(self) -> None:
        """Enter the next tick and the next act of a scripted person, if they come sooner than what is entered."""
        assert self._core is not None
        due = self._due = self._core.due()
        times = [time_ns for time_ns in (due.exercise_ns, due.link_ns) if time_ns is not None]
        if times:
            time_ns = max(min(times), self._ticked_ns + _LEAST_NS)
            if self._tick_ns is None or time_ns < self._tick_ns:
                self._tick_ns = time_ns
                self._agenda.at(time_ns, lambda: self._tick(time_ns))
        act_ns = self.operators.next_ns()
        if act_ns is not None and (self._act_ns is None or act_ns < self._act_ns):
            self._act_ns = act_ns
            self._agenda.at(act_ns, lambda: self._act(act_ns))

    def _tick(self, time_ns: int) -> None:
        if self._tick_ns != time_ns or self._core is None:
            return
        self._tick_ns = None
        self._ticked_ns = self._agenda.now_ns
        # Whatever changes what is due is a step, and each step plans anew.
        if self._due.reached(self._now()):
            self._step(Tick())
        else:
            self._plan()

    def _act(self, time_ns: int) -> None:
        if self._act_ns != time_ns or self._core is None:
            return
        self._act_ns = None
        for command in self.operators.take(self._agenda.now_ns):
            self._step(command)
        self._plan()


class VirtualDrill:
    """One scenario, from its start until everything has settled. Lines that are not `ordered` let one parcel overtake another."""

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
        self.scenario = scenario
        self.agenda = Agenda(scenario.start_ns)
        lines = {code: _line(scenario, code, ordered) for code in scenario.codes}
        self.network = SimulatedNetwork(self.agenda, lines, seed)
        self.open_core = open_core
        self._flights = flights
        self._seed = seed
        self._encoder = msgspec.json.Encoder()
        signers = {code: drill_signer(seed, code, Mode.EXERCISE) for code in scenario.codes}
        keys = tuple(signers[code].public_key() for code in sorted(signers))
        self.nations = {
            code: Nation(self, configuration(scenario, code, keys), signers[code], Operators(scenario, code, stands_on))
            for code in scenario.codes
        }
        if links_cut:
            for code in scenario.codes:
                self.network.cut(code)

    def run(self, progress: Progress) -> None:
        """Play it."""
        end_ns = self.scenario.end_ns(self._flights)
        latest_ns = end_ns + seconds_to_ns(DRILL_SETTLE_S)
        for nation in self.nations.values():
            nation.start()
        self._enter_injects()
        self._enter_lines(detections.stream(self.scenario, self._flights, self._seed))
        look_ns = end_ns
        while (next_ns := self.agenda.next_ns) is not None and next_ns <= latest_ns:
            if next_ns > look_ns:
                if self._settled():
                    break
                look_ns += _SETTLE_STEP_NS
            progress(next_ns, end_ns)
            self.agenda.step()
        for nation in self.nations.values():
            nation.close()

    def _settled(self) -> bool:
        return self.network.prompt_waiting_count() == 0 and all(nation.settled() for nation in self.nations.values())

    def _enter_injects(self) -> None:
        time_ns = self.scenario.time_ns
        for inject in self.scenario.injects:
            if isinstance(inject, LinkCut):
                node = inject.node
                self.agenda.at(time_ns(inject.at_s), lambda node=node: self.network.cut(node))  # type: ignore[misc]
                self.agenda.at(time_ns(inject.until_s), lambda node=node: self.network.heal(node))  # type: ignore[misc]
            elif isinstance(inject, NodeCrash):
                nation = self.nations[inject.node]
                self.agenda.at(time_ns(inject.at_s), nation.crash)
                self.agenda.at(time_ns(inject.at_s) + _RESTART_NS, nation.start)

    def _enter_lines(self, stream: Iterator[detections.Sent]) -> None:
        """Hand each nation the lines of one moment together, as one datagram would bring them."""
        waiting = next(stream, None)

        def enter() -> None:
            nonlocal waiting
            if waiting is None:
                return
            first, lines = waiting, []
            while waiting is not None and (waiting.time_ns, waiting.owner) == (first.time_ns, first.owner):
                lines.append(self._encoder.encode(waiting.line))
                waiting = next(stream, None)
            self.agenda.at(first.time_ns, lambda: deliver(first.owner, lines))

        def deliver(owner: str, lines: list[bytes]) -> None:
            self.nations[owner].feed(lines)
            enter()

        enter()


def _line(scenario: Scenario, code: str, ordered: bool) -> Line:
    link = scenario.link(code)
    return Line(seconds_to_ns(link.delay_s), seconds_to_ns(link.jitter_s), link.loss, link.repeat, ordered)
