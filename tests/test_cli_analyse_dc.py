"""`interlayer analyse` on files of direct current: recognition, findings, requests, one technique, groups, outputs, errors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import interlayer as il
from dc_records import nucleated, record, reservoir, trace
from interlayer import _cli, cli
from interlayer._cli_techniques import OPTIONS, groups_of
from interlayer.analysis.recognise import taken
from interlayer.errors import RecordError
from interlayer.record import Record
from test_dc_cycling import table
from test_dc_diffusion import oxidation, titration
from test_recognise import changed, cycled

SHARED = Path(__file__).parents[2] / "shared" / "data"


def call(*words: object) -> Result:
    return CliRunner().invoke(cli.main, [str(w) for w in words])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def csv(name: str, of: Record) -> Path:
    """A record as a table of text with units in its heads, one row a sample."""
    rows = ["Time (s),Voltage (V),Current (mA)"]
    for s in of.traces:
        rows += [f"{t:.8g},{v:.8g},{1e3 * i:.8g}" for t, v, i in zip(s["time"], s["voltage"], s["current"], strict=True)]
    path = Path(name)
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def read(out: str) -> dict[str, object]:
    return json.loads(Path(out).read_text(encoding="utf-8"))


def test_a_cycler_file_says_what_it_is_and_asks_for_the_mass(here):
    file = csv("coin.csv", table([(2.0, 1.9)] * 4, step=60.0))
    result = call("analyse", file, "--json", "o.json")
    assert result.exit_code == 0, result.output
    for words in ("cycling: capacity, efficiency, retention", "the voltage keeps its sign", "8 half cycles", "polarisation gap", '--mass "10 mg"', "1.9"):
        assert words in re.sub(r"\s+", " ", result.stdout), words
    data = read("o.json")["files"][0]
    assert [t["technique"] for t in data["techniques"] if t["contained"]] == ["cycling", "voltage_profile"]
    assert all(t["failed"] for t in data["techniques"] if not t["contained"]) and data["requests"][0]["name"] == "mass"
    assert {f["name"] for f in data["findings"]} >= set(data["findings_of"]["cycling"])
    per = call("analyse", file, "--mass", "10 mg", "--json", "p.json")
    assert per.exit_code == 0 and "mAh/g" in per.stdout and "--mass" not in per.stdout
    assert next(f for f in read("p.json")["files"][0]["findings"] if f["name"] == "capacity, first cycle")["shown"]["value"] == pytest.approx(190.0, rel=1e-3)


@pytest.mark.parametrize(
    ("made", "technique", "asks", "state", "name"),
    [
        (lambda: titration(1e-15, rest=20000.0, pulses=2), "gitt", '--state "length=..."', ("--state", "length=5 um"), "diffusion coefficient at 3 V"),
        (oxidation, "linear_sweep", '--state "threshold=..."', ("--state", "threshold=5 uA/cm^2"), "oxidation limit"),
        (lambda: cycled(currents=np.repeat([1e-3, 2e-3, 3e-3], 4)), "critical_current", '--area "1.13 cm^2"', ("--area", "1 cm^2"), "critical current density"),
        (lambda: replaced(reservoir(working="none")), "aurbach", "", ("--working-electrode", "left"), "Coulombic efficiency, reservoir"),
    ],
)  # fmt: skip
def test_what_is_missing_is_asked_for_and_taken(here, made, technique, asks, state, name):
    made().save("a.parquet")
    first = call("analyse", "a.parquet", "--json", "a.json")
    assert first.exit_code == 0, first.output
    assert asks in first.stdout
    assert technique in [t["technique"] for t in read("a.json")["files"][0]["techniques"] if t["contained"]]
    then = call("analyse", "a.parquet", *state, "--json", "b.json")
    assert then.exit_code == 0, then.output
    found = [f for f in read("b.json")["files"][0]["findings"] if f["name"] == name]
    assert found and found[0]["value"] is not None and (not asks or asks not in then.stdout)


def replaced(of: Record) -> Record:
    return record(*(trace(s["time"], s["voltage"], s["current_density"]) for s in of.segments))


def test_one_technique_alone_or_the_condition_that_failed(here):
    table([(2.0, 1.9)] * 3, step=60.0).save("coin.parquet")
    only = call("analyse", "coin.parquet", "--technique", "voltage_profile", "--json", "o.json")
    assert only.exit_code == 0 and "polarisation gap" in only.stdout and "capacity" not in only.stdout
    no = call("analyse", "coin.parquet", "--technique", "gitt")
    assert no.exit_code == 2 and "pulses of constant current with a rest before and after each" in no.stderr and "Traceback" not in no.stderr
    for technique, words in (("strip_plate", "keeps its sign"), ("impedance", "no segment runs along frequency")):
        refused = call("analyse", "coin.parquet", "--technique", technique)
        assert refused.exit_code == 2 and words in refused.stderr
    (here / "ramp.parquet").write_bytes((here / "coin.parquet").read_bytes())
    cycled().save("plate.parquet")
    both = call("analyse", "coin.parquet", "plate.parquet", "--technique", "strip_plate", "--json", "b.json")
    assert both.exit_code == 0 and "1 of 2 files failed" in both.stderr
    assert "keeps its sign" in read("b.json")["failures"]["coin.parquet"]["reason"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--technique", "strip_plat"), "strip_plate"), (("--state", "lenght=5 um"), "length"), (("--state", "length"), "NAME=VALUE"), (("--state", "mass=5 mg"), '--mass "5 mg"'),
        (("--mass", "5"), "unit"), (("--group", "bare"), "NAME=FILES"), (("--group", "bare=nothing*"), "No file"), (("--working-electrode", "copper"), "left"),
    ],
)  # fmt: skip
def test_a_slip_is_refused_with_what_to_do(here, options, said):
    cycled().save("plate.parquet")
    result = call("analyse", "plate.parquet", *options)
    assert result.exit_code == 2 and said in result.stderr and "Traceback" not in result.stderr


def test_spectra_and_cycling_of_one_file(here, monkeypatch):
    monkeypatch.setattr(_cli, "export_figures", lambda figures, folder: len(figures))
    cell = "Li|LLZTO(1 mm)|Li @ 25 degC"
    parts = [il.simulate(cell, p) for p in ("Impedance(1 MHz, 1 Hz)", "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h, cycles=3)")]
    Record(tuple(s for p in parts for s in p.segments), parts[0].provenance, None, parts[0].conditions).save("both.parquet")
    result = call("analyse", "both.parquet", "--circuit", "R(RQ)", "--no-drt", "--report", "r.html", "--export", "out", "--json", "o.json")
    assert result.exit_code == 0, result.output
    entry = read("o.json")["files"][0]
    names = {f["name"] for f in entry["findings"]}
    assert not any("area" in r for r in entry["remarks"])  # the record holds ohm cm² of its own
    assert {"Kramers-Kronig verdict", "R1", "polarisation, last half cycle", "life", "shorts"} <= names
    page = Path("r.html").read_text(encoding="utf-8")
    for words in ("Strip and plate of a symmetric cell", "In this record because: ", "Not in this record", "the record names its steps strip_plate", "Shorts"):
        assert words in page, words
    lines = Path("out/techniques.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "file,technique,contained,because" and any(line.startswith("both.parquet,strip_plate,yes,") for line in lines)
    assert any("polarisation" in line for line in Path("out/findings.csv").read_text(encoding="utf-8").splitlines())


def test_a_registered_figure_is_drawn_in_the_part_of_its_technique(here, monkeypatch):
    """What report/figures registers for a technique is called with the record and its findings."""
    from interlayer.report import figures
    from interlayer.report.pages import analysis as page
    from interlayer.report.style import sheet

    called = []

    class Kind:
        name, caption, suits = "nucleation.trace", "A tip and a plateau.", staticmethod(lambda of: True)

        def __call__(self, of, findings):
            called.append((of, [f.name for f in findings]))
            one = sheet(80.0, 40.0)
            one.add_subplot().plot(of.trace("time"), of.trace("voltage"))
            return one

    monkeypatch.setattr(figures, "of", lambda technique: [Kind()] if technique == "nucleation" else [], raising=False)
    made, shelf = nucleated(), {}
    found = il.analyse(made)
    blocks = page.techniques(made, found, shelf)
    assert called and called[0][0] is made and any(n.startswith("nucleation overpotential") for n in called[0][1])
    assert "nucleation-trace" in shelf and len(blocks) == 2


def test_lives_of_two_groups(here):
    for k, hours in enumerate((4, 5, 6, 8, 9, 10)):
        def shorted(v, rows=hours * 60):
            return np.where(np.arange(len(v)) > rows, 0.02 * v, v)

        changed(cycled(count=12), voltage=shorted).save(f"{'bare' if k < 3 else 'prot'}_{k}.parquet")
    files = sorted(here.glob("*.parquet"))
    result = call("analyse", *files, "--group", "bare=bare_*", "--group", "protected=prot_*", "--json", "o.json", "--report", "r.html")
    assert result.exit_code == 0, result.output
    found = {f["name"]: f for f in read("o.json")["together"]["findings"]}
    assert found["cells, bare"]["value"] == 3 and found["median life, bare"]["value"] == pytest.approx(5 * 3600.0, abs=120.0)
    assert found["probability of equal lives"]["value"] < 0.05 and found["Weibull scale, protected"]["value"] > found["Weibull scale, bare"]["value"]
    assert "Lives of several cells" in Path("r.html").read_text(encoding="utf-8") and "hazard ratio bare/protected" in result.stdout
    with pytest.raises(RecordError, match="two groups"):
        groups_of(("a=bare*", "b=*_1*"), ["bare_1", "bare_2"])


def test_cut_and_nonsense_files_are_one_clear_error(here):
    (here / "a.csv").write_text("Time (s),Voltage (V),Current (mA)\n0,1\n", encoding="utf-8")
    (here / "b.res").write_bytes(bytes(range(256)) * 20)
    (here / "c.ndax").write_bytes(b"PK\x03\x04 the disk was full")
    (here / "d.txt").write_text("", encoding="utf-8")
    for name in ("a.csv", "b.res", "c.ndax", "d.txt"):
        result = call("analyse", name)
        assert result.exit_code == 2 and result.stderr.startswith(f"interlayer: {name}") and result.stderr.count("\n") == 1 and "Traceback" not in result.stderr, name


def test_a_record_of_nothing_names_every_condition(here):
    csv("rest.csv", record(trace(np.arange(50.0), np.full(50, 3.0), np.zeros(50), "", False)))
    result = call("analyse", "rest.csv")
    assert result.exit_code == 0 and "no current flows" in result.stdout and "no technique" in result.stdout
    many = call("analyse", "rest.csv", csv("coin.csv", table([(2.0, 1.9)] * 2, step=60.0)))
    assert "rest.csv: no technique is in it" in many.stdout


def test_simulate_says_what_the_same_recognition_says(here):
    result = call("simulate", "Li|LLZTO(1 mm)|Li @ 25 degC", "DCPolarisation([2 mV, 4 mV, 6 mV], hold=1 min, sample=2 s)", "--json", "o.json")
    assert result.exit_code == 0, result.output
    data = read("o.json")
    assert "steady resistance" in {f["name"] for f in data["findings"]} and data["requests"][0]["name"] == "carriers"
    assert "conductivity by direct current" in result.stdout and "carriers" in result.stderr


def test_every_option_that_asks_is_an_option():
    offered = {o for p in cli.main.commands["analyse"].params for o in p.opts}
    assert set(OPTIONS.values()) <= offered
    for takes in taken().values():
        for name, what in takes.items():
            assert len(what) > 5, name


@pytest.mark.parametrize(
    ("file", "techniques"),
    [
        ("cellpy/maccor_002.txt", "cycling voltage_profile"), ("cellpy/20160805_test001_45_cc_01.res", "cycling voltage_profile"), ("navani/arbin_example.res", "cycling voltage_profile"),
        ("navani/test.ndax", "cycling voltage_profile"), ("navani/bs542_004_gr_li_50ua_50mv_1v_191020_Channel_11.xlsx", "cycling voltage_profile"),
        ("BDF/SINTEF__LiGrR2032__2024-04-30__25degC__Landt.bdf.csv", "cycling voltage_profile"), ("fastnda/TestFile.nda.zip", "cycling voltage_profile"), ("fastnda/nda_v23.nda.zip", ""),
        ("impedance.py/exampleDataParstat.txt", "cycling impedance voltage_profile"), ("impedance.py/exampleDataGamry.DTA", "impedance"),
    ],
)  # fmt: skip
def test_files_of_cyclers(file, techniques):
    path = SHARED / file
    if not path.exists():
        pytest.skip("the shared samples are not here")
    if path.suffix in (".ndax", ".zip"):
        pytest.importorskip("fastnda")
    made = il.analyse(il.read(path))
    assert set(made.contained) == set(techniques.split())
    for name in set(techniques.split()) - {"impedance"}:
        assert made.findings[name] and all(np.isfinite(f.value) for f in made.findings[name] if isinstance(f.value, float))
