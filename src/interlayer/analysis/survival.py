"""How long cells live: Kaplan-Meier, Weibull and log-rank with lives that are known, outlived or bracketed.

A life is an interval (low, high]: low = high where it is known, high = inf where the test ended alive (censored).

Kaplan-Meier  S(t) = prod (1 - d_i/n_i); Greenwood var S = S² sum d/(n(n-d)). Bands: "plain" S +- z s, "log-log"
              S^exp(+-z s/(S |ln S|)), which stays in 0..1 (Kalbfleisch & Prentice, recalled). Bracketed lives are refused
              here: the estimate for them is another one (Turnbull's).
Weibull       S(t) = exp(-(t/scale)^shape) by maximum likelihood: f(t) for known, S(low) for outlived,
              S(low) - S(high) for bracketed lives; intervals by the profile likelihood (chi-square of one).
Log-rank      chi2 = (sum(O - E))²/sum V, hypergeometric V, for two groups; the hazard ratio exp(sum(O - E)/sum V) is Peto's.
Valid for censoring that does not depend on how near the end a cell is: cells pulled because they looked bad are no
censored lives. Fewer than three failures give no shape worth a name (a note says so).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..errors import AnalysisError
from ..names import name as name_of
from ..record import Finding
from ..record.nouns import Array
from ._technique import Answer, Case, Joint, Stated, declare_joint

Band = Literal["log-log", "plain"]
SOURCE = "Kaplan & Meier, J. Am. Stat. Assoc. 53 (1958) 457; Mantel, Cancer Chemother. Rep. 50 (1966) 163 (recalled)"
WEIBULL = "maximum likelihood, profile likelihood for the intervals (textbook)"


@dataclass(frozen=True, eq=False)
class Lives:
    """Lives of cells: `low` <= life <= `high` (SI of `quantity`); high = inf where the test ended alive.

    quantity   what a life is counted in: "time", "areal_charge", "current_density" (a critical current is a life too)
    """

    low: Array
    high: Array
    quantity: str = "time"

    def __post_init__(self) -> None:
        low, high = np.asarray(self.low, dtype=np.float64), np.asarray(self.high, dtype=np.float64)
        name_of(self.quantity)
        if low.ndim != 1 or low.shape != high.shape or not len(low):
            raise AnalysisError("Lives are two rows of equal length", given=(low.shape, high.shape))
        if not (np.isfinite(low).all() and (low >= 0.0).all() and (high >= low).all() and (high > 0.0).all()):
            raise AnalysisError("Every life needs 0 <= low <= high with a finite low and a high above zero", given=[*zip(low.tolist(), high.tolist(), strict=True)][:5])
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    @classmethod
    def of(cls, times: Sequence[float] | Array, ended: Sequence[bool] | None = None, quantity: str = "time") -> Lives:
        """Known lives, and those outlived where `ended` is False."""
        low = np.asarray(times, dtype=np.float64)
        high = low if ended is None else np.where(np.asarray(ended, dtype=bool), low, np.inf)
        return cls(low, high, quantity)

    @property
    def exact(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which lives are known."""
        return np.asarray(self.low == self.high)

    @property
    def alive(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which tests ended alive."""
        return np.asarray(np.isinf(self.high))

    def __len__(self) -> int:
        return len(self.low)


def lives(findings: Sequence[Finding]) -> Lives:
    """Lives out of findings: `evidence["censored"]` means outlived; an interval means bracketed; else the value is known.

    A critical current is bracketed by the last current survived and the first that failed.
    """
    low, high = [], []
    kinds = {f.quantity for f in findings}
    if len(kinds) != 1:
        raise AnalysisError("Lives are counted in one quantity", given=sorted(kinds) or "no finding")
    for f in findings:
        if not isinstance(f.value, int | float):
            raise AnalysisError(f"The finding {f.name!r} is no number", given=f.value)
        if f.evidence.get("censored"):
            pair = (float(f.value), math.inf)
        elif f.interval is not None and f.interval[1] > f.interval[0]:
            pair = f.interval
        else:
            pair = (float(f.value), float(f.value))
        low.append(pair[0])
        high.append(pair[1])
    return Lives(np.array(low), np.array(high), kinds.pop())


# -- Kaplan-Meier ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """Step function S(t): at `time` it falls to `survival`; std by Greenwood, band [low, high] at `level`.

    at_risk, ended   cells under test just before, and ended at, each time
    """

    time: Array
    survival: Array
    std: Array
    low: Array
    high: Array
    at_risk: Array
    ended: Array
    level: float
    band: str
    quantity: str

    def __call__(self, time: float) -> float:
        """S(t)."""
        k = int(np.searchsorted(self.time, time, side="right"))
        return 1.0 if k == 0 else float(self.survival[k - 1])

    def median(self) -> tuple[float, float, float]:
        """(median life, low, high): where S, and its band's ends, first reach one half; inf where they never do."""

        def first(curve: Array) -> float:
            below = np.flatnonzero(curve <= 0.5 + 1e-12)
            return float(self.time[below[0]]) if len(below) else math.inf

        return first(self.survival), first(self.low), first(self.high)

    def findings(self) -> list[Finding]:
        """Median life and what it rests on."""
        middle, low, high = self.median()
        cells = int(self.at_risk[0]) if len(self.at_risk) else 0
        method = f"Kaplan-Meier, {cells} cells at risk at first failure, {int(self.ended.sum())} ended; band {self.band}"
        found = math.isfinite(middle)
        note = "" if found else "fewer than half of the cells ended: the median life is longer than the tests"
        return [Finding("median life", middle if found else None, self.quantity, method, None, SOURCE, note, (low, high) if found else None, {"level": self.level, "survival": self.survival.tolist(), "time": self.time.tolist()})]


def kaplan_meier(given: Lives, *, band: Band = "log-log", level: float = 0.95) -> KaplanMeier:
    """Share of cells still alive against time.

    Errors: `AnalysisError` for bracketed lives (take `weibull`), or when no cell ended.
    """
    if band not in ("log-log", "plain"):
        raise AnalysisError("This band is not known", given=band, allowed=("log-log", "plain"))
    if not (given.exact | given.alive).all():
        raise AnalysisError(
            "Some lives are only bracketed, and Kaplan-Meier needs them known", given=int(np.sum(~(given.exact | given.alive))),
            remedy="Take survival.weibull, which uses brackets as they are",
        )  # fmt: skip
    if given.alive.all():
        raise AnalysisError("No cell ended: there is nothing to estimate but that all outlived their tests", given=len(given))
    time = np.unique(given.low[given.exact])
    ended = np.array([np.sum(given.exact & (given.low == t)) for t in time], dtype=np.float64)
    at_risk = np.array([np.sum(given.low >= t) for t in time], dtype=np.float64)
    survival: Array = np.cumprod(1.0 - ended / at_risk).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.cumsum(ended / (at_risk * (at_risk - ended)))
        std = np.where(survival > 0.0, survival * np.sqrt(total), 0.0)
        z = _normal(0.5 + 0.5 * level)
        if band == "plain":
            low, high = np.clip(survival - z * std, 0.0, 1.0), np.clip(survival + z * std, 0.0, 1.0)
        else:
            spread = z * np.sqrt(total) / np.abs(np.log(survival))
            low, high = survival ** np.exp(spread), survival ** np.exp(-spread)
            low, high = np.where(survival > 0.0, low, 0.0), np.where(survival > 0.0, high, 0.0)
    return KaplanMeier(time, survival, std, low, high, at_risk, ended, level, band, given.quantity)


def _normal(p: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(p))


# -- Weibull ----------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Weibull:
    """S(t) = exp(-(t/scale)^shape): values with their profile-likelihood intervals at `level`, and the log-likelihood.

    shape above 1: cells wear out; below 1: the weak ones die first; 1: no memory
    """

    shape: float
    scale: float
    shape_interval: tuple[float, float]
    scale_interval: tuple[float, float]
    log_likelihood: float
    level: float
    cells: int
    ended: int
    quantity: str

    def __call__(self, time: Array | float) -> Array:
        """S(t)."""
        return np.asarray(np.exp(-((np.asarray(time, dtype=np.float64) / self.scale) ** self.shape)))

    def quantile(self, share: float) -> float:
        """Life by which `share` of the cells have ended."""
        return float(self.scale * (-math.log1p(-share)) ** (1.0 / self.shape))

    def findings(self) -> list[Finding]:
        """Shape, scale and median."""
        method = f"Weibull by maximum likelihood, {self.cells} cells, {self.ended} ended"
        why = "" if self.ended >= 3 else "fewer than three cells ended: the shape says little"
        evidence = {"level": self.level, "log likelihood": self.log_likelihood}
        return [
            Finding("Weibull shape", self.shape, "number", method, None, WEIBULL, why, self.shape_interval, evidence),
            Finding("Weibull scale", self.scale, self.quantity, method, None, WEIBULL, why, self.scale_interval, evidence),
            Finding("Weibull median", self.quantile(0.5), self.quantity, method, None, WEIBULL, "scale ln(2)^(1/shape); its error follows from theirs", None, evidence),
        ]  # fmt: skip


def weibull(given: Lives, *, level: float = 0.95) -> Weibull:
    """Weibull through lives known, outlived or bracketed.

    Errors: `AnalysisError` with fewer than two failures, or when all failed at one time (no shape is finite then).
    """
    ended = ~given.alive
    if int(ended.sum()) < 2:
        raise AnalysisError("A Weibull distribution needs two cells that ended", given=int(ended.sum()), allowed="2 or more")
    if (given.exact[ended]).all() and np.ptp(given.low[ended]) == 0.0:
        raise AnalysisError("All cells ended at the same time: no finite shape describes that", given=float(given.low[ended][0]))
    if (given.low[given.exact] <= 0.0).any():
        raise AnalysisError("A life of zero has no Weibull likelihood", given=0.0, remedy="State it as a bracket (0, first look)")
    bracketed = ended & ~given.exact
    if bracketed[ended].all() and np.max(given.low[ended]) < np.min(given.high[ended]) and np.all(given.low[given.alive] < np.min(given.high[ended])):
        raise AnalysisError("All brackets share a stretch: any steep enough shape fits", given="one current or time for all", remedy="Smaller steps, or more cells")
    unit = float(np.exp(np.mean(np.log(np.maximum(np.where(ended & (given.low <= 0.0), given.high, given.low), 1e-300)[ended]))))
    low, high = given.low / unit, given.high / unit

    def loss(p: Array) -> float:
        return -_likelihood(low, high, given.exact, given.alive, float(p[0]), float(p[1]))

    best = _least(loss, np.array([0.3, 0.1]))
    top = -loss(best)
    drop = 0.5 * _normal(0.5 + 0.5 * level) ** 2
    shape_ends, scale_ends = (_profile(loss, best, k, -top + drop) for k in (0, 1))
    density = float(np.sum(given.exact)) * math.log(unit)
    return Weibull(
        math.exp(best[0]), unit * math.exp(best[1]), (math.exp(shape_ends[0]), math.exp(shape_ends[1])),
        (unit * math.exp(scale_ends[0]), unit * math.exp(scale_ends[1])), top - density, level, len(given), int(ended.sum()), given.quantity,
    )  # fmt: skip


def _likelihood(low: Array, high: Array, exact: np.ndarray, alive: np.ndarray, log_shape: float, log_scale: float) -> float:
    shape = math.exp(min(max(log_shape, -8.0), 8.0))
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        x = shape * (np.log(low) - log_scale)
        total = float(np.sum(math.log(shape) - log_scale + (shape - 1.0) * (np.log(low[exact]) - log_scale) - np.exp(np.minimum(x[exact], 500.0))))
        total -= float(np.sum(np.exp(np.minimum(x[alive], 500.0))))
        between = ~exact & ~alive
        if between.any():
            a = np.exp(np.minimum(x[between], 500.0))
            b = np.exp(np.minimum(shape * (np.log(high[between]) - log_scale), 500.0))
            total += float(np.sum(-a + np.log(np.maximum(-np.expm1(-(b - a)), 1e-300))))
    return total


def _least(loss: Callable[[Array], float], start: Array) -> Array:
    from scipy.optimize import minimize

    one = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 2000})
    return np.asarray(one.x, dtype=np.float64)


