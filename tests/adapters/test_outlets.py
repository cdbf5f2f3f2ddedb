"""Outlets: each is of one world, takes what is of it, whole or not at all, and no other."""

from __future__ import annotations

import asyncio
from itertools import product
from pathlib import Path

import pytest
from lxml import etree

from bongsu.adapters.outlets.files import AtomFeed, FileSink
from bongsu.adapters.outlets.webhook import Webhook, checked
from bongsu.adapters.outlets.world import OutletError, Published, World
from bongsu.base.errors import BadInput
from bongsu.base.limits_alerts import OUTLET_FEED_COUNT
from bongsu.model.mode import Mode
from bongsu.model.wording import AlertStage
from bongsu.wire.cap12_types import CapError
from tests.adapters.outlet_world import MODES, document, gateway, notice, outlets
from tests.wire.cap12_samples import NAMES

ATOM = "{http://www.w3.org/2005/Atom}"


def test_each_mode_offered_to_every_outlet_of_every_other_mode_none_is_accepted(tmp_path: Path) -> None:
    """Also those that never are documents: a replay or simulation that calls itself `Draft` or `System`, and an exercise of another name."""

    async def run() -> tuple[int, int, int]:
        accepted = refused = own = 0
        async with gateway() as hook:
            for of, offered in product(MODES, MODES):
                folder = tmp_path / f"{of}-{offered}"
                for outlet in outlets(folder, hook.url, of):
                    for one in [document(offered, stage) for stage in AlertStage] + [notice(offered)]:
                        try:
                            await outlet.put(one)
                        except CapError:
                            refused += 1
                        else:
                            accepted += of is not offered
                            own += of is offered
                if of is not offered:
                    assert not folder.exists(), "nothing was written"
            assert len(hook.got) == 3 * 5, "each mode's own four documents and its notice"
        return accepted, refused, own

    accepted, refused, own = asyncio.run(run())
    assert (accepted, refused, own) == (0, 6 * 3 * 5, 3 * 3 * 5)


