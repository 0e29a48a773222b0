"""Activation energy: a straight line of a logarithm against 1/T.

    "ln(sigma T)"   sigma T = A exp(-Ea/(R T))     hopping: the prefactor carries 1/T
    "ln(sigma)"     sigma = A exp(-Ea/(R T))       empirical; about RT lower: 2.5 kJ/mol (0.026 eV) at 300 K
    resistances     1/R in the place of sigma

Weighted least squares with the stated errors, w = 1/std(ln)²; the covariance is theirs, scaled up by chi2/dof where
the points scatter more than their errors say. Without errors all points weigh the same and their scatter is the error.
The error of the geometry in conductivities of one sample is common to all of them: it enters the prefactor alone.

chi2 against its degrees of freedom tells whether a line describes the points (p below 1 %: not; a VFT law, a phase
change, or errors stated too small). Source: textbook; the ~RT difference follows from d(ln T)/d(1/T) = -T.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

import numpy as np

from .. import units
from ..elements.base import GAS, Array
from ..errors import AnalysisError, MissingValueError, UnknownNameError
from ..record import Finding, Record
from . import _points
from ._axis import series, temperature_of
from ._conditions import SPECTRA
from ._options import asked
from ._seen import Seen
from ._target import number
from ._technique import Answer, Case, Condition, Joint, Stated, Technique, declare, declare_joint

if TYPE_CHECKING:
    from ._each import FitSeries
    from ._result import ImpedanceFit

Form: TypeAlias = Literal["ln(sigma T)", "ln(sigma)"]
FORMS = ("ln(sigma T)", "ln(sigma)")
FALLING = ("resistance", "area_specific_resistance")  # with temperature: 1/R stands for sigma
ROOM = 298.15
EV = 96485.33212  # J/mol per eV
UNLIKELY = 0.01
LEAST = 3  # temperatures that make a series


@dataclass(frozen=True, eq=False)
class ArrheniusFit:
    """Outcome: y = a - (Ea/R)/T.

    activation_energy, std   [J/mol]
    parameters, covariance   of (a, Ea/R)
    chi2, dof, probability   chi2 None without stated errors; probability of a larger chi2 if the law and errors hold
    """

    quantity: str
    form: Form
    temperature: Array
    values: Array
    residuals: Array
    parameters: Array
    covariance: Array
    chi2: float | None
    dof: int
    probability: float | None
    weighted: bool
    remarks: tuple[str, ...] = field(default=())
    errors: Array | None = None

    @property
    def activation_energy(self) -> float:
        """Ea [J/mol]."""
        return float(self.parameters[1]) * GAS

    @property
    def std(self) -> float | None:
        """Standard deviation of Ea [J/mol]; None for two points without errors."""
        s = float(self.covariance[1, 1])
        return GAS * math.sqrt(s) if math.isfinite(s) else None

    def at(self, temperature: units.Given) -> tuple[float, float | None]:
        """The law's value at a temperature (a number in K, or text) and its std; outside the range an extrapolation."""
        t = number(temperature, "temperature", "temperature")
        row = np.array([1.0, -1.0 / t])
        y = float(row @ self.parameters)
        if self.form == "ln(sigma T)":
            y -= math.log(t)
        value = math.exp(-y) if self.quantity in FALLING else math.exp(y)
        variance = float(row @ self.covariance @ row)
        return value, value * math.sqrt(max(variance, 0.0)) if math.isfinite(variance) else None

    def findings(self) -> list[Finding]:
        """Activation energy and the value at 25 °C."""
        low, high = float(self.temperature.min()), float(self.temperature.max())
        what = "1/R" if self.quantity in FALLING else "sigma"
        form = self.form.replace("sigma", what)
        method = f"{form} against 1/T, {'weighted by the stated errors' if self.weighted else 'unweighted'}"
        evidence = {
            "points": len(self.values), "temperatures_K": [low, high], "chi2": self.chi2, "dof": self.dof,
            "probability": self.probability, "activation_energy_eV": self.activation_energy / EV,
            "remarks": list(self.remarks),
            "points of the line": {
                "quantity": self.quantity, "form": self.form, "temperatures_K": self.temperature.tolist(), "values": self.values.tolist(),
                "std": None if self.errors is None else self.errors.tolist(),
            },
        }  # fmt: skip
        why = "two points without errors leave no scatter to judge from"
        value, std = self.at(ROOM)
        outside = "" if low <= ROOM <= high else f", extrapolated from {low - 273.15:.0f} to {high - 273.15:.0f} °C"
        return [
            Finding("activation energy", self.activation_energy, "activation_energy", method, self.std,
                    note="" if self.std is not None else why, evidence=evidence),
            Finding(f"{self.quantity.replace('_', ' ')} at 25 °C", value, self.quantity, method + outside, std,
                    note="" if std is not None else why, evidence=evidence),
        ]  # fmt: skip


