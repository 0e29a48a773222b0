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
    calls: int = field(default=0)

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
        theta = np.clip(theta, self.low, self.high)
        if len(self.ties.child):
            theta[..., self.ties.child] = theta[..., self.ties.parent] * self.ties.slope + self.ties.shift
        return theta

    def values(self, theta: Array) -> Array:
        """Natural parameters."""
        return np.where(self.log, np.exp(np.where(self.log, theta, 0.0)), theta)

    def theta(self, values: Array) -> Array:
        """Search parameters, inside the box."""
        raw = np.where(self.log, np.log(np.where(self.log, np.maximum(values, 1e-300), 1.0)), values)
        return self.inside(raw)

    def residuals(self, theta: Array) -> tuple[Array, Array]:
        """r (k, 2m) and dr/dtheta of the free parameters (k, n_free, 2m); data only."""
        values = self.values(theta)
        with np.errstate(all="ignore"):
            z, slope = self.evaluate(values)
            slope = slope * np.where(self.log, values, 1.0)[:, :, None]
            if len(self.ties.child):
                slope = self.gather @ slope
            elif len(self.free) < len(self.log):
                slope = slope[:, self.free]
            r = np.ascontiguousarray(z - self.z).view(np.float64) * self.weight
            j = np.ascontiguousarray(slope).view(np.float64) * self.weight
        self.calls += len(theta)
        return r, j

    def normal(self, theta: Array) -> tuple[Array, Array, Array]:
        """Sum of squares (k,), J J^T (k, n, n) and J r (k, n), prior included."""
        r, j = self.residuals(theta)
        with np.errstate(all="ignore"):
            cost = np.einsum("kj,kj->k", r, r)
            a = j @ j.transpose(0, 2, 1)
            g = (j @ r[:, :, None])[:, :, 0]
            if self.prior is not None:
                mean, sharp = self.prior[0], self.prior[1] * self.noise
                off = (theta - mean) * sharp
                cost = cost + np.sum(off * off, axis=1)
                g = g + (off * sharp) @ self.gather.T
                a = a + self.sharpness()
        cost = np.where(np.isfinite(cost) & np.isfinite(a).all(axis=(1, 2)), cost, np.inf)
        return cost, a, g

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
        trial = theta[active]
        trial[:, problem.free] = trial[:, problem.free] + step
        trial = problem.inside(trial)
        new_cost, new_a, new_g = problem.normal(trial)
        gain = (cost[active] - new_cost) / np.maximum(expected, 1e-300)
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


def _agreed(cost: Array, finished: Mask, good: float, count: int) -> bool:
    best = float(np.min(cost[finished]))
    same = int(np.count_nonzero(cost[finished] <= best * (1.0 + SAME)))
    lowest = best <= float(np.min(cost)) * (1.0 + SAME)
    return lowest and same > 1 and (best <= good or 2 * same >= len(cost) or count >= LINGER)


def _steps(
    problem: Problem, theta: Array, a: Array, g: Array, damping: Array, pinned: Mask | None
) -> tuple[Array, Array]:
    """Damped Gauss-Newton steps and the decrease of the sum of squares each of them promises."""
    inside: Array = theta[:, problem.free]
    low, high = problem.low[problem.free], problem.high[problem.free]
    held = ((inside <= low) & (g > 0.0)) | ((inside >= high) & (g < 0.0))
    diagonal = np.einsum("kii->ki", a)
    held |= diagonal <= 1e-30 * diagonal.max(axis=1, keepdims=True)  # no effect at all on the impedance
    if pinned is not None:
        held |= pinned
    scale = np.where(held, 0.0, 1.0 / np.sqrt(np.where(held, 1.0, diagonal)))
    scaled = a * scale[:, :, None] * scale[:, None, :]
    ridge = (damping[:, None] + 1e-13 + held)[:, :, None] * np.eye(len(problem.free))
    x = np.linalg.solve(scaled + ridge, (-g * scale)[:, :, None])[:, :, 0]
    step = np.asarray(x * scale, dtype=np.float64)
    longest = np.max(np.abs(step) * problem.log[problem.free], axis=1)
    step *= np.minimum(1.0, LONGEST / np.maximum(longest, 1e-300))[:, None]
    step[:] = np.clip(inside + step, low, high) - inside
    expected: Array = -2.0 * np.einsum("ki,ki->k", g, step) - np.einsum("ki,kij,kj->k", step, a, step)
    return step, expected
