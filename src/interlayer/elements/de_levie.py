"""de Levie's line: a pore whose electrolyte resists and whose wall stores (blocking) or also reacts (reactive).

    Z = R coth(u)/u,   u² = R Q (i omega)^n                  blocking wall
                       u² = R/R_ct + R Q (i omega)^n         wall with charge transfer

R [ohm m² or ohm] the resistance of the electrolyte along the pore (all pores in parallel), Q [S s^n/m² or S s^n] and
R_ct [ohm m² or ohm] of the whole wall; the pore is closed behind, its solid conducts well. omega -> 0: R/3 in series
with the wall's Q, or R coth(sqrt(R/R_ct))/sqrt(R/R_ct). High frequencies: sqrt(R/Q) (i omega)^(-n/2).

In time, exactly positive ladders: coth(u)/u = 1/u² + sum_k 2/(u² + k² pi²), each summand a Cole-Cole relaxation (an RC
for n = 1). The first eight summands are kept, the others integrated over k; within 0.1 % of the closed form from 1e-6 to
1e7 Hz (tests/test_more_circuits.py). Source: de Levie, Electrochim. Acta 8 (1963) 751, 10.1016/0013-4686(63)80042-0
(recalled).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _ladder
from .base import ELEMENTS, Array, ComplexArray, Parameter, Scalar, at
from .havriliak_negami import ROUND, Rungs, cole_density, pole, positive_ladder

EDGE = _ladder.KEEP + 0.5  # mode number where the integral begins


def _line(v: ComplexArray, r: Array | float) -> ComplexArray:
    u = np.sqrt(v)
    return np.asarray(r / (u * np.tanh(u)), dtype=np.complex128)


def _squares(extra: float) -> Array:
    """lambda + k² pi² of the modes that are kept."""
    return np.asarray(extra + (np.arange(_ladder.KEEP + 1) * math.pi) ** 2, dtype=np.float64)


def _rungs(r: float, q: float, n: float, extra: float) -> Rungs:
    squares = np.append(_squares(extra)[0 if extra > 0.0 else 1 :], extra + (EDGE * math.pi) ** 2)
    return Rungs(tuple(np.log(r * q / squares) / n), pole(n))


def _count(r: float, q: float, n: float, extra: float) -> int:
    """States beside the blocking wall's own: panels of modes for n = 1, rungs else. Fixed at 298.15 K."""
    if n > ROUND:
        return max(1, math.ceil(math.log(_last(r * q, extra) / EDGE) / _ladder.PANEL))
    return _rungs(r, q, n, extra).count


def _last(tau: float, extra: float) -> float:
    """The mode number beyond which a resistor stands for the rest."""
    return max(2.0 * EDGE, 4.0 * math.sqrt(2.0 * math.pi * _ladder.BAND[1] * tau + extra))


@functools.lru_cache(maxsize=256)
def _ladder_of(r: float, q: float, n: float, extra: float, count: int) -> _ladder.Ladder:
    """The ladder without the blocking wall's own 1/(Q s^n) (extra = 0), which is a CPE."""
    if n > ROUND:
        return _of_modes(r, r * q, extra, count)
    rungs, squares = _rungs(r, q, n, extra), _squares(extra)
    modes = list(range(0 if extra > 0.0 else 1, _ladder.KEEP + 1))
    shift = np.log(r * q / squares[modes]) / n
    weight = np.where(np.array(modes) == 0, 1.0, 2.0) * r / squares[modes]

    def density(y: Array) -> Array:
        out = np.zeros_like(y)
        for place, size in zip(shift.tolist(), weight.tolist(), strict=True):
            out += size * cole_density(y - place, n, 1.0)
        u = np.sqrt(extra + r * q * np.exp(-n * np.clip(y, -600.0, 600.0) + 1j * math.pi * n))
        rest = 2.0 * r / (math.pi * u) * np.arctan(u / (EDGE * math.pi))
        return np.asarray(out + np.maximum(-rest.imag / math.pi, 0.0), dtype=np.float64)

    root = math.sqrt(extra)
    total = float(weight.sum())
    total += 2.0 * r / (math.pi * root) * math.atan(root / (EDGE * math.pi)) if extra > 0.0 else 2.0 * r / (EDGE * math.pi**2)
    return positive_ladder(density, rungs, count, total, float(shift[0]), (0.5 * n, n))


def _of_modes(r: float, tau: float, extra: float, panels: int) -> _ladder.Ladder:
    """n = 1: an RC a mode, the higher ones by Gauss-Legendre panels in the logarithm of their number."""
    exact = np.arange(0 if extra > 0.0 else 1, _ladder.KEEP + 1)
    edges = np.linspace(math.log(EDGE), math.log(_last(tau, extra)), panels + 1)
    nodes, weights = np.polynomial.legendre.leggauss(_ladder.NODES)
    half = 0.5 * np.diff(edges)[:, None]
    k = np.exp(edges[:-1, None] + half * (1.0 + nodes)).ravel()
    a = np.concatenate([np.where(exact == 0, 1.0, 2.0), 2.0 * (half * weights).ravel() * k]) * (r / tau)
    rate = (extra + (math.pi * np.concatenate([exact, k])) ** 2) / tau
    root, last = math.sqrt(extra), math.exp(edges[-1])
    tail = 2.0 * r * (math.atan2(root, math.pi * last) / (math.pi * root) if root > 0.0 else 1.0 / (math.pi**2 * last))
    return _ladder.Ladder(tail, a, rate)


