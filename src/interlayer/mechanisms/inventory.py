"""Inventory: the lithium an electrode still holds, and the event of running out of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..elements.base import (
    FARADAY,
    MAX_READS,
    MECHANISMS,
    OUT_EXPORT,
    OUT_EXPORT_J,
    OUT_EXPORT_LINK,
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

    4.85 µm of dense lithium hold 1 mAh/cm² (physics.md). What is left is q less what mechanisms bind and what
    is dead (read, 0 where nothing is linked); it and the foil's thickness are exported, and none left is the event
    "lithium exhausted". The two electrodes' lithium, what is bound or dead and what charges the double layers add up to
    what there was, to rounding.
    """

    thickness: Scalar = math.nan
    molar_volume: Scalar = 13.0e-6

    PARAMETERS = (
        Parameter("thickness", "thickness", "lithium foil thickness at the start", low=0.0),
        Parameter("molar_volume", "molar_volume", "molar volume of lithium", low=1e-7),
    )
    AT_FACE = True
    READS = {"bound": 0.0, "dead": 0.0}
    EXPORTS = ("foil_thickness:thickness", "lithium:areal_charge")
    EVENTS = ("lithium exhausted",)
    EQUATION = "0"

    def states(self, temperature: float) -> States:
        return States.scalar(FARADAY * at(self.thickness, temperature) / at(self.molar_volume, temperature), math.inf, slow=True)

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            Z[0] = Yb[0] - h * o * J
            left = Z[0] - x[0] - x[1]
            out[OUT_EXPORT] = left * P[1] / 96485.33212
            out[OUT_EXPORT + 1] = left
            out[OUT_MARGIN] = left

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_EXPORT_J] = -h * o * P[1] / 96485.33212
            out[OUT_EXPORT_J + 1] = -h * o
            for l in range(2):
                out[OUT_EXPORT_LINK + l] = -P[1] / 96485.33212
                out[OUT_EXPORT_LINK + MAX_READS + l] = -1.0

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        return np.zeros(len(omega), dtype=np.complex128)

    @classmethod
    def example(cls) -> Inventory:
        return cls(thickness=50e-6, orientation=1)
