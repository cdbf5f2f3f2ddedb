"""What a record holds, as files for others: tables (CSV, Parquet) and maps (GeoJSON, KML, CZML). Every item asks the gate as recipient `file`, at the
moment it was recorded and by the policy of its own record; what the gate refuses stays out and is counted.

The mode stands in every row, feature, placemark and packet: a drill's export can be taken for nothing else.
"""

import csv
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from lxml import etree

from bongsu.adapters.store import RecordReader
from bongsu.base.errors import BadInput, RecordError
from bongsu.base.time import format_time
from bongsu.core.exchange.coarsen import Cells
from bongsu.core.exchange.gate import Gate, question
from bongsu.model.configuration import Configuration
from bongsu.record.entry import item_of

RECIPIENT = "file"
TYPES = ("warning", "path", "alert", "stance")
"""What is exported unless something else is asked for."""
_KML = "http://www.opengis.net/kml/2.2"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One item that may leave. `members` is its released form as JSON; the columns before it repeat what one looks for."""

    mode: str
    exercise: str
    item: str
    type: str
    origin: str
    receipt_time: str
    time: str | None
    warning: str | None
    version: int | None
    status: str | None
    latitude_deg: float | None
    longitude_deg: float | None
    altitude_m: float | None
    launch_latitude_deg: float | None
    launch_longitude_deg: float | None
    impact_latitude_deg: float | None
    impact_longitude_deg: float | None
    members: str


class Exported(msgspec.Struct, frozen=True):
    """How many items left, and how many did not, by the first reason."""

    rows: int
    refused: dict[str, int]


def export(
    folder: Path | str, form: str, out: Path, types: tuple[str, ...] = TYPES, now_ns: int | None = None
) -> Exported:
    """Write what may leave of a node's record at `now_ns` (None: now) to `out`. Raises `BadInput` and `RecordError`."""
    refused: Counter[str] = Counter()
    rows = list(released(folder, types, refused, time.time_ns() if now_ns is None else now_ns))
    part = out.with_name(out.name + ".part")
    try:
        WRITERS[form](part, rows)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return Exported(len(rows), dict(refused.most_common()))


def released(folder: Path | str, types: tuple[str, ...], refused: Counter[str], now_ns: int) -> Iterator[Row]:
    """The items of these types that the gate lets out at `now_ns`, by which consents end; `refused` counts the others."""
    gate: Gate | None = None
    cells: dict[str, Cells] = {}
    with RecordReader(folder) as reader:
        for entry in reader.entries(types=("configuration", *types), kinds=("input", "output")):
            item = item_of(entry)
            if isinstance(item.body, Configuration):
                gate = Gate(item.body)
                continue
            if gate is None:
                raise RecordError(
                    "the record does not begin with a configuration", "give a whole record", reader.place.shown
                )
            held = cells.setdefault(str(getattr(item.body, "warning", "")), {})
            answer = gate.ask(question(item, RECIPIENT), item.head.receipt_ns, held, now_ns)
            if answer.members is None:
                refused[f"{entry.type} of {item.head.origin}: {answer.decision.reasons[0]}"] += 1
                continue
            yield _row(entry.type, item.head, answer.members)


def _row(kind: str, head: Any, members: dict[str, Any]) -> Row:
    launch, impact = members.get("launch") or {}, members.get("impact") or {}
    time = members.get("time")
    if time is None and members.get("time_ns") is not None:
        time = format_time(members["time_ns"])
    return Row(
        mode=head.mode.value,
        exercise=head.exercise,
        item=head.id,
        type=kind,
        origin=head.origin,
        receipt_time=format_time(head.receipt_ns),
        time=time,
        warning=members.get("warning"),
        version=members.get("version"),
        status=members.get("status"),
        latitude_deg=members.get("latitude_deg"),
        longitude_deg=members.get("longitude_deg"),
        altitude_m=members.get("altitude_m"),
        launch_latitude_deg=launch.get("latitude_deg"),
        launch_longitude_deg=launch.get("longitude_deg"),
        impact_latitude_deg=impact.get("latitude_deg"),
        impact_longitude_deg=impact.get("longitude_deg"),
        members=json.dumps(members, ensure_ascii=False, sort_keys=True),
    )


