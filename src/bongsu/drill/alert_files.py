"""DIR/alerts of a drill: every CAP document that the nations released to `file`, sealed; and DIR/notices: drafts of notices to ships and aircraft.

A document is taken from the `Release` alone, as any outlet would take it. Seals are of a key that is worth nothing after the drill: NODE-seal.pem is its
certificate, and `bongsu alert check` opens them with it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from bongsu.adapters.cap_seal import seal
from bongsu.adapters.outlets.world import Published, published
from bongsu.drill import records
from bongsu.model.message import Release

_LANGUAGES = ("en", "ko", "ja")


def write(record: Path, out: Path, nodes: tuple[str, ...], seed: int, start_ns: int) -> int:
    """Write all documents and notices of the records; how many documents there were."""
    count = 0
    alerts = out / "alerts"
    alerts.mkdir(exist_ok=True)
    for node in nodes:
        key, certificate = _sealer(node, seed, start_ns)
        found = False
        for item in records.items(record, node, ("release",)):
            if not isinstance(item.body, Release) or item.body.recipient != "file":
                continue
            if item.body.kind == "sea_notice":
                _write_notice(out / "notices", msgspec.json.decode(item.body.body))
                continue
            document = published(item.body)
            if document is not None:
                found = True
                count += 1
                _write_document(alerts, document, key, certificate)
        if found:
            (alerts / f"{node}-seal.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    return count


def _write_document(
    alerts: Path, document: Published, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
) -> None:
    (alerts / f"{document.document}.xml").write_bytes(seal(document.content, key, certificate))


def _write_notice(folder: Path, notice: dict[str, Any]) -> None:
    folder.mkdir(exist_ok=True)
    name = f"{notice['notice']}.{notice['version']}.txt"
    parts = [*(notice["texts"][language] for language in _LANGUAGES), *notice["forms"].values()]
    text = "\n\n".join(parts)
    (folder / name).write_text(text + "\n", encoding="utf-8")


def _sealer(node: str, seed: int, start_ns: int) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A key from the seed, and a certificate of the drill's days that says what it is."""
    secret = int.from_bytes(sha256(f"bongsu drill seal {seed} {node}".encode()).digest()) >> 1
    key = ec.derive_private_key(secret, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"EXERCISE {node}")])
    start = datetime.fromtimestamp(start_ns // 10**9, UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1 + seed)
        .not_valid_before(start - timedelta(days=1))
        .not_valid_after(start + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    return key, certificate
