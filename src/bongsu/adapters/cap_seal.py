"""Seals CAP documents with an XML signature (W3C XML Signature 1.1, enveloped; ECDSA P-256 or RSA, SHA-256, exclusive canonicalisation).

Sealing happens after the core, as with envelopes: the record holds the document, the seal is put on for the outlet. Opening gives back **only what was
signed**, read anew from the bytes that the signature covers; whatever stood around it is gone. A signer is trusted by its own certificate, given here; no
authority, no network, no clock: `valid_at` checks the certificate's days where the caller knows the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature as WrongSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from bongsu.base.errors import BadInput
from bongsu.wire import cap12
from bongsu.wire.cap12_types import CapError

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_ELEMENT = f"alert/{_SIGNATURE}"
_METHODS = frozenset([SignatureMethod.ECDSA_SHA256, SignatureMethod.RSA_SHA256])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Opened(msgspec.Struct, frozen=True):
    """What a seal vouches for: the signed bytes (without the seal), the document in them, and the certificate that verified it."""

    signed: bytes
    read: cap12.CapRead
    certificate: x509.Certificate


def seal(document: bytes, key: PrivateKey, certificate: x509.Certificate) -> bytes:
    """The document with a signature as its last element. Raises `CapError` for what is no CAP document or is sealed already, `BadInput` for a key that
    is not the certificate's."""
    root = cap12.parse(document)
    if root.find(_SIGNATURE) is not None:
        raise CapError("sealed", _ELEMENT, "the document is sealed already", "seal it once, as the core gave it")
    if key.public_key() != certificate.public_key():
        raise BadInput("the certificate is of another key", "give the certificate of this key", "CAP certificate")
    rsa_key = isinstance(key, rsa.RSAPrivateKey)
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA256 if rsa_key else SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    sealed: bytes = etree.tostring(
        signer.sign(root, key=key, cert=[certificate]), xml_declaration=True, encoding="UTF-8"
    )
    return sealed


def open_sealed(document: bytes, signers: Sequence[x509.Certificate], time_ns: int) -> Opened:
    """The part of a sealed document that one of `signers` signed, whose certificate is valid at `time_ns`. Raises `CapError` when there is none."""
    root = cap12.parse(document)
    if len(root.findall(_SIGNATURE)) != 1:
        raise CapError("unsealed", _ELEMENT, "the document does not have one seal", "take it from its issuer")
    configuration = SignatureConfiguration(
        require_x509=True,
        location="./",
        expect_references=1,
        signature_methods=_METHODS,
        digest_algorithms=frozenset([DigestAlgorithm.SHA256]),
        verification_time=_EPOCH + timedelta(microseconds=time_ns // 1_000),
    )
    reasons = []
    for certificate in signers:
        try:
            result = XMLVerifier().verify(cap12.parse(document), x509_cert=certificate, expect_config=configuration)
        except (SignXMLException, WrongSignature, etree.LxmlError, ValueError) as error:
            reasons.append(str(error).split(";")[0][:120] or type(error).__name__)
            continue
        assert isinstance(result, VerifyResult), "one reference gives one result"
        return Opened(result.signed_data, cap12.decode(result.signed_data), certificate)
    said = "; ".join(reasons) or "no signer is trusted"
    raise CapError("seal", _ELEMENT, f"no trusted signer's seal fits ({said})", "do not use it; ask its issuer")
