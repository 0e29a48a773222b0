"""Tests that raise the current, several variants in one panel: polarisation against current density, and where each failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...analysis import strip_plate
from ...errors import AnalysisError, RecordError
from ...record import Record
from ..pick import ending, labelled, largest, record_colours, trace, unit
from ..style import DOUBLE, MARKERS, Sheet, drawn, panel, sheet
from ..table import stacked
from ._lines import fit_voltage, line
from ._reported import key, look, own, plain, upright, wide

if TYPE_CHECKING:
    from ...studies import Row


@drawn
def raised(records: Mapping[str, Record], rows: Sequence[Row] = ()) -> Sheet:
    """Cell voltage over time, and the polarisation of every half cycle against its current density; open points as the current
    rises, full ones when it comes back; a cross where a cell failed, upright dashed lines the reported critical currents."""
    found = labelled(records)
    paint = record_colours(found)
    data = {k: trace(r, "voltage") for k, r in found.items()}
    try:
        courses = {k: strip_plate.course(r) for k, r in found.items()}
    except AnalysisError as error:
        raise RecordError(str(error)) from error
    clock = unit("time", max(float(d[0][-1]) for d in data.values()))
    volts, amps = unit("voltage", largest(*(d[1] for d in data.values()))), unit("current_density")
    made = sheet(DOUBLE, 70.0)
    left, right = made.subplots(1, 2)
    left.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    for number, (label, d) in enumerate(data.items()):
        line(left, clock(d[0]), volts(d[1]), color=paint[label], **look(number, label, 0.8))
        if ending(found[label]):
            left.plot(float(clock(d[0][-1:])[0]), 0.0, marker="x", ms=6.0, mew=1.6, color=paint[label], zorder=6, ls="none", clip_on=False)
    off = fit_voltage(left, [d[1] for d in data.values()], volts)
    made.note = f"Voltage {off}." if off else ""
    everything: list[float] = []
    near = unit("voltage", float(np.median(np.concatenate([c.polarisation for c in courses.values()]))))
    marked = False
    for number, (label, c) in enumerate(courses.items()):
        x, y = amps(np.abs(c.level)), near(c.polarisation)
        everything += y.tolist()
        how = ending(found[label])
        mark, top = MARKERS[number % len(MARKERS)], int(np.flatnonzero(x >= 0.999 * x.max())[-1]) + 1
        right.plot(x[:top], y[:top], color=paint[label], marker=mark if len(x) < 40 else None, ms=3.0, mfc="white", label=f"{label} ({how})" if how else label, **look(number, label, 0.9))
        right.plot(x[top:], y[top:], ls="none", marker=mark, ms=3.0, color=paint[label], zorder=3)
        if how:
            right.plot(x[-1], y[-1], marker="x", ms=7.0, mew=1.8, color=paint[label], zorder=6, ls="none")
        for row in own(rows, label, "current_density"):
            assert row.reported is not None
            marked = True
            upright(right, float(amps(np.array(row.reported))), row, paint[label])
    if wide(everything):
        right.set_yscale("log")
        low = min(v for v in everything if v > 0.0)
        right.set_ylim(low / 1.5, 1.6 * max(everything))
        plain(right, "y")
    else:
        right.set_ylim(0.0, 1.1 * max(everything))
    right.set_xlim(0.0, None)
    left.set_xlabel(clock.label("Time"))
    left.set_ylabel(volts.label("Voltage"))
    right.set_xlabel(amps.label("Current density"))
    right.set_ylabel(near.label("Polarisation"))
    panel(left, "a")
    panel(right, "b")
    key(made, right, marked, dashed=True)
    made.tables.append(stacked("rates", [
        {"series": [k] * len(c.end), f"current density [{amps.ascii}]": amps(np.abs(c.level)), f"polarisation [{near.ascii}]": near(c.polarisation)} for k, c in courses.items()
    ]))  # fmt: skip
    return made
