"""Sweeps, holds, efficiency, sentences: what the steps are, and the ramp of the engine against closed forms."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import interlayer as il
from conftest import VOLTAGE, exact_run, fixed, machine_of, order_of, table
from interlayer.elements.capacitor import Capacitor
from interlayer.elements.resistor import Resistor
from interlayer.errors import InterlayerError, NotationError, ProtocolError, UnknownNameError
from interlayer.protocols import (
    Arrhenius,
    Aurbach,
    BruceVincent,
    CyclicVoltammetry,
    DCPolarisation,
    Experiment,
    LinearSweep,
    Nucleation,
    Protocol,
    RateRamp,
    Spectrum,
    Step,
    Tafel,
    parse,
)
from interlayer.simulation.stack import loop


def steps(protocol: Protocol) -> list[Step]:
    return [step for step in protocol.steps() if isinstance(step, Step)]


# -- the ramp ---------------------------------------------------------------------------------------------------------
R, C, RATE, END = 0.01, 0.5, 2.0, 0.02


def ramp(step: float | None) -> float:
    """Largest error of the current of R and C in series under V = RATE t, over its final value: C RATE (1 - exp(-t/RC))."""
    machine = machine_of(Resistor(label="R1", R=R) + Capacitor(label="C1", C=C))
    rows = table((VOLTAGE, 0.0, END, {"SLOPE": RATE}))
    run, _ = exact_run(machine, rows) if step is None else fixed(machine, rows, step)
    t, j, v = (run.history[:, k] for k in (loop.H_TIME, loop.H_CURRENT, loop.H_VOLTAGE))
    assert np.allclose(v, RATE * t, rtol=1e-12, atol=0.0)
    return float(np.max(np.abs(j / (C * RATE) - 1.0 + np.exp(-t / (R * C)))))


def test_a_ramp_charges_a_capacitor_through_a_resistor() -> None:
    errors = [ramp(END / n) for n in (10, 20, 40, 80)]
    assert order_of(errors) == pytest.approx(4.0, abs=0.2)
    assert errors[-1] < 1e-6
    assert ramp(None) < 2e-4


def test_a_triangle_ends_where_it_began() -> None:
    record = il.simulate("Li|LLZTO(1 mm)|Li @ 25 degC", "CyclicVoltammetry(-20 mV, 20 mV, 1 mV/s, 2, start=0 V, working=left)", rtol=1e-6)
    volts = np.concatenate([s["voltage"] for s in record.traces])
    assert abs(volts[-1]) < 1e-12 and np.max(np.abs(volts)) == pytest.approx(0.02, abs=1e-9)
    time = np.concatenate([s["time"] for s in record.traces])
    assert time[-1] == pytest.approx(160.0)


# -- what the steps are -----------------------------------------------------------------------------------------------
def test_bruce_vincent_has_a_spectrum_on_both_sides() -> None:
    made = BruceVincent("10 mV", "5 h", impedance="Impedance(1 MHz, 1 Hz)").steps()
    assert [type(s) for s in made] == [Spectrum, Step, Spectrum]
    assert made[0].info["when"] == "before the polarisation" and made[2].info["when"] == "in the steady state"
    with pytest.raises(ProtocolError, match="Impedance protocol"):
        BruceVincent(impedance="StripPlate(1 mA/cm^2, half_cycle=1 h)")


def test_a_sweep_of_the_right_electrode_turns_the_sign() -> None:
    (step,) = steps(LinearSweep("0 V", "5 V", "1 mV/s"))
    assert (step.control, step.value, step.slope, step.until[0].value) == ("voltage", -0.0, -1e-3, pytest.approx(5000.0))
    (left,) = steps(LinearSweep("5 V", "0 V", "1 mV/s", working="left"))
    assert (left.value, left.slope) == (5.0, -1e-3)
    with pytest.raises(ProtocolError, match="from one potential to another"):
        LinearSweep("1 V", "1 V")
    with pytest.raises(UnknownNameError, match="one side"):
        LinearSweep("0 V", "1 V", working="top")


@pytest.mark.parametrize(("start", "count"), [(None, 4), ("0 V", 5), ("0.3 V", 4)])
def test_cycles_of_a_voltammogram(start: str | None, count: int) -> None:
    made = steps(CyclicVoltammetry("-0.2 V", "0.3 V", "1 mV/s", 2, start=start, working="left"))
    assert len(made) == count and made[-1].info["cycle"] == 2
    assert made[0].info["stop"] == -0.2 and made[-1].info["stop"] == made[0].info["start"]
    for a, b in pairwise(made):
        assert a.value + a.slope * a.until[0].value == pytest.approx(b.value)


def test_tafel_sweeps_both_branches() -> None:
    made = Tafel("150 mV", "0.5 mV/s").steps()
    assert isinstance(made[0], Spectrum) and [s.value for s in steps(Tafel("150 mV"))] == pytest.approx([-0.15, -0.15])
    assert isinstance(made[-1], Step) and made[-1].until[0].value == pytest.approx(600.0)


def test_polarisation_and_ramp() -> None:
    made = steps(DCPolarisation(["10 mV", "20 mV"], hold="1 h", rest="10 min"))
    assert [(s.control, s.value) for s in made] == [("voltage", 0.01), ("rest", 0.0), ("voltage", 0.02), ("rest", 0.0)]
    with pytest.raises(ProtocolError, match="exactly one"):
        DCPolarisation(["10 mV"], ["1 mA/cm^2"])
    run = steps(RateRamp(["0.1 mA/cm^2", "0.2 mA/cm^2"], half_cycle="1 h", cycles=3))
    assert [s.info["cycle"] for s in run] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert run[-1].value == pytest.approx(-2.0)


def test_arrhenius_repeats_any_protocol() -> None:
    made = Arrhenius("StripPlate(0.1 mA/cm^2, half_cycle=1 h)", ["25 degC", "60 degC"], "30 min").steps()
    assert [s.temperature for s in made] == pytest.approx([298.15] * 3 + [333.15] * 3)
    assert made[0].technique == "rest" and made[-1].info["temperature_index"] == 2
    record = il.simulate("Li|LLZTO(1 mm)|Li", Arrhenius("Impedance(1 MHz, 1 Hz)", ["25 degC", "60 degC"]))
    cold, warm = (s["specific_impedance_real"][0] for s in record.spectra)
    assert cold > 2.0 * warm


def test_aurbach_plates_on_the_copper_and_strips_to_its_cut_off() -> None:
    made = steps(Aurbach("0.5 mA/cm^2", "5 mA*h/cm^2", "1 mA*h/cm^2", 3, "1 V", formation=True))
    assert [s.info["role"] for s in made] == ["formation plate", "formation strip", "reservoir", *["strip", "plate"] * 3, "last strip"]
    assert made[2].value == 5.0 and made[3].value == -5.0
    assert {u.kind: u.value for u in made[3].until} == {"voltage_below": -1.0, "areal_charge": pytest.approx(36000.0)}
    plain = steps(Aurbach("1 mA/cm^2", None, "1 mA*h/cm^2", 2))
    assert [s.info["role"] for s in plain] == ["plate", "strip"] * 2
    left = steps(Aurbach("0.5 mA/cm^2", working="left"))
    assert left[0].value == -5.0 and left[-1].until[0].kind == "voltage_above"
    with pytest.raises(ProtocolError, match="smaller than the reservoir"):
        Aurbach("1 mA/cm^2", "1 mA*h/cm^2", "2 mA*h/cm^2")
    (plate,) = steps(Nucleation("0.5 mA/cm^2", "1 mA*h/cm^2"))
    assert plate.value == 5.0


# -- sentences --------------------------------------------------------------------------------------------------------
def test_sentences_of_pybamm() -> None:
    protocol = Experiment(
        ["Discharge at C/10 for 10 hours or until 3.3 V", "Rest for 1 hour", "Charge at 1 mA until 4.1V", "Hold at 4.1 V until C/50",
         "Charge at 0.5C for 45 minutes", "Discharge at 200 mA for 30 seconds (5 second period)", "Discharge at 1 W for 0.5 hours"],
        capacity="2 mA*h/cm^2",
    )  # fmt: skip
    made = steps(protocol)
    assert [(s.control, round(s.value, 6)) for s in made] == [
        ("current_density", 2.0), ("rest", 0.0), ("current", -1e-3), ("voltage", -4.1), ("current_density", -10.0), ("current", 0.2), ("power", 1.0),
    ]  # fmt: skip
    assert [(u.kind, u.value) for u in made[0].until] == [("time", 36000.0), ("voltage_above", -3.3)]
    assert [(u.kind, u.value) for u in made[2].until] == [("voltage_below", -4.1)]
    assert [(u.kind, u.value) for u in made[3].until] == [("current_density_below", pytest.approx(0.4))]
    assert made[5].sample == 5.0


def test_a_sentence_runs() -> None:
    record = il.simulate(
        "Li|LLZTO(1 mm)|Li @ 25 degC, 1 cm^2",
        "Experiment(Discharge at 0.1 mA for 1 hour; Charge at 0.1 mA/cm^2 for 30 minutes; Impedance from 1 MHz to 1 Hz, cycles=2)",
    )
    assert len(record.spectra) == 2 and record.outcome == "completed"
    assert record.traces[0]["current_density"][-1] == pytest.approx(1.0) and record.traces[0]["voltage"][-1] > 0.0


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("Sleep for 1 hour", NotationError, "no sentence"),
        ("Discharge at 1 mA", NotationError, "when it ends"),
        ("Discharge for 1 hour", NotationError, "needs its value"),
        ("Rest at 3 V for 1 hour", NotationError, "takes no value"),
        ("Discharge at C/5 for 1 hour", ProtocolError, "capacity"),
        ("Discharge at 5 kg for 1 hour", NotationError, "neither a current"),
        ("Hold at 4 V until 3 V", NotationError, "can't end there"),
        ("Discharge at 1 mA for -1 hour", InterlayerError, "above zero|can't be|time"),
        ("Impedance for 1 hour", NotationError, "names its frequencies"),
        ("", ProtocolError, "at least one sentence"),
    ],
)
def test_sentences_that_are_refused(text: str, error: type[InterlayerError], message: str) -> None:
    with pytest.raises(error, match=message):
        Experiment(text)


def test_a_hold_until_a_total_current_needs_the_area() -> None:
    hold = Experiment("Hold at 0.1 V until 1 mA")
    with pytest.raises(ProtocolError, match="area"):
        hold.steps(il.Cell.parse("Li|LLZTO(1 mm)|Li"))
    (step,) = hold.steps(il.Cell.parse("Li|LLZTO(1 mm)|Li @ 2 cm^2"))
    assert isinstance(step, Step) and step.until[0].value == pytest.approx(5.0)
    assert parse(str(hold)) == hold


# -- what PyBaMM's users write ------------------------------------------------------------------------------------------
def test_cycles_of_sentences_are_tuples() -> None:
    pair = ("Discharge at 0.1 mA/cm^2 for 1 hour", "Charge at 0.1 mA/cm^2 for 1 hour")
    made = Experiment([pair] * 2)
    assert [step.info["cycle"] for step in made.steps()] == [1, 1, 2, 2]
    assert [step.value for step in made.steps()] == [1.0, -1.0, 1.0, -1.0]
    mixed = Experiment([pair, "Rest for 1 hour"], cycles=2)
    assert [step.info["cycle"] for step in mixed.steps()] == [1, 1, 2, 3, 3, 4]
    for one in (made, mixed, Experiment("; ".join(pair), cycles=3)):
        assert parse(str(one)) == one
    assert [s.info["cycle"] for s in Experiment(list(pair), cycles=2).steps()] == [1, 1, 2, 2]  # a row without tuples is one cycle
    with pytest.raises(ProtocolError, match="made of sentences"):
        Experiment([("Rest for 1 hour", 3)])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("text", "kelvin"),
    [
        ("Discharge at 1 mA/cm^2 for 1 hour at 25oC", 298.15), ("Rest for 1 hour at 40 degC", 313.15), ("Rest for 1 hour at 313.15 K (5 minute period)", 313.15),
        ("Hold at 0 V until 0.01 mA/cm^2 at 40oC", 313.15), ("Impedance from 1 MHz to 1 Hz at -10oC", 263.15), ("Rest for 1 hour", None),
    ],
)  # fmt: skip
def test_a_sentence_may_end_with_a_temperature(text: str, kelvin: float | None) -> None:
    (step,) = Experiment(text).steps()
    assert step.temperature == (None if kelvin is None else pytest.approx(kelvin))
    if isinstance(step, Step):
        assert step.until[0].kind in ("time", "current_density_below")
    assert parse(str(Experiment(text))) == Experiment(text)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Discharge at 1 mA for", NotationError, "Behind 'for' a duration is missing"),
        ("Discharge at 1 mA/cm^2 for until 3 V", NotationError, "Behind 'for' a duration is missing"),
        ("Charge at for 1 hour", NotationError, "Behind 'at' a value is missing"),
        ("Discharge at 1 mA for 1 hour or until", NotationError, "Behind 'until' a value that ends the step is missing"),
        ("Discharge at 4 Ohm until 2.5 V", ProtocolError, "load resistor is not among the controls"),
        ("Discharge at 40 ohm*cm^2 for 1 hour", ProtocolError, "load resistor is not among the controls"),
    ],
)
def test_a_sentence_is_blamed_for_what_it_lacks(text: str, kind: type[InterlayerError], words: str) -> None:
    with pytest.raises(kind, match=words):
        Experiment(text)


# -- texts within texts ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "of", ["BruceVincent(voltage=10 mV, hold=1 h)", '"BruceVincent(voltage=10 mV, hold=1 h)"', "of=BruceVincent(voltage=10 mV, hold=1 h)", "'Impedance(high=1 MHz, low=1 Hz)'"]
)
def test_named_arguments_of_a_protocol_within_a_protocol(of: str) -> None:
    made = parse(f"Arrhenius({of}, temperatures=[30 degC, 40 degC])")
    assert isinstance(made, Arrhenius) and made.temperatures == pytest.approx((303.15, 313.15))
    assert parse(str(made)) == made
    with pytest.raises(UnknownNameError, match="half_cycle"):
        parse("StripPlate(0.1 mA/cm^2, half cycle=1 h)")


@pytest.mark.parametrize("text", ["Aurbach(0.5 mA/cm^2, reservoir=none, cycles=5)", "Tafel(rest=none)", "CriticalCurrent(step=1 A/m^2, half_cycle=1 h, voltage_limit=none)"])
def test_no_value_where_there_is_a_default_reads_back(text: str) -> None:
    assert "=none" in str(parse(text)) and parse(str(parse(text))) == parse(text)


# -- the ceiling of a ramp -------------------------------------------------------------------------------------------------
def test_a_ramp_ends_at_five_volts_unless_told_otherwise() -> None:
    text = "CriticalCurrent(start=3 mA/cm^2, step=0.5 mA/cm^2, half_cycle=30 min{})"
    record = il.simulate("zhai2024/protected", text.format(""))
    assert record.outcome.startswith("voltage limit 5 V, at ") and "voltage_limit=5 V" in record.provenance.settings["protocol"]
    assert max(float(np.max(np.abs(s["voltage"]))) for s in record.segments) == pytest.approx(5.0, abs=1e-3)
    kind = next(f for f in il.analysis.critical_current.find(record) if f.name == "kind of failure")
    assert kind.value == "voltage limit 5 V" and parse(text.format("")).describe().endswith("up to 5 V")
    free = il.simulate("zhai2024/protected", text.format(", voltage_limit=none"))
    assert max(float(np.max(np.abs(s["voltage"]))) for s in free.segments) > 10.0
