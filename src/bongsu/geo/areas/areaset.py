"""Which areas an ellipse or a corridor touches.

Every polygon ("part") of every area has a cap: the direction of its middle and the angle to its farthest corner. A query finds the parts whose cap
it can reach, lays these on a plane around its own centre (`local`), and asks shapely there. Nothing is cut at the antimeridian or at a pole, and
an area's farthest islands cost nothing. Answers are in order of id.
"""

import itertools
from collections.abc import Callable, Iterable

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from bongsu.base.limits import AREA_GUARD_M, AREA_PATH_POINT_M, AREA_PATH_STEP_M
from bongsu.geo.areas.local import EARTH_RADIUS_M, LocalPlane, ellipse_outline_m, to_axes, unit_vectors
from bongsu.geo.areas.packed import Outlines, PackedSet, Provenance
from bongsu.model.area import Area
from bongsu.model.noun import Floats

NINETY_FIVE_PERCENT = 2.448
"""95 % half-axes over 1-sigma half-axes of a plane Gaussian: sqrt(-2 ln 0.05); DESIGN.md section 4."""
CAP_SLACK_RAD = 1e-3
"""6 km: caps are on the sphere of normals, ellipses on the ellipsoid; 0.34 % of the reach is added besides."""

Rows = NDArray[np.int64]


class EllipseTouch(msgspec.Struct, frozen=True):
    """How near an area comes to an ellipse.

    `distance_m` is from the ellipse's centre to the area's nearest point, 0 inside; `d2` the smallest squared Mahalanobis distance of any point of
    the area from the centre, 0 inside; `probability` the Gaussian's share that lies on the area, to about 0.01.
    """

    area: str
    distance_m: float
    d2: float
    probability: float


class PathTouch(msgspec.Struct, frozen=True):
    """How near an area comes to a path: the least distance, 0 when it is crossed, and the index of the path's nearest given point."""

    area: str
    distance_m: float
    nearest_index: int


