"""Bodies of v1 by which a circle consults on a text: a draft, and a member's word on it."""

import msgspec

from bongsu.base.time import format_time
from bongsu.model.statement import Signature, Statement, StatementStatus, Vote
from bongsu.wire.marks_v1 import Marked
from bongsu.wire.ranges import moment


class TextsPayload(msgspec.Struct):
    """A statement's text in each language; all three are signed together."""

    en: str
    ja: str
    ko: str


class StatementPayload(Marked, omit_defaults=True):
    """A version of the issuer's draft of a joint statement: `about` are warnings by their originators' ids."""

    statement: str
    version: int
    status: StatementStatus
    circle: str
    time: str
    about: list[str]
    texts: TextsPayload


class SignaturePayload(Marked, omit_defaults=True):
    """The issuer signs a version of a statement, or refuses to; `wire/statement_v1.py` says what is signed."""

    statement: str
    version: int
    digest: str
    circle: str
    vote: Vote
    time: str
    key: str = ""
    signature: str = ""
    reason: str = ""


def encode_statement(statement: Statement) -> StatementPayload:
    """The wire form of a draft."""
    return StatementPayload(
        statement=statement.statement,
        version=statement.version,
        status=statement.status,
        circle=statement.circle,
        time=format_time(statement.time_ns),
        about=list(statement.about),
        texts=TextsPayload(**dict(statement.texts)),
    )


def decode_statement(payload: StatementPayload) -> Statement:
    """The other way. Raises `BadValue` for what is no time."""
    return Statement(
        statement=payload.statement,
        version=payload.version,
        status=payload.status,
        circle=payload.circle,
        time_ns=moment(payload.time),
        about=tuple(payload.about),
        texts=tuple(sorted(msgspec.to_builtins(payload.texts).items())),
    )


def encode_signature(signature: Signature) -> SignaturePayload:
    """The wire form of a vote."""
    return SignaturePayload(
        statement=signature.statement,
        version=signature.version,
        digest=signature.digest,
        circle=signature.circle,
        vote=signature.vote,
        time=format_time(signature.time_ns),
        key=signature.key,
        signature=signature.signature,
        reason=signature.reason,
    )


def decode_signature(payload: SignaturePayload, issuer: str) -> Signature:
    """The other way: a vote is its issuer's, whatever it says. Raises `BadValue` for what is no time."""
    return Signature(
        statement=payload.statement,
        version=payload.version,
        digest=payload.digest,
        circle=payload.circle,
        partner=issuer,
        vote=payload.vote,
        time_ns=moment(payload.time),
        key=payload.key,
        signature=payload.signature,
        reason=payload.reason,
    )
