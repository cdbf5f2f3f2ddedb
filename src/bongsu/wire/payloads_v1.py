"""Bodies inside envelope v1, as JSON objects: degrees, metres, RFC 3339 UTC times. Only ever added to.

A member that is null or absent was not released or is not known. `warning` and `path` are a nation's product, the rest is about messages
and people. All but link control carry `label` and `terms` (`marks_v1.py`).

Left out on purpose: covariances, sensors, first-look times (they disclose a sensor's place and quality).
"""

import math
from typing import Any

import msgspec

from bongsu.base.errors import BadValue, WireError
from bongsu.base.limits import BODY_DEPTH
from bongsu.base.time import format_time
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.hold import Hold, HoldState
from bongsu.model.message import Lane
from bongsu.model.receipt import Acknowledged, GapRequest, Heartbeat, Receipt, Shown
from bongsu.model.refusal import Refused
from bongsu.model.stance import Position, Stance
from bongsu.model.statement import Signature, Statement
from bongsu.model.warning import Path, Warning, WarningStatus
from bongsu.wire.consultation_v1 import (
    SignaturePayload,
    StatementPayload,
    decode_signature,
    decode_statement,
    encode_signature,
    encode_statement,
)
from bongsu.wire.marks_v1 import Marked
from bongsu.wire.ranges import check, moment


class PointPayload(msgspec.Struct, omit_defaults=True):
    """A place with its 95 % ellipse: the same members as in the output of `bongsu track`."""

    latitude_deg: float | None = None
    longitude_deg: float | None = None
    time: str | None = None
    time_sigma_s: float | None = None
    semi_major_m: float | None = None
    semi_minor_m: float | None = None
    bearing_deg: float | None = None


class WarningPayload(Marked, omit_defaults=True):
    """One version of a warning; see `model/warning.py` and `model/estimate.py`."""

    warning: str
    version: int
    status: str
    time: str
    launch: PointPayload | None = None
    impact: PointPayload | None = None
    apogee_m: float | None = None
    range_m: float | None = None
    bearing_deg: float | None = None
    ballistic: bool | None = None
    reason: str = ""
    superseded_by: str | None = None


class PathPayload(Marked, omit_defaults=True):
    """Where the object is; see `model/warning.py`."""

    warning: str
    time: str
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    velocity_east_m_s: float | None = None
    velocity_north_m_s: float | None = None
    velocity_up_m_s: float | None = None
    phase: str | None = None


class HeartbeatPayload(msgspec.Struct, omit_defaults=True):
    """Numbers of the link only."""

    epoch: int
    prompt_sequence: int
    received_epoch: int
    received_up_to: int
    ready: bool
    attended: bool | None = None
    recorded: bool = True
    answer: bool = False


class ReceiptPayload(msgspec.Struct):
    """Everything of the lane and epoch up to `up_to` has been stored."""

    lane: Lane
    epoch: int
    up_to: int


class GapRequestPayload(msgspec.Struct):
    """Send these of the prompt lane again."""

    epoch: int
    first: int
    last: int


class ShownPayload(Marked, omit_defaults=True):
    """A version of the recipient's warning stands on a screen."""

    warning: str
    version: int
    time: str
    console: str


class AcknowledgedPayload(Marked, omit_defaults=True):
    """A person has acknowledged a version of the recipient's warning."""

    warning: str
    version: int
    time: str
    role: str
    scripted: bool = False


class StancePayload(Marked, omit_defaults=True):
    """A member's position on a warning."""

    circle: str
    about: str
    warning: str
    version: int
    position: Position
    time: str
    fields: list[str] = []  # noqa: RUF012 - msgspec copies the default
    reason: str = ""


class RefusedPayload(Marked, omit_defaults=True):
    """A message was refused, for a public reason."""

    message: str
    reason: str
    requirement: str


class HoldPayload(Marked, omit_defaults=True):
    """A nation's HOLD in an exercise: that it stands, or is lifted, and nothing else."""

    hold: str
    version: int
    state: HoldState


_BY_A_PERSON = frozenset({WarningStatus.RETRACTED, WarningStatus.SUPERSEDED})


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _degrees(value_rad: float | None, digits: int = 6) -> float | None:
    return None if value_rad is None else round(math.degrees(value_rad), digits)


def _radians(value_deg: float | None) -> float | None:
    return None if value_deg is None else math.radians(value_deg)


def _time(time_ns: int | None) -> str | None:
    return None if time_ns is None else format_time(time_ns)


def point_payload(point: PointEstimate) -> PointPayload:
    """A point in degrees; metres to 0.1."""
    bearing_deg = _degrees(point.bearing_rad, 2)
    return PointPayload(
        latitude_deg=_degrees(point.latitude_rad),
        longitude_deg=_degrees(point.longitude_rad),
        time=_time(point.time_ns),
        time_sigma_s=_rounded(point.sigma_time_s, 3),
        semi_major_m=_rounded(point.semi_major_m, 1),
        semi_minor_m=_rounded(point.semi_minor_m, 1),
        bearing_deg=bearing_deg,
    )


