"""A federation's folder: everything for a federation on one machine; on several, each takes its own subfolder and nothing else.

DIR/federation.toml           the description
DIR/authority/                certificate authority (its key is the federation's highest secret)
DIR/passwords.json            by server and user
DIR/HUB/server.conf           and its certificate
DIR/CODE/server.conf          and certificates of each mode, access-MODE.toml, keys/MODE.key once the node has run;
                              handed-over, once that partner took its part to its own machine
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from bongsu.adapters.federation import server_files
from bongsu.adapters.federation.access import Access, write_access
from bongsu.adapters.federation.certificates import Authority, Pair
from bongsu.adapters.federation.description import Federation, read_federation, write_federation
from bongsu.adapters.secret_files import read_secret, write_secret
from bongsu.adapters.servers import Server
from bongsu.base.errors import BadInput
from bongsu.model.mode import Mode

PASSWORD_BYTES = 24


class Folder:
    """Paths inside a federation's folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.description = root / "federation.toml"
        self.passwords = root / "passwords.json"
        self.authority = root / "authority" / "ca.pem"
        self.authority_key = root / "authority" / "ca.key"

    def server(self, name: str) -> Path:
        """The file of a hub or of a partner's server."""
        return self.root / name / "server.conf"

    def access(self, code: str, mode: Mode) -> Path:
        """What a node in a mode must know."""
        return self.root / code / f"access-{mode.value}.toml"

    def certificate(self, name: str, stem: str) -> Path:
        """A certificate of a server; its key lies beside it. `stem` is a mode, or `hub`."""
        return self.root / name / f"{stem}.pem"

    def signing_key(self, code: str, mode: Mode) -> Path:
        """A node's signing key in a mode."""
        return self.root / code / "keys" / f"{mode.value}.key"

    def sealing_key(self, code: str, mode: Mode) -> Path:
        """A node's key for what others seal for it in a mode."""
        return self.root / code / "keys" / f"{mode.value}.sealing.key"

    def handed_over(self, code: str) -> Path:
        """Stands where that partner's part was taken to its own machine: its keys are made there, not here."""
        return self.root / code / "handed-over"


def create_folder(root: Path, federation: Federation) -> Folder:
    """Write a new federation: description, authority, passwords, servers. Raises `BadInput` if there is one already."""
    folder = Folder(root)
    if folder.description.exists() or folder.authority_key.exists():
        raise BadInput("there is a federation in this folder", "name another folder", str(root))
    authority = Authority.create(federation.name)
    _write_pair(authority.pair, folder.authority)
    passwords = {who: secrets.token_urlsafe(PASSWORD_BYTES) for who in server_files.users(federation)}
    _write_passwords(folder, passwords)
    write_secret(folder.description, write_federation(federation).encode())
    _write_servers(folder, federation, authority, passwords)
    return folder


def refresh_folder(root: Path) -> tuple[Folder, Federation]:
    """Write every server's file anew from the description; secrets that exist are kept, missing ones are made."""
    folder = Folder(root)
    federation = read_federation(folder.description)
    place = str(folder.authority_key)
    authority = Authority.load(Pair(folder.authority.read_bytes(), read_secret(folder.authority_key)), place)
    known = read_passwords(folder)
    passwords = {who: known.get(who) or secrets.token_urlsafe(PASSWORD_BYTES) for who in server_files.users(federation)}
    _write_passwords(folder, passwords)
    _write_servers(folder, federation, authority, passwords)
    return folder, federation


def rotate_certificates(root: Path, name: str) -> list[Path]:
    """New certificates for a hub or partner under the same authority, so that old and new hold side by side until the server is restarted."""
    folder = Folder(root)
    federation = read_federation(folder.description)
    hubs = [hub.name for hub in federation.hub]
    if name not in hubs:
        federation.partner_of(name)
    stems = ["hub"] if name in hubs else [mode.value for mode in federation.modes]
    paths = [folder.certificate(name, stem) for stem in stems]
    for path in paths:
        path.unlink(missing_ok=True)
    refresh_folder(root)
    return paths


def read_passwords(folder: Folder) -> dict[tuple[str, str], str]:
    """All passwords, by server and user."""
    try:
        by_server = msgspec.json.decode(read_secret(folder.passwords), type=dict[str, dict[str, str]])
    except msgspec.DecodeError as error:
        raise BadInput(str(error), "restore it from a copy", str(folder.passwords)) from None
    return {(server, user): word for server, users in by_server.items() for user, word in users.items()}


def _write_passwords(folder: Folder, passwords: dict[tuple[str, str], str]) -> None:
    by_server: dict[str, dict[str, str]] = {}
    for (server, user), password in passwords.items():
        by_server.setdefault(server, {})[user] = password
    write_secret(folder.passwords, msgspec.json.format(msgspec.json.encode(by_server), indent=1))


def _write_servers(
    folder: Folder, federation: Federation, authority: Authority, passwords: dict[tuple[str, str], str]
) -> None:
    for hub in federation.hub:
        _write_pair_once(folder.certificate(hub.name, "hub"), partial(authority.hub, hub.address))
        write_secret(folder.certificate(hub.name, "ca"), authority.certificate)
        write_secret(folder.server(hub.name), server_files.hub_file(federation, hub, passwords).encode())
    for partner in federation.partner:
        code = partner.code
        for mode in federation.modes:
            _write_pair_once(folder.certificate(code, mode.value), partial(authority.partner, code, mode))
            write_access(_access(federation, code, mode, passwords), folder.access(code, mode))
        write_secret(folder.certificate(code, "ca"), authority.certificate)
        write_secret(folder.server(code), server_files.partner_file(federation, partner, passwords).encode())


def _access(federation: Federation, code: str, mode: Mode, passwords: dict[tuple[str, str], str]) -> Access:
    partner, user = federation.partner_of(code), server_files.node_user(code, mode)
    return Access(
        federation=federation.name,
        node=code,
        mode=mode,
        client_port=partner.client_port,
        monitor_port=partner.monitor_port,
        user=user,
        password=passwords[code, user],
        recipients=partner.releases_to,
        issuers=federation.issuers_to(code),
        hubs=tuple(hub.name for hub in federation.hub),
        prompt_keep_h=federation.lanes.prompt_keep_h,
        latest_keep_h=federation.lanes.latest_keep_h,
        duplicates_known_h=federation.lanes.duplicates_known_h,
        end_to_end=federation.end_to_end,
    )


def _write_pair_once(certificate: Path, make: Callable[[], Pair]) -> None:
    if not certificate.exists():
        _write_pair(make(), certificate)


def _write_pair(pair: Pair, certificate: Path) -> None:
    write_secret(certificate.with_suffix(".key"), pair.key)
    write_secret(certificate, pair.certificate)


def servers_of(folder: Folder, federation: Federation) -> list[Server]:
    """All servers of a federation on one machine, hubs first."""
    hubs = [Server(hub.name, folder.server(hub.name), hub.monitor_port, streams=False) for hub in federation.hub]
    nations = [Server(one.code, folder.server(one.code), one.monitor_port) for one in federation.partner]
    return hubs + nations
