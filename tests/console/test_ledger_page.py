"""The ledger in the console and by itself: its own data through its own routes, plain that it is history, by keys alone, in three languages."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from bongsu.console.app import Doors, create
from bongsu.console.history import create as create_page
from bongsu.ledger import packaged, plausibility, rows, series
from bongsu.words.catalogue import catalogue
from tests.console.conftest import Watched, until
from tests.console.node import Node, Served, served
from tests.console.test_access_for_all import findings

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("browser")]

LAUNCH = "2022-03-24-1"


@pytest.fixture(scope="module")
def alone() -> Iterator[Served]:
    """The page without any node."""
    with served(create_page(packaged.book)) as serving:
        yield serving


def fetched(address: str) -> Any:
    with urlopen(address, timeout=60) as answer:
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        return json.load(answer)


def opened(watched: Watched, address: str, launch: str = LAUNCH) -> Any:
    watched.page.goto(address)
    until(watched.page, f"document.getElementById('detail').dataset.launch === '{launch}'", 60)
    return watched.page


def test_the_routes_give_what_the_ledger_gives(alone: Served) -> None:
    book = packaged.book()
    flags = plausibility.check(book, book.all_launches())
    said = fetched(f"{alone.address}/api/ledger")
    assert [one["id"] for one in said["launches"]] == [one.id for one in book.all_launches()]
    assert sum(sum(one["counts"].values()) for one in said["months"]) == sum(
        sum(counts.values()) for counts in series.months(book).values()
    )
    assert len(said["pairs"]) == len(series.pairs(book)) > 20
    assert said["differences"] == [one._asdict() for one in series.told_apart(book, flags)]
    assert sum(one["flagged"] for one in said["differences"]) == 5
    assert said["times"] == [one._asdict() for one in series.computed(book)]
    one = fetched(f"{alone.address}/api/ledger/{LAUNCH}")
    mine = [flag for flag in flags.flags if flag.launch == LAUNCH]
    expected = rows.show_row(book, book.launch(LAUNCH), book.claims(LAUNCH), mine)
    shown = [claim.pop("shown") for claim in one["claims"]]
    assert one == json.loads(json.dumps(expected))
    assert {"name": "apogee", "unit": "km", "value": 6000.0, "precision": 50.0} in shown
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{alone.address}/api/ledger/1999-01-01-1", timeout=60)


def test_nobody_reads_it_from_a_node_without_logging_in(node: Node) -> None:
    class Nobody:
        def roles(self, name: str) -> None:
            return None

        def check(self, name: str, password: str) -> None:
            return None

    with served(create(node.feed, node.desk, "kr-1", Doors(Nobody()))) as console:
        for path in ("", f"/{LAUNCH}"):
            with pytest.raises(HTTPError, match="401"):
                urlopen(f"{console.address}/api/ledger{path}", timeout=60)


@pytest.mark.parametrize("language", ["en", "ko", "ja"])
def test_it_is_history_in_every_language(watched: Watched, alone: Served, language: str) -> None:
    page = opened(watched, f"{alone.address}/?launch={LAUNCH}&lang={language}&theme=light")
    words = catalogue("console", language)
    assert page.inner_text(".mode") == words["ledger.history"]
    assert page.inner_text(".note") == words["ledger.note"]
    assert words["ledger.history"] in page.title()
    stamps = "[...document.querySelectorAll('.plot > svg')].map((one) => one.querySelector('.stamp').textContent)"
    assert page.evaluate(stamps) == [words["plot.mark"]] * 4
    for name in ("bound", "law_title", "claims_title"):
        assert words[f"ledger.{name}"] in page.inner_text("#detail")
    raw = page.evaluate("document.body.innerText.match(/\\b(ledger|plot|claim_field|launch_kind|bound)\\.[a-z_]+/g)")
    assert raw is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(page) == []
    assert (watched.errors, watched.foreign) == ([], [])


def test_claims_and_law_of_a_launch(watched: Watched, alone: Served, tmp_path: Path) -> None:
    page = opened(watched, f"{alone.address}/?launch={LAUNCH}&lang=en")
    detail = page.inner_text("#detail")
    for text in ("4,052 s", "quicker than without air", "6,000 km (±50)", "at least", "by whose statement", "https://"):
        assert text in detail, text
    assert "Security Council" in detail
    assert page.locator(".plot").count() == 4
    assert page.locator("[data-plot=times] .ring").count() > 0, "the chosen launch stands out in the plots"
    assert findings(page) == []
    page.screenshot(path=tmp_path / "ledger.png", full_page=True)


def test_by_keys_alone_and_in_the_address(watched: Watched, alone: Served) -> None:
    page = opened(watched, f"{alone.address}/?launch={LAUNCH}&lang=en")
    page.keyboard.press("j")
    until(page, "document.getElementById('detail').dataset.launch !== '2022-03-24-1'")
    after = page.evaluate("document.getElementById('detail').dataset.launch")
    assert f"launch={after}" in page.url
    assert page.evaluate("document.activeElement.dataset.key") == f"launch-{after}"
    page.keyboard.press("/")
    page.keyboard.type("jjk")
    assert page.input_value("#search") == "jjk", "in a field a letter is a letter"
    page.fill("#search", "satellite")
    page.fill("#search", "malligyong")
    until(page, "document.querySelectorAll('#launches tbody tr').length === 3")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    until(page, "document.getElementById('detail').dataset.launch === '2023-11-21-1'")
    assert "77" in page.inner_text("#detail") or "1:17" in page.inner_text("#detail"), "early by the first notice"
    page.select_option("#kind", "cruise")
    until(page, "document.getElementById('launches').innerText.includes('No such launch')")


def test_a_late_answer_to_an_older_choice_is_thrown_away(watched: Watched, alone: Served) -> None:
    page = opened(watched, f"{alone.address}/?launch={LAUNCH}&lang=en")
    held: list[Any] = []
    page.route("**/api/ledger/2012-12-12-1", lambda route: held.append(route))
    page.click("[data-key=launch-2012-12-12-1]")
    page.click("[data-key=launch-2016-02-07-1]")
    until(page, "document.getElementById('detail').dataset.launch === '2016-02-07-1'")
    with page.expect_response("**/api/ledger/2012-12-12-1"):
        held[0].continue_()
    page.wait_for_timeout(100)
    assert page.evaluate("document.getElementById('detail').dataset.launch") == "2016-02-07-1"


def test_the_console_leads_to_it_and_stays(watched: Watched, node: Node, console: Served) -> None:
    page = watched.page
    page.goto(f"{console.address}/?lang=ja")
    until(page, "document.body.dataset.link === 'up'")
    with page.context.expect_page() as opening:
        page.keyboard.press("l")
    ledger = opening.value
    until(ledger, "document.body?.dataset.state === 'ready'", 60)
    assert ledger.inner_text(".mode") == catalogue("console", "ja")["ledger.history"]
    assert page.evaluate("document.body.dataset.link") != "lost" and page.url.startswith(f"{console.address}/?")
    assert (watched.errors, watched.foreign) == ([], [])


def test_an_analyst_needs_no_node(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bongsu", "ledger", "serve"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as running:
        try:
            assert running.stderr is not None
            address = running.stderr.readline().split("  ")[0]
            assert len(fetched(f"{address}api/ledger")["launches"]) == len(packaged.book().launches)
            os.kill(running.pid, signal.SIGINT)
            assert running.wait(timeout=20) in (0, 130)
        finally:
            running.kill()
