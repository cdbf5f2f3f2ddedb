"""The federation's own certificate authority: one certificate for each hub and for each partner in each mode.

EC P-256. Key usage and key identifiers are set, as Python 3.13 and others refuse an authority without them; both server and client use,
as a link's two ends check each other. Public authorities are not used: they no longer certify clients.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bongsu.base.errors import BadInput
from bongsu.model.mode import Mode
from bongsu.wire import subjects

AUTHORITY_DAYS = 3_650
CERTIFICATE_DAYS = 825
CLOCKS_DIFFER = timedelta(hours=1)


class Pair(NamedTuple):
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """Signs certificates for one federation. Its key stays with whoever runs `bongsu federation`."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key

    @classmethod
    def create(cls, federation: str) -> Authority:
        """A new authority."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(f"bongsu {federation} authority")
        builder = _builder(name, name, key.public_key(), AUTHORITY_DAYS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
        return cls(builder.sign(key, hashes.SHA256()), key)

    @classmethod
    def load(cls, pair: Pair, place: str) -> Authority:
        """The authority of an existing federation. Raises `BadInput`."""
        try:
            certificate = x509.load_pem_x509_certificate(pair.certificate)
            key = serialization.load_pem_private_key(pair.key, None)
        except (ValueError, TypeError) as error:
            raise BadInput(f"not a certificate authority ({error})", "restore it from a copy", place) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise BadInput("not an elliptic-curve key", "restore it from a copy", place)
        return cls(certificate, key)

    @property
    def pair(self) -> Pair:
        """Certificate and key as PEM."""
        return Pair(self.certificate, _key_pem(self._key))

    @property
    def certificate(self) -> bytes:
        """The certificate alone, which every server needs."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def hub(self, address: str) -> Pair:
        """A certificate for a hub that is reached at an address (IP or name)."""
        return self._issue("hub", [_address_name(address)])

    def partner(self, code: str, mode: Mode) -> Pair:
        """A certificate for a partner's link in one mode; the hub maps its mail name to the partner's account of that mode."""
        return self._issue(f"{code} {mode.value}", [x509.RFC822Name(subjects.mail_name(code, mode))])

    def _issue(self, common_name: str, names: list[x509.GeneralName]) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(common_name), self._certificate.subject, key.public_key(), CERTIFICATE_DAYS)
        both_uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        for extension, critical in (
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(signs_certificates=False), True),
            (both_uses, False),
            (x509.SubjectAlternativeName(names), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False),
        ):
            builder = builder.add_extension(extension, critical)
        certificate = builder.sign(self._key, hashes.SHA256())
        return Pair(certificate.public_bytes(serialization.Encoding.PEM), _key_pem(key))


def expires(certificate: bytes) -> datetime:
    """When a certificate (PEM) ends."""
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc


def names_in(certificate: bytes) -> list[str]:
    """The mail names of a certificate (PEM)."""
    found = x509.load_pem_x509_certificate(certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return found.value.get_values_for_type(x509.RFC822Name)


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=public)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - CLOCKS_DIFFER).not_valid_after(now + timedelta(days=days))
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _address_name(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
