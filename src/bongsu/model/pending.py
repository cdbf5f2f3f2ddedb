"""What waits before it may leave: for its time, or for a person."""

from enum import StrEnum

from bongsu.model.noun import Noun


class PendingState(StrEnum):
    """`waiting`; `released` (by time or by a person); `withheld` by a person; `expired` unanswered; `dropped`: taken back or overtaken before it left."""

    WAITING = "waiting"
    RELEASED = "released"
    WITHHELD = "withheld"
    EXPIRED = "expired"
    DROPPED = "dropped"


class Pending(Noun, frozen=True):
    """`kind` (of `subject`, such as a warning's id; `field` of it, empty: as a whole) waits for `recipient` by `rule`, whose `action` is delay or ask.

    `due_ns` is when it leaves by itself (delay), or until when a person may answer (ask); exercise time. `item` is the newest of it, `version` that
    of a warning. `by`, `role`, `decided_ns` and `note`: who decided, when, and why; `expired` and `released` without `by` were decided by time.
    """

    pending: str
    state: PendingState
    action: str
    rule: str
    recipient: str
    kind: str
    subject: str
    item: str
    since_ns: int
    due_ns: int
    field: str = ""
    version: int = 0
    reason: str = ""
    by: str = ""
    role: str = ""
    decided_ns: int | None = None
    note: str = ""
