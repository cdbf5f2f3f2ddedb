"""A world of five nations on a bad line: the production rooms, a hub that loses, repeats and reorders, records that lose what was not yet on disk.

What leaves when, and what is acknowledged when, is as in `node/outbox.py`: prompt messages and receipts leave, and a partner's message is
acknowledged, when the record holds the step; the rest of the latest lane leaves at once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bongsu.base.limits import CATCHING_UP_S, FRESH_S, GAP_REQUEST_S
from bongsu.base.units import ns_to_seconds, seconds_to_ns
from bongsu.core.exchange.link import Link
from bongsu.core.pipeline import Snapshot
from bongsu.model.circle import Circle, Membership
from bongsu.model.command import Command
from bongsu.model.delivery import Delivery
from bongsu.model.event import Event
from bongsu.model.freshness import FreshnessState
from bongsu.model.head import Item, Now
from bongsu.model.health import Health
from bongsu.model.label import Label
from bongsu.model.message import Lane, Outgoing, Received
from bongsu.model.tick import Tick
from bongsu.model.warning import Warning, WarningStatus
from tests.core.harness import Node, at, estimate, point, public_key

CODES = ("au", "jp", "kr", "uk", "us")
ISSUERS = ("kr", "us")
SETTLED_S = FRESH_S + CATCHING_UP_S
"""What was said longer ago than this must be here before a partner is shown fresh."""


class Said(NamedTuple):
    """A warning's version on the wire."""

    warning: str
    version: int
    status: str


class Step(NamedTuple):
    """One input and what it gave, not yet on disk."""

    now: Now
    body: Any
    parcel: tuple[str, str, str] | None
    items: list[Item[Any]]
    leaving: list[Outgoing]


