"""Creep of lithium under stack pressure: how fast pressure closes a void (physics.md E6)."""

from __future__ import annotations

import math

from .temperature import GAS_CONSTANT


def strain_rate(stress: float, T: float, rate: float, exponent: float, energy: float, reference: float = 1e6) -> float:
    """A exp(-Q/RT) (sigma/sigma_0)^m [1/s]: uniaxial power-law creep at stress sigma [Pa].

    rate A [1/s], exponent m, energy Q [J/mol], reference sigma_0 [Pa]. Lithium: LePage et al. 2019, 10.1149/2.0221902jes
    (m about 6.5, Q about 37 kJ/mol; abstract as the physics notes have it). sigma <= 0 gives 0.
    """
    return rate * math.exp(-energy / (GAS_CONSTANT * T)) * (stress / reference) ** exponent if stress > 0.0 else 0.0


def void_closure(pressure: float, T: float, rate: float, exponent: float, energy: float, reference: float = 1e6) -> float:
    """c = (3/2) A exp(-Q/RT) [3 P/(2 m sigma_0)]^m [1/s]: dv/dt = -c v of a spherical void under pressure P [Pa].

    Incompressible flow towards the void has the strain rate 2 a² a'/r³; with the power law its stress sigma(r), the pressure
    is P = integral of 2 sigma/r from a to infinity = (2 m/3) sigma(a), whence c. m = 1 gives 3 P/(4 eta) of a viscous
    fluid, eta = sigma_0/(3 A exp(-Q/RT)). The void is taken as alone and the lithium as thick against it: in a thin foil
    friction at the faces slows the flow, and asperities press harder than the mean.
    """
    return 1.5 * strain_rate(1.5 * pressure / exponent, T, rate, exponent, energy, reference)


def contact_under_pressure(pressure: float, yield_strength: float) -> float:
    """f = min(1, P/H) with the hardness H = 3 sigma_y [Pa]: share of a rough face in plastic contact under P [Pa]."""
    return min(1.0, pressure / (3.0 * yield_strength))
