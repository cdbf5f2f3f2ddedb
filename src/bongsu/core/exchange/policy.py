"""Release policy: rules as data, and the one function that decides. Default deny; the most specific rule wins; the stricter wins a tie.

A rule's specificity is the number of things that it names: recipient, circle, kind, mode, and each step of a field's name (`impact.semi_major_m` counts
two). A rule that names no recipient speaks of partners; of the exits (`public`, `file`, ...) only if it denies: nothing is opened to them unnamed.
Rules of one action that tie hold together: the larger step, floor, period and wait of each, whatever their order in the file.
"""

import difflib
import functools
import math
import tomllib
from collections.abc import Iterable
from importlib import resources

import msgspec

from bongsu.base.errors import BadInput, BadValue
from bongsu.base.ids import check_code
from bongsu.base.limits_release import DELAY_MOST_S
from bongsu.core.exchange.exits import EXITS, fields_of, kinds
from bongsu.model.configuration import Marking, Rule, Terms
from bongsu.model.label import RANKS, Label
from bongsu.model.mode import Mode

SHIPPED = "default_policy.toml"
"""The file of the policy that comes with the code, beside this one."""

ACTIONS = {"allow": 0, "coarsen": 1, "delay": 2, "ask": 3, "deny": 4}
"""The actions, mildest first: in a tie the strictest wins."""

PARAMETERS: dict[str, frozenset[str]] = {
    "allow": frozenset({"period_s"}),
    "coarsen": frozenset({"grid_deg", "floor_m", "round_m", "round_s", "period_s"}),
    "delay": frozenset({"delay_s", "period_s"}),
    "ask": frozenset({"within_s", "period_s"}),
    "deny": frozenset(),
}
"""Which parameters an action takes."""

WAITS = {"delay": "delay_s", "ask": "within_s"}
"""Actions by which something waits before it leaves, and the parameter that says for how long. When it is over, the rules without these say how."""

AND = " and "
"""Between the names of rules that tie and hold together."""

_PARAMETERS = ("grid_deg", "floor_m", "round_m", "round_s", "period_s", "delay_s", "within_s")


