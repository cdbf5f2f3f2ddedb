"""Readers of public data sets of launches: what they say becomes claims of that set, and their traps are reported, not repaired."""

from __future__ import annotations

from bongsu.base.errors import BadInput, BadValue
from bongsu.ledger import packaged
from bongsu.ledger.book import Book, Entry
from bongsu.ledger.importers import cns_csv, nk_missile_tests
from bongsu.ledger.importers.intake import Imported, take


def read_set(book: Book, form: str, content: bytes, place: str, recorded_ns: int) -> Imported:
    """Entries and traps of a file of the named form. Raises `BadInput`."""
    if form == "nk-missile-tests":
        rows = nk_missile_tests.read(content, place)
        return take(book, rows, nk_missile_tests.REPORTER, nk_missile_tests.SOURCE, recorded_ns)
    if form == "cns-csv":
        return take(book, cns_csv.read(content, place), cns_csv.REPORTER, cns_csv.SOURCE, recorded_ns)
    claims = packaged.claims_from(cns_csv.text_of(content), place)
    trial = Book(book.entries())
    entries: list[Entry] = []
    for number, claim in enumerate(claims, 2):
        try:
            entries += [claim] if trial.add(claim) else []
        except BadValue as error:
            raise BadInput(error.fault, error.remedy, f"{place}:{number}") from None
    return Imported(entries, [], len(claims), len({claim.launch for claim in claims}))
