"""Exercise control of a live drill, and HOLD: real servers and processes, orders through the door, records looked at afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bongsu.adapters.hold_signal import send_hold
from bongsu.drill import records
from bongsu.drill import scenario as scenarios
from tests.live.watching import WAIT_S, until

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("drill-live")]

THREE = """
name = "quiet-three"
title = "A quiet one of three"
teaches = "What control does to real nodes."
exercise = "QUIET-3"
start = 2026-05-01T03:00:00Z
duration_s = {duration_s}
sensors = []

[hub]
run_by = "us"

[[partners]]
code = "kr"
name = "Republic of Korea"

[[partners]]
code = "us"
name = "United States"

[[partners]]
code = "jp"
name = "Japan"

[[expectations]]
expect = "exchange"
"""
HELD = """
[[expectations]]
expect = "held"
origin = "kr"
nodes = ["kr", "us", "jp"]
within_s = 1.0

[[injects]]
inject = "real_event"
node = "kr"
at_s = 2.0

[[operators]]
node = "kr"
name = "kr-watch-1"
role = "watch"
actions = [{ do = "lift_hold", after_s = 2.0 }]

[[operators]]
node = "kr"
name = "kr-watch-2"
role = "watch"
actions = [{ do = "lift_hold", after_s = 3.0 }]
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


def write(folder: Path, more: str = "", duration_s: float = 6.0) -> Path:
    file = folder / "three.toml"
    file.write_text(THREE.format(duration_s=duration_s) + more, encoding="utf-8")
    return file


