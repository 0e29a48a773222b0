"""From a target and a spectrum to the minimum, its covariance and what the data can't tell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .. import units
from ..elements.base import Array, ComplexArray
from ..errors import AnalysisError
from ._far import search
from ._fit import Problem, minimise
from ._relocate import LOOSE, relocated
from ._robust import Robust, robust
from ._spectrum import Index, Mask, Spectrum
from ._target import CircuitTarget, Target
from ._ties import Tied, inside_both, read_ties
from ._weights import Weighting

EQUAL = 1e-3  # relative difference of the sums of squares that no data can tell apart
GOOD = 1.1  # a sum of squares up to so many times the noise's needs no further search
NEAR = 1.5  # the same for a start from a neighbouring spectrum's fit
POOR = 4.0  # from so many times that on, agreement of the first starts is not enough
UNSURE = 1.0  # standard deviation of a logarithm from which on a parameter is not determined
ALIKE = 0.99  # correlation from which on two parameters can't be told apart
MOVES = 2  # rounds of putting loose arcs elsewhere
POLISH = 200  # iterations for the best minimum: valleys may be long
VALLEY = 1e-11  # tolerance along a loose arc's long valley
BASINS = 3  # minima from which a robust fit goes on


@dataclass(frozen=True, eq=False)
class Near:
    """Where a neighbouring spectrum's fit ended: natural values (n,), its chi2 per degree of freedom, its weighting."""

    values: Array
    reduced_chi2: float
    weight: str


@dataclass(frozen=True, eq=False)
class Solution:
    """values (n,), covariance (n, n; NaN rows where not determined), reasons why a std is missing, remarks in words.

    alike       sets of parameters that can't be told apart
    problem     the problem at its end (None: not tried), theta (n,) its minimum
    variance    of one weighted residual of weight 1: chi2/dof, or `stated` beforehand
    outliers    points that lost their weight (robust)
    off         Z_fit - Z
    """

    values: Array
    covariance: Array
    reasons: dict[int, str]
    remarks: tuple[str, ...]
    chi2: float
    free: int
    minima: int
    prior_share: float
    problem: Problem | None = None
    theta: Array = field(default_factory=lambda: np.empty(0))
    variance: float = math.nan
    dof: int = 0
    stated: bool = False
    alike: tuple[tuple[str, ...], ...] = ()
    outliers: tuple[int, ...] = ()
    off: ComplexArray = field(default_factory=lambda: np.empty(0, dtype=np.complex128))


def solve(
    target: Target, spectrum: Spectrum, weighting: Weighting, *, fixed: Mapping[str, units.Given] | None = None,
    guess: Mapping[str, units.Given] | None = None, bounds: Mapping[str, tuple[units.Given, units.Given]] | None = None,
    tied: Tied | None = None, near: Near | None = None, noise: float | None = None, quick: bool = False,
) -> Solution:  # fmt: skip
    """The best minimum over deterministic starts, with its covariance.

    near    a neighbour's minimum: the only start, unless it leaves more than the noise
    noise   relative scatter of one part of the data, from the Kramers-Kronig test
    quick   content when half of the first starts agree, fewer iterations: for comparing circuits
    """
    held = target.read(fixed)
    hinted = {**target.given, **target.read(guess)}
    low, high = target.low.copy(), target.high.copy()
    for name, pair in (bounds or {}).items():
        i = target.index(name)
        low[i], high[i] = (target.read({name: v})[i] for v in pair)
        if not low[i] < high[i]:
            raise AnalysisError(f"The bounds of {name} leave no room", given=pair)
    ties = read_ties(target, tied, held)
    inside_both(target, ties, low, high)
    led = {*held, *ties.child.tolist()}
    free = np.array([i for i in range(len(target.names)) if i not in led], dtype=np.intp)
    if 2 * len(spectrum.z) <= len(free):
        raise AnalysisError(
            f"{len(free)} parameters can't be found from {len(spectrum.z)} points", remedy="Fix some with fixed={...}"
        )
    problem = _problem(target, spectrum, weighting.weight, low, high, free, held)
    problem.ties = ties
    size = float(np.sqrt(np.mean((np.repeat(np.abs(spectrum.z), 2) * problem.weight) ** 2)))
    problem.noise = max(noise * size, 1e-9) if noise is not None else 0.01
    pinned = {*held, *(target.index(n) for n in bounds or {})}
    asymmetric = pinned | {*ties.child.tolist(), *ties.parent.tolist()}
    ends, minima = np.empty((0, len(low))), 2
    if near is not None:
        ends = _from_near(problem, near, weighting, held, noise)
    if not len(ends):
        ends, minima = _search(problem, target, spectrum, held, hinted, asymmetric, quick)
        if not quick and isinstance(target, CircuitTarget) and len(free):
            ends, minima = _relocate(problem, target, spectrum.omega, ends, minima)
    theta = ends[0]
    if problem.prior is not None and noise is None:  # without a noise level from the data's own test: take the fit's
        problem.noise = max(float(np.sqrt(_data_cost(problem, theta) / max(len(problem.weight) - len(free), 1))), 1e-9)
        theta = minimise(problem, theta[None, :])[0][0]
    steady = robust(problem, ends) if weighting.robust and len(free) else None
    theta = steady.theta if steady is not None else theta
    for fast in (pinned, asymmetric):  # a tie need not stand in the way of the order of the arcs
        ordered = theta[target.canonical(problem.values(theta), fast)]
        if np.abs(problem.inside(ordered) - ordered).max() <= 1e-9:
            break
    return _judge(problem, target, ordered, held, minima, weighting, steady)


