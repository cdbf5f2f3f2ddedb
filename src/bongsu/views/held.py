"""What a partner holds of ours, by the record of our own node: a pure fold. It answers what a member that leaves takes with it."""

from collections.abc import Iterable
from typing import Any

import msgspec

from bongsu.model.delivery import Delivery
from bongsu.model.head import Item
from bongsu.model.message import Release
from bongsu.model.noun import tag_of
from bongsu.wire.marks_v1 import Marked
from bongsu.wire.payloads_v1 import LINK_CONTROL

TAKES = tuple(tag_of(kind.__name__) for kind in (Release, Delivery))
"""Names of the bodies that the fold takes."""

SUBJECTS = ("warning", "statement", "hold", "message")


class _Body(Marked):
    """The members of a released body by which it is known."""

    warning: str = ""
    statement: str = ""
    hold: str = ""
    message: str = ""
    version: int = 0
    status: str = ""


class Held(msgspec.Struct, kw_only=True):
    """What was given of one subject of one kind: how often and when, its newest version, how far that came (None: not known, or no partner's), and the
    terms under which it was given last. `taken_back`: its newest version retracts or supersedes it."""

    kind: str
    subject: str
    count: int
    first_ns: int
    last_ns: int
    version: int
    status: str
    taken_back: bool
    received_version: int | None
    shown_version: int | None
    onward: list[str]
    until: str | None


_decoder = msgspec.json.Decoder(_Body)


def held(items: Iterable[Item[Any]], recipient: str) -> list[Held]:
    """All that left for a recipient, in the order in which it first left; link control carries numbers only and is left out."""
    found: dict[tuple[str, str], Held] = {}
    for item in items:
        body = item.body
        if isinstance(body, Release) and body.recipient == recipient and body.kind not in LINK_CONTROL:
            _given(found, body, item.head.link_ns)
        elif isinstance(body, Delivery) and body.recipient == recipient:
            known = found.get(("warning", body.warning))
            if known is not None and body.received_ns is not None:
                known.received_version = max(body.version, known.received_version or 0)
            if known is not None and body.shown_ns is not None:
                known.shown_version = max(body.version, known.shown_version or 0)
    return list(found.values())


def _given(found: dict[tuple[str, str], Held], release: Release, link_ns: int) -> None:
    said = _decoder.decode(release.body)
    subject = next((text for name in SUBJECTS if (text := getattr(said, name))), "")
    place = (release.kind, subject)
    known = found.get(place)
    if known is None:
        known = found[place] = Held(
            kind=release.kind, subject=subject, count=0, first_ns=link_ns, last_ns=link_ns, version=0, status="",
            taken_back=False, received_version=None, shown_version=None, onward=[], until=None,
        )  # fmt: skip
    known.count += 1
    known.last_ns = link_ns
    if said.version >= known.version:
        known.version, known.status = said.version, said.status
        known.taken_back = said.status in ("retracted", "superseded")
    known.onward = [] if said.terms is None else said.terms.onward
    known.until = None if said.terms is None else said.terms.until
