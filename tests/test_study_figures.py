"""The figures of a study by kind of test: the reported values stand where the claims say, and the simulated ones where the records say."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from interlayer.cells import named
from interlayer.protocols import (
    Arrhenius,
    Aurbach,
    BruceVincent,
    CriticalCurrent,
    CyclicVoltammetry,
    Experiment,
    Impedance,
    LinearSweep,
    Nucleation,
    RateRamp,
    StripPlate,
    Tafel,
)
from interlayer.report import style
from interlayer.report.figures import (
    reported_blocking,
    reported_course,
    reported_deposit,
    reported_hold,
    reported_rates,
    reported_sweep,
    reported_temperature,
    stack,
)
from interlayer.report.html import Picture
from interlayer.report.pages import _tests
from interlayer.simulation import simulate
from interlayer.studies.base import Row


def row(claim, quantity, value, where, **more):
    return Row(claim, "what", quantity, value, value, "predicted", where=f"t: {where}", **more)


def claim(**conditions):
    return SimpleNamespace(has=conditions.__contains__, condition=conditions.__getitem__, technique="", quantity="")


def diamonds(ax):
    """(x, y) of the reported points of a panel."""
    return [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in ax.lines if line.get_marker() == "D" and len(line.get_xdata())]


def dashed(ax, axis="y"):
    """Levels (or places) of the dashed reported lines of a panel."""
    return [float((line.get_ydata() if axis == "y" else line.get_xdata())[0]) for line in ax.lines if line.get_linestyle() == "--" and len(line.get_xdata())]


@pytest.fixture(scope="module")
def plates():
    return {k: simulate(named(f"zhai2024/{k}"), StripPlate("1 A/m^2", half_cycle="1 h", cycles=12, impedance_every=6)) for k in ("bare", "protected")}


def test_a_course_shows_lives_and_polarisations_where_the_claims_put_them(plates):
    rows = [
        row("A", "time", 36000.0, "bare"), row("B", "time", 72000.0, "protected", censored=True), row("C", "overpotential", 0.013, "protected"), row("D", "overpotential", 0.02, "protected"),
        Row("", "control", "overpotential", 9.0, 9.0, "control", where="t: bare"),
    ]  # fmt: skip
    made = reported_course.lives(plates, rows, {"C": claim(time=18000.0), "D": claim()})
    main, strip, _ = made.axes
    assert sorted(x for x, _ in diamonds(strip)) == pytest.approx([10.0, 20.0])
    assert diamonds(main) == [pytest.approx((5.0, 13.0))] and pytest.approx(20.0) in dashed(main)  # in hours and mV; no control is drawn as reported
    assert "C" in {t.get_text() for t in main.texts}
    (table,) = made.tables
    assert len(table.columns["series"]) == 48
    assert reported_course.worth(plates)


def test_the_resistance_between_the_cycles(plates):
    made = reported_course.resistance(plates, [row("A", "area_specific_resistance", 0.01, "protected")], {"A": claim(time=43200.0)})
    assert diamonds(made.axes[0]) == [pytest.approx((12.0, 100.0))]


def test_few_cycles_are_drawn_as_they_are():
    records = {"bare": simulate(named("zhai2024/bare"), StripPlate("1 A/m^2", half_cycle="1 h", cycles=2))}
    assert not reported_course.worth(records)
    left, right = reported_course.short(records).axes
    assert len(left.lines) >= 2 and right.get_xlim()[0] == 0.0


def test_sweeps():
    cells = {"sweep-bare": named("li2024/sweep-bare"), "sweep-protected": named("li2024/sweep-protected")}
    records = {k: simulate(c, LinearSweep("2.5 V", "6 V", "1 mV/s", sample="20 s")) for k, c in cells.items()}
    made = reported_sweep.linear(records, [row("A", "voltage", 4.7, "sweep-protected")])
    assert all(pytest.approx(4.7) in dashed(ax, "x") for ax in made.axes)
    assert style.colours(records) == {"sweep-bare": style.BARE, "sweep-protected": style.PROTECTED}
    tafel = {"bare": simulate(named("li2024/bare"), Tafel("40 mV", "0.2 mV/s", sample="5 s"))}
    right = reported_sweep.rest(tafel, [row("B", "current_density", 1.33, "bare")]).axes[1]
    assert pytest.approx(0.133) in dashed(right)


def test_voltammograms_are_enlarged_to_what_is_reported():
    records = {"copper-bare": simulate(named("yu2024/copper-bare-ether"), CyclicVoltammetry("-0.2 V", "0.3 V", "1 mV/s", start="0.3 V"))}
    made = reported_sweep.cyclic(records, [row("A", "current_density", 1.0, "copper-bare"), row("B", "overpotential", 0.07, "copper-bare")])
    whole, near = made.axes
    assert near.get_ylim()[1] == pytest.approx(0.4) and whole.get_ylim()[1] > 1.0
    assert pytest.approx(0.1) in dashed(near) and pytest.approx(-0.07) in dashed(near, "x")


@pytest.fixture(scope="module")
def plated():
    return {"copper-bare": simulate(named("yu2024/copper-bare-ether"), Nucleation("5 A/m^2", areal_charge="2 mA*h/cm^2", sample="120 s"), detail=True)}


def test_deposits_stand_over_faradays_law(plated):
    made = reported_deposit.growth(plated, [row("A", "thickness", 1.156e-5, "copper-bare")], {"A": claim(areal_capacity=72000.0)})
    (ax,) = made.axes
    assert diamonds(ax) == [pytest.approx((2.0, 11.56))]
    floor = next(line for line in ax.lines if "Faraday" in str(line.get_label()))
    assert floor.get_ydata()[-1] == pytest.approx(9.70, abs=0.03)  # 2 mAh/cm² of dense lithium, yu2024's own limit
    grown = next(line for line in ax.lines if line.get_label() == "copper-bare")
    assert grown.get_ydata()[-1] > 1.05 * floor.get_ydata()[-1]
    assert pytest.approx(59.0) in dashed(reported_deposit.transients(plated, [row("B", "overpotential", 0.059, "copper-bare")]).axes[0])


def test_efficiencies():
    record = simulate(named("yu2024/copper-bare-ether"), Aurbach("10 A/m^2", reservoir=None, cycled="1 mA*h/cm^2", cycles=3))
    rows = [Row("A", "what", "fraction", 0.9064, 0.98, "predicted", (0.97, 0.99), where="t: copper-bare"), Row("B", "what", "fraction", 0.906, 0.98, "input", where="t: copper-bare")]
    left, right = reported_deposit.efficiency({"copper-bare": record}, rows).axes
    assert [x for x, _ in diamonds(right)] == pytest.approx([0.9064, 0.906])
    assert "A, B" in {t.get_text() for t in right.texts}  # claims that say the same number share their words
    charge = np.concatenate([line.get_xdata() for line in left.lines if len(line.get_xdata()) > 10])
    assert np.nanmax(charge) == pytest.approx(1.0, abs=1e-3)  # each cycle is counted from its own start


def test_temperature():
    warm = Arrhenius(Impedance("1 MHz", "1 kHz", points_per_decade=2), ["25 degC", "40 degC", "55 degC"])
    blocks = {"blocking-bare": simulate(named("li2024/blocking-bare"), warm)}
    made = reported_temperature.line(blocks, [row("A", "activation_energy", 40000.0, "blocking-bare"), row("B", "conductivity", 0.2, "blocking-bare")], {"B": claim(temperature=313.15)})
    ax = made.axes[0]
    assert diamonds(ax) == [pytest.approx((1000.0 / 313.15, 2.0))]
    steep = next(line for line in ax.lines if line.get_linestyle() == "--" and len(line.get_xdata()) == 3)
    x, y = (np.asarray(v, dtype=float) for v in (steep.get_xdata(), steep.get_ydata()))
    assert -8.31446 * (math.log(y[2]) - math.log(y[0])) / (x[2] - x[0]) * 1000.0 == pytest.approx(40000.0, rel=1e-5)
    assert reported_temperature.blocking(blocks["blocking-bare"]) and reported_temperature.over_temperature(blocks["blocking-bare"])
    faces = {"bare": simulate(named("zhai2024/bare"), Arrhenius(Impedance("10 MHz", "100 mHz", points_per_decade=2), ["25 degC", "45 degC", "65 degC"]))}
    found = reported_temperature.line(faces, [row("C", "area_specific_resistance", 0.1, "bare")])
    assert [x for x, _ in diamonds(found.axes[0])] == pytest.approx([1000.0 / 298.15])  # nothing stated: room temperature
    vft = claim()
    vft.technique = "vft"
    none = reported_temperature.line(blocks, [row("A", "activation_energy", 40000.0, "blocking-bare")], {"A": vft})
    assert not [line for line in none.axes[0].lines if line.get_linestyle() == "--" and len(line.get_xdata()) == 3]  # a pseudo-activation energy is no slope


def test_blocking_electrodes():
    records = {"blocking-LAGP": simulate(named("wu2023/blocking-LAGP"), Impedance("10 MHz", "1 Hz"))}
    left, right = reported_blocking.nyquist(records, [row("A", "conductivity", 0.0325, "blocking-LAGP")]).axes
    assert pytest.approx(0.325) in dashed(right)
    resistance = 0.6e-3 / 0.0325 * 1e4
    assert resistance < left.get_xlim()[1] < 4.0 * resistance  # the spike of the electrodes does not hide the arcs


def test_raised_currents_and_held_voltages():
    ramps = {k: simulate(named(f"zhai2024/{k}"), CriticalCurrent(step="0.5 A/m^2", stop="3 A/m^2", half_cycle="30 min")) for k in ("bare", "protected")}
    _, right = reported_rates.raised(ramps, [row("A", "current_density", 1.5, "bare")]).axes
    assert pytest.approx(0.15) in dashed(right, "x")
    rates = {"protected": simulate(named("zhai2024/protected"), RateRamp(["1 A/m^2", "2 A/m^2", "1 A/m^2"], half_cycle="30 min", cycles=1))}
    _, right = reported_rates.raised(rates).axes
    shown = [line for line in right.lines if len(line.get_xdata()) > 1]
    assert np.all(np.diff(shown[0].get_xdata()) >= -1e-9)  # the way back is not joined to the way up
    held = {"bare": simulate(named("li2024/bare"), BruceVincent("10 mV", "1 h", sample="60 s"))}
    left, share = reported_hold.held(held).axes
    assert 0.0 < np.asarray(share.lines[0].get_ydata(), dtype=float).min() <= 1.0 and left.get_ylim()[0] == 0.0


def test_a_page_picks_the_figure_that_suits_the_test(plates, plated):
    def names(records, rows=()):
        shelf = {}
        blocks = _tests.figures("t", records, rows, {}, shelf, "t-")
        assert all(isinstance(b, Picture) for b in blocks), blocks
        return list(shelf)

    assert names(plates) == ["t-course", "t-resistance", "t-nyquist"]
    assert names(plated, [row("B", "overpotential", 0.059, "copper-bare")]) == ["t-transients", "t-growth"]
    ramped = simulate(named("zhai2024/bare"), CriticalCurrent(step="0.5 A/m^2", stop="2 A/m^2", half_cycle="30 min"))
    assert names({"bare": ramped, "x": ramped, "y": ramped, "z": ramped}) == ["t-ramp", "t-raised"]
    staged = simulate(named("yu2024/copper-bare-ether"), Experiment("Discharge at 10 A/m^2 for 1800 s; Charge at 10 A/m^2 for 900 s"), detail=True)
    assert names({"copper-bare": staged}) == ["t-growth"]
    mixed = {"bare": simulate(named("zhai2024/bare"), Arrhenius(Impedance("10 MHz", "1 Hz", points_per_decade=2), ["25 degC", "45 degC", "65 degC"]))}
    assert names(mixed) == ["t-interfaces", "t-nyquist"]


def test_many_cells_have_a_letter_each():
    assert [style.nth(k) for k in (0, 25, 26, 51, 52)] == ["a", "z", "aa", "az", "ba"]
    made = stack.drawing({f"cell {k}": named("li2024/bare") for k in range(28)})
    assert [ax.get_title(loc="left") for ax in made.axes][:28] == [style.nth(k) for k in range(28)]
