"""Contract tests of the element family: every leaf of both registries, through its `example()` and a few more."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from conftest import (
    CURRENT,
    T0,
    OneKernel,
    arithmetic,
    column,
    exact_run,
    fixed,
    integrate,
    machine_of,
    names_of,
    order_of,
    table,
)
from interlayer.elements import _ladder, catalogue
from interlayer.elements.base import (
    ELEMENTS,
    FARADAY,
    GAS,
    MAX_READS,
    MECHANISMS,
    OUT_EXPORT,
    OUT_EXPORT_J,
    OUT_EXPORT_LINK,
    OUT_FLAG,
    OUT_LINK,
    OUT_R,
    OUT_V,
    Leaf,
    Series,
)  # fmt: skip
from interlayer.elements.binary import Binary, OfSalt
from interlayer.elements.capacitor import Capacitor
from interlayer.elements.charge_transfer import ChargeTransfer
from interlayer.elements.constriction import Constriction
from interlayer.elements.contact_gap import ContactGap
from interlayer.elements.film import Film
from interlayer.elements.leak import Leak
from interlayer.elements.mixed import Mixed
from interlayer.elements.notation import symbols
from interlayer.elements.porous_layer import PorousLayer
from interlayer.elements.resistor import Resistor
from interlayer.elements.short import Short
from interlayer.errors import CellError, UnknownNameError
from interlayer.laws import constriction as spots
from interlayer.mechanisms.breakdown import Breakdown
from interlayer.mechanisms.dead_lithium import DeadLithium
from interlayer.mechanisms.deposit import Deposit
from interlayer.mechanisms.expansion import Expansion
from interlayer.mechanisms.filament import Filament
from interlayer.mechanisms.interphase import Interphase
from interlayer.mechanisms.inventory import Inventory
from interlayer.mechanisms.voids import Voids
from interlayer.names import NAMES

KINDS: dict[str, type[Leaf]] = {**{n: ELEMENTS[n] for n in ELEMENTS}, **{n: MECHANISMS[n] for n in MECHANISMS}}
MORE: dict[str, Leaf] = {
    "binary of salt": Binary(
        thickness=1e-4, concentration=1500.0, porosity=0.4,
        conductivity=OfSalt(lambda c, T: 0.15 * (c / 1500.0) * math.exp(-c / 2500.0), 10.0, 5000.0),
        diffusivity=OfSalt(lambda c, T: 8e-12 * (1.4 - c / 4000.0), 10.0, 5000.0),
        transference_number=OfSalt(lambda c, T: 0.3 - 0.1 * c / 3000.0, 10.0, 5000.0),
        thermodynamic_factor=OfSalt(lambda c, T: 1.0 + c / 3000.0, 10.0, 5000.0),
    ),
    "charge transfer symmetric": ChargeTransfer(j0=10.0, orientation=-1, reads={"contact": 0.3, "concentration": 700.0}, reference_concentration=1500.0),
    "film without capacitance": Film(R=2e-3),
    "voids refilling badly": Voids(replenishment=0.8, refill=0.6, contact=0.7, orientation=-1),
    "voids under pressure": Voids(replenishment=0.8, refill=0.6, contact=0.7, closure=3e-4, orientation=1),
    "deposit on the left": Deposit(nuclei=0.1, spread=2000.0, orientation=1),
    "filament at a spot": Filament(threshold=0.02, crossing=1e-3, focusing=10.0, retraction=0.7, orientation=1, reads={"drop1": -0.03}),
    "inventory right": Inventory(thickness=20e-6, orientation=-1),
    "mixed without a host": replace(Mixed.example(), label="bare", host_capacity=0.0, filling=0.4, alpha=0.4, blocking=0.5, barrier=0.0, orientation=-1),
    "mixed between collectors": replace(Mixed.example(), label="ee", ions_near=0.0, contact=1.0, void_depth=0.0, orientation=-1),
    "mixed between electrolytes": replace(Mixed.example(), label="ii", ions_far=1.0, contact=1.0, void_depth=0.0),
}  # fmt: skip
LEAVES: dict[str, Leaf] = {**{name: kind.example() for name, kind in KINDS.items()}, **MORE}
HERTZ = np.logspace(-6.0, 6.0, 97)
OMEGA = 2.0 * np.pi * HERTZ

#: read vectors that reach every branch of a kernel; a kind that reads and is not here fails its test
READ_POINTS: dict[type[Leaf], list[tuple[float, ...]]] = {
    ChargeTransfer: [(1.0, 1.0), (0.3, 0.4), (0.02, 3.0)],
    Constriction: [(0.1,), (0.5,), (0.97,)],
    Short: [(5.98e-4,), (6.01e-4,), (0.0,), (9e-4,)],
    Inventory: [(0.0, 0.0), (4e3, 1e3)],
    PorousLayer: [(2e-6,), (5e-5,)],
    Leak: [(0.01,), (0.2,), (1.0,)],
    Breakdown: [(0.05, 1e-8), (-0.3, 1e-8), (0.25, 2e-8)],
    Expansion: [(0.04, 2e-7), (0.4, 5e-6), (1.0, 1e-6)],
    Filament: [(1.0, *[0.0] * 7), (0.4, -0.02, -0.03, 0.001, *[0.0] * 4), (0.4, 0.02, 0.03, *[0.0] * 5)],
}
CURRENTS = (-17.0, -1.5, -0.3, -1e-3, 1e-3, 0.3, 1.5, 17.0)  # none on a kink
STEPS = (0.0, 1e-3, 1.0, 600.0)


def read_points(leaf: Leaf) -> list[np.ndarray]:
    if not leaf.READS:
        return [np.zeros(MAX_READS)]
    return [np.array([*row, *[0.0] * (MAX_READS - len(row))]) for row in READ_POINTS[type(leaf)]]


def worn(kernel: OneKernel, reads: np.ndarray) -> list[np.ndarray]:
    """States a leaf may be in: its start, and after some current in either direction."""
    states = [kernel.start]
    for J in (2.0, -3.0, 1.0):
        states.append(kernel(J, 200.0, states[-1], reads).Z)
    return states


def test_registries_hold_what_the_engine_needs() -> None:
    assert {"resistor", "capacitor", "film", "charge_transfer", "constriction", "short", "binary"} <= set(ELEMENTS)
    assert {"voids", "filament", "interphase", "inventory", "deposit", "dead_lithium", "expansion", "breakdown"} <= set(MECHANISMS)
    with pytest.raises(UnknownNameError, match="film"):
        ELEMENTS["flim"]


# -- impedance ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", LEAVES)
def test_tangent_is_the_closed_form(name: str) -> None:
    leaf = LEAVES[name]
    error = _ladder.ERROR if hasattr(leaf, "_ladder") else 1e-9
    exact = leaf.impedance(OMEGA, T0)
    found = machine_of(leaf).impedance(OMEGA)
    assert exact.shape == found.shape == OMEGA.shape
    assert np.max(np.abs(found - exact) / np.maximum(np.abs(exact), 1e-300)) <= error


@pytest.mark.parametrize("name", LEAVES)
def test_stated_equation_is_the_closed_form(name: str) -> None:
    leaf = LEAVES[name]
    if any(isinstance(getattr(leaf, f), OfSalt) for f in leaf.__dataclass_fields__):  # at rest: the values at c0
        c0 = leaf.concentration  # type: ignore[attr-defined]
        leaf = replace(leaf, **{f: getattr(leaf, f).function(c0, T0) for f in leaf.__dataclass_fields__ if isinstance(getattr(leaf, f), OfSalt)})
    exact = leaf.impedance(OMEGA, T0)
    if not leaf.EQUATION:  # its law is a fitted series, no line of mathematics
        assert isinstance(leaf, Constriction | ContactGap)
        b = 50e-6 if isinstance(leaf, Constriction) else 10e-6
        spot = 0.0 if isinstance(leaf, Constriction) else 1e-4 / 0.1
        assert exact[0].real == pytest.approx(spots.asr_fixed_density(0.09, b, 0.1, 1e-3)[0] + spot, rel=1e-9)
        return
    stated = np.array([arithmetic(leaf.EQUATION, names_of(leaf) | {"omega": w}) for w in OMEGA])
    assert np.max(np.abs(stated - exact) / np.maximum(np.abs(exact), 1e-300)) <= 1e-9


def test_equation_reader_reads_nothing_but_arithmetic() -> None:
    assert arithmetic("2*x**2 - exp(0)/4", {"x": 3.0}) == pytest.approx(17.75)
    for text in ("__import__('os')", "x.real", "[1][0]", "f(1, 2)", "x if x else x", "lambda: 1"):
        with pytest.raises((ValueError, KeyError)):
            arithmetic(text, {"x": 1.0})


@pytest.mark.parametrize("name", LEAVES)
def test_negative_frequencies_conjugate_and_rest_is_passive(name: str) -> None:
    machine = machine_of(LEAVES[name])
    z = machine.impedance(OMEGA)
    assert np.allclose(machine.impedance(-OMEGA), z.conj(), rtol=1e-12, atol=0.0)
    assert np.all(z.real >= -1e-12 * np.abs(z))


# -- kernels --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", LEAVES)
def test_rest_is_rest(name: str) -> None:
    leaf = LEAVES[name]
    kernel = OneKernel(leaf)
    for h in STEPS if leaf.states(T0).slow else STEPS[1:]:  # only slow states are ever frozen (h = 0)
        answer = kernel(0.0, h, kernel.start)
        assert abs(answer.out[OUT_V]) <= 1e-13
        assert answer.out[OUT_FLAG] == 0.0
        if isinstance(leaf, Interphase) and h > 0.0:  # it grows by chemistry, without a current
            assert answer.Z[0] > kernel.start[0]
        else:
            assert np.allclose(answer.Z, kernel.start, rtol=1e-12, atol=0.0)


def values(out: np.ndarray, n: int) -> np.ndarray:
    return np.array([out[OUT_V], *out[OUT_EXPORT : OUT_EXPORT + n]])


def difference(change: Callable[[float], np.ndarray], d: float) -> np.ndarray:
    """Fourth-order central difference."""
    a, b, c, e = (change(k * d) for k in (-2.0, -1.0, 1.0, 2.0))
    return np.asarray((a - 8.0 * b + 8.0 * c - e) / (12.0 * d))


def assert_slopes(kernel: OneKernel, Yb: np.ndarray, reads: np.ndarray, J: float, h: float) -> None:
    leaf = kernel.leaf
    n = len(leaf.EXPORTS)
    here = kernel(J, h, Yb, reads).out
    rounding = 1e-13 * np.abs(values(here, n)) + 1e-40
    d = 2e-4 * abs(J)
    by_J = difference(lambda d: values(kernel(J + d, h, Yb, reads).out, n), d)
    said = np.array([here[OUT_R], *here[OUT_EXPORT_J : OUT_EXPORT_J + n]])
    assert np.all(np.abs(said - by_J) <= 1e-6 * np.abs(by_J) + rounding / d), (J, h, reads, said, by_J)
    for i, unit in enumerate(np.eye(MAX_READS)[: len(leaf.READS)]):
        d = 1e-3 * leaf.width if isinstance(leaf, Short) else 1e-4 * (abs(reads[i]) or 1e-2)  # type: ignore[operator]
        by_x = difference(lambda d, unit=unit: values(kernel(J, h, Yb, reads + d * unit).out, n), d)  # type: ignore[misc]
        said = np.array([here[OUT_LINK + i], *[here[OUT_EXPORT_LINK + MAX_READS * e + i] for e in range(n)]])
        assert np.all(np.abs(said - by_x) <= 1e-6 * np.abs(by_x) + rounding / d), (i, J, h, reads, said, by_x)


@pytest.mark.parametrize("name", LEAVES)
def test_slopes_are_finite_differences(name: str) -> None:
    """dV/dJ, dV/dx, d(export)/dJ, d(export)/dx of the resolvent, total through the states it has just solved for."""
    leaf = LEAVES[name]
    kernel = OneKernel(leaf)
    for reads in read_points(leaf):
        for Yb in worn(kernel, reads):
            for J in CURRENTS:
                for h in STEPS if leaf.states(T0).slow else STEPS[1:]:
                    assert_slopes(kernel, Yb, reads, J, h)


@pytest.mark.parametrize("leaf", [ChargeTransfer(j0=10.0, orientation=1), Constriction.example(), Filament.example()], ids=lambda leaf: leaf.label)
def test_no_contact_sets_the_flag(leaf: Leaf) -> None:
    kernel = OneKernel(leaf)
    gone = kernel.reads.copy()
    gone[0] = 0.0
    assert kernel(1.0, 1.0, kernel.start, gone).out[OUT_FLAG] != 0.0


def test_butler_volmer_against_its_own_equation() -> None:
    for alpha in (0.2, 0.5, 0.77):
        for o in (1, -1):
            kernel = OneKernel(ChargeTransfer(j0=8.0, alpha=alpha, orientation=o, reference_concentration=1500.0))
            for J in (-5e3, -3.0, -1e-6, 1e-6, 3.0, 5e3):
                out = kernel(J, 1.0, kernel.start, np.array([0.25, 400.0, *[0.0] * 6])).out
                u = o * out[OUT_V] * FARADAY / (GAS * T0)
                j = 0.25 * 8.0 * (400.0 / 1500.0) ** alpha * (math.exp(alpha * u) - math.exp(-(1.0 - alpha) * u))
                assert j == pytest.approx(o * J, rel=1e-9, abs=1e-14)
                assert out[OUT_EXPORT] == pytest.approx(o * out[OUT_V], rel=1e-15)


# -- resolvents: Z - Yb = h f(Z, J) with f written here afresh ----------------------------------------------------------
K = 13.0e-6 / FARADAY


def film_rate(q: float, J: float) -> float:
    return J - q / (2e-3 * 10.0)


def voids_rate(v: float, s: float) -> float:
    if s > 0.8:
        return K * (s - 0.8)
    gap = (0.8 - s) if s >= 0.0 else 0.8 + 0.6 * (-s)
    return -K * gap * v / (v + 1e-6)


def pressed_voids_rate(v: float, s: float) -> float:
    return voids_rate(v, s) - 1e-4 * v


def interphase_rate(d: float, J: float = 0.0) -> float:
    return 1.0 / (1.0 / 1e-12 + d / 3e-20)


def filament_rate(l: float, p: float, drive: float, threshold: float = 0.02, g: float = 10.0, r: float = 0.7) -> float:
    """p: local plating current; drive: positive on plating."""
    if p > 0.0:
        return g * K * p * (1.0 - threshold / drive) if drive > threshold else 0.0
    return -r * g * K * (-p) * l / (l + 1e-6)


CASES: dict[str, tuple[Leaf, Callable[[float, float], float], tuple[float, ...], tuple[float, ...]]] = {
    "film": (Film(R=2e-3, C=10.0), film_rate, (0.0, 0.03, -0.1), (5.0, -5.0)),
    "capacitor": (Capacitor(C=0.1), lambda q, J: J, (0.0, 0.3), (5.0, -5.0)),
    "voids": (Voids(replenishment=0.8, refill=0.6, orientation=1), voids_rate, (0.0, 1e-9, 2e-7, 5e-6), (3.0, 0.81, 0.79, 0.1, 0.0, -0.1, -5.0)),
    "voids under pressure": (Voids(replenishment=0.8, refill=0.6, closure=1e-4, orientation=1), pressed_voids_rate, (0.0, 1e-9, 2e-7, 5e-6), (3.0, 0.81, 0.79, 0.1, 0.0, -0.1, -5.0)),
    "deposit": (Deposit(nuclei=0.01, spread=400.0, efficiency=0.9, orientation=-1), lambda q, J: 0.9 * J if J > 0.0 else J, (0.0, 3.0, 4e4), (5.0, 0.0, -5.0)),
    "breakdown": (Breakdown(field=1e7, time=6000.0, healing=1e-3, reads={"drop": -0.25, "thickness": 1e-8}), lambda d, J: (1.0 - d) * 1.5 / 6000.0 - 1e-3 * d, (0.0, 0.3), (1.0,)),
    "dead lithium": (DeadLithium(efficiency=0.9, orientation=-1), lambda q, J: 0.1 * max(J, 0.0), (0.0, 4e3), (5.0, 0.0, -5.0)),
    "interphase": (Interphase(k_r=1e-12, k_p=3e-20, sigma=1e-6), interphase_rate, (0.0, 5e-9, 1e-7), (0.0, 1.0)),
    "filament": (
        Filament(threshold=0.02, crossing=1e-3, focusing=10.0, retraction=0.7, field=1e-3, orientation=1, reads={"contact": 0.5}),
        lambda l, J: filament_rate(l, -J / 0.5, -J / 0.5 * 1e-3), (0.0, 1e-8, 3e-5), (-30.0, -11.0, -9.0, 0.0, 0.5, 20.0),
    ),
    "filament by the mean drop": (
        Filament(threshold=0.02, crossing=1e-3, focusing=10.0, retraction=0.7, orientation=-1, reads={"drop1": -0.03, "drop2": -0.02, "drop3": 0.005}),
        lambda l, J: filament_rate(l, J, 0.045), (0.0, 1e-8, 3e-5), (30.0, 0.5, 0.0, -0.5, -20.0),
    ),
    "inventory": (Inventory(thickness=20e-6, orientation=-1), lambda q, J: J, (1e5, 1.0), (5.0, -5.0)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_resolvent_solves_its_equation(name: str) -> None:
    leaf, rate, starts, currents = CASES[name]
    kernel = OneKernel(leaf)
    for start in starts:
        for J in currents:
            for h in (1e-4, 1.0, 500.0, 1e5):
                z = kernel(J, h, np.array([start])).Z[0]
                assert z - start == pytest.approx(h * rate(z, J), rel=1e-9, abs=1e-12 * (abs(start) + abs(z)) * (1.0 + (h / 0.02 if name == "film" else 0.0)))


@pytest.mark.parametrize("J", [3.0, 0.3, 0.0, -0.2, -4.0])
@pytest.mark.parametrize("name", CASES)
def test_halving_the_step_halves_the_error_of_one_resolvent(name: str, J: float) -> None:
    """The resolvent alone is backward Euler: first order against an independent integration of the same equation."""
    leaf, rate, starts, _ = CASES[name]
    span = 0.02 if name == "film" else 2000.0
    kernel = OneKernel(leaf)
    start = starts[-1]
    scale = max(abs(start), 1e-9)
    exact = solve_ivp(lambda t, y: [rate(y[0] * scale, J) / scale], (0.0, span), [start / scale], "Radau", rtol=1e-10, atol=1e-13).y[0, -1] * scale
    errors = []
    for n in (100, 200, 400):
        y = np.array([start])
        for _ in range(n):
            y = kernel(J, span / n, y).Z
        errors.append(abs(y[0] - exact))
    linear = abs(rate(start, J) - rate(exact, J)) <= 1e-12 * abs(rate(start, J))
    if linear:  # a constant rate is integrated exactly
        assert max(errors) <= 1e-9 * scale
    else:
        assert 0.9 < order_of(errors) < 1.1


# -- through the full loop: second order in time --------------------------------------------------------------------------
def assert_second_order(errors: list[float], most: float) -> None:
    assert 1.8 <= order_of(errors) <= 2.3, errors
    assert errors[-1] <= most, errors


def by_ivp(rate: Callable[[float, float], float], start: float, pieces: list[tuple[float, float]], scale: float) -> float:
    """The state after pieces of (J, duration), by Radau at 1e-10."""
    y = start / scale
    for J, span in pieces:
        y = solve_ivp(lambda t, y, J=J: [rate(y[0] * scale, J) / scale], (0.0, span), [y], "Radau", rtol=1e-10, atol=1e-12).y[0, -1]
    return y * scale


LOOPS = {
    "film": ([(5.0, 0.04), (-5.0, 0.04)], 0.1, 4, 2e-5),
    "voids": ([(3.0, 4000.0), (0.2, 2000.0), (0.0, 2000.0), (-2.0, 1000.0)], 1e-7, 10, 1e-12),
    "voids under pressure": ([(3.0, 4000.0), (0.2, 2000.0), (0.0, 2000.0), (-2.0, 1000.0)], 1e-7, 10, 1e-12),
    "breakdown": ([(1.0, 300.0), (1.0, 600.0)], 1.0, 6, 1e-4),
    "interphase": ([(1.0, 4e5), (-1.0, 4e5)], 1e-8, 20, 1e-12),
    "filament": ([(-30.0, 1000.0), (0.0, 500.0), (5.0, 400.0)], 1e-6, 10, 1e-10),
}


@pytest.mark.parametrize("name", LOOPS)
def test_second_order_in_time(name: str) -> None:
    leaf, rate, _, _ = CASES[name]
    pieces, scale, n, most = LOOPS[name]
    machine = machine_of(leaf)
    exact = by_ivp(rate, machine.start.Y[0], pieces, scale)
    errors = []
    for k in (1, 2, 4, 8):
        state = machine.start.copy()
        machine.weight = np.full_like(machine.weight, np.inf)
        for J, span in pieces:
            state.step_size = span / (n * k)
            machine.integrate(table((CURRENT, J, span)), state, max_step=span / (n * k))
        errors.append(abs(state.Y[0] - exact))
    assert_second_order(errors, most)
    machine = machine_of(leaf)  # and under error control
    _, state = integrate(machine, table(*[(CURRENT, J, span) for J, span in pieces]), rtol=1e-6)
    assert abs(state.Y[0] - exact) <= 0.3 * machine.weight[0] + 3e-5 * abs(exact)


def test_interphase_follows_its_exact_solution() -> None:
    leaf = Interphase(k_r=1e-12, k_p=3e-20, sigma=1e-6)
    machine = machine_of(leaf)
    run, _ = exact_run(machine, table((CURRENT, 1.0, 3.6e6)))
    t, l = run.history[:, 0], 3e-20 / 1e-12
    exact = np.sqrt((5e-9 + l) ** 2 + 2.0 * 3e-20 * t) - l
    assert np.max(np.abs(column(run, machine, "interphase", "thickness") / exact - 1.0)) < 1e-5
    assert exact[-1] > 20.0 * exact[0]  # from linear far into parabolic growth
    assert np.allclose(column(run, machine, "interphase"), column(run, machine, "interphase", "thickness") / 1e-6, rtol=1e-12)


def test_inventory_and_capacitor_count_charge_exactly() -> None:
    machine = machine_of(Inventory(thickness=20e-6, orientation=1) + Capacitor(C=0.1))
    _, state = integrate(machine, table((CURRENT, 3.0, 1234.5), (CURRENT, -1.0, 777.0)))
    passed = 3.0 * 1234.5 - 777.0
    assert machine.start.Y[0] - state.Y[0] == pytest.approx(passed, rel=1e-12)
    assert state.Y[1] == pytest.approx(passed, rel=1e-12)
    assert machine.start.Y[0] == pytest.approx(20e-6 / 4.85e-6 * 3.6e4, rel=1e-3)  # 4.85 um hold 1 mAh/cm2


def test_double_layer_and_filament_relax_with_second_order() -> None:
    """(charge transfer + filament reading its overpotential) | double layer: everything moves at once."""
    ct = ChargeTransfer(label="ct", j0=2.0, orientation=1)
    filament = Filament(label="f", threshold=0.02, crossing=1e-3, focusing=10.0, retraction=0.7, orientation=1, reads={"drop1": "ct.overpotential"})
    machine = machine_of((Series((ct, filament))) | Capacitor(label="dl", C=50.0))
    b = 2.0 * GAS * T0 / FARADAY

    def rates(t: float, y: np.ndarray, J: float) -> list[float]:
        v = y[0] / 50.0
        j = 2.0 * 2.0 * math.sinh(v / b)
        return [J - j, filament_rate(y[1] * 1e-6, -j, -v) * 1e6]

    def exact(y: np.ndarray, J: float, span: float) -> np.ndarray:
        return solve_ivp(rates, (0.0, span), y, "Radau", rtol=1e-11, atol=1e-13, args=(J,)).y[:, -1]

    dl, f = machine.index("dl"), machine.index("f")
    place = [int(machine.leaf[k, 3]) for k in (dl, f)]  # column Y0 of the leaf table
    start = exact(np.zeros(2), -12.0, 20.0)  # past the threshold, where the rate has a kink
    for J in (-6.0, 9.0):  # grows on, then turns and retracts
        y = exact(start, J, 4.0)
        errors = []
        for n in (20, 40, 80, 160):
            state = machine.start.copy()
            state.Y[place] = start * [1.0, 1e-6]
            state.step_size = 4.0 / n
            machine.weight = np.full(2, np.inf)
            machine.integrate(table((CURRENT, J, 4.0)), state, max_step=4.0 / n)
            errors.append(abs(state.Y[place[0]] - y[0]))
            if J < 0.0:
                errors[-1] += abs(state.Y[place[1]] * 1e6 - y[1])
        assert_second_order(errors, 1e-3)
    assert y[1] > 0.0


def test_binary_against_the_method_of_lines() -> None:
    """A fine uniform mesh and Radau, written here, for properties that depend on the salt; three currents in turn."""
    leaf = MORE["binary of salt"]
    assert isinstance(leaf, Binary)
    n, L, eps = 400, 1e-4, 0.4
    dx = L / n

    def D(c: np.ndarray) -> np.ndarray:
        return 8e-12 * (1.4 - c / 4000.0)

    def tp(c: np.ndarray) -> np.ndarray:
        return 0.3 - 0.1 * c / 3000.0

    def rate(t: float, c: np.ndarray, J: float) -> np.ndarray:
        mid = 0.5 * (c[1:] + c[:-1])
        N = np.empty(n + 1)
        N[0] = N[-1] = J / FARADAY
        N[1:-1] = -D(mid) * np.diff(c) / dx + tp(mid) * J / FARADAY
        return -np.diff(N) / (eps * dx)

    def faces(c: np.ndarray, J: float) -> tuple[float, float]:
        """Salt at the faces by a parabola through two averages with the gradient that the current imposes."""
        out = []
        for a, b, sign in ((c[0], c[1], 1.0), (c[-1], c[-2], -1.0)):
            s = a
            for _ in range(50):
                g = -sign * (1.0 - tp(s)) * J / FARADAY / D(s)
                # averages of s + g x + q x^2 over [0, dx] and [dx, 2 dx]
                q = (b - a - g * dx) / (2.0 * dx * dx)
                s = a - g * dx / 2.0 - q * dx * dx / 3.0
            out.append(float(s))
        return out[0], out[1]

    def voltage(c: np.ndarray, J: float) -> float:
        kappa = 0.15 * (c / 1500.0) * np.exp(-c / 2500.0)
        left, right = faces(c, J)
        u, w = np.polynomial.legendre.leggauss(60)
        lnc = 0.5 * (math.log(left) + math.log(right)) + 0.5 * (math.log(left) - math.log(right)) * u
        cc = np.exp(lnc)
        integral = 0.5 * (math.log(left) - math.log(right)) * np.sum(w * (1.0 - tp(cc)) * (1.0 + cc / 3000.0))
        return float(J * np.sum(dx / kappa) + 2.0 * GAS * T0 / FARADAY * integral)

    from scipy.sparse import diags

    band = diags([1.0, 1.0, 1.0], [-1, 0, 1], shape=(n, n))
    machine = machine_of(replace(leaf, cells=200, grading=10.0))
    pieces = [(6.0, 200.0), (-4.0, 300.0), (10.0, 100.0)]
    c = np.full(n, 1500.0)
    state = machine.start.copy()
    for J, span in pieces:
        c = solve_ivp(rate, (0.0, span), c, "Radau", rtol=1e-9, atol=1e-7, jac_sparsity=band, args=(J,)).y[:, -1]
        machine.integrate(table((CURRENT, J, span)), state, rtol=1e-7)
        assert state.voltage == pytest.approx(voltage(c, J), abs=3e-6)
        left, right = faces(c, J)
        assert machine.export("binary", "concentration_left", state) == pytest.approx(left, rel=1e-4)
        assert machine.export("binary", "concentration_right", state) == pytest.approx(right, rel=1e-4)
    machine = machine_of(leaf)
    _, reference = fixed(machine, table((CURRENT, 6.0, 200.0)), 200.0 / 2048)
    errors = []
    for k in (32, 64, 128, 256):
        _, state = fixed(machine, table((CURRENT, 6.0, 200.0)), 200.0 / k)
        errors.append(abs(state.voltage - reference.voltage))
    assert_second_order(errors, 1e-6)


# -- declarations ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", KINDS)
def test_declarations(name: str) -> None:
    kind = KINDS[name]
    leaf = kind.example()
    assert kind.__doc__
    assert {p.name for p in kind.PARAMETERS} <= set(leaf.__dataclass_fields__)
    assert len(kind.READS) <= MAX_READS
    numbers = leaf.numbers(T0)
    assert np.all(np.isfinite(numbers))
    states = leaf.states(T0)
    assert states.start.shape == states.tolerance.shape
    assert np.all(states.tolerance > 0.0)
    with pytest.raises(UnknownNameError):
        replace(leaf, reads={"no such read": 1.0})
    for p in kind.PARAMETERS:
        if p.low > 0.0 and math.isfinite(p.low):
            with pytest.raises(CellError, match=p.name):
                replace(leaf, **{p.name: 0.5 * p.low})
        if math.isfinite(p.high):
            with pytest.raises(CellError, match=p.name):
                replace(leaf, **{p.name: 2.0 * p.high})


def test_the_catalogue_is_the_declarations() -> None:
    """Every element once, every parameter with a unit of the vocabulary; what the circuit letters are is what parses."""
    entries = {e.name: e for e in catalogue("all")}
    assert set(entries) == set(KINDS) and {e.kind for e in entries.values()} == set(KINDS.values())
    circuit = {s for e in catalogue() for s in e.symbols}
    assert circuit == set(symbols(everything=True)) and not set(catalogue()) & set(catalogue("physics"))
    for entry in entries.values():
        assert entry.summary and (entry.equation or entry.name in ("constriction", "contact_gap"))
        for p in entry.parameters:
            assert NAMES[p.quantity] and p.definition and p.low < p.high
            assert entry.unit(p.name) == "" or f"{p.name} [{entry.unit(p.name)}" in str(entry)
    assert (entries["resistor"].unit("R"), entries["resistor"].unit("R", specific=False)) == ("ohm*m^2", "ohm")
    assert "Q [S*s^n/m^2 or S*s^n] CPE coefficient" in str(entries["constant_phase"])


def test_a_property_too_steep_for_its_series_is_refused() -> None:
    steep = OfSalt(lambda c, T: 1.0 / (1.0 + math.exp(-(c - 1500.0) / 5.0)), 0.0, 3000.0)
    with pytest.raises(CellError, match="too steep"):
        steep.series(T0)


def test_a_missing_value_is_named() -> None:
    with pytest.raises(CellError, match="R of R has no value"):
        machine_of(Resistor())
