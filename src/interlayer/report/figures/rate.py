"""Rate capability: capacity of each cycle at its current, and capacity against the current."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from ...analysis import cycling
from ...errors import RecordError
from ...record import Finding, Record
from ..pick import Unit, unit
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Table
from . import _marks
from ._registry import shows

LETTER = 0.0145  # width of a letter as a share of the panel
PER = {"charge": "cell", "areal_charge": "area", "specific_charge": "mass"}


@shows(
    "rate", "rate.capability",
    "Capacity of every cycle with its Coulombic efficiency, grouped by the current named above each group, and the mean capacity of each group against the current with its error (hollow: the return to the first "
    "current).",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Capacities of a rate test."""
    steps = [f for f in findings if f.name.startswith("capacity at ") and "cycles" in f.evidence]
    if len(steps) < 2:
        raise RecordError("A rate test needs its findings: one a current", remedy="Give the findings of analysis.rate")
    per = PER[steps[0].quantity]
    found = cycling.cycles(record, per=per)  # type: ignore[arg-type]
    q = unit(steps[0].quantity, max(_marks.number(f) or 0.0 for f in steps))
    amps: Unit = unit("current_density") if per == "area" else unit("current", max(float(f.evidence["current"]) for f in steps))
    x = np.arange(1, len(found) + 1)
    made = sheet(DOUBLE, 66.0)
    left, right = made.subplots(1, 2, width_ratios=(1.7, 1.0))
    colour = _marks.tone(record)
    left.plot(x, q(found.second), ls="none", marker="o", ms=3.2, mfc=colour, mec=colour, label="capacity", zorder=3)
    top = float(np.max(q(found.second)))
    left.set_ylim(0.0, 1.32 * top)
    for number, f in enumerate(steps):
        a, b = (int(v) for v in f.evidence["cycles"])
        if number % 2:
            left.axvspan(a - 0.5, b + 0.5, color="#F1F1F1", lw=0, zorder=0)
        words = f"{float(amps(np.array(f.evidence['current']))):.3g}"
        if LETTER * len(words) < (b - a + 1) / len(found):
            left.annotate(words, (0.5 * (a + b), 1.25 * top), ha="center", va="center", fontsize=6.0)
    left.set_xlim(0.5, len(found) + 0.5)
    twin = left.twinx()
    ce = 100.0 * found.efficiency()[0]
    twin.plot(x, ce, ls="none", marker="s", ms=2.4, mfc="white", mec=_marks.SECOND, mew=0.7, zorder=2)
    bottom, peak = min(80.0, float(np.nanmin(ce)) - 5.0), max(100.0, float(np.nanmax(ce)))
    twin.set_ylim(bottom, bottom + (peak - bottom) / 0.86)  # below the currents named on top
    twin.set_ylabel("Coulombic efficiency (%)", color=_marks.SECOND)
    twin.tick_params(axis="y", colors=_marks.SECOND)
    twin.spines["right"].set_visible(True)
    twin.spines["right"].set_color(_marks.SECOND)
    left.set_xlabel("Cycle")
    left.set_ylabel(q.label("Capacity"))
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    current = np.array([float(amps(np.array(f.evidence["current"]))) for f in steps])
    mean, std = np.array([float(q(np.array(_marks.number(f)))) for f in steps]), _marks.bars([f.std for f in steps], q.scale)
    again = np.array([any(abs(v - w) < 0.05 * v for w in current[:k]) for k, v in enumerate(current)])
    order = np.argsort(current[~again], kind="stable")
    right.plot(current[~again][order], mean[~again][order], color=colour, lw=0.7, zorder=1)
    for rows, face in ((~again, colour), (again, "white")):
        right.errorbar(current[rows], mean[rows], yerr=std[rows], ls="none", marker="o", ms=3.8, mfc=face, mec=colour, mew=0.9, ecolor=colour, elinewidth=0.7, capsize=1.5, zorder=3)
    right.set_xscale("log")
    right.set_ylim(0.0, 1.12 * float(mean.max()))
    right.set_xlabel(amps.label("Current density" if per == "area" else "Current"))
    right.set_ylabel(q.label("Capacity"))
    ticks: list[float] = []
    for v in sorted({float(f"{v:.2g}") for v in current}):
        if not ticks or np.log(v / ticks[-1]) > 0.11 * np.log(current.max() / current.min()):
            ticks.append(v)
    right.set_xticks(ticks, [f"{v:g}" for v in ticks])
    right.minorticks_off()
    back, ratio = _marks.find(findings, "recovery at the first current"), _marks.find(findings, "capacity ratio")
    panel(left, "a", f"currents in {amps.text}" + ("" if back is None or back.value is None else f"; recovery {100.0 * float(back.value):.3g} %"))
    panel(right, "b", "" if ratio is None else _marks.said(ratio, unit("number"), "fastest/slowest"))
    made.tables.append(Table("rate", {"cycle": x, f"capacity [{q.ascii}]": q(found.second), "Coulombic efficiency [%]": ce}))
    return made
