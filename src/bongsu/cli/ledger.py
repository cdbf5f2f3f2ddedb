"""`bongsu ledger`: what each reporter claimed of each launch, and when; imports, dispatches, findings, charts. No federation is needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bongsu.base.errors import BadInput, BadValue

if TYPE_CHECKING:
    from bongsu.ledger.book import Book, Entry
    from bongsu.ledger.launches import Launch

OWN = click.option(
    "--ledger",
    "own",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Your own entries besides the packaged ones.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group(epilog="\b\nExample:\n  bongsu ledger show 2023-07-12-1")
def ledger() -> None:
    """Look into the ledger of real launches: claims, sources, resolutions, notices."""


def book_of(own: Path | None) -> Book:
    """The packaged ledger, with the user's own entries."""
    from bongsu.ledger import entries, packaged

    return packaged.book() if own is None else entries.read(own.read_bytes(), str(own))


def chosen(book: Book, names: tuple[str, ...]) -> list[Launch]:
    """The launches named by id, or by a date (UTC or local) on which there was one; or all."""
    try:
        return [book.find(name) for name in names] or book.all_launches()
    except BadValue as error:
        raise BadInput(error.fault, error.remedy) from None


def say(document: Any) -> None:
    """One JSON document."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(document)).decode())


@ledger.command("list", epilog="\b\nExample:\n  bongsu ledger list --kind satellite --json")
@OWN
@click.option("--kind", help="Only launches of this kind, such as ballistic or satellite.")
@click.option("--since", metavar="DAY", help="Only launches from this UTC day on.")
@click.option("--until", metavar="DAY", help="Only launches up to this UTC day.")
@AS_JSON
def list_(own: Path | None, kind: str | None, since: str | None, until: str | None, as_json: bool) -> None:
    """Name every launch, its time, and how many claims there are on it."""
    from bongsu.cli import ledger_text
    from bongsu.ledger import rows
    from bongsu.ledger.launches import Kind

    if kind is not None and kind not in list(Kind):
        raise BadInput(f"there is no kind {kind!r}", f"use one of {', '.join(Kind)}", "--kind")
    ledger_text.moment(since, "--since")
    ledger_text.moment(until, "--until")
    book = book_of(own)
    launches = []
    for launch in book.all_launches():
        day = rows.day_of(book, launch) or launch.id[:10]
        if (
            (kind in (None, launch.kind))
            and (since is None or day >= since[:10])
            and (until is None or day <= until[:10])
        ):
            launches.append(launch)
    if as_json:
        say([rows.launch_row(book, launch) for launch in launches])
    else:
        click.echo("\n".join(ledger_text.list_lines(book, launches)) or "no such launch")


@ledger.command("show", epilog="\b\nExample:\n  bongsu ledger show 2023-11-21-1 --said-until 2023-11-21")
@click.argument("launch")
@OWN
@click.option("--said-until", metavar="TIME", help="Only what reporters had said by this date or time.")
@click.option("--recorded-until", metavar="TIME", help="The ledger as it stood at this date or time.")
@click.option("--all", "everything", is_flag=True, help="Corrected claims too.")
@AS_JSON
def show(
    launch: str, own: Path | None, said_until: str | None, recorded_until: str | None, everything: bool, as_json: bool
) -> None:
    """Show one LAUNCH (its id or date): who claimed what, when, from which source; findings, alerts, resolutions, notices."""
    from bongsu.cli import ledger_text
    from bongsu.ledger import plausibility, rows

    book = book_of(own)
    (entry,) = chosen(book, (launch,))
    said_ns = ledger_text.moment(said_until, "--said-until")
    recorded_ns = ledger_text.moment(recorded_until, "--recorded-until")
    claims = book.claims(entry.id) if everything else book.standing(entry.id, None, recorded_ns, said_ns)
    flags = plausibility.check(book, [entry]).flags
    if as_json:
        say(rows.show_row(book, entry, claims, flags))
    else:
        click.echo("\n".join(ledger_text.show_lines(book, entry, claims, flags)))


@ledger.command("check", epilog="\b\nExample:\n  bongsu ledger check 2022-03-24-1")
@click.argument("launches", nargs=-1)
@OWN
@AS_JSON
def check(launches: tuple[str, ...], own: Path | None, as_json: bool) -> None:
    """Find what cannot be, or cannot all be, of the figures reported on LAUNCHES (all by default), with the computation."""
    from bongsu.ledger import plausibility

    book = book_of(own)
    found = plausibility.check(book, chosen(book, launches))
    if as_json:
        say({"flags": [one._asdict() for one in found.flags], "not_checked": [one._asdict() for one in found.skipped]})
        return
    for flag in found.flags:
        click.echo(f"{flag.launch}  {flag.check}: {flag.computation}")
    for skipped in found.skipped:
        click.echo(f"{skipped.launch}  {skipped.check} not checked: {skipped.reason}", err=True)
    if not found.flags:
        click.echo("nothing to flag")


INTO = click.option(
    "--into", type=click.Path(dir_okay=False, path_type=Path), help="Add what is new to this ledger file of your own."
)
RECORDED = click.option(
    "--recorded-at", metavar="TIME", help="When it is taken in; the time of the computer by default."
)
FORMS = ("nk-missile-tests", "cns-csv", "csv")


def recorded_ns(text: str | None) -> int:
    """The time of recording: as given, or now."""
    from datetime import UTC, datetime

    from bongsu.base.time import parse_time

    if text is None:
        return parse_time(datetime.now(UTC).isoformat(timespec="seconds"))
    try:
        return parse_time(text)
    except BadValue as error:
        raise BadInput(error.fault, error.remedy, "--recorded-at") from None


def append(path: Path | None, entries: list[Entry]) -> None:
    """Add entries to the user's file, which only grows."""
    from bongsu.ledger.entries import encode

    if path is not None and entries:
        with path.open("ab") as file:
            file.write(encode(entries))


