"""Linear sweep: the current, the threshold it passes for good, and the limit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import RecordError
from ...record import Finding, Record
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Table
from ..words import measure
from . import _marks
from ._direct import current_unit, parts
from ._lines import line
from ._registry import shows


@shows(
    "linear_sweep", "linear_sweep.limit",
    "Current density of the sweep on a linear scale (limit enlarged) and its magnitude on a logarithmic one, the threshold (dashed) and the potential at which it is passed for good (line; band: one standard "
    "deviation). The baseline of the technique is grey.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Sweep with threshold and limit."""
    found = _marks.find(findings, "oxidation limit", "reduction limit")
    sweep = max(parts(record, "linear_sweep", specific=True), key=lambda t: float(np.ptp(t.voltage)))
    e, current = sweep.voltage, sweep.current
    if not np.ptp(e) > 0.0 or not np.abs(current).max() > 0.0:
        raise RecordError("This record holds no sweep: the potential stands still, or no current flows")
    at = _marks.number(found)
    threshold = None if found is None else found.evidence.get("threshold_A_m2")
    size = float(np.max(np.abs(current)))
    amps = current_unit(10.0 * float(threshold) if threshold else size)
    made = sheet(DOUBLE, 62.0)
    left, right = made.subplots(1, 2)
    colour = _marks.tone(record)
    line(left, e, amps(current), color=colour, lw=1.1)
    magnitude = np.where(np.abs(current) > 0.0, np.abs(amps(current)), np.nan)
    line(right, e, magnitude, color=colour, lw=1.1)
    right.set_yscale("log")
    right.set_ylim(0.5 * float(np.nanquantile(magnitude, 0.01)), 2.0 * float(np.nanmax(magnitude)))
    if threshold:
        t = float(amps(np.array(float(threshold))))
        way = 1.0 if current[int(np.argmax(np.abs(current)))] > 0.0 else -1.0
        high = min(12.0 * t, 1.1 * float(np.max(np.abs(amps(current)))))
        left.set_ylim(*sorted((-0.15 * high * way, high * way)))
        for ax, y in ((left, way * t), (right, t)):
            ax.axhline(y, color="#555555", lw=0.7, ls=(0, (4, 2)), zorder=1.5)
    for ax in (left, right):
        ax.set_xlim(*sorted((float(e[0]), float(e[-1]))))
        if found is not None and "baseline share" in found.evidence:
            stop = float(e[0] + float(found.evidence["baseline share"]) * (e[-1] - e[0]))
            ax.axvspan(*sorted((float(e[0]), stop)), color="#EDEDED", lw=0, zorder=0)
        if at is not None and found is not None:
            ax.axvline(at, color=_marks.FIT, lw=1.0, zorder=2)
            if found.std:
                ax.axvspan(at - found.std, at + found.std, color=_marks.FIT, alpha=0.2, lw=0, zorder=1)
        ax.set_xlabel("Potential (V)")
    left.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    left.set_ylabel(amps.label("Current density"))
    right.set_ylabel(amps.label("|Current density|"))
    panel(left, "a", _said(found, at))
    panel(right, "b", f"threshold {float(amps(np.array(float(threshold)))):.3g} {amps.text}" if threshold else "")
    made.tables.append(Table("sweep", {"potential [V]": e, f"current density [{amps.ascii}]": amps(current)}))
    return made


def _said(found: Finding | None, at: float | None) -> str:
    if found is None:
        return ""
    if at is None:
        return f"{found.name}: beyond {float(found.evidence['to_V']):.4g} V"
    return f"{found.name} {measure(at, found.std)} V"
