"""Conductivity from a resistance and its geometry; activation energy with its error, in either form."""

import math
from pathlib import Path

import numpy as np
import pytest

from interlayer.analysis import arrhenius, conductivity, impedance
from interlayer.elements.base import GAS
from interlayer.errors import AnalysisError, MissingValueError, UnitError, UnknownNameError
from interlayer.record import Finding, Provenance, Record, Segment

T = np.array([298.15, 313.15, 333.15, 353.15, 373.15])
EA, A = 35e3, 1e7  # J/mol, S K/m
FILES = Path(__file__).parents[2] / "shared/data/EISFitpython-solid-electrolyte"


def sigma(t):
    return A / t * np.exp(-EA / (GAS * t))


def record(frequency, z, specific=False):
    prefix = "specific_" if specific else ""
    channels = {"frequency": frequency, f"{prefix}impedance_real": z.real, f"{prefix}impedance_imag": z.imag}
    return Record((Segment(channels, "frequency", "impedance"),), Provenance("measured", "here"))


def pellet(specific=False, noise=1e-3, seed=0):
    """1 mm, 1 cm²: bulk 2 kohm at 20 pF, grain boundary 5 kohm at 2 nF, an electrode arc and blocking electrodes."""
    f = np.logspace(7, -1, 70)
    s, rng = 2j * np.pi * f, np.random.default_rng(seed)
    z = 2e3 / (1 + 2e3 * 2e-11 * s) + 5e3 / (1 + 5e3 * 2e-9 * s) + 3e3 / (1 + 3e3 * 1e-6 * s) + 1.0 / (1e-4 * s**0.8)
    z = z * (1 + noise * (rng.normal(size=70) + 1j * rng.normal(size=70)))
    return record(f, z * 1e-4, True) if specific else record(f, z)


# -- conductivity -----------------------------------------------------------------------------------------------------
def test_conductivity_sums_the_arcs_of_the_material():
    data = pellet().with_conditions(area="1 cm^2", thickness="1 mm")
    fit = impedance.fit(data, "(RC)(RC)(RC)Q")
    found = conductivity.find(data, fit)
    assert found.value == pytest.approx(1e-3 / (7e3 * 1e-4), rel=3e-3) and found.unit == "S/m"
    assert "R1 + R2" in found.method and "without R3" in found.method and "taken as exact" in found.method
    assert found.std == pytest.approx(found.value * found.evidence["resistance_std"] / found.evidence["resistance"])
    each = conductivity.find(data, fit, which="R1").value, conductivity.find(data, fit, which=["R1", "R2", "R3"]).value
    assert each == pytest.approx((1e-3 / 0.2, 1e-3 / 1.0), rel=0.01)
    wide = conductivity.find(data, fit, thickness_std="0.02 mm", area_std="3 mm^2")
    assert wide.std / wide.value == pytest.approx(math.hypot(0.02, 0.03), rel=0.01)
    assert wide.evidence["common_relative_std"] == pytest.approx(math.hypot(0.02, 0.03))


def test_conductivity_through_area_specific_data_and_findings_is_the_same():
    total = pellet().with_conditions(area="1 cm^2", thickness="1 mm")
    fit = impedance.fit(total, "(RC)(RC)(RC)Q")
    direct = conductivity.find(total, fit)
    specific = pellet(specific=True).with_conditions(thickness="1 mm")
    other = conductivity.find(specific, impedance.fit(specific, "(RC)(RC)(RC)Q", specific=True))
    assert other.value == pytest.approx(direct.value, rel=1e-6) and other.std == pytest.approx(direct.std, rel=1e-3)
    bulk = next(f for f in fit.findings() if f.name == "R1")
    assert conductivity.find(total, bulk).value == pytest.approx(conductivity.find(total, fit, which="R1").value)


