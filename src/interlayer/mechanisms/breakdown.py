"""Breakdown: the share of a film that has given way to the field across it, and heals or does not."""

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
    States,
)  # fmt: skip


@MECHANISMS.add("breakdown")
@dataclass(frozen=True, kw_only=True)
class Breakdown(Leaf):
    """dd/dt = (1 - d) w/tau - r d,  w = max(|V|/(E_b delta) - 1, 0), d(0) = 0.

    d broken share of the film (exported; a `leak` beside the film reads it), V the film's drop [V] and delta its thickness
    [m] (read), E_b [V/m] the field it bears, tau [s] the time in which twice that field breaks 1 - 1/e, r [1/s] the rate of
    healing; r = 0 is breakdown that stays. At a constant drop d goes to w/(w + r tau) with the rate w/tau + r. Below
    E_b nothing happens, so a cell that never reaches it is the cell without the mechanism.
    """

    field: Scalar = math.nan
    time: Scalar = math.nan
    healing: Scalar = 0.0

    PARAMETERS = (
        Parameter("field", "electric_field", "field E_b that the film bears", low=1.0),
        Parameter("time", "time_constant", "time of breaking tau at twice that field", low=1e-9),
        Parameter("healing", "rate", "rate of healing r"),
    )
    READS = {"drop": 0.0, "thickness": 1e-8}
    EXPORTS = ("broken:fraction",)
    EQUATION = "0"

    def states(self, temperature: float) -> States:
        return States.scalar(0.0, 1e-5, slow=True)

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            a = h * max(abs(x[0]) / (P[0] * x[1]) - 1.0, 0.0) / P[1]
            Z[0] = (Yb[0] + a) / (1.0 + a + h * P[2])
            out[OUT_EXPORT] = Z[0]

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            strength = P[0] * x[1]
            over = abs(x[0]) / strength - 1.0
            if over > 0.0:
                by = (1.0 - Z[0]) * h / P[1] / (1.0 + h * over / P[1] + h * P[2])  # d d/d w
                out[OUT_EXPORT_LINK] = by * (1.0 if x[0] > 0.0 else -1.0) / strength
                out[OUT_EXPORT_LINK + 1] = -by * abs(x[0]) / (strength * x[1])
            else:
                out[OUT_EXPORT_LINK] = 0.0 * h
                out[OUT_EXPORT_LINK + 1] = 0.0 * h

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        return np.zeros(len(omega), dtype=np.complex128)

    @classmethod
    def example(cls) -> Breakdown:
        return cls(field=1e7, time=60.0, healing=1e-3, reads={"drop": 0.05})
