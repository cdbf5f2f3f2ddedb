"""`bongsu federation`: everything that joins nations' servers, from one description."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from bongsu.base.errors import BadInput
from bongsu.base.ids import check_code
from bongsu.cli.federation_members import held, leave
from bongsu.model.configuration import PublicKey
from bongsu.model.mode import Mode

_DIR = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)
_DEFAULT_PARTNERS = ("kr=Korea", "us=United States", "jp=Japan")
_FIRST_PORT = 26_000


@click.group(epilog="\b\nExample:\n  bongsu federation init fed && bongsu federation doctor fed")
def federation() -> None:
    """Write server files, certificates and access files from one federation.toml, and see what the servers do."""


federation.add_command(leave)
federation.add_command(held)


@federation.command(epilog="\b\nExample:\n  bongsu federation init fed --partner kr=Korea --partner jp=Japan")
@click.argument("folder", metavar="DIR", type=_DIR)
@click.option(
    "--name", default="trial", show_default=True, help="Name of the federation; it is inside every signed message."
)
@click.option(
    "--partner", "partners", multiple=True, metavar="CODE=NAME", help="A partner; again for each (default: kr, us, jp)."
)
@click.option("--mode", "modes", multiple=True, type=click.Choice(["real", "exercise"]), help="A mode; default: both.")
@click.option("--hubs", default=1, show_default=True, type=click.IntRange(1, 4), help="Independent hubs.")
@click.option(
    "--first-port",
    default=_FIRST_PORT,
    show_default=True,
    type=click.IntRange(1_024, 65_000),
    help="Ports from here on.",
)
@click.option("--end-to-end", is_flag=True, help="Encrypt what partners send each other past the hub.")
def init(
    folder: Path,
    name: str,
    partners: tuple[str, ...],
    modes: tuple[str, ...],
    hubs: int,
    first_port: int,
    end_to_end: bool,
) -> None:
    """Write a new federation into DIR, all on this machine and everyone releasing to everyone; edit federation.toml and `write` to change it."""
    import msgspec

    from bongsu.adapters.federation.description import one_machine, ports_needed
    from bongsu.adapters.federation.folder import create_folder

    named = _partners(partners or _DEFAULT_PARTNERS)
    count = ports_needed(len(named), hubs)
    wanted = tuple(Mode(mode) for mode in modes) or (Mode.REAL, Mode.EXERCISE)
    described = one_machine(name, named, wanted, list(range(first_port, first_port + count)), hubs)
    described = msgspec.structs.replace(described, end_to_end=end_to_end)
    created = create_folder(folder, described)
    click.echo(f"Federation {name}: {', '.join(named)}, joined by {', '.join(hub.name for hub in described.hub)}.")
    click.echo(f"Description: {created.description}. Keep {created.authority_key} and {created.passwords} to yourself.")
    click.echo(f"Each server: cd {folder}/NAME && nats-server -c server.conf. Then: bongsu federation doctor {folder}")


@federation.command(epilog="\b\nExample:\n  bongsu federation write fed")
@click.argument("folder", metavar="DIR", type=_DIR)
def write(folder: Path) -> None:
    """Write every server file in DIR anew from federation.toml; passwords and certificates that exist are kept."""
    from bongsu.adapters.federation.folder import refresh_folder

    _, described = refresh_folder(folder)
    click.echo(
        f"Wrote {len(described.hub) + len(described.partner)} server files; running servers read theirs at a reload or restart."
    )


@federation.command(epilog="\b\nExample:\n  bongsu federation invite fed jp --out jp.bundle")
@click.argument("folder", metavar="DIR", type=_DIR)
@click.argument("code")
@click.option(
    "--out", required=True, type=_FILE, help="The file to write, for that partner alone: it holds its secrets."
)
def invite(folder: Path, code: str, out: Path) -> None:
    """Gather what partner CODE needs on its own machine into one file."""
    from bongsu.adapters.federation.bundle import write_bundle

    names = write_bundle(folder, code, out)
    click.echo(f"{out} holds {len(names)} files for {code}, secrets among them; hand it over in person or encrypted.")
    click.echo(
        f"{code} makes its keys there: enter the public-keys.jsonl that it sends back with `bongsu federation accept-keys`."
    )


@federation.command(epilog="\b\nExample:\n  bongsu federation join jp.bundle fed")
@click.argument("bundle", type=_FILE)
@click.argument("folder", metavar="DIR", type=_DIR)
def join(bundle: Path, folder: Path) -> None:
    """Unpack what `invite` gathered into a new DIR on the partner's machine."""
    from bongsu.adapters.federation.bundle import unpack_bundle

    code = unpack_bundle(bundle, folder)
    click.echo(f"{code}: cd {folder}/{code} && nats-server -c server.conf. Then: bongsu federation doctor {folder}")
    click.echo(f"Your keys: bongsu federation keys {folder}, then send {folder}/public-keys.jsonl to all partners.")


