"""`bongsu record export`: what a record may give to others, as a table or a map."""

from __future__ import annotations

from pathlib import Path

import click

from bongsu.cli.record_place import RecordPlace

FORMS = ("csv", "parquet", "geojson", "kml", "czml")


@click.command(
    "export", epilog="\b\nExample:\n  bongsu record export runs/salvo-1/record/kr --format geojson --out kr.geojson"
)
@click.argument("folder", metavar="DIR", type=RecordPlace())
@click.option(
    "--format", "form", required=True, type=click.Choice(FORMS), help="Table: csv, parquet. Map: geojson, kml, czml."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; default MODE-NODE.FORMAT here."
)
@click.option(
    "--type",
    "types",
    multiple=True,
    help="Export this type of item (may be repeated); default warning, path, alert, stance.",
)
def export(folder: Path | str, form: str, out: Path | None, types: tuple[str, ...]) -> None:
    """Write what the record's own policy lets out to recipient `file`; the mode stands in every row and feature.

    What is refused stays out, and is counted with its reason on standard error.
    """
    from bongsu.adapters import export as exporting
    from bongsu.base.errors import BadInput
    from bongsu.core.exchange.exits import kinds

    unknown = [one for one in types if one not in kinds()]
    if unknown:
        raise BadInput(f"no type {unknown[0]!r}", f"use one of {', '.join(kinds())}", "--type")
    where = out or _default(folder, form)
    done = exporting.export(folder, form, where, types or exporting.TYPES)
    for reason, count in done.refused.items():
        click.echo(f"bongsu: {count} kept back: {reason}", err=True)
    click.echo(f"{where}: {done.rows} items")


def _default(folder: Path | str, form: str) -> Path:
    """A name that says the mode and the node."""
    from bongsu.adapters.store import RecordReader
    from bongsu.model.configuration import Configuration
    from bongsu.record.entry import body_of

    with RecordReader(folder) as reader:
        for entry in reader.entries(last=1):
            body = body_of(entry)
            if isinstance(body, Configuration):
                return Path(f"{body.mode.value}-{body.node}.{form}")
    return Path(f"unknown-record.{form}")
