"""Least squares on a complex spectrum: Levenberg-Marquardt on many starts at once, in log-parameters within a box.

r = (Z(p) - z) w over real and imaginary parts (real data do as well: then r has one part); theta = ln p for positive
parameters, p itself for others. A parameter at its bound whose gradient points outwards is held there (projection). A
tied parameter follows another, theta_child = slope theta_parent + shift. Steps are damped by Nielsen's rule on the
normal equations scaled to unit diagonal. Deterministic.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ..elements.base import Array, ComplexArray
from ._spectrum import Index, Mask

#: parameter sets (k, n) -> Z (k, m), dZ/dvalues (k, n, m)
Evaluate = Callable[[Array], tuple[ComplexArray, ComplexArray]]

LONGEST = 2.5  # of a step in ln p
TOLERANCE = 1e-8  # relative decrease of the sum of squares still to come
SAME = 1e-4  # relative difference of the sums of squares of one minimum
STALL = 1e-5  # relative decrease in ten iterations that is none
LINGER = 25
HOPELESS = 10.0  # times the best sum of squares: a start still there after that many iterations is given up


@dataclass(frozen=True, eq=False)
class Ties:
    """theta[child] = slope theta[parent] + shift; a parent is itself no child."""

    child: Index
    parent: Index
    slope: Array
    shift: Array


NO_TIES = Ties(np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0), np.empty(0))


@dataclass(eq=False)
class Problem:
    """One fit.

    z, weight    measured impedance (m,), weight of real and imaginary part interleaved (2m,)
    log          which parameters are searched as ln p
    low, high    bounds of theta
    free         indices of the parameters that are searched; the others keep their start value or follow a tie
    prior        (mean, 1/std) of theta, 1/std = 0 without a prior; scaled by the noise of one residual, `noise`
    """

    evaluate: Evaluate
    z: ComplexArray
    weight: Array
    log: Mask
    low: Array
    high: Array
    free: Index
    prior: tuple[Array, Array] | None = None
    noise: float = 1.0
    ties: Ties = NO_TIES
    last: tuple[Array, ComplexArray, ComplexArray] | None = field(default=None, init=False)

    @functools.cached_property
    def every(self) -> bool:
        """Whether each parameter is searched on its own."""
        return len(self.free) == len(self.log)

    @functools.cached_property
    def unit(self) -> Array:
        """Identity of the free parameters."""
        return np.eye(len(self.free))

    @functools.cached_property
    def gather(self) -> Array:
        """d theta / d theta_free (n_free, n): a free parameter moves itself and what is tied to it."""
        out = np.zeros((len(self.free), len(self.log)))
        out[np.arange(len(self.free)), self.free] = 1.0
        place = {int(i): row for row, i in enumerate(self.free)}
        for child, parent, slope in zip(self.ties.child, self.ties.parent, self.ties.slope, strict=True):
            out[place[int(parent)], child] = slope
        return out

    def inside(self, theta: Array) -> Array:
        """theta in its box, what is tied set after its parent."""
        theta = np.minimum(np.maximum(theta, self.low), self.high)
        if len(self.ties.child):
            theta[..., self.ties.child] = theta[..., self.ties.parent] * self.ties.slope + self.ties.shift
        return theta

    def moved(self, theta: Array, step: Array) -> Array:
        """theta after a step of the free parameters."""
        if self.every:
            return self.inside(theta + step)
        out = theta.copy()
        out[:, self.free] += step
        return self.inside(out)

    def values(self, theta: Array) -> Array:
        """Natural parameters."""
        out = np.array(theta)
        return np.exp(out, out=out, where=self.log)

    def theta(self, values: Array) -> Array:
        """Search parameters, inside the box."""
        raw = np.where(self.log, np.log(np.where(self.log, np.maximum(values, 1e-300), 1.0)), values)
        return self.inside(raw)

    def residuals(self, theta: Array) -> tuple[Array, Array]:
        """r (k, 2m) and dr/dtheta of the free parameters (k, n_free, 2m); data only."""
        with np.errstate(all="ignore"):
            return self._residuals(theta)

    def _residuals(self, theta: Array) -> tuple[Array, Array]:
        off, slope = self._evaluated(theta)
        return off.view(np.float64) * self.weight, slope.view(np.float64) * self.weight

    def _evaluated(self, theta: Array) -> tuple[ComplexArray, ComplexArray]:
        """Z - z and dZ/dtheta; the last single parameter set is remembered: what judges a minimum asks for it again."""
        if self.last is not None and len(theta) == 1 and (theta == self.last[0]).all():
            return self.last[1], self.last[2]
        values = self.values(theta)
        z, slope = self.evaluate(values)
        slope = slope * np.where(self.log, values, 1.0)[:, :, None]
        if len(self.ties.child):
            slope = self.gather @ slope
        elif not self.every:
            slope = slope[:, self.free]
        off, slope = np.ascontiguousarray(z - self.z), np.ascontiguousarray(slope)
        self.last = (theta.copy(), off, slope) if len(theta) == 1 else None
        return off, slope

    def normal(self, theta: Array) -> tuple[Array, Array, Array]:
        """Sum of squares (k,), J J^T (k, n, n) and J r (k, n), prior included."""
        with np.errstate(all="ignore"):
            r, j = self._residuals(theta)
            cost = np.einsum("kj,kj->k", r, r)
            a = j @ j.transpose(0, 2, 1)
            g = (j @ r[:, :, None])[:, :, 0]
            if self.prior is not None:
                mean, sharp = self.prior[0], self.prior[1] * self.noise
                off = (theta - mean) * sharp
                cost = cost + np.sum(off * off, axis=1)
                g = g + (off * sharp) @ self.gather.T
                a = a + self.sharpness()
            finite = np.isfinite(cost + np.add.reduce(a, axis=(1, 2)))
        return np.where(finite, cost, np.inf), a, g

    def sharpness(self) -> Array:
        """What the prior adds to J J^T (n_free, n_free)."""
        if self.prior is None:
            return np.zeros((len(self.free), len(self.free)))
        return np.asarray((self.gather * (self.prior[1] * self.noise) ** 2) @ self.gather.T)


def minimise(
    problem: Problem, starts: Array, iterations: int = 80, good: float = 0.0, *, pinned: Mask | None = None,
    thorough: bool = False, tolerance: float = TOLERANCE, damping: float = 1e-2,
) -> tuple[Array, Array]:  # fmt: skip
    """Local minima (k, n) in theta and their sums of squares (k,) from the starts (k, n).

    Ends before all starts have, once two agree on the best minimum and it is as low as `good` (what the data's own
    noise leaves), or half of them agree, or no other start came below it in `LINGER` iterations. `thorough`: every
    start goes to its own end. `pinned` (k, n_free): free parameters that a start keeps, each start a minimum of its own.
    """
    thorough = thorough or pinned is not None
    theta = problem.inside(starts)
    if len(theta) == 1 and thorough and pinned is None:
        return _descend(problem, theta, iterations, tolerance, damping)
    cost, a, g = problem.normal(theta)
    damped = np.full(len(theta), damping)
    growth = np.full(len(theta), 2.0)
    active = np.flatnonzero(np.isfinite(cost))
    finished = np.zeros(len(theta), dtype=bool)
    earlier = cost.copy()
    for count in range(iterations):
        if not len(active):
            break
        if not thorough and np.count_nonzero(finished) > 1 and _agreed(cost, finished, good, count):
            break
        kept = pinned[active] if pinned is not None else None
        step, expected = _steps(problem, theta[active], a[active], g[active], damped[active], kept)
        trial = problem.moved(theta[active], step)
        new_cost, new_a, new_g = problem.normal(trial)
        gain = (cost[active] - new_cost) / np.maximum(expected, 1e-200)
        better = new_cost < cost[active]
        done = np.abs(expected) < tolerance * cost[active] + 1e-24 * len(problem.weight)
        took = active[better]
        theta[took], cost[took], a[took], g[took] = trial[better], new_cost[better], new_a[better], new_g[better]
        damped[took] *= np.maximum(1.0 / 3.0, 1.0 - (2.0 * np.minimum(gain[better], 1.0) - 1.0) ** 3)
        growth[took] = 2.0
        missed = active[~better]
        damped[missed] *= growth[missed]
        growth[missed] *= 2.0
        if count % 10 == 9 and not thorough:  # a flat valley: nothing left to gain
            done |= earlier[active] - cost[active] < STALL * cost[active]
            earlier = cost.copy()
        finished[active[done]] = True
        active = active[~done & (damped[active] < 1e12)]
        if count >= LINGER - 5 and not thorough:
            active = active[cost[active] < HOPELESS * np.min(cost)]
    return theta, cost


def _descend(
    problem: Problem, theta: Array, iterations: int, tolerance: float, damping: float
) -> tuple[Array, Array]:
    """The same from one start (1, n) to its own end, without the books that many starts need."""
    cost, a, g = problem.normal(theta)
    growth, tiny = 2.0, 1e-24 * len(problem.weight)
    for _ in range(iterations if np.isfinite(cost[0]) else 0):
        step, expected = _steps(problem, theta, a, g, np.array([damping]), None)
        trial = problem.moved(theta, step)
        new_cost, new_a, new_g = problem.normal(trial)
        old, new, promised = float(cost[0]), float(new_cost[0]), float(expected[0])
        if new < old:
            gain = (old - new) / max(promised, 1e-300)
            theta, cost, a, g = trial, new_cost, new_a, new_g
            damping *= max(1.0 / 3.0, 1.0 - (2.0 * min(gain, 1.0) - 1.0) ** 3)
            growth = 2.0
        else:
            damping *= growth
            growth *= 2.0
        if abs(promised) < tolerance * old + tiny or not damping < 1e12:
            break
    return theta, cost


def _agreed(cost: Array, finished: Mask, good: float, count: int) -> bool:
    best = float(np.min(cost[finished]))
    same = int(np.count_nonzero(cost[finished] <= best * (1.0 + SAME)))
    lowest = best <= float(np.min(cost)) * (1.0 + SAME)
    return lowest and same > 1 and (best <= good or 2 * same >= len(cost) or count >= LINGER)


def _steps(
    problem: Problem, theta: Array, a: Array, g: Array, damping: Array, pinned: Mask | None
) -> tuple[Array, Array]:
    """Damped Gauss-Newton steps and the decrease of the sum of squares each of them promises."""
    inside, low, high, log = theta, problem.low, problem.high, problem.log
    if not problem.every:
        inside, low, high, log = theta[:, problem.free], low[problem.free], high[problem.free], log[problem.free]
    held = ((inside <= low) & (g > 0.0)) | ((inside >= high) & (g < 0.0))
    diagonal = a.diagonal(axis1=1, axis2=2)
    held |= diagonal <= 1e-30 * diagonal.max(axis=1, keepdims=True)  # no effect at all on the impedance
    if pinned is not None:
        held |= pinned
    scale = np.where(held, 0.0, 1.0 / np.sqrt(np.where(held, 1.0, diagonal)))
    scaled = a * scale[:, :, None] * scale[:, None, :]
    ridge = (damping[:, None] + 1e-13 + held)[:, :, None] * problem.unit
    x = np.linalg.solve(scaled + ridge, (-g * scale)[:, :, None])[:, :, 0]
    step = np.asarray(x * scale, dtype=np.float64)
    longest = (np.abs(step) * log).max(axis=1)
    if longest.max() > LONGEST:
        step *= np.minimum(1.0, LONGEST / np.maximum(longest, 1e-300))[:, None]
    step = np.minimum(np.maximum(inside + step, low), high) - inside
    expected: Array = -np.einsum("ki,ki->k", 2.0 * g + (a @ step[:, :, None])[:, :, 0], step)
    return step, expected
