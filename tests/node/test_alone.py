"""A node that runs alone, without anybody's control lines: exercise time from an agreed moment on; a console that nobody can enter yet."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path

import pytest

from bongsu.adapters.store import RecordReader
from bongsu.base.time import format_time, parse_time
from bongsu.model.exercise import ExerciseOrder
from bongsu.record.entry import item_of
from tests.node.processes import NodeProcess

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]
START = "2026-05-01T03:00:00Z"


def clock(console: str) -> dict[str, str]:
    with urllib.request.urlopen(console + "api/picture", timeout=10) as answer:
        picture = json.load(answer)
    return dict(picture["set"]["clock"])


def test_exercise_time_runs_from_the_agreed_moment_also_after_a_restart(tmp_path: Path) -> None:
    begun_ns = time.time_ns() - 100_000_000_000
    config = tmp_path / "kr.toml"
    config.write_text(
        f'node = "kr"\nmode = "simulation"\nexercise = "t-1"\nrecord = "record"\nstart = "{START}"\nstartex = "{format_time(begun_ns)}"\n'
    )
    for _ in range(2):
        node = NodeProcess(config, tmp_path / "errors")
        told = clock(node.wait("ready")["console"])
        ran_ns = parse_time(told["exercise"]) - parse_time(START)
        assert ran_ns >= 100_000_000_000
        assert abs(ran_ns - (parse_time(told["link"]) - begun_ns)) < 2_000_000, "second for second"
        node.stop()
    assert (tmp_path / "errors").read_text() == ""
    with RecordReader(tmp_path / "record") as reader:
        orders = [item_of(entry).body for entry in reader.entries(types=("exercise_order",))]
    assert [order.order for order in orders if isinstance(order, ExerciseOrder)] == ["startex"], "said once"


def test_a_console_that_nobody_can_enter_is_said_and_stops_nothing(tmp_path: Path) -> None:
    config = tmp_path / "kr.toml"
    config.write_text('node = "kr"\nmode = "test"\nexercise = "t-1"\nrecord = "record"\naccounts = "accounts.json"\n')
    node = NodeProcess(config, tmp_path / "errors")
    node.wait("ready")
    node.stop()
    told = f"bongsu node: nobody may log in at the console yet: bongsu node account add --config {config}\n"
    assert (tmp_path / "errors").read_text() == told
