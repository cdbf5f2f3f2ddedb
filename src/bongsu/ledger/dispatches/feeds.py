"""RSS 2.0 and Atom 1.0 (RFC 4287): each item is a dispatch; its own text is read in the form of the wires where it has a dateline.

Read: title, link, guid or id, pubDate or published or updated, description or summary or content, author. Left out: everything else.
"""

from __future__ import annotations

import html
import re
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from bongsu.base.errors import BadInput, BadValue
from bongsu.base.time import format_time, parse_time
from bongsu.ledger.dispatches import text as wires
from bongsu.ledger.dispatches import trees
from bongsu.ledger.dispatches.article import Dispatch, Revision

ATOM = "{http://www.w3.org/2005/Atom}"
_BREAK = re.compile(r"<(?:br|/p|/div|/h\d|/li)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def read(content: bytes, place: str) -> list[Dispatch]:
    """Every item of a feed. Raises `BadInput`."""
    try:
        root = trees.parse(content)
    except BadValue as error:
        raise BadInput(error.fault, error.remedy, place) from None
    if root.tag == ATOM + "feed":
        return [_dispatch(_atom(entry), "atom", place) for entry in root.iter(ATOM + "entry")]
    if root.tag == "rss":
        return [_dispatch(_rss(item), "rss", place) for item in root.iter("item")]
    raise BadInput(f"{root.tag!r} is neither RSS nor Atom", "give a feed", place)


def _all_text(element: Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


def _rss(item: Element) -> dict[str, str]:
    return {
        "title": _all_text(item.find("title")),
        "link": _all_text(item.find("link")) or _all_text(item.find("guid")),
        "date": _rfc822(_all_text(item.find("pubDate"))),
        "text": _all_text(item.find("description")),
        "author": _all_text(item.find("author")),
    }


def _atom(entry: Element) -> dict[str, str]:
    link = entry.find(ATOM + "link")
    date = _all_text(entry.find(ATOM + "published")) or _all_text(entry.find(ATOM + "updated"))
    return {
        "title": _all_text(entry.find(ATOM + "title")),
        "link": ("" if link is None else link.get("href", "")) or _all_text(entry.find(ATOM + "id")),
        "date": date,
        "text": _all_text(entry.find(ATOM + "content")) or _all_text(entry.find(ATOM + "summary")),
        "author": _all_text(entry.find(f"{ATOM}author/{ATOM}name")),
    }


def _rfc822(text: str) -> str:
    """The date of an RSS item as RFC 3339; empty when it is none or has no zone."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return ""
    return "" if moment.tzinfo is None else moment.isoformat()


def plain(markup: str) -> str:
    """Text without tags, a line for each paragraph."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", markup)))


def issued_of(text: str) -> tuple[int | None, str | None]:
    """Time of issue and the local day that it was written on; both None when the text is no time."""
    try:
        return parse_time(text), text[:10]
    except BadValue:
        return None, None


def _dispatch(item: dict[str, str], form: str, place: str) -> Dispatch:
    issued_ns, day = issued_of(item["date"])
    dispatch = wires.read(plain(item["text"]), item["link"] or place, form, issued_ns, day)
    mark, number, headline = wires.revision_of(plain(item["title"]).strip())
    body = dispatch.body
    if dispatch.dateline is None:
        # An item without a dateline is a summary: all of its text is body, and weekdays count from the day of issue only if that is known.
        body = tuple(line.strip() for line in plain(item["text"]).split("\n") if line.strip())
    return dispatch._replace(
        headline=headline or None,
        revision=Revision(mark, number, dispatch.revision.changes),
        byline=dispatch.byline or ((item["author"],) if item["author"] else ()),
        body=body,
        issued_ns=issued_ns,
    )


def local_day(dispatch: Dispatch) -> str | None:
    """The day from which weekdays count: the dateline's, else the UTC day of issue."""
    if dispatch.dateline is not None:
        return dispatch.dateline.day
    return None if dispatch.issued_ns is None else format_time(dispatch.issued_ns, 0)[:10]
