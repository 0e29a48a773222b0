"""Distribution of relaxation times, and the names of arcs: right counts, honest errors, nothing invented."""

import math
import time
from pathlib import Path

import numpy as np
import pytest

from interlayer.analysis import _kernel, _ridge, _spectrum, arcs, impedance, kramers_kronig, relaxation_times
from interlayer.analysis._ridge import Problem, solve
from interlayer.errors import AnalysisError, MissingValueError, UnitError, UnknownNameError
from interlayer.record import Finding, Provenance, Record, Segment

FREQUENCY = np.logspace(-2, 6, 65)
S = 2j * np.pi * FREQUENCY


def zarc(R, tau, n, s=S):
    return R / (1.0 + (s * tau) ** n)


TWO = 10.0 + zarc(20.0, 1e-4, 0.85) + zarc(40.0, 0.1, 0.8)


def record(z, noise=3e-3, seed=0, f=FREQUENCY, **conditions):
    rng = np.random.default_rng(seed)
    z = z * (1.0 + noise * (rng.normal(size=len(z)) + 1j * rng.normal(size=len(z))))
    channels = {"frequency": f, "impedance_real": z.real, "impedance_imag": z.imag}
    return Record((Segment(channels, "frequency", "impedance"),), Provenance("measured", "here")).with_conditions(**conditions)


def draw(rng, k, n, noise=3e-3):
    """k ZARCs, neighbours a factor 30 to 300 apart, resistances within a factor 10, at least 1.5 decades inside the band."""
    f = np.logspace(-2, 6, 81)
    while True:
        apart = rng.uniform(math.log10(30.0), math.log10(300.0), k - 1)
        if apart.sum() <= 5.0:
            break
    first = -math.log10(2.0 * np.pi * f[-1]) + 1.5 + rng.uniform(0.0, 5.0 - apart.sum())
    tau = 10.0 ** (first + np.concatenate([[0.0], np.cumsum(apart)]))
    R = 10.0 ** rng.uniform(-1.0, 0.0, k)
    R, n, R0 = R / R.max(), rng.uniform(*n, k), 10.0 ** rng.uniform(-1.5, 0.5)
    z = R0 + sum(zarc(r, t, m, 2j * np.pi * f) for r, t, m in zip(R, tau, n, strict=True))
    return record(z, noise, int(rng.integers(1 << 30)), f), tau, R, R0


def rate(k, n, draws, seed):
    """Shares of draws with the right number of peaks, R within 1 %, R + R0 within 1 %."""
    rng, hits = np.random.default_rng(seed), np.zeros(3)
    for _ in range(draws):
        data, _tau, R, R0 = draw(rng, k, n)
        found = relaxation_times.distribution(data)
        hits += [
            len(found.peaks) == k, abs(found.resistance / R.sum() - 1.0) < 0.01,
            abs((found.resistance + found.series) / (R.sum() + R0) - 1.0) < 0.01,
        ]  # fmt: skip
    return hits / draws


@pytest.mark.parametrize("k", [1, 2, 3])
def test_number_of_peaks_and_resistance_are_right(k):
    peaks, r, dc = rate(k, (0.8, 1.0), 25, 10 + k)
    assert peaks >= 0.96 and r >= 0.96 and dc >= 0.96


@pytest.mark.long
@pytest.mark.parametrize(
    ("k", "n", "least"),
    [(1, (0.8, 1.0), 0.99), (2, (0.8, 1.0), 0.97), (3, (0.8, 1.0), 0.95), (1, (1.0, 1.0), 0.99), (2, (1.0, 1.0), 0.97),
     (3, (1.0, 1.0), 0.95), (1, (0.7, 0.95), 0.99), (2, (0.7, 0.95), 0.95), (3, (0.7, 0.95), 0.88)],
)  # fmt: skip
def test_two_hundred_draws(k, n, least):
    """With n near 0.7 a small arc 30 times away is a shallow maximum, which may stay within its credible band."""
    peaks, r, dc = rate(k, n, 200, 100 + k)
    assert peaks >= least and dc >= 0.98 and r >= 0.96


