"""Titrations, voltammograms, sweeps and polarisation: closed forms, the engine where it has the cell, coverage, decoys."""

from __future__ import annotations

import math

import numpy as np
import pytest

import interlayer as il
from dc_records import THERMAL, band, holds, noisy, record, trace, value
from interlayer.analysis import cyclic_voltammetry, dc_polarisation, gitt, linear_sweep
from interlayer.elements.base import FARADAY
from interlayer.errors import AnalysisError, MissingValueError, UnknownNameError
from interlayer.record import Finding, Record


# -- titration --------------------------------------------------------------------------------------------------------
def surface(x, shape, terms=4000):
    """Surface over mean for a constant flux by its plain series (slow, no short-time form): what gitt.response must be."""
    x = np.maximum(np.asarray(x, float), 0.0)[:, None]
    if shape == "slab":
        a2 = (math.pi * np.arange(1.0, terms)) ** 2
        return x[:, 0] + 1 / 3 - 2 * np.sum(np.exp(-a2 * x) / a2, axis=1) - (x[:, 0] == 0) * 0
    roots = np.array([math.pi * (k + 0.5) for k in range(1, terms)])
    for _ in range(30):
        roots = np.arctan(roots) + math.pi * np.arange(1, terms)
    return x[:, 0] + 1 / 15 - 2 / 3 * np.sum(np.exp(-(roots**2) * x) / roots**2, axis=1)


def titration(diffusivity=1e-14, length=5e-6, tau=600.0, rest=7200.0, pulses=4, step=5.0, change=0.01, ohmic=0.02, shape="slab", wander=0.0, flat=()) -> Record:
    """Pulses of 1 mA: each moves the rest potential by `change` (none where `flat`), by superposition of exact steps."""
    made = [trace(np.arange(0.0, 600.0, 10.0), np.full(60, 3.0), np.zeros(60), specific=False)]
    clock, level = 600.0 - 10.0, 3.0
    y = diffusivity * tau / length**2
    for k in range(pulses):
        move = 1e-5 * change if k in flat else change
        t = np.arange(step, tau + 1e-9, step)
        relax = tau + np.concatenate([np.arange(step, 600.0, step), np.geomspace(600.0, rest, 150)])

        def g(x, y=y):
            return gitt.response(y * x / tau, shape) / y

        up = level + ohmic + move * g(t)
        down = level + move * (g(relax) - g(relax - tau)) + wander * (relax - tau)
        made += [trace(clock + t, up, np.full(len(t), 1e-3), specific=False), trace(clock + relax, down, np.zeros(len(relax)), specific=False)]
        clock, level = clock + float(relax[-1]), level + move + wander * rest
    return record(*made)


@pytest.mark.parametrize("shape", ["slab", "sphere"])
def test_the_response_is_the_exact_solution(shape):
    x = np.geomspace(1e-3, 3.0, 60)
    assert gitt.response(x, shape) == pytest.approx(surface(x, shape), abs=3e-4 if shape == "sphere" else 2e-4)
    late = x > 0.05
    assert gitt.response(x, shape)[late] == pytest.approx(surface(x, shape)[late], abs=2e-4)
    a, b = gitt.response(np.array([0.05 - 1e-12, 0.05]), shape)
    assert a == pytest.approx(b, abs=1e-8)  # the two forms meet


@pytest.mark.parametrize("shape", ["slab", "sphere"])
@pytest.mark.parametrize("method", ["weppner-huggins", "least squares"])
def test_diffusivity_without_noise(shape, method):
    """tau D/L² = 0.0024: the sqrt(t) law holds for a slab; of a sphere its curvature is 10 % there, least squares has none."""
    d = 1e-16
    found = gitt.find(titration(d, shape=shape, rest=400000.0, pulses=2), length="5 um", shape=shape, method=method)
    within = 1e-3 if method == "least squares" else 0.02 if shape == "slab" else 0.25
    for f in found:
        assert f.value == pytest.approx(d, rel=within), f


@pytest.mark.parametrize(("volts", "step"), [(1e-5, 1.0), (1e-4, 5.0), (1e-4, 20.0)])
@pytest.mark.parametrize("y", [0.01, 0.1, 1.0])
def test_least_squares_over_noise_sampling_and_unfinished_rests(volts, step, y):
    d = y * 25e-12 / 600.0
    data = noisy(titration(d, step=step, rest=max(1800.0, 0.5 * 600.0 / y), pulses=1), np.random.default_rng(4), volts=volts)
    found = gitt.find(data, length="5 um")[0]
    assert found.value is not None, found.note  # the rests end long before L²/D
    assert abs(found.value - d) < 4 * found.std and found.std < 0.3 * d, (found.value / d, found.std / d)


