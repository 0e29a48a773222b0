"""What the two finite Warburg elements share: Z = R t/u, u = sqrt(i omega tau), t = tanh u (short) or coth u (open)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from . import _ladder
from .base import Array, ComplexArray, Parameter, Scalar, at

TIME = Parameter("tau", "time_constant", "diffusion time l²/D", low=1e-300)


@dataclass(frozen=True, kw_only=True)
class FiniteWarburg(_ladder.LadderLeaf):
    """Parameters, ladder, impedance and gradient of both; `BLOCKED` says which."""

    R: Scalar = math.nan
    tau: Scalar = math.nan

    BLOCKED: ClassVar[bool]

    def _ladder(self, temperature: float) -> _ladder.Ladder:
        r, tau = self.values(temperature)
        return _ladder.finite_diffusion(r, tau, self.BLOCKED, _ladder.panels_for(at(self.tau, 298.15)))

    @classmethod
    def _parts(cls, omega: Array, tau: npt.NDArray[Any]) -> tuple[ComplexArray, ComplexArray]:
        """(t, u)."""
        u: ComplexArray = np.sqrt(1j * omega * tau)
        t: ComplexArray = np.tanh(u)
        return (1.0 / t if cls.BLOCKED else t), u

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        t, u = self._parts(omega, np.asarray(at(self.tau, temperature)))
        z: ComplexArray = at(self.R, temperature) * t / u
        return z

    @classmethod
    def gradient(cls, omega: Array, values: Array) -> tuple[ComplexArray, ComplexArray]:
        """(Z, [dZ/dR, dZ/dtau]); values (..., 2), Z (..., m), gradient (..., 2, m)."""
        r, tau = values[..., 0, None], values[..., 1, None]
        t, u = cls._parts(omega, tau)
        out = np.empty((*values.shape, len(omega)), dtype=np.complex128)
        np.divide(t, u, out=out[..., 0, :])
        z: ComplexArray = np.multiply(r, out[..., 0, :])
        out[..., 1, :] = (0.5 * r * (1.0 - t * t) - 0.5 * z) / tau  # d tanh/du = 1 - tanh², d coth/du = 1 - coth²
        return z, out
