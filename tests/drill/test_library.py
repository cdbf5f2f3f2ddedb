"""Every packaged scenario, played as a planner plays it: all its expectations are met, each of them can fail, and the order of hashing changes nothing."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bongsu.drill import scenario
from tests.drill.alerts_of_the_day import DAYS, as_published, documents_hold
from tests.drill.spoilers import unbroken

HASH_SEEDS = ("1", "2")
LEAST_SCENARIOS = 14


def test_the_library_teaches_enough() -> None:
    loaded = [scenario.load(name) for name in scenario.names()]
    assert len(loaded) >= LEAST_SCENARIOS
    assert len({one.teaches for one in loaded}) == len(loaded)
    assert all(one.expectations for one in loaded)


@dataclass(frozen=True)
class Played:
    """A scenario as it ran under each seed of hashing."""

    runs: dict[str, tuple[int, dict[str, Any], str]]
    folder: Path


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Played]:
    """Plays a scenario once, under both seeds of hashing at the same time."""

    @functools.cache
    def play(name: str) -> Played:
        folder = tmp_path_factory.mktemp(name)
        return Played(run_twice(name, folder), folder / HASH_SEEDS[0])

    return play


def run_twice(name: str, folder: Path) -> dict[str, tuple[int, dict[str, Any], str]]:
    """Exit code, review and what was said, by seed of hashing."""
    runs = {
        seed: subprocess.Popen(
            [sys.executable, "-m", "bongsu", *f"drill run {name} --speed max --json --out {folder / seed}".split()],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in HASH_SEEDS
    }
    told = {}
    try:
        for seed, run in runs.items():
            out, err = run.communicate(timeout=600)
            assert out, err[-500:]
            told[seed] = (run.returncode, json.loads(out), err[-500:])
    finally:
        for run in runs.values():
            run.kill()
            run.wait()
    return told


@pytest.mark.long
@pytest.mark.parametrize("name", scenario.names())
def test_each_expectation_fails_when_its_evidence_is_spoilt(name: str, played: Callable[[str], Played]) -> None:
    assert unbroken(name, played(name).folder) == []


@pytest.mark.long
@pytest.mark.parametrize("name", scenario.names())
def test_digests_are_the_same_under_two_hash_seeds(name: str, played: Callable[[str], Played]) -> None:
    reviews = [review for _, review, _ in played(name).runs.values()]
    assert len({review["digest"] for review in reviews}) == 1
    assert len({review["outcome_digest"] for review in reviews}) == 1


@pytest.mark.long
@pytest.mark.parametrize("name", scenario.names())
def test_all_is_met(name: str, played: Callable[[str], Played]) -> None:
    for code, review, said in played(name).runs.values():
        unmet = [one["text"] for one in review["expectations"] if not one["met"]]
        assert (code, unmet) == (0, []), said


@pytest.mark.long
@pytest.mark.parametrize("name", scenario.names())
def test_each_alert_document_is_of_its_exercise_alone(name: str, played: Callable[[str], Played]) -> None:
    documents_hold(played(name).folder / "alerts", scenario.load(name).exercise)


@pytest.mark.long
@pytest.mark.parametrize("name", DAYS)
def test_alerts_against_those_of_the_day(name: str, played: Callable[[str], Played]) -> None:
    as_published(name, played(name).folder / "record")
