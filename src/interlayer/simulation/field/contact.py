"""Current constriction at a round contact spot: the axisymmetric potential of one spot and its share of electrolyte.

Geometry and equations, 0 <= r <= b, 0 <= z <= L, potential phi [V], current density j = -sigma grad phi [A/m2]:

    div(sigma grad phi) = 0                                     inside the electrolyte
    phi = V - R_ct j_z          on z = 0, r < a                 contact spot (R_ct = 0: an equipotential)
    j_z = 0                     on z = 0, r > a                 gap, insulating
    j_r = 0                     on r = b                        the border to the neighbouring spots
    phi = 0                     on z = L                        an equipotential plane

One spot and its cylinder are the unit cell of a regular array of spots of contact fraction f = (a/b)^2 (the circle of
area pi b^2 stands for the hexagon of that area). The plane z = L is the far electrode in perfect contact, or the mirror
plane of a symmetric cell: a cell with facing spots on BOTH faces and an electrolyte of thickness 2 L has this plane in
its middle, so its resistance is twice the `resistance` given here. Where the spots of the two faces do not face each
other the middle is no equipotential, but the potential there is flat to exp(-3.83 L/b), so the same holds for L >= b.
J > 0 flows from the spot, on the left, to z = L.

What is reported, with R the resistance V/I [ohm] of the cylinder, I = pi b^2 J:

    R = L/(sigma pi b^2) + R_ct/(pi a^2) + psi/(4 sigma a)      defines psi (dimensionless); for R_ct = 0 it is E5's
    ASR = pi b^2 (R - L/(sigma pi b^2)) = (R_ct + pi a psi/(4 sigma))/f      [ohm m2], referred to the cell's area

With charge transfer the current over the spot evens out, so psi depends on R_ct: it rises from its value for an
equipotential spot, psi_primary, to the one for uniform current (1 -> 32/(3 pi^2) = 1.0808 for a << b). The additive
formula of E5 uses psi_primary at every R_ct; `deviation` says by how much it falls short: at the worst by 4 % for small
spots and 5 % at a/b = 0.2 (sigma R_ct = 0.3 a), 9 % at a/b = 0.8 (sigma R_ct = 0.05 a). It is never too large: the true
current minimises the sum of both losses (Thomson's principle), psi_primary and uniform current minimise one each.

Numerics: finite volumes on a tensor mesh whose cells shrink with the fourth power of the distance to the edge r = a and
to z = 0. At the edge of an equipotential spot the current density grows like distance^(-1/2), which leaves a uniform
mesh first order at best. In the resistance (an energy) this singularity leaves an error n^-4 on the graded mesh, below
the n^-2 of the smooth part: the order is 2 and one Richardson step leaves about 1e-5. Beyond z = 4 b the field is
one-dimensional to 1e-13 and is added in closed form. After the direct solve, corrections with the residual written in
FLUXES restore the charge balance that the rounding of the matrix diagonal costs (1e-9 without, 1e-14 with).

Sources: Maxwell 1873 and Holm 1967 [recalled] (spot on a half space: psi = 1, j ~ (1 - r^2/a^2)^(-1/2));
shared/design/physics.md E5. Checked against the dual series of the same problem (tests/test_contact_field.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ...errors import SimulationError

Array = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
Values = npt.NDArray[Any]

#: power with which the cells shrink towards r = a and z = 0; 2 gives order 2 up to a logarithm, 4 a clean order 2
GRADING: Final = 4
#: thickness, in cell radii, beyond which the field is one-dimensional: 2 exp(-2 * 3.83 * 4) = 1e-13
DEEP: Final = 4.0
#: fewest cells in each of: spot, gap, depth (on the coarser mesh of a pair)
_FEWEST: Final = 4
#: correction steps after the direct solve
_CORRECTIONS: Final = 2


@dataclass(frozen=True, slots=True)
class _Mesh:
    """Cell edges in units of b, and how many radial cells lie on the spot."""

    r: Array
    z: Array
    spot: int

    @property
    def rings(self) -> Array:
        """Areas of the cells seen from above [b^2], shape (nr,)."""
        return np.pi * (self.r[1:] ** 2 - self.r[:-1] ** 2)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A solution for sigma = b = 1 and 1 V: resistance, potential (nr, nz), currents through the cell faces."""

    mesh: _Mesh
    resistance: float
    phi: Array
    flux_r: Array
    flux_z: Array