@pytest.mark.parametrize("noise", [3e-4, 3e-3, 1e-2, 3e-2])
def test_peaks_have_their_values_within_their_errors(noise):
    found = relaxation_times.distribution(record(TWO, noise, 1))
    assert not found.misfit and found.tail is None
    for peak, R, tau, n in zip(found.peaks, (20.0, 40.0), (1e-4, 0.1), (0.85, 0.8), strict=True):
        assert peak.resistance == pytest.approx(R, abs=2.5 * peak.resistance_std) and peak.resistance_std < 0.06 * R
        assert peak.tau == pytest.approx(tau, rel=0.15) and peak.capacitance == pytest.approx(tau / R, rel=0.2)
        assert 0.3 < peak.width < 1.2 and n and peak.certainty > relaxation_times.SURE
    assert found.resistance == pytest.approx(60.0, abs=3.0 * found.resistance_std)
    assert found.series == pytest.approx(10.0, abs=3.0 * found.series_std)


def test_an_ideal_rc_is_narrow_and_a_small_broad_arc_beside_it_is_seen():
    found = relaxation_times.distribution(record(5.0 + zarc(100.0, 1e-3, 1.0) + zarc(10.0, 1e-3 * 30.0, 0.8)))
    assert [round(p.resistance) for p in found.peaks] == [pytest.approx(100, abs=2), pytest.approx(10, abs=2)]
    assert found.peaks[0].width < 0.3 < found.peaks[1].width


def test_the_band_holds_the_truth():
    """Exact gamma of a Cole-Cole relaxation; a band of 95 % at each node, the nodes are not independent."""
    inside = []
    for seed in range(8):
        found = relaxation_times.distribution(record(TWO, 3e-3, seed))
        exact = sum(
            R / (2.0 * np.pi) * math.sin(np.pi * (1 - n)) / (np.cosh(n * np.log(found.tau / tau)) - math.cos(np.pi * (1 - n)))
            for R, tau, n in ((20.0, 1e-4, 0.85), (40.0, 0.1, 0.8))
        )
        seen = (found.tau > 1e-6) & (found.tau < 5.0)
        inside.append(np.mean((exact > found.low)[seen] & (exact < found.high)[seen]))
        assert (found.low > 0.0).all() and (found.low <= found.gamma).all() and (found.gamma <= found.high).all()
    assert np.mean(inside) > 0.85


def test_model_gives_the_spectrum_back_and_scales_with_it():
    data = record(TWO)
    found = relaxation_times.distribution(data)
    assert found.impedance(2.0 * np.pi * FREQUENCY) == pytest.approx(TWO, rel=6e-3)
    assert np.std(found.residuals) == pytest.approx(3e-3 * math.sqrt(2.0), rel=0.25)
    large = relaxation_times.distribution(record(1e5 * TWO))
    assert large.gamma == pytest.approx(1e5 * found.gamma, rel=1e-4)
    area = relaxation_times.distribution(record(TWO, area="2 cm^2"), specific=True)
    assert area.gamma == pytest.approx(2e-4 * found.gamma, rel=1e-4)
    assert area.findings()[2].quantity == "area_specific_resistance"


def test_two_runs_are_one_and_draws_are_fixed_by_their_seed():
    first, second = (relaxation_times.distribution(record(TWO)) for _ in range(2))
    assert np.array_equal(first.gamma, second.gamma) and first.peaks == second.peaks
    draws = first.draws(400, seed=3)
    assert np.array_equal(draws, second.draws(400, seed=3)) and (draws > 0.0).all()
    step = math.log(first.tau[1] / first.tau[0])
    assert np.median(draws.sum(axis=1) * step) == pytest.approx(first.resistance, rel=0.01)
    i = int(np.argmax(first.gamma))
    assert np.quantile(draws[:, i], [0.025, 0.975]) == pytest.approx([first.low[i], first.high[i]], rel=0.1)


