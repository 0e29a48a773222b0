"""Lithium on copper: the trace of a reservoir test with its charges, and the efficiency of each cycle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ...analysis._dc import Stretch, stretches
from ...errors import RecordError
from ...record import Finding, Record
from ..pick import Unit, unit
from ..style import DOUBLE, SINGLE, Sheet, panel, sheet
from ..table import Table
from ..words import measure
from . import _marks
from ._direct import over_time, parts
from ._lines import line
from ._registry import shows


@shows(
    "aurbach", "aurbach.trace",
    "Potential of the copper against time and against the charge on it; the charges of the efficiency are named: Q_T plated first, Q_C cycled, Q_S stripped to the cut-off at the end.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Stretch of a test on copper with its charges."""
    found = [t for t in stretches(_turned(record))]
    clock = unit("time", float(found[-1].clock[-1]))
    scale, colour = unit("voltage"), _marks.tone(record)
    specific = found[0].specific
    q = unit("areal_charge" if specific else "charge")
    made = sheet(DOUBLE, 76.0)
    grid = made.add_gridspec(1, 2, width_ratios=(1.6, 1.0))
    left, right = (made.add_subplot(grid[k]) for k in range(2))
    over_time(left, found, clock, scale, colour)
    efficiency = _marks.find(findings, "Coulombic efficiency, reservoir", "Coulombic efficiency, mean")
    top = max(float(np.max(t.voltage)) for t in found)
    low = min(float(np.min(t.voltage)) for t in found)
    left.set_ylim(min(1.3 * low, -0.08 * top), 1.30 * top)
    _charges(left, found, q, clock, efficiency)
    there, pieces = 0.0, []
    for part in found:
        if part.level == 0.0:
            continue
        passed = np.concatenate([[0.0], np.cumsum(np.diff(part.time) * 0.5 * (part.current[1:] + part.current[:-1]))]) + part.current[0] * part.time[0]
        on = there - passed
        line(right, q(on), scale(part.voltage), color=_marks.SECOND if part.level < 0.0 else _marks.FIT, lw=0.7)
        pieces.append((part, on))
        there = float(on[-1])
    right.plot([], [], color=_marks.SECOND, label="plate")
    right.plot([], [], color=_marks.FIT, label="strip")
    for ax in (left, right):
        ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    cut = None if efficiency is None else efficiency.evidence.get("cut-off V")
    if cut is not None:
        right.axhline(float(cut), color="#555555", lw=0.7, ls=(0, (1, 1.5)), label=f"emptied from {float(cut):.2g} V")
    left.set_xlabel(clock.label("Time"))
    left.set_ylabel("Potential of the copper (V)")
    right.set_xlabel(q.label("Net charge on the copper"))
    right.set_ylabel("Potential of the copper (V)")
    panel(left, "a", "" if efficiency is None else _percent(efficiency) + (f"; charges in {q.text}" if "Q_T" in efficiency.evidence else ""))
    panel(right, "b")
    made.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=3)
    made.tables.append(Table("trace", {
        f"time [{unit('time').ascii}]": np.concatenate([unit("time")(p.clock) for p, _ in pieces]), "potential [V]": np.concatenate([p.voltage for p, _ in pieces]),
        f"net charge [{q.ascii}]": np.concatenate([q(on) for _, on in pieces]),
    }))  # fmt: skip
    return made


def _turned(record: Record) -> list[Stretch]:
    """The stretches, turned so that the copper ends high where nobody named its side."""
    found = parts(record, "aurbach")
    if not any("working" in t.info for t in found):
        top = max(found, key=lambda t: float(np.max(np.abs(t.voltage))))
        if float(top.voltage[int(np.argmax(np.abs(top.voltage)))]) < 0.0:
            return [t.turned() for t in found]
    return found


