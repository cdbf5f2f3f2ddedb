"""False confirmed tracks in hours of clutter alone: two false plots a look of one radar and one infrared sensor, and nothing that flies.

python benchmarks/clutter_hours.py HOURS [--seed 1] [--plots 2.0] [--packed] [--chunks FILE] [--minutes 30] [--json]

False plots lie anywhere in the sensors' cover, or `--packed` in a box of 60 km that is another one each hour. The looks go straight into the tracking
room. Each hour is drawn from the seed and its own number, and with `--chunks` written to FILE as it is done: a run that was broken off, or ended by
`--minutes`, goes on where it stood. Told are the rate of false tracks and the most that it may be (95 %, Poisson).

Besides the confirmed tracks the highest log odds that any tentative track reached are told: chance reaches a height h above the start about e^-h
as often as the start itself, so that the distance left to the confirming odds says how rare a false track is in more hours than were played.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import chi2

from bongsu.core.assess import track as room
from bongsu.geo import frames
from bongsu.model.head import Item, Now
from bongsu.model.noun import Floats
from bongsu.model.scan import Scan
from bongsu.model.sensor import Sensor, SensorKind

ZERO_NS = 1_777_593_600 * 1_000_000_000
BOX_M = 30e3
RADAR = Sensor(
    id="dish", owner="aa", kind=SensorKind.RADAR, latitude_rad=0.65, longitude_rad=2.3, altitude_m=20.0, sigma_azimuth_rad=5e-4,
    sigma_elevation_rad=5e-4, rate_hz=1.0, sigma_range_m=50.0, max_range_m=3e6, min_elevation_rad=0.035,
)  # fmt: skip
EYE = Sensor(
    id="eye", owner="aa", kind=SensorKind.INFRARED, latitude_rad=0.0, longitude_rad=2.4, altitude_m=35_786_000.0,
    sigma_azimuth_rad=3.5e-5, sigma_elevation_rad=2e-5, rate_hz=0.5, min_elevation_rad=-math.pi / 2,
)  # fmt: skip


def spread(rng: np.random.Generator, sensor: Sensor, count: int) -> Floats:
    """False plots (count, 3) over all of a sensor's cover: azimuth, elevation, range."""
    if sensor.kind is SensorKind.RADAR:
        low = [0.0, sensor.min_elevation_rad, 5e4]
        return rng.uniform(low, [2.0 * math.pi, 1.05, 3e6], size=(count, 3))
    angles = rng.uniform([0.0, -math.pi / 2], [2.0 * math.pi, 0.148 - math.pi / 2], size=(count, 2))
    return np.column_stack((angles, np.full(count, np.nan)))


def packed(rng: np.random.Generator, sensor: Sensor, count: int, middle: Floats) -> Floats:
    """The same in a box round a place (ECEF)."""
    place = frames.geodetic_to_ecef(sensor.latitude_rad, sensor.longitude_rad, sensor.altitude_m)
    axes = frames.enu_axes(sensor.latitude_rad, sensor.longitude_rad)
    away = (middle + rng.uniform(-BOX_M, BOX_M, size=(count, 3)) - place) @ axes.T
    distance = np.linalg.norm(away, axis=1)
    plots = np.column_stack(
        (np.arctan2(away[:, 0], away[:, 1]) % (2 * math.pi), np.arcsin(away[:, 2] / distance), distance)
    )
    if sensor.kind is SensorKind.INFRARED:
        plots[:, 2] = np.nan
    return plots


def scan_of(sensor: Sensor, number: int, time_ns: int, plots: Floats) -> Scan:
    """One look."""
    return Scan(
        sensor=sensor.id, number=number, start_ns=time_ns, end_ns=time_ns, time_ns=np.full(len(plots), time_ns), range_m=plots[:, 2].copy(),
        azimuth_rad=plots[:, 0].copy(), elevation_rad=plots[:, 1].copy(), range_rate_m_s=np.full(len(plots), np.nan),
    )  # fmt: skip


