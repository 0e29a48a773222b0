"""Efficiency of lithium on copper and nucleation: by hand, grids of noise and sampling, coverage, decoys."""

from __future__ import annotations

import numpy as np
import pytest

import interlayer as il
from dc_records import band, holds, noisy, nucleated, record, reservoir, trace, value
from interlayer.analysis import aurbach, nucleation
from interlayer.errors import AnalysisError, MissingValueError
from interlayer.record import Record


# -- efficiency -------------------------------------------------------------------------------------------------------
def truth(efficiency: float, cycles: int, q_t: float = 72000.0, q_c: float = 18000.0) -> float:
    """(n Q_C + Q_S)/(n Q_C + Q_T) with every plating losing 1 - efficiency: it is the efficiency itself."""
    rest = efficiency * (q_t + cycles * q_c) - cycles * q_c
    return (cycles * q_c + rest) / (cycles * q_c + q_t)


def test_the_reservoir_by_hand():
    """5 A/m², 20 Ah/m² plated, 10 cycles of 5 Ah/m², 99 %: Q_S = 0.99 x 70 - 50 = 19.3 Ah/m²."""
    found = aurbach.find(reservoir(0.99, 10))
    ce = value(found, "Coulombic efficiency, reservoir")
    assert truth(0.99, 10) == pytest.approx(0.99)
    assert ce.value == pytest.approx(0.99, abs=1e-9)
    assert value(found, "charge of the last strip").value == pytest.approx(19.3 * 3600, rel=1e-9)
    assert ce.std == pytest.approx(ce.evidence["std of Q_S"] / (70 * 3600), rel=1e-9)
    late = record(*reservoir(0.99, 10).segments[1:])  # nothing recorded before the reservoir: its first interval is not known
    assert aurbach.find(late)[0].std == pytest.approx(np.hypot(ce.std, ce.value * 5.0 * 20.0 * np.sqrt(2 / 3) / (70 * 3600)), rel=0.02)
    assert "soft short inflates" in ce.method and ce.evidence["cycles"] == 10


@pytest.mark.parametrize("efficiency", [0.90, 0.97, 0.999])
@pytest.mark.parametrize(("relative", "step", "formation"), [(0.0, 20.0, False), (0.005, 20.0, True), (0.02, 120.0, False)])
def test_efficiency_over_noise_and_sampling(efficiency, relative, step, formation):
    data = noisy(reservoir(efficiency, 6, formation, step=step), np.random.default_rng(2), volts=1e-3, relative=relative)
    ce = aurbach.find(data)[0]
    assert abs(ce.value - efficiency) < max(3 * ce.std, 1e-9), (ce.value, ce.std)
    assert ce.evidence["formation cycles"] == int(formation)


def test_the_side_of_the_copper():
    """A record that names no working electrode: the copper ends high; a right copper has the sign turned."""
    left = reservoir(working="none")
    assert aurbach.find(left)[0].value == pytest.approx(0.99)
    turned = record(*(trace(s["time"], -s["voltage"], -s["current_density"], "aurbach") for s in left.segments))
    assert aurbach.find(turned)[0].value == pytest.approx(0.99)
    named = record(*(trace(s["time"], -s["voltage"], -s["current_density"], "aurbach", working="right") for s in left.segments))
    assert aurbach.find(named)[0].value == pytest.approx(0.99)
    wrong = record(*(trace(s["time"], s["voltage"], -s["current_density"], "aurbach") for s in left.segments))
    with pytest.raises(MissingValueError, match="sign of the current"):
        aurbach.find(wrong)
    flat = record(*(trace(s["time"], np.clip(s["voltage"], -0.05, 0.05), s["current_density"], "aurbach") for s in left.segments))
    with pytest.raises(MissingValueError, match="Which side is the copper"):
        aurbach.find(flat)


def cycling(efficiencies, missing: int | None = None) -> Record:
    made, clock = [], 0.0
    for k, efficiency in enumerate(efficiencies):
        for sign, charge in ((-1.0, 18000.0), (1.0, 18000.0 * efficiency)):
            t = np.append(np.arange(0.0, charge / 5.0, 20.0), charge / 5.0)
            v = np.where(t > 0.999 * t[-1], 1.0, 0.05) if sign > 0 else np.full(len(t), -0.05)
            if (2 * k + (sign > 0)) != missing:
                made.append(trace(clock + t, v, np.full(len(t), 5.0 * sign), "aurbach", working="left"))
            clock += float(t[-1])
    return record(*made)


