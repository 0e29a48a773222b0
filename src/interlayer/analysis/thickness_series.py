"""Electrolyte and interface out of samples of several thicknesses: a straight line R A = a + l/sigma.

The slope is 1/sigma (bulk and grain boundaries), the intercept a all that does not grow with l: faces of them, so one
interface has a/faces. Every sample must be of one material, with interfaces made alike.

The line is that of York: chi2 = sum (y - a - b l)²/(sy² + b² sl²) at its least, with errors of R A and of l on every
sample (York et al., Am. J. Phys. 72 (2004) 367, recalled; here with independent errors). sy holds the error of R and
the sample's own error of the area, the latter in proportion to the line, not to the point: else a low point weighs
more. Errors that all samples share stand apart: a wrong scale of the area moves a and b alike, a wrong scale of the
thickness moves b alone. The covariance is that of the stated errors, scaled up by chi2/dof where the points scatter more
than these say; without errors all points weigh the same and their scatter is the error.

Valid while the line describes the samples (chi2, p below 1 %: not) and b is positive beyond its error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from .. import units
from ..elements.base import Array
from ..errors import AnalysisError, MissingValueError
from ..record import Finding, Record
from . import _points
from ._resistance import QUANTITIES, Faces, faces_of, named, resistances, summed
from ._result import ImpedanceFit
from ._target import number
from ._technique import Answer, Case, Joint, Stated, declare_joint

SOURCE = "York et al., Am. J. Phys. 72 (2004) 367, 10.1119/1.1632486 (recalled)"
UNLIKELY = 0.01
LEVER = 0.9  # share of its own place in the line from which on one sample alone makes it
SIGNIFICANT = 2.0  # standard deviations from which on an intercept or a slope is not zero
ASYMMETRIC = 0.1  # relative error of the slope from which on 1/slope needs an interval
NORMAL95 = 1.959964
ROUNDS = 100

#: one value for all samples, or one a sample
Many: TypeAlias = units.Given | Sequence[units.Given] | Array


@dataclass(frozen=True, eq=False)
class ThicknessSeries:
    """Outcome: y = R A = a + b l.

    thickness [m], values [ohm m²], residuals [ohm m²]
    parameters, covariance   of (a, b); [ohm m²], [ohm m]
    leverage                 share of each sample in its own place on the line, 0 .. 1
    chi2, dof, probability   chi2 None without stated errors
    faces                    interfaces in the intercept; `said` how that is known
    """

    thickness: Array
    values: Array
    residuals: Array
    parameters: Array
    covariance: Array
    leverage: Array
    chi2: float | None
    dof: int
    probability: float | None
    faces: Faces
    said: str
    remarks: tuple[str, ...] = ()

    def _std(self, index: int) -> float | None:
        variance = float(self.covariance[index, index])
        return math.sqrt(variance) if math.isfinite(variance) else None

    def findings(self) -> list[Finding]:
        """Conductivity (bulk and grain boundary) and resistance of one interface."""
        a, b = (float(p) for p in self.parameters)
        sa, sb = self._std(0), self._std(1)
        how = "York's line with errors of both" if self.chi2 is not None else "unweighted line"
        method = f"R A against thickness, {len(self.values)} samples, {how}"
        evidence = {
            "samples": len(self.values), "thickness_m": [float(self.thickness.min()), float(self.thickness.max())],
            "slope_ohm_m": b, "intercept_ohm_m2": a, "intercept_std": sa, "chi2": self.chi2, "dof": self.dof,
            "probability": self.probability, "leverage": self.leverage.tolist(), "faces": self.faces,
            "residuals_ohm_m2": self.residuals.tolist(), "remarks": list(self.remarks), "level": 0.95,
        }  # fmt: skip
        why = "" if sb is not None else "two thicknesses leave no scatter to judge from"
        interval = None
        if sb is not None and sb > ASYMMETRIC * b:
            far = b - NORMAL95 * sb
            interval = (1.0 / (b + NORMAL95 * sb), 1.0 / far if far > 0.0 else math.inf)
        ends = (a - NORMAL95 * sa, a + NORMAL95 * sa) if sa is not None else None
        face = None if ends is None or a > SIGNIFICANT * (sa or 0.0) else (0.0, max(ends[1], 0.0) / self.faces)
        return [
            Finding("conductivity", 1.0 / b, "conductivity", f"{method}; 1/slope, bulk and grain boundary",
                    None if sb is None else sb / b**2, SOURCE, why, interval, evidence),
            Finding("interface resistance", a / self.faces, "area_specific_resistance",
                    f"{method}; intercept/{self.faces}, {self.said}", None if sa is None else sa / self.faces, SOURCE, why,
                    face, evidence),
        ]  # fmt: skip

    def __str__(self) -> str:
        return "\n".join([*(str(f) for f in self.findings()), *self.remarks])


def fit(
    thickness: Sequence[units.Given] | Array, resistance: Sequence[Finding] | Sequence[float] | Array, *,
    std: Sequence[float] | Array | None = None, quantity: str = "area_specific_resistance",
    area: Many | None = None, thickness_std: Many | None = None, area_std: Many | None = None,
    common_area: float = 0.0, common_thickness: float = 0.0, faces: Faces = 2, said: str = "",
) -> ThicknessSeries:  # fmt: skip
    """Line through the samples.

    thickness     SI numbers [m] or texts ("0.8 mm")
    resistance    findings (their std and quantity are used), or SI numbers of `quantity` with `std`
    area          of the samples, one for all or one each; needed for resistances in ohm and for `area_std`
    thickness_std, area_std   errors of each sample's own, one for all or one each
    common_area, common_thickness   relative errors that all samples share (one punch, one gauge)
    faces         interfaces in series in every sample; `said` how that is known
    """
    numbers, errors, quantity = _points.numbers(resistance, std, quantity)
    if quantity not in QUANTITIES:
        raise AnalysisError("A thickness series takes resistances", given=quantity, allowed=QUANTITIES)
    if faces not in (1, 2):
        raise AnalysisError("A cell has one or two faces", given=faces, allowed="1 or 2")
    count = len(numbers)
    x = _each(thickness, "thickness", count)
    if area is None and (quantity == "resistance" or area_std is not None):
        raise MissingValueError("The areas of the samples are not stated", remedy='State area="1 cm^2", or one a sample')
    size = np.ones(count) if area is None else _each(area, "area", count)
    _check(x, numbers, size)
    y = numbers * size if quantity == "resistance" else numbers
    own = _Own(
        np.zeros(count) if errors is None else errors * y / numbers,
        np.zeros(count) if thickness_std is None else _each(thickness_std, "thickness", count),
        np.zeros(count) if area_std is None else _each(area_std, "area", count) / size,
    )
    stated = not (errors is None and thickness_std is None and area_std is None)
    if stated and not own.positive:
        raise AnalysisError("Every sample needs an error that is not zero, or none any", allowed="std, thickness_std, area_std")
    parameters, covariance, weight = _york(x, y, own if stated else _Own(np.ones(count), np.zeros(count), np.zeros(count)))
    residuals = y - parameters[0] - parameters[1] * x
    squares, dof = float(np.sum(weight * residuals**2)), count - 2
    probability = _points.tail(squares, dof) if stated and dof > 0 else None
    remarks = _scatter(squares, dof, probability, stated)
    if not stated:
        covariance = covariance * (squares / dof if dof > 0 else np.nan)
    elif dof > 0 and squares > dof:
        covariance = covariance * (squares / dof)
    leverage = _leverage(x, weight)
    remarks += _samples(x, residuals * np.sqrt(weight), leverage)
    shared = common_area**2 * np.outer(parameters, parameters)
    shared[1, 1] += (common_thickness * parameters[1]) ** 2
    covariance = covariance + shared
    remarks += _signs(parameters, covariance)
    return ThicknessSeries(
        x, y, residuals, parameters, covariance, leverage, squares if stated else None, dof, probability, faces,
        said or ("two equal faces" if faces == 2 else "one face"), tuple(remarks),
    )  # fmt: skip


def of(
    records: Sequence[Record], fits: Sequence[ImpedanceFit], *, which: str | Sequence[str] = "total",
    faces: Faces | None = None, thickness_std: Many | None = None, area_std: Many | None = None,
    common_area: float = 0.0, common_thickness: float = 0.0,
) -> ThicknessSeries:  # fmt: skip
    """Line through samples as records with their fits: thickness and area are those the records state.

    which   "total": all resistances of a fit but those of diffusion elements, or the names of some
    faces   2 in symmetric cells, 1 for one face; None asks the cells of the records
    """
    if len(records) != len(fits) or not records:
        raise AnalysisError("Every record needs its fit", given=(len(records), len(fits)), allowed="as many fits as records")
    counts = [faces_of(record, faces) for record in records]
    if len({count for count, _ in counts}) > 1:
        raise AnalysisError("The samples differ in their number of faces", given=[count for count, _ in counts])
    found = []
    for row, one in enumerate(fits):
        names = [n for n in resistances(one) if "." not in n] if which == "total" else named(one, which, "total")
        part = summed(one, names)
        quantity = "area_specific_resistance" if part.specific else "resistance"
        found.append(Finding(f"resistance of sample {row}", part.value, quantity, part.said, part.std, note=part.why))
        if part.std is None:
            raise AnalysisError(f"The resistance of sample {row} has no error ({part.why})", given=part.said)
    needed = area_std is not None or found[0].quantity == "resistance"
    return fit(
        np.array([r.condition("thickness") for r in records]), found, thickness_std=thickness_std, area_std=area_std,
        area=[r.condition("area") for r in records] if needed else None, faces=counts[0][0], said=counts[0][1],
        common_area=common_area, common_thickness=common_thickness,
    )  # fmt: skip


@dataclass(frozen=True)
class _Own:
    """Errors of each sample's own: of R A [ohm m²], of l [m], and of A relative."""

    resistance: Array
    thickness: Array
    area: Array

    @property
    def positive(self) -> bool:
        """Whether every sample has one."""
        return bool((self.resistance + self.thickness + self.area > 0.0).all())


