"""How many objects there are: salvos drawn at random through `bongsu track`, the count of its tracks and events beside the truth.

python benchmarks/count_study.py FROM TO [--kind low] [--mix radar] [--clutter packed] [--count 4] [--verbose]

Salvos are drawn from the seed by tests/oracles/salvos.py: one to ten objects seconds apart, 15 % misses, two false plots a look. Tracks are matched to
objects that they were near to (5 sigmas and 3 km) for most of their time; one that is near to none is false, one beyond the most that can be matched is double.
"""

from __future__ import annotations

import argparse
import collections
import sys
import time
from pathlib import Path

from bongsu.cli.track import tracked

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.oracles import salvos


def one(seed, options):
    """The judged count of one seed."""
    flights, sensors, lines, told = salvos.drawn(seed, options.kind, options.mix, options.clutter, options.count)
    begun = time.process_time()
    rows = [row for row in tracked(lines) if row["type"] in ("track", "warning")]
    spent_s = time.process_time() - begun
    events = {row["event"]: row["status"] for row in rows if row["type"] == "warning"}
    return {
        "seed": seed, **told, **salvos.judged(flights, rows),
        "events": sum(status not in ("retracted", "superseded") for status in events.values()),
        "seconds": round(spent_s, 1),
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
        good = salvos.right(told)
        right += good
        objects += told["count"]
        for key in ("false", "double", "missed"):
            totals[key] += told[key]
        for key in ("kind", "mix", "clutter"):
            groups[told[key]].append(good)
        if not good or options.verbose:
            print(told, flush=True)
    print(
        f"{right} of {options.end - options.first} salvos right, count and places ({objects} objects); {dict(totals)}"
    )
    print({key: f"{sum(values)}/{len(values)}" for key, values in sorted(groups.items())})


if __name__ == "__main__":
    main()
