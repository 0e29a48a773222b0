"""Figures by technique: each registered one draws on a record of its technique without a warning, says its units, keeps every
extreme of a long record and names a single sample as one; charts of the field hold all points.
"""

from __future__ import annotations

import itertools
import resource
import time
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.text import Text

import interlayer as il
from _cycled import plate
from dc_records import record, trace
from interlayer.analysis import aurbach, critical_current, cyclic_voltammetry, shorts, strip_plate
from interlayer.analysis.survival import Lives
from interlayer.cells.named import named
from interlayer.errors import RecordError
from interlayer.record import Finding, Provenance, Record, Segment
from interlayer.report import figures, style
from interlayer.report.figures import deposit, impedance_over_time, landscape, survival
from interlayer.report.files import laid_out, rendered
from interlayer.report.thin import lone, thin
from test_dc_contract import CASES
from test_dc_diffusion import reversible
from test_dc_lithium import cycling as on_copper
from test_one_record_over_temperature import warmed

UNITS = ("K⁻¹", "°C", "(V)", "V/s", "(mV)", "(µV)", "(h)", "(min)", "(s)", "mA", "µA", "(nA", "Ω", "mAh", "µm", "%", "cm²/s", "/V")
BARE_WORDS = ("Cycle", "Share of cells alive", "Cells that ended (%)")


def listed(found: list[Finding] | Finding) -> list[Finding]:
    return [found] if isinstance(found, Finding) else list(found)


@pytest.fixture(scope="module")
def samples() -> dict[str, tuple[Record, list[Finding]]]:
    """One record with its findings for each technique that has figures."""
    made = {name: (r, listed(find(r))) for name, (r, find) in CASES.items()}
    cell, _ = plate(5, short=True, fall=0.4)
    cell = cell.with_conditions(area="1 cm^2")
    seen = shorts.analyse(cell)
    made["strip_plate"] = cell, [*seen, *strip_plate.analyse(cell), strip_plate.life(cell, "short")]
    made["shorts"] = cell, seen
    ramp = il.simulate(named("zhai2024/bare"), "CriticalCurrent(step=0.5 mA/cm^2, half_cycle=30 min, stop=2 mA/cm^2)")
    made["critical_current"] = ramp, critical_current.find(ramp)
    made["impedance"] = il.simulate(named("zhai2024/bare"), "StripPlate(current_density=0.2 mA/cm^2, half_cycle=1 h, cycles=4, impedance_every=1)"), []
    lives = [Finding("life", h * 3600.0, "time", "m", None, "", "known", evidence={"censored": h > 50, "group": g}) for g, h in (("bare", 5), ("bare", 9), ("bare", 7), ("protected", 30), ("protected", 44), ("protected", 60))]
    made["survival"] = ramp, lives
    parts, clock = [], 0.0
    for rate in (0.005, 0.02, 0.08):
        s = reversible(rate, n=601).segments[0]
        parts.append(trace(clock + s["time"], s["voltage"], s["current_density"], "cyclic_voltammetry"))
        clock += float(s["time"][-1])
    swept = record(*parts, temperature="25 degC")
    warm = warmed(specific=True)
    made["arrhenius"] = warm, list(il.analyse(warm, technique="arrhenius"))
    made["cyclic_voltammetry"] = swept, [*cyclic_voltammetry.find(swept), cyclic_voltammetry.b_value(swept)]
    return made


def given(name: str, samples: dict[str, tuple[Record, list[Finding]]]) -> tuple[Record, list[Finding]]:
    """What a figure is drawn of here."""
    if name == "aurbach.cycles":
        plated = on_copper([0.80, 0.95, 0.97, 0.96])
        return plated, aurbach.find(plated, skip=1)
    return samples[figures.FIGURES[name].technique]


def drawn(fig: style.Sheet) -> bytes:
    with laid_out(fig):
        return rendered(fig, "png", 60)


