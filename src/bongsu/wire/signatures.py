"""Whether an Ed25519 signature holds: the one place that asks."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def holds(public: bytes | None, signature: bytes, content: bytes) -> bool:
    """Whether this signature is under exactly these bytes, by that key (32 bytes); without a key, or with one of another form, none does."""
    if public is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True
