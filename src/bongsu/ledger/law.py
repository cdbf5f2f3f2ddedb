"""Which resolutions of the Security Council a launch falls under, by whose statement.

The ledger judges nothing: it says which body stated that launches of this kind, or this one, fall under which resolutions.
The range does not matter; a satellite launch counts by S/PRST/2012/13; cruise missiles and artillery are not covered, with the reason.
"""

from typing import NamedTuple

from bongsu.ledger.launches import Kind, Launch


class Resolution(NamedTuple):
    """A resolution, its date of adoption and its occasion or word."""

    number: str
    day: str
    on: str
    source: str


class Statement(NamedTuple):
    """What a body stated: of `kinds` of launches in general, or of `launches` by id; without numbers it named none."""

    id: str
    body: str
    day: str
    says: str
    kinds: tuple[Kind, ...]
    launches: tuple[str, ...]
    resolutions: tuple[str, ...]
    source: str
    note: str


class NotCovered(NamedTuple):
    """A kind that the resolutions do not cover, the reason, and who says so."""

    kind: Kind
    reason: str
    by: str
    source: str


class Law(NamedTuple):
    """All of it."""

    resolutions: tuple[Resolution, ...]
    statements: tuple[Statement, ...]
    not_covered: tuple[NotCovered, ...]


class Finding(NamedTuple):
    """How a launch stands: the statements under which it falls, or the reason why under none."""

    statements: tuple[Statement, ...]
    reason: str
    by: str
    source: str

    @property
    def resolutions(self) -> tuple[str, ...]:
        """Numbers of the resolutions that the statements name, each once, in order."""
        numbers = {number for statement in self.statements for number in statement.resolutions}
        return tuple(sorted(numbers, key=int))


def falls_under(law: Law, launch: Launch, day: str | None) -> Finding:
    """Statements on this launch, and on launches of its kind that were made by its `day` (UTC date; None: not known, so all); else the reason."""
    of_it = tuple(one for one in law.statements if launch.id in one.launches)
    of_kind = tuple(one for one in law.statements if launch.kind in one.kinds and (day is None or one.day <= day))
    if of_it or of_kind:
        return Finding(of_it + of_kind, "", "", "")
    exempt = next((one for one in law.not_covered if one.kind == launch.kind), None)
    if exempt is not None:
        return Finding((), exempt.reason, exempt.by, exempt.source)
    if launch.kind is Kind.UNKNOWN:
        return Finding((), "unknown: it is not known what was launched", "", "")
    return Finding((), "no statement by that day is known to this ledger", "", "")
