"""A whole series of spectra fitted at once, with arcs that change smoothly: what decides where spectra alone can't.

Unknowns are y_t = (ln R, ln tau, n) of the interchangeable arcs and the other parameters of every spectrum t. Minimised is

    sum_t chi2_t(y_t)/s_t²  +  sum_t,k (d²y_tk)²/v_t

s_t² the spectrum's own chi2/dof, d²y the second difference along u (on uneven steps that of a straight line), and
v = q² du³ 2/3 + 6 jitter², the variance a drifting slope and a jitter of the level give it (analysis/_identity.py). The
other parameters are free. Levenberg-Marquardt on the banded normal equations, from each of several orders of the arcs;
where arcs coincide the minimum lies at the end of long bent valleys, so every step is bent along them by the second
derivative of the residuals in its direction (geodesic acceleration: Transtrum, Machta & Sethna, Phys. Rev. E 83 (2011)
036701, recalled).

Orders are compared by the sum: they have the same unknowns and the same smoothness, and where arcs coincide over many
spectra no curvature tells the width of the valley. Different q and jitter need more, the
evidence: the sum + ln det(curvature) - sum ln(1/v) (Laplace). Half the difference of two sums is the logarithm of their
likelihood ratio.

What the neighbours alone say of a spectrum's arcs is the minimum's curvature less the spectrum's own part of it.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..elements.base import Array, ComplexArray
from ._identity import SCALE
from ._spectrum import Index, Spectrum
from ._target import CircuitTarget

ITERATIONS = 80
ENOUGH = 0.02  # decrease of the sum, which is in units of chi-square, that is none
LEAST_N = 0.3
STEP = 1.5  # longest of a step
AHEAD = 0.1  # of a step, over which its second derivative is taken
BEND = 0.75  # a correction with more than that of half the step's length is none


@dataclass(frozen=True, eq=False)
class Problem:
    """Spectra with the weights of their residuals (T of 2m), divided by s_t; `arcs` places (R, Q, n or -1) (K, 3)."""

    target: CircuitTarget
    spectra: Sequence[Spectrum]
    weights: Sequence[Array]
    arcs: Index
    u: Array
    drift: float
    jitter: float

    @property
    def size(self) -> int:
        """Parameters of one spectrum."""
        return len(self.target.names)

    @functools.cached_property
    def alike(self) -> list[tuple[Index, Array, ComplexArray, Array]]:
        """Spectra at the same frequencies: their places, omega (m,), z (k, m) and weights (k, 2m)."""
        groups: dict[bytes, list[int]] = {}
        for t, s in enumerate(self.spectra):
            groups.setdefault(s.omega.tobytes(), []).append(t)
        return [
            (np.array(g, dtype=np.intp), self.spectra[g[0]].omega, np.stack([self.spectra[t].z for t in g]),
             np.stack([self.weights[t] for t in g]))
            for g in groups.values()
        ]  # fmt: skip

    def inside(self, values: Array) -> Array:
        """Natural parameters (T, P) -> y: tau in the place of Q."""
        y = np.where(self.target.log, np.log(np.maximum(values, 1e-300)), values)
        for r, q, n in self.arcs:
            y[:, q] = (y[:, r] + y[:, q]) / (y[:, n] if n >= 0 else 1.0)
        return y

    def outside(self, y: Array) -> Array:
        """y -> natural parameters."""
        y = y.copy()
        for r, q, n in self.arcs:
            y[:, q] = y[:, q] * (y[:, n] if n >= 0 else 1.0) - y[:, r]
        return np.where(self.target.log, np.exp(np.where(self.target.log, np.clip(y, -600.0, 600.0), 0.0)), y)

    def data(self, y: Array) -> list[tuple[Index, Array, Array]]:
        """Spectra at the same frequencies: their places, weighted residuals (k, 2m) and d residuals/dy (k, P, 2m)."""
        values, out = self.outside(y), []
        with np.errstate(all="ignore"):
            for rows, omega, measured, weight in self.alike:
                z, slope = self.target.evaluate(values[rows], omega)
                slope = slope * np.where(self.target.log, values[rows], 1.0)[:, :, None]
                for r, q, n in self.arcs:
                    slope[:, r] -= slope[:, q]
                    if n >= 0:
                        slope[:, n] += y[rows, q][:, None] * slope[:, q]
                        slope[:, q] *= y[rows, n][:, None]
                off = np.ascontiguousarray(z - measured).view(np.float64) * weight
                out.append((rows, off, np.ascontiguousarray(slope).view(np.float64) * weight[:, None, :]))
        return out

    def bend(self, y: Array, step: Array, known: list[tuple[Index, Array, Array]]) -> Array:
        """J^T times the second derivative of the residuals along the step (T, P)."""
        out = np.empty_like(y)
        for (rows, off, j), (_, ahead, _) in zip(known, self.data(y + AHEAD * step), strict=True):
            straight = (step[rows][:, None, :] @ j)[:, 0]
            out[rows] = (j @ (2.0 / AHEAD * ((ahead - off) / AHEAD - straight))[:, :, None])[:, :, 0]
        return out


def _normal(known: list[tuple[Index, Array, Array]], y: Array) -> tuple[float, Array, Array]:
    """Sum of squares, its half gradient (T, P) and Gauss-Newton blocks (T, P, P)."""
    g, h, cost = np.empty_like(y), np.empty((*y.shape, y.shape[1])), 0.0
    with np.errstate(all="ignore"):
        for rows, off, j in known:
            cost += float(np.sum(off * off))
            g[rows] = (j @ off[:, :, None])[:, :, 0]
            h[rows] = j @ j.transpose(0, 2, 1)
    return cost, g, h


@dataclass(frozen=True, eq=False)
class Smooth:
    """The minimum y (T, P): its sum, -2 ln evidence (Laplace), and what the neighbours' word (`neighbours`) needs."""

    problem: Problem
    y: Array
    cost: float
    evidence: float
    factor: Array
    own: Array
    gradient: Array

    def neighbours(self, t: int) -> tuple[Array, Array]:
        """Mean and covariance of the arcs' (ln R, ln tau, n) at spectrum t by all others: (3K,), (3K, 3K)."""
        from scipy.linalg import cho_solve_banded

        p = self.problem
        cols = _columns(p)
        unit = np.zeros((self.y.size, p.size))
        unit[t * p.size + np.arange(p.size), np.arange(p.size)] = 1.0
        block = cho_solve_banded((self.factor, True), unit)[t * p.size : (t + 1) * p.size]
        rest = np.linalg.inv(0.5 * (block + block.T)) - self.own[t]
        rest = 0.5 * (rest + rest.T)[np.ix_(cols, cols)]
        value, vector = np.linalg.eigh(rest)
        cov = (vector / np.maximum(value, 1e-6)) @ vector.T
        return self.y[t, cols] + cov @ self.gradient[t, cols], cov