def test_sqrt_of_time_alone_tells_no_diffusivity():
    """Pulse and rest short against L²/D: only dEs/sqrt(D) shows, which is said."""
    with pytest.raises(AnalysisError, match="not determined"):
        gitt.find(noisy(titration(4e-16, rest=1800.0, pulses=1), np.random.default_rng(4), volts=1e-4), length="5 um")


def test_planted_decoys_are_refused():
    with pytest.raises(AnalysisError, match="not short"):
        gitt.find(titration(4e-14), length="5 um", method="weppner-huggins")
    with pytest.raises(AnalysisError, match=r"not finished|not straight"):
        gitt.find(titration(1e-16, rest=1200.0, pulses=1), length="5 um", method="weppner-huggins")
    mixed = gitt.find(noisy(titration(1e-15, flat=(1, 2), rest=40000.0), np.random.default_rng(0), volts=1e-6), length="5 um")
    assert [f.value is None for f in mixed] == [False, True, True, False]
    assert all("plateau" in f.note or "beyond its error" in f.note for f in mixed[1:3])
    two = titration(1e-15, pulses=1)
    bent = [two.segments[0], trace(two.segments[1]["time"], 3.02 + 0.01 * (two.segments[1]["time"] - 590) / 600, two.segments[1]["current"], specific=False), two.segments[2]]
    with pytest.raises(AnalysisError, match=r"not straight|does not describe|not determined|not finished"):
        gitt.find(record(*bent), length="5 um")
    with pytest.raises(AnalysisError, match="no titration"):
        gitt.find(record(trace(np.arange(100.0), np.full(100, 3.0), np.full(100, 1e-3), specific=False)), length="5 um")
    with pytest.raises(MissingValueError, match="diffusion length"):
        gitt.find(titration())
    with pytest.raises(UnknownNameError, match="slab"):
        gitt.find(titration(), length="5 um", shape="slabs")


def test_an_error_of_the_length_enters_twice():
    plain, wide = (gitt.find(titration(rest=40000.0, pulses=1), length="5 um", length_std=s)[0] for s in (None, "0.5 um"))
    assert wide.std == pytest.approx(math.hypot(plain.std, 0.2 * plain.value), rel=1e-6)


@pytest.mark.long
@pytest.mark.parametrize("y", [0.01, 0.3])
def test_coverage_of_diffusivities(y):
    rng, hits = np.random.default_rng(9), []
    d = y * 25e-12 / 600.0
    base = titration(d, rest=max(3600.0, 0.5 * 600.0 / y), pulses=1)
    for _ in range(250):
        f = gitt.find(noisy(base, rng, volts=3e-5), length="5 um")[0]
        hits.append(f.value is not None and holds(f, d))
    band(hits)


# -- voltammograms ----------------------------------------------------------------------------------------------------
def reversible(rate=0.01, d=1e-9, c=1.0, low=-0.35, high=0.35, n=4001) -> Record:
    """A reversible couple by the convolution of Nicholson and Shain, product integration (exact for a piecewise constant flux):
    int_0^t j(s)/sqrt(pi D (t - s)) ds = F c/(1 + exp(-f E)), forward sweep upwards, then back."""
    half = (high - low) / rate
    t = np.linspace(0.0, 2 * half, n)
    e = np.where(t <= half, low + rate * t, high - rate * (t - half))
    h = t[1] - t[0]
    surface_c = FARADAY * c * math.sqrt(d * math.pi) / (1 + np.exp(-e / THERMAL))
    roots = 2 * np.sqrt(h) * np.sqrt(np.arange(n))
    weights = np.diff(roots)  # over the interval k steps ago
    j = np.zeros(n)
    for k in range(1, n):
        j[k] = (surface_c[k] - np.dot(j[1:k], weights[k - 1 : 0 : -1])) / weights[0]
    return record(trace(t[1:], e[1:], j[1:], "cyclic_voltammetry"), temperature="25 degC")


@pytest.fixture(scope="module")
def voltammograms():
    return [reversible(v) for v in (0.005, 0.02, 0.08)]


