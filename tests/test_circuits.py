"""Circuit leaves (closed form, ladder, gradient) and the notation that names them."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlayer.analysis._circuit import Circuit, leaf_function
from interlayer.elements import ELEMENTS, Element, Parallel, Series, _ladder
from interlayer.elements.base import OUT_R, OUT_SIZE, OUT_V
from interlayer.elements.capacitor import Capacitor
from interlayer.elements.constant_phase import ConstantPhase
from interlayer.elements.film import Film
from interlayer.elements.finite_warburg_open import FiniteWarburgOpen
from interlayer.elements.finite_warburg_short import FiniteWarburgShort
from interlayer.elements.gerischer import Gerischer
from interlayer.elements.inductor import Inductor
from interlayer.elements.notation import NAMED, numbered, parse, symbols, text
from interlayer.elements.resistor import Resistor
from interlayer.elements.warburg import Warburg
from interlayer.errors import CellError, NotationError

OMEGA = 2.0 * np.pi * np.logspace(-6, 7, 300)
LADDERS = [
    *(ConstantPhase(Q=2e-3, n=n) for n in (0.05, 0.2, 0.5, 0.8, 0.95, 1.0)),
    Warburg(A_w=3.0),
    *(kind(R=2.0, tau=tau) for kind in (FiniteWarburgShort, FiniteWarburgOpen) for tau in (1e-6, 1e-3, 1.0, 1e3, 1e6)),
    *(Gerischer(R=2.0, tau=tau) for tau in (1e-10, 1e-4, 1.0, 1e5)),
]


def step(leaf, J, h, Yb):
    """(Z, V, dV/dJ) of a leaf's plain kernel."""
    advance, slope = leaf.kernel(lambda f: f)[:2]
    P, Z, out = np.array(leaf.numbers(298.15)), Yb.copy(), np.zeros(OUT_SIZE)
    advance(J, h, 1, len(Yb), 0.0, P, Yb, Z, np.empty(0), np.empty(0), out)
    slope(h, J, len(Yb), 0.0, P, Z, np.empty(0), np.empty(0), out)
    return Z, out[OUT_V], out[OUT_R]


def slope_at(leaf, h):
    out = np.zeros(OUT_SIZE, dtype=complex)
    P, n = np.array(leaf.numbers(298.15)), len(leaf.states(298.15).start)
    leaf.kernel(lambda f: f)[1](h, 0.0, n, 0.0, P, np.zeros(n), np.empty(0), np.empty(0), out)
    return out[OUT_R]


@pytest.mark.parametrize("leaf", LADDERS, ids=str)
def test_ladder_has_its_stated_error_on_its_stated_band(leaf):
    ladder = leaf._ladder(298.15)
    assert np.max(np.abs(ladder.impedance(OMEGA) / leaf.impedance(OMEGA) - 1.0)) <= 0.5 * _ladder.ERROR
    assert len(ladder.a) <= 60 and ladder.r0 >= 0.0 and (ladder.a >= 0.0).all() and (ladder.rate >= 0.0).all()
    slopes = np.array([slope_at(leaf, 1.0 / (1j * w)) for w in OMEGA[::30]])
    assert slopes == pytest.approx(ladder.impedance(OMEGA[::30]), rel=1e-10)


@pytest.mark.parametrize(
    "leaf",
    [ConstantPhase(Q=0.5, n=0.7), Warburg(A_w=2.0), FiniteWarburgShort(R=3.0, tau=10.0), Inductor(L=0.2)],
    ids=str,
)
def test_kernel_solves_its_step_and_its_slope_is_the_derivative(leaf):
    n, J, h = len(leaf.states(298.15).start), 0.3, 0.05
    Yb = np.linspace(0.0, 1e-3, n)
    Z, V, slope = step(leaf, J, h, Yb)
    if not isinstance(leaf, Inductor):
        ladder = leaf._ladder(298.15)
        assert pytest.approx(Yb + h * (ladder.a * J - ladder.rate * Z), rel=1e-9) == Z
        assert pytest.approx(ladder.r0 * J + Z.sum()) == V
    assert (step(leaf, J + 1e-3, h, Yb)[1] - V) / 1e-3 == pytest.approx(slope, rel=1e-7)
    assert slope_at(leaf, 1.0 / (2.0j * math.pi * 3.0)) == pytest.approx(
        leaf.impedance(np.array([6.0 * math.pi]))[0], rel=1e-3
    )


@pytest.mark.parametrize("n", [0.3, 0.5, 0.8])
def test_ladder_charges_like_a_constant_phase_element(n):
    """A constant current J gives V = J t^n/(Q Gamma(1+n)), from a microsecond to a day."""
    ladder = _ladder.power_law(0.5, n)
    t = np.logspace(-5, 5, 60)[:, None]
    rate = ladder.rate[1:]
    charged = ladder.r0 + ladder.a[0] * t[:, 0] + np.sum(ladder.a[1:] / rate * -np.expm1(-rate * t), axis=1)
    assert charged == pytest.approx(t[:, 0] ** n / (0.5 * math.gamma(1.0 + n)), rel=2e-3)


