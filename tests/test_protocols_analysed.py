"""Every protocol as it is by default, on a cell that suits it: its record gives its own technique its finding.

And the jumps of the voltage: blocking cells take them, a bare double layer does not.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import interlayer as il
from interlayer.analysis.recognise import analyse
from interlayer.elements.capacitor import Capacitor
from interlayer.elements.resistor import Resistor
from interlayer.errors import ProtocolError
from interlayer.protocols import PROTOCOLS
from interlayer.simulation import Simulation, jumps
from test_engine_tree import simulation_of

#: protocol -> (cell, text, technique, finding, closed form or None, what is stated)
DEFAULTS = {
    "Arrhenius": ("li2024/bare", "Arrhenius(Impedance(1 MHz, 1 Hz), [25 degC, 40 degC, 60 degC])", "impedance", "R1, spectrum 3", None, {}),
    "Aurbach": ("yu2024/copper-bare", "Aurbach(0.5 mA/cm^2, reservoir=2 mA*h/cm^2, cycled=0.5 mA*h/cm^2, cycles=4)", "aurbach", "Coulombic efficiency, reservoir", 0.9, {}),
    "BruceVincent": ("li2024/bare", "BruceVincent()", "bruce_vincent", "steady-state current fraction", None, {"before": "100 ohm*cm^2", "after": "100 ohm*cm^2", "bulk_before": "461.3 ohm*cm^2"}),
    "CriticalCurrent": ("zhai2024/bare", "CriticalCurrent(step=0.2 mA/cm^2, half_cycle=30 min)", "critical_current", "critical current density", None, {}),
    "CyclicVoltammetry": ("yu2024/copper-bare", "CyclicVoltammetry(-0.1 V, 0.3 V)", "cyclic_voltammetry", "anodic peak potential", None, {}),
    "DCPolarisation": ("yang2024/electronic-carbon", "DCPolarisation(voltages=[10 mV, 20 mV, 50 mV])", "dc_polarisation", "electronic conductivity", None, {"carriers": "electrons"}),
    "Experiment": ("li2024/bare", "Experiment(Discharge at 0.1 mA/cm^2 for 1 hour; Charge at 0.1 mA/cm^2 for 1 hour, cycles=3)", "strip_plate", "resistance V/J, last half cycle", None, {}),
    "Impedance": ("li2024/bare", "Impedance()", "impedance", "R1", None, {}),
    "LinearSweep": ("li2024/sweep-bare", "LinearSweep(0 V, 5 V)", "linear_sweep", "oxidation limit", None, {}),
    "Nucleation": ("yu2024/copper-bare", "Nucleation(0.5 mA/cm^2, areal_charge=1 mA*h/cm^2)", "nucleation", "nucleation overpotential, strict |tip - plateau|", None, {}),
    "RateRamp": ("li2024/bare", "RateRamp([0.1 mA/cm^2, 0.2 mA/cm^2, 0.1 mA/cm^2], half_cycle=1 h)", "rate_ramp", "slope of the polarisation", None, {}),
    "StripPlate": ("li2024/bare", "StripPlate(0.2 mA/cm^2, half_cycle=1 h, cycles=5)", "strip_plate", "resistance V/J, last half cycle", None, {}),
    "Tafel": ("li2024/bare", "Tafel()", "tafel", "apparent exchange current density", None, {}),
}  # fmt: skip
MADE_IN_PYTHON = {"Replay"}


def test_no_protocol_is_left_out() -> None:
    PROTOCOLS.discover()
    assert {kind.__name__ for kind in PROTOCOLS.values()} - MADE_IN_PYTHON == set(DEFAULTS)


@pytest.mark.parametrize("protocol", list(DEFAULTS))
def test_a_default_record_gives_its_own_technique_its_finding(protocol: str) -> None:
    cell, text, technique, name, truth, stated = DEFAULTS[protocol]
    record = il.simulate(cell, text)
    found = analyse(record, technique=technique, **stated)
    hits = [f for f in found if f.name == name]
    assert len(hits) == 1, (found.refusals, [str(q.said) for q in found.requests], [f.name for f in found])
    (finding,) = hits
    assert math.isfinite(finding.value)
    assert finding.std is None or finding.std < 0.05 * abs(finding.value)
    if truth is not None:
        assert finding.value == pytest.approx(truth, abs=1e-3) and finding.std < 1e-3


def test_a_hold_ends_in_points_enough_to_be_steady_and_an_instrument_s_rhythm_is_kept() -> None:
    hold = il.simulate("li2024/bare", "BruceVincent(hold=4 h)").traces[0]["time"]
    assert np.diff(hold).max() <= 4 * 3600 / 250 * (1 + 1e-9) and hold[0] < 1e-3  # the start as the error control resolves it
    said = il.simulate("li2024/bare", "BruceVincent(hold=4 h, sample=1 min)").traces[0]["time"]
    assert np.allclose(np.diff(said[said > 1.0]), 60.0)


# -- jumps of the voltage ---------------------------------------------------------------------------------------------
BLOCKING = ["li2024/blocking-bare", "wu2023/blocking-LAGP", "yang2024/electron-blocking-carbon", "Pt|SPE(20 um)|Pt @ 25 degC", "Pt|LLZTO(1 mm)|Pt @ 25 degC"]


@pytest.mark.parametrize("cell", BLOCKING)
def test_blocking_cells_take_sweeps_and_holds(cell: str) -> None:
    for text in ("CyclicVoltammetry(-0.1 V, 0.3 V)", "LinearSweep(0 V, 0.3 V)", "DCPolarisation(voltages=[10 mV], hold=0.5 s)"):
        record = il.simulate(cell, text)
        assert record.outcome == "completed", text
        assert np.isfinite(record.trace("current_density")).all()


def test_a_blocking_cell_charges_through_its_bulk() -> None:
    """Two double layers C in series with a bulk R: J = V/R exp(-2 t/(R C)), and C v/2 along a sweep."""
    cell = il.Cell.parse("Pt|SPE(20 um)|Pt @ 25 degC")
    simulation = Simulation.of(cell)
    leaves = {type(leaf).__name__: leaf for leaf in simulation.machine.leaves}
    bulk, layer = (float(leaf.numbers(298.15)[0]) for leaf in (leaves["Film"], leaves["Capacitor"]))
    (hold,) = il.simulate(cell, "DCPolarisation(voltages=[0.3 V], hold=10 s)", rtol=1e-6).traces
    use = (hold["time"] > 1e-5) & (hold["time"] < 4 * bulk * layer)
    exact = 0.3 / bulk * np.exp(-2.0 * hold["time"][use] / (bulk * layer))
    assert np.count_nonzero(use) > 8
    assert np.allclose(hold["current_density"][use], exact, rtol=2e-3, atol=1e-3 * 0.3 / bulk)
    (sweep,) = il.simulate(cell, "LinearSweep(0 V, 0.3 V, scan_rate=10 mV/s, working=left)").traces
    assert sweep["current_density"][-1] == pytest.approx(0.5 * layer * 0.01, rel=1e-4)


def test_only_a_double_layer_without_a_resistance_is_an_impulse() -> None:
    bare = simulation_of(Capacitor(label="dl", C=0.1))
    with pytest.raises(ProtocolError, match="impulse") as error:
        bare.run(il.protocols.parse("DCPolarisation(voltages=[10 mV])"))
    assert "10 µF/cm²" in str(error.value) and "Ω cm²" in str(error.value) and "ohm m2" not in str(error.value)
    sweep = bare.run(il.protocols.parse("LinearSweep(0 V, 0.1 V, scan_rate=10 mV/s, working=left)"))  # starts where the cell is
    assert sweep.trace("current_density")[-1] == pytest.approx(1e-3, rel=1e-6)
    with pytest.raises(ProtocolError, match="impulse"):
        simulation_of(Capacitor(label="dl", C=0.1)).run(il.protocols.parse("LinearSweep(10 mV, 0.1 V)"))
    thin = simulation_of(Capacitor(label="dl", C=0.1) + Resistor(label="r", R=1e-7))  # 1 mohm cm² is a resistance
    assert thin.run(il.protocols.parse("DCPolarisation(voltages=[10 mV], hold=1 s)")).outcome == "completed"


def test_what_a_jump_is() -> None:
    def of(text: str) -> list[bool]:
        return jumps.jumps(il.protocols.parse(text).steps(), 0.0)

    assert of("LinearSweep(0 V, 1 V)") == [False] and of("LinearSweep(0.1 V, 1 V)") == [True]
    assert of("CyclicVoltammetry(-0.1 V, 0.3 V, cycles=2)") == [True, False, False, False]
    assert of("CyclicVoltammetry(-0.1 V, 0.3 V, start=0 V)") == [False, False, False]
    assert of("DCPolarisation(voltages=[10 mV, 20 mV])") == [True, True]
    assert of("Tafel(0.2 V)") == [False, True, False]  # the spectrum, the wait, the sweep that starts there


def test_a_long_hold_of_a_blocking_cell_comes_to_rest_and_stays_there():
    """A current that has died away is known to the rounding of what drives it, no better: asking for more made steps without end."""
    record = il.simulate("li2024/blocking-bare", "DCPolarisation(voltages=[10 mV, 20 mV, 50 mV])")
    assert record.outcome == "completed" and record.provenance.settings["steps accepted"] < 3000
    assert abs(record.trace("current_density")[-1]) < 1e-9
