"""The gate: may this leave for that recipient, and in which form. One pure function that every exit asks; nothing leaves without its answer.

Takes: a `Question` (recipient, kind, members, whose it is, its label), the moment, and the grid cells held for the event.
Gives: an `Answer`: the `Decision` with rule and reasons, and the members that may leave, coarsened; None where nothing may.
Sources: DESIGN.md section 2 ("release is the only way out"); docs/reference/release.md says how an exit uses it.
"""

from typing import Any

import msgspec

from bongsu.base.time import format_time
from bongsu.core.exchange.coarsen import Cells, coarsened_number, coarsened_point, held_members, rounded_time
from bongsu.core.exchange.exits import (
    EXITS,
    IDENTITY,
    OWN_WORDS,
    fields_of,
    identity_of,
    kind_of,
    members_of,
    words_of,
)
from bongsu.core.exchange.policy import WAITS, decide
from bongsu.core.exchange.terms import chosen, marks
from bongsu.model.configuration import Configuration, Rule, Terms
from bongsu.model.decision import Decision
from bongsu.model.head import Item
from bongsu.model.label import RANKS, STAYS, Label
from bongsu.wire.payloads_v1 import LINK_CONTROL, PAYLOADS

_OWN_TEXTS = frozenset({"alert_document", "sea_notice", "joint_statement"})
"""Kinds that are written for people outside, from areas and agreed figures alone: no marking of what they rest on holds them back."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """May `members` (of `kind`, as rules name them) of item `item` leave for `recipient`? `origin` is whose word it is, `words` whose else stands in it."""

    recipient: str
    kind: str
    members: dict[str, Any]
    item: str
    origin: str
    label: Label
    words: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The decision to be recorded, and what may leave: None, nothing."""

    decision: Decision
    members: dict[str, Any] | None
    rule: Rule | None = None
    held: tuple[Rule, ...] = ()
    """Rules by which it, or a field of it, waits for its time or for a person."""


def question(item: Item[Any], recipient: str) -> Question:
    """The question about an item as it stands."""
    body, head = item.body, item.head
    return Question(
        recipient=recipient,
        kind=kind_of(body),
        members=members_of(body),
        item=head.id,
        origin=head.origin,
        label=head.label,
        words=words_of(body),
    )


