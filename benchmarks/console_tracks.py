"""1,000 tracks at ten updates a second on the console's globe and map, in a real Chromium: frames a second and work on the page's thread.

    python benchmarks/console_tracks.py [--tracks 1000] [--seconds 8] [--json]

The page's own modules draw; each track has a trail of 60 points and moves at every update, while the view turns. Software rendering (no GPU) is the
worst case: there `frames_s` is the renderer's, `work_ms` (our own JavaScript for one
update) is what remains on a machine with a GPU; the share of a core is processor time, which a busy machine does not lengthen.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, ViewportSize, sync_playwright

from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.console.app import create
from bongsu.console.feed import PictureFeed
from bongsu.console.serve import bind, server
from bongsu.model.command import Command
from bongsu.model.head import Now
from bongsu.model.refusal import Refusal

ROOT = Path(__file__).resolve().parents[1]
SOFTWARE = ["--enable-unsafe-swiftshader", "--disable-gpu-compositing"]

SCRIPT = """async ([tracks, seconds, kind]) => {
  const { Globe } = await import('/static/js/globe.js');
  const { ChartMap } = await import('/static/js/map.js');
  const { load } = await import('/static/js/geography.js');
  await load();
  document.body.replaceChildren();
  const add = () => {
    const made = document.createElement('canvas');
    made.style.cssText = 'position:fixed;left:0;top:0;width:1280px;height:800px';
    document.body.append(made);
    return made;
  };
  const view = kind === 'map' ? new ChartMap(add()) : new Globe(add(), add());
  if (kind !== 'map') await view.open();
  const paths = Array.from({ length: tracks }, (_, n) => ({ origin: 'kr', warning: `kr-${n}`, points: Array.from({ length: 60 }, (_, i) =>
    [100 + (n * 37 % 60) + i * 0.05, -20 + (n * 17 % 70) + i * 0.03, 100 + (n * 13 % 6900)]) }));
  const scene = { focus: null, events: [], paths, colour: () => '#56b4e9', index: () => 0, mark: 'EXERCISE' };
  view.draw(scene);
  view.byHand = true;
  const work = [], gaps = [];
  let frames = 0, updated = 0, last = performance.now();
  const begun = last;
  await new Promise((done) => {
    const frame = (now) => {
      gaps.push(now - last);
      last = now;
      frames += 1;
      if (now - updated >= 100) {
        updated = now;
        const at = performance.now();
        // As from the stream: each track is a new object with one more point.
        scene.paths = scene.paths.map((path) => {
          const [longitude, latitude, altitude] = path.points.at(-1);
          return { ...path, points: [...path.points.slice(1), [longitude + 0.02, latitude + 0.01, altitude]] };
        });
        view.draw(scene);
        work.push(performance.now() - at);
      } else if (kind !== 'map') {
        view.turn(0.05, 0);
        view.draw(scene);
      }
      if (now - begun < seconds * 1000) requestAnimationFrame(frame);
      else done();
    };
    requestAnimationFrame(frame);
  });
  const sorted = (list) => [...list].sort((a, b) => a - b);
  const at = (list, part) => sorted(list)[Math.min(list.length - 1, Math.floor(list.length * part))];
  return { frames_s: frames / ((last - begun) / 1000), updates_s: work.length / ((last - begun) / 1000),
    work_ms: { p50: at(work, 0.5), p99: at(work, 0.99) }, frame_gap_ms: { p50: at(gaps, 0.5), p99: at(gaps, 0.99) },
    renderer: kind === 'map' ? 'canvas' : view.kind };
}"""


class Desk:
    """Nobody commands here."""

    async def submit(self, command: Command) -> Refusal:
        return Refusal(door="desk", reason="not_allowed", source="", requirement=command.command)

    def note(self, refusal: Refusal) -> None:
        pass


def script_s(told: CDPSession) -> float:
    """Processor time of the page's thread so far: what a busy machine does not lengthen."""
    metrics = told.send("Performance.getMetrics")["metrics"]
    return float(next(row["value"] for row in metrics if row["name"] == "TaskDuration"))


def measured(tracks: int, seconds: float) -> dict[str, Any]:
    """One run for each way of drawing."""
    found = subprocess.run([sys.executable, "tools/browser.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    feed = PictureFeed(lambda: Now(NANOSECONDS_PER_SECOND, NANOSECONDS_PER_SECOND))
    socket = bind(0)
    serving = server(create(feed, Desk(), "bench-1"))
    thread = threading.Thread(target=lambda: asyncio.run(serving.serve(sockets=[socket])), daemon=True)
    thread.start()
    rows: dict[str, Any] = {}
    with sync_playwright() as playwright:
        for kind, flags in (
            ("globe", SOFTWARE),
            ("globe_flat", ["--disable-gpu", "--disable-3d-apis"]),
            ("map", ["--disable-gpu"]),
        ):
            browser = playwright.chromium.launch(executable_path=found.stdout.strip(), args=["--no-sandbox", *flags])
            page = browser.new_page(viewport=ViewportSize(width=1280, height=800))
            page.goto(f"http://127.0.0.1:{socket.getsockname()[1]}/?renderer=webgl")
            told = page.context.new_cdp_session(page)
            told.send("Performance.enable", {"timeDomain": "threadTicks"})
            before_s = script_s(told)
            row = page.evaluate(SCRIPT, [tracks, seconds, kind.partition("_")[0]])
            row["script_cpu_share"] = (script_s(told) - before_s) / seconds
            rows[kind] = row
            browser.close()
    serving.should_exit = True
    thread.join(timeout=10)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = measured(options.tracks, options.seconds)
    if options.json:
        print(json.dumps({"tracks": options.tracks, **rows}))
        return
    for kind, row in rows.items():
        work, gap = row["work_ms"], row["frame_gap_ms"]
        print(f"{kind:11} {row['renderer']:7} {row['frames_s']:5.1f} frames/s, {row['updates_s']:4.1f} updates/s")
        print(
            f"{'':19} update p50 {work['p50']:.1f} ms, p99 {work['p99']:.1f} ms; gap between frames p99 {gap['p99']:.0f} ms"
        )
        print(f"{'':19} page's thread {100 * row['script_cpu_share']:.0f} % of a core")


if __name__ == "__main__":
    main()