@ELEMENTS.add("de_levie_blocking", "Tb")
@dataclass(frozen=True, kw_only=True)
class DeLevieBlocking(_ladder.LadderLeaf):
    """Z = R coth(u)/u, u² = R Q (i omega)^n: a porous electrode without charge transfer (n = 1: de Levie's own).

    With n = 1 it is the reflective Warburg element with tau = R Q. `tolerance` [V] is the error a rung is allowed per
    step. Symbols, limits and the ladder: `interlayer.elements.de_levie`.
    """

    R: Scalar = math.nan
    Q: Scalar = math.nan
    n: Scalar = 1.0

    SYMBOLS = ("Tb",)
    PARAMETERS = (
        Parameter("R", "area_specific_resistance", "resistance of the electrolyte along the pore", low=1e-300),
        Parameter("Q", "cpe_coefficient", "CPE coefficient of the whole wall", low=1e-300),
        Parameter("n", "fraction", "CPE exponent of the wall", 0.3, 1.0),
    )
    EQUATION = "R*coth(sqrt(R*Q*(I*omega)**n))/sqrt(R*Q*(I*omega)**n)"

    def _ladder(self, temperature: float) -> _ladder.Ladder:
        r, q, n = self.values(temperature)
        r0, q0, n0 = (at(x, 298.15) for x in (self.R, self.Q, self.n))
        count = _count(r0, q0, n0, 0.0)
        wall, rest = _ladder.power_law(q, n), _ladder_of(r, q, n, 0.0, count)
        return _ladder.Ladder(wall.r0 + rest.r0, np.append(wall.a, rest.a), np.append(wall.rate, rest.rate))

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        r, q, n = (at(x, temperature) for x in (self.R, self.Q, self.n))
        return _line(np.asarray(r * q * (1j * omega) ** n, dtype=np.complex128), r)

    @classmethod
    def gradient(cls, omega: Array, values: Array) -> tuple[ComplexArray, ComplexArray]:
        """(Z, [dZ/dR, dZ/dQ, dZ/dn]); values (..., 3), Z (..., m), gradient (..., 3, m)."""
        r, q, n = (values[..., i, None] for i in range(3))
        log = np.log(omega) + 0.5j * math.pi
        v = r * q * np.exp(n * log)
        z, slope = _with_slope(v, r)
        out = np.empty((*values.shape, len(omega)), dtype=np.complex128)
        out[..., 0, :] = (z + slope) / r
        out[..., 1, :] = slope / q
        out[..., 2, :] = slope * log
        return z, out

    @classmethod
    def example(cls) -> DeLevieBlocking:
        return cls(R=0.01, Q=100.0, n=0.9)


@ELEMENTS.add("de_levie_reactive", "Tr")
@dataclass(frozen=True, kw_only=True)
class DeLevieReactive(_ladder.LadderLeaf):
    """Z = R coth(u)/u, u² = R/R_ct + R Q (i omega)^n: a porous electrode whose wall also lets charge through.

    `tolerance` [V] is the error a rung is allowed per step. Symbols, limits, ladder: `interlayer.elements.de_levie`.
    """

    R: Scalar = math.nan
    R_ct: Scalar = math.nan
    Q: Scalar = math.nan
    n: Scalar = 1.0

    SYMBOLS = ("Tr",)
    PARAMETERS = (
        Parameter("R", "area_specific_resistance", "resistance of the electrolyte along the pore", low=1e-300),
        Parameter("R_ct", "area_specific_resistance", "charge-transfer resistance of the whole wall", low=1e-300),
        Parameter("Q", "cpe_coefficient", "CPE coefficient of the whole wall", low=1e-300),
        Parameter("n", "fraction", "CPE exponent of the wall", 0.3, 1.0),
    )
    EQUATION = "R*coth(sqrt(R/R_ct + R*Q*(I*omega)**n))/sqrt(R/R_ct + R*Q*(I*omega)**n)"

    def _ladder(self, temperature: float) -> _ladder.Ladder:
        r, r_ct, q, n = self.values(temperature)
        r0, r_ct0, q0, n0 = (at(x, 298.15) for x in (self.R, self.R_ct, self.Q, self.n))
        return _ladder_of(r, q, n, r / r_ct, _count(r0, q0, n0, r0 / r_ct0))

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        r, r_ct, q, n = (at(x, temperature) for x in (self.R, self.R_ct, self.Q, self.n))
        return _line(np.asarray(r / r_ct + r * q * (1j * omega) ** n, dtype=np.complex128), r)

    @classmethod
    def gradient(cls, omega: Array, values: Array) -> tuple[ComplexArray, ComplexArray]:
        """(Z, [dZ/dR, dZ/dR_ct, dZ/dQ, dZ/dn]); values (..., 4), Z (..., m), gradient (..., 4, m)."""
        r, r_ct, q, n = (values[..., i, None] for i in range(4))
        log = np.log(omega) + 0.5j * math.pi
        wall = r * q * np.exp(n * log)
        v = r / r_ct + wall
        z, slope = _with_slope(v, r)
        out = np.empty((*values.shape, len(omega)), dtype=np.complex128)
        out[..., 0, :] = (z + slope) / r
        out[..., 1, :] = -slope / v * r / r_ct**2
        out[..., 2, :] = slope / v * wall / q
        out[..., 3, :] = slope / v * wall * log
        return z, out

    @classmethod
    def example(cls) -> DeLevieReactive:
        return cls(R=0.01, R_ct=0.02, Q=100.0, n=0.9)


def _with_slope(v: npt.NDArray[Any], r: Array) -> tuple[ComplexArray, ComplexArray]:
    """Z and v dZ/dv."""
    u = np.sqrt(v)
    c = 1.0 / np.tanh(u)
    z = r * c / u
    return np.asarray(z, dtype=np.complex128), np.asarray(0.5 * (r * (1.0 - c * c) - z), dtype=np.complex128)