def test_cycling_by_hand():
    """0.80, 0.95, 0.97, 0.96: mean 0.92, without the first 0.96."""
    found = aurbach.find(cycling([0.80, 0.95, 0.97, 0.96]))
    assert found[0].value == pytest.approx(0.92) and found[1].value == pytest.approx(0.80) and found[2].value == pytest.approx(0.96)
    later = aurbach.find(cycling([0.80, 0.95, 0.97, 0.96]), skip=1)[0]
    assert later.value == pytest.approx(0.96) and later.std == pytest.approx(0.01 / np.sqrt(3), rel=0.05)
    with pytest.raises(AnalysisError, match="no reservoir"):
        aurbach.find(cycling([0.9, 0.9]), form="reservoir")


def test_planted_decoys_are_refused():
    with pytest.raises(AnalysisError, match="More was stripped than plated"):
        aurbach.find(cycling([0.97, 1.2, 0.97]))  # a soft short
    with pytest.raises(AnalysisError, match=r"same sign|does not begin|needs its strip"):
        aurbach.find(cycling([0.9, 0.9, 0.9], missing=3))
    with pytest.raises(AnalysisError, match="does not begin"):
        aurbach.find(cycling([0.9, 0.9], missing=0))
    alive = reservoir()
    with pytest.raises(AnalysisError, match=r"last strip ends at|needs its strip"):
        aurbach.find(record(*alive.segments[:-2]), cut_off="1 V")
    # the reservoir used up in the third cycle: its strip ends at the cut-off before its charge
    data = reservoir(0.99, 5)
    early = list(data.segments)
    s = early[6]
    early[6] = trace(s["time"], np.where(s["time"] > s["time"][-30], 1.0, s["voltage"]), s["current_density"], "aurbach", **s.info)
    with pytest.raises(AnalysisError, match="stripped empty in cycle 3"):
        aurbach.find(record(*early))


def test_the_steps_of_the_protocol_are_understood():
    """The engine's copper gives back the share that its cell states; the last strip ends where the copper is empty."""
    made = il.simulate("Li|LiTFSI-ether(100 um)|Cu @ 25 degC", "Aurbach(0.5 mA/cm^2, 2 mA*h/cm^2, 0.5 mA*h/cm^2, 3)")
    kept = made.cell.get("interfaces.LiTFSI-ether|Cu.dead_lithium.coulombic_efficiency").value
    found = aurbach.find(made)[0]
    assert found.value == pytest.approx(kept, abs=3 * found.std + 1e-6) and found.evidence["cycles"] == 3


@pytest.mark.long
def test_coverage_of_the_efficiency():
    """The end of the last strip lies anywhere within a recording interval after the last point."""
    rng, hits = np.random.default_rng(4), []
    for _ in range(1000):
        step = float(rng.uniform(20.0, 200.0))
        data = reservoir(0.97, 3, step=step)
        last = data.segments[-1]
        t = np.arange(0.0, float(last["time"][-1] - last["time"][0]) - 1e-9, step)[1:]  # the step ends after the last point
        cut = trace(last["time"][0] + t, np.where(t == t[-1], 1.0, 0.05), np.full(len(t), 5.0), "aurbach", **last.info)
        ce = aurbach.find(noisy(record(*data.segments[:-1], cut), rng, relative=0.01))[0]
        hits.append(abs(ce.value - 0.97) <= 1.96 * ce.std)
    assert np.mean(hits) >= 0.95  # conservative by design: the end is an interval, not a normal error


# -- nucleation -------------------------------------------------------------------------------------------------------
def test_tip_plateau_and_their_difference():
    found = nucleation.find(nucleated(tip=0.08, plateau=0.03))
    assert value(found, "nucleation overpotential, strict").value == pytest.approx(0.05, abs=1e-4)
    assert value(found, "nucleation tip, raw").value == pytest.approx(0.08, abs=1e-4)
    assert value(found, "plating plateau, raw").value == pytest.approx(0.03, abs=1e-5)
    seconds = value(found, "time to 0 V")
    assert value(found, "charge before 0 V").value == pytest.approx(5.0 * seconds.value)


