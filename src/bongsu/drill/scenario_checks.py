"""What types cannot say of a scenario: names that must exist, orders, and the rules for invented sensors.

Each check yields `Fault`s; the first one is raised. The rules for sensors are those of DESIGN.md rule 8: ships and
satellites on whole degrees, with round figures, none on land, none named after a real site.
"""

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bongsu.base.errors import BadInput
from bongsu.base.limits import INJECTS_COUNT
from bongsu.drill import scenario_sense
from bongsu.drill.expectations import (
    FallsInZone,
    ImpactD2,
    KnowsBeforeOwn,
    LaunchD2,
    LaunchError,
    NoImpact,
    Retracted,
    TruthFlightTime,
)
from bongsu.drill.roles import KINDS
from bongsu.drill.scenario_schema import (
    BrokerCrash,
    ClockOffset,
    Clutter,
    Jump,
    OperatorAbsent,
    Retract,
    SensorOutage,
    SensorPlan,
    TakeStance,
)
from bongsu.drill.scenario_sense import Fault
from bongsu.geo import areas

if TYPE_CHECKING:
    from bongsu.drill.scenario import Scenario

_SHIP_HIGHEST_M = 100.0
_ORBIT_LOWEST_M = 200_000.0
_NEEDS_TRUTH = (ImpactD2, LaunchD2, LaunchError, TruthFlightTime, KnowsBeforeOwn, NoImpact, FallsInZone)


_COMMANDS = {"approve_alert": "alert_approve"}
"""What an action commands, where the two have different names."""


def check(scenario: "Scenario", file: str) -> None:
    """Raises `BadInput` for the first fault."""
    for checks in (
        _times,
        _partners,
        _sensors,
        _objects,
        _kinds,
        _operators,
        _injects,
        _pace,
        _planning,
        _expectations,
        scenario_sense.faults,
    ):
        for path, fault, remedy in checks(scenario):
            raise BadInput(fault, remedy, f"{file}: {path}")


def _times(scenario: "Scenario") -> Iterator[Fault]:
    if (scenario.duration_s is None) == (scenario.after_last_impact_s is None):
        yield Fault("duration_s", "the end must be said once", "give duration_s or after_last_impact_s, not both")
    if scenario.after_last_impact_s is not None and not _landing(scenario):
        yield Fault("after_last_impact_s", "nothing comes down", "give duration_s instead")


def _partners(scenario: "Scenario") -> Iterator[Fault]:
    if len(scenario.partners) < 2:
        yield Fault("partners", "a drill needs two partners", "add one")
    yield from _twice("partners", scenario.codes)
    yield from _unknown("hub.run_by", scenario.hub.run_by, scenario.codes)
    for number, link in enumerate(scenario.links):
        yield from _unknown(f"links[{number}].partner", link.partner, scenario.codes)
    for number, partner in enumerate(scenario.partners):
        if partner.joins_s is not None and partner.leaves_s is not None and partner.leaves_s <= partner.joins_s:
            yield Fault(f"partners[{number}].leaves_s", "it leaves before it joins", "make it later than joins_s")


def _sensors(scenario: "Scenario") -> Iterator[Fault]:
    yield from _twice("sensors", [sensor.id for sensor in scenario.sensors])
    for number, sensor in enumerate(scenario.sensors):
        path = f"sensors[{number}]"
        yield from _unknown(f"{path}.owner", sensor.owner, scenario.codes)
        yield from _invented(path, sensor)
        yield from (_radar if sensor.kind == "radar" else _infrared)(path, sensor)


def _invented(path: str, sensor: SensorPlan) -> Iterator[Fault]:
    platform = "ship" if sensor.kind == "radar" else "sat"
    if re.fullmatch(rf"{sensor.owner}-{platform}-[1-9][0-9]?", sensor.id) is None:
        yield Fault(
            f"{path}.id", "sensors are invented and named plainly", f"call it {sensor.owner}-{platform}-1 or so"
        )
    for key in ("latitude_deg", "longitude_deg"):
        if getattr(sensor, key) % 1.0 != 0.0:
            yield Fault(f"{path}.{key}", "sensors are invented and stand on whole degrees", "round it")


