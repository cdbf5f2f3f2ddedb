"""Flights over wide families for studies: 30 to 6,500 km of apogee, 50 to 12,000 km of range, steered ones, orbits; sensors good and poor; bad feeds.

Shares no code with `bongsu.flight`. Air 20 % off the standard with waves in height, wind, a ballistic coefficient that changes over Mach number and
with heating, uneven thrust. Everything is drawn from a seed; nothing here describes a real vehicle or sensor.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np

from tests.oracles.flights import J2, MU, RATE, RE, F, Flight, _along, density, ecef, enu, geodetic

LONGEST_S = 9000.0


@dataclass
class Air:
    """Air of one day: density over the standard (with a wave in height) and wind (m/s)."""

    scale: float = 1.0
    wave: float = 0.0
    wave_m: float = 15e3
    wave_phase: float = 0.0
    wind_m_s: float = 0.0
    wind_from: float = 0.0

    def density(self, h):
        return density(h, self.scale * (1.0 + self.wave * math.sin(h / self.wave_m + self.wave_phase)))

    def wind(self, h):
        """Speed at a height: a jet at 11 km, and a second one in the mesosphere."""
        return self.wind_m_s * (math.exp(-(((h - 11e3) / 8e3) ** 2)) + 0.8 * math.exp(-(((h - 65e3) / 20e3) ** 2)))


@dataclass
class Steering:
    """What a body does in the air after burnout: `kind` is pull-up, glide, skip or weave."""

    kind: str
    lift_to_drag: float
    begin_m: float
    most_m_s2: float
    bank: float = 0.0


@dataclass
class Craft:
    """An invented vehicle. `burns`: (start_s, end_s, times, m/s2) of each stage, linear between."""

    burns: list
    lean: float
    lean_from_s: float
    lean_to_s: float
    azimuth: float
    turn: float
    follow: bool
    beta: float
    ablation: float
    air: Air
    steering: Steering | None = None
    family: str = ""
    even: bool = False  # drag that does not change over Mach number

    @property
    def burnout_s(self):
        return self.burns[-1][1]


def _steer(craft, h, v, r, drag, t):
    """Specific force of lift (3,) of a steered body in the air."""
    s = craft.steering
    speed = math.sqrt(float(v @ v))
    if s is None or t < craft.burnout_s + 2.0 or h > s.begin_m or speed < 300.0:
        return np.zeros(3)
    along = v / speed
    up = r / math.sqrt(float(r @ r))
    over = up - (up @ along) * along
    over /= max(math.sqrt(float(over @ over)), 1e-9)
    side = np.cross(along, over)
    size = min(s.lift_to_drag * drag, s.most_m_s2)
    rise = float(v @ up)
    if s.kind == "glide":  # no more lift than holds the height, and some damping
        want = 9.6 - float(v @ v) / 6.4e6 - 0.15 * rise
        size = min(max(want, -0.3 * size), size)
    elif s.kind == "pull-up" and rise > 0.25 * speed:
        size = 0.0
    elif s.kind == "weave":
        return size * math.sin(0.5 * t) * side
    return size * (math.cos(s.bank) * over + math.sin(s.bank) * side)


def _rates(t, r, v, craft, frame):
    x, y, z = r
    r2 = x * x + y * y + z * z
    g = MU / (r2 * math.sqrt(r2))
    k = 1.5 * J2 * RE * RE / r2
    s = 5 * z * z / r2
    a = np.array(
        [
            -g * x * (1 + k * (1 - s)) + 2 * RATE * v[1] + RATE**2 * x,
            -g * y * (1 + k * (1 - s)) - 2 * RATE * v[0] + RATE**2 * y,
            -g * z * (1 + k * (3 - s)),
        ]
    )
    h = math.sqrt(r2) - RE * (1 - F * z * z / r2)
    speed = math.sqrt(float(v @ v))
    burning = t < craft.burnout_s
    if h < 150e3:
        w = craft.air.wind(h)
        east, north = enu_quick(r)
        flow = v - w * (math.sin(craft.air.wind_from) * east + math.cos(craft.air.wind_from) * north)
        fast = math.sqrt(float(flow @ flow))
        mach = fast / 300.0
        shape = 1.0 if craft.even else 0.7 + 0.9 * math.exp(-((mach - 1.2) ** 2)) + 0.3 * math.exp(-mach / 3.0)
        beta = (3.0 if burning else 1.0) * craft.beta / shape
        if not burning and h < 60e3:
            beta *= 1.0 - craft.ablation * (60e3 - h) / 60e3
        drag = 0.5 * craft.air.density(h) * fast * fast / beta
        a = a - drag / max(fast, 1.0) * flow
        a = a + _steer(craft, h, flow, r, drag, t)
    for begin, end, times, pushes in craft.burns:
        if begin <= t < end:
            push = float(np.interp(t, times, pushes))
            share = min(max((t - craft.lean_from_s) / (craft.lean_to_s - craft.lean_from_s), 0.0), 1.0)
            share = share * share * (3.0 - 2.0 * share)
            if share >= 1.0 and craft.follow and speed > 100:
                direction = v / speed
            else:
                lean, azimuth = craft.lean * share, craft.azimuth + craft.turn * share
                level = math.sin(azimuth) * frame[0] + math.cos(azimuth) * frame[1]
                direction = math.cos(lean) * frame[2] + math.sin(lean) * level
            a = a + push * direction
    return a


def enu_quick(r):
    """East and north (3,) at a place, to a spherical Earth."""
    x, y, z = r
    p = math.sqrt(x * x + y * y)
    n = math.sqrt(p * p + z * z)
    return np.array([-y / p, x / p, 0.0]), np.array([-z * x / p / n, -z * y / p / n, p / n])


def _step(t, r, v, dt, craft, frame):
    a1 = _rates(t + 1e-9, r, v, craft, frame)
    a2 = _rates(t + dt / 2, r + dt / 2 * v, v + dt / 2 * a1, craft, frame)
    a3 = _rates(t + dt / 2, r + dt / 2 * (v + dt / 2 * a1), v + dt / 2 * a2, craft, frame)
    a4 = _rates(t + dt - 1e-9, r + dt * (v + dt / 2 * a2), v + dt * a3, craft, frame)
    return r + dt * v + dt * dt / 6 * (a1 + a2 + a3), v + dt / 6 * (a1 + 2 * a2 + 2 * a3 + a4)


def fly(craft, latitude, longitude, longest_s=LONGEST_S):
    """The flight of a craft from the ground to the ground; one that stays up is cut at `longest_s` and has no impact."""
    frame = enu(latitude, longitude)
    r, v, t = ecef(latitude, longitude, 0.0), np.zeros(3), 0.0
    ts, rs, vs = [t], [r], [v]
    edges = sorted({e for burn in craft.burns for e in burn[:2]})
    top, down = 0.0, False
    while t < longest_s:
        h = float(np.linalg.norm(r)) - 6.37e6
        dt = 0.5 if t < craft.burnout_s else (0.25 if h < 170e3 else 4.0)
        if craft.steering is not None and h < 100e3:
            dt = 0.2
        later = [e for e in edges if e > t + 1e-9]
        if later:
            dt = min(dt, later[0] - t)
        r, v = _step(t, r, v, dt, craft, frame)
        t += dt
        ts.append(t)
        rs.append(r)
        vs.append(v)
        altitude = geodetic(r)[2]
        top = max(top, altitude)
        if t > 5.0 and altitude < 0.0:
            down = True
            break
    flight = Flight(craft, latitude, longitude, np.array(ts), np.array(rs), np.array(vs), top)
    flight.flight_s = ts[-1]
    flight.impact = None
    if down:
        low, high = ts[-2], ts[-1]
        for _ in range(40):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if geodetic(flight.state(middle)[0])[2] > 0 else (low, middle)
        flight.flight_s = low
        flight.impact = geodetic(flight.state(low)[0])[:2]
    return flight


FAMILIES = {  # stages, gained speed (m/s), lean (degrees)
    "short": ((1,), (900, 2700), (12, 60)),
    "depressed": ((1, 2), (1500, 4500), (45, 72)),
    "medium": ((1, 2), (3000, 5200), (15, 58)),
    "lofted": ((1, 2, 3), (3500, 8000), (2, 14)),
    "long": ((2, 3), (5500, 8300), (35, 75)),
}


def _burns(rng, stages, gain):
    """Stages with uneven thrust: constant force on a shrinking mass, two levels, or a tail that fades; sometimes a pause between."""
    total = rng.uniform(40, 110) * (0.6 if gain < 1800 else 1.0) + gain * rng.uniform(0.006, 0.02)
    share = rng.dirichlet(np.full(stages, 8.0)) * total
    gains = gain * share * rng.uniform(0.7, 1.3, stages)
    gains *= gain / gains.sum()
    burns, begin = [], 0.0
    for k in range(stages):
        gap = (rng.uniform(0.3, 4.0) if rng.random() < 0.85 else rng.uniform(4.0, 15.0)) if k else 0.0
        span = max(share[k] - gap, 15.0)
        f = np.linspace(0.0, 1.0, 25)
        kind = rng.choice(["constant", "two levels", "fading"], p=[0.6, 0.25, 0.15])
        force = np.ones(25)
        if kind == "two levels":
            force[f > rng.uniform(0.3, 0.6)] = rng.uniform(0.4, 0.7)
        elif kind == "fading":
            force *= 1.0 - rng.uniform(0.2, 0.5) * f
        ratio = rng.uniform(1.4, 4.0)
        used = np.cumsum(force) / force.sum()
        push = force / (1.0 - (1.0 - 1.0 / ratio) * used)
        push *= gains[k] / (push.mean() * span)
        burns.append((begin + gap, begin + gap + span, begin + gap + f * span, push))
        begin += gap + span
    return burns


def random_craft(rng, family):
    """A craft of a family, or None when the draw is no sensible vehicle."""
    stages, gain, lean = FAMILIES[family]
    count = int(rng.choice(stages))
    burns = _burns(rng, count, rng.uniform(*gain))
    if burns[0][3][0] < 12.5 or max(b[3].max() for b in burns) > 150.0:
        return None
    total = burns[-1][1]
    lean_from = rng.uniform(2, 12)
    air = Air(
        rng.uniform(0.82, 1.2), rng.uniform(0, 0.12), rng.uniform(4e3, 15e3), rng.uniform(0, 6.28),
        rng.uniform(0, 40), rng.uniform(0, 6.28),
    )  # fmt: skip
    return Craft(
        burns, math.radians(rng.uniform(*lean)), lean_from, lean_from + rng.uniform(0.15, 0.9) * total,
        rng.uniform(0, 2 * math.pi), math.radians(rng.normal() * 4.0), bool(rng.random() < 0.5),
        math.exp(rng.uniform(math.log(900), math.log(11000))), rng.uniform(-0.1, 0.25), air, None, family,
    )  # fmt: skip


def _ground_range(flight):
    r0, r1 = ecef(flight.latitude, flight.longitude, 0), ecef(*flight.impact, 0)
    return RE * math.acos(float(np.clip(r0 @ r1 / np.linalg.norm(r0) / np.linalg.norm(r1), -1, 1)))


def random_wide(rng, family=None, steering=None, plain=False):
    """A flight of a family (drawn if None); with `steering`, a kind of `Steering` after burnout.

    `plain`: standard air without wind, and one beta all the way, drawn from a lognormal about 3,200 kg/m2.
    """
    family = family or str(rng.choice(list(FAMILIES)))
    while True:
        craft = random_craft(rng, family)
        if craft is None:
            continue
        if plain:
            craft.air, craft.even, craft.ablation = Air(), True, 0.0
            craft.beta = 3200.0 * math.exp(0.8 * rng.normal())
        if steering is not None:
            ratio = {"pull-up": (1.0, 2.5), "glide": (1.5, 3.5), "skip": (2.0, 3.5), "weave": (0.6, 1.5)}[steering]
            craft.steering = Steering(
                steering, rng.uniform(*ratio), rng.uniform(35e3, 75e3) if steering != "glide" else 90e3,
                rng.uniform(40, 200), rng.uniform(-0.6, 0.6) if steering != "glide" else rng.uniform(-0.9, 0.9),
            )  # fmt: skip
        flight = fly(craft, math.radians(rng.uniform(-55, 62)), rng.uniform(-math.pi, math.pi))
        if flight.impact is None or not 28e3 < flight.apogee_m < 6.7e6:
            continue
        if 50e3 < _ground_range(flight) < 12.2e6 and flight.flight_s > craft.burnout_s + 40.0:
            return flight


def random_orbit(rng):
    """A launch into a low orbit, cut off after 2,000 s: it never comes down."""
    while True:
        craft = random_craft(rng, "long")
        if craft is None:
            continue
        scale = rng.uniform(1.25, 1.5)
        craft.burns = [(a, b, t, p * scale) for a, b, t, p in craft.burns]
        craft.lean, craft.follow = math.radians(rng.uniform(70, 88)), False
        flight = fly(craft, math.radians(rng.uniform(-45, 45)), rng.uniform(-math.pi, math.pi), 2000.0)
        r, v = flight.state(flight.vehicle.burnout_s + 1)
        inertial = v + RATE * np.array([-r[1], r[0], 0.0])
        energy = inertial @ inertial / 2 - MU / np.linalg.norm(r)
        momentum = np.cross(r, inertial)
        shape = math.sqrt(max(1 + 2 * energy * (momentum @ momentum) / MU**2, 0))
        if flight.impact is None and energy < 0 and -MU / 2 / energy * (1 - shape) > RE + 120e3:
            return flight


def wide_sensors(rng, flight, infrared=None, radars=None, sigma_range=None, sigma_angle=None, rate_hz=None, seen=0.05):
    """Invented sensors anywhere sensible: each radar sees at least the share `seen` of the flight."""
    infrared = int(rng.choice([0, 1, 1, 2])) if infrared is None else infrared
    radars = int(rng.choice([1, 2])) if radars is None else radars
    if infrared + radars == 0:
        radars = 1
    sensors = [_eye(rng, flight, k, rate_hz) for k in range(infrared)]
    for k in range(radars):
        for _ in range(60):
            dish = _dish(rng, flight, k, sigma_range, sigma_angle, rate_hz)
            if visible_share(flight, dish) > seen:
                break
        sensors.append(dish)
    return sensors


def _eye(rng, flight, k, rate_hz):
    low = rng.random() < 0.15
    noise = math.exp(rng.uniform(math.log(0.0008), math.log(0.01)))
    near = _along(flight.latitude, flight.longitude, rng.uniform(0, 1.5e6), rng.uniform(0, 6.28))
    return {
        "type": "sensor", "id": f"eye-{k}", "owner": "aa", "kind": "infrared",
        "latitude_deg": math.degrees(near[0]) if low else 0.0,
        "longitude_deg": math.degrees(near[1] if low else (flight.longitude + rng.uniform(-0.9, 0.9) + math.pi) % (2 * math.pi) - math.pi),
        "altitude_m": 1.2e6 if low else 35786000.0, "sigma_azimuth_deg": noise * (1 if low else 2), "sigma_elevation_deg": noise,
        "rate_hz": float(rate_hz or rng.choice([0.1, 0.2, 0.5, 1.0, 2.0])), "min_elevation_deg": -90.0,
    }  # fmt: skip


def _dish(rng, flight, k, sigma_range, sigma_angle, rate_hz):
    share = rng.uniform(0.0, 1.0)
    end = flight.impact or geodetic(flight.r[-1])[:2]
    r = (1 - share) * ecef(flight.latitude, flight.longitude, 0) + share * ecef(*end, 0)
    la, lo, _ = geodetic(r)
    la, lo = _along(la, lo, math.exp(rng.uniform(math.log(60e3), math.log(1.2e6))), rng.uniform(0, 2 * math.pi))
    noise = math.degrees(1e-3 * (sigma_angle or math.exp(rng.uniform(math.log(0.5), math.log(10.0)))))
    return {
        "type": "sensor", "id": f"dish-{k}", "owner": "aa", "kind": "radar", "latitude_deg": math.degrees(la),
        "longitude_deg": math.degrees(lo), "altitude_m": 20.0, "sigma_azimuth_deg": noise, "sigma_elevation_deg": noise,
        "sigma_range_m": sigma_range or math.exp(rng.uniform(0.0, math.log(200.0))),
        "rate_hz": float(rate_hz or rng.choice([0.1, 0.2, 0.5, 1.0, 2.0, 10.0], p=[0.1, 0.15, 0.2, 0.35, 0.15, 0.05])),
        "min_elevation_deg": float(rng.uniform(1, 4)), "max_range_m": float(rng.uniform(1.5e6, 5e6)),
    }  # fmt: skip


def visible_share(flight, sensor):
    """Share of the flight's time in which a radar sees it."""
    la, lo = math.radians(sensor["latitude_deg"]), math.radians(sensor["longitude_deg"])
    place, up = ecef(la, lo, sensor["altitude_m"]), enu(la, lo)[2]
    hits = 0
    times = np.linspace(1.0, flight.flight_s - 1.0, 60)
    for t in times:
        d = flight.state(t)[0] - place
        distance = float(np.linalg.norm(d))
        hits += distance < sensor["max_range_m"] and (d @ up) / distance > math.sin(
            math.radians(sensor["min_elevation_deg"])
        )
    return hits / len(times)


def spoiled(rng, lines, late=0.02, longest_late_s=8.0, twice=0.02, absurd=0.0):
    """A feed that is late, out of order and repeats itself: the same lines with some of them moved, doubled or made absurd."""
    head = [line for line in lines if json.loads(line)["type"] == "sensor"]
    rows = []
    for k, line in enumerate(lines[len(head) :]):
        row = json.loads(line)
        at = np.datetime64(row["time"][:-1]).astype("M8[us]").astype(np.int64) / 1e6
        delay = rng.uniform(0.0, longest_late_s) if rng.random() < late else 0.0
        rows.append((at + delay, k, line))
        if rng.random() < twice:
            rows.append((at + delay + rng.uniform(0, 2.0), k, line))
        if rng.random() < absurd and "range_m" in row:
            wrong = {**row, "range_m": float(rng.choice([0.0, -5.0, 1e12, row["range_m"] * rng.uniform(1.01, 1.3)]))}
            rows.append((at + delay, k, json.dumps(wrong).encode()))
    rows.sort(key=lambda item: item[:2])
    return head + [line for _, _, line in rows]
