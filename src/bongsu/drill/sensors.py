"""The invented sensors of a drill.

The plots of every look, false ones among them, and what sensors say of themselves.

Everything follows from (seed, sensor, object): each such pair has its own stream of chance, drawn in the order of
looks. So no result depends on the order in which sensors are run, on another object, or on how long the drill lasts.
Times are nanoseconds UTC, rounded to the microsecond that a detections file holds; angles in radians; ranges in
metres.
"""

import hashlib
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bongsu.base.units import METRES_PER_KILOMETRE, NANOSECONDS_PER_MICROSECOND, seconds_to_ns
from bongsu.drill.scenario import Scenario, solve_false_alarms
from bongsu.drill.scenario_schema import Clutter, SensorOutage, SensorPlan
from bongsu.drill.truth import Flight
from bongsu.geo.frames import EARTH_SEMI_MINOR_M, enu_axes, geodetic_to_ecef
from bongsu.model.sensor import Sensor, SensorKind

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

DEGRADED_PROBABILITY = 0.5
"""A degraded sensor detects with this share of its usual probability."""

FALSE_NEAREST_M = 50_000.0
FALSE_HIGHEST_RAD = math.radians(70.0)
"""False plots lie between these and the sensor's own bounds.

Nearer and higher ones would be no work for a tracker.
"""

FALSE_PLOT = -1
"""`Plots.source` of a false plot."""


@dataclass(frozen=True, eq=False)
class Plots:
    """All plots of one sensor, in time order, those of a look by azimuth.

    Arrays (N,); `range_m` is NaN where none is measured.

    `source` is the place of the object in the list that was looked at, or `FALSE_PLOT`: for judging, never handed to
    a player.
    """

    sensor: SensorPlan
    scan: Integers
    time_ns: Integers
    range_m: Floats
    azimuth_rad: Floats
    elevation_rad: Floats
    source: Integers


@dataclass(frozen=True, eq=False)
class Thing:
    """Something that may be seen.

    A flight by its id, by all sensors or by `only` one, between two times (None: always).
    """

    id: str
    flight: Flight
    only: str | None = None
    from_ns: int | None = None
    until_ns: int | None = None


def things(scenario: Scenario, flights: dict[str, Flight]) -> tuple[Thing, ...]:
    """What there is to see: the true flights, each followed by what parts from it, then the false alarms' imitations."""
    shown = []
    for name, flight in flights.items():
        shown.append(Thing(name, flight))
        for piece in flight.pieces:
            window = flight.launch_ns + seconds_to_ns(piece.from_s), piece.flight.impact_ns + 1
            shown.append(Thing(f"{name}/{piece.name}", piece.flight, None, *window))
    imitations = solve_false_alarms(scenario)
    for alarm in scenario.false_alarms:
        window = scenario.time_ns(alarm.from_s), scenario.time_ns(alarm.until_s)
        shown.append(Thing(alarm.id, imitations[alarm.id], alarm.sensor, *window))
    return tuple(shown)


def describe(plan: SensorPlan) -> Sensor:
    """The sensor as its own nation's node knows it."""
    return Sensor(
        id=plan.id,
        owner=plan.owner,
        kind=SensorKind(plan.kind),
        latitude_rad=math.radians(plan.latitude_deg),
        longitude_rad=math.radians(plan.longitude_deg),
        altitude_m=plan.altitude_m,
        sigma_azimuth_rad=math.radians(plan.sigma_azimuth_deg),
        sigma_elevation_rad=math.radians(plan.sigma_elevation_deg),
        rate_hz=plan.rate_hz,
        sigma_range_m=plan.sigma_range_m,
        min_elevation_rad=math.radians(plan.min_elevation_deg),
        max_range_m=None if plan.max_range_km is None else plan.max_range_km * METRES_PER_KILOMETRE,
    )


