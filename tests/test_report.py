"""The report room: figures draw without a warning, add up, keep extremes; pages are self-contained and escape everything."""

from __future__ import annotations

import csv
import io
import math
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import interlayer as il
from interlayer import report
from interlayer.cells.named import named
from interlayer.errors import MissingValueError, RecordError
from interlayer.record import Finding, Provenance, Record, Segment
from interlayer.report import html, pick, style, words
from interlayer.report.exports import tables
from interlayer.report.figures import (
    arrhenius,
    budget,
    compare,
    contact,
    critical_current,
    impedance,
    mechanisms,
    quick,
    relaxation_times,
    series,
    stack,
    strip_plate,
)
from interlayer.report.looks import Look
from interlayer.report.pages import analysis as page
from interlayer.report.series import FitRow, row_of
from interlayer.report.svg import Scale, nice
from interlayer.report.table import RISKY, Table, cell_text, data_csv, stacked
from interlayer.report.thin import thin
from interlayer.simulation.field import contact as field
from interlayer.studies.base import Row, StudyResult
from interlayer.studies.base import Table as StudyTable

HOSTILE = "<script>alert('x')</script>"
VARIANTS = ("bare", "protected")


@pytest.fixture(scope="module")
def cells() -> dict[str, il.Cell]:
    return {v: named(f"zhai2024/{v}") for v in VARIANTS}


@pytest.fixture(scope="module")
def spectra(cells: dict[str, il.Cell]) -> dict[str, Record]:
    return {v: il.simulate(c, "Impedance(10 MHz, 100 mHz)") for v, c in cells.items()}


@pytest.fixture(scope="module")
def plates(cells: dict[str, il.Cell]) -> dict[str, Record]:
    return {v: il.simulate(c, "StripPlate(current_density=0.2 mA/cm^2, half_cycle=1 h, cycles=10, impedance_every=5)") for v, c in cells.items()}


@pytest.fixture(scope="module")
def ramps(cells: dict[str, il.Cell]) -> dict[str, Record]:
    return {v: il.simulate(c, "CriticalCurrent(step=0.5 mA/cm^2, half_cycle=30 min, stop=4 mA/cm^2)") for v, c in cells.items()}


@pytest.fixture(scope="module")
def fields() -> dict[str, field.ContactField]:
    return {"bare": field.solve(10e-6, 100e-6, 1e-3, 0.09, 1e-4, n=32), "protected": field.solve(10e-6, 10.5e-6, 1e-3, 0.09, 1e-4, n=32)}


def measured(like: Record, noise: float = 0.01) -> Record:
    """A record as an instrument would have written it of the simulated one."""
    rng = np.random.default_rng(1)
    segments = []
    for s in like.segments:
        channels = {k: np.array(v) * (1.0 if k in ("time", "frequency") else 1.0 + noise * rng.standard_normal(len(v))) for k, v in s.channels.items() if "@" not in k}
        segments.append(Segment(channels, s.axis, s.technique, dict(s.info)))
    return Record(tuple(segments), Provenance("measured", "cell 7.txt", reader="plain", warnings=("one odd thing",), header={"area": "1.1 cm^2"}), None, dict(like.conditions))


def tiny(spectra: dict[str, Record], plates: dict[str, Record], ramps: dict[str, Record], fields: dict[str, field.ContactField], said: str = "text") -> StudyResult:
    """A study result with one of everything; `said` stands wherever text may stand."""
    records = {f"impedance: {k}": r for k, r in spectra.items()} | {f"strip/plate: {k}": r for k, r in plates.items()} | {f"ramp: {k}": r for k, r in ramps.items()}
    if said != "text":
        records[f"impedance: {said}"] = spectra["bare"]
    rows = (Row("S2.C1", said, "overpotential", 0.013, 0.0128, "predicted", (0.009, 0.0168), said), Row("", "control", "time", None, 3600.0, "control"))
    cells = {k: r.cell for k, r in spectra.items() if r.cell is not None}
    return StudyResult("tiny", said, "10.1039/d4sc00786g", said, cells, records, rows, (StudyTable(said, ("a", said), ((said, "1.17e+03 Ω cm²"),), said),), fields, (said,), (said,), said)  # fmt: skip


