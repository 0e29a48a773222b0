"""The audit: each rule against closed forms, papers that never were, the five papers, and files that are wrong."""

import ast
import json
import math
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import audit_cells
from interlayer import literature
from interlayer.cli import main
from interlayer.errors import ReadError, RecordError, UnknownNameError
from interlayer.literature.claims import made
from interlayer.literature.entries import problems
from interlayer.literature.files import Draft
from interlayer.literature.rules import RULES
from interlayer.literature.rules.unit_lint import article

ROOT = Path(__file__).parents[1]
MA, MAH, OHM, ASR = "mA/cm**2", "mA*h/cm**2", "ohm", "ohm*cm**2"


def entry(quantity, value, unit, subject="Li|LLZTO|Li", variant="bare", form="point", technique="", **conditions):
    out = {"subject": subject, "variant": variant, "quantity": quantity, "value": value, "unit": unit, "form": form, "conditions": {k: ({"value": v[0], "unit": v[1]} if isinstance(v, tuple) else v) for k, v in conditions.items()}}
    return out | ({"technique": technique} if technique else {})


def claims_of(entries, strict=True):
    numbered = [{"id": f"T.{i}"} | e for i, e in enumerate(entries)]
    assert not [p for e in numbered for p in problems(e, strict=strict)]
    return made(Draft("test", {}, tuple(numbered), ()), strict=strict)


def words(rule, *entries):
    """The words of a rule's verdicts."""
    return [v.word for v in literature.audit(claims_of(entries), [rule])]


# -- rules against closed forms ------------------------------------------------------------------------------------------
def test_faraday_floor():
    dense = 13.0e-6 * 2.0 * 3600.0 / 96485.33212 * 10.0 * 1e6  # µm of 2 mAh/cm²
    assert dense == pytest.approx(9.70, abs=0.01)

    def one(thickness, form="point"):
        return words("faraday_floor", entry("deposit_thickness", round(thickness, 3), "um", "Li on Cu", form=form, areal_capacity=(2.0, MAH)))

    assert one(1.2 * dense) == ["agree"] and one(0.4 * dense) == ["disagree"] and one(0.85 * dense) == ["indeterminate"]
    assert one(4.0 * dense) == ["agree"] and one(100.0 * dense) == ["disagree"] and one(1.05 * dense, "upper_bound") == ["agree"]
    (verdict,) = literature.audit(claims_of([entry("deposit_thickness", 19.4, "um", "Li on Cu", areal_capacity=(2.0, MAH))]), ["faraday_floor"])
    assert "49 to 51 %" in verdict.sentence or "48 to 51 %" in verdict.sentence  # half empty


def cycle(charge, discharge, efficiency):
    return [entry("first_charge_capacity", charge, "mA*h/g", "Li|NCM811"), entry("first_discharge_capacity", discharge, "mA*h/g", "Li|NCM811"), entry("first_cycle_coulombic_efficiency", efficiency, "percent", "Li|NCM811")]


def test_first_cycle():
    assert words("first_cycle", *cycle(220, 204, 92.7)) == ["agree"]
    assert words("first_cycle", *cycle(220, 204, 91.8)) == ["indeterminate"]
    assert words("first_cycle", *cycle(220, 204, 88.0)) == ["disagree"]


def cycled(initial, last, kept, quantity="capacity_retention", cycles=200):
    rate = {"c_rate": (0.5, "1/hour")}
    out = [entry("capacity", last, "mA*h/g", "Li|LFP", **rate, cycles=cycles), entry(quantity, kept, "percent", "Li|LFP", **rate, cycles=cycles)]
    return out + ([entry("initial_capacity", initial, "mA*h/g", "Li|LFP", **rate)] if initial else [])


def test_retention_and_fade():
    assert words("retention", *cycled(150.0, 120.0, 80.0)) == ["agree"]
    assert words("retention", *cycled(150.0, 120.0, 90.0)) == ["indeterminate"]  # of a later reference cycle
    assert words("retention", *cycled(150.0, 120.0, 50.0)) == ["disagree"]
    assert words("retention", *cycled(150.0, 120.0, 0.1, "capacity_fade_per_cycle")) == ["agree"]  # linear: 80 %
    assert words("retention", *cycled(150.0, 122.8, 0.1, "capacity_fade_per_cycle")) == ["agree"]  # compounding: 0.999^200 = 81.9 %
    assert words("retention", *cycled(150.0, 110.0, 0.01, "capacity_fade_per_cycle")) == ["disagree"]
    assert words("retention", *cycled(None, 120.0, 80.0)) == ["indeterminate"]  # makes 150 of 170: possible
    assert words("retention", *cycled(None, 120.0, 40.0)) == ["disagree"]  # makes 300 of 170


def test_nominal_capacity():
    def one(areal, material="LFP", **conditions):
        return words("nominal_capacity", entry("areal_capacity", areal, MAH, f"Li|{material}", loading=(10.0, "mg/cm**2"), **conditions))

    assert one(1.5) == ["agree"] and one(2.5) == ["disagree"] and one(2.5, "LCO") == ["agree"] and one(1.5, "unknownium") == ["indeterminate"]
    delivered = entry("capacity", 120.0, "mA*h/g", "Li|LFP", loading=(10.0, "mg/cm**2"))
    (verdict,) = literature.audit(claims_of([entry("areal_capacity", 1.5, MAH, "Li|LFP", loading=(10.0, "mg/cm**2")), delivered]), ["nominal_capacity"])
    assert verdict.word == "agree" and "1.2 mAh/cm² (80 %)" in verdict.sentence


