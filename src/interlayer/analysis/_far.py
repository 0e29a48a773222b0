"""Least squares from one start that may be far: what the model is linear in is solved out, the rest is sought around.

A parameter the model is linear in has one best value for every choice of the others, so it needs no start at all.
`separated` puts that value in and leaves a problem in the others only, r(b) = (1 - P(b)) y with P on the columns of the
linear ones; its gradient is Kaufman's, (1 - P) dr/db, which has the same minima. Which parameters are linear is found
out from the gradient itself: a column that does not change when its own parameter or another linear one does.

`search` goes down from the start three ways (as it stands; linear parameters solved out; all of them as ln |p|, each with
its start's sign) and, solved out and as logarithms, from `PLACES` more around it: each other parameter times exp(u ln
REACH), u in (-1, 1) evenly without chance. The lowest minimum counts; of equally low ones (an exchange, a sign that only
enters squared) the nearest to the start.

Source: variable projection, Golub & Pereyra, SIAM J. Numer. Anal. 10 (1973) 413, 10.1137/0710036; Kaufman, BIT 15 (1975)
49, 10.1007/BF01932995 (both recalled).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..elements.base import Array, ComplexArray
from ._fit import TOLERANCE, Problem, minimise
from ._spectrum import Index, Mask

PLACES = 24
REACH = 1000.0
WIDE = 1e50  # a bound so far out is none
LOG_WIDE = 140.0
HUGE = 1e100  # a residual or slope from which on nothing is solved
MOVED = 1.37  # a parameter times this: any factor shows whether a column depends on it
UNCHANGED = 1e-9  # relative change of a column that is rounding
EQUAL = 1e-6  # relative difference of the sums of squares of one minimum
SAME_PLACE = 1e-3  # relative difference of distances from the start within which the lower sum of squares decides
ENDS = 4  # of the lowest ends that are followed to their last digit
PATH = 120  # iterations for each place
DEPENDENT = 1e-13  # singular value, of the largest, below which columns are one


@dataclass(frozen=True, eq=False)
class Separated:
    """`whole` with its `linear` parameters solved out: `inner` searches the others, `fill` gives back the full theta."""

    whole: Problem
    linear: Index
    inner: Problem

    def fill(self, theta: Array) -> Array:
        """theta (k, n) with the best linear parameters."""
        return _solved(self.whole, self.linear, theta)[0] if len(self.linear) else theta


def linear_in(problem: Problem, theta: Array) -> Index:
    """Places of parameters in which the model is jointly linear at theta (n,), first come first; logarithms never are.

    Bounds could be left by solving for them, so only parameters without bounds count; ties and priors rule all out.
    """
    wide = (problem.low <= -WIDE) & (problem.high >= WIDE) & ~problem.log
    if problem.prior is not None or len(problem.ties.child) or not wide[problem.free].any():
        return np.empty(0, dtype=np.intp)
    moved = np.tile(theta, (len(theta) + 1, 1))
    places = np.arange(len(theta))
    moved[places + 1, places] = np.where(theta == 0.0, 0.1, theta * MOVED)
    columns = problem.residuals(moved)[1]
    with np.errstate(all="ignore"):
        size = np.abs(columns[0]).max(axis=1)
        change = np.abs(columns[1:] - columns[0]).max(axis=2)
    seen = np.isfinite(size) & (size > 0.0)  # a column that vanishes here says nothing
    depends = dict(zip(problem.free.tolist(), ~((change <= UNCHANGED * size) & seen)[problem.free], strict=True))
    row = {int(i): k for k, i in enumerate(problem.free)}
    found: list[int] = []
    for i in row:
        among = [*found, i]
        if wide[i] and not any(depends[a][row[b]] for a in among for b in among):
            found.append(i)
    return np.array(found, dtype=np.intp)


def separated(problem: Problem, linear: Index) -> Separated:
    """The problem in the parameters that are not linear."""
    rest = np.setdiff1d(problem.free, linear)
    if not len(linear) or not len(rest):  # nothing to solve out, or nothing left to search: one step is enough then
        return Separated(problem, linear[:0], problem)

    def evaluate(values: Array) -> tuple[ComplexArray, ComplexArray]:
        theta = np.where(problem.log, np.log(np.where(problem.log, values, 1.0)), values)
        full, basis = _solved(problem, linear, theta)
        z, slope = problem.evaluate(problem.values(full))
        slope = np.ascontiguousarray(slope)
        seen = slope.view(np.float64) * problem.weight
        seen = np.where(np.isfinite(seen), seen, 0.0)
        along: Array = (seen @ basis) @ basis.transpose(0, 2, 1) / problem.weight
        return z, slope - np.ascontiguousarray(along).view(slope.dtype)

    inner = Problem(evaluate, problem.z, problem.weight, problem.log, problem.low, problem.high, rest)
    return Separated(problem, linear, inner)


def _solved(problem: Problem, linear: Index, theta: Array) -> tuple[Array, Array]:
    """theta (k, n) with its best linear parameters, and an orthonormal basis of their columns (k, 2m, l)."""
    r, columns = problem.residuals(theta)
    a = columns[:, np.searchsorted(problem.free, linear)].transpose(0, 2, 1)
    usable: Mask = np.asarray((np.abs(a) < HUGE).all(axis=(1, 2)) & (np.abs(r) < HUGE).all(axis=1))
    a = np.where(usable[:, None, None], a, 0.0)
    length = np.linalg.norm(a, axis=1, keepdims=True)
    length = np.where(length > 0.0, length, 1.0)
    basis, singular, back = np.linalg.svd(a / length, full_matrices=False)
    kept = singular > DEPENDENT * np.maximum(singular[:, :1], 1e-300)
    basis = basis * kept[:, None, :]
    share = (basis.transpose(0, 2, 1) @ np.where(usable[:, None], r, 0.0)[:, :, None])[:, :, 0]
    out = theta.copy()
    step = (back.transpose(0, 2, 1) @ (share / np.where(kept, singular, 1.0))[:, :, None])[:, :, 0]
    out[:, linear] -= step / length[:, 0]
    return out, basis


def as_logarithms(problem: Problem, start: Array) -> tuple[Problem, Array]:
    """The same with every unbounded parameter searched as ln |p|, its sign that of the start, and those signs (n,)."""
    changed: Mask = np.asarray(np.isin(np.arange(len(start)), problem.free) & ~problem.log & (problem.low <= -WIDE) & (problem.high >= WIDE))
    sign: Array = np.where(np.asarray(changed & (start < 0.0)), -1.0, 1.0)
    if not changed.any():
        return problem, sign

    def evaluate(values: Array) -> tuple[ComplexArray, ComplexArray]:
        z, slope = problem.evaluate(values * sign)
        return z, slope * sign[:, None]

    low, high = np.where(changed, -LOG_WIDE, problem.low), np.where(changed, LOG_WIDE, problem.high)
    return Problem(evaluate, problem.z, problem.weight, problem.log | changed, low, high, problem.free), sign


def places_around(start: Array, log: Mask, moved: Index, count: int) -> Array:
    """(count, n) natural or logarithmic search values: `moved` ones up to `REACH` times larger or smaller."""
    out = np.tile(start, (count, 1))
    share = 2.0 * np.mod(0.5 + np.arange(1, count + 1)[:, None] * _roots(len(moved)), 1.0) - 1.0
    far = share * np.log(REACH)
    held = np.where(start == 0.0, 1.0, start)[moved]
    out[:, moved] = np.where(log[moved], start[moved] + far, held * np.exp(far))
    return out


def _roots(count: int) -> Array:
    """Powers of one root whose multiples fill a cube evenly: x^(count+1) = x + 1."""
    x = 2.0
    for _ in range(60):
        x = (1.0 + x) ** (1.0 / (count + 1.0))
    return np.asarray(x ** -np.arange(1.0, count + 1.0))


def search(
    problem: Problem, start: Array, *, tolerance: float = TOLERANCE, iterations: int = 500, good: float = 0.0
) -> tuple[Array, float]:
    """(theta (n,), sum of squares) of the lowest minimum found from one start (n,); `good` is what noise would leave."""

    def down(of: Problem, one: Array) -> tuple[Array, Array]:
        return minimise(of, one[None, :], iterations, thorough=True, tolerance=tolerance)

    parted, logs = separated(problem, linear_in(problem, start)), as_logarithms(problem, start)[0]
    ways = [start]
    if parted.inner is not problem:
        ways.append(parted.fill(down(parted.inner, start)[0])[0])
    if logs is not problem:
        ways.append(_in_logarithms(problem, start[None, :], iterations, good)[0])
    places = places_around(start, problem.log, parted.inner.free, PLACES)
    found = [down(problem, one) for one in [*ways, *parted.fill(_in_logarithms(parted.inner, places, PATH, good))]]
    theta, sums = np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])
    return _nearest(problem, start, theta, sums)


def _in_logarithms(problem: Problem, starts: Array, iterations: int, good: float) -> Array:
    """The ends (up to `ENDS`, lowest first) of descents in ln |p| from the starts (k, n), in the problem's own theta."""
    logs, sign = as_logarithms(problem, starts[0])
    changed = logs.log & ~problem.log
    inner = np.where(changed, np.log(np.where(changed, np.maximum(np.abs(starts), 1e-60), 1.0)), starts)
    theta, cost = minimise(logs, inner, iterations, good)
    theta = theta[np.argsort(cost, kind="stable")[:ENDS]]
    return np.where(changed, np.exp(np.where(changed, theta, 0.0)) * sign, theta)


def _nearest(problem: Problem, start: Array, theta: Array, sums: Array) -> tuple[Array, float]:
    """Of the lowest minima the one nearest to the start, each parameter measured by the start's own size."""
    low = sums <= np.min(sums) * (1.0 + EQUAL) + 1e-20 * len(problem.weight)
    size = np.where(problem.log | (start == 0.0), 1.0, np.abs(start))
    away = np.where(low, np.sum(((theta - start) / size) ** 2, axis=1), np.inf)
    best = int(np.argmin(np.where(away <= np.min(away) * (1.0 + SAME_PLACE), sums, np.inf)))
    return theta[best], float(sums[best])
