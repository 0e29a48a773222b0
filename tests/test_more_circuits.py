"""ZARC, Havriliak-Negami and de Levie's lines: limits, gradients, ladders in time, notation, and a fit that finds them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from interlayer.analysis import impedance
from interlayer.analysis._circuit import Circuit, leaf_function
from interlayer.elements import ELEMENTS, _ladder
from interlayer.elements.base import OUT_R, OUT_SIZE, OUT_V, at
from interlayer.elements.capacitor import Capacitor
from interlayer.elements.constant_phase import ConstantPhase
from interlayer.elements.contact_gap import EPS0, ContactGap, with_gap
from interlayer.elements.de_levie import DeLevieBlocking, DeLevieReactive
from interlayer.elements.film import Film
from interlayer.elements.finite_warburg_open import FiniteWarburgOpen
from interlayer.elements.gerischer import Gerischer
from interlayer.elements.havriliak_negami import HavriliakNegami, cole_density
from interlayer.elements.notation import parse, text
from interlayer.elements.resistor import Resistor
from interlayer.elements.zarc import Zarc
from interlayer.errors import AnalysisError, CellError
from interlayer.laws import constriction as spots
from interlayer.record import Provenance, Record, Segment

OMEGA = 2.0 * np.pi * np.logspace(-6, 7, 300)
KINDS = [Zarc, HavriliakNegami, DeLevieBlocking, DeLevieReactive]
LADDERS = [
    *(Zarc(R=2.0, tau=tau, n=n) for tau in (1e-8, 1.0, 1e6) for n in (0.2, 0.6, 0.9, 0.999, 1.0)),
    *(HavriliakNegami(R=2.0, tau=tau, a=a, b=b) for tau in (1e-8, 1e-3, 1.0, 1e6)
      for a, b in ((0.2, 0.2), (0.5, 1.0), (0.85, 0.7), (0.99, 0.5), (1.0, 0.6), (1.0, 0.95), (0.999, 1.0), (1.0, 1.0))),
    *(DeLevieBlocking(R=2.0, Q=q, n=n) for q in (1e-7, 1.0, 1e5) for n in (0.4, 0.7, 0.9, 0.98, 1.0)),
    *(DeLevieReactive(R=2.0, R_ct=2.0 / x, Q=q, n=n) for q in (1e-7, 1.0, 1e5) for x in (1e-3, 1.0, 100.0) for n in (0.5, 0.85, 0.97, 1.0)),
]  # fmt: skip


def named(leaf):
    values = ", ".join(f"{p.name}={getattr(leaf, p.name):g}" for p in leaf.PARAMETERS)
    return f"{leaf.SYMBOLS[0]}({values})"


# -- closed forms -------------------------------------------------------------------------------------------------------
def test_limits_are_the_elements_they_should_be():
    w = np.logspace(-4, 5, 40)
    q = 0.5**0.8 / 3.0
    arc = (Resistor(R=3.0) | ConstantPhase(Q=q, n=0.8)).impedance(w)
    assert HavriliakNegami(R=3.0, tau=0.5, a=0.8, b=1.0).impedance(w) == pytest.approx(arc, rel=1e-12)
    assert Zarc(R=3.0, tau=0.5, n=0.8).impedance(w) == pytest.approx(arc, rel=1e-12)
    assert HavriliakNegami(R=3.0, tau=0.5, a=1.0, b=0.5).impedance(w) == pytest.approx(Gerischer(R=3.0, tau=0.5).impedance(w), rel=1e-12)
    line = FiniteWarburgOpen(R=3.0, tau=6.0).impedance(w)
    assert DeLevieBlocking(R=3.0, Q=2.0).impedance(w) == pytest.approx(line, rel=1e-12)
    assert DeLevieReactive(R=3.0, R_ct=1e9, Q=2.0).impedance(w[20:]) == pytest.approx(line[20:], rel=1e-6)
    wide = (Resistor(R=0.01) | ConstantPhase(Q=2.0, n=0.9)).impedance(w)  # an electrolyte without resistance: the wall alone
    assert DeLevieReactive(R=1e-12, R_ct=0.01, Q=2.0, n=0.9).impedance(w) == pytest.approx(wide, rel=1e-6)


def test_low_and_high_frequencies():
    slow, fast = np.array([1e-7]), np.array([1e9])
    found = DeLevieBlocking(R=3.0, Q=2.0, n=0.9).impedance(slow)
    assert found == pytest.approx(1.0 + ConstantPhase(Q=2.0, n=0.9).impedance(slow), rel=1e-5)
    root = math.sqrt(3.0 / 5.0)
    dc = 3.0 / (root * math.tanh(root))
    assert DeLevieReactive(R=3.0, R_ct=5.0, Q=2.0, n=0.9).impedance(slow)[0].real == pytest.approx(dc, rel=1e-5)
    angle = np.angle(DeLevieBlocking(R=3.0, Q=2.0, n=0.8).impedance(fast))[0]
    assert angle == pytest.approx(-0.2 * math.pi, abs=1e-6)


@pytest.mark.parametrize(("a", "b"), [(0.5, 1.0), (0.8, 0.6), (0.95, 0.9), (0.3, 0.4)])
def test_density_is_positive_and_gives_the_impedance_back(a, b):
    y = np.linspace(-80.0, 80.0, 4001)
    assert (cole_density(y, a, b) >= 0.0).all()

    def part(y, w):
        return float(cole_density(np.array([y]), a, b)[0]) / (1.0 + 1j * w * math.exp(y))

    for w in (1e-2, 1.0, 30.0):
        edges = {"points": [0.0, -math.log(w)], "limit": 400, "args": (w,)}
        z = complex(*(quad(lambda y, w, k=k: (part(y, w).real, part(y, w).imag)[k], -120.0, 120.0, **edges)[0] for k in (0, 1)))
        assert pytest.approx(z, rel=1e-5) == complex(HavriliakNegami(R=1.0, tau=1.0, a=a, b=b).impedance(np.array([w]))[0])


# -- gradients ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_gradient_is_the_derivative(kind, data):
    w = np.logspace(-3, 5, 7)
    values = np.array([data.draw(st.floats(0.35, 0.95) if p.quantity == "fraction" else st.floats(1e-2, 1e2)) for p in kind.PARAMETERS])

    def z(v):
        return kind(**{p.name: x for p, x in zip(kind.PARAMETERS, v.tolist(), strict=True)}).impedance(w)

    value, slope = leaf_function(kind.example())(w, values)
    assert value == pytest.approx(z(values), rel=1e-10)
    for i, v in enumerate(values):
        h = 1e-6 * v
        up, down = values.copy(), values.copy()
        up[i], down[i] = v + h, v - h
        assert np.max(np.abs(slope[i] - (z(up) - z(down)) / (2.0 * h)) * v / np.abs(z(values))) < 1e-6
    stacked = leaf_function(kind.example())(w, np.stack([values, 0.9 * values]))
    assert stacked[1].shape == (2, len(values), 7) and stacked[1][0] == pytest.approx(slope, rel=1e-10)


# -- in time ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("leaf", LADDERS, ids=named)
def test_ladder_is_positive_and_has_its_stated_error(leaf):
    ladder = leaf._ladder(298.15)
    assert np.max(np.abs(ladder.impedance(OMEGA) / leaf.impedance(OMEGA) - 1.0)) <= 0.7 * _ladder.ERROR
    assert ladder.r0 >= 0.0 and (ladder.a >= 0.0).all() and (ladder.rate >= 0.0).all() and np.isfinite(ladder.rate).all()
    assert len(ladder.a) <= 160


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_kernel_solves_its_step(kind):
    leaf, J, h = kind.example(), 0.3, 0.05
    ladder = leaf._ladder(298.15)
    n = len(ladder.a)
    Yb, P, out = np.linspace(0.0, 1e-3, n), np.array(leaf.numbers(298.15)), np.zeros(OUT_SIZE)
    Z = Yb.copy()
    advance, slope = kind.kernel(lambda f: f)[:2]
    advance(J, h, 1, n, 0.0, P, Yb, Z, np.empty(0), np.empty(0), out)
    assert pytest.approx(Yb + h * (ladder.a * J - ladder.rate * Z), rel=1e-9) == Z
    assert out[OUT_V] == pytest.approx(ladder.r0 * J + Z.sum())
    turned = np.zeros(OUT_SIZE, dtype=complex)
    slope(1.0 / 20.0j, J, n, 0.0, P, Z, np.empty(0), np.empty(0), turned)
    assert turned[OUT_R] == pytest.approx(leaf.impedance(np.array([20.0]))[0], rel=1e-3)


def test_states_stay_when_a_parameter_moves_with_temperature():
    def tau(T):
        return math.exp(6000.0 / T - 6000.0 / 298.15)

    for leaf in (
        Zarc(R=tau, tau=tau, n=0.9), HavriliakNegami(R=1.0, tau=tau, a=0.9, b=0.8), DeLevieBlocking(R=tau, Q=1.0, n=0.9), DeLevieBlocking(R=tau, Q=1.0),
        DeLevieReactive(R=tau, R_ct=tau, Q=2.0, n=0.9), DeLevieReactive(R=1.0, R_ct=tau, Q=2.0),
    ):  # fmt: skip
        n = len(leaf.states(298.15).start)
        for T in (253.15, 298.15, 353.15):
            ladder = leaf._ladder(T)
            assert len(leaf.states(T).start) == n and len(leaf.numbers(T)) == 1 + 2 * n
            assert np.max(np.abs(ladder.impedance(OMEGA) / leaf.impedance(OMEGA, T) - 1.0)) <= _ladder.ERROR


def test_what_is_unset_or_out_of_range_is_refused():
    with pytest.raises(CellError, match="tau"):
        HavriliakNegami(R=1.0, a=0.9, b=0.9).numbers(298.15)
    with pytest.raises(CellError, match="out of range"):
        HavriliakNegami(R=1.0, tau=1.0, a=1.2, b=0.9)
    with pytest.raises(CellError, match="out of range"):
        DeLevieBlocking(R=1.0, Q=1.0, n=0.1)


def measured(f, z, seed=1):
    """A record with 0.2 % noise in each part."""
    rng = np.random.default_rng(seed)
    z = z * (1.0 + 2e-3 * (rng.normal(size=len(f)) + 1j * rng.normal(size=len(f))))
    return Record((Segment({"frequency": f, "impedance_real": z.real, "impedance_imag": z.imag}, "frequency", "impedance"),), Provenance("measured"))


# -- notation and fits --------------------------------------------------------------------------------------------------
def test_circuit_letters():
    assert text(parse("RHTbTr")) == "R1H1Tb1Tr1" and text(parse("R0-p(H1,Q1)-Tb1"), "dashes") == "R0-p(H1,Q1)-Tb1"
    assert Circuit(parse("R-H-Tr")).names == ["R1", "H1.R", "H1.tau", "H1.a", "H1.b", "Tr1.R", "Tr1.R_ct", "Tr1.Q", "Tr1.n"]
    assert ELEMENTS["H"] is HavriliakNegami and ELEMENTS["de_levie_reactive"] is DeLevieReactive
    assert ELEMENTS["Tb"] is DeLevieBlocking
    assert text(parse("R0-ZARC1-Zarc2")) == "R0Zarc1Zarc2" and ELEMENTS["ZARC"] is ELEMENTS["zarc"] is Zarc


@pytest.mark.parametrize(
    ("circuit", "truth"),
    [
        ("RH", {"R1": 10.0, "H1.R": 30.0, "H1.tau": 1e-2, "H1.a": 0.9, "H1.b": 0.6}),
        ("RZarc", {"R1": 10.0, "Zarc1.R": 30.0, "Zarc1.tau": 1e-2, "Zarc1.n": 0.85}),
        ("RTb", {"R1": 10.0, "Tb1.R": 30.0, "Tb1.Q": 0.05, "Tb1.n": 0.92}),
        ("RTr", {"R1": 10.0, "Tr1.R": 30.0, "Tr1.R_ct": 60.0, "Tr1.Q": 2e-3, "Tr1.n": 0.9}),
    ],
)
def test_a_fit_finds_them(circuit, truth):
    f = np.logspace(-2, 5, 57)
    model = Circuit(parse(circuit))
    z = model.impedance(np.array([truth[n] for n in model.names]), 2.0 * np.pi * f)
    found = impedance.fit(measured(f, z), circuit)
    assert not found.misfit
    for name, value in truth.items():
        assert found.std[name] is not None and abs(found.values[name] - value) < 4.0 * found.std[name]


def test_zarcs_are_arcs_of_a_fit():
    """R Zarc Zarc is R(RQ)(RQ): the same minimum, the same arcs in the same order, each with its errors."""
    f = np.logspace(-2, 5, 57)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        fast, slow = 10.0 ** rng.uniform(-4.5, -2.5), 10.0 ** rng.uniform(-1.5, 0.5)
        arcs = [Zarc(R=float(r), tau=tau, n=float(n)) for r, tau, n in zip(rng.uniform(5.0, 50.0, 2), (slow, fast), rng.uniform(0.7, 1.0, 2), strict=True)]
        data = measured(f, 10.0 + sum(a.impedance(2.0 * np.pi * f) for a in arcs), seed)
        pairs, zarcs = (impedance.fit(data, circuit) for circuit in ("R(RQ)(RQ)", "R Zarc Zarc"))
        assert zarcs.chi2 == pytest.approx(pairs.chi2, rel=1e-6)
        assert [a.labels for a in zarcs.arcs] == [("Zarc1.R", "Zarc1.tau"), ("Zarc2.R", "Zarc2.tau")]
        assert zarcs.values["Zarc1.tau"] < zarcs.values["Zarc2.tau"]
        for one, other in zip(zarcs.arcs, pairs.arcs, strict=True):
            for field in ("resistance", "tau", "capacitance", "capacitance_brug", "n"):
                assert getattr(one, field) == pytest.approx(getattr(other, field), rel=1e-3)
            for field in ("resistance_std", "tau_std", "capacitance_std"):
                assert getattr(one, field) == pytest.approx(getattr(other, field), rel=1e-2)
        assert any(found.name == "time constant of arc Zarc1.R Zarc1.tau" for found in zarcs.findings())


# -- contact spots and their gap -----------------------------------------------------------------------------------------
def gaps(count, seed=0):
    """Faces over decades of everything; some without a spot resistance, some without a double layer."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        f, b, L, sigma, permittivity, gap, r, c = 10.0 ** rng.uniform((-4, -7, -6, -5, 0, -9, -9, -5), (0, -4, -2.5, 1, 3, -5, 1, 1))
        yield ContactGap(
            contact=f, cell_radius=b, thickness=L, sigma=sigma, permittivity=permittivity, gap=gap, R=r * (i % 5 > 0), C=c * (i % 3 > 0)
        )  # fmt: skip


