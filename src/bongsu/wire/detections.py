"""Detections: JSON lines of sensors, plots and sensors' own status (DESIGN.md section 4).

Fields: degrees, metres, RFC 3339 UTC, WGS-84; inside they become radians and nanoseconds. Numbers must be numbers: a string for one, NaN, or a
missing key makes a line malformed. Whether well-formed values are possible is for the room *screen* to say, except a sensor's own place.
Unknown keys are ignored with one warning each. Left out: nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec
import numpy as np

from bongsu.base.errors import BadValue
from bongsu.base.ids import check_code, check_name
from bongsu.base.limits import LINE_BYTES, PLOTS_PER_SCAN, SCAN_CLOSE_S
from bongsu.base.time import parse_time
from bongsu.base.units import radians, seconds_to_ns
from bongsu.model.scan import RawScan
from bongsu.model.sensor import Sensor, SensorKind, SensorState, SensorStatus

_CLOSE_NS = seconds_to_ns(SCAN_CLOSE_S)
_REMEDY = "see the detections file in docs/reference/detections.md"


class SensorLine(msgspec.Struct, tag="sensor", tag_field="type", forbid_unknown_fields=True, kw_only=True):
    """A sensor's line."""

    id: str
    owner: str
    kind: Literal["radar", "infrared"]
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    sigma_azimuth_deg: float
    sigma_elevation_deg: float
    rate_hz: float
    sigma_range_m: float | None = None
    sigma_range_rate_m_s: float | None = None
    min_elevation_deg: float = -90.0
    max_range_m: float | None = None


class DetectionLine(msgspec.Struct, tag="detection", tag_field="type", forbid_unknown_fields=True, kw_only=True):
    """A plot's line."""

    time: str
    sensor: str
    azimuth_deg: float
    elevation_deg: float
    scan: int | None = None
    range_m: float | None = None
    range_rate_m_s: float | None = None


class StatusLine(msgspec.Struct, tag="status", tag_field="type", forbid_unknown_fields=True, kw_only=True):
    """A sensor's own status."""

    time: str
    sensor: str
    state: Literal["up", "degraded", "down"]


_Line = SensorLine | DetectionLine | StatusLine
_DECODER: msgspec.json.Decoder[_Line] = msgspec.json.Decoder(_Line)
_CLASSES: dict[object, type[msgspec.Struct]] = {"sensor": SensorLine, "detection": DetectionLine, "status": StatusLine}


class Plot(msgspec.Struct, frozen=True, gc=False):
    """One plot in SI units; NaN where nothing was measured. `line` is its place in a file, from 1."""

    sensor: str
    number: int | None
    time_ns: int
    range_m: float
    azimuth_rad: float
    elevation_rad: float
    range_rate_m_s: float
    line: int


def _ignore(_key: str) -> None:
    """Nobody wants to know."""


class LineParser:
    """Parses lines; `unknown_key` hears of each key that is ignored, once."""

    def __init__(self, unknown_key: Callable[[str], None] = _ignore) -> None:
        self._unknown_key = unknown_key
        self._told: dict[str, None] = {}

    def parse(self, data: bytes, line: int = 0) -> Sensor | Plot | SensorStatus:
        """One line without its end. Raises `BadValue` for what is not JSON or not of the schema."""
        if len(data) > LINE_BYTES:
            raise BadValue(f"a line of {len(data)} bytes", f"write lines of up to {LINE_BYTES} bytes")
        try:
            parsed = _DECODER.decode(data)
        except msgspec.ValidationError as error:
            parsed = self._without_unknown(data, error)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadValue(f"not a JSON line ({error})", _REMEDY) from None
        if isinstance(parsed, DetectionLine):
            return _plot(parsed, line)
        if isinstance(parsed, StatusLine):
            return SensorStatus(sensor=parsed.sensor, time_ns=parse_time(parsed.time), state=SensorState(parsed.state))
        return _sensor(parsed)

    def _without_unknown(self, data: bytes, error: msgspec.ValidationError) -> _Line:
        """The slow way, for lines with keys that we do not know."""
        try:
            raw = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as strict:
            raise BadValue(f"not a JSON line ({strict})", _REMEDY) from None
        known = _CLASSES.get(raw.get("type")) if isinstance(raw, dict) and isinstance(raw.get("type"), str) else None
        if known is None or not isinstance(raw, dict):
            raise BadValue(f"not a line of detections ({error})", _REMEDY)
        fields = {"type", *known.__struct_fields__}
        for key in raw:
            if key not in fields and key not in self._told:
                self._told[key] = None
                self._unknown_key(key)
        try:
            return msgspec.convert({key: value for key, value in raw.items() if key in fields}, _Line)  # type: ignore[no-any-return]
        except msgspec.ValidationError as strict:
            raise BadValue(f"not a line of detections ({strict})", _REMEDY) from None


