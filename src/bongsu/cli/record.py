"""`bongsu record`: look into a node's record, check it, compare it with a partner's, and run the core again on it."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bongsu.base.errors import BadInput
from bongsu.base.time import format_time, parse_time
from bongsu.cli.record_export import export
from bongsu.cli.record_place import RecordPlace, shown
from bongsu.cli.record_review import review
from bongsu.cli.record_scenario import to_scenario

if TYPE_CHECKING:
    from bongsu.adapters.store import RecordReader
    from bongsu.core.pipeline import Pipeline
    from bongsu.model.configuration import Configuration
    from bongsu.record.compare import Direction
    from bongsu.record.entry import Entry

_PLACE = RecordPlace()
_NAMES_SHOWN = 5


@click.group(epilog="\b\nExample:\n  bongsu record verify runs/salvo-1/record/kr")
def record() -> None:
    """Look into records, and check them.

    DIR is one node's folder, such as RUN/record/kr, a file of an epoch that was set aside, such as DIR/record-epoch-1.db, or the address of the
    server that keeps it, postgresql://USER@HOST/DATABASE?schema=NAME.
    """


@record.command(epilog="\b\nExample:\n  bongsu record verify runs/salvo-1/record/kr")
@click.argument("folder", metavar="DIR", type=_PLACE)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="ID=HEX",
    help="The node's public key, known from elsewhere, instead of the record's own.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(folder: Path | str, keys: tuple[str, ...], as_json: bool) -> int:
    """Walk the hash chain and the signed checkpoints; exit 1 and the first bad entry if it does not hold."""
    from bongsu.adapters.store import RecordReader, file_seal
    from bongsu.adapters.store.beside import beside_the_chain
    from bongsu.record.verify import verify as walk

    with RecordReader(folder) as reader:
        base, known = reader.base, _keys(keys)
        end = reader.end()
        verdict = walk(reader.entries(last=end.number), end, known, base)
        sealed = file_seal.sealed(reader.place)
        broken = verdict.broken or beside_the_chain(reader, end, known)
    if as_json:
        names = ("node", "entries", "removed", "signed", "closed", "hash", "digest")
        told = {name: getattr(verdict, name) for name in names}
        told["sealed"] = sealed
        told["broken"] = None if broken is None else {"entry": broken.entry, "why": broken.why, "text": broken.text}
        click.echo(json.dumps(told))
    elif broken is None:
        ending = "closed in order" if verdict.closed else "not closed: its node was ended by force or still runs"
        held = verdict.entries - verdict.removed
        click.echo(f"{verdict.node}: {held} entries hold, {verdict.signed} signed checkpoints, {ending}.")
        if base is not None:
            span = f"{format_time(base.from_ns, 0)} to {format_time(base.until_ns, 0)}"
            signed = f"signed with key {base.key}" if base.key else "unsigned, as this node has no key"
            click.echo(f"{verdict.removed} older ones ({span}) were removed; a statement stands for them, {signed}.")
        if sealed:
            click.echo("Every byte of the file is what it was when it was closed.")
        click.echo(f"digest {verdict.digest}")
    else:
        what = f"entry {broken.entry}" if broken.entry else "the file"
        click.echo(f"{verdict.node or shown(folder)}: {what} is bad ({broken.why}): {broken.text}.")
    return 0 if broken is None else 1


@record.command(epilog="\b\nExample:\n  bongsu record replay runs/salvo-1/record/kr")
@click.argument("folder", metavar="DIR", type=_PLACE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def replay(folder: Path | str, as_json: bool) -> int:
    """Run the core again on the recorded inputs and compare every output byte for byte; exit 1 where it differs."""
    from bongsu.adapters.store import RecordReader
    from bongsu.node.config import commit
    from bongsu.record.replay import replay as step_again

    with RecordReader(folder) as reader:
        end = reader.end()
        outcome = step_again(reader.entries(), partial(_build, reader), reader.base)
    difference = outcome.difference
    same = difference is None and outcome.digest == end.digest.hex()
    if as_json:
        told: dict[str, Any] = {
            name: getattr(outcome, name) for name in ("node", "commit", "inputs", "outputs", "digest")
        }
        told |= {"same": same, "recorded_digest": end.digest.hex()}
        told["difference"] = None if difference is None else {"entry": difference.entry, "text": difference.text}
        click.echo(json.dumps(told))
        return 0 if same else 1
    if difference is not None:
        click.echo(f"{outcome.node}: differs first at entry {difference.entry}: {difference.text}.")
        if outcome.commit != (ours := commit()):
            click.echo(f"The record was written by core {outcome.commit}, this is {ours}.", err=True)
    else:
        word = "the same as" if same else f"not the recorded {end.digest.hex()}, though each output is that of"
        click.echo(f"{outcome.node}: {outcome.inputs} inputs gave {outcome.outputs} outputs, {word} the record.")
        click.echo(f"digest {outcome.digest}")
    return 0 if same else 1


@record.command(epilog="\b\nExample:\n  bongsu record compare runs/salvo-1/record/kr runs/salvo-1/record/jp")
@click.argument("ours", metavar="DIR", type=_PLACE)
@click.argument("theirs", metavar="DIR", type=_PLACE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compare(ours: Path | str, theirs: Path | str, as_json: bool) -> int:
    """Compare what one node says it sent with what the other says it got, both ways; exit 1 where they disagree."""
    from bongsu.adapters.store import RecordReader
    from bongsu.record.compare import compare as side_by_side

    with RecordReader(ours) as one, RecordReader(theirs) as other:
        directions = side_by_side(one.entries(), other.entries(), one.base is not None, other.base is not None)
    if as_json:
        names = ("issuer", "recipient", "sent", "got", "missing", "unknown", "altered", "removed")
        told = [{name: getattr(direction, name) for name in names} for direction in directions]
        click.echo(json.dumps({"directions": told, "agree": all(direction.agrees for direction in directions)}))
    else:
        for direction in directions:
            click.echo(_sentence(direction))
    return 0 if all(direction.agrees for direction in directions) else 1


@record.command(epilog="\b\nExample:\n  bongsu record show runs/salvo-1/record/kr --type warning --last 20")
@click.argument("folder", metavar="DIR", type=_PLACE)
@click.option("--type", "types", multiple=True, help="Only bodies of this type, such as warning (may be repeated).")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(["input", "output", "fault", "seal"]), help="Only this kind."
)
@click.option("--origin", help="Only what this partner said.")
@click.option("--from", "from_time", metavar="TIME", help="Only from this exercise time on (RFC 3339).")
@click.option("--until", "until_time", metavar="TIME", help="Only up to this exercise time (RFC 3339).")
@click.option("--first", default=1, show_default=True, help="First entry to look at.")
@click.option("--last", "last_count", type=click.IntRange(min=1), help="Only the last so many of those that match.")
@click.option("--json", "as_json", is_flag=True, help="Print whole entries, one JSON object a line.")
def show(
    folder: Path | str,
    types: tuple[str, ...],
    kinds: tuple[str, ...],
    origin: str | None,
    from_time: str | None,
    until_time: str | None,
    first: int,
    last_count: int | None,
    as_json: bool,
) -> None:
    """List entries: number, kind, exercise time, item, type and the beginning of the body."""
    from collections import deque

    from bongsu.adapters.store import RecordReader

    from_ns = parse_time(from_time) if from_time is not None else None
    until_ns = parse_time(until_time) if until_time is not None else None
    with RecordReader(folder) as reader:
        matching = (
            entry
            for entry in reader.entries(first=first, types=types, kinds=kinds)
            if (origin is None or entry.origin == origin)
            and (from_ns is None or entry.receipt_ns >= from_ns)
            and (until_ns is None or entry.receipt_ns <= until_ns)
        )
        shown_count = 0
        for entry in deque(matching, last_count) if last_count is not None else matching:
            click.echo(_whole(entry) if as_json else _row(entry))
            shown_count += 1
    if not shown_count:
        click.echo("no entry matches", err=True)


def _build(reader: RecordReader, configuration: Configuration) -> Pipeline:
    """The core of a record as it stood before its first entry, or after those that were removed."""
    from bongsu.base.errors import RecordError
    from bongsu.core.rooms import build_pipeline
    from bongsu.node.config import commit
    from bongsu.node.engine import restore

    pipeline = build_pipeline(configuration)
    if reader.base is not None:
        if configuration.commit != commit():
            raise RecordError(
                f"entries 2 to {reader.base.entry} were removed, and only core {configuration.commit} knows what it remembered then",
                "replay it with the core that wrote it; `bongsu record verify` proves the rest",
                reader.place.shown,
                entry=reader.base.entry,
            )
        restore(pipeline, reader, configuration, oldest=True)
    return pipeline


def _keys(texts: tuple[str, ...]) -> dict[str, bytes] | None:
    keys: dict[str, bytes] = {}
    for text in texts:
        name, _, digits = text.partition("=")
        try:
            keys[name] = bytes.fromhex(digits)
        except ValueError:
            raise BadInput(f"{text!r} is not a key", "write KEYID=64 hexadecimal digits", "--key") from None
    return keys or None


def _sentence(direction: Direction) -> str:
    parts = [f"{direction.issuer} to {direction.recipient}: {direction.sent} sent, {direction.got} arrived"]
    for word, names in (
        ("missing", direction.missing),
        ("never sent", direction.unknown),
        ("altered", direction.altered),
    ):
        if names:
            more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
            parts.append(f"{word}: {', '.join(names[:_NAMES_SHOWN])}{more}")
    if direction.removed:
        parts[0] += f", {direction.removed} from before what one of them has removed"
    return "; ".join(parts) + ("" if len(parts) > 1 else ", both tell the same") + "."


def _row(entry: Entry) -> str:
    body = entry.body.decode(errors="replace")
    line = (
        f"{entry.number:>7} {entry.kind:<6} {format_time(entry.receipt_ns, 3)} {entry.item:<12} {entry.type:<14} {body}"
    )
    width = 160 if sys.stdout.isatty() else 400
    return line if len(line) <= width else line[: width - 3] + "..."


def _whole(entry: Entry) -> str:
    told = {
        "number": entry.number,
        "kind": entry.kind,
        "item": entry.item,
        "type": entry.type,
        "time": format_time(entry.receipt_ns, 9),
        "link_time": format_time(entry.link_ns, 9),
        "head": json.loads(entry.head) if entry.head else None,
        "body": json.loads(entry.body),
        "hash": entry.hash.hex(),
    }
    return json.dumps(told, ensure_ascii=False)


record.add_command(export)
record.add_command(to_scenario)
record.add_command(review)
