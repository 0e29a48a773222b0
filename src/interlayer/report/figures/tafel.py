"""Exchange current: |j| against the overpotential with the window and the line of its definition, and the other definitions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ...elements.base import FARADAY, GAS
from ...errors import RecordError
from ...record import Finding, Record
from ..pick import Array, unit
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Table
from . import _marks
from ._direct import parts
from ._registry import shows

TINT = {"anodic": _marks.SECOND, "cathodic": _marks.FIT}
#: one hollow and large, the other full and small: branches that coincide are both seen
LOOK: dict[str, dict[str, Any]] = {
    "anodic": {"marker": "o", "ms": 4.0, "mfc": "white", "mec": TINT["anodic"], "mew": 0.8, "zorder": 2.5},
    "cathodic": {"marker": "o", "ms": 1.9, "mfc": TINT["cathodic"], "mec": "none", "zorder": 2.6},
}  # fmt: skip
LOW, NEAR = 0.005, 0.070  # V


@shows(
    "tafel", "tafel.plot",
    "Tafel plot of both branches (ohmic part taken away; its share of the voltage at the end is named), with the window (grey) and the lines of the definition used; Allen-Hickling plot; current near "
    "rest. The exchange current is where a line meets zero overpotential.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Tafel plot, Allen-Hickling plot and micropolarisation of one sweep, with the line of the finding's own method."""
    found = _marks.find(findings, "apparent exchange current density", "exchange current density")
    if found is None:
        raise RecordError("A Tafel plot needs its finding: it says what is ohmic and where rest lies", remedy="Give the findings of analysis.tafel")
    e: Mapping[str, Any] = found.evidence
    passing = [t for t in parts(record, "tafel", specific=True) if t.current.min() < 0.0 < t.current.max()]
    if not passing:
        raise RecordError("No sweep of this record passes through zero current")
    sweep = max(passing, key=lambda t: len(t.clock))
    eta = (sweep.voltage - float(e["voltage at zero current"]) - sweep.current * float(e["ohmic_resistance_ohm_m2"])) / float(e["faces"])
    thermal = GAS * float(e["temperature_K"]) / FARADAY
    method = found.method.split(",")[0]
    j = unit("current_density")
    made = sheet(DOUBLE, 66.0)
    left, mid, right = made.subplots(1, 3, width_ratios=(1.35, 1.0, 1.0))
    _tafel(left, eta, sweep.current, e, method, j, found)
    _allen(mid, eta, sweep.current, e, method, thermal)
    _micro(right, eta, sweep.current, _marks.number(found), thermal)
    share = float(e["ohmic fraction at the end"])
    panel(left, "a", f"ohmic part {100.0 * share:.0f} % at the end")
    panel(mid, "b", "Allen–Hickling")
    panel(right, "c", "near rest")
    word = "$j_0$, apparent" if e.get("apparent") else "$j_0$"
    made.legend(*left.get_legend_handles_labels(), loc="outside lower left", ncols=5, title=f"{_marks.said(found, j, word)} ({method})", title_fontsize=6.5, alignment="left")
    made.tables.append(Table("tafel", {"overpotential [mV]": eta * 1e3, f"current density [{j.ascii}]": j(sweep.current)}))
    return made


