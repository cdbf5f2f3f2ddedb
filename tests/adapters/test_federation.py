"""From federation.toml to server files, certificates and access files."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import msgspec
import pytest
from cryptography import x509

from bongsu.adapters.federation import certificates, server_files
from bongsu.adapters.federation.access import read_access
from bongsu.adapters.federation.description import (
    Federation,
    check_federation,
    one_machine,
    ports_needed,
    read_federation,
    write_federation,
)
from bongsu.adapters.federation.folder import Folder, create_folder, read_passwords, refresh_folder
from bongsu.adapters.servers import check_file
from bongsu.base.errors import BadInput, BadValue
from bongsu.model.mode import Mode
from tests.adapters import golden_federation


@pytest.fixture(scope="module")
def created(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("federation") / "trial"
    create_folder(root, golden_federation.described(hubs=2))
    return root


@pytest.mark.parametrize("name", golden_federation.files())
def test_server_files_are_what_they_were(name: str) -> None:
    golden = (golden_federation.PLACE / name).read_text(encoding="utf-8")
    assert golden_federation.files()[name] == golden, "see tests/adapters/golden_federation.py"


def test_the_server_accepts_every_generated_file(created: Path) -> None:
    federation = read_federation(created / "federation.toml")
    for name in (*(hub.name for hub in federation.hub), *federation.codes):
        check_file(created / name / "server.conf")


def test_a_description_survives_writing_and_reading(tmp_path: Path) -> None:
    federation = golden_federation.described(hubs=2)
    path = tmp_path / "federation.toml"
    path.write_text(write_federation(federation), encoding="utf-8")
    assert read_federation(path) == federation


def test_three_partners_are_made_within_a_second(tmp_path: Path) -> None:
    begun_s = time.perf_counter()
    create_folder(tmp_path / "trial", golden_federation.described())
    assert time.perf_counter() - begun_s < 1.0


def test_nobody_else_may_read_a_secret(created: Path) -> None:
    for path in created.rglob("*"):
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_every_password_is_another(created: Path) -> None:
    federation = read_federation(created / "federation.toml")
    passwords = list(read_passwords(Folder(created)).values())
    assert len(set(passwords)) == len(passwords) == 2 + 3 * (2 + 2 * 2)
    assert all(len(password) >= 32 for password in passwords)
    assert len(federation.modes) == 2


def test_an_exercise_access_holds_nothing_of_the_real_one(created: Path) -> None:
    real, exercise = (read_access(created / "kr" / f"access-{mode}.toml") for mode in ("real", "exercise"))
    assert (real.mode, exercise.mode) == (Mode.REAL, Mode.EXERCISE)
    assert real.user != exercise.user
    assert real.password != exercise.password
    assert (created / "kr" / "real.key").read_bytes() != (created / "kr" / "exercise.key").read_bytes()


def test_certificates_name_partner_and_mode_and_may_sign_nothing(created: Path) -> None:
    authority = x509.load_pem_x509_certificate((created / "authority" / "ca.pem").read_bytes())
    usage = authority.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.key_cert_sign
    for mode in ("real", "exercise"):
        pem = (created / "jp" / f"{mode}.pem").read_bytes()
        certificate = x509.load_pem_x509_certificate(pem)
        certificate.verify_directly_issued_by(authority)
        assert certificates.names_in(pem) == [f"jp-{mode}@bongsu.example"]
        assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        identifier = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        own = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        assert identifier.key_identifier == own.digest


def test_writing_anew_keeps_every_secret(tmp_path: Path) -> None:
    root = tmp_path / "trial"
    create_folder(root, golden_federation.described())
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    refresh_folder(root)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_second_federation_does_not_overwrite_the_first(created: Path) -> None:
    with pytest.raises(BadInput, match="there is a federation in this folder"):
        create_folder(created, golden_federation.described())


def test_who_is_not_named_gets_no_line() -> None:
    federation = golden_federation.described()
    closed = msgspec.structs.replace(federation.partner[0], releases_to=("us",))
    federation = msgspec.structs.replace(federation, partner=(closed, *federation.partner[1:]))
    passwords = golden_federation.passwords(federation)
    hub = server_files.hub_file(federation, federation.hub[0], passwords)
    kr = server_files.partner_file(federation, federation.partner[0], passwords)
    assert "KR_R-JP_R" not in hub + kr
    assert "PULL.KR_R.JP_R" not in hub + kr
    assert "JP_R-KR_R" in kr


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "two words"}, "is not a name"),
        ({"modes": (Mode.REAL, Mode.REPLAY)}, "mode replay never crosses a link"),
        ({"modes": ()}, "no mode"),
        ({"hub": ()}, "0 hubs"),
        ({"partner": ()}, "0 partners"),
    ],
)
def test_a_description_that_cannot_be_is_refused(change: dict[str, object], words: str) -> None:
    federation: Federation = msgspec.structs.replace(golden_federation.described(), **change)
    with pytest.raises(BadValue, match=words):
        check_federation(federation)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('releases_to = ["us", "jp"]', 'releases_to = ["us", "xx"]', "'xx' is not a partner of golden"),
        ('releases_to = ["us", "jp"]', 'releases_to = ["kr"]', "kr releases to itself"),
        ('code = "jp"', 'code = "us"', "us is named twice"),
        ('code = "jp"', 'code = "hub"', "hub or partner hub is named twice"),
        ("client_port = 26004", "client_port = 26001", "port 26001 is named twice"),
        ("client_port = 26004", 'client_port = "x"', r"Expected `int`, got `str` - at `\$.partner\[0\].client_port`"),
        ("client_port = 26004", "client_port = 26004\ncolour = 1", "unknown field `colour`"),
        ("[lanes]", "[lanes", "line"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(tmp_path: Path, before: str, after: str, words: str) -> None:
    path = tmp_path / "federation.toml"
    text = write_federation(golden_federation.described())
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(BadInput, match=words) as caught:
        read_federation(path)
    assert caught.value.place == str(path)


def test_the_largest_federation_is_a_valid_one(tmp_path: Path) -> None:
    partners = {f"p{number}": f"Partner {number}" for number in range(18)}
    federation = one_machine(
        "large", partners, (Mode.REAL, Mode.EXERCISE), list(range(20_000, 20_000 + ports_needed(18)))
    )
    folder = create_folder(tmp_path / "large", federation)
    for name in ("hub", "p0", "p17"):
        check_file(folder.server(name))
