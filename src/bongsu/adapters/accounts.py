"""Local accounts of a node's console: names, roles and argon2id hashes in one file that only its owner may read.

Hashes follow RFC 9106's second recommended parameters as argon2-cffi sets them. A name that there is not costs as much time as a wrong password, so
that nobody learns names by measuring.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bongsu.adapters.secret_files import read_secret, write_secret
from bongsu.base.errors import BadInput
from bongsu.base.ids import check_name
from bongsu.base.limits import ACCOUNTS_COUNT, PASSWORD_CHARACTERS, PASSWORD_LEAST_CHARACTERS

_FORMAT = "bongsu-accounts-1"
_hasher = PasswordHasher()
NO_PASSWORD = "none"
"""No hash at all: nothing equals it."""


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One person: the name in the record, the roles that it may take, the hash of its password."""

    name: str
    roles: tuple[str, ...]
    password: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    accounts: tuple[Account, ...] = ()


class Accounts:
    """The accounts of one file. Read anew when the file has changed, so that a person who is removed is out at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._accounts: dict[str, Account] = {}
        self._nobody = _hasher.hash("nobody's password, only to take the time")

    def all(self) -> list[Account]:
        """All accounts by name. A missing file has none. Raises `BadInput` for one that is not ours or that others may read."""
        self._read()
        return [self._accounts[name] for name in sorted(self._accounts)]

    def roles(self, name: str) -> tuple[str, ...] | None:
        """What a person may do now; None for one that there is not (any more)."""
        self._read()
        account = self._accounts.get(name)
        return None if account is None else account.roles

    def check(self, name: str, password: str) -> tuple[str, ...] | None:
        """The roles of a person who knows the password; None else. Takes tens of milliseconds: call it off the event loop."""
        self._read()
        account = self._accounts.get(name)
        try:
            _hasher.verify(self._nobody if account is None else account.password, password)
        except (VerificationError, InvalidHashError):
            return None
        return None if account is None else account.roles

    def add(self, name: str, roles: tuple[str, ...], password: str) -> None:
        """Add a person, or give one new roles and a new password."""
        check_name(name)
        if not roles:
            raise BadInput("an account without a role", "name at least one with --role", name)
        if not PASSWORD_LEAST_CHARACTERS <= len(password) <= PASSWORD_CHARACTERS:
            remedy = f"use {PASSWORD_LEAST_CHARACTERS} to {PASSWORD_CHARACTERS} characters; a few plain words are easy to keep"
            raise BadInput("the password is too short or too long", remedy, name)
        self._read()
        if name not in self._accounts and len(self._accounts) >= ACCOUNTS_COUNT:
            raise BadInput(f"there are {ACCOUNTS_COUNT} accounts already", "remove one first", str(self._path))
        self._write({**self._accounts, name: Account(name, roles, _hasher.hash(password))})

    def add_vouched(self, name: str, roles: tuple[str, ...]) -> None:
        """Add a person who logs in through the provider alone: no password opens the account."""
        check_name(name)
        if not roles:
            raise BadInput("an account without a role", "name at least one with --role", name)
        self._read()
        if name not in self._accounts and len(self._accounts) >= ACCOUNTS_COUNT:
            raise BadInput(f"there are {ACCOUNTS_COUNT} accounts already", "remove one first", str(self._path))
        self._write({**self._accounts, name: Account(name, roles, NO_PASSWORD)})

    def remove(self, name: str) -> None:
        """Remove a person; open sessions end at their next request."""
        self._read()
        if name not in self._accounts:
            raise BadInput("no such account", "see `bongsu node account list`", name)
        self._write({other: account for other, account in self._accounts.items() if other != name})

    def _read(self) -> None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._accounts = None, {}
            return
        stamp = status.st_mtime_ns, status.st_size
        if stamp == self._stamp:
            return
        try:
            file = msgspec.json.decode(read_secret(self._path), type=_File)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadInput(
                f"not a file of accounts ({error})", "make it with `bongsu node account add`", str(self._path)
            ) from None
        if file.format != _FORMAT:
            raise BadInput(f"of the form {file.format!r}", f"{_FORMAT} is known here", str(self._path))
        self._stamp, self._accounts = stamp, {account.name: account for account in file.accounts}

    def _write(self, accounts: dict[str, Account]) -> None:
        file = _File(_FORMAT, tuple(accounts[name] for name in sorted(accounts)))
        write_secret(self._path, msgspec.json.format(msgspec.json.encode(file)) + b"\n")
        self._stamp = None
        self._read()
