"""Every direct-current technique over one grid: noise, sampling, drift of the voltage, and a step that is missing.

The truth is what was put into the closed-form record. A damaged record may be refused; a number it gives must hold.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from dc_records import noisy
from interlayer.errors import InterlayerError
from interlayer.record import Finding, Record, Segment
from test_dc_contract import CASES, listed

#: (truth of the first number, None: as found in the clean record; error of the method itself that its docstring states, relative)
TRUTH = {
    "bruce_vincent": (0.3, 0.01), "aurbach": (0.99, 1e-3), "nucleation": (0.05, 0.01), "cycling": (1.9 * 3.6, 1e-3),
    "rate": (2.0 * 3.6, 1e-3), "gitt": (1e-15, 0.02), "dc_polarisation": (None, 0.0), "linear_sweep": (None, 0.0),
    "tafel": (0.5, 0.01), "voltage_profile": (0.06, 0.02), "cyclic_voltammetry": (None, 0.02),
}  # fmt: skip


def drifting(of: Record, volts: float) -> Record:
    """The voltage off by a line from 0 to `volts` over the record."""
    end = max(float(s["time"][-1]) for s in of.segments if "time" in s.channels)
    parts = [Segment({k: v + volts * s["time"] / end if k == "voltage" else v for k, v in s.channels.items()}, s.axis, s.technique, s.info) for s in of.segments]
    return replace(of, segments=tuple(parts))


def first(name: str, data: Record) -> Finding | None:
    """The technique's first number, None where it refuses in words."""
    try:
        found = [f for f in listed(CASES[name][1](data)) if isinstance(f.value, float)]
    except InterlayerError as error:
        assert len(str(error)) > 20
        return None
    return found[0] if found else None


def held(found: Finding, truth: float, own: float, more: float = 0.0) -> bool:
    return abs(found.value - truth) <= 4.0 * (found.std or 0.0) + own * abs(truth) + more


@pytest.mark.parametrize("name", TRUTH)
def test_noise_sampling_and_drift(name):
    truth, own = TRUTH[name]
    data = CASES[name][0]
    clean = first(name, data)
    assert clean is not None
    truth = clean.value if truth is None else truth
    assert held(clean, truth, own)
    given = 0
    for (volts, relative), every, drift in itertools.product([(1e-5, 1e-4), (1e-4, 2e-3)], [1, 2], [0.0, 1e-4]):
        found = first(name, drifting(noisy(data, np.random.default_rng([3, every]), volts=volts, relative=relative, every=every), drift))
        if found is not None:
            given += 1
            assert held(found, truth, max(own, 0.01)), (volts, every, drift, found)
    assert given >= 4, given  # half of the grid at least is answered


@pytest.mark.parametrize("name", [n for n in TRUTH if len(CASES[n][0].segments) > 1])
def test_a_missing_step(name):
    truth, own = TRUTH[name]
    data = CASES[name][0]
    truth = first(name, data).value if truth is None else truth
    places = np.unique(np.linspace(0, len(data.segments) - 1, 8).round().astype(int))
    for k in places.tolist():
        found = first(name, replace(data, segments=(*data.segments[:k], *data.segments[k + 1 :])))
        assert found is None or held(found, truth, max(own, 0.01)), (k, found)
