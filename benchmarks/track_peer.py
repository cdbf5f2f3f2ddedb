"""Stone Soup (MIT) on the same scenes: run as a process of its own, in an environment of its own (`requirements/bench.in`).

    python benchmarks/track_peer.py crowd IN.npz OUT.npz SECONDS     tracks given at the start; GNN by 2-D assignment with UKF, then with a KD-tree
    python benchmarks/track_peer.py salvo IN.npz OUT.npz SECONDS     tracks begun and ended by Stone Soup's own initiator and deleter

It gets the same vectorised NumPy mechanics as the scene. With 2-D assignment alone its measurements are of its own angle types, as its documents have them;
with the tree, its fastest setting, they are plain numbers in units of their sigmas, so that the tree weighs all three alike: that is faster still.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import track_scene as scenes
from stonesoup.base import Property
from stonesoup.buffered_generator import BufferedGenerator
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.dataassociator.tree import DetectionKDTreeGNN2D
from stonesoup.deleter.time import UpdateTimeStepsDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator, SimpleMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.base import GaussianModel, ReversibleModel
from stonesoup.models.measurement.nonlinear import NonLinearGaussianMeasurement
from stonesoup.models.transition.base import TransitionModel
from stonesoup.predictor.kalman import UnscentedKalmanPredictor
from stonesoup.reader.base import DetectionReader
from stonesoup.tracker.simple import MultiTargetTracker
from stonesoup.types.angle import Bearing, Elevation
from stonesoup.types.array import CovarianceMatrix, StateVector, StateVectors
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.types.track import Track
from stonesoup.updater.kalman import UnscentedKalmanUpdater

ZERO = datetime(2026, 1, 1)  # noqa: DTZ001  (Stone Soup keeps naive times)
NOISE_M2_S3 = 1e-6
GATE_SIGMAS = 5.5  # the square root of our tracker's gate
SPEED_SIGMA_M_S = 4_000.0
UNITS = np.array([scenes.SIGMA_RANGE_M, scenes.SIGMA_ANGLE_RAD, scenes.SIGMA_ANGLE_RAD])


class Flight(TransitionModel, GaussianModel):
    """Free flight as the scene has it; white acceleration noise."""

    @property
    def ndim_state(self) -> int:
        return 6

    def function(self, state: Any, noise: Any = False, time_interval: Any = None, **_: Any) -> Any:
        moved = scenes.fly(np.asarray(state.state_vector, float), time_interval.total_seconds())
        return moved.view(StateVectors if moved.shape[1] > 1 else StateVector)

    def covar(self, time_interval: Any = None, **_: Any) -> Any:
        s, eye = time_interval.total_seconds(), np.eye(3)
        parts = [[s**3 / 3.0 * eye, s**2 / 2.0 * eye], [s**2 / 2.0 * eye, s * eye]]
        return CovarianceMatrix(NOISE_M2_S3 * np.block(parts))


class Radar(NonLinearGaussianMeasurement, ReversibleModel):
    """Range, azimuth, elevation, each over its sigma."""

    angles: bool = Property(default=False, doc="Stone Soup's own types for the two angles")
    place: Any = Property(doc="ECEF position")
    axes: Any = Property(doc="East, north, up as rows")

    @property
    def ndim_meas(self) -> int:
        return 3

    def function(self, state: Any, noise: Any = False, **_: Any) -> Any:
        x = np.asarray(state.state_vector, float)
        z = scenes.measured(x[:3], self.place, self.axes)
        if not self.angles:
            z /= UNITS[:, None]
            return z.view(StateVectors if z.shape[1] > 1 else StateVector)
        rows = [[float(a) for a in z[0]], [Bearing(a) for a in z[1]], [Elevation(a) for a in z[2]]]
        return StateVectors(rows) if z.shape[1] > 1 else StateVector([row[0] for row in rows])

    def inverse_function(self, detection: Any, **_: Any) -> Any:
        distance, azimuth, elevation = np.asarray(detection.state_vector, float).ravel() * UNITS
        level = distance * np.cos(elevation)
        local = np.array([level * np.sin(azimuth), level * np.cos(azimuth), distance * np.sin(elevation)])
        return StateVector(np.concatenate((self.place + self.axes.T @ local, np.zeros(3))))

    def jacobian(self, state: Any, **_: Any) -> Any:
        x = np.asarray(state.state_vector, float)[:3]
        h = np.zeros((3, 6))
        for j in range(3):
            step = np.zeros((3, 1))
            step[j] = 1.0
            ahead, behind = (scenes.measured(x + s * step, self.place, self.axes) for s in (1.0, -1.0))
            h[:, j] = ((ahead - behind) / 2.0)[:, 0] / UNITS
        return h


class Replay(DetectionReader):
    """The scene's looks as detections."""

    scene: Any = Property(doc="What was seen")
    model: Any = Property(doc="How it is measured")

    @BufferedGenerator.generator_method
    def detections_gen(self) -> Iterator[tuple[datetime, set[Detection]]]:
        for seconds, plots in zip(self.scene.times_s, self.scene.plots, strict=True):
            yield moment(seconds), detections(plots, moment(seconds), self.model)


