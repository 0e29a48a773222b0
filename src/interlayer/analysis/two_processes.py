"""Two resistances in series told apart by their temperature: R(T) = R1(T) + R2(T), each an Arrhenius law.

    R_k(T) = R_k(T0) exp(E_k/R (1/T - 1/T0))             "ln(sigma)"
             the same times T/T0                         "ln(sigma T)", as in analysis/arrhenius.py

E1 < E2, both R_k >= 0. Given the two energies the R_k are linear, so chi2 = sum ((R - R1 - R2)/(rel R))² is known on a
whole plane of energies: the minimum is the global one, no start is needed, and 95 % intervals are where chi2 profiled
over all else rises by 3.84 (times chi2/dof where the points scatter more than their errors say). Relative errors are
those stated, in proportion to the fitted R; without any they come from the scatter. An energy that is known (that of the
electrolyte, say) enters as its value and error, or exactly.

Two processes are claimed only where Akaike's criterion prefers them to one by `CLAIM` (AIC with stated errors, AICc
without); else one process describes the series as well, and its law is what is found. An interval that runs to the end
of the energies searched says that the series does not determine this number.

Valid where neither process changes its law (no phase change; VFT bends a series as two processes do).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from .. import units
from ..elements.base import GAS, Array
from ..errors import AnalysisError, UnknownNameError
from ..record import Finding
from . import _points, arrhenius
from ._resistance import QUANTITIES
from ._target import number
from .arrhenius import EV, FORMS, ROOM, UNLIKELY, ArrheniusFit, Form

SOURCE = "sum of two Arrhenius laws; profile likelihood: Venzon & Moolgavkar, Appl. Stat. 37 (1988) 87 (recalled)"
LOWEST, HIGHEST = -20e3, 250e3  # J/mol searched
GRID, ZOOMS = 97, 4
RISE = 3.841459  # of chi-square at 95 %
SEEN = 12.0  # rise up to which the plane is looked at when it is refined
CLAIM = 6.0  # of Akaike's criterion
FEWEST = 5  # temperatures; four where an energy is known

ASYMMETRIC = 0.25  # of 1.96 standard deviations: a side of the interval further off has no std
NEAR = 1e3  # J/mol: energies nearer than this are one


@dataclass(frozen=True, eq=False)
class TwoProcesses:
    """Outcome.

    energies [J/mol]; resistances at 25 °C [ohm or ohm m²]: of the process with the lower energy first
    energy_intervals, resistance_intervals   95 %; an end beyond which the series says nothing is infinite (or 0)
    covariance    of (E1, E2, ln R1, ln R2) at 25 °C, None where it does not exist
    chi2, dof, probability   of the two; preference: criterion of one process minus that of two
    separated     two processes are claimed; `verdict` says it in words
    one           the fit of one process
    """

    quantity: str
    form: Form
    temperature: Array
    values: Array
    fitted: Array
    energies: tuple[float, float]
    resistances: tuple[float, float]
    energy_intervals: tuple[tuple[float, float], tuple[float, float]]
    resistance_intervals: tuple[tuple[float, float], tuple[float, float]]
    covariance: Array | None
    chi2: float | None
    dof: int
    probability: float | None
    preference: float
    separated: bool
    verdict: str
    one: ArrheniusFit
    known: tuple[float, float] | None
    remarks: tuple[str, ...] = ()

    def share(self, process: int, temperature: units.Given) -> float:
        """Part of the whole that a process (1 or 2) is at a temperature."""
        t = number(temperature, "temperature", "temperature")
        both = np.array(self.resistances) * _law(np.array(self.energies), np.array([t]), self.form)[:, 0]
        return float(both[process - 1] / both.sum())

    def findings(self) -> list[Finding]:
        """The verdict, then each process's energy and resistance at 25 °C; those of one process where two are not claimed."""
        low, high = float(self.temperature.min()), float(self.temperature.max())
        evidence = {
            "points": len(self.values), "temperatures_K": [low, high], "chi2": self.chi2, "dof": self.dof,
            "probability": self.probability, "preference": self.preference, "form": self.form, "level": 0.95,
            "known_energy": list(self.known) if self.known else None, "remarks": list(self.remarks),
        }  # fmt: skip
        method = f"R1 + R2 with an Arrhenius law each, {self.form.replace('sigma', '1/R')}"
        out = [Finding("processes in series", self.verdict, "number", method, source=SOURCE, evidence=evidence)]
        if not self.separated:
            return [*out, *self.one.findings()]
        outside = "" if low <= ROOM <= high else f", extrapolated from {low - 273.15:.0f} to {high - 273.15:.0f} °C"
        size = np.array([1.0, 1.0, *self.resistances])
        std = [None] * 4 if self.covariance is None else (np.sqrt(np.diag(self.covariance)) * size).tolist()
        for k in (0, 1):
            more = {**evidence, "activation_energy_eV": self.energies[k] / EV}
            rows = (
                (f"activation energy of process {k + 1}", self.energies[k], "activation_energy", std[k],
                 self.energy_intervals[k], ""),
                (f"{self.quantity.replace('_', ' ')} of process {k + 1} at 25 °C", self.resistances[k], self.quantity,
                 std[2 + k], self.resistance_intervals[k], outside),
            )  # fmt: skip
            for name, value, quantity, error, interval, where in rows:
                kept = error if _symmetric(value, error, interval) else None
                why = "" if kept is not None else "its error is not symmetric: the interval holds"
                out.append(Finding(name, value, quantity, method + where, kept, SOURCE, why, interval, more))
        return out

    def __str__(self) -> str:
        return "\n".join([*(str(f) for f in self.findings()), *self.remarks])


