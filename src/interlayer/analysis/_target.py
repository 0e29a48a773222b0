"""What is fitted: a circuit or any impedance model, brought to one form for the solver."""

from __future__ import annotations

import copy
import functools
import itertools
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from .. import units
from ..elements import notation
from ..elements.base import SPECIFIC, TOTAL, Array, ComplexArray, Element, Leaf, Parallel, Series
from ..errors import AnalysisError, UnitError, UnknownNameError
from ..names import NAMES
from ._circuit import Circuit
from ._seed import Term, starts, terms_of
from ._spectrum import Index, Mask

WEAK = 1e-3  # 1/std of a logarithm that is no knowledge
FRACTIONS = ("fraction", "number", "transference_number")


@runtime_checkable
class ImpedanceModel(Protocol):
    """Any model of a spectrum that can be fitted: a physical cell, for instance.

    names, quantities   one a parameter (quantities from names.py)
    start(omega, z)     start values, or None
    bounds()            (low, high) arrays in SI; parameters are positive, searched as logarithms, unless they are
                        fractions (quantity 'fraction', 'number' or 'transference_number' with a finite upper bound)
    impedance(values, omega)   complex [ohm], or [ohm m²] when fitted with specific=True

    Optional: `jacobian(values, omega)` -> dZ/dvalues (n, m), else forward differences; `prior()` -> (mean, std) of the
    log-parameters (std inf: none) or None, which enters as penalised residuals.
    """

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def quantities(self) -> tuple[str, ...]: ...
    def start(self, omega: Array, z: ComplexArray) -> Array | None: ...
    def bounds(self) -> tuple[Array, Array]: ...
    def impedance(self, values: Array, omega: Array) -> ComplexArray: ...


@functools.cache
def usable(quantity: str) -> str:
    """`quantity` if the vocabulary has it with a unit that can be shown, else 'number' (the finding says which)."""
    if quantity in NAMES:
        try:
            units.factor(NAMES[quantity].shown, NAMES[quantity].si)
            return quantity
        except UnitError:
            pass
    return {"time_constant": "step_time"}.get(quantity, "number")