def test_the_generator_is_nicholson_and_shains_curve(voltammograms):
    """sqrt(pi) chi = 0.4463 at n (E - E1/2) = 28.50 mV (25 degC)."""
    s = voltammograms[1].segments[0]
    top = int(np.argmax(s["current_density"]))
    chi = s["current_density"][top] / (FARADAY * 1.0 * math.sqrt(1e-9 * 0.02 / THERMAL))
    assert chi == pytest.approx(0.4463, abs=5e-4) and s["voltage"][top] == pytest.approx(0.0285, abs=4e-4)


def test_randles_sevcik_and_b(voltammograms):
    found = cyclic_voltammetry.diffusivity(voltammograms, concentration="1 mol/m^3", kinetics="reversible")
    assert found.value == pytest.approx(1e-9, rel=5e-3)
    b = cyclic_voltammetry.b_value(voltammograms)
    assert b.value == pytest.approx(0.5, abs=2e-3) and "diffusion" in b.method
    up = cyclic_voltammetry.find(voltammograms[1])
    assert value(up, "anodic peak potential").value == pytest.approx(0.0285, abs=1e-3)
    assert value(up, "half-wave potential").value == pytest.approx(0.0, abs=3e-3)
    other = cyclic_voltammetry.diffusivity(voltammograms, concentration="1 mol/m^3", kinetics="irreversible", alpha=0.5)
    assert other.value == pytest.approx(1e-9 * (0.4463 / 0.4958) ** 2 / 0.5, rel=5e-3)


@pytest.mark.parametrize(("noise", "every"), [(1e-3, 1), (5e-3, 2), (1e-2, 4)])
def test_peaks_over_noise_and_sampling(voltammograms, noise, every):
    rng = np.random.default_rng(2)
    data = [noisy(r, rng, amps=noise * float(r.segments[0]["current_density"].max()), every=every) for r in voltammograms]
    found = cyclic_voltammetry.diffusivity(data, concentration="1 mol/m^3", kinetics="reversible")
    assert abs(found.value - 1e-9) < 4 * found.std + 5e-3 * 1e-9, (found.value, found.std)


def test_a_capacitor_and_a_film_are_no_diffusion():
    def film(rate):  # an adsorbed couple: ip ~ v
        half = 0.6 / rate
        t = np.linspace(0, 2 * half, 1201)
        e = np.where(t <= half, -0.3 + rate * t, 0.3 - rate * (t - half))
        f = 1 / (1 + np.exp(-e / THERMAL))
        return record(trace(t, e, np.where(t <= half, 1, -1) * rate * 10 * f * (1 - f), "cyclic_voltammetry"), temperature="25 degC")

    films = [film(v) for v in (0.01, 0.02, 0.05)]
    b = cyclic_voltammetry.b_value(films)
    assert b.value == pytest.approx(1.0, abs=0.01) and "surface" in b.method
    with pytest.raises(AnalysisError, match="b = 1"):
        cyclic_voltammetry.diffusivity(films, concentration="1 mol/m^3", kinetics="reversible")
    t = np.linspace(0, 100, 1000)
    resistor = record(trace(t, t / 100, t / 50, "cyclic_voltammetry"))
    with pytest.raises(AnalysisError, match="turning potential"):
        cyclic_voltammetry.find(resistor)
    with pytest.raises(AnalysisError, match=r"three scan rates"):
        cyclic_voltammetry.b_value(films[:2])
    with pytest.raises(MissingValueError, match="reversible"):
        cyclic_voltammetry.diffusivity(films, concentration="1 mol/m^3")
    with pytest.raises(MissingValueError, match="concentration"):
        cyclic_voltammetry.diffusivity(films, kinetics="reversible")


def test_the_engine_has_no_peak_where_there_is_none():
    made = il.simulate("Li|LLZTO(1 mm)|Li @ 25 degC", "CyclicVoltammetry(-20 mV, 20 mV, 1 mV/s, 1, start=0 V)")
    with pytest.raises(AnalysisError, match="turning potential"):
        cyclic_voltammetry.find(made)


# -- linear sweep -----------------------------------------------------------------------------------------------------
def oxidation(onset=4.5, width=0.05, points=2001, base=1e-3, **info) -> Record:
    """|j| = base + 1e-3 exp((E - onset)/width) [A/m²] from 3 to 5 V at 1 mV/s."""
    e = np.linspace(3.0, 5.0, points)
    return record(trace((e - 3.0) * 1000.0, e, base + 1e-3 * np.exp((e - onset) / width), "linear_sweep", **info))


