"""Scripted persons who share or lift their nation's HOLD: by link time, for exercise time stands."""

from typing import Any

from bongsu.drill import scripted
from bongsu.drill.scenario import Scenario
from bongsu.drill.scenario_schema import LiftHold, ShareHold
from bongsu.model.command import Command
from bongsu.model.head import Item
from bongsu.model.hold import Hold, HoldState


class Lifters:
    """Those of one node, and which HOLDs, ours or a partner's, it stands still for. `see` each HOLD: what follows, and after how many seconds of link time."""

    def __init__(self, scenario: Scenario, node: str) -> None:
        self._node = node
        self._operators = [operator for operator in scenario.operators if operator.node == node]
        self._count = 0
        self._standing: dict[str, bool] = {}

    @property
    def stands(self) -> bool:
        """Whether any HOLD stands at this node."""
        return bool(self._standing)

    def see(self, item: Item[Any]) -> list[tuple[float, Command]]:
        """The commands that the first version of an own HOLD brings about."""
        hold = item.body
        assert isinstance(hold, Hold)
        if hold.state is HoldState.STANDING:
            self._standing[hold.hold] = True
        else:
            self._standing.pop(hold.hold, None)
        if item.head.origin != self._node or hold.version != 1 or hold.state is not HoldState.STANDING:
            return []
        return [
            (
                action.after_s,
                self._command(
                    "lift_hold" if isinstance(action, LiftHold) else "share_hold",
                    operator.name,
                    operator.role,
                    hold.hold,
                ),
            )
            for operator in self._operators
            for action in operator.actions
            if isinstance(action, LiftHold | ShareHold)
        ]

    def _command(self, kind: str, actor: str, role: str, hold: str) -> Command:
        self._count += 1
        return scripted.command(self._node, f"{self._node}-hold-{self._count}", kind, (actor, role), hold)