def _each(given: Many | Array, quantity: str, count: int) -> Array:
    """One positive number a sample, from one for all or one each."""
    pair = isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], str)  # (number, unit)
    many: list[Any] = list(given) if isinstance(given, list | tuple | np.ndarray) and not pair else [given] * count
    if len(many) != count:
        raise AnalysisError(f"Every sample needs its {quantity}", given=len(many), allowed=f"{count}, or one for all")
    return np.array([number(v, quantity, quantity) for v in many])


def _york(x: Array, y: Array, own: _Own) -> tuple[Array, Array, Array]:
    """(a, b), their covariance, and the weights 1/(sy² + b² sl²) at the least chi-square."""
    a, b = 0.0, float(np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2))
    a = float(y.mean() - b * x.mean())
    for _ in range(ROUNDS):
        along = own.area * np.maximum(a + b * x, 0.1 * y)
        vy, vx = own.resistance**2 + along**2, own.thickness**2
        weight = 1.0 / (vy + b * b * vx)
        total = float(weight.sum())
        u, v = x - float(weight @ x) / total, y - float(weight @ y) / total
        beta = weight * (vy * u + b * vx * v)  # where each sample's own place lies on the line
        new = float(np.sum(weight * beta * v) / np.sum(weight * beta * u))
        a, done = float(weight @ y) / total - new * float(weight @ x) / total, abs(new - b) <= 1e-13 * abs(new)
        b = new
        if done:
            break
    middle = float(weight @ x) / total
    place = beta + middle
    mean = float(weight @ place) / total
    variance = 1.0 / float(np.sum(weight * (place - mean) ** 2))
    covariance = np.array([[1.0 / total + mean**2 * variance, -mean * variance], [-mean * variance, variance]])
    return np.array([a, b]), covariance, weight


