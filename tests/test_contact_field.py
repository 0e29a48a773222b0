"""Contact spot: the field solver against exact limits and an independent series, the law against the field."""

from __future__ import annotations

import cmath
import math
import types

import numpy as np
import pytest
from scipy import special

from interlayer.errors import SimulationError
from interlayer.laws import constriction as law
from interlayer.simulation.field import contact

E5_TABLE = {0.1: 0.2151, 0.2: 0.1804, 0.4: 0.1147, 0.6: 0.0581}  # R sigma a, L >= 2 b (physics.md E5)
GEOMETRIES = [(0.05, 2.0), (0.05, 0.1), (0.2, 0.5), (0.4, 5.0), (0.6, 0.2), (0.3, 0.05), (0.8, 1.0), (0.95, 4.0)]


# ------------------------------------------------- the independent solution: dual series, Galerkin on the spot


def _zeros(n: int) -> np.ndarray:
    """First n zeros of J1 by Newton's method from McMahon's expansion."""
    x = np.pi * (np.arange(1, n + 1) + 0.25)
    for _ in range(6):
        x -= special.j1(x) / (special.j0(x) - special.j1(x) / x)
    return x


ZEROS = _zeros(6000)
WEIGHTS = 1.0 / (ZEROS * special.j0(ZEROS) ** 2)


def dual_series(eps: float, lam: float, terms: int = 12) -> float:
    """psi of an equipotential spot from the cylinder's eigenfunctions J0(x_n r/b) sinh(x_n (L - z)/b), J1(x_n) = 0.

    The current density of the spot is j = sum c_k P_2k(sqrt(1 - rho^2)) / sqrt(1 - rho^2), rho = r/a: the exact edge
    singularity times polynomials. Its Hankel transform is the spherical Bessel function j_2k (up to sign), so that
        psi = (4 eps/pi) min_c c' M c,  c_0 = 1,  M_kl = sum_n tanh(x_n lam) j_2k(s_n) j_2l(s_n) / (x_n J0^2(x_n))
    with s_n = x_n eps, by Thomson's principle. The tail of the sum, where the terms are +-(pi/2) sin^2(s)/s^2, is
    replaced by its mean.
    """
    j = np.array([special.spherical_jn(2 * k, ZEROS * eps) for k in range(terms)])
    m = (j * WEIGHTS * np.tanh(ZEROS * lam)) @ j.T
    sign = (-1.0) ** np.arange(terms)
    m += np.outer(sign, sign) / (4.0 * eps**2 * np.pi * (len(ZEROS) + 0.75))
    return float(4.0 * eps / np.pi / np.linalg.inv(m)[0, 0])


def robin_series(eps: float, lam: float, biot: float, terms: int = 9) -> float:
    """psi of a spot with charge transfer, biot = sigma R_ct/b, from the same series with j = sum c_k (1 - rho^2)^k.

    psi + 4 biot/(pi eps) = min_c c' T c with unit current, T = (4 eps/pi) M + biot/(pi eps)/(k + l + 1) (loss in R_ct);
    M as above with 2^k k! J_(k+1)(s)/s^(k+1), the Hankel transform of (1 - rho^2)^k. terms = 1 is uniform current.
    """
    k = np.arange(terms)
    s = ZEROS * eps
    j = np.array([2.0**i * math.factorial(i) * special.jv(i + 1, s) / s ** (i + 1) for i in k])
    t = 4.0 * eps / np.pi * (j * WEIGHTS * np.tanh(ZEROS * lam)) @ j.T
    t += biot / (np.pi * eps) / (k[:, None] + k[None, :] + 1.0)
    current = 1.0 / (2.0 * (k + 1.0))
    return float(1.0 / (current @ np.linalg.solve(t, current))) - 4.0 * biot / (np.pi * eps)


def test_the_series_itself_meets_what_is_known():
    """Slope at a/b -> 0, and the one number of a published function: SR_14(a=1, b=2, k=1) = 0.08491 K/W
    (fchartsoftware.com/ees/heat_transfer_library/conduction_shape_factors/hs1014.htm)."""
    assert dual_series(0.05, 5.0) == pytest.approx(1.0 - 1.40925 * 0.05 + 0.338 * 0.05**3, abs=1e-6)
    assert dual_series(0.5, 5.0) / 4.0 == pytest.approx(0.08491, abs=1e-5)