def test_it_takes_less_than_fifty_milliseconds():
    data, spent = [record(TWO, 3e-3, seed) for seed in range(8)], []
    for one in data:
        begin = time.process_time()
        relaxation_times.distribution(one)
        spent.append(time.process_time() - begin)
    assert sorted(spent)[2] < 0.05


# -- what stands beside the distribution --------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("extra", "n", "A"), [(15.0 / np.sqrt(S), 0.5, 15.0), (1.0 / (0.1 * S), 1.0, 10.0), (1.0 / (0.02 * S**0.85), 0.85, 50.0)]
)
def test_tails_are_found_and_said(extra, n, A, seed):
    found = relaxation_times.distribution(record(TWO + extra, seed=seed))
    assert len(found.peaks) == 2 and not found.misfit
    assert found.tail == (pytest.approx(n, abs=0.03), pytest.approx(A, rel=0.1))
    assert found.resistance == pytest.approx(60.0, abs=max(1.8, 2.0 * found.resistance_std))
    assert any("tail" in r for r in found.remarks) and "tail" in found.findings()[1].method


@pytest.mark.parametrize("n", [0.9, 1.0])
def test_a_small_arc_before_a_blocking_electrode_is_found(n):
    """One ohm of electrolyte, and a million ohm of capacitance at the lowest frequency."""
    f = np.logspace(-1, 7, 71)
    s = 2j * np.pi * f
    for seed in range(3):
        found = relaxation_times.distribution(record(1.0 / (1.0 + 1e-6 * s) + 1.0 / (1e-6 * s**n), seed=seed, f=f))
        assert found.tail == (pytest.approx(n, abs=0.01), pytest.approx(1e6, rel=0.05)) and not found.misfit
        assert [p.resistance for p in found.peaks] == [pytest.approx(1.0, rel=0.1)]


def test_a_tail_can_be_stated_or_left_out():
    data = record(TWO + 15.0 / np.sqrt(S))
    assert relaxation_times.distribution(data, tail="diffusion").tail == (0.5, pytest.approx(15.0, rel=0.03))
    assert relaxation_times.distribution(data, tail="none").tail is None
    assert relaxation_times.distribution(data, tail="blocking").tail[0] == 1.0


def test_leads_are_an_inductance():
    found = relaxation_times.distribution(record(TWO + 1e-5 * S))
    assert found.inductance == pytest.approx(1e-5, rel=0.02) and len(found.peaks) == 2
    bare = relaxation_times.distribution(record(TWO), inductance=False)
    assert bare.inductance is None and len(bare.peaks) == 2


# -- what is no sum of ZARCs --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "z", [10.0 + 30.0 / np.sqrt(1.0 + 0.01 * S), 10.0 + 30.0 / (1.0 + (0.01 * S) ** 0.9) ** 0.6], ids=["Gerischer", "Havriliak-Negami"]
)
def test_a_lopsided_arc_is_one_peak(z):
    for seed in range(4):
        found = relaxation_times.distribution(record(z, seed=seed))
        assert len(found.peaks) == 1 and found.resistance == pytest.approx(30.0, rel=0.01) and not found.misfit


def test_a_finite_diffusion_is_not_called_two_processes_without_a_word():
    u = np.sqrt(3.0 * S)
    found = relaxation_times.distribution(record(10.0 + zarc(20.0, 1e-4, 0.85) + 30.0 * np.tanh(u) / u))
    assert found.resistance == pytest.approx(50.0, rel=0.01)
    assert any("one finite diffusion" in r for r in found.remarks)


def test_a_resistor_has_no_peak():
    for seed in range(4):
        for z in (10.0 + 0.0 * S, 10.0 + 1e-6 * S, 10.0 + 1.0 / (1e-3 * S)):
            found = relaxation_times.distribution(record(z, seed=seed))
            assert not found.peaks and found.series == pytest.approx(10.0, rel=0.01)


