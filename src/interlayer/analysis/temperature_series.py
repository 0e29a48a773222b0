"""All spectra of a temperature series fitted at once, with parameters that follow a law of temperature.

Each parameter p of the circuit is, over the series,

    "arrhenius"   ln p, or ln(p/T) for resistances in the form "ln(sigma T)", a straight line in 1/T
    "constant"    one value
    "free"        one value a temperature

Unless said otherwise resistances, CPE and capacitor coefficients, Warburg coefficients and time constants are
"arrhenius", exponents and inductances "constant". With R and Q on straight lines and n constant an arc's time constant
(R Q)^(1/n) is on one too, and so is its capacitance.

A law is carried by its values at the lowest and the highest temperature, p(T) = p_low^(1-w) p_high^w with
w = (1/T_low - 1/T)/(1/T_low - 1/T_high), so starts, bounds and errors are those of the parameters themselves. Residuals
are weighted as in impedance.fit and divided by the scatter of the spectrum's own free fit. Energies are counted
positive where a resistance, Warburg coefficient or time constant falls, where anything else rises.

The laws are tested against the data: F compares the sum of squares with that of the free fits; for each parameter a
score test asks whether the data would bend its law (one degree of freedom: curvature in 1/T) or leave it at all. What
one temperature can't tell apart, the laws may: that is the use of this fit, and its risk, since a wrong law then
decides; without a test that could refute it the verdict says so.

Source: score test: Rao, Math. Proc. Camb. Philos. Soc. 44 (1948) 50 (recalled); the rest follows from least squares.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from ..elements.base import GAS, Array, ComplexArray, Element
from ..errors import AnalysisError, UnknownNameError
from ..record import Finding
from . import _points
from ._axis import Data, Over
from ._each import FitSeries, Trend, fit_each
from ._fit import Problem, minimise
from ._result import ImpedanceFit
from ._seed import starts as seeds
from ._solve import Solution, solve
from ._spectrum import Index, Spectrum
from ._target import FRACTIONS, CircuitTarget, ImpedanceModel, Target, usable
from ._weights import Weight, Weighting
from .arrhenius import EV, FALLING, FORMS, UNLIKELY, Form

Law: TypeAlias = Literal["arrhenius", "constant", "free"]
LAWS = ("arrhenius", "constant", "free")
FREE: Law = "free"
FALLS = (*FALLING, "warburg_coefficient", "specific_warburg_coefficient", "time_constant")
STEADY = (*FRACTIONS, "inductance", "specific_inductance")
SEEDS = 3  # starts taken from the spectra at either end


@dataclass(frozen=True, eq=False)
class LawTest:
    """A law of one parameter against the data: chi2 with its degrees of freedom, probability, and the matter in words."""

    parameter: str
    chi2: float
    dof: int
    probability: float
    words: str


@dataclass(frozen=True, eq=False)
class TemperatureFit:
    """Outcome.

    laws            by parameter of the circuit
    temperature     [K], ascending; labels of the spectra
    names, values, std, reasons   of the joint parameters, "R1 at 25 °C" or "Q1.n" [SI]; std None has its reason
    covariance      in the order of `names` [SI], NaN rows where not determined
    chi2, dof       weighted by each spectrum's own scatter: chi2/dof is 1 where the laws hold
    probability     of an F larger than this if the laws hold, against the free fits; None without freedom between them
    tests           score tests; `unsupported` names the laws that are to blame: with one of
                    them given up the others hold (the most likely first), or the one whose loss helps most
    against         labels of the spectra that the laws describe worse than chance allows
    free            the series of free fits
    """

    circuit: str
    laws: Mapping[str, Law]
    form: Form
    temperature: Array
    labels: tuple[str, ...]
    names: tuple[str, ...]
    values: Mapping[str, float]
    std: Mapping[str, float | None]
    reasons: Mapping[str, str]
    covariance: Array = field(repr=False)
    chi2: float
    dof: int
    probability: float | None
    tests: tuple[LawTest, ...]
    unsupported: tuple[str, ...]
    against: tuple[str, ...]
    free: FitSeries = field(repr=False)
    verdict: str
    remarks: tuple[str, ...]
    target: Joint = field(repr=False)

    @property
    def supported(self) -> bool:
        """Whether neither F nor a score test rejects the laws."""
        return not (self.unsupported or self.against or (self.probability is not None and self.probability < UNLIKELY))

    @functools.cached_property
    def _theta(self) -> Array:
        return self.target.search(np.array([self.values[n] for n in self.names]))

    def _spread(self, row: Array) -> float | None:
        """Standard deviation of row · theta, None where a parameter it needs is not determined."""
        used = np.flatnonzero(row)
        scale = np.where(self.target.log, np.exp(np.where(self.target.log, self._theta, 0.0)), 1.0)
        part = (self.covariance / np.outer(scale, scale))[np.ix_(used, used)]
        for i in used.tolist():  # an exponent at its bound is known
            if "bound" in self.reasons.get(self.names[i], "") and not self.target.log[i]:
                part[used == i, :] = part[:, used == i] = 0.0
        return math.sqrt(max(float(row[used] @ part @ row[used]), 0.0)) if np.isfinite(part).all() else None

    @functools.cached_property
    def energies(self) -> dict[str, tuple[float, float | None]]:
        """Activation energy and its std [J/mol] of every Arrhenius parameter and of every arc's time constant."""
        out, circuit = {}, self.target.circuit
        for name, law in self.laws.items():
            if law == "arrhenius":
                j = circuit.names.index(name)
                unit = np.eye(len(circuit.names))[j]
                shift = math.log(self.temperature[0] / self.temperature[-1]) if self.target.divided[j] else 0.0
                sign = 1.0 if circuit.quantities[j] in FALLS else -1.0
                out[name] = self._energy([(lambda v, j=j: v[j], lambda v, unit=unit: unit)] * 2, shift, sign)
        for term in self.target.arc_terms:
            assert term.other is not None
            r, q = term.leaf.label, term.other.label
            if "free" in (self.laws[r], self.laws[q]) or self.laws.get(f"{q}.n", "constant") != "constant":
                continue
            places = [circuit.names.index(x) for x in (r, q)]
            n = circuit.names.index(f"{q}.n") if f"{q}.n" in circuit.names else None
            out[f"time constant of arc {r} {q}"] = self._energy([_time_constant(places, n)] * 2, 0.0, 1.0)
        return out

    def _energy(self, functions: Sequence[tuple[Any, Any]], shift: float, sign: float) -> tuple[float, float | None]:
        """From a function of the circuit's theta and its gradient: its fall from the lowest to the highest temperature."""
        t, ends = self.temperature, (0, -1)
        at = [self.target.matrix[i] @ self._theta + self.target.shift[i] for i in ends]
        value = functions[0][0](at[0]) - functions[1][0](at[1]) - shift
        row = functions[0][1](at[0]) @ self.target.matrix[0] - functions[1][1](at[1]) @ self.target.matrix[-1]
        per = GAS / (1.0 / t[0] - 1.0 / t[-1])
        std = self._spread(row)
        return float(sign * per * value), None if std is None else float(per * std)

    def trend(self, name: str) -> Trend:
        """A parameter of the circuit at the temperatures of the series, by its law."""
        circuit = self.target.circuit
        if name not in circuit.names:
            raise UnknownNameError("The circuit has no such parameter", given=name, allowed=circuit.names)
        j = circuit.names.index(name)
        log = self.free[0].target.log[j]
        theta = self.target.matrix[:, j] @ self._theta + self.target.shift[:, j]
        values = np.exp(theta) if log else theta
        spread = [self._spread(row) for row in self.target.matrix[:, j]]
        std = np.array([math.nan if s is None else s * (v if log else 1.0) for s, v in zip(spread, values, strict=True)])
        reasons = {i: "a parameter of its law is not determined" for i, s in enumerate(spread) if s is None}
        return Trend(
            name, self.free[0].target.quantities[j], "temperature", self.temperature, values, std, self.labels, reasons,
            np.ones(len(values), dtype=bool),
        )  # fmt: skip

    def evidence(self) -> dict[str, Any]:
        """What every finding of this fit rests on."""
        return {
            "circuit": self.circuit, "laws": dict(self.laws), "form": self.form, "temperatures_K": self.temperature.tolist(),
            "chi2": self.chi2, "dof": self.dof, "probability": self.probability, "verdict": self.verdict,
            "tests": [{"parameter": t.parameter, "chi2": t.chi2, "dof": t.dof, "probability": t.probability} for t in self.tests],
            "remarks": list(self.remarks),
        }  # fmt: skip

    def findings(self) -> list[Finding]:
        """The verdict, every activation energy and every joint parameter."""
        evidence = self.evidence()
        method = f"joint fit of {self.circuit} to {len(self.labels)} temperatures"
        out = [Finding("verdict on the laws", self.verdict, "number", f"{method}; F against free fits, score tests", evidence=evidence)]
        for name, (value, std) in self.energies.items():
            j = self.target.circuit.names.index(name) if name in self.target.circuit.names else -1
            law = "ln(1/R T)" if j >= 0 and self.target.divided[j] else "ln"
            said = f"{method}; {'ln(T/R)' if law != 'ln' else 'ln of the parameter'} against 1/T"
            out.append(Finding(
                f"activation energy of {name}", value, "activation_energy", said, std,
                note="" if std is not None else "a parameter of its law is not determined",
                evidence={**evidence, "activation_energy_eV": value / EV},
            ))  # fmt: skip
        for name, quantity in zip(self.names, self.target.quantities, strict=True):
            out.append(Finding(name, self.values[name], usable(quantity), method, self.std[name], note=self.reasons.get(name, ""), evidence=evidence))
        return out

    def __str__(self) -> str:
        return "\n".join([f"{self.circuit}: {self.verdict}", *(str(f) for f in self.findings()[1:]), *self.remarks])