def test_rate_and_current():
    def one(j):
        return words("rate_current", entry("cycle_life_cycles", 100, "count", "Li|LFP", c_rate=(2.0, "1/hour"), current_density=(j, MA), areal_capacity=(1.5, MAH)))

    assert one(3.0) == ["agree"] and one(4.5) == ["indeterminate"] and one(0.3) == ["disagree"] and one(30.0) == ["disagree"]

    def critical(j, hours=500):
        return words("rate_current", entry("critical_current_density", 0.5, MA), entry("cycle_life_hours", hours, "hour", current_density=(j, MA)))

    assert critical(0.4) == ["agree"] and critical(1.0) == ["indeterminate"] and critical(5.0) == ["disagree"] and critical(5.0, 20) == ["indeterminate"]


@pytest.mark.parametrize(("hours", "word"), [(200, "agree"), (450, "indeterminate"), (110, "indeterminate"), (20, "disagree"), (12000, "disagree")])
def test_hours_and_cycles(hours, word):
    # 100 cycles of 2 x 0.1/0.1 h
    assert words("clocks", entry("time_before_analysis", hours, "hour", current_density=(0.1, MA), areal_capacity=(0.1, MAH), cycles=100)) == [word]


def test_charge_of_a_half_cycle():
    step = lambda q: words("clocks", entry("step_duration", 2, "hour", current_density=(0.05, MA), areal_capacity=(q, MAH)))  # noqa: E731
    assert step(0.1) == ["agree"] and step(0.2) == ["indeterminate"] and step(1.0) == ["disagree"]


def test_times_after_failure():
    failure = entry("failure_time", 195, "hour", current_density=(0.05, MA), mode="short circuit")
    after = lambda hours, variant="bare": words("clocks", failure, entry("time_before_analysis", hours, "hour", "Li electrodes", variant, current_density=(0.05, MA)))  # noqa: E731
    assert after(100) == ["agree"] and after(300) == ["indeterminate"] and after(1500) == ["disagree"]
    assert after(1000, "bare vs protected") == ["indeterminate"]  # may be the other cell's time
    assert after(1000, "protected") == []
    slow = entry("failure_time", 195, "hour", current_density=(0.05, MA), mode="impedance rise")
    assert words("clocks", slow, entry("time_before_analysis", 1500, "hour", "Li electrodes", current_density=(0.05, MA))) == ["indeterminate"]  # can be run on
    assert words("clocks", failure, entry("time_before_analysis", 1000, "hour", "Li electrodes", current_density=(0.5, MA))) == []  # another test


def polarised(volts, **where):
    at = {"temperature": (25.0, "degC"), "time": "0 h"} | where
    return [entry("cell_impedance", 1000.0, OHM, **at), entry("electrode_diameter", 11.28379, "mm"), entry("polarization_voltage", volts, "V", **at, current_density=(0.1, MA))]


def test_area_closure_by_voltage():
    # 1 cm² at 0.1 mA/cm² through 1000 ohm is 0.1 V; up to 6 times and twice in amplitude, or as flat as charge transfer makes it
    assert words("area_closure", *polarised(0.1)) == ["agree"]
    assert words("area_closure", *polarised(1.0)) == ["indeterminate"]  # plainly ten times apart: bridged by what is allowed for, so no accusation, but no agreement
    assert words("area_closure", *polarised(5.0)) == ["disagree"]
    assert words("area_closure", *polarised(0.005)) == ["disagree"]
    assert words("area_closure", *polarised(0.005)[:1], *polarised(0.005)[2:]) == ["indeterminate"]  # no area stated: any will do
    flat = 4 * 8.314462 * 298.15 / 96485.33 * math.asinh(30.0)  # charge transfer alone, x = 30: V/(jR) = asinh(30)/30
    stiff = [entry("cell_impedance", 1000.0 * flat / 0.1 / (math.asinh(30.0) / 30.0), OHM, temperature=(25.0, "degC"), time="0 h"), *polarised(flat)[1:]]
    assert words("area_closure", *stiff) == ["indeterminate"]
    cold = polarised(0.02)
    cold[0]["conditions"].pop("temperature")
    assert words("area_closure", *cold) == ["indeterminate"]  # the impedance may be of another temperature


def test_area_closure_by_conductivity():
    pellet = [entry("bulk_resistance", 330.0, OHM, "Au|LAGP|Au", temperature="room"), entry("ionic_conductivity", 3.0e-4, "S/cm", "LAGP pellet", temperature="room"), entry("thickness", 0.99, "mm", "LAGP pellet")]
    (verdict,) = literature.audit(claims_of(pellet), ["area_closure"])
    assert verdict.word == "indeterminate" and "taken plainly 1 cm²" in verdict.sentence
    dot = lambda mm: words("area_closure", *pellet, entry("electrode_diameter", mm, "mm", "Au|LAGP|Au"))  # noqa: E731
    assert dot(11.3) == ["agree"] and dot(5.0) == ["disagree"] and dot(20.0) == ["disagree"]
    pellet[1]["conditions"] = {"temperature": {"value": 80, "unit": "degC"}}
    assert words("area_closure", *pellet) == []  # another temperature is another number


