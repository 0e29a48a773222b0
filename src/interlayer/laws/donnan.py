"""Ions in a layer with fixed positive charge beside a salt solution: Donnan's null, and anions that bind to the charge.

    lithium p, free anions m, fixed sites X of which b = X K m/(1 + K m) are paired with an anion
    p + X - b = m                     (electroneutrality)
    p m = Gamma c²                    (equilibrium with the solution of salt c, both ideal; Gamma: partition of the salt)

K = 0 and Gamma = 1 is the null (Donnan): p = sqrt(X²/4 + c²) - X/2. All concentrations in mol/m³ of the liquid in the layer.
Nernst-Planck with D+ and D- around this equilibrium gives what a binary electrolyte needs, exact to first order in the
change of p (K, X constant, pairs at rest):

    t+ = D+ p/(D+ p + D- m)            kappa = F² (D+ p + D- m)/(R T)
    phi = dm/dp = 1/[1 + X K/(1 + K m)²]
    D = D+ D- (m + phi p)/(D+ p + D- m)          TDF = (1 + phi p/m)/2

X = 0: p = m = sqrt(Gamma) c, D = 2 D+ D-/(D+ + D-), TDF = 1, the ideal dilute salt. Fixed charge excludes lithium, so a layer
with more fixed charge than salt has t+ near 0 whatever the solution has; only bound or slowed anions raise it
(physics.md E14).
"""

from __future__ import annotations

from dataclasses import dataclass

from .temperature import GAS_CONSTANT

FARADAY = 96485.33212  # C/mol


@dataclass(frozen=True, slots=True)
class Ions:
    """What the layer holds and how it conducts: p, m [mol/m³], t+, kappa [S/m], D [m²/s], TDF."""

    lithium: float
    anions: float
    transference: float
    conductivity: float
    diffusivity: float
    factor: float


def equilibrium(fixed: float, salt: float, association: float = 0.0, partition: float = 1.0) -> tuple[float, float]:
    """(p, m): the one positive root of m - X/(1 + K m) = Gamma c²/m, by bisection to rounding.

    fixed X, salt c [mol/m³], association K [m³/mol], partition Gamma. The left side rises with m and the right side falls.
    """
    product = partition * salt * salt
    low, high = 0.0, fixed + product**0.5
    for _ in range(200):
        m = 0.5 * (low + high)
        if m - fixed / (1.0 + association * m) < product / m:
            low = m
        else:
            high = m
    m = 0.5 * (low + high)
    return product / m, m


def ions(
    fixed: float, salt: float, plus: float, minus: float, T: float, association: float = 0.0, partition: float = 1.0
) -> Ions:  # fmt: skip
    """The layer in equilibrium with a solution; plus, minus: D+ and D- in the layer [m²/s]. Symbols as above."""
    p, m = equilibrium(fixed, salt, association, partition)
    mobile = plus * p + minus * m
    phi = 1.0 / (1.0 + fixed * association / (1.0 + association * m) ** 2)
    return Ions(
        p, m, plus * p / mobile, FARADAY**2 * mobile / (GAS_CONSTANT * T), plus * minus * (m + phi * p) / mobile, 0.5 * (1.0 + phi * p / m)
    )  # fmt: skip
