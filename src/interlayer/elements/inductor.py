"""Inductor: V = L dJ/dt. Leads and, seldom, a cell's own slow inductive loop."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .base import ELEMENTS, OUT_R, OUT_V, Array, ComplexArray, Jit, Kernel, Leaf, Parameter, Scalar, States, at


@ELEMENTS.add("inductor", "L")
@dataclass(frozen=True, kw_only=True)
class Inductor(Leaf):
    """V = L dJ/dt, Z = i omega L; the state is the current density J [A/m²] itself.

    L [H m²] (or [H]). A step of the current is an impulse of voltage, so in time an inductor belongs in parallel with
    a resistance or under a voltage source. `tolerance` [A/m²] is the error of the current allowed per step.
    """

    L: Scalar = math.nan
    tolerance: float = 1e-4

    SYMBOLS = ("L",)
    PARAMETERS = (Parameter("L", "inductance", "inductance"),)
    EQUATION = "I*omega*L"

    def states(self, temperature: float) -> States:
        return States.scalar(0.0, self.tolerance)

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            Z[0] = J
            out[OUT_V] = P[0] * (J - Yb[0]) / h if h > 0.0 else 0.0

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_R] = P[0] / h if h != 0.0 else 0.0 * h

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        z: ComplexArray = np.multiply(1j * at(self.L, temperature), omega)
        return z

    @classmethod
    def gradient(cls, omega: Array, values: Array) -> tuple[ComplexArray, ComplexArray]:
        """(Z, dZ/dL); values (..., 1), Z (..., m), gradient (..., 1, m)."""
        s: ComplexArray = np.multiply(1j, omega)
        z: ComplexArray = np.multiply(values, s)
        return z, np.broadcast_to(s, (*values.shape, len(omega)))

    @classmethod
    def example(cls) -> Inductor:
        return cls(L=1e-6)
