"""How near the start in batch and the filter after it come to the bound, and how true their covariances are, over a grid of sensors.

python benchmarks/start_bound.py run --runs 2000 --out bound.json [--sensor 1,5] [--rate 10] [--first-seed 0]
python benchmarks/start_bound.py plot docs/explain/start-bound.json --out docs/images/start-bound.svg

The scene: burnout at 80 km and 2.87 km/s, 383 km of apogee, 1,000 km of range; one radar 100 km beyond the impact and 100 km beside it, that sees it from
2 degrees of elevation on. Prior: the first look, and a velocity of 0 +- 4 km/s along each axis. Bound: the posterior Cramer-Rao bound of that prior and
those looks, on the true path. Handed to the filter where a sensor's arc of equal range is flat over the spread (`FLAT`), as `core/assess/freeflight.py` does.
Printed for 10, 30, 60 and 120 s after the first look: root mean square errors over the bound (position, velocity), mean and median of NEES / 6.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np

from bongsu.flight import batch, tables
from bongsu.flight.filters import LN_BETA_MEAN, LN_BETA_SIGMA
from bongsu.flight.looks import residual, rows_of
from bongsu.geo.frames import ecef_to_range_azimuth_elevation, enu_axes, geodetic_to_ecef

GRID = ((30.0, 1e-3), (3.0, 2e-3), (1.0, 5e-3))
TIMES_S = (10.0, 30.0, 60.0, 120.0)
SOLVED_S = (10.0, 20.0, 30.0, 45.0, 60.0, 80.0, 100.0, 120.0)
FLAT = 0.05
SPEED_SIGMA_M_S = 4000.0
PLACE_SIGMA_M = 1e6


def scene(rate_hz):
    """Site, its axes, times (s), true states (N, 7) from the first look on, for 120 s."""
    latitude, longitude = math.radians(30.0), math.radians(-40.0)
    east, north, up = enu_axes(latitude, longitude)
    x = np.empty(7)
    x[:3] = geodetic_to_ecef(latitude, longitude, 80e3)
    x[3:6] = 2361.0 * up + 1632.0 * east
    x[6] = LN_BETA_MEAN
    end = geodetic_to_ecef(latitude, longitude + 1.1e6 / (6.378e6 * math.cos(latitude)), 0.0) - 100e3 * north
    la, lo = math.asin(end[2] / np.linalg.norm(end)), math.atan2(end[1], end[0])
    site, axes = geodetic_to_ecef(la, lo, 0.0), enu_axes(la, lo)
    none = np.zeros((7, 7))
    while ecef_to_range_azimuth_elevation(site, axes, x[:3].copy())[2] < math.radians(2.0):
        batch.carry_state(x, none, 0.5)
    times = np.arange(0.0, TIMES_S[-1] + 1e-9, 1.0 / rate_hz)
    states = [x.copy()]
    for dt in np.diff(times):
        batch.carry_state(x, none, float(dt))
        states.append(x.copy())
    return site, axes, times, np.array(states)


def rows_for(site, axes, times, plots, sigma_range, sigma_angle):
    """Rows of the looks; the angles are as sure across in azimuth as in elevation."""
    n = len(times)
    rows = rows_of(
        times, plots[0], plots[1], plots[2], np.full(n, np.nan), site, axes,
        np.array([sigma_range, sigma_angle, sigma_angle, 0.0]), 0.0,
    )  # fmt: skip
    rows[:, 16] = sigma_angle
    return rows


def prior():
    """Information (7, 7) of what is known before the first look."""
    return np.diag([PLACE_SIGMA_M**-2] * 3 + [SPEED_SIGMA_M_S**-2] * 3 + [LN_BETA_SIGMA**-2])


def bounds(rows, states):
    """Bound (6, 6) of the covariance at each of `TIMES_S`."""
    information, total, x = prior(), np.eye(7), states[0].copy()
    h, nu, var = np.empty((4, 6)), np.empty(4), np.empty(4)
    out, now = [], float(rows[0, 0])
    for row in rows:
        dt = float(row[0]) - now
        if dt > 0.0:
            total = transition(x, dt) @ total
            batch.carry_state(x, np.zeros((7, 7)), dt)
            now = float(row[0])
        m = residual(row, x[:3], x[3:6], h, nu, var)
        lines = h[:m] @ total[:6]
        information += lines.T @ (lines / var[:m, None])
        if any(abs(now - at) < 1e-6 for at in TIMES_S):
            scale = 1.0 / np.sqrt(np.diag(information))
            cov = np.linalg.inv(information * np.outer(scale, scale)) * np.outer(scale, scale)
            out.append((total @ cov @ total.T)[:6, :6])
    return out


def transition(x, dt):
    """Transition (7, 7) of a free flight, by differences: it shares nothing with the filter's own."""
    out = np.empty((7, 7))
    for j, size in enumerate([10.0] * 3 + [0.1] * 3 + [0.01]):
        high, low = x.copy(), x.copy()
        high[j] += size
        low[j] -= size
        batch.carry_state(high, np.zeros((7, 7)), dt)
        batch.carry_state(low, np.zeros((7, 7)), dt)
        out[:, j] = (high - low) / (2 * size)
    return out


def flat(row, x, p):
    """Whether an arc of equal range bends little across the spread, against the noise of range."""
    line = x[:3] - row[3:6]
    distance2 = float(line @ line)
    across2 = float(np.trace(p[:3, :3])) - float(line @ p[:3, :3] @ line) / distance2
    return across2 / (2.0 * math.sqrt(distance2)) < FLAT * row[15]


