"""Bruce-Vincent and exchange currents from sweeps: by hand, the engine's cells, grids of noise, coverage, decoys."""

from __future__ import annotations

import math

import numpy as np
import pytest

import interlayer as il
from dc_records import THERMAL, band, holds, noisy, polarisation, record, sweep, trace, value
from interlayer.analysis import bruce_vincent, impedance, tafel
from interlayer.elements.base import FARADAY, GAS
from interlayer.errors import AnalysisError, MissingValueError, UnknownNameError
from interlayer.protocols import BruceVincent
from interlayer.record import Finding

STATED = {"before": "5 ohm", "after": "5 ohm", "bulk_before": "20 ohm"}


# -- Bruce and Vincent ------------------------------------------------------------------------------------------------
def test_the_equations_by_hand():
    """dV 10 mV, R0 5, Rb 20: I0 = 0.4 mA; Iss = 10 mV/(25 + 20 (1/0.3 - 1)) = 0.13953 mA; t = 0.3 exactly."""
    found = bruce_vincent.find(polarisation(), **STATED)
    fraction = value(found, "steady-state current fraction")
    assert fraction.value == pytest.approx(0.3, abs=2e-5) and "ideal dilute" in fraction.method
    assert value(found, "initial current").value == pytest.approx(0.4e-3)
    assert value(found, "steady current").value == pytest.approx(0.01 / (25 + 20 * (1 / 0.3 - 1)), rel=1e-4)
    assert fraction.evidence["Newman number"] == pytest.approx(1 / 0.3 - 1, rel=1e-3)
    assert fraction.evidence["I0 R0/dV"] == pytest.approx(0.2)
    # by the equation itself with R after of 6 and bulk after of 22 ohm
    i0, iss = 0.4e-3, 0.01 / (25 + 20 * (1 / 0.3 - 1))
    other = bruce_vincent.find(polarisation(), before="5 ohm", after="6 ohm", bulk_before="20 ohm", bulk_after="22 ohm", form="bulk corrected")
    hand = iss * 22 * (0.01 - i0 * 5) / (i0 * 20 * (0.01 - iss * 6))
    assert other[0].value == pytest.approx(hand, rel=1e-4)
    named = bruce_vincent.find(polarisation(), **STATED, ideal=True)
    assert named[0].name == "transference number" and "caller's word" in named[0].method


def test_errors_of_the_resistances_enter():
    r = Finding("R", 5.0, "resistance", "fit", 0.2)
    found = bruce_vincent.find(polarisation(), before="5 ohm", after=r, bulk_before="20 ohm")[0]
    a, b = (bruce_vincent.find(polarisation(), before="5 ohm", after=(5.0 + d, "ohm"), bulk_before="20 ohm")[0].value for d in (0.2, -0.2))
    assert found.std == pytest.approx(abs(a - b) / 2, rel=0.01) and "rss" not in found.note and "r0" in found.note
    # with I0 = dV/(Rb + R0) the interfacial resistance before cancels
    early = bruce_vincent.find(polarisation(), before=Finding("R", 5.0, "resistance", "fit", 3.0), after="5 ohm", bulk_before="20 ohm")[0]
    assert early.std < 1e-4


def test_extrapolation_reads_the_current_at_the_start():
    """1/I = R + k sqrt(t), the answer of a resistance in series with diffusion at short times."""
    t = np.concatenate([np.linspace(0.0, 60, 121), np.linspace(70, 7200, 300)])
    current = 0.01 / (25.0 + np.minimum(2.0 * np.sqrt(t), 46.667))
    data = record(trace(t, np.full(len(t), 0.01), current, "bruce_vincent", False))
    found = bruce_vincent.find(data, before="5 ohm", after="5 ohm", first="extrapolated", window=("1 s", "60 s"))
    assert value(found, "initial current").value == pytest.approx(0.4e-3, rel=1e-6)
    assert found[0].value == pytest.approx(0.3, abs=1e-4)
    with pytest.raises(MissingValueError, match="window"):
        bruce_vincent.find(data, before="5 ohm", after="5 ohm", first="extrapolated")
    with pytest.raises(AnalysisError, match="Too few points"):
        bruce_vincent.find(data, before="5 ohm", after="5 ohm", first="extrapolated", window=("1 s", "2 s"))


