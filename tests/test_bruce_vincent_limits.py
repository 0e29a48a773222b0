"""Bruce and Vincent's experiment on cells whose transference number is known: exact where the theory is, biased as it must be."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pytest

import interlayer as il
from interlayer.elements.base import FARADAY, GAS
from interlayer.protocols import BruceVincent

T, C0, L = 343.15, 1000.0, 1e-4
VOLTAGE = 1e-3


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(importlib.import_module("interlayer.materials.material"), "_added", {})
    yield


def measured(kappa: float, diffusivity: float, t: float, factor: float) -> tuple[float, float]:
    """(t+ by Evans, Vincent & Bruce, current fraction of the electrolyte alone) of a simulated cell."""
    cell = il.Cell.parse("Li|SPE(100 um)|Li @ 70 degC")
    for key, value in (("conductivity", (kappa, "S/m")), ("diffusivity", (diffusivity, "m^2/s")), ("concentration", (C0, "mol/m^3"))):
        cell = cell.set(f"layers.SPE.{key}", f"{value[0]!r} {value[1]} at 70 degC")
    cell = cell.set("layers.SPE.transference_number", t).set("layers.SPE.thermodynamic_factor", factor)
    record = il.simulate(cell, BruceVincent((VOLTAGE, "V"), "30 h", impedance="Impedance(10 MHz, 1e-7 Hz, 4)"), rtol=1e-7)
    start, end = (s["specific_impedance_real"] for s in record.spectra)
    bulk = L / kappa
    steady = float(record.traces[0]["current_density"][-1])
    # by definition: I0 = dV/(bulk + R0), the interfaces R0 and Rss are what is left of the spectra beyond bulk and salt
    salt = 2.0 * GAS * T / FARADAY**2 * (1.0 - t) ** 2 * factor * L / (diffusivity * C0)
    r0, rss = float(start[-1]) - bulk - salt, float(end[-1]) - bulk - salt
    first = VOLTAGE / (bulk + r0)
    return steady * (VOLTAGE - first * r0) / (first * (VOLTAGE - steady * rss)), bulk / (bulk + salt)


def test_an_ideal_dilute_salt_gives_its_transference_number() -> None:
    """kappa = F² c (D+ + D-)/RT, D = 2 D+ D-/(D+ + D-), t+ = D+/(D+ + D-): Nernst-Einstein closes the circle."""
    plus, minus = 2e-12, 6e-12
    kappa = FARADAY**2 * C0 * (plus + minus) / (GAS * T)
    found, fraction = measured(kappa, 2.0 * plus * minus / (plus + minus), plus / (plus + minus), 1.0)
    assert fraction == pytest.approx(0.25, rel=1e-12)
    assert found == pytest.approx(0.25, rel=2e-4)


@pytest.mark.parametrize(("t", "factor"), [(0.2, 3.0), (0.5, 1.5)])
def test_a_concentrated_salt_gives_its_current_fraction(t: float, factor: float) -> None:
    """Balsara & Newman: the method measures 1/(1 + Ne), which is not t+."""
    found, fraction = measured(0.1, 8e-12, t, factor)
    assert found == pytest.approx(fraction, rel=5e-4)
    assert abs(found / t - 1.0) > 0.1
