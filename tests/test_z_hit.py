"""Z-HIT: the formula against ideal circuits, no false alarms, drift found with its size."""

import math

import numpy as np
import pytest

from interlayer.analysis import z_hit
from interlayer.errors import AnalysisError, UnknownNameError
from interlayer.record import Provenance, Record, Segment

FREQUENCY = np.logspace(-2, 6, 65)
OMEGA = 2.0 * np.pi * FREQUENCY
S = 1j * OMEGA
SWEEP = np.linspace(1.0, 0.0, 65)  # 1 at the end of a sweep that starts at high frequency


def arc(R, tau, n):
    return R / (1.0 + (S * tau) ** n)


TWO = 10.0 + arc(20.0, 1e-4, 0.85) + arc(40.0, 0.1, 0.8)
STEADY = {
    "two arcs": TWO,
    "ideal RC": 10.0 + arc(20.0, 1e-4, 1.0) + arc(40.0, 0.1, 1.0),
    "diffusion": TWO + 15.0 / np.sqrt(S),
    "blocking": 10.0 + arc(20.0, 1e-4, 0.85) + 1.0 / (0.02 * S**0.9),
    "leads": TWO + 1e-5 * S,
    "inductive arc": TWO + 5.0 * S / (1.0 + S),
}


def record(z, noise=3e-3, seed=0):
    rng = np.random.default_rng(seed)
    z = z * (1.0 + noise * (rng.normal(size=len(z)) + 1j * rng.normal(size=len(z))))
    channels = {"frequency": FREQUENCY[: len(z)], "impedance_real": z.real, "impedance_imag": z.imag}
    return Record((Segment(channels, "frequency", "impedance"),), Provenance("measured", "here"))


@pytest.mark.parametrize("name", [n for n in STEADY if n != "leads"])
def test_the_modulus_follows_from_the_phase(name):
    """The whole local term is exact inside the band; the derivative alone errs by 1.3 % (two arcs) to 2.8 % (RC)."""
    z = STEADY[name]
    inner = slice(4, -4)
    errors = {}
    for formula in z_hit.FORMULAS:
        off = z_hit.modulus_from_phase(OMEGA, np.unwrap(np.angle(z)), formula) - np.log(np.abs(z))
        errors[formula] = np.ptp(off[inner])
    assert errors["kernel"] < 2e-3 and errors["derivative"] < 0.06
    assert errors["kernel"] < 0.2 * errors["derivative"]


def test_the_coefficient_of_the_derivative_is_minus_pi_over_six():
    """A phase that bends slowly: the integral alone is off by pi/6 of the slope, to first order."""
    x = np.log(OMEGA)
    phase = 0.01 * (x - x[32]) ** 2
    whole = z_hit.modulus_from_phase(OMEGA, phase, "kernel")
    integral = (2.0 / math.pi) * 0.01 * ((x - x[32]) ** 3) / 3.0
    slope = 0.02 * (x - x[32])
    left = whole - integral + math.pi / 6.0 * slope
    assert np.ptp(left[8:-8]) < 1e-3
    assert np.ptp((whole - integral)[8:-8]) > 0.05
    assert z_hit.modulus_from_phase(OMEGA, phase, "derivative")[8:-8] == pytest.approx(whole[8:-8], abs=1e-3)


@pytest.mark.parametrize("name", STEADY)
def test_steady_spectra_raise_no_alarm(name):
    found = [z_hit.check(record(STEADY[name], seed=seed)) for seed in range(20)]
    assert [f.grade for f in found] == ["steady"] * 20
    assert sum(len(f.strays) for f in found) <= 3 and all("no drift" in f.verdict for f in found)
    scores = np.concatenate([f.residuals / f.std for f in found])
    assert 0.9 < np.sqrt(np.mean(scores**2)) < 1.25
    assert np.mean([abs(f.drift) < 2.5 * f.drift_std for f in found]) > 0.9


DRIFTS = {
    "10 % late": (TWO * (1.0 + 0.1 * SWEEP**3), 0.09),
    "-10 % late": (TWO * (1.0 - 0.1 * SWEEP**3), -0.10),
    "30 % late": (TWO * (1.0 + 0.3 * SWEEP**3), 0.25),
    "10 % all along": (TWO * (1.0 + 0.1 * SWEEP), 0.075),
    "one arc grows 20 %": (10.0 + arc(20.0, 1e-4, 0.85) + arc(40.0, 0.1, 0.8) * (1.0 + 0.2 * SWEEP**3), 0.07),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_drift_is_found_with_its_size_and_place(name):
    z, size = DRIFTS[name]
    for seed in range(6):
        found = z_hit.check(record(z, seed=seed))
        assert found.grade == "drift" and found.onset is not None and found.low_share > 0.2
        assert found.drift == pytest.approx(size, rel=0.3, abs=0.015)
        assert ("larger" if size > 0 else "smaller") in found.verdict and "Hz" in found.verdict
        assert np.abs(z_hit.rebuilt(found))[-20:] == pytest.approx(np.abs(TWO)[-20:], rel=0.04)


def test_small_drift_is_found_most_of_the_time():
    grades = [z_hit.check(record(TWO * (1.0 + 0.05 * SWEEP**2), seed=seed)).grade for seed in range(20)]
    assert grades.count("drift") >= 16


def test_a_sudden_change_is_found():
    found = z_hit.check(record(TWO * np.where(FREQUENCY < 0.3, 1.08, 1.0)))
    assert found.grade == "drift" and 0.1 < found.onset < 3.0


def test_a_single_point_is_named():
    z = TWO.copy()
    z[20] *= 1.1
    found = z_hit.check(record(z))
    assert found.grade == "steady" and found.strays == (20,) and "point 20" in found.verdict


def test_bad_high_frequencies_are_not_called_drift():
    found = z_hit.check(record(TWO * (1.0 + 0.3 * np.clip((np.log10(FREQUENCY) - 4.5) / 1.5, 0.0, 1.0))))
    assert found.grade == "high frequencies" and found.upper > 1e4 and found.onset is None
    assert "leads" in found.verdict


def test_window_and_formula_can_be_chosen():
    data = record(TWO * (1.0 + 0.1 * SWEEP**3))
    found = z_hit.check(data, window=("10 kHz", "200 kHz"))
    assert found.window == (1e4, 2e5) and found.grade == "drift"
    assert found.drift == pytest.approx(0.095, abs=0.02)
    assert z_hit.check(data, formula="derivative").findings()[0].method == "Z-HIT, derivative term -pi/6"
    with pytest.raises(AnalysisError, match="at least 5 points"):
        z_hit.check(data, window=(1e7, 1e8))
    with pytest.raises(UnknownNameError, match="kernel"):
        z_hit.check(data, formula="kernal")
    with pytest.raises(AnalysisError, match="middle frequencies"):
        z_hit.check(record(TWO[:8]))


def test_two_runs_are_one_and_findings_have_errors():
    first, second = (z_hit.check(record(TWO)) for _ in range(2))
    assert np.array_equal(first.residuals, second.residuals) and first.verdict == second.verdict
    verdict, drift = first.findings()
    assert verdict.value == first.verdict and drift.std == first.drift_std > 0.0
    assert verdict.evidence["grade"] == "steady"
