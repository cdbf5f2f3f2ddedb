"""Launches, the links from them to what else is known, and the meetings that dispatches name."""

from enum import StrEnum

import msgspec

from bongsu.model.noun import Noun


class Kind(StrEnum):
    """What was launched, as this ledger files it."""

    BALLISTIC = "ballistic"
    MANOEUVRING = "manoeuvring"
    SATELLITE = "satellite"
    CRUISE = "cruise"
    ARTILLERY = "artillery"
    UNKNOWN = "unknown"
    NONE = "none"


class Launch(Noun, frozen=True):
    """An entry: `id` is the UTC day and a number, or a name; `salvo` joins launches that were one act. All figures are claims."""

    id: str
    kind: Kind
    title: str
    salvo: str = ""
    note: str = ""


class Link(Noun, frozen=True):
    """A launch is linked to our own `event`, `statement` or `record` by the person or node that said so."""

    id: str
    launch: str
    to: str
    reference: str
    by: str
    recorded_ns: int


LINKED_TO = ("event", "statement", "record")


class Meeting(msgspec.Struct, frozen=True):
    """A meeting that a dispatch may name; `day` is a local date."""

    id: str
    day: str
    kind: str
    title: str
    source: str
