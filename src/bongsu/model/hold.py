"""HOLD: a real event has come up, the exercise stands still. Nothing is said of the event itself."""

from enum import StrEnum

from bongsu.model.noun import Noun


class HoldState(StrEnum):
    """A HOLD stands until two persons of its own nation lift it."""

    STANDING = "standing"
    LIFTED = "lifted"


class HoldSignal(Noun, frozen=True):
    """The own nation's live node says that something real has come up. It has no content, and nothing flows back."""


class Hold(Noun, frozen=True):
    """One nation's HOLD, as its own exercise item. `begun_ns` is link time; `shared`: it is offered to the partners."""

    hold: str
    version: int
    state: HoldState
    begun_ns: int
    shared: bool = True