def _profile(loss: Callable[[Array], float], best: Array, k: int, level: float) -> tuple[float, float]:
    """Ends of parameter k where the loss, least over the other, reaches `level`."""
    from scipy.optimize import brentq, minimize_scalar

    def above(value: float) -> float:
        def other(q: float) -> float:
            p = np.empty(2)
            p[k], p[1 - k] = value, q
            return loss(p)

        middle = float(best[1 - k])
        return float(minimize_scalar(other, bracket=(middle - 0.2, middle + 0.2), options={"xtol": 1e-9}).fun) - level

    ends = []
    for way in (-1.0, 1.0):
        step = 0.1
        while above(float(best[k]) + way * step) < 0.0 and step < 20.0:
            step *= 1.6
        edge = float(best[k]) + way * step
        ends.append(float(brentq(above, float(best[k]), edge, xtol=1e-9)) if step < 20.0 else way * math.inf)
    return ends[0], ends[1]


# -- two groups -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class LogRank:
    """Test that two groups have one survival: chi-square of one degree, its probability, and Peto's hazard ratio of the
    first group against the second with its interval at 95 %."""

    chi2: float
    probability: float
    observed: tuple[float, float]
    expected: tuple[float, float]
    hazard_ratio: float
    interval: tuple[float, float]

    def findings(self, first: str = "bare", second: str = "protected") -> list[Finding]:
        """Probability of one survival for both, and the hazard ratio."""
        method = f"log-rank, {first} against {second}; ended {self.observed[0]:g} and {self.observed[1]:g}, expected {self.expected[0]:.3g} and {self.expected[1]:.3g}"
        evidence = {"chi2": self.chi2, "level": 0.95}
        return [
            Finding("probability of equal lives", self.probability, "fraction", method, None, SOURCE, "a probability, by chi-square of one degree", evidence=evidence),
            Finding(f"hazard ratio {first}/{second}", self.hazard_ratio, "number", f"{method}; Peto", None, SOURCE, "", self.interval, evidence),
        ]  # fmt: skip


