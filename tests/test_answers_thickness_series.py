"""Line through samples of several thicknesses: by hand, against an independent minimiser, coverage, decoys, the engine."""

import math

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.stats import binom

import interlayer as il
from interlayer.analysis import impedance, thickness_series
from interlayer.errors import AnalysisError, MissingValueError, UnitError, UnknownNameError
from interlayer.record import Finding, Provenance, Record, Segment

L = np.array([0.4, 0.7, 1.0, 1.4, 1.9]) * 1e-3
SIGMA, FACE = 0.05, 30e-4  # S/m, ohm m² of one face
Y = 2 * FACE + L / SIGMA


def band(hits, level=0.95, inside=0.99):
    low, high = binom.interval(inside, len(hits), level)
    assert low <= np.sum(hits) <= high, f"{np.sum(hits)} of {len(hits)}, allowed {low:.0f} to {high:.0f}"


def parts(series):
    return {f.name: f for f in series.findings()}


# -- by hand ----------------------------------------------------------------------------------------------------------
def test_two_and_three_samples_by_hand():
    """R A = 20 and 30 ohm cm² at 1 and 2 mm, 1 % each: slope 1 ohm m, intercept 1e-3 ohm m²; two faces of 5 ohm cm²."""
    two = thickness_series.fit(["1 mm", "2 mm"], [20e-4, 30e-4], std=[0.2e-4, 0.3e-4])
    found = parts(two)
    assert found["conductivity"].value == pytest.approx(1.0) and found["interface resistance"].value == pytest.approx(5e-4)
    slope_std = math.hypot(0.2e-4, 0.3e-4) / 1e-3
    assert found["conductivity"].std == pytest.approx(slope_std)
    assert found["interface resistance"].std == pytest.approx(math.hypot(2 * 0.2e-4, 0.3e-4) / 2)
    assert "leave no scatter" in two.remarks[0] and two.probability is None
    bare = thickness_series.fit([1e-3, 2e-3], [20e-4, 30e-4])
    assert parts(bare)["conductivity"].std is None and "no scatter" in parts(bare)["conductivity"].note
    three = thickness_series.fit([1e-3, 2e-3, 3e-3], [21e-4, 29e-4, 41e-4])  # least squares: slope 1, intercept 31/3e-4
    assert three.parameters == pytest.approx([31e-4 / 3, 1.0])
    residuals = three.residuals
    assert math.sqrt(float(three.covariance[1, 1])) == pytest.approx(math.sqrt(np.sum(residuals**2)) / (math.sqrt(2) * 1e-3))
    assert np.sum(residuals) == pytest.approx(0.0, abs=1e-12)


def test_ohm_and_ohm_cm2_say_the_same():
    specific = thickness_series.fit(L, Y, std=0.01 * Y)
    total = thickness_series.fit(L, Y / 1.5e-4, std=0.01 * Y / 1.5e-4, quantity="resistance", area="1.5 cm^2")
    assert total.parameters == pytest.approx(specific.parameters) and total.covariance == pytest.approx(specific.covariance)
    given = [Finding("R", float(y), "area_specific_resistance", "m", 0.01 * float(y)) for y in Y]
    assert thickness_series.fit(L, given).covariance == pytest.approx(specific.covariance)
    one = parts(thickness_series.fit(L, Y, std=0.01 * Y, faces=1))
    assert one["interface resistance"].value == pytest.approx(2 * FACE) and "one face" in one["interface resistance"].method


def test_the_least_is_that_of_an_independent_minimiser():
    rng = np.random.default_rng(2)
    sl, sy = np.array([8, 20, 10, 30, 15]) * 1e-6, 0.01 * Y
    x, y = L + sl * rng.normal(size=5), Y + sy * rng.normal(size=5)
    found = thickness_series.fit(x, y, std=sy, thickness_std=list(sl))

    def residuals(p):
        """All true places free: the definition, not York's iteration."""
        a, b, place = p[0] * 1e-3, p[1], p[2:] * 1e-3
        return np.concatenate([(y - a - b * place) / sy, (x - place) / sl])

    best = least_squares(residuals, np.array([6.0, 20.0, *(x * 1e3)]), method="lm", xtol=1e-14, ftol=1e-14, gtol=1e-14)
    assert found.chi2 == pytest.approx(2 * best.cost, rel=1e-9)
    assert found.parameters == pytest.approx([best.x[0] * 1e-3, best.x[1]], rel=1e-7)
    h = np.diag([1e-3, 1.0])
    full = h @ np.linalg.inv(best.jac.T @ best.jac)[:2, :2] @ h * max(found.chi2 / 3, 1.0)
    assert found.covariance == pytest.approx(full, rel=1e-5)