def fit(
    resistances: Sequence[Finding] | Sequence[float] | Array, temperatures: Sequence[units.Given] | Array, *,
    std: Sequence[float] | Array | None = None, quantity: str = "area_specific_resistance", form: Form = "ln(sigma T)",
    known: Finding | units.Given | None = None, known_std: units.Given | None = None,
) -> TwoProcesses:  # fmt: skip
    """Separate a resistance over temperature into two processes.

    resistances   findings (their std and quantity are used), or SI numbers of `quantity` with `std`
    temperatures  SI numbers [K] or texts ("40 degC")
    known         energy of one of the two where it is known: a finding, or "0.35 eV" with `known_std` (without it exact)
    """
    if form not in FORMS:
        raise UnknownNameError("This form of the Arrhenius law is not known", given=form, allowed=FORMS)
    y, errors, quantity = _points.numbers(resistances, std, quantity)
    if quantity not in QUANTITIES:
        raise AnalysisError("Two processes are separated in a resistance", given=quantity, allowed=QUANTITIES)
    shared = _points.common(resistances)
    t = np.array([number(v, "temperature", "temperature") for v in temperatures])
    energy = _known(known, known_std)
    needed = FEWEST - (energy is not None)
    if len(np.unique(t)) < needed:
        remedy = None if energy is not None else "Where one energy is known (known=...), one temperature less is enough"
        raise AnalysisError("Too few temperatures for two processes", given=len(np.unique(t)), allowed=f"at least {needed}", remedy=remedy)
    one = arrhenius.fit(y, t, std=errors, quantity=quantity, form=form)
    plane = _Plane(y, t, np.ones(len(y)) if errors is None else _points.own(y, errors, shared), form, energy)
    for _ in range(3):  # errors in proportion to the fitted R
        plane = replace(plane, scale=plane.model(_lowest(plane, plane.surface(*plane.range()))))
    parameters = 4 - (energy is not None)
    dof = len(y) - parameters
    plane_seen, best = _refined(plane, dof, errors is not None)
    squares = plane.chi2(best)
    spread = squares / dof if dof > 0 else 1.0
    scale = max(spread, 1.0) if errors is not None else max(spread, 1e-24)
    preference = plane.preference(squares, parameters, errors is not None)
    separated = preference > CLAIM and min(best[2:]) > 0.0
    energies, sizes = plane_seen.intervals(scale * RISE, plane.range())
    probability = _points.tail(squares, dof) if errors is not None and dof > 0 else None
    covariance = plane.covariance(best, scale, shared) if separated else None
    fitted = plane.model(best)
    if best[0] > best[1]:  # an energy that is known may be the higher one
        best, energies, sizes = (best[1], best[0], best[3], best[2]), energies[::-1], sizes[::-1]
        turn = [1, 0, 3, 2]
        covariance = None if covariance is None else covariance[np.ix_(turn, turn)]
    verdict = "two processes" if separated else (
        f"one process describes it as well (the criterion prefers two by {preference:.2g}; {CLAIM:g} is asked)"
    )  # fmt: skip
    remarks = _remarks(errors is not None, squares, dof, probability, energies, separated)
    return TwoProcesses(
        quantity, form, t, y, fitted, (best[0], best[1]), (best[2], best[3]), (energies[0], energies[1]), (sizes[0], sizes[1]),
        covariance, squares if errors is not None else None, dof, probability, preference, separated, verdict, one, energy,
        remarks,
    )  # fmt: skip


