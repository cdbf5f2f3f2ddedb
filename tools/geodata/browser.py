"""Outlines for the browser's map, decoded so that plain JavaScript draws them: rings of whole numbers as differences.

`scale` turns a number into degrees, x is longitude and y latitude. Rings close by themselves (the first point is not repeated) and are filled by
even-odd; borders are open lines between countries. Nothing crosses the antimeridian: a map around it draws everything twice, 360 degrees apart.

`land-50m.json`: {"scale", "rings": [[x0, y0, dx, dy, ...], ...], "borders": [...]}.
`areas.json` (provinces and islands), `districts.json`: {"scale", "version", "countries", "areas": [{"id", "level", "country", "names", "rings"}]}.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from bongsu.geo.areas.packed import Provenance
from bongsu.model.noun import Floats
from tools.geodata.fetch import json_member
from tools.geodata.region import Region, parts, polygons, table

LAND_SCALE_DEG, LAND_TOLERANCE_DEG = 0.01, 0.02
AREA_SCALE_DEG, AREA_TOLERANCE_DEG = 0.005, 0.006
DISTRICT_SCALE_DEG, DISTRICT_TOLERANCE_DEG = 0.002, 0.003
COARSE_FACTOR = 4
"""How much coarser the far neighbours are drawn."""
SPECK_DEG2 = 1.5e-5
"""A speck of 0.15 km2 is under a pixel at any scale of the map; its area's other islands are drawn, and queries use the full set."""


def build(
    archive: Path, regions: list[Region], shapes: list[BaseGeometry], version: str, tool: str
) -> dict[str, bytes]:
    """The three files by name."""
    pairs = list(zip(regions, shapes, strict=True))
    drawn = [_area(r, s, AREA_SCALE_DEG, AREA_TOLERANCE_DEG) for r, s in pairs if r.level != "sigungu"]
    districts = [_area(r, s, DISTRICT_SCALE_DEG, DISTRICT_TOLERANCE_DEG) for r, s in pairs if r.level == "sigungu"]
    head = {"version": version, "tool": tool}
    named = head | {"countries": table("countries.toml")}
    return {
        "land-50m.json": _dump(head | {"scale": LAND_SCALE_DEG} | _land(archive)),
        "areas.json": _dump(named | {"scale": AREA_SCALE_DEG, "areas": drawn}),
        "districts.json": _dump(named | {"scale": DISTRICT_SCALE_DEG, "areas": districts}),
    }


def provenance(version: str, tool: str, sources: tuple[Provenance, ...]) -> bytes:
    """What the outlines were made from."""
    rows = [msgspec.to_builtins(credit) for credit in sources]
    files = ["land-50m.json", "areas.json", "districts.json"]
    return (json.dumps({"version": version, "tool": tool, "files": files, "sources": rows}, indent=1) + "\n").encode()


def _area(region: Region, shape: BaseGeometry, scale_deg: float, tolerance_deg: float) -> dict[str, Any]:
    pieces = parts(shape)
    coarser = COARSE_FACTOR if region.id[:2] in {"PH", "RU", "CN", "US"} else 1
    least = min(SPECK_DEG2 * coarser, max(piece.area for piece in pieces))
    kept = [piece for piece in pieces if piece.area >= least]
    lines = [shapely.get_coordinates(ring) for piece in kept for ring in _rings(piece, tolerance_deg * coarser)]
    rings = [ring for ring in (_steps(line, scale_deg) for line in lines) if len(ring) >= 6]
    return {"id": region.id, "level": region.level, "country": region.country, "names": region.names, "rings": rings}


def _rings(piece: shapely.Polygon, tolerance: float) -> list[shapely.LinearRing]:
    thinned = shapely.simplify(piece, min(tolerance, piece.length / 30))
    return [thinned.exterior, *thinned.interiors]


