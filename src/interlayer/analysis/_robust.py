"""A fit that single bad points can't move: iteratively reweighted least squares with Tukey's biweight.

u = |r|/s of a point, both parts of its residual together; s the scatter of one part by the median, s = median|r| /
sqrt(2 ln 2) (exact for normal noise), from Huber's weights min(1, 2/u) first, held while the biweight
w = (1 - (u/K)²)² for u < K, else 0, goes to its end (as MM estimators do). Validity: bad points are fewer than half and
not all in one place. The minimum of several that leaves the smallest s is taken.

Covariance: kappa/mean(d) (J^T D J)^-1 with kappa = s² mean(w² u²)/2 n/(n-p), psi' by its mean over directions,
d = (1 - t²)(1 - 3 t²), t = u/K: Huber, Robust Statistics (1981), section 7.6, second form (recalled).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..elements.base import Array
from ._fit import Problem, minimise
from ._spectrum import Index

K = 5.12  # keeps about 95 % of the efficiency of least squares for normal noise in two parts
HUBER, ROUNDS, STILL = 2.0, (4, 40), 1e-5
NAMED = 4.0  # u from which on a point is named an outlier: noise alone goes beyond once in 3,000 points
HALF = math.sqrt(2.0 * math.log(2.0))  # median of |r|/s in two parts


@dataclass(frozen=True, eq=False)
class Robust:
    """theta (n,); share (m,) of its full weight each point kept; scale s; outliers (m,); slope d (m,); variance kappa/mean(d)."""

    theta: Array
    share: Array
    scale: float
    outliers: Index
    slope: Array
    variance: float


def robust(problem: Problem, minima: Array) -> Robust:
    """The robust minimum next to the best of several ordinary ones (k, n); the problem keeps its own weights."""
    base = problem.weight
    try:
        found = [_one(problem, base, theta) for theta in minima]
    finally:
        problem.weight = base
    return min(found, key=lambda r: r.scale)


def _one(problem: Problem, base: Array, theta: Array) -> Robust:
    rows, free = len(base), len(problem.free)
    correction = math.sqrt(rows / max(rows - free, 1)) / HALF
    tiny = 1e-12 * float(np.median(np.hypot(*(_parts(base) * _parts(_measured(problem))))))
    share = np.ones(rows // 2)
    scale = 0.0
    for count in range(sum(ROUNDS)):
        size = _size(problem, base, theta)
        if count <= ROUNDS[0] + 2:
            scale = max(correction * float(np.median(size)), tiny)
        u = size / scale
        new = np.minimum(1.0, HUBER / np.maximum(u, 1e-30)) if count < ROUNDS[0] else _biweight(u)
        still = float(np.max(np.abs(new - share))) < STILL
        share = new
        if still and count > ROUNDS[0]:
            break
        problem.weight = base * np.repeat(np.sqrt(share), 2)
        theta = minimise(problem, theta[None, :], thorough=True, tolerance=1e-7, damping=1e-4)[0][0]
    u = _size(problem, base, theta) / scale
    t = np.minimum(u / K, 1.0) ** 2
    slope = (1.0 - t) * (1.0 - 3.0 * t)
    kappa = scale**2 * float(np.mean((share * u) ** 2)) / 2.0 * rows / max(rows - free, 1)
    return Robust(theta, share, scale, np.flatnonzero(u > NAMED), np.maximum(slope, 0.0), kappa / float(np.mean(slope)))


def _biweight(u: Array) -> Array:
    return np.asarray(np.maximum(1.0 - (u / K) ** 2, 0.0) ** 2)


def _parts(flat: Array) -> Array:
    return flat.reshape(-1, 2).T


def _measured(problem: Problem) -> Array:
    return np.ascontiguousarray(problem.z).view(np.float64)


def _size(problem: Problem, base: Array, theta: Array) -> Array:
    """|r| of each point under the full weights."""
    problem.weight = base
    return np.asarray(np.hypot(*_parts(problem.residuals(theta[None, :])[0][0])))
