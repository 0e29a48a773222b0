"""Lives of cells: share alive against time with bands and censor marks, and the Weibull plot, group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from ...analysis.survival import Lives, Weibull, kaplan_meier, lives, log_rank, weibull
from ...errors import AnalysisError, RecordError
from ...names import name
from ...record import Finding, Record
from ..pick import Array, Unit, largest, unit
from ..style import DOUBLE, MARKERS, Sheet, colours, drawn, panel, sheet
from ..table import Column, stacked
from ..thin import Index
from ..words import measure
from ._registry import shows

PERCENT = (1.0, 5.0, 10.0, 20.0, 40.0, 63.2, 90.0, 99.0)
WHAT = {"time": "Life", "areal_charge": "Charge passed in a life", "current_density": "Critical current density"}


@shows(
    "survival", "survival.curves",
    "Share of cells alive (Kaplan-Meier, band 95 %, ticks: tests that ended alive) with the Weibull curve (dashed), and the Weibull plot; bracketed lives are bars.",
)  # fmt: skip
def figure(record: Record, findings: Sequence[Finding] = ()) -> Sheet:
    """Lives out of the findings, a group a name of the cell in `evidence["group"]` (all in one group where none says it)."""
    groups: dict[str, list[Finding]] = {}
    for f in findings:
        if f.name in ("life", "charge passed in a life", "critical current density") and f.value is not None:
            groups.setdefault(str(f.evidence.get("group", "cells")), []).append(f)
    if not groups:
        raise RecordError("There is no life among these findings", remedy="Give the findings of strip_plate.life or critical_current.find of several cells")
    return curves({label: lives(some) for label, some in groups.items()})


@drawn
def curves(groups: Mapping[str, Lives]) -> Sheet:
    """Kaplan-Meier curves and Weibull plots of groups of cells ("bare", "protected").

    Bracketed lives have no Kaplan-Meier estimate: such a group shows its Weibull curve alone. The log-rank test stands in the
    title where there are two groups that it is defined for.
    """
    quantities = {g.quantity for g in groups.values()}
    if len(quantities) != 1:
        raise RecordError("All groups count their lives in one quantity", given=sorted(quantities))
    quantity = quantities.pop()
    u = unit(quantity, max(largest(np.where(np.isfinite(g.high), g.high, g.low)) for g in groups.values()))
    paint = colours(groups) if len(groups) > 1 else dict.fromkeys(groups, "#222222")
    made = sheet(DOUBLE, 70.0)
    left, right = made.subplots(1, 2)
    end = 1.06 * max(float(u(np.where(np.isfinite(g.high), g.high, g.low)).max()) for g in groups.values())
    parts: list[Mapping[str, Column]] = []
    for number, (label, g) in enumerate(groups.items()):
        fit = _fitted(g)
        _alive(left, label, g, fit, u, paint[label], end)
        _paper(right, g, fit, u, paint[label], MARKERS[number % len(MARKERS)])
        parts.append({"group": [label] * len(g), f"from [{u.ascii}]": u(g.low), f"to [{u.ascii}]": u(g.high)})
    left.set_xlim(0.0, end)
    left.set_ylim(0.0, 1.04)
    left.set_xlabel(u.label(WHAT.get(quantity, name(quantity).name.capitalize())))
    left.set_ylabel("Share of cells alive")
    y = np.log(-np.log1p(-np.array(PERCENT) / 100.0))
    right.set_yticks(y, [f"{p:g}" for p in PERCENT])
    right.set_ylim(y[0] - 0.2, y[-1] + 0.2)
    right.set_xscale("log")
    _few(right, groups, u)
    right.set_xlabel(u.label(WHAT.get(quantity, name(quantity).name.capitalize())))
    right.set_ylabel("Cells that ended (%)")
    panel(left, "a", _compared(groups))
    panel(right, "b", "Weibull plot")
    made.legend(*left.get_legend_handles_labels(), loc="outside lower left", ncols=2)
    made.tables.append(stacked("lives", parts))
    return made


def _fitted(g: Lives) -> Weibull | None:
    try:
        return weibull(g)
    except AnalysisError:
        return None  # fewer than two failures, or no finite shape: the curve is left out, the points remain


def _alive(ax: Axes, label: str, g: Lives, fit: Weibull | None, u: Unit, colour: str, end: float) -> None:
    ended = int(np.sum(~g.alive))
    shape = "" if fit is None else f"; Weibull shape {fit.shape:.3g} ({fit.shape_interval[0]:.2g} to {fit.shape_interval[1]:.2g})"
    words = f"{label}: {len(g)} cells, {ended} ended{shape}"
    if (g.exact | g.alive).all() and ended:
        km = kaplan_meier(g)
        x = np.concatenate([[0.0], u(km.time), [float(u(np.array([float(np.max(g.low)), float(km.time[-1])])).max())]])
        s, low, high = (np.concatenate([[1.0], v, v[-1:]]) for v in (km.survival, km.low, km.high))
        ax.step(x, s, where="post", color=colour, lw=1.2, label=words, zorder=3)
        ax.fill_between(x, low, high, step="post", color=colour, alpha=0.13, lw=0, zorder=1)
        out = u(g.low[g.alive])
        ax.plot(out, [km(float(t)) for t in g.low[g.alive]], ls="none", marker="|", ms=6.5, mew=1.0, color=colour, zorder=4)
        words = ""
    elif g.alive.all():
        ax.plot([0.0, float(u(g.low).max())], [1.0, 1.0], color=colour, lw=1.2, label=words, zorder=3)
        ax.plot(u(g.low), np.ones(len(g)), ls="none", marker="|", ms=6.5, mew=1.0, color=colour, zorder=4)
        words = ""
    if fit is not None:
        t = np.linspace(0.0, end, 200)
        ax.plot(t, fit(t * u.scale), color=colour, lw=0.9, ls=(0, (4, 2)), zorder=2, label=words or None)


def _paper(ax: Axes, g: Lives, fit: Weibull | None, u: Unit, colour: str, marker: str) -> None:
    """Points at the median ranks among all cells (censored ones adjust the ranks after them), brackets as bars, the line of the fit."""
    rank, order = _ranks(g)
    known = ~g.alive[order]
    if known.any():
        y = np.log(-np.log1p(-rank[known]))
        low, high = u(g.low[order][known]), u(g.high[order][known])
        middle = np.where(low > 0.0, np.sqrt(np.maximum(low, 1e-300) * high), 0.7 * high)
        wide = high > low
        ax.hlines(y[wide], np.maximum(low[wide], 0.3 * high[wide]), high[wide], color=colour, lw=0.8, zorder=2)
        ax.plot(middle, y, ls="none", marker=marker, ms=3.8, mfc="white", mec=colour, mew=0.9, zorder=3)
    if g.alive.any():
        ax.plot(u(g.low[g.alive]), np.full(int(g.alive.sum()), 0.03), transform=ax.get_xaxis_transform(), ls="none", marker=">", ms=3.6, mfc=colour, mec="none", zorder=3, clip_on=False)
    if fit is not None:
        p = np.array([0.005, 0.995])
        ax.plot([float(u(np.array(fit.quantile(float(v))))) for v in p], np.log(-np.log1p(-p)), color=colour, lw=0.9, ls=(0, (4, 2)), zorder=1)


def _ranks(g: Lives) -> tuple[Array, Index]:
    """Johnson's adjusted ranks as Bernard's median ranks, and the order they belong to (by the lower end of the life)."""
    n = len(g)
    order = np.argsort(np.where(g.alive, g.low * (1.0 + 1e-12), g.low), kind="stable")
    rank, out = 0.0, np.full(n, np.nan)
    for place, k in enumerate(order.tolist()):
        if not g.alive[k]:
            rank += (n + 1.0 - rank) / (n - place + 1.0)
            out[place] = (rank - 0.3) / (n + 0.4)
    return out, order


def _few(ax: Axes, groups: Mapping[str, Lives], u: Unit) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    every = np.concatenate([np.where(np.isfinite(g.high), g.high, g.low) for g in groups.values()])
    low, high = float(u(every[every > 0.0]).min()), float(u(every).max())
    ax.set_xlim(0.4 * low, 1.6 * high)
    if high < 60.0 * low:
        ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))


def _compared(groups: Mapping[str, Lives]) -> str:
    if len(groups) != 2:
        return ""
    (first, a), (second, b) = groups.items()
    try:
        test = log_rank(a, b)
    except AnalysisError:
        return ""
    p = measure(float(f"{test.probability:.2g}"))
    return f"log-rank p = {p}, hazard {first}/{second} {test.hazard_ratio:.2g}"
