"""Whether a body is steered in the air: its looks against drag alone, and against drag and lift (`flight.lift`).

Watched is what is ranged, in the air and not pushed: a track that flies freely, or one that falls and that nothing pushes along its velocity.
Steered is what lift explains better by odds of e^`_ODDS`, with a lift over drag that is more than wind can feign by three sigmas, or by odds of
e^`_ODDS_ALONE`, where sensors are too poor to say how much lift there is. The word stands until the track ends: what was steered has no ballistic impact.
"""

from __future__ import annotations

import math

import numpy as np

from bongsu.core.assess.tracks import Memory, Store
from bongsu.flight import filters, lift, tables
from bongsu.flight.atmosphere import density
from bongsu.geo import frames
from bongsu.model.noun import Floats, Integers

AIR_M = 88_000.0
_HIGH_M = 6_378_137.0 + AIR_M
_ODDS = 12.0
_ODDS_ALONE = 20.0
_FREE_THEN = 0.02
_FREE_IN_DOUBT = 0.95
_LIFT_LEAST = 0.2  # over drag: a body at an angle, and wind of 40 m/s at ten times that speed, feign as much
_WIND_M_S = 60.0
_SIGMAS = 3.0
_PLACED_M = 20_000.0
_RISES_FREELY_S = 30.0  # a pause between stages is shorter
_LIFT_MOST = 3.0 / 1000.0  # lift over drag and beta (m2/kg): what a well-formed light body may have
_LIFT_HARMLESS_M_S2 = 3.0
_LIFT_ROOM_M_S2 = 4.5  # a glide takes 5 to 10, and less at the top of a skip
_ROOM_SIGMAS = 2.0


def above_air(store: Store, slots: Integers) -> list[bool]:
    """Which tracks are so high, by their distance from the Earth's middle, that there is no air to steer in."""
    place = store.x[slots, 0, :3]
    high: list[bool] = (np.einsum("ij,ij->i", place, place) > _HIGH_M**2).tolist()
    return high


def watch(memory: Memory, store: Store) -> None:
    """Take the newest look of a track into its comparison; set `steered` when lift is sure."""
    slot = memory.slot
    if memory.steered or not memory.ranged:
        return
    free = store.mode[slot] == tables.FREE or float(store.free[slot]) > 0.5
    state = store.x[slot, 0 if free else 1]
    if frames.altitude_of(*state[:3].tolist()) > AIR_M or not (
        _flies_freely(memory, store) or _falls_unpushed(store, slot)
    ):
        memory.lifted = None
        return
    told = memory.lifted
    if told is None:
        _begin(memory, store, free)
        return
    lift.compare(memory.lift_state, memory.lift_covariance, memory.rows[-1], told)
    speed = float(np.linalg.norm(memory.lift_state[lift.STEERED, 3:6]))
    least = _LIFT_LEAST + _WIND_M_S / max(speed, 1.0)
    sure = told[1] > _ODDS and told[2] - _SIGMAS * told[3] > least
    memory.steered = bool(sure or (told[1] > _ODDS_ALONE and told[2] > least))
    if memory.steered:
        _hand_over(memory, store)


def missed(memory: Memory, store: Store) -> None:
    """A sensor that should have seen a free flight in the air did not: it may be steered out of the gate. Until a look tells, any force is possible too."""
    slot = memory.slot
    if not memory.locked or memory.lifted is None or store.mode[slot] != tables.FREE:
        return
    x = store.x[slot, 0]
    force = np.zeros(9)
    force[:7] = x[:7]
    ahead = x[3:6] / max(float(np.linalg.norm(x[3:6])), 1.0)
    drag = lift.lift_axes(force, np.empty((2, 3)))
    store.x[slot, 1, :6], store.x[slot, 1, 6:] = x[:6], -drag * ahead
    store.p[slot, 1] = 0.0
    store.p[slot, 1, :6, :6] = store.p[slot, 0, :6, :6]
    store.p[slot, 1, [6, 7, 8], [6, 7, 8]] = filters.FORCE_SIGMA_M_S2**2
    store.mode[slot], store.free[slot] = tables.BOTH, _FREE_IN_DOUBT