def moment(seconds: float) -> datetime:
    """A time of the scene."""
    return ZERO + timedelta(seconds=float(seconds))


def detections(plots: Any, when: datetime, model: Radar) -> set[Detection]:
    """One look's plots."""
    if model.angles:
        vectors = [StateVector([plot[0], Bearing(plot[1]), Elevation(plot[2])]) for plot in plots]
    else:
        vectors = [StateVector(plot / UNITS) for plot in plots]
    return {Detection(vector, timestamp=when, measurement_model=model) for vector in vectors}


def radar(scene: Any, angles: bool) -> Radar:
    """The scene's radar."""
    noise = np.diag(UNITS**2) if angles else np.eye(3)
    return Radar(
        ndim_state=6, mapping=(0, 1, 2), noise_covar=noise, place=scene.radar_ecef_m, axes=scene.axes, angles=angles
    )


def crowd(scene: Any, given: dict[str, Any], seconds: float, tree: bool) -> dict[str, Any]:
    """Scans of tracks that are there already: computing time of each, and positions (K, N, 3) after it."""
    model = radar(scene, not tree)
    predictor, updater = UnscentedKalmanPredictor(Flight()), UnscentedKalmanUpdater(model)
    hypothesiser = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=GATE_SIGMAS)
    associator = (
        DetectionKDTreeGNN2D(hypothesiser, predictor, updater, number_of_neighbours=8)
        if tree
        else GNNWith2DAssignment(hypothesiser)
    )
    tracks = [
        Track([GaussianState(StateVector(x), CovarianceMatrix(p), timestamp=moment(start_s))])
        for start_s, x, p in zip(given["starts_s"], given["means"], given["covariances"], strict=True)
    ]
    taken_s: list[float] = []
    positions = []
    for seconds_s, plots in zip(scene.times_s, scene.plots, strict=True):
        when = moment(seconds_s)
        found = detections(plots, when, model)
        begun_s = time.process_time()
        for track, hypothesis in associator.associate(set(tracks), found, when).items():
            track.append(updater.update(hypothesis) if hypothesis else hypothesis.prediction)
        taken_s.append(time.process_time() - begun_s)
        positions.append([np.asarray(track.state_vector, float)[:3, 0] for track in tracks])
        if sum(taken_s) > seconds and len(taken_s) >= 2:
            break
    return {"taken_s": np.array(taken_s), "positions": np.array(positions)}


def salvo(scene: Any, seconds: float) -> dict[str, Any]:
    """Tracks begun from nothing: rows (look, track, x, y, z) of what is shown after each look, and computing time."""
    model = radar(scene, False)
    predictor, updater = UnscentedKalmanPredictor(Flight()), UnscentedKalmanUpdater(model)
    hypothesiser = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=GATE_SIGMAS)
    associator = GNNWith2DAssignment(hypothesiser)
    deleter = UpdateTimeStepsDeleter(5)
    prior = GaussianState(np.zeros((6, 1)), np.diag([0.0] * 3 + [SPEED_SIGMA_M_S**2] * 3), timestamp=ZERO)
    initiator = MultiMeasurementInitiator(
        prior, UpdateTimeStepsDeleter(2), associator, updater, measurement_model=model, min_points=4,
        initiator=SimpleMeasurementInitiator(prior, measurement_model=model),
    )  # fmt: skip
    tracker = MultiTargetTracker(initiator, deleter, Replay(scene, model), associator, updater)
    names: dict[str, int] = {}
    rows = []
    begun_s = time.process_time()
    looks = 0
    for looks, (_, tracks) in enumerate(tracker, start=1):
        for track in tracks:
            name = names.setdefault(track.id, len(names))
            rows.append([looks - 1, name, *np.asarray(track.state_vector, float)[:3, 0]])
        if time.process_time() - begun_s > seconds:
            break
    return {"rows": np.array(rows).reshape(-1, 5), "looks": looks, "seconds": time.process_time() - begun_s}


def main(kind: str, source: str, answer: str, seconds: float) -> None:
    """One scene from a file, the answer into another."""
    scene, given = scenes.load(source)
    if kind == "salvo":
        np.savez(answer, **salvo(scene, seconds))
        return
    plain = crowd(scene, given, seconds, False)
    tree = crowd(scene, given, seconds, True)
    found = {f"tree_{name}": value for name, value in tree.items()}
    np.savez(answer, **plain, **found)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