# ------------------------------------------------------------------------------------------------------- the field


@pytest.mark.parametrize(("eps", "known"), E5_TABLE.items())
def test_the_table_of_e5(eps: float, known: float) -> None:
    """R sigma a of a thick electrolyte within 1 % of the design note, and within 0.01 % of the exact series."""
    found = contact.constriction(eps, 2.0) / 4.0
    assert found == pytest.approx(known, rel=0.01)
    assert found == pytest.approx(dual_series(eps, 2.0) / 4.0, rel=1e-4)


@pytest.mark.parametrize(("eps", "lam"), GEOMETRIES)
def test_order_and_error_of_the_field(eps: float, lam: float) -> None:
    """Second order in spite of the edge singularity; error of the mesh and of Richardson's value against the series."""
    exact = dual_series(eps, lam, terms=12 if eps < 0.92 else 22)
    found = contact.convergence(eps, lam, n=24, levels=3)
    errors = np.abs(np.array(found.psi) - exact)
    assert np.log2(errors[:-1] / errors[1:]) == pytest.approx(2.0, abs=0.12)
    assert found.order == pytest.approx(2.0, abs=0.12)
    assert errors[-1] < 0.005 * exact
    assert abs(found.extrapolated - exact) < 1e-4 * exact
    assert errors[-1] / 1.1 < found.error < errors[-1] * 1.1


@pytest.mark.parametrize("biot", [0.02, 0.1, 10.0])
@pytest.mark.parametrize(("eps", "lam"), [(0.3, 2.0), (0.7, 0.2)])
def test_charge_transfer_against_the_series(eps: float, lam: float, biot: float) -> None:
    """psi with R_ct: second order, and an independent solution (whose polynomials are poor for smaller R_ct)."""
    found = contact.convergence(eps, lam, biot=biot, n=24, levels=3)
    assert found.order == pytest.approx(2.0, abs=0.1)
    assert found.extrapolated == pytest.approx(robin_series(eps, lam, biot), rel=1e-4)
    assert found.extrapolated > dual_series(eps, lam) * 1.02


@pytest.mark.parametrize("r_ct", [0.0, 1e-7, 1e-3])
@pytest.mark.parametrize(("eps", "lam"), [(0.05, 0.1), (0.6, 20.0), (0.95, 2.0)])
def test_charge_balance(eps: float, lam: float, r_ct: float) -> None:
    """The same current through the spot and every plane z, none through the gap; per cell to the rounding of phi."""
    field = contact.solve(eps * 1e-5, 1e-5, lam * 1e-5, 0.1, r_ct, current_density=20.0)
    area = np.pi * np.diff(field.r_edges**2)
    total = 20.0 * np.pi * field.b**2
    assert field.imbalance < 1e-10
    through = (field.j_z * area[:, None]).sum(axis=0)
    assert through == pytest.approx(total, rel=1e-10)
    sides = 2.0 * np.pi * field.r_edges[:, None] * np.diff(field.z_edges)[None, :]
    left_behind = np.diff(field.j_z * area[:, None], axis=1) + np.diff(field.j_r * sides, axis=0)
    assert np.abs(left_behind).max() < 3e-9 * total
    gap = field.r > field.a
    assert gap.any() and not field.j_surface[gap].any() and field.j_surface[~gap].all()


def test_a_small_spot_is_maxwells() -> None:
    """a/b -> 0: psi = 1 - 1.40925 a/b; j over the spot 1/(2 f sqrt(1 - rho^2)): its centre, percentiles, edge share."""
    for eps in (0.02, 0.01, 0.005):
        assert contact.constriction(eps, 1.5) + 1.40925 * eps == pytest.approx(1.0, abs=1e-4)
    pair = [contact.solve(1e-7, 1e-5, 2e-5, 0.1, n=n) for n in (48, 96)]
    f = pair[-1].contact_fraction
    assert f == pytest.approx(1e-4)
    for width in (0.1, 0.4):
        exact = math.sqrt(1.0 - (1.0 - width) ** 2)
        assert pair[-1].edge_share(width) == pytest.approx(exact, rel=5e-3)
        assert contact.richardson(*(field.edge_share(width) for field in pair)) == pytest.approx(exact, rel=1.5e-3)
    for percent in (50.0, 90.0):
        exact = 0.5 / math.sqrt(1.0 - percent / 100.0)
        assert pair[-1].focusing_percentile(percent) * f == pytest.approx(exact, rel=1.2e-2)
    assert pair[-1].j_surface[0] * f == pytest.approx(0.5, rel=1e-2)


