"""Butler-Volmer kinetics in reduced form: x = exp(alpha u) - exp(-(1 - alpha) u), x = j/j0, u = F eta/(R T)."""

from __future__ import annotations

import math


def reduced_current(u: float, alpha: float) -> float:
    """x(u) = exp(alpha u) - exp(-(1-alpha) u); alpha is the anodic transfer coefficient, n = 1."""
    return math.exp(alpha * u) - math.exp(-(1.0 - alpha) * u)


def reduced_conductance(u: float, alpha: float) -> float:
    """dx/du = alpha exp(alpha u) + (1-alpha) exp(-(1-alpha) u); 1 at u = 0."""
    return alpha * math.exp(alpha * u) + (1.0 - alpha) * math.exp(-(1.0 - alpha) * u)


def reduced_overpotential(x: float, alpha: float) -> float:
    """The u that carries the reduced current x: 2 asinh(x/2) for alpha = 1/2, else Newton on the logarithm.

    For x > 0 the equation is solved as alpha u = ln(x + exp(-(1-alpha) u)), whose Newton iteration from the right is
    monotone; x < 0 is the mirror (u, alpha) -> (-u, 1-alpha). Converges to rounding for 0 < alpha < 1 and any x.
    """
    if alpha == 0.5:
        return 2.0 * math.asinh(0.5 * x)
    sign = 1.0 if x >= 0.0 else -1.0
    a = alpha if x >= 0.0 else 1.0 - alpha
    y = abs(x)
    u = math.log1p(y) / a
    for _ in range(60):
        tail = math.exp(-(1.0 - a) * u)
        error = a * u - math.log(y + tail)
        step = error / (a + (1.0 - a) * tail / (y + tail))
        u -= step
        if abs(step) <= 1e-15 * (1e-3 + abs(u)):
            break
    return sign * u