def test_contact_gap_is_two_real_poles():
    w = 2.0 * np.pi * np.logspace(-6, 13, 120)
    for leaf in gaps(100):
        ladder, z = leaf._ladder(298.15), leaf.impedance(w)
        assert len(ladder.a) == 2 and (ladder.a >= 0.0).all() and (ladder.rate > 0.0).all()
        assert ladder.impedance(w) == pytest.approx(z, rel=1e-9)
        assert (z.real >= 0.0).all() and (z.imag <= 0.0).all()


def test_contact_gap_gradient_is_the_derivative():
    w = 2.0 * np.pi * np.logspace(0, 9, 9)
    for leaf in gaps(30, seed=1):
        values = np.array([getattr(leaf, p.name) for p in leaf.PARAMETERS])
        values[0] = min(values[0], 0.99)
        z, slope = ContactGap.gradient(w, np.stack([0.9 * values, values]))
        for i in np.flatnonzero(values):
            step = 1e-6 * values[i] * np.eye(8)[i]
            change = (ContactGap.gradient(w, values + step)[0] - ContactGap.gradient(w, values - step)[0]) / 2e-6
            assert np.max(np.abs(slope[1, i] * values[i] - change) / np.abs(z[1])) < 1e-7


def test_contact_gap_has_its_limits():
    leaf = ContactGap(contact=0.2, cell_radius=1e-5, thickness=1e-3, sigma=0.05, permittivity=30.0, gap=1e-7)
    slow, fast = np.array([1e-6]), np.array([1e13])
    dc = spots.asr_fixed_density(0.05, 1e-5, 0.2, 1e-3)[0]
    assert leaf.impedance(slow)[0] == pytest.approx(dc, rel=1e-9)
    spot = ContactGap(contact=0.2, cell_radius=1e-5, thickness=1e-3, sigma=0.05, permittivity=30.0, gap=1e-7, R=2e-3)
    assert spot.impedance(slow)[0] == pytest.approx(dc + 2e-3 / 0.2, rel=1e-9)
    bridge = EPS0 / 1e-7 / 0.8 + EPS0 * 30.0 / 0.05 / dc  # the gap's and the electrolyte's own, both beside the constriction
    assert leaf.impedance(fast)[0] == pytest.approx(1.0 / (1j * fast[0] * bridge), rel=1e-3)
    whole = ContactGap(contact=1.0, cell_radius=1e-5, thickness=1e-3, sigma=0.05, permittivity=30.0, gap=1e-7, R=2e-3)
    assert whole.impedance(np.array([1.0, 1e5])) == pytest.approx(np.full(2, 2e-3), rel=1e-6)


