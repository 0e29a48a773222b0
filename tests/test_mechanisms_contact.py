"""Contact under pressure, creep into voids, expanding interphases, the gap's capacitance: against closed forms and the law."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar

import interlayer as il
from conftest import CURRENT, T0, OneKernel, integrate, machine_of, table
from interlayer.cells import Cell, named
from interlayer.elements.base import FARADAY, GAS
from interlayer.laws import creep
from interlayer.laws.constriction import spreading, two_zones
from interlayer.mechanisms.expansion import Expansion
from interlayer.mechanisms.voids import Voids
from interlayer.simulation import Simulation, assemble, simulate
from interlayer.simulation.model import CellModel

PATH = "interfaces.Li|LLZTO.contact.contact_fraction"
LITHIUM = {"rate": 3.75e4, "exponent": 6.5, "energy": 37e3}


def leaf(cell: Cell | str, start: str):  # type: ignore[no-untyped-def]
    tree = assemble(Cell.parse(cell) if isinstance(cell, str) else cell).element
    return next((x for x in tree.leaves() if x.label.startswith(start)), None)


# -- pressure ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("pressure", "f"), [("0.1 MPa", 0.1 / 2.1), ("1 MPa", 1.0 / 2.1), ("3 MPa", 1.0), ("375 MPa", 1.0)])
def test_contact_follows_the_pressure(pressure: str, f: float) -> None:
    cell = Cell.parse(f"Li|LLZTO(1 mm)|Li @ 25 degC, {pressure}")
    assert leaf(cell, "voids").contact == pytest.approx(f, rel=1e-12)
    notes = simulate(cell, "Impedance(frequencies=[1 Hz])").provenance.settings["notes"]
    assert notes["Li|LLZTO left"].startswith(f"contact fraction min(1, P/(3 sigma_y)) = {f:.3g} under {pressure}; the prior is 0.04")


def test_what_is_stated_wins_and_says_so() -> None:
    cell = Cell.parse("Li|LLZTO(1 mm)|Li @ 25 degC, 1 MPa").set(PATH, 0.2)
    made = assemble(cell)
    assert leaf(cell, "voids").contact == 0.2
    assert made.notes["Li|LLZTO right"] == "contact fraction 0.2 as stated; min(1, P/(3 sigma_y)) = 0.476 under 1 MPa"
    assert leaf("Li|LLZTO(1 mm)|Li", "voids").contact == 0.04  # no pressure: the prior
    model = CellModel(Cell.parse("Li|LLZTO(1 mm)|Li @ 25 degC, 1 MPa"), [PATH])
    omega = np.array([1.0, 1e3])
    assert model.impedance(np.array([0.2]), omega) == pytest.approx(Simulation.of(cell).impedance(omega / 2 / math.pi), rel=1e-9)


def test_soft_layers_wet_and_hundreds_of_megapascal_close_every_gap() -> None:
    assert assemble(Cell.parse("Li|SPE(100 um)|Li @ 72.5 degC, 0.1 MPa")).notes == {}
    face = leaf(named("yang2024/bare"), "constriction")
    assert face is None or face.numbers(T0)[3] == 0.0


# -- creep ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("m", [1.0, 3.0, 6.5])
def test_void_closure_against_the_flow_around_a_void(m: float) -> None:
    """The wall speed at which the stress of the flow, integrated here, carries the pressure."""
    stress, a, P = 1e6, 1e-6, 2.5e6
    rate = creep.strain_rate(stress, T0, 3.75e4, m, 37e3)

    def pressure(speed: float) -> float:
        def pull(u: float) -> float:  # u = a/r
            return 2.0 * stress * (2.0 * speed * u**3 / a / rate) ** (1.0 / m) / u

        return float(quad(pull, 0.0, 1.0, epsabs=0.0, epsrel=1e-11)[0])

    speed = brentq(lambda s: pressure(s) - P, 1e-3 * a * rate * 1e-6, 1e6 * a * rate, xtol=1e-30, rtol=1e-14)
    assert creep.void_closure(P, T0, 3.75e4, m, 37e3) == pytest.approx(3.0 * speed / a, rel=1e-9)


def test_creep_dies_with_pressure_and_is_newtons_at_one() -> None:
    viscosity = 1e6 / (3.0 * 3.75e4 * math.exp(-37e3 / (GAS * T0)))
    assert creep.void_closure(2e5, T0, 3.75e4, 1.0, 37e3) == pytest.approx(3.0 * 2e5 / (4.0 * viscosity), rel=1e-12)
    assert creep.void_closure(0.0, T0, **LITHIUM) == 0.0
    low, lower = (creep.void_closure(p, T0, **LITHIUM) for p in (2e5, 1e5))
    assert math.log2(low / lower) == pytest.approx(6.5, rel=1e-12)


def test_diffusive_closure_against_the_diffusion_to_a_sphere() -> None:
    """Finite volumes in log r from the void to 1e4 radii: what flows in per volume, against the closed form."""
    D, P, a = 6e-15, 3e6, 2e-6
    edges = a * np.logspace(0, 4, 401)
    conduct = 4.0 * math.pi * D * edges[:-1] * edges[1:] / np.diff(edges)  # exact between two spheres
    flow = 1.0 / np.sum(1.0 / conduct) * P * 13.0e-6 / (GAS * T0)
    assert creep.diffusive_closure(P, T0, D, 13.0e-6, a) == pytest.approx(flow / (4.0 / 3.0 * math.pi * a**3), rel=2e-4)
    assert creep.diffusive_closure(7e6, T0, D, 13.0e-6, a) / creep.diffusive_closure(3e6, T0, D, 13.0e-6, a) == pytest.approx(7.0 / 3.0, rel=1e-12)
    assert creep.diffusive_closure(-1.0, T0, D, 13.0e-6, a) == 0.0


def test_the_creep_law_is_chosen_by_a_word_and_the_default_stays() -> None:
    """Each word gives its law in the tree; a metal that lacks a number is refused by name, an unknown word too."""
    cell = Cell.parse("Li|LLZTO(1 mm)|Li @ 25 degC, 5 MPa")
    path = "interfaces.Li|LLZTO.creep.creep_law"
    metal, depth = cell.electrodes[0], cell.interfaces[0].at("voids", "void_depth", T0)
    power = creep.void_closure(5e6, T0, **LITHIUM)
    slow = creep.diffusive_closure(5e6, T0, metal.at("self_diffusivity", T0), 13.0e-6, depth)
    capped = creep.void_closure(3.0 * metal.at("yield_strength", T0), T0, **LITHIUM)
    wanted = {"dislocation": power, "capped": capped, "diffusion": slow, "both": power + slow}
    for word, value in wanted.items():
        assert leaf(cell.set(path, word), "voids").numbers(T0)[6] == pytest.approx(value, rel=1e-12)
    assert leaf(cell, "voids").numbers(T0)[6] == pytest.approx(power, rel=1e-12)
    assert capped < power
    bare = replace(metal, material=replace(metal.material, properties={k: v for k, v in metal.values().items() if k != "self_diffusivity"}))
    with pytest.raises(il.errors.MissingValueError, match="self_diffusivity"):
        assemble(replace(cell.set(path, "both"), stack=(bare, *cell.layers, bare)))
    with pytest.raises(il.errors.UnknownNameError, match="diffusion"):
        cell.set(path, "difusion")


@pytest.mark.parametrize("c", [1e-4, 1e-3])
def test_a_steady_current_holds_a_steady_void(c: float) -> None:
    """v = k (s - J_rep)/c, approached with exp(-c t)."""
    machine = machine_of(Voids(replenishment=1.0, depth=1e-4, closure=c, orientation=1))
    k = 13.0e-6 / FARADAY
    _, state = integrate(machine, table((CURRENT, 4.0, 1.0 / c)), rtol=1e-8)
    assert state.Y[0] == pytest.approx(3.0 * k / c * (1.0 - math.exp(-1.0)), rel=5e-6)
    _, state = integrate(machine, table((CURRENT, 4.0, 30.0 / c)), rtol=1e-6)
    assert state.Y[0] == pytest.approx(3.0 * k / c, rel=1e-6)


def test_pressure_keeps_the_contact_of_a_stripped_face() -> None:
    """At the same stated contact: the closure in the tree is the law's, and contact ends the higher the more pressure."""
    ends = []
    for pressure in ("0.1 MPa", "2 MPa", "5 MPa"):
        cell = Cell.parse(f"Li|LLZTO(1 mm)|Li @ 25 degC, {pressure}").set(PATH, 0.5)
        closure = leaf(cell, "voids").numbers(T0)[6]
        assert closure == pytest.approx(creep.void_closure(cell.pressure.value, T0, **LITHIUM), rel=1e-12)  # type: ignore[union-attr]
        s = simulate(cell, "StripPlate(current_density=0.3 mA/cm^2, half_cycle=2 h)").segments[0]
        ends.append(s["fraction@voids Li|LLZTO left: contact_fraction"][-1])
    assert ends[0] < ends[1] < ends[2]
    assert leaf("Li|LLZTO(1 mm)|Li", "voids").numbers(T0)[6] == 0.0


