"""Distribution of relaxation times: which processes, how fast and how large, without a circuit.

    Z(w) = R_s + i w L + integral gamma(ln tau)/(1 + i w tau) d ln tau  [+ A/(i w)^n]

gamma >= 0 [ohm, or ohm m² with specific=True] per unit of ln tau, tau in s, on a grid of ten nodes a decade (fourteen
where the noise is below 0.15 %) that reaches 0.75 decades beyond the data on both sides. R_s [ohm] and L [H] stand
beside it. The tail A/(i w)^n (n = 1/2 diffusion, n = 1 blocking, else a CPE) is switched on where -Z'' rises towards
the lowest frequency AND the evidence is better with it; `RelaxationTimes.tail` says so.

Choice of smoothness. ln gamma is fitted, its curvature is penalised, and the weight of the penalty is the one of the
highest evidence, node by node (hierarchical Bayes, analysis/_ridge.py). Noise: the Kramers-Kronig residual. Of the
200 spectra a class in benchmarks/bench_relaxation_times.py (two ZARCs, 0.3 % noise) the number of peaks is right in the
share printed there, beside that of Tikhonov on gamma with ordinary and robust cross-validation, re-im cross-validation
and the discrepancy principle (all with the same grid and rule of peaks).

Peak. A maximum of gamma inside the measured band whose height above the higher of its two saddles exceeds `SURE`
posterior standard deviations of that difference (its own credible band). R of a peak is the integral between its
minima; what neighbours share across a minimum enters its error. A shoulder without a maximum is no peak. A finite
diffusion shows as peaks at tau, tau/9, tau/25 .. whose resistances fall likewise: one process.

Errors. Gaussian in ln gamma around the maximum of the posterior (Laplace), at the smoothness chosen and for noise of
the size found; bands are pointwise, 95 %. They hold what the model can be: no inductive loop, no negative resistance.

Sources (recalled, not opened): Wan, Saccoccio, Chen & Ciucci, Electrochim. Acta 184 (2015) 483,
10.1016/j.electacta.2015.09.097; Effat & Ciucci, Electrochim. Acta 247 (2017) 1117, 10.1016/j.electacta.2017.07.050;
Huang, Papac & O'Hayre, Electrochim. Acta 367 (2021) 137493, 10.1016/j.electacta.2020.137493.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from ..elements.base import Array, ComplexArray
from ..errors import AnalysisError, UnknownNameError
from ..record import Finding, Record, Segment
from . import kramers_kronig
from ._residuals import Pattern, pattern, percent
from ._ridge import Problem, Solution, solve
from ._spectrum import Spectrum, spectrum_of
from ._target import usable
from .kramers_kronig import KramersKronig

SOURCE = "10.1016/j.electacta.2015.09.097, 10.1016/j.electacta.2017.07.050 (both recalled)"
Tail: TypeAlias = Literal["auto", "none", "diffusion", "blocking"]
TAILS = ("auto", "none", "diffusion", "blocking")
BEYOND = 0.75  # decades of the grid outside the band
COARSE, FINE, QUIET = 10, 14, 1.5e-3  # nodes a decade; relative noise below which the grid is the fine one
LEAST_NOISE = 1e-3  # of |Z|: below it the grid is the error, not the instrument
SURE = 2.0
FALL, FALL_STD, LEVEL = 1.5, 0.25, 4.0  # ln gamma beyond the band falls by so much a unit of ln tau; its mean is +- LEVEL
VAGUE = 3.0  # standard deviation of the logarithm of a single term
RISING, STEEP = 0.25, 0.4  # -d ln(-Z'')/d ln w from which a tail is tried, and from which there must be one
WINDOW = 0.7  # decades over which that slope is taken
TRIAL, REFINE = 25, 4  # iterations of a further tail, and Newton steps of its exponent
PLAIN, GOOD = 5.0, 1.3  # what n = 1/2 must gain on n = 1, and chi2 per number measured, for no other to be tried
LEAP, CLOSE = 0.08, 2e-3  # largest such step, and the one that ends them
BETTER = 2.0  # what a tail must gain in 2 ln evidence
UNSEEN = 0.3  # error of the resistance beyond the band, as a share of it (of its odds): it rests on FALL
OPEN = 0.02  # share of the resistance beyond the band from which it is said
FAINT = 0.01  # share of the resistance from which a maximum that does not count is named; of |Z|, resistance worth a word
NORMAL = 1.959963984540054


@dataclass(frozen=True)
class Peak:
    """One process.

    tau, tau_std   [s] of the maximum; std of ln tau times tau
    resistance     integral of gamma between the neighbouring minima [ohm or ohm m²], std with the overlap
    overlap        part of the error that stems from the tails of neighbours [same unit]
    capacitance    tau/resistance [F or F/m²]
    width          full width at half height in decades of tau (to the minimum where it does not fall to half); an
                   ideal RC shows the resolution, 0.2 to 0.3
    certainty      height above the higher saddle over its posterior standard deviation (at most resistance over its
                   statistical std, which alone counts for the highest maximum)
    """

    tau: float
    tau_std: float
    resistance: float
    resistance_std: float
    overlap: float
    capacitance: float
    capacitance_std: float
    width: float
    certainty: float


@dataclass(frozen=True, eq=False)
class RelaxationTimes:
    """A distribution of relaxation times.

    tau, gamma             grid [s] and distribution [ohm or ohm m² per unit of ln tau]
    low, high              pointwise 95 % band of gamma
    peaks                  fastest first; `doubtful` holds maxima in the band that did not pass
    resistance, ..._std    total of gamma [ohm or ohm m²]; `beyond` its share outside the measured band
    series, series_std     R_s
    inductance             L [H or H m²], None without the column; tail: (exponent n, A) or None
    residuals              (Z - Z_model)/|Z|, ascending frequency
    smoothing              lambda; `settled` whether the iteration came to rest
    """

    spectrum: Spectrum = field(repr=False)
    tau: Array = field(repr=False)
    gamma: Array = field(repr=False)
    low: Array = field(repr=False)
    high: Array = field(repr=False)
    peaks: tuple[Peak, ...]
    doubtful: tuple[Peak, ...] = field(repr=False)
    resistance: float
    resistance_std: float
    beyond: float
    series: float
    series_std: float
    inductance: float | None
    tail: tuple[float, float] | None
    residuals: ComplexArray = field(repr=False)
    noise: float
    smoothing: float
    freedom: float
    settled: bool
    kramers_kronig: KramersKronig = field(repr=False)
    pattern: Pattern
    misfit: bool
    verdict: str
    remarks: tuple[str, ...]
    covariance: Array = field(repr=False)

    def impedance(self, omega: Array) -> ComplexArray:
        """Z of the distribution and the terms beside it at any angular frequency [rad/s]."""
        s = 1j * np.asarray(omega, dtype=np.float64)
        step = math.log(float(self.tau[1] / self.tau[0]))
        z: ComplexArray = self.series + (1.0 / (1.0 + s[:, None] * self.tau)) @ (self.gamma * step)
        if self.inductance is not None:
            z = z + s * self.inductance
        return z if self.tail is None else z + self.tail[1] * s ** -self.tail[0]

    def draws(self, count: int, seed: int = 0) -> Array:
        """Distributions from the posterior (count, nodes): Gaussian in ln gamma, all positive, fixed by the seed."""
        n = len(self.tau)
        size, axes = np.linalg.eigh(self.covariance[:n, :n])
        spread = axes * np.sqrt(np.maximum(size, 0.0))
        out: Array = self.gamma * np.exp(np.random.default_rng(seed).normal(size=(count, n)) @ spread.T)
        return out

    def findings(self) -> list[Finding]:
        """The verdict, R_s, the total, the tail, and resistance, time constant and capacitance of every peak."""
        r = "area_specific_resistance" if self.spectrum.specific else "resistance"
        c = "area_specific_capacitance" if self.spectrum.specific else "capacitance"
        evidence: dict[str, Any] = {
            **self.spectrum.window(), "noise": self.noise, "smoothing": self.smoothing, "freedom": self.freedom,
            "kramers_kronig": self.kramers_kronig.verdict, "verdict": self.verdict, "misfit": self.misfit,
            "share_beyond_band": self.beyond, "remarks": list(self.remarks), "dropped_points": list(self.spectrum.dropped),
            "tail": None if self.tail is None else {"exponent": self.tail[0], "coefficient": self.tail[1]},
        }  # fmt: skip
        method = "distribution of relaxation times, smoothness by evidence" + self._words()
        between = f"{method}; integral between minima"
        out = [
            Finding("verdict of the distribution", self.verdict, "number", method, source=SOURCE, evidence=evidence),
            Finding("series resistance", self.series, r, method, self.series_std, SOURCE, evidence=evidence),
            Finding("polarisation resistance", self.resistance, r, f"{method}; all of gamma", self.resistance_std,
                    SOURCE, evidence=evidence),
        ]  # fmt: skip
        for number, p in enumerate(self.peaks, 1):
            own = {**evidence, "certainty": p.certainty, "width_decades": p.width, "overlap": p.overlap}
            out += [
                Finding(f"resistance of peak {number}", p.resistance, r, between, p.resistance_std, SOURCE, evidence=own),
                Finding(f"time constant of peak {number}", p.tau, usable("time_constant"), f"{method}; maximum of gamma",
                        p.tau_std, SOURCE, evidence=own),
                Finding(f"capacitance of peak {number}", p.capacitance, c, f"{between}; tau/R", p.capacitance_std,
                        SOURCE, evidence=own),
            ]  # fmt: skip
        return out

    def _words(self) -> str:
        parts = [] if self.inductance is None else ["series L"]
        if self.tail is not None:
            parts.append(f"a tail 1/(i w)^{self.tail[0]:.3g}")
        return f" (with {' and '.join(parts)})" if parts else ""

    def __str__(self) -> str:
        return "\n".join([f"{len(self.peaks)} peaks: {self.verdict}", *(str(f) for f in self.findings()[1:]), *self.remarks])


def distribution(
    data: Record | Segment, *, specific: bool = False, which: int | None = None,
    drop: Sequence[int] | Literal["suspect"] = (), tail: Tail = "auto", inductance: bool = True,
    smoothing: float | None = None, validate: bool = True,
) -> RelaxationTimes:  # fmt: skip
    """Distribution of relaxation times of one spectrum.

    specific   work in ohm m² (needs the area unless the data are specific); which: number of the spectrum in a record
    drop       rows left out on request, or "suspect": those that the Kramers-Kronig test names (kept otherwise, with
               the weight their Kramers-Kronig residual leaves them)
    tail       "auto", "none", "diffusion" (n = 1/2) or "blocking" (n = 1); inductance: a series L or not
    smoothing  lambda of the penalty by hand (uniform); None takes it from the data
    validate   a gross violation of Kramers-Kronig raises `AnalysisError`; False goes on
    """
    if tail not in TAILS:
        raise UnknownNameError("This tail is not known", given=tail, allowed=TAILS)
    if smoothing is not None and not 0.0 < smoothing < math.inf:
        raise AnalysisError("The smoothing is a positive number", given=smoothing)
    spectrum = spectrum_of(data, specific=specific, which=which, drop=() if drop == "suspect" else drop)
    tested = kramers_kronig.check(spectrum)
    if drop == "suspect" and tested.suspects:
        spectrum = spectrum.without(tested.suspects)
        tested = kramers_kronig.check(spectrum)
    if validate and tested.grade == "invalid":
        raise AnalysisError(
            f"This spectrum is no basis for a distribution: it {tested.verdict}",
            remedy="Measure again, leave points out with drop=[...], or go on all the same with validate=False",
        )  # fmt: skip
    model, solution = _choose(spectrum, tested, tail, inductance, smoothing)
    return _result(model, solution, tested)


@dataclass(frozen=True, eq=False)
class _Model:
    """The linear problem of one choice of terms: scale [ohm], grid ln tau, and the exponent of the tail (None without)."""

    spectrum: Spectrum
    scale: float
    nodes: Array
    problem: Problem
    rows: Array
    target: Array
    weight: Array
    start: Array
    noise: float
    tested: KramersKronig
    inductance: bool
    exponent: float | None


_Pair: TypeAlias = tuple[_Model, Solution]


def _model(spectrum: Spectrum, tested: KramersKronig, inductance: bool, exponent: float | None) -> _Model:
    omega = spectrum.omega
    scale = float(np.median(np.abs(spectrum.z)))
    z = spectrum.z / scale
    noise = max(tested.std, LEAST_NOISE)
    nodes, step = _grid(omega, FINE if noise < QUIET else COARSE)
    s = 1j * omega
    terms = [np.ones_like(s), *([s / omega[-1]] if inductance else [])]
    terms += [] if exponent is None else [(s / omega[0]) ** -exponent]
    columns = np.concatenate([step / (1.0 + s[:, None] * np.exp(nodes)), np.stack(terms, axis=1)], axis=1)
    weight = 1.0 / (np.abs(z) * _errors(spectrum, tested, noise))
    rows = columns * weight[:, None]
    m, d = np.concatenate([rows.real, rows.imag]), np.concatenate([z.real * weight, z.imag * weight])
    size = max(float(np.ptp(z.real)), 1e-3 * float(np.max(np.abs(z))))
    ends = [abs(z[-1]), *([1e-3 * abs(z[-1])] if inductance else []), *([abs(z[0].imag)] if exponent is not None else [])]
    mean = np.log(np.concatenate([np.full(len(nodes), size / (nodes[-1] - nodes[0])), np.maximum(ends, 1e-9)]))
    known, drawn = _beforehand(len(nodes), len(ends), step, spectrum)
    start = mean.copy()
    start[len(nodes)] = math.log(max(0.9 * float(z.real.min()), 1e-3 * size))
    problem = Problem(m.T @ m, m.T @ d, float(d @ d), len(d), len(nodes), step, mean, known, drawn)
    return _Model(spectrum, scale, nodes, problem, m, d, weight, start, noise, tested, inductance, exponent)


def _grid(omega: Array, density: int) -> tuple[Array, float]:
    more = BEYOND * math.log(10.0)
    low, high = -math.log(omega[-1]) - more, -math.log(omega[0]) + more
    nodes = np.linspace(low, high, math.ceil((high - low) / math.log(10.0) * density) + 1)
    return nodes, float(nodes[1] - nodes[0])


def _errors(spectrum: Spectrum, tested: KramersKronig, noise: float) -> Array:
    """Relative error of every point: the noise, and for a suspect its own Kramers-Kronig residual."""
    suspect = np.isin(spectrum.points, tested.suspects)
    return np.where(suspect, np.maximum(np.abs(tested.residuals), noise), noise)


def _beforehand(nodes: int, others: int, step: float, spectrum: Spectrum) -> tuple[Array, Array]:
    """Weak knowledge: mean level, fall of ln gamma beyond both ends of the band, size of the single terms."""
    rows, wanted = np.zeros((3, nodes)), np.array([0.0, FALL, -FALL]) / FALL_STD
    reach = max(round(BEYOND * math.log(10.0) / step), 1)
    rows[0] = 1.0 / (nodes * LEVEL)
    rows[1, [0, reach]] = np.array([-1.0, 1.0]) / (reach * step * FALL_STD)
    rows[2, [-1 - reach, -1]] = np.array([-1.0, 1.0]) / (reach * step * FALL_STD)
    known, drawn = np.eye(nodes + others) / VAGUE**2, np.zeros(nodes + others)
    known[:nodes, :nodes] = rows.T @ rows
    drawn[:nodes] = rows.T @ wanted
    return known, drawn


def _choose(
    spectrum: Spectrum, tested: KramersKronig, tail: Tail, inductance: bool, smoothing: float | None
) -> _Pair:
    """The terms beside the distribution, by evidence where they are not given.

    Each tail starts from the answer of the one before, the steepest first: what a steep tail leaves is a positive
    distribution, what too shallow a tail leaves is not. n = 1/2, n = 1 and no tail have no free exponent and get
    `BETTER` for it.
    """
    exponents: tuple[float | None, ...] = ({"diffusion": 0.5, "blocking": 1.0}.get(tail),)
    if tail == "auto":
        exponents = _rising(spectrum)
    pairs: list[_Pair] = []
    for exponent in exponents:
        model = _model(spectrum, tested, inductance, exponent)
        pair = model, _from(model, pairs[-1], smoothing) if pairs else solve(model.problem, model.start, smoothing)
        pairs.append(_refined(pair, smoothing) if exponent not in (None, 0.5, 1.0) else pair)
        plain = exponent == 0.5 and pairs[-1][1].evidence + PLAIN < pairs[0][1].evidence
        if plain and pairs[-1][1].chi2 < GOOD * len(model.target) and None not in exponents:
            break  # diffusion describes it: no need for another exponent
    best = min(pairs, key=lambda p: p[1].evidence - {None: 2.0 * BETTER, 0.5: BETTER, 1.0: BETTER}.get(p[0].exponent, 0.0))
    if not best[1].settled:
        best = best[0], _from(best[0], best, smoothing, math.inf)
    if best[0].exponent in (None, 0.5, 1.0):
        return best
    _step, bend, along = _by_exponent(best)  # the exponent is a parameter too: what it may be wrong by spreads to all
    return best[0], replace(best[1], covariance=best[1].covariance + np.multiply.outer(along, along) / bend)


def _from(model: _Model, other: _Pair, smoothing: float | None, most: float = 1.5) -> Solution:
    """The solution of a model that begins at that of a similar one, given up where it is clearly worse."""
    start, size = model.start.copy(), min(len(model.start), len(other[0].start))
    start[:size] = other[1].x[:size]
    hopeless = most * other[1].chi2 + 30.0
    return solve(model.problem, start, smoothing, first=other[1].smoothing, steps=TRIAL, hopeless=hopeless)


def _refined(pair: _Pair, smoothing: float | None) -> _Pair:
    """The same with the best exponent of the tail: Newton on F with the rest eliminated, then down while the evidence
    gains (a tail too steep leaves a slow process that is none)."""
    for _ in range(REFINE):
        step, bend, _along = _by_exponent(pair)
        if abs(step) < max(CLOSE, 0.5 / math.sqrt(bend)):
            break
        other = _moved(pair, min(max(step, -LEAP), LEAP), smoothing)
        if other is None:
            break
        pair = other
    for _ in range(REFINE):
        other = _moved(pair, -max(1.0 / math.sqrt(_by_exponent(pair)[1]), CLOSE), smoothing)
        if other is None or other[1].evidence > pair[1].evidence:
            break
        pair = other
    return pair


def _moved(pair: _Pair, step: float, smoothing: float | None) -> _Pair | None:
    """The same with the exponent changed by a step; None where it can't."""
    old = pair[0]
    assert old.exponent is not None
    exponent = min(max(old.exponent + step, 0.3), 1.0)
    if exponent == old.exponent:
        return None
    model = _model(old.spectrum, old.tested, old.inductance, exponent)
    return model, _from(model, pair, smoothing)


