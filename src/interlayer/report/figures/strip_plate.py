"""Strip and plate: voltage against time, the whole test and its first and last cycles enlarged; measured and simulated."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from ...record import Record
from ..pick import (
    Array,
    Records,
    Unit,
    current_name,
    ending,
    half_cycle_period,
    labelled,
    largest,
    record_colours,
    trace,
    unit,
)
from ..style import DOUBLE, Sheet, drawn, panel, sheet, weight
from ..table import Column, Table, stacked
from ._lines import around, fit_voltage, line, whole

CYCLES = 3.0  # cycles in each enlarged panel
ENOUGH = 8.0  # cycles from which on the enlarged panels are worth their place


@drawn
def voltage(records: Records, *, zoom: bool = True) -> Sheet:
    """Voltage (and current density) against time for one record or several.

    zoom   panels of the first and the last three cycles below, where the test has more than eight
    Measured records are drawn dark and first, simulated ones in their variant's colour on top. The end of a test that
    failed is marked with a cross.
    """
    found = labelled(records)
    channel = current_name(found)
    data = {label: trace(r, "voltage", *([channel] if channel else [])) for label, r in found.items()}
    scale = unit("voltage", largest(*(d[1] for d in data.values())))
    clock = unit("time", largest(*(d[0] for d in data.values())))
    paint = record_colours(found)
    windows = _windows(data) if zoom and channel else []
    made = sheet(DOUBLE, 92.0 if windows else 60.0)
    grid = made.add_gridspec(2 if windows else 1, max(len(windows), 1), height_ratios=(1.0, 1.0) if windows else (1.0,))
    top = made.add_subplot(grid[0, :])
    _draw(top, found, data, scale, clock, paint)
    off = fit_voltage(top, [d[1] for d in data.values()], scale)
    for number, (start, stop, title) in enumerate(windows):
        ax = made.add_subplot(grid[1, number])
        inside = {label: tuple(column[around(d[0], start, stop)] for column in d) for label, d in data.items()}
        inside = {label: d for label, d in inside.items() if len(d[0]) > 2}
        near = unit("voltage", largest(*(d[1] for d in inside.values())))
        _draw(ax, {label: found[label] for label in inside}, inside, near, clock, paint, label=False)
        ax.set_xlim(float(clock(np.array(start))), float(clock(np.array(stop))))
        fit_voltage(ax, [d[1] for d in inside.values()], near)
        top.axvspan(float(clock(np.array(start))), float(clock(np.array(stop))), color="#EDEDED", lw=0, zorder=0)
        panel(ax, "bc"[number], title)
    if windows:
        panel(top, "a")
    made.legend(*top.get_legend_handles_labels(), loc="outside upper left", ncols=4)
    made.note = f"Voltage {off}." if off else ""
    made.tables.append(_table(found, data, channel))
    return made


def _draw(
    ax: Axes, found: Mapping[str, Record], data: Mapping[str, tuple[Array, ...]], scale: Unit, clock: Unit, paint: Mapping[str, str], *, label: bool = True
) -> None:  # fmt: skip
    ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    periods = [p for d in data.values() if len(d) > 2 and (p := half_cycle_period(d[0], d[2])) is not None]
    turn = float(clock(np.array(min(periods)))) if periods else float("inf")
    order = sorted(data, key=lambda k: (found[k].provenance.kind != "measured", -largest(data[k][1])))
    for depth, key in enumerate(order):
        time, volts = clock(data[key][0]), scale(data[key][1])
        how = ending(found[key])
        look = weight(key, 0.9 if float(np.ptp(time)) < 150.0 * turn else 0.6)
        line(ax, time, volts, color=paint[key], lw=look["lw"], zorder=look["zorder"] + 0.01 * depth, label=f"{key} ({how})" if how and label else key if label else None)
        if how and label:
            last = np.flatnonzero(np.isfinite(volts))[-1]
            ax.plot(time[last], 0.0, marker="x", ms=6.0, mew=1.6, color=paint[key], zorder=5, clip_on=False, ls="none")
    ax.set_xlabel(clock.label("Time"))
    ax.set_ylabel(scale.label("Voltage"))


def _windows(data: Mapping[str, tuple[Array, ...]]) -> list[tuple[float, float, str]]:
    """(start, stop [s], title) of the enlarged panels: the first and the last cycles that all records have."""
    periods = [p for d in data.values() if (p := half_cycle_period(d[0], d[2])) is not None]
    if not periods:
        return []
    period = min(periods)
    start = min(float(d[0][0]) for d in data.values())
    end = min(float(d[0][-1]) for d in data.values())
    if end - start < ENOUGH * period:
        return []
    edge = 1e-4 * period
    which = "the last cycles" if len(data) == 1 else "the last cycles that all have"
    return [(start, start + CYCLES * period - edge, "the first cycles"), (end - CYCLES * period + edge, end, which)]


def _table(found: Mapping[str, Record], data: Mapping[str, tuple[Array, ...]], channel: str | None) -> Table:
    parts = []
    for label, all_rows in data.items():
        rows = whole(all_rows[0], all_rows[1])
        d = tuple(column[rows] for column in all_rows)
        hours, volts = unit("time"), unit("voltage")
        part: dict[str, Column] = {
            "series": [label] * len(d[0]), "kind": [found[label].provenance.kind] * len(d[0]), f"time [{hours.ascii}]": hours(d[0]),
            f"voltage [{volts.ascii}]": volts(d[1]),
        }  # fmt: skip
        if channel:
            u = unit(channel)
            part[f"{channel.replace('_', ' ')} [{u.ascii}]"] = u(d[2])
        parts.append(part)
    return stacked("voltage", parts)