def _log_inside(limit: Array, towards: float) -> Array:
    """Logarithms whose exponentials don't pass `limit` by rounding: a value at its limit is one that a cell accepts."""
    out = np.log(limit)
    for _ in range(4):
        passes = np.exp(out) < limit if towards > 0.0 else np.exp(out) > limit
        out = np.where(passes, np.nextafter(out, towards), out)
    return out


def _problem(
    target: Target, spectrum: Spectrum, weight: Array, low: Array, high: Array, free: Index,
    held: dict[int, float],
) -> Problem:  # fmt: skip
    for i, value in held.items():
        low[i], high[i] = min(low[i], value), max(high[i], value)
    box_low = np.where(target.log, _log_inside(np.maximum(low, 1e-60), np.inf), low)
    box_high = np.where(target.log, _log_inside(np.clip(high, 1e-60, 1e60), -np.inf), np.minimum(high, 1e60))
    omega = spectrum.omega
    problem = Problem(lambda v: target.evaluate(v, omega), spectrum.z, weight, target.log, box_low, box_high, free)
    if target.prior is not None:
        mean, sharp = target.prior  # of log-parameters; a fraction takes it to first order at the prior's mean
        centre = np.exp(np.clip(mean, -100.0, 100.0))
        sharp = np.where(target.log, sharp, sharp / centre)
        sharp[list(held)] = 0.0
        problem.prior = (np.where(target.log, mean, centre), sharp)
    return problem


def _from_near(
    problem: Problem, near: Near, weighting: Weighting, held: dict[int, float], noise: float | None
) -> Array:
    """The minimum next to a neighbour's (1, n), or none (0, n) if it is worse than noise allows."""
    natural = near.values.copy()
    natural[list(held)] = list(held.values())
    theta, cost = minimise(problem, problem.theta(natural)[None, :], thorough=True, tolerance=1e-5, damping=1e-5)
    level = problem.noise**2 if noise is not None else near.reduced_chi2 if near.weight == weighting.name else 0.0
    return theta[: int(cost[0] <= NEAR * level * len(problem.weight))]


def _search(
    problem: Problem,
    target: Target,
    spectrum: Spectrum,
    held: dict[int, float],
    hinted: dict[int, float],
    pinned: set[int],
    quick: bool,
) -> tuple[Array, int]:
    """The best minimum, others behind it (k, n), and how often the best was reached."""
    natural = target.starts(spectrum.omega, spectrum.z, problem.weight, sum(target.waves))
    if hinted:
        natural = np.concatenate([natural[:1], natural])
        natural[0, list(hinted)] = list(hinted.values())
    exchanged = [natural[:, order] for order in target.exchanges(pinned)]
    if exchanged:  # row by row: a start, then the same with its arcs exchanged
        natural = np.stack([natural, *exchanged], axis=1).reshape(-1, natural.shape[1])
    natural[:, list(held)] = list(held.values())
    starts = problem.theta(natural)
    if not len(problem.free):
        return starts[:1], 1
    tiny = 1e-20 * len(problem.weight)
    good = GOOD * problem.noise**2 * len(problem.weight)
    theta, cost, first = np.empty((0, starts.shape[1])), np.empty(0), 0
    for count in target.waves:
        wave = starts[first : first + count]
        if not len(wave):
            break
        found, sums = minimise(problem, wave, 60 if quick else 80, good)
        theta, cost, first = np.concatenate([theta, found]), np.concatenate([cost, sums]), first + count
        best = int(np.argmin(cost))
        same = int(np.count_nonzero(cost <= cost[best] * (1.0 + EQUAL) + tiny))
        enough = cost[best] <= good or (2 * same >= count and (quick or cost[best] <= POOR * good))
        if same >= 2 and enough:
            break
    if not np.isfinite(cost[best]):
        raise AnalysisError(
            "The model gives no finite impedance on this spectrum",
            given=target.text,
            remedy="Check its bounds and start values",
        )
    if not quick and target.far and cost[best] > POOR * good:
        end, lowest = search(problem, starts[0], good=good)
        if lowest < cost[best] * (1.0 - EQUAL):
            theta, cost, best, same = end[None, :], np.array([lowest]), 0, 1
    if not quick:  # down to the last digit: a flat valley may have been left early
        theta[best] = minimise(problem, theta[best : best + 1], POLISH, thorough=True)[0][0]
    order = np.argsort(cost, kind="stable")
    apart = np.append(True, cost[order][1:] > cost[order][:-1] * (1.0 + EQUAL))
    return theta[order[apart][:BASINS]], same


