"""Z-HIT: the modulus of a spectrum rebuilt from its phase, to find drift that passes for a slow process.

    ln|Z(w)| ~ C + (2/pi) integral phi d ln w - (pi/6) d phi/d ln w

phi [rad] the phase, w [rad/s]. The phase of one frequency is measured within its own few periods, so a cell that
changes slowly during the sweep keeps an honest phase while its modulus walks away: Z (1 + d(w)) shows as ln(1 + d(w)).
The constant C comes from a window at middle frequencies (`WINDOW`, else the middle third of the band).

Phase: natural cubic smoothing spline over ln w whose residuals match the noise that the Kramers-Kronig test finds
in the
differences of neighbours (points it names as suspects are bridged). The formula is the beginning of a series and errs by up to some 2 % where
the phase bends; that error is taken from the same operation on the Kramers-Kronig model, whose modulus is known, and
subtracted (`bias`). The threshold of a point is `LIMIT` standard deviations of its residual, computed through the same
operation from the noise, and at least `VISIBLE`.

Validity: |Z| and phase of a two-terminal cell, one point after the other; blind to a change that scales nothing (a
shift of time constants alone shows weakly) and to what happens inside one point. A drift within the window enters C.
Source: Ehm, Göhr, Kaus, Röseler & Schiller, ACH - Models in Chemistry 137 (2000) 145 (recalled, not opened; the formula
and its coefficient checked against ideal circuits in tests/test_z_hit.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .. import units
from ..elements.base import Array, ComplexArray
from ..errors import AnalysisError
from ..record import Finding, Record, Segment
from . import kramers_kronig
from ._residuals import percent
from ._spectrum import Mask, Spectrum, spectrum_of
from ._target import number
from .kramers_kronig import KramersKronig

SOURCE = "Ehm et al., ACH - Models Chem. 137 (2000) 145 (recalled)"
WINDOW = (1.0, 1000.0)  # Hz
LEAST = 5  # points of the window
LIMIT, VISIBLE = 4.0, 0.01  # standard deviations, and part of |Z|, from which a residual counts
RUN = 0.7  # share of the points beyond an onset that must count for it to be one
ENDS = 3  # points that make an end
FLOOR = 1e-5  # least noise


@dataclass(frozen=True, eq=False)
class ZHit:
    """Outcome of the test, ascending frequency.

    modulus    |Z| rebuilt from the phase [ohm], without the bias of the formula
    residuals  ln|Z| - ln modulus: relative error of the measured modulus
    std        of every residual, from noise alone; bias the error of the formula that was subtracted
    beyond     points whose residual counts; `share` of all, `low_share` of those below the window
    onset      frequency [Hz] below which the modulus drifts, None without drift; `drift` its size at the lowest
               frequency (mean of the last points), with drift_std
    upper      frequency [Hz] above which the modulus is off (leads, mutual induction), None
    strays     rows (of the segment) of single points that are off
    grade      "steady", "drift", "high frequencies" or "both"; `verdict` says it in words
    """

    spectrum: Spectrum = field(repr=False)
    modulus: Array = field(repr=False)
    residuals: Array = field(repr=False)
    std: Array = field(repr=False)
    bias: Array = field(repr=False)
    window: tuple[float, float]
    beyond: Mask = field(repr=False)
    share: float
    low_share: float
    onset: float | None
    drift: float
    drift_std: float
    upper: float | None
    strays: tuple[int, ...]
    grade: str
    verdict: str
    noise: float
    kramers_kronig: KramersKronig = field(repr=False)

    def findings(self) -> list[Finding]:
        """The verdict, and the relative drift of the modulus at the lowest frequency."""
        evidence = {
            **self.spectrum.window(), "grade": self.grade, "window_Hz": list(self.window), "share_beyond": self.share,
            "share_beyond_below_window": self.low_share, "onset_Hz": self.onset, "upper_Hz": self.upper,
            "stray_points": list(self.strays), "noise": self.noise,
            "largest": float(np.max(np.abs(self.residuals))), "largest_bias": float(np.max(np.abs(self.bias))),
        }  # fmt: skip
        method = "Z-HIT, derivative term -pi/6, bias of the formula taken off"
        return [
            Finding("Z-HIT verdict", self.verdict, "number", method, source=SOURCE, evidence=evidence),
            Finding("drift of the modulus at the lowest frequency", self.drift, "number", method, self.drift_std, SOURCE,
                    evidence=evidence),
        ]  # fmt: skip


def check(
    data: Record | Segment | Spectrum, *, which: int | None = None, drop: Sequence[int] = (),
    window: tuple[units.Given, units.Given] | None = None,
) -> ZHit:  # fmt: skip
    """Z-HIT of one spectrum (`which` where a record holds several); `window` in Hz, or texts ("1 Hz", "1 kHz")."""
    spectrum = data if isinstance(data, Spectrum) else spectrum_of(data, which=which, drop=drop)
    tested = kramers_kronig.check(spectrum)
    noise = _noise(tested)
    ends, inside = _window(spectrum, window)
    suspect = np.isin(spectrum.points, tested.suspects)
    phase = _bridged(spectrum.omega, np.unwrap(np.angle(spectrum.z)), suspect)
    operator = _Operator(np.log(spectrum.omega), phase, noise)
    centre = np.eye(len(phase)) - (inside & ~suspect) / np.count_nonzero(inside & ~suspect)  # a row each: minus its mean
    model = tested.model
    bias = centre @ (operator.matrix @ np.unwrap(np.angle(model)) - np.log(np.abs(model)))
    residuals = centre @ (np.log(np.abs(spectrum.z)) - operator.matrix @ phase) + bias
    spread = centre @ operator.matrix
    std = noise * np.sqrt(np.sum(centre * centre, axis=1) + np.sum(spread * spread, axis=1))
    beyond = np.abs(residuals) > np.maximum(LIMIT * std, VISIBLE)
    return _judged(spectrum, residuals, std, bias, ends, inside, beyond, tested, noise)


def _noise(tested: KramersKronig) -> float:
    """Relative noise from differences of neighbours (robust): what follows the frequency, a drift, is not in it."""
    r = tested.residuals
    steps = np.abs(np.concatenate([np.diff(r.real), np.diff(r.imag)]))
    return max(min(float(np.median(steps)) / (0.6745 * math.sqrt(2.0)), tested.std), FLOOR)


def _window(spectrum: Spectrum, window: tuple[units.Given, units.Given] | None) -> tuple[tuple[float, float], Mask]:
    f = spectrum.frequency
    if window is not None:
        low, high = (number(w, "frequency", "end of the window") for w in window)
        inside = (f >= low) & (f <= high)
        if np.count_nonzero(inside) < LEAST:
            raise AnalysisError(
                f"The window holds {np.count_nonzero(inside)} points", given=(low, high), allowed=f"at least {LEAST} points",
                remedy=f"The data go from {f[0]:.3g} to {f[-1]:.3g} Hz",
            )  # fmt: skip
        return (low, high), inside
    ends = WINDOW
    inside = (f >= ends[0]) & (f <= ends[1])
    if np.count_nonzero(inside) < LEAST or inside[0] or inside[-1]:  # the ends of the band can't judge themselves
        third = (math.log(f[-1]) - math.log(f[0])) / 3.0
        ends = (f[0] * math.exp(third), f[-1] * math.exp(-third))
        inside = (f >= ends[0]) & (f <= ends[1])
    if np.count_nonzero(inside) < LEAST:
        raise AnalysisError(
            f"Z-HIT needs {LEAST} points at middle frequencies", given=f"{len(f)} points from {f[0]:.3g} to {f[-1]:.3g} Hz"
        )
    return (float(ends[0]), float(ends[1])), inside


def _bridged(omega: Array, phase: Array, suspect: Mask) -> Array:
    x = np.log(omega)
    return np.asarray(np.interp(x, x[~suspect], phase[~suspect]), dtype=np.float64)


class _Operator:
    """phase -> (2/pi) integral - (pi/6) derivative, of the smoothed phase, as one matrix.

    Natural cubic smoothing spline in Reinsch's form: g = (1 + lam Q R^-1 Q^T)^-1 y, second derivatives R^-1 Q^T g.
    """

    def __init__(self, x: Array, phase: Array, noise: float) -> None:
        n, h = len(x), np.diff(x)
        if not (h > 0.0).all():
            raise AnalysisError("Two points have the same frequency", remedy="Leave one out: drop=[...]")
        q, r = np.zeros((n, n - 2)), np.zeros((n - 2, n - 2))
        for j in range(n - 2):
            q[j : j + 3, j] = 1.0 / h[j], -1.0 / h[j] - 1.0 / h[j + 1], 1.0 / h[j + 1]
            r[j, j] = (h[j] + h[j + 1]) / 3.0
            if j:
                r[j - 1, j] = r[j, j - 1] = h[j] / 6.0
        to_bend = np.linalg.solve(r, q.T)
        size, axes = np.linalg.eigh(q @ to_bend)
        size = np.maximum(size, 0.0)
        self.smooth = self._smoothing(size, axes, phase, noise)
        bend = np.zeros((n, n))
        bend[1:-1] = to_bend @ self.smooth
        self.matrix = (2.0 / math.pi) * self._integral(h, bend) - (math.pi / 6.0) * self._derivative(h, bend)

    @staticmethod
    def _smoothing(size: Array, axes: Array, phase: Array, noise: float) -> Array:
        """The smoother whose residuals have the variance of the noise, degrees of freedom taken off."""
        share = axes.T @ phase
        low, high = -40.0, 40.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            kept = 1.0 / (1.0 + math.exp(middle) * size)
            left = float(np.sum(((1.0 - kept) * share) ** 2))
            if left > noise**2 * float(np.sum(1.0 - kept)):
                high = middle
            else:
                low = middle
        out: Array = (axes / (1.0 + math.exp(low) * size)) @ axes.T
        return out

    def _integral(self, h: Array, bend: Array) -> Array:
        step = h[:, None]
        parts = 0.5 * step * (self.smooth[1:] + self.smooth[:-1]) - step**3 / 24.0 * (bend[1:] + bend[:-1])
        return np.concatenate([np.zeros((1, len(bend))), np.cumsum(parts, axis=0)])

    def _derivative(self, h: Array, bend: Array) -> Array:
        step = h[:, None]
        rise = (self.smooth[1:] - self.smooth[:-1]) / step
        first = rise - step / 6.0 * (2.0 * bend[:-1] + bend[1:])
        last = rise[-1:] + step[-1:] / 6.0 * (bend[-2:-1] + 2.0 * bend[-1:])
        return np.concatenate([first, last])


def _judged(
    spectrum: Spectrum, residuals: Array, std: Array, bias: Array, ends: tuple[float, float], inside: Mask, beyond: Mask,
    tested: KramersKronig, noise: float,
) -> ZHit:  # fmt: skip
    f = spectrum.frequency
    first, last = int(np.argmax(inside)), len(f) - int(np.argmax(inside[::-1]))
    reach = _reach(residuals[:first][::-1], beyond[:first][::-1])
    onset = None if reach is None else float(f[first - 1 - reach])
    reach = _reach(residuals[last:], beyond[last:])
    upper = None if reach is None else float(f[last + reach])
    walked = (f <= onset if onset is not None else np.zeros(len(f), bool)) | (
        f >= upper if upper is not None else np.zeros(len(f), bool)
    )
    strays = [i for i in np.flatnonzero((beyond & ~walked) | np.isin(spectrum.points, tested.suspects)).tolist()]
    end = min(ENDS, len(f))
    drift, drift_std = float(np.mean(residuals[:end])), float(np.mean(std[:end]))  # neighbours err together
    grade = "both" if onset is not None and upper is not None else "drift" if onset is not None else "steady"
    grade = "high frequencies" if upper is not None and onset is None else grade
    low_share = float(np.mean(beyond[:first])) if first else 0.0
    words = _words(spectrum, residuals, onset, drift, upper, strays, low_share, noise)
    modulus = np.abs(spectrum.z) * np.exp(-residuals)
    return ZHit(
        spectrum, modulus, residuals, std, bias, ends, beyond, float(np.mean(beyond)), low_share, onset, drift, drift_std,
        upper, tuple(int(spectrum.points[i]) for i in strays), grade, words, noise, tested,
    )  # fmt: skip


def _reach(residuals: Array, beyond: Mask) -> int | None:
    """First point (outwards from the window) from which most residuals to the end count and have one sign."""
    for k in np.flatnonzero(beyond).tolist():
        rest, sign = beyond[k:], np.sign(residuals[k:])
        if len(rest) < ENDS:
            return None
        last = rest[-ENDS:] & (sign[-ENDS:] == sign[-1])
        if np.mean(rest & (sign == sign[-1])) >= RUN and np.count_nonzero(last) >= ENDS - 1:
            return int(k)
    return None


def _words(
    spectrum: Spectrum, residuals: Array, onset: float | None, drift: float, upper: float | None, strays: list[int],
    low_share: float, noise: float,
) -> str:  # fmt: skip
    parts = []
    if onset is not None:
        way = "larger" if drift > 0.0 else "smaller"
        parts.append(
            f"drifts below {onset:.3g} Hz: the modulus ends {percent(abs(drift))} {way} than its phase allows"
            f" ({low_share:.0%} of the points below the window are off); the cell changed during the sweep"
        )
    if upper is not None:
        size = percent(float(np.max(np.abs(residuals[spectrum.frequency >= upper]))))
        parts.append(f"is off by up to {size} above {upper:.3g} Hz: leads or mutual induction")
    if not parts:
        parts.append(f"shows no drift: modulus and phase agree within {percent(max(float(np.std(residuals)), noise))}")
    if strays:
        parts.append(f"single points off: {', '.join(spectrum.named(i) for i in strays)}")
    return "; ".join(parts)


def modulus_from_phase(omega: Array, phase: Array) -> Array:
    """ln|Z| up to a constant from a noise-free phase [rad] over ascending omega [rad/s], by the formula as it stands."""
    return np.asarray(_Operator(np.log(omega), phase, 0.0).matrix @ phase, dtype=np.float64)


def rebuilt(found: ZHit) -> ComplexArray:
    """The spectrum with the rebuilt modulus and the measured phase."""
    z: ComplexArray = found.modulus * np.exp(1j * np.angle(found.spectrum.z))
    return z