def log_rank(first: Lives, second: Lives) -> LogRank:
    """Whether two groups (bare against protected) live equally long. Errors: `AnalysisError` for bracketed lives, for two
    quantities, or when nothing ended while both were under test."""
    if first.quantity != second.quantity:
        raise AnalysisError("Both groups count their lives in one quantity", given=(first.quantity, second.quantity))
    for group in (first, second):
        if not (group.exact | group.alive).all():
            raise AnalysisError("Some lives are only bracketed, and the log-rank test needs them known", remedy="Compare Weibull fits instead")
    o1 = e1 = variance = 0.0
    total = 0.0
    for t in np.unique(np.concatenate([first.low[first.exact], second.low[second.exact]])):
        n1, n2 = float(np.sum(first.low >= t)), float(np.sum(second.low >= t))
        d1, d2 = float(np.sum(first.exact & (first.low == t))), float(np.sum(second.exact & (second.low == t)))
        n, d = n1 + n2, d1 + d2
        o1, e1, total = o1 + d1, e1 + d * n1 / n, total + d
        if n > 1.0:
            variance += d * n1 * n2 * (n - d) / (n * n * (n - 1.0))
    if variance <= 0.0:
        raise AnalysisError("No cell ended while cells of both groups were under test: nothing to compare", given=(len(first), len(second)))
    from scipy.special import gammaincc

    chi2 = (o1 - e1) ** 2 / variance
    ratio, spread = (o1 - e1) / variance, 1.959963985 / math.sqrt(variance)
    return LogRank(chi2, float(gammaincc(0.5, 0.5 * chi2)), (o1, total - o1), (e1, total - e1), math.exp(ratio), (math.exp(ratio - spread), math.exp(ratio + spread)))


