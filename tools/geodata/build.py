"""Builds every packaged geography file of the project from four pinned packages; the same inputs give the same bytes.

    python -m tools.geodata.build [--cache FOLDER]

Network is used once, to fill the cache; `--check` builds and compares with what is committed.
"""

import argparse
import sys
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from bongsu.geo.areas.packed import FORMAT, PackedArea, PackedSet, Provenance, write
from tools.geodata import browser, islands, korea, naturalearth, towns
from tools.geodata.fetch import ADMINISTRATIVE, KOREA, LAND, PACKAGES, TOWNS, Package, SourceError, fetch
from tools.geodata.region import Region, table
from tools.geodata.shapes import lay_out, thin

VERSION = "2026.11"
TOOL = "tools/geodata 1"
ROOT = Path(__file__).resolve().parents[2]
AREAS = ROOT / "src/bongsu/geo/areas"
STATIC = ROOT / "src/bongsu/console/static/geo"


def sources(*packages: Package) -> tuple[Provenance, ...]:
    """The provenance rows of a file built from these packages."""
    return tuple(Provenance(**package.provenance()) for package in packages)


def area_set(regions: list[Region], shapes: list[BaseGeometry]) -> bytes:
    """The packaged area set."""
    rows = tuple(PackedArea(r.id, r.level, r.country, r.names, r.parent, r.replaces, r.valid_from) for r in regions)
    countries = dict(sorted(table("countries.toml").items()))
    return write(PackedSet(FORMAT, VERSION, TOOL, sources(ADMINISTRATIVE, KOREA), countries, rows, lay_out(shapes)))


def build(cache: Path) -> dict[Path, bytes]:
    """Every file that the tool makes, by its path."""
    archives = {package: fetch(package, cache) for package in PACKAGES}
    regions = islands.split(naturalearth.regions(archives[ADMINISTRATIVE]) + korea.regions(archives[KOREA]))
    shapes = [thin(region) for region in regions]
    files = {AREAS / f"areas-{VERSION}.json.gz": area_set(regions, shapes)}
    files[AREAS / f"places-{VERSION}.json.gz"] = towns.build(archives[TOWNS], VERSION, TOOL, sources(TOWNS))
    for name, content in browser.build(archives[LAND], regions, shapes, VERSION, TOOL).items():
        files[STATIC / name] = content
    files[STATIC / "provenance.json"] = browser.provenance(VERSION, TOOL, sources(ADMINISTRATIVE, KOREA, LAND))
    return files


def main() -> int:
    """Builds, then writes or compares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache/geodata", help="folder of the fetched packages")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a committed file differs")
    options = parser.parse_args()
    try:
        files = build(options.cache)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 2
    stale = [path for path, content in files.items() if not path.exists() or path.read_bytes() != content]
    for path, content in files.items():
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        print(f"{len(content):>9,} bytes  {path.relative_to(ROOT)}{'  changed' if path in stale else ''}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