# -- figures ----------------------------------------------------------------------------------------------------------
def test_every_figure_kind_draws_and_is_saved(tmp_path, cells, spectra, plates, ramps, fields):
    temperature = np.array([298.0, 313.0, 333.0, 353.0])
    sigma = 0.05 * np.exp(-4000.0 * (1.0 / temperature - 1.0 / 298.0))
    line = il.analysis.arrhenius.fit(sigma, temperature, std=0.05 * sigma)
    made = {
        "stack": stack.drawing(cells), "stack-one": stack.drawing(cells["bare"]), "nyquist": impedance.nyquist(spectra), "bode": impedance.bode(spectra),
        "nyquist-many": impedance.nyquist(plates), "voltage": strip_plate.voltage(plates), "voltage-one": strip_plate.voltage(plates["bare"], zoom=False),
        "ramp": critical_current.ramp(ramps), "budget": budget.bars(plates), "contact": contact.focusing(fields), "contact-one": contact.focusing(fields["bare"]),
        "mechanisms": mechanisms.states(ramps), "arrhenius": arrhenius.line(line, std=0.05 * sigma), "compare": compare.compare(measured(plates["bare"]), plates["bare"]),
        "compare-spectra": report.compare(measured(spectra["bare"]), spectra["bare"]),
    }  # fmt: skip
    for stem, figure in made.items():
        assert figure.tables, stem
        assert all(len(t) for t in figure.tables), stem
        width = figure.get_size_inches()[0] / style.MM
        assert width <= style.DOUBLE + 0.01, stem
    paths = report.save(made["nyquist"], tmp_path, "nyquist")
    assert [p.suffix for p in paths] == [".png", ".svg", ".pdf", ".csv"]
    assert all(p.stat().st_size > 200 for p in paths)
    assert not list(tmp_path.glob(".*")), "a partial file was left"


def test_fitted_figure_of_a_measured_spectrum(spectra):
    record = measured(spectra["bare"], 0.002)
    fit = il.analysis.impedance.fit(record, "R(RQ)(RQ)", specific=True)
    made = impedance.fitted(fit, "cell $7$ of 8")
    assert len(made.axes) == 4
    assert [t.name for t in made.tables] == ["spectra", "residuals"]
    report.html.document("t", [html.Picture(made, "caption")])
    assert impedance.nyquist({"a": record}, fits={"a": fit}).tables


def test_nyquist_axes_are_equal_and_hold_all_points(spectra):
    for group in (spectra, {"bare": spectra["bare"]}, {"protected": spectra["protected"]}):
        made = impedance.nyquist(group)
        made.canvas.draw()
        for number, ax in enumerate(made.axes):
            box = ax.get_window_extent()
            across = np.ptp(ax.get_xlim()) / box.width
            up = np.ptp(ax.get_ylim()) / box.height
            assert across == pytest.approx(up, rel=1e-3)
            if number == 0:
                for r in group.values():
                    z = r.impedance(r.segments[0], specific=True) * 1e4
                    assert ax.get_xlim()[0] <= z.real.min() and z.real.max() <= ax.get_xlim()[1]
                    assert (-z.imag).max() <= ax.get_ylim()[1]


def test_ohm_and_ohm_cm2_are_never_drawn_in_one_plot(spectra):
    total = Segment({"frequency": np.geomspace(1e6, 1, 20), "impedance_real": np.full(20, 50.0), "impedance_imag": np.full(20, -5.0)}, "frequency", "impedance")
    with pytest.raises(MissingValueError, match="area"):
        impedance.nyquist({"ohm": Record((total,), Provenance("measured", "x")), "specific": spectra["bare"]})
    assert "Ω" in impedance.nyquist(Record((total,), Provenance("measured", "x"))).axes[0].get_xlabel()


def test_one_colour_for_a_variant_in_every_figure():
    assert style.colours(["bare", "protected"]) == {"bare": style.BARE, "protected": style.PROTECTED}
    assert style.colours(["ramp: protected", "zhai2024/bare", "x"])["ramp: protected"] == style.PROTECTED
    many = style.colours([f"cell {i}" for i in range(5)])
    assert len(set(many.values())) == 5
    assert not {style.BARE, style.PROTECTED} & set(many.values())


def test_no_trace_is_left_in_matplotlib(spectra):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    impedance.nyquist(spectra)
    assert dict(mpl.rcParams) == before
    code = "import sys, interlayer.report.figures.impedance, interlayer.report.pages.study; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    code = "import sys, interlayer, interlayer.report, interlayer.report.words; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# -- budget -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("variant", VARIANTS)
