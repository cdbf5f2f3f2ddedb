"""Seals on public alert documents: only what was signed comes out, and nothing that was changed."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bongsu.adapters.cap_seal import PrivateKey, open_sealed, seal
from bongsu.base.errors import BadInput
from bongsu.model.mode import Mode
from bongsu.wire import cap12
from bongsu.wire.cap12_types import CapError
from tests.wire.cap12_samples import SENT_NS, alert, encoded, schema

YEAR_NS = 31_536_000_000_000_000
DSIG = "{http://www.w3.org/2000/09/xmldsig#}"


def certificate_of(key: PrivateKey, name: str = "kr alerts") -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    return builder.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())


KEY = ec.generate_private_key(ec.SECP256R1())
SIGNER = certificate_of(KEY)
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = certificate_of(OTHER_KEY, "somebody else")
SEALED = seal(encoded(), KEY, SIGNER)


def refused(document: bytes, *signers: x509.Certificate, time_ns: int = SENT_NS) -> str:
    with pytest.raises(CapError) as caught:
        open_sealed(document, signers or (SIGNER,), time_ns)
    return caught.value.code


def test_what_was_sealed_opens() -> None:
    opened = open_sealed(SEALED, [OTHER, SIGNER], SENT_NS)
    assert opened.read == cap12.CapRead(alert())
    assert opened.certificate == SIGNER
    assert b"Signature" not in opened.signed


@pytest.mark.parametrize("mode", [Mode.REAL, Mode.TEST])
def test_every_mode_opens(mode: Mode) -> None:
    assert open_sealed(seal(encoded(mode), KEY, SIGNER), [SIGNER], SENT_NS).read.alert == alert(mode)


def test_an_rsa_key_seals_too() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = certificate_of(key)
    assert open_sealed(seal(encoded(), key, certificate), [certificate], SENT_NS).read.alert == alert()


def test_the_sealed_document_is_valid_and_its_seal_stands_last() -> None:
    root = etree.fromstring(SEALED)
    schema().assertValid(root)
    assert root[-1].tag == f"{DSIG}Signature"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<status>Exercise</status>", b"<status>Actual</status>"),
        (b"<msgType>Alert</msgType>", b"<msgType>Cancel</msgType>"),
        (b"Lofted Dawn", b"Lofted Dusk"),
        (b"alerts@kr.example", b"alerts@jp.example"),
        (b"5100000000", b"1100000000"),
        (b"38.25,127.0", b"38.35,127.0"),
        (b"<info>", b"<info> "),
        ("즉시".encode(), "천천".encode()),
    ],
)
def test_any_change_breaks_the_seal(old: bytes, new: bytes) -> None:
    assert old in SEALED
    assert refused(SEALED.replace(old, new, 1)) == "seal"


def test_an_added_or_removed_element_breaks_the_seal() -> None:
    root = etree.fromstring(SEALED)
    root.remove(root.findall("{*}info")[1])
    assert refused(etree.tostring(root)) == "seal"
    root = etree.fromstring(SEALED)
    root.insert(len(root) - 1, root.findall("{*}info")[0].__copy__())
    assert refused(etree.tostring(root)) == "seal"


def test_a_change_in_the_seal_itself_breaks_it() -> None:
    root = etree.fromstring(SEALED)
    value = root.find(f".//{DSIG}SignatureValue")
    assert value is not None
    assert value.text is not None
    value.text = ("B" if value.text[0] == "A" else "A") + value.text[1:]
    assert refused(etree.tostring(root)) == "seal"


def test_a_seal_of_somebody_else_is_none() -> None:
    assert refused(seal(encoded(), OTHER_KEY, OTHER)) == "seal"
    with pytest.raises(CapError, match="no signer is trusted"):
        open_sealed(SEALED, [], SENT_NS)


def test_a_document_without_a_seal_or_with_two() -> None:
    assert refused(encoded()) == "unsealed"
    root = etree.fromstring(SEALED)
    root.append(etree.fromstring(SEALED)[-1])
    assert refused(etree.tostring(root)) == "unsealed"


def test_a_seal_moved_to_another_document_is_none() -> None:
    other = etree.fromstring(encoded(Mode.REAL))
    other.append(etree.fromstring(SEALED)[-1])
    assert refused(etree.tostring(other)) == "seal"


def test_a_signed_part_inside_a_forged_document_is_not_taken_for_the_whole() -> None:
    """Wrapping: the genuine document hidden inside a forged one, whose seal is the genuine one."""
    genuine = etree.fromstring(SEALED)
    forged = etree.fromstring(encoded(Mode.REAL))
    seal_element = genuine[-1]
    reference = seal_element.find(f".//{DSIG}Reference")
    assert reference is not None
    genuine.remove(seal_element)
    genuine.set("Id", "hidden")
    reference.set("URI", "#hidden")
    forged.append(genuine)
    forged.append(seal_element)
    assert refused(etree.tostring(forged)) == "seal"


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"2001/04/xmlenc#sha256", b"2000/09/xmldsig#sha1"), (b"xmldsig-more#ecdsa-sha256", b"xmldsig-more#hmac-sha256")],
)
def test_weak_and_keyed_methods_are_refused(old: bytes, new: bytes) -> None:
    assert old in SEALED
    assert refused(SEALED.replace(old, new)) == "seal"


@pytest.mark.parametrize("years", [-1, 1])
def test_a_certificate_out_of_its_days_is_refused(years: int) -> None:
    assert refused(SEALED, time_ns=SENT_NS + years * YEAR_NS) == "seal"


def test_declarations_never_reach_the_verifier() -> None:
    assert refused(SEALED.replace(b"<alert ", b"<!DOCTYPE alert><alert ", 1)) == "declaration"


def test_only_a_document_that_is_not_sealed_is_sealed_with_its_own_certificate() -> None:
    with pytest.raises(CapError) as caught:
        seal(SEALED, KEY, SIGNER)
    assert caught.value.code == "sealed"
    with pytest.raises(BadInput):
        seal(encoded(), KEY, OTHER)
    with pytest.raises(CapError):
        seal(b"<alert/>", KEY, SIGNER)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SEALED) - 1), st.integers(32, 126)), min_size=1, max_size=3))
def test_whatever_is_changed_the_signed_document_comes_out_or_nothing(changes: list[tuple[int, int]]) -> None:
    document = bytearray(SEALED)
    for place, value in changes:
        document[place] = value
    try:
        opened = open_sealed(bytes(document), [SIGNER], SENT_NS)
    except CapError:
        return
    assert opened.read == cap12.CapRead(alert())


def xmlsec1(document: bytes, folder: Path) -> int:
    """The verdict of an independent program: 0 is good."""
    program = shutil.which("xmlsec1")
    if program is None:
        pytest.skip("xmlsec1 is not installed: no independent judge of the seal")
    (folder / "sealed.xml").write_bytes(document)
    (folder / "signer.pem").write_bytes(SIGNER.public_bytes(serialization.Encoding.PEM))
    command = [program, "--verify", "--pubkey-cert-pem", str(folder / "signer.pem"), str(folder / "sealed.xml")]
    return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode


def test_an_independent_program_agrees(tmp_path: Path) -> None:
    assert xmlsec1(SEALED, tmp_path) == 0
    assert xmlsec1(SEALED.replace(b"Lofted Dawn", b"Lofted Dusk", 1), tmp_path) != 0
