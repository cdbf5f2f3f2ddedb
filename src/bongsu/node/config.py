"""A node's settings: one strict TOML file, with its sensors, policy, circles and roles beside it or as shipped.

Paths are relative to the file. Every fault is one line that names file and key (exit 2); an unknown key is a fault.
"""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import math
import time
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import msgspec

import bongsu
from bongsu.adapters.federation.access import Access, read_access
from bongsu.adapters.federation.folder import Folder
from bongsu.adapters.federation.sealing_files import open_sealing
from bongsu.adapters.identity import Signer, open_signer, read_public_keys
from bongsu.adapters.oidc import OidcSettings
from bongsu.adapters.sealing import Sealing
from bongsu.adapters.store import Place, is_address, place_of
from bongsu.base.errors import BadInput, BadValue
from bongsu.base.ids import check_code, check_name
from bongsu.base.limits import ALARM_LEVELS_COUNT, RETENTION_LEAST_DAYS, RETENTION_LEAST_MB
from bongsu.base.time import parse_time
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.core.exchange.policy import Policy, parse_policy, shipped
from bongsu.geo import areas
from bongsu.model.circle import Circle, Membership
from bongsu.model.configuration import Configuration, PublicKey, Role, Rule
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.mode import Mode
from bongsu.model.sensor import Sensor
from bongsu.node.alerting import Alerting, read_alerting
from bongsu.node.provider import OidcTable, provider_of
from bongsu.node.retention import Retention
from bongsu.node.strict import Strict, Table, read_toml
from bongsu.wire.detections import LineParser

_REMEDY = "see docs/reference/node.md"
_CIRCLE = "trilateral"
DEFAULT_ACCOUNTS = "accounts.json"
"""Where a real node looks for its accounts unless its settings name another file."""
_CORE = ("base", "core", "flight", "geo", "model", "wire")

HOLD_DENIED = Rule(
    rule="hold-stays-home",
    action="deny",
    circle=_CIRCLE,
    kind="hold",
    reason="this nation tells nobody that something real has come up",
)
"""The rule of `policy = "deny"`: as specific as the one that allows, and the stricter wins."""


class FeedTable(Strict):
    """Where detections come from: `udp` takes `port` (0: a free one), `file` takes `path`."""

    kind: Literal["none", "udp", "file", "stdin"] = "none"
    port: int = 0
    path: str = ""


class HoldTable(Strict):
    """HOLD on a real event. `policy`: how it goes to the partners of the exercise. `listen`: take signals on this machine's
    `port` (0: a free one). `signal_port`: where a real node tells its own nation's exercise node.
    """

    policy: Literal["automatic", "ask", "deny"] = "automatic"
    listen: bool = False
    port: int = 0
    signal_port: int = 0


class RetentionTable(Strict):
    """How long and how large the record may become."""

    days: float | None = None
    size_mb: float | None = None


class NodeFile(Strict):
    """The settings file."""

    node: str
    mode: Mode
    record: str
    record_url: str = ""
    exercise: str = ""
    country: str = ""
    federation: str = ""
    public_keys: str = ""
    sensors: str = ""
    policy: str = ""
    circles: str = ""
    roles: str = ""
    area_set: str = ""
    console_port: int = 0
    console_host: str = "127.0.0.1"
    console_names: list[str] = msgspec.field(default_factory=list)
    console_certificate: str = ""
    console_key: str = ""
    accounts: str = ""
    oidc: OidcTable | None = None
    alerting: str = ""
    control: Literal["none", "stdin"] = "none"
    start: str = ""
    startex: str = ""
    clock_offset_s: float = 0.0
    hold: HoldTable = msgspec.field(default_factory=HoldTable)
    feed: FeedTable = msgspec.field(default_factory=FeedTable)
    retention: RetentionTable = msgspec.field(default_factory=RetentionTable)


class _MemberTable(Strict):
    partner: str
    from_: str = msgspec.field(name="from", default="1970-01-01T00:00:00Z")
    until: str = ""


class _CircleTable(Strict):
    circle: str
    title: str
    members: list[_MemberTable]
    consults: bool = True


class _CirclesFile(Strict):
    circles: list[_CircleTable]


class _RoleTable(Strict):
    role: str
    kinds: list[str]
    called: Annotated[int, msgspec.Meta(ge=0, lt=ALARM_LEVELS_COUNT)] = 0