def texts(fig: style.Sheet) -> list[tuple[str, np.ndarray]]:
    """(words, extent [px]) of all texts that are seen, at the resolution that is written."""
    fig.set_dpi(200.0)
    fig.canvas.draw()
    renderer = fig.canvas.get_renderer()
    away = {
        id(label) for ax in fig.axes for axis in (ax.xaxis, ax.yaxis) for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval()) for label in (tick.label1, tick.label2)
    }  # fmt: skip
    shown = [t for t in fig.findobj(Text) if t.get_visible() and t.get_text().strip() and id(t) not in away]
    return [(t.get_text(), t.get_window_extent(renderer).extents) for t in shown if t.get_window_extent(renderer).width > 1.0]


@pytest.mark.parametrize("name", sorted(figures.FIGURES))
def test_each_figure_draws_cuts_no_text_and_says_its_units(name, samples):
    kind = figures.FIGURES[name]
    fig = kind(*given(name, samples))
    with laid_out(fig):
        found = texts(fig)
        width, height = fig.bbox.width, fig.bbox.height
    assert len(found) > 6
    for words, (x0, y0, x1, y1) in found:
        assert x0 > -1.5 and y0 > -1.5 and x1 < width + 1.5 and y1 < height + 1.5, f"{words!r} is cut"
    for (one, a), (other, b) in itertools.combinations(found, 2):
        across, up = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        assert not (across > 2.0 and up > 3.0), f"{one!r} lies on {other!r}"
    assert fig.tables and all(len(t) for t in fig.tables)
    assert kind.caption.endswith(".") and kind in figures.of(kind.technique)
    assert style.SINGLE - 0.1 <= fig.get_size_inches()[0] / style.MM <= style.DOUBLE + 0.1
    for ax in fig.axes:
        for label in (ax.get_xlabel(), ax.get_ylabel()):
            assert not label or label in BARE_WORDS or any(u in label for u in UNITS), label


def test_each_technique_of_an_experiment_has_a_figure():
    wanted = {"strip_plate", "critical_current", "shorts", "impedance", "bruce_vincent", "tafel", "dc_polarisation", "aurbach", "nucleation", "gitt", "cyclic_voltammetry", "linear_sweep", "rate", "cycling",
              "voltage_profile", "deposit", "survival", "arrhenius"}  # fmt: skip
    assert {figures.FIGURES[n].technique for n in figures.FIGURES} == wanted
    assert figures.of("nothing of this name") == []


def test_without_findings_a_figure_draws_the_data_or_says_what_is_missing(samples):
    asked = []
    for name in figures.FIGURES:
        kind = figures.FIGURES[name]
        made_of, _ = samples[kind.technique]
        try:
            assert kind(made_of, []).tables
        except RecordError as error:
            assert "finding" in str(error) or "cycles" in str(error), name
            asked.append(name)
    assert "strip_plate.voltage" not in asked and "critical_current.staircase" not in asked and "nucleation.tip" not in asked


@pytest.mark.parametrize("name", ["bruce_vincent.transient", "dc_polarisation.line", "linear_sweep.limit", "shorts.events"])
def test_a_record_in_which_nothing_flows_is_refused_in_words(name, samples):
    made_of, found = samples[figures.FIGURES[name].technique]
    still = Record(tuple(replace(s, channels={k: np.zeros(len(v)) if "current" in k else v for k, v in s.channels.items()}) for s in made_of.segments), made_of.provenance, None, made_of.conditions)
    with pytest.raises(RecordError, match=r"[Nn]o (current|polarisation|sweep)"):
        figures.FIGURES[name](still, found)


# -- extremes ---------------------------------------------------------------------------------------------------------
def long_record(rows: int, dip: int | None) -> Record:
    """Half cycles of 1 h at 20 mV; one sample falls to 1 mV, inside the band that the cycles fill."""
    t = np.linspace(0.0, 1000.0 * 3600.0, rows)
    sign = np.where(np.floor(t / 3600.0) % 2 == 0, 1.0, -1.0)
    v = 0.02 * sign + 1e-4 * np.random.default_rng(0).normal(size=rows)
    if dip is not None:
        v[dip] = 0.05 * v[dip]
    return Record((Segment({"time": t, "voltage": v, "current_density": sign}, "time", "strip_plate"),), Provenance("measured", "cell 7"))


def ringed(fig: style.Sheet) -> np.ndarray:
    """Places of the rings in the overview."""
    return np.concatenate([np.column_stack(line.get_data()) for line in fig.axes[0].lines if line.get_gid() == "lone"] or [np.zeros((0, 2))])


