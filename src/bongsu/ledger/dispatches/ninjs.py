"""ninjs (IPTC News in JSON 1.x to 3.0): one item, its text in the form of the wires.

Read: uri, slugline, headline or headlines, byline or by, versioncreated or firstcreated (also in camel case), ednote, and the text: body_text,
body_xhtml, body_html or bodies. Left out: everything else. A field of another shape is unknown.
"""

from __future__ import annotations

from typing import Any

import msgspec

from bongsu.base.errors import BadInput
from bongsu.ledger.dispatches import text as wires
from bongsu.ledger.dispatches.article import Dispatch, Revision
from bongsu.ledger.dispatches.feeds import issued_of, plain


def read(content: bytes, place: str) -> list[Dispatch]:
    """The item of a file. Raises `BadInput`."""
    try:
        item = msgspec.json.decode(content, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadInput(f"not ninjs ({error})", "give one JSON object", place) from None
    if "uri" not in item:
        raise BadInput("not ninjs: there is no uri", "give an item as IPTC describes it", place)
    issued_ns, day = issued_of(_first(item, "versioncreated", "versionCreated", "firstcreated", "firstCreated"))
    text = (
        _first(item, "body_text", "bodyText")
        or plain(_first(item, "body_xhtml", "body_html"))
        or _value(item, "bodies")
    )
    dispatch = wires.read(plain(text), str(item["uri"]), "ninjs", issued_ns, day)
    headline = _first(item, "headline") or _value(item, "headlines")
    mark, number, rest = wires.revision_of(headline.strip())
    note = _first(item, "ednote", "edNote")
    changes = (note,) if note else dispatch.revision.changes
    byline = _first(item, "byline", "by")
    return [
        dispatch._replace(
            slug=_first(item, "slugline") or dispatch.slug,
            headline=rest or dispatch.headline,
            revision=Revision(mark or dispatch.revision.mark, number or dispatch.revision.number, changes),
            byline=(byline.removeprefix("By "),) if byline else dispatch.byline,
            body=dispatch.body
            if dispatch.dateline is not None
            else tuple(line.strip() for line in plain(text).split("\n") if line.strip()),
        )
    ]


def _first(item: dict[str, Any], *names: str) -> str:
    """The first of the named fields that is text."""
    return next((item[name] for name in names if isinstance(item.get(name), str)), "")


def _value(item: dict[str, Any], name: str) -> str:
    """The text of the first object in a list of ninjs 2 and 3: `[{"value": "..."}]`."""
    listed = item.get(name)
    if not isinstance(listed, list):
        return ""
    return next((one["value"] for one in listed if isinstance(one, dict) and isinstance(one.get("value"), str)), "")
