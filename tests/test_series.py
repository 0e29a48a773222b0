"""Series of spectra: a label means the same process throughout, also where arcs cross; axis, gaps, trends."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from interlayer.analysis import impedance
from interlayer.elements.base import GAS
from interlayer.errors import AnalysisError, UnknownNameError
from interlayer.record import Provenance, Record, Segment, Series

OMEGA = 2.0 * np.pi * np.logspace(-1, 6, 60)
S = 1j * OMEGA
DRAWS = 12  # of each crossing in the long proof: some three seconds each
FILES = Path(__file__).parents[2] / "shared/data/EISFitpython-solid-electrolyte"

#: crossing series: R [ohm] at the crossing, its and tau's activation energies [kJ/mol], n, factor on tau, place of the
#: crossing. Two arcs, 1 ms at the crossing; with three the third crosses one of the others elsewhere
CROSSINGS = {
    "plain": {},
    "shallow": {"tau": (40, 60)},
    "resistances stay apart": {"res": (30, 30), "r": (60, 20)},
    "exponents differ": {"n": (0.92, 0.78)},
    "exponents far apart": {"n": (0.95, 0.75), "r": (40, 40)},
    "resistances cross too": {"r": (40, 40), "res": (20, 60)},
    "one small": {"r": (80, 12), "res": (30, 40)},
    "near the end": {"where": 0.25},
    "three arcs": {"r": (60, 30, 40), "n": (0.85, 0.85, 0.8), "tau": (30, 75, 50), "res": (25, 60, 40), "factor": (1, 1, 60)},
}


def truth(count=100, tau=(30, 70), res=(25, 60), r=(60, 30), n=(0.85, 0.85), factor=(1, 1, 1), where=0.5):
    """Temperatures (T,) and (R, tau, n) of every arc (T, K, 3)."""
    kelvin = np.linspace(263.15, 363.15, count)
    x = (1.0 / kelvin - 1.0 / kelvin[int(where * (count - 1))]) * 1e3 / GAS
    arcs = [np.stack([r[k] * np.exp(res[k] * x), 1e-3 * factor[k] * np.exp(tau[k] * x), np.full(count, n[k])], 1) for k in range(len(r))]
    return kelvin, np.stack(arcs, axis=1)


def spectrum(arcs, seed, noise=3e-3, **info):
    rng = np.random.default_rng(seed)
    z = 10.0 + sum(r / (1.0 + (S * tau) ** n) for r, tau, n in arcs)
    z = z * (1.0 + noise * (rng.normal(size=len(z)) + 1j * rng.normal(size=len(z))))
    channels = {"frequency": OMEGA / (2.0 * np.pi), "impedance_real": z.real, "impedance_imag": z.imag}
    return Segment(channels, "frequency", "impedance", info)


def record(segments, source="series"):
    return Record(tuple(segments), Provenance("measured", source))


def crossing(name, seed, count=100):
    kelvin, arcs = truth(count, **CROSSINGS[name])
    return record(spectrum(a, [seed, i], temperature=t) for i, (a, t) in enumerate(zip(arcs, kelvin, strict=True))), arcs


def kept(fits, arcs, by_speed=False):
    """Share of spectra in which the labels mean what they mean in most: each arc is given to the truth next to it."""
    orders = list(itertools.permutations(range(arcs.shape[1])))
    meant = []
    for fit, true in zip(fits, arcs, strict=True):
        found = np.array([(math.log(a.resistance), math.log(a.tau), a.n) for a in fit.arcs])
        if by_speed:
            found = found[np.argsort(found[:, 1])]
        wanted = np.column_stack([np.log(true[:, :2]), true[:, 2]])
        if len(np.unique(wanted.round(9), axis=0)) < len(wanted):
            continue  # where R, tau and n all cross at once, two arcs are one and the same
        meant.append(int(np.argmin([np.sum((found[list(o)] - wanted) ** 2) for o in orders])))
    return float(np.mean(np.array(meant) == np.bincount(meant).argmax()))


# -- identity ---------------------------------------------------------------------------------------------------------
def test_arcs_that_cross_keep_their_labels():
    """24 spectra; the control, labels by speed, fails. The energies of the labelled arcs are those of the processes."""
    data, arcs = crossing("resistances stay apart", 0, 24)
    series = impedance.fit_each(data, "R(RQ)(RQ)", validate=False)
    assert kept(series, arcs) == 1.0 and kept(series, arcs, by_speed=True) < 0.8
    assert any("cross between" in r for r in series.remarks) and series.axis == "temperature"
    assert series.continuity and any("lean on the neighbours" in r for r in series.remarks)
    assert any("lean on its neighbours" in r for r in series[series.continuity[0]].remarks)
    slopes = [np.polyfit(1.0 / series.x, np.log(series.trend(t).values), 1)[0] * GAS for t in series.names if "time constant" in t]
    assert sorted(slopes) == pytest.approx([30e3, 70e3], rel=0.05)


@pytest.mark.long
@pytest.mark.parametrize("name", CROSSINGS)
def test_identity_is_kept_through_crossings(name):
    """100 spectra, 0.3 % noise: at least 99 % in all draws together (98 % where R crosses too); labels by speed fail."""
    found, control = [], []
    for seed in range(DRAWS):
        data, arcs = crossing(name, seed)
        series = impedance.fit_each(data, "R" + "(RQ)" * arcs.shape[1], validate=False)
        found.append(kept(series, arcs))
        control.append(kept(series, arcs, by_speed=True))
    print(f"\n{name}: kept {np.mean(found):.4f} (least {min(found):.2f}), by speed {np.mean(control):.3f}")
    # where R and tau cross in one spectrum, its neighbours' arcs are equal within their errors: 0.989 measured
    assert np.mean(found) >= (0.98 if name == "resistances cross too" else 0.99) and np.mean(control) < 0.9


def test_what_stays_in_doubt_is_said():
    """Equal arcs in everything but their energies, seen only where they coincide: no order is claimed."""
    kelvin, arcs = truth(12, (48, 52), (40, 40), (40, 40))
    data = record(spectrum(a, i, temperature=t) for i, (a, t) in enumerate(zip(arcs, kelvin, strict=True)))
    series = impedance.fit_each(data, "R(RQ)(RQ)", validate=False)
    loose = sum(bool(f.unidentified) for f in series)
    assert loose + len(series.continuity) >= 6 or any("in doubt" in r for r in series.remarks)


def test_an_arc_that_leaves_the_band_keeps_its_label():
    """The slow arc moves out below 0.1 Hz: its label stays, and where the spectrum does not show it, that is said."""
    taus = 10.0 ** np.linspace(-1, 2.5, 12)
    data = record(spectrum([(30, 1e-4, 0.9), (60, tau, 0.85)], i, cycle=i) for i, tau in enumerate(taus))
    series = impedance.fit_each(data, "R(RQ)(RQ)", validate=False)
    assert series.axis == "cycle_index" and series.labels[3] == "cycle 3"
    assert series.trend("R2").values == pytest.approx([30.0] * 12, rel=0.03)
    slow = series.trend("time constant of arc R3 Q2")
    assert slow.values[:7] == pytest.approx(taus[:7], rel=0.1)
    open_end = [i for i in range(12) if not np.isfinite(series.trend("R3").std[i])] + list(series.continuity)
    assert any(i >= 9 for i in open_end) and all(i >= 6 for i in open_end)


def test_labels_are_exchanged_with_everything_that_carries_them():
    """After a crossing the second label is the faster arc: values, errors, covariance, intervals and impedance agree."""
    data, arcs = crossing("exponents far apart", 1, 30)
    series = impedance.fit_each(data, "R(RQ)(RQ)", validate=False)
    swapped = [i for i, f in enumerate(series) if f.arcs[0].tau > f.arcs[1].tau and i not in series.continuity]
    fit = series[swapped[-1]]
    by_speed = impedance.fit(data, "R(RQ)(RQ)", validate=False, which=series.places[swapped[-1]])
    assert by_speed.arcs[0].tau < by_speed.arcs[1].tau and fit.chi2 == pytest.approx(by_speed.chi2, rel=1e-6)
    exchange = {"R2": "R3", "R3": "R2", "Q1": "Q2", "Q2": "Q1", "Q1.n": "Q2.n", "Q2.n": "Q1.n", "R1": "R1"}
    for name, other in exchange.items():
        assert fit.values[name] == pytest.approx(by_speed.values[other], rel=1e-4)
        assert fit.std[name] == pytest.approx(by_speed.std[other], rel=1e-3)
        i, j = fit.names.index(name), by_speed.names.index(other)
        assert fit.covariance[i, i] == pytest.approx(by_speed.covariance[j, j], rel=1e-2)
        assert fit.interval(name) == pytest.approx(by_speed.interval(other), rel=1e-3)
    omega = fit.spectrum.omega
    assert fit.impedance(omega) == pytest.approx(by_speed.impedance(omega), rel=1e-5)
    assert fit.profile("R2").low == pytest.approx(by_speed.profile("R3").low, rel=1e-2)


# -- the axis ---------------------------------------------------------------------------------------------------------
def simple(count=4, **info):
    return [spectrum([(20, 1e-4, 0.9), (40 + 5 * i, 1e-1, 0.85)], i, **{k: v[i] for k, v in info.items()}) for i in range(count)]


def test_the_axis_is_what_the_records_state():
    kelvin = [333.15, 293.15, 313.15, 303.15]
    series = impedance.fit_each(record(simple(temperature=kelvin, cycle=[1, 2, 3, 4])), "R(RQ)(RQ)")
    assert series.axis == "temperature" and list(series.x) == sorted(kelvin) and series.labels[0] == "20 °C"
    assert 'over="cycle_index"' in series.remarks[0] and series.places == (1, 3, 2, 0)
    assert series.trend("R3").values == pytest.approx([45, 55, 50, 40], rel=0.03)
    assert [round(f.values["R3"] / 5) for f in series.as_given()] == [8, 9, 10, 11]
    by_cycle = impedance.fit_each(record(simple(temperature=kelvin, cycle=[1, 2, 3, 4])), "R(RQ)(RQ)", over="cycle_index")
    assert by_cycle.axis == "cycle_index" and by_cycle.trend("R3").values == pytest.approx([40, 45, 50, 55], rel=0.03)
    cycles = impedance.fit_each(record(simple(temperature=[298.0, 298.2, 298.1, 298.0], cycle=[4, 3, 2, 1])), "R(RQ)(RQ)")
    assert cycles.axis == "cycle_index" and cycles.labels[0] == "cycle 1"
    clock = impedance.fit_each(record(simple(time=[0.0, 3600.0, 7200.0, 9000.0])), "R(RQ)(RQ)")
    assert clock.axis == "time" and clock.labels[1] == "1 h"
    apart = [record([s]) for s in simple(time=[0.0, 3600.0, 7200.0, 9000.0])]
    assert impedance.fit_each(apart, "R(RQ)(RQ)").axis == "index"  # test times of different files are no common clock


def test_records_in_a_row_and_values_given():
    rows = [record([s], f"cell{i}.txt") for i, s in enumerate(simple())]
    plain = impedance.fit_each(rows, "R(RQ)(RQ)")
    assert plain.axis == "index" and plain.labels[2] == "cell2.txt" and "no spectrum states" in plain.remarks[0]
    warm = impedance.fit_each([r.with_conditions(temperature=f"{60 - 10 * i} degC") for i, r in enumerate(rows)], "R(RQ)(RQ)")
    assert warm.axis == "temperature" and warm.labels == ("30 °C", "40 °C", "50 °C", "60 °C")
    given = impedance.fit_each(rows, "R(RQ)(RQ)", over={"pressure": ["4 MPa", "3 MPa", "2 MPa", "1 MPa"]})
    assert given.axis == "pressure" and given.labels[0] == "1 MPa" and given.trend("R3").values[0] == pytest.approx(55, rel=0.03)
    named = impedance.fit_each(Series(tuple(rows), "temperature", [300.0, 320.0, 310.0, 330.0]), "R(RQ)(RQ)")
    assert named.axis == "temperature" and list(named.x) == [300.0, 310.0, 320.0, 330.0]
    samples = impedance.fit_each(Series(tuple(rows), "sample", ["a", "b", "c", "d"]), "R(RQ)(RQ)")
    assert samples.axis == "index" and samples.labels == ("a", "b", "c", "d")
    for over, message in ((["temperature"], "run along"), ("temperature", "Not every spectrum"), ({"temperature": [300.0]}, "one temperature a spectrum")):
        with pytest.raises((AnalysisError, UnknownNameError), match=message):
            impedance.fit_each(rows, "R(RQ)(RQ)", over=over if not isinstance(over, list) else "temprature")
    with pytest.raises(AnalysisError, match="no impedance spectrum"):
        impedance.fit_each([])
    with pytest.raises(AnalysisError, match="consists of records"):
        impedance.fit_each([3])


def test_a_spectrum_that_can_not_be_fitted_is_a_gap():
    segments = simple(5, cycle=[1, 2, 3, 4, 5])
    bad = Segment({**segments[2].channels, "impedance_imag": -segments[2]["impedance_imag"]}, "frequency", "impedance", {"cycle": 3})
    series = impedance.fit_each(record([*segments[:2], bad, *segments[3:]]), "R(RQ)(RQ)")
    assert len(series) == 4 and list(series.x) == [1, 2, 4, 5] and [g.label for g in series.gaps] == ["cycle 3"]
    assert "violates Kramers-Kronig" in series.gaps[0].reason and any("Not fitted" in r for r in series.remarks)
    assert series.as_given()[2] is None and series.findings()[0].evidence["gaps"]["cycle 3"]
    assert impedance.fit_each(record([*segments[:2], bad, *segments[3:]])).circuit == "R1(R2Q1)(R3Q2)"
    with pytest.raises(AnalysisError, match="violates Kramers-Kronig"):
        impedance.fit_each(record([bad]), "R(RQ)(RQ)")


# -- trends and findings ----------------------------------------------------------------------------------------------
def test_trends_are_the_findings_of_the_fits():
    series = impedance.fit_each(record(simple(cycle=[1, 2, 3, 4])), "R(RQ)(RQ)")
    assert isinstance(series, impedance.FitSeries) and series[1:3] == series.fits[1:3] and list(series) == list(series.fits)
    assert "capacitance of arc R3 Q2" in series.names and series.circuit == "R1(R2Q1)(R3Q2)"
    found = series.findings()
    for name in series.names:
        trend = series.trend(name)
        assert trend.axis == "cycle_index" and trend.labels == series.labels and not trend.continuity.any()
        for value, std, label in zip(trend.values, trend.std, trend.labels, strict=True):
            of = next(f for f in found if f.name == f"{name} at {label}")
            assert of.value == value and of.std == pytest.approx(std) and of.evidence["axis"] == "cycle_index"
    with pytest.raises(UnknownNameError, match="R3"):
        series.trend("R9")


# -- real pellets -----------------------------------------------------------------------------------------------------
def test_real_pellets_keep_their_arcs_over_temperature():
    from interlayer import read

    paths = [FILES / f"s04147-{t}deg.txt" for t in (200, 140, 180, 160)]
    if not all(p.exists() for p in paths):
        pytest.skip("the shared data are not here")
    series = impedance.fit_each([read(p, temperature="from-name") for p in paths], "(RQ)(RQ)Q")
    assert series.axis == "temperature" and series.labels == ("140 °C", "160 °C", "180 °C", "200 °C")
    assert series.circuit == "(R1Q1)(R2Q2)Q3" and not series.continuity and not series.gaps
    for name in ("R1", "R2"):
        assert (np.diff(series.trend(name).values) < 0.0).all()