class _RolesFile(Strict):
    roles: list[_RoleTable]


class ConsoleSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the page answers and who may log in. `accounts` None: the drill's account, which a real node never has."""

    port: int
    host: str
    names: tuple[str, ...]
    certificate: Path | None
    key: Path | None
    accounts: Path | None
    oidc: OidcSettings | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All that a node is started with. `access` and `signer` are None in modes without a network."""

    path: Path
    configuration: Configuration
    record: Path
    place: Place
    retention: Retention
    feed: FeedTable
    feed_path: Path | None
    console: ConsoleSettings
    control: bool
    start_ns: int | None
    startex: ExerciseOrder | None
    access: Access | None
    signer: Signer | None
    sealing: Sealing | None = None
    alerting: Alerting | None = None
    hold: HoldTable = msgspec.field(default_factory=HoldTable)
    clock_offset_ns: int = 0


def read_settings(path: Path) -> Settings:
    """Read a node's settings and all that they name. Raises `BadInput` with file and key."""
    file = _read(path, NodeFile)
    _check(file, path)
    base = path.parent
    access, signer, keys = _identity(file, path)
    alerting = _alerting(file, base)
    policy = _policy(base, file.policy)
    partners = tuple(sorted({file.node, *(() if access is None else (*access.recipients, *access.issuers))}))
    configuration = Configuration(
        node=file.node,
        federation="" if access is None else access.federation,
        mode=file.mode,
        exercise=file.exercise,
        epoch=1,
        partners=partners,
        sensors=_sensors(base / file.sensors) if file.sensors else (),
        public_keys=keys,
        circles=_circles(base / file.circles) if file.circles else _circle_of(partners),
        rules=(*policy.rules, *((HOLD_DENIED,) if file.hold.policy == "deny" else ())),
        roles=_roles(base, file.roles),
        label=policy.label(partners),
        area_set=file.area_set or areas.LATEST,
        country=file.country or file.node.upper(),
        commit=commit(),
        alerting=alerting.policy if alerting is not None else None,
        terms=policy.terms,
        markings=policy.markings,
        hold="ask" if file.hold.policy == "ask" else "automatic",
    )
    return Settings(
        path=path,
        configuration=configuration,
        record=base / file.record,
        place=_place(file, path),
        retention=_retention(file.retention, path),
        feed=file.feed,
        feed_path=base / file.feed.path if file.feed.kind == "file" else None,
        console=_console(file, base),
        control=file.control == "stdin",
        start_ns=parse_time(file.start) if file.start else None,
        startex=_startex(file),
        access=access,
        signer=signer,
        sealing=None if access is None else open_sealing(Folder(path.parent / file.federation), access, time.time_ns()),
        alerting=alerting,
        hold=file.hold,
        clock_offset_ns=round(file.clock_offset_s * NANOSECONDS_PER_SECOND),
    )


def _alerting(file: NodeFile, base: Path) -> Alerting | None:
    if not file.alerting:
        return None
    country, area_set = file.country or file.node.upper(), file.area_set or areas.LATEST
    return read_alerting(base / file.alerting, file.mode, file.node, file.exercise, country, area_set)


def _retention(table: RetentionTable, path: Path) -> Retention:
    for key, least in (("days", RETENTION_LEAST_DAYS), ("size_mb", RETENTION_LEAST_MB)):
        value = getattr(table, key)
        if value is not None and not least <= value < math.inf:
            raise BadInput(f"`retention.{key}` is {value:g}", f"use {least:g} or more, or leave it out", str(path))
    return Retention(table.days, table.size_mb)


def _place(file: NodeFile, path: Path) -> Place:
    """The server that keeps the record, if one does; else the folder."""
    if not file.record_url:
        return place_of(path.parent / file.record)
    if not is_address(file.record_url):
        raise BadInput("`record_url` is not the address of a server", f"leave it out, or {_REMEDY}", str(path))
    return place_of(file.record_url)


