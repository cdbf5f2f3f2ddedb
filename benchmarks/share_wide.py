"""One issuer with many tracks to many receivers, on real servers: how long a round of paths takes to be everywhere, and what it costs.

    python benchmarks/share_wide.py [--receivers 17] [--tracks 1000] [--rounds 3]

Each round: a new path of every track for every receiver, signed, by the latest lane through the hub, checked at the receiver. The receivers' ends
share one process, the issuer has its own, every nation its own server: on a machine of few cores this is a measure of cost. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import uvloop
from msgspec.structs import replace

from bongsu.adapters.federation.access import read_access
from bongsu.adapters.federation.description import one_machine, ports_needed
from bongsu.adapters.federation.folder import create_folder, servers_of
from bongsu.adapters.nats import NatsNetwork
from bongsu.adapters.servers import free_ports, start_all, stop_all
from bongsu.base.errors import WireError
from bongsu.core.exchange.release import ReleaseRoom
from bongsu.core.exchange.send import Send
from bongsu.core.pipeline import Pipeline
from bongsu.model.head import Now
from bongsu.model.health import Health
from bongsu.model.message import Outgoing
from bongsu.model.mode import Mode
from bongsu.model.parcel import Arrival
from bongsu.wire import payloads_v1
from bongsu.wire.envelope_v1 import parse, verify

sys.path.insert(0, str(Path(__file__).parent))
from share_core import SECRET, figures, settings_of
from share_growth import Analysis, codes, sealed

ROUND_S = 60.0
_MODE = Mode.EXERCISE


def measure(receivers: int, tracks: int, rounds: int) -> dict[str, Any]:
    """Latency of each path in each round, and computing time by who spent it."""
    names = codes(receivers + 1)
    with tempfile.TemporaryDirectory() as root:
        ports = free_ports(ports_needed(len(names)))
        everyone = one_machine("bench", {name: name for name in names}, (_MODE,), ports)
        members = tuple(
            replace(one, releases_to=one.releases_to if one.code == "kr" else ()) for one in everyone.partner
        )
        federation = replace(everyone, partner=members)
        folder = create_folder(Path(root) / "federation", federation)
        servers = start_all(servers_of(folder, federation))
        command = [sys.executable, __file__, "--receive", str(folder.root), str(tracks), str(rounds), *names]
        receiving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert receiving.stdout is not None
            pids = [server.pid or 0 for server in servers]
            spent_s, before_s = uvloop.run(send(folder.root, names, tracks, rounds, receiving, pids))
            told = json.loads(receiving.stdout.readline())
            servers_s = sum(map(_computed_s, pids)) - before_s
        finally:
            receiving.terminate()
            receiving.wait(10)
            stop_all(servers)
    messages = receivers * tracks * rounds
    whole_s = told.pop("whole_s")
    return {
        "receivers": receivers,
        "tracks": tracks,
        "rounds": rounds,
        **{f"path_{key}": value for key, value in told.items() if key.endswith("_ms")},
        "arrived": told["count"],
        "lost": messages - told["count"],
        "repeated_on_the_way": told["again"],
        "per_s": round(messages / whole_s),
        "issuer_us_each": round(1e6 * spent_s / messages, 1),
        "receivers_us_each": round(1e6 * told["computed_s"] / messages, 1),
        "servers_us_each": round(1e6 * servers_s / messages, 1),
    }


async def send(
    root: Path, names: tuple[str, ...], tracks: int, rounds: int, receiving: Any, pids: list[int]
) -> tuple[float, float]:
    """All rounds, each when the one before is everywhere; the issuer's computing time, and that of the servers before it began."""
    network = NatsNetwork(read_access(root / "kr" / f"access-{_MODE.value}.toml"))
    network.open(lambda arrival: arrival.stored(), lambda _: None)
    await network.start()
    settings = settings_of("kr", names)
    issuer = Pipeline(settings, [Analysis(tracks), ReleaseRoom(settings), Send(settings)])
    assert await asyncio.to_thread(receiving.stdout.readline) == "ready\n"
    begun_s, before_s = time.process_time(), sum(map(_computed_s, pids))
    for _ in range(rounds):
        now_ns = time.time_ns()
        for item in issuer.step(Now(now_ns, now_ns), Health(part="bench", state="up")):
            if isinstance(item.body, Outgoing):
                network.offer(sealed(item.body), lambda _: None)
        assert await asyncio.wait_for(asyncio.to_thread(receiving.stdout.readline), ROUND_S) == "round\n"
    spent_s = time.process_time() - begun_s
    await network.close()
    return spent_s, before_s


async def receive(root: Path, tracks: int, rounds: int, names: list[str]) -> None:
    """Every receiver's end: check each path, and say when a round is everywhere and when all is."""
    key = SECRET.public_key().public_bytes_raw()
    taken_ms: list[float] = []
    up: Counter[str] = Counter()
    each = asyncio.Event()
    begun_s: list[float] = []
    known: set[str] = set()
    again = [0]

    def take(arrival: Arrival) -> None:
        arrival.stored()
        try:
            envelope = parse(arrival.envelope)
            verify(envelope, key)
            payload = payloads_v1.decode("path", envelope.body, issuer="kr", issued_ns=envelope.issued_ns)
        except WireError as error:
            raise AssertionError("a path was refused") from error
        assert payload is not None
        if envelope.message in known:
            again[0] += 1
            return
        known.add(envelope.message)
        taken_ms.append((time.time_ns() - envelope.issued_ns) / 1e6)
        if not begun_s:
            begun_s.append(time.perf_counter() - taken_ms[0] / 1e3)
        each.set()

    networks = []
    for name in names:
        network = NatsNetwork(read_access(root / name / f"access-{_MODE.value}.toml"))
        network.open(take, lambda health, name=name: up.update({name} if _is_up(health) else ()))
        await network.start()
        networks.append(network)
    while len(up) < len(names):  # noqa: ASYNC110 - a start, not a measurement
        await asyncio.sleep(0.05)
    computed_s = time.process_time()
    print("ready", flush=True)
    for number in range(1, rounds + 1):
        while len(taken_ms) < number * tracks * len(names):
            each.clear()
            await each.wait()
        print("round", flush=True)
    told = figures(taken_ms) | {
        "whole_s": time.perf_counter() - begun_s[0],
        "computed_s": time.process_time() - computed_s,
        "again": again[0],
    }
    print(json.dumps(told), flush=True)
    for network in networks:
        await network.close()


def _is_up(health: Health) -> bool:
    return (health.part, health.state) == ("path.kr", "up")


def _computed_s(pid: int) -> float:
    """Computing time of a process, where the system tells it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--receive"]:
        place, tracks, rounds, *names = sys.argv[2:]
        uvloop.run(receive(Path(place), int(tracks), int(rounds), [name for name in names if name != "kr"]))
    else:
        parser = argparse.ArgumentParser(description="One issuer, many tracks, many receivers.")
        parser.add_argument("--receivers", type=int, default=17)
        parser.add_argument("--tracks", type=int, default=1_000)
        parser.add_argument("--rounds", type=int, default=3)
        asked = parser.parse_args()
        print(json.dumps(measure(asked.receivers, asked.tracks, asked.rounds)))
