"""Constant-phase element: Z = 1/(Q (i omega)^n)."""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import numpy as np

from . import _ladder
from .base import ELEMENTS, Array, ComplexArray, Parameter, Scalar, at

_HALF_PI_I = 0.5j * math.pi


@ELEMENTS.add("constant_phase", "Q", "CPE")
@dataclass(frozen=True, kw_only=True)
class ConstantPhase(_ladder.LadderLeaf):
    """Z = 1/(Q (i omega)^n), 0 <= n <= 1; Q [S s^n/m²] (or [S s^n]). n = 1 is a capacitor, 1/2 a Warburg element.

    In time a ladder of RC rungs stands for it: from 1e-6 to 1e7 Hz its impedance is within 0.1 % of the closed form
    (_ladder.py), below that a capacitor, above a resistor. `tolerance` [V] is the error a rung is allowed per step.
    """

    Q: Scalar = math.nan
    n: Scalar = math.nan

    SYMBOLS = ("Q", "CPE")
    PARAMETERS = (
        Parameter("Q", "cpe_coefficient", "CPE coefficient"),
        Parameter("n", "fraction", "CPE exponent", 0.0, 1.0),
    )
    EQUATION = "1/(Q*(I*omega)**n)"

    def _ladder(self, temperature: float) -> _ladder.Ladder:
        q, n = self.values(temperature)
        return _ladder.power_law(q, n)

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        n = at(self.n, temperature)
        z: ComplexArray = np.exp(-n * np.log(omega)) * (cmath.exp(-n * _HALF_PI_I) / at(self.Q, temperature))
        return z

    @classmethod
    def gradient(cls, omega: Array, values: Array) -> tuple[ComplexArray, ComplexArray]:
        """(Z, [dZ/dQ, dZ/dn]); values (..., 2), Z (..., m), gradient (..., 2, m)."""
        log = np.log(omega)
        q, n = values[..., 0, None], values[..., 1, None]
        z = np.exp(-n * log) * (np.exp(-n * _HALF_PI_I) / q)
        out = np.empty((*values.shape, len(omega)), dtype=np.complex128)
        np.multiply(z, -1.0 / q, out=out[..., 0, :])
        np.multiply(z, -(log + _HALF_PI_I), out=out[..., 1, :])
        return z, out

    @classmethod
    def example(cls) -> ConstantPhase:
        return cls(Q=0.1, n=0.8)
