"""Capacitor: dq/dt = J, V = q/C. A double layer is a capacitor in parallel with charge transfer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .base import ELEMENTS, OUT_R, OUT_V, Array, ComplexArray, Jit, Kernel, Leaf, Parameter, Scalar, States, at


@ELEMENTS.add("capacitor", "C")
@dataclass(frozen=True, kw_only=True)
class Capacitor(Leaf):
    """Ideal capacitor. C [F/m²] (or [F]); the state is its charge q [C/m²], so charge is conserved in flux form.

    `tolerance` [V] is the voltage error allowed per step.
    """

    C: Scalar = math.nan
    tolerance: float = 1e-5

    SYMBOLS = ("C",)
    PARAMETERS = (Parameter("C", "area_specific_capacitance", "capacitance"),)
    EQUATION = "1/(I*omega*C)"

    def states(self, temperature: float) -> States:
        return States.scalar(0.0, self.tolerance * at(self.C, temperature))

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            Z[0] = Yb[0] + h * J
            out[OUT_V] = Z[0] / P[0]

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_R] = h / P[0]

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        return np.asarray(1.0 / (1j * omega * at(self.C, temperature)), dtype=np.complex128)

    @classmethod
    def example(cls) -> Capacitor:
        return cls(C=0.1)
