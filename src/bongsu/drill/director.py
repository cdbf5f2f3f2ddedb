"""Exercise control of a live drill: what may be ordered, in the field's words, and what each order does.

One place for orders by hand (`control_door.py`) and scripted ones. What cannot be done now is `BadInput` in one line.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import msgspec

from bongsu.base.errors import BadInput
from bongsu.base.limits import EXERCISE_SPEED, ORDER_AHEAD_S
from bongsu.base.time import format_time
from bongsu.base.units import ns_to_seconds, seconds_to_ns
from bongsu.drill import detections, live_injects, scenario_faults
from bongsu.drill import scenario_schema as kinds
from bongsu.drill.operators import Operators
from bongsu.drill.pacing import FeedSender, Pace
from bongsu.drill.processes import Cast
from bongsu.drill.program import Occasion, Program
from bongsu.drill.relay import Relay
from bongsu.drill.watch import Watch
from bongsu.model.exercise import ExerciseOrder

_AHEAD_NS = seconds_to_ns(ORDER_AHEAD_S)


class Stage(Protocol):
    """What a director directs: the parts of a live drill."""

    cast: Cast
    watch: Watch
    program: Program
    pace: Pace | None
    feed: FeedSender
    relays: dict[str, Relay]
    operators: dict[str, Operators]
    seed: int


class Director:
    """Directs one drill. `startex` is set when it may begin; `ended` when it shall end."""

    def __init__(self, stage: Stage, link_ns: Callable[[], int], waits: bool) -> None:
        self.stage = stage
        self.startex = asyncio.Event()
        self.ended = asyncio.Event()
        self._link_ns = link_ns
        self._occurred_ns: int | None = None
        self._replanned = asyncio.Event()
        if not waits:
            self.startex.set()

    @property
    def pace(self) -> Pace:
        """Raises `BadInput` before STARTEX."""
        if self.stage.pace is None:
            raise _not_begun()
        return self.stage.pace

    def status(self) -> dict[str, Any]:
        """Where the drill stands."""
        pace, program, watch = self.stage.pace, self.stage.program, self.stage.watch
        told: dict[str, Any] = {
            "exercise": program.scenario.exercise,
            "state": self._state(),
            "ready": {code: not self.missing(code) for code in watch.nodes},
            "missing": {code: found for code in watch.nodes if (found := self.missing(code))},
        }
        if pace is not None:
            now = pace.now()
            told["exercise_time"] = format_time(now.exercise_ns, 3)
            told["at_s"] = round(ns_to_seconds(now.exercise_ns - program.scenario.start_ns), 3)
            told["speed"] = pace.speed()
            told["next"] = [
                {"at_s": round(ns_to_seconds(one.time_ns - program.scenario.start_ns), 3), "what": name_of(one)}
                for one in program.occasions(now.exercise_ns)[:8]
            ]
        return told

    def missing(self, code: str) -> list[str]:
        """What the communications check finds wanting at a partner: its node, or fresh word of another."""
        node = self.stage.watch.nodes[code]
        if not self.stage.cast.nodes[code].ready.is_set():
            return ["node"]
        others = [other for other in self.stage.watch.nodes if other != code]
        return [other for other in others if other not in node.sources or node.sources[other].state.value != "fresh"]

    def announce(self) -> None:
        """Tell the duty officers of every nation that an exercise begins: its name, and nothing of what it will be about."""
        self.tell(None, "announce", self.stage.program.scenario.exercise)

    def tell(self, only: str | None, order: str, text: str) -> None:
        """A word of exercise control to one nation's players, or to all; no clock changes."""
        now_ns = self._link_ns()
        pace = self.stage.pace
        exercise_ns = self.stage.program.scenario.start_ns if pace is None else pace.now().exercise_ns
        line = ExerciseOrder(
            order=order,
            exercise=self.stage.program.scenario.exercise,
            exercise_ns=exercise_ns,
            link_ns=now_ns,
            speed=0.0 if pace is None else pace.speed(),
            text=text,
        )
        for code, node in self.stage.cast.nodes.items():
            if only in (None, code):
                node.send(line)

    def wanting(self) -> list[str]:
        """What the communications check finds wanting, a line for each node."""
        return [f"{code} lacks {', '.join(lacks)}" for code in self.stage.watch.nodes if (lacks := self.missing(code))]

    def start(self) -> None:
        """STARTEX, if the communications check finds nothing wanting."""
        if self.stage.pace is not None:
            raise BadInput("the exercise has begun", "order pause or endex", "startex")
        if wanting := self.wanting():
            raise BadInput(f"the communications check fails: {'; '.join(wanting)}", "wait, or mend it", "startex")
        self.startex.set()

    def pause(self, text: str = "") -> None:
        """Exercise time stands."""
        if self.pace.stands:
            raise BadInput(f"the exercise stands already ({self.pace.stands})", "order resume", "pause")
        self.pace.stop("pause", self._link_ns() + _AHEAD_NS, text)
        self.stage.watch.say("EXCON pauses the exercise.")

    def hold(self, text: str = "") -> None:
        """HOLD: everything stands, at once."""
        if self.pace.stands == "hold":
            return
        self.pace.stop("hold", self._link_ns(), text)
        self.stage.watch.say("HOLD. NO DUFF: real world. The exercise stands still.")

    def resume(self, text: str = "", stood_s: float | None = None, who: str = "EXCON resumes") -> float:
        """Exercise time goes on, as soon as the order is out or when it has stood for exactly `stood_s`; gives how long it stood."""
        if not self.pace.stands:
            raise BadInput("the exercise does not stand", "order pause first", "resume")
        at_ns = self._link_ns() + _AHEAD_NS
        if stood_s is not None:
            at_ns = self.pace.stopped_ns + seconds_to_ns(stood_s)
        stood_s = ns_to_seconds(self.pace.resume(at_ns, text))
        self.stage.watch.say(f"{who} after {stood_s:.1f} s.")
        return stood_s

    def set_speed(self, speed: float) -> None:
        """Exercise time runs at another speed."""
        self._runs("speed")
        if not 0.0 < speed <= EXERCISE_SPEED:
            raise BadInput(f"an exercise cannot run at speed {speed:g}", f"give above 0 to {EXERCISE_SPEED:g}", "speed")
        self.pace.set_speed(speed, self._link_ns() + _AHEAD_NS)

    def jump(self, to_s: float) -> None:
        """Exercise time is set forward: injects between happen now, plots between are seen by nobody."""
        self._runs("jump")
        to_ns = self.stage.program.scenario.time_ns(to_s)
        at_ns = self._link_ns() + _AHEAD_NS
        if to_ns <= self.pace.exercise_ns_at(at_ns):
            raise BadInput("a jump goes forward", "give a later moment", "jump")
        self.pace.jump(to_ns, at_ns)
        self.stage.feed.skip(to_ns)

    def postpone(self, by_s: float) -> None:
        """All that is still to come happens later, its spacing kept."""
        if not 0.0 < by_s <= 86_400.0:
            raise BadInput(f"cannot postpone by {by_s:g} s", "give above 0 to 86400", "postpone")
        now_ns = self.pace.now().exercise_ns
        self.stage.program.postpone(now_ns, by_s)
        self._replan(now_ns)
        self.stage.watch.say(f"EXCON postpones all that is still to come by {by_s:g} s.")

    def inject(self, kind: str, figures: Iterable[str]) -> None:
        """An inject by hand, from now on."""
        scenario, now_ns = self.stage.program.scenario, self.pace.now().exercise_ns
        inject = parse_inject(kind, figures, ns_to_seconds(now_ns - scenario.start_ns))
        live_injects.refuse_impossible(inject, self.stage)
        self.stage.program.add(inject)
        # Its moment, which is a float, may lie a little before now: nothing of it must be left out.
        self._replan(min(now_ns, scenario.time_ns(inject.at_s)) - 1)
        self.stage.watch.say(f"EXCON injects {kind}.")

    async def takes_effect(self) -> None:
        """Until the newest order has."""
        await self.pace.wait_until_link(self._link_ns() + _AHEAD_NS)

    def end(self) -> None:
        """ENDEX. Raises `BadInput` before STARTEX."""
        if self.stage.pace is None:
            raise _not_begun()
        self.ended.set()

    async def run(self) -> None:
        """Let every occasion happen at its moment, until the last; more may come by hand."""
        pace, program = self.pace, self.stage.program
        self._occurred_ns = None
        while True:
            waiting = program.occasions(self._occurred_ns)
            if not waiting:
                await pace.wait_change()
                continue
            next_ns = waiting[0].time_ns
            if pace.now().exercise_ns < next_ns:
                await pace.wait_change(next_ns)
                continue
            self._occurred_ns = next_ns
            for occasion in waiting:
                if occasion.time_ns == next_ns:
                    await self._happen(occasion)

    async def _happen(self, occasion: Occasion) -> None:
        what = occasion.what
        if isinstance(what, kinds.Caption):
            self.stage.watch.say(what.text)
            return
        if isinstance(what, kinds.Control.__args__):
            self._scripted(what)
            return
        assert isinstance(what, kinds.Inject.__args__)
        await live_injects.happens(self, what, occasion.begins)

    def _scripted(self, control: Any) -> None:
        match control:
            case kinds.Pause():
                self.pause()
                self._resume_after(control.for_s)
            case kinds.HoldAll():
                self.hold()
                self._resume_after(control.for_s)
            case kinds.Postpone():
                self.postpone(control.by_s)
            case kinds.Jump():
                self.jump(control.to_s)
            case kinds.SetSpeed():
                self.set_speed(control.speed)
            case kinds.Endex():
                self.end()

    def _resume_after(self, seconds: float) -> None:
        """Go on after exactly so much link time; the order goes out as long before as any does."""
        stopped_ns = self.pace.stopped_ns

        def resume() -> None:
            if self.pace.stands and self.pace.stopped_ns == stopped_ns and not self.ended.is_set():
                self.resume(stood_s=seconds)

        in_s = seconds + ns_to_seconds(stopped_ns - self._link_ns()) - ORDER_AHEAD_S
        asyncio.get_running_loop().call_later(max(in_s, 0.0), resume)

    def _state(self) -> str:
        pace = self.stage.pace
        if pace is None:
            return "waiting" if not self.startex.is_set() else "starting"
        return "ended" if self.ended.is_set() else pace.stands or "running"

    def _runs(self, what: str) -> None:
        if self.pace.stands:
            raise BadInput(f"the exercise stands ({self.pace.stands})", "order resume first", what)

    def _replan(self, after_ns: int) -> None:
        """The program has changed: plots, persons and occasions from now on are of the new one."""
        stage = self.stage
        lines = detections.stream(stage.program.scenario, stage.program.flights, stage.seed)
        stage.feed.replace(lines, after_ns)
        self._occurred_ns = max(self._occurred_ns or 0, after_ns)
        self.pace.notify()


