"""Interface resistance per face and exchange current: by hand, coverage, refusals, and the engine's own cells."""

import math

import numpy as np
import pytest
from scipy.stats import binom

import interlayer as il
from interlayer.analysis import arcs, exchange_current, impedance, interface_resistance
from interlayer.elements.base import FARADAY, GAS
from interlayer.errors import AnalysisError, MissingValueError, UnknownNameError
from interlayer.record import Finding, Provenance, Record, Segment

F = np.logspace(6.5, -0.5, 60)
OMEGA = 2 * np.pi * F
STATED = {"area": "1 cm^2", "thickness": "1 mm", "temperature": "25 degC"}
CELL = il.Cell.parse("Li|LLZTO(1.0 mm)|Li @ 25 degC, 1 cm^2")
J0, CONTACT = (f"interfaces.Li|LLZTO.{k}" for k in ("charge_transfer.exchange_current_density", "contact.contact_fraction"))


def band(hits, level=0.95, inside=0.99):
    low, high = binom.interval(inside, len(hits), level)
    assert low <= np.sum(hits) <= high, f"{np.sum(hits)} of {len(hits)}, allowed {low:.0f} to {high:.0f}"


def arc(r, c):
    return r / (1 + 1j * OMEGA * r * c)


def record(z, stated=STATED, cell=None, frequency=F):
    channels = {"frequency": frequency, "impedance_real": z.real.copy(), "impedance_imag": z.imag.copy()}
    made = Record((Segment(channels, "frequency", "impedance"),), Provenance("measured", "here"), cell)
    return made.with_conditions(**stated)


def noisy(z, noise, rng):
    return z * (1 + noise * (rng.normal(size=len(z)) + 1j * rng.normal(size=len(z))))


#: 100 ohm bulk, an interphase (1 uF/cm² a face) of 150 ohm and a charge transfer (80 uF/cm² a face) of 80 ohm
Z = 100 + arc(150.0, 5e-7) + arc(80.0, 4e-5)


@pytest.fixture(scope="module")
def plain():
    data = record(noisy(Z, 1e-3, np.random.default_rng(0)))
    return data, impedance.fit(data, "R(RC)(RC)")


# -- by hand ----------------------------------------------------------------------------------------------------------
def test_half_of_the_interface_times_area(plain):
    """(150 + 80) ohm on 1 cm², two faces: 115 ohm cm²; the film and the double layer are named by their capacitance."""
    data, fit = plain
    found = interface_resistance.find(data, fit, faces=2)
    assert found.value == pytest.approx(115e-4, rel=5e-3) and found.unit == "ohm*m^2"
    assert found.evidence["processes"] == {"R2": "interphase", "R3": "charge transfer"}
    both = fit.derived(lambda v: v["R2"] + v["R3"])
    assert found.std == pytest.approx(both[1] * 1e-4 / 2)
    apart = math.hypot(fit.std["R2"], fit.std["R3"])
    assert both[1] != pytest.approx(apart, rel=1e-3)  # the covariance counts
    wide = interface_resistance.find(data, fit, faces=2, area_std="2 mm^2")
    assert wide.std / wide.value == pytest.approx(math.hypot(both[1] / both[0], 0.02))
    assert wide.evidence["common_relative_std"] == pytest.approx(0.02)
    one = interface_resistance.find(data, fit, which="R3", faces=1)
    assert one.value == pytest.approx(80e-4, rel=0.01) and "named by the caller" in one.method
    finding = next(f for f in fit.findings() if f.name == "R3")
    assert interface_resistance.find(data, finding, faces=1).value == pytest.approx(one.value)


def test_area_specific_fits_need_no_area(plain):
    data, fit = plain
    specific = impedance.fit(data, "R(RC)(RC)", specific=True)
    bare = record(data.impedance(data.spectra[0]), {"thickness": "1 mm"})
    a = interface_resistance.find(data, fit, faces=2)
    b = interface_resistance.find(bare, specific, faces=2)
    assert b.value == pytest.approx(a.value, rel=1e-5) and b.std == pytest.approx(a.std, rel=1e-2)


def test_exchange_current_by_hand(plain):
    """80 ohm over two faces of 1 cm²: 40 ohm cm² each, j0 = 25.69 mV/40 ohm cm² = 0.642 mA/cm²."""
    data, fit = plain
    found = exchange_current.find(data, fit, faces=2)
    assert found.value == pytest.approx(GAS * 298.15 / (FARADAY * 40e-4), rel=0.01) and found.value == pytest.approx(6.42, rel=0.01)
    assert found.name == "exchange current density" and "R3 (charge transfer), without R2 (interphase)" in found.method
    assert exchange_current.find(data, fit, faces=2, electrons=2).value == pytest.approx(found.value / 2)
    wide = exchange_current.find(data, fit, faces=2, temperature_std=3.0, area_std="3 mm^2")
    relative = fit.std["R3"] / fit.values["R3"]
    assert wide.std / wide.value == pytest.approx(math.sqrt(relative**2 + (3 / 298.15) ** 2 + 0.03**2))


