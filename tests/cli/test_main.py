"""The frame of the command line: exit codes, one line for an error, nothing heavy imported for help."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import click
import pytest

from bongsu.base.errors import BadInput, RecordError
from bongsu.cli import main as frame

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command_that(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], int]:
    """Run `bongsu try` with the given deed as the command's body, and give the exit code."""

    def run(deed: Callable[[], object]) -> int:
        module = ModuleType("deed")
        module.command = click.command()(deed)
        monkeypatch.setitem(sys.modules, "deed", module)
        monkeypatch.setitem(frame.COMMANDS, "try", frame.Row("deed:command", "Try."))
        return frame.exit_code_of(["try"])

    return run


def raising(error: BaseException) -> Callable[[], None]:
    """A deed that raises."""

    def deed() -> None:
        raise error

    return deed


def only_line(capsys: pytest.CaptureFixture[str]) -> str:
    """The single line on standard error; standard output must be empty."""
    seen = capsys.readouterr()
    assert seen.out == ""
    assert seen.err.count("\n") == 1, seen.err
    return seen.err.rstrip("\n")


@pytest.mark.parametrize(("deed", "code"), [(lambda: None, 0), (lambda: 0, 0), (lambda: 1, 1)])
def test_a_command_gives_its_own_code(command_that: Callable[..., int], deed: Callable[[], object], code: int) -> None:
    assert command_that(deed) == code


def test_bad_input_is_one_line_with_place_fault_and_remedy(
    command_that: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_that(raising(BadInput("no such key\n`speed`", "remove it", "drill.toml:12"))) == 2
    assert only_line(capsys) == "bongsu: drill.toml:12: no such key `speed`; remove it"


def test_a_bad_record_exits_1(command_that: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert command_that(raising(RecordError("entry 3 is changed", "ask the originator", "kr", entry=3))) == 1
    assert only_line(capsys) == "bongsu: kr: entry 3 is changed; ask the originator"


def test_a_missing_file_is_bad_input(
    command_that: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "none.jsonl"
    assert command_that(lambda: path.read_bytes()) == 2
    assert only_line(capsys).startswith(f"bongsu: {path}: no such file")


def test_our_fault_is_one_line_that_names_the_traceback(
    command_that: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("BONGSU_DEBUG", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert command_that(raising(ZeroDivisionError("ours"))) == 3
    (report,) = tmp_path.iterdir()
    assert str(report) in only_line(capsys)
    assert "Traceback" in report.read_text(encoding="utf-8")


def test_an_operating_system_error_that_names_no_file_is_our_fault(
    command_that: Callable[..., int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert command_that(raising(OSError(5, "lost"))) == 3


def test_debug_shows_the_traceback(
    command_that: Callable[..., int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BONGSU_DEBUG", "1")
    assert command_that(raising(ZeroDivisionError("ours"))) == 3
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_exits_130(command_that: Callable[..., int], error: BaseException) -> None:
    assert command_that(raising(error)) == 130


@pytest.mark.parametrize("arguments", [["no-such-command"], ["warm", "--no-such-option"], ["warm", "superfluous"]])
def test_wrong_usage_is_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert frame.exit_code_of(arguments) == 2
    assert "--help`" in only_line(capsys)


def test_a_reader_that_goes_away_is_no_fault() -> None:
    program = f"{sys.executable} -m bongsu --help | true"
    done = subprocess.run(["sh", "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_help_imports_nothing_heavy() -> None:
    probe = (
        "import sys; from bongsu.cli.main import exit_code_of; exit_code_of(['--help']);"
        "print(sorted({'numpy', 'numba', 'asyncio', 'matplotlib', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_program_runs(bongsu: Run) -> None:
    done = bongsu("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("bongsu, version ")


def test_no_command_shows_the_help(bongsu: Run) -> None:
    done = bongsu()
    assert done.returncode == 2
    assert "Commands:" in done.stderr