def test_a_thin_layer_conducts_under_the_spot_and_a_rim() -> None:
    """L << a, b - a: the current spreads by (2 ln 2/pi) L beyond the edge (conformal map of the half-plane edge)."""
    for lam in (0.01, 0.02):
        rim = 0.5 + 2.0 * math.log(2.0) / math.pi * lam
        thin = 4.0 * 0.5 / math.pi * lam * (1.0 / rim**2 - 1.0)
        assert contact.constriction(0.5, lam) == pytest.approx(thin, rel=3e-3)


def test_the_edge_is_singular_only_without_charge_transfer() -> None:
    """max j/J grows like n^2 for an equipotential spot (the documented mesh dependence) and converges with R_ct;
    percentiles and the edge share converge in both cases."""
    bare, finer = (contact.solve(2e-6, 1e-5, 2e-5, 0.1, n=n) for n in (48, 96))
    assert finer.focusing_max / bare.focusing_max == pytest.approx(4.0, rel=0.1)
    assert finer.edge_share() == pytest.approx(bare.edge_share(), rel=5e-3)
    assert finer.focusing_percentile(90.0) == pytest.approx(bare.focusing_percentile(90.0), rel=1e-2)
    slow, slower = (contact.solve(2e-6, 1e-5, 2e-5, 0.1, 1e-5, n=n) for n in (48, 96))
    assert slower.focusing_max == pytest.approx(slow.focusing_max, rel=2e-3)


def test_charge_transfer_evens_the_current_out() -> None:
    """The additive formula is exact at R_ct = 0 and infinity, always short in between, by 5 % at most for a/b = 0.2."""
    a, b, thickness, sigma = 2e-6, 1e-5, 2e-5, 0.1
    fields = {biot: contact.solve(a, b, thickness, sigma, biot * a / sigma) for biot in (0.0, 0.005, 0.5, 50.0, 5e4)}
    uniform = robin_series(0.2, 2.0, 1.0, terms=1)
    assert fields[0.0].deviation == 0.0
    assert fields[0.0].psi == pytest.approx(fields[0.0].psi_primary, rel=1e-12)
    last = fields[0.0].psi
    for biot, field in list(fields.items())[1:]:
        assert field.psi_primary == pytest.approx(fields[0.0].psi, rel=1e-12)
        assert last < field.psi < uniform * (1.0 + 1e-4)
        last = field.psi
        both = (field.r_ct + np.pi * a * field.psi / (4.0 * sigma)) / field.contact_fraction
        assert field.asr == pytest.approx(both, rel=1e-9)
        expected = (field.psi - field.psi_primary) / (field.psi_primary + 4.0 * biot / np.pi)
        assert field.deviation == pytest.approx(expected, abs=1e-9)
    assert fields[50.0].psi == pytest.approx(uniform, rel=5e-4)
    assert 0.04 < fields[0.5].deviation < 0.051
    assert 0.0 < fields[5e4].deviation < 1.5e-6
    assert fields[5e4].edge_share() == pytest.approx(0.19, abs=1e-5)


def test_potential_and_units() -> None:
    """phi falls from V at the spot to 0 at z = L, linearly far from the spot, and everything scales as it must."""
    field = contact.solve(2e-6, 1e-5, 1e-4, 0.1, 1e-6, current_density=30.0)  # L = 10 b: a closed tail beyond 4 b
    current = 30.0 * np.pi * field.b**2
    assert field.z_edges[-1] == pytest.approx(4e-5)
    assert field.potential[:, -1] == pytest.approx(30.0 * (1e-4 - field.z[-1]) / 0.1, rel=1e-6)
    spot = field.r < field.a
    across = field.potential[spot, 0] + field.j_surface[spot] * (field.z[0] / 0.1 + 1e-6)
    assert across == pytest.approx(current * field.resistance_mesh, rel=1e-9)
    assert field.resistance_mesh == pytest.approx(field.resistance, rel=2e-3)
    assert field.mesh_error == pytest.approx(abs(field.resistance_mesh / field.resistance - 1.0))
    large = contact.solve(2e-3, 1e-2, 1e-1, 10.0, 1e-5)
    assert large.resistance == pytest.approx(field.resistance * 1e-5, rel=1e-9)
    assert large.asr == pytest.approx(field.asr * 10.0, rel=1e-9)
    reverse = contact.solve(2e-6, 1e-5, 1e-4, 0.1, 1e-6, current_density=-30.0)
    assert reverse.potential == pytest.approx(-field.potential)
    assert reverse.focusing_max == pytest.approx(field.focusing_max)
    with pytest.raises(ValueError, match="read-only"):
        field.potential[0, 0] = 1.0


