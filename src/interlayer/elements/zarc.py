"""ZARC: a depressed arc by its resistance, time constant and exponent, Z = R/(1 + (i omega tau)^n)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from . import _ladder
from .base import ELEMENTS, Array, ComplexArray, Parameter, Scalar, at
from .havriliak_negami import Rungs, ladder_of, pole


@ELEMENTS.add("zarc", "Zarc", "ZARC")
@dataclass(frozen=True, kw_only=True)
class Zarc(_ladder.LadderLeaf):
    """Z = R/(1 + (i omega tau)^n), 0.2 <= n <= 1: a resistance beside a CPE (Cole-Cole), Q = tau^n/R.

    R [ohm m²] (or [ohm]) is the resistance at omega -> 0, tau [s] the time constant (the arc peaks at omega = 1/tau),
    n = 1 a capacitor of tau/R. The same impedance as (RQ), but tau is a parameter, so that it gets its own error and
    bounds. (impedance.py's Zarc with its gamma = n; its K is the case n = 1, here (RC).) Its relaxation times are
    distributed positively, so in time a ladder stands for it: within 0.1 % of the closed form from 1e-6 to 1e7 Hz
    (havriliak_negami.py). `tolerance` [V] is the error a rung is allowed per step.
    Source: Cole & Cole, J. Chem. Phys. 9 (1941) 341, 10.1063/1.1750906 (recalled).
    """

    R: Scalar = math.nan
    tau: Scalar = math.nan
    n: Scalar = math.nan

    SYMBOLS = ("Zarc", "ZARC")
    PARAMETERS = (
        Parameter("R", "area_specific_resistance", "resistance at omega -> 0", low=1e-300),
        Parameter("tau", "time_constant", "time constant", low=1e-300),
        Parameter("n", "fraction", "exponent", 0.2, 1.0),
    )
    EQUATION = "R/(1 + (I*omega*tau)**n)"

    def _ladder(self, temperature: float) -> _ladder.Ladder:
        r, tau, n = self.values(temperature)
        return ladder_of(r, tau, n, 1.0, Rungs((math.log(at(self.tau, 298.15)),), pole(at(self.n, 298.15))).count)

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        r, tau, n = (at(x, temperature) for x in (self.R, self.tau, self.n))
        return np.asarray(r / (1.0 + (1j * omega * tau) ** n), dtype=np.complex128)

    @classmethod
    def gradient(cls, omega: Array, values: Array) -> tuple[ComplexArray, ComplexArray]:
        """(Z, [dZ/dR, dZ/dtau, dZ/dn]); values (..., 3), Z (..., m), gradient (..., 3, m)."""
        r, tau, n = (values[..., i, None] for i in range(3))
        log = np.log(omega * tau) + 0.5j * math.pi
        power = np.exp(n * log)
        out = np.empty((*values.shape, len(omega)), dtype=np.complex128)
        np.divide(1.0, 1.0 + power, out=out[..., 0, :])
        z: ComplexArray = np.multiply(r, out[..., 0, :])
        fall = -z * power * out[..., 0, :]
        out[..., 1, :] = fall * n / tau
        out[..., 2, :] = fall * log
        return z, out

    @classmethod
    def example(cls) -> Zarc:
        return cls(R=0.01, tau=0.1, n=0.85)