def test_conductivity_asks_for_what_it_needs():
    data = pellet()
    fit = impedance.fit(data, "(RC)(RC)(RC)Q")
    with pytest.raises(MissingValueError, match="thickness"):
        conductivity.find(data, fit)
    with pytest.raises(MissingValueError, match="area"):
        conductivity.find(data.with_conditions(thickness="1 mm"), fit)
    whole = data.with_conditions(thickness="1 mm", area="1 cm^2")
    with pytest.raises(UnknownNameError, match="R9"):
        conductivity.find(whole, fit, which="R9")
    with pytest.raises(UnitError):
        conductivity.find(whole, fit, thickness_std="3 kg")
    with pytest.raises(AnalysisError, match="no arc of the material"):
        conductivity.find(whole, impedance.fit(data, "RQ", validate=False))
    with pytest.raises(AnalysisError, match="finding of a resistance"):
        conductivity.find(whole, Finding("C", 1.0, "capacitance", "m", 0.1))
    unsure = Finding("R", 7e3, "resistance", "m", note="nobody knows")
    assert "nobody knows" in conductivity.find(whole, unsure).note


def test_series_resistance_counts_when_asked():
    f = np.logspace(5, 0, 40)
    data = record(f, 50.0 + 100.0 / (1 + 2j * np.pi * f * 1e-7 * 100.0)).with_conditions(
        area="1 cm^2", thickness="1 mm"
    )
    fit = impedance.fit(data, "R(RC)")
    values = [conductivity.find(data, fit, which=w).value for w in ("total", "R1")]
    assert values == pytest.approx([1e-3 / (150 * 1e-4), 1e-3 / (50 * 1e-4)], rel=1e-4)


# -- Arrhenius --------------------------------------------------------------------------------------------------------
def test_exact_points_give_back_the_law():
    fit = arrhenius.fit(sigma(T), T)
    assert fit.activation_energy == pytest.approx(EA, rel=1e-9) and fit.std < 1.0 and fit.chi2 is None
    assert fit.at("25 degC")[0] == pytest.approx(sigma(298.15), rel=1e-9)
    assert fit.at(400.0)[0] == pytest.approx(sigma(400.0), rel=1e-9)


def test_the_two_forms_differ_by_about_RT():
    hop = arrhenius.fit(sigma(T), T).activation_energy
    plain = arrhenius.fit(sigma(T), T, form="ln(sigma)")
    assert hop - plain.activation_energy == pytest.approx(GAS * np.mean(T), rel=0.03)
    assert "ln(sigma) against" in plain.findings()[0].method
    with pytest.raises(UnknownNameError, match="ln\\(sigma T\\)"):
        arrhenius.fit(sigma(T), T, form="log(sigma)")


def test_resistances_rise_the_other_way():
    resistance = 1.0 / sigma(T)
    fit = arrhenius.fit(resistance, T, quantity="resistance", std=0.01 * resistance)
    assert fit.activation_energy == pytest.approx(EA, rel=1e-9)
    assert fit.at(350.0)[0] == pytest.approx(1.0 / sigma(350.0), rel=1e-9)
    assert "1/R" in fit.findings()[0].method and fit.findings()[1].quantity == "resistance"


def test_errors_cover_the_truth():
    rng, hits, room = np.random.default_rng(0), [], []
    for _ in range(600):
        relative = np.array([0.01, 0.02, 0.02, 0.03, 0.01])
        values = sigma(T) * np.exp(relative * rng.normal(size=5))
        fit = arrhenius.fit(values, T, std=relative * values)
        value, std = fit.at(330.0)
        hits.append(abs(fit.activation_energy - EA) < 1.96 * fit.std)
        room.append(abs(value - sigma(330.0)) < 1.96 * std)
    assert (
        0.94 <= np.mean(hits) <= 0.985 and 0.94 <= np.mean(room) <= 0.985
    )  # chi2 above 1 widens, below 1 does not narrow


def test_lack_of_fit_is_said():
    vft = 1e2 * np.exp(-1000.0 / (T - 220.0))
    fit = arrhenius.fit(vft, T, std=0.01 * vft)
    assert fit.probability < 1e-6 and fit.chi2 / fit.dof > 10 and any("Lack of fit" in r for r in fit.remarks)
    good = arrhenius.fit(sigma(T), T, std=0.01 * sigma(T))
    assert good.probability > 0.99 and not good.remarks


