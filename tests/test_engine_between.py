"""Rows between the ends of steps: conditions on the weights, their order, where they are refused, which rows a record has."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import interlayer as il
from conftest import CURRENT, VOLTAGE, fixed, integrate, machine_of, table
from interlayer.elements.capacitor import Capacitor
from interlayer.elements.charge_transfer import ChargeTransfer
from interlayer.elements.film import Film
from interlayer.elements.resistor import Resistor
from interlayer.protocols import Replay, Step, Until
from interlayer.simulation import Simulation

PLACES = np.linspace(0.0, 1.0, 21)


def stages() -> tuple[np.ndarray, np.ndarray]:
    """(A, c) of the five stages."""
    from interlayer.simulation.stack import loop

    A = np.zeros((5, 5))
    A[:, :4] = loop.A_TABLE
    A[np.arange(5), np.arange(5)] = loop.GAMMA
    return A, A.sum(1)


def test_the_weights_meet_their_conditions() -> None:
    from interlayer.simulation.stack import between

    A, c = stages()
    for t in PLACES:
        w, alone = t ** np.arange(1, 5) @ between.WEIGHTS.T, t ** np.arange(4) @ between.ALONE.T
        assert alone.sum() == pytest.approx(1.0, abs=1e-12)
        powers = np.ones(5)
        for m in range(1, 5):
            powers = A @ powers
            assert w @ powers == pytest.approx(t**m / math.factorial(m), abs=1e-12)
            if m < 4:
                assert alone @ powers == pytest.approx(t**m / math.factorial(m), abs=1e-12)
        assert w @ c**2 == pytest.approx(t**2, abs=1e-12)
        assert alone @ c**2 == pytest.approx(t**2, abs=1e-12)
        for check, place in zip(between.CHECKS, between.PLACES, strict=True):
            if abs(place - t) < 1e-12:  # the differences V_i - V_0 of the one, without V_0 of the other
                assert check == pytest.approx(w - alone, abs=1e-12)
    assert np.ones(4) @ between.WEIGHTS.T == pytest.approx([0.0, 0.0, 0.0, 0.0, 1.0], abs=1e-12)


def test_order_between_the_steps() -> None:
    """A film charged by a constant current, steps of one length: V between them is as good as at their ends."""
    R, C, end = 0.1, 100.0, 40.0
    inner, outer = [], []
    for n in (4, 8, 16, 32):
        machine = machine_of(Film(label="film", R=R, C=C))
        run, _ = fixed(machine, table((CURRENT, 1.0, end, {"SAMPLE": end / n / 7.0})), end / n)
        t, v = run.history[:, 0], run.history[:, 1]
        miss = np.abs(v - R * (1.0 - np.exp(-t / (R * C))))
        at_end = np.abs(t * n / end - np.round(t * n / end)) < 1e-6
        late = t > end / n * (1.0 + 1e-9)  # the first step may not be read
        assert np.sum(late & ~at_end) >= 6 * (n - 1)
        inner.append(np.max(miss[late & ~at_end]))
        outer.append(np.max(miss[at_end]))
    orders = [math.log2(a / b) for a, b in itertools.pairwise(inner)]
    assert orders[-1] == pytest.approx(4.0, abs=0.5)
    assert inner[-1] < 3.0 * outer[-1] < 3e-7


@pytest.mark.parametrize(("current", "most"), [(1.0, 2e-6), (10.0, 1e-5)])
def test_a_sampled_trace_is_as_right_as_its_steps(current: float, most: float) -> None:
    """A polymer cell with all its parts, to 0.4 V: against the same at a ten thousandth of the tolerance."""
    simulation = Simulation.of("li2024/bare")
    protocol = Replay((Step("current_density", current, (Until("time", 3600.0),), sample=10.0), Step("rest", 0.0, (Until("time", 3600.0),), sample=10.0)))
    traces = []
    for rtol in (1e-4, 1e-8):
        simulation.state = simulation.machine.start.copy()
        made = simulation.run(protocol, rtol=rtol)
        traces.append([np.concatenate([s[c][1:] for s in made.traces]) for c in ("time", "voltage", "voltage@QCPE")])
        steps = made.provenance.settings["steps accepted"]
    (t, v, q), (at, w, r) = traces
    assert np.array_equal(np.round(t, 6), np.round(at, 6))
    assert len(t) == 720
    assert np.max(np.abs(v - w)) < most
    assert np.max(np.abs(q - r)) < most
    assert steps > 100  # of the tight run; the other's are far fewer than its rows:
    simulation.state = simulation.machine.start.copy()
    assert simulation.run(protocol, rtol=1e-4).provenance.settings["steps accepted"] < 80


def test_a_sweep_is_cut_where_its_current_bends() -> None:
    """What the states' error does not show: an exponential current under a swept voltage, 60 mV a decade, one volt long."""
    machine = machine_of(ChargeTransfer(label="ct", j0=1e-6, alpha=0.5, orientation=1) + Resistor(label="R", R=1e-9))
    run, _ = integrate(machine, table((VOLTAGE, 0.2, 1000.0, {"SLOPE": 5e-4, "SAMPLE": 2.0})), rtol=1e-4)
    t, j = run.history[:, 0], run.history[:, 2]
    b = 8.31446261815324 * 298.15 / 96485.33212
    eta = 0.2 + 5e-4 * t - 1e-9 * j
    exact = 2e-6 * np.sinh(0.5 * eta / b)
    assert np.max(np.abs(j / exact - 1.0)) < 3e-4
    assert run.accepted < 250 and len(t) == 501


