"""Scenarios: reading one, by packaged name or by path, and everything that can be said against it in one line.

A file is TOML of the tables in `scenario_schema.py` and `expectations.py`. Reading is strict: a key that is not
known, lacks its unit, or is of another type or range is refused with file and path, as is one that names what is not
there (`scenario_checks.py`). No scenario is half accepted.
"""

import math
import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from bongsu.base.errors import BadInput
from bongsu.base.limits import SCENARIO_BYTES
from bongsu.base.units import METRES_PER_KILOMETRE, NANOSECONDS_PER_MICROSECOND, seconds_to_ns
from bongsu.drill import scenario_checks, scenario_faults
from bongsu.drill.expectations import Expectation
from bongsu.drill.scenario_schema import (
    Caption,
    Code,
    Control,
    FalseAlarm,
    Hub,
    Inject,
    Launch,
    Link,
    Moment,
    MselEntry,
    Name,
    Objective,
    Operator,
    Pace,
    Partner,
    PositiveSeconds,
    Seconds,
    SensorPlan,
    Strict,
    Text,
)
from bongsu.drill.truth_flight import Asked, BreakUp, Flight, PullUp
from bongsu.drill.truth_kinds import KINDS

PACKAGED = files("bongsu.drill") / "scenarios"
CASTS = files("bongsu.drill") / "casts"


class Scenario(Strict, frozen=True, kw_only=True):
    """A drill as written: who takes part, what flies, who sees it, what happens, what is expected.

    It ends `duration_s` after its start, or `after_last_impact_s` after the last true impact: exactly one of the two.
    `cast` names a packaged cast (partners, hub, sensors, operators): whichever of these tables the file leaves out is
    taken from there.
    """

    name: Name
    title: Text
    teaches: Text
    exercise: Name
    start: Moment
    cast: Name | None = None
    partners: tuple[Partner, ...]
    hub: Hub
    sensors: tuple[SensorPlan, ...]
    expectations: tuple[Expectation, ...]
    duration_s: PositiveSeconds | None = None
    after_last_impact_s: Seconds | None = None
    links: tuple[Link, ...] = ()
    launches: tuple[Launch, ...] = ()
    false_alarms: tuple[FalseAlarm, ...] = ()
    operators: tuple[Operator, ...] = ()
    injects: tuple[Inject, ...] = ()
    control: tuple[Control, ...] = ()
    captions: tuple[Caption, ...] = ()
    objectives: tuple[Objective, ...] = ()
    msel: tuple[MselEntry, ...] = ()
    pace: tuple[Pace, ...] = ()

    @property
    def start_ns(self) -> int:
        """Exercise time at which it starts, nanoseconds UTC."""
        whole_s = int(self.start.timestamp() // 1)
        return seconds_to_ns(whole_s) + self.start.microsecond * NANOSECONDS_PER_MICROSECOND

    @property
    def codes(self) -> tuple[Code, ...]:
        """Codes of the partners, in the file's order."""
        return tuple(partner.code for partner in self.partners)

    def time_ns(self, at_s: float) -> int:
        """Exercise time of a moment given in seconds from the start."""
        return self.start_ns + seconds_to_ns(at_s)

    def link(self, partner: Code) -> Link:
        """The line of a partner to the hub: as written, or the usual one."""
        return next((link for link in self.links if link.partner == partner), Link(partner=partner))

    def end_ns(self, flights: dict[str, Flight]) -> int:
        """Exercise time at which it ends."""
        if self.duration_s is not None:
            return self.time_ns(self.duration_s)
        assert self.after_last_impact_s is not None
        return last_impact_ns(flights) + seconds_to_ns(self.after_last_impact_s)

    def speeds(self, flights: dict[str, Flight]) -> tuple[tuple[int, float], ...]:
        """The tour's speeds.

        (exercise time from which on, speed), in time order; speed 1 where nothing is written.
        """
        points = [(self.start_ns, 1.0)]
        for pace in self.pace:
            if pace.from_s is not None:
                from_ns = self.time_ns(pace.from_s)
            else:
                assert pace.before_last_impact_s is not None
                from_ns = last_impact_ns(flights) - seconds_to_ns(pace.before_last_impact_s)
            points.append((max(from_ns, self.start_ns), pace.speed))
        return tuple(sorted(dict(points).items()))


def last_impact_ns(flights: dict[str, Flight]) -> int:
    """Exercise time of the last true impact of what comes down."""
    return max(flight.impact_ns for flight in flights.values() if not flight.in_orbit)


def names() -> tuple[str, ...]:
    """Names of the packaged scenarios, sorted."""
    return tuple(sorted(entry.name[:-5] for entry in PACKAGED.iterdir() if entry.name.endswith(".toml")))


def load(name_or_path: str) -> Scenario:
    """A packaged scenario by name, or one from a path (anything with `/` or ending in `.toml`). Raises `BadInput`."""
    if "/" in name_or_path or name_or_path.endswith(".toml"):
        path = Path(name_or_path)
        if not path.is_file():
            raise BadInput("no such file", "give the path of a scenario file", name_or_path)
        content = path.read_bytes()
        _refuse_large(content, name_or_path)
        return parse(content, name_or_path)
    if name_or_path not in names():
        raise BadInput(
            f"no scenario is called {name_or_path!r}{scenario_faults.nearest(name_or_path, names())}",
            "`bongsu scenario list` names them all; a file is given by its path",
        )
    return parse((PACKAGED / f"{name_or_path}.toml").read_bytes(), f"{name_or_path}.toml")


def parse(content: bytes, file: str) -> Scenario:
    """A scenario from the bytes of a file that is called `file` in any refusal. Raises `BadInput`."""
    try:
        raw = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadInput(f"not UTF-8 at byte {error.start}", "save it as UTF-8 text", file) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"not TOML: {error}", "correct it there", file) from None
    if place := scenario_faults.not_finite(raw):
        raise BadInput("not a finite number", "write a number", f"{file}: {place}")
    raw = _with_cast(raw, file)
    try:
        scenario = msgspec.convert(raw, Scenario, strict=True)
    except msgspec.ValidationError as error:
        raise scenario_faults.explain(str(error), raw, Scenario, file) from None
    scenario_checks.check(scenario, file)
    return scenario


