"""Builds the vendored scripts from pinned packages, needing npm once; the same packages give the same bytes.

    python -m tools.vendor.build [--cache FOLDER] [--check]

`vendor.json` names each built file with its SHA-256, its packages and their licences; tests compare the committed files with it, and `--check`
builds anew and compares.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.geodata.fetch import Package, SourceError, fetch, member

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
LIST = HERE / "vendor.json"
STATIC = "src/bongsu/console/static/vendor"
TESTS = "tests/console/vendor"
THREE = Package(
    "npm", "three", "0.187.0", "three-0.187.0.tgz", "ff540832ded0cfe919764d24a3d88f3e2a05f23303f876423e4f893841e90728",
    "the classes that the globe uses, in one module", "MIT", "three.js authors", "2026",
)  # fmt: skip
ESBUILD = Package(
    "npm", "esbuild", "0.28.2", "esbuild-0.28.2.tgz", "e045f94c235c7adc50e77ba2a579c7bec41b496b6b47c3a7845f7c1e19959a88",
    "the bundler: nothing of it is in the bundle", "MIT", "Evan Wallace", "2026",
)  # fmt: skip
AXE = Package(
    "npm", "axe-core", "4.14.1", "axe-core-4.14.1.tgz", "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
    "axe.min.js as it is; used by tests alone, not shipped", "MPL-2.0", "Deque Systems, Inc.", "2026",
)  # fmt: skip


def bundled(cache: Path) -> bytes:
    """`three.entry.js` with all that it needs of three.js, as one module."""
    archives = [fetch(package, cache).resolve() for package in (THREE, ESBUILD)]
    with tempfile.TemporaryDirectory() as folder:
        npm = ["npm", "install", "--no-save", "--silent", "--no-audit", "--no-fund", *map(str, archives)]
        subprocess.run(npm, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        shutil.copy(HERE / "three.entry.js", folder)
        bundle = ["node_modules/.bin/esbuild", "three.entry.js", "--bundle", "--minify", "--format=esm",
                  "--legal-comments=inline", "--outfile=out.js", "--log-level=error"]  # fmt: skip
        subprocess.run(bundle, cwd=folder, check=True)
        return (Path(folder) / "out.js").read_bytes()


def built(cache: Path) -> dict[str, bytes]:
    """Every vendored file by its place in the project."""
    three, axe = fetch(THREE, cache), fetch(AXE, cache)
    return {
        f"{STATIC}/three.min.js": bundled(cache),
        f"{STATIC}/three.LICENSE.txt": member(three, "LICENSE"),
        f"{TESTS}/axe.min.js": member(axe, "axe.min.js"),
        f"{TESTS}/axe.LICENSE.txt": member(axe, "LICENSE"),
    }


def listed(files: dict[str, bytes]) -> bytes:
    """The list of vendored files."""
    packages = {"three": [THREE, ESBUILD], "axe": [AXE]}
    rows = {
        path: {
            "sha256": hashlib.sha256(content).hexdigest(),
            "packages": [package.provenance() for package in packages[Path(path).name.partition(".")[0]]],
        }
        for path, content in files.items()
    }
    return (json.dumps(rows, indent=1) + "\n").encode()


def main(arguments: list[str]) -> int:
    """Build, or compare with what is committed; 1 where it differs."""
    parser = argparse.ArgumentParser(description="Builds the vendored scripts.")
    parser.add_argument("--cache", type=Path, default=ROOT / ".tools" / "vendor")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args(arguments)
    try:
        files = built(options.cache)
    except (SourceError, subprocess.CalledProcessError, FileNotFoundError) as error:
        print(f"tools.vendor.build: {error}", file=sys.stderr)
        return 2
    files = {**files, str(LIST.relative_to(ROOT)): listed(files)}
    differing = [path for path, content in files.items() if not _same(ROOT / path, content)]
    if options.check:
        print("\n".join(f"differs: {path}" for path in differing) or "the vendored files are what their packages give")
        return 1 if differing else 0
    for path in differing:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_bytes(files[path])
        print(f"wrote {path}")
    return 0


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
