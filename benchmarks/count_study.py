"""How many objects there are: salvos drawn at random through `bongsu track`, the count of its tracks and events beside the truth.

python benchmarks/count_study.py FROM TO [--kind low] [--mix radar] [--clutter packed] [--count 4] [--verbose]

Salvos are drawn from the seed by tests/oracles/salvos.py: one to ten objects seconds apart, 15 % misses, two false plots a look. A track is of the object that
it lies nearest to for most of its time; one that is near to none (5 sigmas and 3 km) is false, a second one of an object is double.
"""

from __future__ import annotations

import argparse
import collections
import math
import sys
import time
from pathlib import Path

import numpy as np

from bongsu.base.time import parse_time
from bongsu.cli.track import tracked

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.oracles import flights as oracle
from tests.oracles import salvos

FALSE = -1


def owner(flights, row):
    """Which flight a track line is of, or FALSE."""
    at = parse_time(row["time"]) / 1e9 - oracle.T0_S
    sigma = math.sqrt(row["covariance"][0] + row["covariance"][6] + row["covariance"][11])
    best, least = FALSE, 5.0 * sigma + 3e3
    for k, flight in enumerate(flights):
        if -1.0 <= at - flight.start_s < flight.flight_s + 1.0:
            miss = float(np.linalg.norm(np.array(row["position_m"]) - flight.state(at - flight.start_s)[0]))
            if miss < least:
                best, least = k, miss
    return best


def one(seed, options):
    """The judged count of one seed."""
    flights, sensors, lines, told = salvos.drawn(seed, options.kind, options.mix, options.clutter, options.count)
    begun = time.process_time()
    votes: dict[str, collections.Counter] = {}
    events: dict[str, str] = {}
    for row in tracked(lines):
        if row["type"] == "track" and row["status"] == "confirmed":
            votes.setdefault(row["track"], collections.Counter())[owner(flights, row)] += 1
        elif row["type"] == "warning":
            events[row["event"]] = row["status"]
    owners = {name: count.most_common(1)[0][0] for name, count in votes.items()}
    held = collections.Counter(k for k in owners.values() if k != FALSE)
    return {
        "seed": seed, **told, "tracks": len(votes), "false": sum(k == FALSE for k in owners.values()),
        "double": sum(n - 1 for n in held.values()), "missed": len(flights) - len(held),
        "events": sum(status not in ("retracted", "superseded") for status in events.values()),
        "seconds": round(time.process_time() - begun, 1),
        "sensors": [(s["kind"][:2], s["rate_hz"], round(s["sigma_elevation_deg"], 4), round(s.get("sigma_range_m") or 0, 1)) for s in sensors],
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=int)
    parser.add_argument("end", type=int)
    parser.add_argument("--kind", choices=salvos.KINDS)
    parser.add_argument("--mix", choices=list(salvos.MIXES))
    parser.add_argument("--clutter", choices=salvos.CLUTTER)
    parser.add_argument("--count", type=int)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    right, objects, totals, groups = 0, 0, collections.Counter(), collections.defaultdict(list)
    for seed in range(options.first, options.end):
        told = one(seed, options)
        good = told["tracks"] == told["count"]
        right += good
        objects += told["count"]
        for key in ("false", "double", "missed"):
            totals[key] += told[key]
        for key in ("kind", "mix", "clutter"):
            groups[told[key]].append(good)
        if not good or options.verbose:
            print(told, flush=True)
    print(f"{right} of {options.end - options.first} salvos counted right ({objects} objects); {dict(totals)}")
    print({key: f"{sum(values)}/{len(values)}" for key, values in sorted(groups.items())})


if __name__ == "__main__":
    main()
