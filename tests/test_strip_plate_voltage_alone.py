"""Strip and plate of a file with time and voltage alone: what needs no current is found, and what needs one is said.

Truth: the same record with its current, which `strip_plate` parts by another rule; and the numbers the record is made of.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import interlayer as il
from interlayer import cli
from interlayer.analysis import strip_plate
from interlayer.record import Provenance, Record, Segment

HALVES, STEP, TURN = 40, 60.0, 3600.0
RISE = 24  # half cycle from which on the polarisation rises


def made(with_current: bool, up: float = 0.055, down: float = 0.045) -> Record:
    t = np.arange(STEP, HALVES * TURN + 1.0, STEP)
    half = ((t - 1e-6) // TURN).astype(int)
    sign = np.where(half % 2 == 0, 1.0, -1.0)
    rise = 1.0 + 0.02 * np.maximum(half - RISE, 0)
    noise = 1e-5 * np.random.default_rng(7).standard_normal(len(t))
    v = sign * np.where(sign > 0, up, down) * rise * (1.0 + 0.1 * np.exp(-((t - 1e-6) % TURN) / 300.0)) + noise
    channels = {"time": t, "voltage": v} | ({"current": 1e-3 * sign} if with_current else {})
    return Record((Segment(channels, "time"),), Provenance("measured", "cell.csv"))


def test_what_needs_no_current_is_that_of_the_record_with_one():
    alone, full = ({f.name: f for f in il.analyse(made(c), technique="strip_plate")} for c in (False, True))
    for name in ("polarisation, first half cycle", "polarisation, last half cycle", "polarisation, median of half cycles", "asymmetry of the polarisation", "duration", "life"):
        assert alone[name].value == pytest.approx(full[name].value, rel=1e-9), name
    assert alone["asymmetry of the polarisation"].value == pytest.approx(0.1, abs=2e-3)  # (55 - 45)/(55 + 45)
    assert alone["polarisation, first half cycle"].value == pytest.approx(0.055, rel=1e-3)
    onset = alone["onset of the rise"]
    assert onset.interval[0] <= (RISE + 1) * TURN <= onset.interval[1] + TURN and "the polarisation" in onset.method
    assert alone["rise of the polarisation over the test"].value > 0.0
    charge = alone["cumulative charge"]
    assert charge.value is None and "no current" in charge.note and "no resistance" in charge.note
    assert not any("resistance" in name for name in alone)
    assert "taken for granted" in alone["polarisation, last half cycle"].method


def test_the_columns_and_the_criteria():
    table = strip_plate.course(made(False))
    assert table.alone and len(table.polarisation) == HALVES and np.isnan(table.resistance).all() and np.isnan(table.charge).all()
    assert table.sign.tolist() == [1.0, -1.0] * (HALVES // 2)
    assert strip_plate.life(made(False), "factor", factor=1.2).value is not None
    over = strip_plate.life(made(False), "voltage", voltage="65 mV")
    assert (RISE + 1) * TURN < over.value < HALVES * TURN
    with pytest.raises(il.InterlayerError, match="needs the current"):
        strip_plate.life(made(False), count="charge")


def shape(v: np.ndarray) -> Record:
    t = STEP * np.arange(1.0, len(v) + 1.0)
    return Record((Segment({"time": t, "voltage": v}, "time"),), Provenance("measured", "odd.csv"))


@pytest.mark.parametrize("v", [
    3.6 + 0.3 * np.sin(np.arange(600) / 40.0),  # a full cell
    0.05 * np.sin(np.arange(600) / 30.0),  # an alternating voltage
    0.5 * (2.0 / np.pi) * np.arcsin(np.sin(np.arange(600) / 30.0)),  # sweeps
    np.where(np.arange(600) // 60 % 2, 0.05, -0.5),  # two unlike plateaus
    np.full(600, 0.05),
])  # fmt: skip
def test_what_is_no_strip_and_plate_stays_refused(v):
    (answer,) = il.analysis.recognise.recognise(shape(v), "strip_plate")
    assert not answer.contained and "no current" in answer.failed


def test_a_file_of_time_and_voltage_gives_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    record = made(False)
    s = record.traces[0]
    rows = ["Time (s),Voltage (V)", *(f"{t:.8g},{v:.8g}" for t, v in zip(s["time"], s["voltage"], strict=True))]
    Path("cell.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    done = CliRunner().invoke(cli.main, ["analyse", "cell.csv", "--report", "o.html"])
    assert done.exit_code == 0, done.output
    words = " ".join(done.output.split())
    assert "strip and plate of a symmetric cell" in words and "polarisation, last half cycle" in words and "no current, so no charge" in words
    page = Path("o.html").read_text(encoding="utf-8")
    assert "Polarisation and, where the current is known" in page and "not drawn" not in page
