"""Servers as child processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bongsu.adapters import servers
from bongsu.adapters.servers import Server, Varz, check_fit, find_server, free_ports, parse_version, start_all, stop_all
from bongsu.base.errors import Busy, NotReady

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("nats")]

STARTER = """
import sys, time
from pathlib import Path
from bongsu.adapters.servers import Server
server = Server("plain", Path(sys.argv[1]), int(sys.argv[2]), streams=False)
server.start()
server.wait_ready()
print(server.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def ports() -> list[int]:
    return free_ports(2)


def write_plain(folder: Path, ports: list[int], more: str = "") -> Path:
    file = folder / "server.conf"
    folder.mkdir(exist_ok=True)
    file.write_text(f'server_name: plain\nlisten: "127.0.0.1:{ports[0]}"\nhttp: "127.0.0.1:{ports[1]}"\n{more}\n')
    return file


def wait_for(condition: Callable[[], bool], within_s: float) -> None:
    deadline_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2:3] if Path("/proc").exists() else True


def test_a_server_starts_stops_and_starts_again(tmp_path: Path, ports: list[int]) -> None:
    server = Server("plain", write_plain(tmp_path, ports), ports[1], streams=False)
    for end in (server.stop, server.kill):
        server.start()
        server.wait_ready()
        assert server.running
        assert server.varz().server_name == "plain"
        pid = server.pid
        assert pid is not None
        end()
        assert not server.running
        assert server.pid is None
        wait_for(lambda pid=pid: not lives(pid), 2.0)
    server.stop()


def test_the_server_ends_when_its_starter_dies(tmp_path: Path, ports: list[int]) -> None:
    file = write_plain(tmp_path, ports)
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(file), str(ports[1])], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert lives(pid)
    starter.kill()
    starter.wait()
    wait_for(lambda: not lives(pid), 2.0)


def test_a_taken_port_is_named(tmp_path: Path, ports: list[int]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports[0]))
        other.listen()
        server = Server("plain", write_plain(tmp_path, ports), ports[1], streams=False)
        with pytest.raises(Busy, match=f"{ports[0]}.*address already in use"):
            start_all([server])
    assert not server.running


def test_a_file_that_the_server_refuses_is_shown_with_its_words(tmp_path: Path, ports: list[int]) -> None:
    server = Server("plain", write_plain(tmp_path, ports, "nonsense"), ports[1], streams=False)
    with pytest.raises(NotReady, match=r"server plain does not start.*; read .*server\.log"):
        start_all([server])


def test_when_one_does_not_start_none_is_left(tmp_path: Path) -> None:
    one, two = free_ports(2), free_ports(2)
    good = Server("plain", write_plain(tmp_path / "good", one), one[1], streams=False)
    bad = Server("plain", write_plain(tmp_path / "bad", two, "nonsense"), two[1], streams=False)
    with pytest.raises(NotReady):
        start_all([good, bad])
    assert not good.running
    stop_all([good, bad])


def test_another_servers_port_is_noticed(tmp_path: Path, ports: list[int]) -> None:
    server = Server("plain", write_plain(tmp_path, ports), ports[1], streams=False)
    start_all([server])
    impostor = Server("other", write_plain(tmp_path / "other", free_ports(2)), ports[1], streams=False)
    with pytest.raises(Busy, match="belongs to server plain"):
        start_all([impostor])
    server.stop()


@pytest.mark.parametrize(
    ("text", "version"),
    [("nats-server: v2.15.1\n", (2, 15, 1)), ("2.14.5-RC.1", (2, 14, 5)), ("nats-server: dev", None), ("", None)],
)
def test_versions_are_read(text: str, version: tuple[int, int, int] | None) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize("version", ["2.14.4", "2.9.10", "dev"])
def test_an_old_server_is_refused(version: str) -> None:
    with pytest.raises(NotReady, match=f"is version {version}; run `make setup`"):
        check_fit(Varz(version=version, server_name="old"), streams=False)


def test_an_old_program_on_the_path_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "nats-server"
    fake.write_text("#!/bin/sh\necho 'nats-server: v2.9.10'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    find_server.cache_clear()
    assert find_server() == Path(sys.executable).parent / "nats-server"
    monkeypatch.setattr(servers.sys, "executable", str(tmp_path / "python"))
    find_server.cache_clear()
    with pytest.raises(NotReady, match=r"no usable nats-server \(.*is 2\.9\.10.*run `make setup`"):
        find_server()
    monkeypatch.undo()
    find_server.cache_clear()
