"""Exercise control sees the truth; players never do: nothing of the plan reaches a node, neither in its files nor in its record."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bongsu.adapters.store import RecordReader
from bongsu.drill import node_files
from bongsu.drill import scenario as scenarios
from bongsu.drill.scenario import Scenario
from bongsu.record.entry import item_of
from tests.drill.quiet import play

NODES = ("kr", "us", "jp")
CANARY = "zq-canary"
FIGURES = ("191.2345", "191234.5", "39.41234", "0.687875101")
"""Apogee and latitude of the launch as the scenario has them, and in SI and radians."""


def planned() -> Scenario:
    """A packaged scenario in which the plan can be recognised wherever it comes to."""
    text = (scenarios.PACKAGED / "real-event.toml").read_text(encoding="utf-8")
    for old, new in (
        ('title = "A real event during the drill"', f'title = "{CANARY} title"'),
        ('teaches = "HOLD', f'teaches = "{CANARY} HOLD'),
        ('title = "A short flight to the east"', f'title = "{CANARY} launch"'),
        ('id = "short"', f'id = "{CANARY}-id"'),
        ('event = "Something real', f'event = "{CANARY} event'),
        ('expected_action = "All', f'expected_action = "{CANARY} All'),
        ("apogee_km = 190.0", "apogee_km = 191.2345"),
        ("latitude_deg = 39.4", "latitude_deg = 39.41234"),
        ("after_last_impact_s = 12.0", "duration_s = 75.0"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    text += f'\n[[captions]]\nat_s = 20.0\ntext = "{CANARY} caption"\n'
    return scenarios.parse(text.encode(), "planned.toml")


def told(text: str) -> list[str]:
    return [word for word in (CANARY, *FIGURES) if word in text]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("truth")
    play(folder, played=planned())
    return folder


@pytest.mark.parametrize("node", NODES)
def test_no_item_of_a_node_holds_the_plan_or_the_truth(node: str, records: Path) -> None:
    warned = False
    with RecordReader(records / node) as reader:
        for entry in reader.entries(kinds=("input", "output")):
            item = item_of(entry)
            assert told(msgspec.json.encode(item.body, enc_hook=repr).decode()) == [], entry.type
            warned |= entry.type == "warning"
    assert warned, "the flight was played, and seen"


def test_no_file_of_a_node_holds_the_plan_or_the_truth(tmp_path: Path) -> None:
    for node in NODES:
        node_files.write_node(planned(), node, tmp_path)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) >= 4 * len(NODES)
    assert {file.name: told(file.read_text(encoding="utf-8")) for file in files} == {file.name: [] for file in files}
