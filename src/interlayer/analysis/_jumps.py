"""Sudden changes of a noisy series that also drifts: the discontinuity between two straight lines, at every sample.

At sample k a line is fitted to the `w` samples before it and another to the `w` from it on; J(k) is the difference of
the two half-way between k-1 and k, so a slope or a kink (an exponential that begins there) is no jump. Its error is
sigma sqrt(2 c), c = 1/w + x0²/Sxx. Short windows see brief events, long ones small steps; a jump counts by the window
in which it stands out most. A running median of three comes first: a single sample is never a jump.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..record.nouns import Array
from ._trace import Rows

WINDOWS = (4, 8, 16, 32)


@dataclass(frozen=True)
class Jump:
    """A sudden fall (size > 0) or rise of the series: first row of the new level, size, and size over its error."""

    row: int
    size: float
    strength: float


def median3(y: Array) -> Array:
    """Running median of three; the ends stay."""
    out = y.copy()
    if len(y) > 2:
        a, b, c = y[:-2], y[1:-1], y[2:]
        out[1:-1] = np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))
    return out


def discontinuity(y: Array, w: int) -> tuple[Array, float]:
    """(fall at each row, nan where a window does not fit; its error for a noise of one)."""
    x = np.arange(w) - 0.5 * (w - 1)
    slope = x / np.sum(x**2)
    end = 1.0 / w + 0.5 * w * slope  # a line through the window, half a sample beyond its last
    out = np.full(len(y), np.nan)
    if len(y) >= 2 * w:
        before = np.convolve(y, end[::-1], "valid")[: len(y) - 2 * w + 1]
        after = np.convolve(y, end, "valid")[w:]
        out[w : len(y) - w + 1] = before - after
    return out, float(np.sqrt(2.0 * np.sum(end**2)))


def jumps(y: Array, sigma: Array, *, strength: float, least: float) -> list[Jump]:
    """All jumps of a series without breaks, largest first, none within a window of a larger one.

    sigma      noise of each row; `strength` times the error, and `least`, is what a jump must exceed
    """
    smooth = median3(y)
    best, power, width = np.zeros(len(y)), np.zeros(len(y)), np.zeros(len(y), dtype=np.int64)
    for w in WINDOWS:
        j, unit = discontinuity(smooth, w)
        local = np.convolve(sigma**2, np.ones(2 * w) / (2 * w), "same") if len(sigma) >= 2 * w else sigma**2
        score = np.nan_to_num(j / (unit * np.sqrt(local) + 1e-12))
        wins = (np.abs(score) > np.abs(power)) & (np.abs(np.nan_to_num(j)) > least)
        best[wins], power[wins], width[wins] = j[wins], score[wins], w
    candidates = np.flatnonzero((np.abs(power) > strength) & (np.abs(best) > least))
    found: list[Jump] = []
    free = np.ones(len(y), dtype=bool)
    for k in candidates[np.argsort(-np.abs(power[candidates]))].tolist():
        if not free[k]:
            continue
        reach = int(width[k])
        free[max(0, k - reach) : k + reach] = False
        row = _exact(smooth, k)
        if sudden(smooth, row, best[k]):
            found.append(Jump(row, float(best[k]), float(abs(power[k]))))
    return found


def _exact(y: Array, k: int) -> int:
    """The row near k at which the largest part of the change happens."""
    a, b = max(1, k - 3), min(len(y), k + 4)
    step = np.abs(y[a:b] - y[a - 1 : b - 1])
    return a + int(np.argmax(step))


def sudden(y: Array, k: int, size: float) -> bool:
    """Whether most of the change lies within three samples and lasts for three: a decay that begins there does not."""
    before, after = y[max(0, k - 5) : k - 1], y[k + 1 : k + 5]
    if len(before) < 2 or len(after) < 2:
        return False
    fall = float(np.median(before) - np.median(after))
    later = y[k + 4 : k + 9]
    ahead = y[max(0, k - 10) : max(0, k - 4)]
    drift = max(
        (np.median(after) - np.median(later)) * np.sign(size) if len(later) > 2 else 0.0,
        (np.median(ahead) - np.median(before)) * np.sign(size) if len(ahead) > 2 else 0.0,
    )
    return bool(fall * np.sign(size) > 0.5 * abs(size) and drift < 0.4 * abs(fall))


def rows_of(found: list[Jump]) -> Rows:
    """Rows of jumps."""
    return np.array([j.row for j in found], dtype=np.int64)
