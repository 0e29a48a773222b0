"""`deposit` over the grid of the other techniques: noise, sampling, drift, missing steps; and what it must refuse.

Truth: Faraday's law, written out here. A damaged record may be refused; a number it gives must hold.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from dc_records import band, holds, noisy, record, trace, value
from interlayer.analysis import deposit
from interlayer.errors import AnalysisError, InterlayerError, MissingValueError
from interlayer.materials import material
from interlayer.record import Record, Segment

FARADAY = 96485.33212
MAH = 36.0  # C/m² in a µAh/cm²
NET = 1.5e3 * MAH  # 2 mAh/cm² plated, 0.5 stripped
LEVEL = 5.0  # A/m²
VOLUME = material("Li")["molar_volume"].value
FLOOR = NET * VOLUME / FARADAY


def plated(step: float = 20.0, drift: float = 0.0, area: float | None = None, steps: int = 4) -> Record:
    """Plating in `steps` pieces, each with a rest, then a quarter stripped. The held current drifts by `drift` to the end."""
    parts, begun = [], 0.0
    charges = [2.0e3 * MAH / steps] * steps + [-0.5e3 * MAH]
    end = sum(abs(q) for q in charges) / LEVEL + 600.0 * steps
    for q in charges:
        hold = abs(q) / LEVEL
        n = round(hold / step)
        t = begun + np.arange(1, n + 1) * hold / n
        parts.append(trace(t, np.full(n, -np.sign(q) * 0.05), -np.sign(q) * LEVEL * (1.0 + drift * (t / end - 0.5)), "nucleation"))
        begun = float(t[-1])
        if q > 0.0:
            parts.append(trace(begun + np.arange(1, 31) * step, np.zeros(30), np.zeros(30), "rest"))
            begun = float(parts[-1]["time"][-1])
    if area is not None:
        parts = [Segment({("current" if k == "current_density" else k): v * (area if k == "current_density" else 1.0) for k, v in s.channels.items()}, "time", s.technique) for s in parts]
    return record(*parts)


def true_charge(of: Record) -> float:
    """By trapezoids of the clean record, begun at the last point before each segment."""
    total, before = 0.0, 0.0
    for s in of.segments:
        t, j = np.concatenate([[before], s["time"]]), np.concatenate([[s["current_density"][0]], s["current_density"]])
        total += float(np.sum(0.5 * (j[1:] + j[:-1]) * np.diff(t)))
        before = float(s["time"][-1])
    return abs(total)


@pytest.mark.parametrize(("noise", "every", "drift"), list(itertools.product([1e-5, 2e-3, 2e-2], [1, 4], [0.0, 0.02])))
def test_charge_floor_and_porosity(noise: float, every: int, drift: float) -> None:
    """Within the stated errors, at every noise, sampling and drift of the current; a voltage that drifts changes nothing."""
    clean = plated(drift=drift)
    q = true_charge(clean)
    rng = np.random.default_rng([11, every])
    for porosity in (0.05, 0.5):
        d = q * VOLUME / FARADAY / (1.0 - porosity)
        data = noisy(clean, rng, volts=1e-3, relative=noise, every=every)
        found = deposit.find(data, thickness=f"{d} m", thickness_std=f"{0.02 * d} m")
        assert found[0].evidence["areal_charge_C_m2"] == pytest.approx(q, abs=3.0 * found[0].evidence["charge_std"])
        assert found[0].evidence["charge_std"] < 0.02 * q
        assert holds(found[0], q * VOLUME / FARADAY, 3.0) and holds(found[1], porosity, 3.0)
        shifted = replace(data, segments=tuple(Segment({**s.channels, "voltage": s["voltage"] + 0.3}, "time", s.technique, s.info) for s in data.segments))
        assert deposit.find(shifted, thickness=f"{d} m")[1].value == found[1].value


def test_the_stated_errors_hold_the_truth() -> None:
    """400 measured thicknesses and areas: 95 % of the intervals."""
    rng, hits, area = np.random.default_rng(12), [], 1.13e-4
    data = plated(step=200.0, area=area, steps=1)
    for _ in range(400):
        porosity = rng.uniform(0.1, 0.7)
        d = FLOOR / (1.0 - porosity)
        read = record(*noisy(data, rng, relative=1e-3).segments, area=f"{area * (1.0 + 0.03 * rng.normal())} m^2")
        found = deposit.find(read, thickness=f"{d * (1.0 + 0.05 * rng.normal())} m", thickness_std=f"{0.05 * d} m", area_std=f"{0.03 * area} m^2")
        hits.append(holds(found[1], porosity))
    band(hits)


def test_a_missing_step_is_asked_for() -> None:
    """Of nine steps each one left out: what a hole hides is refused by name; the last leaves none."""
    data = plated()
    for k, left in enumerate(data.segments):
        part = replace(data, segments=(*data.segments[:k], *data.segments[k + 1 :]))
        if k == len(data.segments) - 1:  # stripping that is not in the file: the net charge of what is there
            assert holds(value(deposit.find(part, thickness="30 um"), "thickness"), 2.0e3 * MAH * VOLUME / FARADAY, 3.0)
            continue
        with pytest.raises(AnalysisError, match="a step is missing") as said:
            deposit.find(part, thickness="30 um")
        assert "charge=" in str(said.value), left
        assert deposit.find(part, thickness="30 um", charge="1.5 mA*h/cm^2")[0].value == pytest.approx(FLOOR, rel=1e-3)


def test_decoys_are_refused() -> None:
    data = plated()
    with pytest.raises(AnalysisError, match="thinner than its charge allows"):
        deposit.find(data, thickness=f"{0.8 * FLOOR} m", thickness_std=f"{0.02 * FLOOR} m")
    assert deposit.find(data, thickness=f"{0.96 * FLOOR} m", thickness_std=f"{0.02 * FLOOR} m")[1].value < 0.0  # within its error
    assert deposit.find(data, thickness=f"{0.8 * FLOOR} m", efficiency=0.75)[1].value == pytest.approx(1.0 - 0.75 / 0.8, abs=3e-3)  # the charge before the first row is not known
    stripped = record(trace([10.0, 3600.0], [-0.05, -0.05], [-5.0, -5.0]), trace([3610.0, 7200.0, 10800.0], [0.05] * 3, [5.0] * 3))
    with pytest.raises(AnalysisError, match="More lithium was stripped"):
        deposit.find(stripped, thickness="10 um")
    with pytest.raises(AnalysisError, match="No current flows"):
        deposit.find(record(trace([0.0, 3600.0], [0.0, 0.0], [0.0, 0.0])), thickness="10 um")
    for wrong in ({"thickness": "-10 um"}, {"thickness": "0 um"}, {"thickness": "10 um", "charge": "-1 mA*h/cm^2"}):
        with pytest.raises(InterlayerError, match=r"positive|can't be"):
            deposit.find(data, **wrong)
    with pytest.raises(AnalysisError, match="share"):
        deposit.find(data, thickness="10 um", efficiency=1.2)


def test_what_is_missing_is_asked_for_by_name() -> None:
    with pytest.raises(MissingValueError, match="thickness"):
        deposit.find(plated())
    with pytest.raises(MissingValueError, match="area"):
        deposit.find(plated(area=1e-4), thickness="30 um")
    with pytest.raises(MissingValueError, match="charge"):
        deposit.find(None, thickness="30 um")
