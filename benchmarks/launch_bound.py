"""How near the launch point from infrared looks comes to its bound, and how true its ellipse is, through `bongsu track`.

python benchmarks/launch_bound.py run --runs 100 [--first-seed 0] [--seconds 300]

The truth is drawn from the template bank itself (one, two or three stages; final tilt 0.1 to 1 rad any way), for a bound holds only for the prior that it
is told. One or two sensors in a geostationary orbit look once a second, 30 or 100 microradians, from 8 km of height (a cloud's top) to burnout. The bound:
the information of the prior and of all looks, by central differences at the true ascent, which is flown here by code of its own. Printed for each
grid point: root mean square of the error of the last estimate over its bound, the share of 95 % ellipses that hold the truth, the worst d2, the
median of the larger half-axis.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
from flight_study import judged

from bongsu.cli.track import tracked
from bongsu.flight.boost_table import COVARIANCES, MEANS

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.oracles import flights as oracle

GRID = tuple((eyes, sigma) for eyes in (1, 2) for sigma in (3e-5, 1e-4))
CLOUD_M, GEO_M = 8e3, 35_786_000.0
SITE_SIGMA_M, TIME_SIGMA_S, TILT_SIGMA, YAW_SIGMA = 4e5, 200.0, 0.7, 0.03
STEPS = np.array([20.0, 20.0, 0.02, *[1e-4] * 18])


def path_of(theta, latitude, longitude):
    """Function of time (N,) to places (N, 3) of an ascent: 21 numbers about a reference place, until its burnout."""
    site = oracle.ecef(latitude + theta[1] / 6.36e6, longitude + theta[0] / (6.38e6 * math.cos(latitude)), 0.0)
    axes = oracle.enu(latitude + theta[1] / 6.36e6, longitude + theta[0] / (6.38e6 * math.cos(latitude)))
    s, burn = np.linspace(0.0, 1.0, 1401), math.exp(theta[3])
    push = np.interp(s, np.linspace(0, 1, 8), np.exp(theta[7:15]))
    speed = np.concatenate(([0.0], np.cumsum(0.5 * (push[1:] + push[:-1]) * np.diff(s)))) * burn
    shape = np.interp(s, np.linspace(0, 1, 8), np.concatenate(([0.0], np.exp(theta[15:21]), [1.0])))
    east, north = shape * (theta[4] + theta[6] * s * theta[5]), shape * (theta[5] - theta[6] * s * theta[4])
    tilt = np.hypot(east, north)
    velocity = speed * np.array([np.sinc(tilt / np.pi) * east, np.sinc(tilt / np.pi) * north, np.cos(tilt)])
    moved = np.concatenate(
        (np.zeros((3, 1)), np.cumsum(0.5 * (velocity[:, 1:] + velocity[:, :-1]) * np.diff(s) * burn, axis=1)), axis=1
    )

    def at(times):
        share = (times - theta[2]) / burn
        return site + np.array([np.interp(share, s, one) for one in moved]).T @ axes

    return at


def random_ascent(rng):
    """Template and numbers of an ascent that a rocket could fly."""
    while True:
        template = int(rng.integers(0, 3))
        fifteen = rng.multivariate_normal(MEANS[template], COVARIANCES[template])
        tilt, way = rng.uniform(0.1, 1.0), rng.uniform(0.0, 2.0 * math.pi)
        theta = np.concatenate(
            (
                [0.0, 0.0, 0.0, fifteen[0], tilt * math.sin(way), tilt * math.cos(way), YAW_SIGMA * rng.normal()],
                fifteen[1:],
            )
        )
        burn = math.exp(theta[3])
        top = path_of(theta, 0.6, 2.2)(np.array([burn]))[0]
        if 25.0 < burn < 400.0 and 30e3 < oracle.geodetic(top)[2] < 500e3:
            return template, theta


def angles(place, axes, places):
    """Azimuths and elevations (N, 2) of places as seen from a sensor."""
    line = (places - place) @ axes.T
    line /= np.linalg.norm(line, axis=1)[:, None]
    return np.column_stack((np.arctan2(line[:, 0], line[:, 1]), np.arcsin(line[:, 2])))


def sigmas_of(sigma, seen):
    """Of azimuth and elevation (2,): an azimuth is known the better the lower the line of sight."""
    return np.array([sigma / math.cos(seen[0, 1]), sigma])


def one(seed, eyes, sigma):
    """Error over bound, squared, and (d2, half-axis, error) of the last estimate; None where nothing was told."""
    rng = np.random.default_rng(seed)
    template, theta = random_ascent(rng)
    latitude, longitude = math.radians(rng.uniform(25, 50)), math.radians(rng.uniform(100, 150))
    burn = math.exp(theta[3])
    information = np.zeros((21, 21))
    information[range(7), range(7)] = (
        np.array([SITE_SIGMA_M, SITE_SIGMA_M, TIME_SIGMA_S, 1e9, TILT_SIGMA, TILT_SIGMA, YAW_SIGMA]) ** -2.0
    )
    which = [3, *range(7, 21)]
    information[np.ix_(which, which)] += np.linalg.inv(COVARIANCES[template])
    sensors, rows = [], []
    for k in range(eyes):
        orbit = longitude + (-1) ** k * rng.uniform(0.2, 0.8)
        place, axes = oracle.ecef(0.0, orbit, GEO_M), oracle.enu(0.0, orbit)
        times = rng.uniform(0.0, 1.0) + np.arange(0.0, burn)
        path = path_of(theta, latitude, longitude)
        times = times[[oracle.geodetic(r)[2] > CLOUD_M for r in path(times)]]
        times = times[times < burn]
        true = angles(place, axes, path(times))
        sigma_both = sigmas_of(sigma, true)
        columns = []
        for j in range(21):
            step = np.zeros(21)
            step[j] = STEPS[j]
            high, low = (
                angles(place, axes, path_of(theta + side * step, latitude, longitude)(times)) for side in (1, -1)
            )
            columns.append(((high - low) / (2.0 * STEPS[j] * sigma_both)).ravel())
        h = np.array(columns)
        information += h @ h.T
        seen = np.degrees(true + sigma_both * rng.normal(size=true.shape))
        degrees = np.degrees(sigma_both)
        sensors.append({
            "type": "sensor", "id": f"eye-{k}", "owner": "aa", "kind": "infrared", "latitude_deg": 0.0,
            "longitude_deg": (math.degrees(orbit) + 180.0) % 360.0 - 180.0, "altitude_m": GEO_M,
            "sigma_azimuth_deg": degrees[0], "sigma_elevation_deg": degrees[1], "rate_hz": 1.0, "min_elevation_deg": -90.0,
        })  # fmt: skip
        rows += [
            (
                at,
                {
                    "type": "detection",
                    "time": oracle._text(at),
                    "sensor": f"eye-{k}",
                    "azimuth_deg": a % 360.0,
                    "elevation_deg": e,
                },
            )
            for at, (a, e) in zip(times, seen, strict=True)
        ]
    rows.sort(key=lambda pair: pair[0])
    lines = [json.dumps(row).encode() for row in (*sensors, *(row for _, row in rows))]
    told = [
        row["launch"] for row in tracked(lines, warn=lambda text: None) if row["type"] == "estimate" and row["launch"]
    ]
    if not told:
        return None
    scale = 1.0 / np.sqrt(np.diag(information))
    bound = (np.linalg.inv(information * np.outer(scale, scale)) * np.outer(scale, scale))[:2, :2]
    said = judged(told[-1], (latitude, longitude))
    return said[2] ** 2 / float(np.trace(bound)), said, math.sqrt(np.trace(bound))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["run"])
    parser.add_argument("--runs", type=int, default=100, help="of each point of the grid")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    until = time.monotonic() + options.seconds
    kept = {point: [] for point in GRID}
    for seed in range(options.first_seed, options.first_seed + options.runs):
        for point in GRID:
            if time.monotonic() < until:
                kept[point].append(one(seed, *point))
                if options.out:
                    with options.out.open("a") as file:
                        file.write(json.dumps([*point, seed, kept[point][-1]]) + "\n")
    for (eyes, sigma), found in kept.items():
        good = [one for one in found if one is not None]
        over, d2 = np.array([one[0] for one in good]), np.array([one[1][0] for one in good])
        bound_m, major_m = np.median([one[2] for one in good]), np.median([one[1][1] for one in good])
        print(
            f"| {eyes} | {1e6 * sigma:.0f} urad | {len(found)} | {math.sqrt(over.mean()):.3f} | {math.sqrt(np.median(over)):.3f} | "
            f"{100 * np.mean(d2 < 5.991):.1f} % | {np.sum(d2 > 16)} | {d2.max():.1f} | {bound_m:.0f} m | {major_m / 1e3:.2f} km |"
        )


if __name__ == "__main__":
    main()
