"""Both stores, for tests of what holds for each of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from bongsu.adapters.store import Place, place_of
from tests.adapters.postgres import Postgres, started

_names = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with started() as server:
        yield server


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.live, pytest.mark.xdist_group("postgresql")])]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place for a record."""
    if request.param == "sqlite":
        return place_of(tmp_path)
    server: Postgres = request.getfixturevalue("postgres")
    return place_of(server.url(f"kr_{next(_names)}"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of what a server does with removed entries one test is for every day: the others play whole hours."""
    for item in items:
        if "test_store_removal" in item.nodeid and "[postgresql]" in item.nodeid and "too_old" not in item.nodeid:
            item.add_marker(pytest.mark.long)