def _time_constant(places: list[int], n: int | None) -> tuple[Any, Any]:
    """ln tau = (ln R + ln Q)/n of the circuit's theta, and its gradient."""

    def value(v: Array) -> float:
        return float(v[places].sum() / (v[n] if n is not None else 1.0))

    def gradient(v: Array) -> Array:
        out = np.zeros(len(v))
        out[places] = 1.0 / (v[n] if n is not None else 1.0)
        if n is not None:
            out[n] = -value(v) / v[n]
        return out

    return value, gradient


class Joint(Target):
    """The circuit at all temperatures as one target: theta of spectrum t is matrix[t] @ theta + shift[t]."""

    def __init__(self, free: FitSeries, laws: Mapping[str, Law], form: Form) -> None:
        own = free[0].target
        assert isinstance(own, CircuitTarget)
        self.circuit, self.arc_terms, self.free = own.circuit, own.arc_terms(), free
        t, count = free.x, len(own.names)
        self.w = (1.0 / t[0] - 1.0 / t) / (1.0 / t[0] - 1.0 / t[-1])
        self.divided = [
            form == "ln(sigma T)" and laws[n] == "arrhenius" and q in FALLING
            for n, q in zip(own.names, own.quantities, strict=True)
        ]
        bent = np.log(t) - (1.0 - self.w) * math.log(t[0]) - self.w * math.log(t[-1])
        self.shift = np.where(self.divided, bent[:, None], 0.0)
        names: list[str] = []
        quantities: list[str] = []
        rows: list[tuple[int, Array, Index]] = []  # parameter of the circuit, its weight at each T, spectra for the bounds
        for j, name in enumerate(own.names):
            parts: list[tuple[str, Array, Sequence[int]]]
            if laws[name] == "arrhenius":
                parts = [(f"{name} at {free.labels[0]}", 1.0 - self.w, [0]), (f"{name} at {free.labels[-1]}", self.w, [-1])]
            elif laws[name] == "constant":
                parts = [(name, np.ones(len(t)), range(len(t)))]
            else:
                parts = [(f"{name} at {label}", np.eye(len(t))[i], [i]) for i, label in enumerate(free.labels)]
            for called, weight, where in parts:
                names.append(called)
                quantities.append(own.quantities[j])
                rows.append((j, weight, np.array(where, dtype=np.intp)))
        self.matrix = np.zeros((len(t), count, len(names)))
        for k, (j, weight, _) in enumerate(rows):
            self.matrix[:, j, k] = weight
        low = np.array([min(free[int(i)].target.low[j] for i in where) for j, _, where in rows])
        high = np.array([max(free[int(i)].target.high[j] for i in where) for j, _, where in rows])
        super().__init__(names, quantities, low, high)
        self.log = np.array([bool(own.log[j]) for j, _, _ in rows])
        self.of = [j for j, _, _ in rows]
        self.text = f"{own.text} at {len(t)} temperatures"
        self.waves = (6, 24)
        self.alike = [p for _, p in own.alike]

    def search(self, values: Array) -> Array:
        """theta of natural joint parameters."""
        return np.where(self.log, np.log(np.where(self.log, np.maximum(values, 1e-300), 1.0)), values)

    def at(self, t: int, theta: Array) -> Array:
        """Natural parameters of the circuit (k, P) at spectrum t."""
        inner = theta @ self.matrix[t].T + self.shift[t]
        log = self.free[t].target.log
        return np.where(log, np.exp(np.where(log, np.clip(inner, -500.0, 500.0), 0.0)), inner)

    def evaluate(self, values: Array, omega: Array) -> tuple[ComplexArray, ComplexArray]:
        theta = self.search(values)
        parts = [self.one(t, theta) for t in range(len(self.free))]
        z = np.concatenate([p[0] for p in parts], axis=1)
        slope: ComplexArray = np.concatenate([self.matrix[t].T @ p[1] for t, p in enumerate(parts)], axis=2)
        return z, slope / np.where(self.log, values, 1.0)[:, :, None]

    def one(self, t: int, theta: Array) -> tuple[ComplexArray, ComplexArray]:
        """Z (k, m) and its slopes (k, P, m) by the circuit's theta at spectrum t."""
        fit = self.free[t]
        values = self.at(t, theta)
        z, slope = self.circuit.evaluate(values, fit.spectrum.omega)
        scaled: ComplexArray = slope * np.where(fit.target.log, values, 1.0)[:, :, None]
        return z, scaled

    def starts(self, omega: Array, z: ComplexArray, weight: Array, count: int) -> Array:
        """Lines through the free fits, then arcs split about them, then what the spectra at the ends suggest."""
        inner = np.array([self._inner(f) for f in self.free])
        known = np.array([self._known(f) for f in self.free])
        out = [self.through(inner, known), self.through(inner)]
        for parts in self.alike:
            out += self._split(out[0], parts)
        ends = []
        for fit in (self.free[0], self.free[-1]):
            assert fit.solution.problem is not None
            ends.append(seeds(self.circuit, fit.spectrum.omega, fit.spectrum.z, fit.solution.problem.weight, SEEDS))
        log = self.free[0].target.log
        for first, last in itertools.product(*ends):
            for order in self._orders():
                pair = np.array([first, last[order]])
                pair = np.where(log, np.log(np.where(log, np.maximum(pair, 1e-300), 1.0)), pair)
                line = (1.0 - self.w)[:, None] * pair[0] + self.w[:, None] * pair[1]
                out.append(self.through(line))
        theta = np.array(out[:count])
        return np.where(self.log, np.exp(np.where(self.log, np.clip(theta, -500.0, 500.0), 0.0)), theta)

    def canonical(self, values: Array, pinned: set[int]) -> Index:
        """Interchangeable arcs stand in the order of their speed at the lowest temperature."""
        order = np.arange(len(values))
        for parts in self.alike:
            places = [[k for k, j in enumerate(self.of) if j in p] for p in parts]
            if any(k in pinned for p in places for k in p) or len({len(p) for p in places}) > 1:
                continue
            if any([self.names[a].partition(" at ")[2] for a in p] != [self.names[a].partition(" at ")[2] for a in places[0]] for p in places):
                continue  # other laws: not interchangeable
            first = self.at(0, self.search(values)[None, :])[0]
            tau = [self._tau(first, p) for p in parts]
            for new, old in zip(places, np.argsort(tau, kind="stable").tolist(), strict=True):
                order[new] = places[old]
        return order

    def _tau(self, values: Array, part: Index) -> float:
        term = next(t for t in self.arc_terms if self.circuit.names.index(t.leaf.label) in part)
        assert term.other is not None
        n = values[self.circuit.names.index(f"{term.other.label}.n")] if f"{term.other.label}.n" in self.circuit.names else 1.0
        rc = values[self.circuit.names.index(term.leaf.label)] * values[self.circuit.names.index(term.other.label)]
        return float(math.log(rc) / n)

    def _inner(self, fit: ImpedanceFit) -> Array:
        v, log = np.array([fit.values[n] for n in fit.names]), fit.target.log
        return np.where(log, np.log(np.where(log, np.maximum(v, 1e-300), 1.0)), v)

    def _known(self, fit: ImpedanceFit) -> Array:
        out = []
        for n, log in zip(fit.names, fit.target.log, strict=True):
            std = fit.std[n]
            relative = 10.0 if std is None else std / fit.values[n] if log else std
            out.append(1.0 / (relative**2 + 0.02**2))
        return np.array(out)

    def through(self, inner: Array, weight: Array | float = 1.0) -> Array:
        """Joint theta nearest to the circuit's theta (T, P) at every temperature."""
        out = np.zeros(len(self.names))
        for j in range(inner.shape[1]):
            k = [i for i, own in enumerate(self.of) if own == j]
            root = np.sqrt(np.broadcast_to(weight, inner.shape)[:, j])
            rows = self.matrix[:, j, k] * root[:, None]
            out[k] = np.linalg.lstsq(rows, (inner[:, j] - self.shift[:, j]) * root, rcond=None)[0]
        return out

    def _orders(self) -> list[Index]:
        """The circuit's parameters with interchangeable arcs in every order (the first six)."""
        out = []
        for choice in itertools.islice(itertools.product(*(itertools.permutations(range(len(p))) for p in self.alike)), 6):
            order = np.arange(len(self.circuit.names))
            for parts, ranks in zip(self.alike, choice, strict=True):
                for new, old in zip(parts, ranks, strict=True):
                    order[new] = parts[old]
            out.append(order)
        return out

    def _split(self, theta: Array, parts: list[Index]) -> list[Array]:
        """Equal arcs a factor apart about their mean, in the same and in another order at the other end."""
        inner = np.array([self.matrix[t] @ theta + self.shift[t] for t in range(len(self.free))])
        terms = [next(x for x in self.arc_terms if self.circuit.names.index(x.leaf.label) in p) for p in parts]
        r = [self.circuit.names.index(x.leaf.label) for x in terms]
        q = [self.circuit.names.index(x.other.label) for x in terms if x.other is not None]
        n = [self.circuit.names.index(f"{x.other.label}.n") for x in terms if x.other is not None and f"{x.other.label}.n" in self.circuit.names]
        tau = np.mean([(inner[:, a] + inner[:, b]) / (inner[:, c] if n else 1.0) for a, b, c in zip(r, q, n or r, strict=True)], axis=0)
        total = np.log(np.sum(np.exp(inner[:, r]), axis=1) / len(r))
        apart = np.linspace(-1.0, 1.0, len(r)) * math.log(4.0)
        out = []
        for ranks in itertools.islice(itertools.permutations(range(len(r))), 6):
            for share in (0.0, 1.0, -1.0):
                made = inner.copy()
                for k, other in enumerate(ranks):
                    made[:, r[k]] = total + 0.5 * share * apart[k]
                    if n:
                        made[:, n[k]] = 0.85
                    move = (1.0 - self.w) * apart[k] + self.w * apart[other]
                    made[:, q[k]] = (0.85 if n else 1.0) * (tau + move) - made[:, r[k]]
                out.append(self.through(made))
        return out


