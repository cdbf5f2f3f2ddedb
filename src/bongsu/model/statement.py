"""A joint statement: a text that each member of a circle signs exactly as it stands."""

from enum import StrEnum

from bongsu.model.noun import Noun


class StatementStatus(StrEnum):
    """`open` to signatures, or taken back by who drafted it before it was adopted."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"


class Vote(StrEnum):
    """A member signs the text, or refuses to. Silence is neither."""

    SIGN = "sign"
    REFUSE = "refuse"


class Statement(Noun, frozen=True):
    """Version `version` of the drafter's statement `statement` (its own id, such as `kr-S1`) for a circle; it crosses borders.

    `about` names the originators' warnings of which it speaks (their own ids), `texts` is (language, text), sorted: all of them together are signed.
    """

    statement: str
    version: int
    status: StatementStatus
    circle: str
    time_ns: int
    about: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]


class Signature(Noun, frozen=True):
    """`partner`'s word on the version with that digest; `key` and `signature` (hexadecimal Ed25519) are empty in a refusal, which has a reason."""

    statement: str
    version: int
    digest: str
    circle: str
    partner: str
    vote: Vote
    time_ns: int
    key: str = ""
    signature: str = ""
    reason: str = ""


class JointStatement(Noun, frozen=True):
    """How far a statement has come, as this node knows: whose word on the newest version is here, who is missing, when it was adopted.

    `members` are the circle's of the statement's day. `adopted_ns` is when the last of them signed, as far as this node has heard; the newest adopted
    version before this one, if any, is `adopted_before`. `event` is this node's own event, empty where it knows none.
    """

    statement: Statement
    drafter: str
    digest: str
    event: str
    revision: int
    time_ns: int
    members: tuple[str, ...]
    votes: tuple[Signature, ...] = ()
    missing: tuple[str, ...] = ()
    adopted_ns: int | None = None
    adopted_before: int = 0
