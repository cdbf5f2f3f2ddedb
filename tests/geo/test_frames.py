import math

import numpy as np
import pymap3d
import pyproj
from hypothesis import given
from hypothesis import strategies as st

from bongsu.geo import frames

LATITUDE = st.floats(-1.57, 1.57)
LONGITUDE = st.floats(-3.14, 3.14)
ALTITUDE = st.floats(-500.0, 5.0e7)


@given(LATITUDE, LONGITUDE, ALTITUDE)
def test_geodetic_round_trip(latitude, longitude, altitude):
    back = frames.ecef_to_geodetic(frames.geodetic_to_ecef(latitude, longitude, altitude))
    assert abs(back[0] - latitude) < 1e-12
    assert abs(math.remainder(back[1] - longitude, 2 * math.pi)) < 1e-12
    assert abs(back[2] - altitude) < 1e-6


@given(LATITUDE, LONGITUDE, ALTITUDE)
def test_altitude_agrees_with_the_full_inverse(latitude, longitude, altitude):
    x, y, z = frames.geodetic_to_ecef(latitude, longitude, altitude)
    assert abs(frames.altitude_of(x, y, z) - altitude) < 1e-3 + 1e-9 * altitude


def test_against_pyproj():
    transformer = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    rng = np.random.default_rng(1)
    for _ in range(50):
        latitude, longitude, altitude = rng.uniform(-89, 89), rng.uniform(-180, 180), rng.uniform(0, 1e7)
        x = frames.geodetic_to_ecef(math.radians(latitude), math.radians(longitude), altitude)
        np.testing.assert_allclose(x, transformer.transform(longitude, latitude, altitude), atol=1e-6)


def test_azimuth_and_elevation_against_pymap3d():
    rng = np.random.default_rng(2)
    for _ in range(50):
        place = rng.uniform(-80, 80), rng.uniform(-180, 180), rng.uniform(0, 4e7)
        thing = rng.uniform(-80, 80), rng.uniform(-180, 180), rng.uniform(0, 7e6)
        azimuth, elevation, distance = pymap3d.geodetic2aer(*thing, *place)
        sensor = frames.geodetic_to_ecef(math.radians(place[0]), math.radians(place[1]), place[2])
        axes = frames.enu_axes(math.radians(place[0]), math.radians(place[1]))
        position = frames.geodetic_to_ecef(math.radians(thing[0]), math.radians(thing[1]), thing[2])
        range_m, az, el = frames.ecef_to_range_azimuth_elevation(sensor, axes, position)
        assert abs(range_m - distance) < 1e-5
        assert abs(math.remainder(az - math.radians(azimuth), 2 * math.pi)) < 1e-10
        assert abs(el - math.radians(elevation)) < 1e-10
        np.testing.assert_allclose(
            frames.range_azimuth_elevation_to_ecef(sensor, axes, range_m, az, el), position, atol=1e-5
        )


def test_great_circle_is_near_the_geodesic():
    geod = pyproj.Geod(ellps="WGS84")
    forward, _, distance = geod.inv(126.0, 39.1, 139.0, 43.0)
    arc, bearing = frames.great_circle(math.radians(39.1), math.radians(126), math.radians(43), math.radians(139))
    assert abs(arc / distance - 1) < 0.006
    assert abs(math.degrees(bearing) - forward) < 0.3
