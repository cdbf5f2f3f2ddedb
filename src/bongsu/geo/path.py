"""Points along a great circle, for ground tracks and overflown corridors."""

import math

import numpy as np
from numpy.typing import NDArray


def great_circle_points(
    latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float, count: int
) -> NDArray[np.float64]:
    """`count` (2 or more) evenly spaced points (N, 2) from point 1 to point 2 inclusive; latitude and longitude in radians.

    On the sphere of latitudes: within 0.2 % of the geodesic's length and, over 5,000 km, 8 km of its line. The ends must not be antipodes.
    """
    one, two = _unit(latitude_1, longitude_1), _unit(latitude_2, longitude_2)
    angle = math.atan2(float(np.linalg.norm(np.cross(one, two))), float(one @ two))
    share = np.linspace(0.0, 1.0, count)[:, None]
    if angle < 1e-9:
        return np.repeat([[latitude_1, longitude_1]], count, axis=0)
    units = (np.sin((1.0 - share) * angle) * one + np.sin(share * angle) * two) / math.sin(angle)
    return np.column_stack([np.arcsin(np.clip(units[:, 2], -1.0, 1.0)), np.arctan2(units[:, 1], units[:, 0])])


def _unit(latitude: float, longitude: float) -> NDArray[np.float64]:
    cos_latitude = math.cos(latitude)
    return np.array([cos_latitude * math.cos(longitude), cos_latitude * math.sin(longitude), math.sin(latitude)])
