"""The noise of each record in an identification: against closed forms, an independent maximisation, and its own rate."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import binom

import interlayer as il
from interlayer.analysis._profile import quantile
from interlayer.cells.named import named
from interlayer.design import identify
from interlayer.design.components import freedom, left_over, variances
from interlayer.protocols import Impedance
from interlayer.record import Provenance, Record, Segment

NOTHING = np.zeros((3, 3))
UNKNOWN = {"a": False, "b": False}


def groups(a, b):
    return {"a": np.arange(a), "b": np.arange(a, a + b)}


def fitted(j, noise, known=None):
    """(residuals at the least squares minimum)."""
    return noise - j.T @ np.linalg.solve(j @ j.T + (0.0 if known is None else known), j @ noise)


def test_records_without_a_common_parameter_have_the_textbook_variance():
    rng = np.random.default_rng(1)
    j = np.zeros((3, 40))
    j[:2, :10], j[2:, 10:] = rng.normal(size=(2, 10)), rng.normal(size=(1, 30))
    rows = groups(10, 30)
    r = fitted(j, rng.normal(size=40) * np.repeat([1.0, 5.0], [10, 30]))
    found = variances(r, j, NOTHING, np.zeros(3), rows, UNKNOWN, 0.0)
    assert found["a"] == pytest.approx(r[:10] @ r[:10] / 8.0) and found["b"] == pytest.approx(r[10:] @ r[10:] / 29.0)
    assert left_over(j, NOTHING, rows) == pytest.approx({"a": 8.0, "b": 29.0})
    assert freedom(j, NOTHING, rows, UNKNOWN) == pytest.approx([8.0, 8.0, 29.0])


def test_the_fixed_point_maximises_the_restricted_likelihood():
    rng = np.random.default_rng(2)
    j, rows = rng.normal(size=(3, 24)), groups(8, 16)
    noise = rng.normal(size=24) * np.repeat([1.0, 3.0], [8, 16])

    def against(log):  # Patterson & Thompson: ln|V| + ln|X' V^-1 X| + y' P y
        v = np.repeat(np.exp(log), [8, 16])
        a = (j / v) @ j.T
        b = (j / v) @ noise
        return float(np.sum(np.log(v)) + np.linalg.slogdet(a)[1] + noise @ (noise / v) - b @ np.linalg.solve(a, b))

    best = minimize(against, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000})
    found = variances(fitted(j, noise), j, NOTHING, np.zeros(3), rows, UNKNOWN, 0.0)
    assert [found["a"], found["b"]] == pytest.approx(np.exp(best.x), rel=1e-4)


def test_stated_noise_and_records_spent_on_parameters_keep_theirs():
    rng = np.random.default_rng(3)
    j, rows = rng.normal(size=(3, 23)), groups(20, 3)
    j[:2, 20:] = 0.0
    j[2, :20] = 0.0  # only the second record sees the third parameter
    r = fitted(j, 2.0 * rng.normal(size=23))
    told = {"a": True, "b": False}
    found = variances(r, j, NOTHING, np.zeros(3), rows, told, 0.0)
    assert found["a"] == 1.0 and found["b"] == pytest.approx(r[20:] @ r[20:] / 2.0)
    assert freedom(j, NOTHING, rows, told) == pytest.approx([math.inf, math.inf, 2.0])
    few = {"a": np.arange(20), "b": np.array([20])}  # one point, one parameter of its own: nothing is left to judge it by
    assert variances(r[:21], j[:, :21], NOTHING, np.zeros(3), few, UNKNOWN, 0.0)["b"] == 1.0
    assert variances(r, j, NOTHING, np.zeros(3), rows, UNKNOWN, 100.0) == {"a": 100.0, "b": 100.0}


def test_a_prior_pays_for_its_parameter():
    rng = np.random.default_rng(4)
    j, rows = rng.normal(size=(3, 30)), groups(10, 20)
    sharp = np.diag([1e12, 1e12, 1e12])  # nothing is left to find
    noise = rng.normal(size=30)
    found = variances(noise, j, sharp, np.zeros(3), rows, UNKNOWN, 0.0)
    assert found["a"] == pytest.approx(noise[:10] @ noise[:10] / 10.0) and found["b"] == pytest.approx(noise[10:] @ noise[10:] / 20.0)
    # away from the prior's mean the minimum is where both pull alike: there nothing moves either
    known = np.eye(3)
    theta = np.linalg.solve(j @ j.T + known, j @ noise - known @ np.ones(3))
    r = j.T @ theta - noise
    found = variances(r, j, known, known @ (theta + 1.0), groups(10, 20), {"a": True, "b": True}, 0.0)
    assert found == {"a": 1.0, "b": 1.0} and j @ r + known @ (theta + 1.0) == pytest.approx(np.zeros(3), abs=1e-12)


def test_intervals_hold_the_truth_at_their_rate_where_a_short_record_decides():
    """12 points that pay for two parameters beside 100 for one; pooled (`plain`) the intervals are too narrow."""
    rng = np.random.default_rng(5)
    rows = groups(12, 100)
    j = np.zeros((3, 112))
    j[0, :12], j[1, :12], j[2, 12:], j[1, 12:] = 1.0, np.linspace(-1.0, 1.0, 12), 1.0, 0.01
    draws, hits, plain = 1500, np.zeros(3), np.zeros(3)
    for _ in range(draws):
        noise = rng.normal(size=112)
        r = fitted(j, noise)
        found = variances(r, j, NOTHING, np.zeros(3), rows, UNKNOWN, 0.0)
        w = 1.0 / np.sqrt(np.repeat([found["a"], found["b"]], [12, 100]))
        cov = np.linalg.inv((j * w) @ (j * w).T)
        off = np.abs(cov @ ((j * w) @ (noise * w)) / np.sqrt(np.diag(cov)))
        hits += off < [quantile(0.95, f, False) for f in freedom(j * w, NOTHING, rows, UNKNOWN)]
        s = np.sqrt(np.array([r[k] @ r[k] / len(k) for k in rows.values()]) * 112.0 / 109.0)  # shared out by points
        w = 1.0 / np.repeat(s, [12, 100])
        cov = np.linalg.inv((j * w) @ (j * w).T)
        plain += np.abs(cov @ ((j * w) @ (noise * w)) / np.sqrt(np.diag(cov))) < quantile(0.95, 109, False)
    low, high = binom.ppf([0.001, 0.999], draws, 0.95)
    assert np.all((hits >= low) & (hits <= high)), hits
    assert np.all(plain[:2] < low), plain


def test_noise_does_not_make_the_impedance_small():
    """Noise of each of four phases in turn leaves no mean; weights by the measured |Z| would take 2 sigma² off every |Z|."""
    cell, size = named("li2024/bare"), 0.05
    j0 = "interfaces.Li|QCPE.charge_transfer.exchange_current_density"
    made = il.simulate(cell, Impedance("1 MHz", "1 Hz", 40))
    f, z = made.segments[0]["frequency"], made.impedance(made.segments[0], specific=True)
    z = z * (1.0 + size * math.sqrt(2.0) * 1j ** np.arange(len(z)))
    channels = {"frequency": f, "specific_impedance_real": z.real.copy(), "specific_impedance_imag": z.imag.copy()}
    record = Record((Segment(channels, "frequency", "impedance"),), Provenance("measured", "made"), conditions={"temperature": cell.temperature})
    for noise in ({"impedance": size}, None):
        found = identify(record, cell, ["layers.QCPE.conductivity", j0], noise=noise)
        assert abs(found.values[j0] / cell.get(j0).value - 1.0) < 0.3 * 2.0 * size**2
        assert (found.freedom[j0] == math.inf) is (noise is not None)
        assert noise is not None or found.freedom[j0] == pytest.approx(2 * len(z) - 2)
