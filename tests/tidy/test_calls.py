"""The core and all below it read no clock, draw no chance and do no I/O."""

from __future__ import annotations

import ast

import pytest

from tests.tidy.calls import banned
from tests.tidy.tree import ROOT, place, pure_files, syntax

# What one file may do all the same, and why.
ALLOWED = {
    ("src/bongsu/geo/kernels.py", "os.environ"): "tells the compiler where its cache is, before anything is computed",
}


def test_pure_layers_call_nothing_banned() -> None:
    found = [
        f"{place(path, line)} {text}"
        for path in pure_files()
        for line, text in banned(syntax(path))
        if (path.relative_to(ROOT).as_posix(), text) not in ALLOWED
    ]
    assert not found, f"time, chance and the world are inputs of the core: {found}"


def test_each_allowance_is_used() -> None:
    used = {(path.relative_to(ROOT).as_posix(), text) for path in pure_files() for _, text in banned(syntax(path))}
    assert not [key for key in ALLOWED if key not in used]


def test_there_are_pure_files_to_look_at() -> None:
    assert len(pure_files()) > 20


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from time import monotonic",
        "import random as chance",
        "from uuid import uuid4",
        "from os import urandom",
        "import os\nos.urandom(8)",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime\ndatetime.utcnow()",
        "from datetime import date\ndate.today()",
        "import numpy as np\nnp.random.default_rng(1)",
        "import secrets",
        "import asyncio",
        "print('seen')",
        "open('file')",
        "hash('kr')",
    ],
)
def test_each_banned_thing_is_found(source: str) -> None:
    assert list(banned(ast.parse(source)))


@pytest.mark.parametrize(
    "source", ["from bongsu.base import time", "import os.path", "state.now()", "reading.id", "record.open()"]
)
def test_what_is_allowed_is_not_found(source: str) -> None:
    assert not list(banned(ast.parse(source)))