@dataclass
class Nation:
    """One nation's node through its lives."""

    code: str
    begun_s: float
    epoch: int = 1
    node: Node = field(init=False)
    snapshot: Snapshot | None = None
    tail: list[Step] = field(default_factory=list)
    waiting: list[Step] = field(default_factory=list)
    stored: list[Item[Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A node with an empty record."""
        members = tuple(Membership(partner=code, from_ns=0) for code in CODES)
        self.node = Node(
            self.code,
            epoch=self.epoch,
            partners=CODES,
            public_keys=tuple(public_key(code) for code in CODES),
            circles=(Circle(circle="trilateral", title="All", members=members),),
            label=Label(releasable_to=CODES),
        )

    @property
    def link(self) -> Link:
        """The door for partners."""
        return next(room for room in self.node.pipeline._rooms if isinstance(room, Link))

    def peer(self, other: str) -> Any:
        """What the link knows of another."""
        return self.link._peers[other]

    def applied(self, origin: str, epoch: int) -> list[Said]:
        """Warnings of an originator's epoch in the order in which they were let in, what is not yet on disk included."""
        prefix = f"{origin}-E" if epoch == 1 else f"{origin}.{epoch}-E"
        return [
            Said(item.body.warning, item.body.version, item.body.status.value)
            for item in [*self.stored, *(item for step in self.waiting for item in step.items)]
            if isinstance(item.body, Warning) and item.head.origin == origin and item.body.warning.startswith(prefix)
        ]


class World:
    """All nations, the hub between them, and what must hold at any time."""

    def __init__(self) -> None:
        self.seconds = 1.0
        self.nations = {code: Nation(code, self.seconds) for code in CODES}
        self.parcels: dict[tuple[str, str, str], bytes] = {}
        self.subjects: dict[tuple[str, str, str], tuple[str, str, str]] = {}
        self.sent: dict[tuple[str, int, str], list[tuple[float, Said]]] = {}
        self.cut: set[str] = set()
        self.confirmed: dict[tuple[str, int, str], int] = {}

    # --- what happens ---

    def pass_time(self, seconds: float) -> None:
        """Time goes on, and every node does what is due."""
        self.seconds = round(self.seconds + seconds, 3)
        for nation in self.nations.values():
            for _ in range(4):
                if not nation.node.pipeline.due().reached(at(self.seconds)):
                    break
                self.step(nation, Tick(), None)

    def conclude(self, code: str, track: str) -> None:
        """An issuer's analysis moves its launch point: a first warning or an update."""
        nation = self.nations[code]
        moved = point(39.0, 120.0 + (self.seconds * 7.3) % 9.0, 0.0)
        nation.node.script.bodies["x"] = [estimate(self.seconds, track=track, launch=moved)]
        self.step(nation, Health(part="test", state="up", text="x"), None)

    def command(self, code: str, kind: str, about: str, **arguments: str) -> None:
        """An officer's command."""
        body = Command(
            command="c", kind=kind, actor="An Officer", role="watch", about=about, arguments={"reason": "x"} | arguments
        )
        self.step(self.nations[code], body, None)

    def events(self, code: str) -> list[Event]:
        """Events that a nation knows."""
        found = {item.body.event: item.body for item in self.nations[code].stored if isinstance(item.body, Event)}
        return list(found.values())

    def warnings(self, code: str) -> list[str]:
        """An issuer's own warnings of its present life."""
        nation = self.nations[code]
        items = [*nation.stored, *(item for step in nation.waiting for item in step.items)]
        own = [item.body.warning for item in items if isinstance(item.body, Warning) and item.head.origin == code]
        return list(dict.fromkeys(own))

    def step(self, nation: Nation, body: Any, parcel: tuple[str, str, str] | None) -> None:
        """One input; what may leave at once leaves."""
        now = at(self.seconds)
        items = nation.node.pipeline.step(now, body)
        leaving = [item.body for item in items if isinstance(item.body, Outgoing)]
        at_once = [one for one in leaving if one.lane is Lane.LATEST and one.kind != "receipt"]
        nation.waiting.append(Step(now, body, parcel, items, [one for one in leaving if one not in at_once]))
        for outgoing in at_once:
            self.carry(nation, outgoing)

    def commit(self, code: str) -> None:
        """The record of a nation holds everything: prompt messages leave, what was heard is acknowledged."""
        nation = self.nations[code]
        for step in nation.waiting:
            nation.stored += step.items
            if step.parcel is not None:
                self.parcels.pop(step.parcel, None)
            for outgoing in step.leaving:
                self.carry(nation, outgoing)
        nation.tail += nation.waiting
        nation.waiting = []

    def carry(self, nation: Nation, outgoing: Outgoing) -> None:
        """The hub takes a message."""
        place = (nation.code, outgoing.recipient, outgoing.message)
        if outgoing.lane is Lane.LATEST:
            subject = (nation.code, outgoing.recipient, outgoing.subject)
            if subject in self.subjects:
                self.parcels.pop(self.subjects[subject], None)
            self.subjects[subject] = place
        elif outgoing.kind == "warning":
            document = json.loads(outgoing.body)
            line = self.sent.setdefault((nation.code, outgoing.epoch, outgoing.recipient), [])
            said = Said(document["warning"], document["version"], document["status"])
            if said not in [one for _, one in line]:
                line.append((ns_to_seconds(outgoing.issued_ns - at(0).link_ns), said))
        self.parcels[place] = nation.node.sealed(outgoing)

    def open_parcels(self) -> list[tuple[str, str, str]]:
        """What the hub could deliver now."""
        return [place for place in self.parcels if place[0] not in self.cut and place[1] not in self.cut]

    def deliver(self, place: tuple[str, str, str]) -> None:
        """Deliver one parcel; it stays until it is acknowledged."""
        issuer, recipient, message = place
        lane = Lane.PROMPT if message.rsplit("-", 1)[1].startswith("p") else Lane.LATEST
        body = Received(claimed=issuer, lane=lane, envelope=self.parcels[place])
        self.step(self.nations[recipient], body, place)

    def crash(self, code: str) -> None:
        """The node dies; what was not on disk is gone; a new process takes up snapshot and tail, and must come to the same items."""
        nation = self.nations[code]
        nation.waiting = []
        nation.begin()
        if nation.snapshot is not None:
            nation.node.pipeline.restore(nation.snapshot)
        for step in nation.tail:
            nation.node.script.bodies["x"] = [item.body for item in step.items if item.head.id in _scripted(step)]
            again = nation.node.pipeline.step(step.now, step.body)
            assert again == step.items, "snapshot and tail must equal what was recorded"

    def keep_snapshot(self, code: str) -> None:
        """A snapshot of what is on disk."""
        self.commit(code)
        nation = self.nations[code]
        nation.snapshot, nation.tail = nation.node.pipeline.snapshot(), []

    def lose_record(self, code: str) -> None:
        """The disk is gone: the node begins anew under its next epoch."""
        nation = self.nations[code]
        nation.epoch += 1
        nation.begun_s = self.seconds
        nation.snapshot, nation.tail, nation.waiting, nation.stored = None, [], [], []
        nation.begin()

    def heal(self) -> None:
        """All lines whole and all disks quick for as long as three requests for a gap take."""
        self.cut = set()
        for _ in range(round(3 * (GAP_REQUEST_S + 1.0) / 0.25)):
            self.pass_time(0.25)
            for code in CODES:
                self.commit(code)
            for place in sorted(self.open_parcels(), key=_by_sequence):
                if place in self.parcels:
                    self.deliver(place)
            for code in CODES:
                self.commit(code)

    # --- what must hold ---

    def check(self) -> None:
        """At any time: order, no repetition, honest receipts, honest freshness."""
        for (issuer, epoch, recipient), line in self.sent.items():
            applied = self.nations[recipient].applied(issuer, epoch)
            assert applied == [said for _, said in line[: len(applied)]], (issuer, epoch, recipient)
        for nation in self.nations.values():
            for other in CODES:
                if other != nation.code:
                    self.check_fresh(nation, self.nations[other])
            self.check_receipts(nation)

    def check_fresh(self, nation: Nation, other: Nation) -> None:
        """Whoever is shown fresh has nothing under way to us that is older than freshness allows."""
        peer = nation.peer(other.code)
        late = nation.node.pipeline.due().reached(at(self.seconds))
        if peer.state is not FreshnessState.FRESH or late:
            return
        before_s = self.seconds - SETTLED_S
        if other.begun_s < before_s:
            assert peer.order.epoch == other.epoch, "fresh by a heartbeat of a life that is over"
        line = self.sent.get((other.code, peer.order.epoch, nation.code), [])
        due = [said for said_s, said in line if said_s < before_s]
        assert len(nation.applied(other.code, peer.order.epoch)) >= len(due), (nation.code, other.code)

    def check_receipts(self, issuer: Nation) -> None:
        """What an issuer believes to be received lay on the recipient's disk at some time."""
        for nation in self.nations.values():
            key = (issuer.code, issuer.epoch, nation.code)
            line = self.sent.get(key, [])
            stored = [
                Said(item.body.warning, item.body.version, item.body.status.value)
                for item in nation.stored
                if isinstance(item.body, Warning) and item.head.origin == issuer.code
            ]
            self.confirmed[key] = max(self.confirmed.get(key, 0), sum(said in stored for _, said in line))
        for delivery in self.deliveries(issuer).values():
            if delivery.received_ns is not None:
                key = (issuer.code, issuer.epoch, delivery.recipient)
                said = Said(delivery.warning, delivery.version, delivery.status)
                assert said in [one for _, one in self.sent[key][: self.confirmed[key]]], delivery

    def deliveries(self, issuer: Nation) -> dict[tuple[str, int, str], Delivery]:
        """The newest step of each version's way to each recipient."""
        told = [*issuer.stored, *(item for step in issuer.waiting for item in step.items)]
        return {
            (item.body.warning, item.body.version, item.body.recipient): item.body
            for item in told
            if isinstance(item.body, Delivery)
        }

    def check_whole(self) -> None:
        """After a heal: nothing lost, everybody fresh, every retraction with every holder and confirmed."""
        self.check()
        for (issuer, epoch, recipient), line in self.sent.items():
            if epoch == self.nations[issuer].epoch:
                assert self.nations[recipient].applied(issuer, epoch) == [said for _, said in line]
        for code in CODES:
            states = {other: self.nations[code].peer(other).state for other in CODES if other != code}
            assert set(states.values()) == {FreshnessState.FRESH}, (code, states)
        for code in ISSUERS:
            retracted = [
                one for one in self.deliveries(self.nations[code]).values() if one.status == WarningStatus.RETRACTED
            ]
            for delivery in retracted:
                assert delivery.received_ns is not None, delivery
            for warning in {one.warning for one in retracted}:
                holders = {
                    key[2] for key, line in self.sent.items() if any(said.warning == warning for _, said in line)
                }
                assert {one.recipient for one in retracted if one.warning == warning} == holders


def _scripted(step: Step) -> set[str]:
    """Ids of the bodies that the analysis gave in a step."""
    return {item.head.id for item in step.items[1:] if type(item.body).__name__ == "Estimate"}


def _by_sequence(place: tuple[str, str, str]) -> tuple[str, str, str, int]:
    lane, number = place[2].rsplit("-", 1)[1][0], place[2].rsplit("-", 1)[1][1:]
    return place[0], place[1], lane, int(number)


def moment_ns(seconds: float) -> int:
    """Nanoseconds of so many seconds after the start."""
    return at(0).link_ns + seconds_to_ns(seconds)
