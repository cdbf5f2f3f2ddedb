"""Dispatches of news agencies: read in their own form, matched to the ledger, never taken in without a person, never more than a claim."""

from __future__ import annotations

from bongsu.base.errors import BadInput
from bongsu.base.limits import FEED_BYTES
from bongsu.ledger.dispatches import feeds, ninjs, text
from bongsu.ledger.dispatches.article import Dispatch

FORMS = ("text", "feed", "ninjs")


def form_of(content: bytes) -> str:
    """The form of a file, from its first character."""
    head = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    return "feed" if head.startswith(b"<") else "ninjs" if head.startswith(b"{") else "text"


def read(content: bytes, place: str, form: str | None = None, issued_day: str | None = None) -> list[Dispatch]:
    """Every dispatch of a file; `issued_day` is the local day of issue where the text leaves its year out. Raises `BadInput`."""
    if len(content) > FEED_BYTES:
        raise BadInput(f"{len(content)} bytes", f"give at most {FEED_BYTES}", place)
    chosen = form or form_of(content)
    if chosen == "feed":
        return feeds.read(content, place)
    if chosen == "ninjs":
        return ninjs.read(content, place)
    try:
        return [text.read(content.decode("utf-8-sig"), place, issued_day=issued_day)]
    except UnicodeDecodeError:
        raise BadInput("not text in UTF-8", "save it as UTF-8", place) from None
