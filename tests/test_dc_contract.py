"""What every direct-current technique keeps: plain findings, no change of the record, damaged records refused in words."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dc_records import noisy, nucleated, polarisation, record, reservoir, sweep, trace
from interlayer.analysis import (
    aurbach,
    bruce_vincent,
    cyclic_voltammetry,
    cycling,
    dc_polarisation,
    deposit,
    gitt,
    linear_sweep,
    nucleation,
    rate,
    tafel,
    voltage_profile,
)
from interlayer.errors import InterlayerError
from interlayer.record import Finding, Record, Segment
from test_dc_cycling import rates, table
from test_dc_diffusion import holds_of, oxidation, reversible, titration

CASES: dict[str, tuple[Record, Callable[[Record], list[Finding] | Finding]]] = {
    "bruce_vincent": (polarisation(), lambda r: bruce_vincent.find(r, before="5 ohm", after="5 ohm", bulk_before="20 ohm")),
    "tafel": (sweep(), lambda r: tafel.find(r, ohmic="100 ohm*cm^2", faces=1)),
    "aurbach": (reservoir(), aurbach.find),
    "nucleation": (nucleated(), nucleation.find),
    "cycling": (table([(2.0, 1.9)] * 9, step=200.0), cycling.find),
    "rate": (rates(), rate.find),
    "voltage_profile": (table([(2.0, 2.0)] * 2, step=20.0), voltage_profile.find),
    "deposit": (record(trace([0.0, 7200.0], [-0.05, -0.05], [-5.0, -5.0])), lambda r: deposit.find(r, thickness="20 um")),
    "gitt": (titration(1e-15, rest=20000.0, pulses=2), lambda r: gitt.find(r, length="5 um")),
    "dc_polarisation": (holds_of([(v, 1e-7 * v) for v in (0.01, 0.02, 0.05)]), lambda r: dc_polarisation.find(r, carriers="electrons")),
    "linear_sweep": (oxidation(), lambda r: linear_sweep.find(r, threshold="5 uA/cm^2")),
    "cyclic_voltammetry": (reversible(n=1001), cyclic_voltammetry.find),
}


def listed(found: list[Finding] | Finding) -> list[Finding]:
    return [found] if isinstance(found, Finding) else found


@pytest.mark.parametrize("name", CASES)
def test_findings_are_plain_and_finite(name):
    data, find = CASES[name]
    before = [{k: v.copy() for k, v in s.channels.items()} for s in data.segments]
    found = listed(find(data))
    for f in found:
        json.dumps(f.as_dict())
        assert f.method and str(f)
        if isinstance(f.value, float):
            assert math.isfinite(f.value)
    for s, kept in zip(data.segments, before, strict=True):
        assert all(np.array_equal(s.channels[k], v) for k, v in kept.items())


@pytest.mark.parametrize("name", CASES)
def test_rows_without_numbers_are_left_out(name):
    """A NaN here and there in voltage or current changes no answer much and breaks none."""
    data, find = CASES[name]
    whole = listed(find(data))
    rng = np.random.default_rng(1)
    holes = []
    for s in data.segments:
        channels = {k: v.copy() for k, v in s.channels.items()}
        if len(s) > 60:
            channels["voltage"][rng.integers(5, len(s) - 5, 3)] = np.nan
        holes.append(Segment(channels, s.axis, s.technique, s.info))
    found = listed(find(replace(data, segments=tuple(holes))))
    for a, b in zip(whole[:1], found[:1], strict=True):
        assert a.name[:20] == b.name[:20] and b.value == pytest.approx(a.value, rel=0.03)


@pytest.mark.parametrize("name", CASES)
def test_damaged_records_are_refused_in_words(name):
    """Empty, of one point, constant, at rest, of noise: an `InterlayerError` with a sentence, never another one."""
    _, find = CASES[name]
    rng = np.random.default_rng(2)
    t = np.arange(300.0)
    specific = {"area": "1 cm^2", "thickness": "1 mm", "temperature": "25 degC"}
    damaged = [
        record(**specific),
        record(trace([0.0], [1.0], [1.0]), **specific),
        record(trace(t, np.ones(300), np.zeros(300)), **specific),
        record(trace(t, np.full(300, np.nan), np.full(300, np.nan)), **specific),
        record(trace(t, np.zeros(300), np.ones(300)), **specific),
        record(trace(t, rng.normal(size=300), rng.normal(size=300)), **specific),
        record(trace(t * 0.0, np.ones(300), np.ones(300)), **specific),
        record(Segment({"time": t, "voltage": np.ones(300)}), **specific),
    ]
    for data in damaged:
        try:
            found = listed(find(data))
        except InterlayerError as error:
            assert len(str(error)) > 20
        else:
            assert all(f.value is None or np.isfinite(f.value) for f in found)


@pytest.mark.parametrize("name", ["bruce_vincent", "tafel", "nucleation", "linear_sweep", "dc_polarisation", "aurbach"])
def test_a_drift_of_the_instrument_moves_a_number_by_no_more_than_it(name):
    """Current with a gain error of 1 %: what is a current moves by 1 %, ratios and potentials hardly."""
    data, find = CASES[name]
    a = listed(find(data))[0]
    b = listed(find(noisy(replace(data, segments=tuple(
        Segment({k: v * 1.01 if k in ("current", "current_density") else v for k, v in s.channels.items()}, s.axis, s.technique, s.info) for s in data.segments
    )), np.random.default_rng(0))))[0]
    assert b.value == pytest.approx(a.value, rel=0.04)
