"""Effective conductivity of a composite of particles from volume fractions, particle sizes and percolation.

phi [-] volume fractions of the solid, r [m] particle radii (only their ratio matters), sigma [S/m] of the pure phases.

Connection of one kind of particle among two, by contacts (coordination-number theory): the share of all particle surface
that belongs to kind 1 is S = (phi_1/r_1)/(phi_1/r_1 + phi_2/r_2), it has Z_11 = Z S contacts to its own kind out of Z = 6,
its network spans above Z_11 = 1.764, and P of it is connected,

    P = {1 - [(4.236 - Z_11)/2.472]^2.5}^0.4,   1.764 < Z_11 < 4.236 (below: 0, above: 1)

so the threshold in volume, phi_c = S_c q/(1 - S_c + S_c q) with S_c = 1.764/6 and q = r_1/r_2, falls with the size: small
particles of one kind coat the large ones of the other. Validity: random packings of spheres, size ratios of about 0.2 to 5;
far smaller particles pack into the gaps of the large ones, which this picture does not know.
Bouvard & Lange, Acta Metall. Mater. 39 (1991) 3083; Kuo & Gupta, Acta Metall. Mater. 43 (1995) 397 (both recalled, not read).
"""

from __future__ import annotations

import math
from typing import Final

COORDINATION: Final = 6.0  # contacts of a particle in a random packing
THRESHOLD: Final = 1.764  # contacts to its own kind at which a network spans
CONNECTED: Final = 4.236  # and at which all of it is connected
BRUGGEMAN: Final = 1.5


def bruggeman(sigma: float, fraction: float, exponent: float = BRUGGEMAN) -> float:
    """sigma phi^1.5: a conducting phase between insulating grains, connected at any fraction (differential medium)."""
    return float(sigma * fraction**exponent)


def maxwell(matrix: float, filler: float, fraction: float) -> float:
    """Spheres of conductivity `filler` that do not touch in a matrix (Maxwell 1873; the lower Hashin-Shtrikman bound for a
    filler that conducts better): exact to first order in the fraction, and never percolating."""
    contrast = (filler - matrix) / (filler + 2.0 * matrix)
    return matrix * (1.0 + 2.0 * fraction * contrast) / (1.0 - fraction * contrast)


def symmetric(first: float, second: float, fraction: float) -> float:
    """Bruggeman's symmetric medium: both phases alike, sum phi_k (sigma_k - s)/(sigma_k + 2 s) = 0; `fraction` is that of
    `first`; its threshold lies at 1/3 whatever the sizes."""
    b = (3.0 * fraction - 1.0) * first + (2.0 - 3.0 * fraction) * second
    root = math.sqrt(b * b + 8.0 * first * second)
    return 0.25 * (b + root) if b >= 0.0 else 2.0 * first * second / (root - b)


def surface_share(fraction: float, size_ratio: float) -> float:
    """Share of the particle surface of the kind with volume fraction `fraction` whose size is `size_ratio` times that of
    the other kind."""
    own = fraction / size_ratio
    return own / (own + 1.0 - fraction) if fraction > 0.0 else 0.0


def percolation_threshold(size_ratio: float) -> float:
    """Volume fraction (of the solid) above which particles of relative size `size_ratio` span a network: 0.294 for 1."""
    critical = THRESHOLD / COORDINATION
    return critical * size_ratio / (1.0 - critical + critical * size_ratio)


def connected_share(fraction: float, size_ratio: float) -> float:
    """P: share of the kind that belongs to a spanning network, 0 below the threshold."""
    contacts = COORDINATION * surface_share(fraction, size_ratio)
    if contacts <= THRESHOLD:
        return 0.0
    if contacts >= CONNECTED:
        return 1.0
    return float((1.0 - ((CONNECTED - contacts) / (CONNECTED - THRESHOLD)) ** 2.5) ** 0.4)


def network(sigma: float, fraction: float, size_ratio: float, solid: float = 1.0) -> float:
    """sigma (solid phi P)^1.5 [S/m]: conductivity of the spanning network of one kind; `solid` is the solid's share of the
    volume. Source of the form: Costamagna, Costa & Antonucci, Electrochim. Acta 43 (1998) 375 (recalled, not read)."""
    return bruggeman(sigma, solid * fraction * connected_share(fraction, size_ratio))