@dataclass(frozen=True, slots=True)
class Convergence:
    """psi on meshes each twice as fine as the one before.

    cells         number of cells, one a mesh
    psi           psi on each mesh (dimensionless)
    order         log2 of the ratio of the last two changes of psi; NaN with two meshes only, or without a change
    extrapolated  Richardson's value of the last two meshes at order 2
    error         |psi of the finest mesh - extrapolated|: what the step corrected, an upper bound of what it leaves
    """

    cells: tuple[int, ...]
    psi: tuple[float, ...]
    order: float
    extrapolated: float
    error: float


@dataclass(frozen=True, eq=False, slots=True)
class ContactField:
    """The field of one contact spot at the mean current density J, and the resistances that follow from it.

    a, b, L           spot radius, cell radius, thickness [m]
    sigma             conductivity [S/m]
    r_ct              charge-transfer resistance of the spot, per spot area [ohm m2]
    current_density   J [A/m2], current over pi b^2
    r_edges, z_edges  cell edges [m], shapes (nr + 1,) and (nz + 1,); z_edges ends at min(L, 4 b)
    potential         phi [V] in the cell centres, shape (nr, nz)
    j_r, j_z          current densities through the cell faces [A/m2], shapes (nr + 1, nz) and (nr, nz + 1)
    resistance        R [ohm] of the cylinder, Richardson's value from this mesh and one half as fine
    resistance_mesh   R [ohm] on this mesh: the one the maps belong to (J pi b^2 resistance_mesh is their voltage)
    psi_primary       psi for R_ct = 0 in the same geometry, Richardson's value (dimensionless)
    imbalance         |I(spot) - I(z = L)| / I, dimensionless

    The maps converge everywhere but at the edge r = a, z = 0 of a spot with R_ct = 0, where the exact |j| is infinite.
    """

    a: float
    b: float
    L: float
    sigma: float
    r_ct: float
    current_density: float
    r_edges: Array
    z_edges: Array
    potential: Array
    j_r: Array
    j_z: Array
    resistance: float
    resistance_mesh: float
    psi_primary: float
    imbalance: float

    @property
    def r(self) -> Array:
        """Radii of the cell centres [m], shape (nr,)."""
        return 0.5 * (self.r_edges[1:] + self.r_edges[:-1])

    @property
    def z(self) -> Array:
        """Heights of the cell centres over the spot [m], shape (nz,)."""
        return 0.5 * (self.z_edges[1:] + self.z_edges[:-1])

    @property
    def contact_fraction(self) -> float:
        """f = (a/b)^2."""
        return (self.a / self.b) ** 2

    @property
    def mesh_error(self) -> float:
        """|resistance_mesh / resistance - 1|: what the Richardson step corrected; about a hundredth of it is left."""
        return abs(self.resistance_mesh / self.resistance - 1.0)

    @property
    def psi(self) -> float:
        """psi = 4 sigma a (R - L/(sigma pi b^2) - R_ct/(pi a^2)), dimensionless; equals `psi_primary` for R_ct = 0."""
        spreading = self.resistance - self.L / (self.sigma * math.pi * self.b**2) - self.r_ct / (math.pi * self.a**2)
        return 4.0 * self.sigma * self.a * spreading

    @property
    def asr(self) -> float:
        """pi b^2 R - L/sigma [ohm m2]: what the point contact adds to a perfect one, charge transfer included."""
        return math.pi * self.b**2 * self.resistance - self.L / self.sigma

    @property
    def asr_additive(self) -> float:
        """E5's (R_ct + pi a psi_primary/(4 sigma))/f [ohm m2]: equipotential spot and charge transfer in series."""
        return (self.r_ct + math.pi * self.a * self.psi_primary / (4.0 * self.sigma)) / self.contact_fraction

    @property
    def deviation(self) -> float:
        """asr / asr_additive - 1 >= 0: by how much the additive formula falls short; 0 at R_ct = 0 and at infinity."""
        return self.asr / self.asr_additive - 1.0 if self.r_ct > 0.0 else 0.0

    @property
    def j_surface(self) -> Array:
        """j_z on z = 0 over `r` [A/m2], shape (nr,): mean over each ring; exactly 0 on the gap."""
        return self.j_z[:, 0]

    @property
    def focusing_max(self) -> float:
        """Largest j_z/J on the surface, that of the ring at the edge. MESH DEPENDENT for R_ct = 0: it grows like n^2,
        the exact value is infinite; quote `focusing_percentile` or `edge_share` instead."""
        return float((self.j_surface / self.current_density).max())

    def focusing_percentile(self, percent: float) -> float:
        """j_z/J that `percent` % of the spot's AREA stays below; converges for any percent < 100.

        90 % is right to 1 % at n = 96. Exact for a << b, R_ct = 0 (Maxwell): 1/(2 f sqrt(1 - percent/100)).
        """
        if not 0.0 <= percent < 100.0:
            raise SimulationError("A percentile of the focusing", given=percent, allowed="0 <= percent < 100")
        on = self.r_edges <= self.a * (1.0 + 1e-12)
        rings = np.diff(self.r_edges[on] ** 2)
        ratio = self.j_surface[: len(rings)] / self.current_density
        order = np.argsort(ratio, kind="stable")
        below = (np.cumsum(rings[order]) - 0.5 * rings[order]) / rings.sum()
        return float(np.interp(percent / 100.0, below, ratio[order]))

    def edge_share(self, width: float = 0.1) -> float:
        """Share of the current that enters through the outer `width` of the spot's radius, (1 - width) a < r < a.

        Converges for every R_ct, to 0.5 % at n = 96. Exact for a << b, R_ct = 0 (Maxwell): sqrt(1 - (1 - width)^2),
        43.6 % for 0.1; the same ring is 19 % of the area, which is what uniform current gives.
        """
        if not 0.0 < width <= 1.0:
            raise SimulationError("A width of the spot's edge, in spot radii", given=width, allowed="0 < width <= 1")
        within = np.concatenate(([0.0], np.cumsum(self.j_surface * np.diff(self.r_edges**2))))
        inner = np.interp(((1.0 - width) * self.a) ** 2, self.r_edges**2, within)
        return float(1.0 - inner / within[-1])


