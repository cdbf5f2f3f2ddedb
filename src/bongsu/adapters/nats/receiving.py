"""The way in: from each issuer's two outboxes, pulled through the hub; prompt first.

A pull waits at the issuer's server, so a message is handed over the moment it is stored there: nothing polls. Pulls lapse after a
second and are renewed before. While nobody answers (no hub, no issuer), a probe goes out every tenth of a second. The latest lane is
asked for only while the prompt outbox is known to be empty.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial

import msgspec

from bongsu.adapters.federation.access import Access
from bongsu.adapters.nats.session import NOBODY, Message, Session, status_of
from bongsu.base import limits
from bongsu.model.message import Lane
from bongsu.model.parcel import Arrival
from bongsu.wire import subjects

NOTHING, LAPSED = "404", "408"
"""Statuses that end a pull in good order; with two hubs either may answer a probe, and one comes from each."""

_RENEW_S = 0.9 * limits.PULL_S
_SILENT_S = 1.5 * limits.PULL_S
_UNREAD_S = 0.05 * limits.PULL_S
_QUIET_S = 0.3 * limits.PULL_S
_LOW_COUNT = limits.PULL_COUNT // 4
_PULL = msgspec.json.encode({"batch": limits.PULL_COUNT, "expires": round(limits.PULL_S * 1_000_000_000)})
_PROBE = msgspec.json.encode({"batch": 1, "no_wait": True})
_DIGITS = 20
"""A count of messages has fewer."""


class _Pulls:
    """The pulls of one lane: where they are asked, and what those that wait at the issuer's may still bring, the oldest first."""

    def __init__(self, subject: str, inbox: str, acknowledged: str) -> None:
        self.subject = subject
        self.inbox = inbox
        self._acknowledged = acknowledged
        self._waiting: deque[list[float]] = deque()

    def asked(self, now_s: float) -> None:
        """One more pull waits."""
        self._waiting.append([now_s + limits.PULL_S, limits.PULL_COUNT])

    def took(self) -> None:
        """A message came: the oldest pull brings one less."""
        if self._waiting:
            self._waiting[0][1] -= 1
            if self._waiting[0][1] == 0:
                self._waiting.popleft()

    def is_low(self, now_s: float) -> bool:
        """Whether those that have not lapsed may soon have brought all they can."""
        while self._waiting and self._waiting[0][0] <= now_s:
            self._waiting.popleft()
        return sum(count for _, count in self._waiting) <= _LOW_COUNT

    def pending(self, reply: str) -> int | None:
        """How many more wait, by the address at which a message is to be acknowledged; None: it is no such address.

        A hub could answer pulls itself, and must neither bring us down nor choose where our acknowledgement goes.
        """
        count = reply.rpartition(".")[2]
        whole = reply.startswith(self._acknowledged) and count.isascii() and count.isdigit() and len(count) < _DIGITS
        return int(count) if whole else None

    def forget(self) -> None:
        """The path was cut: those that were asked may never have arrived."""
        self._waiting.clear()