def _leverage(x: Array, weight: Array) -> Array:
    middle = float(weight @ x) / float(weight.sum())
    out: Array = weight * (1.0 / weight.sum() + (x - middle) ** 2 / np.sum(weight * (x - middle) ** 2))
    return out


def _check(x: Array, y: Array, size: Array) -> None:
    if len(np.unique(x)) < 2:
        raise AnalysisError("A thickness series needs two thicknesses or more", given=x.tolist())
    for v in x.tolist():
        units.check(v, "thickness")
    if not (size > 0.0).all():
        raise AnalysisError("Areas are positive", given=size.tolist())
    if not (np.isfinite(y).all() and (y > 0.0).all()):
        raise AnalysisError("A thickness series takes positive resistances", given=y.tolist())


def _scatter(squares: float, dof: int, probability: float | None, stated: bool) -> list[str]:
    out = []
    if dof == 0:
        out.append("Two thicknesses leave no scatter to judge from: nothing tests the line.")
    if stated and dof > 0 and squares > dof:
        out.append(
            f"The samples scatter {math.sqrt(squares / dof):.2g} times as much as their errors say; these are scaled up."
        )
    if probability is not None and probability < UNLIKELY:
        out.append(
            "Lack of fit: one straight line does not describe these samples within their errors (samples that differ,"
            " or errors stated too small)."
        )
    return out


