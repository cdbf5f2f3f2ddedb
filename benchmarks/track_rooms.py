"""The tracking and estimating rooms on invented scenes, beside Stone Soup on the same data in the same run: scans in, tracks and estimates out, one core.

    python benchmarks/track_rooms.py [--objects 100] [--seconds 5] [--seed 1]

Times are computing time of the thread, so other work on the machine shows little; `p99_wall_ms` is by the wall clock. The peer is a process of its own, in
an environment of its own (`requirements/bench.in`); without it its figures are null.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bongsu.base.units import seconds_to_ns
from bongsu.core.assess.estimate import Estimator
from bongsu.core.assess.track import Tracker
from bongsu.flight import looks, tables
from bongsu.model.estimate import Estimate
from bongsu.model.head import Head, Item, Now
from bongsu.model.label import Label
from bongsu.model.mode import Mode
from bongsu.model.scan import Scan
from bongsu.model.sensor import Sensor, SensorKind
from bongsu.model.track import Track

sys.path.insert(0, str(Path(__file__).parent))
import track_metrics as metrics
import track_scene as scenes

FOLDER = Path(__file__).parent
ZERO_NS = 1_777_000_000 * 10**9
WARM_UP_S = 90.0
MEASURED_LOOKS = 120
PEER_LOOKS = 12
PEER_LONGEST_S = 60.0
SALVO_OBJECTS = 6
SALVO_S = 90.0


def sensor(rate_hz: float = 1.0) -> Sensor:
    """The scenes' radar."""
    latitude, longitude = (math.radians(angle) for angle in scenes.RADAR_DEG)
    return Sensor(
        id="radar", owner="own", kind=SensorKind.RADAR, latitude_rad=latitude, longitude_rad=longitude, altitude_m=0.0,
        sigma_range_m=scenes.SIGMA_RANGE_M, sigma_azimuth_rad=scenes.SIGMA_ANGLE_RAD,
        sigma_elevation_rad=scenes.SIGMA_ANGLE_RAD, rate_hz=rate_hz, min_elevation_rad=0.0, max_range_m=4.0e6,
    )  # fmt: skip


def head_at(time_ns: int) -> Head:
    """A head as the pipeline would mint it."""
    return Head(
        id="bench", event_ns=time_ns, receipt_ns=time_ns, link_ns=time_ns, origin="own", mode=Mode.SIMULATION, exercise="",
        causes=(), label=Label(),
    )  # fmt: skip


def scan_of(scene: scenes.Scene, k: int) -> Item[Scan]:
    """Look `k` as the screen would pass it on."""
    plots, time_ns = scene.plots[k], ZERO_NS + seconds_to_ns(float(scene.times_s[k]))
    columns = [np.ascontiguousarray(plots[:, i]) for i in range(3)]
    scan = Scan(
        sensor="radar", number=k, start_ns=time_ns, end_ns=time_ns, time_ns=np.full(len(plots), time_ns),
        range_m=columns[0], azimuth_rad=columns[1], elevation_rad=columns[2], range_rate_m_s=np.full(len(plots), np.nan),
    )  # fmt: skip
    return Item(head_at(time_ns), scan)


class Rooms:
    """Track and estimate as one: a scan in, tracks and estimates out."""

    def __init__(self, rate_hz: float = 1.0) -> None:
        self._sensor = sensor(rate_hz)
        self.tracker, self.estimator = Tracker([self._sensor]), Estimator()

    def take(self, item: Item[Scan]) -> tuple[list[Track], list[Estimate]]:
        """One scan through both rooms."""
        now = Now(item.head.event_ns, item.head.event_ns)
        tracks = [given.body for given in self.tracker.handle(item, now)]  # type: ignore[union-attr]
        head = item.head
        estimates = []
        for track in tracks:
            estimates += [given.body for given in self.estimator.handle(Item(head, track), now)]  # type: ignore[union-attr,arg-type]
        return tracks, estimates  # type: ignore[return-value]

    def state(self) -> tuple[bytes, bytes]:
        """A snapshot of both."""
        return self.tracker.state(), self.estimator.state()

    def restored(self, state: tuple[bytes, bytes]) -> Rooms:
        """Fresh rooms that take up a snapshot."""
        rooms = Rooms(self._sensor.rate_hz)
        rooms.tracker.restore(state[0])
        rooms.estimator.restore(state[1])
        return rooms


