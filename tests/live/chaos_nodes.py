"""Faults at random moments on a whole drill, from a seed: real servers, a node process for each nation, both lanes under the load of many flights.

* any node, any nation's server and the hub is killed or frozen,
* a client with KR's exercise credentials and key offers exercise as real: real subjects, real envelopes in the exercise outbox, others' letters.

    python -m tests.live.chaos_nodes --seconds 600 --seed 1

In the end, from the records: no prompt message lost, none applied twice, none out of order within a warning, none at another than its recipient, nothing
taken for real, every forged letter refused; and how long after each heal all partners were fresh again (their prompt lanes whole), where no other
fault came within that time. Faults of lines and disks under the transport alone are in `chaos.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from nats.aio.client import Client

from bongsu.adapters.federation.access import read_access
from bongsu.adapters.federation.folder import Folder
from bongsu.adapters.identity import open_signer
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.drill import records, scenario
from bongsu.model.freshness import Freshness, FreshnessState
from bongsu.model.head import Item
from bongsu.model.message import Lane, Outgoing
from bongsu.model.mode import Mode
from bongsu.model.refusal import Refusal
from bongsu.model.warning import Warning
from bongsu.views import measures_exchange
from bongsu.wire.envelope_v1 import seal
from bongsu.wire.subjects import parcel_subject

CODES = ("jp", "kr", "us")
CALM_S = (1.0, 8.0)
FROZEN_S = (0.2, 3.0)
OFFER_PAUSE_S = 0.7
WHOLE_WITHIN_S = 3.0
QUIET_S = 12.0
"""Before the flights end there are no more faults: a node that was killed is back."""
FLIGHT_S = 330.0
FORGED = "chaos-"


class Fault(msgspec.Struct):
    """One fault: what, on which process, from when, and when it was over (link time)."""

    kind: str
    name: str
    from_ns: int
    until_ns: int = 0


def write_scenario(file: Path, chance: random.Random, exercise_s: float) -> None:
    """The cast of the salvo, a flight every half minute or so, and one clock that is wrong."""
    text = (scenario.PACKAGED / "salvo.toml").read_text(encoding="utf-8")
    text = text[: text.index("[[launches]]")].replace('name = "salvo"', 'name = "chaos"')
    launches, at_s = [], 2.0
    while at_s == 2.0 or at_s < exercise_s - FLIGHT_S:
        latitude_deg, bearing_deg = chance.uniform(38.5, 40.0), chance.uniform(75.0, 100.0)
        launches.append(
            f'[[launches]]\nid = "flight-{len(launches) + 1}"\nat_s = {at_s:.1f}\nlatitude_deg = {latitude_deg:.2f}\n'
            f"longitude_deg = 127.5\nbearing_deg = {bearing_deg:.1f}\napogee_km = {chance.randint(90, 160)}.0\n"
            f"range_km = {chance.randint(400, 650)}.0\n"
        )
        at_s += chance.uniform(20.0, 45.0)
    wrong = f'[[injects]]\ninject = "clock_offset"\nnode = "{chance.choice(CODES)}"\noffset_s = {chance.uniform(-0.7, 0.0):.2f}\n'
    file.write_text(
        text + "\n".join([*launches, wrong]) + '\n[[expectations]]\nexpect = "exchange"\n', encoding="utf-8"
    )


class NodeChaos:
    """One run: a drill in a process of its own, and this one which does it harm."""

    def __init__(self, root: Path, seed: int, seconds: float, speed: float) -> None:
        self.chance = random.Random(seed)
        self.seconds, self.speed = seconds, speed
        self.out = root / "out"
        self.file = root / "chaos.toml"
        write_scenario(self.file, self.chance, seconds * speed)
        self.faults: list[Fault] = []
        self.offered: Counter[str] = Counter()
        self.violations = 0

    def run(self) -> dict[str, Any]:
        """Play, harm, and count."""
        command = [sys.executable, "-m", "bongsu", "drill", "run", str(self.file), "--speed", f"{self.speed:g}"]
        command += ["--no-console", "--json", "--out", str(self.out)]
        with (self.out.parent / "drill.log").open("wb") as log:
            drill = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
            try:
                asyncio.run(self._harm(drill))
                drill.wait(self.seconds + 600.0)
            finally:
                if drill.poll() is None:
                    drill.kill()
                    drill.wait()
        return self.counts(drill.returncode)

    def processes(self) -> dict[str, int]:
        """Pid of each server and node, as the drill says."""
        with contextlib.suppress(OSError, ValueError):
            told = json.loads((self.out / "run.json").read_text(encoding="utf-8"))
            return {one["name"]: one["pid"] for one in told["processes"] if one["name"] != "drill"}
        return {}

    async def _harm(self, drill: subprocess.Popen[bytes]) -> None:
        while (
            not any((self.out / "record" / code).exists() for code in CODES)
            or len(self.processes()) < 2 * len(CODES) + 1
        ):
            assert drill.poll() is None, "the drill has ended before it began"
            await asyncio.sleep(0.1)
        await asyncio.sleep(8.0)  # the communications check needs everybody
        until_s = time.monotonic() + self.seconds - QUIET_S
        offers = asyncio.ensure_future(self._offer(until_s))
        while time.monotonic() < until_s and drill.poll() is None:
            await asyncio.sleep(self.chance.uniform(*CALM_S))
            if time.monotonic() < until_s:
                await self._one_fault()
        await offers

    async def _one_fault(self) -> None:
        known = self.processes()
        name = self.chance.choice(sorted(known))
        freeze = self.chance.random() < 0.5
        fault = Fault("frozen" if freeze else "killed", name, time.time_ns())
        pid, lasts_s = known[name], self.chance.uniform(*FROZEN_S)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP if freeze else signal.SIGKILL)
            if freeze:
                await asyncio.sleep(lasts_s)
                os.kill(pid, signal.SIGCONT)
            else:
                while self.processes().get(name, pid) == pid:  # noqa: ASYNC110 - it stands in a file of another process
                    await asyncio.sleep(0.05)
            fault.until_ns = time.time_ns()
            self.faults.append(fault)

    async def _offer(self, until_s: float) -> None:
        """With all that an exercise node of KR has, somebody offers what is not an exercise's, or not for whom it is put."""
        folder = Folder(self.out / "federation")
        access = read_access(folder.access("kr", Mode.EXERCISE))
        signer = open_signer(folder.signing_key("kr", Mode.EXERCISE), "kr", Mode.EXERCISE)

        async def heard(error: Exception) -> None:
            self.violations += "permissions violation" in str(error).lower()

        client = Client()
        await client.connect(
            f"nats://127.0.0.1:{access.client_port}",
            user=access.user,
            password=access.password,
            error_cb=heard,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,
        )
        own = parcel_subject("kr", "jp", Mode.EXERCISE, Lane.PROMPT, "")
        real = parcel_subject("kr", "jp", Mode.REAL, Lane.PROMPT, "")
        number = 0
        while time.monotonic() < until_s:
            number += 1
            for kind, subject, mode, to in (
                ("real_subject", real, Mode.REAL, "jp"),
                ("real_envelope", own, Mode.REAL, "jp"),
                ("others_letter", own, Mode.EXERCISE, "us"),
            ):
                letter = Outgoing(
                    message=f"{FORGED}{kind}-{number}", recipient=to, lane=Lane.PROMPT, epoch=1, sequence=10_000 + number,
                    kind="warning", subject="warning", body=b"{}", issued_ns=time.time_ns(),
                )  # fmt: skip
                exercise = "" if mode is Mode.REAL else access.federation.removeprefix("drill-")
                data = seal(
                    letter, federation=access.federation, mode=mode, exercise=exercise, issuer="kr",
                    key=signer.public_key().key, sign=signer.sign,
                )  # fmt: skip
                with contextlib.suppress(Exception):  # the server may be dead just now: then nothing was offered
                    await client.publish(subject, data)
                    self.offered[kind] += 1
            await asyncio.sleep(OFFER_PAUSE_S)
        await client.close()

    def counts(self, code: int | None) -> dict[str, Any]:
        """What came of it, from the records."""
        read = partial(records.items, self.out / "record")
        nodes = [measures_exchange.traffic(one, read(one, measures_exchange.TAKES)) for one in CODES]
        for one in nodes:
            one.got = {message: issuer for message, issuer in one.got.items() if not message.startswith(FORGED)}
        exchange = measures_exchange.exchange(nodes, None)
        refused: Counter[str] = Counter()
        real = disorder = 0
        for one in CODES:
            for item in read(one, ("refusal", "warning", "event", "path")):
                real += item.head.mode is not Mode.EXERCISE
                if isinstance(item.body, Refusal) and item.body.door == "link":
                    refused[item.body.reason] += 1
            disorder += _disorder(read(one, ("warning",)), one)
        fresh = [seconds for fault in self._undisturbed() if (seconds := self._fresh_after_s(fault, read)) is not None]
        return {
            "exit": code,
            "prompt_sent": exchange.sent,
            "lost": exchange.lost,
            "applied_twice": exchange.applied_twice,
            "leaked": exchange.leaked,
            "out_of_order": disorder,
            "taken_for_real": real,
            "offered": dict(self.offered),
            "refused_by_servers": self.violations,
            "refused_by_nodes": dict(refused),
            "heals_measured": len(fresh),
            "whole_after_s": round(max(fresh, default=0.0), 2),
            "late": sum(seconds > WHOLE_WITHIN_S for seconds in fresh),
            "faults_count": len(self.faults),
            "faults": dict(sorted(Counter(f"{one.name} {one.kind}" for one in self.faults).items())),
        }

    def _undisturbed(self) -> Iterator[Fault]:
        """Faults after whose end no other came for as long as a heal may take."""
        for fault, following in zip(self.faults, [*self.faults[1:], None], strict=True):
            if (
                following is None
                or following.from_ns - fault.until_ns > (WHOLE_WITHIN_S + 1.0) * NANOSECONDS_PER_SECOND
            ):
                yield fault

    def _fresh_after_s(self, fault: Fault, read: Any) -> float | None:
        """Seconds from when all was there again until every node had every partner fresh; None where a node was not back before the next fault."""
        healed_ns, latest_ns = fault.until_ns, 0
        if fault.kind == "killed" and fault.name.endswith("-node"):
            back = (item.head.link_ns for item in read(fault.name.removesuffix("-node"), ("freshness", "heartbeat")))
            healed_ns = next((ns for ns in back if ns > fault.until_ns), 0)
            if not healed_ns or any(
                one is not fault and fault.from_ns < one.from_ns < healed_ns for one in self.faults
            ):
                return None
        for code in CODES:
            states: dict[str, FreshnessState] = {}
            changed: dict[str, int] = {}
            for item in read(code, ("freshness",)):
                body, link_ns = item.body, item.head.link_ns
                if not isinstance(body, Freshness) or body.kind != "partner" or body.source not in CODES:
                    continue
                if link_ns > healed_ns + 10 * WHOLE_WITHIN_S * NANOSECONDS_PER_SECOND:
                    break
                if states.get(body.source) is FreshnessState.FRESH and link_ns > healed_ns:
                    continue  # what comes after it was whole again is another fault's
                states[body.source], changed[body.source] = body.state, link_ns
            latest_ns = max(
                [latest_ns, *(ns for source, ns in changed.items() if states[source] is FreshnessState.FRESH)]
            )
            if any(state is not FreshnessState.FRESH for state in states.values()):
                latest_ns = healed_ns + round(10 * WHOLE_WITHIN_S * NANOSECONDS_PER_SECOND)
        return max(0.0, (latest_ns - healed_ns) / NANOSECONDS_PER_SECOND)


def _disorder(items: Iterator[Item[Any]], node: str) -> int:
    """Versions of a partner's warning that were let in after a later one."""
    newest: dict[tuple[str, str], int] = {}
    count = 0
    for item in items:
        body = item.body
        if isinstance(body, Warning) and item.head.origin != node:
            place = (item.head.origin, body.warning)
            count += body.version < newest.get(place, 0)
            newest[place] = max(body.version, newest.get(place, 0))
    return count


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Faults of nodes and servers at random moments in a drill.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        print(json.dumps(NodeChaos(Path(root), arguments.seed, arguments.seconds, arguments.speed).run()))


if __name__ == "__main__":
    main()
