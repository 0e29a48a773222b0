"""Two processes in one resistance over temperature: by hand, against an independent minimiser, coverage, decoys."""

import math

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.stats import binom

from interlayer.analysis import two_processes
from interlayer.elements.base import GAS
from interlayer.errors import AnalysisError, UnknownNameError
from interlayer.record import Finding

T = np.linspace(253.15, 373.15, 9)
BULK, FACE = (34e3, 100e-4), (58e3, 60e-4)  # J/mol, ohm m² at 25 °C


def law(process, t=T):
    energy, size = process
    return size * np.exp(energy / GAS * (1 / t - 1 / 298.15)) * t / 298.15


def band(hits, level=0.95, inside=0.99):
    """The 99 % band; above it a scale that only ever widens (chi2 above its degrees of freedom) may add 4 %."""
    low, high = binom.interval(inside, len(hits), level)[0], binom.interval(inside, len(hits), min(level + 0.04, 1.0))[1]
    assert low <= np.sum(hits) <= high, f"{np.sum(hits)} of {len(hits)}, allowed {low:.0f} to {high:.0f}"


def draw(rng, first=BULK, second=FACE, relative=0.01, t=T):
    return (law(first, t) + law(second, t)) * (1 + relative * rng.normal(size=len(t)))


def separate(y, relative=0.01, **options):
    return two_processes.fit(y, T, std=relative * y, **options)


def test_exact_points_give_back_both_laws():
    y = law(BULK) + law(FACE)
    for options in ({}, {"known": "58 kJ/mol"}, {"known": "34 kJ/mol", "known_std": "1 kJ/mol"}):
        found = separate(y, **options)
        assert found.separated and found.energies == pytest.approx((34e3, 58e3), rel=1e-4)
        assert found.resistances == pytest.approx((100e-4, 60e-4), rel=1e-3)
        assert found.share(2, "25 degC") == pytest.approx(60 / 160, rel=1e-3)
    exact = separate(y, known="34 kJ/mol")
    assert exact.energy_intervals[0] == (34e3, 34e3) and exact.covariance[0, 0] == 0.0
    total = two_processes.fit(y / 1e-4, T, std=0.01 * y / 1e-4, quantity="resistance")
    assert total.resistances == pytest.approx(np.array(found.resistances) / 1e-4, rel=1e-3)
    plain = two_processes.fit(y * 298.15 / T, T, std=0.01 * y, form="ln(sigma)")
    assert plain.energies == pytest.approx((34e3, 58e3), rel=1e-4)
    assert [f.quantity for f in found.findings()] == ["number", *["activation_energy", "area_specific_resistance"] * 2]


def test_minimum_and_errors_are_those_of_an_independent_minimiser():
    y = draw(np.random.default_rng(4))
    found = separate(y)

    def residuals(p):
        return (y - law((p[0] * 1e3, np.exp(p[2]))) - law((p[1] * 1e3, np.exp(p[3])))) / (0.01 * found.fitted)

    best = least_squares(residuals, [30.0, 60.0, math.log(1e-2), math.log(6e-3)], xtol=1e-14, ftol=1e-14, gtol=1e-14)
    assert found.chi2 == pytest.approx(2 * best.cost, rel=1e-4)
    assert found.energies == pytest.approx(best.x[:2] * 1e3, rel=1e-3)
    scale = max(found.chi2 / found.dof, 1.0)
    full = np.linalg.inv(best.jac.T @ best.jac) * scale
    unit = np.diag([1e3, 1e3, 1.0, 1.0])
    assert np.diag(found.covariance) == pytest.approx(np.diag(unit @ full @ unit), rel=0.02)
    for k, ends in enumerate(found.energy_intervals):  # the profile, with the other three free
        for end in ends:
            others = [i for i in range(4) if i != k]

            def held(q, k=k, end=end, others=others):
                p = np.empty(4)
                p[others], p[k] = q, end / 1e3
                return residuals(p)

            rise = 2 * least_squares(held, best.x[others], xtol=1e-12, ftol=1e-12).cost - found.chi2
            assert rise == pytest.approx(3.841459 * scale, rel=0.03)


def covered(draws, known=None, known_std=None, seed=0):
    rng, rows = np.random.default_rng(seed), []
    for _ in range(draws):
        options = {}
        if known is not None:
            options = {"known": known + (known_std or 0.0) * rng.normal(), "known_std": known_std}
        found = separate(draw(rng), **options)
        ends = [*found.energy_intervals, *found.resistance_intervals]
        rows.append([a <= v <= b for (a, b), v in zip(ends, (BULK[0], FACE[0], BULK[1], FACE[1]), strict=True)])
    return np.array(rows).T