def test_area_closure_is_over_all_relations_of_a_cell():
    two = [*polarised(0.1)[::2], entry("polarization_voltage", 0.4, "mV", current_density=(0.1, MA), temperature=(25.0, "degC"), time="0 h")]
    assert words("area_closure", *two) == ["disagree"]


def test_voltage_floor():
    def one(millivolts, form="point"):
        return words("voltage_floor", entry("interfacial_asr", 500.0, ASR, temperature="room"), entry("polarization_voltage", millivolts, "mV", form=form, current_density=(0.1, MA), temperature="room"))

    assert one(80.0) == ["agree"] and one(30.0) == ["indeterminate"] and one(2.0) == ["disagree"] and one(2.0, "lower_bound") == ["indeterminate"]


def test_exchange_current():
    # 25.7 mV/0.1 mA/cm² is 257 ohm cm²
    def one(quantity, value, unit, at="room", **conditions):
        return words("exchange_current", entry("exchange_current_density", 0.1, MA, temperature="room"), entry(quantity, value, unit, temperature=at, **conditions))

    assert one("interfacial_asr", 600.0, ASR) == ["agree"] and one("interfacial_asr", 20.0, ASR) == ["indeterminate"]
    assert one("polarization_voltage", 0.1, "mV", current_density=(0.1, MA)) == ["disagree"]
    assert one("cell_impedance", 0.01, OHM) == ["indeterminate"]  # ohm without an area is never compared
    assert one("polarization_voltage", 0.1, "mV", at=(60.0, "degC"), current_density=(0.1, MA)) == ["indeterminate"]


def test_activation_energies_and_a_ratio_never_disagree():
    def pair(ratio, gap):
        out = []
        for variant, r, e in (("bare", 1000.0, 60.0), ("protected", 1000.0 * ratio, 60.0 - gap)):
            out += [entry("activation_energy", e, "kJ/mol", variant=variant, technique="arrhenius", model="Arrhenius on interfacial resistance"), entry("interfacial_asr", r, ASR, variant=variant, technique="eis", temperature="room")]
        return literature.audit(claims_of(out), ["activation_ratio"])

    for ratio, gap in ((0.1, 5.0), (1e-4, -10.0), (100.0, 40.0)):
        (verdict,) = pair(ratio, gap)
        assert verdict.word == "indeterminate"
        expected = math.exp(-gap * 1e3 / (8.314462618 * 295.5))
        free = max(ratio / expected, expected / ratio)
        assert float(verdict.sentence.split("a factor of ")[1].split()[0]) == pytest.approx(free, rel=0.06)


def test_slope_of_two_temperatures():
    def one(stated, energy=40e3):
        hot = 1e-4 * math.exp(-energy / 8.314462618 * (1 / 353.15 - 1 / 298.15))
        two = [entry("ionic_conductivity", round(s, 7), "S/cm", "SPE", temperature=(t, "degC")) for s, t in ((1e-4, 25.0), (hot, 80.0))]
        return words("activation_ratio", *two, entry("activation_energy", stated, "kJ/mol", "SPE", technique="arrhenius", model="Arrhenius, ionic conductivity"))

    assert one(41.0) == ["agree"] and one(75.0) == ["indeterminate"] and one(300.0) == ["disagree"] and one(4.0) == ["disagree"]


def test_vft_is_never_compared():
    vft = entry("activation_energy", 0.09, "eV", "SPE", technique="vft", model="VFT (pseudo-activation energy)")
    hot = [entry("ionic_conductivity", s, "S/cm", "SPE", temperature=(t, "degC")) for s, t in ((1e-6, 25.0), (5e-3, 80.0))]
    arrhenius = entry("activation_energy", 0.36, "eV", "SPE", technique="arrhenius", model="Arrhenius")
    assert words("vft", vft, arrhenius) == ["indeterminate"] and words("vft", arrhenius) == []
    assert words("activation_ratio", vft, *hot) == []


def test_transference_of_layers_in_series():
    te, skin, bulk = 0.2, 1.0, 4.0  # ohm cm²
    exact = (skin + bulk) / (skin + bulk / te)

    def one(t, interface=0.05, stated=True):
        cell = [entry("transference_number", te, "dimensionless", "Li|GPE|Li", "bare", technique="bruce_vincent"), entry("transference_number", round(t, 3), "dimensionless", "Li|SKIN/GPE|Li", "protected", technique="bruce_vincent")]
        made_of = [entry("thickness", 5.0, "um", "SKIN"), entry("ionic_conductivity", 5e-4 / skin, "S/cm", "SKIN"), entry("thickness", 40.0, "um", "GPE"), entry("ionic_conductivity", 4e-3 / bulk, "S/cm", "GPE")]
        return words("transference_layers", *cell, *((*made_of, entry("interfacial_asr", interface, ASR, "Li|SKIN/GPE|Li", "protected")) if stated else ()))

    assert one(exact) == ["agree"] and one(0.95) == ["disagree"] and one(0.95, stated=False) == ["indeterminate"]
    assert one(0.9, interface=100.0) == ["agree"]  # an interface left in the measured number


def nucleated(tip, plateau, definition="tip value", strict=None):
    out = [entry("nucleation_overpotential", tip, "mV", "Li|Cu", **({"definition": definition} if definition else {})), entry("plateau_overpotential", plateau, "mV", "Li|Cu")]
    return words("nucleation", *out, *([entry("nucleation_overpotential", strict, "mV", "Li|Cu", definition="tip minus plateau")] if strict else []))


