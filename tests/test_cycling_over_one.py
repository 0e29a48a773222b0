"""An efficiency over 1 is said, with which half cycle stands over which and the reason that the record speaks for."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

import interlayer as il
from interlayer import cli
from interlayer.record import Record
from test_dc_cycling import table


def said(record: Record, **stated: str) -> dict[str, il.Finding]:
    return {f.name: f for f in il.analyse(record, technique="cycling", **stated).findings["cycling"]}


def test_a_first_half_cycle_that_began_in_the_middle():
    found = said(table([(1.2, 1.9), (2.0, 1.9), (2.0, 1.9), (2.0, 1.9)], step=60.0))  # charge, discharge [h at 1 mA]
    first, median = found["Coulombic efficiency, first cycle"], found["Coulombic efficiency, median"]
    assert first.value == pytest.approx(1.9 / 1.2, rel=0.02) and first.method.startswith("discharge/charge")
    assert "over 1 in 1 of 4 cycles (1)" in first.note and "60% of those after it" in first.note and "partly charged already" in first.note
    assert "the discharge passed more than the charge" in first.note and "short" not in first.note
    assert median.value == pytest.approx(0.95, rel=0.01) and median.evidence["cycles over 1"] == [1]


def test_the_order_of_the_two_and_the_way_to_turn_it():
    record = table([(1.9, 2.0)] * 5, step=60.0)
    note = said(record)["Coulombic efficiency, median"].note
    assert "over 1 in 5 of 5 cycles" in note and 'efficiency="charge/discharge" turns it' in note and "short" in note
    turned = said(record, efficiency="charge/discharge")["Coulombic efficiency, median"]
    assert turned.value == pytest.approx(0.95, rel=0.01) and not turned.note and turned.method.startswith("charge/discharge")


def test_no_word_where_all_is_possible():
    for record in (table([(2.0, 1.9)] * 4, step=60.0), table([(2.0, 2.0)] * 4, step=60.0)):
        assert not any(f.note for n, f in said(record).items() if n.startswith("Coulombic"))


def test_the_command_line_reaches_the_alternatives(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table([(1.9, 2.0)] * 6, step=60.0).save("c.parquet")

    def call(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli.main, ["analyse", "c.parquet", "--technique", "cycling", *words])
        return done.exit_code, " ".join(done.output.split())

    code, words = call("--state", "efficiency=charge/discharge", "--state", "fade=geometric", "--state", "per=cell")
    assert code == 0 and "0.95" in words and "over 1" not in words
    assert "over 1: see its note" in call()[1]
    code, words = call("--state", "efficiency=charge/dischrge")
    assert code == 2 and "Did you mean 'charge/discharge'?" in words
    code, words = call("--state", "efficency=charge/discharge")
    assert code == 2 and "Did you mean 'efficiency'?" in words
    code, words = call("--state", "threshold=5 kg")
    assert code == 2 and "cycling does not take this; linear_sweep does" in words
    done = CliRunner().invoke(cli.main, ["analyse", "c.parquet", "--state", "threshold=5 kg"])
    assert done.exit_code == 0 and "threshold was stated and not used: linear_sweep takes it" in " ".join(done.output.split())
