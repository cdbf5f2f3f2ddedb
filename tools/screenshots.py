"""Takes the pictures of console and wall that the documents show, from a live drill (`make screenshots`, about two minutes).

    python tools/screenshots.py [--out docs/images] [--speed 6]

Needs a browser (tools/browser.py). Whoever changes a page looks at what this writes before committing it.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = "hwasong-18-2023-07-12"
PROCESSES_COUNT = 8
PATIENCE_S = 120.0
VIEWS = {"console": "", "globe": "g", "past": "g,,,", "handover": "nh"}
"""The keys that lead from one picture to the next."""


def ports(out: Path) -> dict[str, dict[str, int]]:
    """The ports of each process of the drill; nothing while it is not up."""
    try:
        told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {process["name"]: process.get("ports", {}) for process in told["processes"]}


def wait(what: str, reached: Callable[[], bool]) -> None:
    """Until something holds, or a clear failure."""
    end = time.monotonic() + PATIENCE_S
    while not reached():
        if time.monotonic() > end:
            sys.exit(f"screenshots: {what}: not within {PATIENCE_S:g} s")
        time.sleep(0.1)


def holds(page: Page, condition: str) -> bool:
    """Whether a condition holds on the page."""
    return bool(page.evaluate(f"Boolean({condition})"))


def opened(browser: Browser, address: str) -> Page:
    """A page, 1440 x 900, dark, in English unless the address says otherwise."""
    page = browser.new_page(viewport=ViewportSize(width=1440, height=900), locale="en-GB", color_scheme="dark")
    page.goto(address)
    return page


def take(browser: Browser, console: int, wall_port: int, out: Path) -> None:
    """Every view, once the drill has something to show."""
    address = f"http://127.0.0.1:{console}"
    page = opened(browser, address)
    wait("an alarm calls", lambda: holds(page, "document.querySelector('.calling')"))
    page.keyboard.press("w")
    page.keyboard.press("a")
    two = "document.querySelectorAll('.figures thead th').length >= 3 && document.querySelector('.countdown')"
    wait("two nations assess it", lambda: holds(page, two))
    page.wait_for_timeout(12_000)
    for name, keys in VIEWS.items():
        for key in keys:
            page.keyboard.press(key)
            page.wait_for_timeout(700)
        page.wait_for_timeout(1_000)
        page.screenshot(path=out / f"{name}.png")
    for language in ("ko", "ja"):
        other = opened(browser, f"{address}/?lang={language}&theme={'light' if language == 'ja' else 'dark'}")
        other.wait_for_selector(".figures")
        other.wait_for_timeout(1_000)
        other.screenshot(path=out / f"console-{language}.png")
    ledger = opened(browser, f"{address}/ledger?launch=2022-03-24-1")
    wait("the ledger", lambda: holds(ledger, "document.getElementById('detail').dataset.launch"))
    ledger.wait_for_timeout(300)
    ledger.screenshot(path=out / "ledger.png")
    wall = opened(browser, f"http://127.0.0.1:{wall_port}/?lang=en")
    wait("the wall", lambda: holds(wall, "document.querySelectorAll('.nation').length === 3"))
    wall.wait_for_timeout(1_000)
    wall.screenshot(path=out / "wall.png")


def main() -> None:
    """Play the drill, take the pictures, end the drill."""
    parser = argparse.ArgumentParser(description="Takes the pictures of console and wall.")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--speed", type=float, default=6.0)
    options = parser.parse_args()
    found = subprocess.run(
        [sys.executable, "tools/browser.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        out = Path(folder) / "drill"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            wall_port = int(free.getsockname()[1])
        command = [sys.executable, "-m", "bongsu", "drill", "run", SCENARIO, "--port", str(wall_port)]
        drill = subprocess.Popen(
            [*command, "--speed", str(options.speed), "--out", str(out)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait("the drill", lambda: drill.poll() is None and len(ports(out)) >= PROCESSES_COUNT)
            flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
            browser = playwright.chromium.launch(executable_path=found, args=flags)
            take(browser, ports(out)["kr-node"]["console"], wall_port, options.out)
            browser.close()
        finally:
            drill.terminate()
            drill.wait(timeout=20)


if __name__ == "__main__":
    main()
