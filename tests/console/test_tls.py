"""A console with TLS: logged in to by a real browser and by the command line, with a cookie that never goes over a plain line."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser

from bongsu.base.errors import BadInput
from bongsu.cli import console_link
from bongsu.console.api.access import COOKIE
from bongsu.console.app import Doors, create
from tests.console.conftest import until
from tests.console.node import Node, Served, served
from tests.console.test_login import GOOD, People

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of this machine's own for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bongsu-test")])
    begun = datetime.now(UTC) - timedelta(minutes=5)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "console.crt", folder / "console.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return files


@pytest.fixture
def secure(node: Node, certificate: tuple[Path, Path]) -> Iterator[Served]:
    app = create(node.feed, node.desk, "kr-1", Doors(People(), secure=True))
    with served(app, 0, *certificate) as serving:
        yield serving


def test_a_browser_logs_in_over_tls(browser: Browser, node: Node, secure: Served) -> None:
    context = browser.new_context(ignore_https_errors=True, locale="en-GB")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(secure.address)
    until(page, "document.getElementById('login')?.hidden === false")
    page.fill("#login-name", "kim")
    page.fill("#login-password", GOOD)
    page.keyboard.press("Enter")
    until(page, "document.body?.dataset.link === 'up' && document.getElementById('person')?.textContent === 'kim'")
    (cookie,) = [one for one in context.cookies() if one["name"] == COOKIE]
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    assert errors == []
    context.close()


def introduced(monkeypatch: pytest.MonkeyPatch, certificate: Path, password: str = GOOD) -> None:
    monkeypatch.setenv("BONGSU_CONSOLE_USER", "lee")
    monkeypatch.setenv("BONGSU_CONSOLE_PASSWORD", password)
    monkeypatch.setenv("BONGSU_CONSOLE_CERTIFICATE", str(certificate))
    monkeypatch.setattr(console_link, "_cookies", {})


def test_the_command_line_logs_in_over_tls(
    monkeypatch: pytest.MonkeyPatch, node: Node, secure: Served, certificate: tuple[Path, Path]
) -> None:
    introduced(monkeypatch, certificate[0])
    assert console_link.picture(secure.address)["node"]["node"] == "kr"
    arguments = {"circle": "trilateral"}
    answer = console_link.command(secure.address, "draft", "E1", 1, arguments, "somebody-else", "consult")
    assert answer["outcome"] == "approved"
    assert [one.kind for one in node.desk.commands] == ["log_in", "draft"], "one log-in for the whole command"
    assert {one.actor for one in node.desk.commands} == {"lee"}
    refused = console_link.command(secure.address, "retract", "E1", 1, {}, "lee", "watch")
    assert refused["reason"] == "not_your_role"
    console_link._log_out(secure.address)
    assert node.desk.commands[-1].kind == "log_out"


def test_a_wrong_password_and_a_certificate_of_nobody_are_one_line(
    monkeypatch: pytest.MonkeyPatch, secure: Served, certificate: tuple[Path, Path]
) -> None:
    introduced(monkeypatch, certificate[0], "not the password")
    with pytest.raises(BadInput, match="refuses the log-in \\(wrong password\\)"):
        console_link.picture(secure.address)
    monkeypatch.delenv("BONGSU_CONSOLE_CERTIFICATE")
    with pytest.raises(BadInput, match="no console answers"):
        console_link.picture(secure.address)


def test_a_person_at_a_terminal_is_asked(
    monkeypatch: pytest.MonkeyPatch, node: Node, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return "lee\n"

    monkeypatch.setattr(console_link, "_cookies", {})
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(console_link.getpass, "getpass", lambda prompt: GOOD)
    with served(create(node.feed, node.desk, "kr-1", Doors(People()))) as serving:
        assert console_link.picture(serving.address)["node"]["node"] == "kr"
        assert f"Name at {serving.address}: " in capsys.readouterr().err
        console_link._log_out(serving.address)
