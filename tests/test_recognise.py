"""Which techniques a record contains: the matrix of records against techniques, decoys that lack one condition, requests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import interlayer as il
from _cycled import plate
from dc_records import noisy, nucleated, polarisation, record, reservoir, sweep, trace, value
from interlayer.analysis import critical_current, cycling, gitt, strip_plate
from interlayer.analysis._technique import Condition, Technique
from interlayer.analysis.recognise import JOINT, TECHNIQUES, Analysed, Case, analyse, recognise, taken, together
from interlayer.errors import AnalysisError, UnknownNameError
from interlayer.record import Provenance, Record, Segment
from test_dc_cycling import rates, table
from test_dc_diffusion import holds_of, oxidation, reversible, titration
from test_dc_lithium import cycling as copper

GARNET, POLYMER, COPPER = "Li|LLZTO(1 mm)|Li @ 25 degC", "Li|SPE(100 um)|Li @ 70 degC", "Li|LiTFSI-ether(100 um)|Cu @ 25 degC"

#: what the engine runs, and all that its record must be said to contain
PROTOCOLS = {
    "strip_plate": (GARNET, "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=4)", "strip_plate shorts"),
    "critical_current": (GARNET, "CriticalCurrent(step=0.2 mA/cm^2, half_cycle=30 min)", "critical_current shorts"),
    "rate_ramp": (GARNET, "RateRamp([0.1 mA/cm^2, 0.2 mA/cm^2, 0.1 mA/cm^2], half_cycle=1 h, cycles=3)", "rate_ramp shorts"),
    "impedance": (GARNET, "Impedance(1 MHz, 10 mHz)", "impedance"),
    "bruce_vincent": (POLYMER, "BruceVincent(5 mV, 10 h, sample=60 s, impedance=Impedance(1 MHz, 0.01 mHz, 6))", "bruce_vincent impedance warburg"),
    "tafel": (GARNET, "Tafel(60 mV, 5 mV/s, 1 s, impedance=Impedance(1 MHz, 1 mHz, 5))", "tafel impedance"),
    "dc_polarisation": (GARNET, "DCPolarisation([2 mV, 4 mV, 6 mV], hold=1 min, sample=2 s)", "dc_polarisation"),
    "cyclic_voltammetry": (GARNET, "CyclicVoltammetry(-20 mV, 20 mV, 1 mV/s, 1, start=0 V)", "cyclic_voltammetry"),
    "linear_sweep": (GARNET, "LinearSweep(0 V, 300 mV, 1 mV/s)", "linear_sweep"),
    "aurbach": (COPPER, "Aurbach(0.5 mA/cm^2, 2 mA*h/cm^2, 0.5 mA*h/cm^2, 3)", "aurbach"),
    "nucleation": (COPPER, "Nucleation(0.5 mA/cm^2, 1 mA*h/cm^2)", "nucleation"),
}  # fmt: skip

#: closed forms and what they contain; a reservoir's first plating has a tip of its own
FORMS = {
    "reservoir": (reservoir, "aurbach nucleation"), "copper cycling": (lambda: copper([0.8, 0.95, 0.97, 0.96]), "aurbach"), "nucleated": (nucleated, "nucleation"),
    "polarisation": (polarisation, "bruce_vincent"), "sweep": (sweep, "tafel"), "holds": (lambda: holds_of([(v, 1e-7 * v) for v in (0.01, 0.02, 0.05)]), "dc_polarisation"),
    "table": (lambda: table([(2.0, 1.9)] * 6), "cycling voltage_profile"), "rates": (rates, "cycling rate voltage_profile"),
    "titration": (lambda: titration(1e-15, rest=20000.0), "gitt"), "reversible": (lambda: reversible(n=1001), "cyclic_voltammetry"), "oxidation": (oxidation, "linear_sweep"),
    **{f"plate {seed}": (lambda seed=seed: plate(seed, short=bool(seed % 2))[0], "strip_plate shorts") for seed in range(6)},
}  # fmt: skip


def without_names(of: Record) -> Record:
    """The same record as a file has it that names no step."""
    return replace(of, segments=tuple(Segment(s.channels, s.axis, "" if s.axis == "time" else s.technique, {}) for s in of.segments))


def contained(of: Record) -> set[str]:
    return {r.technique for r in recognise(of) if r.contained}


@pytest.fixture(scope="module")
def simulated() -> dict[str, Record]:
    return {name: il.simulate(cell, protocol) for name, (cell, protocol, _) in PROTOCOLS.items()}


@pytest.fixture(scope="module")
def forms() -> dict[str, Record]:
    return {name: make() for name, (make, _) in FORMS.items()}


# -- the matrix -------------------------------------------------------------------------------------------------------
def test_the_confusion_matrix(simulated, forms, capsys):
    """Records of every protocol and every closed form, with the names of their steps and without: exactly what was done."""
    wanted = {name: set(words.split()) for name, (_, _, words) in PROTOCOLS.items()} | {name: set(words.split()) for name, (_, words) in FORMS.items()}
    records = {**simulated, **forms}
    lines, wrong = [f"{'':20s} {' '.join(n[:4] for n in TECHNIQUES)}"], []
    for name, made in records.items():
        for suffix, one in (("", made), (", unnamed", without_names(made))):
            found = contained(one)
            # the engine's copper has no open-circuit potential: without its name nothing tells it from lithium
            expected = wanted[name] - ({"nucleation"} if (name, suffix) == ("nucleation", ", unnamed") else set())
            lines.append(f"{name + suffix:28s} {' '.join('X   ' if t in found else '.   ' for t in TECHNIQUES)}")
            if found != expected:
                wrong.append((name + suffix, found - expected, expected - found))
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert not wrong


@pytest.mark.parametrize("seed", range(3))
def test_noise_changes_nothing(simulated, forms, seed):
    """White noise of 0.5 % of the median voltage (0.2 mV at most) and 0.1 % of the current, every second row but where the
    last row alone says that the copper is empty."""
    for name, (_, words) in FORMS.items():
        made = forms[name]
        volts = 5e-3 * float(np.median(np.abs(made.trace("voltage"))))
        rough = noisy(made, np.random.default_rng(seed), volts=min(volts, 2e-4), relative=1e-3, every=1 if "aurbach" in words else 2)
        assert contained(rough) == set(words.split()), name
    for name in ("strip_plate", "critical_current", "rate_ramp", "dc_polarisation", "cyclic_voltammetry"):
        assert set(PROTOCOLS[name][2].split()) == contained(without_names(noisy(simulated[name], np.random.default_rng(seed), volts=2e-6, relative=1e-4))), name


def test_it_never_asks_where_a_record_comes_from(simulated, forms):
    for made in (*simulated.values(), *forms.values()):
        kinds = [replace(made, provenance=Provenance(kind), cell=None, outcome="") for kind in ("measured", "simulated", "derived")]
        assert len({tuple(str(r) for r in recognise(k)) for k in kinds}) == 1


def test_the_reasons_are_words(forms):
    said = {r.technique: str(r) for r in recognise(without_names(forms["plate 1"]))}
    assert said["strip_plate"].startswith("strip_plate: current of alternating sign, ") and "half cycles of" in said["strip_plate"] and "one current (" in said["strip_plate"]
    assert "12 half cycles" in next(r.why for r in recognise(forms["table"]) if r.technique == "cycling")
    assert "4 pulses of 10 min at 1 mA with rests of 5.56 h" in next(r.why for r in recognise(forms["titration"]) if r.technique == "gitt")
    assert said["impedance"] == "impedance: not contained, a spectrum: no segment runs along frequency"
    assert all(len(s) > 25 for s in said.values())


# -- decoys -----------------------------------------------------------------------------------------------------------
def cycled(count=12, n=60, volts=0.05, level=1e-3, offset=0.0, currents=None, form=None) -> Record:
    """Half cycles of alternating sign, whole cell."""
    k = np.arange(count * n) // n
    sign, size = np.where(k % 2, -1.0, 1.0), np.ones(count * n) * level if currents is None else np.array(currents)[k]
    amps = sign * size if form is None else form(np.arange(count * n) / n) * level
    return record(trace(np.arange(count * n) * 60.0, offset + volts * amps / level, amps, "", False))


def changed(of: Record, **how) -> Record:
    """Channels changed by functions of them; a channel that is None is left out."""
    return replace(of, segments=tuple(Segment({c: how[c](v) if how.get(c) else v for c, v in s.channels.items() if how.get(c, 1) is not None}, s.axis) for s in of.segments))


def half_triangle(turns=3, n=400, span=1.0, low=3.0, current=None) -> Record:
    x = np.arange(turns * n) / n
    v = low + span * np.abs((x + 1) % 2 - 1)
    slope = np.where((x % 2) < 1, 1.0, -1.0)
    return record(trace(x * 1000.0, v, slope * 1e-4 if current is None else current(v, slope), "", False))


def monotonic(start=0.5) -> Record:
    t = np.linspace(0.0, 7200.0, 600)
    return record(trace(t, -0.03 + start * np.exp(-t / 200.0), np.full(600, -5.0)))


def kept_charged() -> Record:
    t = np.arange(0.0, 3600.0, 10.0)
    return record(trace(t, np.full(len(t), 4.19), np.zeros(len(t)), "", False), trace(3600.0 + t, np.full(len(t), 4.2), 1e-5 + 1e-4 * np.exp(-t / 300.0), "", False))


DECOYS = {
    "no current": ("shorts", lambda: changed(cycled(), current=None), "a voltage along time, and no current"),
    "at rest": ("cycling", lambda: changed(table([(2.0, 1.9)] * 3), current=lambda v: 0 * v), "no current flows"),
    "one direction": ("strip_plate", lambda: changed(cycled(), current=np.abs, voltage=np.abs), "one sign throughout"),
    "swept current": ("strip_plate", lambda: cycled(form=lambda x: np.sin(np.pi * x)), "at a constant one"),
    "two electrodes": ("strip_plate", lambda: cycled(offset=3.5), "keeps its sign while the current changes"),
    "voltage out of step": ("strip_plate", lambda: changed(cycled(), voltage=lambda v: np.abs(v) * np.where(np.arange(len(v)) // 120 % 2, 1.0, -1.0)), "do not change sign together"),
    "copper": ("strip_plate", lambda: without_names(copper([0.9] * 5)), "emptied"),
    "two currents": ("strip_plate", lambda: cycled(currents=[1e-3] * 6 + [2e-3] * 6), "2 currents"),
    "comes back": ("critical_current", lambda: cycled(currents=[1e-3] * 4 + [2e-3] * 4 + [1e-3] * 4), "does not only rise"),
    "one current": ("critical_current", cycled, "1 current"),
    "only rises": ("rate_ramp", lambda: cycled(currents=[1e-3] * 4 + [2e-3] * 4 + [3e-3] * 4), "only rises"),
    "not sampled": ("shorts", lambda: cycled(n=5), "5 samples, where 8 are needed"),
    "never emptied": ("aurbach", lambda: without_names(record(*reservoir().segments[:-1])), "no cut-off that tells an empty electrode"),
    "both ends": ("aurbach", lambda: changed(without_names(copper([0.9] * 4)), voltage=lambda v: np.where(v < 0, np.where(np.arange(len(v)) > len(v) - 5, -1.0, v), v)), "both directions"),
    "equal platings": ("aurbach", lambda: changed(cycled(), voltage=lambda v: np.where(np.arange(len(v)) > len(v) - 4, 1.0 * np.sign(v[-1]), v)), "no larger plating came first"),
    "lithium on lithium": ("nucleation", lambda: changed(monotonic(0.0), voltage=lambda v: v), "no electrode without lithium"),
    "no tip": ("nucleation", monotonic, "no tip|still moves|last half"),
    "large voltage": ("bruce_vincent", lambda: without_names(polarisation(dv=0.2)), "200 mV away from rest"),
    "a cell that is kept charged": ("bruce_vincent", kept_charged, "rests at 4.19 V"),
    "several holds": ("bruce_vincent", lambda: without_names(holds_of([(v, 1e-7 * v) for v in (0.01, 0.02, 0.05)])), "3 voltages are held"),
    "nothing held": ("bruce_vincent", cycled, "no voltage is held"),
    "one hold": ("dc_polarisation", lambda: without_names(polarisation()), "needs two or more"),
    "pulses": ("dc_polarisation", lambda: titration(1e-15, change=0.03, pulses=5), "no line through zero"),
    "one branch": ("tafel", lambda: without_names(oxidation()), "one branch"),
    "to and fro": ("tafel", lambda: without_names(reversible(n=1001)), "to and fro"),
    "wide": ("tafel", lambda: half_triangle(1, low=-1.5, span=3.0, current=lambda v, s: 1e-4 * np.sinh(v)), "1 V at most"),
    "no rests": ("gitt", lambda: table([(2.0, 1.9)] * 3), "no two pulses of one sign"),
    "short rests": ("gitt", lambda: titration(1e-15, rest=200.0 + 600.0, step=10.0, tau=3600.0), "rest around each|no two pulses"),
    "no line": ("warburg", lambda: il.simulate(GARNET, "Impedance(1 MHz, 1 Hz)"), "straight and parallel"),
    "four points": ("impedance", lambda: record(Segment({"frequency": np.geomspace(1e3, 1.0, 4), "impedance_real": np.ones(4), "impedance_imag": np.zeros(4)}, "frequency")), "4 points, where a fit needs 5"),
    "half a cycle": ("cycling", lambda: changed(record(*table([(2.0, 1.9)]).segments[:2])), "one sign throughout"),
    "symmetric": ("cycling", cycled, "changes its sign under current"),
    "swept": ("cycling", lambda: half_triangle(4, current=lambda v, s: s * (1e-4 + 1e-3 * np.exp(-(((v - 3.5) / 0.05) ** 2)))), "swept at a constant rate|2 sweeps|sweeps"),
    "one rate": ("rate", lambda: table([(2.0, 1.9)] * 4), "one current throughout"),
    "a formation": ("rate", lambda: table([(2.0, 1.9)] * 6, [0.2] * 2 + [1.0] * 4), "one change of the current"),
    "few points": ("voltage_profile", lambda: table([(2.0, 1.9)] * 3, step=800.0), "where 20 are needed"),
    "one sweep": ("cyclic_voltammetry", lambda: without_names(oxidation()), "in one direction"),
    "a capacitor under current": ("cyclic_voltammetry", half_triangle, "no stretch moves the voltage at one rate while the current follows"),
    "through rest": ("linear_sweep", lambda: half_triangle(1, low=-0.25, span=0.5, current=lambda v, s: 1e-4 * np.sinh(10 * v)), "goes through rest"),
    "narrow": ("linear_sweep", lambda: half_triangle(1, span=0.1, current=lambda v, s: 1e-4 * np.exp(v)), "none to a limit"),
    "named otherwise": ("strip_plate", lambda: replace(cycled(), segments=tuple(replace(s, technique="tafel") for s in cycled().segments)), "names its steps tafel"),
}  # fmt: skip


@pytest.mark.parametrize("name", DECOYS)
def test_a_decoy_is_refused_by_the_condition_it_lacks(name):
    technique, make, match = DECOYS[name]
    found = recognise(make(), technique)[0]
    assert not found.contained, found
    with pytest.raises(AnalysisError, match=match) as raised:
        analyse(make(), technique=technique)
    assert found.failed in str(raised.value)


def test_what_is_broken_is_no_technique_and_no_other_error():
    t = np.arange(300.0)
    rng = np.random.default_rng(0)
    for made in (
        record(), record(trace([0.0], [1.0], [1.0])), record(trace(t, np.full(300, np.nan), np.full(300, np.nan))), record(trace(t, np.zeros(300), np.zeros(300))),
        record(trace(t * 0.0, np.ones(300), np.ones(300))), record(Segment({"time": t, "voltage": np.ones(300)})), record(Segment({"time": t})),
    ):  # fmt: skip
        assert contained(made) == set()
    for made in (record(trace(t, rng.normal(size=300), rng.normal(size=300))), record(trace(t, np.zeros(300), np.ones(300))), record(trace(t[::-1], t, t))):
        assert isinstance(analyse(made), Analysed)


def test_signs_that_are_turned_or_missing():
    """A symmetric cell recorded with the current counted the other way is one; a file with the size of the current alone is
    asked for its sign."""
    turned = changed(cycled(), current=lambda v: -v)
    found = recognise(turned, "strip_plate")[0]
    assert found.contained and "the other way" in found.why
    unsigned = changed(table([(2.0, 1.9)] * 3), current=np.abs)
    made = analyse(unsigned)
    assert "cycling" in made.contained and any("column that holds the sign" in q.said for q in made.requests) and "cycling" not in made.findings


# -- running ----------------------------------------------------------------------------------------------------------
def test_findings_are_those_of_the_techniques(simulated, forms):
    made = analyse(simulated["critical_current"])
    assert [f.as_dict() for f in made.findings["critical_current"]] == [f.as_dict() for f in critical_current.find(simulated["critical_current"])]
    assert "shorts" in made.findings and not made.requests
    plain = analyse(forms["table"].with_conditions(mass="10 mg"))
    assert plain.findings["cycling"][0].value == cycling.find(forms["table"].with_conditions(mass="10 mg"), per="mass")[0].value
    assert value(il.analyse(forms["table"], mass="10 mg").all(), "capacity, first cycle").quantity == "specific_charge"
    long = analyse(forms["titration"], length="5 um")
    assert [f.value for f in long.findings["gitt"]] == [f.value for f in gitt.find(forms["titration"], length="5 um")]
    assert "mAh" in str(plain) and "In this" not in str(plain)


@pytest.mark.parametrize(
    ("form", "technique", "name"),
    [
        ("titration", "gitt", "length"), ("table", "cycling", "mass"), ("sweep", "tafel", "faces"), ("polarisation", "bruce_vincent", "before"), ("holds", "dc_polarisation", "carriers"),
        ("oxidation", "linear_sweep", "threshold"),
    ],
)  # fmt: skip
def test_what_is_missing_is_asked_for_by_name(forms, form, technique, name):
    made = analyse(forms[form])
    assert technique in made.contained
    assert [q.name for q in made.requests if q.technique == technique] == [name]
    assert name in {**{k: 1 for takes in taken().values() for k in takes}, "mass": 1}


def test_what_can_be_done_without_is_done(forms):
    holds = analyse(forms["holds"])
    assert value(holds.all(), "steady resistance").value == pytest.approx(1e7, rel=1e-5)
    assert value(analyse(forms["holds"], electrodes="blocking").all(), "electronic conductivity").value == pytest.approx(1e-6, rel=1e-5)
    assert value(analyse(forms["oxidation"], threshold="5 uA/cm^2").findings["linear_sweep"][1:], "oxidation limit").value == pytest.approx(4.6946, abs=2e-3)
    ramp = analyse(cycled(currents=np.repeat([1e-3, 2e-3, 3e-3], 4)))
    assert [q.name for q in ramp.requests] == ["area"] and value(ramp.findings["critical_current"], "polarisation, last half cycle").value == pytest.approx(0.15)
    full = analyse(cycled(currents=np.repeat([1e-3, 2e-3, 3e-3], 4)), area="1 cm^2")
    assert value(full.findings["critical_current"], "critical current density").value == pytest.approx(30.0)
    bent = analyse(sweep(ohmic=0.0), ohmic="100 ohm*cm^2", faces=1)
    assert "tafel" in bent.refusals and "tafel" not in bent.findings


def test_densities_and_currents_in_one_record_ask_for_the_area():
    a, b = cycled(), record(*(trace(1e5 + s["time"], s["voltage"], s["current"] * 1e4) for s in cycled().segments))
    both = replace(a, segments=(*a.segments, *b.segments))
    assert [q.name for q in analyse(both).requests] == ["area"] and not contained(both)
    assert "strip_plate" in analyse(both, area="1 cm^2").contained


def test_a_slip_is_an_error_with_the_nearest_name(forms):
    with pytest.raises(UnknownNameError, match="threshold"):
        analyse(forms["oxidation"], treshold="5 uA/cm^2")
    with pytest.raises(UnknownNameError, match="strip_plate"):
        recognise(forms["table"], "strip_plat")


def test_noise_around_zero_is_no_branch():
    """A sweep to a limit whose current is noise of either sign before it rises."""
    data = oxidation(4.6, 0.03, base=0.0)
    rough = without_names(noisy(data, np.random.default_rng(0), amps=5e-5))
    assert contained(rough) == {"linear_sweep"}


def test_rests_between_named_steps_change_no_answer(simulated):
    made = il.simulate(GARNET, "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=2, rest=10 min)")
    found = {r.technique: r for r in recognise(made)}
    assert {t for t, r in found.items() if r.contained} == {"strip_plate", "shorts"}
    assert found["cycling"].failed == "the record names its steps strip_plate"


def test_spectra_and_cycling_of_one_record(simulated):
    both = replace(simulated["strip_plate"], segments=(*simulated["impedance"].segments, *simulated["strip_plate"].segments))
    assert contained(both) == {"impedance", "strip_plate", "shorts"}
    made = analyse(both, circuit="R(RQ)")
    assert made.findings["impedance"] and made.findings["strip_plate"]


def test_a_new_technique_is_a_new_declaration(monkeypatch, forms):
    one = Technique("resting", "long rests", (Condition("a rest", lambda seen: (not seen.lacks, "it rests")),), (lambda r, stated: strip_plate.analyse(r, specific=False),))
    list(TECHNIQUES)  # all files are known before one more is added
    monkeypatch.setitem(TECHNIQUES._members, "resting", one)
    monkeypatch.setattr(TECHNIQUES, "_primary", [*TECHNIQUES._primary, "resting"])
    assert "resting" in contained(forms["plate 0"])
    assert analyse(forms["plate 0"], technique="resting").findings["resting"]


# -- several records --------------------------------------------------------------------------------------------------
def lived(hours: float, ended: bool, name: str) -> Case:
    from interlayer.record import Finding

    found = Finding("life", hours * 3600.0, "time", "test", None, "", "known", evidence={"censored": not ended})
    return Case(name, cycled(), {"strip_plate": [found]})


def test_lives_of_two_groups():
    bare = [lived(h, True, f"b{h}") for h in (100, 150, 180, 220)]
    protected = [lived(h, h < 800, f"p{k}") for k, h in enumerate((400, 520, 600, 800, 800))]
    made = together([*bare, *protected], groups={"bare": [c.label for c in bare], "protected": [c.label for c in protected]})
    found = made.findings["survival"]
    assert value(found, "probability of equal lives").value < 0.01
    assert value(found, "median life, bare").value == pytest.approx(150 * 3600.0) and value(found, "Weibull scale, protected").value > 2e6
    assert "9 cells" in next(r.why for r in made.recognised if r.technique == "survival")
    alone = together(bare).findings["survival"]
    assert value(alone, "median life, all cells").value == pytest.approx(150 * 3600.0)


def test_critical_currents_of_several_cells():
    ramps = {f"cell {k}": cycled(currents=np.repeat(np.arange(1, 7) * 1e-3, 2)).with_conditions(area="1 cm^2") for k in range(4)}
    for k, (name, one) in enumerate(ramps.items()):
        def shorted(v, stop=(6 + 2 * (k % 3)) * 60):
            return np.where(np.arange(len(v)) >= stop + 20, 0.02 * v, v)

        ramps[name] = changed(one, voltage=shorted)
    made = together([Case(n, r, analyse(r).findings) for n, r in ramps.items()])
    assert value(made.findings["survival"], "cells, all cells").value == 4
    assert 30.0 < value(made.findings["survival"], "Weibull scale").value < 60.0


def test_voltammograms_at_several_rates():
    films = {}
    for v in (0.01, 0.02, 0.05):
        t = np.linspace(0.0, 1.2 / v, 801)
        e = 0.3 - np.abs(v * t - 0.6)
        f = 1.0 / (1.0 + np.exp(-e / 0.0257))
        films[f"{v}"] = record(trace(t, e, np.where(t < 0.6 / v, 1.0, -1.0) * 10.0 * v * f * (1.0 - f)))
    made = together([Case(n, r, analyse(r).findings) for n, r in films.items()])
    assert value(made.findings["scan_rates"], "b-value, anodic").value == pytest.approx(1.0, abs=0.01)
    assert value(made.findings["scan_rates"], "b-value, cathodic").value == pytest.approx(1.0, abs=0.01)
    assert "at 2 rates" in next(r.failed for r in together([Case(n, r, analyse(r).findings) for n, r in list(films.items())[:2]]).recognised if r.technique == "scan_rates")


def test_what_several_records_lack_is_said(simulated):
    made = together({"a": simulated["impedance"], "b": simulated["strip_plate"]})
    said = {r.technique: r for r in made.recognised}
    assert set(said) == set(JOINT) and not any(r.contained for r in said.values())
    assert "temperatures are stated" in said["arrhenius"].failed and "3 stated thicknesses" in said["thickness_series"].failed and "two cells" in said["survival"].failed


def test_thickness_of_several_samples():
    from interlayer.analysis import impedance

    f = np.geomspace(1e6, 1.0, 40)
    cases = []
    for mm in (0.5, 1.0, 1.5):
        z = 20.0 + 100.0 * mm / (1 + 2j * np.pi * f * 1e-6)
        one = record(Segment({"frequency": f, "impedance_real": z.real, "impedance_imag": z.imag}, "frequency", "impedance"), area="1 cm^2", thickness=f"{mm} mm")
        cases.append(Case(f"{mm}", one, {}, [impedance.fit(one, "R(RC)", specific=True)]))
    found = together(cases, faces=2).findings["thickness_series"]
    assert value(found, "conductivity").value == pytest.approx(1e-3 / (100.0 * 1e-4), rel=1e-3)
