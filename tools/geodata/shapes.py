"""Thins, rounds and lays out the regions' shapes without ever losing an island."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from bongsu.geo.areas.packed import SCALE_DEG, PackedShapes, pack_whole
from tools.geodata.region import Region, parts, polygons

ROCK_DEG2 = 0.05 / (111.2 * 90.0)
"""A part under 0.05 km2 (at 36 degrees) is a rock."""
ROCK_NEAR_DEG = 0.01
"""A rock this near to a larger part of its area adds nothing: the guard of a query is several times wider."""
LOST_DEG = 0.012
"""Every part must still have its area within this distance after thinning."""
TOLERANCE_DEG = {"JP": 0.002, "KR": 0.002, "KP": 0.003, "GU": 0.001, "MP": 0.001, "TW": 0.004}
COARSE_DEG = 0.01
HOLE_DEG2 = 1.0 / (111.2 * 90.0)
"""A hole under 1 km2 is a gap that the source's drawing left, not an enclave: it is filled."""


def thin(region: Region) -> BaseGeometry:
    """The region's shape with rocks close to land left out, simplified by the tolerance of its part of the world and rounded to the packed grid."""
    pieces = [_filled(piece) for piece in parts(region.shape)]
    large = [piece for piece in pieces if piece.area >= ROCK_DEG2]
    land = shapely.MultiPolygon(large)
    kept = large + [
        piece for piece in pieces if piece.area < ROCK_DEG2 and (not large or piece.distance(land) > ROCK_NEAR_DEG)
    ]
    tolerance = TOLERANCE_DEG.get(region.id[:2], COARSE_DEG)
    rounded = [
        shapely.set_precision(shapely.simplify(piece, min(tolerance, piece.length / 100)), SCALE_DEG) for piece in kept
    ]
    whole = polygons(shapely.union_all(rounded, grid_size=SCALE_DEG))
    for piece in kept:
        point = piece.representative_point()
        if whole.distance(point) > LOST_DEG:
            whole = polygons(
                shapely.union_all([whole, shapely.buffer(point, 5 * SCALE_DEG, quad_segs=2)], grid_size=SCALE_DEG)
            )
    return shapely.normalize(whole)


def _filled(piece: shapely.Polygon) -> shapely.Polygon:
    holes = [ring for ring in piece.interiors if shapely.area(shapely.Polygon(ring)) >= HOLE_DEG2]
    return shapely.Polygon(piece.exterior, holes)


def lay_out(shapes: list[BaseGeometry]) -> PackedShapes:
    """All shapes as offsets over one run of points: `from_ragged_array` of shapely read backwards."""
    _, points, offsets = shapely.to_ragged_array(shapes)
    whole = np.rint(points / SCALE_DEG).astype(np.int32)
    rings, pieces, areas = (pack_whole(np.asarray(offset, dtype=np.int32)) for offset in offsets)
    return PackedShapes(pack_whole(whole[:, 1]), pack_whole(whole[:, 0]), rings, pieces, areas)