def name_of(occasion: Occasion) -> str:
    """An occasion in a word or two."""
    what = occasion.what
    tag = type(what).__struct_config__.tag or "caption"
    return f"{tag} {getattr(what, 'id', None) or ''}".strip() + ("" if occasion.begins else " ends")


def parse_inject(kind: str, figures: Iterable[str], now_s: float) -> kinds.Inject:
    """An inject from its kind and `key=value` words, such as `link_cut node=kr lasts_s=20`. Raises `BadInput`."""
    raw: dict[str, Any] = {"inject": kind, "at_s": now_s}
    for word in figures:
        key, equals, value = word.partition("=")
        if not equals:
            raise BadInput(f"{word!r} is not key=value", "write it as node=kr", "inject")
        raw[key] = _value(value)
    lasts_s = raw.pop("lasts_s", None)
    if isinstance(lasts_s, float):
        raw["until_s"] = now_s + lasts_s
    try:
        return msgspec.convert({"inject": raw}, _ByHand).inject
    except msgspec.ValidationError as error:
        told = scenario_faults.explain(str(error), {"inject": raw}, _ByHand, "control")
        if told.place.endswith("until_s"):
            raise BadInput("it is not said how long it lasts", "add lasts_s=20, or so", told.place) from None
        raise told from None


class _ByHand(msgspec.Struct):
    inject: kinds.Inject


def _value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _not_begun() -> BadInput:
    return BadInput("the exercise has not begun", "order startex first", "control")
