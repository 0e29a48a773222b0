"""Resistor: V = R J."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .base import ELEMENTS, OUT_R, OUT_V, Array, ComplexArray, Jit, Kernel, Leaf, Parameter, Scalar, at


@ELEMENTS.add("resistor", "R")
@dataclass(frozen=True, kw_only=True)
class Resistor(Leaf):
    """Ohmic drop V = R J. R [ohm m²] (or [ohm] in a circuit without an area), any temperature law."""

    R: Scalar = math.nan

    SYMBOLS = ("R",)
    PARAMETERS = (Parameter("R", "area_specific_resistance", "resistance"),)
    EQUATION = "R"

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_V] = P[0] * J

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_R] = P[0]

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        return np.full(len(omega), at(self.R, temperature), dtype=np.complex128)

    @classmethod
    def example(cls) -> Resistor:
        return cls(R=0.01)
