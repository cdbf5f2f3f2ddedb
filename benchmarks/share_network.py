"""How long a prompt parcel takes from node to node through the hub, beside bare NATS on the same servers and with the same durability.

    python benchmarks/share_network.py [--seconds 4] [--rate 100]

Each path: stored at the issuer's server (on disk), over two links, written and synchronised by the receiver, then acknowledged. Ours also
releases by the shipped policy, numbers and signs each warning, and checks it at the receiver's door before it is stored. Sender and receiver are
processes of their own. The last line is one JSON object; times are from the warning (bare: from the publishing) to the synchronised write.
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
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import uvloop
from nats.aio.client import Client

from bongsu.adapters.federation.access import Access, read_access
from bongsu.adapters.federation.description import one_machine, ports_needed
from bongsu.adapters.federation.folder import create_folder, servers_of
from bongsu.adapters.nats import NatsNetwork
from bongsu.adapters.servers import free_ports, start_all, stop_all
from bongsu.base.time import parse_time
from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from bongsu.model.parcel import Arrival, Parcel
from bongsu.wire import subjects

sys.path.insert(0, str(Path(__file__).parent))
from share_core import Issuer, Receiver, figures

PARTNERS = {"kr": "Korea", "us": "United States", "jp": "Japan"}
LATEST_SUBJECTS = 1_000
LATEST_HZ = 12.0
"""Rounds of all subjects a second: more than the 10,000 states a second that are asked of the hub."""
ROUNDS_COUNT = 4


def main() -> None:
    """Run both paths in turn and print one JSON object."""
    parser = argparse.ArgumentParser(description="Latency of a prompt parcel from node to node.")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--receive", nargs=3, metavar=("HOW", "ACCESS", "COUNT"), help="be a receiver (used by itself)")
    arguments = parser.parse_args()
    if arguments.receive:
        how, access, count = arguments.receive
        uvloop.run(RECEIVERS[how](read_access(Path(access)), int(count)))
        return
    print(json.dumps(measure(arguments.seconds, arguments.rate)))


def measure(seconds: float, rate_hz: float) -> dict[str, float]:
    """Both paths and the latest lane on fresh servers."""
    with tempfile.TemporaryDirectory() as root:
        federation = one_machine("bench", PARTNERS, (Mode.EXERCISE,), free_ports(ports_needed(len(PARTNERS))))
        folder = create_folder(Path(root) / "federation", federation)
        servers = start_all(servers_of(folder, federation))
        count = round(seconds * rate_hz)
        issuer = read_access(folder.access("kr", Mode.EXERCISE))
        try:
            uvloop.run(make_outboxes(issuer))
            found: dict[str, float] = {}
            taken_ms: dict[str, list[float]] = {how: [] for how in SENDERS}
            # In turns, so that other work on the machine falls on both.
            for how, recipient in ROUNDS_COUNT * (("ours", "jp"), ("bare", "us")):
                receiver = start_receiver(how, folder.access(recipient, Mode.EXERCISE), count // ROUNDS_COUNT)
                uvloop.run(SENDERS[how](issuer, count // ROUNDS_COUNT, rate_hz))
                taken_ms[how] += finish(receiver)["taken_ms"]
            for how, taken in taken_ms.items():
                found |= {f"{how}_{key}": value for key, value in figures(taken).items()}
            receiver = start_receiver("latest", folder.access("us", Mode.EXERCISE), LATEST_SUBJECTS)
            sent_per_s = uvloop.run(send_latest(issuer, seconds))
            found |= {"latest_offered_per_s": sent_per_s} | {f"latest_{k}": v for k, v in finish(receiver).items()}
        finally:
            stop_all(servers)
    found["ratio_p50"] = round(found["ours_p50_ms"] / found["bare_p50_ms"], 2)
    found["ratio_p99"] = round(found["ours_p99_ms"] / found["bare_p99_ms"], 2)
    return found


async def make_outboxes(access: Access) -> None:
    """The issuer's outboxes, so that a receiver's pulls are answered."""
    network = NatsNetwork(access)
    await network.start()
    await network.close()


def start_receiver(how: str, access: Path, count: int) -> subprocess.Popen[str]:
    """A receiver that has connected and asked for messages."""
    command = [sys.executable, __file__, "--receive", how, str(access), str(count)]
    receiver = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert receiver.stdout is not None
    assert receiver.stdout.readline() == "ready\n"
    return receiver


def finish(receiver: subprocess.Popen[str]) -> dict[str, Any]:
    """What the receiver measured."""
    told, _ = receiver.communicate(timeout=30)
    return dict(json.loads(told.splitlines()[-1]))


class Disk:
    """The receiver's record: appended and synchronised before an acknowledgement."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the receiver
        self.taken_ms: list[float] = []

    def keep(self, envelope: bytes, begun_ns: Callable[[bytes], int]) -> None:
        self._file.write(envelope)
        self._file.flush()
        os.fdatasync(self._file.fileno())
        stored_ns = time.time_ns()
        self.taken_ms.append((stored_ns - begun_ns(envelope)) / 1e6)

    def told(self) -> str:
        return json.dumps({"taken_ms": self.taken_ms})


