"""A receiver of the exchange, written from docs/reference/exchange.md and its schema alone: it shares no code with what it judges.

Takes envelopes as bytes; gives the bodies that it believes, in the order of the page, and what it would send back. Standard library, an Ed25519 and a
JSON Schema validator only.
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jsonschema_rs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SIGNED = ("protocol", "federation", "mode", "exercise", "issuer", "recipient", "lane", "epoch", "sequence", "issued")
SIGNED += ("kind", "message")
LATEST = ("path", "receipt", "gap_request", "heartbeat")
LINK_CONTROL = ("receipt", "gap_request", "heartbeat")


class Refused(Exception):
    """A requirement of the page is not met: its number and public code."""


def key_id(public: bytes) -> str:
    """The page: the first 16 hexadecimal digits of the SHA-256 of the public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0) if isinstance(value, dict | list) else 0


@dataclass
class Receiver:
    """One node's door. `keys`: the public key of each partner, by (partner, key id)."""

    node: str
    federation: str
    mode: str
    exercise: str
    keys: dict[tuple[str, str], bytes]
    schema: dict[str, Any]
    epoch: dict[str, int] = field(default_factory=dict)
    up_to: dict[str, int] = field(default_factory=dict)
    known_last: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    newest: dict[tuple[str, ...], tuple[int, str, int]] = field(default_factory=dict)
    told: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def take(self, data: bytes, claimed: str, lane: str) -> None:
        """Bytes from `claimed`'s outbox of a lane. What is believed goes to `told` as (issuer, kind, body), what is not to `refused`."""
        try:
            envelope = self._envelope(data, claimed, lane)
            self._prompt(envelope) if lane == "prompt" else self._latest(envelope)
        except Refused as refusal:
            self.refused.append(refusal.args)  # type: ignore[arg-type]

    def missing(self, issuer: str) -> tuple[int, int, int] | None:
        """What a `gap_request` would ask for: epoch, first, last."""
        waiting = self.waiting.get(issuer, {})
        last = max(self.known_last.get(issuer, 0), *waiting, 0)
        first = self.up_to.get(issuer, 0) + 1
        return (self.epoch[issuer], first, min(waiting, default=last + 1) - 1) if last >= first else None

    def _envelope(self, data: bytes, claimed: str, lane: str) -> dict[str, Any]:
        if len(data) > 65_536:
            raise Refused("R1", "too_large")
        try:
            envelope = json.loads(data)
            jsonschema_rs.validator_for(self.schema).validate(envelope)
            body, signature = (base64.b64decode(envelope[name], validate=True) for name in ("body", "signature"))
            parts = [str(envelope[name]).encode() + b"\0" for name in SIGNED]
            year = datetime.fromisoformat(envelope["issued"][:19] + "+00:00").year
            if not 1970 <= year < 2262:
                raise ValueError(year)
        except (ValueError, KeyError, TypeError, RecursionError, jsonschema_rs.ValidationError) as error:
            raise Refused("R2", "malformed") from error
        if envelope["protocol"] != "bongsu/1":
            raise Refused("R3", "protocol")
        texts = [envelope[name] for name in (*SIGNED, "key") if isinstance(envelope[name], str)]
        counts = envelope["epoch"], envelope["sequence"]
        if not all(1 <= count <= 2**53 for count in counts) or any("\0" in text or len(text) > 256 for text in texts):
            raise Refused("R2", "malformed")
        mine = {"R4": ("federation", self.federation), "R5": ("mode", self.mode)}
        for number, (name, value) in mine.items():
            if envelope[name] != value:
                raise Refused(number, name)
        if envelope["exercise"] != self.exercise:
            raise Refused("R5", "mode")
        if envelope["recipient"] != self.node:
            raise Refused("R6", "recipient")
        partners = {partner for partner, _ in self.keys}
        if envelope["issuer"] not in partners or envelope["issuer"] != claimed or envelope["lane"] != lane:
            raise Refused("R7", "issuer")
        public = self.keys.get((claimed, envelope["key"]))
        if public is None:
            raise Refused("R8", "key")
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, b"".join(parts) + body)
        except InvalidSignature:
            raise Refused("R8", "signature") from None
        return envelope | {"body": body}

    def _prompt(self, envelope: dict[str, Any]) -> None:
        issuer, epoch, sequence = envelope["issuer"], envelope["epoch"], envelope["sequence"]
        if epoch < self.epoch.get(issuer, 0):
            raise Refused("R11", "epoch")
        self._begin(issuer, epoch)
        waiting = self.waiting.setdefault(issuer, {})
        if sequence > self.up_to[issuer]:
            waiting.setdefault(sequence, envelope)
        while (following := waiting.pop(self.up_to[issuer] + 1, None)) is not None:
            self.up_to[issuer] += 1
            try:
                self.told.append((issuer, following["kind"], self._body(following)))
            except Refused as refusal:
                self.refused.append(refusal.args)  # type: ignore[arg-type]

    def _latest(self, envelope: dict[str, Any]) -> None:
        body, issuer = self._body(envelope), envelope["issuer"]
        subject = (issuer, envelope["kind"], body["warning"] if envelope["kind"] == "path" else "")
        place = envelope["epoch"], envelope["issued"], envelope["sequence"]
        if place <= self.newest.get(subject, (0, "", 0)):
            return
        self.newest[subject] = place
        if envelope["kind"] == "heartbeat":
            self._begin(issuer, body["epoch"])
            if body["epoch"] == self.epoch[issuer]:
                self.known_last[issuer] = max(self.known_last.get(issuer, 0), body["prompt_sequence"])
        self.told.append((issuer, envelope["kind"], body))

    def _begin(self, issuer: str, epoch: int) -> None:
        if epoch > self.epoch.get(issuer, 0):
            self.epoch[issuer], self.up_to[issuer] = epoch, 0
            self.waiting.pop(issuer, None)
            self.known_last.pop(issuer, None)

    def _body(self, envelope: dict[str, Any]) -> Any:
        kind, form = envelope["kind"], self.schema["x-bongsu-kinds"].get(envelope["kind"])
        if form is None:
            return envelope["body"]  # kept as it is, and shown as unreadable
        if envelope["lane"] != ("latest" if kind in LATEST else "prompt"):
            raise Refused("R12", "lane")
        try:
            body = json.loads(envelope["body"])
            jsonschema_rs.validator_for({"$defs": self.schema["$defs"], "$ref": form}).validate(body)
        except (ValueError, RecursionError, jsonschema_rs.ValidationError) as error:
            raise Refused("R10", "body") from error
        if depth(body) > 16 or not self._in_range(body):
            raise Refused("R10", "body")
        if kind not in LINK_CONTROL:
            self._marks(body, envelope["issuer"])
        return body

    def _marks(self, body: dict[str, Any], issuer: str) -> None:
        terms, label = body.get("terms"), body.get("label")
        if terms is not None and terms["originator"] != issuer:
            raise Refused("R13", "terms")
        values = [
            value
            for one in (label or {}).get("categories", [])
            if one["tag"] == "ReleasableTo"
            for value in one["values"]
        ]
        if label is not None and self.node not in values:
            raise Refused("R13", "label")

    def _in_range(self, body: dict[str, Any]) -> bool:
        ranges = {
            "latitude_deg": (-90, 90),
            "longitude_deg": (-180, 180),
            "altitude_m": (-1e3, 1e8),
            "apogee_m": (0, 1e8),
        }
        ranges |= {"range_m": (0, 4.1e7), "semi_major_m": (0, 1e9), "semi_minor_m": (0, 1e9), "time_sigma_s": (0, 1e7)}
        ranges |= {"bearing_deg": (-360, 360), "version": (1, 2**53), "first": (1, 2**53), "last": (1, 2**53)}
        for name, value in body.items():
            if isinstance(value, dict) and not self._in_range(value):
                return False
            least, most = ranges.get(name, (-(2**53), 2**53))
            if isinstance(value, int | float) and not isinstance(value, bool) and not least <= value <= most:
                return False
            if isinstance(value, str) and len(value) > (4_096 if name == "reason" else 256):
                return False
        return True
