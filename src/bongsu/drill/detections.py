"""The plots and status of all sensors as the lines of a detections file (DESIGN.md section 4), in time order.

A driver walks `stream` and hands each line to its owner's node when its time has come: real, scaled or virtual.
A line never says which object it is of. A look without plots has no line.
"""

import heapq
import math
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from bongsu.base.time import format_time
from bongsu.base.units import METRES_PER_KILOMETRE, NANOSECONDS_PER_MICROSECOND, seconds_to_ns
from bongsu.drill import sensors
from bongsu.drill.scenario import Scenario
from bongsu.drill.scenario_schema import SensorOutage, SensorPlan
from bongsu.drill.truth import Flight


class SensorLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="sensor", omit_defaults=True):
    """Description of a sensor; an infrared one has no range keys."""

    id: str
    owner: str
    kind: str
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    sigma_range_m: float | None = None
    sigma_azimuth_deg: float
    sigma_elevation_deg: float
    rate_hz: float
    min_elevation_deg: float
    max_range_m: float | None = None


class DetectionLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="detection", omit_defaults=True):
    """One plot: range to 0.1 m, angles to a millionth of a degree, time to the microsecond."""

    time: str
    sensor: str
    scan: int
    range_m: float | None = None
    azimuth_deg: float
    elevation_deg: float


class StatusLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="status"):
    """What a sensor says of itself: up, degraded or down."""

    time: str
    sensor: str
    state: str


Line = DetectionLine | StatusLine


class Sent(NamedTuple):
    """A line, when it leaves the sensor (exercise time), and the nation whose sensor it is."""

    time_ns: int
    owner: str
    line: Line


def sensor_lines(scenario: Scenario) -> tuple[SensorLine, ...]:
    """Descriptions of all sensors, in the file's order."""
    return tuple(
        SensorLine(
            id=plan.id,
            owner=plan.owner,
            kind=plan.kind,
            latitude_deg=plan.latitude_deg,
            longitude_deg=plan.longitude_deg,
            altitude_m=plan.altitude_m,
            sigma_range_m=plan.sigma_range_m,
            sigma_azimuth_deg=plan.sigma_azimuth_deg,
            sigma_elevation_deg=plan.sigma_elevation_deg,
            rate_hz=plan.rate_hz,
            min_elevation_deg=plan.min_elevation_deg,
            max_range_m=None if plan.max_range_km is None else plan.max_range_km * METRES_PER_KILOMETRE,
        )
        for plan in scenario.sensors
    )


def stream(scenario: Scenario, flights: dict[str, Flight], seed: int) -> Iterator[Sent]:
    """Every line of every sensor from start to end, ordered by time; the same for the same scenario and seed."""
    seen = sensors.things(scenario, flights)
    end_ns = scenario.end_ns(flights)
    parts: list[Iterator[Sent]] = []
    for plan in scenario.sensors:
        parts.append(_plots(observe(scenario, plan, seen, seed, end_ns)))
        parts.append(_statuses(scenario, plan, seed, end_ns))
    return heapq.merge(*parts, key=lambda sent: sent.time_ns)


def observe(
    scenario: Scenario, plan: SensorPlan, seen: tuple[sensors.Thing, ...], seed: int, end_ns: int
) -> sensors.Plots:
    """All plots of one sensor of a scenario until `end_ns`."""
    times = sensors.look_times(plan, seed, scenario.start_ns, end_ns)
    ability, clutter = sensors.ability_of(scenario, plan, times), sensors.clutter_of(scenario, plan, times)
    return sensors.observe(plan, seen, seed, times, ability, clutter)


def _plots(plots: sensors.Plots) -> Iterator[Sent]:
    """Lines of one sensor's plots."""
    owner, sensor = plots.sensor.owner, plots.sensor.id
    azimuth = np.round(np.degrees(plots.azimuth_rad), 6) % 360.0
    elevation = np.round(np.degrees(plots.elevation_rad), 6)
    columns = (plots.time_ns, plots.scan, np.round(plots.range_m, 1), azimuth, elevation)
    for time_ns, scan, range_m, azimuth_deg, elevation_deg in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        line = DetectionLine(
            time=format_time(time_ns),
            sensor=sensor,
            scan=scan,
            range_m=None if math.isnan(range_m) else range_m,
            azimuth_deg=azimuth_deg,
            elevation_deg=elevation_deg,
        )
        yield Sent(time_ns, owner, line)


def _statuses(scenario: Scenario, plan: SensorPlan, seed: int, end_ns: int) -> Iterator[Sent]:
    """Status lines of one sensor: at an interval from a moment of its own, and at once when its state changes."""
    interval_ns = seconds_to_ns(plan.status_interval_s)
    phase_us = int(sensors.chance(seed, plan.id, "status").uniform(0.0, interval_ns / NANOSECONDS_PER_MICROSECOND))
    first_ns = scenario.start_ns + phase_us * NANOSECONDS_PER_MICROSECOND
    moments = {scenario.start_ns, *range(first_ns, end_ns, interval_ns)}
    for inject in scenario.injects:
        if isinstance(inject, SensorOutage) and inject.sensor == plan.id:
            moments |= {scenario.time_ns(inject.at_s), scenario.time_ns(inject.until_s)}
    times = np.array(sorted(moment for moment in moments if moment < end_ns), dtype=np.int64)
    ability = sensors.ability_of(scenario, plan, times)
    for time_ns, able in zip(times.tolist(), ability.tolist(), strict=True):
        state = "up" if able == 1.0 else "degraded" if able > 0.0 else "down"
        yield Sent(time_ns, plan.owner, StatusLine(time=format_time(time_ns), sensor=plan.id, state=state))
