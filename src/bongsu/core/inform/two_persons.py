"""Counting persons, not accounts: the only place where it is judged who is whom. Pure. The desk asks it, and the room of public alerts.

An approval binds the digest that the person saw. One person counts once whatever the account, session or console; a person whose days are over or who
was revoked does not count, also where the approval was given before.
"""

from collections.abc import Collection, Sequence

from bongsu.model.alert_draft import Approval
from bongsu.model.alert_policy import Approver
from bongsu.model.command import Command


class NotCounted(Exception):
    """The approval does not count; `reason` is a public code."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


def person_of(approvers: Sequence[Approver], account: str, revoked: Collection[str], now_ns: int) -> str:
    """The person behind an account, who may approve now. Raises `NotCounted`."""
    if not approvers:
        if account in revoked:
            raise NotCounted("revoked_approver", f"{account} was revoked")
        return account
    known = next((one for one in approvers if account in one.accounts), None)
    if known is None:
        raise NotCounted("not_an_approver", f"{account} is no account of an approver")
    if account in revoked or known.person in revoked:
        raise NotCounted("revoked_approver", f"{account} was revoked")
    if (known.from_ns or 0) > now_ns or (known.until_ns is not None and known.until_ns <= now_ns):
        raise NotCounted("expired_approver", f"{account} may not approve on this day")
    return known.person


def identity(approvers: Sequence[Approver], account: str) -> str:
    """The person behind an account, whether or not they may approve now; an account that no list knows is a person of its own."""
    return next((one.person for one in approvers if account in one.accounts), account)


def count(
    approvers: Sequence[Approver],
    given: Sequence[Approval],
    command: Command,
    revoked: Collection[str],
    now_ns: int,
) -> tuple[Approval, ...]:
    """The approvals that stand with this one. Raises `NotCounted` where it adds nobody."""
    person = person_of(approvers, command.actor, revoked, now_ns)
    standing = still(approvers, given, revoked, now_ns)
    if any(one.person == person for one in standing):
        raise NotCounted("same_person", f"{person} has approved already; another person must")
    approval = Approval(
        person=person, account=command.actor, console=command.console, time_ns=now_ns, scripted=command.scripted
    )
    return (*standing, approval)


def still(
    approvers: Sequence[Approver], given: Sequence[Approval], revoked: Collection[str], now_ns: int
) -> tuple[Approval, ...]:
    """Those of the given approvals whose persons may still approve."""
    found = []
    for one in given:
        try:
            person_of(approvers, one.account, revoked, now_ns)
        except NotCounted:
            continue
        found.append(one)
    return tuple(found)
