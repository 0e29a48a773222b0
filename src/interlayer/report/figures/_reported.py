"""What the figures of a study share: the rows of a variant that a paper reports, as marks over the simulated lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ...record import Record
from ..style import MEASURED, Sheet, ink, weight

if TYPE_CHECKING:
    from ...literature import Claim
    from ...studies import Row

#: how a reported value looks: the colour of its variant at the edge
POINT: Final[Mapping[str, Any]] = {"marker": "D", "ms": 4.6, "mew": 1.1, "mfc": "white", "ls": "none", "zorder": 6}
DASHED: Final = (0, (4, 2))
PAPER: Final[Mapping[str, Any]] = {"fc": "white", "ec": "none", "alpha": 0.8, "pad": 0.5}


def look(number: int, label: str, usual: float = 1.1) -> dict[str, Any]:
    """Line of the variant `number` of a figure: lines that coincide stay seen, the first broad, those from the third on dashed
    over the others; a sham control broad and pale underneath."""
    if (found := weight(label, usual))["lw"] != usual:
        return found
    dashes: Any = "-" if number < 2 else ((0, (4, 2.5)), (0, (1.5, 1.5)), (0, (6, 2, 1.2, 2)))[number % 3]
    return {"lw": usual * (1.6 if number == 0 else 1.0), "ls": dashes, "zorder": 2.4 + 0.05 * number, "solid_joinstyle": "round"}


def own(rows: Sequence[Row], label: str, *quantities: str) -> list[Row]:
    """The rows of a variant that answer a claim with a number, of these quantities."""
    return [r for r in rows if r.claim and r.reported is not None and r.where.partition(": ")[2] == label and r.quantity in quantities]


def sign(row: Row) -> str:
    """"≥ " or "≤ " of a bound."""
    return "≥ " if row.censored or row.form == "lower_bound" else "≤ " if row.form == "upper_bound" else ""


def point(ax: Axes, x: float, y: float, row: Row, colour: str, *, above: bool = True) -> None:
    """A reported value with the claim's number beside it."""
    ax.plot(x, y, mec=colour, **POINT)
    ax.annotate(f"{sign(row)}{row.claim}", (x, y), xytext=(0, 5.5 if above else -5.5), textcoords="offset points", ha="center", va="bottom" if above else "top", fontsize=5.8, color=ink(colour), zorder=7, annotation_clip=False, bbox=PAPER)


def level(ax: Axes, y: float, row: Row, colour: str, span: tuple[float, float] | None = None, place: float = 1.0) -> None:
    """A reported value that belongs to no place of the axis: a dashed line over the panel or over `span`."""
    if span is None:
        ax.axhline(y, color=colour, lw=0.9, ls=DASHED, zorder=3)
        at, coordinates = place, ("axes fraction", "data")
    else:
        ax.plot(span, (y, y), color=colour, lw=0.9, ls=DASHED, zorder=3)
        at, coordinates = span[1], ("data", "data")
    ax.annotate(f"{sign(row)}{row.claim}", (at, y), xycoords=coordinates, xytext=(-2, 1.5), textcoords="offset points", ha="right", va="bottom", fontsize=5.8, color=ink(colour), zorder=7, annotation_clip=False, bbox=PAPER)


def upright(ax: Axes, x: float, row: Row, colour: str, place: float = 0.02) -> None:
    """A reported place on the axis: a dashed upright line, its claim written upwards from `place`."""
    ax.axvline(x, color=colour, lw=0.9, ls=DASHED, zorder=3)
    ax.annotate(f"{sign(row)}{row.claim}", (x, place), xycoords=("data", "axes fraction"), xytext=(-1.5, 0), textcoords="offset points", rotation=90, ha="right", va="bottom", fontsize=5.8, color=ink(colour), zorder=7, bbox=PAPER)


def key(made: Sheet, ax: Axes, any_reported: bool, dashed: bool = False, ncols: int = 4) -> None:
    """The legend above the sheet, each label once, with the look of reported values."""
    if any_reported:
        ax.plot([], [], color=MEASURED, lw=0.9, ls=DASHED, label="reported") if dashed else ax.plot([], [], mec=MEASURED, label="reported", **POINT)
    handles = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    made.legend(handles.values(), handles.keys(), loc="outside upper left", ncols=ncols)


def plain(ax: Axes, which: str) -> None:
    """Plain numbers on a logarithmic axis of few decades."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    low, high = ax.get_xlim() if which == "x" else ax.get_ylim()
    if high < 900.0 * low:
        axis.set_major_locator(LogLocator(subs=(1.0, 1.2, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0) if high < 6.0 * low else (1.0, 2.0, 5.0) if high < 60.0 * low else (1.0, 3.0)))
    axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axis.set_minor_locator(NullLocator())


def stated(said: Mapping[str, Claim], row: Row, name: str) -> float | None:
    """A condition of the row's claim in SI, where it is stated as one number."""
    claim = said.get(row.claim)
    return claim.condition(name) if claim is not None and claim.has(name) else None


def wide(values: Sequence[float], least: float = 8.0) -> bool:
    """Whether these positive values ask for a logarithmic axis."""
    some = [v for v in values if np.isfinite(v) and v > 0.0]
    return bool(some) and max(some) > least * min(some)


def at_rest(records: Mapping[str, Record]) -> dict[str, Record]:
    """The records with their first spectrum alone."""
    return {k: replace(r, segments=(r.spectra[0],)) for k, r in records.items() if r.spectra}