def test_nucleation():
    assert nucleated(49, 33) == ["agree"] and nucleated(20, 33) == ["disagree"] and nucleated(20, 33, None) == ["indeterminate"]
    assert nucleated(49, 33, strict=16) == ["agree"] and nucleated(90, 33, strict=16) == ["disagree"]


def limited(ratio, copper, cycles, kept):
    return words("lithium_inventory", entry("n_to_p_ratio", ratio, "dimensionless", "Li|LCO", "protected"), entry("capacity_retention", kept, "percent", "Li|LCO", "protected", cycles=cycles), entry("coulombic_efficiency", copper, "percent", "Li|Cu", "protected", technique="ce_aurbach"))


def test_lithium_inventory():
    # excess lithium: CE^N = 0.99^300 = 5 % while the cell keeps 90 %, and nothing is wrong with it
    assert limited(4.0, 99.0, 300, 90.0) == ["agree"]
    assert limited(1.0, 99.0, 300, 90.0) == ["indeterminate"]
    assert limited(0.5, 90.0, 500, 90.0) == ["disagree"]
    full = entry("coulombic_efficiency", 99.0, "percent", "Li|LFP", technique="cycling", cycles=200)
    kept = entry("capacity_retention", 96.0, "percent", "Li|LFP", technique="cycling", cycles=200)
    assert words("lithium_inventory", full, kept) == ["indeterminate"]  # never CE^N against retention


def test_foil():
    def one(charge):
        return words("lithium_inventory", entry("thickness", 20, "um", "Li foil", "n/a"), entry("polarization_voltage", 30, "mV", technique="strip_plate", current_density=(1.0, MA), areal_capacity=(charge, MAH)))

    assert one(4.0) == ["agree"] and one(8.0) == ["disagree"]  # 4.12 mAh/cm²


def formula(text, order, values):
    return words("stoichiometry", entry("composition_stoichiometry", values, "dimensionless", text, "n/a", order=order))


def test_stoichiometry():
    assert formula("LLZTO Li6.4La3Zr1.4Ta0.6O12", "Li,La,Zr,Ta,O", [6.4, 3, 1.4, 0.6, 12]) == ["agree"]
    assert formula("Li6.4La3Zr2Al0.24O12", "Li,La,Zr,Al,O", [6.4, 3, 2, 0.24, 12]) == ["indeterminate"]
    assert formula("Li5.4La3Zr1.4Ta0.6O12", "Li,La,Zr,Ta,O", [5.4, 3, 1.4, 0.6, 12]) == ["disagree"]
    assert formula("Li6.4La3Zr1.4Ta0.6O12", "Li,La,Zr,Ta,O", [6.4, 3, 1.4, 0.06, 12]) == ["disagree"]
    assert formula("LiNi0.8Co0.1Mn0.1O2", "Ni,Co,Mn", [0.8, 0.1, 0.1]) == ["agree"] and formula("NCM811", "Ni,Co,Mn", [0.8, 0.3, 0.1]) == ["disagree"]
    parts = lambda *v: words("stoichiometry", entry("mole_fraction", list(v), "dimensionless", "liquid", form="series", order="a,b"))  # noqa: E731
    assert parts(0.8, 0.2) == ["agree"] and parts(0.8, 0.4) == ["disagree"] and parts(0.5, 0.2) == ["indeterminate"]
    mix = lambda name, *v: words("stoichiometry", entry("mixing_ratio", list(v), "dimensionless", name, form="series", order="Li2S,LiCl,P2S5 (mol)"))  # noqa: E731
    assert mix("precursors of Li6PS5Cl", 5, 2, 1) == ["agree"] and mix("precursors of Li6PS5Cl", 5.2, 2, 1) == ["agree"]
    assert mix("precursors of Li6PS5Cl", 2, 5, 1) == ["disagree"] and mix("precursors", 5, 2, 1) == ["indeterminate"]


def test_pressure_and_load():
    def one(mpa):
        return words("pressure_load", entry("die_diameter", 10, "mm"), entry("press_pressure", mpa, "MPa", loading="4 t"))

    assert one(500) == ["agree"] and one(440) == ["indeterminate"]  # 4000*9.80665/(pi/4*100) = 499.5


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        (("activation_energy", 9.0, "eV"), ("activation_energy", 0.9, "eV")), (("ionic_conductivity", 3.0, "S/cm"), ("ionic_conductivity", 3e-3, "S/cm")), (("coulombic_efficiency", 120, "percent"), ("coulombic_efficiency", 100.2, "percent")),
        (("dew_point", 60, "degC"), ("dew_point", -60, "degC")), (("polarization_voltage", 170, "V"), ("polarization_voltage", 170, "mV")), (("capacity", 250, "mA*h/g"), ("capacity", 160, "mA*h/g")),
    ],
)  # fmt: skip
def test_unit_lint(bad, good):
    subject = "dry room with a Li|LFP cell"
    assert words("unit_lint", entry(*bad, subject)) == ["disagree"] and words("unit_lint", entry(*good, subject)) == []


# -- what qualifies a number, as a condition and as a claim of its own ----------------------------------------------------------
MG, LFP = "mg/cm**2", "Li|SE|LFP full cell"


def both(rule, host, name, value, *others, quantity=None):
    """The words with a qualifying number among the conditions, and as a claim of its own of the same cell."""
    inside = {**host, "conditions": {**host["conditions"], name: {"value": value[0], "unit": value[1]}}}
    alone = entry(quantity or name, *value, host["subject"], host["variant"])
    return words(rule, inside, *others), words(rule, host, alone, *others)


