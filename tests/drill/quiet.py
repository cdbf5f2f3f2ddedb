"""A drill in which nothing flies: two nations and what control and injects do to them, played in a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bongsu.drill import records
from bongsu.drill import scenario as scenarios
from bongsu.drill.twin import stands_on
from bongsu.drill.virtual import VirtualDrill, recorded
from bongsu.model.head import Item

TEXT = """
name = "quiet"
title = "A quiet one"
teaches = "What control and injects do."
exercise = "QUIET-1"
start = 2026-05-01T03:00:00Z
duration_s = 100.0
sensors = []

[hub]
run_by = "us"

[[partners]]
code = "kr"
name = "Republic of Korea"

[[partners]]
code = "us"
name = "United States"

[[expectations]]
expect = "exchange"
"""


def scenario(more: str = "", old: str = "", new: str = "") -> scenarios.Scenario:
    return scenarios.parse((TEXT + more).replace(old, new, 1).encode(), "quiet.toml")


def play(folder: Path, more: str = "", seed: int = 1, played: scenarios.Scenario | None = None) -> VirtualDrill:
    written = played or scenario(more)
    flights = scenarios.solve(written)
    drill = VirtualDrill(written, flights, seed, recorded(folder), stands_on(written, flights))
    drill.run(lambda _now_ns, _end_ns: None)
    return drill


def items(folder: Path, node: str, kind: str) -> list[Item[Any]]:
    return list(records.items(folder, node, (kind,)))
