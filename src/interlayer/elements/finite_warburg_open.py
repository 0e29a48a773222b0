"""Finite diffusion to a face that lets nothing through (reflective, "open"): Z = R coth(u)/u."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from . import _ladder
from .base import ELEMENTS, Array, ComplexArray, Jit, Kernel, Leaf, Parameter, Scalar, States, at


@ELEMENTS.add("finite_warburg_open", "Wo")
@dataclass(frozen=True, kw_only=True)
class FiniteWarburgOpen(Leaf):
    """Z = R coth(u)/u, u = sqrt(i omega tau): a layer of thickness l, tau = l²/D, that only stores (an insertion film).

    R [ohm m²] (or [ohm]); at omega -> 0 it is R/3 in series with the capacitance tau/R. tau [s] the diffusion time.
    In time: a capacitor, eight exact modes, the others lumped, a tail resistor; within 0.1 % of the closed form from
    1e-6 to 1e7 Hz (_ladder.py). `tolerance` [V] is the error a mode is allowed per step.
    """

    R: Scalar = math.nan
    tau: Scalar = math.nan
    tolerance: float = 1e-5

    SYMBOLS = ("Wo",)
    PARAMETERS = (
        Parameter("R", "area_specific_resistance", "three times the real part at omega -> 0"),
        Parameter("tau", "time_constant", "diffusion time l²/D", low=1e-300),
    )
    EQUATION = "R*coth(sqrt(I*omega*tau))/sqrt(I*omega*tau)"

    def _ladder(self, temperature: float) -> _ladder.Ladder:
        r, tau = super().numbers(temperature)
        return _ladder.finite_diffusion(r, tau, True, _ladder.panels_for(at(self.tau, 298.15)))

    def numbers(self, temperature: float) -> list[float]:
        return self._ladder(temperature).numbers()

    def states(self, temperature: float) -> States:
        return self._ladder(temperature).states(self.tolerance)

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        return _ladder.kernel(jit)

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        u = np.sqrt(1j * omega * at(self.tau, temperature))
        z: ComplexArray = at(self.R, temperature) / (u * np.tanh(u))
        return z

    @classmethod
    def gradient(cls, omega: Array, values: Array) -> tuple[ComplexArray, ComplexArray]:
        """(Z, [dZ/dR, dZ/dtau]); values (..., 2), Z (..., m), gradient (..., 2, m)."""
        r, tau = values[..., 0, None], values[..., 1, None]
        u = np.sqrt(1j * omega * tau)
        c = 1.0 / np.tanh(u)
        out = np.empty((*values.shape, len(omega)), dtype=np.complex128)
        np.divide(c, u, out=out[..., 0, :])
        z: ComplexArray = np.multiply(r, out[..., 0, :])
        out[..., 1, :] = (0.5 * r * (1.0 - c * c) - 0.5 * z) / tau
        return z, out

    @classmethod
    def example(cls) -> FiniteWarburgOpen:
        return cls(R=0.01, tau=100.0)