def hour(rng: np.random.Generator, plots_a_look: float, pack: bool) -> tuple[int, float]:
    """False confirmed tracks of one hour, and the highest log odds of a tentative one."""
    tracker = room.Tracker((RADAR, EYE))
    middle = frames.geodetic_to_ecef(
        0.65 + rng.uniform(-0.08, 0.08), 2.3 + rng.uniform(-0.1, 0.1), rng.uniform(60e3, 300e3)
    )
    names: dict[str, None] = {}
    highest = -math.inf
    for second in range(3600):
        for sensor in (RADAR, EYE) if second % 2 == 0 else (RADAR,):
            count = int(rng.poisson(plots_a_look))
            plots = packed(rng, sensor, count, middle) if pack else spread(rng, sensor, count)
            time_ns = ZERO_NS + second * 1_000_000_000 + (0 if sensor is RADAR else 400_000_000)
            given = tracker.handle(Item(None, scan_of(sensor, second, time_ns, plots)), Now(time_ns, time_ns))
            names.update(dict.fromkeys(one.body.track for one in given))
            highest = max([highest, *(m.score for m in tracker._memories if not m.believed)])
    return len(names), highest


def measure(
    hours: int, seed: int, plots_a_look: float, pack: bool, chunks: Path | None = None, minutes: float = math.inf
) -> dict[str, Any]:
    """The figures of all hours played, those of a file of chunks among them."""
    told = {one["hour"]: one for one in _earlier(chunks, seed, plots_a_look, pack)}
    begun_s = time.monotonic()
    for number in range(hours):
        if number in told or time.monotonic() - begun_s > 60.0 * minutes:
            continue
        cpu_s = time.process_time()
        count, highest = hour(np.random.default_rng([seed, number]), plots_a_look, pack)
        told[number] = {
            "seed": seed, "hour": number, "packed": pack, "plots_a_look": plots_a_look, "false_tracks": count,
            "highest_log_odds": highest, "computing_s": time.process_time() - cpu_s,
        }  # fmt: skip
        if chunks is not None:
            with chunks.open("a") as file:
                file.write(json.dumps(told[number]) + "\n")
    return summary(list(told.values()))


def _earlier(chunks: Path | None, seed: int, plots_a_look: float, pack: bool) -> list[dict[str, Any]]:
    """The hours of the same kind that a file holds."""
    if chunks is None or not chunks.exists():
        return []
    rows = [json.loads(line) for line in chunks.read_text().splitlines()]
    return [row for row in rows if (row["seed"], row["plots_a_look"], row["packed"]) == (seed, plots_a_look, pack)]


def summary(told: list[dict[str, Any]]) -> dict[str, Any]:
    """What some hours show together."""
    hours, false_tracks = len(told), sum(one["false_tracks"] for one in told)
    return {
        "hours": hours, "packed": told[0]["packed"], "plots_a_look": told[0]["plots_a_look"], "false_tracks": false_tracks,
        "false_tracks_per_1000_h": round(1e3 * false_tracks / hours, 2),
        "at_most_per_1000_h": round(float(1e3 * 0.5 * chi2.ppf(0.95, 2 * false_tracks + 2) / hours), 2),
        "highest_log_odds": round(max(one["highest_log_odds"] for one in told), 2), "confirming_log_odds": room.CONFIRM,
        "computing_s_per_hour": round(sum(one["computing_s"] for one in told) / hours, 2),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hours", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plots", type=float, default=2.0)
    parser.add_argument("--packed", action="store_true")
    parser.add_argument("--chunks", type=Path, help="file of JSON lines, one an hour")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no hour after so many minutes")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.hours < 1:
        parser.error("HOURS is at least 1")
    document = measure(options.hours, options.seed, options.plots, options.packed, options.chunks, options.minutes)
    print(json.dumps(document) if options.json else "\n".join(f"{key:24} {value}" for key, value in document.items()))


if __name__ == "__main__":
    main()
