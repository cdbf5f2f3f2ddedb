"""One area while it is being built: its facts and its shape at the source's resolution, in degrees."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

TABLES = Path(__file__).parent / "tables"
LANGUAGES = ("en", "ko", "ja")


@dataclass
class Region:
    """Mutable on purpose: splits and islets change the shape before it is packed."""

    id: str
    level: str
    country: str
    names: dict[str, str]
    shape: BaseGeometry
    valid_from: str
    parent: str | None = None
    replaces: tuple[str, ...] = field(default=())


def table(name: str) -> dict[str, Any]:
    """One of the hand-written tables beside the tool."""
    return tomllib.loads((TABLES / name).read_text(encoding="utf-8"))


def names_of(row: dict[str, Any]) -> dict[str, str]:
    """The three names of a row."""
    return {language: str(row[language]) for language in LANGUAGES}


def parts(shape: BaseGeometry) -> list[shapely.Polygon]:
    """The polygons of a shape; lines and points that an overlay left behind are dropped."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon) and not part.is_empty]


def polygons(shape: BaseGeometry) -> shapely.MultiPolygon:
    """The shape as one valid multi-polygon."""
    valid = shape if shape.is_valid else shapely.make_valid(shape)
    flat: list[shapely.Polygon] = []
    for piece in shapely.get_parts(valid):
        flat.extend(parts(piece))
    return shapely.MultiPolygon(flat)
