"""Signing keys: one Ed25519 key for each node and mode, made at the first run, or derived from a drill's seed.

Keys of messages are not those of connections: links and certificates change without touching what a signature means.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bongsu.adapters.secret_files import read_secret, write_secret
from bongsu.base.errors import BadInput
from bongsu.model.configuration import PublicKey
from bongsu.model.mode import Mode

KEY_BYTES = 32
_DRILL_DOMAIN = b"bongsu drill key"


def key_id(public: bytes) -> str:
    """The id under which a public key is named: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


class Signer:
    """A node's signing key in one mode. `sign` may be called on any thread."""

    def __init__(self, node: str, mode: Mode, private: Ed25519PrivateKey) -> None:
        self.node = node
        self.mode = mode
        self._private = private
        self.public = private.public_key().public_bytes_raw()
        self.key = key_id(self.public)

    def sign(self, content: bytes) -> bytes:
        """The signature (64 bytes) over these bytes."""
        return self._private.sign(content)

    def public_key(self, from_ns: int | None = None, until_ns: int | None = None) -> PublicKey:
        """What partners need to verify it."""
        return PublicKey(
            partner=self.node, mode=self.mode, key=self.key, public=self.public, from_ns=from_ns, until_ns=until_ns
        )


def drill_signer(seed: int, node: str, mode: Mode) -> Signer:
    """The key of a node in a run in virtual time: the same for the same seed, so that the record is; worth nothing outside it."""
    assert mode is not Mode.REAL, "a real key is never derived from a seed"
    info = b"\0".join([_DRILL_DOMAIN, str(seed).encode(), node.encode(), mode.value.encode()])
    private = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(_DRILL_DOMAIN)
    return Signer(node, mode, Ed25519PrivateKey.from_private_bytes(private))


def open_signer(path: Path, node: str, mode: Mode) -> Signer:
    """The key in a file, made there (mode 0600) when there is none. Raises `BadInput` when others may read it or it is no key."""
    if not path.exists():
        write_secret(path, Ed25519PrivateKey.generate().private_bytes_raw().hex().encode() + b"\n")
    try:
        private = bytes.fromhex(read_secret(path).decode("ascii").strip())
        return Signer(node, mode, Ed25519PrivateKey.from_private_bytes(private))
    except ValueError:
        remedy = "restore it from a copy, or remove it to have a new one made (partners then need the new public key)"
        raise BadInput("not a signing key", remedy, str(path)) from None


class _KeyLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One public key in a file: `public` is hexadecimal, times are nanoseconds UTC."""

    partner: str
    mode: Mode
    key: str
    public: str
    from_ns: int | None = None
    until_ns: int | None = None


def write_public_keys(path: Path, keys: tuple[PublicKey, ...]) -> None:
    """Write public keys as JSON lines; not secret."""
    lines = [_KeyLine(key.partner, key.mode, key.key, key.public.hex(), key.from_ns, key.until_ns) for key in keys]
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def read_public_keys(path: Path) -> tuple[PublicKey, ...]:
    """Read public keys. Raises `BadInput` for a line that is none, or of which the id is not that of the key."""
    keys = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        place = f"{path}:{number}"
        try:
            row = msgspec.json.decode(line, type=_KeyLine)
            public = bytes.fromhex(row.public)
        except (msgspec.DecodeError, ValueError) as error:
            raise BadInput(f"not a public key ({error})", "have its owner export it again", place) from None
        if len(public) != KEY_BYTES or key_id(public) != row.key:
            raise BadInput(f"key {row.key} is not the id of what follows", "have its owner export it again", place)
        keys.append(
            PublicKey(
                partner=row.partner,
                mode=row.mode,
                key=row.key,
                public=public,
                from_ns=row.from_ns,
                until_ns=row.until_ns,
            )
        )
    return tuple(keys)