def solve(
    a: float, b: float, L: float, sigma: float, r_ct: float = 0.0, *, n: int = 96, current_density: float = 1.0
) -> ContactField:
    """The field of a spot of radius a [m] in a cell of radius b [m], thickness L [m], conductivity sigma [S/m].

    r_ct             charge-transfer resistance per spot area [ohm m2], linear; 0 makes the spot an equipotential
    n                radial cells, about; even, >= 16. A second mesh of n/2 gives the extrapolated values
    current_density  J [A/m2] that scales the maps (the problem is linear)

    Validity: one conductivity, steady, no concentration gradients, linear charge transfer (|R_ct j| << RT/F, 26 mV),
    insulating gap (DC). Tested for 0.005 <= a/b <= 0.95 and 0.05 <= L/b; a = b is the plane contact, psi = 0.
    Accuracy at n = 96: psi on the mesh to 0.5 %, extrapolated to 1e-4. Time: about 0.05 s, twice that with r_ct.
    Errors: `SimulationError` for a length, conductivity or mesh that can't be.
    """
    _check(a, b, L, sigma, r_ct)
    coarsest = _half(n)
    if not (math.isfinite(current_density) and current_density != 0.0):
        raise SimulationError("A current density in A/m2", given=current_density, allowed="finite, other than 0")
    k = sigma * r_ct / b
    coarse, fine = [_solve_unit(_mesh(a / b, L / b, coarsest, scale), k) for scale in (1, 2)]
    primary = [coarse, fine]
    if r_ct > 0.0:
        primary = [_solve_unit(unit.mesh, 0.0) for unit in primary]
    mesh, ohm = fine.mesh, 1.0 / (sigma * b)
    tail = (L / b - float(mesh.z[-1])) / math.pi
    volts = current_density * math.pi * b**2 * fine.resistance * ohm
    per_volt = sigma * volts / b
    sides = 2.0 * np.pi * mesh.r[:, None] * np.diff(mesh.z)[None, :]
    spot, top = float(fine.flux_z[:, 0].sum()), float(fine.flux_z[:, -1].sum())
    return ContactField(
        a=a, b=b, L=L, sigma=sigma, r_ct=r_ct, current_density=current_density,
        r_edges=_frozen(b * mesh.r),
        z_edges=_frozen(b * mesh.z),
        potential=_frozen(volts * fine.phi + current_density * math.pi * b**2 * tail * ohm),
        j_r=_frozen(per_volt * fine.flux_r / np.where(sides > 0.0, sides, 1.0)),
        j_z=_frozen(per_volt * fine.flux_z / mesh.rings[:, None]),
        resistance=(richardson(coarse.resistance, fine.resistance) + tail) * ohm,
        resistance_mesh=(fine.resistance + tail) * ohm,
        psi_primary=richardson(*(_psi(unit, 0.0) for unit in primary)),
        imbalance=abs(spot - top) / top,
    )  # fmt: skip