class _RuleLine(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    action: str
    recipient: str = ""
    circle: str = ""
    kind: str = ""
    field: str = ""
    mode: str = ""
    grid_deg: float | None = None
    floor_m: float | None = None
    round_m: float | None = None
    round_s: float | None = None
    period_s: float | None = None
    delay_s: float | None = None
    within_s: float | None = None
    reason: str = ""


class _TermsLine(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    onward: list[str]
    recipient: str = ""
    circle: str = ""
    kind: str = ""
    mode: str = ""
    for_s: float | None = None
    reason: str = ""


class _MarkingLine(msgspec.Struct, forbid_unknown_fields=True):
    policy: str
    classification: str
    equals: str


class _LabelTable(msgspec.Struct, forbid_unknown_fields=True):
    policy: str = Label().policy
    classification: str = Label().classification


class _PolicyFile(msgspec.Struct, forbid_unknown_fields=True):
    rules: list[_RuleLine]
    terms: list[_TermsLine] = []
    markings: list[_MarkingLine] = []
    label: _LabelTable = msgspec.field(default_factory=_LabelTable)


class Policy(msgspec.Struct, frozen=True):
    """All that a policy file says: rules, terms of passing on, equal markings of others, and the marking of our own items."""

    rules: tuple[Rule, ...]
    terms: tuple[Terms, ...]
    markings: tuple[Marking, ...]
    marked: Label

    def label(self, releasable_to: Iterable[str]) -> Label:
        """The label of our own items, releasable to these."""
        return msgspec.structs.replace(self.marked, releasable_to=tuple(sorted(releasable_to)))


def shipped() -> Policy:
    """The policy that comes with the code."""
    file = resources.files("bongsu.core.exchange") / SHIPPED
    return parse_policy(file.read_text(encoding="utf-8"), SHIPPED)


def parse(text: str, place: str) -> tuple[Rule, ...]:
    """The rules of a policy file alone. Raises `BadInput`."""
    return parse_policy(text, place).rules


def parse_policy(text: str, place: str) -> Policy:
    """A policy file (TOML: `[[rules]]`, `[[terms]]`, `[[markings]]`, `[label]`). Raises `BadInput` that names the rule and the key."""
    try:
        file = msgspec.convert(tomllib.loads(text), _PolicyFile)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"not TOML ({error})", "correct the line", place) from None
    except msgspec.ValidationError as error:
        raise BadInput(_in_words(error), "see docs/reference/release.md for the keys of a rule", place) from None
    _check_alone("rule", [line.name for line in file.rules], place)
    _check_alone("terms", [line.name for line in file.terms], place)
    _check_marking("[label]", file.label.classification, place)
    for line in file.markings:
        _check_marking(f"marking {line.classification}", line.equals, place)
    return Policy(
        rules=tuple(_rule(line, place) for line in file.rules),
        terms=tuple(_terms(line, place) for line in file.terms),
        markings=tuple(
            Marking(policy=one.policy, classification=one.classification, equals=one.equals) for one in file.markings
        ),
        marked=Label(policy=file.label.policy, classification=file.label.classification),
    )


def _in_words(error: msgspec.ValidationError) -> str:
    """The decoder's sentence, with the table counted from 1 as a person counts: `rules table 2: it has no key "name"`."""
    fault, _, way = str(error).partition(" - at `$.")
    fault = fault.replace("Object contains unknown field", "unknown key").replace(
        "Object missing required field", "no key"
    )
    table, _, key = way.rstrip("`").partition("]")
    if not way:
        return fault
    name, _, index = table.partition("[")
    where = f"{name} table {int(index) + 1}" if index.isdigit() else name.rstrip("`")
    return f"{where}{key.replace('.', ', ', 1)}: {fault}"


def _check_alone(what: str, names: list[str], place: str) -> None:
    """A name stands in every recorded decision: it must say which line decided."""
    for name in names:
        if not name or names.count(name) > 1:
            fault = f"{what} {name!r} stands more than once" if name else f"a {what} line without a name"
            raise BadInput(fault, "give each line a name of its own", place)


def _check_marking(what: str, marking: str, place: str) -> None:
    if marking not in RANKS:
        raise BadInput(f"{what}: no marking {marking!r}", f"use one of {', '.join(RANKS)}", place)


def _terms(line: _TermsLine, place: str) -> Terms:
    _check_names("terms", line, place)
    if line.for_s is not None and not line.for_s > 0.0:
        raise BadInput(f"terms {line.name}: for_s = {line.for_s}", "it must be positive, or left out", place)
    for name in line.onward:
        if name not in EXITS:
            try:
                check_code(name)
            except BadValue as error:
                raise BadInput(
                    f"terms {line.name}: {error.fault}", f"name partners or exits ({', '.join(EXITS)})", place
                ) from None
    return Terms(
        terms=line.name,
        recipient=line.recipient,
        circle=line.circle,
        kind=line.kind,
        mode=line.mode,
        onward=tuple(sorted(set(line.onward))),
        for_s=line.for_s,
        reason=line.reason,
    )


def _rule(line: _RuleLine, place: str) -> Rule:
    if line.action not in ACTIONS:
        raise BadInput(f"rule {line.name}: no action {line.action!r}", f"use one of {', '.join(ACTIONS)}", place)
    _check_names("rule", line, place)
    given = {key: value for key in _PARAMETERS if (value := getattr(line, key)) is not None}
    for key, value in given.items():
        if key not in PARAMETERS[line.action] or not 0.0 < value < math.inf:
            raise BadInput(
                f"rule {line.name}: {key} = {value}",
                f"{line.action} takes no such parameter, or it must be a positive number",
                place,
            )
    _check_field(line, place)
    if line.action == "coarsen":
        _check_coarsening(line, given, place)
    if line.action in WAITS and not given.get(WAITS[line.action], 0.0) <= DELAY_MOST_S:
        raise BadInput(f"rule {line.name}: {WAITS[line.action]} is too long", f"at most {DELAY_MOST_S:g} s", place)
    if line.action in WAITS and WAITS[line.action] not in given:
        raise BadInput(f"rule {line.name}: how long?", f"give {WAITS[line.action]}", place)
    return Rule(
        rule=line.name,
        action=line.action,
        recipient=line.recipient,
        circle=line.circle,
        kind=line.kind,
        field=line.field,
        mode=line.mode,
        parameters=given,
        reason=line.reason,
    )


def _check_names(what: str, line: _RuleLine | _TermsLine, place: str) -> None:
    """A kind, mode or code that does not exist would make a rule that never speaks."""
    if line.recipient and line.recipient not in EXITS:
        try:
            check_code(line.recipient)
        except BadValue as error:
            raise BadInput(
                f"{what} {line.name}: {error.fault}", f"name a partner or an exit ({', '.join(EXITS)})", place
            ) from None
    for key, value, known in (("kind", line.kind, kinds()), ("mode", line.mode, [mode.value for mode in Mode])):
        if value and value not in known:
            raise BadInput(f"{what} {line.name}: no {key} {value!r}", f"use one of {', '.join(known)}", place)


def _check_field(line: _RuleLine, place: str) -> None:
    """A field that no kind has would make a rule that never speaks, and a misspelt `deny` would let out what it names."""
    known = fields_of(line.kind) if line.kind else _all_fields()
    if not line.field or line.field in known:
        return
    near = difflib.get_close_matches(line.field, known, 3)
    remedy = f"perhaps {' or '.join(near)}" if near else "`bongsu release explain` lists the fields of a kind"
    raise BadInput(f"rule {line.name}: no field {line.field!r} in {line.kind or 'any kind'}", remedy, place)


@functools.cache
def _all_fields() -> tuple[str, ...]:
    return tuple(sorted({field for kind in kinds() for field in fields_of(kind)}))


def _check_coarsening(line: _RuleLine, given: dict[str, float], place: str) -> None:
    """A coarsening that would change nothing of the one figure that it names would let it out as it is."""
    leaf = line.field.rpartition(".")[2]
    if leaf.endswith("_deg"):
        needed = frozenset({"grid_deg"})
    elif leaf.startswith("semi_"):
        needed = frozenset({"floor_m", "round_m"})
    elif leaf.endswith(("_m", "_m_s")):
        needed = frozenset({"round_m"})
    elif leaf in ("time", "time_sigma_s"):
        needed = frozenset({"round_s"})
    else:
        needed = frozenset({"grid_deg", "floor_m", "round_m", "round_s"})
    if not needed & set(given):
        raise BadInput(
            f"rule {line.name}: coarsens {line.field or 'all fields'} by nothing that fits",
            f"give {' or '.join(sorted(needed))}, or deny it",
            place,
        )


def field_steps(field: str) -> int:
    """How many steps a field's name has; none for the kind as a whole."""
    return field.count(".") + 1 if field else 0


def specificity(rule: Rule) -> int:
    """How much a rule names."""
    return bool(rule.recipient) + bool(rule.circle) + bool(rule.kind) + bool(rule.mode) + field_steps(rule.field)


def applies(rule: Rule, recipient: str, circles: frozenset[str], kind: str, field: str, mode: str = "") -> bool:
    """Whether a rule speaks of this recipient, kind and field. A rule for a field covers all below it; one without covers all fields."""
    if rule.recipient == "" and recipient in EXITS and rule.action != "deny":
        return False
    return (
        rule.recipient in ("", recipient)
        and (rule.circle == "" or rule.circle in circles)
        and rule.kind in ("", kind)
        and rule.mode in ("", mode)
        and (rule.field in ("", field) or field.startswith(rule.field + "."))
    )


def decide(
    rules: Iterable[Rule], recipient: str, circles: frozenset[str], kind: str, field: str, mode: str = ""
) -> Rule | None:
    """The rule that decides; None: nobody spoke of it, so it is denied."""
    fitting = [rule for rule in rules if applies(rule, recipient, circles, kind, field, mode)]
    if not fitting:
        return None
    most = max(map(specificity, fitting))
    rivals = sorted((rule for rule in fitting if specificity(rule) == most), key=lambda rule: rule.rule)
    strictest = max(ACTIONS[rule.action] for rule in rivals)
    return _together([rule for rule in rivals if ACTIONS[rule.action] == strictest])


def _together(tied: list[Rule]) -> Rule:
    """Rules of one action that say equally much: each holds, so the larger step, floor, period and wait, and the shorter time to answer."""
    first = tied[0]
    if all(rule.parameters == first.parameters for rule in tied):
        return first
    parameters: dict[str, float] = {}
    for rule in tied:
        for name, value in rule.parameters.items():
            stricter = min if name == "within_s" else max
            parameters[name] = stricter(parameters.get(name, value), value)
    reasons = [rule.reason for rule in tied if rule.reason]
    return msgspec.structs.replace(
        first, rule=AND.join(rule.rule for rule in tied), parameters=parameters, reason="; ".join(reasons)
    )
