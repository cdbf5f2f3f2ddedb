"""Who still shows what was taken back: each retraction of ours at each holder, and at each console there, until all have confirmed.

A holder is a partner that was given any version. It has confirmed when a console there shows the version that takes back (or a later one), or a person
there has acknowledged it; a console counts if it ever told that it shows the warning. What cannot confirm is listed apart and never counted: exits that
hold something made of the warning, and partners to whom a holder may have passed it on under our consent.
"""

import math
from collections.abc import Iterable
from typing import Any

import msgspec

from bongsu.base.limits import CONSOLES_COUNT, EVENTS_COUNT
from bongsu.base.units import ns_to_seconds
from bongsu.model.alert_draft import AlertDocument
from bongsu.model.carried import Carried
from bongsu.model.configuration import Configuration
from bongsu.model.delivery import Delivery
from bongsu.model.event import Event
from bongsu.model.head import Head, Item
from bongsu.model.message import Release
from bongsu.model.noun import tag_of
from bongsu.model.receipt import Acknowledged, Shown
from bongsu.model.sea_notice import SeaNotice
from bongsu.model.warning import Warning, WarningStatus

BODIES = (Configuration, Carried, Warning, Event, AlertDocument, SeaNotice, Release, Delivery, Shown, Acknowledged)
TAKES = tuple(tag_of(kind.__name__) for kind in BODIES)
"""Names of the bodies that the fold takes."""

TAKING_BACK = frozenset({WarningStatus.RETRACTED, WarningStatus.SUPERSEDED})
Way = dict[str, tuple[int, int]]
"""By recipient or console: the newest version that it told, and when the version that takes back was first told there (0: not yet)."""


class ConsoleView(msgspec.Struct, frozen=True, kw_only=True):
    """A screen of a holder: the newest version that it has told it shows; `confirmed_ns` None: it still shows the old one, as far as is known."""

    console: str
    version: int
    confirmed_ns: int | None


class HolderView(msgspec.Struct, frozen=True, kw_only=True):
    """A partner that holds the warning. `version`: the newest that it is known to show (0: none); times None: not yet."""

    recipient: str
    version: int
    received_ns: int | None
    confirmed_ns: int | None
    consoles: tuple[ConsoleView, ...]


