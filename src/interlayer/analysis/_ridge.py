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
from functools import cached_property

import numpy as np
from scipy.linalg.blas import dsyrk, dtrsm
from scipy.linalg.lapack import dpotrf

from ..elements.base import Array

HEAVY = 2.0  # degrees of freedom nu of the Student-t law
DOUBT, WIDTH = 0.5, math.log(10.0)  # a and H of the third term
LEVEL_STD, SLOPE_STD, SINGLE_STD = 40.0, 5.0, 3.0  # of ln g, its slope, and the logarithm of a single term
FALL, SHALLOWER, STEEPER = 0.7, 0.25, 5.0  # slope beyond the band and what it may deviate to either side
POWER, POWER_STD, POWERS = 0.7, 0.3, (0.3, 1.0)  # exponent of a tail: mean, deviation, range
LARGEST = 3.0  # largest change of a logarithm in one step
STEPS, PATIENCE = 60, 5
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

    @cached_property
    def n(self) -> int:
        """Length of the chain."""
        return int(self.chain.shape[1])

    @cached_property
    def logs(self) -> slice:
        """Where the logarithms of the single terms stand in x."""
        return slice(self.n, self.n + len(self.means))

    @cached_property
    def doubt(self) -> float:
        """a h/H."""
        return DOUBT * self.step / WIDTH

    @cached_property
    def known(self) -> Array:
        """Precision of y behind the curvatures: slope, level, single terms, exponent."""
        stds = [SLOPE_STD, LEVEL_STD, *[SINGLE_STD] * len(self.means), *([POWER_STD] if self.tail else [])]
        return np.array(stds) ** -2.0

    @cached_property
    def unit(self) -> Array:
        """Change of the running sum that one unit of y makes."""
        n, h = self.n, self.step
        out = np.ones(n + len(self.known) - 2)
        out[: n - 2], out[n - 2] = h**1.5, h
        return out

    @cached_property
    def ends(self) -> Array:
        """Rows that give the fall of ln g beyond the fast and the slow end of the band from x."""
        n, r = self.n, self.reach
        out = np.zeros((2, n))
        out[[0, 0, 1, 1], [r, 0, n - 1 - r, n - 1]] = np.array([1.0, -1.0, 1.0, -1.0]) / (r * self.step)
        return out

    @cached_property
    def ends_turned(self) -> Array:
        """The same from y, in units of `unit`."""
        return self.summed(self.ends, np.zeros((2, len(self.unit))))

    def summed(self, rows: Array, out: Array) -> Array:
        """Rows of derivatives by the chain turned into derivatives by y/`unit`, in the first n columns of `out`."""
        n = self.n
        once = np.cumsum(rows, axis=1)
        np.cumsum(once[:, : n - 1], axis=1, out=out[:, : n - 1])
        out[:, n - 1] = once[:, n - 1]
        return out

    def turned(self, x: Array) -> Array:
        """y: curvatures, slope and level at the slow end, single terms from their means, exponent from its mean."""
        n, out = self.n, np.empty(len(x))
        fall = x[: n - 1] - x[1:n]
        np.subtract(fall[:-1], fall[1:], out=out[: n - 2])
        out[n - 2], out[n - 1] = fall[-1], x[n - 1] - self.level
        np.subtract(x[self.logs], self.means, out=out[self.logs])
        if self.tail:
            out[-1] = x[-1] - POWER
        out /= self.unit
        return out

    def turned_back(self, y: Array) -> Array:
        """Change of x for a change of y; works on the first axis of a matrix too."""
        n, h = self.n, self.step
        fall = np.concatenate([y[n - 2 : n - 1] * h, y[: n - 2][::-1] * h**1.5])
        chain = np.concatenate([y[n - 1 : n], y[n - 1 : n] + np.cumsum(np.cumsum(fall, axis=0), axis=0)])[::-1]
        return np.concatenate([chain, y[n:]])


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
    """Minimum of F from `start`.

    `smoothing` fixes lambda (all w = 1); None takes it from the data, beginning at `first` and `local`. Where chi2 is
    still above `hopeless` after `PATIENCE` iterations the search ends.
    """
    lam = first if smoothing is None else smoothing
    w = np.ones(problem.n - 2) if local is None or smoothing is not None else local
    at, before, settled, turn = _Point(problem, start), math.inf, False, 0
    for turn in range(1, steps + 1):
        prior, change = np.concatenate([lam * w, problem.known]), 0.0
        total, near = at.total(prior), _Local(at, prior)
        at, there = _move(at, near.step(), prior, total)
        if smoothing is None:
            curved, spread = at.y[: problem.n - 2] ** 2, np.maximum(1.0 - near.seen, 0.0) / (lam * w)
            change = math.log(max(float(near.seen.sum()), 0.5) / max(lam * float(w @ curved), 1e-12))
            lam *= math.exp(min(max(change, -1.5), 1.5))
            w = (HEAVY + 1.0) / (HEAVY + lam * (curved + spread))
        settled = turn > 3 and total - there < SETTLED * max(1.0, at.chi2 / problem.count) and abs(change) < STILL
        if settled or (there >= total and there >= before) or (turn >= PATIENCE and at.chi2 > hopeless):
            break
        before = there
    prior = np.concatenate([lam * w, problem.known])
    near = _Local(at, prior)
    covariance = problem.turned_back(problem.turned_back(near.covariance()).T)
    evidence = at.total(prior) + near.volume
    return Solution(at.x, covariance, w, lam, at.chi2, float(near.seen.sum()), evidence, turn, settled)