def test_what_is_no_bruce_vincent_experiment_is_refused():
    with pytest.raises(AnalysisError, match="not steady"):
        bruce_vincent.find(polarisation(tau=6000.0), **STATED)
    with pytest.raises(AnalysisError, match="difference of near equals"):
        bruce_vincent.find(polarisation(r0=100.0, hold=20000.0), before="100 ohm", after="100 ohm", bulk_before="20 ohm")
    with pytest.raises(AnalysisError, match="more than the voltage"):
        bruce_vincent.find(polarisation(), before="5 ohm", after="90 ohm", bulk_before="20 ohm")
    with pytest.raises(AnalysisError, match="can't be"):
        bruce_vincent.find(polarisation(), before="5 ohm", after="50 ohm", bulk_before="60 ohm")
    t = np.linspace(0, 7200, 300)
    with pytest.raises(AnalysisError, match="No voltage was held"):
        bruce_vincent.find(record(trace(t, 0.01 + 1e-6 * t, np.full(300, 1e-4), specific=False)), **STATED)
    with pytest.raises(AnalysisError, match="against the voltage"):
        bruce_vincent.find(record(trace(t, np.full(300, 0.01), np.full(300, -1e-4), specific=False)), **STATED)
    with pytest.raises(AnalysisError, match="too noisy"):
        bruce_vincent.find(noisy(polarisation(), np.random.default_rng(0), amps=1e-3), **STATED)
    with pytest.raises(MissingValueError, match="interfacial resistance before is not stated"):
        bruce_vincent.find(polarisation())
    with pytest.raises(MissingValueError, match="bulk resistance before"):
        bruce_vincent.find(polarisation(), before="5 ohm", after="5 ohm")
    with pytest.raises(UnknownNameError, match="interfacial"):
        bruce_vincent.find(polarisation(), **STATED, form="Evans")
    wide = bruce_vincent.find(polarisation(dv=0.05), **STATED)[0]
    assert "above 10 mV" in wide.method


def test_the_voltage_counts_from_rest():
    held = polarisation().segments[0]
    t = np.linspace(0, 600, 50)
    shifted = trace(held["time"] + 600, held["voltage"] + 0.002, held["current"], "bruce_vincent", False)
    found = bruce_vincent.find(record(trace(t, np.full(50, 0.002), np.zeros(50), "rest", False), shifted), **STATED)[0]
    assert found.value == pytest.approx(0.3, abs=2e-5) and "rest before the hold" in found.method
    assert bruce_vincent.find(record(shifted), **STATED, rest="2 mV")[0].value == pytest.approx(0.3, abs=2e-5)


def test_a_polymer_cell_of_the_engine_gives_its_current_fraction():
    """The fits find the faces, the bulk and the salt apart; truth 1/(1 + Ne) from the cell's own parameters."""
    T, c0, length, kappa, d, t, factor = 343.15, 1000.0, 1e-4, 0.003, 8e-12, 0.2, 3.0
    cell = il.Cell.parse("Li|SPE(100 um)|Li @ 70 degC")
    for key, (number, unit) in {"conductivity": (kappa, "S/m"), "diffusivity": (d, "m^2/s"), "concentration": (c0, "mol/m^3")}.items():
        cell = cell.set(f"layers.SPE.{key}", f"{number!r} {unit} at 70 degC")
    cell = cell.set("layers.SPE.transference_number", t).set("layers.SPE.thermodynamic_factor", factor)
    clean = il.simulate(cell, BruceVincent("5 mV", "10 h", sample="60 s", impedance="Impedance(1 MHz, 1e-5 Hz, 6)"), rtol=1e-6)
    bulk = length / kappa
    salt = 2.0 * GAS * T / FARADAY**2 * (1.0 - t) ** 2 * factor * length / (d * c0)
    truth = bulk / (bulk + salt)
    rng = np.random.default_rng(5)
    for noise in (0.0, 1e-3, 5e-3):
        data = noisy(clean, rng, relative=noise, z=noise)
        # half of the faces' films have no arc below 1 MHz: the bulk is known from the conductivity, the rest is the faces
        stated = {}
        for when, spectrum in zip(("before", "after"), data.spectra, strict=True):
            high, std = impedance.fit(spectrum, "R(RC)Ws", specific=True).derived(lambda v: v["R1"] + v["R2"])
            stated[when] = Finding("faces", high - bulk, "area_specific_resistance", "R1 + R2 less l/kappa", std)
        found = bruce_vincent.find(data, **stated, bulk_before=(bulk, "ohm*m^2"))
        assert found[0].value == pytest.approx(truth, rel=5e-3 + 10 * noise), noise
        assert abs(found[0].value - truth) < 3 * found[0].std + 5e-3 * truth, noise
    assert abs(truth - t) > 0.1  # a concentrated salt: the current fraction is not t+