class Gate:
    """A nation's policy, ready to answer. The same configuration, question, moment and cells give the same answer."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._decided: dict[tuple[str, frozenset[str], str, str], Rule | None] = {}
        self._after: dict[tuple[str, frozenset[str], str, str], Rule | None] = {}
        self._terms: dict[tuple[str, frozenset[str], str], Terms | None] = {}
        self._shared: tuple[int, dict[str, frozenset[str]]] = (-1, {})

    def ask(
        self,
        asked: Question,
        exercise_ns: int,
        cells: Cells | None = None,
        link_ns: int | None = None,
        granted: frozenset[str] = frozenset(),
    ) -> Answer:
        """The answer at that moment; `link_ns` is when it would leave, by which consents end (None: the same moment).

        `granted` are rules whose time has come, or to which a person has said yes. `cells` is changed where a point moves to another cell.
        """
        leaves_ns = exercise_ns if link_ns is None else link_ns
        look = _Look(self, asked, exercise_ns, granted)
        rule = look.rule("")
        refusal = self._refusal(asked, rule, leaves_ns)
        if refusal is not None:
            return Answer(decision=_decision(asked, None, rule, (refusal,)), members=None, rule=rule)
        if rule is not None and rule.action in WAITS:
            return Answer(decision=_decision(asked, None, rule, (waits(rule),)), members=None, rule=rule, held=(rule,))
        members, reasons, held = look.filtered(cells)
        return self._marked(asked, members, rule, reasons, exercise_ns, leaves_ns, held)

    def taken_back(self, asked: Question, refused: Answer, exercise_ns: int, link_ns: int) -> Answer:
        """What a holder gets of a retraction that today's policy refuses: that it is one, and of what."""
        members = {name: value for name, value in asked.members.items() if name in IDENTITY}
        reason = f"holder: a retraction goes to every holder ({'; '.join(refused.decision.reasons)})"
        return self._marked(asked, members, refused.rule, (reason,), exercise_ns, link_ns)

    def whole(self, asked: Question, exercise_ns: int, link_ns: int | None = None) -> Decision:
        """Whether an item may leave as it is recorded: refused also where a rule holds back or coarsens any field of its kind."""
        answer = self.ask(msgspec.structs.replace(asked, members={}), exercise_ns, link_ns=link_ns)
        if answer.members is None:
            return answer.decision
        for field in fields_of(asked.kind):
            if field.partition(".")[0] in identity_of(asked.kind):
                continue
            rule = self.rule(asked.recipient, asked.kind, field, exercise_ns)
            if rule is None or rule.action != "allow":
                reason = f"{field}: {rule.rule if rule else 'no rule'}, and only a whole item is of use"
                return _decision(asked, None, rule, (reason,))
        return answer.decision

    def rule(self, recipient: str, kind: str, field: str, exercise_ns: int) -> Rule | None:
        """The rule that decides; None where nobody speaks of it."""
        circles = self._circles(recipient, exercise_ns)
        asked = (recipient, circles, kind, field)
        if asked not in self._decided:
            ours = self._configuration
            self._decided[asked] = decide(ours.rules, recipient, circles, kind, field, ours.mode.value)
        return self._decided[asked]

    def _marked(
        self,
        asked: Question,
        members: dict[str, Any],
        rule: Rule | None,
        reasons: tuple[str, ...],
        exercise_ns: int,
        link_ns: int,
        held: tuple[Rule, ...] = (),
    ) -> Answer:
        """What may leave, for a partner with label and terms."""
        if asked.recipient in EXITS or asked.kind not in PAYLOADS or asked.kind in LINK_CONTROL:
            return Answer(decision=_decision(asked, members, rule, reasons), members=members, rule=rule, held=held)
        terms = self.terms(asked.recipient, asked.kind, exercise_ns)
        members |= marks(asked.label, terms, asked.origin, asked.recipient, link_ns)
        told = terms.terms if terms else "no-consent"
        return Answer(decision=_decision(asked, members, rule, reasons, told), members=members, rule=rule, held=held)

    def after(self, rule: Rule, asked: Question, field: str, exercise_ns: int) -> Rule:
        """How something leaves for which a rule had it wait: by the rules that do not; as it is where they would not let it, for the wait was the condition."""
        circles = self._circles(asked.recipient, exercise_ns)
        place = (asked.recipient, circles, asked.kind, field)
        if place not in self._after:
            ours = self._configuration
            rest = [one for one in ours.rules if one.action not in WAITS]
            self._after[place] = decide(rest, asked.recipient, circles, asked.kind, field, ours.mode.value)
        following = self._after[place]
        if following is None or following.action == "deny":
            return msgspec.structs.replace(rule, action="allow")
        return following

    def terms(self, recipient: str, kind: str, exercise_ns: int) -> Terms | None:
        """The line of our terms that decides what the recipient may do with it; None where nobody speaks of it: it may pass nothing on."""
        circles = self._circles(recipient, exercise_ns)
        asked = (recipient, circles, kind)
        if asked not in self._terms:
            ours = self._configuration
            self._terms[asked] = chosen(ours.terms, recipient, circles, kind, ours.mode.value)
        return self._terms[asked]

    def _refusal(self, asked: Question, rule: Rule | None, leaves_ns: int) -> str | None:
        """Why the kind as a whole may not go there; None if it may."""
        if rule is None:
            return "no rule allows it"
        if rule.action == "deny":
            return rule.reason or rule.rule
        own_text = asked.origin == self._configuration.node and asked.kind in _OWN_TEXTS
        if not own_text and RANKS.get(asked.label.classification, RANKS[STAYS]) >= RANKS[STAYS]:
            return f"marked {asked.label.classification}: it stays here"
        if asked.recipient not in EXITS and asked.recipient not in asked.label.releasable_to:
            return f"the label is not releasable to {asked.recipient}"
        if asked.origin == asked.recipient or self._is_own_word(asked):
            return None
        return self._without_consent(asked, leaves_ns)

    def _is_own_word(self, asked: Question) -> bool:
        if asked.origin != self._configuration.node or asked.kind not in OWN_WORDS:
            return False
        return asked.kind != "joint_statement" or asked.members.get("adopted_ns") is not None

    def _without_consent(self, asked: Question, leaves_ns: int) -> str | None:
        """Passing on what is a partner's, or was made of it, needs the partner's consent, and that it has not ended."""
        node = self._configuration.node
        others = tuple(one for one in asked.words if one != node)
        onward = asked.label.onward
        if asked.origin == node and onward is None and not others:
            return None
        whose = asked.origin if asked.origin != node else ", ".join(others) or "a partner whose word is in it"
        if asked.recipient not in (onward or ()):
            return f"passing on needs the consent of {whose}: its terms do not name {asked.recipient}"
        until_ns = asked.label.onward_until_ns
        if until_ns is not None and leaves_ns >= until_ns:
            return f"the consent of {whose} to passing on ended at {format_time(until_ns, 0)}"
        return None

    def _circles(self, recipient: str, exercise_ns: int) -> frozenset[str]:
        """The circles that both are in at that moment; worked out anew only at another one. An exit is in none."""
        moment_ns, known = self._shared
        if moment_ns != exercise_ns:
            self._shared = exercise_ns, (known := {})
        if recipient not in known:
            known[recipient] = frozenset(
                circle.circle
                for circle in self._configuration.circles
                if {recipient, self._configuration.node} <= set(circle.members_at(exercise_ns))
            )
        return known[recipient]


