"""Voltage profiles of several cycles, and the differential capacity dQ/dV with its peaks."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from ...analysis import cycling as counted
from ...analysis import voltage_profile as technique
from ...errors import AnalysisError, RecordError
from ...record import Finding, Record
from ..pick import Unit, unit
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Column, stacked
from . import _marks
from ._lines import line
from ._registry import shows

MOST, NAMED = 5, 4  # cycles that are drawn; peaks of a half cycle that are named


@shows(
    "voltage_profile", "voltage_profile.curves",
    "Voltage against charge of some cycles (full: discharge; dashed: charge; colour: cycle), and the differential capacity of the same half cycles, charge upwards, discharge downwards; triangles: peaks of the "
    "cycle analysed.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Profiles and dQ/dV of up to five cycles."""
    per = next((str(f.evidence["per"]) for f in findings if f.name.startswith("dQ/dV peak") and "per" in f.evidence), "cell")
    try:
        count = len(counted.cycles(record, per=per))  # type: ignore[arg-type]
    except AnalysisError as error:
        raise RecordError(str(error)) from error
    chosen = sorted({round(v) for v in np.linspace(1, count, min(count, MOST)).tolist()})
    first = technique.profile(record, cycle=1, half="discharge", per=per)  # type: ignore[arg-type]
    q = unit(technique.QUANTITY[per], float(first.charge[-1]))
    slope = Unit(f"{q.text}/V", q.scale, 0.0, f"{q.ascii}/V")
    made = sheet(DOUBLE, 66.0)
    left, right = made.subplots(1, 2)
    ramp = mpl.colormaps["cividis"]
    rows: list[dict[str, Column]] = []
    for number, cycle in enumerate(chosen):
        colour = ramp(0.85 * number / (len(chosen) - 1)) if len(chosen) > 1 else _marks.tone(record)
        for half, dash, way in (("charge", (0, (3, 1.2)), 1.0), ("discharge", "-", -1.0)):
            p = technique.profile(record, cycle=cycle, half=half, per=per)  # type: ignore[arg-type]
            left.plot([], [], color=colour, lw=1.0, label=f"cycle {cycle}" if way > 0.0 else None)
            line(left, q(p.charge), p.voltage, color=colour, lw=0.9, ls=dash)
            line(right, p.grid, way * slope(p.slope), color=colour, lw=0.9)
            rows.append({"cycle": [cycle] * len(p.charge), "half": [half] * len(p.charge), f"charge [{q.ascii}]": q(p.charge), "voltage [V]": p.voltage})
    for half, way in (("charge", 1.0), ("discharge", -1.0)):
        _peaks(right, [f for f in findings if f.name == f"dQ/dV peak, {half}"], slope, way)
    low, high = right.get_ylim()
    right.set_ylim(low - 0.12 * (high - low), high + 0.12 * (high - low))
    right.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    left.set_xlim(0.0, None)
    left.set_xlabel(q.label("Charge"))
    left.set_ylabel("Voltage (V)")
    right.set_xlabel("Voltage (V)")
    right.set_ylabel(slope.label("dQ/dV"))
    gap = _marks.find(findings, "polarisation gap")
    panel(left, "a", "" if gap is None else _marks.said(gap, unit("overpotential"), "gap"))
    panel(right, "b", "charge up, discharge down")
    handles, labels = left.get_legend_handles_labels()
    made.legend(handles, labels, loc="outside lower left", ncols=6)
    made.tables.append(stacked("profiles", rows))
    return made


def _peaks(ax: Axes, found: Sequence[Finding], slope: Unit, way: float) -> None:
    """A triangle at each peak of a half cycle; the highest are named where their names have room."""
    named: list[float] = []
    low, high = ax.get_xlim()
    for f in sorted(found, key=lambda f: -float(f.evidence.get("height C/V", 0.0))):
        place = _marks.number(f)
        if place is None or "height C/V" not in f.evidence:
            continue
        height = way * float(slope(np.array(f.evidence["height C/V"])))
        ax.plot(place, height, marker="v" if way > 0 else "^", ms=4.0, mfc=_marks.MARK, mec="none", zorder=4)
        if len(named) < NAMED and all(abs(place - other) > 0.13 * (high - low) for other in named):
            ax.annotate(f"{place:.3f} V", (place, 0.99 if way > 0 else 0.01), xycoords=("data", "axes fraction"), ha="center", va="top" if way > 0 else "bottom", fontsize=6.0, color="#8A5A00")
            named.append(place)