def _charges(ax: Axes, found: Sequence[Stretch], q: Unit, clock: Unit, efficiency: Finding | None) -> None:
    """Brackets above the trace: Q_T, n cycles of Q_C, Q_S."""
    flows = [t for t in found if t.level != 0.0]
    if efficiency is None or "Q_T" not in efficiency.evidence:
        return
    e = efficiency.evidence
    first = 2 * int(e["formation cycles"])
    n = int(e["cycles"])
    spans = [(flows[first], flows[first], f"$Q_T$ {float(q(np.array(e['Q_T']))):.3g}"), (flows[-1], flows[-1], f"$Q_S$ {float(q(np.array(e['Q_S']))):.3g}")]
    if n:
        spans.insert(1, (flows[first + 1], flows[-2], f"{n} cycles of $Q_C$ {float(q(np.array(e['sum of cycled plates'] / n))):.3g}"))
    if first:
        spans.insert(0, (flows[0], flows[first - 1], "formation"))
    for number, (a, b, words) in enumerate(spans):
        x0, x1 = float(clock(np.array(a.clock[0] - a.time[0]))), float(clock(b.clock[-1:])[0])
        ax.plot([x0, x0, x1, x1], [0.865, 0.885, 0.885, 0.865], transform=ax.get_xaxis_transform(), color="#333333", lw=0.7, clip_on=False)
        last = number == len(spans) - 1
        ax.annotate(words, (x1 if last else 0.5 * (x0 + x1), 0.985 if last or number == 0 else 0.9), xycoords=("data", "axes fraction"), ha="right" if last else "center", va="top" if last or number == 0 else "bottom", fontsize=6.0)


def _percent(found: Finding) -> str:
    value = _marks.number(found)
    if value is None:
        return ""
    return f"efficiency {measure(100.0 * value, None if found.std is None else 100.0 * found.std)} %"


@shows(
    "aurbach", "aurbach.cycles",
    "Coulombic efficiency of each cycle stripped to the cut-off, with its error; hollow: left out of the mean; line and band: mean and its standard deviation.",
)  # fmt: skip
def cycles(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Efficiency of each cycle on copper. Errors: `RecordError` where the findings are of a reservoir test."""
    mean = _marks.find(findings, "Coulombic efficiency, mean of cycles")
    if mean is None or "each" not in mean.evidence:
        raise RecordError("The efficiency of each cycle needs cycles stripped to the cut-off", remedy='Analyse with aurbach.find(record, form="cycling")')
    skip = int(mean.evidence["left out"])
    each, std = np.array(mean.evidence["each"]) * 100.0, np.array(mean.evidence["std of each"]) * 100.0
    x = np.arange(skip + 1, skip + len(each) + 1)
    made = sheet(SINGLE, 62.0)
    ax = made.subplots()
    colour = _marks.tone(record)
    ax.errorbar(x, each, yerr=std, ls="none", marker="o", ms=3.4, mfc=colour, mec=colour, ecolor=colour, elinewidth=0.6, zorder=3)
    if skip:
        first = _marks.find(findings, "Coulombic efficiency, first cycle")
        if first is not None and (value := _marks.number(first)) is not None:
            ax.plot(1, 100.0 * value, marker="o", ms=3.4, mfc="white", mec=colour, mew=0.8, ls="none", zorder=3)
    level = 100.0 * (_marks.number(mean) or 0.0)
    ax.axhline(level, color=_marks.FIT, lw=0.9, zorder=2)
    if mean.std:
        ax.axhspan(level - 100.0 * mean.std, level + 100.0 * mean.std, color=_marks.FIT, alpha=0.2, lw=0, zorder=1)
    ax.axhline(100.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    ax.set_xlabel("Cycle")
    ax.set_ylabel("Coulombic efficiency (%)")
    ax.margins(x=0.05)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel(ax, "", f"mean {_percent(mean).removeprefix('efficiency ')}, {len(each)} cycles" + (f", {skip} left out" if skip else ""))
    made.tables.append(Table("efficiency", {"cycle": x, "Coulombic efficiency [%]": each, "std [%]": std}))
    return made
