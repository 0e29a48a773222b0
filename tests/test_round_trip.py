"""Round trip: simulated, noise added, written as ZView, BDF and plain text, read back, identified (benchmarks/proof_round_trip.py)."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

PATH = Path(__file__).parents[1] / "benchmarks" / "proof_round_trip.py"
_SPEC = importlib.util.spec_from_file_location("proof_round_trip", PATH)
proof = importlib.util.module_from_spec(_SPEC)
sys.modules["proof_round_trip"] = proof
_SPEC.loader.exec_module(proof)


def test_one_draw_comes_back_through_three_formats():
    row = proof.draw(2000)
    assert row["loss"] == 0.0, "what was written is what was read"
    assert not row["flagged"] and row["determined"]
    for key, value in row.items():
        if key.startswith("z "):
            assert abs(value) < 4.0, key
        if key.startswith("std "):
            assert value < 0.2, key


def test_draws_go_on_where_they_stopped(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(proof, "draw", lambda n, wrong="": made.append(n) or {"draw": n, "flagged": 0.0, "in x": 1.0})
    place = tmp_path / "rows.csv"
    assert len(proof.kept(place, range(3), False)) == 3
    with place.open("a", encoding="utf-8") as file:
        file.write("3,0.")  # killed while it wrote
    assert len(proof.kept(place, range(5), False)) == 5
    assert len(proof.kept(place, range(5), False)) == 5
    assert made == [0, 1, 2, 3, 4], "each draw once, the broken one again"
    assert proof.band(1000) == (931, 967)


@pytest.mark.long
def test_errors_hold_the_truth_at_their_rate():
    """95 % intervals over 40 fresh draws: each count in the 99.8 % band (five counts), so that chance breaks one in a hundred."""
    rows = [proof.draw(n) for n in range(3000, 3040)]
    low, high = (int(v) for v in binom.ppf([0.001, 0.999], len(rows), 0.95))
    for key, count in proof.hits(rows).items():
        assert low <= count <= high, key
    for key in (k for k in rows[0] if k.startswith("z ")):
        z = np.array([r[key] for r in rows])
        assert 0.6 < np.std(z) < 1.5 and abs(np.mean(z)) < 0.6, key
    assert sum(r["flagged"] for r in rows) <= 3


@pytest.mark.long
@pytest.mark.parametrize("kind", range(len(proof.WRONG)), ids=proof.WRONG)
def test_what_the_cell_lacks_is_flagged(kind):
    for number in (4000 + kind, 4004 + kind):
        assert proof.draw(number, proof.WRONG[kind])["flagged"], "a truth that the cell lacks"
