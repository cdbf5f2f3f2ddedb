"""Real nats-servers as child processes: found, checked, started, watched until ready, ended.

Each runs under a shell that holds a pipe to us: when we die in whatever way, the pipe closes and the shell ends the server.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

import msgspec

from bongsu.base import limits
from bongsu.base.errors import Busy, NotReady

VERSION_LEAST = (2, 14, 5)
"""Older ones lack fixes for links that could be joined without a certificate, and for lost streams."""

_REMEDY = "run `make setup`, which installs one, or put nats-server 2.14.5 or newer on the PATH"
_LEASH = (
    'exec 3<&0; "$@" </dev/null 3<&- & server=$!; echo $server; '
    "{ read -r line <&3; kill -TERM $server; } >/dev/null 2>&1 & watch=$!; "
    "wait $server; code=$?; kill $watch 2>/dev/null; exit $code"
)
_PORT_FIRST, _PORT_COUNT = 15_000, 15_000
_PROBE_S = 0.5


class Varz(msgspec.Struct, kw_only=True):
    """What we read of a server's own report."""

    class JetStream(msgspec.Struct, kw_only=True):
        """Of its streams."""

        class Config(msgspec.Struct, kw_only=True):
            """Their settings; `sync_always` is absent when it is off."""

            sync_always: bool = False

        config: Config | None = None

    version: str
    server_name: str
    config_load_time: str = ""
    jetstream: JetStream = msgspec.field(default_factory=JetStream)


@functools.cache
def find_server() -> Path:
    """A nats-server that is new enough: the PATH's if it is, else the one installed with Bongsu. Raises `NotReady`."""
    seen: list[str] = []
    for candidate in (shutil.which("nats-server"), str(Path(sys.executable).parent / "nats-server")):
        if candidate is None or not os.access(candidate, os.X_OK):
            continue
        version = _version_of(candidate)
        if version is not None and version >= VERSION_LEAST:
            return Path(candidate)
        seen.append(f"{candidate} is {'of no known version' if version is None else '.'.join(map(str, version))}")
    raise NotReady("no usable nats-server" + (f" ({'; '.join(seen)})" if seen else " was found"), _REMEDY)


