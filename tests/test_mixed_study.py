"""The yang2024 study's own parts: every cell of the catalogue is used, one carbon is drawn once, indices against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from interlayer.cells import catalogue, named
from interlayer.literature import claims
from interlayer.record import Provenance, Record, Segment
from interlayer.studies import _finds, _mixed_layers, _mixed_rank, _mixed_scans, _sampling, yang2024
from interlayer.studies.frame import Run

SAID = claims("yang2024")


@pytest.fixture(scope="module")
def cells():
    return {label: named(path) for label, path in yang2024.STUDY.variants.items()}


def test_every_cell_of_the_catalogue_is_run(cells):
    assert {f"yang2024/{label}" for label in cells} == {c for c in catalogue() if c.startswith("yang2024/")}
    run = {e.variant.partition(",")[0] for e in yang2024.experiments(SAID)} | set(_mixed_rank.CELLS)
    assert set(cells) <= run
    assert {f"electron-blocking-{e.variant.partition(',')[0]}" for e in yang2024.experiments(SAID) if "half cell" in e.variant} == set(_mixed_rank.CELLS)


def test_electronic_conductivities_keep_the_papers_ratios(cells):
    """Whatever is drawn for the carbon, micro has a 19th and nano a 31st of it, in every cell that has the layer."""
    paths = _sampling.uncertain(cells.values(), yang2024.STUDY.keep)
    assert not any("LLZTO" in p and p.endswith("electronic_conductivity") for p in paths)
    for row in _sampling.hypercube(paths, 4, 3, yang2024.STUDY.ties):
        made = _mixed_layers.one_carbon({k: _sampling.drawn(c, row) for k, c in cells.items()}, SAID)
        for kind, ratio in (("micro", 19.0), ("nano", 31.0)):
            layer = _mixed_layers.KINDS[kind]
            for prefix in ("protected", "electron-blocking", "electronic"):
                carbon = made[f"{prefix}-carbon"].get("layers.SC.electronic_conductivity").value
                assert carbon / made[f"{prefix}-{kind}"].get(f"layers.{layer}.electronic_conductivity").value == pytest.approx(ratio, rel=1e-3)
        sizes = {made[f"protected-{k}"].get(f"layers.{_mixed_layers.KINDS[k]}.matrix_size").value for k in ("micro", "nano")}
        assert len(sizes) == 1, "one carbon, drawn once"


def test_a_tie_may_have_several_ends():
    assert _sampling.axis("layers.A.x", ("y", ("A.x", "B.x"))) == ("A.x", "B.x")
    rows = _sampling.hypercube(["layers.A.x", "layers.B.x", "layers.C.x"], 5, 1, (("A.x", "B.x"),))
    assert all(r["layers.A.x"] == r["layers.B.x"] != r["layers.C.x"] for r in rows)


def test_pairs_in_the_reported_order():
    assert [_mixed_rank.pairs(*z) for z in ((3.0, 2.0, 1.0), (2.0, 3.0, 1.0), (1.0, 2.0, 3.0))] == [3, 2, 0]


def test_first_order_share():
    """y = 3 u + v of independent uniform numbers: 9/10 of the variance is u's, 1/10 v's; nothing is that of a third."""
    u, v, w = np.random.default_rng(4).random((3, 4000))
    y = 3.0 * u + v
    assert _mixed_rank.first_order(u, y) == pytest.approx(0.9, abs=0.03)
    assert _mixed_rank.first_order(v, y) == pytest.approx(0.1, abs=0.03)
    assert _mixed_rank.first_order(w, y) < 0.01


def test_what_decides_the_rank_is_found(cells, monkeypatch):
    """With few draws: the grain size of the carbon comes first, and coarse grains alone turn the rank as reported."""
    monkeypatch.setattr(_mixed_rank, "DRAWS", 60)
    run = Run(yang2024.STUDY, SAID, cells, cells, {}, (), lambda sentence, share: None)
    table, said = _mixed_rank.sensitivity(run)
    assert table.rows[0][0].startswith("grain size of the carbon")
    assert "grain size" in said[1] and "µm on" in said[1]
    monkeypatch.setattr(_mixed_rank, "FEW", 8)
    shares = [float(row[3].rstrip("%")) for row in _mixed_rank.by_grain(run)[0].rows]
    assert shares[0] == 0.0 and shares == sorted(shares) and shares[-1] > 50.0
    assert _mixed_rank.rank(cells) == 2
    coarse = {k: _mixed_layers.changed(cells[k], _mixed_layers.KINDS[k.rpartition("-")[2]], "carbon grains of 25 µm") for k in _mixed_rank.CELLS}
    assert _mixed_rank.rank(coarse) == 3


def test_without_agglomeration_more_filler_is_better(cells):
    assert _mixed_scans.best(cells) == 0.3


def test_the_voltage_at_the_start_is_read_between_samples():
    """A ramp in time with samples crowded at its beginning: the value at 2 % of it, not that of the crowd."""
    t = np.concatenate([np.geomspace(1e-6, 1.0, 200), np.linspace(2.0, 100.0, 50)])
    trace = Segment({"time": t, "voltage": 0.01 * t, "current_density": np.full(len(t), 20.0)}, "time", "strip_plate", {"cycle": 1, "half_cycle": "first"})
    record = Record((trace,), Provenance("simulated", "x", "", "", ""), None, {}, "completed")
    assert _finds.early(record).value == pytest.approx(0.02, rel=1e-5)