#: E1, E2, R1, R2 (at 25 °C)
_Best: TypeAlias = tuple[float, float, float, float]
_Ends: TypeAlias = tuple[float, float]


def _law(energy: Array, t: Array, form: Form) -> Array:
    """R(T)/R(25 °C), (k, n)."""
    out: Array = np.exp(energy[:, None] / GAS * (1.0 / t - 1.0 / ROOM)[None, :])
    return out * (t / ROOM) if form == "ln(sigma T)" else out


@dataclass(frozen=True, eq=False)
class _Surface:
    """chi2 (a, b) over the energies first (a,) and second (b,), with R1, R2 at their best and the variance of each."""

    first: Array
    second: Array
    chi2: Array
    sizes: tuple[Array, Array]
    variances: tuple[Array, Array]

    def intervals(self, rise: float, ends: tuple[_Ends, _Ends]) -> tuple[list[_Ends], list[_Ends]]:
        """Where chi2, profiled over all else, rises by less than `rise`: of E1, E2 and of R1, R2."""
        above = self.chi2 - np.min(self.chi2)
        energies = [
            _crossing(axis, np.min(above, axis=1 - k), rise, ends[k]) for k, axis in enumerate((self.first, self.second))
        ]
        sizes = []
        inside = above <= rise
        for size, variance in zip(self.sizes, self.variances, strict=True):
            reach = np.sqrt(variance[inside] * (rise - above[inside]))
            sizes.append((max(float(np.min(size[inside] - reach)), 0.0), float(np.max(size[inside] + reach))))
        return energies, sizes


def _crossing(axis: Array, above: Array, rise: float, ends: _Ends) -> _Ends:
    """Where a profile crosses `rise` on either side; infinite where it does not before the end of what is searched."""
    inside = np.flatnonzero(above <= rise)
    if len(axis) == 1 or not len(inside):
        return float(axis[int(np.argmin(above))]), float(axis[int(np.argmin(above))])
    out = []
    for i, step, end in ((int(inside[0]), -1, ends[0]), (int(inside[-1]), 1, ends[1])):
        j = i + step
        if not 0 <= j < len(axis):
            out.append(step * math.inf if abs(axis[i] - end) < 1.0 else float(axis[i]))
        elif not math.isfinite(above[j]):
            out.append(float(axis[i]))
        else:
            part = (rise - above[i]) / (above[j] - above[i])
            out.append(float(axis[i] + part * (axis[j] - axis[i])))
    return out[0], out[1]


