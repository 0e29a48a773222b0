"""The score test for one relaxation more: what chance it promises, where it points, and that a fit uses it."""

import math

import numpy as np
import pytest

from interlayer.analysis import impedance
from interlayer.analysis._missing import CHANCE, missing
from interlayer.record import Provenance, Record, Segment

OMEGA = 2.0 * np.pi * np.logspace(-1, 5, 50)
S = 1j * OMEGA
ALL = np.ones(50, dtype=bool)


def slopes():
    """dZ/dp of R + R/(1 + (i omega tau)^n): a fit's own parameters."""
    u = (S * 1e-2) ** 0.8
    rows = [np.ones(50), 1.0 / (1.0 + u), -u / (1.0 + u) ** 2, -u * np.log(S * 1e-2) / (1.0 + u) ** 2]
    return np.array([np.ascontiguousarray(row, dtype=complex).view(float) for row in rows])


def at_minimum(noise, j):
    q = np.linalg.qr(j.T)[0]
    return noise - q @ (q.T @ noise)


def draws(count, seed, known):
    rng, j = np.random.default_rng(seed), slopes()
    return np.array([missing(OMEGA, at_minimum(rng.normal(size=100), j), j, np.ones(100), ALL, 96, 1.0 if known else None).chance for _ in range(count)])


@pytest.mark.parametrize("known", [False, True])
def test_chance_is_no_more_than_it_says(known):
    chances = draws(4000, 1, known)
    for level in (0.2, 0.05, 0.005, CHANCE):
        assert np.mean(chances < level) <= level + 2.576 * math.sqrt(level * (1.0 - level) / 4000)
    assert np.mean(chances < 0.2) > 0.05  # safe, not blind


@pytest.mark.parametrize("peak", [3.0, 3e3, 1e5])
def test_a_small_relaxation_is_found_where_it_is(peak):
    rng, j = np.random.default_rng(2), slopes()
    planted = np.ascontiguousarray(1.0 / (1.0 + S / peak)).view(float)
    unseen = at_minimum(planted, j)
    r = at_minimum(rng.normal(size=100) + planted * 8.0 / np.linalg.norm(unseen), j)  # eight standard errors
    found = missing(OMEGA, r, j, np.ones(100), ALL, 96)
    assert found.shows and abs(math.log10(found.omega / peak)) < 0.5
    kept = ALL.copy()
    kept[10] = False
    glitch = r.copy()
    glitch[20:22] += 1e6  # a point left out is left out
    assert missing(OMEGA, glitch, j, np.ones(100), kept, 94).omega == found.omega


def spectrum(z, seed, noise=3e-3):
    rng = np.random.default_rng(seed)
    z = z * (1.0 + noise * (rng.normal(size=50) + 1j * rng.normal(size=50)))
    return Record((Segment({"frequency": OMEGA / (2.0 * np.pi), "impedance_real": z.real, "impedance_imag": z.imag}, "frequency", "impedance"),), Provenance("simulated"))


ONE = 10.0 + 40.0 / (1.0 + (1e-2 * S) ** 0.8)


def test_a_fit_says_that_an_arc_is_missing_where_its_residuals_look_like_noise():
    """A second arc of 1 % of the first, a decade from it: 20 spectra, most called a misfit by this test alone."""
    fits = [impedance.fit(spectrum(ONE + 0.5 / (1.0 + 1e-3 * S), seed), "R(RQ)") for seed in range(20)]
    named = [f for f in fits if "another relaxation" in f.verdict]
    assert len(named) >= 8 and all(f.misfit == (f.pattern.systematic or f in named) for f in fits)
    assert all(f.misfit and not f.pattern.systematic for f in named)


def test_right_circuits_stay_right():
    assert sum(impedance.fit(spectrum(ONE, seed), "R(RQ)").misfit for seed in range(100, 160)) <= 1


def test_two_arcs_on_one_place_are_one():
    """What no data can tell is not claimed: equal relaxations are one."""
    fits = [impedance.fit(spectrum(ONE + 20.0 / (1.0 + (1e-2 * S) ** 0.8), seed), "R(RQ)") for seed in range(20)]
    assert sum(f.misfit for f in fits) == 0 and fits[0].values["R2"] == pytest.approx(60.0, rel=0.02)