def form_of(content: bytes, place: str) -> str:
    """Which data set a file is, from its first line."""
    head = content[:4096].decode("utf-8", errors="replace")
    if head.lstrip().startswith("{"):
        return "nk-missile-tests"
    if head.startswith("id,launch,reporter,"):
        return "csv"
    if "apogee" in head.partition("\n")[0].lower():
        return "cns-csv"
    raise BadInput("none of the data sets that can be read", f"say which with --form: {', '.join(FORMS)}", place)


@ledger.command("import", epilog="\b\nExample:\n  bongsu ledger import nk-missile-tests.json --into mine.jsonl")
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--form", type=click.Choice(FORMS), help="Which data set it is; told from the file by default.")
@INTO
@RECORDED
@AS_JSON
def import_(file: Path, form: str | None, into: Path | None, recorded_at: str | None, as_json: bool) -> None:
    """Read a public data set of launches as claims of that set, and report its traps. Nothing is repaired."""
    from bongsu.ledger.importers import read_set

    book = book_of(into if into is not None and into.exists() else None)
    content = file.read_bytes()
    imported = read_set(book, form or form_of(content, str(file)), content, str(file), recorded_ns(recorded_at))
    append(into, imported.entries)
    new = len(imported.entries)
    summary = {"rows": imported.rows, "recognised": imported.recognised, "entries": new, "written": into is not None}
    if as_json:
        say({**summary, "traps": [trap._asdict() for trap in imported.traps]})
        return
    for trap in imported.traps:
        click.echo(f"{trap.place}: {trap.name}: {trap.said}")
    where = "not kept: name a file with --into" if into is None else f"added to {into}"
    click.echo(
        f"{imported.rows} rows, {imported.recognised} of them launches of the ledger; {len(imported.traps)} traps; {new} new entries ({where})"
    )


DISPATCH_FORMS = ("text", "feed", "ninjs")


@ledger.command(
    "ingest",
    epilog="\b\nExample:\n  bongsu ledger ingest dispatch.txt\n  bongsu ledger ingest dispatch.txt --into mine.jsonl --confirm 1,3 --by kim",
)
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--form", type=click.Choice(DISPATCH_FORMS), help="How it is written; told from the file by default.")
@click.option("--issued", metavar="DAY", help="Local day of issue, where the text leaves its year out.")
@click.option("--confirm", metavar="N,N", help="Take these proposals in, by their numbers.")
@click.option("--by", "person", metavar="NAME", help="Who confirms.")
@INTO
@RECORDED
@AS_JSON
def ingest(
    file: Path,
    form: str | None,
    issued: str | None,
    confirm: str | None,
    person: str | None,
    into: Path | None,
    recorded_at: str | None,
    as_json: bool,
) -> None:
    """Read a news dispatch (text, RSS, Atom or ninjs), and propose which launches and meetings it names. A person confirms; nothing is guessed."""
    from bongsu.cli import ledger_text
    from bongsu.ledger import dispatches
    from bongsu.ledger.dispatches import matching

    if confirm is not None and (into is None or not person):
        raise BadInput("proposals are taken in by a person, into a file", "add --by NAME and --into FILE", "--confirm")
    ledger_text.moment(issued, "--issued")
    book = book_of(into if into is not None and into.exists() else None)
    read = dispatches.read(file.read_bytes(), str(file), form, issued)
    now_ns = recorded_ns(recorded_at)
    proposals = [(one, matching.propose(book, one, now_ns)) for one in read]
    flat = [proposal for _, found in proposals for proposal in found]
    chosen_ = matching.confirmed(book, flat, numbers_of(confirm, len(flat)), person or "")
    append(into, chosen_)
    if as_json:
        say(ledger_text.dispatch_rows(proposals, len(chosen_)))
        return
    click.echo("\n".join(ledger_text.dispatch_lines(proposals)))
    if confirm is not None:
        click.echo(f"{len(chosen_)} claims added to {into}, confirmed by {person}")


