"""Runs of a campaign in processes of this machine: as many as asked for, one run each at a time, none of them outlives the campaign.

A run that faults, or whose process dies or takes too long, is told as failed with its seed, and the others go on.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

import msgspec

from bongsu.base.limits import CAMPAIGN_RUN_S
from bongsu.drill.campaign_run import one_run
from bongsu.views.campaign import FailedRun, RunFigures

Run = Callable[[bytes, str, int], bytes]
Ended = RunFigures | FailedRun

_END_S = 2.0
"""A process that was ended is waited for so long."""


class _Worker:
    """One process and the run that it is at."""

    def __init__(self, content: bytes, file: str, run: Run) -> None:
        context = multiprocessing.get_context("spawn")
        self.line, far = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_work, args=(far, content, file, run), daemon=True)
        self.process.start()
        far.close()
        self.seed: int | None = None
        self.begun_s = 0.0

    def give(self, seed: int) -> None:
        """Let it play the next run."""
        self.seed, self.begun_s = seed, time.monotonic()
        with contextlib.suppress(OSError):  # it has just died: the answer that is waited for tells
            self.line.send(seed)

    def late(self) -> bool:
        """Whether its run has taken too long."""
        return self.seed is not None and time.monotonic() - self.begun_s > CAMPAIGN_RUN_S

    def end(self) -> None:
        """End it, whatever it is at."""
        self.process.kill()
        self.process.join(_END_S)
        self.line.close()


def run_here(content: bytes, file: str, seeds: Sequence[int], workers: int, run: Run = one_run) -> Iterator[Ended]:
    """Play all seeds on this machine; each as it ends, in whatever order."""
    waiting = list(reversed(seeds))
    crew = [_Worker(content, file, run) for _ in range(min(workers, len(seeds)))]
    try:
        for worker in crew:
            worker.give(waiting.pop())
        while busy := [worker for worker in crew if worker.seed is not None]:
            wait([worker.line for worker in busy], timeout=1.0)
            for worker in busy:
                ended = _ended(worker)
                if ended is None:
                    continue
                yield ended
                if not worker.process.is_alive():
                    crew[crew.index(worker)] = worker = _renewed(worker, content, file, run)
                worker.seed = None
                if waiting:
                    worker.give(waiting.pop())
    finally:
        for worker in crew:
            worker.end()


def _ended(worker: _Worker) -> Ended | None:
    """What came of a worker's run; None while it is at it. A dead or late process is ended, and its run failed."""
    assert worker.seed is not None
    if worker.late():
        worker.end()
        return FailedRun(seed=worker.seed, reason=f"took longer than {CAMPAIGN_RUN_S:.0f} s")
    if not worker.line.poll():
        return None
    try:
        content, fault = worker.line.recv()
    except (EOFError, OSError):
        worker.process.join(_END_S)
        code = worker.process.exitcode
        worker.process.kill()
        return FailedRun(seed=worker.seed, reason=f"its process ended with {code}")
    if fault:
        return FailedRun(seed=worker.seed, reason=fault)
    return msgspec.json.decode(content, type=RunFigures)


def _renewed(worker: _Worker, content: bytes, file: str, run: Run) -> _Worker:
    worker.end()
    return _Worker(content, file, run)


def _work(line: Connection, content: bytes, file: str, run: Run) -> None:
    """The process: a seed in, figures out, until nobody asks any more. Ctrl-C is the campaign's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            seed = line.recv()
            try:
                line.send((run(content, file, seed), ""))
            except Exception as error:  # whatever it is, it is told: the campaign counts and names it
                line.send((b"", " ".join(f"{type(error).__name__}: {error}".split())))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