def test_contact_gap_as_a_tree_of_leaves():
    """`with_gap` is electrolyte + `ContactGap` to rounding, with any element at the spots, and thin layers are refused."""
    w = 2.0 * np.pi * np.logspace(-3, 11, 60)
    for f, thickness in ((1e-3, 1e-4), (0.1, 1e-4), (0.5, 1.5e-5), (0.9, 1e-3)):
        known = {"contact": f, "cell_radius": 1e-5, "thickness": thickness, "permittivity": 40.0, "gap": 1e-7}
        bulk = thickness / (0.05 + 1j * w * EPS0 * 40.0)
        face = ContactGap(sigma=0.05, R=2e-3, C=0.02, **known).impedance(w)
        spots_alone = Resistor(R=2e-3 / f) | Capacitor(C=0.02 * f)
        tree = with_gap(spots_alone, sigma=lambda T: 0.05 * T / 298.15, **known)
        assert tree.impedance(w) == pytest.approx(bulk + face, rel=1e-9)
        assert all(abs(at(leaf.R, 596.3) / at(leaf.R, 298.15) - 0.5) < 1e-12 for leaf in tree.leaves() if isinstance(leaf, Film))
        assert len(tree.labelled()) == 6
    with pytest.raises(CellError, match="too thin for the law"):
        with_gap(Resistor(R=1.0), contact=0.98, cell_radius=1e-3, thickness=1e-6, sigma=0.1, permittivity=1.0, gap=1e-7)


