"""A session turned back into a scenario: what flew, as well as its records know it, who saw it, what went wrong, what persons did, what came of it.

Each nation's record tells of its own: its sensors, its warnings, its persons; of a nation whose record is not there, what others heard of it.
Whatever is used has asked the release gate as recipient `file`.
A real session's sensors stay out, and nobody's name is taken over: a packaged cast takes the sensors' place, roles the names'.

What no record holds is assumed and said so: how a body that pulled up did it, when a stage burnt. What is not known at all stays out and is told.
"""

import itertools
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from statistics import median
from typing import Any

import msgspec

from bongsu.base.limits import FRESH_S
from bongsu.base.units import METRES_PER_KILOMETRE, NANOSECONDS_PER_SECOND, ns_to_seconds
from bongsu.drill.rebuilt_launch import false_alarm, launch
from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.command import Command
from bongsu.model.configuration import Configuration
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.head import Item
from bongsu.model.mode import Mode
from bongsu.model.noun import tag_of
from bongsu.model.sensor import Sensor, SensorKind, SensorState, SensorStatus
from bongsu.model.warning import WarningStatus
from bongsu.views.folded import TAKES as _FOLDED
from bongsu.views.folded import Folded, fold
from bongsu.views.objects import objects_of

_MORE = (Command, ExerciseOrder, SensorStatus)
TAKES = (*_FOLDED, *(tag_of(kind.__name__) for kind in _MORE))
"""Names of the bodies that are read."""

_LEAST_OUTAGE_S = 5.0
_GRACE_S = 30.0
_TAIL_S = 15.0
_LEAD_S = 5.0
_CAST = "three-nations"
_ENDED = {WarningStatus.IMPACTED, WarningStatus.PASSED, WarningStatus.RETRACTED, WarningStatus.LOST}


class Told(msgspec.Struct):
    """One nation's record, as far as a scenario is made of it."""

    configuration: Configuration
    folded: Folded
    orders: list[ExerciseOrder] = []
    commands: list[tuple[int, Command]] = []
    status: list[SensorStatus] = []
    first_ns: int = 0
    last_ns: int = 0

    @property
    def node(self) -> str:
        """Whose it is."""
        return self.configuration.node


def told_by(items: Iterable[Item[Any]]) -> Told:
    """Gather one record's items, which begin with the configuration."""
    kept = list(items)
    configuration = next(item.body for item in kept if isinstance(item.body, Configuration))
    told = Told(configuration, fold(configuration.node, kept), first_ns=kept[0].head.receipt_ns)
    for item in kept:
        body, at_ns = item.body, item.head.receipt_ns
        told.last_ns = max(told.last_ns, at_ns)
        if isinstance(body, ExerciseOrder):
            told.orders.append(body)
        elif isinstance(body, Command):
            told.commands.append((at_ns, body))
        elif isinstance(body, SensorStatus):
            told.status.append(body)
    return told


class Rebuilt(msgspec.Struct):
    """The tables of a scenario file, in its order, and what could not be taken over."""

    tables: dict[str, Any]
    left_out: list[str]


def rebuild(records: list[Told], name: str) -> Rebuilt:
    """A scenario of what these records tell; they are of one session."""
    work = _Work(records)
    return Rebuilt(work.tables(name), work.left_out)