def test_what_no_positive_distribution_gives_is_called_a_misfit():
    for seed in range(4):
        found = relaxation_times.distribution(record(10.0 + zarc(20.0, 1e-4, 0.85) + zarc(40.0, 0.1, 0.8) - 8.0 / (1.0 + 3.0 * S), seed=seed))
        assert found.misfit and "misfit" in found.verdict and "Hz" in found.verdict and found.findings()[0].value == found.verdict
        assert not relaxation_times.distribution(record(TWO, seed=seed)).misfit


def test_a_process_that_is_cut_off_is_said_and_not_counted():
    slow = relaxation_times.distribution(record(10.0 + zarc(20.0, 1e-4, 0.85) + zarc(40.0, 10.0, 0.9)))
    assert slow.beyond > 0.05 and any("cut off" in r for r in slow.remarks)
    assert slow.resistance == pytest.approx(60.0, abs=2.0 * slow.resistance_std)
    fast = relaxation_times.distribution(record(10.0 + zarc(20.0, 3e-8, 0.85) + zarc(40.0, 0.1, 0.8)))
    assert len(fast.peaks) == 1 and any("cut off" in r for r in fast.remarks)
    assert fast.series == pytest.approx(10.0, abs=2.0 * fast.series_std) and fast.series_std > 1.0


def test_a_glitch_is_kept_and_does_not_make_a_peak():
    z = TWO.copy()
    z[30] *= 1.3
    found = relaxation_times.distribution(record(z))
    assert len(found.peaks) == 2 and found.resistance == pytest.approx(60.0, rel=0.01)
    assert any("point 30" in r for r in found.remarks) and found.spectrum.dropped == ()
    without = relaxation_times.distribution(record(z), drop="suspect")
    assert without.spectrum.dropped == (30,) and any("Left out" in r for r in without.remarks)


def test_few_points_and_many():
    few, many = np.logspace(-2, 6, 17), np.logspace(-4, 7, 180)
    for f in (few, many):
        z = 10.0 + zarc(20.0, 1e-4, 0.85, 2j * np.pi * f) + zarc(40.0, 0.1, 0.8, 2j * np.pi * f)
        found = relaxation_times.distribution(record(z, f=f))
        assert len(found.peaks) == 2 and found.resistance == pytest.approx(60.0, rel=0.03)


def test_what_makes_no_sense_is_refused():
    data = record(TWO)
    with pytest.raises(UnknownNameError, match="diffusion"):
        relaxation_times.distribution(data, tail="difusion")
    with pytest.raises(AnalysisError, match="positive"):
        relaxation_times.distribution(data, smoothing=0.0)
    with pytest.raises(AnalysisError, match="no basis"):
        relaxation_times.distribution(record(TWO.conj()))
    assert relaxation_times.distribution(record(TWO.conj()), validate=False).misfit
    with pytest.raises(AnalysisError, match="too few"):
        relaxation_times.distribution(record(TWO[:3], f=FREQUENCY[:3]))


def test_every_number_has_an_error():
    findings = relaxation_times.distribution(record(TWO)).findings()
    assert len(findings) == 3 + 3 * 2 and all(f.std is not None for f in findings[1:])
    assert {f.quantity for f in findings[1:]} >= {"resistance", "capacitance"}
    assert "peaks" in str(relaxation_times.distribution(record(TWO)))


def test_smoothing_by_hand_is_ordinary_tikhonov():
    data = record(TWO)
    rough, smooth = (relaxation_times.distribution(data, smoothing=x) for x in (1e-2, 1e3))
    assert rough.smoothing == 1e-2 and rough.freedom > smooth.freedom
    assert rough.findings()[0].evidence["smoothing"] == 1e-2


