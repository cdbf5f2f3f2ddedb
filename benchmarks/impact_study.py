"""Whether the published impact ellipses hold the truth, phase by phase, and how near they come to the bound: hundreds of flights through `bongsu track`.

python benchmarks/impact_study.py run FROM TO --out study.jsonl [--seconds 1200]
python benchmarks/impact_study.py tell study.jsonl

`run` takes runs FROM to TO one after the other in one process and appends a line for each, so that a study can be made in parts; it stops after `--seconds`.
Run n flies flight n // 4 with sensors and noise of its own: one or two radars (1 to 200 m, 0.5 to 10 mrad, 0.2 to 1 Hz), none or one infrared. Two flights
of three are those of tests/oracles/wide.py (air, wind, waves, drag over Mach number, ablation), the third is plain: standard air, one beta drawn from the
prior that the estimator has. Of each phase the first, middle and last estimate are kept.

Bound: the posterior Cramer-Rao bound of seven states (place, velocity, ln beta) by linearisation on the true path: prior 100 km, 4 km/s, 0.8 in ln beta; the
looks of the radars that came in between burnout and the estimate; transitions by differences; no process noise. It goes to the ground through the
Jacobian of the impact at the truth. Told for plain flights in coast only, for elsewhere the truth has more unknowns than seven.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
from flight_study import judged, truth_phase
from pyproj import Geod
from start_bound import transition

from bongsu.base.time import parse_time
from bongsu.cli.track import tracked
from bongsu.flight.filters import LN_BETA_SIGMA
from bongsu.flight.impact import predict_impact
from bongsu.flight.looks import residual, rows_of
from bongsu.geo.frames import enu_axes, geodetic_to_ecef

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.oracles import flights as oracle
from tests.oracles import wide

GEOD = Geod(ellps="WGS84")
DRAWS = 4
RATES_HZ = (0.2, 0.5, 1.0)
LINES_COUNT = 1500  # no run is longer: a study has its time
FLIGHT_SEED, SENSOR_SEED = 7_000_000, 9_000_000


def drawn(number, flights):
    """Flight, whether it is plain, sensors and lines of a run."""
    which = number // DRAWS
    plain = which % 3 == 2
    if which not in flights:
        flights.clear()
        flights[which] = wide.random_wide(np.random.default_rng(FLIGHT_SEED + which), plain=plain)
    flight, rng = flights[which], np.random.default_rng(SENSOR_SEED + number)
    while True:
        sensors = wide.wide_sensors(
            rng, flight, int(rng.integers(0, 2)), int(rng.integers(1, 3)), rate_hz=float(rng.choice(RATES_HZ))
        )
        lines = oracle.detections(rng, [flight], sensors, found=rng.uniform(0.8, 0.95))
        if len(sensors) + 10 < len(lines) < LINES_COUNT:
            return flight, plain, sensors, lines


def looks_after_burnout(flight, sensors, lines):
    """Rows (N, 20) of the radar looks that saw it fly freely, in time order, seconds since launch."""
    rows = []
    places = {}
    for sensor in sensors:
        la, lo = math.radians(sensor["latitude_deg"]), math.radians(sensor["longitude_deg"])
        places[sensor["id"]] = (geodetic_to_ecef(la, lo, sensor["altitude_m"]), enu_axes(la, lo), sensor)
    for line in lines[len(sensors) :]:
        plot = json.loads(line)
        at = parse_time(plot["time"]) / 1e9 - oracle.T0_S
        if "range_m" not in plot or at <= flight.vehicle.burnout_s:
            continue
        site, axes, sensor = places[plot["sensor"]]
        sigmas = np.array(
            [sensor["sigma_range_m"], *np.radians([sensor["sigma_azimuth_deg"], sensor["sigma_elevation_deg"]]), 0.0]
        )
        one = np.array(
            [[at, plot["range_m"], math.radians(plot["azimuth_deg"]), math.radians(plot["elevation_deg"]), math.nan]]
        ).T
        rows.append(rows_of(*(np.ascontiguousarray(column) for column in one), site, axes, sigmas, 0.0)[0])
    return np.array(sorted(rows, key=lambda row: row[0])) if rows else np.empty((0, 20))


def bounds(flight, rows, times):
    """East-north bound (2, 2) of the impact at each of `times` (sorted), None without a look before it."""
    information = np.diag([1e5**-2] * 3 + [4e3**-2] * 3 + [LN_BETA_SIGMA**-2])
    h, nu, var, out, k = np.empty((4, 6)), np.empty(4), np.empty(4), [], 0
    x, now = None, 0.0
    for at in times:
        while k < len(rows) and rows[k, 0] <= at + 1e-6:
            if x is not None and rows[k, 0] > now:
                information = carried(information, x, float(rows[k, 0]) - now)
            now = float(rows[k, 0])
            x = true_state(flight, now)
            m = residual(rows[k], x[:3].copy(), x[3:6].copy(), h, nu, var)
            information[:6, :6] += h[:m].T @ (h[:m] / var[:m, None])
            k += 1
        out.append(None if x is None else on_the_ground(x, information))
    return out


def true_state(flight, at):
    """State (7,) on the true path."""
    r, v = flight.state(at)
    return np.concatenate((r, v, [math.log(flight.vehicle.beta)]))


def carried(information, x, dt):
    """Information (7, 7) after `dt` seconds on the true path."""
    back = np.linalg.inv(transition(x, dt))
    return back.T @ information @ back


def on_the_ground(x, information):
    """East-north covariance (2, 2) of the impact for a true state and what is known of it."""
    scale = 1.0 / np.sqrt(np.diag(information))
    both = np.outer(scale, scale)
    cov = np.linalg.inv(information * both) * both
    jacobian = np.empty((4, 7))
    if not predict_impact(x, np.ascontiguousarray(cov), np.empty(12), np.empty(7), jacobian):
        return None
    return jacobian[:2] @ cov @ jacobian[:2].T


def one(number, flights):
    """What is kept of one run."""
    flight, plain, sensors, lines = drawn(number, flights)
    begun = time.perf_counter()
    tracks, told = {}, []
    for row in tracked(lines, warn=lambda text: None):
        if row["type"] == "track":
            tracks[row["track"]] = tracks.get(row["track"], 0) + 1
        elif row["type"] == "estimate":
            told.append((parse_time(row["time"]) / 1e9 - oracle.T0_S, row))
    spent = time.perf_counter() - begun
    main = max(tracks, key=lambda name: tracks[name]) if tracks else None
    told = [(at, row) for at, row in told if row["track"] == main]
    impacts = [(at, judged(row["impact"], flight.impact), row["impact"]) for at, row in told if row["impact"]]
    launches = [(at, judged(row["launch"], (flight.latitude, flight.longitude))) for at, row in told if row["launch"]]
    kept = [
        [name, phase, round(at, 2), *said, point]
        for phase in ("boost", "coast", "reentry")
        for name, (at, said, point) in picked([one for one in impacts if truth_phase(flight, one[0]) == phase])
    ]
    with_bounds(flight, sensors, lines, kept, plain)
    return {
        "run": number, "plain": plain, "family": flight.vehicle.family, "beta": round(flight.vehicle.beta), "tracks": len(tracks),
        "steered": any(row["ballistic"] is False for _, row in told), "impacts": [row[:6] + row[7:] for row in kept],
        "worst": max((said[0] for _, said, _ in impacts), default=None),
        "worst_at": max(impacts, key=lambda one: one[1][0])[0] if impacts else None,
        "launch": [launches[0][1], launches[-1][1]] if launches else None,
        "launch_worst": max((said[0] for _, said in launches), default=None),
        "infrared": sum(sensor["kind"] == "infrared" for sensor in sensors), "lines": len(lines), "spent_s": round(spent, 2),
    }  # fmt: skip


def picked(rows):
    """First, middle and last of some rows."""
    return [("first", rows[0]), ("middle", rows[len(rows) // 2]), ("last", rows[-1])] if rows else []


def with_bounds(flight, sensors, lines, kept, plain):
    """Append to each kept row of a plain flight's coast its error over the bound, squared, and the bound (m)."""
    coast = [row for row in kept if row[1] == "coast"] if plain else []
    found = bounds(flight, looks_after_burnout(flight, sensors, lines), [row[2] for row in coast])
    for row, bound in zip(coast, found, strict=True):
        if bound is not None:
            row += [round(row[5] ** 2 / float(np.trace(bound)), 4), round(math.sqrt(np.trace(bound)), 1)]


