"""Creep of lithium under stack pressure: how fast pressure closes a void (physics.md E6), in the candidate laws.

Which flow closes a void of a micrometre is not settled, so the candidates stand side by side: dislocations (power law),
the same with a stress that plastic contact limits, and diffusion. At a length of 40 nm lithium bears 46 to 350 times its bulk
yield strength and flows by diffusion (Nabarro-Herring, Harper-Dorn), at larger ones by dislocations (Herbert et al., J. Mater.
Res. 2018, "Nanoindentation of high-purity vapor deposited lithium films: a mechanistic rationalization of
diffusion-mediated flow"; abstract read).
"""

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


def capped_closure(pressure: float, T: float, rate: float, exponent: float, energy: float, reference: float, yield_strength: float) -> float:
    """`void_closure` with the pressure at most the hardness H = 3 sigma_y [1/s].

    A rough face whose spots yield carries H in its contacts and no more around them; above H the contact is whole, and more
    pressure no longer shears the lithium between the spots. An upper limit of the power law that physics.md E6 implies.
    """
    return void_closure(min(pressure, 3.0 * yield_strength), T, rate, exponent, energy, reference)


def diffusive_closure(pressure: float, T: float, diffusivity: float, molar_volume: float, radius: float) -> float:
    """c = 3 D P V_m/(R T a²) [1/s]: dv/dt = -c v of a spherical void of radius a [m] that atoms fill by lattice diffusion.

    Lithium under the pressure P [Pa] has its chemical potential raised by P V_m over that at the void's free surface; the
    steady flow to a sphere through a lattice with the self-diffusivity D [m²/s] fills it by 4 pi a D P V_m/(R T) [m³/s]. Linear
    in P, as Nabarro-Herring creep is (Nabarro 1948, Herring 1950, recalled). It leaves out the void's own surface tension
    (2 gamma/a, of the order of 1 MPa at 1 um), diffusion along the face and along grain boundaries: all close faster.
    """
    return 3.0 * diffusivity * pressure * molar_volume / (GAS_CONSTANT * T * radius**2) if pressure > 0.0 else 0.0


def contact_under_pressure(pressure: float, yield_strength: float) -> float:
    """f = min(1, P/H) with the hardness H = 3 sigma_y [Pa]: share of a rough face in plastic contact under P [Pa]."""
    return min(1.0, pressure / (3.0 * yield_strength))
