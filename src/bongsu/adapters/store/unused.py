"""Bytes of a record's file that hold nothing, and the fields of its header: they must be what SQLite wrote.

The chain covers what entries say, SQLite's own check the structure and the indices. What is left holds nothing, and must be zero: the gaps in the pages of
entries, the ends of overflow pages, and free pages. A record's file is written with `secure_delete`, which leaves zeros there; the mark in the header
(`APPLICATION`) tells that it was so from its beginning, and of older files nothing is said. Where SQLite divides or joins pages it leaves old bytes in their
gaps: so nothing is said of those of indices, of inner pages, of the small tables, nor of entries once some of them were removed.

Format: sqlite.org/fileformat2.html, sections 1.3 to 1.6.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

APPLICATION = 0x424F4E47
"""`BONG`, the application id in the header."""

_HEADER_BYTES = 100
_LEAF = 13
# Offset and values of the fields of four bytes. Left out: sizes and links, which SQLite checks, the schema's cookie and the library's version.
_FIELDS = ((44, (4,)), (48, (0,)), (52, (0,)), (56, (1,)), (60, (0,)), (64, (0,)), (68, (0, APPLICATION)))


class Pages(msgspec.Struct, frozen=True):
    """A file by pages, numbered from 1; `usable` bytes of each are SQLite's."""

    usable: int
    page: Callable[[int], bytes]


def sizes(first: bytes) -> tuple[int, int]:
    """Bytes of a page, and how many of them are SQLite's, from the header."""
    size = _int(first, 16, 2)
    size = 65_536 if size == 1 else size
    return size, size - first[20]


def header_fault(first: bytes) -> str:
    """Which field of the first page is not what it can be; empty: none."""
    for offset, values in _FIELDS:
        if _int(first, offset, 4) not in values:
            return f"the field at byte {offset} of the file's header"
    if first[18] != first[19] or first[18] not in (1, 2):
        return "the version in the file's header"
    if first[24:28] != first[92:96]:
        return "the counter of changes in the file's header"
    return "the reserved part of the file's header" if any(first[72:92]) else ""


def marked(first: bytes) -> bool:
    """Whether the file was written with zeros where nothing stands."""
    return _int(first, 68, 4) == APPLICATION


def unused_fault(pages: Pages, tables: list[int], appended: int) -> str:
    """The page in which a byte that holds nothing is not zero; empty: none. `tables`: their first pages; `appended`: that of one only ever added to, or 0."""
    for table in tables:
        waiting = [table]
        while waiting:
            number = waiting.pop()
            data = pages.page(number)
            head = _HEADER_BYTES if number == 1 else 0
            if data[head] != _LEAF:
                waiting += _children(data, head)
                continue
            fault = _leaf(pages, number, data, head, table == appended)
            if fault:
                return fault
    return _free(pages)


def _children(data: bytes, head: int) -> list[int]:
    count = _int(data, head + 3, 2)
    places = [_int(data, at, 2) for at in range(head + 12, head + 12 + 2 * count, 2)]
    return [_int(data, head + 8, 4), *(_int(data, at, 4) for at in places)]


def _leaf(pages: Pages, number: int, data: bytes, head: int, whole: bool) -> str:
    """The overflow chains of a page's cells; `whole`: its gaps too."""
    count = _int(data, head + 3, 2)
    spans = [(0, head + 8 + 2 * count)]
    for place in range(head + 8, head + 8 + 2 * count, 2):
        begin = _int(data, place, 2)
        size, at = _varint(data, begin)
        _, at = _varint(data, at)
        local = _local(size, pages.usable)
        at += local
        if local < size:
            fault = _overflow(pages, _int(data, at, 4), size - local)
            if fault:
                return fault
            at += 4
        spans.append((begin, at))
    return f"page {number} of the file" if whole and _between(data, spans, pages.usable) else ""


def _between(data: bytes, spans: list[tuple[int, int]], usable: int) -> bool:
    """Whether a byte that no span covers is not zero."""
    at = 0
    for begin, end in sorted(spans):
        if any(data[at:begin]):
            return True
        at = max(at, end)
    return any(data[at:usable])


def _local(size: int, usable: int) -> int:
    """How much of a row stands in its cell."""
    if size <= usable - 35:
        return size
    least = (usable - 12) * 32 // 255 - 23
    part = least + (size - least) % (usable - 4)
    return part if part <= usable - 35 else least


def _overflow(pages: Pages, number: int, left: int) -> str:
    while number:
        data = pages.page(number)
        if any(data[4 + max(left, 0) : pages.usable]):
            return f"page {number} of the file"
        left -= pages.usable - 4
        number = _int(data, 0, 4)
    return ""


def _free(pages: Pages) -> str:
    trunk = _int(pages.page(1), 32, 4)
    while trunk:
        data = pages.page(trunk)
        for at in range(8, 8 + 4 * _int(data, 4, 4), 4):
            number = _int(data, at, 4)
            if any(pages.page(number)):
                return f"free page {number} of the file"
        trunk = _int(data, 0, 4)
    return ""


def _int(data: bytes, at: int, width: int) -> int:
    return int.from_bytes(data[at : at + width], "big")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of SQLite's variable length, and where it ends."""
    value = 0
    for i in range(8):
        byte = data[at + i]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + i + 1
    return value << 8 | data[at + 8], at + 9
