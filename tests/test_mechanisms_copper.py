"""Lithium on copper and dead lithium: efficiency, tip and plateau, balances, exhaustion, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import interlayer as il
from conftest import CURRENT, T0, column, exact_run, machine_of, order_of, table
from interlayer.cells import Cell
from interlayer.elements.base import FARADAY, GAS
from interlayer.elements.capacitor import Capacitor
from interlayer.elements.charge_transfer import ChargeTransfer
from interlayer.laws.kinetics import reduced_overpotential
from interlayer.mechanisms.dead_lithium import DeadLithium
from interlayer.mechanisms.deposit import Deposit
from interlayer.record import Record
from interlayer.simulation import Simulation, assemble, simulate

COPPER = "Li|LiPF6-carbonate(25 um)|Cu"
FACE = "interfaces.Cu|LiPF6-carbonate"
MAH = 3.6e4  # C/m² in 1 mAh/cm²
B = GAS * T0 / FARADAY


def eta(j: float, j0: float = 29.5, alpha: float = 0.5) -> float:
    return B * reduced_overpotential(j / j0, alpha)


def passed(record: Record, role: str) -> float:
    """Charge [C/m²] of the last step of a role, by its time and constant current."""
    number = max(i for i, s in enumerate(record.segments) if s.info["role"] == role)
    s = record.segments[number]
    begin = record.segments[number - 1]["time"][-1] if number else 0.0
    return float(abs(s["current_density"][-1]) * (s["time"][-1] - begin))


def with_efficiency(ce: float, text: str = COPPER) -> Cell:
    return Cell.parse(text).set(f"{FACE}.dead_lithium.coulombic_efficiency", ce)


@pytest.mark.parametrize("ce", [0.8, 0.9, 0.999])
def test_the_reservoir_method_gives_the_efficiency_back(ce: float) -> None:
    n, qc, qt = 3, 1.0 * MAH, 5.0 * MAH
    record = simulate(with_efficiency(ce), f"Aurbach(current_density=0.5 mA/cm^2, cycles={n})")
    assert record.outcome == "completed"
    last = record.segments[-1]
    assert last.info["event"] == "cut-off 1 V"
    found = (n * qc + passed(record, "last strip")) / (n * qc + qt)
    assert found == pytest.approx(ce, abs=2e-6)
    assert last["voltage"][-1] == pytest.approx(-1.0, abs=1e-6)
    assert last["fraction@deposit Cu|LiPF6-carbonate right: contact_fraction"][-1] < 1e-6
    assert abs(last["areal_charge@deposit Cu|LiPF6-carbonate right: lithium"][-1]) < 1e-2  # of 1.8e5


def test_plain_cycles_and_copper_on_the_left_are_mirror_images() -> None:
    protocol = "Aurbach(current_density=1 mA/cm^2, reservoir=none, cycled=0.5 mA*h/cm^2, cycles=2, working={})"
    right = simulate(with_efficiency(0.9), protocol.format("right"))
    left = simulate(with_efficiency(0.9, "Cu|LiPF6-carbonate(25 um)|Li"), protocol.format("left"))
    assert passed(right, "strip") / (0.5 * MAH) == pytest.approx(0.9, abs=5e-6)
    assert passed(left, "strip") == pytest.approx(passed(right, "strip"), rel=1e-7)
    assert left.segments[0]["voltage"][-1] == pytest.approx(-right.segments[0]["voltage"][-1], rel=1e-9)


def test_nothing_is_lost_but_what_is_counted() -> None:
    cell = with_efficiency(0.9, "Li(50 um)|LiPF6-carbonate(25 um)|Cu")
    record = simulate(cell, "Aurbach(current_density=0.5 mA/cm^2, cycles=2)")
    layer = [cell.interfaces[i].at("double_layer", "double_layer_capacitance", T0) for i in (0, 1)]
    start = 50e-6 * FARADAY / 13.0e-6
    for s in record.segments:
        total = sum(s[c] for c in s.channels if c.startswith("areal_charge@"))
        total = total - layer[0] * s["voltage@double layer Li|LiPF6-carbonate left"] + layer[1] * s["voltage@double layer Cu|LiPF6-carbonate right"]
        assert np.max(np.abs(total / start - 1.0)) < 1e-10


STILL = {f"interfaces.Li|LiPF6-carbonate.interphase.{k}": v for k, v in (("rate_linear", "1e-12 nm/h"), ("rate_parabolic", "1e-12 nm^2/h"))}


def tip_and_plateau(cell: Cell) -> tuple[float, float, float]:
    """Drop of the transfer at the tip and at the end, and the salt at the copper over its mean at the end."""
    s = simulate(cell, "Nucleation(current_density=0.5 mA/cm^2, areal_charge=10 mA*h/cm^2)", rtol=1e-5).segments[0]
    drop = s["voltage@charge transfer Cu|LiPF6-carbonate right"]
    return float(np.max(drop)), float(drop[-1]), float(s["concentration@LiPF6-carbonate: concentration_right"][-1]) / 1000.0


@pytest.mark.parametrize("barrier", [0.0, 0.02])
def test_tip_minus_plateau_is_that_of_the_law(barrier: float) -> None:
    """What is plated while the double layer charges lowers the tip in proportion to 1/q_s; salt shifts it by some µV."""
    base = Cell.parse(COPPER).with_({f"{FACE}.deposit.nuclei_coverage": 0.02, f"{FACE}.deposit.nucleation_barrier": f"{barrier} V"})
    n = 0.02 * math.exp(-0.5 * barrier / B)
    errors = []
    for spread in (0.1, 0.2, 0.4):
        tip, plateau, salt = tip_and_plateau(base.set(f"{FACE}.deposit.coverage_charge", f"{spread} mA*h/cm^2"))
        end = eta(5.0, 29.5 * salt**0.5)  # the face is depleted by some tenths of a percent
        assert plateau == pytest.approx(end, rel=1e-6)
        errors.append(eta(5.0 / n) - end - (tip - plateau))
    assert max(abs(e) for e in errors) < 5e-5  # of 0.13 V
    assert (errors[0] - errors[1]) / (errors[1] - errors[2]) == pytest.approx(2.0, rel=0.15)


def test_the_tip_against_an_independent_integration() -> None:
    """(charge transfer + deposit + dead lithium) | double layer, by Radau on equations written here."""
    n, spread, ce, c, j0, J = 0.02, 40.0, 0.9, 0.1, 20.0, 8.0
    ct = ChargeTransfer(label="ct", j0=j0, orientation=-1, reads={"contact": "d.contact_fraction"})
    deposit = Deposit(label="d", nuclei=n, spread=spread, efficiency=ce, orientation=-1)
    machine = machine_of((ct + deposit + DeadLithium(label="x", efficiency=ce, orientation=-1)) | Capacitor(label="dl", C=c))

    def rate(t: float, y: np.ndarray) -> list[float]:
        theta = 1.0 - math.exp(-y[1] / spread)
        j = 2.0 * j0 * (theta + (1.0 - theta) * n) * math.sinh(y[0] / (2.0 * B))
        return [(J - j) / c, ce * j]

    exact = solve_ivp(rate, (0.0, 20.0), [0.0, 0.0], "Radau", rtol=1e-11, atol=1e-13, dense_output=True)
    run, state = exact_run(machine, table((CURRENT, J, 20.0)))
    v = exact.sol(run.history[:, 0])[0]
    assert np.max(np.abs(column(run, machine, "ct") - v)) < 2e-6
    assert np.max(v) > 2.0 * v[-1]
    assert machine.state_of("d", state)[0] == pytest.approx(exact.y[1, -1], rel=1e-6)
    errors = []
    for k in (1, 2, 4, 8):
        state = machine.start.copy()
        state.step_size = h = 0.002 / k
        kept, machine.weight = machine.weight, np.full(3, np.inf)
        machine.integrate(table((CURRENT, J, 0.2)), state, max_step=h)
        machine.weight = kept
        errors.append(abs(state.voltage - exact.sol(0.2)[0]))
    assert 3.4 <= order_of(errors) <= 4.4
    assert errors[-1] < 1e-10


@pytest.mark.parametrize("text", [COPPER, "Li|LLZTO(1 mm)|Cu"])
def test_a_voltammogram_strips_what_it_plated_but_the_dead(text: str) -> None:
    """Potential control from an empty collector and back to one, with the double layer's charge taken off."""
    cell = Cell.parse(text)
    face = cell.interfaces[-1]
    s = simulate(cell, "CyclicVoltammetry(-0.1 V, 0.3 V, scan_rate=1 mV/s, cycles=1)").segments
    t, j, v = (np.concatenate([x[c] for x in s]) for c in ("time", "current_density", f"voltage@double layer Cu|{cell.layers[-1].name} right"))
    faradaic = j[1:] - face.at("double_layer", "double_layer_capacitance", T0) * np.diff(v) / np.diff(t)
    charge = faradaic * np.diff(t)
    plated, stripped = charge[charge > 0.0].sum(), -charge[charge < 0.0].sum()
    assert plated > 100.0
    assert stripped / plated == pytest.approx(face.at("dead_lithium", "coulombic_efficiency", T0), rel=1e-2)  # sums over samples