def test_full_contact_has_no_constriction() -> None:
    """a = b is the plane layer: R = L/(sigma pi b^2) + R_ct/(pi b^2), uniform current."""
    field = contact.solve(1e-5, 1e-5, 3e-5, 0.2, 1e-5)
    assert field.resistance == pytest.approx((3e-5 / 0.2 + 1e-5) / (np.pi * 1e-10), rel=1e-10)
    assert field.psi == pytest.approx(0.0, abs=1e-9)
    assert contact.focusing_map(field)[2] == pytest.approx(1.0, rel=1e-9)


def test_focusing_map() -> None:
    """1 far away, more at the spot, less behind the gap; on the axis of a small spot Maxwell's 0.5/f."""
    field = contact.solve(1e-6, 1e-5, 4e-5, 0.1, current_density=-3.0)
    r, z, ratio = contact.focusing_map(field)
    assert ratio.shape == (len(r), len(z)) == field.potential.shape
    assert ratio[:, -1] == pytest.approx(1.0, abs=1e-4)
    assert ratio[0, 0] * field.contact_fraction == pytest.approx(0.5, rel=0.02)
    depth = np.searchsorted(z, 1e-6)  # z = a under Maxwell's spot: j on the axis is halved
    expected = 0.5 / (1.0 + (z[depth] / field.a) ** 2)
    assert ratio[0, depth] * field.contact_fraction == pytest.approx(expected, rel=0.03)
    assert ratio[-1, 0] < 0.1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"a": 2e-5}, "wider than its cell"),
        ({"a": 0.0}, "spot radius"),
        ({"L": math.nan}, "thickness"),
        ({"sigma": -1.0}, "conductivity"),
        ({"r_ct": -1e-3}, "charge-transfer"),
        ({"n": 33}, "radial cells"),
        ({"current_density": 0.0}, "current density"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, float], said: str) -> None:
    """Every impossible argument is named in the error."""
    with pytest.raises(SimulationError, match=said):
        contact.solve(**{"a": 1e-6, "b": 1e-5, "L": 1e-5, "sigma": 0.1} | given)  # type: ignore[arg-type]


def test_bad_requests_of_a_result_are_refused() -> None:
    """A percentile of 100 (infinite) and a width of no edge; a convergence without a second mesh."""
    field = contact.solve(1e-6, 1e-5, 1e-5, 0.1, n=16)
    with pytest.raises(SimulationError, match="percentile"):
        field.focusing_percentile(100.0)
    with pytest.raises(SimulationError, match="edge"):
        field.edge_share(0.0)
    with pytest.raises(SimulationError, match="convergence"):
        contact.convergence(0.1, 1.0, levels=1)


# ------------------------------------------------------------------------------------------- alternating current