class _Work:
    def __init__(self, records: list[Told]) -> None:
        self.records = records
        self.left_out: list[str] = []
        self.codes = _codes(records)
        self.objects = objects_of([told.folded for told in records])
        real = records[0].configuration.mode is Mode.REAL
        launches = [known.launch_ns for known in self.objects if real and known.launch_ns is not None]
        begun = [order.exercise_ns for told in records for order in told.orders if order.order == "startex"]
        stood_ns = min(told.first_ns for told in records)
        first_ns = min(begun, default=min(launches) - int(_LEAD_S * 1e9) if launches else stood_ns)
        self.start_ns = first_ns - first_ns % NANOSECONDS_PER_SECOND
        self.end_ns = max(told.last_ns for told in records)

    def tables(self, name: str) -> dict[str, Any]:
        """Everything, in a file's usual order."""
        flown = self._flown()
        mode, exercise = self.records[0].configuration.mode, self.records[0].configuration.exercise
        sensors = self._sensors()
        alarms = self._false_alarms([sensor for sensor in sensors if sensor["kind"] == "radar"])
        end_s = math.ceil(self.at_s(self.end_ns))
        return {
            "name": name,
            "title": f"Rebuilt from the records of {', '.join(self.codes_given).upper()}",
            "teaches": "What happened in a session, to be played again.",
            "exercise": exercise if mode is not Mode.REAL and exercise else name,
            "start": datetime.fromtimestamp(self.start_ns / NANOSECONDS_PER_SECOND, UTC),
            **({"after_last_impact_s": _TAIL_S} if flown else {"duration_s": float(max(end_s, 60))}),
            "hub": {"run_by": "us" if "us" in self.codes else self.codes[0]},
            "partners": [self._partner(code) for code in self.codes],
            "sensors": sensors,
            "launches": flown,
            "false_alarms": alarms,
            "operators": self._operators([alarm["id"] for alarm in alarms]),
            "injects": [*self._outages(), *self._cuts()],
            "control": self._control(),
            "expectations": self._expectations(),
        }

    @property
    def codes_given(self) -> list[str]:
        """Whose records there are."""
        return [told.node for told in self.records]

    def at_s(self, time_ns: int) -> float:
        """Seconds from the scenario's start, to the millisecond; what began before has no place there."""
        return round(ns_to_seconds(max(time_ns - self.start_ns, 0)), 3)

    def began_s(self, time_ns: int) -> float:
        """The same of what may have begun before."""
        return round(ns_to_seconds(time_ns - self.start_ns), 3)

    def _partner(self, code: str) -> dict[str, Any]:
        row: dict[str, Any] = {"code": code, "name": code.upper()}
        for circle in self.records[0].configuration.circles[:1]:
            for member in circle.members:
                if member.partner == code and member.from_ns > self.start_ns:
                    row["joins_s"] = self.at_s(member.from_ns)
                if member.partner == code and member.until_ns is not None and member.until_ns < self.end_ns:
                    row["leaves_s"] = self.at_s(member.until_ns)
        return row

    def _sensors(self) -> list[dict[str, Any]]:
        """Each nation's own; invented ones where the session was real, or a record is not there."""
        rows = []
        for told in self.records:
            if told.configuration.mode is Mode.REAL:
                self.left_out.append(f"sensors of {told.node}: those of a real node never enter a file")
                continue
            rows += [_sensor(sensor) for sensor in told.configuration.sensors]
        missing = [code for code in self.codes if code not in {row["owner"] for row in rows}]
        cast = _cast_sensors()
        for code in missing:
            rows += [sensor for sensor in cast if sensor["owner"] == code]
            self.left_out.append(f"sensors of {code}: invented ones of cast {_CAST} stand for them")
        return rows

    def _flown(self) -> list[dict[str, Any]]:
        rows = []
        for known in self.objects:
            if known.retracted:
                continue
            row, why = launch(known, self.at_s)
            if row is None:
                self.left_out.append(f"{known.name}: {why}")
            else:
                rows.append(row)
        return rows

    def _false_alarms(self, radars: list[dict[str, Any]]) -> list[dict[str, Any]]:
        rows = []
        for known in self.objects:
            if not known.retracted:
                continue
            radar = next((one["id"] for one in radars if one["owner"] == known.origins[0]), None)
            row = None if radar is None else false_alarm(known, radar, self.began_s)
            if row is None:
                self.left_out.append(f"{known.name}: no radar, or no figures, for a false alarm")
            else:
                rows.append(row)
        return rows

    def _operators(self, alarms: list[str]) -> list[dict[str, Any]]:
        """One person for each role at each node, who takes as long as persons there took, in the middle."""
        rows = []
        for told in self.records:
            taken: dict[str, dict[tuple[str, str], list[float]]] = {}
            for at_ns, command in told.commands:
                since_ns = _asked_ns(told, command, at_ns)
                if since_ns is not None:
                    key = (command.kind, command.arguments.get("position", ""))
                    taken.setdefault(command.role, {}).setdefault(key, []).append(ns_to_seconds(at_ns - since_ns))
            for role, deeds in taken.items():
                actions = [_action(key, median(times), alarms) for key, times in deeds.items()]
                actions = [action for action in actions if action is not None]
                if actions:
                    rows.append({"node": told.node, "name": f"{told.node}-{role}-1", "role": role, "actions": actions})
        return rows

    def _outages(self) -> list[dict[str, Any]]:
        rows = []
        for told in self.records:
            if told.configuration.mode is Mode.REAL:
                continue
            for sensor in told.configuration.sensors:
                said = [one for one in told.status if one.sensor == sensor.id]
                for begin_ns, end_ns in _spans(
                    [(one.time_ns, one.state is SensorState.DOWN) for one in said], self.end_ns
                ):
                    rows.append(self._inject("sensor_outage", "sensor", sensor.id, begin_ns, end_ns))
        return [row for row in rows if row is not None]

    def _cuts(self) -> list[dict[str, Any]]:
        """When a nation has heard none of the others, its line was cut; it takes `FRESH_S` to notice."""
        rows = []
        for told in self.records:
            states: dict[str, bool] = {}
            marks: list[tuple[int, bool]] = []
            partners = [code for code in self.codes if code != told.node]
            changes = sorted(
                (at_ns, source, state) for source, seen in told.folded.sources.items() for at_ns, state in seen
            )
            for at_ns, source, state in changes:
                if source in partners and (state == "fresh" or source in states):
                    states[source] = state == "fresh"
                    marks.append((at_ns, bool(states) and len(states) == len(partners) and not any(states.values())))
            for begin_ns, end_ns in _spans(marks, self.end_ns):
                rows.append(self._inject("link_cut", "node", told.node, begin_ns - int(FRESH_S * 1e9), end_ns))
        return [row for row in rows if row is not None]

    def _inject(self, kind: str, key: str, who: str, begin_ns: int, end_ns: int) -> dict[str, Any] | None:
        begin_s, end_s = self.at_s(begin_ns), self.at_s(end_ns)
        if end_s - begin_s < _LEAST_OUTAGE_S:
            return None
        return {"inject": kind, key: who, "at_s": begin_s, "until_s": end_s}

    def _control(self) -> list[dict[str, Any]]:
        """Pauses and HOLDs of exercise control, with their lengths of link time."""
        orders = self.records[0].orders
        rows = []
        for order, after in itertools.pairwise(orders):
            for_s = round(ns_to_seconds(after.link_ns - order.link_ns), 3)
            if order.order in ("pause", "hold") and for_s > 0.0 and order.exercise_ns >= self.start_ns:
                rows.append({"do": order.order, "at_s": self.at_s(order.exercise_ns), "for_s": for_s})
        return rows

    def _expectations(self) -> list[dict[str, Any]]:
        """What came of it: that the rebuilt drill comes to the same is what playing it tests."""
        rows: list[dict[str, Any]] = []
        taken = [
            known for known in self.objects if not any(line.startswith(f"{known.name}:") for line in self.left_out)
        ]
        for told in self.records:
            for known in taken:
                first_ns, status = known.first_ns.get(told.node), known.status.get(told.node)
                if first_ns is not None and known.launch_ns is not None and not known.retracted:
                    by_s = math.ceil(max(ns_to_seconds(first_ns - known.launch_ns), 0.0) + _GRACE_S)
                    rows.append({"expect": "warned", "node": told.node, "by_s": float(by_s), "launch": known.name})
                if status in _ENDED:
                    rows.append(
                        {
                            "expect": "final_status",
                            "nodes": [told.node],
                            "statuses": [status.value],
                            "launch": known.name,
                        }
                    )
            rows.append({"expect": "events", "node": told.node, "count": len(taken)})
        return [*rows, {"expect": "exchange"}]