class TakeBackView(msgspec.Struct, frozen=True, kw_only=True):
    """One warning of ours that was taken back. `apart`: exits that hold something made of it; `onward`: who may have it from a holder, as `holder>other`."""

    warning: str
    version: int
    status: str
    time_ns: int
    holders: tuple[HolderView, ...]
    apart: tuple[str, ...]
    onward: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether a holder or one of its consoles has not confirmed."""
        return None in (*self.holder_ns, *self.console_ns)

    @property
    def holder_ns(self) -> tuple[int | None, ...]:
        """When each holder confirmed."""
        return tuple(one.confirmed_ns for one in self.holders)

    @property
    def console_ns(self) -> tuple[int | None, ...]:
        """When each console of a holder confirmed."""
        return tuple(console.confirmed_ns for one in self.holders for console in one.consoles)

    def share_s(self, moments_ns: tuple[int | None, ...], share: float) -> float | None:
        """Seconds from the retraction until that share of all had confirmed; None while it has not."""
        took_s = sorted(ns_to_seconds(one - self.time_ns) for one in moments_ns if one is not None)
        return confirmed_s(took_s, len(moments_ns), share)

    @property
    def shares_s(self) -> dict[str, float | None]:
        """Seconds until half, 95 % and all of the holders, and of their consoles, had confirmed; by the names that they have in files."""
        return {
            f"{whose}{name}": self.share_s(moments_ns, share)
            for whose, moments_ns in (("", self.holder_ns), ("consoles_", self.console_ns))
            for name, share in (("p50_s", 0.5), ("p95_s", 0.95), ("p100_s", 1.0))
        }


def confirmed_s(took_s: list[float], count: int, share: float) -> float | None:
    """Seconds until that share of `count` had confirmed, of the sorted times of those who have; None while it has not."""
    needed = math.ceil(share * count)
    return round(took_s[needed - 1], 3) if 0 < needed <= len(took_s) else None


class _Held(msgspec.Struct):
    newest: Warning
    time_ns: int
    holders: dict[str, int | None] = {}
    told: Way = {}
    consoles: dict[str, Way] = {}
    apart: list[str] = []
    onward: list[str] = []


class _Terms(msgspec.Struct, frozen=True):
    onward: tuple[str, ...] = ()


class _Body(msgspec.Struct):
    warning: str
    terms: _Terms = _Terms()


_body = msgspec.json.Decoder(_Body)


class TakeBacks:
    """Takes the items of one node, in order. Bounds: EVENTS_COUNT warnings (those that are not taken back go first), CONSOLES_COUNT consoles a holder."""

    def __init__(self, node: str = "") -> None:
        self.node = node
        """Whose items these are; a `Configuration` says it too."""
        self._held: dict[str, _Held] = {}
        self._event_of: dict[str, str] = {}
        self._made_of: dict[str, str] = {}

    def fork(self) -> "TakeBacks":
        """The same, to go its own way."""
        other = TakeBacks()
        other.node, other._event_of, other._made_of = self.node, dict(self._event_of), dict(self._made_of)
        # What is never changed is shared: a console's page keeps hundreds of these.
        other._held = {
            warning: msgspec.structs.replace(
                held,
                holders=dict(held.holders),
                told=dict(held.told),
                consoles={holder: dict(way) for holder, way in held.consoles.items()},
                apart=list(held.apart),
                onward=list(held.onward),
            )
            for warning, held in self._held.items()
        }
        return other

    def take(self, head: Head, body: Any) -> None:
        """One item of `BODIES`; others change nothing."""
        match body:
            case Configuration():
                self.node = body.node
            case Carried():
                for one in body.warnings:
                    if one.head.origin == self.node:
                        self._held[one.warning.warning] = _Held(
                            one.warning, one.head.receipt_ns, dict.fromkeys(one.holders)
                        )
            case Warning() if head.origin == self.node:
                self._warning(head, body)
            case Event():
                self._event_of |= {
                    one.warning.warning: body.event for one in body.assessments if one.origin == self.node
                }
            case AlertDocument() | SeaNotice():
                self._made_of[head.id] = body.event
            case Release():
                self._release(body)
            case Delivery():
                held = self._held.get(body.warning)
                if held is not None and body.version == held.newest.version:
                    held.holders[body.recipient] = body.received_ns
            case Shown() | Acknowledged() if head.origin != self.node:
                self._told(head, body)
            case _:
                pass

    def view(self, warning: str) -> TakeBackView | None:
        """How one of our warnings stands that was taken back; None: it was not."""
        held = self._held.get(warning)
        return None if held is None or held.newest.status not in TAKING_BACK else _view(held)

    def views(self) -> list[TakeBackView]:
        """All that were taken back, the oldest first."""
        return [view for view in map(self.view, self._held) if view is not None]

    def _warning(self, head: Head, body: Warning) -> None:
        held = self._held.get(body.warning)
        if held is None:
            self._held[body.warning] = _Held(body, head.receipt_ns)
            self._trim()
            return
        held.newest, held.time_ns = body, head.receipt_ns
        held.holders = dict.fromkeys(held.holders)
        if body.status in TAKING_BACK:
            held.told = {name: (version, 0) for name, (version, _) in held.told.items()}
            held.consoles = {
                name: {console: (version, 0) for console, (version, _) in way.items()}
                for name, way in held.consoles.items()
            }

    def _release(self, body: Release) -> None:
        if body.item in self._made_of:
            event, place = self._made_of[body.item], f"{body.recipient}: {body.kind}"
            for warning, held in self._held.items():
                if self._event_of.get(warning) == event and place not in held.apart:
                    held.apart.append(place)
        elif body.kind == "warning":
            said = _body.decode(body.body)
            held_one = self._held.get(said.warning)
            if held_one is not None:
                held_one.holders.setdefault(body.recipient, None)
                passed = [f"{body.recipient}>{other}" for other in said.terms.onward]
                held_one.onward += [one for one in passed if one not in held_one.onward]

    def _told(self, head: Head, body: Shown | Acknowledged) -> None:
        held = self._held.get(body.warning)
        if held is None or head.origin not in held.holders:
            return
        _note(held.told, head.origin, body.version, held.newest.version, head.receipt_ns)
        if isinstance(body, Shown):
            way = held.consoles.setdefault(head.origin, {})
            if body.console in way or len(way) < CONSOLES_COUNT:
                _note(way, body.console, body.version, held.newest.version, head.receipt_ns)

    def _trim(self) -> None:
        if len(self._held) > EVENTS_COUNT:
            standing = (name for name, held in self._held.items() if held.newest.status not in TAKING_BACK)
            gone = next(standing, next(iter(self._held)))
            del self._held[gone]
            self._event_of.pop(gone, None)


def _note(way: Way, name: str, version: int, newest: int, time_ns: int) -> None:
    known, since_ns = way.get(name, (0, 0))
    way[name] = max(known, version), since_ns or (time_ns if version >= newest else 0)


def _view(held: _Held) -> TakeBackView:
    return TakeBackView(
        warning=held.newest.warning,
        version=held.newest.version,
        status=held.newest.status.value,
        time_ns=held.time_ns,
        holders=tuple(_holder(name, received_ns, held) for name, received_ns in sorted(held.holders.items())),
        apart=tuple(sorted(held.apart)),
        onward=tuple(sorted(held.onward)),
    )


def _holder(name: str, received_ns: int | None, held: _Held) -> HolderView:
    version, since_ns = held.told.get(name, (0, 0))
    consoles = tuple(
        ConsoleView(console=console, version=shown, confirmed_ns=told_ns or None)
        for console, (shown, told_ns) in sorted(held.consoles.get(name, {}).items())
    )
    return HolderView(
        recipient=name, version=version, received_ns=received_ns, confirmed_ns=since_ns or None, consoles=consoles
    )


def fold(node: str, items: Iterable[Item[Any]]) -> TakeBacks:
    """Gather from a node's items, in order."""
    gathered = TakeBacks(node)
    for item in items:
        gathered.take(item.head, item.body)
    return gathered
