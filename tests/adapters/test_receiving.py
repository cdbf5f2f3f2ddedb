"""Answers to pulls that no outbox would give: whoever stands between may send anything, and brings nothing down."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bongsu.adapters.nats.receiving import Intake
from bongsu.model.mode import Mode
from bongsu.model.parcel import Arrival

OURS = "$JS.ACK.PROMPT_JP.KR_E-JP_E.1.2.3.4."
Handler = Callable[[Any], Awaitable[None]]


class Line:
    """Stands for a session: keeps what was subscribed to and published."""

    def __init__(self) -> None:
        self.inbox = "inbox"
        self.handlers: dict[str, Handler] = {}
        self.published: list[str] = []

    async def subscribe(self, subject: str, handler: Handler) -> None:
        self.handlers[subject] = handler

    async def publish(self, subject: str, payload: bytes, reply: str = "") -> None:
        self.published.append(subject)


def answers(*messages: tuple[bytes, str, dict[str, str] | None]) -> tuple[list[Arrival], list[str]]:
    """What arrives of these answers on the prompt lane, and the states of the path."""

    async def work() -> tuple[list[Arrival], list[str]]:
        line, arrived, states = Line(), [], []
        access: Any = SimpleNamespace(node="jp", mode=Mode.EXERCISE)
        session: Any = line
        intake = Intake(access, "kr", session, arrived.append, lambda *_: None, lambda *told: states.append(told[1]))
        running = asyncio.ensure_future(intake.run())
        while "inbox.kr.prompt" not in line.handlers:  # noqa: ASYNC110 - a few turns of the loop
            await asyncio.sleep(0)
        for data, reply, headers in messages:
            message = SimpleNamespace(subject="inbox.kr.prompt", reply=reply, data=data, headers=headers)
            await line.handlers["inbox.kr.prompt"](message)
        running.cancel()
        return arrived, states

    return asyncio.run(work())


def test_an_answer_of_the_outbox_arrives() -> None:
    arrived, states = answers((b"x", f"{OURS}0", None), (b"y", f"{OURS}17", None))
    assert [one.envelope for one in arrived] == [b"x", b"y"]
    assert set(states) == {"up"}


def test_what_would_be_acknowledged_elsewhere_does_not_arrive() -> None:
    for reply in (
        "",
        "x",
        OURS,
        f"{OURS}-1",
        f"{OURS}many",
        f"{OURS}\u0661",
        f"{OURS}{'9' * 20}",
        "exr.KR.JP.prompt.m",
        "$JS.ACK.LATEST_JP.KR_E-JP_E.1.2.3.4.0",
        "$JS.ACK.PROMPT_US.KR_E-US_E.1.2.3.4.0",
    ):
        arrived, states = answers((b"x", reply, None))
        assert (arrived, states) == ([], ["degraded"]), reply


@given(
    st.binary(max_size=40), st.text(max_size=60), st.none() | st.dictionaries(st.text(max_size=9), st.text(max_size=9))
)
def test_no_answer_raises(data: bytes, reply: str, headers: dict[str, str] | None) -> None:
    answers((data, reply, headers), (data, OURS + reply, headers), (data, reply, {"Status": reply}))
