"""Filament: lithium that grows into the electrolyte from a flaw while the local drive exceeds the flaw's threshold."""

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
    OUT_FLAG,
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


@MECHANISMS.add("filament")
@dataclass(frozen=True, kw_only=True)
class Filament(Leaf):
    """Length l [m] of a lithium filament at one face: dl/dt = g k (p/f)(1 - eta_c/eta) while it plates and eta > eta_c.

    p = -o J is the plating current over the face [A/m²], f the contact fraction (read), k = V_m/F, g the focusing of
    current at the tip. The drive eta [V], positive on plating, is one of the candidates of physics.md E8, chosen by what
    is linked: eta = -(sum of up to seven linked overpotentials) + rho p/f, where rho [ohm m²] is the field term (local
    current density times the resistance of the flaw's own depth) and 0 for the other candidates. With eta proportional
    to current this is v = g k (J_local - J_c). On stripping a share r retracts: dl/dt = -r g k (s/f) l/(l + w);
    with less contact on stripping than on plating that is more than r of what grew, so lives need not rise with pressure.
    eta_c = V_m P_c/F for a flaw that opens at P_c = K_IC/(Y sqrt(pi a)) (laws/fracture.py).
    The event is the filament reaching the other electrode.
    """

    threshold: Scalar = math.nan
    crossing: Scalar = math.nan
    focusing: Scalar = 1.0
    retraction: Scalar = 0.0
    field: Scalar = 0.0
    width: Scalar = 1e-6
    molar_volume: Scalar = 13.0e-6

    PARAMETERS = (
        Parameter("threshold", "overpotential", "overpotential eta_c that opens the flaw", low=0.0),
        Parameter("crossing", "length", "distance to the other electrode", low=1e-9),
        Parameter("focusing", "number", "current focusing at the tip", low=0.0),
        Parameter("retraction", "fraction", "share that retracts on stripping", 0.0, 1.0),
        Parameter("field", "area_specific_resistance", "field term rho of the drive"),
        Parameter("width", "length", "length below which retraction dies out", low=1e-12),
        Parameter("molar_volume", "molar_volume", "molar volume of lithium", low=1e-7),
    )
    AT_FACE = True
    READS = {"contact": 1.0, **{f"drop{i}": 0.0 for i in range(1, 8)}}
    EXPORTS = ("length:length", "drive:overpotential")
    EVENTS = ("short circuit: a lithium filament reached the other electrode",)
    EQUATION = "0"

    def states(self, temperature: float) -> States:
        return States.scalar(0.0, 1e-7, slow=True)

    def numbers(self, temperature: float) -> list[float]:
        p = super().numbers(temperature)
        return [*p[:6], p[6] / FARADAY]

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            if x[0] <= 0.0:
                out[OUT_FLAG] = 1.0
                return
            local = -o * J / x[0]
            drive = -(x[1] + x[2] + x[3] + x[4] + x[5] + x[6] + x[7]) + P[4] * local
            length = Yb[0]
            if local > 0.0 and drive > P[0]:
                length += h * P[2] * P[6] * local * (1.0 - P[0] / drive)
            elif local < 0.0:
                start = max(Yb[0], 0.0)
                c = -h * P[3] * P[2] * P[6] * local
                q = P[5] + c - start
                root = math.sqrt(q * q + 4.0 * P[5] * start)
                length = 0.5 * (root - q) if q <= 0.0 else 2.0 * P[5] * start / (root + q)
            Z[0] = length
            out[OUT_EXPORT] = length
            out[OUT_EXPORT + 1] = drive
            out[OUT_MARGIN] = 1.0 - length / P[1]

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            f = x[0]
            local = -o * J / f
            drive = -(x[1] + x[2] + x[3] + x[4] + x[5] + x[6] + x[7]) + P[4] * local
            g = P[2] * P[6]
            out[OUT_EXPORT_J + 1] = -o * P[4] / f
            out[OUT_EXPORT_LINK + MAX_READS] = -P[4] * local / f
            for l in range(1, 8):
                out[OUT_EXPORT_LINK + MAX_READS + l] = -1.0
            if local > 0.0 and drive > P[0]:
                by_local = h * g * (1.0 - P[0] / drive + P[4] * local * P[0] / (drive * drive))
                by_drop = -h * g * local * P[0] / (drive * drive)
            elif local < 0.0 and Z[0] > 0.0:
                w = P[5]
                v = Z[0]
                by_local = h * P[3] * g * v / (v + w) / (1.0 - h * P[3] * g * local * w / ((v + w) * (v + w)))
                by_drop = 0.0 * h
            else:
                by_local = 0.0 * h
                by_drop = 0.0 * h
            out[OUT_EXPORT_J] = -o / f * by_local
            out[OUT_EXPORT_LINK] = -local / f * by_local
            for l in range(1, 8):
                out[OUT_EXPORT_LINK + l] = by_drop

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        return np.zeros(len(omega), dtype=np.complex128)

    @classmethod
    def example(cls) -> Filament:
        return cls(threshold=0.02, crossing=1e-3, field=1e-3, retraction=0.2, orientation=-1)