class Spectral:
    """The same cell with a gap that lets current through, by eigenfunctions, units sigma = b = 1.

    j = polynomials in sqrt(1 - rho^2) on the spot (over sqrt(1 - rho^2) where it is an equipotential), polynomials in
    sqrt(1 - ((1 - r)/(1 - eps))^2) on the gap; phi(r, 0) - L J = sum_n tanh(x_n lam)/x_n (2/J0^2(x_n)) T_n J0(x_n r) with
    T_n = int j J0(x_n r) r dr. Least loss (stationary where impedances are complex) gives the impedance.
    """

    def __init__(self, eps: float, lam: float, equipotential: bool, terms: int = 9) -> None:
        nodes, weights = np.polynomial.legendre.leggauss(1000)
        angle, share = 0.25 * np.pi * (nodes + 1.0), 0.25 * np.pi * weights
        t, x = np.cos(angle), ZEROS[:1000]
        spot, gap = eps * np.sin(angle), 1.0 - (1.0 - eps) * np.sin(angle)
        on = [special.eval_legendre(2 * k, t) / (t if equipotential else 1.0) for k in range(terms)]
        off = [special.eval_legendre(k, 2.0 * t - 1.0) for k in range(terms + 2)]
        measure = (spot * eps * t * share, gap * (1.0 - eps) * t * share)
        inner, outer = np.array(on) * measure[0], np.array(off) * measure[1]
        waves = np.concatenate([inner @ special.j0(np.outer(spot, x)), outer @ special.j0(np.outer(gap, x))])
        self.spread = 4.0 * np.pi * (waves * np.tanh(x * lam) / (x * special.j0(x) ** 2)) @ waves.T
        if equipotential:  # tail of the sum: the terms fall like sin^2/x^2, replaced by their mean
            edge = np.array([special.eval_legendre(2 * k, 0.0) for k in range(terms)])
            self.spread[:terms, :terms] += np.outer(edge, edge) * eps**2 / (len(x) + 0.75)
        self.terms, self.equipotential = terms, equipotential
        self.loss = [2.0 * np.pi * part @ np.array(basis).T for part, basis in ((inner, on), (outer, off))]
        self.current = 2.0 * np.pi * np.concatenate([inner.sum(axis=1), outer.sum(axis=1)])

    def face(self, spot: complex, gap: complex) -> complex:
        """Z - L of unit area for surface impedances of spot and gap."""
        matrix = self.spread.astype(complex)
        if not self.equipotential:
            matrix[: self.terms, : self.terms] += spot * self.loss[0]
        matrix[self.terms :, self.terms :] += gap * self.loss[1]
        scale = 1.0 / np.sqrt(np.abs(np.diag(matrix)))
        c = scale * np.linalg.lstsq(matrix * np.outer(scale, scale), self.current * scale, rcond=1e-13)[0]
        return complex(np.pi / (self.current @ c))


@pytest.mark.parametrize(
    ("eps", "lam", "spot"), [(0.1, 1.0, 0.0), (0.1, 1.0, 0.05), (0.3, 2.0, 0.0), (0.3, 2.0, 1.0 - 0.3j), (0.7, 0.3, 0.05)]
)
def test_gap_capacitance_against_the_spectral_solution(eps: float, lam: float, spot: complex) -> None:
    """An independent solution from gap open to gap shorted; second order before Richardson's step."""
    exact = Spectral(eps, lam, spot == 0.0)
    for w in (0.03, 1.0, 30.0):
        field = contact.impedance(eps, 1.0, lam, 1.0, w, gap_capacitance=1.0, spot=spot)[0] - lam
        truth = exact.face(spot, 1.0 / (1j * w))
        assert abs(field / truth - 1.0) < (2e-4 if spot == 0.0 else 1e-5), (w, field, truth)
    z = [contact._unit_impedance(contact._mesh(eps, lam, 12, k), spot, 1j) for k in (1, 2, 4, 8)]
    assert math.log2(abs(z[1] - z[2]) / abs(z[2] - z[3])) == pytest.approx(2.0, abs=0.1)