def constriction(a_over_b: float, L_over_b: float, *, n: int = 96) -> float:
    """psi = 4 R sigma a of an equipotential spot (R_ct = 0), dimensionless, Richardson's value from n/2 and n cells.

    Accuracy at n = 96: 1e-4 relative for 0.005 <= a/b <= 0.95, 0.05 <= L/b (against the dual series). Time: 30 ms.
    Errors: `SimulationError` for ratios or a mesh that can't be.
    """
    return convergence(a_over_b, L_over_b, n=_half(n), levels=2).extrapolated


def convergence(a_over_b: float, L_over_b: float, *, biot: float = 0.0, n: int = 16, levels: int = 3) -> Convergence:
    """psi on `levels` meshes of about n, 2 n, 4 n ... radial cells, with the fitted order and Richardson's value.

    biot  sigma R_ct / b, dimensionless; 0 is the equipotential spot
    """
    _check(a_over_b, 1.0, L_over_b, 1.0, biot)
    if levels < 2 or n < 8:
        raise SimulationError("Meshes of a convergence", given=f"{n=}, {levels=}", allowed="n >= 8, levels >= 2")
    units = [_solve_unit(_mesh(a_over_b, L_over_b, n, 2**level), biot) for level in range(levels)]
    psi = [_psi(unit, biot) for unit in units]
    change = np.diff(psi)
    fitted = math.log2(abs(change[-2] / change[-1])) if levels > 2 and change[-1] != 0.0 != change[-2] else math.nan
    best = richardson(psi[-2], psi[-1])
    return Convergence(tuple(u.phi.size for u in units), tuple(psi), fitted, best, abs(psi[-1] - best))


def impedance(
    a: float, b: float, L: float, sigma: float, omega: npt.ArrayLike, *, gap_capacitance: float,
    spot: npt.ArrayLike = 0.0, permittivity: float = 0.0, n: int = 96,
) -> ComplexArray:  # fmt: skip
    """Impedance [ohm m2] of the same cell over angular frequency `omega` [rad/s], from electrode to z = L.

    div(s grad phi) = 0 with s = sigma + i omega eps;  j_z = (V - phi)/z_spot on the spot, i omega C (V - phi) on the gap.

    gap_capacitance  C [F/m2] of gap area: eps0/g for a vacuum gap of width g << b (its own field lies straight)
    spot             z_spot [ohm m2] of spot area, at every omega: charge transfer, double layer, film; 0: equipotential
    permittivity     eps [F/m] of the electrolyte
    n                radial cells, about; even, >= 16. A second mesh of n/2 gives the extrapolated value

    Z - L/s is what the face adds. Accuracy at n = 96: 1e-4 of it (against a spectral solution,
    tests/test_contact_field.py); second order in the width of the cells. Time: 0.1 s a frequency at n = 96.
    """
    w = np.atleast_1d(np.asarray(omega, dtype=np.float64))
    surface = np.broadcast_to(np.asarray(spot, dtype=np.complex128), w.shape)
    _check(a, b, L, sigma, 0.0)
    if not (np.isfinite(w).all() and (w > 0.0).all()):
        raise SimulationError("Angular frequencies of an impedance", given=omega, allowed="positive and finite, rad/s")
    if not ((surface.real >= 0.0).all() and np.isfinite(surface).all()):
        raise SimulationError("The impedance of a spot is passive", given=spot, allowed="real part >= 0, ohm m2")
    for label, value in (("gap capacitance", gap_capacitance), ("permittivity", permittivity)):
        if not (math.isfinite(value) and value >= 0.0):
            raise SimulationError(f"The {label} of a contact", given=value, allowed="0 or more, in SI units")
    meshes = [_mesh(a / b, L / b, _half(n), scale) for scale in (1, 2)]
    out = np.empty(len(w), dtype=np.complex128)
    for i, (omega_i, z_spot) in enumerate(zip(w.tolist(), surface.tolist(), strict=True)):
        s = sigma + 1j * omega_i * permittivity
        coarse, fine = (_unit_impedance(mesh, s * z_spot / b, 1j * omega_i * gap_capacitance * b / s) for mesh in meshes)
        out[i] = math.pi * b / s * (fine + (fine - coarse) / 3.0) + (L - b * float(meshes[0].z[-1])) / s
    return out