def test_budget_adds_up_to_the_cell_voltage(plates, ramps, variant):
    for record in (plates[variant], ramps[variant]):
        for half in (None, 1, 2):
            found = budget.budget_of(record, half)
            assert math.fsum(found.drops.values()) == pytest.approx(found.voltage, rel=1e-6)
            assert found.voltage > 0.0
            assert math.fsum(found.by_place().values()) == pytest.approx(found.voltage, rel=1e-6)
    core = [k for k in budget.budget_of(plates[variant]).drops if k[0] == "LLZTO"]
    assert core
    if variant == "bare":
        ohmic = budget.budget_of(plates["bare"], 1)
        cell = plates["bare"].cell
        expected = 2.0 * sum(cell.separator.thickness.value / k for k in cell.separator.conductivities(cell.temperature))
        assert sum(v for k, v in ohmic.drops.items() if k[0] == "LLZTO") == pytest.approx(expected, rel=1e-4)


def test_budget_refuses_parts_that_do_not_add_up(plates):
    with pytest.raises(RecordError, match="do not add up"):
        budget.budget_of(plates["bare"], 1, {"bulk LLZTO": "LLZTO"})
    with pytest.raises(RecordError, match="lacks the voltage"):
        budget.budget_of(plates["bare"], 1, {"nothing": "LLZTO"})
    with pytest.raises(RecordError, match="no such half cycle"):
        budget.budget_of(plates["bare"], 999)


# -- thinning ---------------------------------------------------------------------------------------------------------
def test_thinning_keeps_a_dip_of_one_sample():
    x = np.arange(1_000_000.0)
    y = np.sin(x / 1e5)
    y[123_457], y[765_432] = -9.0, 7.0
    rows = thin(x, y, 1000)
    assert len(rows) <= 5000
    assert {0, 123_457, 765_432, 999_999} <= set(rows.tolist())
    assert (np.diff(rows) > 0).all()
    assert y[rows].min() == -9.0 and y[rows].max() == 7.0


def test_thinning_keeps_gaps_short_traces_and_clocks_that_jump():
    x = np.arange(20_000.0)
    y = np.ones(20_000)
    y[7000:9000] = np.nan
    rows = thin(x, y, 500)
    assert np.isnan(y[rows]).any()
    assert len(thin(x[:100], y[:100])) == 100
    jump = np.concatenate([x, x])
    peak = np.zeros(40_000)
    peak[31_111] = 5.0
    assert 31_111 in thin(jump, peak, 500)
    assert len(thin(np.zeros(9000), np.arange(9000.0), 500)) <= 2500


def test_a_spike_does_not_flatten_the_axis_and_is_said():
    time = np.linspace(0.0, 36000.0, 4000)
    volts = np.where(np.floor(time / 3600.0) % 2, -0.02, 0.02)
    volts[-3:] = 8.0
    segment = Segment({"time": time, "voltage": volts, "current_density": np.sign(volts)}, "time", "strip_plate")
    made = strip_plate.voltage(Record((segment,), Provenance("simulated", "x"), None, {}, "contact lost (Li|LLZTO left), at 10 h"))
    assert made.axes[0].get_ylim()[1] < 100.0  # mV
    assert "off scale" in made.note
    assert "contact lost" in made.legends[0].get_texts()[0].get_text()


# -- data as CSV ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("first", RISKY)
def test_texts_that_a_spreadsheet_would_run_are_defused(first):
    assert cell_text(f"{first}HYPERLINK(1)") == f"'{first}HYPERLINK(1)"


def test_csv_leaves_numbers_alone_and_reads_back():
    table = Table("t", {"series": ["=1+1", 'a,"b"', "plain"], "value [V]": np.array([-1.5e-7, 0.1 + 0.2, np.nan]), "count": [1, -2, None]})
    rows = list(csv.reader(io.StringIO(data_csv(table))))
    assert rows[0] == ["series", "value [V]", "count"]
    assert rows[1:] == [["'=1+1", "-1.5e-07", "1"], ['a,"b"', "0.30000000000000004", "-2"], ["plain", "", ""]]
    both = stacked("s", [{"a": [1], "b": ["x"]}, {"a": [2], "c": [-3.0]}])
    assert data_csv(both).splitlines() == ["a,b,c", "1,x,", "2,,-3.0"]
    with pytest.raises(RecordError, match="same length"):
        Table("t", {"a": [1], "b": []})


