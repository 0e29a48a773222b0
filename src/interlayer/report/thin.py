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
    starts = _starts(x, bins)
    ends = np.append(starts[1:], rows)
    kept = [starts, ends - 1]
    if np.isfinite(y).all():
        low = [a + int(np.argmin(y[a:b])) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        high = [a + int(np.argmax(y[a:b])) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        return np.unique(np.concatenate([*kept, low, high])).astype(np.intp)
    extra: list[int] = []
    for a, b in zip(starts.tolist(), ends.tolist(), strict=True):
        finite = np.isfinite(y[a:b])
        if not finite.all():
            extra.append(a + int(np.argmin(finite)))
        if finite.any():
            extra += [a + int(np.argmin(np.where(finite, y[a:b], np.inf))), a + int(np.argmax(np.where(finite, y[a:b], -np.inf)))]
    return np.unique(np.concatenate([*kept, np.array(extra, dtype=np.intp)])).astype(np.intp)


def _starts(x: Array, bins: int) -> Index:
    """First row of each bin that holds any."""
    rows = len(x)
    steady = bool((x[1:] >= x[:-1]).all()) and float(x[-1]) > float(x[0])  # false where x is not finite
    if not steady:
        return np.unique(np.arange(bins) * rows // bins).astype(np.intp)
    edges = float(x[0]) + (float(x[-1]) - float(x[0])) * np.arange(bins) / bins
    found = np.unique(np.searchsorted(x, edges, side="left"))
    return found[found < rows].astype(np.intp)


LONE = 0.1  # of the range of a trace: a sample that stands out by more is named in an overview
NOISY, MOST, BLOCK = 8.0, 60, 500_000  # times the noise; samples that are told; rows at a time
NEAR = 0.25  # of its height: how much its neighbours may differ from each other


def lone(y: Array, least: float = LONE, most: int = MOST) -> Index:
    """Rows at which one sample alone stands out by `least` of the usual range of y (1st to 99th percentile) and eight times its
    noise while its neighbours agree: what an overview shows as a spike, or hides inside a band of half cycles, and must call one
    sample. At most `most`, the largest first.
    """
    some = y[:: max(1, len(y) // 200_000)]
    some = some[np.isfinite(some)]
    if len(y) < 5 or len(some) < 5:
        return np.zeros(0, dtype=np.intp)
    block = y[len(y) // 2 :][:200_000]
    steps = np.abs(np.diff(block[np.isfinite(block)]))
    noise = 1.05 * float(np.median(steps)) if len(steps) else 0.0
    limit = max(least * float(np.subtract(*np.quantile(some, (0.99, 0.01)))), NOISY * noise, 1e-300)
    where = np.concatenate([_high(y, a, min(a + BLOCK, len(y) - 2), limit) for a in range(2, len(y) - 2, BLOCK)])
    before, here, after = y[where - 1], y[where], y[where + 1]
    height = np.abs(here - 0.5 * (before + after))
    rough = np.maximum.reduce([np.abs(before - y[where - 2]), np.abs(after - y[where + 2]), np.abs(after - before)])
    found = where[rough < NEAR * height]
    return np.asarray(found[np.argsort(-height[rough < NEAR * height], kind="stable")][:most], dtype=np.intp)


def _high(y: Array, a: int, b: int, limit: float) -> Index:
    """Rows a .. b - 1 that lie further than `limit` from the mean of their neighbours; not those that are not finite."""
    bend = y[a - 1 : b - 1] + y[a + 1 : b + 1]
    bend *= -0.5
    bend += y[a:b]
    return np.flatnonzero(np.abs(bend, out=bend) > limit) + a
