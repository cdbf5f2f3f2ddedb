"""Documents and notices of every mode, and outlets of every kind, for the tests of outlets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from bongsu.adapters.outlets.files import AtomFeed, FileSink
from bongsu.adapters.outlets.webhook import Webhook
from bongsu.adapters.outlets.world import NOTICE_MEDIA, Outlet, Published, World
from bongsu.model.message import Lane, Release
from bongsu.model.mode import Mode
from bongsu.model.wording import AlertStage
from bongsu.wire import cap12
from bongsu.words import notice_text
from tests.wire.cap12_samples import NAMES, alert, encoded

MODES = (Mode.REAL, Mode.EXERCISE, Mode.TEST)


def document(mode: Mode = Mode.EXERCISE, stage: AlertStage = AlertStage.ALERT) -> Published:
    content = encoded(mode, stage)
    return Published(document=cap12.decode(content).alert.identifier, audience="public", content=content)


def notice(mode: Mode) -> Published:
    facts = notice_text.NoticeFacts(
        notice="kr-V1-N", version=1, to={"en": "NAVAREA XI", "ko": "조정국", "ja": "調整国"}, corners_rad=((0.6, 2.2),),
        launched_ns=0, from_ns=0, until_ns=10**12, mode=mode, exercise=NAMES[mode],
    )  # fmt: skip
    text = "\n\n".join([*notice_text.texts(facts).values(), *notice_text.forms(facts).values()])
    return Published(document="kr-V1-N.1", audience="authorities", content=text.encode(), media=NOTICE_MEDIA)


def release(mode: Mode = Mode.EXERCISE, stage: AlertStage = AlertStage.ALERT, recipient: str = "public") -> Release:
    one = document(mode, stage)
    made = alert(mode, stage)
    members = {
        "document": one.document, "chain": "c", "event": "e", "number": 1, "stage": stage.value, "kind": "impact",
        "audience": "public", "confirmed": True, "time_ns": made.sent.time_ns, "areas": ["KR-11"], "content": one.content,
    }  # fmt: skip
    body = msgspec.json.encode(members)
    return Release(
        recipient=recipient, lane=Lane.PROMPT, kind="alert_document", subject="", body=body, item=f"kr-{stage.value}"
    )


class Gateway:
    """A receiver on this machine that answers as told, and keeps what came."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.answer: Callable[[], bytes | None] = lambda: b"HTTP/1.1 202 Accepted\r\n\r\n"
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/alerts?site=1"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        answer = self.answer()
        if answer is None:  # never answers; the other side lets go
            await reader.read()
        else:
            self.got.append(head + body)
            writer.write(answer)
        writer.close()


@asynccontextmanager
async def gateway() -> AsyncIterator[Gateway]:
    made = Gateway()
    server = await asyncio.start_server(made._serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


def outlets(folder: Path, url: str, mode: Mode) -> list[Outlet]:
    world = World(mode, NAMES[mode])
    return [
        FileSink("file", "public", world, folder / "sink"),
        AtomFeed("atom", "public", world, folder / "feed" / "alerts.atom"),
        Webhook("hook", "public", world, url, answer_s=5.0),
    ]