def _samples(x: Array, residuals: Array, leverage: Array) -> list[str]:
    """Samples that make the line, or lie off the line of the others (deleted residuals; p below 1 % over all samples)."""
    count, out = len(x), []
    if count < 3:
        return []
    for i in np.flatnonzero(leverage > LEVER).tolist():
        out.append(f"Sample {i} ({units.show(x[i], 'thickness')}) alone makes the line: leverage {leverage[i]:.0%}.")
    if count > 3:
        from scipy.special import stdtr

        free, bare = count - 3, np.maximum(1.0 - leverage, 1e-12)
        inner = residuals / np.sqrt(bare)
        rest = np.maximum(np.sum(residuals**2) - inner**2, 1e-300 + 1e-12 * np.sum(residuals**2)) / free
        t = inner / np.sqrt(rest)
        odd = 2.0 * stdtr(free, -np.abs(t)) * count < UNLIKELY
        out += [
            f"Sample {i} ({units.show(x[i], 'thickness')}) lies {abs(t[i]):.2g} standard errors off the line of the others."
            for i in np.flatnonzero(odd).tolist()
        ]
    return out


def _signs(parameters: Array, covariance: Array) -> list[str]:
    """What slope and intercept say of themselves; refuses a slope that is not positive beyond its error."""
    a, b = (float(p) for p in parameters)
    sa, sb = (math.sqrt(float(v)) if math.isfinite(v) else 0.0 for v in np.diag(covariance))
    if not b > SIGNIFICANT * sb:
        raise AnalysisError(
            "The resistance does not grow with the thickness beyond its error: no conductivity can be told",
            given=f"slope {b:.3g} ± {sb:.2g} ohm m", remedy="Use thicknesses further apart, or smaller errors",
        )  # fmt: skip
    size = f"{units.show(a, 'area_specific_resistance')} ± {units.show(sa, 'area_specific_resistance')}"
    if a < -SIGNIFICANT * sa:
        return [
            f"The intercept is negative beyond its error ({size}), which no interface can be: the thicknesses or areas are"
            " off, or the thick samples conduct worse."
        ]
    if sa > 0.0 and abs(a) <= SIGNIFICANT * sa:
        sign = "negative and " if a < 0.0 else ""
        return [f"The intercept is {sign}zero within its error ({size}): an upper bound of the interface resistance."]
    return []


# -- recognition ------------------------------------------------------------------------------------------------------
def _several(cases: Sequence[Case]) -> Answer:
    with_spectra = [c for c in cases if c.record.spectra]
    known = {c.record.conditions["thickness"] for c in with_spectra if "thickness" in c.record.conditions}
    if len(known) < 3:
        return False, f"spectra of samples of 3 stated thicknesses or more: {len(with_spectra)} records have spectra, and {len(known)} thickness{'es' * (len(known) != 1)} stated"
    return True, f"spectra of samples of {len(known)} thicknesses, {min(known) * 1e3:.4g} to {max(known) * 1e3:.4g} mm"


def _line_through(cases: Sequence[Case], stated: Stated) -> list[Finding]:
    kept = [c for c in cases if c.fits and "thickness" in c.record.conditions]
    faces = stated.get("faces")
    return of([c.record for c in kept], [c.fits[0] for c in kept], faces=int(faces) if faces else None).findings()  # type: ignore[arg-type]


declare_joint(Joint("thickness_series", "electrolyte and interface from several thicknesses", _several, _line_through, {"faces": "equal faces in series"}))
