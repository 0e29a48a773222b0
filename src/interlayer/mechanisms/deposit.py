"""Deposit: lithium on a collector that held none, from its nuclei to a closed layer and back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..elements.base import (
    FARADAY,
    GAS,
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
    at,
)  # fmt: skip

#: share of `spread` below which the coverage dies out exponentially: what an empty collector still exchanges
EMPTY = 1e-9


@MECHANISMS.add("deposit")
@dataclass(frozen=True, kw_only=True)
class Deposit(Leaf):
    """Active lithium a [C/m²] on a collector, a(0) = 0, and the share f of the face that takes part in charge transfer.

        theta = 1 - exp(-a/q_s)                                  covered share; q_s [C/m²] the charge that covers 1 - 1/e
        J strips:  da/dt = -|J|,     f = theta                   only lithium dissolves
        J plates:  da/dt = CE |J|,   f = theta + (1 - theta) n,  n = theta_0 exp[-(1 - alpha) F eta_b/(R T)]

    Nuclei: the free share 1 - theta plates on a share theta_0 of active sites, where the transfer is slower by a barrier
    eta_b [V]; alpha is that of the charge transfer. So plating begins at a tip and goes to a plateau, tip - plateau =
    eta(J/n) - eta(J) with Butler-Volmer's eta, = (R T/((1 - alpha) F)) ln(1/theta_0) + eta_b far above j0 (physics.md E15).
    Stripping runs out: f -> 0, and what bridges the face (its double layer) takes the current over. Below a = EMPTY q_s,
    theta = EMPTY exp(a/(EMPTY q_s) - 1) in place of zero, so that an empty face blocks and still has an answer.

    CE is the coulombic efficiency: the rest is dead (`dead_lithium` counts it; a is a state of its own because the
    difference of two large charges would not resolve the end of stripping). The deposit's thickness is a V_m/F over
    1 - porosity: the Faraday floor, 4.85 µm per mAh/cm², where it is dense.
    Exports f, a and the thickness. Not in the law: underpotential deposition, which neighbour of a nucleus grows first.
    """

    nuclei: Scalar = math.nan
    spread: Scalar = math.nan
    barrier: Scalar = 0.0
    porosity: Scalar = 0.0
    alpha: Scalar = 0.5
    molar_volume: Scalar = 13.0e-6
    efficiency: Scalar = 1.0

    PARAMETERS = (
        Parameter("nuclei", "fraction", "share theta_0 of the bare collector on which lithium nucleates", 1e-9, 1.0),
        Parameter("spread", "areal_charge", "charge q_s of a deposit that covers all but 1/e", low=1e-6),
        Parameter("barrier", "overpotential", "barrier eta_b of plating on a nucleation site"),
        Parameter("porosity", "fraction", "share of the deposit's volume that is not lithium", 0.0, 0.99),
        Parameter("alpha", "number", "anodic transfer coefficient of the charge transfer", 0.05, 0.95),
        Parameter("molar_volume", "molar_volume", "molar volume of lithium", low=1e-7),
        Parameter("efficiency", "fraction", "coulombic efficiency of plating, CE", 0.0, 1.0),
    )
    AT_FACE = True
    EXPORTS = ("contact_fraction:fraction", "lithium:areal_charge", "deposit_thickness:thickness")
    EQUATION = "0"

    def states(self, temperature: float) -> States:
        n, spread = at(self.nuclei, temperature), at(self.spread, temperature)
        return States.scalar(0.0, 1e-3 * min(n, 0.1) * spread, slow=True)

    def numbers(self, temperature: float) -> list[float]:
        n, spread, barrier, porosity, alpha, volume, efficiency = super().numbers(temperature)
        slower = math.exp(-(1.0 - alpha) * FARADAY * barrier / (GAS * temperature))
        return [n * slower, spread, volume / (FARADAY * (1.0 - porosity)), efficiency]

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            a = Yb[0] - h * o * J * (P[3] if o * J < 0.0 else 1.0)
            Z[0] = a
            least = EMPTY * P[1]
            theta = -math.expm1(-a / P[1]) if a > least else EMPTY * math.exp(max(a / least - 1.0, -600.0))
            out[OUT_EXPORT] = theta + (1.0 - theta) * P[0] if o * J < 0.0 else theta
            out[OUT_EXPORT + 1] = a
            out[OUT_EXPORT + 2] = a * P[2]

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            a = Z[0]
            least = EMPTY * P[1]
            if a > least:
                by = math.exp(-a / P[1]) / P[1]
            elif a > -599.0 * least:
                by = math.exp(a / least - 1.0) / P[1]
            else:
                by = 0.0
            by_J = -h * o
            if o * J < 0.0:
                by *= 1.0 - P[0]
                by_J *= P[3]
            out[OUT_EXPORT_J] = by * by_J
            out[OUT_EXPORT_J + 1] = by_J
            out[OUT_EXPORT_J + 2] = P[2] * by_J

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        return np.zeros(len(omega), dtype=np.complex128)

    @classmethod
    def example(cls) -> Deposit:
        return cls(nuclei=0.01, spread=400.0, barrier=0.02, porosity=0.3, efficiency=0.9, orientation=-1)
