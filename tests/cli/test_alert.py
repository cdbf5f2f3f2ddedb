"""`bongsu alert` on documents: what holds, what does not, and why."""

import json
from pathlib import Path

import pytest

from bongsu.cli.main import exit_code_of
from bongsu.model.mode import Mode
from tests.wire.cap12_samples import EXERCISE, encoded

ROOT = Path(__file__).parents[2]


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = exit_code_of(["alert", "check", *arguments])
    return code, capsys.readouterr().out


def test_a_document_of_its_exercise_holds_and_of_another_world_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(encoded())
    code, out = checked(capsys, str(path), "--exercise", EXERCISE)
    assert code == 0 and "Exercise Alert, 3 languages" in out and out.rstrip().endswith("holds")
    code, out = checked(capsys, str(path), "--exercise", "ANOTHER")
    assert code == 1 and "names the exercise" in out
    code, out = checked(capsys, str(path), "--mode", "real")
    assert code == 1 and "may not come from mode real" in out
    path.write_bytes(encoded(Mode.REAL))
    assert checked(capsys, str(path), "--exercise", EXERCISE)[0] == 1


def test_what_is_no_document_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<alert>")
    code, out = checked(capsys, str(path), "--json")
    (told,) = json.loads(out)
    assert code == 1 and not told["good"] and told["fault"]


def test_no_record_and_no_certificate_are_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(["alert", "list", str(tmp_path)]) == 2
    path = tmp_path / "a.pem"
    path.write_text("no")
    assert exit_code_of(["alert", "check", str(path), "--signer", str(path)]) == 2
    assert "is not a certificate" in capsys.readouterr().err
