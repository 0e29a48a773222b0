"""From a target and a spectrum to the minimum, its covariance and what the data can't tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from .. import units
from ..elements.base import Array
from ..errors import AnalysisError, UnknownNameError
from ._fit import Problem, minimise
from ._spectrum import Index, Mask, Spectrum
from ._target import Target

#: how residuals are weighted: "modulus" 1/|Z|, "unit" 1 (the same error everywhere), "parts" 1/|Z'| and 1/|Z''|
Weight: TypeAlias = Literal["modulus", "unit", "parts"]
WEIGHTS = ("modulus", "unit", "parts")

EQUAL = 1e-3  # relative difference of the sums of squares that no data can tell apart
GOOD = 1.1  # a sum of squares up to so many times the noise's needs no further search
POOR = 4.0  # from so many times that on, agreement of the first starts is not enough
UNSURE = 1.0  # standard deviation of a logarithm from which on a parameter is not determined
ALIKE = 0.99  # correlation from which on two parameters can't be told apart


@dataclass(frozen=True, eq=False)
class Solution:
    """values (n,), covariance (n, n; NaN rows where not determined), reasons why a std is missing, remarks in words."""

    values: Array
    covariance: Array
    reasons: dict[int, str]
    remarks: tuple[str, ...]
    chi2: float
    free: int
    minima: int
    prior_share: float


def weights(spectrum: Spectrum, weight: Weight) -> Array:
    """Weight of real and imaginary part interleaved (2m,), scaled so that |Z| weighs about 1."""
    z = spectrum.z
    if weight == "modulus":
        return np.repeat(1.0 / np.abs(z), 2)
    if weight == "unit":
        return np.full(2 * len(z), 1.0 / float(np.sqrt(np.mean(np.abs(z) ** 2))))
    if weight == "parts":
        floor = 1e-3 * np.abs(z)  # a part that crosses zero would weigh without end
        return np.stack(
            [1.0 / np.maximum(np.abs(z.real), floor), 1.0 / np.maximum(np.abs(z.imag), floor)], axis=1
        ).ravel()
    raise UnknownNameError("This weighting is not known", given=weight, allowed=WEIGHTS)


def solve(
    target: Target, spectrum: Spectrum, weight: Weight, *, fixed: Mapping[str, units.Given] | None = None,
    guess: Mapping[str, units.Given] | None = None, bounds: Mapping[str, tuple[units.Given, units.Given]] | None = None,
    noise: float | None = None, quick: bool = False,
) -> Solution:  # fmt: skip
    """The best minimum over deterministic starts, with its covariance.

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
    free = np.array([i for i in range(len(target.names)) if i not in held], dtype=np.intp)
    if 2 * len(spectrum.z) <= len(free):
        raise AnalysisError(
            f"{len(free)} parameters can't be found from {len(spectrum.z)} points", remedy="Fix some with fixed={...}"
        )
    problem = _problem(target, spectrum, weights(spectrum, weight), low, high, free, held)
    size = float(np.sqrt(np.mean((np.repeat(np.abs(spectrum.z), 2) * problem.weight) ** 2)))
    problem.noise = max(noise * size, 1e-9) if noise is not None else 0.01
    pinned = {*held, *(target.index(n) for n in bounds or {})}
    theta, minima = _search(problem, target, spectrum, held, hinted, pinned, quick)
    if problem.prior is not None and noise is None:  # without a noise level from the data's own test: take the fit's
        problem.noise = max(float(np.sqrt(_data_cost(problem, theta) / max(len(problem.weight) - len(free), 1))), 1e-9)
        theta = minimise(problem, theta[None, :])[0][0]
    values = problem.values(theta)
    order = target.canonical(values, pinned)
    return _judge(problem, target, theta[order], held, minima)


def _problem(
    target: Target, spectrum: Spectrum, weight: Array, low: Array, high: Array, free: Index,
    held: dict[int, float],
) -> Problem:  # fmt: skip
    for i, value in held.items():
        low[i], high[i] = min(low[i], value), max(high[i], value)
    box_low = np.where(target.log, np.log(np.maximum(low, 1e-60)), low)
    box_high = np.where(target.log, np.log(np.clip(high, 1e-60, 1e60)), np.minimum(high, 1e60))
    omega = spectrum.omega
    problem = Problem(lambda v: target.evaluate(v, omega), spectrum.z, weight, target.log, box_low, box_high, free)
    if target.prior is not None:
        mean, sharp = target.prior  # of log-parameters; a fraction takes it to first order at the prior's mean
        centre = np.exp(np.clip(mean, -100.0, 100.0))
        problem.prior = (np.where(target.log, mean, centre), np.where(target.log, sharp, sharp / centre))
    return problem


def _search(
    problem: Problem,
    target: Target,
    spectrum: Spectrum,
    held: dict[int, float],
    hinted: dict[int, float],
    pinned: set[int],
    quick: bool,
) -> tuple[Array, int]:
    """The best minimum and how often it was reached."""
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
        return starts[0], 1
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
    return theta[best], same


def _data_cost(problem: Problem, theta: Array) -> float:
    r = problem.residuals(theta[None, :])[0][0]
    return float(r @ r)


def _judge(problem: Problem, target: Target, theta: Array, held: dict[int, float], minima: int) -> Solution:
    r, j = (v[0] for v in problem.residuals(theta[None, :]))
    chi2, rows = float(r @ r), len(r)
    n, free = len(theta), problem.free
    reasons = {i: "held fixed" for i in held}
    width = np.where(target.log, 1e-6, 1e-9)
    for i in free:
        for bound, side in ((problem.low[i], "lower"), (problem.high[i], "upper")):
            if abs(theta[i] - bound) <= width[i]:
                reasons[int(i)] = (
                    f"at its {side} bound ({problem.values(problem.low if side == 'lower' else problem.high)[i]:.3g})"
                )
    loose = [k for k, i in enumerate(free) if int(i) not in reasons]
    sharp = problem.prior[1][free[loose]] * problem.noise if problem.prior is not None else np.zeros(len(loose))
    information = j[loose] @ j[loose].T + np.diag(sharp**2)
    variance = problem.noise**2 if problem.prior is not None else chi2 / max(rows - len(loose), 1)
    cov, unknown, alike = _covariance(
        information, variance, [target.names[free[k]] for k in loose], target.log[free[loose]]
    )
    covariance = np.full((n, n), np.nan)
    values = problem.values(theta)
    values[list(held)] = list(held.values())
    scale = np.where(target.log, values, 1.0)
    for row, k in enumerate(loose):
        if row in unknown:
            reasons[int(free[k])] = unknown[row]
            continue
        for column, l in enumerate(loose):
            if column not in unknown:
                covariance[free[k], free[l]] = cov[row, column] * scale[free[k]] * scale[free[l]]
    share = float(np.max(sharp**2 / np.maximum(np.diag(information), 1e-300))) if loose else 0.0
    return Solution(values, covariance, reasons, tuple(alike), chi2, len(loose), minima, share)


def _covariance(
    information: Array, variance: float, names: list[str], log: Mask
) -> tuple[Array, dict[int, str], list[str]]:
    """Covariance of theta, {place: why it is not determined}, sentences on parameters that can't be told apart.

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
    length = np.sqrt(np.maximum(np.diag(mixed), 1e-300))
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
    return cov, unknown, [f"{_listed([names[i] for i in g])} can't be told apart here." for g in _groups(close)]


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
