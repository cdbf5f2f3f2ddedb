"""A ledger file of one's own: JSON lines, one entry each, only ever added to. The packaged entries come first, and stay out of it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bongsu.base.errors import BadInput, BadValue
from bongsu.ledger import packaged
from bongsu.ledger.book import Book, Entry
from bongsu.ledger.launches import Launch, Link
from bongsu.ledger.notices import Notice
from bongsu.model.claim import Claim

_DECODER = msgspec.json.Decoder(Launch | Claim | Link | Notice)


def encode(entries: Iterable[Entry]) -> bytes:
    """Entries as lines."""
    return b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)


def read(content: bytes, place: str) -> Book:
    """The packaged ledger and, after it, the entries of a file. Raises `BadInput` with file and line."""
    book = packaged.book()
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            book.add(_DECODER.decode(line))
        except (msgspec.DecodeError, RecursionError) as error:
            raise BadInput(f"not an entry ({error})", "write one JSON object a line", f"{place}:{number}") from None
        except BadValue as error:
            raise BadInput(error.fault, error.remedy, f"{place}:{number}") from None
    return book
