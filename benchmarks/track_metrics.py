"""How well tracks show what is there: GOSPA (alpha 2, order 2; arXiv 1601.05585) and the SIAP figures of completeness, ambiguity and spuriousness.

Positions only, metres. The same functions judge our rooms and a peer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

CUTOFF_M = 5_000.0


def gospa(truth: Any, shown: Any, cutoff_m: float = CUTOFF_M) -> dict[str, float]:
    """GOSPA of one moment, and its parts: squared distance of what is matched, missed, false."""
    matched2 = 0.0
    pairs = 0
    if len(truth) and len(shown):
        distance2 = np.minimum(((truth[:, None] - shown[None]) ** 2).sum(axis=2), cutoff_m**2)
        rows, columns = linear_sum_assignment(distance2)
        near = distance2[rows, columns] < cutoff_m**2
        matched2, pairs = float(distance2[rows, columns][near].sum()), int(near.sum())
    missed, false = len(truth) - pairs, len(shown) - pairs
    return {
        "gospa_m": math.sqrt(matched2 + 0.5 * cutoff_m**2 * (missed + false)),
        "matched2_m2": matched2,
        "pairs": pairs,
        "missed": missed,
        "false": false,
    }


def judged(truths: Sequence[Any], shown: Sequence[dict[int, Any]], names: Sequence[Any]) -> dict[str, float]:
    """Over all moments: mean GOSPA, RMSE of what is matched, SIAP figures, changes of the name that an object goes by.

    `truths[k]` (N, 3) of the objects `names[k]`; `shown[k]` maps a track's name to its position (3,). A track is of the object nearest to it within the cutoff.
    """
    total, matched2, pairs = 0.0, 0.0, 0
    objects = associated_objects = tracks = spurious = 0
    changes = 0
    last: dict[Any, Any] = {}
    for truth, now, called in zip(truths, shown, names, strict=True):
        positions = np.array(list(now.values())).reshape(-1, 3)
        found = gospa(truth, positions)
        total += found["gospa_m"]
        matched2 += found["matched2_m2"]
        pairs += int(found["pairs"])
        objects += len(truth)
        tracks += len(positions)
        of = [_nearest(truth, position) for position in positions]
        spurious += sum(one is None for one in of)
        associated_objects += len({one for one in of if one is not None})
        for track, one in zip(now, of, strict=True):
            if one is None:
                continue
            held = last.get(called[one])
            if held is not None and held != track and held not in now:
                changes += 1
            if held is None or held not in now:
                last[called[one]] = track
    return {
        "gospa_m": round(total / max(len(truths), 1), 1),
        "rmse_m": round(math.sqrt(matched2 / max(pairs, 1)), 1),
        "completeness": round(associated_objects / max(objects, 1), 4),
        "ambiguity": round((tracks - spurious) / max(associated_objects, 1), 4),
        "spuriousness": round(spurious / max(tracks, 1), 4),
        "name_changes": changes,
    }


def _nearest(truth: Any, position: Any) -> int | None:
    if len(truth) == 0:
        return None
    distance2 = ((truth - position) ** 2).sum(axis=1)
    best = int(distance2.argmin())
    return best if distance2[best] < CUTOFF_M**2 else None
