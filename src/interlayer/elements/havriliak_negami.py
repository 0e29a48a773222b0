"""Havriliak-Negami relaxation: Z = R/(1 + (i omega tau)^a)^b."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import _ladder
from .base import ELEMENTS, Array, ComplexArray, Parameter, Scalar, at

WIDE = 3.0  # of ln tau: how far around a sharp place the rungs stand closer
ROUND = 1.0 - 1e-5  # exponents are taken as at most this, so that no density jumps
REACH = 14.0  # tails are summed to exp(-14) of the whole
FAR = 600.0  # and never beyond this many units of ln tau


@dataclass(frozen=True)
class Rungs:
    """Where the rungs of a ladder stand in y = ln(time constant): evenly (`_ladder.STEP`), closer around the centres.

    The place of rung k is y(k) with k = y/STEP + sum_j [asinh((y - c_j)/width) - asinh((y - c_j)/WIDE)] + const, so the
    trapezoid in k sees poles of the density at c_j +- i width as far away as those of 1/(1 + i omega exp y).
    """

    centres: tuple[float, ...]
    width: float

    def number(self, y: Array) -> tuple[Array, Array]:
        """k(y) and dk/dy."""
        width = self.width
        k, slope = y / _ladder.STEP, np.full_like(y, 1.0 / _ladder.STEP)
        if width < WIDE:
            away = y[:, None] - np.array(self.centres)
            k = k + np.sum(np.arcsinh(away / width) - np.arcsinh(away / WIDE), axis=1)
            slope = slope + np.sum(1.0 / np.hypot(away, width) - 1.0 / np.hypot(away, WIDE), axis=1)
        return k, slope

    def places(self, k: Array, low: float, high: float) -> Array:
        """y(k) by bisection between low and high."""
        a, b = np.full_like(k, low), np.full_like(k, high)
        for _ in range(64):
            y = 0.5 * (a + b)
            below = self.number(y)[0] < k
            a, b = np.where(below, y, a), np.where(below, b, y)
        out: Array = 0.5 * (a + b)
        return out

    @property
    def band(self) -> tuple[float, float]:
        """Ends in y: the band of the ladders and their margin."""
        low, high = (2.0 * math.pi * f for f in _ladder.BAND)
        return -math.log(high) - _ladder.MARGIN, -math.log(low) + _ladder.MARGIN

    @property
    def count(self) -> int:
        """Rungs within the band."""
        ends = self.number(np.array(self.band))[0]
        return math.ceil(float(ends[1] - ends[0])) + 1


def positive_ladder(
    density: Callable[[Array], Array], rungs: Rungs, count: int, total: float, centre: float, fade: tuple[float, float]
) -> _ladder.Ladder:
    """Ladder of Z = integral density(y)/(1 + s exp y) dy, density >= 0, by the trapezoid over the numbers of the rungs.

    total   integral of the density: what the sum misses stands at `centre`
    fade    rates at which the density dies out to small and to large y; beyond the band one rung stands for all faster
            and one for all slower
    """
    low, high = rungs.band
    first, last = rungs.number(np.array([low, high]))[0].tolist()
    step = (last - first) / (count - 1)
    bottom, top = (min(REACH / x, FAR) for x in fade)
    wide = rungs.number(np.array([min(low, centre) - bottom, max(high, centre) + top]))[0]
    before, behind = math.ceil((first - wide[0]) / step), math.ceil((wide[1] - last) / step)
    k = first + step * np.arange(-before, count + behind)
    y = rungs.places(k, min(low, centre) - bottom - 9.0, max(high, centre) + top + 9.0)
    mass = density(y) * step / rungs.number(y)[1]
    missing = total - float(mass.sum())
    if missing < 0.0:
        mass *= total / float(mass.sum())
    rate, spike = np.exp(-y), math.exp(-centre)
    fast, slow = mass[:before], mass[before + count :]
    # seen from the band a fast rung is its resistance and, at first order, its time constant; a slow one its capacitance
    quick = float(fast.sum()) / float(np.sum(fast / rate[:before])) if fast.any() else float(rate[0])
    lazy = float(np.sum(slow * rate[before + count :])) / float(slow.sum()) if slow.any() else float(rate[-1])
    inside = slice(before, before + count)
    masses = np.array([max(missing, 0.0), fast.sum(), slow.sum(), *mass[inside]])
    rates = np.array([spike, quick, lazy, *rate[inside]])
    return _ladder.Ladder(0.0, masses * rates, rates)


def cole_density(y: Array, a: float, b: float) -> Array:
    """Distribution of relaxation times of 1/(1 + (s)^a)^b over y = ln tau, integral 1; 0 < a < 1, 0 < b <= 1."""
    power = np.exp(a * np.clip(y, -FAR, FAR))
    real, imaginary = power + math.cos(math.pi * a), math.sin(math.pi * a)
    angle, size = np.arctan2(imaginary, real), np.hypot(real, imaginary)
    out: Array = np.sin(b * angle) * np.exp(b * np.log(power / size)) / math.pi
    return np.maximum(out, 0.0)


@functools.lru_cache(maxsize=256)
def ladder_of(r: float, tau: float, a: float, b: float, count: int) -> _ladder.Ladder:
    """The ladder of R/(1 + (s tau)^a)^b with so many rungs in the band."""
    centre = math.log(tau)
    if a == b == 1.0:
        return _ladder.Ladder(0.0, np.array([r / tau, *[0.0] * (count + 2)]), np.full(count + 3, 1.0 / tau))
    a = min(a, ROUND)
    rungs = Rungs((centre,), pole(a))
    return positive_ladder(lambda y: r * cole_density(y - centre, a, b), rungs, count, r, centre, (a * b, a))


def pole(a: float) -> float:
    """Distance of the poles of a Cole density with exponent a from the real axis, in ln tau."""
    return math.pi * (1.0 - min(a, ROUND)) / a


@ELEMENTS.add("havriliak_negami", "H")
@dataclass(frozen=True, kw_only=True)
class HavriliakNegami(_ladder.LadderLeaf):
    """Z = R/(1 + (i omega tau)^a)^b, 0.2 <= a, b <= 1: an arc that may be lopsided.

    R [ohm m²] (or [ohm]) is the resistance at omega -> 0, tau [s] the time constant; b = 1 is a resistance beside a CPE
    (Cole-Cole, a = n, tau = (R Q)^(1/n)), a = 1 Cole-Davidson, a = 1 and b = 1/2 Gerischer's element. Its relaxation
    times are distributed positively, so in time a ladder stands for it: within 0.1 % of the closed form from 1e-6 to
    1e7 Hz. `tolerance` [V] is the error a rung is allowed per step.
    Source: Havriliak & Negami, Polymer 8 (1967) 161, 10.1016/0032-3861(67)90021-3 (recalled).
    """

    R: Scalar = math.nan
    tau: Scalar = math.nan
    a: Scalar = math.nan
    b: Scalar = math.nan

    SYMBOLS = ("H",)
    PARAMETERS = (
        Parameter("R", "area_specific_resistance", "resistance at omega -> 0", low=1e-300),
        Parameter("tau", "time_constant", "time constant", low=1e-300),
        Parameter("a", "fraction", "exponent of the whole arc", 0.2, 1.0),
        Parameter("b", "fraction", "exponent of its high-frequency side", 0.2, 1.0),
    )
    EQUATION = "R/(1 + (I*omega*tau)**a)**b"

    def _ladder(self, temperature: float) -> _ladder.Ladder:
        r, tau, a, b = self.values(temperature)
        room = Rungs((math.log(at(self.tau, 298.15)),), pole(at(self.a, 298.15)))
        return ladder_of(r, tau, a, b, room.count)

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        r, tau, a, b = (at(x, temperature) for x in (self.R, self.tau, self.a, self.b))
        return np.asarray(r * (1.0 + (1j * omega * tau) ** a) ** -b, dtype=np.complex128)

    @classmethod
    def gradient(cls, omega: Array, values: Array) -> tuple[ComplexArray, ComplexArray]:
        """(Z, [dZ/dR, dZ/dtau, dZ/da, dZ/db]); values (..., 4), Z (..., m), gradient (..., 4, m)."""
        r, tau, a, b = (values[..., i, None] for i in range(4))
        log = np.log(omega * tau) + 0.5j * math.pi
        power = np.exp(a * log)
        base = 1.0 + power
        out = np.empty((*values.shape, len(omega)), dtype=np.complex128)
        out[..., 0, :] = np.exp(-b * np.log(base))
        z: ComplexArray = np.multiply(r, out[..., 0, :])
        fall = -b * z * power / base
        out[..., 1, :] = fall * a / tau
        out[..., 2, :] = fall * log
        out[..., 3, :] = -z * np.log(base)
        return z, out

    @classmethod
    def example(cls) -> HavriliakNegami:
        return cls(R=0.01, tau=0.1, a=0.85, b=0.7)