def chance(seed: int, *names: str) -> np.random.Generator:
    """A stream of chance of its own for a seed and names, the same on every machine."""
    digest = hashlib.sha256("\n".join(names).encode()).digest()
    words = np.frombuffer(digest, dtype="<u4").tolist()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def look_times(plan: SensorPlan, seed: int, start_ns: int, end_ns: int) -> Integers:
    """Times (N,) of looks 0, 1, 2 ... from the start, each sensor with a phase of its own."""
    period_ns = 1e9 / plan.rate_hz
    phase_ns = chance(seed, plan.id, "phase").uniform(0.0, period_ns)
    count = max(0, math.ceil((end_ns - start_ns - phase_ns) / period_ns))
    offset_us = np.rint((phase_ns + np.arange(count) * period_ns) / NANOSECONDS_PER_MICROSECOND).astype(np.int64)
    return start_ns + offset_us * NANOSECONDS_PER_MICROSECOND


def observe(
    plan: SensorPlan,
    seen: tuple[Thing, ...],
    seed: int,
    times: Integers,
    ability: Floats,
    clutter: Floats | None = None,
) -> Plots:
    """All plots of a sensor for its looks at `times` (N,), with the `ability` (N,) of each look: 1 well, 0 down.

    `clutter` (N,) is the mean count of false plots of each look; without it, the sensor's own.
    """
    parts = [_plots_of(plan, thing, number, seed, times, ability) for number, thing in enumerate(seen)]
    parts.append(_false_plots(plan, seed, times, ability, plan.false_plots if clutter is None else clutter))
    scan, distance, azimuth, elevation, source = (np.concatenate(column) for column in zip(*parts, strict=True))
    scan = scan.astype(np.int64)
    order = np.lexsort((azimuth, scan))
    scan = scan[order]
    return Plots(
        plan, scan, times[scan], distance[order], azimuth[order], elevation[order], source[order].astype(np.int64)
    )


def _plots_of(
    plan: SensorPlan, thing: Thing, number: int, seed: int, times: Integers, ability: Floats
) -> tuple[Floats, ...]:
    """Columns scan, range, azimuth, elevation, source of one object's plots."""
    stream = chance(seed, plan.id, thing.id)
    draws = stream.random(times.size)
    noise = chance(seed, plan.id, thing.id, "noise").standard_normal((times.size, 3))
    distance, azimuth, elevation, height = _geometry(plan, thing.flight, times)
    seen = _visible(plan, thing, times, distance, elevation, height)
    seen &= draws < plan.detection_probability * ability
    scan = np.flatnonzero(seen)
    noise = noise[scan]
    measured = (
        np.full(scan.size, math.nan)
        if plan.sigma_range_m is None
        else np.maximum(distance[scan] + plan.sigma_range_m * noise[:, 0], 0.0)
    )
    turned = (azimuth[scan] + math.radians(plan.sigma_azimuth_deg) * noise[:, 1]) % (2.0 * math.pi)
    raised = elevation[scan] + math.radians(plan.sigma_elevation_deg) * noise[:, 2]
    raised = np.clip(raised, -0.5 * math.pi, 0.5 * math.pi)
    return scan.astype(np.float64), measured, turned, raised, np.full(scan.size, float(number))


def _geometry(plan: SensorPlan, flight: Flight, times: Integers) -> tuple[Floats, Floats, Floats, Floats]:
    """Range, azimuth, elevation of a flight from a sensor at each time, and the flight's height over the ground."""
    latitude, longitude = math.radians(plan.latitude_deg), math.radians(plan.longitude_deg)
    place = geodetic_to_ecef(latitude, longitude, plan.altitude_m)
    position, _ = flight.at_ns(times)
    east, north, up = enu_axes(latitude, longitude) @ (position - place).T
    across = np.hypot(east, north)
    azimuth = np.arctan2(east, north) % (2.0 * math.pi)
    return np.hypot(across, up), azimuth, np.arctan2(up, across), _height(position)


def _height(position: Floats) -> Floats:
    """Height (N,) over WGS-84 along the radius of positions (N, 3).

    Within 40 m at 7,000 km, enough to say what is seen.
    """
    radius = np.linalg.norm(position, axis=1)
    across, z = np.hypot(position[:, 0], position[:, 1]), position[:, 2]
    major, minor = 6_378_137.0, EARTH_SEMI_MINOR_M
    height: Floats = radius - major * minor * radius / np.hypot(minor * across, major * z)
    return height