class AreaSet:
    """One version of the packaged areas. Immutable; safe to share between threads."""

    def __init__(self, packed: PackedSet, outlines: Outlines) -> None:
        self.version = packed.version
        self.provenance: tuple[Provenance, ...] = packed.provenance
        self.areas: tuple[Area, ...] = tuple(
            Area(
                id=row.id,
                level=row.level,
                country=row.country,
                names=row.names,
                country_names=packed.countries[row.country],
                parent=row.parent,
                replaces=row.replaces,
                valid_from=row.valid_from,
            )
            for row in packed.areas
        )
        self._by_id = {area.id: area for area in self.areas}
        self._index = {area.id: index for index, area in enumerate(self.areas)}
        self._outlines = outlines
        self._units = unit_vectors(np.radians(outlines.degrees))
        counts = np.diff(outlines.area_offsets)
        self._area_of_part = np.repeat(np.arange(len(self.areas)), counts)
        self._first_point = outlines.ring_offsets[outlines.part_offsets[:-1]]
        self._cap_middle, self._cap_angle_rad = self._caps()
        self._wanted: dict[tuple[tuple[str, ...], str | None], NDArray[np.bool_]] = {}

    def _caps(self) -> tuple[Floats, Floats]:
        starts = self._outlines.ring_offsets[self._outlines.part_offsets]
        counts = np.diff(starts)
        middle = np.add.reduceat(self._units, starts[:-1], axis=0)
        middle /= np.linalg.norm(middle, axis=1, keepdims=True)
        chord = np.linalg.norm(self._units - np.repeat(middle, counts, axis=0), axis=1)
        return middle, 2.0 * np.arcsin(np.minimum(np.maximum.reduceat(chord, starts[:-1]) / 2.0, 1.0))

    def __len__(self) -> int:
        return len(self.areas)

    def get(self, area_id: str) -> Area | None:
        """The area of an id, None when this version has none."""
        return self._by_id.get(area_id)

    def label(self, area_id: str, language: str) -> str:
        """The name by which an area is told from every other: with its province (six districts are called Jung-gu) and country (both Koreas have a
        Kangwon). From small to large in English, from large to small in Korean and Japanese. A `KeyError` for an unknown id or language."""
        area = self._by_id[area_id]
        parent = self._by_id[area.parent].names[language] if area.parent is not None and area.level == "sigungu" else ""
        words = [area.names[language], parent, area.country_names[language]]
        chain = [word for index, word in enumerate(words) if word and word not in words[:index]]
        return ", ".join(chain) if language == "en" else " ".join(reversed(chain))

    def outlines_deg(
        self, levels: Iterable[str] = ("province", "islands"), tolerance_deg: float = 0.02
    ) -> list[Floats]:
        """Outlines for a chart: closed lines (N, 2) of longitude and latitude in degrees, thinned; specks under the tolerance are left out."""
        chosen = np.flatnonzero(self._parts_of(tuple(levels), None))
        rings = self._outlines.part_offsets[chosen]
        starts, ends = self._outlines.ring_offsets[rings], self._outlines.ring_offsets[rings + 1]
        points = self._outlines.degrees[_ranges(starts, ends)][:, ::-1]
        lines = np.asarray(shapely.linearrings(points, indices=np.repeat(np.arange(len(rings)), ends - starts)))
        bounds = shapely.bounds(lines)
        large = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]) >= tolerance_deg
        thinned = shapely.simplify(lines[large], tolerance_deg)
        return [np.asarray(shapely.get_coordinates(line), dtype=np.float64) for line in thinned]

    def outline_deg(self, area_id: str, tolerance_deg: float = 0.05) -> tuple[tuple[tuple[float, float], ...], ...]:
        """The outer outlines of one area, largest first: closed rings of (latitude, longitude) in degrees, thinned. Specks under the tolerance are left
        out, but never the last part. A `KeyError` for an unknown id."""
        outlines, rows = self._outlines, np.flatnonzero(self._area_of_part == self._index[area_id])
        first = outlines.part_offsets[rows]
        rings = [
            shapely.linearrings(outlines.degrees[outlines.ring_offsets[ring] : outlines.ring_offsets[ring + 1]])
            for ring in first
        ]
        rings.sort(key=lambda ring: -float(shapely.area(shapely.polygons(ring))))
        thinned = [(ring, shapely.get_coordinates(shapely.simplify(ring, tolerance_deg))) for ring in rings]
        large = [
            points
            for ring, points in thinned
            if len(points) > 3 and float(np.ptp(points, axis=0).max()) >= tolerance_deg
        ]
        chosen = large or [shapely.get_coordinates(rings[0])]
        return tuple(
            tuple((round(float(latitude), 4), round(float(longitude), 4)) for latitude, longitude in points)
            for points in chosen
        )

    def successors(self, area_id: str) -> tuple[str, ...]:
        """Ids to watch for whoever once asked for `area_id`: itself, if it still stands, and every area that took over its land, however often split."""
        found = [area_id]
        for known in found:
            found.extend(area.id for area in self.areas if known in area.replaces and area.id not in found)
        return tuple(sorted(known for known in found if known in self._by_id))

    def alerted(self, subscribed: Iterable[str], touched: Iterable[str]) -> tuple[str, ...]:
        """Which of the subscribed ids, of this version or an older one, the touched areas concern."""
        touched_ids = frozenset(touched)
        return tuple(
            sorted({known for known in subscribed if not touched_ids.isdisjoint((known, *self.successors(known)))})
        )

    def at(self, latitude_rad: float, longitude_rad: float, levels: Iterable[str] = ()) -> tuple[str, ...]:
        """Ids of the areas that hold a point (no guard): one of each level where levels meet."""
        return self.touching_ellipse(latitude_rad, longitude_rad, 0.0, 0.0, 0.0, 0.0, levels)

    def touching_ellipse(
        self,
        latitude_rad: float,
        longitude_rad: float,
        semi_major_m: float,
        semi_minor_m: float,
        bearing_rad: float,
        guard_m: float = AREA_GUARD_M,
        levels: Iterable[str] = (),
    ) -> tuple[str, ...]:
        """Ids of all areas that an ellipse widened by `guard_m` touches; `levels` (all when empty) are `province`, `sigungu`, `islands`.

        WGS-84; half-axes up to 3,000 km; `bearing_rad` of the major axis, clockwise from north.
        """
        plane = LocalPlane(latitude_rad, longitude_rad)
        rows = self._reach(plane.up, semi_major_m + guard_m, levels)
        outline = shapely.polygons(ellipse_outline_m(semi_major_m, semi_minor_m, bearing_rad, guard_m))
        shapely.prepare(outline)
        # One corner inside decides an area without drawing it: most of a large ellipse's areas.
        corners = plane.east_north_m(self._units[self._first_point[rows]])
        inside = shapely.contains_xy(outline, corners)
        sure = np.unique(self._area_of_part[rows[inside]])
        across_m = np.abs(to_axes(plane.east_north_m(self._cap_middle[rows]), bearing_rad)).T
        room_m = (self._cap_angle_rad[rows] + CAP_SLACK_RAD) * EARTH_RADIUS_M * 1.01 + guard_m
        near = (across_m[0] <= semi_major_m * 1.01 + room_m) & (across_m[1] <= semi_minor_m * 1.01 + room_m)
        open_rows = rows[near & ~np.isin(self._area_of_part[rows], sure)]
        met = open_rows[shapely.intersects(outline, self._polygons(open_rows, plane.east_north_m))]
        return self._ids(np.concatenate([sure, self._area_of_part[met]]))

    def near_ellipse(
        self,
        latitude_rad: float,
        longitude_rad: float,
        semi_major_m: float,
        semi_minor_m: float,
        bearing_rad: float,
        guard_m: float = AREA_GUARD_M,
        levels: Iterable[str] = (),
    ) -> tuple[EllipseTouch, ...]:
        """The areas of `touching_ellipse` with distance, d2 and probability; the half-axes are of 95 %."""
        touched = self.touching_ellipse(
            latitude_rad, longitude_rad, semi_major_m, semi_minor_m, bearing_rad, guard_m, levels
        )
        plane = LocalPlane(latitude_rad, longitude_rad)
        sigma_m = np.maximum(np.array([semi_major_m, semi_minor_m]), 1e-3) / NINETY_FIVE_PERCENT
        rows = self._rows_of(touched, self._reach(plane.up, 2.0 * (semi_major_m + guard_m), levels))
        local = self._polygons(rows, plane.east_north_m)
        white = self._polygons(rows, lambda units: to_axes(plane.east_north_m(units), bearing_rad) / sigma_m)
        centre = shapely.points(0.0, 0.0)
        distances_m, deviations = shapely.distance(local, centre), shapely.distance(white, centre)
        shares = np.array([shapely.contains_xy(polygon, GAUSSIAN_POINTS).mean() for polygon in white])
        order = self._area_of_part[rows]
        found = []
        for area_id in touched:
            mine = order == self._index[area_id]
            found.append(
                EllipseTouch(
                    area_id,
                    float(distances_m[mine].min()),
                    float(deviations[mine].min() ** 2),
                    float(shares[mine].sum()),
                )
            )
        return tuple(found)

    def shares_near(
        self,
        latitude_rad: float,
        longitude_rad: float,
        offsets_m: Floats,
        reach_m: float,
        levels: Iterable[str] = (),
        country: str | None = None,
    ) -> tuple[tuple[str, float], ...]:
        """For each area (of one country, if given) that any of the places comes within `reach_m` of, the share of the places that do. `offsets_m` (N, 2):
        east and north of the point, up to 3,000 km."""
        plane = LocalPlane(latitude_rad, longitude_rad)
        rows = self._reach(plane.up, float(np.linalg.norm(offsets_m, axis=1).max()) + reach_m, levels, country)
        polygons = self._polygons(rows, plane.east_north_m)
        shapely.prepare(polygons)
        places = shapely.points(offsets_m)
        near: dict[int, NDArray[np.bool_]] = {}
        for row, polygon in zip(rows, polygons, strict=True):
            area, found = int(self._area_of_part[row]), shapely.dwithin(polygon, places, reach_m)
            near[area] = found if area not in near else near[area] | found
        shares = ((self.areas[area].id, float(found.mean())) for area, found in near.items() if found.any())
        return tuple(sorted(shares))

    def touching_path(
        self, points: Floats, half_width_m: float, guard_m: float = AREA_GUARD_M, levels: Iterable[str] = ()
    ) -> tuple[str, ...]:
        """Ids of all areas within `half_width_m` + `guard_m` of a path of (N, 2) latitude and longitude in radians, joined by great circles."""
        return tuple(touch.area for touch in self.near_path(points, half_width_m, guard_m, levels))

    def near_path(
        self,
        points: Floats,
        half_width_m: float,
        guard_m: float = AREA_GUARD_M,
        levels: Iterable[str] = (),
        country: str | None = None,
    ) -> tuple[PathTouch, ...]:
        """The areas of `touching_path` (of one country, if given) with the least distance and the nearest given point, which tells when."""
        best: dict[int, tuple[float, int]] = {}
        reach_m = half_width_m + guard_m
        for stretch, indices in _stretches(points):
            middle = stretch[len(stretch) // 2]
            plane = LocalPlane(float(np.arcsin(middle[2])), float(np.arctan2(middle[1], middle[0])))
            line_m = plane.east_north_m(stretch)
            rows = self._reach(plane.up, float(np.linalg.norm(line_m, axis=1).max()) + reach_m, levels, country)
            line = shapely.linestrings(line_m) if len(line_m) > 1 else shapely.points(line_m[0])
            polygons = self._polygons(rows, plane.east_north_m)
            close = shapely.dwithin(polygons, line, reach_m)
            for row, polygon in zip(rows[close], polygons[close], strict=True):
                distance_m = float(shapely.distance(polygon, line))
                nearest = shapely.get_coordinates(shapely.shortest_line(line, polygon))[0]
                index = int(indices[np.argmin(np.linalg.norm(line_m - nearest, axis=1))])
                area = int(self._area_of_part[row])
                best[area] = min(best.get(area, (distance_m, index)), (distance_m, index))
        found = [PathTouch(self.areas[area].id, distance_m, index) for area, (distance_m, index) in best.items()]
        return tuple(sorted(found, key=lambda touch: touch.area))

    def _reach(self, up: Floats, reach_m: float, levels: Iterable[str], country: str | None = None) -> Rows:
        """Parts of these levels and this country that may lie within `reach_m` of a direction."""
        reach_rad = reach_m / EARTH_RADIUS_M * 1.0034 + CAP_SLACK_RAD
        angle = np.arccos(np.clip(self._cap_middle @ up, -1.0, 1.0))
        near = angle <= reach_rad + self._cap_angle_rad
        return np.flatnonzero(near & self._parts_of(tuple(levels), country))

    def _parts_of(self, levels: tuple[str, ...], country: str | None) -> NDArray[np.bool_]:
        """Which parts are of these levels (all when empty) and of this country (any when None); worked out once, as it is asked for at each estimate."""
        key = (levels, country)
        if key not in self._wanted:
            wanted = [(not levels or area.level in levels) and country in (None, area.country) for area in self.areas]
            self._wanted[key] = np.array(wanted)[self._area_of_part]
        return self._wanted[key]

    def _polygons(self, rows: Rows, project: Callable[[Floats], Floats]) -> NDArray[np.object_]:
        """The parts of `rows` as shapely polygons on a plane."""
        if len(rows) == 0:
            return np.empty(0, dtype=object)
        outlines = self._outlines
        rings = _ranges(outlines.part_offsets[rows], outlines.part_offsets[rows + 1])
        points = _ranges(outlines.ring_offsets[rings], outlines.ring_offsets[rings + 1])
        ring_ends = np.concatenate([[0], np.cumsum(outlines.ring_offsets[rings + 1] - outlines.ring_offsets[rings])])
        part_ends = np.concatenate([[0], np.cumsum(outlines.part_offsets[rows + 1] - outlines.part_offsets[rows])])
        made: NDArray[np.object_] = shapely.from_ragged_array(
            shapely.GeometryType.POLYGON, project(self._units[points]), (ring_ends, part_ends)
        )
        return made

    def _ids(self, areas: Rows) -> tuple[str, ...]:
        return tuple(sorted(self.areas[int(area)].id for area in np.unique(areas)))

    def _rows_of(self, area_ids: tuple[str, ...], rows: Rows) -> Rows:
        wanted = [self._index[area_id] for area_id in area_ids]
        chosen: Rows = rows[np.isin(self._area_of_part[rows], wanted)]
        return chosen


def _ranges(starts: NDArray[np.int32], ends: NDArray[np.int32]) -> Rows:
    """The whole numbers of all half-open ranges, one after the other."""
    counts = (ends - starts).astype(np.int64)
    shift = np.repeat(starts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    found: Rows = np.arange(int(counts.sum()), dtype=np.int64) + shift
    return found


def _arc_rad(units: Floats) -> Floats:
    """Angles between neighbours of a line of normals."""
    return np.asarray(
        2.0 * np.arcsin(np.minimum(np.linalg.norm(np.diff(units, axis=0), axis=1) / 2.0, 1.0)), dtype=np.float64
    )


def _stretches(points: Floats) -> list[tuple[Floats, Rows]]:
    """A path in stretches of at most `AREA_PATH_STEP_M` as normals, each with the index of the given point that it comes from.

    Given points that crowd within `AREA_PATH_POINT_M` of path are thinned, long legs filled along their great circles (neighbours less than 90
    degrees apart); stretches share their ends.
    """
    units = unit_vectors(np.asarray(points, dtype=np.float64))
    bins = np.floor(np.concatenate([[0.0], np.cumsum(_arc_rad(units))]) * (EARTH_RADIUS_M / AREA_PATH_POINT_M))
    kept = np.flatnonzero(np.concatenate([[True], np.diff(bins) > 0]))
    kept = np.unique(np.append(kept, len(units) - 1))
    line = units[kept]
    if len(line) == 1:
        return [(line, kept)]
    step_rad = AREA_PATH_STEP_M / EARTH_RADIUS_M
    counts = np.maximum(1, np.ceil(_arc_rad(line) / (step_rad / 8.0))).astype(np.int64)
    leg = np.repeat(np.arange(len(counts)), counts)
    share = (np.arange(len(leg)) - np.repeat(np.cumsum(counts) - counts, counts)) / counts[leg]
    filled = (1.0 - share)[:, None] * line[leg] + share[:, None] * line[leg + 1]
    filled = np.concatenate([filled / np.linalg.norm(filled, axis=1, keepdims=True), line[-1:]])
    origin = np.append(np.where(share < 0.5, kept[leg], kept[leg + 1]), kept[-1])
    stretch = np.floor(np.concatenate([[0.0], np.cumsum(_arc_rad(filled))]) / step_rad).astype(np.int64)
    cuts = [0, *(int(cut) for cut in np.flatnonzero(np.diff(stretch)) + 1), len(filled) - 1]
    return [(filled[a : b + 1], origin[a : b + 1]) for a, b in itertools.pairwise(cuts) if b > a]


def _gaussian_points() -> Floats:
    """Points (1024, 2) of a standard plane Gaussian, equal in weight: 32 rings of equal probability, 32 directions, each ring turned by the golden angle."""
    rings, directions = 32, 32
    radius = np.sqrt(-2.0 * np.log(1.0 - (np.arange(rings) + 0.5) / rings))
    turn = np.arange(directions) * (2.0 * np.pi / directions) + np.arange(rings)[:, None] * 2.399963229728653
    return np.column_stack([(radius[:, None] * np.cos(turn)).ravel(), (radius[:, None] * np.sin(turn)).ravel()])


GAUSSIAN_POINTS = _gaussian_points()
