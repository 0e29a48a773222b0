"""Closure: a known cell closes with itself, a hidden cause is found, and what nothing explains is said."""

from dataclasses import replace
from pathlib import Path

import pytest

import interlayer as il
from interlayer.cells.named import named
from interlayer.design import close
from interlayer.design.closure import FACES, NEAR
from interlayer.errors import InterlayerError, MissingValueError
from interlayer.simulation import Simulation

CELL = named("li2024/protected")
FACE = "interfaces.Li|QCPE-PDOL"


def readings(cell, current, hours=1.0, age=0.0, at=0.1):
    """(impedance at 0.1 Hz [ohm m²], voltage) of a cell, as a paper would give them."""
    simulation = Simulation.of(cell)
    return float(simulation.impedance([at])[0].real), simulation.polarisation(current, hours * 3600.0, age=age)


def test_a_cell_closes_with_its_own_readings():
    truth = CELL
    for entry in FACES:
        old = CELL.get(f"{FACE}.{entry}")
        truth = truth.set(f"{FACE}.{entry}", replace(old, value=0.3 * old.value, interval=None))
    for current in (1.0, 5.0):
        r, v = readings(truth, current)
        found = close(CELL, f"{r} ohm*m^2", current_density=f"{current} A/m^2", voltage=f"{v} V")
        assert found.simulated == pytest.approx(v, rel=0.01)
        assert not found.explanations and "they close" in found.words
        assert found.ohmic == pytest.approx(current * r)
    assert found.simulated < 0.9 * found.ohmic  # the faces' own law bends: j R alone would not close


def test_the_area_that_closes():
    cell = named("wu2023/bare")
    found = close(cell, "2186 ohm", current_density="0.05 mA/cm^2", voltage="0.2 V")
    assert found.closing_area == pytest.approx(0.2 / (0.5 * 2186.0))
    assert found.simulated is None and "closes at 1.83" in found.words
    with pytest.raises(MissingValueError, match="per area"):
        close(cell, 2186.0, current_density="0.05 mA/cm^2", voltage="0.2 V")
    with pytest.raises(InterlayerError, match="ohm"):
        close(cell, "2186 S", current_density="0.05 mA/cm^2", voltage="0.2 V")


def test_a_hidden_cause_is_named_and_its_run_shown():
    low = f"{FACE}.interphase.rate_linear"
    truth = CELL.with_({low: "0.05 nm/h"})  # the film grows while the cell ages
    r, v = readings(truth, 1.0, age=3.6e6)
    found = close(CELL, f"{r} ohm*m^2", current_density="1 A/m^2", voltage=f"{v} V", age="1000 h")
    assert abs(found.simulated - v) > NEAR * v
    paths = [e.path for e in found.explanations]
    assert low in paths
    one = found.explanations[paths.index(low)]
    assert one.voltage == pytest.approx(v, rel=NEAR) and one.value.value == pytest.approx(0.05e-9 / 3600.0, rel=0.9)
    assert "growth of the interphase" in found.words


def test_what_nothing_explains_is_said():
    found = close(CELL, "450 ohm", current_density="0.2 mA/cm^2", voltage="900 mV")
    assert not found.explanations and "Nothing in the model can explain it" in found.words
    assert found.reach[1] < 0.9
    assert found.finding().value == pytest.approx(found.simulated - 0.9)
    assert il.design.close is close


def test_without_an_impedance_the_cell_stands_as_it_is():
    r, v = readings(CELL, 2.0)
    found = close(CELL, None, current_density="2 A/m^2", voltage=f"{v} V")
    assert found.simulated == pytest.approx(v, rel=1e-3) and found.ohmic is None
    assert "no impedance reported" in found.words and "they close" in found.words
    layer = CELL.separator
    assert found.layers == pytest.approx(2.0 * layer.thickness.value / layer.at("conductivity", CELL.temperature), rel=0.01)


def test_less_than_the_layers_alone_is_said():
    cell = named("yang2024/bare")
    layer = cell.separator
    alone = 20.0 * layer.thickness.value / layer.conductivities(cell.temperature)[0]
    found = close(cell, None, current_density="2 mA/cm^2", voltage=f"{0.5 * alone} V")
    assert found.layers == pytest.approx(alone, rel=0.02)
    assert "more than reported, whatever the faces are" in found.words
    kinder = close(cell, None, current_density="2 mA/cm^2", voltage=f"{1.7 * alone} V")
    assert any("interphase" in e.path for e in kinder.explanations) and "resistance of the interphase" in kinder.words


def test_the_table_of_the_papers_covers_every_cell_with_a_voltage(monkeypatch):
    """Each symmetric cell's polarisation of the claims stands in one of the two tables of benchmarks/closure.py."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import closure

    rows = [*closure.CASES, *closure.DIRECT]
    told = {c for row in rows for c in row.claims.replace(" ", "").split(",")}
    assert {"S0.C64", "S0.C66", "S1.C39", "S1.C40", "S1.C42", "S1.C45", "S1.C53", "S2.C20", "S2.C30"} <= told
    assert {"S3.C39", "S3.C40", "S3.C41", "S3.C43", "S3.C47", "S4.C46", "S4.C49"} <= told
    for row in rows:
        assert named(row.cell).missing() == ()
