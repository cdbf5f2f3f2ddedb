"""A live drill on this machine: how long news takes from a plot's receipt to the partner's hand, and how soon nodes are ready.

Plays a packaged scenario with four real servers and three node processes at a speed near real time: the figures are wall-clock milliseconds
out of the nodes' own records, and include estimate, release, the record's commit, signature, two hops, verification.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def measure(scenario: str = "salvo", speed: float = 10.0, seed: int = 1) -> dict[str, Any]:
    """Play once; gives the figures of `bongsu bench drill --json`."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        command = [
            sys.executable,
            "-m",
            "bongsu",
            "drill",
            "run",
            scenario,
            "--speed",
            f"{speed:g}",
            "--seed",
            str(seed),
        ]
        told = subprocess.run(
            [*command, "--no-console", "--json", "--out", str(out)], stdout=subprocess.PIPE, check=False
        )
        if told.returncode not in (0, 1):
            raise RuntimeError(f"the drill ended with {told.returncode}; its words stand above")
        review = json.loads(told.stdout)
        run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    latency = review["exchange"]["latency_ms"]
    waited = review["exchange"]["waited_ms"] or {"p50": None, "p99": None}
    ready_s = [process["ready_s"] for process in run["processes"] if process.get("ready_s") is not None]
    return {
        "plot_to_partner_p50_ms": latency["p50"],
        "plot_to_partner_p99_ms": latency["p99"],
        "plot_to_partner_max_ms": latency["max"],
        "better_figures_p50_ms": waited["p50"],
        "better_figures_p99_ms": waited["p99"],
        "ready_s": max(ready_s),
        "scenario": scenario,
        "speed": speed,
        "sent": review["exchange"]["sent"],
        "lost": review["exchange"]["lost"],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="salvo")
    parser.add_argument("--speed", type=float, default=10.0)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.scenario, asked.speed)))
