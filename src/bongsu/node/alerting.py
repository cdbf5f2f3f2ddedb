"""A nation's alerting file: who speaks to the public, who approves, and through which outlets. One strict TOML, named by `alerting` in the node's settings.

Every fault is one line that names file and key (exit 2). Texts are tried when the file is read, each stage in each language, so that no alert and no
correction fails later for a name that is too long for a phone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from bongsu.adapters.outlets.webhook import checked
from bongsu.base.errors import BadInput, BadValue, BongsuError
from bongsu.base.ids import check_name
from bongsu.base.time import parse_time
from bongsu.core.inform.alert_documents import try_out
from bongsu.geo import areas
from bongsu.model.alert_policy import AlertPolicy, Approver
from bongsu.model.mode import Mode
from bongsu.node.strict import Strict, read_toml
from bongsu.wire.cap12_rules import STATUSES

_REMEDY = "see docs/reference/alerts.md for its keys"


class _Texts(Strict):
    en: str
    ko: str
    ja: str

    def texts(self) -> dict[str, str]:
        return {"en": self.en, "ko": self.ko, "ja": self.ja}


class _Approver(Strict):
    person: str
    accounts: list[str]
    from_: str = msgspec.field(name="from", default="")
    until: str = ""


class OutletTable(Strict):
    """One outlet. `takes`: of which mode's world it is, by default the node's; `path` of `file` and `atom`, `url` of `webhook`."""

    name: str
    kind: Literal["file", "atom", "webhook"]
    recipient: Literal["public", "file", "authorities"] = "public"
    takes: Mode | None = None
    path: str = ""
    url: str = ""
    title: str = ""


class _AlertingFile(Strict):
    sender: str
    names: _Texts
    short_names: _Texts
    more: _Texts
    zones: _Texts
    offset_minutes: int
    profile: str = ""
    web: str = ""
    contact: str = ""
    persons_pre_alert: int = 2
    persons_alert: int = 2
    persons_passed: int = 1
    deadline_s: float = 60.0
    automatic: bool = False
    authorities: list[str] = msgspec.field(default_factory=list)
    coordinator: _Texts | None = None
    approvers: list[_Approver] = msgspec.field(default_factory=list)
    outlets: list[OutletTable] = msgspec.field(default_factory=list)
    seal_key: str = ""
    seal_certificate: str = ""


class Alerting(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says: the policy, which the core is configured with, and the outlets, which only the shell knows."""

    policy: AlertPolicy
    outlets: tuple[OutletTable, ...]
    seal_key: Path | None
    seal_certificate: Path | None


_MEANINGS = {
    "sender": "who sends, as CAP names it",
    "names": "who speaks: a table of `en`, `ko`, `ja`",
    "short_names": "the same for phones",
    "more": "where to learn more, by language",
    "zones": "name of the zone of time in texts, by language; may be empty",
    "offset_minutes": "local time less UTC",
    "profile": "CAP profile: `kr`, `us`, or none",
    "web": "address in CAP's `web`",
    "contact": "CAP's `contact`",
    "persons_pre_alert": "different persons who must approve a pre-alert",
    "persons_alert": "the same of an alert",
    "persons_passed": "the same of an all-clear; a correction always needs one",
    "deadline_s": "seconds after a draft until it goes to the authorities as unconfirmed",
    "automatic": "whether it then also goes to the public",
    "authorities": "addresses of the nation's own authorities, who hear of what is unconfirmed",
    "coordinator": "who issues notices to ships and aircraft, by language; left out: none are drafted",
    "approvers": "tables of `person`, `accounts`, `from`, `until`: one person counts once whatever the account; none: each account is a person",
    "outlets": "tables of `name`, `kind` (`file`, `atom`, `webhook`), `recipient` (`public`, `file`, `authorities`), `path` or `url`, `title`",
    "seal_key": "private key (PEM) of the seal; a real node with outlets must have one",
    "seal_certificate": "its certificate (PEM)",
}


def keys_page() -> str:
    """The keys of the file for the reference page."""
    rows = []
    for field in msgspec.structs.fields(_AlertingFile):
        default = (
            "required"
            if field.required
            else f"`{msgspec.json.encode(field.default).decode()}`"
            if field.default is not msgspec.NODEFAULT
            else "`[]`"
        )
        rows.append(f"| `{field.name}` | {default} | {_MEANINGS[field.name]} |")
    head = [
        "## A nation's alerting file",
        "",
        "Named by `alerting` in the node's settings; strict TOML, tried out in every language when it is read.",
        "",
    ]
    return "\n".join([*head, "| key | default | what |", "| --- | --- | --- |", *rows]) + "\n"


