"""Z-HIT: the modulus of a spectrum rebuilt from its phase, to find drift that passes for a slow process.

    ln|Z(w)| ~ C + (2/pi) integral phi d ln w - (pi/6) d phi/d ln w

phi [rad] the phase, w [rad/s]. The phase of one frequency is measured within its own few periods, so a cell that
changes slowly during the sweep keeps an honest phase while its modulus walks away: Z (1 + d(w)) shows as ln(1 + d(w)).
The constant C comes from a window at middle frequencies (`WINDOW`, else the middle third of the band); where that leaves
both ends off, or a drift, a window near the highest frequencies is tried and taken if a drift alone remains.

The derivative term is the first of a series; for a Debye arc the formula errs by 3 %. By default the whole of it is
used, -(pi/6) d phi/d ln w -> (2/pi) integral_0^oo [phi(ln w - u) - phi(ln w + u)]/(exp(2 u) - 1) du, which is exact for
a minimum-phase impedance (every passive one) and as local: the weight has died out a decade away.

Phase: natural cubic smoothing spline over ln w whose residuals match the noise, seen in the differences of neighbours
of the Kramers-Kronig residuals (points that test names as suspects are bridged). A point counts from `LIMIT` standard
deviations of its residual on, computed through the same operation from the noise, and from `VISIBLE` at least.

Validity: |Z| and phase of a two-terminal cell, one point after the other; blind to a change that scales nothing (a
shift of time constants alone shows weakly) and to what happens inside one point. A drift within the window enters C. The sweep is
taken to go down in frequency.
Source: Ehm, Göhr, Kaus, Röseler & Schiller, ACH - Models in Chemistry 137 (2000) 145 (recalled, not opened; the formula
and its coefficient checked against ideal circuits in tests/test_z_hit.py).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from .. import units
from ..elements.base import Array, ComplexArray
from ..errors import AnalysisError, UnknownNameError
from ..record import Finding, Record, Segment
from . import kramers_kronig
from ._residuals import percent
from ._spectrum import Mask, Spectrum, spectrum_of
from ._target import number
from .kramers_kronig import KramersKronig

SOURCE = "Ehm et al., ACH - Models Chem. 137 (2000) 145 (recalled)"
Formula: TypeAlias = Literal["kernel", "derivative"]
FORMULAS = ("kernel", "derivative")
WINDOW = (1.0, 1000.0)  # Hz
LEAST = 5  # points of the window
LIMIT, VISIBLE = 4.0, 0.01  # standard deviations, and part of |Z|, from which a residual counts
RUN = 0.7  # share of the points beyond an onset that must count for it to be one
ENDS, EDGE = 3, 0.4  # points that make an end, and decades that a drift must span
FLOOR = 1e-5  # least noise
ASTRAY = 0.2  # error of the phase beyond the band, as a share of its rise there
PANELS, NODES = (0.0, 0.7, 2.0, 5.0), 8  # of the integral over u


@dataclass(frozen=True, eq=False)
class ZHit:
    """Outcome of the test, ascending frequency.

    modulus    |Z| rebuilt from the phase [ohm]
    residuals  ln|Z| - ln modulus: relative error of the measured modulus
    std        of every residual, from noise alone
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
    formula: Formula
    kramers_kronig: KramersKronig = field(repr=False)

    def findings(self) -> list[Finding]:
        """The verdict, and the relative drift of the modulus at the lowest frequency."""
        evidence = {
            **self.spectrum.window(), "grade": self.grade, "window_Hz": list(self.window), "share_beyond": self.share,
            "share_beyond_below_window": self.low_share, "onset_Hz": self.onset, "upper_Hz": self.upper,
            "stray_points": list(self.strays), "noise": self.noise,
            "largest": float(np.max(np.abs(self.residuals))), "formula": self.formula,
        }  # fmt: skip
        method = "Z-HIT, " + ("derivative term -pi/6" if self.formula == "derivative" else "whole local term")
        return [
            Finding("Z-HIT verdict", self.verdict, "number", method, source=SOURCE, evidence=evidence),
            Finding("drift of the modulus at the lowest frequency", self.drift, "number", method, self.drift_std, SOURCE,
                    evidence=evidence),
        ]  # fmt: skip


