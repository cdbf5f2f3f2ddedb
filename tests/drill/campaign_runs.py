"""Runs of a campaign that take no time: what a real one may do, good or ill."""

from __future__ import annotations

import os
import time

import msgspec

from bongsu.views.campaign import AtLaunch, Bought, RunFigures


def figures(seed: int) -> RunFigures:
    return RunFigures(
        seed=seed,
        outcome_digest=f"{seed % 2}",
        at=[
            AtLaunch(
                launch="one",
                node="kr",
                real=True,
                warned_s=20.0 + seed,
                own_warning_s=None if seed % 5 == 0 else 40.0 + seed,
                launch_error_km=1.0,
                impact_error_km=0.5 * (seed + 1),
                impact_d2=float(seed),
                areas_hit=2,
                areas_missed=seed % 2,
                areas_extra=0,
                final_status="impacted",
            )
        ],
        bought=[Bought(node="kr", seconds_gained=20.0, ellipse_shrink=None)],
        met=3,
        not_met=["never met"] if seed % 2 else [],
        completeness=1.0,
        spurious=0.0,
    )


def good(content: bytes, file: str, seed: int) -> bytes:
    return msgspec.json.encode(figures(seed))


def ill(content: bytes, file: str, seed: int) -> bytes:
    """Seed 3 faults, seed 5 dies without a word."""
    if seed == 3:
        raise ValueError("three is not to be had")
    if seed == 5:
        os._exit(7)
    return good(content, file, seed)


def endless(content: bytes, file: str, seed: int) -> bytes:
    time.sleep(3_600)
    raise AssertionError("nobody waits so long")
