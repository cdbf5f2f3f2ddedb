"""Inference: from all that left in a scenario a stated attacker (`tests/oracles/attacker.py`) cannot place a sensor to better than 100 km.

He could if tracks and estimates left as they come: that he succeeds without the gate shows that he would be found out if the gate failed.
"""

import json
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from bongsu.adapters.identity import Signer
from bongsu.base.time import parse_time
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.core.pipeline import Pipeline
from bongsu.core.room import Due
from bongsu.core.rooms import build_pipeline
from bongsu.drill import records, scenario
from bongsu.drill.twin import stands_on
from bongsu.drill.virtual import Core, VirtualDrill
from bongsu.geo.frames import ecef_to_geodetic
from bongsu.model.bodies import Input
from bongsu.model.configuration import Configuration
from bongsu.model.head import Item, Now
from bongsu.model.message import Outgoing
from bongsu.model.track import Track
from bongsu.model.warning import Warning
from bongsu.views.truth import Truth, nearest
from tests.oracles.attacker import BELIEF, Message, Place, Sensor, attack

EXACT_M = 8.0
"""Roughness that the rounding of a wire path alone gives (1e-4 degrees)."""
COARSE_M = 1_700.0
"""The same of the shipped policy's grid (0.02 degrees)."""
ORBIT_M = 1e6


class Watched:
    """A core of which we keep what left, and what would leave without a gate."""

    def __init__(self, pipeline: Pipeline, node: str) -> None:
        self.node = node
        self.left: list[Outgoing] = []
        self.own: list[Item[Any]] = []
        self._pipeline = pipeline

    def step(self, now: Now, body: Input) -> list[Item[Any]]:
        """See `drill.virtual.Core`."""
        items = self._pipeline.step(now, body)
        self.left += [item.body for item in items if isinstance(item.body, Outgoing)]
        self.own += [item for item in items if isinstance(item.body, Track | Warning) and item.head.origin == self.node]
        return items

    def due(self) -> Due:
        """See `drill.virtual.Core`."""
        return self._pipeline.due()

    def close(self) -> None:
        """A core that crashes is taken up where it was."""


def play(name: str, seed: int = 1) -> tuple[dict[str, Watched], list[Truth], dict[str, Configuration]]:
    """One scenario in virtual time."""
    plan = scenario.load(name)
    flights = scenario.solve(plan, name)
    cores: dict[str, Watched] = {}

    def open_core(settings: Configuration, _signer: Signer, now: Now) -> Core:
        if settings.node not in cores:
            cores[settings.node] = Watched(build_pipeline(settings), settings.node)
            cores[settings.node].step(now, settings)
        return cores[settings.node]

    drill = VirtualDrill(plan, flights, seed, open_core, stands_on(plan, flights))
    drill.run(lambda _now_ns, _end_ns: None)
    return cores, records.truths(plan, flights), {code: one.settings for code, one in drill.nations.items()}


def released(core: Watched, recipient: str) -> list[Message]:
    """What one partner got."""
    bodies = [
        (one, json.loads(one.body))
        for one in core.left
        if one.recipient == recipient and one.kind in ("warning", "path")
    ]
    return [
        Message(_seconds(one.issued_ns), one.kind, body["warning"], _seconds(parse_time(body["time"])), body)
        for one, body in bodies
    ]


def ungated(core: Watched) -> list[Message]:
    """What would leave if each track and each version left as it is made, in wire precision."""
    told: list[Message] = []
    names: dict[str, str] = {}
    for item in core.own:
        body, issued_s = item.body, _seconds(item.head.link_ns)
        if isinstance(body, Warning):
            names[body.track or ""] = body.warning
            told.append(
                Message(issued_s, "warning", body.warning, _seconds(body.time_ns), {"status": body.status.value})
            )
        elif body.track in names:
            latitude_rad, longitude_rad, altitude_m = ecef_to_geodetic(body.position_ecef_m)
            place = {
                "latitude_deg": round(math.degrees(latitude_rad), 4),
                "longitude_deg": round(math.degrees(longitude_rad), 4),
                "altitude_m": round(altitude_m, -2),
            }
            told.append(Message(issued_s, "path", names[body.track], _seconds(body.time_ns), place))
    return told


def true_flights(core: Watched, truths: list[Truth]) -> dict[str, Place]:
    """The true flight of each of a nation's warnings."""
    by_id = {truth.id: truth for truth in truths}
    found: dict[str, Place] = {}
    for item in core.own:
        if isinstance(item.body, Warning) and item.body.estimate is not None:
            name = nearest(item.body.estimate, truths)
            if name is not None:
                found[item.body.warning] = _place(by_id[name])
    return found


def _place(truth: Truth) -> Callable[[float], Any]:
    begin_s = _seconds(truth.launch_ns)

    def at(seconds: float) -> Any:
        since_s = seconds - begin_s
        if not 0.0 <= since_s <= truth.path_s[-1]:
            return None
        return np.array([np.interp(since_s, truth.path_s, truth.path_ecef_m[:, axis]) for axis in range(3)])

    return at


def _seconds(time_ns: int) -> float:
    return time_ns / NANOSECONDS_PER_SECOND


def sensors_of(settings: Configuration) -> list[Sensor]:
    """The sensors on the ground or at sea: one in orbit has no place to find."""
    return [
        Sensor(
            math.degrees(one.latitude_rad),
            math.degrees(one.longitude_rad),
            one.min_elevation_rad,
            one.max_range_m or math.inf,
        )
        for one in settings.sensors
        if one.altitude_m < ORBIT_M
    ]


def placed(name: str, seed: int = 1) -> tuple[dict[str, float], dict[str, float]]:
    """The attacker's best belief near a sensor of each nation: from what left, and from what would leave without the gate."""
    cores, truths, settings = play(name, seed)
    with_gate, without = {}, {}
    for code, core in cores.items():
        sensors, flights = sensors_of(settings[code]), true_flights(core, truths)
        if not sensors or not flights:
            continue
        partner = next(other for other in cores if other != code)
        with_gate[code] = _best(attack(released(core, partner), sensors, flights, COARSE_M).values())
        without[code] = _best(attack(ungated(core), sensors, flights, EXACT_M).values())
    return with_gate, without


def _best(beliefs: Iterable[float]) -> float:
    return max(beliefs, default=0.0)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_attack_succeeds_without_the_gate_and_fails_with_it() -> None:
    with_gate, without = placed("overflight-2022-10-04")
    assert max(without.values()) >= BELIEF, without
    assert max(with_gate.values()) < BELIEF, with_gate


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "name", [name for name in scenario.names() if name not in ("overflight-2022-10-04", "un-command-18")]
)
def test_no_sensor_is_placed_from_what_left(name: str) -> None:
    with_gate, _ = placed(name)
    assert all(belief < BELIEF for belief in with_gate.values()), with_gate


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["manoeuvring-2023-06-15", "two-nations-differ"])
def test_nor_at_another_seed_where_the_attacker_comes_nearest(name: str) -> None:
    with_gate, _ = placed(name, 2)
    assert all(belief < BELIEF for belief in with_gate.values()), with_gate