def _relocate(
    problem: Problem, target: CircuitTarget, omega: Array, ends: Array, minima: int
) -> tuple[Array, int]:
    """The minima with better ones in front, where an arc is so loose that the grid of starts may have missed them."""
    arcs = target.series_arcs()
    for _ in range(MOVES):
        cost, information, _ = (v[0] for v in problem.normal(ends[:1]))
        loose = _looseness(information, float(cost) / max(len(problem.weight) - len(problem.free), 1))
        spread = dict(zip(problem.free.tolist(), loose.tolist(), strict=True))
        if not any(spread.get(i, 0.0) > LOOSE for arc in arcs for i in arc):
            break
        ends[:1] = minimise(problem, ends[:1], 2 * POLISH, thorough=True, tolerance=VALLEY)[0]
        cost = problem.normal(ends[:1])[0][0]
        found = relocated(problem, target, omega, ends[0])
        if not len(found):
            break
        sums = problem.normal(found)[0]
        best = int(np.argmin(sums))
        if sums[best] > cost * (1.0 + 1e-9):
            break
        same = int(np.count_nonzero(sums <= sums[best] * (1.0 + EQUAL)))
        minima = minima + same if cost <= sums[best] * (1.0 + EQUAL) else same
        better = minimise(problem, found[best : best + 1], 2 * POLISH, thorough=True, tolerance=VALLEY)[0]
        ends = np.concatenate([better, ends])
    return ends, minima


def _looseness(information: Array, variance: float) -> Array:
    """Standard deviations of theta, large where there is no information."""
    length = np.sqrt(np.maximum(np.diag(information), 1e-300))
    value, vector = np.linalg.eigh(information / length[:, None] / length[None, :])
    return np.asarray(np.sqrt(variance * np.sum(vector**2 / np.maximum(value, 1e-13), axis=1)) / length)


def _data_cost(problem: Problem, theta: Array) -> float:
    r = problem.residuals(theta[None, :])[0][0]
    return float(r @ r)


