"""`federation.toml`: who belongs to a federation, which hubs join them, who releases to whom. Strict: an unknown key is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from bongsu.base import limits
from bongsu.base.errors import BadInput, BadValue
from bongsu.base.ids import check_code, check_name
from bongsu.base.time import parse_time
from bongsu.model.mode import Mode
from bongsu.wire import subjects

REMEDY = "see docs/reference/federation.md"


class Hub(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A server that only routes. `address` is where partners reach `leaf_port`; the other two ports are open on its own machine alone."""

    name: str
    address: str
    leaf_port: int
    client_port: int
    monitor_port: int
    listen: str = "127.0.0.1"


class Partner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A nation and its own server. Its ports are open on its own machine alone; who is not in `releases_to` gets no line at all.

    `leaves`: from when it is no partner any more (RFC 3339 UTC; empty: it stays).
    """

    code: str
    name: str
    client_port: int
    monitor_port: int
    releases_to: tuple[str, ...] = ()
    leaves: str = ""

    @property
    def leaves_ns(self) -> int | None:
        """From when it is no partner any more; None: it stays."""
        return parse_time(self.leaves) if self.leaves else None


class Lanes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the outboxes keep what was released, and how long a repeated message is known as one."""

    prompt_keep_h: float = 12.0
    latest_keep_h: float = 1.0
    duplicates_known_h: float = 1.0


class Federation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole description. Two hubs are independent of each other: each partner holds a link to both.

    `end_to_end`: what partners send each other is encrypted past the hub.
    """

    name: str
    modes: tuple[Mode, ...]
    hub: tuple[Hub, ...]
    partner: tuple[Partner, ...]
    lanes: Lanes = Lanes()
    end_to_end: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The partners' codes, in the file's order."""
        return tuple(partner.code for partner in self.partner)

    def partner_of(self, code: str) -> Partner:
        """One partner. Raises `BadValue` when there is none of that code."""
        for partner in self.partner:
            if partner.code == code:
                return partner
        raise BadValue(f"{code!r} is not a partner of {self.name}", f"its partners are {', '.join(self.codes)}")

    def issuers_to(self, code: str) -> tuple[str, ...]:
        """Who releases to a partner."""
        return tuple(partner.code for partner in self.partner if code in partner.releases_to)


def read_federation(path: Path) -> Federation:
    """Read and check a description. Raises `BadInput` with file and key."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        federation = msgspec.convert(table, Federation)
        check_federation(federation)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise BadInput(str(error), REMEDY, str(path)) from None
    except BadValue as error:
        raise BadInput(error.fault, error.remedy, str(path)) from None
    return federation


def check_federation(federation: Federation) -> None:
    """What the types cannot say: names, codes and ports are distinct, everyone named exists. Raises `BadValue`."""
    check_name(federation.name)
    for hub in federation.hub:
        check_name(hub.name)
    for partner in federation.partner:
        check_code(partner.code)
        if partner.leaves:
            parse_time(partner.leaves)
    for mode in federation.modes:
        subjects.mark_of(mode)
    _refuse_repeats("mode", federation.modes)
    _refuse_repeats("hub or partner", (*(hub.name for hub in federation.hub), *federation.codes))
    if not 1 <= len(federation.hub) <= limits.HUBS_COUNT:
        raise BadValue(f"{len(federation.hub)} hubs", f"name one hub, or up to {limits.HUBS_COUNT} independent ones")
    if not 2 <= len(federation.partner) <= limits.PARTNERS_COUNT:
        raise BadValue(f"{len(federation.partner)} partners", f"name 2 to {limits.PARTNERS_COUNT}")
    if not federation.modes:
        raise BadValue("no mode", "name real, exercise or both")
    _check_releases(federation)
    _check_ports(federation)


def _check_releases(federation: Federation) -> None:
    for partner in federation.partner:
        _refuse_repeats(f"recipient of {partner.code}", partner.releases_to)
        for recipient in partner.releases_to:
            federation.partner_of(recipient)
            if recipient == partner.code:
                raise BadValue(f"{recipient} releases to itself", "leave it out of its own releases_to")


def _check_ports(federation: Federation) -> None:
    """Ports of one machine are distinct; which servers share a machine is not known, so all loopback ports are."""
    ports = [port for hub in federation.hub for port in (hub.leaf_port, hub.client_port, hub.monitor_port)]
    ports += [port for partner in federation.partner for port in (partner.client_port, partner.monitor_port)]
    for port in ports:
        if not 1 <= port <= 65_535:
            raise BadValue(f"port {port} does not exist", "use 1 to 65535")
    _refuse_repeats("port", tuple(ports))


def _refuse_repeats(what: str, values: tuple[object, ...]) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise BadValue(f"{what} {value} is named twice", "name each once")


def one_machine(
    name: str, partners: dict[str, str], modes: tuple[Mode, ...], ports: list[int], hubs: int = 1
) -> Federation:
    """A federation on this machine in which everyone releases to everyone: code to name of each partner, and enough free ports."""
    free = iter(ports)
    hub_names = ["hub"] if hubs == 1 else [f"hub{number + 1}" for number in range(hubs)]
    federation = Federation(
        name=name,
        modes=modes,
        hub=tuple(
            Hub(name=hub, address="127.0.0.1", leaf_port=next(free), client_port=next(free), monitor_port=next(free))
            for hub in hub_names
        ),
        partner=tuple(
            Partner(
                code=code,
                name=words,
                client_port=next(free),
                monitor_port=next(free),
                releases_to=tuple(other for other in partners if other != code),
            )
            for code, words in partners.items()
        ),
    )
    check_federation(federation)
    return federation


def ports_needed(partners: int, hubs: int = 1) -> int:
    """How many free ports `one_machine` takes."""
    return 3 * hubs + 2 * partners


def write_federation(federation: Federation) -> str:
    """The description as TOML text, as `read_federation` reads it."""
    lines = [
        "# One description of the whole federation: `bongsu federation` writes every server file from it.",
        f"name = {_text(federation.name)}",
        f"modes = [{', '.join(_text(mode.value) for mode in federation.modes)}]",
        *(["end_to_end = true"] if federation.end_to_end else []),
    ]
    for hub in federation.hub:
        lines += ["", "[[hub]]", *_lines(hub)]
    for partner in federation.partner:
        lines += ["", "[[partner]]", *_lines(partner)]
    lines += ["", "[lanes]", *_lines(federation.lanes)]
    return "\n".join(lines) + "\n"


def _lines(table: Hub | Partner | Lanes) -> list[str]:
    told = {field: getattr(table, field) for field in table.__struct_fields__}
    return [f"{field} = {_value(value)}" for field, value in told.items() if (field, value) != ("leaves", "")]


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_value(part) for part in value)}]"
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    """A JSON string is a TOML basic string."""
    return msgspec.json.encode(text).decode()
