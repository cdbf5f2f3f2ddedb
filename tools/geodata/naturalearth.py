"""Areas from Natural Earth: Japan's prefectures and the neighbours' first-level areas."""

from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from tools.geodata.fetch import json_member
from tools.geodata.region import LANGUAGES, Region, names_of, polygons, table


def regions(archive: Path) -> list[Region]:
    """All areas that `natural_earth.toml` takes; rows that share a code become one area, named after the largest."""
    rules = table("natural_earth.toml")
    features = json_member(archive, "data/build.json")["features"]
    found: list[Region] = []
    for take in rules["take"]:
        gathered: dict[str, list[tuple[BaseGeometry, dict[str, Any]]]] = {}
        for feature in features:
            row = feature["properties"]
            if row["adm0_a3"] != take["source"] or (take["codes"] and row["iso_3166_2"] not in take["codes"]):
                continue
            key = rules["ids"].get(row["iso_3166_2"], row["iso_3166_2"])
            gathered.setdefault(key, []).append((polygons(shape(feature["geometry"])), row))
        found.extend(_region(key, rows, take, rules["names"]) for key, rows in sorted(gathered.items()))
    return found


def _region(
    key: str, rows: list[tuple[BaseGeometry, dict[str, Any]]], take: dict[str, Any], fixes: dict[str, Any]
) -> Region:
    largest = max(rows, key=lambda pair: (pair[0].area, str(pair[1]["name"])))[1]
    names = names_of({language: largest[f"name_{language}"] for language in LANGUAGES} | fixes.get(key, {}))
    whole = polygons(shapely.union_all([geometry for geometry, _ in rows]))
    return Region(key, "province", take["country"], names, whole, take["valid_from"])