def test_the_threshold_by_hand():
    """0.05 A/m² (5 uA/cm²): E = 4.5 + 0.05 ln((0.05 - 0.001)/0.001) = 4.6946 V; taken away: 4.6956 V."""
    found = linear_sweep.find(oxidation(), threshold="5 uA/cm^2")
    assert found.value == pytest.approx(4.5 + 0.05 * math.log(49), abs=1e-4) and found.name == "oxidation limit"
    less = linear_sweep.find(oxidation(), threshold="5 uA/cm^2", subtract=True)
    assert less.value == pytest.approx(4.5 + 0.05 * math.log(50), abs=1e-4)
    assert "0.005 mA/cm²" in found.method and "1 mV/s" in found.method


@pytest.mark.parametrize(("noise", "every"), [(1e-4, 1), (2e-3, 1), (1e-3, 10)])
def test_the_threshold_over_noise_and_sampling(noise, every):
    data = noisy(oxidation(), np.random.default_rng(1), amps=noise, every=every)
    found = linear_sweep.find(data, threshold="5 uA/cm^2")
    assert abs(found.value - 4.69459) < 3 * found.std + 1e-4, (found.value, found.std)


def test_tangent_of_two_lines():
    """A baseline of zero slope and a line from 4.2 V: they meet there."""
    e = np.linspace(3.0, 5.0, 2001)
    j = 1e-3 + np.maximum(e - 4.2, 0.0) * 2.0
    found = linear_sweep.find(record(trace((e - 3) * 1000, e, j)), method="tangent")
    assert found.value == pytest.approx(4.2, abs=1e-3)


def test_glitches_and_flat_sweeps():
    data = oxidation()
    s = data.segments[0]
    j = s["current_density"].copy()
    j[600] = 5.0  # one sample at 3.6 V
    assert linear_sweep.find(record(trace(s["time"], s["voltage"], j)), threshold="5 uA/cm^2").value == pytest.approx(4.6946, abs=1e-3)
    never = linear_sweep.find(oxidation(onset=6.0), threshold="5 uA/cm^2")
    assert never.value is None and "lies beyond" in never.note
    with pytest.raises(AnalysisError, match="within the current of the baseline"):
        linear_sweep.find(oxidation(base=0.1), threshold="5 uA/cm^2")
    with pytest.raises(AnalysisError, match="does not rise"):
        linear_sweep.find(oxidation(onset=7.0), method="tangent")
    with pytest.raises(MissingValueError, match="threshold"):
        linear_sweep.find(data)
    with pytest.raises(AnalysisError, match="no sweep"):
        linear_sweep.find(record(trace(s["time"], np.where(s["time"] > 1000, 4.0, 3.0), j)), threshold="5 uA/cm^2")
    total = record(trace(s["time"], s["voltage"], s["current_density"] * 1e-4, specific=False))
    with pytest.raises(MissingValueError, match="area"):
        linear_sweep.find(total, threshold="5 uA/cm^2")


def test_the_side_of_the_working_electrode():
    s = oxidation().segments[0]
    right = record(trace(s["time"], -s["voltage"], -s["current_density"], "linear_sweep", working="right"))
    assert linear_sweep.find(right, threshold="5 uA/cm^2").value == pytest.approx(4.6946, abs=1e-3)
    made = il.simulate("Li|LLZTO(1 mm)|Li @ 25 degC", "LinearSweep(0 V, 50 mV, 1 mV/s)")
    dc = 0.023862  # ohm m² of this cell at rest: E = j R
    found = linear_sweep.find(made, threshold="0.1 mA/cm^2", baseline=0.1)
    assert found.value == pytest.approx(1.0 * dc, rel=0.02)


# -- polarisation -----------------------------------------------------------------------------------------------------
def holds_of(rows, tau=200.0, n=300, hold=3600.0, extra=0.0) -> Record:
    """Steady currents (V, I) reached exponentially from three times as much."""
    t = hold * np.linspace(0, 1, n)
    made = [trace(k * hold + t, np.full(n, v), i * (1 + 2 * np.exp(-t / tau)) + extra * t, "dc_polarisation", False, hold=k + 1) for k, (v, i) in enumerate(rows)]
    return record(*made, area="1 cm^2", thickness="1 mm")