def _by_exponent(pair: _Pair) -> tuple[float, float, Array]:
    """Newton step of the exponent with all else following, second derivative of F/2 by it, and -dx/dn of all else."""
    model, found = pair
    assert model.exponent is not None
    g, s = np.exp(found.x), 1j * model.spectrum.omega / model.spectrum.omega[0]
    column = -g[-1] * np.log(s) * s**-model.exponent * model.weight
    by_n = np.concatenate([column.real, column.imag])
    pull = (model.rows.T @ by_n) * g
    along = found.covariance @ pull
    bend = max(float(by_n @ by_n - pull @ along), 1.0)
    return -float(by_n @ (model.rows @ g - model.target)) / bend, bend, along


def _rising(spectrum: Spectrum) -> tuple[float | None, ...]:
    """Exponents of the tails worth trying from the rise of -Z'' at the lowest frequencies (None: without a tail)."""
    last = max(4, int(np.count_nonzero(spectrum.omega < spectrum.omega[0] * 10.0**WINDOW)))
    lost = -spectrum.z.imag[:last]
    if len(lost) < 4 or not (lost > 0.0).all():
        return (None,)
    slope = -float(np.polyfit(np.log(spectrum.omega[:last]), np.log(lost), 1)[0])
    if slope < RISING:
        return (None,)
    if slope > 0.62:
        return (1.0, slope) if slope < 0.97 else (1.0,)
    return (1.0, 0.5, 0.62) if slope > STEEP else (1.0, 0.5, 0.62, None)


