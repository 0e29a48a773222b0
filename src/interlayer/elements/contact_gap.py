"""Contact spots on an electrolyte with the gap between them: constriction that a capacitance bridges.

Two forms of one law (laws/constriction.py, `two_zones`): the leaf `ContactGap`, the face alone by numbers, and the tree
`with_gap`, electrolyte and face from existing leaves around any element of the spots.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import CellError
from ..laws import constriction as law
from . import _ladder
from .base import ELEMENTS, Array, ComplexArray, Element, Parameter, Scalar, at
from .capacitor import Capacitor
from .film import Film

EPS0 = 8.8541878128e-12  # F/m, CODATA 2018
WHOLE = 1e-9  # least share of the face that is gap, so that f = 1 has a value


@ELEMENTS.add("contact_gap", "Gap")
@dataclass(frozen=True, kw_only=True)
class ContactGap(_ladder.LadderLeaf):
    """A face that touches in spots: what it adds to the electrolyte L/(sigma + i omega eps) in series with it [ohm m²].

    Z = [z_s z_g + K (f z_s + (1 - f) z_g)]/[(1 - f) z_s + f z_g + K] with z_s = R/(1 + i omega R C) (a spot's charge
    transfer or film and its double layer, per area of spot), z_g = g/(i omega eps0) (a vacuum gap of width g),
    K = pi b sqrt(f) psi(sqrt f, L/b)/(4 (sigma + i omega eps) (1 - f)); derivation and limits in laws/constriction.py,
    psi its fitted law. omega -> 0: (R + pi a psi/(4 sigma))/f, the DC law with a = b sqrt(f) (physics.md E5).

    contact f, cell_radius b [m] (half the distance between spots), thickness L [m], conductivity sigma [S/m] and
    relative permittivity of the electrolyte, gap g [m], R [ohm m²], C [F/m²]. Always per area: a spectrum without an
    area can't be fitted with it. One arc does not determine all of it: hold what is known (fixed=).

    Error, together with the electrolyte, against the AC field (simulation.field.contact.impedance):
    `laws.constriction.TWO_ZONES_ERROR`, 4.6 % to a/b = 0.6. In time exactly two rungs: Z is a rational function with two
    real poles. Literature: Fleig & Maier 1997 (gap capacitance shunts the constriction; recalled).
    """

    contact: Scalar = math.nan
    cell_radius: Scalar = math.nan
    thickness: Scalar = math.nan
    sigma: Scalar = math.nan
    permittivity: Scalar = math.nan
    gap: Scalar = math.nan
    R: Scalar = 0.0
    C: Scalar = 0.0

    SYMBOLS = ("Gap",)
    PARAMETERS = (
        Parameter("contact", "fraction", "contact fraction f = (a/b)²", 1e-6, 1.0),
        Parameter("cell_radius", "length", "radius b of the cell around one spot", 1e-9, 1e-2),
        Parameter("thickness", "thickness", "thickness L of the electrolyte", 1e-9, 2e-2),
        Parameter("sigma", "conductivity", "ionic conductivity of the electrolyte", 1e-14, 1e3),
        Parameter("permittivity", "relative_permittivity", "relative permittivity of the electrolyte", 1.0, 1e5),
        Parameter("gap", "length", "width of the gap", 1e-11, 1e-3),
        Parameter("R", "area_specific_resistance", "resistance of the spots' own area"),
        Parameter("C", "area_specific_capacitance", "capacitance of the spots' own area"),
    )
    PER_AREA = True

    def _ladder(self, temperature: float) -> _ladder.Ladder:
        f, b, thickness, sigma, permittivity, gap, r, c = self.values(temperature)
        f = min(f, 1.0 - WHOLE)
        k, c_gap, t = law.spreading(sigma, b, f, thickness)[0], EPS0 / gap, EPS0 * permittivity / sigma
        # Z = (n0 + n1 s)/(f + d1 s + d2 s²)
        n0, n1 = r + k * (1.0 - f), r * (t + k * (f * c_gap + (1.0 - f) * c))
        d1 = f * (t + r * c) + (1.0 - f) * r * c_gap + k * c_gap
        d2 = r * ((1.0 - f) * c_gap * t + f * t * c + k * c_gap * c)
        q = 0.5 * (d1 + math.sqrt(max(d1 * d1 - 4.0 * d2 * f, 0.0)))
        slow = f / q
        if d2 == 0.0 or not math.isfinite(q / d2) or q / d2 <= slow:
            return _ladder.Ladder(0.0, np.array([n0 / q, 0.0]), np.array([slow, slow]))
        fast = q / d2
        weights = np.array([n0 - slow * n1, fast * n1 - n0]) / (d2 * (fast - slow))
        return _ladder.Ladder(0.0, np.maximum(weights, 0.0), np.array([slow, fast]))

    def impedance(self, omega: Array, temperature: float = 298.15) -> ComplexArray:
        values = np.array([at(getattr(self, p.name), temperature) for p in self.PARAMETERS])
        return self.gradient(omega, values)[0]

    @classmethod
    def gradient(cls, omega: Array, values: Array) -> tuple[ComplexArray, ComplexArray]:
        """(Z, dZ/d parameters); values (..., 8), Z (..., m), gradient (..., 8, m)."""
        s: ComplexArray = np.multiply(1j, omega)
        f, b, thickness, sigma, permittivity, gap, r, c = (values[..., i, None] for i in range(8))
        f = np.minimum(f, 1.0 - WHOLE)
        flat = np.stack(np.broadcast_arrays(sigma, b, f, thickness), axis=-1).reshape(-1, 4)
        spread = np.array([law.spreading(*row) for row in flat.tolist()]).reshape(*values.shape[:-1], 1, 4)
        still, by_f, by_b, by_thickness = (spread[..., i] for i in range(4))
        sluggish = 1.0 / (1.0 + s * (EPS0 * permittivity / sigma))
        k = still * sluggish
        leak = 1.0 / (1.0 + s * (r * c))
        z_spot, z_gap = r * leak, gap / (s * EPS0)
        z: ComplexArray = law.two_zones(z_spot, z_gap, f, k)
        d_spot, d_gap, d_f, d_k = law.two_zones_gradient(z_spot, z_gap, f, k)
        d_k = d_k * sluggish
        out = np.empty((*values.shape, len(omega)), dtype=np.complex128)
        out[..., 0, :] = d_f + d_k * by_f
        out[..., 1, :] = d_k * by_b
        out[..., 2, :] = d_k * by_thickness
        out[..., 3, :] = -d_k * still * sluggish / sigma
        out[..., 4, :] = -d_k * still * sluggish * s * EPS0 / sigma
        out[..., 5, :] = d_gap / (s * EPS0)
        out[..., 6, :] = d_spot * leak * leak
        out[..., 7, :] = -d_spot * s * z_spot * z_spot
        return z, out

    @classmethod
    def example(cls) -> ContactGap:
        return cls(contact=0.1, cell_radius=10e-6, thickness=1e-3, sigma=0.09, permittivity=60.0, gap=1e-7, R=1e-4, C=0.05)


def with_gap(
    spots: Element, *, contact: float, cell_radius: float, thickness: float, sigma: Scalar, permittivity: float, gap: float,
    place: str = "face",
) -> Element:  # fmt: skip
    """Electrolyte and face as a tree: film(L - l) + (spots + film(l/f) | capacitor((1 - f) eps0/g) + film(l/(1 - f))).

    spots   element of the spots per area of the CELL: 1/f of a spot's own (charge transfer that reads the contact
            fraction does that), beside a double layer or not
    place   ends the labels of the leaves

    Exactly L/s + `two_zones`, since the star of three resistors K/f, K/(1 - f), -K is its circuit and all K fall with
    1/s like the electrolyte itself, from which -K is taken: film(x) is a layer x of it, R = x/sigma, C = eps/x, and
    l = sigma K = pi b sqrt(f) psi/(4 (1 - f)) [m] is that of the spreading, below L but for layers far thinner (L < b/100) than
    psi holds for. Other symbols as for `ContactGap`. omega -> 0: bulk, constriction and spots in series.
    """
    f = min(contact, 1.0 - WHOLE)
    reach = law.spreading(1.0, cell_radius, f, thickness)[0]
    if not reach < thickness:
        raise CellError(
            "The electrolyte is too thin for the law of constriction", given=f"{thickness:.3g} m",
            allowed=f"a twentieth of the cell radius ({cell_radius:.3g} m) and more",
        )  # fmt: skip

    def film(length: float, what: str) -> Film:
        r: Scalar = (lambda T: length / sigma(T)) if callable(sigma) else length / sigma
        return Film(label=f"{what} {place}", R=r, C=EPS0 * permittivity / length)

    spot_branch = film(reach / f, "spreading to spots") + spots
    gap_branch = film(reach / (1.0 - f), "spreading to gap") + Capacitor(label=f"gap {place}", C=(1.0 - f) * EPS0 / gap)
    return film(thickness - reach, "electrolyte") + (spot_branch | gap_branch)
