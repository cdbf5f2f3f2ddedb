"""What all tests share: repeatable property tests, one thread a numeric library, the browser, the program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Before numpy is imported anywhere: the tests share two cores with real servers.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

ROOT = Path(__file__).resolve().parent.parent

# No deadline: a busy machine is not a fault. Derandomised: a failure is the same for everybody.
settings.register_profile("bongsu", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bongsu")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def data() -> Path:
    """tests/data: flights and other input files."""
    return ROOT / "tests" / "data"


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The program of a browser that starts; `make test` sees to it that there is one."""
    finder = [sys.executable, str(ROOT / "tools" / "browser.py"), "--find"]
    found = subprocess.run(finder, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


@pytest.fixture
def bongsu(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the real program: `bongsu("track", "flight.jsonl", timeout=30)`, in an empty folder."""

    def run(*arguments: str, timeout: float = 60, **options: object) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "bongsu", *arguments]
        return subprocess.run(
            program,
            **{"capture_output": True, "text": True, "timeout": timeout, "cwd": tmp_path, "check": False, **options},
        )

    return run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests play whole drills: the limit that ends a hanging test is wider for them."""
    for item in items:
        if item.get_closest_marker("long") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(900))
