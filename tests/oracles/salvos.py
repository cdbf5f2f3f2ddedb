"""Salvos over wide geometries: one to ten objects seconds apart, sensors of every mix, misses, and false plots spread widely or packed near the objects.

Shares no code with `bongsu.flight`. Drawn from a seed; nothing here describes a real vehicle or sensor.
"""

from __future__ import annotations

import collections
import copy
import json
import math

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from bongsu.base.time import parse_time
from tests.oracles import wide
from tests.oracles.flights import T0_S, _plot, _text, ecef, enu

MIXES = {
    "radar": (0, 1),
    "two radars": (0, 2),
    "infrared": (1, 0),
    "two infrared": (2, 0),
    "both": (1, 1),
    "all": (2, 2),
}
CLUTTER = ("none", "spread", "packed")
KINDS = ("low", "short", "depressed", "medium", "lofted", "long")
SEEN_LEAST = 8  # plots without which an object need not be counted


def _turned(flight, angle, start_s):
    """The same flight from a place further east, later: exactly as true, for the Earth is round about its axis."""
    c, s = math.cos(angle), math.sin(angle)
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    other = copy.copy(flight)
    other.r, other.v = flight.r @ turn.T, flight.v @ turn.T
    other.longitude = flight.longitude + angle
    other.impact = (flight.impact[0], flight.impact[1] + angle)
    other.start_s = start_s
    return other


def _first(rng, kind):
    """A flight of a kind; `low` has its highest point between 30 and 80 km."""
    while True:
        flight = wide.random_wide(rng, kind if kind != "low" else str(rng.choice(["short", "depressed"])))
        if kind != "low" or flight.apogee_m < 80e3:
            return flight


def salvo(rng, kind, count):
    """`count` flights of two much-like craft, 2 to 12 s apart, from places up to some kilometres apart."""
    first = _first(rng, kind)
    kinds = [first]
    if count > 1:
        craft = copy.copy(first.vehicle)
        craft.azimuth += rng.uniform(-0.03, 0.03)
        craft.lean *= rng.uniform(0.97, 1.03)
        second = wide.fly(craft, first.latitude, first.longitude)
        if second.impact is not None:
            kinds.append(second)
    gap_s, apart_m = rng.uniform(2.0, 12.0), rng.uniform(0.3e3, 8e3)
    flights = []
    for k in range(count):
        east_m = k * apart_m * rng.uniform(0.8, 1.2) if rng.random() < 0.7 else rng.uniform(0, apart_m)
        angle = east_m / (6.378e6 * math.cos(first.latitude))
        flights.append(_turned(kinds[k % len(kinds)], angle, k * gap_s + rng.uniform(-0.8, 0.8) + 1.0))
    return flights


def _false(rng, sensor, flights, now, place, axes, clutter, mean):
    """False plots of one look."""
    radar = sensor["kind"] == "radar"
    found = []
    for _ in range(rng.poisson(mean)):
        if clutter == "packed":
            flight = flights[int(rng.integers(len(flights)))]
            at = min(max(now - flight.start_s, 0.0), flight.flight_s)
            d = flight.state(at)[0] + rng.normal(size=3) * 20e3 - place
            distance = float(np.linalg.norm(d))
            e, n, u = axes @ d / distance
            elevation = math.degrees(math.asin(u))
            if radar and (elevation < sensor["min_elevation_deg"] or distance > sensor["max_range_m"]):
                continue
            found.append((math.degrees(math.atan2(e, n)), elevation, distance if radar else None))
        elif radar:
            low = sensor["min_elevation_deg"]
            found.append((rng.uniform(0, 360), rng.uniform(low, 60), rng.uniform(5e4, sensor["max_range_m"])))
        else:
            found.append((rng.uniform(0, 360), -90 + rng.uniform(0, 8.5), None))
    return found


