"""`bongsu track FILE`: detections of a file or of standard input through the rooms screen, track, estimate and warn; JSON lines out.

All times are event times and nothing depends on the wall clock, so the same input gives the same bytes. Contract: DESIGN.md section 4.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
import numpy as np

from bongsu.base.errors import BadInput, BadValue
from bongsu.base.time import format_time
from bongsu.base.units import degrees, seconds_to_ns
from bongsu.core.assess.estimate import Estimator
from bongsu.core.assess.screen import Screen
from bongsu.core.assess.track import Tracker
from bongsu.core.inform.warn import Warn
from bongsu.core.pipeline import Pipeline
from bongsu.model.bodies import Input
from bongsu.model.configuration import Configuration
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.head import Now
from bongsu.model.label import Label
from bongsu.model.mode import Mode
from bongsu.model.refusal import Refusal
from bongsu.model.scan import RawScan
from bongsu.model.sensor import Sensor, SensorFault, SensorStatus
from bongsu.model.tick import Tick
from bongsu.model.track import Track, TrackStatus
from bongsu.model.warning import Warning
from bongsu.wire.detections import LineParser, Plot, scans_of

_AFTER_END_NS = seconds_to_ns(60.0)
_UPPER = np.triu_indices(6)


@click.command(
    epilog="\b\nExamples:\n  bongsu track flight.detections.jsonl --every 1\n  bongsu track - --owner kr < flight.jsonl"
)
@click.argument("file")
@click.option(
    "--every",
    "every_s",
    type=click.FloatRange(min=0.0),
    default=0.0,
    help="At most one line a kind and track in this many seconds.",
)
@click.option("--owner", default=None, help="Use the sensors of this nation only.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="JSON lines are the only form of output: accepted for likeness with other commands.",
)
def track(file: str, every_s: float, owner: str | None, as_json: bool) -> None:
    """Track what the detections of FILE (- for standard input) show: tracks, estimates and warnings as JSON lines."""
    place = "standard input" if file == "-" else file
    if file == "-":
        lines: Iterable[bytes] = sys.stdin.buffer
    else:
        try:
            lines = Path(file).read_bytes().splitlines()
        except OSError as error:
            raise BadInput(f"cannot be read ({(error.strerror or 'error').lower()})", "check the path", file) from None
    counts: dict[str, int] = {}
    out = sys.stdout
    for row in tracked(lines, every_s=every_s, owner=owner, place=place, warn=_warn):
        if row["type"] == "refusal":
            counts[row["reason"]] = counts.get(row["reason"], 0) + 1
        out.write(msgspec.json.encode(row).decode() + "\n")
    out.flush()
    for reason, count in counts.items():
        click.echo(f"refused: {count} {reason}", err=True)


def _warn(text: str) -> None:
    click.echo(text, err=True)


def tracked(
    lines: Iterable[bytes],
    *,
    every_s: float = 0.0,
    owner: str | None = None,
    place: str = "detections",
    warn: Any = _warn,
) -> Iterator[dict[str, Any]]:
    """Rows (as dicts in the contract's form) of tracks, estimates, warnings and refusals of detection lines, in order of making.

    Raises `BadInput` naming `place` and the line for one that is not of the schema. `warn` hears of each unknown key once.
    """
    parser = LineParser(lambda key: warn(f"unknown key {key!r} is ignored"))
    sensors: dict[str, Sensor] = {}
    foreign: dict[str, None] = {}
    player: _Player | None = None
    waiting: list[Plot] = []
    for number, raw in enumerate(lines, start=1):
        data = raw.rstrip(b"\r\n")
        if not data.strip():
            continue
        try:
            parsed = parser.parse(data, number)
        except BadValue as error:
            raise BadInput(error.fault, error.remedy, f"{place}:{number}") from None
        if isinstance(parsed, Sensor):
            if player is not None:
                raise BadInput("a sensor after the first detection", "put all sensors first", f"{place}:{number}")
            (sensors if owner is None or parsed.owner == owner else foreign)[parsed.id] = parsed  # type: ignore[assignment]
            continue
        if player is None:
            if owner is not None and not sensors:
                raise BadInput(f"no sensor of owner {owner!r}", "name an owner that the file has", place)
            player = _Player(owner or "own", tuple(sensors.values()), every_s)
        if parsed.sensor in foreign:
            continue
        if isinstance(parsed, Plot) and waiting and not _together(waiting[-1], parsed):
            yield from player.plots(waiting)
            waiting = []
        if isinstance(parsed, Plot):
            waiting.append(parsed)
        else:
            yield from player.plots(waiting)
            waiting = []
            yield from player.take(parsed, parsed.time_ns)
    if player is not None:
        yield from player.plots(waiting)
        yield from player.finish()


def _together(last: Plot, plot: Plot) -> bool:
    return plot.sensor == last.sensor and plot.number == last.number and plot.time_ns == last.time_ns


class _Player:
    """Feeds the pipeline with event times as its clock, and writes what it gives as rows."""

    def __init__(self, node: str, sensors: tuple[Sensor, ...], every_s: float) -> None:
        configuration = Configuration(
            node=node, federation="file", mode=Mode.REPLAY, exercise="", epoch=0, partners=(), sensors=sensors,
            public_keys=(), circles=(), rules=(), roles=(), label=Label(), area_set="", country="",
        )  # fmt: skip
        self._pipeline = Pipeline(configuration, [Screen(sensors), Tracker(sensors), Estimator(), Warn(configuration)])
        self._every_ns = seconds_to_ns(every_s)
        self._told: dict[tuple[str, str], int] = {}
        self._estimates: dict[str, Estimate] = {}

    def plots(self, plots: list[Plot]) -> Iterator[dict[str, Any]]:
        """Feed plots that stand together."""
        for scan in scans_of(plots):
            yield from self.take(scan, int(scan.time_ns.max()))

    def take(self, body: RawScan | SensorStatus, time_ns: int) -> Iterator[dict[str, Any]]:
        """Feed one input, with the ticks that come due before it."""
        yield from self._ticks(time_ns)
        yield from self._step(body, time_ns)

    def finish(self) -> Iterator[dict[str, Any]]:
        """Close what is open, and let what falls within a minute come down."""
        yield from self._ticks(self._pipeline.now.exercise_ns + _AFTER_END_NS)

    def _ticks(self, until_ns: int) -> Iterator[dict[str, Any]]:
        while (due_ns := self._pipeline.due().exercise_ns) is not None and due_ns <= until_ns:
            before = due_ns
            yield from self._step(Tick(), max(due_ns, self._pipeline.now.exercise_ns))
            after = self._pipeline.due().exercise_ns
            assert after is None or after > before, "a room stays due after its tick"

    def _step(self, body: Input, time_ns: int) -> Iterator[dict[str, Any]]:
        items = self._pipeline.step(Now(time_ns, time_ns), body)
        estimates = {item.body.track: item.body for item in items if isinstance(item.body, Estimate)}
        self._estimates.update(estimates)
        for item in items:
            given = item.body
            if isinstance(given, Track):
                yield from self._track(given)
            elif isinstance(given, Warning):
                yield self._warning(given)
            elif isinstance(given, Refusal):
                yield _refusal(given)
            elif isinstance(given, SensorFault):
                yield _sensor_fault(given)

    def _track(self, given: Track) -> Iterator[dict[str, Any]]:
        """A track's line and the newest estimate's, unless thinned."""
        key = ("track", given.track)
        ended = given.status is TrackStatus.ENDED
        last = self._told.get(key)
        if not ended and last is not None and given.time_ns - last < self._every_ns:
            return
        self._told[key] = given.time_ns
        yield _track_row(given)
        estimate = self._estimates.get(given.track)
        if estimate is not None:
            yield {"type": "estimate", "track": given.track, **_estimate_row(estimate, given.time_ns)}

    def _warning(self, given: Warning) -> dict[str, Any]:
        event = given.warning.rpartition("-")[2]
        return {
            "type": "warning",
            "event": event,
            "version": given.version,
            "status": given.status.value,
            "time": format_time(given.time_ns),
            "track": given.track,
            "estimate": None if given.estimate is None else _estimate_row(given.estimate, given.estimate.time_ns),
        }


def _track_row(track: Track) -> dict[str, Any]:
    return {
        "type": "track",
        "track": track.track,
        "time": format_time(track.time_ns),
        "phase": track.phase.value,
        "status": track.status.value,
        "position_m": track.position_ecef_m.tolist(),
        "velocity_m_s": track.velocity_ecef_m_s.tolist(),
        "covariance": track.covariance[_UPPER].tolist(),
    }


def _estimate_row(estimate: Estimate, time_ns: int) -> dict[str, Any]:
    return {
        "time": format_time(time_ns),
        "launch": _point_row(estimate.launch),
        "impact": _point_row(estimate.impact),
        "apogee_m": estimate.apogee_m,
        "range_m": estimate.range_m,
        "bearing_deg": None if estimate.bearing_rad is None else degrees(estimate.bearing_rad),
        "ballistic": estimate.ballistic,
    }


def _point_row(point: PointEstimate | None) -> dict[str, Any] | None:
    if point is None:
        return None
    longitude = (degrees(point.longitude_rad) + 180.0) % 360.0 - 180.0
    return {
        "time": None if point.time_ns is None else format_time(point.time_ns),
        "time_sigma_s": point.sigma_time_s,
        "latitude_deg": degrees(point.latitude_rad),
        "longitude_deg": longitude,
        "semi_major_m": point.semi_major_m,
        "semi_minor_m": point.semi_minor_m,
        "bearing_deg": None if point.bearing_rad is None else degrees(point.bearing_rad),
    }


_FAULT_KEYS = {"range": ("m",), "clock": ("s",), "pointing": ("azimuth_deg", "elevation_deg")}


def _sensor_fault(fault: SensorFault) -> dict[str, Any]:
    """A sensor that is off: an error of range, clock or pointing, and its sigma."""
    scale = degrees(1.0) if fault.kind == "pointing" else 1.0
    numbers = {}
    for name, values in (("size", fault.size), ("sigma", fault.sigma)):
        numbers.update(
            {f"{name}_{key}": scale * value for key, value in zip(_FAULT_KEYS[fault.kind], values, strict=True)}
        )
    return {
        "type": "sensor_fault",
        "time": format_time(fault.time_ns),
        "sensor": fault.sensor,
        "state": "cleared" if fault.cleared else "flagged",
        "kind": fault.kind,
        **numbers,
        "since": format_time(fault.since_ns),
        "certain": fault.certain,
        "others": list(fault.others),
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "type": "refusal",
        "line": refusal.line,
        "time": None if refusal.time_ns is None else format_time(refusal.time_ns),
        "sensor": refusal.source,
        "reason": refusal.reason,
    }
