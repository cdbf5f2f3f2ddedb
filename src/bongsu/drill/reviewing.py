"""What of a nation's record enters the review of an exercise: the review is an exit, and the gate answers for each item.

A nation's own items enter by its release policy, what it had of others by their terms; an item enters whole or not at all, as measures cannot be
taken of half a figure. Configurations enter as what a drill is wired with. Counts and latencies of messages are taken beside this: they are numbers
of the exchange alone, which membership in the exercise allows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from bongsu.base.errors import BadInput
from bongsu.core.exchange.exits import kind_of, words_of
from bongsu.core.exchange.gate import Gate, Question
from bongsu.model.configuration import Configuration
from bongsu.model.decision import Decision
from bongsu.model.head import Head, Item
from bongsu.model.label import Label
from bongsu.views.review import Entered

EXIT = "review"

_Asked = tuple[str, str, Label, tuple[str, ...]]


class Admission:
    """What was decided for the review, each kind and speaker once: written into `review.json`."""

    def __init__(self) -> None:
        self._entered: dict[tuple[str, str, str, bool, str], Entered] = {}

    def note(self, node: str, origin: str, decision: Decision, label: Label) -> None:
        """One decision about what `node` had of `origin`."""
        place = (node, decision.kind, origin, decision.allowed, decision.rule)
        if place not in self._entered:
            reason = "" if decision.allowed else decision.reasons[0]
            onward = None if label.onward is None else list(label.onward)
            self._entered[place] = Entered(
                node=node,
                kind=decision.kind,
                origin=origin,
                allowed=decision.allowed,
                rule=decision.rule,
                reason=reason,
                onward=onward,
            )

    def entered(self) -> list[Entered]:
        """All of it, by node, kind and speaker."""
        return [self._entered[place] for place in sorted(self._entered)]


def reviewed(
    items: Iterable[Item[Any]], admission: Admission | None = None, leaves_ns: int | None = None
) -> Iterator[Item[Any]]:
    """One node's items that may leave for the review, in order; the first of them is its configuration.

    `leaves_ns`: when they leave, by which consents end; None: a drill's, reviewed when it ends, each at its own time.
    """
    gate: Gate | None = None
    decided: dict[_Asked, Decision] = {}
    for item in items:
        body, head = item.body, item.head
        if isinstance(body, Configuration):
            gate, decided, node = Gate(body), {}, body.node
            yield item
            continue
        assert gate is not None, "a record begins with a configuration"
        place = (kind_of(body), head.origin, head.label, words_of(body))
        decision = decided.get(place)
        if decision is None:
            decision = _decided(gate, place, head, leaves_ns)
            if head.label.onward_until_ns is None:
                decided[place] = decision
        if admission is not None:
            admission.note(node, head.origin, decision, head.label)
        if decision.allowed:
            yield item


Items = Callable[[str, tuple[str, ...]], Iterable[Item[Any]]]
"""Gives a node's items of some types, in order."""


def through_the_gate(items: Items, admission: Admission | None = None) -> Items:
    """The same, as far as they may leave for the review."""

    def admitted(node: str, types: tuple[str, ...]) -> Iterator[Item[Any]]:
        wanted = tuple(dict.fromkeys(("configuration", *types)))
        for item in reviewed(items(node, wanted), admission):
            if "configuration" in types or not isinstance(item.body, Configuration):
                yield item

    return admitted


def _decided(gate: Gate, place: _Asked, head: Head, leaves_ns: int | None) -> Decision:
    kind, origin, label, words = place
    asked = Question(recipient=EXIT, kind=kind, members={}, item=head.id, origin=origin, label=label, words=words)
    return gate.whole(asked, head.receipt_ns, head.link_ns if leaves_ns is None else leaves_ns)


def one_session(configurations: Sequence[Configuration]) -> None:
    """Refuse records that do not belong together. Raises `BadInput`."""
    nodes = [one.node for one in configurations]
    if len(dict.fromkeys(nodes)) != len(nodes):
        raise BadInput(f"two records of {max(nodes, key=nodes.count)}", "give one record of each nation")
    if len({(one.mode, one.exercise) for one in configurations}) > 1:
        raise BadInput("these records are not of one session", f"compare mode and exercise of {', '.join(nodes)}")