def _radar(path: str, sensor: SensorPlan) -> Iterator[Fault]:
    for key in ("sigma_range_m", "max_range_km"):
        if getattr(sensor, key) is None:
            yield Fault(f"{path}.{key}", "a radar measures range", "add it")
    for key in ("cloud_top_km", "afterglow_s"):
        if getattr(sensor, key) is not None:
            yield Fault(f"{path}.{key}", "a radar sees no plume", "remove it")
    if (sensor.max_range_km or 0.0) % 100.0 != 0.0:
        yield Fault(f"{path}.max_range_km", "sensors are invented and have round figures", "use whole hundreds")
    if sensor.altitude_m > _SHIP_HIGHEST_M:
        yield Fault(f"{path}.altitude_m", "a radar stands on a ship", f"use at most {_SHIP_HIGHEST_M:g}")
    if sensor.min_elevation_deg < 0.0:
        yield Fault(f"{path}.min_elevation_deg", "a ship does not see below its horizon", "use 0 or more")
    if ashore := areas.load().at(math.radians(sensor.latitude_deg), math.radians(sensor.longitude_deg)):
        yield Fault(f"{path}.latitude_deg", f"a ship stands on land ({ashore[0]})", "move it to the sea")


def _infrared(path: str, sensor: SensorPlan) -> Iterator[Fault]:
    for key in ("sigma_range_m", "max_range_km"):
        if getattr(sensor, key) is not None:
            yield Fault(f"{path}.{key}", "an infrared sensor measures no range", "remove it")
    if sensor.altitude_m < _ORBIT_LOWEST_M:
        yield Fault(f"{path}.altitude_m", "an infrared sensor is in orbit", f"use at least {_ORBIT_LOWEST_M:g}")


def _objects(scenario: "Scenario") -> Iterator[Fault]:
    yield from _twice("launches and false_alarms", _ids(scenario))
    radars = [sensor.id for sensor in scenario.sensors if sensor.kind == "radar"]
    for number, alarm in enumerate(scenario.false_alarms):
        path = f"false_alarms[{number}]"
        yield from _unknown(f"{path}.sensor", alarm.sensor, radars, "a radar of this scenario")
        if not alarm.at_s <= alarm.from_s < alarm.until_s:
            yield Fault(f"{path}.from_s", "at_s, from_s and until_s are not in order", "at_s <= from_s < until_s")


_KIND_TABLES = {"manoeuvring": "pull_up", "failed": "break_up", "satellite": "orbit"}


def _kinds(scenario: "Scenario") -> Iterator[Fault]:
    """That each kind of truth has its own table, and no other; that zones are of pieces that there are."""
    for number, launch in enumerate(scenario.launches):
        path = f"launches[{number}]"
        for kind, table in _KIND_TABLES.items():
            given = getattr(launch, table) is not None
            if kind == launch.kind and not given:
                yield Fault(f"{path}.{table}", f"a flight of kind {kind} needs it", "add it")
            if kind != launch.kind and given:
                yield Fault(f"{path}.{table}", f"belongs to kind {kind}, not {launch.kind}", "remove it")
        if launch.kind == "manoeuvring" and launch.spent_stages:
            yield Fault(f"{path}.spent_stages", "a manoeuvring flight has one stage", "remove it")
        yield from _twice(f"{path}.zones", [zone.name for zone in launch.zones])
        for place, zone in enumerate(launch.zones):
            here = f"{path}.zones[{place}]"
            if zone.south_deg >= zone.north_deg or zone.west_deg >= zone.east_deg:
                yield Fault(here, "its bounds are not in order", "south below north, west of east")


