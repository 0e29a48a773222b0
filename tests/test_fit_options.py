"""Weights, ties, profiles and neighbours: each against a closed form, another route or a known truth."""

import math
import time

import numpy as np
import pytest

from interlayer.analysis import impedance
from interlayer.errors import AnalysisError, UnknownNameError
from test_impedance_fit import OMEGA, TWO, WARBURG, S, arc, record

NOISE = 3e-3
FULL = TWO + 2.0 * WARBURG


def stds(z):
    return NOISE * np.abs(z)


def measured(data, std, circuit="R(RQ)(RQ)", **more):
    return impedance.fit(data, circuit, weight="measured", std=std, **more)


# -- measured weights -------------------------------------------------------------------------------------------------
def test_stated_errors_are_not_rescaled():
    """The same minimum as with errors proportional to |Z|; errors larger by the root of chi2 per degree of freedom."""
    data = record(TWO, NOISE)
    z = data.impedance(data.spectra[0])
    free, stated = impedance.fit(data, "R(RQ)(RQ)"), measured(data, lambda omega, z: NOISE * np.abs(z))
    assert stated.chi2 == pytest.approx(free.chi2 / NOISE**2, rel=1e-9) and "chi2 per degree of freedom" in stated.verdict
    for name in free.names:
        assert stated.values[name] == pytest.approx(free.values[name], rel=1e-5)
        assert stated.std[name] == pytest.approx(free.std[name] / math.sqrt(free.reduced_chi2) * NOISE, rel=1e-4)
    by_row = measured(data, stds(z))
    both = measured(data, stds(z) * (1.0 + 1.0j))
    assert by_row.values == stated.values == both.values
    assert stated.findings()[1].evidence["weight"] == "measured"


def test_rows_keep_their_errors_when_sorted_or_dropped():
    data = record(TWO[::-1], NOISE, omega=OMEGA[::-1])  # from high to low frequency, as instruments sweep
    z = data.impedance(data.spectra[0]).copy()
    std = stds(z)
    z[[7, 20]] *= 1.5
    std[[7, 20]] = 1e6 * np.abs(z[[7, 20]])  # known to be useless
    fit = measured(record(z, omega=OMEGA[::-1]), std, validate=False)
    assert all(abs(fit.values[n] - v) < 4.0 * fit.std[n] for n, v in (("R1", 10.0), ("R2", 20.0), ("R3", 40.0)))
    dropped = measured(record(z, omega=OMEGA[::-1]), std, drop=[7, 20])
    assert dropped.values["R3"] == pytest.approx(fit.values["R3"], rel=1e-6)


def test_chi2_is_tested_against_stated_errors():
    data = record(TWO, NOISE)
    z = data.impedance(data.spectra[0])
    small, large = measured(data, 0.5 * stds(z)), measured(data, 3.0 * stds(z))
    assert small.misfit and "larger than the stated errors" in small.verdict
    assert any("true errors are larger" in r for r in small.remarks)
    assert not large.misfit and "they are too large" in large.verdict


def test_stated_errors_make_uneven_noise_harmless():
    """Noise ten times as large at the low end: scores (value - truth)/std have the spread 1 with stated errors only."""
    size = np.geomspace(2e-2, 1e-3, 60)
    scores = {"measured": [], "modulus": []}
    for seed in range(25):
        rng = np.random.default_rng(seed)
        z = TWO + np.abs(TWO) * size * (rng.normal(size=60) + 1j * rng.normal(size=60))
        for name, fit in (
            ("measured", measured(record(z), size * np.abs(TWO), validate=False)),
            ("modulus", impedance.fit(record(z), "R(RQ)(RQ)", validate=False)),
        ):
            scores[name].append([(fit.values[n] - v) / fit.std[n] for n, v in (("R1", 10.0), ("R3", 40.0))])
    spread = {k: np.sqrt(np.mean(np.square(v), axis=0)) for k, v in scores.items()}
    assert (np.abs(spread["measured"] - 1.0) < 3.0 / math.sqrt(50.0)).all()
    assert (np.abs(spread["modulus"] - 1.0) > 3.0 / math.sqrt(50.0)).any()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"weight": "measured"}, "needs the standard deviations"),
        ({"std": np.ones(60)}, "goes with weight"),
        ({"weight": "measured", "std": np.ones(59)}, r"allowed|Allowed: \(60,\)"),
        ({"weight": "measured", "std": np.zeros(60)}, "positive number"),
    ],
)
def test_misuse_of_stated_errors_is_said(more, words):
    with pytest.raises(AnalysisError, match=words):
        impedance.fit(record(TWO, NOISE), "R(RQ)(RQ)", **more)