def fit(
    values: Sequence[Finding] | Sequence[float] | Array, temperatures: Sequence[units.Given] | Array, *,
    std: Sequence[float] | Array | None = None, quantity: str = "conductivity", form: Form = "ln(sigma T)",
) -> ArrheniusFit:  # fmt: skip
    """Arrhenius fit of conductivities or resistances.

    values        findings (their std and quantity are used), or SI numbers of `quantity`
    temperatures  SI numbers [K] or texts ("140 degC")
    std           errors of the numbers; findings bring their own
    """
    if form not in FORMS:
        raise UnknownNameError("This form of the Arrhenius law is not known", given=form, allowed=FORMS)
    numbers, errors, quantity = _points.numbers(values, std, quantity)
    common = _points.common(values)
    t = np.array([number(x, "temperature", "temperature") for x in temperatures])
    check(numbers, t)
    y = np.log(1.0 / numbers if quantity in FALLING else numbers) + (np.log(t) if form == "ln(sigma T)" else 0.0)
    relative = None if errors is None else _points.own(numbers, errors, common)
    weight = np.ones(len(y)) if relative is None else 1.0 / relative
    rows = np.stack([np.ones(len(t)), -1.0 / t], axis=1) * weight[:, None]
    scale = np.linalg.norm(rows, axis=0)
    q, r = np.linalg.qr(rows / scale)
    parameters = np.linalg.solve(r, q.T @ (y * weight)) / scale
    inverse = np.linalg.inv(r)
    covariance = inverse @ inverse.T / np.outer(scale, scale)
    residuals = y - (parameters[0] - parameters[1] / t)
    squares, dof = float(np.sum((residuals * weight) ** 2)), len(y) - 2
    remarks: list[str] = []
    if relative is None:
        covariance = covariance * (squares / dof if dof > 0 else np.nan)
        return ArrheniusFit(quantity, form, t, numbers, residuals, parameters, covariance, None, dof, None, False)
    shared = np.diag([common**2, 0.0])
    probability = _points.tail(squares, dof) if dof > 0 else None
    if dof > 0 and squares > dof:
        covariance = covariance * (squares / dof)
        remarks.append(
            f"The points scatter {math.sqrt(squares / dof):.2g} times as much as their errors say; these are scaled up."
        )
    if probability is not None and probability < UNLIKELY:
        remarks.append(
            "Lack of fit: a straight line does not describe these points within their errors (another law, a change of"
            " phase, or errors stated too small)."
        )
    return ArrheniusFit(
        quantity,
        form,
        t,
        numbers,
        residuals,
        parameters,
        covariance + shared,
        squares,
        dof,
        probability,
        True,
        tuple(remarks),
        errors,
    )


def check(values: Array, t: Array, least: int = 2) -> None:
    """Refuse points from which no law of temperature with `least` unknowns follows."""
    if len(values) != len(t):
        raise AnalysisError("Every value needs its temperature", given=(len(values), len(t)))
    if len(np.unique(t)) < least:
        raise AnalysisError(f"This law of temperature needs {least} temperatures or more", given=t.tolist())
    if not (np.isfinite(values).all() and (values > 0.0).all()):
        raise AnalysisError("Only positive values have a logarithm", given=values.tolist())
    for x in t:
        units.check(float(x), "temperature")


class Numbers(Protocol):
    """One number along temperature: name, quantity, temperatures x [K], values and standard deviations [SI], NaN where there
    is none. Trends of a series of fits are such."""

    @property
    def name(self) -> str: ...
    @property
    def quantity(self) -> str: ...
    @property
    def x(self) -> Array: ...
    @property
    def values(self) -> Array: ...
    @property
    def std(self) -> Array: ...


def energies(trends: Iterable[Numbers]) -> tuple[dict[str, ArrheniusFit], list[str]]:
    """Arrhenius fit of each of these numbers by its name, over the temperatures at which it has an error; and why others
    have none, a sentence each."""
    out, said = {}, []
    for trend in trends:
        good = np.isfinite(trend.values) & np.isfinite(trend.std) & (trend.std > 0.0) & (trend.values > 0.0)
        if len(set(trend.x[good].tolist())) < LEAST:
            said.append(f"{trend.name}: no activation energy, since it is determined at fewer than {LEAST} temperatures.")
            continue
        try:
            out[trend.name] = fit(trend.values[good].tolist(), trend.x[good].tolist(), std=trend.std[good].tolist(), quantity=trend.quantity)
        except AnalysisError as error:
            said.append(f"{trend.name}: no activation energy. {error}")
    return out, said


# -- recognition ------------------------------------------------------------------------------------------------------
def _warmed(cases: Sequence[Case]) -> list[tuple[float, Finding]]:
    """(temperature, conductivity or resistance) of each case that states one and has the other, in one quantity."""
    for name in ("conductivity", "resistance of all arcs"):
        found = [(c.record.conditions["temperature"], f) for c in cases if "temperature" in c.record.conditions for f in c.findings.get("impedance", ()) if f.name == name]
        if len({t for t, _ in found}) >= LEAST:
            return found
    return []


