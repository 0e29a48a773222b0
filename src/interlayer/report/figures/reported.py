"""Reported against simulated: one line a claim with the band of the simulation, and reported values laid over a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ... import units
from ..pick import literal
from ..style import BLUE, DOUBLE, MEASURED, ORANGE, QUIET, VERMILLION, Sheet, drawn, sheet
from ..table import of_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ...studies import Row

REACH = 30.0  # simulated over reported that the axis shows; beyond it an arrow
#: how many of an SI unit the text of an axis label stands for
_SCALES = {"kΩ cm²": 10.0, "MΩ cm²": 1e-2, "Ω cm²": 1e4, "mΩ": 1e3, "kΩ": 1e-3, "MΩ": 1e-6, "Ω": 1.0, "µV": 1e6, "mV": 1e3, "V": 1.0, "mA/cm²": 0.1}


@drawn
def claims(rows: Sequence[Row]) -> Sheet:
    """Simulated over reported of every predicted claim on one logarithmic axis: line the 80 % band, point the nominal cell,
    cross a naive rule, arrow a life that ended alive. A blue band holds the reported value, a red one does not."""
    found = [r for r in rows if r.role == "predicted" and r.reported and r.simulated is not None and r.reported > 0.0]
    made = sheet(DOUBLE, 14.0 + 6.2 * max(len(found), 1))
    ax = made.add_subplot()
    ax.axvline(1.0, color=MEASURED, lw=1.0, zorder=1)
    for place, row in enumerate(found):
        _line(ax, -place, row)
    ax.set_xscale("log")
    ax.set_xlim(1.0 / REACH / 1.15, REACH * 1.15)
    ax.set_ylim(-len(found) + 0.4, 0.6)
    ax.set_yticks([-k for k in range(len(found))], [literal(_label(r)) for r in found])
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("simulated over reported")
    for x in (0.1, 10.0):
        ax.axvline(x, color="#DDDDDD", lw=0.5, zorder=0)
    ax.plot([], [], color=BLUE, lw=2.4, label="80 % band, holds the reported value")
    ax.plot([], [], color=VERMILLION, lw=2.4, label="does not")
    ax.plot([], [], "o", color=MEASURED, label="nominal cell")
    ax.plot([], [], "x", color=ORANGE, label="naive rule")
    made.legend(loc="outside upper left", ncols=4)
    heads = ("claim", "what", "reported [SI]", "simulated [SI]", "low [SI]", "high [SI]", "held")
    made.tables.append(of_rows("claims", heads, [(r.claim, r.what, r.reported, r.simulated, *(r.interval or (None, None)), str(r.held)) for r in found]))
    return made


def _label(row: Row) -> str:
    sign = "≥ " if row.censored or row.form == "lower_bound" else "≤ " if row.form == "upper_bound" else ""
    what = row.what if len(row.what) <= 58 else f"{row.what[:57]}…"
    assert row.reported is not None
    return f"{row.claim}  {what}: {sign}{units.show(row.reported, row.quantity, 4)}"


def _line(ax: Axes, y: float, row: Row) -> None:
    assert row.reported is not None and row.simulated is not None

    def at(value: float) -> float:
        return float(np.clip(value / row.reported, 1.0 / REACH, REACH)) if value > 0.0 else 1.0 / REACH  # type: ignore[operator]

    colour = QUIET if row.held is None else BLUE if row.held else VERMILLION
    if row.interval is not None:
        low, high = row.interval
        ax.plot([at(low), at(high) if math.isfinite(high) else REACH], [y, y], color=colour, lw=2.4, solid_capstyle="butt", alpha=0.75, zorder=2)
    alive = row.beyond or (row.interval is not None and math.isinf(row.interval[1]))
    ax.plot(at(row.simulated), y, ">" if row.beyond else "o", color=MEASURED, ms=3.6, zorder=4)
    if alive or row.simulated / row.reported > REACH:
        ax.plot(REACH, y, ">", color=colour, ms=3.6, zorder=3)
    for value in row.naive.values():
        ax.plot(at(value), y, "x", color=ORANGE, ms=3.6, zorder=3)


def lay_over(figure: Sheet, rows: Sequence[Row], colours: dict[str, str]) -> Sheet:
    """Reported values as dashed lines on a figure of the same experiment: polarisations and critical currents as levels,
    resistances on the real axis. `colours` by variant."""
    shown = [r for r in rows if r.reported is not None and r.claim]
    for number, row in enumerate(shown):
        assert row.reported is not None
        for ax in figure.axes:
            if row.quantity in ("overpotential", "voltage") and (scale := _scale(ax.get_ylabel(), "V")):
                _level(ax, scale * row.reported, row, colours, number, both=True)
                break
            if row.quantity == "current_density" and (scale := _scale(ax.get_ylabel(), "A/cm²")):
                _level(ax, scale * row.reported, row, colours, number, both=False)
                break
            if row.quantity in ("resistance", "area_specific_resistance") and (scale := _scale(ax.get_xlabel(), "Ω")) and ("cm²" in ax.get_xlabel()) == (row.quantity != "resistance"):
                _upright(ax, scale * row.reported, row, colours)
                break
    return figure


def _scale(label: str, unit: str) -> float | None:
    """How many of the label's unit one SI unit is; None where the label has no such unit."""
    if unit not in label:
        return None
    return next((factor for text, factor in _SCALES.items() if f"({text})" in label or f"[{text}]" in label or label.endswith(text)), None)


def _level(ax: Axes, value: float, row: Row, colours: dict[str, str], number: int, *, both: bool) -> None:
    low, high = ax.get_ylim()
    colour = colours.get(row.where.partition(": ")[2], MEASURED)
    for v in (value, -value) if both and low < 0.0 else (value,):
        ax.axhline(v, color=colour, lw=0.8, ls=(0, (4, 2)), zorder=3)
    if value > 0.9 * high and value < 20.0 * high:
        ax.set_ylim(-1.1 * value if both and low < 0.0 else low, 1.1 * value)
    ax.annotate(f"reported {row.claim}", (1.0 - 0.13 * (number % 7), value), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=5.5, color=colour, annotation_clip=False)


def _upright(ax: Axes, value: float, row: Row, colours: dict[str, str]) -> None:
    colour = colours.get(row.where.partition(": ")[2], MEASURED)
    if ax.get_xlim()[0] <= value <= ax.get_xlim()[1]:
        ax.axvline(value, color=colour, lw=0.8, ls=(0, (4, 2)), zorder=3)
        ax.annotate(f"reported {row.claim}", (value, 0.97), xycoords=("data", "axes fraction"), rotation=90, ha="right", va="top", fontsize=5.5, color=colour)