def _land(archive: Path) -> dict[str, Any]:
    """World land and the borders between countries: arcs that two countries share."""
    land = json_member(archive, "land-50m.json")
    rings: list[list[int]] = []
    arcs = _arcs(land)
    for polygon in _polygons(land["objects"]["land"]):
        for piece in parts(_cut([_joined(arcs, ring) for ring in polygon])):
            rings.extend(
                _steps(shapely.get_coordinates(ring), LAND_SCALE_DEG) for ring in _rings(piece, LAND_TOLERANCE_DEG)
            )
    countries = json_member(archive, "countries-50m.json")
    arcs = _arcs(countries)
    seen: dict[int, int] = {}
    for country in countries["objects"]["countries"]["geometries"]:
        for polygon in _polygons(country):
            for index in sorted({arc if arc >= 0 else ~arc for ring in polygon for arc in ring}):
                seen[index] = seen.get(index, 0) + 1
    shared = [
        shapely.simplify(shapely.linestrings(arcs[i]), LAND_TOLERANCE_DEG)
        for i, count in sorted(seen.items())
        if count > 1
    ]
    return {
        "rings": rings,
        "borders": [_steps(shapely.get_coordinates(line), LAND_SCALE_DEG, closed=False) for line in shared],
    }


def _cut(rings: list[Floats]) -> BaseGeometry:
    """A polygon of the source, whose rings jump at the antimeridian or go round a pole, cut into pieces that lie within [-180, 180]."""
    shape: BaseGeometry = shapely.MultiPolygon([])
    for ring in rings:
        line = np.column_stack([np.degrees(np.unwrap(np.radians(ring[:, 0]))), ring[:, 1]])
        turn = line[-1, 0] - line[0, 0]
        if abs(turn) > 180.0:
            pole = np.sign(line[:, 1].mean()) * 90.0
            line = np.concatenate([line, [[line[-1, 0], pole], [line[0, 0], pole]]])
        # Even-odd: a hole takes away from its outside.
        shape = shapely.symmetric_difference(shape, polygons(shapely.Polygon(line)))
    sheets = [(shapely.box(180.0 * (2 * k - 1), -90.0, 180.0 * (2 * k + 1), 90.0), 360.0 * k) for k in (-1, 0, 1)]
    moved = [_moved(shapely.intersection(shape, sheet), -by) for sheet, by in sheets]
    return polygons(shapely.union_all(moved))


def _moved(shape: BaseGeometry, by_deg: float) -> BaseGeometry:
    moved: BaseGeometry = shapely.transform(shape, lambda points: points + np.array([by_deg, 0.0]))
    return moved


def _arcs(topology: dict[str, Any]) -> list[Floats]:
    """A TopoJSON's arcs in degrees: running sums, scaled and moved."""
    scale, move = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc, dtype=float), axis=0) * scale + move for arc in topology["arcs"]]


def _polygons(thing: dict[str, Any]) -> list[list[list[int]]]:
    """Polygons of a TopoJSON geometry as rings of arc numbers (negative: backwards)."""
    if thing["type"] == "GeometryCollection":
        return [polygon for inner in thing["geometries"] for polygon in _polygons(inner)]
    if thing["type"] == "Polygon":
        return [thing["arcs"]]
    return list(thing["arcs"]) if thing["type"] == "MultiPolygon" else []


def _joined(arcs: list[Floats], ring: list[int]) -> Floats:
    pieces = [arcs[arc] if arc >= 0 else arcs[~arc][::-1] for arc in ring]
    return np.concatenate([pieces[0], *[piece[1:] for piece in pieces[1:]]])


def _steps(points: Floats, scale_deg: float, closed: bool = True) -> list[int]:
    """Points as whole multiples of a scale, differences after the first, repeats left out."""
    whole = np.rint(points / scale_deg).astype(int)
    moved = np.concatenate([[True], np.any(np.diff(whole, axis=0) != 0, axis=1)])
    whole = whole[moved]
    if closed and len(whole) > 1 and (whole[0] == whole[-1]).all():
        whole = whole[:-1]
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=int))
    return [int(step) for step in steps.ravel()]


def _dump(thing: dict[str, Any]) -> bytes:
    return (json.dumps(thing, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