@pytest.mark.parametrize("known", [None, 34e3])
def test_intervals_cover_the_truth(known):
    rows = covered(20, known)
    for row in rows if known is None else rows[1:]:
        band(row)


@pytest.mark.long
@pytest.mark.parametrize(("known", "std"), [(None, None), (34e3, None), (34e3, 1e3)])
def test_intervals_cover_the_truth_in_many_draws(known, std):
    rows = covered(1000, known, std, seed=1)
    for row in rows if (known is None or std) else rows[1:]:
        band(row)


def claims(draws):
    rng = np.random.default_rng(3)
    return sum(separate(draw(rng, second=(5e4, 0.0))).separated for _ in range(draws))


@pytest.mark.long
def test_one_process_is_split_in_one_draw_of_a_hundred_at_most():
    assert claims(600) <= 6


def test_one_process_is_not_split():
    assert claims(15) <= 1
    rng = np.random.default_rng(3)
    found = separate(draw(rng, second=(5e4, 0.0)))
    assert "one process describes it as well" in found.verdict
    assert [f.name for f in found.findings()][1] == "activation energy"
    assert abs(found.findings()[1].value - 34e3) < 4 * found.findings()[1].std


def test_near_energies_stay_one_and_far_ones_are_found():
    rng = np.random.default_rng(6)
    near = [separate(draw(rng, second=(37e3, 60e-4))).separated for _ in range(6)]
    far = [separate(draw(rng)).separated for _ in range(6)]
    assert sum(near) <= 1 and all(far)


def test_errors_without_symmetry_are_given_as_intervals():
    rng = np.random.default_rng(8)
    found = separate(draw(rng, second=(45e3, 60e-4), relative=0.02), 0.02, known="34 kJ/mol")
    energies = [f for f in found.findings() if f.name == "activation energy of process 2"]
    if energies:
        low, high = energies[0].interval
        assert low < energies[0].value < high
    wide = separate(draw(np.random.default_rng(0), second=(45e3, 100e-4), relative=0.02), 0.02)
    assert wide.separated
    odd = [f for f in wide.findings()[1:] if f.std is None]
    assert odd and all("not symmetric" in f.note and f.interval is not None for f in odd)


def test_scatter_sets_the_scale_without_stated_errors():
    found = two_processes.fit(draw(np.random.default_rng(1), relative=0.005), T)
    assert found.chi2 is None and found.separated
    assert found.energy_intervals[0][0] < BULK[0] < found.energy_intervals[0][1]


def test_lack_of_fit_is_said():
    vft = 1e-2 * np.exp(700.0 * (1 / (T - 215.0) - 1 / (298.15 - 215.0)))
    found = two_processes.fit(vft, T, std=1e-3 * vft)
    assert any("Lack of fit" in r for r in found.remarks) and found.probability < 1e-3


def test_findings_enter_with_their_common_error():
    given = [Finding("R", float(y), "area_specific_resistance", "m", float(y) * math.hypot(0.01, 0.05), evidence={"common_relative_std": 0.05})
             for y in law(BULK) + law(FACE)]  # fmt: skip
    found, free = two_processes.fit(given, T), separate(law(BULK) + law(FACE))
    assert found.covariance[0, 0] == pytest.approx(free.covariance[0, 0], rel=1e-3)
    assert found.covariance[2, 2] == pytest.approx(free.covariance[2, 2] + 0.05**2, rel=1e-3)
    energy = Finding("activation energy", 34e3, "activation_energy", "m", 500.0)
    assert two_processes.fit(given, T, known=energy).known == (34e3, 500.0)


def test_what_is_missing_is_named():
    y = law(BULK) + law(FACE)
    with pytest.raises(AnalysisError, match="Too few temperatures.*known"):
        two_processes.fit(y[:4], T[:4], std=0.01 * y[:4])
    assert two_processes.fit(y[:4], T[:4], std=0.01 * y[:4], known="34 kJ/mol").dof == 1
    with pytest.raises(AnalysisError, match="resistance"):
        two_processes.fit(1 / y, T, quantity="conductivity")
    with pytest.raises(UnknownNameError):
        separate(y, form="ln(R)")
    with pytest.raises(AnalysisError, match="no activation energy"):
        separate(y, known=Finding("R", 1.0, "resistance", "m", 0.1))
    with pytest.raises(AnalysisError, match="is none"):
        separate(y, known=400e3)
