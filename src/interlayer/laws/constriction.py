"""Constriction at a round contact spot: psi(eps, lam), fitted to the field, with its derivatives.

A spot of radius a in a cell of radius b (contact fraction f = (a/b)^2), on electrolyte of conductivity sigma and
thickness L, adds to the plane layer's L/sigma (E5 of shared/design/physics.md; the field itself is
`interlayer.simulation.field.contact`)

    R_constriction = psi / (4 sigma a)                                        [ohm], one spot
    ASR_constriction = pi b^2 psi / (4 sigma a) = pi a psi / (4 sigma f)      [ohm m2], referred to the cell's area

with eps = a/b, lam = L/b (dimensionless); a, b, L in m, sigma in S/m. The law, all scalars:

    psi = P / q,   P = (1 - eps)^2 A,   A = 1 + c1 eps + ... + c6 eps^6                       (P: thick electrolyte)
    q = 1 + eps (1 - eps) [THIN A/(1 + eps) u + E (b1/(lam + 1.5 eps) + b2/(lam + 1 - eps) + G) + E^2 H]
    E = exp(-DECAY lam),  u = E/(1 - E),  G and H cubic in eps,  DECAY = 2 x 3.8317,  THIN = pi/2 x 3.8317

(3.8317: first zero of J1). Limits kept exactly: psi -> 1 for eps -> 0 (Maxwell's spot on a half space), in a thick cell
with slope -1.40925 and no eps^2 term; P -> 2 (1 - eps)^2 for eps -> 1 (the gap is a narrow ring, a line of dipoles), so
psi(1) = 0; q - 1 dies out like exp(-DECAY lam), the first mode of the cylinder; psi -> 4 lam (1 - eps^2)/(pi eps) for
lam -> 0 (current flows under the spot only).

Validity (`VALID`, `MAX_DEVIATION`): fitted to the field for 0.01 <= eps <= 0.99 and lam >= 0.02. Largest deviation of
psi from the field over ALL these eps: 0.02 % thick, 0.55 % for lam >= 0.1, 1.0 % for lam >= 0.05; below, an
extrapolation towards the exact limit (5 % at lam = 0.02). d psi/d eps is right to 0.1 % thick, 0.5 % at lam = 0.5, 3 %
at 0.05-0.1 (for 0.05 <= eps <= 0.9). psi falls with eps everywhere and rises with lam, but for eps > 0.95 where it
hardly depends on lam.
Alternating current: what is not spot is a gap, whose capacitance bridges the contact (`two_zones`, `spreading`). With
z_spot and z_gap [ohm m2 of their own area], mean densities j_s and j_g, f j_s + (1 - f) j_g = J, and the electrolyte's
answer to their difference, which is zero for a uniform face by symmetry and E5's for j_g = 0,

    V = z_spot j_s + K (1 - f) (j_s - j_g) = z_gap j_g - K f (j_s - j_g),   K = f/(1 - f) ASR_constriction
    Z_face = [z_spot z_gap + K (f z_spot + (1 - f) z_gap)] / [(1 - f) z_spot + f z_gap + K]

on top of L/s, with s = sigma + i omega eps in K and in L/s. Exact: omega -> 0 (the law above), z_spot = z_gap (uniform
face), f -> 1, K -> 0 (spots and gap in parallel). With z_spot = 0 it is the constriction beside C_gap/(1 - f), not beside
C_gap (1 - f): most of the gap's current starts where the spot can't reach. `TWO_ZONES_ERROR` has its error.

c1, c2, c6 follow from the limits, the other thirteen numbers from benchmarks/fit_constriction_law.py.

`psi` and `psi_gradient` use nothing but `math` and this module's constants, so that a kernel can compile them as they
stand (`numba.njit(psi_gradient)`: tens of ns). No law here clamps: eps in (0, 1] and lam > 0 are the caller's to keep.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

#: range of the arguments of `psi` within which it is within 1 % of the field: (low, high)
VALID: Final[Mapping[str, tuple[float, float]]] = {"eps": (0.0, 1.0), "lam": (0.05, math.inf)}
#: {lam: largest |psi/field - 1| for this and all greater lam, all eps from 0.01 to 0.99}
MAX_DEVIATION: Final[Mapping[float, float]] = {0.05: 0.0100, 0.1: 0.0055, 4.0: 0.00025}
#: {a/b up to: largest |Z/field - 1| of L/s + `two_zones` over all frequencies for 0 <= sigma R_ct/b <= 10, L/b >= 0.2},
#: measured by benchmarks/proof_contact_gap.py; the law's own share (uneven current at R_ct > 0) is 4 % of it for small a/b
TWO_ZONES_ERROR: Final[Mapping[float, float]] = {0.6: 0.046, 0.8: 0.105, 0.9: 0.21}

#: -d psi/d eps at eps = 0 in a thick cell: exact solution (dual series), 1.40925
SLOPE: Final = 1.40925
#: decay of the influence of the far electrode: twice the first zero of J1
DECAY: Final = 2.0 * 3.8317059702075125
#: pi/2 times the first zero of J1: makes the thin limit exact
THIN: Final = 0.5 * math.pi * 3.8317059702075125
#: how far in front of the spot, in spot radii, the thin-layer form gives way to the half space
NEAR_SPOT: Final = 1.5

# Coefficients printed by benchmarks/fit_constriction_law.py
_C1: Final = 0.590750
_C2: Final = 0.181500
_C3: Final = 0.045852
_C4: Final = 0.374844
_C5: Final = -0.530054
_C6: Final = 0.337108
_B1: Final = -0.7552
_B2: Final = -1.2195
_G0: Final = 0.0051
_G1: Final = 15.2429
_G2: Final = -17.8592
_G3: Final = -1.8413
_H0: Final = 6.7162
_H1: Final = -35.5714
_H2: Final = 59.0429
_H3: Final = -19.8585


def psi(eps: float, lam: float) -> float:
    """Constriction parameter 4 R sigma a, dimensionless; eps = a/b in (0, 1], lam = L/b > 0 (inf: a thick layer)."""
    gap = 1.0 - eps
    a = 1.0 + eps * (_C1 + eps * (_C2 + eps * (_C3 + eps * (_C4 + eps * (_C5 + eps * _C6)))))
    near = math.exp(-DECAY * lam)
    g = _G0 + eps * (_G1 + eps * (_G2 + eps * _G3)) + _B1 / (lam + NEAR_SPOT * eps) + _B2 / (lam + gap)
    h = _H0 + eps * (_H1 + eps * (_H2 + eps * _H3))
    s = THIN * a / (1.0 + eps) * near / (1.0 - near) + near * (g + near * h)
    return gap * gap * a / (1.0 + eps * gap * s)


def psi_gradient(eps: float, lam: float) -> tuple[float, float, float]:
    """(psi, d psi/d eps at constant lam, d psi/d lam at constant eps), all dimensionless; arguments as for `psi`."""
    gap = 1.0 - eps
    a = 1.0 + eps * (_C1 + eps * (_C2 + eps * (_C3 + eps * (_C4 + eps * (_C5 + eps * _C6)))))
    a_eps = _C1 + eps * (2.0 * _C2 + eps * (3.0 * _C3 + eps * (4.0 * _C4 + eps * (5.0 * _C5 + eps * 6.0 * _C6))))
    near = math.exp(-DECAY * lam)
    u = near / (1.0 - near)
    spot, wall = 1.0 / (lam + NEAR_SPOT * eps), 1.0 / (lam + gap)
    thin = THIN * a / (1.0 + eps)
    thin_eps = (THIN * a_eps - thin) / (1.0 + eps)
    g = _G0 + eps * (_G1 + eps * (_G2 + eps * _G3)) + _B1 * spot + _B2 * wall
    g_eps = _G1 + eps * (2.0 * _G2 + eps * 3.0 * _G3) - NEAR_SPOT * _B1 * spot * spot + _B2 * wall * wall
    g_lam = -_B1 * spot * spot - _B2 * wall * wall
    h = _H0 + eps * (_H1 + eps * (_H2 + eps * _H3))
    h_eps = _H1 + eps * (2.0 * _H2 + eps * 3.0 * _H3)
    s = thin * u + near * (g + near * h)
    s_eps = thin_eps * u + near * (g_eps + near * h_eps)
    s_lam = near * g_lam - DECAY * (thin * u * (1.0 + u) + near * (g + 2.0 * near * h))
    q = 1.0 + eps * gap * s
    value = gap * gap * a / q
    q_eps = (1.0 - 2.0 * eps) * s + eps * gap * s_eps
    return value, (gap * gap * a_eps - 2.0 * gap * a - value * q_eps) / q, -value * eps * gap * s_lam / q


def dpsi_deps(eps: float, lam: float) -> float:
    """d psi/d eps at constant lam, dimensionless; arguments as for `psi`. Negative below eps = 1, 0 at eps = 1."""
    return psi_gradient(eps, lam)[1]


def asr(sigma: float, a: float, f: float, L: float) -> float:
    """What constriction adds to L/sigma, pi a psi/(4 sigma f) [ohm m2] referred to the cell's area.

    sigma  conductivity of the electrolyte [S/m]        a  spot radius [m]
    f      contact fraction (a/b)^2 in (0, 1]           L  thickness of the electrolyte to the next equipotential [m]

    With charge transfer R_ct [ohm m2] of the spots the face has asr + R_ct/f, too small by at most 5 % for a/b <= 0.2
    and 9 % at 0.8, because the current evens out (`deviation` of `interlayer.simulation.field.contact`).
    """
    eps = math.sqrt(f)
    return math.pi * a * psi(eps, L * eps / a) / (4.0 * sigma * f)


def asr_fixed_density(sigma: float, b: float, f: float, L: float) -> tuple[float, float]:
    """(ASR [ohm m2], d ASR/d f [ohm m2]) where spots shrink and grow in place: b [m] constant, a = b sqrt(f).

    ASR = pi b psi(sqrt f, L/b)/(4 sigma sqrt f);   d ASR/d f = pi b/(8 sigma f) (d psi/d eps - psi/sqrt f) <= 0.
    This is a surface losing contact by voids that widen between a fixed set of spots. Other symbols as for `asr`.
    """
    eps = math.sqrt(f)
    value, slope, _ = psi_gradient(eps, L / b)
    scale = math.pi * b / (4.0 * sigma)
    return scale * value / eps, 0.5 * scale / f * (slope - value / eps)


def asr_fixed_radius(sigma: float, a: float, f: float, L: float) -> tuple[float, float]:
    """(ASR [ohm m2], d ASR/d f [ohm m2]) where spots of one size appear and vanish: a [m] constant, b = a/sqrt(f).

    ASR = `asr`;   d ASR/d f = pi a/(4 sigma f) [(d psi/d eps + (L/a) d psi/d lam)/(2 sqrt f) - psi/f].
    This is contact by pressure: more spots, not larger ones. Other symbols as for `asr`.
    """
    eps = math.sqrt(f)
    value, slope, thicker = psi_gradient(eps, L * eps / a)
    scale = math.pi * a / (4.0 * sigma * f)
    return scale * value, scale * (0.5 * (slope + thicker * L / a) / eps - value / f)


def spreading(sigma: float, b: float, f: float, L: float) -> tuple[float, float, float, float]:
    """(K, dK/d f, dK/d b, dK/d L) of `two_zones` at real conductivity sigma, K = pi b eps psi/(4 sigma (1 - f)) [ohm m2].

    f in (0, 1); K falls to 0 for f -> 1. dK/d sigma = -K/sigma. Other symbols as for `asr_fixed_density`.
    """
    eps, lam = math.sqrt(f), L / b
    value, by_eps, by_lam = psi_gradient(eps, lam)
    scale = math.pi * b / (4.0 * sigma * (1.0 - f))
    k = scale * eps * value
    return k, scale * (0.5 * (by_eps + value / eps) + eps * value / (1.0 - f)), k / b - scale * eps * by_lam * lam / b, scale * eps * by_lam / b


def two_zones(z_spot: Any, z_gap: Any, f: Any, k: Any) -> Any:
    """Z_face [ohm m2 of the cell] of spots and gap on a resisting electrolyte, numbers or arrays, real or complex.

    z_spot, z_gap  impedances of their own areas [ohm m2]        f  contact fraction
    k              `spreading` [ohm m2], times sigma/(sigma + i omega eps) where the electrolyte polarises
    """
    return (z_spot * z_gap + k * (f * z_spot + (1.0 - f) * z_gap)) / ((1.0 - f) * z_spot + f * z_gap + k)


def two_zones_gradient(z_spot: Any, z_gap: Any, f: Any, k: Any) -> tuple[Any, Any, Any, Any]:
    """Derivatives of `two_zones` by z_spot, z_gap, f (at constant k) and k."""
    scale = 1.0 / ((1.0 - f) * z_spot + f * z_gap + k) ** 2
    spot, gap, apart = z_spot + k, z_gap + k, z_spot - z_gap
    return f * gap * gap * scale, (1.0 - f) * spot * spot * scale, apart * spot * gap * scale, f * (1.0 - f) * apart * apart * scale


def cooper_mikic_yovanovich(eps: float) -> float:
    """psi = (1 - eps)^1.5 for a thick electrolyte: the usual engineering form, for comparison only.

    Within 1.4 % of the field to eps = 0.4, 9 % too large at 0.6, 33 % at 0.8 (`TEXTBOOK_ERROR`): it falls like the
    power 1.5 of the gap where the exact psi falls like its square. Source [recalled, not read]: Cooper, Mikic and
    Yovanovich 1969, Int. J. Heat Mass Transfer 12, 279.
    """
    return float((1.0 - eps) ** 1.5)


def gibson(eps: float) -> float:
    """psi = 1 - 1.40925 eps + 0.33801 eps^3 + 0.06790 eps^5 for a thick electrolyte, for comparison only.

    The first terms of the expansion at eps = 0 (the field confirms 1.4092 and 0.338). Within 0.15 % to eps = 0.6, 1.3 %
    to 0.9, then useless: -25 % at 0.95, negative beyond 0.969 (`TEXTBOOK_ERROR`). Source [recalled, not read]: Gibson
    1976, Int. J. Heat Mass Transfer 19, 771. The form that design note E5 finds 39 % too small at 0.8 has other
    coefficients, 0.29591 eps^3 + 0.05254 eps^5: Roess 1949 cut after eps^5 [recalled], not this one.
    """
    return 1.0 - 1.40925 * eps + 0.33801 * eps**3 + 0.06790 * eps**5


def negus_yovanovich(eps: float) -> float:
    """psi = 1 - 1.40978 eps + 0.34406 eps^3 + 0.04305 eps^5 + 0.02271 eps^7, thick electrolyte, for comparison only.

    Within 0.05 % to eps = 0.85, 0.3 % at 0.9, 2 % at 0.95 (`TEXTBOOK_ERROR`). Source [recalled, not read]: Negus and
    Yovanovich 1984, ASME 84-HT-84.
    """
    return 1.0 - 1.40978 * eps + 0.34406 * eps**3 + 0.04305 * eps**5 + 0.02271 * eps**7


#: {form: {eps: form/field - 1}}, thick electrolyte, measured by benchmarks/fit_constriction_law.py
TEXTBOOK_ERROR: Final[Mapping[str, Mapping[float, float]]] = {
    "cooper_mikic_yovanovich": {0.1: -0.0065, 0.2: -0.0074, 0.4: 0.0134, 0.6: 0.0885, 0.8: 0.3304, 0.9: 0.7335},
    "gibson": {0.1: 0.0, 0.2: 0.0, 0.4: 0.0001, 0.6: 0.0014, 0.8: 0.0101, 0.9: -0.0035, 0.95: -0.2546},
    "negus_yovanovich": {0.1: -0.0001, 0.2: -0.0001, 0.4: 0.0, 0.6: 0.0001, 0.8: -0.0004, 0.9: 0.0032, 0.95: 0.0211},
}