def _result(model: _Model, solution: Solution, tested: KramersKronig) -> RelaxationTimes:
    spectrum, n, step = model.spectrum, len(model.nodes), model.problem.step
    covariance = solution.covariance
    log_gamma = solution.x[:n] + math.log(model.scale)
    gamma, tau = np.exp(log_gamma), np.exp(model.nodes)
    spread = np.sqrt(np.maximum(np.diagonal(covariance)[:n], 0.0))
    others = np.exp(solution.x[n:]) * model.scale
    total, total_std = _integral(gamma * step, covariance, 0, n)
    inside = (tau >= 1.0 / spectrum.omega[-1]) & (tau <= 1.0 / spectrum.omega[0])
    fast, slow = (float(gamma[out].sum() / gamma.sum()) for out in (tau < 1.0 / spectrum.omega[-1], tau > 1.0 / spectrum.omega[0]))
    beyond = fast + slow
    total_std = math.hypot(total_std, UNSEEN * total * beyond / (1.0 - beyond))
    series_std = float(others[0]) * math.sqrt(max(float(covariance[n, n]), 0.0))
    series_std = math.hypot(series_std, UNSEEN * total * fast / (1.0 - fast))
    found = [p for i in _maxima(log_gamma) if inside[i] and (p := _peak(i, model.nodes, log_gamma, covariance, step))]
    peaks = tuple(p for p in found if p.certainty >= SURE)
    tail = None if model.exponent is None else (model.exponent, float(others[-1] * spectrum.omega[0] ** model.exponent))
    blank = Pattern(0.0, 0.0)
    out = RelaxationTimes(
        spectrum, tau, gamma, gamma * np.exp(-NORMAL * spread), gamma * np.exp(NORMAL * spread), peaks,
        tuple(p for p in found if p.certainty < SURE), total, total_std, beyond,
        float(others[0]), series_std,
        float(others[1] / spectrum.omega[-1]) if model.inductance else None, tail, np.zeros_like(spectrum.z), model.noise,
        solution.smoothing, solution.freedom, solution.settled, tested, blank, False, "", (), covariance,
    )  # fmt: skip
    residuals = (spectrum.z - out.impedance(spectrum.omega)) / np.abs(spectrum.z)
    return _judged(replace(out, residuals=residuals), len(others))


