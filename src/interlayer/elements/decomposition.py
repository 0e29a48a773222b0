"""Decomposition: the electrolyte's own current at an electrode that is driven far from lithium."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .base import ELEMENTS, FARADAY, GAS, OUT_R, OUT_V, Array, ComplexArray, Jit, Kernel, Leaf, Parameter, Scalar, at


@ELEMENTS.add("decomposition")
@dataclass(frozen=True, kw_only=True)
class Decomposition(Leaf):
    """s = 2 j_on exp(-alpha F E_on/RT) sinh(alpha F E/RT), V = o E: Tafel's law above an onset, blocking below.

    E [V] is the potential of this electrode against lithium at the same place, s = o J the oxidation current; at E = E_on it is
    j_on [A/m²], and ln s has the slope alpha F/RT. An onset belongs to the current that was called its beginning: another
    j_on moves E_on by (RT/(alpha F)) ln of the ratio. The same law in the other direction starts at -E_on, where lithium
    has plated long since. What decomposes, and that it is used up, is not in it.
    """

    onset: Scalar = math.nan
    current: Scalar = math.nan
    alpha: Scalar = 0.5

    PARAMETERS = (
        Parameter("onset", "voltage", "potential E_on against lithium at which j_on flows", 0.0, 8.0),
        Parameter("current", "exchange_current_density", "current density j_on that counts as the onset", low=1e-15),
        Parameter("alpha", "number", "transfer coefficient of the decomposition", 0.05, 2.0),
    )
    AT_FACE = True
    EQUATION = "R*T/(alpha*F)/(2*current*exp(-alpha*F*onset/(R*T)))"

    def numbers(self, temperature: float) -> list[float]:
        onset, current, alpha = super().numbers(temperature)
        scale = GAS * temperature / (alpha * FARADAY)
        return [scale, 2.0 * current * math.exp(-onset / scale)]

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_V] = P[0] * math.asinh(J / P[1])

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_R] = P[0] / math.hypot(J, P[1])

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        scale = GAS * temperature / (at(self.alpha, temperature) * FARADAY)
        r = scale / (2.0 * at(self.current, temperature) * math.exp(-at(self.onset, temperature) / scale))
        return np.full(len(omega), r, dtype=np.complex128)

    @classmethod
    def example(cls) -> Decomposition:
        return cls(onset=0.8, current=0.1, orientation=-1)