def test_contact_gap_in_a_fit():
    """With the geometry known a spectrum gives the contact fraction and the spots' resistance; without an area nothing."""
    assert text(parse("R(CGap)"), "dashes") == "R1-p(C1,Gap1)" and parse("R0-Gap1") == parse("R0Gap1")
    f = np.logspace(1, 8, 60)
    known = {"Gap1.cell_radius": "10 um", "Gap1.thickness": "1 mm", "Gap1.sigma": "0.5 mS/cm", "Gap1.permittivity": 60.0, "Gap1.gap": "50 nm", "Gap1.C": "5 uF/cm^2"}
    truth = ContactGap(contact=0.06, cell_radius=1e-5, thickness=1e-3, sigma=0.05, permittivity=60.0, gap=5e-8, R=2e-4, C=0.05)
    data = measured(f, 1e4 * (0.02 + truth.impedance(2.0 * np.pi * f)))
    data = data.with_conditions(area="1 cm^2")
    found = impedance.fit(data, "R Gap", fixed=known, specific=True)
    assert not found.misfit
    for name, value in {"R1": 0.02, "Gap1.contact": 0.06, "Gap1.R": 2e-4}.items():
        assert found.std[name] is not None and abs(found.values[name] - value) < 4.0 * found.std[name], name
    with pytest.raises(AnalysisError, match="per area"):
        impedance.fit(data, "R Gap", fixed=known)