def _integral(weights: Array, covariance: Array, first: int, last: int) -> tuple[float, float]:
    """Sum of gamma step over nodes first .. last - 1 and its standard deviation (weights = gamma step)."""
    w = weights[first:last]
    return float(w.sum()), math.sqrt(max(float(w @ covariance[first:last, first:last] @ w), 0.0))


def _maxima(u: Array) -> list[int]:
    inner = (u[1:-1] > u[:-2]) & (u[1:-1] >= u[2:])
    return [int(i) + 1 for i in np.flatnonzero(inner)]


def _climb(u: Array, i: int, way: int) -> int:
    """The minimum next to maximum i on one side (the end of the grid where there is none)."""
    while 0 <= i + way < len(u) and u[i + way] < u[i]:
        i += way
    return i


def _saddle(u: Array, i: int) -> int | None:
    """The higher of the two saddles that separate maximum i from higher ground; None for the highest."""
    left, right = np.flatnonzero(u[:i] > u[i]), np.flatnonzero(u[i + 1 :] > u[i]) + i + 1
    sides = []
    if len(left):
        sides.append(int(left[-1] + np.argmin(u[left[-1] : i])))
    if len(right):
        sides.append(int(i + np.argmin(u[i : right[0]])))
    return max(sides, key=lambda k: float(u[k])) if sides else None