def check(
    data: Record | Segment | Spectrum, *, which: int | None = None, drop: Sequence[int] = (),
    window: tuple[units.Given, units.Given] | None = None, formula: Formula = "kernel",
) -> ZHit:  # fmt: skip
    """Z-HIT of one spectrum (`which` where a record holds several); `window` in Hz, or texts ("1 Hz", "1 kHz").

    formula   "kernel" (the whole local term) or "derivative" (Ehm's -pi/6 d phi/d ln w)
    """
    if formula not in FORMULAS:
        raise UnknownNameError("This form of Z-HIT is not known", given=formula, allowed=FORMULAS)
    spectrum = data if isinstance(data, Spectrum) else spectrum_of(data, which=which, drop=drop)
    case = _Case(spectrum, kramers_kronig.check(spectrum), formula)
    found = case.judged(*_window(spectrum, window))
    if window is None and found.grade != "steady":  # a drift that reaches into the window: anchor above it
        top = float(spectrum.frequency[-1])
        ends = (top / 300.0, 0.2 * top)
        inside = (spectrum.frequency >= ends[0]) & (spectrum.frequency <= ends[1])
        other = case.judged(ends, inside) if np.count_nonzero(inside) >= LEAST else found
        found = other if other.grade == "drift" else found
    return found


class _Case:
    """What does not change with the window."""

    def __init__(self, spectrum: Spectrum, tested: KramersKronig, formula: Formula) -> None:
        self.spectrum, self.tested, self.formula = spectrum, tested, formula
        self.noise = _noise(tested)
        self.suspect: Mask = np.isin(spectrum.points, tested.suspects)
        phase = _bridged(spectrum.omega, np.unwrap(np.angle(spectrum.z)), self.suspect)
        operator = _Operator(np.log(spectrum.omega), phase, self.noise, formula)
        self.operator, self.edge = operator.matrix, operator.edge(phase)
        self.off: Array = np.log(np.abs(spectrum.z)) - self.operator @ phase

    def judged(self, ends: tuple[float, float], inside: Mask) -> ZHit:
        """The test with C from this window."""
        sure = inside & ~self.suspect if (inside & ~self.suspect).any() else inside
        centre = np.eye(len(sure)) - sure / np.count_nonzero(sure)  # takes the mean over the window off
        residuals, spread = centre @ self.off, centre @ self.operator
        variance = self.noise**2 * (np.sum(centre * centre, axis=1) + np.sum(spread * spread, axis=1))
        std = np.sqrt(variance + self.edge**2)
        beyond = np.abs(residuals) > np.maximum(LIMIT * std, VISIBLE)
        return _judged(self, residuals, std, ends, inside, beyond)


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
    """phase -> (2/pi) integral + local term, of the smoothed phase, as one matrix.

    Natural cubic smoothing spline in Reinsch's form: g = (1 + lam Q R^-1 Q^T)^-1 y, second derivatives R^-1 Q^T g.
    """

    def __init__(self, x: Array, phase: Array, noise: float, formula: Formula) -> None:
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
        self.x, self.h = x, h
        self.smooth = _smoother(np.maximum(size, 0.0), axes, phase, noise)
        self.bend = np.zeros((n, n))
        self.bend[1:-1] = to_bend @ self.smooth
        local = -(math.pi / 6.0) * self._slope() if formula == "derivative" else self._local()
        self.matrix: Array = (2.0 / math.pi) * self._integral() + local

    def _integral(self) -> Array:
        step = self.h[:, None]
        parts = 0.5 * step * (self.smooth[1:] + self.smooth[:-1]) - step**3 / 24.0 * (self.bend[1:] + self.bend[:-1])
        return np.concatenate([np.zeros((1, len(self.x))), np.cumsum(parts, axis=0)])

    def _slope(self) -> Array:
        step = self.h[:, None]
        rise = (self.smooth[1:] - self.smooth[:-1]) / step
        first = rise - step / 6.0 * (2.0 * self.bend[:-1] + self.bend[1:])
        last = rise[-1:] + step[-1:] / 6.0 * (self.bend[-2:-1] + 2.0 * self.bend[-1:])
        return np.concatenate([first, last])

    def _at(self, t: Array) -> Array:
        """Values of the spline at t as rows; straight lines beyond its ends."""
        x, h, slope = self.x, self.h, self._slope()
        j = np.clip(np.searchsorted(x, t) - 1, 0, len(h) - 1)
        inner = np.clip(t, x[0], x[-1])
        a, b = ((x[j + 1] - inner) / h[j])[:, None], ((inner - x[j]) / h[j])[:, None]
        out: Array = a * self.smooth[j] + b * self.smooth[j + 1]
        out += ((a**3 - a) * self.bend[j] + (b**3 - b) * self.bend[j + 1]) * (h[j] ** 2 / 6.0)[:, None]
        out += np.minimum(t - x[0], 0.0)[:, None] * slope[0] + np.maximum(t - x[-1], 0.0)[:, None] * slope[-1]
        return out

    def edge(self, phase: Array) -> Array:
        """What the straight lines beyond the ends may be wrong by: `ASTRAY` of what they add to every point."""
        slope = self._slope() @ phase
        reach = np.stack([self.x - self.x[0], self.x[-1] - self.x])
        u = np.linspace(0.01, PANELS[-1], 400)
        share = np.maximum(u - reach[..., None], 0.0) / np.expm1(2.0 * u)
        size = (2.0 / math.pi) * (u[1] - u[0]) * np.sum(share, axis=-1) * np.abs(slope[[0, -1]])[:, None]
        out: Array = ASTRAY * np.sum(size, axis=0)
        return out

    def _local(self) -> Array:
        """(2/pi) integral over u > 0 of [phi(x - u) - phi(x + u)]/(exp(2 u) - 1), by Gauss-Legendre panels."""
        nodes, weights = np.polynomial.legendre.leggauss(NODES)
        out = np.zeros_like(self.smooth)
        for low, high in itertools.pairwise(PANELS):
            half = 0.5 * (high - low)
            for u, w in zip((low + half * (1.0 + nodes)).tolist(), (half * weights).tolist(), strict=True):
                out += (2.0 / math.pi) * w / math.expm1(2.0 * u) * (self._at(self.x - u) - self._at(self.x + u))
        return out


