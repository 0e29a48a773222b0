"""Drawn truths: minima reached, intervals that hold, wrong circuits called wrong (benchmarks/proof_impedance.py in small).

The full study is behind the marker `long`; the benchmark prints its table.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from interlayer.analysis import impedance

PATH = Path(__file__).parents[1] / "benchmarks" / "proof_impedance.py"


@pytest.fixture(scope="module")
def proof():
    spec = importlib.util.spec_from_file_location("proof_impedance", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["proof_impedance"] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    yield module
    del sys.modules["proof_impedance"]


def test_hidden_arcs_are_found_where_a_grid_of_starts_missed_them(proof):
    """Draws whose best minimum no start of the first search reaches: a loose arc had to be put elsewhere."""
    for number in (26, 31):
        truth = proof.draw(number)
        fit = impedance.fit(truth.record, truth.circuit)
        assert fit.chi2 <= proof.reference(fit, truth.values) * proof.REACHED


def test_minimum_coverage_and_bits(proof):
    rows = proof.study(8)
    assert all(r.reached for r in rows) and np.mean([r.guessed for r in rows]) >= 0.85
    assert proof.digest(proof.study(3, guesses=False)) == proof.digest(rows[:3])


def test_intervals_cover(proof):
    """One arc, thirty draws: coverage inside the 99 % band."""
    rows = [proof.examine(5 * k, guesses=False) for k in range(30)]
    inside = [r.inside[r.pick] for r in rows if r.identified]
    assert np.mean(inside) >= proof.binomial_band(len(inside))[0]


def test_wrong_circuits(proof):
    total, flagged, misled = np.sum(list(proof.study_wrong(30).values()), axis=0)
    assert total == 30 and flagged >= 12 and misled <= 4


@pytest.mark.long
def test_two_thousand_spectra(proof):
    rows = proof.study(2000, profiles=True)
    assert np.mean([r.reached for r in rows]) >= 0.99 and np.mean([r.guessed for r in rows]) >= 0.95
    good = [r for r in rows if r.identified]
    low, high = proof.binomial_band(len(good))
    assert low <= np.mean([r.inside[r.pick] for r in good]) <= high
    assert low <= np.mean([r.profiled[r.pick] for r in good]) <= high
    assert proof.digest(proof.study(2000, guesses=False, profiles=True)) == proof.digest(rows)


@pytest.mark.long
def test_five_hundred_wrong_circuits(proof):
    total, flagged, misled = np.sum(list(proof.study_wrong(500).values()), axis=0)
    assert total == 500 and flagged >= 0.5 * total and misled <= 0.05 * total
