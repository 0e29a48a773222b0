"""Windows against closed forms: one film's thickness and conductivity, its known quantiles, and the texts of targets."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

import interlayer as il
from interlayer.cells.named import named
from interlayer.design import window
from interlayer.design.window import target
from interlayer.errors import AnalysisError, InterlayerError, UnknownNameError

CELL = named("zhai2024/protected")
THICK, SIGMA = "layers.LiI-ZnLi.thickness", "layers.LiI-ZnLi.conductivity"


def resistance(cell):
    return float(il.simulation.Simulation.of(cell).impedance([0.01])[0].real)


def base():
    """ASR without the two films [ohm m²]."""
    return resistance(CELL) - 2.0 * CELL.get(THICK).value / CELL.get(SIGMA).value


def test_the_edge_of_a_window_is_where_the_resistance_crosses_its_bound():
    # only the film depends on its own thickness: L = sigma (B - R0)/2, but contact at its inner face sees the film too
    bound = 1.5 * resistance(CELL)
    found = window(CELL, {THICK: ("10 nm", "10 um")}, {"area_specific_resistance": f"< {bound} ohm*m^2"}, vary=(), draws=1, nodes=33)
    edge = found.axes[0][found.admissible][-1]
    assert resistance(CELL.set(THICK, f"{edge} m")) == pytest.approx(bound, rel=0.05)
    assert set(np.unique(found.share)) == {0.0, 1.0}
    direct = [resistance(CELL.set(THICK, f"{x} m")) for x in found.axes[0][::50]]
    assert np.allclose(found.stated["area_specific_resistance"][::50], direct, rtol=0.02)  # what interpolation adds
    assert "limited above by area specific resistance" in str(found) and "not limited below" in str(found)


def test_shares_and_bands_are_those_of_the_log_normal_spread():
    low, high = CELL.get(SIGMA).interval
    value = CELL.get(SIGMA).value
    bound = base() + 2.0 * 0.5e-6 / value
    found = window(CELL, {THICK: ("0.1 um", "3 um")}, {"area_specific_resistance": f"< {bound} ohm*m^2"}, vary=(SIGMA,), draws=64, nodes=9)
    for at in (0, 60, 100, 140, 200):
        least = 2.0 * found.axes[0][at] / (bound - base())  # the conductivity that just meets it
        side = math.log((high if least > value else low) / value) / 1.96
        expected = 1.0 - ndtr(math.log(least / value) / abs(side))
        assert found.share[at] == pytest.approx(expected, abs=0.06)
    p10, p50, p90 = found.bands["area_specific_resistance"][:, 100]
    assert p10 < p50 < p90
    assert p90 - base() == pytest.approx(2.0 * found.axes[0][100] / (value * (low / value) ** (1.2816 / 1.96)), rel=0.12)
    assert found.weighs["area_specific_resistance"] == (SIGMA, pytest.approx(-1.0))


def test_where_nothing_is_safe_no_point_is_given():
    found = window(CELL, {THICK: ("10 nm", "10 um")}, {"overpotential": "< 10 mV at 0.1 mA/cm^2 after 1 min"}, draws=12, nodes=4)
    assert found.share.max() < 0.9 and not found.admissible.any()
    assert "no value meets all targets in 9 of 10 cells" in str(found) or "no drawn cell" in str(found)
    assert "measure that first" in str(found) or not found.weighs
    first, where = found.findings()
    assert where.value is None and "nowhere" in where.note


def test_two_parameters_and_the_same_map_twice():
    keep = {"overpotential": "< 100 mV at 0.5 mA/cm^2 after 1 min", "area_specific_resistance": "< 250 ohm*cm^2"}
    over = {THICK: ("10 nm", "10 um"), SIGMA: ("1e-7 S/cm", "1e-4 S/cm")}
    told = []
    a, b = (window(CELL, over, keep, draws=4, nodes=4, progress=lambda s, x: told.append(x)) for _ in range(2))
    assert np.array_equal(a.share, b.share) and a.share.shape == (100, 100)
    assert told[0] == 0.0 and max(told) < 1.0
    assert np.all(np.diff(a.share[:, 50]) <= 1e-12)  # thicker is never better for these targets
    assert np.all(np.diff(a.share[50]) >= -1e-12)  # more conductive never worse
    assert "excludes most of the map" in str(a)


def test_a_critical_current_is_mapped_by_its_ramp():
    cell = named("zhai2024/bare")
    path = "interfaces.Li|LLZTO.voids.replenishment_current"
    found = window(cell, {path: ("0.02 mA/cm^2", "5 mA/cm^2")}, {"critical_current_density": "> 0.3 mA/cm^2 for 30 min"}, vary=(), draws=1, nodes=5)
    values = found.stated["critical_current_density"]
    assert values[-1] >= values[0]
    assert np.all(values > 0.0)


def test_targets_are_read_and_refused():
    t = target("overpotential", "< 50 mV at 0.5 mA/cm^2 after 1 h")
    assert (t.below, t.bound, t.at, t.time) == (True, pytest.approx(0.05), pytest.approx(5.0), 3600.0)
    assert target("area_specific_resistance", "≤ 20 ohm*cm^2").at == pytest.approx(0.01)
    assert not target("critical_current_density", "> 1 mA/cm^2").below
    with pytest.raises(UnknownNameError, match="overpotential"):
        target("overpotentail", "< 50 mV at 1 mA/cm^2")
    with pytest.raises(AnalysisError, match="current density"):
        target("overpotential", "< 50 mV")
    with pytest.raises(AnalysisError, match="bound with its unit"):
        target("area_specific_resistance", "20 ohm*cm^2")
    with pytest.raises(AnalysisError, match="takes no time"):
        target("area_specific_resistance", "< 20 ohm*cm^2 after 1 h")
    with pytest.raises(InterlayerError, match="ohm"):
        target("area_specific_resistance", "< 20 mV")
    with pytest.raises(InterlayerError, match="thickness"):
        window(CELL, {"layers.LiI-ZnLi.thicknes": ("1 nm", "1 um")}, {"area_specific_resistance": "< 20 ohm*cm^2"})
    with pytest.raises(AnalysisError, match="no room"):
        window(CELL, {THICK: ("1 um", "1 nm")}, {"area_specific_resistance": "< 20 ohm*cm^2"})
    with pytest.raises(AnalysisError, match="one or two"):
        window(CELL, {}, {"area_specific_resistance": "< 20 ohm*cm^2"})
