"""A flat plane around a point, on which areas, ellipses and corridors are laid together.

The plane is azimuthal equidistant on the sphere of geodetic normals, its axes stretched to the ellipsoid's radii of curvature at the point (WGS-84).
It knows no antimeridian and no pole. Distances from the centre are right to 0.1 % within 500 km and 0.4 % within 2,000 km of latitudes to 80 degrees
(tests/geo/test_areas_local.py, against geodesics).
"""

import math

import numpy as np

from bongsu.model.noun import Floats

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of WGS-84."""
SEMI_MAJOR_AXIS_M = 6_378_137.0
ECCENTRICITY_SQUARED = 6.694379990141316e-3
"""WGS-84."""
OUTLINE_POINTS = 64
"""Corners of an ellipse's outline from each of its two parametrisations; the outline is widened by what chords cut off (0.12 %)."""


def unit_vectors(radians: Floats) -> Floats:
    """Geodetic normals (N, 3) of latitude and longitude (N, 2) in radians."""
    latitude, longitude = radians[:, 0], radians[:, 1]
    across = np.cos(latitude)
    return np.column_stack([across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)])


class LocalPlane:
    """East and north metres around a point; built for one query and thrown away."""

    def __init__(self, latitude_rad: float, longitude_rad: float) -> None:
        sin_lat, cos_lat = math.sin(latitude_rad), math.cos(latitude_rad)
        sin_lon, cos_lon = math.sin(longitude_rad), math.cos(longitude_rad)
        self.up = np.array([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat])
        self._east = np.array([-sin_lon, cos_lon, 0.0])
        self._north = np.array([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat])
        shrink = 1.0 - ECCENTRICITY_SQUARED * sin_lat * sin_lat
        self._east_radius_m = SEMI_MAJOR_AXIS_M / math.sqrt(shrink)
        self._north_radius_m = SEMI_MAJOR_AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / shrink**1.5

    def east_north_m(self, units: Floats) -> Floats:
        """Normals (N, 3) as (N, 2) east and north metres; a point opposite the centre has no place and comes out far away."""
        east, north = units @ self._east, units @ self._north
        across = np.hypot(east, north)
        angle = np.arctan2(across, units @ self.up)
        stretch = np.where(across > 1e-12, angle / np.maximum(across, 1e-12), 1.0)
        return np.column_stack([east * stretch * self._east_radius_m, north * stretch * self._north_radius_m])


def ellipse_outline_m(semi_major_m: float, semi_minor_m: float, bearing_rad: float, guard_m: float) -> Floats:
    """East-north corners (N, 2) of an ellipse widened by `guard_m` on every side (the true parallel curve, not longer axes), never inside it.

    `bearing_rad` is of the major axis, clockwise from north. Corners follow both the angle along the ellipse and the direction of its normal, so that
    a needle keeps its round ends.
    """
    turn = np.arange(OUTLINE_POINTS) * (2.0 * math.pi / OUTLINE_POINTS)
    major, minor = max(semi_major_m, 1e-3), max(semi_minor_m, 1e-3)
    along = np.sort(
        np.concatenate([turn, np.mod(np.arctan2(minor * np.sin(turn), major * np.cos(turn)), 2.0 * math.pi)])
    )
    normal = np.column_stack([minor * np.cos(along), major * np.sin(along)])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    points = np.column_stack([major * np.cos(along), minor * np.sin(along)]) + guard_m * normal
    points /= math.cos(math.pi / OUTLINE_POINTS)
    return from_axes(points, bearing_rad)


def from_axes(points: Floats, bearing_rad: float) -> Floats:
    """Coordinates along the major and minor axes as east and north."""
    sin_b, cos_b = math.sin(bearing_rad), math.cos(bearing_rad)
    major, minor = points[:, 0], points[:, 1]
    return np.column_stack([major * sin_b + minor * cos_b, major * cos_b - minor * sin_b])


def to_axes(east_north_m: Floats, bearing_rad: float) -> Floats:
    """East and north as coordinates along the major and minor axes: the reverse of `from_axes`."""
    sin_b, cos_b = math.sin(bearing_rad), math.cos(bearing_rad)
    east, north = east_north_m[:, 0], east_north_m[:, 1]
    return np.column_stack([east * sin_b + north * cos_b, east * cos_b - north * sin_b])
