"""Porous layer: electrolyte in the pores of a layer whose thickness somebody else owns (dead lithium, debris)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .base import (
    ELEMENTS,
    OUT_EXPORT,
    OUT_EXPORT_J,
    OUT_EXPORT_LINK,
    OUT_LINK,
    OUT_R,
    OUT_V,
    Array,
    ComplexArray,
    Jit,
    Kernel,
    Leaf,
    Parameter,
    Scalar,
    at,
)


@ELEMENTS.add("porous_layer")
@dataclass(frozen=True, kw_only=True)
class PorousLayer(Leaf):
    """V = J x/kappa; thickness x [m] (read), kappa [S/m] the effective conductivity of the electrolyte in its pores.

    The salt in it is taken as uniform: right while x/D is small against that of the electrolyte beside it.
    Exports its voltage drop in the direction of stripping.
    """

    conductivity: Scalar = math.nan

    PARAMETERS = (Parameter("conductivity", "conductivity", "effective conductivity of the filled pores", low=1e-16),)
    READS = {"thickness": 0.0}
    EXPORTS = ("overpotential:overpotential",)
    EQUATION = "thickness/conductivity"
    PER_AREA = True

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_V] = J * x[0] / P[0]
            out[OUT_EXPORT] = o * out[OUT_V]

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_R] = x[0] / P[0]
            out[OUT_LINK] = J / P[0]
            out[OUT_EXPORT_J] = o * x[0] / P[0]
            out[OUT_EXPORT_LINK] = o * J / P[0]

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        thickness = self.reads.get("thickness", 0.0)
        r = (thickness if isinstance(thickness, float) else 0.0) / at(self.conductivity, temperature)
        return np.full(len(omega), r, dtype=np.complex128)

    @classmethod
    def example(cls) -> PorousLayer:
        return cls(conductivity=0.1, reads={"thickness": 2e-6}, orientation=1)
