"""The packaged areas for public alerts: provinces, districts and island groups, in versions, and which of them an ellipse or a path touches.

Data beside the code: `areas-VERSION.json.gz` and `places-VERSION.json.gz`, built by `tools/geodata`, with their provenance inside.
"""

import functools
from importlib import resources

from bongsu.geo.areas.areaset import AreaSet, EllipseTouch, PathTouch
from bongsu.geo.areas.packed import read
from bongsu.geo.areas.places import Place, PlaceSet, load_places

__all__ = [
    "LATEST",
    "VERSIONS",
    "AreaSet",
    "EllipseTouch",
    "PathTouch",
    "Place",
    "PlaceSet",
    "load",
    "load_places",
    "parse",
]

VERSIONS = ("2026.11",)
"""Packaged versions, oldest first; an old one stays for as long as a record refers to it."""
LATEST = VERSIONS[-1]


def load(version: str | None = None) -> AreaSet:
    """The packaged set of a version, the latest by default; read once, then shared. An unknown version is a `KeyError`: callers check `VERSIONS`."""
    name = LATEST if version is None else version
    if name not in VERSIONS:
        raise KeyError(name)
    return _load(name)


def parse(document: bytes) -> AreaSet:
    """A set that a nation supplies itself, in the packaged form; `BadValue` when it is not of that form."""
    return AreaSet(*read(document))


@functools.lru_cache(maxsize=len(VERSIONS))
def _load(version: str) -> AreaSet:
    return parse(resources.files(__package__).joinpath(f"areas-{version}.json.gz").read_bytes())
