"""Dead lithium: the share of every plated charge that loses contact and never strips again."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..elements.base import (
    FARADAY,
    MECHANISMS,
    OUT_EXPORT,
    OUT_EXPORT_J,
    Array,
    ComplexArray,
    Jit,
    Kernel,
    Leaf,
    Parameter,
    Scalar,
    States,
)  # fmt: skip


@MECHANISMS.add("dead_lithium")
@dataclass(frozen=True, kw_only=True)
class DeadLithium(Leaf):
    """Dead lithium d [C/m²] of one electrode: dd/dt = (1 - CE) max(-o J, 0), d(0) = 0.

    CE is the coulombic efficiency of plating. What is dead is taken off a foil's lithium (an inventory reads
    it), and lies as a porous layer of thickness d V_m/F/(1 - porosity) in the electrolyte (a
    `porous_layer` reads that). A foil of charge Q in a symmetric cell that plates q each cycle is used up after
    Q/((1 - CE) q) cycles. Physics.md E12.
    """

    efficiency: Scalar = math.nan
    porosity: Scalar = 0.0
    molar_volume: Scalar = 13.0e-6

    PARAMETERS = (
        Parameter("efficiency", "fraction", "coulombic efficiency of plating, CE", 0.0, 1.0),
        Parameter("porosity", "fraction", "share of the dead layer that the electrolyte fills", 0.0, 0.999),
        Parameter("molar_volume", "molar_volume", "molar volume of lithium", low=1e-7),
    )
    AT_FACE = True
    EXPORTS = ("dead:areal_charge", "dead_thickness:thickness")
    EQUATION = "0"

    def states(self, temperature: float) -> States:
        return States.scalar(0.0, math.inf, slow=True)

    def numbers(self, temperature: float) -> list[float]:
        efficiency, porosity, volume = super().numbers(temperature)
        return [1.0 - efficiency, volume / (FARADAY * (1.0 - porosity))]

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            Z[0] = Yb[0] + h * P[0] * max(-o * J, 0.0)
            out[OUT_EXPORT] = Z[0]
            out[OUT_EXPORT + 1] = Z[0] * P[1]

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            by = -h * P[0] * o if o * J < 0.0 else 0.0 * h
            out[OUT_EXPORT_J] = by
            out[OUT_EXPORT_J + 1] = by * P[1]

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        return np.zeros(len(omega), dtype=np.complex128)

    @classmethod
    def example(cls) -> DeadLithium:
        return cls(efficiency=0.9, porosity=0.6, orientation=1)
