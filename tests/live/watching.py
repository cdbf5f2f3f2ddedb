"""What tests of a live drill look at: its processes, and whether something has come about."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WAIT_S = 90.0


def processes(out: Path) -> dict[str, dict[str, Any]]:
    """What the drill says of its processes; nothing while it is not there or just being written."""
    try:
        told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return {}
    return {process["name"]: process for process in told["processes"]}


def until(what: str, holds: Callable[[], bool], within_s: float = WAIT_S) -> float:
    """Wait until something holds; the seconds that it took."""
    begun_s = time.monotonic()
    while not holds():
        assert time.monotonic() < begun_s + within_s, f"not within {within_s:g} s: {what}"
        time.sleep(0.02)
    return time.monotonic() - begun_s
