"""A national policy held against the shipped one: what is tighter or wider, by which named rule; and rules that can never speak. Pure.

Tighter than shipped, or wider, only by a named national rule with a reason: not by leaving a rule out, and not under the name of a shipped rule.
"""

from collections.abc import Iterable, Sequence

import msgspec

from bongsu.core.exchange.exits import EXITS, fields_of, identity_of
from bongsu.core.exchange.policy import ACTIONS, AND, decide
from bongsu.model.configuration import Rule
from bongsu.model.mode import Mode
from bongsu.wire.payloads_v1 import LINK_CONTROL, PAYLOADS

PARTNER = "a partner"
"""Stands for every partner that no rule names."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the national policy treats otherwise. `fault`: why that is not acceptable; empty where a named rule with a reason says it."""

    recipient: str
    kind: str
    field: str
    mode: str
    shipped: str
    national: str
    tighter: bool
    rule: str
    fault: str


class Checked(msgspec.Struct, frozen=True):
    """All differences, and the names of rules that decide nothing."""

    differences: tuple[Difference, ...]
    silent: tuple[str, ...]

    @property
    def faults(self) -> tuple[Difference, ...]:
        """What is not acceptable."""
        return tuple(one for one in self.differences if one.fault)


def check(national: Sequence[Rule], shipped: Sequence[Rule], circles: Iterable[str]) -> Checked:
    """Compare over every recipient that a rule names, an unnamed partner and every exit; every kind on the wire or named; every field; real and exercise."""
    named = {rule.recipient for rule in (*national, *shipped) if rule.recipient}
    recipients = (PARTNER, *sorted(named | set(EXITS)))
    kinds = sorted({*PAYLOADS, *(rule.kind for rule in (*national, *shipped) if rule.kind)} - LINK_CONTROL)
    among = frozenset(circles)
    found: list[Difference] = []
    spoke: set[str] = set()
    for recipient in recipients:
        theirs = frozenset[str]() if recipient in EXITS else among
        for kind in kinds:
            for mode in (Mode.REAL.value, Mode.EXERCISE.value):
                for field in ("", *fields_of(kind)):
                    if field != "time" and field.partition(".")[0] in identity_of(kind):
                        continue
                    ours = decide(national, recipient, theirs, kind, field, mode)
                    base = decide(shipped, recipient, theirs, kind, field, mode)
                    if ours is not None:
                        spoke.update((ours.rule, *ours.rule.split(AND)))
                    difference = _difference(recipient, kind, field, mode, ours, base, shipped)
                    if difference is not None:
                        found.append(difference)
    silent = tuple(rule.rule for rule in national if rule.rule not in spoke)
    return Checked(_condensed(found), silent)


def _difference(
    recipient: str, kind: str, field: str, mode: str, ours: Rule | None, base: Rule | None, shipped: Sequence[Rule]
) -> Difference | None:
    mine, theirs = _weight(ours), _weight(base)
    if mine == theirs and (ours is None or base is None or ours.parameters == base.parameters):
        return None
    tighter = mine > theirs or (mine == theirs and ours is not None and base is not None and _is_coarser(ours, base))
    fault = ""
    if ours is None:
        fault = "tighter by leaving a rule out: name one that denies it"
    elif any(rule.rule == ours.rule and rule != ours for rule in shipped):
        fault = f"changed under the shipped name {ours.rule}: give the rule a name of your own"
    elif not ours.reason:
        fault = f"rule {ours.rule} gives no reason"
    return Difference(
        recipient=recipient,
        kind=kind,
        field=field,
        mode=mode,
        shipped=_told(base),
        national=_told(ours),
        tighter=tighter,
        rule="" if ours is None else ours.rule,
        fault=fault,
    )


def _weight(rule: Rule | None) -> int:
    return ACTIONS["deny"] if rule is None else ACTIONS[rule.action]


def _is_coarser(ours: Rule, base: Rule) -> bool:
    """Whether any figure of ours is larger: larger steps, floors, periods and waits all tell less."""
    return any(value > base.parameters.get(name, 0.0) for name, value in ours.parameters.items())


def _told(rule: Rule | None) -> str:
    if rule is None:
        return "deny (no rule)"
    numbers = "".join(f" {name}={value:g}" for name, value in sorted(rule.parameters.items()))
    return f"{rule.action}{numbers}"


def _condensed(found: list[Difference]) -> tuple[Difference, ...]:
    """Without what follows from a whole that is said already: the members of a group, and a mode of its own where both are alike."""
    kept: dict[tuple[str, ...], Difference] = {}
    for one in found:
        above = "" if "." not in one.field else one.field.rpartition(".")[0]
        covers = [(one.recipient, one.kind, above, one.mode)] if one.field else []
        covers.append((one.recipient, one.kind, "", one.mode))
        if any(
            (known := kept.get(place)) is not None and (known.national, known.rule) == (one.national, one.rule)
            for place in covers
            if place != (one.recipient, one.kind, one.field, one.mode)
        ):
            continue
        kept[one.recipient, one.kind, one.field, one.mode] = one
    both: list[Difference] = []
    for place, one in kept.items():
        twin = kept.get((*place[:3], Mode.REAL.value if one.mode == Mode.EXERCISE.value else Mode.EXERCISE.value))
        alike = twin is not None and (twin.national, twin.rule, twin.shipped) == (one.national, one.rule, one.shipped)
        if not alike:
            both.append(one)
        elif one.mode == Mode.REAL.value:
            both.append(msgspec.structs.replace(one, mode=""))
    return tuple(both)
