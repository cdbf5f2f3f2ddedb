"""What SQLite's `-wal` file holds of a record that its node still writes, or that ended by force.

Format: sqlite.org/fileformat2.html, section 4. A header of 32 bytes (magic, version, page size, count, two salts, checksum), then frames: page number, size of
the database in pages where it ends a commit, the salts, a running checksum, and the page. Frames with other salts are left over from before the file began
anew; they are no part of the record. SQLite itself takes a frame that does not hold for the end: whatever follows would be gone without a word.
"""

from __future__ import annotations

import struct
from pathlib import Path

import msgspec

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC = 0x377F0682
_VERSION = 3007000
_MOST = 0xFFFFFFFF


class Wal(msgspec.Struct, frozen=True):
    """`pages`: the newest committed state of each page, by its number; `fault`: what does not hold, empty: nothing."""

    pages: dict[int, bytes]
    fault: str


def read(path: Path) -> Wal | None:
    """The file as far as it holds; None: there is none, or nothing in it."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    if not data:
        return None
    if len(data) < _HEADER.size:
        return Wal({}, "its header is cut off")
    magic, version, page_bytes, _, *rest = _HEADER.unpack_from(data)
    salts, stated = (rest[0], rest[1]), (rest[2], rest[3])
    order = ">" if magic & 1 else "<"
    if magic & ~1 != _MAGIC or version != _VERSION or _sum(data[:24], order, (0, 0)) != stated:
        return Wal({}, "its header is not what SQLite wrote")
    return _frames(data, page_bytes, salts, stated, order)


def _frames(data: bytes, page_bytes: int, salts: tuple[int, int], running: tuple[int, int], order: str) -> Wal:
    committed: dict[int, bytes] = {}
    waiting: dict[int, bytes] = {}
    begin, step = _HEADER.size, _FRAME.size + page_bytes
    while begin + step <= len(data):
        number, ends, *rest = _FRAME.unpack_from(data, begin)
        stated = (rest[2], rest[3])
        body = begin + _FRAME.size
        found = _sum(data[begin : begin + 8] + data[body : body + page_bytes], order, running)
        same = (rest[0], rest[1]) == salts
        if not same and found != stated:
            break  # left over from before
        if not same or found != stated:
            return Wal(committed, f"its frame at byte {begin} does not hold")
        running = stated
        waiting[number] = data[body : body + page_bytes]
        if ends:
            committed |= waiting
            waiting = {}
        begin += step
    return Wal(committed, _beyond(data, begin, step, salts))


def _beyond(data: bytes, begin: int, step: int, salts: tuple[int, int]) -> str:
    """After the first frame of other salts none of these may come: one between would have been changed."""
    for later in range(begin, len(data) - _FRAME.size + 1, step):
        if _FRAME.unpack_from(data, later)[2:4] == salts:
            return f"its frame at byte {begin} does not hold"
    return ""


def _sum(data: bytes, order: str, running: tuple[int, int]) -> tuple[int, int]:
    first, second = running
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & _MOST
        second = (second + other + first) & _MOST
    return first, second
