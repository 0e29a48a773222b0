"""Shorts and what looks like them: events as dated, shaded intervals with their kind and confidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ...errors import RecordError
from ...record import Finding, Record
from ..pick import Unit, current_name, ending, labelled, largest, trace, unit
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Table
from ..thin import lone, thin
from . import _marks, _overview
from ._lines import fit_voltage
from ._registry import shows

ALARM = 0.5  # of analysis.shorts


@shows(
    "shorts", "shorts.events",
    "Cell voltage, resistance |V/I| at constant current, and the events in it: a bar from begin to end a kind, its depth and number the confidence (above 0.5 a short is called one). What may be a short or a gain of contact has a lane of its own and is not counted.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Voltage, V/I, and a lane for each kind of event."""
    channel = current_name(labelled(record))
    if channel is None:
        raise RecordError("Shorts are judged at a known current, and this record has none along time")
    time, volts, current = trace(record, "voltage", channel)
    if not largest(current) > 0.0:
        raise RecordError("No current flows in this record, and shorts are judged at one that does")
    marks = _marks.events(findings)
    kinds = [k for k in _marks.SHADES if any(m.kind == k for m in marks)]
    clock, scale = unit("time", largest(time)), unit("voltage", largest(volts))
    colour = _marks.tone(record)
    lane = 5.0 * max(len(kinds), 1)
    made = sheet(DOUBLE, 82.0 + lane)
    top, mid, low = made.subplots(3, 1, sharex=True, height_ratios=(36.0, 36.0, lane + 3.0))
    top.set_xlim(*(float(clock(np.array(t))) for t in (time[0], time[-1])))
    off = fit_voltage(top, [volts], scale)
    single = lone(volts).tolist()
    _overview.draw(top, time, volts, clock, scale, colour, single, 0.5)
    if single:
        _marks.headroom(top)
        _marks.headline(top, _overview.names(time, volts, single, clock, scale), 155.0)
    on = np.abs(current) > 0.02 * largest(current)
    ratio = np.full(len(time), np.nan)
    np.divide(volts, current, out=ratio, where=on)
    np.abs(ratio, out=ratio)
    ohm = unit("area_specific_resistance" if channel == "current_density" else "resistance", float(np.nanmedian(ratio[:: max(1, len(ratio) // 200_000)])))
    rows = thin(time, ratio)
    mid.plot(clock(time[rows]), ohm(ratio[rows]), color=colour, lw=0.5, zorder=2.5, rasterized=len(rows) > 12_000)
    usual = ratio[:: max(1, len(ratio) // 200_000)]
    small, large = np.nanquantile(usual, (0.05, 0.998))
    mid.set_ylim(0.0, 1.15 * float(ohm(np.array(large))))
    if small < 0.05 * large:
        mid.set_yscale("log")
        mid.set_ylim(0.7 * float(ohm(np.array(max(small, 1e-4 * large)))), 1.4 * float(ohm(np.array(large))))
    for ax in (top, mid):
        _marks.shade(ax, marks, clock)
    _lanes(low, marks, kinds, clock)
    top.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    top.set_ylabel(scale.label("Voltage"))
    mid.set_ylabel(ohm.label("|V|/J" if channel == "current_density" else "|V|/I"))
    low.set_xlabel(clock.label("Time"))
    count = sum(m.kind.endswith("short") and (m.confidence or 0.0) >= ALARM for m in marks)
    how = ending(record)
    unsure = sum(m.kind == _marks.UNDECIDED for m in marks)
    more = f", {unsure} more not told apart from a gain of contact" if unsure else ""
    panel(top, "a", f"{count} short{'' if count == 1 else 's'} found in the trace" + more + (f"; the test ended by: {how}" if how else ""))
    panel(mid, "b")
    panel(low, "c")
    made.note = " ".join(s for s in (f"Voltage {off}." if off else "", _overview.remark(single)) if s)
    t = unit("time")
    made.tables.append(Table("events", {
        "kind": [m.kind for m in marks], f"start [{t.ascii}]": t(np.array([m.start for m in marks])), f"end [{t.ascii}]": t(np.array([m.end for m in marks])),
        "confidence": [m.confidence for m in marks], "what": [m.note for m in marks],
    }))  # fmt: skip
    return made


def _lanes(ax: Axes, marks: Sequence[_marks.Mark], kinds: Sequence[str], clock: Unit) -> None:
    for m in marks:
        y = len(kinds) - 1 - kinds.index(m.kind)
        a, b = (float(clock(np.array(v))) for v in (m.start, m.end))
        share = 1.0 if m.confidence is None else m.confidence
        ax.plot([a, b], [y, y], color=_marks.SHADES[m.kind], lw=6.0, alpha=0.25 + 0.75 * share, solid_capstyle="butt", zorder=2)
        ax.plot(a, y, marker="|", ms=8.0, mew=1.0, color="#222222", zorder=3)
    low, high = ax.get_xlim()
    for y, kind in enumerate(reversed(kinds)):
        reach = -1e30
        for m in (m for m in marks if m.kind == kind and m.confidence is not None):
            at = float(clock(np.array(m.start)))
            if at - reach > 0.045 * (high - low):
                left = at > high - 0.05 * (high - low)
                ax.annotate(f"{m.confidence:.2f}", (at, y), xytext=(-3 if left else 3, 0), textcoords="offset points", ha="right" if left else "left", va="center", fontsize=6.0, color="#111111", zorder=4)
                reach = at
    ax.set_yticks(range(len(kinds)), [k.replace("soft short or ", "short or\n") for k in reversed(kinds)])
    ax.set_ylim(-0.6, max(len(kinds), 1) - 0.4)
    ax.tick_params(axis="y", length=0)
    if not kinds:
        ax.set_yticks([])
        ax.annotate("no event", (0.5, 0.5), xycoords="axes fraction", ha="center", va="center", fontsize=6.5, color="#757575")
