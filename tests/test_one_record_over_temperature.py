"""One record with spectra at several temperatures is a series over temperature, as separate files are.

The spectra are R(RQ) in closed form with R/T exactly Arrhenius, so the activation energies are the two that were put in.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import interlayer as il
from interlayer import cli
from interlayer.analysis._axis import levels, series
from interlayer.record import Provenance, Record, Segment

KELVIN = (303.15, 313.15, 323.15, 333.15)
ENERGIES = {"R1": 30e3, "R2": 52e3}  # J/mol
GAS = 8.31446261815324


def spectrum(kelvin: float, number: int, specific: bool) -> Segment:
    f = np.geomspace(1e6, 1e-1, 45)
    x = {k: kelvin / 298.15 * np.exp(e / GAS * (1.0 / kelvin - 1.0 / 298.15)) for k, e in ENERGIES.items()}
    z = 50.0 * x["R1"] + 400.0 * x["R2"] / (1.0 + (2j * np.pi * f * 2e-4) ** 0.93)
    z = z * (1.0 + 1e-3 * np.random.default_rng(number).standard_normal((2, len(f))).T @ [1.0, 1j])
    per, z = ("specific_", 1e-4 * z) if specific else ("", z)  # through 1 cm²
    return Segment({"frequency": f, f"{per}impedance_real": z.real, f"{per}impedance_imag": z.imag}, "frequency", "impedance", {"temperature": kelvin, "temperature_index": number})


def warmed(order: tuple[int, ...] = (0, 1, 2, 3), specific: bool = False) -> Record:
    return Record(tuple(spectrum(KELVIN[k], k + 1, specific) for k in order), Provenance("measured", "warmed.parquet"))


def call(*words: object) -> str:
    result = CliRunner().invoke(cli.main, [str(w) for w in words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("specific", [False, True])
def test_a_record_gives_the_energies_of_separate_files(here, specific):
    whole = warmed((2, 0, 3, 1), specific)  # not in the order of temperature, and per area without an area too
    whole.save("whole.parquet")
    for k, kelvin in enumerate(KELVIN):
        Record((spectrum(kelvin, k + 1, specific),), Provenance("measured", f"{k}.parquet"), conditions={"temperature": kelvin}).save(f"{k}.parquet")
    said = call("analyse", "whole.parquet", "--no-drt", "--circuit", "R(RQ)", "--json", "one.json")
    call("analyse", *(f"{k}.parquet" for k in range(4)), "--no-drt", "--circuit", "R(RQ)", "--json", "four.json")
    one, four = (json.loads(Path(f"{n}.json").read_text(encoding="utf-8")) for n in ("one", "four"))
    (row,) = one["series"]
    assert row["axis"] == "temperature" and row["x"] == list(KELVIN)
    energies = [{f["name"]: (f["value"], f["std"]) for f in data["over_temperature"]["findings"]} for data in (one, four)]
    assert energies[0].keys() == energies[1].keys() >= {"activation energy", "activation energy of R1", "activation energy of R2"}
    for name, (value, std) in energies[0].items():
        assert value == pytest.approx(energies[1][name][0], rel=1e-6) and std == pytest.approx(energies[1][name][1], rel=1e-4)
    for name, truth in ENERGIES.items():
        value, std = energies[0][f"activation energy of {name}"]
        assert abs(value - truth) < 4.0 * std < 1e3, name
    assert "activation energy of R2" in said and "Not fitted as one series" not in said
    (file,) = one["files"]
    assert next(t for t in file["techniques"] if t["technique"] == "arrhenius")["contained"]


def test_analyse_says_the_same_and_can_be_told_which_resistance():
    found = {f.name: f for f in il.analyse(warmed(specific=True), technique="arrhenius")}
    for name, truth in ENERGIES.items():
        f = found[f"activation energy of {name}"]
        assert abs(f.value - truth) < 4.0 * f.std
    told = il.analyse(warmed(specific=True), technique="arrhenius", which="R1", thickness="1 mm")
    f = {f.name: f for f in told}
    assert abs(f["activation energy"].value - ENERGIES["R1"]) < 4.0 * f["activation energy"].std
    assert f["conductivity at 25 °C"].value == pytest.approx(1e-3 / 50e-4, rel=2e-3)  # l/R


def test_the_advice_can_be_followed_on_the_command_line(here):
    warmed(specific=True).save("r.parquet")  # 2e-4 s over 400 ohm cm²: the capacitance of an interface
    words = ("analyse", "r.parquet", "--no-drt", "--circuit", "R(RQ)", "--thickness", "2 mm", "--json", "o.json")
    said = call(*words)
    assert '--state "which=R1"' in said and said.count("has no arc of the material") == 1
    call(*words, "--state", "which=R1")
    found = {f["name"]: f["value"] for f in json.loads(Path("o.json").read_text(encoding="utf-8"))["over_temperature"]["findings"]}
    assert found["conductivity at 25 °C"] == pytest.approx(2e-3 / 50e-4, rel=2e-3)


def test_the_report_draws_the_line(here):
    warmed().save("r.parquet")
    call("analyse", "r.parquet", "--no-drt", "--circuit", "R(RQ)", "--report", "r.html")
    page = Path("r.html").read_text(encoding="utf-8")
    assert "Arrhenius plot with the 95 % band" in page and "over temperature" in page and "not drawn" not in page
    from interlayer.report import figures

    (kind,) = figures.of("arrhenius")
    table = kind(warmed(), list(il.analyse(warmed(), technique="arrhenius"))).tables[0]
    assert sorted(set(table.columns["series"])) == ["R1", "R2", "sum of all"]


def test_what_is_no_series_over_temperature():
    assert levels([298.0, 298.3, 298.6, 299.2]) == 1 and levels([298.0, 300.0]) == 2 and levels([]) == 0
    assert series([295.0, 297.0, 299.0]) is None  # a room over weeks
    assert series([333.0, 298.0, 313.0]) == [333.0, 298.0, 313.0]
    assert not {r.technique: r for r in il.analyse(warmed((0, 1)), leave_out=("impedance",)).recognised}["arrhenius"].contained
