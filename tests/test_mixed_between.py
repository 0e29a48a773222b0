"""A mixed conductor between two collectors or two electrolytes: two rails, one of them blocked at both faces."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import interlayer as il
from conftest import CURRENT, T0, fixed, integrate, machine_of, order_of, table
from interlayer.cells import Cell, named
from interlayer.elements.base import FARADAY, GAS
from interlayer.elements.mixed import Mixed
from interlayer.errors import CellError
from interlayer.simulation import Simulation
from interlayer.simulation.assembly import assemble

B = GAS * T0 / FARADAY
L, SI, SE, AREA, WALL = 1e-4, 2e-3, 8e-3, 5e5, 0.2
ENDS = {"electrons": dict(ions_near=0.0, ions_far=0.0, j0_lithium=0.0), "ions": dict(ions_near=1.0, ions_far=1.0, j0_lithium=0.0)}


def layer(crosses: str, **changes: Any) -> Mixed:
    """No host, no lithium and a barrier that nothing meets: two rails and the walls' capacitance between them."""
    plain = dict(
        thickness=L, conductivity=SI, electronic_conductivity=SE, specific_area=AREA, porosity=0.2, j0=1e-6, capacitance=WALL, barrier=10.0, orientation=1,
        electrolyte_capacitance=1e-9, lithium_capacitance=1e-9,
    )  # fmt: skip
    return Mixed(**{**plain, **ENDS[crosses], **changes})


def passing(crosses: str) -> float:
    return SE if crosses == "electrons" else SI


def two_rails(omega: np.ndarray, crosses: str, store: float = AREA * WALL) -> np.ndarray:
    """Jamnik and Maier: R_inf + (R_0 - R_inf) tanh(u)/u, u² = i omega L²/(4 D), D = 1/[(1/s_i + 1/s_e) c]."""
    r_inf, r_0 = L / (SI + SE), L / passing(crosses)
    u = np.sqrt(1j * omega * L**2 / 4.0 * (1.0 / SI + 1.0 / SE) * store)
    return r_inf + (r_0 - r_inf) * np.tanh(u) / u


def nodal(omega: float, crosses: str, y: complex, near: complex, far: complex, n: int) -> complex:
    """The same line as a net of 2 n resistors and admittances, solved by Kirchhoff's laws: written afresh, second order.

    Rail 0 carries ions, rail 1 electrons; 1 A enters the crossing rail at one end and leaves it at the other.
    """
    dx, m = L / n, n + 2
    g = np.zeros((2 * m, 2 * m), dtype=complex)

    def link(a: int, b: int, value: complex) -> None:
        g[a, a] += value
        g[b, b] += value
        g[a, b] -= value
        g[b, a] -= value

    for k in range(m - 1):
        half = 0.5 if k in (0, m - 2) else 1.0
        link(2 * k, 2 * k + 2, SI / (half * dx))
        link(2 * k + 1, 2 * k + 3, SE / (half * dx))
    for k in range(m):
        link(2 * k, 2 * k + 1, near if k == 0 else far if k == m - 1 else y * dx)
    rail = 1 if crosses == "electrons" else 0
    a, b = rail, 2 * (m - 1) + rail
    source = np.zeros(2 * m, dtype=complex)
    source[a], source[b] = 1.0, -1.0
    keep = [k for k in range(2 * m) if k != b]
    v = np.linalg.solve(g[np.ix_(keep, keep)], source[keep])
    return complex(v[keep.index(a)])


# -- impedance --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("crosses", ENDS)
def test_two_rails_with_blocking_faces(crosses: str) -> None:
    """Kernel and closed form against Jamnik and Maier; the carrier that crosses alone at rest, both at high frequency."""
    omega = 2.0 * np.pi * np.logspace(-6, 4, 60)  # the faces' 1e-9 F/m2 short a line at 1e8 Hz and more only
    leaf = layer(crosses)
    exact = two_rails(omega, crosses)
    assert np.max(np.abs(leaf.impedance(omega, T0) / exact - 1.0)) < 1e-6
    assert np.max(np.abs(machine_of(leaf).impedance(omega) / exact - 1.0)) < 1e-6
    low, high = leaf.impedance(np.array([1e-7, 1e6]), T0)
    assert low.real == pytest.approx(L / passing(crosses), rel=1e-9)
    assert abs(low.imag) < 1e-6 * low.real
    assert high.real == pytest.approx(L / (SI + SE), rel=0.03)


