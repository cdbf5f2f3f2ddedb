"""Documents on their way out of a node: each outlet has a queue and a task of its own, so that one that is down or slow holds up nobody.

Acts on a `Release` and on nothing else. A document is tried OUTLET_TRIES times; what became of it enters the core as an `OutletReport`, so that the
record holds when it was delivered, and how often it was tried; an outlet that fails is told as `Health`. One that is not of the outlet's world is refused
at once and never tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bongsu.adapters.cap_seal import PrivateKey, seal
from bongsu.adapters.outlets.files import AtomFeed, FileSink
from bongsu.adapters.outlets.webhook import Webhook
from bongsu.adapters.outlets.world import CAP_MEDIA, Outlet, OutletError, Published, World, published
from bongsu.base.errors import BadInput
from bongsu.base.limits_alerts import OUTLET_LONGEST_WAIT_S, OUTLET_QUEUE_COUNT, OUTLET_TRIES, OUTLET_WAIT_S
from bongsu.model.alert_draft import OutletReport
from bongsu.model.configuration import Configuration
from bongsu.model.health import Health
from bongsu.model.message import Release
from bongsu.model.mode import Mode
from bongsu.node.alerting import Alerting, OutletTable
from bongsu.wire.cap12_types import CapError

Seal = Callable[[bytes], bytes]
Sleep = Callable[[float], Awaitable[None]]


class Counts(msgspec.Struct):
    """What became of the documents of one outlet."""

    accepted: int = 0
    failed: int = 0
    refused: int = 0
    tries: int = 0


class Courier:
    """Carries released documents to the outlets. `report` takes each `OutletReport`; `offer` never waits. Lives on one event loop."""

    def __init__(
        self,
        outlets: Iterable[Outlet],
        sealer: Seal | None,
        report: Callable[[OutletReport | Health], None],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._outlets = tuple(outlets)
        self._sealer = sealer
        self._report = report
        self._sleep = sleep
        self._queues = {one.name: asyncio.Queue[Published](OUTLET_QUEUE_COUNT) for one in self._outlets}
        self._tasks: list[asyncio.Task[None]] = []
        self.counts = {one.name: Counts() for one in self._outlets}
        self._health: dict[str, str] = {}

    @property
    def names(self) -> dict[str, str]:
        """The outlets and of which recipient each is."""
        return {one.name: one.recipient for one in self._outlets}

    def start(self) -> None:
        """Begin to carry."""
        self._tasks = [asyncio.ensure_future(self._carry(one)) for one in self._outlets]

    def offer(self, release: Release, outlets: Iterable[str] | None = None) -> None:
        """A release that may hold a document: it goes to the outlets of its recipient (of these alone, if given)."""
        document = published(release)
        if document is None:
            return
        for outlet in self._outlets:
            if outlet.recipient != release.recipient or (outlets is not None and outlet.name not in outlets):
                continue
            try:
                self._queues[outlet.name].put_nowait(document)
            except asyncio.QueueFull:
                self._told(outlet.name, document, "failed", 0, "too many documents wait for this outlet")

    async def settled(self) -> None:
        """Wait until every document that was offered has come to an end."""
        for queue in self._queues.values():
            await queue.join()

    async def close(self) -> None:
        """Stop; what was not delivered is offered again after a restart."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self, outlet: Outlet) -> None:
        queue = self._queues[outlet.name]
        while True:
            document = await queue.get()
            try:
                await self._deliver(outlet, document)
            finally:
                queue.task_done()

    async def _deliver(self, outlet: Outlet, document: Published) -> None:
        fault, wait_s = "", OUTLET_WAIT_S
        sealed: bytes | None = None
        for count in range(1, OUTLET_TRIES + 1):
            self.counts[outlet.name].tries += 1
            try:
                if sealed is None and self._sealer and document.media == CAP_MEDIA:
                    sealed = self._sealer(document.content)
                await outlet.put(document, sealed)
            except CapError as error:
                return self._told(outlet.name, document, "refused", count, str(error))
            except OutletError as error:
                fault = str(error)
                self._healthy(outlet.name, "degraded", fault)
            else:
                self._healthy(outlet.name, "up", "")
                return self._told(outlet.name, document, "accepted", count, "")
            if count < OUTLET_TRIES:
                await self._sleep(wait_s)
                wait_s = min(2.0 * wait_s, OUTLET_LONGEST_WAIT_S)
        self._healthy(outlet.name, "down", fault)
        return self._told(outlet.name, document, "failed", OUTLET_TRIES, fault)

    def _healthy(self, outlet: str, state: str, text: str) -> None:
        """Say how an outlet is where that has changed; up is assumed, and not said of one that never failed."""
        before = self._health.get(outlet, "up")
        self._health[outlet] = state
        if state != before:
            self._report(Health(part=f"outlet {outlet}", state=state, text=text))

    def _told(self, outlet: str, document: Published, state: str, tries: int, text: str) -> None:
        counts = self.counts[outlet]
        setattr(counts, state, getattr(counts, state) + 1)
        self._report(OutletReport(outlet=outlet, document=document.document, state=state, tries=tries, text=text))


def build_courier(
    alerting: Alerting | None, configuration: Configuration, report: Callable[[OutletReport | Health], None]
) -> Courier | None:
    """The courier of a node; None where no outlet is named. Raises `BadInput` for an outlet that its mode must not have, or a seal that does not open."""
    if alerting is None or not alerting.outlets:
        return None
    world = World(configuration.mode, configuration.exercise if configuration.mode is Mode.EXERCISE else "")
    return Courier([_outlet(one, world) for one in alerting.outlets], sealer_of(alerting), report)


def _outlet(table: OutletTable, world: World) -> Outlet:
    if table.kind == "webhook":
        return Webhook(table.name, table.recipient, world, table.url)
    if table.kind == "atom":
        return AtomFeed(table.name, table.recipient, world, Path(table.path), table.title)
    return FileSink(table.name, table.recipient, world, Path(table.path))


def sealer_of(alerting: Alerting) -> Seal | None:
    """What seals a document with the nation's key; None where there is none. Raises `BadInput`."""
    if alerting.seal_key is None or alerting.seal_certificate is None:
        return None
    key = _read_key(alerting.seal_key)
    path = alerting.seal_certificate
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        raise BadInput("is not a readable certificate", "give a PEM file", str(path)) from None
    if key.public_key() != certificate.public_key():
        raise BadInput("the certificate is of another key", "give the certificate of seal_key", str(path))
    return lambda document: seal(document, key, certificate)


def _read_key(path: Path) -> PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        raise BadInput("is not a readable key without a password", "give a PEM file", str(path)) from None
    if not isinstance(key, PrivateKey):
        raise BadInput("is not a key that seals", "use ECDSA P-256 or RSA", str(path))
    return key