def _unit_impedance(mesh: _Mesh, spot: complex, gap: complex) -> complex:
    """Z for s = b = 1 behind a surface impedance `spot` of the spot and a surface admittance `gap` of the gap."""
    near = 0.5 * mesh.z[1]
    face = np.empty(len(mesh.rings), dtype=np.complex128)
    face[: mesh.spot] = mesh.rings[: mesh.spot] / (near + spot)
    face[mesh.spot :] = mesh.rings[mesh.spot :] * (gap / (1.0 + gap * near))
    g_r, g_z = _conductances(mesh, face)
    phi = _potential(g_r, g_z)[1]
    return complex(1.0 / (g_z[:, -1] * phi[:, -1]).sum())


def richardson(coarse: float, fine: float, order: float = 2.0) -> float:
    """Value at zero mesh width, for an error that falls like width^order; `fine` has half the width of `coarse`."""
    return float(fine + (fine - coarse) / (2.0**order - 1.0))


def focusing_map(field: ContactField) -> tuple[Array, Array, Array]:
    """Where the current is focused: (r, z, |j|/J): radii (nr,) [m], heights (nz,) [m], ratio (nr, nz) in cell centres.

    1 is the uniform current of a perfect contact, 1/f the mean over the spot. The cell at the edge of an equipotential
    spot depends on the mesh (the exact value there is infinite).
    """
    along = 0.5 * (field.j_z[:, 1:] + field.j_z[:, :-1])
    across = 0.5 * (field.j_r[1:, :] + field.j_r[:-1, :])
    return field.r, field.z, np.hypot(along, across) / abs(field.current_density)


def _check(a: float, b: float, L: float, sigma: float, r_ct: float) -> None:
    for label, value in (("spot radius a", a), ("cell radius b", b), ("thickness L", L), ("conductivity", sigma)):
        if not (math.isfinite(value) and value > 0.0):
            raise SimulationError(f"The {label} of a contact", given=value, allowed="positive and finite, in SI units")
    if a > b:
        raise SimulationError("A contact spot can't be wider than its cell", given=f"{a=}, {b=}", allowed="a <= b")
    if not (math.isfinite(r_ct) and r_ct >= 0.0):
        raise SimulationError("A charge-transfer resistance is not negative", given=r_ct, allowed="0 or more, ohm m2")


def _half(n: int) -> int:
    """Radial cells of the coarser mesh of the pair that Richardson's step needs."""
    if n < 16 or n % 2:
        raise SimulationError("The number of radial cells n", given=n, allowed="even, from 16", remedy="Take n=96")
    return n // 2


def _mesh(eps: float, lam: float, n: int, scale: int) -> _Mesh:
    """A mesh of about n * scale radial cells; its first cells beside the edge are alike in r (both sides) and z."""
    depth = min(lam, DEEP)
    lengths = np.array([eps, 1.0 - eps, depth])
    shares = lengths ** (1.0 / GRADING)
    counts = np.maximum(np.rint(n * shares / (shares[0] + shares[1])), _FEWEST).astype(int) * scale
    inner, outer, up = (size * np.linspace(0.0, 1.0, m + 1) ** GRADING for size, m in zip(lengths, counts, strict=True))
    r = eps - inner[::-1]
    if eps < 1.0:
        r = np.concatenate((r, eps + outer[1:]))
    r[0] = 0.0
    return _Mesh(r, up, int(counts[0]))


def _psi(unit: _Unit, biot: float) -> float:
    eps = float(unit.mesh.r[unit.mesh.spot])
    return 4.0 * eps * (unit.resistance - float(unit.mesh.z[-1]) / math.pi - biot / (math.pi * eps**2))