def _codes(records: list[Told]) -> list[str]:
    """Partners in the order of the records, then the others."""
    given = [told.node for told in records]
    others = sorted({code for told in records for code in told.configuration.partners} - set(given))
    return [*given, *others]


def _sensor(sensor: Sensor) -> dict[str, Any]:
    radar = sensor.kind is SensorKind.RADAR
    return {
        "id": sensor.id,
        "owner": sensor.owner,
        "kind": sensor.kind.value,
        "latitude_deg": _degrees(sensor.latitude_rad),
        "longitude_deg": _degrees(sensor.longitude_rad),
        "altitude_m": sensor.altitude_m,
        "sigma_range_m": sensor.sigma_range_m,
        "sigma_azimuth_deg": _degrees(sensor.sigma_azimuth_rad),
        "sigma_elevation_deg": _degrees(sensor.sigma_elevation_rad),
        "rate_hz": sensor.rate_hz,
        "min_elevation_deg": _degrees(sensor.min_elevation_rad),
        "max_range_km": None if sensor.max_range_m is None else round(sensor.max_range_m / METRES_PER_KILOMETRE, 3),
        "cloud_top_km": None if radar else 8.0,
        "afterglow_s": None if radar else 0.0,
    }


def _degrees(angle_rad: float) -> float:
    """To 1e-9 degrees: what was written in degrees comes back as it was."""
    return round(math.degrees(angle_rad), 9)


