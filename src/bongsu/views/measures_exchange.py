"""The exchange of a whole drill, from all nodes' items: what was released and applied, and whether everything that left was decided.

Counts are of the prompt lane, of which each message must arrive, once. *Leaked* is looked for on both lanes and at both ends: an `Outgoing` without an
equal `Release` that an allowing `Decision` stands behind (link control: without a configured partner), and an envelope that came without its issuer
ever having made it for that recipient.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from bongsu.base.errors import WireError
from bongsu.model.configuration import Configuration
from bongsu.model.decision import Decision
from bongsu.model.head import Item
from bongsu.model.hold import Hold
from bongsu.model.message import Lane, Outgoing, Received, Release, Unreadable
from bongsu.model.noun import tag_of
from bongsu.model.receipt import Acknowledged, Shown
from bongsu.model.refusal import Refusal, Refused
from bongsu.model.stance import Stance
from bongsu.model.statement import Signature, Statement
from bongsu.model.warning import Warning
from bongsu.views.review import Exchange, Latency
from bongsu.wire import envelope_v1, payloads_v1
from bongsu.wire.payloads_v1 import LINK_CONTROL

_APPLIED = (Warning, Stance, Statement, Signature, Shown, Acknowledged, Refused, Hold, Unreadable)
TAKES = tuple(
    tag_of(kind.__name__) for kind in (Configuration, Decision, Release, Outgoing, Received, Refusal, *_APPLIED)
)
"""Names of the bodies that the fold takes."""


class Traffic(msgspec.Struct, eq=False):
    """What one node released, sent, got and applied. `made`: recipient of each message, `got`: issuer of each that came; `applied`
    and `sent`: content with its count."""

    node: str
    partners: tuple[str, ...] = ()
    made: dict[str, str] = {}
    sent: dict[str, Counter[bytes]] = {}
    applied: dict[str, Counter[bytes]] = {}
    got: dict[str, str] = {}
    refused: int = 0
    undecided: int = 0


def traffic(node: str, items: Iterable[Item[Any]]) -> Traffic:
    """Fold one node's items, in order."""
    told = Traffic(node)
    allowed: dict[tuple[str, str, str], frozenset[str]] = {}
    released: dict[tuple[str, Lane, str, str, bytes], bool] = {}
    for item in items:
        body = item.body
        match body:
            case Configuration():
                told.partners = tuple(one for one in body.partners if one != node)
            case Decision():
                if body.allowed:
                    allowed[body.item, body.recipient, body.kind] = frozenset(body.fields)
            case Release():
                released[_face(body)] = _decided(body, allowed, told.partners)
            case Outgoing():
                _leaves(told, body, released)
            case Received():
                _comes(told, body)
            case Refusal():
                told.refused += body.door == "link"
            case _ if isinstance(body, _APPLIED) and item.head.origin != node:
                told.applied.setdefault(item.head.origin, Counter())[_content(body)] += 1
            case _:
                pass
    return told


def exchange(nodes: Sequence[Traffic], latency_ms: Latency | None, waited_ms: Latency | None = None) -> Exchange:
    """All nodes together."""
    sent = delivered = twice = 0
    by_node = {one.node: one for one in nodes}
    for issuer in nodes:
        for recipient, contents in issuer.sent.items():
            applied = by_node[recipient].applied.get(issuer.node, Counter()) if recipient in by_node else Counter()
            sent += contents.total()
            delivered += (contents & applied).total()
            twice += (applied - contents).total()
    return Exchange(
        sent=sent,
        delivered=delivered,
        lost=sent - delivered,
        applied_twice=twice,
        refused=sum(one.refused for one in nodes),
        leaked=sum(one.undecided for one in nodes) + sum(_foreign(one, by_node) for one in nodes),
        latency_ms=latency_ms,
        waited_ms=waited_ms,
    )


def _face(message: Release | Outgoing) -> tuple[str, Lane, str, str, bytes]:
    return message.recipient, message.lane, message.kind, message.subject, message.body


def _decided(release: Release, allowed: dict[tuple[str, str, str], frozenset[str]], partners: tuple[str, ...]) -> bool:
    """Whether an allowing decision stands behind a release, for every member of its body."""
    if release.kind in LINK_CONTROL:
        return release.recipient in partners
    fields = allowed.get((release.item, release.recipient, release.kind))
    return fields is not None and fields >= set(msgspec.json.decode(release.body))


def _leaves(told: Traffic, outgoing: Outgoing, released: dict[tuple[str, Lane, str, str, bytes], bool]) -> None:
    if outgoing.kind in LINK_CONTROL:
        told.undecided += outgoing.recipient not in told.partners
    else:
        told.undecided += not released.get(_face(outgoing), False)
    if outgoing.lane is Lane.PROMPT and outgoing.message not in told.made:
        told.sent.setdefault(outgoing.recipient, Counter())[_sent(told.node, outgoing)] += 1
    told.made[outgoing.message] = outgoing.recipient


def _sent(node: str, outgoing: Outgoing) -> bytes:
    """What a recipient should have applied; of a body that every recipient refuses, its bytes, which nobody applies."""
    try:
        payload = payloads_v1.decode(outgoing.kind, outgoing.body, issuer=node, issued_ns=outgoing.issued_ns)
    except WireError:
        return outgoing.body
    return _content(payload)


def _comes(told: Traffic, received: Received) -> None:
    try:
        envelope = envelope_v1.parse(received.envelope)
    except WireError:
        return  # its refusal is counted
    told.got.setdefault(envelope.message, envelope.issuer)


def _foreign(recipient: Traffic, by_node: dict[str, Traffic]) -> int:
    """Envelopes that came to a node without their issuer having made them for it."""
    return sum(
        issuer in by_node and by_node[issuer].made.get(message) != recipient.node
        for message, issuer in recipient.got.items()
    )


def _content(body: Any) -> bytes:
    return msgspec.json.encode(body)
