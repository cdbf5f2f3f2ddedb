"""Confidentiality labels after the model of ADatP-4774 (policy, classification, ReleasableTo), with invented unclassified markings only."""

from collections.abc import Iterable

import msgspec

RANKS: dict[str, int] = {"OPEN": 0, "PARTNER": 1, "NATIONAL": 2}
"""The invented markings, least protected first."""

STAYS = "NATIONAL"
"""What is marked so leaves by no exit and to no partner; a partner's marking that nobody has an equivalent for counts as this one."""


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """Who may see an item. `releasable_to` is permissive: sorted partner codes; empty means the originator only (fail closed).

    `onward`: to whom the partners whose word is in it consent that it is passed on, sorted; None where no partner's word is in it.
    `onward_until_ns`: link time at which the first of these consents ends; None: none does.
    """

    policy: str = "BONGSU-EXAMPLE"
    classification: str = "PARTNER"
    releasable_to: tuple[str, ...] = ()
    onward: tuple[str, ...] | None = None
    onward_until_ns: int | None = None


def join(labels: Iterable[Label]) -> Label | None:
    """The label of what was made from all of these: the highest classification, released only to whom all of them are. None for no labels."""
    known = list(labels)
    if not known:
        return None
    if all(label is known[0] for label in known):
        return known[0]
    highest = max(known, key=lambda label: RANKS.get(label.classification, len(RANKS)))
    common = set(known[0].releasable_to).intersection(*(label.releasable_to for label in known))
    bounded = [label.onward for label in known if label.onward is not None]
    ends_ns = [label.onward_until_ns for label in known if label.onward_until_ns is not None]
    return Label(
        policy=highest.policy,
        classification=highest.classification,
        releasable_to=tuple(sorted(common)),
        onward=tuple(sorted(set(bounded[0]).intersection(*bounded))) if bounded else None,
        onward_until_ns=min(ends_ns, default=None),
    )