def crowd(objects: int, seconds: float, seed: int) -> dict[str, Any]:
    """Many objects in free flight at 1 Hz: rooms warmed up on the scene's first looks, then timed, again and again from a snapshot for `seconds`."""
    scene = scenes.coasting(objects, WARM_UP_S + MEASURED_LOOKS, seed)
    first = int(WARM_UP_S / scene.period_s)
    rooms = Rooms()
    newest: dict[str, Track] = {}
    begun_s = time.thread_time()
    for k in range(first):
        for track in rooms.take(scan_of(scene, k))[0]:
            newest[track.track] = track
    warm_up_s = time.thread_time() - begun_s
    of = _objects_of(newest, scene, first - 1)
    state = rooms.state()
    items = [scan_of(scene, k) for k in range(first, len(scene.times_s))]
    taken_s: list[float] = []
    walls_s: list[float] = []
    errors: dict[tuple[int, int], float] = {}
    told = 0
    while sum(taken_s) < seconds:
        rooms = rooms.restored(state)
        first_round = not taken_s
        for k, item in enumerate(items, start=first):
            wall_s, begun_s = time.perf_counter(), time.thread_time()
            tracks, estimates = rooms.take(item)
            taken_s.append(time.thread_time() - begun_s)
            walls_s.append(time.perf_counter() - wall_s)
            if first_round:
                told += len(estimates)
                for track in tracks:
                    if track.looks is not None and track.track in of:
                        errors[k, of[track.track]] = float(
                            ((track.position_ecef_m - scene.truth[k, of[track.track], :3]) ** 2).sum()
                        )
    return {
        "scene": scene, "first": first, "of": of, "newest": newest, "errors": errors, "taken_s": taken_s,
        "walls_s": walls_s, "warm_up_s": warm_up_s, "told": told, "looks": len(items),
    }  # fmt: skip


def _objects_of(newest: dict[str, Track], scene: scenes.Scene, k: int) -> dict[str, int]:
    """Which object each track is of: the nearest at its own time."""
    of = {}
    for name, track in newest.items():
        j = round((track.time_ns - ZERO_NS) / 1e9 / scene.period_s)
        distance2 = ((scene.truth[j, :, :3] - track.position_ecef_m) ** 2).sum(axis=1)
        of[name] = int(distance2.argmin())
    return of


