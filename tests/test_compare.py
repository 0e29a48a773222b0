"""Cells and files beside each other: what differs, the findings of each technique with their ratio, budgets, limits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import interlayer as il
from interlayer import cli
from interlayer.cells.named import named
from interlayer.report.beside import beside

RAMP = "CriticalCurrent(step=0.1 mA/cm^2, half_cycle=30 min, stop=0.6 mA/cm^2)"


def table(found, title):
    (one,) = [t for t in found.tables if t.caption == title]
    return {row[0] if title != "Findings, direct current" else row[1]: row for row in one.rows}, one


@pytest.fixture(scope="module")
def both():
    cells = {n: named(f"wu2023/{n}") for n in ("bare", "protected")}
    spectra = {n: il.simulate(c, "Impedance(1 MHz, 10 mHz)") for n, c in cells.items()}
    ramps = {n: il.simulate(c, RAMP) for n, c in cells.items()}
    return cells, {"Impedance": spectra, "Direct current": ramps}, beside(cells, {"Impedance": spectra, "Direct current": ramps})


def test_what_differs_in_the_cells(both):
    _, _, found = both
    rows, _ = table(found, "What differs in the cells")
    assert rows["layers beside the separator"][1:] == ("-", "ILE (5 µm), SPE-FSI (20 µm)")
    assert rows["face at the left electrode"][1:] == ("Li|LAGP", "Li|ILE") and "filament" in rows["what happens at the left face"][1]
    assert "separator" not in rows and "temperature" not in rows  # the same in both
    faces, _ = table(found, "Parameters that differ")
    assert faces["face at the electrodes: contact.contact_fraction"][1].startswith("0.04") and faces["face at the electrodes: contact.contact_fraction"][2].startswith("1")


def test_findings_stand_beside_each_other_with_their_ratio(both):
    _, records, found = both
    rows, one = table(found, "Findings, direct current")
    assert one.columns[-1] == "ratio" and "critical current density" in rows
    values = [next(f.value for f in il.analyse(r).findings["critical_current"] if f.name == "critical current density") for r in records["Direct current"].values()]
    assert float(rows["critical current density"][-1]) == pytest.approx(values[1] / values[0], rel=1e-3)
    ends, _ = table(found, "Numbers")
    real = [r.impedance(r.spectra[0], specific=True).real[-1] for r in records["Impedance"].values()]
    assert float(ends["Re Z at the lowest frequency, 10 mHz"][-1]) == pytest.approx(real[1] / real[0], rel=1e-3)


def test_the_budget_adds_up_and_names_what_limits(both):
    from interlayer.report.figures.budget import budget_of

    _, records, found = both
    rows, _ = table(found, "Where the voltage goes, direct current")
    last = min(budget_of(r).half_cycle for r in records["Direct current"].values())
    for column, (label, record) in enumerate(records["Direct current"].items(), 1):
        shares = [float(row[column].partition("(")[2].partition(" %")[0]) for name, row in rows.items() if name != "cell" and row[column] != "-"]
        assert sum(shares) == pytest.approx(100.0, abs=0.5 * len(shares) + 1.0)
        b = budget_of(record, last)
        by: dict[str, float] = {}
        for (place, process), volts in b.drops.items():
            place = place.removesuffix(" left").removesuffix(" right")
            name = place if process == "layer" else f"{place}: {process}"
            by[name] = by.get(name, 0.0) + volts
        largest = max(by, key=lambda k: by[k])
        assert found.limits[label].startswith(f"{label} is limited by {largest} ({100.0 * by[largest] / b.voltage:.0f} %)")


def test_events_are_counted():
    from test_words import event

    made = il.simulate(named("wu2023/bare"), "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=2)")
    from interlayer.analysis.recognise import Analysed
    from interlayer.report.beside import _findings

    row = {"a": Analysed(made, (), {"shorts": tuple(event(k) for k in range(29))}), "b": Analysed(made, (), {"shorts": ()})}
    assert _findings("Direct current", row).rows == [("shorts", "contact gain, times", "29", "0", "")]


def test_conditions_that_differ_are_listed():
    cells = {f"{p} MPa": il.Cell.parse(f"Li|LLZTO(1 mm)|Li @ 25 degC, {p} MPa") for p in (1, 5)}
    rows, _ = table(beside(cells, {}), "What differs in the cells")
    assert rows["pressure"][1:] == ("1 MPa", "5 MPa") and "temperature" not in rows
    warm = {t: il.Cell.parse(f"Li|LLZTO(1 mm)|Li @ {t} degC") for t in ("25", "60")}
    rows, _ = table(beside(warm, {}), "What differs in the cells")
    assert rows["temperature"][1:] == ("25 °C", "60 °C")


def test_two_files_have_their_findings(both, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    _, records, _ = both
    for label, record in records["Direct current"].items():
        record.save(f"{label}.parquet")
    done = CliRunner().invoke(cli.main, ["compare", "bare.parquet", "protected.parquet", "--json", "o.json", "--report", "o.html"])
    assert done.exit_code == 0, done.output
    assert "critical current density" in done.output and "is limited by" in done.output
    data = json.loads(Path("o.json").read_text(encoding="utf-8"))
    assert {f["name"] for f in data["findings"]["Direct current"]["bare.parquet"]} >= {"critical current density"}
    page = Path("o.html").read_text(encoding="utf-8")
    assert "Findings, direct current" in page and "Overpotential budget" in page and "not drawn" not in page
