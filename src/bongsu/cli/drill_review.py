"""`bongsu drill review`: write a run's review again, and as PDF."""

from __future__ import annotations

from pathlib import Path

import click

LANGUAGES = ("en", "ko", "ja")


@click.command("review", epilog="\b\nExample:\n  bongsu drill review runs/salvo-1 --pdf")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--pdf", is_flag=True, help="Also write review.en.pdf, review.ko.pdf and review.ja.pdf.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Only the PDF of this language.")
def review(folder: Path, pdf: bool, language: str | None) -> int:
    """Write DIR/review.html again from what the run left in DIR, in three languages; with --pdf also as PDF."""
    from bongsu.reports import review as page

    material = page.read(folder)
    click.echo(f"review: {page.write(folder, material)}")
    if pdf or language:
        return write_pdfs(folder, material, (language,) if language else LANGUAGES)
    return 0


def write_pdfs(folder: Path, material: object, languages: tuple[str, ...]) -> int:
    """One PDF a language; where no font has its letters, one line says which to install, and the others are written all the same."""
    from bongsu.base.errors import BadInput
    from bongsu.reports import pdf as papers
    from bongsu.reports.material import Material
    from bongsu.reports.sections import document

    assert isinstance(material, Material)
    told = document(material)
    code = 0
    for language in languages:
        try:
            click.echo(f"review: {papers.write(folder / f'review.{language}.pdf', told, language)}")
        except BadInput as error:
            click.echo(f"bongsu: {error}", err=True)
            code = error.exit_code
    return code