def _solve_unit(mesh: _Mesh, biot: float) -> _Unit:
    """phi for 1 V at the electrode behind R_ct and 0 V at z = L; sigma = b = 1, biot = sigma R_ct / b."""
    face = np.zeros(len(mesh.rings))
    face[: mesh.spot] = mesh.rings[: mesh.spot] / (0.5 * mesh.z[1] + biot)
    g_r, g_z = _conductances(mesh, face)
    lu, phi = _potential(g_r, g_z)
    nr, nz = phi.shape
    surface = 1.0 - float((g_z[:, -1] * phi[:, -1]).sum()) * biot / float(mesh.rings[: mesh.spot].sum())
    drop = surface - phi
    for _ in range(_CORRECTIONS):
        flux_r, flux_z = _fluxes(drop, surface, g_r, g_z)
        gain = np.diff(flux_z, axis=1) + np.diff(flux_r, axis=0)
        drop = drop + lu.solve(gain.ravel()).reshape(nr, nz)
    flux_r, flux_z = _fluxes(drop, surface, g_r, g_z)
    return _Unit(mesh, 1.0 / float(flux_z[:, -1].sum()), surface - drop, flux_r, flux_z)


def _conductances(mesh: _Mesh, face: Values) -> tuple[Array, Values]:
    """Between neighbouring cells in r, (nr - 1, nz), and in z, (nr, nz + 1): `face` first, the plane z = L last."""
    r_mid, z_mid = 0.5 * (mesh.r[1:] + mesh.r[:-1]), 0.5 * (mesh.z[1:] + mesh.z[:-1])
    g_r = 2.0 * np.pi * mesh.r[1:-1, None] * np.diff(mesh.z)[None, :] / np.diff(r_mid)[:, None]
    g_z = np.zeros((len(r_mid), len(z_mid) + 1), dtype=face.dtype)
    g_z[:, 0] = face
    g_z[:, 1:-1] = mesh.rings[:, None] / np.diff(z_mid)[None, :]
    g_z[:, -1] = mesh.rings / (mesh.z[-1] - z_mid[-1])
    return g_r, g_z


def _potential(g_r: Array, g_z: Values) -> tuple[Any, Values]:
    """The factorised matrix and the potential (nr, nz) of the cells for 1 V behind `g_z[:, 0]` and 0 V at z = L."""
    from scipy.sparse import coo_array
    from scipy.sparse.linalg import splu

    nr, nz = len(g_z), g_z.shape[1] - 1
    index = np.arange(nr * nz).reshape(nr, nz)
    left = np.concatenate((index[:-1].ravel(), index[:, :-1].ravel()))
    right = np.concatenate((index[1:].ravel(), index[:, 1:].ravel()))
    g = np.concatenate((g_r.ravel(), g_z[:, 1:-1].ravel()))
    diagonal = g_z[:, 1:] + g_z[:, :-1]
    diagonal[:-1] += g_r
    diagonal[1:] += g_r
    rows, columns = np.concatenate((left, right, index.ravel())), np.concatenate((right, left, index.ravel()))
    matrix = coo_array((np.concatenate((-g, -g, diagonal.ravel())), (rows, columns))).tocsc()
    lu = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    source = np.zeros_like(diagonal)
    source[:, 0] = g_z[:, 0]
    return lu, lu.solve(source.ravel()).reshape(nr, nz)


def _fluxes(drop: Array, surface: float, g_r: Array, g_z: Array) -> tuple[Array, Array]:
    """Currents through the faces in +r, shape (nr + 1, nz), and in +z, shape (nr, nz + 1).

    From the drop below the spot's mean potential `surface`, not from phi: the smallest cells lie at the spot, where
    the drop is small and its differences keep their digits; the electrode is at `surface - 1`, z = L at `surface`.
    """
    ends = np.ones((len(drop), 1))
    along = np.concatenate(((surface - 1.0) * ends, drop, surface * ends), axis=1)
    wall = np.zeros((1, drop.shape[1]))
    return np.concatenate((wall, g_r * np.diff(drop, axis=0), wall)), g_z * np.diff(along, axis=1)


def _frozen(values: Array) -> Array:
    values.flags.writeable = False
    return values