def detections(rng, flights, sensors, clutter, found=0.85, mean=2.0, numbers=True):
    """Lines of a detections file, and how many plots each flight has in it."""
    end = max(f.start_s + f.flight_s for f in flights) + 20.0
    counts, rows = [0] * len(flights), []
    for sensor in sensors:
        la, lo = math.radians(sensor["latitude_deg"]), math.radians(sensor["longitude_deg"])
        place, axes = ecef(la, lo, sensor["altitude_m"]), enu(la, lo)
        period = 1 / sensor["rate_hz"]
        offset = rng.uniform(0, period)
        for number in range(int((end + 20.0 - offset) / period) + 1):
            now = -20.0 + offset + number * period
            plots = []
            for k, flight in enumerate(flights):
                seen = _plot(rng, flight, now - flight.start_s, sensor, place, axes, sensor["kind"] == "radar")
                if seen is not None and rng.random() < found:
                    plots.append(seen)
                    counts[k] += 1
            if clutter != "none":
                plots += _false(rng, sensor, flights, now, place, axes, clutter, mean)
            for i in rng.permutation(len(plots)):
                azimuth, elevation, distance = plots[i]
                row = {"type": "detection", "time": _text(now), "sensor": sensor["id"], "azimuth_deg": azimuth % 360}
                row["elevation_deg"] = elevation
                if numbers:
                    row["scan"] = number
                if distance is not None:
                    row["range_m"] = distance
                rows.append((now, row))
    rows.sort(key=lambda pair: pair[0])
    lines = [json.dumps(sensor).encode() for sensor in sensors] + [json.dumps(row).encode() for _, row in rows]
    return lines, counts


def near(flights, row):
    """Which flights a track line may be of: those within 5 sigmas and 3 km of its place."""
    at = parse_time(row["time"]) / 1e9 - T0_S
    sigma = math.sqrt(row["covariance"][0] + row["covariance"][6] + row["covariance"][11])
    found = np.zeros(len(flights))
    for k, flight in enumerate(flights):
        if -1.0 <= at - flight.start_s < flight.flight_s + 1.0:
            miss = np.linalg.norm(np.array(row["position_m"]) - flight.state(at - flight.start_s)[0])
            found[k] = miss < 5.0 * sigma + 3e3
    return found


def judged(flights, rows):
    """Tracks among the lines of `bongsu track`, how many of them are false (of no flight for most of their time) or double, and flights missed.

    A count may be right because one false track stands for a missed flight: so tracks are matched to flights that they were near to for most of
    their time, as many as can be. What no sensor tells apart may be matched either way.
    """
    times, lines = {}, collections.Counter()
    for row in rows:
        if row["type"] == "track":
            known = times.setdefault(row["track"], np.zeros(len(flights)))
            if row["status"] == "confirmed":
                lines[row["track"]] += 1
                known += near(flights, row)
    possible = np.array([known > 0.5 * lines[name] for name, known in times.items()]).reshape(-1, len(flights))
    matched = int((maximum_bipartite_matching(csr_array(possible), perm_type="column") >= 0).sum())
    false = int((~possible.any(axis=1)).sum())
    return {
        "tracks": len(times), "false": false, "double": len(times) - false - matched, "missed": len(flights) - matched,
    }  # fmt: skip


def right(found):
    """Whether each flight has one track, and no track is of none."""
    return not (found["false"] or found["double"] or found["missed"])


def drawn(seed, kind=None, mix=None, clutter=None, count=None):
    """Flights, sensors, lines, plots of each flight, and what was drawn."""
    rng = np.random.default_rng(seed)
    kind = kind or KINDS[int(rng.integers(len(KINDS)))]
    mix = mix or list(MIXES)[int(rng.integers(len(MIXES)))]
    clutter = clutter or CLUTTER[int(rng.choice(3, p=[0.2, 0.4, 0.4]))]
    count = count or int(rng.integers(1, 11))
    while True:
        flights = salvo(rng, kind, count)
        infrared, radars = MIXES[mix]
        sensors = wide.wide_sensors(rng, flights[0], infrared, radars, seen=0.15)
        lines, counts = detections(rng, flights, sensors, clutter, numbers=bool(rng.random() < 0.7))
        if min(counts) >= SEEN_LEAST and len(lines) < 30_000:
            return (
                flights,
                sensors,
                lines,
                {"kind": kind, "mix": mix, "clutter": clutter, "count": count, "plots": counts},
            )
