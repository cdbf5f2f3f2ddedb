"""Joining several estimates of the same state, when it is known what they have in common and when it is not.

Nothing known (partners release an estimate, and may have heard ours): `intersection`, fast covariance intersection. Its covariance holds whatever the
errors have in common, so news that goes round a loop never counts twice. Weights are by determinants (Franken and Hupper 2005, improved fast covariance
intersection), which do not depend on units.
Provenance known (a policy lets information increments pass): `increment` is what a nation's own looks added since its last one, and `with_increments`
adds those of others to one's own: the estimate of a centre that has all looks, as far as both are linear about the same path.
Shapes (n,) and (n, n), any units, symmetric positive definite covariances. Test: tests/flight/test_fusion.py (loops of five rounds; two radars against
the centre).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Increment(NamedTuple):
    """Information (n, n) that looks added, and the vector (n,) of it: information times the state about which it says something."""

    information: Array
    vector: Array


def inverse(matrix: Array) -> Array:
    """Inverse of a symmetric positive definite matrix of mixed units: scaled to unit diagonal first."""
    scale = 1.0 / np.sqrt(np.diag(matrix))
    both = np.outer(scale, scale)
    turned: Array = np.linalg.inv(matrix * both) * both
    return np.asarray(0.5 * (turned + turned.T), np.float64)


def weights_of(informations: Sequence[Array]) -> Array:
    """Weights (K,) of fast covariance intersection, which sum to one: the more an estimate knows that the others do not, the more it counts."""
    count = len(informations)
    total = np.sum(informations, axis=0)
    scale = 1.0 / np.sqrt(np.diag(total))
    both = np.outer(scale, scale)
    whole = float(np.linalg.det(total * both))
    alone = np.array([float(np.linalg.det(one * both)) for one in informations])
    without = np.array([float(np.linalg.det((total - one) * both)) for one in informations])
    told = np.maximum(whole - without + alone, 0.0)
    below = count * whole + float(np.sum(alone - without))
    weights: Array = told / below if below > 0.0 else np.full(count, 1.0 / count)
    return np.asarray(weights / weights.sum(), np.float64)


def intersection(means: Sequence[Array], covariances: Sequence[Array]) -> tuple[Array, Array]:
    """One estimate from K of unknown common errors: mean (n,) and a covariance (n, n) that holds whatever they have in common."""
    informations = [inverse(cov) for cov in covariances]
    information, vector = np.zeros_like(informations[0]), np.zeros_like(means[0])
    for weight, one, mean in zip(weights_of(informations), informations, means, strict=True):
        information += weight * one
        vector += weight * (one @ mean)
    cov = inverse(information)
    return cov @ vector, cov


def apart(means: Sequence[Array], covariances: Sequence[Array]) -> float:
    """The largest squared distance between any two, in sigmas of their difference however their errors hang together: its covariance is at most 2 (A + B)."""
    worst = 0.0
    for a in range(len(means)):
        for b in range(a):
            difference = means[a] - means[b]
            bound = inverse(2.0 * (covariances[a] + covariances[b]))
            worst = max(worst, float(difference @ bound @ difference))
    return worst


def increment(before: tuple[Array, Array], after: tuple[Array, Array]) -> Increment:
    """What came in between two estimates (mean, covariance) of the state at one and the same time, the first without and the second with the looks."""
    old, new = inverse(before[1]), inverse(after[1])
    return Increment(new - old, new @ after[0] - old @ before[0])


def with_increments(own: tuple[Array, Array], increments: Sequence[Increment]) -> tuple[Array, Array]:
    """An estimate (mean, covariance) with what others' looks added, each increment once: no look may stand behind two of them."""
    information = inverse(own[1])
    vector = information @ own[0]
    for one in increments:
        information = information + one.information
        vector = vector + one.vector
    cov = inverse(information)
    return cov @ vector, cov
