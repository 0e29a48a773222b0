"""Distributions of relaxation times: gamma over tau with its 95 % band, peaks with resistance and name, doubtful ones pale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias, Union

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from ..exports import gamma
from ..pick import Unit, largest, unit
from ..style import BLUE, DOUBLE, QUIET, SINGLE, Sheet, colours, drawn, faded, sheet
from ..table import Table, stacked
from ..words import measure

if TYPE_CHECKING:
    from ...analysis.arcs import ArcNames
    from ...analysis.relaxation_times import RelaxationTimes

Distributions: TypeAlias = Union["RelaxationTimes", Mapping[str, "RelaxationTimes"]]


@drawn
def distribution(distributions: Distributions, names: ArcNames | Mapping[str, str] | None = None) -> Sheet:
    """gamma over tau of one distribution or several by label.

    names   of the peaks of a single distribution (`arcs.name`, or "peak 1" -> name)
    """
    found = dict(distributions) if isinstance(distributions, Mapping) else {"": distributions}
    made = sheet(SINGLE if len(found) == 1 else DOUBLE, 62.0)
    ax = made.subplots()
    if len(found) == 1:
        panel_of(ax, next(iter(found.values())), names)
    else:
        paint = colours(found)
        for label, d in found.items():
            u = unit(quantity_of(d))
            ax.fill_between(d.tau, u(d.low), u(d.high), color=faded(paint[label], 0.25), lw=0)
            ax.semilogx(d.tau, u(d.gamma), color=paint[label], label=label)
        ax.set_ylim(0.0, 1.3 * max(float(unit(quantity_of(d))(d.gamma).max()) for d in found.values()))
        _axes(ax, unit(quantity_of(next(iter(found.values())))))
        ax.legend(loc="upper left", ncols=2)
    made.tables.append(stacked("drt", [{"series": [label] * len(d.tau), **gamma(d)} for label, d in found.items()]))
    return made


def quantity_of(d: RelaxationTimes) -> str:
    """Quantity of gamma and of resistances."""
    return "area_specific_resistance" if d.spectrum.specific else "resistance"


def table(d: RelaxationTimes) -> Table:
    """The curve."""
    return Table("drt", gamma(d))


def panel_of(ax: Axes, d: RelaxationTimes, names: ArcNames | Mapping[str, str] | None = None) -> None:
    """One distribution with its band and its peaks; grey where tau lies outside the measured band."""
    called = dict(names) if isinstance(names, Mapping) else {a.label: a.name for a in names.arcs} if names is not None else {}
    u = unit(quantity_of(d), largest(d.gamma))
    resistance = unit(quantity_of(d), max((p.resistance for p in d.peaks), default=0.0))
    edges = 1.0 / d.spectrum.omega[[-1, 0]]
    for a, b in ((d.tau[0], edges[0]), (edges[1], d.tau[-1])):
        ax.axvspan(a, b, color="#F1F1F1", lw=0, zorder=0)
    ax.fill_between(d.tau, u(d.low), u(d.high), color=faded(BLUE, 0.25), lw=0, label="95 %")
    ax.semilogx(d.tau, u(d.gamma), color=BLUE)
    high = max(largest(d.gamma), 0.7 * min(largest(d.high), 3.0 * largest(d.gamma)), 1e-30)
    top = 1.45 * float(u(np.array(high)))
    ax.set_ylim(0.0, top)
    ax.set_xlim(float(d.tau[0]), float(d.tau[-1]))
    taken: list[tuple[float, float, float]] = []
    for number, p in enumerate(d.peaks, 1):
        name = called.get(f"peak {number}", "unassigned")
        words = f"{measure(p.resistance / resistance.scale)} {resistance.text}" + (f"\n{name}" if name != "unassigned" else "")
        _mark(ax, d, u, p.tau, words, "#111111", taken)
    for p in d.doubtful:
        _mark(ax, d, u, p.tau, "doubtful", "#9A9A9A", taken)
    _axes(ax, u)


def _mark(ax: Axes, d: RelaxationTimes, u: Unit, tau: float, words: str, colour: str, taken: list[tuple[float, float, float]]) -> None:
    """A marker on the curve, its words above: higher where a neighbour has its own."""
    y = float(np.interp(math.log(tau), np.log(d.tau), u(d.gamma)))
    top = ax.get_ylim()[1]
    ax.plot([tau], [y], marker="v", ms=3.6, mfc=colour if colour == "#111111" else "white", mec=colour, mew=0.7, ls="none", zorder=5)
    span = math.log(d.tau[-1] / d.tau[0])
    box = ax.get_window_extent()
    wide, tall = box.width * 72.0 / ax.figure.dpi, box.height * 72.0 / ax.figure.dpi  # pt
    half = 0.5 * 3.4 * max(len(row) for row in words.split("\n")) / wide
    at = min(max(math.log(tau / d.tau[0]) / span, half + 0.01), 1.0 - half - 0.01)
    height = 7.0 * (words.count("\n") + 1) / tall
    base = y / top + 4.0 / tall
    for left, right, high in sorted(taken, key=lambda t: t[2]):
        if at - half < right + 0.01 and at + half > left - 0.01 and base < high:
            base = high + 0.01
    base = min(base, 1.03 - height)
    taken.append((at - half, at + half, base + height))
    ax.text(at, base, words, transform=ax.transAxes, ha="center", va="bottom", fontsize=5.8, color=colour, linespacing=1.1)


def _axes(ax: Axes, u: Unit) -> None:
    low, high = (math.log10(v) for v in ax.get_xlim())
    if high - low > 3.5:
        ax.xaxis.set_major_locator(LogLocator(numticks=int(high - low) + 3))
        ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("τ (s)")
    ax.set_ylabel(u.label("γ"))
    ax.axhline(0.0, color=QUIET, lw=0.4)