# -- refusals ---------------------------------------------------------------------------------------------------------
def test_what_is_missing_is_named(plain):
    data, fit = plain
    z = data.impedance(data.spectra[0])
    with pytest.raises(MissingValueError, match="faces"):
        interface_resistance.find(data, fit)
    with pytest.raises(MissingValueError, match="area"):
        interface_resistance.find(record(z, {"thickness": "1 mm"}), fit, which="R3", faces=2)
    with pytest.raises(MissingValueError, match="thickness"):
        interface_resistance.find(record(z, {"area": "1 cm^2"}), fit, faces=2)
    with pytest.raises(MissingValueError, match="temperature"):
        exchange_current.find(record(z, {"area": "1 cm^2"}), fit, which="R3", faces=2)
    with pytest.raises(UnknownNameError, match="R9"):
        interface_resistance.find(data, fit, which="R9", faces=2)
    with pytest.raises(AnalysisError, match="one or two faces"):
        interface_resistance.find(data, fit, faces=3)
    with pytest.raises(AnalysisError, match="once"):
        interface_resistance.find(data, fit, which=["R3", "R3"], faces=2)
    with pytest.raises(AnalysisError, match="finding of a resistance"):
        interface_resistance.find(data, Finding("C", 1.0, "capacitance", "m", 0.1), faces=2)
    with pytest.raises(AnalysisError, match="one electron"):
        exchange_current.find(data, fit, faces=2, electrons=0)
    sides = record(z, cell=il.Cell.parse("Li|LiI-ZnLi(0.5 um)/LLZTO(1.0 mm)|Li"))
    with pytest.raises(AnalysisError, match="two sides of this cell differ"):
        interface_resistance.find(sides, fit)
    unsure = Finding("R", 80.0, "resistance", "m", note="nobody knows")
    found = exchange_current.find(data, unsure, faces=2)
    assert found.std is None and "nobody knows" in found.note


def test_arcs_that_could_be_the_electrolyte_are_not_added_up():
    """0.2 nF/cm: a grain boundary or a constriction. What is known of the contact decides."""
    data = record(noisy(10 + arc(150.0, 2e-9) + arc(80.0, 1e-5), 1e-3, np.random.default_rng(1)))
    fit = impedance.fit(data, "R(RC)(RC)")
    with pytest.raises(AnalysisError, match="grain boundary or constriction"):
        interface_resistance.find(data, fit, faces=2)
    known = arcs.name(data, fit, electrolyte="ceramic", electrodes="lithium", contact="whole", faces=2)
    found = interface_resistance.find(data, fit, which=known, faces=2)
    assert found.value == pytest.approx(40e-4, rel=0.01) and "without R2 (grain boundary)" in found.method
    blocking = arcs.name(data, fit, electrolyte="ceramic", electrodes="blocking", faces=2)
    with pytest.raises(AnalysisError):
        interface_resistance.find(data, fit, which=blocking, faces=2)


def test_an_ionic_resistance_is_no_charge_transfer(plain):
    data, fit = plain
    with pytest.raises(AnalysisError, match="no charge transfer.*apparent"):
        exchange_current.find(data, fit, which="R2", faces=2)
    film = exchange_current.find(data, fit, which="R2", faces=2, apparent=True)
    assert film.name == "apparent exchange current density" and "against the capacitance" in film.method
    whole = exchange_current.find(data, fit, faces=2, apparent=True)
    assert whole.evidence["resistance"] == pytest.approx(230, rel=0.01) and "true j0 is larger" in whole.method
    series = exchange_current.find(data, fit, which="R1", faces=2)
    assert "no capacitance beside it" in series.method
    blind = record(data.impedance(data.spectra[0]), {"area": "1 cm^2", "temperature": "25 degC"})
    assert "not tested (thickness not stated)" in exchange_current.find(blind, fit, which="R3", faces=2).method
    single = record(noisy(10 + arc(80.0, 3e-7), 1e-3, np.random.default_rng(2)))
    one = impedance.fit(single, "R(RC)")
    with pytest.raises(AnalysisError, match="interphase or charge transfer"):
        exchange_current.find(single, one, faces=2)
    assert "which the capacitance allows" in exchange_current.find(single, one, which="R2", faces=2).method


# -- coverage ---------------------------------------------------------------------------------------------------------
def covered(draws):
    rng, hits = np.random.default_rng(11), []
    face, rate = 115e-4, GAS * 298.15 / (FARADAY * 40e-4)
    for _ in range(draws):
        size = 1 + 0.01 * rng.normal()  # the true area stands off the stated one
        data = record(noisy(Z, 5e-3, rng) / size)
        fit = impedance.fit(data, "R(RC)(RC)", validate=False)
        asr = interface_resistance.find(data, fit, which=["R2", "R3"], faces=2, area_std="1 mm^2")
        j0 = exchange_current.find(data, fit, which="R3", faces=2, area_std="1 mm^2")
        hits.append((abs(asr.value - face) < 1.959964 * asr.std, abs(j0.value - rate) < 1.959964 * j0.std))
    return np.array(hits).T


def test_errors_cover_the_truth():
    for row in covered(40):
        band(row)


@pytest.mark.long
def test_errors_cover_the_truth_in_many_draws():
    for row in covered(800):
        band(row)


# -- the engine's own cells -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("contact", "rate"), [(1.0, "5 A/m^2"), (0.5, "20 A/m^2")])
def test_the_engines_cell_gives_back_its_interface(contact, rate):
    """Charge transfer RT/(F j0 contact) beside a double layer; bulk, grain boundary and constriction are series here."""
    cell = CELL.set(J0, rate).set(CONTACT, contact)
    clean = il.simulate(cell, "Impedance(high=30 kHz, low=1 Hz)")
    z = noisy(clean.impedance(clean.spectra[0]), 2e-3, np.random.default_rng(3))
    data = Record(record(z, {}, cell, clean.spectra[0]["frequency"]).segments, Provenance("measured"), cell, clean.conditions)
    fit = impedance.fit(data, "R(RC)")
    j0 = exchange_current.find(data, fit, which="R2")
    assert abs(j0.value - float(rate.split()[0]) * contact) < 3 * j0.std and "Li|LLZTO|Li" in j0.method
    asr = interface_resistance.find(data, fit, which="R2")
    assert abs(asr.value - GAS * 298.15 / (FARADAY * float(rate.split()[0]) * contact)) < 3 * asr.std
