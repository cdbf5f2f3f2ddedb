"""Why something would leave, or not: the same rules and the same function that release uses, with every rule that had a say."""

from collections.abc import Iterable

import msgspec

from bongsu.core.exchange.policy import applies, decide, specificity
from bongsu.core.exchange.release import IDENTITY
from bongsu.model.configuration import Rule
from bongsu.wire.payloads_v1 import PAYLOADS


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to one field (empty: the kind as a whole), by which rule, and which other rules spoke of it."""

    field: str
    action: str
    rule: str
    reason: str
    parameters: dict[str, float]
    overruled: tuple[str, ...]


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind's body as rules name them: members, and the members of members. Raises `KeyError` for an unknown kind."""
    names: list[str] = []
    for field in msgspec.structs.fields(PAYLOADS[kind]):
        names.append(field.encode_name)
        inner = [
            part
            for part in getattr(field.type, "__args__", ())
            if isinstance(part, type) and issubclass(part, msgspec.Struct)
        ]
        names += [
            f"{field.encode_name}.{member.encode_name}" for part in inner for member in msgspec.structs.fields(part)
        ]
    return tuple(names)


def explain(rules: Iterable[Rule], recipient: str, circles: Iterable[str], kind: str) -> list[Verdict]:
    """The kind as a whole first, then each field. When the kind is denied nothing leaves, whatever its fields' rules say."""
    known = tuple(rules)
    among = frozenset(circles)
    whole = _verdict(known, recipient, among, kind, "")
    if whole.action == "deny":
        return [whole]
    told = {field: _verdict(known, recipient, among, kind, field) for field in fields_of(kind)}
    for field, verdict in told.items():
        above = told.get(field.rpartition(".")[0])
        if above is not None and above.action == "deny" and verdict.action != "deny":
            told[field] = msgspec.structs.replace(
                above,
                field=field,
                reason=f"{above.field} stays, whatever {verdict.rule} says",
                overruled=(verdict.rule,),
            )
    return [whole, *told.values()]


def _verdict(rules: tuple[Rule, ...], recipient: str, circles: frozenset[str], kind: str, field: str) -> Verdict:
    if field in IDENTITY:
        text = "says which message it is, and leaves with the kind"
        return Verdict(field=field, action="allow", rule="identity", reason=text, parameters={}, overruled=())
    chosen = decide(rules, recipient, circles, kind, field)
    rivals = [rule for rule in rules if rule is not chosen and applies(rule, recipient, circles, kind, field)]
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