def _planning(scenario: "Scenario") -> Iterator[Fault]:
    """Objectives, and the master scenario events list."""
    objectives = [objective.id for objective in scenario.objectives]
    injects = [inject.id for inject in scenario.injects if inject.id is not None]
    yield from _twice("objectives", objectives)
    yield from _twice("injects", injects)
    latest_s = 0.0
    for number, entry in enumerate(scenario.msel):
        path = f"msel[{number}]"
        if entry.at_s < latest_s:
            yield Fault(f"{path}.at_s", "the list is not in order of time", "sort it")
        latest_s = entry.at_s
        if entry.objective is not None:
            yield from _unknown(f"{path}.objective", entry.objective, objectives, "an objective of this scenario")
        if entry.inject is not None:
            yield from _unknown(f"{path}.inject", entry.inject, injects, "an inject's id")
        if entry.player != "all":
            yield from _unknown(f"{path}.player", entry.player, scenario.codes, "all, or a partner's code")
    for number, expected in enumerate(scenario.expectations):
        if expected.objective is not None:
            path = f"expectations[{number}].objective"
            yield from _unknown(path, expected.objective, objectives, "an objective of this scenario")


def _operators(scenario: "Scenario") -> Iterator[Fault]:
    alarms = {alarm.id: alarm for alarm in scenario.false_alarms}
    owners = {sensor.id: sensor.owner for sensor in scenario.sensors}
    for number, operator in enumerate(scenario.operators):
        path = f"operators[{number}]"
        yield from _unknown(f"{path}.node", operator.node, scenario.codes)
        yield from _unknown(f"{path}.role", operator.role, list(KINDS), "a role of drills")
        for place, action in enumerate(operator.actions):
            here = f"{path}.actions[{place}]"
            tag = str(action.__struct_config__.tag)
            kind = _COMMANDS.get(tag, tag)
            if kind not in KINDS[operator.role]:
                can = ", ".join(role for role, kinds in KINDS.items() if kind in kinds)
                yield Fault(f"{here}.do", f"the role {operator.role!r} may not {kind}", f"one that may: {can}")
            if isinstance(action, TakeStance) and action.about is not None:
                yield from _unknown(f"{here}.about", action.about, scenario.codes)
            if isinstance(action, Retract):
                yield from _unknown(
                    f"{here}.false_alarm", action.false_alarm, list(alarms), "a false alarm of this scenario"
                )
                if owners[alarms[action.false_alarm].sensor] != operator.node:
                    yield Fault(f"{here}.false_alarm", "its sensor is another nation's", "only the originator retracts")


def _injects(scenario: "Scenario") -> Iterator[Fault]:
    sensors = [sensor.id for sensor in scenario.sensors]
    if len(scenario.injects) > INJECTS_COUNT:
        yield Fault("injects", "they are too many", f"a drill has at most {INJECTS_COUNT}")
    for number, inject in enumerate(scenario.injects):
        path = f"injects[{number}]"
        node = getattr(inject, "node", None)
        if node is not None:
            yield from _unknown(f"{path}.node", node, scenario.codes)
        if isinstance(inject, SensorOutage | Clutter):
            yield from _unknown(f"{path}.sensor", inject.sensor, sensors, "a sensor of this scenario")
        if isinstance(inject, BrokerCrash):
            yield from _unknown(f"{path}.server", inject.server, ("hub", *scenario.codes), "hub, or a partner's code")
        if isinstance(inject, OperatorAbsent):
            there = [one.name for one in scenario.operators if one.node == inject.node]
            yield from _unknown(f"{path}.name", inject.name, there, "an operator of that node")
        if isinstance(inject, ClockOffset) and inject.offset_s < 0.0 and inject.at_s > 0.0:
            yield Fault(
                f"{path}.offset_s", "a clock never runs backwards", "leave at_s out: it is behind from the start"
            )
        until_s = getattr(inject, "until_s", None)
        if until_s is not None and until_s <= inject.at_s:
            yield Fault(f"{path}.until_s", "it ends before it begins", "make it later than at_s")
    for number, control in enumerate(scenario.control):
        if isinstance(control, Jump) and control.to_s <= control.at_s:
            yield Fault(f"control[{number}].to_s", "a jump goes forward", "make it later than at_s")


