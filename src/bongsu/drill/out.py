"""The folder of a drill: what may be replaced, `run.json`, `alerts/`, `record/`, and `review.json`."""

import fcntl
import os
import shutil
from pathlib import Path
from typing import IO

import msgspec

from bongsu.base.errors import BadInput, Busy
from bongsu.views.review import Review

RUN_FILE = "run.json"
_KIND = "bongsu drill run"


class Process(msgspec.Struct, kw_only=True):
    """One process of a drill: its configuration file, its ports by what they are for, and how long a node took to be ready (its newest start)."""

    name: str
    pid: int
    config: str | None = None
    ports: dict[str, int] = {}
    ready_s: float | None = None


class Run(msgspec.Struct, kw_only=True):
    """The content of `run.json`."""

    kind: str = _KIND
    scenario: str
    seed: int
    speed: str | float
    processes: list[Process]


class RunFolder:
    """DIR of one drill, held by its process until it ends. Use it as a context manager.

    A DIR of an earlier run is replaced; any other folder that is not empty is refused, and so is one in which a drill is still running.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    @property
    def record(self) -> Path:
        """Where the nodes' records lie."""
        return self.path / "record"

    def __enter__(self) -> "RunFolder":
        if self.path.exists() and not self.path.is_dir():
            raise BadInput("is not a folder", "give another --out", str(self.path))
        if self.path.is_dir() and any(self.path.iterdir()) and not _of_a_run(self.path):
            raise BadInput(
                "is not empty and not of an earlier drill", "give another --out, or empty it yourself", str(self.path)
            )
        self.path.mkdir(parents=True, exist_ok=True)
        self._take()
        for entry in self.path.iterdir():
            if entry.name != RUN_FILE:
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        (self.path / "alerts").mkdir()
        self.record.mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.close()

    def write_run(self, run: Run) -> None:
        """Say which processes take part; in place, since the lock is on this file."""
        assert self._lock is not None
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(msgspec.json.format(msgspec.json.encode(run)).decode() + "\n")
        self._lock.flush()

    def write_review(self, review: Review) -> bytes:
        """Write `review.json`; gives its bytes."""
        content = msgspec.json.format(msgspec.json.encode(review)) + b"\n"
        temporary = self.path / "review.json.part"
        temporary.write_bytes(content)
        temporary.replace(self.path / "review.json")
        return content

    def _take(self) -> None:
        descriptor = os.open(self.path / RUN_FILE, os.O_RDWR | os.O_CREAT, 0o644)
        self._lock = os.fdopen(descriptor, "r+", encoding="utf-8")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise Busy("a drill is running in this folder", "give another --out, or wait", str(self.path)) from None


def _of_a_run(path: Path) -> bool:
    """Whether an earlier run made this folder: its `run.json` says so, or is the empty one of a run that ended at once."""
    file = path / RUN_FILE
    if not file.is_file():
        return False
    content = file.read_bytes()
    try:
        return not content or msgspec.json.decode(content, type=Run).kind == _KIND
    except msgspec.MsgspecError:
        return False
