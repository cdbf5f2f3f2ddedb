"""`bongsu scenario`: the packaged scenarios, a check of one's own, and a scenario's plots as a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bongsu.base.errors import BongsuError

if TYPE_CHECKING:
    from bongsu.drill.truth_flight import Flight


@click.group(epilog="\b\nExample:\n  bongsu scenario list")
def scenario() -> None:
    """List, check and export the scenarios that drills play."""


@scenario.command("list", epilog="\b\nExample:\n  bongsu scenario list --json")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of objects with name, title and teaches.")
def list_(as_json: bool) -> None:
    """Name every packaged scenario and what it teaches."""
    import msgspec

    from bongsu.drill import scenario as scenarios

    known = [scenarios.load(name) for name in scenarios.names()]
    if as_json:
        rows = [{"name": drill.name, "title": drill.title, "teaches": drill.teaches} for drill in known]
        click.echo(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    width = max(len(drill.name) for drill in known)
    for drill in known:
        click.echo(f"{drill.name:<{width}}  {drill.teaches}")


@scenario.command("check", epilog="\b\nExample:\n  bongsu scenario check my-drill.toml")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def check(files: tuple[str, ...]) -> int:
    """Read each FILE (or packaged name), solve its flights, and say in one line what is wrong, if anything.

    A line that begins with `note` tells what is good and may still surprise: what a live drill leaves out, a HOLD that nobody lifts, what comes too late.
    """
    from bongsu.drill import scenario as scenarios
    from bongsu.drill import scenario_remarks

    worst = 0
    for file in files:
        try:
            drill = scenarios.load(file)
            flights = scenarios.solve(drill, file)
            scenarios.solve_false_alarms(drill, file)
        except BongsuError as error:
            click.echo(f"bongsu: {error}", err=True)
            worst = max(worst, error.exit_code)
            continue
        told = ", ".join(_flight(name, flight) for name, flight in flights.items()) or "no launch"
        click.echo(f"{file}: good ({told}; {len(drill.sensors)} sensors, {len(drill.expectations)} expectations)")
        for line in scenarios.fallen(drill, flights):
            click.echo(f"  {line}")
        for line in scenario_remarks.remarks(drill, flights):
            click.echo(f"  note: {line}")
    return worst


def _flight(name: str, flight: Flight) -> str:
    return f"{name} in orbit" if flight.in_orbit else f"{name} {flight.flight_s:.0f} s"


@scenario.command("export", epilog="\b\nExample:\n  bongsu scenario export salvo --seed 1 > salvo.detections.jsonl")
@click.argument("name")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0), help="Seed of the sensors' noise.")
@click.option("--owner", help="Only the sensors of this nation, such as kr.")
@click.option("--truth", type=click.Path(dir_okay=False, path_type=Path), help="Write the truth to this file as JSON.")
def export(name: str, seed: int, owner: str | None, truth: Path | None) -> None:
    """Write the simulated plots of the scenario NAME (or a path) to standard output as a detections file."""
    from bongsu.base.errors import BadInput
    from bongsu.drill import export as exporting
    from bongsu.drill import scenario as scenarios

    drill = scenarios.load(name)
    if owner is not None and owner not in drill.codes:
        raise BadInput(f"{owner!r} takes no part in {drill.name}", f"use one of {', '.join(drill.codes)}", "--owner")
    if truth is not None:
        exporting.write_truth(drill, truth)
    for line in exporting.detection_lines(drill, seed, owner):
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