# -- coverage ---------------------------------------------------------------------------------------------------------
def draw(rng, relative=0.01, area=0.0, thickness=0.0, common=(0.0, 0.0), samples=L, sigma=SIGMA, face=FACE):
    """Measured thickness and resistance over the stated area; each stands off its truth as its error says."""
    true = samples / (1 + common[1] * rng.normal()) if common[1] else samples
    size = (1 + area * rng.normal(size=len(samples))) * (1 + common[0] * rng.normal())
    y = (2 * face + true / sigma) * (1 + relative * rng.normal(size=len(samples))) * size
    return samples + thickness * rng.normal(size=len(samples)), y


CASES = {
    "resistance": dict(relative=0.01),
    "area": dict(relative=0.003, area=0.02),
    "thickness": dict(relative=0.003, thickness=15e-6),
    "all": dict(relative=0.01, area=0.01, thickness=10e-6, common=(0.02, 0.01)),
}


def covered(case, draws, samples=L):
    rng, hits = np.random.default_rng(list(CASES).index(case)), {"conductivity": [], "interface resistance": []}
    p = CASES[case]
    for _ in range(draws):
        x, y = draw(rng, **p, samples=samples)
        series = thickness_series.fit(
            x, y, std=p["relative"] * y, thickness_std=p.get("thickness"), area="1 cm^2",
            area_std=p["area"] * 1e-4 if "area" in p else None,
            common_area=p.get("common", (0, 0))[0], common_thickness=p.get("common", (0, 0))[1],
        )  # fmt: skip
        a, b = series.parameters
        sa, sb = np.sqrt(np.diag(series.covariance))
        if series.chi2 > series.dof:  # compare with the stated errors: their scaling is tested apart
            scale = np.sqrt(series.chi2 / series.dof)
            c = p.get("common", (0, 0))
            own = series.covariance - c[0] ** 2 * np.outer((a, b), (a, b)) - np.diag([0, (c[1] * b) ** 2])
            sa, sb = np.sqrt(np.diag(series.covariance - own + own / scale**2))
        hits["conductivity"].append(abs(b - 1 / SIGMA) < 1.959964 * sb)
        hits["interface resistance"].append(abs(a - 2 * FACE) < 1.959964 * sa)
    return hits


@pytest.mark.parametrize("case", CASES)
def test_errors_cover_the_truth(case):
    for hits in covered(case, 300).values():
        band(hits)


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_errors_cover_the_truth_in_many_draws(case):
    for samples in (L, np.linspace(0.3e-3, 3e-3, 9)):
        for hits in covered(case, 4000, samples).values():
            band(hits)


def test_scatter_alone_gives_student_errors():
    """Without stated errors the scatter is the error; with three degrees of freedom it needs Student's 3.18."""
    rng, hits = np.random.default_rng(9), []
    for _ in range(400):
        series = thickness_series.fit(L, Y + 2e-4 * rng.normal(size=5))
        hits.append(abs(series.parameters[1] - 1 / SIGMA) < 3.182446 * math.sqrt(series.covariance[1, 1]))
        assert series.chi2 is None
    band(hits)


# -- what it says of itself -------------------------------------------------------------------------------------------
def test_decoys_are_named():
    bent = thickness_series.fit(L, 2 * FACE + L / SIGMA * (1 + 0.3 * L / L.max()), std=0.01 * Y)
    assert bent.probability < 0.01 and any("Lack of fit" in r for r in bent.remarks)
    odd = Y.copy()
    odd[2] *= 1.25
    rng = np.random.default_rng(1)
    out = thickness_series.fit(L, odd * (1 + 0.004 * rng.normal(size=5)), std=0.01 * Y)
    assert any(r.startswith("Sample 2 (1000 µm) lies") for r in out.remarks)
    crowd = np.array([0.98, 1.0, 1.01, 1.02, 3.0]) * 1e-3
    lever = thickness_series.fit(crowd, 2 * FACE + crowd / SIGMA, std=[1e-4] * 5)
    assert any(r.startswith("Sample 4 (3000 µm) alone") for r in lever.remarks) and lever.leverage.sum() == pytest.approx(2.0)


