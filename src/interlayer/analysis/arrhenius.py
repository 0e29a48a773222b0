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
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from .. import units
from ..elements.base import GAS, Array
from ..errors import AnalysisError, MissingValueError, UnknownNameError
from ..record import Finding
from . import _points
from ._target import number
from ._technique import Answer, Case, Joint, Stated, declare_joint

Form: TypeAlias = Literal["ln(sigma T)", "ln(sigma)"]
FORMS = ("ln(sigma T)", "ln(sigma)")
FALLING = ("resistance", "area_specific_resistance")  # with temperature: 1/R stands for sigma
ROOM = 298.15
EV = 96485.33212  # J/mol per eV
UNLIKELY = 0.01


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


# -- recognition ------------------------------------------------------------------------------------------------------
LEAST = 3  # temperatures


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


declare_joint(Joint("arrhenius", "activation energy", _several, _law))