def fit(
    data: Data, model: str | Element | ImpedanceModel = "auto", *, laws: Mapping[str, Law] | None = None,
    form: Form = "ln(sigma T)", weight: Weight = "modulus", specific: bool = False, validate: bool = True,
    over: Over = "temperature",
) -> TemperatureFit:  # fmt: skip
    """Fit all spectra of a temperature series at once.

    data    a record or records that state their temperatures, or over={"temperature": ["25 degC", ...]}
    model   a circuit; "auto" takes the one that every spectrum determines by itself
    laws    {"R1": "arrhenius", "Q1.n": "constant", "R3": "free"}; those not named follow the defaults above
    form    of the resistances' law: "ln(sigma T)", that is ln(R/T), or "ln(sigma)", that is ln R
    """
    if form not in FORMS:
        raise UnknownNameError("This form of the Arrhenius law is not known", given=form, allowed=FORMS)
    free = fit_each(data, model, weight=weight, specific=specific, validate=validate, over=over)
    if free.axis != "temperature":
        raise AnalysisError("A temperature series runs along temperature", given=free.axis)
    if not isinstance(free[0].target, CircuitTarget):
        raise AnalysisError("The laws are those of a circuit's parameters", given=free.circuit, remedy="Name a circuit")
    if len(np.unique(free.x)) < 2:
        raise AnalysisError("A temperature series needs two temperatures or more", given=free.x.tolist())
    chosen = _laws(free[0], laws or {})
    target = Joint(free, chosen, form)
    scatter = np.sqrt([max(f.reduced_chi2, 1e-24) for f in free])
    weights = np.concatenate([_weights(f) / s for f, s in zip(free, scatter, strict=True)])
    spectra = [f.spectrum for f in free]
    z = np.concatenate([s.z for s in spectra])
    joint = Spectrum(np.concatenate([s.omega for s in spectra]), z, np.arange(len(z)), specific, free.circuit)
    size = float(np.sqrt(np.mean((np.repeat(np.abs(z), 2) * weights) ** 2)))
    solution = solve(target, joint, Weighting(weight, weights), noise=1.0 / size)
    return _result(target, free, chosen, form, weights, solution)


