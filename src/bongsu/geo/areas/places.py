"""Towns near a point: what an officer reads beside an ellipse. Populations are indicative (GeoNames, cities of 15,000 and more), never a head count."""

import functools
import gzip
import math
from importlib import resources

import msgspec
import numpy as np

from bongsu.geo.areas.local import EARTH_RADIUS_M, unit_vectors
from bongsu.geo.areas.packed import Provenance

PLACES_FORMAT = "bongsu-places-1"
PLACES_VERSION = "2026.11"


class PackedPlaces(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The packaged document: one list a column, largest town first; a Korean or Japanese name that the source lacks is null."""

    format: str
    version: str
    tool: str
    provenance: tuple[Provenance, ...]
    country: list[str]
    en: list[str]
    ko: list[str | None]
    ja: list[str | None]
    latitude_deg: list[float]
    longitude_deg: list[float]
    population: list[int]


class Place(msgspec.Struct, frozen=True):
    """A town; a name that is not known in a language is the English one."""

    names: dict[str, str]
    country: str
    latitude_rad: float
    longitude_rad: float
    population: int
    distance_m: float


class PlaceSet:
    """The packaged towns as arrays, largest first."""

    def __init__(self, packed: PackedPlaces) -> None:
        self.version = packed.version
        self.provenance = packed.provenance
        self._packed = packed
        self._radians = np.radians(np.column_stack([packed.latitude_deg, packed.longitude_deg]))
        self._units = unit_vectors(self._radians)

    def __len__(self) -> int:
        return len(self._packed.en)

    def largest_within(
        self, latitude_rad: float, longitude_rad: float, radius_m: float, limit: int
    ) -> tuple[Place, ...]:
        """At most `limit` towns whose centre lies within `radius_m` (up to 3,000 km; on the sphere, to 0.5 %), largest first."""
        centre = unit_vectors(np.array([[latitude_rad, longitude_rad]]))[0]
        chord = np.linalg.norm(self._units - centre, axis=1)
        distances_m = 2.0 * EARTH_RADIUS_M * np.arcsin(np.minimum(chord / 2.0, 1.0))
        rows = np.flatnonzero(distances_m <= radius_m)[:limit]
        return tuple(self._place(int(row), float(distances_m[row])) for row in rows)

    def _place(self, row: int, distance_m: float) -> Place:
        packed = self._packed
        english = packed.en[row]
        return Place(
            names={"en": english, "ko": packed.ko[row] or english, "ja": packed.ja[row] or english},
            country=packed.country[row],
            latitude_rad=math.radians(packed.latitude_deg[row]),
            longitude_rad=math.radians(packed.longitude_deg[row]),
            population=packed.population[row],
            distance_m=distance_m,
        )


@functools.lru_cache(maxsize=2)
def load_places(version: str = PLACES_VERSION) -> PlaceSet:
    """The packaged towns of a version."""
    document = resources.files(__package__).joinpath(f"places-{version}.json.gz").read_bytes()
    packed = msgspec.json.decode(gzip.decompress(document), type=PackedPlaces)
    assert packed.format == PLACES_FORMAT, packed.format
    return PlaceSet(packed)


def write_places(packed: PackedPlaces) -> bytes:
    """The document, the same bytes for the same content."""
    return gzip.compress(msgspec.json.encode(packed), compresslevel=9, mtime=0)
