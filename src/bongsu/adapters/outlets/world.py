"""What every outlet shares: the document of a `Release`, and the gate of the worlds.

An outlet is made for **one** mode and reads each document itself before it lets it out: a status of another mode, an exercise that is not named, a scope that
is not its status's, or a document that breaks CAP's rules is refused here, whatever the node thought.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from bongsu.base.errors import BongsuError
from bongsu.model.alert_draft import AlertDocument
from bongsu.model.message import Release
from bongsu.model.mode import Mode
from bongsu.wire import cap12, cap12_rules
from bongsu.wire.cap12_types import CapAlert, CapError


class OutletError(BongsuError):
    """An outlet could not take a document; it may be tried again."""


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What of a released document an outlet works with: made from the release's members alone."""

    document: str
    audience: str
    content: bytes


class Outlet(Protocol):
    """One way out. `put` raises `CapError` for a document that is not of its world, `OutletError` for a fault of the world's."""

    name: str
    recipient: str

    async def put(self, document: Published, sealed: bytes) -> None:
        """Let it out."""
        ...


def published(release: Release) -> Published | None:
    """The document in a release; None where it holds none."""
    if release.kind != "alert_document":
        return None
    members = {"type": "alert_document", **msgspec.json.decode(release.body)}
    body = msgspec.convert(members, AlertDocument, builtin_types=())
    return Published(document=body.document, audience=body.audience, content=body.content)


def admit(document: bytes, mode: Mode, exercise: str) -> CapAlert:
    """The document as read, if it is of this world. Raises `CapError`."""
    read = cap12.decode(document).alert
    cap12_rules.check(read, mode, exercise if mode is Mode.EXERCISE else "")
    if mode is Mode.EXERCISE and not all(info.headline.startswith(_MARKS) for info in read.infos):
        raise CapError("mark", "alert/info/headline", "an exercise's document is marked in each language")
    return read


_MARKS = ("EXERCISE:", "[훈련]", "【訓練】")