class _Point:
    """Everything of F at x that does not depend on the weights."""

    def __init__(self, problem: Problem, x: Array) -> None:
        n = problem.n
        self.problem, self.x = problem, x
        self.g, self.amplitudes = np.exp(x[:n]), np.exp(x[problem.logs])
        self.columns, self.by_power = problem.single, None
        if problem.tail is not None:
            column, by_power = problem.tail(float(x[-1]))
            self.columns, self.by_power = np.column_stack([problem.single, column]), by_power * self.amplitudes[-1]
        self.residual: Array = problem.chain @ self.g + self.columns @ self.amplitudes - problem.target
        self.chi2 = float(self.residual @ self.residual) + problem.rest
        self.y = problem.turned(x)
        away = problem.ends @ x[:n] - FALL
        self.certain = np.where(away < 0.0, 1.0 / SHALLOWER, 1.0 / STEEPER)
        self.away = away * self.certain
        self.shown = x[:n] + problem.visible
        seen = 2.0 * problem.doubt * float(np.logaddexp(0.0, self.shown).sum())
        self.fixed = self.chi2 + float(self.away @ self.away) + seen

    def total(self, prior: Array) -> float:
        """F."""
        return self.fixed + float(prior @ (self.y * self.y))


class _Local:
    """F around a point in y sqrt(prior): Gauss-Newton matrix 1 + V^T V, with Z = L^-1 V for 1 + V V^T = L L^T.

    seen     1 - p V of every curvature: how well the data determine it
    volume   ln of the determinant of the matrix
    """

    def __init__(self, at: _Point, prior: Array) -> None:
        problem, n, rows = at.problem, at.problem.n, len(at.residual)
        v = np.empty((rows + 2, len(at.x)))
        problem.summed(problem.chain * at.g, v[:rows])
        v[:rows, problem.logs] = at.columns * at.amplitudes
        if at.by_power is not None:
            v[:rows, -1] = at.by_power
        v[rows:] = problem.ends_turned * at.certain[:, None]
        doubted = 0.5 * problem.doubt * (1.0 + np.tanh(0.5 * at.shown))
        pull = problem.summed(doubted[None], np.zeros((1, len(at.x))))[0]
        self.root = np.sqrt(prior)
        scale = problem.unit / self.root
        v *= scale
        self.slope: Array = np.concatenate([at.residual, at.away]) @ v + pull * scale + at.y * self.root
        matrix = dsyrk(1.0, v.T, trans=1, lower=1)
        matrix.reshape(-1, order="A")[:: len(matrix) + 1] += 1.0
        lower = dpotrf(matrix, lower=1, clean=0, overwrite_a=1)[0]
        self.half: Array = dtrsm(1.0, lower, v.T, side=1, lower=1, trans_a=1)  # Z^T
        self.seen: Array = np.einsum("ij,ij->i", self.half[: n - 2], self.half[: n - 2])
        self.volume = 2.0 * float(np.log(np.diagonal(lower)).sum())

    def step(self) -> Array:
        """The Gauss-Newton step in y."""
        out: Array = (self.half @ (self.slope @ self.half) - self.slope) / self.root
        return out

    def covariance(self) -> Array:
        """Of y."""
        half = self.half / self.root[:, None]
        out: Array = np.diag(self.root**-2.0) - half @ half.T
        return out


def _move(at: _Point, step: Array, prior: Array, total: float) -> tuple[_Point, float]:
    """The first point downhill along the step (the same point if none), and F there.

    An amplitude that is to grow grows as the linear problem wants it, one that is to shrink shrinks exponentially;
    else the step itself is scaled.
    """
    dx = at.problem.turned_back(step)
    bent = np.where(dx > 0.0, np.log1p(np.maximum(dx, 0.0)), np.maximum(dx, -LARGEST))
    scaled = dx * min(1.0, LARGEST / max(float(np.max(np.abs(dx))), 1e-300))
    if at.problem.tail is not None:
        bent[-1] = scaled[-1]
    for direction, tries in ((bent, 2), (scaled, 10)):
        for k in range(tries):
            x = at.x + direction * 0.4**k
            if at.problem.tail is not None:
                x[-1] = min(max(x[-1], POWERS[0]), POWERS[1])
            trial = _Point(at.problem, x)
            there = trial.total(prior)
            if there < total:
                return trial, there
    return at, total