@contextmanager
def running(file: Path, out: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A drill in a process of its own, from when its door is open."""
    command = [sys.executable, "-m", "bongsu", "drill", "run", str(file), "--out", str(out), "--json", "--no-console"]
    drill = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        until("the door is open", lambda: (out / "control.json").exists() or drill.poll() is not None)
        assert drill.poll() is None, drill.communicate()
        yield drill
    finally:
        drill.kill()
        drill.communicate()


def items(out: Path, node: str, kind: str) -> list[Any]:
    return list(records.items(out / "record", node, (kind,)))


def test_a_real_event_holds_every_partner_within_a_second_of_link_time(bongsu: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = bongsu(
        "drill",
        "run",
        str(write(tmp_path, HELD)),
        "--speed",
        "1",
        "--no-console",
        "--json",
        "--out",
        str(out),
        timeout=240,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    begun_ns = items(out, "kr", "hold_signal")[0].head.link_ns
    for node in ("kr", "us", "jp"):
        standing, lifted = items(out, node, "hold")
        assert 0 <= standing.head.link_ns - begun_ns < 1_000_000_000
        assert lifted.head.link_ns - standing.head.link_ns > 2_900_000_000
        ran_ns = lifted.head.receipt_ns - standing.head.receipt_ns
        assert 0 <= ran_ns < 250_000_000, "exercise time stood but for the step under way"
    assert "NO DUFF" in done.stderr


@pytest.mark.long
def test_control_waits_pauses_injects_and_ends(bongsu: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def order(*words: str) -> dict[str, Any]:
        told = bongsu("drill", "control", str(out), *words, "--json")
        answer: dict[str, Any] = json.loads(told.stdout)
        assert answer["ok"] is (told.returncode == 0)
        return answer

    # A partner counts as unknown after some seconds without a heartbeat: the cut by hand lasts longer than that.
    with running(write(tmp_path, duration_s=6000.0), out, "--speed", "1", "--wait") as drill:
        until("all are ready", lambda: not order("status")["missing"])
        assert order("status")["state"] == "waiting"
        assert "has not begun" in order("pause")["error"]
        assert order("startex")["ok"]
        until("it runs", lambda: order("status")["state"] == "running")
        assert "has begun" in order("startex")["error"]
        assert order("pause")["ok"]
        assert order("status")["state"] == "pause", "the answer comes when it has taken effect"
        stood_at_s = order("status")["at_s"]
        assert order("status")["at_s"] == stood_at_s
        assert "stands" in order("jump", "100")["error"]
        assert order("resume")["stood_s"] > 0.0
        assert order("inject", "link_cut", "node=jp", "lasts_s=8")["ok"]
        assert "not in a live drill" in order("inject", "key_revoked", "node=jp")["error"]
        assert "cn" in order("inject", "node_crash", "node=cn")["error"]
        until("the cut is over", lambda: not order("status").get("next"))
        assert order("say", "Lunch is at noon.")["ok"]
        assert order("speed", "20")["speed"] == 20.0
        assert order("jump", "500")["ok"]
        until("it has jumped", lambda: order("status")["at_s"] >= 500.0)
        assert "goes forward" in order("jump", "10")["error"]
        assert order("hold")["ok"]
        assert order("resume")["ok"]
        wrong = bongsu("drill", "control", str(out), "halt")
        assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1)
        assert "no order 'halt'" in wrong.stderr
        assert order("endex")["ok"]
        printed, said = drill.communicate(timeout=WAIT_S)
    assert drill.returncode == 0, said
    assert not (out / "control.json").exists()
    orders = [item.body.order for item in items(out, "jp", "exercise_order")]
    assert [one for one in orders if one != "pace"] == [
        "announce", "startex", "pause", "resume", "message", "jump", "hold", "resume", "endex",
    ]  # fmt: skip
    states = [item.body.state.value for item in items(out, "kr", "freshness") if item.body.source == "jp"]
    assert states[0] == "fresh"
    assert "unknown" in states, "the cut by hand was a cut, over a path that nobody answers"
    assert json.loads(printed)["exchange"]["lost"] == 0


@pytest.mark.long
def test_a_stranger_at_the_door_is_refused(bongsu: Run, tmp_path: Path) -> None:
    import socket

    out = tmp_path / "out"
    with running(write(tmp_path, duration_s=600.0), out, "--speed", "1", "--wait"):
        door = json.loads((out / "control.json").read_text())
        assert (out / "control.json").stat().st_mode & 0o077 == 0
        for line in (b'{"token":"guess","do":"endex"}', b"no json", b'{"token":1}'):
            with socket.create_connection(("127.0.0.1", door["port"]), timeout=5) as stranger:
                stranger.sendall(line + b"\n")
                answer = json.loads(stranger.makefile("rb").readline())
            assert answer["ok"] is False
        assert bongsu("drill", "control", str(out), "status").returncode == 0, "it goes on"


@pytest.mark.long
def test_a_pause_of_37_s_shifts_a_live_inject_by_37_s(bongsu: Run, tmp_path: Path) -> None:
    more = """
[[control]]
do = "pause"
at_s = 1.0
for_s = 37.0

[[injects]]
inject = "public_report"
reporter = "A news agency"
text = "Something."
at_s = 3.0
"""
    out = tmp_path / "out"
    file = write(tmp_path, more)
    done = bongsu("drill", "run", str(file), "--speed", "1", "--no-console", "--json", "--out", str(out), timeout=240)
    assert done.returncode == 0, done.stderr
    told = {item.body.order: item for item in items(out, "kr", "exercise_order")}
    assert told["resume"].body.link_ns - told["pause"].body.link_ns == 37_000_000_000
    assert told["resume"].body.exercise_ns == told["pause"].body.exercise_ns
    late_s = (told["report"].head.link_ns - told["startex"].body.link_ns) / 1e9 - 3.0
    assert late_s == pytest.approx(37.0, abs=0.5)
    assert scenarios.load(str(file)).control[0].at_s == 1.0


@pytest.mark.parametrize("datagram", [b"bongsu hold 1\n", b"anything else", b""])
def test_the_signal_goes_one_way_and_says_nothing(datagram: bytes) -> None:
    import asyncio
    import socket

    from bongsu.adapters.hold_signal import SIGNAL, HoldListener

    async def main() -> int:
        heard: list[int] = []
        listener = HoldListener(lambda: heard.append(1), 0)
        await listener.open()
        if datagram == SIGNAL:
            send_hold(listener.port)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.0.0.1", 0))
            sender.settimeout(0.2)
            sender.sendto(datagram, ("127.0.0.1", listener.port))
            await asyncio.sleep(0.1)
            with pytest.raises(TimeoutError):
                sender.recv(100)
        listener.close()
        return len(heard)

    assert asyncio.run(main()) == (2 if datagram == b"bongsu hold 1\n" else 0)
