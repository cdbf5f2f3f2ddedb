"""Why something would leave, or not: the same rules and the same function that release uses, with every rule that had a say."""

from collections.abc import Iterable
from typing import Any

import msgspec

from bongsu.base.errors import BadValue
from bongsu.core.exchange.exits import EXITS, fields_of, identity_of
from bongsu.core.exchange.gate import Answer, Gate, Question
from bongsu.core.exchange.policy import ACTIONS, WAITS, Policy, applies, decide, specificity
from bongsu.model.circle import Circle, Membership
from bongsu.model.configuration import Configuration, Rule
from bongsu.model.mode import Mode
from bongsu.wire.payloads_v1 import LINK_CONTROL, PAYLOADS


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to one field (empty: the kind as a whole), by which rule, and which other rules spoke of it."""

    field: str
    action: str
    rule: str
    reason: str
    parameters: dict[str, float]
    overruled: tuple[str, ...]


_MEMBERSHIP = Verdict(
    field="",
    action="allow",
    rule="membership",
    reason="link control carries numbers only, and goes to every partner that this node is linked with",
    parameters={},
    overruled=(),
)


def explain(rules: Iterable[Rule], recipient: str, circles: Iterable[str], kind: str, mode: str = "") -> list[Verdict]:
    """The kind as a whole first, then each field. When the kind is denied nothing leaves, whatever its fields' rules say."""
    known = tuple(rules)
    among = frozenset(circles)
    if kind in LINK_CONTROL and recipient not in EXITS:
        return [_MEMBERSHIP]
    whole = _verdict(known, recipient, among, kind, "", mode)
    if whole.action == "deny":
        return [whole]
    told = {field: _verdict(known, recipient, among, kind, field, mode) for field in fields_of(kind)}
    for field, verdict in told.items():
        above = told.get(field.rpartition(".")[0])
        if (
            above is not None
            and above.action in _HOLDS_BACK
            and verdict.action != "deny"
            and verdict.rule != above.rule
        ):
            told[field] = msgspec.structs.replace(
                above,
                field=field,
                reason=f"{above.field} {'stays' if above.action == 'deny' else 'waits'}, whatever {verdict.rule} says",
                overruled=(verdict.rule,),
            )
    return [whole, *told.values()]


def hypothetical(
    policy: Policy,
    recipient: str,
    circles: Iterable[str],
    mode: Mode,
    kind: str,
    members: dict[str, Any],
    onward: tuple[str, ...] | None = None,
    marking: str = "",
) -> Answer:
    """What the gate would answer for an item that need not exist: ours, or a partner's that may be passed on to `onward`; `marking`, where it has another
    than the policy gives.

    Without members only the kind as a whole is judged. Raises `BadValue` where the members are not of that kind.
    """
    _check_members(kind, members)
    gate = Gate(_stand_in(policy, recipient, circles, mode))
    ours = policy.label((recipient,))
    label = msgspec.structs.replace(ours, onward=onward, classification=marking or ours.classification)
    origin = _OURS if onward is None else "a partner"
    asked = Question(recipient=recipient, kind=kind, members=members, item="hypothetical", origin=origin, label=label)
    return gate.ask(asked, 0)


def _check_members(kind: str, members: dict[str, Any]) -> None:
    """Members that no such item has would be judged by the rules for the whole kind, as if something like it could leave."""
    if kind in PAYLOADS and members:
        try:
            msgspec.convert(members, PAYLOADS[kind])
        except msgspec.ValidationError as error:
            raise BadValue(f"not a {kind} ({error})", "see docs/reference/exchange.md for the members") from None
    known = fields_of(kind)
    parts = [f"{name}.{part}" for name, value in members.items() if isinstance(value, dict) for part in value]
    for name in (*members, *parts):
        deep = "." in name and not any(one.startswith(f"{name.partition('.')[0]}.") for one in known)
        if name not in known and not deep:
            raise BadValue(f"a {kind} has no member {name!r}", f"leave it out; it has {', '.join(known)}")


_OURS = "us-here"
_HOLDS_BACK = frozenset({"deny", *WAITS})


def _stand_in(policy: Policy, recipient: str, circles: Iterable[str], mode: Mode) -> Configuration:
    """The least settings that a gate needs: these rules, and circles that both are in."""
    both = tuple(Membership(partner=code, from_ns=0) for code in (_OURS, recipient))
    return Configuration(
        node=_OURS,
        federation="",
        mode=mode,
        exercise="",
        epoch=1,
        partners=(),
        sensors=(),
        public_keys=(),
        circles=tuple(Circle(circle=circle, title=circle, members=both) for circle in circles),
        rules=policy.rules,
        roles=(),
        label=policy.marked,
        terms=policy.terms,
        markings=policy.markings,
        area_set="",
        country="",
    )


def _verdict(
    rules: tuple[Rule, ...], recipient: str, circles: frozenset[str], kind: str, field: str, mode: str
) -> Verdict:
    chosen = decide(rules, recipient, circles, kind, field, mode)
    rounded = chosen is not None and chosen.field == field == "time" and "round_s" in chosen.parameters
    if field.partition(".")[0] in identity_of(kind) and not rounded:
        text = "says which message it is, and leaves with the kind"
        return Verdict(field=field, action="allow", rule="identity", reason=text, parameters={}, overruled=())
    rivals = [
        rule
        for rule in rules
        if applies(rule, recipient, circles, kind, field, mode) and (chosen is None or _weight(rule) != _weight(chosen))
    ]
    rivals.sort(key=lambda rule: (-specificity(rule), rule.rule))
    overruled = tuple(f"{rule.rule} ({rule.action})" for rule in rivals)
    if chosen is None:
        return Verdict(
            field=field, action="deny", rule="default-deny", reason="no rule allows it", parameters={}, overruled=()
        )
    return Verdict(
        field=field,
        action=chosen.action,
        rule=chosen.rule,
        reason=chosen.reason,
        parameters=chosen.parameters,
        overruled=overruled,
    )


def _weight(rule: Rule) -> tuple[int, int]:
    """Rules of one weight decide together."""
    return specificity(rule), ACTIONS[rule.action]