def small_problem(free):
    """A problem of 12 relaxations and one single term, with a tail or not."""
    rng = np.random.default_rng(0)
    m, d = rng.uniform(size=(30, 12)), rng.uniform(1.0, 2.0, 30)
    base, slope = rng.uniform(size=(2, 30))
    tail = (lambda n: (base + slope * n**2, 2.0 * slope * n)) if free else None
    means = np.zeros(2 if free else 1)
    return Problem(m, rng.uniform(size=(30, 1)), d, 0.5, 30, 0.3, 2, 0.0, means, np.full(12, 1.0), tail)


@pytest.mark.parametrize("free", [False, True], ids=["fixed", "free exponent"])
def test_solver_finds_the_minimum(free):
    """At the solution no small step leads down, and chi2 is that of the rows."""
    problem = small_problem(free)
    prior = np.concatenate([np.full(10, 0.02), problem.known])
    start = np.concatenate([np.zeros(12 + len(problem.means)), [0.6] if free else []])
    found = solve(problem, start, 0.02)
    best = _ridge._Point(problem, found.x)
    total = best.total(prior)
    # F is flat where an amplitude has died out: the minimum is known to SETTLED
    for e in np.eye(len(start)):
        for sign in (1e-2, -1e-2):
            assert _ridge._Point(problem, found.x + sign * e).total(prior) > total - 0.05
    assert found.settled and found.chi2 == pytest.approx(best.residual @ best.residual + 0.5)


@pytest.mark.parametrize("free", [False, True], ids=["fixed", "free exponent"])
def test_few_rows_and_running_sums_give_the_same_step_as_the_full_matrix(free):
    """Step, covariance, determinant and 1 - p V against the dense normal equations in x, derivatives by differences."""
    problem = small_problem(free)
    prior = np.concatenate([np.linspace(0.5, 2.0, 10), problem.known])
    x = np.random.default_rng(1).normal(size=len(prior))
    if free:
        x[-1] = 0.6
    at = _ridge._Point(problem, x)
    near = _ridge._Local(at, prior)

    def slopes(values):
        return np.array([(values(x + 1e-6 * e) - values(x - 1e-6 * e)) / 2e-6 for e in np.eye(len(x))]).T

    rows = slopes(lambda u: np.concatenate([_ridge._Point(problem, u).residual, _ridge._Point(problem, u).away]))
    turn = slopes(problem.turned)
    full = rows.T @ rows + turn.T @ np.diag(prior) @ turn
    slope = slopes(lambda u: np.array([_ridge._Point(problem, u).total(prior) / 2.0]))[0]
    assert problem.turned_back(near.step()) == pytest.approx(-np.linalg.solve(full, slope), rel=1e-5, abs=1e-7)
    covariance = problem.turned_back(problem.turned_back(near.covariance()).T)
    assert covariance == pytest.approx(np.linalg.inv(full), rel=1e-5, abs=1e-7)
    assert near.volume == pytest.approx(np.linalg.slogdet(full)[1] - np.linalg.slogdet(turn.T @ np.diag(prior) @ turn)[1])
    variance = np.diagonal(turn @ np.linalg.inv(full) @ turn.T)[:10]
    assert near.seen == pytest.approx(1.0 - prior[:10] * variance, abs=1e-6)


def test_the_reduced_rows_lose_nothing_the_noise_would_show():
    """chi2 of the reduced problem against the sum over the points, tails of any exponent included."""
    spectrum = _spectrum.spectrum_of(record(TWO + 15.0 / np.sqrt(S)))
    k = _kernel.kernel(spectrum, kramers_kronig.check(spectrum), True)
    for power in (0.33, 0.5, 0.77, 1.0):
        problem, x = k.problem(power, free=True)
        x = x + np.random.default_rng(2).normal(size=len(x)) * np.append(np.ones(len(x) - 1), 0.0)
        s, g = 1j * spectrum.omega, np.exp(x)
        z = (k.step / (1.0 + s[:, None] * np.exp(k.nodes))) @ g[: problem.n]
        z = z + g[problem.n] + g[problem.n + 1] * s / spectrum.omega[-1] + g[-2] * (s / spectrum.omega[0]) ** -power
        chi2 = np.sum(np.abs((z - spectrum.z / k.scale) * k.weight) ** 2)
        assert _ridge._Point(problem, x).chi2 == pytest.approx(chi2, rel=1e-5, abs=0.1)