@dataclass(frozen=True, eq=False)
class _Plane:
    """The problem: R, T, relative errors, what these are relative to (R itself, then the fit), and an energy known."""

    y: Array
    t: Array
    relative: Array
    form: Form
    known: tuple[float, float] | None
    scale: Array | None = None

    @property
    def weight(self) -> Array:
        """1/error."""
        out: Array = 1.0 / (self.relative * (self.y if self.scale is None else self.scale))
        return out

    def range(self) -> tuple[_Ends, _Ends]:
        """The energies searched: of the first (the known one, within five errors) and of the second."""
        if self.known is None:
            return (LOWEST, HIGHEST), (LOWEST, HIGHEST)
        value, error = self.known
        return (value - 5.0 * error, value + 5.0 * error), (LOWEST, HIGHEST)

    def surface(self, first: _Ends, second: _Ends, count: int = GRID) -> _Surface:
        """chi2 on a grid of energies."""
        a = np.linspace(*first, count) if first[1] > first[0] else np.array([first[0]])
        b = np.linspace(*second, count)
        w, target = self.weight, self.y * self.weight
        f, g = _law(a, self.t, self.form) * w, _law(b, self.t, self.form) * w
        aa, bb, ab = np.sum(f * f, axis=1)[:, None], np.sum(g * g, axis=1)[None, :], f @ g.T
        ca, cb, yy = (f @ target)[:, None], (g @ target)[None, :], float(target @ target)
        whole = aa * bb
        det = whole - ab * ab
        apart = (np.abs(a[:, None] - b[None, :]) >= NEAR) & (det > 1e-13 * whole)
        safe = np.where(apart, det, 1.0)
        x, z = (ca * bb - cb * ab) / safe, (cb * aa - ca * ab) / safe
        both = apart & (x >= 0.0) & (z >= 0.0)
        alone = np.broadcast_to(ca * ca / aa, det.shape) >= np.broadcast_to(cb * cb / bb, det.shape)
        x = np.where(both, x, np.where(alone, ca / aa, 0.0))
        z = np.where(both, z, np.where(alone, 0.0, cb / bb))
        chi2 = np.maximum(yy - 2.0 * (x * ca + z * cb) + x * x * aa + z * z * bb + 2.0 * x * z * ab, 0.0)
        if self.known is None:
            chi2 = np.where(a[:, None] < b[None, :], chi2, np.inf)
        elif self.known[1] > 0.0:
            chi2 = chi2 + (((a - self.known[0]) / self.known[1]) ** 2)[:, None]
        variances = np.where(both, bb / safe, 1.0 / aa), np.where(both, aa / safe, 1.0 / bb)
        return _Surface(a, b, chi2, (x, z), variances)

    def best(self, seen: _Surface) -> _Best:
        """The lowest point of a grid."""
        i, j = np.unravel_index(int(np.argmin(seen.chi2)), seen.chi2.shape)
        return float(seen.first[i]), float(seen.second[j]), float(seen.sizes[0][i, j]), float(seen.sizes[1][i, j])

    def parts(self, best: _Best) -> Array:
        """R1(T) and R2(T)."""
        return np.array(best[2:])[:, None] * _law(np.array(best[:2]), self.t, self.form)

    def model(self, best: _Best) -> Array:
        """R(T)."""
        out: Array = self.parts(best).sum(axis=0)
        return out

    def chi2(self, best: _Best) -> float:
        """Sum of squares, an energy known with an error included."""
        prior = ((best[0] - self.known[0]) / self.known[1]) ** 2 if self.known is not None and self.known[1] > 0.0 else 0.0
        return float(np.sum(((self.y - self.model(best)) * self.weight) ** 2)) + prior

    def preference(self, squares: float, parameters: int, stated: bool) -> float:
        """Akaike's criterion of one process with a free energy minus that of two."""
        w, energy = self.weight, np.linspace(LOWEST, HIGHEST, 2701)
        for _ in range(3):
            f = _law(energy, self.t, self.form) * w
            alone = float((self.y * w) @ (self.y * w)) - (f @ (self.y * w)) ** 2 / np.sum(f * f, axis=1)
            i = int(np.argmin(alone))
            energy = np.linspace(energy[max(i - 1, 0)], energy[min(i + 1, len(energy) - 1)], 201)
        f = _law(energy[100:101], self.t, self.form)[0]
        size = float(np.sum(f * w * self.y * w) / np.sum((f * w) ** 2))
        single = float(np.sum(((self.y - size * f) * w) ** 2))
        n = len(self.y)
        if stated:
            return single + 2.0 * 2 - squares - 2.0 * parameters

        def corrected(s: float, k: int) -> float:
            return n * math.log(max(s, 1e-300) / n) + 2 * k + (2 * k * (k + 1) / (n - k - 1) if n > k + 1 else math.inf)

        return corrected(single, 3) - corrected(squares, parameters + 1)

    def covariance(self, best: _Best, scale: float, shared: float) -> Array | None:
        """Of (E1, E2, ln R1, ln R2)."""
        parts = self.parts(best) * self.weight
        along = (1.0 / self.t - 1.0 / ROOM) / GAS
        rows = np.concatenate([parts * along, parts]).T
        if self.known is not None and self.known[1] > 0.0:
            rows = np.vstack([rows, [math.sqrt(scale) / self.known[1], 0.0, 0.0, 0.0]])  # not scaled: it is no point
        free = [1, 2, 3] if self.known is not None and self.known[1] == 0.0 else [0, 1, 2, 3]
        size = np.linalg.norm(rows[:, free], axis=0)
        if not (size > 0.0).all() or len(rows) < len(free):
            return None
        _, singular, v = np.linalg.svd(rows[:, free] / size, full_matrices=False)
        if singular[-1] < 1e-10 * singular[0]:
            return None
        out = np.zeros((4, 4))
        out[np.ix_(free, free)] = (v.T / singular**2) @ v * scale / np.outer(size, size)
        out[2:, 2:] += shared**2
        return out


