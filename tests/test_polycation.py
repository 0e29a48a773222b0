"""Ions in a polycation layer: Donnan's null, its limits, Nernst-Planck written afresh, and the cell with derived values."""

from __future__ import annotations

import math

import numpy as np
import pytest

import interlayer as il
from conftest import T0
from interlayer.errors import CellError
from interlayer.laws.donnan import FARADAY, equilibrium, ions
from interlayer.laws.temperature import GAS_CONSTANT


@pytest.mark.parametrize("x", [0.0, 1e-3, 320.0, 3200.0, 1e5])
def test_the_null_is_donnans_closed_form(x: float) -> None:
    p, m = equilibrium(x, 1000.0)
    exact = 1e6 / (math.sqrt(x * x / 4.0 + 1e6) + x / 2.0)
    assert p == pytest.approx(exact, rel=1e-12)
    assert m == pytest.approx(exact + x, rel=1e-12)


def test_fixed_charge_leaves_lithium_two_percent_of_the_current() -> None:
    """3.2 mol/L fixed, 1 mol/L salt of t+ 0.2: the design note's 0.02 instead of what a whole cell shows."""
    assert ions(3200.0, 1000.0, 2e-11, 8e-11, T0).transference == pytest.approx(0.02, abs=0.002)
    assert ions(0.0, 1000.0, 2e-11, 8e-11, T0).transference == pytest.approx(0.2, rel=1e-12)


def test_without_charge_it_is_the_ideal_dilute_salt() -> None:
    found = ions(0.0, 700.0, 2e-11, 6e-11, T0, partition=0.25)
    assert (found.lithium, found.anions) == pytest.approx((350.0, 350.0), rel=1e-12)
    assert (found.transference, found.diffusivity, found.factor) == pytest.approx((0.25, 3e-11, 1.0), rel=1e-12)
    assert found.conductivity == pytest.approx(FARADAY**2 * 350.0 * 8e-11 / (GAS_CONSTANT * T0), rel=1e-12)


def test_binding_goes_from_the_null_to_no_charge_at_all() -> None:
    null, free = (ions(x, 1000.0, 2e-11, 5e-11, T0) for x in (3200.0, 0.0))
    weak, strong = (ions(3200.0, 1000.0, 2e-11, 5e-11, T0, association=k) for k in (1e-12, 1e6))
    for name in ("lithium", "transference", "conductivity", "diffusivity", "factor"):
        assert getattr(weak, name) == pytest.approx(getattr(null, name), rel=1e-5)
        assert getattr(strong, name) == pytest.approx(getattr(free, name), rel=1e-5)
    steps = [ions(3200.0, 1000.0, 2e-11, 5e-11, T0, association=k).transference for k in (0.0, 1e-4, 1e-3, 1e-2, 1e-1)]
    assert steps == sorted(steps)


@pytest.mark.parametrize(("x", "k", "gamma"), [(3200.0, 0.0, 1.0), (3200.0, 0.02, 1.0), (500.0, 1e-3, 0.3)])
def test_transport_against_nernst_planck(x: float, k: float, gamma: float) -> None:
    """N+ = -D+(p' + p psi'), N- = -D-(m' - m psi') with m' from the equilibrium of pairs, differenced here."""
    plus, minus = 2e-11, 5e-11
    found = ions(x, 1000.0, plus, minus, T0, k, gamma)
    p, m = found.lithium, found.anions
    d = 1e-5 * m
    sites = [u - x / (1.0 + k * u) for u in (m - d, m + d)]  # p that goes with u
    by = 2.0 * d / (sites[1] - sites[0])  # dm/dp
    # unknown p', psi' for (N+, N-)
    flux = -np.array([[plus, plus * p], [minus * by, -minus * m]])
    slope = np.linalg.solve(flux, [1.0, 1.0])[0]  # salt alone
    assert -1.0 / slope == pytest.approx(found.diffusivity, rel=1e-8)
    n_plus, n_minus = flux @ np.array([0.0, 1.0])  # field alone
    assert n_plus / (n_plus - n_minus) == pytest.approx(found.transference, rel=1e-12)
    assert -FARADAY**2 / (GAS_CONSTANT * T0) * (n_plus - n_minus) == pytest.approx(found.conductivity, rel=1e-12)
    more, less = (equilibrium(x, 1000.0 * (1.0 + s), k, gamma)[0] for s in (1e-5, -1e-5))
    assert math.log((1.0 + 1e-5) / (1.0 - 1e-5)) / math.log(more / less) == pytest.approx(found.factor, rel=1e-8)


def test_a_cell_of_ions_says_where_its_numbers_come_from() -> None:
    cell = il.cells.named("yu2024/protected")
    null, bound = il.design.polycation(cell), il.design.polycation(cell, dissociation="0.05 mol/L")
    for made in (null, bound):
        skins = [layer for layer in made.layers if layer.name == "POTA-NO3"]
        assert len(skins) == 2
        assert skins[0].values() == skins[1].values()
        assert all(skins[0][key].mark == "derived" for key in ("concentration", "transference_number", "conductivity", "diffusivity"))
    assert "anions free" in null.layers[0]["conductivity"].source
    assert "K_d 0.05 mol/L" in bound.layers[0]["conductivity"].source
    assert null.layers[0].at("transference_number", T0) < 0.06
    assert bound.layers[0].at("transference_number", T0) > 0.3
    plain = il.design.polycation(cell, fixed="0 mol/L", hindrance=1.0)
    assert plain.layers[0].at("conductivity", T0) == pytest.approx(plain.layers[1].at("conductivity", T0), rel=1e-12)
    with pytest.raises(CellError, match="no POTA-NO3 layer"):
        il.design.polycation(il.cells.named("zhai2024/bare"))


def test_the_null_polarises_more_than_the_bare_cell() -> None:
    protocol = "StripPlate(current_density=0.5 mA/cm^2, half_cycle=20 min)"
    salt = {}
    for name, cell in (("bare", il.cells.named("yu2024/bare")), ("null", il.design.polycation(il.cells.named("yu2024/protected")))):
        s = il.simulate(cell, protocol).segments[0]
        salt[name] = next(float(s[c][-1]) for c in s.channels if c.startswith("voltage@") and "LiPF6-carbonate" in c and "Li|" not in c)
    assert salt["null"] > 3.0 * salt["bare"]
