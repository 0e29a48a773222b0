"""Titration: the pulses and rests, one of them enlarged, and the diffusion coefficient of each with its error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ...errors import RecordError
from ...record import Finding, Record
from ..pick import Array, unit
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Table
from . import _marks
from ._direct import joined, over_time, parts
from ._lines import around, line
from ._registry import shows


@shows(
    "gitt", "gitt.diffusivity",
    "Potential through the titration, one pulse and its rest enlarged with the parts of its rise, and the diffusion coefficient of each pulse against the potential with its error (grey ticks: pulses "
    "that were refused).",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Pulses and D(V)."""
    pulses = [f for f in findings if f.name.startswith("diffusion coefficient at") and "pulse_s" in f.evidence]
    if not pulses:
        raise RecordError("A titration needs its findings: one a pulse", remedy="Give the findings of analysis.gitt")
    some = parts(record, "gitt")
    time, volts = joined(some, "voltage")
    clock, colour = unit("time", float(time[-1])), _marks.tone(record)
    volt = unit("voltage")
    made = sheet(DOUBLE, 64.0)
    left, mid, right = made.subplots(1, 3, width_ratios=(1.15, 1.0, 1.15))
    over_time(left, some, clock, volt, colour)
    for f in pulses:
        a = float(f.evidence["time_s"])
        left.axvspan(float(clock(np.array(a))), float(clock(np.array(a + f.evidence["pulse_s"]))), color=_marks.MARK, alpha=0.30, lw=0, zorder=0)
    left.set_xlabel(clock.label("Time"))
    left.set_ylabel("Potential (V)")
    panel(left, "a", f"{len(pulses)} pulses")
    good = [f for f in pulses if f.value is not None]
    if good:
        _pulse(mid, good[len(good) // 2], time, volts, colour)
    _diffusivity(right, pulses, colour)
    panel(mid, "b", "one pulse")
    panel(right, "c", good[0].method.split(";")[0] if good else "")
    d = unit("diffusivity")
    made.tables.append(Table("diffusivity", {
        "potential [V]": [float(f.evidence["voltage_before"]) for f in pulses], f"diffusion coefficient [{d.ascii}]": [None if f.value is None else float(d(np.array(f.value))) for f in pulses],
        f"std [{d.ascii}]": [None if f.std is None else f.std / d.scale for f in pulses], "refused because": [f.note if f.value is None else "" for f in pulses],
    }))  # fmt: skip
    return made


def _pulse(ax: Axes, found: Finding, time: Array, volts: Array, colour: str) -> None:
    """One pulse against the time since its start, with what of its rise is ohmic and what remains after the rest."""
    e = found.evidence
    start, tau, before = float(e["time_s"]), float(e["pulse_s"]), float(e["voltage_before"])
    later = time[time > start + 1.5 * tau]
    rows = around(time, start - 0.4 * tau, start + 4.0 * tau) if len(later) else around(time, start - tau, float(time[-1]))
    u = unit("step_time", 3.0 * tau)
    line(ax, u(time[rows] - start), volts[rows], color=colour, lw=1.0)
    low, high = float(np.min(volts[rows])), float(np.max(volts[rows]))
    high = max(high, low + 1e-4)
    ax.axvspan(0.0, float(u(np.array(tau))), color=_marks.MARK, alpha=0.30, lw=0, zorder=0)
    end = float(u(np.array(4.0 * tau)))
    ax.set_xlim(-0.1 * end, end)
    ax.set_ylim(low - 0.08 * (high - low), high + 0.1 * (high - low))
    change, jump = float(e["dEs_V"]), float(e["ohmic jump V"])
    for y, words in ((before, ""), (before + change, f"$ΔE_s$ {1e3 * change:.3g} mV")):
        ax.axhline(y, color=_marks.FIT, lw=0.7, ls=(0, (4, 2)), zorder=1)
        if words:
            ax.annotate(words, (end, 0.5 * (before + y)), xytext=(-2, 0), textcoords="offset points", ha="right", va="center", fontsize=6.0, color=_marks.FIT, bbox={"fc": "white", "ec": "none", "alpha": 0.7, "pad": 0.2})
    x = float(u(np.array(tau)))
    if abs(jump) > 0.02 * (high - low):
        ax.annotate("", (1.08 * x, before), (1.08 * x, before + jump), arrowprops={"arrowstyle": "<->", "lw": 0.7, "color": _marks.SECOND, "shrinkA": 0, "shrinkB": 0})
        ax.annotate(f"ohmic {1e3 * jump:.3g} mV", (1.18 * x, before + 0.75 * jump), fontsize=6.0, color=_marks.SECOND, va="center", bbox={"fc": "white", "ec": "none", "alpha": 0.7, "pad": 0.2})
    ax.set_xlabel(u.label("Time since the start of the pulse"))
    ax.set_ylabel("Potential (V)")


def _diffusivity(ax: Axes, pulses: Sequence[Finding], colour: str) -> None:
    d = unit("diffusivity")
    good = [f for f in pulses if f.value is not None]
    x = np.array([float(f.evidence["voltage_before"]) for f in good])
    y = d(np.array([_marks.number(f) or np.nan for f in good]))
    std = _marks.bars([f.std for f in good], d.scale)
    ax.errorbar(x, y, yerr=[np.minimum(std, 0.95 * y), std], ls="none", marker="o", ms=3.8, mfc="white", mec=colour, mew=0.9, ecolor=colour, elinewidth=0.7, capsize=1.5, zorder=3)
    ax.set_yscale("log")
    low, high = float(np.min(y - np.minimum(std, 0.95 * y))), float(np.max(y + std))
    middle = float(np.sqrt(low * high))
    ax.set_ylim(min(low / 1.6, middle / 4.0), max(high * 1.6, middle * 4.0))
    lost = [float(f.evidence["voltage_before"]) for f in pulses if f.value is None]
    if lost:
        ax.plot(lost, np.full(len(lost), 0.02), transform=ax.get_xaxis_transform(), ls="none", marker="|", ms=7.0, mec="#757575", mew=1.0, zorder=4)
        ax.annotate(f"{len(lost)} refused", (0.98, 0.06), xycoords="axes fraction", ha="right", va="bottom", fontsize=6.0, color="#757575")
    ax.margins(x=0.08)
    ax.set_xlabel("Potential (V)")
    ax.set_ylabel(d.label("Diffusion coefficient"))
