"""The disagreement register of an event: what each nation says of each figure, and where they differ."""

from bongsu.model.claim import Claim
from bongsu.model.noun import Noun


class Figure(Noun, frozen=True):
    """One figure of an event: the nations that state it, between which values, how far apart (in the field's unit), and whether they agree.

    A figure that one nation alone states is not agreed.
    """

    field: str
    reporters: tuple[str, ...]
    low: float
    high: float
    spread: float
    agreed: bool


class Register(Noun, frozen=True):
    """Version `version` for one event: each nation's newest claims, and the figures. Earlier claims stand in earlier versions, so the record tells
    what was known when; a claim that replaces another names it.
    """

    event: str
    version: int
    time_ns: int
    claims: tuple[Claim, ...]
    figures: tuple[Figure, ...]