def point_estimate(payload: PointPayload) -> PointEstimate | None:
    """The other way; None where the place itself was not released. Raises `BadValue` for what is no time."""
    if payload.latitude_deg is None or payload.longitude_deg is None:
        return None
    return PointEstimate(
        latitude_rad=math.radians(payload.latitude_deg),
        longitude_rad=math.radians(payload.longitude_deg),
        time_ns=None if payload.time is None else moment(payload.time),
        sigma_time_s=payload.time_sigma_s,
        semi_major_m=payload.semi_major_m,
        semi_minor_m=payload.semi_minor_m,
        bearing_rad=_radians(payload.bearing_deg),
    )


def _encode_warning(warning: Warning) -> WarningPayload:
    estimate = warning.estimate
    payload = WarningPayload(
        warning=warning.warning,
        version=warning.version,
        status=warning.status.value,
        time=format_time(warning.time_ns),
        # Only what a person wrote: what the analysis says of its own track would tell where its coverage ends.
        reason=warning.reason if warning.status in _BY_A_PERSON else "",
        superseded_by=warning.superseded_by,
    )
    if estimate is not None:
        payload.launch = None if estimate.launch is None else point_payload(estimate.launch)
        payload.impact = None if estimate.impact is None else point_payload(estimate.impact)
        payload.apogee_m = _rounded(estimate.apogee_m, 0)
        payload.range_m = _rounded(estimate.range_m, 0)
        payload.bearing_deg = _degrees(estimate.bearing_rad, 2)
        payload.ballistic = estimate.ballistic
    return payload


def _decode_warning(payload: WarningPayload) -> Warning:
    time_ns = moment(payload.time)
    estimate = Estimate(
        track="",
        time_ns=time_ns,
        launch=None if payload.launch is None else point_estimate(payload.launch),
        impact=None if payload.impact is None else point_estimate(payload.impact),
        apogee_m=payload.apogee_m,
        range_m=payload.range_m,
        bearing_rad=_radians(payload.bearing_deg),
        ballistic=payload.ballistic,
    )
    return Warning(
        warning=payload.warning,
        version=payload.version,
        status=WarningStatus(payload.status),
        time_ns=time_ns,
        estimate=estimate,
        reason=payload.reason,
        superseded_by=payload.superseded_by,
    )


def _encode_path(path: Path) -> PathPayload:
    return PathPayload(
        warning=path.warning,
        time=format_time(path.time_ns),
        latitude_deg=round(math.degrees(path.latitude_rad), 4),
        longitude_deg=round(math.degrees(path.longitude_rad), 4),
        altitude_m=round(path.altitude_m, -2),
        velocity_east_m_s=_rounded(path.velocity_east_m_s, 0),
        velocity_north_m_s=_rounded(path.velocity_north_m_s, 0),
        velocity_up_m_s=_rounded(path.velocity_up_m_s, 0),
        phase=path.phase,
    )


def _decode_path(payload: PathPayload) -> Path:
    return Path(
        warning=payload.warning,
        time_ns=moment(payload.time),
        latitude_rad=math.radians(payload.latitude_deg),
        longitude_rad=math.radians(payload.longitude_deg),
        altitude_m=payload.altitude_m,
        velocity_east_m_s=payload.velocity_east_m_s,
        velocity_north_m_s=payload.velocity_north_m_s,
        velocity_up_m_s=payload.velocity_up_m_s,
        phase=payload.phase,
    )


def payload_of(body: Any) -> tuple[str, msgspec.Struct]:
    """The kind and the wire form of one of our nouns. A noun without a wire form is our own fault (KeyError)."""
    match body:
        case Warning():
            return "warning", _encode_warning(body)
        case Path():
            return "path", _encode_path(body)
        case Heartbeat():
            return "heartbeat", HeartbeatPayload(
                body.epoch,
                body.prompt_sequence,
                body.received_epoch,
                body.received_up_to,
                body.ready,
                body.attended,
                body.recorded,
                body.answer,
            )
        case Receipt():
            return "receipt", ReceiptPayload(body.lane, body.epoch, body.up_to)
        case GapRequest():
            return "gap_request", GapRequestPayload(body.epoch, body.first, body.last)
        case Shown():
            return "shown", ShownPayload(body.warning, body.version, format_time(body.time_ns), body.console)
        case Acknowledged():
            return "acknowledged", AcknowledgedPayload(
                body.warning, body.version, format_time(body.time_ns), body.role, body.scripted
            )
        case Stance():
            return "stance", StancePayload(
                body.circle,
                body.about,
                body.warning,
                body.version,
                body.position,
                format_time(body.time_ns),
                list(body.fields),
                body.reason,
            )
        case Statement():
            return "statement", encode_statement(body)
        case Signature():
            return "signature", encode_signature(body)
        case Hold():
            return "hold", HoldPayload(body.hold, body.version, body.state)
        case Refused():
            return "refused", RefusedPayload(body.message, body.reason, body.requirement)
    raise KeyError(type(body).__name__)


