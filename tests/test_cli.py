"""The command line: each command on good and broken input, exit codes, valid JSON, nothing written unless asked."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import interlayer as il
from interlayer import _cli, _cli_analyse, _cli_spectra, cli
from interlayer.cells.named import named
from interlayer.errors import InterlayerError, UnitError
from interlayer.studies import STUDIES
from interlayer.studies.base import Row, StudyResult

CELL = "Li|LLZTO(1 mm)|Li @ 25 degC"
PLATE = "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=2)"


def call(*words: object) -> Result:
    return CliRunner().invoke(cli.main, [str(w) for w in words])


def spectrum_file(folder: Path, name: str, scale: float = 1.0) -> Path:
    """A plain text export of R(RQ)(RQ) with a little noise."""
    f = np.geomspace(1e6, 1e-1, 50)
    s = 2j * np.pi * f
    z = scale * (50.0 + 400.0 / (1.0 + 400.0 * 2e-9 * s) + 900.0 / (1.0 + 900.0 * 5e-6 * s**0.9))
    z = z * (1.0 + 1e-3 * np.random.default_rng(3).standard_normal(50))
    lines = ["Frequency (Hz)\tZreal (ohm)\tZimag (ohm)", *(f"{a:.8g}\t{b.real:.8g}\t{b.imag:.8g}" for a, b in zip(f, z, strict=True))]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> str:
    """A study of one cell that takes no time."""

    def run(tell=None):  # type: ignore[no-untyped-def]
        cell = named("zhai2024/bare")
        record = il.simulate(cell, "Impedance(1 MHz, 1 Hz)")
        if tell is not None:
            tell("half", 0.5)
        row = Row("S2.C1", "=resistance", "area_specific_resistance", 0.1, float("nan"), "predicted", (0.05, 0.2))
        return StudyResult("quick", "A quick study", "source", "question?", {"bare": cell}, {"impedance: bare": record}, (row,), open=("nothing",), methods="none")

    monkeypatch.setitem(STUDIES._members, "quick", run)
    monkeypatch.setattr(cli, "DEMO", "quick")
    return "quick"


# -- help -------------------------------------------------------------------------------------------------------------
def test_help_imports_nothing_heavy():
    code = (
        "import sys; from interlayer import cli; "
        "heavy = {'numpy', 'scipy', 'polars', 'matplotlib', 'numba', 'pint', 'rich'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_module_is_the_command():
    said = subprocess.run([sys.executable, "-m", "interlayer", "--version"], check=True, capture_output=True, text=True).stdout
    assert said.split()[-1] == call("--version").output.split()[-1]


@pytest.mark.parametrize("command", ["demo", "study", "analyse", "simulate", "convert", "formats"])
def test_help_of_every_command(command):
    result = call(command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output
    assert command in call("--help").output


def test_version_and_unknown_command():
    assert il.__version__ in call("--version").output
    assert call("simulat").exit_code == 2


def test_formats_lists_the_readers():
    result = call("formats")
    assert result.exit_code == 0
    assert "plain" in result.output and ".parquet" in result.output


# -- simulate ---------------------------------------------------------------------------------------------------------
def test_simulate_prints_and_writes_nothing(here):
    result = call("simulate", CELL, PLATE)
    assert result.exit_code == 0, result.output
    assert "polarisation" in result.stdout
    assert not list(here.iterdir())


def test_simulate_writes_what_was_asked(here):
    result = call("simulate", "zhai2024/bare", "Impedance(1 MHz, 1 Hz)", "--set", "layers.LLZTO.thickness=0.8 mm", "--out", "r.parquet", "--json", "r.json", "--report", "r.html", "--export", "out")
    assert result.exit_code == 0, result.output
    record = il.load("r.parquet")
    assert record.cell is not None and record.cell.get("layers.LLZTO.thickness").value == pytest.approx(8e-4)
    data = json.loads(Path("r.json").read_text(encoding="utf-8"))
    assert data["outcome"] == "completed" and data["provenance"]["kind"] == "simulated" and data["versions"]["physics_sha256"]
    assert "<svg" in Path("r.html").read_text(encoding="utf-8")
    assert {".png", ".svg", ".pdf", ".csv"} == {p.suffix for p in Path("out").iterdir()}
    again = call("simulate", "zhai2024/bare", "Impedance(1 MHz, 1 Hz)", "--report", "r.html")
    assert again.exit_code == 0, again.output


def test_json_on_stdout_is_only_json():
    result = call("simulate", CELL, PLATE, "--json", "-")
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    names = [f["name"] for f in data["findings"]]
    assert any("polarisation" in n for n in names)
    assert all({"value", "std", "unit", "method"} <= set(f) for f in data["findings"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("zhai2024/bar", PLATE), "zhai2024/bare"),
        (("nonsense", PLATE), "neither"),
        (("Li|LLZTO(1 mm", PLATE), "^"),
        ((CELL, "StripPlat(cycles=1)"), "StripPlate"),
        ((CELL, PLATE, "--set", "layers.LLZTO.thicknes=1 mm"), "thickness"),
        ((CELL, PLATE, "--set", "nothing"), "PATH=VALUE"),
        ((CELL, PLATE, "--out", "x.csv"), ".parquet"),
        ((CELL, PLATE, "--json", "nowhere/x.json"), "folder"),
    ],
)
def test_wrong_input_is_one_message_and_exit_code_2(here, words, said):
    result = call("simulate", *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert not result.stdout


def test_debug_shows_the_traceback():
    for words in (("--debug", "simulate", "nonsense", PLATE), ("simulate", "nonsense", PLATE, "--debug")):
        result = call(*words)
        assert result.exit_code == 2
        assert "Traceback" in result.stderr


def test_interrupt_and_unforeseen_errors(monkeypatch):
    def stop(*_):  # type: ignore[no-untyped-def]
        raise KeyboardInterrupt

    def odd(*_):  # type: ignore[no-untyped-def]
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(_cli, "run_simulation", stop)
    result = call("simulate", CELL, PLATE)
    assert result.exit_code == 130 and "stopped by you" in result.stderr
    monkeypatch.setattr(_cli, "run_simulation", odd)
    result = call("simulate", CELL, PLATE)
    assert result.exit_code == 1 and "report" in result.stderr and "by nought" in result.stderr and "Traceback" not in result.stderr


# -- analyse ----------------------------------------------------------------------------------------------------------
def test_analyse_one_file(here):
    path = spectrum_file(here, "cell.txt")
    result = call("analyse", path, "--area", "1.13 cm^2", "--thickness", "1 mm", "--circuit", "R(RC)(RQ)", "--json", "out.json", "--report", "out.html", "--export", "out")
    assert result.exit_code == 0, result.output
    assert "R1(R2C1)(R3Q1)" in result.stdout
    data = json.loads(Path("out.json").read_text(encoding="utf-8"))
    found = {f["name"]: f for f in data["files"][0]["findings"]}
    assert found["R1"]["value"] == pytest.approx(50.0 * 1.13e-4, rel=0.05)
    assert data["files"][0]["provenance"]["sha256"] and data["files"][0]["fits"][0]["circuit"] == "R1(R2C1)(R3Q1)"
    assert "conductivity" in found
    assert "Kramers" in Path("out.html").read_text(encoding="utf-8")
    assert Path("out/findings.csv").exists()


def test_analyse_writes_nothing_unless_asked(here):
    path = spectrum_file(here, "cell.txt")
    result = call("analyse", path, "--circuit", "R(RC)(RQ)")
    assert result.exit_code == 0, result.output
    assert [p.name for p in here.iterdir()] == ["cell.txt"]


def test_a_batch_goes_on_and_lists_what_failed(here):
    good = [spectrum_file(here, f"cell_{t}degC.txt", s) for t, s in ((25, 4.0), (45, 2.0), (65, 1.0))]
    (here / "broken_25degC.txt").write_bytes(b"\x00\x01 no table")
    result = call("analyse", *good, "broken_25degC.txt", "absent_25degC.txt", "--temperature", "from-name", "--circuit", "R(RC)(RQ)", "--json", "out.json", "--report", "out.html")
    assert result.exit_code == 0, result.output
    assert "2 of 5 files failed" in result.stderr
    assert "broken_25degC.txt" in result.stderr and "absent_25degC.txt" in result.stderr
    data = json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert len(data["files"]) == 3 and len(data["failures"]) == 2
    energy = next(f for f in data["over_temperature"]["findings"] if f["name"] == "activation energy")
    expected = 8.314 * np.polyfit(1.0 / (np.array([25.0, 45.0, 65.0]) + 273.15), np.log([4.0, 2.0, 1.0]) - np.log(np.array([25.0, 45.0, 65.0]) + 273.15), 1)[0]
    assert energy["value"] == pytest.approx(expected, rel=0.05)
    assert data["failures"]["broken_25degC.txt"]["remedy"].startswith("Export it as text")
    names = {f["name"] for f in data["over_temperature"]["findings"]}
    assert {"activation energy of R1", "activation energy of R2", "activation energy of R3"} <= names
    row = data["series"][0]
    assert row["axis"] == "temperature" and row["x"] == pytest.approx([298.15, 318.15, 338.15])
    assert next(t["values"] for t in row["trends"] if t["name"] == "R2") == pytest.approx([1600.0, 800.0, 400.0], rel=0.02)
    page = Path("out.html").read_text(encoding="utf-8")
    for part in ("Not analysed", "Export it as text", "Series: 3 files over temperature", "Z-HIT: the spectrum", "distribution of relaxation times has", "Arcs have no names"):
        assert part in page, part
    assert call("analyse", "broken_25degC.txt", "absent_25degC.txt").exit_code == 1  # every file


def test_strict_makes_one_failure_an_exit_code(here):
    good = spectrum_file(here, "cell.txt")
    assert call("analyse", good, "absent.txt", "--circuit", "R(RC)(RQ)", "--no-drt").exit_code == 0
    strict = call("analyse", good, "absent.txt", "--circuit", "R(RC)(RQ)", "--no-drt", "--strict")
    assert strict.exit_code == 1 and "1 of 2 files failed" in strict.stderr


def test_analysis_names_arcs_and_writes_its_tables(here, monkeypatch):
    shelf: dict[str, object] = {}
    monkeypatch.setattr(_cli, "export_figures", lambda figures, folder: shelf.update(figures) or 0)  # writing them takes long
    files = [spectrum_file(here, f"cell{i}.txt", s) for i, s in enumerate((1.0, 1.5, 2.0))]
    result = call("analyse", *files, "--circuit", "R(RC)(RQ)", "--series", "--area", "1 cm^2", "--thickness", "1 mm", "--contact", "whole", "--faces", "2", "--export", "out", "--json", "o.json")
    assert result.exit_code == 0, result.output
    assert {"files", "findings", "validity", "parameters", "arcs", "drt-peaks", "trends", "spectra", "drt"} <= {p.stem for p in Path("out").glob("*.csv")}
    assert {"series-trends", "series-overlay", "001-fit-1", "003-fit-1"} <= set(shelf)
    data = json.loads(Path("o.json").read_text(encoding="utf-8"))
    names = [f["name"] for f in data["files"][0]["findings"]]
    assert {"process of R2 C1", "process of peak 1", "Z-HIT verdict", "verdict of the distribution"} <= set(names)
    assert data["series"][0]["axis"] == "index"
    assert (Path("out") / "trends.csv").read_text(encoding="utf-8").startswith("spectrum,number in the series,")


def differences(one, other, where=""):
    """Where two nests of values differ, numbers by more than 1e-6: rounding inside BLAS depends on its threads."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [d for k in one for d in differences(one[k], other[k], f"{where}.{k}")]
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        return [d for k, pair in enumerate(zip(one, other, strict=True)) for d in differences(*pair, f"{where}[{k}]")]
    same = one == pytest.approx(other, rel=1e-6, nan_ok=True) if isinstance(one, float) else one == other
    return [] if same else [f"{where}: {one!r}, {other!r}"]


