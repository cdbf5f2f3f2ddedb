"""How honest and how near: random flights and sensors through `bongsu track`, judged against the truth.

python benchmarks/flight_study.py run FROM TO --out study.jsonl [--steering glide] [--family short] [--clutter 2]
python benchmarks/flight_study.py tell study.jsonl

Flights and sensors are drawn from the seed by tests/oracles/wide.py, which shares no code with the estimator. `run` appends one line a seed; `tell` prints
coverage of the 95 % ellipses by phase, the worst d2, counts, false tracks and the delay to the first estimate.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
from pyproj import Geod

from bongsu.base.time import parse_time
from bongsu.cli.track import tracked
from bongsu.geo.ellipses import Ellipse, distance_squared

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.oracles import flights as oracle
from tests.oracles import wide

GEOD = Geod(ellps="WGS84")
AFTER_S = (0, 10, 30, 60, 120, 300)


def judged(point, place):
    """d2, larger half-axis (m) and distance (m) of a point of the contract against a place (radians)."""
    azimuth, _, distance = GEOD.inv(
        math.degrees(place[1]), math.degrees(place[0]), point["longitude_deg"], point["latitude_deg"]
    )
    ellipse = Ellipse(point["semi_major_m"], point["semi_minor_m"], math.radians(point["bearing_deg"]))
    turn = math.radians(azimuth)
    d2 = distance_squared(ellipse, distance * math.sin(turn), distance * math.cos(turn))
    return [round(float(d2), 3), round(point["semi_major_m"]), round(distance)]


def drawn(seed, options):
    """Flight, sensors and lines of a seed."""
    rng = np.random.default_rng(seed)
    orbit = options.steering == "orbit"
    flight = wide.random_orbit(rng) if orbit else wide.random_wide(rng, options.family, options.steering)
    sensors = wide.wide_sensors(rng, flight, options.infrared, options.radars)
    clutter = float(rng.choice([0, 0, 1, 2])) if options.clutter is None else options.clutter
    lines = oracle.detections(
        rng, [flight], sensors, found=rng.uniform(0.8, 0.95), false_plots=clutter, numbers=bool(rng.random() < 0.7)
    )
    if rng.random() < 0.4:
        lines = wide.spoiled(rng, lines)
    return flight, sensors, lines


def looks_of(flight, sensors, lines):
    """Times since launch of all lines, to know when the third look came (false plots are few and uniform)."""
    return [parse_time(json.loads(line)["time"]) / 1e9 - oracle.T0_S for line in lines[len(sensors) :]]


def one(seed, options):
    """What is kept of one seed."""
    flight, sensors, lines = drawn(seed, options)
    begun = time.perf_counter()
    tracks, rows = {}, []
    phase = position = None
    for row in tracked(lines):
        if row["type"] == "track":
            known = tracks.setdefault(row["track"], [0, 0, 0.0])
            known[0] += 1
            at = parse_time(row["time"]) / 1e9 - oracle.T0_S
            if 0 <= at < flight.flight_s:
                miss = np.linalg.norm(np.array(row["position_m"]) - flight.state(at)[0])
                sigma = math.sqrt(row["covariance"][0] + row["covariance"][6] + row["covariance"][11])
                known[1] += int(miss < 5 * sigma + 3e3)
            phase, position = row["phase"], row["position_m"]
        elif row["type"] == "estimate":
            at = parse_time(row["time"]) / 1e9 - oracle.T0_S
            rows.append((at, phase, row, position))
    spent = time.perf_counter() - begun
    kept, last_at = [], {}
    for k, (at, said, row, _) in enumerate(rows):
        name = row["track"]
        last = k + 1 == len(rows) or rows[k + 1][2]["track"] != name
        if not last and at < last_at.get(name, -1e9) + 1.0:
            continue
        last_at[name] = at
        launch = judged(row["launch"], (flight.latitude, flight.longitude)) if row["launch"] else None
        impact = None
        if row["impact"]:
            impact = (
                judged(row["impact"], flight.impact)
                if flight.impact
                else [-1.0, round(row["impact"]["semi_major_m"]), 0]
            )
        kept.append([round(at, 2), name, said, truth_phase(flight, at), launch, impact, row["ballistic"]])
    span = wide._ground_range(flight) / 1e3 if flight.impact else 0.0
    return {
        "seed": seed, "family": flight.vehicle.family, "stages": len(flight.vehicle.burns), "burn": flight.vehicle.burnout_s,
        "apogee_km": flight.apogee_m / 1e3, "range_km": span, "flight_s": flight.flight_s, "beta": flight.vehicle.beta,
        "steering": options.steering, "pulled_s": manoeuvre_begins(flight), "tracks": tracks, "rows": kept,
        "lines": len(lines), "spent": round(spent, 2),
        "sensors": [[s["kind"][:2], s.get("sigma_range_m"), s["sigma_elevation_deg"], s["rate_hz"]] for s in sensors],
    }  # fmt: skip


def manoeuvre_begins(flight):
    """When lift first passes 2 m/s2 after burnout, or None."""
    craft = flight.vehicle
    if craft.steering is None:
        return None
    for k in range(0, len(flight.t), 2):
        if flight.t[k] > craft.burnout_s:
            r, v = flight.r[k], flight.v[k]
            h = oracle.geodetic(r)[2]
            drag = 0.5 * craft.air.density(h) * float(v @ v) / craft.beta
            if np.linalg.norm(wide._steer(craft, h, v, r, drag, flight.t[k])) > 2.0:
                return round(float(flight.t[k]), 1)
    return None


def truth_phase(flight, at):
    if at < flight.vehicle.burnout_s:
        return "boost"
    if at >= flight.flight_s:
        return "after"
    r, v = flight.state(at)
    return "reentry" if r @ v < 0 and oracle.geodetic(r)[2] < 100e3 else "coast"


def tell(path):
    """Print what the seeds of a file show together."""
    seeds = [json.loads(line) for line in Path(path).read_text().splitlines()]
    groups: dict[str, list] = {}
    wrong, nothing, false = [], [], 0
    for seed in seeds:
        good = [name for name, (count, near, _) in seed["tracks"].items() if near > 0.3 * count]
        false += len(seed["tracks"]) - len(good)
        if len(seed["tracks"]) != 1:
            (wrong if seed["tracks"] else nothing).append((seed["seed"], len(seed["tracks"]), len(good)))
        if not good:
            continue
        main = max(good, key=lambda name: seed["tracks"][name][0])
        rows = [row for row in seed["rows"] if row[1] == main]
        impacts = [row for row in rows if row[5]]
        launches = [row for row in rows if row[4]]
        for key in ("boost", "coast", "reentry", "after"):
            here = [row for row in impacts if row[3] == key]
            for name, row in (
                ("first", here[:1]),
                ("mid", here[len(here) // 2 : len(here) // 2 + 1]),
                ("last", here[-1:]),
            ):
                if row:
                    groups.setdefault(f"impact {key} {name}", []).append(
                        (row[0][5][0], seed["seed"], row[0][0], row[0][5])
                    )
            here = [row for row in launches if row[3] == key]
            if here:
                groups.setdefault(f"launch {key}", []).append((here[-1][4][0], seed["seed"], here[-1][0], here[-1][4]))
        for after in AFTER_S:
            row = next((row for row in impacts if row[0] >= impacts[0][0] + after), None)
            if row:
                groups.setdefault(f"impact +{after}", []).append((row[5][0], seed["seed"], row[0], row[5]))
        if impacts:
            groups.setdefault("impact end", []).append(
                (impacts[-1][5][0], seed["seed"], impacts[-1][0], impacts[-1][5])
            )
            worst = max(impacts, key=lambda row: row[5][0])
            groups.setdefault("impact worst", []).append((worst[5][0], seed["seed"], worst[0], worst[5]))
        if launches:
            worst = max(launches, key=lambda row: row[4][0])
            groups.setdefault("launch worst", []).append((worst[4][0], seed["seed"], worst[0], worst[4]))
    print(f"{len(seeds)} seeds; count wrong {wrong}; nothing {nothing}; tracks not near the truth {false}")
    steered = [seed["seed"] for seed in seeds if any(row[6] is False for row in seed["rows"])]
    print(f"called steered at some time: {len(steered)} {steered[:40]}")
    for key, values in sorted(groups.items()):
        d2 = np.array([value[0] for value in values])
        top = sorted(values, reverse=True)[:4]
        major = np.median([value[3][1] for value in values]) / 1e3
        print(
            f"{key:22s} n {len(d2):4d} in95 {100 * np.mean(d2 < 5.991):5.1f} over16 {np.sum(d2 > 16):3d} median {np.median(d2):5.2f} "
            f"major {major:7.2f} km; worst " + ", ".join(f"{v[0]:.0f} (s{v[1]} t{v[2]:.0f} {v[3][1] / 1e3:.1f}km)" for v in top)
        )  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run")
    run.add_argument("first", type=int)
    run.add_argument("end", type=int)
    run.add_argument("--out", type=Path, required=True)
    run.add_argument("--family", choices=sorted(wide.FAMILIES))
    run.add_argument("--steering", choices=["pull-up", "glide", "skip", "weave", "orbit"])
    run.add_argument("--clutter", type=float)
    run.add_argument("--infrared", type=int)
    run.add_argument("--radars", type=int)
    commands.add_parser("tell").add_argument("file")
    options = parser.parse_args()
    if options.command == "tell":
        tell(options.file)
        return
    with options.out.open("a") as file:
        for seed in range(options.first, options.end):
            file.write(json.dumps(one(seed, options)) + "\n")
            file.flush()


if __name__ == "__main__":
    main()