@pytest.mark.parametrize("mode", [Mode.REPLAY, Mode.SIMULATION])
def test_a_replay_or_simulation_has_no_outlet_and_its_document_fits_none(mode: Mode, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has no outlets"):
        World(mode)
    for status, of in product((b"System", b"Draft", mode.value.encode()), MODES):
        forged = document(of).content.replace(f"<status>{of_status(of)}".encode(), b"<status>" + status)
        with pytest.raises(CapError):
            asyncio.run(
                FileSink("file", "public", World(of, NAMES[of]), tmp_path).put(
                    Published(document="x", audience="public", content=forged)
                )
            )
    assert not list(tmp_path.iterdir())


def of_status(mode: Mode) -> str:
    return {Mode.REAL: "Actual", Mode.EXERCISE: "Exercise", Mode.TEST: "Test"}[mode]


def test_an_exercise_of_another_name_or_without_its_marks_is_refused(tmp_path: Path) -> None:
    sink = FileSink("file", "public", World(Mode.EXERCISE, "ANOTHER"), tmp_path)
    with pytest.raises(CapError):
        asyncio.run(sink.put(document()))
    with pytest.raises(CapError):
        asyncio.run(sink.put(notice(Mode.EXERCISE)))
    unmarked = document().content.replace(b"EXERCISE: ", b"").replace("[훈련] ".encode(), b"")
    own = FileSink("file", "public", World(Mode.EXERCISE, NAMES[Mode.EXERCISE]), tmp_path)
    with pytest.raises(CapError):
        asyncio.run(own.put(Published(document="x", audience="public", content=unmarked)))


def test_a_file_appears_once_and_whole_and_in_its_folder_alone(tmp_path: Path) -> None:
    sink = FileSink("file", "public", World(Mode.EXERCISE, NAMES[Mode.EXERCISE]), tmp_path / "a" / "b")
    asyncio.run(sink.put(document(), b"sealed"))
    asyncio.run(sink.put(document(), b"sealed again"))
    (written,) = (tmp_path / "a" / "b").iterdir()
    assert written.read_bytes() == b"sealed" and written.suffix == ".xml"
    for name in ("../out", ".hidden", "a/b", "a\\b"):
        with pytest.raises(CapError):
            asyncio.run(sink.put(Published(document=name, audience="public", content=document().content)))


def test_a_disk_that_fails_is_the_worlds_fault(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file in its way")
    sink = FileSink("file", "public", World(Mode.EXERCISE, NAMES[Mode.EXERCISE]), tmp_path / "folder")
    with pytest.raises(OutletError):
        asyncio.run(sink.put(document()))


def test_the_feed_names_the_newest_first_survives_a_restart_and_leaves_strange_files_out(tmp_path: Path) -> None:
    def feed() -> AtomFeed:
        return AtomFeed("atom", "public", World(Mode.EXERCISE, NAMES[Mode.EXERCISE]), tmp_path / "alerts.atom", "Seoul")

    asyncio.run(feed().put(document()))
    (tmp_path / "stray.xml").write_bytes(document(Mode.REAL).content)
    (tmp_path / "broken.xml").write_text("<")
    asyncio.run(feed().put(document(stage=AlertStage.PASSED)))
    read = etree.fromstring((tmp_path / "alerts.atom").read_bytes())
    entries = read.findall(f"{ATOM}entry")
    terms = [[one.get("term") for one in entry.findall(f"{ATOM}category")] for entry in entries]
    assert terms == [["Update", "Exercise"], ["Alert", "Exercise"]]
    links = [entry.find(f"{ATOM}link").get("href") for entry in entries]  # type: ignore[union-attr]
    assert all((tmp_path / str(link)).is_file() for link in links)
    for element in (read, *entries):
        assert all(element.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated")), "RFC 4287, 4.1"
    assert (read.findtext(f"{ATOM}title") or "").startswith("EXERCISE")
    assert len(entries) <= OUTLET_FEED_COUNT


def test_a_webhook_gets_the_sealed_document_once_with_its_name(tmp_path: Path) -> None:
    async def run() -> bytes:
        async with gateway() as hook:
            await outlets(tmp_path, hook.url, Mode.EXERCISE)[2].put(document(), b"<sealed/>")
            (got,) = hook.got
            return got

    got = asyncio.run(run())
    assert got.startswith(b"POST /alerts?site=1 HTTP/1.1\r\n") and got.endswith(b"\r\n\r\n<sealed/>")
    assert b"Content-Type: application/cap+xml" in got
    assert f"Idempotency-Key: {document().document}".encode() in got


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n\r\n", b"HTTP/1.1 500 No\r\n\r\n", b"SSH-2.0\r\n", b"x" * 9000, b"", None],
)  # fmt: skip
def test_whatever_else_a_webhook_answers_is_a_fault_within_bounds(answer: bytes | None, tmp_path: Path) -> None:
    async def run() -> None:
        async with gateway() as hook:
            hook.answer = lambda: answer
            await Webhook("hook", "public", World(Mode.EXERCISE, NAMES[Mode.EXERCISE]), hook.url, answer_s=0.5).put(
                document()
            )

    with pytest.raises(OutletError):
        asyncio.run(run())


def test_nobody_there_is_a_fault(tmp_path: Path) -> None:
    hook = Webhook("hook", "public", World(Mode.EXERCISE, NAMES[Mode.EXERCISE]), "http://127.0.0.1:9/")
    with pytest.raises(OutletError):
        asyncio.run(hook.put(document()))


@pytest.mark.parametrize(
    "url",
    ["http://gateway.example/", "ftp://a/", "https:///x", "https://a:x/", "https://me:secret@a/", "https://a/ b", "https://가/"],
)  # fmt: skip
def test_addresses_that_are_not_safe(url: str) -> None:
    with pytest.raises(BadInput):
        checked(url)