def test_a_loading_is_a_condition_or_a_claim():
    for areal, word in ((1.5, "agree"), (5.0, "disagree")):
        host = entry("areal_capacity", areal, MAH, LFP, technique="design")
        assert both("nominal_capacity", host, "loading", (10.0, MG)) == ([word], [word])
    (verdict,) = literature.audit(claims_of([entry("areal_capacity", 5, MAH, LFP), entry("loading", 10, MG, LFP), entry("capacity", 160, "mA*h/g", LFP)]))
    assert verdict.word == "disagree" and verdict.claims == ("T.0", "T.1") and "500 mAh/g" in verdict.sentence
    for j, word in ((0.3, "agree"), (0.15, "indeterminate"), (5.0, "disagree"), (0.03, "disagree")):  # 1C of 2 mg/cm² of LFP is 0.34 mA/cm² in theory
        host = entry("current_density", j, MA, LFP, c_rate=(1.0, "1/hour"))
        assert both("rate_current", host, "loading", (2.0, MG)) == ([word], [word])
    given = entry("specific_current_1C", 170, "mA/g", "LFP", "n/a")
    assert both("rate_current", entry("current_density", 0.5, MA, LFP, c_rate=(1.0, "1/hour")), "loading", (2.0, MG), given) == (["disagree"], ["disagree"])


def test_a_current_against_a_loading_and_a_delivered_capacity_where_no_material_is_named():
    def one(j):
        return words("rate_current", entry("current_density", j, MA, "cell X", c_rate=(1.0, "1/hour")), entry("loading", 2.0, MG, "cell X"), entry("capacity", 160.0, "mA*h/g", "cell X"))

    assert one(0.32) == ["agree"] and one(1.0) == ["indeterminate"] and one(5.0) == ["disagree"] and one(0.05) == ["disagree"]


def test_of_several_loadings_each_may_be_meant():
    areal = entry("areal_capacity", 5.0, MAH, LFP)
    stated = lambda *mg, subject=LFP, variant="bare": [entry("loading", m, MG, subject, variant) for m in mg]  # noqa: E731
    assert words("nominal_capacity", areal, *stated(10.0, 35.0)) == ["agree"]
    (verdict,) = literature.audit(claims_of([areal, *stated(10.0, 12.0)]), ["nominal_capacity"])
    assert verdict.word == "disagree" and "no other loading that is stated (10 mg/cm², 12 mg/cm²)" in verdict.sentence and set(verdict.claims) == {"T.0", "T.1", "T.2"}
    assert words("nominal_capacity", areal, entry("loading", [10.0, 35.0], MG, LFP, form="series")) == ["agree"]
    assert words("nominal_capacity", areal, entry("loading", [10.0, 40.0], MG, LFP, form="range")) == ["agree"]
    assert words("nominal_capacity", areal, *stated(10.0, variant="n/a")) == ["disagree"]  # of all variants
    assert words("nominal_capacity", areal, *stated(10.0, variant="protected")) == []  # of another one
    assert words("nominal_capacity", areal, *stated(10.0, subject="LFP cathode")) == ["indeterminate"]  # of which of the cells with LFP is not said
    assert words("nominal_capacity", areal, *stated(35.0, subject="LFP cathode")) == ["agree"]
    other = entry("loading", 10.0, MG, LFP, c_rate=(0.1, "1/hour"))
    assert words("nominal_capacity", entry("areal_capacity", 5.0, MAH, LFP, c_rate=(1.0, "1/hour")), other) == []  # of another test


def test_area_thickness_foil_and_excess_are_conditions_or_claims():
    z, _, v = polarised(5.0)
    for name, value in (("electrode_diameter", (11.28379, "mm")), ("area", (1.0, "cm**2"))):
        assert both("area_closure", z, name, value, v) == (["disagree"], ["disagree"])
    assert words("area_closure", z, v, entry("active_mass", 1.0, "mg")) == ["indeterminate"]
    assert words("nominal_capacity", entry("areal_capacity", 5.0, MAH, LFP), entry("active_mass", 10.0, "mg", LFP), entry("area", 1.0, "cm**2", LFP)) == ["disagree"]  # 10 mg on 1 cm²
    two = [entry("electrode_diameter", d, "mm") for d in (10.0, 20.0)]
    z, _, v = polarised(0.1)
    assert words("area_closure", z, v, *two) != ["disagree"]  # two sizes are two cells, not a contradiction
    blocking = [entry("bulk_resistance", 330.0, OHM, "Au|LAGP|Au", temperature="room", electrode_diameter=(5.0, "mm")), entry("ionic_conductivity", 3.0e-4, "S/cm", "LAGP pellet", temperature="room", thickness=(0.99, "mm"))]
    assert words("area_closure", *blocking) == ["disagree"]
    kept, copper = entry("capacity_retention", 90.0, "percent", "Li|LCO", "protected", cycles=500), entry("coulombic_efficiency", 90.0, "percent", "Li|Cu", "protected", technique="ce_aurbach")
    assert both("lithium_inventory", kept, "n_to_p_ratio", (0.5, "dimensionless"), copper) == (["disagree"], ["disagree"])
    cell = entry("polarization_voltage", 30, "mV", technique="strip_plate", areal_capacity=(8.0, MAH))
    assert both("lithium_inventory", cell, "foil_thickness", (20.0, "um")) == (["disagree"], ["disagree"])
    deposit = entry("deposit_thickness", 3.0, "um", "Li on Cu")
    assert both("faraday_floor", deposit, "areal_capacity", (2.0, MAH)) == (["disagree"], ["disagree"])


