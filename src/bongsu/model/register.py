"""The disagreement register of an event: what each nation says of each figure, and where they differ."""

from bongsu.model.noun import Noun


class Stated(Noun, frozen=True):
    """`reporter` said about `value` of `field` (the ledger's names, SI) in `source` (an item) of event `event`, with half width `precision` (None: not
    released). It is made of warnings; the ledger's claims, of which none may ever lead to a warning, are another noun that no room knows.
    """

    id: str
    event: str
    reporter: str
    field: str
    value: float | int
    source: str
    recorded_ns: int
    said_ns: int
    precision: float | None = None
    corrects: str | None = None


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
    claims: tuple[Stated, ...]
    figures: tuple[Figure, ...]