# -- names of arcs ------------------------------------------------------------------------------------------------------
FAST = np.logspace(-1, 7, 81)
EPS0 = 8.854e-12


def pellet(thickness=1e-3, area=1e-4, face=0.1, f=FAST):
    """Bulk of permittivity 50, grain boundary 2e-10 F/cm, two faces of `face` F/m² in series."""
    s, cell = 2j * np.pi * f, area / thickness
    parts = [(1e4, 50.0 * EPS0 * cell, 0.98), (3e3, 2e-8 * cell, 0.9), (2e3, 0.5 * face * area, 0.88)]
    z = sum(zarc(R, R * C, n, s) for R, C, n in parts)
    return record(z, f=f, thickness=(thickness, "m"), area=(area, "m^2"))


def names(data, **known):
    return [a.name for a in arcs.name(data, relaxation_times.distribution(data), **known).arcs]


def test_arcs_are_named_by_what_is_known_and_no_further():
    data = pellet()
    assert names(data, faces=2, electrodes="lithium") == ["bulk", "unassigned", "charge transfer"]
    assert names(data, faces=2)[2] == "unassigned"  # nobody said that the electrodes exchange lithium
    assert names(data, electrodes="lithium")[2] == "unassigned"  # of one face or two: half the capacitance is near that of a film
    assert names(data, electrolyte="ceramic", electrodes="lithium", contact="whole", faces=2) == ["bulk", "grain boundary", "charge transfer"]
    energy = {"peak 1": "0.35 eV", "peak 2": "0.45 eV"}
    assert names(data, activation_energy=energy)[1] == "grain boundary"
    same = Finding("activation energy", 0.36 * 96485.0, "activation_energy", "m", 0.02 * 96485.0)
    assert names(data, activation_energy={**energy, "peak 2": same})[1] == "unassigned"
    assert names(data, electrodes="blocking")[2] == "unassigned"
    found = arcs.name(data, relaxation_times.distribution(data), faces=2, electrodes="lithium")
    assert found.arcs[1].candidates == ("grain boundary", "constriction") and "pressure" in found.arcs[1].why
    assert found.arcs[0].permittivity == pytest.approx(50.0, rel=0.1)
    assert [f.value for f in found.findings()[::2]] == ["bulk", "unassigned", "charge transfer"]


def test_the_fastest_arc_is_bulk_only_without_a_resistance_in_series():
    """An arc of the capacitance of a bulk behind 3 kohm: those may be the bulk, and the arc a constriction."""
    s = 2j * np.pi * FAST
    for series, given in ((0.0, "bulk"), (3e3, "unassigned")):
        data = record(series + zarc(1e4, 1e4 * 2e-11, 0.98, s), f=FAST, thickness="1 mm", area="1 cm^2")
        assert names(data) == [given]
        assert names(data, electrolyte="polymer", contact="whole") == ["bulk"]


def test_constriction_needs_the_activation_energy_of_the_bulk():
    s = 2j * np.pi * FAST
    data = record(zarc(1e4, 1e-7, 0.98, s) + zarc(4e3, 1e-4, 0.95, s), f=FAST, thickness="1 mm", area="1 cm^2")
    assert names(data, electrolyte="polymer", electrodes="lithium") == ["bulk", "unassigned"]
    energy = {"peak 1": "0.35 eV", "peak 2": "0.36 eV"}
    assert names(data, electrolyte="polymer", activation_energy=energy) == ["bulk", "unassigned"]
    slower = record(zarc(1e4, 1e-7, 0.98, s) + zarc(4e4, 1e-5, 0.95, s), f=FAST, thickness="1 mm", area="1 cm^2")
    assert names(slower, electrolyte="polymer") == ["bulk", "unassigned"]
    assert names(slower, electrolyte="polymer", activation_energy=energy) == ["bulk", "constriction"]


