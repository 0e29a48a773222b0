"""The score of a prediction: how probable it made what was reported, beside how probable a naive rule made it.

Definition, the same for the model and for every naive rule. With y = ln(reported value), a prediction is a Student
distribution of four degrees of freedom (tails heavy enough that one miss does not decide a paper) in y,

    z = (y - m)/s,   s² = w² + e²
    m   ln of the predicted value: median of the draws, or what the naive rule says
    w   half width of the 80 % band over 1.5332 (the 90 % quantile of that distribution); for a naive rule its stated spread
    e   reading error of the claim: READING of its form

    score = ln[t4(z)/s]        a value was reported
            ln P(more)         a lower bound, or a life test that ended alive (censored): log survival
            ln P(less)         an upper bound

Lives and critical currents may have no end within the simulated test. Of n draws k ended; phi = (k + 1/2)/(n + 1) of the
probability lies in the Student part, the rest beyond the test: density phi t4(z)/s, survival 1 - phi + phi (1 - T4(z)). To s²
comes u²/(k + 1), since few ends fix no width; u is the spread of `NOBODY`, what one knows of a quantity that nobody measured,
which is the Student part itself where k = 0. A gain is a score less a naive one, in nats.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

#: degrees of freedom of the distribution
TAILS: Final = 4.0
#: its 90 % quantile: half the 80 % band is so many scales wide
EIGHTY: Final = 1.533206274058944
#: relative reading error by the form of a claim: printed numbers, numbers with "about", ends of ranges
READING: Final[Mapping[str, float]] = {"point": 0.05, "approx": 0.15, "series": 0.05, "range": 0.15, "lower_bound": 0.05, "upper_bound": 0.05}
_LIFE: Final = (3.6e5, 1.5)  # 100 h
#: quantities of claims that a test may end without: what one knows of them before any measurement (SI value, spread in ln), round numbers
NOBODY: Final[Mapping[str, tuple[float, float]]] = {
    "cycle_life_hours": _LIFE, "failure_time": _LIFE, "degradation_onset_time": _LIFE, "impedance_stability_time": _LIFE,
    "critical_current_density": (10.0, 1.5), "cycle_life_cycles": (100.0, 1.5),
}  # fmt: skip
LEAST: Final = 1e-12  # probability below which a bound counts as missed for good
#: spread in ln of the naive rules: round numbers set before any score was computed and fitted to nothing; `summary` shows what half and twice of them do
NAIVE: Final[Mapping[str, float]] = {"V = j R": 0.2, "protected = bare": 0.7, "critical current ~ 1/ASR": 0.7, "last value carried": 0.3}


@dataclass(frozen=True)
class Predictive:
    """What a prediction says of ln(value): Student part (center, scale) with the share `ended`, the rest beyond the test."""

    center: float
    scale: float
    ended: float = 1.0

    def density(self, y: float) -> float:
        """ln of the probability density at y."""
        from scipy.stats import t

        return float(math.log(self.ended) + t.logpdf((y - self.center) / self.scale, TAILS) - math.log(self.scale))

    def above(self, y: float) -> float:
        """ln of the probability of more than y."""
        from scipy.stats import t

        return math.log(max(1.0 - self.ended + self.ended * float(t.sf((y - self.center) / self.scale, TAILS)), LEAST))

    def below(self, y: float) -> float:
        """ln of the probability of less than y."""
        from scipy.stats import t

        return math.log(max(self.ended * float(t.cdf((y - self.center) / self.scale, TAILS)), LEAST))

    def score(self, reported: float, form: str, censored: bool = False) -> float:
        """The log-score of a reported value (SI, above zero) of that form."""
        y = math.log(reported)
        if censored or form == "lower_bound":
            return self.above(y)
        return self.below(y) if form == "upper_bound" else self.density(y)


def of_draws(values: Sequence[float], beyond: int, form: str, quantity: str) -> Predictive:
    """The prediction of draws: finite `values` (SI, above zero) and so many that did not end within the test."""
    n, k = len(values) + beyond, len(values)
    ended = 1.0 if not beyond and quantity not in NOBODY else (k + 0.5) / (n + 1.0)
    if not k:
        value, spread = NOBODY[quantity]
        return Predictive(math.log(value), math.hypot(spread, READING[form]), ended)
    low, middle, high = np.quantile(np.log(values), [0.1, 0.5, 0.9])
    unknown = NOBODY[quantity][1] / math.sqrt(k + 1.0) if quantity in NOBODY else 0.0
    return Predictive(float(middle), math.hypot(0.5 * float(high - low) / EIGHTY, READING[form], unknown), ended)


def naive(rule: str, value: float, form: str, factor: float = 1.0) -> Predictive:
    """The prediction of a naive rule; `factor` widens or narrows its spread."""
    return Predictive(math.log(value), math.hypot(factor * NAIVE[rule], READING[form]))


def bootstrap(gains: Sequence[float], count: int = 2000, seed: int = 1) -> tuple[float, float, float]:
    """(mean, 5 %, 95 %) of the mean gain over resampled claims; the ends are nan for fewer than two claims."""
    if not len(gains):
        return math.nan, math.nan, math.nan
    found = np.asarray(gains, dtype=float)
    if len(found) < 2:
        return float(found[0]), math.nan, math.nan
    means = np.random.default_rng(seed).choice(found, (count, len(found))).mean(axis=1)
    return float(found.mean()), float(np.quantile(means, 0.05)), float(np.quantile(means, 0.95))