def test_gap_capacitance_in_its_limits() -> None:
    """Plain plate, uniform face, DC and shorted gap; a polarising electrolyte is the same problem with complex sigma."""
    b, L, sigma, eps_r = 1e-5, 2e-5, 0.1, 40.0 * 8.8541878128e-12
    w = 2.0 * np.pi * np.array([1.0, 1e4, 1e7, 1e11])
    s = sigma + 1j * w * eps_r
    spot, gap = 1e-4 / (1.0 + 1j * w * 1e-5), 1e-4
    plate = contact.impedance(b, b, L, sigma, w, gap_capacitance=gap, spot=spot, permittivity=eps_r, n=16)
    assert plate == pytest.approx(L / s + spot, rel=1e-9)
    even = contact.impedance(3e-6, b, L, sigma, w, gap_capacitance=gap, spot=1.0 / (1j * w * gap), permittivity=eps_r, n=16)
    assert even == pytest.approx(L / s + 1.0 / (1j * w * gap), rel=1e-9)  # at the highest two capacitors in series
    assert even[-1].imag * -w[-1] == pytest.approx(L / eps_r + 1.0 / gap, rel=1e-3)
    still = contact.solve(3e-6, b, L, sigma, 1e-4, n=48)
    slow = contact.impedance(3e-6, b, L, sigma, 1e-3, gap_capacitance=gap, spot=1e-4, permittivity=eps_r, n=48)[0]
    assert slow.real == pytest.approx(still.asr + L / sigma, rel=1e-8) and abs(slow.imag) < 1e-7 * slow.real
    fast = contact.impedance(3e-6, b, L, sigma, 1e15, gap_capacitance=1.0, n=48)[0]
    assert fast == pytest.approx(L / sigma, rel=1e-6)
    tail = contact.impedance(3e-6, b, 10.0 * b, sigma, w[:2], gap_capacitance=gap, permittivity=eps_r, n=32)
    thin = contact.impedance(3e-6, b, 4.0 * b, sigma, w[:2], gap_capacitance=gap, permittivity=eps_r, n=32)
    assert tail - thin == pytest.approx(6.0 * b / s[:2], rel=1e-6)


@pytest.mark.parametrize(
    ("given", "said"),
    [({"omega": 0.0}, "frequencies"), ({"spot": -1.0}, "passive"), ({"gap_capacitance": -1.0}, "gap capacitance"),
     ({"permittivity": math.nan}, "permittivity"), ({"a": 2.0}, "wider"), ({"n": 17}, "radial cells")],
)  # fmt: skip
def test_what_has_no_impedance_is_refused(given: dict[str, float], said: str) -> None:
    with pytest.raises(SimulationError, match=said):
        contact.impedance(**{"a": 0.3, "b": 1.0, "L": 1.0, "sigma": 1.0, "omega": 1.0, "gap_capacitance": 1.0} | given)  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------------------- the law


def test_two_zones_in_their_exact_limits() -> None:
    """Uniform face, DC law, parallel at K = 0, constriction beside C/(1 - f); derivatives by complex step."""
    f, k = 0.2, 0.7
    assert law.two_zones(0.3 + 0.1j, 0.3 + 0.1j, f, k) == pytest.approx(0.3 + 0.1j)
    assert law.two_zones(0.3, 1e14, f, k) == pytest.approx((0.3 + k * (1.0 - f)) / f, rel=1e-12)
    assert law.two_zones(0.3, 2.0j, f, 0.0) == pytest.approx(1.0 / (f / 0.3 + (1.0 - f) / 2.0j))
    assert law.two_zones(0.0, -2.0j, f, k) == pytest.approx(1.0 / (f / (k * (1.0 - f)) + 1.0 / ((1.0 - f) * -2.0j)))
    assert law.two_zones(0.3, 0.5, f, 1e14) == pytest.approx(f * 0.3 + (1.0 - f) * 0.5)
    point = [0.3, 0.9, f, k]
    for i, slope in enumerate(law.two_zones_gradient(*point)):
        moved: list[complex] = [*point]
        moved[i] += 1e-30j
        assert slope == pytest.approx(law.two_zones(*moved).imag / 1e-30, rel=1e-13)
    for b, part, thickness in ((1e-5, 0.1, 1e-3), (1e-5, 0.5, 3e-6), (4e-6, 0.9, 2e-6)):
        found = law.spreading(0.1, b, part, thickness)
        assert found[0] * (1.0 - part) / part == pytest.approx(law.asr_fixed_density(0.1, b, part, thickness)[0], rel=1e-12)
        base = [b, part, thickness]
        for slope, place in zip(found[1:], (1, 0, 2), strict=True):
            up, down = ([x * (1.0 + d) if i == place else x for i, x in enumerate(base)] for d in (1e-6, -1e-6))
            change = law.spreading(0.1, up[0], up[1], up[2])[0] - law.spreading(0.1, down[0], down[1], down[2])[0]
            assert slope * base[place] == pytest.approx(change / 2e-6, rel=1e-6, abs=1e-9 * found[0])


GAPS = [(eps, lam, biot, t) for eps in (0.1, 0.3, 0.55, 0.75, 0.88) for lam in (0.3, 2.0) for biot in (0.0, 0.1, 5.0) for t in (0.0, 0.3)]