# -- robust weights ---------------------------------------------------------------------------------------------------
BAD = [5, 17, 30, 44, 52]


def glitched(seed):
    data = record(TWO, NOISE, seed)
    z = data.impedance(data.spectra[0]).copy()
    z[BAD] *= 1.0 + np.array([0.06, -0.05, 0.3, 0.08j, -0.2])
    return record(z)


def test_bad_points_are_named_and_do_not_pull():
    near = far = 0
    for seed in range(4):
        fit = impedance.fit(glitched(seed), "R(RQ)(RQ)", weight="robust")
        plain = impedance.fit(glitched(seed), "R(RQ)(RQ)", validate=False)
        near += sum(abs(fit.values[n] - v) < 2.6 * fit.std[n] for n, v in (("R1", 10.0), ("R2", 20.0), ("R3", 40.0)))
        far += sum(abs(plain.values[n] - v) < 2.6 * fit.std[n] for n, v in (("R1", 10.0), ("R2", 20.0), ("R3", 40.0)))
        assert set(BAD) <= set(fit.solution.outliers) and len(fit.solution.outliers) <= len(BAD) + 1
        assert any(r.startswith("Outliers") and "point 30" in r for r in fit.remarks) and not fit.misfit
        assert len(fit.residuals) == 60
    assert near >= 10 and far < 8


def test_robust_errors_hold_and_cost_little_on_clean_data():
    """Tukey's biweight keeps about 95 % of the efficiency; intervals of both kinds hold."""
    ratio, scores = [], []
    for seed in range(15):
        data = record(TWO, NOISE, seed)
        steady = impedance.fit(data, "R(RQ)(RQ)", weight="robust", validate=False)
        plain = impedance.fit(data, "R(RQ)(RQ)", validate=False)
        ratio.append(steady.std["R3"] / plain.std["R3"])
        scores += [(steady.values[n] - v) / steady.std[n] for n, v in (("R1", 10.0), ("R2", 20.0), ("R3", 40.0))]
    assert 0.97 < np.mean(ratio) < 1.1
    assert 0.75 < np.sqrt(np.mean(np.square(scores))) < 1.3
    again = impedance.fit(glitched(0), "R(RQ)(RQ)", weight="robust")
    assert again.values == impedance.fit(glitched(0), "R(RQ)(RQ)", weight="robust").values


def test_the_automatic_choice_is_not_misled_by_bad_points():
    fit = impedance.fit(glitched(3), weight="robust")
    assert fit.circuit == "R1(R2Q1)(R3Q2)" and abs(fit.values["R3"] - 40.0) < 4.0 * fit.std["R3"]


# -- tied parameters --------------------------------------------------------------------------------------------------
def test_a_tie_is_the_model_with_one_parameter_less():
    """R3 = 2 R2 holds in the truth: the tied fit is as good, its errors smaller, and derived() carries the tie."""
    data = record(FULL, NOISE)
    free = impedance.fit(data, "R(RQ)(RQ)W")
    tied = impedance.fit(data, "R(RQ)(RQ)W", tied={"R3": ("R2", 2.0)})
    assert tied.values["R3"] == pytest.approx(2.0 * tied.values["R2"], rel=1e-14) and tied.std["R3"] == pytest.approx(2.0 * tied.std["R2"])
    assert tied.dof == free.dof + 1 and free.chi2 <= tied.chi2 < free.chi2 * 1.1 and tied.std["R3"] < free.std["R3"]
    total, error = tied.derived(lambda v: v["R2"] + v["R3"])
    assert total == pytest.approx(60.0, rel=0.01) and error == pytest.approx(3.0 * tied.std["R2"], rel=1e-6)
    assert tied.derived(lambda v: v["R3"] / v["R2"])[1] == pytest.approx(0.0, abs=1e-6)
    assert tied.profile("R3").low == pytest.approx(2.0 * tied.profile("R2").low, rel=1e-12)
    assert abs(tied.values["R2"] - 20.0) < 4.0 * tied.std["R2"]


