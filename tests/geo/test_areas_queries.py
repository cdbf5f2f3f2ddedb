"""Ellipses and paths against brute force, at the antimeridian, at the pole, and on the flight of 2022-10-04."""

import importlib.resources
import math
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Geod

from bongsu.geo import areas
from bongsu.geo.areas.local import LocalPlane, ellipse_outline_m, from_axes, to_axes, unit_vectors
from bongsu.geo.areas.packed import read
from bongsu.model.noun import Floats

WGS84 = Geod(ellps="WGS84")


def great_circle(latitude_deg: float, longitude_deg: float, bearing_deg: float, range_m: float, count: int) -> Floats:
    """Points (N, 2) of a geodesic, radians."""
    full = np.full(count, 1.0)
    lon, lat, _ = WGS84.fwd(
        full * longitude_deg, full * latitude_deg, full * bearing_deg, np.linspace(0.0, range_m, count)
    )
    return np.radians(np.column_stack([lat, lon]))


def shapes_by_id() -> dict[str, Any]:
    """The packaged outlines as shapely draws them in degrees, apart from the queries under test."""
    packed, outlines = read(
        importlib.resources.files("bongsu.geo.areas").joinpath(f"areas-{areas.LATEST}.json.gz").read_bytes()
    )
    offsets = (outlines.ring_offsets, outlines.part_offsets, outlines.area_offsets)
    degrees = np.ascontiguousarray(outlines.degrees[:, ::-1])
    shapes = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, degrees, offsets)
    return {row.id: shape for row, shape in zip(packed.areas, shapes, strict=True)}


def on_earth(local_m: Floats, latitude_deg: float, longitude_deg: float, bearing_deg: float) -> Floats:
    """Points along an ellipse's axes as longitude and latitude in degrees, each by its own geodesic from the centre."""
    east_north = from_axes(local_m, math.radians(bearing_deg))
    full = np.ones(len(local_m))
    azimuths = np.degrees(np.arctan2(east_north[:, 0], east_north[:, 1]))
    lon, lat, _ = WGS84.fwd(
        full * longitude_deg, full * latitude_deg, azimuths, np.hypot(east_north[:, 0], east_north[:, 1])
    )
    return np.column_stack([lon, lat])


def held_points(
    latitude_deg: float, longitude_deg: float, major_m: float, minor_m: float, bearing_deg: float
) -> set[str]:
    """Areas that hold one of 20,000 points spread over an ellipse."""
    radius = np.sqrt((np.arange(20_000) + 0.5) / 20_000)
    turn = np.arange(20_000) * 2.399963229728653
    local_m = np.column_stack([major_m * radius * np.cos(turn), minor_m * radius * np.sin(turn)])
    shapes = shapes_by_id()
    points = shapely.points(on_earth(local_m, latitude_deg, longitude_deg, bearing_deg))
    _, hit = shapely.STRtree(list(shapes.values())).query(points, predicate="within")
    return {list(shapes)[int(index)] for index in np.unique(hit)}


def crossed(latitude_deg: float, longitude_deg: float, major_m: float, minor_m: float, bearing_deg: float) -> set[str]:
    """Areas that an ellipse drawn with 720 geodesics meets on the plane of degrees."""
    turn = np.arange(720) * (math.pi / 360.0)
    local_m = np.column_stack([major_m * np.cos(turn), minor_m * np.sin(turn)])
    outline = shapely.Polygon(on_earth(local_m, latitude_deg, longitude_deg, bearing_deg))
    return {key for key, shape in shapes_by_id().items() if shape.intersects(outline)}


@pytest.mark.parametrize(
    "ellipse",
    [
        (41.0, 140.5, 50e3, 20e3, 60.0),
        (37.5, 127.0, 60e3, 15e3, 100.0),
        (36.0, 133.0, 400e3, 90e3, 80.0),
        (34.0, 131.0, 900e3, 4e3, 45.0),
        (26.0, 127.5, 600e3, 200e3, 50.0),
        (43.5, 143.0, 30e3, 30e3, 0.0),
        (60.0, -160.0, 700e3, 300e3, 120.0),
    ],
)
def test_an_ellipse_touches_what_its_points_touch(ellipse: tuple[float, float, float, float, float]) -> None:
    latitude, longitude, major_m, minor_m, bearing = ellipse
    loaded = areas.load()
    place = (math.radians(latitude), math.radians(longitude))
    found = set(loaded.touching_ellipse(*place, major_m, minor_m, math.radians(bearing), guard_m=0.0))
    held = held_points(latitude, longitude, major_m * 0.998, minor_m * 0.998, bearing)
    assert held
    assert held <= found
    assert found <= crossed(latitude, longitude, major_m * 1.003 + 200.0, minor_m * 1.003 + 200.0, bearing)
    assert crossed(latitude, longitude, major_m * 0.998 - 100.0, minor_m * 0.998 - 100.0, bearing) <= found