def test_the_stripping_peak_is_where_the_current_is_largest() -> None:
    """The plating before it is no baseline."""
    from interlayer.analysis import cyclic_voltammetry

    record = simulate(Cell.parse(COPPER), "CyclicVoltammetry(-0.1 V, 0.3 V, scan_rate=1 mV/s, cycles=1)")
    (peak,) = cyclic_voltammetry.peaks(record)  # the charging by the jump to the start is none
    assert peak.anodic
    back = max(cyclic_voltammetry._sweeps(record, None), key=lambda s: float(np.max(s.current[1:])))  # the first sample charges the cell
    assert peak.foot == "zero"
    assert peak.potential == pytest.approx(float(back.voltage[1 + np.argmax(back.current[1:])]), abs=3e-3)
    assert peak.current == pytest.approx(float(np.max(back.current)), rel=0.01)


def test_an_empty_collector_blocks() -> None:
    hertz = np.logspace(6, -2, 17)
    omega = 2.0 * math.pi * hertz
    sim = Simulation.of("Cu|SPE(100 um)|Cu @ 72.5 degC")
    tree = assemble(sim.cell).element
    assert {leaf.label.split()[0] for leaf in tree.leaves()} == {"bulk", "double"}
    layer = sim.cell.interfaces[0].at("double_layer", "double_layer_capacitance", T0)
    bulk = next(leaf for leaf in tree.leaves() if leaf.label.startswith("bulk"))
    exact = bulk.impedance(omega, 345.65) + 2.0 / (1j * omega * layer)
    assert np.max(np.abs(sim.impedance(hertz) / exact - 1.0)) < 1e-12
    fresh = Simulation.of(COPPER)
    z = fresh.impedance(hertz)
    assert abs(z[-1] * 1j * omega[-1] * layer - 1.0) < 1e-3  # nothing but the double layer
    fresh.run(il.protocols.parse("Nucleation(current_density=0.5 mA/cm^2, areal_charge=1 mA*h/cm^2)"))
    assert abs(fresh.impedance(hertz)[-1]) < 1e-3 * abs(z[-1])  # plated, it exchanges