def _visible(
    plan: SensorPlan, thing: Thing, times: Integers, distance: Floats, elevation: Floats, height: Floats
) -> Booleans:
    """Whether each look could see the object.

    Aloft, in its window, in reach, over the horizon, and for infrared burning.
    """
    flight = thing.flight
    seen = (times >= flight.launch_ns) & (times <= flight.impact_ns) & (height > 0.0)
    if thing.only is not None:
        seen &= plan.id == thing.only
    if thing.from_ns is not None and thing.until_ns is not None:
        seen &= (times >= thing.from_ns) & (times < thing.until_ns)
    seen &= elevation >= math.radians(plan.min_elevation_deg)
    seen &= _unblocked(plan, distance, elevation)
    if plan.max_range_km is not None:
        seen &= distance <= plan.max_range_km * METRES_PER_KILOMETRE
    if plan.kind == "infrared":
        since_s = (times - flight.launch_ns) / 1e9
        glow_s = plan.afterglow_s or 0.0
        seen &= np.any(
            [(since_s >= begin_s) & (since_s <= end_s + glow_s) for begin_s, end_s in flight.burns_s], axis=0
        )
        seen &= height >= (plan.cloud_top_km or 0.0) * METRES_PER_KILOMETRE
    return seen


def _unblocked(plan: SensorPlan, distance: Floats, elevation: Floats) -> Booleans:
    """Whether the line of sight misses the Earth (a ball of the polar radius).

    Its nearest point to the middle lies outside or beyond.
    """
    radius = EARTH_SEMI_MINOR_M + plan.altitude_m
    along = -radius * np.sin(elevation)
    nearest = radius * np.cos(elevation)
    free: Booleans = (along <= 0.0) | (along >= distance) | (nearest >= EARTH_SEMI_MINOR_M)
    return free


def _false_plots(
    plan: SensorPlan, seed: int, times: Integers, ability: Floats, mean: float | Floats
) -> tuple[Floats, ...]:
    """Columns of false plots: a Poisson count in each look, evenly spread over azimuth, elevation and range."""
    counts = chance(seed, plan.id, "false count").poisson(mean, times.size)
    draws = chance(seed, plan.id, "false place").random((int(counts.sum()), 3))
    scan = np.repeat(np.arange(times.size), counts)
    working = ability[scan] > 0.0
    scan, draws = scan[working], draws[working]
    lowest = math.radians(plan.min_elevation_deg)
    if plan.max_range_km is None:
        distance = np.full(scan.size, math.nan)
        edge = math.acos(EARTH_SEMI_MINOR_M / (EARTH_SEMI_MINOR_M + plan.altitude_m))
        lowest, highest = -0.5 * math.pi, -edge
    else:
        distance = FALSE_NEAREST_M + draws[:, 0] * (plan.max_range_km * METRES_PER_KILOMETRE - FALSE_NEAREST_M)
        highest = FALSE_HIGHEST_RAD
    azimuth = 2.0 * math.pi * draws[:, 1]
    elevation = lowest + draws[:, 2] * (highest - lowest)
    return scan.astype(np.float64), distance, azimuth, elevation, np.full(scan.size, float(FALSE_PLOT))


def clutter_of(scenario: Scenario, plan: SensorPlan, times: Integers) -> Floats | None:
    """Mean count of false plots at each time (N,); None where no inject changes it."""
    injects = [one for one in scenario.injects if isinstance(one, Clutter) and one.sensor == plan.id]
    if not injects:
        return None
    mean = np.full(times.size, plan.false_plots)
    for inject in injects:
        during = (times >= scenario.time_ns(inject.at_s)) & (times < scenario.time_ns(inject.until_s))
        mean = np.where(during, np.maximum(mean, inject.false_plots), mean)
    return mean


def ability_of(scenario: Scenario, plan: SensorPlan, times: Integers) -> Floats:
    """How well a sensor works at each time (N,): 1 up, `DEGRADED_PROBABILITY` degraded, 0 down."""
    ability = np.ones(times.size)
    for inject in scenario.injects:
        if isinstance(inject, SensorOutage) and inject.sensor == plan.id:
            during = (times >= scenario.time_ns(inject.at_s)) & (times < scenario.time_ns(inject.until_s))
            worst = 0.0 if inject.state == "down" else DEGRADED_PROBABILITY
            ability = np.where(during, np.minimum(ability, worst), ability)
    return ability