def _weights(fit: ImpedanceFit) -> Array:
    assert fit.solution.problem is not None
    return fit.solution.problem.weight


def _laws(fit: ImpedanceFit, given: Mapping[str, Law]) -> dict[str, Law]:
    quantities = dict(zip(fit.names, fit.target.quantities, strict=True))
    for name, law in given.items():
        if name not in quantities:
            raise UnknownNameError("The circuit has no such parameter", given=name, allowed=fit.names)
        if law not in LAWS:
            raise UnknownNameError("This law of temperature is not known", given=law, allowed=LAWS)
        if law == "arrhenius" and quantities[name] in FRACTIONS:
            raise AnalysisError("An exponent has no logarithm that follows 1/T", given=name, allowed=("constant", "free"))
    steady: dict[str, Law] = {n: "constant" if q in STEADY else "arrhenius" for n, q in quantities.items()}
    return {**steady, **given}


def _result(
    target: Joint, free: FitSeries, laws: Mapping[str, Law], form: Form, weights: Array, solution: Solution
) -> TemperatureFit:
    names = target.names
    std = {n: None if i in solution.reasons else math.sqrt(float(solution.covariance[i, i])) for i, n in enumerate(names)}
    reasons = {names[i]: why for i, why in solution.reasons.items()}
    dof_free = sum(f.dof for f in free)
    lost = solution.dof - dof_free
    ratio = ((solution.chi2 - dof_free) / lost) if lost > 0 else 0.0
    probability = _f_tail(max(ratio, 0.0), lost, dof_free) if lost > 0 else None
    theta = target.search(solution.values)
    pieces = _pieces(target, weights, theta)
    excess = {label: float(r @ r) - f.dof for label, f, (r, _) in zip(free.labels, free, pieces, strict=True)}
    count = len(free[0].names)
    against = tuple(k for k, x in excess.items() if lost > 0 and x > 0.0 and _points.tail(x, count) < UNLIKELY / len(free))
    held = [i for i, why in solution.reasons.items() if "bound" in why]
    tests = tuple(_tests(target, laws, theta, pieces, held)) if len(free) > 2 else ()
    level = UNLIKELY / max(len(tests), 1)
    rejected = sorted((t for t in tests if t.probability < level), key=lambda t: t.probability)
    freed: dict[tuple[str, ...], float] = {}
    if rejected or against or (probability is not None and probability < UNLIKELY):
        freed = _freed(target, laws, form, weights, theta, dof_free)
    best = sorted(freed, key=lambda n: -freed[n])
    cures = [n for n in best if freed[n] >= UNLIKELY]
    unsupported = tuple(dict.fromkeys(name for group in cures or best[:1] for name in group))
    words = _verdict(len(free), probability, rejected, against, excess, freed, cures or best[:1])
    remarks = [r for r in solution.remarks] + [r for r in free.remarks if r not in solution.remarks]
    if lost <= 0:
        remarks.append("The laws leave as many parameters as the free fits have: the data can't test them.")
    if solution.minima == 1:
        remarks.append("The best minimum was reached from one start only: a better one may exist.")
    return TemperatureFit(
        free.circuit, laws, form, free.x, free.labels, names, dict(zip(names, solution.values.tolist(), strict=True)), std,
        reasons, solution.covariance, solution.chi2, solution.dof, probability, tests, unsupported, against, free, words,
        tuple(remarks), target,
    )  # fmt: skip


