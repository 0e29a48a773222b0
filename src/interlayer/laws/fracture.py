"""Opening of a flaw in a ceramic by the pressure of plated lithium (physics.md E8)."""

from __future__ import annotations

import math

FARADAY = 96485.33212  # C/mol


def opening_pressure(toughness: float, depth: float, geometry: float = 1.12) -> float:
    """P_c = K_IC/(Y sqrt(pi a)) [Pa] that opens a flaw of depth a [m]; K_IC [Pa m^0.5], Y geometry factor.

    Linear elastic fracture mechanics, small flaw in a large body; Y = 1.12 for an edge crack, 2/pi for a penny.
    """
    return toughness / (geometry * math.sqrt(math.pi * depth))


def threshold(toughness: float, depth: float, geometry: float = 1.12, molar_volume: float = 13.0e-6) -> float:
    """eta_c = V_m P_c/F [V]: the plating overpotential whose pressure P = F eta/V_m opens the flaw (7.4 MPa per mV)."""
    return molar_volume * opening_pressure(toughness, depth, geometry) / FARADAY
