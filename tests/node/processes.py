"""Three nations' nodes as real processes over real servers, driven as a drill drives them."""

from __future__ import annotations

import json
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec

from bongsu.adapters.federation.description import one_machine, ports_needed
from bongsu.adapters.federation.folder import create_folder, servers_of
from bongsu.adapters.identity import open_signer, write_public_keys
from bongsu.adapters.servers import free_ports, start_all, stop_all
from bongsu.base.time import format_time, parse_time
from bongsu.model.command import Command
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.mode import Mode

WAIT_S = 60.0
PARTNERS = {"kr": "Korea", "us": "United States", "jp": "Japan"}


class NodeProcess:
    """One `bongsu node run`, its control lines and its status lines."""

    def __init__(self, config: Path, errors: Path) -> None:
        self.config = config
        self.told: list[dict[str, Any]] = []
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._errors = errors.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bongsu", "node", "run", "--config", str(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def wait(self, what: str) -> dict[str, Any]:
        """The next status line of that type."""
        ends_s = time.monotonic() + WAIT_S
        while True:
            line = self._lines.get(timeout=max(ends_s - time.monotonic(), 0.001))
            assert line is not None, f"{self.config} ended: {self.told}"
            self.told.append(line)
            if line["type"] == what:
                return line

    def send(self, line: ExerciseOrder | Command) -> None:
        """One control line."""
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(line) + b"\n")
        self.process.stdin.flush()

    def stop(self) -> dict[str, Any]:
        """End it in order; its last words."""
        self.process.send_signal(signal.SIGTERM)
        stopped = self.wait("stopped")
        assert self.process.wait(WAIT_S) == 0
        self.close()
        return stopped

    def kill(self) -> None:
        """End it by force."""
        self.process.kill()
        self.close()

    def close(self) -> None:
        """Let go of everything."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(WAIT_S)
        if self.process.stdin is not None:
            self.process.stdin.close()
        self._reader.join(WAIT_S)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._errors.close()


class Nations:
    """The federation's servers, and the nodes' settings, made from a detections file."""

    def __init__(self, root: Path, flight: Path, exercise: str = "trial-1") -> None:
        self.root = root
        self.exercise = exercise
        lines = [json.loads(line) for line in flight.read_text(encoding="utf-8").splitlines()]
        self.sensors = [line for line in lines if line["type"] == "sensor"]
        self.owner = {line["id"]: line["owner"] for line in self.sensors}
        self.lines = [line for line in lines if line["type"] != "sensor"]
        self.start_ns = parse_time(self.lines[0]["time"])
        federation = one_machine("trial", PARTNERS, (Mode.EXERCISE,), free_ports(ports_needed(3)))
        self.folder = create_folder(root / "federation", federation)
        self.servers = start_all(servers_of(self.folder, federation))
        signers = [open_signer(self.folder.signing_key(code, Mode.EXERCISE), code, Mode.EXERCISE) for code in PARTNERS]
        write_public_keys(self.folder.root / "public-keys.jsonl", tuple(signer.public_key() for signer in signers))
        self.nodes: dict[str, NodeProcess] = {}
        self.feed_ports: dict[str, int] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def start(self, code: str) -> dict[str, Any]:
        """Start one node and wait until it is ready."""
        self.launch(code)
        return self.ready(code)

    def launch(self, code: str) -> None:
        """Start one node."""
        config = self.root / f"{code}.toml"
        sensors = [line for line in self.sensors if line["owner"] == code]
        (self.root / f"{code}.sensors.jsonl").write_text(
            "\n".join(json.dumps(line) for line in sensors), encoding="utf-8"
        )
        config.write_text(
            f'node = "{code}"\nmode = "exercise"\nexercise = "{self.exercise}"\nrecord = "record/{code}"\n'
            f'federation = "federation"\nsensors = "{code}.sensors.jsonl"\ncontrol = "stdin"\n'
            f'start = "{format_time(self.start_ns)}"\n[feed]\nkind = "udp"\n',
            encoding="utf-8",
        )
        self.nodes[code] = NodeProcess(config, self.root / f"{code}.err")

    def ready(self, code: str) -> dict[str, Any]:
        """Wait until a node is ready."""
        told = self.nodes[code].wait("ready")
        self.feed_ports[code] = told["feed_port"]
        return told

    def order(self, what: str, speed: float) -> ExerciseOrder:
        """Tell all nodes the exercise's pace from now on."""
        now_ns = time.time_ns()
        order = ExerciseOrder(
            order=what, exercise=self.exercise, exercise_ns=self.start_ns, link_ns=now_ns, speed=speed
        )
        for node in self.nodes.values():
            node.send(order)
        return order

    def play(self, seconds: float, order: ExerciseOrder, first: int = 0) -> int:
        """Send the detections of the exercise's next seconds to their owners, in time; the index of the next one."""
        until_ns = (
            order.exercise_ns + int((time.time_ns() - order.link_ns) * order.speed) + int(seconds * order.speed * 1e9)
        )
        place = first
        while place < len(self.lines):
            line = self.lines[place]
            time_ns = parse_time(line["time"])
            if time_ns > until_ns:
                break
            wait_s = (order.link_ns + (time_ns - order.exercise_ns) / order.speed - time.time_ns()) / 1e9
            if wait_s > 0:
                time.sleep(wait_s)
            self._socket.sendto(json.dumps(line).encode(), ("127.0.0.1", self.feed_ports[self.owner[line["sensor"]]]))
            place += 1
        return place

    def record(self, code: str) -> Path:
        """Folder of a node's record."""
        return self.root / "record" / code

    def close(self) -> None:
        """End everything."""
        self._socket.close()
        for node in self.nodes.values():
            node.close()
        stop_all(self.servers)

    def errors(self) -> str:
        """What the nodes wrote on standard error."""
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.root.glob("*.err")))