def solve(scenario: Scenario, file: str | None = None) -> dict[str, Flight]:
    """The true flights by launch id, in the file's order. Raises `BadInput` for figures that no flight has."""
    place = file or f"{scenario.name}.toml"
    return {
        launch.id: KINDS[launch.kind](asked(launch), scenario.time_ns(launch.at_s), f"{place}: launches[{number}]")
        for number, launch in enumerate(scenario.launches)
    }


def solve_false_alarms(scenario: Scenario, file: str | None = None) -> dict[str, Flight]:
    """For each false alarm, by id, the flight that its plots look like."""
    place = file or f"{scenario.name}.toml"
    return {
        alarm.id: KINDS["ballistic"](asked(alarm), scenario.time_ns(alarm.at_s), f"{place}: false_alarms[{number}]")
        for number, alarm in enumerate(scenario.false_alarms)
    }


def fallen(scenario: Scenario, flights: dict[str, Flight]) -> list[str]:
    """A line for each piece of each flight: where it comes down, and in or outside which zone."""
    lines = []
    for launch in scenario.launches:
        flight = flights[launch.id]
        pieces = [("main", flight)] if launch.zones and not flight.in_orbit else []
        for name, piece in [*pieces, *((one.name, one.flight) for one in flight.pieces)]:
            zones = [
                f"{'inside' if zone.holds(*piece.landing_deg) else 'outside'} {zone.name}"
                for zone in launch.zones
                if zone.piece == name
            ]
            latitude_deg, longitude_deg = piece.landing_deg
            place = f"{latitude_deg:.1f}, {longitude_deg:.1f}"
            lines.append(", ".join([f"{launch.id}: {name} falls at {place} after {piece.flight_s:.0f} s", *zones]))
    return lines


def asked(figures: Launch | FalseAlarm) -> Asked:
    """The figures of a flight in SI and radians."""
    told = Asked(
        latitude_rad=math.radians(figures.latitude_deg),
        longitude_rad=math.radians(figures.longitude_deg),
        bearing_rad=math.radians(figures.bearing_deg),
        apogee_m=figures.apogee_km * METRES_PER_KILOMETRE,
        range_m=figures.range_km * METRES_PER_KILOMETRE,
        burn_s=figures.burn_s,
    )
    if isinstance(figures, FalseAlarm):
        return told
    pull_up, break_up = figures.pull_up, figures.break_up
    return replace(
        told,
        spent_stages=figures.spent_stages,
        pull_up=None if pull_up is None else PullUp(pull_up.height_km * METRES_PER_KILOMETRE, pull_up.lift_to_drag),
        break_up=None if break_up is None else BreakUp(break_up.after_s, break_up.pieces, break_up.spread_m_s),
        orbit_burn_s=None if figures.orbit is None else figures.orbit.burn_s,
    )


def casts() -> tuple[str, ...]:
    """Names of the packaged casts, sorted."""
    return tuple(sorted(entry.name[:-5] for entry in CASTS.iterdir() if entry.name.endswith(".toml")))


def _with_cast(raw: dict[str, Any], file: str) -> dict[str, Any]:
    """The tables of the named cast under those of the file itself."""
    cast = raw.get("cast")
    if not isinstance(cast, str):
        return raw
    if cast not in casts():
        raise BadInput(f"no cast is called {cast!r}", f"use one of {', '.join(casts())}", f"{file}: cast")
    return tomllib.loads((CASTS / f"{cast}.toml").read_text(encoding="utf-8")) | raw


def _refuse_large(content: bytes, file: str) -> None:
    if len(content) > SCENARIO_BYTES:
        raise BadInput(f"{len(content)} bytes are too many", f"a scenario holds at most {SCENARIO_BYTES}", file)
