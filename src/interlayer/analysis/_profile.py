"""Profile-likelihood intervals: how far a parameter can go while the others make up for it.

Along one parameter the others are minimised again; its interval is where the profile chi2 stays below

    chi2_min + s² t²        s² the variance of one residual (chi2_min/dof, so chi2_min (1 + F(1, dof)/dof); 1 where
                            errors were stated), t the two-sided quantile (Student's with dof; normal where stated)

No curvature is used, so it holds where the covariance does not: bent valleys, bounds, and directions in which the
data set no limit at all ("no upper limit"). All parameters and both directions are walked at once, each from its last
minimum on; a limit is found where sqrt((chi2 - chi2_min)/(s² t²)) = 1. A robust fit keeps the weights it ended with.

Source: Bates & Watts, Nonlinear Regression Analysis and Its Applications (1988), chapter 6 (recalled).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..elements.base import Array
from ..errors import AnalysisError
from ..record import Finding
from ._fit import Problem, minimise
from ._solve import Solution
from ._spectrum import Index, Mask
from ._target import Target, usable

SOURCE = "profile likelihood: Bates & Watts (1988), chapter 6 (recalled)"
ROUNDS = 40
CLOSE = 2e-3  # of the limit's distance in standard deviations
LEAP = 2.0  # a step goes at most so many times as far as the last
FIRST = 0.9  # of the expected distance of the limit, the first step
LOWER = 1e-3  # of s² t²: a decrease of chi2 that is a minimum of its own


@dataclass(frozen=True, eq=False)
class Profile:
    """The profile of one parameter, SI.

    low, high   ends of the interval; None where there is none in this direction, `words` says so
    x, chi2     the points walked, ascending, and chi2 with the other parameters at their best there
    threshold   chi2 at the ends
    lower       whether a lower minimum than the fit's was met on the way
    """

    name: str
    value: float
    low: float | None
    high: float | None
    level: float
    x: Array = field(repr=False)
    chi2: Array = field(repr=False)
    threshold: float
    lower: bool
    words: str
    quantity: str = "number"
    evidence: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def closed(self) -> bool:
        """Whether there is a limit on both sides."""
        return self.low is not None and self.high is not None

    def __contains__(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def finding(self) -> Finding:
        """The interval as a finding; one that is open has its words in `note`."""
        both = (self.low, self.high) if self.low is not None and self.high is not None else None
        return Finding(
            self.name, self.value, self.quantity, f"profile likelihood, level {self.level:g}", source=SOURCE,
            note="" if both else self.words, interval=both,
            evidence={**self.evidence, "level": self.level, "low": self.low, "high": self.high,
                      "threshold_chi2": self.threshold},
        )  # fmt: skip

    def __str__(self) -> str:
        return self.words


def quantile(level: float, dof: int, stated: bool) -> float:
    """Two-sided quantile: of Student's t, or of the normal distribution where errors were stated."""
    from scipy.special import ndtri, stdtrit

    p = 0.5 + 0.5 * level
    return float(ndtri(p) if stated else stdtrit(dof, p))


def profiles(solution: Solution, target: Target, names: Sequence[str], level: float, evidence: Mapping[str, Any]) -> dict[str, Profile]:
    """The intervals of several parameters of one minimum; what is tied has its leader's."""
    if not 0.0 < level < 1.0:
        raise AnalysisError("A level lies between 0 and 1", given=level)
    problem = solution.problem
    assert problem is not None
    leader = {int(c): int(p) for c, p in zip(problem.ties.child, problem.ties.parent, strict=True)}
    place = {int(i): row for row, i in enumerate(problem.free)}
    wanted = {name: leader.get(i := target.index(name), i) for name in names}
    still = [n for n, i in wanted.items() if i not in place]
    if still:
        raise AnalysisError("A parameter that is held fixed has no interval", given=", ".join(still))
    scale = np.where(problem.log, solution.values, 1.0)
    t = quantile(level, solution.dof, solution.stated)
    start = Walk(problem, solution.theta, solution.covariance / np.outer(scale, scale), t, t**2 * solution.variance)
    roots = sorted(set(wanted.values()))
    walked = dict(zip(roots, walk(start, [place[i] for i in roots]), strict=True))
    return {
        name: _profile(name, target, solution.values, root, start, level, walked[root], evidence)
        for name, root in wanted.items()
    }