def test_fits_are_taken_as_they_are():
    cell = il.Cell.parse("Li|SPE(100 um)|Li @ 70 degC").set("interfaces.Li|SPE.interphase.conductivity", "0.1 mS/cm")  # a film of its own would be most
    clean = il.simulate(cell, BruceVincent("5 mV", "10 h", sample="60 s", impedance="Impedance(1 MHz, 1e-5 Hz, 6)"))
    fits = [impedance.fit(s, "R(RC)Ws", specific=True) for s in clean.spectra]
    a, b = bruce_vincent.find(clean, before=fits[0], after=fits[1])[0], bruce_vincent.find(clean, circuit="R(RC)Ws")[0]
    assert a.value == pytest.approx(b.value, rel=1e-9)
    with pytest.raises(UnknownNameError, match="R7"):
        bruce_vincent.find(clean, before=fits[0], after=fits[1], which="R7")


@pytest.mark.long
def test_coverage_of_the_current_fraction():
    rng, hits = np.random.default_rng(11), []
    for _ in range(1000):
        r0 = 5.0 * (1 + 0.01 * rng.normal()), 5.0 * (1 + 0.01 * rng.normal())
        rb = 20.0 * (1 + 0.005 * rng.normal())
        stated = [Finding("R", r, "resistance", "fit", s) for r, s in zip((*r0, rb), (0.05, 0.05, 0.1), strict=True)]
        data = noisy(polarisation(hold=12000.0), rng, volts=2e-6, relative=0.01, every=int(rng.integers(1, 4)))
        hits.append(holds(bruce_vincent.find(data, before=stated[0], after=stated[1], bulk_before=stated[2])[0], 0.3))
    band(hits)


# -- Tafel and its relatives ------------------------------------------------------------------------------------------
OHMIC = {"ohmic": "100 ohm*cm^2", "faces": 1}


def test_exchange_current_of_a_line_by_hand():
    """Exactly ln|j| = ln 0.5 + 0.5 F eta/RT on both branches beyond 70 mV."""
    eta = np.linspace(-0.2, 0.2, 401)
    j = np.sign(eta) * 0.5 * np.exp(0.5 * np.abs(eta) / THERMAL)
    found = tafel.find(record(trace(np.arange(401.0), eta, j), temperature="25 degC"), ohmic="0 ohm*cm^2", faces=1)
    j0 = value(found, "apparent exchange current density")
    assert j0.value == pytest.approx(0.5, rel=1e-3)
    assert value(found, "Tafel slope per decade, anodic").value == pytest.approx(math.log(10) * 2 * THERMAL, rel=1e-3)
    assert value(found, "transfer coefficient, cathodic").value == pytest.approx(0.5, rel=1e-3)
    assert "beyond 70 mV" in j0.method and "0.0% of the voltage" in j0.method


@pytest.mark.parametrize("method", ["tafel", "allen-hickling", "micropolarisation"])
@pytest.mark.parametrize(("volts", "relative", "every"), [(0.0, 0.0, 1), (1e-4, 1e-3, 1), (3e-4, 1e-2, 4)])
def test_butler_volmer_is_recovered_over_noise_and_sampling(method, volts, relative, every):
    data = noisy(sweep(), np.random.default_rng(3), volts, relative, 1e-3, every=every)
    found = tafel.find(data, method=method, **OHMIC)
    j0 = found[0]
    # the stated error, and for a record without noise the arithmetic
    assert abs(j0.value - 0.5) < 3.0 * j0.std + 1e-4, (j0.value, j0.std)
    assert j0.std < 0.1 * j0.value


def test_each_branch_has_its_own_coefficient():
    found = tafel.find(sweep(alpha=0.35, ohmic=0.0002, window=0.25), window="120 mV", ohmic="2 ohm*cm^2", faces=1)
    assert value(found, "transfer coefficient, anodic").value == pytest.approx(0.35, abs=0.003)
    assert value(found, "transfer coefficient, cathodic").value == pytest.approx(0.65, abs=0.003)
    assert found[0].value == pytest.approx(0.5, rel=0.02)