def _peak(i: int, nodes: Array, u: Array, covariance: Array, step: float) -> Peak:
    gamma = np.exp(u)
    first, last = _climb(u, i, -1), _climb(u, i, 1)
    resistance, std = _integral(gamma * step, covariance, first, last + 1)
    # A minimum between two peaks is crossed by both tails, each about one unit of ln tau deep: they cancel in part.
    overlap = math.hypot(*(float(gamma[k]) if 0 < k < len(u) - 1 else 0.0 for k in (first, last)))
    saddle = _saddle(u, i)
    certainty = resistance / max(std, 1e-300)
    if saddle is not None:
        pair = [i, saddle]
        g = np.array([gamma[i], -gamma[saddle]])
        variance = float(g @ covariance[np.ix_(pair, pair)] @ g)
        certainty = min(certainty, float(g.sum()) / math.sqrt(max(variance, 1e-300)))
    bend = float(2.0 * u[i] - u[i - 1] - u[i + 1])
    shift = 0.5 * float(u[i + 1] - u[i - 1]) / bend
    slope = np.array([-0.5, 0.5]) / bend
    place = float(slope @ covariance[np.ix_([i - 1, i + 1], [i - 1, i + 1])] @ slope)
    log_std = step * math.sqrt(max(place, 0.0) + 0.04)  # and a fifth of a node
    tau, all_std = math.exp(float(nodes[i]) + shift * step), math.hypot(std, overlap)
    capacitance = tau / resistance
    return Peak(
        tau, tau * log_std, resistance, all_std, overlap, capacitance,
        capacitance * math.hypot(log_std, all_std / resistance), _width(i, nodes, gamma, first, last), certainty,
    )  # fmt: skip


