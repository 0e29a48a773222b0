"""Interphase: a dielectric film that grows at the lithium face, first as fast as it reacts, then as fast as it conducts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..elements.base import (
    MECHANISMS,
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
)  # fmt: skip


@MECHANISMS.add("interphase")
@dataclass(frozen=True, kw_only=True)
class Interphase(Leaf):
    """d(delta)/dt = 1/(1/k_r + delta/k_p); dq/dt = J - q/tau, V = q delta/(sigma tau), so Z = (delta/sigma)/(1 + i omega tau).

    delta [m] thickness (exported), k_r [m/s] reaction-limited rate, k_p [m²/s] transport-limited (parabolic) constant,
    sigma [S/m] ionic conductivity of the grown film. Linear while delta << k_p/k_r, then parabolic; the exact solution
    is delta = sqrt((delta0 + l)² + 2 k_p t) - l with l = k_p/k_r. Physics.md E11. Lithium consumed since the start:
    `lithium_density` mol m⁻³ times the growth (exported as charge per area; an inventory reads it). tau [s] = eps_0 eps_r/sigma
    is the film's dielectric relaxation time, the same at any thickness (resistance delta/sigma, capacitance eps_0 eps_r/delta,
    physics.md E4), q [C/m²] its charge; tau = 0 is a plain resistance. Relaxations faster than `RESOLVED` are stepped (the
    scheme is L-stable) without error control, as a film's are.
    """

    initial: Scalar = 5e-9
    k_r: Scalar = math.nan
    k_p: Scalar = math.nan
    sigma: Scalar = math.nan
    lithium_density: Scalar = 4e4
    relaxation: Scalar = 0.0

    PARAMETERS = (
        Parameter("initial", "length", "thickness at the start"),
        Parameter("k_r", "linear_growth", "reaction-limited growth rate", low=1e-30),
        Parameter("k_p", "parabolic_growth", "parabolic growth constant", low=1e-40),
        Parameter("sigma", "conductivity", "conductivity of the interphase", low=1e-16),
        Parameter("lithium_density", "concentration", "lithium bound per volume of interphase"),
        Parameter("relaxation", "time_constant", "dielectric relaxation time tau"),
    )
    EXPORTS = ("thickness:thickness", "lithium_consumed:areal_charge", "overpotential:overpotential")
    EQUATION = "initial/sigma/(1 + I*omega*relaxation)"
    RESOLVED = 1e-3  # s

    def states(self, temperature: float) -> States:
        delta, tau = at(self.initial, temperature), at(self.relaxation, temperature)
        charge = 1e-5 * at(self.sigma, temperature) * tau / max(delta, 1e-9)  # of 10 µV
        return States(np.array([delta, 0.0]), np.array([1e-11, charge if tau > self.RESOLVED else np.inf]), kept=np.array([True, False]))

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
            b = P[2] / P[1] - Yb[0]  # d² + b d - (Yb k_p/k_r + h k_p) = 0
            c = Yb[0] * P[2] / P[1] + h * P[2]
            root = math.sqrt(b * b + 4.0 * c)
            d = 2.0 * c / (b + root) if b > 0.0 else 0.5 * (root - b)
            Z[0] = d
            through = J if P[5] + h == 0.0 else (Yb[1] + h * J) / (P[5] + h)  # ions through the film [A/m²]
            Z[1] = P[5] * through
            out[OUT_V] = through * d / P[3]
            out[OUT_EXPORT] = d
            out[OUT_EXPORT + 1] = (d - P[0]) * P[4] * 96485.33212
            out[OUT_EXPORT + 2] = o * through * d / P[3]

        def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
            r = Z[0] / P[3]
            r = r * h / (P[5] + h) if P[5] > 0.0 else r + 0.0 * h  # of one type for the compiler
            out[OUT_R] = r
            out[OUT_EXPORT_J + 2] = o * r

        return advance, slope

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        r, tau = at(self.initial, temperature) / at(self.sigma, temperature), at(self.relaxation, temperature)
        return np.asarray(r / (1.0 + 1j * omega * tau), dtype=np.complex128)

    @classmethod
    def example(cls) -> Interphase:
        return cls(k_r=1e-12, k_p=3e-20, sigma=1e-6, relaxation=9e-5)
