"""A circle of partners that consult: membership is data with dates, never code."""

from bongsu.model.noun import Noun


class Membership(Noun, frozen=True):
    """One partner's time in a circle: from `from_ns` (inclusive) until `until_ns` (exclusive; None: still)."""

    partner: str
    from_ns: int
    until_ns: int | None = None


class Circle(Noun, frozen=True):
    """A named circle and its dated members. `consults`: a launch opens a consultation in it; a statement may be drafted in it in any case."""

    circle: str
    title: str
    members: tuple[Membership, ...]
    consults: bool = True

    def members_at(self, time_ns: int) -> tuple[str, ...]:
        """Codes of the members at that time, sorted."""
        return tuple(
            sorted(
                {
                    member.partner
                    for member in self.members
                    if member.from_ns <= time_ns and (member.until_ns is None or time_ns < member.until_ns)
                }
            )
        )
