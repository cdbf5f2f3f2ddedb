"""End-to-end encryption past the hub: a signed envelope inside HPKE (RFC 9180) for its recipient's key. Off unless `federation.toml` declares it.

    {"sealed": "hpke-x25519-hkdf-sha256-chacha20poly1305", "key": "id of the recipient's key", "content": "base64 of enc and ciphertext"}

What is signed stays as it is, inside: the recipient opens it before its core sees it, so a record replays without a private key. The info of HPKE
binds federation, mode, issuer and recipient. Outside remain the routing (issuer, recipient, mode, lane, message number) and sizes; on the latest lane
the subject becomes a keyed hash. What cannot be opened goes on as it came, and the door refuses it (R2).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from msgspec.structs import replace

from bongsu.adapters.identity import key_id
from bongsu.adapters.secret_files import read_secret, write_secret
from bongsu.base.errors import BadInput
from bongsu.base.limits import ENVELOPE_BYTES
from bongsu.model.configuration import PublicKey
from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from bongsu.model.parcel import Parcel

SUITE = "hpke-x25519-hkdf-sha256-chacha20poly1305"
FILE_NAME = "sealing-keys.jsonl"
"""Everybody's public sealing keys, in the form of `public-keys.jsonl` beside it."""
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_BEGINNING = b'{"sealed":'
_SUBJECT_DIGITS = 32
_MOST_BYTES = 2 * ENVELOPE_BYTES
"""An envelope of the most bytes, sealed and in base64."""


class Sealed(msgspec.Struct, frozen=True):
    """What travels; see the head of this file."""

    sealed: str
    key: str
    content: bytes


_decoder = msgspec.json.Decoder(Sealed)


def make_key(path: Path, partner: str, mode: Mode, from_ns: int | None = None) -> PublicKey:
    """The public half of the sealing key in a file, made there (mode 0600) when there is none. Raises `BadInput`."""
    public = _private(path, make=True).public_key().public_bytes_raw()
    return PublicKey(partner=partner, mode=mode, key=key_id(public), public=public, from_ns=from_ns)


def _private(path: Path, make: bool = False) -> X25519PrivateKey:
    if make and not path.exists():
        write_secret(path, X25519PrivateKey.generate().private_bytes_raw().hex().encode() + b"\n")
    try:
        return X25519PrivateKey.from_private_bytes(bytes.fromhex(read_secret(path).decode("ascii").strip()))
    except ValueError:
        raise BadInput("not a sealing key", "have `bongsu federation keys` make it anew", str(path)) from None


class Sealing:
    """One node's part: closes what it sends for its recipients' newest keys, opens what comes with its own, the one before included."""

    def __init__(
        self, federation: str, node: str, mode: Mode, own: Iterable[Path], known: Iterable[PublicKey], now_ns: int
    ) -> None:
        self._federation, self._node, self._mode = federation, node, mode
        self._own = {key_id(one.public_key().public_bytes_raw()): one for one in map(_private, own)}
        self._theirs: dict[str, PublicKey] = {}
        for key in sorted(known, key=lambda one: one.from_ns or 0):
            if key.mode is mode and (key.from_ns or 0) <= now_ns and (key.until_ns is None or now_ns < key.until_ns):
                self._theirs[key.partner] = key
        secret = next(iter(self._own.values())).private_bytes_raw()
        self._subjects = hashlib.sha256(b"bongsu subjects\0" + secret).digest()

    def check(self, recipients: Iterable[str], place: Path) -> None:
        """Raises `BadInput` where a recipient has no key that holds: nothing would leave unsealed in its stead."""
        for recipient in recipients:
            if recipient not in self._theirs:
                raise BadInput(
                    f"no sealing key of {recipient} holds",
                    "have it run `bongsu federation keys`, and hand the file on",
                    str(place),
                )

    def close(self, parcel: Parcel) -> Parcel:
        """The parcel as it travels."""
        theirs = self._theirs[parcel.recipient]
        public = X25519PublicKey.from_public_bytes(theirs.public)
        content = _HPKE.encrypt(parcel.envelope, public, info=self._info(parcel.issuer, parcel.recipient))
        subject = parcel.subject
        if parcel.lane is Lane.LATEST:
            subject = hmac.new(self._subjects, subject.encode(), hashlib.sha256).hexdigest()[:_SUBJECT_DIGITS]
        envelope = msgspec.json.encode(Sealed(SUITE, theirs.key, content))
        return replace(parcel, subject=subject, envelope=envelope)

    def open(self, data: bytes, issuer: str) -> bytes:
        """The envelope inside; what is not sealed, or not for us, as it came."""
        if not data.startswith(_BEGINNING) or len(data) > _MOST_BYTES:
            return data
        try:
            sealed = _decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return data
        own = self._own.get(sealed.key)
        if own is None or sealed.sealed != SUITE:
            return data
        try:
            return _HPKE.decrypt(sealed.content, own, info=self._info(issuer, self._node))
        except (InvalidTag, ValueError):
            return data

    def _info(self, issuer: str, recipient: str) -> bytes:
        return "\0".join(("bongsu/1", SUITE, self._federation, self._mode.value, issuer, recipient)).encode()
