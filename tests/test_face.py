"""The library face: the same functions that the command line calls, imported only when used."""

import math
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

import bongsu


def test_importing_is_quick_to_the_point_of_importing_nothing() -> None:
    code = "import sys, bongsu; print([m for m in ('numpy', 'numba', 'sqlalchemy') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_track_reads_lines(data: Path) -> None:
    file = data / "flights" / "salvo.detections.jsonl"
    with file.open("rb") as lines:
        rows = list(islice(bongsu.track(lines, place=str(file)), 50))
    assert {row["type"] for row in rows} >= {"track", "estimate", "warning"}


def test_reconstruct_gives_a_whole_flight() -> None:
    from bongsu.flight.reconstruct import Interval

    site = (math.radians(39.1), math.radians(126.0))
    flight = bongsu.reconstruct(
        *site, math.radians(62.0), Interval(6_648_400.0, 6_648_400.0), Interval(1_001_200.0, 1_001_200.0)
    )
    assert flight.flight_s.low == pytest.approx(4_491.0, rel=0.03)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'launch'"):
        _ = bongsu.launch