def test_rows_of_a_step_without_sampling_come_in_pairs_and_no_further_apart_than_asked() -> None:
    machine = machine_of(ChargeTransfer(label="ct", j0=1.0, orientation=1) | Capacitor(label="dl", C=0.1))
    plain, _ = integrate(machine, table((CURRENT, 2.0, 100.0)))
    assert plain.accepted < len(plain.history) <= 2 * plain.accepted
    close, _ = integrate(machine, table((CURRENT, 2.0, 100.0, {"APART": 1.5})))
    gaps = np.diff(close.history[:, 0])
    assert close.accepted <= plain.accepted + 2
    assert np.all(gaps > 0.0) and np.max(gaps) <= 1.5 * (1.0 + 1e-9)


@pytest.mark.parametrize("rows", [16, 64])
def test_slices_change_nothing(rows: int) -> None:
    machine = machine_of(ChargeTransfer(label="ct", j0=1.0, orientation=1) | Capacitor(label="dl", C=0.1))
    for columns in ({"SAMPLE": 0.5}, {"APART": 0.5}, {}):
        steps = table((CURRENT, 2.0, 50.0, columns), (CURRENT, -1.0, 50.0, columns))
        (whole, a), (cut, b) = integrate(machine, steps), integrate(machine, steps, slice_rows=rows)
        assert a.voltage == pytest.approx(b.voltage, rel=1e-6)
        if "SAMPLE" in columns:
            assert np.delete(cut.history[:, 0], np.flatnonzero(cut.history[:, 0] % 0.5 > 1e-3)) == pytest.approx(np.delete(whole.history[:, 0], np.flatnonzero(whole.history[:, 0] % 0.5 > 1e-3)))
        assert np.all(np.diff(cut.history[:, 0]) > 0.0)
        assert np.all(np.isfinite(cut.history))


def test_the_last_row_is_the_event() -> None:
    record = il.simulate("Li|LLZTO(1 mm)|Li @ 25 degC", Replay((Step("current_density", 1.0, (Until("time", 1e5), Until("areal_charge", 100.0)), sample=7.0),)))
    t = record.trace("time")
    assert t[-1] == pytest.approx(100.0, rel=1e-9)
    assert t[1:-1] == pytest.approx(7.0 * np.arange(1, 15))
