"""`bongsu record review`: one nation's or several nations' records of an event, reviewed by the measures of a drill."""

from __future__ import annotations

from pathlib import Path

import click

from bongsu.cli.record_place import RecordPlace


@click.command(
    "review", epilog="\b\nExample:\n  bongsu record review records/kr records/jp --out review-of-may-1 --pdf"
)
@click.argument("places", metavar="DIR...", nargs=-1, required=True, type=RecordPlace())
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to write into; made if it is not there.",
)
@click.option("--title", default="", help="What the event is called; default its first launch.")
@click.option("--from", "from_time", metavar="TIME", help="Only what was recorded from this time on (RFC 3339).")
@click.option("--until", "until_time", metavar="TIME", help="Only what was recorded up to this time (RFC 3339).")
@click.option("--pdf", is_flag=True, help="Also write review.en.pdf, review.ko.pdf and review.ja.pdf.")
@click.option("--force", is_flag=True, help="Write over a review that is there.")
def review(
    places: tuple[Path | str, ...],
    out: Path,
    title: str,
    from_time: str | None,
    until_time: str | None,
    pdf: bool,
    force: bool,
) -> int:
    """Review an event without a truth, from the records of one session, one DIR for each nation.

    Whatever enters asks the release gate of its record as recipient `review`. Writes review.html in three languages, and review.json.
    """
    from bongsu.base.errors import BadInput
    from bongsu.base.time import parse_time
    from bongsu.cli.drill_review import LANGUAGES, write_pdfs
    from bongsu.drill.event_records import Span, gather
    from bongsu.reports import review as page

    if (out / page.FILE_NAME).exists() and not force:
        raise BadInput("a review is there already", "give another --out, or --force", str(out))
    span = Span(
        parse_time(from_time) if from_time is not None else None,
        parse_time(until_time) if until_time is not None else None,
    )
    gathered = gather(list(places), title, span)
    for reason, count in gathered.refused.items():
        click.echo(f"bongsu: {count} kept back: {reason}", err=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / "review.json").write_bytes(gathered.content)
    click.echo(f"review: {page.write(out, gathered.material)}")
    return write_pdfs(out, gathered.material, LANGUAGES) if pdf else 0
