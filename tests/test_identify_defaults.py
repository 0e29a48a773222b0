"""Identification on the records that a simulation makes by default: the truth comes back within its error."""

from itertools import pairwise

import numpy as np
import pytest

import interlayer as il
from interlayer.analysis._solve import _log_inside
from interlayer.cells.named import named
from interlayer.design import identify
from interlayer.design.replay import joined, read, sampled, stretches
from interlayer.errors import AnalysisError
from interlayer.protocols import Replay
from interlayer.record import Provenance, Record, Segment
from interlayer.simulation import Simulation

SIGMA, J0 = "layers.QCPE.conductivity", "interfaces.Li|QCPE.charge_transfer.exchange_current_density"
NOISE = {"voltage": "0.2 mV", "current_density": "0.1 uA/cm^2", "impedance": 0.003}
PROTOCOLS = [
    ("StripPlate(current_density=0.2 mA/cm^2, half_cycle=1 h, cycles=2)", [SIGMA]),
    ("StripPlate(current_density=0.2 mA/cm^2, half_cycle=1 h, cycles=2, impedance_every=1)", [SIGMA, J0]),
    ("CriticalCurrent(step=0.1 mA/cm^2, half_cycle=30 min, stop=0.4 mA/cm^2)", [SIGMA]),
    ("BruceVincent()", [SIGMA, J0]),
    ("DCPolarisation(voltages=[5 mV, 10 mV])", [SIGMA]),
    ("DCPolarisation(current_densities=[0.05 mA/cm^2, 0.1 mA/cm^2])", [SIGMA]),
    ("Tafel()", [SIGMA, J0]),
]


def noisy(record, seed):
    """The same with the noise that is stated, its steps nameless as in a file, sweeps and holds excepted."""
    rng, out = np.random.default_rng(seed), []
    for s in record.segments:
        c = {k: np.array(v) for k, v in s.channels.items() if "@" not in k}
        if s.axis == "frequency":
            size = 0.003 * np.hypot(c["specific_impedance_real"], c["specific_impedance_imag"])
            for k in ("specific_impedance_real", "specific_impedance_imag"):
                c[k] += size * rng.normal(size=len(size))
        elif s.info["control"] == "voltage":
            c["current_density"] += 1e-3 * rng.normal(size=len(c["time"]))
        else:
            c["voltage"] += 2e-4 * rng.normal(size=len(c["time"]))
        keep = {k: v for k, v in s.info.items() if k == "relaxed" or (k == "control" and v == "voltage")}
        out.append(Segment(c, s.axis, s.technique, keep))
    return Record(tuple(out), Provenance("measured", "made"), conditions={"temperature": record.conditions["temperature"]})


@pytest.mark.parametrize(("text", "free"), PROTOCOLS, ids=[p.split("(")[0] + str(n) for n, (p, _) in enumerate(PROTOCOLS)])
@pytest.mark.parametrize("seed", [None, 11])
def test_the_truth_comes_back_from_a_default_record(text, free, seed) -> None:
    cell = named("li2024/bare")
    record = il.simulate(cell, text)
    found = identify([record if seed is None else noisy(record, seed)], cell, free=free, noise=NOISE)
    assert not found.misfit, found.verdict
    for path in free:
        truth = cell.get(path).value
        assert found.std[path] is not None and found.std[path] < 0.06 * truth
        off = abs(found.values[path] - truth)
        assert off < (0.5 if seed is None else 3.5) * found.std[path]  # without noise only what 1e-4 a step leaves


def test_a_stretch_read_anywhere_is_what_the_engine_says_there() -> None:
    cell = named("li2024/bare")
    record = il.simulate(cell, PROTOCOLS[0][0])
    row = stretches(record)
    since = {s.step.label: np.geomspace(0.003, 1.0, 60) * 3600.0 for s in row}
    made = joined(Simulation.of(cell).run(Replay(tuple(sampled(row, since))), rtol=1e-6, detail=False))
    assert len(made.segments) == 4
    for number in (0, 3):
        ends = np.concatenate([[0.0], since["stretch 0.0"]])
        fine = [s.step for s in row[:number]] + [
            type(row[number].step)("current_density", row[number].step.value, (il.protocols.Until("time", b - a),), "fine", sample=b - a)
            for a, b in pairwise(ends)
        ]
        exact = Simulation.of(cell).run(Replay(tuple(fine)), rtol=1e-6, detail=False)
        there = np.array([s["voltage"][-1] for s in exact.segments[number:]])
        s = made.segments[number]
        found = read(s["time"] - 3600.0 * number, s["voltage"], since["stretch 0.0"])
        assert np.max(np.abs(found - there)) < 2e-6  # V; 22 mV before


def test_a_sweep_is_replayed_as_a_sweep_and_a_bent_one_refused() -> None:
    record = il.simulate("li2024/bare", "Tafel()")
    sweep = stretches(record)[-1].step
    assert sweep.value == pytest.approx(-0.2, abs=1e-6) and sweep.slope == pytest.approx(1e-3, rel=1e-6)
    s = record.segments[-1]
    bent = Segment({"time": s["time"], "voltage": s["voltage"] ** 3, "current_density": s["current_density"]}, "time", info=s.info)
    with pytest.raises(AnalysisError, match="neither held nor swept"):
        stretches(Record((bent,), Provenance("measured", "made")))


@pytest.mark.parametrize("towards", [np.inf, -np.inf])
def test_a_value_at_its_limit_does_not_pass_it_by_rounding(towards) -> None:
    limits = np.append(np.geomspace(1e-30, 1e30, 61), [1e-10, 2e-2, 1e-11])
    back = np.exp(np.log(limits))
    assert (back < limits).any() and (back > limits).any()  # what crashed
    inside = np.exp(_log_inside(limits, towards))
    assert np.all(inside >= limits if towards > 0.0 else inside <= limits)
    assert np.allclose(inside, limits, rtol=1e-13)


def test_a_thickness_at_its_lower_limit_is_an_answer() -> None:
    cell = named("li2024/bare")
    thickness = "interfaces.Li|QCPE.interphase.initial_thickness"
    record = il.simulate(cell, "Impedance(1 MHz, 1 Hz)")
    found = identify([record], cell, free=[J0, thickness], noise=NOISE, guess={thickness: 1e-10})  # the start: "a unit slip" before
    assert found.values[thickness] == pytest.approx(cell.get(thickness).value, rel=0.02)
