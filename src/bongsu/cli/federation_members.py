"""`bongsu federation leave|held`: a partner leaves, and what it takes with it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from bongsu.cli.record_place import RecordPlace

_DIR = click.Path(file_okay=False, path_type=Path)


@click.command(epilog="\b\nExample:\n  bongsu federation leave fed jp --at 2026-12-01T00:00:00Z")
@click.argument("folder", metavar="DIR", type=_DIR)
@click.argument("code")
@click.option("--at", metavar="TIME", help="From when it is no partner any more, RFC 3339 (default: now).")
def leave(folder: Path, code: str, at: str | None) -> None:
    """Let partner CODE leave: its keys end, its pulls end, also those that wait, and nobody takes from it.

    With a later --at the date is written: run it again then.
    """
    from bongsu.adapters.federation.membership import leave as change
    from bongsu.base.time import parse_time

    now_ns = time.time_ns()
    for line in change(folder, code, now_ns if at is None else parse_time(at), now_ns):
        click.echo(line)
    click.echo(f"What it holds: bongsu federation held {code} RECORD, for the record of each nation's node.")


@click.command(epilog="\b\nExample:\n  bongsu federation held jp runs/salvo-1/record/kr")
@click.argument("code")
@click.argument("record", type=RecordPlace())
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
def held(code: str, record: Path | str, as_json: bool) -> None:
    """List what partner CODE holds of a nation, by the record of that nation's node: what was given, its newest version, whether it was taken back."""
    import msgspec

    from bongsu.adapters.store import RecordReader
    from bongsu.base.time import format_time
    from bongsu.record.entry import item_of
    from bongsu.views.held import TAKES
    from bongsu.views.held import held as fold

    with RecordReader(record) as reader:
        found = fold((item_of(entry) for entry in reader.entries(types=TAKES, kinds=("output",))), code)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found)))
        return
    for one in found:
        version = f" v{one.version} {one.status}" if one.version else ""
        shown = f", shows v{one.shown_version}" if one.shown_version else ""
        onward = (
            f", may pass on to {', '.join(one.onward)}" + (f" until {one.until}" if one.until else "")
            if one.onward
            else ""
        )
        back = ", taken back" if one.taken_back else ""
        click.echo(
            f"{one.kind} {one.subject}{version}: {one.count} x, last {format_time(one.last_ns, 0)}{shown}{back}{onward}"
        )
    if not found:
        click.echo(f"{code} was given nothing by this record", err=True)