def test_figure_data_are_the_record_not_the_drawing(plates):
    table = strip_plate.voltage(plates).tables[0]
    assert len(table) == sum(len(s) for r in plates.values() for s in r.traces)
    assert set(table.columns["series"]) == set(VARIANTS)


# -- pages ------------------------------------------------------------------------------------------------------------
class Links(HTMLParser):
    """Collects tags and everything a browser would load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.loads: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for key, value in attrs:
            if key == "id":
                self.ids.append(value)
            if key in ("src", "srcset", "data", "poster") or (key.endswith("href") and tag != "a"):
                self.loads.append(value)
            assert not key.startswith("on"), (tag, key)


def check_page(text: str) -> Links:
    found = Links()
    found.feed(text)
    assert not {"script", "link", "iframe", "object", "embed", "base"} & found.tags
    assert all(load.startswith(("#", "data:image/png")) for load in found.loads), found.loads[:5]
    assert len(found.ids) == len(set(found.ids)), "an id stands twice"
    assert "@import" not in text and "url(http" not in text and "url(//" not in text
    assert "<script" not in text.casefold()
    return found


def test_study_report_is_one_self_contained_file(tmp_path, spectra, plates, ramps, fields):
    shelf: dict[str, style.Sheet] = {}
    path = report.study(tiny(spectra, plates, ramps, fields), tmp_path / "study.html", shelf=shelf)
    text = path.read_text(encoding="utf-8")
    found = check_page(text)
    assert path.stat().st_size < 3_000_000
    assert {"svg", "table", "figure", "figcaption", "details", "nav"} <= found.tags
    for part in ("Reported and simulated", "Where the voltage goes", "Current focusing", "data can&#x27;t tell apart", "physics (SHA-256", "95 % range", "1170 Ω cm²"):
        assert part in text.replace("\u00a0", " "), part
    assert {"stack", "impedance-nyquist", "strip-plate-course", "ramp-ramp", "ramp-raised", "budget", "mechanisms", "focusing"} <= set(shelf)
    assert "not drawn" not in text


def test_hostile_text_is_escaped_everywhere(tmp_path, spectra, ramps):
    text = report.study(tiny({"bare": spectra["bare"]}, {}, {"bare": ramps["bare"]}, {}, HOSTILE), tmp_path / "x.html").read_text(encoding="utf-8")
    check_page(text)
    assert "&lt;script&gt;" in text
    blocks = [html.Text(HOSTILE, HOSTILE), html.Bullets([HOSTILE]), html.Grid([HOSTILE], [[HOSTILE]], HOSTILE, HOSTILE), html.Facts({HOSTILE: HOSTILE}), html.Folded(HOSTILE, [html.Section(HOSTILE)])]
    check_page(html.document(HOSTILE, [html.Section(HOSTILE, blocks)]))
    page = html.document("t", [html.Text('10.1000/a"onmouseover="alert(1) and 10.1000/b<img src=x>')])
    check_page(page)


def test_heavy_figures_become_png_and_long_traces_stay_small(tmp_path, monkeypatch, spectra):
    time = np.linspace(0.0, 3.6e6, 400_000)
    volts = np.sign(np.sin(time / 600.0)) * (0.02 + 1e-3 * np.random.default_rng(0).standard_normal(len(time)))
    segment = Segment({"time": time, "voltage": volts, "current_density": np.sign(volts)}, "time", "strip_plate")
    page = html.document("t", [html.Picture(strip_plate.voltage(Record((segment,), Provenance("measured", "x"))), "long")])
    assert len(page) < 1_500_000
    check_page(page)
    monkeypatch.setattr("interlayer.report.files.HEAVY", 10)
    page = html.document("t", [html.Picture(impedance.nyquist(spectra), "c")])
    assert "data:image/png;base64," in page and "<svg" not in page


def test_simulation_report(tmp_path, ramps):
    findings = il.analysis.critical_current.find(ramps["bare"])
    path = report.simulation(ramps["bare"], tmp_path / "s.html", findings=findings)
    text = path.read_text(encoding="utf-8")
    check_page(text)
    assert "critical current density" in text and "CriticalCurrent(" in text


def test_simulation_report_has_a_part_for_each_technique_and_draws_each_trace_once(tmp_path, plates):
    shelf = {}
    found = il.analyse(plates["bare"])
    text = report.simulation(plates["bare"], tmp_path / "s.html", analysed=found, shelf=shelf).read_text(encoding="utf-8")
    check_page(text)
    assert "Strip and plate of a symmetric cell" in text and "Not in this record" in text and "In this record because" in text
    assert "voltage" not in shelf and any(k.startswith("strip_plate") for k in shelf)
    alone = il.simulate("zhai2024/bare", "Impedance(1 MHz, 1 Hz)")
    shelf = {}
    text = report.simulation(alone, tmp_path / "z.html", analysed=il.analyse(alone), shelf=shelf).read_text(encoding="utf-8")
    assert {"nyquist", "bode"} <= set(shelf) and "not drawn" not in text


def test_analysis_report_says_what_was_found_and_not_used(tmp_path, spectra, plates):
    records = {"a.txt": measured(spectra["bare"], 0.002), HOSTILE: measured(plates["bare"])}
    fit = il.analysis.impedance.fit(records["a.txt"], "R(RQ)(RQ)", specific=True)
    findings = {"a.txt": fit.findings(), HOSTILE: [Finding("odd", None, "number", "m", note=HOSTILE)]}
    path = report.analysis(records, findings, {"a.txt": fit}, tmp_path / "a.html", failures={"b.txt": "why"}, remarks={"a.txt": ["a remark"]})
    text = path.read_text(encoding="utf-8")
    check_page(text)
    for part in ("not used", "1.1 cm^2", "one odd thing", "Kramers", "b.txt", "why", "a remark", "cell 7.txt"):
        assert part in text, part


def test_a_page_that_cannot_be_written_is_an_error_with_a_sentence(tmp_path, ramps):
    with pytest.raises(RecordError, match="can't be written"):
        report.simulation(ramps["bare"], tmp_path / "nowhere" / "x.html")
    with pytest.raises(RecordError, match="plain name"):
        report.save(stack.drawing(ramps["bare"].cell), tmp_path, "../x")


# -- many spectra -----------------------------------------------------------------------------------------------------
CELSIUS = (0.0, 20.0, 40.0, 60.0)


def warm(celsius: float) -> Record:
    """R + ZARC + ZARC of a pellet, 0.1 % noise, colder is larger."""
    f = np.geomspace(1e6, 1e-1, 36)
    s = 2j * np.pi * f
    k = math.exp(4000.0 * (1.0 / (celsius + 273.15) - 1.0 / 313.15))
    z = k * (20.0 + 300.0 / (1.0 + (s * 3e-6 * k) ** 0.95) + 500.0 / (1.0 + (s * 1e-2 * k) ** 0.9))
    rng = np.random.default_rng(round(celsius))
    z = z * (1.0 + 1e-3 * (rng.standard_normal(36) + 1j * rng.standard_normal(36)))
    segment = Segment({"frequency": f, "impedance_real": z.real, "impedance_imag": z.imag}, "frequency", "impedance")
    record = Record((segment,), Provenance("measured", f"cell {celsius:g}.txt", reader="plain", sha256="0" * 64))
    return record.with_conditions(area="1 cm^2", thickness="1 mm", temperature=f"{celsius} degC")


@pytest.fixture(scope="module")
def warmed() -> dict[str, Record]:
    return {f"{c:g}.txt": warm(c) for c in CELSIUS}


@pytest.fixture(scope="module")
def looks(warmed: dict[str, Record]) -> dict[str, list[Look]]:
    out = {}
    for label, record in warmed.items():
        fit = il.analysis.impedance.fit(record, "R(RQ)(RQ)", specific=True)
        made = il.analysis.relaxation_times.distribution(record, specific=True)
        names = [il.analysis.arcs.name(record, of, contact="whole") for of in (fit, made)]
        out[label] = [Look(fit, fit.kramers_kronig, il.analysis.z_hit.check(record), made, *names)]
    return out


@pytest.fixture(scope="module")
def row(warmed: dict[str, Record], looks: dict[str, list[Look]]) -> FitRow:
    fits = [looks[label][0].fit for label in warmed]
    fits[2] = None
    x = [r.conditions["temperature"] for r in warmed.values()]
    return row_of("4 files", "temperature", x[::-1], list(warmed)[::-1], fits[::-1])


def test_a_row_is_sorted_and_keeps_its_gaps(row, looks):
    assert list(row.labels) == ["0.txt", "20.txt", "40.txt", "60.txt"] and row.fits[2] is None
    trend = row.trend("R2")
    fit = looks["20.txt"][0].fit
    assert trend.values[1] == fit.values["R2"] and trend.std[1] == fit.std["R2"] and trend.group == "resistance"
    assert np.isnan(trend.values[2]) and np.isnan(trend.std[2])
    tau = row.trend("time constant of arc R3 Q2")
    assert tau.values[3] == pytest.approx(1e-2 * math.exp(4000.0 * (1.0 / 333.15 - 1.0 / 313.15)), rel=0.03)
    other = il.analysis.impedance.fit(warm(30.0), "R(RQ)", specific=True)
    mixed = row_of("t", "index", [1.0, 2.0, 3.0], ["a", "b", "c"], [fit, fit, other])
    assert mixed.fits[2] is None and "c" in mixed.remarks[0]


def test_trends_are_drawn_with_their_errors_and_arrhenius_lines(row):
    energy = il.analysis.arrhenius.fit([float(v) for v in row.trend("R2").values[[0, 1, 3]]], row.x[[0, 1, 3]].tolist(), std=[0.1e-4] * 3, quantity="area_specific_resistance")
    made = series.trends(row, {"R2": energy})
    assert [ax.get_ylabel() for ax in made.axes if ax.get_ylabel()] == ["Resistances (Ω cm²)", "Time constants (s)", "Capacitances (µF/cm²)", "Exponents", "CPE (S sⁿ/m²)"]
    assert "40.txt" in made.note
    bars = [c for c in made.axes[0].containers]
    assert len(bars) == 3
    drawn = bars[1][0].get_ydata()
    assert drawn[0] == pytest.approx(row.trend("R2").values[0] * 1e4, rel=1e-12)  # Ω m² as Ω cm²
    assert made.axes[0].get_yscale() == "log"
    assert any("eV" in t.get_text() for t in made.axes[0].get_legend().get_texts())
    table = made.tables[0]
    assert "temperature [degC]" in table.columns and "R2 [ohm*cm^2]" in table.columns and "R2 std [ohm*cm^2]" in table.columns
    assert table.columns["R2 [ohm*cm^2]"][2] is None and table.columns["temperature [degC]"] == [0.0, 20.0, 40.0, 60.0]


def test_an_overlay_has_equal_axes_and_colours_in_the_order_of_the_coordinate(row, looks):
    from matplotlib.colors import to_rgb

    cloud = [pick.Curve(label, s.frequency, s.z, True, True, label) for label in row.labels for s in [looks[label][0].spectrum]]
    made = series.overlay(cloud, row.x, row.axis, [looks[label][0].distribution for label in row.labels])
    for ax in made.axes[:2]:
        box = ax.get_window_extent()
        assert np.ptp(ax.get_xlim()) / box.width == pytest.approx(np.ptp(ax.get_ylim()) / box.height, rel=1e-3)
    lines = [line for line in made.axes[2].lines if len(line.get_xdata()) == 36]
    grey = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (to_rgb(line.get_color()) for line in lines)]
    assert len(grey) == 4 and (np.diff(grey) > 0.05).all()  # told apart in print without colour
    assert made.axes[-1].get_ylabel() == "Temperature (°C)"
    assert len(made.tables[0]) == 4 * 36


def test_a_distribution_marks_its_peaks_and_the_doubtful_ones_pale(looks):
    look = looks["20.txt"][0]
    d = replace(look.distribution, doubtful=(replace(look.distribution.peaks[0], tau=1e-4),))
    made = relaxation_times.distribution(d, look.peaks)
    words = [t.get_text() for t in made.axes[0].texts]
    assert len(words) == len(d.peaks) + 1 and words[-1] == "doubtful"
    assert any("grain boundary" in w and "Ω cm²" in w for w in words)
    assert made.tables[0].columns["gamma [ohm*cm^2 per ln tau]"] == pytest.approx(d.gamma * 1e4)
    assert len(relaxation_times.distribution({"a": d, "b": look.distribution}).axes[0].get_legend().get_texts()) == 2
    fitted = impedance.fitted(look.fit, "x", d, look.peaks)
    assert len(fitted.axes) == 5 and [t.name for t in fitted.tables] == ["spectra", "residuals", "drt"]


def test_a_quick_drawing_is_small_whole_and_escaped(looks):
    from xml.etree import ElementTree

    look = looks["20.txt"][0]
    text = quick.spectrum(look, HOSTILE)
    root = ElementTree.fromstring(text)
    assert len(text) < 30_000 and "<script" not in text and "&lt;script" in text
    words = ["".join(t.itertext()) for t in root.iter("text")]
    assert {"a", "b", "c", "d", "e"} <= set(words) and any("grain boundary" in w for w in words) and "1 kHz" in words
    points = [p.get("d").count("M") for p in root.iter("path") if "h0" in (p.get("d") or "")]
    assert points.count(36) >= 5  # every point in the Nyquist plot, modulus, phase and both residuals
    alone = quick.spectrum(Look(kramers_kronig=look.kramers_kronig), "x")
    assert "no distribution" in alone and "Kramers–Kronig test" in alone
    assert quick.spectrum(Look(), "x") == ""


def test_a_quick_nyquist_has_equal_axes_that_hold_all_points(looks):
    look = looks["0.txt"][0]
    s = look.spectrum
    panel = quick._nyquist_panel(pick.Curve("x", s.frequency, s.z, True, True), s.frequency, None, "specific_impedance_real")
    assert (panel.x.high - panel.x.low) / panel.x.length == pytest.approx((panel.y.high - panel.y.low) / panel.y.length, rel=1e-12)
    u = pick.unit("specific_impedance_real", float(np.abs(s.z).max()))
    at = panel.place(u(s.z.real), u(-s.z.imag))
    assert (at >= 0.0).all() and (at[:, 0] <= panel.x.length).all() and (at[:, 1] <= panel.y.length).all()


def test_scales_and_ticks():
    assert [t for _, t in Scale(0.0, 10.0, 100.0).ticks(5)] == ["0", "2", "4", "6", "8", "10"]
    assert [t for _, t in Scale(-0.3, 0.3, 100.0).ticks(4)] == ["−0.2", "0", "0.2"]
    assert [t for _, t in Scale(0.5, 2e4, 100.0, True).ticks(8)] == ["10⁰", "10¹", "10²", "10³", "10⁴"]
    assert float(Scale(1.0, 100.0, 50.0, True)(np.array(10.0))) == pytest.approx(25.0)
    assert nice(0.21) == 0.25 and nice(3.0) == 5.0 and nice(7.0) == 10.0


def test_tables_have_units_in_their_heads_and_one_line_each(warmed, looks, row):
    case = page.Analysis(warmed, {k: v[0].findings() for k, v in looks.items()}, looks, {"b.txt": ("why", "do this")}, {}, [row])
    made = {t.name: t for t in tables(case)}
    assert set(made) == {"files", "findings", "trends", "validity", "parameters", "arcs", "drt-peaks", "spectra", "drt"}
    assert len(made["files"]) == 5 and made["files"].columns["what to do"][-1] == "do this" and made["files"].columns["state"][-1] == "not analysed"
    fit = looks["0.txt"][0].fit
    assert made["parameters"].columns["R2 [ohm*cm^2]"][0] == pytest.approx(fit.values["R2"] * 1e4, rel=1e-12)
    assert made["parameters"].columns["R2 std [ohm*cm^2]"][0] == pytest.approx(fit.std["R2"] * 1e4, rel=1e-12)
    assert len(made["arcs"]) == 8 and set(made["arcs"].columns["is"]) <= {"grain boundary", "charge transfer", "interphase", "unassigned"}
    assert len(made["spectra"]) == 4 * 36 and {"Re fit [ohm*cm^2]", "residual Re [%]", "Z-HIT residual of |Z| [%]"} <= set(made["spectra"].columns)
    assert all("[" in h for h in made["drt-peaks"].columns if h.split()[0] in ("R", "tau", "C", "frequency", "width"))
    for table in made.values():
        assert len(list(csv.reader(io.StringIO(data_csv(table))))) == len(table) + 1


def test_a_report_of_many_files_is_folded_small_and_keeps_its_style_to_itself(tmp_path, warmed, looks, row):
    names = [f"{i:02d} {HOSTILE if i == 3 else ''}.txt" for i in range(14)]
    records = {n: list(warmed.values())[i % 4] for i, n in enumerate(names)}
    many = {n: list(looks.values())[i % 4] for i, n in enumerate(names)}
    case = page.Analysis(records, {n: v[0].findings() for n, v in many.items()}, many, {"b.txt": ("why", "do this")}, {names[1]: ["a remark"]}, [replace(row, labels=tuple(names[:4]))], together=["of all"])
    shelf: dict[str, style.Sheet] = {}
    text = page.write(case, tmp_path / "a.html", shelf).read_text(encoding="utf-8")
    check_page(text)
    assert text.count("<style") == 1  # matplotlib's own rules would hold for every drawing of the page
    assert text.count('viewBox="0 0 980') == 14 and text.count("<details><summary>") >= 14 * 3
    assert {"series-trends", "series-overlay"} <= set(shelf) and not any("fit" in k for k in shelf)
    assert len(text) < 1_500_000 and "do this" in text and "needs a look" in text and "of all" in text
    assert "Z-HIT: the spectrum shows no drift" in text and "Kramers–Kronig: the spectrum obeys" in text


# -- small parts ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "std", "text"),
    [(0.001485, 1.6e-6, "(1.4850 ± 0.0016)×10⁻³"), (37.72, 1.1, "37.7 ± 1.1"), (7.56e-11, 1.4e-11, "(7.6 ± 1.4)×10⁻¹¹"), (167000.0, 15000.0, "167000 ± 15000"), (0.5, None, "0.5"), (-2.5e8, None, "-2.5×10⁸"), (0.0, 0.1, "0.00 ± 0.10")],
)  # fmt: skip
def test_numbers_with_errors(value, std, text):
    assert words.measure(value, std) == text


def test_rounding_for_reading_leaves_dois_alone():
    assert words.rounded("0.000802377974214872 S/m and 1.17e+03 Ω cm², 10.26434/chemrxiv-1, version 1.22333.4") == "0.0008024 S/m and 1170 Ω cm², 10.26434/chemrxiv-1, version 1.22333.4"


def test_units_step_with_the_size():
    assert pick.unit("voltage", 0.05).text == "mV"
    assert pick.unit("specific_impedance_real", 3e3 * 1e-4).text == "Ω cm²"
    assert pick.unit("specific_impedance_real", 3e5 * 1e-4).text == "kΩ cm²"
    assert pick.unit("time", 20.0).text == "s"
    assert pick.unit("temperature")(np.array([298.15])) == pytest.approx([25.0])


def test_records_get_unlike_labels(spectra):
    assert list(pick.labelled([spectra["bare"], spectra["bare"]])) == ["zhai2024/bare", "zhai2024/bare (2)"]
    assert len(next(iter(pick.labelled({"x" * 300: spectra["bare"]})))) <= 44
    series = il.Series((spectra["bare"],), "temperature", (298.15,))
    assert list(pick.labelled(series)) == ["25 °C"]


def test_nothing_in_common_is_said(spectra, plates):
    only = Record(tuple(s for s in plates["bare"].segments if s.axis == "time"), plates["bare"].provenance, plates["bare"].cell)
    with pytest.raises(RecordError, match="nothing to compare"):
        compare.compare(measured(spectra["bare"]), only)
    with pytest.raises(RecordError, match="no slow state"):
        mechanisms.states(spectra)
    with pytest.raises(RecordError, match="no impedance spectrum"):
        impedance.nyquist(only)


def test_report_names():
    assert callable(report.study) and callable(report.analysis) and callable(report.compare)
    assert "impedance" in dir(report.figures)
    with pytest.raises(AttributeError):
        _ = report.nothing
    with pytest.raises(AttributeError):
        _ = report.figures.nothing
    assert Path(report.__file__).parent.joinpath("figures", "stack.py").exists()


def test_a_link_is_a_file_beside_the_page_and_nothing_else():
    from interlayer.report.html import Links, document

    page = document("T", [Links([("a-1.html", "one"), ('javascript:alert("x")', "two"), ("ü <b>.html", "three")])])
    assert '<a href="a-1.html">one</a>' in page and 'href="javascript%3Aalert%28%22x%22%29"' in page
    assert 'href="%C3%BC%20%3Cb%3E.html"' in page
