"""Linear Kramers-Kronig: what is noise passes at its size, what no stable system gives is named."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

from interlayer.analysis import kramers_kronig
from interlayer.errors import AnalysisError, UnknownNameError
from interlayer.record import Provenance, Record, Segment

OMEGA = 2.0 * np.pi * np.logspace(-2, 6, 60)
S = 1j * OMEGA
SLOW = np.linspace(1.0, 0.0, 60)  # 1 at the end of a sweep that starts at high frequency


def arc(R, tau, n):
    return R / (1.0 + (S * tau) ** n)


TWO = 10.0 + arc(20.0, 1e-4, 0.85) + arc(40.0, 0.1, 0.8)
OBEY = {
    "two arcs": TWO,
    "blocking electrodes": arc(2e4, 1e-6, 0.9) + 1.0 / (1e-6 * S**0.8),
    "inductive leads": TWO + 1e-5 * S,
    "inductive arc": TWO + 5.0 * S / (1.0 + S),
    "negative resistance": 10.0 + arc(20.0, 1e-4, 0.85) - 30.0 / (1.0 + 0.1 * S),
    "warburg": 5.0 + arc(20.0, 1e-4, 0.85) + 3.0 / np.sqrt(S),
}
VIOLATE = {
    "imaginary part 20 % large": (TWO.real + 1.2j * TWO.imag, "doubtful"),
    "drift of 30 % during the sweep": (TWO * (1.0 + 0.3 * SLOW**3), "doubtful"),
    "drift of 100 %": (TWO * (1.0 + SLOW), "doubtful"),
    "range change of 20 %": (TWO * np.where(np.arange(60) > 25, 1.2, 1.0), "doubtful"),
    "wrong sign of the imaginary part": (TWO.conj(), "invalid"),
    "unstable pole": (30.0 + arc(20.0, 1e-4, 0.85) + 20.0 / (1.0 - 0.1 * S), "invalid"),
}


def record(z, noise=0.0, seed=0, omega=OMEGA):
    rng = np.random.default_rng(seed)
    z = z * (1.0 + noise * (rng.normal(size=len(z)) + 1j * rng.normal(size=len(z))))
    channels = {"frequency": omega / (2.0 * np.pi), "impedance_real": z.real, "impedance_imag": z.imag}
    return Record((Segment(channels, "frequency", "impedance"),), Provenance("measured", "here"))


@pytest.mark.parametrize("name", OBEY)
def test_noise_passes_at_its_size(name):
    tests = [kramers_kronig.check(record(OBEY[name], 2e-3, seed)) for seed in range(25)]
    assert all(t.grade == "valid" and not t.suspects for t in tests)
    assert np.mean([t.std for t in tests]) == pytest.approx(2e-3, rel=0.06)
    assert np.mean([t.pattern.systematic for t in tests]) <= 0.04


@pytest.mark.parametrize("name", VIOLATE)
def test_violations_are_named(name):
    z, grade = VIOLATE[name]
    for seed in range(5):
        found = kramers_kronig.check(record(z, 1e-3, seed))
        assert found.grade == grade and found.pattern.systematic
        assert "Hz" in found.verdict and ("drift" in found.verdict or "violates" in found.verdict)


def test_small_drift_is_seen_below_the_noise_that_hides_it():
    assert kramers_kronig.check(record(TWO * (1.0 + 0.05 * SLOW), 1e-3)).pattern.systematic
    assert "follows the frequency" in kramers_kronig.check(record(TWO * (1.0 + 0.05 * SLOW), 1e-3)).verdict
    assert not kramers_kronig.check(record(TWO, 1e-3)).pattern.systematic


def test_large_noise_is_called_noise():
    grades = [kramers_kronig.check(record(TWO, 0.03, seed)).grade for seed in range(20)]
    assert grades.count("noisy") == 20
    assert kramers_kronig.check(record(TWO, 0.4)).grade == "invalid"


@pytest.mark.parametrize("place", [1, 2, 10, 30, 57, 58])
@pytest.mark.parametrize("size", [0.03, 0.3])
def test_a_glitch_is_named_kept_and_does_not_spoil_the_test(place, size):
    data = record(TWO, 1e-3)
    z = data.impedance(data.spectra[0]).copy()
    z[place] *= 1.0 + size
    found = kramers_kronig.check(record(z))
    assert found.suspects == (place,) and found.grade == "valid"
    assert found.std == pytest.approx(1e-3, rel=0.25) and len(found.residuals) == 60
    assert f"point {place}" in found.verdict and "kept" in found.verdict
    assert abs(abs(found.residuals[place]) - size / (1.0 + size)) < 0.1 * size


def test_rows_keep_their_numbers_whatever_the_order():
    order = np.random.default_rng(3).permutation(60)
    data = record(TWO, 1e-3)
    z = data.impedance(data.spectra[0]).copy()
    z[20] *= 1.1
    mixed = kramers_kronig.check(record(z[order], omega=OMEGA[order]))
    assert mixed.suspects == (int(np.flatnonzero(order == 20)[0]),)
    assert kramers_kronig.check(record(z), drop=[20]).suspects == ()


def test_series_elements_can_be_left_out():
    leads = record(10.0 + 1e-4 * S + 1.0 / (1e-2 * S), 1e-4)
    assert kramers_kronig.check(leads).std < 1.2e-4
    assert kramers_kronig.check(leads, capacitance=False).std > 2e-4
    assert kramers_kronig.check(leads, inductance=False).std > 2e-4
    assert kramers_kronig.check(record(TWO, 1e-3), capacitance=False, inductance=False).grade == "valid"


def test_two_runs_are_one_and_findings_have_errors():
    first, second = (kramers_kronig.check(record(TWO, 1e-3)) for _ in range(2))
    assert np.array_equal(first.residuals, second.residuals) and first.verdict == second.verdict
    assert first.model == pytest.approx(TWO, rel=5e-3) and first.rungs >= 5 and first.mu <= 1.0
    verdict, residual = first.findings()
    assert verdict.value == first.verdict and residual.std == pytest.approx(first.std / math.sqrt(2.0 * first.dof))
    assert residual.evidence["points"] == 60


def test_what_is_no_spectrum_is_refused():
    with pytest.raises(AnalysisError, match=r"drop=\[0, 7\]"):
        z = TWO.copy()
        z[[0, 7]] = np.nan, 0.0
        kramers_kronig.check(record(z))
    with pytest.raises(AnalysisError, match="too few"):
        kramers_kronig.check(record(TWO[:3], omega=OMEGA[:3]))
    with pytest.raises(AnalysisError, match="not there"):
        kramers_kronig.check(record(TWO), drop=[60])
    with pytest.raises(AnalysisError, match="no impedance spectrum"):
        kramers_kronig.check(Record((), Provenance("measured")))
    two = Record(record(TWO).segments * 2, Provenance("measured"))
    with pytest.raises(AnalysisError, match="2 spectra"):
        kramers_kronig.check(two)
    with pytest.raises(AnalysisError, match="no such spectrum"):
        kramers_kronig.check(two, which=2)
    assert kramers_kronig.check(two, which=1).grade == "valid"
    with pytest.raises(AnalysisError, match="Record or a Segment"):
        kramers_kronig.check(TWO)  # type: ignore[arg-type]


# -- the number of relaxations ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("criterion", kramers_kronig.CRITERIA)
def test_every_criterion_is_selectable_and_named(criterion):
    found = kramers_kronig.check(record(OBEY["warburg"], 2e-3), criterion=criterion)
    assert found.criterion == criterion and 1 <= found.rungs <= kramers_kronig.MOST
    assert kramers_kronig.CRITERIA[criterion] in found.findings()[0].method
    assert found.findings()[0].evidence["criterion"] == criterion
    if criterion != "mu":  # stops early where a few relaxations of either sign imitate a tail
        assert found.grade == "valid" and found.std == pytest.approx(2e-3, rel=0.5)
    assert kramers_kronig.check(record(VIOLATE["unstable pole"][0], 1e-3), criterion=criterion).grade == "invalid"


def test_criteria_do_what_they_say():
    data = [record(z, 2e-3, seed) for z in (TWO, OBEY["warburg"]) for seed in range(3)]
    for one in data:
        by = {c: kramers_kronig.check(one, criterion=c) for c in kramers_kronig.CRITERIA}
        assert by["mu"].mu <= kramers_kronig.MU and by["mu last"].mu <= kramers_kronig.MU
        assert by["mu"].rungs <= by["mu last"].rungs
        assert not by["runs"].pattern.systematic and by["runs"].rungs <= by["aic"].rungs
        assert by["auto"].std <= by["mu"].std * 1.2
    with pytest.raises(UnknownNameError, match="mu last"):
        kramers_kronig.check(data[0], criterion="akaike")


# -- false alarms and detection (benchmarks/proof_validation.py) --------------------------------------------------------
def proof():
    """The benchmark as a module: its draws are the ones the proof quotes."""
    path = Path(__file__).parents[1] / "benchmarks" / "proof_validation.py"
    spec = importlib.util.spec_from_file_location("proof_validation", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rates(draws):
    """(false alarms, detections of a drift of the whole by 20 %) of Kramers-Kronig and of Z-HIT."""
    made = proof()
    tests = (made.kk_accuses, made.z_hit_accuses)
    return [tuple(float(np.mean([t(made.spectrum(s, d)) for s in range(draws)])) for d in (0.0, 0.2)) for t in tests]


def test_clean_spectra_are_not_accused_and_drift_is_found():
    kk, z_hit = rates(25)
    assert kk[0] <= 0.04 and kk[1] >= 0.4
    assert z_hit[0] <= 0.04 and z_hit[1] >= 0.95


@pytest.mark.long
def test_rates_over_two_hundred_draws():
    kk, z_hit = rates(200)
    assert kk[0] <= 0.02 and kk[1] >= 0.5
    assert z_hit[0] <= 0.02 and z_hit[1] >= 0.97