def _width(i: int, nodes: Array, gamma: Array, first: int, last: int) -> float:
    """Full width at half height in decades, by straight lines between nodes."""
    ends = []
    for way, stop in ((-1, first), (1, last)):
        k = i
        while k != stop and gamma[k] > 0.5 * gamma[i]:
            k += way
        if gamma[k] > 0.5 * gamma[i]:
            ends.append(float(nodes[k]))
        else:
            share = (gamma[k - way] - 0.5 * gamma[i]) / (gamma[k - way] - gamma[k])
            ends.append(float(nodes[k - way] + way * share * (nodes[1] - nodes[0])))
    return (ends[1] - ends[0]) / math.log(10.0)


def _judged(out: RelaxationTimes, others: int) -> RelaxationTimes:
    """The same with verdict and remarks."""
    tested, spectrum = out.kramers_kronig, out.spectrum
    kept = ~np.isin(spectrum.points, tested.suspects)
    found = pattern(out.residuals[kept])
    dof = max(2.0 * int(np.count_nonzero(kept)) - out.freedom - others, 1.0)
    scatter = float(np.sqrt(np.sum(np.abs(out.residuals[kept]) ** 2) / dof))
    ratio = scatter / out.noise
    broken = tested.grade == "invalid"
    misfit = broken or (ratio > 1.3 and (found.systematic or ratio > 1.8))
    if broken:
        verdict = f"misfit: no basis for a distribution, the spectrum {tested.verdict}"
    elif misfit:
        where = _where(out)
        leads = spectrum.z.imag[-1] > 0.0 and where > 0.1 * spectrum.frequency[-1]
        cause = "leads that are no ideal inductance" if leads else "an inductive loop, a negative resistance, or a drift"
        verdict = (
            f"misfit: no sum of positive relaxations gives this spectrum (residuals of {percent(scatter)}, {ratio:.2g}"
            f" times those of the Kramers-Kronig test, largest near {where:.3g} Hz): {cause}"
        )
    else:
        verdict = f"describes this spectrum within its scatter of {percent(scatter)}"
    return replace(out, pattern=found, misfit=misfit, verdict=verdict, remarks=tuple(_remarks(out)))


