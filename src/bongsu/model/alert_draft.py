"""A public alert on its way: the draft with its exact words, who approved it, the documents that went out, and what became of them at the outlets."""

from enum import StrEnum

import msgspec

from bongsu.model.alert import AreaRisk
from bongsu.model.noun import Noun
from bongsu.model.wording import AlertStage, Wording


class DraftState(StrEnum):
    """`partly`: fewer persons than needed have approved. `unconfirmed`: the deadline has passed; it may still be approved."""

    PROPOSED = "proposed"
    PARTLY = "partly"
    UNCONFIRMED = "unconfirmed"
    ISSUED = "issued"
    VOID = "void"
    REJECTED = "rejected"


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """One person's approval of the draft's digest."""

    person: str
    account: str
    console: str
    time_ns: int
    scripted: bool = False


class AlertTimes(msgspec.Struct, frozen=True, kw_only=True):
    """Exercise time of each step, None: not yet, or not known. The first five are the machine's, the others persons' (`delivered_ns` an outlet's)."""

    first_look_ns: int | None = None
    own_estimate_ns: int | None = None
    partner_warning_ns: int | None = None
    decided_ns: int | None = None
    drafted_ns: int | None = None
    shown_ns: int | None = None
    opened_ns: int | None = None
    first_approval_ns: int | None = None
    second_approval_ns: int | None = None
    issued_ns: int | None = None
    delivered_ns: int | None = None


class AlertDraft(Noun, frozen=True):
    """Draft `number` of chain `chain`: all that is told of one alert and one kind of risk, from its beginning to its ending.

    `digest` is over stage, kind, areas and every word; an approval names it. `corrected` and `passed` are both endings, ready before it goes out.
    `told` is the stage that the public has been told so far.
    """

    chain: str
    event: str
    number: int
    stage: AlertStage
    kind: str
    area_set: str
    areas: tuple[AreaRisk, ...]
    wordings: tuple[Wording, ...]
    digest: str
    state: DraftState
    time_ns: int
    needed: int
    approvals: tuple[Approval, ...] = ()
    deadline_ns: int | None = None
    reason: str = ""
    edited_by: str = ""
    told: AlertStage | None = None
    passed: tuple[Wording, ...] = ()
    corrected: tuple[Wording, ...] = ()
    times: AlertTimes = AlertTimes()


class AlertDocument(Noun, frozen=True):
    """A CAP document (`content`, unsealed) that left the officer's hands for `audience` (`public` or `authorities`); nothing is sent but through release."""

    document: str
    chain: str
    event: str
    number: int
    stage: AlertStage
    kind: str
    audience: str
    confirmed: bool
    time_ns: int
    areas: tuple[str, ...]
    content: bytes
    persons: tuple[str, ...] = ()


class OutletReport(Noun, frozen=True):
    """What an outlet did with a document: `accepted`, `failed` (for good, after its tries) or `refused` (not of its world)."""

    outlet: str
    document: str
    state: str
    tries: int = 1
    text: str = ""
