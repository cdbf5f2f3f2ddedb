"""Faults at random moments under load, from a seed, and back again:

* servers of three nations and two hubs are killed or frozen,
* the line between any nation and any hub becomes a black hole or slow,
* the disk of a nation's server is full (where a small disk can be mounted), and the server is started again when it is free.

    python -m tests.live.chaos --seconds 1800 --seed 1

Every nation releases to both others on both lanes all the time. In the end: no prompt parcel lost, each accepted once, none at another than its
recipient, the newest of each subject there, and all of it within three seconds of the last return. Order is the receiving core's
(`tests/core/exchange/test_machine.py`). Full nodes under faults of their own are in `test_disk_full.py`, `tests/node/test_run.py` and
`test_drill_live.py`; jumps of the clock in `tests/adapters/test_clock.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from tests.adapters.nats_world import NatsWorld, Servers
from tests.adapters.slow_line import Lines
from tests.adapters.small_disk import NoSmallDisk, SmallDisk
from tests.node.port_contract import Ends

OFFER_PAUSE_S = 0.03
CALM_S = (0.2, 1.5)
FAULT_S = (0.1, 3.0)
WHOLE_WITHIN_S = 3.0
LATEST_SUBJECTS = 5
DISK_MB = 512
"""Outboxes of half an hour of this load, and room to be filled."""


class Chaos:
    """One run."""

    def __init__(self, root: Path, seed: int, hubs: int) -> None:
        self.chance = random.Random(seed)
        self.lines = Lines()
        self.servers = Servers(root, (Mode.EXERCISE,), hubs, self.lines)
        self.disks: dict[str, SmallDisk] = {}
        self.no_disk = self._put_disks_under()
        self.world = NatsWorld(self.servers)
        self.ends = Ends(self.world)
        self.pairs = [(one, two) for one in self.ends.got for two in self.ends.got if one != two]
        self.offered: dict[tuple[str, str], list[str]] = {pair: [] for pair in self.pairs}
        self.newest: dict[tuple[str, str], dict[str, str]] = {pair: {} for pair in self.pairs}
        self.faults: Counter[str] = Counter()
        self.stop = False

    def run(self, seconds: float) -> dict[str, object]:
        """Load and faults for so long, then calm; gives the counts."""
        try:
            self.world.loop.run_until_complete(self._run(seconds))
            begun_s = time.perf_counter()
            try:
                self.world.run_until(self.is_whole, WHOLE_WITHIN_S)
            except AssertionError:
                self.world.run_until(self.is_whole, 10 * WHOLE_WITHIN_S)
            counts = self.counts(time.perf_counter() - begun_s)
            print(json.dumps(counts), flush=True)  # before anything that may still fail
            return counts
        finally:
            with contextlib.ExitStack() as ends:  # whatever one of them says, all are done
                for disk in self.disks.values():
                    ends.callback(disk.close)
                ends.callback(self.lines.stop)
                ends.callback(self.servers.stop)
                ends.callback(self.world.close)

    def _put_disks_under(self) -> str:
        """A small disk under each nation's outboxes, before anything lies there; the reason where it cannot be had."""
        for code in self.servers.federation.codes:
            self.servers[code].stop()
            streams = self.servers[code].file.with_name("streams")
            shutil.rmtree(streams, ignore_errors=True)
            try:
                self.disks[code] = SmallDisk(streams, DISK_MB)
            except NoSmallDisk as error:
                return str(error)
            finally:
                self.servers[code].start()
                self.servers[code].wait_ready()
        return ""

    async def _run(self, seconds: float) -> None:
        until_s = time.monotonic() + seconds
        load = asyncio.ensure_future(self._load())
        while time.monotonic() < until_s:
            await asyncio.sleep(self.chance.uniform(*CALM_S))
            await self._one_fault()
        self.stop = True
        await load

    async def _load(self) -> None:
        number = 0
        while not self.stop:
            number += 1
            for pair in self.pairs:
                text = f"{'-'.join(pair)}-{number}"
                self.ends.offer(*pair, text)
                self.offered[pair].append(text)
                subject = f"s{number % LATEST_SUBJECTS}"
                latest = f"{text}={subject}"
                self.ends.offer(*pair, latest, Lane.LATEST, subject)
                self.newest[pair][subject] = latest
            await asyncio.sleep(OFFER_PAUSE_S)

    async def _one_fault(self) -> None:
        kind = self.chance.choices(("server", "line", "disk"), (5, 4, 2 if self.disks else 0))[0]
        if kind == "line":
            await self._line_fault()
        elif kind == "disk":
            await self._disk_fault()
        else:
            await self._server_fault()

    async def _line_fault(self) -> None:
        """One line, or at times all lines of one hub and one of another nation: a cross cut."""
        pairs = sorted(self.servers.lines)
        chosen = self.chance.sample(pairs, self.chance.choice((1, 1, 2)))
        slow, lasts_s = self.chance.random() < 0.3, self.chance.uniform(*FAULT_S)
        for pair in chosen:
            line = self.servers.lines[pair]
            line.delay_s, line.hole = (0.1, False) if slow else (0.0, True)
        self.faults[f"{'slow' if slow else 'black hole'} x {len(chosen)}"] += 1
        await asyncio.sleep(lasts_s)
        for pair in chosen:
            line = self.servers.lines[pair]
            line.delay_s, line.hole = 0.0, False

    async def _disk_fault(self) -> None:
        """The server may give its outboxes up when they cannot be written, so it is started again once there is room."""
        code, lasts_s = self.chance.choice(sorted(self.disks)), self.chance.uniform(*FAULT_S)
        self.faults[f"{code} disk full"] += 1
        self.disks[code].fill()
        await asyncio.sleep(lasts_s)
        self.disks[code].free()
        await asyncio.to_thread(self.servers[code].restart)

    async def _server_fault(self) -> None:
        name = self.chance.choice(sorted(self.servers.all))
        server, freeze, lasts_s = self.servers[name], self.chance.random() < 0.4, self.chance.uniform(*FAULT_S)
        self.faults[f"{name} {'frozen' if freeze else 'killed'}"] += 1
        server.signal(signal.SIGSTOP if freeze else signal.SIGKILL)
        await asyncio.sleep(lasts_s)
        if freeze:
            server.signal(signal.SIGCONT)
        else:
            await asyncio.to_thread(server.restart)

    def is_whole(self) -> bool:
        """Whether all prompt parcels are accepted and there, and the newest of each subject."""
        return self.missing() == 0 and len(self.ends.accepted) == self.total()

    def missing(self) -> int:
        """Prompt parcels and newest subjects that have not arrived."""
        count = 0
        for pair in self.pairs:
            issuer, recipient = pair
            count += len(set(self.offered[pair]) - set(self.ends.texts(recipient, Lane.PROMPT, issuer)))
            count += len(set(self.newest[pair].values()) - set(self.ends.texts(recipient, Lane.LATEST, issuer)))
        return count

    def leaked(self) -> int:
        """Parcels of any lane at a node that they were not for, or from an issuer that is not theirs."""
        return sum(
            not text.startswith(f"{issuer}-{recipient}-")
            for issuer, recipient in self.pairs
            for lane in Lane
            for text in self.ends.texts(recipient, lane, issuer)
        )

    def total(self) -> int:
        """Parcels offered on both lanes."""
        return 2 * sum(len(texts) for texts in self.offered.values())

    def counts(self, whole_after_s: float) -> dict[str, object]:
        """What happened."""
        arrived = sum(len(self.ends.texts(node)) for node in self.ends.got)
        prompt = sum(len(texts) for texts in self.offered.values())
        return {
            "prompt_offered": prompt,
            "lost": self.missing(),
            "repeated_on_the_way": arrived - prompt,
            "leaked": self.leaked(),
            "accepted_twice": len(self.ends.accepted) - len(set(self.ends.accepted)),
            "whole_after_s": round(whole_after_s, 2),
            "faults": dict(sorted(self.faults.items())),
            "faults_count": sum(self.faults.values()),
            "disks_not_filled_because": self.no_disk,
            "resent": sum(self.world.network(node).totals()["resent"] for node in self.ends.got),
        }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Faults of servers at random moments under load.")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hubs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        Chaos(Path(root), arguments.seed, arguments.hubs).run(arguments.seconds)


if __name__ == "__main__":
    main()
