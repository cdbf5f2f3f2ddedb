"""The way out: one sender for each recipient and lane, into the outbox on the own server.

Both are fed and pumped on the network's own thread.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from typing import Protocol

from bongsu.adapters.nats.session import NOBODY, Answer, Session
from bongsu.base import limits
from bongsu.model.parcel import Parcel

Accepted = Callable[[str], None]


class Waiting:
    """A parcel that the server has not confirmed."""

    __slots__ = ("accepted", "attempt", "confirmed", "parcel", "sent_s")

    def __init__(self, parcel: Parcel, accepted: Accepted) -> None:
        self.parcel = parcel
        self.attempt = f"{parcel.message} {secrets.token_hex(4)}"
        self.accepted = accepted
        self.confirmed = False
        self.sent_s = 0.0


class Counts:
    """What happened to parcels on their way out."""

    __slots__ = ("confirmed", "dropped", "replaced", "resent")

    def __init__(self) -> None:
        self.confirmed = 0
        self.resent = 0
        self.replaced = 0
        self.dropped = 0


class Sender(Protocol):
    """What the network needs of either sender."""

    counts: Counts

    def offer(self, waiting: Waiting) -> None:
        """Take a parcel."""

    async def pump(self, session: Session, reply: str) -> None:
        """Send over a new session until it is cancelled; confirmations come to `reply` + `.generation.number`."""

    def answered(self, generation: int, number: int, answer: Answer | None) -> str:
        """The server's confirmation or refusal (None: nobody took it) of a parcel; gives the fault in words, or nothing."""


class PromptSender:
    """Each parcel arrives in its outbox once and in the order of offering.

    Several are on their way at once; each names its predecessor, so that the server refuses one whose predecessor was lost, and all from the
    oldest unconfirmed are sent again under the same ids. Such an id is that of one offering, not of the message: a message that is offered
    again because a recipient asked for it must be stored again, and the server would take it for a repetition.
    """

    def __init__(self, subject: Callable[[Parcel], str]) -> None:
        self.counts = Counts()
        self._subject = subject
        self._queue: deque[Waiting] = deque()
        self._first_number = 0
        self._sent = 0
        self._generation = 0
        self._wake = asyncio.Event()
        self._held_until_s = 0.0

    def offer(self, waiting: Waiting) -> None:
        """Take a parcel; beyond the bound it is left to the record, which offers it again at a restart, and counted."""
        if len(self._queue) >= limits.PROMPT_WAITING_COUNT:
            self.counts.dropped += 1
            return
        self._queue.append(waiting)
        self._wake.set()

    async def pump(self, session: Session, reply: str) -> None:
        """See `Sender`."""
        loop = asyncio.get_running_loop()
        self._rewind(0.0)
        while True:
            await self._until_woken(loop)
            while (
                self._sent < min(len(self._queue), limits.PROMPT_IN_FLIGHT_COUNT) and loop.time() >= self._held_until_s
            ):
                await self._send_next(session, reply, loop.time())

    async def _until_woken(self, loop: asyncio.AbstractEventLoop) -> None:
        """Until there is something new, or the oldest has waited too long for its confirmation, or a hold ends."""
        timeout_s: float | None = None
        if self._queue:
            now_s = loop.time()
            due_s = self._queue[0].sent_s + limits.OUTBOX_CONFIRM_S if self._sent else self._held_until_s
            timeout_s = max(due_s - now_s, 0.0)
        try:
            async with asyncio.timeout(timeout_s):
                await self._wake.wait()
        except TimeoutError:
            if self._sent:
                self._rewind(0.0)
        self._wake.clear()

    async def _send_next(self, session: Session, reply: str, now_s: float) -> None:
        index, number = self._sent, self._first_number + self._sent
        waiting = self._queue[index]
        headers = {"Nats-Msg-Id": waiting.attempt}
        if index:
            headers["Nats-Expected-Last-Msg-Id"] = self._queue[index - 1].attempt
        if waiting.sent_s:
            self.counts.resent += 1
        waiting.sent_s = now_s
        self._sent += 1
        where = f"{reply}.{self._generation}.{number}"
        await session.publish(self._subject(waiting.parcel), waiting.parcel.envelope, where, headers)

    def answered(self, generation: int, number: int, answer: Answer | None) -> str:
        """See `Sender`."""
        index = number - self._first_number
        if index < 0 or index >= len(self._queue):
            return ""
        if answer is not None and answer.error is None:
            self._confirm(index)
            return ""
        fault = NOBODY if answer is None or answer.error is None else answer.error.description
        if generation == self._generation:
            self._rewind(asyncio.get_running_loop().time() + limits.PULL_RETRY_S)
        return fault

    def _confirm(self, index: int) -> None:
        waiting = self._queue[index]
        if waiting.confirmed:
            return
        waiting.confirmed = True
        self.counts.confirmed += 1
        while self._queue and self._queue[0].confirmed:
            self._queue.popleft()
            self._first_number += 1
            self._sent = max(self._sent - 1, 0)
        self._wake.set()
        waiting.accepted(waiting.parcel.message)

    def _rewind(self, held_until_s: float) -> None:
        """Send again from the oldest unconfirmed; answers to earlier sendings that say no are no longer heard."""
        self._sent = 0
        self._generation += 1
        self._held_until_s = held_until_s
        self._wake.set()


