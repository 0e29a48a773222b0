"""Cycling of a cell: capacity, Coulombic efficiency and retention of every cycle, with fade and knee."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ...errors import RecordError
from ...record import Finding, Record
from ..pick import Array, unit
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Table
from . import _marks
from ._registry import shows


@shows(
    "cycling", "cycling.capacity",
    "Capacity of charge (hollow) and discharge (full) and retention against the cycle, with the fade as a line and the knee with its 95 % interval; Coulombic efficiency of every cycle.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Capacity, retention and efficiency out of the findings."""
    found = next((f for f in findings if f.name.startswith("capacity, ") and "capacities" in f.evidence), None)
    if found is None:
        raise RecordError("A figure of cycling needs its findings", remedy="Give the findings of analysis.cycling")
    e = found.evidence
    q = unit(found.quantity, float(np.max(e["capacities"])))
    second, first = q(np.array(e["capacities"])), q(np.array(e["first half cycles"]))
    charges_first = e["begins with"] == "charge"
    charge, discharge = (first, second) if charges_first else (second, first)
    ce = 100.0 * np.array(e["efficiencies"])
    x: Array = np.arange(1.0, len(second) + 1.0)
    colour = _marks.tone(record)
    made = sheet(DOUBLE, 62.0)
    left, right = made.subplots(1, 2, width_ratios=(1.35, 1.0))
    size = 3.4 if len(x) <= 60 else 1.8
    left.plot(x, charge, ls="none", marker="o", ms=size + 0.6, mfc="white", mec=colour, mew=0.7, label="charge", zorder=2)
    left.plot(x, discharge, ls="none", marker="o", ms=size, mfc=colour, mec="none", label="discharge", zorder=3)
    low, high = float(min(charge.min(), discharge.min())), float(max(charge.max(), discharge.max()))
    left.set_ylim(0.0 if low < 0.5 * high else low - 0.4 * (high - low + 0.02 * high), high + 0.15 * (high - low + 0.02 * high))
    left.set_xlim(min(0.0, 1.0 - 0.03 * len(x)), len(x) + max(0.5, 0.03 * len(x)))
    _knee(left, findings)
    _fade(left, findings, x, second)
    kept = left.twinx()
    kept.set_ylim(*(100.0 * v / second[0] for v in left.get_ylim()))
    kept.set_ylabel("Retention (%)")
    kept.spines["right"].set_visible(True)
    left.set_xlabel("Cycle")
    left.set_ylabel(q.label("Capacity"))
    right.plot(x, ce, ls="none", marker="o", ms=size, mfc=_marks.SECOND, mec="none", zorder=3)
    right.axhline(100.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    body = ce[1:] if len(ce) > 3 else ce
    span = max(float(np.ptp(body)), 0.5)
    bottom = min(float(body.min()) - 0.4 * span, 99.0)
    right.set_ylim(bottom, max(100.0, float(body.max())) + 0.25 * span)
    if len(ce) > 3 and ce[0] < bottom:
        right.annotate(f"first: {ce[0]:.3g} %", (1.0, bottom), xytext=(6, 6), textcoords="offset points", fontsize=6.0, color=_marks.SECOND, arrowprops={"arrowstyle": "<-", "lw": 0.7, "color": _marks.SECOND, "shrinkA": 0, "shrinkB": 0})
    right.set_xlabel("Cycle")
    median = _marks.find(findings, "Coulombic efficiency, median")
    right.set_ylabel(f"Coulombic efficiency,\n{_definition(median, charges_first)} (%)")
    for ax in (left, right):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    keep = _marks.find(findings, "capacity retention")
    panel(left, "a", "" if keep is None or keep.value is None else f"{100.0 * float(keep.value):.3g} % kept after {len(x)} cycles")
    panel(right, "b", "" if median is None or median.value is None else f"median {100.0 * float(median.value):.4g} %")
    made.legend(*left.get_legend_handles_labels(), loc="outside lower left", ncols=5)
    made.tables.append(Table("cycling", {"cycle": x, f"charge [{q.ascii}]": charge, f"discharge [{q.ascii}]": discharge, "Coulombic efficiency [%]": ce, "retention [%]": 100.0 * second / second[0]}))
    return made


def _definition(median: Finding | None, charges_first: bool) -> str:
    """What is divided by what."""
    used = "" if median is None else median.method.split(",")[0]
    return used if used in ("discharge/charge", "charge/discharge") else "discharge/charge" if charges_first else "charge/discharge"


def _knee(ax: Axes, findings: Sequence[Finding]) -> None:
    knee = _marks.find(findings, "knee")
    at = _marks.number(knee)
    if knee is None or at is None:
        return
    ax.axvline(at, color=_marks.MARK, lw=1.0, ls=(0, (4, 2)), zorder=1, label=f"knee at cycle {at:.3g}")
    if knee.interval is not None:
        ax.axvspan(*knee.interval, color=_marks.MARK, alpha=0.2, lw=0, zorder=0.5)


def _fade(ax: Axes, findings: Sequence[Finding], x: Array, second: Array) -> None:
    """The line of a linear or the curve of a geometric or compound fade, through the mean of the cycles fitted."""
    fade = _marks.find(findings, "fade per cycle")
    value = _marks.number(fade)
    knee = _marks.number(_marks.find(findings, "knee"))
    if fade is None or value is None or knee is not None:
        return
    r = int(fade.evidence["from cycle"]) - 1
    k = np.arange(len(second) - r, dtype=np.float64)
    law = fade.evidence["definition"]
    shape = -value * k if law == "linear" else (1.0 - value) ** k if law == "geometric" else np.exp(-value * k)
    y = second[r] * (np.mean(second[r:] / second[r]) + shape - shape.mean()) if law == "linear" else second[r] * shape * (1.0 if law == "geometric" else float(np.exp(np.mean(np.log(second[r:] / second[r]) + value * k))))
    ax.plot(x[r:], y, color=_marks.FIT, lw=1.0, zorder=4, label=f"fade {100.0 * value:.3g} % per cycle ({law})")
