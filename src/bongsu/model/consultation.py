"""A consultation: one circle's positions on one event."""

from bongsu.model.noun import Noun
from bongsu.model.stance import Stance


class Consultation(Noun, frozen=True):
    """Version `version` of what a circle's members think of an event: one stance a member and warning, `unknown` where nobody has spoken."""

    circle: str
    event: str
    version: int
    time_ns: int
    opened_ns: int
    members: tuple[str, ...]
    stances: tuple[Stance, ...]