def assert_two_zones(eps: float, lam: float, biot: float, t: float, omega: np.ndarray, n: int) -> None:
    """`t`: relaxation time of the electrolyte; units sigma = b = C_gap = 1."""
    s = 1.0 + 1j * omega * t
    exact = contact.impedance(eps, 1.0, lam, 1.0, omega, gap_capacitance=1.0, spot=biot, permittivity=t, n=n)
    found = lam / s + law.two_zones(biot, 1.0 / (1j * omega), eps**2, law.spreading(1.0, 1.0, eps**2, lam)[0] / s)
    stated = law.TWO_ZONES_ERROR[min(high for high in law.TWO_ZONES_ERROR if high >= eps)]
    assert np.max(np.abs(found / exact - 1.0)) <= stated, (eps, lam, biot, t)


def test_two_zones_against_the_field() -> None:
    """The closed form with its stated error at points that benchmarks/proof_contact_gap.py does not take."""
    for case in GAPS[::3]:
        assert_two_zones(*case, np.array([0.2, 3.0, 60.0]), 24)


@pytest.mark.long
def test_two_zones_against_the_field_everywhere() -> None:
    for case in GAPS:
        assert_two_zones(*case, np.logspace(-2.0, 4.0, 13), 48)



def complex_step(name: str, eps: complex, lam: complex) -> complex:
    """`law.psi` evaluated in complex numbers: the same code with cmath for math."""
    function = types.FunctionType(getattr(law, name).__code__, vars(law) | {"math": cmath})
    return complex(function(eps, lam))


@pytest.mark.parametrize("lam", [0.05, 0.07, 0.1, 0.2, 0.35, 0.5, 2.0])
def test_law_against_the_field(lam: float) -> None:
    """Within the stated deviation, at most 1 %, over 0.05 <= eps <= 0.9, at points the fit has not seen too."""
    stated = law.MAX_DEVIATION[max(low for low in law.MAX_DEVIATION if low <= lam)]
    assert stated <= 0.01
    for eps in (0.05, 0.065, 0.11, 0.18, 0.27, 0.39, 0.52, 0.585, 0.66, 0.785, 0.87, 0.9):
        assert law.psi(eps, lam) == pytest.approx(contact.constriction(eps, lam, n=48), rel=stated + 2e-4), eps


def test_law_in_a_thick_electrolyte() -> None:
    """The stated deviation of the thick limit, and that of the whole range of eps against the series."""
    for eps in (0.012, 0.05, 0.13, 0.33, 0.47, 0.71, 0.88, 0.96):
        exact = dual_series(eps, 9.0, terms=5 if eps < 0.03 else 12 if eps < 0.92 else 22)
        assert law.psi(eps, math.inf) == pytest.approx(exact, rel=law.MAX_DEVIATION[4.0] + 2e-5)
        assert law.psi(eps, 4.0) == pytest.approx(exact, rel=law.MAX_DEVIATION[4.0] + 2e-5)


def test_limits_of_the_law() -> None:
    """psi(0) = 1 with the exact slope, psi(1) = 0 like 2 (1 - eps)^2, thin layer; finite, right signs throughout."""
    assert law.psi(1.0, 0.3) == 0.0 == law.psi(1.0, math.inf)
    assert law.psi_gradient(1.0, 0.3) == pytest.approx((0.0, 0.0, 0.0))
    assert (1.0 - law.psi(1e-4, math.inf)) / 1e-4 == pytest.approx(law.SLOPE, rel=1e-4)
    assert law.psi(0.9999, math.inf) / 1e-8 == pytest.approx(2.0, rel=1e-3)
    assert law.psi(0.4, 1e-6) == pytest.approx(4e-6 * (1.0 - 0.16) / (math.pi * 0.4), rel=1e-4)
    low, high = law.VALID["lam"]
    assert (low, high) == (0.05, math.inf)
    for lam in np.geomspace(low, 100.0, 40):
        for eps in np.linspace(1e-3, 0.999, 100):
            value, by_eps, by_lam = law.psi_gradient(float(eps), float(lam))
            assert 0.0 < value < 1.0 and by_eps < 0.0
            assert by_lam >= 0.0 or (eps > 0.95 and by_lam * lam > -0.01 * value)


