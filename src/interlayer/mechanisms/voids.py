"""Voids: stripping faster than lithium is replenished leaves gaps; plating and rest close them."""

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
)  # fmt: skip


@MECHANISMS.add("voids")
@dataclass(frozen=True, kw_only=True)
class Voids(Leaf):
    """Void volume per area v [m] at one face and the contact fraction f = f0 exp(-v/d) that it leaves.

    s = o J is the stripping current [A/m²], k = V_m/F [m³/C]:
        s > J_rep          dv/dt = k (s - J_rep) - c v                     the surplus leaves voids
        0 <= s <= J_rep    dv/dt = -k (J_rep - s) v/(v + d) - c v          diffusion closes them
        s < 0              dv/dt = -k (J_rep + r |s|) v/(v + d) - c v      plating refills a share r
    J_rep [A/m²] replenishment that needs no pressure, c [1/s] closure by creep under stack pressure (laws/creep.py, 0 where
    none is stated), d [m] the void depth at which f has fallen to 1/e, f0 the contact of a fresh face. A steady current
    holds v = k (s - J_rep)/c: creep feeds J_creep = c d/k at f = f0/e. v only falls in proportion to itself, so it stays
    >= 0. Contact below `lost` ends the run as an event. Physics.md E6, E7; Kasemchainan 2019 (10.1038/s41563-019-0438-9,
    recalled).
    """

    replenishment: Scalar = math.nan
    depth: Scalar = 1e-6
    refill: Scalar = 1.0
    contact: Scalar = 1.0
    molar_volume: Scalar = 13.0e-6
    lost: Scalar = 1e-4
    closure: Scalar = 0.0

    PARAMETERS = (
        Parameter("replenishment", "current_density", "current density that replenishment can follow, J_rep"),
        Parameter("depth", "length", "void depth at which contact has fallen to 1/e", low=1e-12),
        Parameter("refill", "fraction", "share of plated lithium that fills voids", 0.0, 1.0),
        Parameter("contact", "fraction", "contact fraction of the fresh face", 1e-9, 1.0),
        Parameter("molar_volume", "molar_volume", "molar volume of lithium", low=1e-7),
        Parameter("lost", "fraction", "contact fraction taken as contact lost", 0.0, 1.0),
        Parameter("closure", "rate", "rate c at which creep closes voids"),
    )
    AT_FACE = True
    EXPORTS = ("contact_fraction:fraction", "void_volume:length")
    EVENTS = ("contact lost",)
    EQUATION = "0"

    def states(self, temperature: float) -> States:
        return States.scalar(0.0, 1e-10, slow=True)

    def numbers(self, temperature: float) -> list[float]:
        p = super().numbers(temperature)
        return [p[0], p[1], p[2], p[3], p[4] / FARADAY, p[5], p[6]]

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            s = o * J
            w = 1.0 + h * P[6]
            if s >= P[0]:
                v = (Yb[0] + h * P[4] * (s - P[0])) / w
            else:  # implicit: w v (v + d) + c v = Yb (v + d), the positive root without cancellation
                c = h * P[4] * (P[0] - s if s >= 0.0 else P[0] - P[2] * s)
                y = max(Yb[0], 0.0)
                q = w * P[1] + c - y
                root = math.sqrt(q * q + 4.0 * w * P[1] * y)
                v = 0.5 * (root - q) / w if q <= 0.0 else 2.0 * P[1] * y / (root + q)
            Z[0] = v
            f = P[3] * math.exp(-v / P[1])
            out[OUT_EXPORT] = f
            out[OUT_EXPORT + 1] = v
            out[OUT_MARGIN] = math.log(f / P[5]) if P[5] > 0.0 and f > 0.0 else (1.0 if f > 0.0 else -1.0)

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            s = o * J
            v = Z[0]
            if s >= P[0]:
                by = h * P[4] * o / (1.0 + h * P[6])
            else:  # (w + h c'(v)) dv = h k r v/(v+d) o dJ
                d = P[1]
                rate = P[4] * (P[0] - s if s >= 0.0 else P[0] - P[2] * s)
                share = 1.0 if s >= 0.0 else P[2]
                by = h * P[4] * share * o * v / (v + d) / (1.0 + h * P[6] + h * rate * d / ((v + d) * (v + d)))
            out[OUT_EXPORT_J] = -P[3] * math.exp(-v / P[1]) / P[1] * by
            out[OUT_EXPORT_J + 1] = by

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        return np.zeros(len(omega), dtype=np.complex128)

    @classmethod
    def example(cls) -> Voids:
        return cls(replenishment=0.8, orientation=1)