def number(value: units.Given, quantity: str, what: str) -> float:
    """A value given by the caller: a number is SI, a text carries its unit."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return units.si(value, quantity, what=what)


class Target(ABC):
    """Names, quantities, box, starts and gradient of what is fitted."""

    def __init__(self, names: Sequence[str], quantities: Sequence[str], low: Array, high: Array) -> None:
        self.names, self.quantities = tuple(names), tuple(quantities)
        self.low, self.high = low, high
        self.log: Mask = np.array(
            [not (q in FRACTIONS and np.isfinite(h)) for q, h in zip(quantities, high, strict=True)]
        )
        self.text = ""
        self.prior: tuple[Array, Array] | None = None
        self.given: dict[int, float] = {}  # values it came with: one start more
        self.waves = (6, 9)  # starts tried at first; more where few of them agree on the best minimum
        self.far = False  # whether its starts are someone's guess, which may be wrong by orders of magnitude

    def index(self, name: str) -> int:
        """Place of a parameter; an unknown name raises with the nearest match."""
        if name not in self.names:
            raise UnknownNameError("The model has no such parameter", given=name, allowed=self.names)
        return self.names.index(name)

    def read(self, given: Mapping[str, units.Given] | None) -> dict[int, float]:
        """{place: SI value} of values given by name."""
        return {
            (i := self.index(name)): number(value, usable(self.quantities[i]), name)
            for name, value in (given or {}).items()
        }

    @abstractmethod
    def evaluate(self, values: Array, omega: Array) -> tuple[ComplexArray, ComplexArray]:
        """Z (k, m), dZ/dvalues (k, n, m)."""

    @abstractmethod
    def starts(self, omega: Array, z: ComplexArray, weight: Array, count: int) -> Array:
        """Start vectors (k, n), best first."""

    def canonical(self, values: Array, pinned: set[int]) -> Index:
        """Indices that put interchangeable parts in their order (fastest first)."""
        return np.arange(len(values))

    def exchanges(self, pinned: set[int]) -> list[Index]:
        """Orders of interchangeable parts that are worth a start each because one of them is pinned."""
        return []


class CircuitTarget(Target):
    """A circuit of leaves."""

    def __init__(self, element: Element, omega: Array, z: ComplexArray, specific: bool) -> None:
        self.circuit = Circuit(element)
        bound = [leaf.label for leaf in self.circuit.leaves if leaf.PER_AREA]
        if bound and not specific:
            raise AnalysisError(
                f"{', '.join(bound)} is made of lengths and conductivities, so its impedance is per area", given="a fit in ohm",
                remedy="Give the record its area and fit with specific=True",
            )  # fmt: skip
        low, high = self.circuit.bounds_for(omega, z)
        change = SPECIFIC if specific else TOTAL
        super().__init__(self.circuit.names, [change.get(q, q) for q in self.circuit.quantities], low, high)
        self.text = notation.text(element) if all(leaf.SYMBOLS for leaf in self.circuit.leaves) else str(element)
        self.terms: list[Term] = terms_of(element)
        self.given = {i: float(v) for i, v in enumerate(self.circuit.given) if np.isfinite(v)}
        self.alike = self._alike()

    def on(self, omega: Array, z: ComplexArray) -> CircuitTarget:
        """The same circuit with the search range of other data."""
        twin = copy.copy(self)
        twin.low, twin.high = self.circuit.bounds_for(omega, z)
        return twin

    def evaluate(self, values: Array, omega: Array) -> tuple[ComplexArray, ComplexArray]:
        return self.circuit.evaluate(values, omega)

    def starts(self, omega: Array, z: ComplexArray, weight: Array, count: int) -> Array:
        return starts(self.circuit, omega, z, weight, count)

    def place(self, leaf: Leaf) -> slice:
        """Where the parameters of a leaf stand."""
        return self.circuit.slices[self.circuit.leaves.index(leaf)]

    def arc_terms(self) -> list[Term]:
        """The relaxations: R with Q or C beside it, or a ZARC."""
        return [t for t in self.terms if t.kind == "arc"]

    def series_arcs(self) -> list[tuple[int, ...]]:
        """Places of R and C, or R, Q and n, of the relaxations that stand in series with all else."""
        element = self.circuit.element
        children = element.children if isinstance(element, Series) else (element,)
        plain = [c for c in children if isinstance(c, Parallel) and len(list(c.leaves())) == 2]
        terms = [t for c in plain for t in terms_of(c) if t.kind == "arc" and t.other is not None]
        places = [(self.place(t.leaf), self.place(t.other)) for t in terms if t.other is not None]
        return [(r.start, *range(c.start, c.stop)) for r, c in places]

    def time_constant(self, term: Term, values: Array) -> float:
        """tau of a relaxation: its own, R C, or (R Q)^(1/n)."""
        r = values[self.place(term.leaf).start]
        if term.other is None:
            return float(values[self.place(term.leaf).start + 1])
        c = values[self.place(term.other)]
        return float(r * c[0]) if len(c) == 1 else float(r * c[0]) ** (1.0 / max(float(c[1]), 1e-3))

    def canonical(self, values: Array, pinned: set[int]) -> Index:
        """Arcs of one form in one series are interchangeable: the fastest comes first. Pinned ones stay."""
        order = np.arange(len(values))
        for group, parts in self.alike:
            if any(int(i) in pinned for part in parts for i in part):
                continue
            tau = [self.time_constant(term, values) for term in group]
            for new, old in zip(parts, np.argsort(tau, kind="stable"), strict=True):
                order[new] = parts[old]
        return order

    def exchanges(self, pinned: set[int]) -> list[Index]:
        out = []
        for _, parts in self.alike:
            if any(int(i) in pinned for part in parts for i in part):
                for ranks in list(itertools.permutations(range(len(parts))))[1:6]:
                    order = np.arange(len(self.names))
                    for new, old in zip(parts, ranks, strict=True):
                        order[new] = parts[old]
                    out.append(order)
        return out

    def _alike(self) -> list[tuple[list[Term], list[Index]]]:
        """Sets of two or more interchangeable arcs: their terms, and the places of their parameters."""
        groups: dict[tuple[int, tuple[type, ...]], list[Element]] = {}
        self._groups(self.circuit.element, groups)
        places = np.arange(len(self.names))
        return [
            ([terms_of(arc)[0] for arc in group], [np.concatenate([places[self.place(leaf)] for leaf in arc.leaves()]) for arc in group])
            for group in groups.values()
            if len(group) > 1
        ]

    def _groups(self, node: Element, groups: dict[tuple[int, tuple[type, ...]], list[Element]]) -> None:
        if not isinstance(node, Series | Parallel):
            return
        for child in node.children:
            if isinstance(node, Series) and terms_of(child)[0].kind == "arc":
                form = tuple(type(leaf) for leaf in child.leaves())
                groups.setdefault((id(node), form), []).append(child)
            self._groups(child, groups)


class ModelTarget(Target):
    """Any `ImpedanceModel`."""

    def __init__(self, model: ImpedanceModel) -> None:
        low, high = (np.asarray(b, dtype=np.float64) for b in model.bounds())
        if not len(model.names) == len(model.quantities) == len(low) == len(high):
            raise AnalysisError("A model needs one quantity and one pair of bounds a parameter", given=model.names)
        super().__init__(model.names, model.quantities, low, high)
        self.model = model
        self.waves = (2, 4)  # it brings its own start, and may be slow
        self.far = True
        self.text = str(getattr(model, "text", type(model).__name__))
        prior = getattr(model, "prior", None)
        stated = prior() if callable(prior) else None
        if stated is not None:
            mean, std = (np.asarray(v, dtype=np.float64) for v in stated)
            sharp = np.where(np.isfinite(std) & (std > 0.0), 1.0 / np.where(std > 0.0, std, 1.0), 0.0)
            if np.max(sharp) > WEAK:
                self.prior = (np.where(sharp > 0.0, mean, 0.0), sharp)

    def evaluate(self, values: Array, omega: Array) -> tuple[ComplexArray, ComplexArray]:
        z = np.empty((len(values), len(omega)), dtype=np.complex128)
        slope = np.empty((*values.shape, len(omega)), dtype=np.complex128)
        jacobian = getattr(self.model, "jacobian", None)
        for i, row in enumerate(values):
            z[i] = self.model.impedance(row, omega)
            if jacobian is not None:
                slope[i] = jacobian(row, omega)
                continue
            for j, value in enumerate(row):
                h = 1e-6 * (abs(value) or 1.0)
                h = -h if value + h > self.high[j] else h
                moved = row.copy()
                moved[j] += h
                slope[i, j] = (self.model.impedance(moved, omega) - z[i]) / (moved[j] - value)
        return z, slope

    def starts(self, omega: Array, z: ComplexArray, weight: Array, count: int) -> Array:
        """The model's own start (else the prior's mean, else the middle of the box) and points around it."""
        first = self.model.start(omega, z)
        low, high = np.maximum(self.low, 1e-30), np.minimum(self.high, 1e30)
        middle = np.where(
            self.log, np.log(np.sqrt(low) * np.sqrt(high)), 0.5 * (self.low + np.minimum(self.high, 1e30))
        )
        spread = np.where(self.log, 1.5, 0.25 * (np.minimum(self.high, 1e30) - self.low))
        if self.prior is not None:
            mean, sharp = self.prior
            middle = np.where(sharp > 0.0, np.where(self.log, mean, np.exp(mean)), middle)
            spread = np.where((sharp > 0.0) & self.log, np.minimum(spread, 2.0 / np.maximum(sharp, 1e-300)), spread)
        if first is not None:
            given = np.asarray(first, dtype=np.float64)
            middle = np.where(self.log, np.log(np.maximum(given, 1e-300)), given)
        steps = np.mod(0.5 + np.arange(count)[:, None] * np.sqrt(_primes(len(middle))), 1.0) - 0.5
        theta = middle + 2.0 * spread * steps
        return np.where(self.log, np.exp(np.where(self.log, np.clip(theta, -700.0, 700.0), 0.0)), theta)


def _primes(count: int) -> Array:
    """The first primes: their roots give points that fill a box evenly without chance."""
    out: list[int] = []
    candidate = 2
    while len(out) < count:
        if all(candidate % p for p in out):
            out.append(candidate)
        candidate += 1
    return np.array(out, dtype=np.float64)
