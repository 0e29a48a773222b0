"""Cells with a mixed-conducting interlayer: from the notation to the region, its faces, records and refusals."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import interlayer as il
from interlayer.cells import Cell
from interlayer.elements import _mixed as core
from interlayer.elements.film import Film
from interlayer.elements.mixed import Mixed
from interlayer.errors import CellError, MissingValueError
from interlayer.laws.composite import network
from interlayer.materials import Material, Pair, Value, add, add_pair
from interlayer.materials.parameters import quantity
from interlayer.simulation.assembly import assemble

CARBON = {
    "conductivity": "2e-5 S/cm", "electronic_conductivity": "1 S/m", "specific_area": "5e5 1/m", "pore_fraction": "0.2",
    "wall_exchange_current_density": "0.5 mA/cm^2", "nucleation_barrier": "10 mV", "face_barrier": "10 mV", "host_capacity": "1e8 C/m^3",
    "host_exchange_current_density": "1 A/m^2", "host_diffusivity": "1e-11 cm^2/s",
}  # fmt: skip
NANO = {"filler_fraction": "0.08", "filler_size": "300 nm", "matrix_size": "5 um", "filler_conductivity": "1e-3 S/cm"}
FACE = {"charge_transfer": {"exchange_current_density": "2 mA/cm^2", "alpha": "0.5"}, "double_layer": {"double_layer_capacitance": "1e-5 F/cm^2"}}
VOIDS = {"replenishment_current": "1 mA/cm^2", "void_depth": "1 um", "refill_efficiency": "1", "contact_lost": "1e-3"}
CELL = "Li|carbonish(30 um)/sulfidish(0.6 mm)|Li @ 55 degC, 375 MPa"


def value(key: str, text: str) -> Value:
    return Value.parse(text, quantity(key), source="a number of this test")


def blocks(given: dict[str, dict[str, str]]) -> dict[str, dict[str, Value | str]]:
    return {block: {key: value(key, text) for key, text in entries.items()} for block, entries in given.items()}


@pytest.fixture(autouse=True)
def stuff(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Materials of this test, forgotten afterwards."""
    for room in ("material", "pairs"):
        monkeypatch.setattr(importlib.import_module(f"interlayer.materials.{room}"), "_added", {})
    for name, properties in (("carbonish", CARBON), ("carbonish+nano", {**CARBON, **NANO})):
        add(Material(name, "", "a host of carbon", "mixed", {k: value(k, v) for k, v in properties.items()}))
        add_pair(Pair("Li", name, "", blocks(FACE)))
        add_pair(Pair(name, "sulfidish", "", blocks(FACE)))
    ionic = {"conductivity": "4e-3 S/cm", "relative_permittivity": "10"}
    add(Material("sulfidish", "", "a sulfide electrolyte", "ceramic", {k: value(k, v) for k, v in ionic.items()}))
    add_pair(Pair("Li", "sulfidish", "", blocks(FACE)))
    yield
    monkeypatch.undo()
    importlib.import_module("interlayer.materials.material")._aliases.cache_clear()


def region(cell: Cell | str) -> Mixed:
    made = assemble(Cell.parse(cell) if isinstance(cell, str) else cell)
    return next(leaf for leaf in made.element.leaves() if isinstance(leaf, Mixed))


def test_a_mixed_layer_is_one_region_with_its_faces() -> None:
    made = assemble(Cell.parse(CELL))
    labels = [leaf.label for leaf in made.element.leaves()]
    assert labels[0] == "carbonish"
    assert not any("charge transfer" in x and "carbonish" in x for x in labels)  # they are inside
    assert sum("charge transfer" in x for x in labels) == 1  # the bare side keeps its own
    leaf = region(CELL)
    p = dict(zip([q.name for q in leaf.PARAMETERS], super(Mixed, leaf).numbers(328.15), strict=True))
    assert (p["thickness"], p["conductivity"], p["porosity"]) == pytest.approx((30e-6, 2e-3, 0.2))
    assert (p["j0_lithium"], p["j0_electrolyte"], p["lithium_capacitance"]) == pytest.approx((20.0, 20.0, 0.1))
    assert leaf.orientation == 1
    assert leaf.foil is None
    assert region(CELL.replace("Li|c", "Li(20 um)|c")).foil is not None
    right = region("Li|sulfidish(0.6 mm)/carbonish(30 um)|Li")
    assert right.orientation == -1


def test_the_separator_is_never_the_mixed_layer() -> None:
    assert Cell.parse("Li|carbonish(1 mm)/sulfidish(0.6 mm)|Li").separator.name == "sulfidish"


def test_pressure_work_and_lithiation_are_switched_by_the_cell() -> None:
    assert region(CELL).pore_pressure == region(CELL).face_pressure == 0.0  # nothing stated: off
    free = region(CELL.replace("30 um", "30 um, pore_pressure_share=0, face_pressure_share=1"))
    assert free.pore_pressure == pytest.approx(-375e6)
    assert free.face_pressure == pytest.approx(375e6)
    assert region("Li|carbonish(30 um, pore_pressure_share=0)/sulfidish(0.6 mm)|Li").pore_pressure == 0.0  # no pressure stated
    assert region(CELL.replace("30 um", "30 um, overflow_filling=2")).numbers(328.15)[core.OVERFLOW] == 2.0
    assert region(CELL).lithiation == 1.0
    assert region(CELL.replace("30 um", "30 um, host_lithiation=0.2")).lithiation == 0.2