def accounts_of(path: Path) -> tuple[Path, tuple[str, ...]]:
    """Where the accounts of a node lie, and the roles that it knows, without opening its keys."""
    file = _read(path, NodeFile)
    _check(file, path)
    accounts = path.parent / (file.accounts or DEFAULT_ACCOUNTS)
    if not file.accounts and file.mode is not Mode.REAL:
        raise BadInput(
            "this node has no accounts: whoever sits at it is the drill's officer",
            'name a file: accounts = "accounts.json"',
            str(path),
        )
    return accounts, tuple(role.role for role in _roles(path.parent, file.roles))


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own and no other's; a name that is not an address is not trusted to be."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _console(file: NodeFile, base: Path) -> ConsoleSettings:
    """A real node without `accounts` has an empty set of them: the page asks for a log-in that nobody has yet."""
    accounts = base / file.accounts if file.accounts else None
    if accounts is None and file.mode is Mode.REAL:
        accounts = base / DEFAULT_ACCOUNTS
    paths = {"console_certificate": file.console_certificate, "console_key": file.console_key}
    found = {key: base / name if name else None for key, name in paths.items()}
    for key, path in found.items():
        if path is not None and not path.is_file():
            raise BadInput("no such file", f"check `{key}`", str(path))
    return ConsoleSettings(
        port=file.console_port,
        host=file.console_host,
        names=tuple(file.console_names),
        certificate=found["console_certificate"],
        key=found["console_key"],
        accounts=accounts,
        oidc=provider_of(file.oidc, base, accounts),
    )