@pytest.mark.parametrize("dip", [123_456, 123_604, 399_000])  # in a half cycle, just after a reversal, near the end
def test_a_dip_of_one_sample_is_ringed_and_named_as_one(dip):
    rows = 400_000
    data = long_record(rows, dip)
    fig = figures.FIGURES["strip_plate.voltage"](data)
    at = float(data.segments[0]["time"][dip]) / 3600.0
    assert ringed(fig) == pytest.approx(np.array([[at, float(data.segments[0]["voltage"][dip]) * 1e3]]))
    words = [t.get_text() for t in fig.axes[0].texts]
    assert f"one sample, {at:.4g} h" in words and "One sample stands out alone" in fig.note
    line = max(fig.axes[0].lines, key=lambda x: len(x.get_xdata()))
    assert np.any(np.abs(np.asarray(line.get_ydata()) - float(data.segments[0]["voltage"][dip]) * 1e3) < 1e-9)  # and it is in the line
    quiet = figures.FIGURES["strip_plate.voltage"](long_record(rows, None))
    assert not len(ringed(quiet)) and not any("one sample" in t.get_text() for t in quiet.axes[0].texts)
    drawn(fig)


def test_reversals_noise_and_steps_are_no_single_samples():
    rng = np.random.default_rng(1)
    t = np.arange(50_000.0)
    assert not len(lone(np.where(np.floor(t / 500) % 2 == 0, 1.0, -1.0) + 0.01 * rng.normal(size=len(t))))
    assert not len(lone(rng.normal(size=len(t)), least=3.0))
    two = np.ones(1000)
    two[500:502] = 0.0  # two samples are no single one
    assert not len(lone(two + 1e-3 * rng.normal(size=1000)))
    one = np.ones(1000) + 1e-3 * rng.normal(size=1000)
    one[[300, 700]] = 0.5, -2.0
    assert lone(one).tolist() == [700, 300]
    assert not len(lone(np.full(1000, np.nan))) and not len(lone(np.ones(3)))


def test_thinning_parts_at_gaps_and_takes_every_extreme_of_a_hundred():
    rng = np.random.default_rng(2)
    x, y = np.sort(rng.uniform(0.0, 1e6, 300_000)), rng.normal(size=300_000)
    peaks = rng.choice(300_000, 100, replace=False)
    y[peaks] = np.where(np.arange(100) % 2, 1.0, -1.0) * rng.uniform(50.0, 99.0, 100)
    y[100_000:150_000:7] = np.nan
    rows = thin(x, y, 1500)
    lost = [k for k in peaks.tolist() if np.isfinite(y[k]) and k not in set(rows.tolist())]
    # lost only where another peak of the same sign and bin is larger
    bins = np.floor((x - x[0]) / (x[-1] - x[0]) * 1500)
    for k in lost:
        mates = [m for m in peaks.tolist() if bins[m] == bins[k] and np.sign(y[m]) == np.sign(y[k]) and abs(y[m]) > abs(y[k])]
        assert mates, k
    assert np.isnan(y[rows]).any() and len(rows) <= 5 * 1500


@pytest.mark.long
def test_ten_million_rows_are_drawn_in_three_seconds():
    data = long_record(10_000_000, 6_543_210)
    figures.FIGURES["strip_plate.voltage"](long_record(50_000, None))  # imports
    start = time.process_time()
    fig = figures.FIGURES["strip_plate.voltage"](data)
    drawn(fig)
    spent = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    assert spent < 3.0 and peak < 1.5, (spent, peak)
    assert ringed(fig)[0][0] == pytest.approx(float(data.segments[0]["time"][6_543_210]) / 3600.0)


# -- charts of the field ----------------------------------------------------------------------------------------------
POINTS = [
    landscape.Point("LLZTO", "bare", 1.5, 25 * 3600.0, False, "a 2024, Fig. 1"),
    landscape.Point("ZnI2 on LLZTO", "protected", 10.0, 2000 * 3600.0, True, "a 2024, Fig. 2"),
    landscape.Point("a $costly$ layer", landscape.OWN, 14.0, 900 * 3600.0, False, "this work"),
]


