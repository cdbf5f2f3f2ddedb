"""Builds `src/bongsu/flight/boost_table.py`: what generic boost phases of one, two and three stages look like, as Gaussian priors.

Several thousand ascents are drawn from wide, generic ranges of thrust, burn time, drag and steering (gravity turn after a kick, or a pitch
programme), flown over a flat Earth, and each is reduced to 15 numbers: ln burn time, ln of the acceleration along the path at 8 equally
spaced moments, ln of the shape of the turn at 6. Mean and covariance of these, the latter inflated, are the templates. No real vehicle is described.

    python tools/boost_templates.py > src/bongsu/flight/boost_table.py
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

KNOTS = 8
Array = NDArray[np.float64]
STEP_S = 0.25
G0_M_S2 = 9.81


def _thrust(rng: np.random.Generator, stages: int, count: int, total_s: Array, time_s: Array) -> Array:
    """Specific thrust (count, times) of random staged burns that fill `total_s`."""
    share = rng.dirichlet(np.full(stages, 6.0), count) * total_s[:, None]
    thrust = np.zeros((count, len(time_s)))
    begin = np.zeros(count)
    for stage in range(stages):
        first = rng.uniform(1.4, 3.7, count) if stage == 0 else rng.uniform(0.8, 2.8, count)
        ratio = rng.uniform(1.6, 4.2, count)
        gap = rng.uniform(0.0, 3.0, count) if stage else np.zeros(count)
        end = begin + share[:, stage]
        s = (time_s[None, :] - (begin + gap)[:, None]) / (end - begin - gap)[:, None]
        inside = (s >= 0.0) & (s <= 1.0)
        profile = first[:, None] * G0_M_S2 / (1.0 - np.clip(s, 0.0, 1.0) * (1.0 - 1.0 / ratio)[:, None])
        thrust += np.where(inside, np.minimum(profile, 12.0 * G0_M_S2), 0.0)
        begin = end
    return thrust


def _fly(rng: np.random.Generator, stages: int, count: int) -> Array:
    """Random ascents reduced to their numbers (kept, 15)."""
    low, high = {1: (45.0, 200.0), 2: (100.0, 270.0), 3: (130.0, 330.0)}[stages]
    total = rng.uniform(low, high, count)
    time_s = np.arange(0.0, high + STEP_S, STEP_S)
    thrust = _thrust(rng, stages, count, total, time_s)
    kick_s = rng.uniform(3.0, 14.0, count)
    steered = rng.random(count) < 0.5
    kick = np.radians(np.exp(rng.uniform(np.log(0.3), np.log(12.0), count)))
    turn_end_s = kick_s + rng.uniform(0.3, 1.0, count) * (total - kick_s)
    turn = np.radians(rng.uniform(3.0, 75.0, count))
    beta = np.exp(rng.uniform(np.log(4e3), np.log(4e4), count))
    v = np.zeros((count, 2))
    h = np.zeros(count)
    speed = np.zeros((count, len(time_s)))
    angle = np.zeros((count, len(time_s)))
    for k, now in enumerate(time_s):
        pace = np.hypot(v[:, 0], v[:, 1])
        along = np.arctan2(v[:, 0], np.maximum(v[:, 1], 1e-3))
        along = np.where(pace < 5.0, 0.0, along)
        speed[:, k] = pace
        angle[:, k] = along
        programme = turn * np.clip((now - kick_s) / (turn_end_s - kick_s), 0.0, 1.0)
        kicking = (now >= kick_s) & (now < kick_s + 4.0)
        free_turn = np.where(now < kick_s, 0.0, np.where(kicking, np.maximum(along, kick), along))
        tilt = np.where(steered, programme, free_turn)
        density = 1.225 * np.exp(-h / 7400.0)
        drag = 0.5 * density * pace / beta
        gravity = G0_M_S2 / (1.0 + h / 6.371e6) ** 2
        v[:, 0] += STEP_S * (thrust[:, k] * np.sin(tilt) - drag * v[:, 0])
        v[:, 1] += STEP_S * (thrust[:, k] * np.cos(tilt) - drag * v[:, 1] - gravity)
        h = np.maximum(h + STEP_S * v[:, 1], 0.0)
    rows = [_reduce(time_s, speed[i], angle[i], total[i]) for i in range(count)]
    return np.array([row for row in rows if row is not None])


def _reduce(time_s: Array, speed: Array, angle: Array, total_s: float) -> Array | None:
    """The 15 numbers of one ascent, or None if it is no sensible flight."""
    s = np.linspace(0.0, 1.0, 141)
    v = np.interp(s * total_s, time_s, speed)
    chi = np.interp(s * total_s, time_s, angle)
    if (
        v[-1] < 900.0
        or v[-1] > 9000.0
        or chi[-1] > np.radians(85)
        or chi[-1] < np.radians(0.5)
        or chi.max() > np.pi / 2
    ):
        return None
    width = 1.0 / (KNOTS - 1)
    nodes = np.arange(KNOTS) * width
    hats = np.maximum(0.0, 1.0 - np.abs(s[:, None] - nodes[None, :]) / width)
    integral = np.vstack([np.zeros(KNOTS), np.cumsum(0.5 * (hats[1:] + hats[:-1]) * (s[1] - s[0]), axis=0)]) * total_s
    smooth = 30.0 * np.diff(np.eye(KNOTS), 2, axis=0)
    system = np.vstack([integral, smooth])
    n = np.linalg.lstsq(system, np.concatenate([v, np.zeros(KNOTS - 2)]), rcond=None)[0]
    shape = np.interp(nodes[1:-1], s, chi) / chi[-1]
    return np.concatenate([[np.log(total_s)], np.log(np.maximum(n, 1.0)), np.log(np.clip(shape, 0.01, 1.6))])


def main() -> None:
    """Print the module."""
    rng = np.random.default_rng(20231219)
    np.set_printoptions(linewidth=110, precision=4, suppress=True, threshold=10_000)
    print('"""Templates of boost phases; built by `tools/boost_templates.py`, see there. Do not edit."""\n')
    print("import numpy as np\n\n# fmt: off")
    means, covariances = [], []
    for stages in (1, 2, 3):
        rows = _fly(rng, stages, 2500)
        means.append(rows.mean(axis=0))
        cov = np.cov(rows.T) * 1.3 + np.diag(np.full(rows.shape[1], 0.08**2))
        covariances.append(cov)
    for name, value in (("MEANS", np.array(means)), ("COVARIANCES", np.array(covariances))):
        print(f"{name} = np.array({np.array2string(value, separator=', ')})")


if __name__ == "__main__":
    main()
