"""Kernels are ready quickly from their cache, and an edit of a callee in another file is never served stale."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import bongsu

PROGRAM = """
import sys, time
import numpy, numba, scipy
base = time.process_time()
from bongsu.flight import kernels
kernels.warm()
print(time.process_time() - base)
"""

CALLEE = """
from bongsu.geo.kernels import njit

@njit()
def twice(x):
    return {factor} * x
"""

ENTRY = """
from bongsu.geo.kernels import njit
from bongsu.flight.callee import twice

@njit("float64(float64)")
def entry(x):
    return twice(x) + 1.0
"""


def run(code, path, cache):
    environment = {**os.environ, "PYTHONPATH": str(path), "BONGSU_CACHE_DIR": str(cache)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_an_edited_callee_in_another_file_is_seen(tmp_path):
    source = Path(bongsu.__file__).parent
    package = tmp_path / "bongsu"
    for folder in ("geo", "flight"):
        (package / folder).mkdir(parents=True)
        (package / folder / "__init__.py").write_text("")
    (package / "__init__.py").write_text("")
    shutil.copy(source / "geo" / "kernels.py", package / "geo" / "kernels.py")
    (package / "flight" / "entry.py").write_text(ENTRY)
    ask = "from bongsu.flight.entry import entry; print(entry(5.0))"
    answers = []
    for factor in (2.0, 3.0, 2.0):
        (package / "flight" / "callee.py").write_text(CALLEE.format(factor=factor))
        answers.append(float(run(ask, tmp_path, tmp_path / "cache")))
    assert answers == [11.0, 16.0, 11.0]
    assert len(list((tmp_path / "cache" / "kernels").iterdir())) == 2


def test_kernels_load_quickly_from_the_cache(tmp_path):
    source = Path(bongsu.__file__).parent.parent
    usual = Path(os.environ.get("BONGSU_CACHE_DIR") or Path.home() / ".cache" / "bongsu")
    run(PROGRAM, source, usual)
    assert min(float(run(PROGRAM, source, usual)) for _ in range(3)) < 2.0
