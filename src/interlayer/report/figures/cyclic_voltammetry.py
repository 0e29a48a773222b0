"""Voltammograms with their peaks, and what the peaks do with the scan rate."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ...record import Finding, Record
from ..pick import Array, largest, unit
from ..style import DOUBLE, SINGLE, Sheet, panel, sheet
from ..table import Table
from . import _marks
from ._direct import current_unit, parts
from ._lines import line
from ._registry import shows


@shows(
    "cyclic_voltammetry", "cyclic_voltammetry.peaks",
    "Current against potential, a colour a scan rate (last cycle strong); the peaks of the cycle analysed with their height above the baseline; peak current against scan rate with the b-value where there are "
    "three rates.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Voltammograms of one record, its peaks and the b-value."""
    sweeps = parts(record, "cyclic_voltammetry")
    b = _marks.find(findings, "b-value")
    size = max(largest(t.current) for t in sweeps)
    specific = sweeps[0].specific
    amps, word = (current_unit(size), "Current density") if specific else (unit("current", size), "Current")
    made = sheet(DOUBLE if b is not None else SINGLE, 66.0)
    axes = made.subplots(1, 2 if b is not None else 1, squeeze=False, width_ratios=(1.2, 1.0) if b is not None else (1.0,))[0]
    ax = axes[0]
    ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
    rates = sorted({round(_rate(t.voltage, t.time), 9) for t in sweeps})
    ramp = mpl.colormaps["cividis"]
    paint = {r: ramp(0.85 * k / (len(rates) - 1)) if len(rates) > 1 else _marks.tone(record) for k, r in enumerate(rates)}
    for t in sweeps:
        rate = round(_rate(t.voltage, t.time), 9)
        line(ax, t.voltage, amps(t.current), color=paint[rate], lw=0.9, label=f"{rate * 1e3:.3g} mV/s")
    _peaks(ax, findings, amps.scale, sweeps)
    ax.set_xlabel("Potential (V)")
    ax.set_ylabel(amps.label(word))
    gap = _marks.find(findings, "peak separation")
    panel(ax, "a" if b is not None else "", "" if gap is None else _marks.said(gap, unit("overpotential"), "$ΔE_p$"))
    if len(rates) > 1:
        handles = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
        made.legend(handles.values(), handles.keys(), loc="outside lower left", ncols=6)
    if b is not None:
        _power(axes[1], b, amps.scale, f"Peak {word.lower()} ({amps.text})")
        panel(axes[1], "b", _marks.said(b, unit("number"), "b"))
    made.tables.append(Table("voltammogram", {
        "time [s]": np.concatenate([t.clock for t in sweeps]), "potential [V]": np.concatenate([t.voltage for t in sweeps]), f"{word.lower()} [{amps.ascii}]": np.concatenate([amps(t.current) for t in sweeps]),
    }))  # fmt: skip
    return made


def _rate(volts: Array, time: Array) -> float:
    """Scan rate of a stretch to three digits [V/s]."""
    rate = float(np.median(np.abs(np.diff(volts)) / np.maximum(np.diff(time), 1e-12)))
    return float(f"{rate:.3g}")


def _peaks(ax: Axes, findings: Sequence[Finding], scale: float, sweeps: Sequence[object]) -> None:
    """A mark at each peak of the cycle analysed, and its height as a bar down to the baseline."""
    for name, tint in (("anodic", _marks.SECOND), ("cathodic", _marks.FIT)):
        place, height = _marks.find(findings, f"{name} peak potential"), _marks.find(findings, f"{name} peak current")
        e, i = _marks.number(place), _marks.number(height)
        if place is None or e is None or i is None:
            continue
        top = _extreme(sweeps, e, i > 0.0) / scale
        ax.plot([e, e], [top - i / scale, top], color=tint, lw=0.9, zorder=3)
        ax.plot(e, top, marker="o", ms=4.5, mfc="none", mec=tint, mew=1.0, zorder=4)
        low, high = ax.get_ylim()
        ax.set_ylim(low - (0.06 * (high - low) if i < 0 else 0.0), high + (0.06 * (high - low) if i > 0 else 0.0))
        ax.annotate(f"{e:.3f} V".replace("-", "−"), (e, top), xytext=(0, 4 if i > 0 else -4), textcoords="offset points", ha="center", va="bottom" if i > 0 else "top", fontsize=6.5, color=tint)


def _extreme(sweeps: Sequence[object], at: float, up: bool) -> float:
    """The current of the last sweep that passes a potential near it, the extreme of both directions."""
    t = sweeps[-1]
    volts, current = t.voltage, t.current  # type: ignore[attr-defined]
    near = np.abs(volts - at) <= max(2.0 * float(np.median(np.abs(np.diff(volts)))), 1e-3)
    return float(np.max(current[near]) if up else np.min(current[near])) if near.any() else 0.0


def _power(ax: Axes, b: Finding, scale: float, label: str) -> None:
    rate, current = np.array(b.evidence["rates_V_s"]) * 1e3, np.array(b.evidence["peak_currents"]) / scale
    slope = _marks.number(b) or 0.0
    middle = np.exp(np.mean(np.log(current))), np.exp(np.mean(np.log(rate)))
    x = np.geomspace(rate.min() / 1.4, rate.max() * 1.4, 30)
    for power, look in ((0.5, (0, (1, 1.5))), (1.0, (0, (4, 2)))):
        ax.loglog(x, middle[0] * (x / middle[1]) ** power, color="#9A9A9A", lw=0.8, ls=look, zorder=1, label=f"b = {power:g}")
    ax.loglog(x, middle[0] * (x / middle[1]) ** slope, color=_marks.FIT, lw=1.0, zorder=2, label="fit")
    ax.loglog(rate, current, ls="none", marker="o", ms=4.0, mfc="white", mec="#222222", mew=0.9, zorder=3)
    for axis, values in ((ax.xaxis, rate), (ax.yaxis, current)):
        if values.max() < 60.0 * values.min():
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
            axis.set_minor_locator(NullLocator())
    ax.set_xlabel("Scan rate (mV/s)")
    ax.set_ylabel(label)
    ax.legend(loc="lower right")