@functools.cache
def commit() -> str:
    """What code this is: the version and a hash of all that the core is made of, as a record is only replayed by the core that wrote it.

    Bound when a process first asks: files that change while it runs are not the code that it runs.
    """
    digest = hashlib.sha256()
    root = Path(bongsu.__file__).parent
    for package in _CORE:
        for path in sorted((root / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{bongsu.__version__}+{digest.hexdigest()[:12]}"


def _read(path: Path, kind: type[Table]) -> Table:
    return read_toml(path, kind, _REMEDY, "check the path")


def _check(file: NodeFile, path: Path) -> None:
    """What the types cannot say."""
    checks: list[tuple[str, bool, str]] = [
        (
            "exercise",
            (file.exercise == "") == (file.mode is Mode.REAL),
            "name one, except in mode real, which has none",
        ),
        (
            "control",
            file.control == "none" or file.mode is not Mode.REAL,
            "a real node takes no orders from standard input",
        ),
        (
            "clock_offset_s",
            file.clock_offset_s == 0.0 or file.mode is Mode.EXERCISE,
            "only an exercise has wrong clocks",
        ),
        ("hold.listen", not file.hold.listen or file.mode is Mode.EXERCISE, "only an exercise stands still"),
        ("hold.signal_port", 0 <= file.hold.signal_port <= 65_535, "use 0 to 65535; 0 signals nobody"),
        (
            "hold.signal_port",
            file.hold.signal_port == 0 or file.mode is Mode.REAL,
            "only a real node signals a real event",
        ),
        ("hold.port", 0 <= file.hold.port <= 65_535, "use 0 to 65535; 0 takes a free one"),
        ("start", file.start == "" or file.mode is not Mode.REAL, "real time needs no start"),
        (
            "startex",
            file.startex == "" or (file.start != "" and file.control == "none"),
            "it needs `start`, and a node without control lines",
        ),
        (
            "feed.kind",
            file.feed.kind != "stdin" or file.control == "none",
            "standard input carries control lines already",
        ),
        (
            "feed.path",
            (file.feed.path != "") == (file.feed.kind == "file"),
            "a feed of kind file, and no other, has a path",
        ),
        ("console_port", 0 <= file.console_port <= 65_535, "use 0 to 65535; 0 takes a free one"),
        (
            "console_host",
            is_loopback(file.console_host) or (file.console_certificate != "" and file.accounts != ""),
            "a page that other machines reach needs console_certificate, console_key and accounts",
        ),
        (
            "console_key",
            (file.console_key == "") == (file.console_certificate == ""),
            "certificate and key come together",
        ),
        ("feed.port", 0 <= file.feed.port <= 65_535, "use 0 to 65535; 0 takes a free one"),
        (
            "federation",
            file.federation != "" or file.mode not in (Mode.REAL, Mode.EXERCISE),
            "name the federation's folder",
        ),
    ]
    for key, good, remedy in checks:
        if not good:
            raise BadInput(f"{key} does not fit", remedy, str(path))
    _check_words(file, path)


def _check_words(file: NodeFile, path: Path) -> None:
    """Codes, names and times."""
    try:
        check_code(file.node)
        if file.exercise:
            check_name(file.exercise)
        for moment in (file.start, file.startex):
            if moment:
                parse_time(moment)
    except BadValue as error:
        raise BadInput(error.fault, error.remedy, str(path)) from None


def _startex(file: NodeFile) -> ExerciseOrder | None:
    """What a node orders itself that no control orders: exercise time runs as link time does, from an agreed moment on."""
    if not file.startex:
        return None
    start_ns, link_ns = parse_time(file.start), parse_time(file.startex)
    return ExerciseOrder(order="startex", exercise=file.exercise, exercise_ns=start_ns, link_ns=link_ns, speed=1.0)


def _identity(file: NodeFile, path: Path) -> tuple[Access | None, Signer | None, tuple[PublicKey, ...]]:
    """The node's way into its own server, its signing key, and everybody's public keys."""
    if not file.federation:
        return None, None, ()
    folder = Folder(path.parent / file.federation)
    access_path = folder.access(file.node, file.mode)
    if not access_path.exists():
        raise BadInput(
            "missing", f"check `federation` and `node` in {path}, or run `bongsu federation init`", str(access_path)
        )
    access = read_access(access_path)
    signer = open_signer(folder.signing_key(file.node, file.mode), file.node, file.mode)
    keys_path = path.parent / file.public_keys if file.public_keys else folder.root / "public-keys.jsonl"
    try:
        keys = tuple(key for key in read_public_keys(keys_path) if key.mode is file.mode)
    except OSError as error:
        raise BadInput(
            f"cannot be read ({(error.strerror or 'unknown').lower()})", "check `public_keys`", str(keys_path)
        ) from None
    own = signer.public_key()
    if not any(key.partner == file.node and key.public == own.public for key in keys):
        keys = (*keys, own)
    return access, signer, tuple(sorted(keys, key=lambda key: (key.partner, key.key)))


def _sensors(path: Path) -> tuple[Sensor, ...]:
    """Sensor lines of the detections form; other lines are no settings."""
    parser = LineParser()
    sensors: dict[str, Sensor] = {}
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise BadInput(
            f"cannot be read ({(error.strerror or 'unknown').lower()})", "check `sensors`", str(path)
        ) from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            sensor = parser.parse(line, number)
        except BadValue as error:
            raise BadInput(error.fault, error.remedy, f"{path}:{number}") from None
        if not isinstance(sensor, Sensor) or sensor.id in sensors:
            raise BadInput("not a new sensor's line", "one sensor a line, each id once", f"{path}:{number}")
        sensors[sensor.id] = sensor
    return tuple(sensors.values())


def _policy(base: Path, policy: str) -> Policy:
    if not policy:
        return shipped()
    try:
        return parse_policy((base / policy).read_text(encoding="utf-8"), str(base / policy))
    except UnicodeDecodeError as error:
        raise BadInput(f"not UTF-8 text (byte {error.start + 1})", "save it as UTF-8", str(base / policy)) from None
    except OSError as error:
        raise BadInput(
            f"cannot be read ({(error.strerror or 'unknown').lower()})", "check `policy`", str(base / policy)
        ) from None


def _roles(base: Path, roles: str) -> tuple[Role, ...]:
    if roles:
        file = _read(base / roles, _RolesFile)
    else:
        with resources.as_file(resources.files("bongsu.node") / "default_roles.toml") as shipped:
            file = _read(shipped, _RolesFile)
    return tuple(Role(check_name(table.role), tuple(table.kinds), table.called) for table in file.roles)


def _circles(path: Path) -> tuple[Circle, ...]:
    try:
        return tuple(
            Circle(
                circle=check_name(table.circle),
                title=table.title,
                members=tuple(
                    Membership(
                        partner=check_code(member.partner),
                        from_ns=parse_time(member.from_),
                        until_ns=parse_time(member.until) if member.until else None,
                    )
                    for member in table.members
                ),
                consults=table.consults,
            )
            for table in _read(path, _CirclesFile).circles
        )
    except BadValue as error:
        raise BadInput(error.fault, error.remedy, str(path)) from None


def _circle_of(partners: tuple[str, ...]) -> tuple[Circle, ...]:
    """The circle of the shipped policy: all partners that this node is linked with."""
    members = tuple(Membership(partner=partner, from_ns=0) for partner in partners)
    return (Circle(circle=_CIRCLE, title="All partners of this node", members=members),)
