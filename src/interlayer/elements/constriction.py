"""Constriction: the current of a face squeezed into contact spots, electrolyte side."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..laws import constriction as law
from .base import (
    ELEMENTS,
    OUT_EXPORT,
    OUT_EXPORT_J,
    OUT_EXPORT_LINK,
    OUT_FLAG,
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
)  # fmt: skip


@ELEMENTS.add("constriction")
@dataclass(frozen=True, kw_only=True)
class Constriction(Leaf):
    """Spots of radius a = b sqrt(f) in cells of fixed radius b: V = J pi b psi(a/b, L/b)/(4 sigma sqrt(f)).

    b [m] cell radius (half the distance between spots), L [m] electrolyte thickness, sigma [S/m] its conductivity,
    f the contact fraction (read; 1 means no constriction). psi is the fitted law of laws/constriction.py (physics.md
    E5), valid where it says. Exports its voltage drop in the direction of stripping.
    C [F/m²] bridges it in the impedance, Z = R/(1 + i omega R C): the gap between the spots and the squeezed electrolyte.
    In time R is instant: R C is below a microsecond, and a step of the voltage would be an impulse of charge.
    """

    cell_radius: Scalar = math.nan
    thickness: Scalar = math.nan
    sigma: Scalar = math.nan
    capacitance: Scalar = 0.0

    PARAMETERS = (
        Parameter("cell_radius", "length", "radius b of the cell around one spot", low=1e-10),
        Parameter("thickness", "thickness", "thickness L of the electrolyte", low=1e-10),
        Parameter("sigma", "conductivity", "ionic conductivity of the electrolyte", low=1e-16),
        Parameter("capacitance", "area_specific_capacitance", "capacitance C beside it"),
    )
    READS = {"contact": 1.0}
    EXPORTS = ("overpotential:overpotential",)
    PER_AREA = True

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        psi = jit(law.psi)
        gradient = jit(law.psi_gradient)

        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            if x[0] <= 0.0:
                out[OUT_FLAG] = 1.0
                return
            root = math.sqrt(min(x[0], 1.0))
            out[OUT_V] = J * math.pi * P[0] * psi(root, P[1] / P[0]) / (4.0 * P[2] * root)
            out[OUT_EXPORT] = o * out[OUT_V]

        def derivatives(J, o, P, x, out):  # type: ignore[no-untyped-def]
            root = math.sqrt(min(x[0], 1.0))
            scale = math.pi * P[0] / (4.0 * P[2])
            value, by_eps, _ = gradient(root, P[1] / P[0])
            by_root = scale * (by_eps / root - value / (root * root)) if x[0] < 1.0 else 0.0
            out[OUT_R] = scale * value / root
            out[OUT_LINK] = J * by_root * 0.5 / root
            out[OUT_EXPORT_J] = o * out[OUT_R]
            out[OUT_EXPORT_LINK] = o * out[OUT_LINK]

        derivatives = jit(derivatives)

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            derivatives(J, o, P, x, out)

        def tangent(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            derivatives(J, o, P, x, out)
            share = h / (h + out[OUT_R] * P[3])  # of the current that goes through the spots
            out[OUT_R] *= share
            out[OUT_LINK] *= share
            out[OUT_EXPORT_J] *= share
            out[OUT_EXPORT_LINK] *= share

        return advance, slope, tangent

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        contact = self.reads.get("contact", 1.0)
        f = contact if isinstance(contact, float) else 1.0
        b, thickness, sigma = (at(v, temperature) for v in (self.cell_radius, self.thickness, self.sigma))
        r = math.pi * b * law.psi(math.sqrt(f), thickness / b) / (4.0 * sigma * math.sqrt(f))
        return np.asarray(r / (1.0 + 1j * omega * r * at(self.capacitance, temperature)), dtype=np.complex128)

    @classmethod
    def example(cls) -> Constriction:
        return cls(cell_radius=50e-6, thickness=1e-3, sigma=0.09, capacitance=2e-5, reads={"contact": 0.1}, orientation=1)
