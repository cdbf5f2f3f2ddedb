"""A drill's records, read for judging: items of chosen types, and what the measures need of the truth."""

import hashlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bongsu.adapters.store import RecordReader
from bongsu.drill.figures import truth_figures
from bongsu.drill.scenario import Scenario, solve_false_alarms
from bongsu.drill.truth import Flight
from bongsu.model.head import Item
from bongsu.record.entry import item_of
from bongsu.views.truth import Truth

_STEP_S = 1.0


def items(folder: Path, node: str, types: tuple[str, ...]) -> Iterator[Item[Any]]:
    """Items of these types from one node's record under `folder`, in order."""
    with RecordReader(folder / node) as reader:
        for entry in reader.entries(types=types, kinds=("input", "output")):
            yield item_of(entry)


def digest(folder: Path, nodes: tuple[str, ...]) -> str:
    """One digest over the digests of all nodes' records, by node."""
    total = hashlib.sha256()
    for node in sorted(nodes):
        with RecordReader(folder / node) as reader:
            total.update(node.encode() + b"\0" + reader.end().digest)
    return total.hexdigest()


def truths(scenario: Scenario, flights: dict[str, Flight]) -> list[Truth]:
    """What there is to know of each launch, and of each false alarm, in the file's order."""
    found = [
        _truth(name, flight, flight.launch_ns, (flight.launch_ns, flight.impact_ns), True)
        for name, flight in flights.items()
    ]
    imitations = solve_false_alarms(scenario) if scenario.false_alarms else {}
    for alarm in scenario.false_alarms:
        window = scenario.time_ns(alarm.from_s), scenario.time_ns(alarm.until_s)
        found.append(_truth(alarm.id, imitations[alarm.id], window[0], window, False))
    return found


def _truth(name: str, flight: Flight, from_ns: int, seen: tuple[int, int], real: bool) -> Truth:
    times = np.append(np.arange(0.0, flight.flight_s, _STEP_S), flight.flight_s)
    return Truth(
        id=name,
        from_ns=from_ns,
        launch_ns=flight.launch_ns,
        launch_rad=(flight.latitude_rad, flight.longitude_rad),
        impact_ns=flight.impact_ns,
        impact_rad=None
        if flight.in_orbit
        else (flight.impact_latitude_rad, math.remainder(flight.impact_longitude_rad, 2.0 * math.pi)),
        path_s=times,
        path_ecef_m=flight.at(times)[0],
        seen_from_ns=seen[0],
        seen_until_ns=seen[1],
        figures=truth_figures(flight) if real else None,
    )
