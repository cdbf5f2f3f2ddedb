"""What a node knows of one partner's link: order, heartbeats, freshness. Rules only; `link.py` is the room."""

import msgspec

from bongsu.base.limits import CATCHING_UP_S, CLOCK_TOLD_S, EVENTS_COUNT, FRESH_S, GAP_REQUEST_S, RECEIPT_S, UNKNOWN_S
from bongsu.base.units import ns_to_seconds, seconds_to_ns
from bongsu.core.exchange.lane import Order
from bongsu.model.freshness import Freshness, FreshnessState
from bongsu.model.receipt import GapRequest, Heartbeat

_FRESH_NS = seconds_to_ns(FRESH_S)
_UNKNOWN_NS = seconds_to_ns(UNKNOWN_S)
_CLOCK_TOLD_NS = seconds_to_ns(CLOCK_TOLD_S)
_CATCHING_UP_NS = seconds_to_ns(CATCHING_UP_S)

Place = tuple[int, int, int]
"""Epoch, signed issue time and sequence of a message of the latest lane: an issuer whose last seconds did not reach its disk counts on from a
lower sequence, but never from an earlier time."""


class Peer(msgspec.Struct):
    """State of one partner. All times are link time. `latest` is the newest place by subject of the latest lane,
    `forgotten` the newest of the subjects that are no longer held: a repetition of one of those must not count as new. `unreachable`: by our own
    network nobody answers there; `away`: not heard in time; `proof_from_ns`: since it is back, by its own clock."""

    partner: str
    order: Order = msgspec.field(default_factory=Order)
    latest: dict[str, Place] = {}
    forgotten: Place = (0, 0, 0)
    heartbeat: Heartbeat | None = None
    heartbeat_ns: int = 0
    state: FreshnessState = FreshnessState.UNKNOWN
    missing_since_ns: int | None = None
    receipt_due_ns: int | None = None
    gap_asked_ns: int | None = None
    unreachable: bool = False
    away: bool = False
    proof_from_ns: int = 0
    offset_ns: int | None = None
    told_offset_ns: int = 0

    def heard(self, link_ns: int) -> None:
        """Something true of it has come: if it was away it is back from now on, and only what it issues from now on, by its own clock, proves it fresh."""
        if self.away:
            self.away, self.proof_from_ns = False, link_ns + (self.offset_ns or 0)

    def beat(self, heartbeat: Heartbeat, link_ns: int) -> None:
        """A newer heartbeat. How far its clock is ahead of ours shows best by the one that travelled least; a new epoch may have another clock."""
        offset_ns = heartbeat.issued_ns - link_ns
        if self.heartbeat is not None and self.heartbeat.epoch != heartbeat.epoch:
            self.offset_ns, self.proof_from_ns = None, min(self.proof_from_ns, heartbeat.issued_ns)
        self.heartbeat, self.heartbeat_ns = heartbeat, link_ns
        self.offset_ns = offset_ns if self.offset_ns is None else max(self.offset_ns, offset_ns)
        self.order.begin(heartbeat.epoch)
        self.note_gap(link_ns)

    def is_newer(self, subject: str, place: Place) -> bool:
        """Whether a message of the latest lane is newer than what its subject has had; if so it is noted."""
        if place <= self.latest.get(subject, self.forgotten):
            return False
        self.latest.pop(subject, None)
        self.latest[subject] = place
        if len(self.latest) > EVENTS_COUNT:
            self.forgotten = max(self.forgotten, self.latest.pop(next(iter(self.latest))))
        return True

    def newest(self) -> int:
        """The issuer's newest prompt sequence by its heartbeat, 0 if that is of another epoch."""
        return self.heartbeat.prompt_sequence if self.heartbeat and self.heartbeat.epoch == self.order.epoch else 0

    def whole(self) -> bool:
        """Whether all of the prompt lane up to the newest heartbeat is here. A heartbeat of an epoch that is over says nothing."""
        if self.heartbeat is None or self.heartbeat.epoch < self.order.epoch:
            return False
        return self.order.up_to >= self.heartbeat.prompt_sequence and not self.order.waiting

    def note_gap(self, link_ns: int) -> None:
        """Begin or end the time since which something is missing."""
        if self.whole():
            self.missing_since_ns = self.gap_asked_ns = None
        elif self.missing_since_ns is None and self.heartbeat is not None:
            self.missing_since_ns = link_ns

    def fresh_until_ns(self) -> int:
        """Until when the newest heartbeat proves the partner fresh: by its signed issue time and by our own clock, whichever is stricter."""
        assert self.heartbeat is not None
        return min(self.heartbeat.issued_ns, self.heartbeat_ns) + _FRESH_NS

    def judge(self, link_ns: int) -> FreshnessState:
        """The state at that time. Silence on a path that nobody answers is no mere delay: it is unknown as soon as it is not fresh."""
        if self.heartbeat is None or link_ns > self.fresh_until_ns() - _FRESH_NS + _UNKNOWN_NS:
            return FreshnessState.UNKNOWN
        if link_ns > self.fresh_until_ns():
            return FreshnessState.UNKNOWN if self.unreachable else FreshnessState.STALE
        if self.heartbeat.issued_ns < self.proof_from_ns:
            return FreshnessState.CATCHING_UP
        if self.missing_since_ns is None:
            return FreshnessState.FRESH
        if self.state is FreshnessState.FRESH and link_ns < self.missing_since_ns + _CATCHING_UP_NS:
            return FreshnessState.FRESH
        return FreshnessState.CATCHING_UP

    def clock_has_moved(self) -> bool:
        """Whether its clock differs from ours by otherwise than was told: a jump is told even when nothing else changes."""
        known = self.heartbeat
        return known is not None and abs(known.issued_ns - self.heartbeat_ns - self.told_offset_ns) >= _CLOCK_TOLD_NS

    def freshness(self) -> Freshness:
        """The state as an item's body."""
        known = self.heartbeat
        self.told_offset_ns = 0 if known is None else known.issued_ns - self.heartbeat_ns
        gap = self.order.missing_before(self.newest())
        return Freshness(
            source=self.partner,
            kind="partner",
            state=self.state,
            last_ns=None if known is None else known.issued_ns,
            clock_offset_s=None if known is None else round(ns_to_seconds(known.issued_ns - self.heartbeat_ns), 3),
            missing=0 if gap is None else gap[1] - gap[0] + 1,
        )

    def gap_request(self, link_ns: int) -> GapRequest | None:
        """What to ask for again, when something has been missing for long enough and was not asked for lately."""
        since_ns = self.missing_since_ns
        wait_ns = seconds_to_ns(GAP_REQUEST_S)
        if since_ns is None or link_ns < max(since_ns, self.gap_asked_ns or 0) + wait_ns:
            return None
        gap = self.order.to_ask(self.newest())
        self.gap_asked_ns = link_ns
        if gap is None:
            return None
        return GapRequest(partner=self.partner, epoch=max(self.order.epoch, 1), first=gap[0], last=gap[1])

    def progress(self, link_ns: int) -> None:
        """Something of the prompt lane has come: a receipt is due soon, once for all that comes until then."""
        if self.receipt_due_ns is None:
            self.receipt_due_ns = link_ns + seconds_to_ns(RECEIPT_S)

    def due_ns(self) -> int | None:
        """The next link time at which something follows from time alone."""
        dues: list[int] = [] if self.receipt_due_ns is None else [self.receipt_due_ns]
        if self.missing_since_ns is not None:
            dues.append(max(self.missing_since_ns, self.gap_asked_ns or 0) + seconds_to_ns(GAP_REQUEST_S))
            if self.state is FreshnessState.FRESH:
                dues.append(self.missing_since_ns + _CATCHING_UP_NS)
        if self.heartbeat is not None:
            if self.state in (FreshnessState.FRESH, FreshnessState.CATCHING_UP):
                dues.append(self.fresh_until_ns() + 1)
            elif self.state is FreshnessState.STALE:
                dues.append(self.fresh_until_ns() - _FRESH_NS + _UNKNOWN_NS + 1)
        return min(dues, default=None)
