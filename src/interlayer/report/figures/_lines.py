"""Long lines: thinned for drawing with their peaks kept, drawn as images inside vector files where they are dense, and
voltage axes that one last spike does not flatten."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..pick import Array, Unit, largest
from ..thin import Index, lone, thin

DENSE = 12_000  # points from which on a line is an image inside SVG and PDF
WHOLE = 1_000_000  # rows up to which the data beside a figure are all of the record
SPIKE = 4.0  # how far above the 99th percentile a peak must lie to be left off the axis (and said)


def line(ax: Axes, x: Array, y: Array, **look: Any) -> None:
    """`ax.plot` of a long trace, every extreme kept, and every sample that stands alone inside a band."""
    rows = kept(x, y)
    ax.plot(x[rows], y[rows], rasterized=len(rows) > DENSE, **look)


def kept(x: Array, y: Array) -> Index:
    """Rows of a long trace that are drawn."""
    rows = thin(x, y)
    if len(rows) == len(x):
        return rows
    alone = lone(y)
    return np.unique(np.concatenate([rows, *(alone + k for k in (-1, 0, 1))])).astype(np.intp)


def whole(x: Array, y: Array) -> Index | slice:
    """Rows of a trace whose numbers go beside a figure: all, of a very long one those that are drawn."""
    return slice(None) if len(x) <= WHOLE else kept(x, y)


def around(time: Array, start: float, stop: float) -> slice:
    """Rows from `start` to `stop` and one more on either side, so that a line runs to the edges of its panel."""
    low, high = int(np.searchsorted(time, start)), int(np.searchsorted(time, stop, side="right"))
    return slice(max(low - 1, 0), min(high + 1, len(time)))


def fit_voltage(ax: Axes, volts: list[Array], scale: Unit) -> str:
    """Limits of a voltage axis that hold everything but a spike several times higher than 99 % of the trace; what was
    left off is written into the panel and returned as a sentence."""
    finite = [v if np.isfinite(v).all() else v[np.isfinite(v)] for v in volts if np.isfinite(v).any()]
    if not finite:
        return ""
    top = largest(*finite)
    usual = max(float(np.quantile(np.abs(v[:: max(1, len(v) // 200_000)]), 0.99)) for v in finite)
    shown = 1.6 * usual if top > SPIKE * usual > 0.0 else top
    lowest = max(min(float(v.min()) for v in finite), -shown)
    both = lowest < -0.25 * shown  # back and forth: the axis is symmetric
    high = 1.12 * float(scale(np.array(shown))) if shown > 0.0 else 1.0
    low = -high if both else min(0.0, 1.12 * float(scale(np.array(lowest))))
    ax.set_ylim(low, high)
    if shown == top:
        return ""
    words = f"off scale: up to {float(scale(np.array(top))):.3g} {scale.text}"
    ax.annotate(words, (1.0, 1.0), xycoords="axes fraction", xytext=(-2, -2), textcoords="offset points", ha="right", va="top", fontsize=6.0, color="#555555")
    return words
