"""How a nation speaks to its public: who speaks, how many persons must agree, and what happens when they do not answer in time."""

import msgspec


class Approver(msgspec.Struct, frozen=True, kw_only=True):
    """One person who may approve, by all accounts that are theirs, valid from and until (None: open)."""

    person: str
    accounts: tuple[str, ...]
    from_ns: int | None = None
    until_ns: int | None = None


class AlertPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Texts are by language (`en`, `ko`, `ja`), as `words.alert_text.Authority` needs them; `sender`, `profile`, `web`, `contact` as CAP does.

    `persons_*`: how many different persons must approve a document of that stage; a correction always needs one. `deadline_s` after a draft it goes
    out as **unconfirmed** to `authorities` (addresses), and to the public only if `automatic`. No `approvers`: every account is a person of its own.
    """

    names: dict[str, str]
    short_names: dict[str, str]
    more: dict[str, str]
    zones: dict[str, str]
    offset_minutes: int
    sender: str
    profile: str = ""
    web: str = ""
    contact: str = ""
    persons_pre_alert: int = 2
    persons_alert: int = 2
    persons_passed: int = 1
    deadline_s: float = 60.0
    automatic: bool = False
    authorities: tuple[str, ...] = ()
    approvers: tuple[Approver, ...] = ()
    coordinator: dict[str, str] = {}
    """Who issues notices to ships and aircraft; empty: none are drafted."""
