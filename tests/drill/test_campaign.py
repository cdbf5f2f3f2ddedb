"""Campaigns: every run counted, failed ones named, nothing left running, the same figures here and on a cluster."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from bongsu.base.errors import BadInput
from bongsu.drill import campaign, campaign_pool
from bongsu.drill.campaign_pool import run_here
from bongsu.views.campaign import Campaign, FailedRun, RunFigures, seeds_of, spread, summary
from tests.drill import campaign_runs

ROOT = Path(__file__).parents[2]


def told(seeds: range) -> Campaign:
    return summary("salvo", "Three at once", "exercise", seeds, [campaign_runs.figures(seed) for seed in seeds], [])


def test_every_seed_is_played_once_and_a_failed_one_is_named() -> None:
    ended = list(run_here(b"", "x.toml", range(1, 9), 2, campaign_runs.ill))
    failed = {one.seed: one.reason for one in ended if isinstance(one, FailedRun)}
    assert failed == {3: "ValueError: three is not to be had", 5: "its process ended with 7"}
    assert sorted(one.seed for one in ended if isinstance(one, RunFigures)) == [1, 2, 4, 6, 7, 8]
    assert multiprocessing.active_children() == []


def test_a_run_that_takes_too_long_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_pool, "CAMPAIGN_RUN_S", 0.5)
    (ended,) = run_here(b"", "x.toml", [1], 1, campaign_runs.endless)
    assert isinstance(ended, FailedRun) and "longer than" in ended.reason
    assert multiprocessing.active_children() == []


def test_an_abandoned_campaign_leaves_no_process() -> None:
    runs = run_here(b"", "x.toml", range(4), 2, campaign_runs.good)
    next(runs)
    runs.close()
    assert multiprocessing.active_children() == []


def test_the_summary_does_not_depend_on_the_order_of_the_runs() -> None:
    seeds = range(1, 11)
    runs = [campaign_runs.figures(seed) for seed in seeds]
    one = summary("salvo", "T", "exercise", seeds, runs, [])
    other = summary("salvo", "T", "exercise", seeds, reversed(runs), [])
    assert msgspec.json.encode(one) == msgspec.json.encode(other)
    (kr,) = one.nodes
    assert (kr.warned_s.count, kr.warned_s.never, kr.warned_s.p50, kr.warned_s.most) == (10, 0, 25.5, 30.0)
    assert (kr.own_warning_s.count, kr.own_warning_s.never) == (8, 2)
    assert (kr.areas_hit, kr.areas_missed, kr.misses_runs) == (20, 5, 5)
    assert kr.inside_95 == 0.5
    assert one.not_met == {"never met": 5}
    assert one.outcomes == 2


def test_the_seeds_of_what_was_not_met_are_named_up_to_five() -> None:
    assert seeds_of(told(range(1, 4)), "never met") == "1, 3"
    assert seeds_of(told(range(1, 21)), "never met") == "1, 3, 5, 7, 9, ..."
    assert seeds_of(told(range(1, 4)), "another") == ""


def test_where_no_bar_can_be_drawn_lines_tell_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bongsu.cli.main import exit_code_of

    monkeypatch.setattr(campaign, "_runs", lambda plan, _: map(campaign_runs.figures, range(1, plan.runs + 1)))
    assert exit_code_of(["drill", "campaign", "salvo", "--runs", "20", "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr()
    assert [line for line in shown.err.splitlines() if line.startswith("bongsu: ")] == [
        f"bongsu: {done} of 20 runs played" for done in range(2, 21, 2)
    ]
    assert "not met in 10 of 20 runs (seed 1, 3, 5, 7, 9, ...): never met" in shown.out


def test_a_spread_of_nothing_says_so() -> None:
    assert spread([None, None]).never == 2
    assert spread([None]).p50 is None


def test_files_carry_the_mode_and_the_marks(tmp_path: Path) -> None:
    campaign.write(tmp_path, told(range(1, 6)))
    rows = list(csv.DictReader((tmp_path / "runs.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 5 and {row["mode"] for row in rows} == {"exercise"}
    page = (tmp_path / "campaign.html").read_text(encoding="utf-8")
    plots = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(plots) == 4 and all("SIMULATED SENSORS" in plot and "訓練" in plot for plot in plots)
    assert "never met" in page
    missed = [run.seed for run in told(range(1, 6)).figures if run.not_met]
    assert missed and ", ".join(map(str, missed)) in page
    assert json.loads((tmp_path / "campaign.json").read_text(encoding="utf-8"))["runs"] == 5


def test_another_folder_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="not of an earlier campaign"):
        campaign.prepare(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nonesuch"], "no scenario is called 'nonesuch'"),
        (["salvo", "--runs", "0"], "0 is not in the range"),
        (["salvo", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], "--workers is of this machine"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    from bongsu.cli.main import exit_code_of

    assert exit_code_of(["drill", "campaign", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == "" and len(told.err.strip().splitlines()) == 1 and line in told.err


@pytest.mark.long
@pytest.mark.timeout(600)
def test_twenty_salvo_runs_give_table_and_plots_and_a_cluster_the_same(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    here, there = tmp_path / "here", tmp_path / "there"
    command = [sys.executable, "-m", "bongsu", "drill", "campaign", "salvo", "--runs", "20"]
    done = subprocess.run(
        [*command, "--workers", "2", "--out", str(here)], cwd=ROOT, capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, done.stderr
    assert "20 of 20 runs" in done.stdout and "20/20" in done.stderr
    assert (here / "campaign.html").stat().st_size > 50_000
    again = [*command[:-1], "4", "--out", str(there)]
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit="2GiB"
    ) as cluster:
        done = subprocess.run(
            [*again, "--scheduler", cluster.scheduler_address], cwd=ROOT, capture_output=True, text=True, timeout=300
        )
    assert done.returncode == 0, done.stderr
    both = [json.loads((folder / "campaign.json").read_text(encoding="utf-8")) for folder in (here, there)]
    assert both[0]["figures"][:4] == both[1]["figures"]
    assert both[0]["failed"] == both[1]["failed"] == []
    assert all(run["not_met"] == [] for run in both[0]["figures"])


@pytest.mark.long
def test_a_run_that_fails_on_a_cluster_is_named() -> None:
    distributed = pytest.importorskip("distributed")
    from bongsu.drill.campaign_dask import run_there

    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        ended = list(run_there(b"", "x.toml", [2, 3, 4], cluster.scheduler_address, campaign_runs.ill))
    failed = [one for one in ended if isinstance(one, FailedRun)]
    assert [(one.seed, one.reason) for one in failed] == [(3, "ValueError: three is not to be had")]
    assert sorted(one.seed for one in ended) == [2, 3, 4]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked for in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_a_campaign_ends_its_processes(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bongsu", "drill", "campaign", "salvo", "--runs", "50", "--workers", "2"]
    drill = subprocess.Popen(
        [*command, "--out", str(tmp_path / "out")], cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        children = _until(lambda: kids if len(kids := _children(drill.pid)) >= 2 else None)
        os.kill(drill.pid, number)
        code = drill.wait(timeout=20)
        _until(lambda: True if not any(Path(f"/proc/{pid}").exists() for pid in children) else None)
    finally:
        drill.kill()
        drill.wait()
        assert drill.stderr is not None
        drill.stderr.close()
    assert code == (130 if number == signal.SIGINT else -9)


def _children(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(told[1]) == pid and told[0] != "Z" and b"spawn_main" in _command(folder):
            found.append(int(folder.name))
    return found


def _command(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""


def _until(look):  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")
