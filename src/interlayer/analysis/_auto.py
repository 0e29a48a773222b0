"""Choice of a circuit: ohmic part, up to three relaxations in order of their speed, and what the electrode adds.

Candidates are [L] R (RQ)^k tail with k = 0..3 and tail nothing, W or Q (Q also stands for blocking electrodes); R is
left out where the data do not show it (a pellet whose bulk arc starts at the origin).

A candidate is admissible when the data determine its arcs: each resistance within `CLEAR`, its peak in the measured
band, n >= `LEAST_N`, no two closer than a factor `APART` in time constant. Between admissible ones the corrected
Akaike criterion decides, AICc = N ln(chi2/N) + 2k + 2k(k+1)/(N-k-1), with N taken down to N (1-r)/(1+r) where the
residuals of the larger circuit follow the frequency with lag-1 correlation r (they are fewer independent numbers), and
the larger must win by `PAYS`. The search ends early at residuals that are noise and no larger than Kramers-Kronig's.
L is tried where the high-frequency end asks for it.

Source of AICc: Hurvich & Tsai, Biometrika 76 (1989) 297, 10.1093/biomet/76.2.297 (recalled).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..elements import notation
from ..errors import AnalysisError
from ._residuals import Pattern, pattern
from ._solve import Solution, solve
from ._spectrum import Spectrum
from ._target import CircuitTarget
from ._weights import Weight, Weighting, weighting
from .kramers_kronig import KramersKronig

TAILS = ("", "W", "Q")
ARCS = 3
PAYS = 10.0
CLEAR = 0.2  # largest std of the logarithm of an arc's resistance
SHOWN = 0.5  # of the series resistance's
LEAST_N, LEAST_TAIL = 0.4, 0.3
INSIDE = (0.7, 2.0)  # tau lies between these over the highest and the lowest omega
APART = 3.0


@dataclass(frozen=True, eq=False)
class Candidate:
    """One circuit tried on one spectrum; `why_not` says why it is no physical reading ('' when it is one)."""

    text: str
    target: CircuitTarget
    solution: Solution
    rows: int
    pattern: Pattern
    scatter: float
    why_not: str


def gain(larger: Candidate, smaller: Candidate) -> float:
    """How much the criterion prefers `larger` (more parameters) over `smaller`."""
    r = min(max(larger.pattern.autocorrelation, 0.0), 0.95)
    n = larger.rows * (1.0 - r) / (1.0 + r)
    fall = n * math.log(max(smaller.solution.chi2, 1e-24) / max(larger.solution.chi2, 1e-24))
    return fall - _price(larger) + _price(smaller)


def _price(candidate: Candidate) -> float:
    k = candidate.solution.free + 1
    return 2.0 * k + 2.0 * k * (k + 1.0) / max(candidate.rows - k - 1.0, 1.0)


def choose(
    spectrum: Spectrum, weight: Weighting, tested: KramersKronig | None
) -> tuple[CircuitTarget, Solution, tuple[str, ...]]:
    """The circuit chosen, its solution, and the choice in words."""
    tried: list[Candidate] = []
    floor = 3.0 * tested.std if tested is not None else 0.01
    inductive = bool(np.any(spectrum.z.imag[-3:] > floor * np.abs(spectrum.z[-3:])))
    best = _search("L" if inductive else "", spectrum, weight, tested, tried)
    if not inductive and spectrum.z.imag[-1] > -0.1 * abs(spectrum.z[-1]):
        with_l = attempt("L" + best.text, spectrum, weight, tested)
        tried.append(with_l)
        if not with_l.why_not and _shows(with_l, "L1") and gain(with_l, best) > PAYS:
            best = _search("L", spectrum, weight, tested, tried, with_l)
    for label in ("R1", "L1"):
        if label in best.target.names and not _shows(best, label) and best.text != "R":
            other = attempt(best.text.replace(label[0], "", 1), spectrum, weight, tested)
            tried.append(other)
            if not other.why_not and gain(best, other) < PAYS:
                best = other
    noise = tested.std if tested is not None else None
    return best.target, solve(best.target, spectrum, weight, noise=noise), (_words(best, tried),)


def _search(
    lead: str, spectrum: Spectrum, weight: Weighting, tested: KramersKronig | None, tried: list[Candidate],
    best: Candidate | None = None,
) -> Candidate:  # fmt: skip
    """The best of the rounds of 0, 1, 2, 3 arcs (from those of `best` on, where there is one already).

    It ends when one describes the data or another arc brings nothing.
    """
    for arcs in range(best.text.count("(") if best is not None else 0, ARCS + 1):
        new = [attempt(f"{lead}R{'(RQ)' * arcs}{tail}", spectrum, weight, tested) for tail in TAILS]
        tried += new
        leader = _leader(new, best)
        best = leader or best
        if best is not None and (_done(best, tested) or (leader is None and arcs > 1 and not _poor(best, tested))):
            break
    if best is None:
        raise AnalysisError(
            "No circuit of the automatic choice is determined by this spectrum",
            remedy='Name a circuit, for example "R(RQ)Q"',
        )
    return best


def choose_common(
    spectra: Sequence[Spectrum], weight: Weight, tested: Sequence[KramersKronig | None]
) -> tuple[str, str]:
    """One circuit for a series of spectra, and the choice in words: admissible in all, best in sum."""
    table: dict[str, list[Candidate]] = {}
    for lead in ("R", ""):
        for text in [lead + "(RQ)" * k + tail for k in range(ARCS + 1) for tail in TAILS if lead or k]:
            row: list[Candidate] = []
            for spectrum, test in zip(spectra, tested, strict=True):
                row.append(attempt(text, spectrum, weighting(spectrum, weight), test))
                if row[-1].why_not or (lead and not _shows(row[-1], "R1")):
                    break
            else:
                table[text] = row
    if not table:
        raise AnalysisError(
            "No circuit of the automatic choice is determined by every spectrum of the series", remedy="Name a circuit"
        )
    order = sorted(table, key=lambda t: len(table[t][0].target.names))
    best = order[0]
    for text in order[1:]:
        if sum(gain(a, b) for a, b in zip(table[text], table[best], strict=True)) > PAYS:
            best = text
    return (
        best,
        f"{best} was chosen for all {len(spectra)} spectra among {len(table)} circuits that each of them determines.",
    )


def attempt(text: str, spectrum: Spectrum, weight: Weighting, tested: KramersKronig | None) -> Candidate:
    """Fit one circuit."""
    target = CircuitTarget(notation.parse(text), spectrum.omega, spectrum.z, spectrum.specific)
    rows = 2 * len(spectrum.z)
    if rows <= len(target.names) + 4:
        empty = Solution(np.full(len(target.names), np.nan), np.empty((0, 0)), {}, (), math.inf, 0, 0, 0.0)
        return Candidate(
            text, target, empty, rows, Pattern(0.0, 0.0), math.inf, "too many parameters for so few points"
        )
    solution = solve(target, spectrum, weight, noise=tested.std if tested is not None else None, quick=True)
    residuals = (spectrum.z - target.evaluate(solution.values[None, :], spectrum.omega)[0][0]) / np.abs(spectrum.z)
    scatter = float(np.sqrt(np.sum(np.abs(residuals) ** 2) / max(rows - solution.free, 1)))
    return Candidate(text, target, solution, rows, pattern(residuals), scatter, _why_not(target, solution, spectrum))


def _why_not(target: CircuitTarget, solution: Solution, spectrum: Spectrum) -> str:
    last = 0.0
    for term in target.arc_terms():
        name = term.leaf.label
        place = target.place(term.leaf).start
        tau = target.time_constant(term, solution.values)
        if place in solution.reasons or math.sqrt(solution.covariance[place, place]) > CLEAR * solution.values[place]:
            return f"{name} is not determined"
        if not INSIDE[0] / spectrum.omega[-1] < tau < INSIDE[1] / spectrum.omega[0]:
            return f"the arc of {name} peaks outside the measured band"
        if tau < APART * last:
            return f"the arc of {name} lies upon the one before it"
        last = tau
        assert term.other is not None
        n = solution.values[target.place(term.other)]
        if len(n) > 1 and n[1] < LEAST_N:
            return f"the arc of {name} is no relaxation (n = {n[1]:.2f})"
    for term in target.terms:
        place = target.place(term.leaf).start
        if term.kind in ("W", "Q") and place in solution.reasons:
            return f"{term.leaf.label} is not determined"
        if term.kind == "Q" and solution.values[place + 1] < LEAST_TAIL:
            return f"{term.leaf.label} is a resistance (n = {solution.values[place + 1]:.2f})"
    return ""


def _leader(new: list[Candidate], best: Candidate | None) -> Candidate | None:
    """The best of a round, if it beats the best so far."""
    leader = best
    for candidate in sorted(new, key=lambda c: len(c.target.names)):
        if not candidate.why_not and (leader is None or gain(candidate, leader) > PAYS):
            leader = candidate
    return leader if leader is not best else None


def _done(best: Candidate, tested: KramersKronig | None) -> bool:
    return not best.pattern.systematic and tested is not None and best.scatter < 1.15 * tested.std


def _poor(best: Candidate, tested: KramersKronig | None) -> bool:
    """Whether so much is left to describe that still another arc is worth a try."""
    return tested is not None and best.scatter > 3.0 * tested.std


def _shows(candidate: Candidate, label: str) -> bool:
    """Whether the data determine a series element at all."""
    i = candidate.target.index(label)
    s = candidate.solution
    return i not in s.reasons and math.sqrt(s.covariance[i, i]) < SHOWN * s.values[i]


def _words(best: Candidate, tried: list[Candidate]) -> str:
    words = f"{best.text} was chosen among {len(tried)} circuits"
    richer = [c for c in tried if c.why_not and c.solution.chi2 < best.solution.chi2]
    refused = "; ".join(f"{c.text}, because {c.why_not}" for c in richer)
    return words + (f"; closer but refused: {refused}." if refused else ".")