def test_closed_forms_have_their_limits():
    w = np.array([1e-4, 1.0, 1e4])
    assert ConstantPhase(Q=2.0, n=1.0).impedance(w) == pytest.approx(Capacitor(C=2.0).impedance(w), rel=1e-12)
    assert ConstantPhase(Q=2.0, n=0.0).impedance(w) == pytest.approx(np.full(3, 0.5), rel=1e-12)
    assert Warburg(A_w=3.0).impedance(w) == pytest.approx(3.0 * (1.0 - 1.0j) / np.sqrt(w), rel=1e-12)
    assert Warburg(A_w=3.0).impedance(w) == pytest.approx(
        ConstantPhase(Q=1 / (3.0 * math.sqrt(2.0)), n=0.5).impedance(w), rel=1e-12
    )
    short, open_ = FiniteWarburgShort(R=5.0, tau=1.0), FiniteWarburgOpen(R=5.0, tau=1.0)
    infinite = 5.0 / np.sqrt(1j * w[2:])
    assert short.impedance(w)[0] == pytest.approx(5.0, rel=1e-4)
    assert open_.impedance(w)[0] == pytest.approx(5.0 / 3.0 + 5.0 / (1j * 1e-4), rel=1e-6)
    assert short.impedance(w)[2:] == pytest.approx(infinite, rel=1e-9) and open_.impedance(w)[2:] == pytest.approx(
        infinite, rel=1e-9
    )
    assert Gerischer(R=5.0, tau=1.0).impedance(w)[[0, 2]] == pytest.approx(
        np.array([5.0, 5.0 / np.sqrt(1e4j)]), rel=1e-4
    )


def test_ladder_keeps_its_states_when_a_parameter_moves_with_temperature():
    leaf = FiniteWarburgShort(R=1.0, tau=lambda T: 100.0 * math.exp(3000.0 / T - 3000.0 / 298.15))
    assert len(leaf.numbers(273.15)) == len(leaf.numbers(333.15)) == 1 + 2 * len(leaf.states(298.15).start)
    with pytest.raises(CellError, match="tau"):
        FiniteWarburgShort(R=1.0).numbers(298.15)
    with pytest.raises(CellError, match="out of range"):
        ConstantPhase(Q=1.0, n=1.2)


# -- gradients --------------------------------------------------------------------------------------------------------
KINDS = [Resistor, Capacitor, Inductor, ConstantPhase, Warburg, FiniteWarburgShort, FiniteWarburgOpen, Gerischer, Film]


def differences(function, values):
    """Central differences over one parameter vector, as (n, m)."""
    out = []
    for i, v in enumerate(values):
        h = 1e-6 * v
        up, down = values.copy(), values.copy()
        up[i], down[i] = v + h, v - h
        out.append((function(up) - function(down)) / (2.0 * h))
    return np.array(out)


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_leaf_gradient_is_the_derivative(kind, data):
    w = np.logspace(-3, 5, 7)
    values = np.array(
        [data.draw(st.floats(0.2, 0.95) if p.name == "n" else st.floats(1e-3, 1e3)) for p in kind.PARAMETERS]
    )

    def z(v):
        return kind(**{p.name: x for p, x in zip(kind.PARAMETERS, v.tolist(), strict=True)}).impedance(w)

    both = leaf_function(kind.example())
    value, slope = both(w, values)
    size = np.abs(z(values)) / values[:, None]
    assert np.broadcast_to(value, (7,)) == pytest.approx(z(values), rel=1e-10)
    assert np.max(np.abs(slope - differences(z, values)) / size) < 1e-6
    stacked = both(w, np.stack([values, 0.9 * values]))
    assert np.broadcast_to(stacked[1][0], (len(values), 7)) == pytest.approx(
        np.broadcast_to(slope, (len(values), 7)), rel=1e-8
    )


@pytest.mark.parametrize("circuit", ["R(RQ)(RQ)W", "LR(C[R(RQ)])Ws", "(Q[R(C[RWo])])G", "([RL]C)Q"])
def test_circuit_gradient_is_the_derivative(circuit):
    made = Circuit(parse(circuit))
    w = np.logspace(-2, 5, 30)
    values = np.random.default_rng(1).uniform(0.3, 0.9, len(made.names))
    z, slope = made.evaluate(values[None, :], w)
    assert z[0] == pytest.approx(made.with_values(values).impedance(w), rel=1e-12)
    expected = differences(lambda v: made.impedance(v, w), values)
    assert np.max(np.abs(slope[0] - expected) / np.abs(z[0])) < 1e-7


def test_parameters_are_named_by_label():
    assert Circuit(parse("R0-p(R1,CPE1)-W1-Ws1-L1")).names == ["R0", "R1", "Q1", "Q1.n", "W1", "Ws1.R", "Ws1.tau", "L1"]


