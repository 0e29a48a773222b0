"""Peaks of a distribution: where they are, how much resistance each holds, and how sure it is.

A peak is a maximum of gamma; its height above the higher of the two saddles that part it from higher ground, both
averaged over the resolution, over the posterior standard deviation of that difference, is its certainty. R is the
integral between the neighbouring minima.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..elements.base import Array

RESOLVED = 0.2  # decades to either side over which heights are averaged
GENTLE = 0.4  # part of its steepest slope from which a flank has become a shoulder


@dataclass(frozen=True)
class Peak:
    """One process.

    tau, tau_std   [s] of the maximum; std of ln tau times tau
    resistance     integral of gamma between the neighbouring minima [ohm or ohm m²], std with the overlap
    overlap        part of the error that stems from the tails of neighbours [same unit]
    capacitance    tau/resistance [F or F/m²]
    width          full width at half height in decades of tau (to the minimum where it does not fall to half); an
                   ideal RC shows the resolution, 0.2 to 0.3
    certainty      height above the higher saddle, both averaged over the resolution, over the posterior standard
                   deviation of the difference (at most resistance over its statistical std, which alone counts for
                   the highest maximum)
    """

    tau: float
    tau_std: float
    resistance: float
    resistance_std: float
    overlap: float
    capacitance: float
    capacitance_std: float
    width: float
    certainty: float


def integral(weights: Array, covariance: Array, first: int, last: int) -> tuple[float, float]:
    """Sum of gamma step over nodes first .. last - 1 and its standard deviation (weights = gamma step)."""
    w = weights[first:last]
    return float(w.sum()), math.sqrt(max(float(w @ covariance[first:last, first:last] @ w), 0.0))


def maxima(u: Array) -> list[int]:
    """Nodes higher than their neighbours."""
    inner = (u[1:-1] > u[:-2]) & (u[1:-1] >= u[2:])
    return [int(i) + 1 for i in np.flatnonzero(inner)]


def _climb(u: Array, i: int, way: int) -> int:
    """The minimum next to maximum i on one side (the end of the grid where there is none)."""
    while 0 <= i + way < len(u) and u[i + way] < u[i]:
        i += way
    return i


def saddle(u: Array, i: int) -> int | None:
    """The higher of the two saddles that separate maximum i from higher ground; None for the highest."""
    left, right = np.flatnonzero(u[:i] > u[i]), np.flatnonzero(u[i + 1 :] > u[i]) + i + 1
    sides = []
    if len(left):
        sides.append(int(left[-1] + np.argmin(u[left[-1] : i])))
    if len(right):
        sides.append(int(i + np.argmin(u[i : right[0]])))
    return max(sides, key=lambda k: float(u[k])) if sides else None


def peak(i: int, nodes: Array, u: Array, covariance: Array, step: float) -> Peak:
    """The peak at node i of ln gamma = u."""
    gamma = np.exp(u)
    first, last = _climb(u, i, -1), _climb(u, i, 1)
    resistance, std = integral(gamma * step, covariance, first, last + 1)
    # A minimum between two peaks is crossed by both tails, each about one unit of ln tau deep: they cancel in part.
    overlap = math.hypot(*(float(gamma[k]) if 0 < k < len(u) - 1 else 0.0 for k in (first, last)))
    between = saddle(u, i)
    certainty = resistance / max(std, 1e-300)
    if between is not None:
        rise = _mean(gamma, i, step) - _mean(gamma, between, step)
        height = float(rise.sum())
        certainty = min(certainty, height / math.sqrt(max(float(rise @ covariance[: len(u), : len(u)] @ rise), 1e-300)))
    bend = float(2.0 * u[i] - u[i - 1] - u[i + 1])
    shift = 0.5 * float(u[i + 1] - u[i - 1]) / bend
    slope = np.array([-0.5, 0.5]) / bend
    place = float(slope @ covariance[np.ix_([i - 1, i + 1], [i - 1, i + 1])] @ slope)
    log_std = step * math.sqrt(max(place, 0.0) + 0.04)  # and a fifth of a node
    tau, all_std = math.exp(float(nodes[i]) + shift * step), math.hypot(std, overlap)
    capacitance = tau / resistance
    return Peak(
        tau, tau * log_std, resistance, all_std, overlap, capacitance,
        capacitance * math.hypot(log_std, all_std / resistance), _width(i, nodes, gamma, first, last), certainty,
    )  # fmt: skip


def _mean(gamma: Array, i: int, step: float) -> Array:
    """Shares of the nodes in the mean of gamma around node i."""
    half = round(RESOLVED * math.log(10.0) / step)
    out = np.zeros_like(gamma)
    first, last = max(i - half, 0), min(i + half + 1, len(gamma))
    out[first:last] = gamma[first:last] / (last - first)
    return out


def _width(i: int, nodes: Array, gamma: Array, first: int, last: int) -> float:
    """Full width at half height in decades, by straight lines between nodes."""
    ends = []
    for way, stop in ((-1, first), (1, last)):
        k = i
        while k != stop and gamma[k] > 0.5 * gamma[i]:
            k += way
        if gamma[k] > 0.5 * gamma[i]:
            ends.append(float(nodes[k]))
        else:
            share = (gamma[k - way] - 0.5 * gamma[i]) / (gamma[k - way] - gamma[k])
            ends.append(float(nodes[k - way] + way * share * (nodes[1] - nodes[0])))
    return (ends[1] - ends[0]) / math.log(10.0)



def humps(u: Array) -> list[tuple[int, int]]:
    """First and last node of every stretch between minima, and of a shoulder on the way to either end of the grid."""
    inner = np.flatnonzero((u[1:-1] <= u[:-2]) & (u[1:-1] < u[2:])) + 1
    ends = [0, *(int(i) for i in inner), len(u) - 1]
    out = [(a, b) for a, b in pairwise(ends) if b > a]
    last = len(u) - 1
    slow, fast = _shoulder(u), _shoulder(u[::-1])
    return out + ([] if slow is None else [(slow, last)]) + ([] if fast is None else [(0, last - fast)])


def _shoulder(u: Array) -> int | None:
    """Where the flank of the last maximum bends into a shoulder that falls to the end (None without)."""
    top = max(maxima(u), default=0)
    fall = u[top:-1] - u[top + 1 :]
    if top == 0 or (fall < 0.0).any():
        return None
    steepest = int(np.argmax(fall))
    gentle = np.flatnonzero(fall[steepest:] < GENTLE * fall[steepest])
    return top + steepest + int(gentle[0]) if len(gentle) else None