def _pace(scenario: "Scenario") -> Iterator[Fault]:
    latest_s = -1.0
    for number, pace in enumerate(scenario.pace):
        path = f"pace[{number}]"
        if (pace.from_s is None) == (pace.before_last_impact_s is None):
            yield Fault(path, "its moment must be said once", "give from_s or before_last_impact_s")
        if pace.before_last_impact_s is not None and not _landing(scenario):
            yield Fault(f"{path}.before_last_impact_s", "nothing comes down", "give from_s instead")
        if pace.from_s is not None and pace.from_s <= latest_s:
            yield Fault(f"{path}.from_s", "the moments are not in order", "sort them")
        latest_s = latest_s if pace.from_s is None else pace.from_s


def _expectations(scenario: "Scenario") -> Iterator[Fault]:
    launches = {launch.id: launch for launch in scenario.launches}
    if not scenario.expectations:
        yield Fault("expectations", "a drill without an expectation cannot fail", "add one")
    for number, expected in enumerate(scenario.expectations):
        path = f"expectations[{number}]"
        for node in (
            *getattr(expected, "nodes", ()),
            getattr(expected, "node", None),
            getattr(expected, "origin", None),
            getattr(expected, "source", None),
        ):
            if node is not None:
                yield from _unknown(path, node, scenario.codes)
        for area in (*getattr(expected, "includes", ()), *getattr(expected, "excludes", ())):
            if areas.load().get(area) is None:
                yield Fault(path, f"{area!r} is not an area of {areas.LATEST}", "use an id such as JP-01")
        if not hasattr(expected, "launch"):
            continue
        meant = expected.launch or (_ids(scenario)[0] if len(_ids(scenario)) == 1 else None)
        if meant is None:
            yield Fault(f"{path}.launch", "it is not said which launch is meant", "name one")
        else:
            yield from _meant(path, meant, expected, scenario)
        if isinstance(expected, FallsInZone) and meant in launches:
            zones = [zone.name for zone in launches[meant].zones]
            yield from _unknown(f"{path}.zone", expected.zone, zones, "a zone of that launch")
        if isinstance(expected, TruthFlightTime) and meant in launches:
            told = [said.reporter for said in launches[meant].reported if said.field == "flight_s"]
            yield from _unknown(f"{path}.reporter", expected.reporter, told, "who reported a flight_s of that launch")


def _meant(path: str, meant: str, expected: object, scenario: "Scenario") -> Iterator[Fault]:
    """That the launch or false alarm exists, and is of the sort that the expectation can be judged for."""
    yield from _unknown(f"{path}.launch", meant, _ids(scenario), "a launch or false alarm of this scenario")
    flown = meant in [launch.id for launch in scenario.launches]
    if isinstance(expected, _NEEDS_TRUTH) and not flown:
        yield Fault(f"{path}.launch", "a false alarm has no truth to compare with", "name a launch")
    if isinstance(expected, ImpactD2) and flown and meant not in _landing(scenario):
        yield Fault(f"{path}.launch", "what stays in orbit has no impact", "expect no_impact, or name another launch")
    if isinstance(expected, Retracted) and flown:
        yield Fault(f"{path}.launch", "a true launch is not retracted", "name a false alarm")


def _landing(scenario: "Scenario") -> list[str]:
    return [launch.id for launch in scenario.launches if launch.kind != "satellite"]


def _ids(scenario: "Scenario") -> list[str]:
    return [launch.id for launch in scenario.launches] + [alarm.id for alarm in scenario.false_alarms]


def _twice(path: str, names: list[str] | tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        if names.count(name) > 1:
            yield Fault(path, f"{name!r} stands twice", "give each its own name")


def _unknown(
    path: str, name: str, known: list[str] | tuple[str, ...], what: str = "a partner's code"
) -> Iterator[Fault]:
    if name not in known:
        remedy = f"use one of {', '.join(known)}" if known else "there is none: add it, or remove what names it"
        yield Fault(path, f"{name!r} is not {what}", remedy)
