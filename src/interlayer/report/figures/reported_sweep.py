"""Sweeps of the potential of several variants over each other: linear sweeps, voltammograms, slow sweeps about rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...analysis._dc import Stretch
from ...record import Record
from ..pick import Unit, labelled, largest, record_colours, unit
from ..style import DOUBLE, Sheet, drawn, panel, sheet
from ..table import Table, stacked
from ._direct import current_unit, parts
from ._lines import line
from ._reported import key, level, look, own, upright

if TYPE_CHECKING:
    from ...studies import Row

LIMIT = 0.1  # A/m²: current at which the limit of a sweep is read (0.01 mA/cm²)


def _sweeps(records: Mapping[str, Record], technique: str) -> dict[str, list[Stretch]]:
    return {k: [t for t in parts(r, technique, specific=True) if float(np.ptp(t.voltage)) > 1e-3] for k, r in records.items()}


@drawn
def linear(records: Mapping[str, Record], rows: Sequence[Row] = ()) -> Sheet:
    """Current density of the sweeps near their limit, and its magnitude on a logarithmic axis; reported limits as upright lines."""
    found = labelled(records)
    data, paint = _sweeps(found, "linear_sweep"), record_colours(found)
    amps = unit("current_density")
    made = sheet(DOUBLE, 64.0)
    left, right = made.subplots(1, 2)
    top = 60.0 * LIMIT
    for number, (label, some) in enumerate(data.items()):
        for t in some:
            late = t.time > 60.0  # before, the double layer takes up the first potential
            line(left, t.voltage[late], amps(t.current[late]), color=paint[label], label=label, **look(number, label))
            line(right, t.voltage[late], np.maximum(np.abs(amps(t.current[late])), 1e-9), color=paint[label], **look(number, label))
    left.set_ylim(float(amps(np.array(-0.04 * top))), float(amps(np.array(top))))
    right.set_yscale("log")
    right.set_ylim(1e-5, 1e2)
    right.axhline(float(amps(np.array(LIMIT))), color="#555555", lw=0.7, ls=(0, (1, 1.5)), zorder=1.5)
    marked = [row for label in found for row in own(rows, label, "voltage")]
    for ax in (left, right):
        for label in found:
            for row in own(rows, label, "voltage"):
                assert row.reported is not None
                upright(ax, row.reported, row, paint[label])
        ax.set_xlabel("Potential (V)")
    left.set_ylabel(amps.label("Current density"))
    right.set_ylabel(amps.label("|Current density|"))
    panel(left, "a")
    panel(right, "b", "dotted: where the limit is read")
    key(made, left, bool(marked), dashed=True)
    made.tables.append(_table(data, amps))
    return made


@drawn
def cyclic(records: Mapping[str, Record], rows: Sequence[Row] = ()) -> Sheet:
    """Voltammograms of all variants; to the right their first plating enlarged with the reported overpotentials and peak currents."""
    found = labelled(records)
    data, paint = _sweeps(found, "cyclic_voltammetry"), record_colours(found)
    amps = current_unit(max(largest(t.current) for some in data.values() for t in some))
    made = sheet(DOUBLE, 68.0)
    whole, near = made.subplots(1, 2)
    marked = False
    for number, (label, some) in enumerate(data.items()):
        for t in some:
            for ax in (whole, near):
                line(ax, t.voltage, amps(t.current), color=paint[label], label=label, **look(number, label))
    reported = [(label, row) for label in found for row in own(rows, label, "current_density", "overpotential")]
    sizes = [float(amps(np.array(row.reported))) for _, row in reported if row.quantity == "current_density" and row.reported is not None]
    window = 4.0 * max(sizes) if sizes else 0.1 * max(largest(amps(t.current)) for some in data.values() for t in some)
    near.set_ylim(-window, window)
    place, low = 1.0, 0.02
    for label, row in reported:
        assert row.reported is not None
        marked = True
        if row.quantity == "current_density":
            level(near, float(amps(np.array(row.reported))), row, paint[label], place=place)
            place -= 0.16
        else:
            upright(near, -row.reported, row, paint[label], low)
            low += 0.2
    for ax in (whole, near):
        ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
        ax.set_xlabel("Potential against lithium (V)")
        ax.set_ylabel(amps.label("Current density"))
    panel(whole, "a")
    panel(near, "b", "enlarged to what is reported" if sizes else "enlarged")
    key(made, whole, marked, dashed=True)
    made.tables.append(_table(data, amps))
    return made


@drawn
def rest(records: Mapping[str, Record], rows: Sequence[Row] = ()) -> Sheet:
    """Slow sweeps about rest: current density against voltage, and its magnitude with the reported exchange currents."""
    found = labelled(records)
    data, paint = _sweeps(found, "tafel"), record_colours(found)
    amps = current_unit(max(largest(t.current) for some in data.values() for t in some))
    made = sheet(DOUBLE, 64.0)
    left, right = made.subplots(1, 2)
    marked, lowest, highest = False, np.inf, 0.0
    for number, (label, some) in enumerate(data.items()):
        for t in some:
            left.plot(1e3 * t.voltage, amps(t.current), color=paint[label], label=label, **look(number, label))
            size = np.abs(amps(t.current))
            right.semilogy(1e3 * t.voltage, np.where(size > 0.0, size, np.nan), color=paint[label], **look(number, label))
            highest = max(highest, float(np.nanmax(size)))
            lowest = min(lowest, 0.02 * float(np.nanmax(size)))
        for row in own(rows, label, "current_density", "exchange_current_density"):
            assert row.reported is not None
            marked = True
            value = float(amps(np.array(row.reported)))
            highest, lowest = max(highest, value), min(lowest, 0.5 * value)
            level(right, value, row, paint[label], place=0.36 if number % 2 else 0.99)
    right.set_ylim(lowest, 2.2 * highest)
    for ax in (left, right):
        ax.set_xlabel("Cell voltage (mV)")
    for axis in (left.axhline, left.axvline):
        axis(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    left.set_ylabel(amps.label("Current density"))
    right.set_ylabel(amps.label("|Current density|"))
    panel(left, "a")
    panel(right, "b", "dashed: reported exchange current" if marked else "")
    key(made, left, marked, dashed=True)
    made.tables.append(_table(data, amps))
    return made


def _table(data: Mapping[str, Sequence[Stretch]], amps: Unit) -> Table:
    return stacked("sweeps", [
        {"series": [label] * len(t.clock), "time [s]": t.clock, "potential [V]": t.voltage, f"current density [{amps.ascii}]": amps(t.current)} for label, some in data.items() for t in some
    ])  # fmt: skip