def _columns(p: Problem) -> Index:
    """Places of the arcs' coordinates, in the order of `arcs`."""
    return np.array([i for i in p.arcs.ravel().tolist() if i >= 0], dtype=np.intp)


def _bands(p: Problem, count: int) -> tuple[Array, Array]:
    """Coefficients of the second differences (T-2, 3) and their weight 1/v for every coordinate (T-2, P), 0 if free."""
    span = float(np.ptp(p.u)) or 1.0
    du = np.abs(np.diff(p.u)) / span
    first, second = du[:-1], du[1:]
    ratio = np.where(first > 0.0, second / np.where(first > 0.0, first, 1.0), 0.0)
    coefficient = np.stack([ratio, -(1.0 + ratio), np.ones_like(ratio)], axis=1)
    drift = p.drift**2 * second**2 * (first + second) / 3.0 + np.where(first > 0.0, 0.0, (30.0 * second) ** 2)
    variance = np.maximum(drift + p.jitter**2 * np.sum(coefficient**2, axis=1), 1e-10)
    weight = np.zeros((max(count - 2, 0), p.size))
    for arc in p.arcs:
        for scale, place in zip(SCALE, arc, strict=True):
            if place >= 0:
                weight[:, place] = 1.0 / (variance * scale**2)
    return coefficient, weight