# -- expansion -------------------------------------------------------------------------------------------------------------
def test_expansion_has_its_maximum_where_the_law_says() -> None:
    e, w, l, f0 = 0.3, 1e-6, 1e-5, 0.04
    kernel = OneKernel(Expansion(swelling=e, gap=w, crack=l, initial=2e-7))

    def f(g: float) -> float:
        return float(kernel(0.0, 1.0, kernel.start, np.array([f0, 2e-7 + g, *[0.0] * 6])).out[6])

    best = minimize_scalar(lambda x: -f(x), bounds=(1e-9, 1e-4), method="bounded", options={"xatol": 1e-13})
    assert best.x == pytest.approx(w / e * math.log((1.0 - f0) * (1.0 + e * l / w)), rel=1e-6)
    assert f(0.0) == pytest.approx(f0, rel=1e-14)
    plain = OneKernel(Expansion(swelling=0.0, gap=w, crack=l))
    assert plain(0.0, 1.0, plain.start, np.array([0.3, 5e-6, *[0.0] * 6])).out[6] == pytest.approx(0.3 * math.exp(-0.5), rel=1e-14)


def test_a_resistance_may_fall_first_and_rise_then() -> None:
    """Li|LAGP|Li at rest: the interphase grows by chemistry, contact improves, then cracks. Values within their priors."""
    cell = Cell.parse("Li|LAGP(0.6 mm)|Li @ 40 degC").with_(
        {"interfaces.Li|LAGP.interphase.conductivity": "1e-5 S/cm", "interfaces.Li|LAGP.interphase.rate_parabolic": "0.1 um^2/h"}
    )
    sim = Simulation.of(cell)
    z, f, delta = [], [], []
    for _ in range(40):
        z.append(abs(sim.impedance([1e-2])[0]))
        f.append(sim.machine.export("expansion Li|LAGP left", "contact_fraction", sim.state))
        delta.append(sim.machine.export("interphase Li|LAGP left", "thickness", sim.state))
        sim.run(il.protocols.parse("StripPlate(current_density=1e-4 mA/cm^2, half_cycle=25 h)"))
    e, w, crack = 0.3, 1e-6, 3e-6
    g = np.array(delta) - delta[0]
    assert np.array(f) == pytest.approx((1.0 - 0.96 * np.exp(-e * g / w)) * np.exp(-g / crack), rel=1e-6)
    low = int(np.argmin(z))
    assert 0 < low < len(z) - 1
    assert z[low] < 0.9 * z[0]
    assert z[-1] > 1.1 * z[low]
    still = cell.with_({"interfaces.Li|LAGP.expansion.swelling": 0.0, "interfaces.Li|LAGP.expansion.crack_thickness": "10 mm"})
    assert leaf(still, "expansion").numbers(T0)[0] == 0.0
    plain = Simulation.of(still)
    assert abs(plain.impedance([1e-2])[0]) == pytest.approx(z[0], rel=1e-9)


