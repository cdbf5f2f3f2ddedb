"""`bongsu record to-scenario`: a session's records turned back into a scenario file."""

from __future__ import annotations

from pathlib import Path

import click

from bongsu.cli.record_place import RecordPlace


@click.command(
    "to-scenario",
    epilog="\b\nExample:\n  bongsu record to-scenario runs/salvo-1/record/* --out again.toml\n  bongsu drill run again.toml --speed max",
)
@click.argument("places", metavar="DIR...", nargs=-1, required=True, type=RecordPlace())
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; default rebuilt.toml here."
)
@click.option("--name", help="Name of the scenario; default that of the file.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def to_scenario(places: tuple[Path | str, ...], out: Path | None, name: str | None, force: bool) -> None:
    """Turn the records of one session, one DIR for each nation, into a scenario that can be played again.

    What flew is taken from each nation's own warnings, as far as its policy lets them out to a file; also sensors (never a real node's), outages,
    cuts, pauses, how long persons took, and what came of it as expectations.
    """
    from collections import Counter

    from bongsu.base.errors import BadInput
    from bongsu.base.ids import check_name
    from bongsu.drill.rebuilt_read import read, written

    where = out or Path("rebuilt.toml")
    if where.exists() and not force:
        raise BadInput("is there already", "give another --out, or --force", str(where))
    refused: Counter[str] = Counter()
    records = [read(place, refused) for place in places]
    for reason, count in refused.most_common():
        click.echo(f"bongsu: {count} kept back: {reason}", err=True)
    text, rebuilt = written(records, check_name(name or where.stem))
    where.write_text(text, encoding="utf-8")
    for line in rebuilt.left_out:
        click.echo(f"bongsu: left out: {line}", err=True)
    flown = len(rebuilt.tables["launches"]) + len(rebuilt.tables["false_alarms"])
    click.echo(f"{where}: {flown} objects, {len(rebuilt.tables['expectations'])} expectations")
