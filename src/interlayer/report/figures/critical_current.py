"""Critical current density: the staircase of the current, the voltage of each variant below it, and where each failed."""

from __future__ import annotations

import numpy as np

from ...errors import RecordError
from ..pick import Records, current_name, ending, labelled, largest, record_colours, trace, unit
from ..style import DOUBLE, QUIET, Sheet, drawn, ink, nth, panel, sheet, weight
from ..table import stacked
from ._lines import fit_voltage, line, whole


@drawn
def ramp(records: Records) -> Sheet:
    """Current density on top, a voltage panel for each record below, one time axis; a failed record's last point is
    marked and its current written beside it. Errors: `RecordError` for records without a current."""
    found = labelled(records)
    channel = current_name(found)
    if channel is None:
        raise RecordError("A ramp needs voltage and current along time in every record", given=", ".join(found), remedy="State the area where some records are per area")
    data = {label: trace(r, "voltage", channel) for label, r in found.items()}
    paint = record_colours(found)
    clock = unit("time", largest(*(d[0] for d in data.values())))
    amps = unit(channel)
    made = sheet(DOUBLE, 30.0 + 33.0 * len(data))
    axes = list(made.subplots(1 + len(data), 1, sharex=True, height_ratios=(0.8, *[1.0] * len(data)), squeeze=False)[:, 0])
    top = axes[0]
    alike = len({(len(d[0]) and round(float(d[2][min(3, len(d[2]) - 1)]), 6)) for d in data.values()}) == 1
    order = sorted(data, key=lambda k: -float(data[k][0][-1]))
    for label in order:
        line(top, clock(data[label][0]), amps(data[label][2]), color=QUIET if alike else paint[label], lw=0.7)
    top.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    top.set_ylabel(amps.label("Current density" if channel == "current_density" else "Current").replace(" density (", "\ndensity ("))
    panel(top, "a", "ramp")
    notes = []
    for number, (label, d) in enumerate(data.items()):
        ax = axes[1 + number]
        time, current = clock(d[0]), amps(d[2])
        scale = unit("voltage", largest(d[1]))
        ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
        line(ax, time, scale(d[1]), color=paint[label], lw=0.8)
        ax.set_ylabel(scale.label("Voltage"))
        off = fit_voltage(ax, [d[1]], scale)
        notes += [f"{label}: {off}"] if off else []
        how = ending(found[label])
        panel(ax, nth(number + 1), label)
        if how:
            at = float(time[-1])
            level = float(np.max(np.abs(current[-max(len(current) // 200, 2) :])))
            for one in (top, ax):
                one.axvline(at, color=paint[label], lw=weight(label, 0.9)["lw"], ls=(0, (3, 2)), zorder=weight(label)["zorder"] - 1.0)
            left = at > 0.6 * max(float(clock(x[0])[-1]) for x in data.values())
            ax.annotate(
                f"{how} at {at:.3g} {clock.text}\nunder {level:.3g} {amps.text}", (at, 1.0), xycoords=("data", "axes fraction"), xytext=(-4 if left else 4, 4),
                textcoords="offset points", ha="right" if left else "left", va="bottom", fontsize=6.5, color=ink(paint[label]),
            )  # fmt: skip
        else:
            survived = "ended without a failure" if found[label].outcome == "completed" else ""
            ax.annotate(survived, (1.0, 1.0), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points", ha="right", va="bottom", fontsize=6.5, color=ink(paint[label]))
    axes[-1].set_xlabel(clock.label("Time"))
    made.note = "; ".join(notes)
    made.tables.append(stacked("ramp", [
        {
            "series": [label] * len(d[0]), f"time [{unit('time').ascii}]": unit("time")(d[0]), "voltage [V]": d[1],
            f"{channel.replace('_', ' ')} [{amps.ascii}]": amps(d[2]),
        } for label, d in ((label, tuple(column[whole(d[0], d[1])] for column in d)) for label, d in data.items())
    ]))  # fmt: skip
    return made