# -- gap ---------------------------------------------------------------------------------------------------------------------
def face_by_law(cell: Cell, omega: np.ndarray) -> np.ndarray:
    """L/s + the two-zone law of both faces, s = sigma + i omega eps in all of it (laws/constriction.py)."""
    layer, contact = cell.layers[0], cell.interfaces[0]
    sigma, eps = layer.at("conductivity", T0), 8.8541878188e-12 * layer.at("relative_permittivity", T0)
    f, a, g = (contact.at("contact", k, T0) for k in ("contact_fraction", "spot_radius", "gap_height"))
    r = GAS * T0 / (FARADAY * contact.at("charge_transfer", "exchange_current_density", T0))
    c = contact.at("double_layer", "double_layer_capacitance", T0) / f  # of the cell's area, all of it on the spots
    s = sigma + 1j * omega * eps
    k = spreading(sigma, a / math.sqrt(f), f, layer.thickness.value)[0] * sigma / s
    return layer.thickness.value / s + 2.0 * two_zones(r / (1.0 + 1j * omega * r * c), 1.0 / (1j * omega * 8.8541878188e-12 / g), f, k)


@pytest.mark.parametrize("gap", ["0.1 um", "1 um", "10 um"])
def test_the_gap_bridges_the_contact_as_the_two_zone_law_has_it(gap: str) -> None:
    cell = Cell.parse("Li|LLZTO(1 mm, grain_boundary_share=0)|Li").set("interfaces.Li|LLZTO.contact.gap_height", gap)
    sim = Simulation.of(cell)
    hertz = np.logspace(-2, 7, 73)
    exact = face_by_law(cell, 2.0 * math.pi * hertz)
    error = np.abs(sim.impedance(hertz) / exact - 1.0)
    assert np.max(error[hertz <= 1e6]) < 5e-3
    assert np.max(error) < 2e-2
    without = replace(cell, interfaces=tuple(replace(i, physics={**i.physics, "contact": {k: v for k, v in i.physics["contact"].items() if k != "gap_height"}}) for i in cell.interfaces))
    assert leaf(without, "constriction").numbers(T0)[3] == 0.0 < leaf(cell, "constriction").numbers(T0)[3]
    far = np.abs(Simulation.of(without).impedance(hertz) / exact - 1.0)
    assert np.max(far[hertz <= 1e7]) > 2.0 * np.max(error)


def test_the_gap_changes_nothing_at_rest_in_current() -> None:
    protocol = "StripPlate(current_density=0.1 mA/cm^2, half_cycle=1 h)"
    narrow, wide = (simulate(Cell.parse("Li|LLZTO(1 mm)|Li").set("interfaces.Li|LLZTO.contact.gap_height", g), protocol) for g in ("0.1 um", "10 um"))
    assert narrow.trace("voltage")[-1] == pytest.approx(wide.trace("voltage")[-1], rel=1e-7)
