"""Cycled cells over the grid of test_dc_grid: noise, sampling, drift of the voltage, and half cycles that are missing.

Closed forms: V = j r with r that doubles linearly from half of the test on; a ramp whose r falls to a hundredth at a known
current. A number holds the truth within its error; where rows are missing it may be refused, never wrong."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from interlayer.analysis import critical_current, strip_plate
from interlayer.record import Provenance, Record, Segment
from test_steps import rising

GRID = list(itertools.product([1e-4, 5e-3], [1, 3], [0.0, 0.02]))  # noise of a half cycle, every nth row, drift over the largest voltage
COUNT, ROWS, DT = 60, 60, 10.0
END = COUNT * ROWS * DT


def injured(of: Record, *, every: int = 1, drift: float = 0.0, without: tuple[int, ...] = (), rows: int = ROWS) -> Record:
    """Thinned, with a voltage that drifts by a share of its largest value, and without some half cycles (counted from 0)."""
    channels = dict(of.segments[0].channels)
    t = channels["time"]
    channels["voltage"] = channels["voltage"] + drift * np.abs(channels["voltage"]).max() * t / t[-1]
    keep = ~np.isin(np.arange(len(t)) // rows, without)
    keep &= np.arange(len(t)) % every == every - 1
    return Record((Segment({k: v[keep] for k, v in channels.items()}, "time"),), Provenance("measured"))


@pytest.mark.parametrize(("noise", "every", "drift"), GRID)
def test_polarisation_onset_and_life_hold(noise: float, every: int, drift: float) -> None:
    record = injured(rising(0.5, 2.0, count=COUNT, n=ROWS, noise=noise), every=every, drift=drift)
    table = strip_plate.course(record, specific=False)
    late = np.linspace(0.0, END, COUNT, endpoint=False) + 0.5 * ROWS * DT
    truth = 0.04 * (1.0 + 2.0 * np.maximum(late / END - 0.5, 0.0))
    assert len(table.polarisation) == COUNT
    miss = np.abs(table.polarisation - truth) / truth
    assert np.median(miss) < 0.01 + noise + 1.2 * drift and miss.max() < 0.02 + 4.0 * noise + 2.5 * drift
    pairs = 0.5 * (table.polarisation[::2] + table.polarisation[1::2])  # a drift enters plus in one direction, minus in the other
    assert np.abs(pairs / (0.5 * (truth[::2] + truth[1::2])) - 1.0).max() < 0.02 + 4.0 * noise
    found = strip_plate.onset(table)
    assert found.interval is not None and found.time == pytest.approx(0.5 * END, rel=0.1)
    ended = strip_plate.life(record, "factor", factor=1.5, specific=False)
    assert ended.interval is not None and ended.interval[0] - 0.05 * END <= 0.75 * END <= ended.interval[1] + 0.05 * END


@pytest.mark.parametrize("without", [(0,), (20,), (20, 21), (41,), (COUNT - 1,)], ids=str)
def test_missing_half_cycles_move_no_life(without: tuple[int, ...]) -> None:
    record = injured(rising(0.5, 2.0, count=COUNT, n=ROWS, noise=1e-3), without=without)
    table = strip_plate.course(record, specific=False)
    charges = np.diff(np.concatenate([[0.0], table.cumulative]))
    assert np.median(charges) == pytest.approx(ROWS * DT * 1e-3, rel=0.05)
    assert len(charges) == COUNT - len(without) and charges.max() < 1.05 * ROWS * DT * 1e-3  # nothing joined over the hole, no charge counted in it
    assert table.cumulative[-1] == pytest.approx((COUNT - len(without)) * ROWS * DT * 1e-3, rel=0.01)
    assert strip_plate.onset(table).time == pytest.approx(0.5 * END, rel=0.1)
    ended = strip_plate.life(record, "factor", factor=1.5, specific=False)
    assert ended.interval is not None and ended.interval[0] - 0.06 * END <= 0.75 * END <= ended.interval[1] + 0.06 * END


def ramp(noise: float, fails: int | None, rows: int = ROWS, currents: int = 10) -> Record:
    """0.1, 0.2 ... mA/cm², one half cycle either way; from the middle of half cycle `fails` on a short holds V at a hundredth."""
    rng = np.random.default_rng(8)
    k = np.arange(2 * currents * rows) // rows
    t = np.arange(1, len(k) + 1) * DT
    j = (1.0 + k // 2) * np.where(k % 2 == 0, 1.0, -1.0)
    r = np.full(len(k), 0.01)
    if fails is not None:
        r[fails * rows + rows // 2 :] = 1e-4
    v = j * r + noise * 0.01 * rng.normal(size=len(k))
    return Record((Segment({"time": t, "voltage": v, "current_density": j}, "time"),), Provenance("measured"))


@pytest.mark.parametrize(("noise", "every", "drift"), GRID)
def test_critical_current_holds(noise: float, every: int, drift: float) -> None:
    found = critical_current.find(injured(ramp(noise, 12), every=every, drift=drift))[0]
    assert found.interval == pytest.approx((6.0, 7.0))
    alive = critical_current.find(injured(ramp(noise, None), every=every, drift=drift))[0]
    assert alive.evidence["censored"]


@pytest.mark.parametrize("without", [(0,), (5,), (6, 7), (11,), (19,)], ids=str)
def test_missing_steps_of_a_ramp_move_its_interval_by_no_more_than_they_hold(without: tuple[int, ...]) -> None:
    found = critical_current.find(injured(ramp(1e-3, 12), without=without))[0]
    assert found.interval is not None and found.interval[0] <= 6.0 and found.interval[1] == pytest.approx(7.0)
    assert critical_current.find(injured(ramp(1e-3, None), without=without))[0].evidence["censored"]
