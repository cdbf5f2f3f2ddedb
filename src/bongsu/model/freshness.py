"""How fresh a source is. What is not proved fresh is unknown, never calm."""

from enum import StrEnum

from bongsu.model.noun import Noun


class FreshnessState(StrEnum):
    """`catching_up`: alive again, but its prompt lane is not whole yet."""

    FRESH = "fresh"
    STALE = "stale"
    CATCHING_UP = "catching_up"
    UNKNOWN = "unknown"


class Freshness(Noun, frozen=True):
    """State of a source (`kind` is `partner`, `sensor` or `console`), when it last spoke (link time, signed issue time for partners) and its clock's offset."""

    source: str
    kind: str
    state: FreshnessState
    last_ns: int | None
    clock_offset_s: float | None = None
    missing: int = 0