# -- recognition ------------------------------------------------------------------------------------------------------
LIVES = {"critical_current": "critical current density", "strip_plate": "life"}


def _lived(cases: Sequence[Case]) -> dict[str, dict[str, Finding]]:
    """By technique: label -> its life, of all cells that have one in the same quantity."""
    out: dict[str, dict[str, Finding]] = {}
    for technique, name in LIVES.items():
        found = {c.label: f for c in cases for f in c.findings.get(technique, ()) if f.name == name and isinstance(f.value, int | float)}
        if len(found) > 1:
            out[technique] = found
    return out


def _several(cases: Sequence[Case]) -> Answer:
    found = _lived(cases)
    if not found:
        return False, "two cells or more with a life by the same technique (strip and plate, or a critical current): there are not"
    return True, "; ".join(f"{len(v)} cells with a {LIVES[k]}" for k, v in found.items())


def _compared(cases: Sequence[Case], stated: Stated) -> list[Finding]:
    """Each group by itself, and two groups against each other."""
    out: list[Finding] = []
    for technique, found in _lived(cases).items():
        groups = {word: [found[m] for m in members if m in found] for word, members in (stated.get("groups") or {}).items()}
        if not any(groups.values()):
            groups = {"all cells": list(found.values())}
        said = f"; life: {LIVES[technique]}"
        kept = {w: lives(g) for w, g in groups.items() if g}
        for word, one in kept.items():
            members = [label for label, f in found.items() if any(f is g for g in groups[word])]
            made = _one_group(one, {"group": word, "technique": technique, "members": members})
            out += [replace(f, name=f"{f.name}, {word}", method=f.method + said) for f in made]
        if len(kept) == 2:
            (a, first), (b, second) = kept.items()
            if (first.exact | first.alive).all() and (second.exact | second.alive).all():
                out += log_rank(first, second).findings(a, b)
    return out


def _one_group(given: Lives, who: Mapping[str, object]) -> list[Finding]:
    """Kaplan-Meier where the lives are known, Weibull where two cells ended; a note where neither can be."""
    out: list[Finding] = []
    count = Finding("cells", float(len(given)), "number", "counted", None, SOURCE, f"{int(given.alive.sum())} of them outlived their test", evidence=who)
    if (given.exact | given.alive).all() and not given.alive.all():
        out += kaplan_meier(given).findings()
    try:
        out += weibull(given).findings()
    except AnalysisError as error:
        out.append(Finding("Weibull scale", None, given.quantity, "maximum likelihood", None, WEIBULL, str(error)))
    return [count, *out]


declare_joint(Joint("survival", "lives of several cells", _several, _compared, {"groups": 'the cells of each group, {"bare": [...], "protected": [...]}'}))
