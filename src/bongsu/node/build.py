"""How the modes differ: in wiring alone, and only here. The core, the record and the console are the same in each."""

from __future__ import annotations

import msgspec

from bongsu.adapters.clock import ScaledClock, SystemClock
from bongsu.adapters.nats import NatsNetwork
from bongsu.base.errors import BadInput
from bongsu.core.rooms import build_pipeline
from bongsu.model.head import Now
from bongsu.model.mode import Mode
from bongsu.node.config import Settings
from bongsu.node.engine import Engine, is_ahead, open_engine
from bongsu.record.chain import Sign
from bongsu.wire.subjects import MARKS


class Wiring(msgspec.Struct, frozen=True):
    """What one mode is wired with.

    `network`: over real servers, with credentials of that mode alone, under that root of subjects. `scaled`: exercise time runs as exercise
    control orders. `live_outlets`: may reach the public. `orders`: takes control lines and scripted persons' commands.
    """

    network: bool
    scaled: bool
    live_outlets: bool
    orders: bool


WIRING: dict[Mode, Wiring] = {
    Mode.REAL: Wiring(network=True, scaled=False, live_outlets=True, orders=False),
    Mode.EXERCISE: Wiring(network=True, scaled=True, live_outlets=False, orders=True),
    Mode.REPLAY: Wiring(network=False, scaled=True, live_outlets=False, orders=True),
    Mode.SIMULATION: Wiring(network=False, scaled=True, live_outlets=False, orders=True),
    Mode.TEST: Wiring(network=False, scaled=False, live_outlets=False, orders=True),
}
"""The one table of modes."""


def wiring_of(settings: Settings) -> Wiring:
    """The row of a node's mode. Raises `BadInput` where the settings ask for what the mode does not have."""
    mode = settings.configuration.mode
    wiring = WIRING[mode]
    if settings.control and not wiring.orders:
        raise BadInput(f"mode {mode.value} takes no control lines", "leave `control` out", str(settings.path))
    if settings.access is not None:
        assert wiring.network, f"mode {mode.value} never crosses a link"
        assert mode in MARKS, f"mode {mode.value} has no place on the wire"
        assert settings.access.mode is mode, "credentials of another mode"
    return wiring


def build_clock(settings: Settings) -> SystemClock | ScaledClock:
    """The node's clocks."""
    if not wiring_of(settings).scaled:
        return SystemClock()
    if settings.start_ns is None:
        mode = settings.configuration.mode.value
        raise BadInput(
            "start is missing", f"mode {mode} needs the exercise time at which it begins", str(settings.path)
        )
    return ScaledClock(settings.start_ns, offset_ns=settings.clock_offset_ns)


def build_network(settings: Settings) -> NatsNetwork | None:
    """The network; None in modes that have none, where messages stay in the record."""
    return NatsNetwork(settings.access) if settings.access is not None else None


def sign_of(settings: Settings) -> Sign | None:
    """How the node signs what its record says; None where it has no key."""
    signer = settings.signer
    return None if signer is None else lambda content: (signer.key, signer.sign(content))


def build_engine(settings: Settings, now: Now) -> Engine:
    """The core with its record, new or taken up."""
    sign = sign_of(settings)
    return open_engine(
        settings.record,
        settings.configuration,
        build_pipeline,
        now,
        sign,
        place=settings.place,
        retention=settings.retention,
        anew=is_ahead(settings.place, now),
    )