def scans_of(plots: Iterable[Plot]) -> Iterator[RawScan]:
    """Plots that follow one another and are of one look (sensor and number; without numbers: within 50 ms) as one `RawScan`, perhaps part of a look."""
    group: list[Plot] = []
    for plot in plots:
        if group and not _same_look(group, plot):
            yield raw_scan(group)
            group = []
        group.append(plot)
    if group:
        yield raw_scan(group)


def raw_scan(group: list[Plot]) -> RawScan:
    """Plots of one look, at least one, in the order given."""
    return RawScan(
        sensor=group[0].sensor,
        number=group[0].number,
        time_ns=np.array([plot.time_ns for plot in group], dtype=np.int64),
        range_m=np.array([plot.range_m for plot in group]),
        azimuth_rad=np.array([plot.azimuth_rad for plot in group]),
        elevation_rad=np.array([plot.elevation_rad for plot in group]),
        range_rate_m_s=np.array([plot.range_rate_m_s for plot in group]),
        lines=np.array([plot.line for plot in group], dtype=np.int64),
    )


def _same_look(group: list[Plot], plot: Plot) -> bool:
    last = group[-1]
    if plot.sensor != last.sensor or plot.number != last.number or len(group) >= PLOTS_PER_SCAN:
        return False
    return plot.number is not None or 0 <= plot.time_ns - last.time_ns <= _CLOSE_NS


def _plot(line: DetectionLine, number: int) -> Plot:
    return Plot(
        line.sensor,
        line.scan,
        parse_time(line.time),
        math.nan if line.range_m is None else line.range_m,
        radians(line.azimuth_deg),
        radians(line.elevation_deg),
        math.nan if line.range_rate_m_s is None else line.range_rate_m_s,
        number,
    )


def _sensor(line: SensorLine) -> Sensor:
    check_name(line.id)
    check_code(line.owner)
    ranges = {
        "latitude_deg": -90.0 <= line.latitude_deg <= 90.0,
        "longitude_deg": -180.0 <= line.longitude_deg <= 180.0,
        "min_elevation_deg": -90.0 <= line.min_elevation_deg <= 90.0,
        "sigma_azimuth_deg": line.sigma_azimuth_deg > 0.0,
        "sigma_elevation_deg": line.sigma_elevation_deg > 0.0,
        "rate_hz": 0.0 < line.rate_hz <= 1_000.0,
    }
    if line.kind == "radar":
        ranges["sigma_range_m"] = line.sigma_range_m is not None and line.sigma_range_m > 0.0
    for name, good in ranges.items():
        if not good:
            raise BadValue(f"sensor {line.id}: {name} = {getattr(line, name)}", "give a value within its range")
    return Sensor(
        id=line.id,
        owner=line.owner,
        kind=SensorKind(line.kind),
        latitude_rad=radians(line.latitude_deg),
        longitude_rad=radians(line.longitude_deg),
        altitude_m=line.altitude_m,
        sigma_azimuth_rad=radians(line.sigma_azimuth_deg),
        sigma_elevation_rad=radians(line.sigma_elevation_deg),
        rate_hz=line.rate_hz,
        sigma_range_m=line.sigma_range_m,
        sigma_range_rate_m_s=line.sigma_range_rate_m_s,
        min_elevation_rad=radians(line.min_elevation_deg),
        max_range_m=line.max_range_m,
    )
