"""The globe in a real browser: by WebGL, and on a plain canvas where there is none; the vendored scripts are what they are listed as."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.console.conftest import FLAGS, Watched, until, watching
from tests.console.node import Node, Served
from tests.console.test_page import launch, opened, wait
from tests.views.items import path

ROOT = Path(__file__).resolve().parents[2]
LISTED: dict[str, Any] = json.loads((ROOT / "tools/vendor/vendor.json").read_text())


@pytest.mark.parametrize("name", LISTED)
def test_vendored_scripts_are_what_is_listed(name: str) -> None:
    assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == LISTED[name]["sha256"]


@pytest.mark.parametrize("folder", ["src/bongsu/console/static/vendor", "tests/console/vendor"])
def test_nothing_else_is_vendored(folder: str) -> None:
    assert {str(one.relative_to(ROOT)) for one in (ROOT / folder).iterdir()} == {
        name for name in LISTED if name.startswith(folder)
    }


def test_what_is_shipped_is_named_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text()
    for name, row in LISTED.items():
        if "/static/" in name:
            assert f"{row['packages'][0]['name']} {row['packages'][0]['version']}" in notice


@pytest.mark.long
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm builds the vendored scripts")
def test_a_rebuild_gives_the_same_bytes() -> None:
    built = subprocess.run(
        [sys.executable, "-m", "tools.vendor.build", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Browser]:
    """A browser that has WebGL, by software."""
    flags = [flag for flag in FLAGS if flag != "--disable-gpu"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=browser_path, args=[*flags, "--enable-unsafe-swiftshader", "--disable-gpu-compositing"]
        )
        yield started
        started.close()


def lofted(node: Node) -> None:
    """A flight up to 6,600 km, and what is said of it."""
    launch(node)
    for second in range(600, 2_200, 20):
        node.tell(path(second))


def drawn(page: Any, canvas: str) -> int:
    """How many pixels of an own canvas are not empty."""
    return int(
        page.evaluate(f"""() => {{
            const canvas = document.querySelector('{canvas}');
            const copy = document.createElement('canvas');
            [copy.width, copy.height] = [canvas.width, canvas.height];
            const pen = copy.getContext('2d', {{ willReadFrequently: true }});
            pen.drawImage(canvas, 0, 0);
            const data = pen.getImageData(0, 0, copy.width, copy.height).data;
            let count = 0;
            for (let i = 3; i < data.length; i += 4) if (data[i]) count += 1;
            return count;
        }}""")
    )


@pytest.mark.live
@pytest.mark.xdist_group("browser")
def test_the_globe_shows_the_flight(watched: Watched, node: Node, console: Served, tmp_path: Path) -> None:
    lofted(node)
    page = opened(watched, f"{console.address}/?renderer=webgl")
    until(page, "document.querySelector('[data-event=E1]')")
    page.keyboard.press("g")
    until(page, "document.getElementById('globe').dataset.renderer === 'webgl'", 40)
    assert "view=globe" in page.url
    wait(lambda: drawn(page, "#globe-labels") > 500)
    page.screenshot(path=tmp_path / "globe.png", timeout=60_000)
    before = drawn(page, "#globe-labels")
    page.focus("#globe-labels")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    wait(lambda: drawn(page, "#globe-labels") != before)
    page.keyboard.press("t")
    page.wait_for_timeout(400)
    page.screenshot(path=tmp_path / "globe-light.png", timeout=60_000)
    page.keyboard.press("g")
    assert page.is_visible("#map") and not page.is_visible("#globe-box")
    assert watched.foreign == []
    assert [text for text in watched.errors if "GPU stall" not in text and "swiftshader" not in text.lower()] == []


@pytest.mark.live
@pytest.mark.xdist_group("browser")
def test_without_webgl_a_plain_canvas_shows_it(
    browser: Browser, browser_path: str, node: Node, console: Served, tmp_path: Path
) -> None:
    lofted(node)
    without = browser.browser_type.launch(executable_path=browser_path, args=[*FLAGS, "--disable-3d-apis"])
    try:
        with watching(without) as watched:
            page = watched.page
            page.goto(f"{console.address}/?view=globe")
            until(page, "document.getElementById('globe').dataset.renderer === 'canvas'", 40)
            until(page, "document.querySelector('[data-event=E1]')")
            wait(lambda: drawn(page, "#globe") > 100_000 and drawn(page, "#globe-labels") > 500)
            page.screenshot(path=tmp_path / "flat.png")
            assert watched.foreign == []
            assert [text for text in watched.errors if "WebGL" not in text] == []
    finally:
        without.close()
