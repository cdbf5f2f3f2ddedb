"""Splits remote islands from their parents (`tables/islands.toml`), and adds islands that the source does not draw (`tables/islets.tsv` too)."""

import math
from typing import Any

import numpy as np
import shapely

from tools.geodata.region import TABLES, Region, names_of, parts, polygons, table

KM_PER_DEGREE = 111.2
DRAWN_KM = 0.1


def split(regions: list[Region]) -> list[Region]:
    """The regions with every split of the table carried out and the islets added; a split that finds no island is an error."""
    rules = table("islands.toml")
    by_id = {region.id: region for region in regions}
    for row in rules["split"]:
        moved = [_take(by_id[giver], row["boxes"]) for giver in row["from"]]
        if not moved[0] and not moved[-1]:
            raise ValueError(f"islands.toml: {row['id']} finds no island")
        # The same islands in two levels are one shape: the finest source stands last.
        pieces = moved[-1] if by_id[row["from"][-1]].level == "sigungu" else [part for group in moved for part in group]
        by_id[row["id"]] = Region(
            row["id"],
            "islands",
            by_id[row["parent"]].country,
            names_of(row),
            polygons(shapely.union_all(pieces)),
            rules["valid_from"],
            row["parent"],
            tuple(row["from"]),
        )
    for row in rules["area"]:
        empty = shapely.MultiPolygon([])
        by_id[row["id"]] = Region(row["id"], "province", row["country"], names_of(row), empty, row["valid_from"])
    for row in rules["islet"] + _islets():
        _add_islet(by_id[row["area"]], row)
    return sorted(by_id.values(), key=lambda region: region.id)


def _islets() -> list[dict[str, Any]]:
    """The rows of `islets.tsv`."""
    keys = ("area", "latitude", "longitude", "radius_km", "name")
    lines = (TABLES / "islets.tsv").read_text(encoding="utf-8").splitlines()
    return [dict(zip(keys, line.split("\t"), strict=True)) for line in lines if not line.startswith("#")]


def _take(giver: Region, boxes: list[list[float]]) -> list[shapely.Polygon]:
    """Removes from the giver, and returns, the parts whose inner point lies in a box."""
    areas = [shapely.box(west, south, east, north) for west, south, east, north in boxes]
    taken: list[shapely.Polygon] = []
    kept: list[shapely.Polygon] = []
    for part in parts(giver.shape):
        inside = any(shapely.contains(area, part.representative_point()) for area in areas)
        (taken if inside else kept).append(part)
    giver.shape = shapely.MultiPolygon(kept)
    return taken


def _add_islet(region: Region, row: dict[str, Any]) -> None:
    """A twelve-sided disc, unless the area is already drawn there."""
    latitude, longitude = float(row["latitude"]), float(row["longitude"])
    if (
        not region.shape.is_empty
        and region.shape.distance(shapely.Point(longitude, latitude)) * KM_PER_DEGREE < DRAWN_KM
    ):
        return
    turn = np.arange(12) * (math.pi / 6)
    radius = float(row["radius_km"]) / KM_PER_DEGREE
    ring = np.column_stack(
        [longitude + radius * np.cos(turn) / math.cos(math.radians(latitude)), latitude + radius * np.sin(turn)]
    )
    region.shape = polygons(shapely.union_all([region.shape, shapely.Polygon(ring)]))