def test_the_guard_widens_an_ellipse_by_its_width_on_every_side() -> None:
    outline = shapely.Polygon(ellipse_outline_m(200e3, 1e3, 0.7, 5e3))
    bare = shapely.Polygon(ellipse_outline_m(200e3, 1e3, 0.7, 0.0))
    wide = shapely.buffer(bare, 5e3, quad_segs=64)
    assert outline.buffer(20.0).contains(wide)
    assert shapely.hausdorff_distance(outline.exterior, wide.exterior, densify=0.01) < 400.0


def test_a_point_with_a_guard_is_a_circle() -> None:
    loaded = areas.load()
    # 3 km south of the coast of Minami-Daito, and nothing else for 300 km.
    south = (math.radians(25.79), math.radians(131.24))
    assert loaded.touching_ellipse(*south, 0.0, 0.0, 0.0, guard_m=0.0) == ()
    assert loaded.touching_ellipse(*south, 0.0, 0.0, 0.0) == ("JP-47-daito",)


def test_levels_are_chosen() -> None:
    loaded = areas.load()
    place = (math.radians(37.5), math.radians(127.0), 20e3, 20e3, 0.0)
    assert set(loaded.touching_ellipse(*place, levels=("province", "islands"))) == {"KR-11", "KR-28", "KR-41"}
    districts = loaded.touching_ellipse(*place, levels=("sigungu",))
    assert "KR-11680" in districts
    assert set(districts) | {"KR-11", "KR-28", "KR-41"} == set(loaded.touching_ellipse(*place))


@pytest.mark.parametrize("longitude_deg", [179.99, -179.99, 180.0, -180.0])
def test_the_antimeridian_cuts_nothing(longitude_deg: float) -> None:
    loaded = areas.load()
    assert loaded.touching_ellipse(math.radians(68.0), math.radians(longitude_deg), 10e3, 10e3, 0.0) == ("RU-CHU",)
    aleutians = loaded.touching_ellipse(
        math.radians(51.9), math.radians(longitude_deg), 120e3, 20e3, math.radians(90.0)
    )
    assert aleutians == ("US-AK",)
    across = great_circle(51.9, 178.0, 90.0, 300e3, 2)
    assert loaded.touching_path(across, 30e3) == ("US-AK",)


def test_the_pole_hides_nothing() -> None:
    loaded = areas.load()
    assert loaded.touching_ellipse(math.radians(89.9), 0.5, 1_900e3, 1_900e3, 0.0) == ()
    assert loaded.touching_ellipse(math.radians(89.9), 0.5, 2_120e3, 2_120e3, 0.0) == ("RU-CHU", "US-AK")
    over = great_circle(75.0, 20.0, 0.0, 5_000e3, 2)
    assert loaded.touching_path(over, 10e3) == ("US-AK",)


def test_distance_d2_and_probability() -> None:
    loaded = areas.load()
    inside = {
        touch.area: touch for touch in loaded.near_ellipse(math.radians(43.4), math.radians(142.8), 20e3, 10e3, 0.3)
    }
    assert inside == {"JP-01": areas.EllipseTouch("JP-01", 0.0, 0.0, 1.0)}
    # 100 km east of the coast of Iwate: the nearest point lies across the minor axis.
    place = (math.radians(39.6), math.radians(143.3))
    far = {touch.area: touch for touch in loaded.near_ellipse(*place, 150e3, 120e3, 0.0)}["JP-03"]
    sigma_m = 120e3 / 2.448
    assert far.d2 == pytest.approx((far.distance_m / sigma_m) ** 2, rel=0.05)
    assert 0.0 < far.probability < 0.1


