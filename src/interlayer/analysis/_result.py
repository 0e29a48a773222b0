"""`ImpedanceFit`: what a fit of a spectrum says, and how sure it is."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..elements.base import Array, ComplexArray, Element
from ..errors import UnknownNameError
from ..record import Finding
from ._profile import Profile, profiles, quantile
from ._relocate import LOOSE
from ._residuals import Pattern
from ._seed import Term
from ._solve import Solution
from ._spectrum import Spectrum
from ._target import FRACTIONS, CircuitTarget, Target, usable
from .kramers_kronig import KramersKronig

SOURCE = {
    "fit": "complex nonlinear least squares: Macdonald, Solid State Ionics 58 (1992) 97 (recalled)",
    "capacitance": "Hsu & Mansfeld, Corrosion 57 (2001) 747, 10.5006/1.3280607 (recalled)",
    "brug": "Brug et al., J. Electroanal. Chem. 176 (1984) 275, 10.1016/S0022-0728(84)80324-1 (recalled)",
}


@dataclass(frozen=True)
class Arc:
    """One relaxation of a fitted circuit, R beside Q (or C) or a ZARC; SI, std None where a parameter is not determined.

    labels             names of (resistance, capacitive element); of a ZARC ("Zarc1.R", "Zarc1.tau")
    tau                (R Q)^(1/n) [s]; peak at omega = 1/tau
    capacitance        Hsu-Mansfeld, (R^(1-n) Q)^(1/n) [F or F/m²]
    capacitance_brug   Q^(1/n) (1/R_s + 1/R)^((n-1)/n) with R_s the resistances in series (None without any)
    n                  exponent, 1 for a capacitor
    """

    labels: tuple[str, str]
    resistance: float
    resistance_std: float | None
    tau: float
    tau_std: float | None
    capacitance: float
    capacitance_std: float | None
    capacitance_brug: float | None
    n: float


def std_of(target: Target, solution: Solution) -> dict[str, float | None]:
    """Standard deviations by name; None where the solution has a reason for none."""
    return {
        name: None if i in solution.reasons else math.sqrt(float(solution.covariance[i, i]))
        for i, name in enumerate(target.names)
    }


def undetermined(target: Target, solution: Solution) -> dict[str, str]:
    """{parameter: why} of what is not determined, loosely only, or not apart from others (`ImpedanceFit.unidentified`)."""
    out = {}
    for i, why in solution.reasons.items():
        bound = target.quantities[i] in FRACTIONS and "bound (" in why
        if "held fixed" not in why and not bound:
            out[target.names[i]] = why
    std, values = std_of(target, solution), solution.values
    for i, name in enumerate(target.names):
        error = std[name]
        if error is not None and target.log[i] and error > LOOSE * values[i]:
            out[name] = f"loosely determined only (uncertain by {error / values[i]:.0%})"
    for group in solution.alike:
        for name in group:
            others = ", ".join(n for n in group if n != name)
            out.setdefault(name, f"it can't be told apart from {others} here")
    return out


def symmetric(target: Target, solution: Solution, name: str, level: float) -> tuple[float, float] | None:
    """Interval by the covariance (`ImpedanceFit.interval`)."""
    i = target.index(name)
    std, value = std_of(target, solution)[name], float(solution.values[i])
    if std is None:
        return None
    half = quantile(level, solution.dof, solution.stated) * std
    if not target.log[i]:
        return max(value - half, float(target.low[i])), min(value + half, float(target.high[i]))
    return value * math.exp(-half / value), value * math.exp(half / value)


@dataclass(frozen=True, eq=False)
class ImpedanceFit:
    """A fitted spectrum.

    circuit      text of the circuit, or name of the model
    values, std  by parameter name, SI; std None has its reason in `reasons`
    covariance   of the parameters in the order of `names` [SI]; NaN rows where one is not determined
    chi2         weighted sum of squares; reduced_chi2 = chi2/dof
    residuals    (Z - Z_fit)/|Z|, complex, ascending frequency
    arcs         relaxations, fastest first as in the circuit
    misfit       the residuals are systematic: the circuit does not describe the spectrum; `verdict` says it in words
    remarks      what else a reader must know, a sentence each
    solution     the search behind it
    """

    circuit: str
    target: Target = field(repr=False)
    spectrum: Spectrum = field(repr=False)
    values: Mapping[str, float]
    std: Mapping[str, float | None]
    reasons: Mapping[str, str]
    covariance: Array = field(repr=False)
    chi2: float
    dof: int
    residuals: ComplexArray = field(repr=False)
    weight: str
    kramers_kronig: KramersKronig | None = field(repr=False)
    pattern: Pattern
    misfit: bool
    verdict: str
    remarks: tuple[str, ...]
    solution: Solution = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Parameter names in the order of `covariance`."""
        return self.target.names

    @property
    def reduced_chi2(self) -> float:
        """chi2 per degree of freedom; with weight 'modulus' its root is the relative scatter of one part."""
        return self.chi2 / self.dof

    @property
    def unidentified(self) -> dict[str, str]:
        """Free parameters that the data do not determine, or loosely, or not apart from others, and why.

        Loosely: uncertain by more than `LOOSE` of their value. Noise alone lets an arc that is not there appear with
        some 30 %, and so far from the minimum the covariance is a poor guide: take `profile`. An exponent at its bound
        is determined (an ideal capacitor); a resistance at the edge of the search is not.
        """
        return undetermined(self.target, self.solution)

    @property
    def identifiable(self) -> bool:
        """Whether the data determine every free parameter well and apart from the others (see `unidentified`)."""
        return not self.unidentified

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float] | None:
        """Interval by the covariance, symmetric in the search scale (the logarithm), or None where there is no std.

        Student's quantile, or the normal one where errors were stated. `profile` needs no such symmetry.
        """
        return symmetric(self.target, self.solution, name, level)

    def profile(self, name: str, level: float = 0.95) -> Profile:
        """Profile-likelihood interval of one parameter (analysis/_profile.py); the trace is kept for a plot."""
        return self.profiles([name], level)[name]

    def profiles(self, names: Sequence[str] | None = None, level: float = 0.95) -> dict[str, Profile]:
        """The same for several parameters at once, by default all that are not held fixed."""
        held = {n for n, why in self.reasons.items() if "held fixed" in why}
        return self._profiles([n for n in self.names if n not in held] if names is None else list(names), level)

    def _profiles(self, names: list[str], level: float) -> dict[str, Profile]:
        return profiles(self.solution, self.target, names, level, self.evidence())

    def _usable(self, i: int) -> str:
        return usable(self.target.quantities[i])

    @property
    def element(self) -> Element | None:
        """The circuit with its values set (None for another model)."""
        return self.target.circuit.with_values(self._vector) if isinstance(self.target, CircuitTarget) else None

    @property
    def _vector(self) -> Array:
        return np.array([self.values[n] for n in self.names])

    def impedance(self, omega: Array) -> ComplexArray:
        """Fitted impedance at any angular frequency [rad/s]."""
        z: ComplexArray = self.target.evaluate(self._vector[None, :], np.asarray(omega, dtype=np.float64))[0][0]
        return z

    def derived(self, function: Callable[[Mapping[str, float]], float]) -> tuple[float, float | None]:
        """A number computed from the parameters, with its std through the covariance (None where one is missing)."""
        value = function(self.values)
        slope = np.zeros(len(self.names))
        for i, name in enumerate(self.names):
            h = 1e-6 * abs(self.values[name])
            if h > 0.0:
                up, down = ({**self.values, name: self.values[name] + d} for d in (h, -h))
                slope[i] = (function(up) - function(down)) / (2.0 * h)
        used = []
        for i in np.flatnonzero(slope).tolist():
            label = self.names[i]
            constant = (
                "held fixed" in self.reasons.get(label, "") or self.target.quantities[i] in FRACTIONS
            )  # an exponent at its bound
            if self.std[label] is None and not constant:
                return value, None
            if self.std[label] is not None:
                used.append(i)
        variance = slope[used] @ self.covariance[np.ix_(used, used)] @ slope[used]
        return value, math.sqrt(max(float(variance), 0.0))

    @functools.cached_property
    def arcs(self) -> tuple[Arc, ...]:
        """The relaxations of a circuit, in its order."""
        if not isinstance(self.target, CircuitTarget):
            return ()
        series = [t.leaf.label for t in self.target.terms if t.kind == "R"]
        return tuple(self._arc(term, series) for term in self.target.arc_terms())

    def _arc(self, term: Term, series: list[str]) -> Arc:
        own, beside = term.leaf.label, term.other
        r, c = (own, beside.label) if beside is not None else (f"{own}.R", f"{own}.tau")
        exponent = f"{c}.n" if beside is not None else f"{own}.n"

        def n(v: Mapping[str, float]) -> float:
            return max(v.get(exponent, 1.0), 1e-3)

        def coefficient(v: Mapping[str, float]) -> float:
            return v[c] if beside is not None else v[c] ** n(v) / v[r]

        tau, tau_std = self.derived(lambda v: (v[r] * coefficient(v)) ** (1.0 / n(v)))
        size, size_std = self.derived(lambda v: (v[r] ** (1.0 - n(v)) * coefficient(v)) ** (1.0 / n(v)))
        before = sum(self.values[s] for s in series)
        power, q = n(self.values), coefficient(self.values)
        brug = (
            q ** (1.0 / power) * (1.0 / before + 1.0 / self.values[r]) ** ((power - 1.0) / power)
            if before > 0.0
            else None
        )
        return Arc((r, c), self.values[r], self.std[r], tau, tau_std, size, size_std, brug, power)

    @property
    def numbers(self) -> tuple[str, ...]:
        """What `number` knows: every parameter, then time constant and capacitance of every arc."""
        arcs = [" ".join(a.labels) for a in self.arcs]
        return (*self.names, *(f"{what} of arc {a}" for a in arcs for what in ("time constant", "capacitance")))

    def number(self, name: str) -> tuple[str, float, float | None]:
        """(quantity, value, std) of a parameter or of an arc's number; an unknown name raises with the nearest match."""
        if name in self.names:
            return self.target.quantities[self.target.index(name)], self.values[name], self.std[name]
        if name not in self.numbers:
            raise UnknownNameError("The fit has no such number", given=name, allowed=self.numbers)
        what, _, label = name.partition(" of arc ")
        arc = next(a for a in self.arcs if " ".join(a.labels) == label)
        if what == "time constant":
            return "time_constant", arc.tau, arc.tau_std
        quantity = "area_specific_capacitance" if self.spectrum.specific else "capacitance"
        return quantity, arc.capacitance, arc.capacitance_std

    def evidence(self) -> dict[str, Any]:
        """What every finding of this fit rests on."""
        kk = self.kramers_kronig
        return {
            "circuit": self.circuit, "weight": self.weight, "chi2": self.chi2, "reduced_chi2": self.reduced_chi2,
            "dof": self.dof,
            "kramers_kronig": kk.verdict if kk is not None else "not tested (validate=False)", "verdict": self.verdict,
            "misfit": self.misfit, "dropped_points": list(self.spectrum.dropped), **self.spectrum.window(),
        }  # fmt: skip

    def findings(self) -> list[Finding]:
        """Every parameter, every arc's time constant and capacitance, and the verdict."""
        evidence = self.evidence()
        method = f"fit of {self.circuit}, weight {self.weight}"
        found = [
            Finding(
                "verdict of the fit",
                self.verdict,
                "number",
                method,
                source=SOURCE["fit"],
                evidence={**evidence, "remarks": list(self.remarks)},
            )
        ]
        for name, quantity in zip(self.names, self.target.quantities, strict=True):
            unit = {} if usable(quantity) == quantity else {"quantity": quantity}
            found.append(Finding(
                name, self.values[name], usable(quantity), method, self.std[name], SOURCE["fit"],
                self.reasons.get(name, ""), evidence={**evidence, **unit},
            ))  # fmt: skip
        for arc in self.arcs:
            found += self._of_arc(arc, method, evidence)
        return found

    def _of_arc(self, arc: Arc, method: str, evidence: Mapping[str, Any]) -> list[Finding]:
        per_area = "area_specific_capacitance" if self.spectrum.specific else "capacitance"
        why = f"{arc.labels[0]} or {arc.labels[1]} is not determined"
        name = f"arc {arc.labels[0]} {arc.labels[1]}"
        return [
            Finding(f"time constant of {name}", arc.tau, usable("time_constant"), f"{method}; (R Q)^(1/n)", arc.tau_std,
                    note="" if arc.tau_std is not None else why, evidence=evidence),
            Finding(f"capacitance of {name}", arc.capacitance, per_area, f"{method}; (R^(1-n) Q)^(1/n)",
                    arc.capacitance_std,
                    SOURCE["capacitance"], "" if arc.capacitance_std is not None else why,
                    evidence={**evidence, "brug": arc.capacitance_brug, "brug_source": SOURCE["brug"]}),
        ]  # fmt: skip

    def __str__(self) -> str:
        lines = [f"{self.circuit}: {self.verdict}"]
        lines += [str(f) for f in self.findings()[1:]]
        return "\n".join([*lines, *self.remarks])
