"""What injects and scripted control do in virtual time: one row a kind."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bongsu.adapters.identity import Signer
from bongsu.base.units import seconds_to_ns
from bongsu.drill import scenario_schema as kinds
from bongsu.drill.program import Occasion
from bongsu.drill.scenario import Scenario
from bongsu.drill.virtual_nation import Nation, clock_ns
from bongsu.model.configuration import PublicKey
from bongsu.model.hold import HoldSignal

if TYPE_CHECKING:
    from bongsu.drill.virtual import VirtualDrill

_RESTART_NS = seconds_to_ns(1.0)
"""A dead process is started again after a second (DESIGN.md section 4)."""


def happens(drill: "VirtualDrill", occasion: Occasion) -> None:
    """Let an inject begin or end, or do what scripted control asks. What works through the sensors' plots needs nothing here."""
    act = _ACTS.get(type(occasion.what))
    if act is not None:
        act(drill, occasion.what, occasion.begins)


def keys(scenario: Scenario, signers: dict[str, Signer]) -> tuple[PublicKey, ...]:
    """Everybody's public keys; one that is revoked is no longer valid from then on."""
    revoked = {one.node: scenario.time_ns(one.at_s) for one in scenario.injects if isinstance(one, kinds.KeyRevoked)}
    return tuple(signers[code].public_key(until_ns=revoked.get(code)) for code in sorted(signers))


def set_clock(drill: "VirtualDrill", nation: Nation) -> None:
    """Before the start: a clock that is wrong from the beginning."""
    for inject in drill.program.scenario.injects:
        if isinstance(inject, kinds.ClockOffset) and inject.node == nation.settings.node and inject.at_s == 0.0:
            nation.offset_ns = clock_ns(inject.offset_s)


def _link_cut(drill: "VirtualDrill", inject: kinds.LinkCut, begins: bool) -> None:
    (drill.network.cut if begins else drill.network.heal)(inject.node)


def _slow_link(drill: "VirtualDrill", inject: kinds.SlowLink, begins: bool) -> None:
    drill.network.slow(inject.node, seconds_to_ns(inject.delay_s) if begins else 0)


def _node_crash(drill: "VirtualDrill", inject: kinds.NodeCrash, _begins: bool) -> None:
    nation = drill.nations[inject.node]
    nation.crash()
    drill.link.at(drill.now_ns + _RESTART_NS, nation.start)


def _broker_crash(drill: "VirtualDrill", inject: kinds.BrokerCrash, _begins: bool) -> None:
    network, server = drill.network, inject.server
    if server == "hub":
        network.hub_down()
        drill.link.at(drill.now_ns + seconds_to_ns(inject.down_s), network.hub_up)
    else:
        network.server_down(server)
        drill.link.at(drill.now_ns + seconds_to_ns(inject.down_s), lambda: network.server_up(server))


def _clock_offset(drill: "VirtualDrill", inject: kinds.ClockOffset, _begins: bool) -> None:
    drill.nations[inject.node].offset_ns = clock_ns(inject.offset_s)


def _public_report(drill: "VirtualDrill", inject: kinds.PublicReport, _begins: bool) -> None:
    drill.order("report", f"{inject.reporter}: {inject.text}", only=inject.node)


def _real_event(drill: "VirtualDrill", inject: kinds.RealEvent, _begins: bool) -> None:
    drill.nations[inject.node].put(HoldSignal())


def _pause(drill: "VirtualDrill", control: kinds.Pause, _begins: bool) -> None:
    _stand(drill, "pause", control.for_s)


def _hold(drill: "VirtualDrill", control: kinds.HoldAll, _begins: bool) -> None:
    _stand(drill, "hold", control.for_s)


def _stand(drill: "VirtualDrill", order: str, for_s: float) -> None:
    drill.order(order, running=False)
    drill.link.at(drill.now_ns + seconds_to_ns(for_s), lambda: drill.order("resume", running=True))


def _postpone(drill: "VirtualDrill", control: kinds.Postpone, _begins: bool) -> None:
    drill.program.postpone(drill.exercise_ns, control.by_s)
    drill.enter()


def _jump(drill: "VirtualDrill", control: kinds.Jump, _begins: bool) -> None:
    drill.order("jump", running=True, exercise_ns=drill.program.scenario.time_ns(control.to_s))


def _endex(drill: "VirtualDrill", _control: kinds.Endex, _begins: bool) -> None:
    drill.endex()


_ACTS: dict[type, Callable[["VirtualDrill", Any, bool], None]] = {
    kinds.LinkCut: _link_cut,
    kinds.SlowLink: _slow_link,
    kinds.NodeCrash: _node_crash,
    kinds.BrokerCrash: _broker_crash,
    kinds.ClockOffset: _clock_offset,
    kinds.PublicReport: _public_report,
    kinds.RealEvent: _real_event,
    kinds.Pause: _pause,
    kinds.HoldAll: _hold,
    kinds.Postpone: _postpone,
    kinds.Jump: _jump,
    kinds.Endex: _endex,
}