def test_charts_of_the_field_hold_every_point_and_mark_what_did_not_fail():
    for draw in (landscape.critical_current, landscape.life):
        fig = draw(POINTS)
        drawn(fig)
        assert len(fig.tables[0]) == 3 and "3 points, 1 of them" in fig.note
        ax = fig.axes[0]
        hollow = [x for x in ax.lines if x.get_markerfacecolor() == "white" and len(x.get_xdata()) == 1]
        assert len(hollow) == 1 and float(hollow[0].get_xdata()[0]) == pytest.approx(1.0)
        low, high = ax.get_xlim()
        assert all(low < float(x.get_xdata()[0]) < high for x in ax.lines if len(x.get_xdata()) == 1)
    with pytest.raises(RecordError, match="no point"):
        landscape.life([landscape.Point("x", "bare", 1.0)])


def test_the_papers_claims_become_points():
    currents, lives = landscape.published()
    bare = next(p for p in currents if p.group == "bare" and p.source.startswith("zhai2024"))
    assert (bare.label, bare.x, bare.y, bare.censored) == ("LLZTO", pytest.approx(1.5), None, False)
    assert any(p.censored and p.x == pytest.approx(3.0) for p in currents if p.source.startswith("wu2023"))  # a lower bound of 0.3 mA/cm²
    kept = next(p for p in lives if p.source.startswith("zhai2024") and p.y == pytest.approx(2000 * 3600.0))
    assert kept.group == "protected" and kept.censored and kept.x == pytest.approx(1.0)
    assert not any("series" in p.label for p in [*currents, *lives])
    own = [landscape.Point("mine", landscape.OWN, 5.0, 900 * 3600.0, True, "this work")]
    for draw, points in ((landscape.critical_current, currents), (landscape.life, [*lives, *own])):
        fig = draw(points)
        with laid_out(fig):
            found = texts(fig)
            width = fig.bbox.width
        assert all(x0 > -1.5 and x1 < width + 1.5 for _, (x0, _, x1, _) in found)
        assert len(fig.tables[0]) == len(points)
    from interlayer.literature import claims

    mine, _ = landscape.of_claims(claims("zhai2024").values(), own=True)
    assert {p.group for p in mine} == {landscape.OWN}


def test_lives_in_groups_and_deposits_by_label():
    rng = np.random.default_rng(1)
    bare, kept = np.sort(rng.weibull(2, 12)) * 5e5, np.sort(rng.weibull(2, 10)) * 2e6
    fig = survival.curves({"bare": Lives.of(bare), "protected": Lives.of(np.minimum(kept, 2.5e6), (kept < 2.5e6).tolist())})
    drawn(fig)
    ticks = [x for x in fig.axes[0].lines if x.get_marker() == "|"]
    assert sum(len(x.get_xdata()) for x in ticks) == int(np.sum(kept >= 2.5e6))  # a mark a censored cell
    low = np.floor(rng.weibull(5, 9) * 12)
    drawn(survival.curves({"bare": Lives(low, low + 1.0, "current_density")}))
    drawn(survival.curves({"protected": Lives.of([1e5, 2e5], [False, False])}))
    with pytest.raises(RecordError, match="one quantity"):
        survival.curves({"a": Lives.of([1.0]), "b": Lives.of([1.0], quantity="areal_charge")})
    found = il.analysis.deposit.find(None, thickness="20 um", thickness_std="2 um", charge="3 mA*h/cm^2")
    assert len(deposit.several({"bare": found, "protected": found}).tables[0]) == 2


def test_spectra_over_time_have_equal_axes_and_the_time_they_were_taken_at(samples):
    made_of = samples["impedance"][0]
    fig = impedance_over_time.overlay(made_of)
    ax = fig.axes[0]
    box = ax.get_window_extent()
    assert (ax.get_xlim()[1] - ax.get_xlim()[0]) / box.width == pytest.approx((ax.get_ylim()[1] - ax.get_ylim()[0]) / box.height, rel=1e-6)
    assert sorted({float(v) for v in fig.tables[0].columns["time [h]"]}) == pytest.approx([0.0, 2.0, 4.0, 6.0, 8.0])
    assert not ax.spines["right"].get_visible()  # the package's style, also when called by itself
    with pytest.raises(RecordError, match="two"):
        impedance_over_time.overlay(made_of.select(technique="nothing"))
