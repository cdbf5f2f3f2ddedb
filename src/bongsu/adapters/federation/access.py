"""What one node in one mode must know to use its own server: a file of mode 0600 beside the server's."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from bongsu.adapters.secret_files import read_secret, write_secret
from bongsu.base.errors import BadInput
from bongsu.model.mode import Mode


class Access(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Addresses, user and password of one node in one mode, and its partners both ways. An exercise node holds no live one."""

    federation: str
    node: str
    mode: Mode
    client_port: int
    monitor_port: int
    user: str
    password: str
    recipients: tuple[str, ...]
    issuers: tuple[str, ...]
    hubs: tuple[str, ...]
    prompt_keep_h: float
    latest_keep_h: float
    duplicates_known_h: float
    end_to_end: bool = False


def read_access(path: Path) -> Access:
    """Read a node's access. Raises `BadInput` with file and key."""
    try:
        return msgspec.convert(tomllib.loads(read_secret(path).decode("utf-8")), Access)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise BadInput(str(error), "let `bongsu federation` write it anew", str(path)) from None


def write_access(access: Access, path: Path) -> None:
    """Write a node's access as TOML."""
    lines = ["# What this node needs to use its own server. Secret; written from federation.toml."]
    lines += [f"{field} = {msgspec.json.encode(getattr(access, field)).decode()}" for field in access.__struct_fields__]
    write_secret(path, ("\n".join(lines) + "\n").encode())