@federation.command(epilog="\b\nExample:\n  bongsu federation rotate fed kr")
@click.argument("folder", metavar="DIR", type=_DIR)
@click.argument("name")
def rotate(folder: Path, name: str) -> None:
    """Make new link certificates for hub or partner NAME; old and new hold side by side until its server is restarted."""
    from bongsu.adapters.federation.folder import rotate_certificates

    for path in rotate_certificates(folder, name):
        click.echo(f"{path}: new; restart server {name} to use it.")


@federation.command(epilog="\b\nExample:\n  bongsu federation revoke fed jp --by kr")
@click.argument("folder", metavar="DIR", type=_DIR)
@click.argument("code")
@click.option("--by", multiple=True, metavar="CODE", help="Who stops releasing; again for each (default: everyone).")
def revoke(folder: Path, code: str, by: tuple[str, ...]) -> None:
    """Stop releasing to partner CODE: its pulls end at once, also those that wait; what was kept for it stays where it is."""
    from bongsu.adapters.federation.membership import revoke as change

    for line in change(folder, code, by):
        click.echo(line)


@federation.command(epilog="\b\nExample:\n  bongsu federation grant fed jp --by kr")
@click.argument("folder", metavar="DIR", type=_DIR)
@click.argument("code")
@click.option("--by", multiple=True, metavar="CODE", help="Who releases to it; again for each (default: everyone).")
def grant(folder: Path, code: str, by: tuple[str, ...]) -> None:
    """Release to partner CODE, for the first time or again: what was kept for it meanwhile comes, once."""
    from bongsu.adapters.federation.membership import grant as change

    for line in change(folder, code, by):
        click.echo(line)


@federation.command(epilog="\b\nExample:\n  bongsu federation keys fed")
@click.argument("folder", metavar="DIR", type=_DIR)
def keys(folder: Path) -> None:
    """Make the signing keys that are missing in DIR, enter their public keys, and list all with the times for which they hold."""
    from bongsu.adapters.federation.signing_keys import gather_keys

    for key in gather_keys(folder):
        click.echo(_key_line(key))


@federation.command("accept-keys", epilog="\b\nExample:\n  bongsu federation accept-keys fed from-jp/public-keys.jsonl")
@click.argument("folder", metavar="DIR", type=_DIR)
@click.argument("handed", metavar="FILE", type=_FILE)
def accept_keys(folder: Path, handed: Path) -> None:
    """Enter the public keys that a partner handed on: its public-keys.jsonl, or its sealing-keys.jsonl under that name."""
    from bongsu.adapters.federation.signing_keys import accept_keys as accept

    changed = accept(folder, handed)
    for key in changed:
        click.echo(_key_line(key))
    if changed:
        click.echo(
            "Compare each key with its owner by another way (by voice), then restart your node: it reads them when it starts."
        )
    else:
        click.echo(f"Nothing new in {handed}.")


@federation.command(
    "rotate-key", epilog="\b\nExample:\n  bongsu federation rotate-key fed kr --mode exercise --overlap-h 48"
)
@click.argument("folder", metavar="DIR", type=_DIR)
@click.argument("code")
@click.option("--mode", required=True, type=click.Choice(["real", "exercise"]), help="The mode whose key is exchanged.")
@click.option(
    "--overlap-h",
    type=click.FloatRange(0.0, 8_760.0),
    default=24.0,
    show_default=True,
    help="Hours for which the old one holds.",
)
def rotate_key(folder: Path, code: str, mode: str, overlap_h: float) -> None:
    """Give partner CODE a new signing key; the old one is accepted until the overlap ends. Hand DIR/public-keys.jsonl on before nodes are restarted."""
    from bongsu.adapters.federation.signing_keys import rotate_key as rotate_one

    now_ns = time.time_ns()
    for key in rotate_one(folder, code, Mode(mode), now_ns, now_ns + round(overlap_h * 3_600) * 1_000_000_000):
        click.echo(_key_line(key))
    click.echo(
        f"Give {folder}/public-keys.jsonl (and sealing-keys.jsonl, if it is there) to all partners, have them restart their nodes, "
        f"then restart the node of {code}."
    )