def numbers_of(text: str | None, most: int) -> list[int]:
    """`1,3` as positions from 0."""
    if text is None:
        return []
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and 1 <= int(part) <= most for part in parts):
        raise BadInput(f"{text!r} does not name proposals", f"give numbers from 1 to {most}, like 1,3", "--confirm")
    return [int(part) - 1 for part in parts]


@ledger.command("chart", epilog="\b\nExample:\n  bongsu ledger chart --out charts")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the SVG files."
)
@OWN
@AS_JSON
def chart(out: Path, own: Path | None, as_json: bool) -> None:
    """Draw launches a month, apogee against range, reported against computed flight time, and reporters' differences."""
    from bongsu.ledger import plausibility
    from bongsu.reports.ledger_charts import charts

    book = book_of(own)
    drawn = charts(book, plausibility.check(book, book.all_launches()))
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for name, picture in drawn.items():
        path = out / f"{name}.svg"
        path.write_text(picture, encoding="utf-8")
        files.append(str(path))
    if as_json:
        say({"files": files})
    else:
        click.echo("\n".join(files))


@ledger.command("serve", epilog="\b\nExample:\n  bongsu ledger serve --port 8010")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port of the page; by default a free one.")
@OWN
def serve(port: int, own: Path | None) -> None:
    """Show the ledger as a page for a browser on this machine, until Ctrl-C: plots, launches, claims, law. It is history, and warns of nothing."""
    import asyncio

    from bongsu.console import serve as server
    from bongsu.console.history import create

    book = book_of(own)
    bound = server.bind(port)
    click.echo(f"http://{server.LOOPBACK}:{bound.getsockname()[1]}/  (Ctrl-C ends it)", err=True)
    asyncio.run(server.server(create(lambda: book)).serve(sockets=[bound]))


@ledger.command("link", epilog="\b\nExample:\n  bongsu ledger link 2023-07-12-1 event E1 --by kr --into mine.jsonl")
@click.argument("launch")
@click.argument("to", type=click.Choice(("event", "statement", "record")))
@click.argument("reference")
@click.option("--by", "person", required=True, metavar="NAME", help="The person or node that says so.")
@click.option("--into", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Your own ledger file.")
@RECORDED
def link(launch: str, to: str, reference: str, person: str, into: Path, recorded_at: str | None) -> None:
    """Link LAUNCH to an event, a statement or a record of our own, by its REFERENCE."""
    from bongsu.ledger.launches import Link

    book = book_of(into if into.exists() else None)
    (entry,) = chosen(book, (launch,))
    made = Link(f"{entry.id}/{to}/{reference}", entry.id, to, reference, person, recorded_ns(recorded_at))
    try:
        new = book.add(made)
    except BadValue as error:
        raise BadInput(error.fault, error.remedy) from None
    append(into, [made] if new else [])
    click.echo(f"{entry.id} is linked to {to} {reference}")


@ledger.command("export", epilog="\b\nExample:\n  bongsu ledger export --out ledger-2026.11")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the files.")
def export(out: Path) -> None:
    """Write the packaged ledger as CSV, with its licence and how to cite it."""
    from bongsu.ledger import packaged

    out.mkdir(parents=True, exist_ok=True)
    for name in [*(f"{name}.csv" for name in packaged.FILES), "LICENCE.md", "CITATION.cff"]:
        (out / name).write_text(packaged.text_of(name), encoding="utf-8")
        click.echo(str(out / name))


@ledger.command(
    "notice",
    epilog="\b\nExample:\n  bongsu ledger notice notam.txt --launch 2023-11-21-1 --source https://example.org/notam",
)
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--launch", required=True, metavar="LAUNCH", help="The launch that it announced.")
@click.option("--source", metavar="ADDRESS", help="Where it can be read; the file's name by default.")
@INTO
@AS_JSON
def notice(file: Path, launch: str, source: str | None, into: Path | None, as_json: bool) -> None:
    """Read NOTAMs from FILE and hold LAUNCH against their windows and zones, each on its own."""
    from bongsu.cli import ledger_text
    from bongsu.ledger import notams
    from bongsu.ledger.rows import notice_row

    book = book_of(into if into is not None and into.exists() else None)
    (entry,) = chosen(book, (launch,))
    text = file.read_text(encoding="utf-8", errors="replace")
    read = notams.read(text, entry.id, source or file.name, str(file))
    try:
        new = [one for one in read if book.add(one)] if into is not None else []
    except BadValue as error:
        raise BadInput(error.fault, error.remedy, str(file)) from None
    append(into, [*new])
    rows = [notice_row(one, book, entry) for one in read]
    if as_json:
        say(rows)
        return
    for row in rows:
        click.echo("\n".join(ledger_text.lines_of_notice(row)))