def test_ties_go_through_others_to_fixed_ones_and_keep_to_their_box():
    data = record(10.0 + arc(20.0, 1e-5, 0.85) + arc(40.0, 1e-3, 0.85) + arc(30.0, 0.1, 0.85), 1e-3)
    circuit = "R(RQ)(RQ)(RQ)"
    one = impedance.fit(data, circuit, tied={"Q3.n": "Q2.n", "Q2.n": "Q1.n"})
    assert one.values["Q1.n"] == one.values["Q2.n"] == one.values["Q3.n"] == pytest.approx(0.85, abs=0.01)
    assert [a.tau for a in one.arcs] == sorted(a.tau for a in one.arcs)
    held = impedance.fit(data, circuit, fixed={"Q1.n": 0.85}, tied={"Q3.n": "Q2.n", "Q2.n": "Q1.n"})
    assert held.values["Q3.n"] == 0.85 and held.std["Q3.n"] is None and "fixed" in held.reasons["Q3.n"]
    boxed = impedance.fit(data, circuit, tied={"R3": ("R2", 2.0)}, bounds={"R3": ("50 ohm", "60 ohm")})
    assert boxed.values["R2"] == pytest.approx(25.0) and "tied to R2" in boxed.reasons["R3"]


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"tied": {"R2": "R3", "R3": "R2"}}, AnalysisError, "tied in a circle"),
        ({"tied": {"R2": "R2"}}, AnalysisError, "tied in a circle"),
        ({"tied": {"R2": "R3"}, "fixed": {"R2": 1.0}}, AnalysisError, "both fixed and tied"),
        ({"tied": {"R2": "Q1.n"}}, AnalysisError, "one kind"),
        ({"tied": {"R2": ("R3", -1.0)}}, AnalysisError, "positive factor"),
        ({"tied": {"R2": "R33"}}, UnknownNameError, "Did you mean 'R3'"),
        ({"tied": {"Q1n": "Q2.n"}}, UnknownNameError, "Did you mean 'Q1.n'"),
        ({"tied": {"Q1.n": ("Q2.n", 20.0)}}, AnalysisError, "leaves no value"),
    ],
)
def test_misuse_of_ties_is_one_sentence(more, error, words):
    with pytest.raises(error, match=words):
        impedance.fit(record(TWO, NOISE), "R(RQ)(RQ)", **more)


def test_the_automatic_choice_takes_no_names():
    with pytest.raises(AnalysisError, match="tied="):
        impedance.fit(record(TWO, NOISE), tied={"R2": "R3"})


# -- profiles ---------------------------------------------------------------------------------------------------------
def test_a_linear_model_has_the_exact_interval():
    """Z = R + i omega L is linear: the profile's ends are value -+ t std, with Student's t of 118 degrees of freedom."""
    from scipy.stats import t

    fit = impedance.fit(record(10.0 + 1e-6 * S, NOISE), "RL", validate=False)
    for level in (0.68, 0.95, 0.997):
        for name, profile in fit.profiles(level=level).items():
            half = t.ppf(0.5 + 0.5 * level, 118) * fit.std[name]
            assert profile.low == pytest.approx(fit.values[name] - half, abs=2e-3 * half)
            assert profile.high == pytest.approx(fit.values[name] + half, abs=2e-3 * half)
    stated = measured(record(10.0 + 1e-6 * S, NOISE), lambda omega, z: NOISE * np.abs(z), "RL", validate=False)
    assert stated.profile("R1").threshold - stated.chi2 == pytest.approx(1.959964**2, rel=1e-5)