@pytest.mark.parametrize("crosses", ENDS)
@pytest.mark.parametrize("hertz", [1e-3, 0.1, 10.0, 1e3])
def test_faces_that_differ_against_kirchhoff(crosses: str, hertz: float) -> None:
    """Double layers of the two faces, unequal: second order towards the closed form."""
    leaf = layer(crosses, electrolyte_capacitance=3.0, lithium_capacitance=0.4)
    omega = 2.0 * math.pi * hertz
    exact = complex(leaf.impedance(np.array([omega]), T0)[0])
    iw = 1j * omega
    errors = [abs(nodal(omega, crosses, iw * AREA * WALL, iw * 3.0, iw * 0.4, n) / exact - 1.0) for n in (25, 50, 100)]
    assert errors[-1] < 2e-3, errors
    assert errors[-1] < 1e-10 or 1.7 < order_of(errors) < 2.2, errors
    mirrored = replace(leaf, electrolyte_capacitance=0.4, lithium_capacitance=3.0)
    assert complex(mirrored.impedance(np.array([omega]), T0)[0]) == pytest.approx(exact, rel=1e-12)


def test_a_host_is_a_chemical_capacitance() -> None:
    """Fast walls: the storage is the host's capacity over the slope of its potential, and D = 1/(rho c)."""
    q = 1e8
    leaf = layer("electrons", host_capacity=q, host_exchange=1e4, capacitance=1e-9)
    store = q / (B * (1.0 + 1.0 / 0.05) + 0.8)  # -Q dx/dU at x = 1, with 1.05 sites and a fall of 0.8 V
    omega = 2.0 * np.pi * np.logspace(-8, -3, 30)
    assert np.max(np.abs(leaf.impedance(omega, T0) / two_rails(omega, "electrons", store) - 1.0)) < 1e-4


# -- time -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("crosses", ENDS)
def test_a_current_step_against_the_series(crosses: str) -> None:
    """V(t)/J = R_0 - (R_0 - R_inf) sum 8/(k pi)² exp(-k² pi² D t/L²), k odd: second order in the cells, fourth in the steps."""
    leaf = layer(crosses)
    tau = L**2 * (1.0 / SI + 1.0 / SE) * AREA * WALL
    J, t = 1e-3, 0.02 * tau
    k = np.arange(1, 400, 2) * math.pi
    r_inf, r_0 = L / (SI + SE), L / passing(crosses)
    exact = J * (r_0 - (r_0 - r_inf) * float(np.sum(8.0 / k**2 * np.exp(-(k**2) * t / tau))))

    def found(cells: int, steps: int) -> float:
        return float(fixed(machine_of(replace(leaf, cells=cells)), table((CURRENT, J, t)), t / steps)[1].voltage)

    errors = [abs(found(n, 2000) / exact - 1.0) for n in (10, 20, 40)]
    assert 1.8 < order_of(errors) < 2.2, errors
    assert errors[-1] < 2e-3, errors
    fine = found(20, 4000)
    errors = [abs(found(20, n) / fine - 1.0) for n in (25, 50, 100)]
    assert 3.8 < order_of(errors) < 4.2, errors
    assert errors[-1] < 2e-5, errors
    assert r_inf * J < exact < r_0 * J
    run, state = integrate(machine_of(leaf), table((CURRENT, J, 20.0 * tau)))
    assert run.why == 0
    assert state.voltage == pytest.approx(J * r_0, rel=1e-4)  # far below the tolerance of the states, so nothing refines the steps
    left, right = (machine_of(replace(leaf, orientation=o, electrolyte_capacitance=3.0)) for o in (1, -1))
    assert integrate(left, table((CURRENT, J, t)))[1].voltage == pytest.approx(integrate(right, table((CURRENT, J, t)))[1].voltage, rel=1e-3)


