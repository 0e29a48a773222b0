"""Experiments in which the voltage is imposed: the current that answers, above the voltage, against one time axis."""

from __future__ import annotations

from ...errors import RecordError
from ..pick import Records, current_name, ending, labelled, largest, record_colours, trace, unit
from ..style import DOUBLE, Sheet, drawn, panel, sheet
from ..table import stacked
from ._lines import line, whole


@drawn
def answer(records: Records) -> Sheet:
    """Current (density) on top, the voltage that was held or swept below it. Errors: `RecordError` without a current."""
    found = labelled(records)
    channel = current_name(found)
    if channel is None:
        raise RecordError("A current is drawn where every record has one", given=", ".join(found), remedy="State the area where some records are per area")
    data = {label: trace(r, "voltage", channel) for label, r in found.items()}
    paint = record_colours(found)
    clock = unit("time", largest(*(d[0] for d in data.values())))
    volts, amps = unit("voltage", largest(*(d[1] for d in data.values()))), unit(channel)
    made = sheet(DOUBLE, 78.0)
    top, foot = made.subplots(2, 1, sharex=True, height_ratios=(1.4, 1.0))
    for label, d in data.items():
        how = ending(found[label])
        line(top, clock(d[0]), amps(d[2]), color=paint[label], lw=0.9, label=f"{label} ({how})" if how else label)
        line(foot, clock(d[0]), volts(d[1]), color=paint[label], lw=0.9)
    for ax in (top, foot):
        ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    top.set_ylabel(amps.label("Current density" if channel == "current_density" else "Current"))
    foot.set_ylabel(volts.label("Voltage"))
    foot.set_xlabel(clock.label("Time"))
    panel(top, "a", "")
    panel(foot, "b", "imposed")
    made.legend(*top.get_legend_handles_labels(), loc="outside upper left", ncols=4)
    made.tables.append(stacked("voltage-control", [
        {
            "series": [label] * len(d[0]), f"time [{unit('time').ascii}]": unit("time")(d[0]), "voltage [V]": d[1],
            f"{channel.replace('_', ' ')} [{amps.ascii}]": amps(d[2]),
        } for label, d in ((label, tuple(column[whole(d[0], d[1])] for column in d)) for label, d in data.items())
    ]))  # fmt: skip
    return made
