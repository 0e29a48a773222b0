"""Ramp of the current on one cell: the staircase and its voltage, the interval between last good and first bad marked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ...errors import RecordError
from ...record import Finding, Record
from ..pick import Array, Unit, current_name, labelled, largest, trace, unit
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Column
from ..thin import lone
from . import _marks, _overview
from ._lines import fit_voltage
from ._registry import shows


@shows(
    "critical_current", "critical_current.staircase",
    "Current density and cell voltage of the ramp against time. The green band lies between the last current survived and the first that failed; the cross marks the failing half cycle. A "
    "ramp that was survived gives a lower bound (arrow).",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """The staircase of one record with its critical current density."""
    channel = current_name(labelled(record))
    if channel is None:
        raise RecordError("A ramp needs voltage and current along time")
    time, volts, current = trace(record, "voltage", channel)
    clock, scale, amps = unit("time", largest(time)), unit("voltage", largest(volts)), unit(channel)
    colour, ccd = _marks.tone(record), _marks.find(findings, "critical current density")
    made = sheet(DOUBLE, 84.0)
    top, low = made.subplots(2, 1, sharex=True, height_ratios=(0.85, 1.0))
    top.set_xlim(*(float(clock(np.array(t))) for t in (time[0], time[-1])))
    _overview.draw(top, time, current, clock, amps, "#555555", (), 0.8)
    off = fit_voltage(low, [volts], scale)
    single = lone(volts).tolist()
    _overview.draw(low, time, volts, clock, scale, colour, single, 0.8)
    names = _overview.names(time, volts, single, clock, scale)
    said = _interval(top, ccd, amps, clock, time, current)
    at = _failed(time, current, ccd)
    if at is not None:
        for ax in (top, low):
            ax.axvspan(float(clock(np.array(at[0]))), float(clock(np.array(at[1]))), color=_marks.MARK, alpha=0.25, lw=0, zorder=0.2)
        low.plot(float(clock(np.array(at[1]))), 0.0, marker="x", ms=6.0, mew=1.6, color="#111111", zorder=6, ls="none", clip_on=False)
        kind = _marks.find(findings, "kind of failure")
        if kind is not None:
            names.append((float(clock(np.array(at[0]))), None, str(kind.value), "#111111"))
    _marks.shade(low, _marks.events(findings), clock)
    if names:
        _marks.headroom(low, 0.28)
        _marks.headline(low, names, 158.0)
    for ax in (top, low):
        ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    top.set_ylabel(amps.label("Current density" if channel == "current_density" else "Current").replace(" density (", "\ndensity ("))
    low.set_ylabel(scale.label("Voltage"))
    low.set_xlabel(clock.label("Time"))
    panel(top, "a", said)
    panel(low, "b")
    made.note = " ".join(s for s in (f"Voltage {off}." if off else "", _overview.remark(single)) if s)
    columns: dict[str, Column] = {f"time [{unit('time').ascii}]": unit("time")(time), "voltage [V]": volts, f"{channel.replace('_', ' ')} [{amps.ascii}]": amps(current)}
    made.tables.append(_overview.table("ramp", columns, time, volts))
    return made


def _interval(ax: Axes, ccd: Finding | None, amps: Unit, clock: Unit, time: Array, current: Array) -> str:
    """The critical current as a band (a line and an arrow where it is a lower bound); what a title says of it."""
    value = _marks.number(ccd)
    if ccd is None or value is None or ccd.quantity != "current_density":
        return ""
    good = float(amps(np.array(value)))
    if ccd.interval is None:
        ax.axhline(good, color=_marks.FIT, lw=0.9, ls=(0, (4, 2)))
        low, high = ax.get_ylim()
        ax.set_ylim(low, high + 0.2 * (high - low))
        ax.annotate("", (0.97, good + 0.2 * (high - low)), (0.97, good), xycoords=("axes fraction", "data"), arrowprops={"arrowstyle": "->", "lw": 0.9, "color": _marks.FIT})
        return f"survived the ramp: above {good:.3g} {amps.text} (censored)"
    bad = float(amps(np.array(ccd.interval[1])))
    for sign in (1.0, -1.0):
        ax.axhspan(*sorted((sign * good, sign * bad)), color=_marks.FIT, alpha=0.25, lw=0, zorder=0.3)
    return f"last survived {good:.3g}, first failed {bad:.3g} {amps.text}"


def _failed(time: Array, current: Array, ccd: Finding | None) -> tuple[float, float] | None:
    """(start, end [s]) of the first half cycle at the current that failed."""
    if ccd is None or ccd.interval is None:
        return None
    rows = np.flatnonzero(np.abs(np.abs(current) - ccd.interval[1]) < 0.01 * ccd.interval[1])
    if not len(rows):
        return None
    if str(ccd.evidence.get("censored")) == "False" and float(time[-1] - time[rows[0]]) > 0.0:
        same = rows[np.sign(current[rows]) == np.sign(current[rows[-1]])]
        run = same[np.flatnonzero(np.diff(same) > 1)[-1] + 1 :] if (np.diff(same) > 1).any() else same
        return float(time[run[0]]), float(time[rows[-1]])
    return float(time[rows[0]]), float(time[rows[-1]])
