"""A stance: what one nation thinks of another's warning."""

from enum import StrEnum

from bongsu.model.noun import Noun


class Position(StrEnum):
    """Concur, differ, or not yet known. Silence is `unknown`, never agreement."""

    CONCUR = "concur"
    DIFFER = "differ"
    UNKNOWN = "unknown"


class Stance(Noun, frozen=True):
    """`partner`'s position on version `version` of the warning `warning` of `about`, in which fields it differs, and why."""

    circle: str
    about: str
    warning: str
    version: int
    partner: str
    position: Position
    time_ns: int
    fields: tuple[str, ...] = ()
    reason: str = ""
