"""Linear Kramers-Kronig test: can any stable linear system that did not change have given this spectrum?

A row of M relaxations with either sign, Z = R0 + sum R_k/(1 + i omega tau_k) [+ i omega L] [+ 1/(i omega C)], obeys the
Kramers-Kronig relations by construction and is linear in its coefficients; what it can't follow is noise, drift or
non-linearity. Time constants lie log-uniform over the measured band and half a decade beyond.

How long the row is, is a choice (`criterion=`), since too few relaxations leave a misfit and too many follow the noise:

    "mu"     the first with mu = 1 - sum|R_k<0|/sum|R_k>=0| <= 0.85 (Schönleber et al.): signs that alternate fit noise.
             Often stops far too early, where a few relaxations take either sign to imitate an arc, and then accuses a
             clean spectrum (four in five with series C and L); kept for comparison
    "mu last"  the first from which on mu stays at 0.85 or below
    "aic"    the least corrected Akaike criterion of all lengths up to `MOST`
    "runs"   the first whose residuals no longer follow the frequency (analysis/_residuals.py); "aic" where none is
    "auto"   (default) the least Akaike criterion, looked for until mu <= 0.85, it has not fallen for a while and the
             residuals do not follow the frequency: as "aic", in half the time where the spectrum is clean

False alarms and detection of each: benchmarks/proof_validation.py. Residuals are relative to |Z|. A point whose
deleted residual stands out is named a suspect and set apart from the test, never from the data; a glitch of the very
first or last point up to some 20 % passes for a series L or C and stays unseen.

Sources: Schönleber, Klotz, Ivers-Tiffée, Electrochim. Acta 131 (2014) 20, 10.1016/j.electacta.2014.01.034; Boukamp,
J. Electrochem. Soc. 142 (1995) 1885, 10.1149/1.2044210 (both recalled, not opened for this file).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..elements.base import Array, ComplexArray
from ..errors import UnknownNameError
from ..record import Finding, Record, Segment
from ._residuals import Pattern, pattern, percent
from ._spectrum import Mask, Spectrum, spectrum_of

SOURCE = "10.1016/j.electacta.2014.01.034 (recalled)"
BEYOND = 0.5  # decades of time constants outside the band
MU = 0.85
Criterion: TypeAlias = Literal["auto", "mu", "mu last", "aic", "runs"]
CRITERIA: Mapping[str, str] = {
    "auto": "Akaike criterion and mu", "mu": "mu <= 0.85", "mu last": "mu <= 0.85 from there on", "aic": "least Akaike criterion", "runs": "residuals without a pattern",
}  # fmt: skip
PATIENCE = 3  # growths of the ladder without a better criterion before it may stop
MOST, SHARE = 60, 0.4  # rungs, and coefficients per number measured
SMALL, GROSS, NOISE = 0.01, 0.05, 0.2  # relative residual that passes; systematic, or as noise, nothing to build on
OUTLIER, VISIBLE = 4.5, 0.005  # a point is suspect from so many standard deviations and this part of |Z| on


@dataclass(frozen=True, eq=False)
class KramersKronig:
    """Outcome of the test.

    model       the row of relaxations at the measured frequencies
    residuals   (Z - Z_KK)/|Z|, complex, in ascending frequency
    std         standard deviation of one part (real or imaginary) of the residuals, degrees of freedom taken off,
                suspects apart
    mu, rungs   ratio criterion at the ladder that was chosen, and its length
    pattern     whether the residuals follow the frequency
    suspects    rows (of the segment) that do not fit in with their neighbours: named, kept
    grade       "valid", "noisy", "doubtful" or "invalid"; `verdict` says it in words
    criterion   what chose the number of relaxations
    """

    spectrum: Spectrum
    model: ComplexArray
    residuals: ComplexArray
    std: float
    dof: int
    mu: float
    rungs: int
    pattern: Pattern
    suspects: tuple[int, ...]
    grade: str
    verdict: str
    criterion: Criterion = "auto"

    def findings(self) -> list[Finding]:
        """The verdict and the size of the residuals."""
        evidence = {
            **self.spectrum.window(), "grade": self.grade, "rungs": self.rungs, "mu": self.mu,
            "criterion": self.criterion,
            "autocorrelation": self.pattern.autocorrelation, "suspect_points": list(self.suspects),
            "largest": float(np.max(np.abs(self.residuals))),
        }  # fmt: skip
        method = f"linear Kramers-Kronig test, weight 1/|Z|, {self.rungs} relaxations by {CRITERIA[self.criterion]}"
        error = self.std / math.sqrt(2.0 * self.dof)
        return [
            Finding("Kramers-Kronig verdict", self.verdict, "number", method, source=SOURCE, evidence=evidence),
            Finding("Kramers-Kronig residual", self.std, "fraction", method, error, source=SOURCE, evidence=evidence),
        ]


def check(
    data: Record | Segment | Spectrum, *, which: int | None = None, drop: Sequence[int] = (),
    capacitance: bool = True, inductance: bool = True, criterion: Criterion = "auto",
) -> KramersKronig:  # fmt: skip
    """Linear Kramers-Kronig test of one spectrum (`which` where a record holds several), with series C and L or not.

    drop       rows left out on request; what the test finds bad it names (`suspects`) and keeps
    criterion  how the number of relaxations is chosen, see the head of this file
    """
    if criterion not in CRITERIA:
        raise UnknownNameError("This criterion for the number of relaxations is not known", given=criterion, allowed=CRITERIA)
    spectrum = data if isinstance(data, Spectrum) else spectrum_of(data, which=which, drop=drop)
    ladder = _Ladder(spectrum, capacitance, inductance)
    kept: Mask = np.ones(len(spectrum.z), dtype=bool)
    for _ in range(2):  # once more where points were set apart: they had stopped the ladder too early
        rungs, mu = ladder.grow(kept, criterion)
        before = np.count_nonzero(kept)
        residuals, kept, dof = ladder.fit(rungs, kept)
        if np.count_nonzero(kept) == before:
            break
    m = len(spectrum.z)
    pairs = residuals[:m] + 1j * residuals[m:]
    std = float(np.sqrt(np.sum(residuals[np.tile(kept, 2)] ** 2) / dof))
    found = pattern(pairs[kept])
    grade, verdict = _judge(spectrum, pairs, std, found, kept)
    suspects = tuple(int(p) for p in spectrum.points[~kept])
    model = spectrum.z - pairs * np.abs(spectrum.z)
    return KramersKronig(spectrum, model, pairs, std, dof, mu, rungs, found, suspects, grade, verdict, criterion)


class _Ladder:
    """The linear problem: rows real parts then imaginary parts, columns relaxations then series R, C, L."""

    def __init__(self, spectrum: Spectrum, capacitance: bool, inductance: bool) -> None:
        self.s = 1j * spectrum.omega
        self.size = np.abs(spectrum.z)
        extra = [np.ones_like(self.s), *([1.0 / self.s] if capacitance else []), *([self.s] if inductance else [])]
        self.extra = np.stack(extra)
        self.target = self._stacked(spectrum.z)
        self.ends = (
            -math.log(spectrum.omega[-1]) - BEYOND * math.log(10.0),
            -math.log(spectrum.omega[0]) + BEYOND * math.log(10.0),
        )

    def _stacked(self, z: ComplexArray) -> Array:
        z = z / self.size
        return np.concatenate([z.real, z.imag], axis=-1)

    def matrix(self, rungs: int) -> tuple[Array, Array]:
        """Columns of unit length, and their lengths before."""
        tau = np.exp(np.linspace(*self.ends, rungs))
        columns = self._stacked(np.concatenate([1.0 / (1.0 + self.s * tau[:, None]), self.extra]))
        length = np.linalg.norm(columns, axis=1)
        return np.asarray((columns / length[:, None]).T), length

    def mu(self, rungs: int, rows: Mask) -> float:
        """1 - sum|R_k<0|/sum|R_k>=0| of the fitted relaxations."""
        a, length = self.matrix(rungs)
        r = (np.linalg.lstsq(a[rows], self.target[rows], rcond=1e-12)[0] / length)[:rungs]
        plus, minus = float(np.sum(r[r > 0.0])), float(-np.sum(r[r < 0.0]))
        return 1.0 - minus / plus if plus > 0.0 else -math.inf

    def grow(self, kept: Mask, criterion: Criterion) -> tuple[int, float]:
        """The number of rungs, and mu there."""
        rows = np.tile(kept, 2)
        target, extra = self.target[rows], len(self.extra)
        count = len(target)
        most = max(min(int(SHARE * count) - extra, MOST), 1)
        if criterion == "mu":
            return next((m, mu) for m in range(1, most + 1) if (mu := self.mu(m, rows)) <= MU or m == most)
        if criterion == "mu last":
            above = next((m for m in range(most, 0, -1) if self.mu(m, rows) > MU), 0)
            return min(above + 1, most), self.mu(min(above + 1, most), rows)
        best, chosen, worse, left_over = math.inf, 1, 0, target
        for rungs in range(min(3, most), most + 1, 2):
            q = np.linalg.qr(self.matrix(rungs)[0][rows])[0]
            projected = q.T @ target
            left = max(float(target @ target - projected @ projected), count * 1e-24)
            r = target - q @ projected
            if criterion == "runs" and not _follows(r):
                chosen = rungs
                break
            k = rungs + extra + 1
            akaike = count * math.log(left / count) + 2.0 * k + 2.0 * k * (k + 1.0) / max(count - k - 1.0, 1.0)
            worse = worse + 1 if akaike > best - 2.0 else 0
            if akaike < best:
                best, chosen, left_over = akaike, rungs, r
            if (
                criterion == "auto"
                and (worse >= 2 * PATIENCE or (worse >= PATIENCE and self.mu(rungs, rows) <= MU))
                and not _follows(left_over)
            ):
                break
        return chosen, self.mu(chosen, rows)

    def fit(self, rungs: int, kept: Mask) -> tuple[Array, Mask, int]:
        """Residuals of all points, which points fit in with the others, degrees of freedom left."""
        a = self.matrix(rungs)[0]
        m = len(self.size)
        kept = kept.copy()
        while True:
            rows = np.tile(kept, 2)
            q = np.linalg.qr(a[rows])[0]
            r = self.target[rows] - q @ (q.T @ self.target[rows])
            dof = max(len(r) - a.shape[1], 1)
            worst = _outlier(r, np.sum(q * q, axis=1), dof)
            if worst is None or np.count_nonzero(~kept) >= max(m // 10, 1):
                break
            kept[np.flatnonzero(kept)[worst]] = False
        residuals = np.empty(2 * m)
        residuals[rows] = r
        if not kept.all():
            x = np.linalg.lstsq(a[rows], self.target[rows], rcond=1e-9)[0]
            residuals[~rows] = self.target[~rows] - a[~rows] @ x
        return residuals, kept, dof


def _follows(r: Array) -> bool:
    """Whether stacked residuals follow the frequency."""
    half = len(r) // 2
    return pattern(r[:half] + 1j * r[half:]).systematic


def _outlier(r: Array, leverage: Array, dof: int) -> int | None:
    """The point whose deleted residual stands out most, if it stands out."""
    free = np.maximum(1.0 - leverage, 0.02)
    half = len(r) // 2
    square = r * r / free
    pair = square[:half] + square[half:]
    worst = int(np.argmax(pair))
    rest = (float(r @ r) - pair[worst]) / max(dof - 2, 1)
    stands_out = pair[worst] > 2.0 * OUTLIER**2 * max(rest, 1e-30)
    visible = max(abs(r[worst] / free[worst]), abs(r[half + worst] / free[half + worst])) > VISIBLE
    return worst if stands_out and visible and dof > 4 else None


def _judge(spectrum: Spectrum, residuals: ComplexArray, std: float, found: Pattern, kept: Mask) -> tuple[str, str]:
    where = _where(spectrum, residuals, kept)
    size = percent(std)
    if std > NOISE or (std > GROSS and found.systematic):
        cause = "the cell changed, responded non-linearly or the instrument failed"
        grade, words = "invalid", f"violates Kramers-Kronig by {size} of |Z|, most {where}: {cause}"
    elif std > SMALL and found.systematic:
        grade = "doubtful"
        words = f"shows residuals of {size} that follow the frequency, most {where}: drift or non-linearity"
    elif std > SMALL:
        grade, words = "noisy", f"obeys Kramers-Kronig within its noise of {size}"
    else:
        grade, words = "valid", f"obeys Kramers-Kronig within {size}"
        if found.systematic and std > 1e-4:
            words += f"; what remains follows the frequency, most {where}"
    bad = np.flatnonzero(~kept)
    if len(bad):
        words += f"; not in line with the neighbours, but kept: {', '.join(spectrum.named(int(i)) for i in bad)}"
    return grade, words


def _where(spectrum: Spectrum, residuals: ComplexArray, kept: Mask) -> str:
    """The decade of frequency with the largest residuals."""
    decade = np.floor(np.log10(spectrum.frequency[kept])).astype(int)
    size = {int(d): float(np.mean(np.abs(residuals[kept][decade == d]) ** 2)) for d in np.unique(decade)}
    worst = max(size, key=lambda d: size[d])
    return f"between {10.0**worst:g} and {10.0 ** (worst + 1):g} Hz"
