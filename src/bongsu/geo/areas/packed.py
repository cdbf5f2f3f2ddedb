"""The packaged area set: one gzipped JSON document that `tools/geodata` writes and `load` reads.

Facts of the areas and the provenance of the data are plain JSON. The outlines are three levels of offsets (area, part, ring) over two arrays of
whole ten-thousandths of a degree (11 m), each stored as differences in little-endian int32, base64. Rings are closed; the first ring of a part is
its outside, the rest are holes. Longitudes are in [-180, 180]; no part crosses the antimeridian.
"""

import base64
import gzip
import zlib

import msgspec
import numpy as np
from numpy.typing import NDArray

from bongsu.base.errors import BadValue

FORMAT = "bongsu-areas-1"
SCALE_DEG = 1e-4

Whole = NDArray[np.int32]


class Provenance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a part of the data comes from: the package that it was taken from, its digest, its licence, and whom to credit."""

    registry: str
    name: str
    version: str
    sha256: str
    data: str
    licence: str
    credit: str
    data_date: str


class PackedArea(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An area's facts; the country's names stand once in the document."""

    id: str
    level: str
    country: str
    names: dict[str, str]
    parent: str | None
    replaces: tuple[str, ...]
    valid_from: str


class PackedShapes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All outlines: see the module. Offsets are into the next finer array, one more than there are things."""

    latitude: str
    longitude: str
    ring_offsets: str
    part_offsets: str
    area_offsets: str


class PackedSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document."""

    format: str
    version: str
    tool: str
    provenance: tuple[Provenance, ...]
    countries: dict[str, dict[str, str]]
    areas: tuple[PackedArea, ...]
    shapes: PackedShapes


class Outlines(msgspec.Struct, frozen=True):
    """Decoded outlines: `degrees` is (N, 2) latitude and longitude."""

    degrees: NDArray[np.float64]
    ring_offsets: Whole
    part_offsets: Whole
    area_offsets: Whole


def pack_whole(values: Whole) -> str:
    """Whole numbers as base64 of their differences: neighbours differ little, so that the document compresses well."""
    steps = np.diff(values.astype(np.int64), prepend=0).astype("<i4")
    return base64.b64encode(steps.tobytes()).decode("ascii")


def unpack_whole(text: str) -> Whole:
    """The reverse of `pack_whole`."""
    return np.cumsum(np.frombuffer(base64.b64decode(text), dtype="<i4"), dtype=np.int32)


def read(document: bytes) -> tuple[PackedSet, Outlines]:
    """A document and its outlines; `BadValue` when it is not of this form (a nation may supply its own set)."""
    try:
        packed = msgspec.json.decode(gzip.decompress(document), type=PackedSet)
        shapes = packed.shapes
        degrees = np.column_stack([unpack_whole(shapes.latitude), unpack_whole(shapes.longitude)]) * np.float64(
            SCALE_DEG
        )
        offsets = [unpack_whole(text) for text in (shapes.ring_offsets, shapes.part_offsets, shapes.area_offsets)]
    except (OSError, EOFError, zlib.error, msgspec.MsgspecError, ValueError) as error:
        raise _bad(str(error)) from error
    if packed.format != FORMAT:
        raise _bad(f"its format is {packed.format}")
    counts = (len(degrees), len(offsets[0]) - 1, len(offsets[1]) - 1)
    for name, offset, count in zip(("ring", "part", "area"), offsets, counts, strict=True):
        if len(offset) < 2 or offset[0] != 0 or offset[-1] != count or (np.diff(offset) < 1).any():
            raise _bad(f"its {name} offsets do not fit")
    if len(offsets[2]) != len(packed.areas) + 1 or any(area.country not in packed.countries for area in packed.areas):
        raise _bad("its areas, outlines and countries do not agree")
    return packed, Outlines(degrees, *offsets)


def _bad(fault: str) -> BadValue:
    return BadValue(f"not an area set: {fault}", "make it as docs/reference/areas.md says")


def write(packed: PackedSet) -> bytes:
    """The document, the same bytes for the same content."""
    return gzip.compress(msgspec.json.encode(packed), compresslevel=9, mtime=0)
