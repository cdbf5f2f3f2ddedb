"""What a live drill writes before its processes start: a federation of its own, and the settings of each node.

DIR/federation/     servers' files, certificates, keys: made anew for each drill, worth nothing after it
DIR/nodes/CODE/     node.toml, sensors.jsonl, roles.toml, alerting.toml, and the process's own words in node.log
"""

from pathlib import Path

import msgspec

from bongsu.adapters.federation.description import one_machine, ports_needed
from bongsu.adapters.federation.folder import create_folder, servers_of
from bongsu.adapters.federation.signing_keys import gather_keys
from bongsu.adapters.identity import open_signer, write_public_keys
from bongsu.adapters.secret_files import read_secret, write_secret
from bongsu.adapters.servers import Server, free_ports
from bongsu.base.time import format_time
from bongsu.drill import detections, settings
from bongsu.drill.alerting import file_of, policy_of
from bongsu.drill.live_injects import clock_offset_ns
from bongsu.drill.relay import Relay
from bongsu.drill.roles import ROLES
from bongsu.drill.scenario import Scenario
from bongsu.drill.scenario_schema import LinkCut, SlowLink
from bongsu.model.mode import Mode

_MODE = Mode.EXERCISE


class Ports(msgspec.Struct, frozen=True):
    """A server and its ports by what they are for."""

    server: Server
    ports: dict[str, int]


class Lines(msgspec.Struct, frozen=True):
    """The servers of a drill, hub first, and the relays of the lines that its scenario cuts, by nation."""

    servers: list[Ports]
    relays: dict[str, Relay]


def write_federation(scenario: Scenario, root: Path, every_line: bool = False) -> Lines:
    """A federation for one drill. Everybody's public keys lie in it. `every_line`: all lines can be cut, not only those
    that the scenario cuts or slows.
    """
    names = {partner.code: partner.name for partner in scenario.partners}
    meant = {inject.node for inject in scenario.injects if isinstance(inject, LinkCut | SlowLink)}
    cut = sorted(names if every_line else meant)
    free = free_ports(ports_needed(len(names)) + len(cut))
    federation = one_machine(settings.federation_of(scenario), names, (_MODE,), free[len(cut) :])
    federation = msgspec.structs.replace(federation, end_to_end=scenario.hub.end_to_end)
    folder = create_folder(root, federation)
    signers = [open_signer(folder.signing_key(code, _MODE), code, _MODE) for code in sorted(names)]
    write_public_keys(root / "public-keys.jsonl", tuple(signer.public_key() for signer in signers))
    gather_keys(root)
    servers = {server.name: server for server in servers_of(folder, federation)}
    found = [
        Ports(servers[hub.name], {"leaf": hub.leaf_port, "client": hub.client_port, "monitor": hub.monitor_port})
        for hub in federation.hub
    ]
    found += [
        Ports(servers[one.code], {"client": one.client_port, "monitor": one.monitor_port}) for one in federation.partner
    ]
    leaf_port = federation.hub[0].leaf_port
    relays = {code: Relay(port, leaf_port) for code, port in zip(cut, free, strict=False)}
    for code, relay in relays.items():
        _lead_through(folder.server(code), leaf_port, relay.port)
    return Lines(found, relays)


def _lead_through(file: Path, leaf_port: int, port: int) -> None:
    """Have a nation's server reach the hub by another port."""
    text = read_secret(file).decode("utf-8")
    assert text.count(f':{leaf_port}"') == 1, f"{file} names the hub once"
    write_secret(file, text.replace(f':{leaf_port}"', f':{port}"').encode())


def write_node(scenario: Scenario, code: str, out: Path) -> Path:
    """The settings of one nation's node; gives the path of its `node.toml`."""
    folder = out / "nodes" / code
    folder.mkdir(parents=True)
    encode = msgspec.json.encode
    lines = [encode(line) + b"\n" for line in detections.sensor_lines(scenario) if line.owner == code]
    (folder / "sensors.jsonl").write_bytes(b"".join(lines))
    roles = [f"[[roles]]\nrole = {_text(role.role)}\nkinds = [{', '.join(map(_text, role.kinds))}]\n" for role in ROLES]
    (folder / "roles.toml").write_text("\n".join(roles), encoding="utf-8")
    (folder / "circles.toml").write_text(_circles(scenario), encoding="utf-8")
    policy = policy_of(code)
    if policy is not None:
        (folder / "alerting.toml").write_text(file_of(policy), encoding="utf-8")
    path = folder / "node.toml"
    path.write_text("\n".join(_node_lines(scenario, code, out)) + "\n", encoding="utf-8")
    return path


def _circles(scenario: Scenario) -> str:
    """The circle of all who take part, with the dates of its members."""
    lines = ["[[circles]]", f"circle = {_text(settings.CIRCLE)}", 'title = "All who take part"']
    for partner in sorted(scenario.partners, key=lambda one: one.code):
        member = settings.membership(scenario, partner)
        lines += ["", "[[circles.members]]", f"partner = {_text(partner.code)}"]
        if partner.joins_s is not None:
            lines.append(f"from = {_text(format_time(member.from_ns))}")
        if member.until_ns is not None:
            lines.append(f"until = {_text(format_time(member.until_ns))}")
    return "\n".join(lines) + "\n"


def _node_lines(scenario: Scenario, code: str, out: Path) -> list[str]:
    return [
        f"node = {_text(code)}",
        f"mode = {_text(_MODE.value)}",
        f"exercise = {_text(scenario.exercise)}",
        f"country = {_text(code.upper())}",
        f"record = {_text(str((out / 'record' / code).resolve()))}",
        f"federation = {_text(str((out / 'federation').resolve()))}",
        'sensors = "sensors.jsonl"',
        'roles = "roles.toml"',
        *(['alerting = "alerting.toml"'] if policy_of(code) is not None else []),
        'circles = "circles.toml"',
        'control = "stdin"',
        f"start = {_text(format_time(scenario.start_ns))}",
        f"clock_offset_s = {clock_offset_ns(scenario, code) / 1e9!r}",
        "",
        "[hold]",
        f"policy = {_text(settings.hold_policy(scenario, code))}",
        "listen = true",
        "",
        "[feed]",
        'kind = "udp"',
    ]


def _text(text: str) -> str:
    """A JSON string is a TOML basic string."""
    return msgspec.json.encode(text).decode()