class Intake:
    """One issuer's outboxes, over one session."""

    def __init__(
        self,
        access: Access,
        issuer: str,
        session: Session,
        arrived: Callable[[Arrival], None],
        stored: Callable[[Session, str], None],
        path: Callable[[str, str, str], None],
    ) -> None:
        self.issuer = issuer
        self._session = session
        self._arrived = arrived
        self._stored = stored
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._answered = False
        self._empty = False
        self._pending = 0
        self._heard_s = self._loop.time()
        self._prompt_s = 0.0
        self._cut = asyncio.Event()
        self._pulls = {
            lane: _Pulls(
                subjects.pull(issuer, access.node, access.mode, subjects.outbox(access.node, lane)),
                f"{session.inbox}.{issuer}.{lane.value}",
                subjects.acknowledged(issuer, access.node, access.mode, subjects.outbox(access.node, lane)),
            )
            for lane in Lane
        }

    async def run(self) -> None:
        """Pull until cancelled."""
        for lane, pulls in self._pulls.items():
            await self._session.subscribe(pulls.inbox, partial(self._on_message, lane, pulls))
        while True:
            await self._renew()
            self._cut.clear()
            if await self._is_cut_within(_RENEW_S if self._answered else limits.PULL_RETRY_S):
                await asyncio.sleep(limits.PULL_RETRY_S)

    async def _is_cut_within(self, wait_s: float) -> bool:
        """Whether somebody says so before the next pull is due. Silence is found here too, timed from the last word and not from the last pull."""
        until_s = self._loop.time() + wait_s
        while (now_s := self._loop.time()) < until_s:
            silent_s = self._heard_s + _SILENT_S
            try:
                async with asyncio.timeout_at(min(until_s, silent_s) if now_s < silent_s else until_s):
                    await self._cut.wait()
                return True
            except TimeoutError:
                if self._is_silent():
                    await asyncio.sleep(_UNREAD_S)  # a busy loop first reads what has come meanwhile
                    if self._is_silent():
                        self._note_cut("pulls are not answered")
                        return False
        return False

    def _is_silent(self) -> bool:
        return self._loop.time() - self._heard_s > _SILENT_S

    async def _renew(self) -> None:
        """Ask anew before the last pulls lapse; to a path that does not answer, and while the prompt outbox may not be empty, a probe."""
        if self._answered:
            await self._ask(Lane.PROMPT)
            if self._empty:
                await self._ask(Lane.LATEST)
        if not self._empty:
            pulls = self._pulls[Lane.PROMPT]
            await self._session.publish(pulls.subject, _PROBE, pulls.inbox)

    async def _ask(self, lane: Lane) -> None:
        pulls = self._pulls[lane]
        pulls.asked(self._loop.time())
        await self._session.publish(pulls.subject, _PULL, pulls.inbox)

    async def _on_message(self, lane: Lane, pulls: _Pulls, message: Message) -> None:
        status = status_of(message)
        if status and not message.reply:
            await self._on_status(lane, status)
            return
        pending = pulls.pending(message.reply)
        if pending is None:
            self._path(self.issuer, "degraded", "answers came that are not of its outbox")
            return
        await self._note_answer()
        pulls.took()
        self._arrived(
            Arrival(self.issuer, lane, bytes(message.data), partial(self._stored, self._session, message.reply))
        )
        if lane is Lane.PROMPT:
            self._pending = pending
            self._prompt_s = self._heard_s
            await self._note_empty(self._pending == 0)
        if (lane is Lane.PROMPT or self._empty) and pulls.is_low(self._loop.time()):
            await self._ask(lane)

    async def _on_status(self, lane: Lane, status: str) -> None:
        if status == NOBODY:
            self._note_cut("nobody answers pulls")
            return
        await self._note_answer()
        if status not in (NOTHING, LAPSED):
            self._path(self.issuer, "degraded", f"pulls are refused with status {status}")
        elif lane is Lane.PROMPT:
            await self._note_empty(self._says_empty(status))

    def _says_empty(self, status: str) -> bool:
        """Whether the end of a pull says that nothing waits: one also lapses while much waits and too little is acknowledged."""
        return status == NOTHING or self._pending == 0 or self._heard_s - self._prompt_s > _QUIET_S

    async def _note_empty(self, empty: bool) -> None:
        newly = empty and not self._empty
        self._empty = empty
        if newly and self._pulls[Lane.LATEST].is_low(self._loop.time()):
            await self._ask(Lane.LATEST)

    async def _note_answer(self) -> None:
        self._heard_s = self._loop.time()
        self._path(self.issuer, "up", "")
        if not self._answered:
            self._answered = True
            await self._ask(Lane.PROMPT)

    def _note_cut(self, text: str) -> None:
        self._answered = False
        self._empty = False
        for pulls in self._pulls.values():
            pulls.forget()
        self._path(self.issuer, "down", text)
        self._cut.set()
