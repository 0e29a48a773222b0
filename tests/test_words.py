"""How numbers and findings are shown: common digits, lab units, equal events in one row, sentences with their ellipsis."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import interlayer as il
from interlayer import cli, units
from interlayer.errors import InterlayerError
from interlayer.record import Finding
from interlayer.report import words
from interlayer.report.pages import _parts
from test_recognise import cycled


@pytest.mark.parametrize(("value", "std", "text"), [
    (0.9819, 9.8e-7, "0.98190000 ± 0.00000098"), (5.72, 2.9e-12, "5.72"), (48.242776, 3.3e-5, "48.242776 ± 0.000033"), (37.7, 1.1, "37.7 ± 1.1"), (1234.0, 567.0, "1234 ± 567"),
    (0.02, 1.5e-7, "(2.000000 ± 0.000015)×10⁻²"), (0.0, 0.0, "0"), (5e-2, 7e-10, "(5.000000000 ± 0.000000070)×10⁻²"),
])  # fmt: skip
def test_value_and_error_have_the_same_digits(value, std, text):
    shown = words.measure(value, std)
    assert shown == text
    if "±" in shown:
        a, b = (part.strip("()").partition(")")[0] for part in shown.split(" ± "))
        assert len(a.partition(".")[2]) == len(b.partition(".")[2])


def test_a_finding_prints_so_too():
    assert str(Finding("gap", 5.72e-3, "overpotential", "m", 2.9e-15)) == "gap: 5.72 mV"
    assert str(Finding("efficiency", 0.9819, "number", "m", 9.8e-7)) == "efficiency: 0.98190000 ± 0.00000098"
    assert units.plus_minus(12.0, None) == "12"


def event(k: int, name: str = "contact gain") -> Finding:
    return Finding(name, 3600.0 * k, "time", "m", 10.0, note=f"number {k}", interval=(3600.0 * k, 3700.0 * k), evidence={"confidence": 0.5})


def test_equal_events_share_a_row_and_stay_whole_in_the_list():
    found = [Finding("shorts", 0.0, "number", "m", note="counted"), *(event(k) for k in range(3, 32)), event(40, "soft short")]
    rows = words.lines(found)
    assert [r.name for r in rows] == ["shorts", "contact gain, 29 times", "soft short"]
    assert rows[1].value == f"first at {words.shown(found[1])}, last at {words.shown(found[29])}" and "number 3" in rows[1].note
    assert len(words.lines([event(k) for k in range(3)])) == 3
    assert len(_parts.finding_grid(found).rows) == 3


def test_protocols_are_shown_in_lab_units():
    text = str(il.protocols.Aurbach(current_density="0.5 mA/cm^2", reservoir="5 mA*h/cm^2", cycled="0.5 mA*h/cm^2", cycles=3, cut_off="1 V"))
    shown = words.protocol(text)
    assert "/m^2" in text and "/m^2" not in shown
    assert "current_density=0.5 mA/cm²" in shown and "cycled=0.5 mAh/cm²" in shown and "reservoir=5 mAh/cm²" in shown


def test_sentences_keep_their_ellipsis_and_say_a_name_once():
    assert "Allowed: 1, 2, ..." in str(InterlayerError("No", given=0, allowed="1, 2, ..."))
    assert str(InterlayerError("Why?", remedy="Do this.")) == "Why? Do this."
    with pytest.raises(InterlayerError) as caught:
        il.materials.material("LAGB")
    assert str(caught.value).count("'LAGP'") == 1 and "Did you mean" in str(caught.value)


def test_what_is_rounding_reads_zero():
    found = {f.name: f for f in il.analyse(cycled(count=12), technique="strip_plate")}
    assert found["asymmetry of the polarisation"].value == 0.0 and found["rise of resistance over the test"].value == 0.0


def test_the_table_of_files_has_the_columns_of_what_they_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        cycled(count=12).save(f"{name}.parquet")
    done = CliRunner().invoke(cli.main, ["analyse", "a.parquet", "b.parquet", "--report", "o.html"])
    assert done.exit_code == 0, done.output
    page = Path("o.html").read_text(encoding="utf-8")
    heads = re.findall(r"<th[^>]*>([^<]*)</th>", page[page.index("All files") :])[:8]
    assert "holds" in heads and "polarisation, median of half cycles" in heads
    assert not {"Z-HIT", "circuit", "resistances", "peaks"} & set(heads)
