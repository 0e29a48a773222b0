"""Long traces made short for drawing without losing a single peak."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]

#: bins over the width of a double-column figure: more than its pixels at 200 dpi
BINS = 1500


def thin(x: Array, y: Array, bins: int = BINS) -> Index:
    """Rows to draw so that the line looks the same at `bins` pixels: first, last, lowest and highest of each bin.

    A dip of one sample stays visible however long the trace. Where x does not run one way, bins are over the rows.
    Rows that are not finite part a line; the first of each bin is kept, so gaps stay gaps. Returns ascending row numbers,
    at most 5 a bin; all rows when they are few enough.
    """
    rows = len(x)
    if rows <= 4 * bins:
        return np.arange(rows)
    span = np.where(np.isfinite(x), x, np.nan)
    low, high = float(np.nanmin(span)), float(np.nanmax(span))
    steady = bool(np.all(np.diff(x) >= 0.0)) and high > low
    where = np.floor((x - low) / (high - low) * bins) if steady else np.floor(np.arange(rows) / rows * bins)
    bin_of = np.clip(where, 0, bins - 1).astype(np.intp)
    finite = np.isfinite(y)
    kept = [_edges(bin_of)]
    good = np.flatnonzero(finite)
    if len(good):
        order = good[np.lexsort((y[good], bin_of[good]))]
        kept.append(order[_edges(bin_of[order])])
    bad = np.flatnonzero(~finite)
    if len(bad):
        kept.append(bad[np.unique(bin_of[bad], return_index=True)[1]])
    return np.unique(np.concatenate(kept))


def _edges(bin_of: Index) -> Index:
    """First and last row of each run of equal bins."""
    change = np.flatnonzero(np.diff(bin_of))
    return np.unique(np.concatenate([[0], change, change + 1, [len(bin_of) - 1]])).astype(np.intp)
