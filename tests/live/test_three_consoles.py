"""A whole drill with real servers and nodes, watched on the consoles of three nations at once in a real browser."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser

from bongsu.base.time import parse_time
from bongsu.drill import scenario
from tests.console.conftest import Watched, browser, until, watching
from tests.console.test_page import NO_LINK_MS, watch_link
from tests.live.watching import processes

__all__ = ["browser"]

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.xdist_group("drill-live")]

NATIONS = ("kr", "us", "jp")
UP_S = 90.0
CORE_NS = 4_000_000_000
"""A core that has been silent for longer is not at work yet."""


@contextmanager
def drill(what: str, out: Path, speed: float) -> Iterator[tuple[subprocess.Popen[str], dict[str, dict[str, Any]]]]:
    """A drill with its pages, from when all its processes are up."""
    command = [sys.executable, "-m", "bongsu", "drill", "run", what, "--speed", str(speed), "--json", "--out", str(out)]
    with (out.parent / "stderr").open("w", encoding="utf-8") as errors:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            end = time.monotonic() + UP_S
            while len(processes(out)) < 8:
                assert running.poll() is None and time.monotonic() < end, (out.parent / "stderr").read_text()
                time.sleep(0.05)
            yield running, processes(out)
        finally:
            running.kill()
            running.communicate()


@contextmanager
def consoles(browser: Browser, of: dict[str, dict[str, Any]], names: tuple[str, ...]) -> Iterator[dict[str, Watched]]:
    """One page for each name; `kr`, or `kr again` for a second page of the same node."""
    with ExitStack() as stack:
        pages = {name: stack.enter_context(watching(browser)) for name in names}
        for name, watched in pages.items():
            port = of[f"{name[:2]}-node"]["ports"]["console"]
            watched.page.goto(f"http://127.0.0.1:{port}/?lang=en")
        for watched in pages.values():
            until(watched.page, "document.body.dataset.link === 'up' && document.body.dataset.mode === 'exercise'", 30)
        yield pages


def wait(reached: Callable[[], bool], watched: Watched, what: str, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, f"{what}\n{watched.page.inner_text('#events')}"
        watched.page.wait_for_timeout(50)


BACK_S = 3.0
"""From a node's first answer until its page is back."""
SINCE = """() => { window.told = []; const box = document.getElementById('announcer');
  new MutationObserver(() => window.told.push(box.textContent)).observe(box, { childList: true }); }"""


def answers(port: int, watched: Watched, seconds: float = 60.0) -> None:
    """Wait until a node that was started again gives its picture, with its core at work."""
    end = time.monotonic() + seconds
    while True:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/api/picture", timeout=5) as answer:
            clock = json.load(answer)["set"]["clock"]
            if parse_time(clock["link"]) - parse_time(clock["core_link"]) < CORE_NS:
                return
        assert time.monotonic() < end, "the node is not back"
        watched.page.wait_for_timeout(50)


def unattended(tmp_path: Path) -> Path:
    """The salvo without its scripted officers: here the persons are at the pages."""
    text = (scenario.PACKAGED / "salvo.toml").read_text(encoding="utf-8")
    file = tmp_path / "by-hand.toml"
    file.write_text(re.sub(r"\[\[operators\]\].*?(?=\n\[\[(?!operators))", "", text, flags=re.DOTALL), encoding="utf-8")
    return file


def test_a_full_drill_on_three_consoles_at_once(browser: Browser, tmp_path: Path) -> None:
    with (
        drill(str(unattended(tmp_path)), tmp_path / "out", 5) as (running, of),
        consoles(browser, of, ("kr", "us", "jp", "kr again")) as pages,
    ):
        for watched in pages.values():
            watched.page.keyboard.press("w")
        for watched in pages.values():
            until(watched.page, "document.querySelector('.calling')", 60)
        kr, us, jp = (pages[name].page for name in NATIONS)
        called = kr.evaluate("document.querySelector('.calling [data-event], .calling[data-event]').dataset.event")
        kr.keyboard.press("a")
        acknowledged = f"document.querySelector('[data-event={called}] .alarm-active_acknowledged')"
        until(kr, acknowledged)
        until(pages["kr again"].page, acknowledged, 5)
        word = "[...document.querySelectorAll('li[data-recipient=kr]')].some((one) => one.textContent.includes('has acknowledged version'))"
        wait(lambda: bool(us.evaluate(word)), pages["us"], "KR's word at the US")
        jp.keyboard.press(",")
        jp.keyboard.press(",")
        until(jp, "document.body.dataset.time === 'past'")
        jp.keyboard.press("a")
        until(jp, "document.getElementById('outcome').textContent.includes('the page shows the past')")
        jp.keyboard.press("n")
        until(jp, "!document.body.dataset.time && document.querySelector('.calling')")
        jp.keyboard.press("a")
        for language, watched in (("ko", pages["kr"]), ("en", pages["us"]), ("ja", pages["jp"])):
            watched.page.select_option("#language", language)
            until(watched.page, f"document.documentElement.lang === '{language}'")
        # Until the last object is down, as every nation says.
        for watched in pages.values():
            down = "[...document.querySelectorAll('.card')].length >= 3 && !document.querySelector('.card-live')"
            until(watched.page, down, 300)
        assert running.poll() is None
        for name, watched in pages.items():
            assert (watched.errors, watched.foreign) == ([], []), name


def test_a_stopped_and_a_dead_node_are_no_link_within_two_seconds(browser: Browser, tmp_path: Path) -> None:
    with drill("false-alarm", tmp_path / "out", 1) as (_, of), consoles(browser, of, ("kr", "jp")) as pages:
        kr, pid = pages["kr"].page, of["kr-node"]["pid"]
        watch_link(kr)
        os.kill(pid, signal.SIGSTOP)
        stopped_ms = time.time() * 1_000
        try:
            until(kr, "document.body.dataset.link === 'lost'")
            assert kr.evaluate("window.lostAt") - stopped_ms <= NO_LINK_MS
            assert "NO LINK" in kr.inner_text("#no-link")
            assert "grayscale" in kr.evaluate("getComputedStyle(document.querySelector('main')).filter")
            # Its partner says so too: what is not heard of is not calm.
            until(pages["jp"].page, "document.querySelector('[data-source=kr]').dataset.state !== 'fresh'")
        finally:
            os.kill(pid, signal.SIGCONT)
        until(kr, "document.body.dataset.link === 'up'")
        kr.evaluate("window.lostAt = undefined")
        os.kill(pid, signal.SIGKILL)
        killed_ms = time.time() * 1_000
        until(kr, "document.body.dataset.link === 'lost'")
        assert kr.evaluate("window.lostAt") - killed_ms <= NO_LINK_MS
        assert "grayscale" in kr.evaluate("getComputedStyle(document.querySelector('main')).filter")
        # The drill starts it again; the page is back by itself soon after its node answers, and says no word twice.
        kr.evaluate(SINCE)
        answers(of["kr-node"]["ports"]["console"], pages["kr"])
        until(kr, "document.body.dataset.link === 'up'", BACK_S)
        assert kr.evaluate("window.told") == []
        assert kr.evaluate("document.getElementById('situation').dataset.situation") in ("unknown", "no_warning")
        assert not kr.is_visible("#no-link")
