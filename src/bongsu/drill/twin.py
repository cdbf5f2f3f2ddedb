"""A run in virtual time without a record, in a process of its own: what each nation holds with links, or with the links cut.

`python -m bongsu.drill.twin SCENARIO SEED linked|cut` writes what was held as JSON. It ends when its standard input does: with whoever started it.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from bongsu.adapters.identity import Signer
from bongsu.core.pipeline import Pipeline
from bongsu.core.room import Due
from bongsu.core.rooms import build_pipeline
from bongsu.drill import outcome, records
from bongsu.drill import scenario as scenarios
from bongsu.drill.reviewing import reviewed
from bongsu.drill.scenario import Scenario
from bongsu.drill.truth import Flight
from bongsu.drill.virtual import Core, VirtualDrill
from bongsu.model.bodies import Input
from bongsu.model.configuration import Configuration
from bongsu.model.estimate import Estimate
from bongsu.model.head import Item, Now
from bongsu.record.codec import name_of
from bongsu.views.folded import fold
from bongsu.views.truth import nearest


class Remembering:
    """A core without a record: it keeps the items of the wanted types, by their names in a record."""

    def __init__(self, pipeline: Pipeline, wanted: frozenset[str]) -> None:
        self.kept: list[Item[Any]] = []
        self._pipeline = pipeline
        self._wanted = wanted

    def step(self, now: Now, body: Input) -> list[Item[Any]]:
        """See `Core`."""
        items = self._pipeline.step(now, body)
        self.kept += [item for item in items if name_of(item.body) in self._wanted]
        return items

    def due(self) -> Due:
        """See `Core`."""
        return self._pipeline.due()

    def close(self) -> None:
        """A core that crashes is taken up where it was: a record would have held it."""


def stands_on(scenario: Scenario, flights: dict[str, Flight]) -> Callable[[Estimate], str | None]:
    """Which launch or false alarm an estimate is of, as exercise control knows it."""
    truths = records.truths(scenario, flights)
    return lambda estimate: nearest(estimate, truths)


def held(scenario: Scenario, flights: dict[str, Flight], seed: int, links_cut: bool) -> outcome.Held:
    """What each nation holds when it is played here and now."""
    kept = played(scenario, flights, seed, links_cut, outcome.HELD_TAKES)
    return outcome.held_in(scenario, flights, {code: fold(code, reviewed(kept[code])) for code in scenario.codes})


def played(
    scenario: Scenario, flights: dict[str, Flight], seed: int, links_cut: bool, wanted: tuple[str, ...]
) -> dict[str, list[Item[Any]]]:
    """Play it here and now: each node's items of the wanted types, in order."""
    cores: dict[str, Remembering] = {}
    names = frozenset(wanted)

    def open_core(settings: Configuration, _signer: Signer, now: Now) -> Core:
        core = cores.get(settings.node)
        if core is None:
            core = cores[settings.node] = Remembering(build_pipeline(settings), names)
            core.step(now, settings)
        return core

    drill = VirtualDrill(scenario, flights, seed, open_core, stands_on(scenario, flights), links_cut)
    drill.run(lambda _now_ns, _end_ns: None)
    return {code: cores[code].kept for code in scenario.codes}


class TwinProcess:
    """`held` in another process, so that two cores play two runs at once."""

    def __init__(self, file: str, seed: int, links_cut: bool) -> None:
        command = [sys.executable, "-m", "bongsu.drill.twin", file, str(seed), "cut" if links_cut else "linked"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def result(self) -> outcome.Held:
        """What it held; waits for it."""
        stdout = self._process.stdout
        assert stdout is not None
        content = stdout.read()
        code = self._process.wait()
        if code != 0:
            raise RuntimeError(f"the run that sharing is compared with ended with {code}")
        return msgspec.json.decode(content, type=outcome.Held)

    def close(self) -> None:
        """End it, whether it is done or not."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def close_all(twins: Iterable[TwinProcess]) -> None:
    """End them all."""
    for twin in twins:
        twin.close()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def _main(file: str, seed: str, links: str) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    scenario = scenarios.load(file)
    flights = scenarios.solve(scenario, file)
    sys.stdout.buffer.write(msgspec.json.encode(held(scenario, flights, int(seed), links == "cut")))
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    _main(*sys.argv[1:])