def _profile(
    name: str, target: Target, values: Array, root: int, start: Walk, level: float, trace: Trace,
    evidence: Mapping[str, Any],
) -> Profile:  # fmt: skip
    problem, i = start.problem, target.index(name)
    quantity = target.quantities[i]
    x, chi2 = trace.x, trace.chi2
    least = float(chi2[np.searchsorted(x, start.theta[root])])
    threshold = least + start.delta
    found = ends(trace, float(start.theta[root]), threshold)

    def natural(theta: Array) -> Array:
        full = np.repeat(start.theta[None, :], len(theta), axis=0)
        full[:, root] = theta
        return problem.values(problem.inside(full))[:, i]

    def shown(theta: float) -> str:
        one = Finding(name, float(natural(np.array([theta]))[0]), usable(quantity), "", note="-")
        return str(one).removeprefix(f"{name}: ").removesuffix(" (-)")

    low, high = (None if e is None else float(natural(np.array([e]))[0]) for e in found)
    edges = shown(float(problem.low[root])), shown(float(problem.high[root]))
    words = in_words(name, *(None if e is None else shown(e) for e in found), level=level, edges=edges)
    for side, shut, others in zip(("lower", "upper"), trace.closed, trace.leaning, strict=True):
        if shut and others:
            named = ", ".join(target.names[k] for k in others)
            words += f"; the {side} limit is there only because {named} came to the end of its search"
    lower = bool(np.min(chi2) < least - LOWER * start.delta)
    if lower:
        best = shown(float(x[int(np.argmin(chi2))]))
        words += f"; a lower minimum was met at {best}: fit again with guess={{...}} from there"
    return Profile(
        name, float(values[i]), low, high, level, natural(x), chi2, threshold, lower, words, usable(quantity),
        {**evidence, "quantity": quantity},
    )


@dataclass(frozen=True, eq=False)
class Walk:
    """What is known of the minimum: theta (n,), covariance of theta (n, n; NaN where not known), t, delta = s² t²."""

    problem: Problem
    theta: Array
    covariance: Array
    quantile: float
    delta: float


@dataclass(frozen=True, eq=False)
class Trace:
    """x of theta, ascending, chi2; of the (lower, upper) end: is it closed, and which others came to lean on their bound."""

    x: Array
    chi2: Array
    closed: tuple[bool, bool]
    leaning: tuple[list[int], list[int]]


def walk(start: Walk, rows: Sequence[int]) -> list[Trace]:
    """The trace of each free parameter (place among the free).

    A closed end's limit is the point whose chi2 comes closest to chi2_min + s² t².
    """
    problem, free = start.problem, start.problem.free
    base = float(problem.normal(start.theta[None, :])[0][0])
    way = _Way(start, base, np.repeat(np.asarray(rows, dtype=np.intp), 2), np.tile([-1.0, 1.0], len(rows)))
    for _ in range(ROUNDS):
        active = np.flatnonzero(~way.done)
        if not len(active):
            break
        way.advance(active)
    out = []
    for k in range(len(rows)):
        down, up = way.points[2 * k], way.points[2 * k + 1]
        points = [*down, (float(start.theta[free[rows[k]]]), base), *up]
        table = np.array(sorted(points))
        closed = bool(way.closed[2 * k]), bool(way.closed[2 * k + 1])
        out.append(Trace(table[:, 0], table[:, 1], closed, (way.leaning(2 * k), way.leaning(2 * k + 1))))
    return out


