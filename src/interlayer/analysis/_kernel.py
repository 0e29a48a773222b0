"""The linear problem of a spectrum: relaxations on a grid of ln tau and the single terms beside them.

    Z(w)/|Z| e^-1 = [ h/(1 + i w tau_j) | 1 | i w | (i w)^-n ] exp(x),   e: relative error of a point

The kernel is so smooth that noise leaves 30 to 50 independent combinations of the relaxations. The rows are turned into
these, the single terms and tails of a few exponents (from which any other follows), once a spectrum; what is left over
of the data no solution reaches, and it stays as a constant of chi2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..elements.base import Array, ComplexArray
from ._ridge import WIDTH, Problem
from ._spectrum import Spectrum
from .kramers_kronig import KramersKronig

BEYOND = 0.75  # decades of the grid outside the band
COARSE, FINE, QUIET = 10, 14, 1.5e-3  # nodes a decade; relative noise below which the grid is the fine one
LEAST_NOISE = 1e-3  # of |Z|: below it the grid is the error, not the instrument
UNHEARD = 0.1  # a combination of relaxations counts from so many standard deviations of the noise a unit of x on
LIKELY = 0.3  # of |Z|: at most so much gamma to start from at the time constant 1/w
EXPONENTS = (0.3, 0.4, 0.5, 0.65, 0.85, 1.0)  # of the tails that span the others


@dataclass(frozen=True, eq=False)
class Kernel:
    """Everything of the problem that does not depend on the tail.

    scale, noise, nodes   median |Z| [ohm] by which all is divided; relative error; grid ln tau
    basis                 orthonormal rows, (numbers measured, combinations)
    chain, single         columns of the relaxations and of R_s [, L] in that basis; target the data
    """

    spectrum: Spectrum
    scale: float
    noise: float
    nodes: Array
    step: float
    inductance: bool
    weight: Array
    basis: Array
    chain: Array
    single: Array
    target: Array
    rest: float

    def tail(self, exponent: float) -> tuple[Array, Array]:
        """Column of (i w/w_0)^-n and its derivative by n."""
        decades = np.log(self.spectrum.omega / self.spectrum.omega[0])
        size, angle = self.weight * np.exp(-exponent * decades), -0.5 * math.pi * exponent
        real, imaginary = math.cos(angle) * size, math.sin(angle) * size
        by_real = -decades * real + 0.5 * math.pi * imaginary
        by_imaginary = -decades * imaginary - 0.5 * math.pi * real
        both = np.array([np.concatenate([real, imaginary]), np.concatenate([by_real, by_imaginary])]) @ self.basis
        return both[0], both[1]

    def problem(self, exponent: float | None, free: bool = False) -> tuple[Problem, Array]:
        """The problem with a tail of this exponent, free or fixed (None: without a tail), and where to start."""
        z, n = self.spectrum.z / self.scale, len(self.nodes)
        size = max(float(np.ptp(z.real)), 1e-3 * float(np.max(np.abs(z))))
        level = math.log(size / float(self.nodes[-1] - self.nodes[0]))
        ends = [abs(z[-1]), *([1e-3 * abs(z[-1])] if self.inductance else [])]
        single = self.single
        if exponent is not None:
            ends.append(abs(z[0].imag))
            single = single if free else np.column_stack([single, self.tail(exponent)[0]])
        means = np.log(np.maximum(ends, 1e-9))
        reach = max(round(BEYOND * math.log(10.0) / self.step), 1)
        problem = Problem(
            self.chain, single, self.target, self.rest, 2 * len(z), self.step, reach, level, means, self._visible(),
            self.tail if free else None,
        )  # fmt: skip
        there = np.interp(self.nodes, -np.log(self.spectrum.omega[::-1]), np.log(LIKELY * np.abs(z[::-1])))
        power = [exponent] if free and exponent is not None else []
        start = np.concatenate([np.minimum(level, there), means, power])  # beside a steep tail arcs are small
        start[n] = math.log(max(0.9 * float(z.real.min()), 1e-3 * size))
        return problem, start

    def _visible(self) -> Array:
        """ln of what `WIDTH` of gamma = 1 shows of itself beside R_s and L, in standard deviations."""
        beside = np.linalg.qr(self.single)[0]
        own = self.chain - beside @ (beside.T @ self.chain)
        out: Array = np.log(np.linalg.norm(own, axis=0) * (WIDTH / self.step) + 1e-12)
        return out


def kernel(spectrum: Spectrum, tested: KramersKronig, inductance: bool) -> Kernel:
    """The kernel of a spectrum, weighted by the errors its Kramers-Kronig test found."""
    omega, scale = spectrum.omega, float(np.median(np.abs(spectrum.z)))
    z, s = spectrum.z / scale, 1j * omega
    noise = max(tested.std, LEAST_NOISE)
    nodes, step = grid(omega, FINE if noise < QUIET else COARSE)
    weight = 1.0 / (np.abs(z) * _errors(spectrum, tested, noise))

    def stacked(columns: ComplexArray) -> Array:
        rows = columns.T * weight[:, None]
        return np.concatenate([rows.real, rows.imag])

    chain = stacked(step / (1.0 + np.exp(nodes)[:, None] * s))
    single = stacked(np.stack([np.ones_like(s), *([s / omega[-1]] if inductance else [])]))
    tails = stacked(np.stack([(s / omega[0]) ** -n for n in EXPONENTS]))
    target = stacked(z[None])[:, 0]
    basis = np.linalg.qr(np.concatenate([single, _combinations(chain), tails], axis=1))[0]
    turned = basis.T @ target
    rest = max(float(target @ target - turned @ turned), 0.0)
    return Kernel(
        spectrum, scale, noise, nodes, step, inductance, weight, basis, basis.T @ chain, basis.T @ single, turned, rest
    )


def _combinations(chain: Array) -> Array:
    """What the noise leaves of the relaxations, the plainest first."""
    square, axes = np.linalg.eigh(chain.T @ chain)
    heard = np.flatnonzero(square > UNHEARD**2)[::-1]
    out: Array = chain @ (axes[:, heard] / np.sqrt(square[heard]))
    return out


def grid(omega: Array, density: int) -> tuple[Array, float]:
    """Nodes of ln tau, `BEYOND` the band on both sides, and their distance."""
    more = BEYOND * math.log(10.0)
    low, high = -math.log(omega[-1]) - more, -math.log(omega[0]) + more
    nodes = np.linspace(low, high, math.ceil((high - low) / math.log(10.0) * density) + 1)
    return nodes, float(nodes[1] - nodes[0])


def _errors(spectrum: Spectrum, tested: KramersKronig, noise: float) -> Array:
    """Relative error of every point: the noise, and for a suspect its own Kramers-Kronig residual."""
    suspect = np.isin(spectrum.points, tested.suspects)
    return np.where(suspect, np.maximum(np.abs(tested.residuals), noise), noise)
