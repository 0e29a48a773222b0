"""Sudden changes of a noisy series that also drifts: the discontinuity between two straight lines, at every sample.

At sample k a line is fitted to the `w` samples before it and another to the `w` from it on; J(k) is the difference of
the two half-way between k-1 and k, so a slope or a kink (an exponential that begins there) is no jump. Its error is
sigma sqrt(2 c), c = 1/w + x0²/Sxx. Short windows see brief events, long ones small steps; a jump counts by the window
in which it stands out most and is sudden. A running median of three comes first: a single sample is never a jump.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..record.nouns import Array

WINDOWS = (4, 8, 16, 32, 64)


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


def uneven_noise(time: Array, y: Array) -> float:
    """Noise of a series that need not be even: each sample against the straight line through its neighbours, over what
    unit noise does there; the median (1.4826 MAD). 0 with fewer than five samples."""
    if len(y) < 5:
        return 0.0
    left, right = np.diff(time)[:-1], np.diff(time)[1:]
    share = right / np.maximum(left + right, 1e-300)
    off = y[1:-1] - share * y[:-2] - (1.0 - share) * y[2:]
    return 1.4826 * float(np.median(np.abs(off) / np.sqrt(1.0 + share**2 + (1.0 - share) ** 2)))


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
    candidates: list[tuple[float, int, float, int]] = []  # strength, row, size, window: the summits of each window
    for w in WINDOWS:
        j, unit = discontinuity(smooth, w)
        local = np.convolve(sigma**2, np.ones(2 * w) / (2 * w), "same") if len(sigma) >= 2 * w else sigma**2
        size = np.nan_to_num(j)
        score = np.abs(size) / (unit * np.sqrt(local) + 1e-12)
        high = (score > strength) & (np.abs(size) > least)
        for k in _summits(np.where(high, score, 0.0), max(2, w // 4)).tolist():
            candidates.append((float(score[k]), k, float(size[k]), w))
    found: dict[int, Jump] = {}
    free = np.ones((2, len(y)), dtype=bool)  # a fall takes the place of falls around it; a rise may follow at once
    for power, k, change, width in sorted(candidates, reverse=True):
        way = int(change > 0.0)
        if not free[way, k]:
            continue
        row = _exact(smooth, k, way)
        if sudden(smooth, row, change, max(REACH, width)):
            reach = min(width, REACH)
            free[way, max(0, k - reach) : k + reach] = False
            found.setdefault(row, Jump(row, change, power))
    return list(found.values())


def _summits(score: Array, reach: int) -> npt.NDArray[np.int64]:
    """Rows whose score is positive and the largest within `reach` rows to either side."""
    if not score.any():
        return np.zeros(0, np.int64)
    top = np.lib.stride_tricks.sliding_window_view(np.pad(score, reach), 2 * reach + 1).max(axis=1)
    return np.flatnonzero((score > 0.0) & (score == top)).astype(np.int64)


def _exact(y: Array, k: int, way: int) -> int:
    """The row near k at which the largest part of the fall (way 1) or rise (0) happens."""
    total = np.concatenate([[0.0], np.cumsum(y[max(0, k - 8) : k + 8])])
    start = max(0, k - 8)
    rows = np.arange(max(4, k - 3 - start), min(len(total) - 5, k + 4 - start) + 1)
    if not len(rows):
        return k
    fall = 2.0 * total[rows] - total[rows - 4] - total[rows + 4]
    return start + int(rows[np.argmax(fall if way else -fall)])


def sudden(y: Array, k: int, size: float, reach: int) -> bool:
    """Whether most of the change lies within three samples and lasts for three, and a step describes it better than a
    decay (more than chance would) that begins at it or up to 16 samples before (time constants of 2 to 130 samples, beside a straight line)."""
    before, after = y[max(0, k - 5) : k - 1], y[k + 1 : k + 5]
    if len(before) < 2 or len(after) < 2:
        return False
    fall = float(np.median(before) - np.median(after))
    if fall * np.sign(size) < 0.5 * abs(size):
        return False
    later, ahead = y[k + 4 : k + 9], y[max(0, k - 10) : max(0, k - 4)]
    drift = max(
        (np.median(after) - np.median(later)) * np.sign(size) if len(later) > 2 else 0.0,
        (np.median(ahead) - np.median(before)) * np.sign(size) if len(ahead) > 2 else 0.0,
    )
    rough = 1.4826 / np.sqrt(2.0) * float(np.median(np.abs(np.diff(y[max(0, k - 10) : k + 9]))))
    if drift > 0.4 * abs(fall) + rough:
        return False
    back = np.flatnonzero((y[k + 4 : k + reach] - np.median(before)) * np.sign(size) > -0.4 * abs(fall))
    stop = k + 4 + int(back[0]) if len(back) else min(len(y), k + reach)
    first = max(0, k - reach)
    other = np.flatnonzero((y[first : max(first, k - 4)] - np.median(before)) * np.sign(size) < -0.6 * abs(fall))
    first += int(other[-1]) + 1 if len(other) else 0  # what lies beyond another change is no part of this one
    part, here = y[first:stop], k - first
    if len(part) - here < 4 or here < 4:
        return True
    x = np.arange(len(part), dtype=np.float64) - here
    step = _misfit(part, x, (x >= 0).astype(np.float64))
    onsets = [np.maximum(x + 0.5 + lead, 0.0) for lead in LEADS if lead < here - 2]
    decay = min(_misfit(part, x, 1.0 - np.exp(-on / tau)) for on in onsets for tau in DECAYS)
    chance = CHANCE / max(len(part) - 5, 1)
    return step - decay < chance * decay or _followed(part, x, decay / (1.0 + chance))


def _followed(y: Array, x: Array, least: float) -> bool:
    """Whether a step and a decay of the same sense that it sets off, at most as large, describe the change better than any
    decay alone: what is instant in a cell falls first, its concentration follows."""
    best, share = math.inf, 0.0
    for tau in DECAYS:
        tail = 1.0 - np.exp(-np.maximum(x + 0.5, 0.0) / tau)
        design = np.column_stack([np.ones(len(y)), x / REACH, (x >= 0), tail / tail[-1]])
        fit = np.linalg.lstsq(design, y, rcond=None)[0]
        rest = y - design @ fit
        if rest @ rest < best:
            best, share = float(rest @ rest), float(fit[2] / (fit[2] + fit[3])) if fit[2] * (fit[2] + fit[3]) > 0.0 else 0.0
    return best < least and share >= 0.5


REACH = 20  # samples to either side on which a step is told from a decay
CHANCE = 6.0  # of chi-square by which the best of many decays beats a step that is one
LEADS = (0, 1, 2, 3, 4, 6, 8, 11, 16)
DECAYS = (2.0, 3.0, 5.0, 8.0, 13.0, 22.0, 40.0, 70.0, 130.0)


def _misfit(y: Array, x: Array, change: Array) -> float:
    """Sum of squares of a straight line and a change."""
    design = np.column_stack([np.ones(len(y)), x / REACH, change])
    rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return float(rest @ rest)