def test_the_ends_of_a_profile_are_fits_at_the_threshold():
    """Another route: the whole fit again with the parameter fixed at its limit leaves the threshold's chi2."""
    close = 10.0 + arc(20.0, 1e-3, 0.95) + arc(80.0, 1.5e-2, 0.8)  # bent valleys
    fit = impedance.fit(record(close, NOISE), "R(RQ)(RQ)")
    for name, profile in fit.profiles().items():
        assert profile.closed and (np.diff(profile.x) > 0.0).all() and np.min(profile.chi2) == pytest.approx(fit.chi2)
        for end in (profile.low, profile.high):
            again = impedance.fit(record(close, NOISE), "R(RQ)(RQ)", fixed={name: end})
            assert again.chi2 - fit.chi2 == pytest.approx(profile.threshold - fit.chi2, rel=1e-2)
        finding = profile.finding()
        assert finding.interval == (profile.low, profile.high) and finding.evidence["level"] == 0.95
        assert "lies between" in str(profile) and fit.values[name] in profile


def test_directions_without_a_limit_are_said():
    tail = record(10.0 + 5.0 * WARBURG, NOISE)
    assert "only because Ws1.tau came to the end of its search" in str(impedance.fit(tail, "RWs").profile("Ws1.R"))
    short = impedance.fit(tail, "RWs", bounds={"Ws1.tau": (1e-3, 1e9)})
    profile = short.profile("Ws1.tau")
    assert profile.high is None and profile.low is not None and "no upper limit" in str(profile)
    assert profile.finding().interval is None and "no upper limit" in profile.finding().note
    assert not short.identifiable and "Ws1.R" in short.unidentified
    twins = impedance.fit(record(TWO, NOISE), "RR(RQ)(RQ)")
    assert twins.profile("R1").low is None and "no lower limit" in str(twins.profile("R1"))
    assert "R2" in twins.unidentified["R1"] and "R1" in twins.unidentified["R2"] and "R4" not in twins.unidentified
    clear = impedance.fit(record(TWO, NOISE), "R(RQ)(RQ)")
    assert clear.identifiable and clear.unidentified == {}
    ideal = [impedance.fit(record(10.0 + arc(20.0, 1e-3, 1.0), NOISE, seed), "R(RQ)", validate=False) for seed in range(9)]
    at_bound = [f for f in ideal if f.values["Q1.n"] == 1.0]
    assert at_bound and all(f.identifiable and f.profile("Q1.n").high is None and 0.9 < f.profile("Q1.n").low < 1.0 for f in at_bound)


def test_profiles_refuse_what_has_none_and_are_fast():
    fit = impedance.fit(record(FULL, NOISE), "R(RQ)(RQ)W", fixed={"R1": 10.0})
    assert "R1" not in fit.profiles()
    with pytest.raises(AnalysisError, match="held fixed"):
        fit.profile("R1")
    with pytest.raises(UnknownNameError):
        fit.profile("R9")
    with pytest.raises(AnalysisError, match="between 0 and 1"):
        fit.profile("R2", level=95)
    truth = 10.0 + arc(20.0, 1e-5, 0.9) + arc(40.0, 1e-3, 0.9) + arc(30.0, 0.1, 0.9)
    ten = impedance.fit(record(truth, NOISE), "R(RQ)(RQ)(RQ)")
    start = time.process_time()
    found = ten.profiles()
    assert len(found) == 10 and time.process_time() - start < 0.3
    assert all(np.array_equal(found[n].chi2, p.chi2) for n, p in ten.profiles().items())


# -- neighbours -------------------------------------------------------------------------------------------------------
def test_a_start_from_a_neighbour_ends_where_the_search_does():
    first = impedance.fit(record(FULL, NOISE), "R(RQ)(RQ)W")
    for seed, validate in ((1, True), (2, False), (3, True)):
        data = record(TWO * 1.05 + 2.1 * WARBURG, NOISE, seed)
        near = impedance.fit(data, "R(RQ)(RQ)W", near=first, validate=validate)
        assert near.chi2 == pytest.approx(impedance.fit(data, "R(RQ)(RQ)W").chi2, rel=1e-6)
        assert near.values["R3"] == pytest.approx(42.0, rel=0.02)
    other = record(3.0 + arc(900.0, 1e-6, 0.9) + arc(4.0, 2.0, 0.7) + 20.0 * WARBURG, NOISE)  # no neighbour at all
    assert impedance.fit(other, "R(RQ)(RQ)W", near=first).chi2 == pytest.approx(
        impedance.fit(other, "R(RQ)(RQ)W").chi2, rel=1e-6
    )
    with pytest.raises(AnalysisError, match="same model"):
        impedance.fit(other, "R(RQ)", near=first)