def parse_version(text: str) -> tuple[int, int, int] | None:
    """`nats-server: v2.15.1` or `2.15.1` to numbers; None when there are none."""
    match = re.search(r"\bv?(\d+)\.(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def check_fit(varz: Varz, streams: bool = True) -> None:
    """Refuse a server that is too old, or that confirms messages before they are on disk. Raises `NotReady`."""
    version = parse_version(varz.version)
    if version is None or version < VERSION_LEAST:
        raise NotReady(f"server {varz.server_name} is version {varz.version}", _REMEDY)
    if streams and (varz.jetstream.config is None or not varz.jetstream.config.sync_always):
        raise NotReady(
            f"server {varz.server_name} confirms messages before they are on disk",
            "set `sync_interval: always` in the jetstream block of its file and restart it",
        )


def free_ports(count: int) -> list[int]:
    """Distinct ports on this machine that nobody listens on, below those that systems hand out by themselves."""
    found: list[int] = []
    while len(found) < count:
        port = _PORT_FIRST + secrets.randbelow(_PORT_COUNT)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in found:
                found.append(port)
    return found


class Server:
    """One nats-server. `folder` holds its `server.conf`; it runs there, so that the paths in the file are short."""

    def __init__(self, name: str, file: Path, monitor_port: int, streams: bool = True) -> None:
        self.name = name
        self.file = file
        self.log = file.with_name("server.log")
        self.monitor_port = monitor_port
        self.streams = streams
        self.pid: int | None = None
        self._leash: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; `wait_ready` follows. Raises `NotReady` if no server program can be found."""
        assert not self.running, f"{self.name} runs already"
        program = find_server()
        self.log.unlink(missing_ok=True)
        command = [str(program), "-c", self.file.name, "-l", self.log.name]
        self._leash = subprocess.Popen(
            ["/bin/sh", "-c", _LEASH, "leash", *command],
            cwd=self.file.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._leash.stdout is not None
        self.pid = int(self._leash.stdout.readline())

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._leash is not None and self._leash.poll() is None

    def wait_ready(self, within_s: float = limits.SERVER_READY_S) -> None:
        """Wait until it serves, and is fit. Raises `Busy` for a taken port, `NotReady` for all else, and ends it then."""
        deadline_s = time.monotonic() + within_s
        pause_s = 0.005
        while not self._healthy():
            if not self.running or time.monotonic() > deadline_s:
                self.stop()
                raise self._failure()
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, 0.1)
        try:
            varz = self.varz()
            if varz.server_name != self.name:
                raise Busy(f"port {self.monitor_port} belongs to server {varz.server_name}", "free it or use another")
            check_fit(varz, self.streams)
        except (NotReady, Busy):
            self.stop()
            raise

    def varz(self) -> Varz:
        """The server's own report. Raises `NotReady` when it does not answer."""
        return read_varz(self.monitor_port)

    def stop(self) -> None:
        """End it in good order, by force after two seconds; harmless when it has ended."""
        if self.running:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            self._wait(2.0)
            if self.running:
                self.kill()
        self._let_go()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.signal(signal.SIGKILL)
        self._wait(5.0)
        self._let_go()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal (SIGSTOP freezes it, SIGCONT thaws it, SIGHUP reads its file again); harmless when it has ended."""
        if self.running and self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def restart(self) -> None:
        """Start it again after it has ended, and wait until it is ready."""
        self.stop()
        self.start()
        self.wait_ready()

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.monitor_port}/healthz", timeout=_PROBE_S) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _failure(self) -> NotReady | Busy:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        told = next(
            (line.partition("] ")[2] or line for line in reversed(lines) if "[FTL]" in line), "no word in its log"
        )
        if "address already in use" in told:
            return Busy(f"server {self.name}: {told}", "end the program that holds the port, or name other ports")
        return NotReady(f"server {self.name} does not start ({told.strip()})", f"read {self.log}")

    def _wait(self, within_s: float) -> None:
        if self._leash is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._leash.wait(within_s)

    def _let_go(self) -> None:
        """Close the pipes of a leash whose server has ended."""
        if self._leash is None or self.running:
            return
        for pipe in (self._leash.stdin, self._leash.stdout):
            if pipe is not None:
                pipe.close()
        self._leash = None
        self.pid = None


def reason(error: Exception) -> str:
    """Why a report could not be had, in the system's words; a URL error hides them inside."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return (isinstance(cause, OSError) and cause.strerror) or str(cause)


def read_varz(monitor_port: int) -> Varz:
    """A server's own report. Raises `NotReady`."""
    address = f"http://127.0.0.1:{monitor_port}/varz"
    try:
        with urllib.request.urlopen(address, timeout=_PROBE_S) as answer:
            return msgspec.json.decode(answer.read(), type=Varz)
    except (OSError, msgspec.DecodeError) as error:
        raise NotReady(
            f"no server reports at port {monitor_port} ({reason(error)})", "start it, or see its log"
        ) from None


def start_all(servers: Iterable[Server]) -> list[Server]:
    """Start several together and wait until each is ready; on a failure none is left running."""
    started: list[Server] = []
    try:
        for server in servers:
            server.start()
            started.append(server)
        for server in started:
            server.wait_ready()
    except BaseException:
        stop_all(started)
        raise
    return started


def stop_all(servers: Iterable[Server]) -> None:
    """End several, the first started last."""
    for server in reversed(list(servers)):
        server.stop()


def check_file(file: Path) -> None:
    """Have the server itself check a file. Raises `NotReady` with its words."""
    command = [str(find_server()), "-t", "-c", file.name]
    done = subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotReady(f"{file} is not a server file: {done.stderr.strip()}", "write it anew from federation.toml")


def _version_of(program: str) -> tuple[int, int, int] | None:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(done.stdout)
