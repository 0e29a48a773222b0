"""Nucleation of lithium on a foreign electrode: the first plating with its tip, its plateau and what lies between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ...analysis._dc import Stretch, stretches
from ...errors import RecordError
from ...record import Finding, Record
from ..pick import unit
from ..style import DOUBLE, Sheet, panel, sheet
from ..table import Table
from . import _marks
from ._direct import parts
from ._lines import line
from ._registry import shows


@shows(
    "nucleation", "nucleation.tip",
    "Potential of the plated electrode during its first plating, whole and around 0 V: the tip, the plateau (median of the last half, shaded) and the strict nucleation overpotential between them.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """First plating with tip and plateau."""
    plating = _plating(record, findings)
    specific = plating.specific
    q = unit("areal_charge" if specific else "charge")
    passed = q(np.abs(plating.current[0]) * plating.time)
    mv, colour = unit("overpotential"), _marks.tone(record)
    e = mv(plating.voltage)
    strict, tip, plateau = (_marks.find(findings, w) for w in ("nucleation overpotential, strict", "nucleation tip, raw", "plating plateau, raw"))
    made = sheet(DOUBLE, 64.0)
    left, right = made.subplots(1, 2)
    for ax in (left, right):
        line(ax, passed, e, color=colour, lw=1.0)
        ax.axhline(0.0, color="#BBBBBB", lw=0.5, zorder=0.5)
        ax.set_xlabel(q.label("Charge plated"))
        ax.set_ylabel(mv.label("Potential against lithium"))
        ax.set_xlim(0.0, float(passed[-1]))
    if tip is not None and plateau is not None and (deep := _marks.number(tip)) is not None and (flat := _marks.number(plateau)) is not None:
        _levels(right, -1e3 * deep, -1e3 * flat, tip, plateau, plating, float(passed[-1] / plating.time[-1]))
        reach = 1e3 * deep
        right.set_ylim(-1.25 * reach, 0.55 * reach)
    panel(left, "a", "first plating")
    panel(right, "b", "" if strict is None else _marks.said(strict, mv, "strict $η_n$"))
    made.tables.append(Table("plating", {"time [s]": plating.time, f"charge [{q.ascii}]": passed, "potential [mV]": e}))
    return made


def _plating(record: Record, findings: Sequence[Finding]) -> Stretch:
    """The first plating, turned as the findings turned it."""
    some = [p for p in stretches(parts(record, "nucleation")) if p.level != 0.0]
    if not any("working" in p.info for p in some) and some and some[0].voltage[-1] > 0.0:
        some = [p.turned() for p in some]
    platings = [p for p in some if p.level < 0.0]
    if not platings:
        raise RecordError("No current plates on the working electrode of this record")
    at = next((f.evidence["current"] for f in findings if "tip at s" in f.evidence), None)
    return next((p for p in platings if at is None or abs(p.level - float(at)) < 1e-9 * abs(p.level)), platings[0])


def _levels(ax: Axes, deep: float, flat: float, tip: Finding, plateau: Finding, plating: Stretch, per: float) -> None:
    at, begins = float(tip.evidence["tip at s"]) * per, float(tip.evidence["plateau from s"]) * per
    end = float(plating.time[-1]) * per
    ax.axvspan(begins, end, color="#EDEDED", lw=0, zorder=0)
    for y, std in ((deep, tip.std), (flat, plateau.std)):
        ax.axhline(y, color=_marks.FIT, lw=0.7, ls=(0, (4, 2)), zorder=1.5)
        if std:
            ax.axhspan(y - 1e3 * std, y + 1e3 * std, color=_marks.FIT, alpha=0.2, lw=0, zorder=1)
    ax.plot(at, deep, marker="o", ms=4.5, mfc="none", mec=_marks.SECOND, mew=1.1, zorder=4)
    x = 0.42 * end
    ax.annotate("", (x, deep), (x, flat), arrowprops={"arrowstyle": "<->", "lw": 0.8, "color": "#111111", "shrinkA": 0, "shrinkB": 0})
    ax.annotate(f"{flat - deep:.3g} mV", (x, 0.5 * (deep + flat)), xytext=(-4, 0), textcoords="offset points", ha="right", va="center", fontsize=6.5)
    ax.annotate(f"tip {deep:.3g} mV".replace("-", "−"), (end, deep), xytext=(-2, -3), textcoords="offset points", ha="right", va="top", fontsize=6.5, color=_marks.FIT)
    ax.annotate(f"plateau {flat:.3g} mV".replace("-", "−"), (end, flat), xytext=(-2, 4), textcoords="offset points", ha="right", va="bottom", fontsize=6.5, color=_marks.FIT)