@pytest.mark.parametrize(("porosity", "microns"), [(0.0, 4.85), (0.5, 9.70)])
def test_thickness_stands_on_the_floor_of_faraday(porosity: float, microns: float) -> None:
    cell = with_efficiency(1.0).set(f"{FACE}.deposit.deposit_porosity", porosity)
    s = simulate(cell, "Nucleation(current_density=0.5 mA/cm^2, areal_charge=1 mA*h/cm^2)").segments[0]
    assert s["thickness@deposit Cu|LiPF6-carbonate right: deposit_thickness"][-1] == pytest.approx(microns * 1e-6, rel=1e-3)


# -- dead lithium on foils ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("ce", "charge"), [(0.9, 1.0), (0.8, 0.5)])
def test_a_foil_is_used_up_when_its_balance_says(ce: float, charge: float) -> None:
    """Left foil: -q and + CE q each cycle; the strip that finds less than q ends the test."""
    cell = Cell.parse("Li(20 um)|LiPF6-carbonate(25 um)|Li(20 um)").set("interfaces.Li|LiPF6-carbonate.dead_lithium.coulombic_efficiency", ce)
    cell = cell.with_(STILL)
    q, foil = charge * MAH, 20e-6 * FARADAY / 13.0e-6
    record = simulate(cell, f"StripPlate(current_density=1 mA/cm^2, areal_charge={charge} mA*h/cm^2, cycles=200)", detail=False)
    assert record.outcome.startswith("lithium exhausted (Li|LiPF6-carbonate left), at ")
    k = math.ceil((foil - q) / ((1.0 - ce) * q))  # full cycles before
    exact = (2 * k * q + foil - k * (1.0 - ce) * q) / 10.0
    assert record.trace("time")[-1] == pytest.approx(exact, rel=1e-6)
    assert len(record) == 2 * k + 1


def test_dead_lithium_lies_in_the_way() -> None:
    cell = Cell.parse("Li|LiPF6-carbonate(25 um)|Li").with_(STILL)
    sim = Simulation.of(cell)
    fresh = sim.impedance([1e6])
    sim.run(il.protocols.parse("StripPlate(current_density=1 mA/cm^2, half_cycle=1 h, cycles=5)"))
    face = cell.interfaces[0]
    ce, p = (face.at("dead_lithium", key, T0) for key in ("coulombic_efficiency", "dead_porosity"))
    layer = cell.layers[0]
    kappa = layer.at("conductivity", T0) * (p / layer.at("porosity", T0)) ** 1.5
    rise = 2 * 5 * (1.0 - ce) * MAH * 13.0e-6 / FARADAY / (1.0 - p) / kappa
    assert (sim.impedance([1e6]) - fresh)[0].real == pytest.approx(rise, rel=2e-3)