def read_alerting(path: Path, mode: Mode, node: str, exercise: str, country: str, area_set: str) -> Alerting:
    """Read the file of a node. Raises `BadInput`."""
    file = read_toml(path, _AlertingFile, _REMEDY, "check `alerting`")
    _check(file, mode, path)
    policy = _policy(file, path)
    try:
        try_out(policy, node, mode, exercise, country, areas.load(area_set))
    except BongsuError as error:
        raise BadInput(error.fault, error.remedy, str(path)) from None
    base = path.parent
    return Alerting(
        policy=policy,
        outlets=tuple(_outlet(outlet, mode, base) for outlet in file.outlets),
        seal_key=base / file.seal_key if file.seal_key else None,
        seal_certificate=base / file.seal_certificate if file.seal_certificate else None,
    )


def _policy(file: _AlertingFile, path: Path) -> AlertPolicy:
    try:
        approvers = tuple(
            Approver(
                person=one.person,
                accounts=tuple(one.accounts),
                from_ns=parse_time(one.from_) if one.from_ else None,
                until_ns=parse_time(one.until) if one.until else None,
            )
            for one in file.approvers
        )
    except BadValue as error:
        raise BadInput(f"approvers: {error.fault}", error.remedy, str(path)) from None
    return AlertPolicy(
        names=file.names.texts(),
        short_names=file.short_names.texts(),
        more=file.more.texts(),
        zones=file.zones.texts(),
        offset_minutes=file.offset_minutes,
        sender=file.sender,
        profile=file.profile,
        web=file.web,
        contact=file.contact,
        persons_pre_alert=file.persons_pre_alert,
        persons_alert=file.persons_alert,
        persons_passed=file.persons_passed,
        deadline_s=file.deadline_s,
        automatic=file.automatic,
        authorities=tuple(file.authorities),
        approvers=approvers,
        coordinator=file.coordinator.texts() if file.coordinator is not None else {},
    )


def _check(file: _AlertingFile, mode: Mode, path: Path) -> None:
    """What the types cannot say."""
    accounts = [account for approver in file.approvers for account in approver.accounts]
    names = [approver.person for approver in file.approvers]
    persons = (file.persons_pre_alert, file.persons_alert, file.persons_passed)
    checks = [
        ("persons_*", all(1 <= count <= 5 for count in persons), "use 1 to 5 persons"),
        ("deadline_s", 5.0 <= file.deadline_s <= 3600.0, "use 5 to 3600 seconds"),
        ("approvers", len(frozenset(accounts)) == len(accounts), "an account belongs to one person"),
        ("approvers", len(frozenset(names)) == len(names), "name each person once, with all their accounts"),
        ("approvers", not names or len(names) >= max(persons), "name as many persons as must approve"),
        ("seal_key", bool(file.seal_key) == bool(file.seal_certificate), "a seal needs its key and its certificate"),
        ("seal_key", bool(file.seal_key) or not file.outlets or mode is not Mode.REAL, "a real alert leaves sealed"),
        ("outlets", len({one.name for one in file.outlets}) == len(file.outlets), "each outlet has a name of its own"),
    ]
    for key, good, remedy in checks:
        if not good:
            raise BadInput(f"{key} does not fit", remedy, str(path))
    for outlet in file.outlets:
        _check_outlet(outlet, mode, path)


def _check_outlet(outlet: OutletTable, mode: Mode, path: Path) -> None:
    place = f"outlets.{outlet.name}"
    try:
        check_name(outlet.name)
    except BadValue as error:
        raise BadInput(f"outlets: {error.fault}", error.remedy, str(path)) from None
    if mode not in STATUSES:
        raise BadInput(
            f"mode {mode.value} has no outlets", "leave them out: a replay or simulation reaches nobody", str(path)
        )
    if outlet.takes not in (None, mode):
        raise BadInput(
            f"{place} takes mode {outlet.takes.value}, and this node is of mode {mode.value}",
            "an outlet belongs to nodes of its own mode alone",
            str(path),
        )
    if (outlet.kind == "webhook") != bool(outlet.url) or (outlet.kind != "webhook") != bool(outlet.path):
        raise BadInput(f"{place} does not fit its kind", "a webhook has a url; a file or feed has a path", str(path))
    if outlet.kind == "webhook":
        try:
            checked(outlet.url)
        except BadInput as error:
            raise BadInput(f"{place}.url {error.fault}", error.remedy, str(path)) from None


def _outlet(outlet: OutletTable, mode: Mode, base: Path) -> OutletTable:
    where = str(base / outlet.path) if outlet.path else ""
    return msgspec.structs.replace(outlet, takes=mode, path=where)
