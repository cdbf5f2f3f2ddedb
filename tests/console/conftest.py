"""A real browser, a real server, and a watch on both: no console error and no request that leaves this machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from bongsu.console.app import create
from tests.console.node import Node, Served, served
from tests.views.items import calm

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
"""Without a GPU the plain canvas is the fastest; as root Chromium starts only without its sandbox."""


@pytest.fixture(scope="module")
def browser(browser_path: str) -> Iterator[Browser]:
    """One browser for a file of tests. Its driver occupies this thread's event loop, so it may not outlive the file: others need the loop."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        yield started
        started.close()


def until(page: Page, condition: str, seconds: float = 15.0) -> None:
    """Wait until the condition holds on the page. Playwright's own waiting evaluates text, which the page's policy rightly forbids."""
    end = time.monotonic() + seconds
    while not holds(page, condition):
        assert time.monotonic() < end, f"never on the page: {condition}"
        page.wait_for_timeout(20)


def holds(page: Page, condition: str) -> bool:
    """Whether it holds now; a page that is just being loaded anew holds nothing."""
    try:
        return bool(page.evaluate(f"Boolean({condition})"))
    except Error as error:
        if "context was destroyed" not in str(error):
            raise
        return False


@dataclass
class Watched:
    """A page and what went wrong on it."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


@contextmanager
def watching(browser: Browser) -> Iterator[Watched]:
    """A fresh page, 1440 x 900, in English and dark unless the test says otherwise."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", color_scheme="dark")
    watch = Watched(context.new_page())
    watch.page.on("console", lambda said: watch.errors.append(said.text) if said.type in ("error", "warning") else None)
    watch.page.on("pageerror", lambda error: watch.errors.append(str(error)))
    watch.page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith(("http://127.0.0.1:", "blob:", "data:")) else watch.foreign.append(asked.url)
        ),
    )
    yield watch
    context.close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A page of the file's browser."""
    with watching(browser) as watch:
        yield watch


@pytest.fixture
def node() -> Node:
    """A node of which all sources are fresh, a minute into its exercise."""
    made = Node(60)
    made.feed.push(calm(made.teller, 60))
    return made


@pytest.fixture
def console(node: Node) -> Iterator[Served]:
    """Its console on loopback, as in a drill: no accounts."""
    with served(create(node.feed, node.desk, "kr-1")) as serving:
        yield serving