def _refined(plane: _Plane, dof: int, stated: bool) -> tuple[_Surface, _Best]:
    """The plane seen close to its minimum, as far as the intervals reach, and the minimum."""
    ends = plane.range()
    seen = plane.surface(*ends)
    for _ in range(ZOOMS):
        lowest = float(np.min(seen.chi2))
        spread = lowest / max(dof, 1)
        inside = seen.chi2 - lowest <= SEEN * (max(spread, 1.0) if stated else max(spread, 1e-24))
        boxes = []
        for axis, k, limit in ((seen.first, 1, ends[0]), (seen.second, 0, ends[1])):
            hit = np.flatnonzero(inside.any(axis=k))
            low, high = axis[max(int(hit[0]) - 1, 0)], axis[min(int(hit[-1]) + 1, len(axis) - 1)]
            boxes.append((max(float(low), limit[0]), min(float(high), limit[1])))
        seen = plane.surface(boxes[0], boxes[1])
    return seen, _lowest(plane, seen)


def _lowest(plane: _Plane, seen: _Surface) -> _Best:
    """The minimum, from the lowest point of a grid inwards."""
    near = seen
    for _ in range(6):
        best = plane.best(near)
        cells = [2.0 * (axis[1] - axis[0]) if len(axis) > 1 else 0.0 for axis in (near.first, near.second)]
        near = plane.surface((best[0] - cells[0], best[0] + cells[0]), (best[1] - cells[1], best[1] + cells[1]), 21)
    return plane.best(near)


def _symmetric(value: float, std: float | None, interval: _Ends) -> bool:
    """Whether 1.96 standard deviations say about what the interval says (a value that is known exactly has none)."""
    if std is None:
        return False
    reach = math.sqrt(RISE) * std
    return all(abs(side - reach) <= ASYMMETRIC * reach for side in (value - interval[0], interval[1] - value))


def _known(given: Finding | units.Given | None, std: units.Given | None) -> tuple[float, float] | None:
    """(energy, its error) [J/mol]."""
    if given is None:
        return None
    if isinstance(given, Finding):
        if given.quantity != "activation_energy" or not isinstance(given.value, int | float):
            raise AnalysisError("This finding is no activation energy", given=f"{given.name} ({given.quantity})")
        value, error = float(given.value), given.std or 0.0
    else:
        value, error = number(given, "activation_energy", "activation energy"), 0.0
    if std is not None:
        error = abs(number(std, "activation_energy", "error of the activation energy"))
    if not LOWEST < value < HIGHEST:
        raise AnalysisError("This activation energy is none", given=given, allowed=f"{LOWEST:g} to {HIGHEST:g} J/mol")
    return value, error


def _remarks(
    stated: bool, squares: float, dof: int, probability: float | None, energies: Sequence[_Ends], separated: bool
) -> tuple[str, ...]:
    out = []
    if stated and dof > 0 and squares > dof:
        out.append(f"The points scatter {math.sqrt(squares / dof):.2g} times as much as their errors say; these are scaled up.")
    if dof <= 0:
        out.append("As many parameters as temperatures: nothing tests the two laws.")
    if probability is not None and probability < UNLIKELY:
        out.append("Lack of fit: two Arrhenius laws do not describe these points within their errors.")
    for k, ends in enumerate(energies):
        if separated and not all(math.isfinite(v) for v in ends):
            out.append(f"The series does not determine the activation energy of process {k + 1} on both sides.")
    return tuple(out)
