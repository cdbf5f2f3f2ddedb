import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bongsu.geo.ellipses import (
    FACTOR_95,
    Ellipse,
    contains,
    covariance_of_ellipse,
    distance_squared,
    ellipse_of_covariance,
)

AXIS = st.floats(1.0, 1e6)


@given(AXIS, AXIS, st.floats(0.0, math.pi - 1e-6))
def test_round_trip(a, b, bearing):
    major, minor = max(a, b), min(a, b)
    ellipse = ellipse_of_covariance(covariance_of_ellipse(major, minor, bearing))
    assert math.isclose(ellipse.semi_major_m, major, rel_tol=1e-9)
    assert math.isclose(ellipse.semi_minor_m, minor, rel_tol=1e-4)
    if major > 1.01 * minor:
        assert abs(math.sin(ellipse.bearing - bearing)) < 1e-5


def test_major_axis_points_where_the_spread_is():
    ellipse = ellipse_of_covariance(np.array([[100.0, 0.0], [0.0, 1.0]]))
    assert math.isclose(ellipse.bearing, math.pi / 2)
    assert math.isclose(ellipse.semi_major_m, 10 * FACTOR_95)
    assert math.isclose(ellipse_of_covariance(np.array([[2.0, 1.0], [1.0, 2.0]])).bearing, math.pi / 4)


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), AXIS, AXIS, st.floats(0, 3))
def test_distance_is_the_quadratic_form(east, north, a, b, bearing):
    major, minor = max(a, b), min(a, b)
    cov = covariance_of_ellipse(major, minor, bearing)
    error = np.array([east, north])
    direct = distance_squared(Ellipse(major, minor, bearing), east, north)
    if major < 1e3 * minor:
        assert math.isclose(direct, error @ np.linalg.solve(cov, error), rel_tol=1e-6, abs_tol=1e-9)


def test_the_ellipse_holds_95_percent():
    rng = np.random.default_rng(3)
    cov = np.array([[400.0, 150.0], [150.0, 100.0]])
    ellipse = ellipse_of_covariance(cov)
    inside = np.mean([contains(ellipse, e, n) for e, n in rng.multivariate_normal([0, 0], cov, 4000)])
    assert 0.94 < inside < 0.96
