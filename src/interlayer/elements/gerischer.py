"""Gerischer element: diffusion with a reaction on the way, Z = R/sqrt(1 + i omega tau)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from . import _ladder
from .base import ELEMENTS, Array, ComplexArray, Parameter, Scalar, at


@ELEMENTS.add("gerischer", "G")
@dataclass(frozen=True, kw_only=True)
class Gerischer(_ladder.LadderLeaf):
    """Z = R/sqrt(1 + i omega tau): semi-infinite diffusion of a species that a reaction of rate k = 1/tau consumes.

    R [ohm m²] (or [ohm]) is the resistance at omega -> 0, tau [s] the life time of the species. (As Z0/sqrt(k + i
    omega): Z0 = R sqrt(k).) In time the ladder of a Warburg element with every rate moved by k, within 0.1 % of the
    closed form from 1e-6 to 1e7 Hz (_ladder.py). `tolerance` [V] is the error a rung is allowed per step.
    """

    R: Scalar = math.nan
    tau: Scalar = math.nan

    SYMBOLS = ("G",)
    PARAMETERS = (
        Parameter("R", "area_specific_resistance", "resistance at omega -> 0", low=1e-300),
        Parameter("tau", "time_constant", "life time 1/k of the diffusing species", low=1e-300),
    )
    EQUATION = "R/sqrt(1 + I*omega*tau)"

    def _ladder(self, temperature: float) -> _ladder.Ladder:
        r, tau = self.values(temperature)
        return _ladder.power_law(math.sqrt(tau) / r, 0.5, 1.0 / tau)

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        z: ComplexArray = at(self.R, temperature) / np.sqrt(1.0 + 1j * omega * at(self.tau, temperature))
        return z

    @classmethod
    def gradient(cls, omega: Array, values: Array) -> tuple[ComplexArray, ComplexArray]:
        """(Z, [dZ/dR, dZ/dtau]); values (..., 2), Z (..., m), gradient (..., 2, m)."""
        r, tau = values[..., 0, None], values[..., 1, None]
        s = 1j * omega
        g = 1.0 / (1.0 + s * tau)
        out = np.empty((*values.shape, len(omega)), dtype=np.complex128)
        np.sqrt(g, out=out[..., 0, :])
        z: ComplexArray = np.multiply(r, out[..., 0, :])
        out[..., 1, :] = -0.5 * z * g * s
        return z, out

    @classmethod
    def example(cls) -> Gerischer:
        return cls(R=0.01, tau=10.0)
