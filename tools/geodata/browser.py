"""Outlines for the browser's map, decoded so that plain JavaScript draws them: rings of whole hundredths of a degree as differences.

`land-50m.json`: {"scale": 0.01, "rings": [[x0, y0, dx, dy, ...], ...], "borders": [...]}, x = longitude, y = latitude; rings close by themselves
(the first point is not repeated) and are filled by even-odd; borders are open lines between countries.
`areas.json`, `districts.json`: {"scale", "version", "countries", "areas": [{"id", "level", "country", "names", "rings"}, ...]}.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely
from bongsu.geo.areas.packed import Provenance
from bongsu.model.noun import Floats
from shapely.geometry.base import BaseGeometry

from tools.geodata.fetch import json_member
from tools.geodata.region import Region, parts, table

SCALE_DEG = 0.01
LAND_TOLERANCE_DEG = 0.02
AREA_TOLERANCE_DEG = 0.012
SPECK_DEG2 = 1.5e-5
"""A speck of 0.15 km2 is under a pixel at any scale of the map; its area's other islands are drawn, and queries use the full set."""


def build(archive: Path, regions: list[Region], shapes: list[BaseGeometry], version: str, tool: str) -> dict[str, bytes]:
    """The three files by name."""
    coarse = {"PH", "RU", "CN", "US"}
    drawn = [(r, s) for r, s in zip(regions, shapes, strict=True) if r.level != "sigungu"]
    districts = [(r, s) for r, s in zip(regions, shapes, strict=True) if r.level == "sigungu"]
    head = {"scale": SCALE_DEG, "version": version, "tool": tool}
    return {
        "land-50m.json": _dump(head | _land(archive)),
        "areas.json": _dump(head | {"countries": table("countries.toml"), "areas": [_area(r, s, r.country in coarse) for r, s in drawn]}),
        "districts.json": _dump(head | {"countries": table("countries.toml"), "areas": [_area(r, s, False) for r, s in districts]}),
    }


def provenance(version: str, tool: str, credits: tuple[Provenance, ...]) -> bytes:
    """What the outlines were made from."""
    rows = [msgspec.to_builtins(credit) for credit in credits]
    files = ["land-50m.json", "areas.json", "districts.json"]
    return (json.dumps({"version": version, "tool": tool, "files": files, "sources": rows}, indent=1) + "\n").encode()


def _area(region: Region, shape: BaseGeometry, coarse: bool) -> dict[str, Any]:
    pieces = parts(shape)
    largest = max(piece.area for piece in pieces)
    kept = [piece for piece in pieces if piece.area >= min(SPECK_DEG2 * (8 if coarse else 1), largest)]
    tolerance = AREA_TOLERANCE_DEG * (3 if coarse else 1)
    rings = [_steps(shapely.get_coordinates(ring)) for piece in kept for ring in _rings(piece, tolerance)]
    return {"id": region.id, "level": region.level, "country": region.country, "names": region.names, "rings": rings}


def _rings(piece: BaseGeometry, tolerance: float) -> list[BaseGeometry]:
    thinned = shapely.simplify(piece, min(tolerance, piece.length / 30))
    return [thinned.exterior, *thinned.interiors]


def _land(archive: Path) -> dict[str, Any]:
    """World land and the borders between countries: arcs that two countries share."""
    land = json_member(archive, "land-50m.json")
    rings = []
    arcs = _arcs(land)
    for polygon in _polygons(land["objects"]["land"]):
        for ring in polygon:
            line = shapely.linearrings(_joined(arcs, ring))
            rings.append(_steps(shapely.get_coordinates(shapely.simplify(line, LAND_TOLERANCE_DEG))))
    countries = json_member(archive, "countries-50m.json")
    arcs = _arcs(countries)
    seen: dict[int, int] = {}
    for country in countries["objects"]["countries"]["geometries"]:
        for polygon in _polygons(country):
            for index in sorted({arc if arc >= 0 else ~arc for ring in polygon for arc in ring}):
                seen[index] = seen.get(index, 0) + 1
    shared = [shapely.simplify(shapely.linestrings(arcs[i]), LAND_TOLERANCE_DEG) for i, count in sorted(seen.items()) if count > 1]
    return {"rings": rings, "borders": [_steps(shapely.get_coordinates(line), closed=False) for line in shared]}


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


def _steps(points: Floats, closed: bool = True) -> list[int]:
    """Points as whole hundredths of a degree, differences after the first, repeats left out."""
    whole = np.rint(points / SCALE_DEG).astype(int)
    moved = np.concatenate([[True], np.any(np.diff(whole, axis=0) != 0, axis=1)])
    whole = whole[moved]
    if closed and len(whole) > 1 and (whole[0] == whole[-1]).all():
        whole = whole[:-1]
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=int))
    return [int(step) for step in steps.ravel()]


def _dump(thing: dict[str, Any]) -> bytes:
    return (json.dumps(thing, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
