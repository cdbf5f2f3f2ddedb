"""Exits that are no partners, and what of an item is asked about at each: the table of kinds.

Every exit is a recipient. A partner gets envelopes; an exit is a name under which bytes leave by another way: the public (alerts, feeds), a file or
folder outside, a TAK relay, an exercise's review, an export of the record. None of them can confirm, so none counts as having taken something back.
"""

import functools
from typing import Any

import msgspec

from bongsu.model.bodies import Body
from bongsu.model.carried import Carried
from bongsu.model.consultation import Consultation
from bongsu.model.event import Event
from bongsu.model.message import Received
from bongsu.model.noun import tag_of
from bongsu.model.register import Register
from bongsu.model.stance import Position
from bongsu.model.statement import JointStatement
from bongsu.wire import payloads_v1

EXITS: dict[str, str] = {
    "authorities": "this nation's own authorities: alerts that nobody has confirmed, drafts of notices to ships and aircraft",
    "file": "files and folders outside the node: exports of the record, documents of a drill",
    "public": "everybody: alerts, feeds, bulletins",
    "review": "the review of an exercise, for all who take part and whoever they show it to",
    "tak": "a TAK relay",
}
"""The exits and what each stands for. No partner may have such a code."""

MARKS = frozenset({"label", "terms"})
"""Members under which a body leaves for a partner: written by the gate, whatever the body holds."""

IDENTITY = frozenset({"warning", "version", "status", "time", "superseded_by", "hold", "state"}) | MARKS
"""Members of a body that say which message it is, and under which terms: they leave with the kind, and of a retraction against today's policy."""

IDENTITIES: dict[str, frozenset[str]] = {
    "sea_notice": frozenset({"notice", "event", "version", "status", "time_ns"}),
    "alert_document": frozenset({"document", "chain", "number", "stage", "audience", "time_ns"}),
}
"""The same for kinds that have no form in an envelope."""

OWN_WORDS = frozenset(
    {
        "alert_document",
        "sea_notice",
        "hold",
        "joint_statement",
        "statement",
        "signature",
        "shown",
        "acknowledged",
        "refused",
        "stance",
    }
)
"""Kinds that are this nation's own word where it is the speaker, whatever made it speak: no partner's figures are in them, so no partner's consent
is asked. A joint statement is one when it is adopted: each member's signature is its consent to the text."""

TO_EXITS: dict[str, tuple[str, ...]] = {
    "alert_document": ("public", "file"),
    "alert_document.authorities": ("authorities", "file"),
    "sea_notice": ("authorities", "file"),
}
"""Kinds (with the audience, where a body names another than the public) that
 the release room offers to exits by itself, the moment they are made. Other exits ask the gate when they need something."""


def kind_of(body: Any) -> str:
    """The kind under which a rule speaks of a body: its name in the record, which is that on the wire."""
    return str(body.__struct_config__.tag)


def members_of(body: Any) -> dict[str, Any]:
    """What would leave, as rules name it: the wire form (degrees, text times) where there is one, else that of the record."""
    try:
        members: dict[str, Any] = msgspec.to_builtins(payloads_v1.payload_of(body)[1])
    except KeyError:
        members = msgspec.to_builtins(body, enc_hook=lambda value: value.tolist())
        members.pop("type", None)
    return members


def words_of(body: Any) -> tuple[str, ...]:
    """Whose word stands in a body, beside that of the node that made it: by its content, so that no room can forget to say so."""
    match body:
        case Event():
            return tuple(one.origin for one in body.assessments)
        case Register():
            return tuple(sorted({one.reporter for one in body.claims}))
        case Consultation():
            return tuple(sorted({one.partner for one in body.stances if one.position is not Position.UNKNOWN}))
        case Carried():
            return tuple(sorted({one.head.origin for one in body.warnings}))
        case JointStatement():
            return tuple(sorted({body.drafter, *(one.partner for one in body.votes)}))
        case Received():
            return (body.claimed,)
    return ()


def identity_of(kind: str) -> frozenset[str]:
    """Members that leave with the kind."""
    return IDENTITY if kind in payloads_v1.PAYLOADS else IDENTITIES.get(kind, frozenset())


def kinds() -> tuple[str, ...]:
    """Every kind that a rule may name, sorted."""
    return tuple(sorted({*payloads_v1.PAYLOADS, *NOUNS}))


NOUNS: dict[str, type[msgspec.Struct]] = {tag_of(noun.__name__): noun for noun in Body.__args__}
"""The kinds of a record, by name."""


@functools.cache
def fields_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind's body as rules name them: members, and the members of members. Raises `KeyError` for an unknown kind."""
    names: list[str] = []
    for field in msgspec.structs.fields(payloads_v1.PAYLOADS.get(kind) or NOUNS[kind]):
        names.append(field.encode_name)
        inner = [
            part
            for part in getattr(field.type, "__args__", (field.type,))
            if isinstance(part, type) and issubclass(part, msgspec.Struct)
        ]
        names += [
            f"{field.encode_name}.{member.encode_name}" for part in inner for member in msgspec.structs.fields(part)
        ]
    return tuple(names)