def test_a_broad_arc_is_not_named():
    s = 2j * np.pi * FAST
    for n, given in ((0.9, "charge transfer"), (0.6, "unassigned")):
        data = record(20.0 + zarc(100.0, 100.0 * 2e-5, n, s), f=FAST, thickness="1 mm", area="1 cm^2")
        assert names(data, electrolyte="liquid", electrodes="lithium", faces=1) == [given]


def test_over_random_cells_few_names_are_wrong(monkeypatch):
    """Cells drawn from geometry and material, not from the classes (the benchmark prints 300 of them)."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import bench_arcs

    counts = bench_arcs.study(40)
    assert counts["wrong"] <= 2 and counts["right"] > 0.35 * (counts["right"] + counts["unassigned"])


def test_arcs_of_a_fit_have_the_same_names():
    data = pellet()
    fit = impedance.fit(data, "(RQ)(RQ)(RQ)")
    found = arcs.name(data, fit, electrolyte="ceramic", electrodes="lithium", contact="whole", faces=2)
    assert [a.name for a in found.arcs] == ["bulk", "grain boundary", "charge transfer"]
    assert found.arcs[2].per_area == pytest.approx(0.1, rel=0.08)
    assert found.arcs[0].label == "R1 Q1" and all(f.std is not None for f in found.findings()[1::2])


def test_a_thin_film_has_no_bulk_arc_and_none_is_invented():
    f = np.logspace(-1, 6, 71)
    z = 20.0 + zarc(200.0, 4e-4, 0.9, 2j * np.pi * f)
    data = record(z, f=f, thickness="20 um", area="1 cm^2")
    found = arcs.name(data, relaxation_times.distribution(data), electrolyte="polymer", faces=2)
    assert len(found.arcs) == 1 and found.arcs[0].name in ("charge transfer", "unassigned")
    assert "bulk" not in found.arcs[0].candidates
    assert any("No bulk arc is in the data" in r for r in found.remarks)
    assert float(found.remarks[0].split("near ")[1].split(" Hz")[0]) == pytest.approx(1.8e7, rel=0.2)


def test_between_film_and_double_layer_two_arcs_settle_it():
    s, area = 2j * np.pi * FAST, 1e-4
    one = sum(zarc(R, R * C * area, 0.95, s) for R, C in ((50.0, 1e-2),)) + 30.0
    data = record(one, f=FAST, thickness="1 mm", area="1 cm^2")
    assert names(data, faces=1, electrolyte="liquid") == ["unassigned"]
    two = one + zarc(80.0, 80.0 * 0.2 * area, 0.95, s)
    data = record(two, f=FAST, thickness="1 mm", area="1 cm^2")
    assert names(data, faces=1, electrolyte="liquid", electrodes="lithium", contact="whole") == ["interphase", "charge transfer"]


def test_arcs_ask_for_what_they_need():
    data = record(TWO)
    found = relaxation_times.distribution(data)
    with pytest.raises(MissingValueError, match="thickness"):
        arcs.name(data, found)
    with pytest.raises(MissingValueError, match="area"):
        arcs.name(data.with_conditions(thickness="1 mm"), found)
    full = data.with_conditions(thickness="1 mm", area="1 cm^2")
    with pytest.raises(UnknownNameError, match="ceramic"):
        arcs.name(full, found, electrolyte="ceramics")
    with pytest.raises(UnknownNameError, match="peak 1"):
        arcs.name(full, found, activation_energy={"peak 9": "0.3 eV"})
    with pytest.raises(UnitError):
        arcs.name(full, found, activation_energy={"peak 1": "0.3"})
    with pytest.raises(AnalysisError, match="faces"):
        arcs.name(full, found, faces=3)
    with pytest.raises(AnalysisError, match="fit or from a distribution"):
        arcs.name(full, TWO)
