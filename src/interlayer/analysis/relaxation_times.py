"""Distribution of relaxation times: which processes, how fast and how large, without a circuit.

    Z(w) = R_s + i w L + integral gamma(ln tau)/(1 + i w tau) d ln tau  [+ A/(i w)^n]

gamma >= 0 [ohm, or ohm m² with specific=True] per unit of ln tau, tau in s, on a grid of ten nodes a decade (fourteen
where the noise is below 0.15 %) that reaches 0.75 decades beyond the data on both sides. R_s [ohm] and L [H] stand
beside it. The tail A/(i w)^n (n = 1/2 diffusion, n = 1 blocking, else a CPE) is tried where -Z'' rises towards the
lowest frequency, and kept where the evidence is better with it; `RelaxationTimes.tail` says so.

Choice of smoothness. ln gamma is fitted, its curvature is penalised, and the weight of the penalty is the one of the
highest evidence, node by node (hierarchical Bayes, analysis/_ridge.py). Humps of little weight that the evidence does
not ask for are taken out (analysis/_choice.py): without that an ideal RC leaves half a percent of its resistance to
noise at the ends of the band. Noise: the Kramers-Kronig residual. benchmarks/bench_relaxation_times.py prints how often
peaks and resistance are right, beside Tikhonov on gamma with ordinary and robust cross-validation, re-im
cross-validation and the discrepancy principle (all with the same grid and rule of peaks).

Peak. A maximum of gamma inside the measured band whose height above the higher of its two saddles exceeds `SURE`
posterior standard deviations of that difference (analysis/_peaks.py). R of a peak is the integral between its
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
from typing import Any, Literal

import numpy as np

from ..elements.base import Array, ComplexArray
from ..errors import AnalysisError, UnknownNameError
from ..record import Finding, Record, Segment
from . import kramers_kronig
from ._choice import TAILS, Choice, Tail, choose
from ._kernel import kernel
from ._peaks import Peak, integral, maxima, peak
from ._residuals import Pattern, pattern, percent
from ._spectrum import Spectrum, spectrum_of
from ._target import usable
from .kramers_kronig import KramersKronig

__all__ = ["SURE", "TAILS", "Peak", "RelaxationTimes", "Tail", "distribution"]

SOURCE = "10.1016/j.electacta.2015.09.097, 10.1016/j.electacta.2017.07.050 (both recalled)"
SURE = 2.0
UNSEEN = 0.3  # error of the resistance beyond the band, as a share of its odds: it rests on the fall assumed there
OPEN = 0.02  # share of the resistance beyond the band from which it is said
FAINT = 0.01  # share of the resistance from which a maximum not counted is named; of |Z|, resistance worth a word
NORMAL = 1.959963984540054
OPEN_DOWN = 1.0  # std of ln gamma from which the upper band is what would be seen
HIDDEN = 6.0  # standard deviations that a decade may show and be overlooked


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
    return _result(choose(kernel(spectrum, tested, inductance), tail, smoothing), tested)


def _result(choice: Choice, tested: KramersKronig) -> RelaxationTimes:
    k, solution = choice.kernel, choice.solution
    spectrum, n, step, covariance = k.spectrum, len(k.nodes), k.step, solution.covariance
    log_gamma = solution.x[:n] + math.log(k.scale)
    gamma, tau = np.exp(log_gamma), np.exp(k.nodes)
    spread = np.sqrt(np.maximum(np.diagonal(covariance)[:n], 0.0))
    shown = np.exp(-choice.problem.visible) * k.scale  # gamma that shows one standard deviation a decade
    others = np.exp(solution.x[choice.problem.logs]) * k.scale
    total, total_std = integral(gamma * step, covariance, 0, n)
    inside = (tau >= 1.0 / spectrum.omega[-1]) & (tau <= 1.0 / spectrum.omega[0])
    fast = float(gamma[tau < 1.0 / spectrum.omega[-1]].sum() / gamma.sum())
    beyond = fast + float(gamma[tau > 1.0 / spectrum.omega[0]].sum() / gamma.sum())
    total_std = math.hypot(total_std, UNSEEN * total * beyond / (1.0 - beyond))
    series_std = float(others[0]) * math.sqrt(max(float(covariance[n, n]), 0.0))
    series_std = math.hypot(series_std, UNSEEN * total * fast / (1.0 - fast))
    found = [p for i in maxima(log_gamma) if inside[i] and (p := peak(i, k.nodes, log_gamma, covariance, step))]
    peaks = tuple(p for p in found if p.certainty >= SURE)
    power = choice.exponent
    tail = None if power is None else (power, float(others[-1] * spectrum.omega[0] ** power))
    out = RelaxationTimes(
        spectrum, tau, gamma, gamma * np.exp(-NORMAL * spread), _upper(gamma, spread, shown), peaks,
        tuple(p for p in found if p.certainty < SURE), total, total_std, beyond, float(others[0]), series_std,
        float(others[1] / spectrum.omega[-1]) if k.inductance else None, tail, np.zeros_like(spectrum.z), k.noise,
        solution.smoothing, solution.freedom, solution.settled, tested, Pattern(0.0, 0.0), False, "", (), covariance,
    )  # fmt: skip
    residuals = (spectrum.z - out.impedance(spectrum.omega)) / np.abs(spectrum.z)
    return _judged(replace(out, residuals=residuals), len(others))


def _upper(gamma: Array, spread: Array, shown: Array) -> Array:
    """Upper end of the band; where ln gamma is open downwards, what would be seen bounds it upwards."""
    more = np.where(spread > OPEN_DOWN, HIDDEN * shown, 0.0)
    out: Array = np.minimum(
        gamma * np.exp(NORMAL * np.minimum(spread, OPEN_DOWN)) + more, gamma * np.exp(NORMAL * np.minimum(spread, 100.0))
    )
    return out


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