def _freed(
    target: Joint, laws: Mapping[str, Law], form: Form, weights: Array, theta: Array, dof_free: int
) -> dict[tuple[str, ...], float]:
    """Probability of the F ratio with one law given up at a time, or where that mends nothing both of an arc."""
    z = np.concatenate([f.spectrum.z for f in target.free])
    inner = np.array([m @ theta + s for m, s in zip(target.matrix, target.shift, strict=True)])
    out: dict[tuple[str, ...], float] = {}
    arcs = [(t.leaf.label, t.other.label) for t in target.arc_terms if t.other is not None]
    for groups in ([(n,) for n in laws], arcs):
        for names in groups:
            if any(laws[n] == "free" for n in names):
                continue
            other = Joint(target.free, {**laws, **dict.fromkeys(names, FREE)}, form)
            low, high = other.search(np.maximum(other.low, 1e-60)), other.search(np.minimum(other.high, 1e60))
            problem = Problem(functools.partial(other.evaluate, omega=z.real), z, weights, other.log, low, high, np.arange(len(other.names)))
            chi2 = float(minimise(problem, other.through(inner)[None, :], thorough=True)[1][0])
            lost = 2 * len(z) - len(other.names) - dof_free
            out[names] = _f_tail(max((chi2 - dof_free) / lost, 0.0), lost, dof_free) if lost > 0 else 1.0
        if any(p >= UNLIKELY for p in out.values()):
            break
    return out


