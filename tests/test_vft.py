"""VFT law: truths come back within their intervals, T0 is called open where it is, and Arrhenius data stay Arrhenius."""

import math

import numpy as np
import pytest

from interlayer.analysis import arrhenius, vft
from interlayer.elements.base import GAS
from interlayer.errors import AnalysisError, UnitError
from interlayer.record import Finding

T = np.linspace(303.15, 363.15, 9)
WIDE = np.linspace(233.15, 373.15, 15)
A, B, T0 = 30.0, 1000.0, 200.0


def sigma(t, a=A, b=B, t0=T0):
    return a / np.sqrt(t) * np.exp(-b / (t - t0))


def binomial(count, share):
    """The 99 % band of the number of hits."""
    from scipy.stats import binom

    return binom.ppf(0.005, count, share), binom.ppf(0.995, count, share)


def test_exact_points_give_back_the_law():
    for quantity, values in (("conductivity", sigma(WIDE)), ("resistance", 1.0 / sigma(WIDE))):
        fit = vft.fit(values, WIDE, quantity=quantity)
        assert (fit.t0, fit.b, math.exp(fit.a)) == pytest.approx((T0, B, A), rel=2e-4)
        assert fit.at("25 degC")[0] == pytest.approx(values[0] * fit.law.factor(298.15, WIDE[0]), rel=1e-5)
        assert fit.at(298.15)[0] == pytest.approx(sigma(298.15) ** (1 if quantity == "conductivity" else -1), rel=1e-5)


def test_the_formula_is_the_written_one():
    """B by hand at two points with T0 known: ln(s1 sqrt T1) - ln(s2 sqrt T2) = B (1/(T2 - T0) - 1/(T1 - T0))."""
    fit = vft.fit(sigma(WIDE), WIDE)
    t1, t2 = 250.0, 350.0
    y1, y2 = (math.log(fit.at(t)[0] * math.sqrt(t)) for t in (t1, t2))
    assert (y1 - y2) / (1 / (t2 - fit.t0) - 1 / (t1 - fit.t0)) == pytest.approx(fit.b, rel=1e-9)


def draws(count, t, relative, seed=0, **law):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield sigma(t, **law) * np.exp(relative * rng.normal(size=len(t)))


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.long)])
def test_intervals_cover_the_truth(count):
    """95 % intervals of T0 and B and the value at 330 K; errors stated, and taken from the scatter."""
    for stated in (True, False):
        hits = {"T0": 0, "B": 0, "value": 0}
        for values in draws(count, WIDE, 0.01):
            fit = vft.fit(values, WIDE, std=0.01 * values if stated else None)
            assert fit.determined
            hits["T0"] += fit.interval[0] < T0 < fit.interval[1]
            hits["B"] += fit.spans[0] < B < fit.spans[1]
            value, std = fit.at(330.0)
            hits["value"] += abs(value / sigma(330.0) - 1.0) < 1.96 * std / value
        low, high = binomial(count, 0.95)
        if stated:  # errors are widened where the scatter exceeds them and never narrowed: coverage may lie above
            assert all(low <= h for h in hits.values()), hits
        else:
            assert all(low <= h <= high for k, h in hits.items() if k != "value"), hits


def test_a_narrow_range_leaves_t0_open_and_says_so():
    fit = vft.fit(next(draws(1, T[4:], 0.03)), T[4:], std=0.03 * sigma(T[4:]))
    assert not fit.determined and fit.interval[0] is None
    assert any("T0 is not determined by these temperatures" in r for r in fit.remarks)
    t0 = next(f for f in fit.findings() if f.name == "VFT T0")
    assert t0.interval is None and "not determined" in t0.note


def test_the_glass_transition_closes_it():
    """Tg = 250 K: T0 is expected at 200 ± 15 K; the interval then holds the truth and is no wider than the prior's."""
    values = next(draws(1, T[4:], 0.03))
    fit = vft.fit(values, T[4:], std=0.03 * values, glass_transition=250.0)
    assert fit.prior == (200.0, 15.0)
    low, high = fit.interval
    assert low < T0 < high and high - low < 2.0 * 1.97 * 15.0
    assert vft.fit(values, T[4:], std=0.03 * values, glass_transition="-23.15 degC").t0 == pytest.approx(fit.t0)
    far = vft.fit(sigma(WIDE), WIDE, std=0.005 * sigma(WIDE), glass_transition=200.0, below=(50.0, 5.0))
    assert any("lies far from what Tg" in r for r in far.remarks)


def test_the_choice_of_the_law():
    """Each law's own data choose it; few or narrow points do not decide; the pseudo-energy is not the Arrhenius one."""
    bent = vft.fit(sigma(WIDE), WIDE, std=0.01 * sigma(WIDE))
    assert bent.gain > 100.0 and "VFT describes" in bent.choice
    straight = 1e6 * np.exp(-50e3 / (GAS * WIDE))
    rng = np.random.default_rng(3)
    noisy = straight * np.exp(0.01 * rng.normal(size=len(WIDE)))
    plain = vft.fit(noisy, WIDE, std=0.01 * noisy)
    assert plain.gain < 0.0 and "VFT describes" not in plain.choice
    few = vft.fit(sigma(T[:4]), T[:4], std=0.01 * sigma(T[:4]))
    assert few.gain is None and "too few" in few.choice
    energy = next(f for f in bent.findings() if "pseudo" in f.name)
    line = arrhenius.fit(sigma(WIDE), WIDE, form="ln(sigma)")
    assert "never compare" in energy.method and energy.value < 0.5 * line.activation_energy
    assert energy.interval[0] < GAS * B < energy.interval[1]


def test_lack_of_fit_and_common_errors():
    wavy = sigma(WIDE) * (1.0 + 0.05 * np.sin(np.arange(15) * 2.0))
    fit = vft.fit(wavy, WIDE, std=0.01 * wavy)
    assert any("Lack of fit" in r for r in fit.remarks)
    found = [
        Finding("conductivity", float(s), "conductivity", "m", float(s) * math.hypot(0.01, 0.05), evidence={"common_relative_std": 0.05})
        for s in sigma(WIDE)
    ]  # fmt: skip
    shared, alone = vft.fit(found, WIDE), vft.fit(sigma(WIDE), WIDE, std=0.01 * sigma(WIDE))
    assert shared.interval == pytest.approx(alone.interval, rel=1e-6)  # the geometry moves A alone
    assert shared.at(330.0)[1] / shared.at(330.0)[0] == pytest.approx(math.hypot(alone.at(330.0)[1] / alone.at(330.0)[0], 0.05), rel=1e-6)


def test_what_can_not_be_fitted_is_refused():
    with pytest.raises(AnalysisError, match="3 temperatures"):
        vft.fit(sigma(T[:2]), T[:2])
    with pytest.raises(AnalysisError, match="below the temperatures"):
        vft.fit(sigma(T), T, glass_transition=380.0)
    with pytest.raises(UnitError):
        vft.fit(sigma(T[:3]), ["30", "40", "50"])
    three = vft.fit(sigma(T[:3]), T[:3])
    assert not three.determined and three.at(320.0)[1] is None
    with pytest.raises(AnalysisError, match="above its T0"):
        three.at(three.t0 - 1.0)