def _smoother(size: Array, axes: Array, phase: Array, noise: float) -> Array:
    """The smoothing matrix whose residuals have the variance of the noise, degrees of freedom taken off."""
    share = axes.T @ phase
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        left = 1.0 - 1.0 / (1.0 + math.exp(middle) * size)
        if float(np.sum((left * share) ** 2)) > noise**2 * float(np.sum(left)):
            high = middle
        else:
            low = middle
    out: Array = (axes / (1.0 + math.exp(low) * size)) @ axes.T
    return out


def _judged(
    case: _Case, residuals: Array, std: Array, ends: tuple[float, float], inside: Mask, beyond: Mask
) -> ZHit:
    spectrum, tested, noise = case.spectrum, case.tested, case.noise
    f = spectrum.frequency
    first, last = int(np.argmax(inside)), len(f) - int(np.argmax(inside[::-1]))
    reach = _reach(residuals[:first][::-1], beyond[:first][::-1], f[:first][::-1])
    onset = None if reach is None else float(f[first - 1 - reach])
    reach = _reach(residuals[last:], beyond[last:], f[last:])
    upper = None if reach is None else float(f[last + reach])
    high, low = float(np.mean(residuals[-ENDS:])), float(np.mean(residuals[:ENDS]))
    if onset is not None and high * low < 0.0 and abs(high) < 1.5 * abs(low):
        upper = None  # a drift all through the sweep puts the two ends on opposite sides of the window
    walked = (f <= onset if onset is not None else np.zeros(len(f), bool)) | (
        f >= upper if upper is not None else np.zeros(len(f), bool)
    )
    padded = np.concatenate([beyond[1:2], beyond, beyond[-2:-1]])
    alone = beyond & ~walked & ~padded[:-2] & ~padded[2:]
    strays: list[int] = np.flatnonzero(alone | case.suspect).tolist()
    end = min(ENDS, len(f))
    drift, drift_std = float(np.mean(residuals[:end])), float(np.mean(std[:end]))  # neighbours err together
    grade = "both" if onset is not None and upper is not None else "drift" if onset is not None else "steady"
    grade = "high frequencies" if upper is not None and onset is None else grade
    low_share = float(np.mean(beyond[:first])) if first else 0.0
    words = _words(spectrum, residuals, onset, drift, upper, strays, low_share, noise)
    modulus = np.abs(spectrum.z) * np.exp(-residuals)
    return ZHit(
        spectrum, modulus, residuals, std, ends, beyond, float(np.mean(beyond)), low_share, onset, drift, drift_std,
        upper, tuple(int(spectrum.points[i]) for i in strays), grade, words, noise, case.formula, tested,
    )  # fmt: skip


def _reach(residuals: Array, beyond: Mask, f: Array) -> int | None:
    """First point (outwards from the window) from which most residuals to the end count and have one sign.

    What happens in the last `EDGE` decades alone may be the phase beyond the band and is no finding.
    """
    for k in np.flatnonzero(beyond).tolist():
        rest, same = beyond[k:], np.sign(residuals[k:]) == np.sign(residuals[-1])
        if len(rest) < ENDS or abs(math.log10(f[k] / f[-1])) < EDGE:
            return None
        if np.mean(rest & same) >= RUN and np.count_nonzero((rest & same)[-ENDS:]) >= ENDS - 1:
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


def modulus_from_phase(omega: Array, phase: Array, formula: Formula = "kernel") -> Array:
    """ln|Z| up to a constant from a noise-free phase [rad] over ascending omega [rad/s]."""
    return np.asarray(_Operator(np.log(omega), phase, 0.0, formula).matrix @ phase, dtype=np.float64)


def rebuilt(found: ZHit) -> ComplexArray:
    """The spectrum with the rebuilt modulus and the measured phase."""
    z: ComplexArray = found.modulus * np.exp(1j * np.angle(found.spectrum.z))
    return z