def one(rows, truth):
    """State and covariance at each of `TIMES_S`: (error (6,), covariance (6, 6), whether the filter had it)."""
    first = np.zeros(7)
    first[:3] = rows[0, 3:6] + rows[0, 1] * rows[0, 6:9]
    first[6] = LN_BETA_MEAN
    guess = first.copy()
    few = rows[min(len(rows) - 1, int(np.searchsorted(rows[:, 0], 5.0)))]
    guess[3:6] = (few[3:6] + few[1] * few[6:9] - first[:3]) / few[0]
    x0, p0, x1, p1 = np.empty(7), np.empty((7, 7)), np.empty(7), np.empty((7, 7))
    x, p = np.zeros(9), np.zeros((9, 9))
    begun, filtered, out = 0, False, []
    for at in SOLVED_S:
        end = int(np.searchsorted(rows[:, 0], at + 1e-6))
        if filtered:
            for k in range(begun, end):
                tables.update_free(x, p, rows[k], rows[k - 1, 0])
        else:
            cost = batch.batch_start(rows[:end], 0.0, first, prior(), guess, x0, p0, x1, p1, 25, 0.0)
            assert cost < math.inf
            guess[:] = x0
            x[:7], p[:7, :7] = x1, p1
            filtered = flat(rows[end - 1], x, p)
        begun = end
        if at in TIMES_S:
            out.append((x[:6] - truth[end - 1, :6], p[:6, :6].copy(), filtered))
    return out


def study(sensor, runs, rate_hz, first_seed):
    """Figures of one sensor of the grid."""
    site, axes, times, truth = scene(rate_hz)
    true = np.array([ecef_to_range_azimuth_elevation(site, axes, x[:3].copy()) for x in truth]).T.copy()
    bound = bounds(rows_for(site, axes, times, true, *sensor), truth)
    kept: list[list] = [[] for _ in TIMES_S]
    begun = time.process_time()
    for seed in range(first_seed, first_seed + runs):
        noise = np.random.default_rng(seed).normal(size=(3, len(times)))
        noise *= np.array([[sensor[0]], [sensor[1]], [sensor[1]]])
        noise[1] /= np.cos(true[2])
        plots = true + noise
        for k, (error, cov, filtered) in enumerate(one(rows_for(site, axes, times, plots, *sensor), truth)):
            nees = float(error @ np.linalg.solve(cov, error)) / 6.0
            kept[k].append((float(error[:3] @ error[:3]), float(error[3:] @ error[3:]), nees, filtered))
    spent = time.process_time() - begun
    rows = []
    for k, at in enumerate(TIMES_S):
        place, speed, nees, filtered = np.array(kept[k], float).T
        rows.append({
            "after_s": at,
            "bound_position_m": round(float(np.sqrt(np.trace(bound[k][:3, :3]))), 3),
            "bound_velocity_m_s": round(float(np.sqrt(np.trace(bound[k][3:, 3:]))), 4),
            "position_ratio": round(float(np.sqrt(place.mean() / np.trace(bound[k][:3, :3]))), 4),
            "velocity_ratio": round(float(np.sqrt(speed.mean() / np.trace(bound[k][3:, 3:]))), 4),
            "nees_6": round(float(nees.mean()), 4), "nees_6_median": round(float(np.median(nees)), 4),
            "filtered_share": round(float(filtered.mean()), 3),
        })  # fmt: skip
    return {
        "sigma_range_m": sensor[0], "sigma_angle_mrad": 1e3 * sensor[1], "rate_hz": rate_hz, "runs": runs,
        "first_seed": first_seed, "cpu_ms_a_run": round(1e3 * spent / runs, 2), "at": rows,
    }  # fmt: skip


def plot(path, out):
    """Draw ratios and NEES over time for each sensor."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    found = json.loads(Path(path).read_text())
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for sensor in found["sensors"]:
        name = f"{sensor['sigma_range_m']:g} m, {sensor['sigma_angle_mrad']:g} mrad"
        at = [row["after_s"] for row in sensor["at"]]
        panels[0].plot(at, [row["velocity_ratio"] for row in sensor["at"]], "o-", label=name)
        panels[1].plot(at, [row["nees_6"] for row in sensor["at"]], "o-", label=name)
    panels[0].axhline(1.05, color="grey", lw=0.8, ls="--")
    panels[0].set_ylabel("velocity error / bound")
    for level in (0.95, 1.05):
        panels[1].axhline(level, color="grey", lw=0.8, ls="--")
    panels[1].set_ylabel("NEES / 6")
    for panel in panels:
        panel.set_xscale("log")
        panel.set_xticks(TIMES_S, [f"{at:g}" for at in TIMES_S])
        panel.set_xlabel("seconds after the first look")
    panels[0].legend(frameon=False)
    figure.savefig(out, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run")
    run.add_argument("--runs", type=int, default=2000)
    run.add_argument("--rate", type=float, default=10.0)
    run.add_argument("--first-seed", type=int, default=0)
    run.add_argument("--sensor", help="range (m),angles (mrad); all of the grid without it")
    run.add_argument("--out", type=Path)
    draw = commands.add_parser("plot")
    draw.add_argument("file")
    draw.add_argument("--out", required=True)
    options = parser.parse_args()
    if options.command == "plot":
        plot(options.file, options.out)
        return
    grid = GRID
    if options.sensor:
        sigma_range, sigma_angle = (float(part) for part in options.sensor.split(","))
        grid = ((sigma_range, 1e-3 * sigma_angle),)
    found = {"sensors": [study(sensor, options.runs, options.rate, options.first_seed) for sensor in grid]}
    text = json.dumps(found)
    if options.out:
        options.out.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