def test_probability_agrees_with_a_hundred_thousand_draws() -> None:
    loaded = areas.load()
    latitude, longitude, bearing = 40.9, 140.6, 75.0
    touches = loaded.near_ellipse(
        math.radians(latitude), math.radians(longitude), 120e3, 50e3, math.radians(bearing), levels=("province",)
    )
    draws = np.random.default_rng(3).normal(size=(100_000, 2)) * np.array([120e3, 50e3]) / 2.448
    points = on_earth(draws, latitude, longitude, bearing)
    by_id = shapes_by_id()
    assert len(touches) >= 2
    for touch in touches:
        shape = by_id[touch.area]
        shapely.prepare(shape)
        assert touch.probability == pytest.approx(float(shapely.contains_xy(shape, points).mean()), abs=0.01)


def test_the_flight_of_2022_10_04_passes_over_the_strait_of_tsugaru() -> None:
    path = great_circle(40.6, 126.4, 80.0, 4_600e3, 400)
    loaded = areas.load()
    touched = loaded.touching_path(path, 20e3, levels=("province", "islands"))
    assert {"JP-01", "JP-02"} <= set(touched)
    # The islands of Tokyo were alerted that day; the path never came near them, nor any other prefecture.
    assert {name for name in touched if name.startswith("JP")} == {"JP-01", "JP-02"}
    passed = {touch.area: touch for touch in loaded.near_path(path, 20e3)}
    assert passed["JP-01"].distance_m == 0.0
    when = path[passed["JP-02"].nearest_index]
    assert math.degrees(when[1]) == pytest.approx(140.9, abs=1.0)


def test_a_path_is_the_same_however_its_points_are_spaced() -> None:
    loaded = areas.load()
    dense = great_circle(40.6, 126.4, 80.0, 4_600e3, 4_600)
    sparse = great_circle(40.6, 126.4, 80.0, 4_600e3, 47)
    assert loaded.touching_path(dense, 10e3) == loaded.touching_path(sparse, 10e3)
    at_rest = np.repeat(dense[:1], 50, axis=0)
    assert loaded.touching_path(at_rest, 10e3) == loaded.touching_path(dense[:1], 10e3)
    by_ellipse = loaded.touching_ellipse(float(dense[0, 0]), float(dense[0, 1]), 0.0, 0.0, 0.0, 15e3)
    assert loaded.touching_path(dense[:1], 10e3) == by_ellipse


def test_a_corridor_touches_what_its_points_touch() -> None:
    path = great_circle(39.0, 125.5, 110.0, 1_500e3, 300)
    loaded = areas.load()
    by_points: set[str] = set()
    for latitude, longitude in path:
        by_points.update(loaded.touching_ellipse(float(latitude), float(longitude), 20e3, 20e3, 0.0, 0.0))
    found = set(loaded.touching_path(path, 20e3, guard_m=0.0))
    assert found <= by_points | set(loaded.touching_path(path, 20.3e3, guard_m=0.0))
    assert by_points <= set(loaded.touching_path(path, 20.3e3, guard_m=0.0))


@pytest.mark.parametrize(("reach_m", "share"), [(50e3, 0.0002), (500e3, 0.001), (2_000e3, 0.004)])
def test_distances_of_the_local_plane(reach_m: float, share: float) -> None:
    for latitude in (-80.0, 0.0, 13.0, 26.0, 38.0, 55.0, 80.0):
        azimuths = np.arange(0.0, 360.0, 15.0)
        full = np.ones(len(azimuths))
        lon, lat, _ = WGS84.fwd(full * 179.5, full * latitude, azimuths, full * reach_m)
        plane = LocalPlane(math.radians(latitude), math.radians(179.5))
        local = plane.east_north_m(unit_vectors(np.radians(np.column_stack([lat, lon]))))
        assert np.abs(np.hypot(local[:, 0], local[:, 1]) / reach_m - 1.0).max() < share


def test_axes_turn_there_and_back() -> None:
    points = np.array([[3.0, 4.0], [-1.0, 2.0]])
    assert np.allclose(to_axes(from_axes(points, 1.1), 1.1), points)
    assert np.allclose(from_axes(np.array([[1.0, 0.0]]), math.radians(90.0)), [[1.0, 0.0]])
    assert np.allclose(from_axes(np.array([[1.0, 0.0]]), 0.0), [[0.0, 1.0]])
