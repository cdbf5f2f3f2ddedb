"""What the tracker needs of a sensor, worked out once: its place, axes, noise, reach, and how thinly false plots are spread."""

from __future__ import annotations

import math

import numpy as np

from bongsu.core.assess import clutter
from bongsu.geo import frames
from bongsu.model.noun import Floats
from bongsu.model.sensor import Sensor, SensorKind

_EARTH_RADIUS_M = 6.371e6
_HIGH_M = 3.0e5  # a sensor above this is in orbit: it looks down on the disc of the Earth
_DEFAULT_REACH_M = 5.0e6
RATE_LEAST = 0.05  # false plots a look that are assumed at least, however quiet a sensor was
_RATE_FIRST = 0.5
_POLE_LEAST = 1e-3
_GROUND_EYE_M = 500_000.0  # how far off an infrared sensor on the ground is taken to see
_RATE_LOOKS = 50.0  # looks over which the rate of false plots is averaged


class Watcher:
    """One sensor as the tracker sees it. `rate` is the number of false plots a look, learned as looks come in."""

    def __init__(self, sensor: Sensor, number: int) -> None:
        self.sensor = sensor
        self.number = number
        self.infrared = sensor.kind is SensorKind.INFRARED
        self.place = frames.geodetic_to_ecef(sensor.latitude_rad, sensor.longitude_rad, sensor.altitude_m)
        self.axes = frames.enu_axes(sensor.latitude_rad, sensor.longitude_rad)
        self.up = self.axes[2].copy()
        self.period_s = 1.0 / sensor.rate_hz
        self.min_sine = math.sin(sensor.min_elevation_rad)
        self.reach_m = sensor.max_range_m if sensor.max_range_m is not None else 1.0e9
        self.sigmas = np.array(
            [
                sensor.sigma_range_m or 0.0,
                sensor.sigma_azimuth_rad,
                sensor.sigma_elevation_rad,
                sensor.sigma_range_rate_m_s or 0.0,
            ]
        )
        if sensor.altitude_m > _HIGH_M:
            solid = (
                2.0 * math.pi * (1.0 - math.sqrt(1.0 - (_EARTH_RADIUS_M / (_EARTH_RADIUS_M + sensor.altitude_m)) ** 2))
            )
            self._half_angle = math.asin(_EARTH_RADIUS_M / (_EARTH_RADIUS_M + sensor.altitude_m))
        else:
            solid = 2.0 * math.pi * (1.0 - min(self.min_sine, 0.9))
            self._half_angle = 0.5 * math.pi - min(sensor.min_elevation_rad, 1.0)
        self._solid = solid
        reach = 1.0 if self.infrared else min(self.reach_m, _DEFAULT_REACH_M)
        self.volume = solid * reach
        self.rate = _RATE_FIRST
        self.nearby = clutter.Nearby()
        self._distance_m = max(sensor.altitude_m, _GROUND_EYE_M)

    @property
    def log_density(self) -> float:
        """Log of the density of false plots in the space of its measurements (per rad2, or per rad2 and metre)."""
        return math.log(max(self.rate, RATE_LEAST) / self.volume)

    def points(self, rows: Floats) -> Floats:
        """Where the plots `rows` (N, 20) lie for the memory of false ones, from the sensor."""
        return clutter.places(rows, self._distance_m)

    def tracks_at(self, positions: Floats) -> Floats:
        """Where tracks at `positions` (T, 3) lie in the same space."""
        away = positions - self.place
        if self.infrared:
            away *= self._distance_m / np.maximum(np.linalg.norm(away, axis=1), 1.0)[:, None]
        return away

    def even_log_densities(self, rows: Floats) -> Floats:
        """The same for each of `rows` (N, 20): false plots may be spread evenly over the sky, or over azimuth and elevation, and then crowd at the pole."""
        along = np.abs(rows[:, 6:9] @ self.up)
        off_pole = np.sqrt(np.maximum(1.0 - along * along, _POLE_LEAST**2))
        crowd = self._solid / (2.0 * math.pi * self._half_angle * off_pole)
        return np.asarray(self.log_density + np.log(np.maximum(crowd, 1.0)))

    def log_densities(self, rows: Floats, seen: Floats | None = None) -> Floats:
        """As thick as late looks had false plots there, at least evenly; `seen` (N, 3): the plots as seen from the nearest confirmed track."""
        points = self.points(rows)
        if seen is None:
            seen = np.full(points.shape, np.nan)
        distance2 = np.einsum("ni,ni->n", points, points)
        noise_m = np.sqrt(distance2) * self.sigmas[1:3].max()
        local = clutter.density(self.nearby, points, seen, noise_m, self.infrared) * distance2
        found: Floats = np.maximum(self.even_log_densities(rows), np.log(np.maximum(local, 1e-300)))
        return found

    def learn(self, false_plots: Floats, seen: Floats, looks: int = 1) -> None:
        """Take the plots (M, 20) of the last of some looks that no track explains."""
        self.rate += (len(false_plots) - self.rate) / _RATE_LOOKS
        clutter.learn(self.nearby, self.points(false_plots), seen, looks, self.period_s)