def test_a_setting_that_stands_alone_is_taken_only_of_the_only_test():
    hours = entry("cycle_life_hours", 20, "hour", areal_capacity=(0.1, MAH), cycles=100)
    assert both("clocks", hours, "current_density", (0.1, MA)) == (["disagree"], ["disagree"])
    assert words("clocks", hours, entry("current_density", 0.1, MA), entry("current_density", 1.0, MA)) == []
    assert words("clocks", hours, entry("current_density", 0.1, MA), entry("polarization_voltage", 30, "mV", current_density=(1.0, MA))) == []
    rate, j, areal = entry("rate", 1.0, "1/hour", LFP), entry("current_density", 20.0, MA, LFP), entry("areal_capacity", 1.5, MAH, LFP)
    assert set(words("rate_current", rate, j, areal)) == {"disagree"}
    assert words("rate_current", rate, j, areal, entry("capacity", 140.0, "mA*h/g", LFP, c_rate=(13.0, "1/hour"))) == []


def test_charges_of_a_list_of_elements():
    listed = lambda values, order, subject="LLZTO": words("stoichiometry", entry("composition_stoichiometry", values, "dimensionless", subject, "n/a", order=order))  # noqa: E731
    assert listed([6.4, 3, 1.4, 0.6, 12], "Li,La,Zr,Ta,O") == ["agree"]
    assert listed([6.4, 3, 1.4, 0.6, 10], "Li,La,Zr,Ta,O") == ["disagree"]  # +4
    assert listed([1.5, 0.5, 1.5, 3], "Li,Al,Ge,PO4", "LAGP") == ["agree"]
    assert listed([3, 1.4, 0.6, 12], "La,Zr,Ta,O") == [] and listed([6.4, 3, 1.4], "Li,La,Zr") == [] and listed([1, 2], "resin,hardener") == []  # not the whole formula


def test_a_press_load_and_a_pressure():
    die = entry("die_diameter", 10, "mm", "die", "n/a")
    for mpa, word in ((500, "agree"), (50, "indeterminate")):
        host = entry("press_pressure", mpa, "MPa", "pellet")
        assert both("pressure_load", host, "press_force", (4.0, "t"), die) == ([word], [word])
    assert words("pressure_load", entry("press_load", 4, "metric_ton/cm**2", "pellet"), entry("press_pressure", 392, "MPa", "pellet")) == ["agree"]
    (verdict,) = literature.audit(claims_of([entry("press_load", 4, "metric_ton/cm**2", "pellet"), entry("press_pressure", 499, "MPa", "pellet"), die]), ["pressure_load"])
    assert verdict.word == "indeterminate" or "in all" in verdict.sentence


# -- what a rule lacked ------------------------------------------------------------------------------------------------------
def lacked(rule, *entries):
    """(comparisons, what is missing -> claims) of a rule, or None where it found no claim of its kind."""
    looks = literature.examine(claims_of(entries), [rule]).looks
    return (looks[0].compared, dict(looks[0].missing)) if looks else None


@pytest.mark.parametrize(
    ("rule", "entries", "needs"),
    [
        ("nominal_capacity", [entry("areal_capacity", 5, MAH, LFP)], "a loading"), ("nominal_capacity", [entry("loading", 5, MG, LFP)], "areal capacity"), ("rate_current", [entry("current_density", 5, MA, "Li|X", c_rate=(1.0, "1/hour"))], "areal capacity"),
        ("faraday_floor", [entry("deposit_thickness", 5, "um", "Li on Cu")], "areal_capacity"), ("first_cycle", cycle(220, 204, 92.7)[1:], "first charge capacity"), ("clocks", [entry("cycle_life_hours", 500, "hour")], "current density"),
        ("retention", [entry("capacity_retention", 80, "percent", LFP)], "number of cycles"), ("nucleation", [entry("nucleation_overpotential", 50, "mV", "Li|Cu")], "plateau"), ("stoichiometry", [entry("mass_to_charge", 124.1, "dimensionless", "cation")], "charge of the ion"),
        ("pressure_load", [entry("press_pressure", 50, "MPa", "pellet")], "load of the press"), ("area_closure", [entry("cell_impedance", 1000, OHM)], "polarization voltage"), ("voltage_floor", [entry("polarization_voltage", 50, "mV")], "current density"),
        ("exchange_current", [entry("exchange_current_density", 0.1, MA)], "interfacial resistance"), ("lithium_inventory", [entry("n_to_p_ratio", 2, "dimensionless", LFP)], "retention"), ("activation_ratio", [entry("activation_energy", 40, "kJ/mol", "SPE")], "two stated temperatures"),
    ],
)  # fmt: skip
def test_a_rule_says_what_it_lacks(rule, entries, needs):
    compared, missing = lacked(rule, *entries)
    assert compared == 0 and any(needs in what for what in missing), missing
    assert all(set(ids) <= {f"T.{i}" for i in range(len(entries))} and ids for ids in missing.values())


