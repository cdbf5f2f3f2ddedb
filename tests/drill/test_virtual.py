"""Virtual time: the same records again, whatever the hash seed; a crash loses nothing; the program's whole answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from bongsu.adapters.store import RecordReader
from bongsu.core.rooms import build_pipeline
from bongsu.drill import records
from bongsu.drill import scenario as scenarios
from bongsu.drill.scenario_schema import NodeCrash
from bongsu.drill.twin import stands_on
from bongsu.drill.virtual import VirtualDrill, recorded
from bongsu.record.replay import replay
from bongsu.record.verify import verify
from bongsu.views.measures_exchange import TAKES, exchange, traffic

FALSE_ALARM = scenarios.load("false-alarm")
Bongsu = Callable[..., subprocess.CompletedProcess[str]]

LEAST_SENT = 10
"""Prompt messages of a false alarm: the first warning and its retraction to two partners, each shown there, and the alarm acknowledged there."""


def play(folder: Path, scenario: scenarios.Scenario = FALSE_ALARM, seed: int = 1) -> str:
    flights = scenarios.solve(scenario)
    drill = VirtualDrill(scenario, flights, seed, recorded(folder), stands_on(scenario, flights))
    drill.run(lambda _now_ns, _end_ns: None)
    return records.digest(folder, scenario.codes)


def test_the_same_seed_gives_the_same_records_and_another_one_others(tmp_path: Path) -> None:
    first, second = play(tmp_path / "a"), play(tmp_path / "b")
    assert first == second
    assert play(tmp_path / "c", seed=2) != first


def test_each_record_is_whole_and_replays(tmp_path: Path) -> None:
    play(tmp_path)
    for code in FALSE_ALARM.codes:
        with RecordReader(tmp_path / code) as reader:
            verdict = verify(reader.entries(), reader.end())
            assert verdict.broken is None
            assert verdict.closed
            assert verdict.signed > 0
            assert replay(reader.entries(), build_pipeline).difference is None


def test_a_crash_loses_nothing_that_partners_sent(tmp_path: Path) -> None:
    crashes = (NodeCrash(node="jp", at_s=48.0), NodeCrash(node="kr", at_s=30.0))
    scenario = replace(FALSE_ALARM, injects=crashes)
    play(tmp_path, scenario)
    nodes = [traffic(code, records.items(tmp_path, code, TAKES)) for code in scenario.codes]
    found = exchange(nodes, None)
    assert found.sent >= LEAST_SENT
    assert (found.lost, found.applied_twice, found.leaked) == (0, 0, 0)


def test_the_program_answers_with_one_document_that_no_hash_seed_changes(bongsu: Bongsu, tmp_path: Path) -> None:
    told = []
    for hash_seed in ("1", "2"):
        arguments = ("drill", "run", "false-alarm", "--speed", "max", "--no-console", "--json", "--out", hash_seed)
        ran = bongsu(*arguments, env={**os.environ, "PYTHONHASHSEED": hash_seed})
        assert ran.returncode == 0, ran.stderr
        told.append(json.loads(ran.stdout))
        folder = tmp_path / hash_seed
        assert json.loads((folder / "review.json").read_text()) == told[-1]
        assert list((folder / "alerts").iterdir()) == []
        assert sorted(entry.name for entry in (folder / "record").iterdir()) == ["jp", "kr", "us"]
        assert "<html" in (folder / "review.html").read_text()
        assert json.loads((folder / "run.json").read_text())["processes"][0]["name"] == "drill"
    assert told[0] == told[1]
    review = told[0]
    assert {verdict["met"] for verdict in review["expectations"]} == {True}
    assert review["speed"] == "max"
    assert review["exchange"]["latency_ms"] is None
    assert review["exchange"]["sent"] == review["exchange"]["delivered"] >= LEAST_SENT
    (launch,) = review["launches"]
    assert launch["truth"] is None
    assert launch["nodes"]["jp"]["final_status"] == "retracted"
    (retraction,) = review["retractions"]
    assert {one["recipient"]: list(one["consoles"]) for one in retraction["recipients"]} == {
        "jp": ["jp-console"],
        "us": ["us-console"],
    }
    assert retraction["consoles"] == retraction["consoles_confirmed"] == 2
    assert (retraction["origin"], retraction["holders"], retraction["confirmed"]) == ("kr", 2, 2)
    ran = bongsu("release", "retractions", "--record", str(tmp_path / "1" / "record" / "kr"))
    assert ran.returncode == 0, ran.stderr
    assert "confirmed by all" in ran.stdout and "jp-console: confirmed after" in ran.stdout
    ran = bongsu("release", "retractions", "--record", str(tmp_path / "1" / "record" / "kr"), "--open", "--json")
    assert json.loads(ran.stdout) == []


def test_an_expectation_that_is_not_met_gives_exit_code_1(bongsu: Bongsu, tmp_path: Path) -> None:
    text = (scenarios.PACKAGED / "false-alarm.toml").read_text().replace("count = 1", "count = 2", 1)
    (tmp_path / "mine.toml").write_text(text)
    ran = bongsu("drill", "run", "mine.toml", "--speed", "max", "--json")
    assert ran.returncode == 1, ran.stderr
    verdicts = json.loads(ran.stdout)["expectations"]
    assert [verdict["text"] for verdict in verdicts if not verdict["met"]] == ["kr counts 2 events"]
    assert (tmp_path / "runs" / "false-alarm-1" / "review.json").is_file()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_the_drill_ends_its_twin(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "bongsu", "drill", "run", "hwasong-18-2023-07-12", "--speed", "max", "--json"]
    drill = subprocess.Popen(
        [*command, "--out", "run"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert drill.stdout is not None
    assert drill.stderr is not None
    assert "s played" in drill.stderr.readline()
    twin = next(
        process["pid"]
        for process in json.loads((tmp_path / "run" / "run.json").read_text())["processes"]
        if process["name"] == "links cut"
    )
    assert alive(twin)
    drill.send_signal(number)
    printed, _ = drill.communicate(timeout=30)
    assert printed == ""
    assert drill.returncode == (130 if number is signal.SIGINT else -number)
    end_s = time.monotonic() + 10.0
    while alive(twin):
        assert time.monotonic() < end_s, "the twin has outlived its drill"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether a process runs; a dead one that nobody has waited for does not."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(found.strip()) and not found.startswith("Z")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "no scenario is called"),
        (["false-alarm", "--speed", "fast"], "neither a number nor max"),
        (["false-alarm", "--speed", "-1"], "is not above 0"),
        (["missing.toml"], "no such file"),
        (["false-alarm", "--speed", "max", "--out", "full"], "not of an earlier drill"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(bongsu: Bongsu, tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious.txt").write_text("mine")
    ran = bongsu("drill", "run", *arguments)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert (tmp_path / "full" / "precious.txt").read_text() == "mine"
