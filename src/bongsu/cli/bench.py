"""`bongsu bench`: speed on this machine, beside peers on the same machine in the same run. A subcommand is a row in the table."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from bongsu.base.errors import BadInput
from bongsu.cli.lazy import Row, TableGroup

FOLDER = Path(__file__).resolve().parents[3] / "benchmarks"
"""The benchmarks lie beside the sources, outside the package: they need peers that nobody else needs."""


COMMANDS: dict[str, Row] = {
    "drill": Row(
        "bongsu.cli.bench:drill", "A live drill: from a plot to the partner's hand, and until nodes are ready."
    ),
    "share": Row("bongsu.cli.bench:share", "A warning from nation to nation, beside bare NATS and a relay."),
    "track": Row("bongsu.cli.bench_track:track", "Scans in, tracks and estimates out, beside Stone Soup."),
}


@click.group(cls=TableGroup, table=COMMANDS, epilog="\b\nExample:\n  bongsu bench share --json")
def bench() -> None:
    """Measure the speed of tracking, sharing and drilling on this machine."""


def benchmark(name: str) -> ModuleType:
    """A module of the folder `benchmarks`. Raises `BadInput` where the sources are not at hand."""
    path = FOLDER / f"{name}.py"
    if not path.is_file():
        raise BadInput("no benchmarks here", "run it from a checkout of the sources", str(path))
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    return importlib.import_module(name)


@click.command(epilog="\b\nExample:\n  bongsu bench share --json\n  bongsu bench share --seconds 10 --rate 50")
@click.option(
    "--seconds",
    type=click.FloatRange(min=1.0, max=60.0),
    default=4.0,
    show_default=True,
    help="Length of each measurement.",
)
@click.option(
    "--rate", type=click.FloatRange(min=1.0, max=1_000.0), default=100.0, show_default=True, help="Warnings a second."
)
@click.option(
    "--wide", is_flag=True, help="Also one issuer with 1,000 tracks to 17 receivers: 19 servers, half a minute more."
)
@click.option(
    "--growth", is_flag=True, help="Also how cost grows to 200 partners and 1,000 tracks: half a minute more."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def share(seconds: float, rate: float, wide: bool, growth: bool, as_json: bool) -> None:
    """Time a warning from nation to nation through the hub, with real servers, beside bare NATS on the same servers and a taky relay.

    Ours: released, signed, stored, pulled, verified, stored. Bare: stored, pulled, stored. The relay neither stores nor signs. Also: envelopes that
    one core lets in a second, and track states a second through the hub.
    """
    network, core, relay = benchmark("share_network"), benchmark("share_core"), benchmark("share_taky")
    click.echo(f"measuring for about {6 * seconds:.0f} s; other work on this machine shows in the figures", err=True)
    found = network.measure(seconds, rate)
    let_in = core.measure(5_000)
    relayed = relay.measure(seconds, rate)
    if relayed is None:
        click.echo("no taky on this machine, so taky_* is null; see requirements/bench.in", err=True)
    document = share_document(found, let_in, relayed, round(seconds * rate))
    if wide:
        document["wide"] = benchmark("share_wide").measure(17, 1_000, 3)
    if growth:
        document["growth"] = benchmark("share_growth").measure()
    if as_json:
        click.echo(json.dumps(document))
        return
    for name, value in document.items():
        click.echo(f"{name:28} {'not measured' if value is None else value}")


@click.command(epilog="\b\nExample:\n  bongsu bench drill --json\n  bongsu bench drill --scenario salvo --speed 4")
@click.option("--scenario", default="false-alarm", show_default=True, help="A packaged scenario.")
@click.option(
    "--speed", type=click.FloatRange(min=0.1, max=200.0), default=2.0, show_default=True, help="Times real time."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def drill(scenario: str, speed: float, as_json: bool) -> None:
    """Play a live drill and time it: from a plot's receipt to the partner's receipt of what followed, and a node's start until it is ready.

    Near real time by default: the latest lane holds a path for up to 0.1 s of wall clock, which at high speeds is most of the figure.
    """
    document = benchmark("drill_latency").measure(scenario, speed)
    if as_json:
        click.echo(json.dumps(document))
        return
    for name, value in document.items():
        click.echo(f"{name:28} {value}")


def share_document(
    found: dict[str, float], let_in: dict[str, float], relayed: dict[str, float] | None, sent_count: int
) -> dict[str, Any]:
    """All figures of one run, ratios first."""
    return {
        "ratio_p50": found["ratio_p50"],
        "ratio_p99": found["ratio_p99"],
        "ratio_p50_to_taky": None if relayed is None else round(found["ours_p50_ms"] / relayed["p50_ms"], 2),
        "p50_ms": found["ours_p50_ms"],
        "p99_ms": found["ours_p99_ms"],
        "bare_p50_ms": found["bare_p50_ms"],
        "bare_p99_ms": found["bare_p99_ms"],
        "taky_p50_ms": None if relayed is None else relayed["p50_ms"],
        "taky_p99_ms": None if relayed is None else relayed["p99_ms"],
        "verified_per_s": let_in["verified_per_s"],
        "released_and_sealed_per_s": let_in["released_and_sealed_per_s"],
        "hub_per_s": found["latest_arrived_per_s"],
        "hub_offered_per_s": found["latest_offered_per_s"],
        "hub_p99_ms": found["latest_p99_ms"],
        "sent": sent_count,
        "lost": sent_count - round(found["ours_count"]),
    }
