"""Where a loosely determined relaxation would sit better: starts that a grid over all relaxations at once misses.

One arc is taken out and everything else fitted without it. Put back with a small resistance c at time constant tau and
exponent n, it lowers chi2 to first order by (r . f)²/(f . f), c = -(r . f)/(f . f), where f is the arc's shape without
what the others could make up for (its projection off their gradients) and r the residual. The best places are starts.
"""

from __future__ import annotations

import numpy as np

from ..elements.base import Array
from ._fit import Problem, minimise
from ._seed import ARC_N
from ._target import CircuitTarget

PLACES, APART = 3, 1.0  # starts for each arc, and how far apart in ln tau
GRID = 40
EXPONENTS = (1.0, *ARC_N)
SMALL = 1e-3  # of the largest |Z|: the least resistance of a start
LOOSE = 0.2  # std of an arc's resistance over its value from which on it is worth a try


def relocated(problem: Problem, target: CircuitTarget, omega: Array, theta: Array) -> Array:
    """Minima (k, n) with each arc of the circuit, in turn, put to its best places; none (0, n) without such an arc."""
    row = {int(i): k for k, i in enumerate(problem.free)}
    arcs = [arc for arc in target.series_arcs() if all(i in row for i in arc)]
    if not arcs:
        return theta[None, :][:0]
    without = np.repeat(theta[None, :], len(arcs), axis=0)
    pinned = np.zeros((len(arcs), len(problem.free)), dtype=bool)
    for k, arc in enumerate(arcs):
        without[k, arc[0]] = problem.low[arc[0]]
        pinned[k, [row[i] for i in arc]] = True
    without = minimise(problem, without, 40, pinned=pinned, tolerance=1e-4)[0]
    residual, slope = problem.residuals(without)
    tau = np.geomspace(0.2 / omega[-1], 5.0 / omega[0], GRID)
    starts = [
        start
        for k, arc in enumerate(arcs)
        for start in _places(problem, omega, tau, arc, without[k], residual[k], slope[k][~pinned[k]])
    ]
    return minimise(problem, np.array(starts), thorough=True, tolerance=1e-6)[0]


def _places(
    problem: Problem, omega: Array, tau: Array, arc: tuple[int, ...], theta: Array, residual: Array, others: Array
) -> list[Array]:
    exponents = np.array(EXPONENTS if len(arc) > 2 else (1.0,))
    s = 1j * omega
    shape = 1.0 / (1.0 + (s * tau[:, None, None]) ** exponents[:, None])
    shape = np.ascontiguousarray(shape.reshape(-1, len(s))).view(np.float64) * problem.weight
    length = np.linalg.norm(others, axis=1, keepdims=True)
    basis = np.linalg.qr((others / np.where(length > 0.0, length, 1.0)).T)[0]
    shape -= (shape @ basis) @ basis.T
    square = np.sum(shape * shape, axis=1)
    pull = np.maximum(-(shape @ residual), 0.0)
    gain = pull**2 / np.maximum(square, 1e-12 * np.max(square))
    size = pull / np.maximum(square, 1e-12 * np.max(square))
    largest = float(np.max(np.abs(problem.z)))
    out: list[Array] = []
    taken: list[float] = []
    for k in np.argsort(-gain, kind="stable"):
        x, n = float(tau[k // len(exponents)]), float(exponents[k % len(exponents)])
        if any(abs(np.log(x / other)) < APART for other in taken):
            continue
        r = min(max(float(size[k]), SMALL * largest), largest)
        values = problem.values(theta)
        values[arc[0]], values[arc[1]] = r, x**n / r
        if len(arc) > 2:
            values[arc[2]] = n
        out.append(problem.theta(values))
        taken.append(x)
        if len(out) == PLACES:
            break
    return out