PAYLOADS: dict[str, type[msgspec.Struct]] = {
    "warning": WarningPayload,
    "path": PathPayload,
    "heartbeat": HeartbeatPayload,
    "receipt": ReceiptPayload,
    "gap_request": GapRequestPayload,
    "shown": ShownPayload,
    "acknowledged": AcknowledgedPayload,
    "stance": StancePayload,
    "statement": StatementPayload,
    "signature": SignaturePayload,
    "refused": RefusedPayload,
    "hold": HoldPayload,
}
"""The kinds of v1 and their forms; the published JSON Schema is made from these."""

LINK_CONTROL = frozenset({"heartbeat", "receipt", "gap_request"})
"""Kinds that carry numbers only and are allowed by membership: without label and terms."""

LANES: dict[str, Lane] = {
    kind: Lane.LATEST if kind == "path" or kind in LINK_CONTROL else Lane.PROMPT for kind in PAYLOADS
}
"""The one lane on which each kind goes: a warning that newer ones replace, or a queued heartbeat, would break what its lane promises."""

_DECODERS = {kind: msgspec.json.Decoder(form) for kind, form in PAYLOADS.items()}

Payload = (
    Warning
    | Path
    | Heartbeat
    | Receipt
    | GapRequest
    | Shown
    | Acknowledged
    | Stance
    | Statement
    | Signature
    | Refused
    | Hold
)
"""What a body of v1 can be, inside."""


def encode(payload: msgspec.Struct) -> bytes:
    """The bytes of a wire form."""
    return msgspec.json.encode(payload)


def decode(kind: str, body: bytes, *, issuer: str, issued_ns: int) -> Payload | None:
    """A verified body as our noun; None for a kind or status that this version does not know. Raises `WireError` R10."""
    decoder = _DECODERS.get(kind)
    if decoder is None:
        return None
    _check_depth(body)
    try:
        payload = decoder.decode(body)
        if isinstance(payload, WarningPayload) and payload.status not in WarningStatus._value2member_map_:
            return None
        check(payload)
        return _noun(payload, issuer, issued_ns)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError("body", "R10", f"not a body of kind {kind} ({error})") from None
    except BadValue as error:
        raise WireError("body", "R10", f"{kind}: {error.fault}") from None


def _check_depth(body: bytes) -> None:
    if body.count(b"{") + body.count(b"[") <= BODY_DEPTH:
        return  # nearly all: it cannot be deeper than it has openings
    depth = deepest = 0
    for byte in body:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    if deepest > BODY_DEPTH:
        raise WireError("body", "R10", f"nested {deepest} deep")


def _noun(payload: Any, issuer: str, issued_ns: int) -> Payload:
    match payload:
        case WarningPayload():
            return _decode_warning(payload)
        case PathPayload():
            return _decode_path(payload)
        case HeartbeatPayload():
            return Heartbeat(
                partner=issuer,
                issued_ns=issued_ns,
                epoch=payload.epoch,
                prompt_sequence=payload.prompt_sequence,
                received_epoch=payload.received_epoch,
                received_up_to=payload.received_up_to,
                ready=payload.ready,
                attended=payload.attended,
                recorded=payload.recorded,
                answer=payload.answer,
            )
        case ReceiptPayload():
            return Receipt(partner=issuer, lane=payload.lane, epoch=payload.epoch, up_to=payload.up_to)
        case GapRequestPayload():
            return GapRequest(partner=issuer, epoch=payload.epoch, first=payload.first, last=payload.last)
        case ShownPayload():
            return Shown(
                partner=issuer,
                warning=payload.warning,
                version=payload.version,
                time_ns=moment(payload.time),
                console=payload.console,
            )
        case AcknowledgedPayload():
            return Acknowledged(
                partner=issuer,
                warning=payload.warning,
                version=payload.version,
                time_ns=moment(payload.time),
                role=payload.role,
                scripted=payload.scripted,
            )
        case StancePayload():
            return Stance(
                circle=payload.circle,
                about=payload.about,
                warning=payload.warning,
                version=payload.version,
                partner=issuer,
                position=payload.position,
                time_ns=moment(payload.time),
                fields=tuple(payload.fields),
                reason=payload.reason,
            )
        case StatementPayload():
            return decode_statement(payload)
        case SignaturePayload():
            return decode_signature(payload, issuer)
        case HoldPayload():
            return Hold(hold=payload.hold, version=payload.version, state=payload.state, begun_ns=issued_ns)
        case _:
            assert isinstance(payload, RefusedPayload)
            return Refused(
                partner=issuer, message=payload.message, reason=payload.reason, requirement=payload.requirement
            )
