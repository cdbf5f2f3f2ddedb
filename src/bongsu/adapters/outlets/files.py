"""Files as outlets: a folder for sites without a network, and an Atom feed (RFC 4287) beside its documents.

Every file appears whole or not at all. A document that lies there already is not written again, so a restart may offer all it is unsure of.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from lxml import etree

from bongsu.adapters.outlets.world import CAP_MEDIA, OutletError, Published, World
from bongsu.base.limits_alerts import OUTLET_FEED_COUNT
from bongsu.base.time import format_time
from bongsu.wire import cap12
from bongsu.wire.cap12_types import CapAlert, CapError

_ATOM = "http://www.w3.org/2005/Atom"


class FileSink:
    """A folder: each sealed document is a file named after it, for carrying by hand or by a one-way link."""

    def __init__(self, name: str, recipient: str, world: World, folder: Path) -> None:
        self.name = name
        self.recipient = recipient
        self._world = world
        self._folder = folder

    async def put(self, document: Published, sealed: bytes | None = None) -> None:
        """Write it. Raises `CapError`, `OutletError`."""
        self._world.admit(document)
        await asyncio.to_thread(_write_new, self._folder / document.file_name, sealed or document.content)


class AtomFeed:
    """A feed file, made anew from the documents that lie beside it at each change: what was there before a restart stays in it."""

    def __init__(self, name: str, recipient: str, world: World, path: Path, title: str = "") -> None:
        self.name = name
        self.recipient = recipient
        self._world = world
        self._path = path
        self._title = title or "Public alerts"

    async def put(self, document: Published, sealed: bytes | None = None) -> None:
        """Write the document, then the feed that names it. A notice is no entry of a feed. Raises `CapError`, `OutletError`."""
        self._world.admit(document)
        if document.media != CAP_MEDIA:
            return
        await asyncio.to_thread(self._publish, document.file_name, sealed or document.content)

    def _publish(self, file_name: str, content: bytes) -> None:
        folder = self._path.parent
        _write_new(folder / file_name, content)
        try:
            found = [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.xml")) if path != self._path]
        except OSError as error:
            raise OutletError(f"{folder}: {error.strerror}", "look after the disk") from None
        entries = [(name, read) for name, content in found if (read := self._of_this_world(name, content)) is not None]
        entries.sort(key=lambda one: (one[1].sent.time_ns, len(one[1].references), one[0]), reverse=True)
        _replace(self._path, _feed(self._title, entries[:OUTLET_FEED_COUNT]))

    def _of_this_world(self, name: str, content: bytes) -> CapAlert | None:
        """A document as read; None for a file that somebody else has put there: it is no reason to keep an alert back, and no entry either."""
        try:
            self._world.admit(Published(document=name, audience="public", content=content))
        except CapError:
            return None
        return cap12.decode(content).alert


def _feed(title: str, entries: list[tuple[str, CapAlert]]) -> bytes:
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item] # None is the default namespace
    newest = entries[0][1]
    _add(feed, "id", f"urn:bongsu:alerts:{newest.sender}:{newest.status.value.lower()}")
    _add(feed, "title", f"{newest.status.value.upper()}: {title}" if newest.source else title)
    _add(feed, "updated", format_time(newest.sent.time_ns, digits=0))
    for name, read in entries:
        entry = etree.SubElement(feed, f"{{{_ATOM}}}entry")
        _add(entry, "id", f"urn:bongsu:alert:{read.sender}:{read.identifier}")
        _add(entry, "title", read.infos[0].headline or read.infos[0].event)
        _add(entry, "updated", format_time(read.sent.time_ns, digits=0))
        author = etree.SubElement(entry, f"{{{_ATOM}}}author")
        _add(author, "name", read.infos[0].sender_name or read.sender)
        etree.SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", type=CAP_MEDIA, href=name)
        etree.SubElement(entry, f"{{{_ATOM}}}category", term=read.message_type.value)
        etree.SubElement(entry, f"{{{_ATOM}}}category", term=read.status.value)
        summary = etree.SubElement(entry, f"{{{_ATOM}}}summary")
        summary.text = "\n\n".join(f"{info.headline}\n{info.instruction}" for info in read.infos)
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}{name}").text = text


def _write_new(path: Path, content: bytes) -> None:
    if not path.exists():
        _replace(path, content)


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all, and on disk before its name appears."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OutletError(f"{path}: {error.strerror}", "look after the disk and the folder's rights") from None
