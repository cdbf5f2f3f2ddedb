"""`NatsNetwork`: the port of `node/ports.py` over real servers."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable

import msgspec

from bongsu.adapters.federation.access import Access
from bongsu.adapters.nats.outboxes import make_outboxes
from bongsu.adapters.nats.receiving import Intake
from bongsu.adapters.nats.sending import Counts, LatestSender, PromptSender, Sender, Waiting
from bongsu.adapters.nats.session import Answer, CallRefused, Message, Session, World, report, status_of
from bongsu.base import limits
from bongsu.base.errors import NotReady
from bongsu.model.health import PATH_PART, Health
from bongsu.model.message import Lane
from bongsu.model.parcel import Arrival, Parcel
from bongsu.wire import subjects

_RETRY_S = 0.1
_WATCH_S = 1.0


class _Leaf(msgspec.Struct):
    """One link of the own server, in its own report."""

    name: str = ""
    account: str = ""


class _Leafs(msgspec.Struct):
    leafs: list[_Leaf] = []


class NatsNetwork:
    """One node's end of the network, on the thread of the event loop in which it is started.

    `open` and `start` in either order; parcels may be offered from the beginning. Parts of its health: `broker` (the own server), one
    `hub.NAME` for each hub, one `path.CODE` for each issuer's outboxes, one `outbox.CODE` for each recipient's.
    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self.counts = Counts()
        self.arrived_count = 0
        self._arrived: Callable[[Arrival], None] | None = None
        self._health: Callable[[Health], None] | None = None
        self._states: dict[str, Health] = {}
        self._opened = asyncio.Event()
        self._ready: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._task: asyncio.Task[None] | None = None
        self._acknowledgements: deque[tuple[Session, str]] = deque()
        self._acknowledge = asyncio.Event()
        self._closed = False
        self._senders: dict[tuple[str, Lane], Sender] = {}
        for recipient in access.recipients:
            self._senders[recipient, Lane.PROMPT] = PromptSender(self._subject)
            self._senders[recipient, Lane.LATEST] = LatestSender(self._subject)

    async def start(self, patience_s: float = limits.SERVER_READY_S) -> bool:
        """Connect and make the outboxes; True when that is done, False when the own server is not there yet (it is tried on and on).

        Raises `NotReady` when the server is too old or confirms before it is on disk.
        """
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._ready = self._loop.create_future()
        self._task = self._loop.create_task(self._run(self._ready))
        await asyncio.wait({self._ready, self._task}, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
        if self._ready.done():
            self._ready.result()
            return True
        if self._task.done():
            self._task.result()
        return False

    def open(self, arrived: Callable[[Arrival], None], health: Callable[[Health], None]) -> None:
        """See the port. What was already known of the network's health is told at once."""
        self._arrived = arrived
        self._health = health
        for state in self._states.values():
            health(state)
        self._opened.set()

    def offer(self, parcel: Parcel, accepted: Callable[[str], None]) -> None:
        """See the port; on the network's thread."""
        assert parcel.issuer == self.access.node, f"{self.access.node} does not carry what {parcel.issuer} issues"
        sender = self._senders.get((parcel.recipient, parcel.lane))
        if sender is None:
            text = f"the federation does not release to {parcel.recipient}; grant it, or take it out of the policy"
            self._tell(f"outbox.{parcel.recipient}", "down", text)
            return
        dropped = sender.counts.dropped
        sender.offer(Waiting(parcel, accepted))
        if sender.counts.dropped != dropped:
            text = f"{sender.counts.dropped} messages of the {parcel.lane.value} lane not taken: too many wait"
            self._tell(f"outbox.{parcel.recipient}", "degraded", text)

    async def close(self) -> None:
        """End; nothing is called back after it."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def totals(self) -> dict[str, int]:
        """Parcels by what happened to them, over all recipients."""
        names = Counts.__slots__
        return {name: sum(getattr(sender.counts, name) for sender in self._senders.values()) for name in names}

    async def _run(self, ready: asyncio.Future[None]) -> None:
        """One session after another."""
        while True:
            try:
                session = await Session.begin(self.access, self._refused, self._ours)
            except World as error:
                self._tell("broker", "down", f"own server: {str(error) or type(error).__name__}")
            except NotReady as error:
                self._tell("broker", "down", str(error))
                if not ready.done():
                    ready.set_exception(error)
            else:
                await self._serve(session, ready)
            await asyncio.sleep(_RETRY_S)

    async def _serve(self, session: Session, ready: asyncio.Future[None]) -> None:
        """One session until it is lost."""
        try:
            await self._make_outboxes(session)
            await session.subscribe(f"{session.inbox}.sent.>", self._on_answer)
            await session.flush()
            self._tell("broker", "up", "")
            if not ready.done():
                ready.set_result(None)
            await self._work(session)
            self._tell("broker", "down", "connection to the own server lost")
        except World as error:
            self._tell("broker", "down", f"own server: {str(error) or type(error).__name__}")
        except NotReady as error:
            self._tell("broker", "down", str(error))
        finally:
            await session.end()

    async def _make_outboxes(self, session: Session) -> None:
        """Every recipient's; one that the own server's file no longer names does not hinder the others."""
        for recipient in self.access.recipients:
            try:
                await make_outboxes(session, self.access, recipient)
            except CallRefused as error:
                self._tell(f"outbox.{recipient}", "down", str(error))

    def _refused(self, subject: str) -> None:
        """The own server does not let this node publish a subject: its file no longer releases to that recipient."""
        for recipient in self.access.recipients:
            if any(subject.startswith(released) for released in self._released(recipient)):
                self._tell(f"outbox.{recipient}", "down", f"the own server refuses releases to {recipient}")

    def _released(self, recipient: str) -> list[str]:
        mode = self.access.mode
        return [subjects.released(self.access.node, recipient, mode, lane).lower() for lane in Lane]

    async def _work(self, session: Session) -> None:
        """All that goes on over a session; the first task that ends, ends it."""
        jobs = [session.lost.wait(), self._watch(), self._acknowledge_all(), self._receive(session)]
        for (recipient, lane), sender in self._senders.items():
            jobs.append(sender.pump(session, f"{session.inbox}.sent.{recipient}.{lane.value}"))
        tasks = [asyncio.ensure_future(job) for job in jobs]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _receive(self, session: Session) -> None:
        await self._opened.wait()
        assert self._arrived is not None
        intakes = [
            Intake(self.access, issuer, session, self._on_arrival, self._stored, self._path)
            for issuer in self.access.issuers
        ]
        await asyncio.gather(*(intake.run() for intake in intakes), asyncio.Event().wait())

    def _on_arrival(self, arrival: Arrival) -> None:
        assert self._arrived is not None
        self.arrived_count += 1
        if not self._closed:
            self._arrived(arrival)

    def _stored(self, session: Session, reply: str) -> None:
        """A message is in the record: acknowledge it. Called on any thread."""
        if self._closed or session.lost.is_set():
            return
        if threading.get_ident() == self._thread:
            self._queue_acknowledgement(session, reply)
        else:
            assert self._loop is not None
            self._loop.call_soon_threadsafe(self._queue_acknowledgement, session, reply)

    def _queue_acknowledgement(self, session: Session, reply: str) -> None:
        self._acknowledgements.append((session, reply))
        self._acknowledge.set()

    async def _acknowledge_all(self) -> None:
        while True:
            await self._acknowledge.wait()
            self._acknowledge.clear()
            while self._acknowledgements:
                session, reply = self._acknowledgements.popleft()
                if not session.lost.is_set():
                    await session.publish(reply, b"+ACK")

    async def _on_answer(self, message: Message) -> None:
        """The server's word on a message that was sent: its subject says which."""
        recipient, lane, generation, number = message.subject.rsplit(".", 4)[1:]
        answer = None if status_of(message) else msgspec.json.decode(message.data, type=Answer)
        sender = self._senders[recipient, Lane(lane)]
        fault = sender.answered(int(generation), int(number), answer)
        if fault:
            self._tell(f"outbox.{recipient}", "degraded", f"{lane}: {fault}")
        elif f"outbox.{recipient}" in self._states:
            self._tell(f"outbox.{recipient}", "up", "")

    async def _watch(self) -> None:
        """State of the links to the hubs, from the own server's report, once a second."""
        while True:
            try:
                leafs = msgspec.json.decode(await report(self.access.monitor_port, "leafz"), type=_Leafs).leafs
            except (*World, NotReady) as error:
                for hub in self.access.hubs:
                    self._tell(f"hub.{hub}", "degraded", f"the own server does not report its links ({error})")
            else:
                self._note_links(leafs)
            await asyncio.sleep(_WATCH_S)

    def _note_links(self, leafs: list[_Leaf]) -> None:
        account = subjects.link_account(self.access.node, self.access.mode)
        joined = [leaf.name for leaf in leafs if leaf.account == account]
        for hub in self.access.hubs:
            up = hub in joined
            self._tell(f"hub.{hub}", "up" if up else "down", "" if up else "no link to it")

    def _path(self, issuer: str, state: str, text: str) -> None:
        self._tell(f"{PATH_PART}{issuer}", state, text)

    def _tell(self, part: str, state: str, text: str) -> None:
        """Report a part's state when it changes."""
        known = self._states.get(part)
        if self._closed or (known is not None and known.state == state and known.text == text):
            return
        health = self._states[part] = Health(part=part, state=state, text=text)
        if self._health is not None:
            self._health(health)

    def _subject(self, parcel: Parcel) -> str:
        name = parcel.subject
        return subjects.parcel_subject(parcel.issuer, parcel.recipient, self.access.mode, parcel.lane, name)

    def _ours(self, error: Exception) -> None:
        """An error of our own code while it handled a message: the process must not go on as if nothing were."""
        assert self._loop is not None
        self._loop.call_exception_handler({"message": "a message from the network was not handled", "exception": error})
