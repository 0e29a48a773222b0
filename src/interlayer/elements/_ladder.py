"""RC ladders: how an element whose memory has no end runs in time.

A relaxation is Z(s) = integral w(x)/(s + x) dx over rates x > 0 [1/s]; a ladder replaces it by

    Z(s) ~ R0 + sum_k a_k/(s + l_k)          a_k = 1/C_k [ohm m²/s], l_k = 1/(R_k C_k) [1/s], l_k = 0: a capacitor

with every a_k, R0 >= 0, so it is passive. The rates below the band add up to a capacitor, those above it to a resistor.

Power law (Q, W, G): w = sin(n pi)/(pi Q) x^-n, trapezoid in ln x. The infinite sum errs by about 2 exp(-pi²/STEP)
(the pole of the integrand lies pi/2 off the real axis); the two infinite tails of the sum are geometric series.
Finite diffusion (Ws, Wo): the first KEEP modes of the exact series; the others as an integral over the mode number
(midpoint rule), taken by Gauss-Legendre panels in its logarithm.

Inside `BAND` (1e-6 to 1e7 Hz) the relative error of Z is below `ERROR` = 1e-3 (tests/test_circuits.py).
"""

from __future__ import annotations

import functools
import math
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from .base import OUT_R, OUT_V, Array, ComplexArray, Jit, Kernel, Leaf, States

BAND = (1e-6, 1e7)  # Hz
ERROR = 1e-3
RESOLVED = 1e-3  # s; faster rungs are stepped (the scheme is L-stable) without error control
STEP = 1.15  # of ln x: two rungs a decade
MARGIN = math.log(300.0)  # how far the rungs of a power law go beyond the band, in ln x
KEEP = 8  # exact modes of a finite diffusion
NODES = 6  # Gauss points of a panel
PANEL = 2.3  # its width in ln(mode number)


@dataclass(frozen=True, eq=False)
class Ladder:
    """R0 [ohm m²], and per rung a [ohm m²/s] and the rate l [1/s] (0: a series capacitor 1/a)."""

    r0: float
    a: Array
    rate: Array

    def impedance(self, omega: Array) -> ComplexArray:
        """Impedance of the ladder itself over angular frequency [rad/s]."""
        total: ComplexArray = self.r0 + np.sum(self.a / (1j * omega[:, None] + self.rate), axis=1)
        return total

    def numbers(self) -> list[float]:
        """P of the kernel: R0, then every a, then every rate."""
        return [self.r0, *self.a.tolist(), *self.rate.tolist()]

    def states(self, tolerance: float) -> States:
        """One voltage a rung [V]; rungs faster than RESOLVED are not error-controlled."""
        return States(np.zeros(len(self.a)), np.where(self.rate < 1.0 / RESOLVED, tolerance, np.inf))


def _geometric(power: float) -> float:
    """sum_{j>=1} exp(-power STEP j) * power * STEP, with its limit 1 at power -> 0."""
    x = power * STEP
    return x / math.expm1(x) if x > 1e-12 else 1.0


@functools.lru_cache(maxsize=256)
def power_law(q: float, n: float, shift: float = 0.0) -> Ladder:
    """Ladder of Z = 1/(Q (s + shift)^n), 0 <= n <= 1; `shift` [1/s] moves every rate (Gerischer's reaction)."""
    low, high = (2.0 * math.pi * f for f in BAND)
    first = math.log(low) - MARGIN
    count = math.ceil((math.log(high) + MARGIN - first) / STEP)
    first += max(0.0, math.log(shift / high)) if shift > 0.0 else 0.0  # a reaction faster than the band
    x = np.exp(first + STEP * np.arange(count + 1))
    scale = float(np.sinc(n)) * n / q  # sin(n pi)/(pi Q)
    rungs = scale * STEP * x ** (1.0 - n)
    # Tails of the same trapezoid: below, sum w/(s + x) -> (sum w)/s; above, -> sum w/x.
    below = float(np.sinc(1.0 - n)) / q * x[0] ** (1.0 - n) * _geometric(1.0 - n)
    above = float(np.sinc(n)) / q * x[-1] ** -n * _geometric(n)
    return Ladder(above, np.concatenate([[below], rungs]), shift + np.concatenate([[0.0], x]))


@functools.lru_cache(maxsize=256)
def finite_diffusion(r: float, tau: float, blocked: bool, panels: int) -> Ladder:
    """Ladder of R tanh(u)/u (transmissive) or R coth(u)/u (`blocked`), u = sqrt(s tau).

    tanh(u)/u = sum_{k>=0} 2/(u² + (k+1/2)² pi²);  coth(u)/u = 1/u² + sum_{k>=1} 2/(u² + k² pi²).
    """
    start = KEEP + 0.5 if blocked else float(KEEP)
    exact = np.arange(1, KEEP + 1) - (0.0 if blocked else 0.5)
    edges = np.linspace(math.log(start), math.log(_last_mode(tau, start)), panels + 1)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    half = 0.5 * np.diff(edges)[:, None]
    k = np.exp(edges[:-1, None] + half * (1.0 + nodes)).ravel()
    modes = np.concatenate([exact, k])
    a = (2.0 * r / tau) * np.concatenate([np.ones(KEEP), (half * weights).ravel() * k])
    rate = (math.pi * modes) ** 2 / tau
    tail = 2.0 * r / (math.pi**2 * math.exp(edges[-1]))
    if blocked:
        a, rate = np.concatenate([[r / tau], a]), np.concatenate([[0.0], rate])
    return Ladder(tail, a, rate)


def _last_mode(tau: float, start: float) -> float:
    return max(2.0 * start, 4.0 * math.sqrt(2.0 * math.pi * BAND[1] * tau))


def panels_for(tau: float) -> int:
    """Panels that a time constant [s] needs; a leaf fixes it once, so that its number of states does not move."""
    return max(1, math.ceil(math.log(_last_mode(tau, float(KEEP)) / KEEP) / PANEL))


def kernel(jit: Jit) -> Kernel:
    """The kernel all ladders share: v_k' = a_k J - l_k v_k, V = R0 J + sum v_k; P = [R0, a_1.., l_1..]."""

    def advance(J, h, fresh, n, o, P, Yb, Z, W, x, out):  # type: ignore[no-untyped-def]
        total = P[0] * J
        for k in range(n):
            Z[k] = (Yb[k] + h * J * P[1 + k]) / (1.0 + h * P[1 + n + k])
            total += Z[k]
        out[OUT_V] = total

    def slope(h, J, n, o, P, Z, W, x, out):  # type: ignore[no-untyped-def]
        total = P[0] + 0.0 * h
        for k in range(n):
            total += h * P[1 + k] / (1.0 + h * P[1 + n + k])
        out[OUT_R] = total

    return advance, slope


@dataclass(frozen=True, kw_only=True)
class LadderLeaf(Leaf):
    """A leaf that runs in time as the ladder of its parameters; `tolerance` [V] is the error a rung is allowed per step."""

    tolerance: float = 1e-5

    @abstractmethod
    def _ladder(self, temperature: float) -> Ladder:
        """The ladder at `temperature` [K]; its number of rungs does not depend on it."""

    def values(self, temperature: float) -> list[float]:
        """The declared parameters at `temperature` [K], in order."""
        return super().numbers(temperature)

    def numbers(self, temperature: float) -> list[float]:
        return self._ladder(temperature).numbers()

    def states(self, temperature: float) -> States:
        return self._ladder(temperature).states(self.tolerance)

    @staticmethod
    def kernel(jit: Jit) -> Kernel:
        return kernel(jit)
