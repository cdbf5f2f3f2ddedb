"""Every limit has a reason, every error a meaning, and the generated pages say what the code says."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from types import ModuleType

import click
import pytest

from tests.tidy.tree import ROOT


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """tools/reference.py as a module."""
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_limit_has_a_reason(reference: ModuleType) -> None:
    assert reference.limits()
    assert not [limit.name for limit in reference.limits() if len(limit.reason.split()) < 4]


def test_every_error_is_explained(reference: ModuleType) -> None:
    assert reference.errors()[0].name == "BongsuError"
    assert not [error.name for error in reference.errors() if len(error.meaning.split()) < 4]


def test_generated_pages_are_fresh() -> None:
    """In a process of its own, as `make reference` does: click keeps how a command's help was first asked for, and other tests ask otherwise."""
    command = [sys.executable, str(ROOT / "tools" / "reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_has_an_example_that_names_it(reference: ModuleType) -> None:
    lacking = [
        name
        for name, command, context in reference.commands()
        if "Example" not in (help_text := command.get_help(context)) or f"\n    {name}" not in help_text
    ]
    assert not lacking, f'give these epilog="\\b\\nExample:\\n  bongsu ...": {lacking}'


def test_every_command_and_option_is_explained(reference: ModuleType) -> None:
    lacking = [name for name, command, _ in reference.commands() if not (command.help or "").strip()]
    for name, command, _ in reference.commands():
        options = [option for option in command.params if isinstance(option, click.Option)]
        lacking += [f"{name} {option.name}" for option in options if not option.help]
    assert not lacking
