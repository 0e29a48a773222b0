"""A circuit as a function of its parameters: many parameter sets at once, with the analytic gradient.

The tree is walked forward for Z and backward for dZ/dZ_leaf (1 through a series, (Z/Z_child)² through a parallel
group); a leaf adds its own gradient (`gradient` classmethod; a difference quotient for a leaf without one).
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ..elements.base import Array, ComplexArray, Element, Leaf, Parallel, Series, at
from ..elements.capacitor import Capacitor
from ..elements.resistor import Resistor
from ..errors import AnalysisError

#: real or complex, broadcastable over frequency
Values: TypeAlias = npt.NDArray[Any]
LeafFunction: TypeAlias = Callable[[Array, Array], tuple[Values, Values]]
#: a tree by numbers: place of a leaf, or (in parallel?, children)
Plan: TypeAlias = "int | tuple[bool, tuple[Plan, ...]]"

TEMPERATURE = 298.15  # where a parameter that depends on temperature is read for a start value
DIFFERENCE = 1e-5
LEAST_N = 0.1  # smallest CPE exponent searched: below it is a resistance


def _resistor(omega: Array, values: Array) -> tuple[Values, Values]:
    return values, np.ones((*values.shape, 1))


def _capacitor(omega: Array, values: Array) -> tuple[Values, Values]:
    z = 1.0 / (1j * omega * values)
    return z, (z * (-1.0 / values))[..., None, :]


def _by_difference(leaf: Leaf) -> LeafFunction:
    """Central differences on the closed-form impedance of a leaf that gives no gradient of its own."""
    fields = [p.name for p in leaf.PARAMETERS]

    def one(omega: Array, values: Array) -> ComplexArray:
        return replace(leaf, **dict(zip(fields, values.tolist(), strict=True))).impedance(omega)

    def function(omega: Array, values: Array) -> tuple[Values, Values]:
        flat = values.reshape(-1, values.shape[-1])
        z = np.stack([one(omega, row) for row in flat])
        slopes = np.empty((*flat.shape, len(omega)), dtype=np.complex128)
        for i, row in enumerate(flat):
            for j, parameter in enumerate(leaf.PARAMETERS):
                h = DIFFERENCE * (abs(row[j]) or 1.0)
                up, down = row.copy(), row.copy()
                up[j], down[j] = min(row[j] + h, parameter.high), max(row[j] - h, parameter.low)
                slopes[i, j] = (one(omega, up) - one(omega, down)) / (up[j] - down[j])
        shape = values.shape[:-1]
        return z.reshape(*shape, -1), slopes.reshape(*shape, len(fields), -1)

    return function


def leaf_function(leaf: Leaf) -> LeafFunction:
    """(omega, values (..., p)) -> Z (..., m) and dZ/dvalues (..., p, m) of one leaf."""
    if type(leaf) is Resistor:
        return _resistor
    if type(leaf) is Capacitor:
        return _capacitor
    gradient: LeafFunction | None = getattr(type(leaf), "gradient", None)
    return gradient if gradient is not None else _by_difference(leaf)


class Circuit:
    """The parameters of an element tree as one vector.

    names       'R1', 'Q1', 'Q1.n', 'Ws1.tau' ...: the label where a leaf has one parameter or one of its symbol's
                name, else label.parameter
    quantities  rows of names.py, per area as the leaves declare them
    low, high   the range the leaves admit
    given       values the tree carries (NaN where unset)
    """

    def __init__(self, element: Element) -> None:
        self.element = element
        self.leaves = list(element.labelled().values())
        self.names: list[str] = []
        self.quantities: list[str] = []
        low, high, given = [], [], []
        self.slices: list[slice] = []
        for leaf in self.leaves:
            if not leaf.PARAMETERS:
                raise AnalysisError(f"The element {leaf.label} has no parameter to fit", given=type(leaf).__name__)
            start = len(self.names)
            for p in leaf.PARAMETERS:
                own = len(leaf.PARAMETERS) == 1 or p.name in leaf.SYMBOLS
                self.names.append(leaf.label if own else f"{leaf.label}.{p.name}")
                self.quantities.append(p.quantity)
                low.append(p.low)
                high.append(p.high)
                given.append(at(getattr(leaf, p.name), TEMPERATURE))
            self.slices.append(slice(start, len(self.names)))
        self.low, self.high, self.given = np.array(low), np.array(high), np.array(given)
        self.functions = [leaf_function(leaf) for leaf in self.leaves]
        self._plan = self._planned(element, iter(range(len(self.leaves))))

    def impedance(self, values: Array, omega: Array) -> ComplexArray:
        """Z (m,) at parameters (n,)."""
        z: ComplexArray = self.evaluate(np.asarray(values, dtype=np.float64)[None, :], omega)[0][0]
        return z

    def evaluate(self, values: Array, omega: Array) -> tuple[ComplexArray, ComplexArray]:
        """Z (k, m) and dZ/dvalues (k, n, m) for k parameter sets (k, n)."""
        shape = (len(values), len(omega))
        z, memo = self._forward(self._plan, values, omega)
        out = np.empty((shape[0], len(self.names), shape[1]), dtype=np.complex128)
        self._backward(self._plan, memo, None, out)
        return (
            z if z.shape == shape and z.dtype == np.complex128 else np.broadcast_to(z, shape).astype(np.complex128)
        ), out

    def _planned(self, node: Element, places: Iterator[int]) -> Plan:
        if isinstance(node, Leaf):
            return next(places)
        assert isinstance(node, Series | Parallel)
        return isinstance(node, Parallel), tuple(self._planned(child, places) for child in node.children)

    def _forward(self, node: Plan, values: Array, omega: Array) -> tuple[Values, Any]:
        """Z, and what `_backward` needs: a leaf's gradient; of a group what its children give, and (Z/Z_child)²."""
        if isinstance(node, int):
            return self.functions[node](omega, values[:, self.slices[node]])
        beside, children = node
        parts, memos = [], []
        for child in children:
            part, memo = self._forward(child, values, omega)
            parts.append(part)
            memos.append(memo)
        if not beside:
            return functools.reduce(operator.add, parts), (memos, None)
        inverse = [1.0 / part for part in parts]
        z = 1.0 / functools.reduce(operator.add, inverse)
        shares = [z * y for y in inverse]  # of the current that takes each branch
        return z, (memos, [share * share for share in shares])

    def _backward(self, node: Plan, memo: Any, adjoint: Values | None, out: ComplexArray) -> None:
        if isinstance(node, int):
            if adjoint is None:
                out[:, self.slices[node]] = memo
            else:
                np.multiply(memo, adjoint[:, None, :], out=out[:, self.slices[node]])
            return
        memos, squares = memo
        for k, child in enumerate(node[1]):
            if squares is None:
                self._backward(child, memos[k], adjoint, out)
            else:
                self._backward(child, memos[k], squares[k] if adjoint is None else adjoint * squares[k], out)

    def with_values(self, values: Array) -> Element:
        """The tree with these parameters set."""
        flat = dict(zip((leaf.label for leaf in self.leaves), self.slices, strict=True))

        def rebuild(node: Element) -> Element:
            if isinstance(node, Series | Parallel):
                return type(node)(tuple(rebuild(child) for child in node.children))
            assert isinstance(node, Leaf)
            part = values[flat[node.label]].tolist()
            return replace(node, **{p.name: v for p, v in zip(node.PARAMETERS, part, strict=True)})

        return rebuild(self.element)

    def bounds_for(self, omega: Array, z: ComplexArray) -> tuple[Array, Array]:
        """Search range of every parameter from the data's own extent: far outside what the band can show."""
        size = np.abs(z)
        r = (1e-6 * float(size.min()), 1e4 * float(size.max()))
        w = (float(omega[0]), float(omega[-1]))
        ranges = {
            "area_specific_resistance": r,
            "area_specific_capacitance": (1.0 / (1e3 * r[1] * w[1]), 1.0 / (1e-3 * r[0] * w[0])),
            "cpe_coefficient": (1.0 / (1e3 * r[1] * max(w[1], 1.0)), 1.0 / (1e-3 * r[0] * min(w[0], 1.0))),
            "inductance": (r[0] / w[1] * 1e-2, r[1] / w[0]),
            "warburg_coefficient": (r[0] * math.sqrt(w[0]), r[1] * math.sqrt(w[1])),
            "time_constant": (1e-3 / w[1], 1e4 / w[0]),
            "fraction": (LEAST_N, 1.0),
        }
        pairs = [
            (lo, hi) if q == "fraction" and lo > 0.0 else ranges.get(q, (lo, hi))
            for q, lo, hi in zip(self.quantities, self.low, self.high, strict=True)
        ]
        low = np.maximum(np.array([p[0] for p in pairs]), self.low)
        high = np.minimum(np.array([p[1] for p in pairs]), self.high)
        return low, high
