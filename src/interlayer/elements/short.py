"""Short: an electronic path in parallel with the electrolyte, closed by a filament's length."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .base import ELEMENTS, OUT_LINK, OUT_R, OUT_V, Array, ComplexArray, Jit, Kernel, Leaf, Parameter, Scalar, at


@ELEMENTS.add("short")
@dataclass(frozen=True, kw_only=True)
class Short(Leaf):
    """Electronic branch collector to collector: 1/R = (1-w)/R_open + w/R_short, w = 1/(1 + exp(-(l - L)/d)).

    l [m] filament length (read), L [m] the distance it must cross, d [m] the width over which the contact forms,
    R_open, R_short [ohm m²] the electrolyte's electronic leakage and the soft short. A soft short is finite and
    recovers when the filament retracts. Its signs: V falls at constant J, no relaxation at rest, the low-frequency
    intercept drops (physics.md E13).
    """

    R_short: Scalar = 5e-4
    R_open: Scalar = 1e4
    crossing: Scalar = math.nan
    width: Scalar = 2e-6

    PARAMETERS = (
        Parameter("R_short", "area_specific_resistance", "resistance of the formed short", low=1e-12),
        Parameter("R_open", "area_specific_resistance", "electronic leakage without a filament", low=1e-12),
        Parameter("crossing", "length", "filament length that closes the path", low=1e-9),
        Parameter("width", "length", "width over which the contact forms", low=1e-10),
    )
    READS = {"filament": 0.0}
    EQUATION = "1/(1/R_open + (1/R_short - 1/R_open)/(1 + exp((crossing - filament)/width)))"

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            w = 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, (x[0] - P[2]) / P[3]))))
            out[OUT_V] = J / (w / P[0] + (1.0 - w) / P[1])

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            e = (x[0] - P[2]) / P[3]
            w = 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, e))))
            g = w / P[0] + (1.0 - w) / P[1]
            out[OUT_R] = 1.0 / g
            out[OUT_LINK] = -J / (g * g) * (1.0 / P[0] - 1.0 / P[1]) * w * (1.0 - w) / P[3] if abs(e) < 60.0 else 0.0

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        filament = self.reads.get("filament", 0.0)
        e = ((filament if isinstance(filament, float) else 0.0) - at(self.crossing, temperature)) / at(self.width, temperature)
        w = 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, e))))
        g = w / at(self.R_short, temperature) + (1.0 - w) / at(self.R_open, temperature)
        return np.full(len(omega), 1.0 / g, dtype=np.complex128)

    @classmethod
    def example(cls) -> Short:
        return cls(crossing=6e-4, reads={"filament": 5.98e-4})
