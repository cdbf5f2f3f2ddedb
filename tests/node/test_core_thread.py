"""The core's thread: inputs in order, ticks when due, the oldest looks dropped on overload."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from bongsu.adapters.clock import ScaledClock, SystemClock
from bongsu.adapters.store import RecordReader
from bongsu.base.limits import TICK_LEAST_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.room import Due
from bongsu.model.bodies import Input
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.head import Item, Now
from bongsu.model.health import Dropped, Health
from bongsu.model.message import Lane, Received
from bongsu.model.scan import RawScan
from bongsu.model.tick import Tick
from bongsu.node import core_thread
from bongsu.node.core_thread import CoreThread, Stepped
from bongsu.node.engine import Engine, open_engine
from bongsu.record.replay import replay
from tests.record.toy import Sending, build, configuration, raw_scan

WAIT_S = 20.0


class Watch:
    """Collects steps; can hold the core's thread inside one."""

    def __init__(self, folder: Path) -> None:
        self.clock = SystemClock()
        self.engine = open_engine(folder, configuration(), build, self.clock.now())
        self.steps: list[Stepped] = []
        self.failed: list[BaseException] = []
        self.ended = threading.Event()
        self.go = threading.Event()
        self.go.set()
        self.held = threading.Event()
        self.core = CoreThread(self.engine, self.clock, self._stepped, self._failed)

    def _stepped(self, stepped: Stepped) -> None:
        self.steps.append(stepped)
        self.held.set()
        assert self.go.wait(WAIT_S)

    def _failed(self, error: BaseException) -> None:
        self.failed.append(error)
        self.ended.set()

    def bodies(self) -> list[object]:
        return [stepped.items[0].body for stepped in self.steps]


def test_inputs_are_stepped_in_order_and_all_before_the_end(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.core.start()
    for number in range(1, 200):
        watch.core.put(raw_scan(number))
    watch.core.end()
    numbers = [body.number for body in watch.bodies() if isinstance(body, RawScan)]
    assert numbers == list(range(1, 200))
    assert watch.failed == []


def test_a_due_moment_of_exercise_time_wakes_the_core_by_itself(tmp_path: Path) -> None:
    """Nothing else comes: neither an input nor a moment of link time. It once spun from the moment on, until something came."""
    watch = Watch(tmp_path)
    clock = ScaledClock(1)
    due_once: Any = DueOnce(watch.engine, exercise_ns=seconds_to_ns(0.05))
    watch.core = CoreThread(due_once, clock, watch._stepped, watch._failed)
    begun_ns = clock.now().link_ns
    clock.order(ExerciseOrder(order="startex", exercise="TOY-1", exercise_ns=1, link_ns=begun_ns, speed=2.0))
    watch.core.start()
    assert watch.held.wait(WAIT_S)
    assert isinstance(watch.bodies()[0], Tick)
    watch.core.end()


class DueOnce:
    """An engine of which the only date is one of exercise time."""

    def __init__(self, engine: Engine, exercise_ns: int) -> None:
        self._engine = engine
        self._due = Due(exercise_ns)
        self.number = 0

    def due(self) -> Due:
        return self._due

    def step(self, now: Now, body: Input) -> list[Item[Any]]:
        self._due = Due()
        return self._engine.step(now, body)

    def close(self) -> None:
        self._engine.close()


def test_a_tick_comes_when_due_and_goes_before_waiting_inputs(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.go.clear()
    watch.core.start()
    assert watch.held.wait(WAIT_S), "the toy room is due from the beginning"
    assert isinstance(watch.bodies()[0], Tick)
    again_ns = watch.clock.now().link_ns + seconds_to_ns(TICK_LEAST_S)
    count = 0
    while count < 99 or watch.clock.now().link_ns < again_ns:  # ticks keep a least distance
        count += 1
        watch.core.put(raw_scan(count))
    _sending(watch).next_ns = 0
    watch.go.set()
    watch.core.end()
    kinds = [type(body) for body in watch.bodies()]
    assert kinds.index(Tick, 1) == 1
    assert kinds.count(RawScan) == count


def test_a_partners_word_waits_for_no_estimate_and_times_stay_in_order(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.go.clear()
    watch.core.start()
    assert watch.held.wait(WAIT_S)
    for number in range(1, 51):
        watch.core.put(raw_scan(number))
    watch.core.put(Received(claimed="us", lane=Lane.PROMPT, envelope=b"a retraction"))
    watch.go.set()
    watch.core.end()
    inputs = [stepped.items[0] for stepped in watch.steps if not isinstance(stepped.items[0].body, Tick)]
    assert isinstance(inputs[0].body, Received)
    assert [item.body.number for item in inputs[1:]] == list(range(1, 51))
    received, *looks = [item.head for item in inputs]
    assert received.receipt_ns == looks[0].receipt_ns, "exercise time has not gone on while looks wait"
    assert received.link_ns > looks[-1].link_ns, "each look tells when it came, not when it was stepped"
    with RecordReader(tmp_path) as reader:
        assert replay(reader.entries(), build).difference is None


def test_on_overload_the_oldest_looks_go_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_thread, "QUEUE_COUNT", 50)
    watch = Watch(tmp_path)
    watch.go.clear()
    watch.core.start()
    assert watch.held.wait(WAIT_S)
    for number in range(1, 101):
        watch.core.put(raw_scan(number))
        watch.core.put(Received(claimed="us", lane=Lane.PROMPT, envelope=b"%d" % number))
    watch.core.put(Health(part="hub", state="down"))
    watch.go.set()
    watch.core.end()
    bodies = watch.bodies()
    got = [int(body.envelope) for body in bodies if isinstance(body, Received)]
    assert got == list(range(1, 101))
    assert sum(isinstance(body, Health) for body in bodies) == 1
    kept = [body.number for body in bodies if isinstance(body, RawScan)]
    dropped = sum(body.count for body in bodies if isinstance(body, Dropped))
    assert kept == list(range(101 - len(kept), 101))
    assert dropped + len(kept) == 100
    assert dropped == watch.core.counters.dropped > 0


def test_a_core_that_breaks_is_told_and_its_record_still_replays(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.core.start()
    watch.core.put(raw_scan(1))
    watch.core.put(raw_scan(2, sensor="bad"))
    watch.core.put(raw_scan(3))
    assert watch.ended.wait(WAIT_S)
    assert "the room breaks" in str(watch.failed[0])
    watch.engine.store.close()
    with RecordReader(tmp_path) as reader:
        assert [entry.type for entry in reader.entries(kinds=("fault",))] == ["raw_scan"]
        assert replay(reader.entries(), build).difference is None


def _sending(watch: Watch) -> Sending:
    for room in watch.engine.pipeline._rooms:
        if isinstance(room, Sending):
            return room
    raise AssertionError("no such room")
