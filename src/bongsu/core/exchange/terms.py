"""Label and terms of what crosses a border: written at release from the national policy, read at the door. Pure.

Consent is the originator's alone: what came without terms may be passed on to nobody, and what we make of a partner's word carries that partner's
terms with it (`model/label.py`, `join`). What we grant on it is never more than was granted to us.
"""

from collections.abc import Iterable
from typing import Any

from bongsu.base.errors import WireError
from bongsu.base.time import format_time
from bongsu.base.units import seconds_to_ns
from bongsu.model.configuration import Configuration, Marking, Terms
from bongsu.model.label import RANKS, STAYS, Label
from bongsu.wire.marks_v1 import LabelPayload, Marked
from bongsu.wire.ranges import moment

RELEASABLE_TO = "ReleasableTo"
_PERMISSIVE = "PERMISSIVE"


def specificity(terms: Terms) -> int:
    """How much a line names."""
    return bool(terms.recipient) + bool(terms.circle) + bool(terms.kind) + bool(terms.mode)


def chosen(lines: Iterable[Terms], recipient: str, circles: frozenset[str], kind: str, mode: str) -> Terms | None:
    """The line that decides what a recipient may do with a kind; None: nobody spoke of it, so it may pass nothing on."""
    fitting = [
        line
        for line in lines
        if line.recipient in ("", recipient)
        and (line.circle == "" or line.circle in circles)
        and line.kind in ("", kind)
        and line.mode in ("", mode)
    ]
    return max(fitting, key=lambda line: (specificity(line), -len(line.onward), -(line.for_s or 1e12)), default=None)


def marks(label: Label, terms: Terms | None, originator: str, recipient: str, link_ns: int) -> dict[str, Any]:
    """The members `label` and `terms` of a body for `recipient` (who may have it, or is told that it is taken back), issued at `link_ns`."""
    granted = set() if terms is None else set(terms.onward)
    if label.onward is not None:
        granted &= set(label.onward)
    ends_ns = [] if label.onward_until_ns is None else [label.onward_until_ns]
    if terms is not None and terms.for_s is not None:
        ends_ns.append(link_ns + seconds_to_ns(terms.for_s))
    told: dict[str, Any] = {"originator": originator}
    if granted:
        told["onward"] = sorted(granted)
        if ends_ns:
            told["until"] = format_time(min(ends_ns))
    values = sorted({*label.releasable_to, recipient})
    return {
        "label": {
            "policy": label.policy,
            "classification": label.classification,
            "categories": [{"tag": RELEASABLE_TO, "type": _PERMISSIVE, "values": values}],
        },
        "terms": told,
    }


def unmarked(ours: Label) -> Label:
    """The label of what came without one: for us, and for nobody beyond."""
    return Label(policy=ours.policy, classification=ours.classification, releasable_to=ours.releasable_to, onward=())


def label_of(said: Marked, issuer: str, ours: Configuration) -> Label:
    """What a partner's label and terms mean here. Raises `WireError` R13 for an item that is not for us, or in whose terms another speaks."""
    if said.terms is not None and said.terms.originator != issuer:
        raise WireError("terms", "R13", f"terms of {said.terms.originator!r} in a message of {issuer}")
    plain = unmarked(ours.label)
    if said.label is None:
        releasable_to, policy, classification = plain.releasable_to, plain.policy, plain.classification
    else:
        releasable_to = _releasable_to(said.label)
        if ours.node not in releasable_to:
            raise WireError("label", "R13", f"the label is not releasable to {ours.node}")
        policy, classification = ours.label.policy, _equal(said.label, ours.markings, ours.label.policy)
    onward = () if said.terms is None else tuple(sorted(set(said.terms.onward)))
    until = None if said.terms is None else said.terms.until
    return Label(
        policy=policy,
        classification=classification,
        releasable_to=releasable_to,
        onward=onward,
        onward_until_ns=None if until is None else moment(until),
    )


def _releasable_to(label: LabelPayload) -> tuple[str, ...]:
    values = {value for one in label.categories if one.tag == RELEASABLE_TO for value in one.values}
    return tuple(sorted(values))


def _equal(label: LabelPayload, markings: Iterable[Marking], policy: str) -> str:
    """Our marking for a partner's. A marking or a category that we have no word for is kept as the strictest: it leaves by no exit."""
    if any((one.tag, one.type) != (RELEASABLE_TO, _PERMISSIVE) for one in label.categories):
        return STAYS
    if label.policy == policy:
        return label.classification if label.classification in RANKS else STAYS
    place = (label.policy, label.classification)
    return next((one.equals for one in markings if (one.policy, one.classification) == place), STAYS)