def minimise(p: Problem, start: Array) -> Smooth:
    """The minimum reached from natural parameters (T, P)."""
    from scipy.linalg import cho_solve_banded, cholesky_banded

    count, size = start.shape
    coefficient, weight = _bands(p, count)
    stiff = np.zeros((2 * size + 1, count * size))
    for a in range(3):
        for b in range(a + 1):
            part = coefficient[:, a, None] * coefficient[:, b, None] * weight  # row t+a, column t+b
            place = (np.arange(count - 2)[:, None] + b) * size + np.arange(size)
            np.add.at(stiff, ((a - b) * size, place), part)

    def smooth(y: Array) -> tuple[float, Array]:
        second = sum(coefficient[:, a, None] * y[a : count - 2 + a] for a in range(3)) if count > 2 else np.zeros((0, size))
        pull = np.zeros_like(y)
        for a in range(3 if count > 2 else 0):
            pull[a : count - 2 + a] += coefficient[:, a, None] * weight * second
        return float(np.sum(weight * second**2)), pull

    cap = np.where(p.target.log, np.inf, p.target.high)
    floor = np.where(p.target.log, -np.inf, np.maximum(p.target.low, LEAST_N))
    y = np.clip(p.inside(start), floor, cap)
    known = p.data(y)
    chi2, g, h = _normal(known, y)
    rough, pull = smooth(y)
    cost, damping, factor = chi2 + rough, 1e-3, stiff
    below = [(i, j) for j in range(size) for i in range(j, size)]
    for _ in range(ITERATIONS):
        banded = stiff.copy()
        for i, j in below:
            banded[i - j, j::size] += h[:, i, j]
        lifted = banded.copy()
        lifted[0] += damping * banded[0] + 1e-9
        total = g + pull
        held = ((y >= cap) & (total < 0.0)) | ((y <= floor) & (total > 0.0))
        lifted[0] += np.where(held, 1e12, 0.0).ravel()
        try:
            factor = cholesky_banded(lifted, lower=True)
        except np.linalg.LinAlgError:
            damping = max(10.0 * damping, 1e-6)
            continue
        step = -cho_solve_banded((factor, True), total.ravel()).reshape(count, size)
        if np.abs(step).max() > STEP:
            step *= np.minimum(1.0, STEP / np.maximum(np.abs(step).max(axis=1, keepdims=True), 1e-300))
        else:
            with np.errstate(all="ignore"):
                bend = -0.5 * cho_solve_banded((factor, True), p.bend(y, step, known).ravel(), check_finite=False)
            if 2.0 * np.linalg.norm(bend) < BEND * np.linalg.norm(step):
                step += bend.reshape(count, size)
        trial = np.clip(y + step, floor, cap)
        ahead = p.data(trial)
        new_chi2, new_g, new_h = _normal(ahead, trial)
        new_rough, new_pull = smooth(trial)
        new = new_chi2 + new_rough
        if np.isfinite(new) and new < cost:
            won, y, cost, g, h, pull, known = cost - new, trial, new, new_g, new_h, new_pull, ahead
            damping = max(damping / 5.0, 1e-9)
            if won < ENOUGH:
                break
        else:
            damping *= 8.0
            if damping > 1e8:
                break
    banded = stiff.copy()
    for i, j in below:
        banded[i - j, j::size] += h[:, i, j]
    banded[0] += 1e-9 * banded[0] + 1e-12
    factor = cholesky_banded(banded, lower=True)
    evidence = cost + 2.0 * float(np.sum(np.log(factor[0]))) - float(np.sum(np.log(weight[weight > 0.0])))
    return Smooth(p, y, cost, evidence, factor, h, g)
