"""Inventory: the lithium an electrode still holds, and the event of running out of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..elements.base import (
    FARADAY,
    MECHANISMS,
    OUT_EXPORT,
    OUT_EXPORT_J,
    OUT_MARGIN,
    Array,
    ComplexArray,
    Jit,
    Kernel,
    Leaf,
    Parameter,
    Scalar,
    States,
    at,
)  # fmt: skip


@MECHANISMS.add("inventory")
@dataclass(frozen=True, kw_only=True)
class Inventory(Leaf):
    """Lithium of one electrode as charge per area: dq/dt = -o J, q(0) = F t/V_m for a foil of thickness t [m].

    4.85 µm of dense lithium hold 1 mAh/cm² (physics.md). Exports the foil thickness left; q = 0 is the event
    "lithium exhausted". The two electrodes' q plus what mechanisms bind is conserved to rounding.
    """

    thickness: Scalar = math.nan
    molar_volume: Scalar = 13.0e-6

    PARAMETERS = (
        Parameter("thickness", "thickness", "lithium foil thickness at the start", low=0.0),
        Parameter("molar_volume", "molar_volume", "molar volume of lithium", low=1e-7),
    )
    AT_FACE = True
    EXPORTS = ("foil_thickness:thickness", "lithium:areal_charge")
    EVENTS = ("lithium exhausted",)
    EQUATION = "0"

    def states(self, temperature: float) -> States:
        return States.scalar(FARADAY * at(self.thickness, temperature) / at(self.molar_volume, temperature), math.inf, slow=True)

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            Z[0] = Yb[0] - h * o * J
            out[OUT_EXPORT] = Z[0] * P[1] / 96485.33212
            out[OUT_EXPORT + 1] = Z[0]
            out[OUT_MARGIN] = Z[0]

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_EXPORT_J] = -h * o * P[1] / 96485.33212
            out[OUT_EXPORT_J + 1] = -h * o

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        return np.zeros(len(omega), dtype=np.complex128)

    @classmethod
    def example(cls) -> Inventory:
        return cls(thickness=50e-6, orientation=1)
