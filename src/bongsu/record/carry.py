"""What a new epoch takes over from the record of the one before: a fold over its entries, whatever commit wrote them.

A record begins anew when the node's settings or its core changed. What partners hold does not end with it: its originator must be able to say how
it went on, and to take it back. The fold reads outputs only, never the rooms' state, so it does not depend on how another core remembered.
"""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from bongsu.base.limits import CARRIED_COUNT
from bongsu.model.alert import Alert
from bongsu.model.alert_draft import AlertDocument, AlertDraft
from bongsu.model.carried import Carried, CarriedWarning
from bongsu.model.configuration import Configuration
from bongsu.model.delivery import Delivery
from bongsu.model.event import Event
from bongsu.model.head import Head
from bongsu.model.message import Release
from bongsu.model.sea_notice import SeaNotice
from bongsu.model.warning import Warning, WarningStatus
from bongsu.record.base import Base
from bongsu.record.codec import decode_body, decode_head
from bongsu.record.entry import Entry

TYPES = (
    "configuration",
    "carried",
    "warning",
    "release",
    "delivery",
    "event",
    "alert",
    "sea_notice",
    "alert_draft",
    "alert_document",
)
"""Names of the bodies that the fold reads."""

Thing = TypeVar("Thing")

_ENDED = frozenset({WarningStatus.RETRACTED, WarningStatus.SUPERSEDED, WarningStatus.PASSED, WarningStatus.IMPACTED})


class _Held(msgspec.Struct):
    head: Head
    warning: Warning
    holders: list[str] = []
    cells: dict[str, tuple[float, float]] = {}
    confirmed: dict[str, int] = {}


class _Fold:
    def __init__(self) -> None:
        self.node, self.epoch, self.unread, self.events_count = "", 0, 0, 0
        self.warnings: dict[str, _Held] = {}
        self.events: dict[str, Event] = {}
        self.alerts: dict[str, Alert] = {}
        self.notices: dict[str, SeaNotice] = {}
        self.drafts: dict[str, AlertDraft] = {}
        self.documents: dict[str, AlertDocument] = {}

    def take(self, entry: Entry) -> None:
        """One entry."""
        try:
            body = decode_body(entry.body)
            head = decode_head(entry.head)
        except msgspec.MsgspecError:
            self.unread += 1
            return
        match body:
            case Configuration():
                self.node, self.epoch = body.node, body.epoch
            case Carried():
                self.take_over(body)
            case Warning():
                self._warning(head, body)
            case Release():
                self._release(body)
            case Delivery():
                self._delivery(body)
            case Event():
                self.events[body.event] = body
                self.events_count = max(self.events_count, int(body.event.rpartition("-V")[2]))
            case Alert():
                self.alerts[body.event] = body
            case AlertDraft():
                self.drafts[body.chain] = body
            case AlertDocument():
                self.documents[body.document] = body
            case SeaNotice():
                self.notices[body.event] = body
            case _:
                raise AssertionError(f"an entry of type {entry.type}")

    def give(self) -> Carried:
        """The newest of each that fit the bound; open ones go before closed ones."""
        whole = [event for event in self.events.values() if _named(event) <= self.warnings.keys()]
        events = _newest([(one.open, one) for one in whole])
        named = set().union(*(_named(event) for event in events))
        kept = {event.event for event in events}
        drafts = [one for one in self.drafts.values() if one.event in kept]
        chains = {one.chain for one in drafts}
        held = [(key in named or one.warning.status not in _ENDED, one) for key, one in self.warnings.items()]
        return Carried(
            epoch=self.epoch,
            warnings=tuple(self._given(one) for one in _newest(held)),
            events=tuple(events),
            alerts=tuple(self.alerts[event.event] for event in events if event.event in self.alerts),
            events_count=self.events_count,
            unread=self.unread,
            drafts=tuple(drafts),
            documents=tuple(one for one in self.documents.values() if one.chain in chains),
            notices=tuple(self.notices[event.event] for event in events if event.event in self.notices),
        )

    def _given(self, held: _Held) -> CarriedWarning:
        warning, ours = held.warning, held.head.origin == self.node
        confirmed = all(held.confirmed.get(holder, 0) >= warning.version for holder in held.holders)
        return CarriedWarning(
            head=held.head,
            warning=warning,
            holders=tuple(held.holders),
            cells=held.cells,
            again=ours and (warning.status not in _ENDED or not confirmed),
        )

    def take_over(self, carried: Carried) -> None:
        """What stood at the end of a record before this one, or of entries that were removed."""
        for one in carried.warnings:
            self.warnings[f"{one.head.origin}.{one.warning.warning}"] = _Held(
                one.head,
                one.warning,
                list(one.holders),
                dict(one.cells),
                {} if one.again else dict.fromkeys(one.holders, one.warning.version),
            )
        self.events |= {event.event: event for event in carried.events}
        self.alerts |= {alert.event: alert for alert in carried.alerts}
        self.drafts |= {draft.chain: draft for draft in carried.drafts}
        self.documents |= {one.document: one for one in carried.documents}
        self.notices |= {notice.event: notice for notice in carried.notices}
        self.events_count = max(self.events_count, carried.events_count)

    def _warning(self, head: Head, warning: Warning) -> None:
        key = f"{head.origin}.{warning.warning}"
        known = self.warnings.get(key)
        if known is None:
            self.warnings[key] = _Held(head, warning)
        elif warning.version > known.warning.version and known.warning.status is not WarningStatus.RETRACTED:
            known.head, known.warning = head, warning

    def _release(self, release: Release) -> None:
        if release.kind != "warning":
            return
        body = msgspec.json.decode(release.body)
        held = self.warnings.get(f"{self.node}.{body['warning']}")
        if held is None:
            return
        if release.recipient not in held.holders:
            held.holders.append(release.recipient)
        for name in ("launch", "impact"):
            point = body.get(name) or {}
            if "latitude_deg" in point and "longitude_deg" in point:
                held.cells[f"{release.recipient}.{name}"] = (point["latitude_deg"], point["longitude_deg"])

    def _delivery(self, delivery: Delivery) -> None:
        held = self.warnings.get(f"{self.node}.{delivery.warning}")
        if held is not None and delivery.received_ns is not None:
            known = held.confirmed.get(delivery.recipient, 0)
            held.confirmed[delivery.recipient] = max(known, delivery.version)


def carry(entries: Iterable[Entry], base: Base | None = None) -> Carried:
    """What stood when a record ended; `entries` are those of `TYPES`, in order. `base` stands for those that were removed."""
    fold = _Fold()
    if base is not None:
        fold.take_over(base.carried)
    for entry in entries:
        fold.take(entry)
    return fold.give()


def _named(event: Event) -> set[str]:
    return {f"{one.origin}.{one.warning.warning}" for one in event.assessments}


def _newest(things: list[tuple[bool, Thing]]) -> list[Thing]:
    """Open ones, and as many of the newest closed ones as there is room for, in their order."""
    room = max(0, CARRIED_COUNT - sum(is_open for is_open, _ in things))
    closed = [place for place, (is_open, _) in enumerate(things) if not is_open]
    kept = set(closed[len(closed) - room :] if room < len(closed) else closed)
    return [thing for place, (is_open, thing) in enumerate(things) if is_open or place in kept]
