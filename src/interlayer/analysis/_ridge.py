"""Penalised least squares for positive amplitudes: the solver behind the distribution of relaxation times.

Every amplitude is g_j = exp(x_j), so g > 0 needs no constraint. The first `chain` amplitudes stand at equal steps h of
ln tau and form a curve x(ln tau); the others are single terms (a series resistance, an inductance, a tail). Minimised is

    F(x) = |M exp(x) - d|² + sum_i p_i c_i² + (x - m)^T B (x - m),   c_i = (x_{i-1} - 2 x_i + x_{i+1})/h² sqrt(h)

in units of the noise: the first term is chi2, the second a Tikhonov penalty on the curvature of ln g, the third weak
knowledge of level and ends. A straight line of ln g (the flank of any Cole-Cole, Gerischer or Warburg process) costs
nothing; a peak costs the same whatever its height, so a small one beside a large one is neither drowned nor cut in two.

The weights p_i = lambda w_i come from the data: lambda by the evidence, lambda sum w c² = sum (1 - lambda w_i V_i) with
V_i the posterior variance of c_i (MacKay, Neural Comput. 4 (1992) 415, 10.1162/neco.1992.4.3.415), and the local w_i =
(nu + 1)/(nu + lambda (c_i² + V_i)), a Student-t law for the curvature, so that a sharp peak (an ideal RC) does not make
the rest of the curve rough (hierarchical Bayes as in Effat & Ciucci, Electrochim. Acta 247 (2017) 1117,
10.1016/j.electacta.2017.07.050). Both sources recalled, not opened for this file. No random number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..elements.base import Array

HEAVY = 2.0  # degrees of freedom nu of the Student-t law
LARGEST = 2.0  # largest change of a logarithm in one step
STEPS, PATIENCE = 60, 8
SETTLED, STILL = 0.05, 0.05  # decrease of F, and change of ln lambda, below which the answer is final
FIRST = 0.1  # lambda to start from


@dataclass(frozen=True, eq=False)
class Problem:
    """The Gram form of the least squares and what is known beforehand.

    gram, right, square   M^T M, M^T d, d^T d in units of the noise; count the length of d
    chain, step           number of amplitudes that form a curve, and their distance h in ln tau
    mean, known, drawn    m, B and B m' of the third term (m' where B itself has a preferred value, else zero)
    """

    gram: Array
    right: Array
    square: float
    count: int
    chain: int
    step: float
    mean: Array
    known: Array
    drawn: Array

    def chi2(self, g: Array) -> float:
        """|M g - d|²."""
        return float(g @ (self.gram @ g) - 2.0 * (self.right @ g)) + self.square

    def curvature(self, x: Array) -> Array:
        """c of the chain."""
        u = x[: self.chain]
        out: Array = (u[:-2] - 2.0 * u[1:-1] + u[2:]) * self.step**-1.5
        return out

    def precision(self, weights: Array) -> Array:
        """Matrix of the second and third term: B + D^T diag(p) D."""
        out = self.known.copy()
        flat, size, p = out.reshape(-1), len(out), weights * self.step**-3.0
        for a, b, c in ((0, 0, 1.0), (1, 1, 4.0), (2, 2, 1.0), (0, 1, -2.0), (1, 2, -2.0), (0, 2, 1.0)):
            flat[a * size + b :: size + 1][: len(p)] += c * p
            if a != b:
                flat[b * size + a :: size + 1][: len(p)] += c * p
        return out

    def spread(self, covariance: Array) -> Array:
        """V: variance of every c."""
        n = self.chain
        zero = np.diagonal(covariance)[:n]
        one, two = np.diagonal(covariance, 1)[: n - 1], np.diagonal(covariance, 2)[: n - 2]
        out: Array = (zero[:-2] + 4.0 * zero[1:-1] + zero[2:] - 4.0 * (one[:-1] + one[1:]) + 2.0 * two) / self.step**3
        return out


@dataclass(frozen=True, eq=False)
class Solution:
    """x at the minimum, its covariance (Laplace), the weights p, lambda, chi2, effective number of curvatures the data
    determine, -2 ln evidence (up to a constant), iterations, and whether it settled."""

    x: Array
    covariance: Array
    weights: Array
    smoothing: float
    chi2: float
    freedom: float
    evidence: float
    iterations: int
    settled: bool


def solve(
    problem: Problem, start: Array, smoothing: float | None = None, *, first: float = FIRST, steps: int = STEPS,
    hopeless: float = math.inf,
) -> Solution:  # fmt: skip
    """Minimum of F from `start`; `smoothing` fixes lambda (all w = 1), None takes it from the data, beginning at `first`.

    Where chi2 is still above `hopeless` after `PATIENCE` iterations the search ends.
    """
    x, lam = start.copy(), first if smoothing is None else smoothing
    local = np.ones(problem.chain - 2)
    before, settled, turn = math.inf, False, 0
    for turn in range(1, steps + 1):
        data = _Local(problem, x)
        prior = problem.precision(lam * local)
        change = 0.0
        if smoothing is None and turn > 1:
            curved, spread = problem.curvature(x) ** 2, problem.spread(_inverse(data.matrix + prior))
            seen = max(float(np.sum(1.0 - lam * local * spread)), 0.5)
            change = math.log(seen / max(lam * float(local @ curved), 1e-12))
            lam *= math.exp(min(max(change, -1.5), 1.5))
            local = (HEAVY + 1.0) / (HEAVY + lam * (curved + spread))
            prior = problem.precision(lam * local)
        here = data.chi2 + _known(problem, x, prior)
        x, there = _move(problem, x, here, data, prior)
        scale = max(1.0, data.chi2 / problem.count)  # of the noise that the misfit would be
        settled = turn > 3 and here - there < SETTLED * scale and abs(change) < STILL
        if settled or (there >= here and there >= before) or (turn >= PATIENCE and data.chi2 > hopeless):
            break
        before = there
    data, prior = _Local(problem, x), problem.precision(lam * local)
    hessian = data.matrix + prior
    covariance = _inverse(hessian)
    freedom = float(np.sum(1.0 - lam * local * problem.spread(covariance)))
    evidence = data.chi2 + _known(problem, x, prior)
    evidence += float(np.linalg.slogdet(hessian)[1] - np.linalg.slogdet(prior)[1])
    return Solution(x, covariance, lam * local, lam, data.chi2, freedom, evidence, turn, settled)


class _Local:
    """The data term at x: Gauss-Newton matrix, half its gradient by x, chi2."""

    def __init__(self, problem: Problem, x: Array) -> None:
        g = np.exp(x)
        gg = problem.gram @ g
        self.matrix: Array = problem.gram * np.multiply.outer(g, g)
        self.slope: Array = g * (gg - problem.right)
        self.chi2 = float(g @ gg - 2.0 * (problem.right @ g)) + problem.square


def _inverse(matrix: Array) -> Array:
    out: Array = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    return out


def _known(problem: Problem, x: Array, prior: Array) -> float:
    d = x - problem.mean
    return float(d @ (prior @ d) - 2.0 * (problem.drawn @ d))


def _move(problem: Problem, x: Array, here: float, data: _Local, prior: Array) -> tuple[Array, float]:
    """The first point downhill along the step clipped, the step scaled, or a more cautious step (x itself if none)."""
    slope = data.slope + prior @ (x - problem.mean) - problem.drawn
    hessian = data.matrix + prior
    step = -np.linalg.solve(hessian, slope)
    size = max(float(np.max(np.abs(step))), 1e-300)
    for way in range(3):
        if way == 2:
            step = -np.linalg.solve(hessian + np.diag(np.maximum(data.slope, 0.0)), slope)
            size = max(float(np.max(np.abs(step))), 1e-300)
        direction = np.clip(step, -LARGEST, LARGEST) if way == 0 else step * min(1.0, LARGEST / size)
        for k in range((4, 6, 12)[way]):
            trial = x + direction * 0.4**k
            there = problem.chi2(np.exp(trial)) + _known(problem, trial, prior)
            if there < here:
                return trial, there
    return x, here
