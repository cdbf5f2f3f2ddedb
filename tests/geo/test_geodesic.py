"""The compiled geodesic against pyproj, and its word where it does not converge."""

import math

import numpy as np
from pyproj import Geod

from bongsu.geo.geodesic import geodesic_inverse


def test_against_pyproj():
    rng = np.random.default_rng(3)
    geod = Geod(ellps="WGS84")
    for _ in range(2000):
        a, b = rng.uniform(-1.5, 1.5), rng.uniform(-math.pi, math.pi)
        c, d = a + rng.normal() * 0.3, b + rng.normal() * 0.5
        if abs(c) > 1.5:
            continue
        forward, _, length = geod.inv(b, a, d, c, radians=True)
        told, bearing = geodesic_inverse(a, b, c, d)
        assert abs(told - length) < 1e-3
        assert abs(math.remainder(bearing - forward, 2 * math.pi)) < 1e-8


def test_one_place_is_no_distance_from_itself():
    assert geodesic_inverse(0.6, 2.2, 0.6, 2.2) == (0.0, 0.0)


def test_near_the_antipode_it_is_right_or_not_a_number():
    rng = np.random.default_rng(4)
    geod = Geod(ellps="WGS84")
    unknown = 0
    for _ in range(300):
        a, b = rng.uniform(-1.2, 1.2), rng.uniform(-math.pi, math.pi)
        c, d = -a + rng.normal() * 3e-3, b + math.pi + rng.normal() * 3e-3
        told, bearing = geodesic_inverse(a, b, c, d)
        assert math.isnan(told) == math.isnan(bearing)
        unknown += math.isnan(told)
        assert math.isnan(told) or abs(told - geod.inv(b, a, d, c, radians=True)[2]) < 1.0
    assert 0 < unknown < 300


def test_across_the_date_line():
    length, bearing = geodesic_inverse(0.0, math.pi - 0.01, 0.0, -math.pi + 0.01)
    assert abs(length - 0.02 * 6378137.0) < 1.0
    assert abs(bearing - math.pi / 2) < 1e-6
