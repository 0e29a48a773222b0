"""A long trace in one panel: thinned with every extreme kept, single samples named, events shaded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ..pick import Array, Unit
from ..table import Column, Table
from ..thin import MOST
from ._lines import DENSE, WHOLE, kept

NAMED = 3  # single samples that are named; all are marked


def draw(ax: Axes, x: Array, y: Array, clock: Unit, scale: Unit, colour: str, single: Sequence[int], lw: float = 0.7) -> None:
    """The line, and a ring at each of the samples that stand alone (`thin.lone`)."""
    alone = np.array(single, dtype=np.intp)
    rows = kept(x, y)
    ax.plot(clock(x[rows]), scale(y[rows]), color=colour, lw=lw, rasterized=len(rows) > DENSE, zorder=2.5)
    if len(alone):
        low, high = ax.get_ylim()
        ax.plot(clock(x[alone]), np.clip(scale(y[alone]), low, high), ls="none", marker="o", ms=4.2, mfc="none", mec="white", mew=2.0, zorder=5, gid="lone halo")
        ax.plot(clock(x[alone]), np.clip(scale(y[alone]), low, high), ls="none", marker="o", ms=4.2, mfc="none", mec="#111111", mew=0.9, zorder=5.1, gid="lone")


def names(x: Array, y: Array, single: Sequence[int], clock: Unit, scale: Unit) -> list[tuple[float, float | None, str, str]]:
    """What to write at the single samples, for `_marks.headline`."""
    out: list[tuple[float, float | None, str, str]] = []
    for k in single[:NAMED]:
        at, level = float(clock(x[k : k + 1])[0]), float(scale(y[k : k + 1])[0])
        out.append((at, level, f"one sample, {at:.4g} {clock.text}", "#111111"))
    return out


def remark(single: Sequence[int]) -> str:
    """A sentence on the single samples."""
    if not single:
        return ""
    many = f"{len(single)}{' or more' if len(single) == MOST else ''} samples stand" if len(single) > 1 else "One sample stands"
    return f"{many} out alone (ringed); {'the largest are' if len(single) > NAMED else 'each is' if len(single) > 1 else 'it is'} named."


def table(name: str, columns: dict[str, Column], x: Array, y: Array) -> Table:
    """The data of a trace; of a very long one the rows that are drawn."""
    if len(x) <= WHOLE:
        return Table(name, columns)
    rows = kept(x, y)
    return Table(f"{name}-drawn", {head: np.asarray(column)[rows] for head, column in columns.items()})
