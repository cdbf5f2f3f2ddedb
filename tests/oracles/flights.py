"""A small independent simulator for tests: staged ascents, J2, drag over Mach number, air that differs from the standard; radar and infrared plots.

Shares no code with `bongsu.flight`. Everything is drawn from a seed; nothing here describes a real vehicle or sensor.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field

import numpy as np

MU, J2, RE, RATE = 3.986004418e14, 1.08263e-3, 6378137.0, 7.292115e-5
F = 1 / 298.257223563
E2 = F * (2 - F)
T0_S = 1_777_000_000


def ecef(latitude, longitude, altitude):
    s, c = math.sin(latitude), math.cos(latitude)
    n = RE / math.sqrt(1 - E2 * s * s)
    return np.array(
        [
            (n + altitude) * c * math.cos(longitude),
            (n + altitude) * c * math.sin(longitude),
            (n * (1 - E2) + altitude) * s,
        ]
    )


def geodetic(r):
    x, y, z = (float(a) for a in r)
    p = math.hypot(x, y)
    latitude = math.atan2(z, p * (1 - E2))
    for _ in range(6):
        n = RE / math.sqrt(1 - E2 * math.sin(latitude) ** 2)
        altitude = p / math.cos(latitude) - n if abs(latitude) < 1.4 else z / math.sin(latitude) - n * (1 - E2)
        latitude = math.atan2(z, p * (1 - E2 * n / (n + altitude)))
    return latitude, math.atan2(y, x), altitude


def enu(latitude, longitude):
    sl, cl, so, co = math.sin(latitude), math.cos(latitude), math.sin(longitude), math.cos(longitude)
    return np.array([[-so, co, 0], [-sl * co, -sl * so, cl], [cl * co, cl * so, sl]])


def density(h, scale):
    """Exponential pieces near the standard atmosphere, times `scale`."""
    if h > 150e3:
        return 0.0
    for base, rho, height in (
        (110e3, 9.7e-8, 15e3), (85e3, 8.2e-6, 5.64e3), (60e3, 3.1e-4, 6.9e3), (30e3, 1.84e-2, 7.35e3),
        (11e3, 0.3648, 6.37e3), (-1e4, 1.225 * math.exp(1e4 / 9.08e3), 9.08e3),
    ):  # fmt: skip
        if h >= base:
            return scale * rho * math.exp(-(h - base) / height)
    return scale * 1.225


@dataclass
class Vehicle:
    """An invented one: what pushes, leans and brakes."""

    burns: list  # of (start_s, end_s, first_m_s2, last_m_s2)
    lean: float
    lean_from_s: float
    lean_to_s: float
    azimuth: float
    beta: float
    air: float
    turn_after: bool  # gravity turn once leaned, else a fixed attitude

    @property
    def burnout_s(self):
        return self.burns[-1][1]


@dataclass
class Flight:
    """A flown one: `t`, `r`, `v` at the steps; launch and impact."""

    vehicle: Vehicle
    latitude: float
    longitude: float
    t: np.ndarray = field(default_factory=lambda: np.empty(0))
    r: np.ndarray = field(default_factory=lambda: np.empty((0, 3)))
    v: np.ndarray = field(default_factory=lambda: np.empty((0, 3)))
    apogee_m: float = 0.0
    impact: tuple = (0.0, 0.0)
    flight_s: float = 0.0
    start_s: float = 0.0

    def state(self, time_s):
        """Position and velocity at a time since launch, cubic between the steps."""
        k = min(max(int(np.searchsorted(self.t, time_s)) - 1, 0), len(self.t) - 2)
        h = self.t[k + 1] - self.t[k]
        s = (time_s - self.t[k]) / h
        r0, r1, v0, v1 = self.r[k], self.r[k + 1], self.v[k], self.v[k + 1]
        a = 2 * (r0 - r1) + h * (v0 + v1)
        b = 3 * (r1 - r0) - h * (2 * v0 + v1)
        return r0 + s * h * v0 + s * s * b + s**3 * a, v0 + (2 * s * b + 3 * s * s * a) / h


def _rates(t, r, v, vehicle, level, up):
    x, y, z = r
    r2 = x * x + y * y + z * z
    g = MU / (r2 * math.sqrt(r2))
    k = 1.5 * J2 * RE * RE / r2
    s = 5 * z * z / r2
    ax = -g * x * (1 + k * (1 - s)) + 2 * RATE * v[1] + RATE**2 * x
    ay = -g * y * (1 + k * (1 - s)) - 2 * RATE * v[0] + RATE**2 * y
    az = -g * z * (1 + k * (3 - s))
    h = math.sqrt(r2) - RE * (1 - F * z * z / r2)
    speed = math.sqrt(v[0] ** 2 + v[1] ** 2 + v[2] ** 2)
    burning = t < vehicle.burnout_s
    if h < 150e3:
        mach = speed / 300.0
        shape = 0.7 + 1.1 * math.exp(-((mach - 1.2) ** 2)) + 0.3 * math.exp(-mach / 3.0)
        beta = (3.0 if burning else 1.0) * vehicle.beta / shape
        d = -0.5 * density(h, vehicle.air) * speed / beta
        ax, ay, az = ax + d * v[0], ay + d * v[1], az + d * v[2]
    for begin, end, first, last in vehicle.burns:
        if begin <= t < end:
            push = first / (1 - (t - begin) / (end - begin) * (1 - first / last))
            share = min(max((t - vehicle.lean_from_s) / (vehicle.lean_to_s - vehicle.lean_from_s), 0), 1)
            if share >= 1 and vehicle.turn_after and speed > 100:
                direction = v / speed
            else:
                lean = vehicle.lean * share
                direction = math.cos(lean) * up + math.sin(lean) * level
            ax, ay, az = ax + push * direction[0], ay + push * direction[1], az + push * direction[2]
    return np.array([ax, ay, az])


def fly(vehicle, latitude, longitude):
    """The flight of a vehicle from the ground to the ground."""
    axes = enu(latitude, longitude)
    level = math.sin(vehicle.azimuth) * axes[0] + math.cos(vehicle.azimuth) * axes[1]
    r, v, t = ecef(latitude, longitude, 0.0), np.zeros(3), 0.0
    ts, rs, vs = [t], [r], [v]
    edges = sorted({e for burn in vehicle.burns for e in burn[:2]})
    top = 0.0
    while True:
        h = float(np.linalg.norm(r)) - 6.37e6
        dt = 0.5 if t < vehicle.burnout_s else (0.25 if h < 170e3 else 4.0)
        later = [e for e in edges if e > t + 1e-9]
        if later:
            dt = min(dt, later[0] - t)
        half = t + 1e-9
        a1 = _rates(half, r, v, vehicle, level, axes[2])
        a2 = _rates(half + dt / 2, r + dt / 2 * v, v + dt / 2 * a1, vehicle, level, axes[2])
        a3 = _rates(half + dt / 2, r + dt / 2 * (v + dt / 2 * a1), v + dt / 2 * a2, vehicle, level, axes[2])
        a4 = _rates(t + dt - 1e-9, r + dt * (v + dt / 2 * a2), v + dt * a3, vehicle, level, axes[2])
        r = r + dt * v + dt * dt / 6 * (a1 + a2 + a3)
        v = v + dt / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
        t += dt
        ts.append(t)
        rs.append(r)
        vs.append(v)
        altitude = geodetic(r)[2]
        top = max(top, altitude)
        if t > 15.0 and altitude < 0.0:
            break
        if t > 9000.0:
            return None
    flight = Flight(vehicle, latitude, longitude, np.array(ts), np.array(rs), np.array(vs), top)
    low, high = ts[-2], ts[-1]
    for _ in range(40):
        middle = 0.5 * (low + high)
        if geodetic(flight.state(middle)[0])[2] > 0:
            low = middle
        else:
            high = middle
    flight.flight_s = low
    flight.impact = geodetic(flight.state(low)[0])[:2]
    return flight


def random_flight(rng, start_s=0.0):
    """A flight of 250 km to 6,000 km range, 60 to 7,000 km apogee, one to three stages."""
    while True:
        stages = int(rng.choice([1, 1, 2, 3]))
        gain = rng.uniform(2600, 5500) if stages == 1 else rng.uniform(4500, 9500)
        total = rng.uniform(50, 110) + gain * rng.uniform(0.008, 0.02) * (1 if stages == 1 else 1.2)
        share = rng.dirichlet(np.full(stages, 8.0)) * total
        weight = share * rng.uniform(0.7, 1.3, stages)
        gains = gain * weight / weight.sum()
        burns, begin = [], 0.0
        for k in range(stages):
            gap = rng.uniform(0.3, 4.0) if k else 0.0
            mean = gains[k] / (share[k] - gap)
            ratio = rng.uniform(1.5, 4.0)
            first = mean * (1 - 1 / ratio) / math.log(ratio)
            burns.append((begin + gap, begin + share[k], first, first * ratio))
            begin += share[k]
        if burns[0][2] < 13.0 or burns[-1][3] > 140.0:
            continue
        lean_from = rng.uniform(3, 12)
        vehicle = Vehicle(
            burns, math.radians(rng.uniform(2, 60)), lean_from, lean_from + rng.uniform(0.15, 0.8) * total,
            rng.uniform(0, 2 * math.pi), math.exp(rng.uniform(math.log(1800), math.log(9000))), rng.uniform(0.85, 1.15),
            bool(rng.random() < 0.5),
        )  # fmt: skip
        flight = fly(vehicle, math.radians(rng.uniform(-50, 60)), rng.uniform(-math.pi, math.pi))
        if flight is None or not 45e3 < flight.apogee_m < 7e6:
            continue
        r0, r1 = ecef(flight.latitude, flight.longitude, 0), ecef(*flight.impact, 0)
        span = RE * math.acos(float(np.clip(r0 @ r1 / np.linalg.norm(r0) / np.linalg.norm(r1), -1, 1)))
        if 200e3 < span < 6000e3:
            flight.start_s = start_s
            return flight


def _along(latitude, longitude, distance, bearing):
    a = distance / 6.371e6
    s = math.asin(math.sin(latitude) * math.cos(a) + math.cos(latitude) * math.sin(a) * math.cos(bearing))
    o = longitude + math.atan2(
        math.sin(bearing) * math.sin(a) * math.cos(latitude), math.cos(a) - math.sin(latitude) * math.sin(s)
    )
    return s, (o + math.pi) % (2 * math.pi) - math.pi


def random_sensors(rng, flight, infrared, radars, rate_hz=None):
    """Invented sensors that can see something of a flight."""
    sensors = []
    for k in range(infrared):
        sensors.append({
            "type": "sensor", "id": f"eye-{k}", "owner": "aa", "kind": "infrared", "latitude_deg": 0.0,
            "longitude_deg": math.degrees((flight.longitude + rng.uniform(-0.9, 0.9) + math.pi) % (2 * math.pi) - math.pi),
            "altitude_m": 35786000.0, "sigma_azimuth_deg": float(rng.choice([0.001, 0.002, 0.004])),
            "sigma_elevation_deg": 0.001, "rate_hz": float(rate_hz or rng.choice([0.2, 0.5, 1.0])), "min_elevation_deg": -90.0,
        })  # fmt: skip
        sensors[-1]["sigma_elevation_deg"] = sensors[-1]["sigma_azimuth_deg"] / 2
    for k in range(radars):
        share = rng.uniform(0.0, 1.0)
        r = (1 - share) * ecef(flight.latitude, flight.longitude, 0) + share * ecef(*flight.impact, 0)
        la, lo, _ = geodetic(r)
        la, lo = _along(la, lo, rng.uniform(150e3, 900e3), rng.uniform(0, 2 * math.pi))
        noise = float(rng.choice([0.015, 0.03, 0.06, 0.2]))
        sensors.append({
            "type": "sensor", "id": f"dish-{k}", "owner": "aa", "kind": "radar", "latitude_deg": math.degrees(la),
            "longitude_deg": math.degrees(lo), "altitude_m": 20.0, "sigma_azimuth_deg": noise, "sigma_elevation_deg": noise,
            "sigma_range_m": float(rng.choice([10.0, 50.0, 100.0, 300.0])),
            "rate_hz": float(rate_hz or rng.choice([0.1, 0.5, 1.0, 2.0, 10.0], p=[0.2, 0.2, 0.4, 0.15, 0.05])),
            "min_elevation_deg": float(rng.uniform(1, 4)), "max_range_m": float(rng.uniform(2e6, 5e6)),
        })  # fmt: skip
    return sensors


def _text(time_s):
    whole = math.floor(time_s)
    micro = round((time_s - whole) * 1e6)
    stamp = np.datetime64(T0_S + whole, "s")
    return f"{stamp}.{min(micro, 999999):06d}Z"


def detections(rng, flights, sensors, found=0.9, false_plots=0.0, numbers=True, before_s=20.0, after_s=20.0):
    """Lines of a detections file of these flights, as the sensors would have plotted them."""
    end = max(f.start_s + f.flight_s for f in flights) + after_s
    rows = []
    for sensor in sensors:
        la, lo = math.radians(sensor["latitude_deg"]), math.radians(sensor["longitude_deg"])
        place, axes = ecef(la, lo, sensor["altitude_m"]), enu(la, lo)
        period = 1 / sensor["rate_hz"]
        offset = rng.uniform(0, period)
        radar = sensor["kind"] == "radar"
        for number in range(int((end + before_s - offset) / period) + 1):
            now = -before_s + offset + number * period
            plots = []
            for flight in flights:
                seen = _plot(rng, flight, now - flight.start_s, sensor, place, axes, radar)
                if seen is not None and rng.random() < found:
                    plots.append(seen)
            for _ in range(rng.poisson(false_plots)):
                if radar:
                    plots.append(
                        (
                            rng.uniform(0, 360),
                            rng.uniform(sensor["min_elevation_deg"], 60),
                            rng.uniform(5e4, sensor["max_range_m"]),
                        )
                    )
                else:
                    plots.append((rng.uniform(0, 360), -90 + rng.uniform(0, 8.5), None))
            rng.shuffle(plots)
            for azimuth, elevation, distance in plots:
                row = {
                    "type": "detection",
                    "time": _text(now),
                    "sensor": sensor["id"],
                    "azimuth_deg": azimuth % 360,
                    "elevation_deg": elevation,
                }
                if numbers:
                    row["scan"] = number
                if distance is not None:
                    row["range_m"] = distance
                rows.append((now, row))
    rows.sort(key=lambda pair: pair[0])
    return [json.dumps(sensor).encode() for sensor in sensors] + [json.dumps(row).encode() for _, row in rows]


def _plot(rng, flight, time_s, sensor, place, axes, radar):
    if not 0 < time_s < flight.flight_s:
        return None
    r, _ = flight.state(time_s)
    if not radar and (time_s > flight.vehicle.burnout_s or geodetic(r)[2] < 500.0):
        return None
    d = r - place
    distance = float(np.linalg.norm(d))
    e, n, u = axes @ d / distance
    elevation = math.degrees(math.asin(u))
    if radar and (elevation < sensor["min_elevation_deg"] or distance > sensor["max_range_m"]):
        return None
    if not radar:
        t = -(place @ d) / (d @ d)
        if 0 < t < 1 and np.linalg.norm(place + t * d) < 6.37e6:
            return None
    azimuth = math.degrees(math.atan2(e, n)) + rng.normal() * sensor["sigma_azimuth_deg"]
    elevation += rng.normal() * sensor["sigma_elevation_deg"]
    return (
        azimuth,
        min(max(elevation, -89.999), 89.999),
        distance + rng.normal() * sensor["sigma_range_m"] if radar else None,
    )