def _f_tail(ratio: float, above: int, below: int) -> float:
    from scipy.special import fdtrc

    return float(fdtrc(above, below, ratio))


def _pieces(target: Joint, weights: Array, theta: Array) -> list[tuple[Array, Array]]:
    """Weighted residuals (2m,) and slopes (P, 2m) of every spectrum at the minimum."""
    out, at = [], 0
    for t, fit in enumerate(target.free):
        z, slope = target.one(t, theta[None, :])
        w = weights[at : at + 2 * len(fit.spectrum.z)]
        at += len(w)
        r = np.ascontiguousarray(z[0] - fit.spectrum.z).view(np.float64) * w
        out.append((r, np.ascontiguousarray(slope[0]).view(np.float64) * w))
    return out


def _tests(
    target: Joint, laws: Mapping[str, Law], theta: Array, pieces: Sequence[tuple[Array, Array]], held: Sequence[int]
) -> list[LawTest]:
    """Score tests of every law: a bend of second order in 1/T, and any departure at all."""
    loose = np.array([k for k in range(len(theta)) if k not in held], dtype=np.intp)
    inner = [j @ j.T for _, j in pieces]
    pull = [j @ r for r, j in pieces]
    moved = [m[:, loose] for m in target.matrix]
    base = sum(m.T @ h @ m for m, h in zip(moved, inner, strict=True))
    length = np.sqrt(np.maximum(np.diag(base), 1e-300))
    known = np.linalg.pinv(base / np.outer(length, length), rcond=1e-12) / np.outer(length, length)
    out = []
    for j, name in enumerate(target.circuit.names):
        if laws[name] == "free" or any(target.of[k] == j for k in held):
            continue
        powers = [target.w**0, target.w] if laws[name] == "arrhenius" else [target.w**0]
        kinds = [("bends", [target.w ** len(powers)])]
        if len(target.w) > len(powers) + 1:
            kinds.append(("leaves", list(np.eye(len(target.w)))))
        for kind, more in kinds:
            columns = _beyond(np.stack(powers, axis=1), np.stack(more, axis=1))
            cross = sum(m.T @ h[:, j, None] * b for m, h, b in zip(moved, inner, columns[:, None, :], strict=True))
            own = sum(h[j, j] * np.outer(b, b) for h, b in zip(inner, columns, strict=True))
            score = sum(g[j] * b for g, b in zip(pull, columns, strict=True))
            rest = own - cross.T @ known @ cross
            size = np.sqrt(np.maximum(np.diag(rest), 1e-12 * np.maximum(np.diag(own), 1e-300)))
            step = -np.linalg.pinv(rest / np.outer(size, size), rcond=1e-6) @ (score / size) / size
            chi2 = max(float(-score @ step), 0.0)
            dof = columns.shape[1]
            out.append(LawTest(name, chi2, dof, _points.tail(chi2, dof), _words(target, laws, name, j, kind, float(step[0]))))
    return out


