"""The head of an item: minted by `core/pipeline.py` alone, so no room can write or forget the mode, the causes or the label."""

from typing import Generic, TypeVar

import msgspec

from bongsu.model.label import Label
from bongsu.model.mode import Mode

BodyType = TypeVar("BodyType", covariant=True)


class Now(msgspec.Struct, frozen=True):
    """The two clocks: exercise time (scaled in a drill) and link time (never scaled), both in nanoseconds UTC."""

    exercise_ns: int
    link_ns: int


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Who, when, why: `event_ns` is the time that the body speaks of, `receipt_ns` when the node had it (exercise time), `link_ns` the same in link time."""

    id: str
    event_ns: int
    receipt_ns: int
    link_ns: int
    origin: str
    mode: Mode
    exercise: str
    causes: tuple[str, ...]
    label: Label


class Item(msgspec.Struct, Generic[BodyType], frozen=True):
    """A head and its body: what the rooms see and what the record keeps."""

    head: Head
    body: BodyType