def test_intercepts_near_zero_and_below():
    none = thickness_series.fit(L, L / SIGMA - 1e-5, std=0.01 * Y)
    face = parts(none)["interface resistance"]
    assert face.value < 0.0 and face.interval[0] == 0.0 and face.interval[1] > 0.0
    assert any("negative and zero within its error" in r for r in none.remarks)
    wrong = thickness_series.fit(L, L / SIGMA - 50e-4, std=0.01 * Y)
    assert any("no interface can be" in r for r in wrong.remarks)
    big = thickness_series.fit(L[:3], Y[:3] + 1.0, std=[2e-3] * 3)
    low, high = parts(big)["conductivity"].interval
    assert low < SIGMA < high and high - SIGMA > SIGMA - low  # 1/slope is not symmetric


def test_what_is_missing_is_named():
    for thickness, values in (([1e-3], [1e-3]), ([1e-3, 1e-3], [1e-3, 2e-3]), (L, -Y), (L[:4], Y)):
        with pytest.raises(AnalysisError):
            thickness_series.fit(thickness, values, std=[1e-5] * len(values))
    with pytest.raises(AnalysisError, match="does not grow"):
        thickness_series.fit(L, np.full(5, 2e-3), std=[1e-4] * 5)
    with pytest.raises(MissingValueError, match="areas"):
        thickness_series.fit(L, Y / 1e-4, quantity="resistance")
    with pytest.raises(MissingValueError, match="areas"):
        thickness_series.fit(L, Y, area_std="1 mm^2")
    with pytest.raises(UnitError):
        thickness_series.fit(["1 mm", "2"], [1e-3, 2e-3])
    with pytest.raises(AnalysisError, match="takes resistances"):
        thickness_series.fit(L, Y, quantity="conductivity")
    with pytest.raises(AnalysisError, match="Every value"):
        thickness_series.fit(L, Y, std=[1e-5] * 4)


# -- the engine's own cells -------------------------------------------------------------------------------------------
def pellets(rng, noise=2e-3, thicknesses=(0.5, 0.8, 1.2, 1.7, 2.2)):
    """Li|LLZTO|Li of several thicknesses with noise, fitted without knowing what is inside."""
    records = []
    for l in thicknesses:
        cell = il.Cell.parse(f"Li|LLZTO({l} mm)|Li @ 25 degC, 1 cm^2")
        clean = il.simulate(cell, "Impedance(high=100 kHz, low=1 Hz)")
        z = clean.impedance(clean.spectra[0])
        z = z * (1 + noise * (rng.normal(size=len(z)) + 1j * rng.normal(size=len(z))))
        channels = {"frequency": clean.spectra[0]["frequency"], "impedance_real": z.real, "impedance_imag": z.imag}
        segment = Segment(channels, "frequency", "impedance")
        records.append(Record((segment,), Provenance("measured", f"{l}mm"), cell, clean.conditions))
    return records, [impedance.fit(r, "R(RQ)") for r in records]


def test_simulated_pellets_give_back_conductivity_and_interface():
    rng = np.random.default_rng(5)
    records, fits = pellets(rng)
    series = thickness_series.of(records, fits)
    found = parts(series)
    cell = records[0].cell
    low = il.simulate(cell, "Impedance(frequencies=[1e-3 Hz])")
    face = (low.impedance(low.spectra[0], specific=True)[0].real - cell.separator.thickness.value / cell.separator.at("conductivity", 298.15)) / 2
    assert abs(found["conductivity"].value - cell.separator.at("conductivity", 298.15)) < 3 * found["conductivity"].std
    assert abs(found["interface resistance"].value - face) < 3 * found["interface resistance"].std
    assert found["interface resistance"].std < 0.1 * face and "Li|LLZTO|Li" in found["interface resistance"].method
    with pytest.raises(UnknownNameError, match="R9"):
        thickness_series.of(records, fits, which="R9")
    with pytest.raises(AnalysisError, match="its fit"):
        thickness_series.of(records, fits[:2])