def _beyond(base: Array, more: Array) -> Array:
    """An orthonormal basis of `more` outside the span of `base`; its first column has the sign of `more`'s."""
    q = np.linalg.qr(base)[0]
    left = more - q @ (q.T @ more)
    u, s, _ = np.linalg.svd(left, full_matrices=False)
    u = u[:, s > 1e-9 * s[0]]
    u[:, 0] *= math.copysign(1.0, float(u[:, 0] @ left[:, 0]))
    return np.asarray(u)


def _words(target: Joint, laws: Mapping[str, Law], name: str, j: int, kind: str, step: float) -> str:
    if laws[name] == "constant":
        return f"{name} is not constant" if kind == "leaves" else f"{name} changes along 1/T"
    if kind == "leaves":
        return f"{name} does not follow its Arrhenius law"
    # w grows with T: ln p convex in w is convex in 1/T
    steeper = (step > 0.0) == (target.circuit.quantities[j] in FALLS)
    where = "low" if steeper else "high"
    return f"{name} bends away from its Arrhenius law, steeper at {where} temperatures"


def _verdict(
    count: int, probability: float | None, rejected: Sequence[LawTest], against: Sequence[str], excess: Mapping[str, float],
    freed: Mapping[tuple[str, ...], float], blamed: Sequence[tuple[str, ...]],
) -> str:  # fmt: skip
    if probability is None:
        return "the laws can't be tested by these data: they leave as much freedom as free fits"
    odds = f"probability of the F ratio {probability:.2g}"
    if not freed:
        return f"the laws describe the {count} spectra as well as free fits do ({odds})"
    worst = sorted(against, key=lambda k: -excess[k])[:4]
    where = f", most at {', '.join(worst)}" if worst else ""
    named: dict[tuple[str, ...], str] = {(t.parameter,): t.words for t in reversed(rejected)}
    first = blamed[0]
    why = named.get(first, f"{' and '.join(first)} do{'es' if len(first) == 1 else ''} not follow {'its law' if len(first) == 1 else 'their laws'}")
    if freed[first] < UNLIKELY:
        why += ", and giving that up alone does not mend it"
    else:
        why += f"; with {' and '.join(first)} free the others hold (probability {freed[first]:.2g})"
        why += f", as they do with {' or with '.join(' and '.join(g) for g in blamed[1:4])} free" if len(blamed) > 1 else ""
    return f"the laws are not supported by the data{where} ({odds}): {why}"