def _judge(
    problem: Problem, target: Target, theta: Array, held: dict[int, float], minima: int, weighting: Weighting,
    steady: Robust | None,
) -> Solution:  # fmt: skip
    r, j = (v[0] for v in problem.residuals(theta[None, :]))
    off, counted = r / problem.weight, float(len(r))
    if steady is not None:
        share, slope = (np.repeat(np.sqrt(v), 2) for v in (steady.share, steady.slope))
        problem.weight, r, j = problem.weight * share, r * share, j * slope
        counted = 2.0 * float(np.sum(steady.share))
    chi2 = float(r @ r)
    n, free = len(theta), problem.free
    reasons = {i: "held fixed" for i in held}
    width = np.where(target.log, 1e-6, 1e-9)
    for bound, side in ((problem.low, "lower"), (problem.high, "upper")):
        for i in free[np.abs(theta - bound)[free] <= width[free]].tolist():
            reasons[i] = f"at its {side} bound ({problem.values(bound)[i]:.3g})"
    loose = [k for k, i in enumerate(free) if int(i) not in reasons]
    known = problem.sharpness()[np.ix_(loose, loose)]
    slopes = j[loose]
    information = slopes @ slopes.T + known
    dof = max(round(counted) - len(loose), 1)
    variance = chi2 / dof
    if problem.prior is not None:
        variance = problem.noise**2
    elif weighting.stated:
        variance = 1.0
    cov, unknown, groups = _covariance(
        information, variance if steady is None else steady.variance, [target.names[free[k]] for k in loose],
        target.log[free[loose]],
    )  # fmt: skip
    values = problem.values(theta)
    values[list(held)] = list(held.values())
    sure = [row for row in range(len(loose)) if row not in unknown]
    moves = problem.gather[[loose[row] for row in sure]] * np.where(target.log, values, 1.0)
    covariance = moves.T @ cov[np.ix_(sure, sure)] @ moves
    still = ~moves.any(axis=0) if sure else np.ones(n, dtype=bool)
    covariance[still, :] = covariance[:, still] = np.nan
    reasons.update({int(free[loose[row]]): why for row, why in unknown.items()})
    for child, parent in zip(problem.ties.child.tolist(), problem.ties.parent.tolist(), strict=True):
        if parent in reasons:
            reasons[child] = f"tied to {target.names[parent]}: {reasons[parent]}"
    lent = float(np.max(np.diag(known) / np.maximum(np.diag(information), 1e-300))) if loose else 0.0
    alike = tuple(tuple(target.names[free[loose[row]]] for row in group) for group in groups)
    if steady is not None:
        variance = steady.variance * float(np.mean(steady.share)) / float(np.mean(steady.slope))
    return Solution(
        values, covariance, reasons, tuple(f"{_listed(list(g))} can't be told apart here." for g in alike), chi2,
        len(loose), minima, lent, problem, theta, variance, dof, weighting.stated or problem.prior is not None, alike,
        tuple(steady.outliers.tolist()) if steady is not None else (), off.view(np.complex128),
    )  # fmt: skip


def _covariance(
    information: Array, variance: float, names: list[str], log: Mask
) -> tuple[Array, dict[int, str], list[list[int]]]:
    """Covariance of theta, {place: why it is not determined}, sets of parameters that can't be told apart.

    A CPE's Q and n are judged with n taken at fixed |Z_Q| where the data see it (Q alone depends on where omega is 1).
    """
    size = len(names)
    if not size:
        return np.empty((0, 0)), {}, []
    mix = np.eye(size)
    for k, name in enumerate(names):
        q = names.index(name[:-2]) if name.endswith(".n") and name[:-2] in names else None
        if q is not None and information[q, q] > 0.0:
            mix[k, q] = -information[k, q] / information[q, q]
    mixed = mix @ information @ mix.T
    seen = np.diag(mixed)  # nothing at all of a parameter: finite numbers all the same
    length = np.sqrt(np.maximum(seen, max(1e-30 * float(np.max(seen)), 1e-250)))
    scaled = mixed / length[:, None] / length[None, :]
    value, vector = np.linalg.eigh(scaled)
    safe = np.maximum(value, 1e-13)
    inverse = (vector / safe) @ vector.T
    inside = variance * inverse / length[:, None] / length[None, :]
    cov: Array = mix.T @ inside @ mix
    spread = np.sqrt(np.maximum(np.diag(cov), 0.0))
    root = np.sqrt(np.maximum(np.diag(inverse), 1e-300))
    correlation = inverse / root[:, None] / root[None, :]
    unknown: dict[int, str] = {}
    close = np.abs(correlation) > ALIKE
    for i in range(size):
        limit = UNSURE if log[i] else 0.3
        if spread[i] > limit:
            by = _factor(float(spread[i])) if log[i] else f"{spread[i]:.2g}"
            partners = [names[k] for k in range(size) if k != i and close[i, k]]
            with_whom = f"; it trades against {', '.join(partners)}" if partners else ""
            unknown[i] = f"the data do not determine it (uncertain by {by}){with_whom}"
    return cov, unknown, _groups(close) if np.count_nonzero(close) > size else []


def _factor(spread: float) -> str:
    """exp(spread) in words."""
    return f"a factor of {np.exp(spread):.2g}" if spread < 13.8 else "more than a factor of a million"


def _groups(close: Mask) -> list[list[int]]:
    """Connected sets of two or more."""
    left, out = set(range(len(close))), []
    while left:
        group, edge = set(), {min(left)}
        while edge:
            group |= edge
            edge = {int(k) for i in edge for k in np.flatnonzero(close[i])} - group
        left -= group
        if len(group) > 1:
            out.append(sorted(group))
    return out


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