def single_updates_per_s(count: int = 20_000) -> float:
    """Prediction and update of one free flight, one call from Python for each."""
    x, p, rows = _free_flights(1)
    state, cov, row = x[0, 0], p[0, 0], rows[0]
    best = math.inf
    for _ in range(3):
        one, its = state.copy(), cov.copy()
        begun_s = time.thread_time()
        for k in range(count // 10):
            row[0] = 0.1 * (k + 1)
            tables.update_free(one, its, row, 0.1 * k)
        best = min(best, (time.thread_time() - begun_s) / (count // 10))
    return 1.0 / best


def batch_updates_per_s(objects: int = 1_000) -> float:
    """Prediction and update of many free flights, two calls from Python for all."""
    x, p, rows = _free_flights(objects)
    free, time_s, mode = np.ones(objects), np.zeros(objects), np.full(objects, tables.FREE)
    which, given = np.arange(objects), np.empty((objects, 3))
    best = math.inf
    for k in range(30):
        now_s = 0.1 * (k + 1)
        rows[:, 0] = now_s
        begun_s = time.thread_time()
        tables.advance(x, p, free, time_s, mode, which, now_s)
        tables.take(x, p, free, time_s, mode, which, rows, given)
        best = min(best, time.thread_time() - begun_s)
    return objects / best


def _free_flights(count: int) -> tuple[Any, Any, Any]:
    """The same free flight many times: states (count, 2, 9), covariances and a plot's row for each."""
    scene = scenes.coasting(1, 1.0, 3, found=1.0, false_plots=0.0)
    plots = scene.plots[0]
    row = looks.rows_of(
        np.zeros(1), plots[:, 0].copy(), plots[:, 1].copy(), plots[:, 2].copy(), np.array([np.nan]),
        scene.radar_ecef_m, scene.axes, np.array([scenes.SIGMA_RANGE_M, scenes.SIGMA_ANGLE_RAD, scenes.SIGMA_ANGLE_RAD, 0.0]), 0.0,
    )  # fmt: skip
    x, p = np.zeros((count, 2, 9)), np.zeros((count, 2, 9, 9))
    x[:, 0, :6], x[:, 0, 6] = scene.truth[0, 0], 8.3
    p[:, 0, range(7), range(7)] = np.array([1e4] * 3 + [25.0] * 3 + [0.49])
    return x, p, np.repeat(row, count, axis=0)


def salvo(seed: int) -> dict[str, Any]:
    """A salvo in clutter, tracks begun from nothing: what is shown after each look."""
    scene = scenes.salvo(SALVO_OBJECTS, SALVO_S, seed)
    rooms = Rooms()
    held: dict[str, Track] = {}
    shown = []
    begun_s = time.thread_time()
    for k in range(len(scene.times_s)):
        for track in rooms.take(scan_of(scene, k))[0]:
            held[track.track] = track
            if track.status == "ended":
                del held[track.track]
        now_ns = ZERO_NS + seconds_to_ns(float(scene.times_s[k]))
        shown.append({name: _carried(track, now_ns) for name, track in held.items()})
    return {"scene": scene, "shown": shown, "seconds": time.thread_time() - begun_s}


def _carried(track: Track, now_ns: int) -> Any:
    """Where a track's newest line says that the object is now."""
    late_s = (now_ns - track.time_ns) / 1e9
    state = np.concatenate((track.position_ecef_m, track.velocity_ecef_m_s))[:, None]
    return scenes.fly(state, late_s)[:3, 0] if late_s > 0.0 else track.position_ecef_m


def judged_salvo(found: dict[str, Any], shown: list[Any]) -> dict[str, float]:
    """GOSPA and SIAP of what was shown."""
    scene = found["scene"]
    looks_count = len(shown)
    truths = [scene.truth[k][scene.alive[k], :3] for k in range(looks_count)]
    names = [np.flatnonzero(scene.alive[k]) for k in range(looks_count)]
    return metrics.judged(truths, shown, names)


def interpreter() -> str | None:
    """A Python that has Stone Soup: this one, that of `.bench`, or the first on the path."""
    if importlib.util.find_spec("stonesoup") is not None:
        return sys.executable
    beside = [FOLDER.parent / ".bench" / part for part in ("bin/python", "Scripts/python.exe")]
    for path in [*(str(one) for one in beside if one.exists()), shutil.which("python3")]:
        if path is None:
            continue
        asked = subprocess.run([path, "-c", "import stonesoup"], capture_output=True, timeout=60, check=False)
        if asked.returncode == 0:
            return path
    return None


def ask_peer(
    python: str, kind: str, scene: scenes.Scene, first: int, last: int, seconds: float, **more: Any
) -> dict[str, Any]:
    """Let Stone Soup take looks `first` to `last`; bounded in time, and it ends with us."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    with tempfile.TemporaryDirectory() as root:
        source, answer = str(Path(root) / "in.npz"), str(Path(root) / "out.npz")
        scenes.save(source, scene, first, last, **more)
        subprocess.run(
            [python, "-W", "ignore", str(FOLDER / "track_peer.py"), kind, source, answer, str(seconds)],
            env={**os.environ, **one_thread}, timeout=PEER_LONGEST_S, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        with np.load(answer) as file:
            return {name: file[name] for name in file.files}


def measure(objects: int, seconds: float, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """All figures of one run; those of the peer are None where there is no Stone Soup."""
    python = interpreter()
    if python is None:
        say("no Stone Soup on this machine, so peer_* is null; see requirements/bench.in")
    ours = crowd(objects, seconds, seed)
    scene = ours["scene"]
    taken_ms = np.array(ours["taken_s"]) * 1e3
    document: dict[str, Any] = {
        "scans_per_s": round(1e3 / taken_ms.mean(), 1),
        "peer_scans_per_s": None,
        "ratio": None,
        "peer_tree_scans_per_s": None,
        "tree_ratio": None,
        "p50_ms": round(float(np.quantile(taken_ms, 0.5)), 3),
        "p99_ms": round(float(np.quantile(taken_ms, 0.99)), 3),
        "p99_wall_ms": round(float(np.quantile(ours["walls_s"], 0.99)) * 1e3, 3),
        "rmse_m": _rms(ours["errors"]),
        "rmse_same_looks_m": None,
        "peer_rmse_m": None,
        "peer_tree_rmse_m": None,
        "updates_per_s_single": round(single_updates_per_s()),
        "updates_per_s_batch": round(batch_updates_per_s()),
        "objects": objects,
        "tracks": len(ours["of"]),
        "objects_tracked": len(set(ours["of"].values())),
        "estimates_per_object_s": round(ours["told"] / max(len(ours["of"]), 1) / (ours["looks"] * scene.period_s), 2),
        "warm_up_s": round(ours["warm_up_s"], 2),
        "scans": len(taken_ms),
    }
    if python is not None:
        document.update(_beside(python, ours, seconds))
    salvo_found = salvo(seed)
    document["salvo"] = judged_salvo(salvo_found, salvo_found["shown"])
    document["peer_salvo"] = None if python is None else _peer_salvo(python, salvo_found)
    return document


def _beside(python: str, ours: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Stone Soup from our tracks' states on, over the same looks."""
    scene, first, of = ours["scene"], ours["first"], ours["of"]
    names = list(of)
    starts_s = np.array([(ours["newest"][name].time_ns - ZERO_NS) / 1e9 for name in names])
    means = np.array(
        [np.concatenate((t.position_ecef_m, t.velocity_ecef_m_s)) for t in (ours["newest"][name] for name in names)]
    )
    covariances = np.array([ours["newest"][name].covariance for name in names])
    looks_count = min(PEER_LOOKS, len(scene.times_s) - first)
    found = ask_peer(
        python, "crowd", scene, first, first + looks_count, 2.0 * seconds, starts_s=starts_s, means=means,
        covariances=covariances,
    )  # fmt: skip
    objects_of = np.array([of[name] for name in names])
    rates, errors = [], []
    both = [(k, n) for k, n in ours["errors"] if k < first + min(len(found["taken_s"]), len(found["tree_taken_s"]))]
    for prefix in ("", "tree_"):
        rates.append(1.0 / float(found[f"{prefix}taken_s"].mean()))
        places = {int(n): found[f"{prefix}positions"][:, i] for i, n in enumerate(objects_of)}
        errors.append({(k, n): float(((places[n][k - first] - scene.truth[k, n, :3]) ** 2).sum()) for k, n in both})
    own_rate = len(ours["taken_s"]) / sum(ours["taken_s"])
    return {
        "peer_scans_per_s": round(rates[0], 2),
        "ratio": round(own_rate / rates[0], 1),
        "peer_tree_scans_per_s": round(rates[1], 2),
        "tree_ratio": round(own_rate / rates[1], 1),
        "rmse_same_looks_m": _rms({pair: ours["errors"][pair] for pair in both}),
        "peer_rmse_m": _rms(errors[0]),
        "peer_tree_rmse_m": _rms(errors[1]),
    }


def _peer_salvo(python: str, ours: dict[str, Any]) -> dict[str, float]:
    scene = ours["scene"]
    found = ask_peer(python, "salvo", scene, 0, len(scene.times_s), 20.0)
    shown: list[dict[int, Any]] = [{} for _ in range(int(found["looks"]))]
    for k, name, *position in found["rows"]:
        shown[int(k)][int(name)] = np.array(position)
    return judged_salvo(ours, shown)


def _rms(squares: dict[tuple[int, int], float]) -> float | None:
    return round(math.sqrt(sum(squares.values()) / len(squares)), 2) if squares else None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The tracking rooms beside Stone Soup.")
    parser.add_argument("--objects", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    told = measure(arguments.objects, arguments.seconds, arguments.seed, lambda text: print(text, file=sys.stderr))
    print(json.dumps(told))