# -- notation ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("brackets", "dashes"),
    [
        ("R1(R2Q1)(R3Q2)W1", "R1-p(R2,Q1)-p(R3,Q2)-W1"), ("R1([R2W1]Q1)", "R1-p(R2-W1,Q1)"), ("(R1C1)", "p(R1,C1)"),
        ("R0(R1Q1)W1", "R0-p(R1,CPE1)-W1"), ("R1(C1[R2(C2[R3W1])])", "R1-p(C1,R2-p(C2,R3-W1))"), ("L1", "L1"),
        ("R1Ws1Wo1G1", "R1-Ws1-Wo1-G1"), ("(R1[(C1L1)R2])", "p(R1,p(C1,L1)-R2)"),
    ],
)  # fmt: skip
def test_both_notations_are_one_circuit(brackets, dashes):
    assert parse(brackets) == parse(dashes)
    assert text(parse(dashes)) == brackets and parse(text(parse(brackets), "dashes")) == parse(brackets)


def test_circuits_with_a_name():
    """One table (`NAMED`): parses wherever a symbol may stand, prints back as its elements, is one with them."""
    for name, tree in NAMED.items():
        assert parse(name) == parse(tree) and text(parse(name)) == text(parse(tree))
        assert text(parse(f"L-p({name},C)"), "dashes") == text(parse(f"L([{tree}]C)"), "dashes")
    assert text(parse("R0-Randles-W7")) == "R0R1(C1[R2W1])W7" and text(parse("Randles(C)")) == "R1(C1[R2W1])C2"
    assert Circuit(parse("Randles(CPE)")).names == ["R1", "Q1", "Q1.n", "R2", "W1"]
    with pytest.raises(NotationError, match="Did you mean 'Randles'"):
        parse("randels")


def test_free_numbers_are_filled_around_given_ones():
    assert text(parse("R(RQ)(R Q)W")) == "R1(R2Q1)(R3Q2)W1"
    assert text(parse("RR1Q5Q")) == "R2R1Q5Q1" and text(parse("R007")) == "R7"
    r, q = Resistor(), ConstantPhase()
    assert text(numbered(r + (r | q) + (r | q))) == "R1(R2Q1)(R3Q2)"
    assert text(Resistor(label="bulk") + q) == "RQ"
    assert math.isnan(parse("R").R)


def elements():
    leaf = st.sampled_from(sorted(s for s in symbols() if s != "CPE")).map(lambda s: symbols()[s]())
    kind = st.sampled_from([Series, Parallel])

    def group(children):
        return st.tuples(kind, st.lists(children, min_size=2, max_size=4)).map(lambda t: t[0](tuple(t[1])))

    return st.recursive(leaf, group, max_leaves=12).map(numbered)


@given(elements(), st.sampled_from(["brackets", "dashes"]))
@settings(max_examples=150, deadline=None)
def test_text_and_parse_are_inverse(element: Element, style):
    assert parse(text(element, style)) == element


@pytest.mark.parametrize(
    ("given", "position", "says"),
    [
        ("", 0, "missing"), ("R(", 1, "never closed"), ("R(RQ", 1, "never closed"), ("R)", 1, "closes no open"),
        ("R(RQ]", 4, "can't close"), ("RX", 1, "'X' is no circuit symbol"), ("R1-wo", 3, "Did you mean 'Wo'"),
        ("R-", 2, "missing after '-'"), ("-R", 0, "missing before"), ("p(R,)", 4, "missing after ','"), ("(R,Q)", 2, "comma"),
        ("(R-Q)", 2, "parallel"), ("R1R1", 2, "Two elements are called 'R1'"), ("R0-p(R1,CPE1)-CPE1", 14, "'Q1'"),
        ("R" + "9" * 5000, 1, "at most"), ("()", 1, "missing"), ("R_1", 1, "'_'"), ("(" * 10000, 60, "brackets within"),
        ("[" * 10000 + "R", 60, "brackets within"), ("p(" * 10000, 120, "brackets within"),
    ],
)  # fmt: skip
def test_what_does_not_parse_says_where(given, position, says):
    with pytest.raises(NotationError) as caught:
        parse(given)
    assert caught.value.position == position and says in str(caught.value)


@given(st.text("RCLQWso()[]p-, 12x", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_parses_or_is_refused_with_a_position(given):
    try:
        assert isinstance(parse(given), Element)
    except NotationError as error:
        assert 0 <= error.position <= len(given)


def test_an_element_without_a_symbol_has_no_text():
    with pytest.raises(NotationError, match="Film"):
        text(Film(R=1.0))
    with pytest.raises(NotationError):
        parse(None)  # type: ignore[arg-type]
    assert ELEMENTS["CPE"] is ConstantPhase


def test_importing_the_rooms_is_cheap():
    code = "import interlayer.elements.notation, interlayer.analysis.impedance, interlayer.analysis.arrhenius, sys; print([m for m in ('scipy', 'numba', 'pint', 'polars') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