def test_a_rule_that_compared_lacks_nothing_and_one_without_its_kind_is_silent():
    assert lacked("nominal_capacity", entry("areal_capacity", 1.5, MAH, LFP), entry("loading", 10, MG, LFP)) == (1, {})
    assert lacked("first_cycle", *cycle(220, 204, 92.7)) == (1, {})
    assert lacked("unit_lint", entry("ionic_conductivity", 1e-4, "S/cm"), entry("loading", 10, MG)) == (2, {})
    assert lacked("faraday_floor", entry("loading", 10, MG)) is None
    found = literature.examine(literature.claims("yu2024"))
    assert found.verdicts == literature.audit(literature.claims("yu2024"))
    assert next(str(k) for k in found.looks if k.rule == "clocks") == "clocks: 1 compared; S4.C01, S4.C05, S4.C44, S4.C45, S4.C48, S4.C94 need the number of cycles"


# -- numbers that can't be ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (entry("transference_number", 1.3, "dimensionless"), "outside -1 to 1"), (entry("thickness", 700, "mm", "LLZTO pellet"), "700 mm"), (entry("cell_impedance", 10, OHM, temperature=(-400.0, "degC")), "temperature"),
        (entry("electrode_diameter", 12, "km"), "12 km"),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_is_a_verdict_and_all_else_is_audited(wrong, said, tmp_path):
    path = tmp_path / "draft.yaml"
    path.write_text(yaml.safe_dump({"claims": [{"id": f"A.{i}"} | e for i, e in enumerate([wrong, *cycle(220, 204, 85.0)])]}), encoding="utf-8")
    with pytest.raises(ReadError, match="can't be"):
        literature.load(path)  # as strict as ever
    found = literature.audit(literature.load(path, strict=False))
    assert [(v.rule, v.claims[0]) for v in found if v.word == "disagree"] in ([("unit_lint", "A.0"), ("first_cycle", "A.3")], [("first_cycle", "A.3"), ("unit_lint", "A.0")])
    assert said in next(v.sentence for v in found if v.rule == "unit_lint")
    done = CliRunner().invoke(main, ["audit", str(path), "--report", str(tmp_path / "a.html")])
    assert done.exit_code == 0 and "2 disagree" in done.output and said in done.output


def test_errors_that_are_no_number_still_stop_the_audit(tmp_path):
    path = tmp_path / "draft.yaml"
    path.write_text(yaml.safe_dump({"claims": [{"id": "A.0"} | entry("thickness", 5, "V")]}), encoding="utf-8")
    done = CliRunner().invoke(main, ["audit", str(path)])
    assert done.exit_code == 2 and "can't be turned into" in done.output


@pytest.mark.parametrize(("value", "subject", "word"), [(40, "assembly", ["disagree"]), (40, "air", ["disagree"]), (15, "air", ["indeterminate"]), (15, "glove box", ["disagree"]), (-40, "dry room", [])])
def test_dew_points(value, subject, word):
    assert words("unit_lint", entry("dew_point", value, "degC", subject)) == word


def test_articles():
    (verdict,) = literature.audit(claims_of([entry("ionic_conductivity", 300.0, "S/cm")]), ["unit_lint"])
    assert verdict.sentence.startswith("An ionic conductivity of")
    assert [article(t).split()[0] for t in ("n to p ratio", "loading", "exchange current density", "SEI resistance", "unit", "activation energy", "mole fraction")] == ["An", "A", "An", "An", "A", "An", "A"]


# -- what all rules keep ---------------------------------------------------------------------------------------------------
def test_one_rule_a_file():
    files = {p.stem for p in (ROOT / "src/interlayer/literature/rules").glob("*.py")} - {"__init__"}
    assert set(RULES) == files and len(files) >= 15
    for name in RULES:
        assert RULES[name].__doc__, name
    with pytest.raises(UnknownNameError, match="Did you mean 'faraday_floor'"):
        literature.audit({}, ["faraday_flor"])


def test_every_verdict_names_its_claims_and_every_disagreement_what_it_allowed_for():
    entries = [audit_cells.guilty(kind, [31, 7, k])[0] for k, kind in enumerate(audit_cells.PLANTED)]
    pools = [claims_of([{k: v for k, v in e.items() if k != "id"} for e in some], strict=False) for some in entries] + [literature.claims(p) for p in literature.papers()]
    seen = set()
    for claims in pools:
        for v in literature.audit(claims):
            assert v.claims and set(v.claims) <= set(claims) and v.sentence.endswith(".") and v.sentence.count("  ") == 0
            assert v.word in ("agree", "disagree", "indeterminate") and json.dumps(v.as_dict())
            if v.word == "disagree":
                assert v.allowed and v.numbers, v
                seen.add(v.rule)
    assert len(seen) >= 14, seen


@pytest.mark.parametrize("seed", range(6))
def test_order_and_units_do_not_matter(seed):
    kind = list(audit_cells.PLANTED)[3 * seed]
    entries, _ = audit_cells.guilty(kind, [77, seed])
    other = {"mV": ("V", 1e-3), "mm": ("m", 1e-3), "percent": ("dimensionless", 1e-2), "um": ("mm", 1e-3), "kJ/mol": ("J/mol", 1e3), "hour": ("minute", 60.0)}
    turned = [dict(e) for e in reversed(entries)]
    for e in turned:
        if e["unit"] in other and not isinstance(e["value"], list):
            unit, scale = other[e["unit"]]
            e["value"], e["unit"] = float(f"{e['value'] * scale:.6g}"), unit
    plain, again = ({(v.rule, v.word, frozenset(v.claims)) for v in literature.audit(made(Draft("t", {}, tuple(some), ()), strict=False)) if v.word == "disagree"} for some in (entries, turned))
    assert plain == again