def _cast_sensors() -> list[dict[str, Any]]:
    import tomllib

    from bongsu.drill.scenario import CASTS

    rows: list[dict[str, Any]] = tomllib.loads((CASTS / f"{_CAST}.toml").read_text(encoding="utf-8"))["sensors"]
    return rows


def _spans(marks: list[tuple[int, bool]], end_ns: int) -> list[tuple[int, int]]:
    """From when until when something was so."""
    spans, begun = [], None
    for at_ns, so in marks:
        if so and begun is None:
            begun = at_ns
        elif not so and begun is not None:
            spans.append((begun, at_ns))
            begun = None
    return spans if begun is None else [*spans, (begun, end_ns)]


def _asked_ns(told: Told, command: Command, at_ns: int) -> int | None:
    """Since when what a person reacted to stood there; None: not a reaction that a scripted person knows."""
    if command.kind == "acknowledge":
        calling = [alarm for alarm in told.folded.alarms if alarm.event == command.about and alarm.time_ns < at_ns]
        return _calling_since(calling)
    versions = told.folded.events.get(command.about, [])
    if command.kind == "stance":
        origin = command.arguments.get("origin", "")
        return min(
            (one.first_ns for event in versions for one in event.assessments if one.origin == origin), default=None
        )
    if command.kind == "retract":
        own = [one.first_ns for event in versions for one in event.assessments if one.basis == "own"]
        return min(own, default=None)
    return None


def _calling_since(alarms: list[Alarm]) -> int | None:
    since: int | None = None
    for alarm in alarms:
        calls = alarm.state in (AlarmState.ACTIVE_UNACKNOWLEDGED, AlarmState.ENDED_UNACKNOWLEDGED)
        since = (alarm.time_ns if since is None else since) if calls else None
    return since


def _action(key: tuple[str, str], after_s: float, alarms: list[str]) -> dict[str, Any] | None:
    deed, position = key
    row: dict[str, Any] = {"do": deed, "after_s": round(max(after_s, 0.0), 3)}
    if deed == "stance":
        return {**row, "position": position} if position in ("concur", "differ") else None
    if deed == "retract":
        return {**row, "false_alarm": alarms[0], "reason": "Retracted, as in the session."} if alarms else None
    return row