def _hand_over(memory: Memory, store: Store) -> None:
    """The track goes on with the model of any force, from what the steered filter knows."""
    slot = memory.slot
    x, p = memory.lift_state[lift.STEERED], memory.lift_covariance[lift.STEERED]
    axes = np.empty((2, 3))
    drag = lift.lift_axes(x, axes)
    ahead = x[3:6] / np.linalg.norm(x[3:6])
    store.x[slot, 1, :6] = x[:6]
    store.x[slot, 1, 6:] = drag * (x[7] * axes[0] + x[8] * axes[1] - ahead)
    store.p[slot, 1] = 0.0
    store.p[slot, 1, :6, :6] = p[:6, :6]
    store.p[slot, 1, [6, 7, 8], [6, 7, 8]] = filters.STEERING_SIGMA_M_S2**2
    if store.mode[slot] == tables.FREE:
        memory.let_go()
        store.mode[slot] = tables.BOTH
    store.free[slot] = _FREE_THEN


def _begin(memory: Memory, store: Store, free: bool) -> None:
    """Both filters begin from what the track knows now."""
    slot = memory.slot
    x, p = np.zeros((2, 9)), np.zeros((2, 9, 9))
    x[:, 6], p[:, 6, 6] = filters.LN_BETA_MEAN, filters.LN_BETA_SIGMA**2
    if free:
        x[:, :7], p[:, :7, :7] = store.x[slot, 0, :7], store.p[slot, 0, :7, :7]
    else:
        x[:, :6], p[:, :6, :6] = store.x[slot, 1, :6], store.p[slot, 1, :6, :6]
    if float(np.trace(p[0, :3, :3])) > _PLACED_M**2:
        return
    memory.lift_state, memory.lift_covariance = x, p
    lift.begin_steered(x, p)
    memory.lifted = np.array([float(store.time_s[slot]), 0.0, 0.0, math.inf])


def _flies_freely(memory: Memory, store: Store) -> bool:
    """Whether a track is believed to fly freely; one that rises may be between two stages, so it must have done so for a while."""
    x = store.x[memory.slot, 0]
    return memory.locked and (float(x[:3] @ x[3:6]) < 0.0 or memory.last_s - memory.window_s > _RISES_FREELY_S)


def _falls_unpushed(store: Store, slot: int) -> bool:
    """Whether a track that is not known to fly freely falls, and nothing pushes it along its velocity."""
    x, p = store.x[slot, 1], store.p[slot, 1]
    if store.mode[slot] != tables.BOTH or float(x[:3] @ x[3:6]) > 0.0:
        return False
    ahead = x[3:6] / max(float(np.linalg.norm(x[3:6])), 1.0)
    return float(ahead @ x[6:9]) < math.sqrt(float(ahead @ p[6:9, 6:9] @ ahead))


def leaves_no_room(rows: Floats, x_start: Floats, information: Floats) -> bool:
    """Whether looks that agree with free flight from `x_start` (7,) also exclude lift, where the air could give any: else nobody knows yet."""
    rho, _ = density(frames.altitude_of(*x_start[:3].tolist()))
    if 0.5 * rho * float(x_start[3:6] @ x_start[3:6]) * _LIFT_MOST < _LIFT_HARMLESS_M_S2:
        return True
    force, cov = np.empty(2), np.empty((2, 2))
    if not lift.across(rows, x_start, information, force, cov):
        return False
    size = float(np.linalg.norm(force))
    sigma = math.sqrt(float(force @ cov @ force)) / max(size, 1e-9)
    return size + _ROOM_SIGMAS * max(sigma, math.sqrt(float(np.linalg.eigvalsh(cov)[0]))) < _LIFT_ROOM_M_S2