def test_a_garnet_cell_of_the_engine_gives_its_exchange_current():
    """Symmetric cell, half of the overpotential each; the ohmic part from the same record's spectrum. Fast
    enough that no voids grow on the way."""
    cell = il.Cell.parse("Li|LLZTO(1.0 mm)|Li @ 25 degC")
    key = "interfaces.Li|LLZTO."
    cell = cell.set(key + "charge_transfer.exchange_current_density", "12.5 A/m^2").set(key + "contact.contact_fraction", 0.04)
    made = il.simulate(cell, "Tafel(400 mV, 50 mV/s, 1 s, impedance=Impedance(1 MHz, 1 mHz, 5))")
    dc = float(made.spectra[0]["specific_impedance_real"][-1])
    ohmic = dc - 2.0 * GAS * 298.15 / FARADAY / 0.5
    for method, within in (("tafel", 0.15), ("allen-hickling", 0.01), ("micropolarisation", 0.01)):
        found = tafel.find(made, method=method, ohmic=(ohmic, "ohm*m^2"), apparent=False)[0]
        assert found.name == "exchange current density" and found.evidence["faces"] == 2
        assert found.value == pytest.approx(0.5, rel=within), method
        assert abs(found.value - 0.5) < 3 * found.std + 0.005, method


def test_what_is_no_tafel_line_is_refused():
    eta = np.linspace(-0.2, 0.2, 401)
    clock = np.arange(401.0)
    resistor = record(trace(clock, eta, eta / 0.01), temperature="25 degC")
    with pytest.raises(AnalysisError, match=r"no straight line|spans"):
        tafel.find(resistor, ohmic="0 ohm*cm^2", faces=1)
    with pytest.raises(AnalysisError, match="ohmic"):
        tafel.find(resistor, ohmic="95 ohm*cm^2", faces=1)
    with pytest.raises(AnalysisError, match="no straight line"):
        tafel.find(sweep(j0=2.0, ohmic=0.01), ohmic="0 ohm*cm^2", faces=1)  # what was not taken away bends it
    limit = np.tanh(0.5 * np.exp(0.5 * np.abs(eta) / THERMAL) / 3.0) * 3.0 * np.sign(eta)
    with pytest.raises(AnalysisError, match=r"no straight line|spans"):
        tafel.find(record(trace(clock, eta, limit), temperature="25 degC"), ohmic="0 ohm*cm^2", faces=1)
    with pytest.raises(AnalysisError, match="too few points"):
        tafel.find(sweep(window=0.06), **OHMIC)
    with pytest.raises(AnalysisError, match="passes through zero"):
        tafel.find(record(trace(clock, 0.3 + eta, 1.0 + eta), temperature="25 degC"), **OHMIC)


def test_what_is_missing_is_asked_for():
    data = sweep()
    with pytest.raises(MissingValueError, match="faces"):
        tafel.find(data, ohmic="0 ohm*cm^2")
    with pytest.raises(MissingValueError, match="ohmic resistance"):
        tafel.find(data, faces=1)
    bare = record(*data.segments)
    with pytest.raises(MissingValueError, match="temperature"):
        tafel.find(bare, **OHMIC)
    total = record(trace(data.segments[0]["time"], data.segments[0]["voltage"], data.segments[0]["current_density"] * 1e-4, specific=False), temperature="25 degC")
    with pytest.raises(MissingValueError, match="area"):
        tafel.find(total, **OHMIC)
    assert tafel.find(total.with_conditions(area="1 cm^2"), **OHMIC)[0].value == pytest.approx(tafel.find(data, **OHMIC)[0].value, rel=1e-6)
    with pytest.raises(UnknownNameError, match="tafel"):
        tafel.find(data, method="taffel", **OHMIC)


@pytest.mark.long
@pytest.mark.parametrize("method", ["allen-hickling", "micropolarisation"])
def test_coverage_of_exchange_currents(method):
    rng = np.random.default_rng(7)
    hits = []
    for _ in range(600):
        r = Finding("R", 0.01 * (1 + 0.02 * rng.normal()), "area_specific_resistance", "fit", 2e-4)
        found = tafel.find(noisy(sweep(points=401), rng, relative=0.005, amps=1e-3), method=method, ohmic=r, faces=1)
        hits.append(holds(found[0], 0.5))
    band(hits)