def test_electronic_conductivity_by_hand():
    """1 mm, 1 cm², 10 mV -> 1 nA: 1e7 ohm, 1e-6 S/m."""
    data = holds_of([(v, 1e-7 * v) for v in (0.01, 0.02, 0.05)])
    found = dc_polarisation.find(data, carriers="electrons")
    assert found[0].value == pytest.approx(1e7, rel=1e-5)
    assert found[1].value == pytest.approx(1e-3 / (1e7 * 1e-4), rel=1e-5) and found[1].name == "electronic conductivity"
    less = dc_polarisation.find(data, carriers="ions", series=Finding("R", 2e6, "resistance", "fit", 1e5))
    assert less[1].value == pytest.approx(1e-3 / (8e6 * 1e-4), rel=1e-5) and less[1].std / less[1].value == pytest.approx(1e5 / 8e6, rel=1e-2)
    one = dc_polarisation.find(holds_of([(0.01, 1e-9)]), carriers="electrons")
    assert "nothing tests the line" in one[0].method


def test_the_engines_pellet_by_direct_current():
    """Small voltages over lithium: the steady resistance is that of the spectrum's end."""
    cell = il.Cell.parse("Li|LLZTO(1 mm)|Li @ 25 degC")
    made = il.simulate(cell, "DCPolarisation([2 mV, 4 mV, 6 mV], hold=1 min, sample=2 s)")
    spectrum = il.simulate(cell, "Impedance(1 MHz, 1 mHz, 5)").spectra[0]["specific_impedance_real"]
    low, bulk = float(spectrum[-1]), 1e-3 / 0.0928
    found = dc_polarisation.find(noisy(made, np.random.default_rng(0), relative=1e-3), carriers="ions", series=(low - bulk, "ohm*m^2"))
    assert found[0].value == pytest.approx(low, rel=3e-3)
    assert found[1].value == pytest.approx(0.0928, rel=0.01)


def test_activation_energy_over_polarisation_records():
    """Records at four temperatures, conductivities sigma T = A exp(-E/RT) with 55 kJ/mol: the law comes back within its error."""
    from interlayer.analysis import arrhenius

    kelvin = np.array([298.15, 318.15, 338.15, 358.15])
    ohm = 1e7 * kelvin / kelvin[0] * np.exp(55e3 / 8.314462618 * (1 / kelvin - 1 / kelvin[0]))
    records = [noisy(holds_of([(v, v / r) for v in (0.01, 0.02, 0.05)]), np.random.default_rng(k), relative=2e-3) for k, r in enumerate(ohm)]
    law = arrhenius.fit([dc_polarisation.find(r, carriers="electrons")[1] for r in records], kelvin)
    assert abs(law.activation_energy - 55e3) < 4.0 * law.std and law.std < 500.0


def test_what_is_no_ohmic_resistance_is_refused():
    with pytest.raises(AnalysisError, match="not steady"):
        dc_polarisation.find(holds_of([(0.01, 1e-9)], tau=3000.0), carriers="electrons")
    with pytest.raises(AnalysisError, match="bent"):
        dc_polarisation.find(holds_of([(v, 1e-9 * math.sinh(v / 0.05)) for v in (0.02, 0.05, 0.1, 0.2)]), carriers="electrons")
    with pytest.raises(AnalysisError, match="misses zero"):
        dc_polarisation.find(holds_of([(v, 1e-7 * (v - 0.02)) for v in (0.05, 0.1, 0.2)]), carriers="electrons")
    data = holds_of([(0.01, 1e-9), (0.02, 2e-9)])
    with pytest.raises(MissingValueError, match="What carries"):
        dc_polarisation.find(data)
    with pytest.raises(MissingValueError, match="thickness"):
        dc_polarisation.find(record(*data.segments, area="1 cm^2"), carriers="ions")
    with pytest.raises(MissingValueError, match="area"):
        dc_polarisation.find(record(*data.segments, thickness="1 mm"), carriers="ions")
    with pytest.raises(AnalysisError, match="Nothing is left"):
        dc_polarisation.find(data, carriers="ions", series="10.1 Mohm")
    noise = noisy(data, np.random.default_rng(0), relative=0.05)
    assert abs(dc_polarisation.find(noise, carriers="electrons")[0].value - 1e7) < 3 * dc_polarisation.find(noise, carriers="electrons")[0].std


