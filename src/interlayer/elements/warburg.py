"""Semi-infinite Warburg element: Z = A_w (1 - i)/sqrt(omega)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from . import _ladder
from .base import ELEMENTS, Array, ComplexArray, Parameter, Scalar, at


@ELEMENTS.add("warburg", "W")
@dataclass(frozen=True, kw_only=True)
class Warburg(_ladder.LadderLeaf):
    """Z = A_w (1 - i)/sqrt(omega) = sqrt(2) A_w/sqrt(i omega): planar diffusion without an end.

    A_w [ohm m² s^-1/2] (or [ohm s^-1/2]) is the Warburg coefficient often called sigma: the slope of Z' on omega^-1/2.
    (Other texts write Z = A/sqrt(i omega) or 1/(Y0 sqrt(i omega)): A = sqrt(2) A_w, Y0 = 1/(sqrt(2) A_w).)
    In time the ladder of a CPE with n = 1/2, within 0.1 % from 1e-6 to 1e7 Hz (_ladder.py); `tolerance` [V] per step.
    """

    A_w: Scalar = math.nan

    SYMBOLS = ("W",)
    PARAMETERS = (Parameter("A_w", "warburg_coefficient", "Warburg coefficient", low=1e-300),)
    EQUATION = "A_w*(1 - I)/sqrt(omega)"

    def _ladder(self, temperature: float) -> _ladder.Ladder:
        return _ladder.power_law(1.0 / (math.sqrt(2.0) * self.values(temperature)[0]), 0.5)

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        return (at(self.A_w, temperature) * (1.0 - 1j)) / np.sqrt(omega)

    @classmethod
    def gradient(cls, omega: Array, values: Array) -> tuple[ComplexArray, ComplexArray]:
        """(Z, dZ/dA_w); values (..., 1), Z (..., m), gradient (..., 1, m)."""
        shape = (1.0 - 1j) / np.sqrt(omega)
        return values * shape, np.broadcast_to(shape, (*values.shape, len(omega)))

    @classmethod
    def example(cls) -> Warburg:
        return cls(A_w=0.01)