def _tafel(ax: Axes, eta: Array, current: Array, e: Mapping[str, Any], method: str, j: Any, found: Finding) -> None:
    low, high = (v if v is not None else float(np.max(np.abs(eta))) for v in e["window_V"])
    size = np.abs(current)
    for name, sign in (("anodic", 1.0), ("cathodic", -1.0)):
        rows = (sign * eta > 0.0) & (sign * current > 0.0)
        every = max(1, int(rows.sum()) // 60)
        ax.semilogy(sign * eta[rows][::every] * 1e3, j(size[rows][::every]), ls="none", **LOOK[name], label=name)
        branch = e["branches"].get(name)
        if branch is not None and method == "tafel":
            x = np.linspace(0.0, branch["eta_V"][1], 50)
            ax.semilogy(x * 1e3, j(branch["j0_A_m2"] * np.exp(branch["slope_per_V"] * x)), color=TINT[name], lw=2.0 if sign > 0.0 else 0.9, ls="-" if sign > 0.0 else (0, (5, 2)), alpha=0.6 if sign > 0.0 else 1.0, zorder=3.5 if sign > 0.0 else 4, label=f"{name} line, {math.log(10.0) / branch['slope_per_V'] * 1e3:.0f} mV per decade")
    value = _marks.number(found)
    if value is not None:
        ax.plot(0.0, float(j(np.array(value))), marker="D", ms=4.5, mfc="white", mec="#111111", mew=0.9, zorder=6, clip_on=False, ls="none", label="$j_0$")
        ax.set_ylim(0.2 * float(j(np.array(value))), 2.0 * float(j(np.max(size))))
    ax.axvspan(low * 1e3, high * 1e3, color="#EDEDED", lw=0, zorder=0)
    ax.set_xlim(0.0, 1.02 * float(np.max(np.abs(eta))) * 1e3)
    ax.set_xlabel("|Overpotential| (mV)")
    ax.set_ylabel(j.label("|Current density|"))


def _allen(ax: Axes, eta: Array, current: Array, e: Mapping[str, Any], method: str, thermal: float) -> None:
    j = unit("current_density")
    values = []
    for name, sign in (("anodic", 1.0), ("cathodic", -1.0)):
        rows = (sign * eta > LOW) & (sign * eta < NEAR) & (sign * current > 0.0)
        if not rows.any():
            continue
        x = sign * eta[rows]
        y = sign * current[rows] / -np.expm1(-x / thermal)
        values.append(y)
        every = max(1, len(x) // 40)
        ax.semilogy(x[::every] * 1e3, j(y[::every]), ls="none", **LOOK[name])
        branch = e["branches"].get(name)
        if branch is not None and method == "allen-hickling":
            line = np.linspace(0.0, NEAR, 20)
            ax.semilogy(line * 1e3, j(branch["j0_A_m2"] * np.exp(branch["slope_per_V"] * line)), color=TINT[name], lw=2.0 if sign > 0.0 else 0.9, ls="-" if sign > 0.0 else (0, (5, 2)), alpha=0.6 if sign > 0.0 else 1.0)
    _few_ticks(ax, np.concatenate(values) / j.scale if values else np.ones(1))
    ax.set_xlim(0.0, NEAR * 1e3)
    ax.set_xlabel("|Overpotential| (mV)")
    ax.set_ylabel(f"$|j|/(1-e^{{-F|\\eta|/RT}})$ ({j.text})")


def _few_ticks(ax: Axes, values: Array) -> None:
    """Plain numbers on a logarithmic axis that spans less than two decades."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    low, high = float(np.min(values)), float(np.max(values))
    ax.set_ylim(0.75 * low, 1.3 * high)
    if high < 60.0 * low:
        ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high > 6.0 * low else (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        ax.yaxis.set_minor_locator(NullLocator())


def _micro(ax: Axes, eta: Array, current: Array, j0: float | None, thermal: float) -> None:
    j = unit("current_density")
    near = np.abs(eta) <= 0.025
    every = max(1, int(near.sum()) // 60)
    ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    ax.axvline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    ax.plot(eta[near][::every] * 1e3, j(current[near][::every]), ls="none", marker="o", ms=2.0, mfc="#222222", mec="none")
    if j0 is not None:
        x = np.array([-0.025, 0.025])
        ax.plot(x * 1e3, j(j0 / thermal * x), color=_marks.MARK, lw=1.0, zorder=1, label="$F j_0\\eta/RT$")
        ax.annotate("$Fj_0\\eta/RT$", (0.04, 0.96), xycoords="axes fraction", va="top", fontsize=6.5, color="#A66F00")
    ax.set_xlabel("Overpotential (mV)")
    ax.set_ylabel(j.label("Current density"))
