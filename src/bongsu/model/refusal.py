"""A refusal: something untrusted that was not let in, recorded and counted."""

from bongsu.model.noun import Noun


class Refusal(Noun, frozen=True):
    """`door` is screen, link or desk; `reason` a public code; `source` the sensor, partner or person; `line` of a file where there is one."""

    door: str
    reason: str
    source: str
    time_ns: int | None = None
    line: int | None = None
    requirement: str = ""
    text: str = ""
    lane: str = ""
    sequence: int | None = None


class Refused(Noun, frozen=True, kw_only=True):
    """Told to a sender: your message `message` was refused, with the public code and the number of the requirement."""

    partner: str = ""
    message: str
    reason: str
    requirement: str