def _several(cases: Sequence[Case]) -> Answer:
    with_spectra = [c for c in cases if c.record.spectra]
    known = {c.record.conditions["temperature"] for c in with_spectra if "temperature" in c.record.conditions}
    if len(known) < LEAST:
        return False, f"spectra at {LEAST} stated temperatures or more: {len(with_spectra)} records have spectra, and {len(known)} temperatures are stated"
    return True, f"spectra at {len(known)} temperatures, {min(known) - 273.15:.4g} to {max(known) - 273.15:.4g} °C"


def _law(cases: Sequence[Case], stated: Stated) -> list[Finding]:
    found = _warmed(cases)
    if not found:
        raise MissingValueError("No conductivity of these spectra is known", remedy='State thickness="1 mm" and area="1 cm^2", or fit the resistances with arrhenius.fit')
    return fit([f for _, f in found], [t for t, _ in found]).findings()


def _warm(seen: Seen) -> Answer:
    kelvin = [t for t in (temperature_of(seen.record, s) for s in seen.record.spectra) if t is not None]
    if len(kelvin) < len(seen.record.spectra) or not kelvin:
        return False, f"{len(seen.record.spectra) - len(kelvin)} of {len(seen.record.spectra)} spectra state no temperature"
    if series(kelvin) is None:
        return False, f"the spectra lie between {min(kelvin) - 273.15:.4g} and {max(kelvin) - 273.15:.4g} °C, where a series is three temperatures over 5 K or more"
    return True, f"temperatures from {min(kelvin) - 273.15:.4g} to {max(kelvin) - 273.15:.4g} °C"


def over_temperature(fits: FitSeries, sigma: Sequence[Finding] = ()) -> list[Finding]:
    """Activation energies of a series of fits over temperature: of the conductivity where `sigma` gives one a fit, else of the
    sum of the resistances; and of every single resistance that has an error at three temperatures."""
    whole = fit(list(sigma), fits.x) if len(sigma) == len(fits) else of_totals(fits, fits.x)
    single, why = energies([t for t in (fits.trend(n) for n in fits.names) if t.quantity in FALLING])
    none = [Finding(f"activation energy of {w.partition(':')[0]}", None, "activation_energy", "ln(T/R) against 1/T", note=w.partition(": ")[2]) for w in why]
    return [*whole.findings(), *(named(name, one) for name, one in single.items()), *none]


def of_totals(fits: Sequence[ImpedanceFit], temperatures: Sequence[units.Given] | Array) -> ArrheniusFit:
    """Arrhenius fit of the sum of all resistances of each fit."""
    sums = [total(f) for f in fits]
    std = [s for _, s in sums if s is not None and s > 0.0]
    quantity = "area_specific_resistance" if fits[0].spectrum.specific else "resistance"
    return fit([v for v, _ in sums], temperatures, std=std if len(std) == len(sums) else None, quantity=quantity)


def total(of: ImpedanceFit) -> tuple[float, float | None]:
    """Sum of all resistances of a fitted circuit, with its error (the covariances are in it)."""
    names = [n for n, q in zip(of.names, of.target.quantities, strict=True) if q in FALLING and "." not in n]
    return of.derived(lambda v: sum(v[n] for n in names))


def named(name: str, one: ArrheniusFit) -> Finding:
    """The activation energy of one number under its name, with what the fit says of itself."""
    found = one.findings()[0]
    return replace(found, name=f"activation energy of {name}", note="; ".join([*([found.note] if found.note else []), *(r.rstrip(".") for r in one.remarks)]))


def _of_record(record: Record, stated: Stated) -> list[Finding]:
    """Of the spectra of one record, by one circuit: as stated or chosen for all of them."""
    from . import conductivity, impedance

    specific = "area" in record.conditions or all("specific_impedance_real" in s for s in record.spectra)
    fits = impedance.fit_each(record, stated.get("circuit") or "auto", specific=specific, over="temperature")
    sigma: list[Finding] = []
    which = asked(stated, "arrhenius", conductivity.find, "thickness_std", "area_std")
    if "thickness" in record.conditions and specific:
        try:
            sigma = [conductivity.find(record, f, **which) for f in fits]
        except AnalysisError:  # no arc of the material, say: then the sum of the resistances, which the finding names
            if which:
                raise
    return over_temperature(fits, sigma)


declare(Technique(
    "arrhenius", "activation energy over temperature", (SPECTRA, Condition("spectra at several temperatures", _warm)), (_of_record,),
    {"circuit": 'equivalent circuit, "R(RQ)(RQ)W"', "which": 'resistance of the material for a conductivity, "R1", "R1,R2", "arcs" or "total"'}, companion=True,
))  # fmt: skip
declare_joint(Joint("arrhenius", "activation energy", _several, _law))
