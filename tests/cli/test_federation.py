"""`bongsu federation` as a user types it; servers are tested in tests/live."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bongsu.adapters.federation.description import read_federation
from bongsu.adapters.servers import free_ports
from bongsu.cli.main import exit_code_of
from bongsu.model.mode import Mode


def first_port() -> str:
    return str(free_ports(1)[0])


def test_a_federation_is_written_and_its_silent_servers_are_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "fed"
    partners = ["--partner", "kr=Korea", "--partner", "jp=Japan"]
    assert (
        exit_code_of(["federation", "init", str(root), "--mode", "exercise", "--first-port", first_port(), *partners])
        == 0
    )
    described = read_federation(root / "federation.toml")
    assert described.codes == ("kr", "jp")
    assert described.modes == (Mode.EXERCISE,)
    assert not (root / "kr" / "access-real.toml").exists()
    capsys.readouterr()
    assert exit_code_of(["federation", "doctor", str(root), "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)
    assert [finding["place"] for finding in findings] == ["server hub", "server kr", "server jp"]
    assert exit_code_of(["federation", "status", str(root), "--json"]) == 1
    states = json.loads(capsys.readouterr().out)
    assert [state["name"] for state in states["servers"]] == ["hub", "kr", "jp"]
    assert exit_code_of(["federation", "write", str(root)]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["init", "{}", "--partner", "kr"], "--partner: 'kr' is not CODE=NAME; write it like kr=Korea"),
        (["init", "{}", "--partner", "KR=Korea"], "'KR' is not a partner's code"),
        (["init", "{}", "--partner", "kr=A", "--partner", "kr=B"], "kr is named twice"),
        (["init", "{}", "--partner", "kr=Korea"], "1 partners; name 2 to 64"),
        (["doctor", "{}"], "federation.toml: no such file or directory"),
        (["join", "{}/none", "{}"], "no such file"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code_of(["federation", *(argument.format(tmp_path / "fed") for argument in arguments)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert words in told.err
    assert told.err.count("\n") == 1