def test_processes_change_nothing(here, monkeypatch):
    records = {f"{i}.txt": il.read(spectrum_file(here, f"{i}.txt", 1.0 + i), area="1 cm^2", thickness="1 mm") for i in range(4)}
    wanted = _cli_spectra.Wanted("R(RC)(RQ)")
    alone = _cli_spectra.analyse(records, wanted, lambda sentence, share: None)
    monkeypatch.setattr(_cli_spectra, "FEW", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    both = _cli_spectra.analyse(records, wanted, lambda sentence, share: None)
    for label in records:
        one, other = ([f.as_dict() for f in found.looks[label][0].findings()] for found in (alone, both))
        assert differences(one, other) == []


def test_the_circuit_of_a_long_series_is_chosen_on_some_of_it_and_said(here, monkeypatch):
    monkeypatch.setattr(_cli_spectra, "SAMPLE", 2)
    records = {f"{t}.txt": il.read(spectrum_file(here, f"{t}.txt", 1.0 + t / 100.0), temperature=f"{t} degC") for t in (60, 0, 40, 20, 80)}
    found = _cli_spectra.analyse(records, _cli_spectra.Wanted(drt=False), lambda sentence, share: None)
    (row,) = found.rows
    assert list(row.labels) == ["0.txt", "20.txt", "40.txt", "60.txt", "80.txt"] and "chosen on 2 of the 5 spectra" in row.remarks[0]
    assert len({f.circuit for f in row.fits}) == 1
    assert np.diff(row.trend("R2").values).min() > 0.0  # as the files were made


def test_an_unforeseen_error_takes_one_file_not_the_batch(here, monkeypatch):
    def odd(*_, **__):  # type: ignore[no-untyped-def]
        raise ZeroDivisionError("By Nought")

    files = [spectrum_file(here, f"cell{i}.txt") for i in range(2)]
    monkeypatch.setattr("interlayer.analysis.impedance.fit", odd)
    monkeypatch.setattr("interlayer.analysis.z_hit.check", odd)
    result = call("analyse", *files, "--no-drt", "--json", "o.json")
    assert result.exit_code == 1, result.output
    data = json.loads(Path("o.json").read_text(encoding="utf-8"))
    assert data["failures"]["cell0.txt"]["reason"].startswith("An error that nobody foresaw (ZeroDivisionError: By Nought)")
    assert any("no Z-HIT" in r for r in data["files"][0]["remarks"]) and data["files"][0]["findings"]


def test_a_spectrum_that_is_no_basis_is_a_failure_with_its_figure(here):
    good = spectrum_file(here, "good.txt")
    lines = good.read_text(encoding="utf-8").splitlines()
    rng = np.random.default_rng(0)
    rows = [line.split("\t") for line in lines[1:]]
    bad = [f"{f}\t{float(a) * (1.0 + rng.standard_normal()):.6g}\t{float(b) * (1.0 + rng.standard_normal()):.6g}" for f, a, b in rows]
    (here / "bad.txt").write_text("\n".join([lines[0], *bad]) + "\n", encoding="utf-8")
    result = call("analyse", good, "bad.txt", "--circuit", "R(RC)(RQ)", "--no-drt", "--report", "r.html", "--json", "r.json")
    assert result.exit_code == 0, result.output
    data = json.loads(Path("r.json").read_text(encoding="utf-8"))
    assert "Kramers-Kronig" in data["failures"]["bad.txt"]["reason"] and "Measure again" in data["failures"]["bad.txt"]["remedy"]
    assert "measured points." in Path("r.html").read_text(encoding="utf-8")


def test_a_page_of_the_docs_names_only_options_that_exist():
    text = (Path(__file__).parents[1] / "docs" / "analyse.md").read_text(encoding="utf-8")
    offered = {o for p in cli.main.commands["analyse"].params for o in p.opts}
    assert len(set(re.findall(r"(?<!-)--[a-z][a-z-]+", text)) & offered) >= 12
    assert set(re.findall(r"(?<!-)--[a-z][a-z-]+", text)) <= offered


def test_analyse_a_strip_plate_record(here):
    il.simulate(CELL, "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=3)").save("plate.parquet")
    il.simulate(CELL, "CriticalCurrent(step=0.5 mA/cm^2, half_cycle=30 min, stop=4 mA/cm^2)").save("ramp.parquet")
    result = call("analyse", "plate.parquet", "ramp.parquet", "--json", "-")
    assert result.exit_code == 0, result.stderr
    names = [{f["name"] for f in entry["findings"]} for entry in json.loads(result.stdout)["files"]]
    assert "polarisation, last half cycle" in names[0] and "critical current density" in names[1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--area", "1.13"), "unit"), (("--area", "1 mm"), "area"), (("--circuit", "R(RQ"), "bracket"), (("--format", "plane"), "plain"),
        (("--columns", "frequency"), "NAME=COLUMN[UNIT]"), (("--columns", "frequenzy=f[Hz]"), "frequency"), (("--report", "cell.txt"), "input"),
    ],
)  # fmt: skip
def test_a_slip_in_the_options_is_refused_before_any_file(here, options, said):
    path = spectrum_file(here, "cell.txt")
    before = path.read_bytes()
    result = call("analyse", path, *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert path.read_bytes() == before


def test_one_broken_file_is_an_error_of_input(here):
    (here / "x.txt").write_bytes(b"\x00\x01")
    result = call("analyse", "x.txt")
    assert result.exit_code == 2 and "x.txt" in result.stderr and "Traceback" not in result.stderr


def test_columns():
    assert _cli_analyse.columns_of(["frequency=f[kHz],impedance_real=2[ohm]", "impedance_imag=-Z im, a[ohm]"]) == {
        "frequency": ("f", "kHz"), "impedance_real": (2, "ohm"), "impedance_imag": ("-Z im, a", "ohm"),
    }  # fmt: skip
    assert _cli_analyse.columns_of([]) is None
    with pytest.raises(UnitError):
        _cli_analyse.columns_of(["time=[h"])


# -- convert ----------------------------------------------------------------------------------------------------------
def test_convert(here):
    path = spectrum_file(here, "cell.txt")
    assert call("convert", path, "cell.parquet").exit_code == 0
    assert len(il.load("cell.parquet").spectra) == 1
    again = call("convert", path, "cell.parquet")
    assert again.exit_code == 2 and "--overwrite" in again.stderr
    assert call("convert", path, "cell.parquet", "--overwrite").exit_code == 0
    assert call("convert", path, "cell.xyz").exit_code == 2
    assert call("convert", "absent.txt", "b.parquet").exit_code == 2


# -- studies ----------------------------------------------------------------------------------------------------------
def test_study(here, quick):
    result = call("study", quick, "--json", "s.json", "--report", "s.html", "--export", "s")
    assert result.exit_code == 0, result.output
    data = json.loads(Path("s.json").read_text(encoding="utf-8"))
    assert data["rows"][0]["simulated"] is None  # NaN is null
    assert data["provenance"]["impedance: bare"]["kind"] == "simulated" and data["parameters"]["bare"]
    assert "'=resistance" in Path("s/reported-simulated.csv").read_text(encoding="utf-8")
    assert il.load("s/impedance--bare.parquet").spectra
    printed = call("study", quick, "--json", "-")
    assert json.loads(printed.stdout)["title"] == "A quick study"
    unknown = call("study", "zhai2042")
    assert unknown.exit_code == 2 and "zhai2024" in unknown.stderr


def test_demo_writes_its_report_and_nothing_else(here, quick):
    result = call("demo", "--out", "demo.html")
    assert result.exit_code == 0, result.output
    assert "demo.html" in result.stdout and "replaced" not in result.stdout
    assert [p.name for p in here.iterdir()] == ["demo.html"]
    again = call("demo", "--out", "demo.html")
    assert again.exit_code == 0 and "replaced the older report" in again.stdout


def test_demo_leaves_other_files_alone(here, quick):
    Path("mine.html").write_text("<p>mine</p>", encoding="utf-8")
    result = call("demo", "--out", "mine.html")
    assert result.exit_code == 2 and "left alone" in result.stderr
    assert Path("mine.html").read_text(encoding="utf-8") == "<p>mine</p>"


def test_compiling_is_announced(monkeypatch, quick, here):
    monkeypatch.setattr("interlayer.simulation.stack.cache.is_warm", lambda: False)
    assert _cli.COMPILING in call("study", quick).stderr


# -- helpers ----------------------------------------------------------------------------------------------------------
def test_json_of_numpy_and_infinities(capsys):
    _cli.write_json({"a": np.float64(1.5), "b": np.array([1.0, np.nan]), "c": float("inf"), "d": np.int64(3), "e": (1, {2}), "f": Path("x")}, "-")
    assert json.loads(capsys.readouterr().out) == {"a": 1.5, "b": [1.0, None], "c": None, "d": 3, "e": [1, [2]], "f": "x"}


def test_targets(tmp_path):
    with pytest.raises(InterlayerError, match="folder"):
        _cli.check_target(tmp_path / "no" / "x.html", "report")
    with pytest.raises(InterlayerError, match="folder"):
        _cli.check_target(tmp_path, "report")
    (tmp_path / "x.json").write_text("not json")
    with pytest.raises(InterlayerError, match="left alone"):
        _cli.check_target(tmp_path / "x.json", "json")
