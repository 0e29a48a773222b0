"""Expansion: a growing interphase first presses the faces together, then crumbles away from them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..elements.base import (
    MECHANISMS,
    OUT_EXPORT,
    OUT_EXPORT_LINK,
    Array,
    ComplexArray,
    Jit,
    Kernel,
    Leaf,
    Parameter,
    Scalar,
)  # fmt: skip


@MECHANISMS.add("expansion")
@dataclass(frozen=True, kw_only=True)
class Expansion(Leaf):
    """Contact fraction f of a face whose interphase has grown by g = delta - delta_0 (delta: read):

        f = [1 - (1 - f_0) exp(-e g/w)] exp(-g/l)

    f_0 the contact left by others (read; voids or the fresh face), e the share of the grown thickness by which the
    interphase swells, w [m] the width of the gap it fills, l [m] the growth at which cracks have cut the contact to 1/e.
    First factor: gaps of exponentially spread widths, mean w, close as the film swells into them. Second: cracking in
    proportion to what grew. f rises at first where e (1 - f_0) l > f_0 w, is largest at
    g* = (w/e) ln[(1 - f_0)(1 + e l/w)], then falls: a resistance may first fall and then rise (physics.md E11). No state.
    """

    swelling: Scalar = math.nan
    gap: Scalar = math.nan
    crack: Scalar = math.nan
    initial: Scalar = 0.0

    PARAMETERS = (
        Parameter("swelling", "number", "swelling e per grown thickness", 0.0, 10.0),
        Parameter("gap", "length", "mean width w of the gap", low=1e-10),
        Parameter("crack", "length", "growth l at which cracks have cut contact to 1/e", low=1e-10),
        Parameter("initial", "length", "thickness of the interphase at the start"),
    )
    READS = {"contact": 1.0, "thickness": 0.0}
    EXPORTS = ("contact_fraction:fraction",)
    EQUATION = "0"

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            g = x[1] - P[3]
            out[OUT_EXPORT] = (1.0 - (1.0 - x[0]) * math.exp(-P[0] * g / P[1])) * math.exp(-g / P[2])

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            g = x[1] - P[3]
            open_, whole = math.exp(-P[0] * g / P[1]), math.exp(-g / P[2])
            out[OUT_EXPORT_LINK] = open_ * whole
            out[OUT_EXPORT_LINK + 1] = ((1.0 - x[0]) * open_ * (P[0] / P[1] + 1.0 / P[2]) - 1.0 / P[2]) * whole

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        return np.zeros(len(omega), dtype=np.complex128)

    @classmethod
    def example(cls) -> Expansion:
        return cls(swelling=0.3, gap=1e-6, crack=1e-5, initial=2e-7, reads={"contact": 0.04, "thickness": 2e-7})