def test_geometry_is_common_to_all_points():
    """An error of 5 % in the thickness moves the prefactor, not the activation energy."""

    def findings(common):
        return [
            Finding("conductivity", float(s), "conductivity", "m", float(s) * math.hypot(0.01, common), evidence={"common_relative_std": common})
            for s in sigma(T)
        ]  # fmt: skip

    free, shared = (arrhenius.fit(findings(c), T) for c in (0.0, 0.05))
    assert shared.std == pytest.approx(free.std, rel=1e-6) and shared.chi2 == pytest.approx(free.chi2, abs=1e-9)
    value, std = shared.at(330.0)
    assert std / value == pytest.approx(math.hypot(free.at(330.0)[1] / value, 0.05), rel=1e-6)


def test_few_points_say_what_they_can_not():
    two = arrhenius.fit(sigma(T[:2]), T[:2])
    assert two.std is None and two.dof == 0 and "two points" in two.findings()[0].note
    stated = arrhenius.fit(sigma(T[:2]), T[:2], std=0.02 * sigma(T[:2]))
    assert stated.std > 0.0 and stated.probability is None
    for values, temperatures in (
        (sigma(T[:1]), T[:1]),
        (sigma(T[:2]), [300.0, 300.0]),
        (-sigma(T), T),
        (sigma(T), T[:3]),
    ):
        with pytest.raises(AnalysisError):
            arrhenius.fit(values, temperatures)
    with pytest.raises(UnitError):
        arrhenius.fit(sigma(T[:2]), ["25", "60"])
    with pytest.raises(UnitError):
        arrhenius.fit(sigma(T[:2]), [25.0, 60.0])
    with pytest.raises(AnalysisError, match="positive error"):
        arrhenius.fit(sigma(T), T, std=np.zeros(5))


def test_findings_say_their_range():
    fit = arrhenius.fit(sigma(T[2:]), ["60 degC", "80 degC", "100 degC"], std=0.01 * sigma(T[2:]))
    energy, room = fit.findings()
    assert energy.evidence["activation_energy_eV"] == pytest.approx(EA / 96485.33, rel=1e-6)
    assert "extrapolated from 60 to 100 °C" in room.method and room.std / room.value > 0.01


# -- real pellets: 0.8 cm across, 0.21 cm thick (the authors' script), temperature in the file name -------------------
@pytest.fixture(scope="module")
def pellets():
    out = {}
    for t in (140, 160, 180, 200):
        path = FILES / f"s04147-{t}deg.txt"
        if not path.exists():
            pytest.skip("the shared data are not here")
        rows = np.loadtxt(path, skiprows=3)
        out[t] = record(rows[:, 0], rows[:, 1] + 1j * rows[:, 2]).with_conditions(
            area=(math.pi * 0.4**2, "cm^2"), thickness="0.21 cm", temperature=f"{t} degC"
        )
    return out


def test_real_series_gives_one_circuit_and_an_activation_energy(pellets):
    fits = impedance.fit_each(list(pellets.values()))
    assert {f.circuit for f in fits} == {"(R1Q1)(R2Q2)Q3"}
    found = [conductivity.find(data, fit) for data, fit in zip(pellets.values(), fits, strict=True)]
    for data, fit, value in zip(pellets.values(), fits, found, strict=True):
        z = data.impedance(data.spectra[0])
        turn = 10 + int(np.argmin(-z.imag[10:]))  # between the arcs and the electrode: an estimate without any fit
        assert value.value == pytest.approx(2.1e-3 / (math.pi * 0.4e-2**2 * z[turn].real), rel=0.03)
        assert fit.arcs[0].capacitance == pytest.approx(6.5e-12, rel=0.2) and fit.arcs[1].capacitance == pytest.approx(
            1.8e-11, rel=0.15
        )
    law = arrhenius.fit(found, [f"{t} degC" for t in pellets])
    assert law.activation_energy / 96485.33 == pytest.approx(0.855, abs=0.01) and law.std / 96485.33 < 0.01
    free = arrhenius.fit(
        [
            1.0 / data.impedance(data.spectra[0])[np.argmin(-data.impedance(data.spectra[0]).imag[10:]) + 10].real
            for data in pellets.values()
        ],
        [t + 273.15 for t in pellets],
    )
    assert free.activation_energy == pytest.approx(law.activation_energy, rel=0.02)
