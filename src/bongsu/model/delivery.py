"""How far a warning has come at each of its holders: the question is always who still shows an old version."""

from bongsu.model.noun import Noun


class Delivery(Noun, frozen=True):
    """Progress of one version of our warning at one recipient, in exercise and link time; None: not yet (or cannot be known)."""

    warning: str
    version: int
    status: str
    recipient: str
    sequence: int
    sent_ns: int
    sent_link_ns: int
    received_ns: int | None = None
    received_link_ns: int | None = None
    shown_ns: int | None = None
    shown_link_ns: int | None = None
    acknowledged_ns: int | None = None
    acknowledged_link_ns: int | None = None
