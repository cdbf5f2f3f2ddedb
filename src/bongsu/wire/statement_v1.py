"""What a member signs under a joint statement: one digest of the exact texts, bound to statement, version, circle, federation and mode.

The digest is SHA-256 over each language's code and text, in the order of the codes, each followed by one zero byte. The signed bytes are the parts
below in that order, each followed by one zero byte. They begin with a name of their own, so a signature under a statement can never be taken for
one under an envelope, nor a drill's for a real one.
"""

import hashlib

from bongsu.model.mode import Mode
from bongsu.wire.signatures import holds

DOMAIN = "bongsu-statement/1"


def digest(texts: tuple[tuple[str, str], ...]) -> str:
    """Hexadecimal SHA-256 of all texts."""
    parts = [part for language, text in sorted(texts) for part in (language, text)]
    return hashlib.sha256("".join(f"{part}\0" for part in parts).encode()).hexdigest()


def signed_bytes(
    *, federation: str, mode: Mode, exercise: str, circle: str, statement: str, version: int, text_digest: str
) -> bytes:
    """The exact bytes under a member's signature."""
    parts = (DOMAIN, federation, mode.value, exercise, circle, statement, str(version), text_digest)
    return "".join(f"{part}\0" for part in parts).encode()


def is_signed(content: bytes, signature: str, public: bytes) -> bool:
    """Whether the hexadecimal Ed25519 signature is under exactly these bytes, by that key (32 bytes)."""
    try:
        return holds(public, bytes.fromhex(signature), content)
    except ValueError:
        return False
