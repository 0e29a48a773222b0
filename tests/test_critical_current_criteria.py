"""The typed alternatives of a critical current: which failure ends the ramp."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

import interlayer as il
from interlayer import cli
from interlayer.analysis import critical_current
from interlayer.record import Provenance, Record, Segment

ROWS = 60  # samples of a half cycle of 30 min


def ramp(event: str = "") -> Record:
    """1 to 10 A/m²: a short that comes and goes at 5, one that stays from 8 on, a word of the record at the end."""
    rng = np.random.default_rng(3)
    t = np.arange(1, 20 * ROWS + 1) * 30.0
    number = np.arange(len(t)) // ROWS
    j = (1.0 + number // 2) * np.where(number % 2 == 0, 1.0, -1.0)
    phase = np.arange(len(t)) % ROWS
    r = np.where((number == 8) & (phase > 20) & (phase < 40), 70e-4, 110e-4)
    r = np.where((number > 14) | ((number == 14) & (phase > 30)), 80e-4, r)
    v = j * r * (1.0 + 2e-3 * rng.normal(size=len(t)))
    parts = [slice(k * ROWS, (k + 1) * ROWS) for k in range(20)]
    halves = [Segment({"time": t[s], "voltage": v[s], "current_density": j[s]}, "time", "", {"half_cycle": k + 1, "event": event if k == 19 else "half cycle complete"}) for k, s in enumerate(parts)]
    return Record(tuple(halves), Provenance("measured"))


@pytest.mark.parametrize(("criterion", "interval"), [("first failure", (4.0, 5.0)), ("short", (4.0, 5.0)), ("lasting short", (7.0, 8.0)), ("event", (9.0, 10.0))])
def test_the_failure_that_counts(criterion, interval):
    found = critical_current.find(ramp("voltage limit 1 V"), criterion=criterion)[0]
    assert found.interval == pytest.approx(interval) and found.evidence["criterion"] == criterion


def test_what_did_not_happen_is_a_lower_bound():
    for criterion in ("collapse", "event"):  # V/I falls to 70 %, and the record says nothing
        found = critical_current.find(ramp(), criterion=criterion)[0]
        assert found.evidence["censored"] and found.value == 10.0
    with pytest.raises(il.InterlayerError, match="Did you mean 'lasting short'"):
        critical_current.find(ramp(), criterion="lastin short")


def test_the_alternatives_are_reached_from_everywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    record = ramp("voltage limit 1 V")
    found = il.analyse(record, technique="critical_current", criterion="lasting short").findings["critical_current"][0]
    assert found.value == 7.0
    record.save("r.parquet")
    done = CliRunner().invoke(cli.main, ["analyse", "r.parquet", "--technique", "critical_current", "--state", "critical_current.criterion=lasting short"])
    assert done.exit_code == 0 and "0.7 (0.7 to 0.8) mA/cm²" in " ".join(done.output.split())
    for verb in ("find", "analyse"):
        assert callable(getattr(il.analysis.strip_plate, verb))