class LatestSender:
    """The newest parcel of each subject arrives; an older one that still waits is replaced."""

    def __init__(self, subject: Callable[[Parcel], str]) -> None:
        self.counts = Counts()
        self._subject = subject
        self._waiting: dict[str, Waiting] = {}
        self._flying: dict[int, Waiting] = {}
        self._number = 0
        self._wake = asyncio.Event()

    def offer(self, waiting: Waiting) -> None:
        """Take a parcel in place of an older one of its subject; beyond the bound the oldest of all is dropped and counted."""
        older = self._waiting.pop(waiting.parcel.subject, None)
        if older is not None:
            self._let_go(older)
        elif len(self._waiting) >= limits.LATEST_WAITING_COUNT:
            oldest = self._waiting.pop(next(iter(self._waiting)))
            self.counts.dropped += 1
            oldest.accepted(oldest.parcel.message)
        self._waiting[waiting.parcel.subject] = waiting
        self._wake.set()

    async def pump(self, session: Session, reply: str) -> None:
        """See `Sender`."""
        loop = asyncio.get_running_loop()
        self._take_back(float("inf"))
        while True:
            try:
                async with asyncio.timeout(limits.OUTBOX_CONFIRM_S if self._flying else None):
                    await self._wake.wait()
            except TimeoutError:
                self._take_back(loop.time() - limits.OUTBOX_CONFIRM_S)
            self._wake.clear()
            while self._waiting and len(self._flying) < limits.LATEST_IN_FLIGHT_COUNT:
                await self._send_next(session, reply, loop.time())

    async def _send_next(self, session: Session, reply: str, now_s: float) -> None:
        waiting = self._waiting.pop(next(iter(self._waiting)))
        self._number += 1
        self._flying[self._number] = waiting
        waiting.sent_s = now_s
        where = f"{reply}.0.{self._number}"
        await session.publish(self._subject(waiting.parcel), waiting.parcel.envelope, where)

    def answered(self, generation: int, number: int, answer: Answer | None) -> str:
        """See `Sender`."""
        waiting = self._flying.get(number)
        if waiting is None:
            return ""
        if answer is None or answer.error is not None:
            return NOBODY if answer is None or answer.error is None else answer.error.description
        del self._flying[number]
        if self._waiting:
            self._wake.set()
        self.counts.confirmed += 1
        waiting.accepted(waiting.parcel.message)
        return ""

    def _take_back(self, sent_before_s: float) -> None:
        """What was sent and not confirmed in time waits again, unless something newer does."""
        for number in [number for number, waiting in self._flying.items() if waiting.sent_s <= sent_before_s]:
            waiting = self._flying.pop(number)
            if waiting.parcel.subject in self._waiting:
                self._let_go(waiting)
            else:
                self._waiting[waiting.parcel.subject] = waiting
                self.counts.resent += 1
        self._wake.set()

    def _let_go(self, older: Waiting) -> None:
        self.counts.replaced += 1
        older.accepted(older.parcel.message)
