"""Envelope v1: one signed message for one recipient. This form is only ever added to.

An envelope is a JSON object (UTF-8) with these members, all required:

    protocol    "bongsu/1"
    federation  name of the federation
    mode        real | exercise | replay | simulation | test
    exercise    name of the exercise, "" in mode real
    issuer, recipient   partner codes
    lane        prompt (each arrives, in order) | latest (newer replaces older)
    epoch       from 1; a new one begins when the issuer has lost its sequence
    sequence    from 1, of (issuer, recipient, mode, exercise, lane, epoch)
    issued      RFC 3339 UTC with nine digits: link time of the issuer
    kind        what the body is: warning, path, heartbeat, ...
    message     the message's id for ever; a repetition carries the same
    key         id of the signing key
    body        base64 of the exact bytes that were signed
    signature   base64 of the Ed25519 signature

The signature is over the members above up to `message`, in that order, each followed by one zero byte, and then the body: every member that
decides what a message means lies in the signed bytes, so a drill's signature can never verify as real and a message for one partner
never as one for another. No member may hold a zero byte. The body is opaque here: nothing is canonicalised, by anybody.
Unknown members are ignored (a minor addition); another `protocol` is refused.
"""

from collections.abc import Callable

import msgspec

from bongsu.base.errors import BongsuError, WireError
from bongsu.base.limits import ENVELOPE_BYTES, WIRE_NAME_CHARACTERS
from bongsu.base.time import format_time
from bongsu.model.message import Lane, Outgoing
from bongsu.model.mode import Mode
from bongsu.wire.ranges import COUNT_MOST, moment
from bongsu.wire.signatures import holds

PROTOCOL = "bongsu/1"
_ISSUED_DIGITS = 9


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The members of an envelope; see the head of this file."""

    protocol: str
    federation: str
    mode: Mode
    exercise: str
    issuer: str
    recipient: str
    lane: Lane
    epoch: int
    sequence: int
    issued: str
    kind: str
    message: str
    key: str
    body: bytes
    signature: bytes

    @property
    def issued_ns(self) -> int:
        """Link time of the issuer, nanoseconds UTC."""
        return moment(self.issued)


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Envelope)


def signed_bytes(envelope: Envelope) -> bytes:
    """The exact bytes under the signature."""
    parts = (
        envelope.protocol,
        envelope.federation,
        envelope.mode.value,
        envelope.exercise,
        envelope.issuer,
        envelope.recipient,
        envelope.lane.value,
        str(envelope.epoch),
        str(envelope.sequence),
        envelope.issued,
        envelope.kind,
        envelope.message,
    )
    return "\0".join(parts).encode() + b"\0" + envelope.body


def seal(
    outgoing: Outgoing,
    *,
    federation: str,
    mode: Mode,
    exercise: str,
    issuer: str,
    key: str,
    sign: Callable[[bytes], bytes],
) -> bytes:
    """The envelope's bytes for one outgoing message, signed with `sign` (Ed25519, 64 bytes)."""
    unsigned = Envelope(
        protocol=PROTOCOL,
        federation=federation,
        mode=mode,
        exercise=exercise,
        issuer=issuer,
        recipient=outgoing.recipient,
        lane=outgoing.lane,
        epoch=outgoing.epoch,
        sequence=outgoing.sequence,
        issued=format_time(outgoing.issued_ns, _ISSUED_DIGITS),
        kind=outgoing.kind,
        message=outgoing.message,
        key=key,
        body=outgoing.body,
        signature=b"",
    )
    return _ENCODER.encode(msgspec.structs.replace(unsigned, signature=sign(signed_bytes(unsigned))))


def parse(data: bytes) -> Envelope:
    """Bytes to an envelope, nothing verified yet. Raises `WireError`: R1 too large, R2 not of the form, R3 another protocol."""
    if len(data) > ENVELOPE_BYTES:
        raise WireError("too_large", "R1", f"an envelope of {len(data)} bytes")
    try:
        envelope = _DECODER.decode(data)
        moment(envelope.issued)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError("malformed", "R2", f"not an envelope ({error})") from None
    except BongsuError as error:
        raise WireError("malformed", "R2", error.fault) from None
    if envelope.protocol != PROTOCOL:
        raise WireError("protocol", "R3", f"protocol {envelope.protocol!r}")
    texts = (
        envelope.federation,
        envelope.exercise,
        envelope.issuer,
        envelope.recipient,
        envelope.kind,
        envelope.message,
        envelope.key,
    )
    if any("\0" in text or len(text) > WIRE_NAME_CHARACTERS for text in texts):
        raise WireError("malformed", "R2", "a text with a zero byte, or too long")
    if not (1 <= envelope.epoch <= COUNT_MOST and 1 <= envelope.sequence <= COUNT_MOST):
        raise WireError("malformed", "R2", "an epoch or sequence outside its range")
    return envelope


def verify(envelope: Envelope, public_key: bytes) -> None:
    """Check the signature with the issuer's Ed25519 key (32 bytes). Raises `WireError` R8."""
    if not holds(public_key, envelope.signature, signed_bytes(envelope)):
        raise WireError("signature", "R8", f"the signature does not fit key {envelope.key}")
