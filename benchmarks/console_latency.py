"""From a partner's envelope to pixels: how long after its arrival at a live node a partner's word stands painted on the node's page, in Chromium.

    python benchmarks/console_latency.py [--speed 8] [--seconds 60] [--json]

A live drill with real servers. The beginning is the link time of the recorded envelope from which a new version of an event followed; the end is the
page's own clock two animation frames after that version stands in it. Both are this machine's clock. Pages are sent at most ten messages a second, so
half of that is waited for on average.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bongsu.adapters.store import RecordReader, place_of
from bongsu.model.event import Event
from bongsu.model.message import Received
from bongsu.record.entry import EntryKind, body_of

ROOT = Path(__file__).resolve().parents[1]
WATCH = """() => {
  window.painted = {};
  const look = () => {
    for (const card of document.querySelectorAll('[data-event]')) {
      const key = `${card.dataset.event}/${card.dataset.version}`;
      if (key in window.painted) continue;
      window.painted[key] = 0;
      requestAnimationFrame(() => requestAnimationFrame(() => { window.painted[key] = performance.timeOrigin + performance.now(); }));
    }
  };
  new MutationObserver(look).observe(document.getElementById('events'), { childList: true, subtree: true });
}"""


def arrivals(folder: Path) -> dict[str, float]:
    """Milliseconds at which the envelope came from which each version of each event followed."""
    found: dict[str, float] = {}
    came_ms: float | None = None
    with RecordReader(place_of(folder)) as reader:
        for entry in reader.entries(types=("received", "event", "raw_scan", "tick", "command")):
            if entry.kind == EntryKind.INPUT:
                came_ms = entry.link_ns / 1e6 if isinstance(body_of(entry), Received) else None
            elif came_ms is not None:
                body = body_of(entry)
                if isinstance(body, Event):
                    found[f"{body.event}/{body.version}"] = came_ms
    return found


def watched(address: str, browser_path: str, seconds: float) -> dict[str, float]:
    """Milliseconds at which each version of each event was painted."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=browser_path, args=flags)
        page = browser.new_page()
        page.goto(address)
        page.evaluate(WATCH)
        page.wait_for_timeout(seconds * 1_000)
        painted: dict[str, float] = page.evaluate("window.painted")
        browser.close()
    return {key: at_ms for key, at_ms in painted.items() if at_ms}


def console_of(out: Path, node: str) -> str:
    """The address of a node's page, once the drill is up."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        try:
            processes = json.loads((out / "run.json").read_text(encoding="utf-8"))["processes"]
        except (OSError, ValueError):
            processes = []
        if len(processes) >= 8:
            (found,) = [one for one in processes if one["name"] == f"{node}-node"]
            return f"http://127.0.0.1:{found['ports']['console']}/"
        time.sleep(0.05)
    sys.exit("console_latency: the drill did not come up in 90 s")


def main() -> None:
    parser = argparse.ArgumentParser(description="From a partner's envelope to pixels.")
    parser.add_argument("--speed", type=float, default=8.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    browser = subprocess.run([sys.executable, "tools/browser.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "drill"
        command = [sys.executable, "-m", "bongsu", "drill", "run", "salvo", "--speed", str(options.speed)]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        drill = subprocess.Popen([*command, "--out", str(out)], **quiet)
        try:
            painted = watched(console_of(out, "kr"), browser.stdout.strip(), options.seconds)
        finally:
            drill.terminate()
            drill.wait(timeout=20)
        came = arrivals(out / "record" / "kr")
    took = sorted(painted[key] - came_ms for key, came_ms in came.items() if key in painted)
    if len(took) < 10:
        sys.exit(f"console_latency: only {len(took)} versions were painted; let it run longer")
    told = {
        "envelope_to_pixels_p50_ms": round(statistics.median(took), 1),
        "envelope_to_pixels_p99_ms": round(took[min(len(took) - 1, int(len(took) * 0.99))], 1),
        "versions": len(took),
    }
    print(json.dumps(told) if options.json else "\n".join(f"{key}: {value}" for key, value in told.items()))


if __name__ == "__main__":
    main()
