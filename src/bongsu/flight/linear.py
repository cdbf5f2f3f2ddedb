"""Small dense linear algebra for the kernels: Cholesky, solution and inverse of symmetric positive definite matrices up to about 30 x 30."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.geo.kernels import njit

Array = NDArray[np.float64]


@njit()
def cholesky(a: Array, n: int) -> bool:
    """Lower factor of the leading n x n block of `a`, in place (upper part untouched); False if it is not positive definite."""
    for j in range(n):
        s = a[j, j]
        for k in range(j):
            s -= a[j, k] * a[j, k]
        if not s > 0.0:
            return False
        a[j, j] = math.sqrt(s)
        for i in range(j + 1, n):
            s = a[i, j]
            for k in range(j):
                s -= a[i, k] * a[j, k]
            a[i, j] = s / a[j, j]
    return True


@njit()
def solve(factor: Array, b: Array, n: int) -> None:
    """Solve L L' x = b in place of `b`."""
    for i in range(n):
        s = b[i]
        for k in range(i):
            s -= factor[i, k] * b[k]
        b[i] = s / factor[i, i]
    for i in range(n - 1, -1, -1):
        s = b[i]
        for k in range(i + 1, n):
            s -= factor[k, i] * b[k]
        b[i] = s / factor[i, i]


@njit()
def inverse(factor: Array, n: int, out: Array) -> None:
    """Inverse of L L' into `out` (n x n, symmetric)."""
    column = np.empty(n)
    for j in range(n):
        for i in range(n):
            column[i] = 0.0
        column[j] = 1.0
        solve(factor, column, n)
        for i in range(n):
            out[i, j] = column[i]
    for i in range(n):
        for j in range(i):
            s = 0.5 * (out[i, j] + out[j, i])
            out[i, j] = s
            out[j, i] = s


@njit()
def damped_step(a: Array, gradient: Array, n: int, damping: float, shift: Array) -> bool:
    """Solution of (a + damping * diagonal of a) shift = gradient for a matrix of mixed units; False if it is not positive definite."""
    scale = np.empty(n)
    work = np.empty((n, n))
    for i in range(n):
        if not a[i, i] > 0.0:
            return False
        scale[i] = 1.0 / math.sqrt(a[i, i])
    for i in range(n):
        for j in range(n):
            work[i, j] = a[i, j] * scale[i] * scale[j]
        work[i, i] += damping
        shift[i] = gradient[i] * scale[i]
    if not cholesky(work, n):
        return False
    solve(work, shift, n)
    for i in range(n):
        shift[i] *= scale[i]
    return True


@njit()
def scaled_inverse(a: Array, n: int, out: Array) -> tuple[bool, float]:
    """Inverse of a symmetric positive definite matrix of mixed units, scaled to unit diagonal first, and ln of its determinant.

    False if it is not definite.
    """
    scale = np.empty(n)
    work = np.empty((n, n))
    log_determinant = 0.0
    for i in range(n):
        if not a[i, i] > 0.0:
            return False, 0.0
        scale[i] = 1.0 / math.sqrt(a[i, i])
        log_determinant -= 2.0 * math.log(scale[i])
    for i in range(n):
        for j in range(n):
            work[i, j] = a[i, j] * scale[i] * scale[j]
        work[i, i] += 1e-12
    if not cholesky(work, n):
        return False, 0.0
    for i in range(n):
        log_determinant += 2.0 * math.log(work[i, i])
    inverse(work, n, out)
    for i in range(n):
        for j in range(n):
            out[i, j] *= scale[i] * scale[j]
    return True, log_determinant