@pytest.mark.parametrize("crosses", ENDS)
def test_lithium_and_charge_stay_inside(crosses: str) -> None:
    """What one carrier brings in, it takes out: metal, host and double layers together keep their charge."""
    leaf = layer(
        crosses, host_capacity=1e6, host_exchange=5.0, host_diffusivity=1e-13, filling=0.1, j0=5.0, barrier=0.01, face_barrier=0.01, electrolyte_capacitance=0.1,
        lithium_capacitance=0.1, **({"j0_electrolyte": 5.0, "j0_lithium": 5.0} if crosses == "ions" else {}),
    )  # fmt: skip
    machine = machine_of(leaf)

    def held(Y: np.ndarray) -> float:
        where, at = leaf.lithium(Y, T0), leaf.profile(Y, T0)
        wall = leaf.capacitance * AREA * (at["d"] @ at["w"][1:-1]) + 0.1 * (at["w"][0] + at["w"][-1])
        return where.electrolyte_face + where.pores + where.lithium_face + where.host - float(wall)

    start, state = held(machine.start.Y), machine.start.copy()
    for J in (20.0, -15.0, 30.0):
        assert machine.integrate(table((CURRENT, J, 200.0)), state).why == 0
        assert abs(held(state.Y) - start) < 1e-9 * 6000.0
    where = leaf.lithium(state.Y, T0)
    if crosses == "ions":  # lithium plated where the ions came in or went out, on the bare electrolyte, for want of electrons there
        assert max(where.electrolyte_face, where.lithium_face) > 0.0
    else:
        assert where.electrolyte_face == where.lithium_face == 0.0


# -- declarations, rules ----------------------------------------------------------------------------------------------
def test_what_the_faces_let_through_is_checked() -> None:
    with pytest.raises(CellError, match="not one of the three cases"):
        layer("electrons", ions_far=1.0)
    with pytest.raises(CellError, match="no electrode of lithium"):
        layer("ions", foil=1e-5)
    with pytest.raises(CellError, match="no current would pass to the lithium"):
        layer("electrons", ions_near=1.0)


def test_a_layer_between_collectors_is_one_region() -> None:
    cell = named("yang2024/electronic-nano")
    made = assemble(cell)
    (leaf,) = made.element.leaves()
    assert isinstance(leaf, Mixed) and not leaf.lithium_beside
    assert "block ions" in made.notes["SC-LLZTO-nano"]
    hertz = np.logspace(-9, 9, 19)
    z = Simulation.of(cell).impedance(hertz)
    part = cell.layers[0]
    length, se, si = part.thickness.value, part.at("electronic_conductivity", cell.temperature), leaf.conductivity(cell.temperature)  # type: ignore[operator]
    assert z[0].real == pytest.approx(length / se, rel=1e-6)
    assert z[-1].real == pytest.approx(length / (se + si), rel=1e-6)
    assert z[0].real > z[-1].real * (1.0 + 1e-5)  # 6e-5 of it is what the nano network's ions carry
    assert il.simulate(cell, "StripPlate(current_density=1 mA/cm^2, half_cycle=1 h, cycles=1)").outcome == "completed"


def test_a_layer_between_electrolytes_is_one_region() -> None:
    cell = Cell.parse("Li|Li6PS5Cl(0.3 mm)/SC-LLZTO-nano(30 um)/Li6PS5Cl(0.4 mm)|Li @ 55 degC, 0.785 cm^2")
    made = assemble(cell)
    (leaf,) = (x for x in made.element.leaves() if isinstance(x, Mixed))
    assert (leaf.ions_near, leaf.ions_far, leaf.orientation) == (1.0, 1.0, 1)
    mirrored = assemble(Cell.parse("Li|Li6PS5Cl(0.4 mm)/SC-LLZTO-nano(30 um)/Li6PS5Cl(0.3 mm)|Li @ 55 degC, 0.785 cm^2"))
    omega = 2.0 * np.pi * np.logspace(-3, 5, 20)
    assert np.allclose(mirrored.element.impedance(omega, 328.15), made.element.impedance(omega, 328.15), rtol=1e-12)
    low = leaf.impedance(np.array([1e-9]), 328.15)[0].real
    assert low == pytest.approx(30e-6 / leaf.conductivity(328.15), rel=1e-3)  # type: ignore[operator]


def test_what_has_no_rule_is_refused() -> None:
    with pytest.raises(CellError, match="two electrolytes or two collectors only"):
        assemble(Cell.parse("Li|SC(30 um)|Li @ 55 degC"))
    cell = named("yang2024/electronic-carbon")
    paired = {"contact_fraction": "0.5", "spot_radius": "10 um", "gap_height": "1 um"}
    for key, text in paired.items():
        cell = cell.set(f"interfaces.Pt|SC.contact.{key}", text)
    with pytest.raises(CellError, match="taken as whole"):
        assemble(cell)