def _csv(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(Row.__struct_fields__)
        for row in rows:
            writer.writerow("" if value is None else value for value in msgspec.structs.astuple(row))


def _parquet(path: Path, rows: list[Row]) -> None:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise BadInput("Parquet needs the package pyarrow", 'pip install "bongsu[parquet]"', "--format") from None
    kinds = {"version": pyarrow.int64()}
    always = ("mode", "exercise", "item", "type", "origin", "receipt_time", "members")
    fields = [
        pyarrow.field(
            name,
            kinds.get(name) or (pyarrow.float64() if name.endswith(("_deg", "_m")) else pyarrow.string()),
            nullable=name not in always,
        )
        for name in Row.__struct_fields__
    ]
    columns = {name: [getattr(row, name) for row in rows] for name in Row.__struct_fields__}
    parquet.write_table(pyarrow.table(columns, schema=pyarrow.schema(fields)), path)


class _Flight(msgspec.Struct):
    """What is drawn of one warning: its path, and its newest launch and impact points."""

    mode: str
    exercise: str
    origin: str
    warning: str
    status: str | None = None
    points: list[tuple[float, float, float, str]] = []
    launch: tuple[float, float] | None = None
    impact: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        """Its name on a map: the mode comes first."""
        return f"{self.mode.upper()}: {self.warning}"


def _flights(rows: Iterable[Row]) -> list[_Flight]:
    found: dict[tuple[str, str, str], _Flight] = {}
    for row in rows:
        if row.type not in ("warning", "path") or row.warning is None:
            continue
        place = (row.mode, row.origin, row.warning)
        flight = found.setdefault(place, _Flight(row.mode, row.exercise, row.origin, row.warning))
        flight.status = row.status or flight.status
        if row.launch_latitude_deg is not None and row.launch_longitude_deg is not None:
            flight.launch = row.launch_longitude_deg, row.launch_latitude_deg
        if row.impact_latitude_deg is not None and row.impact_longitude_deg is not None:
            flight.impact = row.impact_longitude_deg, row.impact_latitude_deg
        if row.latitude_deg is not None and row.longitude_deg is not None and row.time is not None:
            flight.points.append((row.longitude_deg, row.latitude_deg, row.altitude_m or 0.0, row.time))
    return list(found.values())


def _stretches(flight: _Flight) -> list[list[tuple[float, float, float, str]]]:
    """The path cut at 180 degrees, so that no line runs round the world (RFC 7946, 3.1.9)."""
    parts: list[list[tuple[float, float, float, str]]] = []
    for point in flight.points:
        if not parts or abs(point[0] - parts[-1][-1][0]) > 180.0:
            parts.append([])
        parts[-1].append(point)
    return [part for part in parts if len(part) > 1]


def _geojson(path: Path, rows: list[Row]) -> None:
    features: list[dict[str, Any]] = []
    for flight in _flights(rows):
        about: dict[str, str | None] = {
            "mode": flight.mode,
            "exercise": flight.exercise,
            "origin": flight.origin,
            "warning": flight.warning,
        }
        about |= {"name": flight.name, "status": flight.status}
        parts = _stretches(flight)
        if parts:
            lines = [[list(point[:3]) for point in part] for part in parts]
            times = [[point[3] for point in part] for part in parts]
            shape = {"type": "MultiLineString", "coordinates": lines}
            features.append(_feature(shape, about | {"what": "path", "times": times}))
        for what, place in (("launch", flight.launch), ("impact", flight.impact)):
            if place is not None:
                features.append(_feature({"type": "Point", "coordinates": list(place)}, about | {"what": what}))
    document = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def _feature(shape: dict[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": shape, "properties": about}


def _kml(path: Path, rows: list[Row]) -> None:
    root = etree.Element(f"{{{_KML}}}kml", nsmap={None: _KML})  # type: ignore[dict-item] # None is the default namespace
    document = _below(root, "Document")
    flights = _flights(rows)
    _below(document, "name", " / ".join(sorted({flight.mode.upper() for flight in flights})) or "EMPTY")
    for flight in flights:
        folder = _below(document, "Folder")
        _below(folder, "name", flight.name)
        for part in _stretches(flight):
            mark = _placemark(folder, flight, "path")
            line = _below(mark, "LineString")
            _below(line, "altitudeMode", "absolute")
            _below(line, "coordinates", " ".join(f"{lon},{lat},{up}" for lon, lat, up, _ in part))
        for what, place in (("launch", flight.launch), ("impact", flight.impact)):
            if place is not None:
                _below(_below(_placemark(folder, flight, what), "Point"), "coordinates", f"{place[0]},{place[1]}")
    path.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _placemark(folder: Any, flight: _Flight, what: str) -> Any:
    mark = _below(folder, "Placemark")
    _below(mark, "name", f"{flight.name}, {what}")
    data = _below(mark, "ExtendedData")
    for name in ("mode", "exercise", "origin", "status"):
        _below(_below(data, "Data", name=name), "value", str(getattr(flight, name) or ""))
    return mark


def _below(parent: Any, tag: str, text: str | None = None, **attributes: str) -> Any:
    child = etree.SubElement(parent, f"{{{_KML}}}{tag}", attributes)
    child.text = text
    return child


def _czml(path: Path, rows: list[Row]) -> None:
    flights = _flights(rows)
    modes = " / ".join(sorted({flight.mode.upper() for flight in flights})) or "EMPTY"
    packets: list[dict[str, Any]] = [{"id": "document", "name": modes, "version": "1.0"}]
    for flight in flights:
        about = {name: getattr(flight, name) for name in ("mode", "exercise", "origin", "status")}
        if flight.points:
            times = [time for *_, time in flight.points]
            places = [value for lon, lat, up, time in flight.points for value in (time, lon, lat, up)]
            packets.append(
                {
                    "id": f"{flight.origin}.{flight.warning}.path",
                    "name": flight.name,
                    "availability": f"{times[0]}/{times[-1]}",
                    "properties": about,
                    "label": {"text": flight.name},
                    "point": {"pixelSize": 8},
                    "position": {"cartographicDegrees": places},
                }
            )
        for what, place in (("launch", flight.launch), ("impact", flight.impact)):
            if place is not None:
                packets.append(
                    {
                        "id": f"{flight.origin}.{flight.warning}.{what}",
                        "name": f"{flight.name}, {what}",
                        "properties": about,
                        "point": {"pixelSize": 6},
                        "position": {"cartographicDegrees": [*place, 0.0]},
                    }
                )
    path.write_text(json.dumps(packets, ensure_ascii=False), encoding="utf-8")


WRITERS: dict[str, Callable[[Path, list[Row]], None]] = {
    "csv": _csv,
    "parquet": _parquet,
    "geojson": _geojson,
    "kml": _kml,
    "czml": _czml,
}
"""The forms of an export. A new one is a writer and a row."""
