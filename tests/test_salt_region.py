"""Layers that share their salt: against one layer, against the closed form, and against a closed steady state."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

import interlayer as il
from conftest import CURRENT, T0, column, exact_run, integrate, machine_of, order_of, table
from interlayer.elements.base import FARADAY, GAS
from interlayer.elements.binary import Binary, OfSalt
from interlayer.errors import CellError
from interlayer.laws.salt import FUNCTIONS, OfConcentration
from interlayer.materials import Material, Value, add, material
from interlayer.simulation.stack import loop

OMEGA = 2.0 * np.pi * np.logspace(-5, 5, 41)
GIVEN = {"conductivity": 0.1, "diffusivity": 7.5e-12, "transference_number": 0.3, "concentration": 1500.0}
SKIN = {"conductivity": 0.02, "diffusivity": 1e-12, "transference_number": 0.8, "thermodynamic_factor": 1.6, "concentration": 600.0, "porosity": 0.7}


def two(cells: int = 60, **changes: object) -> Binary:
    """A polymer of 60 µm with a skin of 20 µm that holds 0.4 of its salt."""
    skin = Binary(thickness=2e-5, partition=0.4, cells=cells, **SKIN)  # type: ignore[arg-type]
    return Binary(label="salt", thickness=6e-5, others=(skin,), cells=cells, **{**GIVEN, **changes})  # type: ignore[arg-type]


def constant(value: float) -> OfSalt:
    """The same number as a function of the salt: takes the Newton path."""
    return OfSalt(lambda c, T: value, 1.0, 9000.0)


def test_a_layer_cut_in_two_is_the_layer() -> None:
    whole = Binary(label="salt", thickness=1e-4, **GIVEN)  # type: ignore[arg-type]
    cut = Binary(label="salt", thickness=4e-5, others=(Binary(thickness=6e-5, **GIVEN),), **GIVEN)  # type: ignore[arg-type]
    assert np.allclose(cut.impedance(OMEGA), whole.impedance(OMEGA), rtol=1e-12)
    steps = table((CURRENT, 2.0, 3600.0), (CURRENT, -2.0, 3600.0))
    ends = [exact_run(machine_of(leaf), steps)[1].voltage for leaf in (whole, cut)]
    assert ends[1] == pytest.approx(ends[0], abs=2e-7)


@pytest.mark.parametrize("leaf", [two(), two(conductivity=constant(0.1))], ids=["constant", "of salt"])
def test_the_kernel_has_the_closed_impedance(leaf: Binary) -> None:
    machine = machine_of(leaf)
    state = machine.start.copy()
    machine.evaluate(state, 1e-9, 0.0)
    z = machine.impedance(OMEGA, state)
    assert np.max(np.abs(z / leaf.impedance(OMEGA) - 1.0)) < 1e-9


def steady(J: float) -> float:
    """Voltage at steady state [V]: u falls linearly in each layer, and the salt that was there is still there."""
    layers = ((6e-5, 0.1, 7.5e-12, 0.3, 1.0, 1.0, 1.0), (2e-5, 0.02, 1e-12, 0.8, 1.6, 0.7, 0.4))  # L kappa D t TDF eps K
    falls = [(1.0 - t) * J / FARADAY * L / (K * D) for L, _, D, t, _, _, K in layers]
    capacity = [L * eps * K for L, _, _, _, _, eps, K in layers]
    ends, total, u = [], 0.0, 0.0
    for fall, c in zip(falls, capacity, strict=True):
        total += c * (u - 0.5 * fall)
        ends.append((u, u - fall))
        u -= fall
    shift = 1500.0 - total / sum(capacity)
    v = 0.0
    for (a, b), (L, kappa, _, t, f, _, _) in zip(ends, layers, strict=True):
        v += J * L / kappa + 2.0 * GAS * T0 / FARADAY * (1.0 - t) * f * math.log((a + shift) / (b + shift))
    return v


@pytest.mark.parametrize("J", [1.0, -4.0])
def test_steady_state(J: float) -> None:
    for leaf in (two(), two(conductivity=constant(0.1))):
        machine = machine_of(leaf)
        run, state = exact_run(machine, table((CURRENT, J, 1e6)))
        assert state.voltage == pytest.approx(steady(J), rel=2e-6)
        left, right = (column(run, machine, "salt", f"concentration_{side}")[-1] for side in ("left", "right"))
        assert (left > 1500.0) == (J > 0.0) and (right < 600.0) == (J > 0.0)


def test_order_in_space() -> None:
    """A reversal after ten minutes, when both layers are still on the way."""
    steps = table((CURRENT, 2.0, 600.0), (CURRENT, -2.0, 300.0))
    exact = exact_run(machine_of(two(240)), steps)[1].voltage
    errors = [abs(exact_run(machine_of(two(n)), steps)[1].voltage - exact) for n in (15, 30, 60)]
    assert order_of(errors) == pytest.approx(2.0, abs=0.25)
    assert errors[-1] < 1e-5


def test_salt_is_kept() -> None:
    leaf = two()
    machine = machine_of(leaf)
    stored = np.array(leaf.numbers(T0)[-240:-120])
    start = float(stored @ machine.start.Y)
    _, state = integrate(machine, table(*[(CURRENT, (-1.0) ** k * 2.0, 3600.0) for k in range(100)]), detail=False)
    assert abs(float(stored @ state.Y) / start - 1.0) < 1e-12


@pytest.mark.parametrize("leaf", [two(), two(diffusivity=OfSalt(lambda c, T: 7.5e-12 * (1.0 + c / 3000.0), 1.0, 9000.0))], ids=["constant", "of salt"])
def test_low_frequency_is_the_slope_of_the_steady_curve(leaf: Binary) -> None:
    def ends(J: float) -> float:
        return float(exact_run(machine_of(leaf), table((CURRENT, J, 3e6)), factor=1e-5)[1].voltage)

    machine = machine_of(leaf)
    _, state = exact_run(machine, table((CURRENT, 2.0, 3e6)), factor=1e-5)
    machine.evaluate(state, 1e-9, 2.0)
    z = machine.impedance(np.array([1e-9]), state)[0]
    assert z.real == pytest.approx((ends(2.02) - ends(1.98)) / 0.04, rel=1e-4)
    assert abs(z.imag) < 1e-4 * z.real


# -- functions of the salt --------------------------------------------------------------------------------------------
def test_valoen_reimers_at_one_molar() -> None:
    """Conductivity 1.0 to 1.2 S/m and D 2 to 4e-10 m²/s at 1 mol/L, 25 °C; the maximum of the conductivity near 1 mol/L."""
    kappa, d, f = (FUNCTIONS[f"valoen_reimers_{k}"].function for k in ("conductivity", "diffusivity", "thermodynamic_factor"))
    assert 0.9 < kappa(1000.0, 298.15) < 1.3 and 1.5e-10 < d(1000.0, 298.15) < 4e-10 and 1.5 < f(1000.0, 298.15) < 2.8
    c = np.linspace(200.0, 3000.0, 500)
    assert 800.0 < c[int(np.argmax([kappa(x, 298.15) for x in c]))] < 1300.0


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_every_function_fits_its_series(name: str) -> None:
    row = FUNCTIONS[name]
    OfSalt(row.function, row.low, row.high).series(298.15)
    law = OfConcentration(name, 1000.0)
    assert law.ratio(1000.0, 298.15, 298.15) == 1.0
    assert law.factor(333.15, 298.15) == pytest.approx(row.function(1000.0, 333.15) / row.function(1000.0, 298.15))
    assert row.source


# -- from a cell ------------------------------------------------------------------------------------------------------
@pytest.fixture
def gel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Material]:
    """A second salt layer, known for one test."""
    monkeypatch.setattr(importlib.import_module("interlayer.materials.material"), "_added", {})
    base = material("SPE")
    less = replace(base.properties["concentration"], value=750.0, interval=None)
    yield add(replace(base, name="Gel", aliases=(), properties={**base.properties, "concentration": less, "conductivity": Value(0.3, "conductivity")})) or base
    importlib.import_module("interlayer.materials.material")._aliases.cache_clear()


def test_neighbouring_salt_layers_are_one_region(gel: Material) -> None:
    cell = il.Cell.parse("Li|SPE(50 um)/Gel(20 um)/SPE(50 um)|Li @ 70 degC")
    assert cell.missing() == ()
    tree = il.simulation.assembly.assemble(cell).element
    regions = [leaf for leaf in tree.leaves() if isinstance(leaf, Binary)]
    assert len(regions) == 1 and [layer.thickness(343.15) for layer in regions[0].layers] == pytest.approx([5e-5, 2e-5, 5e-5])  # type: ignore[operator]
    assert regions[0].layers[1].partition(343.15) == pytest.approx(0.5)  # type: ignore[operator]
    record = il.simulate(cell, "StripPlate(0.1 mA/cm^2, half_cycle=1 h)")
    assert record.outcome == "completed" and loop.H_LEAVES > 0


def test_physics_between_salt_layers_is_refused(gel: Material) -> None:
    cell = il.Cell.parse("Li|SPE(50 um)/Gel(20 um)|Li @ 70 degC")
    faces = list(cell.interfaces)
    faces[1] = replace(faces[1], physics=faces[0].physics)
    faces[2] = replace(faces[2], physics=faces[0].physics)
    with pytest.raises(CellError, match="cross freely"):
        il.simulate(replace(cell, interfaces=tuple(faces)), "Impedance()")
