"""What a distribution of relaxation times is made of, by evidence: a tail beside it or not, and which humps of it.

Tail. Where -Z'' rises towards the lowest frequencies the exponent n is fitted with all else. n = 1/2, n = 1 (where the
fitted one is near) and no tail at all (where the rise is gentle) are tried from there; the best evidence wins.

Humps. Noise always finds some distribution it likes, most of all where gamma and a single term can hardly be told
apart: at the ends of the band, where a hump takes from R_s or adds to the total. Each hump of little weight is taken
out in turn, the rest follows, and it stays out unless the evidence is worse for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..elements.base import Array
from ._kernel import Kernel
from ._peaks import humps, integral
from ._ridge import HEAVY, POWER, POWERS, WIDTH, Problem, Solution, solve
from ._spectrum import Spectrum

Tail: TypeAlias = Literal["auto", "none", "diffusion", "blocking"]
TAILS = ("auto", "none", "diffusion", "blocking")
RISING, STEEP = 0.25, 0.4  # -d ln(-Z'')/d ln w from which a tail is tried, and from which there must be one
WINDOW = 0.7  # decades over which that slope is taken
NEAR, NEAR_STD = 0.05, 4.0  # how far from the fitted exponent n = 1/2 and n = 1 are tried, plus standard deviations
BETTER = 2.0  # what a free exponent must gain in 2 ln evidence on a fixed one, and that on none
TRIAL = 30  # iterations of a trial
POOR = 5.0  # chi2 per number measured from which another start is tried
WEAK, THERE, TRIALS = 6.0, 0.3, 3  # humps of less than so many deviations, and of more than this in the data, are tried
DOWN = 1.5  # ln gamma beyond a hump cut off falls by at least this a unit of ln tau


@dataclass(frozen=True, eq=False)
class Choice:
    """One choice of terms and its solution; the exponent of the tail (None without)."""

    kernel: Kernel
    problem: Problem
    solution: Solution
    exponent: float | None

    @property
    def cost(self) -> float:
        """-2 ln evidence, and what a term more must gain."""
        terms = 0 if self.exponent is None else 1 if self.problem.tail is None else 2
        return self.solution.evidence + BETTER * terms


def choose(kernel: Kernel, tail: Tail, smoothing: float | None) -> Choice:
    """The terms beside the distribution, by evidence where they are not given; lambda too where `smoothing` is None."""
    rise = _rise(kernel.spectrum) if tail == "auto" else None
    if rise is None or rise < RISING:
        exponent = {"diffusion": 0.5, "blocking": 1.0}.get(tail)
        problem, start = kernel.problem(exponent)
        best = Choice(kernel, problem, solve(problem, start, smoothing), exponent)
    else:
        best = _with_tail(kernel, rise, smoothing)
    return best if smoothing is not None else _lean(best)


def _with_tail(kernel: Kernel, rise: float, smoothing: float | None) -> Choice:
    tried: list[tuple[Problem, Solution]] = []
    for power in (min(max(rise, POWER), POWERS[1]), POWERS[0]):  # too shallow a start can leave what is not positive
        problem, start = kernel.problem(power, free=True)
        tried.append((problem, solve(problem, start, smoothing)))
        if tried[-1][1].chi2 < POOR * problem.count:
            break
    problem, found = min(tried, key=lambda pair: pair[1].evidence)
    power = float(found.x[-1])
    near = NEAR + NEAR_STD * math.sqrt(float(found.covariance[-1, -1]))
    choices = [Choice(kernel, problem, found, power)]
    for exponent in (*(n for n in (0.5, 1.0) if abs(n - power) < near), *((None,) if rise < STEEP else ())):
        fixed, start = kernel.problem(exponent)
        start = found.x[: len(start)]
        other = solve(
            fixed, start, smoothing, first=found.smoothing, local=found.local, steps=TRIAL, hopeless=_hopeless(found)
        )
        choices.append(Choice(kernel, fixed, other, exponent))
    return min(choices, key=lambda c: c.cost)


def _hopeless(found: Solution) -> float:
    """chi2 from which a trial that starts from a solution is given up."""
    return 1.5 * found.chi2 + 30.0


def _rise(spectrum: Spectrum) -> float | None:
    """-d ln(-Z'')/d ln w at the lowest frequencies (None where it has no sense)."""
    last = max(4, int(np.count_nonzero(spectrum.omega < spectrum.omega[0] * 10.0**WINDOW)))
    lost = -spectrum.z.imag[:last]
    if len(lost) < 4 or not (lost > 0.0).all():
        return None
    return -float(np.polyfit(np.log(spectrum.omega[:last]), np.log(lost), 1)[0])


def _lean(choice: Choice) -> Choice:
    """The same without the humps the evidence does not ask for, the weakest first."""
    tried: list[int] = []
    problem, best = choice.problem, choice.solution
    for _ in range(TRIALS):
        weak = [(sure, top, span) for sure, top, span in _weak(problem, best) if all(abs(top - k) > 1 for k in tried)]
        if not weak:
            break
        _sure, top, span = min(weak)
        tried.append(top)
        start = _cut(best.x, problem, span)
        curved = problem.turned(start)[: problem.n - 2] ** 2
        local = (HEAVY + 1.0) / (HEAVY + best.smoothing * curved)
        other = solve(problem, start, first=best.smoothing, local=local, steps=TRIAL, hopeless=_hopeless(best))
        if other.evidence < best.evidence:
            best = other
    return choice if best is choice.solution else _again(choice, best)


def _again(choice: Choice, solution: Solution) -> Choice:
    power = choice.exponent if choice.problem.tail is None else float(solution.x[-1])
    return Choice(choice.kernel, choice.problem, solution, power)


def _weak(problem: Problem, solution: Solution) -> list[tuple[float, int, tuple[int, int]]]:
    """Humps (resistance over its standard deviation, top, first and last node) to be tried."""
    u = solution.x[: problem.n]
    mass, shown = np.exp(u) * problem.step, np.exp(u + problem.visible) * (problem.step / WIDTH)
    out = []
    for first, last in humps(u):
        value, std = integral(mass, solution.covariance, first, last + 1)
        whole = (first, last) == (0, problem.n - 1)
        if not whole and value < WEAK * std and float(shown[first : last + 1].sum()) > THERE:
            out.append((value / std, first + int(np.argmax(u[first : last + 1])), (first, last)))
    return out


def _cut(x: Array, problem: Problem, span: tuple[int, int]) -> Array:
    """x with a straight line in place of a hump (at an end: the flank goes on)."""
    out, (first, last), n = x.copy(), span, problem.n
    if first > 0 and last < n - 1:
        out[first : last + 1] = np.interp(np.arange(first, last + 1), [first, last], x[[first, last]])
        return out
    edge, way = (last, 1) if first == 0 else (first, -1)
    inner = min(max(edge + 3 * way, 0), n - 1)
    fall = max(float(x[inner] - x[edge]) / max(abs(inner - edge), 1), DOWN * problem.step)
    beyond = np.arange(edge) if way == 1 else np.arange(edge + 1, n)
    out[beyond] = x[edge] - fall * np.abs(beyond - edge)
    return out
