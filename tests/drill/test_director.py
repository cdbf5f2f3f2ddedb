"""Control of a live drill without servers: each inject by hand does its work at once, or is refused plainly."""

from __future__ import annotations

import asyncio
import typing
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bongsu.base.errors import BadInput
from bongsu.drill import scenario as scenarios
from bongsu.drill import scenario_schema as kinds
from bongsu.drill.director import Director
from bongsu.drill.pacing import Pace
from bongsu.drill.program import Program
from bongsu.node.control import WrongClock

SCENARIO = scenarios.load("pause-and-postpone")
FLIGHTS = scenarios.solve(SCENARIO)
PERSON = next(one.name for one in SCENARIO.operators if one.node == "kr")


class Watched(Pace):
    """Tells when whoever follows it has nothing more to do now."""

    def __init__(self, link_ns: Callable[[], int]) -> None:
        super().__init__(((SCENARIO.start_ns, 1.0),), 0, link_ns)
        self.idle = asyncio.Event()

    async def wait_change(self, until_ns: int | None = None) -> None:
        self.idle.set()
        await super().wait_change(until_ns)


class Stage:
    """Stands for servers, nodes and lines: notes what is done to them."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.link_ns = 5_000_000_123
        self.program = Program(SCENARIO, FLIGHTS)
        self.watched = Watched(self.now_ns)
        self.pace: Pace | None = self.watched
        self.seed = 1
        self.feed: Any = SimpleNamespace(replace=self._replace)
        node = SimpleNamespace(
            kill=lambda: self.done.append("kill"), signal_hold=lambda: self.done.append("hold"), send=self._send
        )
        self.cast: Any = SimpleNamespace(
            nodes={"kr": node}, crash_server=lambda *told: self.done.append(("crash", *told))
        )
        self.watch: Any = SimpleNamespace(say=lambda _text: None, nodes={"kr": SimpleNamespace(name="Korea")})
        self.relays: Any = {"kr": SimpleNamespace(cut=lambda: self.done.append("cut"), heal=lambda: None, delay_s=0.0)}
        self.operators: Any = {"kr": SimpleNamespace(away=lambda *told: self.done.append(("away", *told)))}

    def now_ns(self) -> int:
        self.link_ns += 977  # time goes on between any two looks at it
        return self.link_ns

    def _replace(self, lines: Any, _after_ns: int) -> None:
        self.done.append(("plots", sum(1 for _ in lines)))

    def _send(self, line: Any) -> None:
        told = ("wrong_clock", line.offset_s) if isinstance(line, WrongClock) else (line.order, line.text)
        self.done.append(told)


def injected(kind: str, *figures: str) -> Stage:
    """The stage after an inject by hand, and whatever was due then."""
    stage = Stage()

    async def main() -> None:
        director = Director(stage, stage.now_ns, waits=False)
        running = asyncio.create_task(director.run())
        await asyncio.wait_for(stage.watched.idle.wait(), 10.0)
        stage.watched.idle.clear()
        director.inject(kind, figures)
        await asyncio.wait_for(stage.watched.idle.wait(), 10.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(main())
    return stage


def plots(*figures: str) -> int:
    return int(next(one[1] for one in injected(*figures).done if one[0] == "plots"))


CASES: dict[type, tuple[tuple[str, ...], Any]] = {
    kinds.LinkCut: (("link_cut", "node=kr", "lasts_s=20"), "cut"),
    kinds.NodeCrash: (("node_crash", "node=kr"), "kill"),
    kinds.BrokerCrash: (("broker_crash", "server=hub", "down_s=2"), ("crash", "hub", 2.0)),
    kinds.PublicReport: (
        ("public_report", "reporter=Agency", "text=Something", "node=kr"),
        ("report", "Agency: Something"),
    ),
    kinds.RealEvent: (("real_event", "node=kr"), "hold"),
    kinds.ClockOffset: (("clock_offset", "node=kr", "offset_s=2"), ("wrong_clock", 2.0)),
}
BY_PLOTS = {
    kinds.SensorOutage: ("sensor_outage", "sensor=kr-ship-1", "lasts_s=60"),
    kinds.Clutter: ("clutter", "sensor=kr-ship-1", "lasts_s=60", "false_plots=3"),
}
REFUSED = {
    kinds.KeyRevoked: (("key_revoked", "node=kr"), "not in a live drill"),
}


@pytest.mark.parametrize(("words", "does"), CASES.values(), ids=[one.__name__ for one in CASES])
def test_an_inject_by_hand_does_its_work_at_once(words: tuple[str, ...], does: Any) -> None:
    assert does in injected(*words).done


def test_a_slow_line_and_a_person_who_is_away() -> None:
    assert injected("slow_link", "node=kr", "lasts_s=20", "delay_s=2").relays["kr"].delay_s == 2.0
    (away,) = [
        one for one in injected("operator_absent", "node=kr", f"name={PERSON}", "lasts_s=20").done if one[0] == "away"
    ]
    assert away[1] == PERSON
    assert away[3] - away[2] == 20_000_000_000


def test_what_works_through_plots_changes_them() -> None:
    plain = plots("public_report", "reporter=A", "text=b")
    assert plots(*BY_PLOTS[kinds.SensorOutage]) < plain < plots(*BY_PLOTS[kinds.Clutter])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        *REFUSED.values(),
        (("earthquake",), "'earthquake' is none of its kinds; use one of broker_crash, "),
        (("link_cut",), "inject.node: a key is missing; add it"),
        (("link_cut", "node=kr"), "it is not said how long it lasts; add lasts_s=20"),
        (("link_cut", "node=kr", "lasts_s=-5"), "give lasts_s above 0"),
        (("link_cut", "node=us", "lasts_s=5"), "start the drill with --control"),
        (("link_cut", "kr"), "'kr' is not key=value"),
        (("node_crash", "node=cn"), "'cn' is not a partner's code; use one of kr, us, jp"),
        (("node_crash", "nod=kr"), "inject.nod: unknown key; did you mean node"),
        (("clutter", "sensor=kr-ship-9", "lasts_s=5", "false_plots=1"), "use one of kr-ship-1, "),
        (("broker_crash", "server=cn"), "use hub, or a partner's code"),
        (
            ("operator_absent", "node=kr", "name=Nobody", "lasts_s=5"),
            f"is not a scripted person of kr; use one of {PERSON}",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_changes_nothing(words: tuple[str, ...], says: str) -> None:
    stage = Stage()

    async def main() -> None:
        Director(stage, stage.now_ns, waits=False).inject(words[0], words[1:])

    with pytest.raises(BadInput) as caught:
        asyncio.run(main())
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert stage.done == []
    assert stage.program.scenario is SCENARIO


def test_players_are_told_the_name_of_the_exercise_and_nothing_of_the_plan() -> None:
    stage = Stage()

    async def main() -> None:
        Director(stage, stage.now_ns, waits=True).announce()

    asyncio.run(main())
    assert stage.done == [("announce", SCENARIO.exercise)]


def test_every_kind_is_tried() -> None:
    tried = {*CASES, *BY_PLOTS, *REFUSED, kinds.SlowLink, kinds.OperatorAbsent}
    assert tried == set(typing.get_args(kinds.Inject))