@federation.command(
    "revoke-key", epilog="\b\nExample:\n  bongsu federation revoke-key fed cc6a46cef2d57ce3 --at 2026-12-01T00:00:00Z"
)
@click.argument("folder", metavar="DIR", type=_DIR)
@click.argument("key")
@click.option("--at", metavar="TIME", help="From when it is worth nothing, RFC 3339 (default: now).")
def revoke_key(folder: Path, key: str, at: str | None) -> None:
    """Let signing key KEY be worth nothing from a time on."""
    from bongsu.adapters.federation.signing_keys import revoke_key as revoke_one
    from bongsu.base.time import parse_time

    click.echo(_key_line(revoke_one(folder, key, time.time_ns() if at is None else parse_time(at))))
    click.echo(f"Give {folder}/public-keys.jsonl to all partners; each node reads it when it starts.")


def _key_line(key: PublicKey) -> str:
    from bongsu.base.time import format_time

    begun = "" if key.from_ns is None else f" from {format_time(key.from_ns, 0)}"
    ended = "" if key.until_ns is None else f" until {format_time(key.until_ns, 0)}"
    return f"{key.partner} {key.mode.value}: key {key.key}{begun}{ended}"


@federation.command(epilog="\b\nExample:\n  bongsu federation status fed")
@click.argument("folder", metavar="DIR", type=_DIR)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(folder: Path, as_json: bool) -> int:
    """Say which servers of DIR are up, which links hold, and what waits in each outbox; exit 1 if a server is not up."""
    import msgspec

    from bongsu.adapters.federation.description import read_federation
    from bongsu.adapters.federation.folder import Folder
    from bongsu.adapters.federation.inspection import inspect
    from bongsu.adapters.federation.signing_keys import keys_of

    place = Folder(folder)
    described = read_federation(place.description)
    states, known = inspect(place, described), keys_of(folder)
    if as_json:
        told = [
            {"partner": key.partner, "mode": key.mode, "key": key.key, "from_ns": key.from_ns, "until_ns": key.until_ns}
            for key in known
        ]
        click.echo(json.dumps({"federation": described.name, "servers": msgspec.to_builtins(states), "keys": told}))
        return int(any(state.fault for state in states))
    for state in states:
        click.echo(f"{state.name}: {state.fault or f'up, version {state.version}'}")
        for link in state.links:
            click.echo(f"  link to {link.hub} ({link.mode}): {'up' if link.up else 'down'}")
        for outbox in state.outboxes:
            paused = ", paused" if outbox.paused else ""
            amounts = f"{outbox.messages} kept, {outbox.unread} unread, {outbox.unacknowledged} unacknowledged{paused}"
            click.echo(f"  {outbox.lane} outbox of {outbox.recipient} ({outbox.mode}): {amounts}")
    for key in known:
        click.echo(_key_line(key))
    return int(any(state.fault for state in states))


@federation.command(epilog="\b\nExample:\n  bongsu federation doctor fed")
@click.argument("folder", metavar="DIR", type=_DIR)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def doctor(folder: Path, as_json: bool) -> int:
    """Check files, secrets, certificates, servers and links of DIR; one line for each fault with its remedy, exit 1 if there is any."""
    from bongsu.adapters.federation.inspection import examine

    findings = examine(folder)
    if as_json:
        click.echo(json.dumps([finding._asdict() for finding in findings]))
    else:
        for finding in findings:
            click.echo(f"{finding.place}: {finding.fault}; {finding.remedy}")
        if not findings:
            click.echo("Nothing is wrong.")
    return int(bool(findings))


def _partners(texts: tuple[str, ...]) -> dict[str, str]:
    named: dict[str, str] = {}
    for text in texts:
        code, equals, name = text.partition("=")
        if not equals or not name:
            raise BadInput(f"{text!r} is not CODE=NAME", "write it like kr=Korea", "--partner")
        if check_code(code) in named:
            raise BadInput(f"{code} is named twice", "name each partner once", "--partner")
        named[code] = name
    return named