def _where(out: RelaxationTimes) -> float:
    """Frequency of the largest residual, smoothed over three points."""
    size = np.convolve(np.abs(out.residuals) ** 2, np.ones(3), "same")
    return float(out.spectrum.frequency[int(np.argmax(size))])


def _remarks(out: RelaxationTimes) -> list[str]:
    said = []
    tested, f = out.kramers_kronig, out.spectrum.frequency
    if out.tail is not None:
        n = out.tail[0]
        kind = {0.5: "diffusion", 1.0: "a blocking electrode or a process far below the band"}.get(n, "a CPE")
        said.append(f"A tail 1/(i w)^{n:.3g} ({kind}) stands beside the distribution; its resistance is not in the total.")
    there = out.resistance > FAINT * float(np.median(np.abs(out.spectrum.z)))
    if out.beyond > OPEN and there:
        said.append(
            f"{out.beyond:.0%} of the polarisation resistance lies beyond the measured band ({f[0]:.3g} to {f[-1]:.3g}"
            " Hz) and rests on the assumption that gamma falls there: a process is cut off."
        )
    faint = [f"{p.tau:.2g} s" for p in out.doubtful if there and p.resistance > FAINT * out.resistance]
    if faint:
        listed = ", ".join(faint)
        said.append(f"Maxima that do not exceed their own credible band, not counted: at {listed}.")
    said += [
        f"The peaks at {b.tau:.2g} s and {a.tau:.2g} s may be one finite diffusion (ratio of times near 9, and of"
        " resistances too)."
        for a in out.peaks for b in out.peaks
        if 6.0 < b.tau / a.tau < 13.0 and 4.5 < b.resistance / a.resistance < 18.0
    ]  # fmt: skip
    if not out.settled:
        said.append("The iteration did not come to rest: read the finer details with care.")
    if tested.grade != "valid" or tested.suspects:
        said.append(f"Kramers-Kronig: the spectrum {tested.verdict}.")
    if out.spectrum.dropped:
        said.append(f"Left out on request: points {', '.join(str(p) for p in sorted(set(out.spectrum.dropped)))}.")
    return said
