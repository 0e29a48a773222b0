"""Film: a resistance with its own capacitance in parallel; a grain, a grain boundary, a coating, an interphase."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .base import (
    ELEMENTS,
    OUT_EXPORT,
    OUT_EXPORT_J,
    OUT_R,
    OUT_V,
    Array,
    ComplexArray,
    Jit,
    Kernel,
    Leaf,
    Parameter,
    Scalar,
    States,
    at,
)


@ELEMENTS.add("film")
@dataclass(frozen=True, kw_only=True)
class Film(Leaf):
    """One dielectric layer: dq/dt = J - q/(R C), V = q/C, so exactly Z = R/(1 + i omega R C).

    R [ohm m²] = thickness/conductivity, C [F/m²] = permittivity/thickness (0: a plain resistance). A ceramic is two of
    these in series (bulk, grain boundary), a coating is one. Charge transfer below a film is an element of its own, so
    the film never mixes with it. Arcs faster than `RESOLVED` are stepped (the scheme is L-stable) without error control.
    Exports its voltage drop in the direction of stripping.
    """

    R: Scalar = math.nan
    C: Scalar = 0.0
    tolerance: float = 1e-5  # V a step

    PARAMETERS = (
        Parameter("R", "area_specific_resistance", "resistance of the layer"),
        Parameter("C", "area_specific_capacitance", "dielectric capacitance of the layer"),
    )
    EXPORTS = ("overpotential:overpotential",)
    EQUATION = "R/(1 + I*omega*R*C)"
    RESOLVED = 1e-3  # s

    def states(self, temperature: float) -> States:
        r, c = at(self.R, temperature), at(self.C, temperature)
        return States.scalar(0.0, self.tolerance * c if r * c > self.RESOLVED else np.inf)

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            v = P[0] * (Yb[0] + h * J) / (P[0] * P[1] + h)
            Z[0] = P[1] * v
            out[OUT_V] = v
            out[OUT_EXPORT] = o * v

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            r = P[0] * h / (P[0] * P[1] + h)
            out[OUT_R] = r
            out[OUT_EXPORT_J] = o * r

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        r, c = at(self.R, temperature), at(self.C, temperature)
        return np.asarray(r / (1.0 + 1j * omega * r * c), dtype=np.complex128)

    @classmethod
    def example(cls) -> Film:
        return cls(R=2e-3, C=1e-2)