@pytest.mark.parametrize("lam", [0.06, 0.2, 0.7, 3.0])
@pytest.mark.parametrize("eps", [0.02, 0.3, 0.77, 0.99])
def test_derivatives_of_the_law(eps: float, lam: float) -> None:
    """Analytic derivatives against the complex step of `psi`, which is exact to rounding."""
    value, by_eps, by_lam = law.psi_gradient(eps, lam)
    assert value == pytest.approx(law.psi(eps, lam), rel=1e-14)
    assert by_eps == pytest.approx(complex_step("psi", eps + 1e-30j, lam).imag / 1e-30, rel=1e-12)
    assert by_lam == pytest.approx(complex_step("psi", eps, lam + 1e-30j).imag / 1e-30, rel=1e-10, abs=1e-15)
    assert law.dpsi_deps(eps, lam) == by_eps


def test_slope_of_the_law_against_the_series() -> None:
    """d psi/d eps as stated: 0.1 % thick, 0.5 % at lam = 0.5, 3 % at lam = 0.05-0.1."""
    for lam, stated in ((4.0, 1e-3), (0.5, 5e-3), (0.1, 0.03), (0.05, 0.03)):
        for eps in (0.05, 0.2, 0.5, 0.9):
            exact = (dual_series(eps + 1e-3, lam) - dual_series(eps - 1e-3, lam)) / 2e-3
            assert law.dpsi_deps(eps, lam) == pytest.approx(exact, rel=stated), (eps, lam)


def test_area_specific_resistance() -> None:
    """asr is the field's; both slopes in f are those of the function they say, at constant b and at constant a."""
    sigma, b, thickness = 0.05, 8e-6, 2e-5
    for f in (0.01, 0.25, 0.7):
        a, h = b * math.sqrt(f), 1e-5 * f
        field = contact.solve(a, b, thickness, sigma)
        value = law.asr(sigma, a, f, thickness)
        assert value == pytest.approx(field.asr, rel=1e-3)
        found, slope = law.asr_fixed_density(sigma, b, f, thickness)
        up, down = (law.asr(sigma, b * math.sqrt(f + d), f + d, thickness) for d in (h, -h))
        assert found == pytest.approx(value, rel=1e-12)
        assert slope == pytest.approx((up - down) / (2.0 * h), rel=1e-7)
        found, slope = law.asr_fixed_radius(sigma, a, f, thickness)
        up, down = (law.asr(sigma, a, f + d, thickness) for d in (h, -h))
        assert found == pytest.approx(value, rel=1e-12)
        assert slope == pytest.approx((up - down) / (2.0 * h), rel=1e-7)
    thin = law.asr_fixed_radius(0.05, 5e-6, 0.3, 2e-6)[1]  # lam = 0.2: the derivative in lam counts
    up, down = (law.asr(0.05, 5e-6, 0.3 + d, 2e-6) for d in (1e-6, -1e-6))
    assert thin == pytest.approx((up - down) / 2e-6, rel=1e-6)
    assert law.asr(0.05, 5e-6, 1.0, 2e-6) == 0.0


def test_textbook_forms_and_their_stated_errors() -> None:
    """The table of errors is what the field gives."""
    assert set(law.TEXTBOOK_ERROR) == {"cooper_mikic_yovanovich", "gibson", "negus_yovanovich"}
    for name, errors in law.TEXTBOOK_ERROR.items():
        for eps, stated in errors.items():
            found = getattr(law, name)(eps) / contact.constriction(eps, 4.0) - 1.0
            assert found == pytest.approx(stated, abs=2e-4), (name, eps)


def test_a_kernel_can_compile_the_law() -> None:
    """`psi` and `psi_gradient` compile as they stand and give the same numbers."""
    numba = pytest.importorskip("numba")
    psi, gradient = numba.njit(law.psi), numba.njit(law.psi_gradient)
    for eps, lam in ((0.05, 0.1), (0.5, 0.5), (1.0, 2.0), (0.3, math.inf)):
        assert psi(eps, lam) == pytest.approx(law.psi(eps, lam), rel=1e-13)
        assert gradient(eps, lam) == pytest.approx(law.psi_gradient(eps, lam), rel=1e-12)
