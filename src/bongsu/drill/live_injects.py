"""What injects do in a live drill: to real servers, processes and lines. What a live drill cannot do is said before it begins."""

import asyncio
from typing import TYPE_CHECKING

from bongsu.base.errors import BadInput
from bongsu.base.units import seconds_to_ns
from bongsu.drill import scenario_schema as kinds
from bongsu.drill.captions import short_name
from bongsu.drill.scenario import Scenario
from bongsu.node.control import WrongClock

if TYPE_CHECKING:
    from bongsu.drill.director import Director, Stage

ONLY_VIRTUAL: dict[type, str] = {
    kinds.KeyRevoked: "a key with an end is written before a node starts: a live drill leaves it out",
}
"""Kinds that a live drill leaves out, and why."""


def left_out(scenario: Scenario) -> list[str]:
    """A line for each inject or order that one of the ways to play leaves out, or does otherwise."""
    virtual = [
        f"control[{number}]: virtual time has no speed, so it leaves this out"
        for number, control in enumerate(scenario.control)
        if isinstance(control, kinds.SetSpeed)
    ]
    return [*left_out_live(scenario), *virtual]


def left_out_live(scenario: Scenario) -> list[str]:
    """A line for each inject that a live drill leaves out."""
    lines = []
    for number, inject in enumerate(scenario.injects):
        if why := ONLY_VIRTUAL.get(type(inject)):
            lines.append(f"injects[{number}]: {why}")
    return lines


def refuse_impossible(inject: kinds.Inject, stage: "Stage") -> None:
    """What cannot be put in by hand now. Raises `BadInput`."""
    scenario = stage.program.scenario
    if why := ONLY_VIRTUAL.get(type(inject)):
        raise BadInput(f"not in a live drill: {why}", "put in another", "inject")
    node = getattr(inject, "node", None)
    if node is not None and node not in scenario.codes:
        raise BadInput(f"{node!r} is not a partner's code", f"use one of {', '.join(scenario.codes)}", "inject")
    until_s = getattr(inject, "until_s", None)
    if until_s is not None and until_s <= inject.at_s:
        raise BadInput("it would end before it begins", "give lasts_s above 0", "inject")
    if isinstance(inject, kinds.OperatorAbsent):
        there = [one.name for one in scenario.operators if one.node == inject.node]
        if inject.name not in there:
            remedy = f"use one of {', '.join(there)}" if there else "the scenario scripts nobody there"
            raise BadInput(f"{inject.name!r} is not a scripted person of {inject.node}", remedy, "inject")
    if isinstance(inject, kinds.LinkCut | kinds.SlowLink) and inject.node not in stage.relays:
        raise BadInput("that line does not pass through the drill", "start the drill with --control", "inject")
    if isinstance(inject, kinds.SensorOutage | kinds.Clutter):
        known = [sensor.id for sensor in scenario.sensors]
        if inject.sensor not in known:
            remedy = f"use one of {', '.join(known)}" if known else "the scenario has none"
            raise BadInput(f"{inject.sensor!r} is not a sensor", remedy, "inject")
    if isinstance(inject, kinds.BrokerCrash) and inject.server not in ("hub", *scenario.codes):
        raise BadInput(f"{inject.server!r} is no server", "use hub, or a partner's code", "inject")


async def happens(director: "Director", inject: kinds.Inject, begins: bool) -> None:
    """Let it begin or end. What works through the sensors' plots, or through a person's script, needs nothing here."""
    stage = director.stage
    match inject:
        case kinds.LinkCut() | kinds.SlowLink():
            _line(director, inject, begins)
        case kinds.NodeCrash():
            stage.cast.nodes[inject.node].kill()
        case kinds.BrokerCrash():
            await asyncio.to_thread(stage.cast.crash_server, inject.server, inject.down_s)
        case kinds.PublicReport():
            director.tell(inject.node, "report", f"{inject.reporter}: {inject.text}")
            stage.watch.say(f"{inject.reporter} reports: {inject.text}")
        case kinds.OperatorAbsent() if begins:
            time_ns = stage.program.scenario.time_ns
            until_ns = time_ns(inject.until_s)
            stage.operators[inject.node].away(inject.name, time_ns(inject.at_s), until_ns)
        case kinds.ClockOffset() if begins and inject.at_s > 0.0:
            stage.cast.nodes[inject.node].send(WrongClock(inject.offset_s))
            name = short_name(stage.watch.nodes[inject.node].name)
            stage.watch.say(f"The clock of {name} is wrong by {inject.offset_s:g} s.")
        case kinds.RealEvent():
            stage.cast.nodes[inject.node].signal_hold()
        case _:
            pass


def _line(director: "Director", inject: kinds.LinkCut | kinds.SlowLink, begins: bool) -> None:
    stage = director.stage
    relay = stage.relays[inject.node]
    name = short_name(stage.watch.nodes[inject.node].name)
    if isinstance(inject, kinds.SlowLink):
        relay.delay_s = inject.delay_s if begins else 0.0
        stage.watch.say(f"The line between {name} and the hub is {'slow' if begins else 'quick again'}.")
        return
    (relay.cut if begins else relay.heal)()
    stage.watch.say(f"The line between {name} and the hub is {'cut' if begins else 'whole again'}.")


def clock_offset_ns(scenario: Scenario, code: str) -> int:
    """By how much a node's clock is wrong in a live drill."""
    offsets_s = [
        one.offset_s
        for one in scenario.injects
        if isinstance(one, kinds.ClockOffset) and one.node == code and one.at_s == 0.0
    ]
    total_s = sum(offsets_s)
    return seconds_to_ns(abs(total_s)) * (1 if total_s >= 0.0 else -1)
