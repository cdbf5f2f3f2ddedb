"""HOLD on a real event: the signal of the own live node becomes this nation's own exercise item, which partners get by national policy.

Takes: `HoldSignal`; `Approved` commands (share_hold, lift_hold).
Gives: `Hold`, and a `Refusal` of a command that does not fit.
Remembers: the own HOLD that stands, and how many there have been.
Bounds: one HOLD stands at a time; a signal while it stands changes nothing.
Sources: DESIGN.md rule 7 and section 3 (a drill is never mistaken for real); issue "HOLD on a real event". Policy: `automatic` offers it to the partners
    at once, `ask` when a person says so; a rule of the release policy that denies kind `hold` keeps it at home. Every decision is on record.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from bongsu.core.inform.desk import refused
from bongsu.core.room import Given, Memoryless
from bongsu.model.command import Approved
from bongsu.model.configuration import Configuration
from bongsu.model.head import Item, Now
from bongsu.model.hold import Hold, HoldSignal, HoldState


class _State(msgspec.Struct):
    count: int = 0
    standing: Hold | None = None


class HoldRoom(Memoryless):
    """See the head of this file."""

    name = "hold"
    takes = (HoldSignal, Approved)

    def __init__(self, configuration: Configuration) -> None:
        self._node = configuration.node
        self._automatic = configuration.hold == "automatic"
        self._kept = _State()

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """A signal begins a HOLD; commands share it, or lift it."""
        body = item.body
        if isinstance(body, HoldSignal):
            return self._begin(now)
        command = body.command
        if command.kind not in ("share_hold", "lift_hold"):
            return []
        standing = self._kept.standing
        if standing is None or command.about != standing.hold:
            return [refused(command, "unknown_event", f"no HOLD {command.about!r} of this nation stands")]
        if command.kind == "share_hold":
            if standing.shared:
                return [refused(command, "not_possible", "the partners have it")]
            return self._change(replace(standing, version=standing.version + 1, shared=True))
        return self._change(replace(standing, version=standing.version + 1, state=HoldState.LIFTED))

    def state(self) -> bytes:
        """The HOLD that stands."""
        return msgspec.msgpack.encode(self._kept)

    def restore(self, state: bytes) -> None:
        """The HOLD that stood."""
        self._kept = msgspec.msgpack.decode(state, type=_State)

    def _begin(self, now: Now) -> list[Given]:
        if self._kept.standing is not None:
            return []
        self._kept.count += 1
        name = f"{self._node}-H{self._kept.count}"
        hold = Hold(hold=name, version=1, state=HoldState.STANDING, begun_ns=now.link_ns, shared=self._automatic)
        return self._change(hold)

    def _change(self, hold: Hold) -> list[Given]:
        self._kept.standing = hold if hold.state is HoldState.STANDING else None
        return [hold]