def test_a_filler_conducts_above_its_threshold_only() -> None:
    nano = CELL.replace("carbonish", "carbonish+nano")
    micro = nano.replace("30 um", "30 um, filler_size=5 um")
    at = [leaf.conductivity(328.15) for leaf in (region(CELL), region(micro), region(nano))]  # type: ignore[operator]
    assert at[0] == at[1] == pytest.approx(2e-3)
    assert at[2] == pytest.approx(2e-3 + network(0.1, 0.08, 0.06, 0.8))
    assert at[2] > 1.5 * at[1]
    with pytest.raises(CellError, match="State filler_size and matrix_size and filler_conductivity"):
        assemble(Cell.parse(CELL.replace("30 um", "30 um, filler_fraction=0.1")))


def test_a_record_tells_where_the_lithium_went() -> None:
    protocol = il.protocols.parse("StripPlate(current_density=1 mA/cm^2, half_cycle=10 min, cycles=1)")
    record = il.simulate(CELL, protocol)
    assert record.outcome == "completed"
    names = {name for segment in record.segments for name in segment.channels}
    for export in ("deposit_position", "electrolyte_face_share"):
        assert f"fraction@carbonish: {export}" in names
    for export in ("pore_lithium", "host_lithium"):
        assert f"areal_charge@carbonish: {export}" in names
    sim = il.simulation.Simulation.of(CELL)
    sim.run(protocol)
    where = sim.lithium()["carbonish"]
    assert where.pores == pytest.approx(record.segments[-1]["areal_charge@carbonish: pore_lithium"][-1])
    assert where.limiting_current == pytest.approx(1e8 * 1e-15 / 30e-6)
    assert 0.0 <= where.near_electrolyte <= 1.0
    assert all(np.all(np.isfinite(np.asarray(segment["voltage"]))) for segment in record.segments)


def test_impedance_of_the_cell_is_the_sum_of_its_parts() -> None:
    from interlayer.simulation.run import Simulation

    hertz = np.logspace(-2, 6, 30)
    sim = Simulation.of(CELL)
    found = sim.impedance(hertz)
    exact = sim.assembly.element.impedance(2.0 * np.pi * hertz, 328.15)
    leaf = region(CELL)
    diffusing = leaf.impedance(2.0 * np.pi * hertz, 328.15)
    assert leaf.limiting_current(328.15) < 0.01  # diffusion across matters below 10 mHz only
    assert np.max(np.abs(found / exact - 1.0)) < 1e-3
    assert np.all(diffusing.real > 0.0)


def test_voids_of_the_electrode_become_the_regions_own() -> None:
    """The numbers of the pair reach the region, contact lost over the contact of the start; stripping opens them."""
    add_pair(Pair("Li", "carbonish", "", blocks({**FACE, "voids": VOIDS, "contact": {"contact_fraction": "0.5", "spot_radius": "10 um", "gap_height": "1 um"}})))
    free = CELL.removesuffix(", 375 MPa")
    leaf = region(free)
    at = dict(zip((p.name for p in leaf.PARAMETERS), [f(328.15) if callable(f := getattr(leaf, p.name)) else f for p in leaf.PARAMETERS], strict=True))
    assert (at["replenishment"], at["void_depth"], at["refill"], at["closure"]) == pytest.approx((10.0, 1e-6, 1.0, 0.0))
    assert at["lost"] == pytest.approx(2e-3)
    assert at["contact"] == 1.0
    assert not any(x.label.startswith("voids") and "carbonish" in x.label for x in assemble(Cell.parse(CELL)).element.leaves())
    ends = []
    for cell in (free, CELL):
        record = il.simulate(cell, "StripPlate(current_density=8 mA/cm^2, half_cycle=10 min)")
        ends.append(record.segments[0]["fraction@carbonish: electrode_contact"])
    assert ends[0][0] > 0.99
    assert ends[0][-1] < 0.9
    assert np.min(ends[1]) > 0.999  # creep under hundreds of megapascal leaves no void


def test_what_cannot_be_simulated_is_refused_by_name() -> None:
    with pytest.raises(CellError, match="between a lithium electrode and an electrolyte, two electrolytes or two collectors only"):
        assemble(Cell.parse("Li|carbonish(30 um)/carbonish(20 um, pore_fraction=0.1)/sulfidish(0.6 mm)|Li"))
    add_pair(Pair("carbonish", "sulfidish", "", blocks({**FACE, "voids": VOIDS})))
    with pytest.raises(CellError, match="Voids need a lithium electrode"):
        assemble(Cell.parse(CELL))
    add(Material("hollow", "", "nobody measured it", "mixed", {"conductivity": value("conductivity", "1 S/m")}))
    add_pair(Pair("Li", "hollow", "", blocks(FACE)))
    add_pair(Pair("hollow", "sulfidish", "", blocks(FACE)))
    with pytest.raises(MissingValueError, match="wall exchange current density of hollow"):
        assemble(Cell.parse("Li|hollow(30 um)/sulfidish(0.6 mm)|Li"))


def test_a_series_element_beside_the_region_stays() -> None:
    grown: dict[str, Any] = {**FACE, "interphase": {"initial_thickness": "5 nm", "rate_linear": "1e-14 m/s", "rate_parabolic": "1e-22 m^2/s", "conductivity": "1e-6 S/m", "lithium_density": "4e4 mol/m^3"}}
    add_pair(Pair("carbonish", "sulfidish", "", blocks(grown)))
    made = assemble(Cell.parse(CELL))
    labels = [leaf.label for leaf in made.element.leaves()]
    assert any(x.startswith("interphase") for x in labels)
    assert not any(isinstance(leaf, Film) and "carbonish" in leaf.label for leaf in made.element.leaves())