def test_ohmic_parts_leave_the_strict_one_alone():
    plain, series = nucleation.find(nucleated()), nucleation.find(nucleated(ohmic=0.002), ohmic="20 ohm*cm^2")
    for name in ("nucleation overpotential, strict", "nucleation tip", "plating plateau"):
        ends = {"nucleation tip": (", raw", ", ohmic-corrected"), "plating plateau": (", raw", ", ohmic-corrected")}.get(name, ("", ""))
        assert value(series, name + ends[1]).value == pytest.approx(value(plain, name + ends[0]).value, abs=2e-6)
    assert value(series, "nucleation tip, raw").value == pytest.approx(0.09, abs=1e-4)  # 5 A/m² through 20 ohm cm²: 10 mV


@pytest.mark.parametrize(("volts", "every"), [(0.0, 1), (1e-4, 1), (1e-3, 2), (5e-4, 10)])
@pytest.mark.parametrize("tip", [0.045, 0.2])
def test_nucleation_over_noise_and_sampling(volts, every, tip):
    found = nucleation.find(noisy(nucleated(tip=tip), np.random.default_rng(8), volts=volts, every=every))
    strict = value(found, "nucleation overpotential, strict")
    assert abs(strict.value - (tip - 0.03)) < 3 * strict.std + 2e-4, (strict.value, strict.std)


def test_signs_and_sides():
    base = nucleation.find(nucleated())[0].value
    s = nucleated().segments[0]
    for v, j, info in ((-1, -1, {}), (-1, -1, {"working": "right"}), (1, 1, {"working": "left"})):
        data = record(trace(s["time"], v * s["voltage"], j * s["current_density"], "nucleation", **info))
        assert nucleation.find(data)[0].value == pytest.approx(base)
    with pytest.raises(MissingValueError, match="opposite signs"):
        nucleation.find(record(trace(s["time"], s["voltage"], -s["current_density"], "nucleation")))


def test_no_tip_no_nucleation():
    t = np.linspace(0, 7200, 500)
    with pytest.raises(AnalysisError, match=r"no tip"):
        nucleation.find(record(trace(t, 0.2 * np.exp(-t / 30) - 0.03, np.full(500, -5.0))))
    with pytest.raises(AnalysisError, match="never crosses"):
        nucleation.find(record(trace(t, 0.5 * np.exp(-t / 9000), np.full(500, -5.0), working="left")))
    rng = np.random.default_rng(0)
    with pytest.raises(AnalysisError, match=r"no tip|last half"):
        nucleation.find(record(trace(t, 0.2 * np.exp(-t / 30) - 0.03 + 2e-3 * rng.normal(size=500), np.full(500, -5.0))))
    with pytest.raises(AnalysisError, match="not constant"):
        nucleation.find(record(trace(t, nucleated(points=500).segments[0]["voltage"], -5.0 - t / 7200)))
    with pytest.raises(AnalysisError, match="plateau still moves"):
        wander = nucleated(points=500)
        s = wander.segments[0]
        nucleation.find(record(trace(s["time"], s["voltage"] - 0.03 * (s["time"] / 7200) ** 2, s["current_density"], "nucleation")))
    cell = il.Cell.parse("Li|LiTFSI-ether(100 um)|Cu @ 25 degC")
    protocol = "Nucleation(0.5 mA/cm^2, 0.5 mA*h/cm^2, sample=10 s)"
    easy = cell.with_({f"interfaces.{cell.interfaces[-1].left}|{cell.interfaces[-1].right}.deposit.nuclei_coverage": 1.0})
    with pytest.raises(AnalysisError, match=r"no tip|last half"):  # copper that nucleates everywhere and without a cost
        nucleation.find(il.simulate(easy, protocol))


@pytest.mark.long
def test_coverage_of_the_strict_overpotential():
    rng, hits = np.random.default_rng(6), []
    base = nucleated()
    for _ in range(1000):
        hits.append(holds(nucleation.find(noisy(base, rng, volts=float(rng.uniform(5e-4, 2e-3))))[0], 0.05))
    band(hits)