def test_the_generator_shares_no_code_with_the_audit():
    tree = ast.parse((ROOT / "tests" / "audit_cells.py").read_text(encoding="utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names} | {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert names == {"math", "numpy", "dataclasses"}


def benchmark():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import proof_audit
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))
    return proof_audit


def test_planted_errors_are_found_and_the_innocent_are_not_accused():
    table = benchmark().planted(20261130, 88)
    assert sum(row[1] for row in table.values()) >= 0.95 * sum(row[0] for row in table.values()), table
    accused, rules = benchmark().innocents(20261130, 200)
    assert accused <= 2, rules


@pytest.mark.long
def test_planted_errors_and_innocents_at_full_count():
    table = benchmark().planted(4242, 220)
    assert sum(row[1] for row in table.values()) >= 0.95 * sum(row[0] for row in table.values()), table
    accused, rules = benchmark().innocents(4242, 1000)
    assert accused <= 10, rules


# -- the five papers -----------------------------------------------------------------------------------------------------
def test_the_five_papers():
    found = {p: literature.audit(literature.claims(p)) for p in literature.papers()}
    accused = {(v.rule, v.claims) for p in found for v in found[p] if v.word == "disagree"}
    assert accused == {("first_cycle", ("S1.C62", "S1.C58", "S1.C60"))}
    words_of = {(v.rule, i): v.word for p in found for v in found[p] for i in v.claims}
    assert words_of["clocks", "S1.C77"] == "indeterminate" and words_of["faraday_floor", "S4.C63"] == "indeterminate" and words_of["vft", "S1.C32"] == "indeterminate"
    assert words_of["nominal_capacity", "S3.C02"] == "agree" and words_of["first_cycle", "S1.C63"] == "agree"


def test_the_five_papers_take_a_second():
    code = (
        "import sys, time; from interlayer import literature as l; n = sum(len(l.audit(l.claims(p))) for p in l.papers());"
        "print(n, time.process_time(), [m for m in ('numpy', 'scipy', 'pint', 'numba', 'matplotlib', 'polars') if m in sys.modules])"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split(maxsplit=2) for _ in range(2)]
    assert int(runs[0][0]) > 50 and runs[0][2].strip() == "[]"
    assert min(float(r[1]) for r in runs) < 1.0, runs


# -- the command -----------------------------------------------------------------------------------------------------------
def test_command(tmp_path):
    run = CliRunner().invoke
    draft = tmp_path / "draft.yaml"
    draft.write_text(yaml.safe_dump({"paper": "<script>alert(1)</script>", "claims": [{"id": f"<b>{i}"} | e for i, e in enumerate(cycle(220, 204, 85.0))]}), encoding="utf-8")
    done = run(main, ["audit", str(draft), "--json", str(tmp_path / "a.json"), "--report", str(tmp_path / "a.html")])
    assert done.exit_code == 0 and "1 disagree" in done.output and "92.7 %" in done.output
    said = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert said["counts"]["disagree"] == 1 and said["verdicts"][0]["rule"] == "first_cycle" and said["verdicts"][0]["allowed"]
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "can't be of one cell" in page.replace("&#x27;", "'") and "<script>" not in page and "<b>0" not in page
    assert run(main, ["audit", str(draft), "--strict"]).exit_code == 1
    draft.write_text(yaml.safe_dump({"paper": "d", "claims": [{"id": "D.1"} | entry("areal_capacity", 5, MAH, LFP)]}), encoding="utf-8")
    done = run(main, ["audit", str(draft), "--json", str(tmp_path / "b.json"), "--report", str(tmp_path / "b.html")])
    assert "0 verdicts" in done.output and "nominal_capacity: 0 compared; D.1 needs a loading" in done.output and "no claims of their kind: activation_ratio" in done.output
    looked = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))["looked"]
    assert looked == [{"rule": "nominal_capacity", "paper": "d", "compared": 0, "missing": [{"needs": "a loading", "claims": ["D.1"]}]}]
    assert "a loading (D.1)" in (tmp_path / "b.html").read_text(encoding="utf-8")
    assert run(main, ["audit", "all", "--rule", "vft"]).output.count("indeterminate:") == 1
    for args, near in ((["audit", "wu2032"], "wu2023"), (["audit", "all", "--rule", "vtf"], "vft"), (["audit", str(tmp_path / "none.yaml")], "no such file")):
        done = run(main, args)
        assert done.exit_code == 2 and near in done.output
    draft.write_bytes(b"\x89PNG\x00\xff")
    assert run(main, ["audit", str(draft)]).exit_code == 2


def test_a_crowded_file_is_audited_in_time_and_says_what_was_left_out():
    one = [entry("polarization_voltage", 100.0 + k / 10, "mV", current_density=(0.1, MA)) for k in range(300)] + [entry("cell_impedance", 1000.0 + k, OHM) for k in range(300)]
    start = time.process_time()
    found = literature.audit(claims_of(one))
    assert time.process_time() - start < 5.0
    assert any("the first 40 were compared" in v.sentence for v in found) and {v.word for v in found} == {"indeterminate"}
    with pytest.raises(RecordError, match="at most 2000"):
        literature.audit(claims_of([entry("cell_impedance", 1000.0, OHM)] * 2001))
