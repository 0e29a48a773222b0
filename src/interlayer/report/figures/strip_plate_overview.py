"""Strip and plate of one cell: the whole test with shorts, onset and end marked, and its first, last and eventful cycles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ...record import Finding, Record
from ..pick import Array, Unit, current_name, ending, half_cycle_period, labelled, largest, trace, unit
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Column
from ..thin import lone
from . import _marks, _overview
from ._lines import around, fit_voltage, line
from ._registry import shows

CYCLES, ENOUGH = 3.0, 8.0  # cycles in an enlarged panel; in a test that gets some
PANEL = 158.0  # mm of the axes of a double column


@shows(
    "strip_plate", "strip_plate.voltage",
    "Cell voltage against time: the whole test (every extreme kept; single samples ringed), and its first cycles, last cycles and the cycles around an event enlarged. Shades: events with "
    "their confidence as depth; dashed: onset of the rise of the resistance.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Voltage against time of one strip/plate record, with what `shorts` and `strip_plate` found of it."""
    channel = current_name(labelled(record))
    time, volts, *rest = trace(record, "voltage", *([channel] if channel else []))
    current = rest[0] if rest else None
    scale, clock = unit("voltage", largest(volts)), unit("time", largest(time))
    colour, marks = _marks.tone(record), _marks.events(findings)
    onset = _marks.find(findings, "onset of the rise")
    period = half_cycle_period(time, volts if current is None else current)
    single = lone(volts).tolist()
    windows = _windows(time, period, marks, _marks.number(onset), single) if period else []
    made = sheet(DOUBLE, 98.0 if windows else 62.0)
    grid = made.add_gridspec(2 if windows else 1, max(len(windows), 1), height_ratios=(1.25, 1.0) if windows else (1.0,))
    top = made.add_subplot(grid[0, :])
    top.set_xlim(*(float(clock(np.array(t))) for t in (time[0], time[-1])))
    off = fit_voltage(top, [volts], scale)
    _overview.draw(top, time, volts, clock, scale, colour, single, 0.35 if period and float(time[-1] - time[0]) > 150.0 * period else 0.8)
    names = _overview.names(time, volts, single, clock, scale)
    handles: list[object] = list(_marks.shade(top, marks, clock))
    handles += _onset(top, onset, clock)
    names += [(float(clock(np.array(m.start))), None, f"{m.kind}{'' if m.confidence is None else f' ({m.confidence:.2f})'}", _ink(m.kind)) for m in marks]
    _end(top, record, time, clock, names)
    _marks.headroom(top, 0.32 if names else 0.05)
    lost = _marks.headline(top, names, PANEL)
    _axes(top, clock, scale)
    for number, (start, stop, title) in enumerate(windows):
        ax = made.add_subplot(grid[1, number])
        part = around(time, start, stop)
        near = unit("voltage", largest(volts[part]))
        ax.set_xlim(*(float(clock(np.array(t))) for t in (start, stop)))
        fit_voltage(ax, [volts[part]], near)
        line(ax, clock(time[part]), near(volts[part]), color=colour, lw=0.8)
        _marks.shade(ax, [m for m in marks if m.start < stop and m.end > start], clock)
        _axes(ax, clock, near)
        ax.margins(y=0.12)
        panel(ax, "bcd"[number], title)
        # where the enlarged stretches lie
        top.axvspan(*ax.get_xlim(), ymax=0.03, color="#555555", lw=0, zorder=3)
        top.annotate("bcd"[number], (sum(ax.get_xlim()) / 2.0, 0.035), xycoords=("data", "axes fraction"), ha="center", va="bottom", fontsize=6.5, fontweight="bold", color="#333333", zorder=4, bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 0.4})
    panel(top, "a" if windows else "", _said(current, channel, period))
    if handles:
        made.legend(handles=handles, loc="outside lower left", ncols=6)
    made.note = " ".join(s for s in (f"Voltage {off}." if off else "", _overview.remark(single), f"{lost} names found no room in the figure." if lost else "") if s)
    columns: dict[str, Column] = {f"time [{unit('time').ascii}]": unit("time")(time), "voltage [V]": volts}
    if channel and current is not None:
        columns[f"{channel.replace('_', ' ')} [{unit(channel).ascii}]"] = unit(channel)(current)
    made.tables.append(_overview.table("voltage", columns, time, volts))
    return made


def _axes(ax: Axes, clock: Unit, scale: Unit) -> None:
    ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    ax.set_xlabel(clock.label("Time"))
    ax.set_ylabel(scale.label("Voltage"))


def _ink(kind: str) -> str:
    return "#8E3B6E" if kind in ("soft short", "recovered short", _marks.UNDECIDED) else "#4D004B" if kind == "hard short" else "#555555"


def _onset(ax: Axes, onset: Finding | None, clock: Unit) -> list[Line2D]:
    at = _marks.number(onset)
    if at is None or onset is None:
        return []
    ax.axvline(float(clock(np.array(at))), color=_marks.FIT, lw=1.0, ls=(0, (4, 2)), zorder=3)
    if onset.interval is not None:
        ax.axvspan(*(float(clock(np.array(v))) for v in onset.interval), color=_marks.FIT, alpha=0.15, lw=0, zorder=0.1)
    return [Line2D([], [], color=_marks.FIT, lw=1.0, ls=(0, (4, 2)), label="onset of the rise (95 %)")]


def _end(ax: Axes, record: Record, time: Array, clock: Unit, names: list[tuple[float, float | None, str, str]]) -> None:
    """A cross where the test failed."""
    if how := ending(record):
        at = float(clock(time[-1:])[0])
        ax.plot(at, 0.0, marker="x", ms=6.0, mew=1.6, color="#111111", zorder=6, clip_on=False, ls="none")
        names.append((at, None, f"{how}, {at:.4g} {clock.text}", "#111111"))


def _windows(time: Array, period: float, marks: Sequence[_marks.Mark], onset: float | None, single: Sequence[int]) -> list[tuple[float, float, str]]:
    """(start, stop [s], title): first cycles, around an event, last cycles."""
    a, b = float(time[0]), float(time[-1])
    if b - a < ENOUGH * period:
        return []
    span, edge = CYCLES * period, 1e-4 * period
    shorts = [m for m in marks if m.kind.endswith("short")] or [m for m in marks if m.kind == _marks.UNDECIDED]
    found = (
        (shorts[0].start, "around a sudden fall" if shorts[0].kind == _marks.UNDECIDED else f"around the {shorts[0].kind}") if shorts else (onset, "around the onset of the rise") if onset is not None
        else (marks[0].start, f"around the {marks[0].kind}") if marks else (float(time[single[0]]), "around the single sample") if len(single) else None
    )  # fmt: skip
    out = [(a, a + span - edge, "first cycles")]
    if found is not None and found[0] is not None:
        start = min(max(found[0] - 0.5 * span, a), b - span)
        out.append((start, start + span, found[1]))
    return [*out, (b - span + edge, b, "last cycles")]


def _said(current: Array | None, channel: str | None, period: float | None) -> str:
    """ "0.2 mA/cm², half cycles of 1 h"."""
    if current is None or channel is None or period is None:
        return ""
    flows = np.abs(current[:: max(1, len(current) // 100_000)])
    flows = flows[flows > 1e-3 * largest(flows)]
    if not len(flows) or np.ptp(np.quantile(flows, (0.05, 0.95))) > 0.05 * float(np.median(flows)):
        return ""
    half = unit("step_time", period)
    return f"{float(unit(channel)(np.median(flows))):.3g} {unit(channel).text}, cycles of {float(half(np.array(period))):.3g} {half.text}"
