"""Penalised least squares for positive amplitudes: the solver behind the distribution of relaxation times.

Every amplitude is g_j = exp(x_j), so g > 0 needs no constraint. The first n amplitudes, the chain, stand at equal steps
h of ln tau and form a curve x(ln tau); the others are single terms (a series resistance, an inductance, a tail), and
the exponent of the tail may be an unknown too. Minimised is, in units of the noise,

    F(x) = |M exp(x) - d|² + sum_i p_i c_i² + 2 a h/H sum_j ln(1 + v_j g_j) + weak knowledge

    c_i = (x_{i-1} - 2 x_i + x_{i+1}) h^-1.5   curvature. A straight line of ln g (the flank of any Cole-Cole, Gerischer
                                               or Warburg process) costs nothing; a peak costs the same whatever its
                                               height, so a small one beside a large one is neither drowned nor cut
    v_j g_j                                    what a decade (H = ln 10) of g would show of itself in the data beside
                                               the single terms, in standard deviations. The term pulls what shows
                                               nothing towards zero and shifts what shows z deviations by a/z of one
    weak knowledge                             level, slope and single terms within their `..._STD`; beyond both ends
                                               of the band ln g falls by `FALL` a unit of ln tau or faster

The weights p_i = lambda w_i come from the data: lambda by the evidence, lambda sum w c² = sum (1 - p_i V_i) with V_i the
posterior variance of c_i (MacKay, Neural Comput. 4 (1992) 415, 10.1162/neco.1992.4.3.415), and the local w_i =
(nu + 1)/(nu + lambda (c_i² + V_i)), a Student-t law for the curvature, so that a sharp peak (an ideal RC) does not make
the rest of the curve rough (hierarchical Bayes as in Effat & Ciucci, Electrochim. Acta 247 (2017) 1117,
10.1016/j.electacta.2017.07.050). Both sources recalled, not opened for this file. No random number.

Speed. In y = (c, slope, level, single terms) the prior is diagonal, and the step from x to y is two running sums. M has
few rows (what the noise leaves of the kernel, analysis/_kernel.py), so a step factors a matrix of that size instead of
one of the size of x, and 1 - p_i V_i falls out without a difference of large numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg.blas import dsyrk, dtrsm
from scipy.linalg.lapack import dpotrf

from ..elements.base import Array

HEAVY = 2.0  # degrees of freedom nu of the Student-t law
DOUBT, WIDTH = 0.5, math.log(10.0)  # a and H of the third term
LEVEL_STD, SLOPE_STD, SINGLE_STD = 40.0, 5.0, 3.0  # of ln g, its slope, and the logarithm of a single term
FALL, SHALLOWER, STEEPER = 0.7, 0.25, 5.0  # slope beyond the band and what it may deviate to either side
POWER, POWER_STD, POWERS = 0.7, 0.3, (0.3, 1.0)  # exponent of a tail: mean, deviation, range
LARGEST = 2.0  # largest change of a logarithm in one step
STEPS, PATIENCE = 60, 8
SETTLED, STILL = 0.05, 0.05  # decrease of F, and change of ln lambda, below which the answer is final
FIRST = 0.1  # lambda to start from


@dataclass(frozen=True, eq=False)
class Problem:
    """The least squares and what is known beforehand.

    chain, single   columns of M (rows, n) and (rows, q), in units of the noise; target d
    rest, count     part of |d|² that no column reaches, and how many numbers were measured
    step, reach     distance h in ln tau; nodes beyond the band on each side
    level, means    what ln g of the chain and of the single terms may be
    visible         ln v_j
    tail            column of one more single term and its derivative by its exponent, the last unknown; None without
    """

    chain: Array
    single: Array
    target: Array
    rest: float
    count: int
    step: float
    reach: int
    level: float
    means: Array
    visible: Array
    tail: Callable[[float], tuple[Array, Array]] | None = None

    @property
    def n(self) -> int:
        """Length of the chain."""
        return self.chain.shape[1]

    @property
    def logs(self) -> slice:
        """Where the logarithms of the single terms stand in x."""
        return slice(self.n, self.n + len(self.means))

    def columns(self, x: Array) -> tuple[Array, Array | None]:
        """Columns of the single terms at x; derivative of the last by the exponent (None without)."""
        if self.tail is None:
            return self.single, None
        column, derivative = self.tail(float(x[-1]))
        return np.column_stack([self.single, column]), derivative

    def residual(self, x: Array) -> Array:
        """M g - d."""
        out: Array = self.chain @ np.exp(x[: self.n]) + self.columns(x)[0] @ np.exp(x[self.logs]) - self.target
        return out

    def total(self, x: Array, weights: Array) -> float:
        """F."""
        r = self.residual(x)
        return float(r @ r) + self.rest + self.penalty(x, weights)

    def penalty(self, x: Array, weights: Array) -> float:
        """F without chi2."""
        y, (away, certain) = self.turned(x), self.ends(x)
        seen = float(np.logaddexp(0.0, x[: self.n] + self.visible).sum())
        return float(self.prior(weights) @ (y * y)) + float(np.sum((away * certain) ** 2)) + 2.0 * self.doubt * seen

    @property
    def doubt(self) -> float:
        """a h/H."""
        return DOUBT * self.step / WIDTH

    def turned(self, x: Array) -> Array:
        """y: curvatures, slope and level at the slow end, single terms from their means, exponent from its mean."""
        u, h = x[: self.n], self.step
        fall = u[:-1] - u[1:]
        parts = [(fall[:-1] - fall[1:]) * h**-1.5, [fall[-1] / h, u[-1] - self.level], x[self.logs] - self.means]
        return np.concatenate([*parts, x[-1:] - POWER] if self.tail else parts)

    def turned_back(self, y: Array) -> Array:
        """Change of x for a change of y; works on the first axis of a matrix too."""
        n, h = self.n, self.step
        fall = np.concatenate([y[n - 2 : n - 1] * h, y[: n - 2][::-1] * h**1.5])
        chain = np.concatenate([y[n - 1 : n], y[n - 1 : n] + np.cumsum(np.cumsum(fall, axis=0), axis=0)])[::-1]
        return np.concatenate([chain, y[n:]])

    def rows(self, by_x: Array, out: Array) -> None:
        """Rows of derivatives by the chain, turned into derivatives by y (into the first n columns of `out`)."""
        n, h = self.n, self.step
        once = np.cumsum(by_x, axis=1)
        np.cumsum(once[:, : n - 1], axis=1, out=out[:, : n - 1])
        out[:, : n - 2] *= h**1.5
        out[:, n - 2] *= h
        out[:, n - 1] = once[:, n - 1]

    def ends(self, x: Array) -> tuple[Array, Array]:
        """How much steeper than `FALL` ln g falls beyond either end of the band, and one over what it may deviate."""
        n, r = self.n, self.reach
        away = np.array([x[r] - x[0], x[n - 1 - r] - x[n - 1]]) / (r * self.step) - FALL
        return away, np.where(away < 0.0, 1.0 / SHALLOWER, 1.0 / STEEPER)

    def prior(self, weights: Array) -> Array:
        """Diagonal of the precision of y."""
        end = [1.0 / POWER_STD**2] if self.tail else []
        single = [1.0 / SINGLE_STD**2] * len(self.means)
        return np.concatenate([weights, [1.0 / SLOPE_STD**2, 1.0 / LEVEL_STD**2, *single, *end]])


@dataclass(frozen=True, eq=False)
class Solution:
    """x at the minimum, its covariance (Laplace), the weights w, lambda, chi2, effective number of curvatures the data
    determine, -2 ln evidence (up to a constant), iterations, and whether it settled."""

    x: Array
    covariance: Array
    local: Array
    smoothing: float
    chi2: float
    freedom: float
    evidence: float
    iterations: int
    settled: bool


def solve(
    problem: Problem, start: Array, smoothing: float | None = None, *, first: float = FIRST, local: Array | None = None,
    steps: int = STEPS, hopeless: float = math.inf,
) -> Solution:  # fmt: skip
    """Minimum of F from `start`; `smoothing` fixes lambda (all w = 1), None takes it from the data, beginning at `first`
    and `local`.

    Where chi2 is still above `hopeless` after `PATIENCE` iterations the search ends.
    """
    x, lam = start.copy(), first if smoothing is None else smoothing
    w = np.ones(problem.n - 2) if local is None or smoothing is not None else local
    before, settled, turn = math.inf, False, 0
    for turn in range(1, steps + 1):
        here, weights, change = _Local(problem, x, lam * w), lam * w, 0.0
        x, there = _move(problem, x, here, weights)
        if smoothing is None:
            known = np.einsum("ij,ij->i", here.half[: problem.n - 2], here.half[: problem.n - 2])  # 1 - p V
            curved, spread = problem.turned(x)[: problem.n - 2] ** 2, np.maximum(1.0 - known, 0.0) / weights
            change = math.log(max(float(known.sum()), 0.5) / max(lam * float(w @ curved), 1e-12))
            lam *= math.exp(min(max(change, -1.5), 1.5))
            w = (HEAVY + 1.0) / (HEAVY + lam * (curved + spread))
        scale = max(1.0, here.chi2 / problem.count)  # of the noise that the misfit would be
        settled = turn > 3 and here.total - there < SETTLED * scale and abs(change) < STILL
        if settled or (there >= here.total and there >= before) or (turn >= PATIENCE and here.chi2 > hopeless):
            break
        before = there
    here = _Local(problem, x, lam * w)
    covariance = problem.turned_back(problem.turned_back(here.covariance()).T)
    freedom = float(np.sum(here.half[: problem.n - 2] ** 2))
    return Solution(x, covariance, w, lam, here.chi2, freedom, here.total + here.volume, turn, settled)


class _Local:
    """F around x in y/sqrt(prior): Gauss-Newton matrix 1 + V^T V, with Z = L^-1 V for 1 + V V^T = L L^T."""

    def __init__(self, problem: Problem, x: Array, weights: Array) -> None:
        n, rows = problem.n, len(problem.target)
        g, single = np.exp(x[:n]), np.exp(x[problem.logs])
        columns, by_power = problem.columns(x)
        away, certain = problem.ends(x)
        v = np.zeros((rows + 3, len(x)))
        slopes = np.zeros((rows + 3, n))
        slopes[:rows] = problem.chain * g
        r, far = problem.reach, 1.0 / (problem.reach * problem.step)
        slopes[rows, [r, 0]] = certain[0] * far, -certain[0] * far
        slopes[rows + 1, [n - 1 - r, n - 1]] = certain[1] * far, -certain[1] * far
        slopes[rows + 2] = problem.doubt / (1.0 + np.exp(-x[:n] - problem.visible))
        problem.rows(slopes, v)
        v[:rows, problem.logs] = columns * single
        if by_power is not None:
            v[:rows, -1] = by_power * single[-1]
        residual = problem.chain @ g + columns @ single - problem.target
        self.prior = problem.prior(weights)
        v /= np.sqrt(self.prior)
        pull, v = v[-1], v[:-1]
        self.chi2 = float(residual @ residual) + problem.rest
        self.total = self.chi2 + problem.penalty(x, weights)
        self.slope: Array = (
            np.concatenate([residual, away * certain]) @ v + pull + problem.turned(x) * np.sqrt(self.prior)
        )
        matrix = dsyrk(1.0, v.T, trans=1, lower=1)
        np.einsum("ii->i", matrix)[:] += 1.0
        lower = dpotrf(matrix, lower=1, overwrite_a=1)[0]
        self.half: Array = dtrsm(1.0, lower, v.T, side=1, lower=1, trans_a=1)  # Z^T
        self.volume = 2.0 * float(np.log(np.diagonal(lower)).sum())

    def step(self) -> Array:
        """The Gauss-Newton step in y."""
        out: Array = (self.half @ (self.slope @ self.half) - self.slope) / np.sqrt(self.prior)
        return out

    def covariance(self) -> Array:
        """Of y."""
        half = self.half / np.sqrt(self.prior)[:, None]
        out: Array = np.diag(1.0 / self.prior) - half @ half.T
        return out


def _move(problem: Problem, x: Array, here: _Local, weights: Array) -> tuple[Array, float]:
    """The first point downhill along the step clipped or scaled (x itself if none), and F there."""
    step = problem.turned_back(here.step())
    scaled = step * min(1.0, LARGEST / max(float(np.max(np.abs(step))), 1e-300))
    for direction, tries in ((np.clip(step, -LARGEST, LARGEST), 3), (scaled, 10)):
        for k in range(tries):
            trial = x + direction * 0.4**k
            if problem.tail is not None:
                trial[-1] = min(max(trial[-1], POWERS[0]), POWERS[1])
            there = problem.total(trial, weights)
            if there < here.total:
                return trial, there
    return x, here.total
