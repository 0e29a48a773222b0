"""Leak: a path that opens beside a film as the film breaks down."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .base import ELEMENTS, OUT_LINK, OUT_R, OUT_V, Array, ComplexArray, Jit, Kernel, Leaf, Parameter, Scalar, at


@ELEMENTS.add("leak")
@dataclass(frozen=True, kw_only=True)
class Leak(Leaf):
    """V = J R, 1/R = d/R_b + 1/R_open; d the broken share of the film (read), R_b [ohm m²] where all of it is broken."""

    broken: Scalar = math.nan
    open: Scalar = 1e6

    PARAMETERS = (
        Parameter("broken", "area_specific_resistance", "resistance R_b of a film that is broken all over", low=1e-12),
        Parameter("open", "area_specific_resistance", "resistance R_open of the path through a whole film", low=1e-12),
    )
    READS = {"share": 0.0}
    EQUATION = "1/(share/broken + 1/open)"

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            out[OUT_V] = J / (x[0] / P[0] + 1.0 / P[1])

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            r = 1.0 / (x[0] / P[0] + 1.0 / P[1])
            out[OUT_R] = r
            out[OUT_LINK] = -J * r * r / P[0]

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        share = self.reads.get("share", 0.0)
        g = (share if isinstance(share, float) else 0.0) / at(self.broken, temperature) + 1.0 / at(self.open, temperature)
        return np.full(len(omega), 1.0 / g, dtype=np.complex128)

    @classmethod
    def example(cls) -> Leak:
        return cls(broken=1e-3, reads={"share": 0.2})