def issued_ns(envelope: bytes) -> int:
    """When it was said: the signed moment of issue, for the warning's own time leaves in whole seconds."""
    return parse_time(str(json.loads(envelope)["issued"]))


async def receive_ours(access: Access, count: int) -> None:
    """Through `NatsNetwork`."""
    disk, done, up, door = Disk(), asyncio.Event(), asyncio.Event(), Receiver()
    kept: set[bytes] = set()

    def take(arrival: Arrival) -> None:
        if arrival.lane is Lane.PROMPT:
            door.take(arrival.envelope)
            if arrival.envelope not in kept:  # on a busy machine some come again
                kept.add(arrival.envelope)
                disk.keep(arrival.envelope, issued_ns)
        arrival.stored()
        if len(disk.taken_ms) == count:
            done.set()

    network = NatsNetwork(access)
    network.open(take, lambda health: up.set() if (health.part, health.state) == ("path.kr", "up") else None)
    await network.start()
    await up.wait()
    print("ready", flush=True)
    await done.wait()
    await network.close()
    print(disk.told())


async def send_ours(access: Access, count: int, rate_hz: float) -> None:
    """Through `NatsNetwork`."""
    network, accepted = NatsNetwork(access), asyncio.Event()
    network.open(lambda arrival: arrival.stored(), lambda health: None)
    await network.start()
    left, issuer = count, Issuer()

    def note(_: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            accepted.set()

    async for _ in paced(count, rate_hz):
        outgoing, envelope = issuer.say(time.time_ns())
        parcel = Parcel(
            message=outgoing.message,
            issuer="kr",
            recipient="jp",
            lane=Lane.PROMPT,
            subject="warning",
            envelope=envelope,
        )
        network.offer(parcel, note)
    await accepted.wait()
    await network.close()


async def receive_bare(access: Access, count: int) -> None:
    """The same servers and pulls with the client alone."""
    client, disk, done, up = Client(), Disk(), asyncio.Event(), asyncio.Event()
    await client.connect(f"nats://127.0.0.1:{access.client_port}", user=access.user, password=access.password)
    inbox = client.new_inbox()

    async def take(message: object) -> None:
        up.set()
        if not message.reply:  # type: ignore[attr-defined]
            return
        disk.keep(message.data, lambda content: int(content[:19]))  # type: ignore[attr-defined]
        await client.publish(message.reply, b"+ACK")  # type: ignore[attr-defined]
        if len(disk.taken_ms) == count:
            done.set()

    await client.subscribe(inbox, cb=take)
    pull = subjects.pull("kr", access.node, access.mode, subjects.outbox(access.node, Lane.PROMPT))
    while not up.is_set():
        await client.publish(pull, b'{"batch":1,"no_wait":true}', reply=inbox)
        await asyncio.sleep(0.1)
    for first in range(0, count, 256):
        # No more than will come: a pull that is left open would take messages of the next round into the void.
        batch = min(256, count - first)
        await client.publish(pull, json.dumps({"batch": batch, "expires": 60_000_000_000}).encode(), reply=inbox)
    print("ready", flush=True)
    await done.wait()
    await client.close()
    print(disk.told())


async def send_bare(access: Access, count: int, rate_hz: float) -> None:
    """The client's own publishing, waiting for each confirmation in the background."""
    client = Client()
    await client.connect(f"nats://127.0.0.1:{access.client_port}", user=access.user, password=access.password)
    stream = client.jetstream()
    subject = subjects.parcel_subject("kr", "us", access.mode, Lane.PROMPT, "e")
    sent, size = [], len(Issuer().say(time.time_ns())[1])  # as large as a sealed warning, with its label and terms
    async for _number in paced(count, rate_hz):
        content = f"{time.time_ns()}".encode().ljust(size)
        sent.append(
            asyncio.ensure_future(stream.publish(subject, content, headers={"Nats-Msg-Id": f"bare-{time.time_ns()}"}))
        )
    await asyncio.gather(*sent)
    await client.close()


async def receive_latest(access: Access, count: int) -> None:
    """Count what comes on the latest lane until the last version of every subject is there."""
    taken_ms: list[float] = []
    finals: set[bytes] = set()
    first_s: list[float] = []
    done, up = asyncio.Event(), asyncio.Event()

    def take(arrival: Arrival) -> None:
        if not first_s:
            first_s.append(time.perf_counter())
        taken_ms.append((time.time_ns() - int(arrival.envelope[:19])) / 1e6)
        arrival.stored()
        words = arrival.envelope.split()
        if words[1:2] == [b"last"]:
            finals.add(words[2])
            if len(finals) == count:
                done.set()

    network = NatsNetwork(access)
    network.open(take, lambda health: up.set() if (health.part, health.state) == ("path.kr", "up") else None)
    await network.start()
    await up.wait()
    print("ready", flush=True)
    await done.wait()
    took_s = time.perf_counter() - first_s[0]
    await network.close()
    taken_ms.sort()
    p99_ms = round(taken_ms[int(0.99 * len(taken_ms))], 1)
    print(json.dumps({"arrived_per_s": round(len(taken_ms) / took_s), "p99_ms": p99_ms}))


async def send_latest(access: Access, seconds: float) -> float:
    """Versions of a thousand subjects, twelve times a second."""
    network = NatsNetwork(access)
    network.open(lambda arrival: arrival.stored(), lambda health: None)
    await network.start()
    rounds, begun_s = round(LATEST_HZ * seconds), time.perf_counter()
    async for number in paced(rounds, LATEST_HZ):
        for track in range(LATEST_SUBJECTS):
            word = "last" if number == rounds - 1 else "more"
            content = f"{time.time_ns()} {word} {track}".encode().ljust(400)
            message = f"latest-{number}-{track}"
            one = Parcel(
                message=message, issuer="kr", recipient="us", lane=Lane.LATEST, subject=f"t{track}", envelope=content
            )
            network.offer(one, lambda _: None)
    took_s = time.perf_counter() - begun_s
    while network.totals()["confirmed"] + network.totals()["replaced"] < rounds * LATEST_SUBJECTS:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await network.close()
    return round(rounds * LATEST_SUBJECTS / took_s)


async def paced(count: int, rate_hz: float):  # type: ignore[no-untyped-def]
    """Numbers at an even rate."""
    begun_s = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(begun_s + number / rate_hz - time.perf_counter(), 0.0))
        yield number


RECEIVERS: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
    "ours": receive_ours,
    "bare": receive_bare,
    "latest": receive_latest,
}
SENDERS: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {"ours": send_ours, "bare": send_bare}

if __name__ == "__main__":
    main()
