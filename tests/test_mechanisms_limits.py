"""What films and electrolytes bear: decomposition above its onset, breakdown of an interphase, in whole cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from conftest import T0
from interlayer.cells import Cell
from interlayer.elements.base import FARADAY, GAS
from interlayer.errors import MissingValueError
from interlayer.simulation import Simulation, assemble, simulate

PT = "Li|LiPF6-carbonate(25 um)|Cu"
FACE = "interfaces.Cu|LiPF6-carbonate.decomposition"
FILM = "interfaces.Li|LiPF6-carbonate"


# -- decomposition -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("alpha", [0.3, 0.5, 1.0])
def test_a_sweep_is_capacitive_below_the_onset_and_tafel_above(alpha: float) -> None:
    cell = Cell.parse(PT).with_({f"{FACE}.decomposition_alpha": alpha, f"{FACE}.onset_potential": "3.5 V"})
    s = simulate(cell, "LinearSweep(start=2 V, stop=3.8 V, scan_rate=1 mV/s)").segments[0]
    potential, j = -s["voltage@double layer Cu|LiPF6-carbonate right"], -s["current_density"]
    layer = cell.interfaces[1].at("double_layer", "double_layer_capacitance", T0) * 1e-3
    tafel = 0.1 * np.exp(alpha * FARADAY * (potential - 3.5) / (GAS * T0))
    late = s["time"] - s["time"][0] > 100.0  # after the jump to the start
    low, high = late & (potential < 2.5), potential > 3.6
    assert j[low] == pytest.approx(layer + tafel[low], rel=1e-3)  # far below: the double layer alone
    assert np.max(tafel[low]) < 1e-2 * layer
    assert j[high] == pytest.approx(tafel[high] + layer, rel=1e-3)
    slope = np.polyfit(potential[high], np.log(j[high] - layer), 1)[0]
    assert slope == pytest.approx(alpha * FARADAY / (GAS * T0), rel=1e-3)


def test_decomposition_needs_lithium_on_the_other_side() -> None:
    kinds = {text: {x.label.split()[0] for x in assemble(Cell.parse(text)).element.leaves()} for text in (PT, "Cu|LiPF6-carbonate(25 um)|Cu", "Li|LiPF6-carbonate(25 um)|Pt")}
    assert [("decomposition" in k) for k in kinds.values()] == [True, False, True]


def test_it_changes_nothing_near_lithium() -> None:
    cell = Cell.parse(PT)
    protocol = "Aurbach(current_density=0.5 mA/cm^2, cycles=1)"
    a, b = (simulate(c, protocol).trace("time")[-1] for c in (cell, cell.set(f"{FACE}.onset_potential", "8 V")))
    assert a == pytest.approx(b, rel=1e-9)


# -- the film's capacitance ---------------------------------------------------------------------------------------------
STILL = {f"{FILM}.interphase.rate_linear": "1e-12 nm/h", f"{FILM}.interphase.rate_parabolic": "1e-12 nm^2/h"}


def film_of(cell: Cell) -> tuple[float, float]:
    """(delta/sigma [ohm m²], eps_0 eps_r/sigma [s]) of the film at one face."""
    at = {k: cell.get(f"{FILM}.interphase.{k}").at(T0) for k in ("initial_thickness", "conductivity", "relative_permittivity")}
    return at["initial_thickness"] / at["conductivity"], 8.8541878188e-12 * at["relative_permittivity"] / at["conductivity"]


def test_a_film_is_an_arc_of_its_own_and_not_part_of_the_bulk() -> None:
    cell = Cell.parse("Li|LiPF6-carbonate(25 um)|Li").with_(STILL)
    none = cell.set(f"{FILM}.interphase.initial_thickness", "1 nm")  # a tenth of it
    f = np.geomspace(1e8, 1e-3, 60)
    added = Simulation.of(cell).impedance(f) - Simulation.of(none).impedance(f)
    r, tau = film_of(cell)
    thin = film_of(none)[0]
    assert added == pytest.approx(2.0 * (r - thin) / (1.0 + 2j * np.pi * f * tau), rel=1e-6, abs=1e-9)
    assert abs(added[0]) < 1e-3 * r, "at 100 MHz it shows nothing"


def test_a_film_charges_with_its_own_time_at_any_thickness() -> None:
    for nm in (10.0, 50.0):
        cell = Cell.parse("Li|LiPF6-carbonate(25 um)|Li").with_({**STILL, f"{FILM}.interphase.initial_thickness": f"{nm} nm", f"{FILM}.interphase.conductivity": "1e-10 S/cm"})
        r, tau = film_of(cell)  # 8.9 ms, resolved in time
        s = simulate(cell, f"StripPlate(current_density=0.1 mA/cm^2, half_cycle={10 * tau} s)", rtol=1e-6).segments[0]
        drop, t = s["voltage@interphase Li|LiPF6-carbonate left"], s["time"]
        assert drop == pytest.approx(r * (1.0 - np.exp(-t / tau)), abs=2e-3 * r)


def test_a_film_without_a_permittivity_is_a_resistance() -> None:
    cell = Cell.parse("Li|LiPF6-carbonate(25 um)|Li")
    faces = tuple(replace(f, physics={**f.physics, "interphase": {k: v for k, v in f.physics["interphase"].items() if k != "relative_permittivity"}}) for f in cell.interfaces)
    plain = replace(cell, interfaces=faces)
    ours, theirs = (Simulation.of(c).impedance([1e8])[0].real for c in (plain, cell))
    assert ours - theirs == pytest.approx(2.0 * film_of(cell)[0], rel=1e-3)


# -- breakdown -----------------------------------------------------------------------------------------------------------
def weak(field: str, healing: str) -> Cell:
    return Cell.parse("Li|LiPF6-carbonate(25 um)|Li").with_({
        f"{FILM}.interphase.rate_linear": "1e-12 nm/h", f"{FILM}.breakdown.breakdown_field": field, f"{FILM}.breakdown.breakdown_time": "100 s",
        f"{FILM}.breakdown.healing_rate": healing, f"{FILM}.breakdown.broken_resistance": "0.5 ohm*cm^2",
    })  # fmt: skip


def test_a_film_that_bears_the_field_is_as_if_it_could_not_break() -> None:
    strong = weak("1e3 V/um", "0 1/s")
    plain = Cell.parse("Li|LiPF6-carbonate(25 um)|Li").set(f"{FILM}.interphase.rate_linear", "1e-12 nm/h")
    protocol = "StripPlate(current_density=1 mA/cm^2, half_cycle=1 h)"
    a, b = simulate(strong, protocol), simulate(plain, protocol)
    assert a.trace("voltage")[-1] == pytest.approx(b.trace("voltage")[-1], rel=1e-6)  # R_open of the leak
    assert np.max(a.segments[0]["fraction@breakdown Li|LiPF6-carbonate left: broken"]) == 0.0


def test_breakdown_goes_to_where_the_drop_is_what_the_film_bears() -> None:
    """Without healing the leak takes current until the film's drop is E_b delta; with healing it stays above."""
    protocol = "StripPlate(current_density=1 mA/cm^2, half_cycle=20 h)"
    found = {}
    for healing in ("0 1/s", "1e-3 1/s"):
        s = simulate(weak("2 V/um", healing), protocol).segments[0]
        found[healing] = s["voltage@interphase Li|LiPF6-carbonate left"][-1], s["fraction@breakdown Li|LiPF6-carbonate left: broken"][-1]
    bears = 2e6 * 10e-9
    drop, d = found["0 1/s"]
    assert drop == pytest.approx(bears, rel=1e-2)
    g = 2e-6 / 10e-9
    assert (10.0 - drop * g) / drop == pytest.approx(d / 0.5e-4, rel=1e-3)
    drop, d = found["1e-3 1/s"]
    w = drop / bears - 1.0
    assert d == pytest.approx(w / (w + 1e-3 * 100.0), rel=1e-4)
    assert drop > bears


