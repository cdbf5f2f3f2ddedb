"""Faults at random moments under load, from a seed: servers of three nations and two hubs are killed or frozen, and come back.

    python -m tests.live.chaos --seconds 1800 --seed 1

Every nation releases to both others on both lanes all the time. In the end: no prompt parcel lost, each accepted once, the newest of each
subject there, and all of it within three seconds of the last return.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from tests.adapters.nats_world import NatsWorld, Servers
from tests.node.port_contract import Ends

OFFER_PAUSE_S = 0.03
CALM_S = (0.2, 1.5)
FAULT_S = (0.1, 3.0)
WHOLE_WITHIN_S = 3.0
LATEST_SUBJECTS = 5


class Chaos:
    """One run."""

    def __init__(self, root: Path, seed: int, hubs: int) -> None:
        self.chance = random.Random(seed)
        self.servers = Servers(root, (Mode.EXERCISE,), hubs)
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
            return self.counts(time.perf_counter() - begun_s)
        finally:
            self.world.close()
            self.servers.stop()

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
                text = f"p{number}"
                self.ends.offer(*pair, text)
                self.offered[pair].append(text)
                subject = f"s{number % LATEST_SUBJECTS}"
                self.ends.offer(*pair, f"{subject}={number}", Lane.LATEST, subject)
                self.newest[pair][subject] = f"{subject}={number}"
            await asyncio.sleep(OFFER_PAUSE_S)

    async def _one_fault(self) -> None:
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
            "accepted_twice": len(self.ends.accepted) - len(set(self.ends.accepted)),
            "whole_after_s": round(whole_after_s, 2),
            "faults": dict(self.faults),
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
        print(json.dumps(Chaos(Path(root), arguments.seed, arguments.hubs).run(arguments.seconds)))


if __name__ == "__main__":
    main()
