"""Nucleation of lithium on a bare wall: which share of the wall takes part in plating at an overpotential.

    share = exp[-(eta_n/eta)^2]  for eta < 0,   0 for eta >= 0

eta [V] overpotential (negative plates), eta_n [V] the barrier: at eta = -eta_n the share is 1/e. It is the classical rate
of three-dimensional nucleation, whose work goes as 1/eta^2, with its prefactor taken up by the exchange current.
Smooth at 0, so nothing nucleates at rest. Erdey-Gruz & Volmer, Z. Phys. Chem. A 157 (1931) 165 (recalled, not read).
"""

from __future__ import annotations

import math


def share(eta: float, barrier: float) -> tuple[float, float]:
    """(share, d share/d eta); both arguments in one unit [V, or reduced by RT/F]. Without a barrier all of it plates."""
    if eta >= 0.0:
        return 0.0, 0.0
    q = (barrier / eta) ** 2
    if q > 700.0:
        return 0.0, 0.0
    value = math.exp(-q)
    return value, 2.0 * value * q / eta


def covered(s: float, cover: float) -> tuple[float, float]:
    """(share of a wall that a deposit s covers, its slope): s/(s + cover), continued linearly below zero."""
    if s < 0.0:
        return s / cover, 1.0 / cover
    total = s + cover
    return s / total, cover / (total * total)


def room(s: float, margin: float) -> tuple[float, float]:
    """(factor on plating into pores filled to s, its slope): 1 at s = 0, 0 at s = 1, falling within `margin` of it."""
    if s > 1.0:
        return (1.0 - s) * (1.0 + margin) / margin, -(1.0 + margin) / margin
    left = 1.0 - s + margin
    return (1.0 - s) * (1.0 + margin) / left, -(1.0 + margin) * margin / (left * left)
