"""Sees to it that a browser is there for the tests of the pages, and prints the path of its program.

Order: `BONGSU_BROWSER`; a Chromium or Chrome on the PATH (or in its usual place on macOS); Playwright's own that was
fetched before; as root on Debian, the package `chromium`; Playwright's download into `.venv`; else a clear failure.
`--find` only looks and installs nothing. A program counts only when it starts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PLAYWRIGHT_PATTERNS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium_headless_shell-*/*/*headless*shell",
)
DOWNLOADS = Path(sys.prefix) / "browsers"
REMEDY = "install Chromium or Chrome, or set BONGSU_BROWSER to the path of its program, and run again"


def main() -> int:
    """Print the path of a browser that starts; exit 1 with the remedy when there is none."""
    parser = argparse.ArgumentParser(description="Find a browser, or install one.")
    parser.add_argument("--find", action="store_true", help="only look, install nothing")
    arguments = parser.parse_args()
    path = find()
    if path is None and not arguments.find:
        path = install_from_debian() or install_from_playwright()
    if path is None:
        print(f"browser: none was found; {REMEDY}", file=sys.stderr)
        return 1
    print(path)
    return 0


def find() -> str | None:
    """The first browser that starts, or None."""
    return next((path for path in candidates() if starts(path)), None)


def candidates() -> Iterator[str]:
    """Paths at which a browser may be, the most wanted first."""
    if chosen := os.environ.get("BONGSU_BROWSER"):
        yield chosen
    for name in NAMES:
        if found := shutil.which(name):
            yield found
    yield from MAC_PLACES
    yield from sorted(str(path) for pattern in PLAYWRIGHT_PATTERNS for path in DOWNLOADS.glob(pattern))


def starts(path: str) -> bool:
    """Whether the program runs at all: a stub without its package, or one that lacks libraries, does not."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def install_from_debian() -> str | None:
    """The package `chromium`, when we are root and apt-get is there."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    say("installing Debian's chromium")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "-q", "update"],
        ["apt-get", "-q", "-y", "install", "--no-install-recommends", "chromium"],
    ):
        if subprocess.run(command, env=quiet, stdout=sys.stderr, check=False).returncode != 0:
            say(f"`{' '.join(command)}` failed")
            return None
    return find()


def install_from_playwright() -> str | None:
    """Playwright's own Chromium, kept inside the environment."""
    say("fetching Playwright's chromium")
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    environment = {**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(DOWNLOADS)}
    if subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode != 0:
        say("the download failed")
        return None
    return find()


def say(line: str) -> None:
    """Progress, on standard error: standard output holds the path alone."""
    print(f"browser: {line}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