def test_a_healed_film_is_whole_again_and_a_broken_one_is_not() -> None:
    ends = {}
    for healing in ("0 1/s", "1e-3 1/s"):
        cell = weak("2 V/um", healing)
        sim = Simulation.of(cell)
        fresh = abs(sim.impedance([1e3])[0])
        sim.run(_parse("StripPlate(current_density=1 mA/cm^2, half_cycle=1 h)"))
        hurt = abs(sim.impedance([1e3])[0])
        sim.run(_parse("StripPlate(current_density=1e-6 mA/cm^2, half_cycle=10 h)"))
        ends[healing] = fresh, hurt, abs(sim.impedance([1e3])[0])
    fresh, hurt, after = ends["0 1/s"]
    assert hurt < 0.9 * fresh
    assert after == pytest.approx(hurt, rel=1e-3)
    fresh, hurt, after = ends["1e-3 1/s"]
    assert hurt < 0.9 * fresh
    assert after == pytest.approx(fresh, rel=1e-3)


def test_a_breakdown_without_its_numbers_says_which() -> None:
    cell = Cell.parse("Li|LiPF6-carbonate(25 um)|Li").set(f"{FILM}.breakdown.breakdown_field", "100 V/um")
    with pytest.raises(MissingValueError, match="breakdown time"):
        simulate(cell, "Impedance(frequencies=[1 Hz])")


def _parse(text: str):  # type: ignore[no-untyped-def]
    from interlayer.protocols import parse

    return parse(text)