class _Way:
    """All walks, one row each: parameter `place[row]` (among the free) in direction `side[row]`."""

    def __init__(self, start: Walk, base: float, place: Index, side: Array) -> None:
        self.start, self.base, self.place, self.side = start, base, place, side
        problem = start.problem
        self.column = problem.free[place]
        self.origin = start.theta[self.column]
        edge = np.where(side < 0.0, problem.low[self.column], problem.high[self.column])
        self.room = np.maximum(side * (edge - self.origin), 0.0)
        spread = np.sqrt(np.diagonal(start.covariance)[self.column])
        usual = np.where(problem.log[self.column], 0.5, 0.1)
        spread = np.where(np.isfinite(spread) & (spread > 0.0), np.minimum(spread, 2.0 * usual), usual)
        self.far = np.minimum(FIRST * spread * start.quantile, self.room)
        count = len(place)
        self.inner = np.zeros((count, 2))  # distance and root of the rise of the last point inside
        self.outer = np.full((count, 2), np.inf)  # and of the first one outside
        self.inner_theta = np.repeat(start.theta[None, :], count, axis=0)
        self.before = self.inner_theta.copy()
        self.before_far = np.zeros(count)
        self.outer_theta = self.inner_theta.copy()
        self.points: list[list[tuple[float, float]]] = [[] for _ in range(count)]
        self.closed: Mask = np.zeros(count, dtype=bool)
        self.done: Mask = self.room <= 0.0

    def advance(self, active: Index) -> None:
        """One more point on every active walk, and where to go next."""
        problem = self.start.problem
        starts = self._guess(active)
        column = self.column[active]
        x = self.origin[active] + self.side[active] * self.far[active]
        starts[np.arange(len(active)), column] = x
        pinned = np.zeros((len(active), len(problem.free)), dtype=bool)
        pinned[np.arange(len(active)), self.place[active]] = True
        theta, cost = minimise(problem, starts, 40, pinned=pinned, tolerance=1e-6)
        rise = np.sqrt(np.maximum(cost - self.base, 0.0) / self.start.delta)
        rise = np.where(np.isfinite(rise), rise, 1e3)
        for k, row in enumerate(active.tolist()):
            self.points[row].append((float(x[k]), float(cost[k])))
            self._next(row, float(rise[k]), theta[k])

    def leaning(self, row: int) -> list[int]:
        """Other logarithms that reached their bound on the way: what then limits this one is that bound."""
        problem = self.start.problem
        end, begin = self.inner_theta[row], self.start.theta
        at = (np.abs(end - problem.low) < 1e-6) | (np.abs(end - problem.high) < 1e-6)
        moved = np.abs(end - begin) > 1e-6
        return [int(i) for i in problem.free if at[i] and moved[i] and problem.log[i] and i != self.column[row]]

    def _guess(self, active: Index) -> Array:
        """Where the others may stand: on the line through the last two points, or between the two around the limit."""
        far, (near, _) = self.far[active], self.inner[active].T
        step = near - self.before_far[active]
        slope = (self.inner_theta[active] - self.before[active]) / np.where(step > 0.0, step, 1.0)[:, None]
        first = near == 0.0
        slope[first] = self._tangent(active[first])
        guess = self.inner_theta[active] + slope * (far - near)[:, None]
        outside = np.isfinite(self.outer[active, 0])
        share = (far - near)[outside] / (self.outer[active, 0] - near)[outside]
        guess[outside] += (
            self.inner_theta[active][outside]
            + share[:, None] * (self.outer_theta[active] - self.inner_theta[active])[outside]
            - guess[outside]
        )
        return np.asarray(guess)

    def _tangent(self, rows: Index) -> Array:
        """d theta/d distance at the minimum, from the covariance."""
        cov = self.start.covariance
        own = cov[self.column[rows], self.column[rows]]
        slope = cov[self.column[rows]] / np.where(own > 0.0, own, np.nan)[:, None] * self.side[rows, None]
        return np.where(np.isfinite(slope), slope, 0.0)

    def _next(self, row: int, rise: float, theta: Array) -> None:
        far = float(self.far[row])
        if rise < 1.0:
            self.before[row], self.before_far[row] = self.inner_theta[row], self.inner[row, 0]
            self.inner[row], self.inner_theta[row] = (far, rise), theta
        else:
            self.outer[row], self.outer_theta[row] = (far, rise), theta
        if abs(rise - 1.0) < CLOSE:
            self.closed[row] = self.done[row] = True
        elif not np.isfinite(self.outer[row, 0]):
            self.done[row] = far >= self.room[row]
            ahead = far * min(max(1.02 / max(rise, 1e-3), 1.3), LEAP)
            self.far[row] = min(ahead, float(self.room[row]))
        else:
            (a, low), (b, high) = self.inner[row], self.outer[row]
            share = (1.0 - low) / max(high - low, 1e-12)
            self.far[row] = a + min(max(share, 0.05), 0.95) * (b - a)
            if b - a < 1e-7 * max(b, 1e-3):  # a cliff: chi2 jumps there
                self.closed[row] = self.done[row] = True


def ends(trace: Trace, center: float, threshold: float) -> list[float | None]:
    """(low, high) in theta: where the profile crosses the threshold, by the root of its rise."""
    out: list[float | None] = []
    x, chi2 = trace.x, trace.chi2
    least = float(chi2[np.searchsorted(x, center)])
    for side, shut in zip((-1.0, 1.0), trace.closed, strict=True):
        if not shut:
            out.append(None)
            continue
        there = side * (x - center) > 0.0
        best = int(np.argmin(np.where(there, np.abs(chi2 - threshold), np.inf)))
        rise = math.sqrt(max(float(chi2[best]) - least, 1e-300) / (threshold - least))
        away = abs(float(x[best]) - center)
        out.append(center + side * (away / rise if abs(rise - 1.0) < CLOSE else away))
    return out


def in_words(name: str, low: str | None, high: str | None, *, level: float, edges: tuple[str, str]) -> str:
    """'R2 lies between 19 and 21 (95 %)', or which limit there is not."""
    how = f"({100.0 * level:g} %)"
    if low is not None and high is not None:
        return f"{name} lies between {low} and {high} {how}"
    if low is not None:
        return f"{name} is above {low} {how} and has no upper limit up to {edges[1]}, where the search ends"
    if high is not None:
        return f"{name} is below {high} {how} and has no lower limit down to {edges[0]}, where the search ends"
    return f"{name} has no limit between {edges[0]} and {edges[1]}, where the search ends {how}: the data say nothing of it"