@pytest.mark.long
def test_coverage_of_polarisation():
    rng, hits = np.random.default_rng(3), []
    base = holds_of([(v, 1e-7 * v) for v in (0.01, 0.02, 0.03, 0.04, 0.05)], tau=100.0)
    for _ in range(600):
        hits.append(holds(dc_polarisation.find(noisy(base, rng, relative=0.02), carriers="electrons")[0], 1e7))
    band(hits)


@pytest.mark.long
def test_coverage_of_randles_sevcik():
    """Of the noise. The line through the foot of the wave as baseline takes 0.12 % off the peak, 0.3 % off D, at any noise."""
    rng, hits = np.random.default_rng(3), []
    base = [reversible(v, n=1501) for v in (0.005, 0.02, 0.08)]
    truth = cyclic_voltammetry.diffusivity(base, concentration="1 mol/m^3", kinetics="reversible").value
    assert truth == pytest.approx(1e-9, rel=4e-3)
    for _ in range(400):
        data = [noisy(r, rng, amps=5e-3 * float(r.segments[0]["current_density"].max())) for r in base]
        hits.append(holds(cyclic_voltammetry.diffusivity(data, concentration="1 mol/m^3", kinetics="reversible"), truth))
    assert np.mean(hits) >= 0.93, np.mean(hits)


@pytest.mark.long
def test_coverage_of_limits():
    rng, hits = np.random.default_rng(3), []
    for _ in range(600):
        f = linear_sweep.find(noisy(oxidation(points=1001), rng, amps=1e-3), threshold="5 uA/cm^2")
        hits.append(holds(f, 4.69459))
    assert np.mean(hits) >= 0.95  # half an interval of recording counts as an error: conservative


def stripping(place: float = 0.08, ohm: float = 100.0, *, noise: float = 0.0, seed: int = 0):
    """Metal on a foreign electrode, 1 mV/s from 0.3 to -0.1 V and back: I = E/R plates, and E/R exp(-(E/E_s)²/2) strips what lies there:
    extreme E_s/R exp(-1/2) at E_s, zero at 0 V."""
    down = np.arange(0.3, -0.1, -5e-4)
    up = np.arange(-0.1, 0.3, 5e-4)
    e = np.concatenate([down, up])
    j = np.concatenate([np.minimum(down, 0.0) / ohm, up / ohm * np.exp(-0.5 * np.maximum(up / place, 0.0) ** 2)])
    t = np.arange(len(e)) * 0.5
    return record(trace(t, e, j + noise * np.random.default_rng(seed).normal(size=len(e)), "cyclic_voltammetry"), temperature="25 degC")


@pytest.mark.parametrize("place", [0.03, 0.08, 0.15])
@pytest.mark.parametrize("noise", [0.0, 2e-6])
def test_stripping_peaks_stand_on_zero_current(place: float, noise: float) -> None:
    """Found where the closed form has them; a line through the plating before them puts them elsewhere."""
    truth = place / 100.0 * np.exp(-0.5)
    (peak,) = cyclic_voltammetry.peaks(stripping(place, noise=noise))
    assert peak.anodic and peak.foot == "zero"
    assert peak.potential == pytest.approx(place, abs=1e-3) and peak.current == pytest.approx(truth, abs=5e-3 * truth + 4.0 * peak.current_std)
    found = {f.name: f for f in cyclic_voltammetry.find(stripping(place, noise=noise))}
    assert "stripping" in found["anodic peak potential"].method
    off = cyclic_voltammetry.peaks(stripping(place, noise=noise), foot="line")
    assert not off or abs(off[0].potential - place) > 10e-3 or abs(off[0].current / truth - 1.0) > 0.2
    assert cyclic_voltammetry.peaks(stripping(place, noise=noise), foot="zero") == [peak]


def test_what_diffuses_keeps_its_line(voltammograms) -> None:  # type: ignore[no-untyped-def]
    """A tail of diffusion flows against the sweep back too, but does not turn by itself."""
    for data in [*voltammograms, reversible(n=1001)]:
        assert {p.foot for p in cyclic_voltammetry.peaks(data)} == {"line"}
    with pytest.raises(UnknownNameError, match="zero"):
        cyclic_voltammetry.peaks(voltammograms[0], foot="zeros")  # type: ignore[arg-type]
