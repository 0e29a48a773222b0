"""Are residuals noise, or do they follow the frequency? Runs test and autocorrelation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..elements.base import Array, ComplexArray

LIMIT = 3.5  # standard deviations; white residuals pass it once in 2000 spectra
LAGS = 4


@dataclass(frozen=True)
class Pattern:
    """Residuals in order of frequency, real and imaginary part pooled.

    autocorrelation   lag-1 coefficient; 0 for noise, towards 1 for a wave
    z                 the largest of three scores, each N(0, 1) for noise: lag 1, lags 1 to 4 together, runs of one sign
    """

    autocorrelation: float
    z: float

    @property
    def systematic(self) -> bool:
        """Whether noise alone would give this pattern less than once in two thousand spectra."""
        return self.z > LIMIT


def percent(share: float) -> str:
    """0.0031 -> '0.31 %'."""
    return f"{100.0 * share:.2g} %"


def pattern(residuals: ComplexArray | Array) -> Pattern:
    """Pattern of residuals in their order: complex ones by frequency, real ones by time."""
    r: Array = np.stack([residuals.real, residuals.imag] if np.iscomplexobj(residuals) else [residuals.real])
    most = 4.0 * float(np.std(r))
    r = np.minimum(np.maximum(r, -most), most)  # one glitch is no pattern
    total, m = float(np.vdot(r, r)), r.shape[1]
    if total == 0.0 or m < 8:
        return Pattern(0.0, 0.0)
    lags = [float(np.einsum("pi,pi->", r[:, k:], r[:, :-k])) / total for k in range(1, LAGS + 1)]
    count = float(len(r) * (m - 1))
    smooth = sum(lags) * math.sqrt(count / LAGS)
    return Pattern(lags[0], max(lags[0] * math.sqrt(count), smooth, _runs(r)))


def _runs(r: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    """Too few runs of one sign, in standard deviations (Wald-Wolfowitz, both parts together)."""
    expected = variance = 0.0
    n, above = r.shape[1], r >= 0.0
    seen = float(len(r)) + int(np.count_nonzero(above[:, 1:] != above[:, :-1]))
    for up in above.sum(axis=1).tolist():
        product = 2.0 * up * (n - up)
        expected += 1.0 + product / n
        variance += product * (product - n) / (n * n * (n - 1.0))
    return (expected - seen) / math.sqrt(variance) if variance > 0.0 else 0.0