def _held_figure(asked: Question, name: str, value: float, rule: Rule, cells: Cells | None) -> float:
    """A single figure, on the step that is held for the event; those of a path are of one moment each, and none is held."""
    if cells is None or asked.kind != "warning":
        return coarsened_number(name, value, rule.parameters)
    place = f"{asked.recipient}.{name}"
    figure = coarsened_number(name, value, rule.parameters, cells.get(place, (None, 0.0))[0])
    cells[place] = figure, 0.0
    return figure


def _rounded_identity(name: str, value: Any, rule: Rule | None) -> Any:
    """What says which message it is leaves with the kind; its time may be rounded."""
    if name != "time" or rule is None or "round_s" not in rule.parameters or rule.field != "time":
        return value
    return rounded_time(value, rule.parameters["round_s"])


class _Look:
    """One question's way through the fields, with the rules that have waited long enough."""

    def __init__(self, gate: Gate, asked: Question, exercise_ns: int, granted: frozenset[str]) -> None:
        self._gate = gate
        self._asked = asked
        self._exercise_ns = exercise_ns
        self._granted = granted

    def rule(self, field: str) -> Rule | None:
        """The rule that decides about a field (empty: the kind as a whole)."""
        asked = self._asked
        rule = self._gate.rule(asked.recipient, asked.kind, field, self._exercise_ns)
        if rule is not None and rule.action in WAITS and rule.rule in self._granted:
            return self._gate.after(rule, asked, field, self._exercise_ns)
        return rule

    def filtered(self, cells: Cells | None) -> tuple[dict[str, Any], tuple[str, ...], tuple[Rule, ...]]:
        """The members that may leave, coarsened where a rule says so, the reasons for what was held back or changed, and the rules by which some wait."""
        released: dict[str, Any] = {}
        reasons: list[str] = []
        held: dict[str, Rule] = {}
        identity = identity_of(self._asked.kind)
        for name, value in self._asked.members.items():
            rule = self.rule(name)
            if name in identity:
                released[name] = _rounded_identity(name, value, rule)
                continue
            if rule is None or rule.action == "deny":
                reasons.append(f"{name}: {rule.rule if rule else 'no rule'}")
                continue
            if rule.action in WAITS:
                held[rule.rule] = rule
                reasons.append(f"{name}: {rule.rule} ({waits(rule)})")
                continue
            if isinstance(value, dict):
                value = self._point(name, cells, held)
            elif isinstance(value, list | tuple) and any(isinstance(one, dict) for one in value):
                value = [self._entry(name, one, held) for one in value if isinstance(one, dict)]
            elif rule.action == "coarsen" and isinstance(value, int | float) and not isinstance(value, bool):
                value = _held_figure(self._asked, name, value, rule, cells)
            elif rule.action == "coarsen" and rule.field:
                reasons.append(f"{name}: {rule.rule} (cannot be coarsened, so it stays)")
                continue
            if rule.action == "coarsen":
                reasons.append(f"{name}: {rule.rule}")
            released[name] = value
        return released, tuple(reasons), tuple(held.values())

    def _entry(self, name: str, entry: dict[str, Any], held: dict[str, Rule]) -> dict[str, Any]:
        """One of a list of things: its members by the rules for them; what is to be coarsened stays, for nothing here can be."""
        kept: dict[str, Any] = {}
        for member, value in entry.items():
            rule = self.rule(f"{name}.{member}")
            if rule is not None and rule.action in WAITS:
                held[rule.rule] = rule
            elif rule is not None and (rule.action == "allow" or (rule.action == "coarsen" and not rule.field)):
                kept[member] = value
        return kept

    def _point(self, name: str, cells: Cells | None, held: dict[str, Rule]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        parameters: dict[str, dict[str, float]] = {}
        for member, value in self._asked.members[name].items():
            rule = self.rule(f"{name}.{member}")
            if rule is None or rule.action == "deny":
                continue
            if rule.action in WAITS:
                held[rule.rule] = rule
                continue
            if rule.action == "coarsen" and rule.field and isinstance(value, str) and member != "time":
                continue  # a text cannot be coarsened, so it stays
            kept[member] = value
            if rule.action == "coarsen":
                parameters[member] = rule.parameters
        if not parameters:
            return kept
        place = f"{self._asked.recipient}.{name}"
        known = cells.get(place) if cells is not None else None
        coarse, cell = coarsened_point(kept, parameters, known)
        if cells is not None:
            coarse = held_members(coarse, kept, parameters, cells, place)
        if cells is not None and cell is not None:
            cells[place] = cell
        return coarse


def waits(rule: Rule) -> str:
    """For what something waits, in words."""
    if rule.action == "delay":
        return f"waits {rule.parameters['delay_s']:g} s"
    return f"asks an operator, within {rule.parameters['within_s']:g} s"


def _decision(
    asked: Question, members: dict[str, Any] | None, rule: Rule | None, reasons: tuple[str, ...], terms: str = ""
) -> Decision:
    return Decision(
        item=asked.item,
        recipient=asked.recipient,
        kind=asked.kind,
        allowed=members is not None,
        rule=rule.rule if rule else "default-deny",
        reasons=reasons,
        fields=() if members is None else tuple(sorted(members)),
        terms=terms,
    )
