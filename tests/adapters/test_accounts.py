"""Accounts: hashed, for their owner's eyes, read anew when changed; the commands of `bongsu node account`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from bongsu.adapters.accounts import Accounts
from bongsu.base.errors import BadInput, BongsuError
from bongsu.base.limits import PASSWORD_CHARACTERS
from bongsu.cli.node import node
from bongsu.node.config import read_settings

GOOD = "four plain words here"


def test_a_password_opens_and_nothing_else_does(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / "accounts.json")
    accounts.add("kim", ("watch", "consult"), GOOD)
    assert accounts.check("kim", GOOD) == ("watch", "consult")
    assert accounts.check("kim", GOOD + "x") is None
    assert accounts.check("lee", GOOD) is None
    text = (tmp_path / "accounts.json").read_text(encoding="utf-8")
    assert GOOD not in text and "$argon2id$" in text
    assert (tmp_path / "accounts.json").stat().st_mode & 0o077 == 0


def test_a_change_by_another_process_counts_at_once(tmp_path: Path) -> None:
    ours, theirs = Accounts(tmp_path / "accounts.json"), Accounts(tmp_path / "accounts.json")
    theirs.add("kim", ("watch",), GOOD)
    assert ours.roles("kim") == ("watch",)
    theirs.add("kim", ("observe",), GOOD + " new")
    assert ours.roles("kim") == ("observe",)
    assert ours.check("kim", GOOD) is None
    theirs.remove("kim")
    assert ours.roles("kim") is None
    with pytest.raises(BadInput, match="no such account"):
        ours.remove("kim")


@pytest.mark.parametrize(
    ("name", "roles", "password", "told"),
    [
        ("kim", ("watch",), "short", "too short"),
        ("kim", ("watch",), "x" * (PASSWORD_CHARACTERS + 1), "too long"),
        ("kim", (), GOOD, "without a role"),
        ("../kim", ("watch",), GOOD, "kim"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, name: str, roles: tuple[str, ...], password: str, told: str) -> None:
    with pytest.raises(BongsuError, match=told):
        Accounts(tmp_path / "accounts.json").add(name, roles, password)
    assert not (tmp_path / "accounts.json").exists()


def test_a_file_that_others_may_read_or_that_is_broken_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    Accounts(path).add("kim", ("watch",), GOOD)
    os.chmod(path, 0o644)
    with pytest.raises(BadInput, match="others may read"):
        Accounts(path).roles("kim")
    path.write_text("{}", encoding="utf-8")
    os.chmod(path, 0o600)
    with pytest.raises(BadInput, match="not a file of accounts"):
        Accounts(path).roles("kim")


SETTINGS = 'node = "kr"\nmode = "test"\nexercise = "t-1"\nrecord = "record"\n'


def settings(folder: Path, more: str = "") -> Path:
    path = folder / "kr.toml"
    path.write_text(SETTINGS + more, encoding="utf-8")
    return path


def test_the_commands(tmp_path: Path) -> None:
    path = settings(tmp_path, 'accounts = "who.json"\n')

    def run(*arguments: str, typed: str = "") -> str:
        done = CliRunner().invoke(
            node, ["account", arguments[0], "--config", str(path), *arguments[1:]], input=typed, catch_exceptions=False
        )
        assert done.exit_code == 0, done.output
        return done.stdout

    run("add", "--role", "watch", "--password-stdin", "kim", typed=GOOD + "\n")
    run("add", "--role", "consult", "--role", "release", "lee", typed=f"{GOOD}\n{GOOD}\n")
    assert json.loads(run("list", "--json")) == [
        {"name": "kim", "roles": ["watch"]},
        {"name": "lee", "roles": ["consult", "release"]},
    ]
    run("remove", "kim")
    assert run("list") == "lee: consult, release\n"
    with pytest.raises(BadInput, match="no role 'cook' here"):
        run("add", "--role", "cook", "--password-stdin", "kim", typed=GOOD + "\n")


def test_a_drill_node_has_no_accounts_unless_it_names_them(tmp_path: Path) -> None:
    assert read_settings(settings(tmp_path)).console.accounts is None
    with pytest.raises(BadInput, match="no accounts"):
        CliRunner().invoke(node, ["account", "list", "--config", str(tmp_path / "kr.toml")], catch_exceptions=False)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('console_host = "0.0.0.0"\n', "console_certificate, console_key and accounts"),
        ('console_host = "kr.example"\n', "console_certificate, console_key and accounts"),
        ('console_host = "0.0.0.0"\nconsole_certificate = "c.pem"\nconsole_key = "k.pem"\n', "accounts"),
        ('console_certificate = "c.pem"\n', "console_key"),
        ('console_certificate = "c.pem"\nconsole_key = "k.pem"\n', "no such file"),
    ],
)
def test_a_page_that_others_reach_needs_tls_and_accounts(tmp_path: Path, more: str, told: str) -> None:
    with pytest.raises(BadInput) as error:
        read_settings(settings(tmp_path, more))
    assert told in str(error.value)
    assert "\n" not in str(error.value)