def tell(path):
    """Print tables of what the runs of a file show."""
    runs = [json.loads(line) for line in Path(path).read_text().splitlines()]
    print(
        f"{len(runs)} runs, {len({run['run'] // DRAWS for run in runs})} flights, {sum(run['spent_s'] for run in runs):.0f} s"
    )
    print(
        "steered:",
        [run["run"] for run in runs if run["steered"]],
        "not one track:",
        [run["run"] for run in runs if run["tracks"] != 1],
    )
    print(
        "| phase | estimate | runs | held in 95 % ellipse | d2 over 16 | median half-axis (km) |\n| --- | --- | --- | --- | --- | --- |"
    )
    for kind in (None, False, True):
        for phase in ("boost", "coast", "reentry"):
            for name in ("first", "middle", "last"):
                rows = [
                    row
                    for run in runs
                    if kind in (None, run["plain"])
                    for row in run["impacts"]
                    if row[:2] == [name, phase]
                ]
                if rows:
                    d2 = np.array([row[3] for row in rows])
                    held, error = 100 * np.mean(d2 < 5.991), 100 * math.sqrt(0.05 * 0.95 / len(d2))
                    label = {None: "all", False: "wide", True: "plain"}[kind]
                    major_km = np.median([row[4] for row in rows]) / 1e3
                    print(
                        f"| {phase} ({label}) | {name} | {len(d2)} | {held:.1f} % +- {error:.1f} | {np.sum(d2 > 16)} | {major_km:.2f} |"
                    )
    for name in ("first", "middle", "last"):
        ratios = [row[6] for run in runs for row in run["impacts"] if row[:2] == [name, "coast"] and len(row) > 6]
        if ratios:
            print(
                f"coast {name}: RMS over bound {math.sqrt(np.mean(ratios)):.3f}, median {math.sqrt(np.median(ratios)):.3f}, {len(ratios)} runs"
            )
    for kind, which in (("first", 0), ("last", 1)):
        for eyes in (0, 1):
            d2 = np.array([run["launch"][which][0] for run in runs if run["launch"] and run["infrared"] == eyes])
            if len(d2):
                print(
                    f"launch {kind}, infrared {eyes}: {len(d2)} runs, held {100 * np.mean(d2 < 5.991):.1f} %, over 16: {np.sum(d2 > 16)}"
                )
    worst = sorted(
        ((run["worst"], run["run"], round(run["worst_at"])) for run in runs if run["worst"] is not None), reverse=True
    )
    print("impact d2 over 16 at some time:", sum(one[0] > 16 for one in worst), worst[:15])
    worst = sorted(((run["launch_worst"], run["run"]) for run in runs if run["launch_worst"] is not None), reverse=True)
    print("launch d2 over 16 at some time:", sum(one[0] > 16 for one in worst), worst[:10])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run")
    run.add_argument("first", type=int)
    run.add_argument("end", type=int)
    run.add_argument("--out", type=Path, required=True)
    run.add_argument("--seconds", type=float, default=1200.0)
    commands.add_parser("tell").add_argument("file")
    options = parser.parse_args()
    if options.command == "tell":
        tell(options.file)
        return
    until, flights = time.monotonic() + options.seconds, {}
    with options.out.open("a") as file:
        for number in range(options.first, options.end):
            if time.monotonic() > until:
                break
            file.write(json.dumps(one(number, flights)) + "\n")
            file.flush()


if __name__ == "__main__":
    main()
